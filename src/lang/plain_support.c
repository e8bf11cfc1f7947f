/* Support (W2): the events that selectors and paths used in the operands that gave a result. Asked for after the result is
 * known, by walking the expression again. Must not know: how dockets are shown. */
#include "lang/plain.h"

struct plain_set plain_set_new(const struct plain *p) {
    struct plain_set s = {.words = p->n / 64 + 1};
    s.w = CF_NEW_N(p->a, uint64_t, s.words);
    return s;
}

void plain_set_add(struct plain_set *s, size_t i) {
    if (i != PLAIN_NONE) {
        s->w[i / 64] |= (uint64_t)1 << (i % 64);
    }
}

bool plain_set_has(const struct plain_set *s, size_t i) {
    return (s->w[i / 64] >> (i % 64) & 1) != 0;
}

void plain_set_join(struct plain_set *s, const struct plain_set *from) {
    for (size_t k = 0; k < s->words; k++) {
        s->w[k] |= from->w[k];
    }
}

/* The set as the docket keeps it: sequence numbers, ascending. */
struct lang_support plain_set_seqs(const struct plain *p, const struct plain_set *s) {
    uint64_t *seqs = CF_NEW_N(p->a, uint64_t, p->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (!plain_set_has(s, i)) {
            continue;
        }
        uint64_t seq = plain_event(p, i)->seq;
        size_t k = n++;
        for (; k > 0 && seqs[k - 1] > seq; k--) {
            seqs[k] = seqs[k - 1];
        }
        seqs[k] = seq;
    }
    return (struct lang_support){seqs, n};
}

void plain_support_sel(const struct plain *p, const struct plain_at *at, const struct lang_sel *s, struct plain_set *out) {
    for (size_t i = 0; i < p->n; i++) {
        if (plain_matches(p, at, s, i) != PLAIN_NO) {
            plain_set_add(out, i);
        }
    }
}

typedef void support_fn(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out);

static void under(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    if (e != NULL) {
        plain_support(p, at, e, out);
    }
}

static void of_parts(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    under(p, at, e->a, out);
    under(p, at, e->b, out);
    under(p, at, e->c, out);
    for (size_t i = 0; i < e->list.n; i++) {
        plain_support(p, at, e->list.v[i], out);
    }
}

/* `and` that is no rests on what is no, `or` that is yes on what is yes; otherwise on both. */
static void of_and_or(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    enum plain_tri decides = e->op == LANG_AND ? PLAIN_NO : PLAIN_YES;
    enum plain_tri a = plain_truth(p, at, e->a), b = plain_truth(p, at, e->b);
    bool decided = a == decides || b == decides;
    if (!decided || a == decides) {
        plain_support(p, at, e->a, out);
    }
    if (!decided || b == decides) {
        plain_support(p, at, e->b, out);
    }
}

static void of_sel(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    plain_support_sel(p, at, e->sel, out);
}

static void of_first(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    for (size_t k = 0; k < p->n; k++) {
        size_t i = e->op == LANG_FIRST_FIELD ? k : p->n - 1 - k;
        if (plain_matches(p, at, e->sel, i) != PLAIN_NO) {
            plain_set_add(out, i);
            return;
        }
    }
}

static void of_field(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    plain_set_add(out, plain_last(p, at, e->decl, e->previous));
}

static void of_trigger(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    (void)p;
    (void)e;
    plain_set_add(out, at->trigger);
}

static void of_own(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    (void)p;
    (void)e;
    plain_set_add(out, at->with_event);
}

static void of_else(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    struct plain_val a = plain_value(p, at, e->a);
    plain_support(p, at, plain_known(&a) ? e->a : e->b, out);
}

static void of_fact(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    const struct lang_fact *f = &plain_version(at, e->decl)->as.fact;
    struct plain_at in = plain_about(*at, &f->scope);
    plain_support(p, &in, f->value, out);
}

static void of_flag(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    const struct lang_flag *f = &plain_version(at, e->decl)->as.flag;
    struct plain_at in = plain_about(*at, &f->scope);
    plain_support(p, &in, f->cond, out);
}

