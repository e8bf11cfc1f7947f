/* bulk: a ledger filled in the bulk lane, verified, its derived part made anew; a month file imported; policies replayed.
 *
 *   bench_bulk EVENTS MONTH.csv.gz FOLDER [CHILDFIRST]   CHILDFIRST: the built program, for the replay */
#include "desk.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exchange/import.h"

enum { EVENTS_A_CHILD = 10, YEAR_S = 365 * 86400 };

struct bulk {
    struct cf_arena *a;
    struct cf_errs errs;
    const char *folder;
    uint64_t events;
    size_t rules;
};

static void fill(struct bulk *b) {
    struct desk *d = bench_desk(b->a, b->folder, "bulk");
    struct cf_arena *one = cf_arena_new("one event");
    uint64_t random = 11;
    uint32_t children = (uint32_t)(b->events / EVENTS_A_CHILD + 1);
    double start = bench_now(), busy = bench_busy();
    bool ok = desk_bulk_begin(d, &b->errs);
    for (uint64_t i = 0; ok && i < b->events; i++) {
        struct desk_entry e = bench_search(one, d, bench_below(&random, children), bench_below(&random, 2 * YEAR_S), &random);
        struct ledger_receipt receipt;
        ok = desk_bulk_add(d, &e, &receipt, &b->errs);
        cf_arena_reset(one);
    }
    if (!ok || !desk_bulk_end(d, &b->errs)) {
        bench_stop(&b->errs, "the ledger was not filled");
    }
    struct bench_row row = {.figure = "bulk lane: append, link, image",
                            .value = (double)b->events / (bench_now() - start),
                            .unit = "events/s",
                            .events = b->events,
                            .note = bench_text(b->a, "%u children; %.0f a second of processor time", children,
                                               (double)b->events / (bench_busy() - busy))};
    bench_print(&row);
    cf_arena_free(one);
    desk_close(d);
}

static void verify(struct bulk *b) {
    struct desk *d = bench_desk(b->a, b->folder, "bulk");
    struct ledger_verified v;
    double start = bench_now(), busy = bench_busy();
    if (!ledger_verify(desk_ledger(d), NULL, NULL, &v, &b->errs)) {
        bench_stop(&b->errs, "the ledger does not verify");
    }
    double seconds = bench_now() - start;
    struct bench_row row = {.figure = "ledger verify, for 1,000,000 events",
                            .value = seconds * 1e6 / (double)v.events,
                            .unit = "s",
                            .target = "under 3",
                            .events = v.events,
                            .note = bench_text(b->a, "%.2f s for %llu events and %llu parts%s; %.2f s of the first thread",
                                               seconds, (unsigned long long)v.events, (unsigned long long)v.parts,
                                               v.events < 1000000 ? ", scaled" : "", bench_busy() - busy)};
    bench_print(&row);
    desk_close(d);
}

/* The desk's file is removed: opening makes links and images anew, then everyone is judged. */
static void rebuild(struct bulk *b) {
    const char *desk = bench_text(b->a, "%s/bulk-desk.db", b->folder);
    uint64_t judged;
    double opening = bench_now();
    struct desk *d = bench_desk(b->a, b->folder, "bulk");
    opening = bench_now() - opening; /* reading policies, not rebuilding */
    desk_close(d);
    if (unlink(desk) != 0) {
        bench_stop(NULL, "the derived part cannot be removed");
    }
    double start = bench_now(), busy = bench_busy();
    d = bench_desk(b->a, b->folder, "bulk");
    double linked = bench_now() - start - opening, busy_linked = bench_busy() - busy;
    start = bench_now();
    if (!desk_sweep(d, cf_now_us() / 1000000, 0, NULL, NULL, &judged, &b->errs)) {
        bench_stop(&b->errs, "nobody could be judged");
    }
    double swept = bench_now() - start;
    struct bench_row row = {.figure = "rebuild: links and images",
                            .value = (double)b->events / linked,
                            .unit = "events/s",
                            .target = "100,000",
                            .events = b->events,
                            .note = bench_text(b->a, "%.0f a second of processor time", (double)b->events / busy_linked)};
    bench_print(&row);
    row = (struct bench_row){.figure = "rebuild with judging everyone",
                             .value = (double)b->events / (linked + swept),
                             .unit = "events/s",
                             .rules = b->rules,
                             .events = b->events,
                             .note = bench_text(b->a, "%llu dockets, %.0f a second; %.0f events a second of processor time",
                                                (unsigned long long)judged, (double)judged / swept,
                                                (double)b->events / (bench_busy() - busy))};
    bench_print(&row);
    desk_close(d);
}

