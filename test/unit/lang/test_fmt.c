/* The formatter: each file under test/lang/fmt gives the text beside it, a second time changes nothing, and the tree stays the
 * same. */
#include "unit/unit.h"

#include <dirent.h>
#include <stdio.h>

#include "unit/lang/tree.h"

static int make_arena(void **state) {
    *state = cf_arena_new("test");
    return 0;
}
static int free_arena(void **state) {
    cf_arena_free(*state);
    return 0;
}

static struct lang_decl *parsed(struct cf_arena *a, const char *what, struct cf_str text) {
    struct cf_source *src = CF_NEW(a, struct cf_source);
    struct cf_errs errs = cf_errs_new(a);
    struct lang_decl *d;
    *src = (struct cf_source){.name = cf_str_from(what), .text = text};
    if (!lang_parse(a, src, &errs, &d)) {
        cf_errs_print(stderr, &errs);
        fail_msg("%s does not parse", what);
    }
    return d;
}

static struct cf_str file_text(struct cf_arena *a, const char *path) {
    struct cf_errs errs = cf_errs_new(a);
    struct cf_str text = {0};
    if (!cf_read_file(a, path, CF_MAX_SOURCE_BYTES, &text, &errs)) {
        fail_msg("%s cannot be read", path);
    }
    return text;
}

/* fmt(x) parses to the tree of x, and fmt(fmt(x)) = fmt(x). Gives fmt(x). */
static struct cf_str formatted(struct cf_arena *a, const char *what, struct cf_str text) {
    const struct lang_decl *first = parsed(a, what, text);
    struct cf_str once = lang_format(a, first);
    const struct lang_decl *second = parsed(a, what, once);
    struct cf_str twice = lang_format(a, second);
    assert_text(twice, cf_cstr(a, once));
    assert_text(tree_text(a, second), cf_cstr(a, tree_text(a, first)));
    return once;
}

/* Calls f for each file of the folder that ends so. */
static size_t each_file(struct cf_arena *a, const char *folder, const char *end,
                        void (*f)(struct cf_arena *, struct cf_str, struct cf_str)) {
    DIR *d = opendir(folder);
    size_t n = 0;
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        struct cf_str name = cf_str_dup(a, cf_str_from(e->d_name));
        if (cf_str_ends(name, cf_str_from(end))) {
            f(a, cf_str_from(folder), cf_str_slice(name, 0, name.n - strlen(end)));
            n++;
        }
    }
    closedir(d);
    return n;
}

static void compare_with_out(struct cf_arena *a, struct cf_str folder, struct cf_str name) {
    const char *in = cf_cstr(a, cf_str_printf(a, "%.*s/%.*s.in", CF_STR_ARG(folder), CF_STR_ARG(name)));
    const char *out = cf_cstr(a, cf_str_printf(a, "%.*s/%.*s.out", CF_STR_ARG(folder), CF_STR_ARG(name)));
    FILE *beside = fopen(out, "r");
    if (beside == NULL) { /* a worked policy: what it unfolds to stands among the good ones */
        out = cf_cstr(a, cf_str_printf(a, "test/lang/good/%.*s.policy", CF_STR_ARG(name)));
    } else {
        fclose(beside);
    }
    struct cf_str got = formatted(a, in, file_text(a, in));
    if (getenv("UPDATE") != NULL) {
        struct cf_errs errs = cf_errs_new(a);
        assert_true(cf_write_file(out, got, &errs));
    }
    assert_text(got, cf_cstr(a, file_text(a, out)));
}

static void each_form_is_printed_as_the_file_beside_it(void **state) {
    assert_true(each_file(*state, "test/lang/fmt", ".in", compare_with_out) >= 15);
}

static void is_formatted(struct cf_arena *a, struct cf_str folder, struct cf_str name) {
    const char *path = cf_cstr(a, cf_str_printf(a, "%.*s/%.*s.policy", CF_STR_ARG(folder), CF_STR_ARG(name)));
    struct cf_str text = file_text(a, path);
    assert_text(formatted(a, path, text), cf_cstr(a, text));
}

static void the_good_policies_stand_as_the_formatter_prints_them(void **state) {
    assert_true(each_file(*state, "test/lang/good", ".policy", is_formatted) >= 14);
}

#define HEAD                                                                                                                   \
    "policy a.b \"A\"\n    owner     x\n    serves    S1\n    in force  from 2024-01-01\n    cites\n        law       "        \
    "\"Law\"\n\n"

