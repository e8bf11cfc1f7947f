/* Why (W1): the reasons of one line as a tree in plain words: rule, version and citation; each condition with its value and all
 * that it reads; the clock's steps; near misses; owner. Made on demand by the plain evaluator.
 * Must not know: the compiled evaluator, how a page or a terminal shows a tree. */
#include "lang/plain.h"

enum { MOST_EVENTS = 12 }; /* listed under one selector */

struct why {
    const struct plain *p;
    struct cf_arena *a;
};

static struct lang_reason *reason(const struct why *w, struct cf_span at, const char *fmt, ...) CF_PRINTF(3, 4);
static struct lang_reason *reason(const struct why *w, struct cf_span at, const char *fmt, ...) {
    struct lang_reason *r = CF_NEW(w->a, struct lang_reason);
    va_list ap;
    va_start(ap, fmt);
    r->text = cf_str_vprintf(w->a, fmt, ap);
    va_end(ap);
    r->at = at;
    return r;
}

static void under(const struct why *w, struct lang_reason *r, struct lang_reason *child) {
    if (child != NULL) {
        *cf_push(w->a, &r->under) = child;
    }
}

static struct cf_str finished(struct cf_buf *b) {
    struct cf_str s;
    return cf_buf_finish(b, &s) ? s : CF_LIT("…");
}

/* ---- words for values and events */
static struct cf_str name_of(const struct why *w, int64_t subject) {
    struct cf_str n = {"", 0};
    if (w->p->ref->subject_name != NULL && subject > 0) {
        n = w->p->ref->subject_name(w->p->ref->ctx, (uint32_t)subject);
    }
    return n.n > 0 ? n : cf_str_printf(w->a, "subject %lld", (long long)subject);
}

static const char *shown(const struct why *w, int64_t t) {
    return cf_cstr(w->a, cf_str_from(cf_due_shown(w->p->ref->zone, t).p));
}
static const char *shown_time(const struct why *w, int64_t t) {
    return cf_cstr(w->a, cf_str_from(cf_time_shown(w->p->ref->zone, t).p));
}

static struct cf_str bound(const struct why *w, const struct plain_val *v, int64_t x) {
    if (v->kind == LANG_T_INSTANT) {
        return v->day ? cf_str_printf(w->a, "%s", cf_date_shown((int32_t)x).p) : cf_str_printf(w->a, "%s", shown(w, x));
    }
    if (v->kind == LANG_T_DURATION && v->unit == CF_SECOND) {
        return cf_str_printf(w->a, "%s (hours:minutes)", cf_left_shown(x).p);
    }
    if (v->kind == LANG_T_DURATION) {
        return cf_str_printf(w->a, "%s", cf_duration_shown((struct cf_duration){(int32_t)x, v->unit}).p);
    }
    return v->den > 1 ? cf_str_printf(w->a, "%lld/%lld", (long long)x, (long long)v->den)
                      : cf_str_printf(w->a, "%lld", (long long)x);
}

static struct cf_str value_text(const struct why *w, const struct plain_val *v, struct lang_type type) {
    bool bounded =
        v->kind == LANG_T_WHOLE || v->kind == LANG_T_FRACTION || v->kind == LANG_T_INSTANT || v->kind == LANG_T_DURATION;
    if (bounded && !v->no_lo && !v->no_hi) {
        struct cf_str lo = bound(w, v, v->lo), hi = bound(w, v, v->hi);
        return v->lo == v->hi ? lo : cf_str_printf(w->a, "between %.*s and %.*s", CF_STR_ARG(lo), CF_STR_ARG(hi));
    }
    if (bounded && !v->no_lo) {
        struct cf_str lo = bound(w, v, v->lo);
        return cf_str_printf(w->a, "%.*s or more", CF_STR_ARG(lo));
    }
    if (bounded || !v->known) {
        return CF_LIT("not known");
    }
    if (v->kind == LANG_T_YESNO) {
        return v->lo != 0 ? CF_LIT("yes") : CF_LIT("no");
    }
    if (v->kind == LANG_T_CODE && type.of != NULL && (size_t)v->lo < type.of->as.codes.list.n) {
        const struct lang_code *c = &type.of->as.codes.list.v[v->lo];
        return c->title.n > 0 ? c->title : c->name.text;
    }
    if (v->kind == LANG_T_SUBJECT) {
        return name_of(w, v->lo);
    }
    if (v->kind == LANG_T_SET) {
        struct cf_buf b = cf_buf_new(w->a, 4096);
        for (size_t i = 0; i < v->n; i++) {
            struct plain_val item = plain_from_value(&v->items[i].v, v->elem);
            struct cf_str s = value_text(w, &item, v->elem);
            cf_buf_printf(&b, "%s%.*s", i == 0 ? "" : ", ", CF_STR_ARG(s));
        }
        return v->n == 0 ? CF_LIT("none") : finished(&b);
    }
    return v->kind == LANG_T_CODE ? cf_str_printf(w->a, "code %lld", (long long)v->lo) : CF_LIT("given");
}

