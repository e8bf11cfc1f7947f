/* Rules E1 to E9 of the policy semantics: events, subjects, episodes. All people and laws in it are invented. */
#include "unit/lang/given.h"

static void E1_each_child_at_an_incident_has_an_event_of_their_own(void **state) {
    (void)state;
    holds(POLICY "record household \"A child of the household\"; about child is person; by constable\n"
                 "    fields present yes/no\n"
                 "record told \"Told\"; about child is person; by constable\n"
                 "duty tell \"Tell\"; after household; owner constable; within 1 hour to verify; done by told\n"
                 "    cites law 1\n"
                 "example \"Each child has an event of their own\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    child Bob  born 2013-01-01\n"
                 "    2024-06-03 10:00  household  child Ann; present yes\n"
                 "    2024-06-03 10:00  household  child Bob; present no\n"
                 "    2024-06-03 10:30  told       child Ann\n"
                 "    at 2024-06-03 12:00 of Ann  expect tell met\n"
                 "    at 2024-06-03 12:00 of Bob  expect tell overdue\n");
}

static void E2_order_is_by_happened_then_by_sequence(void **state) {
    (void)state;
    holds(POLICY "record seen \"Seen\"; about person is person; by constable; fields risk yes/no\n"
                 "flag risky \"At risk\"; about person; while child and seen.risk = yes; cites law 1\n"
                 "example \"Of two at one instant the later recorded is the last\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 10:00  seen  risk no; recorded 2024-06-03 10:05\n"
                 "    2024-06-03 10:00  seen  risk yes; recorded 2024-06-03 10:02\n"
                 "    2024-06-03 09:00  seen  risk yes; recorded 2024-06-03 11:00\n"
                 "    at 2024-06-03 10:03  expect risky\n"
                 "    at 2024-06-03 12:00  expect no risky\n");
}

static void E2_what_time_alone_changes_comes_before_the_events_of_that_instant(void **state) {
    (void)state;
    holds(POLICY "record search \"Search\"; about person is person; by constable\n"
                 "record talk \"Talk\"; about person is person; by constable\n"
                 "duty review \"Review\"; about person when child and count of search in the last 6 months >= 2\n"
                 "    owner constable; within 1 hour to verify; done by talk; cites law 1\n"
                 "example \"The first search leaves the window before the second comes in\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-04-02 16:00  search\n"
                 "    2024-10-02 00:00  search\n"
                 "    at 2024-10-02 00:00  expect no review\n");
}

static void E3_a_day_alone_permits_at_its_end_and_triggers_at_its_start(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record decision \"Decision\"; in case; by inspector; fields answer one of (yes_go, no_go) required\n"
                 "record search \"Search\"; in case; by constable\n"
                 "record report \"Report\"; in case; by inspector\n"
                 "gate agreed \"Agreed first\"; before search; needs a decision with answer = yes_go; cites law 1\n"
                 "duty reply \"Reply\"; after decision; owner inspector; within 24 hours to verify; done by report\n"
                 "    cites law 1\n"
                 "example \"A decision of 3 June does not permit a search at 15:10 on 3 June\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03        decision  answer yes_go\n"
                 "    2024-06-03 15:10  search\n"
                 "    2024-06-04 15:10  search\n"
                 "    2024-06-04        report\n"
                 "    at 2024-06-03 16:00  expect breach agreed\n"
                 "    at 2024-06-03 16:00  expect reply pending due 2024-06-04 00:00\n"
                 "    at 2024-06-04 16:00  expect kept agreed day only; reply overdue\n"
                 "    at 2024-06-05 00:00  expect reply late day only\n");
}

static void E4_an_event_is_in_the_history_of_its_roles_and_a_field_is_a_mention(void **state) {
    (void)state;
    holds(POLICY "record meeting \"Meeting\"; about child is person, worker is officer; by constable\n"
                 "    fields other officer\n"
                 "record noted \"Noted\"; about worker is officer; by constable\n"
                 "duty note \"Note it\"; after meeting as worker; owner constable; within 1 hour to verify\n"
                 "    done by noted; cites law 1\n"
                 "example \"The officer named in a field has no duty\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    officer Kay\n"
                 "    officer Lou\n"
                 "    2024-06-03 10:00  meeting  child Ann; worker Kay; other Lou\n"
                 "    at 2024-06-03 10:30 of Kay  expect note pending\n"
                 "    at 2024-06-03 10:30 of Lou  expect no note\n"
                 "    at 2024-06-03 10:30 of Ann  expect no note\n");
}

static void E4_a_step_has_the_roles_of_its_opener(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record step \"Step\"; in case; by constable\n"
                 "record done \"Done\"; in case; by constable\n"
                 "duty act \"Act\"; after step; owner constable; within 1 hour to verify; done by done; cites law 1\n"
                 "example \"The step is about the child of its episode\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    child Bob  born 2012-01-01\n"
                 "    2024-06-03 10:00  opened = a  child Ann\n"
                 "    2024-06-03 10:00  opened = b  child Bob\n"
                 "    2024-06-03 11:00  step        in a\n"
                 "    at 2024-06-03 11:30 of Ann  expect act pending\n"
                 "    at 2024-06-03 11:30 of Bob  expect no act\n");
}

