/* fast_duty: what makes an instance of a duty arise (D1 to D3) and what ends it (D8 to D10), as the pass meets it: an event
 * looks only at the open instances of duties that name its record; what time alone changes is asked again at the instant noted
 * for it. Must not know: how clocks run, what lines say (fast_settle.c). */
#include "lang/fast_priv.h"

static const struct fast_point never = {INT64_MAX, 0};

static bool in_force(int32_t from, int32_t to, int32_t day) {
    return from <= day && day <= to;
}
static bool lives(const struct fast_inst *in) {
    return in->end.t == INT64_MAX;
}
static uint64_t *trigger_bits(struct lang_machine *m, size_t inst) {
    return m->inst_bits.v + inst * m->words;
}

/* ---- where code about an instance runs */

/* An event that may discharge, void or extend: as of its `to`, over what has happened by then. */
void fast_ending_at(struct lang_machine *m, const struct fast_inst *in, uint32_t i) {
    m->at = in->at;
    m->at.t = m->events[i].to;
    m->at.upto = i + 1;
    m->at.permits = true;
    m->at.self = i;
}

void fast_void_at(struct lang_machine *m, const struct fast_inst *in, struct fast_point pt) {
    m->at = in->at;
    m->at.t = pt.t;
    m->at.upto = pt.upto;
    m->at.permits = true;
    m->at.self = FAST_NONE_AT;
}

/* ---- ends */

static enum fast_tri chosen(struct lang_machine *m, const struct fast_inst *in, struct fast_range sels, uint32_t i) {
    enum fast_tri any = FAST_NO;
    fast_ending_at(m, in, i);
    m->at.self = FAST_NONE_AT; /* it counts like any other event (E8) */
    for (uint32_t k = 0; k < sels.n && any != FAST_YES; k++) {
        const struct fast_sel *s = &m->p->sels.v[m->p->refs.v[sels.first + k]];
        if (s->record == m->events[i].record) {
            any = fast_or(any, fast_matches(m, s, i));
        }
    }
    return any;
}

static bool after_birth(const struct lang_machine *m, const struct fast_inst *in, uint32_t i) {
    return fast_before(in->born, (struct fast_point){m->events[i].to, i + 1});
}

/* D8: from `counting from` on, else strictly after the trigger; of a period only within it (D3). */
static bool admitted(const struct lang_machine *m, const struct fast_inst *in, uint32_t i) {
    if (i == in->at.trigger) {
        return false;
    }
    if (in->over != INT64_MAX) {
        return after_birth(m, in, i) && m->events[i].to < in->over;
    }
    return in->has_admit ? m->events[i].to >= in->admit : after_birth(m, in, i);
}

static bool discharges(struct lang_machine *m, const struct fast_inst *in, uint32_t i) {
    const struct fast_duty *d = &m->p->duties.v[in->duty];
    if (!admitted(m, in, i) || chosen(m, in, d->done_by, i) != FAST_YES) {
        return false;
    }
    if (d->done_where == FAST_NO_CODE) {
        return true;
    }
    fast_ending_at(m, in, i);
    return fast_truth_of(m, d->done_where) == FAST_YES;
}

static void end_at(struct fast_inst *in, struct fast_point pt, bool done, uint32_t event) {
    in->end = pt;
    in->done = done;
    in->end_event = event;
}

/* D9: is `void when` yes at a point? If not, the timer is set for when time alone may make it so. */
static void try_void_when(struct lang_machine *m, struct fast_inst *in, struct fast_point pt) {
    uint32_t code = m->p->duties.v[in->duty].void_when;
    in->timer = in->over;
    fast_wake(m, in->timer);
    if (code == FAST_NO_CODE) {
        return;
    }
    fast_void_at(m, in, pt);
    m->want_notes = true;
    m->next = INT64_MAX;
    enum fast_tri got = fast_truth_of(m, code);
    m->want_notes = false;
    in->timer = m->next < in->timer ? m->next : in->timer;
    fast_wake(m, in->timer);
    if (got == FAST_YES) {
        end_at(in, pt, false, pt.upto == 0 ? FAST_NONE_AT : pt.upto - 1);
    }
}

