/* The zone file: what is read, what later years follow, and that no damaged file is believed or crashes the reader. */
#include "unit/time/time_help.h"

#include <stdlib.h>
#include <time.h>

static struct cf_str bytes_of(const struct world *w, const char *path) {
    struct cf_str bytes = {0};
    struct cf_errs errs = cf_errs_new(w->a);
    assert_true(cf_read_file(w->a, path, CF_MAX_ZONE_BYTES, &bytes, &errs));
    return bytes;
}

/* A small version 2 file: no changes, one type, and the footer given. */
static struct cf_str small_zone(struct cf_arena *a, const char *footer) {
    struct cf_buf b = cf_buf_new(a, 4096);
    for (int i = 0; i < 2; i++) {
        static const uint8_t zeros[15];
        cf_buf_lit(&b, "TZif2");
        cf_buf_add(&b, zeros, sizeof(zeros));
        for (int k = 0; k < 6; k++) { /* isut, isstd, leap, times, types, letters */
            cf_buf_be(&b, k == 4 ? 1 : k == 5 ? 4 : 0, 4);
        }
        cf_buf_be(&b, 0, 4);
        cf_buf_be(&b, 0, 2);
        cf_buf_add(&b, "GMT", 4);
    }
    cf_buf_printf(&b, "\n%s\n", footer);
    struct cf_str out = {0};
    assert_true(cf_buf_finish(&b, &out));
    return out;
}

static void assert_damaged(const struct world *w, struct cf_str bytes, const char *why) {
    struct cf_errs errs = cf_errs_new(w->a);
    assert_null(cf_zone_parse(w->a, bytes, "the file", &errs));
    assert_int_equal(errs.failures, 1);
    assert_int_equal(errs.v[0].code, CF_B020);
    assert_text(errs.v[0].msg, cf_str_printf(w->a, "the time zone file the file is damaged: %s", why).p);
    assert_true(errs.v[0].hint.n > 0 || cf_code_summary(CF_B020) != NULL);
}

static void years_beyond_the_table_follow_the_rule_of_the_file(void **state) {
    const struct world *w = *state;
    for (int y = 2038; y <= 9999; y = y < 2110 ? y + 1 : y * 2 > 9999 && y < 9999 ? 9999 : y * 2) {
        int32_t march = cf_day_of(y, 3, 31), october = cf_day_of(y, 10, 31);
        march -= (cf_weekday(march) + 1) % 7;
        october -= (cf_weekday(october) + 1) % 7;
        int64_t s = (int64_t)march * 86400 + 3600, e = (int64_t)october * 86400 + 3600;
        assert_int_equal(cf_zone_offset(w->london, s - 1), 0);
        assert_int_equal(cf_zone_offset(w->london, s), 3600);
        assert_int_equal(cf_zone_offset(w->london, e - 1), 3600);
        assert_int_equal(cf_zone_offset(w->london, e), 0);
        assert_int_equal(cf_zone_offset(w->london, (int64_t)cf_day_of(y, 1, 1) * 86400), 0);
    }
    assert_string_equal(cf_time_local(w->london, INT64_MAX).abbr, "GMT");
    assert_int_equal(cf_time_local(w->london, INT64_MAX).year, 9999);
    (void)cf_time_local(w->london, INT64_MIN);
    assert_true(cf_zone_offset(w->london, INT64_MIN) == cf_zone_offset(w->london, CF_TIME_MIN));
}

static void the_history_before_1990_is_that_of_the_file(void **state) {
    const struct world *w = *state;
    assert_string_equal(cf_time_local(w->london, (int64_t)cf_day_of(1970, 1, 1) * 86400).abbr, "BST"); /* all year round */
    assert_int_equal(cf_zone_offset(w->london, (int64_t)cf_day_of(1942, 6, 1) * 86400), 7200);         /* double summer time */
    assert_int_equal(cf_zone_offset(w->london, (int64_t)cf_day_of(1840, 6, 1) * 86400), -75);          /* local mean time */
    assert_int_equal(setenv("TZ", "Europe/London", 1), 0);
    tzset();
    for (int64_t t = (int64_t)cf_day_of(1900, 1, 1) * 86400; t < 0; t += 7 * 3600 + 13) {
        time_t c_time = (time_t)t;
        struct tm tm;
        assert_non_null(localtime_r(&c_time, &tm));
        assert_int_equal(cf_zone_offset(w->london, t), tm.tm_gmtoff);
    }
}