static void E5_no_rule_applies_to_an_adult_in_the_role_child(void **state) {
    (void)state;
    holds(POLICY "record searched \"Searched\"; about child is person; by constable; fields adult_there yes/no\n"
                 "record report \"Report\"; about child is person; by constable\n"
                 "gate adult \"An appropriate adult is there\"; before searched; needs searched.adult_there = yes\n"
                 "    cites law 1\n"
                 "duty tell \"Report it\"; after searched; owner constable; within 1 hour to verify; done by report\n"
                 "    cites law 1\n"
                 "example \"Eighteen on the day\"\n"
                 "    person Ann  born 2006-06-03\n"
                 "    2024-06-03 10:00  searched  child Ann; adult_there no\n"
                 "    at 2024-06-03 12:00  expect no adult; no tell\n"
                 "example \"A day younger, and nothing ends at 18 by itself\"\n"
                 "    child Ann  born 2006-06-04\n"
                 "    2024-06-03 10:00  searched  adult_there no\n"
                 "    at 2024-06-05 12:00  expect breach adult; tell overdue\n");
}

static void E6_after_a_closing_step_the_episode_is_not_open_and_later_steps_count(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "record interview \"Interview\"; in case; by constable\n"
                 "duty talk \"Talk to the child\"; after opened; owner constable; within 72 hours to verify\n"
                 "    done by interview; cites law 1\n"
                 "flag in_case \"In a case\"; about person; while child and open case; cites law 1\n"
                 "example \"Closing ends nothing\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 10:00  opened\n"
                 "    2024-06-03 12:00  closed\n"
                 "    2024-06-04 10:00  interview\n"
                 "    at 2024-06-03 11:00  expect in_case\n"
                 "    at 2024-06-03 13:00  expect no in_case; talk pending\n"
                 "    at 2024-06-04 11:00  expect talk met\n");
}

static void E7_what_holds_from_a_day_on_happened_that_day_however_late_recorded(void **state) {
    (void)state;
    holds(POLICY "record back \"Back\"; about child is person; by constable\n"
                 "record told \"Told\"; about child is person; by constable, childrens_services\n"
                 "duty tell \"Tell the authority\"; after back; owner childrens_services of child.authority\n"
                 "    within 1 hour to verify; done by told; cites law 1\n"
                 "example \"Recorded in July, true since June\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-01 00:00  care  authority Kent; recorded 2024-07-01 09:00\n"
                 "    2024-06-10 10:00  back\n"
                 "    at 2024-06-10 10:30  expect tell pending\n"
                 "    at 2024-07-02 10:00  expect tell overdue owner childrens_services of Kent\n");
}

static void E8_an_act_of_another_rank_triggers_and_is_judged_and_counts_for_nothing_else(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record decision \"Decision\"; in case; decided by inspector\n"
                 "    fields answer one of (yes_go, no_go) required; reason narrative\n"
                 "record search \"Search\"; in case; by constable\n"
                 "record report \"Report\"; in case; by constable\n"
                 "gate agreed \"An inspector agreed\"; before search; needs a decision with answer = yes_go; cites law 1\n"
                 "gate reasoned \"With a reason\"; before decision; needs decision.reason is known; cites law 1\n"
                 "duty reply \"Reply\"; after decision; owner constable; within 1 hour to verify; done by report\n"
                 "    cites law 1\n"
                 "duty decide \"Decide\"; after opened; owner inspector; within 1 day to verify; done by decision\n"
                 "    cites law 1\n"
                 "example \"A sergeant's yes leaves the gate breached\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 10:00  decision  by sergeant; answer yes_go\n"
                 "    2024-06-03 11:00  search\n"
                 "    2024-06-03 12:00  decision  by inspector; answer yes_go; reason given\n"
                 "    2024-06-03 13:00  search\n"
                 "    at 2024-06-03 11:30  expect breach agreed; breach reasoned; reply overdue; decide pending\n"
                 "    at 2024-06-03 13:30  expect kept agreed; kept reasoned; decide met\n");
}

static void E9_the_built_in_records_hand_over_assign_and_explain(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record done \"Done\"; in case; by constable\n"
                 "duty act \"Act\"; after opened; owner constable; within 1 hour to verify; done by done; cites law 1\n"
                 "example \"The owner's unit follows the handover; a person may be named; lateness may be explained\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened    unit north\n"
                 "    2024-06-03 09:30  handover  to south\n"
                 "    2024-06-03 09:40  assigned  to Kay\n"
                 "    2024-06-03 11:00  explained  reason given\n"
                 "    at 2024-06-03 09:10  expect act pending owner north\n"
                 "    at 2024-06-03 09:35  expect act pending owner south\n"
                 "    at 2024-06-03 09:45  expect act pending owner Kay\n"
                 "    at 2024-06-03 12:00  expect act overdue explained\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(E1_each_child_at_an_incident_has_an_event_of_their_own),
        cmocka_unit_test(E2_order_is_by_happened_then_by_sequence),
        cmocka_unit_test(E2_what_time_alone_changes_comes_before_the_events_of_that_instant),
        cmocka_unit_test(E3_a_day_alone_permits_at_its_end_and_triggers_at_its_start),
        cmocka_unit_test(E4_an_event_is_in_the_history_of_its_roles_and_a_field_is_a_mention),
        cmocka_unit_test(E4_a_step_has_the_roles_of_its_opener),
        cmocka_unit_test(E5_no_rule_applies_to_an_adult_in_the_role_child),
        cmocka_unit_test(E6_after_a_closing_step_the_episode_is_not_open_and_later_steps_count),
        cmocka_unit_test(E7_what_holds_from_a_day_on_happened_that_day_however_late_recorded),
        cmocka_unit_test(E8_an_act_of_another_rank_triggers_and_is_judged_and_counts_for_nothing_else),
        cmocka_unit_test(E9_the_built_in_records_hand_over_assign_and_explain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
