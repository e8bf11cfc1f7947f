/* lower: a checked set becomes a program: rules by the record that concerns them, expressions as code, names as numbers.
 * Made once; afterwards it never changes. Must not know: histories, how code runs. */
#include "lang/lower_priv.h"

#include <stdlib.h>

/* ---- which records a condition reads: at other events its value cannot change */

static void dep_expr(struct low *l, uint64_t *bits, const struct lang_expr *e);

static void set_record(uint64_t *bits, uint32_t record) {
    bits[record / 64] |= (uint64_t)1 << (record % 64);
}

/* Where no scope limits what is read, the record is noted as read from anywhere, too. */
static void dep_record(struct low *l, uint64_t *bits, uint32_t record) {
    set_record(bits, record);
    if (l->anywhere && l->dep_anywhere != NULL) {
        set_record(l->dep_anywhere, record);
    }
}

static void dep_episodes(struct low *l, uint64_t *bits, const struct lang_decl *kind) {
    int32_t number = low_episode(l, kind);
    for (uint32_t r = 0; r < l->p->n_records; r++) {
        const struct fast_record *f = &l->p->records[r];
        bool held = kind == NULL && (f->opens_held || f->closes >= 0);
        if (held || (kind != NULL && (f->opens == number || f->closes == number))) {
            dep_record(l, bits, r);
        }
    }
}

static void dep_sel(struct low *l, uint64_t *bits, const struct lang_sel *s) {
    if (s == NULL || s->decl == NULL) {
        return;
    }
    bool outer = l->anywhere;
    l->anywhere = outer || s->any_episode;
    dep_record(l, bits,
               s->kind == LANG_SEL_RECORD ? s->decl->as.record.number
               : s->kind == LANG_SEL_SENT ? l->p->sent
                                          : l->p->acknowledged);
    if (s->since_decl != NULL) {
        dep_record(l, bits, s->since_decl->as.record.number);
    }
    l->anywhere = outer;
    dep_expr(l, bits, s->with); /* its `age` */
    dep_expr(l, bits, s->last);
}

static void dep_grade(struct low *l, uint64_t *bits, const struct lang_grade *g) {
    for (size_t i = 0; i < g->list.n; i++) {
        dep_expr(l, bits, g->list.v[i].when);
    }
}

static void dep_score(struct low *l, uint64_t *bits, const struct lang_score *s) {
    const struct lang_expr *parts[] = {s->from.value, s->to.value, s->base.value};
    for (size_t i = 0; i < CF_COUNT(parts); i++) {
        dep_expr(l, bits, parts[i]);
    }
    for (size_t i = 0; i < s->plus.n; i++) {
        dep_expr(l, bits, s->plus.v[i].value.value);
        dep_expr(l, bits, s->plus.v[i].lo.value);
        dep_expr(l, bits, s->plus.v[i].hi.value);
    }
}

static bool about(const struct lang_decl *d) {
    switch ((int)d->kind) {
    case LANG_FACT: return d->as.fact.scope.about;
    case LANG_FLAG: return d->as.flag.scope.about;
    case LANG_GRADE: return d->as.grade.scope.about;
    case LANG_SCORE: return d->as.score.scope.about;
    default: return false;
    }
}

static void dep_decl(struct low *l, uint64_t *bits, const struct lang_decl *named) {
    bool outer = l->anywhere;
    l->anywhere = outer || about(named);
    for (const struct lang_decl *d = low_newest(named); d != NULL; d = d->older) {
        switch ((int)d->kind) {
        case LANG_FACT: dep_expr(l, bits, d->as.fact.value); break;
        case LANG_FLAG: dep_expr(l, bits, d->as.flag.cond); break;
        case LANG_GRADE: dep_grade(l, bits, &d->as.grade); break;
        case LANG_SCORE: dep_score(l, bits, &d->as.score); break;
        case LANG_GATE: dep_sel(l, bits, d->as.gate.before); break; /* judged once, at its own events */
        case LANG_SPAN:
            dep_sel(l, bits, d->as.span.from);
            dep_sel(l, bits, d->as.span.to);
            break;
        default: break;
        }
    }
    l->anywhere = outer;
}

/* What sees all, wherever it stands. */
static void dep_all(struct low *l, uint64_t *bits, const struct lang_expr *e) {
    bool outer = l->anywhere;
    l->anywhere = true;
    if (e->op == LANG_OPEN || e->op == LANG_HOLDERS) {
        dep_episodes(l, bits, NULL);
        dep_record(l, bits, l->p->handover);
    } else if (l->p->birth_record != UINT32_MAX) {
        dep_record(l, bits, l->p->birth_record);
    }
    l->anywhere = outer;
}

