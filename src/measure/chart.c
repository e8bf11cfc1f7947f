/* measure/chart: SVG of a measure's rows. Places across are percentages, so that words keep their size on any screen; only the
 * map scales as a whole. Must not know how anything was counted, nor any page. */
#include "measure/chart.h"

#include <math.h>

enum { ROW = 44, BAR = 16, COLUMNS_HIGH = 240, COLUMNS_FOOT = 28, LABELS_AT_MOST = 6, STEPS = 5 };

/* ---- Which rows are drawn. */
static bool is_margin_of(const struct measure_table *t, const struct measure_row *r, size_t dimension) {
    unsigned others = ((1U << t->dimensions) - 1U) & ~(1U << dimension);
    return (r->sums & (1U << dimension)) == 0 && (r->sums & others) == others;
}

static struct chart_item item_of(const struct measure_table *t, const struct measure_row *r, size_t d, bool ratio) {
    const struct measure_interval *v = ratio ? &r->ratio : &r->value;
    double scale = ratio || t->scale == 0.0 ? 1.0 : t->scale;
    struct chart_item item = {.label = r->label[d], .hidden = r->hidden, .known = v->known, .bounded = v->bounded};
    if (!ratio && t->kind == MEASURE_COUNT) {
        item.known = true;
        item.bounded = false;
        item.value = (double)r->n;
        return item;
    }
    item.value = v->value * scale;
    item.low = v->low * scale;
    item.high = v->high * scale;
    return item;
}

void chart_of(struct cf_arena *a, const struct measure_table *t, size_t dimension, bool with_ratios, struct cf_str id,
              struct chart *out) {
    *out = (struct chart){.id = id, .title = t->title, .unit = with_ratios ? t->compared : t->unit, .decimals = t->decimals};
    if (with_ratios) {
        out->decimals = 2;
    } else if (t->kind == MEASURE_COUNT) {
        out->decimals = 0;
    }
    for (size_t i = 0; dimension < t->dimensions && i < t->rows.n; i++) {
        const struct measure_row *r = &t->rows.v[i];
        if (!r->outside && is_margin_of(t, r, dimension) && (!with_ratios || r->compared)) {
            *cf_push(a, &out->items) = item_of(t, r, dimension, with_ratios);
        }
    }
}

/* ---- Words and numbers. */
static void put_text(struct cf_buf *b, struct cf_str s) {
    static const char *const safe[256] = {['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&quot;", ['\''] = "&#39;"};
    for (size_t i = 0; i < s.n; i++) {
        const char *instead = safe[(unsigned char)s.p[i]];
        if (instead) {
            cf_buf_lit(b, instead);
        } else {
            cf_buf_byte(b, (uint8_t)s.p[i]);
        }
    }
}

static void put_number(struct cf_buf *b, const struct chart *c, double v) {
    cf_buf_printf(b, "%.*f", (int)c->decimals, v);
}

static void put_value(struct cf_buf *b, const struct chart *c, const struct chart_item *item) {
    if (item->hidden) {
        cf_buf_lit(b, "hidden: a small number");
        return;
    }
    if (!item->known) {
        cf_buf_lit(b, "not known");
        return;
    }
    put_number(b, c, item->value);
    cf_buf_lit(b, cf_str_is(c->unit, "%") ? "%" : "");
    if (item->bounded) {
        cf_buf_lit(b, " (");
        put_number(b, c, item->low);
        cf_buf_lit(b, " to ");
        if (isfinite(item->high)) {
            put_number(b, c, item->high);
        } else {
            cf_buf_lit(b, "no limit");
        }
        cf_buf_lit(b, ")");
    }
}

static bool drawn(const struct chart_item *item) {
    return item->known && !item->hidden && isfinite(item->value);
}

static double longest(const struct chart *c) {
    double most = 0.0;
    for (size_t i = 0; i < c->items.n; i++) {
        const struct chart_item *item = &c->items.v[i];
        if (drawn(item)) {
            most = fmax(most, item->bounded && isfinite(item->high) ? item->high : item->value);
        }
    }
    return most;
}

/* Title and description first, as those who do not see the picture hear them: what it is, its ends, and where the numbers are.
 */
