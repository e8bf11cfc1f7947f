/* fast_settle: what the line of an instance says once its end is known: clock, state, marks, owner, support (D4 to D7, D11,
 * D12). Must not know: what triggers a duty or ends it. */
#include "lang/fast_priv.h"

enum { MOST_STOPS = 100000 };

struct deadline { /* what the clause asks for, as of the trigger */
    bool has, by; /* by: due is fixed */
    int64_t due, start;
    struct cf_duration allowance;
    bool no_calendar, one_unknown;
};
struct clock {
    bool dated, stopped, no_calendar;
    int64_t due, left;
};

static const struct fast_duty *duty_of(const struct lang_machine *m, const struct fast_inst *in) {
    return &m->p->duties.v[in->duty];
}
static bool ended(const struct fast_inst *in) {
    return in->end.t != INT64_MAX;
}

/* ---- deadlines (D4) */

static const uint64_t *trigger_bits(const struct lang_machine *m, const struct fast_inst *in) {
    return m->inst_bits.v + (size_t)(in - m->insts.v) * m->words;
}

/* The latest that anything became known of what the trigger rests on; `least` if that is later. */
static int64_t latest_known(const struct lang_machine *m, const struct fast_inst *in, int64_t least) {
    const uint64_t *bits = trigger_bits(m, in);
    for (uint32_t k = 0; k < m->words; k++) {
        for (uint64_t left = bits[k]; left != 0; left &= left - 1) {
            int64_t known = m->events[k * 64 + (uint32_t)__builtin_ctzll(left)].known;
            least = known > least ? known : least;
        }
    }
    return least;
}

/* Runs code at the trigger, and joins what it rests on to place `at`. */
static struct fast_val part(struct lang_machine *m, const struct fast_inst *in, uint32_t code, enum cf_as as, uint32_t at) {
    m->at = in->at;
    m->at.as = (uint8_t)as;
    struct fast_val v = fast_run(m, code);
    fast_join(m, at, m->sp);
    return v;
}

/* Evaluated at the trigger (X1). Of a range of instants the first counts (U6). */
static struct deadline deadline_of(struct lang_machine *m, const struct fast_inst *in, uint32_t at) {
    const struct fast_duty *duty = duty_of(m, in);
    struct deadline d = {.has = false};
    if (duty->trigger == LANG_EACH) {
        return (struct deadline){.has = true, .by = true, .due = in->over - 1};
    }
    m->no_calendar = m->one_unknown = false;
    struct fast_val within = {0}, of = {0}, by = {0};
    if (duty->within != FAST_NO_CODE) {
        within = part(m, in, duty->within, CF_AS_START, at);
    }
    if (duty->of != FAST_NO_CODE) {
        of = fast_seconds(m->p->ref, part(m, in, duty->of, CF_AS_START, at), CF_AS_START);
    }
    if (duty->by != FAST_NO_CODE) {
        by = fast_seconds(m->p->ref, part(m, in, duty->by, CF_AS_DEADLINE, at), CF_AS_DEADLINE);
    }
    d.no_calendar = m->no_calendar;
    d.one_unknown = m->one_unknown;
    if (!duty->has_deadline) {
        return (struct deadline){.has = false};
    }
    if (duty->by_instant) {
        d.has = by.kind == LANG_T_INSTANT && (by.flags & FAST_NO_LO) == 0;
        d.by = true;
        d.due = by.lo;
        return d;
    }
    d.has = fast_duration(&within, &d.allowance);
    d.start = in->at.trigger_t;
    if (duty->of_known) {
        d.start = latest_known(m, in, in->at.trigger_t);
    } else if (duty->of != FAST_NO_CODE) {
        d.has = d.has && of.kind == LANG_T_INSTANT && (of.flags & FAST_NO_LO) == 0;
        d.start = of.lo;
    }
    return d;
}

/* ---- stops (D5) */

static void find_stops(struct lang_machine *m, const struct fast_inst *in, struct fast_point pt) {
    const struct fast_duty *duty = duty_of(m, in);
    m->stops.n = 0;
    if (duty->spans.n == 0) {
        return;
    }
    m->at = in->at;
    m->at.t = pt.t;
    m->at.upto = pt.upto;
    m->at.self = FAST_NONE_AT;
    bool support = m->want_support;
    m->want_support = false;
    for (uint32_t k = 0; k < duty->spans.n; k++) {
        const struct fast_span *span = &m->p->spans.v[fast_version(m, m->p->refs.v[duty->spans.first + k], m->at.version_day)];
        if (span->unit != NULL) {
            continue;
        }
        fast_intervals(m, span, false, CF_TIME_MIN, INT64_MAX);
        for (size_t i = 0; i < m->intervals.n; i++) {
            if (m->intervals.v[i].from <= pt.t) {
                *FAST_PUSH(m, &m->stops) = m->intervals.v[i];
            }
        }
    }
    m->want_support = support;
}

