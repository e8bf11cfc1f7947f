/* decls: reads each declaration's own expressions in their right place: what is judged, what triggers, whose history it is.
 * Must not know how an expression is typed (types.c). */
#include "lang/check_priv.h"

/* ---- places */

static struct ck_in plain_in(struct ck *k, const struct lang_decl *d) {
    return (struct ck_in){.k = k, .decl = d, .role = -1};
}

static void in_record(struct ck_in *c, const struct lang_decl *record, int role) {
    if (record == NULL) {
        return;
    }
    c->judged = c->roles = record;
    c->role = role;
    if (role >= 0 && (size_t)role < record->as.record.roles.n) {
        c->has_kind = true;
        c->kind = record->as.record.roles.v[role].kind;
    }
}

struct ck_in ck_scope_in(struct ck *k, const struct lang_decl *d, const struct lang_scope *s) {
    struct ck_in c = plain_in(k, d);
    if (s->about) {
        c.has_kind = true;
        c.kind = s->kind;
    } else if (s->in && s->episode_decl != NULL) {
        const struct lang_decl *opener = s->episode_decl->as.episode.opener;
        in_record(&c, opener, opener != NULL && opener->as.record.roles.n == 1 ? 0 : -1);
        c.judged = NULL;
        c.episode = s->episode_decl;
        if (opener != NULL && opener->as.record.roles.n > 0) {
            c.has_kind = true;
            c.kind = opener->as.record.roles.v[0].kind;
        }
    }
    return c;
}

const struct lang_decl *ck_trigger(const struct ck *k, const struct lang_duty *d) {
    if (d->trigger == LANG_AFTER_EVENT && d->after != NULL) {
        return ck_sel_record(k, d->after);
    }
    if (d->trigger == LANG_AFTER_BREACH && d->breach_gate != NULL && d->breach_gate->as.gate.before != NULL) {
        return d->breach_gate->as.gate.before->decl;
    }
    return NULL;
}

static struct ck_in duty_in(struct ck *k, struct lang_decl *d) {
    struct lang_duty *t = &d->as.duty;
    struct ck_in c = plain_in(k, d);
    if (t->trigger == LANG_WHEN || t->trigger == LANG_EACH) {
        c = ck_scope_in(k, d, &t->scope);
        c.trigger_instant = true;
        return c;
    }
    int role = -1;
    if (t->trigger == LANG_AFTER_EVENT) {
        ck_sel(&c, t->after);
        role = t->after == NULL ? -1 : t->after->role_index;
        c.share_trigger = t->after != NULL && t->after->kind != LANG_SEL_RECORD;
    } else {
        struct lang_decl *gate = ck_want(k, t->breach_of, ck_kind_bit(LANG_GATE), "a gate");
        t->breach_gate = gate;
        if (gate != NULL) {
            ck_decl(k, gate);
            role = gate->as.gate.before->role_index;
        }
    }
    c.trigger = ck_trigger(k, t);
    in_record(&c, c.trigger, role);
    return c;
}

/* ---- clauses */

static void whole(struct ck_in *c, struct lang_value_clause *v) {
    if (v->value != NULL) {
        ck_type(c, v->value, ck_kind(LANG_T_WHOLE));
        enum lang_type_kind t = v->value->type.kind;
        if (t != LANG_T_NONE && t != LANG_T_WHOLE && t != LANG_T_FRACTION) {
            cf_fail(c->k->errs, CF_L061, v->value->at, "a number is wanted here, and this is %.*s",
                    CF_STR_ARG(ck_type_text(c->k->a, v->value->type)));
        }
    }
}

static void of_kind(struct ck_in *c, struct lang_expr *e, enum lang_type_kind kind, enum lang_type_kind or, const char *what) {
    if (e == NULL) {
        return;
    }
    ck_type(c, e, ck_kind(kind));
    if (e->type.kind != LANG_T_NONE && e->type.kind != kind && e->type.kind != or) {
        cf_fail(c->k->errs, CF_L061, e->at, "%s is wanted here, and this is %.*s", what,
                CF_STR_ARG(ck_type_text(c->k->a, e->type)));
        e->type = ck_kind(LANG_T_NONE);
    }
}

static void duration(struct ck_in *c, struct lang_value_clause *v) {
    of_kind(c, v->value, LANG_T_DURATION, LANG_T_DURATION, "a duration");
}

static void moment(struct ck_in *c, struct lang_expr *e) {
    of_kind(c, e, LANG_T_INSTANT, LANG_T_DATE, "an instant or a date");
}

