/* Grades, scores, choices and flags (G3 to G8): as of a point, and their lines in the docket. Must not know: duties. */
#include "lang/plain.h"

/* A line that another policy added holds while that policy is in force (G8). */
bool plain_more_holds(const struct plain_at *at, const struct lang_decl *more) {
    return more == NULL || plain_in_force(more, at->version_day);
}

static enum plain_tri criterion(const struct plain *p, const struct plain_at *at, const struct lang_level *l) {
    if (l->otherwise || l->when == NULL || !plain_more_holds(at, l->more)) {
        return PLAIN_NO;
    }
    return plain_truth(p, at, l->when);
}

/* G3: the highest level with a yes; a higher unknown is "could be"; `otherwise` where nothing is yes. */
struct plain_graded plain_grade(const struct plain *p, const struct plain_at *at, const struct lang_decl *grade) {
    const struct lang_grade *g = &grade->as.grade;
    struct plain_at in = plain_about(*at, &g->scope);
    struct plain_graded out = {.level = -1, .could_be = -1};
    for (size_t i = 0; i < g->list.n; i++) {
        if (criterion(p, &in, &g->list.v[i]) == PLAIN_YES) {
            out.criteria |= (uint64_t)1 << (i & 63);
            out.level = g->list.v[i].index > out.level ? g->list.v[i].index : out.level;
        }
    }
    for (size_t i = 0; i < g->list.n && out.criteria == 0; i++) {
        if (g->list.v[i].otherwise) {
            out.criteria = (uint64_t)1 << (i & 63);
            out.level = g->list.v[i].index;
        }
    }
    for (size_t i = 0; i < g->list.n; i++) {
        if (g->list.v[i].index > out.level && criterion(p, &in, &g->list.v[i]) == PLAIN_UNKNOWN) {
            out.could_criteria |= (uint64_t)1 << (i & 63);
            out.could_be = g->list.v[i].index > out.could_be ? g->list.v[i].index : out.could_be;
        }
    }
    return out;
}

void plain_grade_support(const struct plain *p, const struct plain_at *at, const struct lang_decl *grade,
                         struct plain_set *out) {
    const struct lang_grade *g = &grade->as.grade;
    struct plain_at in = plain_about(*at, &g->scope);
    struct plain_graded got = plain_grade(p, at, grade);
    for (size_t i = 0; i < g->list.n; i++) {
        if (g->list.v[i].when != NULL && ((got.criteria | got.could_criteria) >> (i & 63) & 1) != 0) {
            plain_support(p, &in, g->list.v[i].when, out);
        }
    }
}

struct plain_val plain_term(const struct plain *p, const struct plain_at *at, const struct lang_term *term) {
    struct plain_val v = plain_value(p, at, term->value.value);
    return term->bounded ? plain_clamp(v, plain_value(p, at, term->lo.value), plain_value(p, at, term->hi.value)) : v;
}

/* G5: base plus terms, each held between its bounds, the whole held from `from` to `to`. Unknown if a term without bounds is.
 */
struct plain_val plain_score(const struct plain *p, const struct plain_at *at, const struct lang_decl *score) {
    const struct lang_score *s = &score->as.score;
    struct plain_at in = plain_about(*at, &s->scope);
    struct plain_val sum = plain_value(p, &in, s->base.value);
    for (size_t i = 0; i < s->plus.n; i++) {
        sum = plain_add(p, &in, sum, plain_term(p, &in, &s->plus.v[i]));
    }
    if (sum.no_lo || sum.no_hi) {
        return plain_unknown(LANG_T_WHOLE);
    }
    return plain_clamp(sum, plain_value(p, &in, s->from.value), plain_value(p, &in, s->to.value));
}

