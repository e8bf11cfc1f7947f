/* ledger/verify: recomputes everything the file claims and names each row that does not agree. Reads only; trusts nothing it
 * reads.
 *
 * Events are checked in chunks by one thread a processor, each with its own connection: every part is opened with its key, its
 * commitment and the event's leaf computed anew, order and times compared. Each chunk leaves the roots of its blocks of 256
 * leaves; from those the tiles are rebuilt. The small tables follow, each row by its mark, digest or signature. */
#include "ledger/ledger_priv.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define CHUNK 8192 /* 32 blocks */
#define THREADS_MOST 16
#define CACHE_KIB 1024 /* each page is read once: a few that are used again stay nearer than many */
#define FAULTS_KEPT 256

struct fault {
    uint64_t seq;
    char words[160];
};

struct verifying {
    struct ledger *l;
    uint64_t size, chunks;
    uint8_t (*blocks)[LEDGER_HASH];         /* roots of complete blocks */
    uint8_t tail[LEDGER_TILE][LEDGER_HASH]; /* leaves after the last complete block */
    int64_t *first, *last;                  /* recorded, of each chunk */
    atomic_uint_fast64_t next, done, parts, destroyed, sealed, faults;
    atomic_uint_fast64_t ids; /* sum over events of a mix of id and seq: the index on ids must have the same */
    atomic_uint_fast64_t subject_ids;
    uint64_t event_index, subject_index;
    struct ledger_verified *out;
    pthread_mutex_t lock;
    struct fault kept[FAULTS_KEPT];
    size_t n_kept;
    bool stopped; /* the store failed: its own error says why */
    struct cf_errs *errs;
    void (*progress)(void *arg, uint64_t done, uint64_t total);
    void *arg;
};

struct worker {
    struct verifying *v;
    struct cf_arena *a, *row;
    struct store_db *db;
    struct sha *sha;
    struct cf_errs errs;
    bool shows; /* the calling thread: the only one that calls progress */
};

static void fault(struct verifying *v, uint64_t seq, const char *fmt, ...) CF_PRINTF(3, 4);
static void fault(struct verifying *v, uint64_t seq, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    (void)pthread_mutex_lock(&v->lock);
    atomic_fetch_add(&v->faults, 1);
    if (v->n_kept < FAULTS_KEPT) {
        v->kept[v->n_kept].seq = seq;
        (void)vsnprintf(v->kept[v->n_kept].words, sizeof v->kept[0].words, fmt, ap);
        v->n_kept++;
    }
    (void)pthread_mutex_unlock(&v->lock);
    va_end(ap);
}

/* A sum of these does not depend on the order, and one changed bit changes it. */
static uint64_t mix(struct cf_str id, uint64_t n) {
    if (id.n != sizeof(struct cf_id)) {
        return n;
    }
    uint64_t z = cf_be_read((const uint8_t *)id.p, 8) + n * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9) + cf_be_read((const uint8_t *)id.p + 8, 8);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* ---- Events, a chunk at a time. */
static const struct store_sql sql_chunk = {
    "verify.events", "SELECT e.seq, e.id, e.recorded, e.leaf, e.body, s.k FROM event e LEFT JOIN secret s ON s.seq = e.seq "
                     "WHERE e.seq >= ?1 AND e.seq < ?2 ORDER BY e.seq"};
static const struct store_sql sql_control = {"verify.control",
                                             "SELECT seq, kind FROM control WHERE seq >= ?1 AND seq < ?2 ORDER BY seq"};

struct chunk_row { /* where the list of control rows stands */
    struct store_stmt *control;
    bool more;
    uint64_t seq;
    int64_t kind;
};

static bool control_step(struct worker *w, struct chunk_row *c) {
    if (!store_next(c->control, &c->more, &w->errs)) {
        return false;
    }
    c->seq = c->more ? (uint64_t)store_int(c->control, 0) : LEDGER_NO_SEQ;
    c->kind = c->more ? store_int(c->control, 1) : 0;
    return true;
}

