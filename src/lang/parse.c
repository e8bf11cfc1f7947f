/* parse: the parser's frame: pieces of lines, reading and expecting tokens, the file as a whole. Declarations are in
 * parse_decl.c, expressions in parse_expr.c, examples in parse_example.c. Must not resolve names nor judge meaning.
 *
 * A declaration begins at the start of a line and ends where the next one begins. Within it a *piece* is one clause: a line of
 * its own with the deeper lines that continue it, or what stands between two `;`. An error spoils its piece only. */
#include "lang/lang_priv.h"

/* ---------------------------------------------------------------- tokens of the piece */

static const struct lang_token end_token = {.kind = LANG_TK_END};

static size_t skip_lines(const struct lang_parser *p, size_t i) {
    while (i < p->end && p->t[i].kind == LANG_TK_LINE) {
        i++;
    }
    return i;
}

const struct lang_token *lang_peek(struct lang_parser *p, size_t ahead) {
    size_t i = skip_lines(p, p->i);
    for (; ahead > 0 && i < p->end; ahead--) {
        i = skip_lines(p, i + 1);
    }
    return i < p->end ? &p->t[i] : &end_token;
}

const struct lang_token *lang_take(struct lang_parser *p) {
    size_t i = skip_lines(p, p->i);
    if (i >= p->end) {
        p->i = p->end;
        return &end_token;
    }
    p->i = i + 1;
    return &p->t[i];
}

bool lang_at_end(struct lang_parser *p) {
    return lang_peek(p, 0)->kind == LANG_TK_END;
}

bool lang_at_word(struct lang_parser *p, const char *word) {
    const struct lang_token *t = lang_peek(p, 0);
    return t->kind == LANG_TK_WORD && cf_str_is(t->text, word);
}

/* How many tokens the phrase takes here; 0: it does not stand here. */
static size_t phrase_length(struct lang_parser *p, const char *phrase) {
    struct cf_str rest = cf_str_from(phrase), word;
    size_t n = 0;
    while (cf_str_split(&rest, ' ', &word)) {
        const struct lang_token *t = lang_peek(p, n);
        if (t->kind != LANG_TK_WORD || !cf_str_eq(t->text, word)) {
            return 0;
        }
        n++;
    }
    return n;
}

bool lang_at_words(struct lang_parser *p, const char *phrase) {
    return phrase_length(p, phrase) != 0;
}

bool lang_take_words(struct lang_parser *p, const char *phrase) {
    size_t n = phrase_length(p, phrase);
    for (size_t i = 0; i < n; i++) {
        lang_take(p);
    }
    return n != 0;
}

bool lang_at_mark(struct lang_parser *p, char mark) {
    const struct lang_token *t = lang_peek(p, 0);
    return t->kind == LANG_TK_MARK && t->mark == (uint8_t)mark;
}

bool lang_take_mark(struct lang_parser *p, char mark) {
    bool is = lang_at_mark(p, mark);
    if (is) {
        lang_take(p);
    }
    return is;
}

/* The last token taken, or the one before the piece. */
static const struct lang_token *last_taken(const struct lang_parser *p) {
    size_t i = p->i;
    while (i > 0 && (p->t[i - 1].kind == LANG_TK_LINE || p->t[i - 1].kind == LANG_TK_SEMI)) {
        i--;
    }
    return &p->t[i > 0 ? i - 1 : 0];
}

struct cf_span lang_span_of(struct lang_parser *p, const struct lang_token *t) {
    if (t->kind != LANG_TK_END) {
        return (struct cf_span){.src = p->src, .at = t->at, .n = t->n};
    }
    const struct lang_token *last = last_taken(p); /* the end is shown just behind what was read */
    return (struct cf_span){.src = p->src, .at = last->at + last->n, .n = 0};
}

struct cf_span lang_span_from(struct lang_parser *p, uint32_t at) {
    const struct lang_token *last = last_taken(p);
    uint32_t end = last->at + last->n;
    return (struct cf_span){.src = p->src, .at = at, .n = end > at ? end - at : 0};
}

/* ---------------------------------------------------------------- errors */

