/* judge: a condition over a life, three-valued, as far as the simulation needs it: which duty an event gives rise to, what
 * a gate says before a step is taken. Unknown is an honest answer here: nothing rests on it but plausibility. Not an
 * evaluator. */
#include "simulate/priv.h"

static bool seen(const struct sim_sight *s, int32_t i) {
    const struct sim_event *e = &s->life->events.v[i];
    return e->to <= s->until && (e->episode < 0 || s->episode < 0 || e->episode == s->episode || i == s->episode);
}

/* The last event of a record in sight; the own one comes last. */
static const struct sim_event *last_of(const struct sim_sight *s, const struct lang_decl *record) {
    const struct sim_record *r = sim_record_of(s->life->w->plan, record);
    const struct sim_event *best = NULL;
    if (s->own && s->own->record == r) {
        return s->own;
    }
    for (size_t i = 0; r && i < s->life->events.n; i++) {
        const struct sim_event *e = &s->life->events.v[i];
        if (e->record == r && seen(s, (int32_t)i) && (!best || e->from >= best->from)) {
            best = e;
        }
    }
    return best;
}

struct seen_value {
    bool known;
    int64_t n;
};

static struct seen_value of_field(const struct sim_event *e, const struct lang_expr *x) {
    if (!e || x->attr != LANG_ATTR_NONE || x->num || x->index < 0 || (size_t)x->index >= e->record->r->fields.n) {
        return (struct seen_value){0};
    }
    const struct lang_value *v = &e->fields[x->index].v;
    bool plain = v->kind == LANG_V_YESNO || v->kind == LANG_V_WHOLE || v->kind == LANG_V_CODE;
    return (struct seen_value){plain, plain ? v->i : 0};
}

static struct seen_value value_of(const struct sim_sight *s, const struct lang_expr *e) {
    switch ((int)e->op) {
    case LANG_YES: return (struct seen_value){true, 1};
    case LANG_NO: return (struct seen_value){true, 0};
    case LANG_NUMBER: return (struct seen_value){e->den == 1, e->num};
    case LANG_CODE_LIT: return (struct seen_value){true, e->index};
    case LANG_OWN_FIELD: return of_field(s->own, e);
    case LANG_FIELD: return of_field(last_of(s, e->decl), e);
    case LANG_TRIGGER_FIELD: return of_field(s->trigger, e);
    case LANG_ELSE: {
        struct seen_value first = value_of(s, e->a);
        return first.known ? first : value_of(s, e->b);
    }
    default: return (struct seen_value){0};
    }
}

static enum lang_truth truth(bool yes) {
    return yes ? LANG_IS_YES : LANG_IS_NO;
}

static enum lang_truth compared(const struct sim_sight *s, const struct lang_expr *e) {
    struct seen_value x = value_of(s, e->a), y = value_of(s, e->b);
    if (!x.known || !y.known) {
        return LANG_IS_UNKNOWN;
    }
    switch ((int)e->op) {
    case LANG_EQ: return truth(x.n == y.n);
    case LANG_NE: return truth(x.n != y.n);
    case LANG_LT: return truth(x.n < y.n);
    case LANG_LE: return truth(x.n <= y.n);
    case LANG_GT: return truth(x.n > y.n);
    default: return truth(x.n >= y.n);
    }
}

static enum lang_truth listed(const struct sim_sight *s, const struct lang_expr *e) {
    struct seen_value x = value_of(s, e->a);
    for (size_t i = 0; x.known && i < e->list.n; i++) {
        struct seen_value y = value_of(s, e->list.v[i]);
        if (!y.known) {
            return LANG_IS_UNKNOWN;
        }
        if (y.n == x.n) {
            return LANG_IS_YES;
        }
    }
    return x.known ? LANG_IS_NO : LANG_IS_UNKNOWN;
}

bool sim_passes(const struct sim_sight *s, const struct lang_sel *sel, const struct sim_event *e) {
    if (!sel || sel->kind != LANG_SEL_RECORD) {
        return true;
    }
    struct sim_sight inside = *s;
    inside.own = e;
    return e->record == sim_record_of(s->life->w->plan, sel->decl) &&
           (!sel->with || sim_judge(&inside, sel->with) != LANG_IS_NO);
}

static enum lang_truth exists(const struct sim_sight *s, const struct lang_sel *sel) {
    if (!sel || sel->kind != LANG_SEL_RECORD || sel->last || sel->since_decl) {
        return LANG_IS_UNKNOWN;
    }
    for (size_t i = 0; i < s->life->events.n; i++) {
        if (seen(s, (int32_t)i) && sim_passes(s, sel, &s->life->events.v[i])) {
            return LANG_IS_YES;
        }
    }
    return LANG_IS_NO;
}

static enum lang_truth both(enum lang_truth x, enum lang_truth y, enum lang_truth deciding) {
    if (x == deciding || y == deciding) {
        return deciding;
    }
    return x == LANG_IS_UNKNOWN || y == LANG_IS_UNKNOWN ? LANG_IS_UNKNOWN : x;
}

static enum lang_truth negated(enum lang_truth x) {
    return x == LANG_IS_UNKNOWN ? x : truth(x == LANG_IS_NO);
}

/* Whether a field was answered; of a record that is not there yet, or of anything else, nothing is said. */
static enum lang_truth known(const struct sim_sight *s, const struct lang_expr *e) {
    bool field = e->op == LANG_FIELD && e->attr == LANG_ATTR_NONE && !e->num && e->index >= 0;
    const struct sim_event *x = field ? last_of(s, e->decl) : NULL;
    bool there = x && (size_t)e->index < x->record->r->fields.n;
    return there ? truth(x->fields[e->index].v.kind > LANG_V_DECLINED) : LANG_IS_UNKNOWN;
}

/* A condition that has a name, about the same episode; no fact reads itself. */
static enum lang_truth named(const struct sim_sight *s, const struct lang_decl *fact) {
    bool here = fact && fact->as.fact.is_condition && !fact->as.fact.scope.about;
    return here ? sim_judge(s, fact->as.fact.value) : LANG_IS_UNKNOWN;
}

enum lang_truth sim_judge(const struct sim_sight *s, const struct lang_expr *e) {
    if (!e) {
        return LANG_IS_YES;
    }
    switch ((int)e->op) {
    case LANG_AND: return both(sim_judge(s, e->a), sim_judge(s, e->b), LANG_IS_NO);
    case LANG_OR: return both(sim_judge(s, e->a), sim_judge(s, e->b), LANG_IS_YES);
    case LANG_NOT: return negated(sim_judge(s, e->a));
    case LANG_YES: return LANG_IS_YES;
    case LANG_NO: return LANG_IS_NO;
    case LANG_EXISTS: return exists(s, e->sel);
    case LANG_NONE: return negated(exists(s, e->sel));
    case LANG_EQ:
    case LANG_NE:
    case LANG_LT:
    case LANG_LE:
    case LANG_GT:
    case LANG_GE: return compared(s, e);
    case LANG_IN_LIST: return listed(s, e);
    case LANG_FACT_REF: return named(s, e->decl);
    case LANG_IS_KNOWN: return known(s, e->a);
    case LANG_IS_NOT_KNOWN: return negated(known(s, e->a));
    default: return LANG_IS_UNKNOWN;
    }
}
