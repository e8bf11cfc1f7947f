/* exchange/stop_search: rows of the stop and search files of data.police.uk, read into typed values.
 *
 * Knows the published columns and words (domain facts SEARCH-44 to 50) and their faults. Knows nothing of the ledger or of
 * policies: whoever calls turns a row into an event.
 *
 * Two passes over the file: the first proves that it can be read to its end and finds columns that are empty in every row
 * (the source never asked: "not asked", where an empty cell of a filled column is "not known"); the second gives the rows. */
#ifndef CF_EXCHANGE_STOP_SEARCH_H
#define CF_EXCHANGE_STOP_SEARCH_H

#include "exchange/boroughs.h"
#include "exchange/csv.h"

enum stop_column { /* in the published order, SEARCH-46; FILE_NAME is there in joined tables only */
                   STOP_TYPE,
                   STOP_DATE,
                   STOP_OPERATION,
                   STOP_OPERATION_NAME,
                   STOP_LATITUDE,
                   STOP_LONGITUDE,
                   STOP_GENDER,
                   STOP_AGE,
                   STOP_SELF_DEFINED,
                   STOP_OFFICER_DEFINED,
                   STOP_LEGISLATION,
                   STOP_OBJECT,
                   STOP_OUTCOME,
                   STOP_LINKED,
                   STOP_CLOTHING,
                   STOP_FILE_NAME,
                   STOP_COLUMNS
};
/* A coded value: 0 the source never asked, 1 asked and not known, from 2 on a row of the column's table of words. */
enum { STOP_NOT_ASKED = 0, STOP_NOT_KNOWN = 1, STOP_FIRST = 2 };
enum stop_age { STOP_AGE_UNDER_10 = STOP_FIRST, STOP_AGE_10_17, STOP_AGE_18_24, STOP_AGE_25_34, STOP_AGE_OVER_34 };
enum stop_answer { STOP_NO = STOP_FIRST, STOP_YES };

/* The tables of words (src/exchange/stop_search_codes.def). `code` is the word used in this program ("arrest"); `text` is the
 * source's own; several texts may share a code (Arrest, Suspect arrested). */
size_t stop_search_words(enum stop_column c); /* how many; values run from STOP_FIRST to STOP_FIRST + this - 1 */
struct cf_str stop_search_code(enum stop_column c, uint8_t value); /* "not_asked", "not_known" for 0 and 1 */
struct cf_str stop_search_text(enum stop_column c, uint8_t value);
struct cf_str stop_search_note(enum stop_column c, uint8_t value); /* outcome: "current" or "older"; ethnicity: its group */
struct cf_str stop_search_heading(enum stop_column c);
bool stop_search_is_child(uint8_t age); /* under_10 and 10_17; an unknown age is not a child here, and is counted apart */

struct stop_search_row {
    uint64_t line;
    struct cf_str raw;          /* borrowed until the next row, as is every text here */
    struct cf_str force, month; /* "metropolitan", "2018-05": the dataset */
    struct cf_str key;          /* the record's identity: dataset, every value, ordinal (doc/decisions) */
    uint32_t ordinal;           /* 0, or how many rows exactly like it stood before it in the file */
    int64_t happened_s;         /* seconds since 1970 UTC */
    int16_t offset_min;         /* minutes east of UTC, as written */
    bool day_only;              /* midnight exactly: a date without a time (SEARCH-48); happened_s is that midnight */
    bool has_place;
    int32_t latitude_udeg, longitude_udeg;
    int8_t borough;               /* BOROUGHS_NONE: no place, or outside London */
    uint8_t value[STOP_COLUMNS];  /* of the coded columns: type, operation, gender, age, both ethnicities, legislation, … */
    struct cf_str operation_name; /* empty: none given */
};

struct stop_search_report { /* lines = rows + rejected, always */
    uint64_t lines, rows, rejected;
    uint64_t repeated;          /* rows exactly like an earlier one of the file, kept as rows of their own */
    uint64_t no_place, outside; /* without coordinates; with coordinates outside London */
    uint64_t children, age_unknown, day_only, no_offset;
    uint64_t answered[STOP_COLUMNS]; /* filled cells of each column in the whole file, first pass */
    bool present[STOP_COLUMNS], asked[STOP_COLUMNS];
    struct cf_str unknown_headings;
    struct cf_str notes; /* lines to print: faults seen in this file, choices made */
};

struct stop_search_options {
    const char *path;
    struct gzip_stream *stream;      /* instead of path: for tests and fuzzing */
    struct cf_str force, month;      /* overrule the file name; empty: take it from there */
    const struct boroughs *boroughs; /* NULL: no borough is looked up */
    struct csv_rejects *rejects;     /* gets every rejected line; NULL: only counted */
};

struct stop_search_reader;
/* Errors: those of csv_open and csv_map_headings; I005 when neither name nor options say which force and month. */
CF_MUST_USE bool stop_search_open(struct cf_arena *a, const struct stop_search_options *o, struct cf_errs *errs,
                                  struct stop_search_reader **out);
/* The next good row; *row is false at the end. Bad lines go to the rejects and are counted. */
CF_MUST_USE bool stop_search_next(struct stop_search_reader *r, struct stop_search_row *row, bool *more, struct cf_errs *errs);
/* Complete after the last row; `notes` is made then. */
const struct stop_search_report *stop_search_report(struct stop_search_reader *r);

/* "…/2018-05-metropolitan-stop-and-search.csv.gz" gives month and force. */
bool stop_search_dataset(struct cf_str path, struct cf_str *force, struct cf_str *month);

#endif