struct cf_str lang_token_words(struct lang_parser *p, const struct lang_token *t) {
    if (t->kind == LANG_TK_END) {
        return p->end < p->decl_end && p->t[p->end].kind == LANG_TK_SEMI ? CF_LIT("`;`") : CF_LIT("the end of the line");
    }
    if (t->kind == LANG_TK_TEXT) {
        return cf_str_printf(p->a, "the text \"%.*s%s\"", (int)(t->text.n > 24 ? 24 : t->text.n), t->text.p,
                             t->text.n > 24 ? "…" : "");
    }
    const char *kind = t->kind == LANG_TK_NUMBER ? "the number " : t->kind == LANG_TK_DATE ? "the date " : "";
    return cf_str_printf(p->a, "%s`%.*s`", kind, (int)t->n, p->src->text.p + t->at);
}

bool lang_wrong(struct lang_parser *p, enum cf_code code, struct cf_span at, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct cf_str msg = cf_str_vprintf(p->a, fmt, ap);
    va_end(ap);
    if (!p->wrong) {
        cf_fail(p->errs, code, at, "%.*s", CF_STR_ARG(msg));
    }
    p->wrong = true;
    return false;
}

/* Characters that word processors put in place of the language's own. */
static bool odd_character(struct lang_parser *p, const struct lang_token *t) {
    static const struct {
        const char *odd, *right;
    } table[] = {{"“", "\""}, {"”", "\""}, {"‘", "\""}, {"’", "\""}, {"≥", ">="},
                 {"≤", "<="}, {"≠", "!="}, {"–", "-"},  {"—", "-"},  {"\xC2\xA0", " "}};
    for (size_t i = 0; i < CF_COUNT(table); i++) {
        if (cf_str_is(t->text, table[i].odd)) {
            lang_wrong(p, CF_L003, lang_span_of(p, t), "the character `%.*s`", CF_STR_ARG(t->text));
            cf_hint(p->errs, "Write `%s`.", table[i].right);
            return true;
        }
    }
    unsigned char c = (unsigned char)t->text.p[0];
    if (c < 0x20 || c == 0x7F) {
        lang_wrong(p, CF_L003, lang_span_of(p, t), "the control character %u", c);
        return true;
    }
    lang_wrong(p, CF_L003, lang_span_of(p, t), "the character `%.*s`", CF_STR_ARG(t->text));
    return true;
}

bool lang_expected(struct lang_parser *p, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct cf_str what = cf_str_vprintf(p->a, fmt, ap);
    va_end(ap);
    const struct lang_token *t = lang_peek(p, 0);
    if (p->wrong || (t->kind == LANG_TK_ODD && odd_character(p, t))) {
        return false;
    }
    struct cf_str read = lang_token_words(p, t);
    lang_wrong(p, CF_L018, lang_span_of(p, t), "expected %.*s, but read %.*s", CF_STR_ARG(what), CF_STR_ARG(read));
    if (p->like != NULL) {
        cf_hint(p->errs, "Write it like `%s`.", p->like);
    } else if (t->kind == LANG_TK_END && p->end < p->decl_end && p->t[p->end].kind == LANG_TK_LINE &&
               p->line_indent != p->decl_indent) {
        cf_hint(p->errs, "Write it on this line, or on the next one, indented deeper than the clause.");
    }
    return false;
}

void lang_unclosed(struct lang_parser *p, const char *mark, const struct lang_token *open) {
    const struct lang_token *t = lang_peek(p, 0);
    if (p->wrong || (t->kind == LANG_TK_ODD && odd_character(p, t))) {
        return;
    }
    size_t line, column;
    struct cf_str text, read = lang_token_words(p, t);
    cf_span_line(lang_span_of(p, open), &line, &column, &text);
    lang_wrong(p, CF_L019, lang_span_of(p, t), "expected `%s` to close the bracket opened at line %zu, but read %.*s", mark,
               line, CF_STR_ARG(read));
    cf_second(p->errs, lang_span_of(p, open), "the bracket opened here");
}

/* ---------------------------------------------------------------- what must come next */

