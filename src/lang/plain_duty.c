/* Duties: what makes an instance arise (D1 to D3, D6), and the lines of all of them. Must not know: how clocks run. */
#include "lang/plain.h"

/* ---- does a deadline use the due time that its trigger met? */
static bool uses_due_met(const struct lang_expr *e) {
    if (e == NULL) {
        return false;
    }
    bool uses = e->op == LANG_DUE_MET || uses_due_met(e->a) || uses_due_met(e->b) || uses_due_met(e->c);
    for (size_t i = 0; i < e->list.n; i++) {
        uses = uses || uses_due_met(e->list.v[i]);
    }
    return uses;
}

static bool chained(const struct lang_decl *rule) {
    const struct lang_duty *d = &rule->as.duty;
    bool after = d->trigger == LANG_AFTER_EVENT || d->trigger == LANG_AFTER_BREACH;
    return after && (uses_due_met(d->within.value) || uses_due_met(d->of) || uses_due_met(d->by.value));
}

/* D6: the earliest due of this policy's instances that event i discharged; INT64_MAX: none. */
static int64_t due_met(const struct plain *p, const struct lang_decl *rule, size_t i) {
    int64_t best = INT64_MAX;
    for (size_t k = 0; k < p->insts->n; k++) {
        const struct plain_inst *in = p->insts->v[k];
        bool own = cf_str_eq(in->line.rule->policy->name.text, rule->policy->name.text);
        struct plain_point here = {plain_event(p, i)->from, i + 1};
        if (own && in->done && in->end_event == i && in->line.has_due && in->line.due < best &&
            plain_point_before(in->born, here)) {
            best = in->line.due;
        }
    }
    return best;
}

/* ---- one instance */
static struct cf_id id_of(const struct plain *p, size_t i) {
    return i == PLAIN_NONE ? (struct cf_id){{0}} : plain_event(p, i)->id;
}

static struct plain_inst *new_inst(struct plain *p, const struct lang_decl *rule, struct plain_at at, struct plain_point born) {
    struct plain_inst *in = CF_NEW(p->a, struct plain_inst);
    in->at = at;
    in->born = born;
    in->end = (struct plain_point){INT64_MAX, 0};
    in->end_event = in->cause_event = PLAIN_NONE;
    in->trigger_support = plain_set_new(p);
    in->line = (struct lang_duty_line){
        .rule = rule, .cause = UINT64_MAX, .role = -1, .episode = UINT64_MAX, .since = born.t, .ended_by = UINT64_MAX};
    if (at.n_own > 0) {
        in->line.episode = at.own[0];
    }
    return in;
}

static void add_inst(struct plain *p, struct plain_inst *in) {
    struct lang_duty_line *l = &in->line;
    struct cf_str role = {"", 0};
    if (l->role >= 0 && in->cause_event != PLAIN_NONE) {
        const struct lang_record *r = &plain_record(p, in->cause_event)->as.record;
        role = (size_t)l->role < r->roles.n ? r->roles.v[l->role].role.text : role;
    }
    if (in->cause_event != PLAIN_NONE) {
        l->cause = plain_event(p, in->cause_event)->seq;
    }
    /* The episode is part of the identity where it is the rule's scope (D2), not where an event is the trigger (D1): a
     * withdrawn opener leaves those lines what they were. The subject is named as first recorded (C4). */
    bool scoped = l->rule->as.duty.scope.in && l->episode != UINT64_MAX;
    size_t opener = scoped ? plain_find_seq(p, l->episode) : PLAIN_NONE;
    const struct cf_id *as = in->cause_event == PLAIN_NONE ? NULL : plain_event(p, in->cause_event)->as;
    l->id = lang_duty_id(l->rule->name.text, as ? *as : p->h->subject_id, role, id_of(p, in->cause_event),
                         (int64_t)l->cause_limit, l->period, id_of(p, opener));
    plain_settle(p, in);
    *cf_push(p->a, p->insts) = in;
}

