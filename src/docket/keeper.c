/* keeper: see keeper.h. One thread, one queue, one lock that is never held while the desk works. Must not know what is asked.
 */
#include "docket/keeper.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "docket/priv.h"

enum {
    BATCH_MOST = 256,
    QUEUE_MOST = 4096,
    WOKEN_AT_ONCE = 50, /* dockets: whoever asks meanwhile waits for no more than these */
    IDLE_MS = 60000,    /* the clock may be set, so nobody sleeps longer than this before looking again */
    TROUBLE_MS = 5000,  /* after a wake-up that failed */
};

struct keeper {
    struct desk *d;
    struct keeper_options options;
    pthread_t thread;
    bool running; /* the thread was started and not yet joined */
    pthread_mutex_t lock;
    pthread_cond_t asked, answered;
    /* Under the lock. */
    struct keeper_ticket *first, *last;
    bool stopping;
    struct keeper_counts counts;
    /* The thread's own. */
    struct cf_arena *memory; /* of one batch */
    struct keeper_ticket **taken;
    const struct desk_entry **entries;
    struct desk_outcome *outcomes;
    bool look_for_stale; /* work was done that may have marked people stale */
};

/* ---- Answering. */

static void answer(struct keeper *k, size_t n) {
    size_t refused = 0;
    for (size_t i = 0; i < n; i++) {
        refused += !k->taken[i]->ok;
    }
    (void)pthread_mutex_lock(&k->lock);
    k->counts.refused += refused;
    for (size_t i = 0; i < n; i++) {
        if (!k->taken[i]->answered) {
            k->taken[i]->done = true; /* from here on it is its owner's */
            k->taken[i] = NULL;
        }
    }
    (void)pthread_cond_broadcast(&k->answered);
    (void)pthread_mutex_unlock(&k->lock);
    for (size_t i = 0; i < n; i++) {
        if (k->taken[i]) {
            k->taken[i]->done = true;
            k->taken[i]->answered(k->taken[i]);
        }
    }
}

static void run_records(struct keeper *k, size_t n) {
    struct cf_errs errs = cf_errs_new(k->memory);
    for (size_t i = 0; i < n; i++) {
        const struct keeper_ticket *t = k->taken[i];
        k->entries[i] = t->entry;
        k->outcomes[i] = (struct desk_outcome){.arena = t->a, .errs = t->errs, .no_changes = t->no_changes};
    }
    (void)!desk_record_many(k->d, k->entries, n, k->memory, k->outcomes, &errs); /* each outcome says what became of it */
    for (size_t i = 0; i < n; i++) {
        k->taken[i]->ok = k->outcomes[i].ok;
        k->taken[i]->receipt = k->outcomes[i].receipt;
        k->taken[i]->changes = k->outcomes[i].changes;
    }
}

/* Work that left something open would let the next request write into it. */
static bool left_open(struct desk *d) {
    bool open = d->bulk || ledger_in_batch(d->ledger) || store_in_transaction(d->db);
    if (open) {
        desk_bulk_stop(d);
        ledger_rollback(d->ledger);
        desk_rollback(d);
    }
    return open;
}

static void run_work(struct keeper *k, struct keeper_ticket *t) {
    t->ok = t->work(k->d, t->work_arg, t->errs);
    if (left_open(k->d)) {
        t->ok = false;
        cf_fail(t->errs, CF_D033, CF_NOWHERE, "work left its writing open: it was rolled back");
    }
    k->look_for_stale = true;
}

/* ---- Wake-ups: a few dockets at a time, only while nobody waits. */

static void trouble(struct keeper *k, const struct cf_errs *errs) {
    if (k->options.trouble) {
        k->options.trouble(k->options.trouble_arg, errs);
    }
}

/* Milliseconds until something is to be judged; 0: there was work, look again. */
static int64_t wake_some(struct keeper *k) {
    struct cf_errs errs = cf_errs_new(k->memory);
    int64_t now = desk_now(), at = 0;
    uint64_t done = 0;
    bool any = false, look = k->look_for_stale;
    bool ok = look || desk_next_wake(k->d, &any, &at, &errs), due = look || (any && at <= now);
    if (ok && due) {
        ok = desk_catch_up(k->d, &errs) && desk_sweep(k->d, now, WOKEN_AT_ONCE, NULL, NULL, &done, &errs);
        k->look_for_stale = ok && done > 0;
    }
    if (!ok) {
        trouble(k, &errs);
        return TROUBLE_MS;
    }
    (void)pthread_mutex_lock(&k->lock);
    k->counts.woken += done;
    (void)pthread_mutex_unlock(&k->lock);
    if (due) {
        return done > 0 || look ? 0 : TROUBLE_MS;
    }
    return any && at - now < IDLE_MS / 1000 ? (at - now) * 1000 : IDLE_MS;
}

/* ---- The thread. */

