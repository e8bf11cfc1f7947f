/* exchange/published: published numbers (a table of counts by month and group), kept apart from events. A map in data/import
 * says which heading is what and which measures are made of it. Must not know what any table counts.
 *
 * The ledger keeps the file itself by digest, and an event of the data set's version; nothing is derived and stored. Of each
 * month the newest file that holds it stands; what the earlier one said of that month no longer counts. */
#ifndef CF_EXCHANGE_PUBLISHED_H
#define CF_EXCHANGE_PUBLISHED_H

#include "docket/docket.h"
#include "measure/measure.h"

enum { PUBLISHED_DIMENSIONS = 6, PUBLISHED_WORDS = 48 };

struct published_dimension {
    struct cf_str name, heading;
    CF_LIST(struct cf_str) words; /* as published, in the order of printing */
    size_t missing;               /* from this one on they say that it was not recorded */
};
struct published_measure {
    struct cf_str name, title;
    struct cf_str text; /* its lines of the map: the definition that is printed */
    bool share;
    uint64_t where[PUBLISHED_DIMENSIONS], yes[PUBLISHED_DIMENSIONS], pending[PUBLISHED_DIMENSIONS]; /* sets of words; 0: any */
    CF_LIST(struct cf_str) by, notes;
};
struct published_map {
    struct cf_source source;
    struct cf_str dataset, title, year, month, number;
    struct published_dimension dimensions[PUBLISHED_DIMENSIONS];
    size_t n;
    CF_LIST(struct published_measure) measures;
};
/* Reads a map. I021 with the line. */
CF_MUST_USE bool published_map_read(struct cf_arena *a, const char *path, struct cf_errs *errs, struct published_map *out);

struct published_report {
    uint64_t lines, imported, known, rejected; /* imported + known + rejected = lines */
    uint64_t repeats;                          /* of known: lines that repeat another of this file */
    uint64_t withdrawn;                        /* cells of these months that the earlier file had and this one has not */
    int64_t sum;                               /* of the numbers that stand after it */
    int32_t first, last;                       /* months that stand: years * 12 + month - 1 */
    struct cf_str rejects_path;
};
/* Reads, checks, keeps. A line with an unknown word, an impossible month or number, or another number for a cell that stands in
 * the file already, is rejected and written beside it. Errors: those of reading; nothing is kept when there is one. */
CF_MUST_USE bool published_import(struct desk *d, const struct published_map *map, const char *path, struct cf_arena *a,
                                  struct published_report *out, struct cf_errs *errs);
/* NULL: the map has none of that name. */
const struct published_measure *published_find(const struct published_map *map, struct cf_str name);
/* Counts one measure of the map over the months that stand. Of the options `by`, `from`, `to` and `published` count. I022 when
 * nothing was imported; M002, M003. */
CF_MUST_USE bool published_run(struct desk *d, const struct published_map *map, const struct published_measure *m,
                               const struct measure_options *o, struct cf_arena *a, struct measure_table *out,
                               struct cf_errs *errs);

/* ---- Between the files of this room. */
struct published_cell {
    int32_t month; /* years * 12 + month - 1 */
    uint32_t edition;
    uint8_t word[PUBLISHED_DIMENSIONS];
    int64_t number;
};
struct published_cells {
    CF_VEC(struct published_cell);
    struct cf_str version; /* of the newest file: its name and digest */
    struct cf_map *at;     /* month and words -> 1 + index in v */
};
/* What stands, all editions read in order. */
CF_MUST_USE bool published_standing(struct desk *d, const struct published_map *map, struct cf_arena *a,
                                    struct published_cells *out, struct cf_errs *errs);

#endif
