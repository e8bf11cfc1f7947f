/* exchange/more_thorough: the published table of more thorough searches, each search given once.
 * Must not know the ledger or what a search means.
 *
 * The rule (doc/decisions/0040-more-thorough-searches.md): lines that agree in day, place, age group, sex, ethnic appearance,
 * reason, outcome and its reason, after one spelling is given to each word, are copies of the same searches. In every edition
 * they are counted; there are as many searches as the edition with the most has. Numbered lines come from publications that
 * overlap, so their count is first divided by the number of publications that cover the month. */
#include "exchange/more_thorough.h"

#include <stdlib.h>

#include "base/time.h"
#include "exchange/stop_search_priv.h"

enum column {
    NUMBER,
    DATE,
    AREA,
    PLACE,
    AGE,
    ADULT,
    ADULT_OLD,
    SEX,
    ETHNICITY,
    REASON,
    FOUND,
    FOUND_B,
    FOUND_A,
    OUTCOME,
    SHEET,
    COLUMNS
};
static const struct csv_column columns[COLUMNS] = {
    [NUMBER] = {"col_0", "number|id", false},
    [DATE] = {"stop_date", "date", true},
    [AREA] = {"area", NULL, false},
    [PLACE] = {"borough", NULL, true},
    [AGE] = {"age_group", NULL, true},
    [ADULT] = {"appropriate_adult_present", NULL, false},
    [ADULT_OLD] = {"approporiate_adult_present_if_required?", "appropriate_adult_present_if_required?", false},
    [SEX] = {"sex", "gender", true},
    [ETHNICITY] = {"ethnic_appearance", NULL, true},
    [REASON] = {"stop_reason", NULL, true},
    [FOUND] = {"positive_outcome_of_stop", NULL, false},
    [FOUND_B] = {"postive_outcome_of_stop", NULL, false},
    [FOUND_A] = {"positve_outcome", "positive_outcome", false},
    [OUTCOME] = {"outcome_reason", NULL, true},
    [SHEET] = {"sheet", NULL, false},
};

/* Editions in order of time; a later one is believed before an earlier. Told by heading, form of date, and numbering. */
enum edition { ED_A, ED_B, ED_C, ED_D, ED_NUMBERED, EDITIONS };
static const char *const edition_names[EDITIONS] = {
    [ED_A] = "2019-01 to 2022-08, \"positve_outcome\"",     [ED_B] = "2019-01 to 2024-01, \"postive_outcome_of_stop\"",
    [ED_C] = "2022-04 to 2024-11, no adult column",         [ED_D] = "2022-11 to 2025-05, with adult column",
    [ED_NUMBERED] = "2023-07 on, numbered and overlapping",
};

struct word {
    uint8_t list;
    const char *code, *text;
};
static const struct word words[] = {
#define THOROUGH_WORD(list, code, text) {THOROUGH_##list, code, text},
#define THOROUGH_ALSO(list, text, code)
#define THOROUGH_NONE(list, text)
#include "exchange/more_thorough_codes.def"
#undef THOROUGH_WORD
#undef THOROUGH_ALSO
};
static const struct word spellings[] = {
#define THOROUGH_WORD(list, code, text)
#define THOROUGH_ALSO(list, text, code) {THOROUGH_##list, code, text},
#include "exchange/more_thorough_codes.def"
#undef THOROUGH_NONE
#undef THOROUGH_ALSO
};
static const struct word nones[] = {
#define THOROUGH_ALSO(list, text, code)
#define THOROUGH_NONE(list, text) {THOROUGH_##list, NULL, text},
#include "exchange/more_thorough_codes.def"
#undef THOROUGH_WORD
#undef THOROUGH_ALSO
#undef THOROUGH_NONE
};

static size_t first_of(enum thorough_list l) {
    size_t i = 0;
    while (i < CF_COUNT(words) && words[i].list < (uint8_t)l) {
        i++;
    }
    return i;
}

size_t thorough_words(enum thorough_list l) {
    size_t n = 0;
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        n += words[i].list == (uint8_t)l;
    }
    return n;
}

static const struct word *word_of(enum thorough_list l, uint8_t value) {
    size_t at = first_of(l) + (size_t)(value - THOROUGH_FIRST);
    return value >= THOROUGH_FIRST && at < CF_COUNT(words) && words[at].list == (uint8_t)l ? &words[at] : NULL;
}

struct cf_str thorough_code(enum thorough_list l, uint8_t value) {
    const struct word *w = word_of(l, value);
    return w != NULL ? cf_str_from(w->code) : CF_LIT("not_known");
}

