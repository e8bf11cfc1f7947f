/* trial: what was said would follow is what followed, and what is said later to have followed. People in here are invented. */
#include "unit/unit.h"

#include <unistd.h>

#include "docket/amend.h"

static char folder[128];
static struct cf_arena *arena;
static struct cf_errs errs;
static struct desk *desk;

static void set_clock(int64_t s) {
    char text[32];
    (void)snprintf(text, sizeof text, "%lld", (long long)s * 1000000);
    setenv("CF_NOW", text, 1);
}

static void must(bool ok) {
    if (!ok) {
        cf_errs_print(stderr, &errs);
        fail_msg("it failed where it should not");
    }
}

static int begin(void **state) {
    (void)state;
    bool changed;
    (void)snprintf(folder, sizeof folder, "/tmp/childfirst-trial-XXXXXX");
    assert_non_null(mkdtemp(folder));
    arena = cf_arena_new("trial test");
    errs = cf_errs_new(arena);
    set_clock(1717412400); /* 2024-06-03 12:00 London */
    struct desk_options o = {.db = cf_cstr(arena, cf_str_printf(arena, "%s/t.db", folder)),
                             .write = true,
                             .create = true,
                             .force = "test",
                             .calendars = "data/calendars"};
    must(desk_open(arena, &o, &errs, &desk));
    must(desk_adopt(desk, "policies", "test", &changed, &errs));
    return 0;
}

static int end(void **state) {
    (void)state;
    desk_close(desk);
    cf_arena_free(arena);
    unsetenv("CF_NOW");
    char command[200];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? 0 : -1;
}

/* Answers that differ from turn to turn; what is no code nor yes or no is not known. */
static struct desk_value *answers(const struct lang_decl *record, unsigned turn) {
    const struct lang_record *r = &record->as.record;
    struct desk_value *v = CF_NEW_N(arena, struct desk_value, r->fields.n + 1);
    for (size_t i = 0; i < r->fields.n; i++) {
        const struct lang_type *t = &r->fields.v[i].type;
        v[i].v.kind = LANG_V_NOT_KNOWN;
        if (t->kind == LANG_T_YESNO) {
            v[i].v = (struct lang_value){.kind = LANG_V_YESNO, .i = (turn + i) % 3 != 0};
        } else if (t->kind == LANG_T_CODE) {
            v[i].v = (struct lang_value){.kind = LANG_V_CODE, .i = (int64_t)((turn + i) % t->of->as.codes.list.n)};
        } else if (t->kind == LANG_T_TEXT) {
            v[i] = (struct desk_value){.v.kind = LANG_V_TEXT, .text = CF_LIT("in words")};
        } else if (t->kind == LANG_T_SET && t->elem == LANG_T_SUBJECT && turn % 2) {
            struct desk_value *two = CF_NEW_N(arena, struct desk_value, 2);
            for (size_t k = 0; k < 2; k++) {
                two[k].v.kind = LANG_V_SUBJECT;
                two[k].id.b[0] = (uint8_t)(200 + k);
                two[k].id.b[1] = (uint8_t)t->subject; /* a subject is of one kind */
                struct lang_value *kept = CF_NEW_N(arena, struct lang_value, r->fields.v[i].keeping.n + 1);
                for (size_t j = 0; j < r->fields.v[i].keeping.n; j++) {
                    kept[j] = (struct lang_value){.kind = LANG_V_CODE, .i = 0};
                }
                two[k].kept = kept;
            }
            v[i] = (struct desk_value){.v.kind = LANG_V_LIST, .list = two, .n = 2};
        }
    }
    return v;
}

static struct cf_str line(const struct desk_change *c) {
    if (c->gate) {
        return cf_str_printf(arena, "gate %.*s %s", CF_STR_ARG(c->gate->rule->name.text), lang_result_word(c->gate->result));
    }
    if (c->duty || c->duty_before) {
        const struct lang_duty_line *d = c->duty ? c->duty : c->duty_before;
        return cf_str_printf(arena, "duty %.*s %s due %lld%s", CF_STR_ARG(d->rule->name.text), lang_state_word(d->state),
                             (long long)(d->has_due ? d->due : 0), c->duty ? "" : " gone");
    }
    if (c->flag) {
        return cf_str_printf(arena, "flag %.*s%s", CF_STR_ARG(c->flag->rule->name.text), c->flag_gone ? " gone" : "");
    }
    return c->grade ? cf_str_printf(arena, "grade %.*s %d", CF_STR_ARG(c->grade->rule->name.text), c->grade->level)
                    : CF_LIT("?");
}

