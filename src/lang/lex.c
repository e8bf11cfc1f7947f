/* lex: cuts the text of a policy into tokens, and keeps its comments with their places. Lines and their indent are tokens.
 * Must not know what any word means: a name is whatever the parser finds where a name may stand. */
#include "lang/lang_priv.h"

struct lexer {
    struct cf_arena *a;
    const struct cf_source *src;
    struct cf_errs *errs;
    struct lang_tokens *out;
    struct lang_comments *comments;
    const char *p;
    uint32_t n, i, line; /* line: where the present line begins */
    bool fresh;          /* nothing of the present line has been read yet */
};

static struct cf_span place(const struct lexer *x, uint32_t at, uint32_t n) {
    return (struct cf_span){.src = x->src, .at = at, .n = n};
}

static char char_at(const struct lexer *x, uint32_t i) {
    return i < x->n ? x->p[i] : '\0';
}
static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool digits_at(const struct lexer *x, uint32_t i, uint32_t n) {
    for (uint32_t k = 0; k < n; k++) {
        if (!is_digit(char_at(x, i + k))) {
            return false;
        }
    }
    return true;
}

static struct lang_token *token(struct lexer *x, enum lang_token_kind kind, uint32_t at, uint32_t n) {
    struct lang_token *t = cf_push(x->a, x->out);
    t->kind = (uint8_t)kind;
    t->at = at;
    t->n = n;
    t->column = at - x->line;
    t->text = (struct cf_str){x->p + at, n};
    t->den = 1;
    x->i = at + n;
    return t;
}

/* Bytes of the letter at i: ASCII, or a Latin letter with a mark, as in Zoë (U+00C0 to U+024F but × and ÷); 0: no letter. */
static uint32_t letter_bytes(const struct lexer *x, uint32_t i) {
    char c = char_at(x, i);
    if (is_letter(c)) {
        return 1;
    }
    unsigned lead = (unsigned char)c;
    if (lead < 0xC3 || lead > 0xC9) {
        return 0;
    }
    unsigned code = (lead & 0x1Fu) << 6 | ((unsigned char)char_at(x, i + 1) & 0x3Fu);
    return code < 0xC0 || code > 0x24F || code == 0xD7 || code == 0xF7 ? 0 : 2;
}

/* word = letter (letter | digit)* */
static void lex_word(struct lexer *x) {
    uint32_t at = x->i, end = at;
    for (uint32_t step = letter_bytes(x, end); step != 0 || is_digit(char_at(x, end)); step = letter_bytes(x, end)) {
        end += step != 0 ? step : 1;
    }
    if (end - at > CF_MAX_NAME_BYTES) {
        cf_fail(x->errs, CF_L006, place(x, at, end - at), "a name of %u characters; at most %d are allowed", end - at,
                (int)CF_MAX_NAME_BYTES);
    }
    token(x, LANG_TK_WORD, at, end - at);
}

static int64_t number_at(const struct lexer *x, uint32_t i, uint32_t n) {
    int64_t v = 0;
    for (uint32_t k = 0; k < n; k++) {
        v = v * 10 + (char_at(x, i + k) - '0');
    }
    return v;
}

/* date = YYYY-MM-DD; false if no date stands here */
static bool lex_date(struct lexer *x) {
    uint32_t at = x->i;
    if (!digits_at(x, at, 4) || char_at(x, at + 4) != '-' || !digits_at(x, at + 5, 2) || char_at(x, at + 7) != '-' ||
        !digits_at(x, at + 8, 2) || is_digit(char_at(x, at + 10))) {
        return false;
    }
    int64_t year = number_at(x, at, 4), month = number_at(x, at + 5, 2), day = number_at(x, at + 8, 2);
    struct lang_token *t = token(x, LANG_TK_DATE, at, 10);
    if (cf_date_valid(year, month, day)) {
        t->num = cf_day_of((int32_t)year, (int)month, (int)day);
    } else {
        cf_fail(x->errs, CF_L008, place(x, at, 10), "there is no day `%.*s`", CF_STR_ARG(t->text));
    }
    return true;
}

