/* id tokens: one that fits is taken, and each that differs from it in one thing is refused. Signed here with a key made here.
 */
#include "unit/access/access_help.h"

#include "access/json.h"

#include <cjose/cjose.h>

#define NOW INT64_C(1780000000)

static struct cf_arena *a;
static struct cf_errs errs;
static cjose_jwk_t *ours, *theirs;
static struct cf_str jwks;

static cjose_jwk_t *key(const char *kid) {
    cjose_err e;
    uint8_t exponent[] = {1, 0, 1};
    cjose_jwk_t *k = cjose_jwk_create_RSA_random(2048, exponent, sizeof exponent, &e);
    assert_non_null(k);
    assert_true(cjose_jwk_set_kid(k, kid, strlen(kid), &e));
    return k;
}

static int begin(void **state) {
    (void)state;
    cjose_err e;
    a = cf_arena_new("id tokens");
    errs = cf_errs_new(a);
    ours = key("one");
    theirs = key("one");
    char *text = cjose_jwk_to_json(ours, false, &e);
    jwks = cf_str_printf(a, "{\"keys\":[%s]}", text);
    cjose_get_dealloc()(text);
    return 0;
}

static int end(void **state) {
    (void)state;
    cjose_jwk_release(ours);
    cjose_jwk_release(theirs);
    cf_arena_free(a);
    return 0;
}

static struct cf_str sign(cjose_jwk_t *k, const char *alg, const char *kid, const char *claims) {
    cjose_err e;
    const char *out;
    cjose_header_t *h = cjose_header_new(&e);
    assert_true(cjose_header_set(h, CJOSE_HDR_ALG, alg, &e));
    assert_true(kid == NULL || cjose_header_set(h, CJOSE_HDR_KID, kid, &e));
    cjose_jws_t *jws = cjose_jws_sign(k, h, (const uint8_t *)claims, strlen(claims), &e);
    assert_non_null(jws);
    assert_true(cjose_jws_export(jws, &out, &e));
    struct cf_str token = cf_str_dup(a, cf_str_from(out));
    cjose_jws_release(jws);
    cjose_header_release(h);
    return token;
}

static const struct id_token_wanted wanted = {{"https://id.example", 18}, {"childfirst", 10}, {"nonce-1", 7}, NOW};

static enum cf_code judged(struct cf_str token, struct cf_str *subject) {
    bool ok = access_id_token(a, token, jwks, &wanted, subject, &errs);
    enum cf_code code = ok ? CF_OK : errs.v[errs.n - 1].code;
    errs = cf_errs_new(a);
    return code;
}

static void a_token_that_fits_names_who_signed_in(void **state) {
    (void)state;
    struct cf_str subject;
    static const char *const good[] = {
        "{\"iss\":\"https://"
        "id.example\",\"aud\":\"childfirst\",\"exp\":1780000060,\"iat\":1780000000,\"nonce\":\"nonce-1\",\"sub\":\"7\"}",
        "{\"iss\":\"https://"
        "id.example\",\"aud\":[\"childfirst\"],\"exp\":1780000060,\"iat\":1780000000,\"nonce\":\"nonce-1\",\"sub\":\"7\"}",
        "{\"iss\":\"https://"
        "id.example\",\"aud\":[\"x\",\"childfirst\"],\"azp\":\"childfirst\",\"exp\":1780000060,\"iat\":1780000000,"
        "\"nonce\":\"nonce-1\",\"sub\":\"7\"}",
        "{\"iss\":\"https://id.example\",\"aud\":\"childfirst\",\"exp\":1779999900,\"iat\":1780000100,\"nbf\":1780000100,"
        "\"nonce\":\"nonce-1\",\"sub\":\"7\"}", /* a clock that differs a little */
    };
    static const char *const algorithms[] = {"RS256", "RS384", "RS512", "PS256"};
    for (size_t i = 0; i < CF_COUNT(good); i++) {
        assert_int_equal(judged(sign(ours, algorithms[i], "one", good[i]), &subject), CF_OK);
        assert_text(subject, "7");
    }
    assert_int_equal(judged(sign(ours, "RS256", NULL, good[0]), &subject), CF_OK); /* no name: the only key there is */
}

