/* Writes doc/reference/errors.md from src/base/errors.def; with --check says whether the page is up to date.
 * Knows only the table. Usage: errors_page [--check]   (from the source root) */
#include "base/base.h"

#define PAGE "doc/reference/errors.md"
#define PAGE_BYTES 1000000

/* The rooms by the letter of their codes, in the order of the page. */
static const struct {
    char letter;
    const char *title;
} rooms[] = {
    {'B', "Files, dates, calendars"},
    {'L', "The policy language"},
    {'S', "The database"},
    {'E', "The ledger"},
    {'D', "Dockets"},
    {'I', "Imports"},
    {'M', "Measures"},
    {'A', "Access"},
    {'X', "Simulation"},
    {'W', "The web application"},
    {'C', "The command line"},
};

/* A bar would end the cell. */
static void write_cell(struct cf_buf *b, const char *text) {
    struct cf_str rest = cf_str_from(text), piece;
    cf_buf_lit(b, " ");
    for (bool first = true; cf_str_split(&rest, '|', &piece); first = false) {
        cf_buf_lit(b, first ? "" : "\\|");
        cf_buf_str(b, piece);
    }
    cf_buf_lit(b, " |");
}

static void write_room(struct cf_buf *b, char letter, const char *title) {
    bool begun = false;
    for (int i = 1; i < CF_CODE_COUNT; i++) {
        enum cf_code code = (enum cf_code)i;
        if (cf_code_name(code)[3] != letter) {
            continue;
        }
        if (!begun) {
            cf_buf_printf(b, "\n## %s\n\n| code | kind | what | what to do |\n|---|---|---|---|\n", title);
            begun = true;
        }
        cf_buf_lit(b, "|");
        write_cell(b, cf_code_name(code));
        write_cell(b, cf_kind_name(cf_code_kind(code)));
        write_cell(b, cf_code_summary(code));
        write_cell(b, cf_code_hint(code));
        cf_buf_lit(b, "\n");
    }
}

static struct cf_str make_page(struct cf_arena *a) {
    struct cf_buf b = cf_buf_new(a, PAGE_BYTES);
    cf_buf_lit(&b,
               "# Errors\n\n"
               "Every error has a code that never changes its meaning. `--json` gives the same words with `code`, `kind`,\n"
               "`message`, `hint`, `path`, `line` and `column`. The advice below stands when the place that failed has none\n"
               "of its own. This page is made from `src/base/errors.def` by `make doc`.\n");
    for (size_t i = 0; i < CF_COUNT(rooms); i++) {
        write_room(&b, rooms[i].letter, rooms[i].title);
    }
    struct cf_str page;
    bool fits = cf_buf_finish(&b, &page);
    CF_ASSERT(fits);
    return page;
}

/* Every code stands under a room that the page knows. */
static bool all_rooms_known(void) {
    for (int i = 1; i < CF_CODE_COUNT; i++) {
        bool known = false;
        for (size_t k = 0; k < CF_COUNT(rooms); k++) {
            known = known || cf_code_name((enum cf_code)i)[3] == rooms[k].letter;
        }
        if (!known) {
            printf("%s has a letter without a room, add it to tools/errors_page.c\n", cf_code_name((enum cf_code)i));
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv) {
    struct cf_arena *a = cf_arena_new("errors page");
    struct cf_errs errs = cf_errs_new(a);
    struct cf_str page = make_page(a), stands = CF_LIT("");
    bool checks = argc == 2 && strcmp(argv[1], "--check") == 0;
    bool ok = all_rooms_known();
    if (checks && ok) {
        ok = cf_read_file(a, PAGE, PAGE_BYTES, &stands, &errs) && cf_str_eq(page, stands);
        printf("%s", ok ? "" : PAGE ":1: not what src/base/errors.def says, run `make doc`\n");
    } else if (ok) {
        ok = cf_write_file(PAGE, page, &errs);
    }
    cf_errs_print(stderr, &errs);
    if (checks) {
        printf("%d passed, %d failed\n", ok ? 1 : 0, ok ? 0 : 1);
    }
    cf_arena_free(a);
    return ok ? 0 : 1;
}
