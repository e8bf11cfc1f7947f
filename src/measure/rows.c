/* measure/rows: from units to the cells of a table: by each dimension alone, or by all of them crossed, with every total.
 * Pure arithmetic. Must not know histories, policies, or what a dimension means. */
#include "measure/priv.h"

#include <stdlib.h>

/* ---- Cells by their keys. */

static struct cf_str key_bytes(const struct counting *c, const int32_t *key) {
    return (struct cf_str){(const char *)key, c->n_dims * sizeof *key};
}

struct measure_cell *rows_find(const struct counting *c, const struct measure_cells *cells, const int32_t *key) {
    return cf_map_get(cells->by_key, key_bytes(c, key));
}

struct measure_cell *rows_cell(struct counting *c, struct measure_cells *cells, const int32_t *key) {
    if (!cells->by_key) {
        cells->by_key = cf_map_new(c->a);
    }
    void **slot = cf_map_put(cells->by_key, key_bytes(c, key));
    if (*slot) {
        return *slot;
    }
    struct measure_cell *cell = CF_NEW(c->a, struct measure_cell);
    cell->row = (struct measure_row){.of = -1, .persons = 0};
    memcpy(cell->key, key, c->n_dims * sizeof *key);
    for (size_t d = 0; d < c->n_dims; d++) {
        cell->row.sums = (uint8_t)(cell->row.sums | (key[d] == KEY_SUMS ? 1U << d : 0U));
        cell->row.outside = cell->row.outside || key_absent(key[d]);
    }
    *cf_push(c->a, cells) = cell;
    *slot = cell;
    return cell;
}

/* ---- Counting. */

static bool in_whole(const struct measure_unit *u) {
    return u->answer == MEASURE_YES || u->answer == MEASURE_NO;
}

/* Histories come one after the other, so a person's units stand together. */
static void into(struct counting *c, struct measure_cell *cell, const struct measure_unit *u, bool share) {
    struct measure_row *r = &cell->row;
    if (share) {
        r->of = (r->of < 0 ? 0 : r->of) + 1;
    }
    r->n += !share || u->answer == MEASURE_YES;
    if (!cell->any_subject || cell->last_subject != u->subject) {
        r->persons++;
    }
    cell->any_subject = true;
    cell->last_subject = u->subject;
    if (c->m->form == LANG_MEDIAN) {
        *cf_push(c->a, &cell->values) = u->value;
    }
}

/* Subjects at the end of several periods are the same people: there is no total over periods. */
static bool has_total(const struct counting *c, size_t d) {
    return c->m->pop != LANG_POP_SUBJECTS || c->dims[d].kind != DIM_PERIOD;
}

static bool allowed(const struct counting *c, unsigned sums) {
    for (size_t d = 0; d < c->n_dims; d++) {
        if ((sums >> d & 1U) && !has_total(c, d)) {
            return false;
        }
    }
    return true;
}

static void count_unit(struct counting *c, struct measure_cells *cells, const struct measure_unit *u, bool share) {
    unsigned all = (1U << c->n_dims) - 1U;
    for (unsigned sums = 0; sums <= all; sums++) {
        int32_t key[MEASURE_DIMENSIONS];
        bool margin = sums == all || (all & ~sums & ((all & ~sums) - 1U)) == 0; /* over all dimensions but one, or over all */
        if ((!c->o.by && !margin) || !allowed(c, sums)) {
            continue;
        }
        for (size_t d = 0; d < c->n_dims; d++) {
            key[d] = (sums >> d & 1U) ? KEY_SUMS : u->key[d];
        }
        into(c, rows_cell(c, cells, key), u, share);
    }
}

