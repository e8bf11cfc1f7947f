/* calendar: working days of a covered span, by two tables, and the reader of bank holiday files (policy semantics T3, T7).
 * Knows no rule by which holidays fall: they are data, and beyond the data there is no answer. */
#include "base/calendar.h"

#include <stdlib.h>

enum { SATURDAY = 5 };

static int by_day(const void *a, const void *b) {
    int32_t x = ((const struct cf_holiday *)a)->day, y = ((const struct cf_holiday *)b)->day;
    return x < y ? -1 : x > y ? 1 : 0;
}

static void fill_tables(struct cf_arena *a, struct cf_calendar *cal) {
    size_t days = (size_t)(cal->last - cal->first) + 1, h = 0;
    int32_t *upto = CF_NEW_N(a, int32_t, days), *work = CF_NEW_N(a, int32_t, days);
    for (size_t i = 0; i < days; i++) {
        int32_t day = cal->first + (int32_t)i;
        bool holiday = h < cal->n_holidays && cal->holidays[h].day == day;
        h += holiday ? 1 : 0;
        if (!holiday && cf_weekday(day) < SATURDAY) {
            work[cal->n_work++] = day;
        }
        upto[i] = cal->n_work;
    }
    cal->work_upto = upto;
    cal->work_day = work;
}

static bool check_holidays(const struct cf_calendar *cal, struct cf_errs *errs) {
    bool ok = true;
    for (size_t i = 0; i < cal->n_holidays; i++) {
        int32_t day = cal->holidays[i].day;
        if (day < cal->first || day > cal->last) {
            ok = cf_fail(errs, CF_B021, CF_NOWHERE, "calendar %.*s: the holiday %s is not in the days that it covers",
                         CF_STR_ARG(cal->name), cf_date_shown(day).p);
        }
        if (i > 0 && cal->holidays[i - 1].day == day) {
            ok = cf_fail(errs, CF_B021, CF_NOWHERE, "calendar %.*s: the holiday %s stands there twice", CF_STR_ARG(cal->name),
                         cf_date_shown(day).p);
        }
    }
    return ok;
}

const struct cf_calendar *cf_calendar_make(struct cf_arena *a, struct cf_str name, struct cf_str edition, int32_t first,
                                           int32_t last, const struct cf_holiday *holidays, size_t n, struct cf_errs *errs) {
    if (first < CF_DAY_MIN || last > CF_DAY_MAX || last < first || last - first >= CF_MAX_CALENDAR_DAYS) {
        (void)cf_fail(errs, CF_B021, CF_NOWHERE, "calendar %.*s covers %s", CF_STR_ARG(name),
                      last < first ? "no day: its last is before its first" : "more days than a calendar may");
        return NULL;
    }
    struct cf_calendar *cal = CF_NEW(a, struct cf_calendar);
    struct cf_holiday *own = CF_NEW_N(a, struct cf_holiday, n + 1);
    for (size_t i = 0; i < n; i++) {
        own[i] = (struct cf_holiday){holidays[i].day, cf_str_dup(a, holidays[i].name)};
    }
    qsort(own, n, sizeof(own[0]), by_day);
    *cal = (struct cf_calendar){.name = cf_str_dup(a, name),
                                .edition = cf_str_dup(a, edition),
                                .first = first,
                                .last = last,
                                .holidays = own,
                                .n_holidays = n};
    if (!check_holidays(cal, errs)) {
        return NULL;
    }
    fill_tables(a, cal);
    return cal;
}

/* ---- Questions. */

static bool covers(const struct cf_calendar *cal, int32_t day) {
    return cal != NULL && day >= cal->first && day <= cal->last;
}

/* Working days from the first covered day up to and including `day`, which may be the day before the first. */
static int32_t work_upto(const struct cf_calendar *cal, int32_t day) {
    return day < cal->first ? 0 : cal->work_upto[day - cal->first];
}

enum cf_when cf_working_day(const struct cf_calendar *cal, int32_t day, bool *is) {
    if (!covers(cal, day)) {
        return CF_WHEN_BEYOND_CALENDAR;
    }
    *is = work_upto(cal, day) > work_upto(cal, day - 1);
    return CF_WHEN_OK;
}