struct cf_str thorough_text(enum thorough_list l, uint8_t value) {
    const struct word *w = word_of(l, value);
    return w != NULL ? cf_str_from(w->text) : CF_LIT("");
}

/* ---- Reading lines. */
struct entry { /* one good line of the table */
    uint64_t line;
    struct cf_str key; /* without ordinal; equal keys share their bytes' value, not their address */
    struct cf_str area, place;
    int64_t day_s;
    int32_t number, month; /* month: years * 12 + months */
    int8_t borough;
    uint8_t edition;
    uint8_t value[THOROUGH_LISTS];
};
struct reading {
    struct cf_arena *arena;
    const struct thorough_options *o;
    struct csv_reader *csv;
    int at[COLUMNS];
    struct thorough_table *out;
    struct {
        CF_VEC(struct entry);
    } entries;
    char reason[300];
};

static bool because(struct reading *r, const char *what, struct cf_str cell, struct cf_str near) {
    cell = cell.n > 80 ? cf_str_slice(cell, 0, 80) : cell;
    int n = near.n > 0 ? snprintf(r->reason, sizeof r->reason, "%s: \"%.*s\" is not a known word; the nearest is \"%.*s\"",
                                  what, CF_STR_ARG(cell), CF_STR_ARG(near))
                       : snprintf(r->reason, sizeof r->reason, "%s: \"%.*s\" cannot be read", what, CF_STR_ARG(cell));
    return n < 0; /* never: the answer is "false, because" */
}

static struct cf_str cell_of(const struct reading *r, const struct csv_line *line, enum column c) {
    return r->at[c] >= 0 ? cf_str_trim(line->cells[r->at[c]]) : CF_LIT("");
}

static struct cf_str nearest(enum thorough_list l, struct cf_str s) {
    struct cf_str names[16];
    size_t from = first_of(l);
    size_t n = thorough_words(l);
    CF_ASSERT(n <= CF_COUNT(names));
    for (size_t i = 0; i < n; i++) {
        names[i] = cf_str_from(words[from + i].text);
    }
    return s.n <= 200 ? cf_nearest(s, names, n) : CF_LIT("");
}

static bool find_word(enum thorough_list l, struct cf_str s, uint8_t *value) {
    size_t from = first_of(l);
    size_t n = thorough_words(l);
    for (size_t i = 0; i < n; i++) {
        if (csv_same_words(s, cf_str_from(words[from + i].text))) {
            *value = (uint8_t)(i + THOROUGH_FIRST);
            return true;
        }
    }
    for (size_t k = 0; k < CF_COUNT(spellings); k++) {
        for (size_t i = 0; spellings[k].list == (uint8_t)l && csv_same_words(s, cf_str_from(spellings[k].text)) && i < n; i++) {
            if (strcmp(words[from + i].code, spellings[k].code) == 0) {
                *value = (uint8_t)(i + THOROUGH_FIRST);
                return true;
            }
        }
    }
    for (size_t k = 0; k < CF_COUNT(nones); k++) {
        if (nones[k].list == (uint8_t)l && csv_same_words(s, cf_str_from(nones[k].text))) {
            *value = THOROUGH_NOT_KNOWN;
            return true;
        }
    }
    return false;
}

static bool read_word(struct reading *r, const struct csv_line *line, enum column c, enum thorough_list l, uint8_t *value) {
    struct cf_str s = cell_of(r, line, c);
    if (s.n == 0) {
        *value = THOROUGH_NOT_KNOWN;
        return true;
    }
    return find_word(l, s, value) || because(r, columns[c].name, s, nearest(l, s));
}

static bool read_day(struct reading *r, const struct csv_line *line, struct entry *e) {
    struct cf_str s = cell_of(r, line, DATE);
    struct stop_when w = {0};
    if (!stop_search_read_when(s, &w)) {
        return because(r, "stop_date", s, CF_LIT(""));
    }
    int32_t day = (int32_t)((w.at_s + w.offset_min * 60) / 86400);
    struct cf_date d = cf_date_of(day);
    e->day_s = (int64_t)day * 86400;
    e->month = d.year * 12 + d.month - 1;
    return true;
}

