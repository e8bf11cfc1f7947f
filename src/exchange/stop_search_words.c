/* exchange/stop_search_words: words to codes, times, degrees and row keys of the stop and search files.
 * Must not know files or lines. */
#include "exchange/stop_search_priv.h"

#include "base/time.h"

struct word {
    uint8_t column;
    struct cf_str code, text, note;
};
static const struct word words[] = {
#define STOP_WORD(c, code, text, note)                                                                                         \
    {STOP_##c, {"" code, sizeof(code) - 1}, {"" text, sizeof(text) - 1}, {"" note, sizeof(note) - 1}},
#define STOP_ALSO(c, text, same_as)
#include "exchange/stop_search_codes.def"
#undef STOP_WORD
#undef STOP_ALSO
};
static const struct {
    uint8_t column;
    const char *text, *same_as;
} spellings[] = {
#define STOP_WORD(c, code, text, note)
#define STOP_ALSO(c, text, same_as) {STOP_##c, text, same_as},
#include "exchange/stop_search_codes.def"
#undef STOP_WORD
#undef STOP_ALSO
};

/* Words stand in the order of the columns (a test holds them to it), so a column's words are found by halving. */
static size_t first_of(int column) {
    size_t from = 0;
    size_t to = CF_COUNT(words);
    while (from < to) {
        size_t mid = (from + to) / 2;
        if (words[mid].column < column) {
            from = mid + 1;
        } else {
            to = mid;
        }
    }
    return from;
}

size_t stop_search_words(enum stop_column c) {
    return first_of((int)c + 1) - first_of((int)c);
}

static const struct word *word_of(enum stop_column c, uint8_t value) {
    size_t at = first_of((int)c) + (size_t)(value - STOP_FIRST);
    return value >= STOP_FIRST && at < CF_COUNT(words) && words[at].column == c ? &words[at] : NULL;
}

struct cf_str stop_search_code(enum stop_column c, uint8_t value) {
    const struct word *w = word_of(c, value);
    if (w != NULL) {
        return w->code;
    }
    return value == STOP_NOT_ASKED ? CF_LIT("not_asked") : CF_LIT("not_known");
}

struct cf_str stop_search_text(enum stop_column c, uint8_t value) {
    const struct word *w = word_of(c, value);
    return w != NULL ? w->text : CF_LIT("");
}

struct cf_str stop_search_note(enum stop_column c, uint8_t value) {
    const struct word *w = word_of(c, value);
    return w != NULL ? w->note : CF_LIT("");
}

bool stop_search_find_word(enum stop_column c, struct cf_str s, uint8_t *value) {
    const struct word *last = word_of(c, *value);
    if (last != NULL && cf_str_eq(last->text, s)) {
        return true;
    }
    size_t from = first_of((int)c);
    size_t to = first_of((int)c + 1);
    for (size_t i = from; i < to; i++) {
        if (cf_str_eq(words[i].text, s)) {
            *value = (uint8_t)(i - from + STOP_FIRST);
            return true;
        }
    }
    for (size_t i = from; i < to; i++) {
        if (csv_same_words(words[i].text, cf_str_trim(s))) {
            *value = (uint8_t)(i - from + STOP_FIRST);
            return true;
        }
    }
    for (size_t i = 0; i < CF_COUNT(spellings); i++) {
        if (spellings[i].column == c && csv_same_words(cf_str_from(spellings[i].text), cf_str_trim(s))) {
            return stop_search_find_word(c, cf_str_from(spellings[i].same_as), value);
        }
    }
    return false;
}

struct cf_str stop_search_nearest_word(enum stop_column c, struct cf_str s) {
    struct cf_str names[64];
    size_t from = first_of((int)c);
    size_t n = stop_search_words(c);
    CF_ASSERT(n <= CF_COUNT(names));
    for (size_t i = 0; i < n; i++) {
        names[i] = words[from + i].text;
    }
    return s.n <= 200 ? cf_nearest(s, names, n) : CF_LIT("");
}

/* ---- Times. */
static bool two(struct cf_str s, size_t at, int most, int *out) {
    if (at + 2 > s.n || s.p[at] < '0' || s.p[at] > '9' || s.p[at + 1] < '0' || s.p[at + 1] > '9') {
        return false;
    }
    *out = (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
    return *out <= most;
}

static bool is_at(struct cf_str s, size_t at, char c) {
    return at < s.n && s.p[at] == c;
}

/* Z, +00:00, -01:30 or +0100 from `at` to the end; nothing at all is no offset. */
static bool read_offset(struct cf_str s, size_t at, struct stop_when *out) {
    if (at == s.n) {
        return true;
    }
    out->has_offset = true;
    if (is_at(s, at, 'Z')) {
        return at + 1 == s.n;
    }
    int h = 0;
    int m = 0;
    size_t minutes = at + 3 + (is_at(s, at + 3, ':') ? 1 : 0);
    if ((!is_at(s, at, '+') && !is_at(s, at, '-')) || !two(s, at + 1, 14, &h) || !two(s, minutes, 59, &m) ||
        minutes + 2 != s.n) {
        return false;
    }
    out->offset_min = (int16_t)(s.p[at] == '-' ? -(h * 60 + m) : h * 60 + m);
    return true;
}

bool stop_search_read_when(struct cf_str s, struct stop_when *out) {
    int century = 0;
    int year = 0;
    int month = 0;
    int day = 0;
    int h = 0;
    int m = 0;
    int sec = 0;
    *out = (struct stop_when){0};
    if (!two(s, 0, 99, &century) || !two(s, 2, 99, &year) || !is_at(s, 4, '-') || !two(s, 5, 12, &month) || !is_at(s, 7, '-') ||
        !two(s, 8, 31, &day) || !cf_date_valid(century * 100 + year, month, day)) {
        return false;
    }
    size_t at = 10;
    if (s.n > at) {
        if ((!is_at(s, at, 'T') && !is_at(s, at, ' ')) || !two(s, 11, 23, &h) || !is_at(s, 13, ':') || !two(s, 14, 59, &m)) {
            return false;
        }
        at = 16;
        if (is_at(s, at, ':')) {
            if (!two(s, 17, 59, &sec)) {
                return false;
            }
            at = 19;
        }
        if (at == 19 && is_at(s, at, '.')) {
            size_t digits = at + 1;
            while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9') {
                digits++;
            }
            if (digits == at + 1) {
                return false;
            }
            at = digits;
        }
    }
    if (!read_offset(s, at, out)) {
        return false;
    }
    out->day_only = h == 0 && m == 0 && sec == 0;
    out->at_s = (int64_t)cf_day_of(century * 100 + year, month, day) * 86400 + h * 3600 + m * 60 + sec - out->offset_min * 60;
    return true;
}

/* ---- Degrees. */
bool stop_search_read_degrees(struct cf_str s, int32_t most, int32_t *udeg) {
    size_t i = 0;
    bool minus = is_at(s, 0, '-');
    i += minus || is_at(s, 0, '+') ? 1 : 0;
    int64_t v = 0;
    size_t whole = 0;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
        v = v * 10 + (s.p[i] - '0');
        if (++whole > 3) {
            return false;
        }
    }
    v *= 1000000;
    int64_t step = 100000;
    size_t places = 0;
    if (is_at(s, i, '.')) {
        for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
            v += step * (s.p[i] - '0');
            v += places == 6 && s.p[i] >= '5' ? 1 : 0;
            step /= 10;
            places++;
        }
    }
    if (i != s.n || whole + places == 0 || v > (int64_t)most * 1000000) {
        return false;
    }
    *udeg = (int32_t)(minus ? -v : v);
    return true;
}