/* "Inspector's decision, 2024-06-03 15:25, recorded 2024-06-03 17:00" */
static struct cf_str event_text(const struct why *w, size_t i) {
    const struct lang_event *e = plain_event(w->p, i);
    const struct lang_decl *r = plain_record(w->p, i);
    struct cf_str title = e->share != NULL ? e->share->title : r->title.n > 0 ? r->title : r->name.text;
    struct cf_buf b = cf_buf_new(w->a, 4096);
    cf_buf_printf(&b, "%.*s%s, %s", CF_STR_ARG(title),
                  e->share != NULL ? (cf_str_is(r->name.text, "sent") ? " (sent)" : " (acknowledged)") : "",
                  e->from != e->to ? cf_date_shown(cf_time_day(w->p->ref->zone, e->from)).p : shown_time(w, e->from));
    if (e->recorded > e->to + 60) {
        cf_buf_printf(&b, ", recorded %s", shown_time(w, e->recorded));
    }
    if ((e->marks & LANG_CORRECTED) != 0) {
        cf_buf_printf(&b, ", as corrected %s", shown_time(w, e->known));
    }
    return finished(&b);
}

static struct lang_reason *event_reason(const struct why *w, size_t i, const char *before) {
    struct cf_str text = event_text(w, i);
    return reason(w, plain_record(w->p, i)->at, "%s%.*s", before, CF_STR_ARG(text));
}

/* ---- expressions */
static struct lang_reason *expr_reason(const struct why *w, const struct plain_at *at, const struct lang_expr *e);

static void sel_reasons(const struct why *w, const struct plain_at *at, const struct lang_sel *s, struct lang_reason *r) {
    size_t listed = 0;
    for (size_t i = 0; i < w->p->n; i++) {
        enum plain_tri m = plain_matches(w->p, at, s, i);
        if (m == PLAIN_NO) {
            continue;
        }
        if (++listed > MOST_EVENTS) {
            under(w, r, reason(w, s->at, "and more"));
            return;
        }
        under(w, r, event_reason(w, i, m == PLAIN_UNKNOWN ? "perhaps: " : ""));
    }
    if (listed == 0) {
        under(w, r, reason(w, s->at, "nothing of the kind is recorded here"));
    }
}

static void part(const struct why *w, const struct plain_at *at, const struct lang_expr *e, struct lang_reason *r) {
    bool literal = e != NULL && e->op >= LANG_YES && e->op <= LANG_NOTHING;
    if (e != NULL && !literal) {
        under(w, r, expr_reason(w, at, e));
    }
}

static void setting_reason(const struct why *w, const struct plain_at *at, const struct lang_expr *e, struct lang_reason *r) {
    const struct lang_decl *d = plain_version(at, e->decl);
    const struct lang_setting *s = &d->as.setting;
    under(w, r,
          reason(w, d->at, "a setting, %s: %.*s %.*s", s->confirmed ? "confirmed" : "still to verify",
                 CF_STR_ARG(s->cite.key.text), CF_STR_ARG(s->cite.text)));
}

static void birth_reason(const struct why *w, const struct plain_at *at, struct lang_reason *r) {
    int32_t first, last;
    size_t event;
    if (!plain_birth(w->p, at, &first, &last, &event)) {
        under(w, r, reason(w, CF_NOWHERE, "the date of birth is not known: the person counts as a child"));
    } else if (first == last) {
        under(w, r, reason(w, CF_NOWHERE, "born %s", cf_date_shown(first).p));
    } else {
        under(w, r, reason(w, CF_NOWHERE, "born between %s and %s", cf_date_shown(first).p, cf_date_shown(last).p));
    }
}

