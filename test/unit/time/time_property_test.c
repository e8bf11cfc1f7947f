/* Properties of time over 1990 to 2040: every day, every clock change, every leap day, every Easter Monday, every closed day.
 * Each is set beside a plainer reckoning: counting day by day, or the C library's own zone code. */
#include "unit/time/time_help.h"

#include <stdlib.h>
#include <time.h>

enum { DAY = 86400 };

static int32_t first_day(void) {
    return cf_day_of(1990, 1, 1);
}

static int32_t last_day(void) {
    return cf_day_of(2040, 12, 31);
}

static void every_day_is_the_one_after_the_day_before(void **state) {
    (void)state;
    int year = 1990, month = 1, mday = 1, weekday = 0; /* 1 January 1990 was a Monday */
    for (int32_t d = first_day(); d <= last_day(); d++) {
        struct cf_date got = cf_date_of(d);
        assert_true(got.year == year && got.month == month && got.day == mday);
        assert_int_equal(cf_day_of(year, month, mday), d);
        assert_int_equal(cf_weekday(d), weekday);
        assert_true(cf_date_valid(year, month, mday));
        weekday = (weekday + 1) % 7;
        if (++mday > cf_month_days(year, month)) {
            assert_false(cf_date_valid(year, month, mday));
            mday = 1;
            month = month == 12 ? 1 : month + 1;
            year += month == 1 ? 1 : 0;
        }
    }
    assert_int_equal(year, 2041);
}

static void every_day_number_has_a_date_and_comes_back_from_it(void **state) {
    (void)state;
    assert_int_equal(cf_day_of(1, 1, 1), CF_DAY_MIN);
    assert_int_equal(cf_day_of(9999, 12, 31), CF_DAY_MAX);
    for (int64_t d = INT32_MIN; d <= INT32_MAX; d += 99991) {
        struct cf_date got = cf_date_of((int32_t)d);
        assert_int_equal(cf_day_of(got.year, got.month, got.day), (int32_t)d);
    }
    for (int32_t d = CF_DAY_MIN; d <= CF_DAY_MAX; d += 37) {
        struct cf_date got = cf_date_of(d);
        assert_true(cf_date_valid(got.year, got.month, got.day));
        assert_int_equal(cf_day_of(got.year, got.month, got.day), d);
    }
}

static void leap_days_are_where_the_calendar_puts_them(void **state) {
    (void)state;
    int leaps = 0;
    for (int y = 1990; y <= 2040; y++) {
        int32_t length = cf_day_of(y + 1, 1, 1) - cf_day_of(y, 1, 1);
        assert_int_equal(length, cf_year_leap(y) ? 366 : 365);
        leaps += cf_year_leap(y) ? 1 : 0;
    }
    assert_int_equal(leaps, 13); /* 1992 to 2040, every fourth year */
    assert_true(cf_year_leap(2000) && !cf_year_leap(1900) && !cf_year_leap(2100));
}

static int32_t last_sunday(int year, int month) {
    int32_t d = cf_day_of(year, month, 31);
    return d - (cf_weekday(d) + 1) % 7;
}

static void every_clock_change_skips_or_repeats_one_hour(void **state) {
    const struct world *w = *state;
    for (int y = 1990; y <= 2040; y++) {
        int32_t spring = last_sunday(y, 3);
        /* Until 1995 the United Kingdom went back on the fourth Sunday of October. */
        int32_t autumn = last_sunday(y, 10);
        if (y < 1996) {
            int32_t october = cf_day_of(y, 10, 1);
            autumn = october + 6 - cf_weekday(october) + 21;
        }
        for (int32_t s = 0; s < 3 * 3600; s += 599) {
            enum cf_mark_local mark = CF_LOCAL_ONCE;
            int64_t t = cf_time_at(w->london, spring, s, &mark);
            bool skipped = s >= 3600 && s < 7200;
            assert_int_equal(mark, skipped ? CF_LOCAL_NEVER : CF_LOCAL_ONCE);
            assert_int_equal(cf_time_local(w->london, t).clock, skipped ? s + 3600 : s);
            t = cf_time_at(w->london, autumn, s, &mark);
            assert_int_equal(mark, s >= 3600 && s < 7200 ? CF_LOCAL_TWICE : CF_LOCAL_ONCE);
            assert_int_equal(cf_time_local(w->london, t).clock, s);
            assert_int_equal(cf_zone_offset(w->london, t), s < 7200 ? 3600 : 0);
        }
    }
}

