/* jws: verifies a compact JSON Web Signature, and the only file that includes cjose. Must not know what is signed.
 * The library stops the program (assert) at base64url that is none, in a token or a key: the caller reads both strictly before.
 */
#include "access/priv.h"

#include <cjose/cjose.h>

/* The algorithms that may be used, all with public keys: `none` and the HMACs (which would take a public key for a secret) are
 * not among them; cjose checks that the key's type is the algorithm's. */
static bool algorithm_fits(cjose_jws_t *jws) {
    static const char *const known[] = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"};
    cjose_err e;
    const char *alg = cjose_header_get(cjose_jws_get_protected(jws), CJOSE_HDR_ALG, &e);
    for (size_t i = 0; alg != NULL && i < CF_COUNT(known); i++) {
        if (strcmp(alg, known[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool jws_verify(struct cf_arena *a, struct cf_str compact, struct cf_str jwk, struct cf_str *payload) {
    cjose_err e;
    uint8_t *plain = NULL;
    size_t n = 0;
    cjose_jwk_t *key = cjose_jwk_import(jwk.p, jwk.n, &e);
    cjose_jws_t *jws = key != NULL ? cjose_jws_import(compact.p, compact.n, &e) : NULL;
    bool ok =
        jws != NULL && algorithm_fits(jws) && cjose_jws_verify(jws, key, &e) && cjose_jws_get_plaintext(jws, &plain, &n, &e);
    if (ok) { /* the plain text belongs to jws */
        *payload = cf_str_dup(a, (struct cf_str){(const char *)plain, n});
    }
    if (jws != NULL) {
        cjose_jws_release(jws);
    }
    if (key != NULL) {
        cjose_jwk_release(key);
    }
    return ok;
}