/* ---- Row keys. */
uint32_t stop_search_see(struct cf_arena *a, struct stop_seen *seen, struct cf_str key) {
    if ((seen->used + 1) * 2 > seen->cap) {
        struct stop_seen bigger = {.cap = seen->cap == 0 ? 4096 : seen->cap * 2, .used = seen->used};
        bigger.slot = cf_alloc_n(a, bigger.cap, sizeof *bigger.slot);
        for (size_t i = 0; i < seen->cap; i++) {
            size_t at = seen->slot[i].hash & (bigger.cap - 1);
            while (seen->slot[i].n > 0 && bigger.slot[at].n > 0) {
                at = (at + 1) & (bigger.cap - 1);
            }
            if (seen->slot[i].n > 0) {
                bigger.slot[at].hash = seen->slot[i].hash;
                bigger.slot[at].n = seen->slot[i].n;
            }
        }
        *seen = bigger;
    }
    uint64_t hash = cf_str_hash(key);
    size_t at = hash & (seen->cap - 1);
    while (seen->slot[at].n > 0 && seen->slot[at].hash != hash) {
        at = (at + 1) & (seen->cap - 1);
    }
    seen->slot[at].hash = hash;
    seen->used += seen->slot[at].n == 0;
    return seen->slot[at].n++;
}

