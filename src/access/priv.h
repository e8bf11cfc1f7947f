/* access, private: what the files of this room share. */
#ifndef CF_ACCESS_PRIV_H
#define CF_ACCESS_PRIV_H

#include "access/access.h"
#include "ledger/seal.h"
#include "store/store.h"

#define US_PER_S INT64_C(1000000)
#define US_PER_MINUTE (60 * US_PER_S)
#define US_PER_HOUR (3600 * US_PER_S)
#define US_PER_DAY (86400 * US_PER_S)
#define TOKEN_BYTES 32

struct access {
    struct cf_arena *arena;
    struct ledger *ledger;
    struct store_db *db;
    struct ledger_reads *reads; /* opened at the first look */
    struct access_log *log;     /* shared; NULL: `reads` is written by this thread */
    struct cf_str decoy;        /* a hash to check passwords of unknown logins against */
    const char *vfs;            /* for fault tests */
};

/* ---- db.c */
const char *access_path(struct cf_arena *a, const struct ledger *l);
/* Opens with a file layer, for fault tests. */
CF_MUST_USE bool access_open_with(struct cf_arena *a, struct ledger *l, enum access_mode mode, const char *vfs,
                                  struct cf_errs *errs, struct access **out);
/* Binds in order and runs; what it returns is store_run's. Kinds: i int64_t, t struct cf_str text, b struct cf_str bytes, d
 * const struct cf_id *, n null. */
CF_MUST_USE bool access_run(struct access *x, const struct store_sql *q, struct cf_errs *errs, const char *kinds, ...);
/* The same, stepped to its first row. *row says whether there is one; then the statement must be ended with store_done. */
CF_MUST_USE bool access_row(struct access *x, const struct store_sql *q, struct cf_errs *errs, struct store_stmt **s, bool *row,
                            const char *kinds, ...);
/* The same, ready to be stepped by store_next. NULL after an error. */
struct store_stmt *access_rows(struct access *x, const struct store_sql *q, struct cf_errs *errs, const char *kinds, ...);
void access_mac(const struct access *x, const char *domain, struct cf_str bytes, uint8_t out[32]);
struct cf_str access_bytes(const void *p, size_t n);
struct cf_str access_id_bytes(const struct cf_id *id);

/* ---- token.c */
CF_MUST_USE bool access_token_bytes(struct cf_str token, uint8_t out[TOKEN_BYTES]); /* strict base64url of 32 bytes */
struct cf_str access_token_text(struct cf_arena *a, const uint8_t bytes[TOKEN_BYTES]);

/* ---- users.c */
CF_MUST_USE bool access_login_form(struct cf_arena *a, struct cf_str given,
                                   struct cf_str *login); /* small letters; false: none */
bool access_password_fits(struct cf_str password, struct cf_str login, struct cf_errs *errs);
CF_MUST_USE bool access_allowed(const struct access_subject *by, enum access_act act,
                                struct cf_errs *errs); /* A022; NULL: yes */
/* ---- standing.c: what role_granted events say. Appends one (the kept fields below) and takes it in. */
struct standing {
    struct cf_id user;
    const char *state; /* joined, granted, ended, unit, left, back */
    struct cf_str role, unit, reason;
    int64_t until_us;
};
CF_MUST_USE bool access_standing_put(struct access *x, struct desk *keeper, const struct access_subject *by,
                                     const struct standing *s, struct cf_errs *errs);
CF_MUST_USE bool access_grants_of(struct access *x, struct cf_id user, struct cf_arena *a, struct access_user *into,
                                  struct cf_errs *errs); /* live ones */

/* ---- session.c */
CF_MUST_USE bool access_session_begin(struct access *x, struct cf_id user, bool external, struct cf_arena *a,
                                      struct access_session *out, struct cf_errs *errs);
CF_MUST_USE bool access_sessions_end(struct access *x, struct cf_id user, const uint8_t *but, struct cf_errs *errs);
CF_MUST_USE bool access_sessions_end_others(struct access *x, struct cf_id user, struct cf_str keep_token,
                                            struct cf_errs *errs);

/* ---- subject.c: name, login, roles and unit as granted now, for the set; not the desk's numbers. A005: not active. */
CF_MUST_USE bool access_subject_roles(struct access *x, const struct lang_set *set, struct cf_id user, struct cf_arena *a,
                                      struct access_subject *out, struct cf_errs *errs);
/* Numbers of the subject and its unit in the ledger. */
CF_MUST_USE bool access_subject_numbers(struct desk *d, struct access_subject *who, struct cf_errs *errs);

/* ---- signin.c: A004, or notes the attempt; *n is its row, deleted again when it succeeds. */
CF_MUST_USE bool access_attempt_begin(struct access *x, struct cf_str login, struct cf_str address, int64_t *n,
                                      struct cf_errs *errs);
CF_MUST_USE bool access_attempt_forget(struct access *x, struct cf_str login, int64_t n, struct cf_errs *errs);

/* ---- otp.c: the only file that includes liboath. */
/* Does the code fit one of the steps around now, later than `after`? *step is which. */
bool otp_right(const uint8_t *secret, size_t n, struct cf_str code, int64_t now_s, int64_t after, int64_t *step);
struct cf_str otp_base32(struct cf_arena *a, const uint8_t *secret, size_t n);
#define OTP_SECRET 20
/* The user's stored secret, checked and its step moved on. *has: they have one. */
CF_MUST_USE bool access_otp_check(struct access *x, struct cf_id user, struct cf_str code, bool *has, bool *right,
                                  struct cf_errs *errs);

/* ---- log.c: false when the row could not be made durable. */
CF_MUST_USE bool access_log_add(struct access_log *x, const struct ledger_read_row *row);

/* ---- glass.c */
#define ACCESS_OPENING "break_glass"
#define ACCESS_OPENING_REVIEW "break_glass_reviewed"
CF_MUST_USE bool access_glass_of(struct access *x, struct cf_id user, struct cf_arena *a, const struct cf_id **children,
                                 size_t *n, struct cf_errs *errs);

/* ---- fetch.c: the only file that includes libcurl. One request; https, or http to a loopback address. */
struct fetch {
    struct cf_str url, body;      /* body not empty: POST of a form */
    struct cf_str user, password; /* client authentication; empty: none */
    const char *ca_file;
};
CF_MUST_USE bool access_fetch(const struct fetch *f, struct cf_arena *a, struct cf_str *answer, struct cf_errs *errs);
struct cf_str access_url_escape(struct cf_arena *a, struct cf_str s);

/* ---- jws.c: the only file that includes cjose. Verifies a compact signature by one key (JWK as JSON text). */
bool jws_verify(struct cf_arena *a, struct cf_str compact, struct cf_str jwk, struct cf_str *payload);

/* ---- oidc.c: for tests and the fuzzer: an id token against keys and what was asked. */
struct id_token_wanted {
    struct cf_str issuer, client_id, nonce;
    int64_t now_s;
};
CF_MUST_USE bool access_id_claims(struct cf_arena *a, struct cf_str payload, const struct id_token_wanted *w,
                                  struct cf_str *subject, struct cf_errs *errs); /* what a signature that fitted stands under */
CF_MUST_USE bool access_id_token(struct cf_arena *a, struct cf_str token, struct cf_str jwks, const struct id_token_wanted *w,
                                 struct cf_str *subject, struct cf_errs *errs);

#endif