static struct cf_str bare_name(const struct lang_expr *e) {
    bool bare = e != NULL && (e->op == LANG_NAME || e->op == LANG_PATH) && e->path.n == 1;
    return bare ? e->path.v[0].text : (struct cf_str){0};
}

/* `actor`, a role, a unit, or any value that names someone. */
static void owner(struct ck_in *c, struct lang_expr *e) {
    struct ck *k = c->k;
    struct cf_str name = bare_name(e);
    uint32_t who = ck_kind_bit(LANG_ROLE) | ck_kind_bit(LANG_UNIT) | ck_kind_bit(LANG_PARTNER);
    struct lang_decl *d = name.n == 0 ? NULL : ck_find_as(k, name, who);
    d = d != NULL || name.n == 0 ? d : ck_find(k, name);
    if (e == NULL) {
        return;
    }
    if (cf_str_is(name, "actor")) {
        e->id = k->set->exprs++;
        e->index = e->role = -1;
        e->text = CF_LIT("actor");
        e->type = (struct lang_type){.kind = LANG_T_SUBJECT, .subject = LANG_OFFICER};
        if (c->trigger == NULL) {
            cf_fail(k->errs, CF_L089, e->at, "no event triggers here, so there is no actor to own this");
            cf_hint(k->errs, "Name a role or a unit.");
        }
        return;
    }
    if (d != NULL && (d->kind == LANG_ROLE || d->kind == LANG_UNIT)) {
        e->id = k->set->exprs++;
        e->op = d->kind == LANG_ROLE ? LANG_ROLE_LIT : LANG_UNIT_LIT;
        e->decl = d;
        e->index = e->role = -1;
        e->type =
            (struct lang_type){.kind = LANG_T_SUBJECT, .subject = d->kind == LANG_ROLE ? LANG_OFFICER : LANG_UNIT_SUBJECT};
        return;
    }
    if (d != NULL && d->kind == LANG_PARTNER) {
        cf_fail(k->errs, CF_L061, e->at, "`%.*s` is a partner of many: say of whom", CF_STR_ARG(name));
        cf_hint(k->errs, "Write `%.*s of …` with an organisation or a place.", CF_STR_ARG(name));
        return;
    }
    if (d == NULL && name.n != 0 && !cf_str_is(name, "holders")) {
        cf_fail(k->errs, CF_L050, e->at, "no role or unit is named `%.*s`", CF_STR_ARG(name));
        ck_offer(k, name, ck_kind_bit(LANG_ROLE) | ck_kind_bit(LANG_UNIT));
        return;
    }
    of_kind(c, e, LANG_T_SUBJECT, LANG_T_SUBJECT, "a role, a unit or somebody named");
}

/* ---- declarations */

static void read_setting(struct ck *k, struct lang_decl *d) {
    struct ck_in c = plain_in(k, d);
    ck_type(&c, d->as.setting.value, ck_kind(LANG_T_NONE));
}

static void read_record(struct ck *k, struct lang_decl *d) {
    struct ck_in c = plain_in(k, d);
    in_record(&c, d, d->as.record.roles.n == 1 ? 0 : -1);
    c.own = d;
    for (size_t i = 0; i < d->as.record.fields.n; i++) {
        struct lang_field *f = &d->as.record.fields.v[i];
        if (!f->retired) {
            ck_cond(&c, f->unless);
        }
    }
}

static void read_span(struct ck *k, struct lang_decl *d) {
    struct lang_span_decl *s = &d->as.span;
    struct ck_in c = plain_in(k, d);
    ck_sel(&c, s->from);
    ck_sel(&c, s->to);
    if (lang_named(s->hours_of)) {
        s->hours_unit = ck_want(k, s->hours_of, ck_kind_bit(LANG_UNIT), "a unit");
    }
}

static void read_fact(struct ck *k, struct lang_decl *d) {
    struct ck_in c = ck_scope_in(k, d, &d->as.fact.scope);
    ck_type(&c, d->as.fact.value, ck_kind(LANG_T_NONE));
    d->as.fact.is_condition = d->as.fact.value != NULL && d->as.fact.value->type.kind == LANG_T_YESNO;
}

static void read_gate(struct ck *k, struct lang_decl *d) {
    struct lang_gate *g = &d->as.gate;
    struct ck_in c = plain_in(k, d);
    if (g->before == NULL) {
        return;
    }
    ck_sel(&c, g->before);
    in_record(&c, ck_sel_record(k, g->before), g->before->role_index);
    ck_cond(&c, g->where);
    ck_cond(&c, g->needs);
}

