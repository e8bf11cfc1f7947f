/* school: sets of terms, and the start of the next school day (policy semantics T5, T7).
 * Knows terms, their daily start and the calendar of working days; must not know which child goes where. */
#include "base/calendar.h"

enum { DAY = 86400 };

struct term {
    int32_t from, to, starts;
};

struct term_set {
    enum cf_school_of of;
    struct cf_str name, edition;
    int32_t first, last; /* the days for which the set is complete */
    CF_VEC(struct term); /* by date, none overlapping */
};

struct cf_schools {
    struct cf_arena *a;
    struct cf_map *sets;    /* a letter for the kind, then the name: struct term_set */
    struct cf_map *belongs; /* school: struct cf_str, its authority */
};

struct cf_schools *cf_schools_new(struct cf_arena *a) {
    struct cf_schools *s = CF_NEW(a, struct cf_schools);
    *s = (struct cf_schools){a, cf_map_new(a), cf_map_new(a)};
    return s;
}

/* Keys of bounded length are put together on the stack, so that asking allocates nothing. */
struct set_key {
    char p[1 + CF_MAX_TEXT_BYTES];
    size_t n;
};

static bool make_key(enum cf_school_of of, struct cf_str name, struct set_key *key) {
    if (name.n > CF_MAX_TEXT_BYTES || (name.n == 0) != (of == CF_OF_DEFAULT)) {
        return false;
    }
    key->p[0] = of == CF_OF_SCHOOL ? 'S' : of == CF_OF_AUTHORITY ? 'A' : 'D';
    if (name.n > 0) {
        memcpy(key->p + 1, name.p, name.n);
    }
    key->n = 1 + name.n;
    return true;
}

static const struct term_set *find_set(const struct cf_schools *s, enum cf_school_of of, struct cf_str name) {
    struct set_key key;
    return s != NULL && make_key(of, name, &key) ? cf_map_get(s->sets, (struct cf_str){key.p, key.n}) : NULL;
}

static struct term_set *make_set(struct cf_schools *s, enum cf_school_of of, struct cf_str name) {
    struct set_key key;
    if (!make_key(of, name, &key)) {
        return NULL;
    }
    void **slot = cf_map_put(s->sets, (struct cf_str){key.p, key.n});
    if (*slot == NULL) {
        struct term_set *set = CF_NEW(s->a, struct term_set);
        *set = (struct term_set){.of = of, .name = cf_str_dup(s->a, name), .first = INT32_MAX, .last = INT32_MIN};
        *slot = set;
    }
    return *slot;
}

bool cf_schools_term(struct cf_schools *s, enum cf_school_of of, struct cf_str name, int32_t from, int32_t to, int32_t starts,
                     struct cf_span at, struct cf_errs *errs) {
    struct term_set *set = make_set(s, of, name);
    if (set == NULL) {
        return cf_fail(errs, CF_B021, at, "a school or authority has a name, the default has none");
    }
    if (to < from || from < CF_DAY_MIN || to > CF_DAY_MAX) {
        return cf_fail(errs, CF_B021, at, "this term ends before it begins");
    }
    if (starts < 0 || starts >= DAY) {
        return cf_fail(errs, CF_B021, at, "a school day starts between 00:00 and 23:59");
    }
    size_t i = set->n;
    while (i > 0 && set->v[i - 1].from > from) {
        i--;
    }
    if ((i > 0 && set->v[i - 1].to >= from) || (i < set->n && set->v[i].from <= to)) {
        return cf_fail(errs, CF_B021, at, "this term overlaps another of the same school");
    }
    (void)cf_push(s->a, set);
    memmove(set->v + i + 1, set->v + i, (set->n - 1 - i) * sizeof(set->v[0]));
    set->v[i] = (struct term){from, to, starts};
    set->first = from < set->first ? from : set->first;
    set->last = to > set->last ? to : set->last;
    return true;
}

void cf_schools_cover(struct cf_schools *s, enum cf_school_of of, struct cf_str name, int32_t first) {
    struct term_set *set = make_set(s, of, name);
    if (set != NULL && first < set->first) {
        set->first = first;
    }
}

void cf_schools_belong(struct cf_schools *s, struct cf_str school, struct cf_str authority) {
    struct cf_str *name = CF_NEW(s->a, struct cf_str);
    *name = cf_str_dup(s->a, authority);
    *cf_map_put(s->belongs, school) = name;
}

bool cf_schools_covered(const struct cf_schools *s, enum cf_school_of of, struct cf_str name, int32_t *first, int32_t *last) {
    const struct term_set *set = find_set(s, of, name);
    if (set == NULL) {
        return false;
    }
    *first = set->first;
    *last = set->last;
    return true;
}

/* ---- The question. */

static const struct term_set *choose_set(const struct cf_schools *s, struct cf_str school, struct cf_str authority) {
    const struct term_set *set = find_set(s, CF_OF_SCHOOL, school);
    if (set == NULL) {
        const struct cf_str *own = s != NULL && authority.n == 0 && school.n > 0 ? cf_map_get(s->belongs, school) : NULL;
        set = find_set(s, CF_OF_AUTHORITY, own != NULL ? *own : authority);
    }
    return set != NULL ? set : find_set(s, CF_OF_DEFAULT, CF_LIT(""));
}

