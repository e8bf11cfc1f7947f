/* Spans: when one was open, and how much time passed in it (X5, D5), with opening hours of units.
 * Must not know: duties, gates. */
#include "lang/plain.h"

enum { LOOK_BACK_DAYS = 366 }; /* of `time in` outside hours, without `in the last` */

/* ---- opening hours: by weekday and clock alone */
bool plain_unit_open(const struct plain *p, const struct lang_decl *unit, int64_t t) {
    struct cf_local l = cf_time_local(p->ref->zone, t);
    for (size_t i = 0; i < unit->as.unit.open.n; i++) {
        const struct lang_hours *h = &unit->as.unit.open.v[i];
        if ((h->days >> l.weekday & 1) != 0 && h->from_s <= l.clock && l.clock < h->to_s) {
            return true;
        }
    }
    return false;
}

/* The first instant after t at which the unit opens or closes; false: it never does. */
bool plain_unit_changes(const struct plain *p, const struct lang_decl *unit, int64_t t, int64_t *next) {
    bool open = plain_unit_open(p, unit, t), found = false;
    int32_t day = cf_time_day(p->ref->zone, t);
    for (int32_t d = day; d <= day + 8 && !found; d++) {
        for (size_t i = 0; i < 2 * unit->as.unit.open.n; i++) {
            const struct lang_hours *h = &unit->as.unit.open.v[i / 2];
            int64_t edge = cf_time_at(p->ref->zone, d, i % 2 == 0 ? h->from_s : h->to_s, NULL);
            if (edge > t && plain_unit_open(p, unit, edge) != open && (!found || edge < *next)) {
                *next = edge;
                found = true;
            }
        }
    }
    return found;
}

/* The unit's opening times of one day, from the earliest; false: none begins at or after `from`. */
static bool next_opening(const struct plain *p, const struct lang_decl *unit, int32_t day, int64_t from,
                         struct plain_interval *out) {
    bool found = false;
    for (size_t i = 0; i < unit->as.unit.open.n; i++) {
        const struct lang_hours *h = &unit->as.unit.open.v[i];
        int64_t begins = cf_time_at(p->ref->zone, day, h->from_s, NULL), ends = cf_time_at(p->ref->zone, day, h->to_s, NULL);
        if ((h->days >> cf_weekday(day) & 1) != 0 && ends > begins && ends > from && (!found || begins < out->from)) {
            *out = (struct plain_interval){begins, ends};
            found = true;
        }
    }
    return found;
}

static void closed_hours(const struct plain *p, const struct lang_decl *unit, int64_t from, int64_t to,
                         struct plain_intervals *out) {
    int64_t t = from; /* closed from here on, as far as is known */
    if (unit->as.unit.open.n == 0) {
        *cf_push(p->a, out) = (struct plain_interval){from, INT64_MAX};
        return;
    }
    for (int32_t day = cf_time_day(p->ref->zone, from); cf_day_start(p->ref->zone, day) < to; day++) {
        struct plain_interval open = {0, 0};
        while (next_opening(p, unit, day, t, &open)) {
            if (open.from > t && t < to) {
                *cf_push(p->a, out) = (struct plain_interval){t, open.from};
            }
            t = open.to;
        }
    }
    if (t < to) { /* the next opening is on a later day */
        int64_t next = INT64_MAX;
        bool opens = !plain_unit_open(p, unit, t) && plain_unit_changes(p, unit, t, &next);
        *cf_push(p->a, out) = (struct plain_interval){t, opens ? next : INT64_MAX};
    }
}

/* The intervals in which a span is open, over the events visible at the point. `most`: as much as may be, from possible starts
 * to sure ends; otherwise as little as is sure. A span opens at a start event and closes at the next end. Only intervals that
 * end after `from` and start before `to` are given; hours are cut to [from, to). */
void plain_span_intervals(const struct plain *p, const struct plain_at *at, const struct lang_decl *span, bool most,
                          int64_t from, int64_t to, struct plain_intervals *out) {
    const struct lang_span_decl *s = &span->as.span;
    if (s->hours_unit != NULL) {
        closed_hours(p, s->hours_unit, from, to, out);
        return;
    }
    bool open = false;
    int64_t since = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct lang_event *e = plain_event(p, i);
        enum plain_tri starts = plain_matches(p, at, s->from, i), ends = plain_matches(p, at, s->to, i);
        if (!open && starts != PLAIN_NO && (most || starts == PLAIN_YES)) {
            open = true;
            since = most ? e->from : e->to;
        } else if (open && ends != PLAIN_NO && (!most || ends == PLAIN_YES)) {
            int64_t until = most ? e->to : e->from;
            open = false;
            if (until > since && until > from && since < to) {
                *cf_push(p->a, out) = (struct plain_interval){since, until};
            }
        }
    }
    if (open && since < to) {
        *cf_push(p->a, out) = (struct plain_interval){since, INT64_MAX};
    }
}