/* G6: closed if `closed when` is yes or unknown, or `open when` is no; open if that is yes; else not known. */
enum lang_option_state plain_option(const struct plain *p, const struct plain_at *at, const struct lang_decl *choice,
                                    int code) {
    const struct lang_choice *c = &choice->as.choice;
    enum plain_tri open = PLAIN_NO;
    bool closed = false;
    for (size_t i = 0; i < c->options.n; i++) {
        const struct lang_option *o = &c->options.v[i];
        if (o->index != code || !plain_more_holds(at, o->more)) {
            continue;
        }
        open = o->open_when != NULL ? plain_or(open, plain_truth(p, at, o->open_when)) : open;
        closed = closed || (o->closed_when != NULL && plain_truth(p, at, o->closed_when) != PLAIN_NO);
    }
    if (closed || open == PLAIN_NO) {
        return LANG_OPTION_CLOSED;
    }
    return open == PLAIN_YES ? LANG_OPTION_OPEN : LANG_OPTION_NOT_KNOWN;
}

/* ---- docket lines */
struct place { /* one scope in which a rule is shown */
    const struct plain *p;
    struct lang_docket *out;
    int64_t *valid;
    const struct lang_decl *rule;
    uint64_t episode;
};

static void until(const struct place *w, const struct plain_at *at, const struct lang_expr *e) {
    if (e != NULL) {
        int64_t t = plain_next_change(w->p, at, e);
        *w->valid = t < *w->valid ? t : *w->valid;
    }
}

static void grade_line(const struct place *w, const struct plain_at *at) {
    struct plain_graded g = plain_grade(w->p, at, w->rule);
    struct plain_set s = plain_set_new(w->p);
    plain_grade_support(w->p, at, w->rule, &s);
    *cf_push(w->p->a, &w->out->grades) = (struct lang_grade_line){.rule = w->rule,
                                                                  .episode = w->episode,
                                                                  .level = g.level,
                                                                  .could_be = g.could_be,
                                                                  .criteria = g.criteria,
                                                                  .could_criteria = g.could_criteria,
                                                                  .support = plain_set_seqs(w->p, &s)};
    for (size_t i = 0; i < w->rule->as.grade.list.n; i++) {
        until(w, at, w->rule->as.grade.list.v[i].when);
    }
}

static void score_line(const struct place *w, const struct plain_at *at) {
    const struct lang_score *d = &w->rule->as.score;
    struct plain_val v = plain_score(w->p, at, w->rule);
    bool known = v.kind == LANG_T_WHOLE && !v.no_lo && !v.no_hi;
    struct plain_set s = plain_set_new(w->p);
    plain_support(w->p, at, d->base.value, &s);
    until(w, at, d->base.value);
    for (size_t i = 0; i < d->plus.n; i++) {
        plain_support(w->p, at, d->plus.v[i].value.value, &s);
        until(w, at, d->plus.v[i].value.value);
    }
    *cf_push(w->p->a, &w->out->scores) = (struct lang_score_line){.rule = w->rule,
                                                                  .episode = w->episode,
                                                                  .known = known,
                                                                  .lo = known ? v.lo : 0,
                                                                  .hi = known ? v.hi : 0,
                                                                  .support = plain_set_seqs(w->p, &s)};
}

static void choice_line(const struct place *w, const struct plain_at *at) {
    const struct lang_choice *c = &w->rule->as.choice;
    uint8_t *states = CF_NEW_N(w->p->a, uint8_t, c->options.n + 1);
    struct plain_set s = plain_set_new(w->p);
    for (size_t i = 0; i < c->options.n; i++) {
        const struct lang_option *o = &c->options.v[i];
        states[i] = (uint8_t)plain_option(w->p, at, w->rule, o->index);
        if (o->open_when != NULL) {
            plain_support(w->p, at, o->open_when, &s);
            until(w, at, o->open_when);
        }
        if (o->closed_when != NULL && plain_more_holds(at, o->more)) {
            plain_support(w->p, at, o->closed_when, &s);
            until(w, at, o->closed_when);
        }
    }
    *cf_push(w->p->a, &w->out->choices) = (struct lang_choice_line){
        .rule = w->rule, .episode = w->episode, .options = states, .support = plain_set_seqs(w->p, &s)};
}

