/* eval: how many events a second the compiled evaluator judges, on one thread and on two, with the policies that are shipped
 * and every reason kept. Histories are those of simulate; they are made in blocks, and only the judging of a block is timed.
 *
 *   bench_eval HISTORIES [TIMES]     TIMES: how often each block is judged, for steadier figures */
#include "bench.h"

#include <pthread.h>

#include "simulate/simulate.h"

enum { BLOCK = 20000, THREADS = 2, YEARS = 3 };

static const char FROM[] = "2023-01-01", NOW[] = "2026-01-01";

struct worker { /* one thread: its machine, its share of a block */
    struct lang_machine *machine;
    struct cf_arena *lines;
    const struct lang_history *first;
    size_t n;
    int64_t now;
    double busy;   /* seconds of processor time */
    uint64_t kept; /* lines of all dockets, so that none of the work can be left out */
};

struct measuring {
    const struct bench_policies *p;
    struct cf_arena *block;
    struct {
        CF_VEC(struct lang_history);
    } histories;
    struct worker workers[THREADS];
    uint64_t wanted, done, events, longest, times;
    double seconds[THREADS + 1]; /* by number of threads */
};

static void *judge(void *arg) {
    struct worker *w = arg;
    double before = bench_busy();
    for (size_t i = 0; i < w->n; i++) {
        struct lang_docket d = {0};
        lang_eval(w->machine, w->lines, &w->first[i], w->now, &d);
        w->kept += d.duties.n + d.gates.n + d.grades.n + d.scores.n + d.choices.n + d.flags.n;
        cf_arena_reset(w->lines);
    }
    w->busy += bench_busy() - before;
    return NULL;
}

static void on_threads(struct measuring *m, size_t threads) {
    size_t share = (m->histories.n + threads - 1) / threads;
    pthread_t ids[THREADS];
    double start = bench_now();
    for (size_t t = 0; t < threads; t++) {
        struct worker *w = &m->workers[t];
        size_t first = t * share < m->histories.n ? t * share : m->histories.n;
        w->first = m->histories.v + first;
        w->n = m->histories.n - first < share ? m->histories.n - first : share;
        if (t > 0 && pthread_create(&ids[t], NULL, judge, w) != 0) {
            bench_stop(NULL, "a thread cannot be started");
        }
    }
    (void)judge(&m->workers[0]);
    for (size_t t = 1; t < threads; t++) {
        pthread_join(ids[t], NULL);
    }
    m->seconds[threads] += bench_now() - start;
}

static void judge_block(struct measuring *m) {
    for (size_t turn = 0; turn < m->times * THREADS; turn++) {
        on_threads(m, turn % THREADS + 1);
    }
    cf_arena_reset(m->block);
    m->histories.v = NULL;
    m->histories.n = m->histories.cap = 0;
}

static bool take(void *arg, const struct lang_history *h) {
    struct measuring *m = arg;
    *cf_push(m->block, &m->histories) = bench_history_copy(m->block, m->p->set, h);
    m->events += h->n;
    m->longest = h->n > m->longest ? h->n : m->longest;
    m->done++;
    if (m->histories.n == BLOCK) {
        judge_block(m);
    }
    return m->done < m->wanted;
}

static void say(struct cf_arena *a, const struct measuring *m) {
    uint64_t kept = m->workers[0].kept + m->workers[1].kept;
    double busy = m->workers[0].busy + m->workers[1].busy; /* of both runs */
    for (size_t threads = 1; threads <= THREADS; threads++) {
        struct bench_row row = {
            .figure = threads == 1 ? "evaluation, 1 thread" : "evaluation, 2 threads",
            .unit = "events/s",
            .target = threads == 1 ? NULL : "3,000,000",
            .value = (double)(m->events * m->times) / m->seconds[threads],
            .rules = m->p->rules,
            .events = m->events,
            .note =
                bench_text(a,
                           "%llu histories, longest %llu events, %llu docket lines kept with reasons; %.0f events a second "
                           "of processor time",
                           (unsigned long long)m->done, (unsigned long long)m->longest,
                           (unsigned long long)(kept / THREADS / m->times), THREADS * (double)(m->events * m->times) / busy),
        };
        bench_print(&row);
    }
}

int main(int argc, char **argv) {
    struct cf_arena *a = cf_arena_new("bench"), *b = cf_arena_new("block of histories");
    struct cf_errs errs = cf_errs_new(a);
    struct bench_policies *p = bench_policies_load(a, "policies");
    struct measuring m = {.p = p, .block = b, .wanted = bench_number(argc > 1 ? argv[1] : "20000", "the number of histories")};
    m.times = bench_number(argc > 2 ? argv[2] : "1", "how often each block is judged");
    struct simulate_rates *rates;
    int32_t from, until;
    if (!cf_date_parse(cf_str_from(FROM), CF_NOWHERE, &errs, &from) ||
        !cf_date_parse(cf_str_from(NOW), CF_NOWHERE, &errs, &until) || !simulate_rates_read(a, "data/rates", &errs, &rates)) {
        bench_stop(&errs, "no histories can be made");
    }
    int64_t now = cf_day_start(p->ref.zone, until);
    for (size_t t = 0; t < THREADS; t++) {
        m.workers[t] =
            (struct worker){.machine = lang_machine_new(a, p->program), .lines = cf_arena_new("docket lines"), .now = now};
    }
    struct simulate_options o = {.seed = 1, .children = (uint32_t)m.wanted, .years = YEARS, .from = from, .until = now - 1};
    if (!simulate_histories(p->set, &p->ref, rates, &o, take, &m, NULL, &errs)) {
        bench_stop(&errs, "no histories can be made");
    }
    judge_block(&m);
    say(a, &m);
    for (size_t t = 0; t < THREADS; t++) {
        cf_arena_free(m.workers[t].lines);
    }
    cf_arena_free(b);
    cf_arena_free(a);
    return 0;
}
