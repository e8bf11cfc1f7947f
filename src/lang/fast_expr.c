/* fast_expr: runs the code of an expression at the machine's point. Each place of the stack holds a value and, where asked for,
 * the bits of the events on which it rests (W2). Operators join both. Every operand runs: a result that is already certain
 * still has to know what it rests on, and when an operand may change. Must not know: duties, dockets. */
#include "lang/fast_priv.h"

/* ---- the stack */

static void grow(struct lang_machine *m) {
    size_t want = m->st.n < 64 ? 64 : m->st.n * 2;
    while (m->st.n < want) {
        (void)cf_push(m->a, &m->st);
    }
    while (m->sup.n < (want + 1) * m->words) {
        (void)cf_push(m->a, &m->sup);
    }
}

static uint64_t *bits(struct lang_machine *m, uint32_t place) {
    return m->sup.v + (size_t)place * m->words;
}

static void clear(struct lang_machine *m, uint32_t place) {
    fast_clear_bits(bits(m, place), m->words);
}

static void join(struct lang_machine *m, uint32_t into, uint32_t from) {
    uint64_t *a = bits(m, into), *b = bits(m, from);
    for (uint32_t k = 0; k < m->words; k++) {
        a[k] |= b[k];
    }
}

static void copy(struct lang_machine *m, uint32_t into, uint32_t from) {
    fast_copy_bits(bits(m, into), bits(m, from), m->words);
}

static void rest_on(struct lang_machine *m, uint32_t place, uint32_t event) {
    if (m->want_support && event != FAST_NONE_AT) {
        bits(m, place)[event / 64] |= (uint64_t)1 << (event % 64);
    }
}

static inline void reserve(struct lang_machine *m, uint32_t more) {
    while (m->sp + more + 2 >= m->st.n || (size_t)(m->sp + more + 3) * m->words > m->sup.n) {
        grow(m);
    }
}

/* A new place on top, resting on nothing. There is room: fast_run and fast_place have seen to it. */
static uint32_t place(struct lang_machine *m) {
    if (m->want_support) {
        clear(m, m->sp);
    }
    return m->sp++;
}

static void push(struct lang_machine *m, struct fast_val v) {
    uint32_t at = place(m); /* first: it may move the stack */
    m->st.v[at] = v;
}

/* The result of code that ran a moment ago, with what it rests on, which still lies above the top. */
static void push_result(struct lang_machine *m, struct fast_val v) {
    m->st.v[m->sp++] = v;
}

/* Drops all but `keep` of the top n places; the lowest then rests on what any of them did. */
static struct fast_val *fold(struct lang_machine *m, uint32_t n) {
    uint32_t first = m->sp - n;
    for (uint32_t k = first + 1; m->want_support && k < m->sp; k++) {
        join(m, first, k);
    }
    m->sp = first + 1;
    return &m->st.v[first];
}

static struct fast_val *top(struct lang_machine *m) {
    return &m->st.v[m->sp - 1];
}

/* Runs code whose support and changes nobody wants. */
struct fast_val fast_run_quietly(struct lang_machine *m, uint32_t code) {
    bool support = m->want_support, notes = m->want_notes;
    m->want_support = m->want_notes = false;
    struct fast_val v = fast_run(m, code);
    m->want_support = support;
    m->want_notes = notes;
    return v;
}

uint32_t fast_place(struct lang_machine *m) {
    reserve(m, 1);
    return place(m);
}
void fast_rest_on(struct lang_machine *m, uint32_t at, uint32_t event) {
    rest_on(m, at, event);
}
void fast_join(struct lang_machine *m, uint32_t into, uint32_t from) {
    join(m, into, from);
}

void fast_add_support(struct lang_machine *m, uint32_t at, uint32_t code) {
    if (code != FAST_NO_CODE && m->want_support) {
        (void)fast_run(m, code);
        join(m, at, m->sp);
    }
}

/* Room for so many numbers, from a piece that many lines share. */
static uint64_t *seq_room(struct lang_machine *m, size_t n) {
    enum { PIECE = 256 };
    if (m->seqs == NULL || n > m->seqs_left) {
        m->seqs_left = n > PIECE ? n : PIECE;
        m->seqs = CF_NEW_N(m->out, uint64_t, m->seqs_left);
    }
    uint64_t *seqs = m->seqs;
    m->seqs += n;
    m->seqs_left -= n;
    return seqs;
}

/* The events of a place as the docket keeps them: sequence numbers, ascending. */
struct lang_support fast_seqs(struct lang_machine *m, uint32_t at) {
    const uint64_t *w = bits(m, at);
    size_t n = 0, room = 0;
    for (uint32_t k = 0; k < m->words; k++) {
        for (uint64_t left = w[k]; left != 0; left &= left - 1) {
            room++;
        }
    }
    uint64_t *seqs = seq_room(m, room);
    for (uint32_t k = 0; k < m->words; k++) {
        for (uint64_t left = w[k]; left != 0; left &= left - 1) {
            uint64_t seq = m->events[k * 64 + (uint32_t)__builtin_ctzll(left)].seq;
            size_t j = n++;
            for (; j > 0 && seqs[j - 1] > seq; j--) {
                seqs[j] = seqs[j - 1];
            }
            seqs[j] = seq;
        }
    }
    return (struct lang_support){seqs, n};
}