/* The declaration, behind a policy's head, prints as expected. */
static void prints(struct cf_arena *a, const char *decl, const char *expected) {
    struct cf_str in = cf_str_printf(a, "%s%s", HEAD, decl), out = cf_str_printf(a, "%s%s", HEAD, expected);
    assert_text(formatted(a, "given", in), cf_cstr(a, out));
}

static void comments_stay_beside_their_clauses(void **state) {
    prints(
        *state,
        "# about the duty\n\n# more of it\nduty d \"D\"; owner o # who\n    # why so long\n    within 3 days # to be asked\n"
        "    done by r; after q # both\n    cites law 1\n    # the end\n# at the very end\n",
        "# about the duty\n\n# more of it\nduty d \"D\"\n    after     q  # both\n    owner     o  # who\n    # why so long\n"
        "    within    3 days  # to be asked\n    done by   r\n    cites     law 1\n    # the end\n# at the very end\n");
}

static void two_comments_for_one_line_are_both_kept(void **state) {
    prints(*state, "fact f about person = a # one\n    or b # two\n", "# two\nfact f about person = a or b  # one\n");
}

static void a_long_condition_breaks_before_its_words(void **state) {
    prints(*state,
           "flag f \"F\"; about person; while child and count of stop_search in the last 6 months >= 3 and not open detention "
           "and not open missing\n",
           "flag f \"F\"\n    about     person\n    while     child\n              and count of stop_search in the last 6 "
           "months >= 3\n"
           "              and not open detention\n              and not open missing\n");
}

static void brackets_stay_where_they_were_written(void **state) {
    prints(*state, "fact f about person = ((a or b)) and not (c = (1 + 2))\n",
           "fact f about person = (a or b) and not (c = (1 + 2))\n");
    prints(*state, "fact f about person = count of (r with x = 1 or y = 2) >= 3\n",
           "fact f about person = count of (r with x = 1 or y = 2) >= 3\n");
    prints(*state, "fact f about person = a (r with x = 1) and no s\n", "fact f about person = (a r with x = 1) and no s\n");
    prints(*state, "duty d \"D\"; after r; owner o; done by (a with x = 1 or y = 2) or b with z = 3; cites law 1\n",
           "duty d \"D\"\n    after     r\n    owner     o\n    done by   (a with x = 1 or y = 2) or b with z = 3\n    cites   "
           "  law 1\n");
}

static void clauses_come_in_one_order_whatever_their_order_was(void **state) {
    prints(*state, "gate g \"G\"; cites law 1; needs a; lawful use of sex law 2; before r; absolute; otherwise \"No.\"\n",
           "gate g \"G\"\n    absolute\n    before         r\n    needs          a\n    otherwise      \"No.\"\n"
           "    lawful use of  sex law 2\n    cites          law 1\n");
}

static void a_reference_that_would_be_read_otherwise_is_quoted(void **state) {
    prints(*state, "flag f \"F\"; about person; while a; cites law \"1, 2\", law \"SEARCH-34\", law \"a; b\"\n",
           "flag f \"F\"\n    about     person\n    while     a\n    cites     law \"1, 2\", law SEARCH-34, law \"a; b\"\n");
}

static void short_declarations_below_each_other_share_their_columns(void **state) {
    prints(*state, "role a \"A\"; rank 1\nrole bcd \"B and C\"\n    rank 2\n    includes a\n\nrole e \"E\"\n",
           "role a    \"A\"        rank 1\nrole bcd  \"B and C\"  rank 2 includes a\n\nrole e \"E\"\n");
}

static void the_days_on_which_a_unit_is_open_are_printed_as_a_run(void **state) {
    prints(*state,
           "unit u \"U\"; open saturday to monday 10:00 to 16:00; open monday to sunday 00:00 to 24:00; open friday 08:30 to "
           "12:00\n",
           "unit u \"U\"\n    open      saturday to monday 10:00 to 16:00\n    open      monday to sunday 00:00 to 24:00\n"
           "    open      friday 08:30 to 12:00\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_arena, free_arena)
        TEST(each_form_is_printed_as_the_file_beside_it),
        TEST(the_good_policies_stand_as_the_formatter_prints_them),
        TEST(comments_stay_beside_their_clauses),
        TEST(two_comments_for_one_line_are_both_kept),
        TEST(a_long_condition_breaks_before_its_words),
        TEST(brackets_stay_where_they_were_written),
        TEST(clauses_come_in_one_order_whatever_their_order_was),
        TEST(a_reference_that_would_be_read_otherwise_is_quoted),
        TEST(short_declarations_below_each_other_share_their_columns),
        TEST(the_days_on_which_a_unit_is_open_are_printed_as_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
