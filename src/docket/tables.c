/* tables: a force's own rows for a table that a policy declares: checked line by line against the declaration, then adopted in
 * the place of the shipped file. Must not know what any table means. */
#include "docket/priv.h"

enum { CELLS_MAX = 8 }; /* as many as the checker of policies reads */

struct own_line {
    struct cf_str cells[CELLS_MAX];
    size_t n;
    struct cf_span at;
};
struct checking {
    struct cf_arena *a;
    const struct lang_set *set;
    const struct lang_decl *decl;
    const struct lang_table *table;
    const struct cf_source *src;
    struct desk_table_faults *faults;
    size_t columns[CELLS_MAX], value; /* where each key and the value stand */
    struct cf_map *seen;              /* keys -> struct own_line */
    size_t rows;
};

CF_PRINTF(3, 4) static void fault(struct checking *k, struct cf_span at, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct cf_err e = {.code = CF_D022, .at = at, .msg = cf_str_vprintf(k->a, fmt, ap), .hint = CF_LIT("")};
    va_end(ap);
    e.hint = cf_str_from(cf_code_hint(CF_D022));
    *cf_push(k->a, k->faults) = e;
}

static struct cf_span place(const struct checking *k, struct cf_str cell) {
    return (struct cf_span){k->src, (uint32_t)(cell.p - k->src->text.p), (uint32_t)cell.n};
}

static void cut(struct checking *k, struct cf_str text, struct own_line *l) {
    struct cf_str rest = text, cell;
    *l = (struct own_line){.at = place(k, text)};
    while (l->n < CELLS_MAX && cf_str_split(&rest, '\t', &cell)) {
        l->cells[l->n++] = cf_str_trim(cell);
    }
}

/* ---- Columns: by the names in the first line if it names any, else keys and then the value, as the checker of policies reads.
 */

static bool named(const struct own_line *l, struct cf_str name, const char *otherwise, size_t *at) {
    for (size_t i = 0; i < l->n; i++) {
        if (cf_str_eq(l->cells[i], name) || (otherwise && cf_str_is(l->cells[i], otherwise))) {
            *at = i;
            return true;
        }
    }
    return false;
}

/* True when the line is a header; faults where it lacks a column. */
static bool read_header(struct checking *k, const struct own_line *l) {
    bool header = named(l, k->table->gives.text, "value", &k->value);
    k->value = header ? k->value : k->table->keys.n;
    for (size_t j = 0; j < k->table->keys.n; j++) {
        struct cf_str key = k->table->keys.v[j].text;
        k->columns[j] = j;
        if (named(l, key, j == 0 ? "code" : NULL, &k->columns[j])) {
            if (!header) {
                fault(k, l->at, "the first line names %.*s, and no column %.*s", CF_STR_ARG(key),
                      CF_STR_ARG(k->table->gives.text));
            }
            header = true;
        } else if (header) {
            fault(k, l->at, "the first line names no column %.*s", CF_STR_ARG(key));
        }
    }
    return header;
}

/* ---- Rows. */

static struct cf_str cell_at(const struct own_line *l, size_t column) {
    struct cf_str end = {l->at.src->text.p + l->at.at + l->at.n, 0};
    return column < l->n ? l->cells[column] : end;
}

/* Every score that begins with the table says between which numbers its values lie. */
static void check_bounds(struct checking *k, struct cf_str cell, const struct lang_expr *e) {
    for (size_t i = 0; i < k->set->rules.n; i++) {
        const struct lang_decl *r = k->set->rules.v[i];
        const struct lang_score *s = &r->as.score;
        if (r->kind != LANG_SCORE || !s->base.value || s->base.value->op != LANG_TABLE_REF || s->base.value->decl != k->decl ||
            !s->from.value || !s->to.value || s->from.value->op != LANG_NUMBER || s->to.value->op != LANG_NUMBER) {
            continue;
        }
        __int128 v = e->num, den = e->den;
        if (v * s->from.value->den < s->from.value->num * den || v * s->to.value->den > s->to.value->num * den) {
            fault(k, place(k, cell), "%.*s is not between %lld and %lld, the bounds of the score %.*s", CF_STR_ARG(cell),
                  (long long)s->from.value->num, (long long)s->to.value->num, CF_STR_ARG(r->name.text));
        }
    }
}

