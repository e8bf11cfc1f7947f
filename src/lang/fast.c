/* fast: the compiled evaluator's one pass over a history in the order of things (E2): moments at which time alone changes
 * something, days that end, events that arrive; then the lines. A machine's scratch is kept from history to history. Must not
 * know: the plain evaluator, store, clock. */
#include "lang/fast_priv.h"

#include <stdlib.h>

/* ---- the machine */

static void drop_arena(void *arena) {
    cf_arena_free(arena);
}

/* Its scratch grows in an arena of its own, so that machines of several threads may be made in one; both end with `a`. */
struct lang_machine *lang_machine_new(struct cf_arena *a, const struct lang_program *p) {
    struct lang_machine *m = CF_NEW(a, struct lang_machine);
    m->a = cf_arena_new("machine");
    cf_arena_cleanup(a, drop_arena, m->a);
    m->p = p;
    m->list_first = CF_NEW_N(a, uint32_t, p->n_records + 1);
    m->list_n = CF_NEW_N(a, uint32_t, p->n_records + 1);
    m->present = CF_NEW_N(a, uint64_t, p->dep_words);
    m->open_of = CF_NEW_N(a, uint32_t, p->duties.n + 1);
    if (p->n_windows <= FAST_MOST_WINDOWS) {
        m->window_days = CF_NEW_N(m->a, int64_t, (size_t)p->n_windows * FAST_WINDOW_DAYS);
    }
    return m;
}

/* Room for n elements in a vector of the machine. */
#define ROOM(m, vec, want)                                                                                                     \
    do {                                                                                                                       \
        while ((vec)->n < (want)) {                                                                                            \
            (void)cf_push((m)->a, (vec));                                                                                      \
        }                                                                                                                      \
    } while (0)

/* ---- a history made ready */

static int by_order(const void *x, const void *y) {
    const struct lang_event *a = x, *b = y;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    return (a->seq > b->seq) - (a->seq < b->seq);
}

/* The events in order (E2): those given, or a sorted copy. */
static const struct lang_event *in_order(struct lang_machine *m, const struct lang_history *h) {
    size_t i = 1;
    while (i < h->n && by_order(&h->events[i - 1], &h->events[i]) <= 0) {
        __builtin_prefetch(&h->events[i + 4]);
        i++;
    }
    if (i >= h->n) {
        return h->events;
    }
    ROOM(m, &m->sorted, h->n);
    memcpy(m->sorted.v, h->events, h->n * sizeof(*h->events));
    qsort(m->sorted.v, h->n, sizeof(*h->events), by_order);
    return m->sorted.v;
}

static void hash_seqs(struct lang_machine *m) {
    uint32_t size = 16;
    while (size < 2 * m->n) {
        size *= 2;
    }
    ROOM(m, &m->by_seq, size);
    memset(m->by_seq.v, 0, size * sizeof(uint32_t));
    m->by_seq_mask = size - 1;
    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t at = (uint32_t)(m->events[i].seq * 0x9E3779B97F4A7C15u >> 32);
        while (m->by_seq.v[at & m->by_seq_mask] != 0) {
            at++;
        }
        m->by_seq.v[at & m->by_seq_mask] = i + 1;
    }
}

/* Where each record's events will lie: together, in order. */
static void place_lists(struct lang_machine *m) {
    for (size_t k = 0; k < m->touched.n; k++) {
        m->list_n[m->touched.v[k]] = 0;
        m->present[m->touched.v[k] / 64] = 0;
    }
    m->touched.n = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        uint32_t r = m->events[i].record;
        CF_ASSERT(r < m->p->n_records);
        __builtin_prefetch(m->events[i].fields); /* a history comes from far away; its parts are wanted soon */
        __builtin_prefetch(m->events[i].episodes);
        __builtin_prefetch(m->events[i].actor.roles);
        if (m->list_n[r]++ == 0) {
            *FAST_PUSH(m, &m->touched) = r;
            m->present[r / 64] |= (uint64_t)1 << (r % 64);
        }
    }
    uint32_t first = 0;
    for (size_t k = 0; k < m->touched.n; k++) {
        uint32_t r = m->touched.v[k];
        m->list_first[r] = first;
        first += m->list_n[r];
        m->list_n[r] = 0;
    }
    ROOM(m, &m->list, (size_t)m->n + 1);
}

/* E8: does this act count? */
static bool counts(const struct lang_machine *m, uint32_t i, int32_t day) {
    uint32_t chain = m->p->records[m->events[i].record].counting;
    if (chain == UINT32_MAX) {
        return true;
    }
    const struct fast_counting *c = &m->p->countings.v[fast_version(m, chain, day)];
    bool any = !c->decided_by;
    for (uint32_t k = 0; k < c->by.n && !any; k++) {
        any = fast_actor_is(m, i, (int32_t)m->p->refs.v[c->by.first + k] - 1);
    }
    return any;
}

