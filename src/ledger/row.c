/* ledger/row: from a stored row to plain parts: splits the body, finds each part's key, opens its box, recomputes commitments
 * and leaf. Everything that reads an event comes through here, so a damaged row is never taken for an event. Knows no
 * transaction. */
#include "ledger/ledger_priv.h"

#define BODY_HEAD 6 /* u8 kind, u8 state, u32 length */

struct cf_str be8(uint8_t room[8], uint64_t v) {
    for (int i = 0; i < 8; i++) {
        room[i] = (uint8_t)(v >> (56 - 8 * i));
    }
    return (struct cf_str){(const char *)room, 8};
}

/* table | 00 | for each piece: u64 length, bytes. Long pieces (a box to the custodian) are hashed first. */
void mark_row(const struct seal_keys *k, const char *table, const struct cf_str *pieces, size_t n, uint8_t out[8]) {
    uint8_t room[512], hash[32];
    size_t at = strlen(table) + 1;
    memcpy(room, table, at);
    for (size_t i = 0; i < n; i++) {
        struct cf_str piece = pieces[i];
        if (piece.n > 64) {
            seal_hash(piece, hash, sizeof hash);
            piece = (struct cf_str){(const char *)hash, sizeof hash};
        }
        CF_ASSERT(at + 8 + piece.n <= sizeof room);
        (void)be8(room + at, pieces[i].n);
        if (piece.n > 0) {
            memcpy(room + at + 8, piece.p, piece.n);
        }
        at += 8 + piece.n;
    }
    (void)be8(out, seal_mark(k, (struct cf_str){(const char *)room, at}));
}

/* ---- Body. */
static bool part_order_ok(const struct body_part *parts, size_t n, const char **why) {
    static const size_t most[PART_KINDS] = {1, CF_MAX_PERSONS, CF_MAX_COMPARTMENTS, CF_MAX_NARRATIVES};
    size_t count[PART_KINDS] = {0};
    for (size_t i = 0; i < n; i++) {
        if ((i > 0 && parts[i].kind < parts[i - 1].kind) || ++count[parts[i].kind] > most[parts[i].kind]) {
            *why = "its parts are out of order or too many";
            return false;
        }
    }
    if (count[PART_FRAME] != 1) {
        *why = "it has no frame";
        return false;
    }
    return true;
}

bool body_split(struct cf_str body, struct body_part *parts, size_t *n, const char **why) {
    const uint8_t *p = (const uint8_t *)body.p;
    size_t at = 0;
    *n = 0;
    while (at < body.n) {
        if (*n == LEDGER_PARTS_MAX || body.n - at < BODY_HEAD || p[at] >= PART_KINDS || p[at + 1] > LEDGER_SEALED) {
            *why = "its body is not a list of parts";
            return false;
        }
        struct body_part *b = &parts[(*n)++];
        size_t length = (size_t)cf_be_read(p + at + 2, 4);
        b->kind = p[at];
        b->state = (enum ledger_state)p[at + 1];
        at += BODY_HEAD;
        size_t least = b->state == LEDGER_LIVE        ? LEDGER_TAG
                       : b->state == LEDGER_DESTROYED ? LEDGER_HASH
                                                      : LEDGER_HASH + LEDGER_TAG;
        if (length > body.n - at || length < least || (b->state == LEDGER_DESTROYED && length != LEDGER_HASH)) {
            *why = "a part is longer than its body or shorter than it can be";
            return false;
        }
        size_t skip = b->state == LEDGER_LIVE ? 0 : LEDGER_HASH;
        b->commitment = skip > 0 ? p + at : NULL;
        b->bytes = (struct cf_str){body.p + at + skip, length - skip};
        at += length;
    }
    return part_order_ok(parts, *n, why);
}

void body_put(struct cf_buf *b, const struct body_part *p) {
    size_t head = p->state == LEDGER_LIVE ? 0 : LEDGER_HASH;
    cf_buf_byte(b, p->kind);
    cf_buf_byte(b, (uint8_t)p->state);
    cf_buf_be(b, head + p->bytes.n, 4);
    if (head > 0) {
        cf_buf_add(b, p->commitment, head);
    }
    cf_buf_str(b, p->bytes);
}

/* ---- Commitments and leaf. */
void part_ad(const struct cf_id *event, uint16_t i, uint8_t kind, uint8_t ad[19]) {
    memcpy(ad, event->b, 16);
    ad[16] = (uint8_t)(i >> 8);
    ad[17] = (uint8_t)i;
    ad[18] = kind;
}