static void read_deadline(struct ck_in *c, struct lang_duty *t) {
    struct ck *k = c->k;
    struct ck_in in = *c;
    in.deadline = true;
    duration(&in, &t->within);
    moment(&in, t->of);
    moment(&in, t->by.value);
    for (size_t i = 0; i < t->not_counting.n; i++) {
        *cf_push(k->a, &t->not_counting_decls) = ck_want(k, t->not_counting.v[i], ck_kind_bit(LANG_SPAN), "a span");
    }
}

static void read_duty(struct ck *k, struct lang_decl *d) {
    struct lang_duty *t = &d->as.duty;
    struct ck_in c = duty_in(k, d);
    ck_cond(&c, t->cond);
    ck_cond(&c, t->where);
    owner(&c, t->owner);
    read_deadline(&c, t);
    for (size_t i = 0; i < t->extended.n; i++) {
        ck_sel(&c, t->extended.v[i].by);
        ck_cond(&c, t->extended.v[i].where);
        duration(&c, &t->extended.v[i].to);
    }
    for (size_t i = 0; i < t->done_by.n; i++) {
        ck_sel(&c, t->done_by.v[i]);
    }
    ck_cond(&c, t->done_where);
    moment(&c, t->counting_from);
    for (size_t i = 0; i < t->void_by.n; i++) {
        ck_sel(&c, t->void_by.v[i]);
    }
    ck_cond(&c, t->void_when);
    for (size_t i = 0; i < t->warn.n; i++) {
        duration(&c, &t->warn.v[i].d);
    }
    for (size_t i = 0; i < t->escalate.n; i++) {
        t->escalate.v[i].decl = ck_want(k, t->escalate.v[i].role, ck_kind_bit(LANG_ROLE) | ck_kind_bit(LANG_UNIT), "a role");
        duration(&c, &t->escalate.v[i].after);
    }
}

static void read_more_lines(struct ck *k, const struct lang_decl *more, struct ck_in c) {
    struct lang_decl *m = k->set->decls.v[more->number];
    if (k->state[m->number] == 2) {
        return;
    }
    k->state[m->number] = 2;
    c.decl = m;
    for (size_t i = 0; i < m->as.more.levels.n; i++) {
        ck_cond(&c, m->as.more.levels.v[i].when);
    }
    for (size_t i = 0; i < m->as.more.options.n; i++) {
        ck_cond(&c, m->as.more.options.v[i].closed_when);
    }
}

static void read_grade(struct ck *k, struct lang_decl *d) {
    struct lang_grade *g = &d->as.grade;
    struct ck_in c = ck_scope_in(k, d, &g->scope);
    for (size_t i = 0; i < g->list.n; i++) {
        if (g->list.v[i].more == NULL) {
            ck_cond(&c, g->list.v[i].when);
        } else {
            read_more_lines(k, g->list.v[i].more, c);
        }
    }
    if (g->decided_in == NULL) {
        return;
    }
    ck_type(&c, g->decided_in, ck_kind(LANG_T_NONE));
    struct lang_type t = g->decided_in->type, own = {.kind = LANG_T_CODE, .of = g->codes};
    if (t.kind != LANG_T_NONE && g->codes != NULL && (g->decided_in->op != LANG_FIELD || !ck_same_type(t, own))) {
        cf_fail(k->errs, CF_L057, g->decided_in->at, "the grade gives %.*s, and this is %.*s",
                CF_STR_ARG(ck_type_text(k->a, own)), CF_STR_ARG(ck_type_text(k->a, t)));
    }
}

static void read_score(struct ck *k, struct lang_decl *d) {
    struct lang_score *s = &d->as.score;
    struct ck_in c = ck_scope_in(k, d, &s->scope);
    whole(&c, &s->from);
    whole(&c, &s->to);
    whole(&c, &s->base);
    for (size_t i = 0; i < s->plus.n; i++) {
        whole(&c, &s->plus.v[i].value);
        whole(&c, &s->plus.v[i].lo);
        whole(&c, &s->plus.v[i].hi);
    }
}

