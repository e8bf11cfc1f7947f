/* fast_state: gates judged at their events (G1, G2, G4), grades, scores, choices and flags as of a point (G3 to G8), and their
 * lines in the docket. Must not know: duties. */
#include "lang/fast_priv.h"

static bool in_force(int32_t from, int32_t to, int32_t day) {
    return from <= day && day <= to;
}

/* ---- grades (G3): the highest level with a yes; a higher unknown is "could be"; `otherwise` where nothing is yes */

enum { LEVELS_AT_ONCE = 64 };

static enum fast_tri criterion(struct lang_machine *m, const struct fast_level *l, uint32_t at) {
    if (l->code == FAST_NO_CODE) {
        return FAST_NO;
    }
    bool holds = !l->otherwise && in_force(l->from, l->to, m->at.version_day);
    if (!holds && !m->want_notes) {
        return FAST_NO;
    }
    enum fast_tri got = fast_truth_of(m, l->code);
    if (holds && got == FAST_YES && m->want_support) {
        fast_join(m, at, m->sp);
    }
    return holds ? got : FAST_NO;
}

static void could_be(struct lang_machine *m, const struct fast_grade *g, const uint8_t *got, uint32_t at,
                     struct fast_graded *out) {
    bool notes = m->want_notes;
    m->want_notes = false;
    for (uint32_t i = 0; i < g->n; i++) {
        const struct fast_level *l = &m->p->levels.v[g->first + i];
        if (l->index <= out->level || got[i] != FAST_UNKNOWN) {
            continue;
        }
        out->could_criteria |= (uint64_t)1 << (i & 63);
        out->could_be = l->index > out->could_be ? l->index : out->could_be;
        fast_add_support(m, at, l->code);
    }
    m->want_notes = notes;
}

struct fast_graded fast_grade(struct lang_machine *m, const struct fast_grade *g) {
    struct fast_graded out = {.level = -1, .could_be = -1};
    uint8_t few[LEVELS_AT_ONCE], *got = g->n <= LEVELS_AT_ONCE ? few : CF_NEW_N(m->out, uint8_t, g->n);
    const struct fast_own *own = m->at.own;
    uint32_t at = fast_place(m);
    m->at.own = g->episode < 0 ? &m->nowhere : own;
    bool unknown = false;
    for (uint32_t i = 0; i < g->n; i++) {
        const struct fast_level *l = &m->p->levels.v[g->first + i];
        got[i] = (uint8_t)criterion(m, l, at);
        unknown = unknown || got[i] == FAST_UNKNOWN;
        if (got[i] == FAST_YES) {
            out.criteria |= (uint64_t)1 << (i & 63);
            out.level = l->index > out.level ? l->index : out.level;
        }
    }
    for (uint32_t i = 0; i < g->n && out.criteria == 0; i++) {
        if (m->p->levels.v[g->first + i].otherwise) {
            out.criteria = (uint64_t)1 << (i & 63);
            out.level = m->p->levels.v[g->first + i].index;
        }
    }
    if (unknown) {
        could_be(m, g, got, at, &out);
    }
    m->at.own = own;
    m->sp = at;
    return out;
}

/* ---- scores (G5) */

static struct fast_val term(struct lang_machine *m, const struct fast_term *t, uint32_t at) {
    struct fast_val v = fast_run(m, t->value);
    if (m->want_support) {
        fast_join(m, at, m->sp);
    }
    return t->bounded ? fast_clamp(v, fast_run_quietly(m, t->lo), fast_run_quietly(m, t->hi)) : v;
}

/* Base plus terms, each held between its bounds, the whole from `from` to `to`. Unknown if a term without bounds is. */
struct fast_val fast_score(struct lang_machine *m, const struct fast_score *s) {
    const struct fast_own *own = m->at.own;
    uint32_t at = fast_place(m);
    m->at.own = s->episode < 0 ? &m->nowhere : own;
    struct fast_val sum = fast_run(m, s->base);
    if (m->want_support) {
        fast_join(m, at, m->sp);
    }
    for (uint32_t i = 0; i < s->n; i++) {
        sum = fast_add(m, sum, term(m, &m->p->terms.v[s->first + i], at));
    }
    if ((sum.flags & (FAST_NO_LO | FAST_NO_HI)) != 0) {
        sum = fast_unknown(LANG_T_WHOLE);
    } else {
        sum = fast_clamp(sum, fast_run_quietly(m, s->lo), fast_run_quietly(m, s->hi));
    }
    m->at.own = own;
    m->sp = at;
    return sum;
}