/* The marks that the events of a support give (D11). */
uint32_t fast_support_marks(const struct lang_machine *m, const uint64_t *w) {
    uint32_t marks = 0;
    for (uint32_t k = 0; k < m->words; k++) {
        for (uint64_t left = w[k]; left != 0; left &= left - 1) {
            const struct lang_event *e = &m->events[k * 64 + (uint32_t)__builtin_ctzll(left)];
            marks |= (e->from != e->to ? LANG_M_DAY_ONLY : 0u) | ((e->marks & LANG_CORRECTED) != 0 ? LANG_M_CORRECTED : 0u);
        }
    }
    return marks;
}

/* ---- fields of one event */

static struct fast_val subject_or_unknown(uint32_t s) {
    return s == 0 ? fast_unknown(LANG_T_SUBJECT) : fast_one(LANG_T_SUBJECT, s);
}

static struct fast_val in_role(struct lang_machine *m, const struct lang_event *e, const struct fast_path *f) {
    uint32_t s = f->role < 0 || e->subjects == NULL ? 0 : e->subjects[f->role];
    if (f->kind != LANG_T_SET) {
        return subject_or_unknown(s);
    }
    struct lang_item *item = CF_NEW(m->out, struct lang_item);
    item->v = (struct lang_value){.kind = LANG_V_SUBJECT, .i = s};
    return (struct fast_val){
        .kind = LANG_T_SET, .flags = FAST_KNOWN, .elem = LANG_T_SUBJECT, .items = item, .hi = s != 0, .den = 1};
}

static struct fast_val attribute(struct lang_machine *m, const struct lang_event *e, const struct fast_path *f) {
    switch ((enum lang_attr)f->attr) {
    case LANG_ATTR_HAPPENED: {
        struct fast_val v = fast_one(LANG_T_INSTANT, e->from);
        v.hi = e->to;
        return v;
    }
    case LANG_ATTR_RECORDED: return fast_one(LANG_T_INSTANT, e->recorded);
    case LANG_ATTR_ACTOR: return subject_or_unknown(e->actor.subject);
    case LANG_ATTR_UNIT: return subject_or_unknown(e->unit);
    case LANG_ATTR_TO: return subject_or_unknown(e->recipient);
    case LANG_ATTR_ROLE: return in_role(m, e, f);
    case LANG_ATTR_NONE:
    case LANG_ATTR_ATTRIBUTE: break;
    }
    return fast_unknown(f->kind);
}

struct fast_val fast_field(struct lang_machine *m, const struct fast_path *f, uint32_t i) {
    if (i == FAST_NONE_AT) {
        return fast_unknown(f->kind); /* no such event (U2) */
    }
    const struct lang_event *e = &m->events[i];
    if (f->attr != LANG_ATTR_NONE) {
        return attribute(m, e, f);
    }
    if (f->field < 0 || e->fields == NULL) {
        return fast_unknown(f->kind);
    }
    const struct lang_value *v = &e->fields[f->field];
    if (f->kept == 0) {
        return fast_from_value(v, f->kind, f->elem);
    }
    bool one = v->kind == LANG_V_LIST && v->more == 1 && v->items[0].kept != NULL;
    return one ? fast_from_value(&v->items[0].kept[f->kept - 1], f->kind, f->elem) : fast_unknown(f->kind);
}

static void push_field(struct lang_machine *m, const struct fast_path *f, uint32_t i) {
    struct fast_val v = fast_field(m, f, i);
    uint32_t at = place(m);
    m->st.v[at] = v;
    rest_on(m, at, i);
}

static void do_field(struct lang_machine *m, const struct fast_instr *in) {
    const struct fast_path *f = &m->p->paths.v[in->c];
    uint32_t i = in->op == FAST_TRIGGER_FIELD ? m->at.trigger
                 : in->op == FAST_OWN_FIELD   ? m->at.with_event
                                              : fast_last(m, f->record, f->previous);
    push_field(m, f, i);
}

/* Is a coded field one of some codes? Unknown where it is not answered, or there is no such event (U2). */
static enum fast_tri among(struct lang_machine *m, const struct fast_instr *in, uint32_t *event) {
    const struct fast_path *f = &m->p->paths.v[in->c];
    uint8_t from = in->x & 127;
    uint32_t i = from == FAST_TRIGGER_FIELD ? m->at.trigger
                 : from == FAST_OWN_FIELD   ? m->at.with_event
                                            : fast_last(m, f->record, f->previous);
    *event = i;
    if (i == FAST_NONE_AT || m->events[i].fields == NULL) {
        return FAST_UNKNOWN;
    }
    const struct lang_value *v = &m->events[i].fields[f->field];
    while (v->kind == LANG_V_LIST && v->more == 1) { /* one value that keeps attributes */
        v = &v->items[0].v;
    }
    if (v->kind != (f->kind == LANG_T_CODE ? LANG_V_CODE : LANG_V_YESNO)) {
        return FAST_UNKNOWN;
    }
    uint64_t n = f->kind == LANG_T_CODE ? (uint64_t)v->i : v->i != 0;
    bool is = n < 64 && ((uint64_t)in->v >> n & 1) != 0;
    return is != ((in->x & 128) != 0) ? FAST_YES : FAST_NO;
}