static void a_rule_may_count_days_in_any_of_its_three_ways(void **state) {
    const struct world *w = *state;
    static const struct {
        const char *rule, *summer_from;
    } rules[] = {
        {"GMT0BST,M3.5.0/1,M10.5.0", "2024-03-31T01:00:00Z"},
        {"GMT0BST,J60/0,J300", "2024-03-01T00:00:00Z"}, /* never counts 29 February */
        {"GMT0BST,60/0,300", "2024-03-01T00:00:00Z"},   /* counts from 0, and counts it */
        {"GMT0BST-2,M4.1.1/-1:30,M10.5.0", "2024-03-31T22:30:00Z"},
        {"<+00>0<+01>,M3.5.0/25:00,M10.5.0/26", "2024-04-01T01:00:00Z"},
    };
    for (size_t i = 0; i < CF_COUNT(rules); i++) {
        struct cf_errs errs = cf_errs_new(w->a);
        const struct cf_zone *z = cf_zone_parse(w->a, small_zone(w->a, rules[i].rule), "small", &errs);
        assert_non_null(z);
        struct cf_moment m;
        assert_true(cf_time_parse(z, cf_str_from(rules[i].summer_from), CF_NOWHERE, NULL, &m));
        assert_false(cf_time_local(z, m.at - 1).summer);
        assert_true(cf_time_local(z, m.at).summer);
    }
}

static void a_zone_of_the_south_has_its_summer_over_new_year(void **state) {
    const struct world *w = *state;
    struct cf_errs errs = cf_errs_new(w->a);
    const struct cf_zone *z = cf_zone_parse(w->a, small_zone(w->a, "AAA-10BBB,M10.1.0,M4.1.0/3"), "south", &errs);
    assert_non_null(z);
    static const int years[] = {2024, 2099, 2300};
    for (size_t i = 0; i < CF_COUNT(years); i++) {
        assert_int_equal(cf_zone_offset(z, (int64_t)cf_day_of(years[i], 1, 1) * 86400), 11 * 3600);
        assert_int_equal(cf_zone_offset(z, (int64_t)cf_day_of(years[i], 7, 1) * 86400), 10 * 3600);
        assert_int_equal(cf_zone_offset(z, (int64_t)cf_day_of(years[i], 12, 1) * 86400), 11 * 3600);
    }
}

static void a_damaged_file_is_refused_with_the_reason(void **state) {
    const struct world *w = *state;
    struct cf_str good = cf_zone_bytes(w->london);
    assert_damaged(w, CF_LIT(""), "it is not a time zone file");
    assert_damaged(w, CF_LIT("<html>404</html>"), "it is not a time zone file");
    assert_damaged(w, cf_str_slice(good, 0, 44), "it ends too early");
    assert_damaged(w, cf_str_slice(good, 0, good.n - 1), "the rule for later years does not end");
    assert_damaged(w, small_zone(w->a, "GMT0BST,M3.5.0/1"), "the rule for later years cannot be read");
    assert_damaged(w, small_zone(w->a, "GMT0BST,M13.5.0/1,M10.5.0"), "the rule for later years cannot be read");
    assert_damaged(w, small_zone(w->a, "GMT0BST,M3.5.0/1,M10.5.0 and more"), "the rule for later years cannot be read");
    assert_damaged(w, small_zone(w->a, "G0"), "the rule for later years cannot be read");
    char *one = cf_memdup(w->a, good.p, good.n);
    one[4] = 0;
    assert_damaged(w, (struct cf_str){one, good.n}, "it is of version 1, which ends in 2037");
}

static void a_file_without_a_rule_keeps_its_last_type(void **state) {
    const struct world *w = *state;
    struct cf_errs errs = cf_errs_new(w->a);
    const struct cf_zone *z = cf_zone_parse(w->a, small_zone(w->a, ""), "fixed", &errs);
    assert_non_null(z);
    assert_string_equal(cf_time_local(z, CF_TIME_MAX).abbr, "GMT");
    z = cf_zone_parse(w->a, small_zone(w->a, "XST-3"), "fixed", &errs);
    assert_non_null(z);
    assert_int_equal(cf_zone_offset(z, CF_TIME_MAX), 3 * 3600);
}