/* ---- after R, after breach of G (D1) */
static void after_event(struct plain *p, const struct lang_decl *rule, size_t i) {
    const struct lang_duty *d = &rule->as.duty;
    const struct lang_event *e = plain_event(p, i);
    struct plain_point born = {e->from, i + 1};
    if (!plain_in_force(rule, cf_time_day(p->ref->zone, e->from))) {
        return;
    }
    struct plain_at at = plain_at_point(p, born, PLAIN_OBLIGES);
    at.self = at.trigger = i;
    at.has_trigger = true;
    at.trigger_t = e->from;
    plain_own_of(p, i, &at);
    enum plain_tri fires = PLAIN_NO;
    int role = -1;
    if (d->trigger == LANG_AFTER_EVENT && plain_of_sel(p, d->after, i)) {
        role = plain_role_of(p, d->after, i);
        fires = plain_adult(p, &at, i, role) ? PLAIN_NO : plain_with(p, &at, d->after, i);
    } else if (d->trigger == LANG_AFTER_BREACH && d->breach_gate != NULL) {
        const struct lang_decl *gate = lang_version_at(d->breach_gate, at.version_day);
        struct plain_judged j = gate == NULL ? (struct plain_judged){.judged = false} : plain_judge(p, gate, i);
        role = j.role;
        fires = !j.judged || j.result == LANG_KEPT_RESULT                ? PLAIN_NO
                : j.result == LANG_BREACHED_NOT_KNOWN || j.where_unknown ? PLAIN_UNKNOWN
                                                                         : PLAIN_YES;
    }
    if (fires != PLAIN_NO && d->where != NULL) {
        fires = plain_and(fires, plain_truth(p, &at, d->where));
    }
    if (fires == PLAIN_NO) { /* unknown obliges (U4) */
        return;
    }
    at.due_met = chained(rule) ? due_met(p, rule, i) : INT64_MAX;
    struct plain_inst *in = new_inst(p, rule, at, born);
    in->line.role = role;
    in->line.marks = fires == PLAIN_UNKNOWN ? LANG_M_RESTS_ON_UNKNOWN : 0u;
    in->cause_event = i;
    plain_set_add(&in->trigger_support, i);
    if (d->where != NULL) {
        plain_support(p, &at, d->where, &in->trigger_support);
    }
    add_inst(p, in);
}

/* ---- when C (D2) */
static bool live(const struct plain *p, const struct lang_decl *rule, uint64_t episode, struct plain_point pt) {
    for (size_t i = 0; i < p->insts->n; i++) {
        const struct plain_inst *in = p->insts->v[i];
        bool when = in->line.rule->as.duty.trigger == LANG_WHEN; /* an older version may have had an event as its trigger */
        if (when && plain_same_name(in->line.rule, rule) && in->line.episode == episode && plain_point_before(pt, in->end)) {
            return true;
        }
    }
    return false;
}

static void condition_turned(struct plain *p, const struct lang_decl *rule, struct plain_at at, struct plain_point pt,
                             enum plain_tri c) {
    at.has_trigger = true;
    at.trigger_t = pt.t;
    struct plain_inst *in = new_inst(p, rule, at, pt);
    in->line.marks = c == PLAIN_UNKNOWN ? LANG_M_RESTS_ON_UNKNOWN : 0u;
    plain_support(p, &at, rule->as.duty.cond, &in->trigger_support);
    if (pt.upto > 0) {
        in->cause_event = pt.upto - 1;
        plain_set_add(&in->trigger_support, in->cause_event);
    } else { /* time alone turned it: the last event of the support, and the instant that ran out */
        for (size_t i = 0; i < p->n; i++) {
            in->cause_event = plain_set_has(&in->trigger_support, i) ? i : in->cause_event;
        }
        in->line.cause_limit = (uint64_t)pt.t;
    }
    add_inst(p, in);
}

/* A version that triggers otherwise, or in another scope, is another rule as far as `when` goes. */
static bool same_when(const struct lang_decl *x, const struct lang_decl *y) {
    const struct lang_scope *s = &x->as.duty.scope, *t = &y->as.duty.scope;
    return x->as.duty.trigger == LANG_WHEN && y->as.duty.trigger == LANG_WHEN && s->about == t->about &&
           (s->about ? s->kind == t->kind : plain_same_name(s->episode_decl, t->episode_decl));
}

static bool first_of_its_kind(const struct lang_decl *rule) {
    for (const struct lang_decl *d = rule->older; d != NULL; d = d->older) {
        if (same_when(rule, d)) {
            return false;
        }
    }
    return rule->as.duty.trigger == LANG_WHEN;
}

static const struct lang_decl *version_then(const struct lang_decl *first, int32_t day) {
    for (const struct lang_decl *d = first; d != NULL; d = d->newer) {
        if (plain_in_force(d, day) && same_when(first, d)) {
            return d;
        }
    }
    return NULL;
}

