/* Reading and writing dates, times and durations: what is taken, what is refused and in which words. No text crashes. */
#include "unit/time/time_help.h"

static void the_written_forms_of_an_instant_are_read(void **state) {
    const struct world *w = *state;
    static const struct {
        const char *text, *utc;
        bool day_only;
    } rows[] = {
        {"2024-06-03", "2024-06-02T23:00:00Z", true},
        {"2024-06-03 15:10", "2024-06-03T14:10:00Z", false},
        {"  2024-06-03   15:10\n", "2024-06-03T14:10:00Z", false},
        {"2024-06-03 15:10:05", "2024-06-03T14:10:05Z", false},
        {"2024-06-03T15:10:00+00:00", "2024-06-03T15:10:00Z", false},
        {"2024-06-03T15:10:00Z", "2024-06-03T15:10:00Z", false},
        {"2024-06-03t15:10z", "2024-06-03T15:10:00Z", false},
        {"2024-06-03T15:10:00.123456Z", "2024-06-03T15:10:00Z", false},
        {"2024-06-03T15:10:00+0100", "2024-06-03T14:10:00Z", false},
        {"2024-06-03T15:10:00-05", "2024-06-03T20:10:00Z", false},
        {"2024-06-03T00:10:00+01:00", "2024-06-02T23:10:00Z", false},
        {"2024-10-27 01:30", "2024-10-27T00:30:00Z", false},
        {"2024-10-27 01:30 BST", "2024-10-27T00:30:00Z", false},
        {"2024-10-27 01:30 GMT", "2024-10-27T01:30:00Z", false},
        {"2024-06-03 15:10 BST", "2024-06-03T14:10:00Z", false},
        {"2024-03-31 01:30", "2024-03-31T01:30:00Z", false},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", false},
        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", false},
    };
    for (size_t i = 0; i < CF_COUNT(rows); i++) {
        struct cf_moment m;
        struct cf_errs errs = cf_errs_new(w->a);
        if (!cf_time_parse(w->london, cf_str_from(rows[i].text), CF_NOWHERE, &errs, &m)) {
            fail_msg("%s was refused", rows[i].text);
        }
        assert_string_equal(cf_time_iso(m.at).p, rows[i].utc);
        assert_int_equal(m.day_only, rows[i].day_only);
        assert_int_equal(m.day, cf_time_day(w->london, m.at));
        assert_int_equal(errs.failures, 0);
    }
}

static void reading_marks_what_occurs_twice_or_never(void **state) {
    const struct world *w = *state;
    struct cf_moment m;
    assert_true(cf_time_parse(w->london, CF_LIT("2024-10-27 01:30"), CF_NOWHERE, NULL, &m));
    assert_int_equal(m.mark, CF_LOCAL_TWICE);
    assert_true(cf_time_parse(w->london, CF_LIT("2024-10-27 01:30 GMT"), CF_NOWHERE, NULL, &m));
    assert_int_equal(m.mark, CF_LOCAL_ONCE);
    assert_true(cf_time_parse(w->london, CF_LIT("2024-03-31 01:30"), CF_NOWHERE, NULL, &m));
    assert_int_equal(m.mark, CF_LOCAL_NEVER);
}

