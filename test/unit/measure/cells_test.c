/* Tables of measures: what is hidden for publication, that nothing hidden can be worked out, and the three formats. */
#include "unit/unit.h"

#include <math.h>

#include "measure/cells.h"

static int make_arena(void **state) {
    *state = cf_arena_new("test");
    return 0;
}

static int free_arena(void **state) {
    cf_arena_free(*state);
    return 0;
}

static struct measure_row *add(struct cf_arena *a, struct measure_table *t, const char *d0, const char *d1, int64_t n) {
    struct measure_row *r = cf_push(a, &t->rows);
    *r = (struct measure_row){.n = n, .of = -1, .persons = -1};
    const char *label[] = {d0, d1};
    for (size_t d = 0; d < t->dimensions; d++) {
        r->label[d] = cf_str_from(label[d]);
        r->sums = (uint8_t)(r->sums | (label[d] == NULL ? 1U << d : 0U));
    }
    return r;
}

static struct measure_table table_of(size_t dimensions) {
    struct measure_table t = {.name = CF_LIT("searches_of_children"),
                              .title = CF_LIT("Searches of children"),
                              .definition = CF_LIT("count of stop_search where age in 10 to 17"),
                              .dimensions = dimensions,
                              .dimension = {CF_LIT("borough"), CF_LIT("object")}};
    return t;
}

/* The rows' numbers in order, '*' for a hidden one. */
static struct cf_str shown(struct cf_arena *a, const struct measure_table *t) {
    struct cf_buf b = cf_buf_new(a, 4096);
    for (size_t i = 0; i < t->rows.n; i++) {
        cf_buf_lit(&b, i > 0 ? " " : "");
        if (t->rows.v[i].hidden) {
            cf_buf_lit(&b, "*");
        } else {
            cf_buf_printf(&b, "%lld", (long long)t->rows.v[i].n);
        }
    }
    struct cf_str out;
    assert_true(cf_buf_finish(&b, &out));
    return out;
}

static void expect_list(struct cf_arena *a, const int64_t *n, size_t count, bool total, const char *want) {
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    struct measure_table t = table_of(1);
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        add(a, &t, names[i], NULL, n[i]);
        sum += n[i];
    }
    if (total) {
        add(a, &t, NULL, NULL, sum);
    }
    measure_publish(a, &t);
    assert_text(shown(a, &t), want);
    measure_publish(a, &t); /* doing it twice changes nothing */
    assert_text(shown(a, &t), want);
}

static void numbers_of_one_to_four_are_hidden(void **state) {
    expect_list(*state, (int64_t[]){0, 1, 4, 5, 100}, 5, false, "0 * * 5 100");
}

static void a_second_is_hidden_where_a_total_would_tell(void **state) {
    expect_list(*state, (int64_t[]){3, 20, 7, 100}, 4, true, "* 20 * 100 130");
    expect_list(*state, (int64_t[]){3, 20, 7, 100}, 4, false, "* 20 7 100");
    expect_list(*state, (int64_t[]){5, 20, 7}, 3, true, "5 20 7 32");
}

static void a_nought_is_no_cover(void **state) {
    expect_list(*state, (int64_t[]){3, 0, 0, 9}, 4, true, "* 0 0 * 12");
    expect_list(*state, (int64_t[]){3, 0, 0}, 3, true, "* 0 0 *"); /* the total itself is small */
}

static void when_nothing_else_covers_the_total_is_hidden(void **state) {
    struct measure_table t = table_of(2);
    add(*state, &t, "a", "x", 3);
    add(*state, &t, "a", NULL, 3);
    add(*state, &t, "b", "x", 50);
    add(*state, &t, "b", NULL, 50);
    measure_publish(*state, &t);
    assert_text(shown(*state, &t), "* * 50 50");
}

/* 1 + 1 with a total of 2 shown would say that both are 1. */
static void hidden_parts_come_to_more_than_the_least_they_can_be(void **state) {
    expect_list(*state, (int64_t[]){1, 1, 30, 9}, 4, true, "* * 30 * 41");
    expect_list(*state, (int64_t[]){2, 3, 30, 9}, 4, true, "* * 30 9 44");
}