/* The stop that is running at `t`, or the next one after it; it ends after t. False: no more are known. */
static bool next_stop(struct lang_machine *m, const struct fast_inst *in, int64_t t, struct fast_interval *out) {
    const struct fast_duty *duty = duty_of(m, in);
    struct fast_interval best = {INT64_MAX, INT64_MAX};
    for (size_t i = 0; i < m->stops.n; i++) {
        if (m->stops.v[i].to > t && m->stops.v[i].from < best.from) {
            best = m->stops.v[i];
        }
    }
    for (uint32_t k = 0; k < duty->spans.n; k++) {
        const struct lang_decl *unit =
            m->p->spans.v[fast_version(m, m->p->refs.v[duty->spans.first + k], in->at.version_day)].unit;
        int64_t from = t, to = INT64_MAX;
        if (unit == NULL || (fast_unit_open(m, unit, t) && !fast_unit_changes(m, unit, t, &from))) {
            continue;
        }
        if (from < best.from) {
            bool opens = fast_unit_changes(m, unit, from, &to);
            best = (struct fast_interval){from, opens ? to : INT64_MAX};
        }
    }
    *out = best;
    return best.from != INT64_MAX;
}

/* Due is the first instant at which the counted time reaches the allowance; inside a stop without a known end there is none. */
static struct clock walk(struct lang_machine *m, const struct fast_inst *in, int64_t start, int64_t allowance) {
    struct clock c = {.dated = true};
    int64_t t = start, left = allowance;
    struct fast_interval stop;
    for (int n = 0; n < MOST_STOPS && next_stop(m, in, t, &stop); n++) {
        int64_t from = stop.from > t ? stop.from : t;
        if (from - t >= left) {
            break;
        }
        left -= from - t;
        t = stop.to;
        if (stop.to == INT64_MAX) {
            return (struct clock){.stopped = true, .left = left};
        }
    }
    c.due = t + left;
    return c;
}

static struct clock clock_at(struct lang_machine *m, const struct fast_inst *in, struct fast_point pt, const struct deadline *d,
                             struct cf_duration allowance) {
    struct clock c = {.dated = d->has, .due = d->due};
    if (!d->has || d->by) {
        return c;
    }
    int64_t seconds;
    if (cf_duration_seconds(allowance, &seconds)) {
        find_stops(m, in, pt);
        return walk(m, in, d->start, seconds);
    }
    enum cf_when w = cf_time_add(m->p->ref->zone, m->p->ref->calendar, d->start, allowance, CF_AS_DEADLINE, &c.due);
    c.dated = w == CF_WHEN_OK;
    c.no_calendar = w == CF_WHEN_BEYOND_CALENDAR;
    return c;
}

/* ---- extensions (D7) */

static bool more_than(struct lang_machine *m, const struct fast_inst *in, struct fast_point pt, const struct deadline *d,
                      struct cf_duration now, struct cf_duration then) {
    int64_t a, b;
    if (cf_duration_seconds(now, &a) && cf_duration_seconds(then, &b)) {
        return b > a;
    }
    struct clock x = clock_at(m, in, pt, d, now), y = clock_at(m, in, pt, d, then);
    return x.dated && y.dated && y.due > x.due;
}

static bool grants(struct lang_machine *m, const struct fast_inst *in, const struct fast_extension *x, uint32_t i,
                   struct cf_duration *to) {
    const struct fast_sel *s = &m->p->sels.v[x->sel];
    if (i == in->at.trigger || s->record != m->events[i].record) {
        return false;
    }
    fast_ending_at(m, in, i);
    m->at.self = FAST_NONE_AT;
    if (fast_matches(m, s, i) != FAST_YES) {
        return false;
    }
    m->at.self = i;
    if (x->where != FAST_NO_CODE && fast_truth_of(m, x->where) != FAST_YES) {
        return false;
    }
    struct fast_val v = fast_run(m, x->to);
    return fast_duration(&v, to);
}