static void grade_reasons(const struct why *w, const struct plain_at *at, const struct lang_decl *grade,
                          struct lang_reason *r) {
    const struct lang_grade *g = &grade->as.grade;
    struct plain_at in = plain_about(*at, &g->scope);
    for (size_t i = 0; i < g->list.n; i++) {
        const struct lang_level *l = &g->list.v[i];
        if (l->when != NULL && plain_more_holds(&in, l->more)) {
            struct lang_reason *c = expr_reason(w, &in, l->when);
            c->text = cf_str_printf(w->a, "%.*s when %.*s", CF_STR_ARG(l->name.text), CF_STR_ARG(c->text));
            under(w, r, c);
        }
    }
}

static void gate_kept_reason(const struct why *w, const struct plain_at *at, const struct lang_expr *e, struct lang_reason *r) {
    size_t i = plain_kept_event(w->p, at, e->decl);
    if (i == PLAIN_NONE) {
        under(w, r, reason(w, e->at, "the gate has judged nothing here"));
        return;
    }
    const struct lang_decl *then = lang_version_at(e->decl, cf_time_day(w->p->ref->zone, plain_event(w->p, i)->from));
    struct plain_judged j = plain_judge(w->p, then, i);
    struct lang_reason *at_event = event_reason(w, i, "judged at: ");
    part(w, &j.at, then->as.gate.needs, at_event);
    under(w, r, at_event);
}

static void every_reasons(const struct why *w, const struct plain_at *at, const struct lang_expr *e, struct lang_reason *r) {
    struct plain_val set = plain_value(w->p, at, e->a);
    part(w, at, e->a, r);
    for (size_t i = 0; set.kind == LANG_T_SET && set.known && i < set.n; i++) {
        struct plain_at in = *at;
        in.item = &set.items[i];
        in.item_type = set.elem;
        part(w, &in, e->b, r);
    }
}

/* What a reference to something declared stands on. True: it was one. */
static bool declared(const struct why *w, const struct plain_at *at, const struct lang_expr *e, struct lang_reason *r) {
    const struct lang_decl *d = e->decl == NULL ? NULL : plain_version(at, e->decl);
    struct plain_at in = *at;
    switch ((int)e->op) {
    case LANG_SETTING_REF: setting_reason(w, at, e, r); return true;
    case LANG_FACT_REF:
        in = plain_about(*at, &d->as.fact.scope);
        part(w, &in, d->as.fact.value, r);
        return true;
    case LANG_FLAG_REF:
        in = plain_about(*at, &d->as.flag.scope);
        part(w, &in, d->as.flag.cond, r);
        return true;
    case LANG_GRADE_REF: grade_reasons(w, at, d, r); return true;
    case LANG_SCORE_REF:
        in = plain_about(*at, &d->as.score.scope);
        part(w, &in, d->as.score.base.value, r);
        for (size_t i = 0; i < d->as.score.plus.n; i++) {
            part(w, &in, d->as.score.plus.v[i].value.value, r);
        }
        return true;
    case LANG_KEPT: gate_kept_reason(w, at, e, r); return true;
    default: return false;
    }
}

static bool read_event(const struct why *w, const struct plain_at *at, const struct lang_expr *e, struct lang_reason *r) {
    size_t i;
    switch ((int)e->op) {
    case LANG_FIELD: i = plain_last(w->p, at, e->decl, e->previous); break;
    case LANG_TRIGGER:
    case LANG_TRIGGER_FIELD: i = at->trigger; break;
    case LANG_OWN_FIELD: i = at->with_event; break;
    default: return false;
    }
    under(w, r, i != PLAIN_NONE ? event_reason(w, i, "from: ") : reason(w, e->at, "there is no such record here"));
    return true;
}

static void operands(const struct why *w, const struct plain_at *at, const struct lang_expr *e, struct lang_reason *r) {
    if (declared(w, at, e, r) || read_event(w, at, e, r)) {
        return;
    }
    if (e->op == LANG_EVERY) {
        every_reasons(w, at, e, r);
        return;
    }
    if (e->op == LANG_CHILD || e->op == LANG_AGE || e->op == LANG_TURNS) {
        birth_reason(w, at, r);
    }
    if (e->sel != NULL) {
        sel_reasons(w, at, e->sel, r);
    }
    part(w, at, e->a, r);
    part(w, at, e->b, r);
    part(w, at, e->c, r);
    for (size_t i = 0; i < e->list.n; i++) {
        part(w, at, e->list.v[i], r);
    }
}

static struct lang_reason *expr_reason(const struct why *w, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val v = plain_value(w->p, at, e);
    struct cf_str text = value_text(w, &v, e->type);
    struct cf_buf b = cf_buf_new(w->a, 8192);
    lang_expr_text(&b, e);
    struct cf_str words = finished(&b);
    struct lang_reason *r = reason(w, e->at, "%.*s: %.*s", CF_STR_ARG(words), CF_STR_ARG(text));
    operands(w, at, e, r);
    return r;
}

