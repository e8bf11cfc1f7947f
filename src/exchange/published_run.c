/* exchange/published_run: one measure over the published numbers that stand, as a table like every other measure's. Must not
 * know what is counted, nor how a table is printed. */
#include "exchange/published.h"

#include <stdlib.h>

enum { SUMS = INT32_MAX };
enum dimension_kind { BY_WORDS, BY_YEAR, BY_QUARTER, BY_MONTH };

struct run_dimension {
    struct cf_str name;
    enum dimension_kind kind;
    size_t words; /* index in the map's dimensions */
};
struct run_row {
    int32_t key[MEASURE_DIMENSIONS];
    size_t section;
    struct measure_row row;
};
struct run {
    struct cf_arena *a;
    const struct published_map *map;
    const struct published_measure *m;
    const struct measure_options *o;
    struct run_dimension dims[MEASURE_DIMENSIONS];
    size_t n;
    struct cf_map *by_key;
    CF_LIST(struct run_row *) rows;
    int64_t not_known, pending, all;
    int32_t first, last;
};

/* ---- Dimensions: those of the map, and periods. */

static bool find_dimension(struct run *r, struct cf_str name, struct cf_errs *errs) {
    static const struct {
        const char *name;
        enum dimension_kind kind;
    } periods[] = {{"year", BY_YEAR}, {"quarter", BY_QUARTER}, {"month", BY_MONTH}};
    struct cf_str names[CF_COUNT(periods) + PUBLISHED_DIMENSIONS];
    struct cf_buf all = cf_buf_new(r->a, 4096);
    struct run_dimension *d = &r->dims[r->n];
    size_t n = 0;
    if (r->n == MEASURE_DIMENSIONS) {
        return cf_fail(errs, CF_M003, CF_NOWHERE, "a measure is counted by %d dimensions at most", MEASURE_DIMENSIONS);
    }
    for (size_t i = 0; i < CF_COUNT(periods) + r->map->n; i++) {
        bool period = i < CF_COUNT(periods);
        names[n] = period ? cf_str_from(periods[i].name) : r->map->dimensions[i - CF_COUNT(periods)].name;
        cf_buf_printf(&all, "%s%.*s", n ? ", " : "", CF_STR_ARG(names[n]));
        if (cf_str_eq(names[n++], name)) {
            *d = (struct run_dimension){
                .name = name, .kind = period ? periods[i].kind : BY_WORDS, .words = period ? 0 : i - CF_COUNT(periods)};
            r->n++;
            return true;
        }
    }
    cf_fail(errs, CF_M002, CF_NOWHERE, "%.*s is not counted by `%.*s`", CF_STR_ARG(r->m->name), CF_STR_ARG(name));
    cf_hint(errs, "It can be counted by %.*s.", (int)all.n, all.p);
    return false;
}

static bool dimensions(struct run *r, struct cf_errs *errs) {
    bool ok = true;
    size_t n = r->o->by ? r->o->n_by : r->m->by.n;
    for (size_t i = 0; i < n; i++) {
        struct cf_str name = r->o->by ? r->o->by[i] : r->m->by.v[i];
        for (size_t k = 0; k < r->n; k++) {
            if (cf_str_eq(r->dims[k].name, name)) {
                return cf_fail(errs, CF_M005, CF_NOWHERE, "`%.*s` is asked for twice", CF_STR_ARG(name));
            }
        }
        ok = find_dimension(r, name, errs) && ok;
    }
    return ok;
}

static int32_t key_of(const struct run_dimension *d, const struct published_cell *c) {
    switch (d->kind) {
    case BY_YEAR: return c->month / 12;
    case BY_QUARTER: return c->month / 3;
    case BY_MONTH: return c->month;
    case BY_WORDS: break;
    }
    return c->word[d->words];
}

static struct cf_str label_of(const struct run *r, const struct run_dimension *d, int32_t key) {
    switch (d->kind) {
    case BY_YEAR: return cf_str_printf(r->a, "%d", key);
    case BY_QUARTER: return cf_str_printf(r->a, "%d Q%d", key / 4, key % 4 + 1);
    case BY_MONTH: return cf_str_printf(r->a, "%d-%02d", key / 12, key % 12 + 1);
    case BY_WORDS: break;
    }
    return r->map->dimensions[d->words].words.v[key];
}

/* ---- Counting. */

static bool in_set(uint64_t set, uint8_t word) {
    return set == 0 || (set >> word & 1U) != 0;
}

enum belonging { OUT, IN, NOT_KNOWN };