/* Which of the three outcome columns is filled says which heading the publication had. */
static bool read_edition(struct reading *r, const struct csv_line *line, struct entry *e) {
    struct cf_str number = cell_of(r, line, NUMBER);
    int64_t n = 0;
    if (number.n > 0 && (!cf_str_int(number, &n) || n < 0 || n > INT32_MAX)) {
        return because(r, "col_0", number, CF_LIT(""));
    }
    e->number = (int32_t)n;
    static const enum column found[] = {FOUND_A, FOUND_B, FOUND};
    int filled = 0;
    for (size_t i = 0; i < CF_COUNT(found); i++) {
        if (cell_of(r, line, found[i]).n == 0) {
            continue;
        }
        filled++;
        e->edition = (uint8_t)(ED_A + i);
        if (!read_word(r, line, found[i], THOROUGH_FOUND, &e->value[THOROUGH_FOUND])) {
            return false;
        }
    }
    if (filled != 1) {
        struct cf_str what =
            filled == 0 ? CF_LIT("no outcome column is filled") : CF_LIT("more than one outcome column is filled");
        snprintf(r->reason, sizeof r->reason, "%.*s", CF_STR_ARG(what));
        return false;
    }
    if (!read_word(r, line, ADULT, THOROUGH_ADULT, &e->value[THOROUGH_ADULT])) {
        return false;
    }
    bool answered = e->value[THOROUGH_ADULT] != THOROUGH_NOT_KNOWN;
    if (e->edition == ED_C) {
        e->edition = number.n > 0 ? ED_NUMBERED : answered ? ED_D : ED_C;
    } else {
        struct cf_str tick = cell_of(r, line, ADULT_OLD);
        e->value[THOROUGH_ADULT] = THOROUGH_ADULT_NOT_TICKED;
        return tick.n == 0 || read_word(r, line, ADULT_OLD, THOROUGH_ADULT, &e->value[THOROUGH_ADULT]);
    }
    return true;
}

static void read_place(struct reading *r, const struct csv_line *line, struct entry *e) {
    struct cf_str place = cell_of(r, line, PLACE);
    struct cf_str legacy = CF_LIT(" (Legacy Only)");
    if (cf_str_ends(place, legacy)) {
        place = cf_str_slice(place, 0, place.n - legacy.n);
    }
    e->borough = (int8_t)boroughs_by_name(place);
    e->place = cf_str_dup(r->arena, cf_str_slice(place, 0, 64));
    e->area = cf_str_dup(r->arena, cf_str_slice(cell_of(r, line, AREA), 0, 64));
}

static bool read_entry(struct reading *r, const struct csv_line *line, struct entry *e) {
    *e = (struct entry){.line = line->number};
    if (!read_day(r, line, e) || !read_edition(r, line, e) || !read_word(r, line, AGE, THOROUGH_AGE, &e->value[THOROUGH_AGE]) ||
        !read_word(r, line, SEX, THOROUGH_SEX, &e->value[THOROUGH_SEX]) ||
        !read_word(r, line, ETHNICITY, THOROUGH_ETHNICITY, &e->value[THOROUGH_ETHNICITY]) ||
        !read_word(r, line, REASON, THOROUGH_REASON, &e->value[THOROUGH_REASON]) ||
        !read_word(r, line, OUTCOME, THOROUGH_OUTCOME, &e->value[THOROUGH_OUTCOME])) {
        return false;
    }
    read_place(r, line, e);
    struct cf_date d = cf_date_of((int32_t)(e->day_s / 86400));
    struct cf_str place = e->borough != BOROUGHS_NONE ? boroughs_code(e->borough) : e->place;
    struct cf_buf b = cf_buf_new(r->arena, CF_MAX_SOURCE_KEY_BYTES - 16);
    cf_buf_printf(&b, "more-thorough/%04d-%02d-%02d/%.*s", (int)d.year, d.month, d.day, CF_STR_ARG(place));
    for (int l = 0; l < THOROUGH_ADULT; l++) { /* whether the adult was there is no part: some editions never say */
        cf_buf_byte(&b, '/');
        cf_buf_str(&b, thorough_code((enum thorough_list)l, e->value[l]));
    }
    return cf_buf_finish(&b, &e->key) || because(r, "borough", e->place, CF_LIT(""));
}

static bool read_lines(struct reading *r, struct cf_errs *errs) {
    for (;;) {
        struct csv_line line;
        enum csv_verdict verdict = CSV_END;
        if (!csv_next(r->csv, &line, &verdict, errs)) {
            return false;
        }
        if (verdict == CSV_END) {
            return true;
        }
        struct entry e;
        r->out->lines++;
        if (verdict == CSV_ROW && read_entry(r, &line, &e)) {
            if (r->entries.n == CF_MAX_TABLE_ROWS) {
                return cf_fail(errs, CF_I007, CF_NOWHERE, "the table has more than %d rows", CF_MAX_TABLE_ROWS);
            }
            *cf_push(r->arena, &r->entries) = e;
            r->out->edition_lines[e.edition]++;
            continue;
        }
        r->out->rejected++;
        csv_reject(r->o->rejects, line.number, verdict == CSV_ROW ? cf_str_from(r->reason) : line.reason, line.raw);
    }
}

