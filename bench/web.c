/* web: what the pages that everybody waits for cost at a steady rate, beside the smallest page that the same library serves on
 * the same machine; what a visit sends; what the server holds in memory, alone and with boards that listen.
 *
 *   bench_web CHILDREN RATE SECONDS BOARDS FOLDER CHILDFIRST HELLO
 *
 * The client runs on the same machine and takes its share of it. The log of reads is written, as always. */
#include "visit.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHOICES = 512 };

struct web {
    struct cf_arena *a;
    const char *db, *program;
    unsigned rate, seconds;
    uint64_t events, people, children;
    int port;
    pid_t server;
    const char *hello; /* what the rival took */
    struct visitor supervisor;
    CF_LIST(const char *) paths; /* of children */
    CF_LIST(const char *) names; /* to search for, encoded */
};

/* Runs the program with words that blanks part; what it says goes to `out`. */
static void run(struct web *w, const char *words, const char *out) {
    char *argv[32], *rest = cf_memdup(w->a, words, strlen(words) + 1);
    size_t n = 0;
    argv[n++] = cf_memdup(w->a, w->program, strlen(w->program) + 1);
    for (char *one; n < CF_COUNT(argv) - 1 && (one = strsep(&rest, " ")) != NULL;) {
        argv[n++] = one;
    }
    argv[n] = NULL;
    pid_t child = fork();
    int status = 0;
    if (child == 0) {
        if (freopen(out, "w", stdout)) {
            execv(w->program, argv);
        }
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        bench_stop(NULL, bench_text(w->a, "`childfirst %s` did not run", words));
    }
}

/* ---- Invented people and what happened to them in the last DAYS: about ten events each. */

static void make(struct web *w) {
    enum { DAYS = 98 };
    char from[32];
    time_t then = time(NULL) - (time_t)DAYS * 86400;
    struct tm day;
    strftime(from, sizeof from, "%Y-%m-%d", gmtime_r(&then, &day));
    run(w, bench_text(w->a, "init --force bench --db %s", w->db), "/dev/null");
    run(w,
        bench_text(w->a, "simulate --children %llu --years 1 --seed 7 --from %s --db %s", (unsigned long long)w->children, from,
                   w->db),
        "/dev/null");
}

static void count(struct web *w) {
    char line[256];
    const char *said = bench_text(w->a, "%s-status", w->db);
    run(w, bench_text(w->a, "status --db %s", w->db), said);
    FILE *f = fopen(said, "r");
    while (f && fgets(line, sizeof line, f)) {
        unsigned long long n;
        w->events = sscanf(line, "events in the ledger %llu", &n) == 1 ? n : w->events;
        w->people = sscanf(line, "people and units with a history %llu", &n) == 1 ? n : w->people;
    }
    if (f) {
        fclose(f);
    }
}

/* Rows of who is who: the first column is the number of a person, the fourth and fifth the names. */
static void choose(struct web *w) {
    char line[1024];
    FILE *f = fopen(bench_text(w->a, "%s-truth.tsv", w->db), "r");
    uint64_t random = 3, seen = 0;
    while (f && fgets(line, sizeof line, f)) {
        struct cf_str rest = cf_str_from(line), cell[8];
        size_t n = 0;
        while (n < CF_COUNT(cell) && cf_str_split(&rest, '\t', &cell[n])) {
            n++;
        }
        if (line[0] == '#' || n < 5) {
            continue;
        }
        seen++;
        const char *path = bench_text(w->a, "/child/%.*s", CF_STR_ARG(cell[0]));
        const char *name = bench_text(w->a, "%.*s+%.*s", CF_STR_ARG(cell[3]), CF_STR_ARG(cell[4]));
        uint32_t at = w->paths.n < CHOICES ? (uint32_t)w->paths.n : bench_below(&random, (uint32_t)seen);
        if (at >= CHOICES) {
            continue; /* as many, each with the same chance */
        }
        if (at == w->paths.n) {
            (void)cf_push(w->a, &w->paths);
            (void)cf_push(w->a, &w->names);
        }
        w->paths.v[at] = path;
        w->names.v[at] = name;
    }
    if (f) {
        fclose(f);
    }
    if (!w->paths.n) {
        bench_stop(NULL, "nobody was simulated");
    }
}