static void dep_expr(struct low *l, uint64_t *bits, const struct lang_expr *e) {
    if (e == NULL) {
        return;
    }
    dep_sel(l, bits, e->sel);
    switch ((int)e->op) {
    case LANG_FIELD:
        if (e->decl != NULL && e->decl->kind == LANG_RECORD) {
            dep_record(l, bits, e->decl->as.record.number);
        }
        break;
    case LANG_AGE:
    case LANG_CHILD:
    case LANG_TURNS:
    case LANG_HOLDERS: dep_all(l, bits, e); break;
    case LANG_OPEN:
        if (e->decl == NULL) {
            dep_all(l, bits, e);
        } else {
            dep_episodes(l, bits, e->decl);
        }
        break;
    case LANG_FACT_REF:
    case LANG_FLAG_REF:
    case LANG_GRADE_REF:
    case LANG_SCORE_REF:
    case LANG_SPAN_REF:
    case LANG_TIME_IN:
    case LANG_KEPT: dep_decl(l, bits, e->decl); break;
    default: break;
    }
    dep_expr(l, bits, e->a);
    dep_expr(l, bits, e->b);
    dep_expr(l, bits, e->c);
    for (size_t i = 0; i < e->list.n; i++) {
        dep_expr(l, bits, e->list.v[i]);
    }
}

/* ---- records, roles, episodes */

static uint32_t built_in(const struct low *l, const char *name) {
    for (uint32_t i = 0; i < l->set->records.n; i++) {
        const struct lang_decl *d = l->set->records.v[i];
        if (d->as.record.built_in && cf_str_is(d->name.text, name)) {
            return i;
        }
    }
    CF_NEVER("a checked set without its built-in records");
}

static bool number_episodes(struct low *l) {
    int32_t n = 0;
    for (size_t i = 0; i < l->set->decls.n; i++) {
        const struct lang_decl *d = l->set->decls.v[i];
        l->episode_of[d->number] = d->kind == LANG_EPISODE && d->newer == NULL ? n++ : -1;
    }
    l->p->kind_words = (uint32_t)n / 64 + 1 > FAST_KIND_WORDS ? FAST_KIND_WORDS : (uint32_t)n / 64 + 1;
    if (n > FAST_MOST_KINDS) {
        return cf_fail(l->errs, CF_L143, CF_NOWHERE, "%d kinds of episodes", (int)n);
    }
    return true;
}

static void lower_roles(struct low *l) {
    size_t n = l->set->roles.n, wanted = n + l->set->partners.n;
    l->p->n_roles = n;
    l->p->n_wanted = wanted;
    l->p->role_is = CF_NEW_N(l->a, uint8_t, n * wanted + 1);
    for (size_t held = 0; held < n; held++) {
        for (size_t w = 0; w < wanted; w++) {
            const struct lang_decl *want = w < n ? l->set->roles.v[w] : l->set->partners.v[w - n];
            l->p->role_is[held * wanted + w] = lang_role_is(l->set->roles.v[held], want);
        }
    }
}

static void add_kind(struct fast_kinds *k, int32_t kind) {
    if (kind >= 0) {
        k->w[kind / 64] |= (uint64_t)1 << (kind % 64);
    }
}

static void lower_record(struct low *l, uint32_t number) {
    const struct lang_decl *d = l->set->records.v[number];
    const struct lang_record *r = &d->as.record;
    struct fast_record *f = &l->p->records[number];
    f->opens = low_episode(l, r->opens_decl);
    f->closes = low_episode(l, r->closes_decl);
    add_kind(&f->kinds, f->opens);
    add_kind(&f->kinds, f->closes);
    for (size_t i = 0; i < r->in_decls.n; i++) {
        add_kind(&f->kinds, low_episode(l, r->in_decls.v[i]));
    }
    f->in_any = r->in_any;
    f->built_in = r->built_in;
    f->opens_held = r->opens_decl != NULL && r->opens_decl->as.episode.held;
    for (size_t i = 0; i < r->roles.n && i < 31; i++) {
        f->child_role_bits |= (int32_t)cf_str_is(r->roles.v[i].role.text, "child") << i;
    }
    f->counting = UINT32_MAX;
    for (const struct lang_decl *v = d; v != NULL; v = v->older) {
        if (v->as.record.decided_by) {
            f->counting = low_chain(l, d);
            break;
        }
    }
}

