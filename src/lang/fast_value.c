/* fast_value: arithmetic and comparison of the compiled evaluator's values, with their bounds (U3, U6).
 * Must not know: events, rules, the plain evaluator. */
#include "lang/fast_priv.h"

struct fast_val fast_unknown(unsigned kind) {
    return (struct fast_val){.kind = (uint8_t)kind, .flags = FAST_NO_LO | FAST_NO_HI, .den = 1};
}

struct fast_val fast_one(unsigned kind, int64_t i) {
    return (struct fast_val){.kind = (uint8_t)kind, .flags = FAST_KNOWN, .lo = i, .hi = i, .den = 1};
}

struct fast_val fast_between(int64_t lo, int64_t hi) {
    return (struct fast_val){.kind = LANG_T_WHOLE, .flags = lo == hi ? FAST_KNOWN : 0, .lo = lo, .hi = hi, .den = 1};
}

struct fast_val fast_days(int64_t from, int64_t to) {
    return (struct fast_val){
        .kind = LANG_T_INSTANT, .flags = (uint8_t)(FAST_DAY | (from == to ? FAST_KNOWN : 0)), .lo = from, .hi = to, .den = 1};
}

static bool bounded(unsigned kind) {
    return kind == LANG_T_WHOLE || kind == LANG_T_FRACTION || kind == LANG_T_INSTANT || kind == LANG_T_DURATION;
}

static bool is_number(unsigned kind) {
    return kind == LANG_T_WHOLE || kind == LANG_T_FRACTION;
}

bool fast_known(const struct fast_val *v) {
    return bounded(v->kind) ? (v->flags & (FAST_NO_LO | FAST_NO_HI)) == 0 && v->lo == v->hi : (v->flags & FAST_KNOWN) != 0;
}

/* `kind` is what the field declares; for a set `elem` is its items'. */
struct fast_val fast_from_value(const struct lang_value *v, unsigned kind, unsigned elem) {
    switch ((enum lang_value_kind)v->kind) {
    case LANG_V_NOT_ASKED:
    case LANG_V_NOT_KNOWN:
    case LANG_V_DECLINED: break;
    case LANG_V_YESNO: return fast_one(LANG_T_YESNO, v->i != 0);
    case LANG_V_WHOLE: return fast_one(LANG_T_WHOLE, v->i);
    case LANG_V_FRACTION: {
        struct fast_val f = fast_one(LANG_T_FRACTION, v->i);
        f.den = v->more;
        return v->more == 0 ? fast_unknown(LANG_T_FRACTION) : f;
    }
    case LANG_V_DATE: return fast_days((int32_t)v->i, (int32_t)(v->i + v->more));
    case LANG_V_INSTANT: return fast_one(LANG_T_INSTANT, v->i);
    case LANG_V_DURATION: {
        struct fast_val d = fast_one(LANG_T_DURATION, v->i);
        d.unit = (uint8_t)v->more;
        return d;
    }
    case LANG_V_CODE: return fast_one(LANG_T_CODE, v->i);
    case LANG_V_SUBJECT: return fast_one(LANG_T_SUBJECT, v->i);
    case LANG_V_EVENT: return fast_one(LANG_T_EVENT, v->i);
    case LANG_V_TEXT: return fast_one(LANG_T_TEXT, 0);
    case LANG_V_LIST:
        if (kind == LANG_T_SET) {
            return (struct fast_val){
                .kind = LANG_T_SET, .flags = FAST_KNOWN, .elem = (uint8_t)elem, .items = v->items, .hi = v->more, .den = 1};
        }
        return v->more == 1 ? fast_from_value(&v->items[0].v, kind, elem) : fast_unknown(kind);
    }
    return fast_unknown(kind);
}

/* ---- instants and durations */

static int64_t edge_of_day(const struct lang_reference *ref, int64_t day, enum cf_as as) {
    return as == CF_AS_START ? cf_day_start(ref->zone, (int32_t)day) : cf_day_end(ref->zone, (int32_t)day);
}

/* A day becomes its 00:00, or as a deadline its 23:59:59 (T1). */
struct fast_val fast_seconds(const struct lang_reference *ref, struct fast_val v, enum cf_as as) {
    if (v.kind != LANG_T_INSTANT || (v.flags & FAST_DAY) == 0) {
        return v;
    }
    v.flags &= (uint8_t)~FAST_DAY;
    bool one = v.lo == v.hi;
    v.lo = (v.flags & FAST_NO_LO) != 0 ? v.lo : edge_of_day(ref, v.lo, as);
    v.hi = (v.flags & FAST_NO_HI) != 0 ? v.hi : one && (v.flags & FAST_NO_LO) == 0 ? v.lo : edge_of_day(ref, v.hi, as);
    return v;
}

bool fast_duration(const struct fast_val *v, struct cf_duration *out) {
    if (v->kind != LANG_T_DURATION || !fast_known(v) || v->lo > INT32_MAX || v->lo < -INT32_MAX) {
        return false;
    }
    *out = (struct cf_duration){.n = (int32_t)v->lo, .unit = (enum cf_unit)v->unit};
    return true;
}

