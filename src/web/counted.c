/* counted: one thread that makes what takes seconds, and the table of what it made. Must not know what is counted. */
#include "web/counted.h"

#include <pthread.h>
#include <time.h>

enum entry_state { EMPTY, ASKED, MAKING, MADE, FAILED };
struct entry {
    enum entry_state state;
    struct cf_arena *arena; /* of the key, the argument, the result and its errors */
    struct cf_str key;
    uint64_t size;
    struct counted_ask ask;
    int64_t made_s;
    uint64_t asked, used; /* order of asking, of last use */
    unsigned held;        /* by requests that read it */
    struct counted *of;
    void *result;
    struct cf_errs errs;
};
struct counted {
    const struct desk_options *options;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work, made;
    struct entry entries[CF_MAX_COUNTED];
    uint64_t ticks;
    int waiters;
    bool stopping;
    struct cf_arena *desk_arena; /* the thread's alone */
    struct desk *desk;
};
enum { FAILED_S = 20 }; /* a failure is told again for so long before it is tried again */

/* ---- The thread. */

static void close_desk(struct counted *c) {
    desk_close(c->desk);
    cf_arena_free(c->desk_arena);
    c->desk = NULL;
    c->desk_arena = NULL;
}

static bool desk_ready(struct counted *c, struct cf_errs *errs) {
    bool adopted = false;
    if (c->desk && desk_refresh(c->desk, &adopted, errs) && !adopted) {
        return true;
    }
    close_desk(c);
    struct desk_options o = *c->options;
    o.write = o.create = false;
    c->desk_arena = cf_arena_new("counting desk");
    struct cf_errs own = cf_errs_new(c->desk_arena);
    if (desk_open(c->desk_arena, &o, &own, &c->desk)) {
        return true;
    }
    for (size_t i = 0; i < own.n; i++) {
        cf_fail(errs, own.v[i].code, CF_NOWHERE, "%.*s", CF_STR_ARG(own.v[i].msg));
    }
    c->desk = NULL;
    close_desk(c);
    return false;
}

static struct entry *next_asked(struct counted *c) {
    struct entry *next = NULL;
    for (size_t i = 0; i < CF_MAX_COUNTED; i++) {
        struct entry *e = &c->entries[i];
        next = e->state == ASKED && (!next || e->asked < next->asked) ? e : next;
    }
    return next;
}

/* Called with the lock held; gives it back while it works. */
static void make_one(struct counted *c, struct entry *e) {
    e->state = MAKING;
    (void)pthread_mutex_unlock(&c->lock);
    struct cf_errs errs = cf_errs_new(e->arena);
    void *result = NULL;
    bool ok = desk_ready(c, &errs);
    uint64_t size = ok ? ledger_size(desk_ledger(c->desk)) : 0;
    ok = ok && e->ask.make(c->desk, e->ask.arg, e->arena, &result, &errs);
    (void)pthread_mutex_lock(&c->lock);
    e->state = ok ? MADE : FAILED;
    e->size = ok ? size : e->size;
    e->result = result;
    e->errs = errs;
    e->made_s = cf_now_us() / 1000000;
    (void)pthread_cond_broadcast(&c->made);
}

static void *count(void *arg) {
    struct counted *c = arg;
    (void)pthread_mutex_lock(&c->lock);
    while (!c->stopping) {
        struct entry *e = next_asked(c);
        if (e) {
            make_one(c, e);
        } else {
            (void)pthread_cond_wait(&c->work, &c->lock);
        }
    }
    (void)pthread_mutex_unlock(&c->lock);
    close_desk(c);
    return NULL;
}

/* ---- Asking. Everything below is called with the lock held. */

static bool still_good(const struct entry *e, const struct counted_ask *ask, int64_t now_s) {
    int64_t age = now_s - e->made_s;
    if (e->state == FAILED) {
        return age < FAILED_S;
    }
    return e->size >= ask->size ? age < ask->same_s : age < ask->grown_s;
}

static struct entry *find_entry(struct counted *c, const struct counted_ask *ask, int64_t now_s) {
    struct entry *best = NULL;
    for (size_t i = 0; i < CF_MAX_COUNTED; i++) {
        struct entry *e = &c->entries[i];
        if (e->state == EMPTY || !cf_str_eq(e->key, ask->key)) {
            continue;
        }
        bool coming = e->state == ASKED || e->state == MAKING;
        if (coming || still_good(e, ask, now_s)) {
            best = !best || e->asked > best->asked ? e : best;
        }
    }
    return best;
}

