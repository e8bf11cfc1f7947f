/* ledger/read: events by position, id, time, source key; streams of them. Knows no writing. */
#include "ledger/ledger_priv.h"

static bool damaged(uint64_t seq, const char *why, struct cf_errs *errs) {
    return cf_fail(errs, CF_E011, CF_NOWHERE, "event %llu is damaged: %s", (unsigned long long)seq, why);
}

/* A copy restored from a backup may be older than the register: what that says is destroyed is not served (the keeper carries
 * it out when it next opens the ledger). */
void read_hide_pending(const struct ledger *l, struct ledger_event *e) {
    if (l->pending == NULL || !cf_map_has(l->pending, (struct cf_str){(const char *)e->d.id.b, sizeof e->d.id.b})) {
        return;
    }
    *e = (struct ledger_event){.seq = e->seq,
                               .recorded_us = e->recorded_us,
                               .state = LEDGER_DESTROYED,
                               .parts = e->parts,
                               .destroyed = e->parts,
                               .d = {.id = e->d.id}};
}

static bool open_row(struct ledger *l, const struct event_row *row, struct cf_arena *a, struct ledger_event *out,
                     struct cf_errs *errs) {
    struct opened o;
    const char *why = NULL;
    if (!row_open(l->db, l->keys, l->sha, &l->id, row, a, &o, &why, errs)) {
        return why != NULL ? damaged(row->seq, why, errs) : false;
    }
    bool ok = row_decode(row, &o, a, out, &why);
    seal_wipe(o.key, o.n * sizeof o.key[0]);
    if (!ok) {
        return damaged(row->seq, why, errs);
    }
    read_hide_pending(l, out);
    return true;
}

bool ledger_read(struct ledger *l, uint64_t seq, struct cf_arena *a, struct ledger_event *out, struct cf_errs *errs) {
    struct event_row row;
    bool found = false;
    if (seq < l->size) {
        if (!row_read(l->db, seq, a, &row, &found, errs)) {
            return false;
        }
        return found ? open_row(l, &row, a, out, errs) : damaged(seq, "its row is missing", errs);
    }
    return cf_fail(errs, CF_E010, CF_NOWHERE, "there is no event %llu; the ledger has %llu", (unsigned long long)seq,
                   (unsigned long long)l->size);
}

static const struct store_sql sql_seq_of_id = {"ledger.seq_of_id", "SELECT seq FROM event WHERE id = ?1"};

bool ledger_seq_of_id(struct ledger *l, struct cf_id id, uint64_t *seq, struct cf_errs *errs) {
    *seq = LEDGER_NO_SEQ;
    struct store_stmt *s = store_use(l->db, &sql_seq_of_id, errs);
    bool row = false;
    if (s == NULL) {
        return false;
    }
    store_bind_id(s, 1, &id);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    if (row) {
        *seq = (uint64_t)store_int(s, 0);
    }
    store_done(s);
    return true;
}

bool ledger_read_id(struct ledger *l, struct cf_id id, struct cf_arena *a, struct ledger_event *out, struct cf_errs *errs) {
    uint64_t seq = LEDGER_NO_SEQ;
    if (!ledger_seq_of_id(l, id, &seq, errs)) {
        return false;
    }
    if (seq == LEDGER_NO_SEQ) {
        return cf_fail(errs, CF_E010, CF_NOWHERE, "there is no event %.*s", CF_STR_ARG(cf_hex(a, id.b, sizeof id.b)));
    }
    return ledger_read(l, seq, a, out, errs);
}

static const struct store_sql sql_recorded = {"ledger.recorded", "SELECT recorded FROM event WHERE seq = ?1"};

/* recorded never falls, so the first event after T is found by halving. */
bool ledger_size_at(struct ledger *l, int64_t recorded_us, uint64_t *size, struct cf_errs *errs) {
    uint64_t low = 0, high = l->size;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        bool row = false;
        struct store_stmt *s = store_use(l->db, &sql_recorded, errs);
        if (s == NULL) {
            return false;
        }
        store_bind_int(s, 1, (int64_t)mid);
        if (!store_next(s, &row, errs)) {
            return false;
        }
        int64_t at = row ? store_int(s, 0) : INT64_MAX;
        store_done(s);
        if (at <= recorded_us) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    *size = low;
    return true;
}

static const struct store_sql sql_source = {"ledger.source_key", "SELECT seq, mark FROM source_key WHERE key = ?1"};

