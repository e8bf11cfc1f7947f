/* exchange/stop_search: two passes over a file of data.police.uk: what was asked, then typed rows.
 * Must not know the ledger, policies, or what a row is used for. */
#include "exchange/stop_search.h"

#include <stdarg.h>

#include "exchange/stop_search_priv.h"

static const struct csv_column columns[STOP_COLUMNS] = {
    [STOP_TYPE] = {"Type", NULL, true},
    [STOP_DATE] = {"Date", "datetime", true},
    [STOP_OPERATION] = {"Part of a policing operation", "operation", false},
    [STOP_OPERATION_NAME] = {"Policing operation", "operation_name", false},
    [STOP_LATITUDE] = {"Latitude", "lat", false},
    [STOP_LONGITUDE] = {"Longitude", "lng|lon", false},
    [STOP_GENDER] = {"Gender", "sex", true},
    [STOP_AGE] = {"Age range", NULL, true},
    [STOP_SELF_DEFINED] = {"Self-defined ethnicity", NULL, true},
    [STOP_OFFICER_DEFINED] = {"Officer-defined ethnicity", NULL, true},
    [STOP_LEGISLATION] = {"Legislation", NULL, true},
    [STOP_OBJECT] = {"Object of search", NULL, true},
    [STOP_OUTCOME] = {"Outcome", NULL, true},
    [STOP_LINKED] = {"Outcome linked to object of search", NULL, false},
    [STOP_CLOTHING] = {"Removal of more than just outer clothing", "removal_of_more_than_outer_clothing", false},
    [STOP_FILE_NAME] = {"file_name", NULL, false},
};

struct stop_search_reader {
    struct cf_arena *arena;
    struct csv_reader *csv;
    const struct boroughs *boroughs;
    struct csv_rejects *rejects;
    struct cf_str force, month; /* of the file; empty when each row names its own */
    int at[STOP_COLUMNS];
    uint8_t last[STOP_COLUMNS]; /* the word matched last, tried first */
    uint64_t answers[STOP_COLUMNS][2];
    struct stop_search_report report;
    struct stop_seen seen;
    char key[CF_MAX_SOURCE_KEY_BYTES];
    char reason[400];
    bool noted;
};

struct cf_str stop_search_heading(enum stop_column c) {
    return cf_str_from(columns[c].name);
}

bool stop_search_is_child(uint8_t age) {
    return age == STOP_AGE_UNDER_10 || age == STOP_AGE_10_17;
}

/* ---- The data set: force and month. */
static bool digits(struct cf_str s, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        if (i >= s.n || s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
    }
    return true;
}

static bool month_valid(struct cf_str m) {
    return m.n == 7 && digits(m, 0, 4) && m.p[4] == '-' && digits(m, 5, 7) &&
           cf_str_cmp(cf_str_slice(m, 5, 7), CF_LIT("01")) >= 0 && cf_str_cmp(cf_str_slice(m, 5, 7), CF_LIT("12")) <= 0;
}

static bool force_valid(struct cf_str f) {
    for (size_t i = 0; i < f.n; i++) {
        bool letter = (f.p[i] >= 'a' && f.p[i] <= 'z') || (f.p[i] >= '0' && f.p[i] <= '9') || f.p[i] == '-';
        if (!letter) {
            return false;
        }
    }
    return f.n > 0 && f.n <= CF_MAX_NAME_BYTES;
}

bool stop_search_dataset(struct cf_str path, struct cf_str *force, struct cf_str *month) {
    size_t base = path.n;
    while (base > 0 && path.p[base - 1] != '/') {
        base--;
    }
    struct cf_str name = cf_str_slice(path, base, path.n);
    if (cf_str_ends(name, CF_LIT(".gz"))) {
        name = cf_str_slice(name, 0, name.n - 3);
    }
    struct cf_str tail = CF_LIT("-stop-and-search.csv");
    if (!cf_str_ends(name, tail) || name.n < 8 + tail.n || name.p[7] != '-') {
        return false;
    }
    *month = cf_str_slice(name, 0, 7);
    *force = cf_str_slice(name, 8, name.n - tail.n);
    return month_valid(*month) && force_valid(*force);
}

