/* measure/cells_write: a measure's table as aligned text, CSV or JSON. Must not know how anything was counted or hidden. */
#include "measure/cells.h"

#include <math.h>

enum { COLUMNS_MAX = MEASURE_DIMENSIONS + 9 };

bool measure_format_from(struct cf_str word, enum measure_format *out) {
    static const struct {
        const char *word;
        enum measure_format format;
    } formats[] = {{"table", MEASURE_TEXT}, {"text", MEASURE_TEXT}, {"csv", MEASURE_CSV}, {"json", MEASURE_JSON}};
    for (size_t i = 0; i < CF_COUNT(formats); i++) {
        if (cf_str_is(word, formats[i].word)) {
            *out = formats[i].format;
            return true;
        }
    }
    return false;
}

/* ---- Which columns there are. */
struct shape {
    bool of, persons, value, bounds, ratio;
    double scale;
    int decimals;
};

static struct shape shape_of(const struct measure_table *t) {
    struct shape s = {.scale = t->scale != 0.0 ? t->scale : 1.0, .decimals = (int)t->decimals, .ratio = t->compared.n > 0};
    for (size_t i = 0; i < t->rows.n; i++) {
        const struct measure_row *r = &t->rows.v[i];
        s.of = s.of || r->of >= 0;
        s.persons = s.persons || r->persons >= 0;
        s.value = s.value || r->value.known;
        s.bounds = s.bounds || r->value.bounded;
    }
    return s;
}

static struct cf_str label_of(const struct measure_row *r, size_t d) {
    return (r->sums >> d & 1U) != 0 && r->label[d].n == 0 ? CF_LIT("All") : r->label[d];
}

struct text {
    char p[40];
};

static struct text whole(int64_t n) {
    struct text s = {""};
    if (n >= 0) {
        snprintf(s.p, sizeof s.p, "%lld", (long long)n);
    }
    return s;
}

static struct text real(double v, const struct shape *s) {
    struct text out = {""};
    if (isfinite(v)) {
        snprintf(out.p, sizeof out.p, "%.*f", s->decimals, v * s->scale);
    }
    return out;
}

/* A value with its limits: two or three columns. */
static size_t interval(const struct measure_interval *v, bool bounds, const struct shape *s, const char *none,
                       struct text *out) {
    size_t n = 0;
    out[n++] = real(v->known ? v->value : INFINITY, s);
    if (bounds) {
        out[n++] = real(v->bounded ? v->low : INFINITY, s);
        out[n++] = real(v->bounded ? v->high : INFINITY, s);
        if (v->bounded && isinf(v->high)) {
            snprintf(out[n - 1].p, sizeof out[n - 1].p, "%s", none);
        }
    }
    return n;
}

static const struct shape RATIO_SHAPE = {.scale = 1.0, .decimals = 2};

/* What stands in the columns after the labels; the order is that of heading(). */
static size_t figures(const struct measure_row *r, const struct shape *s, const char *none, struct text *out) {
    size_t n = 0;
    out[n++] = whole(r->n);
    if (s->of) {
        out[n++] = whole(r->of);
    }
    if (s->persons) {
        out[n++] = whole(r->persons);
    }
    if (s->value || s->bounds) {
        n += interval(&r->value, s->bounds, s, none, out + n);
    }
    if (s->ratio) {
        n += interval(&r->ratio, true, &RATIO_SHAPE, none, out + n);
    }
    return n;
}

static size_t headings(const struct measure_table *t, const struct shape *s, struct cf_str *out) {
    size_t n = 0;
    out[n++] = CF_LIT("n");
    if (s->of) {
        out[n++] = t->kind == MEASURE_RATE ? CF_LIT("residents") : CF_LIT("of");
    }
    if (s->persons) {
        out[n++] = CF_LIT("persons");
    }
    if (s->value || s->bounds) {
        out[n++] = t->unit.n > 0 ? t->unit : CF_LIT("value");
    }
    if (s->bounds) {
        out[n++] = CF_LIT("low 95%");
        out[n++] = CF_LIT("high 95%");
    }
    if (s->ratio) {
        out[n++] = t->compared;
        out[n++] = CF_LIT("ratio low 95%");
        out[n++] = CF_LIT("ratio high 95%");
    }
    return n;
}

/* ---- Aligned text. */
static size_t width_of(struct cf_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    }
    return n;
}

