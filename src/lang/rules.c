/* rules: what else section 12 asks of a set whose names and types are right: citations, scopes, owners, endings, clocks, tables
 * of levels. Must not know labels (flow.c) nor give notes (notes.c). */
#include "lang/check_priv.h"

/* ---- citations */

static void cite(struct ck *k, const struct lang_decl *d, const struct lang_cite *c) {
    const struct lang_policy *p = &d->policy->as.policy;
    if (!lang_named(c->key)) {
        return;
    }
    struct {
        CF_VEC(struct cf_str);
    } names = {0};
    for (size_t i = 0; i < p->cites.n; i++) {
        if (cf_str_eq(p->cites.v[i].key.text, c->key.text)) {
            return;
        }
        *cf_push(k->a, &names) = p->cites.v[i].key.text;
    }
    cf_fail(k->errs, CF_L065, c->key.at, "policy `%.*s` cites nothing as `%.*s`", CF_STR_ARG(d->policy->name.text),
            CF_STR_ARG(c->key.text));
    ck_offer_names(k, c->key.text, names.v, names.n, NULL);
}

static void citations(struct ck *k, const struct lang_decl *d) {
    for (size_t i = 0; d->kind != LANG_POLICY && i < d->cites.n; i++) {
        cite(k, d, &d->cites.v[i]);
    }
    for (size_t i = 0; i < d->lawful.n; i++) {
        struct lang_lawful *l = &d->lawful.v[i];
        cite(k, d, &l->cite);
        l->bit = ck_label_bit(l->label.text);
        if (l->bit == 0 || l->bit == LANG_TEXT_LABEL) {
            cf_fail(k->errs, CF_L083, l->label.at, "there is no lawful use of `%.*s`", CF_STR_ARG(l->label.text));
        }
    }
    if (d->kind == LANG_SETTING) {
        cite(k, d, &d->as.setting.cite);
    } else if (d->kind == LANG_SHARE) {
        cite(k, d, &d->as.share.basis);
    } else if (d->kind == LANG_WORDING || d->kind == LANG_INDICATOR) {
        for (size_t i = 0; i < d->as.wording.patterns.n; i++) {
            cite(k, d, &d->as.wording.patterns.v[i].cite);
        }
    }
    if (ck_is_rule(d->kind) && d->cites.n == 0) {
        cf_fail(k->errs, CF_L064, d->name.at, "%s `%.*s` cites nothing", lang_decl_word(d->kind), CF_STR_ARG(d->name.text));
    }
}

/* A rule's citation confirms its bare values. Where there is none (a fact cannot have one), only 0 and 1 may stand bare, or
 * what the line marks `to verify`. */
struct bare {
    struct ck *k;
    const struct lang_decl *d;
};

static void bare_value(void *ctx, struct lang_expr *e) {
    struct bare *b = ctx;
    bool number = e->op == LANG_NUMBER && !(e->den <= 1 && (e->num == 0 || e->num == 1));
    if (number || e->op == LANG_DURATION_LIT) {
        const char *word = b->d->kind == LANG_MORE ? "`more`" : lang_decl_word(b->d->kind);
        cf_fail(b->k->errs, CF_L066, e->at, "nothing confirms this value: the %s cites nothing", word);
    }
}

static void bare_part(void *ctx, const struct ck_part *p) {
    if (p->e != NULL && !p->e->to_verify) {
        ck_walk(p->e, bare_value, ctx);
    }
}

static void bare_values(struct ck *k, struct lang_decl *d) {
    bool may = d->kind == LANG_FACT || d->kind == LANG_MORE || d->kind == LANG_ROLE;
    struct bare b = {.k = k, .d = d};
    if (may && d->cites.n == 0) {
        ck_parts(k, d, bare_part, &b);
    }
}

/* ---- records and episodes */

static void episode_opened(struct ck *k, const struct lang_decl *d) {
    const struct lang_decl *newest = ck_newest(d);
    if (newest->as.episode.opener == NULL && d->newer == NULL) {
        cf_fail(k->errs, CF_L067, d->name.at, "no record opens the episode `%.*s`", CF_STR_ARG(d->name.text));
    }
}

