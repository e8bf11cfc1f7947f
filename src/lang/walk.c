/* walk: goes over the expressions and selectors of a declaration, so that flow, rules and notes need not know where each kind
 * keeps them. Must not know what they mean. */
#include "lang/check_priv.h"

static void walk_sel(struct lang_sel *s, void (*f)(void *, struct lang_expr *), void *ctx) {
    if (s != NULL) {
        ck_walk(s->with, f, ctx);
        ck_walk(s->last, f, ctx);
    }
}

void ck_walk(struct lang_expr *e, void (*f)(void *, struct lang_expr *), void *ctx) {
    if (e == NULL) {
        return;
    }
    f(ctx, e);
    ck_walk(e->a, f, ctx);
    ck_walk(e->b, f, ctx);
    ck_walk(e->c, f, ctx);
    for (size_t i = 0; i < e->list.n; i++) {
        ck_walk(e->list.v[i], f, ctx);
    }
    walk_sel(e->sel, f, ctx);
}

struct parts {
    void (*f)(void *, const struct ck_part *);
    void *ctx;
    bool more;
};

static void expr(struct parts *p, struct lang_expr *e, const char *what) {
    if (e != NULL) {
        p->f(p->ctx, &(struct ck_part){.e = e, .what = what, .more = p->more});
    }
}

static void sel(struct parts *p, struct lang_sel *s, const char *what) {
    if (s != NULL) {
        p->f(p->ctx, &(struct ck_part){.s = s, .what = what, .more = p->more});
    }
}

static void duty_parts(struct parts *p, struct lang_duty *t) {
    sel(p, t->after, "after");
    expr(p, t->cond, t->trigger == LANG_EACH ? "while" : "when");
    expr(p, t->where, "where");
    expr(p, t->owner, "owner");
    expr(p, t->within.value, "within");
    expr(p, t->of, "of");
    expr(p, t->by.value, "by");
    for (size_t i = 0; i < t->extended.n; i++) {
        sel(p, t->extended.v[i].by, "extended by");
        expr(p, t->extended.v[i].where, "extended by");
        expr(p, t->extended.v[i].to.value, "extended by");
    }
    for (size_t i = 0; i < t->done_by.n; i++) {
        sel(p, t->done_by.v[i], "done by");
    }
    expr(p, t->done_where, "done by");
    expr(p, t->counting_from, "counting from");
    for (size_t i = 0; i < t->void_by.n; i++) {
        sel(p, t->void_by.v[i], "void by");
    }
    expr(p, t->void_when, "void when");
    for (size_t i = 0; i < t->warn.n; i++) {
        expr(p, t->warn.v[i].d.value, "warn");
    }
    for (size_t i = 0; i < t->escalate.n; i++) {
        expr(p, t->escalate.v[i].after.value, "escalate");
    }
}

static void score_parts(struct parts *p, struct lang_score *s) {
    expr(p, s->from.value, "from");
    expr(p, s->to.value, "to");
    expr(p, s->base.value, "base");
    for (size_t i = 0; i < s->plus.n; i++) {
        expr(p, s->plus.v[i].value.value, "plus");
        expr(p, s->plus.v[i].lo.value, "between");
        expr(p, s->plus.v[i].hi.value, "between");
    }
}

static void level_parts(struct parts *p, const struct lang_level *v, size_t n) {
    for (size_t i = 0; i < n; i++) {
        p->more = v[i].more != NULL;
        expr(p, v[i].when, "when");
    }
    p->more = false;
}

static void option_parts(struct parts *p, const struct lang_option *v, size_t n) {
    for (size_t i = 0; i < n; i++) {
        p->more = v[i].more != NULL;
        expr(p, v[i].open_when, "open when");
        expr(p, v[i].closed_when, "closed when");
    }
    p->more = false;
}

void ck_parts(struct ck *k, struct lang_decl *d, void (*f)(void *, const struct ck_part *), void *ctx) {
    struct parts p = {.f = f, .ctx = ctx};
    (void)k;
    switch ((int)d->kind) {
    case LANG_SETTING: expr(&p, d->as.setting.value, "value"); break;
    case LANG_SPAN:
        sel(&p, d->as.span.from, "from");
        sel(&p, d->as.span.to, "to");
        break;
    case LANG_FACT: expr(&p, d->as.fact.value, "value"); break;
    case LANG_GATE:
        sel(&p, d->as.gate.before, "before");
        expr(&p, d->as.gate.where, "where");
        expr(&p, d->as.gate.needs, "needs");
        break;
    case LANG_DUTY: duty_parts(&p, &d->as.duty); break;
    case LANG_GRADE:
        level_parts(&p, d->as.grade.list.v, d->as.grade.list.n);
        expr(&p, d->as.grade.decided_in, "decided in");
        break;
    case LANG_SCORE: score_parts(&p, &d->as.score); break;
    case LANG_CHOICE:
        option_parts(&p, d->as.choice.options.v, d->as.choice.options.n);
        expr(&p, d->as.choice.for_, "for");
        break;
    case LANG_FLAG: expr(&p, d->as.flag.cond, "while"); break;
    case LANG_MORE:
        level_parts(&p, d->as.more.levels.v, d->as.more.levels.n);
        option_parts(&p, d->as.more.options.v, d->as.more.options.n);
        break;
    case LANG_SHARE: expr(&p, d->as.share.to, "to"); break;
    case LANG_ROLE: expr(&p, d->as.role.granted_when, "granted when"); break;
    default: break;
    }
}
