/* The identity of a duty (D1 to D3): 16 bytes of SHA-256 over what made it, so that a line keeps its name for life.
 * The room sees no library, hence a SHA-256 of its own (FIPS 180-4). Must not know: evaluation, the ledger's own hashes. */
#include "lang/plain.h"

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

static void block(uint32_t h[8], const uint8_t b[64]) {
    uint32_t w[64];
    for (size_t i = 0; i < 16; i++) {
        w[i] = (uint32_t)cf_be_read(b + 4 * i, 4);
    }
    for (size_t i = 16; i < 64; i++) {
        uint32_t s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >> 3);
        uint32_t s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t v[8];
    memcpy(v, h, sizeof v);
    for (size_t i = 0; i < 64; i++) {
        uint32_t s1 = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25);
        uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i];
        uint32_t s0 = turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22);
        uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (size_t i = 0; i < 8; i++) {
        h[i] += v[i];
    }
}

/* SHA-256 of n bytes. */
void lang_sha256(const void *bytes, size_t n, uint8_t out[32]) {
    uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    const uint8_t *p = bytes;
    size_t left = n;
    for (; left >= 64; left -= 64, p += 64) {
        block(h, p);
    }
    uint8_t tail[128] = {0};
    if (left > 0) {
        memcpy(tail, p, left);
    }
    tail[left] = 0x80;
    size_t size = left < 56 ? 64 : 128;
    uint64_t bits = (uint64_t)n * 8;
    for (size_t i = 0; i < 8; i++) {
        tail[size - 1 - i] = (uint8_t)(bits >> (8 * i));
    }
    for (size_t i = 0; i < size; i += 64) {
        block(h, tail + i);
    }
    for (size_t i = 0; i < 32; i++) {
        out[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
    }
}

struct words {
    uint8_t b[512];
    size_t n;
};

static void put(struct words *w, const void *p, size_t n) {
    CF_ASSERT(n <= sizeof w->b - w->n);
    if (n > 0) {
        memcpy(w->b + w->n, p, n);
    }
    w->n += n;
}

static void put_be(struct words *w, uint64_t v, unsigned bytes) {
    for (unsigned i = bytes; i-- > 0;) {
        uint8_t c = (uint8_t)(v >> (8 * i));
        put(w, &c, 1);
    }
}

static void put_name(struct words *w, struct cf_str s) {
    put(w, s.p, s.n < CF_MAX_NAME_BYTES ? s.n : CF_MAX_NAME_BYTES);
    put(w, "", 1);
}

/* The id of a duty line. Role, cause, period and episode are empty or zero where the duty has none. */
struct cf_id lang_duty_id(struct cf_str rule, struct cf_id subject, struct cf_str role, struct cf_id cause, int64_t cause_limit,
                          int32_t period, struct cf_id episode) {
    struct words w = {.n = 0};
    put_name(&w, CF_LIT("cf/duty/1"));
    put_name(&w, rule);
    put(&w, subject.b, sizeof subject.b);
    put_name(&w, role);
    put(&w, cause.b, sizeof cause.b);
    put_be(&w, (uint64_t)cause_limit, 8);
    put_be(&w, (uint32_t)period, 4);
    put(&w, episode.b, sizeof episode.b);
    uint8_t digest[32];
    lang_sha256(w.b, w.n, digest);
    struct cf_id id;
    memcpy(id.b, digest, sizeof id.b);
    return id;
}
