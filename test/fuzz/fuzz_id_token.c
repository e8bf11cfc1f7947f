/* Fuzz target: what an identity provider sends back. The bytes are taken as a token under known keys, as keys and a token
 * (split at the first NUL), as claims whose signature fitted, and as JSON. No bytes but the provider's own are believed: a
 * token under the known keys names nobody but "7". */
#include "access/json.h"
#include "access/priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char keys[] = /* made for this test; the private halves are thrown away */
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"n7gHcXcvBEUe2tEQuekPmmC2-NCz0NpXK1hYi0Xh7xdTpwSjcyO1dJMlrZLXtiLl"
    "ag5BN5CjpBynlXbUQED80IqGDhOOGdobaZKpa5lnk1XzfV8IELvtOr_tvIVNhLGljuJFy6x8GgniStF1aqTL_QNWRkF5Y-dMHgVc"
    "6BW-WRqC50OIHWZFgjOuVFC6sis9TmEc9qpg7yWE6JlOL0Jw6fEShF33_RR9OlbAynmlc2fUS-nPH1jmu8yLQkd2m3fJakgRsMIr"
    "VKD5LrYNT3lnjx9cgzQKombuXUhqiJr6qHmFFNuZHiPVuZrRkLIBsOmPtbzjjnx6-H9V493S3IaSeQ\",\"e\":\"AQAB\",\"ki"
    "d\":\"one\"},{\"kty\":\"EC\",\"x\":\"_P1KSwIRy6d2nGEaSKcs-NzLt4IydeOL6a86TRuD_CE\",\"y\":\"7q_gAkJoc"
    "KI7Dcxzqi_DddPrFYuO8azNkjVoAMWYfCM\",\"crv\":\"P-256\",\"kid\":\"two\"}]}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const struct id_token_wanted wanted = {{"https://id.example", 18}, {"childfirst", 10}, {"nonce-1", 7}, 1780000000};
    struct cf_arena *a = cf_arena_new("fuzz");
    struct cf_errs errs = cf_errs_new(a);
    struct cf_str bytes = {(const char *)data, size}, subject, rest = bytes, first;
    if (access_id_token(a, bytes, (struct cf_str){keys, sizeof keys - 1}, &wanted, &subject, &errs)) {
        CF_ASSERT(cf_str_is(subject, "7"));
    }
    if (cf_str_split(&rest, 0, &first) && rest.n > 0) {
        (void)(access_id_token(a, rest, first, &wanted, &subject, &errs) || errs.failures > 0);
    }
    if (access_id_claims(a, bytes, &wanted, &subject, &errs)) {
        CF_ASSERT(subject.n > 0);
    }
    const struct access_json *j = access_json_read(a, bytes, NULL, NULL);
    if (j != NULL) { /* written and read again it is what it was */
        struct cf_buf once = cf_buf_new(a, CF_MAX_JSON_BYTES), twice = cf_buf_new(a, CF_MAX_JSON_BYTES);
        access_json_write(&once, j);
        const struct access_json *k = access_json_read(a, (struct cf_str){once.p, once.n}, NULL, NULL);
        CF_ASSERT(k != NULL);
        access_json_write(&twice, k);
        CF_ASSERT(cf_str_eq((struct cf_str){once.p, once.n}, (struct cf_str){twice.p, twice.n}));
    }
    cf_arena_free(a);
    return 0;
}
