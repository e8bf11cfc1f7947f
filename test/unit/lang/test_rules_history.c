/* Rules C1 to C5 and V1 to V5 of the policy semantics: corrections, late events, versions, valid until.
 * All in it is invented. */
#include "unit/lang/given.h"

static void C1_a_corrected_history_is_as_if_it_had_always_been_so(void **state) {
    (void)state;
    holds(POLICY "record seen \"Seen\"; about child is person; by constable; fields risk yes/no\n"
                 "record report \"Report\"; about child is person; by constable; fields good yes/no\n"
                 "duty act \"Act\"; after seen; where seen.risk = yes; owner constable; within 1 hour to verify\n"
                 "    done by report with good = yes; cites law 1\n"
                 "example \"A field is corrected, the report is withdrawn, then the trigger is\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  seen = one    risk no\n"
                 "    2024-06-03 09:30  report = two  good yes\n"
                 "    2024-06-03 12:00  correction  corrects one risk yes\n"
                 "    2024-06-03 13:00  correction  withdraws two\n"
                 "    2024-06-03 14:00  correction  withdraws one\n"
                 "    at 2024-06-03 10:00  expect no act\n"
                 "    at 2024-06-03 12:30  expect act met changed by correction\n"
                 "    at 2024-06-03 13:30  expect act overdue due 2024-06-03 10:00\n"
                 "    at 2024-06-03 14:30  expect no act\n"
                 "    at 2024-06-03 14:30 as known at 2024-06-03 11:00  expect no act\n"
                 "    at 2024-06-03 14:30 as known at 2024-06-03 12:30  expect act met\n");
}

static void C1_the_last_recorded_correction_wins_and_the_time_may_be_corrected(void **state) {
    (void)state;
    holds(POLICY "record seen \"Seen\"; about child is person; by constable; fields risk yes/no\n"
                 "record report \"Report\"; about child is person; by constable\n"
                 "duty act \"Act\"; after seen; where seen.risk = yes; owner constable; within 1 hour to verify\n"
                 "    done by report; cites law 1\n"
                 "example \"Yes, no, yes; and an hour earlier\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  seen = one  risk yes\n"
                 "    2024-06-03 09:10  correction  corrects one risk no\n"
                 "    2024-06-03 09:20  correction  corrects one risk yes\n"
                 "    2024-06-03 09:30  correction  corrects one happened 2024-06-03 08:00\n"
                 "    at 2024-06-03 09:15  expect no act\n"
                 "    at 2024-06-03 09:25  expect act pending due 2024-06-03 10:00\n"
                 "    at 2024-06-03 09:35  expect act overdue due 2024-06-03 09:00\n");
}

static void C2_a_late_event_is_judged_at_its_happening(void **state) {
    (void)state;
    holds(POLICY "record seen \"Seen\"; about child is person; by constable\n"
                 "record report \"Report\"; about child is person; by constable\n"
                 "duty act \"Act\"; after seen; owner constable; within 1 hour to verify; done by report; cites law 1\n"
                 "example \"Entered a month later: overdue at once, and the report that was made then has met it\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  seen = one  recorded 2024-07-03 09:00\n"
                 "    2024-06-04 09:00  seen = two  recorded 2024-07-03 09:00\n"
                 "    2024-06-04 09:30  report\n"
                 "    at 2024-07-03 08:00  expect no act\n"
                 "    at 2024-07-03 10:00  expect act of one late due before it was known; act of two met\n");
}

