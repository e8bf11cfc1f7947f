/* tree: see tree.h. Every field that the parser fills is printed, in the order of lang.h. */
#include "unit/lang/tree.h"

static void expr(struct cf_buf *b, const struct lang_expr *e);

static void str(struct cf_buf *b, struct cf_str s) {
    cf_buf_printf(b, " '%.*s'", CF_STR_ARG(s));
}
static void name(struct cf_buf *b, struct lang_name n) {
    str(b, n.text);
}
static void num(struct cf_buf *b, int64_t n) {
    cf_buf_printf(b, " %lld", (long long)n);
}
static void sel(struct cf_buf *b, const struct lang_sel *s) {
    if (s == NULL) {
        cf_buf_lit(b, " -");
        return;
    }
    cf_buf_printf(b, " [sel %d", (int)s->kind);
    name(b, s->name);
    name(b, s->role);
    expr(b, s->with);
    expr(b, s->last);
    name(b, s->since);
    cf_buf_printf(b, " %d]", s->any_episode);
}
static void expr(struct cf_buf *b, const struct lang_expr *e) {
    if (e == NULL) {
        cf_buf_lit(b, " -");
        return;
    }
    bool sel_brackets = e->op == LANG_EXISTS || e->op == LANG_NONE;
    cf_buf_printf(b, " (%d", (int)e->op);
    expr(b, e->a);
    expr(b, e->b);
    expr(b, e->c);
    for (size_t i = 0; i < e->list.n; i++) {
        expr(b, e->list.v[i]);
    }
    for (size_t i = 0; i < e->path.n; i++) {
        name(b, e->path.v[i]);
    }
    name(b, e->name);
    if (e->sel != NULL) {
        sel(b, e->sel);
    }
    cf_buf_printf(b, " %d/%d %lld %lld %lld", e->duration.n, (int)e->duration.unit, (long long)e->num, (long long)e->num2,
                  (long long)e->den);
    str(b, e->text);
    num(b, e->days);
    cf_buf_printf(b, " %d%d%d%d)", e->previous, e->longest, sel_brackets ? 0 : e->bracketed, e->to_verify);
}
static void value(struct cf_buf *b, const struct lang_value_clause *v) {
    expr(b, v->value);
    num(b, v->to_verify);
}
static void cite(struct cf_buf *b, const struct lang_cite *c) {
    name(b, c->key);
    str(b, c->text);
}
#define NAMES(vec)                                                                                                             \
    do {                                                                                                                       \
        num(b, (int64_t)(vec).n);                                                                                              \
        for (size_t i_ = 0; i_ < (vec).n; i_++) {                                                                              \
            name(b, (vec).v[i_]);                                                                                              \
        }                                                                                                                      \
    } while (0)
static void scope(struct cf_buf *b, const struct lang_scope *s) {
    cf_buf_printf(b, " scope %d%d %d", s->about, s->in, (int)s->kind);
    name(b, s->episode);
}