bool lang_need_words(struct lang_parser *p, const char *phrase, const char *after) {
    return lang_take_words(p, phrase) || lang_expected(p, "`%s` after %s", phrase, after);
}

static bool is_reserved(struct cf_str word) {
    static const char *const words[] = {"and", "or", "not", "else", "is", "in", "to", "with", "where", "of"};
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        if (cf_str_is(word, words[i])) {
            return true;
        }
    }
    return false;
}

bool lang_need_name(struct lang_parser *p, const char *what, struct lang_name *out) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind != LANG_TK_WORD) {
        return lang_expected(p, "%s", what);
    }
    if (is_reserved(t->text)) {
        return lang_wrong(p, CF_L029, lang_span_of(p, t), "expected %s, but `%.*s` is a word of the language", what,
                          CF_STR_ARG(t->text));
    }
    lang_take(p);
    *out = (struct lang_name){.text = t->text, .at = lang_span_of(p, t)};
    return true;
}

/* dotted = name ("." name)* : policies, departures */
bool lang_need_dotted(struct lang_parser *p, const char *what, struct lang_name *out) {
    if (!lang_need_name(p, what, out)) {
        return false;
    }
    while (lang_at_mark(p, '.')) {
        struct lang_name part;
        lang_take(p);
        if (!lang_need_name(p, "a name after `.`", &part)) {
            return false;
        }
        out->text = cf_str_printf(p->a, "%.*s.%.*s", CF_STR_ARG(out->text), CF_STR_ARG(part.text));
        out->at = lang_span_from(p, out->at.at);
        if (out->text.n > CF_MAX_NAME_BYTES) {
            return lang_wrong(p, CF_L006, out->at, "a name of more than %d characters", (int)CF_MAX_NAME_BYTES);
        }
    }
    return true;
}

bool lang_need_text(struct lang_parser *p, const char *what, struct cf_str *out) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind != LANG_TK_TEXT) {
        return lang_expected(p, "%s in quotation marks", what);
    }
    lang_take(p);
    *out = t->text;
    return true;
}

bool lang_need_number(struct lang_parser *p, const char *what, int64_t *out) {
    bool minus = lang_at_mark(p, '-') && lang_peek(p, 1)->kind == LANG_TK_NUMBER;
    const struct lang_token *t = lang_peek(p, minus ? 1 : 0);
    if (t->kind != LANG_TK_NUMBER) {
        return lang_expected(p, "%s", what);
    }
    if (t->den != 1) {
        return lang_wrong(p, CF_L010, lang_span_of(p, t), "expected a whole number, but read `%.*s`", CF_STR_ARG(t->text));
    }
    if (minus) {
        lang_take(p);
    }
    lang_take(p);
    *out = minus ? -t->num : t->num;
    return true;
}

bool lang_need_date(struct lang_parser *p, const char *what, int32_t *out) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind != LANG_TK_DATE) {
        return lang_expected(p, "%s, such as 2024-06-03", what);
    }
    lang_take(p);
    *out = (int32_t)t->num;
    return true;
}

/* kind = "person" | "officer" | "unit" | "organisation" | "place" | "line" | "matter" */
bool lang_need_kind(struct lang_parser *p, enum lang_subject *out) {
    const struct lang_token *t = lang_peek(p, 0);
    for (int k = 0; t->kind == LANG_TK_WORD && k < LANG_SUBJECTS; k++) {
        if (cf_str_is(t->text, lang_subject_word((enum lang_subject)k))) {
            lang_take(p);
            *out = (enum lang_subject)k;
            return true;
        }
    }
    return lang_expected(p, "person, officer, unit, organisation, place, line or matter");
}

/* The text of tokens i to j, each gap between them as one blank or none. */
static bool joined(struct lang_parser *p, size_t i, size_t j, struct cf_str *out) {
    struct cf_buf b = cf_buf_new(p->a, CF_MAX_TEXT_BYTES);
    uint32_t end = 0;
    for (; i < j; i++) {
        const struct lang_token *t = &p->t[i];
        if (t->kind == LANG_TK_LINE) {
            continue;
        }
        if (b.n != 0 && t->at > end) {
            cf_buf_lit(&b, " ");
        }
        cf_buf_add(&b, p->src->text.p + t->at, t->n);
        end = t->at + t->n;
    }
    return cf_buf_finish(&b, out);
}

