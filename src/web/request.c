/* request: reads what came in: forms, queries, cookies, percent signs; and answers the questions that pages ask of a request.
 * Must not know routes, sessions or sockets. What cannot be read is refused in words, never guessed at. */
#include "web/priv.h"

bool web_text_ok(struct cf_str s, const char *what, struct cf_errs *errs) {
    if (!cf_utf8_valid(s, NULL)) {
        return cf_fail(errs, CF_W002, CF_NOWHERE, "%s is not UTF-8 text", what);
    }
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 127) {
            return cf_fail(errs, CF_W002, CF_NOWHERE, "%s holds a control character", what);
        }
    }
    return true;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool web_percent(struct cf_arena *a, struct cf_str s, bool plus, struct cf_str *out, struct cf_errs *errs) {
    char *p = cf_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '%') {
            p[n++] = (char)(plus && s.p[i] == '+' ? ' ' : s.p[i]);
            continue;
        }
        int high = s.n - i > 2 ? hex_digit(s.p[i + 1]) : -1;
        int low = s.n - i > 2 ? hex_digit(s.p[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return cf_fail(errs, CF_W002, CF_NOWHERE, "a `%%` is not followed by two hexadecimal digits");
        }
        p[n++] = (char)(high * 16 + low);
        i += 2;
    }
    *out = (struct cf_str){p, n};
    return true;
}

bool web_read_form(struct cf_arena *a, struct cf_str s, const char *what, struct web_pairs *out, struct cf_errs *errs) {
    struct cf_str piece;
    while (s.n > 0 && cf_str_split(&s, '&', &piece)) {
        if (piece.n == 0) {
            continue;
        }
        if (out->n >= CF_MAX_WEB_FIELDS) {
            return cf_fail(errs, CF_W003, CF_NOWHERE, "%s has more than %d fields", what, CF_MAX_WEB_FIELDS);
        }
        size_t eq;
        struct cf_str name = piece, value = {0};
        if (cf_str_find(piece, '=', &eq)) {
            name = cf_str_slice(piece, 0, eq);
            value = cf_str_slice(piece, eq + 1, piece.n);
        }
        struct web_pair pair;
        if (!web_percent(a, name, true, &pair.name, errs) || !web_percent(a, value, true, &pair.value, errs) ||
            !web_text_ok(pair.name, what, errs) || !web_text_ok(pair.value, what, errs)) {
            return false;
        }
        if (pair.name.n > CF_MAX_NAME_BYTES * 4) {
            return cf_fail(errs, CF_W003, CF_NOWHERE, "%s has a field whose name is too long", what);
        }
        *cf_push(a, out) = pair;
    }
    return true;
}

/* A damaged cookie is dropped, not refused: other software of the same host may have set it, and nobody could mend it. */
bool web_read_cookies(struct cf_arena *a, struct cf_str s, struct web_pairs *out, struct cf_errs *errs) {
    struct cf_str piece;
    while (s.n > 0 && cf_str_split(&s, ';', &piece)) {
        size_t eq;
        piece = cf_str_trim(piece);
        if (out->n >= CF_MAX_WEB_COOKIES) {
            return cf_fail(errs, CF_W003, CF_NOWHERE, "more than %d cookies came with the request", CF_MAX_WEB_COOKIES);
        }
        if (!cf_str_find(piece, '=', &eq) || eq == 0) {
            continue;
        }
        bool plain = true;
        for (size_t i = 0; i < piece.n; i++) {
            plain = plain && piece.p[i] > ' ' && piece.p[i] < 127;
        }
        if (plain) {
            *cf_push(a, out) = (struct web_pair){cf_str_slice(piece, 0, eq), cf_str_slice(piece, eq + 1, piece.n)};
        }
    }
    return true;
}

/* ---- What pages ask. */

struct cf_str web_pair_of(const struct web_pairs *pairs, const char *name) {
    for (size_t i = 0; i < pairs->n; i++) {
        if (cf_str_is(pairs->v[i].name, name)) {
            return pairs->v[i].value;
        }
    }
    return (struct cf_str){0};
}

struct cf_str web_param(const struct web_request *q, const char *name) {
    return web_pair_of(&q->params, name);
}

struct cf_str web_query(const struct web_request *q, const char *name) {
    return web_pair_of(&q->query, name);
}

struct cf_str web_field(const struct web_request *q, const char *name) {
    return web_pair_of(&q->form, name);
}

struct cf_str web_cookie(const struct web_request *q, const char *name) {
    return web_pair_of(&q->cookies, name);
}

size_t web_fields(const struct web_request *q, const char *name) {
    size_t n = 0;
    for (size_t i = 0; i < q->form.n; i++) {
        n += cf_str_is(q->form.v[i].name, name);
    }
    return n;
}

bool web_field_given(const struct web_request *q, const char *name) {
    return web_fields(q, name) > 0;
}

struct cf_str web_field_at(const struct web_request *q, const char *name, size_t at) {
    for (size_t i = 0; i < q->form.n; i++) {
        if (cf_str_is(q->form.v[i].name, name) && at-- == 0) {
            return q->form.v[i].value;
        }
    }
    return (struct cf_str){0};
}

int64_t web_query_whole(const struct web_request *q, const char *name, int64_t least, int64_t most, int64_t otherwise) {
    int64_t n = otherwise;
    if (!cf_str_int(web_query(q, name), &n)) {
        return otherwise;
    }
    return n < least ? least : n > most ? most : n;
}

bool web_param_id(const struct web_request *q, const char *name, struct cf_id *id, struct cf_errs *errs) {
    if (!cf_unhex(web_param(q, name), id->b, sizeof id->b)) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such page, or it is not yours to see");
    }
    return true;
}

void web_flaw(struct web_request *q, const char *field, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct web_flaw flaw = {.field = cf_str_from(field), .words = cf_str_vprintf(q->arena, fmt, ap)};
    va_end(ap);
    *cf_push(q->arena, &q->flaws) = flaw;
}

struct cf_str web_flaw_of(const struct web_request *q, const char *field) {
    for (size_t i = 0; i < q->flaws.n; i++) {
        if (cf_str_is(q->flaws.v[i].field, field)) {
            return q->flaws.v[i].words;
        }
    }
    return (struct cf_str){0};
}

/* ---- Addresses and times. */

struct cf_str web_url(const struct web_request *q, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct cf_str s = cf_str_vprintf(q->arena, fmt, ap);
    va_end(ap);
    return s;
}

struct cf_str web_url_escape(struct cf_arena *a, struct cf_str s) {
    struct cf_buf b = cf_buf_new(a, s.n * 3 + 1);
    html_url_part(&b, s);
    return (struct cf_str){b.p, b.n};
}

struct cf_str web_id_text(const struct web_request *q, struct cf_id id) {
    return cf_hex(q->arena, id.b, sizeof id.b);
}

struct web_html web_time(const struct web_request *q, int64_t at) {
    struct cf_buf b = cf_buf_new(q->arena, 512);
    html_time(&b, q->zone, at);
    return html_done(&b);
}

struct web_html web_due(const struct web_request *q, int64_t at) {
    struct cf_buf b = cf_buf_new(q->arena, 512);
    html_due(&b, q->zone, at);
    return html_done(&b);
}

struct web_html web_ago(const struct web_request *q, int64_t at) {
    struct cf_buf b = cf_buf_new(q->arena, 512);
    html_ago(&b, q->zone, at, q->now);
    return html_done(&b);
}
