/* Forgetting: what was destroyed is in no file, its neighbours still open and prove, two people are needed, a hold beats it. */
#include "ledger_help.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct ledger_erasure of(struct bench *b, const struct ledger_draft *d, enum ledger_scope scope) {
    return (struct ledger_erasure){.event = d->id,
                                   .scope = scope,
                                   .person = b->child,
                                   .field = b->note,
                                   .reviewer = ledger_new_subject(b->l),
                                   .approver = ledger_new_subject(b->l),
                                   .authority = CF_LIT("retention schedule"),
                                   .schedule = CF_LIT("MoPI group 3")};
}

/* The boxes and the masked secret of an event, as they stand in the file. */
struct traces {
    struct cf_str k;
    struct cf_str box[LEDGER_PARTS_MAX];
    size_t n;
};

static struct traces traces_of(struct bench *b, uint64_t seq) {
    struct traces t = {0};
    struct event_row row;
    struct body_part parts[LEDGER_PARTS_MAX];
    const char *why = NULL;
    bool found = false;
    bench_ok(b, row_read(b->l->db, seq, b->a, &row, &found, &b->errs));
    assert_true(found && body_split(row.body, parts, &t.n, &why));
    t.k = row.k;
    for (size_t i = 0; i < t.n; i++) {
        t.box[i] = parts[i].bytes;
    }
    return t;
}

static void an_erased_event_is_in_no_file_and_the_log_still_verifies(void **state) {
    (void)state;
    struct bench *b = bench_new();
    bench_fill(b, 200);
    struct ledger_draft *d = bench_draft(b, "the marker that must go");
    struct ledger_receipt first = bench_put(b, d), r;
    bench_fill(b, 200);
    bench_ok(b, store_checkpoint(b->l->db, true, &b->errs));
    struct traces t = traces_of(b, first.seq);
    assert_int_equal(t.n, 8);
    assert_int_equal(bench_find(b, t.k.p, t.k.n), 1);
    uint8_t before[32], after[32];
    bench_ok(b, ledger_root(b->l, first.seq + 1, before, &b->errs));
    struct ledger_erasure x = of(b, d, LEDGER_WHOLE_EVENT);
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    assert_int_equal(bench_find(b, t.k.p, t.k.n), 0);
    for (size_t i = 0; i < t.n; i++) {
        assert_int_equal(bench_find(b, t.box[i].p, t.box[i].n), 0);
        assert_int_equal(bench_find(b, t.box[i].p, 16), 0); /* nor its beginning */
    }
    assert_int_equal(bench_find(b, "the marker that must go", 23), 0);
    bench_ok(b, ledger_root(b->l, first.seq + 1, after, &b->errs));
    assert_memory_equal(before, after, 32);
    struct ledger_event e;
    bench_ok(b, ledger_read(b->l, first.seq, b->a, &e, &b->errs));
    assert_int_equal(e.state, LEDGER_DESTROYED);
    assert_int_equal(e.destroyed, 8);
    assert_memory_equal(e.leaf, first.leaf, 32);
    bench_ok(b, ledger_read(b->l, r.seq, b->a, &e, &b->errs));
    assert_int_equal(e.d.kind, LEDGER_ERASED);
    assert_text(ledger_fact(&e, LEDGER_F_AUTHORITY)->as.s, "retention schedule");
    assert_true(cf_id_eq(ledger_person_of(&e, LEDGER_ROLE_APPROVER, 0)->subject, x.approver));
    bench_verified(b, b->l);
    bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E042);
    bench_free(b);
}

