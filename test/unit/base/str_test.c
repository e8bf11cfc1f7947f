/* Strings: comparing, cutting, numbers, distance, UTF-8. */
#include "unit/unit.h"

#include <stdlib.h>

static int make_arena(void **state) {
    *state = cf_arena_new("test");
    return 0;
}

static int free_arena(void **state) {
    cf_arena_free(*state);
    return 0;
}

static void strings_compare_by_bytes_with_the_shorter_first(void **state) {
    (void)state;
    assert_true(cf_str_eq(CF_LIT("a\0b"), CF_LIT("a\0b")));
    assert_false(cf_str_eq(CF_LIT("a\0b"), CF_LIT("a\0c")));
    assert_true(cf_str_eq((struct cf_str){0}, CF_LIT("")));
    assert_true(cf_str_is(CF_LIT("child"), "child"));
    assert_false(cf_str_is(CF_LIT("child"), "children"));
    assert_true(cf_str_cmp(CF_LIT("ab"), CF_LIT("abc")) < 0);
    assert_true(cf_str_cmp(CF_LIT("b"), CF_LIT("abc")) > 0);
    assert_true(cf_str_cmp(CF_LIT("\xff"), CF_LIT("a")) > 0);
    assert_int_equal(cf_str_cmp(CF_LIT(""), (struct cf_str){0}), 0);
}

static void strings_are_cut_within_their_bounds(void **state) {
    (void)state;
    struct cf_str s = CF_LIT("appropriate adult");
    assert_true(cf_str_starts(s, CF_LIT("appropriate")));
    assert_false(cf_str_starts(CF_LIT("app"), s));
    assert_true(cf_str_ends(s, CF_LIT("adult")));
    assert_false(cf_str_ends(CF_LIT("t"), s));
    assert_text(cf_str_slice(s, 12, 99), "adult");
    assert_text(cf_str_slice(s, 50, 2), "");
    assert_text(cf_str_trim(CF_LIT(" \t child\r\n")), "child");
    assert_text(cf_str_trim(CF_LIT(" \n ")), "");
    size_t at = 0;
    assert_true(cf_str_find(s, 'a', &at));
    assert_int_equal(at, 0);
    assert_false(cf_str_find(s, 'z', &at));
    assert_false(cf_str_find((struct cf_str){0}, 'z', &at));
}

static void splitting_gives_every_piece_also_the_empty_ones(void **state) {
    (void)state;
    struct cf_str rest = CF_LIT(",a,,b,"), piece;
    const char *expected[] = {"", "a", "", "b", ""};
    for (size_t i = 0; i < CF_COUNT(expected); i++) {
        assert_true(cf_str_split(&rest, ',', &piece));
        assert_text(piece, expected[i]);
    }
    assert_false(cf_str_split(&rest, ',', &piece));
    assert_false(cf_str_split(&rest, ',', &piece));
}

static void copies_end_with_a_nul_and_formats_have_any_length(void **state) {
    struct cf_str copy = cf_str_dup(*state, cf_str_slice(CF_LIT("children"), 0, 5));
    assert_string_equal(copy.p, "child");
    assert_string_equal(cf_cstr(*state, (struct cf_str){0}), "");
    assert_text(cf_str_printf(*state, "%d of %s", 3, "four"), "3 of four");
    assert_int_equal(cf_str_printf(*state, "%5000d", 1).n, 5000);
}

static void whole_numbers_are_read_to_their_limits_and_no_further(void **state) {
    (void)state;
    const struct {
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        /* clang-format off */
        {"0", true, 0}, {"-0", true, 0}, {"+7", true, 7}, {"-12", true, -12}, {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX}, {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0}, {"-9223372036854775809", false, 0}, {"99999999999999999999", false, 0},
        {"", false, 0}, {"-", false, 0}, {"+", false, 0}, {" 1", false, 0}, {"1 ", false, 0},
        {"1.0", false, 0}, {"0x1", false, 0},
        /* clang-format on */
    };
    for (size_t i = 0; i < CF_COUNT(cases); i++) {
        int64_t value = 0;
        assert_int_equal(cf_str_int(cf_str_from(cases[i].text), &value), cases[i].ok);
        assert_int_equal(value, cases[i].value);
    }
}

