/* tables: code lists and tables read from a file of tab-separated lines. An error in a file carries the file's own
 * line. Must not know where files are: the reader that lang_check was handed finds them. */
#include "lang/check_priv.h"

#include "base/time.h"

struct line {
    struct cf_str cells[8];
    size_t n;
    struct cf_span at;
};
struct lines {
    const struct cf_source *src;
    struct cf_str note; /* the comment at its head */
    CF_VEC(struct line);
};

static bool cut_line(struct lines *f, struct cf_str text, struct line *out) {
    struct cf_str rest = text, cell;
    *out = (struct line){.at = {.src = f->src, .at = (uint32_t)(text.p - f->src->text.p), .n = (uint32_t)text.n}};
    while (out->n < CF_COUNT(out->cells) && cf_str_split(&rest, '\t', &cell)) {
        out->cells[out->n++] = cf_str_trim(cell);
    }
    return out->n > 0;
}

/* The file's lines, comments and empty ones left out; read once however many declarations use it. NULL after an error. */
static struct lines *read_lines(struct ck *k, const struct lang_decl *d, struct cf_str file) {
    struct cf_str folder = d->policy->as.policy.folder;
    struct cf_str key = cf_str_printf(k->a, "%.*s/%.*s", CF_STR_ARG(folder), CF_STR_ARG(file));
    void **slot = cf_map_put(k->files, key);
    if (*slot != NULL) {
        return *slot;
    }
    struct cf_str text;
    size_t before = k->errs->failures;
    if (k->reader.read == NULL || !k->reader.read(k->reader.ctx, k->a, folder, file, &text, k->errs)) {
        if (k->errs->failures != before) {
            cf_second(k->errs, d->name.at, "`%.*s` reads it", CF_STR_ARG(d->name.text));
        } else {
            cf_fail(k->errs, CF_L062, d->name.at, "file \"%.*s\" of `%.*s` cannot be read", CF_STR_ARG(file),
                    CF_STR_ARG(d->name.text));
        }
        return NULL;
    }
    struct cf_source *src = CF_NEW(k->a, struct cf_source);
    struct lines *f = CF_NEW(k->a, struct lines);
    src->name = folder.n == 0 ? file : key;
    src->text = text;
    f->src = src;
    struct cf_str rest = text, one;
    struct line line;
    while (cf_str_split(&rest, '\n', &one)) {
        struct cf_str trimmed = cf_str_trim(one);
        if (f->n == 0 && trimmed.n > 1 && trimmed.p[0] == '#') {
            struct cf_str words = cf_str_trim(cf_str_slice(trimmed, 1, trimmed.n));
            f->note = f->note.n == 0 ? words : cf_str_printf(k->a, "%.*s %.*s", CF_STR_ARG(f->note), CF_STR_ARG(words));
        }
        if (trimmed.n > 0 && trimmed.p[0] != '#' && cut_line(f, one, &line)) {
            *cf_push(k->a, f) = line;
        }
    }
    *slot = f;
    return f;
}

static size_t column(const struct line *header, struct cf_str name, const char * or, size_t otherwise) {
    for (size_t i = 0; i < header->n; i++) {
        if (cf_str_eq(header->cells[i], name) || (or != NULL && cf_str_is(header->cells[i], or))) {
            return i;
        }
    }
    return otherwise;
}

/* Code and title in the first two columns, or under a header row `code`, `title` (or the list's own name). */
void ck_codes_file(struct ck *k, struct lang_decl *d) {
    struct lang_codes *c = &d->as.codes;
    struct lines *f = read_lines(k, d, c->file);
    if (f == NULL) {
        return;
    }
    size_t code = 0, title = 1, first = 0;
    if (f->n > 0) {
        size_t at = column(&f->v[0], d->name.text, "code", SIZE_MAX);
        first = at == SIZE_MAX ? 0 : 1;
        code = first == 1 ? at : 0;
        title = first == 1 ? column(&f->v[0], CF_LIT("title"), "name", SIZE_MAX) : 1;
    }
    for (size_t i = first; i < f->n; i++) {
        const struct line *l = &f->v[i];
        if (code >= l->n || l->cells[code].n == 0) {
            cf_fail(k->errs, CF_L062, l->at, "a line of codes holds no code");
            continue;
        }
        struct lang_code *into = cf_push(k->a, &c->list);
        into->name = (struct lang_name){.text = l->cells[code], .at = l->at};
        into->title = title < l->n && l->cells[title].n > 0 ? l->cells[title] : l->cells[code];
    }
}

