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

struct cf_str cf_base64(struct cf_arena *a, const void *p, size_t n) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *bytes = p;
    char *text = cf_alloc_n(a, n / 3 + 2, 4);
    size_t out = 0;
    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t three = (uint32_t)bytes[i] << 16;
        three |= have > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        three |= have > 2 ? (uint32_t)bytes[i + 2] : 0;
        text[out++] = digits[three >> 18];
        text[out++] = digits[(three >> 12) & 63];
        text[out++] = '=';
        text[out++] = '=';
        if (have > 1) {
            text[out - 2] = digits[(three >> 6) & 63];
        }
        if (have > 2) {
            text[out - 1] = digits[three & 63];
        }
    }
    return (struct cf_str){.p = text, .n = out};
}

static int base64_value(char c) {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One text for one value: full padding, and no bits set that would be thrown away. */
bool cf_unbase64(struct cf_arena *a, struct cf_str s, struct cf_str *out) {
    if (s.n % 4 != 0) {
        return false;
    }
    size_t padding = s.n > 0 && s.p[s.n - 1] == '=' ? (s.p[s.n - 2] == '=' ? 2 : 1) : 0;
    char *bytes = cf_alloc(a, s.n / 4 * 3 + 1);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < s.n - padding; i++) {
        int value = base64_value(s.p[i]);
        if (value < 0) {
            return false;
        }
        bits = (bits << 6 | (uint32_t)value) & 0xffffff;
        have += 6;
        if (have >= 8) {
            have -= 8;
            bytes[n++] = (char)(bits >> have & 0xff);
        }
    }
    if ((bits & ((1u << have) - 1)) != 0) {
        return false;
    }
    *out = (struct cf_str){.p = bytes, .n = n};
    return true;
}

uint64_t cf_be_read(const uint8_t *p, unsigned bytes) {
    CF_ASSERT(bytes >= 1 && bytes <= 8);
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; i++) {
        v = v << 8 | p[i];
    }
    return v;
}