static void of_grade(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    plain_grade_support(p, at, plain_version(at, e->decl), out);
}

static void of_score(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    const struct lang_score *s = &plain_version(at, e->decl)->as.score;
    struct plain_at in = plain_about(*at, &s->scope);
    plain_support(p, &in, s->base.value, out);
    for (size_t i = 0; i < s->plus.n; i++) {
        plain_support(p, &in, s->plus.v[i].value.value, out);
    }
}

static void of_birth(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    int32_t first, last;
    size_t event;
    (void)plain_birth(p, at, &first, &last, &event);
    plain_set_add(out, event);
    under(p, at, e->a, out);
}

static void of_open(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    for (size_t i = 0; i < p->n; i++) {
        const struct lang_decl *opens = plain_record(p, i)->as.record.opens_decl;
        if (opens == NULL || !plain_visible(p, at, i) || !plain_counts(p, at, i)) {
            continue;
        }
        bool wanted = e->decl == NULL ? opens->as.episode.held : plain_same_name(opens, e->decl) && plain_in_scope(p, at, i);
        if (wanted && plain_episode_open(p, at, i)) {
            plain_set_add(out, i);
        }
    }
}

static void of_holders(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    (void)e;
    (void)plain_holders(p, at, out);
}

static void of_kept(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    size_t i = plain_kept_event(p, at, e->decl);
    if (i != PLAIN_NONE) {
        const struct lang_decl *then = lang_version_at(e->decl, cf_time_day(p->ref->zone, plain_event(p, i)->from));
        plain_gate_support(p, then, i, out);
    }
}

static void of_span(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    const struct lang_span_decl *s = &plain_version(at, e->decl)->as.span;
    if (s->hours_unit == NULL) {
        plain_support_sel(p, at, s->from, out);
        plain_support_sel(p, at, s->to, out);
    }
}

static void of_every(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    plain_support(p, at, e->a, out);
    struct plain_val set = plain_value(p, at, e->a);
    for (size_t i = 0; set.kind == LANG_T_SET && set.known && i < set.n; i++) {
        struct plain_at in = *at;
        in.item = &set.items[i];
        in.item_type = set.elem;
        plain_support(p, &in, e->b, out);
    }
}

static void of_role(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    plain_support(p, at, e->a, out);
}

static support_fn *const support_of[LANG_OPS] = {[LANG_AND] = of_and_or,
                                                 [LANG_OR] = of_and_or,
                                                 [LANG_EXISTS] = of_sel,
                                                 [LANG_NONE] = of_sel,
                                                 [LANG_COUNT_SEL] = of_sel,
                                                 [LANG_SUM_FIELD] = of_sel,
                                                 [LANG_FIRST_FIELD] = of_first,
                                                 [LANG_LAST_FIELD] = of_first,
                                                 [LANG_FIELD] = of_field,
                                                 [LANG_TRIGGER] = of_trigger,
                                                 [LANG_TRIGGER_FIELD] = of_trigger,
                                                 [LANG_OWN_FIELD] = of_own,
                                                 [LANG_ELSE] = of_else,
                                                 [LANG_FACT_REF] = of_fact,
                                                 [LANG_FLAG_REF] = of_flag,
                                                 [LANG_GRADE_REF] = of_grade,
                                                 [LANG_SCORE_REF] = of_score,
                                                 [LANG_CHILD] = of_birth,
                                                 [LANG_AGE] = of_birth,
                                                 [LANG_TURNS] = of_birth,
                                                 [LANG_OPEN] = of_open,
                                                 [LANG_HOLDERS] = of_holders,
                                                 [LANG_KEPT] = of_kept,
                                                 [LANG_TIME_IN] = of_span,
                                                 [LANG_SPAN_REF] = of_span,
                                                 [LANG_EVERY] = of_every,
                                                 [LANG_IS_ROLE] = of_role};

void plain_support(const struct plain *p, const struct plain_at *at, const struct lang_expr *e, struct plain_set *out) {
    support_fn *f = support_of[e->op];
    (f != NULL ? f : of_parts)(p, at, e, out);
}
