/* Gates (G1, G2, G4): each judged once for every event that it guards, at that event; and the door for `act` records.
 * Must not know: duties. */
#include "lang/plain.h"

static struct plain_at judged_at(const struct plain *p, size_t i, enum plain_mode mode) {
    int64_t t = plain_event(p, i)->from;
    struct plain_at at = plain_at_point(p, (struct plain_point){t, i + 1}, mode);
    at.self = i;
    plain_own_of(p, i, &at);
    return at;
}

/* G4: does the value decided at event i depart from what is recommended (open)? */
static enum plain_tri departs(const struct plain *p, const struct lang_decl *of, size_t i) {
    bool grade = of->kind == LANG_GRADE;
    const struct lang_expr *path = grade ? of->as.grade.decided_in : of->as.choice.for_;
    struct plain_at at = judged_at(p, i, grade ? PLAIN_OBLIGES : PLAIN_PERMITS);
    struct plain_val decided = plain_event_field(p, &at, i, path);
    if (decided.kind != LANG_T_CODE || !decided.known) {
        return PLAIN_UNKNOWN;
    }
    if (!grade) {
        return plain_option(p, &at, of, (int)decided.lo) == LANG_OPTION_OPEN ? PLAIN_NO : PLAIN_YES;
    }
    int level = plain_grade(p, &at, of).level;
    return level < 0 ? PLAIN_UNKNOWN : decided.lo == level ? PLAIN_NO : PLAIN_YES;
}

static enum plain_tri guarded(const struct plain *p, const struct lang_decl *gate, size_t i) {
    const struct lang_gate *g = &gate->as.gate;
    struct plain_at at = judged_at(p, i, PLAIN_OBLIGES);
    enum plain_tri with = plain_with(p, &at, g->before, i);
    enum plain_tri where = g->departs_from != NULL ? departs(p, g->departs_from, i)
                           : g->where == NULL      ? PLAIN_YES
                                                   : plain_truth(p, &at, g->where);
    return plain_and(with, where);
}

/* One version of a gate at event i: unknown `where` counts as yes, unknown `needs` as breached, not known (U4). */
struct plain_judged plain_judge(const struct plain *p, const struct lang_decl *gate, size_t i) {
    struct plain_judged j = {.judged = false};
    const struct lang_gate *g = &gate->as.gate;
    if (!plain_of_sel(p, g->before, i) || !plain_in_force(gate, cf_time_day(p->ref->zone, plain_event(p, i)->from))) {
        return j;
    }
    j.at = judged_at(p, i, PLAIN_PERMITS);
    j.role = plain_role_of(p, g->before, i);
    if (plain_adult(p, &j.at, i, j.role)) {
        return j;
    }
    enum plain_tri guards = guarded(p, gate, i);
    j.judged = guards != PLAIN_NO;
    j.where_unknown = guards == PLAIN_UNKNOWN;
    if (j.judged) {
        enum plain_tri needs = plain_truth(p, &j.at, g->needs);
        j.result = needs == PLAIN_YES ? LANG_KEPT_RESULT : needs == PLAIN_NO ? LANG_BREACHED : LANG_BREACHED_NOT_KNOWN;
    }
    return j;
}

/* The events on which the judgement of event i rests: itself, `where`, `needs`. */
void plain_gate_support(const struct plain *p, const struct lang_decl *gate, size_t i, struct plain_set *out) {
    const struct lang_gate *g = &gate->as.gate;
    plain_set_add(out, i);
    struct plain_at at = judged_at(p, i, PLAIN_OBLIGES);
    if (g->where != NULL) {
        plain_support(p, &at, g->where, out);
    }
    if (g->departs_from != NULL && g->departs_from->kind == LANG_GRADE) {
        plain_grade_support(p, &at, g->departs_from, out);
    }
    at = judged_at(p, i, PLAIN_PERMITS);
    if (g->departs_from != NULL && g->departs_from->kind == LANG_CHOICE) {
        const struct lang_choice *c = &g->departs_from->as.choice;
        for (size_t k = 0; k < c->options.n; k++) {
            const struct lang_option *o = &c->options.v[k];
            if (o->open_when != NULL) {
                plain_support(p, &at, o->open_when, out);
            }
            if (o->closed_when != NULL && plain_more_holds(&at, o->more)) {
                plain_support(p, &at, o->closed_when, out);
            }
        }
    }
    plain_support(p, &at, g->needs, out);
}

