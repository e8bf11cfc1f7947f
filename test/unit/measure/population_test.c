/* Residents: known totals, ages, groups, and the note that every denominator carries. */
#include "unit/unit.h"

#include <unistd.h>

#include "measure/population.h"

static int make_arena(void **state) {
    *state = cf_arena_new("test");
    return 0;
}

static int free_arena(void **state) {
    cf_arena_free(*state);
    return 0;
}

static const struct population *shipped(struct cf_arena *a) {
    struct cf_errs errs = cf_errs_new(a);
    struct population *p = NULL;
    if (!population_load(a, "data/population", &errs, &p)) {
        cf_errs_print(stderr, &errs);
        fail();
    }
    return p;
}

static void totals_are_those_that_the_source_states(void **state) {
    const struct population *p = shipped(*state);
    assert_int_equal(population_ages(p, CF_LIT(""), 0, 90).residents, 9002488); /* mid-2020 */
    int64_t census = population_broad(p, CF_LIT(""), POPULATION_ALL).residents;
    assert_true(census >= 8799697 - 100 && census <= 8799697 + 100); /* the source rounds each cell to protect people */
}

static void the_groups_add_up_to_everybody(void **state) {
    const struct population *p = shipped(*state);
    static const char *const codes[] = {"W1", "W2", "W3", "W9", "M1", "M2", "M3", "M9", "A1",
                                        "A2", "A3", "A4", "A9", "B1", "B2", "B9", "O2", "O9"};
    struct cf_str hackney = CF_LIT("E09000012");
    int64_t broad = 0;
    int64_t single = 0;
    for (int g = POPULATION_WHITE; g < POPULATION_GROUPS; g++) {
        broad += population_broad(p, hackney, (enum population_group)g).residents;
    }
    for (size_t i = 0; i < CF_COUNT(codes); i++) {
        struct population_answer a = population_ethnic(p, hackney, cf_str_from(codes[i]));
        assert_true(a.known);
        single += a.residents;
    }
    assert_int_equal(broad, population_broad(p, hackney, POPULATION_ALL).residents);
    assert_int_equal(single, broad); /* W9 holds the Roma too */
}

static void ages_are_counted_with_both_ends(void **state) {
    const struct population *p = shipped(*state);
    struct cf_str city = CF_LIT("E09000001");
    assert_int_equal(population_ages(p, city, 0, 0).residents, 68);
    assert_int_equal(population_ages(p, city, 10, 17).residents, 96 + 101 + 92 + 107 + 69 + 94 + 81 + 65);
    assert_int_equal(population_ages(p, city, 90, 200).residents, 116);
    assert_int_equal(population_ages(p, city, 0, 90).residents, 10938);
    assert_false(population_ages(p, city, 17, 10).known);
    assert_false(population_ages(p, CF_LIT("E06000001"), 10, 17).known);
}

static void the_note_says_what_the_denominator_cannot_tell(void **state) {
    const struct population *p = shipped(*state);
    struct population_answer a = population_children_of(p, CF_LIT(""), POPULATION_BLACK);
    const char *note = cf_cstr(*state, a.note);
    assert_int_equal(a.residents, population_broad(p, CF_LIT(""), POPULATION_BLACK).residents);
    assert_non_null(strstr(note, "No table of children by ethnic group was available"));
    assert_non_null(strstr(note, "cannot tell"));
    assert_non_null(strstr(cf_cstr(*state, population_ages(p, CF_LIT(""), 10, 17).note), "mid-2020"));
}

static void codes_find_their_broad_group(void **state) {
    assert_int_equal(population_group_of(CF_LIT("B2")), POPULATION_BLACK);
    assert_int_equal(population_group_of(CF_LIT("W3")), POPULATION_WHITE);
    assert_int_equal(population_group_of(CF_LIT("mixed")), POPULATION_MIXED);
    assert_int_equal(population_group_of(CF_LIT("NS")), POPULATION_ALL);
    assert_text(population_group_code(POPULATION_OTHER), "other");
    assert_false(population_ethnic(shipped(*state), CF_LIT(""), CF_LIT("NS")).known);
}

static void a_damaged_table_is_refused_with_the_line(void **state) {
    struct cf_errs errs = cf_errs_new(*state);
    char folder[] = "/tmp/childfirst-population-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *path = cf_cstr(*state, cf_str_printf(*state, "%s/mid2020-age.tsv", folder));
    struct cf_str good;
    struct population *p = NULL;
    assert_false(population_load(*state, folder, &errs, &p));
    assert_int_equal(errs.v[0].code, CF_B001);
    assert_true(cf_read_file(*state, "data/population/mid2020-age.tsv", 1 << 20, &good, &errs));
    static const struct {
        size_t cut;
        const char *more, *words;
    } cases[] = {{0, "code\tname\t0\t1\n", "fewer numbers"}, {0, "code\tname\t1\n", "not the expected ones"}, {0, "", "all 33 boroughs"},
                 {900, "", "all 33"}, {900, "\nE09000001\tX\tmany\n", "not a whole number"}};
    for (size_t i = 0; i < CF_COUNT(cases); i++) {
        struct cf_str head = cf_str_slice(good, 0, cases[i].cut);
        while (head.n > 0 && head.p[head.n - 1] != '\n') {
            head.n--;
        }
        errs = cf_errs_new(*state);
        assert_true(cf_write_file(path, cf_str_printf(*state, "%.*s%s", CF_STR_ARG(head), cases[i].more), &errs));
        assert_false(population_load(*state, folder, &errs, &p));
        assert_int_equal(errs.v[0].code, CF_M001);
        if (strstr(cf_cstr(*state, errs.v[0].msg), cases[i].words) == NULL) {
            fail_msg("%.*s, expected %s", CF_STR_ARG(errs.v[0].msg), cases[i].words);
        }
    }
    unlink(path);
    rmdir(folder);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_arena, free_arena)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(totals_are_those_that_the_source_states), CASE(the_groups_add_up_to_everybody),
        CASE(ages_are_counted_with_both_ends),         CASE(the_note_says_what_the_denominator_cannot_tell),
        CASE(codes_find_their_broad_group),            CASE(a_damaged_table_is_refused_with_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