/* ---- a cell of a table: a literal of the column's type */

static bool number_cell(struct cf_str s, struct lang_expr *e) {
    struct cf_str whole = s, part = {0};
    size_t at;
    if (cf_str_find(s, '/', &at) || cf_str_find(s, '.', &at)) {
        whole = cf_str_slice(s, 0, at);
        part = cf_str_slice(s, at + 1, s.n);
    }
    e->op = LANG_NUMBER;
    e->den = 1;
    if (!cf_str_int(whole, &e->num)) {
        return false;
    }
    if (part.n == 0) {
        return whole.n == s.n;
    }
    int64_t p;
    if (!cf_str_int(part, &p) || p < 0 || part.n > 9) {
        return false;
    }
    if (s.p[at] == '/') {
        e->den = p;
        return p > 0;
    }
    for (size_t i = 0; i < part.n; i++) {
        e->den *= 10;
    }
    int64_t scaled;
    if (__builtin_mul_overflow(e->num, e->den, &scaled)) {
        return false;
    }
    e->num = s.p[0] == '-' ? scaled - p : scaled + p;
    return true;
}

bool lang_read_cell(struct lang_type t, struct cf_str s, struct lang_expr *e) {
    int32_t n;
    e->type = t;
    switch (t.kind) {
    case LANG_T_CODE:
        e->op = LANG_CODE_LIT;
        e->decl = t.of;
        e->index = ck_code_index(t.of, s);
        return e->index >= 0;
    case LANG_T_WHOLE:
    case LANG_T_FRACTION: return number_cell(s, e) && (t.kind == LANG_T_FRACTION || e->den == 1);
    case LANG_T_YESNO: e->op = cf_str_is(s, "yes") ? LANG_YES : LANG_NO; return e->op == LANG_YES || cf_str_is(s, "no");
    case LANG_T_DURATION: e->op = LANG_DURATION_LIT; return cf_duration_parse(s, CF_NOWHERE, NULL, &e->duration);
    case LANG_T_DATE: {
        bool ok = cf_date_parse(s, CF_NOWHERE, NULL, &n);
        e->op = LANG_DATE_LIT;
        e->num = ok ? n : 0;
        return ok;
    }
    case LANG_T_CLOCK: {
        bool ok = cf_clock_parse(s, CF_NOWHERE, NULL, &n);
        e->op = LANG_CLOCK_LIT;
        e->num = ok ? n : 0;
        return ok;
    }
    case LANG_T_NONE:
    case LANG_T_INSTANT:
    case LANG_T_TEXT:
    case LANG_T_EVENT:
    case LANG_T_SUBJECT:
    case LANG_T_SET: break;
    }
    return false;
}

static struct lang_expr *cell(struct ck *k, struct lang_type t, struct cf_str s, struct cf_span at) {
    struct lang_expr *e = CF_NEW(k->a, struct lang_expr);
    e->at = (struct cf_span){.src = at.src, .at = (uint32_t)(s.p - at.src->text.p), .n = (uint32_t)s.n};
    e->index = e->role = -1;
    e->id = k->set->exprs++;
    if (t.kind == LANG_T_NONE) {
        return e;
    }
    if (!lang_read_cell(t, s, e)) {
        cf_fail(k->errs, CF_L062, e->at, "`%.*s` is not %.*s", CF_STR_ARG(s), CF_STR_ARG(ck_type_text(k->a, t)));
        return NULL;
    }
    return e;
}

/* ---- rows */

static void file_rows(struct ck *k, struct lang_decl *d) {
    struct lang_table *t = &d->as.table;
    struct lines *f = read_lines(k, d, t->file);
    if (f == NULL || f->n == 0) {
        return;
    }
    t->note = f->note;
    size_t value = column(&f->v[0], t->gives.text, "value", SIZE_MAX), first = value == SIZE_MAX ? 0 : 1;
    value = first == 0 ? t->keys.n : value;
    for (size_t i = first; i < f->n; i++) {
        const struct line *l = &f->v[i];
        struct lang_row row = {.at = l->at};
        if (value >= l->n || l->cells[value].n == 0) {
            continue; /* the row says nothing: unknown, never 0 [G5] */
        }
        bool good = true;
        for (size_t j = 0; j < t->keys.n; j++) {
            size_t at = first == 0 ? j : column(&f->v[0], t->keys.v[j].text, j == 0 ? "code" : NULL, j);
            struct lang_expr *e = at < l->n ? cell(k, t->key_types.v[j], l->cells[at], l->at) : NULL;
            good = good && e != NULL;
            *cf_push(k->a, &row.cells) = e;
        }
        struct lang_expr *e = cell(k, t->type, l->cells[value], l->at);
        *cf_push(k->a, &row.cells) = e;
        if (good && e != NULL) {
            *cf_push(k->a, &t->rows) = row;
        }
    }
}

