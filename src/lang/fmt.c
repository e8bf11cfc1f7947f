/* fmt: prints a policy in the one form that there is: a clause a line, in a fixed order, columns aligned, comments kept beside
 * the clause they stood with. fmt(parse(fmt(x))) = fmt(x). Reads the tree as parsed; must not know what anything means. */
#include "lang/lang_priv.h"

enum { PAGE = 100, CLAUSE = 4, ENTRY = 8, CELLS = 4, LEAST = 8, LONG_TYPE = 36, WIDEST = 128 };
#define NOWHERE UINT32_MAX

enum group { G_NONE, G_CLAUSE, G_ENTRY, G_SUBJECT, G_EVENT, GROUPS };
enum wrap {
    W_FILL, /* as many parts on a line as fit */
    W_EACH, /* if they do not all fit, each on its own */
    W_NONE  /* on a declaration's own line, which nothing continues */
};

/* One clause on the page: cells that are aligned with those of its group, the last one of parts between which a line may break.
 */
struct row {
    uint32_t at; /* where it stood in the source */
    int indent;
    enum group group;
    enum wrap wrap;
    size_t n;
    struct cf_str cells[CELLS];
    struct {
        CF_VEC(struct cf_str);
    } parts;
    size_t columns; /* from this part on two blanks stand before each, as between columns; 0: from none */
    bool deep;      /* a part that is too long may break within its brackets: a condition, not free words */
    struct {
        CF_VEC(const struct lang_comment *);
    } before;
    struct cf_str trailing;
};

struct page { /* one declaration, then the next */
    struct cf_arena *a;
    const struct lang_decl *d;
    struct {
        CF_VEC(struct row);
    } rows;
    struct {
        CF_VEC(const struct lang_comment *);
    } tail;
    bool one_line;
};

/* ---------------------------------------------------------------- texts */

static struct cf_buf text_new(const struct page *g) {
    return cf_buf_new(g->a, CF_MAX_SOURCE_BYTES);
}
static struct cf_str text_end(struct cf_buf *b) {
    struct cf_str s = {0};
    return cf_buf_finish(b, &s) ? s : (struct cf_str){0};
}
static struct cf_str expr_text(const struct page *g, const struct lang_expr *e) {
    struct cf_buf b = text_new(g);
    lang_expr_text(&b, e);
    return text_end(&b);
}
static struct cf_str sel_text(const struct page *g, const struct lang_sel *s, bool bracket) {
    struct cf_buf b = text_new(g);
    lang_sel_bracketed(&b, s, bracket && s->with != NULL);
    return text_end(&b);
}
static struct cf_str quoted(const struct page *g, struct cf_str s) {
    struct cf_buf b = text_new(g);
    lang_quoted_text(&b, s);
    return text_end(&b);
}
#define TEXT(g, ...) cf_str_printf((g)->a, __VA_ARGS__)

/* May the reference stand without quotation marks and be read back the same? Asks the lexer itself. */
static bool is_bare(const struct page *g, struct cf_str s) {
    struct cf_source src = {.name = CF_LIT("reference"), .text = s};
    struct cf_errs errs = cf_errs_new(g->a);
    struct lang_tokens t = {0};
    struct lang_comments comments = {0};
    lang_lex(g->a, &src, &errs, &t, &comments);
    if (s.n == 0 || s.p[0] == ' ' || s.p[s.n - 1] == ' ' || errs.failures != 0 || comments.n != 0) {
        return false;
    }
    int open = 0;
    for (size_t i = 1; i + 1 < t.n; i++) { /* the first is the line, the last the end */
        open += t.v[i].mark == '(' ? 1 : t.v[i].mark == ')' ? -1 : 0;
        bool gap = i > 1 && t.v[i].at > t.v[i - 1].at + t.v[i - 1].n + 1;
        bool blank = i > 1 && t.v[i].at == t.v[i - 1].at + t.v[i - 1].n + 1 && s.p[t.v[i].at - 1] != ' ';
        bool text = t.v[i].kind == LANG_TK_TEXT || t.v[i].kind == LANG_TK_SEMI || t.v[i].kind == LANG_TK_LINE;
        if (gap || blank || text || open < 0 || (t.v[i].mark == ',' && open == 0)) {
            return false;
        }
    }
    return open == 0;
}

static struct cf_str cite_text(const struct page *g, const struct lang_cite *c) {
    if (c->text.n == 0) {
        return c->key.text;
    }
    struct cf_str text = is_bare(g, c->text) ? c->text : quoted(g, c->text);
    return TEXT(g, "%.*s %.*s", CF_STR_ARG(c->key.text), CF_STR_ARG(text));
}

/* ---------------------------------------------------------------- rows */

static struct row *add_row(struct page *g, uint32_t at, int indent, enum group group) {
    struct row *r = cf_push(g->a, &g->rows);
    r->at = at;
    r->indent = indent;
    r->group = group;
    return r;
}
static void add_cell(struct row *r, struct cf_str s) {
    CF_ASSERT(r->n < CELLS);
    r->cells[r->n++] = s;
}
static void add_part(struct page *g, struct row *r, struct cf_str s) {
    *cf_push(g->a, &r->parts) = s;
}
/* Puts more behind the last part. */
static void extend(struct page *g, struct row *r, struct cf_str s) {
    CF_ASSERT(r->parts.n != 0);
    struct cf_str *last = &r->parts.v[r->parts.n - 1];
    *last = TEXT(g, "%.*s%.*s", CF_STR_ARG(*last), CF_STR_ARG(s));
}

/* Where the nth clause of this kind stood. */
static uint32_t place_of(const struct page *g, enum lang_clause id, size_t nth) {
    for (size_t i = 0; i < g->d->places.n; i++) {
        if (g->d->places.v[i].clause == (uint32_t)id && nth-- == 0) {
            return g->d->places.v[i].at;
        }
    }
    return NOWHERE;
}
static struct row *nth_clause(struct page *g, enum lang_clause id, size_t nth, const char *word) {
    struct row *r = add_row(g, place_of(g, id, nth), CLAUSE, G_CLAUSE);
    add_cell(r, cf_str_from(word));
    return r;
}
static struct row *clause(struct page *g, enum lang_clause id, const char *word) {
    return nth_clause(g, id, 0, word);
}
static void name_clause(struct page *g, enum lang_clause id, const char *word, struct lang_name name) {
    if (lang_named(name)) {
        add_part(g, clause(g, id, word), name.text);
    }
}
static void text_clause(struct page *g, enum lang_clause id, const char *word, struct cf_str text) {
    if (text.p != NULL) {
        add_part(g, clause(g, id, word), quoted(g, text));
    }
}

static void add_names(struct page *g, struct row *r, const struct lang_name *names, size_t n) {
    for (size_t i = 0; i < n; i++) {
        add_part(g, r, TEXT(g, "%.*s%s", CF_STR_ARG(names[i].text), i + 1 < n ? "," : ""));
    }
}
static void names_clause(struct page *g, enum lang_clause id, const char *word, const struct lang_name *names, size_t n) {
    if (n != 0) {
        add_names(g, clause(g, id, word), names, n);
    }
}