/* Every hour, and the seconds on both sides of every change, against the C library. */
static void every_hour_agrees_with_the_c_library_and_comes_back(void **state) {
    const struct world *w = *state;
    assert_int_equal(setenv("TZ", "Europe/London", 1), 0);
    tzset();
    int64_t end = ((int64_t)last_day() + 1) * DAY;
    for (int64_t t = (int64_t)first_day() * DAY; t < end; t += 3600) {
        struct cf_local l = cf_time_local(w->london, t - 1);
        time_t c_time = (time_t)(t - 1);
        struct tm tm;
        assert_non_null(localtime_r(&c_time, &tm));
        bool same = l.year == tm.tm_year + 1900 && l.month == tm.tm_mon + 1 && l.mday == tm.tm_mday && l.hour == tm.tm_hour &&
                    l.minute == tm.tm_min && l.second == tm.tm_sec && l.offset == tm.tm_gmtoff &&
                    l.weekday == (tm.tm_wday + 6) % 7 && l.summer == (tm.tm_isdst > 0) && strcmp(l.abbr, tm.tm_zone) == 0;
        if (!same) {
            fail_msg("%s: %s", cf_time_iso(t - 1).p, cf_time_iso_local(w->london, t - 1).p);
        }
        int64_t back = cf_time_at(w->london, l.day, l.clock, NULL);
        assert_int_equal(back, l.repeated && !l.summer ? t - 1 - 3600 : t - 1);
        assert_int_equal(cf_time_day(w->london, t - 1), l.day);
    }
}

static void days_and_weeks_added_and_taken_away_agree(void **state) {
    const struct world *w = *state;
    for (int32_t d = first_day(); d <= last_day(); d++) {
        int32_t n = d % 400, there = 0, back = 0;
        assert_int_equal(cf_day_add(w->rules, d, (struct cf_duration){n, CF_DAY}, &there), CF_WHEN_OK);
        assert_int_equal(cf_day_add(w->rules, there, (struct cf_duration){-n, CF_DAY}, &back), CF_WHEN_OK);
        assert_int_equal(back, d);
        assert_int_equal(cf_day_add(w->rules, d, (struct cf_duration){n, CF_WEEK}, &there), CF_WHEN_OK);
        assert_int_equal(cf_weekday(there), cf_weekday(d));
        assert_int_equal(cf_day_add(w->rules, there, (struct cf_duration){-n, CF_WEEK}, &back), CF_WHEN_OK);
        assert_int_equal(back, d);
    }
}

static void months_added_and_taken_away_agree_and_never_go_backwards(void **state) {
    const struct world *w = *state;
    for (int n = -25; n <= 25; n++) {
        int32_t before = CF_DAY_MIN;
        for (int32_t d = first_day(); d <= last_day(); d++) {
            int32_t there = 0, back = 0;
            assert_int_equal(cf_day_add(w->rules, d, (struct cf_duration){n, CF_MONTH}, &there), CF_WHEN_OK);
            assert_int_equal(cf_day_add(w->rules, there, (struct cf_duration){-n, CF_MONTH}, &back), CF_WHEN_OK);
            struct cf_date from = cf_date_of(d), to = cf_date_of(there);
            int last = cf_month_days(to.year, to.month);
            bool same_day = to.day == (from.day < last ? from.day : last);
            bool right_month = to.year * 12 + to.month == from.year * 12 + from.month + n;
            bool agrees = back <= d && d - back <= 3 && (from.day > 28 || back == d);
            if (!same_day || !right_month || !agrees || there < before) {
                fail_msg("%s and %d months: %s, and back: %s", cf_date_shown(d).p, n, cf_date_shown(there).p,
                         cf_date_shown(back).p);
            }
            before = there;
        }
    }
}

static void a_year_is_twelve_months(void **state) {
    const struct world *w = *state;
    for (int32_t d = first_day(); d <= last_day(); d++) {
        int32_t a = 0, b = 0, n = d % 20 - 10;
        assert_int_equal(cf_day_add(w->rules, d, (struct cf_duration){n, CF_YEAR}, &a), CF_WHEN_OK);
        assert_int_equal(cf_day_add(w->rules, d, (struct cf_duration){n * 12, CF_MONTH}, &b), CF_WHEN_OK);
        assert_int_equal(a, b);
    }
}

