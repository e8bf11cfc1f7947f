/* The log of reads: durable before the page leaves, hashed hour over hour, the hashes in the ledger. */
#include "ledger_help.h"

#include <unistd.h>

#define HOUR INT64_C(3600)

static void at(int64_t seconds) {
    char now[32];
    (void)snprintf(now, sizeof now, "%lld", (long long)(seconds * 1000000));
    assert_int_equal(setenv("CF_NOW", now, 1), 0);
}

static struct ledger_read_row row_of(const int64_t *shown, size_t n) {
    return (struct ledger_read_row){.user = 7,
                                    .session = CF_LIT("s1"),
                                    .role = CF_LIT("sergeant"),
                                    .purpose = CF_LIT("welfare"),
                                    .route = CF_LIT("docket"),
                                    .shown = shown,
                                    .n_shown = n,
                                    .withheld = 2};
}

static const char *file_of(struct bench *b, const char *month) {
    return cf_cstr(b->a, cf_str_printf(b->a, "%s/test-reads-%s.db", b->dir, month));
}

static void change(struct bench *b, const char *path, const char *sql) {
    struct store_db *db = NULL;
    struct store_options o = {.mode = STORE_WRITE};
    bench_ok(b, store_open(b->a, path, &o, &b->errs, &db));
    bench_ok(b, store_script_text(db, cf_str_from(sql), &b->errs));
    store_close(db);
}

static void every_read_is_kept_and_found_by_subject(void **state) {
    (void)state;
    at(1790000000);
    struct bench *b = bench_new();
    struct ledger_reads *r = NULL;
    bench_ok(b, ledger_reads_open(b->a, b->l, &b->errs, &r));
    const int64_t shown[] = {11, 12, 11}, one[] = {12};
    struct ledger_read_row rows[2] = {row_of(shown, 3), row_of(one, 1)};
    rows[1].terms = CF_LIT("a name that must not be readable");
    rows[1].outcome = LEDGER_NO_HIT;
    bench_ok(b, ledger_reads_add(r, rows, 2, &b->errs));
    struct ledger_read_row *found = NULL;
    size_t n = 0;
    bench_ok(b, ledger_reads_of(r, 12, 10, b->a, &found, &n, &b->errs));
    assert_int_equal(n, 2);
    assert_int_equal(found[0].outcome, LEDGER_NO_HIT);
    assert_int_equal(found[1].n_shown, 3);
    assert_int_equal(found[1].shown[2], 11);
    assert_text(found[1].purpose, "welfare");
    bench_ok(b, ledger_reads_of(r, 99, 10, b->a, &found, &n, &b->errs));
    assert_int_equal(n, 0);
    assert_int_equal(bench_find(b, rows[1].terms.p, rows[1].terms.n), 0);
    ledger_reads_close(r);
    bench_free(b);
    (void)unsetenv("CF_NOW");
}

static void search_terms_are_sealed_to_the_auditor(void **state) {
    (void)state;
    at(1790000000);
    struct bench *b = bench_empty();
    uint8_t secret[32], plain[64];
    memset(secret, 3, 32);
    assert_true(cf_unhex(CF_LIT("5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22"), b->o.auditor, 32));
    bench_create(b);
    struct ledger_reads *r = NULL;
    bench_ok(b, ledger_reads_open(b->a, b->l, &b->errs, &r));
    const int64_t one[] = {5};
    struct ledger_read_row row = row_of(one, 1), *found = NULL;
    size_t n = 0;
    row.terms = CF_LIT("an invented name");
    bench_ok(b, ledger_reads_add(r, &row, 1, &b->errs));
    bench_ok(b, ledger_reads_of(r, 5, 1, b->a, &found, &n, &b->errs));
    assert_int_equal(found[0].terms.n, row.terms.n + 48);
    assert_true(seal_from(secret, found[0].terms, plain));
    assert_memory_equal(plain, row.terms.p, row.terms.n);
    assert_int_equal(bench_find(b, row.terms.p, row.terms.n), 0);
    bench_free(b);
    (void)unsetenv("CF_NOW");
}

