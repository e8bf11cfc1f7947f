/* Calendars: working days and their files, school days and theirs (T3, T5, T7). */
#include "unit/time/time_help.h"

#include <stdlib.h>

static const struct cf_calendar *parse(const struct world *w, const char *text, struct cf_errs *errs) {
    struct cf_source *src = CF_NEW(w->a, struct cf_source);
    *src = (struct cf_source){CF_LIT("made.tsv"), cf_str_from(text)};
    return cf_calendar_parse(w->a, src, errs);
}

static bool parse_schools(const struct world *w, struct cf_schools *s, const char *text, struct cf_errs *errs) {
    struct cf_source *src = CF_NEW(w->a, struct cf_source);
    *src = (struct cf_source){CF_LIT("schools.tsv"), cf_str_from(text)};
    return cf_schools_parse(s, src, errs);
}

static void a_calendar_file_gives_name_edition_cover_and_holidays(void **state) {
    const struct world *w = *state;
    struct cf_errs errs = cf_errs_new(w->a);
    const struct cf_calendar *cal = parse(w,
                                          "# made\r\n\r\ncalendar\tMade\r\nedition\tfirst\r\n"
                                          "covers\t2024-05-01\t2024-06-30\r\n"
                                          "2024-05-27\tSpring\r\n2024-05-06\tEarly May\r\n",
                                          &errs);
    assert_non_null(cal);
    assert_text(cal->name, "Made");
    assert_text(cal->edition, "first");
    assert_int_equal(cal->n_holidays, 2);
    assert_text(cal->holidays[0].name, "Early May");
    assert_text(cf_holiday_on(cal, day("2024-05-27"))->name, "Spring");
    assert_null(cf_holiday_on(cal, day("2024-05-28")));
    assert_int_equal(cf_holiday_after(cal, day("2024-05-06"))->day, day("2024-05-27"));
    assert_null(cf_holiday_after(cal, day("2024-05-27")));
    assert_null(cf_holiday_after(NULL, day("2024-05-27")));
    bool open = true;
    assert_int_equal(cf_working_day(cal, day("2024-05-27"), &open), CF_WHEN_OK);
    assert_false(open);
    assert_int_equal(cf_working_day(cal, day("2024-07-01"), &open), CF_WHEN_BEYOND_CALENDAR);
    assert_int_equal(cf_working_day(NULL, day("2024-05-27"), &open), CF_WHEN_BEYOND_CALENDAR);
    int32_t n = 0;
    assert_int_equal(cf_working_between(cal, day("2024-05-24"), day("2024-05-28"), &n), CF_WHEN_OK);
    assert_int_equal(n, 1);
    assert_int_equal(cf_working_between(cal, day("2024-05-28"), day("2024-05-24"), &n), CF_WHEN_OK);
    assert_int_equal(n, -1);
    assert_int_equal(cf_working_between(cal, day("2024-05-28"), day("2024-07-01"), &n), CF_WHEN_BEYOND_CALENDAR);
}

static void a_broken_calendar_file_is_refused_with_place_and_reason(void **state) {
    const struct world *w = *state;
#define HEAD "calendar\tMade\nedition\tfirst\ncovers\t2024-01-01\t2024-12-31\n"
    static const struct {
        const char *text, *msg;
        enum cf_code code;
    } rows[] = {
        {"", "made.tsv has no line `calendar`", CF_B021},
        {"calendar\tMade\n", "made.tsv has no line `edition`", CF_B021},
        {"calendar\tMade\nedition\tfirst\n", "made.tsv has no line `covers`", CF_B021},
        {HEAD "2024-05-06 Early May\n", "this line has no tab with a value after it", CF_B021},
        {HEAD "6 May 2024\tEarly May\n", "`6 May 2024` is not a date", CF_B022},
        {HEAD "2024-05-06\tA\n2024-05-06\tB\n", "calendar Made: the holiday 2024-05-06 stands there twice", CF_B021},
        {HEAD "2025-05-06\tA\n", "calendar Made: the holiday 2025-05-06 is not in the days that it covers", CF_B021},
        {"calendar\tM\nedition\tf\ncovers\t2024-01-01\n", "`` is not a date", CF_B022},
        {"calendar\tM\nedition\tf\ncovers\t2024-01-02\t2024-01-01\n", "calendar M covers no day: its last is before its first",
         CF_B021},
        {"calendar\tM\nedition\tf\ncovers\t0001-01-01\t9999-01-01\n", "calendar M covers more days than a calendar may",
         CF_B021},
    };
    for (size_t i = 0; i < CF_COUNT(rows); i++) {
        struct cf_errs errs = cf_errs_new(w->a);
        assert_null(parse(w, rows[i].text, &errs));
        assert_true(errs.failures >= 1);
        assert_text(errs.v[0].msg, rows[i].msg);
        assert_int_equal(errs.v[0].code, rows[i].code);
    }
}