enum cf_when cf_working_add(const struct cf_calendar *cal, int32_t day, int32_t n, int32_t *out) {
    if (n == 0) {
        *out = day;
        return CF_WHEN_OK;
    }
    /* Only the days passed over must be known: `day` itself is day 0, whatever it is [T3]. */
    if (n > 0 ? cal == NULL || day < cal->first - 1 || day > cal->last
              : cal == NULL || day < cal->first || day > cal->last + 1) {
        return CF_WHEN_BEYOND_CALENDAR;
    }
    int64_t k = n > 0 ? (int64_t)work_upto(cal, day) + n - 1 : (int64_t)work_upto(cal, day - 1) + n;
    if (k < 0 || k >= cal->n_work) {
        return CF_WHEN_BEYOND_CALENDAR;
    }
    *out = cal->work_day[k];
    return CF_WHEN_OK;
}

enum cf_when cf_working_between(const struct cf_calendar *cal, int32_t from, int32_t to, int32_t *n) {
    int32_t low = from < to ? from : to, high = from < to ? to : from;
    if (low == high) {
        *n = 0;
        return CF_WHEN_OK;
    }
    if (cal == NULL || low < cal->first - 1 || high > cal->last) {
        return CF_WHEN_BEYOND_CALENDAR;
    }
    int32_t count = work_upto(cal, high) - work_upto(cal, low);
    *n = from < to ? count : -count;
    return CF_WHEN_OK;
}

const struct cf_holiday *cf_holiday_after(const struct cf_calendar *cal, int32_t day) {
    size_t low = 0, high = cal != NULL ? cal->n_holidays : 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (cal->holidays[mid].day <= day) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return cal != NULL && low < cal->n_holidays ? &cal->holidays[low] : NULL;
}

const struct cf_holiday *cf_holiday_on(const struct cf_calendar *cal, int32_t day) {
    const struct cf_holiday *h = day > INT32_MIN ? cf_holiday_after(cal, day - 1) : NULL;
    return h != NULL && h->day == day ? h : NULL;
}

/* ---- The file: key or date, tab, value; `#` opens a comment line. data/calendars/README.md says it in full. */

struct reader {
    struct cf_arena *a;
    const struct cf_source *src;
    struct cf_errs *errs;
    struct cf_str name, edition;
    int32_t first, last;
    bool covers;
    CF_VEC(struct cf_holiday);
};

static struct cf_span span_of(const struct cf_source *src, struct cf_str s) {
    return (struct cf_span){src, (uint32_t)(s.p - src->text.p), (uint32_t)s.n};
}

static bool read_line(struct reader *r, struct cf_str line) {
    struct cf_str rest = line, key = {0}, first = {0};
    (void)cf_str_split(&rest, '\t', &key);
    if (rest.n == 0) {
        return cf_fail(r->errs, CF_B021, span_of(r->src, line), "this line has no tab with a value after it");
    }
    if (cf_str_is(key, "calendar")) {
        r->name = rest;
        return true;
    }
    if (cf_str_is(key, "edition")) {
        r->edition = rest;
        return true;
    }
    if (cf_str_is(key, "covers")) {
        (void)cf_str_split(&rest, '\t', &first);
        r->covers = true;
        return cf_date_parse(first, span_of(r->src, first), r->errs, &r->first) &&
               cf_date_parse(rest, span_of(r->src, line), r->errs, &r->last);
    }
    struct cf_holiday *h = cf_push(r->a, r);
    h->name = rest;
    return cf_date_parse(key, span_of(r->src, key), r->errs, &h->day);
}

const struct cf_calendar *cf_calendar_parse(struct cf_arena *a, const struct cf_source *src, struct cf_errs *errs) {
    struct reader r = {.a = a, .src = src, .errs = errs};
    struct cf_str rest = src->text, line = {0};
    size_t failures = errs->failures;
    if (rest.n > CF_MAX_CALENDAR_BYTES) {
        (void)cf_fail(errs, CF_B021, CF_NOWHERE, "%.*s is too long for a calendar", CF_STR_ARG(src->name));
        return NULL;
    }
    while (cf_str_split(&rest, '\n', &line)) {
        line = cf_str_trim(line);
        if (line.n > 0 && line.p[0] != '#') {
            (void)read_line(&r, line);
        }
    }
    if (errs->failures == failures && (r.name.n == 0 || r.edition.n == 0 || !r.covers)) {
        (void)cf_fail(errs, CF_B021, CF_NOWHERE, "%.*s has no line `%s`", CF_STR_ARG(src->name),
                      r.name.n == 0      ? "calendar"
                      : r.edition.n == 0 ? "edition"
                                         : "covers");
    }
    return errs->failures > failures ? NULL : cf_calendar_make(a, r.name, r.edition, r.first, r.last, r.v, r.n, errs);
}
