/* measure/cells: the result of a measure as a table: small numbers hidden for publication (M6), and written in three formats.
 *
 * Knows numbers and labels. Knows nothing of how they were counted, nor of the ledger. */
#ifndef CF_MEASURE_CELLS_H
#define CF_MEASURE_CELLS_H

#include "measure/interval.h"

enum { MEASURE_DIMENSIONS = 8, MEASURE_SMALL = 4 }; /* cells of 1 to MEASURE_SMALL are hidden (M6, to verify) */

enum measure_kind { MEASURE_COUNT, MEASURE_SHARE, MEASURE_RATE, MEASURE_RATIO, MEASURE_MEDIAN };

struct measure_row {
    struct cf_str label[MEASURE_DIMENSIONS]; /* one a dimension; "All" where the row sums over it */
    uint8_t sums;                            /* bit d: this row is the total over dimension d */
    bool outside;                            /* "not stated", "not known": in the totals, printed apart, never compared (M4) */
    int64_t n, of;                           /* `of` is -1 where there is none; of a rate, the residents */
    int64_t persons; /* -1: not counted; events are treated as independent, so persons stand beside (M6) */
    struct measure_interval value;
    struct measure_interval ratio; /* of a table that is `compared`: this row against the one it is compared with */
    bool compared;                 /* this row has a ratio, or is what others are compared with */
    bool hidden;                   /* filled by measure_publish: nothing of this row but its labels is printed */
};
/* Rows that add up to one another although no label says so: the months of a year, the boroughs of a command. */
struct measure_sum {
    size_t *row; /* the parts, then their sum */
    size_t n;
};
struct measure_table {
    struct cf_str name, title, version;
    struct cf_str definition; /* the measure's own text, as the policy words it; may be several lines */
    struct cf_str period;     /* "2018-05-01 to 2018-10-31" */
    enum measure_kind kind;
    struct cf_str unit; /* of value: "%", "per 1,000 residents", "times", "hours" */
    double scale;       /* value is printed times this: 100 for a share in per cent; 0 counts as 1 */
    unsigned decimals;
    bool margins;           /* each row is about one dimension and sums over the others; as text: a section for each */
    struct cf_str compared; /* heading of the ratios, "times White"; empty: nothing is compared */
    size_t dimensions;
    struct cf_str dimension[MEASURE_DIMENSIONS];
    struct {
        CF_VEC(struct measure_row);
    } rows;
    struct {
        CF_VEC(struct measure_sum);
    } sums; /* filled for publication */
    struct {
        CF_VEC(struct cf_str);
    } notes;                                    /* which denominator, what it cannot tell, which choices were made */
    int64_t not_known, not_in_source, excluded; /* units in no row: answer unknown, never asked, shut out by a stated rule */
    bool published;                             /* set by measure_publish */
};

/* Hides every row whose n is 1 to 4 (of a share also its complement and its whole), and as many more along dimensions with
 * totals as it takes that no hidden number can be worked out, by one subtraction or many. Counts beside the rows (not known and
 * so on) are written "1 to 4" when they are. Doing it twice changes nothing. */
void measure_publish(struct cf_arena *a, struct measure_table *t);

enum measure_format { MEASURE_TEXT, MEASURE_CSV, MEASURE_JSON };
bool measure_format_from(struct cf_str word, enum measure_format *out); /* "table", "csv", "json" */
void measure_write(struct cf_buf *b, const struct measure_table *t, enum measure_format f);

#endif