static void extend(struct lang_machine *m, const struct fast_inst *in, const struct deadline *d, uint32_t i,
                   struct cf_duration *now) {
    const struct fast_duty *duty = duty_of(m, in);
    struct fast_point here = {m->events[i].to, i + 1};
    for (uint32_t x = 0; x < duty->extended.n; x++) {
        struct cf_duration to;
        if (!grants(m, in, &m->p->extensions.v[duty->extended.first + x], i, &to)) {
            continue;
        }
        struct clock c = clock_at(m, in, here, d, *now);
        if ((c.stopped || (c.dated && here.t <= c.due)) && more_than(m, in, here, d, *now, to)) {
            *now = to;
            *FAST_PUSH(m, &m->taken) = (struct fast_taken){i, duty->extended.first + x};
        }
    }
}

/* The events that could extend the duty, in the order in which they discharge. */
static void find_extending(struct lang_machine *m, const struct fast_range *extended) {
    m->extending.n = 0;
    for (uint32_t x = 0; x < extended->n; x++) {
        uint32_t record = m->p->sels.v[m->p->extensions.v[extended->first + x].sel].record;
        bool seen = record == UINT32_MAX;
        for (uint32_t y = 0; y < x; y++) {
            seen = seen || m->p->sels.v[m->p->extensions.v[extended->first + y].sel].record == record;
        }
        for (uint32_t k = 0; !seen && k < m->list_n[record]; k++) {
            uint32_t i = m->list.v[m->list_first[record] + k];
            size_t at = m->extending.n;
            (void)FAST_PUSH(m, &m->extending);
            for (; at > 0 && fast_to_before(m->events, i, m->extending.v[at - 1]); at--) {
                m->extending.v[at] = m->extending.v[at - 1];
            }
            m->extending.v[at] = i;
        }
    }
}

/* The allowance at a point, with each extension that came by the due instant as it then stood; those taken are left in
 * m->taken. */
static struct cf_duration allowance_at(struct lang_machine *m, const struct fast_inst *in, const struct deadline *d,
                                       struct fast_point pt) {
    struct cf_duration now = d->allowance;
    m->taken.n = 0;
    if (duty_of(m, in)->extended.n == 0 || !d->has || d->by) {
        return now;
    }
    find_extending(m, &duty_of(m, in)->extended);
    bool support = m->want_support;
    m->want_support = false;
    for (size_t k = 0; k < m->extending.n; k++) {
        uint32_t i = m->extending.v[k];
        struct fast_point here = {m->events[i].to, i + 1};
        if (fast_before(in->born, here) && !fast_before(pt, here)) {
            extend(m, in, d, i, &now);
        }
    }
    m->want_support = support;
    return now;
}

/* ---- state, support */

/* The state table of section 7. */
static enum lang_state state_of(const struct lang_machine *m, const struct fast_inst *in, const struct clock *c) {
    bool in_time = !c->dated || in->end.t <= c->due;
    if (ended(in)) {
        return in->done ? in_time ? LANG_MET_STATE : LANG_LATE : in_time ? LANG_VOID : LANG_MISSED;
    }
    if (c->stopped) {
        return LANG_STOPPED;
    }
    return c->dated && m->now > c->due ? LANG_OVERDUE : LANG_PENDING;
}

static void add_taken(struct lang_machine *m, const struct fast_inst *in, uint32_t at) {
    for (size_t k = 0; k < m->taken.n; k++) {
        const struct fast_extension *x = &m->p->extensions.v[m->taken.v[k].extension];
        fast_rest_on(m, at, m->taken.v[k].event);
        fast_ending_at(m, in, m->taken.v[k].event);
        fast_add_support(m, at, x->to);
        fast_add_support(m, at, x->where);
    }
}

static void add_end(struct lang_machine *m, const struct fast_inst *in, uint32_t at) {
    const struct fast_duty *duty = duty_of(m, in);
    fast_rest_on(m, at, in->end_event);
    if (in->done && duty->done_where != FAST_NO_CODE) {
        fast_ending_at(m, in, in->end_event);
        fast_add_support(m, at, duty->done_where);
    } else if (ended(in) && !in->done && duty->void_when != FAST_NO_CODE) {
        fast_void_at(m, in, in->end);
        if (fast_truth_of(m, duty->void_when) == FAST_YES) {
            fast_join(m, at, m->sp);
        }
    }
}

/* ---- marks (D11), judged at the line's end, or now while it lives */

