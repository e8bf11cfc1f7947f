/* users: who can sign in: logins, names, passwords, accounts of an identity provider. What they may do is standing.c's. Must
 * not know sessions beyond ending them. */
#include "access/priv.h"

#define USER_COLUMNS                                                                                                           \
    "SELECT u.id, u.login, u.name, u.password IS NOT NULL, u.must_change, u.otp IS NOT NULL, coalesce(u.issuer, ''), "         \
    "coalesce(u.subject, ''), u.seen, coalesce(t.unit, ''), coalesce(t.active, 0) FROM user u LEFT JOIN standing t ON t.user " \
    "= "                                                                                                                       \
    "u.id "
static const struct store_sql sql_by_login = {"user.by_login", USER_COLUMNS "WHERE u.login = ?1"};
static const struct store_sql sql_by_id = {"user.by_id", USER_COLUMNS "WHERE u.id = ?1"};
static const struct store_sql sql_list = {"user.list", USER_COLUMNS "ORDER BY u.login LIMIT ?2 OFFSET ?1"};
static const struct store_sql sql_count = {"user.count", "SELECT count(*) FROM user"};
static const struct store_sql sql_put = {"user.put", "INSERT INTO user(id, login, name, made) VALUES(?1, ?2, ?3, ?4)"};
static const struct store_sql sql_password = {"user.password", "UPDATE user SET password = ?2, must_change = ?3 WHERE id = ?1"};
static const struct store_sql sql_hash = {"user.hash", "SELECT coalesce(password, ''), login FROM user WHERE id = ?1"};
static const struct store_sql sql_link = {"user.link", "UPDATE user SET issuer = ?2, subject = ?3 WHERE id = ?1"};
static const struct store_sql sql_linked = {"user.linked", "SELECT id FROM user WHERE issuer = ?1 AND subject = ?2"};

/* ---- Forms of words. */
bool access_login_form(struct cf_arena *a, struct cf_str given, struct cf_str *login) {
    given = cf_str_trim(given);
    if (given.n == 0 || given.n > CF_MAX_LOGIN_BYTES) {
        return false;
    }
    char *p = cf_memdup(a, given.p, given.n);
    for (size_t i = 0; i < given.n; i++) {
        p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
        bool fits = (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= '0' && p[i] <= '9') || (p[i] != 0 && strchr("._-@", p[i]) != NULL);
        if (!fits) {
            return false;
        }
    }
    *login = (struct cf_str){p, given.n};
    return true;
}

static bool one_letter_only(struct cf_str s) {
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] != s.p[0]) {
            return false;
        }
    }
    return true;
}

bool access_password_fits(struct cf_str password, struct cf_str login, struct cf_errs *errs) {
    if (password.n < CF_MAX_PASSWORD_LEAST || password.n > CF_MAX_PASSWORD_BYTES) {
        return cf_fail(errs, CF_A014, CF_NOWHERE, "the password has %zu bytes; it takes %d to %d", password.n,
                       CF_MAX_PASSWORD_LEAST, CF_MAX_PASSWORD_BYTES);
    }
    if (cf_str_eq(password, login) || one_letter_only(password)) {
        return cf_fail(errs, CF_A014, CF_NOWHERE, "the password can be guessed at once");
    }
    return true;
}

static bool name_fits(struct cf_str name, struct cf_errs *errs) {
    size_t bad;
    bool ok = name.n > 0 && name.n <= CF_MAX_PERSON_NAME_BYTES && cf_utf8_valid(name, &bad);
    for (size_t i = 0; ok && i < name.n; i++) {
        ok = (uint8_t)name.p[i] >= 0x20 && name.p[i] != 0x7f;
    }
    return ok || cf_fail(errs, CF_A011, CF_NOWHERE, "a name to show takes 1 to %d bytes of text on one line",
                         CF_MAX_PERSON_NAME_BYTES);
}