/* ---- choices (G6): closed if `closed when` is yes or unknown, or `open when` is no; open if that is yes; else not known */

static enum lang_option_state option(struct lang_machine *m, const struct fast_choice *c, int32_t code) {
    enum fast_tri open = FAST_NO;
    bool closed = false;
    for (uint32_t i = 0; i < c->n; i++) {
        const struct fast_option *o = &m->p->options.v[c->first + i];
        if (o->index != code || !in_force(o->from, o->to, m->at.version_day)) {
            continue;
        }
        open = o->open != FAST_NO_CODE ? fast_or(open, fast_truth_of(m, o->open)) : open;
        closed = closed || (o->closed != FAST_NO_CODE && fast_truth_of(m, o->closed) != FAST_NO);
    }
    if (closed || open == FAST_NO) {
        return LANG_OPTION_CLOSED;
    }
    return open == FAST_YES ? LANG_OPTION_OPEN : LANG_OPTION_NOT_KNOWN;
}

/* ---- gates */

static void judged_at(struct lang_machine *m, uint32_t i, bool permits) {
    m->at = (struct fast_at){.t = m->events[i].from,
                             .upto = i + 1,
                             .permits = permits,
                             .self = i,
                             .trigger = FAST_NONE_AT,
                             .with_event = FAST_NONE_AT,
                             .version_day = m->ev.v[i].day,
                             .as = CF_AS_START,
                             .due_met = INT64_MAX,
                             .own = fast_own_of(m, i)};
}

/* G4: does the value decided at event i depart from what is recommended (open)? */
static enum fast_tri departs(struct lang_machine *m, const struct fast_gate *g, uint32_t i, uint32_t at) {
    judged_at(m, i, g->grade < 0);
    struct fast_val decided = fast_field(m, &m->p->paths.v[g->decided], i);
    bool known = decided.kind == LANG_T_CODE && (decided.flags & FAST_KNOWN) != 0;
    if (g->grade >= 0) {
        int level = fast_grade(m, &m->p->grades.v[g->grade]).level;
        if (m->want_support) {
            fast_join(m, at, m->sp);
        }
        return !known || level < 0 ? FAST_UNKNOWN : decided.lo == level ? FAST_NO : FAST_YES;
    }
    const struct fast_choice *c = &m->p->choices.v[g->choice];
    for (uint32_t k = 0; m->want_support && k < c->n; k++) {
        const struct fast_option *o = &m->p->options.v[c->first + k];
        fast_add_support(m, at, o->open);
        if (in_force(o->from, o->to, m->at.version_day)) {
            fast_add_support(m, at, o->closed);
        }
    }
    if (!known) {
        return FAST_UNKNOWN;
    }
    bool support = m->want_support;
    m->want_support = false;
    enum lang_option_state state = option(m, c, (int32_t)decided.lo);
    m->want_support = support;
    return state == LANG_OPTION_OPEN ? FAST_NO : FAST_YES;
}

/* One version of a gate at event i, which is of its record. What the judgement rests on joins place `at`. */
static struct fast_judged judge(struct lang_machine *m, uint32_t gate, uint32_t i, uint32_t at) {
    const struct fast_gate *g = &m->p->gates.v[gate];
    const struct fast_sel *s = &m->p->sels.v[g->sel];
    struct fast_judged j = {.known = 1};
    if (s->record != m->events[i].record || !fast_of_sel(m, s, i) || !in_force(g->from, g->to, m->ev.v[i].day)) {
        return j;
    }
    judged_at(m, i, true);
    j.role = (int8_t)fast_role_of(m, s, i);
    if (fast_adult(m, i, j.role)) {
        return j;
    }
    if (s->filter != FAST_NO_CODE || g->where != FAST_NO_CODE) {
        judged_at(m, i, false);
    }
    enum fast_tri guards = fast_with(m, s, i);
    if (g->grade >= 0 || g->choice >= 0) {
        guards = fast_and(guards, departs(m, g, i, at));
    } else if (g->where != FAST_NO_CODE && guards != FAST_NO) {
        guards = fast_and(guards, fast_truth_of(m, g->where));
        if (m->want_support) {
            fast_join(m, at, m->sp);
        }
    }
    j.judged = guards != FAST_NO;
    j.where_unknown = guards == FAST_UNKNOWN;
    if (j.judged) {
        if (!m->at.permits || g->grade >= 0) {
            judged_at(m, i, true);
        }
        enum fast_tri needs = fast_truth_of(m, g->needs);
        j.result = needs == FAST_YES ? LANG_KEPT_RESULT : needs == FAST_NO ? LANG_BREACHED : LANG_BREACHED_NOT_KNOWN;
        if (m->want_support) {
            fast_join(m, at, m->sp);
            fast_rest_on(m, at, i);
        }
    }
    return j;
}

