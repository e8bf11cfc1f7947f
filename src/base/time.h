/* time: London civil time: days, dates, clock changes, durations, deadlines, windows, ages (policy semantics T1 to T6).
 * Knows the time zone file and the calendar of working days; must not know policies, events, or what the time is now.
 *
 * An instant is a whole number of UTC seconds since 1970, int64_t. A day is the number of days since 1970-01-01 in London
 * civil time, int32_t. A time of day ("clock") is seconds after midnight, int32_t. Nothing here allocates except loading;
 * nothing keeps state: a loaded zone is immutable, and many threads may read it. */
#ifndef CF_BASE_TIME_H
#define CF_BASE_TIME_H

#include "base/base.h"

struct cf_calendar; /* base/calendar.h: which days are working days */

/* Dates run from 0001-01-01 to 9999-12-31; arithmetic that would leave them answers CF_WHEN_OUT_OF_RANGE. */
#define CF_DAY_MIN (-719162)
#define CF_DAY_MAX 2932896
#define CF_TIME_MIN ((int64_t)CF_DAY_MIN * 86400)
#define CF_TIME_MAX ((int64_t)CF_DAY_MAX * 86400 + 86399)

/* How a question about a date was answered. Anything but OK leaves the result untouched: there is no date. */
enum cf_when {
    CF_WHEN_OK,
    CF_WHEN_BEYOND_CALENDAR, /* the calendar does not cover a day that would have to be known [T7] */
    CF_WHEN_OUT_OF_RANGE,    /* before the year 1 or after 9999 */
};
const char *cf_when_text(enum cf_when w); /* words for a docket line: "the calendar of working days ends too early" */

/* ---- Civil dates (proleptic Gregorian). */
struct cf_date {
    int32_t year;
    uint8_t month, day; /* 1 to 12, 1 to 31 */
};
bool cf_year_leap(int64_t year);
int cf_month_days(int64_t year, int month);                   /* month 1 to 12 */
bool cf_date_valid(int64_t year, int64_t month, int64_t day); /* a date that exists, in the years 1 to 9999 */
int32_t cf_day_of(int32_t year, int month, int day);          /* day number; the date must be valid */
struct cf_date cf_date_of(int32_t day);                       /* the inverse, exact for every int32_t */
int cf_weekday(int32_t day);                                  /* 0 Monday to 6 Sunday */
const char *cf_weekday_name(int weekday);                     /* "Monday" */

/* ---- Durations [T2 to T4]. A negative n is "before". */
enum cf_unit { CF_SECOND, CF_MINUTE, CF_HOUR, CF_DAY, CF_WORKING_DAY, CF_WEEK, CF_MONTH, CF_YEAR };
struct cf_duration {
    int32_t n;
    enum cf_unit unit;
};
bool cf_unit_elapsed(enum cf_unit u); /* seconds, minutes, hours: elapsed time; the others count days */
/* The seconds of an elapsed duration; false for one that counts days (its length depends on where it starts). */
CF_MUST_USE bool cf_duration_seconds(struct cf_duration d, int64_t *seconds);
struct cf_duration cf_duration_negate(struct cf_duration d); /* n of INT32_MIN becomes INT32_MAX */

/* ---- Date arithmetic, without an end of day. `d` must count days (asserted). A date plus n working days is the nth day
 * after it that is neither weekend nor bank holiday [T3], n = 0 the day itself; months and years give the same day of the
 * month or its last day [T4]. cal may be NULL when the unit is not working days. */
enum cf_when cf_day_add(const struct cf_calendar *cal, int32_t day, struct cf_duration d, int32_t *out);

/* ---- Birthdays [T4, U6]. */
int32_t cf_day_turns(int32_t born, int years); /* the day on which someone turns that age; 29 February: 1 March if need be */
int cf_age_on(int32_t born, int32_t day);      /* whole years on that day; -1 before birth */

/* ---- Periods of `each P` [D3] and of measures. Weeks begin on Monday. */
enum cf_period { CF_PERIOD_WEEK, CF_PERIOD_MONTH, CF_PERIOD_QUARTER, CF_PERIOD_YEAR };
int32_t cf_period_start(enum cf_period p, int32_t day); /* the first day of the period that holds `day` */
int32_t cf_period_next(enum cf_period p, int32_t day);  /* the first day of the one after it */

/* ---- The zone. */
struct cf_zone;
/* Loads NAME ("Europe/London") from $TZDIR, else from /usr/share/zoneinfo. NULL and an error (CF-B001, CF-B020) when the file
 * is absent or damaged. Later years follow the file's own rule. The zone lives as long as the arena. */
CF_MUST_USE const struct cf_zone *cf_zone_load(struct cf_arena *a, const char *name, struct cf_errs *errs);
/* The same from the bytes of a TZif file (version 2 or later), which are copied. `name` is for messages. */
CF_MUST_USE const struct cf_zone *cf_zone_parse(struct cf_arena *a, struct cf_str bytes, const char *name,
                                                struct cf_errs *errs);
struct cf_str cf_zone_bytes(const struct cf_zone *z); /* the file as read: its digest names the edition that was used */

int32_t cf_zone_offset(const struct cf_zone *z, int64_t at); /* seconds ahead of UTC at that instant */