static void copied(struct ck *k, const struct lang_decl *d, const struct lang_field *f) {
    if (f->copied_from.n == 0) {
        return;
    }
    struct lang_name first = f->copied_from.v[0];
    bool found = ck_field_index(d, first.text) >= 0 || ck_role_index(d, first.text) >= 0 ||
                 ck_attr(d, first.text, false) != LANG_ATTR_NONE;
    for (int s = 0; s < LANG_SUBJECTS && !found; s++) {
        found = cf_str_is(first.text, lang_subject_word((enum lang_subject)s));
    }
    if (!found) {
        cf_fail(k->errs, CF_L054, first.at, "record `%.*s` has no field or role `%.*s` to copy from", CF_STR_ARG(d->name.text),
                CF_STR_ARG(first.text));
    }
}

static void record_fields(struct ck *k, const struct lang_decl *d) {
    for (size_t i = 0; i < d->as.record.fields.n; i++) {
        const struct lang_field *f = &d->as.record.fields.v[i];
        enum lang_type_kind kind = f->type.kind == LANG_T_SET ? f->type.elem : f->type.kind;
        if (f->retired) {
            continue;
        }
        copied(k, d, f);
        for (size_t j = 0; j < f->keeping.n; j++) {
            struct lang_name name = f->keeping.v[j];
            if (kind != LANG_T_SUBJECT || ck_kept_type(k, f, j).kind == LANG_T_NONE) {
                cf_fail(k->errs, CF_L050, name.at, "nothing records `%.*s` of what `%.*s` names", CF_STR_ARG(name.text),
                        CF_STR_ARG(f->name.text));
                cf_hint(k->errs, "Declare a code list, or a fact about that kind of subject, of this name.");
            }
        }
    }
}

/* ---- duties */

static bool among(const struct lang_decl *e, const struct lang_decl *trigger, const struct lang_scope *s) {
    return e != NULL &&
           ((s->in && s->episode_decl == e) || (trigger != NULL && !trigger->as.record.in_any && ck_record_in(trigger, e)));
}

/* An opener makes an episode of its own, so it is never a later event of the rule's [E6, X2]. */
static void in_scope(struct ck *k, const struct lang_decl *d, const struct lang_sel *s, const char *what) {
    const struct lang_decl *record = ck_sel_record(k, s), *trigger = ck_trigger(k, &d->as.duty);
    if (record == NULL || s->any_episode || record->as.record.in_any ||
        !among(record->as.record.opens_decl, trigger, &d->as.duty.scope)) {
        return;
    }
    cf_fail(k->errs, CF_L068, s->at, "`%.*s` opens another `%.*s`, so it can never %s this duty", CF_STR_ARG(record->name.text),
            CF_STR_ARG(record->as.record.opens.text), what);
}

static bool may_record(const struct lang_decl *role, const struct lang_decl *record) {
    const struct lang_record *r = &record->as.record;
    for (size_t i = 0; i < r->by_decls.n; i++) {
        if (r->by_decls.v[i] == NULL || lang_role_is(role, r->by_decls.v[i])) {
            return true;
        }
    }
    return r->by_decls.n == 0;
}

/* May this owner record it? Units and named persons hold roles that are not known before it runs: yes. */
static bool owner_may(const struct ck *k, const struct lang_decl *d, const struct lang_decl *record) {
    const struct lang_expr *o = d->as.duty.owner;
    const struct lang_decl *trigger = ck_trigger(k, &d->as.duty);
    if (o == NULL) {
        return true;
    }
    if (o->op == LANG_ROLE_LIT || o->op == LANG_PARTNER_OF) {
        return o->decl == NULL || may_record(o->decl, record);
    }
    bool actor = o->op == LANG_NAME && cf_str_is(o->text, "actor");
    if (!actor || trigger == NULL) {
        return true;
    }
    for (size_t i = 0; i < trigger->as.record.by_decls.n; i++) {
        const struct lang_decl *role = trigger->as.record.by_decls.v[i];
        if (role == NULL || may_record(role, record)) {
            return true;
        }
    }
    return trigger->as.record.by_decls.n == 0;
}

