/* Rules G1 to G9 of the policy semantics: gates, grades, scores, choices, flags, shares. All in it is invented. */
#include "unit/lang/given.h"

static void G1_a_gate_is_judged_once_and_nothing_later_cures_it(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record decision \"Decision\"; in case; by inspector; fields answer one of (yes_go, no_go)\n"
                 "    reason narrative\n"
                 "record search \"Search\"; in case; by constable; fields adult yes/no; grave yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "gate agreed \"Agreed first\"; before search; needs decision.answer = yes_go; cites law 1\n"
                 "example \"Breached, and kept though entered later\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 15:00  opened = one\n"
                 "    2024-06-03 15:10  search = first\n"
                 "    2024-06-03 15:25  decision  answer yes_go\n"
                 "    2024-06-04 15:00  opened = two\n"
                 "    2024-06-04 15:05  decision  answer yes_go; recorded 2024-06-04 17:00\n"
                 "    2024-06-04 15:10  search = second\n"
                 "    at 2024-06-04 16:00  expect breach agreed of first; breach agreed of second\n"
                 "    at 2024-06-04 18:00  expect breach agreed of first; kept agreed of second entered later\n");
}

static void G1_where_says_which_events_a_gate_guards(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record decision \"Decision\"; in case; by inspector; fields answer one of (yes_go, no_go)\n"
                 "    reason narrative\n"
                 "record search \"Search\"; in case; by constable; fields adult yes/no; grave yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "gate adult \"With an adult\"; before search; where search.grave = yes; needs search.adult = yes\n"
                 "    cites law 1\n"
                 "example \"Not grave, perhaps grave, grave\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 15:00  opened\n"
                 "    2024-06-03 15:10  search = one    grave no; adult no\n"
                 "    2024-06-03 15:20  search = two    grave unknown; adult no\n"
                 "    2024-06-03 15:30  search = three  grave yes; adult yes\n"
                 "    at 2024-06-03 16:00  expect no adult of one; breach adult of two rests on what is not known; "
                 "kept adult of three\n");
}

static void G2_an_absolute_gate_refuses_what_is_not_known_to_be_kept(void **state) {
    (void)state;
    struct given g = given(POLICY "record asked \"Asked\"; about child is person; by constable; fields agreed yes/no\n"
                                  "record disclosed \"Disclosed\"; about child is person; by constable; act\n"
                                  "gate consent \"With consent\"; absolute; before disclosed; needs asked.agreed = yes\n"
                                  "    otherwise \"Nobody has agreed to this.\"; cites law 1\n"
                                  "example \"Not known, no, yes\"\n"
                                  "    child Ann  born 2012-01-01\n"
                                  "    2024-06-03 09:00  disclosed\n"
                                  "    2024-06-03 10:00  asked      agreed no\n"
                                  "    2024-06-03 11:00  disclosed\n"
                                  "    2024-06-03 12:00  asked      agreed yes\n"
                                  "    2024-06-03 13:00  disclosed\n"
                                  "    at 2024-06-03 14:00  expect kept consent\n");
    const struct lang_example_case *cases;
    assert_int_equal(lang_example_cases(g.a, g.set, &g.ref, g.set->examples.v[0], &cases, &g.errs), 1);
    static const bool permitted[] = {false, false, true};
    size_t seen = 0;
    for (size_t i = 0; i < cases[0].h->n; i++) {
        const struct lang_event *e = &cases[0].h->events[i];
        if (!cf_str_is(g.set->records.v[e->record]->name.text, "disclosed")) {
            continue;
        }
        struct lang_history then = *cases[0].h;
        then.n = i + 1;
        struct cf_errs errs = cf_errs_new(g.a);
        assert_int_equal(lang_permits(g.a, g.set, cases[0].ref, &then, e->seq, &errs), permitted[seen]);
        assert_int_equal(errs.failures, permitted[seen] ? 0 : 1);
        assert_true(permitted[seen] || strstr(cf_cstr(g.a, errs.v[0].msg), "Nobody has agreed") != NULL);
        seen++;
    }
    assert_int_equal(seen, 3);
    given_end(&g);
}

static void G3_the_highest_yes_wins_and_a_higher_unknown_is_could_be(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record decision \"Decision\"; in case; by inspector; fields answer one of (yes_go, no_go)\n"
                 "    reason narrative\n"
                 "record search \"Search\"; in case; by constable; fields adult yes/no; grave yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "codes risk ordered; low \"Low\"; medium \"Medium\"; high \"High\"\n"
                 "record facts \"Facts\"; in case; by constable; fields a yes/no; b yes/no\n"
                 "record decided \"Decided\"; in case; decided by sergeant; fields level risk; reason narrative\n"
                 "grade peril \"Peril\"; in case; levels risk; cites law 1\n"
                 "    high when facts.a = yes\n"
                 "    medium when facts.b = yes\n"
                 "    low otherwise\n"
                 "    decided in decided.level; departure needs reason\n"
                 "example \"Otherwise, medium could be high, high, and none when the episode is closed\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 09:10  facts  a no; b no\n"
                 "    2024-06-03 09:20  facts  a unknown; b yes\n"
                 "    2024-06-03 09:30  facts  a yes; b yes\n"
                 "    2024-06-03 10:00  closed\n"
                 "    at 2024-06-03 09:05  expect peril low could be high\n"
                 "    at 2024-06-03 09:15  expect peril low\n"
                 "    at 2024-06-03 09:25  expect peril medium could be high\n"
                 "    at 2024-06-03 09:35  expect peril high\n"
                 "    at 2024-06-03 10:00  expect no peril\n");
}

