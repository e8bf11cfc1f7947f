/* Durability: whatever breaks while the keeper writes, nothing acknowledged is lost, nothing refused is found, and the log
 * verifies. */
#include "../unit/ledger/ledger_help.h"
#include "faulty_vfs.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACKED_MOST 4096

static struct bench *bench_faulty(void) {
    struct bench *b = bench_empty();
    faulty_register();
    faulty_set((struct faulty_plan){FAULTY_NEVER, 0, 0});
    b->o.vfs = FAULTY_VFS;
    bench_create(b);
    return b;
}

/* The child's work: batches of one to eight, each acknowledged through the pipe once its commit has returned. */
static void child_appends(struct bench *b, struct faulty_plan plan, int out) {
    struct ledger_receipt r;
    struct cf_id ids[8];
    faulty_set(plan);
    if (!ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &b->l)) {
        _exit(3);
    }
    for (int batch = 0; batch < 60; batch++) {
        size_t n = bench_random(b) % 8 + 1;
        if (!ledger_begin(b->l, &b->errs)) {
            _exit(4);
        }
        for (size_t i = 0; i < n; i++) {
            struct ledger_draft *d = bench_draft(b, "in the child");
            ids[i] = d->id;
            if (!ledger_append(b->l, d, &r, &b->errs)) {
                _exit(5);
            }
        }
        if (!ledger_commit(b->l, &b->errs)) {
            _exit(6);
        }
        if (write(out, ids, n * sizeof ids[0]) != (ssize_t)(n * sizeof ids[0])) {
            _exit(7);
        }
        if (batch % 20 == 19 && !store_checkpoint(b->l->db, true, &b->errs)) {
            _exit(8);
        }
    }
    _exit(0);
}

static size_t read_all(int fd, void *p, size_t most) {
    size_t n = 0;
    ssize_t got = 0;
    while (n < most && (got = read(fd, (char *)p + n, most - n)) > 0) {
        n += (size_t)got;
    }
    return n;
}