static void one_person_or_one_narrative_goes_and_the_rest_stays(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_draft *d = bench_draft(b, "only this narrative");
    struct ledger_receipt first = bench_put(b, d), r;
    bench_ok(b, store_checkpoint(b->l->db, true, &b->errs));
    struct traces t = traces_of(b, first.seq);
    struct ledger_erasure x = of(b, d, LEDGER_NARRATIVE);
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    struct ledger_event e;
    bench_ok(b, ledger_read(b->l, first.seq, b->a, &e, &b->errs));
    assert_int_equal(e.destroyed, 1);
    assert_int_equal(e.d.words[0].state, LEDGER_DESTROYED);
    assert_int_equal(e.d.words[0].text.n, 0);
    assert_int_equal(bench_find(b, t.box[7].p, t.box[7].n), 0);
    assert_int_equal(bench_find(b, t.k.p, t.k.n), 0);
    assert_text(ledger_fact(&e, b->grounds)->as.s, "smell of cannabis");
    x.scope = LEDGER_PERSON_PART;
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    bench_ok(b, ledger_read(b->l, first.seq, b->a, &e, &b->errs));
    assert_int_equal(e.destroyed, 2);
    assert_null(ledger_person_of(&e, LEDGER_ROLE_TARGET, 0));
    assert_non_null(ledger_person_of(&e, LEDGER_ROLE_ACTOR, 0));
    assert_true(cf_id_eq(e.d.unit, b->unit));
    assert_int_equal(bench_find(b, t.box[1].p, t.box[1].n), 0);
    assert_int_equal(bench_find(b, t.box[2].p, t.box[2].n), 1);
    struct cf_str json;
    uint16_t disclose[] = {0, 2, 5};
    bench_ok(b, ledger_prove(b->l, d->id, disclose, 3, b->a, &json, &b->errs));
    uint16_t gone = 1;
    bench_refused(b, ledger_prove(b->l, d->id, &gone, 1, b->a, &json, &b->errs), CF_E044);
    bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E042);
    x.person = ledger_new_subject(b->l);
    bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E042);
    bench_reopen(b);
    bench_verified(b, b->l);
    bench_free(b);
}

static void a_copy_sent_late_gets_the_first_receipt_even_after_destruction(void **state) {
    (void)state;
    struct bench *b = bench_new();
    static const enum ledger_scope scopes[] = {LEDGER_WHOLE_EVENT, LEDGER_NARRATIVE};
    for (size_t i = 0; i < CF_COUNT(scopes); i++) {
        struct ledger_draft *d = bench_draft(b, "sent late");
        d->source = CF_LIT("phone");
        d->source_key = cf_str_printf(b->a, "%zu", i);
        struct ledger_receipt first = bench_put(b, d), r;
        struct ledger_erasure x = of(b, d, scopes[i]);
        bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
        bench_reopen(b);
        uint64_t size = ledger_size(b->l);
        for (int again = 0; again < 3; again++) {
            r = bench_put(b, d);
            assert_true(r.again);
            assert_int_equal(r.seq, first.seq);
            assert_memory_equal(r.leaf, first.leaf, 32);
        }
        assert_int_equal(ledger_size(b->l), size);
        struct ledger_draft other = *d;
        other.from = other.to = d->from + 5;
        bench_ok(b, ledger_begin(b->l, &b->errs));
        bench_refused(b, ledger_append(b->l, &other, &r, &b->errs), CF_E017);
        other.id = ledger_new_id(b->l);
        bench_refused(b, ledger_append(b->l, &other, &r, &b->errs), CF_E018);
        struct ledger_draft same = *d;
        same.id = ledger_new_id(b->l);
        bench_ok(b, ledger_append(b->l, &same, &r, &b->errs));
        assert_true(r.again);
        ledger_rollback(b->l);
    }
    bench_free(b);
}

static struct cf_id merge(struct bench *b, struct cf_id x, struct cf_id y) {
    struct ledger_person p[] = {{.subject = x, .role = LEDGER_ROLE_A}, {.subject = y, .role = LEDGER_ROLE_B}};
    struct ledger_draft d = {.id = ledger_new_id(b->l), .kind = LEDGER_MERGED, .persons = p, .n_persons = 2};
    (void)bench_put(b, &d);
    return d.id;
}