/* The list of built-in events must name exactly those whose frame says so; of a frame that is gone, nothing can be said. */
static bool control_compare(struct worker *w, struct chunk_row *c, uint64_t seq, const struct opened *o) {
    struct verifying *v = w->v;
    while (c->seq < seq) {
        fault(v, c->seq, "table control lists event %llu, which is not there", (unsigned long long)c->seq);
        if (!control_step(w, c)) {
            return false;
        }
    }
    uint32_t kind = 0;
    bool live = o->parts[0].state == LEDGER_LIVE, listed = c->seq == seq;
    if (live && !event_peek_kind(o->plain[0], &kind)) {
        fault(v, seq, "event %llu: its frame has no kind", (unsigned long long)seq);
    }
    bool wanted = live ? kind < LEDGER_FIRST_KIND : listed;
    if (listed != wanted || (listed && live && c->kind != (int64_t)kind)) {
        fault(v, seq, "event %llu: table control says otherwise about its kind", (unsigned long long)seq);
    }
    return !listed || control_step(w, c);
}

static bool check_row(struct worker *w, struct store_stmt *s, struct chunk_row *control, struct opened *o,
                      uint8_t leaf[LEDGER_HASH]) {
    struct verifying *v = w->v;
    const char *why = NULL;
    struct event_row row = {.seq = (uint64_t)store_int(s, 0),
                            .recorded = store_int(s, 2),
                            .leaf = store_bytes(s, 3),
                            .body = store_bytes(s, 4),
                            .k = store_bytes(s, 5)};
    row.id_ok = store_id(s, 1, &row.id);
    atomic_fetch_add(&v->ids, mix(store_bytes(s, 1), row.seq));
    cf_arena_reset(w->row);
    if (!row_open(w->db, v->l->keys, w->sha, &v->l->id, &row, w->row, o, &why, &w->errs)) {
        if (why == NULL) {
            return false;
        }
        fault(v, row.seq, "event %llu: %s", (unsigned long long)row.seq, why);
        if (row.leaf.n == LEDGER_HASH) { /* the tree is then judged by what the row claims */
            memcpy(leaf, row.leaf.p, LEDGER_HASH);
        }
        while (control->seq <= row.seq) { /* its kind cannot be known */
            if (!control_step(w, control)) {
                return false;
            }
        }
        return true;
    }
    memcpy(leaf, o->leaf, LEDGER_HASH);
    size_t destroyed = 0, sealed = 0;
    for (size_t i = 0; i < o->n; i++) {
        destroyed += o->parts[i].state == LEDGER_DESTROYED;
        sealed += o->parts[i].state == LEDGER_SEALED;
    }
    atomic_fetch_add(&v->parts, o->n);
    atomic_fetch_add(&v->destroyed, destroyed);
    atomic_fetch_add(&v->sealed, sealed);
    return control_compare(w, control, row.seq, o);
}

static void missing(struct verifying *v, uint64_t from, uint64_t to) {
    fault(v, from, "events %llu to %llu: their rows are missing", (unsigned long long)from, (unsigned long long)(to - 1));
}

static void chunk_roots(struct worker *w, uint64_t from, uint64_t to, uint8_t (*leaves)[LEDGER_HASH]) {
    struct verifying *v = w->v;
    uint64_t at = from;
    for (; at + LEDGER_TILE <= to; at += LEDGER_TILE) {
        tree_block(w->sha, leaves[at - from], LEDGER_TILE, v->blocks[at / LEDGER_TILE]);
    }
    if (at < to) {
        memcpy(v->tail, leaves[at - from], (size_t)(to - at) * LEDGER_HASH);
    }
}

static bool check_chunk(struct worker *w, uint64_t chunk, struct opened *o, uint8_t (*leaves)[LEDGER_HASH]) {
    struct verifying *v = w->v;
    uint64_t from = chunk * CHUNK, to = from + CHUNK < v->size ? from + CHUNK : v->size, want = from;
    struct store_stmt *s = store_use(w->db, &sql_chunk, &w->errs);
    struct chunk_row control = {.control = store_use(w->db, &sql_control, &w->errs)};
    if (s == NULL || control.control == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)from);
    store_bind_int(s, 2, (int64_t)to);
    store_bind_int(control.control, 1, (int64_t)from);
    store_bind_int(control.control, 2, (int64_t)to);
    bool row = true, ok = control_step(w, &control);
    int64_t last = INT64_MIN;
    while (ok && row) {
        ok = store_next(s, &row, &w->errs);
        if (!ok || !row) {
            break;
        }
        uint64_t seq = (uint64_t)store_int(s, 0);
        int64_t recorded = store_int(s, 2);
        if (seq != want) {
            missing(v, want, seq);
        }
        if (recorded <= last) {
            fault(v, seq, "event %llu: recorded before the event in front of it", (unsigned long long)seq);
        }
        last = recorded;
        v->first[chunk] = seq == from ? recorded : v->first[chunk];
        ok = check_row(w, s, &control, o, leaves[seq - from]);
        want = seq + 1;
    }
    if (ok && want != to) {
        missing(v, want, to);
    }
    v->last[chunk] = last;
    store_done(s);
    store_done(control.control);
    chunk_roots(w, from, to, leaves);
    return ok;
}