/* ---- the rule itself */
static void rule_reasons(const struct why *w, const struct lang_decl *rule, struct lang_reason *r) {
    const struct lang_policy *pol = &rule->policy->as.policy;
    under(w, r,
          reason(w, rule->at, "rule `%.*s` of policy %.*s (%.*s), version in force from %s", CF_STR_ARG(rule->name.text),
                 CF_STR_ARG(rule->policy->name.text), CF_STR_ARG(rule->policy->title), cf_date_shown(pol->from).p));
    for (size_t i = 0; i < rule->cites.n; i++) {
        const struct lang_cite *c = &rule->cites.v[i];
        struct cf_str title = {"", 0};
        for (size_t k = 0; k < pol->cites.n; k++) {
            title = cf_str_eq(pol->cites.v[k].key.text, c->key.text) ? pol->cites.v[k].text : title;
        }
        under(w, r,
              reason(w, c->at, "rests on %.*s %.*s (%.*s)", CF_STR_ARG(c->key.text), CF_STR_ARG(c->text), CF_STR_ARG(title)));
    }
}

static void mark_reasons(const struct why *w, uint32_t marks, struct lang_reason *r) {
    static const char *const words[] = {
        "entered later: it was recorded only after what it had to come before",
        "the due time had passed before the matter was known",
        "of an event only the day is known: it obliges from the start of that day and counts as done at its end",
        "it rests on something that is not known; what is not known may oblige, and never excuses",
        "a record behind this was corrected",
        "somebody has explained it",
        "the warning is out",
        "it has been escalated",
        "the calendar ends too early for a date to be worked out",
        "of two instants only one is known, and that one was taken"};
    for (unsigned bit = 0; bit < CF_COUNT(words); bit++) {
        if ((marks >> bit & 1) != 0) {
            under(w, r, reason(w, CF_NOWHERE, "%s", words[bit]));
        }
    }
}

/* ---- the clock (D4 to D7) */
static void skipped_days(const struct why *w, const struct plain_deadline *d, int64_t due, struct cf_duration allowance,
                         struct lang_reason *r) {
    if (allowance.unit != CF_WORKING_DAY) {
        return;
    }
    int32_t from = cf_time_day(w->p->ref->zone, d->start), to = cf_time_day(w->p->ref->zone, due);
    int weekend = 0;
    for (int32_t day = from + 1; day <= to; day++) {
        const struct cf_holiday *h = cf_holiday_on(w->p->ref->calendar, day);
        weekend += cf_weekday(day) >= 5;
        if (h != NULL && cf_weekday(day) < 5) {
            under(w, r, reason(w, CF_NOWHERE, "skips %s, %.*s", cf_date_shown(day).p, CF_STR_ARG(h->name)));
        }
    }
    if (weekend > 0) {
        under(w, r, reason(w, CF_NOWHERE, "skips %d days of weekends", weekend));
    }
}

static void stop_reasons(const struct why *w, const struct plain_inst *in, struct plain_point pt,
                         const struct plain_deadline *d, struct lang_reason *r) {
    const struct lang_duty *duty = &in->line.rule->as.duty;
    struct plain_at at = in->at;
    at.t = pt.t;
    at.upto = pt.upto;
    at.self = PLAIN_NONE;
    for (size_t i = 0; i < duty->not_counting_decls.n; i++) {
        const struct lang_decl *span = plain_version(&at, duty->not_counting_decls.v[i]);
        struct plain_intervals all = {0};
        plain_span_intervals(w->p, &at, span, false, d->start, pt.t, &all);
        for (size_t k = 0; k < all.n && k < MOST_EVENTS; k++) {
            bool open = all.v[k].to == INT64_MAX;
            under(w, r,
                  reason(w, span->at, "stopped from %s %s%s: %.*s", shown_time(w, all.v[k].from), open ? "and still" : "to ",
                         open ? "" : shown_time(w, all.v[k].to), CF_STR_ARG(span->title)));
        }
    }
}

static void extension_reasons(const struct why *w, const struct plain_takens *takens, struct lang_reason *r) {
    for (size_t i = 0; i < takens->n; i++) {
        const struct plain_taken *t = &takens->v[i];
        struct cf_str event = event_text(w, t->event);
        under(w, r,
              reason(w, t->by->at, "extension to %s (%.*s): %s", cf_duration_shown(t->to).p, CF_STR_ARG(event),
                     t->taken ? "taken" : "not taken, for it came after the due time or gives no more"));
    }
}

