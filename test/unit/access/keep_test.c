/* what is kept for users and partners: drafts, idempotency keys, API keys, the key for forms from phones, break-glass; and a
 * full disk. */
#include "fault/faulty_vfs.h"
#include "unit/access/access_help.h"

#include <pthread.h>

static void a_draft_survives_signing_out_and_a_restart_and_is_nobody_elses(void **state) {
    struct place *p = *state;
    struct cf_id roe = user(p, "roe", "", "constable"), lee = user(p, "lee", "", "constable");
    struct access_draft d = {.record = CF_LIT("stop_search"), .subject = {{5}}, .body = CF_LIT("grounds=x&place=\0y")}, got;
    struct access_drafts list;
    must(p, access_draft_save(p->x, roe, &d, &p->errs));
    must(p, access_sign_out_everywhere(p->x, roe, &p->errs));
    place_reopen(p);
    must(p, access_draft_load(p->x, roe, d.id, p->a, &got, &p->errs));
    assert_true(cf_str_eq(got.body, d.body) && cf_id_eq(got.subject, d.subject) && cf_str_eq(got.record, d.record));
    refused(p, access_draft_load(p->x, lee, d.id, p->a, &got, &p->errs), CF_A061);
    refused(p, access_draft_delete(p->x, lee, d.id, &p->errs), CF_A061);
    struct access_draft theirs = {.id = d.id, .record = CF_LIT("stop_search"), .body = CF_LIT("taken over")};
    refused(p, access_draft_save(p->x, lee, &theirs, &p->errs), CF_A061);
    place_later(p, US_PER_S);
    d.body = CF_LIT("second words");
    must(p, access_draft_save(p->x, roe, &d, &p->errs));
    must(p, access_draft_list(p->x, roe, p->a, &list, &p->errs));
    assert_int_equal(list.n, 1);
    assert_true(list.v[0].saved_us == p->now_us);
    must(p, access_draft_load(p->x, roe, d.id, p->a, &got, &p->errs));
    assert_text(got.body, "second words");
    must(p, access_draft_delete(p->x, roe, d.id, &p->errs));
    refused(p, access_draft_load(p->x, roe, d.id, p->a, &got, &p->errs), CF_A061);
    must(p, access_draft_list(p->x, roe, p->a, &list, &p->errs));
    assert_int_equal(list.n, 0);
}

static void drafts_have_limits_that_are_named(void **state) {
    struct place *p = *state;
    struct cf_id roe = user(p, "roe", "", "constable");
    char *big = cf_alloc(p->a, CF_MAX_DRAFT_BYTES + 1);
    memset(big, 'x', CF_MAX_DRAFT_BYTES + 1);
    struct access_draft d = {.record = CF_LIT("stop_search"), .body = {big, CF_MAX_DRAFT_BYTES + 1}};
    refused(p, access_draft_save(p->x, roe, &d, &p->errs), CF_A060);
    d.body.n--;
    for (int i = 0; i < CF_MAX_DRAFTS; i++) {
        d.id = (struct cf_id){{0}};
        d.body.n = i == 0 ? CF_MAX_DRAFT_BYTES : 3;
        must(p, access_draft_save(p->x, roe, &d, &p->errs));
    }
    struct access_draft last = d; /* saving one that is there is no new one */
    must(p, access_draft_save(p->x, roe, &last, &p->errs));
    d.id = (struct cf_id){{0}};
    refused(p, access_draft_save(p->x, roe, &d, &p->errs), CF_A060);
}

static void a_draft_that_was_moved_to_another_row_does_not_open(void **state) {
    struct place *p = *state;
    static const struct store_sql swap = {"test.swap", "UPDATE draft SET user = ?1"};
    struct cf_id roe = user(p, "roe", "", NULL), lee = user(p, "lee", "", NULL);
    struct access_draft d = {.record = CF_LIT("stop_search"), .body = CF_LIT("words")}, got;
    must(p, access_draft_save(p->x, roe, &d, &p->errs));
    must(p, access_run(p->x, &swap, &p->errs, "d", &lee));
    refused(p, access_draft_load(p->x, lee, d.id, p->a, &got, &p->errs), CF_A061);
}