static void codes(struct cf_buf *b, const struct lang_codes *c) {
    num(b, c->ordered);
    name(b, c->protected_as);
    str(b, c->file);
    for (size_t i = 0; i < c->list.n; i++) {
        name(b, c->list.v[i].name);
        str(b, c->list.v[i].title);
    }
}
static void policy(struct cf_buf *b, const struct lang_policy *p) {
    name(b, p->owner);
    for (size_t i = 0; i < p->serves.n; i++) {
        str(b, p->serves.v[i]);
    }
    num(b, p->from);
    num(b, p->to);
}
static void table(struct cf_buf *b, const struct lang_table *t) {
    str(b, t->file);
    NAMES(t->keys);
    name(b, t->gives);
    name(b, t->gives_type);
    num(b, t->complete);
}
static void record(struct cf_buf *b, const struct lang_record *r) {
    name(b, r->opens);
    name(b, r->closes);
    NAMES(r->in);
    cf_buf_printf(b, " %d%d%d", r->in_any, r->act, r->decided_by);
    for (size_t i = 0; i < r->about.n; i++) {
        name(b, r->about.v[i].role);
        cf_buf_printf(b, " %d %d", r->about.v[i].many, (int)r->about.v[i].kind);
    }
    NAMES(r->by);
    NAMES(r->seen_for);
    for (size_t i = 0; i < r->fields.n; i++) {
        const struct lang_field *f = &r->fields.v[i];
        cf_buf_lit(b, "\n   field");
        name(b, f->name);
        name(b, f->type_name);
        if (f->inline_codes != NULL) {
            codes(b, &f->inline_codes->as.codes);
        }
        cf_buf_printf(b, " %d%d", f->many, f->required);
        expr(b, f->unless);
        NAMES(f->keeping);
        NAMES(f->copied_from);
        str(b, f->hint);
    }
}
static void gate(struct cf_buf *b, const struct lang_gate *g) {
    num(b, g->absolute);
    sel(b, g->before);
    expr(b, g->where);
    expr(b, g->needs);
    str(b, g->otherwise);
}
static void sels(struct cf_buf *b, struct lang_sel *const *v, size_t n) {
    num(b, (int64_t)n);
    for (size_t i = 0; i < n; i++) {
        sel(b, v[i]);
    }
}
static void duty(struct cf_buf *b, const struct lang_duty *d) {
    num(b, d->trigger);
    sel(b, d->after);
    name(b, d->breach_of);
    scope(b, &d->scope);
    expr(b, d->cond);
    num(b, d->period);
    expr(b, d->where);
    expr(b, d->owner);
    cf_buf_printf(b, " %d%d", d->has_deadline, d->by_instant);
    value(b, &d->within);
    expr(b, d->of);
    value(b, &d->by);
    NAMES(d->not_counting);
    for (size_t i = 0; i < d->extended.n; i++) {
        sel(b, d->extended.v[i].by);
        expr(b, d->extended.v[i].where);
        value(b, &d->extended.v[i].to);
    }
    sels(b, d->done_by.v, d->done_by.n);
    expr(b, d->done_where);
    expr(b, d->counting_from);
    sels(b, d->void_by.v, d->void_by.n);
    expr(b, d->void_when);
    for (size_t i = 0; i < d->warn.n; i++) {
        value(b, &d->warn.v[i].d);
        num(b, d->warn.v[i].after);
    }
    for (size_t i = 0; i < d->escalate.n; i++) {
        name(b, d->escalate.v[i].role);
        value(b, &d->escalate.v[i].after);
    }
}
static void levels(struct cf_buf *b, const struct lang_level *v, size_t n) {
    for (size_t i = 0; i < n; i++) {
        name(b, v[i].name);
        expr(b, v[i].when);
        num(b, v[i].otherwise);
    }
}
static void options(struct cf_buf *b, const struct lang_option *v, size_t n) {
    for (size_t i = 0; i < n; i++) {
        name(b, v[i].code);
        expr(b, v[i].open_when);
        expr(b, v[i].closed_when);
    }
}
static void grade(struct cf_buf *b, const struct lang_grade *g) {
    scope(b, &g->scope);
    name(b, g->levels);
    levels(b, g->list.v, g->list.n);
    expr(b, g->decided_in);
    name(b, g->departure_needs);
}
static void score(struct cf_buf *b, const struct lang_score *s) {
    scope(b, &s->scope);
    value(b, &s->from);
    value(b, &s->to);
    value(b, &s->base);
    for (size_t i = 0; i < s->plus.n; i++) {
        value(b, &s->plus.v[i].value);
        num(b, s->plus.v[i].bounded);
        value(b, &s->plus.v[i].lo);
        value(b, &s->plus.v[i].hi);
    }
}
static void share(struct cf_buf *b, const struct lang_share *s) {
    expr(b, s->to);
    name(b, s->purpose);
    cite(b, &s->basis);
    for (size_t i = 0; i < s->gives.n; i++) {
        expr(b, s->gives.v[i]);
    }
}
static void measure(struct cf_buf *b, const struct lang_measure *m) {
    cf_buf_printf(b, " %d %d %d", (int)m->form, (int)m->pop, (int)m->subject);
    name(b, m->pop_name);
    sel(b, m->pop_sel);
    expr(b, m->where);
    expr(b, m->that);
    expr(b, m->value);
    num(b, m->percentile);
    num(b, m->per);
    name(b, m->per_table);
    for (size_t i = 0; i < m->by.n; i++) {
        name(b, m->by.v[i].name);
        str(b, m->by.v[i].as);
    }
    name(b, m->compare);
    name(b, m->with);
    name(b, m->within);
    sel(b, m->followed_by);
    expr(b, m->followed_within);
    cf_buf_printf(b, " %d %d %lld %d", m->aim, m->has_target, (long long)m->target, m->target_percent);
}
static void sample(struct cf_buf *b, const struct lang_sample *s) {
    name(b, s->of);
    num(b, s->period);
    name(b, s->by);
    for (size_t i = 0; i < s->strata.n; i++) {
        num(b, s->strata.v[i].take);
        expr(b, s->strata.v[i].where);
    }
}

