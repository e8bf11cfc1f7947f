/* fuzz: what a request brings before anybody knows who sent it: address, query, form, cookies. The first byte chooses which;
 * nothing may crash, and what is accepted is UTF-8 without control characters. */
#include "web/priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void all_text(const struct web_pairs *pairs) {
    for (size_t i = 0; i < pairs->n; i++) {
        CF_ASSERT(cf_utf8_valid(pairs->v[i].name, NULL) && cf_utf8_valid(pairs->v[i].value, NULL));
        CF_ASSERT(memchr(pairs->v[i].value.n ? pairs->v[i].value.p : "x", 0, pairs->v[i].value.n) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    if (n == 0) {
        return 0;
    }
    struct cf_arena *a = cf_arena_new("fuzz");
    struct cf_errs errs = cf_errs_new(a);
    struct cf_str s = {(const char *)data + 1, n - 1}, out;
    struct web_pairs pairs = {0};
    const struct web_route *route;
    switch (data[0] % 4) {
    case 0:
        if (web_read_form(a, s, "the form", &pairs, &errs)) {
            all_text(&pairs);
        } else {
            CF_ASSERT(errs.failures > 0);
        }
        break;
    case 1:
        if (web_read_cookies(a, s, &pairs, &errs)) {
            all_text(&pairs);
        }
        break;
    case 2:
        if (web_percent(a, s, false, &out, &errs)) {
            (void)web_match(a, WEB_GET, out, &route, &pairs, &s);
        }
        break;
    default: {
        struct cf_buf b = cf_buf_new(a, 1 << 24);
        html_text(&b, s);
        for (size_t i = 0; i < b.n; i++) {
            CF_ASSERT(b.p[i] != '<' && b.p[i] != '>' && b.p[i] != '"' && b.p[i] != '\'');
        }
        html_url(&b, s);
        html_url_part(&b, s);
        html_paragraphs(&b, s);
    }
    }
    cf_arena_free(a);
    return 0;
}