static void do_among(struct lang_machine *m, const struct fast_instr *in) {
    uint32_t i;
    enum fast_tri got = among(m, in, &i);
    if (in->y == 0) {
        uint32_t at = place(m);
        m->st.v[at] = fast_truth(got);
        rest_on(m, at, i);
        return;
    }
    /* joined to the value on top: as do_and_or */
    enum fast_tri decides = in->y == FAST_AND ? FAST_NO : FAST_YES, x = fast_tri_of(top(m));
    if (m->want_support && x != decides && got == decides) {
        clear(m, m->sp - 1);
        rest_on(m, m->sp - 1, i);
    } else if (x == got || x != decides) {
        rest_on(m, m->sp - 1, i);
    }
    *top(m) = fast_truth(decides == FAST_NO ? fast_and(x, got) : fast_or(x, got));
}

static void do_trigger(struct lang_machine *m, const struct fast_instr *in) {
    uint32_t at = place(m), i = m->at.trigger;
    if (in->x != 0) {
        m->st.v[at] = i == FAST_NONE_AT ? fast_unknown(LANG_T_EVENT) : fast_one(LANG_T_EVENT, (int64_t)m->events[i].seq);
    } else {
        m->st.v[at] = m->at.has_trigger ? fast_one(LANG_T_INSTANT, m->at.trigger_t) : fast_unknown(LANG_T_INSTANT);
    }
    rest_on(m, at, i);
}

static void do_item(struct lang_machine *m, const struct fast_instr *in) {
    const struct lang_item *item = m->at.item;
    bool known = item != NULL && (in->y == 0 || item->kept != NULL);
    push(m, !known ? fast_unknown(in->x)
                   : fast_from_value(in->y == 0 ? &item->v : &item->kept[in->y - 1], in->x, (unsigned)in->v));
}

/* ---- over events of a record */

struct scan {
    const struct fast_sel *s;
    const uint32_t *list;
    uint32_t n;
};

static struct scan scan_of(struct lang_machine *m, uint32_t sel) {
    const struct fast_sel *s = &m->p->sels.v[sel];
    struct scan c = {.s = s, .list = NULL, .n = 0};
    if (s->record != UINT32_MAX) {
        struct fast_slice reach = fast_reach(m, s->record, s->any_episode);
        c.list = reach.v;
        c.n = reach.n;
    }
    fast_note_windows(m, s);
    return c;
}

static void do_count(struct lang_machine *m, const struct fast_instr *in) {
    struct scan c = scan_of(m, (uint32_t)in->c);
    uint32_t at = place(m);
    int64_t lo = 0, hi = 0;
    for (uint32_t k = 0; k < c.n; k++) {
        enum fast_tri got = fast_matches(m, c.s, c.list[k]);
        lo += got == FAST_YES;
        hi += got != FAST_NO;
        if (got != FAST_NO) {
            rest_on(m, at, c.list[k]);
        }
    }
    m->st.v[at] = fast_between(lo, hi); /* U3 */
}

static void do_exists(struct lang_machine *m, const struct fast_instr *in) {
    struct scan c = scan_of(m, (uint32_t)in->c);
    uint32_t at = place(m);
    enum fast_tri any = FAST_NO;
    for (uint32_t k = c.n; k-- > 0 && (any != FAST_YES || m->want_support);) {
        enum fast_tri got = fast_matches(m, c.s, c.list[k]);
        any = fast_or(any, got);
        if (got != FAST_NO) {
            rest_on(m, at, c.list[k]);
        }
    }
    m->st.v[at] = fast_truth(in->op == FAST_NONE ? fast_not(any) : any);
}

/* The first (last) that surely matches; unknown if one before (after) it may match. */
static void do_first(struct lang_machine *m, const struct fast_instr *in) {
    struct scan c = scan_of(m, (uint32_t)in->v);
    const struct fast_path *f = &m->p->paths.v[in->c];
    uint32_t at = place(m);
    m->st.v[at] = fast_unknown(f->kind);
    for (uint32_t k = 0; k < c.n; k++) {
        uint32_t i = c.list[in->x != 0 ? c.n - 1 - k : k];
        enum fast_tri got = fast_matches(m, c.s, i);
        if (got != FAST_NO) {
            struct fast_val v = fast_field(m, f, got == FAST_YES ? i : FAST_NONE_AT);
            m->st.v[at] = v;
            rest_on(m, at, i);
            return;
        }
    }
}

static void do_sum(struct lang_machine *m, const struct fast_instr *in) {
    struct scan c = scan_of(m, (uint32_t)in->v);
    const struct fast_path *f = &m->p->paths.v[in->c];
    uint32_t at = place(m);
    struct fast_val sum = fast_one(f->kind == LANG_T_DURATION ? LANG_T_DURATION : LANG_T_WHOLE, 0);
    bool any = false;
    for (uint32_t k = 0; k < c.n; k++) {
        enum fast_tri got = fast_matches(m, c.s, c.list[k]);
        if (got == FAST_NO) {
            continue;
        }
        rest_on(m, at, c.list[k]);
        struct fast_val v = fast_field(m, f, c.list[k]);
        if (got == FAST_UNKNOWN) { /* it adds its value, or nothing */
            v.lo = v.lo < 0 ? v.lo : 0;
            v.hi = v.hi > 0 ? v.hi : 0;
        }
        sum = !any && v.kind == LANG_T_DURATION ? v : fast_add(m, sum, v);
        any = true;
    }
    m->st.v[at] = sum;
}