/* Where the judgement of a gate at an event of its record is remembered. */
static struct fast_judged *judgement_of(struct lang_machine *m, uint32_t gate, uint32_t i) {
    return &m->judged.v[m->ev.v[i].judged + m->p->gates.v[gate].slot];
}

/* In a place of its own, with the machine's point put back. place FAST_NONE_AT: nobody wants to know what it rests on. */
static struct fast_judged judge_apart(struct lang_machine *m, uint32_t gate, uint32_t i, uint32_t place) {
    struct fast_at at = m->at;
    bool support = m->want_support, notes = m->want_notes;
    m->want_support = place != FAST_NONE_AT;
    m->want_notes = false;
    uint32_t row = fast_place(m);
    struct fast_judged j = judge(m, gate, i, row);
    if (m->want_support && j.judged) {
        fast_join(m, place, row);
    }
    m->sp = row;
    m->at = at;
    m->want_support = support;
    m->want_notes = notes;
    *judgement_of(m, gate, i) = j;
    return j;
}

struct fast_judged fast_judge(struct lang_machine *m, uint32_t gate, uint32_t i) {
    if (m->p->sels.v[m->p->gates.v[gate].sel].record != m->events[i].record) {
        return (struct fast_judged){.known = 1};
    }
    struct fast_judged j = *judgement_of(m, gate, i);
    return j.known != 0 ? j : judge_apart(m, gate, i, FAST_NONE_AT);
}

static bool kept_at(struct lang_machine *m, uint32_t chain, uint32_t i, uint32_t *gate) {
    return fast_visible(m, i) && fast_in_scope(m, i) && fast_version_at(m, chain, m->ev.v[i].day, gate) &&
           m->p->sels.v[m->p->gates.v[*gate].sel].record == m->events[i].record && fast_judge(m, *gate, i).judged;
}

/* X5: the gate's result at the last event in scope that it judged; unknown where there is none. */
enum fast_tri fast_kept(struct lang_machine *m, uint32_t chain, uint32_t place) {
    const struct fast_chain *c = &m->p->chains.v[chain];
    uint32_t found = FAST_NONE_AT, found_gate = 0;
    for (uint32_t v = 0; v < c->n; v++) {
        uint32_t record = m->p->sels.v[m->p->gates.v[m->p->versions.v[c->first + v].what].sel].record, gate;
        for (uint32_t k = record == UINT32_MAX ? 0 : m->list_n[record]; k-- > 0;) {
            uint32_t i = m->list.v[m->list_first[record] + k];
            if (found != FAST_NONE_AT && i <= found) {
                break;
            }
            if (kept_at(m, chain, i, &gate)) {
                found = i;
                found_gate = gate;
                break;
            }
        }
    }
    if (found == FAST_NONE_AT) {
        return FAST_UNKNOWN;
    }
    if (place != FAST_NONE_AT) {
        (void)judge_apart(m, found_gate, found, place);
    }
    uint8_t result = fast_judge(m, found_gate, found).result;
    return result == LANG_KEPT_RESULT ? FAST_YES : result == LANG_BREACHED ? FAST_NO : FAST_UNKNOWN;
}

static bool late_entry(const struct lang_machine *m, const uint64_t *bits, uint32_t i) {
    for (uint32_t k = 0; k < m->words; k++) {
        for (uint64_t left = bits[k]; left != 0; left &= left - 1) {
            uint32_t e = k * 64 + (uint32_t)__builtin_ctzll(left);
            if (e != i && m->events[e].recorded > m->events[i].from) {
                return true;
            }
        }
    }
    return false;
}

