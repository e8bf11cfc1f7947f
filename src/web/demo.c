/* demo: the invented people of the demonstration, made once in its database. Their password is no secret, and is shown where one
 * signs in. Must not be called for any other database. */
#include "web/priv.h"

#define DEMO_WORDS "everyone here is invented"

static const struct {
    const char *login, *name, *unit, *roles;
} people[] = {
#define WEB_DEMO_PERSON(login, name, unit, roles, does) {login, name, unit, roles},
#include "web/demo.def"
#undef WEB_DEMO_PERSON
};

struct cf_str web_demo_password(const struct web_request *q, const char *login) {
    (void)login;
    return q->demo ? CF_LIT(DEMO_WORDS) : CF_LIT("");
}

static bool make_one(struct access *x, struct desk *d, size_t i, struct cf_errs *errs) {
    struct cf_id id;
    struct cf_str roles = cf_str_from(people[i].roles), role;
    const struct cf_str first = CF_LIT("for the first time only"), because = CF_LIT("an invented person of the demonstration");
    if (!access_user_add(x, d, NULL, cf_str_from(people[i].login), cf_str_from(people[i].name), cf_str_from(people[i].unit), &id,
                         errs)) {
        return false;
    }
    while (cf_str_split(&roles, ' ', &role)) {
        if (!access_user_grant(x, d, NULL, id, role, 0, because, errs)) {
            return false;
        }
    }
    return access_user_reset(x, NULL, id, first, errs) &&
           access_password_change(x, id, first, CF_LIT(DEMO_WORDS), CF_LIT(""), errs);
}

bool web_demo_people(struct web_app *app, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("demonstration");
    bool ok = true;
    for (size_t i = 0; ok && i < CF_COUNT(people); i++) {
        struct access_user there;
        struct cf_errs absent = cf_errs_new(a);
        ok = access_user_find(app->writing_access, cf_str_from(people[i].login), a, &there, &absent) ||
             make_one(app->writing_access, app->writing, i, errs);
    }
    cf_arena_free(a);
    return ok;
}