static void lower_records(struct low *l) {
    l->p->n_records = l->set->records.n;
    l->p->records = CF_NEW_N(l->a, struct fast_record, l->p->n_records + 1);
    l->p->dep_words = (uint32_t)(l->p->n_records / 64 + 1);
    l->p->sent = built_in(l, "sent");
    l->p->acknowledged = built_in(l, "acknowledged");
    l->p->handover = built_in(l, "handover");
    l->p->explained = built_in(l, "explained");
    l->p->assigned = built_in(l, "assigned");
    l->p->birth_record = l->set->birth == NULL ? UINT32_MAX : l->set->birth->as.record.number;
    for (uint32_t i = 0; i < l->p->n_records; i++) {
        lower_record(l, i);
    }
}

/* ---- rules without clocks */

static void life(const struct lang_decl *d, int32_t *from, int32_t *to) {
    *from = d->policy == NULL ? INT32_MIN : d->policy->as.policy.from;
    *to = d->policy == NULL ? INT32_MAX : d->policy->as.policy.to;
}

static int32_t scope_episode(struct low *l, const struct lang_scope *s) {
    return s->in ? low_episode(l, s->episode_decl) : -1;
}

static void lower_grade(struct low *l, const struct lang_decl *d) {
    const struct lang_grade *g = &d->as.grade;
    struct fast_grade f = {
        .decl = d, .episode = scope_episode(l, &g->scope), .first = (uint32_t)l->p->levels.n, .n = (uint32_t)g->list.n};
    life(d, &f.from, &f.to);
    for (size_t i = 0; i < g->list.n; i++) {
        struct fast_level v = {.code = low_expr(l, g->list.v[i].when),
                               .index = g->list.v[i].index,
                               .otherwise = g->list.v[i].otherwise,
                               .from = INT32_MIN,
                               .to = INT32_MAX};
        if (g->list.v[i].more != NULL) {
            life(g->list.v[i].more, &v.from, &v.to);
        }
        *cf_push(l->a, &l->p->levels) = v;
    }
    *cf_push(l->a, &l->p->grades) = f;
}

static void lower_score(struct low *l, const struct lang_decl *d) {
    const struct lang_score *s = &d->as.score;
    struct fast_score f = {.decl = d,
                           .episode = scope_episode(l, &s->scope),
                           .lo = low_expr(l, s->from.value),
                           .hi = low_expr(l, s->to.value),
                           .base = low_expr(l, s->base.value),
                           .first = (uint32_t)l->p->terms.n,
                           .n = (uint32_t)s->plus.n};
    life(d, &f.from, &f.to);
    for (size_t i = 0; i < s->plus.n; i++) {
        const struct lang_term *t = &s->plus.v[i];
        struct fast_term v = {low_expr(l, t->value.value), low_expr(l, t->lo.value), low_expr(l, t->hi.value), t->bounded};
        *cf_push(l->a, &l->p->terms) = v;
    }
    *cf_push(l->a, &l->p->scores) = f;
}

static void lower_choice(struct low *l, const struct lang_decl *d) {
    const struct lang_choice *c = &d->as.choice;
    struct fast_choice f = {.decl = d, .first = (uint32_t)l->p->options.n, .n = (uint32_t)c->options.n};
    life(d, &f.from, &f.to);
    f.record = c->for_->decl->as.record.number;
    for (size_t i = 0; i < c->options.n; i++) {
        const struct lang_option *o = &c->options.v[i];
        struct fast_option v = {low_expr(l, o->open_when), low_expr(l, o->closed_when), o->index, INT32_MIN, INT32_MAX};
        if (o->more != NULL) {
            life(o->more, &v.from, &v.to);
        }
        *cf_push(l->a, &l->p->options) = v;
    }
    *cf_push(l->a, &l->p->choices) = f;
}

static void lower_flag(struct low *l, const struct lang_decl *d) {
    struct fast_flag f = {.decl = d, .episode = scope_episode(l, &d->as.flag.scope), .cond = low_expr(l, d->as.flag.cond)};
    life(d, &f.from, &f.to);
    *cf_push(l->a, &l->p->flags) = f;
}

