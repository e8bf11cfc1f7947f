/* Counting: units become rows, shares, rates and comparisons; what is not known stands apart. All units are invented. Figures
 * are also compared with an independent count in SQL over the published files: test/wire/measure_test.c. */
#include "unit/unit.h"

#include <math.h>

#include "measure/priv.h"

static int make_arena(void **state) {
    *state = cf_arena_new("test");
    return 0;
}

static int free_arena(void **state) {
    cf_arena_free(*state);
    return 0;
}

/* ---- An invented measure: two boroughs, two groups, months. */
enum { NORTH, SOUTH };
enum { WHITE, BLACK };

static struct lang_decl *codes_of(struct cf_arena *a, const char *name, const char *x, const char *y) {
    struct lang_decl *d = CF_NEW(a, struct lang_decl);
    d->kind = LANG_CODES;
    d->name.text = cf_str_from(name);
    *cf_push(a, &d->as.codes.list) = (struct lang_code){.name = {.text = cf_str_from(x)}, .title = cf_str_from(x)};
    *cf_push(a, &d->as.codes.list) = (struct lang_code){.name = {.text = cf_str_from(y)}, .title = cf_str_from(y)};
    return d;
}

struct made {
    struct counting c;
    struct lang_decl decl, *borough, *group, *table;
    struct lang_set set;
};

static void add_people(struct cf_arena *a, struct made *m, int borough, int group, int64_t people) {
    struct lang_row *row = cf_push(a, &m->table->as.table.rows);
    const int64_t cells[] = {borough, group, people};
    for (size_t i = 0; i < 3; i++) {
        struct lang_expr *e = CF_NEW(a, struct lang_expr);
        e->op = i < 2 ? LANG_CODE_LIT : LANG_NUMBER;
        e->index = (int)cells[i];
        e->num = cells[i];
        *cf_push(a, &row->cells) = e;
    }
}

static struct made *make(struct cf_arena *a, enum lang_measure_form form, const char *dims) {
    struct made *m = CF_NEW(a, struct made);
    m->borough = codes_of(a, "borough", "north", "south");
    m->group = codes_of(a, "ethnic_group", "white", "black");
    m->decl.kind = LANG_MEASURE;
    m->decl.name.text = CF_LIT("invented");
    m->decl.as.measure.form = form;
    m->decl.as.measure.per = 1000;
    m->decl.as.measure.per_table.text = CF_LIT("residents");
    m->c = (struct counting){.a = a, .set = &m->set, .decl = &m->decl, .m = &m->decl.as.measure, .within = -1};
    for (; *dims; dims++) {
        struct measure_dim *d = &m->c.dims[m->c.n_dims++];
        *d = *dims == 'm'   ? (struct measure_dim){.name = CF_LIT("month"), .kind = DIM_PERIOD, .period = CF_PERIOD_MONTH}
             : *dims == 'y' ? (struct measure_dim){.name = CF_LIT("year"), .kind = DIM_PERIOD, .period = CF_PERIOD_YEAR}
             : *dims == 'b'
                 ? (struct measure_dim){.name = CF_LIT("borough"), .kind = DIM_FIELD, .type = LANG_T_CODE, .codes = m->borough}
                 : (struct measure_dim){
                       .name = CF_LIT("ethnic_group"), .kind = DIM_FIELD, .type = LANG_T_CODE, .codes = m->group};
    }
    m->table = CF_NEW(a, struct lang_decl);
    m->table->kind = LANG_TABLE;
    m->table->name.text = CF_LIT("residents");
    m->table->as.table.type.kind = LANG_T_WHOLE;
    m->table->as.table.note = CF_LIT("Invented residents.");
    *cf_push(a, &m->table->as.table.keys) = (struct lang_name){.text = CF_LIT("borough")};
    *cf_push(a, &m->table->as.table.keys) = (struct lang_name){.text = CF_LIT("ethnic_group")};
    *cf_push(a, &m->table->as.table.key_types) = (struct lang_type){.kind = LANG_T_CODE, .of = m->borough};
    *cf_push(a, &m->table->as.table.key_types) = (struct lang_type){.kind = LANG_T_CODE, .of = m->group};
    *cf_push(a, &m->set.decls) = m->table;
    add_people(a, m, NORTH, WHITE, 4000);
    add_people(a, m, NORTH, BLACK, 1000);
    add_people(a, m, SOUTH, WHITE, 2000);
    add_people(a, m, SOUTH, BLACK, 3000);
    return m;
}

