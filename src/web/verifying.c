/* verifying: one thread that recomputes the ledger when asked, and the file that keeps what came of the last run. Must not know
 * who asks. */
#include "web/verifying.h"

#include <inttypes.h>
#include <pthread.h>
#include <unistd.h>

enum { KEPT_BYTES = 65536, WORDS = 20 };

struct verifying {
    const char *db, *keys, *path; /* path: of the kept result */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct cf_arena *arena; /* of the last result; a new one with each */
    struct verifying_state state;
    bool asked, stopping;
};

/* ---- The kept result: a line for each number, then the words, as "name value". */

static void number(struct cf_buf *b, const char *name, uint64_t n) {
    cf_buf_printf(b, "%s %" PRIu64 "\n", name, n);
}

static struct cf_str written(struct cf_arena *a, const struct verifying_result *r) {
    struct cf_buf b = cf_buf_new(a, KEPT_BYTES);
    number(&b, "began", (uint64_t)r->began_s);
    number(&b, "ended", (uint64_t)r->ended_s);
    number(&b, "right", r->right);
    number(&b, "events", r->events);
    number(&b, "parts", r->parts);
    number(&b, "destroyed", r->destroyed);
    number(&b, "sealed", r->sealed);
    number(&b, "heads", r->heads);
    number(&b, "faults", r->faults);
    cf_buf_printf(&b, "root %.*s\n", CF_STR_ARG(r->root));
    for (size_t i = 0; i < r->words.n; i++) {
        cf_buf_printf(&b, "word %.*s\n", CF_STR_ARG(r->words.v[i]));
    }
    return b.failed ? CF_LIT("") : (struct cf_str){b.p, b.n};
}

static void take_number(struct verifying_result *r, struct cf_str name, int64_t n) {
    const struct {
        const char *name;
        uint64_t *to;
    } counts[] = {{"events", &r->events}, {"parts", &r->parts}, {"destroyed", &r->destroyed},
                  {"sealed", &r->sealed}, {"heads", &r->heads}, {"faults", &r->faults}};
    for (size_t i = 0; i < CF_COUNT(counts); i++) {
        if (cf_str_is(name, counts[i].name)) {
            *counts[i].to = (uint64_t)n;
        }
    }
    r->began_s = cf_str_is(name, "began") ? n : r->began_s;
    r->ended_s = cf_str_is(name, "ended") ? n : r->ended_s;
    r->right = cf_str_is(name, "right") ? n == 1 : r->right;
}

/* What is damaged or absent is no result: somebody asks again. */
static void take(struct cf_arena *a, struct cf_str text, struct verifying_result *r) {
    struct cf_str line;
    while (text.n && cf_str_split(&text, '\n', &line)) {
        struct cf_str name;
        int64_t n;
        if (!line.n || !cf_str_split(&line, ' ', &name)) {
            continue;
        }
        if (cf_str_is(name, "root")) {
            r->root = line;
        } else if (cf_str_is(name, "word") && r->words.n < WORDS) {
            *cf_push(a, &r->words) = line;
        } else if (cf_str_int(line, &n) && n >= 0) {
            take_number(r, name, n);
        }
    }
}

static void load(struct verifying *v) {
    struct cf_errs quiet = cf_errs_new(v->arena);
    struct cf_str text = CF_LIT("");
    if (access(v->path, F_OK) == 0 && cf_read_file(v->arena, v->path, KEPT_BYTES, &text, &quiet)) {
        take(v->arena, text, &v->state.last);
    }
}

/* ---- A run. */

static void step(void *arg, uint64_t done, uint64_t total) {
    struct verifying *v = arg;
    (void)pthread_mutex_lock(&v->lock);
    v->state.done = done;
    v->state.total = total;
    (void)pthread_mutex_unlock(&v->lock);
}

