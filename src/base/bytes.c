/* Bytes: identifiers, hexadecimal, base64, big-endian numbers. Knows no format that uses them. */
#include "base/base.h"

bool cf_id_eq(struct cf_id a, struct cf_id b) {
    return cf_id_cmp(a, b) == 0;
}

int cf_id_cmp(struct cf_id a, struct cf_id b) {
    return memcmp(a.b, b.b, sizeof(a.b));
}

bool cf_id_zero(struct cf_id a) {
    return cf_id_eq(a, (struct cf_id){.b = {0}});
}

struct cf_str cf_hex(struct cf_arena *a, const void *p, size_t n) {
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = p;
    char *text = cf_alloc_n(a, n + 1, 2);
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return (struct cf_str){.p = text, .n = 2 * n};
}

static int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool cf_unhex(struct cf_str s, uint8_t *out, size_t n) {
    if (s.n / 2 != n || s.n % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        int high = hex_value(s.p[2 * i]), low = hex_value(s.p[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* RFC 4648, sections 4 and 5; room for padding is left. */
static struct cf_str base64_of(struct cf_arena *a, const char *digits, const uint8_t *bytes, size_t n) {
    char *text = cf_alloc_n(a, n / 3 + 2, 4);
    size_t out = 0;
    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= have > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= have > 2 ? (uint32_t)bytes[i + 2] : 0;
        for (size_t j = 0; j <= have; j++) {
            text[out++] = digits[three >> (18 - 6 * j) & 63];
        }
    }
    return (struct cf_str){.p = text, .n = out};
}

struct cf_str cf_base64(struct cf_arena *a, const void *p, size_t n) {
    struct cf_str text = base64_of(a, base64_digits, p, n);
    char *end = (char *)(uintptr_t)text.p;
    while (text.n % 4 != 0) {
        end[text.n++] = '=';
    }
    return text;
}

struct cf_str cf_base64url(struct cf_arena *a, const void *p, size_t n) {
    return base64_of(a, base64url_digits, p, n);
}

static int base64_value(const char *digits, char c) {
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* One text for one value: no letter that stands for less than a byte, no bits set that would be thrown away. */
static bool base64_read(const char *digits, struct cf_str s, uint8_t *out, size_t *n) {
    uint32_t bits = 0;
    unsigned have = 0;
    *n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int value = base64_value(digits, s.p[i]);
        if (value < 0) {
            return false;
        }
        bits = (bits << 6 | (uint32_t)value) & 0xffffff;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[(*n)++] = (uint8_t)(bits >> have & 0xff);
        }
    }
    return have < 6 && (bits & ((1u << have) - 1)) == 0;
}

static bool base64_text(struct cf_arena *a, const char *digits, struct cf_str s, struct cf_str *out) {
    uint8_t *bytes = cf_alloc(a, s.n / 4 * 3 + 3);
    size_t n;
    if (!base64_read(digits, s, bytes, &n)) {
        return false;
    }
    *out = (struct cf_str){.p = (const char *)bytes, .n = n};
    return true;
}

bool cf_unbase64(struct cf_arena *a, struct cf_str s, struct cf_str *out) {
    if (s.n % 4 != 0) {
        return false;
    }
    size_t padding = s.n > 0 && s.p[s.n - 1] == '=' ? (s.p[s.n - 2] == '=' ? 2 : 1) : 0;
    return base64_text(a, base64_digits, cf_str_slice(s, 0, s.n - padding), out);
}

bool cf_unbase64url(struct cf_arena *a, struct cf_str s, struct cf_str *out) {
    return base64_text(a, base64url_digits, s, out);
}

bool cf_unbase64url_bytes(struct cf_str s, uint8_t *out, size_t n) {
    size_t got;
    return s.n == (n * 4 + 2) / 3 && base64_read(base64url_digits, s, out, &got);
}

uint64_t cf_be_read(const uint8_t *p, unsigned bytes) {
    CF_ASSERT(bytes >= 1 && bytes <= 8);
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; i++) {
        v = v << 8 | p[i];
    }
    return v;
}
