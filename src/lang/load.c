/* load: reads the policy files of a folder, and the tables beside them, then parses and checks them together. The one file of
 * the room that touches the file system. Must not know what policies mean. */
#include "lang/lang.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

struct loading {
    struct cf_arena *a;
    struct cf_errs *errs;
    struct {
        CF_VEC(struct cf_str);
    } files;
    struct {
        CF_VEC(struct lang_decl *);
    } policies;
};

static struct cf_str folder_of(struct cf_str path) {
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/') {
        n--;
    }
    return n == 0 ? CF_LIT(".") : cf_str_slice(path, 0, n == 1 ? 1 : n - 1);
}

/* `from "file"` is found beside the policy that names it. */
static bool read_beside(void *ctx, struct cf_arena *a, struct cf_str folder, struct cf_str file, struct cf_str *text,
                        struct cf_errs *errs) {
    (void)ctx;
    struct cf_str path = folder.n == 0 ? file : cf_str_printf(a, "%.*s/%.*s", CF_STR_ARG(folder), CF_STR_ARG(file));
    return cf_read_file(a, cf_cstr(a, path), CF_MAX_SOURCE_BYTES, text, errs);
}

static void add_folder(struct loading *l, struct cf_str folder, int depth);

static void add_entry(struct loading *l, struct cf_str folder, struct cf_str name, int depth) {
    struct cf_str path = cf_str_printf(l->a, "%.*s/%.*s", CF_STR_ARG(folder), CF_STR_ARG(name));
    struct stat st;
    if (name.p[0] == '.') {
        return; /* hidden: editors' own */
    }
    if (stat(cf_cstr(l->a, path), &st) != 0) {
        cf_fail(l->errs, CF_B001, CF_NOWHERE, "%.*s cannot be opened: %s", CF_STR_ARG(path), strerror(errno));
    } else if (S_ISDIR(st.st_mode)) {
        add_folder(l, path, depth + 1);
    } else if (cf_str_ends(name, CF_LIT(".policy"))) {
        *cf_push(l->a, &l->files) = path;
    }
}

static void add_folder(struct loading *l, struct cf_str folder, int depth) {
    if (depth > CF_MAX_DEPTH) {
        cf_fail(l->errs, CF_B001, CF_NOWHERE, "%.*s lies too deep, or a link leads round in a circle", CF_STR_ARG(folder));
        return;
    }
    DIR *dir = opendir(cf_cstr(l->a, folder));
    if (dir == NULL) {
        cf_fail(l->errs, CF_B001, CF_NOWHERE, "folder %.*s cannot be opened: %s", CF_STR_ARG(folder), strerror(errno));
        return;
    }
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        add_entry(l, folder, cf_str_dup(l->a, cf_str_from(e->d_name)), depth);
    }
    closedir(dir);
}

static int by_path(const void *x, const void *y) {
    return cf_str_cmp(*(const struct cf_str *)x, *(const struct cf_str *)y);
}

static void read_policy(struct loading *l, struct cf_str path) {
    struct cf_source *src = CF_NEW(l->a, struct cf_source);
    struct lang_decl *policy = NULL;
    src->name = path;
    if (!cf_read_file(l->a, cf_cstr(l->a, path), CF_MAX_SOURCE_BYTES, &src->text, l->errs)) {
        return;
    }
    bool read = lang_parse(l->a, src, l->errs, &policy);
    if (policy != NULL) {
        policy->as.policy.folder = folder_of(path);
        if (read) {
            *cf_push(l->a, &l->policies) = policy;
        }
    }
}

static bool gather(struct loading *l, const char *path) {
    struct stat st;
    if (stat(path, &st) != 0) {
        return cf_fail(l->errs, CF_B001, CF_NOWHERE, "%s cannot be opened: %s", path, strerror(errno));
    }
    struct cf_str name = cf_str_from(path);
    while (name.n > 1 && name.p[name.n - 1] == '/') {
        name.n--;
    }
    bool file = !S_ISDIR(st.st_mode);
    add_folder(l, file ? folder_of(name) : name, 0);
    if (file && !cf_str_ends(name, CF_LIT(".policy"))) {
        *cf_push(l->a, &l->files) = name;
    }
    if (l->files.n > CF_MAX_POLICY_FILES) {
        return cf_fail(l->errs, CF_B002, CF_NOWHERE, "%s holds more than %d policy files", path, CF_MAX_POLICY_FILES);
    }
    if (l->files.n == 0) {
        bool failed = cf_fail(l->errs, CF_B001, CF_NOWHERE, "no policy file (*.policy) lies below %s", path);
        cf_hint(l->errs, "Name a folder with policies, or one policy file.");
        return failed;
    }
    qsort(l->files.v, l->files.n, sizeof(l->files.v[0]), by_path);
    return true;
}

bool lang_load(struct cf_arena *a, const char *path, const struct cf_zone *zone, struct cf_errs *errs, struct lang_set **out) {
    struct loading l = {.a = a, .errs = errs};
    size_t before = errs->failures;
    *out = NULL;
    if (!gather(&l, path)) {
        return false;
    }
    for (size_t i = 0; i < l.files.n; i++) {
        read_policy(&l, l.files.v[i]);
    }
    if (errs->failures != before) {
        return false; /* names of a file that could not be read would only seem to be missing */
    }
    return lang_check(a, l.policies.v, l.policies.n, zone, (struct lang_reader){.read = read_beside}, errs, out);
}