static bool work_table(struct worker *w, uint64_t task);
#define TABLE_TASKS 4

static bool work_tasks(struct worker *w) {
    struct verifying *v = w->v;
    struct opened *o = CF_NEW(w->a, struct opened);
    uint8_t(*leaves)[LEDGER_HASH] = cf_alloc_n(w->a, CHUNK, LEDGER_HASH);
    for (;;) {
        uint64_t task = atomic_fetch_add(&v->next, 1), chunk = task - TABLE_TASKS;
        if (task >= TABLE_TASKS + v->chunks) {
            seal_wipe(o->key, sizeof o->key);
            return true;
        }
        if (!store_begin_read(w->db, &w->errs)) {
            return false;
        }
        bool ok = task < TABLE_TASKS ? work_table(w, task) : check_chunk(w, chunk, o, leaves);
        store_rollback(w->db);
        if (!ok) {
            return false;
        }
        if (task < TABLE_TASKS) {
            continue;
        }
        uint64_t done = atomic_fetch_add(&v->done, CHUNK) + CHUNK;
        if (w->shows && v->progress != NULL) {
            v->progress(v->arg, done < v->size ? done : v->size, v->size);
        }
    }
}

static void *work(void *arg) {
    struct worker *w = arg;
    struct verifying *v = w->v;
    struct store_options o = {.mode = STORE_READ, .sync = STORE_FULL, .vfs = v->l->options.vfs, .cache_kib = CACHE_KIB};
    w->a = cf_arena_new("verify");
    w->row = cf_arena_new("verify row");
    w->errs = cf_errs_new(w->a);
    w->sha = sha_new(w->a);
    bool ok = store_open(w->a, v->l->path, &o, &w->errs, &w->db) && work_tasks(w);
    store_close(w->db);
    (void)pthread_mutex_lock(&v->lock);
    if (!ok) {
        atomic_store(&v->next, TABLE_TASKS + v->chunks); /* the others stop too */
        v->stopped = true;
        for (size_t i = 0; i < w->errs.n; i++) {
            (void)cf_fail(v->errs, w->errs.v[i].code, CF_NOWHERE, "%.*s", CF_STR_ARG(w->errs.v[i].msg));
        }
    }
    (void)pthread_mutex_unlock(&v->lock);
    cf_arena_free(w->row);
    cf_arena_free(w->a);
    return NULL;
}

static void work_all(struct verifying *v) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t n = processors < 1 ? 1 : processors > THREADS_MOST ? THREADS_MOST : (size_t)processors;
    struct worker workers[THREADS_MOST] = {{0}};
    pthread_t threads[THREADS_MOST];
    bool started[THREADS_MOST] = {false};
    for (size_t i = 1; i < n; i++) {
        workers[i].v = v;
        started[i] = pthread_create(&threads[i], NULL, work, &workers[i]) == 0; /* fewer threads only take longer */
    }
    workers[0] = (struct worker){.v = v, .shows = true};
    (void)work(&workers[0]);
    for (size_t i = 1; i < n; i++) {
        if (started[i]) {
            (void)pthread_join(threads[i], NULL);
        }
    }
    for (uint64_t c = 1; c < v->chunks && !v->stopped; c++) {
        if (v->first[c] <= v->last[c - 1]) {
            fault(v, c * CHUNK, "event %llu: recorded before the event in front of it", (unsigned long long)(c * CHUNK));
        }
    }
}

/* ---- The tree: tiles as they must be, from the roots of blocks. */
static const struct store_sql sql_tiles = {"verify.tiles", "SELECT level, n, hashes FROM tile ORDER BY level, n"};

struct tiles {
    struct verifying *v;
    struct store_stmt *s;
    bool more, failed;
    uint64_t level, n;
};

