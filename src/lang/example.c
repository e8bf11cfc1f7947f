/* example: runs a policy's own tests. Each `at` is evaluated over what was recorded by then, and every expectation is compared
 * with the docket; one that does not hold is an error at its place that says what the docket has, and why.
 * Must not know: how histories are built. */
#include "lang/example.h"
#include "lang/plain.h"

struct check { /* one `at` */
    struct ex *x;
    const struct lang_example_case *c;
    const struct lang_ex_at *at;
    struct lang_docket d;
};

/* ---- words for a line that is there */
static void add_owner(struct cf_buf *b, const struct check *k, const struct lang_owner *o) {
    if (o->role_or_unit != NULL) {
        cf_buf_printf(b, " owner %.*s", CF_STR_ARG(o->role_or_unit->name.text));
    }
    if (o->subject != 0) {
        cf_buf_printf(b, " (%.*s)", CF_STR_ARG(k->c->ref->subject_name(k->c->ref->ctx, o->subject)));
    }
}

static void add_marks(struct cf_buf *b, uint32_t marks) {
    for (unsigned bit = 0; lang_mark_word(bit) != NULL; bit++) {
        if ((marks >> bit & 1) != 0) {
            cf_buf_printf(b, ", %s", lang_mark_word(bit));
        }
    }
}

static struct cf_str label_of(const struct check *k, uint64_t seq) {
    for (size_t i = 0; i < k->x->events.n; i++) {
        if (k->x->events.v[i]->e.seq == seq) {
            return k->x->events.v[i]->label;
        }
    }
    return (struct cf_str){"", 0};
}

static void add_duty(struct cf_buf *b, const struct check *k, const struct lang_duty_line *l) {
    struct cf_str label = label_of(k, l->cause);
    cf_buf_printf(b, "%.*s", CF_STR_ARG(l->rule->name.text));
    if (label.n > 0) {
        cf_buf_printf(b, " of %.*s", CF_STR_ARG(label));
    } else if (l->rule->as.duty.trigger == LANG_EACH) {
        cf_buf_printf(b, " of %s", cf_period_shown((enum cf_period)l->rule->as.duty.period, l->period).p);
    }
    cf_buf_printf(b, " %s", lang_state_word(l->state));
    if (l->has_due) {
        cf_buf_printf(b, " due %s", cf_due_shown(k->x->set->zone, l->due).p);
    }
    if (l->has_left) {
        cf_buf_printf(b, " left %s", cf_left_shown(l->left_s).p);
    }
    add_owner(b, k, &l->owner);
    add_marks(b, l->marks);
}

static void add_gate(struct cf_buf *b, const struct check *k, const struct lang_gate_line *l) {
    struct cf_str label = label_of(k, l->event);
    cf_buf_printf(b, "%s %.*s", l->result == LANG_KEPT_RESULT ? "kept" : "breach", CF_STR_ARG(l->rule->name.text));
    if (label.n > 0) {
        cf_buf_printf(b, " of %.*s", CF_STR_ARG(label));
    }
    cf_buf_lit(b, l->result == LANG_BREACHED_NOT_KNOWN ? " not known" : "");
    add_marks(b, l->marks);
}

static struct cf_str level_name(const struct lang_grade_line *l, int level) {
    const struct lang_codes *c = &l->rule->as.grade.codes->as.codes;
    return level < 0 || (size_t)level >= c->list.n ? CF_LIT("no level") : c->list.v[level].name.text;
}

static void add_grade(struct cf_buf *b, const struct lang_grade_line *l) {
    struct cf_str level = level_name(l, l->level);
    cf_buf_printf(b, "%.*s %.*s", CF_STR_ARG(l->rule->name.text), CF_STR_ARG(level));
    if (l->could_be >= 0) {
        level = level_name(l, l->could_be);
        cf_buf_printf(b, " could be %.*s", CF_STR_ARG(level));
    }
}

