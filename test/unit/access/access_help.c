/* access_help: a place to test in. */
#include "unit/access/access_help.h"

#include <unistd.h>

struct cf_str lit(const char *s) {
    return cf_str_from(s);
}

void place_clock(struct place *p, int64_t now_us) {
    char text[32];
    p->now_us = now_us;
    snprintf(text, sizeof text, "%lld", (long long)now_us);
    setenv("CF_NOW", text, 1);
}

void place_later(struct place *p, int64_t us) {
    place_clock(p, p->now_us + us);
}

void must_in(struct place *p, bool ok, const char *file, int line) {
    if (!ok) {
        cf_errs_print(stderr, &p->errs);
        print_error("%s:%d: it failed where it should not\n", file, line);
        fail();
    }
}

void refused_in(struct place *p, bool ok, enum cf_code code, const char *file, int line) {
    if (ok || p->errs.n == 0 || p->errs.v[p->errs.n - 1].code != code) {
        cf_errs_print(stderr, &p->errs);
        print_error("%s:%d: expected a refusal with %s\n", file, line, cf_code_name(code));
        fail();
    }
    p->errs = cf_errs_new(p->a);
}

static void open_both(struct place *p, bool create) {
    struct desk_options o = {.db = cf_cstr(p->a, cf_str_printf(p->a, "%s/t.db", p->folder)),
                             .write = true,
                             .create = create,
                             .force = "test",
                             .calendars = "data/calendars"};
    must(p, desk_open(p->a, &o, &p->errs, &p->d));
    must(p, access_open(p->a, desk_ledger(p->d), ACCESS_MAKE, &p->errs, &p->x));
}

int place_begin(void **state) {
    struct cf_arena *a = cf_arena_new("access test");
    struct place *p = CF_NEW(a, struct place);
    bool changed;
    p->a = a;
    p->errs = cf_errs_new(a);
    snprintf(p->folder, sizeof p->folder, "/tmp/childfirst-access-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    place_clock(p, INT64_C(1780000000) * US_PER_S);
    open_both(p, true);
    char policies[160], copy[800]; /* few of the shipped ones: a test needs no more, and takes less time */
    snprintf(policies, sizeof policies, "%s/policies", p->folder);
    snprintf(copy, sizeof copy,
             "mkdir %s && cp policies/access/access.policy policies/access/break_glass.policy policies/people/people.policy "
             "policies/people/*.tsv %s",
             policies, policies);
    assert_int_equal(system(copy), 0);
    must(p, desk_adopt(p->d, policies, "test", &changed, &p->errs));
    *state = p;
    return 0;
}

int place_end(void **state) {
    struct place *p = *state;
    char command[200];
    access_close(p->x);
    desk_close(p->d);
    snprintf(command, sizeof command, "rm -rf %s", p->folder);
    cf_arena_free(p->a);
    unsetenv("CF_NOW");
    return system(command) == 0 ? 0 : -1;
}

void place_reopen(struct place *p) {
    access_close(p->x);
    desk_close(p->d);
    open_both(p, false);
}

struct cf_id user(struct place *p, const char *login, const char *unit, const char *role) {
    struct cf_id id;
    struct cf_arena *a = p->a;
    struct cf_str hash = seal_password_hash(a, lit(PASSWORD));
    static const struct store_sql sql = {"test.password", "UPDATE user SET password = ?2 WHERE id = ?1"};
    must(p, access_user_add(p->x, p->d, NULL, lit(login), lit("Invented Person"), lit(unit), &id, &p->errs));
    must(p, access_run(p->x, &sql, &p->errs, "dt", &id, hash)); /* without must_change */
    must(p, role == NULL || access_user_grant(p->x, p->d, NULL, id, lit(role), 0, lit("test"), &p->errs));
    return id;
}

struct access_session sign_in(struct place *p, const char *login) {
    struct access_session s;
    struct access_attempt at = {
        .login = lit(login), .password = CF_LIT(PASSWORD), .code = CF_LIT(""), .address = CF_LIT("192.0.2.1")};
    must(p, access_sign_in(p->x, &at, p->a, &s, &p->errs));
    return s;
}

struct access_subject who_is(struct place *p, const char *login, const char *purpose) {
    struct access_session s = sign_in(p, login);
    struct access_subject who;
    if (purpose != NULL) {
        must(p, access_session_purpose(p->x, desk_set(p->d), s.token, lit(purpose), &p->errs));
        must(p, access_session_open(p->x, s.token, p->a, &s, &p->errs));
    }
    must(p, access_subject_of_session(p->x, p->d, &s, p->a, &who, &p->errs));
    return who;
}

struct cf_id child(struct place *p, struct cf_id actor, const char *unit) {
    const struct lang_set *set = desk_set(p->d);
    const struct lang_decl *r = lang_find_kind(set, LANG_RECORD, CF_LIT("identity"));
    const struct lang_decl *u = lang_find_kind(set, LANG_UNIT, lit(unit));
    struct cf_id id = ledger_new_subject(desk_ledger(p->d));
    struct desk_about about = {.role = 0, .subject = id};
    struct ledger_receipt receipt;
    struct desk_value *fields = CF_NEW_N(p->a, struct desk_value, r->as.record.fields.n + 1);
    for (size_t i = 0; i < r->as.record.fields.n; i++) {
        fields[i].v.kind = LANG_V_NOT_KNOWN;
    }
    struct desk_entry e = {.record = r,
                           .from = p->now_us / US_PER_S,
                           .to = p->now_us / US_PER_S,
                           .actor = actor,
                           .unit = u != NULL ? desk_unit_id(p->d, u) : (struct cf_id){{0}},
                           .about = &about,
                           .n_about = 1,
                           .fields = fields};
    must(p, desk_record(p->d, &e, p->a, &receipt, NULL, &p->errs));
    return id;
}
