/* oidc: sign-in through an identity provider: OpenID Connect Core 1.0, authorization code flow, with PKCE (RFC 7636, S256),
 * state and nonce. What the provider says is believed only after its signature, issuer, audience, times and nonce fit; and it
 * says who somebody is, never what they may do. Must not know roles. */
#include "access/json.h"
#include "access/priv.h"

static const struct store_sql sql_linked = {
    "oidc.linked",
    "SELECT u.id, coalesce(t.active, 0) FROM user u LEFT JOIN standing t ON t.user = u.id WHERE u.issuer = ?1 AND "
    "u.subject = ?2"};

struct provider { /* what discovery says */
    struct cf_str authorize, token, jwks;
};

/* ---- The address without the slash at its end: issuers are compared letter by letter, their discovery is below them. */
static bool discover(const struct access_oidc *p, struct cf_arena *a, struct provider *out, struct cf_errs *errs) {
    struct cf_str text, base = p->issuer;
    base.n -= cf_str_ends(base, CF_LIT("/")) ? 1 : 0;
    struct fetch f = {.url = cf_str_printf(a, "%.*s/.well-known/openid-configuration", CF_STR_ARG(base)),
                      .ca_file = p->ca_file};
    if (!access_fetch(&f, a, &text, errs)) {
        return false;
    }
    const struct access_json *j = access_json_read(a, text, NULL, NULL);
    *out = (struct provider){access_json_text(j, "authorization_endpoint"), access_json_text(j, "token_endpoint"),
                             access_json_text(j, "jwks_uri")};
    if (!cf_str_eq(access_json_text(j, "issuer"), p->issuer)) {
        return cf_fail(errs, CF_A040, CF_NOWHERE, "the identity provider calls itself by another name than was configured");
    }
    return (out->authorize.n > 0 && out->token.n > 0 && out->jwks.n > 0) ||
           cf_fail(errs, CF_A040, CF_NOWHERE, "the identity provider does not say where it is asked");
}

/* ---- What this browser was sent off with: sealed, so that it needs no row; bound to the issuer. */
static struct cf_str random_text(struct cf_arena *a) {
    return access_token_new(a);
}

static struct cf_str seal_state(struct access *x, const struct access_oidc *p, struct cf_arena *a, struct cf_str plain) {
    size_t n = plain.n + SEAL_VAULT_EXTRA;
    uint8_t *box = cf_alloc(a, n);
    seal_vault_close(x->ledger, "oidc", p->issuer, plain, box);
    return cf_base64url(a, box, n);
}

struct asked {
    struct cf_str state, nonce, verifier, next;
    int64_t at_us;
};

static bool open_state(struct access *x, const struct access_oidc *p, struct cf_arena *a, struct cf_str cookie,
                       struct asked *out) {
    struct cf_str box, at, rest;
    if (cookie.n > CF_MAX_COOKIE_BYTES || !cf_unbase64url(a, cookie, &box) || box.n <= SEAL_VAULT_EXTRA) {
        return false;
    }
    uint8_t *plain = cf_alloc(a, box.n);
    if (!seal_vault_open(x->ledger, "oidc", p->issuer, box, plain)) {
        return false;
    }
    rest = access_bytes(plain, box.n - SEAL_VAULT_EXTRA);
    return cf_str_split(&rest, ' ', &out->state) && cf_str_split(&rest, ' ', &out->nonce) &&
           cf_str_split(&rest, ' ', &out->verifier) && cf_str_split(&rest, ' ', &at) && cf_str_int(at, &out->at_us) &&
           (out->next = rest, true);
}

/* Only a path of our own: an address of another host would send whoever signs in away. */
static struct cf_str own_path(struct cf_str next) {
    bool own = next.n > 0 && next.n <= 2048 && next.p[0] == '/' && (next.n == 1 || (next.p[1] != '/' && next.p[1] != '\\'));
    for (size_t i = 0; own && i < next.n; i++) {
        own = (uint8_t)next.p[i] > 0x20 && (uint8_t)next.p[i] < 0x7f && next.p[i] != '\\';
    }
    return own ? next : CF_LIT("/");
}