static void add_score(struct cf_buf *b, const struct lang_score_line *l) {
    cf_buf_printf(b, "%.*s ", CF_STR_ARG(l->rule->name.text));
    if (!l->known) {
        cf_buf_lit(b, "not known");
    } else if (l->lo == l->hi) {
        cf_buf_printf(b, "%lld", (long long)l->lo);
    } else {
        cf_buf_printf(b, "%lld to %lld", (long long)l->lo, (long long)l->hi);
    }
}

static void add_choice(struct cf_buf *b, const struct lang_choice_line *l) {
    for (size_t i = 0; i < l->rule->as.choice.options.n; i++) {
        const struct lang_option *o = &l->rule->as.choice.options.v[i];
        if (o->more == NULL) {
            cf_buf_printf(b, "%s%.*s %.*s %s", i == 0 ? "" : "; ", CF_STR_ARG(l->rule->name.text), CF_STR_ARG(o->code.text),
                          lang_option_word((enum lang_option_state)l->options[i]));
        }
    }
}

/* Every line of the docket about the expected rule, as an expectation would say it. */
static struct cf_str what_there_is(const struct check *k, const struct lang_decl *rule) {
    struct cf_buf b = cf_buf_new(k->x->a, 65536);
    const struct lang_docket *d = &k->d;
#define EACH(list, add)                                                                                                        \
    for (size_t i = 0; i < d->list.n; i++) {                                                                                   \
        if (plain_same_name(d->list.v[i].rule, rule)) {                                                                        \
            cf_buf_lit(&b, b.n > 0 ? "; " : "");                                                                               \
            add;                                                                                                               \
        }                                                                                                                      \
    }
    EACH(duties, add_duty(&b, k, &d->duties.v[i]))
    EACH(gates, add_gate(&b, k, &d->gates.v[i]))
    EACH(grades, add_grade(&b, &d->grades.v[i]))
    EACH(scores, add_score(&b, &d->scores.v[i]))
    EACH(choices, add_choice(&b, &d->choices.v[i]))
    EACH(flags, cf_buf_str(&b, rule->name.text))
#undef EACH
    struct cf_str out;
    return cf_buf_finish(&b, &out) ? out : CF_LIT("more lines than can be shown");
}

/* ---- does a line say what is expected? */
static bool same_due(const struct check *k, const struct lang_expect *e, int64_t due) {
    const struct cf_zone *zone = k->x->set->zone;
    if (!e->due_day_only) {
        return ex_instant(k->x->set, e->due) == due - due % 60;
    }
    struct cf_local l = cf_time_local(zone, due);
    return l.day == e->due / 86400 && (l.clock == 86399 || l.clock == 0);
}

static bool has_marks(const struct lang_expect *e, uint32_t marks) {
    for (size_t i = 0; i < e->marks.n; i++) {
        unsigned bit = 0;
        while (lang_mark_word(bit) != NULL && !cf_str_is(e->marks.v[i].text, lang_mark_word(bit))) {
            bit++;
        }
        if ((marks >> bit & 1) == 0) {
            return false;
        }
    }
    return true;
}

static bool is_named(const struct check *k, uint32_t subject, struct cf_str name) {
    return subject != 0 && cf_str_eq(k->c->ref->subject_name(k->c->ref->ctx, subject), name);
}

static bool owned_by(const struct check *k, const struct lang_expr *owner, const struct lang_owner *o) {
    if (owner->op == LANG_PARTNER_OF) {
        const struct lang_expr *of = owner->a;
        const struct ex_subject *s = of->path.n == 0 ? NULL : ex_find_subject(k->x, of->path.v[0].text);
        const struct lang_decl *p = lang_find_kind(k->x->set, LANG_PARTNER, owner->name.text);
        bool known = s != NULL && p != NULL;
        return known && o->subject == k->c->ref->partner_of(k->c->ref->ctx, p, s->number);
    }
    struct cf_str name = owner->path.n > 0 ? owner->path.v[0].text : owner->text;
    if (cf_str_is(name, "actor")) {
        return o->role_or_unit == NULL && o->subject != 0;
    }
    return (o->role_or_unit != NULL && cf_str_eq(o->role_or_unit->name.text, name)) || is_named(k, o->subject, name) ||
           is_named(k, o->unit, name);
}