static void the_complement_of_a_share_is_hidden_too(void **state) {
    struct measure_table t = table_of(1);
    t.kind = MEASURE_SHARE;
    add(*state, &t, "a", NULL, 97)->of = 99;
    add(*state, &t, "b", NULL, 50)->of = 99;
    add(*state, &t, "c", NULL, 0)->of = 3;
    add(*state, &t, "d", NULL, 99)->of = 99;
    measure_publish(*state, &t);
    assert_text(shown(*state, &t), "* 50 * 99");
    t = table_of(1);
    t.kind = MEASURE_RATE; /* residents are public */
    add(*state, &t, "a", NULL, 97)->of = 99;
    measure_publish(*state, &t);
    assert_text(shown(*state, &t), "97");
}

static void what_is_not_stated_is_a_part_of_the_total_and_can_cover(void **state) {
    struct measure_table t = table_of(1);
    add(*state, &t, "a", NULL, 3);
    add(*state, &t, "b", NULL, 40);
    add(*state, &t, "not stated", NULL, 6)->outside = true;
    add(*state, &t, NULL, NULL, 49);
    measure_publish(*state, &t);
    assert_text(shown(*state, &t), "* 40 * 49");
}

/* ---- Nothing hidden can be worked out: random tables with all margins, attacked by linear algebra over the rationals. */
static uint64_t seed = 1;
static uint64_t draw(uint64_t below) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (seed >> 33) % below;
}

enum { VARS = 64, EQUATIONS = 24 };
struct attack {
    double m[EQUATIONS][VARS];
    size_t rows, columns;
    int column_of[VARS];
};

static void attack_line(struct attack *k, const struct measure_table *t, const size_t *row, size_t n) {
    double *to = k->m[k->rows++];
    for (size_t i = 0; i < n; i++) {
        if (t->rows.v[row[i]].hidden) {
            to[k->column_of[row[i]]] = i + 1 < n ? 1 : -1;
        }
    }
}

static void solve(struct attack *k) {
    size_t pivot = 0;
    for (size_t c = 0; c < k->columns && pivot < k->rows; c++) {
        size_t best = pivot;
        for (size_t r = pivot; r < k->rows; r++) {
            best = fabs(k->m[r][c]) > fabs(k->m[best][c]) ? r : best;
        }
        if (fabs(k->m[best][c]) < 1e-9) {
            continue;
        }
        for (size_t i = 0; i < k->columns; i++) {
            double keep = k->m[best][i];
            k->m[best][i] = k->m[pivot][i];
            k->m[pivot][i] = keep;
        }
        for (size_t r = 0; r < k->rows; r++) {
            double f = r == pivot ? 0 : k->m[r][c] / k->m[pivot][c];
            for (size_t i = 0; f != 0 && i < k->columns; i++) {
                k->m[r][i] -= f * k->m[pivot][i];
            }
        }
        pivot++;
    }
}

static void no_random_table_gives_a_small_number_away(void **state) {
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    size_t hidden_in_all = 0;
    for (int round = 0; round < 3000; round++) {
        struct cf_arena *a = cf_arena_new("round");
        size_t h = 2 + draw(4);
        size_t w = 2 + draw(4);
        size_t at[7][7];
        struct measure_table t = table_of(2);
        int64_t n[7][7] = {{0}};
        for (size_t y = 0; y < h; y++) {
            for (size_t x = 0; x < w; x++) {
                n[y][x] = (int64_t)(draw(3) == 0 ? draw(6) : draw(40));
                n[y][w] += n[y][x];
                n[h][x] += n[y][x];
                n[h][w] += n[y][x];
            }
        }
        for (size_t y = 0; y <= h; y++) {
            for (size_t x = 0; x <= w; x++) {
                at[y][x] = t.rows.n;
                add(a, &t, y < h ? names[y] : NULL, x < w ? names[x] : NULL, n[y][x]);
            }
        }
        measure_publish(a, &t);
        struct attack k = {.rows = 0};
        for (size_t i = 0; i < t.rows.n; i++) {
            k.column_of[i] = t.rows.v[i].hidden ? (int)k.columns++ : -1;
        }
        for (size_t y = 0; y <= h; y++) {
            attack_line(&k, &t, at[y], w + 1);
        }
        for (size_t x = 0; x <= w; x++) {
            size_t down[7];
            for (size_t y = 0; y <= h; y++) {
                down[y] = at[y][x];
            }
            attack_line(&k, &t, down, h + 1);
        }
        solve(&k);
        hidden_in_all += k.columns;
        for (size_t r = 0; r < k.rows; r++) {
            size_t filled = 0;
            size_t last = 0;
            for (size_t c = 0; c < k.columns; c++) {
                filled += fabs(k.m[r][c]) > 1e-9;
                last = fabs(k.m[r][c]) > 1e-9 ? c : last;
            }
            for (size_t i = 0; filled == 1 && i < t.rows.n; i++) {
                if (k.column_of[i] == (int)last && t.rows.v[i].n >= 1 && t.rows.v[i].n <= MEASURE_SMALL) {
                    fail_msg("round %d: row %zu (%lld) can be worked out of: %.*s", round, i, (long long)t.rows.v[i].n,
                             CF_STR_ARG(shown(a, &t)));
                }
            }
        }
        for (size_t i = 0; i < t.rows.n; i++) {
            assert_true(t.rows.v[i].hidden || t.rows.v[i].n == 0 || t.rows.v[i].n > MEASURE_SMALL);
        }
        cf_arena_free(a);
    }
    assert_true(hidden_in_all > 3000);
    (void)state;
}

