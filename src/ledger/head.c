/* ledger/head: signed heads as C2SP tlog-checkpoint notes, and the proofs that stand on them: inclusion of an event, growth
 * from an older head. Formats: doc/reference/proof.md. Knows the tree and the signing key, nothing of what an event says. */
#include "ledger/ledger_priv.h"

static const struct store_sql sql_head_get = {"ledger.head_get", "SELECT note FROM head WHERE size = ?1"};
static const struct store_sql sql_head_put = {"ledger.head_put",
                                              "INSERT INTO head(size, note) VALUES(?1, ?2) ON CONFLICT(size) DO NOTHING"};

/* The first four bytes of SHA-256(name | newline | 01 | public key): C2SP signed-note. */
static void key_id(const struct ledger *l, uint8_t out[4]) {
    uint8_t hash[LEDGER_HASH];
    const struct cf_str pieces[] = {l->origin, CF_LIT("\n\x01"), {(const char *)l->keys->sign_public, 32}};
    sha_pieces(l->sha, pieces, CF_COUNT(pieces), hash);
    memcpy(out, hash, 4);
}

struct cf_str ledger_verifier_key(const struct ledger *l, struct cf_arena *a) {
    uint8_t id[4], key[33] = {1};
    key_id(l, id);
    memcpy(key + 1, l->keys->sign_public, 32);
    return cf_str_printf(a, "%.*s+%.*s+%.*s", CF_STR_ARG(l->origin), CF_STR_ARG(cf_hex(a, id, 4)),
                         CF_STR_ARG(cf_base64(a, key, sizeof key)));
}

static struct cf_str note_sign(const struct ledger *l, uint64_t size, const uint8_t root[LEDGER_HASH], struct cf_arena *a) {
    char clock[64] = "synchronised";
    if (l->clock_error_us >= 0) {
        (void)snprintf(clock, sizeof clock, "unsynchronised %lld", (long long)l->clock_error_us);
    }
    struct cf_str text = cf_str_printf(a, "%.*s\n%llu\n%.*s\ntime %lld %s\n", CF_STR_ARG(l->origin), (unsigned long long)size,
                                       CF_STR_ARG(cf_base64(a, root, LEDGER_HASH)), (long long)cf_now_us(), clock);
    uint8_t sig[4 + 64];
    key_id(l, sig);
    seal_sign(l->keys, text, sig + 4);
    return cf_str_printf(a, "%.*s\n\xe2\x80\x94 %.*s %.*s\n", CF_STR_ARG(text), CF_STR_ARG(l->origin),
                         CF_STR_ARG(cf_base64(a, sig, sizeof sig)));
}

bool ledger_root(struct ledger *l, uint64_t size, uint8_t root[LEDGER_HASH], struct cf_errs *errs) {
    if (size == l->size) {
        tree_root(&l->tree, l->sha, root);
        return true;
    }
    if (size > l->size) {
        return cf_fail(errs, CF_E032, CF_NOWHERE, "the ledger has %llu events, not %llu", (unsigned long long)l->size,
                       (unsigned long long)size);
    }
    struct tree_source src = ledger_tree(l);
    return tree_root_at(size, l->sha, &src, root, errs);
}

static bool head_kept(struct ledger *l, uint64_t size, struct cf_arena *a, struct cf_str *note, struct cf_errs *errs) {
    struct store_stmt *s = store_use(l->db, &sql_head_get, errs);
    bool row = false;
    *note = CF_LIT("");
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)size);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    if (row) {
        *note = cf_str_dup(a, store_text(s, 0));
    }
    store_done(s);
    return true;
}

static bool head_of(struct ledger *l, uint64_t size, struct cf_arena *a, struct cf_str *note, struct cf_errs *errs) {
    uint8_t root[LEDGER_HASH];
    if (!head_kept(l, size, a, note, errs)) {
        return false;
    }
    if (note->n > 0) {
        return true;
    }
    if (!ledger_root(l, size, root, errs)) {
        return false;
    }
    *note = note_sign(l, size, root, a);
    return true;
}

bool ledger_head(struct ledger *l, struct cf_arena *a, struct cf_str *note, struct cf_errs *errs) {
    if (l->batch) {
        return cf_fail(errs, CF_E013, CF_NOWHERE, "a head covers what is committed; end the batch first");
    }
    if (!ledger_refresh(l, errs) || !head_of(l, l->size, a, note, errs)) {
        return false;
    }
    if (l->mode == LEDGER_READ) {
        return true;
    }
    struct store_stmt *s = store_use(l->db, &sql_head_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)l->size);
    store_bind_text(s, 2, *note);
    return store_run(s, errs);
}

/* ---- Proofs as JSON: fixed order of keys, one way to write each, so that a changed file is never taken for another good one.
 */
static void json_line(struct cf_buf *b, const char *key, struct cf_str text, bool more) {
    cf_buf_printf(b, "  \"%s\": ", key);
    cf_json_str(b, text);
    cf_buf_lit(b, more ? ",\n" : "\n");
}

static void json_path(struct cf_buf *b, struct cf_arena *a, const struct tree_path *path) {
    cf_buf_lit(b, "  \"path\": [");
    for (size_t i = 0; i < path->n; i++) {
        cf_buf_printf(b, "%s\n    \"%.*s\"", i > 0 ? "," : "", CF_STR_ARG(cf_hex(a, path->hash[i], LEDGER_HASH)));
    }
    cf_buf_lit(b, path->n > 0 ? "\n  ]\n}\n" : "]\n}\n");
}