static bool find_dataset(struct stop_search_reader *r, const struct stop_search_options *o, struct cf_errs *errs) {
    struct cf_str name = csv_name(r->csv);
    if (o->force.n > 0 || o->month.n > 0) {
        r->force = cf_str_dup(r->arena, o->force);
        r->month = cf_str_dup(r->arena, o->month);
        return (force_valid(o->force) && month_valid(o->month)) ||
               cf_fail(errs, CF_I005, CF_NOWHERE,
                       "\"%.*s\" and \"%.*s\" are not a force and a month, such as metropolitan and 2018-05",
                       CF_STR_ARG(o->force), CF_STR_ARG(o->month));
    }
    if (r->at[STOP_FILE_NAME] >= 0 || stop_search_dataset(name, &r->force, &r->month)) {
        return true;
    }
    return cf_fail(errs, CF_I005, CF_NOWHERE, "the name %.*s does not say force and month", CF_STR_ARG(name));
}

/* ---- First pass. */
static bool first_pass(struct stop_search_reader *r, struct cf_errs *errs) {
    struct csv_line line;
    enum csv_verdict verdict = CSV_END;
    do {
        if (!csv_next(r->csv, &line, &verdict, errs)) {
            return false;
        }
        for (int c = 0; verdict == CSV_ROW && c < STOP_COLUMNS; c++) {
            r->report.answered[c] += r->at[c] >= 0 && line.cells[r->at[c]].n > 0;
        }
    } while (verdict != CSV_END);
    for (int c = 0; c < STOP_COLUMNS; c++) {
        r->report.present[c] = r->at[c] >= 0;
        r->report.asked[c] = r->report.answered[c] > 0;
    }
    return csv_again(r->csv, errs);
}

bool stop_search_open(struct cf_arena *a, const struct stop_search_options *o, struct cf_errs *errs,
                      struct stop_search_reader **out) {
    struct stop_search_reader *r = CF_NEW(a, struct stop_search_reader);
    struct gzip_stream *stream = o->stream;
    r->arena = a;
    r->boroughs = o->boroughs;
    r->rejects = o->rejects;
    if (stream == NULL && !gzip_open(a, o->path, errs, &stream)) {
        return false;
    }
    if (!csv_open(a, stream, errs, &r->csv) ||
        !csv_map_headings(a, r->csv, columns, STOP_COLUMNS, r->at, &r->report.unknown_headings, errs) ||
        !find_dataset(r, o, errs) || !first_pass(r, errs)) {
        return false;
    }
    *out = r;
    return true;
}

/* ---- One row. A function that returns false has set the reason. */
CF_PRINTF(2, 3) static bool because(struct stop_search_reader *r, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(r->reason, sizeof r->reason, fmt, ap);
    va_end(ap);
    return n < 0; /* never: the answer is "false, because" */
}

static struct cf_str cell_of(const struct stop_search_reader *r, const struct csv_line *line, enum stop_column c) {
    return r->at[c] >= 0 ? line->cells[r->at[c]] : (struct cf_str){"", 0};
}

static struct cf_str quotable(struct cf_str s) {
    return s.n > 80 ? cf_str_slice(s, 0, 80) : s;
}

static bool read_word(struct stop_search_reader *r, const struct csv_line *line, enum stop_column c, uint8_t *value) {
    struct cf_str s = cell_of(r, line, c);
    if (s.n == 0) {
        *value = r->report.asked[c] ? STOP_NOT_KNOWN : STOP_NOT_ASKED;
        return true;
    }
    if (stop_search_find_word(c, s, &r->last[c])) {
        *value = r->last[c];
        return true;
    }
    struct cf_str near = stop_search_nearest_word(c, s);
    s = quotable(s);
    if (near.n == 0) {
        return because(r, "%s: \"%.*s\" is not a known word", columns[c].name, CF_STR_ARG(s));
    }
    return because(r, "%s: \"%.*s\" is not a known word; the nearest is \"%.*s\"", columns[c].name, CF_STR_ARG(s),
                   CF_STR_ARG(near));
}

static bool read_date(struct stop_search_reader *r, const struct csv_line *line, struct stop_search_row *row) {
    struct cf_str s = cell_of(r, line, STOP_DATE);
    struct stop_when w = {0};
    if (s.n == 0) {
        return because(r, "Date is empty");
    }
    if (!stop_search_read_when(s, &w)) {
        s = quotable(s);
        return because(r, "Date: \"%.*s\" is not a date and time like 2018-05-01T09:58:14+00:00", CF_STR_ARG(s));
    }
    row->happened_s = w.at_s;
    row->offset_min = w.offset_min;
    row->day_only = w.day_only;
    r->report.no_offset += !w.has_offset;
    return true;
}