static void lower_gate(struct low *l, const struct lang_decl *d) {
    const struct lang_gate *g = &d->as.gate;
    struct fast_gate f = {.decl = d,
                          .sel = low_sel(l, g->before),
                          .where = low_expr(l, g->where),
                          .needs = low_expr(l, g->needs),
                          .grade = -1,
                          .choice = -1};
    life(d, &f.from, &f.to);
    if (g->departs_from != NULL && g->departs_from->kind == LANG_GRADE) {
        f.grade = (int32_t)l->grade_of[g->departs_from->number] - 1;
        f.decided = low_path(l, g->departs_from->as.grade.decided_in);
    } else if (g->departs_from != NULL) {
        f.choice = (int32_t)l->choice_of[g->departs_from->number] - 1;
        f.decided = low_path(l, g->departs_from->as.choice.for_);
    }
    *cf_push(l->a, &l->p->gates) = f;
}

/* ---- duties */

static struct fast_range sels(struct low *l, struct lang_sel *const *v, size_t n) {
    struct fast_range r = {0, (uint32_t)n};
    uint32_t *made = CF_NEW_N(l->a, uint32_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        made[i] = low_sel(l, v[i]);
    }
    r.first = (uint32_t)l->p->refs.n;
    for (size_t i = 0; i < n; i++) {
        *cf_push(l->a, &l->p->refs) = made[i];
    }
    return r;
}

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

static void lower_owner(struct low *l, const struct lang_expr *owner, struct fast_duty *f) {
    if (owner == NULL) {
        f->owner_kind = FAST_OWNER_NONE;
    } else if (owner->op == LANG_NAME) {
        f->owner_kind = FAST_OWNER_ACTOR;
    } else if (owner->op == LANG_ROLE_LIT) {
        f->owner_kind = FAST_OWNER_ROLE;
        f->owner_decl = owner->decl;
    } else {
        f->owner_kind = owner->op == LANG_UNIT_LIT ? FAST_OWNER_UNIT : FAST_OWNER_VALUE;
        f->owner_decl = owner->op == LANG_UNIT_LIT ? owner->decl : NULL;
        f->owner = low_expr(l, owner);
    }
}

static void lower_clock(struct low *l, const struct lang_duty *d, struct fast_duty *f) {
    f->has_deadline = d->has_deadline;
    f->by_instant = d->by_instant;
    f->within = low_expr(l, d->within.value);
    f->of_known = d->of != NULL && d->of->op == LANG_BEING_KNOWN;
    f->of = f->of_known ? FAST_NO_CODE : low_expr(l, d->of);
    f->by = low_expr(l, d->by.value);
    f->spans = (struct fast_range){(uint32_t)l->p->refs.n, 0};
    uint32_t *chains = CF_NEW_N(l->a, uint32_t, d->not_counting_decls.n + 1);
    for (size_t i = 0; i < d->not_counting_decls.n; i++) {
        chains[i] = low_chain(l, d->not_counting_decls.v[i]);
    }
    f->spans = (struct fast_range){(uint32_t)l->p->refs.n, (uint32_t)d->not_counting_decls.n};
    for (size_t i = 0; i < d->not_counting_decls.n; i++) {
        *cf_push(l->a, &l->p->refs) = chains[i];
    }
    f->extended = (struct fast_range){(uint32_t)l->p->extensions.n, (uint32_t)d->extended.n};
    for (size_t i = 0; i < d->extended.n; i++) {
        const struct lang_extension *x = &d->extended.v[i];
        *cf_push(l->a, &l->p->extensions) =
            (struct fast_extension){low_sel(l, x->by), low_expr(l, x->where), low_expr(l, x->to.value)};
    }
    f->warn = (struct fast_range){(uint32_t)l->p->warns.n, (uint32_t)d->warn.n};
    for (size_t i = 0; i < d->warn.n; i++) {
        *cf_push(l->a, &l->p->warns) = (struct fast_warn){low_expr(l, d->warn.v[i].d.value), d->warn.v[i].after};
    }
    f->escalate = (struct fast_range){(uint32_t)l->p->escalations.n, (uint32_t)d->escalate.n};
    for (size_t i = 0; i < d->escalate.n; i++) {
        *cf_push(l->a, &l->p->escalations) = (struct fast_escalate){low_expr(l, d->escalate.v[i].after.value)};
    }
}

