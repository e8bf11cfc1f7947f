/* time: civil dates, durations, deadlines, windows, birthdays, periods (policy semantics T1 to T6).
 * Knows the calendar of working days; must not know the bytes of a zone file, policies, or what the time is now. */
#include "base/time.h"

#include "base/calendar.h"

enum { DAY = 86400, MONTHS = 12, FEBRUARY = 2 };

const char *cf_when_text(enum cf_when w) {
    switch (w) {
    case CF_WHEN_OK: return "known";
    case CF_WHEN_BEYOND_CALENDAR: return "no date: the calendar does not reach that far";
    case CF_WHEN_OUT_OF_RANGE: return "no date: it would lie outside the years 1 to 9999";
    }
    CF_NEVER("an unknown answer about a date");
}

/* ---- Civil dates. Days are counted from a 1 March, so that a leap day is the last of its year, and in eras of 400 years, all
 * alike. ERAS of them are added so that every int32_t day is positive: unsigned division is the quick one. */

enum { ERA_DAYS = 146097, ERAS = 14700 };
static const int64_t SHIFT = (int64_t)ERAS * ERA_DAYS + 719468; /* days from the first 1 March to 1970-01-01 */

bool cf_year_leap(int64_t year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int cf_month_days(int64_t year, int month) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    CF_ASSERT(month >= 1 && month <= MONTHS);
    return days[month - 1] + (month == FEBRUARY && cf_year_leap(year) ? 1 : 0);
}

bool cf_date_valid(int64_t year, int64_t month, int64_t day) {
    return year >= 1 && year <= 9999 && month >= 1 && month <= MONTHS && day >= 1 && day <= cf_month_days(year, (int)month);
}

int32_t cf_day_of(int32_t year, int month, int day) {
    int64_t y = (int64_t)year + ERAS * 400 - (month <= FEBRUARY ? 1 : 0);
    uint64_t era = (uint64_t)y / 400;
    uint32_t of_era = (uint32_t)((uint64_t)y - era * 400);
    uint32_t of_year = (uint32_t)((153 * (month + (month > FEBRUARY ? -3 : 9)) + 2) / 5 + day - 1);
    uint32_t of_era_days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return (int32_t)((int64_t)(era * ERA_DAYS + of_era_days) - SHIFT);
}

struct cf_date cf_date_of(int32_t day) {
    uint64_t z = (uint64_t)((int64_t)day + SHIFT);
    uint32_t era = (uint32_t)(z / ERA_DAYS);
    uint32_t of_era = (uint32_t)(z - (uint64_t)era * ERA_DAYS);
    uint32_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t m = (5 * of_year + 2) / 153;
    uint32_t month = m < 10 ? m + 3 : m - 9;
    int32_t year = (int32_t)(year_of_era + era * 400 + (month <= FEBRUARY ? 1 : 0)) - ERAS * 400;
    return (struct cf_date){year, (uint8_t)month, (uint8_t)(of_year - (153 * m + 2) / 5 + 1)};
}

int cf_weekday(int32_t day) {
    return (int)((uint64_t)((int64_t)day + 3 + INT64_C(7) * (1 << 30)) % 7); /* day 0 was a Thursday */
}

const char *cf_weekday_name(int weekday) {
    static const char *const names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    CF_ASSERT(weekday >= 0 && weekday < (int)CF_COUNT(names));
    return names[weekday];
}

/* ---- Durations. */

bool cf_unit_elapsed(enum cf_unit u) {
    return u == CF_SECOND || u == CF_MINUTE || u == CF_HOUR;
}

bool cf_duration_seconds(struct cf_duration d, int64_t *seconds) {
    if (!cf_unit_elapsed(d.unit)) {
        return false;
    }
    int64_t size = d.unit == CF_HOUR ? 3600 : d.unit == CF_MINUTE ? 60 : 1;
    *seconds = d.n * size;
    return true;
}

struct cf_duration cf_duration_negate(struct cf_duration d) {
    return (struct cf_duration){d.n == INT32_MIN ? INT32_MAX : -d.n, d.unit};
}

/* ---- Date arithmetic. */

static enum cf_when day_in_range(int64_t day, int32_t *out) {
    if (day < CF_DAY_MIN || day > CF_DAY_MAX) {
        return CF_WHEN_OUT_OF_RANGE;
    }
    *out = (int32_t)day;
    return CF_WHEN_OK;
}