/* ---- time in a span */
struct measure {
    int64_t total, longest;
};

static void add_piece(struct measure *m, int64_t from, int64_t to) {
    if (to > from) {
        m->total += to - from;
        m->longest = to - from > m->longest ? to - from : m->longest;
    }
}

/* Does the time of day that is asked for begin on this day? */
static bool begins_on(const struct lang_expr *e, int32_t day) {
    return e->days == 0 || (e->days >> cf_weekday(day) & 1) != 0;
}

static void add_clocked(const struct plain *p, const struct lang_expr *e, int64_t from, int64_t to, struct measure *m) {
    int32_t wraps = e->num2 <= e->num;
    for (int32_t d = cf_time_day(p->ref->zone, from) - 1; cf_day_start(p->ref->zone, d) < to; d++) {
        int64_t b = cf_time_at(p->ref->zone, d, (int32_t)e->num, NULL);
        int64_t c = cf_time_at(p->ref->zone, d + wraps, (int32_t)e->num2, NULL);
        if (begins_on(e, d)) {
            add_piece(m, b > from ? b : from, c < to ? c : to);
        }
    }
}

static int64_t window_start(const struct lang_expr *e, int64_t t) {
    int64_t d;
    if (e->duration.n != 0 && cf_duration_seconds(e->duration, &d)) {
        return t - d;
    }
    return CF_TIME_MIN;
}

static int64_t time_in(const struct plain *p, const struct plain_at *at, const struct lang_expr *e,
                       const struct lang_decl *span, bool most) {
    int64_t from = window_start(e, at->t);
    if (span->as.span.hours_unit != NULL && from == CF_TIME_MIN) {
        from = at->t - (int64_t)LOOK_BACK_DAYS * 86400;
    }
    struct plain_intervals in = {0};
    plain_span_intervals(p, at, span, most, from, at->t, &in);
    struct measure m = {0, 0};
    for (size_t i = 0; i < in.n; i++) {
        int64_t b = in.v[i].from > from ? in.v[i].from : from, c = in.v[i].to < at->t ? in.v[i].to : at->t;
        if (c > b && e->num >= 0) {
            add_clocked(p, e, b, c, &m);
        } else {
            add_piece(&m, b, c);
        }
    }
    return e->longest ? m.longest : m.total;
}

/* Of the longest time: when the piece that runs at the point will be as long as the longest; INT64_MAX: it runs not, or it is.
 */
int64_t plain_overtakes(const struct plain *p, const struct plain_at *at, const struct lang_expr *e,
                        const struct lang_decl *span, bool most) {
    int64_t from = window_start(e, at->t), since = INT64_MAX;
    if (span->as.span.hours_unit != NULL && from == CF_TIME_MIN) {
        from = at->t - (int64_t)LOOK_BACK_DAYS * 86400;
    }
    struct plain_intervals in = {0};
    plain_span_intervals(p, at, span, most, from, at->t + 1, &in);
    for (size_t i = 0; i < in.n; i++) {
        since = in.v[i].from <= at->t && at->t < in.v[i].to ? in.v[i].from > from ? in.v[i].from : from : since;
    }
    int32_t wraps = e->num2 <= e->num, day = cf_time_day(p->ref->zone, at->t);
    bool inside = e->num < 0;
    for (int32_t d = day - 1; d <= day && e->num >= 0 && since != INT64_MAX; d++) {
        int64_t b = cf_time_at(p->ref->zone, d, (int32_t)e->num, NULL),
                c = cf_time_at(p->ref->zone, d + wraps, (int32_t)e->num2, NULL);
        if (begins_on(e, d) && b <= at->t && at->t < c) {
            inside = true;
            since = b > since ? b : since;
        }
    }
    int64_t longest = time_in(p, at, e, span, most);
    return since != INT64_MAX && inside && longest > at->t - since ? longest + since : INT64_MAX;
}

struct plain_val plain_time_in(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_decl *span = plain_version(at, e->decl);
    struct plain_val v = plain_duration(0, CF_SECOND);
    v.lo = time_in(p, at, e, span, false);
    v.hi = time_in(p, at, e, span, true);
    v.known = v.lo == v.hi;
    return v;
}

/* A span as a condition: is it open at the point? */
struct plain_val plain_cond_span(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_decl *span = plain_version(at, e->decl);
    if (span->as.span.hours_unit != NULL) {
        return plain_truth_val(plain_unit_open(p, span->as.span.hours_unit, at->t) ? PLAIN_NO : PLAIN_YES);
    }
    bool open[2];
    for (int most = 0; most < 2; most++) {
        struct plain_intervals in = {0};
        plain_span_intervals(p, at, span, most != 0, at->t, INT64_MAX, &in);
        open[most] = in.n > 0 && in.v[in.n - 1].from <= at->t && in.v[in.n - 1].to > at->t;
    }
    return plain_truth_val(open[0] ? PLAIN_YES : open[1] ? PLAIN_UNKNOWN : PLAIN_NO);
}
