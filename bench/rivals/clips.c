/* clips: CLIPS as a rival, by its own program: the same facts are loaded twice, once without and once with the rules, since its
 * matching is done while facts are asserted; the difference in processor time, with the run, is what judging took. */
#include "rivals/rivals.h"

#include <stdlib.h>

static void put_fact(FILE *f, const struct rival_event *v) {
    static const char *const about[] = {"", "", "report", "review", "withdrawal"};
    switch (v->kind) {
    case RIVAL_SEARCH:
        fprintf(f, "(search (place %u) (id %u) (at %lld) (night %s))\n", v->place, v->id, (long long)v->at,
                v->yes ? "yes" : "no");
        return;
    case RIVAL_APPROVAL:
        fprintf(f, "(approval (place %u) (id %u) (at %lld) (answer %s))\n", v->place, v->id, (long long)v->at,
                v->yes ? "approved" : "refused");
        return;
    case RIVAL_REPORT:
    case RIVAL_REVIEW:
    case RIVAL_WITHDRAWAL:
        fprintf(f, "(%s (search %u) (id %u) (at %lld))\n", about[v->kind], v->about, v->id, (long long)v->at);
        return;
    case RIVAL_KINDS: break;
    }
    CF_NEVER("no such kind");
}

static FILE *opened(const char *path) {
    FILE *f = fopen(path, "w");
    if (!f) {
        bench_stop(NULL, "a file for CLIPS cannot be written");
    }
    return f;
}

static uint64_t put_facts(const char *path, const struct rival_events *e, uint32_t places) {
    FILE *f = opened(path);
    size_t n = 0;
    fprintf(f, "(now (at %lld) (six-months %lld) (thirty-days %lld))\n", (long long)e->now, (long long)e->six_months,
            (long long)e->thirty_days);
    while (n < e->n && e->v[n].place <= places) {
        put_fact(f, &e->v[n++]);
    }
    fclose(f);
    return n;
}

/* The templates alone, or with the rules: five.clp up to its first rule, or all of it. */
static void put_rules(struct cf_arena *a, const char *path, bool with_rules) {
    struct cf_errs errs = cf_errs_new(a);
    struct cf_str text;
    if (!cf_read_file(a, "bench/rivals/five.clp", 1u << 20, &text, &errs)) {
        bench_stop(&errs, "the rules for CLIPS cannot be read");
    }
    const char *all = cf_cstr(a, text), *first = strstr(all, "(defrule");
    FILE *f = opened(path);
    fprintf(f, "%.*s", (int)(with_rules || !first ? (ptrdiff_t)text.n : first - all), all);
    fclose(f);
}

static void put_program(const char *path, const char *rules, const char *facts, bool with_rules) {
    FILE *f = opened(path);
    fprintf(f, "(load \"%s\")\n(load-facts \"%s\")\n(run)\n", rules, facts);
    for (int i = 0; with_rules && i < RIVAL_COUNTS; i++) {
        fprintf(f,
                "(printout t \"COUNT \" (length$ (find-all-facts ((?l line)) (and (eq ?l:rule %s) (eq ?l:state %s)))) crlf)\n",
                rival_lines[i].rule, rival_lines[i].state);
    }
    fprintf(f, "(exit)\n");
    fclose(f);
}

/* Runs a program of CLIPS; how many counts it said, and how long it was busy. */
static int run_clips(struct cf_arena *a, const char *program, uint64_t counts[RIVAL_COUNTS], double *seconds) {
    double before = bench_busy_children();
    FILE *said = popen(bench_text(a, "clips -f2 %s 2>&1", program), "r");
    char line[512];
    int n = 0;
    while (said && fgets(line, sizeof line, said)) {
        int64_t count;
        if (strncmp(line, "COUNT ", 6) == 0 && n < RIVAL_COUNTS && cf_str_int(cf_str_trim(cf_str_from(line + 6)), &count)) {
            counts[n++] = (uint64_t)count;
        }
    }
    if (said) {
        pclose(said);
    }
    *seconds = bench_busy_children() - before;
    return n;
}

bool rival_clips(struct cf_arena *a, const struct rival_events *e, uint32_t places, const char *folder,
                 struct rival_result *out, const char **why) {
    const char *facts = bench_text(a, "%s/five.facts", folder), *program = bench_text(a, "%s/five.bat", folder);
    const char *rules = bench_text(a, "%s/five.clp", folder);
    double seconds[2];
    int counts = 0;
    *why = "clips is not installed (make bench installs it)";
    if (system("command -v clips >/dev/null 2>&1") != 0) {
        return false;
    }
    out->events = put_facts(facts, e, places);
    for (int with_rules = 0; with_rules < 2; with_rules++) {
        put_rules(a, rules, with_rules == 1);
        put_program(program, rules, facts, with_rules == 1);
        counts = run_clips(a, program, out->counts, &seconds[with_rules]);
    }
    *why = "CLIPS did not run the rules";
    out->seconds = seconds[1] - seconds[0];
    return counts == RIVAL_COUNTS && out->seconds > 0;
}