static bool read_place(struct stop_search_reader *r, const struct csv_line *line, struct stop_search_row *row) {
    struct cf_str lat = cell_of(r, line, STOP_LATITUDE);
    struct cf_str lon = cell_of(r, line, STOP_LONGITUDE);
    row->borough = BOROUGHS_NONE;
    if (lat.n == 0 && lon.n == 0) {
        return true;
    }
    if (lat.n == 0 || lon.n == 0) {
        return because(r, "%s is empty but the other coordinate is not", lat.n == 0 ? "Latitude" : "Longitude");
    }
    if (!stop_search_read_degrees(lat, 90, &row->latitude_udeg)) {
        lat = quotable(lat);
        return because(r, "Latitude: \"%.*s\" is not a number of degrees between -90 and 90", CF_STR_ARG(lat));
    }
    if (!stop_search_read_degrees(lon, 180, &row->longitude_udeg)) {
        lon = quotable(lon);
        return because(r, "Longitude: \"%.*s\" is not a number of degrees between -180 and 180", CF_STR_ARG(lon));
    }
    row->has_place = true;
    if (r->boroughs != NULL) {
        row->borough = (int8_t)boroughs_at(r->boroughs, row->latitude_udeg, row->longitude_udeg);
    }
    return true;
}

static bool read_dataset(struct stop_search_reader *r, const struct csv_line *line, struct stop_search_row *row) {
    row->force = r->force;
    row->month = r->month;
    if (r->force.n > 0) {
        return true;
    }
    struct cf_str name = cell_of(r, line, STOP_FILE_NAME);
    if (stop_search_dataset(name, &row->force, &row->month)) {
        return true;
    }
    name = quotable(name);
    return because(r, "file_name: \"%.*s\" does not say force and month", CF_STR_ARG(name));
}

static bool read_row(struct stop_search_reader *r, const struct csv_line *line, struct stop_search_row *row) {
    static const enum stop_column coded[] = {STOP_TYPE,         STOP_OPERATION,       STOP_GENDER,      STOP_AGE,
                                             STOP_SELF_DEFINED, STOP_OFFICER_DEFINED, STOP_LEGISLATION, STOP_OBJECT,
                                             STOP_OUTCOME,      STOP_LINKED,          STOP_CLOTHING};
    *row = (struct stop_search_row){.line = line->number, .raw = line->raw};
    for (size_t i = 0; i < CF_COUNT(coded); i++) {
        if (!read_word(r, line, coded[i], &row->value[coded[i]])) {
            return false;
        }
    }
    row->operation_name = cell_of(r, line, STOP_OPERATION_NAME);
    if (row->operation_name.n > CF_MAX_TEXT_BYTES) {
        return because(r, "Policing operation is longer than %d bytes", CF_MAX_TEXT_BYTES);
    }
    return read_dataset(r, line, row) && read_date(r, line, row) && read_place(r, line, row);
}

static void count_row(struct stop_search_reader *r, struct stop_search_row *row) {
    struct stop_search_report *t = &r->report;
    struct cf_str key = stop_search_make_key(row, r->key, sizeof r->key);
    row->ordinal = stop_search_see(r->arena, &r->seen, key);
    row->key = stop_search_number_key(key, row->ordinal, r->key, sizeof r->key);
    t->rows++;
    t->repeated += row->ordinal > 0;
    t->no_place += !row->has_place;
    t->outside += row->has_place && r->boroughs != NULL && row->borough == BOROUGHS_NONE;
    t->children += stop_search_is_child(row->value[STOP_AGE]);
    t->age_unknown += row->value[STOP_AGE] < STOP_FIRST;
    t->day_only += row->day_only;
    for (int c = 0; c < STOP_COLUMNS; c++) {
        if ((c == STOP_OPERATION || c == STOP_LINKED || c == STOP_CLOTHING) && row->value[c] >= STOP_FIRST) {
            r->answers[c][row->value[c] == STOP_YES]++;
        }
    }
}

