/* pages_body: reads a template's body: HTML with {directives}, each at a place that is known (between tags, in a tag, in an
 * attribute). Sees that tags close in order, within the branch that opened them, and that nothing stands where a browser
 * would run it. Must not know types; pages_write.c looks at those. */
#include "pages.h"

struct open_tag {
    struct cf_str name;
    size_t line;
    bool posts, has_csrf;
};
struct open_block { /* an {if} or {for} that waits for its {end} */
    struct page_node *node;
    struct page_nodes *outer;
    size_t tags, line;
    enum page_place place;
    bool chained; /* an {else if}: its end is the end of the one before as well */
    bool had_else;
};
struct reader {
    struct page_compiler *c;
    struct page_template *t;
    struct cf_str body;
    size_t at, line;
    struct page_nodes *into;
    struct cf_buf raw;
    enum page_place place;
    char last; /* the last byte written, for what may be left out */
    struct cf_str tag, attribute;
    size_t tag_line;
    bool closing_tag, tag_posts, tag_has_alt;
    CF_LIST(struct open_tag) tags;
    CF_LIST(struct open_block) blocks;
};

static const char *const void_tags[] = {"area", "base", "br",   "col",   "embed",  "hr",    "img", "input",
                                        "link", "meta", "path", "param", "source", "track", "wbr", "use"};
static const char *const url_attributes[] = {"href", "src", "action", "formaction", "poster", "xlink:href", "data", "cite"};

static bool among(struct cf_str s, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (cf_str_is(s, list[i])) {
            return true;
        }
    }
    return false;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char peek(const struct reader *r, size_t ahead) {
    return r->at + ahead < r->body.n ? r->body.p[r->at + ahead] : 0;
}

static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':';
}

static void put(struct reader *r, char c) {
    cf_buf_byte(&r->raw, (uint8_t)c);
    r->last = c;
}

static void flush(struct reader *r) {
    if (r->raw.n > 0) {
        struct page_node *n = cf_push(r->c->arena, r->into);
        *n = (struct page_node){
            .kind = PAGE_N_RAW, .line = r->line, .text = cf_str_dup(r->c->arena, (struct cf_str){r->raw.p, r->raw.n})};
        r->raw = cf_buf_new(r->c->arena, PAGE_BYTES);
    }
}

#define FAULT(r, ...) page_fault((r)->c, (r)->t->path, (r)->line, __VA_ARGS__)

static bool in_raw_tag(const struct reader *r) {
    struct cf_str name = r->tags.n ? r->tags.v[r->tags.n - 1].name : CF_LIT("");
    return cf_str_is(name, "pre") || cf_str_is(name, "textarea");
}

/* ---- Tags. */

static void close_tag(struct reader *r) {
    size_t least = r->blocks.n ? r->blocks.v[r->blocks.n - 1].tags : 0;
    if (r->tags.n <= least) {
        FAULT(r, "`</%.*s>` closes nothing that was opened %s", CF_STR_ARG(r->tag),
              r->blocks.n ? "inside this {if} or {for}" : "before it");
        return;
    }
    const struct open_tag *open = &r->tags.v[r->tags.n - 1];
    if (!cf_str_eq(open->name, r->tag)) {
        FAULT(r, "`</%.*s>` closes `<%.*s>` of line %zu", CF_STR_ARG(r->tag), CF_STR_ARG(open->name), open->line);
    }
    if (open->posts && !open->has_csrf) {
        page_fault(r->c, r->t->path, open->line, "a form that posts holds `{csrf}`, and `csrf html` stands in the data");
    }
    r->tags.n--;
}

/* At the `>` of a tag. */
static void end_tag(struct reader *r) {
    bool self_closed = r->last == '/';
    put(r, '>');
    r->place = PAGE_IN_TEXT;
    if (r->closing_tag) {
        close_tag(r);
        return;
    }
    if (cf_str_is(r->tag, "img") && !r->tag_has_alt) {
        FAULT(r, "an image has `alt`, empty when it only decorates");
    }
    if (!self_closed && !among(r->tag, void_tags, CF_COUNT(void_tags)) && r->tag.p[0] != '!') {
        *cf_push(r->c->arena, &r->tags) = (struct open_tag){.name = r->tag, .line = r->tag_line, .posts = r->tag_posts};
    }
}

