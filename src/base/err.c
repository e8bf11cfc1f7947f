/* Errors: the sink, and the two ways of showing one: lines for a terminal, an object for a program.
 * Knows codes and places, not what any error means. */
#include "base/base.h"

struct code {
    const char *name, *summary, *hint;
    enum cf_kind kind;
};

static const struct code codes[CF_CODE_COUNT] = {
    [CF_OK] = {"CF-OK", "no error", "", CF_NOTE},
#define CF_ERR(code, kind, summary, hint) [CF_##code] = {"CF-" #code, summary, hint, CF_##kind},
#include "base/errors.def"
#undef CF_ERR
};

static const struct code *code_of(enum cf_code code) {
    CF_ASSERT((unsigned)code < CF_CODE_COUNT);
    return &codes[code];
}

const char *cf_code_name(enum cf_code code) {
    return code_of(code)->name;
}

const char *cf_code_summary(enum cf_code code) {
    return code_of(code)->summary;
}

const char *cf_code_hint(enum cf_code code) {
    return code_of(code)->hint;
}

enum cf_kind cf_code_kind(enum cf_code code) {
    return code_of(code)->kind;
}

const char *cf_kind_name(enum cf_kind kind) {
    switch (kind) {
    case CF_SYNTAX: return "syntax";
    case CF_MEANING: return "meaning";
    case CF_NOT_FOUND: return "not found";
    case CF_REFUSED: return "refused";
    case CF_CONFLICT: return "conflict";
    case CF_TOO_BIG: return "too big";
    case CF_BUSY: return "busy";
    case CF_BROKEN: return "broken";
    case CF_USAGE: return "usage";
    case CF_NOTE: return "note";
    }
    CF_NEVER("a kind without a name");
}

struct cf_errs cf_errs_new(struct cf_arena *a) {
    return (struct cf_errs){.arena = a};
}

CF_PRINTF(3, 0)
static void add(struct cf_errs *e, struct cf_err err, const char *fmt, va_list ap) {
    size_t kept = err.warning ? e->warnings : e->n - e->warnings;
    e->dropped = kept >= CF_MAX_ERRORS;
    if (e->dropped) {
        return;
    }
    err.msg = cf_str_vprintf(e->arena, fmt, ap);
    err.hint = cf_str_from(code_of(err.code)->hint);
    *cf_push(e->arena, e) = err;
    e->warnings += err.warning ? 1 : 0;
}

bool cf_fail(struct cf_errs *e, enum cf_code code, struct cf_span at, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    add(e, (struct cf_err){.code = code, .at = at}, fmt, ap);
    va_end(ap);
    e->failures++;
    return false;
}

void cf_warn(struct cf_errs *e, enum cf_code code, struct cf_span at, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    add(e, (struct cf_err){.code = code, .at = at, .warning = true}, fmt, ap);
    va_end(ap);
}