static bool wants_part(const uint16_t *parts, size_t n, size_t i) {
    for (size_t j = 0; j < n; j++) {
        if (parts[j] == i) {
            return true;
        }
    }
    return false;
}

static bool json_parts(struct cf_buf *b, struct cf_arena *a, const struct opened *o, const uint16_t *disclose, size_t n,
                       struct cf_errs *errs) {
    cf_buf_lit(b, "  \"parts\": [");
    for (size_t i = 0; i < o->n; i++) {
        cf_buf_printf(b, "%s\n    {\"kind\": %d, \"commitment\": \"%.*s\"", i > 0 ? "," : "", o->parts[i].kind,
                      CF_STR_ARG(cf_hex(a, o->commitment[i], LEDGER_HASH)));
        if (wants_part(disclose, n, i)) {
            if (o->parts[i].state != LEDGER_LIVE) {
                return cf_fail(errs, CF_E044, CF_NOWHERE, "part %zu is destroyed or sealed and cannot be disclosed", i);
            }
            cf_buf_printf(b, ", \"salt\": \"%.*s\", \"plain\": \"%.*s\"", CF_STR_ARG(cf_hex(a, o->salt[i], 32)),
                          CF_STR_ARG(cf_hex(a, o->plain[i].p, o->plain[i].n)));
        }
        cf_buf_lit(b, "}");
    }
    cf_buf_lit(b, "\n  ],\n");
    for (size_t j = 0; j < n; j++) {
        if (disclose[j] >= o->n) {
            return cf_fail(errs, CF_E044, CF_NOWHERE, "the event has %zu parts, there is no part %u", o->n, disclose[j]);
        }
    }
    return true;
}

bool ledger_find_row(struct ledger *l, struct cf_id event, struct cf_arena *a, struct event_row *row, struct opened *o,
                     struct cf_errs *errs) {
    uint64_t seq = LEDGER_NO_SEQ;
    bool found = false;
    const char *why = NULL;
    if (!ledger_seq_of_id(l, event, &seq, errs)) {
        return false;
    }
    if (seq == LEDGER_NO_SEQ || seq >= l->size) {
        return cf_fail(errs, CF_E010, CF_NOWHERE, "there is no event %.*s", CF_STR_ARG(cf_hex(a, event.b, 16)));
    }
    if (!row_read(l->db, seq, a, row, &found, errs)) {
        return false;
    }
    if (found && row_open(l->db, l->keys, l->sha, &l->id, row, a, o, &why, errs)) {
        return true;
    }
    return found && why == NULL ? false
                                : cf_fail(errs, CF_E011, CF_NOWHERE, "event %llu is damaged: %s", (unsigned long long)seq,
                                          found ? why : "its row is missing");
}

bool ledger_prove(struct ledger *l, struct cf_id event, const uint16_t *disclose, size_t n_disclose, struct cf_arena *a,
                  struct cf_str *json, struct cf_errs *errs) {
    struct event_row row;
    struct opened o;
    struct tree_path path;
    struct cf_str note;
    if (!ledger_head(l, a, &note, errs) || !ledger_find_row(l, event, a, &row, &o, errs)) {
        return false;
    }
    struct tree_source src = ledger_tree(l);
    if (!tree_inclusion(row.seq, l->size, l->sha, &src, &path, errs)) {
        return false;
    }
    struct cf_buf b = cf_buf_new(a, CF_MAX_PROOF_BYTES);
    cf_buf_lit(&b, "{\n");
    json_line(&b, "format", CF_LIT("childfirst-proof/1"), true);
    json_line(&b, "key", ledger_verifier_key(l, a), true);
    json_line(&b, "head", note, true);
    json_line(&b, "ledger", cf_hex(a, l->id.b, 16), true);
    json_line(&b, "event", cf_hex(a, row.id.b, 16), true);
    cf_buf_printf(&b, "  \"seq\": %llu,\n  \"recorded\": %lld,\n", (unsigned long long)row.seq, (long long)row.recorded);
    bool ok = json_parts(&b, a, &o, disclose, n_disclose, errs);
    seal_wipe(o.key, o.n * sizeof o.key[0]);
    if (!ok) {
        return false;
    }
    json_path(&b, a, &path);
    return cf_buf_finish(&b, json) ||
           cf_fail(errs, CF_E019, CF_NOWHERE, "the proof is longer than %d bytes", CF_MAX_PROOF_BYTES);
}

bool ledger_prove_growth(struct ledger *l, uint64_t from, struct cf_arena *a, struct cf_str *json, struct cf_errs *errs) {
    struct tree_path path;
    struct cf_str before, after;
    if (!ledger_head(l, a, &after, errs)) {
        return false;
    }
    if (from < 1 || from > l->size) {
        return cf_fail(errs, CF_E032, CF_NOWHERE, "there is no head of size %llu; the ledger has %llu events",
                       (unsigned long long)from, (unsigned long long)l->size);
    }
    struct tree_source src = ledger_tree(l);
    if (!head_of(l, from, a, &before, errs) || !tree_consistency(from, l->size, l->sha, &src, &path, errs)) {
        return false;
    }
    struct cf_buf b = cf_buf_new(a, CF_MAX_PROOF_BYTES);
    cf_buf_lit(&b, "{\n");
    json_line(&b, "format", CF_LIT("childfirst-growth/1"), true);
    json_line(&b, "key", ledger_verifier_key(l, a), true);
    json_line(&b, "before", before, true);
    json_line(&b, "head", after, true);
    json_path(&b, a, &path);
    return cf_buf_finish(&b, json) ||
           cf_fail(errs, CF_E019, CF_NOWHERE, "the proof is longer than %d bytes", CF_MAX_PROOF_BYTES);
}
