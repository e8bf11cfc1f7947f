/* Rules T1 to T7 of the policy semantics: civil time as policies see it. All people and laws in it are invented. */
#include "unit/lang/given.h"

static void T1_a_date_starts_at_0000_and_ends_at_235959_and_a_doubled_hour_is_the_first(void **state) {
    (void)state;
    holds(POLICY "record seen \"Seen\"; about child is person; by constable; fields when_due date; told instant\n"
                 "record done \"Done\"; about child is person; by constable\n"
                 "duty start \"From a date\"; after seen; owner constable; within 24 hours of seen.when_due to verify\n"
                 "    done by done; cites law 1\n"
                 "duty end \"By a date\"; after seen; owner constable; by seen.when_due; done by done; cites law 1\n"
                 "duty tell \"Tell\"; after seen; owner constable; within 2 hours of seen.told to verify; done by done\n"
                 "    cites law 1\n"
                 "example \"A date is a start and a deadline; 01:30 on 27 October occurs twice\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-10-26 10:00  seen  when_due 2024-10-28; told 2024-10-27 01:30\n"
                 "    at 2024-10-26 12:00  expect start pending due 2024-10-29 00:00; end pending due 2024-10-28\n"
                 "    at 2024-10-26 12:00  expect tell pending due 2024-10-27 02:30\n");
}

static void T2_hours_are_elapsed_across_a_clock_change(void **state) {
    (void)state;
    holds(POLICY "record seen \"Seen\"; about child is person; by constable; fields when_due date; told instant\n"
                 "record done \"Done\"; about child is person; by constable\n"
                 "duty act \"Act\"; after seen; owner constable; within 4 hours to verify; done by done; cites law 1\n"
                 "example \"30 March 2024 23:30 and 4 hours is 04:30\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-03-30 23:30  seen\n"
                 "    at 2024-03-31 00:00  expect act pending due 2024-03-31 04:30\n"
                 "    at 2024-03-31 04:30  expect act pending\n"
                 "    at 2024-03-31 04:31  expect act overdue\n");
}

static void T3_days_and_working_days_end_at_the_end_of_the_nth_day_after(void **state) {
    (void)state;
    holds(POLICY "record seen \"Seen\"; about child is person; by constable; fields when_due date; told instant\n"
                 "record done \"Done\"; about child is person; by constable\n"
                 "duty two \"Two days\"; after seen; owner constable; within 2 days to verify; done by done; cites law 1\n"
                 "duty work \"One working day\"; after seen; owner constable; within 1 working day to verify\n"
                 "    done by done; cites law 1\n"
                 "example \"Saturday and 1 working day is Monday, past a bank holiday Tuesday\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-06-01 10:00  seen\n"
                 "    at 2024-06-01 12:00  expect two pending due 2024-06-03; work pending due 2024-06-03\n"
                 "example \"The Saturday before a bank holiday\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-05-25 10:00  seen\n"
                 "    at 2024-05-25 12:00  expect two pending due 2024-05-27; work pending due 2024-05-28\n");
}

static void T4_months_and_years_keep_the_day_or_take_the_last(void **state) {
    (void)state;
    holds(POLICY "record seen \"Seen\"; about child is person; by constable; fields when_due date; told instant\n"
                 "record done \"Done\"; about child is person; by constable\n"
                 "duty before \"Before\"; after seen; owner constable; by 6 months before seen.when_due; done by done\n"
                 "    cites law 1\n"
                 "duty year \"A year on\"; after seen; owner constable; within 1 year to verify; done by done\n"
                 "    cites law 1\n"
                 "duty birthday \"Sixteen\"; after seen; owner constable; by child turns 16; done by done; cites law 1\n"
                 "flag seventeen \"Seventeen\"; about person; while child turns 17 is reached; cites law 1\n"
                 "example \"31 August less 6 months is 29 February, and a birthday of 29 February is 1 March in "
                 "other years\"\n"
                 "    child Ann  born 2012-02-29\n"
                 "    2024-02-29 10:00  seen  when_due 2024-08-31\n"
                 "    at 2024-02-29 12:00  expect before pending due 2024-02-29; year pending due 2025-02-28\n"
                 "    at 2024-02-29 12:00  expect birthday pending due 2028-02-29\n"
                 "example \"Seventeen years on there is no 29 February\"\n"
                 "    child Ann  born 2012-02-29\n"
                 "    2029-02-28 10:00  seen\n"
                 "    at 2029-02-28 23:59  expect no seventeen\n"
                 "    at 2029-03-01 00:00  expect seventeen\n");
}

