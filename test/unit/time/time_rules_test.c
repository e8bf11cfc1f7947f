/* The rules of time, T1 to T6 of the policy semantics: each a table of cases, worked by hand. */
#include "unit/time/time_help.h"

struct sum {
    const char *start, *plus, *gives;
};

static void assert_sums(const struct world *w, enum cf_as as, const struct sum *sums, size_t n) {
    for (size_t i = 0; i < n; i++) {
        int64_t got = 0;
        enum cf_when when = cf_time_add(w->london, w->shipped, at(w, sums[i].start), span_of(sums[i].plus), as, &got);
        if (when != CF_WHEN_OK || strcmp(cf_time_shown(w->london, got).p, sums[i].gives) != 0) {
            fail_msg("%s and %s: %s, %s; expected %s", sums[i].start, sums[i].plus, cf_when_text(when),
                     cf_time_shown(w->london, got).p, sums[i].gives);
        }
    }
}

static void t1_a_local_time_that_occurs_twice_is_the_first_and_is_marked(void **state) {
    const struct world *w = *state;
    enum cf_mark_local mark = CF_LOCAL_ONCE;
    int64_t t = cf_time_at(w->london, day("2024-10-27"), 3600 + 1800, &mark);
    assert_int_equal(mark, CF_LOCAL_TWICE);
    assert_string_equal(cf_time_iso(t).p, "2024-10-27T00:30:00Z");
    assert_string_equal(cf_time_shown(w->london, t).p, "2024-10-27 01:30 BST");
    assert_string_equal(cf_time_shown(w->london, t + 3600).p, "2024-10-27 01:30 GMT");
    assert_int_equal(cf_time_at(w->london, day("2024-10-27"), 3600 - 1, &mark), t - 1801);
    assert_int_equal(mark, CF_LOCAL_ONCE);
    (void)cf_time_at(w->london, day("2024-10-27"), 2 * 3600, &mark);
    assert_int_equal(mark, CF_LOCAL_ONCE);
}

static void t1_a_local_time_that_never_occurs_moves_on_an_hour_and_is_marked(void **state) {
    const struct world *w = *state;
    enum cf_mark_local mark = CF_LOCAL_ONCE;
    int64_t t = cf_time_at(w->london, day("2024-03-31"), 3600 + 1800, &mark);
    assert_int_equal(mark, CF_LOCAL_NEVER);
    assert_string_equal(cf_time_iso(t).p, "2024-03-31T01:30:00Z");
    assert_time(w, t, "2024-03-31 02:30");
    (void)cf_time_at(w->london, day("2024-03-31"), 3600, &mark);
    assert_int_equal(mark, CF_LOCAL_NEVER);
    (void)cf_time_at(w->london, day("2024-03-31"), 2 * 3600, &mark);
    assert_int_equal(mark, CF_LOCAL_ONCE);
}

static void t1_a_date_is_0000_as_a_start_and_235959_as_a_deadline(void **state) {
    const struct world *w = *state;
    assert_string_equal(cf_time_iso(cf_day_start(w->london, day("2024-06-03"))).p, "2024-06-02T23:00:00Z");
    assert_string_equal(cf_time_iso(cf_day_end(w->london, day("2024-06-03"))).p, "2024-06-03T22:59:59Z");
    assert_string_equal(cf_due_shown(w->london, cf_day_end(w->london, day("2024-06-03"))).p, "2024-06-03");
    assert_int_equal(cf_day_end(w->london, day("2024-03-31")) + 1 - cf_day_start(w->london, day("2024-03-31")), 23 * 3600);
    assert_int_equal(cf_day_end(w->london, day("2024-10-27")) + 1 - cf_day_start(w->london, day("2024-10-27")), 25 * 3600);
}

static void t2_minutes_and_hours_are_elapsed(void **state) {
    static const struct sum sums[] = {
        {"2024-03-30 23:30", "4 hours", "2024-03-31 04:30"},         {"2024-03-30 23:30", "1 hour", "2024-03-31 00:30"},
        {"2024-10-26 23:30", "4 hours", "2024-10-27 02:30"},         {"2024-10-27 00:30", "1 hour", "2024-10-27 01:30 BST"},
        {"2024-10-27 00:30", "120 minutes", "2024-10-27 01:30 GMT"}, {"2024-06-03 14:40", "24 hours", "2024-06-04 14:40"},
        {"2024-06-03 14:40", "90 seconds", "2024-06-03 14:41:30"},   {"2024-06-03 00:00", "-1 hour", "2024-06-02 23:00"},
        {"2024-02-28 12:00", "72 hours", "2024-03-02 12:00"},
    };
    assert_sums(*state, CF_AS_DEADLINE, sums, CF_COUNT(sums));
    assert_sums(*state, CF_AS_START, sums, CF_COUNT(sums));
}