static const struct unit_row {
    uint8_t base; /* the unit that its family is measured in */
    int32_t size;
} units[] = {[CF_SECOND] = {CF_SECOND, 1}, [CF_MINUTE] = {CF_SECOND, 60}, [CF_HOUR] = {CF_SECOND, 3600},
             [CF_DAY] = {CF_DAY, 1},       [CF_WEEK] = {CF_DAY, 7},       [CF_WORKING_DAY] = {CF_WORKING_DAY, 1},
             [CF_MONTH] = {CF_MONTH, 1},   [CF_YEAR] = {CF_MONTH, 12}};

static bool scale(struct fast_val *v, int64_t by) {
    if (by == 1) {
        return true;
    }
    bool lo = (v->flags & FAST_NO_LO) != 0 || !__builtin_mul_overflow(v->lo, by, &v->lo);
    return lo && ((v->flags & FAST_NO_HI) != 0 || !__builtin_mul_overflow(v->hi, by, &v->hi));
}

/* Brings two bounded values to one scale; false: they have none in common. */
static bool alike(const struct lang_reference *ref, struct fast_val *a, struct fast_val *b) {
    if (is_number(a->kind) && is_number(b->kind)) {
        int64_t da = a->den, db = b->den;
        return da == db || (scale(a, db) && scale(b, da));
    }
    if (a->kind != b->kind) {
        return false;
    }
    if (a->kind == LANG_T_INSTANT) {
        if (((a->flags ^ b->flags) & FAST_DAY) != 0) {
            *a = fast_seconds(ref, *a, CF_AS_START);
            *b = fast_seconds(ref, *b, CF_AS_START);
        }
        return true;
    }
    const struct unit_row *ua = &units[a->unit], *ub = &units[b->unit];
    return ua->base == ub->base && scale(a, ua->size) && scale(b, ub->size);
}

/* ---- comparing: true of the whole range is yes, false of the whole range is no (U3) */

static enum fast_tri less(const struct fast_val *a, const struct fast_val *b, bool or_equal) {
    if (((a->flags & FAST_NO_HI) | (b->flags & FAST_NO_LO)) == 0 && (a->hi < b->lo || (or_equal && a->hi == b->lo))) {
        return FAST_YES;
    }
    if (((a->flags & FAST_NO_LO) | (b->flags & FAST_NO_HI)) == 0 && (a->lo > b->hi || (!or_equal && a->lo == b->hi))) {
        return FAST_NO;
    }
    return FAST_UNKNOWN;
}

static enum fast_tri equal(const struct fast_val *a, const struct fast_val *b) {
    bool points = ((a->flags | b->flags) & (FAST_NO_LO | FAST_NO_HI)) == 0 && a->lo == a->hi && b->lo == b->hi;
    if (points) {
        return a->lo == b->lo ? FAST_YES : FAST_NO;
    }
    return less(a, b, false) == FAST_YES || less(b, a, false) == FAST_YES ? FAST_NO : FAST_UNKNOWN;
}

enum fast_tri fast_compare(const struct lang_reference *ref, enum lang_op op, struct fast_val a, struct fast_val b) {
    if (bounded(a.kind) && bounded(b.kind)) {
        if (!alike(ref, &a, &b)) {
            return FAST_UNKNOWN;
        }
    } else if (a.kind != b.kind || (a.flags & b.flags & FAST_KNOWN) == 0 || a.kind == LANG_T_SET || a.kind == LANG_T_TEXT) {
        return FAST_UNKNOWN;
    }
    switch ((int)op) {
    case LANG_EQ: return equal(&a, &b);
    case LANG_NE: return (enum fast_tri)(FAST_YES - equal(&a, &b));
    case LANG_LT: return less(&a, &b, false);
    case LANG_LE: return less(&a, &b, true);
    case LANG_GT: return less(&b, &a, false);
    default: return less(&b, &a, true);
    }
}

/* ---- adding */

struct fast_val fast_shift(struct lang_machine *m, struct fast_val v, struct cf_duration d) {
    const struct lang_reference *ref = m->p->ref;
    if (cf_unit_elapsed(d.unit)) {
        int64_t s = 0;
        v = fast_seconds(ref, v, CF_AS_START);
        if (!cf_duration_seconds(d, &s)) {
            return fast_unknown(LANG_T_INSTANT);
        }
        v.lo += (v.flags & FAST_NO_LO) != 0 ? 0 : s;
        v.hi += (v.flags & FAST_NO_HI) != 0 ? 0 : s;
        return v;
    }
    bool day = (v.flags & FAST_DAY) != 0, no_lo = (v.flags & FAST_NO_LO) != 0, no_hi = (v.flags & FAST_NO_HI) != 0;
    int32_t from = no_lo ? 0
                   : day ? (int32_t)v.lo
                         : fast_day(m, v.lo),
            to = no_hi ? 0
                 : day ? (int32_t)v.hi
                       : fast_day(m, v.hi);
    int32_t lo = 0, hi = 0;
    enum cf_when w = no_lo ? CF_WHEN_OK : cf_day_add(ref->calendar, from, d, &lo);
    enum cf_when w2 = no_hi ? CF_WHEN_OK : cf_day_add(ref->calendar, to, d, &hi);
    if (w == CF_WHEN_BEYOND_CALENDAR || w2 == CF_WHEN_BEYOND_CALENDAR) {
        m->no_calendar = true;
    }
    if (w != CF_WHEN_OK || w2 != CF_WHEN_OK) {
        return fast_unknown(LANG_T_INSTANT);
    }
    v.lo = lo;
    v.hi = hi;
    v.flags = (uint8_t)((v.flags & (FAST_NO_LO | FAST_NO_HI)) | FAST_DAY | (!no_lo && !no_hi && lo == hi ? FAST_KNOWN : 0));
    return v;
}

