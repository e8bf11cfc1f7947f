/* Fuzz target: files of stop and search, and the table of more thorough searches. Whatever the bytes, lines = rows + rejected
 * (+ repeats), every row has a key of its own, and every value is a word of its table. */
#include "exchange/more_thorough.h"
#include "exchange/stop_search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_row(const struct stop_search_row *row, struct cf_map *keys) {
    for (int c = 0; c < STOP_COLUMNS; c++) {
        CF_ASSERT(row->value[c] < STOP_FIRST + stop_search_words((enum stop_column)c));
    }
    CF_ASSERT(row->key.n > 0 && row->key.n <= CF_MAX_SOURCE_KEY_BYTES);
    CF_ASSERT(!row->has_place || (row->latitude_udeg >= -90000000 && row->latitude_udeg <= 90000000));
    void **slot = cf_map_put(keys, row->key);
    CF_ASSERT(*slot == NULL);
    *slot = keys;
}

static void fuzz_stop_search(struct cf_str bytes) {
    struct cf_arena *a = cf_arena_new("fuzz");
    struct cf_errs errs = cf_errs_new(a);
    struct cf_map *keys = cf_map_new(a);
    struct stop_search_reader *r = NULL;
    struct stop_search_options o = {.stream = gzip_over_bytes(a, bytes, CF_LIT("2018-05-metropolitan-stop-and-search.csv")),
                                    .rejects = csv_rejects_new(a, NULL)};
    if (stop_search_open(a, &o, &errs, &r)) {
        struct stop_search_row row;
        bool more = true;
        bool ok = true;
        while (ok && more) {
            ok = stop_search_next(r, &row, &more, &errs);
            if (ok && more) {
                check_row(&row, keys);
            }
        }
        const struct stop_search_report *t = stop_search_report(r);
        CF_ASSERT(ok && t->lines == t->rows + t->rejected && csv_rejects_count(o.rejects) == t->rejected);
    } else {
        CF_ASSERT(errs.failures > 0);
    }
    cf_arena_free(a);
}

static void fuzz_more_thorough(struct cf_str bytes) {
    struct cf_arena *a = cf_arena_new("fuzz");
    struct cf_errs errs = cf_errs_new(a);
    struct cf_map *keys = cf_map_new(a);
    struct thorough_table t;
    struct thorough_options o = {.stream = gzip_over_bytes(a, bytes, CF_LIT("table.csv"))};
    if (more_thorough_read(a, &o, &errs, &t)) {
        CF_ASSERT(t.lines == t.n + t.rejected + t.repeats);
        for (size_t i = 0; i < t.n; i++) {
            void **slot = cf_map_put(keys, t.v[i].key);
            CF_ASSERT(*slot == NULL && t.v[i].copies > 0 && t.v[i].key.n <= CF_MAX_SOURCE_KEY_BYTES);
            *slot = keys;
        }
    } else {
        CF_ASSERT(errs.failures > 0);
    }
    cf_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_str bytes = {(const char *)data, size};
    fuzz_stop_search(bytes);
    fuzz_more_thorough(bytes);
    return 0;
}
