/* Writes doc/reference/routes.md from src/web/routes.def; with --check says whether the page is up to date.
 * Knows only the table. Usage: routes_page [--check]   (from the source root) */
#include "base/base.h"

#define PAGE "doc/reference/routes.md"
#define PAGE_BYTES 1000000

static const struct {
    const char *method, *pattern, *may, *purpose, *title;
} routes[] = {
#define WEB_ROUTE(method, pattern, name, may, purpose, title) {#method, pattern, #may, #purpose, title},
#include "web/routes.def"
#undef WEB_ROUTE
};

/* WEB_SIGNED_IN becomes "signed in", ACCESS_SUPERVISE "may supervise". */
static void write_may(struct cf_buf *b, const char *may) {
    struct cf_str word = cf_str_from(may);
    bool act = cf_str_starts(word, CF_LIT("ACCESS_"));
    cf_buf_lit(b, act ? "may " : "");
    for (size_t i = act ? 7 : 4; i < word.n; i++) {
        char c = word.p[i];
        cf_buf_byte(b, (uint8_t)(c == '_' ? ' ' : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
}

static void write_page(struct cf_buf *b) {
    cf_buf_lit(
        b, "# Routes\n\n"
           "Every address of the web application: who may ask, and whether a reason for looking must have been given first. "
           "Pages\n"
           "about one person ask for that person as well, and pages that record ask for their record; access (`src/access`)\n"
           "answers from the roles that the policies declare. This page is made from `src/web/routes.def` by `make doc`.\n\n"
           "| method | address | who | reason asked | title |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < CF_COUNT(routes); i++) {
        cf_buf_printf(b, "| %s | `%s` | ", routes[i].method, routes[i].pattern);
        write_may(b, routes[i].may);
        cf_buf_printf(b, " | %s | %s |\n", !strcmp(routes[i].purpose, "PURPOSE") ? "yes" : "", routes[i].title);
    }
}

int main(int argc, char **argv) {
    bool check = argc == 2 && !strcmp(argv[1], "--check");
    if (argc > 2 || (argc == 2 && !check)) {
        fprintf(stderr, "usage: routes_page [--check]\n");
        return 2;
    }
    struct cf_arena *a = cf_arena_new("routes page");
    struct cf_errs errs = cf_errs_new(a);
    struct cf_buf b = cf_buf_new(a, PAGE_BYTES);
    struct cf_str page, there;
    write_page(&b);
    bool ok = cf_buf_finish(&b, &page);
    if (ok && check) {
        ok = cf_read_file(a, PAGE, PAGE_BYTES, &there, &errs) && cf_str_eq(page, there);
        printf("%s\n%d passed, %d failed\n", ok ? PAGE " is up to date" : PAGE " is not up to date: run `make doc`", ok, !ok);
    } else if (ok) {
        ok = cf_write_file(PAGE, page, &errs);
    }
    cf_errs_print(stderr, &errs);
    cf_arena_free(a);
    return ok ? 0 : 1;
}