static void distance_counts_letters_and_stops_at_its_bound(void **state) {
    (void)state;
    assert_int_equal(cf_str_distance(CF_LIT("search"), CF_LIT("search"), 9), 0);
    assert_int_equal(cf_str_distance(CF_LIT("serch"), CF_LIT("search"), 9), 1);
    assert_int_equal(cf_str_distance(CF_LIT("saerch"), CF_LIT("search"), 9), 1);
    assert_int_equal(cf_str_distance(CF_LIT(""), CF_LIT("abc"), 9), 3);
    assert_int_equal(cf_str_distance(CF_LIT("kitten"), CF_LIT("sitting"), 9), 3);
    assert_int_equal(cf_str_distance(CF_LIT("kitten"), CF_LIT("sitting"), 2), 3);
    assert_int_equal(cf_str_distance(CF_LIT("kitten"), CF_LIT("sitting"), 1), 2);
    assert_int_equal(cf_str_distance(CF_LIT("abcdefgh"), CF_LIT("zyxwvuts"), 2), 3);
}

static void distance_is_the_same_both_ways(void **state) {
    (void)state;
    srand(7);
    for (int round = 0; round < 2000; round++) {
        char a[8], b[8];
        struct cf_str sa = {.p = a, .n = (size_t)rand() % 8}, sb = {.p = b, .n = (size_t)rand() % 8};
        for (size_t i = 0; i < 8; i++) {
            a[i] = (char)('a' + rand() % 3);
            b[i] = (char)('a' + rand() % 3);
        }
        size_t d = cf_str_distance(sa, sb, 20);
        assert_int_equal(d, cf_str_distance(sb, sa, 20));
        assert_int_equal(d == 0, cf_str_eq(sa, sb));
        assert_int_equal(cf_str_distance(sa, sb, 1), d < 2 ? d : 2);
    }
}

static void only_shortest_form_utf8_without_surrogates_is_valid(void **state) {
    (void)state;
    const struct {
        struct cf_str text;
        bool ok;
        size_t bad_at;
    } cases[] = {
        /* clang-format off */
        {CF_LIT(""), true, 0}, {CF_LIT("a\0b"), true, 0}, {CF_LIT("na\xc3\xafve"), true, 0}, {CF_LIT("\xe2\x82\xac"), true, 0},
        {CF_LIT("\xf0\x9f\x99\x82"), true, 0}, {CF_LIT("\xf4\x8f\xbf\xbf"), true, 0}, {CF_LIT("\xed\x9f\xbf"), true, 0},
        {CF_LIT("ab\x80"), false, 2}, {CF_LIT("a\xc0\x80"), false, 1}, {CF_LIT("\xc1\xbf"), false, 0},
        {CF_LIT("\xe0\x9f\xbf"), false, 0}, {CF_LIT("\xf0\x8f\xbf\xbf"), false, 0}, {CF_LIT("\xed\xa0\x80"), false, 0},
        {CF_LIT("\xf4\x90\x80\x80"), false, 0}, {CF_LIT("\xf5\x80\x80\x80"), false, 0}, {CF_LIT("abc\xe2\x82"), false, 3},
        {CF_LIT("\xc3("), false, 0}, {CF_LIT("\xff"), false, 0},
        /* clang-format on */
    };
    for (size_t i = 0; i < CF_COUNT(cases); i++) {
        size_t bad_at = 0;
        assert_int_equal(cf_utf8_valid(cases[i].text, &bad_at), cases[i].ok);
        assert_int_equal(bad_at, cases[i].bad_at);
    }
}

static void equal_strings_have_equal_hashes_and_near_ones_differ(void **state) {
    struct cf_str s = cf_str_dup(*state, CF_LIT("a searched child"));
    assert_true(cf_str_hash(s) == cf_str_hash(CF_LIT("a searched child")));
    assert_false(cf_str_hash(CF_LIT("a")) == cf_str_hash(CF_LIT("a\0")));
    assert_false(cf_str_hash(CF_LIT("ab")) == cf_str_hash(CF_LIT("ba")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_compare_by_bytes_with_the_shorter_first),
        cmocka_unit_test(strings_are_cut_within_their_bounds),
        cmocka_unit_test(splitting_gives_every_piece_also_the_empty_ones),
        cmocka_unit_test(copies_end_with_a_nul_and_formats_have_any_length),
        cmocka_unit_test(whole_numbers_are_read_to_their_limits_and_no_further),
        cmocka_unit_test(distance_counts_letters_and_stops_at_its_bound),
        cmocka_unit_test(distance_is_the_same_both_ways),
        cmocka_unit_test(only_shortest_form_utf8_without_surrogates_is_valid),
        cmocka_unit_test(equal_strings_have_equal_hashes_and_near_ones_differ),
    };
    return cmocka_run_group_tests_name("base: strings", tests, make_arena, free_arena);
}
