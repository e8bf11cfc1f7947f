/* fast_span: when a span was open, and how much time passed in it (X5, D5), with opening hours of units.
 * Must not know: duties, gates. */
#include "lang/fast_priv.h"

enum { LOOK_BACK_DAYS = 366 }; /* of `time in` outside hours, without `in the last` */

/* ---- opening hours: by weekday and clock alone */

bool fast_unit_open(const struct lang_machine *m, const struct lang_decl *unit, int64_t t) {
    struct cf_local l = cf_time_local(m->p->ref->zone, t);
    for (size_t i = 0; i < unit->as.unit.open.n; i++) {
        const struct lang_hours *h = &unit->as.unit.open.v[i];
        if ((h->days >> l.weekday & 1) != 0 && h->from_s <= l.clock && l.clock < h->to_s) {
            return true;
        }
    }
    return false;
}

/* The first instant after t at which the unit opens or closes; false: it never does. */
bool fast_unit_changes(struct lang_machine *m, const struct lang_decl *unit, int64_t t, int64_t *next) {
    bool open = fast_unit_open(m, unit, t), found = false;
    int32_t day = fast_day(m, t);
    for (int32_t d = day; d <= day + 8 && !found; d++) {
        for (size_t i = 0; i < unit->as.unit.open.n; i++) {
            const struct lang_hours *h = &unit->as.unit.open.v[i];
            int64_t edges[] = {fast_time_at(m, d, h->from_s), fast_time_at(m, d, h->to_s)};
            for (size_t k = 0; k < 2; k++) {
                if (edges[k] > t && (!found || edges[k] < *next) && fast_unit_open(m, unit, edges[k]) != open) {
                    *next = edges[k];
                    found = true;
                }
            }
        }
    }
    return found;
}

static void add(struct lang_machine *m, int64_t from, int64_t to) {
    *FAST_PUSH(m, &m->intervals) = (struct fast_interval){from, to};
}

static void closed_hours(struct lang_machine *m, const struct lang_decl *unit, int64_t from, int64_t to) {
    int64_t t = from;
    while (t < to) {
        int64_t next = INT64_MAX;
        bool changes = fast_unit_changes(m, unit, t, &next);
        if (!fast_unit_open(m, unit, t)) {
            add(m, t, next);
        }
        if (!changes) {
            return;
        }
        t = next;
    }
}

/* The next event, in order, of two lists; FAST_NONE_AT after the last. One that stands in both is given once. */
static uint32_t next_of(const struct fast_slice lists[2], uint32_t k[2]) {
    uint32_t a = k[0] < lists[0].n ? lists[0].v[k[0]] : FAST_NONE_AT, b = k[1] < lists[1].n ? lists[1].v[k[1]] : FAST_NONE_AT;
    uint32_t best = a < b ? a : b;
    k[0] += a == best;
    k[1] += b == best;
    return best;
}

static enum fast_tri chosen(struct lang_machine *m, const struct fast_sel *s, uint32_t i) {
    return s->record == m->events[i].record ? fast_matches(m, s, i) : FAST_NO;
}

static void event_intervals(struct lang_machine *m, const struct fast_span *span, bool most, int64_t from, int64_t to) {
    const struct fast_sel *a = &m->p->sels.v[span->from], *b = &m->p->sels.v[span->to];
    if (a->record == UINT32_MAX || b->record == UINT32_MAX) {
        return;
    }
    struct fast_slice lists[2] = {fast_reach(m, a->record, a->any_episode), fast_reach(m, b->record, b->any_episode)};
    uint32_t k[2] = {0, 0};
    bool open = false;
    int64_t since = 0;
    for (uint32_t i = next_of(lists, k); i != FAST_NONE_AT; i = next_of(lists, k)) {
        const struct lang_event *e = &m->events[i];
        enum fast_tri starts = chosen(m, a, i), ends = chosen(m, b, i);
        if (!open && starts != FAST_NO && (most || starts == FAST_YES)) {
            open = true;
            since = most ? e->from : e->to;
        } else if (open && ends != FAST_NO && (!most || ends == FAST_YES)) {
            int64_t until = most ? e->to : e->from;
            open = false;
            if (until > since && until > from && since < to) {
                add(m, since, until);
            }
        }
    }
    if (open && since < to) {
        add(m, since, INT64_MAX);
    }
}