/* `times` units of one kind: each of its own person unless `person` says whose they are. */
static void happen(struct made *m, int times, const char *date, int borough, int group, enum measure_answer answer,
                   uint32_t person) {
    int32_t day = 0;
    assert_true(cf_date_parse(cf_str_from(date), CF_NOWHERE, NULL, &day));
    for (int i = 0; i < times; i++) {
        struct measure_unit *u = cf_push(m->c.a, &m->c.units);
        *u = (struct measure_unit){.day = day,
                                   .answer = (uint8_t)answer,
                                   .identified = true,
                                   .subject = person ? person : 1000000U + (uint32_t)m->c.units.n};
        for (size_t d = 0; d < m->c.n_dims; d++) {
            const struct measure_dim *dim = &m->c.dims[d];
            u->key[d] = dim->kind == DIM_PERIOD    ? cf_period_start(dim->period, day)
                        : dim->codes == m->borough ? borough
                                                   : group;
        }
        u->key[MEASURE_DIMENSIONS] = borough;
    }
}

static const struct measure_row *at(struct made *m, const struct measure_cells *cells, int32_t a, int32_t b) {
    int32_t key[MEASURE_DIMENSIONS] = {a, b};
    const struct measure_cell *cell = rows_find(&m->c, cells, key);
    return cell ? &cell->row : NULL;
}

static struct measure_cells counted(struct made *m) {
    struct measure_cells cells;
    struct cf_errs errs = cf_errs_new(m->c.a);
    assert_true(rows_count(&m->c, &cells, &errs));
    return cells;
}

/* ---- Rows. */
static void each_dimension_alone_adds_up_to_the_same_total(void **state) {
    struct made *m = make(*state, LANG_COUNT, "bg");
    happen(m, 5, "2024-01-03", NORTH, BLACK, MEASURE_YES, 0);
    happen(m, 2, "2024-01-04", SOUTH, WHITE, MEASURE_YES, 0);
    happen(m, 3, "2024-02-04", SOUTH, KEY_NOT_STATED, MEASURE_YES, 0);
    struct measure_cells cells = counted(m);
    assert_int_equal(cells.n, 6); /* two boroughs, three groups, the total: nothing crossed */
    assert_int_equal(at(m, &cells, KEY_SUMS, KEY_SUMS)->n, 10);
    assert_int_equal(at(m, &cells, NORTH, KEY_SUMS)->n, 5);
    assert_int_equal(at(m, &cells, SOUTH, KEY_SUMS)->n, 5);
    assert_int_equal(at(m, &cells, KEY_SUMS, BLACK)->n, 5);
    assert_true(at(m, &cells, KEY_SUMS, KEY_NOT_STATED)->outside); /* M4: printed, in the total, never compared */
    assert_null(at(m, &cells, NORTH, BLACK));
}

static void crossed_dimensions_have_every_total(void **state) {
    static const struct cf_str by[] = {CF_LIT("borough"), CF_LIT("ethnic_group")};
    struct made *m = make(*state, LANG_COUNT, "bg");
    m->c.o.by = by;
    m->c.o.n_by = 2;
    happen(m, 5, "2024-01-03", NORTH, BLACK, MEASURE_YES, 0);
    happen(m, 2, "2024-01-04", SOUTH, BLACK, MEASURE_YES, 0);
    struct measure_cells cells = counted(m);
    assert_int_equal(at(m, &cells, NORTH, BLACK)->n, 5);
    assert_int_equal(at(m, &cells, KEY_SUMS, BLACK)->n, 7);
    assert_int_equal(at(m, &cells, SOUTH, KEY_SUMS)->n, 2);
    assert_int_equal(at(m, &cells, KEY_SUMS, KEY_SUMS)->n, 7);
    assert_int_equal(cells.n, 6);
}

