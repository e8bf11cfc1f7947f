/* exchange/csv: records of RFC 4180, one at a time. Must not know what the cells mean.
 *
 * The window holds one record at most. A quote that is never closed must not swallow the file: after CSV_LINES_OF_ONE_RECORD
 * lines, or at the end, the first physical line alone is rejected and reading goes on with the second. */
#include "exchange/csv.h"

#include <stdarg.h>

enum { CHUNK = 65536, WINDOW = CF_MAX_CSV_LINE_BYTES + 2 * CHUNK };

struct csv_reader {
    struct cf_arena *arena;
    struct gzip_stream *stream;
    char *window;
    size_t window_cap; /* grows to WINDOW when a line needs it */
    size_t at, end;    /* the bytes not yet given are window[at, end) */
    bool source_end;
    uint64_t line;   /* physical line at `at` */
    size_t expected; /* cells in a row; 0 while the heading is read */
    size_t heading_n;
    struct cf_str *headings;
    struct cf_str cells[CF_MAX_CSV_COLUMNS];
    char *text; /* unquoted cells that had doubled quotes */
    size_t text_n;
    char reason[160];
    size_t reason_n;
    char *shown; /* the beginning of an over-long line */
};

CF_PRINTF(2, 3) static void set_reason(struct csv_reader *r, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(r->reason, sizeof r->reason, fmt, ap);
    va_end(ap);
    r->reason_n = n < 0 ? 0 : (size_t)n < sizeof r->reason ? (size_t)n : sizeof r->reason - 1;
}

/* ---- The window. */
static bool more_bytes(struct csv_reader *r, struct cf_errs *errs) {
    if (r->at > 0) {
        memmove(r->window, r->window + r->at, r->end - r->at);
        r->end -= r->at;
        r->at = 0;
    }
    if (r->window_cap - r->end < CHUNK) {
        size_t cap = r->window_cap * 2 < WINDOW ? r->window_cap * 2 : WINDOW;
        char *bigger = cf_alloc(r->arena, cap);
        memcpy(bigger, r->window, r->end);
        r->window = bigger;
        r->window_cap = cap;
        CF_ASSERT(cap - r->end >= CHUNK);
    }
    size_t got = 0;
    if (!gzip_read(r->stream, r->window + r->end, CHUNK, &got, errs)) {
        return false;
    }
    r->end += got;
    r->source_end = got == 0;
    return true;
}

enum found { FOUND, LAST_LINE, TOO_LONG };

/* Finds the end of the physical line that begins at or before `from` (counted from r->at): *to is the place of its '\n', or of
 * the end of the file. */
static bool find_line_end(struct csv_reader *r, size_t from, size_t *to, enum found *what, struct cf_errs *errs) {
    size_t scanned = from;
    for (;;) {
        const char *start = r->window + r->at;
        size_t have = r->end - r->at;
        const char *hit = have > scanned ? memchr(start + scanned, '\n', have - scanned) : NULL;
        if (hit != NULL && (size_t)(hit - start) <= CF_MAX_CSV_LINE_BYTES) {
            *to = (size_t)(hit - start);
            *what = FOUND;
            return true;
        }
        if (have > CF_MAX_CSV_LINE_BYTES) {
            *to = CF_MAX_CSV_LINE_BYTES;
            *what = TOO_LONG;
            return true;
        }
        if (r->source_end) {
            *to = have;
            *what = LAST_LINE;
            return true;
        }
        scanned = have;
        if (!more_bytes(r, errs)) {
            return false;
        }
    }
}