static void t3_days_run_to_the_end_of_the_nth_day_after(void **state) {
    static const struct sum sums[] = {
        {"2024-06-03 15:10", "1 day", "2024-06-04 23:59:59"},     {"2024-06-03 00:00", "3 days", "2024-06-06 23:59:59"},
        {"2024-06-03 23:59:59", "0 days", "2024-06-03 23:59:59"}, {"2024-03-30 12:00", "1 day", "2024-03-31 23:59:59"},
        {"2024-02-28 12:00", "2 days", "2024-03-01 23:59:59"},    {"2024-06-03 15:10", "2 weeks", "2024-06-17 23:59:59"},
    };
    assert_sums(*state, CF_AS_DEADLINE, sums, CF_COUNT(sums));
}

static void t3_working_days_skip_weekends_and_bank_holidays_and_the_day_itself_is_day_0(void **state) {
    static const struct sum sums[] = {
        {"2024-06-01 10:00", "1 working day", "2024-06-03 23:59:59"}, /* Saturday and 1 is Monday */
        {"2024-06-02 10:00", "1 working day", "2024-06-03 23:59:59"},
        {"2024-06-03 10:00", "1 working day", "2024-06-04 23:59:59"},
        {"2024-06-07 10:00", "1 working day", "2024-06-10 23:59:59"},
        {"2024-06-03 15:40", "10 working days", "2024-06-17 23:59:59"}, /* worked policy 2 */
        {"2024-07-01 09:00", "10 working days", "2024-07-15 23:59:59"}, /* worked policy 7 */
        {"2024-06-10 09:00", "10 working days", "2024-06-24 23:59:59"}, /* worked policy 8 */
        {"2024-06-05 09:00", "2 working days", "2024-06-07 23:59:59"},  /* worked policy 9 */
        {"2024-04-02 17:00", "20 working days", "2024-04-30 23:59:59"}, /* worked policy 11 */
        {"2024-03-28 09:00", "1 working day", "2024-04-02 23:59:59"},   /* over Good Friday and Easter Monday */
        {"2024-03-29 09:00", "1 working day", "2024-04-02 23:59:59"},   /* from Good Friday itself */
        {"2021-12-24 09:00", "1 working day", "2021-12-29 23:59:59"},   /* Christmas on a Saturday: two substitute days */
        {"2024-06-08 09:00", "0 working days", "2024-06-08 23:59:59"},  /* whatever day it is */
    };
    assert_sums(*state, CF_AS_DEADLINE, sums, CF_COUNT(sums));
}

static void t3_working_days_before_a_date_count_back(void **state) {
    static const struct sum sums[] = {
        {"2024-06-03 10:00", "-1 working day", "2024-05-31 00:00"},
        {"2024-06-02 10:00", "-1 working day", "2024-05-31 00:00"},
        {"2024-04-02 10:00", "-1 working day", "2024-03-28 00:00"},
        {"2024-06-17 10:00", "-10 working days", "2024-06-03 00:00"},
    };
    assert_sums(*state, CF_AS_START, sums, CF_COUNT(sums));
}

static void t4_months_and_years_keep_the_day_or_take_the_last(void **state) {
    static const struct sum sums[] = {
        {"2024-08-31 00:00", "-6 months", "2024-02-29 00:00"}, {"2023-08-31 00:00", "-6 months", "2023-02-28 00:00"},
        {"2024-08-31 00:00", "-9 months", "2023-11-30 00:00"}, /* worked policy 8 */
        {"2024-01-31 12:00", "1 month", "2024-02-29 00:00"},   {"2024-01-31 12:00", "2 months", "2024-03-31 00:00"},
        {"2024-02-29 12:00", "1 year", "2025-02-28 00:00"},    {"2024-02-29 12:00", "4 years", "2028-02-29 00:00"},
        {"2024-12-15 12:00", "1 month", "2025-01-15 00:00"},   {"2024-01-15 12:00", "-1 month", "2023-12-15 00:00"},
        {"2024-02-29 12:00", "-1 year", "2023-02-28 00:00"},
    };
    assert_sums(*state, CF_AS_START, sums, CF_COUNT(sums));
    static const struct sum due[] = {{"2024-01-31 12:00", "1 month", "2024-02-29 23:59:59"}};
    assert_sums(*state, CF_AS_DEADLINE, due, CF_COUNT(due));
}