/* ---- what other declarations give */

static void do_call(struct lang_machine *m, const struct fast_instr *in) {
    const struct fast_own *own = m->at.own;
    m->at.own = in->x != 0 ? &m->nowhere : own;
    struct fast_val v = fast_run(m, fast_version(m, (uint32_t)in->c, m->at.version_day));
    m->at.own = own;
    push_result(m, v);
}

static void do_kept(struct lang_machine *m, const struct fast_instr *in) {
    uint32_t at = place(m);
    enum fast_tri kept = fast_kept(m, (uint32_t)in->c, m->want_support ? at : FAST_NONE_AT);
    m->st.v[at] = fast_truth(kept);
}

static void do_grade(struct lang_machine *m, const struct fast_instr *in) {
    struct fast_graded g = fast_grade(m, &m->p->grades.v[fast_version(m, (uint32_t)in->c, m->at.version_day)]);
    push_result(m, g.level < 0 ? fast_unknown(LANG_T_CODE) : fast_one(LANG_T_CODE, g.level));
}

static void do_score(struct lang_machine *m, const struct fast_instr *in) {
    push_result(m, fast_score(m, &m->p->scores.v[fast_version(m, (uint32_t)in->c, m->at.version_day)]));
}

static void do_in_span(struct lang_machine *m, const struct fast_span *s) {
    uint32_t at = place(m);
    struct fast_val v = fast_in_span(m, s);
    m->st.v[at] = v;
    fast_rest_on_span(m, s, at);
}

static void do_time_in(struct lang_machine *m, const struct fast_instr *in) {
    const struct fast_time_in *t = &m->p->times.v[in->c];
    uint32_t at = place(m);
    struct fast_val v = fast_time_in(m, t);
    m->st.v[at] = v;
    fast_rest_on_span(m, &m->p->spans.v[fast_version(m, t->span, m->at.version_day)], at);
}

/* The starts and the ends that were seen. */
void fast_rest_on_span(struct lang_machine *m, const struct fast_span *span, uint32_t at) {
    uint32_t sels[] = {span->from, span->to};
    for (size_t s = 0; m->want_support && span->unit == NULL && s < 2; s++) {
        const struct fast_sel *sel = sels[s] == UINT32_MAX ? NULL : &m->p->sels.v[sels[s]];
        struct fast_slice reach = {NULL, 0};
        if (sel != NULL && sel->record != UINT32_MAX) {
            reach = fast_reach(m, sel->record, sel->any_episode);
        }
        for (uint32_t k = 0; k < reach.n; k++) {
            if (fast_matches(m, sel, reach.v[k]) != FAST_NO) {
                rest_on(m, at, reach.v[k]);
            }
        }
    }
}

/* ---- tables */

static struct fast_val look_up(struct lang_machine *m, const struct fast_table *t, const struct fast_val *keys) {
    const struct fast_val *constants = m->p->constants.v;
    const uint32_t *cells = m->p->table_cells.v + t->first;
    if (t->dense) {
        bool known = keys[0].kind == LANG_T_CODE && (keys[0].flags & FAST_KNOWN) != 0;
        bool inside = known && keys[0].lo >= 0 && keys[0].lo < (int64_t)t->codes;
        uint32_t row = inside ? m->p->rows_of_code.v[t->first_code + (uint32_t)keys[0].lo] : 0;
        return row == 0 ? fast_unknown(t->kind) : constants[cells[2 * (row - 1) + 1]];
    }
    for (uint32_t r = 0; r < t->rows; r++, cells += t->keys + 1) {
        uint32_t k = 0;
        while (k < t->keys && fast_compare(m->p->ref, LANG_EQ, constants[cells[k]], keys[k]) == FAST_YES) {
            k++;
        }
        if (k == t->keys) {
            return constants[cells[k]];
        }
    }
    return fast_unknown(t->kind); /* a missing row is unknown, never 0 (G5) */
}

static void do_table(struct lang_machine *m, const struct fast_instr *in) {
    const struct fast_table *t = &m->p->tables.v[fast_version(m, (uint32_t)in->c, m->at.version_day)];
    struct fast_val v = look_up(m, t, &m->st.v[m->sp - in->y]);
    *fold(m, in->y) = v;
}

static void do_sum_table(struct lang_machine *m, const struct fast_instr *in) {
    const struct fast_table *t = &m->p->tables.v[fast_version(m, (uint32_t)in->c, m->at.version_day)];
    struct fast_val set = *top(m);
    if (set.kind != LANG_T_SET || (set.flags & FAST_KNOWN) == 0) {
        *top(m) = fast_unknown(in->x);
        return;
    }
    struct fast_val sum = fast_one(LANG_T_WHOLE, 0);
    for (int64_t i = 0; i < set.hi; i++) {
        struct fast_val key = fast_from_value(&set.items[i].v, set.elem, 0);
        sum = fast_add(m, sum, look_up(m, t, &key));
    }
    *top(m) = sum;
}

/* ---- values */

