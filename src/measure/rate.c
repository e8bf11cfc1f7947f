/* measure/rate: how many people a row is about, for how much time, and how rows compare (M5). The people are rows of a table
 * that a policy declares; the table's own words about itself become notes. Must not know which population or group it is. */
#include "measure/priv.h"

/* ---- Time that the data covers, and where.
 *
 * Events recorded here are looked for everywhere, every day from the first to the last. Files cover, of each month that they
 * hold, the days from the first event to the last; but a file of one force says nothing of the places that another one polices:
 * a place is covered in a month that holds at least a tenth of its usual monthly number. */

static bool is_time(const struct measure_dim *d) {
    return d->kind == DIM_PERIOD || d->kind == DIM_DAY;
}

void rate_find_place(struct counting *c) {
    const struct lang_decl *table = lang_find_kind(c->set, LANG_TABLE, c->m->per_table.text);
    c->places = 0;
    for (size_t k = 0; table && c->m->form == LANG_RATE && k < table->as.table.key_types.n && c->places == 0; k++) {
        const struct lang_type *t = &table->as.table.key_types.v[k];
        struct cf_errs quiet = cf_errs_new(c->a);
        if (t->kind == LANG_T_CODE && !lang_named(t->of->as.codes.protected_as) && t->of->name.text.n &&
            dim_resolve(c, t->of->name.text, &c->place, &quiet) && c->place.kind == DIM_FIELD) {
            c->places = t->of->as.codes.list.n;
        }
    }
}

static int32_t overlap(int32_t a, int32_t b, int32_t from, int32_t to) {
    int32_t first = a > from ? a : from;
    int32_t last = b < to ? b : to;
    return first <= last ? last - first + 1 : 0;
}

static double year_of(int32_t day) {
    int32_t start = cf_period_start(CF_PERIOD_YEAR, day);
    return (double)(cf_period_next(CF_PERIOD_YEAR, start) - start);
}

/* The days of a month that stand in the period and are not covered by what was recorded here anyway. */
static int32_t month_days(const struct counting *c, const struct measure_month *m, int32_t from, int32_t to) {
    int32_t first = m->first > from ? m->first : from;
    int32_t last = m->last < to ? m->last : to;
    int32_t twice = c->cover.any && first <= last ? overlap(c->cover.first, c->cover.last, first, last) : 0;
    return overlap(m->first, m->last, from, to) - twice;
}

static bool held_in(const struct counting *c, const struct measure_month *m, int32_t place) {
    return c->places == 0 || place == KEY_SUMS || !m->held || ((size_t)place < c->places && m->held[place]);
}

double rate_years(const struct counting *c, int32_t place, int32_t from, int32_t to) {
    double years = 0;
    for (size_t i = 0; i < c->cover.n; i++) {
        const struct measure_month *m = &c->cover.v[i];
        if (held_in(c, m, place)) {
            years += month_days(c, m, from, to) / year_of(m->first);
        }
    }
    int32_t day = from > c->cover.first ? from : c->cover.first;
    while (c->cover.any && day <= to && day <= c->cover.last) { /* each year by its own length, so that a whole year is 1 */
        int32_t next = cf_period_next(CF_PERIOD_YEAR, day);
        int32_t until = next - 1 < to ? next - 1 : to;
        years += overlap(day, until, c->cover.first, c->cover.last) / year_of(day);
        day = next;
    }
    return years;
}

int64_t rate_days(const struct counting *c, int32_t *first, int32_t *last) {
    int64_t days = c->cover.any ? c->cover.last - c->cover.first + 1 : 0;
    *first = c->cover.any ? c->cover.first : INT32_MAX;
    *last = c->cover.any ? c->cover.last : INT32_MIN;
    for (size_t i = 0; i < c->cover.n; i++) {
        const struct measure_month *m = &c->cover.v[i];
        *first = m->first < *first ? m->first : *first;
        *last = m->last > *last ? m->last : *last;
        days += month_days(c, m, m->first, m->last);
    }
    return days;
}