/* The lines of all gates before event i, as it arrives. */
void fast_gate_lines(struct lang_machine *m, uint32_t i) {
    struct fast_range gates = m->p->records[m->events[i].record].gates;
    for (uint32_t k = 0; k < gates.n; k++) {
        uint32_t gate = m->p->refs.v[gates.first + k];
        bool support = m->want_support;
        m->want_support = true;
        uint32_t row = fast_place(m);
        struct fast_judged j = judge_apart(m, gate, i, row);
        if (j.judged) {
            const struct lang_event *e = &m->events[i];
            struct lang_gate_line line = {
                .rule = m->p->gates.v[gate].decl, .event = e->seq, .role = j.role, .result = (enum lang_result)j.result};
            const uint64_t *bits = m->sup.v + (size_t)row * m->words;
            bool unknown = j.result == LANG_BREACHED_NOT_KNOWN;
            line.marks = fast_support_marks(m, bits) | (j.where_unknown || unknown ? LANG_M_RESTS_ON_UNKNOWN : 0u);
            line.marks |= j.result == LANG_KEPT_RESULT && late_entry(m, bits, i) ? LANG_M_ENTERED_LATER : 0u;
            line.not_in_source = unknown && (e->marks & LANG_FROM_SOURCE) != 0;
            line.support = fast_seqs(m, row);
            *FAST_PUSH(m, &m->gate_lines) = line;
            *FAST_PUSH(m, &m->gate_at) = (struct fast_gate_at){i};
        }
        m->sp = row;
        m->want_support = support;
    }
}

/* Is there an `explained` in the scope of the machine's point that came after an instant? */
bool fast_explained(struct lang_machine *m, int64_t after) {
    uint32_t record = m->p->explained;
    for (uint32_t k = m->list_n[record]; k-- > 0;) {
        uint32_t i = m->list.v[m->list_first[record] + k];
        if (m->events[i].from >= after && fast_in_scope(m, i)) {
            return true;
        }
    }
    return false;
}

void fast_gates_explained(struct lang_machine *m) {
    for (size_t k = 0; k < m->gate_lines.n && m->list_n[m->p->explained] > 0; k++) {
        uint32_t i = m->gate_at.v[k].event;
        if (m->gate_lines.v[k].result != LANG_KEPT_RESULT) {
            judged_at(m, i, true);
            m->gate_lines.v[k].marks |= fast_explained(m, m->events[i].from) ? LANG_M_EXPLAINED : 0u;
        }
    }
}

/* ---- docket lines of what stands at `now` */

bool fast_scope_opens(const struct lang_machine *m, uint32_t i, int32_t episode) {
    return episode >= 0 && m->p->records[m->events[i].record].opens == episode && (m->events[i].roles & 1) != 0;
}

static void grade_line(struct lang_machine *m, const struct fast_grade *g, uint64_t episode, struct lang_docket *out) {
    struct fast_graded got = fast_grade(m, g);
    *cf_push(m->out, &out->grades) = (struct lang_grade_line){.rule = g->decl,
                                                              .episode = episode,
                                                              .level = got.level,
                                                              .could_be = got.could_be,
                                                              .criteria = got.criteria,
                                                              .could_criteria = got.could_criteria,
                                                              .support = fast_seqs(m, m->sp)};
}

static void score_line(struct lang_machine *m, const struct fast_score *s, uint64_t episode, struct lang_docket *out) {
    struct fast_val v = fast_score(m, s);
    bool known = v.kind == LANG_T_WHOLE && (v.flags & (FAST_NO_LO | FAST_NO_HI)) == 0;
    *cf_push(m->out, &out->scores) = (struct lang_score_line){.rule = s->decl,
                                                              .episode = episode,
                                                              .known = known,
                                                              .lo = known ? v.lo : 0,
                                                              .hi = known ? v.hi : 0,
                                                              .support = fast_seqs(m, m->sp)};
}

static void choice_line(struct lang_machine *m, const struct fast_choice *c, uint64_t episode, struct lang_docket *out) {
    uint8_t *states = CF_NEW_N(m->out, uint8_t, c->n + 1);
    uint32_t at = fast_place(m);
    for (uint32_t i = 0; i < c->n; i++) {
        const struct fast_option *o = &m->p->options.v[c->first + i];
        fast_add_support(m, at, o->open);
        if (in_force(o->from, o->to, m->at.version_day)) {
            fast_add_support(m, at, o->closed);
        }
    }
    bool notes = m->want_notes;
    m->want_support = m->want_notes = false;
    for (uint32_t i = 0; i < c->n; i++) {
        states[i] = (uint8_t)option(m, c, m->p->options.v[c->first + i].index);
    }
    m->want_support = true;
    m->want_notes = notes;
    m->sp = at;
    *cf_push(m->out, &out->choices) =
        (struct lang_choice_line){.rule = c->decl, .episode = episode, .options = states, .support = fast_seqs(m, at)};
}

static void flag_line(struct lang_machine *m, const struct fast_flag *f, uint64_t episode, struct lang_docket *out) {
    if (fast_truth_of(m, f->cond) == FAST_YES) {
        *cf_push(m->out, &out->flags) =
            (struct lang_flag_line){.rule = f->decl, .episode = episode, .support = fast_seqs(m, m->sp)};
    }
}