static struct cf_id order(struct bench *b, uint32_t kind, struct cf_id person, const struct cf_id *targets, size_t n,
                          uint32_t field) {
    struct ledger_value ids[4];
    for (size_t i = 0; i < n; i++) {
        ids[i] = ledger_bytes((struct cf_str){(const char *)targets[i].b, 16});
    }
    struct ledger_pair f = {field, {.type = LEDGER_LIST, .as = {.list = {ids, n}}}};
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = &f, .n_fields = n > 0 ? 1 : 0};
    struct ledger_person p = {.subject = person, .role = LEDGER_ROLE_TARGET};
    struct ledger_draft d = {.id = ledger_new_id(b->l),
                             .kind = kind,
                             .persons = &p,
                             .n_persons = cf_id_zero(person) ? 0 : 1,
                             .facts = &facts,
                             .n_facts = 1};
    (void)bench_put(b, &d);
    return d.id;
}

static void a_held_event_cannot_be_destroyed(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct cf_id none = {{0}}, alias = ledger_new_subject(b->l), opener = ledger_new_id(b->l);
    struct ledger_draft *d = bench_draft(b, "held");
    d->episodes = &opener;
    d->n_episodes = 1;
    (void)bench_put(b, d);
    (void)merge(b, b->child, alias);
    const struct {
        struct cf_id person, target;
        uint32_t field;
    } holds[] = {
        {b->child, none, 0},
        {alias, none, 0},      /* under another name */
        {b->officer, none, 0}, /* in any role */
        {none, d->id, LEDGER_F_TARGETS},
        {none, opener, LEDGER_F_EPISODES},
    };
    struct ledger_receipt r;
    for (size_t i = 0; i < CF_COUNT(holds); i++) {
        struct cf_id hold =
            order(b, LEDGER_HOLD, holds[i].person, &holds[i].target, cf_id_zero(holds[i].target) ? 0 : 1, holds[i].field);
        bench_reopen(b);
        for (int scope = LEDGER_WHOLE_EVENT; scope <= LEDGER_NARRATIVE; scope++) {
            struct ledger_erasure x = of(b, d, (enum ledger_scope)scope);
            bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E041);
        }
        bool held = false;
        struct cf_id by;
        bench_ok(b, ledger_held(b->l, d->id, &held, &by, &b->errs));
        assert_true(held && cf_id_eq(by, hold));
        struct ledger_erasure on_hold = of(b, d, LEDGER_WHOLE_EVENT);
        on_hold.event = hold; /* nor by destroying the hold */
        bench_refused(b, ledger_erase(b->l, &on_hold, &r, &b->errs), CF_E046);
        (void)order(b, LEDGER_RELEASED, none, &hold, 1, LEDGER_F_TARGETS);
        bench_ok(b, ledger_held(b->l, d->id, &held, &by, &b->errs));
        assert_false(held);
    }
    const char *path = cf_cstr(b->a, cf_str_printf(b->a, "%s.register", b->path));
    assert_int_not_equal(access(path, F_OK), 0); /* no refused destruction reached the register */
    struct ledger_erasure x = of(b, d, LEDGER_WHOLE_EVENT);
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    bench_verified(b, b->l);
    bench_free(b);
}

static void it_takes_two_people(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_draft *d = bench_draft(b, "x");
    (void)bench_put(b, d);
    struct ledger_receipt r;
    struct ledger_erasure x = of(b, d, LEDGER_WHOLE_EVENT);
    struct cf_id approver = x.approver;
    x.approver = x.reviewer;
    bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E040);
    x.approver = (struct cf_id){{0}};
    bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E040);
    x.approver = approver;
    struct cf_id m = merge(b, x.reviewer, x.approver); /* one person with two numbers */
    bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E040);
    (void)order(b, LEDGER_UNMERGED, (struct cf_id){{0}}, &m, 1, LEDGER_F_TARGETS);
    x.authority = CF_LIT("");
    bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E040);
    x.authority = CF_LIT("order");
    x.event = ledger_new_id(b->l);
    bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E010);
    x.event = d->id;
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    bench_free(b);
}

