/* When time alone may change a condition (V5), and the points of a history in their order (E2): together they find the first
 * instant at which a condition turns (D2, D9). An answer may be early, never late. Must not know: duties, dockets. */
#include "lang/plain.h"

typedef int64_t change_fn(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);

static int64_t sooner(int64_t a, int64_t b) {
    return a < b ? a : b;
}
static int64_t if_after(int64_t t, int64_t now) {
    return t > now ? t : INT64_MAX;
}

bool plain_point_before(struct plain_point a, struct plain_point b) {
    return a.t < b.t || (a.t == b.t && a.upto < b.upto);
}

/* Goes to the next point: the next event in this mode's order, or `change` if that comes first. False: there is none by now. */
bool plain_next_point(const struct plain *p, enum plain_mode mode, struct plain_point *pt, int64_t change) {
    struct plain_point best = {change, 0};
    for (size_t i = 0; i < p->n; i++) {
        const struct lang_event *e = plain_event(p, i);
        struct plain_point here = {mode == PLAIN_OBLIGES ? e->from : e->to, i + 1};
        if (plain_point_before(*pt, here) && plain_point_before(here, best)) {
            best = here;
        }
    }
    if (best.t > p->now) {
        return false;
    }
    *pt = best;
    return true;
}

/* The next start or end of a policy's version, or of the edition of the reference tables. */
int64_t plain_next_version(const struct plain *p, int64_t t) {
    int64_t best = INT64_MAX;
    for (size_t i = 0; i < p->set->policies.n; i++) {
        const struct lang_policy *v = &p->set->policies.v[i]->as.policy;
        if (v->from > CF_DAY_MIN) {
            best = sooner(best, if_after(cf_day_start(p->ref->zone, v->from), t));
        }
        if (v->to < CF_DAY_MAX) {
            best = sooner(best, if_after(cf_day_start(p->ref->zone, v->to + 1), t));
        }
    }
    if (p->ref->first_day > CF_DAY_MIN) {
        best = sooner(best, if_after(cf_day_start(p->ref->zone, p->ref->first_day), t));
    }
    if (p->ref->last_day < CF_DAY_MAX) {
        best = sooner(best, if_after(cf_day_start(p->ref->zone, p->ref->last_day + 1), t));
    }
    return best;
}

/* The end of each window over each event of the selector's kind, filters aside (T6). */
static int64_t of_sel(const struct plain *p, const struct plain_at *at, const struct lang_sel *s) {
    struct plain_val v = s->last == NULL ? plain_unknown(LANG_T_DURATION) : plain_value(p, at, s->last);
    struct cf_duration d;
    int64_t best = INT64_MAX, end;
    if (!plain_duration_of(&v, &d)) {
        return best;
    }
    for (size_t i = 0; i < p->n; i++) {
        if (plain_of_sel(p, s, i) &&
            cf_window_end(p->ref->zone, p->ref->calendar, plain_event(p, i)->from, d, &end) == CF_WHEN_OK) {
            best = sooner(best, if_after(end, at->t));
        }
    }
    return best;
}

static int64_t of_parts(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    int64_t best = e->sel == NULL ? INT64_MAX : of_sel(p, at, e->sel);
    const struct lang_expr *parts[] = {e->a, e->b, e->c};
    for (size_t i = 0; i < CF_COUNT(parts); i++) {
        best = parts[i] == NULL ? best : sooner(best, plain_next_change(p, at, parts[i]));
    }
    for (size_t i = 0; i < e->list.n; i++) {
        best = sooner(best, plain_next_change(p, at, e->list.v[i]));
    }
    return best;
}

static int64_t of_reached(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_at in = *at;
    in.as = CF_AS_START;
    struct plain_val v = plain_to_seconds(p, plain_value(p, &in, e->a), CF_AS_START);
    int64_t reached = v.kind == LANG_T_INSTANT && !v.no_hi ? if_after(v.hi, at->t) : INT64_MAX;
    return sooner(reached, of_parts(p, at, e));
}

static int64_t of_child(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    int32_t first, last;
    size_t event;
    if (e->a != NULL) {
        return plain_next_change(p, at, e->a);
    }
    if (!plain_birth(p, at, &first, &last, &event)) {
        return INT64_MAX;
    }
    return if_after(cf_day_start(p->ref->zone, cf_day_turns(last, 18)), at->t);
}

