/* token: random tokens, their letters, cookies, the hidden value of forms. Reads bytes that anybody may send; must not know
 * whose they are. */
#include "access/priv.h"

struct cf_str access_token_text(struct cf_arena *a, const uint8_t bytes[TOKEN_BYTES]) {
    return cf_base64url(a, bytes, TOKEN_BYTES);
}

bool access_token_bytes(struct cf_str token, uint8_t out[TOKEN_BYTES]) {
    return cf_unbase64url_bytes(token, out, TOKEN_BYTES);
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