static void attrs(struct cf_buf *b, const struct lang_attr_value *v, size_t n) {
    for (size_t i = 0; i < n; i++) {
        name(b, v[i].name);
        for (size_t j = 0; j < v[i].values.n; j++) {
            expr(b, v[i].values.v[j]);
        }
    }
}
static void expect(struct cf_buf *b, const struct lang_expect *x) {
    cf_buf_printf(b, "\n    expect %d %d", (int)x->kind, x->no);
    name(b, x->name);
    name(b, x->part);
    name(b, x->of);
    name(b, x->state);
    name(b, x->could_be);
    cf_buf_printf(b, " due %d %lld %d left %d %lld num %d %lld %lld %d", x->has_due, (long long)x->due, x->due_day_only,
                  x->has_left, (long long)x->left_s, x->has_num, (long long)x->num_lo, (long long)x->num_hi, x->not_known);
    expr(b, x->owner);
    NAMES(x->marks);
}
static void example(struct cf_buf *b, const struct lang_example *x) {
    for (size_t i = 0; i < x->items.n; i++) {
        const struct lang_ex_item *t = &x->items.v[i];
        cf_buf_printf(b, "\n   item %d", (int)t->kind);
        if (t->kind == LANG_EX_SUBJECT) {
            name(b, t->subject->kind);
            name(b, t->subject->name);
            attrs(b, t->subject->attrs.v, t->subject->attrs.n);
        } else if (t->kind == LANG_EX_EVENT) {
            cf_buf_printf(b, " %lld %lld %d %d", (long long)t->event->happened, (long long)t->event->happened_to,
                          t->event->day_only, (int)t->event->kind);
            name(b, t->event->record);
            name(b, t->event->label);
            attrs(b, t->event->attrs.v, t->event->attrs.n);
        } else {
            cf_buf_printf(b, " %lld %d %lld", (long long)t->at->at, t->at->known_at_set, (long long)t->at->known_at);
            name(b, t->at->of);
            for (size_t j = 0; j < t->at->expects.n; j++) {
                expect(b, &t->at->expects.v[j]);
            }
        }
    }
}
static void role(struct cf_buf *b, const struct lang_role_decl *r) {
    num(b, r->rank);
    num(b, r->has_rank);
    NAMES(r->includes);
    expr(b, r->granted_when);
    NAMES(r->purposes);
    num(b, r->may);
    num(b, r->sees);
}
static void unit(struct cf_buf *b, const struct lang_unit_decl *u) {
    name(b, u->kind);
    name(b, u->part_of);
    NAMES(u->boroughs);
    for (size_t i = 0; i < u->open.n; i++) {
        cf_buf_printf(b, " open %u %d %d", u->open.v[i].days, u->open.v[i].from_s, u->open.v[i].to_s);
    }
}
static void wording(struct cf_buf *b, const struct lang_wording *w) {
    for (size_t i = 0; i < w->patterns.n; i++) {
        const struct lang_pattern *p = &w->patterns.v[i];
        str(b, p->pattern);
        str(b, p->reason);
        str(b, p->better);
        value(b, &p->weight);
        cite(b, &p->cite);
    }
}

