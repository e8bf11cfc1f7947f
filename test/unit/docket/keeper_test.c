/* keeper: many threads ask, one writes; each gets its own answer once it is durable, in one of few commits; stopping answers
 * whoever waits. Run under ThreadSanitizer too (preset tsan). People in here are invented. */
#include "docket/keeper.h"
#include "unit/docket/desk_help.h"

#include <pthread.h>
#include <time.h>

static struct desk_place place;
static struct cf_arena *arena;
static struct cf_errs errs;

static int begin(void **state) {
    (void)state;
    desk_clock(1717412400); /* 2024-06-03 12:00 London */
    desk_place_new(&place, NULL);
    arena = cf_arena_new("keeper test");
    errs = cf_errs_new(arena);
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_arena_free(arena);
    desk_place_free(&place);
    desk_clock(0);
    return 0;
}

static struct keeper *start(const struct keeper_options *o) {
    struct keeper *k;
    if (!keeper_start(arena, place.desk, o, &errs, &k)) {
        cf_errs_print(stderr, &errs);
        fail_msg("the keeper did not start");
    }
    return k;
}

static void nap(long ms) {
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

/* Holds the keeper's thread until it is let go, so that what is sent meanwhile must wait. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool entered, open;
};

static bool wait_at_gate(struct desk *d, void *arg, struct cf_errs *e) {
    struct gate *g = arg;
    (void)d;
    (void)e;
    pthread_mutex_lock(&g->lock);
    g->entered = true;
    pthread_cond_broadcast(&g->moved);
    while (!g->open) {
        pthread_cond_wait(&g->moved, &g->lock);
    }
    pthread_mutex_unlock(&g->lock);
    return true;
}

static void hold(struct keeper *k, struct gate *g, struct keeper_ticket *t) {
    *g = (struct gate){.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    *t = (struct keeper_ticket){.work = wait_at_gate, .work_arg = g, .errs = &errs};
    assert_true(keeper_send(k, t));
    pthread_mutex_lock(&g->lock);
    while (!g->entered) {
        pthread_cond_wait(&g->moved, &g->lock);
    }
    pthread_mutex_unlock(&g->lock);
}

static void let_go(struct gate *g) {
    pthread_mutex_lock(&g->lock);
    g->open = true;
    pthread_cond_broadcast(&g->moved);
    pthread_mutex_unlock(&g->lock);
}

/* ---- Many at once. */

enum { THREADS = 6, EACH = 12 };

struct writer {
    struct keeper *k;
    const struct desk_entry *entries[EACH];
    struct ledger_receipt receipts[EACH];
    size_t n, owed;
    bool failed;
};

static void *write_all(void *arg) {
    struct writer *w = arg;
    struct cf_arena *a = cf_arena_new("writer");
    for (size_t i = 0; i < w->n; i++) {
        struct cf_errs own = cf_errs_new(a);
        struct desk_changes changes = {0};
        bool ok = keeper_record(w->k, w->entries[i], a, &w->receipts[i], &changes, &own);
        w->failed |= !ok;
        for (size_t c = 0; c < changes.n; c++) {
            w->owed += changes.v[c].duty && cf_str_is(changes.v[c].duty->rule->name.text, "come_to_notice");
        }
    }
    cf_arena_free(a);
    return NULL;
}

static void each_writer_gets_its_own_answer(void **state) {
    (void)state;
    struct writer w[THREADS] = {0};
    pthread_t threads[THREADS];
    for (uint64_t t = 0; t < THREADS; t++) {
        for (uint64_t i = 0; i < EACH; i++) {
            w[t].entries[w[t].n++] = desk_search_of(arena, place.desk, desk_id("event", t * 100 + i), desk_id("child", t),
                                                    desk_clock_now() - 500 + (int64_t)i, i == 0);
        }
    }
    uint64_t before = ledger_size(desk_ledger(place.desk));
    struct keeper *k = start(NULL);
    for (size_t t = 0; t < THREADS; t++) {
        w[t].k = k;
        assert_int_equal(pthread_create(&threads[t], NULL, write_all, &w[t]), 0);
    }
    for (size_t t = 0; t < THREADS; t++) {
        pthread_join(threads[t], NULL);
        assert_false(w[t].failed);
        assert_true(w[t].owed >= 1);
    }
    struct keeper_counts counts;
    keeper_counts(k, &counts);
    assert_int_equal(counts.records, THREADS * EACH);
    assert_int_equal(counts.refused, 0);
    assert_true(counts.batches <= counts.records);
    keeper_stop(k);
    assert_int_equal(ledger_size(desk_ledger(place.desk)), before + THREADS * EACH);
    for (size_t t = 0; t < THREADS; t++) {
        for (size_t i = 0; i < EACH; i++) {
            struct ledger_event e;
            desk_must(&place, ledger_read(desk_ledger(place.desk), w[t].receipts[i].seq, arena, &e, &place.errs));
            assert_true(cf_id_eq(e.d.id, w[t].entries[i]->id));
        }
    }
}

static void those_who_wait_share_a_commit_and_one_who_is_refused_harms_none(void **state) {
    (void)state;
    enum { N = 10 };
    struct keeper_options o = {.batch_most = 8};
    struct keeper_ticket held, t[N] = {{0}};
    struct cf_errs own[N];
    struct gate g;
    struct keeper_counts counts;
    for (uint64_t i = 0; i < N; i++) {
        own[i] = cf_errs_new(arena);
        struct desk_entry *e =
            desk_search_of(arena, place.desk, desk_id("event", i), desk_id("child", i), desk_clock_now() - 5, true);
        e->n_about = i == 3 ? 0 : 1;
        t[i] = (struct keeper_ticket){.entry = e, .a = arena, .errs = &own[i], .no_changes = i == 4};
    }
    struct keeper *k = start(&o);
    hold(k, &g, &held);
    for (size_t i = 0; i < N; i++) {
        assert_true(keeper_send(k, &t[i]));
    }
    let_go(&g);
    assert_true(keeper_await(k, &held));
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(keeper_await(k, &t[i]), i != 3);
    }
    keeper_counts(k, &counts);
    assert_int_equal(counts.batches, 2); /* eight, then the two behind them */
    assert_int_equal(counts.longest_batch, 8);
    assert_int_equal(counts.refused, 1);
    assert_int_equal(counts.waited_most, N);
    assert_int_equal(own[3].v[0].code, CF_D012);
    assert_true(t[0].changes.n > 0);
    assert_int_equal(t[4].changes.n, 0);
    assert_true(t[9].receipt.seq > t[0].receipt.seq);
    keeper_stop(k);
}