static bool tiles_step(struct tiles *t) {
    if (!store_next(t->s, &t->more, t->v->errs)) {
        return false;
    }
    t->level = t->more ? (uint64_t)store_int(t->s, 0) : UINT64_MAX;
    t->n = t->more ? (uint64_t)store_int(t->s, 1) : UINT64_MAX;
    return true;
}

static bool tiles_before(const struct tiles *t, uint64_t level, uint64_t n) {
    return t->more && (t->level < level || (t->level == level && t->n < n));
}

static bool tile_compare(struct tiles *t, unsigned level, uint64_t n, const uint8_t *want) {
    while (tiles_before(t, level, n)) {
        fault(t->v, LEDGER_NO_SEQ, "tile %llu/%llu: it should not be there", (unsigned long long)t->level,
              (unsigned long long)t->n);
        if (!tiles_step(t)) {
            return false;
        }
    }
    if (t->level != level || t->n != n) {
        fault(t->v, LEDGER_NO_SEQ, "tile %u/%llu: its row is missing", level, (unsigned long long)n);
        return true;
    }
    struct cf_str is = store_bytes(t->s, 2);
    if (is.n != LEDGER_TILE * LEDGER_HASH || memcmp(is.p, want, is.n) != 0) {
        fault(t->v, LEDGER_NO_SEQ, "tile %u/%llu: its hashes are not those of the events", level, (unsigned long long)n);
    }
    return tiles_step(t);
}

/* Level by level: the hashes of a level, cut into tiles, are the roots that make the level above. */
static bool check_tiles(struct verifying *v, struct cf_arena *a, struct tree *t) {
    struct tiles tiles = {.v = v, .s = store_use(v->l->db, &sql_tiles, v->errs)};
    if (tiles.s == NULL || !tiles_step(&tiles)) {
        return false;
    }
    memset(t, 0, sizeof *t);
    t->size = v->size;
    t->n[0] = (uint16_t)(v->size % LEDGER_TILE);
    memcpy(t->edge[0], v->tail, (size_t)t->n[0] * LEDGER_HASH);
    uint8_t(*hashes)[LEDGER_HASH] = v->blocks;
    uint64_t n = v->size / LEDGER_TILE;
    for (unsigned level = 1; level < LEDGER_LEVELS && n > 0; level++) {
        uint8_t(*up)[LEDGER_HASH] = cf_alloc_n(a, (size_t)(n / LEDGER_TILE) + 1, LEDGER_HASH);
        for (uint64_t tile = 0; tile * LEDGER_TILE < n; tile++) {
            uint8_t all[LEDGER_TILE][LEDGER_HASH] = {{0}};
            size_t some = n - tile * LEDGER_TILE < LEDGER_TILE ? (size_t)(n - tile * LEDGER_TILE) : LEDGER_TILE;
            memcpy(all, hashes[tile * LEDGER_TILE], some * LEDGER_HASH);
            if (!tile_compare(&tiles, level, tile, all[0])) {
                return false;
            }
            if (some == LEDGER_TILE) {
                tree_block(v->l->sha, all[0], LEDGER_TILE, up[tile]);
            } else {
                t->n[level] = (uint16_t)some;
                memcpy(t->edge[level], all, some * LEDGER_HASH);
            }
        }
        hashes = up;
        n /= LEDGER_TILE;
    }
    while (tiles.more) {
        fault(v, LEDGER_NO_SEQ, "tile %llu/%llu: it should not be there", (unsigned long long)tiles.level,
              (unsigned long long)tiles.n);
        if (!tiles_step(&tiles)) {
            return false;
        }
    }
    store_done(tiles.s);
    return true;
}

/* ---- Heads. */
static const struct store_sql sql_heads = {"verify.heads", "SELECT size, note FROM head ORDER BY size"};