static int64_t warn_at(struct lang_machine *m, const struct fast_inst *in, const struct fast_warn *w) {
    m->at = in->at;
    struct fast_val v = fast_run_quietly(m, w->d);
    struct cf_duration d;
    int64_t t = 0;
    if (!fast_duration(&v, &d) || (!w->after && !in->has_due)) {
        return INT64_MAX;
    }
    int64_t from = w->after ? in->at.trigger_t : in->due;
    d = w->after ? d : cf_duration_negate(d);
    return cf_time_add(m->p->ref->zone, m->p->ref->calendar, from, d, CF_AS_START, &t) == CF_WHEN_OK ? t : INT64_MAX;
}

/* The last instant at which the duty is not yet escalated; INT64_MAX: it never is. */
static int64_t escalate_after(struct lang_machine *m, const struct fast_inst *in, const struct fast_escalate *e) {
    if (!in->has_due || e->after == FAST_NO_CODE) {
        return in->has_due ? in->due : INT64_MAX;
    }
    m->at = in->at;
    struct fast_val v = fast_run_quietly(m, e->after);
    struct cf_duration d;
    int64_t t = 0;
    bool known = fast_duration(&v, &d);
    return known && cf_time_add(m->p->ref->zone, m->p->ref->calendar, in->due, d, CF_AS_DEADLINE, &t) == CF_WHEN_OK ? t
                                                                                                                    : INT64_MAX;
}

static void sooner(struct lang_machine *m, int64_t t) {
    m->valid = t > m->now && t < m->valid ? t : m->valid;
}

/* Marks of time, and of a live line the next instant that changes it (V5). */
static uint32_t marks_of_time(struct lang_machine *m, const struct fast_inst *in) {
    const struct fast_duty *duty = duty_of(m, in);
    int64_t x = ended(in) ? in->end.t : m->now;
    uint32_t marks = 0;
    for (uint32_t k = 0; k < duty->warn.n; k++) {
        int64_t t = warn_at(m, in, &m->p->warns.v[duty->warn.first + k]);
        marks |= x >= t ? LANG_M_WARNED : 0u;
        if (!ended(in)) {
            sooner(m, t);
        }
    }
    for (uint32_t k = 0; k < duty->escalate.n; k++) {
        int64_t t = escalate_after(m, in, &m->p->escalations.v[duty->escalate.first + k]);
        marks |= x > t ? LANG_M_ESCALATED : 0u;
        if (!ended(in)) {
            sooner(m, t == INT64_MAX ? t : t + 1);
        }
    }
    return marks;
}

static void live_until(struct lang_machine *m, const struct fast_inst *in) {
    const struct fast_duty *duty = duty_of(m, in);
    if (in->has_due) {
        sooner(m, in->due + 1);
    }
    if (duty->void_when != FAST_NO_CODE) {
        fast_void_at(m, in, (struct fast_point){m->now, (uint32_t)m->h->n});
        bool support = m->want_support;
        m->want_support = false;
        m->want_notes = true;
        m->next = INT64_MAX;
        (void)fast_run(m, duty->void_when);
        m->want_notes = false;
        m->want_support = support;
        sooner(m, m->next);
    }
}

static uint32_t marks_of(struct lang_machine *m, const struct fast_inst *in, const struct deadline *d, enum lang_state state,
                         uint32_t at) {
    int64_t x = ended(in) ? in->end.t : m->now;
    uint32_t marks = in->marks | fast_support_marks(m, m->sup.v + (size_t)at * m->words) |
                     (d->no_calendar ? LANG_M_NO_CALENDAR : 0u) | (d->one_unknown ? LANG_M_ONE_INSTANT_UNKNOWN : 0u) |
                     marks_of_time(m, in);
    if (in->cause_event != FAST_NONE_AT && (m->events[in->cause_event].marks & LANG_FROM_SOURCE) != 0) {
        marks |= LANG_M_NOT_IN_SOURCE; /* whether it was done, the source never told */
    }
    bool in_time = state == LANG_MET_STATE || state == LANG_VOID;
    if (in_time && in->has_due && in->end_event != FAST_NONE_AT && m->events[in->end_event].recorded > in->due) {
        marks |= LANG_M_ENTERED_LATER;
    }
    if (in->has_due && latest_known(m, in, INT64_MIN) > in->due) {
        marks |= LANG_M_DUE_BEFORE_KNOWN;
    }
    if (in->has_due && x > in->due && m->list_n[m->p->explained] > 0) {
        m->at = in->at;
        marks |= fast_explained(m, in->due + 1) ? LANG_M_EXPLAINED : 0u;
    }
    return marks;
}

