/* keys: partners' API keys, of which only a keyed hash is kept, and the key that phones seal forms to. Must not know HTTP. */
#include "access/priv.h"

#define KEY_PREFIX "cfk_"

static const struct store_sql sql_put = {
    "key.put",
    "INSERT INTO api_key(id, hash, partner, label, purpose, records, shares, made, expires, used, ended) VALUES(?1, ?2, ?3, "
    "?4, ?5, ?6, ?7, ?8, ?9, 0, 0)"};
#define KEY_COLUMNS "SELECT id, partner, label, purpose, records, shares, made, expires, used, ended FROM api_key "
static const struct store_sql sql_get = {"key.get", KEY_COLUMNS "WHERE hash = ?1"};
static const struct store_sql sql_list = {"key.list", KEY_COLUMNS "ORDER BY partner, made, id"};
static const struct store_sql sql_used = {"key.used", "UPDATE api_key SET used = ?2 WHERE id = ?1 AND used < ?3"};
static const struct store_sql sql_end = {"key.end", "UPDATE api_key SET ended = 1 WHERE id = ?1"};
static const struct store_sql sql_offline_put = {"offline.put", "INSERT INTO offline(public, box, made) VALUES(?1, ?2, ?3)"};
static const struct store_sql sql_offline_last = {"offline.last", "SELECT n, public FROM offline ORDER BY n DESC LIMIT 1"};
static const struct store_sql sql_offline_get = {"offline.get", "SELECT public, box FROM offline WHERE n = ?1"};

/* ---- Scopes: names of the policies, kept as words. */
static bool names_declared(const struct lang_set *set, enum lang_decl_kind kind, const struct cf_str *names, size_t n,
                           struct cf_errs *errs) {
    for (size_t i = 0; i < n; i++) {
        if (lang_find_kind(set, kind, names[i]) == NULL) {
            return cf_fail(errs, CF_A012, CF_NOWHERE, "the policies in force declare no %s `%.*s`", lang_decl_word(kind),
                           CF_STR_ARG(names[i]));
        }
    }
    return true;
}

static struct cf_str words_of(struct cf_arena *a, const struct cf_str *names, size_t n) {
    struct cf_buf b = cf_buf_new(a, (size_t)CF_MAX_SCOPE_NAMES * (CF_MAX_NAME_BYTES + 1));
    for (size_t i = 0; i < n; i++) {
        cf_buf_printf(&b, "%s%.*s", i > 0 ? " " : "", CF_STR_ARG(names[i]));
    }
    return b.n > 0 ? (struct cf_str){b.p, b.n} : CF_LIT("");
}

static const struct cf_str *names_of(struct cf_arena *a, struct cf_str words, size_t *n) {
    struct {
        CF_VEC(struct cf_str);
    } names = {0};
    struct cf_str word, rest = cf_str_dup(a, words);
    while (rest.n > 0 && cf_str_split(&rest, ' ', &word)) {
        *cf_push(a, &names) = word;
    }
    *n = names.n;
    return names.v;
}

static bool purpose_of_partner(const struct lang_decl *partner, struct cf_str purpose, struct cf_errs *errs) {
    for (size_t i = 0; i < partner->as.partner.purposes.n; i++) {
        if (cf_str_eq(partner->as.partner.purposes.v[i].text, purpose)) {
            return true;
        }
    }
    return cf_fail(errs, CF_A012, CF_NOWHERE, "the partner `%.*s` has no purpose `%.*s`", CF_STR_ARG(partner->name.text),
                   CF_STR_ARG(purpose));
}

static bool scope_fits(const struct lang_set *set, struct cf_str partner, const struct access_scope *scope,
                       struct cf_errs *errs) {
    const struct lang_decl *p = set != NULL ? lang_find_kind(set, LANG_PARTNER, partner) : NULL;
    if (p == NULL) {
        return cf_fail(errs, CF_A012, CF_NOWHERE, "the policies in force declare no partner `%.*s`", CF_STR_ARG(partner));
    }
    if (scope->n_records > CF_MAX_SCOPE_NAMES || scope->n_shares > CF_MAX_SCOPE_NAMES) {
        return cf_fail(errs, CF_A012, CF_NOWHERE, "a key names %d records and shares at most", CF_MAX_SCOPE_NAMES);
    }
    return purpose_of_partner(p, scope->purpose, errs) &&
           names_declared(set, LANG_RECORD, scope->records, scope->n_records, errs) &&
           names_declared(set, LANG_SHARE, scope->shares, scope->n_shares, errs);
}