/* "origin\nsize\nroot\n…\n\n— origin key\n": what the signature covers ends with the newline before the blank line. */
static bool note_parse(struct cf_arena *a, struct cf_str note, const struct cf_str *origin, uint64_t *size, struct cf_str *root,
                       struct cf_str *text, struct cf_str *sig) {
    struct cf_str rest = note, line, word;
    int64_t n = 0;
    if (!cf_str_split(&rest, '\n', &line) || !cf_str_eq(line, *origin) || !cf_str_split(&rest, '\n', &line) ||
        !cf_str_int(line, &n) || n < 1 || !cf_str_split(&rest, '\n', &line) || !cf_unbase64(a, line, root) ||
        root->n != LEDGER_HASH) {
        return false;
    }
    *size = (uint64_t)n;
    while (cf_str_split(&rest, '\n', &line) && line.n > 0) {
    }
    if (rest.p == NULL) {
        return false;
    }
    *text = (struct cf_str){note.p, (size_t)(rest.p - note.p) - 1};
    if (!cf_str_split(&rest, '\n', &line) || rest.n != 0 || rest.p == NULL || !cf_str_split(&line, ' ', &word) ||
        !cf_str_is(word, "\xe2\x80\x94") || !cf_str_split(&line, ' ', &word) || !cf_str_eq(word, *origin)) {
        return false;
    }
    return cf_unbase64(a, line, sig) && sig->n == 68;
}

static bool check_head(struct verifying *v, struct cf_arena *a, const struct tree_source *src, uint64_t size,
                       struct cf_str note) {
    struct ledger *l = v->l;
    struct cf_str root, text, sig;
    uint64_t said = 0;
    uint8_t want[LEDGER_HASH], id[LEDGER_HASH];
    const struct cf_str pieces[] = {l->origin, CF_LIT("\n\x01"), {(const char *)l->keys->sign_public, 32}};
    sha_pieces(l->sha, pieces, CF_COUNT(pieces), id);
    bool good = note_parse(a, note, &l->origin, &said, &root, &text, &sig) && said == size && size <= v->size &&
                memcmp(sig.p, id, 4) == 0 && seal_verify(l->keys->sign_public, text, (const uint8_t *)sig.p + 4);
    if (!good) {
        fault(v, LEDGER_NO_SEQ, "head of size %llu: its note or its signature is damaged", (unsigned long long)size);
        return true;
    }
    if (!tree_root_at(size, l->sha, src, want, v->errs)) {
        return false;
    }
    if (memcmp(want, root.p, LEDGER_HASH) != 0) {
        fault(v, LEDGER_NO_SEQ, "head of size %llu: events before it are not those it was signed over",
              (unsigned long long)size);
    }
    return true;
}

/* What differs from table to table: how one row is judged. */
typedef bool row_fn(struct verifying *v, struct cf_arena *a, struct store_stmt *s, uint64_t nth);

static bool each_row(struct verifying *v, struct store_db *db, const struct store_sql *q, row_fn *judge, uint64_t *n,
                     struct cf_errs *errs) {
    struct store_stmt *s = store_use(db, q, errs);
    struct cf_arena *a = cf_arena_new("verify rows");
    bool more = s != NULL, ok = s != NULL;
    *n = 0;
    while (ok && more) {
        ok = store_next(s, &more, errs);
        if (ok && more) {
            cf_arena_reset(a);
            ok = judge(v, a, s, (*n)++);
        }
    }
    store_done(ok ? s : NULL);
    cf_arena_free(a);
    return ok;
}

static bool head_row(struct verifying *v, struct cf_arena *a, struct store_stmt *s, uint64_t nth) {
    (void)nth;
    struct tree_source src = ledger_tree(v->l);
    struct cf_str note = cf_str_dup(a, store_text(s, 1));
    return check_head(v, a, &src, (uint64_t)store_int(s, 0), note);
}

/* ---- Small tables. */
static bool mark_is(const struct verifying *v, const char *table, const struct cf_str *pieces, size_t n, struct cf_str mark) {
    uint8_t want[8];
    mark_row(v->l->keys, table, pieces, n, want);
    return mark.n == sizeof want && memcmp(mark.p, want, sizeof want) == 0;
}

static const struct store_sql sql_metas = {"verify.meta", "SELECT name, value, mark FROM meta"};
static const struct store_sql sql_subjects = {"verify.subjects", "SELECT no, id, type, mark FROM subject ORDER BY no"};
static const struct store_sql sql_sources = {"verify.sources", "SELECT key, seq, mark FROM source_key"};
static const struct store_sql sql_gone = {"verify.gone", "SELECT seq, by, mark FROM gone"};
static const struct store_sql sql_blobs = {"verify.blobs", "SELECT digest, text FROM blob"};
static const struct store_sql sql_sealed = {"verify.sealed", "SELECT n, seq, i, box, mark FROM sealed ORDER BY n"};
static const struct store_sql sql_partkeys = {"verify.partkeys", "SELECT n, seq, i, key, salt FROM partkey ORDER BY n"};
static const struct store_sql sql_secrets = {"verify.secrets", "SELECT count(*) FROM secret"};

