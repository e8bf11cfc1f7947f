/* bench: what the measuring programs share: a policy folder made ready, copies of histories, a clock, and lines of the table.
 *
 * Each program prints lines of nine fields between tabs, as bench/run expects: figure, value, unit, target, rules, events,
 * rival, ratio, note; an empty field says nothing. No figure decides a test. Everybody measured here is invented. */
#ifndef CF_BENCH_BENCH_H
#define CF_BENCH_BENCH_H

#include "base/calendar.h"
#include "lang/lang.h"

struct bench_policies {
    struct cf_arena *a;
    struct lang_set *set;
    struct lang_reference ref;
    struct lang_program *program;
    size_t rules; /* gates, duties, grades, scores, choices, flags */
};
/* Reads, checks and lowers a folder or file; ends the program, with the errors, when it cannot. */
struct bench_policies *bench_policies_load(struct cf_arena *a, const char *path);

/* A copy that lives in `a`: every list and value of it. */
struct lang_history bench_history_copy(struct cf_arena *a, const struct lang_set *set, const struct lang_history *h);

struct bench_row {
    const char *figure, *unit, *target, *rival, *ratio, *note; /* NULL: nothing to say */
    double value;
    uint64_t rules, events; /* 0: not said */
};
void bench_print(const struct bench_row *r);
const char *bench_text(struct cf_arena *a, const char *fmt, ...) CF_PRINTF(2, 3);

double bench_now(void);           /* seconds of a clock that never goes back */
double bench_busy(void);          /* seconds of processor time that this thread has used: a loaded machine does not change it */
double bench_busy_children(void); /* the same of programs run and waited for */
double bench_peak_mb(void);       /* the most memory that this process has held, 10^6 bytes */
_Noreturn void bench_stop(const struct cf_errs *errs, const char *doing);
uint64_t bench_number(const char *text, const char *what); /* a whole number above 0, or the end of the program */

/* splitmix64: the same numbers on every machine. */
uint64_t bench_next(uint64_t *state);
uint32_t bench_below(uint64_t *state, uint32_t n);

#endif
