/* The clocks of duties: deadlines (D4), stops (D5), extensions (D7), warnings and escalations (D11).
 * Must not know: what triggers a duty, or ends it. */
#include "lang/plain.h"

enum { MOST_STOPS = 100000 };

static int64_t being_known(const struct plain *p, const struct plain_inst *in) {
    int64_t t = in->at.trigger_t;
    for (size_t i = 0; i < p->n; i++) {
        if (plain_set_has(&in->trigger_support, i) && plain_event(p, i)->known > t) {
            t = plain_event(p, i)->known;
        }
    }
    return t;
}

/* What the deadline asks for, evaluated at the trigger (X1). Of a range of instants the first counts (U6). */
struct plain_deadline plain_deadline(const struct plain *p, const struct plain_inst *in) {
    const struct lang_duty *duty = &in->line.rule->as.duty;
    struct plain_deadline d = {.has = false};
    struct plain_at at = in->at;
    at.no_calendar = &d.no_calendar;
    at.one_unknown = &d.one_unknown;
    if (duty->trigger == LANG_EACH) {
        int32_t next = cf_period_next((enum cf_period)duty->period, in->line.period);
        d.has = d.by = true;
        d.due = cf_day_end(p->ref->zone, next - 1);
        return d;
    }
    if (!duty->has_deadline) {
        return d;
    }
    if (duty->by_instant) {
        at.as = CF_AS_DEADLINE;
        struct plain_val v = plain_to_seconds(p, plain_value(p, &at, duty->by.value), CF_AS_DEADLINE);
        d.has = v.kind == LANG_T_INSTANT && !v.no_lo;
        d.by = true;
        d.due = v.lo;
        return d;
    }
    struct plain_val v = plain_value(p, &at, duty->within.value);
    d.has = plain_duration_of(&v, &d.allowance);
    d.start = at.trigger_t;
    if (duty->of != NULL && duty->of->op == LANG_BEING_KNOWN) {
        d.start = being_known(p, in);
    } else if (duty->of != NULL) {
        at.as = CF_AS_START;
        struct plain_val of = plain_to_seconds(p, plain_value(p, &at, duty->of), CF_AS_START);
        d.has = d.has && of.kind == LANG_T_INSTANT && !of.no_lo;
        d.start = of.lo;
    }
    return d;
}

/* ---- stops (D5) */
struct stops {
    const struct plain *p;
    const struct plain_inst *in;
    struct plain_intervals known; /* of spans between events */
};

static struct stops stops_at(const struct plain *p, const struct plain_inst *in, struct plain_point pt) {
    struct stops s = {.p = p, .in = in};
    const struct lang_duty *duty = &in->line.rule->as.duty;
    struct plain_at at = in->at;
    at.t = pt.t;
    at.upto = pt.upto;
    at.self = PLAIN_NONE;
    for (size_t i = 0; i < duty->not_counting_decls.n; i++) {
        const struct lang_decl *span = plain_version(&at, duty->not_counting_decls.v[i]);
        struct plain_intervals all = {0};
        if (span->as.span.hours_unit == NULL) {
            plain_span_intervals(p, &at, span, false, CF_TIME_MIN, INT64_MAX, &all);
        }
        for (size_t k = 0; k < all.n; k++) {
            if (all.v[k].from <= pt.t) {
                *cf_push(p->a, &s.known) = all.v[k];
            }
        }
    }
    return s;
}

/* The stop that is running at `t`, or the next one after it; it ends after t. False: no more are known. */
static bool next_stop(const struct stops *s, int64_t t, struct plain_interval *out) {
    struct plain_interval best = {INT64_MAX, INT64_MAX};
    for (size_t i = 0; i < s->known.n; i++) {
        if (s->known.v[i].to > t && s->known.v[i].from < best.from) {
            best = s->known.v[i];
        }
    }
    const struct lang_duty *duty = &s->in->line.rule->as.duty;
    for (size_t i = 0; i < duty->not_counting_decls.n; i++) {
        const struct lang_decl *unit = plain_version(&s->in->at, duty->not_counting_decls.v[i])->as.span.hours_unit;
        int64_t from = t, to = INT64_MAX;
        if (unit == NULL || (plain_unit_open(s->p, unit, t) && !plain_unit_changes(s->p, unit, t, &from))) {
            continue;
        }
        if (from < best.from) {
            bool opens = plain_unit_changes(s->p, unit, from, &to);
            best = (struct plain_interval){from, opens ? to : INT64_MAX};
        }
    }
    *out = best;
    return best.from != INT64_MAX;
}

/* Due is the first instant at which the counted time reaches the allowance; inside a stop without a known end there is none. */
static struct plain_clock walk(const struct stops *s, int64_t start, int64_t allowance) {
    struct plain_clock c = {.dated = true};
    int64_t t = start, left = allowance;
    struct plain_interval stop;
    for (int n = 0; n < MOST_STOPS && next_stop(s, t, &stop); n++) {
        int64_t from = stop.from > t ? stop.from : t;
        if (from - t >= left) {
            break;
        }
        left -= from - t;
        t = stop.to;
        if (stop.to == INT64_MAX) {
            return (struct plain_clock){.stopped = true, .left = left};
        }
    }
    c.due = t + left;
    return c;
}