static void body(struct cf_buf *b, const struct lang_decl *d) {
    switch (d->kind) {
    case LANG_POLICY: policy(b, &d->as.policy); break;
    case LANG_CODES: codes(b, &d->as.codes); break;
    case LANG_TABLE: table(b, &d->as.table); break;
    case LANG_SETTING:
        expr(b, d->as.setting.value);
        num(b, d->as.setting.confirmed);
        cite(b, &d->as.setting.cite);
        break;
    case LANG_EPISODE: num(b, d->as.episode.held); break;
    case LANG_RECORD: record(b, &d->as.record); break;
    case LANG_SPAN:
        sel(b, d->as.span.from);
        sel(b, d->as.span.to);
        name(b, d->as.span.hours_of);
        break;
    case LANG_FACT:
        scope(b, &d->as.fact.scope);
        expr(b, d->as.fact.value);
        break;
    case LANG_GATE: gate(b, &d->as.gate); break;
    case LANG_DUTY: duty(b, &d->as.duty); break;
    case LANG_GRADE: grade(b, &d->as.grade); break;
    case LANG_SCORE: score(b, &d->as.score); break;
    case LANG_CHOICE:
        expr(b, d->as.choice.for_);
        options(b, d->as.choice.options.v, d->as.choice.options.n);
        name(b, d->as.choice.departure_needs);
        break;
    case LANG_FLAG:
        scope(b, &d->as.flag.scope);
        expr(b, d->as.flag.cond);
        num(b, d->as.flag.cond_to_verify);
        break;
    case LANG_MORE:
        num(b, d->as.more.choice);
        name(b, d->as.more.target);
        levels(b, d->as.more.levels.v, d->as.more.levels.n);
        options(b, d->as.more.options.v, d->as.more.options.n);
        break;
    case LANG_SHARE: share(b, &d->as.share); break;
    case LANG_MEASURE: measure(b, &d->as.measure); break;
    case LANG_SAMPLE: sample(b, &d->as.sample); break;
    case LANG_EXAMPLE: example(b, &d->as.example); break;
    case LANG_ROLE: role(b, &d->as.role); break;
    case LANG_UNIT: unit(b, &d->as.unit); break;
    case LANG_PARTNER:
        num(b, d->as.partner.kind);
        str(b, d->as.partner.file);
        NAMES(d->as.partner.purposes);
        break;
    case LANG_WORDING:
    case LANG_INDICATOR: wording(b, &d->as.wording); break;
    case LANG_DECL_KINDS: break;
    }
}

static void decl(struct cf_buf *b, const struct lang_decl *d) {
    cf_buf_printf(b, "%s", lang_decl_word(d->kind));
    name(b, d->name);
    str(b, d->title);
    for (size_t i = 0; i < d->cites.n; i++) {
        cite(b, &d->cites.v[i]);
    }
    for (size_t i = 0; i < d->lawful.n; i++) {
        name(b, d->lawful.v[i].label);
        cite(b, &d->lawful.v[i].cite);
    }
    body(b, d);
    cf_buf_lit(b, "\n");
}

struct cf_str tree_text(struct cf_arena *a, const struct lang_decl *p) {
    struct cf_buf b = cf_buf_new(a, SIZE_MAX);
    decl(&b, p);
    for (size_t i = 0; i < p->as.policy.decls.n; i++) {
        decl(&b, p->as.policy.decls.v[i]);
    }
    struct cf_str s;
    bool ok = cf_buf_finish(&b, &s);
    CF_ASSERT(ok);
    return s;
}
