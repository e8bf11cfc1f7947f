/* time_text: reads and writes dates, times of day, instants and durations.
 * Knows London time through time.h alone; must not know what a text is for, nor guess: what is not one of the written forms is
 * refused, with words that say what to write. */
#include "base/time.h"

enum { DAY = 86400, SHOWN_MAX = 40 };

#define REFUSE(errs, code, at, ...) ((errs) != NULL ? cf_fail((errs), (code), (at), __VA_ARGS__) : false)

/* What was written, fit for a message: short, and nothing that moves a terminal's cursor. */
static struct cf_shown quote(struct cf_str s) {
    struct cf_shown q = {0};
    size_t n = s.n < SHOWN_MAX ? s.n : SHOWN_MAX;
    for (size_t i = 0; i < n; i++) {
        q.p[i] = s.p[i] >= ' ' && s.p[i] <= '~' ? s.p[i] : '?';
    }
    if (s.n > SHOWN_MAX) {
        memcpy(q.p + SHOWN_MAX, "...", sizeof("..."));
    }
    return q;
}

/* ---- Reading: a cursor is the rest of the text; a reader that answers false may have moved it. */

static bool eat(struct cf_str *s, char c) {
    if (s->n == 0 || s->p[0] != c) {
        return false;
    }
    *s = cf_str_slice(*s, 1, s->n);
    return true;
}

static bool eat_digits(struct cf_str *s, size_t digits, int *out) {
    int v = 0;
    if (s->n < digits) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        if (s->p[i] < '0' || s->p[i] > '9') {
            return false;
        }
        v = v * 10 + (s->p[i] - '0');
    }
    *s = cf_str_slice(*s, digits, s->n);
    *out = v;
    return true;
}

static bool eat_spaces(struct cf_str *s) {
    bool any = false;
    while (eat(s, ' ')) {
        any = true;
    }
    return any;
}

static bool eat_date(struct cf_str *s, struct cf_str whole, struct cf_span at, struct cf_errs *errs, int32_t *day) {
    int y = 0, m = 0, d = 0;
    if (!eat_digits(s, 4, &y) || !eat(s, '-') || !eat_digits(s, 2, &m) || !eat(s, '-') || !eat_digits(s, 2, &d)) {
        return REFUSE(errs, CF_B022, at, "`%s` is not a date", quote(whole).p);
    }
    if (y < 1 || m < 1 || m > 12) {
        return REFUSE(errs, CF_B022, at, "`%s` is not a date: there is no such %s", quote(whole).p, y < 1 ? "year" : "month");
    }
    if (!cf_date_valid(y, m, d)) {
        return REFUSE(errs, CF_B022, at, "`%s` is not a date: that month has %d days", quote(whole).p, cf_month_days(y, m));
    }
    *day = cf_day_of(y, m, d);
    return true;
}

/* hh:mm[:ss[.fraction]] */
static bool eat_clock(struct cf_str *s, int32_t *clock) {
    int h = 0, m = 0, sec = 0;
    if (!eat_digits(s, 2, &h) || !eat(s, ':') || !eat_digits(s, 2, &m) || h > 23 || m > 59) {
        return false;
    }
    if (eat(s, ':')) {
        if (!eat_digits(s, 2, &sec) || sec > 59) {
            return false;
        }
        int digit = 0;
        if (eat(s, '.') && !eat_digits(s, 1, &digit)) {
            return false;
        }
        while (eat_digits(s, 1, &digit)) {
        }
    }
    *clock = h * 3600 + m * 60 + sec;
    return true;
}

/* Z, +hh, +hhmm, +hh:mm and the same with a minus */
static bool eat_offset(struct cf_str *s, int32_t *offset) {
    if (eat(s, 'Z') || eat(s, 'z')) {
        *offset = 0;
        return true;
    }
    bool minus = eat(s, '-');
    int h = 0, m = 0;
    if ((!minus && !eat(s, '+')) || !eat_digits(s, 2, &h) || h > 18) {
        return false;
    }
    bool colon = eat(s, ':');
    if ((colon || s->n > 0) && (!eat_digits(s, 2, &m) || m > 59)) {
        return false;
    }
    *offset = (minus ? -1 : 1) * (h * 3600 + m * 60);
    return true;
}

static void set_moment(const struct cf_zone *z, int64_t at, struct cf_moment *out) {
    *out = (struct cf_moment){.at = at, .day = cf_time_day(z, at), .mark = CF_LOCAL_ONCE};
}