static void flag_line(const struct place *w, const struct plain_at *at) {
    const struct lang_expr *cond = w->rule->as.flag.cond;
    until(w, at, cond);
    if (plain_truth(w->p, at, cond) == PLAIN_YES) {
        struct plain_set s = plain_set_new(w->p);
        plain_support(w->p, at, cond, &s);
        *cf_push(w->p->a, &w->out->flags) =
            (struct lang_flag_line){.rule = w->rule, .episode = w->episode, .support = plain_set_seqs(w->p, &s)};
    }
}

static void one_line(struct place *w, const struct plain_at *at) {
    switch ((int)w->rule->kind) {
    case LANG_GRADE: grade_line(w, at); break;
    case LANG_SCORE: score_line(w, at); break;
    case LANG_CHOICE: choice_line(w, at); break;
    case LANG_FLAG: flag_line(w, at); break;
    default: break;
    }
}

/* Where a rule is shown: `about` a kind once; `in` a kind of episode once for each, of grades, scores and choices the open
 * ones. */
static bool shown_in(const struct plain *p, const struct lang_decl *rule, size_t opener, const struct plain_at *at) {
    if (rule->kind == LANG_CHOICE) {
        const struct lang_decl *decided = rule->as.choice.for_->decl;
        const struct lang_record *r = &decided->as.record;
        bool in = r->opens_decl != NULL && plain_scope_episode(p, opener, r->opens_decl);
        for (size_t i = 0; i < r->in_decls.n && !in; i++) {
            in = plain_scope_episode(p, opener, r->in_decls.v[i]);
        }
        return in && plain_episode_open(p, at, opener);
    }
    const struct lang_scope *s = rule->kind == LANG_GRADE   ? &rule->as.grade.scope
                                 : rule->kind == LANG_SCORE ? &rule->as.score.scope
                                                            : &rule->as.flag.scope;
    return s->in && plain_scope_episode(p, opener, s->episode_decl) &&
           (rule->kind == LANG_FLAG || plain_episode_open(p, at, opener));
}

static bool shown_once(const struct plain *p, const struct lang_decl *rule) {
    if (rule->kind == LANG_CHOICE) {
        const struct lang_record *r = &rule->as.choice.for_->decl->as.record;
        return r->opens_decl == NULL && r->in_decls.n == 0 && r->roles.n > 0 && r->roles.v[0].kind == p->h->kind;
    }
    const struct lang_scope *s = rule->kind == LANG_GRADE   ? &rule->as.grade.scope
                                 : rule->kind == LANG_SCORE ? &rule->as.score.scope
                                                            : &rule->as.flag.scope;
    return s->about && s->kind == p->h->kind;
}

/* The lines of grades, scores, choices and flags at `now`, with the version then in force (V2). */
void plain_state_lines(const struct plain *p, struct lang_docket *out, int64_t *valid) {
    for (size_t r = 0; r < p->set->rules.n; r++) {
        const struct lang_decl *rule = p->set->rules.v[r];
        if (rule->kind == LANG_GATE || rule->kind == LANG_DUTY) {
            continue;
        }
        enum plain_mode mode = rule->kind == LANG_CHOICE ? PLAIN_PERMITS : PLAIN_OBLIGES;
        struct plain_at at = plain_at_point(p, (struct plain_point){p->now, p->h->n}, mode);
        if (!plain_in_force(rule, at.version_day)) {
            continue;
        }
        struct place w = {.p = p, .out = out, .valid = valid, .rule = rule, .episode = UINT64_MAX};
        if (shown_once(p, rule)) {
            one_line(&w, &at);
        }
        for (size_t i = 0; i < p->n; i++) {
            if (shown_in(p, rule, i, &at)) {
                struct plain_at in = at;
                w.episode = plain_event(p, i)->seq;
                plain_own_is(p, w.episode, &in);
                one_line(&w, &in);
            }
        }
    }
}