static void a_table_too_large_to_solve_keeps_only_its_grand_total(void **state) {
    struct measure_table t = table_of(2);
    static char names[700][8];
    struct cf_arena *a = *state;
    int64_t all = 0;
    for (size_t i = 0; i < CF_COUNT(names); i++) {
        snprintf(names[i], sizeof names[i], "n%zu", i);
    }
    for (size_t i = 0; i < CF_COUNT(names); i++) { /* a chain: row i has columns i and i + 1 */
        add(a, &t, names[i], names[i], 3);
        add(a, &t, names[i], names[(i + 1) % CF_COUNT(names)], 3);
        add(a, &t, names[i], NULL, 6);
        add(a, &t, NULL, names[i], 6);
        all += 6;
    }
    add(a, &t, NULL, NULL, all);
    measure_publish(a, &t);
    for (size_t i = 0; i + 1 < t.rows.n; i++) {
        assert_true(t.rows.v[i].hidden);
    }
    assert_false(t.rows.v[t.rows.n - 1].hidden);
}

/* ---- Formats. */
static struct measure_table rates(struct cf_arena *a) {
    struct measure_table t = table_of(1);
    t.kind = MEASURE_RATE;
    t.version = CF_LIT("1");
    t.period = CF_LIT("2018-05");
    t.unit = CF_LIT("per 1,000");
    t.decimals = 2;
    t.not_known = 12;
    t.not_in_source = 3;
    *cf_push(a, &t.notes) = CF_LIT("Residents, mid-2020.");
    struct measure_row *r = add(a, &t, "Hackney", NULL, 120);
    r->of = 24000;
    r->persons = 97;
    r->value = measure_rate(120, 24000, 1000);
    r = add(a, &t, "City of London", NULL, 2);
    r->of = 705;
    r->value = measure_rate(2, 705, 1000);
    r = add(a, &t, "Barnet, \"North\"", NULL, 30);
    r->of = 40000;
    r->value = (struct measure_interval){0.75, 0.5, INFINITY, true, true};
    add(a, &t, NULL, NULL, 152);
    return t;
}

static struct cf_str written(struct cf_arena *a, const struct measure_table *t, enum measure_format f) {
    struct cf_buf b = cf_buf_new(a, 65536);
    struct cf_str out;
    measure_write(&b, t, f);
    assert_true(cf_buf_finish(&b, &out));
    return out;
}

static void text_is_aligned_and_says_what_was_hidden(void **state) {
    struct measure_table t = rates(*state);
    measure_publish(*state, &t);
    assert_text(written(*state, &t, MEASURE_TEXT),
                "Searches of children\n"
                "searches_of_children, version 1, 2018-05\n"
                "count of stop_search where age in 10 to 17\n"
                "\n"
                "borough            n  residents  persons  per 1,000  low 95%  high 95%\n"
                "Hackney          120      24000       97       5.00     4.15      5.98\n"
                "City of London     *                                                  \n"
                "Barnet, \"North\"    *                                                  \n"
                "All              152                                                  \n"
                "\n"
                "not known: 12   not in the source: 1 to 4   excluded: 0\n"
                "* numbers of 1 to 4 are hidden, and others from which they could be worked out\n"
                "- Residents, mid-2020.\n");
}