static void owner_ends(struct ck *k, const struct lang_decl *d) {
    const struct lang_duty *t = &d->as.duty;
    for (size_t i = 0; i < t->done_by.n; i++) {
        const struct lang_decl *record = ck_sel_record(k, t->done_by.v[i]);
        if (record == NULL || owner_may(k, d, record)) {
            return;
        }
    }
    if (t->done_by.n > 0) {
        const struct lang_decl *record = ck_sel_record(k, t->done_by.v[0]);
        cf_fail(k->errs, CF_L069, t->done_by.v[0]->at, "the owner of `%.*s` may not record `%.*s`", CF_STR_ARG(d->name.text),
                CF_STR_ARG(record->name.text));
        cf_second(k->errs, t->owner->at, "the owner");
    }
}

static void no_window(struct ck *k, const struct lang_sel *s) {
    if (s != NULL && (s->last != NULL || lang_named(s->since))) {
        cf_fail(k->errs, CF_L072, s->last != NULL ? s->last->at : s->since.at, "a trigger has no window");
    }
}

static void clocks(struct ck *k, const struct lang_duty *t) {
    if (t->not_counting.n == 0) {
        return;
    }
    unsigned units = t->within.value == NULL ? CK_DAYS : ck_units(t->within.value);
    if (units != 0 && units != CK_ELAPSED) {
        cf_fail(k->errs, CF_L077, t->not_counting.v[0].at, "only a clock of hours or minutes can stop");
    }
}

static void duty(struct ck *k, const struct lang_decl *d) {
    const struct lang_duty *t = &d->as.duty;
    if (t->trigger == LANG_EACH && (t->within.value != NULL || t->by.value != NULL)) {
        const struct lang_expr *e = t->within.value != NULL ? t->within.value : t->by.value;
        cf_fail(k->errs, CF_L094, e->at, "`%.*s` is due at the end of its period", CF_STR_ARG(d->name.text));
    }
    no_window(k, t->after);
    clocks(k, t);
    for (size_t i = 0; i < t->extended.n; i++) {
        in_scope(k, d, t->extended.v[i].by, "extend");
    }
    for (size_t i = 0; i < t->done_by.n; i++) {
        in_scope(k, d, t->done_by.v[i], "end");
    }
    for (size_t i = 0; i < t->void_by.n; i++) {
        in_scope(k, d, t->void_by.v[i], "void");
    }
    owner_ends(k, d);
}

/* ---- about person: children, or said otherwise */

struct child_ctx {
    struct ck *k;
    bool found;
    uint8_t *seen; /* by declaration number */
};

static bool child_record(const struct lang_decl *record) {
    return record != NULL && record->kind == LANG_RECORD && !record->as.record.built_in &&
           ck_role_index(record, CF_LIT("child")) >= 0;
}

static void asks_child_part(void *ctx, const struct ck_part *p);

static void asks_child(void *ctx, struct lang_expr *e) {
    struct child_ctx *c = ctx;
    bool direct = e->op == LANG_CHILD || e->op == LANG_AGE || e->op == LANG_TURNS || e->op == LANG_HOLDERS;
    bool opened = e->op == LANG_OPEN && (e->decl == NULL || child_record(e->decl->as.episode.opener));
    bool field =
        (e->op == LANG_FIELD && child_record(e->decl)) || (e->sel != NULL && child_record(ck_sel_record(c->k, e->sel)));
    c->found = c->found || direct || opened || field;
    bool deeper = e->op == LANG_FACT_REF || e->op == LANG_FLAG_REF || e->op == LANG_GRADE_REF || e->op == LANG_SCORE_REF;
    if (!c->found && deeper && e->decl != NULL && c->seen[e->decl->number] == 0) {
        c->seen[e->decl->number] = 1;
        ck_parts(c->k, c->k->set->decls.v[e->decl->number], asks_child_part, c);
    }
}

static void asks_child_part(void *ctx, const struct ck_part *p) {
    struct child_ctx *c = ctx;
    if (p->s != NULL) {
        c->found = c->found || child_record(ck_sel_record(c->k, p->s));
        return;
    }
    ck_walk(p->e, asks_child, c);
}