/* The clock at a point, with an allowance. */
struct plain_clock plain_clock_at(const struct plain *p, const struct plain_inst *in, struct plain_point pt,
                                  const struct plain_deadline *d, struct cf_duration allowance) {
    struct plain_clock c = {.dated = d->has, .due = d->due};
    if (!d->has || d->by) {
        return c;
    }
    int64_t seconds;
    if (cf_duration_seconds(allowance, &seconds)) {
        struct stops s = stops_at(p, in, pt);
        return walk(&s, d->start, seconds);
    }
    enum cf_when w = cf_time_add(p->ref->zone, p->ref->calendar, d->start, allowance, CF_AS_DEADLINE, &c.due);
    c.dated = w == CF_WHEN_OK;
    c.no_calendar = w == CF_WHEN_BEYOND_CALENDAR;
    return c;
}

/* ---- extensions (D7) */
static bool more_than(const struct plain *p, const struct plain_inst *in, struct plain_point pt, const struct plain_deadline *d,
                      struct cf_duration now, struct cf_duration then) {
    int64_t a, b;
    if (cf_duration_seconds(now, &a) && cf_duration_seconds(then, &b)) {
        return b > a;
    }
    struct plain_clock x = plain_clock_at(p, in, pt, d, now), y = plain_clock_at(p, in, pt, d, then);
    return x.dated && y.dated && y.due > x.due;
}

static bool grants(const struct plain *p, const struct plain_inst *in, const struct lang_extension *x, size_t i,
                   struct cf_duration *to) {
    struct plain_at at = plain_ending_at(p, in, i);
    at.self = PLAIN_NONE;
    if (i == in->at.trigger || plain_matches(p, &at, x->by, i) != PLAIN_YES) {
        return false;
    }
    at.self = i;
    if (x->where != NULL && plain_truth(p, &at, x->where) != PLAIN_YES) {
        return false;
    }
    struct plain_val v = plain_value(p, &at, x->to.value);
    return plain_duration_of(&v, to);
}

/* The allowance at a point, with each extension that came by the due instant as it then stood. takens may be NULL. */
struct cf_duration plain_allowance(const struct plain *p, const struct plain_inst *in, const struct plain_deadline *d,
                                   struct plain_point pt, struct plain_takens *takens) {
    const struct lang_duty *duty = &in->line.rule->as.duty;
    struct cf_duration now = d->allowance;
    for (size_t k = 0; k < p->n && duty->extended.n > 0 && d->has && !d->by; k++) {
        size_t i = p->by_to[k];
        struct plain_point here = {plain_event(p, i)->to, i + 1};
        if (!plain_point_before(in->born, here) || plain_point_before(pt, here)) {
            continue;
        }
        for (size_t x = 0; x < duty->extended.n; x++) {
            struct cf_duration to;
            if (!grants(p, in, &duty->extended.v[x], i, &to)) {
                continue;
            }
            struct plain_clock c = plain_clock_at(p, in, here, d, now);
            bool taken = (c.stopped || (c.dated && here.t <= c.due)) && more_than(p, in, here, d, now, to);
            now = taken ? to : now;
            if (takens != NULL) {
                *cf_push(p->a, takens) = (struct plain_taken){i, &duty->extended.v[x], taken, to};
            }
        }
    }
    return now;
}

/* ---- warnings and escalations (D11) */

/* From when on the duty is warned; INT64_MAX: never. */
int64_t plain_warn_at(const struct plain *p, const struct plain_inst *in, const struct lang_warn *w) {
    struct plain_val v = plain_value(p, &in->at, w->d.value);
    struct cf_duration d;
    int64_t t = 0;
    if (!plain_duration_of(&v, &d) || (!w->after && !in->line.has_due)) {
        return INT64_MAX;
    }
    int64_t from = w->after ? in->at.trigger_t : in->line.due;
    d = w->after ? d : cf_duration_negate(d);
    return cf_time_add(p->ref->zone, p->ref->calendar, from, d, CF_AS_START, &t) == CF_WHEN_OK ? t : INT64_MAX;
}

/* The last instant at which the duty is not yet escalated; INT64_MAX: it never is. */
int64_t plain_escalate_after(const struct plain *p, const struct plain_inst *in, const struct lang_escalate *e) {
    if (!in->line.has_due) {
        return INT64_MAX;
    }
    if (e->after.value == NULL) {
        return in->line.due;
    }
    struct plain_val v = plain_value(p, &in->at, e->after.value);
    struct cf_duration d;
    int64_t t = 0;
    if (!plain_duration_of(&v, &d) ||
        cf_time_add(p->ref->zone, p->ref->calendar, in->line.due, d, CF_AS_DEADLINE, &t) != CF_WHEN_OK) {
        return INT64_MAX;
    }
    return t;
}