static void G4_a_departure_from_what_is_recommended_needs_its_reason(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record decision \"Decision\"; in case; by inspector; fields answer one of (yes_go, no_go)\n"
                 "    reason narrative\n"
                 "record search \"Search\"; in case; by constable; fields adult yes/no; grave yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "codes risk ordered; low \"Low\"; medium \"Medium\"; high \"High\"\n"
                 "record facts \"Facts\"; in case; by constable; fields a yes/no; b yes/no\n"
                 "record decided \"Decided\"; in case; decided by sergeant; fields level risk; reason narrative\n"
                 "grade peril \"Peril\"; in case; levels risk; cites law 1\n"
                 "    high when facts.a = yes\n"
                 "    medium when facts.b = yes\n"
                 "    low otherwise\n"
                 "    decided in decided.level; departure needs reason\n"
                 "example \"As recommended, without and with a reason\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 09:10  facts  a no; b yes\n"
                 "    2024-06-03 09:20  decided = one    level medium\n"
                 "    2024-06-03 09:30  decided = two    level low\n"
                 "    2024-06-03 09:40  decided = three  level high; reason given\n"
                 "    at 2024-06-03 10:00  expect no peril.departure of one; breach peril.departure of two; kept "
                 "peril.departure of three\n");
}

static void G5_a_score_is_held_within_its_bounds_and_unknown_terms_span_theirs(void **state) {
    (void)state;
    struct given g =
        given(POLICY "episode case \"Case\"\n"
                     "record opened \"Opened\"; opens case; about child is person; by constable; fields base whole; "
                     "extra whole; free whole\n"
                     "record sum \"Sum\"; in case; by constable; fields n whole\n"
                     "score bounded \"Bounded\"; in case; from 1 to 5; base opened.base to verify\n"
                     "    plus opened.extra between -1 and 1 to verify; cites law 1\n"
                     "score loose \"Loose\"; in case; from 1 to 5; base opened.base to verify; plus opened.free to "
                     "verify; cites law 1\n"
                     "score counted \"Counted\"; in case; from 0 to 9; base 0 to verify; plus sum of n over sum to "
                     "verify; cites law 1\n"
                     "example \"Held\"\n"
                     "    child Ann  born 2012-01-01\n"
                     "    2024-06-03 09:00  opened  base 3; extra 3; free 9\n"
                     "    2024-06-03 09:00  sum  n 2\n"
                     "    2024-06-03 09:00  sum  n 3\n"
                     "    at 2024-06-03 10:00  expect bounded 4; loose 5; counted 5\n"
                     "example \"Not known\"\n"
                     "    child Ann  born 2012-01-01\n"
                     "    2024-06-03 09:00  opened  base 3\n"
                     "    at 2024-06-03 10:00  expect bounded 2 to 4; loose not known; counted 0\n"
                     "example \"The base is not known\"\n"
                     "    child Ann  born 2012-01-01\n"
                     "    2024-06-03 09:00  opened  extra 0; free 0\n"
                     "    at 2024-06-03 10:00  expect bounded not known; loose not known\n");
    size_t checked = 0;
    for (size_t i = 0; i < g.set->examples.n; i++) {
        bool ok = lang_example_run(g.a, g.set, &g.ref, g.set->examples.v[i], NULL, &checked, &g.errs);
        if (!ok) {
            cf_errs_print(stderr, &g.errs);
        }
        assert_true(ok);
    }
    assert_int_equal(checked, 8);
    given_end(&g);
}

static void G6_an_option_is_open_closed_or_not_known(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record decision \"Decision\"; in case; by inspector; fields answer one of (yes_go, no_go)\n"
                 "    reason narrative\n"
                 "record search \"Search\"; in case; by constable; fields adult yes/no; grave yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "codes pick; a \"A\"; b \"B\"; c \"C\"; d \"D\"\n"
                 "record facts \"Facts\"; in case; by constable; fields p yes/no; q yes/no; r yes/no\n"
                 "record decide \"Decide\"; in case; by constable; fields chosen pick; reason narrative\n"
                 "choice way \"Way\"; for decide.chosen; cites law 1\n"
                 "    a open when facts.p = yes\n"
                 "    b open when facts.q = yes\n"
                 "    c open when facts.r = yes\n"
                 "    d open when facts.p = yes closed when facts.r = yes\n"
                 "    departure needs reason\n"
                 "example \"Yes, no, unknown, and a closed option needs a reason\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 09:10  facts  p yes; q no; r unknown\n"
                 "    2024-06-03 09:20  decide = one  chosen a\n"
                 "    2024-06-03 09:30  decide = two  chosen b\n"
                 "    2024-06-03 09:40  decide = tri  chosen c; reason given\n"
                 "    at 2024-06-03 09:15  expect way a open; way b closed; way c not known; way d closed\n"
                 "    at 2024-06-03 10:00  expect no way.departure of one; breach way.departure of two; kept "
                 "way.departure of tri\n");
}