static struct lang_reason *clock_reason(const struct why *w, const struct plain_inst *in) {
    const struct lang_duty *duty = &in->line.rule->as.duty;
    struct plain_point pt = {w->p->now, w->p->h->n};
    pt = in->end.t != INT64_MAX ? in->end : pt;
    struct plain_deadline d = plain_deadline(w->p, in);
    struct plain_takens takens = {0};
    struct cf_duration allowance = plain_allowance(w->p, in, &d, pt, &takens);
    if (!duty->has_deadline && duty->trigger != LANG_EACH) {
        return reason(w, in->line.rule->at, "no time is set");
    }
    if (!d.has) {
        struct lang_reason *r =
            reason(w, in->line.rule->at, "the due time cannot be worked out, for something it needs is not known");
        if (duty->within.value != NULL) {
            part(w, &in->at, duty->within.value, r);
        }
        if (duty->of != NULL && duty->of->op != LANG_BEING_KNOWN) {
            part(w, &in->at, duty->of, r);
        }
        if (duty->by.value != NULL) {
            part(w, &in->at, duty->by.value, r);
        }
        return r;
    }
    struct lang_reason *r;
    if (d.by) {
        r = reason(w, in->line.rule->at, "due by %s", shown(w, d.due));
        if (duty->by.value != NULL) {
            part(w, &in->at, duty->by.value, r);
        }
        return r;
    }
    r = reason(w, duty->within.value->at, "%s, counted from %s", cf_duration_shown(allowance).p, shown_time(w, d.start));
    if (duty->within.to_verify) {
        under(w, r, reason(w, duty->within.value->at, "this time is still to verify"));
    }
    part(w, &in->at, duty->within.value, r);
    if (duty->of != NULL && duty->of->op == LANG_BEING_KNOWN) {
        under(w, r, reason(w, duty->of->at, "counted from when it was known, if that was later than when it happened"));
    } else if (duty->of != NULL) {
        part(w, &in->at, duty->of, r);
    }
    stop_reasons(w, in, pt, &d, r);
    extension_reasons(w, &takens, r);
    if (in->line.has_due) {
        skipped_days(w, &d, in->line.due, allowance, r);
        under(w, r, reason(w, CF_NOWHERE, "so it %s due %s", in->end.t != INT64_MAX ? "was" : "is", shown(w, in->line.due)));
    } else if (in->line.has_left) {
        under(w, r, reason(w, CF_NOWHERE, "the clock stands, with %s left", cf_left_shown(in->line.left_s).p));
    }
    return r;
}

/* ---- near misses: the right record, and what it lacked */
static struct lang_reason *near_miss(const struct why *w, const struct plain_inst *in, const struct lang_sel *s, size_t i) {
    const struct plain *p = w->p;
    const struct lang_duty *d = &in->line.rule->as.duty;
    struct plain_at at = plain_ending_at(p, in, i);
    struct cf_str event = event_text(w, i);
    at.self = PLAIN_NONE;
    if (!plain_counts(p, &at, i)) {
        return reason(w, s->at, "%.*s does not count: it needs the decision of another rank or role", CF_STR_ARG(event));
    }
    if (!s->any_episode && !plain_in_scope(p, &at, i)) {
        return reason(w, s->at, "%.*s does not count: it does not name this episode", CF_STR_ARG(event));
    }
    if (plain_with(p, &at, s, i) != PLAIN_YES) {
        struct lang_reason *r = reason(w, s->at, "%.*s does not count: it lacks what is asked of it", CF_STR_ARG(event));
        at.with_event = i;
        part(w, &at, s->with, r);
        return r;
    }
    if (!plain_point_before(in->born, (struct plain_point){plain_event(p, i)->to, i + 1})) {
        return reason(w, s->at, "%.*s does not count: it came before the duty arose", CF_STR_ARG(event));
    }
    at.self = i;
    if (d->done_where != NULL && plain_truth(p, &at, d->done_where) != PLAIN_YES) {
        struct lang_reason *r = reason(w, s->at, "%.*s does not count: a condition does not hold", CF_STR_ARG(event));
        part(w, &at, d->done_where, r);
        return r;
    }
    return NULL;
}

