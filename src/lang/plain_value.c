/* Values of the plain evaluator: what is known of a number, an instant, a code, and how far (U1 to U6, T1 to T4).
 * Must not know: events, rules. */
#include "lang/plain.h"

static bool bounded(enum lang_type_kind k) {
    return k == LANG_T_WHOLE || k == LANG_T_FRACTION || k == LANG_T_INSTANT || k == LANG_T_DURATION;
}

struct plain_val plain_unknown(enum lang_type_kind kind) {
    struct plain_val v = {.kind = kind, .no_lo = true, .no_hi = true, .den = 1};
    if (kind == LANG_T_DATE) {
        v.kind = LANG_T_INSTANT;
        v.day = true;
    }
    return v;
}

struct plain_val plain_bounds(int64_t lo, int64_t hi) {
    return (struct plain_val){.kind = LANG_T_WHOLE, .known = lo == hi, .lo = lo, .hi = hi, .den = 1};
}

struct plain_val plain_whole(int64_t n) {
    return plain_bounds(n, n);
}

struct plain_val plain_of_kind(enum lang_type_kind kind, int64_t i) {
    return (struct plain_val){.kind = kind, .known = true, .lo = i, .hi = i, .den = 1};
}

struct plain_val plain_truth_val(enum plain_tri t) {
    return t == PLAIN_UNKNOWN ? plain_unknown(LANG_T_YESNO) : plain_of_kind(LANG_T_YESNO, t == PLAIN_YES);
}

struct plain_val plain_instant(int64_t t) {
    return plain_of_kind(LANG_T_INSTANT, t);
}

struct plain_val plain_day(int32_t from, int32_t to) {
    return (struct plain_val){.kind = LANG_T_INSTANT, .day = true, .known = from == to, .lo = from, .hi = to, .den = 1};
}

struct plain_val plain_duration(int64_t n, enum cf_unit unit) {
    struct plain_val v = plain_of_kind(LANG_T_DURATION, n);
    v.unit = unit;
    return v;
}

bool plain_known(const struct plain_val *v) {
    return bounded(v->kind) ? !v->no_lo && !v->no_hi && v->lo == v->hi : v->known;
}

/* A field's value as recorded; the three absences are all unknown. */
struct plain_val plain_from_value(const struct lang_value *v, struct lang_type type) {
    switch ((enum lang_value_kind)v->kind) {
    case LANG_V_NOT_ASKED:
    case LANG_V_NOT_KNOWN:
    case LANG_V_DECLINED: break;
    case LANG_V_YESNO: return plain_of_kind(LANG_T_YESNO, v->i != 0);
    case LANG_V_WHOLE: return plain_whole(v->i);
    case LANG_V_FRACTION: {
        struct plain_val f = plain_of_kind(LANG_T_FRACTION, v->i);
        f.den = v->more;
        return v->more == 0 ? plain_unknown(LANG_T_FRACTION) : f;
    }
    case LANG_V_DATE: return plain_day((int32_t)v->i, (int32_t)(v->i + v->more));
    case LANG_V_INSTANT: return plain_instant(v->i);
    case LANG_V_DURATION: return plain_duration(v->i, (enum cf_unit)v->more);
    case LANG_V_CODE: return plain_of_kind(LANG_T_CODE, v->i);
    case LANG_V_SUBJECT: return plain_of_kind(LANG_T_SUBJECT, v->i);
    case LANG_V_EVENT: return plain_of_kind(LANG_T_EVENT, v->i);
    case LANG_V_TEXT: return plain_of_kind(LANG_T_TEXT, 0);
    case LANG_V_LIST: {
        if (type.kind != LANG_T_SET) { /* a single value with kept attributes is a list of one */
            return v->more == 1 ? plain_from_value(&v->items[0].v, type) : plain_unknown(type.kind);
        }
        struct plain_val s = plain_of_kind(LANG_T_SET, 0);
        s.items = v->items;
        s.n = v->more;
        s.elem = type;
        s.elem.kind = type.elem;
        return s;
    }
    }
    return plain_unknown(type.kind);
}

/* ---- Kleene */
enum plain_tri plain_tri_of(const struct plain_val *v) {
    return v->kind != LANG_T_YESNO || !v->known ? PLAIN_UNKNOWN : v->lo != 0 ? PLAIN_YES : PLAIN_NO;
}
enum plain_tri plain_not(enum plain_tri a) {
    return (enum plain_tri)(PLAIN_YES - a);
}
enum plain_tri plain_and(enum plain_tri a, enum plain_tri b) {
    return a < b ? a : b;
}
enum plain_tri plain_or(enum plain_tri a, enum plain_tri b) {
    return a > b ? a : b;
}

/* ---- instants */

/* A day becomes its 00:00, or as a deadline its 23:59:59 (T1). */
struct plain_val plain_to_seconds(const struct plain *p, struct plain_val v, enum cf_as as) {
    if (v.kind != LANG_T_INSTANT || !v.day) {
        return v;
    }
    v.day = false;
    if (!v.no_lo) {
        v.lo = as == CF_AS_START ? cf_day_start(p->ref->zone, (int32_t)v.lo) : cf_day_end(p->ref->zone, (int32_t)v.lo);
    }
    if (!v.no_hi) {
        v.hi = as == CF_AS_START ? cf_day_start(p->ref->zone, (int32_t)v.hi) : cf_day_end(p->ref->zone, (int32_t)v.hi);
    }
    return v;
}