/* cite = key [text | reference].  A reference is free words to the next comma outside brackets: `pace 40(3)(a)` */
bool lang_need_cite(struct lang_parser *p, struct lang_cite *out) {
    uint32_t at = lang_peek(p, 0)->at;
    if (!lang_need_name(p, "the key of a citation", &out->key)) {
        return false;
    }
    if (lang_peek(p, 0)->kind == LANG_TK_TEXT) {
        out->text = lang_take(p)->text;
    } else {
        size_t from = p->i;
        int open = 0;
        while (!lang_at_end(p) && (open > 0 || (!lang_at_mark(p, ',') && p->t[p->i].kind != LANG_TK_LINE))) {
            if (lang_peek(p, 0)->kind == LANG_TK_TEXT) {
                return lang_expected(p, "a reference, such as SEARCH-34, or a text, but not both");
            }
            open += lang_at_mark(p, '(') ? 1 : lang_at_mark(p, ')') ? -1 : 0;
            lang_take(p);
        }
        if (!joined(p, from, p->i, &out->text)) {
            return lang_wrong(p, CF_L005, out->key.at, "a reference of more than %d characters", (int)CF_MAX_TEXT_BYTES);
        }
    }
    out->at = lang_span_from(p, at);
    return true;
}

/* ---------------------------------------------------------------- pieces */

/* Where deeper lines still belong to the piece that begins at token i: those that stand right of this column. */
static uint32_t continues_beyond(const struct lang_parser *p, size_t i, bool *block) {
    const struct lang_token *word = &p->t[i], *next = &p->t[i + 1];
    enum lang_decl_kind kind = p->decl != NULL ? p->decl->kind : LANG_POLICY;
    bool list = word->kind == LANG_TK_WORD && ((kind == LANG_RECORD && cf_str_is(word->text, "fields")) ||
                                               (kind == LANG_POLICY && cf_str_is(word->text, "cites")));
    *block = list && next->kind == LANG_TK_LINE && next->column > p->line_indent;
    if (list && next->kind != LANG_TK_LINE && next->kind != LANG_TK_END) {
        return next->column; /* `fields  grounds …` with further fields below the first */
    }
    bool whole_line = p->decl != NULL && (p->decl->kind == LANG_FACT || p->decl->kind == LANG_SETTING);
    bool header = p->line_indent == p->decl_indent && !whole_line;
    return p->each_line || header ? UINT32_MAX : p->line_indent;
}

static void note_indent(struct lang_parser *p, const struct lang_token *line) {
    p->line_indent = line->column;
    if (p->body_indent == UINT32_MAX) {
        p->body_indent = line->column;
    }
}

bool lang_next_piece(struct lang_parser *p) {
    size_t i = p->end;
    p->line_start = false;
    while (i < p->decl_end && (p->t[i].kind == LANG_TK_SEMI || p->t[i].kind == LANG_TK_LINE)) {
        if (p->t[i].kind == LANG_TK_LINE) {
            note_indent(p, &p->t[i]);
            p->line_start = true;
        }
        i++;
    }
    p->i = p->piece = i;
    p->end = i;
    p->wrong = false;
    p->like = NULL;
    p->no_of = false;
    p->depth = 0;
    if (i >= p->decl_end) {
        return false;
    }
    bool block;
    uint32_t beyond = continues_beyond(p, i, &block);
    bool uneven = p->line_start && p->line_indent < p->body_indent;
    beyond = uneven && beyond < p->body_indent ? p->body_indent : beyond;
    for (i = i + 1; i < p->decl_end && p->t[i].kind != LANG_TK_SEMI; i++) {
        if (p->t[i].kind == LANG_TK_LINE && (block || p->t[i].column <= beyond)) {
            break;
        }
    }
    p->end = i;
    if (uneven) {
        lang_wrong(p, CF_L024, lang_span_of(p, &p->t[p->piece]),
                   "this line stands %u blanks in, but the clauses of its declaration %u", p->line_indent, p->body_indent);
        p->wrong = false;
    }
    return true;
}