/* period = YYYY-Qn | YYYY-MM | YYYY-Wnn */
static bool lex_period(struct lexer *x) {
    uint32_t at = x->i;
    if (!digits_at(x, at, 4) || char_at(x, at + 4) != '-') {
        return false;
    }
    char c = char_at(x, at + 5);
    uint32_t n = 0;
    if (c == 'Q' && c != '\0' && digits_at(x, at + 6, 1)) {
        n = 7;
    } else if (c == 'W' && digits_at(x, at + 6, 2)) {
        n = 8;
    } else if (digits_at(x, at + 5, 2)) {
        n = 7;
    }
    if (n == 0 || is_digit(char_at(x, at + n)) || letter_bytes(x, at + n) != 0) {
        return false;
    }
    token(x, LANG_TK_PERIOD, at, n);
    return true;
}

/* clock = digits ":" two digits: a time of day, or hours and minutes left */
static bool lex_clock(struct lexer *x) {
    uint32_t at = x->i, n = 0;
    while (n < 5 && is_digit(char_at(x, at + n))) {
        n++;
    }
    if (n > 4 || char_at(x, at + n) != ':' || !digits_at(x, at + n + 1, 2)) {
        return false;
    }
    int64_t hours = number_at(x, at, n), minutes = number_at(x, at + n + 1, 2), seconds = 0;
    n += 3;
    if (char_at(x, at + n) == ':' && digits_at(x, at + n + 1, 2)) {
        seconds = number_at(x, at + n + 1, 2);
        n += 3;
    }
    struct lang_token *t = token(x, LANG_TK_CLOCK, at, n);
    t->num = hours * 3600 + minutes * 60 + seconds;
    if (minutes > 59 || seconds > 59) {
        cf_fail(x->errs, CF_L009, place(x, at, n), "there is no time `%.*s`", CF_STR_ARG(t->text));
    }
    return true;
}

/* number = digits ("," three digits)* ["." digits] ["%"]: 1,000 is one number, "1, 000" a list of two */
static void lex_number(struct lexer *x) {
    enum { MOST_DIGITS = 15 };
    uint32_t at = x->i, i = at, digits = 0, group = 0; /* group: digits since the last comma */
    int64_t num = 0, den = 1;
    bool point = false;
    for (;;) {
        char c = char_at(x, i);
        if (is_digit(c)) {
            digits++;
            group++;
            num = digits > MOST_DIGITS ? 0 : num * 10 + (c - '0');
            den = point && digits <= MOST_DIGITS ? den * 10 : den;
            i++;
        } else if (c == ',' && !point && group <= 3 && digits_at(x, i + 1, 3) && !is_digit(char_at(x, i + 4))) {
            group = 0;
            i++;
        } else if (c == '.' && !point && is_digit(char_at(x, i + 1))) {
            point = true;
            i++;
        } else {
            break;
        }
    }
    if (char_at(x, i) == '%') {
        i++;
        den *= 100;
    }
    struct lang_token *t = token(x, LANG_TK_NUMBER, at, i - at);
    t->num = num;
    t->den = den;
    if (digits > MOST_DIGITS) {
        cf_fail(x->errs, CF_L010, place(x, at, i - at), "a number of %u digits; at most %d are allowed", digits, MOST_DIGITS);
        t->num = 0;
        t->den = 1;
    }
}

/* text = '"' any but '"' and a new line, with \" and \\ '"' */
static void lex_text(struct lexer *x) {
    uint32_t at = x->i, i = at + 1;
    struct cf_buf b = cf_buf_new(x->a, CF_MAX_TEXT_BYTES);
    bool escaped = false;
    while (i < x->n && x->p[i] != '"' && x->p[i] != '\n') {
        if (x->p[i] == '\\') {
            char c = char_at(x, i + 1);
            if (c != '"' && c != '\\') {
                cf_fail(x->errs, CF_L011, place(x, i, 1), "a `\\` in a text before neither `\"` nor `\\`");
            } else {
                i++;
            }
            escaped = true;
        }
        cf_buf_add(&b, x->p + i, 1);
        i++;
    }
    bool closed = char_at(x, i) == '"';
    struct lang_token *t = token(x, LANG_TK_TEXT, at, i - at + (closed ? 1 : 0));
    struct cf_str unescaped;
    bool fits = cf_buf_finish(&b, &unescaped);
    t->text = escaped && fits ? unescaped : (struct cf_str){x->p + at + 1, i - at - 1};
    if (!closed) {
        cf_fail(x->errs, CF_L004, place(x, at, t->n), "a text that does not end on its line");
    } else if (!fits) {
        cf_fail(x->errs, CF_L005, place(x, at, t->n), "a text of %zu characters; at most %d are allowed", t->text.n,
                (int)CF_MAX_TEXT_BYTES);
    }
}