static int64_t next_birthday(const struct plain *p, int32_t born, int64_t t) {
    int age = cf_age_on(born, cf_time_day(p->ref->zone, t));
    return cf_day_start(p->ref->zone, age < 0 ? born : cf_day_turns(born, age + 1));
}

static int64_t of_age(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    int32_t first, last;
    size_t event;
    if (e->a != NULL) {
        return plain_next_change(p, at, e->a);
    }
    if (!plain_birth(p, at, &first, &last, &event)) {
        return INT64_MAX;
    }
    return sooner(next_birthday(p, first, at->t), next_birthday(p, last, at->t));
}

/* ---- what other declarations say */
static int64_t of_fact(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_fact *f = &plain_version(at, e->decl)->as.fact;
    struct plain_at in = plain_about(*at, &f->scope);
    return plain_next_change(p, &in, f->value);
}

static int64_t of_flag(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_flag *f = &plain_version(at, e->decl)->as.flag;
    struct plain_at in = plain_about(*at, &f->scope);
    return plain_next_change(p, &in, f->cond);
}

static int64_t of_grade(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_grade *g = &plain_version(at, e->decl)->as.grade;
    struct plain_at in = plain_about(*at, &g->scope);
    int64_t best = INT64_MAX;
    for (size_t i = 0; i < g->list.n; i++) {
        best = g->list.v[i].when == NULL ? best : sooner(best, plain_next_change(p, &in, g->list.v[i].when));
    }
    return best;
}

static int64_t of_score(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_score *s = &plain_version(at, e->decl)->as.score;
    struct plain_at in = plain_about(*at, &s->scope);
    int64_t best = plain_next_change(p, &in, s->base.value);
    for (size_t i = 0; i < s->plus.n; i++) {
        best = sooner(best, plain_next_change(p, &in, s->plus.v[i].value.value));
    }
    return best;
}

/* ---- time in a span: where its speed may change, and where a comparison may cross */
static int64_t clock_edge(const struct plain *p, const struct lang_expr *e, int64_t t) {
    int64_t best = INT64_MAX;
    int32_t day = cf_time_day(p->ref->zone, t);
    for (int32_t d = day; d <= day + 1 && e->num >= 0; d++) {
        best = sooner(best, if_after(cf_time_at(p->ref->zone, d, (int32_t)e->num, NULL), t));
        best = sooner(best, if_after(cf_time_at(p->ref->zone, d, (int32_t)e->num2, NULL), t));
    }
    return best;
}

/* Where the time counted so far begins or ends to grow, or what leaves the window begins or ends to be time in the span. */
static int64_t of_time_in(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_decl *span = plain_version(at, e->decl);
    int64_t window = 0, best = INT64_MAX;
    bool slides = e->duration.n != 0 && cf_duration_seconds(e->duration, &window);
    for (int most = 0; most < 2 && e->longest; most++) {
        best = sooner(best, plain_overtakes(p, at, e, span, most != 0));
    }
    if (span->as.span.hours_unit != NULL) {
        window = slides ? window : (int64_t)366 * 86400;
        int64_t next;
        best = plain_unit_changes(p, span->as.span.hours_unit, at->t, &next) ? sooner(best, next) : best;
        if (plain_unit_changes(p, span->as.span.hours_unit, at->t - window, &next)) {
            best = sooner(best, next + window);
        }
        best = sooner(best, clock_edge(p, e, at->t));
        int64_t trailing = clock_edge(p, e, at->t - window);
        return trailing == INT64_MAX ? best : sooner(best, trailing + window);
    }
    for (int most = 0; most < 2; most++) {
        struct plain_intervals in = {0};
        plain_span_intervals(p, at, span, most != 0, CF_TIME_MIN, INT64_MAX, &in);
        for (size_t i = 0; i < in.n; i++) {
            best = sooner(best, if_after(in.v[i].from, at->t));
            bool open = in.v[i].to > at->t;
            best = open ? sooner(best, in.v[i].to) : best;
            best = open ? sooner(best, clock_edge(p, e, at->t)) : best;
            if (!slides) {
                continue;
            }
            best = sooner(best, if_after(in.v[i].from + window, at->t));
            best = open ? best : sooner(best, if_after(in.v[i].to + window, at->t));
            int64_t trailing = clock_edge(p, e, at->t - window);
            bool still = open || in.v[i].to + window > at->t;
            best = trailing == INT64_MAX || !still ? best : sooner(best, trailing + window);
        }
    }
    return best;
}

