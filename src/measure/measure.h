/* measure: counts what a policy's measure defines, over every history of a desk (policy semantics, section 13: M1 to M6).
 *
 * A measure is a declaration, so nothing here knows what is counted. Conditions are judged at the unit's own instant; what is
 * not known, what a source never asked and what is shut out stand apart and are always printed. Must not know: any system of
 * the strategy by name, the command line, files. */
#ifndef CF_MEASURE_MEASURE_H
#define CF_MEASURE_MEASURE_H

#include "docket/docket.h"
#include "measure/cells.h"

/* What is published about the force and what the force recorded itself are never added up: the same search may stand in both.
 */
enum measure_records {
    MEASURE_EITHER, /* the published ones where there are any, otherwise the own ones; a note says what is left out */
    MEASURE_PUBLISHED_RECORDS,
    MEASURE_OWN_RECORDS
};
struct measure_options {
    enum measure_records records; /* of events; duties and people are the ledger's own anyway */
    const struct cf_str *by;      /* dimensions to cross; NULL: each declared one by itself, in one table of margins */
    size_t n_by;                  /* with `by` set, 0 gives the total alone */
    bool has_from, has_to;
    int32_t from, to; /* London days, both included, of the unit's instant (a duty's: of its due time) */
    int64_t now;      /* UTC seconds: what has passed by then */
    bool published;   /* hide small numbers (measure_publish) */
    void (*progress)(void *, uint64_t, uint64_t);
    void *progress_arg;
};
enum measure_answer { MEASURE_NO, MEASURE_YES, MEASURE_NOT_KNOWN, MEASURE_NOT_IN_SOURCE };
const char *measure_answer_word(enum measure_answer a); /* "yes" */
struct measure_listed {                                 /* one unit behind the table */
    struct cf_id event;                                 /* the event; of a duty what gave rise to it; zeros: none */
    struct cf_id duty;                                  /* of a duty: its id */
    uint32_t subject;                                   /* whose history it was counted in */
    int64_t at;                                         /* its instant: of a duty the due time */
    enum measure_answer answer;                         /* of a share or `followed by`; otherwise yes */
};
struct measure_list {
    CF_VEC(struct measure_listed);
};

/* Runs one measure of the policies in force. `list` may be NULL. The table lives in `a`. Errors: M002 to M004, D0xx. */
CF_MUST_USE bool measure_run(struct desk *d, const struct lang_decl *measure, const struct measure_options *o,
                             struct cf_arena *a, struct measure_table *out, struct measure_list *list, struct cf_errs *errs);
/* The newest measure of that name; NULL and M001 with the nearest name otherwise. */
const struct lang_decl *measure_find(const struct lang_set *set, struct cf_str name, struct cf_arena *a, struct cf_errs *errs);
/* The measure's own text, as the formatter prints it. */
struct cf_str measure_definition(struct cf_arena *a, const struct lang_decl *measure);

#endif