/* In the order in which they discharge: nearly the order of the history. */
static void order_by_to(struct lang_machine *m) {
    m->late.n = 0;
    ROOM(m, &m->by_to, m->n);
    m->by_to.n = m->n;
    for (uint32_t i = 0; i < m->n; i++) {
        size_t k = i;
        for (; k > 0 && fast_to_before(m->events, i, m->by_to.v[k - 1]); k--) {
            m->by_to.v[k] = m->by_to.v[k - 1];
        }
        m->by_to.v[k] = i;
    }
    for (uint32_t k = 0; k < m->n; k++) {
        if (m->events[m->by_to.v[k]].from != m->events[m->by_to.v[k]].to) {
            *FAST_PUSH(m, &m->late) = m->by_to.v[k];
        }
    }
}

/* Between which events all lie that name an episode: in a long history the others need not be looked at. */
static void find_reach(struct lang_machine *m) {
    enum { SHORT = 24 };
    for (uint32_t i = 0; i < m->n; i++) {
        m->ev.v[i].first = m->n <= SHORT ? 0 : i;
        m->ev.v[i].last = m->n <= SHORT ? UINT32_MAX : i;
    }
    for (uint32_t i = 0; m->n > SHORT && i < m->n; i++) {
        for (size_t k = 0; k < m->events[i].n_episodes; k++) {
            uint32_t opener = fast_find_seq(m, m->events[i].episodes[k]);
            if (opener != FAST_NONE_AT) {
                m->ev.v[opener].first = i < m->ev.v[opener].first ? i : m->ev.v[opener].first;
                m->ev.v[opener].last = i > m->ev.v[opener].last ? i : m->ev.v[opener].last;
            }
        }
    }
}

static void make_ready(struct lang_machine *m, struct cf_arena *out, const struct lang_history *h, int64_t now) {
    m->out = out;
    m->h = h;
    m->now = now;
    m->events = in_order(m, h);
    m->n = 0;
    while (m->n < h->n && m->events[m->n].from <= now) {
        m->n++;
    }
    m->words = m->n / 64 + 1;
    m->sp = m->arrived = m->ended = 0;
    m->seqs = NULL;
    m->seqs_left = 0;
    m->want_support = m->want_notes = false;
    m->openers.n = m->closings.n = m->insts.n = m->timed.n = m->gate_lines.n = m->gate_at.n = m->duty_lines.n = m->line_inst.n =
        0;
    hash_seqs(m);
    place_lists(m);
    order_by_to(m);
    ROOM(m, &m->ev, m->n);
    uint32_t judged = 0;
    for (uint32_t i = 0; i < m->n; i++) {
        int32_t day = fast_day(m, m->events[i].from);
        m->ev.v[i] = (struct fast_event){.day = day, .counts = counts(m, i, day), .judged = judged};
        judged += m->p->records[m->events[i].record].gates.n;
    }
    find_reach(m);
    ROOM(m, &m->judged, judged);
    if (judged > 0) {
        memset(m->judged.v, 0, judged * sizeof(*m->judged.v));
    }
    memset(m->open_of, 0, m->p->duties.n * sizeof(*m->open_of));
}

/* ---- the pass */

static void close_one(struct lang_machine *m, uint32_t i, uint64_t episode) {
    uint32_t opener = fast_find_seq(m, episode);
    if (opener == FAST_NONE_AT || m->p->records[m->events[opener].record].opens != m->p->records[m->events[i].record].closes) {
        return;
    }
    *FAST_PUSH(m, &m->closings) = (struct fast_closing){i, m->ev.v[opener].closing};
    m->ev.v[opener].closing = (uint32_t)m->closings.n;
}

static void close_episodes(struct lang_machine *m, uint32_t i) {
    for (size_t k = 0; k < m->events[i].n_episodes; k++) {
        close_one(m, i, m->events[i].episodes[k]);
    }
    if (m->p->records[m->events[i].record].opens >= 0) { /* a record that closes what it opens */
        close_one(m, i, m->events[i].seq);
    }
}

void fast_arrive(struct lang_machine *m, int64_t t) {
    for (; m->arrived < m->n && m->events[m->arrived].from <= t; m->arrived++) {
        uint32_t i = m->arrived, r = m->events[i].record;
        m->list.v[m->list_first[r] + m->list_n[r]++] = i;
        if (m->p->records[r].opens >= 0) {
            *FAST_PUSH(m, &m->openers) = i;
        }
        if (m->p->records[r].closes >= 0) {
            close_episodes(m, i);
        }
    }
}

/* Before the events of an instant: what time alone changes. An end comes before what then may arise anew. */
static void moment(struct lang_machine *m, int64_t t) {
    fast_timers(m, t);
    fast_watch_moment(m, t);
    fast_each_moment(m, t);
}

static void event(struct lang_machine *m, uint32_t i) {
    fast_arrive(m, m->events[i].from);
    if (m->events[i].from == m->events[i].to) {
        fast_ends(m, i);
    }
    fast_gate_lines(m, i);
    fast_after_event(m, i);
    fast_watch_event(m, i);
}