static void one_key_is_one_event_whatever_is_sent_again(void **state) {
    struct place *p = *state;
    struct cf_id roe = user(p, "roe", "", NULL), lee = user(p, "lee", "", NULL), event;
    struct cf_id first = {{1}}, second = {{2}};
    struct cf_str digest = CF_LIT("0123456789abcdef0123456789abcdef"), other = CF_LIT("1123456789abcdef0123456789abcdef");
    bool again;
    must(p, access_once(p->x, roe, CF_LIT("k"), digest, first, &event, &again, &p->errs));
    assert_true(!again && cf_id_eq(event, first));
    place_reopen(p);
    must(p, access_once(p->x, roe, CF_LIT("k"), digest, second, &event, &again, &p->errs));
    assert_true(again && cf_id_eq(event, first));
    refused(p, access_once(p->x, roe, CF_LIT("k"), other, second, &event, &again, &p->errs), CF_A063);
    must(p, access_once(p->x, lee, CF_LIT("k"), other, second, &event, &again, &p->errs)); /* a key is its user's own */
    assert_true(!again && cf_id_eq(event, second));
    refused(p, access_once(p->x, roe, CF_LIT(""), digest, first, &event, &again, &p->errs), CF_A062);
    struct cf_str huge = {cf_alloc(p->a, 1000), 1000};
    refused(p, access_once(p->x, roe, huge, digest, first, &event, &again, &p->errs), CF_A062);
    place_later(p, 31 * US_PER_DAY);
    must(p, access_tidy(p->x, &p->errs));
    must(p, access_once(p->x, roe, CF_LIT("k"), digest, second, &event, &again, &p->errs));
    assert_false(again);
}

static void a_partners_key_opens_what_its_scope_names_until_it_ends(void **state) {
    struct place *p = *state;
    struct cf_str record = CF_LIT("identity"), secret, wrong[] = {CF_LIT("no_such_record")};
    struct access_scope scope = {.purpose = CF_LIT("safeguarding"), .records = &record, .n_records = 1};
    struct access_subject who;
    struct access_keys keys;
    struct cf_id id, boss = user(p, "boss", "", "constable");
    int64_t end = p->now_us + 90 * US_PER_DAY;
    (void)boss;
    struct access_subject not_by = who_is(p, "boss", NULL);
    struct cf_str council = CF_LIT("childrens_services"), label = CF_LIT("Case system");
    refused(p, access_key_make(p->x, p->d, &not_by, council, label, &scope, end, p->a, &id, &secret, &p->errs), CF_A022);
    refused(p, access_key_make(p->x, p->d, NULL, CF_LIT("nobody"), label, &scope, end, p->a, &id, &secret, &p->errs), CF_A012);
    refused(p, access_key_make(p->x, p->d, NULL, council, label, &scope, p->now_us, p->a, &id, &secret, &p->errs), CF_A012);
    struct access_scope bad = {.purpose = CF_LIT("audit")};
    refused(p, access_key_make(p->x, p->d, NULL, council, label, &bad, end, p->a, &id, &secret, &p->errs), CF_A012);
    bad = (struct access_scope){.purpose = CF_LIT("safeguarding"), .records = wrong, .n_records = 1};
    refused(p, access_key_make(p->x, p->d, NULL, council, label, &bad, end, p->a, &id, &secret, &p->errs), CF_A012);
    must(p, access_key_make(p->x, p->d, NULL, council, label, &scope, end, p->a, &id, &secret, &p->errs));
    assert_true(cf_str_starts(secret, CF_LIT("cfk_")) && secret.n == 47);
    must(p, access_subject_of_key(p->x, p->d, secret, p->a, &who, &p->errs));
    assert_true(who.partner && cf_str_is(who.purpose, "safeguarding"));
    const struct lang_decl *in = lang_find_kind(desk_set(p->d), LANG_RECORD, record);
    const struct lang_decl *out = lang_find_kind(desk_set(p->d), LANG_RECORD, CF_LIT("break_glass"));
    struct access_about own = {.exists = true, .nearest = ACCESS_OWN}, far = {.exists = true, .nearest = ACCESS_UNIT};
    struct access_reason why;
    assert_true(access_may(&who, ACCESS_RECORD, in, NULL, NULL));
    assert_true(access_may(&who, ACCESS_SEE, in, &own, NULL));
    assert_false(access_may(&who, ACCESS_SEE, in, &far, &why));
    assert_true(why.as_absent);
    assert_false(access_may(&who, ACCESS_RECORD, out, NULL, &why));
    assert_int_equal(why.why, ACCESS_OUT_OF_SCOPE);
    assert_false(access_may(&who, ACCESS_FIND, NULL, &own, NULL));
    assert_false(access_may(&who, ACCESS_GLASS, NULL, NULL, NULL));
    assert_false(access_scope_share(&who, CF_LIT("anything")));
    must(p, access_key_list(p->x, p->a, &keys, &p->errs));
    assert_int_equal(keys.n, 1);
    assert_text(keys.v[0].scope.records[0], "identity");
    char *forged = cf_memdup(p->a, secret.p, secret.n);
    forged[20] = forged[20] == 'A' ? 'B' : 'A';
    refused(p, access_subject_of_key(p->x, p->d, (struct cf_str){forged, secret.n}, p->a, &who, &p->errs), CF_A007);
    refused(p, access_subject_of_key(p->x, p->d, CF_LIT("cfk_"), p->a, &who, &p->errs), CF_A007);
    place_later(p, 90 * US_PER_DAY);
    refused(p, access_subject_of_key(p->x, p->d, secret, p->a, &who, &p->errs), CF_A007);
    place_later(p, -80 * US_PER_DAY);
    must(p, access_key_end(p->x, NULL, id, &p->errs));
    refused(p, access_subject_of_key(p->x, p->d, secret, p->a, &who, &p->errs), CF_A007);
    refused(p, access_key_end(p->x, NULL, (struct cf_id){{1}}, &p->errs), CF_A007);
}