/* Worked policy 4: Oakfield's half term, and a child of unknown school. */
static struct cf_schools *worked_schools(const struct world *w) {
    struct cf_schools *s = cf_schools_new(w->a);
    struct cf_errs errs = cf_errs_new(w->a);
    struct cf_str oak = CF_LIT("Oakfield");
    int32_t at845 = 8 * 3600 + 2700, at830 = 8 * 3600 + 1800;
    assert_true(cf_schools_term(s, CF_OF_SCHOOL, oak, day("2024-06-03"), day("2024-07-23"), at845, CF_NOWHERE, &errs));
    assert_true(cf_schools_term(s, CF_OF_SCHOOL, oak, day("2024-04-15"), day("2024-05-24"), at845, CF_NOWHERE, &errs));
    assert_true(cf_schools_term(s, CF_OF_DEFAULT, CF_LIT(""), day("2024-04-15"), day("2024-07-23"), at830, CF_NOWHERE, &errs));
    assert_true(cf_schools_term(s, CF_OF_AUTHORITY, CF_LIT("Lewisham"), day("2024-04-22"), day("2024-07-19"), at830, CF_NOWHERE,
                                &errs));
    cf_schools_belong(s, CF_LIT("Elm"), CF_LIT("Lewisham"));
    return s;
}

static void t5_the_next_school_day_is_the_first_start_after_the_trigger(void **state) {
    const struct world *w = *state;
    const struct cf_schools *s = worked_schools(w);
    static const struct {
        const char *school, *authority, *after, *gives, *name;
        enum cf_school_of of;
    } rows[] = {
        {"Oakfield", "", "2024-05-24 23:30", "2024-06-03 08:45", "Oakfield", CF_OF_SCHOOL}, /* half term, and a bank holiday */
        {"Oakfield", "", "2024-05-24 08:44:59", "2024-05-24 08:45", "Oakfield", CF_OF_SCHOOL},
        {"Oakfield", "", "2024-05-24 08:45", "2024-06-03 08:45", "Oakfield", CF_OF_SCHOOL}, /* strictly after */
        {"Oakfield", "", "2024-06-07 16:00", "2024-06-10 08:45", "Oakfield", CF_OF_SCHOOL}, /* over a weekend */
        {"Oakfield", "", "2024-05-03 16:00", "2024-05-07 08:45", "Oakfield", CF_OF_SCHOOL}, /* over the early May holiday */
        {"Oakfield", "Lewisham", "2024-06-05 10:00", "2024-06-06 08:45", "Oakfield", CF_OF_SCHOOL},
        {"", "", "2024-06-05 10:00", "2024-06-06 08:30", "", CF_OF_DEFAULT},
        {"Nowhere", "", "2024-06-05 10:00", "2024-06-06 08:30", "", CF_OF_DEFAULT},
        {"Nowhere", "Lewisham", "2024-06-05 10:00", "2024-06-06 08:30", "Lewisham", CF_OF_AUTHORITY},
        {"Elm", "", "2024-06-05 10:00", "2024-06-06 08:30", "Lewisham", CF_OF_AUTHORITY},
        {"Elm", "Kent", "2024-06-05 10:00", "2024-06-06 08:30", "", CF_OF_DEFAULT}, /* the authority that was said */
    };
    for (size_t i = 0; i < CF_COUNT(rows); i++) {
        struct cf_school_start got;
        assert_int_equal(cf_school_next(w->london, w->shipped, s, cf_str_from(rows[i].school), cf_str_from(rows[i].authority),
                                        at(w, rows[i].after), &got),
                         CF_WHEN_OK);
        assert_time(w, got.at, rows[i].gives);
        assert_int_equal(got.of, rows[i].of);
        assert_text(got.name, rows[i].name);
        assert_int_equal(got.day, cf_time_day(w->london, got.at));
    }
}