static void end_open(struct lang_machine *m, uint32_t duty, uint32_t i) {
    uint32_t *link = &m->open_of[duty];
    struct fast_point here = {m->events[i].to, i + 1};
    while (*link != 0) {
        struct fast_inst *in = &m->insts.v[*link - 1];
        if (!lives(in)) {
            *link = in->next_open;
            continue;
        }
        if (discharges(m, in, i)) {
            end_at(in, here, true, i);
        } else if (m->p->duties.v[duty].void_by.n > 0 && i != in->at.trigger && after_birth(m, in, i) &&
                   chosen(m, in, m->p->duties.v[duty].void_by, i) == FAST_YES) {
            end_at(in, here, false, i);
        } else {
            link = &in->next_open;
            continue;
        }
        *link = in->next_open;
    }
}

/* Event i at its `to`: what it ends. */
void fast_ends(struct lang_machine *m, uint32_t i) {
    uint32_t record = m->events[i].record;
    struct fast_range ends = m->p->records[record].ends;
    for (uint32_t k = 0; k < ends.n; k++) {
        uint32_t duty = m->p->refs.v[ends.first + k];
        if (m->open_of[duty] != 0) {
            end_open(m, duty, i);
        }
    }
    for (size_t k = 0; k < m->timed.n; k++) {
        struct fast_inst *in = &m->insts.v[m->timed.v[k]];
        const struct fast_duty *d = &m->p->duties.v[in->duty];
        bool reads = (m->p->deps[d->void_deps + record / 64] >> (record % 64) & 1) != 0;
        struct fast_point here = {m->events[i].to, i + 1};
        if (lives(in) && reads && fast_before(in->born, here)) {
            try_void_when(m, in, here);
        }
    }
    m->ended++;
}

/* Instances whose timer has come: a period that is over, a `void when` that time may have made true. */
void fast_timers(struct lang_machine *m, int64_t t) {
    size_t keep = 0;
    for (size_t k = 0; k < m->timed.n; k++) {
        struct fast_inst *in = &m->insts.v[m->timed.v[k]];
        if (lives(in) && in->timer <= t) {
            bool over = in->over <= t;
            try_void_when(m, in, (struct fast_point){t, 0});
            if (lives(in) && over) { /* missed for good */
                end_at(in, (struct fast_point){in->over, 0}, false, FAST_NONE_AT);
            }
        }
        if (lives(in)) {
            m->timed.v[keep++] = m->timed.v[k];
        }
    }
    m->timed.n = keep;
}

/* ---- births */

static struct fast_at at_point(struct lang_machine *m, struct fast_point pt) {
    return (struct fast_at){.t = pt.t,
                            .upto = pt.upto,
                            .self = FAST_NONE_AT,
                            .trigger = FAST_NONE_AT,
                            .with_event = FAST_NONE_AT,
                            .version_day = fast_day(m, pt.t),
                            .as = CF_AS_START,
                            .due_met = INT64_MAX,
                            .own = &m->nowhere};
}

/* An instance at the machine's point, which rests on the bits of a place. */
static struct fast_inst *new_inst(struct lang_machine *m, uint32_t duty, struct fast_point born, uint32_t place) {
    size_t number = m->insts.n;
    struct fast_inst *in = FAST_PUSH(m, &m->insts);
    *in = (struct fast_inst){.duty = duty,
                             .at = m->at,
                             .born = born,
                             .end = never,
                             .end_event = FAST_NONE_AT,
                             .cause_event = FAST_NONE_AT,
                             .role = -1,
                             .episode = UINT64_MAX,
                             .over = INT64_MAX,
                             .timer = INT64_MAX};
    if (m->at.own->n > 0) {
        in->episode = m->at.own->seqs[0];
    }
    while (m->inst_bits.n < (number + 1) * m->words) {
        (void)FAST_PUSH(m, &m->inst_bits);
    }
    fast_copy_bits(trigger_bits(m, number), m->sup.v + (size_t)place * m->words, m->words);
    return in;
}