static void lower_duty(struct low *l, const struct lang_decl *d) {
    const struct lang_duty *duty = &d->as.duty;
    struct fast_duty f = {.decl = d,
                          .trigger = (uint8_t)duty->trigger,
                          .period = (uint8_t)duty->period,
                          .episode = scope_episode(l, &duty->scope),
                          .kind = duty->scope.kind,
                          .about = duty->scope.about,
                          .after = low_sel(l, duty->after),
                          .cond = low_expr(l, duty->cond),
                          .where = low_expr(l, duty->where)};
    life(d, &f.from, &f.to);
    f.breach_of = duty->breach_gate == NULL ? UINT32_MAX : low_chain(l, duty->breach_gate);
    lower_owner(l, duty->owner, &f);
    lower_clock(l, duty, &f);
    f.done_by = sels(l, duty->done_by.v, duty->done_by.n);
    f.void_by = sels(l, duty->void_by.v, duty->void_by.n);
    f.done_where = low_expr(l, duty->done_where);
    f.counting_from = low_expr(l, duty->counting_from);
    f.void_when = low_expr(l, duty->void_when);
    bool after = duty->trigger == LANG_AFTER_EVENT || duty->trigger == LANG_AFTER_BREACH;
    f.chained = after && (uses_due_met(duty->within.value) || uses_due_met(duty->of) || uses_due_met(duty->by.value));
    f.void_deps = (uint32_t)l->deps.n;
    uint64_t *bits = CF_NEW_N(l->a, uint64_t, l->p->dep_words);
    dep_expr(l, bits, duty->void_when);
    for (uint32_t w = 0; w < l->p->dep_words; w++) {
        *cf_push(l->a, &l->deps) = bits[w];
    }
    *cf_push(l->a, &l->p->duties) = f;
}

/* ---- `when`: one watch for all versions of a rule */

/* ---- which records a condition cannot do without: while one of them has no event, it is no, whatever the time */

static void must_expr(struct low *l, uint64_t *bits, const struct lang_expr *e, int depth);

static void must_both(struct low *l, uint64_t *bits, const struct lang_expr *a, const struct lang_expr *b, bool either,
                      int depth) {
    uint64_t *x = CF_NEW_N(l->a, uint64_t, l->p->dep_words), *y = CF_NEW_N(l->a, uint64_t, l->p->dep_words);
    must_expr(l, x, a, depth);
    must_expr(l, y, b, depth);
    for (uint32_t w = 0; w < l->p->dep_words; w++) {
        bits[w] |= either ? x[w] & y[w] : x[w] | y[w];
    }
}

/* `count of R >= n` for an n above nought. */
static const struct lang_sel *counted(const struct lang_expr *e) {
    bool above = (e->op == LANG_GE || e->op == LANG_EQ) && e->b->op == LANG_NUMBER && e->b->num > 0;
    above = above || (e->op == LANG_GT && e->b->op == LANG_NUMBER && e->b->num >= 0);
    return above && e->a->op == LANG_COUNT_SEL ? e->a->sel : NULL;
}

static void must_expr(struct low *l, uint64_t *bits, const struct lang_expr *e, int depth) {
    if (depth > CF_MAX_DEPTH) {
        return;
    }
    switch ((int)e->op) {
    case LANG_AND:
    case LANG_OR: must_both(l, bits, e->a, e->b, e->op == LANG_OR, depth + 1); break;
    case LANG_EXISTS:
        if (e->sel->decl != NULL && e->sel->kind == LANG_SEL_RECORD) {
            set_record(bits, e->sel->decl->as.record.number);
        }
        break;
    case LANG_EQ:
    case LANG_GE:
    case LANG_GT: {
        const struct lang_sel *s = counted(e);
        if (s != NULL && s->decl != NULL && s->kind == LANG_SEL_RECORD) {
            set_record(bits, s->decl->as.record.number);
        }
        break;
    }
    case LANG_FACT_REF:
    case LANG_FLAG_REF: /* one version alone: with several, each could do without another record */
        if (e->decl->older == NULL && e->decl->newer == NULL) {
            must_expr(l, bits, e->op == LANG_FACT_REF ? e->decl->as.fact.value : e->decl->as.flag.cond, depth + 1);
        }
        break;
    default: break;
    }
}

static bool same_episode(const struct lang_decl *a, const struct lang_decl *b) {
    return a == b || (a != NULL && b != NULL && low_newest(a) == low_newest(b));
}

/* A version that triggers otherwise, or in another scope, is another rule as far as `when` goes. */
static bool same_when(const struct lang_decl *x, const struct lang_decl *y) {
    const struct lang_scope *s = &x->as.duty.scope, *t = &y->as.duty.scope;
    return x->as.duty.trigger == LANG_WHEN && y->as.duty.trigger == LANG_WHEN && s->about == t->about &&
           (s->about ? s->kind == t->kind : same_episode(s->episode_decl, t->episode_decl));
}