/* Appends to a fixed room; base's buffers would leave their growth in the arena once for each row. */
struct pen {
    char *p;
    size_t n, cap;
};

static void put(struct pen *b, struct cf_str s) {
    CF_ASSERT(s.n <= b->cap - b->n); /* every part is bounded: codes, numbers, a force of at most CF_MAX_NAME_BYTES */
    if (s.n > 0) {
        memcpy(b->p + b->n, s.p, s.n);
    }
    b->n += s.n;
}

static void put_number(struct pen *b, int64_t v) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t u = v < 0 ? (uint64_t) - (v + 1) + 1 : (uint64_t)v;
    do {
        digits[--at] = (char)('0' + u % 10);
        u /= 10;
    } while (u > 0);
    if (v < 0) {
        digits[--at] = '-';
    }
    put(b, (struct cf_str){digits + at, sizeof digits - at});
}

struct cf_str stop_search_make_key(const struct stop_search_row *row, char *room, size_t cap) {
    static const enum stop_column coded[] = {STOP_TYPE,         STOP_OPERATION,       STOP_GENDER,      STOP_AGE,
                                             STOP_SELF_DEFINED, STOP_OFFICER_DEFINED, STOP_LEGISLATION, STOP_OBJECT,
                                             STOP_OUTCOME,      STOP_LINKED,          STOP_CLOTHING};
    struct pen b = {room, 0, cap};
    put(&b, CF_LIT("stop-search/"));
    put(&b, row->force);
    put(&b, CF_LIT("/"));
    put(&b, row->month);
    put(&b, CF_LIT("/"));
    put_number(&b, row->happened_s);
    for (size_t i = 0; i < CF_COUNT(coded); i++) {
        uint8_t v = row->value[coded[i]];
        put(&b, CF_LIT("/"));
        if (v >=
            STOP_FIRST) { /* not asked and not known are the same empty cell: whether all rows were empty is no part of a row */
            put(&b, stop_search_code(coded[i], v));
        }
    }
    put(&b, cf_str_is(stop_search_note(STOP_OUTCOME, row->value[STOP_OUTCOME]), "older") ? CF_LIT("/older/") : CF_LIT("//"));
    if (row->has_place) {
        put_number(&b, row->latitude_udeg);
        put(&b, CF_LIT(","));
        put_number(&b, row->longitude_udeg);
    }
    put(&b, CF_LIT("/"));
    put(&b, cf_str_slice(row->operation_name, 0, 100));
    return (struct cf_str){b.p, b.n};
}

struct cf_str stop_search_number_key(struct cf_str key, uint32_t ordinal, char *room, size_t cap) {
    struct pen b = {room, key.n, cap};
    put(&b, CF_LIT("/"));
    put_number(&b, ordinal);
    return (struct cf_str){b.p, b.n};
}
