/* Buffers: bytes that grow in an arena up to a maximum; and JSON text, which every room writes. */
#include "base/base.h"

struct cf_buf cf_buf_new(struct cf_arena *a, size_t max) {
    return (struct cf_buf){.arena = a, .max = max};
}

/* Makes room for n more bytes; false, for good, if that would pass the maximum. */
static bool reserve(struct cf_buf *b, size_t n) {
    if (b->failed || n > b->max - b->n) {
        b->failed = true;
        return false;
    }
    if (n <= b->cap - b->n) {
        return true;
    }
    size_t cap = b->cap < 128 ? 256 : b->cap * 2;
    cap = cap < b->n + n ? b->n + n : cap;
    char *grown = cf_alloc(b->arena, cap);
    if (b->n > 0) {
        memcpy(grown, b->p, b->n);
    }
    b->p = grown;
    b->cap = cap;
    return true;
}

void cf_buf_add(struct cf_buf *b, const void *p, size_t n) {
    if (n > 0 && reserve(b, n)) {
        memcpy(b->p + b->n, p, n);
        b->n += n;
    }
}

void cf_buf_str(struct cf_buf *b, struct cf_str s) {
    cf_buf_add(b, s.p, s.n);
}

void cf_buf_lit(struct cf_buf *b, const char *cstr) {
    cf_buf_add(b, cstr, strlen(cstr));
}

void cf_buf_byte(struct cf_buf *b, uint8_t c) {
    cf_buf_add(b, &c, 1);
}

void cf_buf_printf(struct cf_buf *b, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    CF_ASSERT(n >= 0);
    /* vsnprintf writes a NUL behind the text: it gets room beyond the maximum, and is not counted. */
    size_t max = b->max;
    if (!b->failed && (size_t)n <= max - b->n) {
        b->max = max == SIZE_MAX ? max : max + 1;
        if (reserve(b, (size_t)n + 1)) {
            vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
            b->n += (size_t)n;
        }
        b->max = max;
    } else {
        b->failed = true;
    }
    va_end(again);
    va_end(ap);
}

void cf_buf_be(struct cf_buf *b, uint64_t v, unsigned bytes) {
    CF_ASSERT(bytes >= 1 && bytes <= 8);
    CF_ASSERT(bytes == 8 || v >> (8 * bytes) == 0);
    for (unsigned i = bytes; i-- > 0;) {
        cf_buf_byte(b, (uint8_t)(v >> (8 * i)));
    }
}

bool cf_buf_finish(struct cf_buf *b, struct cf_str *out) {
    if (b->failed) {
        return false;
    }
    *out = (struct cf_str){.p = b->p == NULL ? "" : b->p, .n = b->n};
    return true;
}

static const char *json_escape(char c) {
    switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
    }
}

static void json_piece(struct cf_buf *b, struct cf_str s) {
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *escape = json_escape(s.p[i]);
        if (escape == NULL && (uint8_t)s.p[i] >= 0x20) {
            continue;
        }
        cf_buf_str(b, cf_str_slice(s, from, i));
        from = i + 1;
        if (escape != NULL) {
            cf_buf_lit(b, escape);
        } else {
            cf_buf_printf(b, "\\u%04x", (unsigned)(uint8_t)s.p[i]);
        }
    }
    cf_buf_str(b, cf_str_slice(s, from, s.n));
}

/* Bytes that are not UTF-8 become U+FFFD: the output is always JSON, whatever came in. */
void cf_json_str(struct cf_buf *b, struct cf_str s) {
    cf_buf_byte(b, '"');
    size_t bad = 0;
    while (!cf_utf8_valid(s, &bad)) {
        json_piece(b, cf_str_slice(s, 0, bad));
        cf_buf_lit(b, "\xef\xbf\xbd");
        s = cf_str_slice(s, bad + 1, s.n);
    }
    json_piece(b, s);
    cf_buf_byte(b, '"');
}
