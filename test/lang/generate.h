/* generate: random policies as text, random histories for any checked set, and a small invented world for both.
 * The same seed gives the same text and the same history. Must not know either evaluator. */
#ifndef CF_TEST_LANG_GENERATE_H
#define CF_TEST_LANG_GENERATE_H

#include "lang/lang.h"

/* splitmix64: good enough to reach corners, the same on every machine. */
struct gen_rng {
    uint64_t state;
};
uint64_t gen_next(struct gen_rng *r);
uint32_t gen_below(struct gen_rng *r, uint32_t n); /* 0 to n - 1; n > 0 */
bool gen_chance(struct gen_rng *r, uint32_t percent);

/* How many rules a generated policy has at most; a set bit of `dropped` leaves one out (minimising). */
#define GEN_RULES 40
struct gen_policy {
    struct cf_str texts[3]; /* one policy, in one version or two, and perhaps one that adds to it */
    size_t n;
};
void gen_policy(struct cf_arena *a, uint64_t seed, uint64_t dropped, struct gen_policy *out);

/* An invented world: two units, organisations with school days and partners, and the given zone and calendar. Pure. */
void gen_reference(const struct cf_zone *zone, const struct cf_calendar *calendar, const struct lang_set *set,
                   struct lang_reference *out);

struct gen_shape {
    size_t events_min, events_max;
    int32_t first_day, last_day; /* of the first event */
    uint32_t unknown_percent;    /* of field values */
    uint32_t odd_percent;        /* late, day-only, wrong-rank, corrected … each about this often */
};
extern const struct gen_shape gen_corners;   /* short, dense in boundaries */
extern const struct gen_shape gen_long;      /* 70 to 140 events */
extern const struct gen_shape gen_realistic; /* 10 to 50 events over months: benchmarks */
/* A history of the person numbered 1. Events lie in the arena, sorted as E2 wants. */
void gen_history(struct cf_arena *a, uint64_t seed, const struct lang_set *set, const struct lang_reference *ref,
                 const struct gen_shape *shape, struct lang_history *out);
/* The events of h that were recorded and had happened by `now`: what an evaluation at `now` reads. */
struct lang_history gen_known_at(struct cf_arena *a, const struct lang_history *h, int64_t now);
/* An instant worth asking about: at, just before, just after something, or well after everything. */
int64_t gen_instant(struct gen_rng *r, const struct lang_reference *ref, const struct lang_history *h);
void gen_history_text(struct cf_buf *b, const struct lang_set *set, const struct lang_reference *ref,
                      const struct lang_history *h);

#endif