static struct ck_in choice_in(struct ck *k, struct lang_decl *d) {
    struct ck_in c = plain_in(k, d);
    const struct lang_expr *e = d->as.choice.for_;
    const struct lang_decl *record = e == NULL || e->path.n < 2 ? NULL : ck_find(k, e->path.v[0].text);
    if (record != NULL && record->kind == LANG_RECORD) {
        in_record(&c, record, record->as.record.roles.n == 1 ? 0 : -1);
    }
    return c;
}

static void read_choice(struct ck *k, struct lang_decl *d) {
    struct lang_choice *h = &d->as.choice;
    struct ck_in c = choice_in(k, d);
    if (h->for_ != NULL) {
        ck_type(&c, h->for_, ck_kind(LANG_T_NONE));
        if (h->for_->type.kind != LANG_T_NONE && (h->for_->op != LANG_FIELD || h->for_->type.kind != LANG_T_CODE)) {
            cf_fail(k->errs, CF_L061, h->for_->at, "a choice is for a coded field of a record");
        }
    }
    for (size_t i = 0; i < h->options.n; i++) {
        if (h->options.v[i].more != NULL) {
            read_more_lines(k, h->options.v[i].more, c);
            continue;
        }
        ck_cond(&c, h->options.v[i].open_when);
        ck_cond(&c, h->options.v[i].closed_when);
    }
}

static void read_flag(struct ck *k, struct lang_decl *d) {
    struct ck_in c = ck_scope_in(k, d, &d->as.flag.scope);
    ck_cond(&c, d->as.flag.cond);
}

static void read_more(struct ck *k, struct lang_decl *d) {
    const struct lang_decl *target = d->as.more.decl;
    k->state[d->number] = 0;
    if (target == NULL) {
        return;
    }
    ck_decl(k, k->set->decls.v[target->number]);
    struct ck_in c =
        target->kind == LANG_GRADE ? ck_scope_in(k, d, &target->as.grade.scope) : choice_in(k, k->set->decls.v[target->number]);
    read_more_lines(k, d, c);
}

static void read_share(struct ck *k, struct lang_decl *d) {
    struct lang_share *s = &d->as.share;
    struct ck_in c = plain_in(k, d);
    c.anywhere = true;
    c.has_kind = true;
    c.kind = LANG_PERSON;
    of_kind(&c, s->to, LANG_T_SUBJECT, LANG_T_SUBJECT, "a partner, an organisation or a place");
    for (size_t i = 0; i < s->gives.n; i++) {
        struct ck_in in = c;
        in.gives = true;
        in.text_ok = true;
        ck_type(&in, s->gives.v[i], ck_kind(LANG_T_NONE));
    }
}

static void read_role(struct ck *k, struct lang_decl *d) {
    struct ck_in c = plain_in(k, d);
    c.has_kind = true;
    c.kind = LANG_OFFICER;
    c.anywhere = true;
    ck_cond(&c, d->as.role.granted_when);
}

static void read_patterns(struct ck *k, struct lang_decl *d) {
    struct ck_in c = plain_in(k, d);
    for (size_t i = 0; i < d->as.wording.patterns.n; i++) {
        whole(&c, &d->as.wording.patterns.v[i].weight);
    }
}

void ck_measure(struct ck *k, struct lang_decl *d);
void ck_sample(struct ck *k, struct lang_decl *d);
void ck_example(struct ck *k, struct lang_decl *d);

void ck_decl(struct ck *k, struct lang_decl *d) {
    static void (*const readers[LANG_DECL_KINDS])(struct ck *, struct lang_decl *) = {
        [LANG_SETTING] = read_setting, [LANG_RECORD] = read_record,    [LANG_SPAN] = read_span,
        [LANG_FACT] = read_fact,       [LANG_GATE] = read_gate,        [LANG_DUTY] = read_duty,
        [LANG_GRADE] = read_grade,     [LANG_SCORE] = read_score,      [LANG_CHOICE] = read_choice,
        [LANG_FLAG] = read_flag,       [LANG_MORE] = read_more,        [LANG_SHARE] = read_share,
        [LANG_MEASURE] = ck_measure,   [LANG_SAMPLE] = ck_sample,      [LANG_EXAMPLE] = ck_example,
        [LANG_ROLE] = read_role,       [LANG_WORDING] = read_patterns, [LANG_INDICATOR] = read_patterns,
    };
    if (k->state[d->number] != 0 || readers[d->kind] == NULL) {
        return;
    }
    k->state[d->number] = 1;
    *cf_push(k->a, &k->chain) = d;
    readers[d->kind](k, d);
    k->chain.n--;
    k->state[d->number] = 2;
}