static void same_changes(const char *what, const struct desk_changes *x, const struct desk_changes *y) {
    if (x->n != y->n) {
        fail_msg("%s: %zu lines, not %zu", what, y->n, x->n);
    }
    for (size_t i = 0; i < x->n; i++) {
        if (!cf_str_eq(line(&x->v[i]), line(&y->v[i]))) {
            fail_msg("%s: \"%.*s\", not \"%.*s\"", what, CF_STR_ARG(line(&y->v[i])), CF_STR_ARG(line(&x->v[i])));
        }
    }
}

static struct cf_id opener_of(const struct lang_decl *record, struct cf_id child);

static struct cf_id record_tried(const struct lang_decl *record, struct cf_id child, struct cf_id episode, unsigned turn,
                                 size_t *lines) {
    const struct lang_decl *role = record->as.record.by_decls.n ? record->as.record.by_decls.v[0] : NULL;
    struct desk_about about = {.role = 0, .subject = child};
    struct desk_entry e = {.id = ledger_new_id(desk_ledger(desk)),
                           .record = record,
                           .from = cf_now_us() / 1000000 - 60,
                           .about = &about,
                           .n_about = 1,
                           .episodes = &episode,
                           .n_episodes = cf_id_zero(episode) ? 0 : 1,
                           .fields = answers(record, turn),
                           .actor = {{9, 9, 9}},
                           .actor_roles = &role,
                           .n_actor_roles = role ? 1 : 0};
    e.to = e.from;
    char what[120];
    (void)snprintf(what, sizeof what, "%.*s, turn %u", CF_STR_ARG(record->name.text), turn);
    struct desk_trials before = {0}, later = {0};
    struct desk_changes changes = {0};
    struct ledger_receipt receipt;
    uint64_t size = ledger_size(desk_ledger(desk));
    must(desk_try(desk, &e, 1, arena, &before, &errs));
    assert_int_equal(ledger_size(desk_ledger(desk)), size); /* nothing was kept */
    must(desk_record(desk, &e, arena, &receipt, &changes, &errs));
    assert_int_equal(before.n, 1);
    same_changes(what, &changes, &before.v[0].changes);
    must(desk_followed(desk, e.id, arena, &later, &errs));
    assert_int_equal(later.n, 1);
    same_changes(what, &changes, &later.v[0].changes);
    *lines += changes.n;
    return e.id;
}

static struct cf_id opener_of(const struct lang_decl *record, struct cf_id child) {
    const struct lang_decl *episode = record->as.record.in_decls.n ? record->as.record.in_decls.v[0] : NULL;
    size_t lines = 0;
    if (!episode || record->as.record.in_any) {
        return (struct cf_id){{0}};
    }
    return record_tried(episode->as.episode.opener, child, (struct cf_id){{0}}, 1, &lines);
}

static void what_was_said_would_follow_follows(void **state) {
    (void)state;
    const struct lang_set *set = desk_set(desk);
    size_t lines = 0, records = 0;
    for (size_t i = 0; i < set->records.n; i++) {
        const struct lang_decl *record = set->records.v[i];
        const struct lang_record *r = &record->as.record;
        if (r->built_in || r->act || !r->roles.n || r->roles.v[0].kind != LANG_PERSON) {
            continue;
        }
        for (unsigned turn = 0; turn < 3; turn++) {
            struct cf_id child = ledger_new_subject(desk_ledger(desk)), episode = opener_of(record, child);
            (void)record_tried(record, child, episode, turn, &lines);
        }
        records++;
    }
    assert_true(records > 50);
    assert_true(lines > 200);
}

static void somebody_new_is_judged_by_what_is_said_of_them_at_once(void **state) {
    (void)state;
    const struct lang_set *set = desk_set(desk);
    const struct lang_decl *search = lang_find(set, "stop_search"), *birth = set->birth;
    struct cf_id child = ledger_new_subject(desk_ledger(desk));
    struct desk_about about = {.role = 0, .subject = child};
    struct desk_value *born = CF_NEW_N(arena, struct desk_value, birth->as.record.fields.n + 1);
    int64_t now = cf_now_us() / 1000000;
    for (int adult = 0; adult < 2; adult++) {
        born[set->birth_field].v = (struct lang_value){.kind = LANG_V_DATE, .i = cf_day_of(adult ? 1980 : 2010, 5, 5)};
        struct desk_entry two[] = {
            {.record = birth, .from = now - 60, .to = now - 60, .about = &about, .n_about = 1, .fields = born},
            {.record = search, .from = now - 60, .to = now - 60, .about = &about, .n_about = 1, .fields = answers(search, 0)}};
        struct desk_trials trials;
        must(desk_try(desk, two, 2, arena, &trials, &errs));
        size_t gates = 0;
        for (size_t i = 0; i < trials.v[0].changes.n; i++) {
            gates += trials.v[0].changes.v[i].gate != NULL;
        }
        assert_true(adult ? gates == 0 : gates >= 3); /* the rules are about children */
    }
}