static void G7_a_flag_stands_where_its_condition_is_yes_and_is_that_condition(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record decision \"Decision\"; in case; by inspector; fields answer one of (yes_go, no_go)\n"
                 "    reason narrative\n"
                 "record search \"Search\"; in case; by constable; fields adult yes/no; grave yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "flag marked \"Marked\"; in case; while a search with adult = no; cites law 1\n"
                 "duty look \"Look\"; in case when marked; owner constable; within 1 hour to verify; done by closed\n"
                 "    cites law 1\n"
                 "example \"A flag, and a duty that reads it\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 09:10  search  adult yes\n"
                 "    2024-06-03 09:20  search  adult no\n"
                 "    at 2024-06-03 09:15  expect no marked; no look\n"
                 "    at 2024-06-03 09:25  expect marked; look pending due 2024-06-03 10:20\n");
}

static void G8_other_policies_raise_a_grade_and_close_an_option_while_in_force(void **state) {
    (void)state;
    holds_two(POLICY "episode case \"Case\"\n"
                     "codes risk ordered; low \"Low\"; high \"High\"\n"
                     "codes pick; a \"A\"; b \"B\"\n"
                     "record opened \"Opened\"; opens case; about child is person; by constable; fields young yes/no\n"
                     "record decide \"Decide\"; in case; by constable; fields chosen pick; reason narrative\n"
                     "grade peril \"Peril\"; in case; levels risk; cites law 1\n"
                     "    low otherwise\n"
                     "choice way \"Way\"; for decide.chosen; cites law 1\n"
                     "    a open when a opened\n"
                     "    b open when a opened\n"
                     "    departure needs reason\n"
                     "example \"Before and after the other policy\"\n"
                     "    child Ann  born 2012-01-01\n"
                     "    2024-06-03 09:00  opened  young yes\n"
                     "    at 2024-06-03 10:00  expect peril low; way a open; way b open\n"
                     "    at 2024-07-01 10:00  expect peril high; way a closed; way b open\n",
              "policy test.other \"Another\"\n"
              "    owner team\n"
              "    serves S1\n"
              "    in force from 2024-07-01\n"
              "    cites\n"
              "        law \"An invented law\"\n"
              "more grade peril\n"
              "    high when opened.young = yes\n"
              "more choice way\n"
              "    a closed when opened.young = yes\n");
}

static void G9_a_duty_done_by_sent_is_the_clock_of_a_share(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record decision \"Decision\"; in case; by inspector; fields answer one of (yes_go, no_go)\n"
                 "    reason narrative\n"
                 "record search \"Search\"; in case; by constable; fields adult yes/no; grave yes/no\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "codes purpose; safeguarding \"Safeguarding\"\n"
                 "share notice \"What is told\"; to child.authority; purpose safeguarding; basis law 1; gives child.born\n"
                 "duty tell \"Tell\"; after opened; owner constable; within 1 hour to verify; done by sent notice\n"
                 "    cites law 1\n"
                 "duty hear \"Hear back\"; after sent notice; owner constable; within 2 hours to verify\n"
                 "    done by acknowledged notice; cites law 1\n"
                 "example \"Sent in time, acknowledged late\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 09:30  sent notice  to Kent\n"
                 "    2024-06-03 11:40  acknowledged notice\n"
                 "    at 2024-06-03 09:20  expect tell pending; no hear\n"
                 "    at 2024-06-03 10:00  expect tell met; hear pending due 2024-06-03 11:30\n"
                 "    at 2024-06-03 12:00  expect hear late\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(G1_a_gate_is_judged_once_and_nothing_later_cures_it),
        cmocka_unit_test(G1_where_says_which_events_a_gate_guards),
        cmocka_unit_test(G2_an_absolute_gate_refuses_what_is_not_known_to_be_kept),
        cmocka_unit_test(G3_the_highest_yes_wins_and_a_higher_unknown_is_could_be),
        cmocka_unit_test(G4_a_departure_from_what_is_recommended_needs_its_reason),
        cmocka_unit_test(G5_a_score_is_held_within_its_bounds_and_unknown_terms_span_theirs),
        cmocka_unit_test(G6_an_option_is_open_closed_or_not_known),
        cmocka_unit_test(G7_a_flag_stands_where_its_condition_is_yes_and_is_that_condition),
        cmocka_unit_test(G8_other_policies_raise_a_grade_and_close_an_option_while_in_force),
        cmocka_unit_test(G9_a_duty_done_by_sent_is_the_clock_of_a_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
