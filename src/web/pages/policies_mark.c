/* policies_mark: the text of a declaration as HTML. Words of the language, quoted words, comments, values to verify, citations
 * and names that are declared elsewhere are told apart by class and by weight or slant, never by colour alone. It reads words
 * alone: what they mean is the checker's. Must not know what any policy is about. */
#include "web/pages/policies.h"

/* Words that begin a clause, longest first where one begins another. */
static const char *const clauses[] = {"after breach of",
                                      "outside hours of",
                                      "lawful use of",
                                      "departure needs",
                                      "protected as",
                                      "counting from",
                                      "granted when",
                                      "not counting",
                                      "extended by",
                                      "escalate to",
                                      "followed by",
                                      "decided by",
                                      "decided in",
                                      "median of",
                                      "percentile",
                                      "void when",
                                      "in force",
                                      "keyed by",
                                      "seen for",
                                      "share of",
                                      "count of",
                                      "boroughs",
                                      "otherwise",
                                      "absolute",
                                      "includes",
                                      "purposes",
                                      "complete",
                                      "open when",
                                      "part of",
                                      "rate of",
                                      "done by",
                                      "void by",
                                      "compare",
                                      "ordered",
                                      "purpose",
                                      "within",
                                      "serves",
                                      "closes",
                                      "fields",
                                      "levels",
                                      "before",
                                      "escalate",
                                      "expect",
                                      "owner",
                                      "cites",
                                      "gives",
                                      "about",
                                      "opens",
                                      "where",
                                      "needs",
                                      "after",
                                      "basis",
                                      "while",
                                      "held",
                                      "base",
                                      "plus",
                                      "from",
                                      "warn",
                                      "each",
                                      "take",
                                      "rank",
                                      "kind",
                                      "sees",
                                      "open",
                                      "when",
                                      "act",
                                      "aim",
                                      "may",
                                      "for",
                                      "of",
                                      "to",
                                      "in",
                                      "by",
                                      "at"};

struct marking {
    struct web_request *q;
    const struct lang_set *set;
    const struct lang_decl *d;
    struct cf_buf *b;
    struct cf_str line;
    size_t at;
    bool citing; /* what follows may be keys of sources */
    bool rows;   /* the line is a row whose first word is a name of its own */
    bool first;  /* no word of the line was written yet */
    char before; /* the last character that is no blank */
    struct cf_str word_before;
};

static bool word_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool starts_word(struct cf_str s, size_t at, const char *word) {
    size_t n = strlen(word);
    return s.n - at >= n && memcmp(s.p + at, word, n) == 0 && (at + n == s.n || !word_char(s.p[at + n]));
}

static void span(struct marking *m, const char *class, struct cf_str s) {
    cf_buf_printf(m->b, "<span class=\"%s\">", class);
    html_text(m->b, s);
    cf_buf_lit(m->b, "</span>");
}

static void put_text(struct marking *m, size_t to, const char *class) {
    struct cf_str s = cf_str_slice(m->line, m->at, to);
    span(m, class, s);
    m->before = s.n ? s.p[s.n - 1] : m->before;
    m->at = to;
}

static size_t end_of_quoted(struct cf_str s, size_t at) {
    for (size_t i = at + 1; i < s.n; i++) {
        if (s.p[i] == '\\') {
            i++;
        } else if (s.p[i] == '"') {
            return i + 1;
        }
    }
    return s.n;
}

static bool is_source(const struct marking *m, struct cf_str word) {
    const struct lang_policy *y = &m->d->policy->as.policy;
    for (size_t i = 0; i < y->cites.n; i++) {
        if (cf_str_eq(y->cites.v[i].key.text, word)) {
            return true;
        }
    }
    return false;
}

/* A name that leads to its declaration; NULL: it does not, or it may be something else (a field, a code) of that name. */
static const struct lang_decl *leads_to(const struct marking *m, struct cf_str word) {
    bool own = (m->rows && m->first) || m->before == '.' || m->before == '=';
    bool example = m->d->kind == LANG_EXAMPLE;
    static const char *const heads[] = {"expect", "no", "breach", "kept", "sent", "acknowledged"};
    bool headed = m->first;
    for (size_t i = 0; example && i < CF_COUNT(heads); i++) {
        headed = headed || cf_str_is(m->word_before, heads[i]);
    }
    const struct lang_decl *to = own || (example && !headed) ? NULL : cf_map_get(m->set->by_name, word);
    return to && to->kind != LANG_POLICY && to->at.src && !cf_str_eq(to->name.text, m->d->name.text) ? to : NULL;
}

