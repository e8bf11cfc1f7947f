/* token: random tokens, their letters, cookies, the hidden value of forms. Reads bytes that anybody may send; must not know
 * whose they are. */
#include "access/priv.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct cf_str access_base64url(struct cf_arena *a, const void *p, size_t n) {
    const uint8_t *in = p;
    char *out = cf_alloc(a, n / 3 * 4 + 5);
    size_t k = 0;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i < 3 ? n - i : 3;
        uint32_t v = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0);
        for (size_t j = 0; j <= left; j++) {
            out[k++] = letters[v >> (18 - 6 * j) & 63];
        }
    }
    return (struct cf_str){out, k};
}

static int letter_value(char c) {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* One text for each value: no padding, no stray bits at the end. */
bool access_unbase64url(struct cf_arena *a, struct cf_str s, struct cf_str *out) {
    uint8_t *p = cf_alloc(a, s.n / 4 * 3 + 3);
    size_t n = 0;
    uint32_t v = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < s.n; i++) {
        int x = letter_value(s.p[i]);
        if (x < 0) {
            return false;
        }
        v = v << 6 | (uint32_t)x;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            p[n++] = (uint8_t)(v >> bits);
            v &= (1U << bits) - 1;
        }
    }
    *out = (struct cf_str){(const char *)p, n};
    return bits < 6 && v == 0;
}

struct cf_str access_token_text(struct cf_arena *a, const uint8_t bytes[TOKEN_BYTES]) {
    return access_base64url(a, bytes, TOKEN_BYTES);
}

bool access_token_bytes(struct cf_str token, uint8_t out[TOKEN_BYTES]) {
    if (token.n != TOKEN_LETTERS) {
        return false;
    }
    uint32_t v = 0;
    unsigned bits = 0;
    size_t n = 0;
    for (size_t i = 0; i < token.n; i++) {
        int x = letter_value(token.p[i]);
        if (x < 0) {
            return false;
        }
        v = v << 6 | (uint32_t)x;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[n++] = (uint8_t)(v >> bits);
            v &= (1U << bits) - 1;
        }
    }
    return v == 0;
}

struct cf_str access_token_new(struct cf_arena *a) {
    uint8_t bytes[TOKEN_BYTES];
    seal_random(bytes, sizeof bytes);
    struct cf_str text = access_token_text(a, bytes);
    seal_wipe(bytes, sizeof bytes);
    return text;
}

/* ---- The hidden value of a form: a keyed hash of the session's token, so that it needs no place of its own. */
static void csrf_of(const struct access *x, struct cf_str token, uint8_t out[32]) {
    access_mac(x, "form", token, out);
}

struct cf_str access_csrf(const struct access *x, struct cf_str token, struct cf_arena *a) {
    uint8_t mac[32];
    csrf_of(x, token, mac);
    return access_token_text(a, mac);
}

bool access_csrf_ok(const struct access *x, struct cf_str token, struct cf_str given) {
    uint8_t want[32], got[TOKEN_BYTES], of_token[TOKEN_BYTES];
    if (!access_token_bytes(token, of_token) || !access_token_bytes(given, got)) {
        return false;
    }
    csrf_of(x, token, want);
    return seal_equal(want, got, sizeof want);
}

/* ---- Cookies (RFC 6265, section 4.2: what browsers send). */
static bool cookie_letter(char c) {
    uint8_t u = (uint8_t)c;
    return u == 0x21 || (u >= 0x23 && u <= 0x7e && u != ',' && u != ';' && u != '\\');
}

bool access_cookie_find(struct cf_str header, struct cf_str name, struct cf_str *value) {
    struct cf_str piece;
    size_t found = 0;
    if (header.n > CF_MAX_COOKIE_BYTES) {
        return false;
    }
    while (cf_str_split(&header, ';', &piece)) {
        size_t eq;
        piece = cf_str_trim(piece);
        if (!cf_str_find(piece, '=', &eq) || !cf_str_eq(cf_str_slice(piece, 0, eq), name)) {
            continue;
        }
        *value = cf_str_slice(piece, eq + 1, piece.n);
        for (size_t i = 0; i < value->n; i++) {
            if (!cookie_letter(value->p[i])) {
                return false;
            }
        }
        found++; /* twice: somebody set one for a wider path or domain; neither is trusted */
    }
    return found == 1 && value->n > 0;
}

static struct cf_str cookie_name(struct cf_arena *a, struct cf_str name, bool tls) {
    return tls ? cf_str_printf(a, "__Host-%.*s", CF_STR_ARG(name)) : name;
}

struct cf_str access_cookie_set(struct cf_arena *a, struct cf_str name, struct cf_str value, bool tls) {
    for (size_t i = 0; i < value.n; i++) {
        CF_ASSERT(cookie_letter(value.p[i])); /* values are our own tokens */
    }
    return cf_str_printf(a, "%.*s=%.*s; Path=/; HttpOnly; SameSite=Lax%s", CF_STR_ARG(cookie_name(a, name, tls)),
                         CF_STR_ARG(value), tls ? "; Secure" : "");
}

struct cf_str access_cookie_end(struct cf_arena *a, struct cf_str name, bool tls) {
    return cf_str_printf(a, "%.*s=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax%s", CF_STR_ARG(cookie_name(a, name, tls)),
                         tls ? "; Secure" : "");
}

bool access_session_cookie(struct cf_str header, bool tls, struct cf_str *token) {
    uint8_t bytes[TOKEN_BYTES];
    struct cf_str name = tls ? CF_LIT("__Host-" ACCESS_COOKIE) : CF_LIT(ACCESS_COOKIE);
    return access_cookie_find(header, name, token) && access_token_bytes(*token, bytes);
}