static void restriction_and_merging_are_events_and_can_be_undone(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct cf_id none = {{0}}, x = ledger_new_subject(b->l), y = ledger_new_subject(b->l);
    struct cf_id m1 = merge(b, b->child, x), m2 = merge(b, y, x);
    assert_true(cf_id_eq(ledger_person(b->l, b->child), ledger_person(b->l, y)));
    struct cf_id restriction = order(b, LEDGER_RESTRICTED, y, NULL, 0, 0);
    assert_true(ledger_restricted(b->l, b->child));
    bench_reopen(b);
    assert_true(ledger_restricted(b->l, x));
    (void)order(b, LEDGER_UNMERGED, none, &m1, 1, LEDGER_F_TARGETS);
    assert_false(ledger_restricted(b->l, b->child));
    assert_true(cf_id_eq(ledger_person(b->l, b->child), b->child));
    assert_true(cf_id_eq(ledger_person(b->l, x), ledger_person(b->l, y)));
    (void)order(b, LEDGER_UNRESTRICTED, none, &restriction, 1, LEDGER_F_TARGETS);
    assert_false(ledger_restricted(b->l, y));
    struct ledger_receipt r;
    struct ledger_value v = ledger_bytes((struct cf_str){(const char *)b->child.b, 16});
    struct ledger_pair f = {LEDGER_F_TARGETS, {.type = LEDGER_LIST, .as = {.list = {&v, 1}}}};
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = &f, .n_fields = 1};
    struct ledger_draft bad = {.id = ledger_new_id(b->l), .kind = LEDGER_RELEASED, .facts = &facts, .n_facts = 1};
    bench_ok(b, ledger_begin(b->l, &b->errs));
    bench_refused(b, ledger_append(b->l, &bad, &r, &b->errs), CF_E015);
    bad.kind = LEDGER_HOLD;
    bad.n_facts = 0;
    bench_refused(b, ledger_append(b->l, &bad, &r, &b->errs), CF_E015);
    ledger_rollback(b->l);
    bench_reopen(b); /* the same after reading it all again */
    assert_false(ledger_restricted(b->l, y));
    assert_true(cf_id_eq(ledger_person(b->l, x), ledger_person(b->l, y)));
    (void)m2;
    bench_free(b);
}

static void merges_in_any_order_give_the_same_person(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct cf_id s[8];
    for (int i = 0; i < 8; i++) {
        s[i] = ledger_new_subject(b->l);
    }
    for (int i = 0; i < 7; i++) {
        int at = (i * 5 + 3) % 7; /* a chain of seven, joined out of order */
        (void)merge(b, s[at], s[at + 1]);
    }
    struct cf_id least = s[0];
    for (int i = 0; i < 8; i++) {
        least = cf_id_cmp(s[i], least) < 0 ? s[i] : least;
    }
    for (int i = 0; i < 8; i++) {
        assert_true(cf_id_eq(ledger_person(b->l, s[i]), least));
    }
    bench_free(b);
}