void part_commit(struct sha *s, const uint8_t ad[19], const uint8_t salt[32], struct cf_str plain, uint8_t out[LEDGER_HASH]) {
    enum { HEAD = 10 + 19 + 32, SHORT = 512 };
    uint8_t room[HEAD + SHORT];
    memcpy(room, "cf/part/1", 10); /* with its NUL */
    memcpy(room + 10, ad, 19);
    memcpy(room + 29, salt, 32);
    bool fits = plain.n <= SHORT; /* nearly every part: one piece is hashed faster than two */
    if (fits && plain.n > 0) {
        memcpy(room + HEAD, plain.p, plain.n);
    }
    const struct cf_str pieces[] = {{(const char *)room, HEAD + (fits ? plain.n : 0)}, plain};
    sha_pieces(s, pieces, fits ? 1 : 2, out);
}

static size_t put_be(uint8_t *p, uint64_t v, unsigned bytes) {
    for (unsigned i = 0; i < bytes; i++) {
        p[i] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
    }
    return bytes;
}

struct cf_str leaf_data(uint8_t room[LEDGER_LEAF_MOST], const struct cf_id *ledger, uint64_t seq, int64_t recorded,
                        const struct cf_id *event, const uint8_t *kinds, const uint8_t *commitments, size_t n) {
    size_t at = sizeof "cf/event/1";
    CF_ASSERT(n <= LEDGER_PARTS_MAX);
    memcpy(room, "cf/event/1", at); /* with its NUL */
    memcpy(room + at, ledger->b, 16);
    at += 16;
    at += put_be(room + at, seq, 8);
    at += put_be(room + at, (uint64_t)recorded, 8);
    memcpy(room + at, event->b, 16);
    at += 16;
    at += put_be(room + at, n, 2);
    for (size_t i = 0; i < n; i++) {
        room[at++] = kinds[i];
        memcpy(room + at, commitments + i * LEDGER_HASH, LEDGER_HASH);
        at += LEDGER_HASH;
    }
    return (struct cf_str){(const char *)room, at};
}

/* ---- Rows. */
static const struct store_sql sql_row = {
    "ledger.row",
    "SELECT e.seq, e.id, e.recorded, e.leaf, e.body, s.k FROM event e LEFT JOIN secret s ON s.seq = e.seq WHERE e.seq = ?1"};

struct cf_str keep_bytes(struct cf_arena *a, struct cf_str s) {
    return (struct cf_str){cf_memdup(a, s.p, s.n), s.n};
}

bool row_read(struct store_db *db, uint64_t seq, struct cf_arena *a, struct event_row *row, bool *found, struct cf_errs *errs) {
    struct store_stmt *s = store_use(db, &sql_row, errs);
    *found = false;
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)seq);
    if (!store_next(s, found, errs)) {
        return false;
    }
    if (*found) {
        row->seq = seq;
        row->id_ok = store_id(s, 1, &row->id); /* zero if damaged: then the leaf does not match */
        row->recorded = store_int(s, 2);
        row->leaf = keep_bytes(a, store_bytes(s, 3));
        row->body = keep_bytes(a, store_bytes(s, 4));
        row->k = keep_bytes(a, store_bytes(s, 5));
    }
    store_done(s);
    return true;
}

static const struct store_sql sql_partkey = {"ledger.partkey", "SELECT i, key, salt FROM partkey WHERE seq = ?1"};

/* Keys of the live parts of an event that was partly destroyed or sealed. `got` says which. */
static bool partkeys_read(struct store_db *db, const struct seal_keys *keys, const struct event_row *row, struct opened *o,
                          bool *got, struct cf_errs *errs) {
    struct store_stmt *s = store_use(db, &sql_partkey, errs);
    bool more = true;
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)row->seq);
    while (more) {
        if (!store_next(s, &more, errs)) {
            return false;
        }
        int64_t i = more ? store_int(s, 0) : -1;
        struct cf_str key = more ? store_bytes(s, 1) : CF_LIT(""), salt = more ? store_bytes(s, 2) : CF_LIT("");
        if (i < 0 || i >= (int64_t)o->n || key.n != 32 || salt.n != 32) {
            continue; /* the part then has no key: named below */
        }
        uint8_t both[64];
        memcpy(both, key.p, 32);
        memcpy(both + 32, salt.p, 32);
        seal_wrap_part(keys, &row->id, (uint16_t)i, both);
        memcpy(o->key[i], both, 32);
        memcpy(o->salt[i], both + 32, 32);
        seal_wipe(both, sizeof both);
        got[i] = true;
    }
    store_done(s);
    return true;
}