static bool is_open(const struct world *w, int32_t d) {
    return cf_weekday(d) < 5 && cf_holiday_on(w->rules, d) == NULL;
}

static void working_days_are_what_counting_one_by_one_gives(void **state) {
    const struct world *w = *state;
    static const int steps[] = {1, 2, 5, 10, 20, 30};
    for (int32_t d = first_day(); d <= last_day() - 60; d++) {
        int32_t by_hand = d, count = 0, n = 0;
        bool open = false;
        assert_int_equal(cf_working_day(w->rules, d, &open), CF_WHEN_OK);
        assert_int_equal(open, is_open(w, d));
        for (size_t i = 0; i < CF_COUNT(steps); i++) {
            while (count < steps[i]) {
                by_hand++;
                count += is_open(w, by_hand) ? 1 : 0;
            }
            int32_t got = 0, back = 0;
            assert_int_equal(cf_working_add(w->rules, d, steps[i], &got), CF_WHEN_OK);
            assert_int_equal(got, by_hand);
            assert_int_equal(cf_working_between(w->rules, d, got, &n), CF_WHEN_OK);
            assert_int_equal(n, steps[i]);
            if (d > first_day() + 7) {
                assert_int_equal(cf_working_add(w->rules, got, -steps[i], &back), CF_WHEN_OK);
                assert_true(open ? back == d : back < d && !is_open(w, back + 1)); /* agree: from an open day, exactly */
            }
        }
    }
}

static void a_deadline_never_falls_on_a_closed_day_and_never_goes_backwards(void **state) {
    const struct world *w = *state;
    int64_t before = 0;
    for (int32_t d = first_day(); d <= last_day() - 60; d++) {
        int64_t start = cf_time_at(w->london, d, 12 * 3600, NULL), due = 0, longer = 0;
        struct cf_duration ten = {10, CF_WORKING_DAY}, eleven = {11, CF_WORKING_DAY};
        assert_int_equal(cf_time_add(w->london, w->rules, start, ten, CF_AS_DEADLINE, &due), CF_WHEN_OK);
        assert_int_equal(cf_time_add(w->london, w->rules, start, eleven, CF_AS_DEADLINE, &longer), CF_WHEN_OK);
        struct cf_local l = cf_time_local(w->london, due);
        assert_true(is_open(w, l.day) && l.clock == DAY - 1);
        assert_true(due >= before && longer > due && due > start);
        before = due;
    }
}

static void easter_mondays_and_good_fridays_are_closed_and_the_tuesday_is_next(void **state) {
    const struct world *w = *state;
    for (int y = 1990; y <= 2040; y++) {
        int32_t sunday = easter_sunday(y), got = 0;
        assert_int_equal(cf_weekday(sunday), 6);
        assert_true(sunday >= cf_day_of(y, 3, 22) && sunday <= cf_day_of(y, 4, 25));
        assert_non_null(cf_holiday_on(w->rules, sunday + 1));
        for (int32_t d = sunday - 3; d <= sunday + 1; d++) { /* Maundy Thursday to Easter Monday */
            assert_int_equal(cf_working_add(w->rules, d, 1, &got), CF_WHEN_OK);
            assert_int_equal(got, sunday + 2);
        }
        assert_int_equal(cf_working_add(w->rules, sunday + 1, -1, &got), CF_WHEN_OK);
        assert_int_equal(got, sunday - 3);
    }
}

static void the_shipped_bank_holidays_are_those_of_the_rules_and_proclamations(void **state) {
    const struct world *w = *state;
    assert_day(w->shipped->first, "2012-01-01");
    assert_day(w->shipped->last, "2028-12-31");
    for (int32_t d = w->shipped->first; d <= w->shipped->last; d++) {
        bool shipped = cf_holiday_on(w->shipped, d) != NULL, by_rule = cf_holiday_on(w->rules, d) != NULL;
        if (shipped != by_rule) {
            fail_msg("%s is %s in the file and %s by the rules", cf_date_shown(d).p, shipped ? "a holiday" : "open",
                     by_rule ? "a holiday" : "open");
        }
    }
}