static bool unit_covered(const struct counting *c, const struct measure_unit *u) {
    if (c->places == 0 || key_absent(u->place) || (c->cover.any && u->day >= c->cover.first && u->day <= c->cover.last)) {
        return true;
    }
    for (size_t i = 0; i < c->cover.n; i++) {
        const struct measure_month *m = &c->cover.v[i];
        if (u->day >= m->first && u->day <= m->last) {
            return held_in(c, m, u->place);
        }
    }
    return false;
}

void rate_places(struct counting *c) {
    enum { USUAL_PART = 10 };
    for (size_t p = 0; p < c->places; p++) {
        int64_t all = 0;
        for (size_t i = 0; i < c->cover.n; i++) {
            all += c->cover.v[i].count[p];
        }
        for (size_t i = 0; i < c->cover.n; i++) {
            struct measure_month *m = &c->cover.v[i];
            m->held = m->held ? m->held : CF_NEW_N(c->a, bool, c->places);
            m->held[p] = m->count[p] > 0 && (int64_t)m->count[p] * USUAL_PART * (int64_t)c->cover.n >= all;
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < c->units.n; i++) {
        if (unit_covered(c, &c->units.v[i])) {
            c->units.v[kept++] = c->units.v[i];
        } else {
            c->tally.uncovered++;
            c->tally.unidentified -= !c->units.v[i].identified;
        }
    }
    c->units.n = kept;
}

/* ---- People. */

static bool same_name(const struct lang_decl *x, const struct lang_decl *y) {
    return x && y && cf_str_eq(x->name.text, y->name.text);
}

static int dim_of_key(const struct counting *c, const struct lang_decl *codes, size_t n) {
    for (size_t d = 0; d < n; d++) {
        if (c->dims[d].type == LANG_T_CODE && same_name(c->dims[d].codes, codes)) {
            return (int)d;
        }
    }
    return -1;
}

bool rate_prepare(struct counting *c, struct measure_people *p, struct cf_errs *errs) {
    const struct lang_decl *table = lang_find_kind(c->set, LANG_TABLE, c->m->per_table.text);
    *p = (struct measure_people){.table = table, .within = -1, .place = -1};
    if (!table || table->as.table.type.kind != LANG_T_WHOLE || table->as.table.keys.n > MEASURE_DIMENSIONS || c->m->per <= 0) {
        return cf_fail(errs, CF_M004, c->m->per_table.at, "`%.*s` is no table that gives how many people there are",
                       CF_STR_ARG(c->m->per_table.text));
    }
    const struct lang_table *t = &table->as.table;
    p->keys = t->keys.n;
    for (size_t k = 0; k < p->keys; k++) {
        const struct lang_decl *codes = t->key_types.v[k].kind == LANG_T_CODE ? t->key_types.v[k].of : NULL;
        p->dim[k] = codes ? dim_of_key(c, codes, c->n_dims) : -1;
        if (c->within >= 0 && codes && same_name(c->dims[c->within].codes, codes)) {
            p->within = (int)k;
        }
        if (c->places > 0 && p->place < 0 && codes && same_name(c->place.codes, codes)) {
            p->place = (int)k;
        }
    }
    for (size_t i = 0; i < t->rows.n; i++) {
        const struct lang_row *row = &t->rows.v[i];
        struct people_row r = {.people = row->cells.n == p->keys + 1 ? row->cells.v[p->keys]->num : 0};
        for (size_t k = 0; k < p->keys && row->cells.n == p->keys + 1; k++) {
            const struct lang_expr *e = row->cells.v[k];
            r.key[k] = e->op == LANG_CODE_LIT ? e->index : (int32_t)e->num;
        }
        *cf_push(c->a, &p->rows) = r;
    }
    return true;
}

/* Are the people of this row known: is every dimension that it does not sum over a key of the table, or a period? */
static bool has_people(const struct counting *c, const struct measure_people *p, const int32_t *key) {
    for (size_t d = 0; d < c->n_dims; d++) {
        bool keyed = key[d] == KEY_SUMS || is_time(&c->dims[d]);
        for (size_t k = 0; k < p->keys && !keyed; k++) {
            keyed = p->dim[k] == (int)d && !key_absent(key[d]);
        }
        if (!keyed) {
            return false;
        }
    }
    return true;
}

/* The days that the row's periods leave. */
static void days_of(const struct counting *c, const int32_t *key, int32_t *from, int32_t *to) {
    *from = INT32_MIN;
    *to = INT32_MAX;
    for (size_t d = 0; d < c->n_dims; d++) {
        if (!is_time(&c->dims[d]) || key[d] == KEY_SUMS) {
            continue;
        }
        int32_t last = c->dims[d].kind == DIM_DAY ? key[d] : cf_period_next(c->dims[d].period, key[d]) - 1;
        *from = key[d] > *from ? key[d] : *from;
        *to = last < *to ? last : *to;
    }
}

struct people { /* of one row: how many, and their time */
    int64_t n;
    double years;
};

/* The sum over the table's rows that match, where they are covered; `within` is KEY_SUMS or one key of that dimension. */
static struct people people_of(const struct counting *c, const struct measure_people *p, const int32_t *key, int32_t within) {
    struct people sum = {0, 0};
    int32_t from;
    int32_t to;
    days_of(c, key, &from, &to);
    for (size_t i = 0; i < p->rows.n; i++) {
        const struct people_row *r = &p->rows.v[i];
        bool match = true;
        for (size_t k = 0; k < p->keys && match; k++) {
            int32_t want = p->dim[k] >= 0 ? key[p->dim[k]] : KEY_SUMS;
            want = (int)k == p->within && within != KEY_SUMS ? within : want;
            match = want == KEY_SUMS || want == r->key[k];
        }
        double years = match ? rate_years(c, p->place >= 0 ? r->key[p->place] : KEY_SUMS, from, to) : 0;
        sum.n += years > 0 ? r->people : 0;
        sum.years += (double)r->people * years;
    }
    return sum;
}

/* ---- Rows into which nobody fell: a borough without a search has a rate too. */

struct keys {
    CF_VEC(int32_t);
};

static void add_key(struct counting *c, struct keys *keys, int32_t key) {
    for (size_t i = 0; i < keys->n; i++) {
        if (keys->v[i] == key) {
            return;
        }
    }
    *cf_push(c->a, keys) = key;
}

static bool fill_from(struct counting *c, const struct keys *keys, size_t d, int32_t *key, struct measure_cells *cells,
                      struct cf_errs *errs) {
    if (d == c->n_dims) {
        struct measure_cell *cell = rows_cell(c, cells, key);
        if (c->tally.unidentified > 0 && !cell->any_subject) {
            cell->row.persons = c->tally.unidentified == (int64_t)c->units.n ? -1 : 0;
        }
        return cells->n <= CF_MAX_MEASURE_ROWS ||
               cf_fail(errs, CF_M003, CF_NOWHERE, "this table would have more than %d rows", CF_MAX_MEASURE_ROWS);
    }
    for (size_t i = 0; i < keys[d].n; i++) {
        key[d] = keys[d].v[i];
        if (!fill_from(c, keys, d + 1, key, cells, errs)) {
            return false;
        }
    }
    return true;
}

bool rate_fill(struct counting *c, const struct measure_people *p, struct measure_cells *cells, struct cf_errs *errs) {
    struct keys keys[MEASURE_DIMENSIONS] = {0};
    int32_t key[MEASURE_DIMENSIONS];
    size_t counted = cells->n;
    for (size_t d = 0; d < c->n_dims; d++) {
        key[d] = KEY_SUMS;
        for (size_t k = 0; k < p->keys; k++) {
            for (size_t i = 0; p->dim[k] == (int)d && i < p->rows.n; i++) {
                add_key(c, &keys[d], p->rows.v[i].key[k]);
            }
        }
        for (size_t i = 0; i < counted; i++) {
            if (cells->v[i]->key[d] != KEY_SUMS && !key_absent(cells->v[i]->key[d])) {
                add_key(c, &keys[d], cells->v[i]->key[d]);
            }
        }
    }
    if (c->o.by) {
        return fill_from(c, keys, 0, key, cells, errs);
    }
    for (size_t d = 0; d < c->n_dims; d++) { /* margins: each dimension alone */
        struct keys one[MEASURE_DIMENSIONS] = {0};
        for (size_t i = 0; i < c->n_dims; i++) {
            if (i != d) {
                add_key(c, &one[i], KEY_SUMS);
            }
        }
        one[d] = keys[d];
        if (!fill_from(c, one, 0, key, cells, errs)) {
            return false;
        }
    }
    return true;
}

void rate_values(struct counting *c, const struct measure_people *p, struct measure_cells *cells) {
    for (size_t i = 0; i < cells->n; i++) {
        struct measure_cell *cell = cells->v[i];
        if (!has_people(c, p, cell->key)) {
            continue;
        }
        struct people people = people_of(c, p, cell->key, KEY_SUMS);
        cell->years = people.years;
        if (people.n > 0 && people.years > 0) {
            cell->row.of = people.n;
            cell->row.value = measure_rate((uint64_t)cell->row.n, people.years, (double)c->m->per);
        }
    }
}

/* ---- Comparing with one group. */

static int compared_dim(const struct counting *c) {
    for (size_t d = 0; d < c->n_dims; d++) {
        if (cf_str_eq(c->dims[d].name, c->m->compare.text)) {
            return (int)d;
        }
    }
    return -1;
}

static int32_t compared_code(const struct counting *c, int d) {
    const struct lang_decl *codes = c->dims[d].codes;
    for (size_t i = 0; codes && i < codes->as.codes.list.n; i++) {
        if (cf_str_eq(codes->as.codes.list.v[i].name.text, c->m->with.text)) {
            return (int32_t)i;
        }
    }
    return KEY_NOT_KNOWN;
}

static bool unit_in(const struct counting *c, const struct measure_unit *u, const int32_t *key) {
    for (size_t d = 0; d < c->n_dims; d++) {
        if (key[d] != KEY_SUMS && key[d] != u->key[d]) {
            return false;
        }
    }
    return true;
}

/* Mantel-Haenszel over the keys of `within`: one stratum for each key that the table of people has. */
static struct measure_interval ratio_within(struct counting *c, const struct measure_people *p, const int32_t *key,
                                            const int32_t *ref) {
    struct keys strata = {0};
    for (size_t i = 0; i < p->rows.n; i++) {
        add_key(c, &strata, p->rows.v[i].key[p->within]);
    }
    struct measure_stratum *s = CF_NEW_N(c->a, struct measure_stratum, strata.n + 1);
    for (size_t i = 0; i < c->units.n; i++) {
        const struct measure_unit *u = &c->units.v[i];
        bool one = unit_in(c, u, key);
        bool other = unit_in(c, u, ref);
        for (size_t k = 0; (one || other) && k < strata.n; k++) {
            if (u->key[MEASURE_DIMENSIONS] == strata.v[k]) {
                s[k].x1 += one;
                s[k].x0 += other;
                break;
            }
        }
    }
    for (size_t k = 0; k < strata.n; k++) {
        s[k].n1 = people_of(c, p, key, strata.v[k]).years;
        s[k].n0 = people_of(c, p, ref, strata.v[k]).years;
    }
    return measure_rate_ratio_within(s, strata.n);
}

static void ratio_of(struct counting *c, const struct measure_people *p, struct measure_cell *cell,
                     const struct measure_cell *ref) {
    struct measure_row *r = &cell->row;
    const struct measure_row *o = &ref->row;
    r->compared = true;
    if (!p) {
        r->ratio = measure_share_ratio((uint64_t)r->n, (uint64_t)(r->of < 0 ? 0 : r->of), (uint64_t)o->n,
                                       (uint64_t)(o->of < 0 ? 0 : o->of));
        return;
    }
    bool sums_within = c->within >= 0 && ((size_t)c->within >= c->n_dims || cell->key[c->within] == KEY_SUMS);
    if (sums_within && p->within >= 0) {
        r->ratio = ratio_within(c, p, cell->key, ref->key);
    } else if (cell->years > 0 && ref->years > 0) {
        r->ratio = measure_rate_ratio((uint64_t)r->n, cell->years, (uint64_t)o->n, ref->years);
    }
}

void rate_ratios(struct counting *c, const struct measure_people *p, struct measure_cells *cells) {
    int d = compared_dim(c);
    int32_t code = d >= 0 ? compared_code(c, d) : KEY_NOT_KNOWN;
    for (size_t i = 0; d >= 0 && code != KEY_NOT_KNOWN && i < cells->n; i++) {
        struct measure_cell *cell = cells->v[i];
        int32_t key[MEASURE_DIMENSIONS];
        memcpy(key, cell->key, sizeof key);
        if (key[d] == KEY_SUMS || cell->row.outside) {
            continue; /* a total, or not stated: never compared (M4) */
        }
        key[d] = code;
        const struct measure_cell *ref = rows_find(c, cells, key);
        if (ref == cell) {
            cell->row.compared = true;
            cell->row.ratio = (struct measure_interval){.value = 1, .known = true};
        } else if (ref) {
            ratio_of(c, p, cell, ref);
        }
    }
}

/* ---- What the figure cannot tell, on the figure itself. */

static void note(struct counting *c, struct measure_table *t, struct cf_str s) {
    *cf_push(c->a, &t->notes) = s;
}

void rate_notes(struct counting *c, const struct measure_people *p, struct measure_table *t) {
    const struct lang_decl *table = p->table;
    int32_t first;
    int32_t last;
    struct cf_str words = table->as.table.note;
    note(c, t,
         cf_str_printf(c->a, "Denominator: table %.*s%s%.*s", CF_STR_ARG(table->name.text), words.n ? ": " : "",
                       CF_STR_ARG(words)));
    int64_t days = rate_days(c, &first, &last);
    if (days > 0) {
        note(c, t,
             cf_str_printf(
                 c->a,
                 "Rates are per year of the time that the data covers: %lld days from %s to %s, in each published month "
                 "those from its first event to its last.",
                 (long long)days, cf_date_shown(first).p, cf_date_shown(last).p));
    }
    if (p->place >= 0 && c->cover.n > 0) {
        bool few = c->o.published && c->tally.uncovered >= 1 && c->tally.uncovered <= MEASURE_SMALL;
        note(c, t,
             cf_str_printf(
                 c->a,
                 "One %.*s is covered in a month that holds at least a tenth of its usual monthly number of events, since "
                 "no file covers all of them; %s%lld events elsewhere are in no row.",
                 CF_STR_ARG(c->place.name), few ? "1 to " : "", (long long)(few ? MEASURE_SMALL : c->tally.uncovered)));
    }
    for (size_t d = 0; d < c->n_dims; d++) {
        bool keyed = is_time(&c->dims[d]);
        for (size_t k = 0; k < p->keys; k++) {
            keyed = keyed || p->dim[k] == (int)d;
        }
        if (!keyed) {
            note(c, t,
                 cf_str_printf(c->a, "How many people there are by %.*s is not known: those rows have no rate.",
                               CF_STR_ARG(c->dims[d].name)));
        }
    }
    if (c->within >= 0 && p->within >= 0 && lang_named(c->m->compare)) {
        int64_t out = 0;
        for (size_t i = 0; i < c->units.n; i++) {
            out += key_absent(c->units.v[i].key[MEASURE_DIMENSIONS]);
        }
        note(c, t,
             cf_str_printf(
                 c->a,
                 "Compared within %.*s (Mantel-Haenszel, limits by Greenland and Robins); %lld events without one are in "
                 "the numbers and rates, not in the comparison.",
                 CF_STR_ARG(c->m->within.text), (long long)out));
    }
}