static void T5_the_next_school_day_is_the_first_start_after_the_trigger(void **state) {
    (void)state;
    holds(POLICY "record enrolled \"Enrolled\"; about person is person; by anyone; fields school organisation\n"
                 "fact school about person = enrolled.school\n"
                 "record seen \"Seen\"; about child is person; by constable\n"
                 "record done \"Done\"; about child is person; by constable\n"
                 "duty tell \"Tell the school\"; after seen; owner constable\n"
                 "    by the start of the next school day at child.school\n"
                 "    done by done; cites law 1\n"
                 "example \"Friday before half term, Monday week, and a school not known\"\n"
                 "    school Oakfield  term 2024-04-15 to 2024-05-24; term 2024-06-03 to 2024-07-23; starts 08:45\n"
                 "    child Ann  born 2012-01-01, school Oakfield\n"
                 "    child Bob  born 2012-01-01\n"
                 "    2024-05-24 23:30  seen  child Ann\n"
                 "    2024-05-24 08:44  seen  child Bob\n"
                 "    2024-05-27 08:44  seen  child Bob\n"
                 "    at 2024-05-25 10:00 of Ann  expect tell pending due 2024-06-03 08:45\n"
                 "    at 2024-05-24 08:50 of Bob  expect tell pending due 2024-05-28 08:30\n"
                 "    at 2024-05-27 08:50 of Bob  expect tell pending due 2024-05-28 08:30\n");
}

static void T6_a_window_of_days_ends_at_0000_of_the_day_after_and_of_hours_to_the_second(void **state) {
    (void)state;
    holds(POLICY "record seen \"Seen\"; about person is person; by constable\n"
                 "flag months \"Six months\"; about person; while child and a seen in the last 6 months; cites law 1\n"
                 "flag hours \"48 hours\"; about person; while child and a seen in the last 48 hours; cites law 1\n"
                 "example \"2 April is in the last 6 months until 2 October 00:00\"\n"
                 "    child Ann  born 2012-01-01\n"
                 "    2024-04-02 16:00  seen\n"
                 "    at 2024-04-04 15:59  expect months; hours\n"
                 "    at 2024-04-04 16:00  expect months; no hours\n"
                 "    at 2024-10-01 23:59  expect months\n"
                 "    at 2024-10-02 00:00  expect no months\n");
}

static void T7_a_calendar_that_ends_too_early_gives_no_date_and_says_so(void **state) {
    (void)state;
    struct given g =
        given(POLICY "record seen \"Seen\"; about child is person; by constable\n"
                     "record done \"Done\"; about child is person; by constable\n"
                     "duty work \"Soon\"; after seen; owner constable; within 5 working days to verify; done by done; "
                     "cites law 1\n"
                     "example \"The last days that the calendar covers\"\n"
                     "    child Ann  born 2020-01-01\n"
                     "    2028-12-28 10:00  seen\n"
                     "    at 2029-06-03 10:00  expect work pending\n");
    struct lang_docket d = given_docket(&g, 0);
    assert_int_equal(d.duties.n, 1);
    assert_false(d.duties.v[0].has_due);
    assert_int_equal(d.duties.v[0].state, LANG_PENDING);
    assert_true((d.duties.v[0].marks & LANG_M_NO_CALENDAR) != 0);
    given_end(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(T1_a_date_starts_at_0000_and_ends_at_235959_and_a_doubled_hour_is_the_first),
        cmocka_unit_test(T2_hours_are_elapsed_across_a_clock_change),
        cmocka_unit_test(T3_days_and_working_days_end_at_the_end_of_the_nth_day_after),
        cmocka_unit_test(T4_months_and_years_keep_the_day_or_take_the_last),
        cmocka_unit_test(T5_the_next_school_day_is_the_first_start_after_the_trigger),
        cmocka_unit_test(T6_a_window_of_days_ends_at_0000_of_the_day_after_and_of_hours_to_the_second),
        cmocka_unit_test(T7_a_calendar_that_ends_too_early_gives_no_date_and_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