/* `of first`: the line caused by that event, or of its episode; `of 2024-Q1`: of that period. */
static bool is_of(const struct check *k, const struct lang_expect *e, uint64_t event, uint64_t episode) {
    if (!lang_named(e->of)) {
        return true;
    }
    const struct ex_event *ev = ex_find_label(k->x, e->of.text);
    return ev != NULL && (ev->e.seq == event || ev->e.seq == episode);
}

static bool duty_is_of(const struct check *k, const struct lang_expect *e, const struct lang_duty_line *l) {
    struct cf_str period = l->rule->as.duty.trigger == LANG_EACH && lang_named(e->of)
                               ? cf_str_from(cf_period_shown((enum cf_period)l->rule->as.duty.period, l->period).p)
                               : (struct cf_str){"", 0};
    return is_of(k, e, l->cause, UINT64_MAX) || (lang_named(e->of) && cf_str_eq(period, e->of.text));
}

static bool duty_says(const struct check *k, const struct lang_expect *e, const struct lang_duty_line *l) {
    return duty_is_of(k, e, l) && (!lang_named(e->state) || cf_str_is(e->state.text, lang_state_word(l->state))) &&
           (!e->has_due || (l->has_due && same_due(k, e, l->due))) &&
           (!e->has_left || (l->has_left && l->left_s == e->left_s)) &&
           (e->owner == NULL || owned_by(k, e->owner, &l->owner)) && has_marks(e, l->marks);
}

static bool duty_holds(const struct check *k, const struct lang_expect *e) {
    bool any = false;
    for (size_t i = 0; i < k->d.duties.n; i++) {
        const struct lang_duty_line *l = &k->d.duties.v[i];
        if (plain_same_name(l->rule, e->decl)) {
            any = any || (e->no ? duty_is_of(k, e, l) : duty_says(k, e, l));
        }
    }
    return any != e->no;
}

/* Is this event's line claimed by another expectation of the gate in this example, by its label? */
static bool claimed(const struct check *k, const struct lang_decl *gate, uint64_t event) {
    struct cf_str label = label_of(k, event);
    for (size_t i = 0; label.n > 0 && i < k->x->example->as.example.items.n; i++) {
        const struct lang_ex_at *at = k->x->example->as.example.items.v[i].at;
        for (size_t j = 0; at != NULL && j < at->expects.n; j++) {
            const struct lang_expect *e = &at->expects.v[j];
            if (at->at == k->at->at && e->decl != NULL && plain_same_name(e->decl, gate) && cf_str_eq(e->of.text, label)) {
                return true;
            }
        }
    }
    return false;
}

static const struct lang_gate_line *gate_line(const struct check *k, const struct lang_expect *e) {
    const struct lang_gate_line *last = NULL, *unclaimed = NULL;
    for (size_t i = 0; i < k->d.gates.n; i++) {
        const struct lang_gate_line *l = &k->d.gates.v[i];
        if (plain_same_name(l->rule, e->decl) && is_of(k, e, l->event, UINT64_MAX)) {
            last = l;
            unclaimed = !claimed(k, l->rule, l->event) ? l : unclaimed;
        }
    }
    return lang_named(e->of) || unclaimed == NULL ? last : unclaimed;
}

static bool gate_holds(const struct check *k, const struct lang_expect *e) {
    const struct lang_gate_line *l = gate_line(k, e);
    if (e->no || l == NULL) {
        return e->no && l == NULL;
    }
    bool kept = l->result == LANG_KEPT_RESULT;
    return kept == (e->kind == LANG_EX_GATE_KEPT) && (!e->not_known || l->result == LANG_BREACHED_NOT_KNOWN) &&
           has_marks(e, l->marks);
}