static bool first_of_its_kind(const struct lang_decl *rule) {
    for (const struct lang_decl *d = rule->older; d != NULL; d = d->older) {
        if (same_when(rule, d)) {
            return false;
        }
    }
    return rule->as.duty.trigger == LANG_WHEN;
}

static void lower_watch(struct low *l, const struct lang_decl *oldest) {
    const struct lang_scope *s = &oldest->as.duty.scope;
    struct fast_watched w = {.episode = scope_episode(l, s),
                             .kind = s->kind,
                             .about = s->about,
                             .in = s->in,
                             .versions = {(uint32_t)l->p->refs.n, 0},
                             .deps = (uint32_t)l->deps.n};
    int32_t from = oldest->policy->as.policy.from;
    w.begins = from <= CF_DAY_MIN ? CF_TIME_MIN : cf_day_start(l->ref->zone, from);
    uint64_t *bits = CF_NEW_N(l->a, uint64_t, l->p->dep_words);
    l->dep_anywhere = CF_NEW_N(l->a, uint64_t, l->p->dep_words);
    for (const struct lang_decl *d = oldest; d != NULL; d = d->newer) {
        if (same_when(oldest, d)) {
            *cf_push(l->a, &l->p->refs) = l->duty_of[d->number] - 1;
            w.versions.n++;
            dep_expr(l, bits, d->as.duty.cond);
        }
    }
    uint64_t *must = CF_NEW_N(l->a, uint64_t, l->p->dep_words);
    if (w.versions.n == 1) {
        must_expr(l, must, oldest->as.duty.cond, 0);
    }
    for (uint32_t k = 0; k < l->p->dep_words; k++) {
        *cf_push(l->a, &l->deps) = bits[k];
    }
    w.anywhere = (uint32_t)l->deps.n;
    for (uint32_t k = 0; k < l->p->dep_words; k++) {
        *cf_push(l->a, &l->deps) = l->dep_anywhere[k];
    }
    l->dep_anywhere = NULL;
    w.must = (uint32_t)l->deps.n;
    for (uint32_t k = 0; k < l->p->dep_words; k++) {
        *cf_push(l->a, &l->deps) = must[k];
    }
    *cf_push(l->a, &l->p->watches) = w;
}

/* ---- lists by record */

static void collect(struct low *l, struct fast_range *r, uint32_t record, bool (*is)(const struct low *, uint32_t, uint32_t),
                    size_t n) {
    *r = (struct fast_range){(uint32_t)l->p->refs.n, 0};
    for (uint32_t i = 0; i < n; i++) {
        if (is(l, i, record)) {
            *cf_push(l->a, &l->p->refs) = i;
            r->n++;
        }
    }
}

static bool sel_is(const struct low *l, uint32_t sel, uint32_t record) {
    return sel != UINT32_MAX && l->p->sels.v[sel].record == record;
}
static bool gate_of_record(const struct low *l, uint32_t gate, uint32_t record) {
    return sel_is(l, l->p->gates.v[gate].sel, record);
}

static bool triggers(const struct low *l, uint32_t duty, uint32_t record) {
    return l->p->duties.v[duty].trigger == LANG_AFTER_EVENT && sel_is(l, l->p->duties.v[duty].after, record);
}

static bool breaches(const struct low *l, uint32_t duty, uint32_t record) {
    const struct fast_duty *d = &l->p->duties.v[duty];
    const struct fast_chain *c = d->breach_of == UINT32_MAX ? NULL : &l->p->chains.v[d->breach_of];
    for (uint32_t i = 0; d->trigger == LANG_AFTER_BREACH && c != NULL && i < c->n; i++) {
        if (gate_of_record(l, l->p->versions.v[c->first + i].what, record)) {
            return true;
        }
    }
    return false;
}

static bool ends(const struct low *l, uint32_t duty, uint32_t record) {
    const struct fast_duty *d = &l->p->duties.v[duty];
    for (uint32_t i = 0; i < d->done_by.n; i++) {
        if (sel_is(l, l->p->refs.v[d->done_by.first + i], record)) {
            return true;
        }
    }
    for (uint32_t i = 0; i < d->void_by.n; i++) {
        if (sel_is(l, l->p->refs.v[d->void_by.first + i], record)) {
            return true;
        }
    }
    return false;
}

static bool watched(const struct low *l, uint32_t watch, uint32_t record) {
    return (l->deps.v[l->p->watches.v[watch].deps + record / 64] >> (record % 64) & 1) != 0;
}