/* Walks one scope from `pt` on; opener PLAIN_NONE: about the subject. `first` is the oldest version of the rule. */
static void walk_scope(struct plain *p, const struct lang_decl *first, size_t opener, struct plain_point pt) {
    uint64_t episode = opener == PLAIN_NONE ? UINT64_MAX : plain_event(p, opener)->seq;
    struct plain_at base = plain_at_point(p, pt, PLAIN_OBLIGES);
    if (opener != PLAIN_NONE) {
        plain_own_is(p, episode, &base);
    }
    bool held = false;
    for (bool more = pt.t <= p->now; more;) {
        struct cf_mark mark = cf_arena_mark(p->a);
        struct plain_at at = base;
        at.t = pt.t;
        at.upto = pt.upto;
        at.version_day = cf_time_day(p->ref->zone, pt.t);
        const struct lang_decl *rule = version_then(first, at.version_day);
        enum plain_tri c = rule == NULL ? PLAIN_NO : plain_truth(p, &at, rule->as.duty.cond);
        bool arises = c != PLAIN_NO && !held && !live(p, rule, episode, pt);
        int64_t change = plain_next_version(p, pt.t), t = INT64_MAX;
        if (rule != NULL) {
            t = plain_next_change(p, &at, rule->as.duty.cond);
        }
        change = t < change ? t : change;
        cf_arena_rewind(p->a, mark); /* nothing of a point outlives it */
        if (arises) {
            condition_turned(p, rule, at, pt, c);
        }
        held = c != PLAIN_NO;
        more = plain_next_point(p, PLAIN_OBLIGES, &pt, change);
    }
}

static struct plain_point force_begins(const struct plain *p, const struct lang_decl *rule) {
    int32_t from = rule->policy->as.policy.from;
    return (struct plain_point){from <= CF_DAY_MIN ? CF_TIME_MIN : cf_day_start(p->ref->zone, from), 0};
}

static void when_condition(struct plain *p, const struct lang_decl *first) {
    const struct lang_scope *s = &first->as.duty.scope;
    struct plain_point begin = force_begins(p, first);
    if (s->about && s->kind == p->h->kind) {
        walk_scope(p, first, PLAIN_NONE, begin);
    }
    for (size_t i = 0; i < p->n && s->in; i++) {
        struct plain_point opened = {plain_event(p, i)->from, i + 1};
        if (plain_scope_episode(p, i, s->episode_decl)) {
            walk_scope(p, first, i, plain_point_before(opened, begin) ? begin : opened);
        }
    }
}

/* ---- each P while C (D3) */
static void period_begins(struct plain *p, const struct lang_decl *rule, int32_t day, size_t opener) {
    struct plain_point pt = {cf_day_start(p->ref->zone, day), 0};
    struct plain_at at = plain_at_point(p, (struct plain_point){pt.t, p->h->n}, PLAIN_OBLIGES);
    at.has_trigger = true;
    at.trigger_t = pt.t;
    if (opener != PLAIN_NONE) {
        plain_own_is(p, plain_event(p, opener)->seq, &at);
    }
    enum plain_tri c = rule->as.duty.cond == NULL ? PLAIN_YES : plain_truth(p, &at, rule->as.duty.cond);
    if (c == PLAIN_NO) {
        return;
    }
    struct plain_inst *in = new_inst(p, rule, at, pt);
    in->line.period = day;
    in->line.marks = c == PLAIN_UNKNOWN ? LANG_M_RESTS_ON_UNKNOWN : 0u;
    if (rule->as.duty.cond != NULL) {
        plain_support(p, &at, rule->as.duty.cond, &in->trigger_support);
    }
    add_inst(p, in);
}

static void each_period(struct plain *p, const struct lang_decl *rule) {
    const struct lang_duty *d = &rule->as.duty;
    const struct lang_policy *force = &rule->policy->as.policy;
    enum cf_period period = (enum cf_period)d->period;
    int32_t day = cf_period_start(period, force->from);
    day = day < force->from ? cf_period_next(period, day) : day;
    for (; day <= force->to && cf_day_start(p->ref->zone, day) <= p->now; day = cf_period_next(period, day)) {
        if (d->scope.about && d->scope.kind == p->h->kind) {
            period_begins(p, rule, day, PLAIN_NONE);
        }
        for (size_t i = 0; i < p->n && d->scope.in; i++) {
            if (plain_scope_episode(p, i, d->scope.episode_decl) &&
                plain_event(p, i)->from <= cf_day_start(p->ref->zone, day)) {
                period_begins(p, rule, day, i);
            }
        }
    }
}

