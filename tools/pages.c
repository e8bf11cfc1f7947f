/* pages: compiles pages/NAME.page and pages/parts/NAME.part to C. Prints `file:line: what is wrong` and writes nothing when
 * anything is. Usage: pages PARTS-FOLDER OUT-FOLDER FILE…   writes OUT/page_NAME.h and .c, or OUT/part_NAME.h and .c */
#include "pages.h"

static bool write_one(struct page_compiler *c, const char *path, const char *folder) {
    struct page_template *t;
    struct cf_buf header = cf_buf_new(c->arena, 16 * PAGE_BYTES), source = cf_buf_new(c->arena, 16 * PAGE_BYTES);
    if (!page_compile(c, path, &header, &source, &t)) {
        return false;
    }
    struct cf_errs errs = cf_errs_new(c->arena);
    const char *kind = t->part ? "part" : "page";
    const char *h = cf_cstr(c->arena, cf_str_printf(c->arena, "%s/%s_%.*s.h", folder, kind, CF_STR_ARG(t->name)));
    const char *s = cf_cstr(c->arena, cf_str_printf(c->arena, "%s/%s_%.*s.c", folder, kind, CF_STR_ARG(t->name)));
    struct cf_str h_text, s_text;
    bool ok = cf_buf_finish(&header, &h_text) && cf_buf_finish(&source, &s_text);
    if (!ok || !cf_write_file(h, h_text, &errs) || !cf_write_file(s, s_text, &errs)) {
        cf_errs_print(stderr, &errs);
        return false;
    }
    return true;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: pages PARTS-FOLDER OUT-FOLDER FILE…\n");
        return 2;
    }
    bool ok = true;
    for (int i = 3; i < argc; i++) {
        struct cf_arena *a = cf_arena_new("page");
        struct page_compiler c = {.arena = a, .faults_to = stderr, .parts_folder = argv[1]};
        ok = write_one(&c, argv[i], argv[2]) && ok;
        cf_arena_free(a);
    }
    return ok ? 0 : 1;
}
