/* pages_write: writes a template as C: a header with its data as structs, a source with the function that writes it.
 * Resolves every name on the way: an unknown name, a value of the wrong type or at the wrong place is a fault. */
#include "pages.h"

struct scope {
    struct scope *outer;
    struct cf_str name; /* of the loop */
    struct page_type type;
    struct cf_str c; /* its C expression, a pointer */
};
struct known { /* an optional that an {if} around has found present */
    struct known *outer;
    struct cf_str c;
};
struct writer {
    struct page_compiler *c;
    struct page_template *t;
    struct cf_buf *b;
    struct scope *scope;
    struct known *known;
    int depth, loops;
};
struct found {
    struct page_type type;
    struct cf_str c;  /* the expression: a value, or for parts and blocks a pointer */
    struct cf_str is; /* whether an optional is there */
};

#define STR CF_STR_ARG

static struct cf_str prefix(struct page_compiler *c, const struct page_template *t) {
    return cf_str_printf(c->arena, "%s_%.*s", t->part ? "part" : "page", STR(t->name));
}

static const char *c_type(struct page_compiler *c, const struct page_template *t, struct page_type type) {
    switch (type.kind) {
    case PAGE_TEXT:
    case PAGE_URL: return "struct cf_str";
    case PAGE_WHOLE:
    case PAGE_COUNT: return "int64_t";
    case PAGE_YES_NO: return "bool";
    case PAGE_HTML: return "struct web_html";
    case PAGE_BLOCK:
        return cf_cstr(c->arena, cf_str_printf(c->arena, "struct %.*s_%.*s", STR(prefix(c, t)), STR(type.block->name)));
    case PAGE_PART: break;
    }
    return cf_cstr(c->arena, cf_str_printf(c->arena, "struct %.*s", STR(prefix(c, type.part))));
}

static void write_struct(struct page_compiler *c, const struct page_template *t, const struct page_block *block, bool data,
                         struct cf_buf *b) {
    cf_buf_printf(b, "struct %.*s%s%.*s {\n", STR(prefix(c, t)), data ? "" : "_", data ? 0 : (int)block->name.n, block->name.p);
    for (size_t i = 0; i < block->fields.n; i++) {
        const struct page_field *f = &block->fields.v[i];
        const char *type = c_type(c, t, f->type);
        bool number = f->type.kind == PAGE_WHOLE || f->type.kind == PAGE_COUNT || f->type.kind == PAGE_YES_NO;
        bool pointer = f->type.optional && f->type.kind >= PAGE_BLOCK;
        if (f->type.list) {
            cf_buf_printf(b, "    CF_LIST(%s) %.*s;\n", type, STR(f->name));
            continue;
        }
        if (f->type.optional && number) {
            cf_buf_printf(b, "    bool has_%.*s;\n", STR(f->name));
        }
        cf_buf_printf(b, "    %s%s %s%.*s;\n", pointer ? "const " : "", type, pointer ? "*" : "", STR(f->name));
    }
    if (block->fields.n == 0) {
        cf_buf_lit(b, "    bool nothing; /* the page shows nothing of its own */\n");
    }
    cf_buf_lit(b, "};\n");
}

/* Blocks in an order in which each stands before whoever holds it; `state`: 0 not yet, 1 in hand, 2 written. */
static void write_block(struct page_compiler *c, const struct page_template *t, size_t i, int *state, struct cf_buf *b) {
    const struct page_block *block = t->blocks.v[i];
    if (state[i] == 2) {
        return;
    }
    if (state[i] == 1) {
        page_fault(c, t->path, block->line, "the type `%.*s` would hold itself", STR(block->name));
        return;
    }
    state[i] = 1;
    for (size_t k = 0; k < block->fields.n; k++) {
        for (size_t m = 1; m < t->blocks.n; m++) {
            if (block->fields.v[k].type.kind == PAGE_BLOCK && block->fields.v[k].type.block == t->blocks.v[m]) {
                write_block(c, t, m, state, b);
            }
        }
    }
    state[i] = 2;
    write_struct(c, t, block, i == 0, b);
}

/* Every part that the types or the body name. */
static void note_parts(struct page_compiler *c, const struct page_template *t, const struct page_nodes *nodes,
                       struct cf_map *parts) {
    for (size_t i = 0; i < nodes->n; i++) {
        const struct page_node *n = &nodes->v[i];
        if (n->kind == PAGE_N_USE) {
            const struct page_template *part = page_part(c, n->text, t->path, n->line);
            if (part) {
                *cf_map_put(parts, part->name) = parts;
            }
        }
        note_parts(c, t, &n->then, parts);
        note_parts(c, t, &n->otherwise, parts);
    }
}