/* ---- Who may. */
bool access_allowed(const struct access_subject *by, enum access_act act, struct cf_errs *errs) {
    struct access_reason why;
    return by == NULL || access_may(by, act, NULL, NULL, &why) ||
           cf_fail(errs, CF_A022, CF_NOWHERE, "%.*s", CF_STR_ARG(why.words));
}

/* Administrators change others: whoever could grant themselves a role would hold every role. */
static bool may_change(const struct access_subject *by, struct cf_id user, struct cf_errs *errs) {
    if (!access_allowed(by, ACCESS_USERS, errs)) {
        return false;
    }
    return by == NULL || !cf_id_eq(by->user, user) || cf_fail(errs, CF_A013, CF_NOWHERE, "nobody changes their own authority");
}

static bool declared(const struct desk *d, enum lang_decl_kind kind, const char *what, struct cf_str name,
                     struct cf_errs *errs) {
    const struct lang_set *set = desk_set(d);
    return (set != NULL && lang_find_kind(set, kind, name) != NULL) ||
           cf_fail(errs, CF_A012, CF_NOWHERE, "the policies in force declare no %s `%.*s`", what, CF_STR_ARG(name));
}

/* ---- Reading. */
static bool take_user(struct access *x, struct store_stmt *s, struct cf_arena *a, struct access_user *out) {
    (void)x;
    *out = (struct access_user){.login = cf_str_dup(a, store_text(s, 1)),
                                .name = cf_str_dup(a, store_text(s, 2)),
                                .has_password = store_int(s, 3) != 0,
                                .must_change = store_int(s, 4) != 0,
                                .has_otp = store_int(s, 5) != 0,
                                .oidc_issuer = cf_str_dup(a, store_text(s, 6)),
                                .oidc_subject = cf_str_dup(a, store_text(s, 7)),
                                .last_seen_us = store_int(s, 8),
                                .unit = cf_str_dup(a, store_text(s, 9)),
                                .active = store_int(s, 10) != 0};
    return store_id(s, 0, &out->id);
}

static bool found_user(struct access *x, struct store_stmt *s, bool row, struct cf_arena *a, struct access_user *out,
                       struct cf_errs *errs) {
    bool ok = row && take_user(x, s, a, out);
    if (row) {
        store_done(s);
    }
    if (!ok) {
        return cf_fail(errs, CF_A010, CF_NOWHERE, "there is no such user");
    }
    return access_grants_of(x, out->id, a, out, errs);
}

bool access_user_find(struct access *x, struct cf_str login, struct cf_arena *a, struct access_user *out,
                      struct cf_errs *errs) {
    struct store_stmt *s;
    struct cf_str form = CF_LIT("");
    bool row;
    if (!access_login_form(a, login, &form)) {
        return cf_fail(errs, CF_A010, CF_NOWHERE, "there is no such user");
    }
    return access_row(x, &sql_by_login, errs, &s, &row, "t", form) && found_user(x, s, row, a, out, errs);
}

bool access_user_get(struct access *x, struct cf_id id, struct cf_arena *a, struct access_user *out, struct cf_errs *errs) {
    struct store_stmt *s;
    bool row;
    return access_row(x, &sql_by_id, errs, &s, &row, "d", &id) && found_user(x, s, row, a, out, errs);
}

bool access_user_list(struct access *x, size_t from, size_t at_most, struct cf_arena *a, struct access_users *out,
                      size_t *total, struct cf_errs *errs) {
    int64_t n = 0;
    bool more = true;
    *out = (struct access_users){0};
    struct store_stmt *s = store_one_int(x->db, &sql_count, 0, &n, errs)
                               ? access_rows(x, &sql_list, errs, "ii", (int64_t)from, (int64_t)at_most)
                               : NULL;
    if (s == NULL) {
        return false;
    }
    while (more) {
        struct access_user u = {0};
        if (!store_next(s, &more, errs)) {
            return false;
        }
        if (more && take_user(x, s, a, &u)) {
            *cf_push(a, out) = u;
        }
    }
    store_done(s);
    for (size_t i = 0; i < out->n; i++) {
        if (!access_grants_of(x, out->v[i].id, a, &out->v[i], errs)) {
            return false;
        }
    }
    *total = (size_t)n;
    return true;
}