/* ---- owner (D12) */

static void holding_at(struct lang_machine *m, const struct fast_inst *in) {
    struct fast_point pt = ended(in) ? in->end : (struct fast_point){m->now, (uint32_t)m->h->n};
    m->at = (struct fast_at){.t = pt.t,
                             .upto = pt.upto,
                             .self = FAST_NONE_AT,
                             .trigger = FAST_NONE_AT,
                             .with_event = FAST_NONE_AT,
                             .due_met = INT64_MAX,
                             .own = in->at.own};
}

static uint32_t owning_unit(struct lang_machine *m, const struct fast_inst *in) {
    uint32_t unit = 0, by;
    holding_at(m, in);
    if (in->at.own->n > 0) {
        unit = fast_holder(m, in->at.own->seqs[0], &by);
    }
    if (unit == 0 && m->h->kind == LANG_UNIT_SUBJECT) {
        unit = m->h->subject;
    }
    return unit == 0 && in->cause_event != FAST_NONE_AT ? m->events[in->cause_event].unit : unit;
}

/* `assigned` names a person and changes nothing else. */
static uint32_t assigned(struct lang_machine *m, const struct fast_inst *in) {
    uint32_t record = m->p->assigned;
    if (m->list_n[record] == 0) {
        return 0;
    }
    holding_at(m, in);
    for (uint32_t k = m->list_n[record]; k-- > 0;) {
        uint32_t i = m->list.v[m->list_first[record] + k];
        const struct lang_event *e = &m->events[i];
        if (e->from >= in->born.t && e->fields[0].kind == LANG_V_SUBJECT && fast_visible(m, i) && fast_in_scope(m, i)) {
            return (uint32_t)e->fields[0].i;
        }
    }
    return 0;
}

static struct lang_owner owner_of(struct lang_machine *m, const struct fast_inst *in) {
    const struct fast_duty *duty = duty_of(m, in);
    struct lang_owner o = {.role_or_unit = duty->owner_decl};
    if (duty->owner_kind == FAST_OWNER_NONE) {
        return o;
    }
    if (duty->owner_kind == FAST_OWNER_ACTOR) {
        if (in->cause_event != FAST_NONE_AT) {
            o.subject = m->events[in->cause_event].actor.subject;
            o.unit = m->events[in->cause_event].actor.unit;
        }
        return o;
    }
    if (duty->owner_kind == FAST_OWNER_ROLE) {
        o.unit = owning_unit(m, in);
        o.subject = assigned(m, in);
        return o;
    }
    m->at = in->at;
    struct fast_val v = fast_run_quietly(m, duty->owner);
    uint32_t subject = v.kind == LANG_T_SUBJECT && (v.flags & FAST_KNOWN) != 0 ? (uint32_t)v.lo : 0;
    if (duty->owner_kind == FAST_OWNER_UNIT) {
        o.unit = subject;
        o.subject = assigned(m, in);
        return o;
    }
    o.role_or_unit = v.partner == 0 ? NULL : m->p->set->partners.v[v.partner - 1];
    o.subject = subject;
    return o;
}

/* ---- lines */

static struct cf_id id_of(const struct lang_machine *m, uint32_t i) {
    return i == FAST_NONE_AT ? (struct cf_id){{0}} : m->events[i].id;
}

static void put_identity(const struct lang_machine *m, const struct fast_inst *in, struct lang_identity *out) {
    struct cf_str role = CF_LIT("");
    if (in->role >= 0 && in->cause_event != FAST_NONE_AT) {
        const struct lang_record *r = &m->p->set->records.v[m->events[in->cause_event].record]->as.record;
        role = (size_t)in->role < r->roles.n ? r->roles.v[in->role].role.text : role;
    }
    const struct lang_decl *rule = duty_of(m, in)->decl;
    bool scoped =
        rule->as.duty.scope.in && in->episode != UINT64_MAX; /* D2; an `after` duty has no scope in its identity (D1) */
    uint32_t opener = scoped ? fast_find_seq(m, in->episode) : FAST_NONE_AT;
    const struct cf_id *as = in->cause_event == FAST_NONE_AT ? NULL : m->events[in->cause_event].as; /* C4 */
    lang_identity_put(out, rule->name.text, as ? *as : m->h->subject_id, role, id_of(m, in->cause_event),
                      (int64_t)in->cause_limit, in->period, id_of(m, opener));
}