/* A condition: its `and`s or `or`s may each begin a line. */
static void add_chain(struct page *g, struct row *r, const struct lang_expr *e) {
    bool chain = (e->op == LANG_AND || e->op == LANG_OR) && !e->bracketed;
    if (!chain) {
        add_part(g, r, expr_text(g, e));
        return;
    }
    const char *word = e->op == LANG_AND ? "and" : "or";
    bool same = e->a->op == e->op && !e->a->bracketed;
    if (same) {
        add_chain(g, r, e->a);
    } else {
        add_part(g, r, expr_text(g, e->a));
    }
    struct cf_str right = expr_text(g, e->b);
    add_part(g, r, TEXT(g, "%s %.*s", word, CF_STR_ARG(right)));
}
/* The same after words that stay with its first part: `where …`. */
static void add_cond(struct page *g, struct row *r, const char *words, const struct lang_expr *e) {
    size_t first = r->parts.n;
    r->wrap = W_EACH;
    r->deep = true;
    add_chain(g, r, e);
    struct cf_str *p = &r->parts.v[first];
    *p = TEXT(g, "%s%.*s", words, CF_STR_ARG(*p));
    if (e->to_verify) {
        extend(g, r, CF_LIT(" to verify"));
    }
}
static void cond_clause(struct page *g, enum lang_clause id, const char *word, const struct lang_expr *e) {
    if (e != NULL) {
        add_cond(g, clause(g, id, word), "", e);
    }
}
static struct cf_str value_text(const struct page *g, const struct lang_value_clause *v) {
    struct cf_str s = expr_text(g, v->value);
    return v->to_verify ? TEXT(g, "%.*s to verify", CF_STR_ARG(s)) : s;
}
static struct cf_str marked_text(const struct page *g, const struct lang_expr *e) {
    struct cf_str s = expr_text(g, e);
    return e->to_verify ? TEXT(g, "%.*s to verify", CF_STR_ARG(s)) : s;
}

static void add_sels(struct page *g, struct row *r, struct lang_sel *const *sels, size_t n) {
    r->wrap = W_EACH;
    r->deep = true;
    for (size_t i = 0; i < n; i++) {
        struct cf_str s = sel_text(g, sels[i], i + 1 < n);
        add_part(g, r, TEXT(g, "%s%.*s", i == 0 ? "" : "or ", CF_STR_ARG(s)));
    }
}

static void cite_rows(struct page *g) {
    for (size_t i = 0; i < g->d->lawful.n; i++) {
        const struct lang_lawful *l = &g->d->lawful.v[i];
        struct cf_str cite = cite_text(g, &l->cite);
        add_part(g, nth_clause(g, LANG_CL_LAWFUL, i, "lawful use of"),
                 TEXT(g, "%.*s %.*s", CF_STR_ARG(l->label.text), CF_STR_ARG(cite)));
    }
    if (g->d->cites.n == 0) {
        return;
    }
    struct row *r = clause(g, LANG_CL_CITES, "cites");
    for (size_t i = 0; i < g->d->cites.n; i++) {
        struct cf_str s = cite_text(g, &g->d->cites.v[i]);
        add_part(g, r, TEXT(g, "%.*s%s", CF_STR_ARG(s), i + 1 < g->d->cites.n ? "," : ""));
    }
}

static void scope_clause(struct page *g, const struct lang_scope *s) {
    if (s->about) {
        add_part(g, clause(g, LANG_CL_IN, "about"), cf_str_from(lang_subject_word(s->kind)));
    } else if (s->in) {
        add_part(g, clause(g, LANG_CL_IN, "in"), s->episode.text);
    }
}

/* ---------------------------------------------------------------- declarations */

static struct row *head(struct page *g) {
    struct row *r = add_row(g, g->d->at.at, 0, G_NONE);
    r->wrap = W_NONE;
    const char *word = lang_decl_word(g->d->kind);
    add_cell(r, lang_named(g->d->name) ? TEXT(g, "%s %.*s", word, CF_STR_ARG(g->d->name.text)) : cf_str_from(word));
    if (g->d->title.p != NULL) {
        add_cell(r, quoted(g, g->d->title));
    }
    return r;
}

static void policy_rows(struct page *g) {
    const struct lang_policy *y = &g->d->as.policy;
    head(g);
    name_clause(g, LANG_CL_OWNER, "owner", y->owner);
    if (y->serves.n != 0) {
        struct row *r = clause(g, LANG_CL_SERVES, "serves");
        for (size_t i = 0; i < y->serves.n; i++) {
            add_part(g, r, TEXT(g, "%.*s%s", CF_STR_ARG(y->serves.v[i]), i + 1 < y->serves.n ? "," : ""));
        }
    }
    if (place_of(g, LANG_CL_FORCE, 0) != NOWHERE) {
        struct row *r = clause(g, LANG_CL_FORCE, "in force");
        add_part(g, r, TEXT(g, "from %s", cf_date_shown(y->from).p));
        if (y->to != INT32_MAX) {
            add_part(g, r, TEXT(g, "to %s", cf_date_shown(y->to).p));
        }
    }
    if (g->d->cites.n != 0) {
        clause(g, LANG_CL_CITES, "cites");
    }
    for (size_t i = 0; i < g->d->cites.n; i++) {
        const struct lang_cite *c = &g->d->cites.v[i];
        struct row *r = add_row(g, c->at.at, ENTRY, G_ENTRY);
        add_cell(r, c->key.text);
        add_part(g, r, quoted(g, c->text));
    }
}

static void codes_rows(struct page *g) {
    const struct lang_codes *c = &g->d->as.codes;
    struct row *r = head(g);
    struct cf_str file = c->file.p != NULL ? quoted(g, c->file) : (struct cf_str){0};
    if (c->ordered) {
        add_part(g, r, CF_LIT("ordered"));
    }
    if (lang_named(c->protected_as)) {
        add_part(g, r, TEXT(g, "protected as %.*s", CF_STR_ARG(c->protected_as.text)));
    }
    if (c->file.p != NULL) {
        add_part(g, r, TEXT(g, "from %.*s", CF_STR_ARG(file)));
    }
    for (size_t i = 0; i < c->list.n; i++) {
        r = add_row(g, c->list.v[i].name.at.at, CLAUSE, G_ENTRY);
        add_cell(r, c->list.v[i].name.text);
        add_part(g, r, quoted(g, c->list.v[i].title));
    }
    g->one_line = c->list.n == 0;
}

static void table_rows(struct page *g) {
    const struct lang_table *t = &g->d->as.table;
    struct row *r = head(g);
    if (t->file.p != NULL) {
        struct cf_str file = quoted(g, t->file);
        add_part(g, r, TEXT(g, "from %.*s", CF_STR_ARG(file)));
    }
    names_clause(g, LANG_CL_KEYED, "keyed by", t->keys.v, t->keys.n);
    if (lang_named(t->gives)) {
        add_part(g, clause(g, LANG_CL_GIVES, "gives"),
                 TEXT(g, "%.*s %.*s", CF_STR_ARG(t->gives.text), CF_STR_ARG(t->gives_type.text)));
    }
    if (t->complete) {
        clause(g, LANG_CL_COMPLETE, "complete");
    }
}

static void setting_rows(struct page *g) {
    const struct lang_setting *s = &g->d->as.setting;
    struct row *r = head(g);
    add_cell(r, expr_text(g, s->value));
    add_cell(r, s->confirmed ? CF_LIT("confirmed") : CF_LIT("to verify"));
    add_part(g, r, cite_text(g, &s->cite));
    g->one_line = true;
}

static void episode_rows(struct page *g) {
    struct row *r = head(g);
    if (g->d->as.episode.held) {
        add_cell(r, CF_LIT("held"));
    }
    g->one_line = true;
}

static struct cf_str type_text(const struct page *g, const struct lang_field *f) {
    struct cf_buf b = text_new(g);
    cf_buf_lit(&b, f->many ? "many " : "");
    if (f->inline_codes == NULL) {
        cf_buf_str(&b, f->type_name.text);
        return text_end(&b);
    }
    const struct lang_codes *c = &f->inline_codes->as.codes;
    cf_buf_lit(&b, "one of (");
    for (size_t i = 0; i < c->list.n; i++) {
        cf_buf_printf(&b, "%s%.*s", i == 0 ? "" : ", ", CF_STR_ARG(c->list.v[i].name.text));
    }
    cf_buf_lit(&b, ")");
    return text_end(&b);
}

/* A long `one of (…)` would push the columns of all other fields away: its codes fill lines of their own, and what follows
 * stands behind the last one. */