static void what_is_not_known_is_in_neither_part_of_a_share(void **state) {
    struct made *m = make(*state, LANG_SHARE_OF, "b");
    happen(m, 3, "2024-01-03", NORTH, BLACK, MEASURE_YES, 0);
    happen(m, 5, "2024-01-03", NORTH, BLACK, MEASURE_NO, 0);
    happen(m, 4, "2024-01-03", NORTH, BLACK, MEASURE_NOT_KNOWN, 0);
    happen(m, 7, "2024-01-03", NORTH, BLACK, MEASURE_NOT_IN_SOURCE, 0);
    struct measure_cells cells = counted(m);
    const struct measure_row *r = at(m, &cells, NORTH, 0);
    assert_int_equal(r->n, 3);
    assert_int_equal(r->of, 8);
    assert_true(fabs(r->value.value - 0.375) < 1e-12);
    assert_true(fabs(r->value.low - measure_share(3, 8).low) < 1e-12);
}

static void a_person_met_three_times_is_one_person(void **state) {
    struct made *m = make(*state, LANG_COUNT, "b");
    happen(m, 3, "2024-01-03", NORTH, BLACK, MEASURE_YES, 7);
    happen(m, 1, "2024-01-03", SOUTH, BLACK, MEASURE_YES, 7);
    happen(m, 2, "2024-01-03", NORTH, BLACK, MEASURE_YES, 0);
    struct measure_cells cells = counted(m);
    assert_int_equal(at(m, &cells, NORTH, 0)->n, 5);
    assert_int_equal(at(m, &cells, NORTH, 0)->persons, 3);
    assert_int_equal(at(m, &cells, SOUTH, 0)->persons, 1);
    assert_int_equal(at(m, &cells, KEY_SUMS, 0)->persons, 3);
}

static void rows_that_name_nobody_have_no_number_of_persons(void **state) {
    struct made *m = make(*state, LANG_COUNT, "b");
    happen(m, 3, "2024-01-03", NORTH, BLACK, MEASURE_YES, 0);
    m->c.tally.unidentified = 3;
    struct measure_cells cells = counted(m);
    assert_int_equal(at(m, &cells, NORTH, 0)->persons, -1);
}

static void a_median_stands_over_its_row(void **state) {
    struct made *m = make(*state, LANG_MEDIAN, "b");
    static const int64_t hours[] = {9, 1, 5, 3, 7};
    for (size_t i = 0; i < CF_COUNT(hours); i++) {
        happen(m, 1, "2024-01-03", NORTH, BLACK, MEASURE_YES, 0);
        m->c.units.v[i].value = hours[i] * 3600;
    }
    struct measure_cells cells = counted(m);
    assert_true(at(m, &cells, NORTH, 0)->value.known);
    assert_true(fabs(at(m, &cells, NORTH, 0)->value.value - 5 * 3600) < 1e-9);
    assert_false(at(m, &cells, NORTH, 0)->value.bounded); /* none under 6 values */
}

static void a_percentile_is_one_of_the_values_and_never_published_where_it_is_the_last(void **state) {
    struct made *m = make(*state, LANG_MEDIAN, "b");
    m->decl.as.measure.percentile = 90;
    for (int i = 0; i < 20; i++) { /* 1 to 9 hours in the north, 1 to 11 in the south: the 9th of 9, the 10th of 11 */
        int place = i < 9 ? NORTH : SOUTH, hours = i < 9 ? i + 1 : i - 8;
        happen(m, 1, "2024-01-03", place, BLACK, MEASURE_YES, 0);
        m->c.units.v[i].value = hours * 3600;
    }
    struct measure_cells cells = counted(m);
    assert_true(fabs(at(m, &cells, NORTH, 0)->value.value - 9 * 3600) < 1e-9);
    assert_true(fabs(at(m, &cells, SOUTH, 0)->value.value - 10 * 3600) < 1e-9);
    assert_false(at(m, &cells, SOUTH, 0)->value.bounded);
    m->c.o.published = true;
    cells = counted(m);
    assert_false(at(m, &cells, NORTH, 0)->value.known);
    assert_true(at(m, &cells, SOUTH, 0)->value.known);
}

