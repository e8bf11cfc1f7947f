/* record: one client that records searches of children durably, each judged before it is answered; beside it, bare inserts of
 * rows of the same size and the same durability on the same disk; then the waiting time when events arrive at a steady rate,
 * whoever waits sharing a commit (the keeper).
 *
 *   bench_record RECORDS PACED FOLDER */
#include "desk.h"
#include "docket/keeper.h"
#include "rivals/rivals.h"

#include <stdlib.h>
#include <time.h>

enum { CHILDREN = 1000, A_SECOND = 1000 };

const struct rival_line rival_lines[RIVAL_COUNTS] = {{NULL, NULL}}; /* this program compares inserts alone */

static void record_one(struct desk *d, struct cf_arena *one, uint64_t *random) {
    struct cf_errs errs = cf_errs_new(one);
    struct desk_entry e = bench_search(one, d, bench_below(random, CHILDREN), 0, random);
    struct ledger_receipt receipt;
    struct desk_changes changes = {0};
    if (!desk_record(d, &e, one, &receipt, &changes, &errs)) {
        bench_stop(&errs, "an event was not recorded");
    }
    cf_arena_reset(one);
}

static double one_after_another(struct desk *d, struct cf_arena *one, uint64_t n, uint64_t *random, double *busy) {
    double start = bench_now(), before = bench_busy();
    for (uint64_t i = 0; i < n; i++) {
        record_one(d, one, random);
    }
    *busy = (bench_busy() - before) / (double)n;
    return (double)n / (bench_now() - start);
}

static int by_size(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

/* Arrivals do not wait for answers: one thread sends at a steady rate, the keeper takes all that wait. A wait counts from when
 * an event was due to be entered, so that whoever stands behind another is counted as waiting. */
struct arrival {
    struct keeper_ticket ticket;
    struct desk_entry entry;
    double due, waited_ms;
};

static void answered(struct keeper_ticket *t) {
    struct arrival *x = t->arg;
    x->waited_ms = (bench_now() - x->due) * 1000;
    if (!t->ok) {
        bench_stop(t->errs, "an event was not recorded");
    }
    cf_arena_free(t->a);
}

static void arrive(struct desk *d, struct keeper *k, struct arrival *x, double due, uint64_t *random) {
    struct cf_arena *a = cf_arena_new("one arrival");
    struct cf_errs *errs = CF_NEW(a, struct cf_errs);
    *errs = cf_errs_new(a);
    x->entry = bench_search(a, d, bench_below(random, CHILDREN), 0, random);
    x->due = due;
    x->ticket = (struct keeper_ticket){.entry = &x->entry, .a = a, .errs = errs, .answered = answered, .arg = x};
    double early = due - bench_now();
    if (early > 0) {
        struct timespec t = {.tv_nsec = (long)(early * 1e9)};
        nanosleep(&t, NULL);
    }
    if (!keeper_send(k, &x->ticket)) {
        bench_stop(errs, "the keeper refused an event");
    }
}

static void steady(struct desk *d, struct cf_arena *a, uint64_t n, uint64_t *random, double *waits,
                   struct keeper_counts *counts) {
    struct keeper_options o = {.queue_most = n};
    struct cf_errs errs = cf_errs_new(a);
    struct arrival *all = CF_NEW_N(a, struct arrival, n);
    struct keeper *k;
    if (!keeper_start(a, d, &o, &errs, &k)) {
        bench_stop(&errs, "the keeper did not start");
    }
    double start = bench_now();
    for (uint64_t i = 0; i < n; i++) {
        arrive(d, k, &all[i], start + (double)i / A_SECOND, random);
    }
    keeper_stop(k);
    keeper_counts(k, counts);
    for (uint64_t i = 0; i < n; i++) {
        waits[i] = all[i].waited_ms;
    }
    qsort(waits, n, sizeof *waits, by_size);
}

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: bench_record RECORDS PACED FOLDER\n");
        return 1;
    }
    struct cf_arena *a = cf_arena_new("bench"), *one = cf_arena_new("one record");
    uint64_t n = bench_number(argv[1], "the number of records"), n_paced = bench_number(argv[2], "the number of paced records"),
             random = 5;
    const char *ledger = bench_text(a, "%s/record.db", argv[3]);
    struct desk *d = bench_desk(a, argv[3], "record");
    size_t rules = desk_set(d)->rules.n;
    double *waits = CF_NEW_N(a, double, n_paced), busy;
    record_one(d, one, &random);
    desk_close(d);
    int64_t before = bench_file_bytes(ledger);
    d = bench_desk(a, argv[3], "record");
    double ours = one_after_another(d, one, n, &random, &busy);
    desk_close(d);
    size_t bytes = (size_t)(bench_file_bytes(ledger) - before) / n;
    double bare = rival_inserts(bench_text(a, "%s/bare.db", argv[3]), bytes, n);
    d = bench_desk(a, argv[3], "record");
    struct keeper_counts counts;
    struct cf_arena *keeping = cf_arena_new("keeper");
    steady(d, keeping, n_paced, &random, waits, &counts);
    cf_arena_free(keeping);
    desk_close(d);
    struct bench_row row = {
        .figure = "durable record with evaluation, one client",
        .value = ours,
        .unit = "events/s",
        .target = "0.3 of rival",
        .rules = rules,
        .events = n,
        .rival = bench_text(a, "bare %s insert %.0f", rival_sql_version(), bare),
        .ratio = bench_text(a, "%.2f", ours / bare),
        .note = bench_text(a, "rows of %zu bytes, a commit each, synchronous FULL; %d children; %.2f ms of processor each",
                           bytes, CHILDREN, busy * 1000)};
    bench_print(&row);
    row = (struct bench_row){
        .figure = "durable record at 1,000 a second, p99",
        .value = waits[n_paced * 99 / 100],
        .unit = "ms",
        .target = "at most 30",
        .rules = rules,
        .events = n_paced,
        .rival = bench_text(a, "bare insert, a commit each, %.0f/s", bare),
        .note = bench_text(a, "p50 %.2f ms, longest %.0f ms, from when each was due; %llu commits, the largest of %zu events",
                           waits[n_paced / 2], waits[n_paced - 1], (unsigned long long)counts.batches, counts.longest_batch)};
    bench_print(&row);
    cf_arena_free(one);
    cf_arena_free(a);
    return 0;
}