static void begin_tag(struct reader *r) {
    put(r, '<');
    r->at++;
    r->closing_tag = peek(r, 0) == '/';
    if (r->closing_tag) {
        put(r, '/');
        r->at++;
    }
    size_t from = r->at;
    while (is_name(peek(r, 0)) || peek(r, 0) == '!') {
        put(r, peek(r, 0));
        r->at++;
    }
    r->tag = cf_str_slice(r->body, from, r->at);
    r->tag_line = r->line;
    r->tag_posts = r->tag_has_alt = false;
    r->place = PAGE_IN_TAG;
    if (r->tag.n == 0) {
        FAULT(r, "a tag has a name; a single `<` is written `&lt;`");
        r->tag = CF_LIT("?");
    }
    if (cf_str_is(r->tag, "style")) {
        FAULT(r, "styles stand in static/childfirst.scss, not in a page");
    }
}

static void check_attribute(struct reader *r) {
    if (cf_str_starts(r->attribute, CF_LIT("on"))) {
        FAULT(r, "`%.*s`: scripts stand in static/, not in a page", CF_STR_ARG(r->attribute));
    } else if (cf_str_is(r->attribute, "style")) {
        FAULT(r, "`style`: styles stand in static/childfirst.scss, not in a page");
    }
    r->tag_has_alt = r->tag_has_alt || cf_str_is(r->attribute, "alt");
}

static void read_attribute(struct reader *r) {
    size_t from = r->at;
    while (is_name(peek(r, 0))) {
        put(r, peek(r, 0));
        r->at++;
    }
    r->attribute = cf_str_slice(r->body, from, r->at);
    check_attribute(r);
    if (peek(r, 0) != '=') {
        return;
    }
    put(r, '=');
    r->at++;
    if (peek(r, 0) != '"') {
        FAULT(r, "the value of `%.*s` stands between double quotes", CF_STR_ARG(r->attribute));
        return;
    }
    put(r, '"');
    r->at++;
    bool url = among(r->attribute, url_attributes, CF_COUNT(url_attributes));
    r->place = url ? PAGE_IN_URL_START : PAGE_IN_VALUE;
    if (cf_str_is(r->tag, "form") && cf_str_is(r->attribute, "method")) {
        r->tag_posts = cf_str_starts(cf_str_slice(r->body, r->at, r->body.n), CF_LIT("post"));
    }
}

/* ---- Directives. */

static struct cf_str word_of(struct cf_str *rest) {
    *rest = cf_str_trim(*rest);
    size_t n = 0;
    while (n < rest->n && !is_space(rest->p[n])) {
        n++;
    }
    struct cf_str word = cf_str_slice(*rest, 0, n);
    *rest = cf_str_trim(cf_str_slice(*rest, n, rest->n));
    return word;
}

static bool path_ok(struct cf_str path) {
    struct cf_str piece;
    if (path.n == 0) {
        return false;
    }
    while (cf_str_split(&path, '.', &piece)) {
        if (!page_name_ok(piece)) {
            return false;
        }
    }
    return true;
}

static struct page_node *push_node(struct reader *r, enum page_node_kind kind, struct cf_str text) {
    flush(r);
    struct page_node *n = cf_push(r->c->arena, r->into);
    *n = (struct page_node){.kind = kind, .line = r->line, .text = text, .place = r->place};
    return n;
}

/* Nodes may move when their list grows, so an open block keeps its own copy of what it fills and hands it over at its end. */
static void open_block(struct reader *r, struct page_node *node, bool chained) {
    if (r->blocks.n >= PAGE_DEPTH) {
        FAULT(r, "more than %d {if} and {for} inside one another", PAGE_DEPTH);
    }
    struct page_node *own = CF_NEW(r->c->arena, struct page_node);
    *own = *node;
    r->into->n--;
    *cf_push(r->c->arena, &r->blocks) = (struct open_block){
        .node = own, .outer = r->into, .tags = r->tags.n, .line = r->line, .place = r->place, .chained = chained};
    r->into = &own->then;
}

static void check_branch(struct reader *r, const struct open_block *b) {
    if (r->place != b->place) {
        FAULT(r, "the branch of line %zu ends in another place of the HTML than it began", b->line);
    }
    if (r->tags.n > b->tags) {
        const struct open_tag *open = &r->tags.v[r->tags.n - 1];
        FAULT(r, "`<%.*s>` of line %zu is not closed inside its branch", CF_STR_ARG(open->name), open->line);
        r->tags.n = b->tags;
    }
}

