/* Errors: what is kept, what is shown on a terminal and to programs, did you mean. */
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

static struct cf_span span(const struct cf_source *src, size_t at, size_t n) {
    return (struct cf_span){.src = src, .at = (uint32_t)at, .n = (uint32_t)n};
}

static struct cf_str shown(struct cf_arena *a, const struct cf_errs *e, size_t i) {
    struct cf_buf b = cf_buf_new(a, 100000);
    struct cf_str out;
    cf_err_text(&b, &e->v[i]);
    assert_true(cf_buf_finish(&b, &out));
    return out;
}

static void an_error_shows_its_place_its_line_and_what_to_do(void **state) {
    struct cf_source src = {CF_LIT("a.policy"), CF_LIT("rule one\n  within 2 hour of it\nend\n")};
    struct cf_errs e = cf_errs_new(*state);
    assert_false(cf_fail(&e, CF_B003, span(&src, 20, 4), "unknown unit `%s`", "hour"));
    cf_hint(&e, "Write `hours`.");
    cf_second(&e, span(&src, 5, 3), "in this rule");
    assert_text(shown(*state, &e, 0), "a.policy:2:12: error CF-B003: unknown unit `hour`\n"
                                      "      within 2 hour of it\n"
                                      "               ^~~~\n"
                                      "  a.policy:1:6: note: in this rule\n"
                                      "    rule one\n"
                                      "         ^~~\n"
                                      "  hint: Write `hours`.\n");
}

static void the_mark_stands_below_its_text_behind_tabs_and_accents(void **state) {
    struct cf_source src = {CF_LIT("t"), CF_LIT("\t\xc3\xa9t\xc3\xa9 = \xc3\xa0\xc3\xa0 x")};
    struct cf_errs e = cf_errs_new(*state);
    cf_fail(&e, CF_B003, span(&src, 9, 4), "what");
    cf_hint(&e, "%s", "");
    assert_text(shown(*state, &e, 0), "t:1:8: error CF-B003: what\n"
                                      "    \t\xc3\xa9t\xc3\xa9 = \xc3\xa0\xc3\xa0 x\n"
                                      "    \t      ^~\n");
}

static void an_error_without_a_place_has_only_words(void **state) {
    struct cf_errs e = cf_errs_new(*state);
    cf_fail(&e, CF_B001, CF_NOWHERE, "x cannot be opened");
    assert_text(shown(*state, &e, 0), "error CF-B001: x cannot be opened\n"
                                      "  hint: Check the path and that you may read it.\n");
}

static void a_source_known_by_name_only_has_no_line(void **state) {
    struct cf_source src = {CF_LIT("x.csv"), {0}};
    struct cf_errs e = cf_errs_new(*state);
    cf_warn(&e, CF_B001, span(&src, 0, 0), "odd");
    cf_hint(&e, "Look.");
    assert_text(shown(*state, &e, 0), "x.csv: warning CF-B001: odd\n  hint: Look.\n");
    assert_int_equal(e.failures, 0);
}

static void a_place_at_or_behind_the_end_is_shown_at_the_end(void **state) {
    struct cf_source src = {CF_LIT("t"), CF_LIT("ab\r\ncd")};
    struct cf_errs e = cf_errs_new(*state);
    cf_fail(&e, CF_B001, span(&src, 6, 0), "end");
    cf_hint(&e, "%s", "");
    cf_fail(&e, CF_B001, span(&src, 4000, 7), "beyond");
    cf_hint(&e, "%s", "");
    cf_fail(&e, CF_B001, span(&src, 0, 6), "over two lines");
    cf_hint(&e, "%s", "");
    assert_text(shown(*state, &e, 0), "t:2:3: error CF-B001: end\n    cd\n      ^\n");
    assert_text(shown(*state, &e, 1), "t:2:3: error CF-B001: beyond\n    cd\n      ^\n");
    assert_text(shown(*state, &e, 2), "t:1:1: error CF-B001: over two lines\n    ab\n    ^~\n");
}

static void text_from_a_file_cannot_drive_the_terminal(void **state) {
    struct cf_source src = {CF_LIT("t"), CF_LIT("a\x1b[2J\xff\xc2\x9b\x7f b")};
    struct cf_errs e = cf_errs_new(*state);
    cf_fail(&e, CF_B001, span(&src, 0, 1), "bad \x1b");
    cf_hint(&e, "%s", "");
    assert_text(shown(*state, &e, 0), "t:1:1: error CF-B001: bad \xef\xbf\xbd\n"
                                      "    a\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd b\n"
                                      "    ^\n");
}

static void of_a_very_long_line_only_the_part_round_the_place_is_shown(void **state) {
    char *line = cf_alloc(*state, 100000);
    memset(line, 'x', 100000);
    line[50000] = '!';
    struct cf_source src = {CF_LIT("t"), {line, 100000}};
    struct cf_errs e = cf_errs_new(*state);
    cf_fail(&e, CF_B001, span(&src, 50000, 90), "far");
    struct cf_str text = shown(*state, &e, 0);
    assert_true(cf_str_starts(text, CF_LIT("t:1:50001: error CF-B001: far\n    …xxx")));
    assert_true(text.n < 600);
    size_t mark = 0, letter = 0;
    assert_true(cf_str_find(text, '^', &mark));
    assert_true(cf_str_find(text, '!', &letter));
    struct cf_str rest = text, lines[3];
    for (size_t i = 0; i < 3; i++) {
        assert_true(cf_str_split(&rest, '\n', &lines[i]));
    }
    size_t place = 0, below = 0;
    assert_true(cf_str_find(lines[1], '!', &place) && cf_str_find(lines[2], '^', &below));
    assert_int_equal(place, below + 2); /* the three bytes of … stand in one column */
}