static void key_text(struct cf_buf *b, const struct lang_expr *e) {
    if (e->op == LANG_CODE_LIT) {
        cf_buf_str(b, e->decl->as.codes.list.v[e->index].name.text);
    } else {
        cf_buf_printf(b, "%lld", (long long)e->num);
    }
}

static struct cf_str row_key(struct ck *k, const struct lang_table *t, const struct lang_row *row) {
    struct cf_buf b = cf_buf_new(k->a, CF_MAX_TEXT_BYTES);
    for (size_t j = 0; j < t->keys.n; j++) {
        cf_buf_lit(&b, j == 0 ? "" : ", ");
        key_text(&b, row->cells.v[j]);
    }
    struct cf_str s;
    return cf_buf_finish(&b, &s) ? s : CF_LIT("");
}

/* The first combination of keys that no row has; false when there is none, or a key is no code list. */
static bool missing_key(struct ck *k, const struct lang_decl *d, const struct cf_map *seen, struct cf_str *out) {
    const struct lang_table *t = &d->as.table;
    size_t total = 1;
    for (size_t j = 0; j < t->keys.n; j++) {
        if (t->key_types.v[j].kind != LANG_T_CODE) {
            return false;
        }
        total *= t->key_types.v[j].of->as.codes.list.n;
        if (total > CF_MAX_TABLE_KEYS) {
            cf_fail(k->errs, CF_L076, d->name.at, "table `%.*s` has too many keys to be complete", CF_STR_ARG(d->name.text));
            return false;
        }
    }
    for (size_t i = 0; i < total; i++) {
        struct cf_buf b = cf_buf_new(k->a, CF_MAX_TEXT_BYTES);
        size_t rest = i;
        for (size_t j = 0; j < t->keys.n; j++) {
            const struct lang_codes *codes = &t->key_types.v[j].of->as.codes;
            cf_buf_lit(&b, j == 0 ? "" : ", ");
            cf_buf_str(&b, codes->list.v[rest % codes->list.n].name.text);
            rest /= codes->list.n;
        }
        if (cf_buf_finish(&b, out) && !cf_map_has(seen, *out)) {
            return true;
        }
    }
    return false;
}

static void check_keys(struct ck *k, struct lang_decl *d) {
    struct lang_table *t = &d->as.table;
    struct cf_map *seen = cf_map_new(k->a);
    for (size_t i = 0; i < t->rows.n; i++) {
        struct lang_row *row = &t->rows.v[i];
        bool whole = row->cells.n == t->keys.n + 1;
        for (size_t j = 0; whole && j < t->keys.n; j++) {
            whole = row->cells.v[j]->type.kind != LANG_T_NONE;
        }
        if (!whole) {
            return; /* has had its error */
        }
        struct cf_str key = row_key(k, t, row);
        void **slot = cf_map_put(seen, key);
        const struct lang_row *old = *slot;
        if (old != NULL) {
            cf_fail(k->errs, CF_L075, row->at, "table `%.*s` has the key %.*s twice", CF_STR_ARG(d->name.text),
                    CF_STR_ARG(key));
            cf_second(k->errs, old->at, "the first");
        }
        *slot = old == NULL ? row : *slot;
    }
    struct cf_str missing;
    if (t->complete && missing_key(k, d, seen, &missing)) {
        cf_fail(k->errs, CF_L076, d->name.at, "table `%.*s` is called complete, and has no row for %.*s",
                CF_STR_ARG(d->name.text), CF_STR_ARG(missing));
    }
}

void ck_table(struct ck *k, struct lang_decl *d) {
    struct lang_table *t = &d->as.table;
    if (t->file.n != 0) {
        size_t before = k->errs->failures;
        file_rows(k, d);
        if (k->errs->failures != before) {
            return;
        }
    }
    check_keys(k, d);
}