static struct fast_each first_period(const struct low *l, uint32_t duty) {
    const struct fast_duty *d = &l->p->duties.v[duty];
    int32_t day = cf_period_start((enum cf_period)d->period, d->from);
    day = day < d->from ? cf_period_next((enum cf_period)d->period, day) : day;
    return (struct fast_each){duty, day, day <= d->to ? cf_day_start(l->ref->zone, day) : INT64_MAX};
}

/* By name, which is the order of the lines of one event (D13). */
static void sort_gates(struct low *l, const struct fast_range *r) {
    uint32_t *v = l->p->refs.v + r->first;
    for (uint32_t i = 1; i < r->n; i++) {
        uint32_t gate = v[i], k = i;
        struct cf_str name = l->p->gates.v[gate].decl->name.text;
        for (; k > 0 && cf_str_cmp(name, l->p->gates.v[v[k - 1]].decl->name.text) < 0; k--) {
            v[k] = v[k - 1];
        }
        v[k] = gate;
    }
}

static void rank_duties(struct lang_program *p) {
    for (size_t i = 0; i < p->duties.n; i++) {
        for (size_t k = 0; k < p->duties.n; k++) {
            p->duties.v[i].rank += cf_str_cmp(p->duties.v[k].decl->name.text, p->duties.v[i].decl->name.text) < 0;
        }
    }
}

static void lower_lists(struct low *l) {
    struct lang_program *p = l->p;
    for (uint32_t r = 0; r < p->n_records; r++) {
        struct fast_record *f = &p->records[r];
        collect(l, &f->gates, r, gate_of_record, p->gates.n);
        sort_gates(l, &f->gates);
        for (uint32_t k = 0; k < f->gates.n; k++) {
            p->gates.v[p->refs.v[f->gates.first + k]].slot = k;
        }
        collect(l, &f->triggers, r, triggers, p->duties.n);
        collect(l, &f->breaches, r, breaches, p->duties.n);
        collect(l, &f->ends, r, ends, p->duties.n);
        collect(l, &f->watches, r, watched, p->watches.n);
    }
    rank_duties(p);
    for (uint32_t d = 0; d < p->duties.n; d++) {
        if (p->duties.v[d].trigger == LANG_EACH) {
            *cf_push(l->a, &p->each) = first_period(l, d);
        }
    }
}

/* ---- the whole */