static void do_add(struct lang_machine *m, const struct fast_instr *in) {
    struct fast_val b = m->st.v[m->sp - 1], a = m->st.v[m->sp - 2];
    if (in->op == FAST_SUB && a.kind == LANG_T_INSTANT && b.kind == LANG_T_INSTANT) {
        *fold(m, 2) = fast_elapsed(m->p->ref, a, b);
        return;
    }
    *fold(m, 2) = fast_add(m, a, in->op == FAST_SUB ? fast_negate(b) : b);
}

static void do_else(struct lang_machine *m) {
    uint32_t a = m->sp - 2;
    if (!fast_known(&m->st.v[a])) { /* U5 */
        m->st.v[a] = m->st.v[a + 1];
        if (m->want_support) {
            copy(m, a, a + 1);
        }
    }
    m->sp--;
}

static void do_partner(struct lang_machine *m, const struct fast_instr *in) {
    struct fast_val v = *top(m);
    const struct lang_reference *ref = m->p->ref;
    uint32_t s = 0;
    if (v.kind == LANG_T_SUBJECT && (v.flags & FAST_KNOWN) != 0 && ref->partner_of != NULL) {
        s = ref->partner_of(ref->ctx, m->p->set->partners.v[in->c], (uint32_t)v.lo);
    }
    v = subject_or_unknown(s);
    v.partner = in->c + 1;
    *top(m) = v;
}

static void do_count_set(struct lang_machine *m) {
    struct fast_val v = *top(m);
    if (v.kind == LANG_T_SET && (v.flags & FAST_KNOWN) != 0) {
        *top(m) = fast_one(LANG_T_WHOLE, v.hi);
        return;
    }
    *top(m) = (struct fast_val){.kind = LANG_T_WHOLE, .flags = FAST_NO_HI, .den = 1};
}

/* ---- persons */

static int64_t next_birthday(struct lang_machine *m, int32_t born) {
    int age = cf_age_on(born, fast_day(m, m->at.t));
    return fast_day_start(m, age < 0 ? born : cf_day_turns(born, age + 1));
}

static int64_t own_time(const struct lang_machine *m) {
    return m->at.with_event != FAST_NONE_AT ? m->events[m->at.with_event].from : m->at.t;
}

static void do_age(struct lang_machine *m, const struct fast_instr *in) {
    int64_t lo = own_time(m), hi = lo;
    if (in->x == 0) {
        (void)place(m);
    } else {
        struct fast_val v = fast_seconds(m->p->ref, *top(m), CF_AS_START);
        if ((v.flags & (FAST_NO_LO | FAST_NO_HI)) != 0) {
            int32_t unused;
            uint32_t born_event;
            (void)fast_birth(m, &unused, &unused, &born_event);
            *top(m) = fast_unknown(LANG_T_WHOLE);
            rest_on(m, m->sp - 1, born_event);
            return;
        }
        lo = v.lo;
        hi = v.hi;
    }
    int32_t first, last;
    uint32_t event;
    bool born = fast_birth(m, &first, &last, &event);
    rest_on(m, m->sp - 1, event);
    *top(m) = fast_unknown(LANG_T_WHOLE);
    if (born) {
        *top(m) = fast_between(cf_age_on(last, fast_day(m, lo)), cf_age_on(first, fast_day(m, hi)));
    }
    if (born && in->x == 0 && m->want_notes) { /* each birthday, of the first and of the last possible birth */
        int64_t a = next_birthday(m, first), b = next_birthday(m, last);
        fast_note(m, a < b ? a : b);
    }
}

static void do_child(struct lang_machine *m, const struct fast_instr *in) {
    int64_t t = own_time(m);
    bool known = true;
    if (in->x == 0) {
        (void)place(m);
    } else {
        struct fast_val v = fast_seconds(m->p->ref, *top(m), CF_AS_START);
        known = v.kind == LANG_T_INSTANT && (v.flags & FAST_NO_LO) == 0;
        t = v.lo;
    }
    int32_t first, last;
    uint32_t event;
    bool born = fast_birth(m, &first, &last, &event);
    rest_on(m, m->sp - 1, event);
    bool adult = known && born && fast_turns_18(m, last) <= fast_day(m, t);
    *top(m) = fast_truth(adult ? FAST_NO : FAST_YES);
    if (born && in->x == 0 && m->want_notes) {
        fast_note(m, fast_day_start(m, fast_turns_18(m, last)));
    }
}

static void do_turns(struct lang_machine *m, const struct fast_instr *in) {
    int32_t first, last;
    uint32_t event, at = place(m);
    bool born = fast_birth(m, &first, &last, &event);
    rest_on(m, at, event);
    m->st.v[at] = born ? fast_days(cf_day_turns(first, (int)in->v), cf_day_turns(last, (int)in->v)) : fast_unknown(LANG_T_DATE);
}

/* ---- episodes */

static bool is_open(struct lang_machine *m, int32_t kind, uint32_t i) {
    const struct fast_record *r = &m->p->records[m->events[i].record];
    if (!fast_visible(m, i) || !fast_counts(m, i)) {
        return false;
    }
    bool wanted = kind < 0 ? r->opens_held : r->opens == kind && fast_in_scope(m, i);
    return wanted && fast_open(m, i);
}