static void end_block(struct reader *r) {
    bool chained = true;
    while (chained && r->blocks.n > 0) {
        struct open_block b = r->blocks.v[r->blocks.n - 1];
        check_branch(r, &b);
        flush(r);
        r->blocks.n--;
        r->into = b.outer;
        *cf_push(r->c->arena, r->into) = *b.node;
        chained = b.chained;
    }
}

static void read_if(struct reader *r, struct cf_str rest, bool chained) {
    struct cf_str word = word_of(&rest);
    bool negated = cf_str_is(word, "not");
    struct cf_str path = negated ? rest : word;
    if (!path_ok(path) || (!negated && rest.n > 0)) {
        FAULT(r, "after `if` comes a name, or `not` and a name");
        path = CF_LIT("?");
    }
    struct page_node *n = push_node(r, PAGE_N_IF, path);
    n->negated = negated;
    open_block(r, n, chained);
}

static void read_else(struct reader *r, struct cf_str rest) {
    if (r->blocks.n == 0 || r->blocks.v[r->blocks.n - 1].had_else) {
        FAULT(r, "this {else} belongs to no {if} or {for}");
        return;
    }
    struct open_block *b = &r->blocks.v[r->blocks.n - 1];
    check_branch(r, b);
    flush(r);
    b->had_else = true;
    r->into = &b->node->otherwise;
    if (rest.n > 0) {
        if (!cf_str_is(word_of(&rest), "if")) {
            FAULT(r, "after `else` comes nothing, or `if`");
        }
        read_if(r, rest, true);
    }
}

static void read_for(struct reader *r, struct cf_str rest) {
    struct cf_str name = word_of(&rest), in = word_of(&rest);
    if (!page_name_ok(name) || !cf_str_is(in, "in") || !path_ok(rest)) {
        FAULT(r, "a loop is written {for NAME in LIST}");
        name = rest = CF_LIT("?");
    }
    struct page_node *n = push_node(r, PAGE_N_FOR, rest);
    n->name = name;
    open_block(r, n, false);
}

static void read_use(struct reader *r, struct cf_str rest) {
    struct cf_str part = word_of(&rest);
    if (r->place != PAGE_IN_TEXT) {
        FAULT(r, "a part stands between tags");
    }
    struct page_node *n = push_node(r, PAGE_N_USE, part);
    while (rest.n > 0) {
        size_t eq;
        if (!cf_str_find(rest, '=', &eq)) {
            n->name = word_of(&rest);
            if (n->arguments.n > 0 || rest.n > 0 || !path_ok(n->name)) {
                FAULT(r, "a part is used as {use PART VALUE} or {use PART NAME=VALUE NAME=\"TEXT\"}");
            }
            return;
        }
        struct page_argument a = {.name = cf_str_trim(cf_str_slice(rest, 0, eq))};
        rest = cf_str_trim(cf_str_slice(rest, eq + 1, rest.n));
        if (rest.n > 0 && rest.p[0] == '"') {
            size_t end;
            rest = cf_str_slice(rest, 1, rest.n);
            if (!cf_str_find(rest, '"', &end)) {
                FAULT(r, "a text of {use} does not end");
                return;
            }
            a.literal = true;
            a.value = cf_str_slice(rest, 0, end);
            rest = cf_str_trim(cf_str_slice(rest, end + 1, rest.n));
        } else {
            a.value = word_of(&rest);
        }
        *cf_push(r->c->arena, &n->arguments) = a;
    }
}

static void read_value(struct reader *r, struct cf_str path) {
    if (!path_ok(path)) {
        FAULT(r, "`{%.*s}` is neither a name nor a directive; a brace is written `{{`", CF_STR_ARG(path));
        return;
    }
    if (r->place == PAGE_IN_TAG) {
        FAULT(r, "`{%.*s}` stands in a tag: a value stands between tags or between the quotes of an attribute",
              CF_STR_ARG(path));
    }
    if (cf_str_is(path, "csrf")) {
        for (size_t i = r->tags.n; i > 0; i--) {
            r->tags.v[i - 1].has_csrf = true;
        }
    }
    push_node(r, PAGE_N_VALUE, path);
    r->last = 'x';
    r->place = r->place == PAGE_IN_URL_START ? PAGE_IN_URL : r->place;
}