void page_write_header(struct page_compiler *c, const struct page_template *t, struct cf_buf *b) {
    struct cf_str name = prefix(c, t);
    struct cf_map *parts = cf_map_new(c->arena);
    for (size_t i = 0; i < t->blocks.n; i++) {
        for (size_t k = 0; k < t->blocks.v[i]->fields.n; k++) {
            if (t->blocks.v[i]->fields.v[k].type.kind == PAGE_PART) {
                *cf_map_put(parts, t->blocks.v[i]->fields.v[k].type.part->name) = parts;
            }
        }
    }
    cf_buf_printf(b,
                  "/* Made from %s by tools/pages. */\n#ifndef CF_PAGES_%.*s_H\n#define CF_PAGES_%.*s_H\n\n"
                  "#include \"web/html.h\"\n",
                  t->path, STR(name), STR(name));
    for (size_t i = 0; i < cf_map_count(parts); i++) {
        cf_buf_printf(b, "#include \"pages/part_%.*s.h\"\n", STR(cf_map_key(parts, i)));
    }
    cf_buf_lit(b, "\n");
    int *state = CF_NEW_N(c->arena, int, t->blocks.n);
    for (size_t i = t->blocks.n; i > 0; i--) {
        write_block(c, t, i - 1, state, b);
    }
    cf_buf_printf(b, "void %.*s_write(struct cf_buf *b, const struct %.*s *p);\n\n#endif\n", STR(name), STR(name));
}

/* ---- Names. */

#define FAULT(w, line, ...) page_fault((w)->c, (w)->t->path, (line), __VA_ARGS__)

static bool field_of(struct writer *w, const struct page_block *block, struct cf_str name, size_t line, struct cf_str of,
                     struct cf_str pointer, struct found *out) {
    struct cf_str *names = CF_NEW_N(w->c->arena, struct cf_str, block->fields.n + 1);
    for (size_t i = 0; i < block->fields.n; i++) {
        struct page_field *f = &block->fields.v[i];
        names[i] = f->name;
        if (!cf_str_eq(f->name, name)) {
            continue;
        }
        f->used = true;
        out->type = f->type;
        bool whole = f->type.kind >= PAGE_BLOCK && !f->type.list;
        out->c = cf_str_printf(w->c->arena, "%s%.*s->%.*s%s", whole && !f->type.optional ? "(&" : "", STR(pointer), STR(name),
                               whole && !f->type.optional ? ")" : "");
        switch (f->type.kind) {
        case PAGE_TEXT:
        case PAGE_URL: out->is = cf_str_printf(w->c->arena, "%.*s.n > 0", STR(out->c)); break;
        case PAGE_HTML: out->is = cf_str_printf(w->c->arena, "%.*s.html.n > 0", STR(out->c)); break;
        case PAGE_YES_NO:
        case PAGE_WHOLE:
        case PAGE_COUNT: out->is = cf_str_printf(w->c->arena, "%.*s->has_%.*s", STR(pointer), STR(name)); break;
        case PAGE_BLOCK:
        case PAGE_PART: out->is = cf_str_printf(w->c->arena, "%.*s != NULL", STR(out->c)); break;
        }
        if (f->type.list) {
            out->is = cf_str_printf(w->c->arena, "%.*s.n > 0", STR(out->c));
        } else if (f->type.kind == PAGE_YES_NO && !f->type.optional) {
            out->is = out->c;
        }
        return true;
    }
    struct cf_str near = cf_nearest(name, names, block->fields.n);
    FAULT(w, line, "%.*s has no `%.*s`%s%.*s%s", STR(of), STR(name), near.n ? ", did you mean `" : "", STR(near),
          near.n ? "`?" : "");
    return false;
}

static bool is_known(const struct writer *w, struct cf_str c) {
    for (const struct known *k = w->known; k; k = k->outer) {
        if (cf_str_eq(k->c, c)) {
            return true;
        }
    }
    return false;
}

static bool find_first(struct writer *w, struct cf_str name, size_t line, struct found *out) {
    for (const struct scope *s = w->scope; s; s = s->outer) {
        if (cf_str_eq(s->name, name)) {
            bool whole = s->type.kind >= PAGE_BLOCK;
            out->type = s->type;
            out->c = whole ? s->c : cf_str_printf(w->c->arena, "(*%.*s)", STR(s->c));
            out->is = s->type.kind == PAGE_YES_NO ? out->c : cf_str_printf(w->c->arena, "%.*s.n > 0", STR(out->c));
            return true;
        }
    }
    return field_of(w, w->t->blocks.v[0], name, line, CF_LIT("the data"), CF_LIT("p"), out);
}

