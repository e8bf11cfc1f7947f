/* store/copier: keeps the write-ahead log short. Beside a busy writer a second thread with its own connection copies the log
 * into the file while the writer goes on, again and again until little is left; that little the writer copies itself between
 * two commits, and the log starts again from its beginning. Left to the second thread alone the log would never end; left to
 * the writer alone, everybody behind it would wait for all of it. Must not know any table.
 *
 * Nothing here decides what is durable: a page is copied only after the log that holds it is on the disk, and the log starts
 * again only when the file has all of it (the library sees to both). */
#include "store/priv.h"

#include <pthread.h>
#include <signal.h>

#define LOG_MOST (32 << 20)         /* from here on the log is to end */
#define PORTION (4 << 20)           /* what is worth a copy: the disk is busy with it for a few milliseconds */
#define LAST (512 << 10)            /* what the writer may copy itself */
#define LOG_TOO_LONG (4 * LOG_MOST) /* the copier cannot keep up: now the writer waits */
#define COPIER_CACHE_KIB 64         /* it reads no table */

struct store_copier {
    struct cf_arena *arena; /* its own: connection and errors */
    struct store_db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t turn; /* of whoever waits: the thread for work, the writer for its end */
    /* Under the lock. Bytes of the log. */
    bool asked, busy, broken, stopping;
    int64_t log, copied, tried; /* as the writer saw it last; in the file; when a copy was last asked for */
    uint64_t round;             /* how often the log started again */
};

/* ---- The thread. */

static bool copy_once(struct store_copier *c, int64_t *copied) {
    struct cf_mark m = cf_arena_mark(c->arena);
    struct cf_errs quiet = cf_errs_new(c->arena); /* the writer meets the same disk and tells of it */
    int64_t log = 0;
    bool ok = store_copy_log(c->db, &log, copied, &quiet);
    cf_arena_rewind(c->arena, m);
    return ok;
}

static void *copy_when_asked(void *arg) {
    struct store_copier *c = arg;
    (void)pthread_mutex_lock(&c->lock);
    while (!c->stopping) {
        if (!c->asked) {
            (void)pthread_cond_wait(&c->turn, &c->lock);
            continue;
        }
        c->asked = false;
        c->busy = true;
        uint64_t round = c->round;
        (void)pthread_mutex_unlock(&c->lock);
        int64_t copied = 0;
        bool ok = copy_once(c, &copied);
        (void)pthread_mutex_lock(&c->lock);
        c->busy = false;
        c->broken = c->broken || !ok;
        c->copied = ok && round == c->round ? copied : c->copied;
        (void)pthread_cond_signal(&c->turn);
    }
    (void)pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* ---- Starting and stopping. */

bool store_copier_start(struct store_db *db, struct cf_errs *errs) {
    CF_ASSERT(store_copier(db) == NULL);
    struct cf_arena *a = cf_arena_new("copier of a write-ahead log");
    struct store_copier *c = CF_NEW(a, struct store_copier);
    *c = (struct store_copier){.arena = a};
    struct store_options o = {.mode = STORE_WRITE, .sync = STORE_NORMAL, .vfs = store_vfs(db), .cache_kib = COPIER_CACHE_KIB};
    if (!store_open(a, store_path(db), &o, errs, &c->db)) {
        cf_arena_free(a);
        return false;
    }
    CF_ASSERT(pthread_mutex_init(&c->lock, NULL) == 0 && pthread_cond_init(&c->turn, NULL) == 0);
    sigset_t all, before; /* signals are for the thread that started us */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    bool running = pthread_create(&c->thread, NULL, copy_when_asked, c) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (running) {
        store_set_copier(db, c);
        return true;
    }
    (void)pthread_cond_destroy(&c->turn);
    (void)pthread_mutex_destroy(&c->lock);
    cf_arena_free(a);
    return true; /* the writer copies for itself, as without us */
}

void store_copier_stop(struct store_db *db) {
    struct store_copier *c = store_copier(db);
    if (c == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&c->lock);
    c->stopping = true;
    (void)pthread_cond_signal(&c->turn);
    (void)pthread_mutex_unlock(&c->lock);
    (void)pthread_join(c->thread, NULL);
    store_set_copier(db, NULL);
    (void)pthread_cond_destroy(&c->turn);
    (void)pthread_mutex_destroy(&c->lock);
    cf_arena_free(c->arena); /* closes its connection */
}

void store_copier_rest(struct store_db *db) {
    struct store_copier *c = store_copier(db);
    if (c == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&c->lock);
    c->asked = false;
    while (c->busy) {
        (void)pthread_cond_wait(&c->turn, &c->lock);
    }
    (void)pthread_mutex_unlock(&c->lock);
}

/* ---- The writer, after a commit. */

static bool broken(struct store_copier *c) {
    (void)pthread_mutex_lock(&c->lock);
    bool so = c->broken;
    (void)pthread_mutex_unlock(&c->lock);
    return so;
}

/* Notes what the log is now and asks for a copy when one is worth it. True when the rest is the writer's. */
static bool writers_turn(struct store_copier *c, int64_t log, bool may) {
    (void)pthread_mutex_lock(&c->lock);
    if (log < c->log) { /* it started again */
        c->round++;
        c->copied = c->tried = 0;
    }
    c->log = log;
    int64_t done = c->copied > c->tried ? c->copied : c->tried; /* what a reader stood in the way of is not asked for at once */
    bool idle = !c->busy && !c->asked;
    bool last = idle && may && log >= LOG_MOST && (log - c->copied < LAST || log >= LOG_TOO_LONG);
    if (idle && !last && log - done >= (log < LOG_MOST ? PORTION : LAST)) {
        c->asked = true;
        c->tried = log;
        (void)pthread_cond_signal(&c->turn);
    }
    (void)pthread_mutex_unlock(&c->lock);
    return last;
}

void store_keep_short(struct store_db *db, int64_t most) {
    struct store_copier *c = store_copier(db);
    bool helped = c != NULL && !broken(c);
    int64_t log = store_wal_bytes(db), copied = 0;
    bool may = store_may_end_log(db);
    if (helped ? !writers_turn(c, log, may) : !may || log < most) {
        return;
    }
    struct cf_arena *a = cf_arena_new("end of a write-ahead log");
    struct cf_errs quiet = cf_errs_new(a); /* what is committed is safe whether or not this succeeds */
    if (helped) {
        (void)!store_copy_log(db, &log, &copied, &quiet); /* of all of it: the next commit starts the log again */
    } else {
        (void)!store_checkpoint(db, false, &quiet);
    }
    store_end_log_later(db, log + (helped ? LAST : most));
    cf_arena_free(a);
}