static void what_is_no_instant_is_refused_with_the_reason(void **state) {
    const struct world *w = *state;
    static const struct {
        const char *text, *msg;
    } rows[] = {
        {"", "`` is not a date"},
        {"tomorrow", "`tomorrow` is not a date"},
        {"03/06/2024", "`03/06/2024` is not a date"},
        {"2024-6-3", "`2024-6-3` is not a date"},
        {"2024-13-01", "`2024-13-01` is not a date: there is no such month"},
        {"0000-01-01", "`0000-01-01` is not a date: there is no such year"},
        {"2024-06-31", "`2024-06-31` is not a date: that month has 30 days"},
        {"2023-02-29", "`2023-02-29` is not a date: that month has 28 days"},
        {"2024-06-03 25:00", "`2024-06-03 25:00` has a date, then what is no time from 00:00 to 23:59"},
        {"2024-06-03 24:00", "`2024-06-03 24:00` has a date, then what is no time from 00:00 to 23:59"},
        {"2024-06-03 15:60", "`2024-06-03 15:60` has a date, then what is no time from 00:00 to 23:59"},
        {"2024-06-03 15:10:60", "`2024-06-03 15:10:60` has a date, then what is no time from 00:00 to 23:59"},
        {"2024-06-03x", "`2024-06-03x` has a date, then what is no time from 00:00 to 23:59"},
        {"2024-06-03 15:10 GMT", "`2024-06-03 15:10 GMT`: London's clocks are not at GMT then"},
        {"2024-12-03 15:10 BST", "`2024-12-03 15:10 BST`: London's clocks are not at BST then"},
        {"2024-03-31 01:30 BST", "`2024-03-31 01:30 BST`: London's clocks are not at BST then"},
        {"2024-06-03 15:10+25:00", "`2024-06-03 15:10+25:00` ends with what is no offset from UTC"},
        {"2024-06-03 15:10 and", "`2024-06-03 15:10 and` ends with what is no offset from UTC"},
        {"2024-06-03T15:10Zulu", "`2024-06-03T15:10Zulu` ends with what is no offset from UTC"},
        {"0001-01-01T00:00:00+01:00", "`0001-01-01T00:00:00+01:00` lies outside the years 1 to 9999"},
        {"2024-06-03\033[31m red, and a long text that goes on",
         "`2024-06-03?[31m red, and a long text tha...` has a date, then what is no time from 00:00 to 23:59"},
    };
    for (size_t i = 0; i < CF_COUNT(rows); i++) {
        struct cf_moment m = {.at = 17};
        struct cf_errs errs = cf_errs_new(w->a);
        assert_false(cf_time_parse(w->london, cf_str_from(rows[i].text), CF_NOWHERE, &errs, &m));
        assert_int_equal(errs.failures, 1);
        assert_int_equal(errs.v[0].code, CF_B022);
        assert_text(errs.v[0].msg, rows[i].msg);
        assert_int_equal(m.at, 17);
        assert_false(cf_time_parse(w->london, cf_str_from(rows[i].text), CF_NOWHERE, NULL, &m));
    }
}

static void dates_and_times_of_day_are_read_alone(void **state) {
    const struct world *w = *state;
    struct cf_errs errs = cf_errs_new(w->a);
    int32_t d = 0, c = 0;
    assert_true(cf_date_parse(CF_LIT(" 2024-02-29 "), CF_NOWHERE, &errs, &d));
    assert_day(d, "2024-02-29");
    assert_false(cf_date_parse(CF_LIT("2024-02-29 10:00"), CF_NOWHERE, &errs, &d));
    assert_text(errs.v[0].msg, "`2024-02-29 10:00` goes on after the date");
    assert_true(cf_clock_parse(CF_LIT("15:10"), CF_NOWHERE, &errs, &c));
    assert_int_equal(c, 15 * 3600 + 600);
    assert_true(cf_clock_parse(CF_LIT("24:00"), CF_NOWHERE, &errs, &c));
    assert_int_equal(c, 86400);
    assert_false(cf_clock_parse(CF_LIT("24:01"), CF_NOWHERE, &errs, &c));
    assert_text(errs.v[1].msg, "`24:01` is not a time of day from 00:00 to 24:00");
    assert_false(cf_clock_parse(CF_LIT("3pm"), CF_NOWHERE, &errs, &c));
    assert_string_equal(cf_clock_shown(8 * 3600 + 2700).p, "08:45");
    assert_string_equal(cf_clock_shown(59).p, "00:00:59");
}