bool ledger_source_seq(struct ledger *l, struct cf_str source, struct cf_str key, uint64_t *seq, struct cf_errs *errs) {
    uint8_t mac[16];
    const struct cf_str pieces[] = {source, key};
    seal_mac(l->keys, "cf/source/1", pieces, 2, mac, sizeof mac);
    *seq = LEDGER_NO_SEQ;
    struct store_stmt *s = store_use(l->db, &sql_source, errs);
    bool row = false;
    if (s == NULL) {
        return false;
    }
    store_bind_blob(s, 1, mac, sizeof mac);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    if (row) {
        *seq = (uint64_t)store_int(s, 0);
    }
    store_done(s);
    return true;
}

/* ---- Streams. */
bool ledger_snapshot(struct ledger *l, struct cf_errs *errs) {
    return l->batch || store_begin_read(l->db, errs);
}

void ledger_snapshot_end(struct ledger *l) {
    if (!l->batch) {
        store_rollback(l->db);
    }
}

static const struct store_sql sql_scan = {
    "ledger.scan", "SELECT e.seq, e.id, e.recorded, e.leaf, e.body, s.k FROM event e LEFT JOIN secret s ON s.seq = e.seq "
                   "WHERE e.seq >= ?1 AND e.seq < ?2 ORDER BY e.seq"};

struct ledger_cursor {
    struct ledger *l;
    struct store_stmt *s;
    uint64_t next, to;
};

bool ledger_scan(struct ledger *l, uint64_t from, uint64_t to, struct cf_arena *a, struct ledger_cursor **out,
                 struct cf_errs *errs) {
    struct ledger_cursor *c = CF_NEW(a, struct ledger_cursor);
    c->l = l;
    c->next = from;
    c->to = to < l->size ? to : l->size;
    c->s = store_use(l->db, &sql_scan, errs);
    if (c->s == NULL) {
        return false;
    }
    store_bind_int(c->s, 1, (int64_t)from);
    store_bind_int(c->s, 2, (int64_t)c->to);
    *out = c;
    return true;
}

void ledger_scan_end(struct ledger_cursor *c) {
    if (c != NULL) {
        store_done(c->s);
        c->s = NULL;
    }
}

bool ledger_scan_next(struct ledger_cursor *c, struct cf_arena *a, bool *more, struct ledger_event *out, struct cf_errs *errs) {
    bool got = false;
    *more = false;
    if (c->s == NULL || c->next >= c->to) {
        ledger_scan_end(c);
        return true;
    }
    if (!store_next(c->s, &got, errs)) {
        c->s = NULL;
        return false;
    }
    struct event_row row = {.seq = c->next};
    if (!got || (uint64_t)store_int(c->s, 0) != c->next) {
        ledger_scan_end(c);
        return damaged(row.seq, "its row is missing", errs);
    }
    row.id_ok = store_id(c->s, 1, &row.id);
    row.recorded = store_int(c->s, 2);
    row.leaf = store_bytes(c->s, 3); /* borrowed until the next step: what is decoded is in `a` */
    row.body = store_bytes(c->s, 4);
    row.k = store_bytes(c->s, 5);
    c->next++;
    *more = open_row(c->l, &row, a, out, errs);
    if (!*more) {
        ledger_scan_end(c);
    }
    return *more;
}

static const struct store_sql sql_builtins = {
    "ledger.builtins", "SELECT seq FROM control WHERE seq >= ?1 AND (?2 = 0 OR kind = ?2) AND seq < ?3 ORDER BY seq"};

bool ledger_builtins(struct ledger *l, uint32_t kind, uint64_t from, struct cf_arena *a, uint64_t **seqs, size_t *n,
                     struct cf_errs *errs) {
    struct {
        CF_VEC(uint64_t);
    } found = {0};
    struct store_stmt *s = store_use(l->db, &sql_builtins, errs);
    bool row = true;
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)from);
    store_bind_int(s, 2, kind);
    store_bind_int(s, 3, (int64_t)l->size);
    while (row) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (row) {
            *cf_push(a, &found) = (uint64_t)store_int(s, 0);
        }
    }
    store_done(s);
    *seqs = found.v;
    *n = found.n;
    return true;
}

/* ---- Subjects. */
static const struct store_sql sql_subject_no = {"ledger.subject_no", "SELECT no, type FROM subject WHERE id = ?1"};
static const struct store_sql sql_subject_id = {"ledger.subject_id", "SELECT id, type FROM subject WHERE no = ?1"};

static struct recent_subject *recent_slot(struct ledger *l, struct cf_id id) {
    uint64_t spread = (cf_be_read(id.b, 8) ^ cf_be_read(id.b + 8, 8)) * UINT64_C(0x9e3779b97f4a7c15);
    return &l->recent[spread >> 40 & (LEDGER_RECENT - 1)];
}

void recent_put(struct ledger *l, struct cf_id id, int64_t no, uint32_t type) {
    *recent_slot(l, id) = (struct recent_subject){id, no, type};
}

void recent_clear(struct ledger *l) {
    memset(l->recent, 0, LEDGER_RECENT * sizeof *l->recent);
}