static void t4_a_birthday_of_29_february_is_1_march_in_other_years(void **state) {
    (void)state;
    int32_t born = day("2008-02-29");
    assert_day(cf_day_turns(born, 18), "2026-03-01");
    assert_day(cf_day_turns(born, 16), "2024-02-29");
    assert_int_equal(cf_age_on(born, day("2026-02-28")), 17);
    assert_int_equal(cf_age_on(born, day("2026-03-01")), 18);
    assert_int_equal(cf_age_on(born, day("2024-02-29")), 16);
    assert_int_equal(cf_age_on(born, day("2008-02-29")), 0);
    assert_int_equal(cf_age_on(born, day("2008-02-28")), -1);
    assert_day(cf_day_turns(day("2006-08-31"), 18), "2024-08-31");
    assert_day(cf_day_turns(day("2006-08-31"), 1000000), "9999-12-31");
}

static void t6_in_the_last_d_ends_at_0000_of_the_day_plus_d(void **state) {
    const struct world *w = *state;
    static const struct sum windows[] = {
        {"2024-04-02 16:00", "6 months", "2024-10-02 00:00"}, {"2024-04-02 00:00", "6 months", "2024-10-02 00:00"},
        {"2023-08-31 10:00", "6 months", "2024-02-29 00:00"}, {"2024-04-02 16:00", "28 days", "2024-04-30 00:00"},
        {"2024-04-02 16:00", "1 week", "2024-04-09 00:00"},   {"2024-04-02 16:00", "1 year", "2025-04-02 00:00"},
        {"2024-03-30 23:30", "4 hours", "2024-03-31 04:30"},  {"2024-03-28 23:30", "1 working day", "2024-04-02 00:00"},
    };
    for (size_t i = 0; i < CF_COUNT(windows); i++) {
        int64_t end = 0;
        assert_int_equal(cf_window_end(w->london, w->shipped, at(w, windows[i].start), span_of(windows[i].plus), &end),
                         CF_WHEN_OK);
        assert_time(w, end, windows[i].gives);
    }
}

static void t7_a_calendar_that_ends_too_early_gives_no_date_and_says_so(void **state) {
    const struct world *w = *state;
    static const char *const starts[] = {"2028-12-29 12:00", "2029-01-01 12:00", "2011-12-30 12:00", "2050-06-01 12:00"};
    for (size_t i = 0; i < CF_COUNT(starts); i++) {
        int64_t untouched = 17;
        enum cf_when when =
            cf_time_add(w->london, w->shipped, at(w, starts[i]), span_of("1 working day"), CF_AS_DEADLINE, &untouched);
        assert_int_equal(when, CF_WHEN_BEYOND_CALENDAR);
        assert_int_equal(untouched, 17);
    }
    int64_t t = 0, thursday = at(w, "2028-12-28 12:00"), new_years_eve = at(w, "2011-12-31 12:00");
    struct cf_duration one = span_of("1 working day");
    assert_int_equal(cf_time_add(w->london, w->shipped, thursday, one, CF_AS_DEADLINE, &t), CF_WHEN_OK);
    assert_time(w, t, "2028-12-29 23:59:59");
    /* The day itself need not be covered: it is day 0. */
    assert_int_equal(cf_time_add(w->london, w->shipped, new_years_eve, one, CF_AS_DEADLINE, &t), CF_WHEN_OK);
    assert_time(w, t, "2012-01-03 23:59:59");
    assert_int_equal(cf_time_add(w->london, NULL, t, one, CF_AS_START, &t), CF_WHEN_BEYOND_CALENDAR);
    assert_string_equal(cf_when_text(CF_WHEN_BEYOND_CALENDAR), "no date: the calendar does not reach that far");
}

