/* random: the draw. Keyed, whole numbers only, no state but the caller's: the same key gives the same on every machine. */
#include "simulate/priv.h"

/* splitmix64 (Steele, Lea, Flood 2014): spreads a counter over all bits. */
static uint64_t spread(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t sim_mix(uint64_t a, uint64_t b) {
    return spread(spread(a) ^ (b * 0xd6e8feb86659fd93u));
}

/* FNV-1a, spread: of names of records and fields, which do not change when another policy is added. */
uint64_t sim_key(struct cf_str name) {
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < name.n; i++) {
        h = (h ^ (uint8_t)name.p[i]) * 0x100000001b3u;
    }
    return spread(h);
}

struct sim_rng sim_rng_of(uint64_t key) {
    struct sim_rng r;
    for (int i = 0; i < 4; i++) {
        r.s[i] = spread(key + (uint64_t)i * 0x9e3779b97f4a7c15u);
    }
    return r;
}

static uint64_t rotate(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
}

/* xoshiro256** (Blackman, Vigna 2018). */
uint64_t sim_next(struct sim_rng *r) {
    uint64_t result = rotate(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;
    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= t;
    r->s[3] = rotate(r->s[3], 45);
    return result;
}

uint32_t sim_below(struct sim_rng *r, uint32_t n) {
    return (uint32_t)(((sim_next(r) >> 32) * n) >> 32);
}

int64_t sim_between(struct sim_rng *r, int64_t lo, int64_t hi) {
    if (hi <= lo) {
        return lo;
    }
    uint64_t width = (uint64_t)(hi - lo) + 1;
    return lo + (int64_t)(width <= UINT32_MAX ? sim_below(r, (uint32_t)width) : sim_next(r) % width);
}

bool sim_chance(struct sim_rng *r, uint64_t millionths) {
    return sim_below(r, SIM_ONE) < millionths;
}

size_t sim_weighted(struct sim_rng *r, const uint64_t *weights, size_t n) {
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        total += weights[i];
    }
    if (!total) {
        return sim_below(r, (uint32_t)n);
    }
    uint64_t at = sim_next(r) % total;
    for (size_t i = 0; i < n; i++) {
        if (at < weights[i]) {
            return i;
        }
        at -= weights[i];
    }
    return n - 1;
}

struct cf_id sim_id(uint64_t key) {
    struct cf_id id = {.b = {'i', 'n', 'v'}};
    uint64_t x = spread(key ^ 0x696e76u), y = spread(x + key);
    for (int i = 0; i < 8; i++) {
        id.b[3 + i] = (uint8_t)(x >> (8 * i));
    }
    for (int i = 0; i < 5; i++) {
        id.b[11 + i] = (uint8_t)(y >> (8 * i));
    }
    return id;
}
