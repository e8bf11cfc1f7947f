/* desk_record_many: entries that share a commit come out as they would one after another, whatever some of them are; nothing is
 * acknowledged that is not durable. People in here are invented. */
#include "unit/docket/desk_help.h"

static struct desk_place many, single;
static uint64_t rolls;

static uint32_t roll(uint32_t below) {
    rolls = rolls * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(rolls >> 33) % below;
}

static int begin(void **state) {
    (void)state;
    desk_clock(1717412400); /* 2024-06-03 12:00 London */
    desk_place_new(&many, NULL);
    desk_place_new(&single, NULL);
    return 0;
}

static int end(void **state) {
    (void)state;
    desk_place_free(&many);
    desk_place_free(&single);
    desk_clock(0);
    return 0;
}

/* What one entry is, drawn once and said to both desks: each has its own declarations. */
struct said {
    uint32_t what, child, id;
    int64_t at;
    bool concern;
};
enum { SEARCH, BORN, NOBODY, UNANSWERED, WRONG_TYPE, TO_COME, NEW_AND_REFUSED, NO_EPISODE, KINDS };

static struct desk_entry *entry_of(struct cf_arena *a, struct desk *d, const struct said *s) {
    struct cf_id id = desk_id("event", s->id), child = desk_id("child", s->child);
    struct desk_entry *e;
    struct desk_value *v;
    switch (s->what) {
    case BORN:
        e = desk_entry_new(a, d, "identity", id, child, s->at);
        v = cf_memdup(a, e->fields, e->record->as.record.fields.n * sizeof *v);
        v[desk_field(e->record, "born")].v = (struct lang_value){.kind = LANG_V_DATE, .i = 14000 + s->child};
        e->fields = v;
        return e;
    case NOBODY:
        e = desk_search_of(a, d, id, child, s->at, s->concern);
        e->n_about = 0;
        return e;
    case UNANSWERED:
        e = desk_search_of(a, d, id, child, s->at, s->concern);
        e->fields = NULL;
        return e;
    case WRONG_TYPE:
    case NEW_AND_REFUSED: /* the child is numbered, the officer too, before the answer is found not to fit */
        e = desk_search_of(a, d, id, s->what == WRONG_TYPE ? child : desk_id("new", s->id), s->at, s->concern);
        v = cf_memdup(a, e->fields, e->record->as.record.fields.n * sizeof *v);
        v[desk_field(e->record, "safeguarding")].v = (struct lang_value){.kind = LANG_V_DATE, .i = 3};
        e->fields = v;
        return e;
    case TO_COME: return desk_search_of(a, d, id, desk_id("later", s->id), s->at + 864000, s->concern);
    case NO_EPISODE: return desk_entry_new(a, d, "mtip_decision", id, child, s->at);
    default: return desk_search_of(a, d, id, child, s->at, s->concern);
    }
}

static void same_errors(const struct cf_errs *x, const struct cf_errs *y) {
    assert_int_equal(x->n, y->n);
    for (size_t i = 0; i < x->n; i++) {
        assert_int_equal(x->v[i].code, y->v[i].code);
        assert_true(cf_str_eq(x->v[i].msg, y->v[i].msg));
    }
}

static void same_changes(const struct desk_changes *x, const struct desk_changes *y) {
    assert_int_equal(x->n, y->n);
    for (size_t i = 0; i < x->n; i++) {
        const struct desk_change *a = &x->v[i], *b = &y->v[i];
        assert_int_equal(a->subject_no, b->subject_no);
        assert_int_equal(a->duty != NULL, b->duty != NULL);
        assert_int_equal(a->duty_before != NULL, b->duty_before != NULL);
        assert_int_equal(a->gate != NULL, b->gate != NULL);
        assert_int_equal(a->flag != NULL, b->flag != NULL);
        assert_int_equal(a->grade != NULL, b->grade != NULL);
        if (a->duty) {
            assert_true(cf_id_eq(a->duty->id, b->duty->id));
            assert_int_equal(a->duty->state, b->duty->state);
            assert_int_equal(a->duty->due, b->duty->due);
        }
        if (a->gate) {
            assert_int_equal(a->gate->event, b->gate->event);
            assert_int_equal(a->gate->result, b->gate->result);
        }
    }
}

static void same_dockets(void) {
    struct desk_digests x, y;
    desk_must(&many, desk_digest(many.desk, many.arena, &x, &many.errs));
    desk_must(&single, desk_digest(single.desk, single.arena, &y, &single.errs));
    for (size_t i = 0; i < x.n; i++) {
        if (x.v[i].rows != y.v[i].rows || memcmp(x.v[i].digest, y.v[i].digest, 32) != 0) {
            fail_msg("table %.*s differs", CF_STR_ARG(x.v[i].table));
        }
    }
}