static void what_is_sealed_only_the_custodian_opens(void **state) {
    (void)state;
    struct bench *b = bench_empty();
    uint8_t secret[32], wrong[32];
    memset(secret, 3, 32);
    memset(wrong, 4, 32);
    bench_create(b);
    struct ledger_receipt r;
    struct ledger_draft *d = bench_draft(b, "sealed words");
    (void)bench_put(b, d);
    bench_refused(b, ledger_seal(b->l, d->id, NULL, 0, b->officer, CF_LIT("court"), &r, &b->errs), CF_E045);
    bench_free(b);
    b = bench_empty();
    assert_true(cf_unhex(CF_LIT("5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22"), b->o.custodian, 32));
    bench_create(b);
    d = bench_draft(b, "sealed words");
    struct ledger_receipt first = bench_put(b, d);
    struct traces t = traces_of(b, first.seq);
    uint16_t parts[] = {1, 7};
    bench_ok(b, ledger_seal(b->l, d->id, parts, 2, b->officer, CF_LIT("court"), &r, &b->errs));
    assert_int_equal(bench_find(b, t.k.p, t.k.n), 0);
    bench_reopen(b);
    struct ledger_event e;
    bench_ok(b, ledger_read(b->l, first.seq, b->a, &e, &b->errs));
    assert_int_equal(e.sealed, 2);
    assert_null(ledger_person_of(&e, LEDGER_ROLE_TARGET, 0));
    assert_int_equal(e.d.words[0].state, LEDGER_SEALED);
    bench_verified(b, b->l);
    struct ledger_erasure x = of(b, d, LEDGER_WHOLE_EVENT);
    bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E043);
    bench_refused(b, ledger_unseal(b->l, d->id, wrong, b->officer, CF_LIT("court"), &r, &b->errs), CF_E045);
    r = bench_put(b, d);
    assert_true(r.again); /* a late copy is still known */
    bench_ok(b, ledger_unseal(b->l, d->id, secret, b->officer, CF_LIT("court"), &r, &b->errs));
    bench_ok(b, ledger_read(b->l, first.seq, b->a, &e, &b->errs));
    assert_int_equal(e.sealed, 0);
    assert_text(e.d.words[0].text, "sealed words");
    assert_true(cf_id_eq(ledger_person_of(&e, LEDGER_ROLE_TARGET, 0)->subject, b->child));
    assert_memory_equal(e.leaf, first.leaf, 32);
    bench_verified(b, b->l);
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    bench_verified(b, b->l);
    bench_free(b);
}

static void a_restored_older_copy_neither_serves_nor_keeps_what_was_destroyed(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_draft *d = bench_draft(b, "restored");
    struct ledger_receipt first = bench_put(b, d), r;
    ledger_close(b->l);
    struct cf_str backup;
    bench_ok(b, cf_read_file(b->a, b->path, SIZE_MAX / 2, &backup, &b->errs));
    bench_reopen(b);
    struct traces t = traces_of(b, first.seq);
    struct ledger_erasure x = of(b, d, LEDGER_WHOLE_EVENT);
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    ledger_close(b->l);
    bench_ok(b, cf_write_file(b->path, backup, &b->errs));
    assert_int_equal(bench_find(b, t.k.p, t.k.n), 1);
    struct ledger *reader = bench_reader(b);
    struct ledger_event e;
    bench_ok(b, ledger_read(reader, first.seq, b->a, &e, &b->errs));
    assert_int_equal(e.state, LEDGER_DESTROYED);
    assert_int_equal(e.d.n_persons + e.d.n_facts + e.d.n_words, 0);
    ledger_close(reader);
    bench_reopen(b); /* the keeper carries the register out before anything else */
    bench_ok(b, ledger_read(b->l, first.seq, b->a, &e, &b->errs));
    assert_int_equal(e.state, LEDGER_DESTROYED);
    assert_int_equal(bench_find(b, t.k.p, t.k.n), 0);
    bench_verified(b, b->l);
    uint64_t size = ledger_size(b->l);
    bench_reopen(b); /* once is enough */
    assert_int_equal(ledger_size(b->l), size);
    bench_free(b);
}

static void a_torn_register_line_destroys_nothing(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_draft *d = bench_draft(b, "torn"), *other = bench_draft(b, "whole");
    struct ledger_receipt first = bench_put(b, d), r;
    (void)bench_put(b, other);
    const char *path = cf_cstr(b->a, cf_str_printf(b->a, "%s.register", b->path));
    bench_ok(b, cf_write_file(path,
                              cf_str_printf(b->a, "destroy %.*s %.*s 00", CF_STR_ARG(cf_hex(b->a, other->id.b, 16)),
                                            CF_STR_ARG(cf_hex(b->a, d->id.b, 16))),
                              &b->errs));
    bench_reopen(b);
    struct ledger_event e;
    bench_ok(b, ledger_read(b->l, first.seq, b->a, &e, &b->errs));
    assert_int_equal(e.destroyed, 0);
    struct ledger_erasure x = of(b, other, LEDGER_WHOLE_EVENT);
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs)); /* its line does not join the torn one */
    struct cf_str text;
    bench_ok(b, cf_read_file(b->a, path, 65536, &text, &b->errs));
    assert_non_null(memmem(text.p, text.n, "\ndestroy ", 9));
    bench_free(b);
}