static void a_table_that_nobody_could_read_is_refused(void **state) {
    static const struct cf_str by[] = {CF_LIT("month"), CF_LIT("borough")};
    struct made *m = make(*state, LANG_COUNT, "mb");
    struct measure_cells cells;
    struct cf_errs errs = cf_errs_new(*state);
    m->c.o.by = by;
    m->c.o.n_by = 2;
    for (int i = 0; i <= CF_MAX_MEASURE_ROWS; i++) {
        happen(m, 1, "2024-01-03", i, BLACK, MEASURE_YES, 0);
    }
    assert_false(rows_count(&m->c, &cells, &errs));
    assert_int_equal(errs.v[0].code, CF_M003);
}

/* ---- Rates. */
static void cover(struct made *m, const char *first, const char *last) {
    struct measure_month *month = cf_push(m->c.a, &m->c.cover);
    assert_true(cf_date_parse(cf_str_from(first), CF_NOWHERE, NULL, &month->first));
    assert_true(cf_date_parse(cf_str_from(last), CF_NOWHERE, NULL, &month->last));
}

static void only_days_that_were_published_count_as_time(void **state) {
    struct made *m = make(*state, LANG_RATE, "y");
    cover(m, "2023-01-01", "2023-01-31");
    cover(m, "2023-12-01", "2023-12-17"); /* the file stops there */
    cover(m, "2024-02-01", "2024-02-29");
    int32_t first, last;
    assert_int_equal(rate_days(&m->c, &first, &last), 31 + 17 + 29);
    assert_int_equal(first, cf_day_of(2023, 1, 1));
    assert_int_equal(last, cf_day_of(2024, 2, 29));
    assert_true(fabs(rate_years(&m->c, KEY_SUMS, first, last) - (48.0 / 365 + 29.0 / 366)) < 1e-12);
    assert_true(fabs(rate_years(&m->c, KEY_SUMS, cf_day_of(2023, 12, 10), cf_day_of(2024, 2, 2)) - (8.0 / 365 + 2.0 / 366)) <
                1e-12);
}

static void what_is_recorded_here_covers_every_day_between(void **state) {
    struct made *m = make(*state, LANG_RATE, "y");
    m->c.cover.any = true;
    m->c.cover.first = cf_day_of(2023, 1, 1);
    m->c.cover.last = cf_day_of(2023, 12, 31);
    assert_true(fabs(rate_years(&m->c, KEY_SUMS, INT32_MIN, INT32_MAX) - 1.0) < 1e-12);
    cover(m, "2023-12-30", "2024-01-01"); /* two of the three days are counted already */
    assert_true(fabs(rate_years(&m->c, KEY_SUMS, INT32_MIN, INT32_MAX) - (1.0 + 1.0 / 365)) < 1e-12);
    int32_t first, last;
    assert_int_equal(rate_days(&m->c, &first, &last), 366);
}

/* A month of another force: a handful of events in the south, where the usual number is 100. */
static void a_place_that_no_file_covers_has_no_rate(void **state) {
    struct made *m = make(*state, LANG_RATE, "b");
    struct measure_people p;
    struct cf_errs errs = cf_errs_new(*state);
    m->c.place = m->c.dims[0];
    m->c.places = 2;
    cover(m, "2023-01-01", "2023-01-31");
    cover(m, "2023-02-01", "2023-02-28");
    static int32_t january[] = {40, 100}, february[] = {60, 5};
    m->c.cover.v[0].count = january;
    m->c.cover.v[1].count = february;
    happen(m, 10, "2023-01-05", NORTH, BLACK, MEASURE_YES, 0);
    happen(m, 20, "2023-01-05", SOUTH, BLACK, MEASURE_YES, 0);
    happen(m, 12, "2023-02-05", NORTH, BLACK, MEASURE_YES, 0);
    happen(m, 3, "2023-02-05", SOUTH, BLACK, MEASURE_YES, 0);
    happen(m, 2, "2023-02-05", KEY_NOT_KNOWN, BLACK, MEASURE_YES, 0);
    for (size_t i = 0; i < m->c.units.n; i++) {
        m->c.units.v[i].place = m->c.units.v[i].key[0];
    }
    rate_places(&m->c);
    assert_int_equal(m->c.tally.uncovered, 3);
    assert_int_equal(m->c.units.n, 44);
    assert_true(rate_prepare(&m->c, &p, &errs));
    struct measure_cells cells = counted(m);
    assert_true(rate_fill(&m->c, &p, &cells, &errs));
    rate_values(&m->c, &p, &cells);
    assert_true(fabs(at(m, &cells, SOUTH, 0)->value.value - 20.0 / (5000.0 * 31 / 365) * 1000) < 1e-9);
    assert_true(fabs(at(m, &cells, NORTH, 0)->value.value - 22.0 / (5000.0 * 59 / 365) * 1000) < 1e-9);
    assert_true(fabs(at(m, &cells, KEY_SUMS, 0)->value.value - 44.0 / (5000.0 * 90 / 365) * 1000) < 1e-9);
}