static void put_words(struct cf_buf *b, const struct chart *c, const char *kind) {
    const struct chart_item *most = NULL;
    const struct chart_item *least = NULL;
    size_t hidden = 0;
    for (size_t i = 0; i < c->items.n; i++) {
        const struct chart_item *item = &c->items.v[i];
        hidden += item->hidden ? 1 : 0;
        if (drawn(item)) {
            most = !most || item->value > most->value ? item : most;
            least = !least || item->value < least->value ? item : least;
        }
    }
    cf_buf_printf(b, " role=\"img\" aria-labelledby=\"%.*s-title %.*s-words\"><title id=\"%.*s-title\">", CF_STR_ARG(c->id),
                  CF_STR_ARG(c->id), CF_STR_ARG(c->id));
    put_text(b, c->title);
    cf_buf_printf(b, "</title><desc id=\"%.*s-words\">%s", CF_STR_ARG(c->id), kind);
    if (c->unit.n) {
        cf_buf_lit(b, ", ");
        put_text(b, c->unit);
    }
    cf_buf_lit(b, ".");
    if (most && least && most != least) {
        cf_buf_lit(b, " Highest: ");
        put_text(b, most->label);
        cf_buf_lit(b, ", ");
        put_value(b, c, most);
        cf_buf_lit(b, ". Lowest: ");
        put_text(b, least->label);
        cf_buf_lit(b, ", ");
        put_value(b, c, least);
        cf_buf_lit(b, ".");
    }
    if (hidden) {
        cf_buf_printf(b, " %zu hidden, because the numbers are small.", hidden);
    }
    cf_buf_lit(b, " The table beside it gives every number.</desc>");
}

static void put_nothing(struct cf_buf *b) {
    cf_buf_lit(b, "<p class=\"govuk-body chart-none\">There is nothing to draw.</p>");
}

/* ---- Bars. */
static void put_whisker(struct cf_buf *b, double from, double to, int y) {
    cf_buf_printf(b, "<line class=\"chart-whisker\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>", from, to, y, y);
}

static void put_label(struct cf_buf *b, const struct chart *c, const struct chart_item *item, int y) {
    cf_buf_printf(b, "<text class=\"chart-label\" x=\"0\" y=\"%d\">", y + 15);
    put_text(b, item->label);
    cf_buf_printf(b, "</text><text class=\"chart-value\" x=\"100%%\" y=\"%d\" text-anchor=\"end\">", y + 15);
    put_value(b, c, item);
    cf_buf_lit(b, "</text>");
}

void chart_bars(struct cf_buf *b, const struct chart *c) {
    double most = longest(c);
    if (!c->items.n) {
        put_nothing(b);
        return;
    }
    cf_buf_printf(b, "<svg class=\"chart chart-bars\" width=\"100%%\" height=\"%zu\"", c->items.n * ROW + 4);
    put_words(b, c, "Bars");
    for (size_t i = 0; i < c->items.n; i++) {
        const struct chart_item *item = &c->items.v[i];
        int y = (int)i * ROW;
        put_label(b, c, item, y);
        cf_buf_printf(b, "<rect class=\"chart-track\" x=\"0\" y=\"%d\" width=\"100%%\" height=\"%d\"/>", y + 21, BAR);
        if (!drawn(item) || most <= 0.0) {
            continue;
        }
        cf_buf_printf(b, "<rect class=\"chart-bar\" x=\"0\" y=\"%d\" width=\"%.2f%%\" height=\"%d\"/>", y + 21,
                      100.0 * item->value / most, BAR);
        if (item->bounded) {
            put_whisker(b, 100.0 * item->low / most, isfinite(item->high) ? 100.0 * item->high / most : 100.0,
                        y + 21 + BAR / 2);
        }
    }
    cf_buf_lit(b, "</svg>");
}