/* Drops a line of any length, keeping its beginning; the window stays as it is. */
static bool skip_long_line(struct csv_reader *r, struct csv_line *line, struct cf_errs *errs) {
    if (r->shown == NULL) {
        r->shown = cf_alloc(r->arena, CSV_SHOWN_BYTES);
    }
    memcpy(r->shown, r->window + r->at, CSV_SHOWN_BYTES);
    uint64_t length = 0;
    for (;;) {
        const char *hit = r->end > r->at ? memchr(r->window + r->at, '\n', r->end - r->at) : NULL;
        size_t n = hit != NULL ? (size_t)(hit - (r->window + r->at)) : r->end - r->at;
        length += n;
        r->at += n;
        if (hit != NULL) {
            r->at++;
            break;
        }
        if (r->source_end) {
            break;
        }
        if (!more_bytes(r, errs)) {
            return false;
        }
    }
    r->line++;
    line->raw = (struct cf_str){r->shown, CSV_SHOWN_BYTES};
    set_reason(r, "a line of %llu bytes, longer than %d; its first %d are shown", (unsigned long long)length,
               CF_MAX_CSV_LINE_BYTES, CSV_SHOWN_BYTES);
    return true;
}

/* ---- One record. */
enum split { SPLIT_ROW, SPLIT_OPEN_QUOTE, SPLIT_BAD };

static void put_cell(struct csv_reader *r, size_t *n, struct cf_str cell) {
    if (*n < CF_MAX_CSV_COLUMNS) {
        r->cells[*n] = cell;
    }
    (*n)++;
}

/* The inside of a quoted cell, its doubled quotes made single ones in r->text. */
static struct cf_str undouble(struct csv_reader *r, struct cf_str s) {
    if (r->text == NULL) {
        r->text = cf_alloc(r->arena, CF_MAX_CSV_LINE_BYTES + 1);
    }
    char *out = r->text + r->text_n;
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        out[n++] = s.p[i];
        if (s.p[i] == '"') {
            i++;
        }
    }
    r->text_n += n;
    return (struct cf_str){out, n};
}

/* From the byte after an opening quote: *i comes to stand after the closing one. */
static bool quoted_cell(struct csv_reader *r, struct cf_str s, size_t *i, struct cf_str *cell) {
    size_t from = *i;
    bool doubled = false;
    for (;;) {
        const char *q = memchr(s.p + *i, '"', s.n - *i);
        if (q == NULL) {
            return false;
        }
        *i = (size_t)(q - s.p) + 1;
        if (*i < s.n && s.p[*i] == '"') {
            doubled = true;
            (*i)++;
            continue;
        }
        *cell = (struct cf_str){s.p + from, *i - 1 - from};
        if (doubled) {
            *cell = undouble(r, *cell);
        }
        return true;
    }
}

static enum split split_record(struct csv_reader *r, struct cf_str s, size_t *n) {
    size_t i = 0;
    *n = 0;
    r->text_n = 0;
    for (;;) {
        struct cf_str cell = {s.p + i, 0};
        if (i < s.n && s.p[i] == '"') {
            i++;
            if (!quoted_cell(r, s, &i, &cell)) {
                return SPLIT_OPEN_QUOTE;
            }
            if (i < s.n && s.p[i] != ',') {
                set_reason(r, "text after the closing quote of cell %zu", *n + 1);
                return SPLIT_BAD;
            }
        } else {
            const char *comma = i < s.n ? memchr(s.p + i, ',', s.n - i) : NULL;
            cell.n = comma != NULL ? (size_t)(comma - cell.p) : s.n - i;
            if (cell.n > 0 && memchr(cell.p, '"', cell.n) != NULL) {
                set_reason(r, "a quote inside cell %zu, which does not begin with one", *n + 1);
                return SPLIT_BAD;
            }
            i += cell.n;
        }
        put_cell(r, n, cell);
        if (i >= s.n) {
            return SPLIT_ROW;
        }
        i++; /* the comma */
    }
}

static bool all_ascii(struct cf_str s) {
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) {
        uint64_t w = 0;
        memcpy(&w, s.p + i, 8);
        if ((w & 0x8080808080808080ULL) != 0) {
            return false;
        }
    }
    for (; i < s.n; i++) {
        if (((unsigned char)s.p[i] & 0x80) != 0) {
            return false;
        }
    }
    return true;
}