static int by_value(const void *x, const void *y) {
    int64_t a = *(const int64_t *)x;
    int64_t b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

static void values_of(const struct counting *c, struct measure_cell *cell, bool share) {
    struct measure_row *r = &cell->row;
    if (share) {
        r->of = r->of < 0 ? 0 : r->of;
        r->value = measure_share((uint64_t)r->n, (uint64_t)r->of);
    }
    if (c->m->form == LANG_MEDIAN && cell->values.n) {
        int percent = c->m->percentile;
        size_t n = cell->values.n;
        qsort(cell->values.v, n, sizeof *cell->values.v, by_value);
        r->value = percent ? measure_percentile(cell->values.v, n, percent) : measure_median(cell->values.v, n);
        size_t rank = percent ? measure_rank(n, percent) : 0;
        if (c->o.published && percent && (rank == 1 || rank == n)) {
            r->value = (struct measure_interval){0}; /* the lowest or highest of them is one person's own */
        }
    }
    if (c->tally.unidentified > 0 && c->tally.unidentified == (int64_t)c->units.n) {
        r->persons = -1; /* nobody is identified: as many people as rows would be a guess */
    }
}

bool rows_count(struct counting *c, struct measure_cells *cells, struct cf_errs *errs) {
    bool share = c->m->form == LANG_SHARE_OF || c->m->followed_by;
    int32_t total[MEASURE_DIMENSIONS];
    *cells = (struct measure_cells){.by_key = cf_map_new(c->a)};
    for (size_t d = 0; d < MEASURE_DIMENSIONS; d++) {
        total[d] = KEY_SUMS;
    }
    if (allowed(c, (1U << c->n_dims) - 1U)) {
        (void)rows_cell(c, cells, total);
    }
    for (size_t i = 0; i < c->units.n; i++) {
        if (!share || in_whole(&c->units.v[i])) { /* what is not known is in neither part (M1) */
            count_unit(c, cells, &c->units.v[i], share);
        }
        if (cells->n > CF_MAX_MEASURE_ROWS) {
            return cf_fail(errs, CF_M003, CF_NOWHERE, "this table would have more than %d rows", CF_MAX_MEASURE_ROWS);
        }
    }
    for (size_t i = 0; i < cells->n; i++) {
        values_of(c, cells->v[i], share);
    }
    return true;
}

/* ---- Order: dimension by dimension in the order of keys, absences after them, totals last. Margins: one dimension after the
 * other. */

struct order {
    int32_t key[MEASURE_DIMENSIONS];
    size_t section, n;
    struct measure_cell *cell;
};

static size_t section_of(const struct counting *c, const struct measure_cell *cell) {
    for (size_t d = 0; !c->o.by && d < c->n_dims; d++) {
        if (cell->key[d] != KEY_SUMS) {
            return d;
        }
    }
    return c->o.by ? 0 : c->n_dims;
}

static int by_order(const void *x, const void *y) {
    const struct order *a = x;
    const struct order *b = y;
    if (a->section != b->section) {
        return a->section < b->section ? -1 : 1;
    }
    for (size_t d = 0; d < a->n; d++) {
        if (a->key[d] != b->key[d]) {
            return a->key[d] < b->key[d] ? -1 : 1;
        }
    }
    return 0;
}

void rows_sort(struct counting *c, struct measure_cells *cells) {
    struct order *order = CF_NEW_N(c->a, struct order, cells->n + 1);
    for (size_t i = 0; i < cells->n; i++) {
        order[i] = (struct order){.section = section_of(c, cells->v[i]), .n = c->n_dims, .cell = cells->v[i]};
        memcpy(order[i].key, cells->v[i]->key, c->n_dims * sizeof *order[i].key);
    }
    if (cells->n) {
        qsort(order, cells->n, sizeof *order, by_order);
    }
    for (size_t i = 0; i < cells->n; i++) {
        cells->v[i] = order[i].cell;
    }
}

/* ---- What adds up although no label says so: in a table of margins, the months of one year, the boroughs of one command. */

struct nesting {
    int32_t parent;
    bool several, any;
};

static size_t row_of(const struct counting *c, const struct measure_cells *cells, size_t d, int32_t key) {
    for (size_t i = 0; i < cells->n; i++) {
        if (section_of(c, cells->v[i]) == d && cells->v[i]->key[d] == key) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* For each key of dimension d the one key of dimension p in which all its units lie, if there is one. */
static struct nesting *nestings(struct counting *c, const struct measure_cells *cells, size_t d, size_t p) {
    struct nesting *of = CF_NEW_N(c->a, struct nesting, cells->n + 1);
    struct cf_map *row = cf_map_new(c->a);
    for (size_t i = 0; i < cells->n; i++) {
        if (section_of(c, cells->v[i]) == d) {
            *cf_map_put(row, (struct cf_str){(const char *)&cells->v[i]->key[d], sizeof(int32_t)}) = &of[i];
        }
    }
    for (size_t i = 0; i < c->units.n; i++) {
        const struct measure_unit *u = &c->units.v[i];
        struct nesting *n = cf_map_get(row, (struct cf_str){(const char *)&u->key[d], sizeof(int32_t)});
        if (n) {
            n->several = n->several || (n->any && n->parent != u->key[p]);
            n->parent = u->key[p];
            n->any = true;
        }
    }
    return of;
}

static void sums_of(struct counting *c, const struct measure_cells *cells, size_t d, size_t p, struct measure_table *t) {
    const struct nesting *of = nestings(c, cells, d, p);
    bool *done = CF_NEW_N(c->a, bool, cells->n + 1);
    for (size_t i = 0; i < cells->n; i++) {
        if (section_of(c, cells->v[i]) == d && of[i].several) {
            return; /* they cross: nothing follows from one about the other */
        }
    }
    for (size_t i = 0; i < cells->n; i++) {
        size_t sum = of[i].any ? row_of(c, cells, p, of[i].parent) : SIZE_MAX;
        if (sum == SIZE_MAX || done[sum]) {
            continue;
        }
        struct measure_sum *s = cf_push(c->a, &t->sums);
        *s = (struct measure_sum){.row = CF_NEW_N(c->a, size_t, cells->n + 1)};
        for (size_t k = i; k < cells->n; k++) {
            if (of[k].any && of[k].parent == of[i].parent) {
                s->row[s->n++] = k;
            }
        }
        s->row[s->n++] = sum;
        done[sum] = true;
    }
}

void rows_sums(struct counting *c, const struct measure_cells *cells, struct measure_table *t) {
    for (size_t d = 0; !c->o.by && d < c->n_dims; d++) {
        for (size_t p = 0; p < c->n_dims; p++) {
            if (p != d) {
                sums_of(c, cells, d, p, t);
            }
        }
    }
}