static void count_from(struct lang_machine *m, struct fast_inst *in) {
    const struct fast_duty *d = &m->p->duties.v[in->duty];
    if (d->counting_from == FAST_NO_CODE || d->trigger == LANG_EACH) {
        return;
    }
    m->at = in->at;
    struct fast_val v = fast_seconds(m->p->ref, fast_run(m, d->counting_from), CF_AS_START);
    in->has_admit = v.kind == LANG_T_INSTANT && (v.flags & FAST_NO_HI) == 0;
    in->admit = v.hi;
    for (uint32_t k = 0; in->has_admit && k < m->ended && lives(in); k++) { /* it may have been done before it arose */
        uint32_t i = m->by_to.v[k];
        if (m->events[i].to >= in->admit && discharges(m, in, i)) {
            end_at(in, (struct fast_point){m->events[i].to, i + 1}, true, i);
        }
    }
}

static void begin_life(struct lang_machine *m, uint32_t number) {
    struct fast_inst *in = &m->insts.v[number];
    bool support = m->want_support;
    m->want_support = false;
    count_from(m, in);
    if (lives(in)) {
        try_void_when(m, in, in->born);
    }
    if (lives(in)) {
        const struct fast_duty *d = &m->p->duties.v[in->duty];
        in->next_open = m->open_of[in->duty];
        m->open_of[in->duty] = number + 1;
        if (d->void_when != FAST_NO_CODE || in->over != INT64_MAX) {
            *FAST_PUSH(m, &m->timed) = number;
        }
    }
    m->want_support = support;
}

static void after(struct lang_machine *m, uint32_t duty, uint32_t i, enum fast_tri fires, int role) {
    const struct fast_duty *d = &m->p->duties.v[duty];
    m->want_support = true;
    uint32_t place = fast_place(m);
    fast_rest_on(m, place, i);
    if (fires != FAST_NO && d->where != FAST_NO_CODE) {
        fires = fast_and(fires, fast_truth_of(m, d->where));
        fast_join(m, place, m->sp);
    }
    m->want_support = false;
    if (fires != FAST_NO) { /* unknown obliges (U4) */
        struct fast_inst *in = new_inst(m, duty, (struct fast_point){m->events[i].from, i + 1}, place);
        in->role = role;
        in->marks = fires == FAST_UNKNOWN ? LANG_M_RESTS_ON_UNKNOWN : 0u;
        in->cause_event = i;
        begin_life(m, (uint32_t)m->insts.n - 1);
    }
    m->sp = place;
}

static void trigger_at(struct lang_machine *m, uint32_t i) {
    m->at = (struct fast_at){.t = m->events[i].from,
                             .upto = i + 1,
                             .has_trigger = true,
                             .self = i,
                             .trigger = i,
                             .with_event = FAST_NONE_AT,
                             .trigger_t = m->events[i].from,
                             .version_day = m->ev.v[i].day,
                             .as = CF_AS_START,
                             .due_met = INT64_MAX,
                             .own = fast_own_of(m, i)};
}

static void after_breach(struct lang_machine *m, uint32_t duty, uint32_t i) {
    const struct fast_duty *d = &m->p->duties.v[duty];
    uint32_t gate;
    if (!in_force(d->from, d->to, m->ev.v[i].day) || !fast_version_at(m, d->breach_of, m->ev.v[i].day, &gate)) {
        return;
    }
    struct fast_judged j = fast_judge(m, gate, i);
    if (!j.judged || j.result == LANG_KEPT_RESULT) {
        return;
    }
    trigger_at(m, i);
    after(m, duty, i, j.result == LANG_BREACHED_NOT_KNOWN || j.where_unknown ? FAST_UNKNOWN : FAST_YES, j.role);
}

/* The duties after event i, or after its breach of a gate (D1). */
void fast_after_event(struct lang_machine *m, uint32_t i) {
    const struct fast_record *r = &m->p->records[m->events[i].record];
    bool there = false;
    for (uint32_t k = 0; k < r->triggers.n; k++) {
        uint32_t duty = m->p->refs.v[r->triggers.first + k];
        const struct fast_duty *d = &m->p->duties.v[duty];
        const struct fast_sel *s = &m->p->sels.v[d->after];
        if (!in_force(d->from, d->to, m->ev.v[i].day) || !fast_of_sel(m, s, i)) {
            continue;
        }
        if (!there) { /* what arises moves the machine's point */
            trigger_at(m, i);
            there = true;
        }
        int role = fast_role_of(m, s, i);
        enum fast_tri fires = fast_adult(m, i, role) ? FAST_NO : fast_with(m, s, i);
        if (fires != FAST_NO) {
            after(m, duty, i, fires, role);
            there = false;
        }
    }
    for (uint32_t k = 0; k < r->breaches.n; k++) {
        after_breach(m, m->p->refs.v[r->breaches.first + k], i);
    }
}

