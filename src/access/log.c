/* log: one writer of the log of reads for many threads: whoever comes first writes for all who wait, in one durable commit.
 * Without it each page pays a commit of its own, and threads sleep in one another's way. Must not know what a row says. */
#include "access/priv.h"

#include <pthread.h>

#define TOGETHER 64 /* rows in one commit; more wait for the next */

struct waiting { /* on the stack of the thread that waits */
    const struct ledger_read_row *row;
    bool done, ok;
    struct waiting *next;
};

struct access_log {
    struct cf_arena *arena;
    struct ledger *ledger;
    struct ledger_reads *reads; /* used by the thread that writes, one at a time */
    pthread_mutex_t lock;
    pthread_cond_t told;
    struct waiting *first, **last;
    bool writing;
};

static void log_close_cb(void *arg) {
    access_log_close(arg);
}

bool access_log_open(struct cf_arena *a, const char *db, const char *keys, struct cf_errs *errs, struct access_log **out) {
    struct access_log *x = CF_NEW(a, struct access_log);
    struct ledger_options o = {.keys = keys};
    x->arena = cf_arena_new("log of reads, shared");
    x->last = &x->first;
    CF_ASSERT(pthread_mutex_init(&x->lock, NULL) == 0);
    CF_ASSERT(pthread_cond_init(&x->told, NULL) == 0);
    cf_arena_cleanup(a, log_close_cb, x);
    *out = x;
    return ledger_open(x->arena, db, LEDGER_READ, &o, errs, &x->ledger) &&
           ledger_reads_open(x->arena, x->ledger, errs, &x->reads);
}

void access_log_close(struct access_log *x) {
    if (x == NULL || x->arena == NULL) {
        return;
    }
    ledger_reads_close(x->reads);
    ledger_close(x->ledger);
    cf_arena_free(x->arena);
    x->arena = NULL;
    (void)pthread_cond_destroy(&x->told);
    (void)pthread_mutex_destroy(&x->lock);
}

/* Writes for all of them; if that fails, for each alone, so that nobody pays for another's row. */
static void write_for(struct access_log *x, struct waiting **all, size_t n, struct cf_errs *errs) {
    struct ledger_read_row rows[TOGETHER] = {0};
    for (size_t i = 0; i < n; i++) {
        rows[i] = *all[i]->row;
    }
    bool ok = ledger_reads_add(x->reads, rows, n, errs);
    for (size_t i = 0; i < n; i++) {
        all[i]->ok = ok || (n > 1 && ledger_reads_add(x->reads, &rows[i], 1, errs));
    }
}

static size_t take(struct access_log *x, struct waiting **all) {
    size_t n = 0;
    while (x->first != NULL && n < TOGETHER) {
        all[n++] = x->first;
        x->first = x->first->next;
    }
    if (x->first == NULL) {
        x->last = &x->first;
    }
    return n;
}

bool access_log_add(struct access_log *x, const struct ledger_read_row *row) {
    struct waiting me = {.row = row}, *all[TOGETHER];
    (void)pthread_mutex_lock(&x->lock);
    *x->last = &me;
    x->last = &me.next;
    while (!me.done && x->writing) {
        (void)pthread_cond_wait(&x->told, &x->lock);
    }
    while (!me.done) { /* nobody writes: this thread does, until its own row is among those written */
        struct cf_arena *a = cf_arena_new("log of reads");
        struct cf_errs errs = cf_errs_new(a);
        size_t n = take(x, all);
        x->writing = true;
        (void)pthread_mutex_unlock(&x->lock);
        write_for(x, all, n, &errs);
        cf_arena_free(a);
        (void)pthread_mutex_lock(&x->lock);
        x->writing = false;
        for (size_t i = 0; i < n; i++) {
            all[i]->done = true;
        }
        (void)pthread_cond_broadcast(&x->told);
    }
    (void)pthread_mutex_unlock(&x->lock);
    return me.ok;
}