static void put_word(struct marking *m) {
    size_t end = m->at;
    while (end < m->line.n && word_char(m->line.p[end])) {
        end++;
    }
    struct cf_str word = cf_str_slice(m->line, m->at, end);
    const struct lang_decl *to = NULL;
    bool number = word.p[0] >= '0' && word.p[0] <= '9';
    if (m->citing && is_source(m, word)) {
        cf_buf_printf(m->b, "<a class=\"cf-code-cite\" href=\"#source-%.*s\">", CF_STR_ARG(word));
        html_text(m->b, word);
        cf_buf_lit(m->b, "</a>");
    } else if (!number && !m->citing && (to = leads_to(m, word)) != NULL) {
        cf_buf_lit(m->b, "<a class=\"cf-code-name\" href=\"");
        html_url(m->b, policies_decl_url(m->q, to));
        cf_buf_lit(m->b, "\">");
        html_text(m->b, word);
        cf_buf_lit(m->b, "</a>");
    } else {
        html_text(m->b, word);
    }
    m->first = m->first && number; /* the first word of an example's line comes after its time */
    m->before = word.p[word.n - 1];
    m->word_before = word;
    m->at = end;
}

/* What begins the line: the declaration's own word, or the word of a clause. */
static void put_head(struct marking *m, bool *rows) {
    size_t indent = 0;
    while (indent < m->line.n && m->line.p[indent] == ' ') {
        indent++;
    }
    html_text(m->b, cf_str_slice(m->line, 0, indent));
    m->at = indent;
    if (indent == 0) {
        size_t end = 0;
        while (end < m->line.n && word_char(m->line.p[end])) {
            end++;
        }
        put_text(m, end, "cf-code-decl");
        *rows = m->d->kind == LANG_CODES || m->d->kind == LANG_TABLE;
        m->citing = false;
        m->rows = true; /* the declaration's own name */
        return;
    }
    m->rows = *rows;
    bool head = m->d->kind != LANG_CODES && m->d->kind != LANG_TABLE && !(*rows && indent > 4);
    for (size_t i = 0; head && i < CF_COUNT(clauses); i++) {
        if (starts_word(m->line, indent, clauses[i])) {
            put_text(m, indent + strlen(clauses[i]), "cf-code-word");
            *rows = !strcmp(clauses[i], "fields") || !strcmp(clauses[i], "levels");
            m->rows = false;
            m->citing = !strcmp(clauses[i], "cites") || !strcmp(clauses[i], "lawful use of") || !strcmp(clauses[i], "basis");
            return;
        }
    }
}

static void put_line(struct marking *m, bool *rows) {
    m->at = 0;
    m->first = true;
    m->before = ' ';
    m->word_before = CF_LIT("");
    put_head(m, rows);
    while (m->at < m->line.n) {
        char c = m->line.p[m->at];
        if (c == '#') {
            put_text(m, m->line.n, "cf-code-note");
        } else if (c == '"') {
            put_text(m, end_of_quoted(m->line, m->at), "cf-code-text");
        } else if (starts_word(m->line, m->at, "to verify")) {
            put_text(m, m->at + strlen("to verify"), "cf-code-verify");
            m->citing = m->d->kind == LANG_SETTING;
        } else if (m->d->kind == LANG_SETTING && starts_word(m->line, m->at, "confirmed")) {
            put_text(m, m->at + strlen("confirmed"), "cf-code-word");
            m->citing = true;
        } else if (word_char(c)) {
            put_word(m);
        } else {
            html_text(m->b, cf_str_slice(m->line, m->at, m->at + 1));
            m->before = c == ' ' ? m->before : c;
            m->first = m->first && (c == ' ' || c == '-' || c == ':');
            m->at++;
        }
    }
}

void policies_mark(struct web_request *q, const struct lang_decl *d, struct cf_str text, struct cf_buf *b) {
    struct marking m = {.q = q, .set = desk_set(q->desk), .d = d, .b = b};
    bool rows = false;
    while (cf_str_split(&text, '\n', &m.line)) {
        cf_buf_lit(b, "<span class=\"cf-line\">"); /* so that a long line hangs, where it is wrapped */
        put_line(&m, &rows);
        cf_buf_lit(b, "\n</span>");
    }
}
