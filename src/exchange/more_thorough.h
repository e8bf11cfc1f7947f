/* exchange/more_thorough: the Metropolitan Police's published table of more thorough searches after stop and search.
 *
 * Knows that table's columns, words and faults: it joins some 40 overlapping publications, so one search stands in it up to
 * 18 times. Gives each search once; doc/decisions/0040-more-thorough-searches.md says by which rule.
 * Knows nothing of the ledger. */
#ifndef CF_EXCHANGE_MORE_THOROUGH_H
#define CF_EXCHANGE_MORE_THOROUGH_H

#include "exchange/boroughs.h"
#include "exchange/csv.h"

enum thorough_list {
    THOROUGH_AGE, /* under_18, over_18 */
    THOROUGH_SEX,
    THOROUGH_ETHNICITY, /* as it appeared to the officer */
    THOROUGH_REASON,
    THOROUGH_FOUND, /* positive outcome: no, yes */
    THOROUGH_OUTCOME,
    THOROUGH_ADULT, /* appropriate adult present: no, yes, not_ticked */
    THOROUGH_LISTS
};
enum { THOROUGH_NOT_KNOWN = 1, THOROUGH_FIRST = 2 }; /* 0 is not used: every list is asked */
enum thorough_age { THOROUGH_UNDER_18 = THOROUGH_FIRST, THOROUGH_OVER_18 };
/* not_ticked: the older headings ("if required?") hold Y or nothing: "absent" and "not recorded" cannot be told apart */
enum thorough_adult { THOROUGH_ADULT_NO = THOROUGH_FIRST, THOROUGH_ADULT_YES, THOROUGH_ADULT_NOT_TICKED };

size_t thorough_words(enum thorough_list l);
struct cf_str thorough_code(enum thorough_list l, uint8_t value);
struct cf_str thorough_text(enum thorough_list l, uint8_t value); /* the words most used, for a page */

struct thorough_search {
    uint64_t line;       /* of the copy whose values stand here: the latest edition */
    struct cf_str key;   /* identity: day, place, age, sex, ethnicity, reason, outcome, ordinal */
    struct cf_str day;   /* "2024-05-06" */
    int64_t day_s;       /* that day's midnight UTC; the table holds no times */
    struct cf_str area;  /* command area as printed, empty when it was */
    struct cf_str place; /* borough as printed */
    int8_t borough;      /* BOROUGHS_NONE: an airport, another force, or empty */
    uint8_t value[THOROUGH_LISTS];
    uint32_t copies;  /* how many lines of the table are this search, at least 1 */
    uint8_t editions; /* bit e: it stands in edition e */
};
struct thorough_table {
    CF_VEC(struct thorough_search);    /* in order of day, then key */
    uint64_t lines, rejected, repeats; /* lines = n + rejected + repeats, always */
    uint64_t edition_lines[8];
    struct cf_str unknown_headings, notes;
};
struct thorough_options {
    const char *path;
    struct gzip_stream *stream;  /* instead of path */
    struct csv_rejects *rejects; /* may be NULL */
};
/* Reads the whole table. Errors: those of csv_open and csv_map_headings; I007 more rows than CF_MAX_TABLE_ROWS. */
CF_MUST_USE bool more_thorough_read(struct cf_arena *a, const struct thorough_options *o, struct cf_errs *errs,
                                    struct thorough_table *out);

#endif
