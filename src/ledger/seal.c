/* ledger/seal: everything that needs libsodium, the only file that includes it: keys in guarded memory, derivation, boxes,
 * signatures, keyed hashes. Knows the constants of the format and nothing of events or tables. */
#include "ledger/ledger_priv.h"

#include <sodium.h>

static void seal_start(void) {
    CF_ASSERT(sodium_init() >= 0); /* idempotent and safe from any thread */
}

static void seal_keys_free(void *arg) {
    sodium_free(arg); /* wipes */
}

struct seal_keys *seal_keys_new(struct cf_arena *a) {
    seal_start();
    struct seal_keys *k = sodium_malloc(sizeof *k);
    CF_ASSERT(k != NULL);
    sodium_memzero(k, sizeof *k);
    cf_arena_cleanup(a, seal_keys_free, k);
    return k;
}

void seal_keys_ready(struct seal_keys *k) {
    CF_ASSERT(crypto_sign_seed_keypair(k->sign_public, k->sign_secret, k->seed) == 0);
    seal_mac(k, "cf/row/1", NULL, 0, k->row, sizeof k->row);
}

void seal_random(void *p, size_t n) {
    seal_start();
    randombytes_buf(p, n);
}

void seal_wipe(void *p, size_t n) {
    sodium_memzero(p, n);
}

bool seal_zero(const void *p, size_t n) {
    return sodium_is_zero(p, n) == 1;
}

void seal_derive(const uint8_t secret[32], uint16_t part, uint8_t key[32], uint8_t salt[32]) {
    CF_ASSERT(crypto_kdf_derive_from_key(key, 32, 2U * (uint64_t)part, "cfpart01", secret) == 0);
    CF_ASSERT(crypto_kdf_derive_from_key(salt, 32, 2U * (uint64_t)part + 1, "cfpart01", secret) == 0);
}

void seal_wrap(const struct seal_keys *k, const struct cf_id *event, const uint8_t in[32], uint8_t out[32]) {
    uint8_t mask[32];
    CF_ASSERT(crypto_generichash(mask, sizeof mask, event->b, sizeof event->b, k->wrapping, sizeof k->wrapping) == 0);
    for (size_t i = 0; i < 32; i++) {
        out[i] = (uint8_t)(in[i] ^ mask[i]);
    }
    sodium_memzero(mask, sizeof mask);
}

void seal_wrap_part(const struct seal_keys *k, const struct cf_id *event, uint16_t part, uint8_t both[64]) {
    uint8_t in[13 + 16 + 2] = "cf/partkey/1"; /* with its NUL */
    memcpy(in + 13, event->b, 16);
    in[29] = (uint8_t)(part >> 8);
    in[30] = (uint8_t)part;
    uint8_t mask[64];
    CF_ASSERT(crypto_generichash(mask, sizeof mask, in, sizeof in, k->wrapping, sizeof k->wrapping) == 0);
    for (size_t i = 0; i < 64; i++) {
        both[i] = (uint8_t)(both[i] ^ mask[i]);
    }
    sodium_memzero(mask, sizeof mask);
}

static const uint8_t seal_nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES] = {0}; /* a key seals one message, ever */

void seal_box(const uint8_t key[32], const uint8_t *ad, size_t ad_n, struct cf_str plain, uint8_t *out) {
    unsigned long long n = 0;
    CF_ASSERT(crypto_aead_chacha20poly1305_ietf_encrypt(out, &n, (const uint8_t *)plain.p, plain.n, ad, ad_n, NULL, seal_nonce,
                                                        key) == 0);
    CF_ASSERT(n == plain.n + LEDGER_TAG);
}

bool seal_open(const uint8_t key[32], const uint8_t *ad, size_t ad_n, struct cf_str box, uint8_t *out) {
    if (box.n < LEDGER_TAG) {
        return false;
    }
    unsigned long long n = 0;
    return crypto_aead_chacha20poly1305_ietf_decrypt(out, &n, NULL, (const uint8_t *)box.p, box.n, ad, ad_n, seal_nonce, key) ==
           0;
}