static bool meta_row(struct verifying *v, struct cf_arena *a, struct store_stmt *s, uint64_t nth) {
    (void)a;
    (void)nth;
    const struct cf_str pieces[] = {store_text(s, 0), store_bytes(s, 1)};
    if (!mark_is(v, "meta", pieces, 2, store_bytes(s, 2))) {
        fault(v, LEDGER_NO_SEQ, "table meta: the row `%.*s` is damaged", CF_STR_ARG(cf_str_slice(pieces[0], 0, 32)));
    }
    return true;
}

static bool subject_row(struct verifying *v, struct cf_arena *a, struct store_stmt *s, uint64_t nth) {
    (void)a;
    uint8_t x[8], y[8];
    int64_t no = store_int(s, 0);
    const struct cf_str pieces[] = {be8(x, (uint64_t)no), store_bytes(s, 1), be8(y, (uint64_t)store_int(s, 2))};
    atomic_fetch_add(&v->subject_ids, mix(pieces[1], (uint64_t)no));
    if (no != (int64_t)nth + 1 || !mark_is(v, "subject", pieces, 3, store_bytes(s, 3))) {
        fault(v, LEDGER_NO_SEQ, "table subject: row %lld is damaged or one before it is missing", (long long)no);
    }
    return true;
}

static bool source_row(struct verifying *v, struct cf_arena *a, struct store_stmt *s, uint64_t nth) {
    (void)a;
    (void)nth;
    uint8_t x[8];
    const struct cf_str pieces[] = {store_bytes(s, 0), be8(x, (uint64_t)store_int(s, 1))};
    if (!mark_is(v, "source_key", pieces, 2, store_bytes(s, 2)) || (uint64_t)store_int(s, 1) >= v->size) {
        fault(v, LEDGER_NO_SEQ, "table source_key: the row that names event %lld is damaged", (long long)store_int(s, 1));
    }
    return true;
}

static bool gone_row(struct verifying *v, struct cf_arena *a, struct store_stmt *s, uint64_t nth) {
    (void)a;
    (void)nth;
    uint8_t x[8], y[8];
    const struct cf_str pieces[] = {be8(x, (uint64_t)store_int(s, 0)), be8(y, (uint64_t)store_int(s, 1))};
    if (!mark_is(v, "gone", pieces, 2, store_bytes(s, 2))) {
        fault(v, LEDGER_NO_SEQ, "table gone: the row of event %lld is damaged", (long long)store_int(s, 0));
    }
    return true;
}

static bool blob_row(struct verifying *v, struct cf_arena *a, struct store_stmt *s, uint64_t nth) {
    (void)nth;
    uint8_t want[LEDGER_HASH];
    struct cf_str digest = store_bytes(s, 0), text = store_bytes(s, 1);
    sha_pieces(v->l->sha, &text, 1, want);
    if (digest.n != LEDGER_HASH || memcmp(digest.p, want, LEDGER_HASH) != 0) {
        fault(v, LEDGER_NO_SEQ, "table blob: the text with the digest %.*s is damaged",
              CF_STR_ARG(cf_hex(a, digest.p, digest.n < LEDGER_HASH ? digest.n : LEDGER_HASH)));
    }
    return true;
}

static bool sealed_row(struct verifying *v, struct cf_arena *a, struct store_stmt *s, uint64_t nth) {
    (void)a;
    uint8_t x[8], y[8];
    const struct cf_str pieces[] = {be8(x, (uint64_t)store_int(s, 1)), be8(y, (uint64_t)store_int(s, 2)), store_bytes(s, 3)};
    if (store_int(s, 0) != (int64_t)nth + 1 || !mark_is(v, "sealed", pieces, 3, store_bytes(s, 4))) {
        fault(v, LEDGER_NO_SEQ, "table sealed: the row of event %lld is damaged", (long long)store_int(s, 1));
    }
    return true;
}

