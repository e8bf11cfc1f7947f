/* The identity of a duty (D1 to D3): 16 bytes of SHA-256 over what made it, so that a line keeps its name for life.
 * The room sees no library, hence a SHA-256 of its own (FIPS 180-4). Must not know: evaluation, the ledger's own hashes. */
#include "lang/lang_priv.h"
#include "lang/plain.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

static const uint32_t K[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
                               0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
                               0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
                               0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
                               0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
                               0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
                               0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
                               0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t x, unsigned by) {
    return (x >> by) | (x << (32 - by));
}

/* One of the 64 rounds: the eight words stand still, their names turn. */
static inline void one_round(uint32_t v[8], unsigned i, uint32_t wk) {
    uint32_t a = v[(0 - i) & 7], b = v[(1 - i) & 7], c = v[(2 - i) & 7], e = v[(4 - i) & 7], f = v[(5 - i) & 7],
             g = v[(6 - i) & 7];
    uint32_t s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25), s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    uint32_t t1 = v[(7 - i) & 7] + s1 + ((e & f) ^ (~e & g)) + wk;
    v[(3 - i) & 7] += t1;
    v[(7 - i) & 7] = t1 + s0 + ((a & b) ^ (a & c) ^ (b & c));
}

static void block(uint32_t h[8], const uint8_t b[64]) {
    uint32_t w[64], v[8];
    for (size_t i = 0; i < 16; i++) {
        uint32_t word;
        memcpy(&word, b + 4 * i, sizeof word);
        w[i] = __builtin_bswap32(word);
    }
    for (size_t i = 16; i < 64; i++) {
        uint32_t s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >> 3);
        uint32_t s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    memcpy(v, h, sizeof v);
    for (unsigned i = 0; i < 64; i += 8) {
        for (unsigned k = 0; k < 8; k++) {
            one_round(v, k, K[i + k] + w[i + k]);
        }
    }
    for (size_t i = 0; i < 8; i++) {
        h[i] += v[i];
    }
}

#if defined(__x86_64__)
/* The same by the processor's own instructions; the evaluators use one each, so each tests the other. Its instructions wait for
 * one another: two hashes beside each other take hardly longer than one. */
#define BY_PROCESSOR __attribute__((target("sha,sse4.1,ssse3")))
struct lane {
    __m128i x, y, x0, y0, m[4];
};

BY_PROCESSOR static inline void lane_start(struct lane *l, const uint32_t h[8], const uint8_t b[64]) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i_u *)(const void *)h), 0xB1);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i_u *)(const void *)(h + 4)), 0x1B);
    l->x = l->x0 = _mm_alignr_epi8(abcd, efgh, 8);
    l->y = l->y0 = _mm_blend_epi16(efgh, abcd, 0xF0);
    for (size_t i = 0; i < 4; i++) {
        l->m[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i_u *)(const void *)(b + 16 * i)), swap);
    }
}

/* Four rounds; the words of sixteen rounds later take the place of those used (of the last sixteen nobody reads them). */
BY_PROCESSOR static inline void lane_four(struct lane *l, size_t i) {
    __m128i now = l->m[i & 3], last = l->m[(i + 3) & 3];
    __m128i wk = _mm_add_epi32(now, _mm_loadu_si128((const __m128i_u *)(const void *)(K + 4 * i)));
    l->y = _mm_sha256rnds2_epu32(l->y, l->x, wk);
    l->x = _mm_sha256rnds2_epu32(l->x, l->y, _mm_shuffle_epi32(wk, 0x0E));
    if (i < 12) {
        __m128i next = _mm_add_epi32(_mm_sha256msg1_epu32(now, l->m[(i + 1) & 3]), _mm_alignr_epi8(last, l->m[(i + 2) & 3], 4));
        l->m[i & 3] = _mm_sha256msg2_epu32(next, last);
    }
}

BY_PROCESSOR static inline void lane_end(const struct lane *l, uint32_t h[8]) {
    __m128i x = _mm_shuffle_epi32(_mm_add_epi32(l->x, l->x0), 0x1B);
    __m128i y = _mm_shuffle_epi32(_mm_add_epi32(l->y, l->y0), 0xB1);
    _mm_storeu_si128((__m128i_u *)(void *)h, _mm_blend_epi16(x, y, 0xF0));
    _mm_storeu_si128((__m128i_u *)(void *)(h + 4), _mm_alignr_epi8(y, x, 8));
}

/* Written out, so that the words stay in registers. */
#define SIXTEEN(four) four(0) four(1) four(2) four(3) four(4) four(5) four(6) four(7) SIXTEEN_REST(four)
#define SIXTEEN_REST(four) four(8) four(9) four(10) four(11) four(12) four(13) four(14) four(15)

BY_PROCESSOR static void block_by_processor(uint32_t h[8], const uint8_t b[64]) {
    struct lane l;
    lane_start(&l, h, b);
#define FOUR(i) lane_four(&l, i);
    SIXTEEN(FOUR)
#undef FOUR
    lane_end(&l, h);
}

BY_PROCESSOR static void blocks_by_processor(uint32_t h[2][8], const uint8_t *const b[2]) {
    struct lane l, k;
    lane_start(&l, h[0], b[0]);
    lane_start(&k, h[1], b[1]);
#define FOUR(i)                                                                                                                \
    lane_four(&l, i);                                                                                                          \
    lane_four(&k, i);
    SIXTEEN(FOUR)
#undef FOUR
    lane_end(&l, h[0]);
    lane_end(&k, h[1]);
}
#endif