/* ---- Pages at a steady rate. */

struct asking {
    struct web *w;
    const struct visitor *v;
    const char *path, *form; /* path NULL: of the ith child; form: with the ith name behind */
};

static struct cf_str say(void *arg, struct cf_arena *a, uint64_t i) {
    const struct asking *x = arg;
    const char *path = x->path ? x->path : x->w->paths.v[i % x->w->paths.n];
    const char *body = x->form ? bench_text(a, "csrf=%s&%s%s", x->v->csrf, x->form, x->w->names.v[i % x->w->names.n]) : "";
    const char *more =
        x->form ? bench_text(a, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n", strlen(body))
                : "";
    return cf_str_from(bench_text(a, "%s %s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nCookie: %s\r\n%s\r\n%s",
                                  x->form ? "POST" : "GET", path, x->v ? x->v->cookies : "", more, body));
}

static void measure(struct web *w, const char *what, struct asking x, bool promised) {
    struct load l = {.port = w->port, .rate = w->rate, .seconds = 2, .say = say, .arg = &x};
    x.w = w;
    bench_load(&l); /* caches, and connections of the desks */
    l.seconds = w->seconds;
    double busy = bench_busy_of(w->server);
    bench_load(&l);
    busy = bench_busy_of(w->server) - busy;
    struct bench_row row = {
        .figure = bench_text(w->a, "%s at %u a second, p99", what, w->rate),
        .value = l.p99_ms,
        .unit = "ms",
        .target = promised ? "at most 50" : NULL,
        .events = w->events,
        .rival = w->hello,
        .note = bench_text(w->a,
                           "p50 %.2f ms, longest %.0f ms, from when each was due; %.2f ms of processor each; %llu asked, %llu "
                           "without an answer of 200; %.1f kB each, packed",
                           l.p50_ms, l.longest_ms, busy * 1000 / (double)(l.n > l.failed ? l.n - l.failed : 1),
                           (unsigned long long)l.n, (unsigned long long)l.failed, l.bytes / 1000)};
    bench_print(&row);
}

static void rival(struct web *w, const char *program) {
    char *argv[] = {cf_memdup(w->a, program, strlen(program) + 1), NULL};
    struct asking x = {.w = w, .path = "/"};
    struct load l = {.rate = w->rate, .seconds = w->seconds, .say = say, .arg = &x};
    pid_t server = bench_serve(argv, &l.port);
    bench_load(&l);
    bench_stop_serving(server);
    w->hello = bench_text(w->a, "libmicrohttpd hello p50 %.2f, p99 %.2f", l.p50_ms, l.p99_ms);
}

/* ---- What a visit sends. */

static size_t sent(const struct visit *v) {
    return v->head.n + v->body.n;
}

/* The page and each of our own files that it names, once. */
static void bytes(struct web *w, struct visitor *v, const char *path) {
    struct visit plain = bench_visit(v, w->a, path, NULL, false), packed = bench_visit(v, w->a, path, NULL, true);
    size_t first = sent(&packed), files = 0;
    struct cf_map *had = cf_map_new(w->a);
    for (size_t i = 0; i + 9 < plain.body.n; i++) {
        struct cf_str at = cf_str_slice(plain.body, i, plain.body.n), name;
        if (!cf_str_starts(at, CF_LIT("\"/static/"))) {
            continue;
        }
        at = cf_str_slice(at, 1, at.n);
        (void)cf_str_split(&at, '"', &name);
        if (cf_map_has(had, name)) {
            continue;
        }
        *cf_map_put(had, name) = had;
        struct visit file = bench_visit(v, w->a, cf_cstr(w->a, name), NULL, true);
        first += sent(&file);
        files++;
    }
    struct bench_row row = {.figure = "a first visit to a team’s duties, packed",
                            .value = (double)first / 1000,
                            .unit = "kB",
                            .target = "at most 150",
                            .note = bench_text(w->a,
                                               "the page and %zu files it names, headers too; fonts and pictures that styles "
                                               "name are not counted",
                                               files)};
    bench_print(&row);
    row = (struct bench_row){.figure = "a later visit to it, packed",
                             .value = (double)sent(&packed) / 1000,
                             .unit = "kB",
                             .target = "at most 10",
                             .note = bench_text(w->a, "%.1f kB unpacked", (double)sent(&plain) / 1000)};
    bench_print(&row);
}

/* ---- Memory. */

static void memory(struct web *w, uint64_t boards) {
    double before = bench_resident_mb(w->server);
    int *open;
    struct bench_row row = {
        .figure = "memory of the server after that load",
        .value = before,
        .unit = "MB",
        .target = "under 300",
        .events = w->events,
        .note = bench_text(w->a, "resident; %llu people and units with a history", (unsigned long long)w->people)};
    bench_print(&row);
    size_t greeted = bench_streams(w->a, &w->supervisor, "/stream/detention-0", boards, &open);
    double after = bench_resident_mb(w->server);
    row = (struct bench_row){.figure = bench_text(w->a, "memory with %zu boards that listen", greeted),
                             .value = after,
                             .unit = "MB",
                             .target = "under 600, with 10,000",
                             .events = w->events,
                             .note = bench_text(w->a, "%.1f kB a board; %llu asked, the client's memory is not counted",
                                                (after - before) * 1000 / (double)(greeted ? greeted : 1),
                                                (unsigned long long)boards)};
    bench_print(&row);
    for (uint64_t i = 0; i < boards; i++) {
        close(open[i]);
    }
}

static void serve(struct web *w) {
    char *argv[] = {cf_memdup(w->a, w->program, strlen(w->program) + 1),
                    (char[]){"serve"},
                    (char[]){"--demo"},
                    (char[]){"--port"},
                    (char[]){"0"},
                    (char[]){"--db"},
                    cf_memdup(w->a, w->db, strlen(w->db) + 1),
                    NULL};
    w->server = bench_serve(argv, &w->port);
    bench_sign_in(&w->supervisor, w->port, "lindqvist", "safeguarding");
}

int main(int argc, char **argv) {
    if (argc != 8) {
        fprintf(stderr, "usage: bench_web CHILDREN RATE SECONDS BOARDS FOLDER CHILDFIRST HELLO\n");
        return 1;
    }
    struct cf_arena *a = cf_arena_new("bench");
    struct rlimit files;
    struct web w = {.a = a,
                    .db = bench_text(a, "%s/web.db", argv[5]),
                    .program = argv[6],
                    .children = bench_number(argv[1], "the number of children"),
                    .rate = (unsigned)bench_number(argv[2], "the rate"),
                    .seconds = (unsigned)bench_number(argv[3], "the seconds")};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    uint64_t boards = bench_number(argv[4], "the number of boards");
    if (access(w.db, R_OK) != 0) { /* a folder that was filled before is measured again */
        make(&w);
    }
    count(&w);
    choose(&w);
    rival(&w, argv[7]);
    serve(&w);
    (void)bench_visit(&w.supervisor, a, "/find", NULL, false); /* its hidden field */
    measure(&w, "a child's page", (struct asking){.v = &w.supervisor}, true);
    measure(&w, "my duties", (struct asking){.v = &w.supervisor, .path = "/duties"}, true);
    measure(&w, "a team's duties", (struct asking){.v = &w.supervisor, .path = "/team"}, true);
    measure(&w, "decisions that wait", (struct asking){.v = &w.supervisor, .path = "/decisions"}, true);
    measure(&w, "a unit's breaches", (struct asking){.v = &w.supervisor, .path = "/breaches"}, true);
    measure(&w, "the custody board of every unit", (struct asking){.v = &w.supervisor, .path = "/board/detention?unit=all"},
            false);
    measure(&w, "finding a person by name", (struct asking){.v = &w.supervisor, .path = "/find", .form = "words="}, true);
    bytes(&w, &w.supervisor, "/team");
    memory(&w, boards);
    bench_stop_serving(w.server);
    cf_arena_free(a);
    return 0;
}