/* Each piece with its length, so that no two lists give the same bytes. Short lists, the usual case, take one call. */
void seal_mac(const struct seal_keys *k, const char *domain, const struct cf_str *pieces, size_t n, uint8_t *out,
              size_t out_n) {
    uint8_t room[256], all[32];
    size_t at = strlen(domain) + 1, hash_n = out_n < 16 ? 16 : out_n;
    CF_ASSERT(at <= 32 && hash_n <= sizeof all);
    memcpy(room, domain, at);
    size_t i = 0;
    for (; i < n && at + 8 + pieces[i].n <= sizeof room; i++) {
        (void)be8(room + at, pieces[i].n);
        if (pieces[i].n > 0) {
            memcpy(room + at + 8, pieces[i].p, pieces[i].n);
        }
        at += 8 + pieces[i].n;
    }
    if (i == n) {
        CF_ASSERT(crypto_generichash(all, hash_n, room, at, k->index, sizeof k->index) == 0);
    } else {
        crypto_generichash_state st;
        CF_ASSERT(crypto_generichash_init(&st, k->index, sizeof k->index, hash_n) == 0);
        CF_ASSERT(crypto_generichash_update(&st, room, at) == 0);
        for (; i < n; i++) {
            uint8_t len[8];
            (void)be8(len, pieces[i].n);
            CF_ASSERT(crypto_generichash_update(&st, len, sizeof len) == 0);
            CF_ASSERT(crypto_generichash_update(&st, (const uint8_t *)pieces[i].p, pieces[i].n) == 0);
        }
        CF_ASSERT(crypto_generichash_final(&st, all, hash_n) == 0);
    }
    memcpy(out, all, out_n);
}

uint64_t seal_mark(const struct seal_keys *k, struct cf_str bytes) {
    uint8_t out[crypto_shorthash_BYTES];
    _Static_assert(sizeof k->row == crypto_shorthash_KEYBYTES, "the row key is SipHash's");
    CF_ASSERT(crypto_shorthash(out, (const uint8_t *)bytes.p, bytes.n, k->row) == 0);
    return cf_be_read(out, sizeof out);
}

void seal_hash(struct cf_str bytes, uint8_t *out, size_t out_n) {
    seal_start();
    CF_ASSERT(crypto_generichash(out, out_n, (const uint8_t *)bytes.p, bytes.n, NULL, 0) == 0);
}

void seal_sign(const struct seal_keys *k, struct cf_str message, uint8_t sig[64]) {
    CF_ASSERT(crypto_sign_detached(sig, NULL, (const uint8_t *)message.p, message.n, k->sign_secret) == 0);
}

bool seal_verify(const uint8_t public_key[32], struct cf_str message, const uint8_t sig[64]) {
    return crypto_sign_verify_detached(sig, (const uint8_t *)message.p, message.n, public_key) == 0;
}

bool seal_to(const uint8_t public_key[32], struct cf_str plain, uint8_t *out) {
    return crypto_box_seal(out, (const uint8_t *)plain.p, plain.n, public_key) == 0;
}

bool seal_from(const uint8_t secret[32], struct cf_str box, uint8_t *out) {
    uint8_t public_key[crypto_box_PUBLICKEYBYTES];
    if (box.n < SEAL_TO_EXTRA || crypto_scalarmult_base(public_key, secret) != 0) {
        return false;
    }
    return crypto_box_seal_open(out, (const uint8_t *)box.p, box.n, public_key, secret) == 0;
}

/* ---- For other rooms (seal.h). */
bool seal_equal(const void *x, const void *y, size_t n) {
    return sodium_memcmp(x, y, n) == 0;
}

void seal_pair(uint8_t public_key[32], uint8_t secret[32]) {
    seal_start();
    CF_ASSERT(crypto_box_keypair(public_key, secret) == 0);
}