/* ---- Keys. */
bool access_key_make(struct access *x, struct desk *d, const struct access_subject *by, struct cf_str partner,
                     struct cf_str label, const struct access_scope *scope, int64_t expires_us, struct cf_arena *a,
                     struct cf_id *id, struct cf_str *secret, struct cf_errs *errs) {
    uint8_t mac[32];
    int64_t now = cf_now_us();
    if (!access_allowed(by, ACCESS_KEYS, errs) || !scope_fits(desk_set(d), partner, scope, errs)) {
        return false;
    }
    if (expires_us <= now) {
        return cf_fail(errs, CF_A012, CF_NOWHERE, "a key must end in the future");
    }
    if (label.n == 0 || label.n > CF_MAX_PERSON_NAME_BYTES || !cf_utf8_valid(label, NULL)) {
        return cf_fail(errs, CF_A012, CF_NOWHERE, "a key has a label of 1 to %d bytes", CF_MAX_PERSON_NAME_BYTES);
    }
    *secret = cf_str_printf(a, KEY_PREFIX "%.*s", CF_STR_ARG(access_token_new(a)));
    access_mac(x, "api key", *secret, mac);
    seal_random(id->b, sizeof id->b);
    return access_run(x, &sql_put, errs,
                      "dbttttt"
                      "ii",
                      id, access_bytes(mac, 32), partner, label, scope->purpose, words_of(a, scope->records, scope->n_records),
                      words_of(a, scope->shares, scope->n_shares), now, expires_us);
}

bool access_key_end(struct access *x, const struct access_subject *by, struct cf_id id, struct cf_errs *errs) {
    if (!access_allowed(by, ACCESS_KEYS, errs) || !access_run(x, &sql_end, errs, "d", &id)) {
        return false;
    }
    return store_changes(x->db) == 1 || cf_fail(errs, CF_A007, CF_NOWHERE, "there is no such key");
}

static bool take_key(struct store_stmt *s, struct cf_arena *a, struct access_key *out) {
    *out = (struct access_key){.partner = cf_str_dup(a, store_text(s, 1)),
                               .label = cf_str_dup(a, store_text(s, 2)),
                               .scope = {.purpose = cf_str_dup(a, store_text(s, 3))},
                               .made_us = store_int(s, 6),
                               .expires_us = store_int(s, 7),
                               .last_used_us = store_int(s, 8),
                               .ended = store_int(s, 9) != 0};
    out->scope.records = names_of(a, store_text(s, 4), &out->scope.n_records);
    out->scope.shares = names_of(a, store_text(s, 5), &out->scope.n_shares);
    return store_id(s, 0, &out->id);
}

bool access_key_list(struct access *x, struct cf_arena *a, struct access_keys *out, struct cf_errs *errs) {
    bool more = true;
    *out = (struct access_keys){0};
    struct store_stmt *s = access_rows(x, &sql_list, errs, "");
    if (s == NULL) {
        return false;
    }
    while (more) {
        struct access_key k;
        if (!store_next(s, &more, errs)) {
            return false;
        }
        if (more && take_key(s, a, &k)) {
            *cf_push(a, out) = k;
        }
    }
    store_done(s);
    return true;
}

static bool key_of(struct access *x, struct cf_str secret, struct cf_arena *a, struct access_key *out, bool *found,
                   struct cf_errs *errs) {
    struct store_stmt *s;
    uint8_t mac[32], bytes[TOKEN_BYTES];
    *found = false;
    if (!cf_str_starts(secret, CF_LIT(KEY_PREFIX)) ||
        !access_token_bytes(cf_str_slice(secret, sizeof KEY_PREFIX - 1, secret.n), bytes)) {
        return true;
    }
    access_mac(x, "api key", secret, mac);
    if (!access_row(x, &sql_get, errs, &s, found, "b", access_bytes(mac, 32))) {
        return false;
    }
    if (*found) {
        *found = take_key(s, a, out);
        store_done(s);
    }
    return true;
}

