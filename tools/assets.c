/* assets: writes the files of a folder as C, each with its packed form and an address that changes with its content.
 * Usage: assets OUT.c FOLDER   (FOLDER holds NAME and NAME.gz) */
#include "base/base.h"

#include <dirent.h>
#include <stdlib.h>

#define ASSET_BYTES 4194304

static const struct {
    const char *ending, *type;
} types[] = {
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".webmanifest", "application/manifest+json"},
};

static const char *type_of(struct cf_str name) {
    for (size_t i = 0; i < CF_COUNT(types); i++) {
        if (cf_str_ends(name, cf_str_from(types[i].ending))) {
            return types[i].type;
        }
    }
    return NULL;
}

static void write_bytes(struct cf_buf *b, const char *name, size_t i, struct cf_str bytes) {
    cf_buf_printf(b, "static const unsigned char %s%zu[] = {", name, i);
    for (size_t k = 0; k < bytes.n; k++) {
        cf_buf_printf(b, "%s%u,", k % 32 ? "" : "\n", (unsigned char)bytes.p[k]);
    }
    cf_buf_lit(b, "\n};\n");
}

static bool write_one(struct cf_arena *a, const char *folder, struct cf_str name, size_t i, struct cf_buf *bytes,
                      struct cf_buf *table, struct cf_errs *errs) {
    struct cf_str plain, packed, ending = {0};
    size_t dot = name.n;
    const char *path = cf_cstr(a, cf_str_printf(a, "%s/%.*s", folder, CF_STR_ARG(name)));
    const char *gz = cf_cstr(a, cf_str_printf(a, "%s.gz", path));
    if (!cf_read_file(a, path, ASSET_BYTES, &plain, errs) || !cf_read_file(a, gz, ASSET_BYTES, &packed, errs)) {
        return false;
    }
    while (dot > 0 && name.p[dot - 1] != '.') {
        dot--;
    }
    ending = cf_str_slice(name, dot, name.n);
    bool shrinks = packed.n < plain.n;
    write_bytes(bytes, "plain", i, plain);
    if (shrinks) {
        write_bytes(bytes, "packed", i, packed);
    }
    cf_buf_printf(table, "    {\"%.*s\", \"/static/%.*s.%016llx.%.*s\", \"%s\", plain%zu, ", CF_STR_ARG(name), (int)(dot - 1),
                  name.p, (unsigned long long)cf_str_hash(plain), CF_STR_ARG(ending), type_of(name), i);
    if (shrinks) {
        cf_buf_printf(table, "packed%zu, ", i);
    } else {
        cf_buf_lit(table, "NULL, ");
    }
    cf_buf_printf(table, "%zu, %zu},\n", plain.n, shrinks ? packed.n : 0);
    return true;
}

static int by_name(const void *x, const void *y) {
    return cf_str_cmp(*(const struct cf_str *)x, *(const struct cf_str *)y);
}

static bool write_all(struct cf_arena *a, const char *folder, const char *out, struct cf_errs *errs) {
    CF_LIST(struct cf_str) names = {0};
    DIR *d = opendir(folder);
    if (!d) {
        return cf_fail(errs, CF_B001, CF_NOWHERE, "the folder %s cannot be opened", folder);
    }
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (type_of(cf_str_from(e->d_name))) {
            *cf_push(a, &names) = cf_str_dup(a, cf_str_from(e->d_name));
        }
    }
    closedir(d);
    if (names.n > 0) {
        qsort(names.v, names.n, sizeof(*names.v), by_name);
    }
    struct cf_buf bytes = cf_buf_new(a, 16 * ASSET_BYTES), table = cf_buf_new(a, ASSET_BYTES);
    cf_buf_lit(&bytes, "/* Made from build/static by tools/assets. */\n#include \"web/priv.h\"\n\n");
    for (size_t i = 0; i < names.n; i++) {
        if (!write_one(a, folder, names.v[i], i, &bytes, &table, errs)) {
            return false;
        }
    }
    cf_buf_printf(&bytes, "\nconst struct web_file web_files[] = {\n%.*s};\nconst size_t web_files_n = %zu;\n", (int)table.n,
                  table.p ? table.p : "", names.n);
    struct cf_str text;
    return cf_buf_finish(&bytes, &text) && cf_write_file(out, text, errs);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: assets OUT.c FOLDER\n");
        return 2;
    }
    struct cf_arena *a = cf_arena_new("assets");
    struct cf_errs errs = cf_errs_new(a);
    bool ok = write_all(a, argv[2], argv[1], &errs);
    cf_errs_print(stderr, &errs);
    cf_arena_free(a);
    return ok ? 0 : 1;
}