/* A place for another result: an empty one, or the one that was unused for longest; NULL when there is none. */
static struct entry *find_place(struct counted *c) {
    struct entry *place = NULL;
    size_t asked = 0;
    for (size_t i = 0; i < CF_MAX_COUNTED; i++) {
        struct entry *e = &c->entries[i];
        asked += e->state == ASKED;
        bool free_now = e->state == EMPTY || (e->held == 0 && (e->state == MADE || e->state == FAILED));
        if (free_now && (!place || e->used < place->used)) {
            place = e;
        }
    }
    return asked < CF_MAX_COUNTED_ASKED ? place : NULL;
}

static struct entry *ask_for(struct counted *c, const struct counted_ask *ask) {
    struct entry *e = find_place(c);
    if (!e) {
        return NULL;
    }
    cf_arena_free(e->arena);
    *e = (struct entry){.state = ASKED, .arena = cf_arena_new("counted"), .size = ask->size, .ask = *ask, .of = c};
    e->key = e->ask.key = cf_str_dup(e->arena, ask->key);
    e->ask.arg = cf_memdup(e->arena, ask->arg, ask->n_arg);
    e->asked = e->used = ++c->ticks;
    (void)pthread_cond_signal(&c->work);
    return e;
}

static bool is_done(const struct entry *e) {
    return e->state == MADE || e->state == FAILED;
}

static void wait_for(struct counted *c, struct entry *e) {
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += CF_MAX_COUNTED_WAIT_MS / 1000;
    until.tv_nsec += (long)(CF_MAX_COUNTED_WAIT_MS % 1000) * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    c->waiters++;
    e->held++; /* so that the place stays this result's */
    while (!is_done(e) && !c->stopping && pthread_cond_timedwait(&c->made, &c->lock, &until) == 0) {
    }
    e->held--;
    c->waiters--;
}

static void let_go(void *arg) {
    struct entry *e = arg;
    struct counted *c = e->of;
    (void)pthread_mutex_lock(&c->lock);
    e->held--;
    (void)pthread_mutex_unlock(&c->lock);
}

static enum counted_state hand_out(struct entry *e, struct cf_arena *a, const void **out, int64_t *made_s,
                                   struct cf_errs *errs) {
    if (e->state == FAILED) {
        for (size_t i = 0; i < e->errs.n; i++) {
            cf_fail(errs, e->errs.v[i].code, CF_NOWHERE, "%.*s", CF_STR_ARG(e->errs.v[i].msg));
        }
        return COUNTED_FAILED;
    }
    if (e->state != MADE) {
        return COUNTED_MAKING;
    }
    e->held++;
    e->used = ++e->of->ticks;
    cf_arena_cleanup(a, let_go, e);
    *out = e->result;
    *made_s = e->made_s;
    return COUNTED_READY;
}

enum counted_state counted_get(struct counted *c, const struct counted_ask *ask, int64_t now_s, struct cf_arena *a,
                               const void **out, int64_t *made_s, struct cf_errs *errs) {
    CF_ASSERT(ask->n_arg <= CF_MAX_COUNTED_ARG_BYTES);
    (void)pthread_mutex_lock(&c->lock);
    struct entry *e = find_entry(c, ask, now_s);
    e = e ? e : ask_for(c, ask);
    enum counted_state state = COUNTED_FULL;
    if (e) {
        if (!is_done(e) && c->waiters < CF_MAX_COUNTED_WAITERS) {
            wait_for(c, e);
        }
        state = hand_out(e, a, out, made_s, errs);
    }
    (void)pthread_mutex_unlock(&c->lock);
    return state;
}

/* ---- Starting and stopping. */

bool counted_start(struct cf_arena *a, const struct desk_options *o, struct cf_errs *errs, struct counted **out) {
    struct counted *c = CF_NEW(a, struct counted);
    c->options = o;
    if (pthread_mutex_init(&c->lock, NULL) != 0 || pthread_cond_init(&c->work, NULL) != 0 ||
        pthread_cond_init(&c->made, NULL) != 0 || pthread_create(&c->thread, NULL, count, c) != 0) {
        return cf_fail(errs, CF_W009, CF_NOWHERE, "the thread that counts cannot be started");
    }
    *out = c;
    return true;
}

void counted_stop(struct counted *c) {
    if (!c) {
        return;
    }
    (void)pthread_mutex_lock(&c->lock);
    c->stopping = true;
    (void)pthread_cond_broadcast(&c->work);
    (void)pthread_cond_broadcast(&c->made);
    (void)pthread_mutex_unlock(&c->lock);
    (void)pthread_join(c->thread, NULL);
    for (size_t i = 0; i < CF_MAX_COUNTED; i++) {
        cf_arena_free(c->entries[i].arena);
        c->entries[i].arena = NULL;
        c->entries[i].state = EMPTY;
    }
    (void)pthread_cond_destroy(&c->work);
    (void)pthread_cond_destroy(&c->made);
    (void)pthread_mutex_destroy(&c->lock);
}
