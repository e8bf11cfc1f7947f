/* measure/chart: a measure's table as a picture: bars, columns over time, ratios with their intervals, a map. Writes SVG that
 * reads in print, in the dark and on a narrow screen; colours are classes (`chart-…`), so that the page's style decides them.
 *
 * A picture stands beside its table and never for it: it says so in its description. What is hidden is drawn as hidden, never
 * as nothing. Knows numbers and labels. Must not know how anything was counted, nor a page. */
#ifndef CF_MEASURE_CHART_H
#define CF_MEASURE_CHART_H

#include "measure/cells.h"

struct chart_item {
    struct cf_str label;
    double value, low, high; /* as printed: already times the table's scale */
    bool known, bounded;     /* there is a value; there are limits (high may be INFINITY) */
    bool hidden;             /* small numbers: drawn as a mark that says so */
};
struct chart {
    struct cf_str id; /* unique in the page: letters, digits, hyphens */
    struct cf_str title, unit;
    unsigned decimals;
    CF_LIST(struct chart_item) items;
};
/* The rows of one dimension of a table, in their order, those outside ("not known") left out. with_ratios: the ratios instead
 * of the values. A table that crosses dimensions gives the rows that sum over the others; none: no items. Borrows the table. */
void chart_of(struct cf_arena *a, const struct measure_table *t, size_t dimension, bool with_ratios, struct cf_str id,
              struct chart *out);

/* Horizontal bars from 0, each under its label, with its interval as a whisker. */
void chart_bars(struct cf_buf *b, const struct chart *c);
/* Columns side by side: for months, quarters, years. */
void chart_columns(struct cf_buf *b, const struct chart *c);
/* Ratios on a logarithmic scale around 1, each with its interval. */
void chart_ratios(struct cf_buf *b, const struct chart *c);
/* A map: items whose label is a place's name shade it in five steps; the legend gives the steps in words. */
struct chart_place {
    struct cf_str name, outline; /* path data of an SVG */
};
void chart_map(struct cf_buf *b, const struct chart *c, const struct chart_place *places, size_t n, int width, int height);

#endif