static void forms_sealed_on_a_phone_open_here_also_after_the_key_changed(void **state) {
    struct place *p = *state;
    struct access_offline_key first, again, second;
    struct cf_str form = CF_LIT("an invented form"), plain;
    uint8_t box[64 + SEAL_TO_EXTRA];
    must(p, access_offline_key(p->x, &first, &p->errs));
    must(p, access_offline_key(p->x, &again, &p->errs));
    assert_memory_equal(first.public_key, again.public_key, 32);
    assert_true(seal_to(first.public_key, form, box));
    must(p, access_offline_rotate(p->x, &p->errs));
    place_reopen(p);
    must(p, access_offline_key(p->x, &second, &p->errs));
    assert_true(second.number == first.number + 1);
    struct cf_str sealed = {(const char *)box, form.n + SEAL_TO_EXTRA};
    must(p, access_offline_open(p->x, first.number, sealed, p->a, &plain, &p->errs));
    assert_true(cf_str_eq(plain, form));
    refused(p, access_offline_open(p->x, second.number, sealed, p->a, &plain, &p->errs), CF_A008);
    refused(p, access_offline_open(p->x, 99, sealed, p->a, &plain, &p->errs), CF_A008);
    box[40] ^= 1;
    refused(p, access_offline_open(p->x, first.number, sealed, p->a, &plain, &p->errs), CF_A008);
    refused(p, access_offline_open(p->x, first.number, CF_LIT("short"), p->a, &plain, &p->errs), CF_A008);
}

