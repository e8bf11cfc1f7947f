/* fetch: one HTTPS request to an identity provider, and the only file that includes libcurl. Must not know what is asked. */
#include "access/priv.h"

#include <curl/curl.h>

struct answer {
    struct cf_buf buf;
};

static size_t take(char *p, size_t size, size_t n, void *arg) {
    struct answer *x = arg;
    cf_buf_add(&x->buf, p, size * n);
    return x->buf.failed ? 0 : size * n;
}

struct cf_str access_url_escape(struct cf_arena *a, struct cf_str s) {
    struct cf_buf b = cf_buf_new(a, s.n * 3 + 1);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c != 0 && strchr("-._~", c) != NULL);
        if (plain) {
            cf_buf_byte(&b, (uint8_t)c);
        } else {
            cf_buf_printf(&b, "%%%02X", (unsigned)(uint8_t)c);
        }
    }
    return b.n > 0 ? (struct cf_str){b.p, b.n} : CF_LIT("");
}

/* Without TLS only to this machine itself: a provider in a test. */
static bool address_fits(struct cf_str url) {
    static const char *const loopback[] = {"http://127.0.0.1:", "http://127.0.0.1/", "http://[::1]:", "http://localhost:"};
    for (size_t i = 0; i < CF_COUNT(loopback); i++) {
        if (cf_str_starts(url, cf_str_from(loopback[i]))) {
            return true;
        }
    }
    return cf_str_starts(url, CF_LIT("https://"));
}

static bool setup(CURL *c, const struct fetch *f, struct cf_arena *a, struct answer *x, char *why) {
    bool ok =
        curl_easy_setopt(c, CURLOPT_URL, cf_cstr(a, f->url)) == CURLE_OK &&
        curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
        curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK && curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
        curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK && /* secrets go where the configuration says, nowhere else */
        curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)CF_MAX_OIDC_SECONDS) == CURLE_OK &&
        curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why) == CURLE_OK &&
        curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take) == CURLE_OK && curl_easy_setopt(c, CURLOPT_WRITEDATA, x) == CURLE_OK;
    if (ok && f->ca_file != NULL) {
        ok = curl_easy_setopt(c, CURLOPT_CAINFO, f->ca_file) == CURLE_OK;
    }
    if (ok && f->body.n > 0) {
        ok = curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)f->body.n) == CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, f->body.p) == CURLE_OK;
    }
    if (ok && f->user.n > 0) {
        ok = curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) == CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_USERNAME, cf_cstr(a, f->user)) == CURLE_OK &&
             curl_easy_setopt(c, CURLOPT_PASSWORD, cf_cstr(a, f->password)) == CURLE_OK;
    }
    return ok;
}

bool access_fetch(const struct fetch *f, struct cf_arena *a, struct cf_str *answer, struct cf_errs *errs) {
    char why[CURL_ERROR_SIZE] = "";
    struct answer x = {.buf = cf_buf_new(a, CF_MAX_OIDC_BYTES)};
    long status = 0;
    if (!address_fits(f->url)) {
        return cf_fail(errs, CF_A040, CF_NOWHERE, "an identity provider is reached by https alone");
    }
    CURL *c = curl_easy_init();
    CF_ASSERT(c != NULL);
    bool ok = setup(c, f, a, &x, why) && curl_easy_perform(c) == CURLE_OK &&
              curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK;
    curl_easy_cleanup(c);
    if (!ok) {
        return cf_fail(errs, CF_A040, CF_NOWHERE, "the identity provider cannot be reached: %s",
                       x.buf.failed  ? "its answer is too long"
                       : why[0] != 0 ? why
                                     : "no reason is known");
    }
    *answer = x.buf.n > 0 ? (struct cf_str){x.buf.p, x.buf.n} : CF_LIT("");
    return status == 200 || cf_fail(errs, CF_A040, CF_NOWHERE, "the identity provider answers with status %ld", status);
}