static void near_misses(const struct why *w, const struct plain_inst *in, struct lang_reason *r) {
    const struct lang_duty *d = &in->line.rule->as.duty;
    int listed = 0;
    for (size_t i = 0; i < w->p->n; i++) {
        for (size_t k = 0; k < d->done_by.n && listed < MOST_EVENTS; k++) {
            bool before = in->end.t != INT64_MAX && plain_event(w->p, i)->to > in->end.t;
            if (before || i == in->at.trigger || !plain_of_sel(w->p, d->done_by.v[k], i) ||
                plain_ends(w->p, in, i) == PLAIN_YES) {
                continue;
            }
            struct lang_reason *miss = near_miss(w, in, d->done_by.v[k], i);
            under(w, r, miss);
            listed += miss != NULL;
        }
    }
}

static struct lang_reason *end_reason(const struct why *w, const struct plain_inst *in) {
    const struct lang_duty *d = &in->line.rule->as.duty;
    struct lang_reason *r;
    if (in->end.t == INT64_MAX) {
        struct cf_buf b = cf_buf_new(w->a, 4096);
        for (size_t i = 0; i < d->done_by.n; i++) {
            cf_buf_lit(&b, i == 0 ? "" : " or ");
            lang_sel_text(&b, d->done_by.v[i]);
        }
        struct cf_str done = finished(&b);
        r = reason(w, in->line.rule->at, "not done yet: it is done by %.*s", CF_STR_ARG(done));
    } else if (in->end_event != PLAIN_NONE) {
        r = event_reason(w, in->end_event, in->done ? "done by: " : "ended without being done, by: ");
        if (in->done && d->done_where != NULL) {
            struct plain_at at = plain_ending_at(w->p, in, in->end_event);
            part(w, &at, d->done_where, r);
        }
    } else if (d->trigger == LANG_EACH) {
        r = reason(w, in->line.rule->at, "its period ended %s without it", shown_time(w, in->end.t));
    } else {
        r = reason(w, in->line.rule->at, "ended %s, for it is no longer asked", shown_time(w, in->end.t));
        struct plain_at at = in->at;
        at.t = in->end.t;
        at.upto = in->end.upto;
        at.mode = PLAIN_PERMITS;
        at.self = PLAIN_NONE;
        part(w, &at, d->void_when, r);
    }
    near_misses(w, in, r);
    return r;
}

static struct lang_reason *arose(const struct why *w, const struct plain_inst *in) {
    const struct lang_duty *d = &in->line.rule->as.duty;
    struct lang_reason *r;
    if (d->trigger == LANG_AFTER_EVENT || d->trigger == LANG_AFTER_BREACH) {
        r = event_reason(w, in->cause_event, d->trigger == LANG_AFTER_BREACH ? "arose from a breach at: " : "arose after: ");
    } else if (d->trigger == LANG_EACH) {
        r = reason(w, in->line.rule->at, "arose for the period %s",
                   cf_period_shown((enum cf_period)d->period, in->line.period).p);
    } else {
        r = reason(w, in->line.rule->at, "arose %s, when its condition came to hold", shown_time(w, in->born.t));
    }
    if (d->trigger == LANG_AFTER_EVENT && d->after->with != NULL) {
        struct plain_at at = in->at;
        at.with_event = in->cause_event;
        part(w, &at, d->after->with, r);
    }
    part(w, &in->at, d->cond, r);
    part(w, &in->at, d->where, r);
    return r;
}

static struct lang_reason *owner_reason(const struct why *w, const struct plain_inst *in) {
    const struct lang_owner *o = &in->line.owner;
    struct cf_buf b = cf_buf_new(w->a, 1024);
    if (o->role_or_unit != NULL) {
        struct cf_str title = o->role_or_unit->title.n > 0 ? o->role_or_unit->title : o->role_or_unit->name.text;
        cf_buf_str(&b, title);
    }
    if (o->subject != 0) {
        struct cf_str n = name_of(w, o->subject);
        cf_buf_printf(&b, "%s%.*s", b.n > 0 ? ", " : "", CF_STR_ARG(n));
    }
    if (o->unit != 0) {
        struct cf_str n = name_of(w, o->unit);
        cf_buf_printf(&b, "%s%.*s", b.n > 0 ? ", in " : "", CF_STR_ARG(n));
    }
    struct cf_str who = b.n > 0 ? finished(&b) : CF_LIT("not known");
    return reason(w, in->line.rule->at, "owner: %.*s", CF_STR_ARG(who));
}