/* The quickest way to hash a block on this machine; asked once, when a program is lowered. */
lang_sha256_block *lang_sha256_quickest(void) {
#if defined(__x86_64__)
    unsigned a, b, c, d;
    bool shuffles = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & (1u << 9)) != 0 && (c & (1u << 19)) != 0;
    if (shuffles && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & (1u << 29)) != 0) {
        return block_by_processor;
    }
#endif
    return block;
}

static const uint32_t START[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* The end of a text of n bytes, of which `left` stand in `tail` already: 1 or 2 blocks. Gives their bytes. */
static size_t pad(uint8_t *tail, size_t left, size_t n) {
    size_t size = left < 56 ? 64 : 128;
    memset(tail + left, 0, size - left);
    tail[left] = 0x80;
    uint64_t bits = __builtin_bswap64((uint64_t)n * 8);
    memcpy(tail + size - 8, &bits, sizeof bits);
    return size;
}

/* SHA-256 of n bytes. */
void lang_sha256(const void *bytes, size_t n, uint8_t out[32]) {
    uint32_t h[8];
    uint8_t tail[128];
    memcpy(h, START, sizeof h);
    const uint8_t *p = bytes;
    size_t left = n;
    for (; left >= 64; left -= 64, p += 64) {
        block(h, p);
    }
    if (left > 0) {
        memcpy(tail, p, left);
    }
    size_t size = pad(tail, left, n);
    for (size_t i = 0; i < size; i += 64) {
        block(h, tail + i);
    }
    for (size_t i = 0; i < 32; i++) {
        out[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
    }
}

/* ---- what is hashed */

static void put(struct lang_identity *w, const void *p, size_t n) {
    CF_ASSERT(n <= LANG_IDENTITY_BYTES - w->n);
    if (n > 0) {
        memcpy(w->b + w->n, p, n);
    }
    w->n += n;
}

static void put_name(struct lang_identity *w, struct cf_str s) {
    put(w, s.p, s.n < CF_MAX_NAME_BYTES ? s.n : CF_MAX_NAME_BYTES);
    put(w, "", 1);
}

void lang_identity_put(struct lang_identity *w, struct cf_str rule, struct cf_id subject, struct cf_str role,
                       struct cf_id cause, int64_t cause_limit, int32_t period, struct cf_id episode) {
    uint64_t limit = __builtin_bswap64((uint64_t)cause_limit);
    uint32_t day = __builtin_bswap32((uint32_t)period);
    w->n = 0;
    put_name(w, CF_LIT("cf/duty/1"));
    put_name(w, rule);
    put(w, subject.b, sizeof subject.b);
    put_name(w, role);
    put(w, cause.b, sizeof cause.b);
    put(w, &limit, sizeof limit);
    put(w, &day, sizeof day);
    put(w, episode.b, sizeof episode.b);
}

static struct cf_id id_from(const uint32_t h[8]) {
    struct cf_id id;
    for (size_t i = 0; i < sizeof id.b / 4; i++) {
        uint32_t word = __builtin_bswap32(h[i]);
        memcpy(id.b + 4 * i, &word, sizeof word);
    }
    return id;
}

/* Room for the end of the text stands behind it in its own buffer. Gives how many blocks it is. */
static size_t finish(struct lang_identity *w) {
    size_t whole = w->n / 64 * 64;
    return (whole + pad(w->b + whole, w->n - whole, w->n)) / 64;
}

static void one_id(lang_sha256_block *one, const struct lang_identity *w, size_t blocks, struct cf_id *out) {
    uint32_t h[8];
    memcpy(h, START, sizeof h);
    for (size_t i = 0; i < blocks; i++) {
        one(h, w->b + 64 * i);
    }
    *out = id_from(h);
}

void lang_identities(lang_sha256_block *one, struct lang_identity *const w[2], struct cf_id *const out[2]) {
    size_t n0 = finish(w[0]), n1 = finish(w[1]);
#if defined(__x86_64__)
    if (one == block_by_processor && n0 == n1) {
        uint32_t h[2][8];
        memcpy(h[0], START, sizeof START);
        memcpy(h[1], START, sizeof START);
        for (size_t i = 0; i < n0; i++) {
            const uint8_t *const b[2] = {w[0]->b + 64 * i, w[1]->b + 64 * i};
            blocks_by_processor(h, b);
        }
        *out[0] = id_from(h[0]);
        *out[1] = id_from(h[1]);
        return;
    }
#endif
    one_id(one, w[0], n0, out[0]);
    one_id(one, w[1], n1, out[1]);
}

struct cf_id lang_identity_of(lang_sha256_block *one, struct lang_identity *w) {
    struct cf_id id;
    one_id(one, w, finish(w), &id);
    return id;
}

struct cf_id lang_duty_id(struct cf_str rule, struct cf_id subject, struct cf_str role, struct cf_id cause, int64_t cause_limit,
                          int32_t period, struct cf_id episode) {
    struct lang_identity w;
    lang_identity_put(&w, rule, subject, role, cause, cause_limit, period, episode);
    return lang_identity_of(block, &w);
}