/* ---- when C (D2) */

static int64_t next_of(const int64_t *v, size_t n, int64_t t) {
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (v[mid] > t) {
            hi = mid;
        } else {
            lo = mid + 1;
        }
    }
    return lo < n ? v[lo] : INT64_MAX;
}

int64_t fast_next_turn(const struct lang_machine *m, int64_t t) {
    return next_of(m->p->turns.v, m->p->turns.n, t);
}

/* When a watch is to be asked again though neither an event nor time itself changes its condition: as a version of it begins or
 * ends, or a version of what it may read. */
static int64_t next_version(const struct lang_machine *m, const struct fast_watched *w, int64_t t) {
    int64_t next = next_of(m->p->changes.v, m->p->changes.n, t);
    for (uint32_t k = 0; k < w->versions.n; k++) {
        const struct fast_duty *d = &m->p->duties.v[m->p->refs.v[w->versions.first + k]];
        int64_t from = d->from > CF_DAY_MIN ? fast_day_start(m, d->from) : INT64_MIN;
        int64_t to = d->to < CF_DAY_MAX ? fast_day_start(m, d->to + 1) : INT64_MIN;
        next = from > t && from < next ? from : next;
        next = to > t && to < next ? to : next;
    }
    return next;
}

static uint32_t version_then(const struct lang_machine *m, const struct fast_watched *w, int32_t day) {
    for (uint32_t k = 0; k < w->versions.n; k++) { /* oldest first */
        uint32_t duty = m->p->refs.v[w->versions.first + k];
        if (in_force(m->p->duties.v[duty].from, m->p->duties.v[duty].to, day)) {
            return duty;
        }
    }
    return UINT32_MAX;
}

static bool live(const struct lang_machine *m, const struct fast_watched *w, uint64_t episode, struct fast_point pt) {
    for (uint32_t k = 0; k < w->versions.n; k++) {
        for (uint32_t at = m->open_of[m->p->refs.v[w->versions.first + k]]; at != 0; at = m->insts.v[at - 1].next_open) {
            const struct fast_inst *in = &m->insts.v[at - 1];
            if (in->episode == episode && fast_before(pt, in->end)) {
                return true;
            }
        }
    }
    return false;
}

static uint32_t last_bit(const struct lang_machine *m, const uint64_t *bits) {
    for (uint32_t k = m->words; k-- > 0;) {
        if (bits[k] != 0) {
            return k * 64 + 63 - (uint32_t)__builtin_clzll(bits[k]);
        }
    }
    return FAST_NONE_AT;
}

static void turned(struct lang_machine *m, uint32_t duty, struct fast_point pt, enum fast_tri c) {
    m->want_support = true;
    uint32_t place = fast_place(m);
    fast_add_support(m, place, m->p->duties.v[duty].cond);
    uint32_t cause = pt.upto > 0 ? pt.upto - 1 : last_bit(m, m->sup.v + (size_t)place * m->words);
    if (pt.upto > 0) {
        fast_rest_on(m, place, cause);
    }
    m->want_support = false;
    m->at.has_trigger = true;
    m->at.trigger_t = pt.t;
    struct fast_inst *in = new_inst(m, duty, pt, place);
    m->sp = place;
    in->marks = c == FAST_UNKNOWN ? LANG_M_RESTS_ON_UNKNOWN : 0u;
    in->cause_event = cause;
    in->cause_limit = pt.upto > 0 ? 0 : (uint64_t)pt.t;
    begin_life(m, (uint32_t)m->insts.n - 1);
}

static void ask_watch(struct lang_machine *m, size_t number, struct fast_point pt) {
    struct fast_watch *watch = &m->watches.v[number];
    const struct fast_watched *w = &m->p->watches.v[watch->watched];
    m->at = at_point(m, pt);
    uint64_t episode = UINT64_MAX;
    if (watch->opener != FAST_NONE_AT) {
        m->at.own = fast_own_is(m, watch->opener);
        episode = m->events[watch->opener].seq;
    }
    uint32_t duty = version_then(m, w, m->at.version_day);
    enum fast_tri c = FAST_NO;
    m->next = INT64_MAX;
    if (duty != UINT32_MAX) {
        m->want_notes = true;
        c = fast_truth_of(m, m->p->duties.v[duty].cond);
        m->want_notes = false;
    }
    int64_t turn = next_version(m, w, pt.t);
    watch->next = m->next < turn ? m->next : turn;
    fast_wake(m, watch->next);
    watch->begun = true;
    bool held = watch->held;
    watch->held = c != FAST_NO;
    if (c != FAST_NO && !held && !live(m, w, episode, pt)) {
        turned(m, duty, pt, c);
    }
}