static void requests_keep_their_order_whatever_they_are(void **state) {
    (void)state;
    struct keeper_ticket held;
    struct gate g;
    struct cf_errs own = cf_errs_new(arena);
    struct cf_id first = desk_id("event", 1), child = desk_id("child", 1), cousin = desk_id("child", 2);
    struct keeper_ticket t[3] = {
        {.entry = desk_search_of(arena, place.desk, first, child, desk_clock_now() - 9, true), .a = arena, .errs = &own},
        {.work = wait_at_gate, .work_arg = &g, .errs = &own},
        {.entry = desk_search_of(arena, place.desk, desk_id("event", 2), cousin, desk_clock_now() - 5, true),
         .a = arena,
         .errs = &own}};
    struct keeper *k = start(NULL);
    hold(k, &g, &held);
    for (size_t i = 0; i < 3; i++) {
        assert_true(keeper_send(k, &t[i]));
    }
    let_go(&g); /* both works pass: the gate stays open */
    for (size_t i = 0; i < 3; i++) {
        assert_true(keeper_await(k, &t[i]));
    }
    struct keeper_counts counts;
    keeper_counts(k, &counts);
    assert_int_equal(counts.batches, 2); /* the work between them parts them */
    assert_int_equal(counts.others, 2);
    struct ledger_receipt merged, fixed, parted;
    struct desk_changes changes = {0};
    struct desk_correction fix = {.event = first, .withdraw = true, .reason = CF_LIT("never was")};
    assert_true(keeper_correct(k, &fix, arena, &fixed, &changes, &errs));
    assert_true(changes.n > 0);
    struct cf_id officer = {{9, 9, 9}};
    assert_true(keeper_merge(k, child, cousin, CF_LIT("same"), officer, arena, &merged, NULL, &errs));
    keeper_stop(k);
    struct ledger_event e;
    desk_must(&place, ledger_read(desk_ledger(place.desk), merged.seq, arena, &e, &place.errs));
    k = start(NULL);
    assert_true(keeper_unmerge(k, e.d.id, CF_LIT("cousins"), officer, arena, &parted, NULL, &errs));
    keeper_stop(k);
    assert_true(fixed.seq < merged.seq && merged.seq < parted.seq);
}

/* ---- Stopping, refusing, leaving open. */

static void count_answer(struct keeper_ticket *t) {
    ++*(int *)t->arg;
}