/* ---- Putting right. */

static struct cf_id put(const struct lang_decl *record, struct cf_id child, struct cf_id episode, unsigned turn) {
    size_t lines = 0;
    return record_tried(record, child, episode, turn, &lines);
}

static void what_a_correction_would_change_is_what_it_changes(void **state) {
    (void)state;
    const struct lang_set *set = desk_set(desk);
    size_t lines = 0, tried = 0;
    for (size_t i = 0; i < set->records.n; i++) {
        const struct lang_decl *record = set->records.v[i];
        const struct lang_record *r = &record->as.record;
        if (r->built_in || r->act || !r->roles.n || r->roles.v[0].kind != LANG_PERSON || !r->fields.n) {
            continue;
        }
        struct cf_id child = ledger_new_subject(desk_ledger(desk)), event = put(record, child, opener_of(record, child), 0);
        struct desk_value *others = answers(record, 2);
        int *numbers = CF_NEW_N(arena, int, r->fields.n + 1);
        size_t n = 0;
        for (size_t k = 0; k < r->fields.n; k++) {
            if (!r->fields.v[k].retired && others[k].v.kind != LANG_V_LIST) {
                others[n] = others[k];
                numbers[n++] = (int)k;
            }
        }
        for (int withdraw = 0; withdraw < 2; withdraw++) {
            struct desk_correction c = {.event = event,
                                        .field_numbers = numbers,
                                        .values = others,
                                        .n_fields = withdraw ? 0 : n,
                                        .withdraw = withdraw,
                                        .reason = CF_LIT("it was another"),
                                        .actor = {{9, 9, 9}}};
            struct desk_trials trials;
            struct desk_changes changes = {0};
            struct ledger_receipt receipt;
            uint64_t size = ledger_size(desk_ledger(desk));
            must(desk_try_correction(desk, &c, arena, &trials, &errs));
            assert_int_equal(ledger_size(desk_ledger(desk)), size);
            must(desk_correct(desk, &c, arena, &receipt, &changes, &errs));
            assert_int_equal(trials.n, 1);
            char what[120];
            (void)snprintf(what, sizeof what, "%.*s, %s", CF_STR_ARG(record->name.text), withdraw ? "withdrawn" : "corrected");
            same_changes(what, &changes, &trials.v[0].changes);
            lines += changes.n;
        }
        tried++;
    }
    assert_true(tried > 50);
    assert_true(lines > 200);
}

static void an_event_is_read_back_as_it_was_entered_and_as_it_was_corrected(void **state) {
    (void)state;
    const struct lang_decl *record = lang_find(desk_set(desk), "safeguarding_report");
    struct cf_id child = ledger_new_subject(desk_ledger(desk)), event = put(record, child, (struct cf_id){{0}}, 1);
    struct desk_stands s;
    must(desk_stands(desk, event, (struct cf_id){{9, 9, 9}}, arena, &s, &errs));
    assert_true(s.mine && !s.corrected && !s.withdrawn && cf_id_eq(s.about, child));
    struct desk_value *given = answers(record, 1);
    size_t narratives = 0;
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        assert_int_equal(s.e.fields[i].v.kind, given[i].v.kind);
        if (given[i].v.kind == LANG_V_TEXT) {
            assert_true(cf_str_eq(s.e.fields[i].text, given[i].text));
            narratives++;
        }
    }
    assert_true(narratives > 0);
    struct desk_correction c = {.event = event, .has_time = true, .from = s.e.from - 3600, .to = s.e.from - 3600};
    struct ledger_receipt receipt;
    must(desk_correct(desk, &c, arena, &receipt, NULL, &errs));
    must(desk_stands(desk, event, (struct cf_id){{8}}, arena, &s, &errs));
    assert_true(s.corrected && !s.mine && s.e.from == c.from);
    c = (struct desk_correction){.event = event, .withdraw = true, .reason = CF_LIT("it was another child")};
    must(desk_correct(desk, &c, arena, &receipt, NULL, &errs));
    must(desk_stands(desk, event, (struct cf_id){{8}}, arena, &s, &errs));
    assert_true(s.withdrawn);
}