/* The marks that the events of a support give (D11). */
uint32_t plain_support_marks(const struct plain *p, const struct plain_set *s) {
    uint32_t marks = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (plain_set_has(s, i)) {
            const struct lang_event *e = plain_event(p, i);
            marks |= e->from != e->to ? LANG_M_DAY_ONLY : 0u;
            marks |= (e->marks & LANG_CORRECTED) != 0 ? LANG_M_CORRECTED : 0u;
        }
    }
    return marks;
}

/* Is there an `explained` in scope that came after an instant? */
bool plain_explained(const struct plain *p, const struct plain_at *at, int64_t after) {
    for (size_t i = 0; i < p->n; i++) {
        const struct lang_decl *r = plain_record(p, i);
        if (r->as.record.built_in && cf_str_is(r->name.text, "explained") && plain_event(p, i)->from >= after &&
            plain_in_scope(p, at, i)) {
            return true;
        }
    }
    return false;
}

static void add_line(const struct plain *p, const struct lang_decl *gate, size_t i, const struct plain_judged *j,
                     struct lang_docket *out) {
    const struct lang_event *e = plain_event(p, i);
    struct plain_set s = plain_set_new(p);
    plain_gate_support(p, gate, i, &s);
    struct lang_gate_line line = {.rule = gate, .event = e->seq, .role = j->role, .result = j->result};
    line.support = plain_set_seqs(p, &s);
    line.marks = plain_support_marks(p, &s);
    line.not_in_source = j->result == LANG_BREACHED_NOT_KNOWN && (e->marks & LANG_FROM_SOURCE) != 0;
    if (j->where_unknown || j->result == LANG_BREACHED_NOT_KNOWN) {
        line.marks |= LANG_M_RESTS_ON_UNKNOWN;
    }
    for (size_t k = 0; k < p->n; k++) {
        bool late = k != i && plain_set_has(&s, k) && plain_event(p, k)->recorded > e->from;
        line.marks |= late && j->result == LANG_KEPT_RESULT ? LANG_M_ENTERED_LATER : 0u;
    }
    if (j->result != LANG_KEPT_RESULT && plain_explained(p, &j->at, e->from)) {
        line.marks |= LANG_M_EXPLAINED;
    }
    *cf_push(p->a, &out->gates) = line;
}

/* The gates' lines, by event order; the caller sorts by rule within an event. */
void plain_gate_lines(const struct plain *p, struct lang_docket *out) {
    for (size_t i = 0; i < p->n; i++) {
        for (size_t r = 0; r < p->set->rules.n; r++) {
            const struct lang_decl *gate = p->set->rules.v[r];
            if (gate->kind != LANG_GATE) {
                continue;
            }
            struct plain_judged j = plain_judge(p, gate, i);
            if (j.judged) {
                add_line(p, gate, i, &j, out);
            }
        }
    }
}

/* The door (G2): true when the candidate keeps every absolute gate of its record; unknown refuses. */
bool lang_permits(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                  const struct lang_history *with_candidate, uint64_t candidate_seq, struct cf_errs *errs) {
    struct plain p;
    int64_t last = with_candidate->n == 0 ? 0 : with_candidate->events[with_candidate->n - 1].from;
    plain_start(&p, a, set, ref, with_candidate, last);
    size_t i = plain_find_seq(&p, candidate_seq);
    CF_ASSERT(i != PLAIN_NONE);
    bool permitted = true;
    for (size_t r = 0; r < set->rules.n; r++) {
        const struct lang_decl *gate = set->rules.v[r];
        struct plain_judged j = {.judged = false};
        if (gate->kind == LANG_GATE && gate->as.gate.absolute) {
            j = plain_judge(&p, gate, i);
        }
        if (j.judged && j.result != LANG_KEPT_RESULT) {
            const struct cf_str *why = gate->as.gate.otherwise.n > 0 ? &gate->as.gate.otherwise : &gate->title;
            permitted = cf_fail(errs, CF_L140, gate->at, "refused by gate `%.*s`%s: %.*s", CF_STR_ARG(gate->name.text),
                                j.result == LANG_BREACHED ? "" : " (what it needs is not known)", CF_STR_ARG(*why));
        }
    }
    return permitted;
}
