/* signin: a login, a password and a code become a session, or are refused: in the same words and with the same work whether the
 * login exists or not, and not without end. Must not know roles. */
#include "access/priv.h"

static const struct store_sql sql_count_login = {"signin.count_login",
                                                 "SELECT count(*), max(at), min(at) FROM attempt WHERE login = ?1 AND at > ?2"};
static const struct store_sql sql_count_address = {
    "signin.count_address", "SELECT count(*), max(at), min(at) FROM attempt WHERE address = ?1 AND at > ?2"};
static const struct store_sql sql_attempt = {"signin.attempt", "INSERT INTO attempt(at, login, address) VALUES(?1, ?2, ?3)"};
static const struct store_sql sql_forget = {"signin.forget", "DELETE FROM attempt WHERE login = ?1 OR n = ?2"};
static const struct store_sql sql_user = {
    "signin.user", "SELECT u.id, u.password, coalesce(t.active, 0) FROM user u LEFT JOIN standing t ON t.user = u.id WHERE "
                   "u.login = ?1"};
static const struct store_sql sql_rehash = {"signin.rehash", "UPDATE user SET password = ?2 WHERE id = ?1"};

/* ---- Too many attempts (an empty login counts by address alone): counted in one transaction with the noting of this one, so
 * that none slips between. Those noted under a later clock count too: setting a clock back gives nobody more attempts. */
static bool under_limit(struct access *x, const struct store_sql *q, struct cf_str key, int64_t most, int64_t now,
                        struct cf_errs *errs) {
    struct store_stmt *s;
    bool row;
    int64_t window = CF_MAX_SIGN_IN_MINUTES * US_PER_MINUTE;
    if (!access_row(x, q, errs, &s, &row, "bi", key, now - window)) {
        return false;
    }
    int64_t n = row ? store_int(s, 0) : 0, first = row ? store_int(s, 2) : 0;
    if (row) {
        store_done(s);
    }
    if (n < most) {
        return true;
    }
    int64_t left = (first + window - now) / US_PER_MINUTE + 1;
    cf_fail(errs, CF_A004, CF_NOWHERE, "there were %lld failed attempts to sign in", (long long)n);
    cf_hint(errs, "Wait %lld minutes, then try again; or ask an administrator to reset the password.", (long long)left);
    return false;
}

static void attempt_keys(const struct access *x, struct cf_str login, struct cf_str address, uint8_t by_login[32],
                         uint8_t by_address[32]) {
    access_mac(x, "attempt login", login, by_login);
    access_mac(x, "attempt address", address, by_address);
}

bool access_attempt_begin(struct access *x, struct cf_str login, struct cf_str address, int64_t *n, struct cf_errs *errs) {
    uint8_t by_login[32], by_address[32];
    int64_t now = cf_now_us();
    attempt_keys(x, login, address, by_login, by_address);
    if (!store_begin(x->db, errs)) {
        return false;
    }
    bool login_fits =
        login.n == 0 || under_limit(x, &sql_count_login, access_bytes(by_login, 32), CF_MAX_SIGN_IN_BY_LOGIN, now, errs);
    if (!login_fits ||
        !under_limit(x, &sql_count_address, access_bytes(by_address, 32), CF_MAX_SIGN_IN_BY_ADDRESS, now, errs) ||
        !access_run(x, &sql_attempt, errs, "ibb", now, access_bytes(by_login, 32), access_bytes(by_address, 32))) {
        store_rollback(x->db);
        return false;
    }
    *n = store_last_row(x->db);
    return store_commit(x->db, errs);
}

bool access_attempt_forget(struct access *x, struct cf_str login, int64_t n, struct cf_errs *errs) {
    uint8_t by_login[32];
    access_mac(x, "attempt login", login, by_login);
    if (login.n == 0) { /* only this one: others without a login are somebody else's */
        memset(by_login, 0, sizeof by_login);
    }
    return access_run(x, &sql_forget, errs, "bi", access_bytes(by_login, 32), n);
}

/* ---- The password. */
static bool refused(struct cf_errs *errs) {
    return cf_fail(errs, CF_A002, CF_NOWHERE, "login or password is wrong");
}

/* The user whose password this is. An unknown login is checked against a hash that nothing fits. */
static bool password_of(struct access *x, struct cf_str login, struct cf_str password, struct cf_arena *a, struct cf_id *user,
                        bool *right, struct cf_errs *errs) {
    struct store_stmt *s;
    struct cf_str hash = x->decoy;
    bool row, known = false, active = false;
    if (!access_row(x, &sql_user, errs, &s, &row, "t", login)) {
        return false;
    }
    if (row) {
        known = store_id(s, 0, user) && !store_is_null(s, 1);
        hash = known ? cf_str_dup(a, store_text(s, 1)) : hash;
        active = store_int(s, 2) != 0;
        store_done(s);
    }
    bool fits = password.n <= CF_MAX_PASSWORD_BYTES;
    struct cf_str tried = cf_str_slice(password, 0, CF_MAX_PASSWORD_BYTES);
    *right = seal_password_right(a, hash, tried) && fits && known && active;
    if (*right && seal_password_stale(a, hash)) {
        return access_run(x, &sql_rehash, errs, "dt", user, seal_password_hash(a, password));
    }
    return true;
}

bool access_sign_in(struct access *x, const struct access_attempt *at, struct cf_arena *a, struct access_session *out,
                    struct cf_errs *errs) {
    struct cf_str login = CF_LIT("");
    struct cf_id user = {{0}};
    int64_t n = 0;
    bool right = false, has_code = false, code_right = false;
    bool formed = access_login_form(a, at->login, &login);
    if (!access_attempt_begin(x, login, at->address, &n, errs) ||
        !password_of(x, login, at->password, a, &user, &right, errs)) {
        return false;
    }
    if (!right || !formed) {
        return refused(errs);
    }
    if (!access_otp_check(x, user, at->code, &has_code, &code_right, errs)) {
        return false;
    }
    if (has_code && !code_right) {
        return cf_fail(errs, CF_A003, CF_NOWHERE, at->code.n == 0 ? "a one-time code is needed" : "the one-time code is wrong");
    }
    return access_attempt_forget(x, login, n, errs) && access_session_begin(x, user, false, a, out, errs);
}