static void do_open(struct lang_machine *m, const struct fast_instr *in) {
    uint32_t at = place(m);
    bool any = false;
    for (size_t k = 0; k < m->openers.n && (!any || m->want_support); k++) {
        if (is_open(m, in->c, m->openers.v[k])) {
            any = true;
            rest_on(m, at, m->openers.v[k]);
        }
    }
    m->st.v[at] = fast_truth(any ? FAST_YES : FAST_NO);
}

/* X5: the units that hold open held episodes, each once, by number. */
static void do_holders(struct lang_machine *m) {
    uint32_t at = place(m);
    struct lang_item *items = NULL;
    size_t n = 0;
    for (size_t o = 0; o < m->openers.n; o++) {
        uint32_t i = m->openers.v[o], by;
        if (!is_open(m, -1, i)) {
            continue;
        }
        if (items == NULL) {
            items = CF_NEW_N(m->out, struct lang_item, m->openers.n);
        }
        int64_t unit = fast_holder(m, m->events[i].seq, &by);
        rest_on(m, at, i);
        rest_on(m, at, by);
        size_t k = 0;
        while (k < n && items[k].v.i < unit) {
            k++;
        }
        if (k < n && items[k].v.i == unit) {
            continue;
        }
        memmove(items + k + 1, items + k, (n - k) * sizeof(*items));
        items[k] = (struct lang_item){.v = {.kind = unit == 0 ? LANG_V_NOT_KNOWN : LANG_V_SUBJECT, .i = unit}};
        n++;
    }
    m->st.v[at] = (struct fast_val){
        .kind = LANG_T_SET, .flags = FAST_KNOWN, .elem = LANG_T_SUBJECT, .items = items, .hi = (int64_t)n, .den = 1};
}

/* ---- conditions */

/* `and` that is no rests on what is no, `or` that is yes on what is yes; otherwise on both. */
static void do_and_or(struct lang_machine *m, enum fast_tri decides) {
    uint32_t a = m->sp - 2, b = a + 1;
    enum fast_tri x = fast_tri_of(&m->st.v[a]), y = fast_tri_of(&m->st.v[b]);
    if (m->want_support && x != decides && y == decides) {
        copy(m, a, b);
    } else if (m->want_support && (x == y || x != decides)) {
        join(m, a, b);
    }
    m->st.v[a] = fast_truth(decides == FAST_NO ? fast_and(x, y) : fast_or(x, y));
    m->sp--;
}

static void do_compare(struct lang_machine *m, const struct fast_instr *in) {
    enum fast_tri got = fast_compare(m->p->ref, (enum lang_op)in->x, m->st.v[m->sp - 2], m->st.v[m->sp - 1]);
    *fold(m, 2) = fast_truth(got);
}

static void do_in_list(struct lang_machine *m, const struct fast_instr *in) {
    uint32_t a = m->sp - in->y - 1u;
    enum fast_tri any = FAST_NO;
    for (uint32_t k = a + 1; k < m->sp; k++) {
        any = fast_or(any, fast_compare(m->p->ref, LANG_EQ, m->st.v[a], m->st.v[k]));
    }
    *fold(m, in->y + 1u) = fast_truth(any);
}

static void do_in_range(struct lang_machine *m) {
    const struct fast_val *v = &m->st.v[m->sp - 3];
    enum fast_tri from = fast_compare(m->p->ref, LANG_GE, v[0], v[1]), to = fast_compare(m->p->ref, LANG_LE, v[0], v[2]);
    *fold(m, 3) = fast_truth(fast_and(from, to));
}

static void do_within(struct lang_machine *m) {
    struct fast_val a = m->st.v[m->sp - 2], b = m->st.v[m->sp - 1];
    bool known = a.kind == LANG_T_SET && b.kind == LANG_T_SET && (a.flags & b.flags & FAST_KNOWN) != 0;
    enum fast_tri all = known ? FAST_YES : FAST_UNKNOWN;
    for (int64_t i = 0; known && i < a.hi; i++) {
        struct fast_val x = fast_from_value(&a.items[i].v, a.elem, 0);
        enum fast_tri any = FAST_NO;
        for (int64_t k = 0; k < b.hi; k++) {
            any = fast_or(any, fast_compare(m->p->ref, LANG_EQ, x, fast_from_value(&b.items[k].v, b.elem, 0)));
        }
        all = fast_and(all, any);
    }
    *fold(m, 2) = fast_truth(all);
}

static void do_every(struct lang_machine *m, const struct fast_instr *in) {
    struct fast_val set = *top(m);
    uint32_t at = m->sp - 1;
    const struct lang_item *item = m->at.item;
    bool notes = m->want_notes, support = m->want_support;
    if (notes) { /* what may change of the condition, whatever the items */
        m->want_support = false;
        (void)fast_run(m, (uint32_t)in->c);
        m->want_support = support;
        m->want_notes = false;
    }
    bool known = set.kind == LANG_T_SET && (set.flags & FAST_KNOWN) != 0;
    enum fast_tri all = known ? FAST_YES : FAST_UNKNOWN;
    for (int64_t i = 0; known && i < set.hi; i++) {
        m->at.item = &set.items[i];
        all = fast_and(all, fast_truth_of(m, (uint32_t)in->c));
        if (support) {
            join(m, at, m->sp);
        }
    }
    m->at.item = item;
    m->want_notes = notes;
    *top(m) = fast_truth(all);
}

