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
    const struct lang_decl *own;      /* the code list that is read from this very file, if one is: its codes are the file's */
    const struct desk_table_column *known; /* other columns of which the codes are known */
    size_t n_known, known_at[CELLS_MAX];   /* SIZE_MAX: the file has no such column */
    size_t status;                         /* the column in which a row may say that it has no value; SIZE_MAX: none */
    size_t rows;
};

CF_PRINTF(3, 4) static void fault(struct checking *k, struct cf_span at, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct cf_err e = {.code = CF_D022, .at = at, .msg = cf_str_vprintf(k->a, fmt, ap), .hint = CF_LIT("")};
    va_end(ap);
    e.hint = cf_str_from(cf_code_hint(CF_D022));
    for (size_t i = 0; i < k->faults->n; i++) { /* two tables of one file see the same fault */
        const struct cf_err *x = &k->faults->v[i];
        if (x->at.at == at.at && x->at.n == at.n && cf_str_eq(x->msg, e.msg)) {
            return;
        }
    }
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

static void find_known(struct checking *k, const struct own_line *l, bool header) {
    for (size_t i = 0; i < k->n_known && i < CELLS_MAX; i++) {
        if (!header || !named(l, k->known[i].heading, NULL, &k->known_at[i])) {
            k->known_at[i] = SIZE_MAX;
        }
    }
    if (!header || !named(l, CF_LIT("status"), NULL, &k->status)) {
        k->status = SIZE_MAX;
    }
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
    find_known(k, l, header);
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

/* A code of the file's own list: any word that can be written, shown and sent. */
static bool check_own_code(struct checking *k, struct cf_str cell, struct cf_str column) {
    bool good = cell.n > 0 && cell.n <= CF_MAX_NAME_BYTES;
    for (size_t i = 0; i < cell.n; i++) {
        unsigned char c = (unsigned char)cell.p[i];
        good = good && c > ' ' && c < 0x7f && c != ',' && c != ';' && c != '"';
    }
    if (cell.n == 0) {
        fault(k, place(k, cell), "the row has no key: column %.*s is empty", CF_STR_ARG(column));
    } else if (!good) {
        fault(k, place(k, cell), "`%.*s` cannot be a code: one word of at most %d letters, without blanks or commas",
              CF_STR_ARG(cell), CF_MAX_NAME_BYTES);
    }
    return good;
}

/* Columns beside the table's own whose codes are known: a Home Office code, say. */
static void check_known(struct checking *k, const struct own_line *l) {
    for (size_t i = 0; i < k->n_known && i < CELLS_MAX; i++) {
        struct cf_str cell = k->known_at[i] == SIZE_MAX ? CF_LIT("") : cell_at(l, k->known_at[i]);
        if (k->known_at[i] == SIZE_MAX) {
            continue;
        }
        if (cell.n == 0) {
            fault(k, place(k, cell), "the row has no %.*s", CF_STR_ARG(k->known[i].heading));
        } else if (!cf_map_has(k->known[i].codes, cell)) {
            fault(k, place(k, cell), "`%.*s` is no known %.*s", CF_STR_ARG(cell), CF_STR_ARG(k->known[i].heading));
        }
    }
}

static void check_row(struct checking *k, const struct own_line *l) {
    struct cf_buf key = cf_buf_new(k->a, CF_MAX_TEXT_BYTES);
    struct lang_expr e;
    struct cf_str text;
    bool whole = true;
    for (size_t j = 0; j < k->table->keys.n; j++) {
        struct cf_str cell = cell_at(l, k->columns[j]), column = k->table->keys.v[j].text;
        struct lang_type type = k->table->key_types.v[j];
        bool own = k->own && type.kind == LANG_T_CODE && type.of == k->own;
        whole = (own ? check_own_code(k, cell, column) : check_cell(k, cell, type, column, "key", &e)) && whole;
        cf_buf_lit(&key, j ? ", " : "");
        cf_buf_str(&key, cell);
    }
    struct cf_str value = cell_at(l, k->value);
    bool none = !value.n && k->status != SIZE_MAX && cf_str_is(cell_at(l, k->status), "not scored"); /* said, not forgotten */
    if (!none && check_cell(k, value, k->table->type, k->table->gives.text, "value", &e) &&
        (k->table->type.kind == LANG_T_WHOLE || k->table->type.kind == LANG_T_FRACTION)) {
        check_bounds(k, value, &e);
    }
    if (!none) {
        check_known(k, l);
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

/* Keys without a row, where the table has to be complete. Several keys: the check of the policies says so before adopting. */
static void check_missing(struct checking *k) {
    struct cf_span end = {k->src, (uint32_t)k->src->text.n, 0};
    if (!k->table->complete || k->own || k->table->keys.n != 1 || k->table->key_types.v[0].kind != LANG_T_CODE) {
        return;
    }
    const struct lang_codes *codes = &k->table->key_types.v[0].of->as.codes;
    for (size_t i = 0; i < codes->list.n; i++) {
        if (!cf_map_has(k->seen, codes->list.v[i].name.text)) {
            fault(k, end, "there is no row for %.*s", CF_STR_ARG(codes->list.v[i].name.text));
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

/* ---- Codes that the file leaves out, though events were recorded with them. */

struct used {
    const struct lang_decl *record;
    size_t field;
    size_t *count, n; /* by code */
};

static void count_code(const struct used *u, const struct lang_value *v) {
    if (v->kind == LANG_V_CODE && v->i >= 0 && (size_t)v->i < u->n) {
        u->count[v->i]++;
    }
}

static bool count_used(void *arg, const struct lang_history *h, size_t event, struct cf_errs *errs) {
    const struct used *u = arg;
    (void)errs;
    const struct lang_value *v = &h->events[event].fields[u->field];
    count_code(u, v);
    for (uint32_t i = 0; v->kind == LANG_V_LIST && i < v->more; i++) {
        count_code(u, &v->items[i].v);
    }
    return true;
}

static bool holds_code_of(const struct lang_field *f, const struct lang_decl *codes) {
    return (f->type.kind == LANG_T_CODE || (f->type.kind == LANG_T_SET && f->type.elem == LANG_T_CODE)) && f->type.of == codes;
}

static bool check_left_out(struct desk *d, struct checking *k, struct cf_errs *errs) {
    const struct lang_codes *codes = k->own ? &k->own->as.codes : NULL;
    struct used u = {.count = CF_NEW_N(k->a, size_t, codes ? codes->list.n + 1 : 1), .n = codes ? codes->list.n : 0};
    bool any = false;
    for (size_t i = 0; codes && i < codes->list.n; i++) {
        any = any || !cf_map_has(k->seen, codes->list.v[i].name.text);
    }
    for (size_t r = 0; any && r < k->set->records.n; r++) {
        u.record = k->set->records.v[r];
        for (u.field = 0; u.field < u.record->as.record.fields.n; u.field++) {
            if (holds_code_of(&u.record->as.record.fields.v[u.field], k->own) &&
                !desk_each_event(d, u.record, count_used, &u, errs)) {
                return false;
            }
        }
    }
    for (size_t i = 0; any && i < codes->list.n; i++) {
        struct cf_str code = codes->list.v[i].name.text;
        if (u.count[i] && !cf_map_has(k->seen, code)) {
            fault(k, (struct cf_span){k->src, (uint32_t)k->src->text.n, 0}, "%.*s is left out, and was recorded %zu times",
                  CF_STR_ARG(code), u.count[i]);
        }
    }
    return true;
}

/* ---- Which table, which file. */

static struct cf_str stem(struct cf_str file) {
    size_t dot = file.n;
    for (size_t i = 0; i < file.n; i++) {
        dot = file.p[i] == '.' ? i : dot;
    }
    return cf_str_slice(file, 0, dot);
}

/* By the table's own name, else by its file's: gravity for gravity.tsv. */
static const struct lang_decl *find_table(struct desk *d, struct cf_str name, struct cf_errs *errs) {
    const struct lang_set *set = desk_set(d);
    if (!set) {
        cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
        return NULL;
    }
    const struct lang_decl *t = lang_find_kind(set, LANG_TABLE, name);
    struct cf_str *names = CF_NEW_N(errs->arena, struct cf_str, 2 * set->decls.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < set->decls.n && !(t && t->as.table.file.n); i++) {
        const struct lang_decl *x = set->decls.v[i];
        if (x->kind == LANG_TABLE && x->as.table.file.n && !x->newer) {
            names[n++] = x->name.text;
            names[n++] = stem(x->as.table.file);
            t = cf_str_eq(names[n - 1], name) ? x : t;
        }
    }
    if (t && t->as.table.file.n) {
        return t;
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

static bool same_file(const struct lang_decl *a, struct cf_str a_file, const struct lang_decl *b, struct cf_str b_file) {
    return cf_str_eq(a_file, b_file) && cf_str_eq(a->policy->as.policy.folder, b->policy->as.policy.folder);
}

static const struct lang_decl *own_codes(const struct lang_set *set, const struct lang_decl *t) {
    for (size_t i = 0; i < set->decls.n; i++) {
        const struct lang_decl *c = set->decls.v[i];
        if (c->kind == LANG_CODES && !c->newer && c->as.codes.file.n && same_file(c, c->as.codes.file, t, t->as.table.file)) {
            return c;
        }
    }
    return NULL;
}

static bool check_one(struct desk *d, struct checking *k, const struct lang_decl *t, struct cf_errs *errs) {
    k->decl = t;
    k->table = &t->as.table;
    k->seen = cf_map_new(k->a);
    k->rows = 0;
    if (t->as.table.keys.n >= CELLS_MAX) {
        return cf_fail(errs, CF_D023, CF_NOWHERE, "the table %.*s has too many keys for a file", CF_STR_ARG(t->name.text));
    }
    check_lines(k);
    return check_left_out(d, k, errs);
}

bool desk_table_check(struct desk *d, struct cf_str name, const struct cf_source *src, const struct desk_table_column *known,
                      size_t n_known, struct cf_arena *a, struct desk_table_faults *faults, size_t *rows,
                      struct cf_errs *errs) {
    const struct lang_decl *t = find_table(d, name, errs);
    size_t bad;
    *faults = (struct desk_table_faults){0};
    *rows = 0;
    if (!t) {
        return false;
    }
    struct checking k = {.a = a, .set = desk_set(d), .src = src, .faults = faults, .known = known, .n_known = n_known};
    k.own = own_codes(k.set, t);
    if (!cf_utf8_valid(src->text, &bad)) {
        fault(&k, (struct cf_span){src, (uint32_t)bad, 1}, "the file is not UTF-8 text");
        return true;
    }
    for (size_t i = 0; i < k.set->decls.n; i++) { /* the file stands for every table that reads it */
        const struct lang_decl *x = k.set->decls.v[i];
        if (x->kind == LANG_TABLE && !x->newer && x->as.table.file.n && same_file(x, x->as.table.file, t, t->as.table.file)) {
            if (!check_one(d, &k, x, errs)) {
                return false;
            }
            *rows = k.rows;
        }
    }
    return true;
}

bool desk_table_load(struct desk *d, struct cf_str name, const struct cf_source *src, const struct desk_table_column *known,
                     size_t n_known, const char *authority, struct cf_arena *a, struct desk_table_faults *faults, size_t *rows,
                     bool *changed, struct cf_errs *errs) {
    struct text_files files = {0}, calendars = {0};
    *changed = false;
    if (!desk_table_check(d, name, src, known, n_known, a, faults, rows, errs)) {
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

/* The shipped file in the place of the own one: would a code vanish that was recorded? */
static bool shipped_fits(struct desk *d, const struct lang_decl *t, const struct text_file *shipped, struct cf_errs *errs) {
    struct desk_table_faults lines = {0}, gone = {0};
    struct cf_source *src = CF_NEW(errs->arena, struct cf_source);
    struct checking k = {.a = errs->arena, .set = desk_set(d), .decl = t, .table = &t->as.table, .src = src, .faults = &lines};
    if (!shipped) {
        return true; /* the check of the policies says that the file is missing */
    }
    *src = (struct cf_source){shipped->path, shipped->text};
    k.own = own_codes(k.set, t);
    k.seen = cf_map_new(k.a);
    check_lines(&k);
    k.faults = &gone; /* that shipped rows lack values is no fault */
    if (!check_left_out(d, &k, errs)) {
        return false;
    }
    for (size_t i = 0; i < gone.n; i++) {
        cf_fail(errs, CF_D022, CF_NOWHERE, "%.*s", CF_STR_ARG(gone.v[i].msg));
        cf_hint(errs, "The shipped rows have no such code. Load a table that keeps it.");
    }
    return gone.n == 0;
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
    if (desk_text(&files, path) &&
        !shipped_fits(d, t, desk_text(&files, cf_str_slice(path, sizeof OWN_TABLES - 1, path.n)), errs)) {
        return false;
    }
    for (size_t i = 0; i < files.n; i++) {
        if (!cf_str_eq(files.v[i].path, path)) {
            files.v[kept++] = files.v[i];
        }
    }
    files.n = kept;
    return desk_adopt_texts(d, &files, &calendars, authority, changed, errs);
}