/* A path to its type and expression. `asked`: by {if}, so that an optional may be absent. */
static bool find(struct writer *w, struct cf_str path, size_t line, bool asked, struct found *out) {
    struct cf_str piece, so_far = {0};
    bool first = true;
    while (cf_str_split(&path, '.', &piece)) {
        if (first) {
            if (!find_first(w, piece, line, out)) {
                return false;
            }
        } else {
            if (out->type.kind < PAGE_BLOCK || out->type.list) {
                FAULT(w, line, "`%.*s` is %.*s, it has no parts", STR(so_far), STR(page_type_words(w->c, out->type)));
                return false;
            }
            const struct page_block *block = out->type.block ? out->type.block : out->type.part->blocks.v[0];
            struct found of = *out;
            *out = (struct found){0};
            struct cf_str words = cf_str_printf(w->c->arena, "`%.*s`", STR(so_far));
            if (!field_of(w, block, piece, line, words, of.c, out)) {
                return false;
            }
        }
        so_far = first ? piece : cf_str_printf(w->c->arena, "%.*s.%.*s", STR(so_far), STR(piece));
        first = false;
        bool last = path.p == NULL || path.n == 0;
        if (out->type.optional && !(asked && last) && !is_known(w, out->c)) {
            FAULT(w, line, "`%.*s` is optional: write it inside {if %.*s}", STR(so_far), STR(so_far));
            return false;
        }
    }
    return true;
}

/* ---- Writing. */

static void indent(struct writer *w) {
    for (int i = 0; i < w->depth; i++) {
        cf_buf_lit(w->b, "    ");
    }
}

static void write_literal(struct cf_buf *b, struct cf_str s) {
    cf_buf_lit(b, "\"");
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\') {
            cf_buf_printf(b, "\\%c", c);
        } else if (c == '\n') {
            cf_buf_lit(b, i + 1 < s.n ? "\\n\"\n        \"" : "\\n");
        } else if (c < 32 || c > 126 || c == '?') {
            cf_buf_printf(b, "\\%03o", c);
        } else {
            cf_buf_byte(b, c);
        }
    }
    cf_buf_lit(b, "\"");
}

static void write_value(struct writer *w, const struct page_node *n) {
    struct found f = {0};
    if (!find(w, n->text, n->line, false, &f)) {
        return;
    }
    struct cf_str words = page_type_words(w->c, f.type);
    if (f.type.list || f.type.kind >= PAGE_BLOCK || f.type.kind == PAGE_YES_NO) {
        FAULT(w, n->line, "`%.*s` is %.*s, it cannot be written by itself", STR(n->text), STR(words));
        return;
    }
    if (f.type.kind == PAGE_HTML && n->place != PAGE_IN_TEXT) {
        FAULT(w, n->line, "`%.*s` is html, it stands between tags only", STR(n->text));
        return;
    }
    if (n->place == PAGE_IN_URL_START && f.type.kind != PAGE_URL) {
        FAULT(w, n->line, "`%.*s` begins an address: its type must be url, not %.*s", STR(n->text), STR(words));
        return;
    }
    static const char *const plain[] = {"html_text", "html_whole", "html_count", "", "html_text", "html_trusted"};
    const char *function = plain[f.type.kind];
    if (n->place == PAGE_IN_URL_START) {
        function = "html_url";
    } else if (n->place == PAGE_IN_URL && f.type.kind == PAGE_TEXT) {
        function = "html_url_part";
    } else if (n->place == PAGE_IN_URL && f.type.kind == PAGE_COUNT) {
        function = "html_whole";
    }
    indent(w);
    cf_buf_printf(w->b, "%s(b, %.*s);\n", function, STR(f.c));
}

static void write_nodes(struct writer *w, const struct page_nodes *nodes);