static void what_a_merge_and_its_undoing_would_change_is_what_they_change(void **state) {
    (void)state;
    struct desk_trials trials, apart;
    struct desk_changes changes = {0}, undone = {0};
    struct ledger_receipt receipt;
    struct desk_merges merges;
    struct cf_id child[2];
    for (unsigned i = 0; i < 2; i++) {
        child[i] = ledger_new_subject(desk_ledger(desk));
        (void)put(lang_find(desk_set(desk), "stop_search"), child[i], (struct cf_id){{0}}, i);
        (void)put(lang_find(desk_set(desk), "safeguarding_report"), child[i], (struct cf_id){{0}}, i);
    }
    must(desk_merges(desk, arena, &merges, &errs));
    size_t before = merges.n;
    must(desk_try_merge(desk, child[0], child[1], arena, &trials, &errs));
    must(desk_merges(desk, arena, &merges, &errs));
    assert_int_equal(merges.n, before); /* nothing stays of the trial */
    must(desk_merge(desk, child[0], child[1], CF_LIT("one child"), (struct cf_id){{9}}, arena, &receipt, &changes, &errs));
    same_changes("merged", &changes, &trials.v[0].changes);
    must(desk_merges(desk, arena, &merges, &errs));
    assert_int_equal(merges.n, before + 1);
    struct cf_errs own = cf_errs_new(arena);
    assert_false(desk_try_merge(desk, child[0], child[1], arena, &trials, &own));
    assert_int_equal(own.v[0].code, CF_D016);
    must(desk_try_unmerge(desk, merges.v[0].event, arena, &apart, &errs));
    assert_int_equal(apart.n, 2);
    assert_true(apart.v[0].after.gates.n > 0 && apart.v[1].after.gates.n > 0);
    must(desk_unmerge(desk, merges.v[0].event, CF_LIT("two"), (struct cf_id){{9}}, arena, &receipt, &undone, &errs));
    own = cf_errs_new(arena);
    assert_false(desk_try_unmerge(desk, merges.v[0].event, arena, &apart, &own));
    assert_int_equal(own.v[0].code, CF_D016);
}

static void a_restriction_stands_until_its_order_is_ended(void **state) {
    (void)state;
    struct cf_id child = ledger_new_subject(desk_ledger(desk));
    struct ledger_receipt receipt;
    struct desk_orders orders;
    (void)put(lang_find(desk_set(desk), "stop_search"), child, (struct cf_id){{0}}, 0);
    struct cf_errs own = cf_errs_new(arena);
    assert_false(desk_control(desk, DESK_RESTRICT, child, CF_LIT(""), (struct cf_id){{9}}, 0, &receipt, &own));
    must(desk_control(desk, DESK_RESTRICT, child, CF_LIT("section 47"), (struct cf_id){{9}}, 0, &receipt, &errs));
    assert_true(ledger_restricted(desk_ledger(desk), child));
    own = cf_errs_new(arena);
    assert_false(desk_control(desk, DESK_RESTRICT, child, CF_LIT("again"), (struct cf_id){{9}}, 0, &receipt, &own));
    must(desk_orders(desk, DESK_RESTRICT, arena, &orders, &errs));
    assert_int_equal(orders.n, 1);
    assert_true(cf_id_eq(orders.v[0].person, child) && cf_str_is(orders.v[0].authority, "section 47"));
    must(desk_control(desk, DESK_UNRESTRICT, orders.v[0].event, CF_LIT("settled"), (struct cf_id){{9}}, 0, &receipt, &errs));
    assert_false(ledger_restricted(desk_ledger(desk), child));
    must(desk_orders(desk, DESK_RESTRICT, arena, &orders, &errs));
    assert_int_equal(orders.n, 0);
    own = cf_errs_new(arena);
    assert_false(desk_control(desk, DESK_RELEASE, child, CF_LIT("none"), (struct cf_id){{9}}, 0, &receipt, &own));
    assert_int_equal(own.v[0].code, CF_D020);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_said_would_follow_follows, begin, end),
        cmocka_unit_test_setup_teardown(somebody_new_is_judged_by_what_is_said_of_them_at_once, begin, end),
        cmocka_unit_test_setup_teardown(what_a_correction_would_change_is_what_it_changes, begin, end),
        cmocka_unit_test_setup_teardown(an_event_is_read_back_as_it_was_entered_and_as_it_was_corrected, begin, end),
        cmocka_unit_test_setup_teardown(what_a_merge_and_its_undoing_would_change_is_what_they_change, begin, end),
        cmocka_unit_test_setup_teardown(a_restriction_stands_until_its_order_is_ended, begin, end),

    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