static void without_its_register_nothing_is_destroyed(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_draft *d = bench_draft(b, "stays");
    struct ledger_receipt first = bench_put(b, d), r;
    struct ledger_event e;
    const char *path = cf_cstr(b->a, cf_str_printf(b->a, "%s.register", b->path));
    assert_int_equal(mkdir(path, 0700), 0); /* something that is no file stands in its place */
    struct ledger_erasure x = of(b, d, LEDGER_WHOLE_EVENT);
    bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E022);
    bench_ok(b, ledger_read(b->l, first.seq, b->a, &e, &b->errs));
    assert_int_equal(e.destroyed, 0);
    assert_int_equal(rmdir(path), 0);
    bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    bench_free(b);
}

static void events_that_the_ledger_rests_on_cannot_be_destroyed(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_receipt r;
    for (uint64_t seq = 0; seq < 3; seq++) { /* genesis and the dictionary */
        struct ledger_event e;
        bench_ok(b, ledger_read(b->l, seq, b->a, &e, &b->errs));
        struct ledger_erasure x = of(b, &e.d, LEDGER_WHOLE_EVENT);
        bench_refused(b, ledger_erase(b->l, &x, &r, &b->errs), CF_E046);
    }
    bench_free(b);
}

static void of_many_events_of_every_size_nothing_is_left(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct ledger_draft *d[120];
    struct ledger_receipt at[120], r;
    for (size_t i = 0; i < CF_COUNT(d); i++) {
        size_t n = (size_t)(bench_random(b) % (i % 10 == 0 ? 30000 : 900)) + 20;
        char *words = cf_alloc(b->a, n + 1);
        memset(words, 'a' + (int)(i % 26), n);
        d[i] = bench_draft(b, words);
        at[i] = bench_put(b, d[i]);
    }
    bench_ok(b, store_checkpoint(b->l->db, true, &b->errs));
    struct traces *t = CF_NEW_N(b->a, struct traces, CF_COUNT(d));
    for (size_t i = 0; i < CF_COUNT(d); i += 2) {
        t[i] = traces_of(b, at[i].seq);
    }
    for (size_t i = 0; i < CF_COUNT(d); i += 2) {
        struct ledger_erasure x = of(b, d[i], i % 4 == 0 ? LEDGER_WHOLE_EVENT : LEDGER_NARRATIVE);
        bench_ok(b, ledger_erase(b->l, &x, &r, &b->errs));
    }
    for (size_t i = 0; i < CF_COUNT(d); i += 2) {
        const struct cf_str box = t[i].box[7]; /* the narrative went either way */
        assert_int_equal(bench_find(b, t[i].k.p, 32), 0);
        for (size_t from = 0; from + 32 <= box.n; from += 997) { /* any stretch of it, also on an overflow page */
            assert_int_equal(bench_find(b, box.p + from, 32), 0);
        }
    }
    bench_verified(b, b->l);
    bench_free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_erased_event_is_in_no_file_and_the_log_still_verifies),
        cmocka_unit_test(of_many_events_of_every_size_nothing_is_left),
        cmocka_unit_test(one_person_or_one_narrative_goes_and_the_rest_stays),
        cmocka_unit_test(a_copy_sent_late_gets_the_first_receipt_even_after_destruction),
        cmocka_unit_test(a_held_event_cannot_be_destroyed),
        cmocka_unit_test(it_takes_two_people),
        cmocka_unit_test(restriction_and_merging_are_events_and_can_be_undone),
        cmocka_unit_test(merges_in_any_order_give_the_same_person),
        cmocka_unit_test(what_is_sealed_only_the_custodian_opens),
        cmocka_unit_test(a_restored_older_copy_neither_serves_nor_keeps_what_was_destroyed),
        cmocka_unit_test(a_torn_register_line_destroys_nothing),
        cmocka_unit_test(without_its_register_nothing_is_destroyed),
        cmocka_unit_test(events_that_the_ledger_rests_on_cannot_be_destroyed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