static bool wanted(const struct plain *p, const struct lang_decl *rule) {
    return rule->kind == LANG_DUTY && (p->only == NULL || cf_str_eq(rule->policy->name.text, p->only->name.text));
}

/* Every instance of every duty. Those whose deadline is the due time that their trigger met come last, by their trigger, so
 * that what it met is known. */
void plain_duties(struct plain *p) {
    p->insts = CF_NEW(p->a, struct plain_insts);
    for (size_t r = 0; r < p->set->rules.n; r++) {
        const struct lang_decl *rule = p->set->rules.v[r];
        if (!wanted(p, rule) || chained(rule)) {
            continue;
        }
        if (first_of_its_kind(rule)) {
            when_condition(p, rule);
        } else if (rule->as.duty.trigger == LANG_EACH) {
            each_period(p, rule);
        }
        bool after = rule->as.duty.trigger == LANG_AFTER_EVENT || rule->as.duty.trigger == LANG_AFTER_BREACH;
        for (size_t i = 0; i < p->n && after; i++) {
            after_event(p, rule, i);
        }
    }
    for (size_t i = 0; i < p->n; i++) {
        for (size_t r = 0; r < p->set->rules.n; r++) {
            if (wanted(p, p->set->rules.v[r]) && chained(p->set->rules.v[r])) {
                after_event(p, p->set->rules.v[r], i);
            }
        }
    }
}

/* ---- valid until (V5) */
static void sooner(int64_t *valid, int64_t t, int64_t now) {
    *valid = t > now && t < *valid ? t : *valid;
}

static void live_until(const struct plain *p, const struct plain_inst *in, int64_t *valid) {
    const struct lang_duty *d = &in->line.rule->as.duty;
    if (in->line.has_due) {
        sooner(valid, in->line.due + 1, p->now);
    }
    for (size_t i = 0; i < d->warn.n; i++) {
        sooner(valid, plain_warn_at(p, in, &d->warn.v[i]), p->now);
    }
    for (size_t i = 0; i < d->escalate.n; i++) {
        int64_t t = plain_escalate_after(p, in, &d->escalate.v[i]);
        sooner(valid, t == INT64_MAX ? t : t + 1, p->now);
    }
    if (d->void_when != NULL) {
        struct plain_at at = in->at;
        at.t = p->now;
        at.upto = p->h->n;
        at.mode = PLAIN_PERMITS;
        at.self = PLAIN_NONE;
        sooner(valid, plain_next_change(p, &at, d->void_when), p->now);
    }
}

static void rule_until(const struct plain *p, const struct lang_decl *rule, int64_t *valid) {
    const struct lang_duty *d = &rule->as.duty;
    struct plain_at at = plain_at_point(p, (struct plain_point){p->now, p->h->n}, PLAIN_OBLIGES);
    if (!plain_in_force(rule, at.version_day)) {
        return;
    }
    if (d->trigger == LANG_EACH) {
        int32_t next = cf_period_next((enum cf_period)d->period, at.version_day);
        sooner(valid, cf_day_start(p->ref->zone, next), p->now);
    }
    if (d->trigger != LANG_WHEN) {
        return;
    }
    if (d->scope.about && d->scope.kind == p->h->kind) {
        sooner(valid, plain_next_change(p, &at, d->cond), p->now);
    }
    for (size_t i = 0; i < p->n && d->scope.in; i++) {
        if (plain_scope_episode(p, i, d->scope.episode_decl)) {
            plain_own_is(p, plain_event(p, i)->seq, &at);
            sooner(valid, plain_next_change(p, &at, d->cond), p->now);
        }
    }
}

void plain_duty_lines(const struct plain *p, struct lang_docket *out, int64_t *valid) {
    for (size_t i = 0; i < p->insts->n; i++) {
        *cf_push(p->a, &out->duties) = p->insts->v[i]->line;
        if (p->insts->v[i]->end.t == INT64_MAX) {
            live_until(p, p->insts->v[i], valid);
        }
    }
    for (size_t r = 0; r < p->set->rules.n; r++) {
        if (p->set->rules.v[r]->kind == LANG_DUTY) {
            rule_until(p, p->set->rules.v[r], valid);
        }
    }
}
