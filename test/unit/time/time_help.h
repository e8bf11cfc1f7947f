/* What the tests of time share: London, a short way to write days and instants, and the rules by which the bank holidays of
 * England and Wales fall, from which the shipped file is checked and the years that it does not cover are made. */
#ifndef CF_TEST_TIME_HELP_H
#define CF_TEST_TIME_HELP_H

#include "unit/unit.h"

#include "base/calendar.h"

struct world {
    struct cf_arena *a;
    const struct cf_zone *london;
    const struct cf_calendar *rules; /* 1990 to 2040, by the rules below */
    const struct cf_calendar *shipped;
};

int time_setup(void **state);
int time_teardown(void **state);

int32_t day(const char *date);                       /* "2024-06-03" */
int64_t at(const struct world *w, const char *time); /* "2024-06-03 15:10", London time */
struct cf_duration span_of(const char *duration);    /* "10 working days" */
struct cf_holiday *rule_holidays(struct cf_arena *a, int from_year, int to_year, size_t *n);
int32_t easter_sunday(int year);
const struct cf_calendar *read_calendar(struct cf_arena *a, const char *path, struct cf_errs *errs);

/* The instant reads as expected in London; a difference shows both. */
#define assert_time(w, got, expected) assert_string_equal(cf_time_shown((w)->london, (got)).p, (expected))
#define assert_day(got, expected) assert_string_equal(cf_date_shown(got).p, (expected))

#endif