static struct lang_reason *about_duty(const struct why *w, const struct plain_inst *in) {
    const struct lang_duty_line *l = &in->line;
    struct cf_str title = l->rule->title;
    struct lang_reason *r = reason(w, l->rule->at, "%.*s: %s%s%s", CF_STR_ARG(title), lang_state_word(l->state),
                                   l->has_due ? ", due " : "", l->has_due ? shown(w, l->due) : "");
    rule_reasons(w, l->rule, r);
    under(w, r, arose(w, in));
    under(w, r, clock_reason(w, in));
    under(w, r, end_reason(w, in));
    under(w, r, owner_reason(w, in));
    mark_reasons(w, l->marks, r);
    return r;
}

/* The reasons of one duty's line. The line must come from this history at this instant; otherwise one reason says that it does
 * not. */
struct lang_reason *lang_explain_duty(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                                      const struct lang_history *h, int64_t now, const struct lang_duty_line *line) {
    struct plain p;
    plain_start(&p, a, set, ref, h, now);
    p.only = line->rule->policy; /* a due time that was met is of the same policy (D6) */
    plain_duties(&p);
    struct why w = {.p = &p, .a = a};
    for (size_t i = 0; i < p.insts->n; i++) {
        if (cf_id_eq(p.insts->v[i]->line.id, line->id) && p.insts->v[i]->line.rule == line->rule) {
            return about_duty(&w, p.insts->v[i]);
        }
    }
    return reason(&w, line->rule->at, "%.*s: this line is not in the docket of this history", CF_STR_ARG(line->rule->title));
}

/* ---- gates */

/* Records that `needs` reads and that are there, but of which an event does not count (E8). */
static void discounted(const struct why *w, const struct plain_at *at, const struct lang_expr *e, struct lang_reason *r) {
    if (e == NULL) {
        return;
    }
    const struct lang_decl *record = e->op == LANG_FIELD                                 ? e->decl
                                     : e->sel != NULL && e->sel->kind == LANG_SEL_RECORD ? e->sel->decl
                                                                                         : NULL;
    for (size_t i = 0; record != NULL && i < w->p->n; i++) {
        bool same = plain_event(w->p, i)->record == record->as.record.number && i != at->self;
        if (!same || !plain_in_scope(w->p, at, i)) {
            continue;
        }
        struct cf_str event = event_text(w, i);
        if (!plain_visible(w->p, at, i)) {
            under(w, r, reason(w, e->at, "%.*s came too late for this", CF_STR_ARG(event)));
        } else if (!plain_counts(w->p, at, i)) {
            under(w, r,
                  reason(w, e->at, "%.*s does not count: it needs the decision of another rank or role", CF_STR_ARG(event)));
        }
    }
    discounted(w, at, e->a, r);
    discounted(w, at, e->b, r);
    discounted(w, at, e->c, r);
}

/* The reasons of one gate's line. */
struct lang_reason *lang_explain_gate(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                                      const struct lang_history *h, int64_t now, const struct lang_gate_line *line) {
    struct plain p;
    plain_start(&p, a, set, ref, h, now);
    struct why w = {.p = &p, .a = a};
    const struct lang_gate *g = &line->rule->as.gate;
    size_t i = plain_find_seq(&p, line->event);
    if (i == PLAIN_NONE) {
        return reason(&w, line->rule->at, "%.*s: this line is not in the docket of this history",
                      CF_STR_ARG(line->rule->title));
    }
    struct plain_judged j = plain_judge(&p, line->rule, i);
    const char *word = line->not_in_source ? "not in the source" : lang_result_word(line->result);
    struct lang_reason *r = reason(&w, line->rule->at, "%.*s: %s", CF_STR_ARG(line->rule->title), word);
    if (line->result != LANG_KEPT_RESULT && g->otherwise.n > 0) {
        under(&w, r, reason(&w, line->rule->at, "%.*s", CF_STR_ARG(g->otherwise)));
    }
    rule_reasons(&w, line->rule, r);
    under(&w, r, event_reason(&w, i, "judged once, at: "));
    if (g->where != NULL) {
        struct plain_at at = j.at;
        at.mode = PLAIN_OBLIGES;
        part(&w, &at, g->where, r);
    }
    struct lang_reason *needs = expr_reason(&w, &j.at, g->needs);
    needs->text = cf_str_printf(a, "needs %.*s", CF_STR_ARG(needs->text));
    under(&w, r, needs);
    if (line->result != LANG_KEPT_RESULT) {
        discounted(&w, &j.at, g->needs, r);
    }
    mark_reasons(&w, line->marks, r);
    return r;
}