/* ---- Changing. */
static bool taken(struct access *x, struct cf_str login, bool *is, struct cf_errs *errs) {
    struct store_stmt *s;
    if (!access_row(x, &sql_by_login, errs, &s, is, "t", login)) {
        return false;
    }
    if (*is) {
        store_done(s);
    }
    return true;
}

bool access_user_add(struct access *x, struct desk *keeper, const struct access_subject *by, struct cf_str login,
                     struct cf_str name, struct cf_str unit, struct cf_id *id, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("user");
    struct cf_str form = CF_LIT("");
    bool is = false;
    bool ok = access_allowed(by, ACCESS_USERS, errs) && name_fits(name, errs) &&
              (unit.n == 0 || declared(keeper, LANG_UNIT, "unit", unit, errs));
    if (ok && !access_login_form(a, login, &form)) {
        ok = cf_fail(errs, CF_A011, CF_NOWHERE, "`%.*s` is not a login", CF_STR_ARG(login));
    }
    ok = ok && taken(x, form, &is, errs);
    if (ok && is) {
        ok = cf_fail(errs, CF_A011, CF_NOWHERE, "the login `%.*s` is taken", CF_STR_ARG(form));
    }
    if (ok) {
        *id = ledger_new_subject(desk_ledger(keeper));
        struct standing joined = {.user = *id, .state = "joined", .unit = unit};
        ok = access_standing_put(x, keeper, by, &joined, errs) &&
             access_run(x, &sql_put, errs, "dtti", id, form, name, cf_now_us());
    }
    cf_arena_free(a);
    return ok;
}

static bool change(struct access *x, struct desk *keeper, const struct access_subject *by, const struct standing *s,
                   struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("user");
    struct access_user u = {0};
    bool ok = may_change(by, s->user, errs) && access_user_get(x, s->user, a, &u, errs);
    if (ok && u.grants.n >= CF_MAX_GRANTS && strcmp(s->state, "granted") == 0) {
        ok = cf_fail(errs, CF_A013, CF_NOWHERE, "one user holds %d roles at most", CF_MAX_GRANTS);
    }
    ok = ok && access_standing_put(x, keeper, by, s, errs);
    cf_arena_free(a);
    return ok;
}

bool access_user_grant(struct access *x, struct desk *keeper, const struct access_subject *by, struct cf_id user,
                       struct cf_str role, int64_t until_us, struct cf_str reason, struct cf_errs *errs) {
    struct standing s = {.user = user, .state = "granted", .role = role, .until_us = until_us, .reason = reason};
    if (until_us != 0 && until_us <= cf_now_us()) {
        return cf_fail(errs, CF_A012, CF_NOWHERE, "a grant cannot end before it begins");
    }
    return declared(keeper, LANG_ROLE, "role", role, errs) && change(x, keeper, by, &s, errs);
}

bool access_user_end(struct access *x, struct desk *keeper, const struct access_subject *by, struct cf_id user,
                     struct cf_str role, struct cf_str reason, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("user");
    struct access_user u = {0};
    bool held = false, ok = access_user_get(x, user, a, &u, errs);
    for (size_t i = 0; ok && i < u.grants.n; i++) {
        held = held || cf_str_eq(u.grants.v[i].role, role);
    }
    cf_arena_free(a);
    struct standing s = {.user = user, .state = "ended", .role = role, .reason = reason};
    if (ok && !held) {
        return cf_fail(errs, CF_A012, CF_NOWHERE, "they do not hold the role `%.*s`", CF_STR_ARG(role));
    }
    return ok && change(x, keeper, by, &s, errs);
}