static void put_clean(struct cf_buf *b, struct cf_str s) {
    for (size_t i = 0; i < s.n; i++) {
        cf_buf_byte(b, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : (uint8_t)s.p[i]);
    }
}

static void put_padded(struct cf_buf *b, struct cf_str s, size_t width, bool right) {
    size_t gap = width > width_of(s) ? width - width_of(s) : 0;
    for (size_t i = 0; right && i < gap; i++) {
        cf_buf_byte(b, ' ');
    }
    put_clean(b, s);
    for (size_t i = 0; !right && i < gap; i++) {
        cf_buf_byte(b, ' ');
    }
}

struct grid {
    struct cf_str cell[COLUMNS_MAX];
    struct text text[COLUMNS_MAX];
    size_t n, labels;
};

/* Of a table of margins, as text, only the labels of one dimension; otherwise all. SIZE_MAX: all. */
static void fill_row(const struct measure_table *t, const struct shape *s, const struct measure_row *r, size_t only,
                     struct grid *g) {
    g->labels = 0;
    for (size_t d = 0; d < t->dimensions; d++) {
        if (only == SIZE_MAX || only == d) {
            g->cell[g->labels++] = label_of(r, d);
        }
    }
    size_t n = figures(r, s, "no limit", g->text);
    g->n = g->labels + n;
    for (size_t i = 0; i < n; i++) {
        g->cell[g->labels + i] = r->hidden ? (i == 0 ? CF_LIT("*") : CF_LIT("")) : cf_str_from(g->text[i].p);
    }
}

static void widen(size_t *width, const struct grid *g) {
    for (size_t i = 0; i < g->n; i++) {
        size_t w = width_of(g->cell[i]);
        width[i] = w > width[i] ? w : width[i];
    }
}

static void put_grid(struct cf_buf *b, const size_t *width, const struct grid *g) {
    for (size_t i = 0; i < g->n; i++) {
        if (i > 0) {
            cf_buf_lit(b, "  ");
        }
        bool label = i < g->labels;
        bool last = i + 1 == g->n;
        put_padded(b, g->cell[i], label && last ? 0 : width[i], !label);
    }
    cf_buf_byte(b, '\n');
}

static void fill_headings(const struct measure_table *t, const struct shape *s, size_t only, struct grid *g) {
    g->labels = 0;
    for (size_t d = 0; d < t->dimensions; d++) {
        if (only == SIZE_MAX || only == d) {
            g->cell[g->labels++] = t->dimension[d];
        }
    }
    g->n = g->labels + headings(t, s, g->cell + g->labels);
}

static struct text beside(const struct measure_table *t, int64_t n) {
    struct text s = whole(n);
    if (t->published && n >= 1 && n <= MEASURE_SMALL) {
        snprintf(s.p, sizeof s.p, "1 to %d", MEASURE_SMALL);
    }
    return s;
}

static bool any_hidden(const struct measure_table *t) {
    for (size_t i = 0; i < t->rows.n; i++) {
        if (t->rows.v[i].hidden) {
            return true;
        }
    }
    return false;
}

#define HIDDEN_NOTE "numbers of 1 to 4 are hidden, and others from which they could be worked out"

/* A row of a section: what it tells of the section's dimension, or the total over everything. */
static bool in_section(const struct measure_table *t, const struct measure_row *r, size_t only) {
    if (only == SIZE_MAX || (r->sums >> only & 1U) == 0) {
        return true;
    }
    for (size_t d = 0; d < t->dimensions; d++) {
        if ((r->sums >> d & 1U) == 0) {
            return false;
        }
    }
    return true;
}

static void put_section(struct cf_buf *b, const struct measure_table *t, const struct shape *s, size_t only) {
    size_t width[COLUMNS_MAX] = {0};
    struct grid g;
    fill_headings(t, s, only, &g);
    widen(width, &g);
    for (size_t i = 0; i < t->rows.n; i++) {
        fill_row(t, s, &t->rows.v[i], only, &g);
        if (in_section(t, &t->rows.v[i], only)) {
            widen(width, &g);
        }
    }
    fill_headings(t, s, only, &g);
    put_grid(b, width, &g);
    for (size_t i = 0; i < t->rows.n; i++) {
        if (in_section(t, &t->rows.v[i], only)) {
            fill_row(t, s, &t->rows.v[i], only, &g);
            put_grid(b, width, &g);
        }
    }
    cf_buf_byte(b, '\n');
}