/* ---- grades, scores, choices, flags */
static void score_reasons(const struct why *w, const struct plain_at *at, const struct lang_decl *rule, struct lang_reason *r) {
    const struct lang_score *s = &rule->as.score;
    struct plain_val v = plain_score(w->p, at, rule);
    struct cf_str text = value_text(w, &v, (struct lang_type){0});
    r->text = cf_str_printf(w->a, "%.*s: %.*s", CF_STR_ARG(rule->title), CF_STR_ARG(text));
    part(w, at, s->base.value, r);
    for (size_t i = 0; i < s->plus.n; i++) {
        struct plain_val term = plain_term(w->p, at, &s->plus.v[i]);
        struct lang_reason *t = expr_reason(w, at, s->plus.v[i].value.value);
        struct cf_str held = value_text(w, &term, (struct lang_type){0});
        t->text = cf_str_printf(w->a, "plus %.*s%s%.*s", CF_STR_ARG(t->text), s->plus.v[i].bounded ? ", held to " : "",
                                s->plus.v[i].bounded ? (int)held.n : 0, held.p);
        under(w, r, t);
    }
}

static void choice_reasons(const struct why *w, const struct plain_at *at, const struct lang_decl *rule,
                           struct lang_reason *r) {
    const struct lang_choice *c = &rule->as.choice;
    for (size_t i = 0; i < c->options.n; i++) {
        const struct lang_option *o = &c->options.v[i];
        if (!plain_more_holds(at, o->more)) {
            continue;
        }
        const char *word = lang_option_word(plain_option(w->p, at, rule, o->index));
        struct lang_reason *line = reason(w, o->at, "%.*s is %s", CF_STR_ARG(o->code.text), word);
        part(w, at, o->open_when, line);
        if (o->closed_when != NULL) {
            struct lang_reason *closed = expr_reason(w, at, o->closed_when);
            closed->text = cf_str_printf(w->a, "closed when %.*s", CF_STR_ARG(closed->text));
            under(w, line, closed);
        }
        under(w, r, line);
    }
}

/* The reasons of one line of a grade, score, choice or flag, as it stands at `now`. */
struct lang_reason *lang_explain_state(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                                       const struct lang_history *h, int64_t now, const struct lang_decl *rule,
                                       uint64_t episode) {
    struct plain p;
    plain_start(&p, a, set, ref, h, now);
    struct why w = {.p = &p, .a = a};
    enum plain_mode mode = rule->kind == LANG_CHOICE ? PLAIN_PERMITS : PLAIN_OBLIGES;
    struct plain_at at = plain_at_point(&p, (struct plain_point){now, h->n}, mode);
    if (episode != UINT64_MAX) {
        plain_own_is(&p, episode, &at);
    }
    struct lang_reason *r = reason(&w, rule->at, "%.*s", CF_STR_ARG(rule->title));
    rule_reasons(&w, rule, r);
    if (rule->kind == LANG_GRADE) {
        struct plain_graded g = plain_grade(&p, &at, rule);
        const struct lang_codes *c = &rule->as.grade.codes->as.codes;
        struct cf_str level = g.level < 0 ? CF_LIT("no level") : c->list.v[g.level].title;
        struct cf_str could = g.could_be < 0 ? (struct cf_str){"", 0} : c->list.v[g.could_be].title;
        r->text = cf_str_printf(a, "%.*s: %.*s%s%.*s", CF_STR_ARG(rule->title), CF_STR_ARG(level),
                                could.n > 0 ? ", could be " : "", CF_STR_ARG(could));
        grade_reasons(&w, &at, rule, r);
    } else if (rule->kind == LANG_SCORE) {
        score_reasons(&w, &at, rule, r);
    } else if (rule->kind == LANG_CHOICE) {
        choice_reasons(&w, &at, rule, r);
    } else if (rule->kind == LANG_FLAG) {
        part(&w, &at, rule->as.flag.cond, r);
    }
    return r;
}

/* One line for each reason, two blanks deeper for each level. */
void lang_reason_text(struct cf_buf *b, const struct lang_reason *r, int indent) {
    for (int i = 0; i < indent; i++) {
        cf_buf_lit(b, "  ");
    }
    cf_buf_printf(b, "%.*s\n", CF_STR_ARG(r->text));
    for (size_t i = 0; i < r->under.n; i++) {
        lang_reason_text(b, r->under.v[i], indent + 1);
    }
}