static bool grade_holds(const struct check *k, const struct lang_expect *e) {
    bool any = false;
    for (size_t i = 0; i < k->d.grades.n; i++) {
        const struct lang_grade_line *l = &k->d.grades.v[i];
        bool about = plain_same_name(l->rule, e->decl) && is_of(k, e, UINT64_MAX, l->episode);
        bool says = (!lang_named(e->state) || cf_str_eq(e->state.text, level_name(l, l->level))) &&
                    (!lang_named(e->could_be) || (l->could_be >= 0 && cf_str_eq(e->could_be.text, level_name(l, l->could_be))));
        any = any || (about && (e->no || says));
    }
    return any != e->no;
}

static bool score_holds(const struct check *k, const struct lang_expect *e) {
    bool any = false;
    for (size_t i = 0; i < k->d.scores.n; i++) {
        const struct lang_score_line *l = &k->d.scores.v[i];
        bool about = plain_same_name(l->rule, e->decl) && is_of(k, e, UINT64_MAX, l->episode);
        bool says = (!e->has_num || (l->known && l->lo == e->num_lo && l->hi == e->num_hi)) && (!e->not_known || !l->known);
        any = any || (about && (e->no || says));
    }
    return any != e->no;
}

static bool choice_says(const struct lang_choice_line *l, const struct lang_expect *e) {
    for (size_t i = 0; i < l->rule->as.choice.options.n; i++) {
        if (cf_str_eq(l->rule->as.choice.options.v[i].code.text, e->part.text)) {
            enum lang_option_state s = (enum lang_option_state)l->options[i];
            return e->not_known ? s == LANG_OPTION_NOT_KNOWN : cf_str_is(e->state.text, lang_option_word(s));
        }
    }
    return false;
}

static bool choice_holds(const struct check *k, const struct lang_expect *e) {
    bool any = false;
    for (size_t i = 0; i < k->d.choices.n; i++) {
        const struct lang_choice_line *l = &k->d.choices.v[i];
        bool about = plain_same_name(l->rule, e->decl) && is_of(k, e, UINT64_MAX, l->episode);
        any = any || (about && (e->no || choice_says(l, e)));
    }
    return any != e->no;
}

static bool flag_holds(const struct check *k, const struct lang_expect *e) {
    bool any = false;
    for (size_t i = 0; i < k->d.flags.n; i++) {
        any = any || (plain_same_name(k->d.flags.v[i].rule, e->decl) && is_of(k, e, UINT64_MAX, k->d.flags.v[i].episode));
    }
    return any != e->no;
}

static bool holds(const struct check *k, const struct lang_expect *e) {
    switch (e->kind) {
    case LANG_EX_DUTY: return duty_holds(k, e);
    case LANG_EX_GATE_BREACH:
    case LANG_EX_GATE_KEPT: return gate_holds(k, e);
    case LANG_EX_GRADE: return grade_holds(k, e);
    case LANG_EX_SCORE: return score_holds(k, e);
    case LANG_EX_CHOICE: return choice_holds(k, e);
    case LANG_EX_FLAG: return flag_holds(k, e);
    case LANG_EX_NAMED: break;
    }
    return false;
}

/* ---- saying what is wrong */

/* The reasons in one line: an error's hint has no more. What names the rule is left out, for the error points at it. */
static void add_why(struct cf_buf *b, const struct lang_reason *r, int depth) {
    bool rule = cf_str_starts(r->text, CF_LIT("rule `")) || cf_str_starts(r->text, CF_LIT("rests on "));
    if (depth > 0 && !rule) {
        cf_buf_lit(b, b->n > 0 ? "; " : "");
        cf_buf_str(b, r->text);
    }
    for (size_t i = 0; i < r->under.n; i++) {
        add_why(b, r->under.v[i], depth + 1);
    }
}
static struct lang_reason *why_line(const struct check *k, const struct lang_expect *e) {
    const struct lang_example_case *c = k->c;
    for (size_t i = 0; i < k->d.duties.n; i++) {
        const struct lang_duty_line *l = &k->d.duties.v[i];
        if (plain_same_name(l->rule, e->decl) && duty_is_of(k, e, l)) {
            return lang_explain_duty(k->x->a, k->x->set, c->ref, c->h, c->now, l);
        }
    }
    const struct lang_gate_line *g = e->decl->kind == LANG_GATE ? gate_line(k, e) : NULL;
    return g == NULL ? NULL : lang_explain_gate(k->x->a, k->x->set, c->ref, c->h, c->now, g);
}

