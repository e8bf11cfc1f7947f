/* session: who is signed in: tokens of which only a keyed hash is kept, their ends, the purpose chosen, one-time links. Must
 * not know passwords, nor what a role may do. */
#include "access/priv.h"

#define SESSION_COLUMNS                                                                                                        \
    "SELECT s.user, s.ref, s.purpose, s.made, s.seen, s.external, u.must_change, coalesce(t.active, 0) FROM session s "        \
    "JOIN user u ON u.id = s.user LEFT JOIN standing t ON t.user = s.user WHERE s.hash = ?1"
static const struct store_sql sql_put = {
    "session.put", "INSERT INTO session(hash, user, ref, purpose, made, seen, external) VALUES(?1, ?2, ?3, '', ?4, ?4, ?5)"};
static const struct store_sql sql_get = {"session.get", SESSION_COLUMNS};
static const struct store_sql sql_touch = {"session.touch", "UPDATE session SET seen = max(seen, ?2) WHERE hash = ?1"};
static const struct store_sql sql_seen = {"session.user_seen", "UPDATE user SET seen = max(seen, ?2) WHERE id = ?1"};
static const struct store_sql sql_purpose = {"session.purpose", "UPDATE session SET purpose = ?2 WHERE hash = ?1"};
static const struct store_sql sql_end = {"session.end", "DELETE FROM session WHERE hash = ?1"};
static const struct store_sql sql_end_all = {"session.end_all", "DELETE FROM session WHERE user = ?1 AND hash IS NOT ?2"};
static const struct store_sql sql_link_put = {
    "link.put", "INSERT INTO link(hash, what, user, data, made, ends) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"};
static const struct store_sql sql_link_get = {"link.get",
                                              "SELECT user, data, made, ends FROM link WHERE hash = ?1 AND what = ?2"};
static const struct store_sql sql_link_end = {"link.end", "DELETE FROM link WHERE hash = ?1"};

static bool ended(struct cf_errs *errs) {
    return cf_fail(errs, CF_A005, CF_NOWHERE, "this session is not open");
}

static bool token_hash(const struct access *x, const char *domain, struct cf_str token, uint8_t hash[32]) {
    uint8_t bytes[TOKEN_BYTES];
    if (!access_token_bytes(token, bytes)) {
        return false;
    }
    access_mac(x, domain, access_bytes(bytes, sizeof bytes), hash);
    return true;
}

static void set_ends(struct access_session *s) {
    s->idle_ends_us = s->seen_us + CF_MAX_SESSION_IDLE_MINUTES * US_PER_MINUTE;
    s->ends_us = s->made_us + CF_MAX_SESSION_HOURS * US_PER_HOUR;
}

bool access_session_begin(struct access *x, struct cf_id user, bool external, struct cf_arena *a, struct access_session *out,
                          struct cf_errs *errs) {
    uint8_t hash[32], ref[32];
    struct cf_str token = access_token_new(a);
    int64_t now = cf_now_us();
    CF_ASSERT(token_hash(x, "session", token, hash));
    CF_ASSERT(token_hash(x, "session ref", token, ref));
    struct cf_str shown = cf_hex(a, ref, 6);
    if (!access_run(x, &sql_put, errs, "bdtii", access_bytes(hash, 32), &user, shown, now, (int64_t)external) ||
        !access_run(x, &sql_seen, errs, "di", &user, now)) {
        return false;
    }
    return access_session_open(x, token, a, out, errs);
}

/* Ended by idleness, by age, or because the clock was set back: then nobody knows how old it is. */
static bool still_open(const struct access_session *s, int64_t now) {
    return now < s->idle_ends_us && now < s->ends_us && now >= s->seen_us - CF_MAX_CLOCK_BACK_S * US_PER_S;
}

bool access_session_open(struct access *x, struct cf_str token, struct cf_arena *a, struct access_session *out,
                         struct cf_errs *errs) {
    uint8_t hash[32];
    struct store_stmt *s;
    bool row, active = false, id_ok = false;
    int64_t now = cf_now_us();
    if (!token_hash(x, "session", token, hash)) {
        return ended(errs);
    }
    if (!access_row(x, &sql_get, errs, &s, &row, "b", access_bytes(hash, 32))) {
        return false;
    }
    if (!row) {
        return ended(errs);
    }
    *out = (struct access_session){.token = cf_str_dup(a, token),
                                   .ref = cf_str_dup(a, store_text(s, 1)),
                                   .purpose = cf_str_dup(a, store_text(s, 2)),
                                   .made_us = store_int(s, 3),
                                   .seen_us = store_int(s, 4),
                                   .external = store_int(s, 5) != 0,
                                   .must_change = store_int(s, 6) != 0};
    active = store_int(s, 7) != 0;
    id_ok = store_id(s, 0, &out->user);
    store_done(s);
    set_ends(out);
    if (!id_ok || !active || !still_open(out, now)) {
        return access_run(x, &sql_end, errs, "b", access_bytes(hash, 32)) && ended(errs);
    }
    if (now - out->seen_us >= CF_MAX_SESSION_TOUCH_S * US_PER_S) {
        if (!access_run(x, &sql_touch, errs, "bi", access_bytes(hash, 32), now)) {
            return false;
        }
        out->seen_us = now;
        set_ends(out);
    }
    return true;
}

