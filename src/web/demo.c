/* demo: the invented people of the demonstration, made once in its database. Their password is no secret, and is shown where
 * one signs in. Must not be called for any other database. */
#include "web/priv.h"

static const struct {
    const char *login, *name, *unit, *roles;
} people[] = {
#define WEB_DEMO_PERSON(login, name, unit, roles, does) {login, name, unit, roles},
#include "web/demo.def"
#undef WEB_DEMO_PERSON
};

#define BECAUSE CF_LIT("an invented person of the demonstration")

struct cf_str web_demo_password(const struct web_request *q) {
    return q->demo ? CF_LIT(SERVE_DEMO_WORDS) : CF_LIT("");
}

static bool make_one(struct access *x, struct desk *d, size_t i, struct cf_errs *errs) {
    struct cf_id id;
    struct cf_str roles = cf_str_from(people[i].roles), role;
    const struct cf_str first = CF_LIT("for the first time only"), because = BECAUSE;
    if (!access_user_add(x, d, NULL, cf_str_from(people[i].login), cf_str_from(people[i].name), cf_str_from(people[i].unit),
                         &id, errs)) {
        return false;
    }
    while (cf_str_split(&roles, ' ', &role)) {
        if (!access_user_grant(x, d, NULL, id, role, 0, because, errs)) {
            return false;
        }
    }
    return access_user_reset(x, NULL, id, first, errs) &&
           access_password_change(x, id, first, CF_LIT(SERVE_DEMO_WORDS), CF_LIT(""), errs);
}

/* Was it the demonstration that added the first user ever? Then whoever was added since was added in it, and is invented too.
 */
static bool made_here(struct desk *d, struct cf_arena *a) {
    struct ledger *l = desk_ledger(d);
    struct cf_errs quiet = cf_errs_new(a);
    struct ledger_event e;
    uint64_t *seqs;
    size_t n;
    if (!ledger_builtins(l, LEDGER_ROLE_GRANTED, 0, a, &seqs, &n, &quiet) || n < 2 || !ledger_read(l, seqs[1], a, &e, &quiet)) {
        return false; /* the first is that they joined, the second their role with its reason */
    }
    const struct ledger_value *why = ledger_fact(&e, LEDGER_F_REASON);
    return why && why->type == LEDGER_TEXT && cf_str_eq(why->as.s, BECAUSE);
}

/* Their password is published, so nobody else may be in there. */
static bool nobody_else(struct access *x, struct desk *d, struct cf_arena *a, struct cf_errs *errs) {
    struct access_users users = {0};
    size_t total;
    if (made_here(d, a)) {
        return true;
    }
    if (!access_user_list(x, 0, CF_COUNT(people) + 1, a, &users, &total, errs)) {
        return false;
    }
    for (size_t i = 0; i < users.n; i++) {
        bool ours = false;
        for (size_t k = 0; k < CF_COUNT(people); k++) {
            ours = ours || cf_str_is(users.v[i].login, people[k].login);
        }
        if (!ours) {
            return cf_fail(errs, CF_W012, CF_NOWHERE, "this database has users who are not of the demonstration");
        }
    }
    return true;
}

bool serve_demo_people(struct access *x, struct desk *d, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("demonstration");
    bool ok = nobody_else(x, d, a, errs);
    for (size_t i = 0; ok && i < CF_COUNT(people); i++) {
        struct access_user there;
        struct cf_errs absent = cf_errs_new(a);
        ok = access_user_find(x, cf_str_from(people[i].login), a, &there, &absent) || make_one(x, d, i, errs);
    }
    cf_arena_free(a);
    return ok;
}