bool access_oidc_begin(struct access *x, const struct access_oidc *p, struct cf_str next, struct cf_arena *a,
                       struct access_oidc_start *out, struct cf_errs *errs) {
    struct provider at;
    uint8_t hash[LEDGER_HASH];
    if (!discover(p, a, &at, errs)) {
        return false;
    }
    struct cf_str state = random_text(a), nonce = random_text(a), verifier = random_text(a);
    ledger_sha256(verifier.p, verifier.n, hash);
    struct cf_str challenge = cf_base64url(a, hash, sizeof hash);
    size_t query;
    out->url = cf_str_printf(
        a,
        "%.*s%sresponse_type=code&scope=openid&client_id=%.*s&redirect_uri=%.*s&state=%.*s&nonce=%.*s&code_challenge=%.*s"
        "&code_challenge_method=S256",
        CF_STR_ARG(at.authorize), cf_str_find(at.authorize, '?', &query) ? "&" : "?",
        CF_STR_ARG(access_url_escape(a, p->client_id)), CF_STR_ARG(access_url_escape(a, p->redirect)), CF_STR_ARG(state),
        CF_STR_ARG(nonce), CF_STR_ARG(challenge));
    out->cookie = seal_state(x, p, a,
                             cf_str_printf(a, "%.*s %.*s %.*s %lld %.*s", CF_STR_ARG(state), CF_STR_ARG(nonce),
                                           CF_STR_ARG(verifier), (long long)cf_now_us(), CF_STR_ARG(own_path(next))));
    return true;
}

/* ---- The token. */
static bool not_valid(struct cf_errs *errs, const char *why) {
    return cf_fail(errs, CF_A042, CF_NOWHERE, "the identity provider's token is refused: %s", why);
}

/* The key that the token names; where it names none, the only key there is. */
static const struct access_json *key_of(const struct access_json *jwks, struct cf_str kid) {
    const struct access_json *keys = access_json_get(jwks, "keys");
    for (size_t i = 0; keys != NULL && keys->kind == ACCESS_JSON_LIST && i < keys->count; i++) {
        bool named = kid.n > 0 ? cf_str_eq(access_json_text(&keys->items[i], "kid"), kid) : keys->count == 1;
        struct cf_str use = access_json_text(&keys->items[i], "use");
        if (named && (use.n == 0 || cf_str_is(use, "sig"))) {
            return &keys->items[i];
        }
    }
    return NULL;
}

/* cjose stops the program at base64 that is none: what it is given is our own text, of fields that were read here first. */
static bool put_field(struct cf_arena *a, struct cf_buf *b, const struct access_json *key, const char *name) {
    struct cf_str text = access_json_text(key, name), bytes;
    if (text.n == 0 || !cf_unbase64url(a, text, &bytes)) {
        return false;
    }
    cf_buf_printf(b, ",\"%s\":\"%.*s\"", name, CF_STR_ARG(text));
    return true;
}

static bool public_key(struct cf_arena *a, const struct access_json *key, struct cf_str *out) {
    struct cf_buf b = cf_buf_new(a, CF_MAX_OIDC_BYTES);
    struct cf_str kty = access_json_text(key, "kty"), crv = access_json_text(key, "crv");
    bool ok = false;
    if (cf_str_is(kty, "RSA")) {
        cf_buf_lit(&b, "{\"kty\":\"RSA\"");
        ok = put_field(a, &b, key, "n") && put_field(a, &b, key, "e");
    } else if (cf_str_is(kty, "EC") && (cf_str_is(crv, "P-256") || cf_str_is(crv, "P-384") || cf_str_is(crv, "P-521"))) {
        cf_buf_printf(&b, "{\"kty\":\"EC\",\"crv\":\"%.*s\"", CF_STR_ARG(crv));
        ok = put_field(a, &b, key, "x") && put_field(a, &b, key, "y");
    }
    cf_buf_lit(&b, "}");
    return ok && cf_buf_finish(&b, out);
}

static bool three_parts(struct cf_arena *a, struct cf_str token, struct cf_str *head) {
    struct cf_str rest = token, part, bytes;
    size_t n = 0;
    while (n < 4 && cf_str_split(&rest, '.', &part)) {
        if (part.n == 0 || !cf_unbase64url(a, part, &bytes)) {
            return false;
        }
        *head = n == 0 ? bytes : *head;
        n++;
    }
    return n == 3;
}

