/* measure/cells: hides small numbers of a measure's table, so that none can be worked out from the others.
 * Must not know how anything was counted. Writing is in cells_write.c.
 *
 * Rows form equations: along each dimension, the rows that agree in every other label add up to the row that sums over it, if
 * that row is there; a table may name further sums (the months of a year). Two steps are repeated until neither hides anything:
 * 1. in each equation at least two rows are hidden or none, and hidden parts of a shown sum come to more than 4;
 * 2. all equations are solved together (chains of them can tell what no single one does); a small number that the solution
 *    fixes gets company.
 * A reader may still narrow a hidden number down to a range; ranges are not examined. */
#include "measure/cells.h"

struct line {
    size_t *row; /* the parts, then the sum */
    size_t n;
};
struct equations {
    struct cf_arena *arena;
    struct measure_table *t;
    CF_VEC(struct line);
};

static bool small(int64_t n) {
    return n >= 1 && n <= MEASURE_SMALL;
}

static bool must_hide(const struct measure_table *t, const struct measure_row *r) {
    if (small(r->n)) {
        return true;
    }
    bool of_units = t->kind == MEASURE_SHARE && r->of >= 0; /* the whole of a rate is residents, and is public */
    return of_units && (small(r->of) || small(r->of - r->n));
}

/* ---- The equations. */
static bool sums_over(const struct measure_row *r, size_t d) {
    return (r->sums >> d & 1U) != 0;
}

static bool same_but_for(const struct measure_table *t, const struct measure_row *a, const struct measure_row *b, size_t d) {
    for (size_t i = 0; i < t->dimensions; i++) {
        bool differ = sums_over(a, i) != sums_over(b, i) || (!sums_over(a, i) && !cf_str_eq(a->label[i], b->label[i]));
        if (i != d && differ) {
            return false;
        }
    }
    return true;
}

/* The parts of the row `sum`, which sums over d; what is not stated is one of them. */
static void add_line(struct equations *e, size_t sum, size_t d) {
    const struct measure_row *v = e->t->rows.v;
    struct line line = {CF_NEW_N(e->arena, size_t, e->t->rows.n), 0};
    for (size_t i = 0; i < e->t->rows.n; i++) {
        if (!sums_over(&v[i], d) && same_but_for(e->t, &v[sum], &v[i], d)) {
            line.row[line.n++] = i;
        }
    }
    if (line.n > 0) {
        line.row[line.n++] = sum;
        *cf_push(e->arena, e) = line;
    }
}

/* A table may show the total of everything without the totals between: then only this equation ties the rows together. */
static void add_grand_total(struct equations *e, size_t sum) {
    struct line line = {CF_NEW_N(e->arena, size_t, e->t->rows.n + 1), 0};
    for (size_t i = 0; i < e->t->rows.n; i++) {
        if (e->t->rows.v[i].sums == 0) {
            line.row[line.n++] = i;
        }
    }
    if (line.n > 0) {
        line.row[line.n++] = sum;
        *cf_push(e->arena, e) = line;
    }
}

static struct equations equations_of(struct cf_arena *a, struct measure_table *t) {
    struct equations e = {.arena = a, .t = t};
    uint8_t everything = (uint8_t)((1U << t->dimensions) - 1U);
    for (size_t i = 0; i < t->rows.n; i++) {
        const struct measure_row *r = &t->rows.v[i];
        for (size_t d = 0; d < t->dimensions; d++) {
            if (sums_over(r, d)) {
                add_line(&e, i, d);
            }
        }
        if (t->dimensions > 1 && r->sums == everything) {
            add_grand_total(&e, i);
        }
    }
    for (size_t i = 0; i < t->sums.n; i++) {
        *cf_push(a, &e) = (struct line){t->sums.v[i].row, t->sums.v[i].n};
    }
    return e;
}

/* ---- Step 1. The visible part with the smallest number that is not nought; the sum when no part is left. */
static bool hide_one_more(struct measure_table *t, const struct line *line) {
    size_t best = line->row[line->n - 1];
    bool part = false;
    for (size_t i = 0; i + 1 < line->n; i++) {
        const struct measure_row *r = &t->rows.v[line->row[i]];
        if (!r->hidden && r->n > 0 && (!part || r->n < t->rows.v[best].n)) {
            best = line->row[i];
            part = true;
        }
    }
    if (t->rows.v[best].hidden) {
        return false;
    }
    t->rows.v[best].hidden = true;
    return true;
}

static bool tells(const struct measure_table *t, const struct line *line) {
    size_t hidden = 0;
    int64_t parts = 0;
    for (size_t i = 0; i < line->n; i++) {
        const struct measure_row *r = &t->rows.v[line->row[i]];
        hidden += r->hidden;
        parts += r->hidden && i + 1 < line->n ? r->n : 0;
    }
    bool sum_hidden = t->rows.v[line->row[line->n - 1]].hidden;
    return hidden == 1 || (hidden > 1 && !sum_hidden && parts <= MEASURE_SMALL);
}

static bool protect_lines(struct equations *e) {
    bool changed = false;
    for (size_t i = 0; i < e->n; i++) {
        while (tells(e->t, &e->v[i]) && hide_one_more(e->t, &e->v[i])) {
            changed = true;
        }
    }
    return changed;
}