/* "15:10 BST": the occurrence that carries that name, if there is one. */
static bool named_moment(const struct cf_zone *z, int64_t local, struct cf_str name, struct cf_moment *out) {
    int32_t offsets[] = {cf_zone_offset(z, local - 2 * DAY), cf_zone_offset(z, local + 2 * DAY)};
    for (size_t i = 0; i < CF_COUNT(offsets); i++) {
        struct cf_local l = cf_time_local(z, local - offsets[i]);
        if (l.offset == offsets[i] && cf_str_is(name, l.abbr)) {
            set_moment(z, local - offsets[i], out);
            return true;
        }
    }
    return false;
}

bool cf_time_parse(const struct cf_zone *z, struct cf_str s, struct cf_span at, struct cf_errs *errs, struct cf_moment *out) {
    struct cf_str rest = cf_str_trim(s), whole = rest;
    int32_t day = 0, clock = 0, offset = 0;
    if (!eat_date(&rest, whole, at, errs, &day)) {
        return false;
    }
    if (rest.n == 0) {
        *out = (struct cf_moment){.at = cf_day_start(z, day), .day = day, .day_only = true, .mark = CF_LOCAL_ONCE};
        return true;
    }
    if ((!eat(&rest, 'T') && !eat(&rest, 't') && !eat_spaces(&rest)) || !eat_clock(&rest, &clock)) {
        return REFUSE(errs, CF_B022, at, "`%s` has a date, then what is no time from 00:00 to 23:59", quote(whole).p);
    }
    (void)eat_spaces(&rest);
    int64_t local = (int64_t)day * DAY + clock;
    if (rest.n == 0) {
        *out = (struct cf_moment){.day = day};
        out->at = cf_time_at(z, day, clock, &out->mark);
        out->day = cf_time_day(z, out->at);
        return true;
    }
    if (rest.p[0] >= 'A' && rest.p[0] <= 'Y') {
        return named_moment(z, local, rest, out) ||
               REFUSE(errs, CF_B022, at, "`%s`: London's clocks are not at %s then", quote(whole).p, quote(rest).p);
    }
    if (!eat_offset(&rest, &offset) || rest.n > 0) {
        return REFUSE(errs, CF_B022, at, "`%s` ends with what is no offset from UTC", quote(whole).p);
    }
    local -= offset;
    if (local < CF_TIME_MIN || local > CF_TIME_MAX) {
        return REFUSE(errs, CF_B022, at, "`%s` lies outside the years 1 to 9999", quote(whole).p);
    }
    set_moment(z, local, out);
    return true;
}

bool cf_date_parse(struct cf_str s, struct cf_span at, struct cf_errs *errs, int32_t *day) {
    struct cf_str rest = cf_str_trim(s), whole = rest;
    int32_t d = 0;
    if (!eat_date(&rest, whole, at, errs, &d)) {
        return false;
    }
    if (rest.n > 0) {
        return REFUSE(errs, CF_B022, at, "`%s` goes on after the date", quote(whole).p);
    }
    *day = d;
    return true;
}

bool cf_clock_parse(struct cf_str s, struct cf_span at, struct cf_errs *errs, int32_t *clock) {
    struct cf_str rest = cf_str_trim(s), whole = rest;
    int32_t c = 0;
    if (cf_str_is(whole, "24:00")) {
        *clock = DAY;
        return true;
    }
    if (!eat_clock(&rest, &c) || rest.n > 0) {
        return REFUSE(errs, CF_B022, at, "`%s` is not a time of day from 00:00 to 24:00", quote(whole).p);
    }
    *clock = c;
    return true;
}

/* ---- Durations. */

static const struct {
    const char *one, *many;
} unit_names[] = {
    [CF_SECOND] = {"second", "seconds"},
    [CF_MINUTE] = {"minute", "minutes"},
    [CF_HOUR] = {"hour", "hours"},
    [CF_DAY] = {"day", "days"},
    [CF_WORKING_DAY] = {"working day", "working days"},
    [CF_WEEK] = {"week", "weeks"},
    [CF_MONTH] = {"month", "months"},
    [CF_YEAR] = {"year", "years"},
};

bool cf_unit_parse(struct cf_str s, enum cf_unit *out) {
    s = cf_str_trim(s);
    struct cf_str working = CF_LIT("working ");
    if (cf_str_starts(s, working)) {
        struct cf_str noun = cf_str_trim(cf_str_slice(s, working.n, s.n));
        *out = CF_WORKING_DAY;
        return cf_str_is(noun, "day") || cf_str_is(noun, "days");
    }
    for (size_t i = 0; i < CF_COUNT(unit_names); i++) {
        if (cf_str_is(s, unit_names[i].one) || cf_str_is(s, unit_names[i].many)) {
            *out = (enum cf_unit)i;
            return true;
        }
    }
    return false;
}

