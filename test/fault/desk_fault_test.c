/* A batch at the desk when the disk fails: whatever breaks, nothing is acknowledged that is not there after opening anew, and a
 * batch is there whole or not at all. People in here are invented. */
#include "faulty_vfs.h"
#include "unit/docket/desk_help.h"

enum { N = 5 };

static bool record_some(struct desk_place *p, uint64_t round, struct cf_arena *a, struct desk_outcome *out) {
    const struct desk_entry *entries[N];
    struct cf_errs errs = cf_errs_new(a);
    for (uint64_t i = 0; i < N; i++) {
        entries[i] =
            desk_search_of(a, p->desk, desk_id("event", round * N + i), desk_id("child", i), desk_clock_now() - 5, true);
    }
    return desk_record_many(p->desk, entries, N, a, out, &errs);
}

static void a_disk_that_fails(enum faulty_how how) {
    struct desk_place p;
    size_t failed = 0, whole = 0;
    faulty_register();
    faulty_set((struct faulty_plan){FAULTY_NEVER, 0, 0});
    desk_clock(1717412400);
    desk_place_new(&p, FAULTY_VFS);
    for (uint64_t at = 1; at <= 13; at++) {
        struct cf_arena *a = cf_arena_new("one fault");
        struct desk_outcome out[N] = {0};
        faulty_set((struct faulty_plan){how, at, 0});
        bool ok = record_some(&p, at, a, out);
        faulty_set((struct faulty_plan){FAULTY_NEVER, 0, 0});
        failed += !ok;
        for (size_t i = 0; i < N; i++) {
            assert_int_equal(out[i].ok, ok);
            assert_int_equal(out[i].errs->failures > 0, !ok);
        }
        desk_place_reopen(&p);
        size_t there = 0;
        for (uint64_t i = 0; i < N; i++) {
            uint64_t seq;
            desk_must(&p, ledger_seq_of_id(desk_ledger(p.desk), desk_id("event", at * N + i), &seq, &p.errs));
            there += seq != LEDGER_NO_SEQ;
        }
        assert_true(there == N || (there == 0 && !ok));
        whole += there == N;
        struct ledger_verified v;
        desk_must(&p, ledger_verify(desk_ledger(p.desk), NULL, NULL, &v, &p.errs));
        struct desk_outcome again[N] = {0};
        assert_true(record_some(&p, at, a, again)); /* sent again: recorded once */
        for (size_t i = 0; i < N; i++) {
            assert_int_equal(again[i].receipt.again, there == N);
        }
        cf_arena_free(a);
    }
    assert_true(failed > 3);
    desk_place_free(&p);
    desk_clock(0);
}

static void a_full_disk_acknowledges_nothing(void **state) {
    (void)state;
    a_disk_that_fails(FAULTY_FULL);
}

static void a_failed_write_acknowledges_nothing(void **state) {
    (void)state;
    a_disk_that_fails(FAULTY_WRITE);
}

static void a_failed_sync_acknowledges_nothing(void **state) {
    (void)state;
    a_disk_that_fails(FAULTY_SYNC);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_acknowledges_nothing),
        cmocka_unit_test(a_failed_write_acknowledges_nothing),
        cmocka_unit_test(a_failed_sync_acknowledges_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