static void run(struct verifying *v, struct cf_arena *a, struct verifying_result *out) {
    struct cf_arena *own = cf_arena_new("verifying");
    struct cf_errs errs = cf_errs_new(own);
    struct ledger *l = NULL;
    struct ledger_reads *reads = NULL;
    struct ledger_verified done = {0};
    bool opened = ledger_open(own, v->db, LEDGER_READ, &(struct ledger_options){.keys = v->keys}, &errs, &l);
    bool right = opened && ledger_verify(l, step, v, &done, &errs);
    if (opened) { /* the log of reads is hashed into the ledger hour by hour: its chain must agree */
        right = ledger_reads_open(own, l, &errs, &reads) && ledger_reads_verify(reads, l, &errs) && right;
        ledger_reads_close(reads);
        ledger_close(l);
    }
    out->right = right;
    out->events = done.events;
    out->parts = done.parts;
    out->destroyed = done.destroyed;
    out->sealed = done.sealed;
    out->heads = done.heads;
    out->faults = done.faults;
    out->root = opened ? cf_hex(a, done.root, sizeof done.root) : CF_LIT("");
    for (size_t i = 0; i < errs.n && out->words.n < WORDS; i++) {
        *cf_push(a, &out->words) = cf_str_dup(a, errs.v[i].msg);
    }
    out->ended_s = cf_now_us() / 1000000;
    cf_arena_free(own);
}

/* Called with the lock held; gives it back while it works. */
static void run_one(struct verifying *v) {
    struct cf_arena *a = cf_arena_new("verified");
    struct cf_errs quiet = cf_errs_new(a);
    struct verifying_result result = {.began_s = cf_now_us() / 1000000};
    v->asked = false;
    v->state.running = true;
    v->state.began_s = result.began_s;
    v->state.done = v->state.total = 0;
    (void)pthread_mutex_unlock(&v->lock);
    run(v, a, &result);
    struct cf_str text = written(a, &result);
    if (text.n && !cf_write_file(v->path, text, &quiet)) { /* a full disk loses the copy: the page still has the result */
        *cf_push(a, &result.words) = CF_LIT("this result could not be kept beside the ledger");
    }
    (void)pthread_mutex_lock(&v->lock);
    cf_arena_free(v->arena);
    v->arena = a;
    v->state.last = result;
    v->state.running = false;
}

static void *verify(void *arg) {
    struct verifying *v = arg;
    (void)pthread_mutex_lock(&v->lock);
    while (!v->stopping) {
        if (v->asked) {
            run_one(v);
        } else {
            (void)pthread_cond_wait(&v->work, &v->lock);
        }
    }
    (void)pthread_mutex_unlock(&v->lock);
    return NULL;
}

/* ---- Asking. */

void verifying_ask(struct verifying *v) {
    (void)pthread_mutex_lock(&v->lock);
    if (!v->state.running) {
        v->asked = true;
        (void)pthread_cond_signal(&v->work);
    }
    (void)pthread_mutex_unlock(&v->lock);
}

void verifying_look(struct verifying *v, struct cf_arena *a, struct verifying_state *out) {
    (void)pthread_mutex_lock(&v->lock);
    *out = v->state;
    out->running = v->state.running || v->asked;
    out->last.root = cf_str_dup(a, v->state.last.root);
    out->last.words.v = NULL;
    out->last.words.n = out->last.words.cap = 0;
    for (size_t i = 0; i < v->state.last.words.n; i++) {
        *cf_push(a, &out->last.words) = cf_str_dup(a, v->state.last.words.v[i]);
    }
    (void)pthread_mutex_unlock(&v->lock);
}

bool verifying_start(struct cf_arena *a, const char *db, const char *keys, struct cf_errs *errs, struct verifying **out) {
    struct verifying *v = CF_NEW(a, struct verifying);
    v->db = db;
    v->keys = keys;
    v->path = cf_cstr(a, cf_str_printf(a, "%s.verified", db));
    v->arena = cf_arena_new("verified");
    load(v);
    if (pthread_mutex_init(&v->lock, NULL) != 0 || pthread_cond_init(&v->work, NULL) != 0 ||
        pthread_create(&v->thread, NULL, verify, v) != 0) {
        cf_arena_free(v->arena);
        return cf_fail(errs, CF_W009, CF_NOWHERE, "the thread that verifies cannot be started");
    }
    *out = v;
    return true;
}

void verifying_stop(struct verifying *v) {
    if (!v) {
        return;
    }
    (void)pthread_mutex_lock(&v->lock);
    v->stopping = true;
    (void)pthread_cond_signal(&v->work);
    (void)pthread_mutex_unlock(&v->lock);
    (void)pthread_join(v->thread, NULL);
    cf_arena_free(v->arena);
    (void)pthread_cond_destroy(&v->work);
    (void)pthread_mutex_destroy(&v->lock);
}
