/* Strings: comparing, cutting, copying, numbers, edit distance, UTF-8. Knows no meaning of what it cuts. */
#include "base/base.h"

struct cf_str cf_str_from(const char *cstr) {
    return cstr == NULL ? (struct cf_str){.p = "", .n = 0} : (struct cf_str){.p = cstr, .n = strlen(cstr)};
}

bool cf_str_eq(struct cf_str a, struct cf_str b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool cf_str_is(struct cf_str a, const char *cstr) {
    return cf_str_eq(a, cf_str_from(cstr));
}

int cf_str_cmp(struct cf_str a, struct cf_str b) {
    size_t common = a.n < b.n ? a.n : b.n;
    int c = common == 0 ? 0 : memcmp(a.p, b.p, common);
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

bool cf_str_starts(struct cf_str s, struct cf_str prefix) {
    return s.n >= prefix.n && cf_str_eq(cf_str_slice(s, 0, prefix.n), prefix);
}

bool cf_str_ends(struct cf_str s, struct cf_str suffix) {
    return s.n >= suffix.n && cf_str_eq(cf_str_slice(s, s.n - suffix.n, s.n), suffix);
}

static bool is_white(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct cf_str cf_str_trim(struct cf_str s) {
    while (s.n > 0 && is_white(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_white(s.p[s.n - 1])) {
        s.n--;
    }
    return s;
}

struct cf_str cf_str_slice(struct cf_str s, size_t from, size_t to) {
    to = to < s.n ? to : s.n;
    from = from < to ? from : to;
    return (struct cf_str){.p = s.p == NULL ? s.p : s.p + from, .n = to - from};
}

bool cf_str_find(struct cf_str s, char c, size_t *at) {
    const char *found = s.n == 0 ? NULL : memchr(s.p, c, s.n);
    if (found == NULL) {
        return false;
    }
    *at = (size_t)(found - s.p);
    return true;
}

bool cf_str_split(struct cf_str *rest, char sep, struct cf_str *piece) {
    if (rest->p == NULL) {
        return false;
    }
    size_t at = 0;
    if (!cf_str_find(*rest, sep, &at)) {
        *piece = *rest;
        *rest = (struct cf_str){0};
        return true;
    }
    *piece = cf_str_slice(*rest, 0, at);
    *rest = cf_str_slice(*rest, at + 1, rest->n);
    return true;
}

struct cf_str cf_str_dup(struct cf_arena *a, struct cf_str s) {
    return (struct cf_str){.p = cf_cstr(a, s), .n = s.n};
}

struct cf_str cf_str_printf(struct cf_arena *a, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct cf_str s = cf_str_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

struct cf_str cf_str_vprintf(struct cf_arena *a, const char *fmt, va_list ap) {
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    CF_ASSERT(n >= 0);
    char *p = cf_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return (struct cf_str){.p = p, .n = (size_t)n};
}

const char *cf_cstr(struct cf_arena *a, struct cf_str s) {
    char *p = cf_alloc(a, s.n + 1);
    if (s.n > 0) {
        memcpy(p, s.p, s.n);
    }
    return p;
}

bool cf_str_int(struct cf_str s, int64_t *out) {
    bool negative = s.n > 0 && s.p[0] == '-';
    size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;
    if (i == s.n) {
        return false;
    }
    int64_t value = 0;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') {
            return false;
        }
        int digit = s.p[i] - '0';
        /* Counted on the negative side, where the smallest number has room. */
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, digit, &value)) {
            return false;
        }
    }
    if (!negative && value == INT64_MIN) {
        return false;
    }
    *out = negative ? value : -value;
    return true;
}

/* Longest text that is compared; longer ones are simply far. Names in policies are shorter still. */
#define DISTANCE_BYTES 255

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Letters added, left out or changed, and neighbours swapped, count one each (optimal string alignment). */
size_t cf_str_distance(struct cf_str a, struct cf_str b, size_t at_most) {
    size_t gap = a.n > b.n ? a.n - b.n : b.n - a.n;
    if (gap > at_most || a.n > DISTANCE_BYTES || b.n > DISTANCE_BYTES) {
        return at_most + 1;
    }
    uint16_t rows[3][DISTANCE_BYTES + 1] = {{0}};
    for (size_t j = 0; j <= b.n; j++) {
        rows[0][j] = (uint16_t)j;
    }
    for (size_t i = 1; i <= a.n; i++) {
        uint16_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *before_that = rows[(i + 1) % 3];
        now[0] = (uint16_t)i;
        size_t best = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t d = before[j - 1] + (a.p[i - 1] == b.p[j - 1] ? 0u : 1u);
            d = least(d, least(before[j], now[j - 1]) + 1u);
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1]) {
                d = least(d, before_that[j - 2] + 1u);
            }
            now[j] = (uint16_t)d;
            best = least(best, d);
        }
        if (best > at_most + 1) {
            return at_most + 1;
        }
    }
    return least(rows[a.n % 3][b.n], at_most + 1);
}

static uint64_t mix(uint64_t a, uint64_t b) {
    unsigned __int128 wide = (unsigned __int128)a * b;
    return (uint64_t)wide ^ (uint64_t)(wide >> 64);
}

/* The same text has the same hash in every run and build: nothing may ever depend on its order. */
uint64_t cf_str_hash(struct cf_str s) {
    uint64_t h = 0x9e3779b97f4a7c15u ^ s.n;
    for (size_t i = 0; i < s.n; i += 8) {
        uint64_t word = 0;
        memcpy(&word, s.p + i, least(8, s.n - i));
        h = mix(h ^ word, 0xd6e8feb86659fd93u);
    }
    return mix(h, 0xa0761d6478bd642fu);
}

/* How many bytes the character at s.p[i] takes, 0 if it is not shortest-form UTF-8 (RFC 3629). */
static size_t utf8_length(struct cf_str s, size_t i) {
    uint8_t c = (uint8_t)s.p[i];
    if (c < 0x80) {
        return 1;
    }
    size_t n = c >= 0xc2 && c <= 0xdf ? 2 : c >= 0xe0 && c <= 0xef ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
    if (n == 0 || s.n - i < n) {
        return 0;
    }
    for (size_t k = 1; k < n; k++) {
        if (((uint8_t)s.p[i + k] & 0xc0) != 0x80) {
            return 0;
        }
    }
    uint8_t second = (uint8_t)s.p[i + 1];
    bool too_long = (c == 0xe0 && second < 0xa0) || (c == 0xf0 && second < 0x90);
    bool not_a_character = (c == 0xed && second > 0x9f) || (c == 0xf4 && second > 0x8f);
    return too_long || not_a_character ? 0 : n;
}

bool cf_utf8_valid(struct cf_str s, size_t *bad_at) {
    size_t i = 0;
    while (i < s.n) {
        size_t n = utf8_length(s, i);
        if (n == 0) {
            if (bad_at != NULL) {
                *bad_at = i;
            }
            return false;
        }
        i += n;
    }
    return true;
}