/* Numbers, durations of one family, an instant and a duration. What cannot be added is unknown. */
struct fast_val fast_add(struct lang_machine *m, struct fast_val a, struct fast_val b) {
    if (a.kind == LANG_T_DURATION && b.kind == LANG_T_INSTANT) {
        struct fast_val x = a;
        a = b;
        b = x;
    }
    if (a.kind == LANG_T_INSTANT) {
        struct cf_duration d;
        return fast_duration(&b, &d) ? fast_shift(m, a, d) : fast_unknown(LANG_T_INSTANT);
    }
    bool durations = a.kind == LANG_T_DURATION && b.kind == LANG_T_DURATION, keep = durations && a.unit == b.unit;
    uint8_t unit = !durations ? CF_SECOND : keep ? a.unit : units[a.unit].base;
    int64_t den = a.kind == LANG_T_DURATION ? 1 : a.den == b.den ? a.den : a.den * b.den;
    if (!bounded(a.kind) || !bounded(b.kind) || (!keep && !alike(m->p->ref, &a, &b))) {
        return fast_unknown(a.kind);
    }
    struct fast_val v = {.kind = a.kind == LANG_T_WHOLE ? b.kind : a.kind, .unit = unit, .den = den};
    bool no_lo = ((a.flags | b.flags) & FAST_NO_LO) != 0 || __builtin_add_overflow(a.lo, b.lo, &v.lo);
    bool no_hi = ((a.flags | b.flags) & FAST_NO_HI) != 0 || __builtin_add_overflow(a.hi, b.hi, &v.hi);
    v.flags =
        (uint8_t)((no_lo ? FAST_NO_LO : 0) | (no_hi ? FAST_NO_HI : 0) | (!no_lo && !no_hi && v.lo == v.hi ? FAST_KNOWN : 0));
    return v;
}

struct fast_val fast_negate(struct fast_val a) {
    if (!bounded(a.kind) || a.kind == LANG_T_INSTANT) {
        return fast_unknown(a.kind);
    }
    struct fast_val v = a;
    bool no_lo = (a.flags & FAST_NO_HI) != 0 || a.hi == INT64_MIN, no_hi = (a.flags & FAST_NO_LO) != 0 || a.lo == INT64_MIN;
    v.flags = (uint8_t)((a.flags & (FAST_KNOWN | FAST_DAY)) | (no_lo ? FAST_NO_LO : 0) | (no_hi ? FAST_NO_HI : 0));
    v.lo = no_lo ? 0 : -a.hi;
    v.hi = no_hi ? 0 : -a.lo;
    return v;
}

/* From one instant to another: elapsed seconds, as far as both are known. A date is its 00:00. */
struct fast_val fast_elapsed(const struct lang_reference *ref, struct fast_val a, struct fast_val b) {
    a = fast_seconds(ref, a, CF_AS_START);
    b = fast_seconds(ref, b, CF_AS_START);
    struct fast_val v = {.kind = LANG_T_DURATION, .unit = CF_SECOND, .den = 1};
    bool no_lo = (a.flags & FAST_NO_LO) != 0 || (b.flags & FAST_NO_HI) != 0 || __builtin_sub_overflow(a.lo, b.hi, &v.lo);
    bool no_hi = (a.flags & FAST_NO_HI) != 0 || (b.flags & FAST_NO_LO) != 0 || __builtin_sub_overflow(a.hi, b.lo, &v.hi);
    v.flags =
        (uint8_t)((no_lo ? FAST_NO_LO : 0) | (no_hi ? FAST_NO_HI : 0) | (!no_lo && !no_hi && v.lo == v.hi ? FAST_KNOWN : 0));
    return v;
}

/* Holds a whole number between two others; what is not known of it then spans from one to the other (G5). */
struct fast_val fast_clamp(struct fast_val v, struct fast_val lo, struct fast_val hi) {
    if (!fast_known(&lo) || !fast_known(&hi) || v.den != 1 || lo.den != 1 || hi.den != 1) {
        return v;
    }
    v.lo = (v.flags & FAST_NO_LO) != 0 || v.lo < lo.lo ? lo.lo : v.lo > hi.lo ? hi.lo : v.lo;
    v.hi = (v.flags & FAST_NO_HI) != 0 || v.hi > hi.lo ? hi.lo : v.hi < lo.lo ? lo.lo : v.hi;
    v.kind = LANG_T_WHOLE;
    v.flags = v.lo == v.hi ? FAST_KNOWN : 0;
    return v;
}