/* The point `now`, for one scope; opener FAST_NONE_AT: the subject. */
static void now_in(struct lang_machine *m, uint32_t opener, bool permits) {
    m->at = (struct fast_at){.t = m->now,
                             .upto = (uint32_t)m->h->n,
                             .permits = permits,
                             .self = FAST_NONE_AT,
                             .trigger = FAST_NONE_AT,
                             .with_event = FAST_NONE_AT,
                             .version_day = fast_day(m, m->now),
                             .as = CF_AS_START,
                             .due_met = INT64_MAX,
                             .own = &m->nowhere};
    if (opener != FAST_NONE_AT) {
        m->at.own = fast_own_is(m, opener);
    }
}

static bool is_kind(const struct lang_machine *m, const struct lang_scope *s) {
    return s->about && s->kind == m->h->kind;
}

static void grades_and_scores(struct lang_machine *m, uint32_t opener, int32_t day, struct lang_docket *out) {
    uint64_t seq = opener == FAST_NONE_AT ? UINT64_MAX : m->events[opener].seq;
    now_in(m, opener, false);
    bool open = opener != FAST_NONE_AT && fast_open(m, opener);
    for (size_t k = 0; k < m->p->grades.n; k++) {
        const struct fast_grade *g = &m->p->grades.v[k];
        bool here =
            opener == FAST_NONE_AT ? is_kind(m, &g->decl->as.grade.scope) : open && fast_scope_opens(m, opener, g->episode);
        if (here && in_force(g->from, g->to, day)) {
            grade_line(m, g, seq, out);
        }
    }
    for (size_t k = 0; k < m->p->scores.n; k++) {
        const struct fast_score *s = &m->p->scores.v[k];
        bool here =
            opener == FAST_NONE_AT ? is_kind(m, &s->decl->as.score.scope) : open && fast_scope_opens(m, opener, s->episode);
        if (here && in_force(s->from, s->to, day)) {
            score_line(m, s, seq, out);
        }
    }
    for (size_t k = 0; k < m->p->flags.n; k++) {
        const struct fast_flag *f = &m->p->flags.v[k];
        bool here = opener == FAST_NONE_AT ? is_kind(m, &f->decl->as.flag.scope) : fast_scope_opens(m, opener, f->episode);
        if (here && in_force(f->from, f->to, day)) {
            flag_line(m, f, seq, out);
        }
    }
}

static bool kinds_have(const struct fast_kinds *k, int32_t kind) {
    return kind >= 0 && (k->w[kind / 64] >> (kind % 64) & 1) != 0;
}

static void choices(struct lang_machine *m, uint32_t opener, int32_t day, struct lang_docket *out) {
    uint64_t seq = opener == FAST_NONE_AT ? UINT64_MAX : m->events[opener].seq;
    now_in(m, opener, true);
    for (size_t k = 0; k < m->p->choices.n; k++) {
        const struct fast_choice *c = &m->p->choices.v[k];
        const struct lang_record *r = &c->decl->as.choice.for_->decl->as.record;
        int32_t kind = opener == FAST_NONE_AT ? -1 : m->p->records[m->events[opener].record].opens;
        bool once = r->opens_decl == NULL && r->in_decls.n == 0 && r->roles.n > 0 && r->roles.v[0].kind == m->h->kind;
        /* a record that only closes a kind has no place among its choices */
        bool in = kinds_have(&m->p->records[c->record].kinds, kind) && m->p->records[c->record].closes != kind;
        bool here = opener == FAST_NONE_AT ? once : in && fast_scope_opens(m, opener, kind) && fast_open(m, opener);
        if (here && in_force(c->from, c->to, day)) {
            choice_line(m, c, seq, out);
        }
    }
}

void fast_state_lines(struct lang_machine *m, struct lang_docket *out) {
    int32_t day = fast_day(m, m->now);
    m->want_support = m->want_notes = true;
    m->next = INT64_MAX;
    grades_and_scores(m, FAST_NONE_AT, day, out);
    choices(m, FAST_NONE_AT, day, out);
    for (size_t k = 0; k < m->openers.n; k++) {
        grades_and_scores(m, m->openers.v[k], day, out);
        choices(m, m->openers.v[k], day, out);
    }
    m->want_support = m->want_notes = false;
    m->valid = m->next < m->valid ? m->next : m->valid;
}