static bool signed_by(struct cf_arena *a, struct cf_str token, struct cf_str jwks_text, struct cf_str *payload,
                      struct cf_errs *errs) {
    struct cf_str head = CF_LIT(""), jwk = CF_LIT("");
    const struct access_json *jwks = access_json_read(a, jwks_text, NULL, NULL);
    if (jwks == NULL || access_json_get(jwks, "keys") == NULL) {
        return cf_fail(errs, CF_A040, CF_NOWHERE, "the identity provider's keys cannot be read");
    }
    if (token.n > CF_MAX_OIDC_BYTES || !three_parts(a, token, &head)) {
        return not_valid(errs, "it is no token");
    }
    const struct access_json *h = access_json_read(a, head, NULL, NULL);
    if (h == NULL || access_json_get(h, "crit") != NULL) {
        return not_valid(errs, "its head cannot be read");
    }
    const struct access_json *key = key_of(jwks, access_json_text(h, "kid"));
    if (key == NULL || !public_key(a, key, &jwk)) {
        return not_valid(errs, "its key is not the provider's");
    }
    return jws_verify(a, token, jwk, payload) || not_valid(errs, "its signature does not fit");
}

/* `aud` is the client, or a list with it; then `azp` says for whom it was made. */
static bool for_us(const struct access_json *claims, struct cf_str client) {
    const struct access_json *aud = access_json_get(claims, "aud");
    struct cf_str azp = access_json_text(claims, "azp");
    bool among = aud != NULL && aud->kind == ACCESS_JSON_TEXT && cf_str_eq(aud->text, client), several = false;
    for (size_t i = 0; aud != NULL && aud->kind == ACCESS_JSON_LIST && i < aud->count; i++) {
        among = among || (aud->items[i].kind == ACCESS_JSON_TEXT && cf_str_eq(aud->items[i].text, client));
        several = aud->count > 1;
    }
    return among && (azp.n > 0 ? cf_str_eq(azp, client) : !several);
}

static bool in_time(const struct access_json *claims, int64_t now_s) {
    int64_t exp = 0, iat = 0, nbf = 0;
    if (!access_json_int(claims, "exp", &exp) || !access_json_int(claims, "iat", &iat)) {
        return false;
    }
    bool begun = !access_json_int(claims, "nbf", &nbf) || nbf <= now_s + CF_MAX_OIDC_SKEW_S; /* sums of our own clock only */
    bool fresh = iat <= now_s + CF_MAX_OIDC_SKEW_S && iat > now_s - CF_MAX_OIDC_MINUTES * INT64_C(60) - CF_MAX_OIDC_SKEW_S;
    return begun && fresh && exp > now_s - CF_MAX_OIDC_SKEW_S;
}

bool access_id_claims(struct cf_arena *a, struct cf_str payload, const struct id_token_wanted *w, struct cf_str *subject,
                      struct cf_errs *errs) {
    const struct access_json *claims = access_json_read(a, payload, NULL, NULL);
    struct cf_str nonce = access_json_text(claims, "nonce");
    *subject = access_json_text(claims, "sub");
    if (!cf_str_eq(access_json_text(claims, "iss"), w->issuer)) {
        return not_valid(errs, "it is another provider's");
    }
    if (!for_us(claims, w->client_id)) {
        return not_valid(errs, "it is for another program");
    }
    if (!in_time(claims, w->now_s)) {
        return not_valid(errs, "it is out of its time");
    }
    if (nonce.n != w->nonce.n || !seal_equal(nonce.p, w->nonce.p, nonce.n)) {
        return cf_fail(errs, CF_A041, CF_NOWHERE, "the token answers another sign-in");
    }
    return (subject->n > 0 && subject->n <= 512) || not_valid(errs, "it names nobody");
}

bool access_id_token(struct cf_arena *a, struct cf_str token, struct cf_str jwks, const struct id_token_wanted *w,
                     struct cf_str *subject, struct cf_errs *errs) {
    struct cf_str payload = CF_LIT("");
    return signed_by(a, token, jwks, &payload, errs) && access_id_claims(a, payload, w, subject, errs);
}