bool access_user_unit(struct access *x, struct desk *keeper, const struct access_subject *by, struct cf_id user,
                      struct cf_str unit, struct cf_str reason, struct cf_errs *errs) {
    struct standing s = {.user = user, .state = "unit", .unit = unit, .reason = reason};
    return (unit.n == 0 || declared(keeper, LANG_UNIT, "unit", unit, errs)) && change(x, keeper, by, &s, errs);
}

bool access_user_active(struct access *x, struct desk *keeper, const struct access_subject *by, struct cf_id user, bool active,
                        struct cf_str reason, struct cf_errs *errs) {
    struct standing s = {.user = user, .state = active ? "back" : "left", .reason = reason};
    return change(x, keeper, by, &s, errs) && (active || access_sign_out_everywhere(x, user, errs));
}

/* ---- Passwords and other accounts. */
static bool set_password(struct access *x, struct cf_id user, struct cf_str password, bool must_change, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("password");
    bool ok = access_run(x, &sql_password, errs, "dti", &user, seal_password_hash(a, password), (int64_t)must_change);
    cf_arena_free(a);
    return ok;
}

bool access_user_reset(struct access *x, const struct access_subject *by, struct cf_id user, struct cf_str password,
                       struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("password");
    struct access_user u = {0};
    bool ok = may_change(by, user, errs) && access_user_get(x, user, a, &u, errs) &&
              access_password_fits(password, u.login, errs) && set_password(x, user, password, true, errs) &&
              access_attempt_forget(x, u.login, 0, errs) && access_sign_out_everywhere(x, user, errs);
    cf_arena_free(a);
    return ok;
}

bool access_password_change(struct access *x, struct cf_id user, struct cf_str old, struct cf_str fresh,
                            struct cf_str keep_token, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("password");
    struct store_stmt *s;
    struct cf_str hash = CF_LIT(""), login = CF_LIT("");
    bool row, ok = access_row(x, &sql_hash, errs, &s, &row, "d", &user);
    int64_t n = 0;
    if (ok && row) {
        hash = cf_str_dup(a, store_text(s, 0));
        login = cf_str_dup(a, store_text(s, 1));
        store_done(s);
    }
    ok = ok && access_attempt_begin(x, login, login, &n, errs);
    if (ok && (old.n > CF_MAX_PASSWORD_BYTES || !seal_password_right(a, hash, old))) {
        ok = cf_fail(errs, CF_A002, CF_NOWHERE, "the present password is wrong");
    }
    ok = ok && access_attempt_forget(x, login, n, errs) && access_password_fits(fresh, login, errs);
    if (ok && cf_str_eq(old, fresh)) {
        ok = cf_fail(errs, CF_A014, CF_NOWHERE, "the new password is the present one");
    }
    ok = ok && set_password(x, user, fresh, false, errs) && access_sessions_end_others(x, user, keep_token, errs);
    cf_arena_free(a);
    return ok;
}

bool access_user_link(struct access *x, const struct access_subject *by, struct cf_id user, struct cf_str issuer,
                      struct cf_str subject, struct cf_errs *errs) {
    struct store_stmt *s;
    struct cf_id other = {{0}};
    bool row;
    if (!may_change(by, user, errs) || !access_row(x, &sql_linked, errs, &s, &row, "tt", issuer, subject)) {
        return false;
    }
    if (row) {
        bool same = store_id(s, 0, &other) && cf_id_eq(other, user);
        store_done(s);
        return same || cf_fail(errs, CF_A011, CF_NOWHERE, "another user is linked to that account");
    }
    if (issuer.n == 0 || subject.n == 0 || issuer.n > 512 || subject.n > 512) {
        return cf_fail(errs, CF_A011, CF_NOWHERE, "an account is an issuer and a subject");
    }
    if (!access_run(x, &sql_link, errs, "dtt", &user, issuer, subject)) {
        return false;
    }
    return store_changes(x->db) == 1 || cf_fail(errs, CF_A010, CF_NOWHERE, "there is no such user");
}