/* Every cut and every single damaged byte: an error, or a zone that answers. ASan and UBSan watch. */
static void no_cut_or_flipped_byte_crashes_the_reader(void **state) {
    const struct world *w = *state;
    struct cf_str good = cf_zone_bytes(w->london);
    char *bytes = cf_memdup(w->a, good.p, good.n);
    int refused = 0;
    for (size_t i = 0; i < good.n; i += 3) {
        struct cf_arena *a = cf_arena_new("damage");
        struct cf_errs errs = cf_errs_new(a);
        const struct cf_zone *z = cf_zone_parse(a, cf_str_slice(good, 0, i), "cut", &errs);
        assert_null(z);
        assert_true(errs.failures == 1);
        bytes[i] = (char)(bytes[i] ^ (i % 2 == 0 ? 0xff : 0x80));
        z = cf_zone_parse(a, (struct cf_str){bytes, good.n}, "flipped", &errs);
        bytes[i] = good.p[i];
        refused += z == NULL ? 1 : 0;
        for (int64_t t = CF_TIME_MIN; z != NULL && t < CF_TIME_MAX; t += CF_TIME_MAX / 97) {
            (void)cf_time_local(z, t);
        }
        cf_arena_free(a);
    }
    assert_true(refused > 100);
}

static void tzdir_names_another_folder_and_an_absent_file_says_what_to_do(void **state) {
    const struct world *w = *state;
    struct cf_errs errs = cf_errs_new(w->a);
    assert_int_equal(setenv("TZDIR", "test/unit/time/no-such-folder", 1), 0);
    assert_null(cf_zone_load(w->a, "Europe/London", &errs));
    assert_int_equal(unsetenv("TZDIR"), 0);
    assert_int_equal(errs.v[0].code, CF_B001);
    assert_text(errs.v[0].hint, "Install the package tzdata, or set TZDIR to a folder that holds Europe/London.");
}

static void every_zone_of_the_system_loads_and_agrees_with_the_c_library(void **state) {
    const struct world *w = *state;
    static const char *const names[] = {"Europe/Dublin", "America/New_York",  "Australia/Sydney", "Asia/Kathmandu",
                                        "Pacific/Apia",  "Africa/Casablanca", "Etc/UTC"};
    for (size_t i = 0; i < CF_COUNT(names); i++) {
        struct cf_errs errs = cf_errs_new(w->a);
        const struct cf_zone *z = cf_zone_load(w->a, names[i], &errs);
        assert_non_null(z);
        assert_int_equal(setenv("TZ", names[i], 1), 0);
        tzset();
        for (int64_t t = 0; t < 4000000000; t += 86400 * 3 + 3607) {
            time_t c_time = (time_t)t;
            struct tm tm;
            assert_non_null(localtime_r(&c_time, &tm));
            struct cf_local l = cf_time_local(z, t);
            assert_true(l.offset == tm.tm_gmtoff && l.hour == tm.tm_hour && l.mday == tm.tm_mday);
        }
    }
    assert_true(bytes_of(w, "/usr/share/zoneinfo/Europe/London").n == cf_zone_bytes(w->london).n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(years_beyond_the_table_follow_the_rule_of_the_file),
        cmocka_unit_test(the_history_before_1990_is_that_of_the_file),
        cmocka_unit_test(a_rule_may_count_days_in_any_of_its_three_ways),
        cmocka_unit_test(a_zone_of_the_south_has_its_summer_over_new_year),
        cmocka_unit_test(a_damaged_file_is_refused_with_the_reason),
        cmocka_unit_test(a_file_without_a_rule_keeps_its_last_type),
        cmocka_unit_test(no_cut_or_flipped_byte_crashes_the_reader),
        cmocka_unit_test(tzdir_names_another_folder_and_an_absent_file_says_what_to_do),
        cmocka_unit_test(every_zone_of_the_system_loads_and_agrees_with_the_c_library),
    };
    return cmocka_run_group_tests(tests, time_setup, time_teardown);
}