/* ---- Columns. */
static void put_column(struct cf_buf *b, const struct chart *c, size_t i, double most) {
    const struct chart_item *item = &c->items.v[i];
    double wide = 100.0 / (double)c->items.n;
    double left = wide * (double)i;
    double y = drawn(item) && most > 0.0 ? (COLUMNS_HIGH - 20) * item->value / most : 0.0;
    cf_buf_lit(b, "<g><title>");
    put_text(b, item->label);
    cf_buf_lit(b, ": ");
    put_value(b, c, item);
    cf_buf_printf(b, "</title><rect class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" width=\"%.2f%%\" height=\"%.1f\"/>",
                  drawn(item) ? "chart-bar" : "chart-hidden", left + wide * 0.1, COLUMNS_HIGH - (drawn(item) ? y : 6.0),
                  wide * 0.8, drawn(item) ? y : 6.0);
    if (drawn(item) && item->bounded && most > 0.0) {
        double high = isfinite(item->high) ? item->high : most;
        cf_buf_printf(b, "<line class=\"chart-whisker\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%.1f\" y2=\"%.1f\"/>",
                      left + wide * 0.5, left + wide * 0.5, COLUMNS_HIGH - (COLUMNS_HIGH - 20) * item->low / most,
                      COLUMNS_HIGH - (COLUMNS_HIGH - 20) * high / most);
    }
    cf_buf_lit(b, "</g>");
}

static void put_column_label(struct cf_buf *b, const struct chart *c, size_t i) {
    double wide = 100.0 / (double)c->items.n;
    bool first = i == 0 && c->items.n > 1;
    cf_buf_printf(b, "<text class=\"chart-label\" x=\"%.2f%%\" y=\"%d\" text-anchor=\"%s\">",
                  first ? 0.0 : wide * ((double)i + 0.5), COLUMNS_HIGH + 20, first ? "start" : "middle");
    put_text(b, c->items.v[i].label);
    cf_buf_lit(b, "</text>");
}

void chart_columns(struct cf_buf *b, const struct chart *c) {
    double most = longest(c);
    if (!c->items.n) {
        put_nothing(b);
        return;
    }
    cf_buf_printf(b, "<svg class=\"chart chart-columns\" width=\"100%%\" height=\"%d\"", COLUMNS_HIGH + COLUMNS_FOOT);
    put_words(b, c, "Columns in order of time");
    cf_buf_printf(b, "<line class=\"chart-axis\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>", COLUMNS_HIGH, COLUMNS_HIGH);
    cf_buf_lit(b, "<line class=\"chart-grid\" x1=\"0\" x2=\"100%\" y1=\"20\" y2=\"20\"/><text class=\"chart-value\" x=\"0\" "
                  "y=\"14\">");
    put_number(b, c, most);
    cf_buf_lit(b, cf_str_is(c->unit, "%") ? "%" : "");
    cf_buf_lit(b, "</text>");
    size_t each = (c->items.n + LABELS_AT_MOST - 1) / LABELS_AT_MOST;
    for (size_t i = 0; i < c->items.n; i++) {
        put_column(b, c, i, most);
        if (i % each == 0) {
            put_column_label(b, c, i);
        }
    }
    cf_buf_lit(b, "</svg>");
}

/* ---- Ratios: 1 in the middle, both ends equally far. */
static double widest(const struct chart *c) {
    double most = 2.0;
    for (size_t i = 0; i < c->items.n; i++) {
        const struct chart_item *item = &c->items.v[i];
        double ends[] = {item->value, item->bounded ? item->low : item->value, item->bounded ? item->high : item->value};
        for (size_t k = 0; drawn(item) && k < CF_COUNT(ends); k++) {
            if (isfinite(ends[k]) && ends[k] > 0.0) {
                most = fmax(most, fmax(ends[k], 1.0 / ends[k]));
            }
        }
    }
    return fmin(most, 100.0);
}

static double across(double ratio, double most) {
    double at = ratio <= 0.0 ? 0.0 : isfinite(ratio) ? 50.0 + 48.0 * log(ratio) / log(most) : 100.0;
    return fmin(fmax(at, 0.0), 100.0);
}