/* Does the cell belong to what the measure counts? Not known, if a word that decides it was not recorded and all others fit. */
static enum belonging belongs(const struct run *r, const struct published_cell *c) {
    enum belonging b = IN;
    for (size_t i = 0; i < r->map->n; i++) {
        if (!in_set(r->m->where[i], c->word[i])) {
            if (c->word[i] < r->map->dimensions[i].missing) {
                return OUT;
            }
            b = NOT_KNOWN;
        }
    }
    return b;
}

static bool any_in(const uint64_t *sets, const struct published_cell *c, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (sets[i] && in_set(sets[i], c->word[i])) {
            return true;
        }
    }
    return false;
}

static struct run_row *row_at(struct run *r, const int32_t *key) {
    void **slot = cf_map_put(r->by_key, (struct cf_str){(const char *)key, sizeof(int32_t) * MEASURE_DIMENSIONS});
    if (*slot) {
        return *slot;
    }
    struct run_row *row = CF_NEW(r->a, struct run_row);
    memcpy(row->key, key, sizeof row->key);
    row->section = r->o->by ? 0 : r->n;
    row->row = (struct measure_row){.of = r->m->share ? 0 : -1, .persons = -1};
    for (size_t d = r->n; d-- > 0;) {
        bool sums = key[d] == SUMS;
        row->row.sums |= (uint8_t)(sums ? 1U << d : 0);
        row->row.label[d] = sums ? CF_LIT("All") : label_of(r, &r->dims[d], key[d]);
        row->section = !sums && !r->o->by ? d : row->section;
        row->row.outside = row->row.outside || (!sums && r->dims[d].kind == BY_WORDS &&
                                                (size_t)key[d] >= r->map->dimensions[r->dims[d].words].missing);
    }
    *cf_push(r->a, &r->rows) = row;
    return *slot = row;
}

static void count_cell(struct run *r, const struct published_cell *c) {
    unsigned all = (1U << r->n) - 1U;
    bool yes = r->m->share && any_in(r->m->yes, c, r->map->n);
    for (unsigned sums = 0; sums <= all; sums++) {
        bool margin = sums == all || (all & ~sums & ((all & ~sums) - 1U)) == 0; /* over all dimensions but one, or over all */
        int32_t key[MEASURE_DIMENSIONS] = {0};
        if (!r->o->by && !margin) {
            continue;
        }
        for (size_t d = 0; d < r->n; d++) {
            key[d] = (sums >> d & 1U) ? SUMS : key_of(&r->dims[d], c);
        }
        struct measure_row *row = &row_at(r, key)->row;
        row->n += r->m->share && !yes ? 0 : c->number;
        row->of += r->m->share ? c->number : 0;
    }
}

/* A month counts when all of it lies in the period asked for. */
static bool in_period(const struct run *r, int32_t month) {
    struct cf_str first = cf_str_printf(r->a, "%d-%02d-01", month / 12, month % 12 + 1);
    struct cf_str after = cf_str_printf(r->a, "%d-%02d-01", (month + 1) / 12, (month + 1) % 12 + 1);
    int32_t from, next;
    return cf_date_parse(first, CF_NOWHERE, NULL, &from) && cf_date_parse(after, CF_NOWHERE, NULL, &next) &&
           !(r->o->has_from && from < r->o->from) && !(r->o->has_to && next - 1 > r->o->to);
}

static bool count_all(struct run *r, const struct published_cells *cells, struct cf_errs *errs) {
    int32_t known = -1, total[MEASURE_DIMENSIONS] = {0};
    bool wanted = false;
    for (size_t d = 0; d < r->n; d++) {
        total[d] = SUMS;
    }
    (void)row_at(r, total);
    r->first = INT32_MAX;
    for (size_t i = 0; i < cells->n; i++) {
        const struct published_cell *c = &cells->v[i];
        if (c->month != known) {
            wanted = in_period(r, c->month);
            known = c->month;
        }
        enum belonging b = wanted ? belongs(r, c) : OUT;
        if (b == OUT) {
            continue;
        }
        r->first = c->month < r->first ? c->month : r->first;
        r->last = c->month > r->last ? c->month : r->last;
        if (b == NOT_KNOWN) {
            r->not_known += c->number;
            continue;
        }
        r->all += c->number;
        if (any_in(r->m->pending, c, r->map->n)) {
            r->pending += c->number;
            continue;
        }
        count_cell(r, c);
        if (r->rows.n > CF_MAX_MEASURE_ROWS) {
            return cf_fail(errs, CF_M003, CF_NOWHERE, "this table would have more than %d rows", CF_MAX_MEASURE_ROWS);
        }
    }
    return true;
}