static void read_directive(struct reader *r) {
    size_t end, close;
    struct cf_str rest = cf_str_slice(r->body, r->at + 1, r->body.n);
    if (!cf_str_find(rest, '}', &close) || (cf_str_find(rest, '\n', &end) && end < close)) {
        FAULT(r, "a directive does not end: `}` is missing; a brace is written `{{`");
        r->at++;
        return;
    }
    struct cf_str inside = cf_str_trim(cf_str_slice(rest, 0, close)), after = inside;
    struct cf_str word = word_of(&after);
    r->at += close + 2;
    if (cf_str_is(word, "if")) {
        read_if(r, after, false);
    } else if (cf_str_is(word, "else")) {
        read_else(r, after);
    } else if (cf_str_is(word, "for")) {
        read_for(r, after);
    } else if (cf_str_is(word, "use")) {
        read_use(r, after);
    } else if (cf_str_is(word, "end")) {
        if (r->blocks.n == 0) {
            FAULT(r, "this {end} ends nothing");
        }
        end_block(r);
    } else {
        read_value(r, inside);
    }
}

/* ---- The body. */

/* White space: a line end with the indentation around it becomes one line end between tags, one blank in a tag. */
static void read_space(struct reader *r) {
    bool line_end = false;
    while (is_space(peek(r, 0))) {
        line_end = line_end || peek(r, 0) == '\n';
        r->line += peek(r, 0) == '\n';
        r->at++;
    }
    char c = line_end && r->place == PAGE_IN_TEXT ? '\n' : ' ';
    if (r->last == '\n' || r->last == 0 || (c == ' ' && r->last == ' ') || (r->place != PAGE_IN_TEXT && peek(r, 0) == '>')) {
        return;
    }
    put(r, c);
}

static void read_comment(struct reader *r) {
    while (r->at < r->body.n && !cf_str_starts(cf_str_slice(r->body, r->at, r->body.n), CF_LIT("-->"))) {
        r->line += peek(r, 0) == '\n';
        r->at++;
    }
    r->at += 3;
}

static void read_one(struct reader *r) {
    char c = peek(r, 0);
    if (c == '{' && peek(r, 1) != '{') {
        read_directive(r);
        return;
    }
    if (r->place == PAGE_IN_TEXT && cf_str_starts(cf_str_slice(r->body, r->at, r->body.n), CF_LIT("<!--"))) {
        read_comment(r);
        return;
    }
    if (r->place == PAGE_IN_TEXT && c == '<') {
        begin_tag(r);
        return;
    }
    if (r->place == PAGE_IN_TAG && is_name(c)) {
        read_attribute(r);
        return;
    }
    if (is_space(c) && !in_raw_tag(r)) {
        read_space(r);
        return;
    }
    if (r->place == PAGE_IN_TEXT && r->tags.n && cf_str_is(r->tags.v[r->tags.n - 1].name, "script")) {
        FAULT(r, "scripts stand in static/, not in a page");
    }
    r->at += c == '{' ? 2 : 1;
    r->line += c == '\n';
    if (r->place == PAGE_IN_TAG && c == '>') {
        end_tag(r);
    } else {
        put(r, c);
        if (r->place >= PAGE_IN_VALUE) {
            r->place = c == '"' ? PAGE_IN_TAG : r->place == PAGE_IN_URL_START ? PAGE_IN_URL : r->place;
        }
    }
}

void page_read_body(struct page_compiler *c, struct page_template *t, struct cf_str body, size_t line) {
    struct reader r = {.c = c, .t = t, .body = body, .line = line, .into = &t->body, .raw = cf_buf_new(c->arena, PAGE_BYTES)};
    while (r.at < body.n) {
        read_one(&r);
    }
    if (r.blocks.n > 0) {
        const struct open_block *b = &r.blocks.v[r.blocks.n - 1];
        page_fault(c, t->path, b->line, "this {%s} has no {end}", b->node->kind == PAGE_N_FOR ? "for" : "if");
        return;
    }
    if (r.place != PAGE_IN_TEXT) {
        page_fault(c, t->path, r.tag_line, "the tag `<%.*s` does not end", CF_STR_ARG(r.tag));
    } else if (r.tags.n > 0) {
        const struct open_tag *open = &r.tags.v[r.tags.n - 1];
        page_fault(c, t->path, open->line, "`<%.*s>` is never closed", CF_STR_ARG(open->name));
    }
    flush(&r);
}