void chart_ratios(struct cf_buf *b, const struct chart *c) {
    double most = widest(c);
    size_t foot = c->items.n * ROW + 4;
    if (!c->items.n) {
        put_nothing(b);
        return;
    }
    cf_buf_printf(b, "<svg class=\"chart chart-ratios\" width=\"100%%\" height=\"%zu\"", foot + COLUMNS_FOOT);
    put_words(b, c, "Ratios on a logarithmic scale; the line in the middle is 1, the same as those compared with");
    cf_buf_printf(b, "<line class=\"chart-one\" x1=\"50%%\" x2=\"50%%\" y1=\"0\" y2=\"%zu\"/>", foot);
    for (size_t i = 0; i < c->items.n; i++) {
        const struct chart_item *item = &c->items.v[i];
        int y = (int)i * ROW;
        put_label(b, c, item, y);
        if (drawn(item) && item->bounded) {
            put_whisker(b, across(item->low, most), across(item->high, most), y + 21 + BAR / 2);
        }
        if (drawn(item)) {
            cf_buf_printf(b, "<circle class=\"chart-dot\" cx=\"%.2f%%\" cy=\"%d\" r=\"6\"/>", across(item->value, most),
                          y + 21 + BAR / 2);
        }
    }
    cf_buf_printf(b, "<text class=\"chart-label\" x=\"0\" y=\"%zu\">fewer</text>", foot + 18);
    cf_buf_printf(b, "<text class=\"chart-label\" x=\"50%%\" y=\"%zu\" text-anchor=\"middle\">1: the same</text>", foot + 18);
    cf_buf_printf(b, "<text class=\"chart-label\" x=\"100%%\" y=\"%zu\" text-anchor=\"end\">more</text></svg>", foot + 18);
}

/* ---- The map. */
static const struct chart_item *item_at(const struct chart *c, struct cf_str name) {
    for (size_t i = 0; i < c->items.n; i++) {
        if (cf_str_eq(c->items.v[i].label, name)) {
            return &c->items.v[i];
        }
    }
    return NULL;
}

/* Step 1 to STEPS by size from 0 to the most; 0: nothing to shade with. */
static int step_of(const struct chart_item *item, double most) {
    if (!item || !drawn(item) || most <= 0.0) {
        return 0;
    }
    int step = (int)(item->value / most * STEPS) + 1;
    return step > STEPS ? STEPS : step;
}

static void put_place(struct cf_buf *b, const struct chart *c, const struct chart_place *place, double most) {
    const struct chart_item *item = item_at(c, place->name);
    cf_buf_printf(b, "<path class=\"chart-place chart-step-%d\" d=\"%.*s\"><title>", step_of(item, most),
                  CF_STR_ARG(place->outline));
    put_text(b, place->name);
    cf_buf_lit(b, ": ");
    if (item) {
        put_value(b, c, item);
    } else {
        cf_buf_lit(b, "none in this table");
    }
    cf_buf_lit(b, "</title></path>");
}

static void put_legend(struct cf_buf *b, const struct chart *c, double most) {
    cf_buf_lit(b, "<ul class=\"chart-legend\">");
    for (int i = 1; i <= STEPS && most > 0.0; i++) {
        cf_buf_printf(b,
                      "<li><svg width=\"16\" height=\"16\" aria-hidden=\"true\"><rect class=\"chart-place chart-step-%d\" "
                      "x=\"1\" y=\"1\" width=\"14\" height=\"14\"/></svg> ",
                      i);
        put_number(b, c, most * (i - 1) / STEPS);
        cf_buf_lit(b, i < STEPS ? " to under " : " to ");
        put_number(b, c, most * i / STEPS);
        cf_buf_lit(b, "</li>");
    }
    cf_buf_lit(b, "<li><svg width=\"16\" height=\"16\" aria-hidden=\"true\"><rect class=\"chart-place chart-step-0\" "
                  "x=\"1\" y=\"1\" width=\"14\" height=\"14\"/></svg> none, hidden or not known</li></ul>");
}

void chart_map(struct cf_buf *b, const struct chart *c, const struct chart_place *places, size_t n, int width, int height) {
    double most = 0.0;
    for (size_t i = 0; i < c->items.n; i++) {
        most = drawn(&c->items.v[i]) ? fmax(most, c->items.v[i].value) : most;
    }
    cf_buf_printf(b, "<svg class=\"chart chart-map\" viewBox=\"-2 -2 %d %d\"", width + 4, height + 4);
    put_words(b, c, "Map, darker where there is more");
    for (size_t i = 0; i < n; i++) {
        put_place(b, c, &places[i], most);
    }
    cf_buf_lit(b, "</svg>");
    put_legend(b, c, most);
}
