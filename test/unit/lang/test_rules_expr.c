/* Rules X1 to X5 of the policy semantics: what expressions see. All people and laws in it are invented. */
#include "unit/lang/given.h"

static void X1_each_expression_is_evaluated_over_the_events_up_to_its_instant(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable; fields risk yes/no\n"
                 "record note \"Note\"; in case; by constable; fields risk yes/no\n"
                 "record done \"Done\"; in case; by constable\n"
                 "duty act \"Act\"; after opened; where no note; owner constable; within 1 hour to verify\n"
                 "    done by done where a note; cites law 1\n"
                 "gate noted \"Noted first\"; before done; needs a note; cites law 1\n"
                 "example \"What comes later changes nothing that was judged\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 09:10  done = early\n"
                 "    2024-06-03 09:20  note\n"
                 "    2024-06-03 09:30  done\n"
                 "    at 2024-06-03 09:15  expect act pending; breach noted\n"
                 "    at 2024-06-03 09:40  expect act met; breach noted of early; kept noted\n");
}

static void X1_from_one_instant_to_another_is_elapsed_time(void **state) {
    (void)state;
    holds(POLICY
          "record left \"Left\"; about child is person; by constable\n"
          "record back \"Back\"; about child is person; by constable\n"
          "gate short \"Back within four hours\"; before back; needs back.happened - left.happened <= 4 hours to verify\n"
          "    cites law 1\n"
          "example \"Over the clock change in March half past eleven to half past four is four hours\"\n"
          "    child Ann  born 2012-01-01\n"
          "    2024-03-30 23:30  left\n"
          "    2024-03-31 04:30  back\n"
          "    2024-04-01 10:00  left\n"
          "    2024-04-01 14:01  back\n"
          "    at 2024-03-31 05:00  expect kept short\n"
          "    at 2024-04-01 15:00  expect breach short\n");
}

static void X2_only_what_names_an_own_episode_is_seen_of_that_kind_or_in_any(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record step \"Step\"; in case; by constable\n"
                 "record report \"Report\"; in any; about child is person; by constable\n"
                 "record visit \"Visit\"; about child is person; by constable\n"
                 "duty by_step \"By a step\"; after opened; owner constable; within 1 hour to verify; done by step\n"
                 "    cites law 1\n"
                 "duty by_report \"By a report\"; after opened; owner constable; within 1 hour to verify\n"
                 "    done by report; cites law 1\n"
                 "duty by_visit \"By a visit\"; after opened; owner constable; within 1 hour to verify; done by visit\n"
                 "    cites law 1\n"
                 "duty anyhow \"By any report\"; after opened; owner constable; within 1 hour to verify\n"
                 "    done by report in any episode; cites law 1\n"
                 "example \"Two cases of one child\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened = a\n"
                 "    2024-06-03 09:00  opened = b\n"
                 "    2024-06-03 09:10  step    in a\n"
                 "    2024-06-03 09:20  report  in nothing\n"
                 "    2024-06-03 09:30  visit\n"
                 "    at 2024-06-03 09:40  expect by_step of a met; by_step of b pending\n"
                 "    at 2024-06-03 09:40  expect by_report of a pending; by_report of b pending\n"
                 "    at 2024-06-03 09:40  expect by_visit of a met; by_visit of b met; anyhow of a met; anyhow of b met\n");
}

static void X2_facts_about_a_person_see_all(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record step \"Step\"; in case; by constable\n"
                 "fact steps about person = count of step\n"
                 "gate few \"At most one step in all\"; before step; needs child.steps <= 1; cites law 1\n"
                 "gate own \"At most one step in this case\"; before step; needs count of step <= 1; cites law 1\n"
                 "example \"Two cases of one child\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened = a\n"
                 "    2024-06-03 09:00  opened = b\n"
                 "    2024-06-03 09:10  step = one  in a\n"
                 "    2024-06-03 09:20  step = two  in b\n"
                 "    at 2024-06-03 09:40  expect kept few of one; breach few of two; kept own of one; kept own of two\n");
}