/* Can the condition be anything but no in this history? */
static bool possible(const struct lang_machine *m, const struct fast_watched *w) {
    uint64_t missing = 0;
    for (uint32_t k = 0; k < m->p->dep_words; k++) {
        missing |= m->p->deps[w->must + k] & ~m->present[k];
    }
    return missing == 0;
}

/* The watches about the subject, before anything has happened. */
void fast_watch_begin(struct lang_machine *m) {
    m->watches.n = 0;
    for (uint32_t k = 0; k < m->p->watches.n; k++) {
        const struct fast_watched *w = &m->p->watches.v[k];
        if (w->about && w->kind == m->h->kind && possible(m, w)) {
            *FAST_PUSH(m, &m->watches) = (struct fast_watch){.watched = k, .opener = FAST_NONE_AT, .next = w->begins};
        }
    }
    m->each.n = 0;
    for (size_t k = 0; k < m->p->each.n; k++) {
        const struct fast_duty *d = &m->p->duties.v[m->p->each.v[k].duty];
        if (!d->about || d->kind == m->h->kind) {
            *FAST_PUSH(m, &m->each) = m->p->each.v[k];
        }
    }
}

static bool has_bit(const struct lang_machine *m, uint32_t row, uint32_t record) {
    return (m->p->deps[row + record / 64] >> (record % 64) & 1) != 0;
}

/* Can event i change the condition? A step in another episode is not even seen (X2). */
static bool reads(struct lang_machine *m, const struct fast_watch *watch, uint32_t i) {
    const struct fast_watched *w = &m->p->watches.v[watch->watched];
    uint32_t record = m->events[i].record;
    if (!has_bit(m, w->deps, record)) {
        return false;
    }
    return watch->opener == FAST_NONE_AT || has_bit(m, w->anywhere, record) || fast_names(m, i, m->events[watch->opener].seq) ||
           !fast_limited(m, record, fast_own_is(m, watch->opener));
}

/* Event i has arrived: episodes that it opens are watched from here on, and conditions that read its record asked again. */
void fast_watch_event(struct lang_machine *m, uint32_t i) {
    struct fast_point here = {m->events[i].from, i + 1};
    uint32_t record = m->events[i].record;
    size_t before = m->watches.n;
    for (uint32_t k = 0; m->p->records[record].opens >= 0 && k < m->p->watches.n; k++) {
        const struct fast_watched *w = &m->p->watches.v[k];
        if (w->in && fast_scope_opens(m, i, w->episode) && possible(m, w)) {
            *FAST_PUSH(m, &m->watches) = (struct fast_watch){.watched = k, .opener = i, .next = w->begins};
            fast_wake(m, w->begins);
        }
    }
    for (size_t k = 0; k < m->watches.n; k++) {
        const struct fast_watch *watch = &m->watches.v[k];
        const struct fast_watched *w = &m->p->watches.v[watch->watched];
        bool begins = k >= before && !fast_before(here, (struct fast_point){w->begins, 0});
        if (begins || (watch->begun && reads(m, watch, i))) {
            ask_watch(m, k, here);
        }
    }
}

void fast_watch_moment(struct lang_machine *m, int64_t t) {
    for (size_t k = 0; k < m->watches.n; k++) {
        if (m->watches.v[k].next <= t) {
            ask_watch(m, k, (struct fast_point){t, 0});
        }
    }
}

/* ---- each P while C (D3) */