static bool same_val(const struct plain_val *a, const struct plain_val *b) {
    return a->kind == b->kind && a->no_lo == b->no_lo && a->no_hi == b->no_hi && a->lo == b->lo && a->hi == b->hi;
}

static int64_t apart(int64_t a, int64_t b) {
    return a > b ? a - b : b - a;
}

/* Two durations of which one moves cross no sooner than half their distance, for each moves by a second a second at most. */
static int64_t crossing(const struct plain *p, const struct plain_at *at, const struct lang_expr *a,
                        const struct lang_expr *b) {
    if (a->type.kind != LANG_T_DURATION || b->type.kind != LANG_T_DURATION) {
        return INT64_MAX;
    }
    struct plain_at later = *at;
    later.t++;
    struct plain_val a0 = plain_value(p, at, a), b0 = plain_value(p, at, b);
    struct plain_val a1 = plain_value(p, &later, a), b1 = plain_value(p, &later, b);
    if (a0.kind != LANG_T_DURATION || b0.kind != LANG_T_DURATION || (same_val(&a0, &a1) && same_val(&b0, &b1))) {
        return INT64_MAX;
    }
    int64_t sa = 1, sb = 1;
    if (!cf_duration_seconds((struct cf_duration){1, a0.unit}, &sa) ||
        !cf_duration_seconds((struct cf_duration){1, b0.unit}, &sb)) {
        return at->t + 1;
    }
    int64_t x[] = {a0.lo * sa, a0.hi * sa}, y[] = {b0.lo * sb, b0.hi * sb}, least = INT64_MAX;
    for (size_t i = 0; i < 4; i++) {
        least = sooner(least, apart(x[i / 2], y[i % 2]));
    }
    return at->t + (least > 2 ? least / 2 : 1);
}

static int64_t of_compare(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    int64_t best = of_parts(p, at, e);
    best = sooner(best, crossing(p, at, e->a, e->b != NULL ? e->b : e->a));
    if (e->c != NULL) {
        best = sooner(best, crossing(p, at, e->a, e->c));
    }
    for (size_t i = 0; i < e->list.n; i++) {
        best = sooner(best, crossing(p, at, e->a, e->list.v[i]));
    }
    return best;
}

static int64_t of_span(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_decl *span = plain_version(at, e->decl);
    int64_t next = INT64_MAX;
    if (span->as.span.hours_unit != NULL) {
        return plain_unit_changes(p, span->as.span.hours_unit, at->t, &next) ? next : INT64_MAX;
    }
    for (int most = 0; most < 2; most++) { /* a day-only start or end is surely so at the day's end */
        struct plain_intervals in = {0};
        plain_span_intervals(p, at, span, most != 0, at->t, INT64_MAX, &in);
        for (size_t i = 0; i < in.n; i++) {
            next = sooner(next, sooner(if_after(in.v[i].from, at->t), if_after(in.v[i].to, at->t)));
        }
    }
    return next;
}

static change_fn *const change_of[LANG_OPS] = {
    [LANG_IS_REACHED] = of_reached, [LANG_CHILD] = of_child,     [LANG_AGE] = of_age,         [LANG_FACT_REF] = of_fact,
    [LANG_FLAG_REF] = of_flag,      [LANG_GRADE_REF] = of_grade, [LANG_SCORE_REF] = of_score, [LANG_TIME_IN] = of_time_in,
    [LANG_SPAN_REF] = of_span,      [LANG_EQ] = of_compare,      [LANG_NE] = of_compare,      [LANG_LT] = of_compare,
    [LANG_LE] = of_compare,         [LANG_GT] = of_compare,      [LANG_GE] = of_compare,      [LANG_IN_LIST] = of_compare,
    [LANG_IN_RANGE] = of_compare};

/* The least instant after the point's at which the expression may change though nothing happens; INT64_MAX: none. */
int64_t plain_next_change(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    change_fn *f = change_of[e->op];
    return f != NULL ? f(p, at, e) : of_parts(p, at, e);
}