static void add_long_type(struct page *g, struct row *r, const struct lang_field *f) {
    const struct lang_codes *c = &f->inline_codes->as.codes;
    for (size_t i = 0; i < c->list.n; i++) {
        add_part(g, r,
                 TEXT(g, "%s%s%.*s%s", i == 0 && f->many ? "many " : "", i == 0 ? "one of (" : "",
                      CF_STR_ARG(c->list.v[i].name.text), i + 1 < c->list.n ? "," : ")"));
    }
    r->columns = r->parts.n;
}

static struct cf_str required_text(const struct page *g, const struct lang_field *f) {
    struct cf_buf b = text_new(g);
    cf_buf_lit(&b, f->required ? "required" : "");
    if (f->unless != NULL) {
        cf_buf_lit(&b, " unless ");
        lang_expr_text(&b, f->unless);
    }
    return text_end(&b);
}

/* What a field keeps, is copied from, and its hint. */
static struct cf_str rest_text(const struct page *g, const struct lang_field *f) {
    struct cf_buf rest = text_new(g);
    for (size_t i = 0; i < f->keeping.n; i++) {
        cf_buf_printf(&rest, "%s%.*s", i == 0 ? "keeping " : ", ", CF_STR_ARG(f->keeping.v[i].text));
    }
    for (size_t i = 0; i < f->copied_from.n; i++) {
        cf_buf_lit(&rest, i != 0 ? "." : rest.n == 0 ? "copied from " : " copied from ");
        cf_buf_str(&rest, f->copied_from.v[i].text);
    }
    if (f->hint.p != NULL) {
        cf_buf_lit(&rest, rest.n == 0 ? "" : " ");
        lang_quoted_text(&rest, f->hint);
    }
    return text_end(&rest);
}

static void field_row(struct page *g, const struct lang_field *f) {
    struct row *r = add_row(g, f->at.at, ENTRY, G_ENTRY);
    struct cf_str type = type_text(g, f), required = required_text(g, f), rest = rest_text(g, f);
    add_cell(r, f->name.text);
    if (f->inline_codes == NULL || type.n <= LONG_TYPE) {
        add_cell(r, type);
        add_cell(r, required);
        add_part(g, r, rest);
        return;
    }
    add_long_type(g, r, f);
    if (required.n != 0) {
        add_part(g, r, required);
    }
    if (rest.n != 0) {
        add_part(g, r, rest);
    }
}

static void record_rows(struct page *g) {
    const struct lang_record *c = &g->d->as.record;
    head(g);
    name_clause(g, LANG_CL_OPENS, "opens", c->opens);
    if (c->in_any) {
        add_part(g, clause(g, LANG_CL_IN, "in"), CF_LIT("any"));
    }
    names_clause(g, LANG_CL_IN, "in", c->in.v, c->in.n);
    name_clause(g, LANG_CL_CLOSES, "closes", c->closes);
    if (c->about.n != 0) {
        struct row *r = clause(g, LANG_CL_ABOUT, "about");
        for (size_t i = 0; i < c->about.n; i++) {
            const struct lang_about *s = &c->about.v[i];
            add_part(g, r,
                     TEXT(g, "%.*s is %s%s%s", CF_STR_ARG(s->role.text), s->many ? "many " : "", lang_subject_word(s->kind),
                          i + 1 < c->about.n ? "," : ""));
        }
    }
    names_clause(g, LANG_CL_BY, c->decided_by ? "decided by" : "by", c->by.v, c->by.n);
    if (c->act) {
        clause(g, LANG_CL_ACT, "act");
    }
    names_clause(g, LANG_CL_SEEN_FOR, "seen for", c->seen_for.v, c->seen_for.n);
    if (c->fields.n != 0) {
        clause(g, LANG_CL_FIELDS, "fields");
    }
    for (size_t i = 0; i < c->fields.n; i++) {
        field_row(g, &c->fields.v[i]);
    }
}

static void span_rows(struct page *g) {
    const struct lang_span_decl *s = &g->d->as.span;
    head(g);
    if (s->from != NULL && s->to != NULL) {
        struct cf_str from = sel_text(g, s->from, true), to = sel_text(g, s->to, false);
        struct row *r = clause(g, LANG_CL_FROM, "from");
        add_part(g, r, from);
        add_part(g, r, TEXT(g, "to %.*s", CF_STR_ARG(to)));
        r->deep = true;
    }
    name_clause(g, LANG_CL_OUTSIDE, "outside hours of", s->hours_of);
}

static void fact_rows(struct page *g) {
    const struct lang_fact *f = &g->d->as.fact;
    struct row *r = head(g);
    add_cell(r, f->scope.about ? TEXT(g, "about %s", lang_subject_word(f->scope.kind))
                               : TEXT(g, "in %.*s", CF_STR_ARG(f->scope.episode.text)));
    add_cond(g, r, "= ", f->value);
    g->one_line = true;
}

static void gate_rows(struct page *g) {
    const struct lang_gate *t = &g->d->as.gate;
    head(g);
    if (t->absolute) {
        clause(g, LANG_CL_ABSOLUTE, "absolute");
    }
    if (t->before != NULL) {
        add_part(g, clause(g, LANG_CL_BEFORE, "before"), sel_text(g, t->before, false));
    }
    cond_clause(g, LANG_CL_WHERE, "where", t->where);
    cond_clause(g, LANG_CL_NEEDS, "needs", t->needs);
    text_clause(g, LANG_CL_OTHERWISE, "otherwise", t->otherwise);
    cite_rows(g);
}

static const char *period_word(enum lang_period p) {
    static const char *const words[] = {"week", "month", "quarter", "year"};
    return words[p];
}

static void duty_trigger(struct page *g) {
    const struct lang_duty *d = &g->d->as.duty;
    uint32_t at = place_of(g, LANG_CL_AFTER, 0);
    if (at == NOWHERE) {
        return;
    }
    struct row *r = add_row(g, at, CLAUSE, G_CLAUSE);
    if (d->trigger == LANG_AFTER_BREACH) {
        add_cell(r, CF_LIT("after breach of"));
        add_part(g, r, d->breach_of.text);
        return;
    }
    if (d->trigger == LANG_AFTER_EVENT) {
        add_cell(r, CF_LIT("after"));
        add_part(g, r, d->after != NULL ? sel_text(g, d->after, false) : (struct cf_str){0});
        return;
    }
    add_cell(r, d->scope.about ? CF_LIT("about") : CF_LIT("in"));
    struct cf_str of = d->scope.about ? cf_str_from(lang_subject_word(d->scope.kind)) : d->scope.episode.text;
    struct cf_str words = d->trigger == LANG_WHEN ? TEXT(g, "%.*s when ", CF_STR_ARG(of))
                                                  : TEXT(g, "%.*s each %s while ", CF_STR_ARG(of), period_word(d->period));
    if (d->cond != NULL) {
        add_cond(g, r, cf_cstr(g->a, words), d->cond);
    }
}

static void duty_deadline(struct page *g) {
    const struct lang_duty *d = &g->d->as.duty;
    if (d->by_instant && d->by.value != NULL) {
        add_part(g, clause(g, LANG_CL_WITHIN, "by"), value_text(g, &d->by));
    } else if (d->within.value != NULL) {
        struct row *r = clause(g, LANG_CL_WITHIN, "within");
        add_part(g, r, expr_text(g, d->within.value));
        if (d->of != NULL) {
            struct cf_str of = expr_text(g, d->of);
            add_part(g, r, TEXT(g, "of %.*s", CF_STR_ARG(of)));
        }
        if (d->within.to_verify) {
            extend(g, r, CF_LIT(" to verify"));
        }
    }
}