static void says_child(struct ck *k, struct lang_decl *d) {
    const struct lang_scope *s = d->kind == LANG_DUTY    ? &d->as.duty.scope
                                 : d->kind == LANG_FLAG  ? &d->as.flag.scope
                                 : d->kind == LANG_GRADE ? &d->as.grade.scope
                                                         : NULL;
    bool triggered = d->kind == LANG_DUTY && d->as.duty.trigger != LANG_WHEN && d->as.duty.trigger != LANG_EACH;
    if (s == NULL || triggered || !s->about || s->kind != LANG_PERSON) {
        return;
    }
    struct child_ctx c = {.k = k, .seen = CF_NEW_N(k->a, uint8_t, k->set->decls.n)};
    ck_parts(k, d, asks_child_part, &c);
    if (!c.found) {
        cf_fail(k->errs, CF_L074, d->name.at, "%s `%.*s` is about every person, and does not say `child`",
                lang_decl_word(d->kind), CF_STR_ARG(d->name.text));
    }
}

/* ---- gates, grades and choices */

static void gate(struct ck *k, const struct lang_decl *d) {
    const struct lang_sel *s = d->as.gate.before;
    const struct lang_decl *record = ck_sel_record(k, s);
    no_window(k, s);
    if (d->as.gate.absolute && s->kind == LANG_SEL_RECORD && record != NULL && !record->as.record.act) {
        cf_fail(k->errs, CF_L093, s->at, "`%.*s` is absolute, and `%.*s` happens in the world", CF_STR_ARG(d->name.text),
                CF_STR_ARG(record->name.text));
    }
}

static void options(struct ck *k, const struct lang_decl *d) {
    const struct lang_choice *c = &d->as.choice;
    for (size_t i = 0; i < c->options.n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (c->options.v[i].more == NULL && c->options.v[i].index == c->options.v[j].index) {
                cf_fail(k->errs, CF_L051, c->options.v[i].code.at, "option `%.*s` stands twice",
                        CF_STR_ARG(c->options.v[i].code.text));
                cf_second(k->errs, c->options.v[j].code.at, "the first");
                break;
            }
        }
    }
}

static void levels(struct ck *k, const struct lang_decl *d) {
    const struct lang_grade *g = &d->as.grade;
    size_t otherwise = 0;
    for (size_t i = 0; i < g->list.n; i++) {
        otherwise += g->list.v[i].otherwise ? 1 : 0;
    }
    if (otherwise != 1) {
        cf_fail(k->errs, CF_L084, d->name.at, "grade `%.*s` has %s level for when nothing holds", CF_STR_ARG(d->name.text),
                otherwise == 0 ? "no" : "more than one");
    }
}

static const struct lang_expr *decides(const struct lang_decl *d) {
    return d->kind == LANG_GRADE ? d->as.grade.decided_in : d->kind == LANG_CHOICE ? d->as.choice.for_ : NULL;
}

static void one_decider(struct ck *k, const struct lang_decl *d) {
    const struct lang_expr *x = decides(d);
    for (size_t i = 0; x != NULL && i < d->number; i++) {
        const struct lang_decl *o = k->set->decls.v[i];
        const struct lang_expr *y = decides(o);
        if (y == NULL || ck_newest(o) == ck_newest(d) || y->decl != x->decl || y->index != x->index) {
            continue;
        }
        cf_fail(k->errs, CF_L086, x->at, "`%.*s` and `%.*s` both recommend what is decided here", CF_STR_ARG(o->name.text),
                CF_STR_ARG(d->name.text));
        cf_second(k->errs, y->at, "the other one");
    }
}

/* ---- roles and units: includes and parts without a circle */

static bool reaches(const struct lang_decl *from, const struct lang_decl *role, int depth) {
    if (from == NULL || depth > CF_MAX_DEPTH) {
        return false;
    }
    bool found = from == role;
    for (size_t i = 0; !found && i < from->as.role.includes_decls.n; i++) {
        found = reaches(from->as.role.includes_decls.v[i], role, depth + 1);
    }
    return found;
}