static void X3_a_path_reads_the_last_and_previous_skips_the_one_under_judgement(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "codes risk ordered; low \"Low\"; medium \"Medium\"; high \"High\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record decided \"Decided\"; in case; by constable; fields level risk\n"
                 "record review \"Review\"; in case; by constable\n"
                 "gate not_lowered \"Not lowered\"; before decided\n"
                 "    needs decided.level >= (previous decided.level else low); cites law 1\n"
                 "example \"Medium, high, low\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 09:10  decided = first   level medium\n"
                 "    2024-06-03 09:20  decided = second  level high\n"
                 "    2024-06-03 09:30  decided = third   level low\n"
                 "    at 2024-06-03 10:00  expect kept not_lowered of first; kept not_lowered of second\n"
                 "    at 2024-06-03 10:00  expect breach not_lowered of third\n");
}

static void X3_since_is_after_the_last_or_from_the_start(void **state) {
    (void)state;
    holds(POLICY "record entry \"Entry\"; about person is person; by constable\n"
                 "record removal \"Removal\"; about person is person; by constable\n"
                 "flag on_list \"On the list\"; about person; while child and a entry and no removal since entry\n"
                 "    cites law 1\n"
                 "example \"On, off, on again\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  entry\n"
                 "    2024-06-03 10:00  removal\n"
                 "    2024-06-03 11:00  entry\n"
                 "    at 2024-06-03 08:00  expect no on_list\n"
                 "    at 2024-06-03 09:30  expect on_list\n"
                 "    at 2024-06-03 10:30  expect no on_list\n"
                 "    at 2024-06-03 11:30  expect on_list\n");
}

static void X4_with_reads_one_event_its_kept_attributes_its_actor_and_age(void **state) {
    (void)state;
    holds(POLICY "record check \"Check\"; about person is person; by constable, sergeant\n"
                 "    fields officers many officer keeping sex; found yes/no\n"
                 "record done \"Done\"; about person is person; by constable\n"
                 "duty act \"Act\"; after check with found = yes; owner constable; within 1 hour to verify\n"
                 "    done by done; cites law 1\n"
                 "flag young \"Checked under 10\"; about person; while child and a check with age < 10; cites law 1\n"
                 "flag by_sergeant \"By a sergeant\"; about person; while child and a check with actor is sergeant\n"
                 "    cites law 1\n"
                 "example \"Each check by itself\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2021-06-03 09:00  check  found no; by constable\n"
                 "    2024-06-03 09:00  check  found yes; by sergeant\n"
                 "    at 2021-06-03 10:00  expect no act; young; no by_sergeant\n"
                 "    at 2024-06-03 09:30  expect act pending; young; by_sergeant\n");
}

static void X5_holders_are_the_units_of_open_held_episodes(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"; held\n"
                 "episode loose \"Loose\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record begun \"Begun\"; opens loose; about child is person; by constable\n"
                 "record closed \"Closed\"; closes case; by constable\n"
                 "flag two \"Two hold\"; about person; while child and count of holders >= 2; cites law 1\n"
                 "example \"A handover, a loose episode, a closing\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened = a  unit north\n"
                 "    2024-06-03 09:10  begun       unit desk\n"
                 "    2024-06-03 09:20  opened = b  unit north\n"
                 "    2024-06-03 09:30  handover    in b; to south\n"
                 "    2024-06-03 09:40  closed      in a\n"
                 "    at 2024-06-03 09:25  expect no two\n"
                 "    at 2024-06-03 09:35  expect two\n"
                 "    at 2024-06-03 09:45  expect no two\n");
}

