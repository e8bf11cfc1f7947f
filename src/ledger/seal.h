/* ledger/seal: what other rooms may ask of libsodium: random bytes, passwords, sealed boxes, and boxes and keyed hashes under a
 * key that is derived from the ledger's own (`vault`): what they close opens only where the ledger's keys file is.
 * Knows bytes; nothing of who a password belongs to. Implemented by seal.c, the only file that includes the library. */
#ifndef CF_LEDGER_SEAL_H
#define CF_LEDGER_SEAL_H

#include "ledger/ledger.h"

void seal_random(void *p, size_t n);
void seal_wipe(void *p, size_t n);
bool seal_zero(const void *p, size_t n);                     /* all zero? in constant time */
bool seal_equal(const void *x, const void *y, size_t n);     /* in constant time */
void seal_hash(struct cf_str bytes, uint8_t *out, size_t n); /* BLAKE2b without a key */

/* Sealed boxes (crypto_box_seal): to a public key, from nobody. */
#define SEAL_TO_EXTRA 48
bool seal_to(const uint8_t public_key[32], struct cf_str plain, uint8_t *out); /* plain.n + SEAL_TO_EXTRA */
bool seal_from(const uint8_t secret[32], struct cf_str box, uint8_t *out);     /* box.n - SEAL_TO_EXTRA */
void seal_pair(uint8_t public_key[32], uint8_t secret[32]);                    /* a new X25519 pair */

/* XChaCha20-Poly1305 with a random nonce, under a key for this `domain`; `ad` is bound to it. */
#define SEAL_VAULT_EXTRA 40
void seal_vault_close(const struct ledger *l, const char *domain, struct cf_str ad, struct cf_str plain, uint8_t *out);
bool seal_vault_open(const struct ledger *l, const char *domain, struct cf_str ad, struct cf_str box, uint8_t *out);
/* Keyed BLAKE2b over the pieces, each with its length; `domain` keeps the uses apart. */
void seal_vault_mac(const struct ledger *l, const char *domain, const struct cf_str *pieces, size_t n, uint8_t out[32]);

/* Argon2id (RFC 9106) with CF_MAX_PASSWORD_PASSES over CF_MAX_PASSWORD_KIB; the text holds salt and parameters. */
struct cf_str seal_password_hash(struct cf_arena *a, struct cf_str password);
bool seal_password_right(struct cf_arena *a, struct cf_str hash, struct cf_str password);
bool seal_password_stale(struct cf_arena *a, struct cf_str hash); /* made with other parameters: hash it again */

#endif