static void circles(struct ck *k, const struct lang_decl *d) {
    const struct lang_decl *slow = d, *unit = d;
    for (int i = 0; d->kind == LANG_UNIT && unit != NULL && i < CF_MAX_DEPTH; i++) {
        unit = unit->as.unit.part_of_decl;
        if (unit == slow) {
            cf_fail(k->errs, CF_L070, d->as.unit.part_of.at, "unit `%.*s` is part of itself", CF_STR_ARG(d->name.text));
            return;
        }
    }
    for (size_t i = 0; d->kind == LANG_ROLE && i < d->as.role.includes_decls.n; i++) {
        if (reaches(d->as.role.includes_decls.v[i], d, 0)) {
            cf_fail(k->errs, CF_L070, d->as.role.includes.v[i].at, "role `%.*s` includes itself", CF_STR_ARG(d->name.text));
        }
    }
}

void ck_citations(struct ck *k) {
    for (size_t i = 0; i < k->set->decls.n; i++) {
        const struct lang_decl *d = k->set->decls.v[i];
        bool made = d->kind == LANG_GATE && d->as.gate.departs_from != NULL; /* cites what its grade or choice cites */
        if (d->policy != k->built_in && !made) {
            citations(k, d);
        }
    }
}

/* ---- versions: what others read keeps its type and whom it is about [V3] */

static const struct lang_scope *scope_of(const struct lang_decl *d) {
    return d->kind == LANG_FACT    ? &d->as.fact.scope
           : d->kind == LANG_GRADE ? &d->as.grade.scope
           : d->kind == LANG_SCORE ? &d->as.score.scope
           : d->kind == LANG_FLAG  ? &d->as.flag.scope
                                   : NULL;
}

static struct lang_type type_of(const struct lang_decl *d) {
    const struct lang_expr *e = d->kind == LANG_FACT ? d->as.fact.value : d->kind == LANG_SETTING ? d->as.setting.value : NULL;
    if (d->kind == LANG_TABLE) {
        return d->as.table.type;
    }
    if (d->kind == LANG_GRADE) {
        return (struct lang_type){.kind = LANG_T_CODE, .of = d->as.grade.codes};
    }
    return e == NULL ? ck_kind(LANG_T_NONE) : e->type;
}

static bool same_keys(const struct lang_decl *x, const struct lang_decl *y) {
    bool same = x->kind != LANG_TABLE || x->as.table.keys.n == y->as.table.keys.n;
    for (size_t i = 0; x->kind == LANG_TABLE && same && i < x->as.table.keys.n; i++) {
        same = ck_same_type(x->as.table.key_types.v[i], y->as.table.key_types.v[i]);
    }
    return same;
}

static void version(struct ck *k, const struct lang_decl *d) {
    const struct lang_decl *now = d->newer == NULL ? NULL : ck_newest(d);
    if (now == NULL) {
        return;
    }
    const struct lang_scope *s = scope_of(d), *t = scope_of(now);
    bool scope = s == NULL || (s->about == t->about && s->kind == t->kind && s->episode_decl == t->episode_decl);
    if (!scope || !same_keys(d, now) || !ck_same_type(type_of(d), type_of(now))) {
        cf_fail(k->errs, CF_L053, now->name.at, "%s `%.*s` has changed its type, its keys or whom it is about",
                lang_decl_word(now->kind), CF_STR_ARG(now->name.text));
        cf_second(k->errs, d->name.at, "the older version");
    }
}

void ck_rules(struct ck *k) {
    for (size_t i = 0; i < k->set->decls.n; i++) {
        struct lang_decl *d = k->set->decls.v[i];
        if (d->policy == k->built_in) {
            continue;
        }
        bare_values(k, d);
        says_child(k, d);
        version(k, d);
        circles(k, d);
        one_decider(k, d);
        switch ((int)d->kind) {
        case LANG_EPISODE: episode_opened(k, d); break;
        case LANG_RECORD: record_fields(k, d); break;
        case LANG_GATE: gate(k, d); break;
        case LANG_CHOICE: options(k, d); break;
        case LANG_DUTY: duty(k, d); break;
        case LANG_GRADE: levels(k, d); break;
        default: break;
        }
    }
}