/* Reads over two months; every whole hour with reads becomes one event. */
static struct bench *bench_with_hours(struct ledger_reads **r) {
    const int64_t start = 1793480400; /* 31 October 2026 21:00 UTC: November comes three hours later */
    at(start);
    struct bench *b = bench_new();
    bench_ok(b, ledger_reads_open(b->a, b->l, &b->errs, r));
    for (int i = 0; i < 8; i++) {
        at(start + i * HOUR * 3 / 4);
        const int64_t shown[] = {i, i + 1};
        struct ledger_read_row row = row_of(shown, 2);
        bench_ok(b, ledger_reads_add(*r, &row, 1, &b->errs));
    }
    at(start + 6 * HOUR);
    bench_ok(b, ledger_reads_hash(*r, b->l, cf_now_us(), &b->errs));
    return b;
}

static void whole_hours_are_hashed_into_the_ledger_once(void **state) {
    (void)state;
    struct ledger_reads *r = NULL;
    struct bench *b = bench_with_hours(&r);
    uint64_t *seqs = NULL;
    size_t n = 0;
    assert_int_equal(access(file_of(b, "2026-10"), F_OK), 0);
    assert_int_equal(access(file_of(b, "2026-11"), F_OK), 0);
    bench_ok(b, ledger_builtins(b->l, LEDGER_READS_HASHED, 0, b->a, &seqs, &n, &b->errs));
    assert_int_equal(n, 6);
    uint64_t size = ledger_size(b->l);
    bench_ok(b, ledger_reads_hash(r, b->l, cf_now_us(), &b->errs));
    assert_int_equal(ledger_size(b->l), size);
    bench_ok(b, ledger_reads_verify(r, b->l, &b->errs));
    const int64_t one[] = {3};
    struct ledger_read_row row = row_of(one, 1);
    bench_ok(b, ledger_reads_add(r, &row, 1, &b->errs));
    bench_ok(b, ledger_reads_verify(r, b->l, &b->errs)); /* the running hour is not judged yet */
    bench_verified(b, b->l);
    ledger_reads_close(r);
    bench_free(b);
    (void)unsetenv("CF_NOW");
}

static void a_row_changed_lost_or_slipped_in_is_found(void **state) {
    (void)state;
    static const char *const changes[] = {
        "UPDATE read SET purpose = 'curiosity' WHERE n = 2",
        "UPDATE read SET user = 8 WHERE n = 1",
        "DELETE FROM read WHERE n = 3",
        "UPDATE read SET withheld = 0 WHERE n = 1",
        "DELETE FROM read",
        "CREATE TABLE x AS SELECT * FROM read WHERE n = 1; UPDATE x SET n = 100; INSERT INTO read SELECT * FROM x",
    };
    for (size_t i = 0; i < CF_COUNT(changes); i++) {
        struct ledger_reads *r = NULL;
        struct bench *b = bench_with_hours(&r);
        ledger_reads_close(r);
        change(b, file_of(b, "2026-10"), changes[i]);
        bench_ok(b, ledger_reads_open(b->a, b->l, &b->errs, &r));
        if (ledger_reads_verify(r, b->l, &b->errs)) {
            fail_msg("not found: %s", changes[i]);
        }
        bench_refused(b, false, CF_E031);
        ledger_reads_close(r);
        bench_free(b);
    }
    (void)unsetenv("CF_NOW");
}

static void a_log_of_another_ledger_is_refused(void **state) {
    (void)state;
    at(1790000000);
    struct bench *b = bench_new();
    struct ledger_reads *r = NULL;
    bench_ok(b, ledger_reads_open(b->a, b->l, &b->errs, &r));
    ledger_reads_close(r);
    change(b, file_of(b, "2026-09"), "UPDATE ledger SET id = zeroblob(16)");
    bench_refused(b, ledger_reads_open(b->a, b->l, &b->errs, &r), CF_E006);
    bench_free(b);
    (void)unsetenv("CF_NOW");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_read_is_kept_and_found_by_subject),
        cmocka_unit_test(search_terms_are_sealed_to_the_auditor),
        cmocka_unit_test(whole_hours_are_hashed_into_the_ledger_once),
        cmocka_unit_test(a_row_changed_lost_or_slipped_in_is_found),
        cmocka_unit_test(a_log_of_another_ledger_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