/* The identities of the lines, two at a time. */
static void name_lines(struct lang_machine *m) {
    struct lang_identity w[2];
    size_t n = m->duty_lines.n;
    for (size_t k = 0; k + 1 < n; k += 2) {
        put_identity(m, &m->insts.v[m->line_inst.v[k]], &w[0]);
        put_identity(m, &m->insts.v[m->line_inst.v[k + 1]], &w[1]);
        struct lang_identity *const both[2] = {&w[0], &w[1]};
        struct cf_id *const out[2] = {&m->duty_lines.v[k].id, &m->duty_lines.v[k + 1].id};
        lang_identities(m->p->hash, both, out);
    }
    if (n % 2 != 0) {
        put_identity(m, &m->insts.v[m->line_inst.v[n - 1]], &w[0]);
        m->duty_lines.v[n - 1].id = lang_identity_of(m->p->hash, &w[0]);
    }
}

static void settle(struct lang_machine *m, struct fast_inst *in) {
    struct fast_point x = ended(in) ? in->end : (struct fast_point){m->now, (uint32_t)m->h->n};
    uint32_t at = fast_place(m);
    fast_copy_bits(m->sup.v + (size_t)at * m->words, trigger_bits(m, in), m->words);
    struct deadline d = deadline_of(m, in, at);
    struct clock c = clock_at(m, in, x, &d, allowance_at(m, in, &d, x));
    d.no_calendar = d.no_calendar || c.no_calendar;
    in->has_due = c.dated;
    in->due = c.dated ? c.due : 0;
    struct lang_duty_line *line = FAST_PUSH(m, &m->duty_lines);
    *line = (struct lang_duty_line){.rule = duty_of(m, in)->decl,
                                    .role = in->role,
                                    .period = in->period,
                                    .cause = in->cause_event == FAST_NONE_AT ? UINT64_MAX : m->events[in->cause_event].seq,
                                    .cause_limit = in->cause_limit,
                                    .episode = in->episode,
                                    .since = in->born.t,
                                    .state = state_of(m, in, &c),
                                    .has_due = c.dated,
                                    .due = in->due};
    line->has_left = line->state == LANG_STOPPED;
    line->left_s = line->has_left ? c.left : 0;
    line->ended = ended(in) ? in->end.t : 0;
    line->ended_by = in->end_event != FAST_NONE_AT ? m->events[in->end_event].seq : UINT64_MAX;
    add_taken(m, in, at);
    add_end(m, in, at);
    line->support = fast_seqs(m, at);
    line->marks = marks_of(m, in, &d, line->state, at);
    line->owner = owner_of(m, in);
    if (!ended(in)) {
        live_until(m, in);
    }
    m->sp = at;
    *FAST_PUSH(m, &m->line_inst) = (uint32_t)(in - m->insts.v);
}

/* D6: the earliest due of this policy's instances that the trigger discharged; INT64_MAX: none. */
static int64_t due_met(const struct lang_machine *m, const struct fast_inst *chained) {
    int64_t best = INT64_MAX;
    const struct lang_decl *policy = duty_of(m, chained)->decl->policy;
    for (size_t k = 0; k < m->insts.n; k++) {
        const struct fast_inst *in = &m->insts.v[k];
        bool met = in->done && in->end_event == chained->at.trigger && in->has_due && in->due < best &&
                   fast_before(in->born, chained->born);
        if (met && cf_str_eq(duty_of(m, in)->decl->policy->name.text, policy->name.text)) {
            best = in->due;
        }
    }
    return best;
}

/* Lines of all instances. Those whose deadline is the due time that their trigger met come last, by their trigger, which is the
 * order in which they arose: what it met is then settled. */
void fast_settle_all(struct lang_machine *m) {
    m->want_support = true;
    bool chained = false;
    for (size_t k = 0; k < m->insts.n; k++) {
        chained = chained || duty_of(m, &m->insts.v[k])->chained;
        if (!duty_of(m, &m->insts.v[k])->chained) {
            settle(m, &m->insts.v[k]);
        }
    }
    for (size_t k = 0; chained && k < m->insts.n; k++) {
        struct fast_inst *in = &m->insts.v[k];
        if (duty_of(m, in)->chained) {
            in->at.due_met = due_met(m, in);
            settle(m, in);
        }
    }
    name_lines(m);
    m->want_support = false;
}