static void X5_a_span_closes_at_the_next_end_and_an_open_one_reaches_to_the_instant(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record into \"Into a cell\"; in case; by constable\n"
                 "record outof \"Out of a cell\"; in case; by constable\n"
                 "span cell \"In a cell\"; from into to outof\n"
                 "span closed \"Outside the desk's hours\"; outside hours of desk\n"
                 "flag inside \"Inside now\"; in case; while cell; cites law 1\n"
                 "flag long \"Four hours in all\"; in case; while time in cell >= 4 hours to verify; cites law 1\n"
                 "flag stretch \"Three hours at once\"; in case; while longest time in cell >= 3 hours to verify\n"
                 "    cites law 1\n"
                 "flag night \"Two hours at night\"; in case\n"
                 "    while time in cell between 22:00 and 06:00 >= 2 hours to verify; cites law 1\n"
                 "flag monday \"Two hours in a night that began on a Monday\"; in case\n"
                 "    while time in cell between 22:00 and 06:00 on monday, wednesday >= 2 hours to verify; cites law 1\n"
                 "flag later \"A minute in a night that began on another day\"; in case\n"
                 "    while time in cell between 22:00 and 06:00 on tuesday, saturday, sunday >= 1 minute to verify\n"
                 "    cites law 1\n"
                 "flag shut \"The desk is shut\"; in case; while closed; cites law 1\n"
                 "example \"Two stays\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 12:00  into\n"
                 "    2024-06-03 12:30  into\n"
                 "    2024-06-03 14:00  outof\n"
                 "    2024-06-03 21:00  into\n"
                 "    at 2024-06-03 13:00  expect inside; no long; no shut\n"
                 "    at 2024-06-03 15:00  expect no inside\n"
                 "    at 2024-06-03 22:59  expect no long; no stretch; shut\n"
                 "    at 2024-06-03 23:00  expect long; no stretch; no night\n"
                 "    at 2024-06-04 00:00  expect stretch; night; monday\n"
                 "    at 2024-06-04 05:59  expect no later\n"
                 "    at 2024-06-04 22:02  expect later\n");
}

static void X5_kept_is_the_result_at_the_last_event_that_the_gate_judged(void **state) {
    (void)state;
    holds(POLICY "episode case \"Case\"\n"
                 "record opened \"Opened\"; opens case; about child is person; by constable\n"
                 "record search \"Search\"; in case; by constable; fields adult yes/no\n"
                 "gate adult \"An adult is there\"; before search; needs search.adult = yes; cites law 1\n"
                 "flag fine \"The last was in order\"; in case; while kept adult; cites law 1\n"
                 "flag wrong \"The last was not\"; in case; while not (kept adult); cites law 1\n"
                 "example \"In order, not in order, not known\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-03 09:00  opened\n"
                 "    2024-06-03 10:00  search  adult yes\n"
                 "    2024-06-03 11:00  search  adult no\n"
                 "    2024-06-03 12:00  search  adult unknown\n"
                 "    at 2024-06-03 09:30  expect no fine; no wrong\n"
                 "    at 2024-06-03 10:30  expect fine; no wrong\n"
                 "    at 2024-06-03 11:30  expect no fine; wrong\n"
                 "    at 2024-06-03 12:30  expect no fine; no wrong\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(X1_each_expression_is_evaluated_over_the_events_up_to_its_instant),
        cmocka_unit_test(X1_from_one_instant_to_another_is_elapsed_time),
        cmocka_unit_test(X2_only_what_names_an_own_episode_is_seen_of_that_kind_or_in_any),
        cmocka_unit_test(X2_facts_about_a_person_see_all),
        cmocka_unit_test(X3_a_path_reads_the_last_and_previous_skips_the_one_under_judgement),
        cmocka_unit_test(X3_since_is_after_the_last_or_from_the_start),
        cmocka_unit_test(X4_with_reads_one_event_its_kept_attributes_its_actor_and_age),
        cmocka_unit_test(X5_holders_are_the_units_of_open_held_episodes),
        cmocka_unit_test(X5_a_span_closes_at_the_next_end_and_an_open_one_reaches_to_the_instant),
        cmocka_unit_test(X5_kept_is_the_result_at_the_last_event_that_the_gate_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
