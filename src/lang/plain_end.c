/* How an instance of a duty ends, and what its line then says: done, void, missed, due, owner, marks (D8 to D12).
 * Must not know: what triggers a duty. */
#include "lang/plain.h"

static const struct lang_duty *duty_of(const struct plain_inst *in) {
    return &in->line.rule->as.duty;
}

/* Where an event that may discharge, void or extend is judged: as of its `to`, over what has happened by then. */
struct plain_at plain_ending_at(const struct plain *p, const struct plain_inst *in, size_t i) {
    struct plain_at at = in->at;
    at.t = plain_event(p, i)->to;
    at.upto = i + 1;
    at.mode = PLAIN_PERMITS;
    at.self = i;
    return at;
}

static enum plain_tri chosen(const struct plain *p, const struct plain_inst *in, struct lang_sel *const *sels, size_t n,
                             size_t i) {
    struct plain_at at = plain_ending_at(p, in, i);
    at.self = PLAIN_NONE; /* it counts like any other event (E8) */
    enum plain_tri any = PLAIN_NO;
    for (size_t k = 0; k < n; k++) {
        any = plain_or(any, plain_matches(p, &at, sels[k], i));
    }
    return any;
}

static bool after_birth(const struct plain *p, const struct plain_inst *in, size_t i) {
    return plain_point_before(in->born, (struct plain_point){plain_event(p, i)->to, i + 1});
}

/* D8: from `counting from` on, else strictly after the trigger; of a period only within it (D3). */
static bool admitted(const struct plain *p, const struct plain_inst *in, size_t i) {
    const struct lang_duty *d = duty_of(in);
    if (i == in->at.trigger) {
        return false;
    }
    if (d->trigger == LANG_EACH) {
        int32_t next = cf_period_next((enum cf_period)d->period, in->line.period);
        return after_birth(p, in, i) && plain_event(p, i)->to <= cf_day_end(p->ref->zone, next - 1);
    }
    if (d->counting_from != NULL) {
        struct plain_val v = plain_to_seconds(p, plain_value(p, &in->at, d->counting_from), CF_AS_START);
        if (v.kind == LANG_T_INSTANT && !v.no_hi) {
            return plain_event(p, i)->to >= v.hi;
        }
    }
    return after_birth(p, in, i);
}

enum plain_tri plain_ends(const struct plain *p, const struct plain_inst *in, size_t i) {
    const struct lang_duty *d = duty_of(in);
    if (!admitted(p, in, i)) {
        return PLAIN_NO;
    }
    enum plain_tri kind = chosen(p, in, d->done_by.v, d->done_by.n, i);
    if (kind == PLAIN_NO || d->done_where == NULL) {
        return kind;
    }
    struct plain_at at = plain_ending_at(p, in, i);
    return plain_and(kind, plain_truth(p, &at, d->done_where));
}

static struct plain_point never(void) {
    return (struct plain_point){INT64_MAX, 0};
}

static struct plain_point first_done(const struct plain *p, const struct plain_inst *in) {
    for (size_t k = 0; k < p->n; k++) {
        size_t i = p->by_to[k];
        if (plain_event(p, i)->to <= p->now && plain_ends(p, in, i) == PLAIN_YES) {
            return (struct plain_point){plain_event(p, i)->to, i + 1};
        }
    }
    return never();
}

static struct plain_point first_void_by(const struct plain *p, const struct plain_inst *in) {
    const struct lang_duty *d = duty_of(in);
    for (size_t k = 0; k < p->n && d->void_by.n > 0; k++) {
        size_t i = p->by_to[k];
        if (plain_event(p, i)->to <= p->now && i != in->at.trigger && after_birth(p, in, i) &&
            chosen(p, in, d->void_by.v, d->void_by.n, i) == PLAIN_YES) {
            return (struct plain_point){plain_event(p, i)->to, i + 1};
        }
    }
    return never();
}

static struct plain_at void_at(const struct plain_inst *in, struct plain_point pt) {
    struct plain_at at = in->at;
    at.t = pt.t;
    at.upto = pt.upto;
    at.mode = PLAIN_PERMITS;
    at.self = PLAIN_NONE;
    return at;
}

/* D9: from the trigger on, the first point at which `void when` is yes; looked for up to `until`. */
static struct plain_point first_void_when(const struct plain *p, const struct plain_inst *in, struct plain_point until) {
    const struct lang_expr *cond = duty_of(in)->void_when;
    struct plain_point pt = in->born;
    while (cond != NULL && plain_point_before(pt, until)) {
        struct cf_mark mark = cf_arena_mark(p->a);
        struct plain_at at = void_at(in, pt);
        bool is_void = plain_truth(p, &at, cond) == PLAIN_YES;
        int64_t change = is_void ? 0 : plain_next_change(p, &at, cond);
        cf_arena_rewind(p->a, mark); /* nothing of a point outlives it */
        if (is_void) {
            return pt;
        }
        if (!plain_next_point(p, PLAIN_PERMITS, &pt, change)) {
            break;
        }
    }
    return never();
}