static void break_glass_opens_one_child_for_an_hour_and_owes_a_review(void **state) {
    struct place *p = *state;
    struct cf_id pc = user(p, "pc", "north_area", "constable");
    user(p, "youth", "central_north", "youth_worker");
    user(p, "boss", "central_north", "supervisor");
    struct cf_id far = child(p, pc, "north_area"), other = child(p, pc, "north_area");
    struct access_subject who = who_is(p, "youth", "safeguarding");
    struct access_glass g;
    struct access_openings waiting;
    uint32_t no;
    struct cf_str why = CF_LIT("Invented: she has called from a bridge.");
#define OPEN(reason, words) access_break_glass(p->x, p->d, &who, far, lit(reason), words, p->a, &g, &p->errs)
    refused(p, access_child(p->x, p->d, &who, ACCESS_SEE, NULL, CF_LIT("/c"), far, &no, &p->errs), CF_A020);
    refused(p, OPEN("missing", CF_LIT(" ")), CF_A050);
    refused(p, OPEN("curiosity", why), CF_A050);
    refused(p, access_break_glass(p->x, p->d, &who, (struct cf_id){{3}}, lit("missing"), why, p->a, &g, &p->errs), CF_A020);
    must(p, OPEN("risk_to_life", why));
    who = who_is(p, "youth", "safeguarding");
    assert_int_equal(who.n_glass, 1);
    must(p, access_child(p->x, p->d, &who, ACCESS_SEE, NULL, CF_LIT("/c"), far, &no, &p->errs));
    refused(p, access_child(p->x, p->d, &who, ACCESS_EXPORT, NULL, CF_LIT("/c"), far, &no, &p->errs), CF_A020);
    refused(p, access_child(p->x, p->d, &who, ACCESS_SEE, NULL, CF_LIT("/c"), other, &no, &p->errs), CF_A020);
    must(p, desk_subject_no(p->d, far, &no, &p->errs));
    struct lang_docket k = {0}; /* the supervisor is told: a duty in the child's docket */
    struct lang_history h;
    const struct lang_set *set;
    const struct lang_reference *ref;
    must(p, desk_docket(p->d, no, p->now_us / US_PER_S, INT64_MAX, p->a, &k, &set, &ref, &h, &p->errs));
    assert_int_equal(k.duties.n, 1);
    assert_text(k.duties.v[0].rule->name.text, "review_opening");
    assert_int_equal(k.duties.v[0].state, LANG_PENDING);
    struct access_subject boss = who_is(p, "boss", "supervision");
    must(p, access_glass_waiting(p->x, p->d, &boss, p->a, &waiting, &p->errs));
    assert_int_equal(waiting.n, 1);
    assert_text(waiting.v[0].login, "youth");
    refused(p, access_glass_waiting(p->x, p->d, &who, p->a, &waiting, &p->errs), CF_A022);
    place_later(p, 59 * US_PER_MINUTE);
    who = who_is(p, "youth", "safeguarding");
    assert_int_equal(who.n_glass, 1);
    place_later(p, US_PER_MINUTE);
    who = who_is(p, "youth", "safeguarding");
    assert_int_equal(who.n_glass, 0);
    refused(p, access_child(p->x, p->d, &who, ACCESS_SEE, NULL, CF_LIT("/c"), far, &no, &p->errs),
            CF_A020); /* not theirs for it */
    boss = who_is(p, "boss", "supervision");
    must(p,
         access_child(p->x, p->d, &boss, ACCESS_SEE, NULL, CF_LIT("/c"), far, &no, &p->errs)); /* whom the review is owed by */
    boss = who_is(p, "boss", "supervision");
    must(p, access_glass_review(p->x, p->d, &boss, g.event, true, CF_LIT("It was needed."), p->a, &p->errs));
    refused(p, access_glass_review(p->x, p->d, &boss, g.event, true, CF_LIT("Again."), p->a, &p->errs), CF_A052);
    must(p, access_glass_waiting(p->x, p->d, &boss, p->a, &waiting, &p->errs));
    assert_int_equal(waiting.n, 0);
    k = (struct lang_docket){0};
    must(p, desk_docket(p->d, no, p->now_us / US_PER_S, INT64_MAX, p->a, &k, &set, &ref, &h, &p->errs));
    assert_int_equal(k.duties.v[0].state, LANG_MET_STATE);
    struct access_subject twice = who_is(p, "boss", "safeguarding"); /* nobody reviews their own */
    must(p, access_break_glass(p->x, p->d, &twice, other, lit("other"), why, p->a, &g, &p->errs));
    refused(p, access_glass_review(p->x, p->d, &twice, g.event, true, CF_LIT("Mine."), p->a, &p->errs), CF_A052);
}

/* ---- Several at once, each with a connection of its own. */
struct together {
    const char *db;
    struct cf_id user, fresh, event;
    struct cf_str link;
    bool opened, again, linked;
    pthread_barrier_t *ready;
};

static void *one_of_several(void *arg) {
    struct together *t = arg;
    struct cf_arena *a = cf_arena_new("one of several");
    struct cf_errs errs = cf_errs_new(a);
    struct ledger_options o = {0};
    struct ledger *l = NULL;
    struct access *x = NULL;
    struct cf_id user;
    struct cf_str data;
    t->opened = ledger_open(a, t->db, LEDGER_READ, &o, &errs, &l) && access_open(a, l, ACCESS_USE, &errs, &x);
    (void)pthread_barrier_wait(t->ready);
    t->opened = t->opened && access_once(x, t->user, CF_LIT("one form"), CF_LIT(""), t->fresh, &t->event, &t->again, &errs);
    t->linked = t->opened && access_link_use(x, "password", t->link, a, &user, &data, &errs);
    access_close(x);
    ledger_close(l);
    cf_arena_free(a);
    return NULL;
}