static void duty_endings(struct page *g) {
    const struct lang_duty *d = &g->d->as.duty;
    if (d->not_counting.n != 0) {
        names_clause(g, LANG_CL_NOT_COUNTING, "not counting", d->not_counting.v, d->not_counting.n);
    }
    for (size_t i = 0; i < d->extended.n; i++) {
        const struct lang_extension *x = &d->extended.v[i];
        struct row *r = nth_clause(g, LANG_CL_EXTENDED, i, "extended by");
        add_part(g, r, sel_text(g, x->by, true));
        if (x->where != NULL) {
            add_cond(g, r, "where ", x->where);
        }
        struct cf_str to = value_text(g, &x->to);
        add_part(g, r, TEXT(g, "to %.*s", CF_STR_ARG(to)));
    }
    if (d->done_by.n != 0) {
        struct row *r = clause(g, LANG_CL_DONE, "done by");
        add_sels(g, r, d->done_by.v, d->done_by.n);
        if (d->done_where != NULL) {
            add_cond(g, r, "where ", d->done_where);
        }
        if (d->counting_from != NULL) {
            struct cf_str from = marked_text(g, d->counting_from);
            add_part(g, r, TEXT(g, "counting from %.*s", CF_STR_ARG(from)));
        }
    }
    if (d->void_by.n != 0) {
        add_sels(g, clause(g, LANG_CL_VOID_BY, "void by"), d->void_by.v, d->void_by.n);
    }
    cond_clause(g, LANG_CL_VOID_WHEN, "void when", d->void_when);
}

static void duty_rows(struct page *g) {
    const struct lang_duty *d = &g->d->as.duty;
    head(g);
    duty_trigger(g);
    cond_clause(g, LANG_CL_WHERE, "where", d->where);
    if (d->owner != NULL) {
        add_part(g, clause(g, LANG_CL_OWNER, "owner"), expr_text(g, d->owner));
    }
    duty_deadline(g);
    duty_endings(g);
    for (size_t i = 0; i < d->warn.n; i++) {
        struct cf_str v = expr_text(g, d->warn.v[i].d.value);
        add_part(g, nth_clause(g, LANG_CL_WARN, i, "warn"),
                 TEXT(g, "%.*s %s%s", CF_STR_ARG(v), d->warn.v[i].after ? "after" : "before",
                      d->warn.v[i].d.to_verify ? " to verify" : ""));
    }
    for (size_t i = 0; i < d->escalate.n; i++) {
        const struct lang_escalate *e = &d->escalate.v[i];
        struct row *r = nth_clause(g, LANG_CL_ESCALATE, i, "escalate to");
        add_part(g, r, e->role.text);
        if (e->after.value != NULL) {
            struct cf_str v = value_text(g, &e->after);
            add_part(g, r, TEXT(g, "after %.*s", CF_STR_ARG(v)));
        }
    }
    cite_rows(g);
}

static void level_rows(struct page *g, const struct lang_level *levels, size_t n) {
    for (size_t i = 0; i < n; i++) {
        struct row *r = add_row(g, levels[i].at.at, CLAUSE, G_ENTRY);
        add_cell(r, levels[i].name.text);
        if (levels[i].otherwise) {
            add_part(g, r, CF_LIT("otherwise"));
        } else {
            add_cond(g, r, "when ", levels[i].when);
        }
    }
}
static void option_rows(struct page *g, const struct lang_option *options, size_t n) {
    for (size_t i = 0; i < n; i++) {
        struct row *r = add_row(g, options[i].at.at, CLAUSE, G_ENTRY);
        add_cell(r, options[i].code.text);
        if (options[i].open_when != NULL) {
            add_cond(g, r, "open when ", options[i].open_when);
        }
        if (options[i].closed_when != NULL) {
            add_cond(g, r, "closed when ", options[i].closed_when);
        }
    }
}

static void grade_rows(struct page *g) {
    const struct lang_grade *d = &g->d->as.grade;
    head(g);
    scope_clause(g, &d->scope);
    name_clause(g, LANG_CL_LEVELS, "levels", d->levels);
    level_rows(g, d->list.v, d->list.n);
    if (d->decided_in != NULL) {
        add_part(g, clause(g, LANG_CL_DECIDED_IN, "decided in"), expr_text(g, d->decided_in));
    }
    name_clause(g, LANG_CL_DEPARTURE, "departure needs", d->departure_needs);
    cite_rows(g);
}

static void score_rows(struct page *g) {
    const struct lang_score *s = &g->d->as.score;
    head(g);
    scope_clause(g, &s->scope);
    if (s->from.value != NULL && s->to.value != NULL) {
        struct cf_str from = value_text(g, &s->from), to = value_text(g, &s->to);
        add_part(g, clause(g, LANG_CL_FROM, "from"), TEXT(g, "%.*s to %.*s", CF_STR_ARG(from), CF_STR_ARG(to)));
    }
    if (s->base.value != NULL) {
        add_part(g, clause(g, LANG_CL_BASE, "base"), value_text(g, &s->base));
    }
    for (size_t i = 0; i < s->plus.n; i++) {
        const struct lang_term *t = &s->plus.v[i];
        struct row *r = nth_clause(g, LANG_CL_PLUS, i, "plus");
        add_part(g, r, value_text(g, &t->value));
        if (t->bounded) {
            struct cf_str lo = value_text(g, &t->lo), hi = value_text(g, &t->hi);
            add_part(g, r, TEXT(g, "between %.*s and %.*s", CF_STR_ARG(lo), CF_STR_ARG(hi)));
        }
    }
    cite_rows(g);
}

static void choice_rows(struct page *g) {
    const struct lang_choice *c = &g->d->as.choice;
    head(g);
    if (c->for_ != NULL) {
        add_part(g, clause(g, LANG_CL_FOR, "for"), expr_text(g, c->for_));
    }
    option_rows(g, c->options.v, c->options.n);
    name_clause(g, LANG_CL_DEPARTURE, "departure needs", c->departure_needs);
    cite_rows(g);
}

static void flag_rows(struct page *g) {
    const struct lang_flag *f = &g->d->as.flag;
    head(g);
    scope_clause(g, &f->scope);
    cond_clause(g, LANG_CL_WHILE, "while", f->cond);
    cite_rows(g);
}

static void more_rows(struct page *g) {
    const struct lang_more *m = &g->d->as.more;
    struct row *r = head(g);
    r->cells[0] = TEXT(g, "more %s %.*s", m->choice ? "choice" : "grade", CF_STR_ARG(m->target.text));
    level_rows(g, m->levels.v, m->levels.n);
    option_rows(g, m->options.v, m->options.n);
    cite_rows(g);
}

static void share_rows(struct page *g) {
    const struct lang_share *s = &g->d->as.share;
    head(g);
    if (s->to != NULL) {
        add_part(g, clause(g, LANG_CL_TO, "to"), expr_text(g, s->to));
    }
    name_clause(g, LANG_CL_PURPOSE, "purpose", s->purpose);
    if (lang_named(s->basis.key)) {
        add_part(g, clause(g, LANG_CL_BASIS, "basis"), cite_text(g, &s->basis));
    }
    if (s->gives.n != 0) {
        struct row *r = clause(g, LANG_CL_GIVES, "gives");
        for (size_t i = 0; i < s->gives.n; i++) {
            struct cf_str v = expr_text(g, s->gives.v[i]);
            add_part(g, r, TEXT(g, "%.*s%s", CF_STR_ARG(v), i + 1 < s->gives.n ? "," : ""));
        }
    }
    cite_rows(g);
}

/* 1000 as 1,000 */
static struct cf_str grouped(const struct page *g, int64_t n) {
    struct cf_str s = TEXT(g, "%lld", (long long)n);
    struct cf_buf b = text_new(g);
    for (size_t i = 0; i < s.n; i++) {
        cf_buf_lit(&b, i != 0 && n > 0 && (s.n - i) % 3 == 0 ? "," : "");
        cf_buf_add(&b, s.p + i, 1);
    }
    return text_end(&b);
}