static bool readable(struct csv_reader *r, struct cf_str s) {
    const char *nul = s.n > 0 ? memchr(s.p, 0, s.n) : NULL;
    if (nul != NULL) {
        set_reason(r, "a NUL byte at byte %zu of the line", (size_t)(nul - s.p) + 1);
        return false;
    }
    size_t bad = 0;
    if (!all_ascii(s) && !cf_utf8_valid(s, &bad)) {
        set_reason(r, "not UTF-8 at byte %zu of the line", bad + 1);
        return false;
    }
    return true;
}

static struct cf_str without_cr(struct cf_str s) {
    return s.n > 0 && s.p[s.n - 1] == '\r' ? (struct cf_str){s.p, s.n - 1} : s;
}

/* Takes the bytes [at, at + to) and the line end after them out of the window; `lines` physical lines are in them. */
static struct cf_str take(struct csv_reader *r, size_t to, enum found what, uint64_t lines) {
    struct cf_str raw = without_cr((struct cf_str){r->window + r->at, to});
    r->at += to + (what == FOUND ? 1 : 0);
    r->line += lines;
    return raw;
}

static void judge(struct csv_reader *r, enum split split, size_t n, struct csv_line *line, enum csv_verdict *verdict) {
    *verdict = CSV_BAD;
    if (split == SPLIT_BAD || !readable(r, line->raw)) {
        return;
    }
    if (n > CF_MAX_CSV_COLUMNS || (r->expected != 0 && n != r->expected)) {
        size_t most = r->expected != 0 ? r->expected : CF_MAX_CSV_COLUMNS;
        set_reason(r, "%zu cell%s where the heading line has %zu", n, n == 1 ? "" : "s", most);
        return;
    }
    *verdict = CSV_ROW;
    line->cells = r->cells;
    line->n = n;
}

/* The record at r->at, whose first physical line ends at `to`. */
static bool read_record(struct csv_reader *r, size_t to, enum found what, struct csv_line *line, enum csv_verdict *verdict,
                        struct cf_errs *errs) {
    size_t first_to = to;
    enum found first_what = what;
    size_t n = 0;
    for (uint64_t lines = 1;; lines++) {
        struct cf_str s = without_cr((struct cf_str){r->window + r->at, to});
        enum split split = split_record(r, s, &n);
        if (split != SPLIT_OPEN_QUOTE) {
            line->raw = take(r, to, what, lines);
            judge(r, split, n, line, verdict);
            return true;
        }
        if (what != FOUND || lines == CSV_LINES_OF_ONE_RECORD) {
            break;
        }
        if (!find_line_end(r, to + 1, &to, &what, errs)) {
            return false;
        }
        if (what == TOO_LONG) {
            break;
        }
    }
    line->raw = take(r, first_to, first_what, 1);
    set_reason(r, "a quote in cell %zu is opened and never closed", n + 1);
    *verdict = CSV_BAD;
    return true;
}

bool csv_next(struct csv_reader *r, struct csv_line *line, enum csv_verdict *verdict, struct cf_errs *errs) {
    for (;;) {
        *line = (struct csv_line){.number = r->line};
        size_t to = 0;
        enum found what = FOUND;
        if (!find_line_end(r, 0, &to, &what, errs)) {
            return false;
        }
        if (what == LAST_LINE && to == 0) {
            *verdict = CSV_END;
            return true;
        }
        if (what == TOO_LONG) {
            *verdict = CSV_BAD;
            if (!skip_long_line(r, line, errs)) {
                return false;
            }
        } else if (without_cr((struct cf_str){r->window + r->at, to}).n == 0) {
            (void)take(r, to, what, 1);
            continue;
        } else if (!read_record(r, to, what, line, verdict, errs)) {
            return false;
        }
        if (*verdict == CSV_BAD) {
            line->reason = (struct cf_str){r->reason, r->reason_n};
        }
        return true;
    }
}