void cf_hint(struct cf_errs *e, const char *fmt, ...) {
    if (e->dropped || e->n == 0) {
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    e->v[e->n - 1].hint = cf_str_vprintf(e->arena, fmt, ap);
    va_end(ap);
}

void cf_second(struct cf_errs *e, struct cf_span at, const char *fmt, ...) {
    if (e->dropped || e->n == 0) {
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    e->v[e->n - 1].note = cf_str_vprintf(e->arena, fmt, ap);
    e->v[e->n - 1].note_at = at;
    va_end(ap);
}

/* ---- Places. */

static bool starts_character(char c) {
    return ((uint8_t)c & 0xc0) != 0x80;
}

static size_t count_characters(struct cf_str s) {
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        n += starts_character(s.p[i]) ? 1 : 0;
    }
    return n;
}

void cf_span_line(struct cf_span at, size_t *line, size_t *column, struct cf_str *text) {
    struct cf_str all = at.src == NULL ? (struct cf_str){0} : at.src->text;
    size_t place = at.at < all.n ? at.at : all.n;
    size_t start = 0;
    *line = at.src == NULL ? 0 : 1;
    for (size_t i = 0; i < place; i++) {
        if (all.p[i] == '\n') {
            *line += 1;
            start = i + 1;
        }
    }
    struct cf_str from = cf_str_slice(all, start, all.n);
    size_t end = from.n;
    (void)cf_str_find(from, '\n', &end);
    *text = cf_str_slice(from, 0, end);
    if (text->n > 0 && text->p[text->n - 1] == '\r') {
        text->n--;
    }
    *column = at.src == NULL ? 0 : 1 + count_characters(cf_str_slice(all, start, place));
}

/* ---- For a terminal. */

#define LINE_INDENT "    "
#define SHOWN_BEFORE 60u /* bytes of a very long line shown before the marked place, and in all */
#define SHOWN_IN_ALL 160u

/* What is shown of a line: all of it, or a window round the place when it is very long. */
struct window {
    struct cf_str text;
    size_t at; /* of the marked place, in text */
    bool cut_before, cut_after;
};

static struct window window_of(struct cf_str line, size_t at) {
    if (line.n <= SHOWN_IN_ALL) {
        return (struct window){.text = line, .at = at};
    }
    size_t from = at > SHOWN_BEFORE ? at - SHOWN_BEFORE : 0;
    while (from > 0 && from < line.n && !starts_character(line.p[from])) {
        from--;
    }
    size_t to = from + SHOWN_IN_ALL < line.n ? from + SHOWN_IN_ALL : line.n;
    while (to < line.n && !starts_character(line.p[to])) {
        to++;
    }
    return (struct window){cf_str_slice(line, from, to), at - from, from > 0, to < line.n};
}

/* Text from a file never drives the terminal: control characters and broken UTF-8 are shown as U+FFFD. */
static void add_shown(struct cf_buf *b, struct cf_str s) {
    size_t bad = 0;
    while (s.n > 0) {
        if (cf_utf8_valid(s, &bad)) {
            bad = s.n;
        }
        for (size_t i = 0; i < bad; i++) {
            bool control = ((uint8_t)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f;
            bool c1 = i + 1 < bad && (uint8_t)s.p[i] == 0xc2 && (uint8_t)s.p[i + 1] < 0xa0; /* U+0080 to U+009F */
            if (control || c1) {
                cf_buf_lit(b, "\xef\xbf\xbd");
                i += c1 ? 1 : 0;
            } else {
                cf_buf_byte(b, (uint8_t)s.p[i]);
            }
        }
        if (bad < s.n) {
            cf_buf_lit(b, "\xef\xbf\xbd");
            bad++;
        }
        s = cf_str_slice(s, bad, s.n);
    }
}

static void add_marker(struct cf_buf *b, struct window w, size_t length) {
    cf_buf_lit(b, LINE_INDENT);
    cf_buf_lit(b, w.cut_before ? " " : "");
    for (size_t i = 0; i < w.at && i < w.text.n; i++) {
        if (starts_character(w.text.p[i])) {
            cf_buf_byte(b, w.text.p[i] == '\t' ? '\t' : ' ');
        }
    }
    cf_buf_byte(b, '^');
    size_t marked = count_characters(cf_str_slice(w.text, w.at, w.at + length));
    for (size_t i = 1; i < marked; i++) {
        cf_buf_byte(b, '~');
    }
    cf_buf_byte(b, '\n');
}

static void add_marked_line(struct cf_buf *b, struct cf_span at) {
    if (at.src == NULL || at.src->text.n == 0) {
        return;
    }
    size_t line = 0, column = 0;
    struct cf_str text;
    cf_span_line(at, &line, &column, &text);
    size_t place = at.at < at.src->text.n ? at.at : at.src->text.n;
    size_t in_line = place - (size_t)(text.p - at.src->text.p);
    struct window w = window_of(text, in_line < text.n ? in_line : text.n);
    cf_buf_lit(b, LINE_INDENT);
    cf_buf_lit(b, w.cut_before ? "…" : "");
    add_shown(b, w.text);
    cf_buf_lit(b, w.cut_after ? "…\n" : "\n");
    add_marker(b, w, at.n);
}

static void add_place(struct cf_buf *b, struct cf_span at) {
    if (at.src == NULL) {
        return;
    }
    add_shown(b, at.src->name);
    if (at.src->text.p != NULL) {
        size_t line = 0, column = 0;
        struct cf_str text;
        cf_span_line(at, &line, &column, &text);
        cf_buf_printf(b, ":%zu:%zu", line, column);
    }
    cf_buf_lit(b, ": ");
}

void cf_err_text(struct cf_buf *b, const struct cf_err *e) {
    add_place(b, e->at);
    cf_buf_printf(b, "%s %s: ", e->warning ? "warning" : "error", cf_code_name(e->code));
    add_shown(b, e->msg);
    cf_buf_byte(b, '\n');
    add_marked_line(b, e->at);
    if (e->note.n > 0) {
        cf_buf_lit(b, "  ");
        add_place(b, e->note_at);
        cf_buf_lit(b, "note: ");
        add_shown(b, e->note);
        cf_buf_byte(b, '\n');
        add_marked_line(b, e->note_at);
    }
    if (e->hint.n > 0) {
        cf_buf_lit(b, "  hint: ");
        add_shown(b, e->hint);
        cf_buf_byte(b, '\n');
    }
}

void cf_errs_print(FILE *f, const struct cf_errs *e) {
    struct cf_arena *a = cf_arena_new("errors shown");
    struct cf_buf b = cf_buf_new(a, SIZE_MAX);
    for (size_t i = 0; i < e->n; i++) {
        cf_err_text(&b, &e->v[i]);
    }
    size_t kept = e->n - e->warnings;
    if (e->failures > kept) {
        cf_buf_printf(&b, "and %zu more error%s\n", e->failures - kept, e->failures - kept == 1 ? "" : "s");
    }
    fwrite(b.p == NULL ? "" : b.p, 1, b.n, f);
    cf_arena_free(a);
}

/* ---- For a program. */

static void json_place(struct cf_buf *b, struct cf_span at) {
    size_t line = 0, column = 0;
    struct cf_str text;
    cf_span_line(at, &line, &column, &text);
    cf_buf_lit(b, ",\"path\":");
    cf_json_str(b, at.src == NULL ? CF_LIT("") : at.src->name);
    cf_buf_printf(b, ",\"line\":%zu,\"column\":%zu", line, column);
}

void cf_err_json(struct cf_buf *b, const struct cf_err *e) {
    cf_buf_printf(b, "{\"code\":\"%s\",\"kind\":\"%s\"", cf_code_name(e->code), cf_kind_name(cf_code_kind(e->code)));
    cf_buf_printf(b, ",\"warning\":%s,\"message\":", e->warning ? "true" : "false");
    cf_json_str(b, e->msg);
    cf_buf_lit(b, ",\"hint\":");
    cf_json_str(b, e->hint);
    json_place(b, e->at);
    if (e->note.n > 0) {
        cf_buf_lit(b, ",\"note\":{\"message\":");
        cf_json_str(b, e->note);
        json_place(b, e->note_at);
        cf_buf_byte(b, '}');
    }
    cf_buf_byte(b, '}');
}

/* ---- Did you mean. */

struct cf_str cf_nearest(struct cf_str wrong, const struct cf_str *names, size_t n) {
    size_t at_most = wrong.n / 3 > 1 ? wrong.n / 3 : 1;
    struct cf_str best = CF_LIT("");
    for (size_t i = 0; i < n; i++) {
        size_t d = cf_str_distance(wrong, names[i], at_most);
        if (d <= at_most) {
            best = names[i];
            if (d == 0) {
                break;
            }
            at_most = d - 1; /* only a nearer one is better: the first of equals stands */
        }
    }
    return best;
}