static void t7_school_days_beyond_the_last_term_or_before_the_first_are_not_known(void **state) {
    const struct world *w = *state;
    struct cf_schools *s = worked_schools(w);
    struct cf_school_start got;
    struct cf_str oak = CF_LIT("Oakfield"), none = CF_LIT("");
    assert_int_equal(cf_school_next(w->london, w->shipped, s, oak, none, at(w, "2024-07-23 10:00"), &got),
                     CF_WHEN_BEYOND_CALENDAR);
    assert_int_equal(got.of, CF_OF_SCHOOL); /* the default is not asked: its days are not this school's */
    assert_text(got.name, "Oakfield");
    assert_int_equal(cf_school_next(w->london, w->shipped, s, oak, none, at(w, "2024-04-10 10:00"), &got),
                     CF_WHEN_BEYOND_CALENDAR);
    cf_schools_cover(s, CF_OF_SCHOOL, oak, day("2024-04-01"));
    assert_int_equal(cf_school_next(w->london, w->shipped, s, oak, none, at(w, "2024-04-10 10:00"), &got), CF_WHEN_OK);
    assert_time(w, got.at, "2024-04-15 08:45");
    assert_int_equal(cf_school_next(w->london, NULL, s, oak, none, at(w, "2024-05-01 10:00"), &got), CF_WHEN_BEYOND_CALENDAR);
    assert_int_equal(cf_school_next(w->london, w->shipped, cf_schools_new(w->a), oak, none, at(w, "2024-05-01 10:00"), &got),
                     CF_WHEN_BEYOND_CALENDAR);
    assert_int_equal(cf_school_next(w->london, w->shipped, NULL, oak, none, at(w, "2024-05-01 10:00"), &got),
                     CF_WHEN_BEYOND_CALENDAR);
    int32_t first = 0, last = 0;
    assert_true(cf_schools_covered(s, CF_OF_SCHOOL, oak, &first, &last));
    assert_day(first, "2024-04-01");
    assert_day(last, "2024-07-23");
    assert_false(cf_schools_covered(s, CF_OF_SCHOOL, CF_LIT("Nowhere"), &first, &last));
}

static void a_term_that_cannot_be_is_refused(void **state) {
    const struct world *w = *state;
    struct cf_schools *s = worked_schools(w);
    static const struct {
        enum cf_school_of of;
        const char *name, *from, *to;
        int32_t starts;
        const char *msg;
    } rows[] = {
        {CF_OF_SCHOOL, "Oakfield", "2024-07-23", "2024-07-30", 0, "this term overlaps another of the same school"},
        {CF_OF_SCHOOL, "Oakfield", "2024-01-01", "2024-04-15", 0, "this term overlaps another of the same school"},
        {CF_OF_SCHOOL, "Oakfield", "2024-04-01", "2024-12-01", 0, "this term overlaps another of the same school"},
        {CF_OF_SCHOOL, "Oakfield", "2025-02-01", "2025-01-01", 0, "this term ends before it begins"},
        {CF_OF_SCHOOL, "Oakfield", "2025-01-01", "2025-02-01", 86400, "a school day starts between 00:00 and 23:59"},
        {CF_OF_SCHOOL, "", "2025-01-01", "2025-02-01", 0, "a school or authority has a name, the default has none"},
        {CF_OF_DEFAULT, "Oakfield", "2025-01-01", "2025-02-01", 0, "a school or authority has a name, the default has none"},
    };
    for (size_t i = 0; i < CF_COUNT(rows); i++) {
        struct cf_errs errs = cf_errs_new(w->a);
        assert_false(cf_schools_term(s, rows[i].of, cf_str_from(rows[i].name), day(rows[i].from), day(rows[i].to),
                                     rows[i].starts, CF_NOWHERE, &errs));
        assert_int_equal(errs.v[0].code, CF_B021);
        assert_text(errs.v[0].msg, rows[i].msg);
    }
}

