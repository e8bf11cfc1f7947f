/* Coverage: which triggers, endings, levels, options, breaches and unknowns of the rules were seen in examples (section 12).
 * Must not know: how examples are run. */
#include "lang/plain.h"

struct aim { /* one thing that an example should show */
    const struct lang_decl *rule;
    struct cf_str what;
    bool seen;
};
struct lang_coverage {
    struct cf_arena *a;
    struct {
        CF_VEC(struct aim);
    } aims;
};

static void add(struct lang_coverage *c, const struct lang_decl *rule, const char *what) {
    *cf_push(c->a, &c->aims) = (struct aim){.rule = rule, .what = cf_str_from(what)};
}

static void add_named(struct lang_coverage *c, const struct lang_decl *rule, const char *what, struct cf_str name) {
    *cf_push(c->a, &c->aims) = (struct aim){.rule = rule, .what = cf_str_printf(c->a, "%s %.*s", what, CF_STR_ARG(name))};
}

/* Can an expression be unknown? It can, if it reads a value of an event; existence is always known (U2). */
static bool may_be_unknown(const struct lang_expr *e) {
    if (e == NULL) {
        return false;
    }
    if (e->op == LANG_FIELD || e->op == LANG_OWN_FIELD || e->op == LANG_TRIGGER_FIELD || e->op == LANG_FACT_REF ||
        e->op == LANG_AGE) {
        return true;
    }
    if (e->op == LANG_IS_KNOWN || e->op == LANG_IS_NOT_KNOWN || e->op == LANG_ELSE) {
        return false;
    }
    bool may = may_be_unknown(e->a) || may_be_unknown(e->b) || may_be_unknown(e->c) ||
               (e->sel != NULL && may_be_unknown(e->sel->with));
    for (size_t i = 0; i < e->list.n && !may; i++) {
        may = may_be_unknown(e->list.v[i]);
    }
    return may;
}

static void add_duty(struct lang_coverage *c, const struct lang_decl *r) {
    add(c, r, "arises");
    add(c, r, "is done");
    if (r->as.duty.void_by.n > 0 || r->as.duty.void_when != NULL) {
        add(c, r, "is void");
    }
    if (r->as.duty.not_counting.n > 0) {
        add(c, r, "is stopped");
    }
    if (r->as.duty.has_deadline || r->as.duty.trigger == LANG_EACH) {
        add(c, r, "passes its due time");
    }
}

static void add_states(struct lang_coverage *c, const struct lang_decl *r) {
    if (r->kind == LANG_GRADE) {
        for (size_t i = 0; i < r->as.grade.list.n; i++) {
            bool again = false;
            for (size_t k = 0; k < i; k++) {
                again = again || r->as.grade.list.v[k].index == r->as.grade.list.v[i].index;
            }
            if (!again) {
                add_named(c, r, "is", r->as.grade.list.v[i].name.text);
            }
        }
    } else if (r->kind == LANG_SCORE) {
        add(c, r, "is known");
    } else if (r->kind == LANG_FLAG) {
        add(c, r, "stands");
    } else if (r->kind == LANG_CHOICE) {
        for (size_t i = 0; i < r->as.choice.options.n; i++) {
            if (r->as.choice.options.v[i].more == NULL) {
                add_named(c, r, "opens", r->as.choice.options.v[i].code.text);
                add_named(c, r, "closes", r->as.choice.options.v[i].code.text);
            }
        }
    }
}

struct lang_coverage *lang_coverage_new(struct cf_arena *a, const struct lang_set *set) {
    struct lang_coverage *c = CF_NEW(a, struct lang_coverage);
    c->a = a;
    for (size_t i = 0; i < set->rules.n; i++) {
        const struct lang_decl *r = set->rules.v[i];
        if (r->kind == LANG_DUTY) {
            add_duty(c, r);
        } else if (r->kind == LANG_GATE) {
            add(c, r, "is kept");
            add(c, r, "is breached");
            if (r->as.gate.departs_from == NULL && may_be_unknown(r->as.gate.needs)) {
                add(c, r, "is not known");
            }
        } else {
            add_states(c, r);
        }
    }
    return c;
}

