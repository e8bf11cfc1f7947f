/* ledger/derive: the keys and salts of all parts of an event, four at a time. What crypto_kdf of libsodium gives one by one
 * (BLAKE2b-256 keyed with the event's secret, the subkey's number as salt, "cfpart01" as personalisation, no message), computed
 * with one instruction on four of them, because opening and verifying a million events derives fourteen million.
 * Known only by its test: it must equal libsodium, byte for byte (RFC 7693 is the source of both). Knows no event. */
#include "ledger/ledger_priv.h"

typedef uint64_t lanes __attribute__((vector_size(32)));
typedef uint32_t halves __attribute__((vector_size(32)));
typedef uint8_t bytes __attribute__((vector_size(32)));
enum { LANES = 4, WORDS = 16, ROUNDS = 12, KEY_WORDS = 4 };

static const uint64_t IV[8] = {UINT64_C(0x6a09e667f3bcc908), UINT64_C(0xbb67ae8584caa73b), UINT64_C(0x3c6ef372fe94f82b),
                               UINT64_C(0xa54ff53a5f1d36f1), UINT64_C(0x510e527fade682d1), UINT64_C(0x9b05688c2b3e6c1f),
                               UINT64_C(0x1f83d9abfb41bd6b), UINT64_C(0x5be0cd19137e2179)};
/* clang-format off */
static const uint8_t SIGMA[10][WORDS] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};
/* clang-format on */

/* Only the first four words of the block are not zero: the key. `x + m` is left out where m is known to be zero. */
#define PLUS(x, word) ((word) < KEY_WORDS ? (x) + key[(word) & (KEY_WORDS - 1)] : (x))
/* Turning right by whole bytes moves them about, which is one instruction. */
#define TURN_32(x) ((lanes)__builtin_shufflevector((halves)(x), (halves)(x), 1, 0, 3, 2, 5, 4, 7, 6))
#define TURN_24(x)                                                                                                             \
    ((lanes)__builtin_shufflevector((bytes)(x), (bytes)(x), 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 19, 20, 21,  \
                                    22, 23, 16, 17, 18, 27, 28, 29, 30, 31, 24, 25, 26))
#define TURN_16(x)                                                                                                             \
    ((lanes)__builtin_shufflevector((bytes)(x), (bytes)(x), 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 18, 19, 20,  \
                                    21, 22, 23, 16, 17, 26, 27, 28, 29, 30, 31, 24, 25))
#define TURN_63(x) (((x) >> 63) | ((x) + (x)))
#define MIX(a, b, c, d, m0, m1)                                                                                                \
    do {                                                                                                                       \
        v[a] = PLUS(v[a] + v[b], m0);                                                                                          \
        v[d] = TURN_32(v[d] ^ v[a]);                                                                                           \
        v[c] += v[d];                                                                                                          \
        v[b] = TURN_24(v[b] ^ v[c]);                                                                                           \
        v[a] = PLUS(v[a] + v[b], m1);                                                                                          \
        v[d] = TURN_16(v[d] ^ v[a]);                                                                                           \
        v[c] += v[d];                                                                                                          \
        v[b] = TURN_63(v[b] ^ v[c]);                                                                                           \
    } while (0)

/* The last and only block of BLAKE2b for subkeys first … first + 3. */
__attribute__((always_inline)) static inline void four(const uint64_t key[KEY_WORDS], uint64_t first, uint64_t out[LANES][4]) {
    const uint64_t param = 32 | 32 << 8 | 1 << 16 | 1 << 24; /* digest, key, fanout, depth */
    uint64_t personal;
    memcpy(&personal, "cfpart01", sizeof personal);
    lanes h[8], v[WORDS];
    for (size_t i = 0; i < 8; i++) {
        uint64_t word = i == 0 ? IV[0] ^ param : i == 6 ? IV[6] ^ personal : IV[i];
        h[i] = (lanes){word, word, word, word};
    }
    h[4] ^= (lanes){first, first + 1, first + 2, first + 3};
    for (size_t i = 0; i < 8; i++) {
        uint64_t word = i == 4 ? IV[4] ^ 128 : i == 6 ? ~IV[6] : IV[i]; /* 128 bytes taken; the last block */
        v[i] = h[i];
        v[8 + i] = (lanes){word, word, word, word};
    }
#pragma GCC unroll 12
    for (size_t r = 0; r < ROUNDS; r++) {
        const uint8_t *s = SIGMA[r % 10];
        MIX(0, 4, 8, 12, s[0], s[1]);
        MIX(1, 5, 9, 13, s[2], s[3]);
        MIX(2, 6, 10, 14, s[4], s[5]);
        MIX(3, 7, 11, 15, s[6], s[7]);
        MIX(0, 5, 10, 15, s[8], s[9]);
        MIX(1, 6, 11, 12, s[10], s[11]);
        MIX(2, 7, 8, 13, s[12], s[13]);
        MIX(3, 4, 9, 14, s[14], s[15]);
    }
    for (size_t i = 0; i < 4; i++) {
        lanes word = h[i] ^ v[i] ^ v[8 + i];
        for (size_t l = 0; l < LANES; l++) {
            out[l][i] = word[l];
        }
    }
}

static void four_plain(const uint64_t key[KEY_WORDS], uint64_t first, uint64_t out[LANES][4]) {
    four(key, first, out);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void four_wide(const uint64_t key[KEY_WORDS], uint64_t first, uint64_t out[LANES][4]) {
    four(key, first, out);
}
#else
#define four_wide four_plain
#endif

static bool is_wide(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2");
#else
    return false;
#endif
}

void derive_parts(const uint8_t secret[32], size_t n, uint8_t (*keys)[32], uint8_t (*salts)[32]) {
    _Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are taken as they lie");
    uint64_t key[KEY_WORDS], out[LANES][4];
    bool wide = is_wide();
    memcpy(key, secret, sizeof key);
    for (size_t part = 0; part < n; part += LANES / 2) {
        if (wide) {
            four_wide(key, 2 * part, out);
        } else {
            four_plain(key, 2 * part, out);
        }
        for (size_t i = part; i < n && i < part + LANES / 2; i++) {
            memcpy(keys[i], out[2 * (i - part)], 32);
            memcpy(salts[i], out[2 * (i - part) + 1], 32);
        }
    }
    seal_wipe(key, sizeof key);
    seal_wipe(out, sizeof out);
}