static void measure_form(struct page *g) {
    static const char *const words[] = {"count of", "share of", "median of", "rate of"};
    const struct lang_measure *m = &g->d->as.measure;
    struct row *r = clause(g, LANG_CL_FORM, m->percentile != 0 ? "percentile" : words[m->form]);
    struct cf_str of = m->pop_sel != NULL ? sel_text(g, m->pop_sel, false) : m->pop_name.text;
    const char *which = m->pop == LANG_POP_OPENED ? "opened " : m->pop == LANG_POP_CLOSED ? "closed " : "";
    r->wrap = W_EACH;
    if (m->value != NULL && m->percentile != 0) {
        struct cf_str value = expr_text(g, m->value);
        add_part(g, r, TEXT(g, "%d of %.*s", m->percentile, CF_STR_ARG(value)));
    } else if (m->value != NULL) {
        add_part(g, r, expr_text(g, m->value));
    }
    add_part(g, r, TEXT(g, "%s%s%.*s", m->value != NULL ? "over " : "", which, CF_STR_ARG(of)));
    if (m->where != NULL) {
        add_cond(g, r, "where ", m->where);
    }
    if (m->that != NULL && (m->that->op == LANG_MET || m->that->op == LANG_KEPT) && !m->that->bracketed &&
        !m->that->to_verify) {
        struct cf_str that = expr_text(g, m->that);
        add_part(g, r, TEXT(g, "that %.*s", CF_STR_ARG(that)));
    } else if (m->that != NULL) {
        add_cond(g, r, m->where != NULL ? "that where " : "where ", m->that);
    }
    if (m->form == LANG_RATE) {
        struct cf_str n = grouped(g, m->per);
        add_part(g, r, TEXT(g, "per %.*s %.*s", CF_STR_ARG(n), CF_STR_ARG(m->per_table.text)));
    }
}

static void measure_rows(struct page *g) {
    const struct lang_measure *m = &g->d->as.measure;
    head(g);
    measure_form(g);
    if (m->by.n != 0) {
        struct row *r = clause(g, LANG_CL_BY, "by");
        for (size_t i = 0; i < m->by.n; i++) {
            struct cf_str as = m->by.v[i].as.p != NULL ? quoted(g, m->by.v[i].as) : (struct cf_str){0};
            add_part(g, r,
                     TEXT(g, "%.*s%s%.*s%s", CF_STR_ARG(m->by.v[i].name.text), as.n != 0 ? " as " : "", CF_STR_ARG(as),
                          i + 1 < m->by.n ? "," : ""));
        }
    }
    if (lang_named(m->compare)) {
        struct row *r = clause(g, LANG_CL_COMPARE, "compare");
        add_part(g, r, TEXT(g, "%.*s with %.*s", CF_STR_ARG(m->compare.text), CF_STR_ARG(m->with.text)));
        if (lang_named(m->within)) {
            add_part(g, r, TEXT(g, "within %.*s", CF_STR_ARG(m->within.text)));
        }
    }
    if (m->followed_by != NULL) {
        struct cf_str by = sel_text(g, m->followed_by, true), within = marked_text(g, m->followed_within);
        add_part(g, clause(g, LANG_CL_FOLLOWED, "followed by"),
                 TEXT(g, "%.*s within %.*s", CF_STR_ARG(by), CF_STR_ARG(within)));
    }
    if (m->aim != 0) {
        struct row *r = clause(g, LANG_CL_AIM, "aim");
        add_part(g, r, m->aim > 0 ? CF_LIT("up") : CF_LIT("down"));
        if (m->has_target) {
            add_part(g, r, TEXT(g, "to %lld%s", (long long)m->target, m->target_percent ? "%" : ""));
        }
    }
    cite_rows(g);
}

static void sample_rows(struct page *g) {
    const struct lang_sample *s = &g->d->as.sample;
    head(g);
    name_clause(g, LANG_CL_OF, "of", s->of);
    if (place_of(g, LANG_CL_EACH, 0) != NOWHERE) {
        struct row *r = clause(g, LANG_CL_EACH, "each");
        add_part(g, r,
                 lang_named(s->by) ? TEXT(g, "%s by %.*s", period_word(s->period), CF_STR_ARG(s->by.text))
                                   : cf_str_from(period_word(s->period)));
    }
    for (size_t i = 0; i < s->strata.n; i++) {
        struct row *r = nth_clause(g, LANG_CL_TAKE, i, "take");
        if (s->strata.v[i].where == NULL) {
            add_part(g, r, TEXT(g, "%lld of the rest", (long long)s->strata.v[i].take));
        } else {
            add_cond(g, r, cf_cstr(g->a, TEXT(g, "%lld where ", (long long)s->strata.v[i].take)), s->strata.v[i].where);
        }
    }
    cite_rows(g);
}

/* ---------------------------------------------------------------- access, wording */

static void role_rows(struct page *g) {
    const struct lang_role_decl *r = &g->d->as.role;
    head(g);
    if (r->has_rank) {
        add_part(g, clause(g, LANG_CL_RANK, "rank"), TEXT(g, "%lld", (long long)r->rank));
    }
    names_clause(g, LANG_CL_INCLUDES, "includes", r->includes.v, r->includes.n);
    cond_clause(g, LANG_CL_GRANTED, "granted when", r->granted_when);
    names_clause(g, LANG_CL_PURPOSES, "purposes", r->purposes.v, r->purposes.n);
    struct row *may = r->may == 0 ? NULL : clause(g, LANG_CL_MAY, "may");
    for (int i = 0; i < LANG_ABILITIES; i++) {
        if ((r->may >> i & 1u) != 0) {
            bool more = r->may >> (i + 1) != 0;
            add_part(g, may, TEXT(g, "%s%s", lang_ability_word((enum lang_ability)i), more ? "," : ""));
        }
    }
    if (r->sees != LANG_SEES_NOT_SAID) {
        add_part(g, clause(g, LANG_CL_SEES, "sees"), cf_str_from(lang_sees_word(r->sees)));
    }
    cite_rows(g);
}

