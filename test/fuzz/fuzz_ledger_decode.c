/* Fuzz target: what stands in a ledger row. The bytes are taken as CBOR, and as a body whose parts are plain text. Whatever
 * they are, reading ends; what is accepted encodes to the very same bytes. */
#include "ledger/ledger_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool take_parts(struct cf_arena *a, const struct body_part *parts, size_t n, struct ledger_event *e) {
    uint8_t kinds[LEDGER_PARTS_MAX] = {0};
    const char *why = NULL;
    for (size_t i = 0; i < n; i++) {
        kinds[i] = parts[i].kind;
    }
    event_prepare(a, kinds, n, e);
    for (size_t i = 0; i < n; i++) {
        struct cf_str plain = parts[i].bytes;
        if (parts[i].state == LEDGER_LIVE) { /* where a box has its tag */
            plain.n -= LEDGER_TAG;
        }
        if (!event_take_part(a, e, (uint16_t)i, parts[i].kind, parts[i].state, plain, &why)) {
            CF_ASSERT(why != NULL);
            return false;
        }
    }
    return event_finish(e, &why);
}

static void encodes_the_same(struct cf_arena *a, const struct body_part *parts, size_t n, const struct ledger_event *e) {
    struct event_plain again[LEDGER_PARTS_MAX];
    struct cf_errs errs = cf_errs_new(a);
    size_t m = 0;
    CF_ASSERT(event_encode(a, &e->d, e->unsynchronised ? e->clock_error_us : -1, EVENT_STORED, again, &m, &errs));
    CF_ASSERT(m == n);
    for (size_t i = 0; i < n; i++) {
        struct cf_str plain = parts[i].bytes;
        plain.n -= LEDGER_TAG;
        CF_ASSERT(again[i].kind == parts[i].kind && cf_str_eq(again[i].bytes, plain));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct cf_str bytes = {(const char *)data, size};
    struct cf_arena *a = cf_arena_new("fuzz");
    struct body_part parts[LEDGER_PARTS_MAX];
    struct ledger_event e = {.d = {.id = {{1}}}};
    const char *why = NULL;
    size_t n = 0;
    if (!cbor_valid(bytes, &why)) {
        CF_ASSERT(why != NULL);
    }
    why = NULL;
    if (!body_split(bytes, parts, &n, &why)) {
        CF_ASSERT(why != NULL);
    } else if (take_parts(a, parts, n, &e) && e.destroyed + e.sealed == 0) {
        encodes_the_same(a, parts, n, &e);
    }
    cf_arena_free(a);
    return 0;
}