/* A live part's key was tried when its event was read; the key of any other part must be zeros. */
static bool partkey_row(struct verifying *v, struct cf_arena *a, struct store_stmt *s, uint64_t nth) {
    struct event_row row;
    struct body_part parts[LEDGER_PARTS_MAX];
    size_t n = 0;
    bool found = false;
    const char *why = NULL;
    uint64_t seq = (uint64_t)store_int(s, 1), i = (uint64_t)store_int(s, 2);
    if (!row_read(v->l->db, seq, a, &row, &found, v->errs)) {
        return false;
    }
    bool good = found && store_int(s, 0) == (int64_t)nth + 1 && body_split(row.body, parts, &n, &why) && i < n &&
                row.k.n == 32 && seal_zero(row.k.p, 32);
    struct cf_str key = store_bytes(s, 3), salt = store_bytes(s, 4);
    bool zero = key.n == 32 && salt.n == 32 && seal_zero(key.p, 32) && seal_zero(salt.p, 32);
    if (!good || zero != (parts[i].state != LEDGER_LIVE)) {
        fault(v, LEDGER_NO_SEQ, "table partkey: row %lld (event %llu, part %llu) is damaged", (long long)store_int(s, 0),
              (unsigned long long)seq, (unsigned long long)i);
    }
    return true;
}

/* Of the small tables the store itself compares each with its index. */
static const struct store_sql sql_small = {
    "verify.small",
    "SELECT t.name, c.integrity_check FROM (SELECT 'partkey' AS name UNION ALL SELECT 'sealed' UNION ALL SELECT 'tile' "
    "UNION ALL SELECT 'blob' UNION ALL SELECT 'head' UNION ALL SELECT 'gone' UNION ALL SELECT 'control' UNION ALL SELECT "
    "'meta') t "
    "JOIN pragma_integrity_check(t.name) c"};

static bool small_row(struct verifying *v, struct cf_arena *a, struct store_stmt *s, uint64_t nth) {
    (void)a;
    (void)nth;
    struct cf_str said = store_text(s, 1);
    if (!cf_str_is(said, "ok")) {
        fault(v, LEDGER_NO_SEQ, "table %.*s: %.*s", CF_STR_ARG(store_text(s, 0)), CF_STR_ARG(said));
    }
    return true;
}

static bool check_tables(struct verifying *v, struct ledger_verified *out) {
    struct store_db *db = v->l->db;
    uint64_t n = 0;
    int64_t secrets = 0;
    if (!each_row(v, db, &sql_metas, meta_row, &n, v->errs)) {
        return false;
    }
    if (n != 7) {
        fault(v, LEDGER_NO_SEQ, "table meta: it has %llu rows, not 7", (unsigned long long)n);
    }
    if (!store_one_int(v->l->db, &sql_secrets, 0, &secrets, v->errs)) {
        return false;
    }
    if ((uint64_t)secrets < v->size) {
        fault(v, LEDGER_NO_SEQ, "table secret: it has %lld rows for %llu events", (long long)secrets,
              (unsigned long long)v->size);
    }
    return each_row(v, db, &sql_gone, gone_row, &n, v->errs) && each_row(v, db, &sql_blobs, blob_row, &out->blobs, v->errs) &&
           each_row(v, db, &sql_sealed, sealed_row, &n, v->errs) && each_row(v, db, &sql_partkeys, partkey_row, &n, v->errs) &&
           each_row(v, db, &sql_small, small_row, &n, v->errs);
}

/* ---- The large tables beside the events: tasks of their own. An index must hold what its table holds, in order. */
static bool check_index(struct worker *w, const struct store_sql *q, const char *table, uint64_t *sum) {
    struct store_stmt *s = store_use(w->db, q, &w->errs);
    struct cf_id last = {{0}}, id;
    bool more = s != NULL, first = true;
    *sum = 0;
    while (more) {
        if (!store_next(s, &more, &w->errs)) {
            return false;
        }
        if (!more) {
            break;
        }
        *sum += mix(store_bytes(s, 0), (uint64_t)store_int(s, 1));
        bool good = store_id(s, 0, &id) && (first || cf_id_cmp(last, id) < 0);
        if (!good) {
            fault(w->v, LEDGER_NO_SEQ, "table %s: the index on id is out of order at row %lld", table,
                  (long long)store_int(s, 1));
        }
        first = false;
        last = id;
    }
    store_done(s);
    return s != NULL;
}

static const struct store_sql sql_event_index = {"verify.event_index",
                                                 "SELECT id, seq FROM event INDEXED BY sqlite_autoindex_event_1 ORDER BY id"};