/* `path is role`: asked of an event's actor, whose roles are kept in the event. */
static void do_is_role(struct lang_machine *m, const struct fast_instr *in) {
    const struct fast_path *f = &m->p->paths.v[in->v];
    uint32_t i = in->y == FAST_FIELD           ? fast_last(m, f->record, f->previous)
                 : in->y == FAST_TRIGGER_FIELD ? m->at.trigger
                 : in->y == FAST_OWN_FIELD     ? m->at.with_event
                                               : FAST_NONE_AT;
    uint32_t at = place(m);
    rest_on(m, at, i);
    m->st.v[at] = fast_truth(i == FAST_NONE_AT ? FAST_UNKNOWN : fast_actor_is(m, i, in->c) ? FAST_YES : FAST_NO);
}

/* Reached when its last possible instant is (U6). */
static void do_reached(struct lang_machine *m) {
    struct fast_val v = fast_seconds(m->p->ref, *top(m), CF_AS_START);
    bool known = v.kind == LANG_T_INSTANT && (v.flags & FAST_NO_HI) == 0;
    *top(m) = fast_truth(!known ? FAST_UNKNOWN : v.hi <= m->at.t ? FAST_YES : FAST_NO);
    if (known) {
        fast_note(m, v.hi);
    }
}

/* ---- where two durations may cross: no sooner than half their distance, for each moves by a second a second at most */

static bool same_val(const struct fast_val *a, const struct fast_val *b) {
    return a->kind == b->kind && ((a->flags ^ b->flags) & (FAST_NO_LO | FAST_NO_HI)) == 0 && a->lo == b->lo && a->hi == b->hi;
}

static void do_crossing(struct lang_machine *m, const struct fast_instr *in) {
    if (!m->want_notes) {
        return;
    }
    struct fast_val a0 = fast_run_quietly(m, (uint32_t)in->c), b0 = fast_run_quietly(m, (uint32_t)in->v);
    m->at.t++;
    struct fast_val a1 = fast_run_quietly(m, (uint32_t)in->c), b1 = fast_run_quietly(m, (uint32_t)in->v);
    m->at.t--;
    if (a0.kind != LANG_T_DURATION || b0.kind != LANG_T_DURATION || (same_val(&a0, &a1) && same_val(&b0, &b1))) {
        return;
    }
    int64_t sa = 1, sb = 1;
    if (!cf_duration_seconds((struct cf_duration){1, (enum cf_unit)a0.unit}, &sa) ||
        !cf_duration_seconds((struct cf_duration){1, (enum cf_unit)b0.unit}, &sb)) {
        fast_note(m, m->at.t + 1);
        return;
    }
    int64_t x[] = {a0.lo * sa, a0.hi * sa}, y[] = {b0.lo * sb, b0.hi * sb}, least = INT64_MAX;
    for (size_t i = 0; i < 4; i++) {
        int64_t d = x[i / 2] > y[i % 2] ? x[i / 2] - y[i % 2] : y[i % 2] - x[i / 2];
        least = d < least ? d : least;
    }
    fast_note(m, m->at.t + (least > 2 ? least / 2 : 1));
}

/* ---- instants */

static void do_shift(struct lang_machine *m, const struct fast_instr *in) {
    struct fast_val d = m->st.v[m->sp - 1], t = m->st.v[m->sp - 2];
    *fold(m, 2) = fast_add(m, t, in->x != 0 ? fast_negate(d) : d);
}

/* U5: of a known and an unknown one, the known one, and the line says so. */
static void do_earlier(struct lang_machine *m, const struct fast_instr *in) {
    struct fast_val a = fast_seconds(m->p->ref, m->st.v[m->sp - 2], (enum cf_as)m->at.as);
    struct fast_val b = fast_seconds(m->p->ref, m->st.v[m->sp - 1], (enum cf_as)m->at.as);
    bool ka = a.kind == LANG_T_INSTANT && (a.flags & (FAST_NO_LO | FAST_NO_HI)) == 0;
    bool kb = b.kind == LANG_T_INSTANT && (b.flags & (FAST_NO_LO | FAST_NO_HI)) == 0;
    bool first = in->x == 0;
    if (ka != kb) {
        m->one_unknown = true;
    }
    if (ka && kb) {
        a.lo = (a.lo < b.lo) == first ? a.lo : b.lo;
        a.hi = (a.hi < b.hi) == first ? a.hi : b.hi;
        a.flags = (uint8_t)((a.flags & ~FAST_KNOWN) | (a.lo == a.hi ? FAST_KNOWN : 0));
    }
    *fold(m, 2) = ka ? a : kb ? b : fast_unknown(LANG_T_INSTANT);
}

static void do_due_met(struct lang_machine *m) {
    push(m, m->at.due_met != INT64_MAX ? fast_one(LANG_T_INSTANT, m->at.due_met)
            : m->at.has_trigger        ? fast_one(LANG_T_INSTANT, m->at.trigger_t)
                                       : fast_unknown(LANG_T_INSTANT));
}