static void each_claim_that_does_not_fit_is_refused(void **state) {
    (void)state;
    struct cf_str subject;
    static const struct {
        const char *claims;
        enum cf_code code;
    } bad[] = {
        {"{\"iss\":\"https://"
         "other.example\",\"aud\":\"childfirst\",\"exp\":1780000060,\"iat\":1780000000,\"nonce\":\"nonce-1\",\"sub\":\"7\"}",
         CF_A042},
        {"{\"iss\":\"https://"
         "id.example\",\"aud\":\"other\",\"exp\":1780000060,\"iat\":1780000000,\"nonce\":\"nonce-1\",\"sub\":\"7\"}",
         CF_A042},
        {"{\"iss\":\"https://id.example\",\"exp\":1780000060,\"iat\":1780000000,\"nonce\":\"nonce-1\",\"sub\":\"7\"}", CF_A042},
        {"{\"iss\":\"https://"
         "id.example\",\"aud\":[\"x\",\"childfirst\"],\"exp\":1780000060,\"iat\":1780000000,\"nonce\":\"nonce-1\",\"sub\":"
         "\"7\"}",
         CF_A042},
        {"{\"iss\":\"https://"
         "id.example\",\"aud\":\"childfirst\",\"azp\":\"x\",\"exp\":1780000060,\"iat\":1780000000,\"nonce\":\"nonce-1\","
         "\"sub\":\"7\"}",
         CF_A042},
        {"{\"iss\":\"https://"
         "id.example\",\"aud\":\"childfirst\",\"exp\":1779999880,\"iat\":1779999800,\"nonce\":\"nonce-1\",\"sub\":\"7\"}",
         CF_A042}, /* expired */
        {"{\"iss\":\"https://id.example\",\"aud\":\"childfirst\",\"iat\":1780000000,\"nonce\":\"nonce-1\",\"sub\":\"7\"}",
         CF_A042},
        {"{\"iss\":\"https://"
         "id.example\",\"aud\":\"childfirst\",\"exp\":1780009999,\"iat\":1780000200,\"nonce\":\"nonce-1\",\"sub\":\"7\"}",
         CF_A042}, /* of later */
        {"{\"iss\":\"https://"
         "id.example\",\"aud\":\"childfirst\",\"exp\":1780009999,\"iat\":1779990000,\"nonce\":\"nonce-1\",\"sub\":\"7\"}",
         CF_A042}, /* of long ago */
        {"{\"iss\":\"https://"
         "id.example\",\"aud\":\"childfirst\",\"exp\":1780009999,\"iat\":1780000000,\"nbf\":1780000200,\"nonce\":\"nonce-1\","
         "\"sub\":\"7\"}",
         CF_A042},
        {"{\"iss\":\"https://"
         "id.example\",\"aud\":\"childfirst\",\"exp\":1780000060,\"iat\":1780000000,\"nonce\":\"nonce-2\",\"sub\":\"7\"}",
         CF_A041},
        {"{\"iss\":\"https://id.example\",\"aud\":\"childfirst\",\"exp\":1780000060,\"iat\":1780000000,\"sub\":\"7\"}",
         CF_A041},
        {"{\"iss\":\"https://id.example\",\"aud\":\"childfirst\",\"exp\":1780000060,\"iat\":1780000000,\"nonce\":\"nonce-1\"}",
         CF_A042},
        {"{\"iss\":\"https://"
         "id.example\",\"aud\":\"childfirst\",\"exp\":\"1780000060\",\"iat\":1780000000,\"nonce\":\"nonce-1\",\"sub\":\"7\"}",
         CF_A042},
        {"{\"iss\":\"https://id.example\",\"iss\":\"https://"
         "id.example\",\"aud\":\"childfirst\",\"exp\":1780000060,\"iat\":1780000000,\"nonce\":\"nonce-1\",\"sub\":\"7\"}",
         CF_A042},
        {"[]", CF_A042},
        {"no claims", CF_A042},
    };
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        enum cf_code got = judged(sign(ours, "RS256", "one", bad[i].claims), &subject);
        if (got != bad[i].code) {
            fail_msg("row %zu gives %s", i, cf_code_name(got));
        }
    }
}

static const char fits[] =
    "{\"iss\":\"https://id.example\",\"aud\":\"childfirst\",\"exp\":1780000060,\"iat\":1780000000,\"nonce\":"
    "\"nonce-1\",\"sub\":\"7\"}";

static struct cf_str joined(const char *head, const char *claims, struct cf_str signature) {
    return cf_str_printf(a, "%.*s.%.*s.%.*s", CF_STR_ARG(cf_base64url(a, head, strlen(head))),
                         CF_STR_ARG(cf_base64url(a, claims, strlen(claims))), CF_STR_ARG(signature));
}