/* ---- Step 2. Equations over the hidden rows, solved modulo a prime: what is fixed over the rationals is fixed there. */
#define PRIME UINT64_C(2147483647)
enum { CELLS_MAX = 4000000, WORK_MAX = 2000000000 }; /* of the matrix, and of its solving: seconds at most */

struct matrix {
    size_t rows, columns;
    uint32_t *v;
    size_t *row_of; /* column to table row */
};

static uint64_t inverse(uint64_t x) {
    uint64_t result = 1;
    for (uint64_t power = PRIME - 2; power > 0; power >>= 1) {
        result = (power & 1) != 0 ? result * x % PRIME : result;
        x = x * x % PRIME;
    }
    return result;
}

static bool matrix_of(const struct equations *e, struct matrix *m) {
    const struct measure_table *t = e->t;
    size_t *column_of = CF_NEW_N(e->arena, size_t, t->rows.n);
    m->row_of = CF_NEW_N(e->arena, size_t, t->rows.n);
    m->rows = e->n;
    m->columns = 0;
    for (size_t i = 0; i < t->rows.n; i++) {
        if (t->rows.v[i].hidden) {
            m->row_of[m->columns] = i;
            column_of[i] = m->columns++;
        }
    }
    size_t cells = m->rows * m->columns;
    if (cells > CELLS_MAX || cells * (m->rows < m->columns ? m->rows : m->columns) > WORK_MAX) {
        return false;
    }
    m->v = CF_NEW_N(e->arena, uint32_t, cells + 1);
    for (size_t i = 0; i < e->n; i++) {
        for (size_t k = 0; k < e->v[i].n; k++) {
            size_t row = e->v[i].row[k];
            if (t->rows.v[row].hidden) {
                m->v[i * m->columns + column_of[row]] = k + 1 < e->v[i].n ? 1 : (uint32_t)(PRIME - 1);
            }
        }
    }
    return true;
}

static void swap_rows(struct matrix *m, size_t a, size_t b) {
    for (size_t c = 0; a != b && c < m->columns; c++) {
        uint32_t keep = m->v[a * m->columns + c];
        m->v[a * m->columns + c] = m->v[b * m->columns + c];
        m->v[b * m->columns + c] = keep;
    }
}

static void clear_column(struct matrix *m, size_t pivot, size_t column) {
    uint32_t *p = m->v + pivot * m->columns;
    uint64_t scale = inverse(p[column]);
    for (size_t c = column; c < m->columns; c++) {
        p[c] = (uint32_t)(p[c] * scale % PRIME);
    }
    for (size_t r = 0; r < m->rows; r++) {
        uint32_t *q = m->v + r * m->columns;
        uint64_t factor = PRIME - q[column];
        for (size_t c = column; r != pivot && factor != PRIME && c < m->columns; c++) {
            q[c] = (uint32_t)((q[c] + factor * p[c]) % PRIME);
        }
    }
}

/* Hides more beside every small number that the equations together fix; true when it hid something. */
static bool protect_system(struct equations *e) {
    struct matrix m = {0};
    bool changed = false;
    if (!matrix_of(e, &m)) { /* too much to solve: without totals between, only the grand total is left to tell anything */
        uint8_t everything = (uint8_t)((1U << e->t->dimensions) - 1U);
        for (size_t i = 0; i < e->t->rows.n; i++) {
            struct measure_row *r = &e->t->rows.v[i];
            bool between = r->sums != 0 && r->sums != everything;
            changed = changed || (between && !r->hidden);
            r->hidden = r->hidden || between;
        }
        return changed;
    }
    size_t pivot = 0;
    for (size_t c = 0; c < m.columns && pivot < m.rows; c++) {
        size_t r = pivot;
        while (r < m.rows && m.v[r * m.columns + c] == 0) {
            r++;
        }
        if (r < m.rows) {
            swap_rows(&m, r, pivot);
            clear_column(&m, pivot++, c);
        }
    }
    for (size_t r = 0; r < pivot; r++) {
        size_t filled = 0;
        size_t last = 0;
        for (size_t c = 0; c < m.columns; c++) {
            filled += m.v[r * m.columns + c] != 0;
            last = m.v[r * m.columns + c] != 0 ? c : last;
        }
        size_t fixed = m.row_of[last];
        for (size_t i = 0; filled == 1 && must_hide(e->t, &e->t->rows.v[fixed]) && i < e->n; i++) {
            bool in = false;
            for (size_t k = 0; k < e->v[i].n; k++) {
                in = in || e->v[i].row[k] == fixed;
            }
            if (in && hide_one_more(e->t, &e->v[i])) {
                changed = true;
                break;
            }
        }
    }
    return changed;
}

void measure_publish(struct cf_arena *a, struct measure_table *t) {
    CF_ASSERT(t->dimensions <= MEASURE_DIMENSIONS);
    struct cf_mark mark = cf_arena_mark(a);
    for (size_t i = 0; i < t->rows.n; i++) {
        t->rows.v[i].hidden = t->rows.v[i].hidden || must_hide(t, &t->rows.v[i]);
    }
    struct equations e = equations_of(a, t);
    bool changed = true;
    while (changed) { /* each turn hides at least one row more, so it ends */
        changed = protect_lines(&e);
        struct cf_mark turn = cf_arena_mark(a);
        changed = protect_system(&e) || changed;
        cf_arena_rewind(a, turn);
    }
    t->published = true;
    cf_arena_rewind(a, mark);
}