static void write_if(struct writer *w, const struct page_node *n) {
    struct found f = {0};
    if (!find(w, n->text, n->line, true, &f)) {
        return;
    }
    if (f.type.kind != PAGE_YES_NO && !f.type.optional && !f.type.list) {
        FAULT(w, n->line, "`%.*s` is %.*s: {if} asks yes/no, an optional or a list", STR(n->text),
              STR(page_type_words(w->c, f.type)));
        return;
    }
    indent(w);
    cf_buf_printf(w->b, "if (%s%.*s%s) {\n", n->negated ? "!(" : "", STR(f.is), n->negated ? ")" : "");
    struct known known = {.outer = w->known, .c = f.c}, *outer = w->known;
    w->known = f.type.optional && !n->negated ? &known : outer;
    w->depth++;
    write_nodes(w, &n->then);
    w->known = outer;
    if (n->otherwise.n > 0) {
        w->depth--;
        indent(w);
        cf_buf_lit(w->b, "} else {\n");
        w->depth++;
        w->known = f.type.optional && n->negated ? &known : outer;
        write_nodes(w, &n->otherwise);
        w->known = outer;
    }
    w->depth--;
    indent(w);
    cf_buf_lit(w->b, "}\n");
}

static void write_for(struct writer *w, const struct page_node *n) {
    struct found f = {0};
    if (!find(w, n->text, n->line, false, &f)) {
        return;
    }
    if (!f.type.list) {
        FAULT(w, n->line, "`%.*s` is %.*s, not a list", STR(n->text), STR(page_type_words(w->c, f.type)));
        return;
    }
    int loop = ++w->loops;
    struct scope s = {.outer = w->scope, .name = n->name, .type = f.type, .c = cf_str_printf(w->c->arena, "each%d", loop)};
    s.type.list = false;
    indent(w);
    cf_buf_printf(w->b, "for (size_t i%d = 0; i%d < %.*s.n; i%d++) {\n", loop, loop, STR(f.c), loop);
    w->depth++;
    indent(w);
    cf_buf_printf(w->b, "const %s *each%d CF_UNUSED = &%.*s.v[i%d];\n", c_type(w->c, w->t, s.type), loop, STR(f.c), loop);
    w->scope = &s;
    write_nodes(w, &n->then);
    w->scope = s.outer;
    w->depth--;
    indent(w);
    cf_buf_lit(w->b, "}\n");
    if (n->otherwise.n > 0) {
        indent(w);
        cf_buf_printf(w->b, "if (%.*s.n == 0) {\n", STR(f.c));
        w->depth++;
        write_nodes(w, &n->otherwise);
        w->depth--;
        indent(w);
        cf_buf_lit(w->b, "}\n");
    }
}

/* One argument of {use}: `.name = value`. */
static void write_argument(struct writer *w, const struct page_node *n, const struct page_argument *a,
                           const struct page_field *f) {
    bool number = f->type.kind == PAGE_WHOLE || f->type.kind == PAGE_COUNT;
    int64_t whole;
    if (a->literal && !f->type.list && (f->type.kind == PAGE_TEXT || f->type.kind == PAGE_URL)) {
        cf_buf_printf(w->b, ".%.*s = CF_LIT(", STR(a->name));
        write_literal(w->b, a->value);
        cf_buf_lit(w->b, "), ");
        return;
    }
    if (!a->literal && f->type.optional && (number || f->type.kind == PAGE_YES_NO)) {
        cf_buf_printf(w->b, ".has_%.*s = true, ", STR(a->name));
    }
    if (!a->literal && number && cf_str_int(a->value, &whole)) {
        cf_buf_printf(w->b, ".%.*s = %lld, ", STR(a->name), (long long)whole);
        return;
    }
    if (!a->literal && f->type.kind == PAGE_YES_NO && (cf_str_is(a->value, "yes") || cf_str_is(a->value, "no"))) {
        cf_buf_printf(w->b, ".%.*s = %s, ", STR(a->name), cf_str_is(a->value, "yes") ? "true" : "false");
        return;
    }
    struct found got = {0};
    bool text = f->type.kind == PAGE_TEXT || f->type.kind == PAGE_URL || f->type.kind == PAGE_HTML;
    if (a->literal) {
        FAULT(w, n->line, "`%.*s` of the part `%.*s` is %.*s, not a text", STR(a->name), STR(n->text),
              STR(page_type_words(w->c, f->type)));
    } else if (find(w, a->value, n->line, f->type.optional && text, &got)) {
        if (got.type.kind != f->type.kind || got.type.list || f->type.list || f->type.kind >= PAGE_BLOCK) {
            FAULT(w, n->line, "`%.*s` is %.*s, and the part `%.*s` takes %.*s", STR(a->value),
                  STR(page_type_words(w->c, got.type)), STR(n->text), STR(page_type_words(w->c, f->type)));
            return;
        }
        cf_buf_printf(w->b, ".%.*s = %.*s, ", STR(a->name), STR(got.c));
    }
}