/* The first start after `after` in one term; *found is false when the term holds none. */
static enum cf_when start_in_term(const struct cf_zone *z, const struct cf_calendar *cal, const struct term *t, int64_t after,
                                  struct cf_school_start *out, bool *found) {
    int32_t today = cf_time_day(z, after);
    int32_t day = (today > t->from ? today : t->from) - 1;
    enum cf_when w = cf_working_add(cal, day, 1, &day);
    if (w == CF_WHEN_OK && day <= t->to && cf_time_at(z, day, t->starts, NULL) <= after) {
        w = cf_working_add(cal, day, 1, &day);
    }
    *found = w == CF_WHEN_OK && day <= t->to;
    if (*found) {
        out->day = day;
        out->at = cf_time_at(z, day, t->starts, NULL);
    }
    return w;
}

enum cf_when cf_school_next(const struct cf_zone *z, const struct cf_calendar *cal, const struct cf_schools *s,
                            struct cf_str school, struct cf_str authority, int64_t after, struct cf_school_start *out) {
    const struct term_set *set = choose_set(s, school, authority);
    *out = (struct cf_school_start){.of = CF_OF_DEFAULT};
    if (set == NULL) {
        return CF_WHEN_BEYOND_CALENDAR;
    }
    *out = (struct cf_school_start){.of = set->of, .name = set->name, .edition = set->edition};
    int32_t today = cf_time_day(z, after);
    if (today < set->first) {
        return CF_WHEN_BEYOND_CALENDAR;
    }
    for (size_t i = 0; i < set->n; i++) {
        bool found = false;
        if (set->v[i].to < today) {
            continue;
        }
        enum cf_when w = start_in_term(z, cal, &set->v[i], after, out, &found);
        if (w != CF_WHEN_OK || found) {
            return w;
        }
    }
    return CF_WHEN_BEYOND_CALENDAR;
}

/* ---- The file: kind, name, first day, last day, start, with tabs between. data/calendars/README.md says it in full. */

enum { MOST_FIELDS = 5 };

struct reader {
    struct cf_schools *s;
    const struct cf_source *src;
    struct cf_errs *errs;
    struct cf_str edition;
    int32_t first, last; /* what the file covers */
    bool covers;
};

static struct cf_span span_of(const struct cf_source *src, struct cf_str s) {
    return (struct cf_span){src, (uint32_t)(s.p - src->text.p), (uint32_t)s.n};
}

static bool read_date(struct reader *r, struct cf_str s, int32_t *day) {
    return cf_date_parse(s, span_of(r->src, s), r->errs, day);
}

static bool read_term(struct reader *r, struct cf_str line, enum cf_school_of of, struct cf_str name, const struct cf_str *f) {
    int32_t from = 0, to = 0, starts = 0;
    if (!read_date(r, f[0], &from) || !read_date(r, f[1], &to) ||
        !cf_clock_parse(f[2], span_of(r->src, f[2]), r->errs, &starts)) {
        return false;
    }
    if (!r->covers || from < r->first || to > r->last) {
        return cf_fail(r->errs, CF_B021, span_of(r->src, line), "this term is not within the days that the file covers");
    }
    if (!cf_schools_term(r->s, of, name, from, to, starts, span_of(r->src, line), r->errs)) {
        return false;
    }
    cf_schools_cover(r->s, of, name, r->first);
    struct term_set *set = make_set(r->s, of, name);
    set->edition = cf_str_dup(r->s->a, r->edition);
    set->last = r->last > set->last ? r->last : set->last;
    return true;
}

static bool read_line(struct reader *r, struct cf_str line) {
    struct cf_str f[MOST_FIELDS] = {{0}}, rest = line, piece = {0};
    size_t n = 0;
    while (cf_str_split(&rest, '\t', &piece)) {
        if (n == MOST_FIELDS) {
            return cf_fail(r->errs, CF_B021, span_of(r->src, line), "this line has more than five columns");
        }
        f[n++] = piece;
    }
    if (n == 2 && cf_str_is(f[0], "calendar")) {
        return true;
    }
    if (n == 2 && cf_str_is(f[0], "edition")) {
        r->edition = f[1];
        return true;
    }
    if (n == 3 && cf_str_is(f[0], "covers")) {
        r->covers = read_date(r, f[1], &r->first) && read_date(r, f[2], &r->last);
        return r->covers;
    }
    if (n == 3 && cf_str_is(f[0], "belongs") && f[1].n > 0 && f[2].n > 0) {
        cf_schools_belong(r->s, f[1], f[2]);
        return true;
    }
    if (n == 4 && cf_str_is(f[0], "default")) {
        return read_term(r, line, CF_OF_DEFAULT, CF_LIT(""), f + 1);
    }
    if (n == 5 && (cf_str_is(f[0], "school") || cf_str_is(f[0], "authority"))) {
        return read_term(r, line, cf_str_is(f[0], "school") ? CF_OF_SCHOOL : CF_OF_AUTHORITY, f[1], f + 2);
    }
    return cf_fail(r->errs, CF_B021, span_of(r->src, line), "this line is not one of a school calendar");
}

bool cf_schools_parse(struct cf_schools *s, const struct cf_source *src, struct cf_errs *errs) {
    struct reader r = {.s = s, .src = src, .errs = errs, .edition = src->name};
    struct cf_str rest = src->text, line = {0};
    size_t failures = errs->failures;
    if (rest.n > CF_MAX_CALENDAR_BYTES) {
        return cf_fail(errs, CF_B021, CF_NOWHERE, "%.*s is too long for a calendar", CF_STR_ARG(src->name));
    }
    while (cf_str_split(&rest, '\n', &line)) {
        line = cf_str_trim(line);
        if (line.n > 0 && line.p[0] != '#') {
            (void)read_line(&r, line);
        }
    }
    return errs->failures == failures;
}
