/* zone: reads a TZif file (RFC 8536, version 2 or later) and turns instants into local times and back.
 * Knows the file's bytes and its POSIX rule for later years; must not know durations, calendars, or what the time is now. */
#include "base/time.h"

#include <stdlib.h>

enum {
    DAY = 86400,
    MAX_TYPES = 256,         /* RFC 8536: a type index is one byte */
    MAX_TRANSITIONS = 4096,  /* London has 243 up to 2037; the rule adds two a year up to TABLE_YEAR */
    TABLE_YEAR = 2100,       /* the last year whose changes stand in the table; later ones are reckoned */
    BUCKET_BITS = 22,        /* 48.5 days: at most one change of London in each, so a look-up is two loads */
    ZONE_OFFSET_MAX = 93599, /* RFC 8536, 3.2: just under 26 hours ahead, 25 behind */
    ZONE_OFFSET_MIN = -89999,
};
static const int64_t bucket_from = -2208988800; /* 1900-01-01 */
static const int64_t bucket_to = 4133980800;    /* 2101-01-01 */

struct zone_type {
    int32_t offset;
    bool summer;
    const char *abbr;
};

struct zone_change { /* the day and time of one yearly change, as the POSIX rule says it */
    enum { CHANGE_JULIAN, CHANGE_ZERO, CHANGE_WEEKDAY } form;
    int month, week, day;
    int32_t time; /* seconds after local midnight, may be negative or beyond a day */
};

struct zone_rule {
    bool known, changes;
    struct zone_change to_summer, to_winter;
};

struct cf_zone {
    struct cf_str bytes;
    struct zone_type types[MAX_TYPES + 2]; /* the last two: winter and summer of the rule */
    uint16_t winter, summer;               /* indices of those two */
    size_t n;                              /* transitions */
    int64_t *at;
    uint16_t *type;
    uint16_t *bucket;  /* how many transitions are at or before the bucket's first second */
    int64_t rule_from; /* from here on the rule alone is asked */
    struct zone_rule rule;
};

/* ---- Bytes of the file. Reading past the end sets `failed` and gives zeros. */

struct cursor {
    const uint8_t *p;
    size_t n, at;
    bool failed;
};

static const uint8_t *take(struct cursor *c, size_t n) {
    if (c->failed || n > c->n - c->at) {
        c->failed = true;
        return NULL;
    }
    const uint8_t *p = c->p + c->at;
    c->at += n;
    return p;
}

static uint64_t take_be(struct cursor *c, unsigned bytes) {
    const uint8_t *p = take(c, bytes);
    if (p == NULL) {
        return 0;
    }
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; i++) {
        v = v << 8 | p[i];
    }
    return v;
}

struct header {
    uint8_t version;
    size_t isut, isstd, leap, time, type, chars;
};

static bool read_header(struct cursor *c, struct header *h) {
    const uint8_t *magic = take(c, 4);
    if (magic == NULL || memcmp(magic, "TZif", 4) != 0) {
        return false;
    }
    h->version = (uint8_t)take_be(c, 1);
    (void)take(c, 15);
    h->isut = (size_t)take_be(c, 4);
    h->isstd = (size_t)take_be(c, 4);
    h->leap = (size_t)take_be(c, 4);
    h->time = (size_t)take_be(c, 4);
    h->type = (size_t)take_be(c, 4);
    h->chars = (size_t)take_be(c, 4);
    return !c->failed;
}

/* ---- The POSIX rule: GMT0BST,M3.5.0/1,M10.5.0 */

static bool rule_byte(struct cursor *c, char want) {
    if (c->at < c->n && c->p[c->at] == (uint8_t)want) {
        c->at++;
        return true;
    }
    return false;
}

static bool rule_number(struct cursor *c, int max, int *out) {
    size_t start = c->at;
    int v = 0;
    while (c->at < c->n && c->p[c->at] >= '0' && c->p[c->at] <= '9' && c->at - start < 4) {
        v = v * 10 + (c->p[c->at] - '0');
        c->at++;
    }
    *out = v;
    return c->at > start && v <= max;
}

