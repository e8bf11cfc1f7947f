/* Fuzz target: CSV, plain or gzip. Whatever the bytes, reading ends, every line is a row or rejected, and a second reading
 * gives the same. */
#include "exchange/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t rows, bad, last_line, hash;
};

static bool read_through(struct csv_reader *r, struct cf_errs *errs, struct seen *seen) {
    *seen = (struct seen){0};
    for (;;) {
        struct csv_line line;
        enum csv_verdict verdict;
        if (!csv_next(r, &line, &verdict, errs)) {
            CF_ASSERT(errs->failures > 0);
            return false;
        }
        if (verdict == CSV_END) {
            return true;
        }
        CF_ASSERT(line.number > seen->last_line);
        seen->last_line = line.number;
        if (verdict == CSV_BAD) {
            CF_ASSERT(line.reason.n > 0);
            seen->bad++;
            continue;
        }
        seen->rows++;
        CF_ASSERT(line.n == csv_heading_count(r));
        for (size_t i = 0; i < line.n; i++) {
            size_t at = 0;
            CF_ASSERT(line.cells[i].n <= line.raw.n && cf_utf8_valid(line.cells[i], &at));
            seen->hash = seen->hash * 31 + cf_str_hash(line.cells[i]);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_arena *a = cf_arena_new("fuzz");
    struct cf_errs errs = cf_errs_new(a);
    struct csv_reader *r = NULL;
    struct gzip_stream *s = gzip_over_bytes(a, (struct cf_str){(const char *)data, size}, CF_LIT("fuzz.csv"));
    struct seen first;
    struct seen second;
    if (!csv_open(a, s, &errs, &r)) {
        CF_ASSERT(errs.failures > 0);
    } else if (read_through(r, &errs, &first)) {
        CF_ASSERT(csv_again(r, &errs) && read_through(r, &errs, &second));
        CF_ASSERT(memcmp(&first, &second, sizeof first) == 0);
    }
    cf_arena_free(a);
    return 0;
}