static void a_school_file_is_read_line_by_line(void **state) {
    const struct world *w = *state;
    struct cf_schools *s = cf_schools_new(w->a);
    struct cf_errs errs = cf_errs_new(w->a);
    struct cf_school_start got;
    assert_true(parse_schools(w, s,
                              "calendar\tmade\nedition\tone\ncovers\t2024-01-01\t2024-12-31\n"
                              "school\tOakfield\t2024-04-15\t2024-05-24\t08:45\n"
                              "authority\tLewisham\t2024-04-15\t2024-05-24\t09:00\nbelongs\tElm\tLewisham\n"
                              "default\t2024-04-15\t2024-05-24\t08:30\n",
                              &errs));
    assert_int_equal(cf_school_next(w->london, w->shipped, s, CF_LIT("Elm"), CF_LIT(""), at(w, "2024-02-01 10:00"), &got),
                     CF_WHEN_OK);
    assert_time(w, got.at, "2024-04-15 09:00");
    assert_text(got.edition, "one");
#define SCHOOLS "covers\t2024-01-01\t2024-12-31\n"
    static const struct {
        const char *text, *msg;
        uint32_t line;
    } rows[] = {
        {"default\t2024-04-15\t2024-05-24\t08:30\n", "this term is not within the days that the file covers", 1},
        {SCHOOLS "default\t2025-04-15\t2025-05-24\t08:30\n", "this term is not within the days that the file covers", 2},
        {SCHOOLS "default\tX\t2024-04-15\t2024-05-24\t08:30\n", "this line is not one of a school calendar", 2},
        {SCHOOLS "\nschool\tA\t2024-04-15\n", "this line is not one of a school calendar", 3},
        {SCHOOLS "a\tb\tc\td\te\tf\n", "this line has more than five columns", 2},
        {SCHOOLS "default\t2024-04-15\t2024-05-24\t8.30\n", "`8.30` is not a time of day from 00:00 to 24:00", 2},
        {SCHOOLS "default\t2024-04-15\t2024-05-24\t24:00\n", "a school day starts between 00:00 and 23:59", 2},
        {SCHOOLS "default\t2024-04-35\t2024-05-24\t08:00\n", "`2024-04-35` is not a date: that month has 30 days", 2},
    };
    for (size_t i = 0; i < CF_COUNT(rows); i++) {
        struct cf_errs e = cf_errs_new(w->a);
        size_t line = 0, column = 0;
        struct cf_str marked = {0};
        assert_false(parse_schools(w, cf_schools_new(w->a), rows[i].text, &e));
        assert_text(e.v[0].msg, rows[i].msg);
        cf_span_line(e.v[0].at, &line, &column, &marked);
        assert_int_equal(line, rows[i].line);
    }
}

static void the_shipped_school_calendar_has_a_next_day_for_every_day_it_covers(void **state) {
    const struct world *w = *state;
    struct cf_schools *s = cf_schools_new(w->a);
    struct cf_errs errs = cf_errs_new(w->a);
    struct cf_source src = {CF_LIT("data/calendars/school-default.tsv"), {0}};
    assert_true(cf_read_file(w->a, "data/calendars/school-default.tsv", CF_MAX_CALENDAR_BYTES, &src.text, &errs));
    assert_true(cf_schools_parse(s, &src, &errs));
    int32_t first = 0, last = 0;
    int64_t before = 0;
    assert_true(cf_schools_covered(s, CF_OF_DEFAULT, CF_LIT(""), &first, &last));
    assert_day(first, "2024-01-01");
    assert_day(last, "2027-12-31");
    for (int32_t d = first; d < day("2027-12-17"); d++) {
        struct cf_school_start got;
        int64_t after = cf_time_at(w->london, d, 12 * 3600, NULL);
        assert_int_equal(cf_school_next(w->london, w->shipped, s, CF_LIT(""), CF_LIT(""), after, &got), CF_WHEN_OK);
        assert_true(got.at > after && got.at >= before && got.at - after < 50 * 86400);
        assert_true(cf_weekday(got.day) < 5 && cf_holiday_on(w->shipped, got.day) == NULL);
        assert_int_equal(cf_time_local(w->london, got.at).clock, 8 * 3600 + 1800);
        before = got.at;
    }
}