static void put_lines(struct cf_buf *b, struct cf_str text) {
    struct cf_str line;
    while (cf_str_split(&text, '\n', &line)) {
        put_clean(b, line);
        cf_buf_byte(b, '\n');
    }
}

static void write_text(struct cf_buf *b, const struct measure_table *t) {
    struct shape s = shape_of(t);
    put_clean(b, t->title);
    cf_buf_printf(b, "\n%.*s", CF_STR_ARG(t->name));
    cf_buf_printf(b, t->version.n > 0 ? ", version %.*s" : "%.*s", CF_STR_ARG(t->version));
    cf_buf_printf(b, t->period.n > 0 ? ", %.*s\n" : "%.*s\n", CF_STR_ARG(t->period));
    put_lines(b, t->definition);
    cf_buf_byte(b, '\n');
    for (size_t d = 0; t->margins && d < t->dimensions; d++) {
        put_section(b, t, &s, d);
    }
    if (!t->margins || t->dimensions == 0) {
        put_section(b, t, &s, SIZE_MAX);
    }
    cf_buf_printf(b, "not known: %s   not in the source: %s   excluded: %s\n", beside(t, t->not_known).p,
                  beside(t, t->not_in_source).p, beside(t, t->excluded).p);
    if (any_hidden(t)) {
        cf_buf_lit(b, "* " HIDDEN_NOTE "\n");
    }
    for (size_t i = 0; i < t->notes.n; i++) {
        cf_buf_lit(b, "- ");
        put_clean(b, t->notes.v[i]);
        cf_buf_byte(b, '\n');
    }
}

/* ---- CSV: what describes the table stands in lines that begin with '#'. */
static void put_cell(struct cf_buf *b, struct cf_str s) {
    bool quote = s.n > 0 && (s.p[0] == ' ' || s.p[0] == '#');
    for (size_t i = 0; i < s.n; i++) {
        quote = quote || s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
    }
    if (!quote) {
        cf_buf_str(b, s);
        return;
    }
    cf_buf_byte(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') {
            cf_buf_byte(b, '"');
        }
        cf_buf_byte(b, (uint8_t)s.p[i]);
    }
    cf_buf_byte(b, '"');
}

/* Lines joined, their indentation squeezed to one blank. */
static void put_one_line(struct cf_buf *b, struct cf_str text) {
    struct cf_str line;
    for (bool first = true; cf_str_split(&text, '\n', &line); first = false) {
        cf_buf_lit(b, first ? "" : " ");
        put_clean(b, cf_str_trim(line));
    }
}

static void put_remark(struct cf_buf *b, const char *what, struct cf_str s) {
    if (s.n == 0) {
        return;
    }
    cf_buf_printf(b, "# %s: ", what);
    put_one_line(b, s);
    cf_buf_byte(b, '\n');
}

static void write_csv(struct cf_buf *b, const struct measure_table *t) {
    struct shape s = shape_of(t);
    struct grid g;
    put_remark(b, "measure", t->name);
    put_remark(b, "title", t->title);
    put_remark(b, "version", t->version);
    put_remark(b, "definition", t->definition);
    put_remark(b, "period", t->period);
    put_remark(b, "not known", cf_str_from(beside(t, t->not_known).p));
    put_remark(b, "not in the source", cf_str_from(beside(t, t->not_in_source).p));
    put_remark(b, "excluded", cf_str_from(beside(t, t->excluded).p));
    for (size_t i = 0; i < t->notes.n; i++) {
        put_remark(b, "note", t->notes.v[i]);
    }
    if (any_hidden(t)) {
        put_remark(b, "hidden", CF_LIT(HIDDEN_NOTE));
    }
    fill_headings(t, &s, SIZE_MAX, &g);
    for (size_t i = 0; i < g.n; i++) {
        put_cell(b, g.cell[i]);
        cf_buf_byte(b, ',');
    }
    cf_buf_lit(b, "hidden\n");
    for (size_t i = 0; i < t->rows.n; i++) {
        const struct measure_row *r = &t->rows.v[i];
        fill_row(t, &s, r, SIZE_MAX, &g);
        for (size_t k = 0; k < g.n; k++) {
            bool silent = k >= t->dimensions && (r->hidden || cf_str_is(g.cell[k], "no limit"));
            put_cell(b, silent ? CF_LIT("") : g.cell[k]);
            cf_buf_byte(b, ',');
        }
        cf_buf_lit(b, r->hidden ? "yes\n" : "no\n");
    }
}