/* ---- The heading line. */
struct magic {
    const char *bytes;
    size_t n;
    const char *what, *hint;
};
static const struct magic magics[] = {
    {"PK\x03\x04", 4, "a spreadsheet or zip archive", "Open it and save the table as CSV (UTF-8)."},
    {"\xd0\xcf\x11\xe0", 4, "an old spreadsheet or document", "Open it and save the table as CSV (UTF-8)."},
    {"%PDF", 4, "a PDF", "Get the table as CSV; a PDF cannot be imported."},
    {"\xff\xfe", 2, "UTF-16 text", "Save it again as CSV in UTF-8."},
    {"\xfe\xff", 2, "UTF-16 text", "Save it again as CSV in UTF-8."},
    {"SQLite format 3", 15, "a database", "Export the table as CSV."},
    {"PAR1", 4, "a Parquet file", "Export the table as CSV."},
    {"BZh", 3, "compressed with bzip2", "Unpack it first; plain and gzip files are read."},
    {"\xfd"
     "7zXZ",
     5, "compressed with xz", "Unpack it first; plain and gzip files are read."},
    {"\x1f\x8b", 2, "compressed twice", "Unpack it once, then import it."},
    {"<", 1, "a web page or XML", "Get the CSV file itself: a saved page or an error page is not it."},
    {"{", 1, "JSON", "Get the CSV file of the same data."},
    {"[", 1, "JSON", "Get the CSV file of the same data."},
};

static bool refuse(const struct csv_reader *r, struct cf_errs *errs, const char *what, const char *hint) {
    struct cf_str name = gzip_name(r->stream);
    cf_fail(errs, CF_I001, CF_NOWHERE, "%.*s is not CSV: it %s", CF_STR_ARG(name), what);
    if (hint != NULL) {
        cf_hint(errs, "%s", hint);
    }
    return false;
}

static bool look_at_first_bytes(struct csv_reader *r, struct cf_errs *errs) {
    struct cf_str head = {r->window + r->at, r->end - r->at};
    if (head.n >= 3 && memcmp(head.p, "\xef\xbb\xbf", 3) == 0) {
        r->at += 3;
        head = cf_str_slice(head, 3, head.n);
    }
    for (size_t i = 0; i < CF_COUNT(magics); i++) {
        if (cf_str_starts(head, (struct cf_str){magics[i].bytes, magics[i].n})) {
            char what[64];
            snprintf(what, sizeof what, "is %s", magics[i].what);
            return refuse(r, errs, what, magics[i].hint);
        }
    }
    return true;
}

static bool read_heading(struct csv_reader *r, struct csv_line *line, struct cf_errs *errs) {
    r->at = 0;
    r->end = 0;
    r->source_end = false;
    r->line = 1;
    r->expected = 0;
    while (r->end < 16 && !r->source_end) {
        if (!more_bytes(r, errs)) {
            return false;
        }
    }
    if (r->end == 0) {
        return refuse(r, errs, "is empty", NULL);
    }
    if (!look_at_first_bytes(r, errs)) {
        return false;
    }
    enum csv_verdict verdict = CSV_END;
    if (!csv_next(r, line, &verdict, errs)) {
        return false;
    }
    if (verdict == CSV_END) {
        return refuse(r, errs, "has no heading line", NULL);
    }
    if (verdict == CSV_BAD) {
        char what[200];
        snprintf(what, sizeof what, "has %.*s in its heading line", CF_STR_ARG(line->reason));
        return refuse(r, errs, what, NULL);
    }
    size_t at = 0;
    if (line->n == 1 && (cf_str_find(line->cells[0], ';', &at) || cf_str_find(line->cells[0], '\t', &at))) {
        return refuse(r, errs, "has semicolons or tabs between its cells", "Save it again with commas between the cells.");
    }
    r->expected = line->n;
    return true;
}

bool csv_open(struct cf_arena *a, struct gzip_stream *s, struct cf_errs *errs, struct csv_reader **out) {
    struct csv_reader *r = CF_NEW(a, struct csv_reader);
    r->arena = a;
    r->stream = s;
    r->window_cap = 2 * CHUNK;
    r->window = cf_alloc(a, r->window_cap);
    struct csv_line line;
    if (!read_heading(r, &line, errs)) {
        return false;
    }
    r->heading_n = line.n;
    r->headings = CF_NEW_N(a, struct cf_str, line.n);
    for (size_t i = 0; i < line.n; i++) {
        r->headings[i] = cf_str_dup(a, cf_str_trim(line.cells[i]));
    }
    *out = r;
    return true;
}

