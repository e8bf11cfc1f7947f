/* truth: who is who, kept apart from the database, so that linkage can be tested against it. */
#include "simulate/priv.h"

enum { TRUTH_BYTES = 1 << 30 };

void sim_truth_add(struct cf_buf *b, const struct sim_world *w, const struct sim_child *c) {
    unsigned long long seed = w->o->seed;
    for (size_t i = 0; i < c->n_entries; i++) {
        const struct sim_entry *e = &c->entries[i];
        for (size_t k = 0; k < sizeof(e->who.id.b); k++) {
            cf_buf_printf(b, "%02x", e->who.id.b[k]);
        }
        cf_buf_printf(b, "\t%llu-%u\t%zu\t%.*s\t%.*s\t%s\t%llu-%llu\t%.*s\n", seed, c->number, i + 1, CF_STR_ARG(e->given),
                      CF_STR_ARG(e->family), cf_date_shown(e->born).p, seed, (unsigned long long)c->family->number,
                      CF_STR_ARG(e->altered));
    }
}

/* Rows of other runs are kept; those of subjects that stand in `rows` too are replaced. */
static bool keep_others(const char *path, struct cf_str rows, struct cf_buf *out, struct cf_arena *a, struct cf_errs *errs) {
    struct cf_str old, line, subject;
    struct cf_map *ours = cf_map_new(a);
    FILE *there = fopen(path, "r");
    if (!there) {
        return true;
    }
    fclose(there);
    if (!cf_read_file(a, path, TRUTH_BYTES, &old, errs)) {
        return false;
    }
    for (struct cf_str rest = rows; cf_str_split(&rest, '\n', &line);) {
        if (cf_str_split(&line, '\t', &subject) && subject.n) {
            (void)cf_map_put(ours, subject);
        }
    }
    while (cf_str_split(&old, '\n', &line)) {
        struct cf_str cells = line;
        if (line.n && line.p[0] != '#' && cf_str_split(&cells, '\t', &subject) && !cf_map_has(ours, subject)) {
            cf_buf_str(out, line);
            cf_buf_byte(out, '\n');
        }
    }
    return true;
}

bool sim_truth_write(const char *path, struct cf_str rows, struct cf_arena *a, struct cf_errs *errs) {
    struct cf_buf out = cf_buf_new(a, TRUTH_BYTES);
    struct cf_str bytes;
    cf_buf_lit(&out, "# Invented people of `childfirst simulate`: which records are one person. For tests of linkage; no "
                     "program reads it.\n");
    cf_buf_lit(&out, SIMULATE_TRUTH_HEAD);
    if (!keep_others(path, rows, &out, a, errs)) {
        return false;
    }
    cf_buf_str(&out, rows);
    if (!cf_buf_finish(&out, &bytes)) {
        return cf_fail(errs, CF_X001, CF_NOWHERE, "%s would grow beyond a gigabyte", path);
    }
    return cf_write_file(path, bytes, errs);
}