/* ---- Copies to searches. */
static int by_key(const void *pa, const void *pb) {
    const struct entry *a = pa;
    const struct entry *b = pb;
    int c = cf_str_cmp(a->key, b->key);
    c = c != 0 ? c : (a->edition > b->edition) - (a->edition < b->edition);
    c = c != 0 ? c
               : (a->value[THOROUGH_ADULT] > b->value[THOROUGH_ADULT]) - (a->value[THOROUGH_ADULT] < b->value[THOROUGH_ADULT]);
    c = c != 0 ? c : (a->number > b->number) - (a->number < b->number);
    return c != 0 ? c : (a->line > b->line) - (a->line < b->line);
}

/* From `at`: the entries with the same key, and with the same edition too when `edition` is set. */
static size_t run_length(const struct reading *r, size_t at, bool edition) {
    const struct entry *e = r->entries.v;
    size_t n = 1;
    while (at + n < r->entries.n && cf_str_eq(e[at].key, e[at + n].key) && (!edition || e[at].edition == e[at + n].edition)) {
        n++;
    }
    return n;
}

/* How many numbered publications cover each month: the number of copies that most keys of that month have there. */
enum { MOST_COPIES = 64 };
struct coverage {
    int32_t first; /* the earliest month */
    size_t n;
    uint32_t (*keys)[MOST_COPIES + 1]; /* keys[month][copies] */
};

static struct coverage count_coverage(struct reading *r) {
    struct coverage c = {INT32_MAX, 0, NULL};
    int32_t last = INT32_MIN;
    for (size_t i = 0; i < r->entries.n; i++) {
        int32_t m = r->entries.v[i].month;
        c.first = m < c.first ? m : c.first;
        last = m > last ? m : last;
    }
    c.n = r->entries.n > 0 ? (size_t)(last - c.first) + 1 : 0;
    c.keys = cf_alloc_n(r->arena, c.n + 1, sizeof *c.keys);
    for (size_t i = 0; i < r->entries.n;) {
        size_t n = run_length(r, i, true);
        if (r->entries.v[i].edition == ED_NUMBERED) {
            c.keys[r->entries.v[i].month - c.first][n < MOST_COPIES ? n : MOST_COPIES]++;
        }
        i += n;
    }
    return c;
}

static size_t publications(const struct coverage *c, int32_t month) {
    const uint32_t *keys = c->keys[month - c->first];
    size_t best = 1;
    for (size_t n = 1; n <= MOST_COPIES; n++) {
        best = keys[n] > keys[best] ? n : best;
    }
    return best;
}

/* One edition's copies of the search number k of a key: entries [from, from + n). */
struct part {
    size_t from, n;
};

static uint8_t adult_answer(const struct entry *e, struct part p) {
    size_t count[THOROUGH_ADULT_NOT_TICKED + 1] = {0};
    for (size_t i = 0; i < p.n; i++) {
        count[e[p.from + i].value[THOROUGH_ADULT]]++;
    }
    if (count[THOROUGH_ADULT_YES] != count[THOROUGH_ADULT_NO]) {
        return count[THOROUGH_ADULT_YES] > count[THOROUGH_ADULT_NO] ? THOROUGH_ADULT_YES : THOROUGH_ADULT_NO;
    }
    return count[THOROUGH_ADULT_NOT_TICKED] > 0 ? THOROUGH_ADULT_NOT_TICKED : THOROUGH_NOT_KNOWN;
}

/* The search number k of the key whose editions' runs are given; `each` is how many copies make one search there. */
static void give_search(struct reading *r, const struct part *runs, const size_t *each, size_t k) {
    const struct entry *e = r->entries.v;
    struct thorough_search s = {0};
    bool any = false;
    for (int ed = EDITIONS - 1; ed >= 0; ed--) {
        if (runs[ed].n <= k * each[ed]) {
            continue;
        }
        struct part p = {runs[ed].from + k * each[ed], runs[ed].n - k * each[ed]};
        p.n = p.n < each[ed] ? p.n : each[ed];
        const struct entry *first = &e[p.from];
        if (!any) {
            s.line = first->line;
            s.day_s = first->day_s;
            s.area = first->area;
            s.place = first->place;
            s.borough = first->borough;
            memcpy(s.value, first->value, sizeof s.value);
            s.value[THOROUGH_ADULT] = THOROUGH_NOT_KNOWN;
            struct cf_date d = cf_date_of((int32_t)(s.day_s / 86400));
            s.day = cf_str_printf(r->arena, "%04d-%02d-%02d", (int)d.year, d.month, d.day);
            s.key = cf_str_printf(r->arena, "%.*s/%zu", CF_STR_ARG(first->key), k);
            any = true;
        }
        if (s.value[THOROUGH_ADULT] == THOROUGH_NOT_KNOWN) {
            s.value[THOROUGH_ADULT] = adult_answer(e, p);
        }
        s.copies += (uint32_t)p.n;
        s.editions = (uint8_t)(s.editions | 1U << ed);
    }
    CF_ASSERT(any);
    *cf_push(r->arena, r->out) = s;
    r->out->repeats += s.copies - 1;
}

