/* What the exchange tests share: bytes as a file, rows as text, the shared data if it is there, and SQL over a raw CSV. */
#ifndef CF_TEST_EXCHANGE_HELP_H
#define CF_TEST_EXCHANGE_HELP_H

#include "unit/unit.h"

#include <glob.h>
#include <unistd.h>

#include "exchange/csv.h"

CF_UNUSED static int make_arena(void **state) {
    *state = cf_arena_new("test");
    return 0;
}

CF_UNUSED static int free_arena(void **state) {
    cf_arena_free(*state);
    return 0;
}

/* The only error in the sink has this code; its message or hint holds the words. */
CF_UNUSED static void expect_error(const struct cf_errs *e, enum cf_code code, const char *words) {
    assert_true(e->n > 0);
    struct cf_arena *a = cf_arena_new("error");
    struct cf_buf b = cf_buf_new(a, 65536);
    cf_err_text(&b, &e->v[0]);
    struct cf_str text;
    assert_true(cf_buf_finish(&b, &text));
    if (e->v[0].code != code || strstr(cf_cstr(a, text), words) == NULL) {
        fail_msg("expected %s with \"%s\", got:\n%.*s", cf_code_name(code), words, CF_STR_ARG(text));
    }
    cf_arena_free(a);
}

CF_UNUSED static void expect_no_error(const struct cf_errs *e) {
    if (e->failures > 0) {
        cf_errs_print(stderr, e);
    }
    assert_int_equal(e->failures, 0);
}

/* The folder of shared data, or NULL after saying SKIP. */
CF_UNUSED static const char *shared_data(struct cf_arena *a, const char *below) {
    const char *root = getenv("CHILDFIRST_SHARED");
    const char *path = cf_cstr(a, cf_str_printf(a, "%s/%s", root != NULL ? root : "../shared", below));
    if (access(path, R_OK) != 0) {
        print_message("SKIP: %s is not there\n", path);
        return NULL;
    }
    return path;
}

CF_UNUSED static bool have_sqlite(void) {
    if (system("command -v sqlite3 >/dev/null 2>&1") != 0) {
        print_message("SKIP: the sqlite3 program is not there to count independently\n");
        return false;
    }
    return true;
}

/* Loads a plain or gzip CSV into the table t of a scratch database and prints the answer of the query, one line. */
CF_UNUSED static struct cf_str sql_over_csv(struct cf_arena *a, const char *path, const char *query) {
    const char *dot = strrchr(path, '.');
    const char *unpack = dot != NULL && strcmp(dot, ".gz") == 0 ? "gzip -dc" : "cat";
    const char *command = cf_cstr(
        a, cf_str_printf(a, "sqlite3 -bail :memory: '.import --csv \"|%s '\\''%s'\\''\" t' \"%s\"", unpack, path, query));
    FILE *f = popen(command, "r");
    assert_non_null(f);
    struct cf_buf b = cf_buf_new(a, 1 << 20);
    for (int c = getc(f); c != EOF; c = getc(f)) {
        cf_buf_byte(&b, (uint8_t)c);
    }
    assert_int_equal(pclose(f), 0);
    struct cf_str out;
    assert_true(cf_buf_finish(&b, &out));
    return cf_str_trim(out);
}

#endif