/* ---- JSON. */
static void put_member(struct cf_buf *b, const char *name, struct cf_str value) {
    cf_buf_printf(b, "\"%s\":", name);
    cf_json_str(b, value);
    cf_buf_byte(b, ',');
}

static void put_count(struct cf_buf *b, const char *name, int64_t n, bool show) {
    cf_buf_printf(b, "\"%s\":", name);
    cf_buf_lit(b, show && n >= 0 ? whole(n).p : "null");
    cf_buf_byte(b, ',');
}

static void put_real(struct cf_buf *b, const char *name, double v, bool show, const struct shape *s) {
    cf_buf_printf(b, "\"%s\":", name);
    if (show && isfinite(v)) {
        cf_buf_printf(b, "%.10g", v * s->scale);
    } else {
        cf_buf_lit(b, "null");
    }
    cf_buf_byte(b, ',');
}

static void put_json_row(struct cf_buf *b, const struct measure_table *t, const struct measure_row *r, const struct shape *s) {
    bool show = !r->hidden;
    cf_buf_lit(b, "{\"by\":{");
    for (size_t d = 0; d < t->dimensions; d++) {
        cf_buf_lit(b, d > 0 ? "," : "");
        cf_json_str(b, t->dimension[d]);
        cf_buf_byte(b, ':');
        if ((r->sums >> d & 1U) != 0) {
            cf_buf_lit(b, "null");
        } else {
            cf_json_str(b, r->label[d]);
        }
    }
    cf_buf_lit(b, "},");
    put_count(b, "n", r->n, show);
    put_count(b, "of", r->of, show);
    put_count(b, "persons", r->persons, show);
    put_real(b, "value", r->value.value, show && r->value.known, s);
    put_real(b, "low", r->value.low, show && r->value.bounded, s);
    put_real(b, "high", r->value.high, show && r->value.bounded, s);
    if (s->ratio) {
        put_real(b, "ratio", r->ratio.value, show && r->ratio.known, &RATIO_SHAPE);
        put_real(b, "ratio_low", r->ratio.low, show && r->ratio.bounded, &RATIO_SHAPE);
        put_real(b, "ratio_high", r->ratio.high, show && r->ratio.bounded, &RATIO_SHAPE);
    }
    cf_buf_printf(b, "\"not_stated\":%s,\"hidden\":%s}", r->outside ? "true" : "false", r->hidden ? "true" : "false");
}

static void write_json(struct cf_buf *b, const struct measure_table *t) {
    struct shape s = shape_of(t);
    cf_buf_byte(b, '{');
    put_member(b, "measure", t->name);
    put_member(b, "title", t->title);
    put_member(b, "version", t->version);
    put_member(b, "definition", t->definition);
    put_member(b, "period", t->period);
    put_member(b, "unit", t->unit);
    bool all = !t->published;
    put_count(b, "not_known", t->not_known, all || t->not_known == 0 || t->not_known > MEASURE_SMALL);
    put_count(b, "not_in_source", t->not_in_source, all || t->not_in_source == 0 || t->not_in_source > MEASURE_SMALL);
    put_count(b, "excluded", t->excluded, all || t->excluded == 0 || t->excluded > MEASURE_SMALL);
    cf_buf_printf(b, "\"published\":%s,\"notes\":[", t->published ? "true" : "false");
    for (size_t i = 0; i < t->notes.n; i++) {
        cf_buf_lit(b, i > 0 ? "," : "");
        cf_json_str(b, t->notes.v[i]);
    }
    cf_buf_lit(b, "],\"rows\":[");
    for (size_t i = 0; i < t->rows.n; i++) {
        cf_buf_lit(b, i > 0 ? ",\n" : "\n");
        put_json_row(b, t, &t->rows.v[i], &s);
    }
    cf_buf_lit(b, "]}\n");
}

void measure_write(struct cf_buf *b, const struct measure_table *t, enum measure_format f) {
    CF_ASSERT(t->dimensions <= MEASURE_DIMENSIONS);
    switch (f) {
    case MEASURE_TEXT: write_text(b, t); break;
    case MEASURE_CSV: write_csv(b, t); break;
    case MEASURE_JSON: write_json(b, t); break;
    }
}
