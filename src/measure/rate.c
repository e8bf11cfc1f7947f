/* measure/rate: how many people a row is about, for how much time, and how rows compare (M5). The people are rows of a table that a
 * policy declares; the table's own words about itself become notes. Must not know which population or group it is. */
#include "measure/priv.h"

/* ---- Time that the data covers. */

/* Events recorded here are looked for every day from the first to the last; files cover, of each month that they hold, the days
 * from the first event to the last. */
bool cover_of(struct counting *c, int32_t *first, int32_t *last) {
    bool any = c->cover.any;
    *first = c->cover.first;
    *last = c->cover.last;
    for (size_t i = 0; i < c->cover.n; i++) {
        const struct measure_month *m = &c->cover.v[i];
        *first = !any || m->first < *first ? m->first : *first;
        *last = !any || m->last > *last ? m->last : *last;
        any = true;
    }
    return any;
}

static bool covered(const struct counting *c, int32_t day) {
    if (c->cover.any && day >= c->cover.first && day <= c->cover.last) {
        return true;
    }
    for (size_t i = 0; i < c->cover.n; i++) {
        if (day >= c->cover.v[i].first && day <= c->cover.v[i].last) {
            return true;
        }
    }
    return false;
}

static void add_up(struct counting *c, int32_t first, int32_t last) {
    int32_t *before = CF_NEW_N(c->a, int32_t, (size_t)(last - first) + 2);
    for (int32_t day = first; day <= last; day++) {
        before[day - first + 1] = before[day - first] + covered(c, day);
    }
    c->cover.before = before;
}

int64_t cover_days(struct counting *c, int32_t from, int32_t to) {
    int32_t first;
    int32_t last;
    if (!cover_of(c, &first, &last)) {
        return 0;
    }
    if (!c->cover.before) {
        add_up(c, first, last);
    }
    from = from > first ? from : first;
    to = to < last ? to : last;
    return from > to ? 0 : c->cover.before[to - first + 1] - c->cover.before[from - first];
}

double cover_years(struct counting *c, int32_t from, int32_t to) {
    int32_t first;
    int32_t last;
    double years = 0;
    if (!cover_of(c, &first, &last)) {
        return 0;
    }
    from = from > first ? from : first;
    to = to < last ? to : last;
    while (from <= to) { /* each calendar year by its own length, so that a whole year is 1 */
        int32_t start = cf_period_start(CF_PERIOD_YEAR, from);
        int32_t next = cf_period_next(CF_PERIOD_YEAR, from);
        int32_t until = next - 1 < to ? next - 1 : to;
        years += (double)cover_days(c, from, until) / (double)(next - start);
        from = next;
    }
    return years;
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
    *p = (struct measure_people){.table = table, .within = -1};
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

static bool is_time(const struct measure_dim *d) {
    return d->kind == DIM_PERIOD || d->kind == DIM_DAY;
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

/* The sum over the table's rows that match; `within` is KEY_SUMS or one key of that dimension. */
static int64_t people_of(const struct measure_people *p, const int32_t *key, int32_t within) {
    int64_t n = 0;
    for (size_t i = 0; i < p->rows.n; i++) {
        bool match = true;
        for (size_t k = 0; k < p->keys && match; k++) {
            int32_t want = p->dim[k] >= 0 ? key[p->dim[k]] : KEY_SUMS;
            want = (int)k == p->within && within != KEY_SUMS ? within : want;
            match = want == KEY_SUMS || want == p->rows.v[i].key[k];
        }
        n += match ? p->rows.v[i].people : 0;
    }
    return n;
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
        int32_t from;
        int32_t to;
        if (!has_people(c, p, cell->key)) {
            continue;
        }
        days_of(c, cell->key, &from, &to);
        double years = cover_years(c, from, to);
        cell->row.of = people_of(p, cell->key, KEY_SUMS);
        if (cell->row.of > 0 && years > 0) {
            cell->row.value = measure_rate((uint64_t)cell->row.n, (double)cell->row.of * years, (double)c->m->per);
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
static struct measure_interval ratio_within(struct counting *c, const struct measure_people *p, const int32_t *key, const int32_t *ref) {
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
        s[k].n1 = (double)people_of(p, key, strata.v[k]);
        s[k].n0 = (double)people_of(p, ref, strata.v[k]);
    }
    return measure_rate_ratio_within(s, strata.n);
}

static void ratio_of(struct counting *c, const struct measure_people *p, struct measure_cell *cell, const struct measure_cell *ref) {
    struct measure_row *r = &cell->row;
    const struct measure_row *o = &ref->row;
    r->compared = true;
    if (!p) {
        r->ratio = measure_share_ratio((uint64_t)r->n, (uint64_t)(r->of < 0 ? 0 : r->of), (uint64_t)o->n, (uint64_t)(o->of < 0 ? 0 : o->of));
        return;
    }
    bool sums_within = c->within >= 0 && ((size_t)c->within >= c->n_dims || cell->key[c->within] == KEY_SUMS);
    if (sums_within && p->within >= 0) {
        r->ratio = ratio_within(c, p, cell->key, ref->key);
    } else if (r->of > 0 && o->of > 0) {
        r->ratio = measure_rate_ratio((uint64_t)r->n, (double)r->of, (uint64_t)o->n, (double)o->of);
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
    note(c, t, cf_str_printf(c->a, "Denominator: table %.*s%s%.*s", CF_STR_ARG(table->name.text), words.n ? ": " : "", CF_STR_ARG(words)));
    if (cover_of(c, &first, &last)) {
        note(c, t, cf_str_printf(c->a,
                                 "Rates are per year: %lld days from %s to %s are covered, those between the first and the last event "
                                 "of each month that was published or recorded. Where files of several forces cover different months, "
                                 "take one period with --from and --to.",
                                 (long long)cover_days(c, first, last), cf_date_shown(first).p, cf_date_shown(last).p));
    }
    for (size_t d = 0; d < c->n_dims; d++) {
        bool keyed = is_time(&c->dims[d]);
        for (size_t k = 0; k < p->keys; k++) {
            keyed = keyed || p->dim[k] == (int)d;
        }
        if (!keyed) {
            note(c, t, cf_str_printf(c->a, "How many people there are by %.*s is not known: those rows have no rate.",
                                     CF_STR_ARG(c->dims[d].name)));
        }
    }
    if (c->within >= 0 && p->within >= 0 && lang_named(c->m->compare)) {
        int64_t out = 0;
        for (size_t i = 0; i < c->units.n; i++) {
            out += key_absent(c->units.v[i].key[MEASURE_DIMENSIONS]);
        }
        note(c, t, cf_str_printf(c->a,
                                 "Compared within %.*s (Mantel-Haenszel, limits by Greenland and Robins); %lld events without one are in "
                                 "the numbers and rates, not in the comparison.",
                                 CF_STR_ARG(c->m->within.text), (long long)out));
    }
}
