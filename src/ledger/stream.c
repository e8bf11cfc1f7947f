/* ledger/stream: events in order, opened ahead on a second thread while the first works with those before. For readers that
 * go through the whole log: rebuilding, following. Knows rows and keys, and nothing of what is done with an event. */
#include "ledger/ledger_priv.h"

#include <pthread.h>

enum {
    BLOCK = 512,     /* events handed over at once */
    BLOCKS = 4,      /* one in use, the others filled or being filled */
    WORTH_IT = 2048, /* fewer events are read on the caller's own thread */
    CACHE_KIB = 1024 /* each page is read once */
};

struct block {
    struct cf_arena *a;
    struct ledger_event *events;
    size_t n;
    bool full; /* under the lock: to be read; otherwise to be filled */
};

struct ledger_stream {
    struct ledger *l;
    struct cf_arena *a; /* its own */
    uint64_t next, to;
    struct ledger_cursor *cursor; /* a short stream: no thread */
    struct ledger_event event;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct block blocks[BLOCKS];
    size_t reading, at;
    bool stop, ended, failed; /* under the lock */
    struct cf_errs errs;      /* the thread's, read after it has ended */
    /* The thread's own. */
    struct store_db *db;
    struct sha *sha;
};

static const struct store_sql sql_stream = {
    "ledger.stream", "SELECT e.seq, e.id, e.recorded, e.leaf, e.body, s.k FROM event e LEFT JOIN secret s ON s.seq = e.seq "
                     "WHERE e.seq >= ?1 AND e.seq < ?2 ORDER BY e.seq"};

static bool damaged(struct ledger_stream *s, uint64_t seq, const char *why) {
    return cf_fail(&s->errs, CF_E011, CF_NOWHERE, "event %llu is damaged: %s", (unsigned long long)seq, why);
}

static bool open_next(struct ledger_stream *s, struct store_stmt *q, uint64_t seq, struct opened *o, struct block *b) {
    bool got = false;
    const char *why = NULL;
    if (!store_next(q, &got, &s->errs)) {
        return false;
    }
    if (!got || (uint64_t)store_int(q, 0) != seq) {
        return damaged(s, seq, "its row is missing");
    }
    struct event_row row = {
        .seq = seq, .recorded = store_int(q, 2), .leaf = store_bytes(q, 3), .body = store_bytes(q, 4), .k = store_bytes(q, 5)};
    row.id_ok = store_id(q, 1, &row.id);
    bool ok = row_open(s->db, s->l->keys, s->sha, &s->l->id, &row, b->a, o, &why, &s->errs) &&
              row_decode(&row, o, b->a, &b->events[b->n], &why);
    if (!ok) {
        return why != NULL ? damaged(s, seq, why) : false;
    }
    read_hide_pending(s->l, &b->events[b->n++]);
    return true;
}

static bool wait_for(struct ledger_stream *s, const struct block *b, bool full) {
    (void)pthread_mutex_lock(&s->lock);
    while (b->full != full && !s->stop && !(full && s->ended)) {
        (void)pthread_cond_wait(&s->moved, &s->lock);
    }
    bool ok = b->full == full && !s->stop;
    (void)pthread_mutex_unlock(&s->lock);
    return ok;
}

static void hand_over(struct ledger_stream *s, struct block *b, bool full) {
    (void)pthread_mutex_lock(&s->lock);
    b->full = full;
    (void)pthread_cond_broadcast(&s->moved);
    (void)pthread_mutex_unlock(&s->lock);
}

static bool fill(struct ledger_stream *s) {
    struct store_stmt *q = store_use(s->db, &sql_stream, &s->errs);
    struct opened *o = CF_NEW(s->a, struct opened);
    bool ok = q != NULL;
    if (ok) {
        store_bind_int(q, 1, (int64_t)s->next);
        store_bind_int(q, 2, (int64_t)s->to);
    }
    uint64_t seq = s->next;
    for (size_t i = 0; ok && seq < s->to; i = (i + 1) % BLOCKS) {
        struct block *b = &s->blocks[i];
        if (!wait_for(s, b, false)) {
            break; /* stopped */
        }
        cf_arena_reset(b->a);
        b->events = CF_NEW_N(b->a, struct ledger_event, BLOCK);
        b->n = 0;
        while (ok && b->n < BLOCK && seq < s->to) {
            ok = open_next(s, q, seq, o, b);
            seq += ok;
        }
        hand_over(s, b, true); /* what came before a damaged row is served too */
    }
    seal_wipe(o->key, sizeof o->key);
    store_done(ok ? q : NULL);
    return ok;
}

