/* measure/population: residents of the London boroughs, the denominators of rates, each with a note of what it cannot tell.
 *
 * Knows two small tables (data/population). Knows nothing of events. There is no table of children by ethnic group: whoever
 * asks for children by ethnic group gets residents of all ages, and a note that says so. */
#ifndef CF_MEASURE_POPULATION_H
#define CF_MEASURE_POPULATION_H

#include "base/base.h"

struct population;

enum population_group { /* broad groups of Census 2021; POPULATION_ALL for everybody */
                        POPULATION_ALL,
                        POPULATION_WHITE,
                        POPULATION_MIXED,
                        POPULATION_ASIAN,
                        POPULATION_BLACK,
                        POPULATION_OTHER,
                        POPULATION_GROUPS
};
struct population_answer {
    bool known;
    int64_t residents;
    struct cf_str note; /* a sentence for the measure itself: source, year, and what this denominator cannot tell */
};

/* Reads mid2020-age.tsv and census2021-ethnic-group.tsv below `folder`. Errors: M001 with the line; B001. */
CF_MUST_USE bool population_load(struct cf_arena *a, const char *folder, struct cf_errs *errs, struct population **out);

/* Residents from one age to another, both included (at most 90, which means 90 and over); `borough` is an ONS code, or empty for
 * all of London. ONS mid-2020 estimate. */
struct population_answer population_ages(const struct population *p, struct cf_str borough, int from, int to);
/* Residents of all ages in a broad group, or in one of the 19 by 18+1 code ("B2"). Census 2021. */
struct population_answer population_broad(const struct population *p, struct cf_str borough, enum population_group g);
struct population_answer population_ethnic(const struct population *p, struct cf_str borough, struct cf_str code);
/* Children 10 to 17 of a broad group: no such table exists, so this is residents of all ages, and the note says what follows. */
struct population_answer population_children_of(const struct population *p, struct cf_str borough, enum population_group g);

struct cf_str population_group_code(enum population_group g);  /* "all", "white", "mixed", "asian", "black", "other" */
enum population_group population_group_of(struct cf_str code); /* of an 18+1 code or a broad code; POPULATION_ALL: none */

#endif
