/* replaying: one thread that replays what was proposed, and the places in which results are kept. Must not know who asks. */
#include "web/replaying.h"

#include "ledger/seal.h"

#include <pthread.h>

struct place {
    struct cf_arena *arena; /* of the text and what came of it; NULL: the place is empty */
    struct cf_id id;
    uint64_t order;
    struct replaying_state state; /* changed under the lock */
};
struct replaying {
    const struct desk_options *options;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct place places[CF_MAX_REPLAYS];
    uint64_t order;
    bool stopping;
};

static bool has_ended(const struct place *p) {
    return p->state.stage == REPLAYING_FAULTS || p->state.stage == REPLAYING_DONE;
}

/* ---- A run. */

struct running {
    struct replaying *r;
    struct place *place;
};

static bool step(void *arg, uint64_t done, uint64_t total) {
    struct running *x = arg;
    (void)pthread_mutex_lock(&x->r->lock);
    x->place->state.done = done;
    x->place->state.total = total;
    bool on = !x->r->stopping;
    (void)pthread_mutex_unlock(&x->r->lock);
    return on;
}

/* Copied, since places point into the desk of the run. */
static void keep_faults(struct cf_arena *a, const struct cf_errs *errs, struct replaying_state *out) {
    for (size_t i = 0; i < errs->n; i++) {
        const struct cf_err *e = &errs->v[i];
        if (e->warning) {
            continue;
        }
        struct replaying_fault *f = cf_push(a, &out->faults);
        *f = (struct replaying_fault){.words = cf_str_dup(a, e->msg),
                                      .hint = cf_str_dup(a, e->hint.n ? e->hint : cf_str_from(cf_code_hint(e->code)))};
        if (e->at.src) {
            struct cf_str line;
            cf_span_line(e->at, &f->line_no, &f->column, &line);
            f->line = cf_str_dup(a, line);
            f->file = cf_str_dup(a, e->at.src->name);
        }
    }
}

static void run(struct running *x, struct cf_str text, struct cf_arena *a, struct replaying_state *out) {
    struct cf_arena *own = cf_arena_new("replaying");
    struct cf_errs errs = cf_errs_new(own);
    struct desk_options o = *x->r->options;
    struct desk *d = NULL;
    struct desk_proposal *proposal;
    o.write = o.create = false;
    bool ok = desk_open(own, &o, &errs, &d) && desk_propose_text(d, text, &proposal, &errs);
    if (ok) {
        (void)pthread_mutex_lock(&x->r->lock);
        x->place->state.stage = REPLAYING_RUNS;
        (void)pthread_mutex_unlock(&x->r->lock);
        ok = desk_replay(d, proposal, cf_now_us() / 1000000, step, x, a, &out->result, &errs);
    }
    if (!ok) {
        keep_faults(a, &errs, out);
    }
    out->stage = ok ? REPLAYING_DONE : REPLAYING_FAULTS;
    out->ended_s = cf_now_us() / 1000000;
    desk_close(d);
    cf_arena_free(own);
}

/* Called with the lock held; gives it back while it works. */
static void run_one(struct replaying *r, struct place *p) {
    struct running x = {r, p};
    p->state.stage = REPLAYING_CHECKS;
    struct replaying_state out = p->state;
    (void)pthread_mutex_unlock(&r->lock);
    run(&x, out.text, p->arena, &out); /* the place is this run's until it has ended */
    (void)pthread_mutex_lock(&r->lock);
    p->state = out;
}

static struct place *next_asked(struct replaying *r) {
    struct place *next = NULL;
    for (size_t i = 0; i < CF_MAX_REPLAYS; i++) {
        struct place *p = &r->places[i];
        bool waits = p->arena && p->state.stage == REPLAYING_WAITS;
        next = waits && (!next || p->order < next->order) ? p : next;
    }
    return next;
}