static void of_several_at_once_one_binds_the_key_and_one_takes_the_link(void **state) {
    struct place *p = *state;
    struct together t[4];
    pthread_t threads[4];
    pthread_barrier_t ready;
    size_t first = 0, linked = 0;
    struct cf_id roe = user(p, "roe", "", NULL);
    struct cf_str link;
    must(p, access_link_make(p->x, "password", roe, CF_LIT(""), 10, p->a, &link, &p->errs));
    assert_int_equal(pthread_barrier_init(&ready, NULL, 4), 0);
    for (uint8_t i = 0; i < 4; i++) {
        t[i] = (struct together){.db = ledger_path(desk_ledger(p->d)), .user = roe, .link = link, .ready = &ready};
        t[i].fresh.b[0] = (uint8_t)(i + 1);
        assert_int_equal(pthread_create(&threads[i], NULL, one_of_several, &t[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(t[i].opened);
        assert_true(cf_id_eq(t[i].event, t[0].event));
        first += t[i].again ? 0 : 1;
        linked += t[i].linked ? 1 : 0;
    }
    assert_int_equal(first, 1);
    assert_int_equal(linked, 1);
    (void)pthread_barrier_destroy(&ready);
}

static void policies_that_know_no_break_glass_open_nothing(void **state) {
    struct place *p = *state;
    char without[200], policies[160];
    bool changed;
    struct access_glass g;
    struct cf_id pc = user(p, "pc", "north_area", "constable");
    struct cf_id far = child(p, pc, "north_area");
    snprintf(without, sizeof without, "rm %s/policies/break_glass.policy", p->folder);
    assert_int_equal(system(without), 0);
    snprintf(policies, sizeof policies, "%s/policies", p->folder);
    must(p, desk_adopt(p->d, policies, "test", &changed, &p->errs));
    struct access_subject who = who_is(p, "pc", "safeguarding");
    struct cf_str why = CF_LIT("Invented.");
    refused(p, access_break_glass(p->x, p->d, &who, far, CF_LIT("missing"), why, p->a, &g, &p->errs), CF_A051);
}

/* ---- A full disk: what was promised is kept, what is refused changes nothing. */
static void on_a_full_disk_nothing_is_half_done(void **state) {
    struct place *p = *state;
    struct access *x;
    struct cf_id roe = user(p, "roe", "", "constable");
    faulty_register();
    faulty_set((struct faulty_plan){FAULTY_NEVER, 0, 0});
    must(p, access_open_with(p->a, desk_ledger(p->d), ACCESS_USE, FAULTY_VFS, &p->errs, &x));
    struct access_draft kept = {.record = CF_LIT("stop_search"), .body = CF_LIT("kept")}, lost = kept, got;
    struct access_session s;
    struct access_attempt at = {CF_LIT("roe"), CF_LIT(PASSWORD), CF_LIT(""), CF_LIT("192.0.2.1")};
    struct cf_id event;
    bool again;
    must(p, access_draft_save(x, roe, &kept, &p->errs));
    faulty_set((struct faulty_plan){FAULTY_FULL, 1, 0});
    refused(p, access_draft_save(x, roe, &lost, &p->errs), CF_S005);
    assert_true(cf_id_zero(lost.id));
    refused(p, access_sign_in(x, &at, p->a, &s, &p->errs), CF_S005); /* unlimited attempts are not let in either */
    refused(p, access_once(x, roe, CF_LIT("k"), CF_LIT(""), (struct cf_id){{1}}, &event, &again, &p->errs), CF_S005);
    faulty_set((struct faulty_plan){FAULTY_NEVER, 0, 0});
    access_close(x);
    place_reopen(p);
    struct access_drafts list;
    must(p, access_draft_list(p->x, roe, p->a, &list, &p->errs));
    assert_int_equal(list.n, 1);
    must(p, access_draft_load(p->x, roe, kept.id, p->a, &got, &p->errs));
    assert_text(got.body, "kept");
    must(p, access_once(p->x, roe, CF_LIT("k"), CF_LIT(""), (struct cf_id){{2}}, &event, &again, &p->errs));
    assert_false(again);
    (void)sign_in(p, "roe");
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, place_begin, place_end)
int main(void) {
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(a_draft_survives_signing_out_and_a_restart_and_is_nobody_elses),
        IN_A_PLACE(drafts_have_limits_that_are_named),
        IN_A_PLACE(a_draft_that_was_moved_to_another_row_does_not_open),
        IN_A_PLACE(one_key_is_one_event_whatever_is_sent_again),
        IN_A_PLACE(a_partners_key_opens_what_its_scope_names_until_it_ends),
        IN_A_PLACE(forms_sealed_on_a_phone_open_here_also_after_the_key_changed),
        IN_A_PLACE(break_glass_opens_one_child_for_an_hour_and_owes_a_review),
        IN_A_PLACE(of_several_at_once_one_binds_the_key_and_one_takes_the_link),
        IN_A_PLACE(policies_that_know_no_break_glass_open_nothing),
        IN_A_PLACE(on_a_full_disk_nothing_is_half_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