static void someone_turns_an_age_on_one_day_only(void **state) {
    (void)state;
    for (int32_t born = first_day(); born <= cf_day_of(2020, 12, 31); born++) {
        for (int years = 10; years <= 20; years += 2) {
            int32_t turns = cf_day_turns(born, years);
            assert_int_equal(cf_age_on(born, turns), years);
            assert_int_equal(cf_age_on(born, turns - 1), years - 1);
            struct cf_date b = cf_date_of(born), t = cf_date_of(turns);
            bool leap_child = b.month == 2 && b.day == 29 && !cf_year_leap(t.year);
            assert_true(leap_child ? t.month == 3 && t.day == 1 : t.month == b.month && t.day == b.day);
        }
    }
}

static void a_window_ends_when_its_day_is_d_ago_and_never_before_the_day_is_over(void **state) {
    const struct world *w = *state;
    static const struct cf_duration windows[] = {{1, CF_DAY}, {28, CF_DAY}, {6, CF_MONTH}, {1, CF_YEAR}, {2, CF_WEEK}};
    for (size_t i = 0; i < CF_COUNT(windows); i++) {
        int64_t before = 0;
        for (int32_t d = first_day(); d <= last_day(); d++) {
            int64_t morning = 0, night = 0, due = 0;
            int64_t start = cf_day_start(w->london, d), end = cf_day_end(w->london, d);
            assert_int_equal(cf_window_end(w->london, w->rules, start, windows[i], &morning), CF_WHEN_OK);
            assert_int_equal(cf_window_end(w->london, w->rules, end, windows[i], &night), CF_WHEN_OK);
            assert_int_equal(cf_time_add(w->london, w->rules, start, windows[i], CF_AS_DEADLINE, &due), CF_WHEN_OK);
            assert_true(morning == night && morning > end && morning >= before && morning < due);
            assert_int_equal(cf_time_local(w->london, morning).clock, 0);
            before = morning;
        }
    }
}

static void every_instant_that_is_shown_reads_back_the_same(void **state) {
    const struct world *w = *state;
    int64_t end = (int64_t)last_day() * DAY;
    for (int64_t t = (int64_t)first_day() * DAY; t < end; t += 14 * 3600 + 1801) {
        struct cf_moment m;
        assert_true(cf_time_parse(w->london, cf_str_from(cf_time_shown(w->london, t).p), CF_NOWHERE, NULL, &m));
        assert_int_equal(m.at, t);
        assert_true(cf_time_parse(w->london, cf_str_from(cf_time_iso(t).p), CF_NOWHERE, NULL, &m));
        assert_int_equal(m.at, t);
        assert_true(cf_time_parse(w->london, cf_str_from(cf_time_iso_local(w->london, t).p), CF_NOWHERE, NULL, &m));
        assert_int_equal(m.at, t);
    }
    for (int y = 1990; y <= 2040; y++) { /* the repeated hour, both times round */
        int64_t t = (int64_t)last_sunday(y, 10) * DAY;
        for (int64_t s = t - 3600; s <= t + 3 * 3600; s += 600) {
            struct cf_moment m;
            assert_true(cf_time_parse(w->london, cf_str_from(cf_time_shown(w->london, s).p), CF_NOWHERE, NULL, &m));
            assert_int_equal(m.at, s);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_is_the_one_after_the_day_before),
        cmocka_unit_test(every_day_number_has_a_date_and_comes_back_from_it),
        cmocka_unit_test(leap_days_are_where_the_calendar_puts_them),
        cmocka_unit_test(every_clock_change_skips_or_repeats_one_hour),
        cmocka_unit_test(every_hour_agrees_with_the_c_library_and_comes_back),
        cmocka_unit_test(days_and_weeks_added_and_taken_away_agree),
        cmocka_unit_test(months_added_and_taken_away_agree_and_never_go_backwards),
        cmocka_unit_test(a_year_is_twelve_months),
        cmocka_unit_test(working_days_are_what_counting_one_by_one_gives),
        cmocka_unit_test(a_deadline_never_falls_on_a_closed_day_and_never_goes_backwards),
        cmocka_unit_test(easter_mondays_and_good_fridays_are_closed_and_the_tuesday_is_next),
        cmocka_unit_test(the_shipped_bank_holidays_are_those_of_the_rules_and_proclamations),
        cmocka_unit_test(someone_turns_an_age_on_one_day_only),
        cmocka_unit_test(a_window_ends_when_its_day_is_d_ago_and_never_before_the_day_is_over),
        cmocka_unit_test(every_instant_that_is_shown_reads_back_the_same),
    };
    return cmocka_run_group_tests(tests, time_setup, time_teardown);
}