static void wait_for_work(struct keeper *k, int64_t most_ms) { /* the lock is held; below 0: for as long as it takes */
    if (most_ms < 0) {
        (void)pthread_cond_wait(&k->asked, &k->lock);
        return;
    }
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(most_ms / 1000);
    until.tv_nsec += (long)(most_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    (void)pthread_cond_timedwait(&k->asked, &k->lock, &until);
}

/* Records from the head of the queue up to the first other request, or that one alone. The lock is held. */
static size_t take(struct keeper *k) {
    size_t n = 0;
    while (k->first && n < k->options.batch_most && (n == 0 || (k->first->entry && k->taken[0]->entry))) {
        k->taken[n++] = k->first;
        k->first = k->first->next;
        k->counts.waiting--;
    }
    if (!k->first) {
        k->last = NULL;
    }
    if (n && k->taken[0]->entry) {
        k->counts.records += n;
        k->counts.batches++;
        k->counts.longest_batch = n > k->counts.longest_batch ? n : k->counts.longest_batch;
    } else {
        k->counts.others += n;
    }
    return n;
}

static void serve(struct keeper *k, size_t n) {
    if (k->taken[0]->entry) {
        run_records(k, n);
    } else {
        run_work(k, k->taken[0]);
    }
    answer(k, n);
    cf_arena_reset(k->memory);
}

static void *keep_desk(void *arg) {
    struct keeper *k = arg;
    int64_t idle_ms = k->options.wake_ups ? 0 : -1;
    (void)pthread_mutex_lock(&k->lock);
    for (;;) {
        size_t n = take(k);
        if (n == 0 && k->stopping) {
            break;
        }
        if (n == 0 && idle_ms != 0) {
            wait_for_work(k, idle_ms);
            idle_ms = k->options.wake_ups ? 0 : -1;
            continue;
        }
        (void)pthread_mutex_unlock(&k->lock);
        if (n > 0) {
            serve(k, n);
        } else {
            idle_ms = wake_some(k);
            cf_arena_reset(k->memory);
        }
        (void)pthread_mutex_lock(&k->lock);
    }
    (void)pthread_mutex_unlock(&k->lock);
    return NULL;
}

/* ---- Starting and stopping. */

static void clean_up(void *arg) {
    struct keeper *k = arg;
    keeper_stop(k);
    cf_arena_free(k->memory);
    (void)pthread_cond_destroy(&k->asked);
    (void)pthread_cond_destroy(&k->answered);
    (void)pthread_mutex_destroy(&k->lock);
}

static void make_locks(struct keeper *k) {
    pthread_condattr_t clock;
    CF_ASSERT(pthread_condattr_init(&clock) == 0 && pthread_condattr_setclock(&clock, CLOCK_MONOTONIC) == 0);
    CF_ASSERT(pthread_mutex_init(&k->lock, NULL) == 0 && pthread_cond_init(&k->asked, &clock) == 0 &&
              pthread_cond_init(&k->answered, NULL) == 0);
    (void)pthread_condattr_destroy(&clock);
}

/* Whoever waits for the keeper should not wait for the write-ahead logs of its files. */
static bool start_copiers(struct desk *d, struct cf_errs *errs) {
    return ledger_copier_start(d->ledger, errs) && store_copier_start(d->db, errs);
}

static void stop_copiers(struct keeper *k) {
    ledger_copier_stop(k->d->ledger);
    store_copier_stop(k->d->db);
}

bool keeper_start(struct cf_arena *a, struct desk *d, const struct keeper_options *options, struct cf_errs *errs,
                  struct keeper **out) {
    *out = NULL;
    if (!d->options.write && !d->options.create) {
        return cf_fail(errs, CF_D030, CF_NOWHERE, "this desk is open for reading only");
    }
    struct keeper *k = CF_NEW(a, struct keeper);
    k->d = d;
    k->options = options ? *options : (struct keeper_options){0};
    k->options.batch_most = k->options.batch_most ? k->options.batch_most : BATCH_MOST;
    k->options.queue_most = k->options.queue_most ? k->options.queue_most : QUEUE_MOST;
    k->taken = CF_NEW_N(a, struct keeper_ticket *, k->options.batch_most);
    k->entries = CF_NEW_N(a, const struct desk_entry *, k->options.batch_most);
    k->outcomes = CF_NEW_N(a, struct desk_outcome, k->options.batch_most);
    k->memory = cf_arena_new("keeper");
    k->look_for_stale = true;
    make_locks(k);
    cf_arena_cleanup(a, clean_up, k);
    if (!start_copiers(d, errs)) {
        stop_copiers(k);
        return false;
    }
    /* Signals are for the thread that started us. */
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    k->running = pthread_create(&k->thread, NULL, keep_desk, k) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!k->running) {
        stop_copiers(k);
        return cf_fail(errs, CF_D030, CF_NOWHERE, "the keeper's thread could not be started");
    }
    *out = k;
    return true;
}