static struct measure_cells rated(struct made *m, struct measure_people *p) {
    struct cf_errs errs = cf_errs_new(m->c.a);
    assert_true(rate_prepare(&m->c, p, &errs));
    struct measure_cells cells = counted(m);
    assert_true(rate_fill(&m->c, p, &cells, &errs));
    rate_values(&m->c, p, &cells);
    return cells;
}

static void a_rate_sums_people_over_what_is_not_shown(void **state) {
    struct made *m = make(*state, LANG_RATE, "g");
    struct measure_people p;
    cover(m, "2023-01-01", "2023-12-31");
    happen(m, 8, "2023-03-03", NORTH, BLACK, MEASURE_YES, 0);
    happen(m, 4, "2023-03-03", KEY_NOT_KNOWN, BLACK, MEASURE_YES, 0);
    happen(m, 2, "2023-03-03", SOUTH, KEY_NOT_STATED, MEASURE_YES, 0);
    struct measure_cells cells = rated(m, &p);
    assert_int_equal(at(m, &cells, BLACK, 0)->of, 4000);
    assert_true(fabs(at(m, &cells, BLACK, 0)->value.value - 3.0) < 1e-9);
    assert_true(fabs(at(m, &cells, BLACK, 0)->value.high - measure_rate(12, 4000, 1000).high) < 1e-9);
    assert_int_equal(at(m, &cells, WHITE, 0)->n, 0); /* nobody, and so a rate of 0 that is shown */
    assert_true(at(m, &cells, WHITE, 0)->value.known);
    assert_int_equal(at(m, &cells, KEY_SUMS, 0)->of, 10000);
    assert_int_equal(at(m, &cells, KEY_SUMS, 0)->n, 14);
    assert_int_equal(at(m, &cells, KEY_NOT_STATED, 0)->of, -1); /* not stated has no residents, so no rate */
    assert_false(at(m, &cells, KEY_NOT_STATED, 0)->value.known);
}

static void half_a_year_is_half_the_time(void **state) {
    struct made *m = make(*state, LANG_RATE, "y");
    struct measure_people p;
    cover(m, "2024-01-01", "2024-01-31");
    cover(m, "2023-02-01", "2023-02-28");
    happen(m, 10, "2024-01-05", NORTH, BLACK, MEASURE_YES, 0);
    struct measure_cells cells = rated(m, &p);
    const struct measure_row *r = at(m, &cells, cf_day_of(2024, 1, 1), 0);
    assert_true(fabs(r->value.value - 10.0 / (10000.0 * 31 / 366) * 1000) < 1e-9);
}