static void lex_comment(struct lexer *x) {
    uint32_t at = x->i, end = at;
    while (end < x->n && x->p[end] != '\n') {
        end++;
    }
    struct lang_comment *c = cf_push(x->a, x->comments);
    struct cf_str text = {x->p + at + 1, end - at - 1};
    while (text.n != 0 && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\r' || text.p[text.n - 1] == '\t')) {
        text.n--;
    }
    *c = (struct lang_comment){.text = text, .at = place(x, at, (uint32_t)text.n + 1), .alone = x->fresh};
    x->i = end;
}

/* A character outside strings and comments that nothing else begins with: one whole character, never half of one. */
static void lex_odd(struct lexer *x) {
    uint32_t n = 1;
    while (x->i + n < x->n && ((unsigned char)x->p[x->i + n] & 0xC0u) == 0x80u) {
        n++;
    }
    token(x, LANG_TK_ODD, x->i, n);
}

static void lex_mark(struct lexer *x) {
    static const struct {
        char text[3];
        uint8_t mark;
    } pairs[] = {{"<=", LANG_MARK_LE}, {">=", LANG_MARK_GE}, {"!=", LANG_MARK_NE}, {"<>", LANG_MARK_NE}};
    char c = char_at(x, x->i), d = char_at(x, x->i + 1);
    for (size_t k = 0; k < CF_COUNT(pairs); k++) {
        if (pairs[k].text[0] == c && pairs[k].text[1] == d) {
            token(x, LANG_TK_MARK, x->i, 2)->mark = pairs[k].mark;
            return;
        }
    }
    if (c != '\0' && strchr("()[],.=<>+-/", c) != NULL) {
        token(x, LANG_TK_MARK, x->i, 1)->mark = (uint8_t)c;
        return;
    }
    lex_odd(x);
}

/* Blanks at the start of a line are its indent; a tab there has no width that two editors agree on. */
static void lex_indent(struct lexer *x) {
    x->line = x->i;
    bool tab = false;
    uint32_t column = 0;
    while (char_at(x, x->i) == ' ' || char_at(x, x->i) == '\t') {
        tab = tab || x->p[x->i] == '\t';
        column += x->p[x->i] == '\t' ? 4 : 1; /* only so that the errors that follow make sense */
        x->i++;
    }
    char c = char_at(x, x->i);
    if (x->i >= x->n || c == '\n' || c == '\r' || c == '#') {
        return;
    }
    if (tab) {
        cf_fail(x->errs, CF_L007, place(x, x->line, x->i - x->line), "a tab in the indent of a line");
    }
    token(x, LANG_TK_LINE, x->i, 0)->column = column;
}

static void lex_one(struct lexer *x) {
    char c = x->p[x->i];
    if (c == '"') {
        lex_text(x);
    } else if (is_digit(c)) {
        if (!lex_date(x) && !lex_period(x) && !lex_clock(x)) {
            lex_number(x);
        }
    } else if (letter_bytes(x, x->i) != 0) {
        lex_word(x);
    } else if (c == ';') {
        token(x, LANG_TK_SEMI, x->i, 1);
    } else {
        lex_mark(x);
    }
}

void lang_lex(struct cf_arena *a, const struct cf_source *src, struct cf_errs *errs, struct lang_tokens *out,
              struct lang_comments *comments) {
    struct lexer x = {.a = a,
                      .src = src,
                      .errs = errs,
                      .out = out,
                      .comments = comments,
                      .p = src->text.p,
                      .n = (uint32_t)src->text.n,
                      .fresh = true};
    if (x.n >= 3 && memcmp(x.p, "\xEF\xBB\xBF", 3) == 0) { /* a byte order mark: some editors leave one */
        x.i = 3;
    }
    lex_indent(&x);
    while (x.i < x.n) {
        char c = x.p[x.i];
        if (c == '\n') {
            x.i++;
            x.fresh = true;
            lex_indent(&x);
        } else if (c == ' ' || c == '\t' || c == '\r') {
            x.i++;
        } else if (c == '#') {
            lex_comment(&x);
        } else {
            x.fresh = false;
            lex_one(&x);
        }
    }
    token(&x, LANG_TK_END, x.n, 0);
}
