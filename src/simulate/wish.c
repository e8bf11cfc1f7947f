/* wish: which answers the rules wish for, read out of gates and duties, so that a simulated record mostly keeps the rules
 * of a policy about which the rates say nothing. Only plain comparisons are understood; the rest wishes nothing. */
#include "simulate/priv.h"

struct wish {
    struct sim_plan *plan;
    const struct lang_decl *own; /* whose fields LANG_OWN_FIELD means */
    bool marked;                 /* something was wished for */
};

static struct sim_field *field_of(const struct wish *w, const struct lang_expr *e) {
    bool own = e && e->op == LANG_OWN_FIELD;
    if (!e || (e->op != LANG_FIELD && !own) || e->attr != LANG_ATTR_NONE || e->num) {
        return NULL;
    }
    struct sim_record *r = sim_record_of(w->plan, own && w->own ? w->own : e->decl);
    return r && e->index >= 0 && (size_t)e->index < r->r->fields.n ? &r->fields[e->index] : NULL;
}

/* The number of an answer that a literal means, or -1. */
static int64_t answer_of(const struct sim_field *f, const struct lang_expr *e) {
    int64_t at = !e ? -1 : e->op == LANG_YES ? 1 : e->op == LANG_NO ? 0 : e->op == LANG_CODE_LIT ? e->index : -1;
    return at < (int64_t)f->n_answers ? at : -1;
}

static void mark(struct wish *w, struct sim_field *f, int64_t from, int64_t to) {
    if (!f->n_answers || from > to) {
        return;
    }
    w->marked = true;
    if (!f->wished) {
        f->wished = CF_NEW_N(w->plan->arena, uint8_t, f->n_answers);
    }
    for (int64_t i = from < 0 ? 0 : from; i <= to && i < (int64_t)f->n_answers; i++) {
        f->wished[i] = 1;
    }
}

static enum lang_op mirrored(enum lang_op op) {
    return op == LANG_LT ? LANG_GT : op == LANG_LE ? LANG_GE : op == LANG_GT ? LANG_LT : op == LANG_GE ? LANG_LE : op;
}

/* The field of another record that a value is, or that a table of codes is keyed by alone. */
static const struct lang_expr *source_of(const struct lang_expr *e, const struct lang_decl *codes) {
    bool table = e->op == LANG_TABLE_REF && e->list.n == 1 && e->decl && e->decl->as.table.type.of == codes;
    return e->op == LANG_FIELD ? e : table && e->list.v[0]->op == LANG_FIELD ? e->list.v[0] : NULL;
}

/* What is offered is what was decided: an answer that a gate wishes equal to one of an earlier record follows that. */
static void wish_same(struct wish *w, const struct lang_expr *mine, const struct lang_expr *other) {
    struct sim_field *f = mine->op == LANG_FIELD && mine->decl == w->own ? field_of(w, mine) : NULL;
    const struct lang_expr *of = f && f->codes ? source_of(other, f->codes) : NULL;
    const struct sim_field *there = of ? field_of(w, of) : NULL;
    if (there && of->decl != w->own && (of != other || there->codes == f->codes)) {
        f->same = other;
    }
}

static void wish_compared(struct wish *w, const struct lang_expr *e) {
    struct sim_field *f = field_of(w, e->a);
    if (e->op == LANG_EQ) {
        wish_same(w, e->a, e->b);
        wish_same(w, e->b, e->a);
    }
    const struct lang_expr *other = e->b;
    enum lang_op op = e->op;
    if (!f) {
        f = field_of(w, e->b);
        other = e->a;
        op = mirrored(op);
    }
    int64_t at = f ? answer_of(f, other) : -1;
    if (at < 0) {
        return;
    }
    int64_t last = (int64_t)f->n_answers - 1;
    if (op == LANG_EQ) {
        mark(w, f, at, at);
    } else if (op == LANG_NE) {
        mark(w, f, 0, at - 1);
        mark(w, f, at + 1, last);
    } else if (op == LANG_LT || op == LANG_LE) {
        mark(w, f, 0, op == LANG_LT ? at - 1 : at);
    } else {
        mark(w, f, op == LANG_GT ? at + 1 : at, last);
    }
}

static void wish_listed(struct wish *w, const struct lang_expr *e) {
    struct sim_field *f = field_of(w, e->a);
    for (size_t i = 0; f && e->op == LANG_IN_LIST && i < e->list.n; i++) {
        int64_t at = answer_of(f, e->list.v[i]);
        if (at >= 0) {
            mark(w, f, at, at);
        }
    }
    if (f && e->op == LANG_IN_RANGE && answer_of(f, e->b) >= 0) {
        mark(w, f, answer_of(f, e->b), answer_of(f, e->c));
    }
}

static void wish(struct wish *w, const struct lang_expr *e) {
    struct sim_field *f;
    if (!e || !w) {
        return;
    }
    struct wish inside = {w->plan, w->own, false};
    switch ((int)e->op) {
    case LANG_AND:
        wish(w, e->a);
        wish(w, e->b);
        return;
    case LANG_OR: /* what stands first is the rule, what follows excuses; unless the first asks for no answer at all */
        wish(&inside, e->a);
        if (!inside.marked) {
            wish(&inside, e->b);
        }
        w->marked = w->marked || inside.marked;
        return;
    case LANG_EXISTS:
        inside.own = e->sel ? e->sel->decl : NULL;
        wish(&inside, e->sel ? e->sel->with : NULL);
        return;
    case LANG_IS_KNOWN:
        f = field_of(w, e->a);
        if (f) {
            f->needed = true;
        }
        return;
    case LANG_EQ:
    case LANG_NE:
    case LANG_LT:
    case LANG_LE:
    case LANG_GT:
    case LANG_GE: wish_compared(w, e); return;
    case LANG_IN_LIST:
    case LANG_IN_RANGE: wish_listed(w, e); return;
    default: return;
    }
}

void sim_wish(struct sim_plan *p, const struct lang_expr *cond, const struct lang_decl *own) {
    struct wish w = {p, own, false};
    wish(&w, cond);
}

static void reads(struct sim_plan *p, const struct lang_decl *decl, struct sim_record *own) {
    struct sim_record *r = decl && decl->kind == LANG_RECORD ? sim_record_of(p, decl) : NULL;
    for (size_t i = 0; r && i < own->before.n; i++) {
        r = own->before.v[i] == r ? NULL : r;
    }
    if (r && r != own) {
        r->watched = true;
        *cf_push(p->arena, &own->before) = r;
    }
}

void sim_reads(struct sim_plan *p, const struct lang_expr *cond, struct sim_record *own) {
    if (!cond) {
        return;
    }
    if (cond->op == LANG_FIELD) {
        reads(p, cond->decl, own);
    }
    if (cond->sel && cond->op == LANG_EXISTS) {
        reads(p, cond->sel->decl, own);
    }
    if (cond->op == LANG_FACT_REF && !cond->decl->as.fact.scope.about) {
        sim_reads(p, cond->decl->as.fact.value, own);
    }
    sim_reads(p, cond->a, own);
    sim_reads(p, cond->op == LANG_OR ? NULL : cond->b, own); /* an excuse need not come first */
    sim_reads(p, cond->c, own);
}