static void durations_are_read_and_written_in_words(void **state) {
    const struct world *w = *state;
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"10 working days", "10 working days"},
        {"1 working day", "1 working day"},
        {"1 hours", "1 hour"},
        {"72 hours", "72 hours"},
        {"  6   months ", "6 months"},
        {"-3 months", "-3 months"},
        {"1 year", "1 year"},
        {"0 days", "0 days"},
        {"30 seconds", "30 seconds"},
        {"15 minutes", "15 minutes"},
        {"2 weeks", "2 weeks"},
        {"2 working   days", "2 working days"},
        {"2147483647 days", "2147483647 days"},
        {"-1 day", "-1 day"},
    };
    for (size_t i = 0; i < CF_COUNT(rows); i++) {
        assert_string_equal(cf_duration_shown(span_of(rows[i].text)).p, rows[i].shown);
    }
    static const char *const bad[] = {"",           "hours",           "10",
                                      "10hours",    "10 fortnights",   "1.5 hours",
                                      "ten hours",  "2147483648 days", "99999999999999999999 days",
                                      "10 working", "10 working hours"};
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        struct cf_duration d;
        struct cf_errs errs = cf_errs_new(w->a);
        if (cf_duration_parse(cf_str_from(bad[i]), CF_NOWHERE, &errs, &d)) {
            fail_msg("`%s` was taken", bad[i]);
        }
        assert_int_equal(errs.v[0].code, CF_B023);
    }
    int64_t s = 0;
    assert_true(cf_duration_seconds(span_of("36 hours"), &s));
    assert_int_equal(s, 36 * 3600);
    assert_true(cf_duration_seconds(span_of("-2 minutes"), &s));
    assert_int_equal(s, -120);
    assert_false(cf_duration_seconds(span_of("1 day"), &s));
    assert_string_equal(cf_left_shown(22 * 3600 + 40 * 60).p, "22:40");
    assert_string_equal(cf_left_shown(-61).p, "-0:01:01");
}

/* Texts made of the letters that the forms use, and of any bytes: an answer, and on success one that reads back. */
static void no_text_crashes_the_readers(void **state) {
    const struct world *w = *state;
    static const char letters[] = "0123456789-:T +Z.GMBST dayhourswking";
    uint64_t seed = 42;
    int taken = 0;
    for (int i = 0; i < 60000; i++) {
        char text[28];
        size_t n = 0;
        struct cf_moment m;
        struct cf_duration d;
        int32_t x = 0;
        memcpy(text, "2024-06-03 15:10:00+01:00", 25);
        for (n = 0; n < 25; n++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            uint32_t r = (uint32_t)(seed >> 33);
            if (r % 9 == 0) {
                text[n] = r & 64 ? letters[r / 128 % (sizeof(letters) - 1)] : (char)(r >> 8);
            }
        }
        struct cf_str s = {text, seed >> 40 & 1 ? 25 : (size_t)(seed >> 41) % 26};
        if (cf_time_parse(w->london, s, CF_NOWHERE, NULL, &m)) {
            struct cf_moment again;
            assert_true(cf_time_parse(w->london, cf_str_from(cf_time_iso(m.at).p), CF_NOWHERE, NULL, &again));
            assert_int_equal(again.at, m.at);
            taken++;
        }
        if (cf_date_parse(s, CF_NOWHERE, NULL, &x)) {
            assert_true(x >= CF_DAY_MIN && x <= CF_DAY_MAX);
        }
        if (cf_clock_parse(cf_str_slice(s, 11, s.n), CF_NOWHERE, NULL, &x)) {
            assert_true(x >= 0 && x <= 86400);
        }
        if (cf_duration_parse(cf_str_slice(s, 8, s.n), CF_NOWHERE, NULL, &d)) {
            assert_true(d.unit <= CF_YEAR);
        }
    }
    assert_true(taken > 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_written_forms_of_an_instant_are_read),
        cmocka_unit_test(reading_marks_what_occurs_twice_or_never),
        cmocka_unit_test(what_is_no_instant_is_refused_with_the_reason),
        cmocka_unit_test(dates_and_times_of_day_are_read_alone),
        cmocka_unit_test(durations_are_read_and_written_in_words),
        cmocka_unit_test(no_text_crashes_the_readers),
    };
    return cmocka_run_group_tests(tests, time_setup, time_teardown);
}