bool access_session_purpose(struct access *x, const struct lang_set *set, struct cf_str token, struct cf_str purpose,
                            struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("purpose");
    struct access_session s;
    struct access_subject who = {0};
    uint8_t hash[32];
    bool ok = access_session_open(x, token, a, &s, errs);
    ok = ok && access_subject_roles(x, set, s.user, a, &who, errs);
    if (ok) {
        const struct lang_code **codes;
        size_t n = access_purposes(&who, set, a, &codes);
        bool has = false;
        for (size_t i = 0; i < n; i++) {
            has = has || cf_str_eq(codes[i]->name.text, purpose);
        }
        ok = has || cf_fail(errs, CF_A021, CF_NOWHERE, "`%.*s` is not a purpose of your roles", CF_STR_ARG(purpose));
    }
    ok =
        ok && token_hash(x, "session", token, hash) && access_run(x, &sql_purpose, errs, "bt", access_bytes(hash, 32), purpose);
    cf_arena_free(a);
    return ok;
}

bool access_sign_out(struct access *x, struct cf_str token, struct cf_errs *errs) {
    uint8_t hash[32];
    return !token_hash(x, "session", token, hash) || access_run(x, &sql_end, errs, "b", access_bytes(hash, 32));
}

bool access_sessions_end(struct access *x, struct cf_id user, const uint8_t *but, struct cf_errs *errs) {
    return but == NULL ? access_run(x, &sql_end_all, errs, "dn", &user)
                       : access_run(x, &sql_end_all, errs, "db", &user, access_bytes(but, 32));
}

bool access_sessions_end_others(struct access *x, struct cf_id user, struct cf_str keep_token, struct cf_errs *errs) {
    uint8_t hash[32];
    return access_sessions_end(x, user, token_hash(x, "session", keep_token, hash) ? hash : NULL, errs);
}

bool access_sign_out_everywhere(struct access *x, struct cf_id user, struct cf_errs *errs) {
    return access_sessions_end(x, user, NULL, errs);
}

/* ---- One-time links. */
bool access_link_make(struct access *x, const char *what, struct cf_id user, struct cf_str data, int64_t minutes,
                      struct cf_arena *a, struct cf_str *token, struct cf_errs *errs) {
    uint8_t hash[32];
    int64_t now = cf_now_us();
    CF_ASSERT(minutes > 0 && minutes <= CF_MAX_LINK_MINUTES);
    *token = access_token_new(a);
    CF_ASSERT(token_hash(x, "link", *token, hash));
    struct cf_str kept = data.n > 0 ? data : CF_LIT("");
    return access_run(x, &sql_link_put, errs, "btdbii", access_bytes(hash, 32), cf_str_from(what), &user, kept, now,
                      now + minutes * US_PER_MINUTE);
}

static bool link_take(struct access *x, const uint8_t hash[32], const char *what, struct cf_arena *a, struct cf_id *user,
                      struct cf_str *data, bool *found, struct cf_errs *errs) {
    struct store_stmt *s;
    bool row;
    *found = false;
    if (!access_row(x, &sql_link_get, errs, &s, &row, "bt", access_bytes(hash, 32), cf_str_from(what))) {
        return false;
    }
    if (!row) {
        return true;
    }
    int64_t now = cf_now_us();
    bool open = store_id(s, 0, user) && now < store_int(s, 3) && now >= store_int(s, 2) - CF_MAX_CLOCK_BACK_S * US_PER_S;
    *data = cf_str_dup(a, store_bytes(s, 1));
    store_done(s);
    *found = open;
    return access_run(x, &sql_link_end, errs, "b", access_bytes(hash, 32));
}

bool access_link_use(struct access *x, const char *what, struct cf_str token, struct cf_arena *a, struct cf_id *user,
                     struct cf_str *data, struct cf_errs *errs) {
    uint8_t hash[32];
    bool found = false;
    if (!token_hash(x, "link", token, hash)) {
        return cf_fail(errs, CF_A006, CF_NOWHERE, "this link is none, was used, or has ended");
    }
    if (!store_begin(x->db, errs)) { /* two clicks at once: one of them takes it */
        return false;
    }
    if (!link_take(x, hash, what, a, user, data, &found, errs)) {
        store_rollback(x->db);
        return false;
    }
    if (!store_commit(x->db, errs)) {
        return false;
    }
    return found || cf_fail(errs, CF_A006, CF_NOWHERE, "this link is none, was used, or has ended");
}