bool plain_duration_of(const struct plain_val *v, struct cf_duration *out) {
    if (v->kind != LANG_T_DURATION || !plain_known(v) || v->lo > INT32_MAX || v->lo < -INT32_MAX) {
        return false;
    }
    *out = (struct cf_duration){.n = (int32_t)v->lo, .unit = v->unit};
    return true;
}

/* How durations compare: elapsed ones in seconds, days and weeks in days, months and years in months, working days apart. */
static int family(enum cf_unit u, int64_t *size) {
    static const struct {
        int family;
        int64_t size;
    } of[] = {[CF_SECOND] = {0, 1}, [CF_MINUTE] = {0, 60},     [CF_HOUR] = {0, 3600}, [CF_DAY] = {1, 1},
              [CF_WEEK] = {1, 7},   [CF_WORKING_DAY] = {2, 1}, [CF_MONTH] = {3, 1},   [CF_YEAR] = {3, 12}};
    *size = of[u].size;
    return of[u].family;
}

static bool times(int64_t *x, int64_t by) {
    return !__builtin_mul_overflow(*x, by, x);
}

static bool scale(struct plain_val *v, int64_t by) {
    return (v->no_lo || times(&v->lo, by)) && (v->no_hi || times(&v->hi, by));
}

/* Brings two bounded values to one scale; false: they cannot be compared. */
static bool alike(const struct plain *p, struct plain_val *a, struct plain_val *b) {
    if (a->kind == LANG_T_INSTANT && b->kind == LANG_T_INSTANT) {
        if (a->day != b->day) {
            *a = plain_to_seconds(p, *a, CF_AS_START);
            *b = plain_to_seconds(p, *b, CF_AS_START);
        }
        return true;
    }
    if (a->kind == LANG_T_DURATION && b->kind == LANG_T_DURATION) {
        int64_t sa, sb;
        bool same = family(a->unit, &sa) == family(b->unit, &sb);
        return same && scale(a, sa) && scale(b, sb);
    }
    if ((a->kind != LANG_T_WHOLE && a->kind != LANG_T_FRACTION) || (b->kind != LANG_T_WHOLE && b->kind != LANG_T_FRACTION)) {
        return false;
    }
    int64_t da = a->den, db = b->den;
    return da == db || (scale(a, db) && scale(b, da));
}

/* True for the whole range: yes; false for the whole range: no (U3). */
static enum plain_tri less(const struct plain_val *a, const struct plain_val *b, bool or_equal) {
    if (!a->no_hi && !b->no_lo && (a->hi < b->lo || (or_equal && a->hi == b->lo))) {
        return PLAIN_YES;
    }
    if (!a->no_lo && !b->no_hi && (a->lo > b->hi || (!or_equal && a->lo == b->hi))) {
        return PLAIN_NO;
    }
    return PLAIN_UNKNOWN;
}

static enum plain_tri equal(const struct plain_val *a, const struct plain_val *b) {
    if (!a->no_lo && !a->no_hi && !b->no_lo && !b->no_hi && a->lo == a->hi && b->lo == b->hi && a->lo == b->lo) {
        return PLAIN_YES;
    }
    return less(a, b, false) == PLAIN_YES || less(b, a, false) == PLAIN_YES ? PLAIN_NO : PLAIN_UNKNOWN;
}

/* op is LANG_EQ, NE, LT, LE, GT or GE. */
enum plain_tri plain_compare(const struct plain *p, enum lang_op op, struct plain_val a, struct plain_val b) {
    if (bounded(a.kind) && bounded(b.kind)) {
        if (!alike(p, &a, &b)) {
            return PLAIN_UNKNOWN;
        }
    } else if (a.kind != b.kind || !a.known || !b.known || a.kind == LANG_T_SET || a.kind == LANG_T_TEXT) {
        return PLAIN_UNKNOWN;
    }
    if (op == LANG_EQ) {
        return equal(&a, &b);
    }
    if (op == LANG_NE) {
        return plain_not(equal(&a, &b));
    }
    if (op == LANG_LT || op == LANG_LE) {
        return less(&a, &b, op == LANG_LE);
    }
    return less(&b, &a, op == LANG_GE);
}

