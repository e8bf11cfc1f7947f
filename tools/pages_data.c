/* pages_data: reads a template's lines: opening comments, the data block, the types, and where the body begins. */
#include "pages.h"

static const struct {
    const char *word;
    enum page_kind kind;
} type_words[] = {
    {"text", PAGE_TEXT},     {"whole", PAGE_WHOLE}, {"count", PAGE_COUNT},
    {"yes/no", PAGE_YES_NO}, {"url", PAGE_URL},     {"html", PAGE_HTML},
};

void page_fault(struct page_compiler *c, const char *path, size_t line, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct cf_str words = cf_str_vprintf(c->arena, fmt, ap);
    va_end(ap);
    struct cf_str said = cf_str_printf(c->arena, "%s:%zu: %.*s\n", path, line, CF_STR_ARG(words));
    if (!cf_str_eq(said, c->last_fault)) { /* a text of a script is one fault, not one for each letter */
        fwrite(said.p, 1, said.n, c->faults_to);
    }
    c->last_fault = said;
    c->faults++;
}

bool page_name_ok(struct cf_str s) {
    for (size_t i = 0; i < s.n; i++) {
        bool letter = (s.p[i] >= 'a' && s.p[i] <= 'z') || (i > 0 && (s.p[i] == '_' || (s.p[i] >= '0' && s.p[i] <= '9')));
        if (!letter) {
            return false;
        }
    }
    return s.n > 0 && s.n <= CF_MAX_NAME_BYTES;
}

struct cf_str page_type_words(struct page_compiler *c, struct page_type type) {
    struct cf_str of = CF_LIT("text");
    for (size_t i = 0; i < CF_COUNT(type_words); i++) {
        if (type_words[i].kind == type.kind) {
            of = cf_str_from(type_words[i].word);
        }
    }
    if (type.kind == PAGE_BLOCK) {
        of = type.block->name;
    } else if (type.kind == PAGE_PART) {
        of = cf_str_printf(c->arena, "part %.*s", CF_STR_ARG(type.part->name));
    }
    return cf_str_printf(c->arena, "%s%s%.*s", type.optional ? "optional " : "", type.list ? "list of " : "", CF_STR_ARG(of));
}

static struct cf_str take_word(struct cf_str *rest) {
    *rest = cf_str_trim(*rest);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t') {
        n++;
    }
    struct cf_str word = cf_str_slice(*rest, 0, n);
    *rest = cf_str_trim(cf_str_slice(*rest, n, rest->n));
    return word;
}

static bool take(struct cf_str *rest, const char *word) {
    struct cf_str before = *rest;
    if (cf_str_is(take_word(rest), word)) {
        return true;
    }
    *rest = before;
    return false;
}

static bool read_type(struct page_compiler *c, struct page_template *t, struct cf_str rest, size_t line,
                      struct page_type *out) {
    out->optional = take(&rest, "optional");
    if (take(&rest, "list")) {
        out->list = true;
        if (!take(&rest, "of")) {
            page_fault(c, t->path, line, "after `list` comes `of` and a type");
            return false;
        }
    }
    if (out->optional && out->list) {
        page_fault(c, t->path, line, "a list is never optional: an empty one says the same");
        return false;
    }
    if (take(&rest, "part")) {
        out->kind = PAGE_PART;
        out->part = page_part(c, rest, t->path, line);
        return out->part != NULL;
    }
    struct cf_str names[CF_COUNT(type_words) + 64];
    size_t n = 0;
    for (size_t i = 0; i < CF_COUNT(type_words); i++) {
        names[n++] = cf_str_from(type_words[i].word);
        if (cf_str_is(rest, type_words[i].word)) {
            out->kind = type_words[i].kind;
            return true;
        }
    }
    for (size_t i = 1; i < t->blocks.n; i++) {
        if (cf_str_eq(t->blocks.v[i]->name, rest)) {
            out->kind = PAGE_BLOCK;
            out->block = t->blocks.v[i];
            return true;
        }
        if (n < CF_COUNT(names)) {
            names[n++] = t->blocks.v[i]->name;
        }
    }
    struct cf_str near = cf_nearest(rest, names, n);
    page_fault(c, t->path, line, "there is no type `%.*s`%s%.*s%s", CF_STR_ARG(rest), near.n ? ", did you mean `" : "",
               CF_STR_ARG(near), near.n ? "`?" : "");
    return false;
}

static void read_field(struct page_compiler *c, struct page_template *t, struct page_block *block, struct cf_str rest,
                       size_t line) {
    struct page_field f = {.name = take_word(&rest), .line = line};
    if (!page_name_ok(f.name)) {
        page_fault(c, t->path, line, "`%.*s` is no name: small letters, digits and _", CF_STR_ARG(f.name));
        return;
    }
    for (size_t i = 0; i < block->fields.n; i++) {
        if (cf_str_eq(block->fields.v[i].name, f.name)) {
            page_fault(c, t->path, line, "`%.*s` stands on line %zu already", CF_STR_ARG(f.name), block->fields.v[i].line);
            return;
        }
    }
    if (read_type(c, t, rest, line, &f.type)) {
        *cf_push(c->arena, &block->fields) = f;
    }
}