static void groups_are_compared_within_boroughs(void **state) {
    struct made *m = make(*state, LANG_RATE, "g");
    struct measure_people p;
    m->decl.as.measure.compare.text = CF_LIT("ethnic_group");
    m->decl.as.measure.with.text = CF_LIT("white");
    m->decl.as.measure.within.text = CF_LIT("borough");
    m->c.within = MEASURE_DIMENSIONS;
    m->c.dims[MEASURE_DIMENSIONS] = (struct measure_dim){.name = CF_LIT("borough"), .type = LANG_T_CODE, .codes = m->borough};
    cover(m, "2023-01-01", "2023-12-31");
    happen(m, 20, "2023-03-03", NORTH, WHITE, MEASURE_YES, 0);
    happen(m, 30, "2023-03-03", NORTH, BLACK, MEASURE_YES, 0);
    happen(m, 10, "2023-03-03", SOUTH, WHITE, MEASURE_YES, 0);
    happen(m, 60, "2023-03-03", SOUTH, BLACK, MEASURE_YES, 0);
    happen(m, 99, "2023-03-03", KEY_NOT_KNOWN, BLACK, MEASURE_YES, 0);
    happen(m, 50, "2023-03-03", SOUTH, KEY_NOT_STATED, MEASURE_YES, 0);
    struct measure_cells cells = rated(m, &p);
    rate_ratios(&m->c, &p, &cells);
    const struct measure_stratum s[] = {{30, 20, 1000, 4000}, {60, 10, 3000, 2000}};
    struct measure_interval want = measure_rate_ratio_within(s, 2);
    const struct measure_row *r = at(m, &cells, BLACK, 0);
    assert_true(r->compared && r->ratio.known);
    assert_true(fabs(r->ratio.value - want.value) < 1e-9);
    assert_true(fabs(r->ratio.low - want.low) < 1e-9);
    assert_true(fabs(at(m, &cells, WHITE, 0)->ratio.value - 1) < 1e-12);
    assert_false(at(m, &cells, WHITE, 0)->ratio.bounded);
    assert_false(at(m, &cells, KEY_NOT_STATED, 0)->compared);
    assert_false(at(m, &cells, KEY_SUMS, 0)->compared);
}

static void without_strata_the_ratio_is_exact(void **state) {
    struct made *m = make(*state, LANG_RATE, "g");
    struct measure_people p;
    m->decl.as.measure.compare.text = CF_LIT("ethnic_group");
    m->decl.as.measure.with.text = CF_LIT("white");
    cover(m, "2023-01-01", "2023-12-31");
    happen(m, 20, "2023-03-03", NORTH, WHITE, MEASURE_YES, 0);
    happen(m, 30, "2023-03-03", NORTH, BLACK, MEASURE_YES, 0);
    struct measure_cells cells = rated(m, &p);
    rate_ratios(&m->c, &p, &cells);
    assert_true(fabs(at(m, &cells, BLACK, 0)->ratio.high - measure_rate_ratio(30, 4000, 20, 6000).high) < 1e-9);
}

static void shares_are_compared_by_their_ratio(void **state) {
    struct made *m = make(*state, LANG_SHARE_OF, "g");
    m->decl.as.measure.compare.text = CF_LIT("ethnic_group");
    m->decl.as.measure.with.text = CF_LIT("white");
    happen(m, 20, "2023-03-03", NORTH, WHITE, MEASURE_YES, 0);
    happen(m, 80, "2023-03-03", NORTH, WHITE, MEASURE_NO, 0);
    happen(m, 30, "2023-03-03", NORTH, BLACK, MEASURE_YES, 0);
    happen(m, 30, "2023-03-03", NORTH, BLACK, MEASURE_NO, 0);
    struct measure_cells cells = counted(m);
    rate_ratios(&m->c, NULL, &cells);
    assert_true(fabs(at(m, &cells, BLACK, 0)->ratio.value - 2.5) < 1e-12);
    assert_true(fabs(at(m, &cells, BLACK, 0)->ratio.low - measure_share_ratio(30, 60, 20, 100).low) < 1e-9);
}

static void a_rate_needs_a_table_of_people(void **state) {
    struct made *m = make(*state, LANG_RATE, "g");
    struct measure_people p;
    struct cf_errs errs = cf_errs_new(*state);
    m->table->as.table.type.kind = LANG_T_CODE;
    assert_false(rate_prepare(&m->c, &p, &errs));
    assert_int_equal(errs.v[0].code, CF_M004);
}