/* One key a domain, from the key that masks the secrets of events: whoever has the keys file can open both. */
static void vault_key(const struct ledger *l, const char *domain, uint8_t key[32]) {
    static const char prefix[] = "cf/vault/1/";
    uint8_t in[64];
    size_t n = strlen(domain);
    CF_ASSERT(n + sizeof prefix <= sizeof in);
    memcpy(in, prefix, sizeof prefix - 1);
    memcpy(in + sizeof prefix - 1, domain, n);
    CF_ASSERT(crypto_generichash(key, 32, in, sizeof prefix - 1 + n, l->keys->wrapping, sizeof l->keys->wrapping) == 0);
}

_Static_assert(SEAL_VAULT_EXTRA == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "nonce and tag");

void seal_vault_close(const struct ledger *l, const char *domain, struct cf_str ad, struct cf_str plain, uint8_t *out) {
    uint8_t key[32];
    unsigned long long n = 0;
    vault_key(l, domain, key);
    randombytes_buf(out, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    CF_ASSERT(crypto_aead_xchacha20poly1305_ietf_encrypt(out + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, &n,
                                                         (const uint8_t *)plain.p, plain.n, (const uint8_t *)ad.p, ad.n, NULL,
                                                         out, key) == 0);
    sodium_memzero(key, sizeof key);
}

bool seal_vault_open(const struct ledger *l, const char *domain, struct cf_str ad, struct cf_str box, uint8_t *out) {
    if (box.n < SEAL_VAULT_EXTRA) {
        return false;
    }
    uint8_t key[32];
    unsigned long long n = 0;
    const uint8_t *p = (const uint8_t *)box.p;
    vault_key(l, domain, key);
    bool ok = crypto_aead_xchacha20poly1305_ietf_decrypt(out, &n, NULL, p + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
                                                         box.n - crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
                                                         (const uint8_t *)ad.p, ad.n, p, key) == 0;
    sodium_memzero(key, sizeof key);
    return ok;
}

void seal_vault_mac(const struct ledger *l, const char *domain, const struct cf_str *pieces, size_t n, uint8_t out[32]) {
    uint8_t key[32], len[8];
    crypto_generichash_state st;
    vault_key(l, domain, key);
    CF_ASSERT(crypto_generichash_init(&st, key, sizeof key, 32) == 0);
    for (size_t i = 0; i < n; i++) {
        (void)be8(len, pieces[i].n);
        CF_ASSERT(crypto_generichash_update(&st, len, sizeof len) == 0);
        CF_ASSERT(crypto_generichash_update(&st, (const uint8_t *)pieces[i].p, pieces[i].n) == 0);
    }
    CF_ASSERT(crypto_generichash_final(&st, out, 32) == 0);
    sodium_memzero(key, sizeof key);
    sodium_memzero(&st, sizeof st);
}

#define PASSWORD_MEMORY ((size_t)CF_MAX_PASSWORD_KIB * 1024)

struct cf_str seal_password_hash(struct cf_arena *a, struct cf_str password) {
    char out[crypto_pwhash_STRBYTES];
    seal_start();
    CF_ASSERT(crypto_pwhash_str_alg(out, password.p, password.n, CF_MAX_PASSWORD_PASSES, PASSWORD_MEMORY,
                                    crypto_pwhash_ALG_ARGON2ID13) == 0); /* fails only without memory */
    return cf_str_dup(a, cf_str_from(out));
}

bool seal_password_right(struct cf_arena *a, struct cf_str hash, struct cf_str password) {
    seal_start();
    return hash.n < crypto_pwhash_STRBYTES && crypto_pwhash_str_verify(cf_cstr(a, hash), password.p, password.n) == 0;
}

bool seal_password_stale(struct cf_arena *a, struct cf_str hash) {
    return crypto_pwhash_str_needs_rehash(cf_cstr(a, hash), CF_MAX_PASSWORD_PASSES, PASSWORD_MEMORY) != 0;
}
