/* find: people by name, day of birth or number, with why each one matched. An index in memory, shared by all threads, that
 * follows the ledger. Never cuts silently: whoever shows the first hits says how many others there are. Must not know who may
 * see whom. */
#ifndef CF_WEB_FIND_H
#define CF_WEB_FIND_H

#include "docket/docket.h"

struct find_index;
struct find_index *find_new(struct cf_arena *a); /* ends with the arena */

struct find_hit {
    uint32_t subject; /* a person: of merged people the one that stands for all */
    struct cf_id id;
    struct cf_str name, born; /* as recorded; empty when not known */
    struct cf_str why;        /* "Amra is nearly Amara; born that day" */
    int score;                /* higher first */
};
struct find_hits {
    CF_VEC(struct find_hit);
};
/* All who match, best first; takes in what was recorded since. Case, accents and one or two wrong letters do not matter. A date
 * (14/2/2010, 2010-02-14), a year, or the beginning of a number (six letters of 0-9, a-f or more) may stand among the words. */
CF_MUST_USE bool find_people(struct find_index *x, struct desk *d, struct cf_str words, struct cf_arena *a,
                             struct find_hits *out, struct cf_errs *errs);
/* "Amara Okoro, born 14 February 2010"; empty when nothing is known. */
CF_MUST_USE bool find_name(struct find_index *x, struct desk *d, uint32_t subject, struct cf_arena *a, struct cf_str *name,
                           struct cf_errs *errs);
/* Letters without case and accents, for comparing. */
struct cf_str find_fold(struct cf_arena *a, struct cf_str s);

#endif