static void *replay(void *arg) {
    struct replaying *r = arg;
    (void)pthread_mutex_lock(&r->lock);
    while (!r->stopping) {
        struct place *p = next_asked(r);
        if (p) {
            run_one(r, p);
        } else {
            (void)pthread_cond_wait(&r->work, &r->lock);
        }
    }
    (void)pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* ---- Asking. */

/* An empty place, or that of the oldest result; NULL: none has ended. */
static struct place *find_place(struct replaying *r) {
    struct place *found = NULL;
    for (size_t i = 0; i < CF_MAX_REPLAYS; i++) {
        struct place *p = &r->places[i];
        if (!p->arena) {
            return p;
        }
        found = has_ended(p) && (!found || p->order < found->order) ? p : found;
    }
    return found;
}

bool replaying_ask(struct replaying *r, struct cf_str text, struct cf_id *id, struct cf_errs *errs) {
    (void)pthread_mutex_lock(&r->lock);
    struct place *p = find_place(r);
    if (p) {
        cf_arena_free(p->arena);
        *p = (struct place){.arena = cf_arena_new("replay"), .order = ++r->order};
        p->state.text = cf_str_dup(p->arena, text);
        p->state.asked_s = cf_now_us() / 1000000;
        seal_random(p->id.b, sizeof p->id.b);
        *id = p->id;
        (void)pthread_cond_signal(&r->work);
    }
    (void)pthread_mutex_unlock(&r->lock);
    return p || cf_fail(errs, CF_W018, CF_NOWHERE, "%d replays wait or run already", CF_MAX_REPLAYS);
}

static void copy_result(struct cf_arena *a, const struct desk_replay *from, struct desk_replay *to) {
    *to = (struct desk_replay){.people = from->people, .touched = from->touched, .stopped = from->stopped};
    for (size_t i = 0; i < from->rules.n; i++) {
        struct desk_replay_rule *row = cf_push(a, &to->rules);
        *row = from->rules.v[i];
        row->name = cf_str_dup(a, row->name);
        row->title = cf_str_dup(a, row->title);
    }
    for (size_t i = 0; i < from->groups.n; i++) {
        struct desk_replay_group *g = cf_push(a, &to->groups);
        *g = from->groups.v[i];
        g->list = cf_str_dup(a, g->list);
        g->code = cf_str_dup(a, g->code);
        g->list_title = cf_str_dup(a, g->list_title);
        g->code_title = cf_str_dup(a, g->code_title);
    }
}

static void copy_state(struct cf_arena *a, const struct replaying_state *from, struct replaying_state *to) {
    *to = (struct replaying_state){.stage = from->stage,
                                   .done = from->done,
                                   .total = from->total,
                                   .asked_s = from->asked_s,
                                   .ended_s = from->ended_s,
                                   .text = cf_str_dup(a, from->text)};
    copy_result(a, &from->result, &to->result);
    for (size_t i = 0; i < from->faults.n; i++) {
        const struct replaying_fault *f = &from->faults.v[i];
        *cf_push(a, &to->faults) = (struct replaying_fault){.file = cf_str_dup(a, f->file),
                                                            .words = cf_str_dup(a, f->words),
                                                            .hint = cf_str_dup(a, f->hint),
                                                            .line = cf_str_dup(a, f->line),
                                                            .line_no = f->line_no,
                                                            .column = f->column};
    }
}

bool replaying_look(struct replaying *r, struct cf_id id, struct cf_arena *a, struct replaying_state *out) {
    bool found = false;
    (void)pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < CF_MAX_REPLAYS && !found; i++) {
        struct place *p = &r->places[i];
        found = p->arena && cf_id_eq(p->id, id);
        if (found) {
            copy_state(a, &p->state, out);
        }
    }
    (void)pthread_mutex_unlock(&r->lock);
    return found;
}

/* ---- Starting and stopping. */

bool replaying_start(struct cf_arena *a, const struct desk_options *o, struct cf_errs *errs, struct replaying **out) {
    struct replaying *r = CF_NEW(a, struct replaying);
    r->options = o;
    if (pthread_mutex_init(&r->lock, NULL) != 0 || pthread_cond_init(&r->work, NULL) != 0 ||
        pthread_create(&r->thread, NULL, replay, r) != 0) {
        return cf_fail(errs, CF_W009, CF_NOWHERE, "the thread that replays cannot be started");
    }
    *out = r;
    return true;
}

void replaying_stop(struct replaying *r) {
    if (!r) {
        return;
    }
    (void)pthread_mutex_lock(&r->lock);
    r->stopping = true;
    (void)pthread_cond_signal(&r->work);
    (void)pthread_mutex_unlock(&r->lock);
    (void)pthread_join(r->thread, NULL);
    for (size_t i = 0; i < CF_MAX_REPLAYS; i++) {
        cf_arena_free(r->places[i].arena);
    }
    (void)pthread_cond_destroy(&r->work);
    (void)pthread_mutex_destroy(&r->lock);
}
