/* otp: one-time codes (RFC 6238), and the only file that includes liboath. Must not know who signs in. */
#include "access/priv.h"

#include <liboath/oath.h>

#include <stdlib.h>

#define OTP_STEP_S 30
#define OTP_DIGITS 6
#define OTP_WINDOW 1 /* one step early or late: clocks of telephones */

static const struct store_sql sql_get = {"otp.get", "SELECT login, otp, otp_next, otp_step FROM user WHERE id = ?1"};
static const struct store_sql sql_step = {"otp.step", "UPDATE user SET otp_step = ?2 WHERE id = ?1 AND otp_step < ?2"};
static const struct store_sql sql_next = {"otp.next", "UPDATE user SET otp_next = ?2 WHERE id = ?1"};
static const struct store_sql sql_take = {
    "otp.take", "UPDATE user SET otp = otp_next, otp_next = NULL, otp_step = ?2 WHERE id = ?1 AND otp_next IS NOT NULL"};
static const struct store_sql sql_end = {"otp.end", "UPDATE user SET otp = NULL, otp_next = NULL WHERE id = ?1"};

/* Every step of the window is worked out and compared, so that the time says nothing about which one fits. */
bool otp_right(const uint8_t *secret, size_t n, struct cf_str code, int64_t now_s, int64_t after, int64_t *step) {
    bool right = false;
    CF_ASSERT(oath_init() == OATH_OK);
    if (code.n != OTP_DIGITS || now_s < 0) {
        return false;
    }
    for (int64_t at = now_s / OTP_STEP_S - OTP_WINDOW; at <= now_s / OTP_STEP_S + OTP_WINDOW; at++) {
        char want[OTP_DIGITS + 1];
        if (at < 0 || oath_totp_generate((const char *)secret, n, (time_t)(at * OTP_STEP_S), OTP_STEP_S,
                                         OATH_TOTP_DEFAULT_START_TIME, OTP_DIGITS, want) != OATH_OK) {
            continue;
        }
        if (seal_equal(want, code.p, OTP_DIGITS) && at > after) {
            right = true;
            *step = at;
        }
        seal_wipe(want, sizeof want);
    }
    return right;
}

struct cf_str otp_base32(struct cf_arena *a, const uint8_t *secret, size_t n) {
    char *out = NULL;
    size_t out_n = 0;
    CF_ASSERT(oath_base32_encode((const char *)secret, n, &out, &out_n) == OATH_OK);
    struct cf_str text = cf_str_dup(a, (struct cf_str){out, out_n});
    seal_wipe(out, out_n);
    free(out);
    while (text.n > 0 && text.p[text.n - 1] == '=') {
        text.n--;
    }
    return text;
}

/* ---- What is kept of a user: the secret, sealed to them; the last step that was used. */
struct otp_kept {
    struct cf_str login;
    uint8_t now[OTP_SECRET], next[OTP_SECRET];
    bool has, has_next;
    int64_t step;
};

static bool unseal(const struct access *x, struct cf_id user, struct store_stmt *s, int column, uint8_t out[OTP_SECRET],
                   bool *has, struct cf_errs *errs) {
    *has = !store_is_null(s, column);
    struct cf_str box = store_bytes(s, column);
    if (*has &&
        (box.n != OTP_SECRET + SEAL_VAULT_EXTRA || !seal_vault_open(x->ledger, "otp", access_id_bytes(&user), box, out))) {
        return cf_fail(errs, CF_A009, CF_NOWHERE, "a one-time secret does not open under this ledger's keys");
    }
    return true;
}

static bool otp_load(struct access *x, struct cf_id user, struct cf_arena *a, struct otp_kept *k, struct cf_errs *errs) {
    struct store_stmt *s;
    bool row;
    *k = (struct otp_kept){0};
    if (!access_row(x, &sql_get, errs, &s, &row, "d", &user)) {
        return false;
    }
    if (!row) {
        return cf_fail(errs, CF_A010, CF_NOWHERE, "there is no such user");
    }
    k->login = cf_str_dup(a, store_text(s, 0));
    k->step = store_int(s, 3);
    bool ok = unseal(x, user, s, 1, k->now, &k->has, errs) && unseal(x, user, s, 2, k->next, &k->has_next, errs);
    store_done(s);
    return ok;
}

bool access_otp_check(struct access *x, struct cf_id user, struct cf_str code, bool *has, bool *right, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("one-time code");
    struct otp_kept k;
    int64_t step = 0;
    bool ok = otp_load(x, user, a, &k, errs);
    *has = ok && k.has;
    *right = ok && k.has && otp_right(k.now, OTP_SECRET, code, cf_now_us() / US_PER_S, k.step, &step);
    if (*right) { /* each code works once, also for two who send it at the same moment */
        ok = access_run(x, &sql_step, errs, "di", &user, step);
        *right = ok && store_changes(x->db) == 1;
    }
    seal_wipe(&k, sizeof k);
    cf_arena_free(a);
    return ok;
}

bool access_otp_begin(struct access *x, struct cf_id user, struct cf_arena *a, struct cf_str *secret_base32,
                      struct cf_str *otpauth, struct cf_errs *errs) {
    struct otp_kept k;
    uint8_t secret[OTP_SECRET], box[OTP_SECRET + SEAL_VAULT_EXTRA];
    if (!otp_load(x, user, a, &k, errs)) {
        return false;
    }
    seal_random(secret, sizeof secret);
    seal_vault_close(x->ledger, "otp", access_id_bytes(&user), access_bytes(secret, sizeof secret), box);
    *secret_base32 = otp_base32(a, secret, sizeof secret);
    *otpauth = cf_str_printf(a, "otpauth://totp/childfirst:%.*s?secret=%.*s&issuer=childfirst",
                             CF_STR_ARG(access_url_escape(a, k.login)), CF_STR_ARG(*secret_base32));
    seal_wipe(secret, sizeof secret);
    seal_wipe(&k, sizeof k);
    return access_run(x, &sql_next, errs, "db", &user, access_bytes(box, sizeof box));
}

bool access_otp_confirm(struct access *x, struct cf_id user, struct cf_str code, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("one-time code");
    struct otp_kept k;
    int64_t step = 0;
    bool ok = otp_load(x, user, a, &k, errs);
    if (ok && !(k.has_next && otp_right(k.next, OTP_SECRET, code, cf_now_us() / US_PER_S, -1, &step))) {
        ok = cf_fail(errs, CF_A003, CF_NOWHERE, "the code is not the one that the authenticator shows now");
    }
    ok = ok && access_run(x, &sql_take, errs, "di", &user, step);
    seal_wipe(&k, sizeof k);
    cf_arena_free(a);
    return ok;
}

bool access_otp_end(struct access *x, const struct access_subject *by, struct cf_id user, struct cf_errs *errs) {
    bool own = by != NULL && cf_id_eq(by->user, user);
    return (own || access_allowed(by, ACCESS_USERS, errs)) && access_run(x, &sql_end, errs, "d", &user);
}