static void C4_identities_keep_the_ids_first_recorded(void **state) {
    (void)state;
    struct given g =
        given(POLICY "record seen \"Seen\"; about child is person; by constable\n"
                     "record done \"Done\"; about child is person; by constable\n"
                     "duty act \"Act\"; after seen; owner constable; within 1 hour to verify; done by done; cites law 1\n"
                     "example \"One event\"\n"
                     "    child Ann  born 2012-01-01\n"
                     "    2024-06-03 09:00  seen\n"
                     "    at 2024-06-03 09:10  expect act pending\n"
                     "    at 2024-06-03 12:00  expect act overdue\n");
    struct lang_docket before = given_docket(&g, 0), after = given_docket(&g, 1);
    assert_true(cf_id_eq(before.duties.v[0].id, after.duties.v[0].id));
    const struct lang_example_case *cases;
    assert_int_equal(lang_example_cases(g.a, g.set, &g.ref, g.set->examples.v[0], &cases, &g.errs), 2);
    struct lang_history merged = *cases[0].h; /* another person's number, the event with its own id: the line is another's */
    merged.subject = 77;
    struct lang_docket d;
    lang_eval_plain(g.a, g.set, cases[0].ref, &merged, cases[0].now, &d);
    assert_true(cf_id_eq(before.duties.v[0].id, d.duties.v[0].id));
    merged.subject_id.b[0] ^= 1;
    lang_eval_plain(g.a, g.set, cases[0].ref, &merged, cases[0].now, &d);
    assert_false(cf_id_eq(before.duties.v[0].id, d.duties.v[0].id));
    given_end(&g);
}

static const char old_version[] =
    "policy test.rules \"Rules under test\"\n"
    "    owner team\n"
    "    serves S1\n"
    "    in force from 2024-01-01 to 2024-06-30\n"
    "    cites\n"
    "        law \"An invented law\"\n"
    "setting allowed 72 hours confirmed law 1\n"
    "episode case \"Case\"\n"
    "record opened \"Opened\"; opens case; about child is person; by constable; fields adult yes/no\n"
    "record done \"Done\"; in case; by constable; fields good yes/no\n"
    "duty act \"Act\"; after opened; owner constable; within allowed; done by done; cites law 1\n"
    "gate adult \"Adult\"; before opened; needs opened.adult = yes; cites law 1\n"
    "flag many \"Many\"; about person; while child and count of opened >= 3 to verify; cites law 1\n"
    "duty look \"Look\"; about person when child and count of opened >= 3; owner constable; within 9 days to verify\n"
    "    done by done; cites law 1\n";
static const char new_version[] =
    "policy test.rules \"Rules under test\"\n"
    "    owner team\n"
    "    serves S1\n"
    "    in force from 2024-07-01\n"
    "    cites\n"
    "        law \"An invented law\"\n"
    "setting allowed 48 hours confirmed law 1\n"
    "episode case \"Case\"\n"
    "record opened \"Opened\"; opens case; about child is person; by constable; fields adult yes/no; fresh yes/no\n"
    "record done \"Done\"; in case; by constable; fields good yes/no\n"
    "duty act \"Act\"; after opened; owner constable; within allowed; done by done; cites law 1\n"
    "gate adult \"Adult\"; before opened; where opened.fresh is known; needs opened.adult = yes; cites law 1\n"
    "flag many \"Many\"; about person; while child and count of opened >= 2 to verify; cites law 1\n"
    "duty look \"Look\"; about person when child and count of opened >= 2; owner constable; within 9 days to verify\n"
    "    done by done; cites law 1\n"
    "example \"Opened under 72 hours, held when the rule says 48\"\n"
    "    child Ann  born 2012-01-01\n"
    "    2024-06-29 09:00  opened = a  adult no\n"
    "    2024-07-01 09:00  opened = b  adult no\n"
    "    at 2024-07-01 08:00  expect act of a pending due 2024-07-02 09:00; no many; no look\n"
    "    at 2024-07-01 10:00  expect act of a pending due 2024-07-02 09:00; act of b pending due 2024-07-03 09:00\n"
    "    at 2024-07-01 10:00  expect breach adult of a; no adult of b; many; look pending due 2024-07-10\n";

static void V1_an_instance_keeps_its_version_for_life(void **state) {
    (void)state;
    holds_two(old_version, new_version);
}