/* The intervals in which a span is open, over what is seen, left in m->intervals. `most`: as much as may be, from possible
 * starts to sure ends; otherwise as little as is sure. Those that end after `from` and start before `to`; hours are cut to
 * that. */
void fast_intervals(struct lang_machine *m, const struct fast_span *s, bool most, int64_t from, int64_t to) {
    m->intervals.n = 0;
    if (s->unit != NULL) {
        closed_hours(m, s->unit, from, to);
    } else if (s->from != UINT32_MAX && s->to != UINT32_MAX) {
        event_intervals(m, s, most, from, to);
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
static bool begins_on(const struct fast_time_in *e, int32_t day) {
    return e->days == 0 || (e->days >> cf_weekday(day) & 1) != 0;
}

static void add_clocked(struct lang_machine *m, const struct fast_time_in *e, int64_t from, int64_t to, struct measure *sum) {
    int32_t wraps = e->clock_to <= e->clock_from;
    for (int32_t d = fast_day(m, from) - 1; fast_day_start(m, d) < to; d++) {
        int64_t b = fast_time_at(m, d, e->clock_from), c = fast_time_at(m, d + wraps, e->clock_to);
        if (begins_on(e, d)) {
            add_piece(sum, b > from ? b : from, c < to ? c : to);
        }
    }
}

static int64_t window_start(const struct lang_machine *m, const struct fast_time_in *e, const struct fast_span *span) {
    int64_t d;
    if (e->window.n != 0 && cf_duration_seconds(e->window, &d)) {
        return m->at.t - d;
    }
    return span->unit != NULL ? m->at.t - (int64_t)LOOK_BACK_DAYS * 86400 : CF_TIME_MIN;
}

static int64_t time_in(struct lang_machine *m, const struct fast_time_in *e, const struct fast_span *span, bool most) {
    int64_t from = window_start(m, e, span), t = m->at.t;
    fast_intervals(m, span, most, from, t);
    struct measure sum = {0, 0};
    for (size_t i = 0; i < m->intervals.n; i++) {
        struct fast_interval in = m->intervals.v[i];
        int64_t b = in.from > from ? in.from : from, c = in.to < t ? in.to : t;
        if (c > b && e->clock_from >= 0) {
            add_clocked(m, e, b, c, &sum);
        } else {
            add_piece(&sum, b, c);
        }
    }
    return e->longest ? sum.longest : sum.total;
}

/* ---- where time may change it (V5) */

static void note_clock_edges(struct lang_machine *m, const struct fast_time_in *e, int64_t t, int64_t shift) {
    int64_t best = INT64_MAX;
    int32_t day = fast_day(m, t);
    for (int32_t d = day; d <= day + 1 && e->clock_from >= 0; d++) {
        int64_t a = fast_time_at(m, d, e->clock_from), b = fast_time_at(m, d, e->clock_to);
        best = a > t && a < best ? a : best;
        best = b > t && b < best ? b : best;
    }
    if (best != INT64_MAX) {
        fast_note(m, best + shift);
    }
}

static void note_hours(struct lang_machine *m, const struct fast_time_in *e, const struct lang_decl *unit, int64_t window) {
    int64_t next, t = m->at.t;
    if (fast_unit_changes(m, unit, t, &next)) {
        fast_note(m, next);
    }
    if (fast_unit_changes(m, unit, t - window, &next)) {
        fast_note(m, next + window);
    }
    note_clock_edges(m, e, t, 0);
    note_clock_edges(m, e, t - window, window);
}

static void note_interval(struct lang_machine *m, const struct fast_time_in *e, struct fast_interval in, bool slides,
                          int64_t window) {
    int64_t t = m->at.t;
    bool open = in.to > t;
    fast_note(m, in.from);
    if (open) {
        fast_note(m, in.to == INT64_MAX ? INT64_MIN : in.to);
        note_clock_edges(m, e, t, 0);
    }
    if (!slides) {
        return;
    }
    fast_note(m, in.from + window);
    if (!open) {
        fast_note(m, in.to + window);
    }
    if (open || in.to + window > t) {
        note_clock_edges(m, e, t - window, window);
    }
}

/* Of the longest time: when the piece that runs now will be as long as the longest. */
static void note_overtaking(struct lang_machine *m, const struct fast_time_in *e, const struct fast_span *span, bool most) {
    int64_t t = m->at.t, from = window_start(m, e, span), since = INT64_MAX;
    fast_intervals(m, span, most, from, t + 1);
    for (size_t i = 0; i < m->intervals.n; i++) {
        struct fast_interval in = m->intervals.v[i];
        since = in.from <= t && t < in.to ? in.from > from ? in.from : from : since;
    }
    bool inside = e->clock_from < 0;
    int32_t wraps = e->clock_to <= e->clock_from, day = fast_day(m, t);
    for (int32_t d = day - 1; d <= day && !inside && since != INT64_MAX; d++) {
        int64_t b = fast_time_at(m, d, e->clock_from), c = fast_time_at(m, d + wraps, e->clock_to);
        inside = begins_on(e, d) && b <= t && t < c;
        since = inside && b > since ? b : since;
    }
    int64_t longest = time_in(m, e, span, most);
    if (since != INT64_MAX && inside && longest > t - since) {
        fast_note(m, longest + since);
    }
}

static void note_time_in(struct lang_machine *m, const struct fast_time_in *e, const struct fast_span *span) {
    int64_t window = 0;
    bool slides = e->window.n != 0 && cf_duration_seconds(e->window, &window);
    for (int most = 0; most < 2 && e->longest; most++) {
        note_overtaking(m, e, span, most != 0);
    }
    if (span->unit != NULL) {
        note_hours(m, e, span->unit, slides ? window : (int64_t)LOOK_BACK_DAYS * 86400);
        return;
    }
    for (int most = 0; most < 2; most++) {
        fast_intervals(m, span, most != 0, CF_TIME_MIN, INT64_MAX);
        for (size_t i = 0; i < m->intervals.n; i++) {
            note_interval(m, e, m->intervals.v[i], slides, window);
        }
    }
}

struct fast_val fast_time_in(struct lang_machine *m, const struct fast_time_in *e) {
    const struct fast_span *span = &m->p->spans.v[fast_version(m, e->span, m->at.version_day)];
    struct fast_val v = fast_one(LANG_T_DURATION, 0);
    v.unit = CF_SECOND;
    v.lo = time_in(m, e, span, false);
    v.hi = time_in(m, e, span, true);
    v.flags = v.lo == v.hi ? FAST_KNOWN : 0;
    if (m->want_notes) {
        note_time_in(m, e, span);
    }
    return v;
}

static void note_in_span(struct lang_machine *m) {
    for (size_t i = 0; i < m->intervals.n; i++) {
        fast_note(m, m->intervals.v[i].from);
        fast_note(m, m->intervals.v[i].to == INT64_MAX ? INT64_MIN : m->intervals.v[i].to);
    }
}

/* A span as a condition: is it open at the point? */
struct fast_val fast_in_span(struct lang_machine *m, const struct fast_span *s) {
    int64_t t = m->at.t, next;
    if (s->unit != NULL) {
        if (m->want_notes && fast_unit_changes(m, s->unit, t, &next)) {
            fast_note(m, next);
        }
        return fast_truth(fast_unit_open(m, s->unit, t) ? FAST_NO : FAST_YES);
    }
    bool open[2];
    for (int most = 0; most < 2; most++) {
        fast_intervals(m, s, most != 0, t, INT64_MAX);
        struct fast_interval last =
            m->intervals.n > 0 ? m->intervals.v[m->intervals.n - 1] : (struct fast_interval){0, INT64_MIN};
        open[most] = last.from <= t && last.to > t;
        note_in_span(m);
    }
    return fast_truth(open[0] ? FAST_YES : open[1] ? FAST_UNKNOWN : FAST_NO);
}