static void failures_beyond_the_bound_are_counted_not_kept(void **state) {
    struct cf_errs e = cf_errs_new(*state);
    for (int i = 0; i < CF_MAX_ERRORS + 5; i++) {
        cf_fail(&e, CF_B001, CF_NOWHERE, "number %d", i);
        cf_hint(&e, "hint %d", i);
        cf_second(&e, CF_NOWHERE, "note %d", i);
    }
    assert_int_equal(e.n, CF_MAX_ERRORS);
    assert_int_equal(e.failures, CF_MAX_ERRORS + 5);
    assert_text(e.v[e.n - 1].hint, "hint 19"); /* hints of dropped ones go with them */
    assert_text(e.v[e.n - 1].note, "note 19");
    char *printed = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&printed, &size);
    assert_non_null(f);
    cf_errs_print(f, &e);
    fclose(f);
    assert_true(cf_str_ends(cf_str_from(printed), CF_LIT("and 5 more errors\n")));
    free(printed);
}

static void warnings_do_not_crowd_out_failures(void **state) {
    struct cf_errs e = cf_errs_new(*state);
    for (int i = 0; i < CF_MAX_ERRORS * 3; i++) {
        cf_warn(&e, CF_B001, CF_NOWHERE, "warning %d", i);
    }
    cf_fail(&e, CF_B002, CF_NOWHERE, "failure");
    assert_int_equal(e.n, CF_MAX_ERRORS + 1);
    assert_int_equal(e.failures, 1);
    assert_text(e.v[e.n - 1].msg, "failure");
}

static void an_error_as_json_has_code_kind_words_and_place(void **state) {
    struct cf_source src = {CF_LIT("a\"b.policy"), CF_LIT("x\ny z\n")};
    struct cf_errs e = cf_errs_new(*state);
    cf_fail(&e, CF_B002, span(&src, 4, 1), "too \"long\"");
    cf_hint(&e, "Cut it.");
    cf_second(&e, span(&src, 0, 1), "first");
    struct cf_buf b = cf_buf_new(*state, 1000);
    struct cf_str out;
    cf_err_json(&b, &e.v[0]);
    assert_true(cf_buf_finish(&b, &out));
    assert_text(out, "{\"code\":\"CF-B002\",\"kind\":\"too big\",\"warning\":false,\"message\":\"too \\\"long\\\"\","
                     "\"hint\":\"Cut it.\",\"path\":\"a\\\"b.policy\",\"line\":2,\"column\":3,"
                     "\"note\":{\"message\":\"first\",\"path\":\"a\\\"b.policy\",\"line\":1,\"column\":1}}");
}

static void every_code_has_a_name_a_summary_and_advice(void **state) {
    (void)state;
    for (int i = 1; i < CF_CODE_COUNT; i++) {
        enum cf_code code = (enum cf_code)i;
        assert_true(cf_str_starts(cf_str_from(cf_code_name(code)), CF_LIT("CF-")));
        assert_int_equal(strlen(cf_code_name(code)), 7);
        assert_true(strlen(cf_code_summary(code)) > 0);
        assert_true(strlen(cf_code_hint(code)) > 0);
        assert_true(strlen(cf_kind_name(cf_code_kind(code))) > 0);
    }
    assert_string_equal(cf_code_name(CF_B001), "CF-B001");
    assert_int_equal(cf_code_kind(CF_B002), CF_TOO_BIG);
}

static void the_nearest_name_is_offered_only_when_near(void **state) {
    (void)state;
    const struct cf_str names[] = {CF_LIT("searched"), CF_LIT("search"), CF_LIT("seared"), CF_LIT("arrest")};
    assert_text(cf_nearest(CF_LIT("serch"), names, 4), "search");
    assert_text(cf_nearest(CF_LIT("searcd"), names, 4), "search"); /* of equals the first */
    assert_text(cf_nearest(CF_LIT("arest"), names, 4), "arrest");
    assert_text(cf_nearest(CF_LIT("custody"), names, 4), "");
    assert_text(cf_nearest(CF_LIT("xy"), names, 4), "");
    assert_text(cf_nearest(CF_LIT("x"), NULL, 0), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_shows_its_place_its_line_and_what_to_do),
        cmocka_unit_test(the_mark_stands_below_its_text_behind_tabs_and_accents),
        cmocka_unit_test(an_error_without_a_place_has_only_words),
        cmocka_unit_test(a_source_known_by_name_only_has_no_line),
        cmocka_unit_test(a_place_at_or_behind_the_end_is_shown_at_the_end),
        cmocka_unit_test(text_from_a_file_cannot_drive_the_terminal),
        cmocka_unit_test(of_a_very_long_line_only_the_part_round_the_place_is_shown),
        cmocka_unit_test(failures_beyond_the_bound_are_counted_not_kept),
        cmocka_unit_test(warnings_do_not_crowd_out_failures),
        cmocka_unit_test(an_error_as_json_has_code_kind_words_and_place),
        cmocka_unit_test(every_code_has_a_name_a_summary_and_advice),
        cmocka_unit_test(the_nearest_name_is_offered_only_when_near),
    };
    return cmocka_run_group_tests_name("base: errors", tests, make_arena, free_arena);
}