static void write_use(struct writer *w, const struct page_node *n) {
    const struct page_template *part = page_part(w->c, n->text, w->t->path, n->line);
    if (!part) {
        return;
    }
    if (n->name.n > 0) {
        struct found f = {0};
        if (find(w, n->name, n->line, false, &f)) {
            if (f.type.kind != PAGE_PART || f.type.part != part || f.type.list) {
                FAULT(w, n->line, "`%.*s` is %.*s, not part %.*s", STR(n->name), STR(page_type_words(w->c, f.type)),
                      STR(n->text));
                return;
            }
            indent(w);
            cf_buf_printf(w->b, "part_%.*s_write(b, %.*s);\n", STR(part->name), STR(f.c));
        }
        return;
    }
    indent(w);
    cf_buf_printf(w->b, "part_%.*s_write(b, &(struct part_%.*s){", STR(part->name), STR(part->name));
    const struct page_block *block = part->blocks.v[0];
    bool *given = CF_NEW_N(w->c->arena, bool, block->fields.n + 1);
    for (size_t i = 0; i < n->arguments.n; i++) {
        size_t k = 0;
        while (k < block->fields.n && !cf_str_eq(block->fields.v[k].name, n->arguments.v[i].name)) {
            k++;
        }
        if (k == block->fields.n) {
            FAULT(w, n->line, "the part `%.*s` has no `%.*s`", STR(part->name), STR(n->arguments.v[i].name));
            continue;
        }
        given[k] = true;
        write_argument(w, n, &n->arguments.v[i], &block->fields.v[k]);
    }
    for (size_t k = 0; k < block->fields.n; k++) {
        if (!given[k] && !block->fields.v[k].type.optional && block->fields.v[k].type.kind != PAGE_YES_NO) {
            FAULT(w, n->line, "the part `%.*s` needs `%.*s`", STR(part->name), STR(block->fields.v[k].name));
        }
    }
    cf_buf_lit(w->b, "});\n");
}

static void write_nodes(struct writer *w, const struct page_nodes *nodes) {
    for (size_t i = 0; i < nodes->n; i++) {
        const struct page_node *n = &nodes->v[i];
        switch (n->kind) {
        case PAGE_N_RAW:
            indent(w);
            cf_buf_lit(w->b, "html_raw(b, CF_LIT(");
            write_literal(w->b, n->text);
            cf_buf_lit(w->b, "));\n");
            break;
        case PAGE_N_VALUE: write_value(w, n); break;
        case PAGE_N_IF: write_if(w, n); break;
        case PAGE_N_FOR: write_for(w, n); break;
        case PAGE_N_USE: write_use(w, n); break;
        }
    }
}

static void fault_unused(struct writer *w) {
    for (size_t i = 0; i < w->t->blocks.n; i++) {
        const struct page_block *block = w->t->blocks.v[i];
        for (size_t k = 0; k < block->fields.n; k++) {
            if (!block->fields.v[k].used) {
                FAULT(w, block->fields.v[k].line, "`%.*s` is never written", STR(block->fields.v[k].name));
            }
        }
    }
}

void page_write_source(struct page_compiler *c, struct page_template *t, struct cf_buf *b) {
    struct cf_str name = prefix(c, t);
    struct cf_map *parts = cf_map_new(c->arena);
    struct writer w = {.c = c, .t = t, .b = b, .depth = 1};
    cf_buf_printf(b, "/* Made from %s by tools/pages. */\n#include \"pages/%.*s.h\"\n", t->path, STR(name));
    note_parts(c, t, &t->body, parts);
    for (size_t i = 0; i < cf_map_count(parts); i++) {
        cf_buf_printf(b, "#include \"pages/part_%.*s.h\"\n", STR(cf_map_key(parts, i)));
    }
    cf_buf_printf(b, "\nvoid %.*s_write(struct cf_buf *b, const struct %.*s *p) {\n    (void)p;\n", STR(name), STR(name));
    write_nodes(&w, &t->body);
    cf_buf_lit(b, "}\n");
    if (c->faults == 0) {
        fault_unused(&w);
    }
}

bool page_compile(struct page_compiler *c, const char *path, struct cf_buf *header, struct cf_buf *source,
                  struct page_template **out) {
    *out = page_read(c, path, cf_str_ends(cf_str_from(path), CF_LIT(".part")));
    if (*out == NULL || c->faults > 0) {
        return false;
    }
    page_write_header(c, *out, header);
    page_write_source(c, *out, source);
    return c->faults == 0;
}