static int by_order(const void *x, const void *y) {
    const struct run_row *a = *(const struct run_row *const *)x, *b = *(const struct run_row *const *)y;
    if (a->section != b->section) {
        return a->section < b->section ? -1 : 1;
    }
    for (size_t d = 0; d < MEASURE_DIMENSIONS; d++) {
        if (a->key[d] != b->key[d]) {
            return a->key[d] < b->key[d] ? -1 : 1;
        }
    }
    return 0;
}

/* A year of which months are missing is no year to compare with: how many months each holds. */
static void months_note(struct run *r, const struct published_cells *cells, struct measure_table *t) {
    int32_t first = r->first / 12, last = r->last / 12;
    size_t years = r->first > r->last ? 0 : (size_t)(last - first + 1);
    unsigned *held = CF_NEW_N(r->a, unsigned, years + 1); /* bit m: the month */
    struct cf_buf b = cf_buf_new(r->a, 4096);
    bool whole = true;
    for (size_t i = 0; i < cells->n; i++) {
        int32_t month = cells->v[i].month;
        if (years && month >= r->first && month <= r->last) {
            held[month / 12 - first] |= 1U << (month % 12);
        }
    }
    for (size_t y = 0; y < years; y++) {
        int months = __builtin_popcount(held[y]);
        whole = whole && months == 12;
        cf_buf_printf(&b, "%s%d: %d", y ? ", " : "", first + (int32_t)y, months);
    }
    if (!whole) {
        *cf_push(r->a, &t->notes) =
            cf_str_printf(r->a, "Months that stand in each year (%.*s): compare shares, not numbers, of years that lack some.",
                          (int)b.n, b.p);
    }
}

static void notes(struct run *r, const struct published_cells *cells, struct measure_table *t) {
    for (size_t i = 0; i < r->m->notes.n; i++) {
        *cf_push(r->a, &t->notes) = r->m->notes.v[i];
    }
    bool small = r->o->published && r->pending > 0 && r->pending <= MEASURE_SMALL;
    if (small) {
        *cf_push(r->a, &t->notes) = CF_LIT("1 to 4 of them are not decided yet: in neither part.");
    } else if (r->pending) {
        *cf_push(r->a, &t->notes) =
            cf_str_printf(r->a, "%lld of %lld are not decided yet: in neither part.", (long long)r->pending, (long long)r->all);
    }
    months_note(r, cells, t);
    *cf_push(r->a, &t->notes) =
        cf_str_printf(r->a, "Published numbers, apart from this ledger's own events: %.*s; newest file %.*s.",
                      CF_STR_ARG(r->map->title), CF_STR_ARG(cells->version));
}

bool published_run(struct desk *d, const struct published_map *map, const struct published_measure *m,
                   const struct measure_options *o, struct cf_arena *a, struct measure_table *out, struct cf_errs *errs) {
    struct run r = {.a = a, .map = map, .m = m, .o = o, .by_key = cf_map_new(a)};
    struct published_cells cells;
    *out = (struct measure_table){
        .name = m->name, .title = m->title, .definition = m->text, .kind = m->share ? MEASURE_SHARE : MEASURE_COUNT};
    if (!dimensions(&r, errs) || !published_standing(d, map, a, &cells, errs)) {
        return false;
    }
    if (!cells.n) {
        return cf_fail(errs, CF_I022, CF_NOWHERE, "no file of %.*s was imported", CF_STR_ARG(map->dataset));
    }
    if (!count_all(&r, &cells, errs)) {
        return false;
    }
    qsort(r.rows.v, r.rows.n, sizeof *r.rows.v, by_order);
    out->unit = m->share ? CF_LIT("%") : CF_LIT("");
    out->scale = m->share ? 100 : 1;
    out->decimals = m->share;
    out->margins = !o->by;
    out->dimensions = r.n;
    out->not_known = r.not_known;
    out->excluded = r.pending;
    out->period = r.first > r.last
                      ? CF_LIT("nothing to count")
                      : cf_str_printf(a, "%d-%02d to %d-%02d", r.first / 12, r.first % 12 + 1, r.last / 12, r.last % 12 + 1);
    for (size_t k = 0; k < r.n; k++) {
        out->dimension[k] = r.dims[k].name;
    }
    for (size_t i = 0; i < r.rows.n; i++) {
        struct measure_row *row = cf_push(a, &out->rows);
        *row = r.rows.v[i]->row;
        if (m->share) {
            row->value = measure_share((uint64_t)row->n, (uint64_t)row->of);
        }
    }
    notes(&r, &cells, out);
    if (o->published) {
        measure_publish(a, out);
    }
    return true;
}
