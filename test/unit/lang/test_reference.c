/* The reference page is true: the blocks on it form one policy, which checks, and whose examples hold. */
#include <stdlib.h>
#include <unistd.h>

#include "given.h"

struct block {
    const char *name; /* of its file */
    struct cf_buf text;
};
struct blocks {
    CF_VEC(struct block);
};

static struct cf_buf *block_named(struct cf_arena *a, struct blocks *all, struct cf_str name) {
    for (size_t i = 0; i < all->n; i++) {
        if (cf_str_is(name, all->v[i].name)) {
            return &all->v[i].text;
        }
    }
    struct block *b = cf_push(a, all);
    *b = (struct block){.name = cf_cstr(a, name), .text = cf_buf_new(a, CF_MAX_SOURCE_BYTES)};
    return &b->text;
}

/* Blocks behind "```policy" go into one policy; those behind "```tsv NAME" into the file of that name. */
static void read_blocks(struct cf_arena *a, struct cf_str page, struct blocks *all) {
    struct cf_str rest = page, line;
    struct cf_buf *into = NULL;
    while (cf_str_split(&rest, '\n', &line)) {
        if (cf_str_starts(line, CF_LIT("```tsv "))) {
            into = block_named(a, all, cf_str_slice(line, 7, line.n));
        } else if (cf_str_is(line, "```policy")) {
            into = block_named(a, all, CF_LIT("language.policy"));
            cf_buf_byte(into, '\n');
        } else if (cf_str_starts(line, CF_LIT("```"))) {
            into = NULL;
        } else if (into != NULL) {
            cf_buf_str(into, line);
            cf_buf_byte(into, '\n');
        }
    }
}

static void the_reference_page_checks_and_its_examples_hold(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("reference");
    struct cf_errs errs = cf_errs_new(a);
    struct cf_str page, text;
    struct blocks all = {0};
    char folder[] = "/tmp/childfirst-reference-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_true(cf_read_file(a, "doc/reference/language.md", CF_MAX_SOURCE_BYTES, &page, &errs));
    read_blocks(a, page, &all);
    assert_true(all.n >= 4);
    for (size_t i = 0; i < all.n; i++) {
        assert_true(cf_buf_finish(&all.v[i].text, &text));
        assert_true(cf_write_file(cf_cstr(a, cf_str_printf(a, "%s/%s", folder, all.v[i].name)), text, &errs));
    }
    struct given g = given_folder(folder);
    for (size_t i = 0; i < all.n; i++) {
        assert_int_equal(unlink(cf_cstr(a, cf_str_printf(a, "%s/%s", folder, all.v[i].name))), 0);
    }
    assert_int_equal(rmdir(folder), 0);
    bool ok = g.set != NULL;
    size_t checked = 0;
    for (size_t i = 0; ok && i < g.set->examples.n; i++) {
        ok = lang_example_run(g.a, g.set, &g.ref, g.set->examples.v[i], NULL, &checked, &g.errs);
    }
    if (!ok) {
        cf_errs_print(stderr, &g.errs);
    }
    assert_true(ok);
    assert_true(checked >= 8);
    given_end(&g);
    cf_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_page_checks_and_its_examples_hold),
    };
    return cmocka_run_group_tests_name("reference", tests, NULL, NULL);
}