static const struct store_sql sql_subject_index = {
    "verify.subject_index", "SELECT id, no FROM subject INDEXED BY sqlite_autoindex_subject_1 ORDER BY id"};

static bool work_table(struct worker *w, uint64_t task) {
    struct verifying *v = w->v;
    uint64_t n = 0;
    switch (task) {
    case 0: return each_row(v, w->db, &sql_subjects, subject_row, &v->out->subjects, &w->errs);
    case 1: return each_row(v, w->db, &sql_sources, source_row, &n, &w->errs);
    case 2: return check_index(w, &sql_event_index, "event", &v->event_index);
    default: return check_index(w, &sql_subject_index, "subject", &v->subject_index);
    }
}

static void compare_indexes(struct verifying *v) {
    if (v->event_index != atomic_load(&v->ids)) {
        fault(v, LEDGER_NO_SEQ, "table event: its index on id does not hold what the table holds");
    }
    if (v->subject_index != atomic_load(&v->subject_ids)) {
        fault(v, LEDGER_NO_SEQ, "table subject: its index on id does not hold what the table holds");
    }
}

/* ---- All of it. */
static void tell_faults(struct verifying *v) {
    for (size_t i = 1; i < v->n_kept; i++) { /* few: by insertion */
        struct fault f = v->kept[i];
        size_t at = i;
        while (at > 0 && v->kept[at - 1].seq > f.seq) {
            v->kept[at] = v->kept[at - 1];
            at--;
        }
        v->kept[at] = f;
    }
    for (size_t i = 0; i < v->n_kept; i++) {
        (void)cf_fail(v->errs, CF_E030, CF_NOWHERE, "%s", v->kept[i].words);
    }
    if (v->n_kept > 0 && atomic_load(&v->faults) > CF_MAX_ERRORS) {
        cf_hint(v->errs, "%llu rows are damaged in all. Keep a copy of the file; restore it from a backup.",
                (unsigned long long)atomic_load(&v->faults));
    }
}

static bool verify_all(struct verifying *v, struct cf_arena *a, struct ledger_verified *out) {
    struct tree *t = CF_NEW(a, struct tree);
    v->chunks = (v->size + CHUNK - 1) / CHUNK;
    v->blocks = cf_alloc_n(a, (size_t)(v->size / LEDGER_TILE) + 1, LEDGER_HASH);
    v->first = CF_NEW_N(a, int64_t, v->chunks + 1);
    v->last = CF_NEW_N(a, int64_t, v->chunks + 1);
    work_all(v);
    bool ok = !v->stopped && check_tiles(v, a, t) && check_tables(v, out) &&
              each_row(v, v->l->db, &sql_heads, head_row, &out->heads, v->errs);
    if (ok) {
        compare_indexes(v);
        tree_root(t, v->l->sha, out->root);
        uint8_t kept[LEDGER_HASH];
        tree_root(&v->l->tree, v->l->sha, kept);
        if (v->l->tree.size == v->size && memcmp(kept, out->root, LEDGER_HASH) != 0) {
            fault(v, LEDGER_NO_SEQ, "the tree in memory is not that of the events");
        }
    }
    return ok;
}

bool ledger_verify(struct ledger *l, void (*progress)(void *arg, uint64_t done, uint64_t total), void *arg,
                   struct ledger_verified *out, struct cf_errs *errs) {
    *out = (struct ledger_verified){0};
    if (l->batch) {
        return cf_fail(errs, CF_E013, CF_NOWHERE, "a batch is open; verify what is committed");
    }
    if (!ledger_refresh(l, errs)) {
        return false;
    }
    struct cf_arena *a = cf_arena_new("verification");
    struct verifying *v = CF_NEW(a, struct verifying);
    v->l = l;
    v->size = l->size;
    v->errs = errs;
    v->out = out;
    v->progress = progress;
    v->arg = arg;
    CF_ASSERT(pthread_mutex_init(&v->lock, NULL) == 0);
    bool ok = verify_all(v, a, out);
    out->events = v->size;
    out->parts = atomic_load(&v->parts);
    out->destroyed = atomic_load(&v->destroyed);
    out->sealed = atomic_load(&v->sealed);
    out->faults = atomic_load(&v->faults);
    tell_faults(v);
    (void)pthread_mutex_destroy(&v->lock);
    cf_arena_free(a);
    return ok && out->faults == 0;
}