bool access_subject_of_key(struct access *x, struct desk *d, struct cf_str secret, struct cf_arena *a,
                           struct access_subject *out, struct cf_errs *errs) {
    struct access_key *k = CF_NEW(a, struct access_key);
    const struct lang_set *set = desk_set(d);
    int64_t now = cf_now_us();
    bool found;
    if (!key_of(x, secret, a, k, &found, errs)) {
        return false;
    }
    const struct lang_decl *partner = found && set != NULL ? lang_find_kind(set, LANG_PARTNER, k->partner) : NULL;
    bool open = found && !k->ended && now < k->expires_us && now >= k->made_us - CF_MAX_CLOCK_BACK_S * US_PER_S;
    if (!open || partner == NULL) {
        return cf_fail(errs, CF_A007, CF_NOWHERE, "this key is none, was ended, or has expired");
    }
    const struct lang_decl **roles = CF_NEW_N(a, const struct lang_decl *, 1);
    roles[0] = lang_find_kind(set, LANG_ROLE, k->partner);
    *out = (struct access_subject){.set = set,
                                   .user = desk_unit_id(d, partner),
                                   .name = partner->title,
                                   .login = k->partner,
                                   .roles = roles,
                                   .n_roles = roles[0] != NULL ? 1 : 0,
                                   .purpose = k->scope.purpose,
                                   .session = cf_hex(a, k->id.b, 6),
                                   .partner = true,
                                   .scope = &k->scope};
    return access_run(x, &sql_used, errs, "dii", &k->id, now, now - US_PER_MINUTE) && access_subject_numbers(d, out, errs);
}

/* ---- The key that phones seal forms to. */
static bool offline_last(struct access *x, struct access_offline_key *out, bool *found, struct cf_errs *errs) {
    struct store_stmt *s;
    if (!access_row(x, &sql_offline_last, errs, &s, found, "")) {
        return false;
    }
    if (*found) {
        struct cf_str key = store_bytes(s, 1);
        out->number = (uint32_t)store_int(s, 0);
        if (key.n == sizeof out->public_key) {
            memcpy(out->public_key, key.p, sizeof out->public_key);
        }
        store_done(s);
    }
    return true;
}

bool access_offline_rotate(struct access *x, struct cf_errs *errs) {
    uint8_t public_key[32], secret[32], box[32 + SEAL_VAULT_EXTRA];
    seal_pair(public_key, secret);
    seal_vault_close(x->ledger, "offline", access_bytes(public_key, 32), access_bytes(secret, 32), box);
    seal_wipe(secret, sizeof secret);
    return access_run(x, &sql_offline_put, errs, "bbi", access_bytes(public_key, 32), access_bytes(box, sizeof box),
                      cf_now_us());
}

bool access_offline_key(struct access *x, struct access_offline_key *out, struct cf_errs *errs) {
    bool found;
    if (!offline_last(x, out, &found, errs)) {
        return false;
    }
    if (found) {
        return true;
    }
    if (!store_begin(x->db, errs)) { /* two servers that start at once make one */
        return false;
    }
    if (!offline_last(x, out, &found, errs) || (!found && !access_offline_rotate(x, errs))) {
        store_rollback(x->db);
        return false;
    }
    return store_commit(x->db, errs) && offline_last(x, out, &found, errs);
}

bool access_offline_open(struct access *x, uint32_t number, struct cf_str box, struct cf_arena *a, struct cf_str *plain,
                         struct cf_errs *errs) {
    struct store_stmt *s;
    bool row;
    uint8_t secret[32];
    if (!access_row(x, &sql_offline_get, errs, &s, &row, "i", (int64_t)number)) {
        return false;
    }
    bool ours = row && store_bytes(s, 1).n == 32 + SEAL_VAULT_EXTRA &&
                seal_vault_open(x->ledger, "offline", store_bytes(s, 0), store_bytes(s, 1), secret);
    if (row) {
        store_done(s);
    }
    bool fits = box.n >= SEAL_TO_EXTRA && box.n <= CF_MAX_DRAFT_BYTES + SEAL_TO_EXTRA;
    uint8_t *out = fits ? cf_alloc(a, box.n - SEAL_TO_EXTRA + 1) : NULL;
    bool ok = ours && fits && seal_from(secret, box, out);
    seal_wipe(secret, sizeof secret);
    *plain = ok ? access_bytes(out, box.n - SEAL_TO_EXTRA) : CF_LIT("");
    return ok || cf_fail(errs, CF_A008, CF_NOWHERE, "this form was not sealed to a key of this server, or is damaged");
}