static bool check_cell(struct checking *k, struct cf_str cell, struct lang_type type, struct cf_str column, const char *what,
                       struct lang_expr *e) {
    if (cell.n == 0) {
        fault(k, place(k, cell), "the row has no %s: column %.*s is empty", what, CF_STR_ARG(column));
        return false;
    }
    *e = (struct lang_expr){.index = -1, .role = -1, .den = 1};
    if (lang_read_cell(type, cell, e)) {
        return true;
    }
    struct cf_str wanted = lang_type_text(k->a, type);
    fault(k, place(k, cell), "`%.*s` is not %.*s", CF_STR_ARG(cell), CF_STR_ARG(wanted));
    if (type.kind == LANG_T_CODE) {
        const struct lang_codes *codes = &type.of->as.codes;
        struct cf_str *names = CF_NEW_N(k->a, struct cf_str, codes->list.n + 1), near;
        for (size_t i = 0; i < codes->list.n; i++) {
            names[i] = codes->list.v[i].name.text;
        }
        near = cf_nearest(cell, names, codes->list.n);
        if (near.n) {
            k->faults->v[k->faults->n - 1].hint = cf_str_printf(k->a, "Did you mean `%.*s`?", CF_STR_ARG(near));
        }
    }
    return false;
}

static void check_row(struct checking *k, const struct own_line *l) {
    struct cf_buf key = cf_buf_new(k->a, CF_MAX_TEXT_BYTES);
    struct lang_expr e;
    struct cf_str text;
    bool whole = true;
    for (size_t j = 0; j < k->table->keys.n; j++) {
        struct cf_str cell = cell_at(l, k->columns[j]);
        whole = check_cell(k, cell, k->table->key_types.v[j], k->table->keys.v[j].text, "key", &e) && whole;
        cf_buf_lit(&key, j ? ", " : "");
        cf_buf_str(&key, cell);
    }
    struct cf_str value = cell_at(l, k->value);
    if (check_cell(k, value, k->table->type, k->table->gives.text, "value", &e) &&
        (k->table->type.kind == LANG_T_WHOLE || k->table->type.kind == LANG_T_FRACTION)) {
        check_bounds(k, value, &e);
    }
    k->rows++;
    if (!whole || !cf_buf_finish(&key, &text)) {
        return;
    }
    void **slot = cf_map_put(k->seen, text);
    if (*slot) {
        const struct own_line *first = *slot;
        fault(k, l->at, "the key %.*s stands twice", CF_STR_ARG(text));
        struct cf_err *e2 = &k->faults->v[k->faults->n - 1];
        e2->note = CF_LIT("the first");
        e2->note_at = first->at;
        return;
    }
    *slot = cf_memdup(k->a, l, sizeof *l);
}

/* Keys without a row, where the table has to be complete, or where the same file is also the list of codes: a code of which
 * events were recorded may not vanish. */
static void check_missing(struct checking *k) {
    if (k->table->keys.n != 1 || k->table->key_types.v[0].kind != LANG_T_CODE) {
        return; /* several keys: the check of the policies, before adopting, says which row a complete table lacks */
    }
    const struct lang_decl *codes = k->table->key_types.v[0].of;
    bool same = cf_str_eq(codes->as.codes.file, k->table->file) && codes->policy == k->decl->policy;
    if (!k->table->complete && !same) {
        return;
    }
    struct cf_span end = {k->src, (uint32_t)k->src->text.n, 0};
    for (size_t i = 0; i < codes->as.codes.list.n; i++) {
        struct cf_str code = codes->as.codes.list.v[i].name.text;
        if (!cf_map_has(k->seen, code)) {
            fault(k, end, "there is no row for %.*s", CF_STR_ARG(code));
        }
    }
}

static void check_lines(struct checking *k) {
    struct cf_str rest = k->src->text, text;
    bool first = true;
    while (cf_str_split(&rest, '\n', &text)) {
        struct own_line l;
        struct cf_str trimmed = cf_str_trim(text);
        if (!trimmed.n || trimmed.p[0] == '#') {
            continue;
        }
        cut(k, text, &l);
        if (!(first && read_header(k, &l))) {
            check_row(k, &l);
        }
        first = false;
    }
    if (!k->rows) {
        fault(k, (struct cf_span){k->src, 0, 0}, "the file holds no row");
    }
    check_missing(k);
}

/* ---- Which table, which file. */