static void see(struct lang_coverage *c, const struct lang_decl *rule, struct cf_str what) {
    for (size_t i = 0; i < c->aims.n; i++) {
        struct aim *a = &c->aims.v[i];
        a->seen = a->seen || (a->rule == rule && cf_str_eq(a->what, what));
    }
}

static void see_duty(struct lang_coverage *c, const struct lang_duty_line *l) {
    see(c, l->rule, CF_LIT("arises"));
    if (l->state == LANG_MET_STATE || l->state == LANG_LATE) {
        see(c, l->rule, CF_LIT("is done"));
    }
    if (l->state == LANG_VOID || (l->state == LANG_MISSED && l->rule->as.duty.trigger != LANG_EACH)) {
        see(c, l->rule, CF_LIT("is void"));
    }
    if (l->state == LANG_STOPPED) {
        see(c, l->rule, CF_LIT("is stopped"));
    }
    if (l->state == LANG_OVERDUE || l->state == LANG_LATE || l->state == LANG_MISSED) {
        see(c, l->rule, CF_LIT("passes its due time"));
    }
}

static void see_choice(struct lang_coverage *c, const struct lang_choice_line *l) {
    for (size_t i = 0; i < l->rule->as.choice.options.n; i++) {
        if (l->options[i] != LANG_OPTION_NOT_KNOWN) {
            const char *word = l->options[i] == LANG_OPTION_OPEN ? "opens" : "closes";
            see(c, l->rule, cf_str_printf(c->a, "%s %.*s", word, CF_STR_ARG(l->rule->as.choice.options.v[i].code.text)));
        }
    }
}

/* Takes note of what a docket shows. */
void plain_coverage_see(struct lang_coverage *c, const struct lang_docket *d) {
    for (size_t i = 0; i < d->duties.n; i++) {
        see_duty(c, &d->duties.v[i]);
    }
    for (size_t i = 0; i < d->gates.n; i++) {
        const struct lang_gate_line *l = &d->gates.v[i];
        see(c, l->rule, l->result == LANG_KEPT_RESULT ? CF_LIT("is kept") : CF_LIT("is breached"));
        if (l->result == LANG_BREACHED_NOT_KNOWN) {
            see(c, l->rule, CF_LIT("is not known"));
        }
    }
    for (size_t i = 0; i < d->grades.n; i++) {
        const struct lang_grade_line *l = &d->grades.v[i];
        for (size_t k = 0; k < l->rule->as.grade.list.n; k++) {
            if (l->rule->as.grade.list.v[k].index == l->level) {
                see(c, l->rule, cf_str_printf(c->a, "is %.*s", CF_STR_ARG(l->rule->as.grade.list.v[k].name.text)));
            }
        }
    }
    for (size_t i = 0; i < d->scores.n; i++) {
        if (d->scores.v[i].known) {
            see(c, d->scores.v[i].rule, CF_LIT("is known"));
        }
    }
    for (size_t i = 0; i < d->choices.n; i++) {
        see_choice(c, &d->choices.v[i]);
    }
    for (size_t i = 0; i < d->flags.n; i++) {
        see(c, d->flags.v[i].rule, CF_LIT("stands"));
    }
}

/* What no example shows; *of: how many things there are to show. The list lives in `a`. */
size_t lang_coverage_missing(struct cf_arena *a, const struct lang_coverage *c, const struct lang_missing **out, size_t *of) {
    struct lang_missing *list = CF_NEW_N(a, struct lang_missing, c->aims.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < c->aims.n; i++) {
        if (!c->aims.v[i].seen) {
            list[n++] = (struct lang_missing){c->aims.v[i].rule, c->aims.v[i].what};
        }
    }
    *out = list;
    *of = c->aims.n;
    return n;
}