static void unit_rows(struct page *g) {
    static const char *const days[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    const struct lang_unit_decl *u = &g->d->as.unit;
    head(g);
    name_clause(g, LANG_CL_KIND, "kind", u->kind);
    name_clause(g, LANG_CL_PART_OF, "part of", u->part_of);
    names_clause(g, LANG_CL_BOROUGHS, "boroughs", u->boroughs.v, u->boroughs.n);
    for (size_t i = 0; i < u->open.n; i++) {
        unsigned mask = u->open.v[i].days, first = 0, n = 0;
        while (first < 6 && !((mask >> first & 1u) != 0 && (mask >> (first + 6) % 7 & 1u) == 0)) {
            first++; /* the day on which the run begins; of all seven, none does */
        }
        first = mask == 0x7F ? 0 : first;
        while (n < 6 && (mask >> (first + n + 1) % 7 & 1u) != 0) {
            n++;
        }
        struct cf_buf b = text_new(g);
        cf_buf_printf(&b, "%s%s%s ", days[first], n > 0 ? " to " : "", n > 0 ? days[(first + n) % 7] : "");
        lang_clock_text(&b, u->open.v[i].from_s);
        cf_buf_lit(&b, " to ");
        lang_clock_text(&b, u->open.v[i].to_s);
        add_part(g, nth_clause(g, LANG_CL_OPEN, i, "open"), text_end(&b));
    }
    cite_rows(g);
}

static void partner_rows(struct page *g) {
    const struct lang_partner_decl *p = &g->d->as.partner;
    head(g);
    if (place_of(g, LANG_CL_FOR, 0) != NOWHERE) {
        add_part(g, clause(g, LANG_CL_FOR, "for"), cf_str_from(lang_subject_word(p->kind)));
    }
    text_clause(g, LANG_CL_FROM, "from", p->file);
    names_clause(g, LANG_CL_PURPOSES, "purposes", p->purposes.v, p->purposes.n);
    cite_rows(g);
}

static void pattern_rows(struct page *g) {
    const struct lang_wording *w = &g->d->as.wording;
    head(g);
    for (size_t i = 0; i < w->patterns.n; i++) {
        const struct lang_pattern *x = &w->patterns.v[i];
        struct row *r = add_row(g, x->at.at, CLAUSE, G_ENTRY);
        r->wrap = W_EACH;
        add_cell(r, quoted(g, x->pattern));
        if (x->weight.value != NULL) {
            struct cf_str v = value_text(g, &x->weight);
            add_part(g, r, TEXT(g, "weight %.*s", CF_STR_ARG(v)));
        }
        if (x->reason.p != NULL) {
            struct cf_str s = quoted(g, x->reason);
            add_part(g, r, TEXT(g, "because %.*s", CF_STR_ARG(s)));
        }
        if (x->better.p != NULL) {
            struct cf_str s = quoted(g, x->better);
            add_part(g, r, TEXT(g, "better %.*s", CF_STR_ARG(s)));
        }
        if (lang_named(x->cite.key)) {
            add_part(g, r, cite_text(g, &x->cite));
        }
    }
    cite_rows(g);
}

/* ---------------------------------------------------------------- examples */

static void add_values(struct cf_buf *b, const struct lang_attr_value *v, size_t from, const char *between) {
    for (size_t i = from; i < v->values.n; i++) {
        cf_buf_lit(b, i > from ? between : i > 0 || lang_named(v->name) ? " " : "");
        lang_expr_text(b, v->values.v[i]);
    }
}

static void subject_row(struct page *g, const struct lang_ex_subject *s) {
    struct row *r = add_row(g, s->at.at, CLAUSE, G_SUBJECT);
    bool table = cf_str_is(s->kind.text, "table");
    const char *between = table || cf_str_is(s->kind.text, "school") ? "; " : ", ";
    struct cf_buf b = text_new(g);
    for (size_t i = 0; i < s->attrs.n; i++) {
        cf_buf_lit(&b, i == 0 ? "" : between);
        cf_buf_str(&b, s->attrs.v[i].name.text);
        add_values(&b, &s->attrs.v[i], 0, table ? " " : " to ");
    }
    add_cell(r, TEXT(g, "%.*s %.*s", CF_STR_ARG(s->kind.text), CF_STR_ARG(s->name.text)));
    add_part(g, r, text_end(&b));
}

static void event_row(struct page *g, const struct lang_ex_event *ev) {
    struct row *r = add_row(g, ev->at.at, CLAUSE, G_EVENT);
    struct cf_buf when = text_new(g), what = text_new(g), b = text_new(g);
    lang_wall_text(&when, ev->happened, ev->day_only);
    cf_buf_lit(&what, ev->kind == LANG_SEL_SENT ? "sent " : ev->kind == LANG_SEL_ACKNOWLEDGED ? "acknowledged " : "");
    cf_buf_str(&what, ev->record.text);
    if (lang_named(ev->label)) {
        cf_buf_printf(&what, " = %.*s", CF_STR_ARG(ev->label.text));
    }
    for (size_t i = 0; i < ev->attrs.n; i++) {
        const struct lang_attr_value *v = &ev->attrs.v[i];
        cf_buf_lit(&b, i == 0 ? "" : "; ");
        cf_buf_str(&b, v->name.text);
        if (cf_str_is(v->name.text, "corrects") && v->values.n > 2) {
            cf_buf_lit(&b, " ");
            lang_expr_text(&b, v->values.v[0]);
            cf_buf_lit(&b, " ");
            lang_expr_text(&b, v->values.v[1]);
            add_values(&b, v, 2, ", ");
        } else {
            add_values(&b, v, 0, cf_str_is(v->name.text, "by") ? " and " : ", ");
        }
    }
    add_cell(r, text_end(&when));
    add_cell(r, text_end(&what));
    add_part(g, r, text_end(&b));
}

static struct cf_str expect_text(struct page *g, const struct lang_expect *x) {
    struct cf_buf b = text_new(g);
    cf_buf_lit(&b, x->no ? "no " : x->kind == LANG_EX_GATE_BREACH ? "breach " : x->kind == LANG_EX_GATE_KEPT ? "kept " : "");
    cf_buf_str(&b, x->name.text);
    bool gate = x->kind == LANG_EX_GATE_BREACH || x->kind == LANG_EX_GATE_KEPT;
    bool dotted = gate || cf_str_is(x->part.text, "departure");
    if (lang_named(x->part)) {
        cf_buf_printf(&b, "%s%.*s", dotted ? "." : " ", CF_STR_ARG(x->part.text));
    }
    if (lang_named(x->of)) {
        cf_buf_printf(&b, " of %.*s", CF_STR_ARG(x->of.text));
    }
    if (lang_named(x->state)) {
        cf_buf_printf(&b, " %.*s", CF_STR_ARG(x->state.text));
    }
    cf_buf_lit(&b, x->not_known ? " not known" : "");
    if (x->has_num) {
        cf_buf_printf(&b, " %lld", (long long)x->num_lo);
        if (x->num_hi != x->num_lo) {
            cf_buf_printf(&b, " to %lld", (long long)x->num_hi);
        }
    }
    if (lang_named(x->could_be)) {
        cf_buf_printf(&b, " could be %.*s", CF_STR_ARG(x->could_be.text));
    }
    if (x->has_due) {
        cf_buf_lit(&b, " due ");
        lang_wall_text(&b, x->due, x->due_day_only);
    }
    if (x->has_left) {
        cf_buf_lit(&b, " left ");
        lang_clock_text(&b, x->left_s);
    }
    if (x->owner != NULL) {
        cf_buf_lit(&b, " owner ");
        lang_expr_text(&b, x->owner);
    }
    for (size_t i = 0; i < x->marks.n; i++) {
        cf_buf_printf(&b, " %.*s", CF_STR_ARG(x->marks.v[i].text));
    }
    return text_end(&b);
}

static void at_rows(struct page *g, const struct lang_ex_at *at) {
    struct row *r = add_row(g, at->where.at, CLAUSE, G_NONE);
    struct cf_buf b = text_new(g);
    cf_buf_lit(&b, "at ");
    lang_wall_text(&b, at->at, false);
    if (lang_named(at->of)) {
        cf_buf_printf(&b, " of %.*s", CF_STR_ARG(at->of.text));
    }
    if (at->known_at_set) {
        cf_buf_lit(&b, " as known at ");
        lang_wall_text(&b, at->known_at, false);
    }
    add_cell(r, text_end(&b));
    for (size_t i = 0; i < at->expects.n; i++) {
        struct cf_str x = expect_text(g, &at->expects.v[i]);
        r = add_row(g, at->expects.v[i].at.at, ENTRY, G_NONE);
        add_cell(r, TEXT(g, "expect %.*s", CF_STR_ARG(x)));
    }
}

static void example_rows(struct page *g) {
    const struct lang_example *x = &g->d->as.example;
    head(g);
    for (size_t i = 0; i < x->items.n; i++) {
        const struct lang_ex_item *item = &x->items.v[i];
        switch (item->kind) {
        case LANG_EX_SUBJECT: subject_row(g, item->subject); break;
        case LANG_EX_EVENT: event_row(g, item->event); break;
        case LANG_EX_AT: at_rows(g, item->at); break;
        }
    }
}

static void decl_rows(struct page *g) {
    static void (*const rows[LANG_DECL_KINDS])(struct page *) = {
        [LANG_POLICY] = policy_rows,   [LANG_CODES] = codes_rows,     [LANG_TABLE] = table_rows,
        [LANG_SETTING] = setting_rows, [LANG_EPISODE] = episode_rows, [LANG_RECORD] = record_rows,
        [LANG_SPAN] = span_rows,       [LANG_FACT] = fact_rows,       [LANG_GATE] = gate_rows,
        [LANG_DUTY] = duty_rows,       [LANG_GRADE] = grade_rows,     [LANG_SCORE] = score_rows,
        [LANG_CHOICE] = choice_rows,   [LANG_FLAG] = flag_rows,       [LANG_MORE] = more_rows,
        [LANG_SHARE] = share_rows,     [LANG_MEASURE] = measure_rows, [LANG_SAMPLE] = sample_rows,
        [LANG_EXAMPLE] = example_rows, [LANG_ROLE] = role_rows,       [LANG_UNIT] = unit_rows,
        [LANG_PARTNER] = partner_rows, [LANG_WORDING] = pattern_rows, [LANG_INDICATOR] = pattern_rows};
    rows[g->d->kind](g);
}

/* ---------------------------------------------------------------- short declarations on one line */

static size_t width_of(struct cf_str s) { /* in characters */
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        n += ((unsigned char)s.p[i] & 0xC0u) != 0x80u ? 1 : 0;
    }
    return n;
}

