/* exchange/rejects: the file of rejected lines, written beside the imported one and put in place whole or not at all.
 * Must not know why a line was rejected. Declared in csv.h. */
#include "exchange/csv.h"

#include <errno.h>
#include <unistd.h>

struct csv_rejects {
    struct cf_arena *arena;
    const char *path, *partial; /* NULL: only counted */
    FILE *f;
    uint64_t n;
    int failed; /* errno of the first failure */
};

static void abandon(void *arg) {
    struct csv_rejects *r = arg;
    if (r->f != NULL) {
        fclose(r->f);
        unlink(r->partial);
        r->f = NULL;
    }
}

struct csv_rejects *csv_rejects_new(struct cf_arena *a, const char *path) {
    struct csv_rejects *r = CF_NEW(a, struct csv_rejects);
    r->arena = a;
    if (path != NULL) {
        r->path = cf_cstr(a, cf_str_printf(a, "%s.rejected.csv", path));
        r->partial = cf_cstr(a, cf_str_printf(a, "%s.rejected.csv.partial", path));
    }
    cf_arena_cleanup(a, abandon, r);
    return r;
}

static void put_quoted(FILE *f, struct cf_str s) {
    putc_unlocked('"', f);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') {
            putc_unlocked('"', f);
        }
        putc_unlocked(s.p[i], f);
    }
    putc_unlocked('"', f);
}

void csv_reject(struct csv_rejects *r, uint64_t line, struct cf_str reason, struct cf_str raw) {
    if (r == NULL) {
        return;
    }
    r->n++;
    if (r->path == NULL || r->failed != 0) {
        return;
    }
    if (r->f == NULL) {
        r->f = fopen(r->partial, "we");
        if (r->f == NULL) {
            r->failed = errno;
            return;
        }
        fputs("line,reason,rejected\n", r->f);
    }
    fprintf(r->f, "%llu,", (unsigned long long)line);
    put_quoted(r->f, reason);
    putc_unlocked(',', r->f);
    put_quoted(r->f, raw);
    putc_unlocked('\n', r->f);
    if (ferror(r->f)) {
        r->failed = EIO;
    }
}

uint64_t csv_rejects_count(const struct csv_rejects *r) {
    return r->n;
}

static bool could_not(const struct csv_rejects *r, int why, struct cf_errs *errs) {
    cf_fail(errs, CF_B003, CF_NOWHERE, "cannot write %s: %s", r->path, strerror(why));
    cf_hint(errs,
            "Make room in the file's folder, or copy the file to a folder that you may write to, and import it from there.");
    return false;
}

bool csv_rejects_finish(struct csv_rejects *r, struct cf_str *path, struct cf_errs *errs) {
    *path = CF_LIT("");
    if (r->path == NULL) {
        return true;
    }
    if (r->n == 0) {
        int gone = unlink(r->path);
        int why = errno;
        return gone == 0 || why == ENOENT || why == EROFS || could_not(r, why, errs);
    }
    if (r->failed == 0 && (fflush(r->f) != 0 || fsync(fileno(r->f)) != 0)) {
        r->failed = errno;
    }
    if (r->failed == 0 && rename(r->partial, r->path) != 0) {
        r->failed = errno;
    }
    if (r->failed != 0) {
        int why = r->failed;
        abandon(r);
        return could_not(r, why, errs);
    }
    fclose(r->f);
    r->f = NULL;
    *path = cf_str_from(r->path);
    return true;
}

static bool needs_quotes(struct cf_str s) {
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\n' || s.p[i] == '\r') {
            return true;
        }
    }
    return s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

void csv_put(struct cf_buf *b, struct cf_str cell) {
    if (!needs_quotes(cell)) {
        cf_buf_str(b, cell);
        return;
    }
    cf_buf_byte(b, '"');
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '"') {
            cf_buf_byte(b, '"');
        }
        cf_buf_byte(b, (uint8_t)cell.p[i]);
    }
    cf_buf_byte(b, '"');
}