static void run_and_kill(struct bench *b, struct faulty_plan plan, bool *killed) {
    static struct cf_id acked[ACKED_MOST];
    int fds[2], status = 0;
    assert_int_equal(pipe(fds), 0);
    (void)fflush(stdout);
    b->state += plan.at * 977 + plan.seed; /* each child has its own random bytes */
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(fds[0]);
        child_appends(b, plan, fds[1]);
    }
    (void)close(fds[1]);
    size_t n = read_all(fds[0], acked, sizeof acked) / sizeof acked[0];
    (void)close(fds[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    *killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!*killed) {
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    b->state += 1;
    bench_reopen(b);
    for (size_t i = 0; i < n; i++) {
        uint64_t seq = LEDGER_NO_SEQ;
        bench_ok(b, ledger_seq_of_id(b->l, acked[i], &seq, &b->errs));
        assert_true(seq != LEDGER_NO_SEQ); /* acknowledged: here */
    }
    bench_verified(b, b->l);
    (void)bench_put(b, bench_draft(b, "after the kill"));
    ledger_close(b->l);
    b->l = NULL;
}

static void kills_of_one_sort(enum faulty_how how, uint64_t dense, uint64_t sparse) {
    struct bench *b = bench_faulty();
    ledger_close(b->l);
    b->l = NULL;
    size_t killed = 0;
    for (uint64_t i = 1; i <= dense + sparse; i++) {
        struct cf_mark m = cf_arena_mark(b->a);
        uint64_t at = i <= dense ? i : dense + bench_random(b) % 900;
        bool was = false;
        run_and_kill(b, (struct faulty_plan){how, at, i * 7919}, &was);
        faulty_set((struct faulty_plan){FAULTY_NEVER, 0, 0});
        killed += was;
        cf_arena_rewind(b->a, m);
    }
    assert_true(killed > dense / 2);
    bench_free(b);
}

static void a_kill_at_any_write_loses_nothing_acknowledged(void **state) {
    (void)state;
    kills_of_one_sort(FAULTY_KILL, 18, 6);
}

static void a_torn_write_loses_nothing_acknowledged(void **state) {
    (void)state;
    kills_of_one_sort(FAULTY_TORN, 10, 6);
}

static void a_power_cut_loses_nothing_acknowledged(void **state) {
    (void)state;
    kills_of_one_sort(FAULTY_POWER_CUT, 18, 8);
}

static void a_full_disk_is_said_and_nothing_is_half_written(void **state) {
    (void)state;
    struct bench *b = bench_faulty();
    bench_fill(b, 30);
    size_t refused = 0;
    for (uint64_t at = 1; at < 14; at++) {
        uint64_t size = ledger_size(b->l);
        struct ledger_draft *d = bench_draft(b, "onto the full disk");
        struct ledger_receipt r;
        faulty_set((struct faulty_plan){FAULTY_FULL, at, 0});
        bool ok = ledger_begin(b->l, &b->errs) && ledger_append(b->l, d, &r, &b->errs) && ledger_commit(b->l, &b->errs);
        faulty_set((struct faulty_plan){FAULTY_NEVER, 0, 0});
        if (!ok) {
            uint64_t seq = 0;
            bench_refused(b, ok, CF_S005);
            ledger_rollback(b->l);
            assert_int_equal(ledger_size(b->l), size);
            bench_ok(b, ledger_seq_of_id(b->l, d->id, &seq, &b->errs));
            assert_true(seq == LEDGER_NO_SEQ); /* refused: not here */
            refused++;
            (void)bench_put(b, d); /* room again: the same message is taken */
        }
    }
    assert_true(refused >= 3);
    bench_verified(b, b->l);
    bench_reopen(b);
    bench_verified(b, b->l);
    bench_free(b);
}

static void after_an_io_error_the_handle_is_not_used_again(void **state) {
    (void)state;
    static const enum faulty_how hows[] = {FAULTY_WRITE, FAULTY_SYNC};
    for (size_t i = 0; i < CF_COUNT(hows); i++) {
        struct bench *b = bench_faulty();
        bench_fill(b, 10);
        struct ledger_draft *d = bench_draft(b, "lost");
        struct ledger_receipt r;
        uint64_t seq = 0;
        faulty_set((struct faulty_plan){hows[i], 1, 0});
        bool ok = ledger_begin(b->l, &b->errs) && ledger_append(b->l, d, &r, &b->errs) && ledger_commit(b->l, &b->errs);
        faulty_set((struct faulty_plan){FAULTY_NEVER, 0, 0});
        bench_refused(b, ok, CF_S003);
        ledger_rollback(b->l);
        bench_refused(b, ledger_begin(b->l, &b->errs), CF_S003);
        bench_reopen(b);
        bench_verified(b, b->l);
        bench_ok(b, ledger_seq_of_id(b->l, d->id, &seq, &b->errs));
        if (seq == LEDGER_NO_SEQ) { /* a failed sync leaves open which it was; sent again it is one event either way */
            (void)bench_put(b, d);
        } else {
            assert_true(bench_put(b, d).again);
        }
        bench_verified(b, b->l);
        bench_free(b);
    }
}

/* A destruction that a kill interrupts is either not begun or carried out when the ledger is next opened. */
static void a_kill_during_destruction_leaves_no_half_destroyed_event(void **state) {
    (void)state;
    size_t gone = 0, whole = 0;
    for (uint64_t at = 1; at < 22; at += 2) {
        struct bench *b = bench_faulty();
        struct ledger_draft *d = bench_draft(b, "to be destroyed");
        struct ledger_receipt first = bench_put(b, d), r;
        struct ledger_event e;
        int status = 0;
        struct event_row row;
        bool found = false;
        bench_ok(b, row_read(b->l->db, first.seq, b->a, &row, &found, &b->errs));
        struct ledger_erasure x = {.event = d->id,
                                   .scope = LEDGER_WHOLE_EVENT,
                                   .reviewer = ledger_new_subject(b->l),
                                   .approver = ledger_new_subject(b->l),
                                   .authority = CF_LIT("test")};
        ledger_close(b->l);
        b->l = NULL;
        (void)fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            bool ok = ledger_open(b->a, b->path, LEDGER_WRITE, &b->o, &b->errs, &b->l);
            faulty_set((struct faulty_plan){FAULTY_KILL, at, 0});
            ok = ok && ledger_erase(b->l, &x, &r, &b->errs);
            _exit(ok ? 0 : 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        bench_reopen(b);
        bench_ok(b, ledger_read(b->l, first.seq, b->a, &e, &b->errs));
        assert_true(e.destroyed == 0 || e.destroyed == e.parts);
        gone += e.destroyed > 0;
        whole += e.destroyed == 0;
        if (e.destroyed > 0) {
            assert_int_equal(bench_find(b, row.k.p, row.k.n), 0);
        }
        bench_verified(b, b->l);
        bench_free(b);
    }
    assert_true(gone > 0);
    (void)whole;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_at_any_write_loses_nothing_acknowledged),
        cmocka_unit_test(a_torn_write_loses_nothing_acknowledged),
        cmocka_unit_test(a_power_cut_loses_nothing_acknowledged),
        cmocka_unit_test(a_full_disk_is_said_and_nothing_is_half_written),
        cmocka_unit_test(after_an_io_error_the_handle_is_not_used_again),
        cmocka_unit_test(a_kill_during_destruction_leaves_no_half_destroyed_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