/* ---- Instant to local time. Instants outside CF_TIME_MIN to CF_TIME_MAX are taken as the nearest inside. */
struct cf_local {
    int32_t day;   /* day number */
    int32_t clock; /* seconds after midnight */
    int32_t year;
    uint8_t month, mday, hour, minute, second, weekday; /* weekday: 0 Monday */
    int32_t offset;                                     /* seconds ahead of UTC */
    bool summer;                                        /* British Summer Time */
    bool repeated;                                      /* this local time occurs twice: show `abbr` with it */
    const char *abbr;                                   /* "GMT", "BST"; lives as long as the zone */
};
struct cf_local cf_time_local(const struct cf_zone *z, int64_t at);
int32_t cf_time_day(const struct cf_zone *z, int64_t at); /* only the day: quick */

/* ---- Local time to instant [T1]: a time that occurs twice is the first; one that never occurs moves on an hour. */
enum cf_mark_local { CF_LOCAL_ONCE, CF_LOCAL_TWICE, CF_LOCAL_NEVER };
/* clock may be 0 to 86400. mark may be NULL. */
int64_t cf_time_at(const struct cf_zone *z, int32_t day, int32_t clock, enum cf_mark_local *mark);
int64_t cf_day_start(const struct cf_zone *z, int32_t day); /* 00:00: a date as a start */
int64_t cf_day_end(const struct cf_zone *z, int32_t day);   /* 23:59:59: a date as a deadline */

/* ---- Instant plus duration. Elapsed units add seconds [T2]. Others add to the day of `start` and give, as a deadline,
 * 23:59:59 of the day reached; as a start, its 00:00 [T1, T3, T4]. E.g. `within 10 working days`: CF_AS_DEADLINE;
 * `9 months before child turns 18 is reached`: cf_day_start of the birthday, -9 months, CF_AS_START. */
enum cf_as { CF_AS_START, CF_AS_DEADLINE };
enum cf_when cf_time_add(const struct cf_zone *z, const struct cf_calendar *cal, int64_t start, struct cf_duration d,
                         enum cf_as as, int64_t *out);
/* The first instant at which an event is no longer `in the last D` [T6]: 00:00 of its day + D; elapsed units: happened + D. */
enum cf_when cf_window_end(const struct cf_zone *z, const struct cf_calendar *cal, int64_t happened, struct cf_duration d,
                           int64_t *out);

/* ---- Reading. Where errs is not NULL a refusal is added to it (CF-B022, CF-B023) at `at`; with NULL it is only false. */
struct cf_moment {
    int64_t at;              /* for a date alone: its 00:00 */
    int32_t day;             /* London day of `at` */
    bool day_only;           /* a date without a time [E3] */
    enum cf_mark_local mark; /* ONCE when an offset, Z, GMT or BST was written */
};
/* "2024-06-03", "2024-06-03 15:10", "2024-06-03T15:10:05", with "Z", "+00:00", "+0100" or " GMT", " BST" after the time.
 * Fractions of a second are dropped. Without an offset the time is London time. */
CF_MUST_USE bool cf_time_parse(const struct cf_zone *z, struct cf_str s, struct cf_span at, struct cf_errs *errs,
                               struct cf_moment *out);
CF_MUST_USE bool cf_date_parse(struct cf_str s, struct cf_span at, struct cf_errs *errs, int32_t *day); /* "2024-06-03" */
/* "15:10"; "24:00" is the end of the day */
CF_MUST_USE bool cf_clock_parse(struct cf_str s, struct cf_span at, struct cf_errs *errs, int32_t *clock);
/* "10 working days", "1 hour", "-3 months": singular and plural alike, one space or more. */
CF_MUST_USE bool cf_duration_parse(struct cf_str s, struct cf_span at, struct cf_errs *errs, struct cf_duration *out);
/* The unit alone: "hours", "working days". */
CF_MUST_USE bool cf_unit_parse(struct cf_str s, enum cf_unit *out);

/* ---- Writing. Small values, NUL-terminated: printf("%s", cf_time_shown(z, t).p) is right. */
struct cf_shown {
    char p[48];
};
struct cf_shown cf_time_shown(const struct cf_zone *z, int64_t at); /* "2024-06-03 15:10"; ":05" and " BST" only where needed */
struct cf_shown cf_due_shown(const struct cf_zone *z, int64_t at);  /* the same, but 23:59:59 is the date alone */
struct cf_shown cf_time_iso(int64_t at);                            /* "2024-06-03T14:10:00Z" */
struct cf_shown cf_time_iso_local(const struct cf_zone *z, int64_t at); /* "2024-06-03T15:10:00+01:00" */
struct cf_shown cf_date_shown(int32_t day);                             /* "2024-06-03" */
struct cf_shown cf_clock_shown(int32_t clock);                          /* "15:10", with seconds where they are not 0 */
struct cf_shown cf_duration_shown(struct cf_duration d);                /* "10 working days", "1 hour" */
struct cf_shown cf_left_shown(int64_t seconds);                         /* time left on a clock: "22:40", hours and minutes */
struct cf_shown cf_period_shown(enum cf_period p, int32_t day);         /* "2024-W23", "2024-06", "2024-Q2", "2024" */

#endif