static void stopping_answers_whoever_waits_and_refuses_whoever_comes(void **state) {
    (void)state;
    enum { N = 5 };
    struct keeper_ticket held, t[N] = {{0}};
    struct cf_errs own[N];
    struct gate g;
    int answers = 0;
    struct keeper *k = start(NULL);
    hold(k, &g, &held);
    for (uint64_t i = 0; i < N; i++) {
        own[i] = cf_errs_new(arena);
        t[i] = (struct keeper_ticket){
            .entry = desk_search_of(arena, place.desk, desk_id("event", i), desk_id("child", i), desk_clock_now() - 5, true),
            .a = arena,
            .errs = &own[i],
            .answered = count_answer,
            .arg = &answers};
        assert_true(keeper_send(k, &t[i]));
    }
    let_go(&g);
    keeper_stop(k);
    keeper_stop(k); /* allowed */
    assert_int_equal(answers, N);
    for (size_t i = 0; i < N; i++) {
        assert_true(t[i].ok);
    }
    assert_false(keeper_send(k, &t[0]));
    assert_int_equal(own[0].v[0].code, CF_D032);
    assert_true(keeper_await(k, &held));
}

static void too_many_waiting_are_refused_at_once(void **state) {
    (void)state;
    struct keeper_options o = {.queue_most = 2};
    struct keeper_ticket held, t[3] = {{0}};
    struct cf_errs own = cf_errs_new(arena);
    struct gate g;
    struct keeper *k = start(&o);
    hold(k, &g, &held);
    for (uint64_t i = 0; i < 3; i++) {
        t[i] = (struct keeper_ticket){
            .entry = desk_search_of(arena, place.desk, desk_id("event", i), desk_id("child", i), desk_clock_now() - 5, true),
            .a = arena,
            .errs = &own};
        assert_int_equal(keeper_send(k, &t[i]), i < 2);
    }
    assert_int_equal(own.v[0].code, CF_D031);
    let_go(&g);
    assert_true(keeper_await(k, &t[0]) && keeper_await(k, &t[1]));
    keeper_stop(k);
}

static bool leave_open(struct desk *d, void *arg, struct cf_errs *e) {
    (void)arg;
    return ledger_begin(desk_ledger(d), e);
}

static void work_that_leaves_a_batch_open_is_rolled_back(void **state) {
    (void)state;
    struct cf_errs own = cf_errs_new(arena);
    struct ledger_receipt receipt;
    struct keeper *k = start(NULL);
    assert_false(keeper_do(k, leave_open, NULL, &own));
    assert_int_equal(own.v[0].code, CF_D033);
    const struct desk_entry *e =
        desk_search_of(arena, place.desk, desk_id("event", 1), desk_id("child", 1), desk_clock_now() - 5, true);
    assert_true(keeper_record(k, e, arena, &receipt, NULL, &errs));
    keeper_stop(k);
}

static void a_desk_that_only_reads_has_no_keeper(void **state) {
    (void)state;
    struct desk_options o = {.db = place.path, .calendars = "data/calendars"};
    struct desk *reader;
    struct keeper *k;
    desk_must(&place, desk_open(arena, &o, &place.errs, &reader));
    assert_false(keeper_start(arena, reader, NULL, &errs, &k));
    assert_null(k);
    assert_int_equal(errs.v[0].code, CF_D030);
    desk_close(reader);
}

static void whoever_is_due_is_judged_while_nobody_waits(void **state) {
    (void)state;
    struct ledger_receipt receipt;
    struct keeper_options o = {.wake_ups = true};
    struct keeper_counts counts = {0};
    for (uint64_t i = 0; i < 60; i++) {
        const struct desk_entry *e =
            desk_search_of(arena, place.desk, desk_id("event", i), desk_id("child", i), desk_clock_now() - 5, true);
        desk_must(&place, desk_record(place.desk, e, arena, &receipt, NULL, &place.errs));
    }
    desk_clock(desk_clock_now() + 86400 * 3); /* the reports are overdue now, and nobody has looked */
    struct keeper *k = start(&o);
    for (int i = 0; i < 500 && counts.woken < 60; i++) {
        nap(20);
        keeper_counts(k, &counts);
    }
    keeper_stop(k);
    assert_int_equal(counts.woken, 60);
    bool any;
    int64_t at;
    desk_must(&place, desk_next_wake(place.desk, &any, &at, &place.errs));
    assert_true(!any || at > desk_clock_now());
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define KEEPER(f) cmocka_unit_test_setup_teardown(f, begin, end)
        KEEPER(each_writer_gets_its_own_answer),
        KEEPER(those_who_wait_share_a_commit_and_one_who_is_refused_harms_none),
        KEEPER(requests_keep_their_order_whatever_they_are),
        KEEPER(stopping_answers_whoever_waits_and_refuses_whoever_comes),
        KEEPER(too_many_waiting_are_refused_at_once),
        KEEPER(work_that_leaves_a_batch_open_is_rolled_back),
        KEEPER(a_desk_that_only_reads_has_no_keeper),
        KEEPER(whoever_is_due_is_judged_while_nobody_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