static const struct lang_decl *find_table(struct desk *d, struct cf_str name, struct cf_errs *errs) {
    const struct lang_set *set = desk_set(d);
    if (!set) {
        cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
        return NULL;
    }
    const struct lang_decl *t = lang_find_kind(set, LANG_TABLE, name);
    if (t && t->as.table.file.n) {
        return t;
    }
    struct cf_str *names = CF_NEW_N(errs->arena, struct cf_str, set->decls.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < set->decls.n; i++) {
        if (set->decls.v[i]->kind == LANG_TABLE && set->decls.v[i]->as.table.file.n) {
            names[n++] = set->decls.v[i]->name.text;
        }
    }
    struct cf_str near = cf_nearest(name, names, n);
    cf_fail(errs, CF_D023, CF_NOWHERE, "no policy reads a table %.*s from a file", CF_STR_ARG(name));
    if (near.n) {
        cf_hint(errs, "Did you mean %.*s?", CF_STR_ARG(near));
    }
    return NULL;
}

static struct cf_str own_path(struct cf_arena *a, const struct lang_decl *t) {
    struct cf_str folder = t->policy->as.policy.folder, file = t->as.table.file;
    return folder.n ? cf_str_printf(a, OWN_TABLES "%.*s/%.*s", CF_STR_ARG(folder), CF_STR_ARG(file))
                    : cf_str_printf(a, OWN_TABLES "%.*s", CF_STR_ARG(file));
}

bool desk_table_own(struct desk *d, const struct lang_decl *table, bool *own, struct cf_errs *errs) {
    struct text_files files = {0}, calendars = {0};
    if (!desk_adopted_texts(d, &files, &calendars, errs)) {
        return false;
    }
    *own = table->as.table.file.n && desk_text(&files, own_path(d->arena, table)) != NULL;
    return true;
}

bool desk_table_check(struct desk *d, struct cf_str name, const struct cf_source *src, struct cf_arena *a,
                      struct desk_table_faults *faults, size_t *rows, struct cf_errs *errs) {
    const struct lang_decl *t = find_table(d, name, errs);
    size_t bad;
    *faults = (struct desk_table_faults){0};
    *rows = 0;
    if (!t) {
        return false;
    }
    struct checking k = {
        .a = a, .set = desk_set(d), .decl = t, .table = &t->as.table, .src = src, .faults = faults, .seen = cf_map_new(a)};
    if (t->as.table.keys.n >= CELLS_MAX) {
        return cf_fail(errs, CF_D023, CF_NOWHERE, "the table %.*s has too many keys for a file", CF_STR_ARG(name));
    }
    if (!cf_utf8_valid(src->text, &bad)) {
        fault(&k, (struct cf_span){src, (uint32_t)bad, 1}, "the file is not UTF-8 text");
        return true;
    }
    check_lines(&k);
    *rows = k.rows;
    return true;
}

bool desk_table_load(struct desk *d, struct cf_str name, const struct cf_source *src, const char *authority, struct cf_arena *a,
                     struct desk_table_faults *faults, size_t *rows, bool *changed, struct cf_errs *errs) {
    struct text_files files = {0}, calendars = {0};
    *changed = false;
    if (!desk_table_check(d, name, src, a, faults, rows, errs)) {
        return false;
    }
    if (faults->n) {
        return cf_fail(errs, CF_D022, CF_NOWHERE, "%zu faults in %.*s: the table %.*s is as it was", faults->n,
                       CF_STR_ARG(src->name), CF_STR_ARG(name));
    }
    const struct lang_decl *t = find_table(d, name, errs);
    if (!t || !desk_adopted_texts(d, &files, &calendars, errs)) {
        return false;
    }
    struct cf_str path = own_path(d->arena, t);
    for (size_t i = 0; i < files.n; i++) {
        if (cf_str_eq(files.v[i].path, path)) {
            files.v[i].text = cf_str_dup(d->arena, src->text);
            return desk_adopt_texts(d, &files, &calendars, authority, changed, errs);
        }
    }
    *cf_push(d->arena, &files) = (struct text_file){path, cf_str_dup(d->arena, src->text)};
    return desk_adopt_texts(d, &files, &calendars, authority, changed, errs);
}

bool desk_table_drop(struct desk *d, struct cf_str name, const char *authority, bool *changed, struct cf_errs *errs) {
    struct text_files files = {0}, calendars = {0};
    const struct lang_decl *t = find_table(d, name, errs);
    *changed = false;
    if (!t || !desk_adopted_texts(d, &files, &calendars, errs)) {
        return false;
    }
    struct cf_str path = own_path(d->arena, t);
    size_t kept = 0;
    for (size_t i = 0; i < files.n; i++) {
        if (!cf_str_eq(files.v[i].path, path)) {
            files.v[kept++] = files.v[i];
        }
    }
    files.n = kept;
    return desk_adopt_texts(d, &files, &calendars, authority, changed, errs);
}