static void *open_ahead(void *arg) {
    struct ledger_stream *s = arg;
    bool ok = fill(s);
    (void)pthread_mutex_lock(&s->lock);
    s->ended = true;
    s->failed = !ok;
    (void)pthread_cond_broadcast(&s->moved);
    (void)pthread_mutex_unlock(&s->lock);
    return NULL;
}

static bool start(struct ledger_stream *s) {
    struct store_options o = {.mode = STORE_READ, .sync = STORE_FULL, .vfs = s->l->options.vfs, .cache_kib = CACHE_KIB};
    s->errs = cf_errs_new(s->a);
    if (!store_open(s->a, s->l->path, &o, &s->errs, &s->db)) {
        return false;
    }
    s->sha = sha_new(s->a);
    for (size_t i = 0; i < BLOCKS; i++) {
        s->blocks[i].a = cf_arena_new("events ahead");
    }
    CF_ASSERT(pthread_mutex_init(&s->lock, NULL) == 0 && pthread_cond_init(&s->moved, NULL) == 0);
    s->started = pthread_create(&s->thread, NULL, open_ahead, s) == 0;
    return s->started;
}

bool ledger_stream(struct ledger *l, uint64_t from, uint64_t to, struct ledger_stream **out, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("ledger stream");
    struct ledger_stream *s = CF_NEW(a, struct ledger_stream);
    *s = (struct ledger_stream){.l = l, .a = a, .next = from, .to = to < l->size ? to : l->size};
    *out = s;
    bool ahead = s->to > from && s->to - from >= WORTH_IT && !l->batch;
    if (ahead && start(s)) {
        return true;
    }
    if (ledger_scan(l, from, s->to, a, &s->cursor, errs)) { /* short, or no second thread: one after the other */
        s->blocks[0].a = s->blocks[0].a ? s->blocks[0].a : cf_arena_new("one event");
        return true;
    }
    ledger_stream_end(s);
    *out = NULL;
    return false;
}

static bool next_here(struct ledger_stream *s, const struct ledger_event **out, struct cf_errs *errs) {
    bool more = false;
    cf_arena_reset(s->blocks[0].a);
    if (!ledger_scan_next(s->cursor, s->blocks[0].a, &more, &s->event, errs)) {
        return false;
    }
    *out = more ? &s->event : NULL;
    return true;
}

static bool pass_on(const struct ledger_stream *s, struct cf_errs *errs) {
    for (size_t i = 0; i < s->errs.n; i++) {
        (void)cf_fail(errs, s->errs.v[i].code, CF_NOWHERE, "%.*s", CF_STR_ARG(s->errs.v[i].msg));
    }
    return false;
}

bool ledger_stream_next(struct ledger_stream *s, const struct ledger_event **out, struct cf_errs *errs) {
    *out = NULL;
    if (s->cursor != NULL) {
        return next_here(s, out, errs);
    }
    struct block *b = &s->blocks[s->reading];
    while (s->next < s->to) {
        if (s->at == 0 && !wait_for(s, b, true)) {
            return pass_on(s, errs); /* the thread has ended early: it says why */
        }
        if (s->at < b->n) {
            *out = &b->events[s->at++];
            s->next++;
            return true;
        }
        if (b->n < BLOCK) {
            (void)pthread_join(s->thread, NULL); /* a damaged row: its errors are whole once it has ended */
            s->started = false;
            return pass_on(s, errs);
        }
        s->at = 0;
        hand_over(s, b, false);
        s->reading = (s->reading + 1) % BLOCKS;
        b = &s->blocks[s->reading];
    }
    return true;
}

void ledger_stream_end(struct ledger_stream *s) {
    if (s == NULL) {
        return;
    }
    if (s->started) {
        (void)pthread_mutex_lock(&s->lock);
        s->stop = true;
        (void)pthread_cond_broadcast(&s->moved);
        (void)pthread_mutex_unlock(&s->lock);
        (void)pthread_join(s->thread, NULL);
    }
    ledger_scan_end(s->cursor);
    store_close(s->db);
    for (size_t i = 0; i < BLOCKS; i++) {
        cf_arena_free(s->blocks[i].a);
    }
    cf_arena_free(s->a);
}
