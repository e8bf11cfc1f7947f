/* Charts: which rows are drawn, what is said of them, and that nothing hidden or hostile gets through. */
#include "unit/unit.h"

#include <math.h>

#include "measure/chart.h"

static int make_arena(void **state) {
    *state = cf_arena_new("test");
    return 0;
}

static int free_arena(void **state) {
    cf_arena_free(*state);
    return 0;
}

static void add(struct cf_arena *a, struct measure_table *t, const char *place, const char *month, int64_t n) {
    struct measure_row *r = cf_push(a, &t->rows);
    *r = (struct measure_row){.n = n, .of = -1, .persons = -1};
    const char *label[] = {place, month};
    for (size_t d = 0; d < 2; d++) {
        r->label[d] = label[d] ? cf_str_from(label[d]) : CF_LIT("All");
        r->sums = (uint8_t)(r->sums | (label[d] ? 0U : 1U << d));
    }
}

static struct measure_table searches(struct cf_arena *a) {
    struct measure_table t = {.title = CF_LIT("Searches of children"),
                              .kind = MEASURE_COUNT,
                              .dimensions = 2,
                              .dimension = {CF_LIT("borough"), CF_LIT("month")}};
    add(a, &t, "Camden", "2024-04", 3);
    add(a, &t, "Camden", NULL, 12);
    add(a, &t, "Brent & <b>", NULL, 40);
    add(a, &t, "Bexley", NULL, 2);
    add(a, &t, NULL, "2024-04", 20);
    add(a, &t, NULL, "2024-05", 34);
    add(a, &t, NULL, NULL, 54);
    t.rows.v[3].hidden = true;
    add(a, &t, "not known", NULL, 9);
    t.rows.v[t.rows.n - 1].outside = true;
    return t;
}

static struct cf_str text_of(struct cf_buf *b) {
    struct cf_str out;
    assert_true(cf_buf_finish(b, &out));
    return out;
}

static bool holds(struct cf_str s, const char *part) {
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= s.n; i++) {
        if (memcmp(s.p + i, part, n) == 0) {
            return true;
        }
    }
    return false;
}

static void only_the_rows_of_the_dimension_that_sum_over_the_others_are_drawn(void **state) {
    struct measure_table t = searches(*state);
    struct chart c;
    chart_of(*state, &t, 0, false, CF_LIT("c"), &c);
    assert_int_equal(c.items.n, 3);
    assert_text(c.items.v[0].label, "Camden");
    assert_true(c.items.v[2].hidden);
    chart_of(*state, &t, 1, false, CF_LIT("c"), &c);
    assert_int_equal(c.items.n, 2);
    assert_true(fabs(c.items.v[1].value - 34.0) < 1e-9);
    chart_of(*state, &t, 2, false, CF_LIT("c"), &c);
    assert_int_equal(c.items.n, 0);
}

static void a_hidden_number_is_neither_drawn_nor_written(void **state) {
    struct measure_table t = searches(*state);
    struct chart c;
    struct cf_buf b = cf_buf_new(*state, 1 << 20);
    chart_of(*state, &t, 0, false, CF_LIT("c"), &c);
    chart_bars(&b, &c);
    struct cf_str svg = text_of(&b);
    assert_true(holds(svg, "hidden: a small number"));
    assert_true(holds(svg, "1 hidden, because the numbers are small."));
    assert_false(holds(svg, ">2<"));
    assert_false(holds(svg, "width=\"5.00%\""));
    assert_true(holds(svg, "width=\"30.00%\"")); /* 12 of 40 */
}

static void labels_are_escaped_and_the_ends_are_said(void **state) {
    struct measure_table t = searches(*state);
    struct chart c;
    struct cf_buf b = cf_buf_new(*state, 1 << 20);
    chart_of(*state, &t, 0, false, CF_LIT("c"), &c);
    chart_bars(&b, &c);
    chart_columns(&b, &c);
    struct cf_str svg = text_of(&b);
    assert_true(holds(svg, "Highest: Brent &amp; &lt;b&gt;, 40. Lowest: Camden, 12."));
    assert_false(holds(svg, "<b>"));
}

static void a_ratio_stands_where_its_logarithm_does(void **state) {
    struct measure_table t = searches(*state);
    static const double values[] = {1.0, 4.0, 0.25};
    struct chart c;
    struct cf_buf b = cf_buf_new(*state, 1 << 20);
    t.compared = CF_LIT("times White");
    for (size_t i = 0; i < 3; i++) {
        struct measure_row *r = &t.rows.v[i + 1];
        r->hidden = false;
        r->compared = true;
        r->ratio = (struct measure_interval){values[i], values[i], values[i], true, i > 0};
    }
    t.rows.v[2].ratio.high = INFINITY;
    chart_of(*state, &t, 0, true, CF_LIT("c"), &c);
    chart_ratios(&b, &c);
    struct cf_str svg = text_of(&b);
    assert_true(holds(svg, "cx=\"50.00%\""));
    assert_true(holds(svg, "cx=\"98.00%\""));
    assert_true(holds(svg, "cx=\"2.00%\""));
    assert_true(holds(svg, "4.00 (4.00 to no limit)"));
    assert_false(holds(svg, "inf"));
    assert_false(holds(svg, "nan"));
}

static void a_map_shades_by_step_and_says_where_there_is_nothing(void **state) {
    struct measure_table t = searches(*state);
    const struct chart_place places[] = {{CF_LIT("Camden"), CF_LIT("M0 0L1 1Z")},
                                         {CF_LIT("Bexley"), CF_LIT("M2 2L3 3Z")},
                                         {CF_LIT("Brent & <b>"), CF_LIT("M4 4Z")},
                                         {CF_LIT("Harrow"), CF_LIT("M5 5Z")}};
    struct chart c;
    struct cf_buf b = cf_buf_new(*state, 1 << 20);
    chart_of(*state, &t, 0, false, CF_LIT("c"), &c);
    chart_map(&b, &c, places, CF_COUNT(places), 100, 80);
    struct cf_str svg = text_of(&b);
    assert_true(holds(svg, "chart-step-2\" d=\"M0 0L1 1Z\"><title>Camden: 12<"));
    assert_true(holds(svg, "chart-step-0\" d=\"M2 2L3 3Z\"><title>Bexley: hidden: a small number<"));
    assert_true(holds(svg, "chart-step-5\" d=\"M4 4Z\""));
    assert_true(holds(svg, "Harrow: none in this table"));
    assert_true(
        holds(svg, "<li><svg width=\"16\" height=\"16\" aria-hidden=\"true\"><rect class=\"chart-place chart-step-5\""));
}

static void nothing_to_draw_is_said(void **state) {
    struct chart c = {.id = CF_LIT("c"), .title = CF_LIT("Nothing")};
    struct cf_buf b = cf_buf_new(*state, 1 << 20);
    chart_bars(&b, &c);
    chart_columns(&b, &c);
    chart_ratios(&b, &c);
    assert_false(holds(text_of(&b), "<svg"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, make_arena, free_arena)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(only_the_rows_of_the_dimension_that_sum_over_the_others_are_drawn),
        CASE(a_hidden_number_is_neither_drawn_nor_written),
        CASE(labels_are_escaped_and_the_ends_are_said),
        CASE(a_ratio_stands_where_its_logarithm_does),
        CASE(a_map_shades_by_step_and_says_where_there_is_nothing),
        CASE(nothing_to_draw_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
