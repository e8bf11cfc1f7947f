/* The page compiler: wrong templates and the exact words about each (test/pages/bad/NAME.page, NAME.txt), and what a template
 * that holds everything writes. UPDATE=1 in the environment rewrites the words. */
#include "unit/unit.h"

#include "../../../tools/pages.h"
#include "pages/page_everything.h"

#include <dirent.h>
#include <stdlib.h>

static const char *text_of(struct cf_arena *a, const char *path) {
    struct cf_errs errs = cf_errs_new(a);
    struct cf_str s;
    return cf_read_file(a, path, 1 << 20, &s, &errs) ? cf_cstr(a, s) : "";
}

static void check_bad(struct cf_arena *a, const char *name) {
    const char *page = cf_cstr(a, cf_str_printf(a, "test/pages/bad/%s", name));
    const char *words = cf_cstr(a, cf_str_printf(a, "%.*s.txt", (int)(strlen(page) - 5), page));
    char *said = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&said, &n);
    struct page_compiler c = {.arena = a, .faults_to = f, .parts_folder = "test/pages/parts"};
    struct cf_buf h = cf_buf_new(a, 1 << 20), s = cf_buf_new(a, 1 << 20);
    struct page_template *t;
    assert_false(page_compile(&c, page, &h, &s, &t));
    fclose(f);
    if (getenv("UPDATE")) {
        struct cf_errs errs = cf_errs_new(a);
        assert_true(cf_write_file(words, (struct cf_str){said, n}, &errs));
    }
    assert_string_equal(said, text_of(a, words));
    free(said);
}

static void each_wrong_template_is_refused_in_its_words(void **state) {
    struct cf_arena *a = cf_arena_new("test");
    size_t n = 0;
    DIR *d = opendir("test/pages/bad");
    (void)state;
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (cf_str_ends(cf_str_from(e->d_name), CF_LIT(".page"))) {
            check_bad(a, e->d_name);
            n++;
        }
    }
    closedir(d);
    assert_true(n >= 34);
    cf_arena_free(a);
}

#define NASTY CF_LIT("<b a=\"x\" c='y'>&amp;")
#define ESCAPED "&lt;b a=&#34;x&#34; c=&#39;y&#39;&gt;&amp;amp;"

static void a_template_writes_what_it_says_and_escapes_the_rest(void **state) {
    struct cf_arena *a = cf_arena_new("test");
    struct cf_buf b = cf_buf_new(a, 1 << 20);
    struct page_everything p = {.title = NASTY,
                                .n = -7,
                                .big = 1234567,
                                .on = true,
                                .to = CF_LIT("javascript:alert(1)"),
                                .made = WEB_HTML("<i>ours</i>"),
                                .badge = {.words = CF_LIT("w"), .colour = CF_LIT("blue")},
                                .csrf = WEB_HTML("<input>")};
    (void)state;
    p.has_maybe = true;
    p.maybe = 3;
    struct page_everything_row *row = cf_push(a, &p.rows);
    row->name = CF_LIT("r");
    cf_push(a, &row->marks)->letter = CF_LIT("m");
    cf_push(a, &row->marks)->letter = CF_LIT("<");
    *cf_push(a, &p.words) = CF_LIT("one");
    *cf_push(a, &p.words) = CF_LIT("two");
    page_everything_write(&b, &p);
    struct cf_str all = {b.p, b.n};
    assert_text(
        all, "<h1 class=\"a " ESCAPED "\">" ESCAPED "</h1>\n"
             "<p>-7 1,234,567 {x} <i>ours</i></p>\n"
             "<a href=\"#\">whole</a> <a href=\"/find?name=%3Cb%20a%3D%22x%22%20c%3D%27y%27%3E%26amp%3B&amp;n=-7\">part</a>\n"
             "<p>on</p>\n"
             "<p>no note</p>\n"
             "<p>3</p>\n"
             "<li hidden>r m &lt;</li>\n"
             "one;two;\n"
             "<b class=\"b-blue\">w</b>\n"
             "<b class=\"b-red\">" ESCAPED "</b>\n"
             "<b class=\"b-red\">why? -7</b>\n"
             "\n"
             "<form method=\"post\" action=\"/x\"><input><input name=\"x\"></form>\n"
             "<pre>\n  kept  as it is\n</pre>\n");
    cf_arena_free(a);
}

static void an_empty_list_and_an_absent_optional_take_the_other_branch(void **state) {
    struct cf_arena *a = cf_arena_new("test");
    struct cf_buf b = cf_buf_new(a, 1 << 20);
    struct page_everything_row one = {.name = CF_LIT("the one")};
    struct page_everything p = {.note = CF_LIT("noted"), .to = CF_LIT("/here"), .one = &one};
    (void)state;
    page_everything_write(&b, &p);
    struct cf_str all = {b.p, b.n};
    const char *text = cf_cstr(a, all);
    assert_non_null(strstr(text, "<p>noted</p>"));
    assert_null(strstr(text, "no note"));
    assert_non_null(strstr(text, "<li>none</li>"));
    assert_non_null(strstr(text, "the one"));
    assert_non_null(strstr(text, "href=\"/here\""));
    cf_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_wrong_template_is_refused_in_its_words),
        cmocka_unit_test(a_template_writes_what_it_says_and_escapes_the_rest),
        cmocka_unit_test(an_empty_list_and_an_absent_optional_take_the_other_branch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