static void import(struct bulk *b, const char *month) {
    struct desk *d = bench_desk(b->a, b->folder, "import");
    struct import_options o = {.map = "data/import/stop-search.tsv", .boroughs = "data/boroughs/london-boroughs.tsv"};
    struct import_report r;
    uint64_t judged;
    b->rules = desk_set(d)->rules.n;
    double start = bench_now(), busy = bench_busy();
    if (!import_stop_search(d, month, &o, b->a, &r, &b->errs)) {
        bench_stop(&b->errs, "the month was not imported");
    }
    double imported = bench_now() - start, busy_imported = bench_busy() - busy;
    if (!desk_sweep(d, cf_now_us() / 1000000, 0, NULL, NULL, &judged, &b->errs)) {
        bench_stop(&b->errs, "nobody could be judged");
    }
    double all = bench_now() - start;
    struct bench_row row = {
        .figure = "import of a month, before the sweep",
        .value = (double)r.lines / imported,
        .unit = "lines/s",
        .target = "15,000",
        .events = r.imported,
        .note =
            bench_text(b->a, "%llu imported + %llu rejected + %llu known = %llu lines; %.0f lines a second of processor time",
                       (unsigned long long)r.imported, (unsigned long long)r.rejected, (unsigned long long)r.known,
                       (unsigned long long)r.lines, (double)r.lines / busy_imported)};
    bench_print(&row);
    row = (struct bench_row){.figure = "import of a month, with the sweep",
                             .value = (double)r.lines / all,
                             .unit = "lines/s",
                             .rules = b->rules,
                             .events = r.imported,
                             .note = bench_text(b->a, "%llu dockets", (unsigned long long)judged)};
    bench_print(&row);
    desk_close(d);
}

/* The program itself, since its memory is what is asked. */
static void replay(struct bulk *b, const char *program) {
    const char *db = bench_text(b->a, "%s/bulk.db", b->folder);
    double start = bench_now();
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stdout)) {
            execl(program, program, "policy", "replay", "--with", "policies", "--db", db, (char *)NULL);
        }
        _exit(127);
    }
    int status = 0;
    struct rusage used;
    if (child < 0 || wait4(child, &status, 0, &used) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "bench: the replay did not run\n");
        return;
    }
    struct bench_row row = {
        .figure = "policy replay, peak memory",
        .value = (double)used.ru_maxrss * 1024 / 1e6,
        .unit = "MB",
        .target = "under 500",
        .rules = b->rules,
        .events = b->events,
        .note = bench_text(b->a, "%llu histories of children, one at a time, %.1f s; caches of pages are most of it",
                           (unsigned long long)b->events / EVENTS_A_CHILD, bench_now() - start)};
    bench_print(&row);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: bench_bulk EVENTS MONTH.csv.gz FOLDER [CHILDFIRST]\n");
        return 1;
    }
    struct cf_arena *a = cf_arena_new("bench");
    struct bulk b = {
        .a = a, .errs = cf_errs_new(a), .folder = argv[3], .events = bench_number(argv[1], "the number of events")};
    import(&b, argv[2]);
    fill(&b);
    verify(&b);
    rebuild(&b);
    if (argc > 4) {
        replay(&b, argv[4]);
    }
    cf_arena_free(a);
    return 0;
}
