/* What the checker's tests share: texts to policies to a checked set, and questions about the errors. */
#ifndef CF_TEST_CHECK_HELP_H
#define CF_TEST_CHECK_HELP_H

#include "lang/lang.h"
#include "unit/unit.h"

struct checked {
    struct cf_arena *a;
    struct cf_errs errs;
    struct lang_set *set;
    bool ok;
};

/* Files that `from "…"` can name in these tests. */
struct test_file {
    const char *name, *text;
};
struct test_files {
    const struct test_file *files;
};

CF_UNUSED static bool test_read(void *ctx, struct cf_arena *a, struct cf_str folder, struct cf_str file, struct cf_str *text,
                                struct cf_errs *errs) {
    (void)a;
    (void)folder;
    (void)errs;
    const struct test_files *held = ctx;
    for (const struct test_file *f = held->files; f != NULL && f->name != NULL; f++) {
        if (cf_str_is(file, f->name)) {
            *text = cf_str_from(f->text);
            return true;
        }
    }
    return false;
}

/* Parses and checks `n` texts, named one.policy, two.policy … A text that does not parse fails the test. */
CF_UNUSED static struct checked check_files(const char *const *texts, size_t n, const struct test_file *files) {
    struct checked c = {.a = cf_arena_new("test")};
    c.errs = cf_errs_new(c.a);
    static const char *const names[] = {"one.policy", "two.policy", "three.policy", "four.policy"};
    struct lang_decl *policies[4] = {0};
    assert_true(n <= CF_COUNT(policies));
    const struct cf_zone *zone = cf_zone_load(c.a, "Europe/London", &c.errs);
    assert_non_null(zone);
    for (size_t i = 0; i < n; i++) {
        struct cf_source *src = CF_NEW(c.a, struct cf_source);
        src->name = cf_str_from(names[i]);
        src->text = cf_str_dup(c.a, cf_str_from(texts[i]));
        if (!lang_parse(c.a, src, &c.errs, &policies[i])) {
            cf_errs_print(stderr, &c.errs);
            fail_msg("%s does not parse", names[i]);
        }
    }
    struct test_files held = {.files = files};
    struct lang_reader reader = {.read = test_read, .ctx = &held};
    c.ok = lang_check(c.a, policies, n, zone, reader, &c.errs, &c.set);
    return c;
}

CF_UNUSED static struct checked check_text(const char *text) {
    return check_files(&text, 1, NULL);
}

CF_UNUSED static size_t count_code(const struct checked *c, enum cf_code code) {
    size_t n = 0;
    for (size_t i = 0; i < c->errs.n; i++) {
        n += c->errs.v[i].code == code ? 1 : 0;
    }
    return n;
}

/* The only failure is `code`, at the text `at` on the line that holds it. */
CF_UNUSED static void assert_refused(struct checked c, enum cf_code code, const char *at) {
    if (c.ok || c.errs.failures != 1 || count_code(&c, code) != 1) {
        cf_errs_print(stderr, &c.errs);
        fail_msg("expected one error %s, and got %zu", cf_code_name(code), c.errs.failures);
    }
    for (size_t i = 0; i < c.errs.n; i++) {
        if (c.errs.v[i].code == code) {
            struct cf_span s = c.errs.v[i].at;
            assert_text(cf_str_slice(s.src->text, s.at, s.at + s.n), at);
        }
    }
    cf_arena_free(c.a);
}

CF_UNUSED static void assert_passes(struct checked c) {
    if (!c.ok || c.errs.failures != 0) {
        cf_errs_print(stderr, &c.errs);
        fail_msg("expected no error, and got %zu", c.errs.failures);
    }
    cf_arena_free(c.a);
}

#endif