static void pass(struct lang_machine *m) {
    uint32_t next = 0;
    size_t late = 0;
    for (;;) {
        int64_t at_event = next < m->n ? m->events[next].from : INT64_MAX;
        int64_t at_late = late < m->late.n ? m->events[m->late.v[late]].to : INT64_MAX;
        int64_t at_moment = m->moment;
        int64_t t = at_event < at_late ? at_event : at_late;
        if (at_moment <= t) {
            if (at_moment > m->now) {
                return;
            }
            moment(m, at_moment);
            m->moment = fast_next_moment(m);
        } else if (t > m->now) {
            return;
        } else if (at_late <= at_event) { /* of one instant: what began earlier */
            fast_ends(m, m->late.v[late++]);
        } else {
            event(m, next++);
        }
    }
}

/* ---- the docket */

/* What has not begun, and what has begun on a day that is not over, changes the docket when it does (E3). */
static int64_t next_event(const struct lang_history *h, int64_t now) {
    int64_t best = INT64_MAX;
    for (size_t i = 0; i < h->n; i++) {
        int64_t from = h->events[i].from, to = h->events[i].to;
        best = from > now && from < best ? from : best;
        best = to > now && to < best ? to : best;
    }
    return best;
}

/* Does line a stand before line b (D13)? */
static bool stands_before(const struct lang_machine *m, const struct fast_key *a, const struct fast_key *b) {
    if (a->due != b->due) {
        return a->due < b->due;
    }
    if (a->rank != b->rank) {
        return a->rank < b->rank;
    }
    return cf_id_cmp(m->duty_lines.v[a->line].id, m->duty_lines.v[b->line].id) < 0;
}

static void merge_keys(const struct lang_machine *m, const struct fast_key *v, size_t mid, size_t n, struct fast_key *to) {
    size_t i = 0, k = mid;
    for (size_t at = 0; at < n; at++) {
        bool right = i == mid || (k < n && stands_before(m, &v[k], &v[i]));
        to[at] = right ? v[k++] : v[i++];
    }
}

/* The keys of the duty lines in order: short runs by insertion, then merged. */
static const struct fast_key *order_lines(struct lang_machine *m) {
    enum { RUN = 12 };
    size_t n = m->duty_lines.n;
    ROOM(m, &m->keys, n);
    ROOM(m, &m->merged, n);
    struct fast_key *v = m->keys.v, *to = m->merged.v;
    for (size_t i = 0; i < n; i++) {
        const struct lang_duty_line *l = &m->duty_lines.v[i];
        struct fast_key key = {.due = l->has_due ? l->due : INT64_MIN,
                               .rank = m->p->duties.v[m->insts.v[m->line_inst.v[i]].duty].rank,
                               .line = (uint32_t)i};
        size_t k = i;
        for (; k % RUN != 0 && stands_before(m, &key, &v[k - 1]); k--) {
            v[k] = v[k - 1];
        }
        v[k] = key;
    }
    for (size_t run = RUN; run < n; run *= 2) {
        for (size_t i = 0; i < n; i += 2 * run) {
            size_t left = n - i;
            merge_keys(m, v + i, left < run ? left : run, left < 2 * run ? left : 2 * run, to + i);
        }
        struct fast_key *x = v;
        v = to;
        to = x;
    }
    return v;
}

static void hand_over(struct lang_machine *m, struct lang_docket *out) {
    out->duties.n = out->duties.cap = m->duty_lines.n;
    out->gates.n = out->gates.cap = m->gate_lines.n;
    if (m->duty_lines.n > 0) {
        const struct fast_key *keys = order_lines(m);
        out->duties.v = CF_NEW_N(m->out, struct lang_duty_line, m->duty_lines.n);
        for (size_t i = 0; i < m->duty_lines.n; i++) {
            out->duties.v[i] = m->duty_lines.v[keys[i].line];
        }
    }
    if (m->gate_lines.n > 0) {
        out->gates.v = cf_memdup(m->out, m->gate_lines.v, m->gate_lines.n * sizeof(*m->gate_lines.v));
    }
}

/* The docket of one history at `now`. The history's events may come in any order. All that `out` holds lies in `a`. */
void lang_eval(struct lang_machine *m, struct cf_arena *a, const struct lang_history *h, int64_t now, struct lang_docket *out) {
    *out = (struct lang_docket){.too_long = h->n > CF_MAX_HISTORY_EVENTS};
    if (out->too_long) {
        return;
    }
    make_ready(m, a, h, now);
    m->valid = next_event(h, now);
    int64_t turn = fast_next_turn(m, now);
    m->valid = turn < m->valid ? turn : m->valid;
    fast_watch_begin(m);
    m->moment = fast_next_moment(m);
    pass(m);
    fast_arrive(m, now);
    fast_settle_all(m);
    fast_gates_explained(m);
    fast_duties_until(m);
    fast_state_lines(m, out);
    hand_over(m, out);
    out->has_end = m->valid != INT64_MAX;
    out->valid_until = out->has_end ? m->valid : 0;
    lang_docket_sort_states(out);
}
