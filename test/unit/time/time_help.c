/* What the tests of time share. Knows the rules of bank holidays, which the product must not. */
#include "unit/time/time_help.h"

int32_t day(const char *date) {
    int32_t d = 0;
    assert_true(cf_date_parse(cf_str_from(date), CF_NOWHERE, NULL, &d));
    return d;
}

int64_t at(const struct world *w, const char *time) {
    struct cf_moment m;
    assert_true(cf_time_parse(w->london, cf_str_from(time), CF_NOWHERE, NULL, &m));
    return m.at;
}

struct cf_duration span_of(const char *duration) {
    struct cf_duration d;
    assert_true(cf_duration_parse(cf_str_from(duration), CF_NOWHERE, NULL, &d));
    return d;
}

/* The anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8). */
int32_t easter_sunday(int year) {
    int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    int h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
    int m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;
    return cf_day_of(year, n / 31, n % 31 + 1);
}

static int32_t monday_from(int32_t d) {
    return d + (7 - cf_weekday(d)) % 7;
}

/* Days that were moved or added by proclamation, 1990 to 2028. */
struct proclaimed {
    const char *was, *is; /* NULL: an extra day */
};
static const struct proclaimed proclaimed[] = {
    {"1995-05-01", "1995-05-08"}, /* fifty years of VE day */
    {NULL, "1999-12-31"},         /* the millennium */
    {"2002-05-27", "2002-06-04"}, {NULL, "2002-06-03"},         {NULL, "2011-04-29"},         {"2012-05-28", "2012-06-04"},
    {NULL, "2012-06-05"},         {"2020-05-04", "2020-05-08"}, {"2022-05-30", "2022-06-02"}, {NULL, "2022-06-03"},
    {NULL, "2022-09-19"},         {NULL, "2023-05-08"},
};

/* Easter, Mondays, and substitutes: a holiday on a weekend is taken on the next working day that is not one already. */
static size_t year_holidays(int year, int32_t *d) {
    int32_t easter = easter_sunday(year), new_year = cf_day_of(year, 1, 1), christmas = cf_day_of(year, 12, 25);
    size_t n = 0;
    d[n++] = cf_weekday(new_year) < 5 ? new_year : monday_from(new_year);
    d[n++] = easter - 2;
    d[n++] = easter + 1;
    d[n++] = monday_from(cf_day_of(year, 5, 1));
    d[n++] = monday_from(cf_day_of(year, 5, 25));
    d[n++] = monday_from(cf_day_of(year, 8, 25));
    switch (cf_weekday(christmas)) { /* Christmas Day and Boxing Day, with the weekend in between or after */
    case 4:
        d[n++] = christmas;
        d[n++] = christmas + 3;
        break;
    case 5:
    case 6:
        d[n++] = monday_from(christmas);
        d[n++] = monday_from(christmas) + 1;
        break;
    default: d[n++] = christmas; d[n++] = christmas + 1;
    }
    for (size_t i = 0; i < CF_COUNT(proclaimed); i++) {
        int32_t is = day(proclaimed[i].is), was = proclaimed[i].was != NULL ? day(proclaimed[i].was) : is - 10000;
        if (cf_date_of(is).year != year) {
            continue;
        }
        size_t j = 0;
        while (j < n && d[j] != was) {
            j++;
        }
        assert_true(j < n || proclaimed[i].was == NULL);
        d[j] = is;
        n += j == n ? 1 : 0;
    }
    return n;
}

struct cf_holiday *rule_holidays(struct cf_arena *a, int from_year, int to_year, size_t *n) {
    struct cf_holiday *out = CF_NEW_N(a, struct cf_holiday, (size_t)(to_year - from_year + 1) * 12);
    *n = 0;
    for (int y = from_year; y <= to_year; y++) {
        int32_t d[12];
        size_t k = year_holidays(y, d);
        for (size_t i = 0; i < k; i++) {
            out[(*n)++] = (struct cf_holiday){d[i], CF_LIT("by rule")};
        }
    }
    return out;
}

const struct cf_calendar *read_calendar(struct cf_arena *a, const char *path, struct cf_errs *errs) {
    struct cf_source *src = CF_NEW(a, struct cf_source);
    src->name = cf_str_from(path);
    assert_true(cf_read_file(a, path, CF_MAX_CALENDAR_BYTES, &src->text, errs));
    return cf_calendar_parse(a, src, errs);
}

int time_setup(void **state) {
    struct cf_arena *a = cf_arena_new("time tests");
    struct cf_errs errs = cf_errs_new(a);
    struct world *w = CF_NEW(a, struct world);
    size_t n = 0;
    w->a = a;
    w->london = cf_zone_load(a, "Europe/London", &errs);
    struct cf_holiday *holidays = rule_holidays(a, 1990, 2040, &n);
    w->rules = cf_calendar_make(a, CF_LIT("rules"), CF_LIT("test"), day("1990-01-01"), day("2040-12-31"), holidays, n, &errs);
    w->shipped = read_calendar(a, "data/calendars/england-and-wales-bank-holidays.tsv", &errs);
    cf_errs_print(stderr, &errs);
    *state = w;
    return w->london != NULL && w->rules != NULL && w->shipped != NULL ? 0 : -1;
}

int time_teardown(void **state) {
    struct world *w = *state;
    cf_arena_free(w->a);
    return 0;
}