static void same_events(uint64_t from) {
    struct ledger *x = desk_ledger(many.desk), *y = desk_ledger(single.desk);
    assert_int_equal(ledger_size(x), ledger_size(y));
    for (uint64_t seq = from; seq < ledger_size(x); seq++) {
        struct ledger_event a, b;
        int64_t no_a, no_b;
        desk_must(&many, ledger_read(x, seq, many.arena, &a, &many.errs));
        desk_must(&single, ledger_read(y, seq, single.arena, &b, &single.errs));
        assert_true(cf_id_eq(a.d.id, b.d.id));
        assert_int_equal(a.d.kind, b.d.kind);
        assert_int_equal(a.d.from, b.d.from);
        assert_int_equal(a.recorded_us, b.recorded_us);
        assert_int_equal(a.d.n_persons, b.d.n_persons);
        for (size_t i = 0; i < a.d.n_persons; i++) {
            assert_true(cf_id_eq(a.d.persons[i].subject, b.d.persons[i].subject));
            desk_must(&many, ledger_subject_no(x, a.d.persons[i].subject, &no_a, &many.errs));
            desk_must(&single, ledger_subject_no(y, b.d.persons[i].subject, &no_b, &single.errs));
            assert_int_equal(no_a, no_b);
        }
    }
}

static void a_batch_is_its_entries_one_by_one(void **state) {
    (void)state;
    enum { MOST = 24 };
    rolls = 20241103;
    uint32_t next_id = 1, accepted = 0, refused = 0, again = 0;
    for (int round = 0; round < 30; round++) {
        struct cf_arena *a = cf_arena_new("one batch");
        const struct desk_entry *entries[MOST];
        struct desk_outcome out[MOST] = {0};
        struct said said[MOST];
        size_t n = 1 + roll(MOST);
        uint64_t from = ledger_size(desk_ledger(many.desk));
        struct cf_errs errs = cf_errs_new(a);
        desk_clock(desk_clock_now() + 1000);
        for (size_t i = 0; i < n; i++) {
            said[i] = (struct said){.what = roll(2) ? SEARCH : roll(KINDS),
                                    .child = roll(6),
                                    .id = next_id++,
                                    .at = desk_clock_now() - 1 - roll(86400 * 20),
                                    .concern = roll(2)};
            if (i > 0 && roll(5) == 0) { /* the same message twice, or another with the same id */
                said[i] = said[roll((uint32_t)i)];
                said[i].concern ^= roll(3) == 0;
            }
            entries[i] = entry_of(a, many.desk, &said[i]);
        }
        assert_true(desk_record_many(many.desk, entries, n, a, out, &errs));
        for (size_t i = 0; i < n; i++) {
            struct cf_errs own = cf_errs_new(a);
            struct ledger_receipt receipt;
            struct desk_changes changes = {0};
            bool ok = desk_record(single.desk, entry_of(a, single.desk, &said[i]), a, &receipt, &changes, &own);
            assert_int_equal(ok, out[i].ok);
            assert_int_equal(ok, !out[i].refused);
            same_errors(out[i].errs, &own);
            same_changes(&out[i].changes, &changes);
            assert_int_equal(receipt.seq, out[i].receipt.seq);
            assert_int_equal(receipt.again, out[i].receipt.again);
            assert_int_equal(receipt.recorded_us, out[i].receipt.recorded_us);
            accepted += ok;
            refused += !ok;
            again += ok && receipt.again;
        }
        same_events(from);
        same_dockets();
        cf_arena_free(a);
    }
    assert_true(accepted > 100 && refused > 50 && again > 5); /* the draw was worth something */
}

static void an_answer_lives_where_its_entry_asks(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("batch"), *own = cf_arena_new("answer");
    struct cf_errs errs = cf_errs_new(a), mine = cf_errs_new(own);
    const struct desk_entry *entries[2] = {
        desk_search_of(a, many.desk, desk_id("event", 1), desk_id("child", 1), desk_clock_now() - 5, true),
        desk_search_of(a, many.desk, desk_id("event", 2), desk_id("child", 1), desk_clock_now() - 4, true)};
    struct desk_outcome out[2] = {{.arena = own, .errs = &mine}, {.no_changes = true}};
    assert_true(desk_record_many(many.desk, entries, 2, a, out, &errs));
    cf_arena_free(a);
    assert_true(out[0].ok && out[1].ok);
    assert_true(out[0].changes.n > 0 && out[0].changes.v[0].duty);
    assert_int_equal(out[1].changes.n, 0);
    assert_int_equal(mine.n, 0);
    cf_arena_free(own);
}

static void what_a_refused_entry_numbered_is_taken_back(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("batch");
    struct cf_errs errs = cf_errs_new(a);
    struct said bad = {.what = NEW_AND_REFUSED, .id = 7, .at = desk_clock_now() - 9};
    const struct desk_entry *entries[2] = {
        entry_of(a, many.desk, &bad),
        desk_search_of(a, many.desk, desk_id("event", 8), desk_id("child", 8), desk_clock_now() - 4, false)};
    struct desk_outcome out[2] = {0};
    int64_t no;
    assert_true(desk_record_many(many.desk, entries, 2, a, out, &errs));
    assert_false(out[0].ok);
    assert_true(out[1].ok);
    desk_must(&many, ledger_subject_no(desk_ledger(many.desk), desk_id("new", 7), &no, &many.errs));
    assert_int_equal(no, 0);
    struct ledger_verified v;
    desk_must(&many, ledger_verify(desk_ledger(many.desk), NULL, NULL, &v, &many.errs));
    assert_int_equal(v.faults, 0);
    cf_arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_batch_is_its_entries_one_by_one, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_lives_where_its_entry_asks, begin, end),
        cmocka_unit_test_setup_teardown(what_a_refused_entry_numbered_is_taken_back, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