bool cf_duration_parse(struct cf_str s, struct cf_span at, struct cf_errs *errs, struct cf_duration *out) {
    struct cf_str rest = cf_str_trim(s), whole = rest;
    size_t n = rest.n > 0 && (rest.p[0] == '-' || rest.p[0] == '+') ? 1 : 0;
    while (n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9') {
        n++;
    }
    int64_t count = 0;
    if (!cf_str_int(cf_str_slice(rest, 0, n), &count) || count < INT32_MIN || count > INT32_MAX) {
        return REFUSE(errs, CF_B023, at, "`%s` does not begin with a whole number that is small enough", quote(whole).p);
    }
    rest = cf_str_slice(rest, n, rest.n);
    enum cf_unit unit = CF_SECOND;
    if (!eat_spaces(&rest) || !cf_unit_parse(rest, &unit)) {
        return REFUSE(errs, CF_B023, at, "`%s` has no unit that we know after its number", quote(whole).p);
    }
    *out = (struct cf_duration){(int32_t)count, unit};
    return true;
}

/* ---- Writing. */

static struct cf_shown CF_PRINTF(1, 2) shown(const char *fmt, ...) {
    struct cf_shown s = {0};
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(s.p, sizeof(s.p), fmt, ap);
    va_end(ap);
    return s;
}

struct cf_shown cf_date_shown(int32_t day) {
    struct cf_date d = cf_date_of(day);
    return shown("%04d-%02d-%02d", (int)d.year, d.month, d.day);
}

struct cf_shown cf_clock_shown(int32_t clock) {
    if (clock % 60 != 0) {
        return shown("%02d:%02d:%02d", clock / 3600, clock / 60 % 60, clock % 60);
    }
    return shown("%02d:%02d", clock / 3600, clock / 60 % 60);
}

static struct cf_shown local_shown(const struct cf_local *l) {
    bool named = l->repeated;
    return shown("%s %s%s%s", cf_date_shown(l->day).p, cf_clock_shown(l->clock).p, named ? " " : "", named ? l->abbr : "");
}

struct cf_shown cf_time_shown(const struct cf_zone *z, int64_t at) {
    struct cf_local l = cf_time_local(z, at);
    return local_shown(&l);
}

struct cf_shown cf_due_shown(const struct cf_zone *z, int64_t at) {
    struct cf_local l = cf_time_local(z, at);
    return l.clock == DAY - 1 ? cf_date_shown(l.day) : local_shown(&l);
}

static struct cf_shown iso(int64_t local, const char *end) {
    int32_t day = (int32_t)(local / DAY - (local % DAY < 0 ? 1 : 0));
    int clock = (int)(local - (int64_t)day * DAY);
    return shown("%sT%02d:%02d:%02d%s", cf_date_shown(day).p, clock / 3600, clock / 60 % 60, clock % 60, end);
}

struct cf_shown cf_time_iso(int64_t at) {
    return iso(at < CF_TIME_MIN ? CF_TIME_MIN : at > CF_TIME_MAX ? CF_TIME_MAX : at, "Z");
}

struct cf_shown cf_time_iso_local(const struct cf_zone *z, int64_t at) {
    struct cf_local l = cf_time_local(z, at);
    int size = l.offset < 0 ? -l.offset : l.offset;
    struct cf_shown end = shown("%c%02d:%02d", l.offset < 0 ? '-' : '+', size / 3600, size / 60 % 60);
    return iso((int64_t)l.day * DAY + l.clock, end.p);
}

struct cf_shown cf_duration_shown(struct cf_duration d) {
    return shown("%d %s", (int)d.n, d.n == 1 || d.n == -1 ? unit_names[d.unit].one : unit_names[d.unit].many);
}

struct cf_shown cf_left_shown(int64_t seconds) {
    uint64_t size = seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds;
    const char *sign = seconds < 0 ? "-" : "";
    if (size % 60 != 0) {
        return shown("%s%u:%02u:%02u", sign, (unsigned)(size / 3600), (unsigned)(size / 60 % 60), (unsigned)(size % 60));
    }
    return shown("%s%u:%02u", sign, (unsigned)(size / 3600), (unsigned)(size / 60 % 60));
}

struct cf_shown cf_period_shown(enum cf_period p, int32_t day) {
    struct cf_date d = cf_date_of(day);
    int32_t thursday = day - cf_weekday(day) + 3; /* ISO 8601: a week belongs to the year of its Thursday */
    struct cf_date t = cf_date_of(thursday);
    switch (p) {
    case CF_PERIOD_WEEK: return shown("%04d-W%02d", (int)t.year, (int)((thursday - cf_day_of(t.year, 1, 1)) / 7 + 1));
    case CF_PERIOD_MONTH: return shown("%04d-%02d", (int)d.year, d.month);
    case CF_PERIOD_QUARTER: return shown("%04d-Q%d", (int)d.year, (d.month - 1) / 3 + 1);
    case CF_PERIOD_YEAR: return shown("%04d", (int)d.year);
    }
    CF_NEVER("an unknown period");
}