static void no_calendar_text_crashes_the_reader(void **state) {
    (void)state;
    static const char *const lines[] = {"calendar\tM\n",
                                        "edition\te\n",
                                        "covers\t2024-01-01\t2024-12-31\n",
                                        "2024-05-06\tx\n",
                                        "default\t2024-05-06\t2024-05-07\t08:30\n",
                                        "\t\t\t\n",
                                        "#\n",
                                        "covers\n",
                                        "a\tb"};
    uint64_t seed = 7;
    for (int i = 0; i < 5000; i++) {
        struct cf_arena *a = cf_arena_new("fuzz");
        struct cf_buf b = cf_buf_new(a, 4096);
        for (int k = 0; k < 8; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            struct cf_str line = cf_str_from(lines[(seed >> 33) % CF_COUNT(lines)]);
            cf_buf_str(&b, cf_str_slice(line, (seed >> 45) % 4, line.n - (seed >> 50) % 4 / 3));
        }
        struct cf_source src = {CF_LIT("fuzz"), {0}};
        struct cf_errs errs = cf_errs_new(a);
        assert_true(cf_buf_finish(&b, &src.text));
        const struct cf_calendar *cal = cf_calendar_parse(a, &src, &errs);
        assert_true((cal == NULL) == (errs.failures > 0));
        size_t failures = errs.failures;
        assert_true(cf_schools_parse(cf_schools_new(a), &src, &errs) == (errs.failures == failures));
        cf_arena_free(a);
    }
}

/* The converter, on the source when it is there; and on what is no such file. */
static void the_shipped_bank_holidays_are_what_the_converter_makes_of_the_source(void **state) {
    const struct world *w = *state;
    const char *shared = getenv("CHILDFIRST_SHARED") != NULL ? getenv("CHILDFIRST_SHARED") : "../shared";
    const char *source = cf_str_printf(w->a, "%s/data/bank-holidays/bank-holidays.json", shared).p;
    struct cf_errs errs = cf_errs_new(w->a);
    struct cf_str json = {0}, shipped = {0}, made = {0};
    if (!cf_read_file(w->a, source, CF_MAX_CALENDAR_BYTES, &json, &errs) || system("python3 -c '' 2>/dev/null") != 0) {
        print_message("SKIP: %s or python3 is absent: the converter was not run\n", source);
        return;
    }
    const char *command = cf_str_printf(w->a, "python3 tools/bank-holidays '%s'", source).p;
    FILE *out = popen(command, "r");
    assert_non_null(out);
    char *text = CF_NEW_N(w->a, char, 65536);
    made = (struct cf_str){text, fread(text, 1, 65536, out)};
    assert_int_equal(pclose(out), 0);
    assert_true(cf_read_file(w->a, "data/calendars/england-and-wales-bank-holidays.tsv", 65536, &shipped, &errs));
    assert_true(cf_str_eq(made, shipped));
    assert_true(system("python3 tools/bank-holidays data/calendars/README.md >/dev/null 2>&1") != 0);
    assert_true(system("python3 tools/bank-holidays no-such-file >/dev/null 2>&1") != 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_calendar_file_gives_name_edition_cover_and_holidays),
        cmocka_unit_test(a_broken_calendar_file_is_refused_with_place_and_reason),
        cmocka_unit_test(t5_the_next_school_day_is_the_first_start_after_the_trigger),
        cmocka_unit_test(t7_school_days_beyond_the_last_term_or_before_the_first_are_not_known),
        cmocka_unit_test(a_term_that_cannot_be_is_refused),
        cmocka_unit_test(a_school_file_is_read_line_by_line),
        cmocka_unit_test(the_shipped_school_calendar_has_a_next_day_for_every_day_it_covers),
        cmocka_unit_test(no_calendar_text_crashes_the_reader),
        cmocka_unit_test(the_shipped_bank_holidays_are_what_the_converter_makes_of_the_source),
    };
    return cmocka_run_group_tests(tests, time_setup, time_teardown);
}