bool stop_search_next(struct stop_search_reader *r, struct stop_search_row *row, bool *more, struct cf_errs *errs) {
    for (;;) {
        struct csv_line line;
        enum csv_verdict verdict = CSV_END;
        if (!csv_next(r->csv, &line, &verdict, errs)) {
            return false;
        }
        *more = verdict != CSV_END;
        if (!*more) {
            return true;
        }
        r->report.lines++;
        if (verdict == CSV_ROW && read_row(r, &line, row)) {
            count_row(r, row);
            return true;
        }
        r->report.rejected++;
        csv_reject(r->rejects, line.number, verdict == CSV_ROW ? cf_str_from(r->reason) : line.reason, line.raw);
    }
}

/* ---- What to print about the file. */
static void note(struct cf_buf *b, bool when, const char *fmt, ...) CF_PRINTF(3, 4);
static void note(struct cf_buf *b, bool when, const char *fmt, ...) {
    if (!when) {
        return;
    }
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    cf_buf_lit(b, text);
    cf_buf_byte(b, '\n');
}

enum { SAME_ANSWER_ROWS = 100 }; /* fewer rows may well all have the same answer */

static void note_columns(const struct stop_search_reader *r, struct cf_buf *b) {
    const struct stop_search_report *t = &r->report;
    for (int c = 0; c < STOP_FILE_NAME; c++) {
        uint64_t no = r->answers[c][0];
        uint64_t yes = r->answers[c][1];
        note(b, !t->present[c], "\"%s\" is not a column of this file: not in the source.", columns[c].name);
        note(b, t->present[c] && !t->asked[c] && t->lines > 0, "\"%s\" is empty in every row: not in the source.",
             columns[c].name);
        note(b, no + yes >= SAME_ANSWER_ROWS && (no == 0 || yes == 0),
             "\"%s\" is %s in every row that answers it (%llu): it may never have been asked; read as published.",
             columns[c].name, yes == 0 ? "False" : "True", (unsigned long long)(no + yes));
    }
}

enum { DOUBLED_ROWS = 20 }; /* fewer pairs may be chance: two people searched together */

/* True when every row stands in the file an even number of times: it was published twice over. */
static bool doubled(const struct stop_search_reader *r) {
    size_t rows = 0;
    for (size_t i = 0; i < r->seen.cap; i++) {
        if (r->seen.slot[i].n % 2 != 0) {
            return false;
        }
        rows += r->seen.slot[i].n > 0;
    }
    return rows >= DOUBLED_ROWS;
}

const struct stop_search_report *stop_search_report(struct stop_search_reader *r) {
    struct stop_search_report *t = &r->report;
    if (r->noted) {
        return t;
    }
    r->noted = true;
    struct cf_buf b = cf_buf_new(r->arena, CF_MAX_SOURCE_BYTES);
    note_columns(r, &b);
    note(&b, t->repeated > 0,
         "Rows exactly like an earlier one: %llu, kept as rows of their own. There is no record number, so a group searched "
         "together cannot be told from a record entered twice.",
         (unsigned long long)t->repeated);
    note(&b, doubled(r),
         "Every row of this file stands in it twice or an even number of times: it was most likely published twice over, and "
         "its "
         "numbers are likely double. They are kept as published.");
    note(&b, t->day_only > 0, "Rows that give midnight exactly: %llu, read as a date without a time.",
         (unsigned long long)t->day_only);
    note(&b, t->no_offset > 0, "Rows that give no offset from UTC: %llu, read as UTC, as in every published file.",
         (unsigned long long)t->no_offset);
    note(&b, t->age_unknown > 0, "Rows without an age: %llu, counted as unknown, neither as children nor as adults.",
         (unsigned long long)t->age_unknown);
    note(&b, t->no_place > 0, "Rows without a place: %llu.", (unsigned long long)t->no_place);
    note(&b, t->outside > 0, "Rows with a place outside London: %llu, without a borough.", (unsigned long long)t->outside);
    if (t->unknown_headings.n > 0) {
        cf_buf_lit(&b, "Columns not read: ");
        cf_buf_str(&b, cf_str_slice(t->unknown_headings, 0, 400));
        cf_buf_lit(&b, ".\n");
    }
    CF_ASSERT(cf_buf_finish(&b, &t->notes));
    return t;
}