static size_t parts_width(const struct row *r) {
    size_t n = r->parts.n == 0 ? 0 : r->parts.n - 1;
    for (size_t i = 0; i < r->parts.n; i++) {
        n += width_of(r->parts.v[i]) + (r->columns != 0 && i >= r->columns ? 1 : 0);
    }
    return n;
}

/* Does a comment of its own stand among the clauses? Then they keep their lines. */
static bool comment_among(const struct page *g, const struct lang_policy *y) {
    uint32_t last = g->rows.v[g->rows.n - 1].at;
    for (size_t i = 0; i < y->comments.n; i++) {
        const struct lang_comment *c = &y->comments.v[i];
        if (c->alone && c->at.at > g->d->at.at && c->at.at < last) {
            return true;
        }
    }
    return false;
}

/* A role or unit whose clauses all fit stands on one line. */
static void collapse(struct page *g, const struct lang_policy *y) {
    size_t width = 0;
    if (g->d->kind != LANG_ROLE && g->d->kind != LANG_UNIT) {
        return;
    }
    for (size_t i = 0; i < g->rows.n; i++) {
        const struct row *r = &g->rows.v[i];
        for (size_t c = 0; c < r->n; c++) {
            width += width_of(r->cells[c]) + 1;
        }
        width += parts_width(r) + 1;
    }
    if (width > PAGE || comment_among(g, y) || g->d->cites.n != 0 || g->d->lawful.n != 0) {
        return;
    }
    struct row *first = &g->rows.v[0];
    for (size_t i = 1; i < g->rows.n; i++) {
        add_part(g, first, g->rows.v[i].cells[0]);
        for (size_t j = 0; j < g->rows.v[i].parts.n; j++) {
            add_part(g, first, g->rows.v[i].parts.v[j]);
        }
    }
    g->rows.n = 1;
    g->one_line = true;
}

/* ---------------------------------------------------------------- comments */

static uint32_t column_of(const struct lang_comment *c) {
    uint32_t at = c->at.at;
    while (at > 0 && c->at.src->text.p[at - 1] != '\n') {
        at--;
    }
    return c->at.at - at;
}

/* The row that stands last before the place, or first after it; NULL: none. */
static struct row *row_before(struct page *g, uint32_t at) {
    struct row *best = &g->rows.v[0];
    for (size_t i = 0; i < g->rows.n; i++) {
        struct row *r = &g->rows.v[i];
        best = r->at != NOWHERE && r->at <= at && r->at >= best->at ? r : best;
    }
    return best;
}
static struct row *row_after(struct page *g, uint32_t at) {
    struct row *best = NULL;
    for (size_t i = 0; i < g->rows.n; i++) {
        struct row *r = &g->rows.v[i];
        best = r->at != NOWHERE && r->at > at && (best == NULL || r->at < best->at) ? r : best;
    }
    return best;
}

static void place_comment(struct cf_arena *a, struct page *pages, size_t n, size_t k, const struct lang_comment *c) {
    struct row *r = c->alone ? row_after(&pages[k], c->at.at) : row_before(&pages[k], c->at.at);
    if (r == NULL && column_of(c) == 0 && k + 1 < n) {
        r = &pages[k + 1].rows.v[0];
    }
    if (r == NULL) {
        *cf_push(a, &pages[k].tail) = c;
    } else if (c->alone || r->trailing.p != NULL) {
        *cf_push(a, &r->before) = c;
    } else {
        r->trailing = c->text;
    }
}

/* ---------------------------------------------------------------- layout */

struct columns {
    size_t width[CELLS];
};

static void widen(struct columns *w, const struct row *r) {
    size_t last = r->n;
    while (last > 0 && r->parts.n == 0 && r->cells[last - 1].n == 0) {
        last--;
    }
    bool parts = r->parts.n > 1 || (r->parts.n == 1 && r->parts.v[0].n != 0);
    for (size_t i = 0; i < last; i++) {
        size_t n = width_of(r->cells[i]);
        bool more = i + 1 < last || parts;
        w->width[i] = more && n > w->width[i] ? n : w->width[i];
    }
}

static void pad(struct cf_buf *b, size_t *column, size_t to) {
    for (; *column < to; (*column)++) {
        cf_buf_lit(b, " ");
    }
}

/* ---- A part that is too long: each bracket that does not fit on its line breaks before its own `and`s or `or`s, or else after
 * a comma; what follows stands below what follows the bracket. */
struct deep {
    struct cf_buf *b;
    size_t column;
};

static void emit(struct deep *o, struct cf_str s) {
    cf_buf_str(o->b, s);
    o->column += width_of(s);
}
static void new_line(struct deep *o, size_t hang) {
    cf_buf_lit(o->b, "\n");
    o->column = 0;
    pad(o->b, &o->column, hang);
}

/* The end of what begins here: a bracket with all that is in it, a text in quotation marks, or one character. */
static size_t piece_end(struct cf_str s, size_t i) {
    int depth = 0;
    size_t from = i;
    do {
        char c = s.p[i];
        if (c == '"') {
            for (i++; i < s.n && s.p[i] != '"'; i++) {
                i += s.p[i] == '\\' && i + 1 < s.n ? 1 : 0;
            }
        }
        depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
        i++;
    } while (i < s.n && depth > 0);
    return i < s.n ? i : from < s.n ? s.n : from;
}

static bool at_text(struct cf_str s, size_t i, const char *words) {
    return cf_str_starts(cf_str_slice(s, i, s.n), cf_str_from(words));
}

/* Is there an `and` or `or` here that joins two conditions, not the two ends of a range? `range`: one has begun. */
static bool joins_here(struct cf_str s, size_t i, bool *range) {
    *range = *range || at_text(s, i, "between ") || at_text(s, i, "earlier of ") || at_text(s, i, "later of ");
    if (!at_text(s, i, " and ")) {
        return at_text(s, i, " or ");
    }
    bool joins = !*range;
    *range = false;
    return joins;
}

static bool has_chain(struct cf_str s) {
    bool range = false;
    for (size_t i = 0; i < s.n; i = piece_end(s, i)) {
        if (joins_here(s, i, &range)) {
            return true;
        }
    }
    return false;
}

/* How far it is to the next place where a line could break. */
static size_t width_to_break(struct cf_str s, size_t from, bool chain) {
    size_t i = from;
    bool range = false;
    while (i < s.n && !(chain ? i > from && joins_here(s, i, &range) : i > from && s.p[i] == ' ' && s.p[i - 1] == ',')) {
        i = piece_end(s, i);
    }
    return width_of(cf_str_slice(s, from, i));
}

static void put_deep(struct deep *o, struct cf_str s, size_t hang, int depth) {
    bool chain = has_chain(s), range = false;
    for (size_t i = 0, end; i < s.n; i = end) {
        end = piece_end(s, i);
        struct cf_str piece = cf_str_slice(s, i, end);
        bool comma = !chain && i > 0 && s.p[i] == ' ' && s.p[i - 1] == ',';
        if ((chain && joins_here(s, i, &range)) || (comma && o->column + width_to_break(s, i, false) > PAGE)) {
            new_line(o, hang);
        } else if (piece.n > 2 && piece.p[0] == '(' && o->column + width_of(piece) > PAGE && depth < CF_MAX_DEPTH) {
            emit(o, CF_LIT("("));
            put_deep(o, cf_str_slice(piece, 1, piece.n - 1), o->column, depth + 1);
            emit(o, CF_LIT(")"));
        } else {
            emit(o, piece);
        }
    }
}

