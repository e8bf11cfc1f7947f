/* exchange/stop_search_priv: the small readers behind stop_search.c. For that file and the tests only. */
#ifndef CF_EXCHANGE_STOP_SEARCH_PRIV_H
#define CF_EXCHANGE_STOP_SEARCH_PRIV_H

#include "exchange/stop_search.h"

struct stop_when {
    int64_t at_s;
    int16_t offset_min;
    bool day_only, has_offset;
};
/* "2018-05-01T09:58:14+00:00", "2023-11-01 18:21:46.000", "2018-05-01".
 * Midnight exactly is a date without a time (SEARCH-48). */
bool stop_search_read_when(struct cf_str s, struct stop_when *out);
/* Decimal degrees to whole microdegrees, the seventh decimal rounded; within -most to most. */
bool stop_search_read_degrees(struct cf_str s, int32_t most, int32_t *udeg);

/* *value is tried first and gets the word found. */
bool stop_search_find_word(enum stop_column c, struct cf_str s, uint8_t *value);
struct cf_str stop_search_nearest_word(enum stop_column c, struct cf_str s);

/* How often a key was seen before. Keys are told apart by a 64-bit hash: should two ever share one, an ordinal
 * skips a number. */
struct stop_seen {
    struct {
        uint64_t hash;
        uint32_t n;
    } * slot;
    size_t used, cap;
};
uint32_t stop_search_see(struct cf_arena *a, struct stop_seen *seen, struct cf_str key);
/* Writes the key into `room`; the ordinal comes after it. Neither passes CF_MAX_SOURCE_KEY_BYTES. */
struct cf_str stop_search_make_key(const struct stop_search_row *row, char *room, size_t cap);
struct cf_str stop_search_number_key(struct cf_str key, uint32_t ordinal, char *room, size_t cap);

#endif