static struct page_block *new_block(struct page_compiler *c, struct page_template *t, struct cf_str name, size_t line) {
    struct page_block *block = CF_NEW(c->arena, struct page_block);
    *block = (struct page_block){.name = name, .line = line};
    *cf_push(c->arena, &t->blocks) = block;
    return block;
}

/* First the names of all types, so that data may speak of a type that follows. */
static void note_types(struct page_compiler *c, struct page_template *t, struct cf_str text) {
    new_block(c, t, CF_LIT("data"), 1);
    struct cf_str line;
    for (size_t number = 1; cf_str_split(&text, '\n', &line) && !cf_str_is(cf_str_trim(line), "body"); number++) {
        if (cf_str_starts(line, CF_LIT("type "))) {
            struct cf_str name = cf_str_trim(cf_str_slice(line, 5, line.n));
            if (!page_name_ok(name)) {
                page_fault(c, t->path, number, "`%.*s` is no name: small letters, digits and _", CF_STR_ARG(name));
            }
            new_block(c, t, name, number);
        }
    }
}

static struct page_block *block_of_line(struct page_template *t, struct cf_str line, size_t number) {
    if (cf_str_is(cf_str_trim(line), "data")) {
        return t->blocks.v[0];
    }
    for (size_t i = 1; i < t->blocks.n; i++) {
        if (t->blocks.v[i]->line == number) {
            return t->blocks.v[i];
        }
    }
    return NULL;
}

static void read_template(struct page_compiler *c, struct page_template *t, struct cf_str text) {
    note_types(c, t, text);
    struct page_block *block = NULL;
    struct cf_str rest = text, line;
    for (size_t number = 1; cf_str_split(&rest, '\n', &line); number++) {
        struct cf_str words_of = cf_str_trim(line);
        bool indented = line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
        if (number == 1 && !cf_str_starts(line, CF_LIT("#"))) {
            page_fault(c, t->path, 1, "begin with `# ` and a sentence that says what the page is for");
        }
        if (words_of.n == 0 || words_of.p[0] == '#') {
            continue;
        }
        if (!indented && cf_str_is(words_of, "body")) {
            page_read_body(c, t, rest, number + 1);
            return;
        }
        if (indented && block) {
            read_field(c, t, block, words_of, number);
            continue;
        }
        block = block_of_line(t, line, number);
        if (block == NULL || indented) {
            page_fault(c, t->path, number, "expected `data`, `type NAME` or `body`, not `%.*s`", CF_STR_ARG(words_of));
            return;
        }
    }
    page_fault(c, t->path, 1, "there is no `body`");
}

struct page_template *page_read(struct page_compiler *c, const char *path, bool part) {
    struct page_template *t = CF_NEW(c->arena, struct page_template);
    struct cf_errs errs = cf_errs_new(c->arena);
    struct cf_str text;
    t->path = path;
    t->part = part;
    const char *slash = strrchr(path, '/');
    t->name = cf_str_from(slash ? slash + 1 : path);
    for (size_t i = 0; i < t->name.n; i++) {
        t->name.n = t->name.p[i] == '.' ? i : t->name.n;
    }
    if (!page_name_ok(t->name)) {
        page_fault(c, path, 1, "the file's name is no name: small letters, digits and _");
        return NULL;
    }
    if (!cf_read_file(c->arena, path, PAGE_BYTES, &text, &errs)) {
        page_fault(c, path, 1, "%.*s", CF_STR_ARG(errs.v[0].msg));
        return NULL;
    }
    if (!cf_utf8_valid(text, NULL)) {
        page_fault(c, path, 1, "the file is not UTF-8 text");
        return NULL;
    }
    if (part) { /* known before it is read, so that one that uses itself is seen */
        *cf_push(c->arena, &c->parts) = t;
    }
    read_template(c, t, text);
    t->read = true;
    return t;
}

const struct page_template *page_part(struct page_compiler *c, struct cf_str name, const char *path, size_t line) {
    for (size_t i = 0; i < c->parts.n; i++) {
        if (cf_str_eq(c->parts.v[i]->name, name)) {
            if (!c->parts.v[i]->read) {
                page_fault(c, path, line, "the part `%.*s` would use itself", CF_STR_ARG(name));
                return NULL;
            }
            return c->parts.v[i];
        }
    }
    const char *file = cf_cstr(c->arena, cf_str_printf(c->arena, "%s/%.*s.part", c->parts_folder, CF_STR_ARG(name)));
    FILE *f = page_name_ok(name) ? fopen(file, "r") : NULL;
    if (f == NULL) {
        page_fault(c, path, line, "there is no part `%.*s` in %s", CF_STR_ARG(name), c->parts_folder);
        return NULL;
    }
    fclose(f);
    return page_read(c, file, true);
}