static void put_parts(struct cf_buf *b, const struct row *r, size_t column) {
    size_t begin = column > PAGE * 3 / 5 ? (size_t)r->indent + CLAUSE : column;
    bool fits = column + parts_width(r) <= PAGE || r->parts.n == 1 || r->wrap == W_NONE;
    for (size_t i = 0; i < r->parts.n; i++) {
        size_t n = width_of(r->parts.v[i]), gap = r->columns != 0 && i >= r->columns ? 2 : 1;
        bool breaks = i > 0 && !fits && (r->wrap == W_EACH || column + gap + n > PAGE);
        if (breaks) {
            cf_buf_lit(b, "\n");
            column = 0;
            pad(b, &column, begin);
        } else if (i > 0) {
            pad(b, &column, column + gap);
        }
        struct deep o = {b, column};
        if (r->deep && column + n > PAGE) {
            put_deep(&o, r->parts.v[i], column + CLAUSE, 0);
        } else {
            emit(&o, r->parts.v[i]);
        }
        column = o.column;
    }
}

static void put_comment(struct cf_buf *b, int indent, struct cf_str text) {
    size_t column = 0;
    pad(b, &column, (size_t)indent);
    cf_buf_printf(b, "#%.*s\n", CF_STR_ARG(text));
}

static void put_row(struct cf_buf *b, const struct row *r, const struct columns *w) {
    size_t column = 0, last = r->n;
    pad(b, &column, (size_t)r->indent);
    bool parts = r->parts.n > 1 || (r->parts.n == 1 && r->parts.v[0].n != 0);
    while (last > 0 && !parts && r->cells[last - 1].n == 0) {
        last--;
    }
    size_t begin = column;
    for (size_t i = 0; i < last; i++) {
        pad(b, &column, begin);
        cf_buf_str(b, r->cells[i]);
        column += width_of(r->cells[i]);
        begin += w == NULL ? width_of(r->cells[i]) + 1 : w->width[i] == 0 ? 0 : w->width[i] + 2;
    }
    if (parts) {
        pad(b, &column, w != NULL && last > 0 && w->width[last - 1] == 0 && r->cells[last - 1].n != 0 ? column + 2 : begin);
        put_parts(b, r, column);
    }
    if (r->trailing.p != NULL) {
        cf_buf_printf(b, "  #%.*s", CF_STR_ARG(r->trailing));
    }
    cf_buf_lit(b, "\n");
}

/* Is a line left empty in the source just behind this place (before it)? */
static bool blank_behind(struct cf_str text, size_t at) {
    size_t lines = 0;
    for (; at < text.n && (text.p[at] == ' ' || text.p[at] == '\n' || text.p[at] == '\r' || text.p[at] == '\t'); at++) {
        lines += text.p[at] == '\n' ? 1 : 0;
    }
    return lines > 1 && at < text.n;
}
static bool blank_before(struct cf_str text, size_t at) {
    size_t lines = 0;
    for (; at > 0 && (text.p[at - 1] == ' ' || text.p[at - 1] == '\n' || text.p[at - 1] == '\r' || text.p[at - 1] == '\t');
         at--) {
        lines += text.p[at - 1] == '\n' ? 1 : 0;
    }
    return lines > 1;
}

static void put_before(struct cf_buf *b, const struct row *r) {
    for (size_t i = 0; i < r->before.n; i++) {
        const struct lang_comment *c = r->before.v[i];
        put_comment(b, r->indent, c->text);
        if (r->indent == 0 && c->alone && blank_behind(c->at.src->text, c->at.at + c->at.n)) {
            cf_buf_lit(b, "\n");
        }
    }
}

static void put_page(struct cf_buf *b, const struct page *g, const struct columns *run) {
    struct columns w[GROUPS] = {0};
    enum lang_decl_kind k = g->d->kind;
    w[G_CLAUSE].width[0] = LEAST; /* most keywords are shorter: declarations look alike */
    for (size_t i = 0; i < g->rows.n; i++) {
        const struct row *r = &g->rows.v[i];
        bool wide = r->indent == ENTRY || k == LANG_GRADE || k == LANG_CHOICE || k == LANG_MORE;
        if (r->group == G_ENTRY && wide && w[G_ENTRY].width[0] < LEAST) {
            w[G_ENTRY].width[0] = LEAST;
        }
        widen(&w[r->group], r);
    }
    for (size_t i = 0; i < g->rows.n; i++) {
        const struct row *r = &g->rows.v[i];
        put_before(b, r);
        put_row(b, r, i == 0 ? (g->one_line ? run : NULL) : r->group == G_NONE ? NULL : &w[r->group]);
    }
    for (size_t i = 0; i < g->tail.n; i++) {
        put_comment(b, column_of(g->tail.v[i]) == 0 ? 0 : CLAUSE, g->tail.v[i]->text);
    }
}

/* Short declarations of one kind, one below the other, are one block with common columns. */
static bool joins_run(const struct page *before, const struct page *g, struct cf_str text) {
    const struct row *r = &g->rows.v[0];
    uint32_t at = r->before.n != 0 && r->before.v[0]->at.at < r->at ? r->before.v[0]->at.at : r->at;
    return before->one_line && g->one_line && before->d->kind == g->d->kind && before->tail.n == 0 && !blank_before(text, at);
}

/* Columns that would push a line of the run beyond what anybody reads: the last one is not kept then. */
static void narrow(struct columns *run, const struct page *pages, size_t from, size_t end) {
    for (size_t i = from; i < end; i++) {
        const struct row *r = &pages[i].rows.v[0];
        size_t width = parts_width(r);
        for (size_t c = 0; c < r->n; c++) {
            width += run->width[c] + 2;
        }
        if (r->wrap == W_NONE && r->parts.n != 0 && r->n > 1 && width > WIDEST) {
            run->width[r->n - 1] = 0;
            return;
        }
    }
}

static void put_pages(struct cf_buf *b, const struct page *pages, size_t n, struct cf_str text) {
    for (size_t i = 0; i < n;) {
        struct columns run = {0};
        size_t end = i;
        do {
            widen(&run, &pages[end].rows.v[0]);
            end++;
        } while (end < n && joins_run(&pages[end - 1], &pages[end], text));
        narrow(&run, pages, i, end);
        cf_buf_lit(b, i == 0 ? "" : "\n");
        bool alone = end == i + 1;
        for (; i < end; i++) {
            put_page(b, &pages[i], alone ? NULL : &run);
        }
    }
}

struct cf_str lang_format(struct cf_arena *a, const struct lang_decl *policy) {
    const struct lang_policy *y = &policy->as.policy;
    size_t n = y->decls.n + 1;
    struct page *pages = CF_NEW_N(a, struct page, n);
    for (size_t i = 0; i < n; i++) {
        pages[i] = (struct page){.a = a, .d = i == 0 ? policy : y->decls.v[i - 1]};
        decl_rows(&pages[i]);
        collapse(&pages[i], y);
    }
    for (size_t i = 0, k = 0; i < y->comments.n; i++) { /* both in the order of the source */
        while (k + 1 < n && pages[k + 1].d->at.at <= y->comments.v[i].at.at) {
            k++;
        }
        place_comment(a, pages, n, k, &y->comments.v[i]);
    }
    struct cf_buf b = cf_buf_new(a, (size_t)CF_MAX_SOURCE_BYTES * 4);
    put_pages(&b, pages, n, y->source->text);
    return text_end(&b);
}