/* ---- Coming back. */
static bool answers_us(struct access *x, const struct access_oidc *p, const struct access_oidc_answer *answer,
                       struct cf_arena *a, struct asked *asked, struct cf_errs *errs) {
    int64_t now = cf_now_us();
    bool ours = open_state(x, p, a, answer->cookie, asked) && answer->state.n == asked->state.n &&
                seal_equal(answer->state.p, asked->state.p, asked->state.n);
    bool late = ours && (now > asked->at_us + CF_MAX_OIDC_MINUTES * US_PER_MINUTE ||
                         now < asked->at_us - CF_MAX_CLOCK_BACK_S * US_PER_S);
    if (!ours || late) {
        return cf_fail(errs, CF_A041, CF_NOWHERE, "%s",
                       late ? "the sign-in took too long" : "this browser began no such sign-in");
    }
    if (answer->error.n > 0) {
        return cf_fail(errs, CF_A040, CF_NOWHERE, "the identity provider refused the sign-in");
    }
    return (answer->code.n > 0 && answer->code.n <= 4096) ||
           cf_fail(errs, CF_A041, CF_NOWHERE, "the identity provider's answer holds no code");
}

static bool token_for(const struct access_oidc *p, const struct provider *at, const struct asked *asked, struct cf_str code,
                      struct cf_arena *a, struct cf_str *id_token, struct cf_errs *errs) {
    struct cf_str text;
    struct fetch f = {.url = at->token,
                      .ca_file = p->ca_file,
                      .user = access_url_escape(a, p->client_id),
                      .password = access_url_escape(a, p->client_secret)};
    f.body = cf_str_printf(a, "grant_type=authorization_code&code=%.*s&redirect_uri=%.*s&code_verifier=%.*s",
                           CF_STR_ARG(access_url_escape(a, code)), CF_STR_ARG(access_url_escape(a, p->redirect)),
                           CF_STR_ARG(asked->verifier));
    if (!access_fetch(&f, a, &text, errs)) {
        return false;
    }
    *id_token = access_json_text(access_json_read(a, text, NULL, NULL), "id_token");
    return id_token->n > 0 || cf_fail(errs, CF_A040, CF_NOWHERE, "the identity provider gave no token");
}

static bool linked_user(struct access *x, const struct access_oidc *p, struct cf_str subject, struct cf_id *user,
                        struct cf_errs *errs) {
    struct store_stmt *s;
    bool row;
    if (!access_row(x, &sql_linked, errs, &s, &row, "tt", p->issuer, subject)) {
        return false;
    }
    bool ok = row && store_id(s, 0, user) && store_int(s, 1) != 0;
    if (row) {
        store_done(s);
    }
    return ok || cf_fail(errs, CF_A043, CF_NOWHERE, "nobody here is linked to this account");
}

bool access_oidc_finish(struct access *x, const struct access_oidc *p, const struct access_oidc_answer *answer,
                        struct cf_arena *a, struct access_session *out, struct cf_str *next, struct cf_errs *errs) {
    struct asked asked = {0};
    struct provider at;
    struct cf_str token = CF_LIT(""), keys = CF_LIT(""), subject = CF_LIT("");
    struct cf_id user = {{0}};
    int64_t n = 0;
    if (!access_attempt_begin(x, CF_LIT(""), answer->address, &n, errs)) {
        return false;
    }
    if (!answers_us(x, p, answer, a, &asked, errs) || !discover(p, a, &at, errs) ||
        !token_for(p, &at, &asked, answer->code, a, &token, errs)) {
        return false;
    }
    struct fetch f = {.url = at.jwks, .ca_file = p->ca_file};
    struct id_token_wanted w = {p->issuer, p->client_id, asked.nonce, cf_now_us() / US_PER_S};
    if (!access_fetch(&f, a, &keys, errs) || !access_id_token(a, token, keys, &w, &subject, errs) ||
        !linked_user(x, p, subject, &user, errs)) {
        return false;
    }
    *next = asked.next;
    return access_attempt_forget(x, CF_LIT(""), n, errs) && access_session_begin(x, user, true, a, out, errs);
}