static void a_result_outside_the_years_1_to_9999_is_refused_not_wrapped(void **state) {
    const struct world *w = *state;
    for (int u = CF_SECOND; u <= CF_YEAR; u++) {
        int64_t t = 17;
        struct cf_duration far = {INT32_MAX, (enum cf_unit)u}, back = {INT32_MIN, (enum cf_unit)u};
        enum cf_when expected = u == CF_WORKING_DAY ? CF_WHEN_BEYOND_CALENDAR : CF_WHEN_OUT_OF_RANGE;
        if (u >= CF_HOUR) {
            assert_int_equal(cf_time_add(w->london, w->shipped, at(w, "2024-06-03 10:00"), far, CF_AS_START, &t), expected);
            assert_int_equal(cf_time_add(w->london, w->shipped, at(w, "2024-06-03 10:00"), back, CF_AS_START, &t), expected);
        }
        assert_int_equal(cf_time_add(w->london, NULL, INT64_MAX, far, CF_AS_START, &t), CF_WHEN_OUT_OF_RANGE);
        assert_int_equal(cf_time_add(w->london, NULL, INT64_MIN, back, CF_AS_START, &t), CF_WHEN_OUT_OF_RANGE);
        assert_int_equal(t, 17);
    }
    assert_int_equal(cf_duration_negate((struct cf_duration){INT32_MIN, CF_DAY}).n, INT32_MAX);
}

static void periods_begin_on_their_first_day(void **state) {
    (void)state;
    static const struct {
        enum cf_period p;
        const char *day, *start, *next, *name;
    } rows[] = {
        {CF_PERIOD_WEEK, "2024-06-05", "2024-06-03", "2024-06-10", "2024-W23"},
        {CF_PERIOD_WEEK, "2024-12-30", "2024-12-30", "2025-01-06", "2025-W01"},
        {CF_PERIOD_WEEK, "2021-01-03", "2020-12-28", "2021-01-04", "2020-W53"},
        {CF_PERIOD_MONTH, "2024-02-29", "2024-02-01", "2024-03-01", "2024-02"},
        {CF_PERIOD_MONTH, "2024-12-31", "2024-12-01", "2025-01-01", "2024-12"},
        {CF_PERIOD_QUARTER, "2024-03-31", "2024-01-01", "2024-04-01", "2024-Q1"},
        {CF_PERIOD_QUARTER, "2024-12-31", "2024-10-01", "2025-01-01", "2024-Q4"},
        {CF_PERIOD_YEAR, "2024-12-31", "2024-01-01", "2025-01-01", "2024"},
        {CF_PERIOD_YEAR, "2023-01-01", "2023-01-01", "2024-01-01", "2023"},
    };
    for (size_t i = 0; i < CF_COUNT(rows); i++) {
        assert_day(cf_period_start(rows[i].p, day(rows[i].day)), rows[i].start);
        assert_day(cf_period_next(rows[i].p, day(rows[i].day)), rows[i].next);
        assert_string_equal(cf_period_shown(rows[i].p, day(rows[i].day)).p, rows[i].name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t1_a_local_time_that_occurs_twice_is_the_first_and_is_marked),
        cmocka_unit_test(t1_a_local_time_that_never_occurs_moves_on_an_hour_and_is_marked),
        cmocka_unit_test(t1_a_date_is_0000_as_a_start_and_235959_as_a_deadline),
        cmocka_unit_test(t2_minutes_and_hours_are_elapsed),
        cmocka_unit_test(t3_days_run_to_the_end_of_the_nth_day_after),
        cmocka_unit_test(t3_working_days_skip_weekends_and_bank_holidays_and_the_day_itself_is_day_0),
        cmocka_unit_test(t3_working_days_before_a_date_count_back),
        cmocka_unit_test(t4_months_and_years_keep_the_day_or_take_the_last),
        cmocka_unit_test(t4_a_birthday_of_29_february_is_1_march_in_other_years),
        cmocka_unit_test(t6_in_the_last_d_ends_at_0000_of_the_day_plus_d),
        cmocka_unit_test(t7_a_calendar_that_ends_too_early_gives_no_date_and_says_so),
        cmocka_unit_test(a_result_outside_the_years_1_to_9999_is_refused_not_wrapped),
        cmocka_unit_test(periods_begin_on_their_first_day),
    };
    return cmocka_run_group_tests(tests, time_setup, time_teardown);
}