/* ---------------------------------------------------------------- the file */

static bool text_is_clean(struct cf_errs *errs, const struct cf_source *src) {
    size_t at = 0;
    if (src->text.n > CF_MAX_SOURCE_BYTES) {
        return cf_fail(errs, CF_L001, (struct cf_span){.src = src}, "a file of %zu bytes; at most %d are allowed", src->text.n,
                       (int)CF_MAX_SOURCE_BYTES);
    }
    if (!cf_utf8_valid(src->text, &at)) {
        return cf_fail(errs, CF_L002, (struct cf_span){.src = src, .at = (uint32_t)at, .n = 1}, "a byte that is not UTF-8");
    }
    if (cf_str_find(src->text, '\0', &at)) {
        return cf_fail(errs, CF_L003, (struct cf_span){.src = src, .at = (uint32_t)at, .n = 1},
                       "a NUL in the text of a policy");
    }
    return true;
}

static struct lang_decl *new_policy(struct lang_parser *p) {
    struct lang_decl *d = CF_NEW(p->a, struct lang_decl);
    d->kind = LANG_POLICY;
    d->policy = d;
    d->at = (struct cf_span){.src = p->src};
    d->as.policy.source = p->src;
    d->as.policy.to = INT32_MAX;
    return d;
}

/* The token at which the next declaration begins: a line without indent, or the end. */
static size_t next_decl(const struct lang_parser *p, size_t i) {
    while (p->t[i].kind != LANG_TK_END && !(p->t[i].kind == LANG_TK_LINE && p->t[i].column == 0)) {
        i++;
    }
    return i;
}

/* The folder of a path: what stands before its last `/`. */
static struct cf_str folder_of(struct cf_str path) {
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/') {
        n--;
    }
    return cf_str_slice(path, 0, n > 1 ? n - 1 : n);
}

/* file = policy declaration* */
static void read_file(struct lang_parser *p) {
    size_t i = 0;
    while (p->t[i].kind != LANG_TK_END) {
        size_t begin = i;
        if (p->t[i].kind == LANG_TK_LINE && p->t[i].column != 0) {
            cf_fail(p->errs, CF_L026, lang_span_of(p, &p->t[i + 1]),
                    "`%.*s` is indented, but nothing is open that it could belong to", CF_STR_ARG(p->t[i + 1].text));
            i = next_decl(p, i + 1);
            continue;
        }
        i = next_decl(p, begin + 1);
        p->decl_end = i;
        p->end = begin;
        p->decl = NULL;
        p->decl_indent = 0;
        p->body_indent = UINT32_MAX;
        p->each_line = false;
        lang_read_decl(p);
    }
}

/* By place: what the lexer found stands among what the parser found. */
static void sort_errors(struct cf_errs *errs, size_t from) {
    for (size_t i = from + 1; i < errs->n; i++) {
        struct cf_err e = errs->v[i];
        size_t j = i;
        for (; j > from && errs->v[j - 1].at.at > e.at.at; j--) {
            errs->v[j] = errs->v[j - 1];
        }
        errs->v[j] = e;
    }
}

bool lang_parse(struct cf_arena *a, const struct cf_source *src, struct cf_errs *errs, struct lang_decl **out) {
    size_t before = errs->failures, kept = errs->n;
    struct lang_parser p = {.a = a, .src = src, .errs = errs};
    p.policy = *out = new_policy(&p);
    p.policy->as.policy.folder = folder_of(src->name);
    if (!text_is_clean(errs, src)) {
        return false;
    }
    struct lang_tokens tokens = {0};
    struct lang_comments comments = {0};
    lang_lex(a, src, errs, &tokens, &comments);
    p.t = tokens.v;
    for (size_t i = 0; i < comments.n; i++) {
        *cf_push(a, &p.policy->as.policy.comments) = comments.v[i];
    }
    read_file(&p);
    if (p.policy->at.n == 0 && errs->failures == before) {
        cf_fail(errs, CF_L012, (struct cf_span){.src = src}, "a file without a policy");
    }
    sort_errors(errs, kept);
    return errs->failures == before;
}