bool subject_find(struct ledger *l, struct cf_id id, int64_t *no, uint32_t *type, struct cf_errs *errs) {
    const struct recent_subject *r = recent_slot(l, id);
    *no = 0;
    *type = 0;
    if (r->no != 0 && cf_id_eq(r->id, id)) {
        *no = r->no;
        *type = r->type;
        return true;
    }
    struct store_stmt *s = store_use(l->db, &sql_subject_no, errs);
    bool row = false;
    if (s == NULL) {
        return false;
    }
    store_bind_id(s, 1, &id);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    *no = row ? store_int(s, 0) : 0;
    *type = row ? (uint32_t)store_int(s, 1) : 0;
    store_done(s);
    if (row) {
        recent_put(l, id, *no, *type);
    }
    return true;
}

bool ledger_subject_no(struct ledger *l, struct cf_id id, int64_t *no, struct cf_errs *errs) {
    uint32_t type;
    return subject_find(l, id, no, &type, errs);
}

bool ledger_subject_id(struct ledger *l, int64_t no, struct cf_id *id, uint32_t *type, struct cf_errs *errs) {
    struct store_stmt *s = store_use(l->db, &sql_subject_id, errs);
    bool row = false;
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, no);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    bool ok = row && store_id(s, 0, id);
    *type = row ? (uint32_t)store_int(s, 1) : 0;
    store_done(s);
    return ok || cf_fail(errs, CF_E021, CF_NOWHERE, "there is no subject number %lld", (long long)no);
}

/* ---- Texts by digest. */
static const struct store_sql sql_blob_get = {"ledger.blob_get", "SELECT text FROM blob WHERE digest = ?1"};

bool ledger_blob_get(struct ledger *l, const uint8_t digest[LEDGER_HASH], struct cf_arena *a, struct cf_str *text,
                     struct cf_errs *errs) {
    struct store_stmt *s = store_use(l->db, &sql_blob_get, errs);
    bool row = false;
    if (s == NULL) {
        return false;
    }
    store_bind_blob(s, 1, digest, LEDGER_HASH);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    if (!row) {
        store_done(s);
        return cf_fail(errs, CF_E012, CF_NOWHERE, "there is no text with the digest %.*s",
                       CF_STR_ARG(cf_hex(a, digest, LEDGER_HASH)));
    }
    *text = keep_bytes(a, store_bytes(s, 0));
    store_done(s);
    uint8_t again[LEDGER_HASH];
    ledger_sha256(text->p, text->n, again);
    if (memcmp(again, digest, LEDGER_HASH) != 0) {
        return cf_fail(errs, CF_E011, CF_NOWHERE, "the text with the digest %.*s is damaged",
                       CF_STR_ARG(cf_hex(a, digest, LEDGER_HASH)));
    }
    return true;
}

/* ---- Where the tree reads its nodes. */
static const struct store_sql sql_leaf = {"ledger.leaf", "SELECT leaf FROM event WHERE seq = ?1"};
static const struct store_sql sql_tile = {"ledger.tile", "SELECT hashes FROM tile WHERE level = ?1 AND n = ?2"};

static bool tree_leaf(void *arg, uint64_t seq, uint8_t out[LEDGER_HASH], struct cf_errs *errs) {
    struct store_stmt *s = store_use(arg, &sql_leaf, errs);
    bool row = false;
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)seq);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    struct cf_str leaf = row ? store_bytes(s, 0) : CF_LIT("");
    bool ok = leaf.n == LEDGER_HASH;
    if (ok) {
        memcpy(out, leaf.p, LEDGER_HASH);
    }
    store_done(s);
    return ok || damaged(seq, "its row or its leaf is missing", errs);
}

static bool tree_tile(void *arg, unsigned level, uint64_t n, unsigned need, uint8_t *out, struct cf_errs *errs) {
    struct store_stmt *s = store_use(arg, &sql_tile, errs);
    bool row = false;
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, level);
    store_bind_int(s, 2, (int64_t)n);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    struct cf_str hashes = row ? store_bytes(s, 0) : CF_LIT("");
    bool ok = hashes.n == LEDGER_TILE * LEDGER_HASH && need <= LEDGER_TILE;
    if (ok) {
        memcpy(out, hashes.p, (size_t)need * LEDGER_HASH);
    }
    store_done(s);
    return ok ||
           cf_fail(errs, CF_E011, CF_NOWHERE, "tile %u/%llu of the tree is missing or damaged", level, (unsigned long long)n);
}

struct tree_source store_tree(struct store_db *db) {
    return (struct tree_source){db, tree_leaf, tree_tile};
}

struct tree_source ledger_tree(struct ledger *l) {
    return store_tree(l->db);
}