static void say(const struct check *k, const struct lang_expect *e) {
    struct cf_str text = cf_str_slice(e->at.src->text, e->at.at, e->at.at + e->at.n), there = what_there_is(k, e->decl);
    const char *when = cf_time_shown(k->x->set->zone, k->c->now).p;
    cf_fail(k->x->errs, CF_L141, e->at, "at %s `%.*s` does not hold: the docket has %s%.*s", when, CF_STR_ARG(text),
            there.n == 0 ? "no such line" : "", CF_STR_ARG(there));
    struct lang_reason *why = why_line(k, e);
    if (why != NULL) {
        struct cf_buf b = cf_buf_new(k->x->a, 4096);
        add_why(&b, why, 0);
        struct cf_str hint;
        if (!cf_buf_finish(&b, &hint)) {
            hint = (struct cf_str){b.p, b.n};
        }
        cf_hint(k->x->errs, "Correct the rule or the expectation. Why the line is as it is: %.*s.", CF_STR_ARG(hint));
    }
}

/* ---- running */
static bool labels_exist(const struct check *k) {
    bool ok = true;
    for (size_t i = 0; i < k->at->expects.n; i++) {
        const struct lang_expect *e = &k->at->expects.v[i];
        bool period = e->decl != NULL && e->decl->kind == LANG_DUTY && e->decl->as.duty.trigger == LANG_EACH;
        if (lang_named(e->of) && !period && ex_find_label(k->x, e->of.text) == NULL) {
            ok =
                cf_fail(k->x->errs, CF_L142, e->of.at, "no event of this example has the label `%.*s`", CF_STR_ARG(e->of.text));
        }
    }
    return ok;
}

static void make_cases(struct ex *x, struct lang_example_case *cases, size_t *n) {
    for (size_t i = 0; i < x->example->as.example.items.n; i++) {
        const struct lang_ex_at *at = x->example->as.example.items.v[i].at;
        const struct ex_subject *s = at == NULL ? NULL : ex_subject_of(x, at);
        if (s == NULL) {
            continue;
        }
        int64_t now = ex_instant(x->set, at->at);
        int64_t known = at->known_at_set ? ex_instant(x->set, at->known_at) : now;
        cases[(*n)++] = (struct lang_example_case){.h = ex_history(x, s, known), .ref = &x->ref, .now = now, .at = at};
    }
}

size_t lang_example_cases(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                          const struct lang_decl *example, const struct lang_example_case **out, struct cf_errs *errs) {
    struct ex *x = ex_build(a, set, ref, example, errs);
    struct lang_example_case *cases = CF_NEW_N(a, struct lang_example_case, example->as.example.items.n + 1);
    size_t n = 0;
    if (x != NULL) {
        make_cases(x, cases, &n);
    }
    *out = cases;
    return n;
}

bool lang_example_run(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                      const struct lang_decl *example, struct lang_coverage *coverage, size_t *checked, struct cf_errs *errs) {
    size_t failures = errs->failures;
    struct ex *x = ex_build(a, set, ref, example, errs);
    if (x == NULL) {
        return false;
    }
    struct lang_example_case *cases = CF_NEW_N(a, struct lang_example_case, example->as.example.items.n + 1);
    size_t n = 0;
    make_cases(x, cases, &n);
    for (size_t i = 0; i < n; i++) {
        struct check k = {.x = x, .c = &cases[i], .at = cases[i].at};
        lang_eval_plain(a, set, &x->ref, cases[i].h, cases[i].now, &k.d);
        if (coverage != NULL) {
            plain_coverage_see(coverage, &k.d);
        }
        if (!labels_exist(&k)) {
            continue;
        }
        for (size_t j = 0; j < k.at->expects.n; j++) {
            *checked += 1;
            if (k.at->expects.v[j].decl != NULL && !holds(&k, &k.at->expects.v[j])) {
                say(&k, &k.at->expects.v[j]);
            }
        }
    }
    return errs->failures == failures;
}
