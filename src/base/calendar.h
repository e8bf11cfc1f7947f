/* calendar: which days are working days, and when schools begin their day (policy semantics T3, T5, T7).
 * A calendar is policy data with an edition and a first and last covered day; outside them it knows nothing, and says so.
 * Must not know policies, events, or what the time is now. Calendars are immutable once made; many threads may read them. */
#ifndef CF_BASE_CALENDAR_H
#define CF_BASE_CALENDAR_H

#include "base/time.h"

/* ---- Working days: Monday to Friday less bank holidays. */
struct cf_holiday {
    int32_t day;
    struct cf_str name;
};
struct cf_calendar {
    struct cf_str name, edition;
    int32_t first, last;               /* covered days, both included */
    const struct cf_holiday *holidays; /* by day, each day once */
    size_t n_holidays;
    /* Derived, so that the nth working day is two look-ups: work_upto[i] counts working days from `first` to first + i,
     * both included; work_day[k] is the day number of the kth (from 0) working day. */
    const int32_t *work_upto, *work_day;
    int32_t n_work;
};
/* Makes one from its parts; holidays may come in any order and are copied. NULL and CF-B021 when a holiday is doubled or not
 * covered, or more than CF_MAX_CALENDAR_DAYS days are. */
CF_MUST_USE const struct cf_calendar *cf_calendar_make(struct cf_arena *a, struct cf_str name, struct cf_str edition,
                                                       int32_t first, int32_t last, const struct cf_holiday *holidays, size_t n,
                                                       struct cf_errs *errs);
/* Reads the text of a calendar file: data/calendars/README.md has its form. */
CF_MUST_USE const struct cf_calendar *cf_calendar_parse(struct cf_arena *a, const struct cf_source *src, struct cf_errs *errs);

enum cf_when cf_working_day(const struct cf_calendar *cal, int32_t day, bool *is); /* cal may be NULL: covers nothing */
/* The nth working day after `day` (n < 0: before it); n = 0 is the day itself, whatever it is [T3]. */
enum cf_when cf_working_add(const struct cf_calendar *cal, int32_t day, int32_t n, int32_t *out);
/* How many working days are after `from` and not after `to` (negative when to < from): the inverse of cf_working_add. */
enum cf_when cf_working_between(const struct cf_calendar *cal, int32_t from, int32_t to, int32_t *n);
/* The first bank holiday after `day`, for reasons that list what was skipped; NULL when there is none. */
const struct cf_holiday *cf_holiday_after(const struct cf_calendar *cal, int32_t day);
const struct cf_holiday *cf_holiday_on(const struct cf_calendar *cal, int32_t day);

/* ---- School days: the working days within terms. A set of terms belongs to one school, to one authority, or is the default.
 * What is before a set's first term is not known (no date) unless cf_schools_cover said from when the set is complete. */
enum cf_school_of { CF_OF_SCHOOL, CF_OF_AUTHORITY, CF_OF_DEFAULT };
struct cf_schools;
/* Built up first, then only read. Names are copied; matched byte for byte. */
struct cf_schools *cf_schools_new(struct cf_arena *a);
/* Adds a term, from and to included, whose days start at `starts` seconds after midnight. False and CF-B021 when it ends before
 * it begins, overlaps another of its set, or starts outside 00:00 to 23:59:59. The name of the default is empty. */
CF_MUST_USE bool cf_schools_term(struct cf_schools *s, enum cf_school_of of, struct cf_str name, int32_t from, int32_t to,
                                 int32_t starts, struct cf_span at, struct cf_errs *errs);
void cf_schools_cover(struct cf_schools *s, enum cf_school_of of, struct cf_str name, int32_t first);
void cf_schools_belong(struct cf_schools *s, struct cf_str school, struct cf_str authority); /* whose terms stand in [T5] */
/* The days for which a set answers: from when it is complete to the end of its last term or its file. False: no such set. */
CF_MUST_USE bool cf_schools_covered(const struct cf_schools *s, enum cf_school_of of, struct cf_str name, int32_t *first,
                                    int32_t *last);
/* Adds what a school calendar file says: data/calendars/README.md has its form. */
CF_MUST_USE bool cf_schools_parse(struct cf_schools *s, const struct cf_source *src, struct cf_errs *errs);

struct cf_school_start {
    int64_t at; /* the start */
    int32_t day;
    enum cf_school_of of;  /* whose days were used ... */
    struct cf_str name;    /* ... and its name, empty for the default */
    struct cf_str edition; /* of the file its terms came from, empty when added by hand */
};
/* `the start of the next school day at S` [T5]: the first start strictly after `after` in the days of `school`, else of its
 * authority, else of the default. Empty names are not known. `authority` empty: as cf_schools_belong said. A set that exists
 * but ends (or begins) too early (late) gives CF_WHEN_BEYOND_CALENDAR with `of` and `name` set; the next set is not asked, for
 * its days are not that school's. */
enum cf_when cf_school_next(const struct cf_zone *z, const struct cf_calendar *cal, const struct cf_schools *s,
                            struct cf_str school, struct cf_str authority, int64_t after, struct cf_school_start *out);

#endif
