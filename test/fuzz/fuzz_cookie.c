/* Fuzz target: what a browser sends of itself: cookies and tokens. Whatever the bytes are, reading ends; a token that is taken
 * is the one text of its bytes. */
#include "access/priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_arena *a = cf_arena_new("fuzz");
    struct cf_str bytes = {(const char *)data, size}, value, plain;
    uint8_t token[TOKEN_BYTES];
    for (int tls = 0; tls < 2; tls++) {
        if (access_session_cookie(bytes, tls != 0, &value)) {
            CF_ASSERT(access_token_bytes(value, token));
            CF_ASSERT(cf_str_eq(access_token_text(a, token), value));
            CF_ASSERT(size <= CF_MAX_COOKIE_BYTES);
        }
    }
    if (access_token_bytes(bytes, token)) {
        CF_ASSERT(cf_str_eq(access_token_text(a, token), bytes));
    }
    if (cf_unbase64url(a, bytes, &plain)) {
        CF_ASSERT(cf_str_eq(cf_base64url(a, plain.p, plain.n), bytes));
    }
    if (access_login_form(a, bytes, &value)) {
        CF_ASSERT(value.n > 0 && value.n <= CF_MAX_LOGIN_BYTES);
    }
    struct cf_str escaped = access_url_escape(a, bytes);
    CF_ASSERT(escaped.n >= size);
    cf_arena_free(a);
    return 0;
}
