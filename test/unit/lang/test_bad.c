/* Bad policies: each program under test/lang/bad/AREA gives exactly the errors that stand below its `#---`, a `#! ` before each
 * line. A line `#+++ NAME` begins a further file of the same folder. UPDATE=1 in the environment writes what is given now. */
#include "unit/unit.h"

#include <dirent.h>
#include <stdio.h>

#include "lang/lang.h"

struct bad {
    struct cf_arena *a;
    const char *folder;
    const struct cf_zone *zone;
    size_t files, wrong;
    bool update;
};

static const char *path_in(const struct bad *b, struct cf_str name) {
    return cf_cstr(b->a, cf_str_printf(b->a, "%s/%.*s", b->folder, CF_STR_ARG(name)));
}

static bool read_beside(void *ctx, struct cf_arena *a, struct cf_str folder, struct cf_str file, struct cf_str *text,
                        struct cf_errs *errs) {
    const struct bad *b = ctx;
    (void)folder;
    return cf_read_file(a, path_in(b, file), CF_MAX_SOURCE_BYTES, text, errs);
}

/* Cuts the program from its expected errors. */
static void cut(struct cf_str text, struct cf_str *program, struct cf_str *below) {
    struct cf_str rest = text, line;
    *program = text;
    *below = (struct cf_str){0};
    while (cf_str_split(&rest, '\n', &line)) {
        if (cf_str_is(line, "#---")) {
            *program = cf_str_slice(text, 0, (size_t)(line.p - text.p));
            *below = rest;
            return;
        }
    }
}

/* The files of one program: the first is named like the test, further ones by `#+++ NAME`. */
static size_t cut_files(struct bad *b, struct cf_str name, struct cf_str program, struct cf_source *out, size_t room) {
    struct cf_str rest = program, line, begin = program;
    size_t n = 0;
    while (n + 1 < room && cf_str_split(&rest, '\n', &line)) {
        if (cf_str_starts(line, CF_LIT("#+++ "))) {
            out[n++] = (struct cf_source){.name = name, .text = {begin.p, (size_t)(line.p - begin.p)}};
            name = cf_str_dup(b->a, cf_str_trim(cf_str_slice(line, 5, line.n)));
            begin = rest;
        }
    }
    out[n++] = (struct cf_source){.name = name, .text = begin};
    return n;
}

/* Parses all; if that goes well, checks. Gives the errors' text, each line behind `#! `. */
static struct cf_str errors_of(struct bad *b, struct cf_str name, struct cf_str program) {
    enum { FILES = 8 };
    struct cf_source *src = CF_NEW_N(b->a, struct cf_source, FILES);
    struct lang_decl *policies[FILES];
    struct cf_errs errs = cf_errs_new(b->a);
    size_t n = cut_files(b, name, program, src, FILES);
    bool good = true;
    for (size_t i = 0; i < n; i++) {
        good = lang_parse(b->a, &src[i], &errs, &policies[i]) && good;
        assert_non_null(policies[i]);
    }
    if (good) {
        struct lang_set *set;
        good = lang_check(b->a, policies, n, b->zone, (struct lang_reader){.read = read_beside, .ctx = b}, &errs, &set);
    }
    assert_true(good == (errs.failures == 0)); /* false and an error go together */
    struct cf_buf all = cf_buf_new(b->a, SIZE_MAX), out = cf_buf_new(b->a, SIZE_MAX);
    for (size_t i = 0; i < errs.n; i++) {
        cf_err_text(&all, &errs.v[i]);
    }
    struct cf_str rest, line;
    assert_true(cf_buf_finish(&all, &rest));
    while (cf_str_split(&rest, '\n', &line)) {
        if (line.n != 0 || rest.n != 0) {
            cf_buf_printf(&out, "#!%s%.*s\n", line.n != 0 ? " " : "", CF_STR_ARG(line));
        }
    }
    struct cf_str s;
    assert_true(cf_buf_finish(&out, &s));
    return s;
}

static void compare(struct bad *b, struct cf_str name) {
    struct cf_errs errs = cf_errs_new(b->a);
    struct cf_str text, program, below;
    assert_true(cf_read_file(b->a, path_in(b, name), (size_t)CF_MAX_SOURCE_BYTES * 2, &text, &errs));
    cut(text, &program, &below);
    struct cf_str got = errors_of(b, name, program);
    b->files++;
    if (b->update) {
        struct cf_str all = cf_str_printf(b->a, "%.*s#---\n%.*s", CF_STR_ARG(program), CF_STR_ARG(got));
        assert_true(cf_write_file(path_in(b, name), all, &errs));
    } else if (!cf_str_eq(got, below) || got.n == 0) {
        b->wrong++;
        print_error("%s/%.*s gives\n%.*swhere it should give\n%.*s\n", b->folder, CF_STR_ARG(name), CF_STR_ARG(got),
                    CF_STR_ARG(below));
    }
}

static void each_gives_its_errors(const char *folder, size_t least) {
    struct cf_arena *a = cf_arena_new("test");
    struct cf_errs errs = cf_errs_new(a);
    struct bad b = {.a = a, .folder = folder, .update = getenv("UPDATE") != NULL};
    b.zone = cf_zone_load(a, "Europe/London", &errs);
    assert_non_null(b.zone);
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        struct cf_str name = cf_str_dup(a, cf_str_from(e->d_name));
        if (cf_str_ends(name, CF_LIT(".policy"))) {
            compare(&b, name);
        }
    }
    closedir(d);
    size_t wrong = b.wrong, files = b.files;
    cf_arena_free(a);
    assert_int_equal(wrong, 0);
    assert_true(files >= least);
}

static void each_bad_syntax_gives_its_errors(void **state) {
    (void)state;
    each_gives_its_errors("test/lang/bad/syntax", 25);
}

static void each_bad_meaning_gives_its_errors(void **state) {
    (void)state;
    each_gives_its_errors("test/lang/bad/meaning", 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bad_syntax_gives_its_errors),
        cmocka_unit_test(each_bad_meaning_gives_its_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