void keeper_stop(struct keeper *k) {
    if (!k || !k->running) {
        return;
    }
    (void)pthread_mutex_lock(&k->lock);
    k->stopping = true;
    (void)pthread_cond_signal(&k->asked);
    (void)pthread_mutex_unlock(&k->lock);
    (void)pthread_join(k->thread, NULL);
    k->running = false;
    stop_copiers(k);
}

/* ---- Asking. */

bool keeper_send(struct keeper *k, struct keeper_ticket *t) {
    CF_ASSERT((t->entry != NULL) != (t->work != NULL));
    t->ok = t->done = false;
    t->next = NULL;
    (void)pthread_mutex_lock(&k->lock);
    bool stopping = k->stopping, full = k->counts.waiting >= k->options.queue_most;
    if (!stopping && !full) {
        if (k->last) {
            k->last->next = t;
        } else {
            k->first = t;
        }
        k->last = t;
        k->counts.waiting++;
        k->counts.waited_most = k->counts.waiting > k->counts.waited_most ? k->counts.waiting : k->counts.waited_most;
        (void)pthread_cond_signal(&k->asked);
    }
    (void)pthread_mutex_unlock(&k->lock);
    if (stopping) {
        return cf_fail(t->errs, CF_D032, CF_NOWHERE, "recording has stopped");
    }
    return !full || cf_fail(t->errs, CF_D031, CF_NOWHERE, "%zu others wait to be recorded", k->options.queue_most);
}

bool keeper_await(struct keeper *k, struct keeper_ticket *t) {
    CF_ASSERT(!t->answered);
    (void)pthread_mutex_lock(&k->lock);
    while (!t->done) {
        (void)pthread_cond_wait(&k->answered, &k->lock);
    }
    (void)pthread_mutex_unlock(&k->lock);
    return t->ok;
}

bool keeper_record(struct keeper *k, const struct desk_entry *e, struct cf_arena *a, struct ledger_receipt *receipt,
                   struct desk_changes *changes, struct cf_errs *errs) {
    struct keeper_ticket t = {.entry = e, .a = a, .errs = errs, .no_changes = changes == NULL};
    if (!keeper_send(k, &t) || !keeper_await(k, &t)) {
        return false;
    }
    *receipt = t.receipt;
    for (size_t i = 0; i < t.changes.n; i++) {
        *cf_push(a, changes) = t.changes.v[i];
    }
    return true;
}

bool keeper_do(struct keeper *k, keeper_work *work, void *arg, struct cf_errs *errs) {
    struct keeper_ticket t = {.work = work, .work_arg = arg, .errs = errs};
    return keeper_send(k, &t) && keeper_await(k, &t);
}

struct putting_right { /* the arguments of a correction, a merge or its undoing, carried to the keeper's thread */
    const struct desk_correction *c;
    struct cf_id x, y, actor;
    struct cf_str reason;
    struct cf_arena *a;
    struct ledger_receipt *receipt;
    struct desk_changes *changes;
};

static bool do_correct(struct desk *d, void *arg, struct cf_errs *errs) {
    const struct putting_right *p = arg;
    return desk_correct(d, p->c, p->a, p->receipt, p->changes, errs);
}

static bool do_merge(struct desk *d, void *arg, struct cf_errs *errs) {
    const struct putting_right *p = arg;
    return desk_merge(d, p->x, p->y, p->reason, p->actor, p->a, p->receipt, p->changes, errs);
}

static bool do_unmerge(struct desk *d, void *arg, struct cf_errs *errs) {
    const struct putting_right *p = arg;
    return desk_unmerge(d, p->x, p->reason, p->actor, p->a, p->receipt, p->changes, errs);
}

bool keeper_correct(struct keeper *k, const struct desk_correction *c, struct cf_arena *a, struct ledger_receipt *receipt,
                    struct desk_changes *changes, struct cf_errs *errs) {
    struct putting_right p = {.c = c, .a = a, .receipt = receipt, .changes = changes};
    return keeper_do(k, do_correct, &p, errs);
}

bool keeper_merge(struct keeper *k, struct cf_id x, struct cf_id y, struct cf_str reason, struct cf_id actor,
                  struct cf_arena *a, struct ledger_receipt *receipt, struct desk_changes *changes, struct cf_errs *errs) {
    struct putting_right p = {.x = x, .y = y, .reason = reason, .actor = actor, .a = a, .receipt = receipt, .changes = changes};
    return keeper_do(k, do_merge, &p, errs);
}

bool keeper_unmerge(struct keeper *k, struct cf_id merge_event, struct cf_str reason, struct cf_id actor, struct cf_arena *a,
                    struct ledger_receipt *receipt, struct desk_changes *changes, struct cf_errs *errs) {
    struct putting_right p = {
        .x = merge_event, .reason = reason, .actor = actor, .a = a, .receipt = receipt, .changes = changes};
    return keeper_do(k, do_unmerge, &p, errs);
}

void keeper_counts(struct keeper *k, struct keeper_counts *out) {
    (void)pthread_mutex_lock(&k->lock);
    *out = k->counts;
    (void)pthread_mutex_unlock(&k->lock);
}