/* [+-]hh[:mm[:ss]]; hours up to 167 as RFC 8536 allows in times of change */
static bool rule_time(struct cursor *c, int max_hours, int32_t *out) {
    bool minus = rule_byte(c, '-');
    if (!minus) {
        (void)rule_byte(c, '+');
    }
    int h = 0, m = 0, s = 0;
    if (!rule_number(c, max_hours, &h) ||
        (rule_byte(c, ':') && (!rule_number(c, 59, &m) || (rule_byte(c, ':') && !rule_number(c, 59, &s))))) {
        return false;
    }
    *out = (minus ? -1 : 1) * (h * 3600 + m * 60 + s);
    return true;
}

static bool is_letter(uint8_t b) {
    return (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
}

/* letters, or anything between < and > */
static bool rule_name(struct cf_arena *a, struct cursor *c, const char **out) {
    bool quoted = rule_byte(c, '<');
    size_t start = c->at;
    while (c->at < c->n && (quoted ? c->p[c->at] != '>' : is_letter(c->p[c->at]))) {
        c->at++;
    }
    size_t n = c->at - start;
    if (n < 3 || n > 8 || (quoted && !rule_byte(c, '>'))) {
        return false;
    }
    char *name = CF_NEW_N(a, char, n + 1);
    memcpy(name, c->p + start, n);
    *out = name;
    return true;
}

static bool rule_change(struct cursor *c, struct zone_change *ch) {
    bool ok = false;
    if (rule_byte(c, 'M')) {
        ch->form = CHANGE_WEEKDAY;
        ok = rule_number(c, 12, &ch->month) && ch->month >= 1 && rule_byte(c, '.') && rule_number(c, 5, &ch->week) &&
             ch->week >= 1 && rule_byte(c, '.') && rule_number(c, 6, &ch->day);
    } else if (rule_byte(c, 'J')) {
        ch->form = CHANGE_JULIAN;
        ok = rule_number(c, 365, &ch->day) && ch->day >= 1;
    } else {
        ch->form = CHANGE_ZERO;
        ok = rule_number(c, 365, &ch->day);
    }
    ch->time = 2 * 3600;
    return ok && (!rule_byte(c, '/') || rule_time(c, 167, &ch->time));
}

static bool read_rule(struct cf_arena *a, struct cf_zone *z, struct cursor *c) {
    struct zone_type *winter = &z->types[z->winter], *summer = &z->types[z->summer];
    int32_t west = 0;
    if (!rule_name(a, c, &winter->abbr) || !rule_time(c, 24, &west)) {
        return false;
    }
    winter->offset = -west; /* POSIX counts west of Greenwich */
    z->rule.known = true;
    if (c->at == c->n) {
        return true;
    }
    if (!rule_name(a, c, &summer->abbr)) {
        return false;
    }
    summer->summer = true;
    summer->offset = winter->offset + 3600;
    if (c->at < c->n && c->p[c->at] != ',') {
        if (!rule_time(c, 24, &west)) {
            return false;
        }
        summer->offset = -west;
    }
    z->rule.changes = true;
    return rule_byte(c, ',') && rule_change(c, &z->rule.to_summer) && rule_byte(c, ',') && rule_change(c, &z->rule.to_winter) &&
           c->at == c->n;
}

static int32_t change_day(const struct zone_change *ch, int32_t year) {
    int32_t new_year = cf_day_of(year, 1, 1);
    if (ch->form == CHANGE_ZERO) {
        return new_year + ch->day;
    }
    if (ch->form == CHANGE_JULIAN) { /* 29 February is never counted */
        return new_year + ch->day - 1 + (cf_year_leap(year) && ch->day > 59 ? 1 : 0);
    }
    int32_t first = cf_day_of(year, ch->month, 1);
    int weekday = (ch->day + 6) % 7; /* POSIX counts from Sunday, we from Monday */
    int32_t day = first + (weekday - cf_weekday(first) + 7) % 7 + 7 * (ch->week - 1);
    return day < first + cf_month_days(year, ch->month) ? day : day - 7; /* week 5 is the last one */
}

static int32_t floor_day(int64_t seconds) {
    /* An unsigned division of what has been made positive is quicker, and rounds down. */
    return (int32_t)((int64_t)((uint64_t)(seconds + ((int64_t)DAY << 31)) / DAY) - ((int64_t)1 << 31));
}

static void rule_year(const struct cf_zone *z, int32_t year, int64_t *to_summer, int64_t *to_winter) {
    const struct zone_rule *r = &z->rule;
    *to_summer = (int64_t)change_day(&r->to_summer, year) * DAY + r->to_summer.time - z->types[z->winter].offset;
    *to_winter = (int64_t)change_day(&r->to_winter, year) * DAY + r->to_winter.time - z->types[z->summer].offset;
}

static uint16_t rule_type(const struct cf_zone *z, int64_t at) {
    if (!z->rule.changes) {
        return z->winter;
    }
    int64_t local = at + z->types[z->winter].offset;
    int64_t s = 0, w = 0;
    rule_year(z, cf_date_of(floor_day(local)).year, &s, &w);
    bool summer = s < w ? at >= s && at < w : !(at >= w && at < s);
    return summer ? z->summer : z->winter;
}

/* ---- Loading. Each step gives NULL, or what is wrong with the file. */

static const char *read_types(struct cf_arena *a, struct cf_zone *z, const struct header *h, struct cursor *c) {
    const uint8_t *types = take(c, h->type * 6);
    const uint8_t *chars = take(c, h->chars);
    if (types == NULL || chars == NULL) {
        return "it ends too early";
    }
    for (size_t i = 0; i < h->type; i++) {
        const uint8_t *t = types + 6 * i;
        int32_t offset = (int32_t)cf_be_read(t, 4);
        if (offset < ZONE_OFFSET_MIN || offset > ZONE_OFFSET_MAX || t[4] > 1) {
            return "a local time type is impossible";
        }
        size_t room = t[5] < h->chars ? h->chars - t[5] : 0;
        const uint8_t *abbr = room > 0 ? chars + t[5] : NULL;
        const uint8_t *end = abbr != NULL ? memchr(abbr, 0, room) : NULL;
        if (end == NULL) {
            return "the name of a local time type is not there";
        }
        z->types[i] = (struct zone_type){offset, t[4] == 1, cf_memdup(a, abbr, (size_t)(end - abbr) + 1)};
    }
    z->winter = (uint16_t)h->type;
    z->summer = (uint16_t)(h->type + 1);
    return NULL;
}

static const char *read_transitions(struct cf_arena *a, struct cf_zone *z, const struct header *h, struct cursor *c) {
    const uint8_t *times = take(c, h->time * 8);
    const uint8_t *kinds = take(c, h->time);
    if (times == NULL || kinds == NULL) {
        return "it ends too early";
    }
    size_t most = h->time + 2 * (TABLE_YEAR + 1);
    z->at = CF_NEW_N(a, int64_t, most);
    z->type = CF_NEW_N(a, uint16_t, most);
    for (size_t i = 0; i < h->time; i++) {
        z->at[i] = (int64_t)cf_be_read(times + 8 * i, 8);
        z->type[i] = kinds[i];
        if (kinds[i] >= h->type || (i > 0 && z->at[i] <= z->at[i - 1])) {
            return "its changes are not in order, or name no type";
        }
    }
    z->n = h->time;
    return NULL;
}

static const char *read_footer(struct cf_arena *a, struct cf_zone *z, struct cursor *c) {
    if (!rule_byte(c, '\n')) {
        return "the rule for later years is not there";
    }
    size_t start = c->at;
    const uint8_t *end = memchr(c->p + start, '\n', c->n - start);
    if (end == NULL) {
        return "the rule for later years does not end";
    }
    struct cursor rule = {c->p + start, (size_t)(end - (c->p + start)), 0, false};
    if (rule.n > 0 && !read_rule(a, z, &rule)) {
        return "the rule for later years cannot be read";
    }
    return NULL;
}

static void push_change(struct cf_zone *z, int64_t at, uint16_t type) {
    if (z->n == 0 || at > z->at[z->n - 1]) {
        z->at[z->n] = at;
        z->type[z->n++] = type;
    }
}

static void extend_table(struct cf_zone *z) {
    int64_t last = z->n > 0 ? z->at[z->n - 1] : CF_TIME_MIN;
    if (z->rule.changes && last < bucket_to) {
        int64_t from = last < CF_TIME_MIN ? CF_TIME_MIN : last;
        int32_t year = cf_date_of((int32_t)((from - CF_TIME_MIN) / DAY + CF_DAY_MIN)).year;
        for (; year <= TABLE_YEAR; year++) {
            int64_t s = 0, w = 0;
            rule_year(z, year, &s, &w);
            push_change(z, s < w ? s : w, s < w ? z->summer : z->winter);
            push_change(z, s < w ? w : s, s < w ? z->winter : z->summer);
        }
        last = z->at[z->n - 1];
    }
    z->rule_from = !z->rule.known ? INT64_MAX : last > bucket_to ? last : bucket_to;
}

static void fill_buckets(struct cf_arena *a, struct cf_zone *z) {
    size_t count = (size_t)((bucket_to - bucket_from) >> BUCKET_BITS) + 1;
    z->bucket = CF_NEW_N(a, uint16_t, count);
    size_t i = 0;
    for (size_t b = 0; b < count; b++) {
        int64_t first = bucket_from + ((int64_t)b << BUCKET_BITS);
        while (i < z->n && z->at[i] <= first) {
            i++;
        }
        z->bucket[b] = (uint16_t)i;
    }
}

static const char *read_zone(struct cf_arena *a, struct cf_zone *z) {
    struct cursor c = {(const uint8_t *)z->bytes.p, z->bytes.n, 0, false};
    struct header h = {0};
    if (!read_header(&c, &h)) {
        return "it is not a time zone file";
    }
    if (h.version < '2') {
        return "it is of version 1, which ends in 2037";
    }
    /* Counts are 32 bits and sizes 64, so this sum cannot wrap. */
    (void)take(&c, h.time * 5 + h.type * 6 + h.chars + h.leap * 8 + h.isstd + h.isut);
    if (!read_header(&c, &h)) {
        return "it ends too early";
    }
    if (h.type == 0 || h.type > MAX_TYPES || h.time > MAX_TRANSITIONS) {
        return "its counts are impossible";
    }
    if (h.leap > 0) {
        return "it counts leap seconds, which instants do not";
    }
    const char *wrong = read_transitions(a, z, &h, &c);
    if (wrong == NULL) {
        wrong = read_types(a, z, &h, &c);
    }
    (void)take(&c, h.isstd + h.isut);
    if (wrong != NULL || c.failed) {
        return wrong != NULL ? wrong : "it ends too early";
    }
    return read_footer(a, z, &c);
}

const struct cf_zone *cf_zone_parse(struct cf_arena *a, struct cf_str bytes, const char *name, struct cf_errs *errs) {
    struct cf_zone *z = CF_NEW(a, struct cf_zone);
    z->bytes = cf_str_dup(a, bytes);
    const char *wrong = read_zone(a, z);
    if (wrong != NULL) {
        (void)cf_fail(errs, CF_B020, CF_NOWHERE, "the time zone file %s is damaged: %s", name, wrong);
        return NULL;
    }
    extend_table(z);
    fill_buckets(a, z);
    return z;
}

const struct cf_zone *cf_zone_load(struct cf_arena *a, const char *name, struct cf_errs *errs) {
    const char *dir = getenv("TZDIR");
    if (dir == NULL || dir[0] == '\0') {
        dir = "/usr/share/zoneinfo";
    }
    const char *path = cf_cstr(a, cf_str_printf(a, "%s/%s", dir, name));
    struct cf_str bytes = {0};
    if (!cf_read_file(a, path, CF_MAX_ZONE_BYTES, &bytes, errs)) {
        cf_hint(errs, "Install the package tzdata, or set TZDIR to a folder that holds %s.", name);
        return NULL;
    }
    return cf_zone_parse(a, bytes, path, errs);
}

struct cf_str cf_zone_bytes(const struct cf_zone *z) {
    return z->bytes;
}

/* ---- Instants and local times. */

static size_t search_transitions(const struct cf_zone *z, int64_t at) {
    size_t low = 0, high = z->n; /* how many transitions are at or before `at` */
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (z->at[mid] <= at) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

static const struct zone_type *type_at(const struct cf_zone *z, int64_t at) {
    if (at >= z->rule_from) {
        return &z->types[rule_type(z, at < CF_TIME_MAX ? at : CF_TIME_MAX)];
    }
    size_t i = 0;
    if (at >= bucket_from && at < bucket_to) {
        i = z->bucket[(at - bucket_from) >> BUCKET_BITS];
        while (i < z->n && z->at[i] <= at) {
            i++;
        }
    } else {
        i = search_transitions(z, at);
    }
    if (i > 0) {
        return &z->types[z->type[i - 1]];
    }
    return &z->types[z->n == 0 && z->rule.known ? z->winter : 0]; /* before all changes: the file's first type */
}

int32_t cf_zone_offset(const struct cf_zone *z, int64_t at) {
    return type_at(z, at)->offset;
}

static int64_t clamp_time(int64_t at) {
    return at < CF_TIME_MIN ? CF_TIME_MIN : at > CF_TIME_MAX ? CF_TIME_MAX : at;
}

int32_t cf_time_day(const struct cf_zone *z, int64_t at) {
    at = clamp_time(at);
    return floor_day(at + cf_zone_offset(z, at));
}

struct cf_local cf_time_local(const struct cf_zone *z, int64_t at) {
    at = clamp_time(at);
    const struct zone_type *type = type_at(z, at);
    int64_t local = at + type->offset;
    int32_t day = floor_day(local);
    int32_t clock = (int32_t)(local - (int64_t)day * DAY);
    struct cf_date date = cf_date_of(day);
    enum cf_mark_local mark = CF_LOCAL_ONCE;
    (void)cf_time_at(z, day, clock, &mark);
    return (struct cf_local){
        .day = day,
        .clock = clock,
        .year = date.year,
        .month = date.month,
        .mday = date.day,
        .hour = (uint8_t)(clock / 3600),
        .minute = (uint8_t)(clock / 60 % 60),
        .second = (uint8_t)(clock % 60),
        .weekday = (uint8_t)cf_weekday(day),
        .offset = type->offset,
        .summer = type->summer,
        .repeated = mark == CF_LOCAL_TWICE,
        .abbr = type->abbr,
    };
}

int64_t cf_time_at(const struct cf_zone *z, int32_t day, int32_t clock, enum cf_mark_local *mark) {
    /* Offsets are under 26 hours, so two days either side bracket the instant; no zone changes twice within four days. */
    int64_t local = (int64_t)day * DAY + clock;
    int32_t before = cf_zone_offset(z, local - 2 * DAY), after = cf_zone_offset(z, local + 2 * DAY);
    int64_t first = local - before, second = local - after;
    enum cf_mark_local m = CF_LOCAL_ONCE;
    if (before != after) {
        bool is_first = cf_zone_offset(z, first) == before, is_second = cf_zone_offset(z, second) == after;
        m = is_first && is_second ? CF_LOCAL_TWICE : !is_first && !is_second ? CF_LOCAL_NEVER : CF_LOCAL_ONCE;
        first = is_first || !is_second ? first : second; /* NEVER: the old offset moves it on by the gap [T1] */
    }
    if (mark != NULL) {
        *mark = m;
    }
    return first;
}

int64_t cf_day_start(const struct cf_zone *z, int32_t day) {
    return cf_time_at(z, day, 0, NULL);
}

int64_t cf_day_end(const struct cf_zone *z, int32_t day) {
    return cf_time_at(z, day, DAY - 1, NULL);
}