/* ---- What is published: months and years of one table add up although no label says so. */
static void a_year_does_not_tell_what_a_hidden_month_was(void **state) {
    struct made *m = make(*state, LANG_COUNT, "my");
    struct measure_table t = {.dimensions = 2, .margins = true, .kind = MEASURE_COUNT};
    happen(m, 3, "2023-01-03", NORTH, BLACK, MEASURE_YES, 0);
    happen(m, 50, "2023-02-03", NORTH, BLACK, MEASURE_YES, 0);
    happen(m, 9, "2024-01-03", NORTH, BLACK, MEASURE_YES, 0);
    happen(m, 60, "2024-02-03", NORTH, BLACK, MEASURE_YES, 0);
    struct measure_cells cells = counted(m);
    rows_sort(&m->c, &cells);
    for (size_t i = 0; i < cells.n; i++) {
        *cf_push(m->c.a, &t.rows) = cells.v[i]->row;
        for (size_t d = 0; d < 2; d++) {
            t.rows.v[i].label[d] = cf_str_printf(m->c.a, "%d", cells.v[i]->key[d]);
        }
    }
    rows_sums(&m->c, &cells, &t);
    measure_publish(m->c.a, &t);
    assert_int_equal(t.rows.v[0].n, 3);
    assert_true(t.rows.v[0].hidden);
    bool year_shown = !t.rows.v[4].hidden, february_shown = !t.rows.v[1].hidden;
    assert_int_equal(t.rows.v[4].n, 53);
    assert_false(year_shown && february_shown); /* 53 - 50 would tell */
}

/* ---- The measure's own words. */
#define TEXT                                                                                                                   \
    "policy invented.policy \"Invented\"\n"                                                                                    \
    "    owner     somebody\n"                                                                                                 \
    "    serves    S6\n"                                                                                                       \
    "    in force  from 2020-01-01\n"                                                                                          \
    "    cites     law \"Invented Act\"\n"                                                                                     \
    "\n"                                                                                                                       \
    "# A remark that belongs to the policy.\n"                                                                                 \
    "measure first_count \"First\"\n"                                                                                          \
    "    count of  thing\n"                                                                                                    \
    "    by        month\n"                                                                                                    \
    "\n"                                                                                                                       \
    "measure second_count \"Second\"\n"                                                                                        \
    "    share of  thing where age < 18 that where answer = yes\n"                                                             \
    "    by        month, borough\n"                                                                                           \
    "    aim       down\n"

static struct lang_decl *parsed(struct cf_arena *a) {
    static const struct cf_source src = {CF_LIT("invented.policy"), CF_LIT(TEXT)};
    struct cf_errs errs = cf_errs_new(a);
    struct lang_decl *policy;
    bool ok = lang_parse(a, &src, &errs, &policy);
    cf_errs_print(stderr, &errs);
    assert_true(ok);
    assert_int_equal(policy->as.policy.decls.n, 2);
    return policy;
}

static void a_definition_is_the_measures_own_text_and_no_other(void **state) {
    struct lang_decl *policy = parsed(*state);
    assert_text(measure_definition(*state, policy->as.policy.decls.v[1]),
                "measure second_count \"Second\"\n"
                "    share of  thing where age < 18 that where answer = yes\n"
                "    by        month, borough\n"
                "    aim       down");
    assert_text(measure_definition(*state, policy->as.policy.decls.v[0]), "measure first_count \"First\"\n"
                                                                          "    count of  thing\n"
                                                                          "    by        month");
    assert_int_equal(policy->as.policy.decls.n, 2); /* the policy itself is untouched */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_arena, free_arena)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(each_dimension_alone_adds_up_to_the_same_total),
        CASE(crossed_dimensions_have_every_total),
        CASE(what_is_not_known_is_in_neither_part_of_a_share),
        CASE(a_person_met_three_times_is_one_person),
        CASE(rows_that_name_nobody_have_no_number_of_persons),
        CASE(a_median_stands_over_its_row),
        CASE(a_percentile_is_one_of_the_values_and_never_published_where_it_is_the_last),
        CASE(a_table_that_nobody_could_read_is_refused),
        CASE(only_days_that_were_published_count_as_time),
        CASE(what_is_recorded_here_covers_every_day_between),
        CASE(a_place_that_no_file_covers_has_no_rate),
        CASE(a_rate_sums_people_over_what_is_not_shown),
        CASE(half_a_year_is_half_the_time),
        CASE(groups_are_compared_within_boroughs),
        CASE(without_strata_the_ratio_is_exact),
        CASE(shares_are_compared_by_their_ratio),
        CASE(a_rate_needs_a_table_of_people),
        CASE(a_year_does_not_tell_what_a_hidden_month_was),
        CASE(a_definition_is_the_measures_own_text_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