/* T5: the first start after the trigger, or after the point where nothing triggers. */
static void do_school_day(struct lang_machine *m) {
    struct fast_val v = *top(m);
    const struct lang_reference *ref = m->p->ref;
    uint32_t school = v.kind == LANG_T_SUBJECT && (v.flags & FAST_KNOWN) != 0 ? (uint32_t)v.lo : 0;
    int64_t start = 0;
    struct cf_str which;
    if (ref->school_day == NULL ||
        !ref->school_day(ref->ctx, school, m->at.has_trigger ? m->at.trigger_t : m->at.t, &start, &which)) {
        m->no_calendar = true;
        *top(m) = fast_unknown(LANG_T_INSTANT);
        return;
    }
    *top(m) = fast_one(LANG_T_INSTANT, start);
}

/* ---- the loop */

static void step(struct lang_machine *m, const struct fast_instr *in) {
    switch ((enum fast_op)in->op) {
    case FAST_PUSH: push(m, m->p->constants.v[in->c]); break;
    case FAST_FIELD:
    case FAST_TRIGGER_FIELD:
    case FAST_OWN_FIELD: do_field(m, in); break;
    case FAST_FIRST: do_first(m, in); break;
    case FAST_SUM: do_sum(m, in); break;
    case FAST_TRIGGER: do_trigger(m, in); break;
    case FAST_ITEM: do_item(m, in); break;
    case FAST_CALL: do_call(m, in); break;
    case FAST_KEPT: do_kept(m, in); break;
    case FAST_GRADE: do_grade(m, in); break;
    case FAST_SCORE: do_score(m, in); break;
    case FAST_IN_SPAN: do_in_span(m, &m->p->spans.v[fast_version(m, (uint32_t)in->c, m->at.version_day)]); break;
    case FAST_TABLE: do_table(m, in); break;
    case FAST_SUM_TABLE: do_sum_table(m, in); break;
    case FAST_ADD:
    case FAST_SUB: do_add(m, in); break;
    case FAST_NEGATE: *top(m) = fast_negate(*top(m)); break;
    case FAST_ELSE: do_else(m); break;
    case FAST_PARTNER: do_partner(m, in); break;
    case FAST_COUNT: do_count(m, in); break;
    case FAST_COUNT_SET: do_count_set(m); break;
    case FAST_EXISTS:
    case FAST_NONE: do_exists(m, in); break;
    case FAST_AGE: do_age(m, in); break;
    case FAST_CHILD: do_child(m, in); break;
    case FAST_TURNS: do_turns(m, in); break;
    case FAST_HOLDERS: do_holders(m); break;
    case FAST_TIME_IN: do_time_in(m, in); break;
    case FAST_AND: do_and_or(m, FAST_NO); break;
    case FAST_OR: do_and_or(m, FAST_YES); break;
    case FAST_NOT: *top(m) = fast_truth(fast_not(fast_tri_of(top(m)))); break;
    case FAST_OPEN: do_open(m, in); break;
    case FAST_COMPARE: do_compare(m, in); break;
    case FAST_AMONG: do_among(m, in); break;
    case FAST_IN_LIST: do_in_list(m, in); break;
    case FAST_IN_RANGE: do_in_range(m); break;
    case FAST_WITHIN: do_within(m); break;
    case FAST_EVERY: do_every(m, in); break;
    case FAST_IS_KNOWN: *top(m) = fast_truth(fast_known(top(m)) == (in->x == 0) ? FAST_YES : FAST_NO); break;
    case FAST_IS_ROLE: do_is_role(m, in); break;
    case FAST_REACHED: do_reached(m); break;
    case FAST_CROSSING: do_crossing(m, in); break;
    case FAST_SHIFT: do_shift(m, in); break;
    case FAST_DUE_MET: do_due_met(m); break;
    case FAST_EARLIER: do_earlier(m, in); break;
    case FAST_SCHOOL_DAY: do_school_day(m); break;
    case FAST_END:
    case FAST_OPS:
    default: CF_NEVER("an operation that is none");
    }
}

/* Code that is a constant, or a setting that is one. */
static const struct fast_val *constant_of(const struct lang_machine *m, const struct fast_instr *in) {
    if (in->op == FAST_CALL && in[1].op == FAST_END) {
        in = &m->p->code.v[fast_version(m, (uint32_t)in->c, m->at.version_day)];
    }
    return in->op == FAST_PUSH && in[1].op == FAST_END ? &m->p->constants.v[in->c] : NULL;
}

struct fast_val fast_run(struct lang_machine *m, uint32_t code) {
    const struct fast_instr *in = &m->p->code.v[code];
    const struct fast_val *constant = constant_of(m, in);
    uint32_t base = m->sp;
    if (constant != NULL) {
        if (m->want_support) {
            reserve(m, 1);
            clear(m, base);
        }
        return *constant;
    }
    reserve(m, m->p->longest);
    for (; in->op != FAST_END; in++) {
        step(m, in);
    }
    CF_ASSERT(m->sp == base + 1);
    return m->st.v[--m->sp];
}

enum fast_tri fast_truth_of(struct lang_machine *m, uint32_t code) {
    const struct fast_instr *in = &m->p->code.v[code];
    if (in->op == FAST_AMONG && in[1].op == FAST_END) { /* alone: it joins nothing */
        uint32_t i;
        enum fast_tri got = among(m, in, &i);
        if (m->want_support) {
            reserve(m, 1);
            clear(m, m->sp);
            rest_on(m, m->sp, i);
        }
        return got;
    }
    struct fast_val v = fast_run(m, code);
    return fast_tri_of(&v);
}