static void V2_a_new_version_triggers_what_holds_under_it(void **state) {
    (void)state;
    holds_two(old_version,
              "policy test.rules \"Rules under test\"\n"
              "    owner team\n"
              "    serves S1\n"
              "    in force from 2024-07-01\n"
              "    cites\n"
              "        law \"An invented law\"\n"
              "episode case \"Case\"\n"
              "record opened \"Opened\"; opens case; about child is person; by constable; fields adult yes/no\n"
              "record done \"Done\"; in case; by constable; fields good yes/no\n"
              "flag many \"Many\"; about person; while child and count of opened >= 1 to verify; cites law 1\n"
              "duty look \"Look\"; about person when child and count of opened >= 1; owner constable; within 9 "
              "days to verify\n"
              "    done by done; cites law 1\n"
              "example \"One case, opened before\"\n"
              "    child Ann  born 2012-01-01\n"
              "    2024-06-29 09:00  opened\n"
              "    at 2024-06-30 23:59  expect no many; no look; act pending\n"
              "    at 2024-07-01 00:00  expect many; look pending due 2024-07-10; act pending due 2024-07-02 09:00\n"
              "    at 2024-07-11 00:00  expect look overdue; act overdue\n");
}

/* What follows old_version from July, with the rules of a test in it. */
#define NEW_VERSION                                                                                                            \
    "policy test.rules \"Rules under test\"\n    owner team\n    serves S1\n    in force from 2024-07-01\n"                    \
    "    cites\n        law \"An invented law\"\n"                                                                             \
    "episode case \"Case\"\n"                                                                                                  \
    "record opened \"Opened\"; opens case; about child is person; by constable; fields adult yes/no; fresh yes/no\n"           \
    "record done \"Done\"; in case; by constable; fields good yes/no\n"

static void V3_a_new_field_is_unknown_in_old_events(void **state) {
    (void)state;
    holds_two(old_version, NEW_VERSION "flag known \"Known\"; in case; while opened.fresh is known; cites law 1\n"
                                       "flag adult_there \"Adult\"; in case; while opened.adult = yes; cites law 1\n"
                                       "example \"Opened in June, asked since July\"\n"
                                       "    child Ann  born 2012-01-01\n"
                                       "    2024-06-29 09:00  opened = a  adult yes\n"
                                       "    2024-07-02 09:00  opened = b  adult yes; fresh no\n"
                                       "    at 2024-07-03 08:00  expect known of b; adult_there of a; adult_there of b\n"
                                       "    at 2024-07-03 08:00  expect no known of a\n");
}

static void V4_a_new_version_without_the_rule_ends_no_open_duty(void **state) {
    (void)state;
    holds_two(old_version, NEW_VERSION "flag here \"Here\"; in case; while a opened; cites law 1\n"
                                       "example \"The rule is gone, its duty is not\"\n"
                                       "    child Ann  born 2012-01-01\n"
                                       "    2024-06-29 09:00  opened = a\n"
                                       "    2024-07-01 09:00  opened = b\n"
                                       "    2024-07-03 09:00  done  in a\n"
                                       "    at 2024-07-01 10:00  expect act of a pending due 2024-07-02 09:00; no act of b\n"
                                       "    at 2024-07-02 10:00  expect act of a overdue\n"
                                       "    at 2024-07-03 10:00  expect act of a late\n");
}

static void C3_a_copied_value_stays_until_it_is_corrected_by_an_event_of_its_own(void **state) {
    (void)state;
    holds(POLICY
          "record moved \"Moved\"; about child is person; by constable; fields home organisation copied from place\n"
          "record done \"Done\"; about child is person; by childrens_services\n"
          "duty tell \"Tell\"; after moved; owner childrens_services of moved.home; within 1 hour to verify; done by done\n"
          "    cites law 1\n"
          "example \"The authority changes; what the event copied does not, until it is corrected\"\n"
          "    child Ann  born 2012-01-01\n"
          "    2024-06-03 08:00  care = c   authority Kent\n"
          "    2024-06-03 09:00  moved = m  home Kent\n"
          "    2024-06-03 09:10  correction  corrects c authority Essex\n"
          "    2024-06-03 09:20  correction  corrects m home Essex\n"
          "    at 2024-06-03 09:15  expect tell pending owner childrens_services of Kent\n"
          "    at 2024-06-03 09:25  expect tell pending owner childrens_services of Essex\n");
}