static bool part_open(struct sha *sha, const struct event_row *row, size_t i, struct cf_arena *a, struct opened *o) {
    const struct body_part *p = &o->parts[i];
    uint8_t ad[19];
    part_ad(&row->id, (uint16_t)i, p->kind, ad);
    uint8_t *plain = cf_alloc(a, p->bytes.n - LEDGER_TAG + 1);
    if (!seal_open(o->key[i], ad, sizeof ad, p->bytes, plain)) {
        return false;
    }
    o->plain[i] = (struct cf_str){(const char *)plain, p->bytes.n - LEDGER_TAG};
    part_commit(sha, ad, o->salt[i], o->plain[i], o->commitment[i]);
    return true;
}

static bool row_keys(struct store_db *db, const struct seal_keys *keys, const struct event_row *row, struct opened *o,
                     const char **why, struct cf_errs *errs) {
    bool got[LEDGER_PARTS_MAX] = {false};
    if (row->k.n != 32) {
        *why = "its secret is missing";
        return false;
    }
    if (seal_zero(row->k.p, 32)) { /* overwritten: live parts have keys of their own */
        if (!partkeys_read(db, keys, row, o, got, errs)) {
            return false;
        }
        for (size_t i = 0; i < o->n; i++) {
            if (o->parts[i].state == LEDGER_LIVE && !got[i]) {
                *why = "a live part has no key";
                return false;
            }
        }
        return true;
    }
    uint8_t secret[32];
    seal_wrap(keys, &row->id, (const uint8_t *)row->k.p, secret);
    for (size_t i = 0; i < o->n; i++) {
        if (o->parts[i].state != LEDGER_LIVE) {
            *why = "a part is gone but the event's secret is not";
            return false;
        }
    }
    derive_parts(secret, o->n, o->key, o->salt);
    seal_wipe(secret, sizeof secret);
    return true;
}

bool row_open(struct store_db *db, const struct seal_keys *keys, struct sha *sha, const struct cf_id *ledger,
              const struct event_row *row, struct cf_arena *a, struct opened *o, const char **why, struct cf_errs *errs) {
    *why = NULL;
    o->n = 0;
    if (!body_split(row->body, o->parts, &o->n, why) || !row_keys(db, keys, row, o, why, errs)) {
        return false;
    }
    uint8_t kinds[LEDGER_PARTS_MAX];
    for (size_t i = 0; i < o->n; i++) {
        kinds[i] = o->parts[i].kind;
        o->plain[i] = CF_LIT("");
        if (o->parts[i].state != LEDGER_LIVE) {
            memcpy(o->commitment[i], o->parts[i].commitment, LEDGER_HASH);
        } else if (!part_open(sha, row, i, a, o)) {
            *why = "a part cannot be opened with its key";
            return false;
        }
    }
    uint8_t room[LEDGER_LEAF_MOST];
    sha_leaf(sha, leaf_data(room, ledger, row->seq, row->recorded, &row->id, kinds, o->commitment[0], o->n), o->leaf);
    if (row->leaf.n != LEDGER_HASH || memcmp(row->leaf.p, o->leaf, LEDGER_HASH) != 0) {
        *why = "its leaf is not the hash of what it holds";
        return false;
    }
    return true;
}

bool row_decode(const struct event_row *row, const struct opened *o, struct cf_arena *a, struct ledger_event *e,
                const char **why) {
    uint8_t kinds[LEDGER_PARTS_MAX];
    *e = (struct ledger_event){.seq = row->seq, .recorded_us = row->recorded};
    e->d.id = row->id;
    memcpy(e->leaf, o->leaf, LEDGER_HASH);
    for (size_t i = 0; i < o->n; i++) {
        kinds[i] = o->parts[i].kind;
    }
    event_prepare(a, kinds, o->n, e);
    for (size_t i = 0; i < o->n; i++) {
        if (!event_take_part(a, e, (uint16_t)i, kinds[i], o->parts[i].state, o->plain[i], why)) {
            return false;
        }
    }
    return event_finish(e, why);
}