static void a_forged_signature_is_refused_whatever_the_head_says(void **state) {
    (void)state;
    struct cf_str subject, good = sign(ours, "RS256", "one", fits);
    assert_int_equal(judged(sign(theirs, "RS256", "one", fits), &subject), CF_A042);
    assert_int_equal(judged(sign(ours, "RS256", "two", fits), &subject), CF_A042);
    assert_int_equal(judged(joined("{\"alg\":\"none\",\"kid\":\"one\"}", fits, CF_LIT("")), &subject), CF_A042);
    assert_int_equal(judged(joined("{\"alg\":\"NONE\"}", fits, CF_LIT("AA")), &subject), CF_A042);
    assert_int_equal(judged(joined("{\"alg\":\"RS256\",\"kid\":\"one\",\"crit\":[\"b64\"]}", fits, CF_LIT("AA")), &subject),
                     CF_A042);
    cjose_err e; /* the public key taken for a shared secret */
    struct cf_str secret = cf_str_slice(jwks, 9, jwks.n - 2);
    cjose_jwk_t *hmac = cjose_jwk_create_oct_spec((const uint8_t *)secret.p, secret.n, &e);
    assert_non_null(hmac);
    assert_int_equal(judged(sign(hmac, "HS256", "one", fits), &subject), CF_A042);
    cjose_jwk_release(hmac);
    for (size_t i = 0; i < good.n; i += 7) { /* any letter changed */
        char *t = cf_memdup(a, good.p, good.n);
        t[i] = t[i] == 'A' ? 'B' : 'A';
        if (t[i] != good.p[i]) {
            assert_int_not_equal(judged((struct cf_str){t, good.n}, &subject), CF_OK);
        }
    }
    for (size_t n = 0; n < good.n; n += 13) { /* cut short */
        assert_int_not_equal(judged(cf_str_slice(good, 0, n), &subject), CF_OK);
    }
}

static void keys_that_cannot_be_read_refuse_every_token(void **state) {
    (void)state;
    struct cf_str subject, good = sign(ours, "RS256", "one", fits), kept = jwks;
    static const struct {
        const char *text;
        enum cf_code code;
    } bad[] = {{"", CF_A040},
               {"[]", CF_A040},
               {"{}", CF_A040},
               {"{\"keys\":1}", CF_A042},
               {"{\"keys\":[]}", CF_A042},
               {"{\"keys\":[{\"kid\":\"one\"}]}", CF_A042},
               {"{\"keys\":[{\"kid\":\"one\",\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}]}", CF_A042}};
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        jwks = cf_str_from(bad[i].text);
        assert_int_equal(judged(good, &subject), bad[i].code);
    }
    jwks = cf_str_printf(a, "{\"keys\":[%.*s,\"use\":\"enc\"}]}", (int)(kept.n - 12), kept.p + 9);
    assert_int_equal(judged(good, &subject), CF_A042); /* a key for sealing signs nothing */
    jwks = kept;
    assert_int_equal(judged(good, &subject), CF_OK);
}

static void json_is_read_strictly(void **state) {
    (void)state;
    size_t at;
    struct cf_str why;
    static const char *const bad[] = {"", "{", "{\"a\":1,\"a\":2}", "[1,]", "nul", "\"\xff\"", "01", "[1] x", "{\"a\":1e999}"};
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        assert_null(access_json_read(a, cf_str_from(bad[i]), &at, &why));
        assert_true(why.n > 0);
    }
    struct cf_buf deep = cf_buf_new(a, 1000), back = cf_buf_new(a, 1000);
    for (int i = 0; i < 100; i++) {
        cf_buf_lit(&deep, "[");
    }
    for (int i = 0; i < 100; i++) {
        cf_buf_lit(&deep, "]");
    }
    assert_null(access_json_read(a, (struct cf_str){deep.p, deep.n}, &at, &why));
    const char text[] = "{\"a\":[1,-2,true,false,null,\"x\\\"y\"],\"b\":{\"c\":\"\xc3\xa9\"}}";
    const struct access_json *j = access_json_read(a, cf_str_from(text), NULL, NULL);
    int64_t n;
    access_json_write(&back, j);
    assert_text(((struct cf_str){back.p, back.n}), text);
    assert_text(access_json_text(access_json_get(j, "b"), "c"), "\xc3\xa9");
    assert_false(access_json_int(j, "b", &n));
    assert_null(access_json_get(j, "z"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_that_fits_names_who_signed_in),
        cmocka_unit_test(each_claim_that_does_not_fit_is_refused),
        cmocka_unit_test(a_forged_signature_is_refused_whatever_the_head_says),
        cmocka_unit_test(keys_that_cannot_be_read_refuse_every_token),
        cmocka_unit_test(json_is_read_strictly),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