bool csv_again(struct csv_reader *r, struct cf_errs *errs) {
    struct csv_line line;
    return gzip_rewind(r->stream, errs) && read_heading(r, &line, errs);
}

size_t csv_heading_count(const struct csv_reader *r) {
    return r->heading_n;
}

struct cf_str csv_heading(const struct csv_reader *r, size_t i) {
    CF_ASSERT(i < r->heading_n);
    return r->headings[i];
}

struct cf_str csv_name(const struct csv_reader *r) {
    return gzip_name(r->stream);
}

/* ---- Headings by name. */
static char folded(char c) {
    if (c == '_' || c == '-' || c == '\t') {
        return ' ';
    }
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool csv_same_words(struct cf_str a, struct cf_str b) {
    size_t i = 0;
    size_t j = 0;
    while (i < a.n && j < b.n) {
        if (folded(a.p[i]) != folded(b.p[j])) {
            return false;
        }
        bool space = folded(a.p[i]) == ' ';
        i++;
        j++;
        while (space && i < a.n && folded(a.p[i]) == ' ') {
            i++;
        }
        while (space && j < b.n && folded(b.p[j]) == ' ') {
            j++;
        }
    }
    return i == a.n && j == b.n;
}

static bool claims(const struct csv_column *c, struct cf_str heading) {
    if (csv_same_words(cf_str_from(c->name), heading)) {
        return true;
    }
    struct cf_str rest = cf_str_from(c->also);
    struct cf_str piece;
    while (cf_str_split(&rest, '|', &piece)) {
        if (csv_same_words(piece, heading)) {
            return true;
        }
    }
    return false;
}

static bool map_one(const struct csv_reader *r, const struct csv_column *c, int *at, struct cf_errs *errs) {
    *at = -1;
    for (size_t h = 0; h < r->heading_n; h++) {
        if (!claims(c, r->headings[h])) {
            continue;
        }
        if (*at >= 0) {
            struct cf_str name = csv_name(r);
            return cf_fail(errs, CF_I004, CF_NOWHERE, "in %.*s, columns %d and %zu are both headed \"%s\"", CF_STR_ARG(name),
                           *at + 1, h + 1, c->name);
        }
        *at = (int)h;
    }
    if (*at >= 0 || !c->required) {
        return true;
    }
    struct cf_str name = csv_name(r);
    cf_fail(errs, CF_I003, CF_NOWHERE, "%.*s has no column \"%s\"", CF_STR_ARG(name), c->name);
    struct cf_str near = cf_nearest(cf_str_from(c->name), r->headings, r->heading_n);
    if (near.n > 0) {
        cf_hint(errs, "The nearest heading there is \"%.*s\"; write it as \"%s\".", CF_STR_ARG(near), c->name);
    }
    return false;
}

bool csv_map_headings(struct cf_arena *a, const struct csv_reader *r, const struct csv_column *columns, size_t n, int *at,
                      struct cf_str *unknown, struct cf_errs *errs) {
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        ok = map_one(r, &columns[i], &at[i], errs) && ok;
    }
    struct cf_buf b = cf_buf_new(a, CF_MAX_CSV_LINE_BYTES + CF_MAX_CSV_COLUMNS * 2);
    for (size_t h = 0; h < r->heading_n; h++) {
        bool claimed = false;
        for (size_t i = 0; i < n && !claimed; i++) {
            claimed = at[i] == (int)h;
        }
        if (!claimed) {
            cf_buf_lit(&b, b.n > 0 ? ", " : "");
            cf_buf_str(&b, r->headings[h]);
        }
    }
    CF_ASSERT(cf_buf_finish(&b, unknown)); /* the headings fit in one line of the file */
    return ok;
}