static int by_instant(const void *x, const void *y) {
    const int64_t *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

static void add_turn(struct low *l, int32_t day) {
    *cf_push(l->a, &l->p->turns) = cf_day_start(l->ref->zone, day);
}

/* London's midnights: whole quarter hours ahead of UTC, from 1970 on never behind. */
static void lower_days(struct low *l) {
    uint8_t *offsets = CF_NEW_N(l->a, uint8_t, FAST_DAYS);
    for (int32_t k = 0; k < FAST_DAYS; k++) {
        int32_t day = FAST_FIRST_DAY + k;
        offsets[k] = (uint8_t)(((int64_t)day * 86400 - cf_day_start(l->ref->zone, day)) / 900);
    }
    l->p->offsets = offsets;
}

/* Can what a condition reads change as this policy begins or ends? Where no version of a name is in force the one that there is
 * stands in, so a policy without other versions changes nothing but its own rules, and what its `more` adds to others. */
static bool changes_what_is_read(const struct low *l, const struct lang_decl *policy) {
    bool changes = false;
    for (size_t i = 0; i < l->set->policies.n && !changes; i++) {
        const struct lang_decl *other = l->set->policies.v[i];
        changes = other != policy && cf_str_eq(other->name.text, policy->name.text);
    }
    for (size_t i = 0; i < policy->as.policy.decls.n && !changes; i++) {
        changes = policy->as.policy.decls.v[i]->kind == LANG_MORE;
    }
    return changes;
}

static void add_change(struct low *l, int32_t day) {
    *cf_push(l->a, &l->p->changes) = cf_day_start(l->ref->zone, day);
}

static void lower_changes(struct low *l) {
    for (size_t i = 0; i < l->set->policies.n; i++) {
        const struct lang_policy *v = &l->set->policies.v[i]->as.policy;
        bool changes = changes_what_is_read(l, l->set->policies.v[i]);
        if (changes && v->from > CF_DAY_MIN) {
            add_change(l, v->from);
        }
        if (changes && v->to < CF_DAY_MAX) {
            add_change(l, v->to + 1);
        }
    }
    if (l->ref->first_day > CF_DAY_MIN) {
        add_change(l, l->ref->first_day);
    }
    if (l->ref->last_day < CF_DAY_MAX) {
        add_change(l, l->ref->last_day + 1);
    }
    if (l->p->changes.n > 0) {
        qsort(l->p->changes.v, l->p->changes.n, sizeof(int64_t), by_instant);
    }
}

/* When versions of policies, and the edition of the reference, begin and end (V5). */
static void lower_turns(struct low *l) {
    for (size_t i = 0; i < l->set->policies.n; i++) {
        const struct lang_policy *v = &l->set->policies.v[i]->as.policy;
        if (v->from > CF_DAY_MIN) {
            add_turn(l, v->from);
        }
        if (v->to < CF_DAY_MAX) {
            add_turn(l, v->to + 1);
        }
    }
    if (l->ref->first_day > CF_DAY_MIN) {
        add_turn(l, l->ref->first_day);
    }
    if (l->ref->last_day < CF_DAY_MAX) {
        add_turn(l, l->ref->last_day + 1);
    }
    if (l->p->turns.n > 0) {
        qsort(l->p->turns.v, l->p->turns.n, sizeof(int64_t), by_instant);
    }
}

/* Numbers first, so that rules may name each other whatever their order. */
static void number_rules(struct low *l) {
    uint32_t n[LANG_DECL_KINDS] = {0};
    uint32_t *tables[LANG_DECL_KINDS] = {[LANG_GATE] = l->gate_of,
                                         [LANG_GRADE] = l->grade_of,
                                         [LANG_SCORE] = l->score_of,
                                         [LANG_CHOICE] = l->choice_of,
                                         [LANG_DUTY] = l->duty_of};
    for (size_t i = 0; i < l->set->rules.n; i++) {
        const struct lang_decl *d = l->set->rules.v[i];
        if (tables[d->kind] != NULL) {
            tables[d->kind][d->number] = ++n[d->kind];
        }
    }
}

static void lower_rules(struct low *l) {
    static void (*const lowerers[LANG_DECL_KINDS])(struct low *, const struct lang_decl *) = {
        [LANG_GATE] = lower_gate,   [LANG_DUTY] = lower_duty,     [LANG_GRADE] = lower_grade,
        [LANG_SCORE] = lower_score, [LANG_CHOICE] = lower_choice, [LANG_FLAG] = lower_flag};
    for (size_t i = 0; i < l->set->rules.n; i++) {
        const struct lang_decl *d = l->set->rules.v[i];
        if (lowerers[d->kind] != NULL) {
            lowerers[d->kind](l, d);
        }
    }
    for (size_t i = 0; i < l->set->rules.n; i++) {
        const struct lang_decl *d = l->set->rules.v[i];
        if (d->kind == LANG_DUTY && first_of_its_kind(d)) {
            lower_watch(l, d);
        }
    }
}

static void tables_by_number(struct low *l) {
    size_t n = 1;
    for (size_t i = 0; i < l->set->decls.n; i++) {
        n = l->set->decls.v[i]->number >= n ? l->set->decls.v[i]->number + 1u : n;
    }
    uint32_t **all[] = {&l->chain_of,  &l->gate_of, &l->grade_of, &l->score_of,
                        &l->choice_of, &l->span_of, &l->table_of, &l->duty_of};
    for (size_t i = 0; i < CF_COUNT(all); i++) {
        *all[i] = CF_NEW_N(l->a, uint32_t, n);
    }
    l->episode_of = CF_NEW_N(l->a, int32_t, n);
}

/* Makes the program for a checked set and one edition of the reference. `set` and `ref` must outlive it. False when the set
 * passes what a program holds (CF-L143). */
bool lang_lower(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref, struct cf_errs *errs,
                struct lang_program **out) {
    struct low l = {.a = a, .set = set, .ref = ref, .errs = errs, .p = CF_NEW(a, struct lang_program)};
    l.p->set = set;
    l.p->ref = ref;
    l.p->hash = lang_sha256_quickest();
    *cf_push(a, &l.p->code) = (struct fast_instr){.op = FAST_END}; /* FAST_NO_CODE */
    tables_by_number(&l);
    if (!number_episodes(&l)) {
        return false;
    }
    lower_roles(&l);
    number_rules(&l);
    lower_records(&l);
    lower_rules(&l);
    low_drain(&l);
    lower_lists(&l);
    lower_turns(&l);
    lower_changes(&l);
    lower_days(&l);
    l.p->deps = l.deps.v;
    *out = l.p;
    return true;
}
