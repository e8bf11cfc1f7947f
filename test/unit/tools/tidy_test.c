/* tidy: each house rule finds what breaks it, says where, and lets the right thing pass. */
#include "unit/unit.h"

int tidy_main(int argc, char **argv);
#define main tidy_main
#include "../../../tools/tidy.c"
#undef main

#include <fcntl.h>
#include <ftw.h>

struct tree {
    struct cf_arena *arena;
    char folder[64];
    int home; /* the folder we came from */
};

static void put(struct tree *t, const char *path, const char *text) {
    struct cf_errs errs = cf_errs_new(t->arena);
    char *full = cf_memdup(t->arena, path, strlen(path) + 1);
    for (char *slash = strchr(full, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(full, 0700);
        *slash = '/';
    }
    assert_true(cf_write_file(path, cf_str_from(text), &errs));
}

static int make_tree(void **state) {
    struct cf_arena *a = cf_arena_new("test");
    struct tree *t = CF_NEW(a, struct tree);
    t->arena = a;
    t->home = open(".", O_RDONLY | O_DIRECTORY);
    snprintf(t->folder, sizeof(t->folder), "/tmp/childfirst-tidy-XXXXXX");
    if (mkdtemp(t->folder) == NULL || chdir(t->folder) != 0) {
        return 1;
    }
    put(t, "src/LAYERS",
        "# layers\nbase:\nlang: base\nstore: base\ncli: *\n"
        "<sqlite3.h>: store/sqlite.c\n<openssl/>: store/hash.c\n");
    put(t, "src/base/base.h", "/* base */\n");
    put(t, "src/base/errors.def", "/* errors */\nCF_ERR(Z001, BROKEN, \"a\", \"b\")\n");
    put(t, "src/store/store.h", "/* store */\n#include \"base/base.h\"\n");
    put(t, "src/store/sqlite.c", "/* sqlite */\n#include \"store/store.h\"\n#include <sqlite3.h>\nint x = CF_Z001;\n");
    put(t, "src/store/hash.c", "/* hash */\n#include <openssl/evp.h>\nvoid *p(void) {\n    return malloc(3);\n}\n");
    put(t, "test/a_test.c", "/* sees CF-Z001 */\n");
    *state = t;
    return 0;
}

static int take_away(const char *path, const struct stat *st, int flag, struct FTW *place) {
    (void)st, (void)flag, (void)place;
    return remove(path);
}

static int leave_tree(void **state) {
    struct tree *t = *state;
    int failed = fchdir(t->home) != 0 || nftw(t->folder, take_away, 8, FTW_DEPTH | FTW_PHYS) != 0;
    close(t->home);
    cf_arena_free(t->arena);
    return failed;
}

/* What tidy prints about the tree; says whether it failed. */
static struct cf_str tidy_says(struct tree *t, bool *failed) {
    struct cf_errs errs = cf_errs_new(t->arena);
    fflush(stdout);
    int kept = dup(1), to = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(kept >= 0 && to >= 0);
    dup2(to, 1);
    close(to);
    char name[] = "tidy", *argv[] = {name, NULL};
    int status = tidy_main(1, argv);
    fflush(stdout);
    dup2(kept, 1);
    close(kept);
    *failed = status != 0;
    struct cf_str out;
    assert_true(cf_read_file(t->arena, "out", 100000, &out, &errs));
    unlink("out");
    return out;
}

static void assert_clean(struct tree *t) {
    bool failed = true;
    struct cf_str out = tidy_says(t, &failed);
    assert_text(out, "14 passed, 0 failed\n");
    assert_false(failed);
}

/* The tree with this one file has exactly this fault. */
static void assert_fault(struct tree *t, const char *path, const char *text, const char *expected) {
    put(t, path, text);
    bool failed = false;
    struct cf_str out = tidy_says(t, &failed);
    assert_text(out, cf_str_printf(t->arena, "%s\n13 passed, 1 failed\n", expected).p);
    assert_true(failed);
    unlink(path);
}

static void a_tree_in_order_passes(void **state) {
    assert_clean(*state);
}

static void a_file_opens_with_a_comment(void **state) {
    assert_fault(*state, "src/cli/a.c", "int a;\n",
                 "src/cli/a.c:1: no opening comment, say what this file does and what it must not know (opening-comment)");
}

static void lines_are_narrow_and_without_tabs_and_trailing_blanks(void **state) {
    struct tree *t = *state;
    const char *wide = cf_str_printf(t->arena, "/* é%*s*/\n", 126, "").p;
    assert_fault(*state, "src/cli/a.c", "/* a */\n\tint a;\n", "src/cli/a.c:2: a tab, write spaces (line-shape)");
    assert_fault(*state, "src/cli/a.c", "/* a */\nint a; \n",
                 "src/cli/a.c:2: white space at the end, take it away (line-shape)");
    assert_fault(*state, "src/cli/a.c", "/* a */", "src/cli/a.c:1: no line end at the end of the file, add one (line-shape)");
    assert_fault(*state, "src/cli/a.c", wide, "src/cli/a.c:1: 132 columns, break the line before 128 (line-shape)");
}

static void functions_are_short_but_tables_may_be_long(void **state) {
    struct tree *t = *state;
    struct cf_buf f = cf_buf_new(t->arena, 10000), table = cf_buf_new(t->arena, 10000);
    struct cf_str out;
    cf_buf_lit(&f, "/* a */\nvoid f(int a,\n       int b) {\n");
    cf_buf_lit(&table, "/* a */\nint t[] = {\n");
    for (int i = 0; i < 69; i++) {
        cf_buf_lit(&f, "    a++;\n");
        cf_buf_lit(&table, "    1,\n    2,\n");
    }
    cf_buf_lit(&f, "}\n");
    cf_buf_lit(&table, "};\n");
    assert_true(cf_buf_finish(&table, &out));
    put(t, "src/cli/t.c", cf_cstr(t->arena, out));
    assert_true(cf_buf_finish(&f, &out));
    assert_fault(t, "src/cli/a.c", cf_cstr(t->arena, out),
                 "src/cli/a.c:3: a function of 71 lines, cut it below 70 (short-functions)");
}

static void banned_functions_are_found_in_code_but_not_in_words(void **state) {
    struct tree *t = *state;
    put(t, "src/cli/b.c", "/* sprintf(x) */\nconst char *a = \"atoi(\\\"\"; // gets(x)\nint my_atoi(void);\n");
    assert_clean(t);
    assert_fault(t, "src/cli/a.c", "/* a */\n\nint a = atoi(\"1\");\n", "src/cli/a.c:3: atoi, take cf_str_int (banned-words)");
}

static void the_language_has_no_floats(void **state) {
    assert_fault(*state, "src/lang/a.c", "/* a double */\ndouble a;\n",
                 "src/lang/a.c:2: a floating number in the language, take integers (no-floats)");
}

static void open_work_names_its_issue(void **state) {
    struct tree *t = *state;
    put(t, "src/cli/b.c",
        "/* TO"
        "DO(#12): more */\n");
    assert_clean(t);
    assert_fault(t, "src/cli/a.c",
                 "/* TO"
                 "DO: more */\n",
                 "src/cli/a.c:1: open work without an issue, do it or write (#issue) (open-questions)");
}

static void rooms_see_only_what_is_below_them(void **state) {
    assert_fault(*state, "src/lang/a.c", "/* a */\n#include \"store/store.h\"\n",
                 "src/lang/a.c:2: lang may not see store, hand in what it needs as an argument (layers)");
    assert_fault(*state, "src/lang/a.c", "/* a */\n#include \"b.h\"\n",
                 "src/lang/a.c:2: an include without its room, write \"room/b.h\" (layers)");
    assert_fault(*state, "src/new/a.c", "/* a */\n#include \"base/base.h\"\n",
                 "src/new/a.c:2: new may not see base, give the room a line in src/LAYERS (layers)");
}

static void a_rooms_private_header_is_its_own(void **state) {
    assert_fault(*state, "src/cli/a.c", "/* a */\n#include \"store/store_priv.h\"\n",
                 "src/cli/a.c:2: store/store_priv.h is another room's own, include that room's public header "
                 "(private-headers)");
}

static void a_file_includes_its_own_header_first(void **state) {
    struct tree *t = *state;
    put(t, "src/cli/a.h", "/* a */\n");
    assert_fault(t, "src/cli/a.c", "/* a */\n#include \"base/base.h\"\n#include \"cli/a.h\"\n",
                 "src/cli/a.c:2: begin with \"cli/a.h\", so that it stands on its own (own-header-first)");
}

static void a_library_is_known_to_one_file(void **state) {
    assert_fault(*state, "src/cli/a.c", "/* a */\n#include <sqlite3.h>\n",
                 "src/cli/a.c:2: <sqlite3.h> is included by src/store/sqlite.c alone, call that file's functions (libraries)");
    assert_fault(*state, "src/cli/a.c", "/* a */\n#include <curl/curl.h>\n",
                 "src/cli/a.c:2: <curl/curl.h> belongs to no adapter, give it a line in src/LAYERS (libraries)");
}

static void memory_comes_from_arenas(void **state) {
    assert_fault(*state, "src/cli/a.c", "/* a */\n\nvoid *p(void) {\n    return malloc(3);\n}\n",
                 "src/cli/a.c:4: malloc, allocate in the arena you were handed (raw-memory)");
}

static void every_error_is_raised_and_tested(void **state) {
    struct tree *t = *state;
    put(t, "src/base/errors.def", "/* e */\nCF_ERR(Z001, BROKEN, \"a\", \"b\")\nCF_ERR(Z002, BROKEN, \"a\", \"b\")\n");
    assert_fault(t, "src/cli/a.c", "/* CF_Z002 */\n",
                 "src/base/errors.def:3: CF-Z002 is raised nowhere in src, raise it or take it away (error-codes)\n"
                 "src/base/errors.def:3: CF-Z002 is in no test, add one that sees it (error-codes)");
    put(t, "src/cli/a.c", "/* a */\nint a = CF_Z002;\n");
    put(t, "test/lang/bad.txt", "CF-Z002\n");
    assert_clean(t);
}

static void no_text_names_a_machine(void **state) {
    struct tree *t = *state;
    put(t, "doc/ok.md",
        "see paper/wo"
        "rk/x\n");
    assert_clean(t);
    assert_fault(t, "doc/a.md",
                 "a\nsee /wo"
                 "rk/x\n",
                 "doc/a.md:2: /wo"
                 "rk/ names a machine, write a relative path or the package's name (machine-names)");
}

static void an_exception_needs_a_reason_and_a_use(void **state) {
    struct tree *t = *state;
    put(t, "src/cli/a.c", "/* a */\n\tint a;\n");
    put(t, "tools/tidy.allow", "line-shape src/cli/a.c the tab is what the example shows\n");
    assert_clean(t);
    unlink("src/cli/a.c");
    assert_fault(t, "src/cli/b.c", "/* b */\n",
                 "tools/tidy.allow:1: line-shape src/cli/a.c is no longer needed, take it away (exceptions)");
    assert_fault(t, "tools/tidy.allow", "line-shape src/cli/a.c\n",
                 "tools/tidy.allow:1: an exception without its reason, write RULE FILE reason (exceptions)");
}

int main(void) {
#define IN_TREE(test) cmocka_unit_test_setup_teardown(test, make_tree, leave_tree)
    const struct CMUnitTest tests[] = {
        IN_TREE(a_tree_in_order_passes),
        IN_TREE(a_file_opens_with_a_comment),
        IN_TREE(lines_are_narrow_and_without_tabs_and_trailing_blanks),
        IN_TREE(functions_are_short_but_tables_may_be_long),
        IN_TREE(banned_functions_are_found_in_code_but_not_in_words),
        IN_TREE(the_language_has_no_floats),
        IN_TREE(open_work_names_its_issue),
        IN_TREE(rooms_see_only_what_is_below_them),
        IN_TREE(a_rooms_private_header_is_its_own),
        IN_TREE(a_file_includes_its_own_header_first),
        IN_TREE(a_library_is_known_to_one_file),
        IN_TREE(memory_comes_from_arenas),
        IN_TREE(every_error_is_raised_and_tested),
        IN_TREE(no_text_names_a_machine),
        IN_TREE(an_exception_needs_a_reason_and_a_use),
    };
    return cmocka_run_group_tests_name("tidy", tests, NULL, NULL);
}