static void give_searches(struct reading *r) {
    if (r->entries.n > 1) {
        qsort(r->entries.v, r->entries.n, sizeof r->entries.v[0], by_key);
    }
    struct coverage c = count_coverage(r);
    for (size_t i = 0; i < r->entries.n;) {
        size_t n = run_length(r, i, false);
        struct part runs[EDITIONS] = {0};
        size_t each[EDITIONS];
        size_t searches = 0;
        for (size_t k = i; k < i + n; k += runs[r->entries.v[k].edition].n) {
            runs[r->entries.v[k].edition] = (struct part){k, run_length(r, k, true)};
        }
        for (int ed = 0; ed < EDITIONS; ed++) {
            each[ed] = ed == ED_NUMBERED ? publications(&c, r->entries.v[i].month) : 1;
            size_t here = (runs[ed].n + each[ed] - 1) / each[ed];
            searches = here > searches ? here : searches;
        }
        for (size_t k = 0; k < searches; k++) {
            give_search(r, runs, each, k);
        }
        i += n;
    }
}

static void make_notes(struct reading *r) {
    struct thorough_table *t = r->out;
    struct cf_buf b = cf_buf_new(r->arena, CF_MAX_SOURCE_BYTES);
    cf_buf_printf(
        &b, "The table joins publications that overlap: %llu lines are %zu searches, published %llu times more than once.\n",
        (unsigned long long)(t->lines - t->rejected), t->n, (unsigned long long)t->repeats);
    cf_buf_lit(&b, "Rule: lines equal in day, place, age group, sex, ethnic appearance, reason, outcome and its reason are "
                   "copies; there are "
                   "as many searches as the edition with the most copies has.\n");
    for (int ed = 0; ed < EDITIONS; ed++) {
        cf_buf_printf(&b, "  %llu lines of the edition %s\n", (unsigned long long)t->edition_lines[ed], edition_names[ed]);
    }
    size_t unticked = 0;
    for (size_t i = 0; i < t->n; i++) {
        unticked +=
            t->v[i].value[THOROUGH_AGE] == THOROUGH_UNDER_18 && t->v[i].value[THOROUGH_ADULT] == THOROUGH_ADULT_NOT_TICKED;
    }
    if (unticked > 0) {
        cf_buf_printf(
            &b,
            "%zu searches of children have no tick for an appropriate adult in an edition that only ticks: absent and not "
            "recorded cannot be told apart.\n",
            unticked);
    }
    if (t->unknown_headings.n > 0) {
        cf_buf_printf(&b, "Columns not read: %.*s.\n", (int)(t->unknown_headings.n < 400 ? t->unknown_headings.n : 400),
                      t->unknown_headings.p);
    }
    CF_ASSERT(cf_buf_finish(&b, &t->notes));
}

bool more_thorough_read(struct cf_arena *a, const struct thorough_options *o, struct cf_errs *errs,
                        struct thorough_table *out) {
    struct reading *r = CF_NEW(a, struct reading);
    struct gzip_stream *stream = o->stream;
    *out = (struct thorough_table){0};
    r->arena = a;
    r->o = o;
    r->out = out;
    if (stream == NULL && !gzip_open(a, o->path, errs, &stream)) {
        return false;
    }
    if (!csv_open(a, stream, errs, &r->csv) ||
        !csv_map_headings(a, r->csv, columns, COLUMNS, r->at, &out->unknown_headings, errs)) {
        return false;
    }
    if (r->at[FOUND] < 0 && r->at[FOUND_A] < 0 && r->at[FOUND_B] < 0) {
        struct cf_str name = csv_name(r->csv);
        return cf_fail(errs, CF_I003, CF_NOWHERE, "%.*s has no column \"positive_outcome_of_stop\"", CF_STR_ARG(name));
    }
    if (!read_lines(r, errs)) {
        return false;
    }
    give_searches(r);
    make_notes(r);
    return true;
}