static void period_begins(struct lang_machine *m, const struct fast_each *each, uint32_t opener) {
    const struct fast_duty *d = &m->p->duties.v[each->duty];
    m->at = at_point(m, (struct fast_point){each->next, (uint32_t)m->h->n});
    m->at.has_trigger = true;
    m->at.trigger_t = each->next;
    if (opener != FAST_NONE_AT) {
        m->at.own = fast_own_is(m, opener);
    }
    m->want_support = true;
    uint32_t place = fast_place(m);
    enum fast_tri c = d->cond == FAST_NO_CODE ? FAST_YES : fast_truth_of(m, d->cond);
    if (d->cond != FAST_NO_CODE) {
        fast_join(m, place, m->sp);
    }
    m->want_support = false;
    if (c != FAST_NO) {
        struct fast_inst *in = new_inst(m, each->duty, (struct fast_point){each->next, 0}, place);
        in->period = each->day;
        in->marks = c == FAST_UNKNOWN ? LANG_M_RESTS_ON_UNKNOWN : 0u;
        int32_t next = cf_period_next((enum cf_period)d->period, each->day);
        in->over = cf_day_end(m->p->ref->zone, next - 1) + 1;
        begin_life(m, (uint32_t)m->insts.n - 1);
    }
    m->sp = place;
}

void fast_each_moment(struct lang_machine *m, int64_t t) {
    for (size_t k = 0; k < m->each.n; k++) {
        struct fast_each *each = &m->each.v[k];
        if (each->next > t) {
            continue;
        }
        const struct fast_duty *d = &m->p->duties.v[each->duty];
        fast_arrive(m, t); /* the first instant of a period sees its own events */
        if (d->about) {
            period_begins(m, each, FAST_NONE_AT);
        }
        for (size_t o = 0; o < m->openers.n && d->episode >= 0; o++) {
            uint32_t i = m->openers.v[o];
            if (fast_scope_opens(m, i, d->episode) && m->events[i].from <= each->next) {
                period_begins(m, each, i);
            }
        }
        each->day = cf_period_next((enum cf_period)d->period, each->day);
        each->next = each->day <= d->to ? cf_day_start(m->p->ref->zone, each->day) : INT64_MAX;
    }
}

/* The least instant at which something is to be asked though nothing happens; INT64_MAX: never. */
int64_t fast_next_moment(const struct lang_machine *m) {
    int64_t best = INT64_MAX;
    for (size_t k = 0; k < m->timed.n; k++) {
        const struct fast_inst *in = &m->insts.v[m->timed.v[k]];
        best = lives(in) && in->timer < best ? in->timer : best;
    }
    for (size_t k = 0; k < m->watches.n; k++) {
        best = m->watches.v[k].next < best ? m->watches.v[k].next : best;
    }
    for (size_t k = 0; k < m->each.n; k++) {
        best = m->each.v[k].next < best ? m->each.v[k].next : best;
    }
    return best;
}

/* ---- valid until (V5), of the rules themselves */

static void condition_until(struct lang_machine *m, uint32_t code, uint32_t opener) {
    m->at = at_point(m, (struct fast_point){m->now, (uint32_t)m->h->n});
    if (opener != FAST_NONE_AT) {
        m->at.own = fast_own_is(m, opener);
    }
    (void)fast_run(m, code);
}

void fast_duties_until(struct lang_machine *m) {
    int32_t day = fast_day(m, m->now);
    m->want_notes = true;
    m->next = INT64_MAX;
    for (size_t k = 0; k < m->p->watches.n; k++) {
        const struct fast_watched *w = &m->p->watches.v[k];
        uint32_t duty = version_then(m, w, day);
        if (duty == UINT32_MAX) {
            continue;
        }
        if (w->about && w->kind == m->h->kind) {
            condition_until(m, m->p->duties.v[duty].cond, FAST_NONE_AT);
        }
        for (size_t o = 0; o < m->openers.n && w->in; o++) {
            if (fast_scope_opens(m, m->openers.v[o], w->episode)) {
                condition_until(m, m->p->duties.v[duty].cond, m->openers.v[o]);
            }
        }
    }
    m->want_notes = false;
    m->valid = m->next < m->valid ? m->next : m->valid;
    for (size_t k = 0; k < m->p->each.n; k++) {
        const struct fast_duty *d = &m->p->duties.v[m->p->each.v[k].duty];
        if (in_force(d->from, d->to, day)) {
            int64_t next = cf_day_start(m->p->ref->zone, cf_period_next((enum cf_period)d->period, day));
            m->valid = next < m->valid ? next : m->valid;
        }
    }
}