static void find_end(const struct plain *p, struct plain_inst *in) {
    struct plain_point done = first_done(p, in), by = first_void_by(p, in);
    struct plain_point end = plain_point_before(by, done) ? by : done;
    struct plain_point when = first_void_when(p, in, end);
    in->done = !plain_point_before(by, done) && !plain_point_before(when, done) && done.t != INT64_MAX;
    in->end = plain_point_before(when, end) ? when : end;
    in->end_event = in->end.t == INT64_MAX || in->end.upto == 0 ? PLAIN_NONE : in->end.upto - 1;
    if (duty_of(in)->trigger != LANG_EACH) {
        return;
    }
    int32_t next = cf_period_next((enum cf_period)duty_of(in)->period, in->line.period);
    struct plain_point over = {cf_day_end(p->ref->zone, next - 1) + 1, 0};
    if (over.t <= p->now && plain_point_before(over, in->end)) { /* missed for good */
        in->end = over;
        in->done = false;
        in->end_event = PLAIN_NONE;
    }
}

/* The state table of section 7. */
static enum lang_state state_of(const struct plain *p, const struct plain_inst *in, const struct plain_clock *c) {
    bool ended = in->end.t != INT64_MAX, in_time = !c->dated || in->end.t <= c->due;
    if (ended && in->done) {
        return in_time ? LANG_MET_STATE : LANG_LATE;
    }
    if (ended) {
        return in_time ? LANG_VOID : LANG_MISSED;
    }
    if (c->stopped) {
        return LANG_STOPPED;
    }
    return c->dated && p->now > c->due ? LANG_OVERDUE : LANG_PENDING;
}

static void add_support(const struct plain *p, struct plain_inst *in, const struct plain_takens *takens) {
    const struct lang_duty *d = duty_of(in);
    in->support = plain_set_new(p);
    plain_set_join(&in->support, &in->trigger_support);
    const struct lang_expr *parts[] = {d->within.value, d->of, d->by.value};
    for (size_t i = 0; i < CF_COUNT(parts); i++) {
        if (parts[i] != NULL) {
            plain_support(p, &in->at, parts[i], &in->support);
        }
    }
    for (size_t i = 0; i < takens->n; i++) {
        if (takens->v[i].taken) {
            struct plain_at at = plain_ending_at(p, in, takens->v[i].event);
            plain_set_add(&in->support, takens->v[i].event);
            plain_support(p, &at, takens->v[i].by->to.value, &in->support);
            if (takens->v[i].by->where != NULL) {
                plain_support(p, &at, takens->v[i].by->where, &in->support);
            }
        }
    }
    plain_set_add(&in->support, in->end_event);
    if (in->done && d->done_where != NULL) {
        struct plain_at at = plain_ending_at(p, in, in->end_event);
        plain_support(p, &at, d->done_where, &in->support);
    } else if (in->end.t != INT64_MAX && !in->done && d->void_when != NULL) {
        struct plain_at at = void_at(in, in->end);
        if (plain_truth(p, &at, d->void_when) == PLAIN_YES) {
            plain_support(p, &at, d->void_when, &in->support);
        }
    }
}

/* ---- marks (D11), judged at the line's end, or now while it lives */
static bool trigger_known_after(const struct plain *p, const struct plain_inst *in, int64_t due) {
    for (size_t i = 0; i < p->n; i++) {
        if (plain_set_has(&in->trigger_support, i) && plain_event(p, i)->known > due) {
            return true;
        }
    }
    return false;
}

void plain_marks(const struct plain *p, struct plain_inst *in, const struct plain_deadline *d) {
    const struct lang_duty *duty = duty_of(in);
    struct lang_duty_line *line = &in->line;
    int64_t x = in->end.t != INT64_MAX ? in->end.t : p->now;
    line->marks |= plain_support_marks(p, &in->support) | (d->no_calendar ? LANG_M_NO_CALENDAR : 0u) |
                   (d->one_unknown ? LANG_M_ONE_INSTANT_UNKNOWN : 0u);
    if (in->cause_event != PLAIN_NONE && (plain_event(p, in->cause_event)->marks & LANG_FROM_SOURCE) != 0) {
        line->marks |= LANG_M_NOT_IN_SOURCE; /* whether it was done, the source never told */
    }
    bool in_time = line->state == LANG_MET_STATE || line->state == LANG_VOID;
    if (in_time && line->has_due && in->end_event != PLAIN_NONE && plain_event(p, in->end_event)->recorded > line->due) {
        line->marks |= LANG_M_ENTERED_LATER;
    }
    if (line->has_due && trigger_known_after(p, in, line->due)) {
        line->marks |= LANG_M_DUE_BEFORE_KNOWN;
    }
    if (line->has_due && x > line->due && plain_explained(p, &in->at, line->due + 1)) {
        line->marks |= LANG_M_EXPLAINED;
    }
    for (size_t i = 0; i < duty->warn.n; i++) {
        line->marks |= x >= plain_warn_at(p, in, &duty->warn.v[i]) ? LANG_M_WARNED : 0u;
    }
    for (size_t i = 0; i < duty->escalate.n; i++) {
        line->marks |= x > plain_escalate_after(p, in, &duty->escalate.v[i]) ? LANG_M_ESCALATED : 0u;
    }
}