static void csv_can_be_read_back_and_has_remarks_first(void **state) {
    struct measure_table t = rates(*state);
    assert_text(written(*state, &t, MEASURE_CSV), "# measure: searches_of_children\n"
                                                  "# title: Searches of children\n"
                                                  "# version: 1\n"
                                                  "# definition: count of stop_search where age in 10 to 17\n"
                                                  "# period: 2018-05\n"
                                                  "# not known: 12\n"
                                                  "# not in the source: 3\n"
                                                  "# excluded: 0\n"
                                                  "# note: Residents, mid-2020.\n"
                                                  "borough,n,residents,persons,\"per 1,000\",low 95%,high 95%,hidden\n"
                                                  "Hackney,120,24000,97,5.00,4.15,5.98,no\n"
                                                  "City of London,2,705,,2.84,0.34,10.25,no\n"
                                                  "\"Barnet, \"\"North\"\"\",30,40000,,0.75,0.50,,no\n"
                                                  "All,152,,,,,,no\n");
}

static void json_holds_the_numbers_and_null_for_the_hidden(void **state) {
    struct measure_table t = rates(*state);
    measure_publish(*state, &t);
    const char *json = cf_cstr(*state, written(*state, &t, MEASURE_JSON));
    assert_non_null(strstr(json, "\"measure\":\"searches_of_children\""));
    assert_non_null(strstr(json, "\"not_known\":12,\"not_in_source\":null,\"excluded\":0"));
    assert_non_null(strstr(json, "{\"by\":{\"borough\":\"Hackney\"},\"n\":120,\"of\":24000,\"persons\":97,\"value\":5,"));
    assert_non_null(strstr(json,
                           "{\"by\":{\"borough\":\"City of London\"},\"n\":null,\"of\":null,\"persons\":null,\"value\":null,"
                           "\"low\":null,\"high\":null,\"not_stated\":false,\"hidden\":true}"));
    assert_non_null(strstr(json, "{\"by\":{\"borough\":null},\"n\":152,"));
    assert_null(strstr(json, "705"));
}

static void a_share_is_printed_in_per_cent(void **state) {
    struct measure_table t = table_of(1);
    t.kind = MEASURE_SHARE;
    t.unit = CF_LIT("%");
    t.scale = 100;
    t.decimals = 1;
    struct measure_row *r = add(*state, &t, "Hackney", NULL, 81);
    r->of = 263;
    r->value = measure_share(81, 263);
    assert_true(cf_str_ends(written(*state, &t, MEASURE_CSV), CF_LIT("borough,n,of,%,low 95%,high 95%,hidden\n"
                                                                     "Hackney,81,263,30.8,25.5,36.6,no\n")));
}

static void formats_have_names(void **state) {
    enum measure_format f = MEASURE_TEXT;
    assert_true(measure_format_from(CF_LIT("csv"), &f));
    assert_int_equal(f, MEASURE_CSV);
    assert_true(measure_format_from(CF_LIT("table"), &f));
    assert_int_equal(f, MEASURE_TEXT);
    assert_false(measure_format_from(CF_LIT("xml"), &f));
    (void)state;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_arena, free_arena)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(numbers_of_one_to_four_are_hidden),
        CASE(a_second_is_hidden_where_a_total_would_tell),
        CASE(a_nought_is_no_cover),
        CASE(when_nothing_else_covers_the_total_is_hidden),
        CASE(hidden_parts_come_to_more_than_the_least_they_can_be),
        CASE(the_complement_of_a_share_is_hidden_too),
        CASE(what_is_not_stated_is_a_part_of_the_total_and_can_cover),
        CASE(no_random_table_gives_a_small_number_away),
        CASE(a_table_too_large_to_solve_keeps_only_its_grand_total),
        CASE(text_is_aligned_and_says_what_was_hidden),
        CASE(csv_can_be_read_back_and_has_remarks_first),
        CASE(json_holds_the_numbers_and_null_for_the_hidden),
        CASE(a_share_is_printed_in_per_cent),
        CASE(formats_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