static void C5_what_is_erased_is_not_in_the_history_and_nothing_rests_on_it(void **state) {
    (void)state;
    struct given g =
        given(POLICY "record seen \"Seen\"; about child is person; by constable\n"
                     "record done \"Done\"; about child is person; by constable\n"
                     "duty act \"Act\"; after seen; owner constable; within 1 hour to verify; done by done; cites law 1\n"
                     "example \"Two\"\n"
                     "    child Ann  born 2012-01-01\n"
                     "    2024-06-03 09:00  seen\n"
                     "    2024-06-03 09:10  done\n"
                     "    at 2024-06-03 12:00  expect act met\n");
    const struct lang_example_case *cases;
    assert_int_equal(lang_example_cases(g.a, g.set, &g.ref, g.set->examples.v[0], &cases, &g.errs), 1);
    struct lang_docket before, after;
    lang_eval_plain(g.a, g.set, cases[0].ref, cases[0].h, cases[0].now, &before);
    assert_int_equal(before.duties.v[0].state, LANG_MET_STATE);
    struct lang_history without = *cases[0].h; /* the discharging event is the last one */
    uint64_t erased = without.events[--without.n].seq;
    lang_eval_plain(g.a, g.set, cases[0].ref, &without, cases[0].now, &after);
    assert_int_equal(after.duties.v[0].state, LANG_OVERDUE); /* the ended line is kept by the docket room, by its identity */
    assert_true(cf_id_eq(before.duties.v[0].id, after.duties.v[0].id));
    for (size_t i = 0; i < after.duties.v[0].support.n; i++) {
        assert_int_not_equal(after.duties.v[0].support.seqs[i], erased);
    }
    given_end(&g);
}

static void V5_valid_until_is_never_late(void **state) {
    (void)state;
    struct given g = given(
        POLICY "record seen \"Seen\"; about child is person; by constable\n"
               "record done \"Done\"; about child is person; by constable\n"
               "duty act \"Act\"; after seen; owner constable; within 4 hours to verify; done by done; warn 1 hour before\n"
               "    escalate to inspector after 2 hours; cites law 1\n"
               "flag lately \"Lately\"; about person; while child and a seen in the last 2 days; cites law 1\n"
               "example \"One event\"\n"
               "    child Ann  born 2012-01-01\n"
               "    2024-06-03 09:00  seen\n"
               "    at 2024-06-03 09:10  expect lately\n"
               "    at 2024-06-03 12:10  expect act pending\n"
               "    at 2024-06-03 13:10  expect act overdue\n"
               "    at 2024-06-03 15:10  expect act overdue\n"
               "    at 2024-06-05 00:10  expect act overdue\n");
    static const char *const until[] = {"2024-06-03 12:00", "2024-06-03 13:00:01", "2024-06-03 15:00:01", "2024-06-05 00:00",
                                        "2030-01-01"};
    for (size_t i = 0; i < CF_COUNT(until); i++) {
        struct lang_docket d = given_docket(&g, i);
        assert_true(d.has_end);
        assert_int_equal(d.valid_until, given_time(&g, until[i]));
    }
    given_end(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(C1_a_corrected_history_is_as_if_it_had_always_been_so),
        cmocka_unit_test(C1_the_last_recorded_correction_wins_and_the_time_may_be_corrected),
        cmocka_unit_test(C2_a_late_event_is_judged_at_its_happening),
        cmocka_unit_test(C4_identities_keep_the_ids_first_recorded),
        cmocka_unit_test(V1_an_instance_keeps_its_version_for_life),
        cmocka_unit_test(V2_a_new_version_triggers_what_holds_under_it),
        cmocka_unit_test(V3_a_new_field_is_unknown_in_old_events),
        cmocka_unit_test(V4_a_new_version_without_the_rule_ends_no_open_duty),
        cmocka_unit_test(C3_a_copied_value_stays_until_it_is_corrected_by_an_event_of_its_own),
        cmocka_unit_test(C5_what_is_erased_is_not_in_the_history_and_nothing_rests_on_it),
        cmocka_unit_test(V5_valid_until_is_never_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