/* ---- owner (D12) */
static struct plain_at holding_at(const struct plain *p, const struct plain_inst *in) {
    struct plain_point pt = {p->now, p->h->n};
    pt = in->end.t != INT64_MAX ? in->end : pt;
    struct plain_at at = plain_at_point(p, pt, PLAIN_OBLIGES);
    at.own = in->at.own;
    at.n_own = in->at.n_own;
    at.own_record = in->at.own_record;
    return at;
}

static uint32_t owning_unit(const struct plain *p, const struct plain_inst *in) {
    struct plain_at at = holding_at(p, in);
    uint32_t unit = 0;
    size_t by;
    if (in->at.n_own > 0) {
        unit = plain_holder(p, &at, in->at.own[0], &by);
    }
    if (unit == 0 && p->h->kind == LANG_UNIT_SUBJECT) {
        unit = p->h->subject;
    }
    if (unit == 0 && in->cause_event != PLAIN_NONE) {
        unit = plain_event(p, in->cause_event)->unit;
    }
    return unit;
}

/* `assigned` names a person and changes nothing else. */
static uint32_t assigned(const struct plain *p, const struct plain_inst *in) {
    struct plain_at at = holding_at(p, in);
    uint32_t person = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct lang_decl *r = plain_record(p, i);
        const struct lang_event *e = plain_event(p, i);
        if (r->as.record.built_in && cf_str_is(r->name.text, "assigned") && plain_visible(p, &at, i) &&
            plain_in_scope(p, &at, i) && e->from >= in->born.t && e->fields[0].kind == LANG_V_SUBJECT) {
            person = (uint32_t)e->fields[0].i;
        }
    }
    return person;
}

void plain_owner(const struct plain *p, struct plain_inst *in) {
    const struct lang_expr *owner = duty_of(in)->owner;
    struct lang_owner *o = &in->line.owner;
    if (owner == NULL) {
        return;
    }
    if (owner->op == LANG_NAME) { /* actor */
        if (in->cause_event != PLAIN_NONE) {
            o->subject = plain_event(p, in->cause_event)->actor.subject;
            o->unit = plain_event(p, in->cause_event)->actor.unit;
        }
        return;
    }
    if (owner->op == LANG_ROLE_LIT) {
        o->role_or_unit = owner->decl;
        o->unit = owning_unit(p, in);
        o->subject = assigned(p, in);
        return;
    }
    struct plain_val v = plain_value(p, &in->at, owner);
    uint32_t subject = v.kind == LANG_T_SUBJECT && v.known ? (uint32_t)v.lo : 0;
    if (owner->op == LANG_UNIT_LIT) {
        o->role_or_unit = owner->decl;
        o->unit = subject;
        o->subject = assigned(p, in);
        return;
    }
    o->role_or_unit = v.partner;
    o->subject = subject;
}

/* Fills the line of an instance whose trigger is known. */
void plain_settle(struct plain *p, struct plain_inst *in) {
    struct lang_duty_line *line = &in->line;
    find_end(p, in);
    struct plain_point x = {p->now, p->h->n};
    x = in->end.t != INT64_MAX ? in->end : x;
    struct plain_deadline d = plain_deadline(p, in);
    struct plain_takens takens = {0};
    struct cf_duration allowance = plain_allowance(p, in, &d, x, &takens);
    struct plain_clock c = plain_clock_at(p, in, x, &d, allowance);
    d.no_calendar = d.no_calendar || c.no_calendar;
    line->state = state_of(p, in, &c);
    line->has_due = c.dated;
    line->due = c.dated ? c.due : 0;
    line->has_left = line->state == LANG_STOPPED;
    line->left_s = line->has_left ? c.left : 0;
    line->ended = in->end.t != INT64_MAX ? in->end.t : 0;
    line->ended_by = in->end_event != PLAIN_NONE ? plain_event(p, in->end_event)->seq : UINT64_MAX;
    add_support(p, in, &takens);
    line->support = plain_set_seqs(p, &in->support);
    plain_marks(p, in, &d);
    plain_owner(p, in);
}