/* The same day of the month, or its last day [T4]. */
static enum cf_when add_months(int32_t day, int64_t months, int32_t *out) {
    struct cf_date d = cf_date_of(day);
    int64_t month = (int64_t)d.year * MONTHS + d.month - 1 + months;
    if (month < MONTHS || month >= 10000 * MONTHS) {
        return CF_WHEN_OUT_OF_RANGE;
    }
    int32_t year = (int32_t)(month / MONTHS);
    int of_year = (int)(month % MONTHS) + 1;
    int last = cf_month_days(year, of_year);
    return day_in_range(cf_day_of(year, of_year, d.day < last ? d.day : last), out);
}

enum cf_when cf_day_add(const struct cf_calendar *cal, int32_t day, struct cf_duration d, int32_t *out) {
    switch (d.unit) {
    case CF_DAY: return day_in_range((int64_t)day + d.n, out);
    case CF_WEEK: return day_in_range((int64_t)day + (int64_t)d.n * 7, out);
    case CF_WORKING_DAY: return cf_working_add(cal, day, d.n, out);
    case CF_MONTH: return add_months(day, d.n, out);
    case CF_YEAR: return add_months(day, (int64_t)d.n * MONTHS, out);
    case CF_SECOND:
    case CF_MINUTE:
    case CF_HOUR: break;
    }
    CF_NEVER("an elapsed duration was added to a day");
}

/* ---- Birthdays. */

int32_t cf_day_turns(int32_t born, int years) {
    struct cf_date d = cf_date_of(born);
    int64_t year = (int64_t)d.year + years;
    if (year < 1 || year > 9999) {
        return year < 1 ? CF_DAY_MIN : CF_DAY_MAX;
    }
    if (d.month == FEBRUARY && d.day == 29 && !cf_year_leap(year)) {
        return cf_day_of((int32_t)year, FEBRUARY + 1, 1);
    }
    return cf_day_of((int32_t)year, d.month, d.day);
}

int cf_age_on(int32_t born, int32_t day) {
    if (day < born) {
        return -1;
    }
    int years = cf_date_of(day).year - cf_date_of(born).year;
    return cf_day_turns(born, years) <= day ? years : years - 1;
}

/* ---- Periods. */

int32_t cf_period_start(enum cf_period p, int32_t day) {
    struct cf_date d = cf_date_of(day);
    switch (p) {
    case CF_PERIOD_WEEK: return day - cf_weekday(day);
    case CF_PERIOD_MONTH: return cf_day_of(d.year, d.month, 1);
    case CF_PERIOD_QUARTER: return cf_day_of(d.year, (d.month - 1) / 3 * 3 + 1, 1);
    case CF_PERIOD_YEAR: return cf_day_of(d.year, 1, 1);
    }
    CF_NEVER("an unknown period");
}

int32_t cf_period_next(enum cf_period p, int32_t day) {
    /* A day that is surely in the next period: no month, quarter or year is longer than this from its first day. */
    static const uint16_t beyond[] = {
        [CF_PERIOD_WEEK] = 7, [CF_PERIOD_MONTH] = 31, [CF_PERIOD_QUARTER] = 92, [CF_PERIOD_YEAR] = 366};
    return cf_period_start(p, cf_period_start(p, day) + beyond[p]);
}

/* ---- Instant plus duration. */

enum cf_when cf_time_add(const struct cf_zone *z, const struct cf_calendar *cal, int64_t start, struct cf_duration d,
                         enum cf_as as, int64_t *out) {
    int64_t seconds = 0, at = 0;
    if (start < CF_TIME_MIN || start > CF_TIME_MAX) {
        return CF_WHEN_OUT_OF_RANGE;
    }
    if (cf_duration_seconds(d, &seconds)) {
        at = start + seconds; /* both under 2^44 */
        if (at < CF_TIME_MIN || at > CF_TIME_MAX) {
            return CF_WHEN_OUT_OF_RANGE;
        }
        *out = at;
        return CF_WHEN_OK;
    }
    int32_t day = 0;
    enum cf_when w = cf_day_add(cal, cf_time_day(z, start), d, &day);
    if (w == CF_WHEN_OK) {
        *out = as == CF_AS_DEADLINE ? cf_day_end(z, day) : cf_day_start(z, day);
    }
    return w;
}

enum cf_when cf_window_end(const struct cf_zone *z, const struct cf_calendar *cal, int64_t happened, struct cf_duration d,
                           int64_t *out) {
    return cf_time_add(z, cal, happened, d, CF_AS_START, out);
}