/* ---- arithmetic */
static struct plain_val moved(const struct plain *p, const struct plain_at *at, struct plain_val instant,
                              struct cf_duration d) {
    if (cf_unit_elapsed(d.unit)) {
        int64_t s = 0;
        struct plain_val v = plain_to_seconds(p, instant, CF_AS_START);
        if (!cf_duration_seconds(d, &s)) {
            return plain_unknown(LANG_T_INSTANT);
        }
        v.lo += v.no_lo ? 0 : s;
        v.hi += v.no_hi ? 0 : s;
        return v;
    }
    struct plain_val v = instant;
    v.day = true;
    int32_t lo = 0, hi = 0;
    int32_t day_lo = instant.day ? (int32_t)instant.lo : cf_time_day(p->ref->zone, instant.lo);
    int32_t day_hi = instant.day ? (int32_t)instant.hi : cf_time_day(p->ref->zone, instant.hi);
    enum cf_when w = v.no_lo ? CF_WHEN_OK : cf_day_add(p->ref->calendar, day_lo, d, &lo);
    enum cf_when w2 = v.no_hi ? CF_WHEN_OK : cf_day_add(p->ref->calendar, day_hi, d, &hi);
    if (w == CF_WHEN_BEYOND_CALENDAR || w2 == CF_WHEN_BEYOND_CALENDAR) {
        if (at->no_calendar != NULL) {
            *at->no_calendar = true;
        }
    }
    if (w != CF_WHEN_OK || w2 != CF_WHEN_OK) {
        return plain_unknown(LANG_T_INSTANT);
    }
    v.lo = lo;
    v.hi = hi;
    v.known = !v.no_lo && !v.no_hi && lo == hi;
    return v;
}

static bool plus(int64_t a, int64_t b, int64_t *out) {
    return !__builtin_add_overflow(a, b, out);
}

/* a + b: numbers, durations of one family, an instant and a duration. What cannot be added is unknown. */
struct plain_val plain_add(const struct plain *p, const struct plain_at *at, struct plain_val a, struct plain_val b) {
    if (a.kind == LANG_T_DURATION && b.kind == LANG_T_INSTANT) {
        struct plain_val t = a;
        a = b;
        b = t;
    }
    if (a.kind == LANG_T_INSTANT) {
        struct cf_duration d;
        return plain_duration_of(&b, &d) ? moved(p, at, a, d) : plain_unknown(LANG_T_INSTANT);
    }
    int64_t den = a.kind == LANG_T_DURATION ? 1 : a.den == b.den ? a.den : a.den * b.den;
    bool keep_unit = a.kind == LANG_T_DURATION && b.kind == LANG_T_DURATION && a.unit == b.unit;
    enum cf_unit unit = keep_unit ? a.unit : CF_SECOND;
    if (a.kind == LANG_T_DURATION && b.kind == LANG_T_DURATION && !keep_unit) {
        int64_t s;
        int f = family(a.unit, &s);
        unit = f == 0 ? CF_SECOND : f == 1 ? CF_DAY : f == 2 ? CF_WORKING_DAY : CF_MONTH;
    }
    if (!bounded(a.kind) || !bounded(b.kind) || (!keep_unit && !alike(p, &a, &b))) {
        return plain_unknown(a.kind);
    }
    struct plain_val v = {.kind = a.kind == LANG_T_WHOLE ? b.kind : a.kind, .unit = unit, .den = den};
    v.no_lo = a.no_lo || b.no_lo || !plus(a.lo, b.lo, &v.lo);
    v.no_hi = a.no_hi || b.no_hi || !plus(a.hi, b.hi, &v.hi);
    v.known = !v.no_lo && !v.no_hi && v.lo == v.hi;
    return v;
}

struct plain_val plain_negate(struct plain_val a) {
    if (!bounded(a.kind) || a.kind == LANG_T_INSTANT) {
        return plain_unknown(a.kind);
    }
    struct plain_val v = a;
    v.no_lo = a.no_hi || a.hi == INT64_MIN;
    v.no_hi = a.no_lo || a.lo == INT64_MIN;
    v.lo = v.no_lo ? 0 : -a.hi;
    v.hi = v.no_hi ? 0 : -a.lo;
    return v;
}

/* From one instant to another: elapsed seconds, as far as both are known. A date is its 00:00. */
struct plain_val plain_between(const struct plain *p, struct plain_val a, struct plain_val b) {
    a = plain_to_seconds(p, a, CF_AS_START);
    b = plain_to_seconds(p, b, CF_AS_START);
    struct plain_val v = plain_duration(0, CF_SECOND);
    v.no_lo = a.no_lo || b.no_hi || __builtin_sub_overflow(a.lo, b.hi, &v.lo);
    v.no_hi = a.no_hi || b.no_lo || __builtin_sub_overflow(a.hi, b.lo, &v.hi);
    v.known = !v.no_lo && !v.no_hi && v.lo == v.hi;
    return v;
}

/* Holds a number between two others; what is not known of it then spans from one to the other (G5). Whole numbers only. */
struct plain_val plain_clamp(struct plain_val v, struct plain_val lo, struct plain_val hi) {
    if (!plain_known(&lo) || !plain_known(&hi) || v.den != 1 || lo.den != 1 || hi.den != 1) {
        return v;
    }
    v.lo = v.no_lo || v.lo < lo.lo ? lo.lo : v.lo > hi.lo ? hi.lo : v.lo;
    v.hi = v.no_hi || v.hi > hi.lo ? hi.lo : v.hi < lo.lo ? lo.lo : v.hi;
    v.no_lo = v.no_hi = false;
    v.kind = LANG_T_WHOLE;
    v.known = v.lo == v.hi;
    return v;
}
