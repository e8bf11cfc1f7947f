/* fast_see: which events code sees: what has happened by the point (E2, E3), what the rule's own episodes admit (X2), whose act
 * counts (E8), what a selector chooses. Events of a record lie together, in order, and only those that have arrived are looked
 * at. Must not know: duties, gates, dockets. */
#include "lang/fast_priv.h"

/* ---- days: their beginnings are known by heart */

int64_t fast_day_start(const struct lang_machine *m, int32_t day) {
    if (day < FAST_FIRST_DAY || day >= FAST_FIRST_DAY + FAST_DAYS) {
        return cf_day_start(m->p->ref->zone, day);
    }
    return (int64_t)day * 86400 - 900 * (int64_t)m->p->offsets[day - FAST_FIRST_DAY];
}

int32_t fast_day(const struct lang_machine *m, int64_t t) {
    if (t < (int64_t)FAST_FIRST_DAY * 86400 || t >= (int64_t)(FAST_FIRST_DAY + FAST_DAYS - 1) * 86400) {
        return cf_time_day(m->p->ref->zone, t);
    }
    int32_t day = (int32_t)(t / 86400); /* London is never behind UTC in these years */
    return t >= fast_day_start(m, day + 1) ? day + 1 : day;
}

/* A clock of a day: on days that have 24 hours a sum. */
int64_t fast_time_at(const struct lang_machine *m, int32_t day, int32_t clock) {
    bool known = day >= FAST_FIRST_DAY && day + 1 < FAST_FIRST_DAY + FAST_DAYS;
    if (known && m->p->offsets[day - FAST_FIRST_DAY] == m->p->offsets[day + 1 - FAST_FIRST_DAY]) {
        return fast_day_start(m, day) + clock;
    }
    return cf_time_at(m->p->ref->zone, day, clock, NULL);
}

uint32_t fast_find_seq(const struct lang_machine *m, uint64_t seq) {
    for (uint32_t h = (uint32_t)(seq * 0x9E3779B97F4A7C15u >> 32);; h++) {
        uint32_t at = m->by_seq.v[h & m->by_seq_mask];
        if (at == 0) {
            return FAST_NONE_AT;
        }
        if (m->events[at - 1].seq == seq) {
            return at - 1;
        }
    }
}

/* ---- versions */

bool fast_version_at(const struct lang_machine *m, uint32_t chain, int32_t day, uint32_t *what) {
    const struct fast_chain *c = &m->p->chains.v[chain];
    for (uint32_t i = c->first; i < c->first + c->n; i++) {
        if (m->p->versions.v[i].from <= day && day <= m->p->versions.v[i].to) {
            *what = m->p->versions.v[i].what;
            return true;
        }
    }
    return false;
}

uint32_t fast_version(const struct lang_machine *m, uint32_t chain, int32_t day) {
    uint32_t what = m->p->versions.v[m->p->chains.v[chain].first].what;
    (void)fast_version_at(m, chain, day, &what);
    return what;
}

/* ---- episodes */

bool fast_names(const struct lang_machine *m, uint32_t i, uint64_t opener) {
    const struct lang_event *e = &m->events[i];
    for (size_t k = 0; k < e->n_episodes; k++) {
        if (e->episodes[k] == opener) {
            return true;
        }
    }
    return e->seq == opener && m->p->records[e->record].opens >= 0;
}

static void add_kind(struct fast_kinds *k, int32_t kind) {
    k->w[kind / 64] |= (uint64_t)1 << (kind % 64);
}

/* The kinds of own episodes; where an opener is not in this history, those of the triggering record stand in. */
static void find_kinds(struct lang_machine *m, struct fast_own *own, uint32_t record) {
    for (uint32_t k = 0; k < own->n; k++) {
        uint32_t opener = fast_find_seq(m, own->seqs[k]);
        int32_t kind = opener == FAST_NONE_AT ? -1 : m->p->records[m->events[opener].record].opens;
        uint32_t first = opener == FAST_NONE_AT ? 0 : m->ev.v[opener].first,
                 last = opener == FAST_NONE_AT ? UINT32_MAX : m->ev.v[opener].last;
        own->first = k == 0 || first < own->first ? first : own->first;
        own->last = k == 0 || last > own->last ? last : own->last;
        if (kind >= 0) {
            add_kind(&own->kinds, kind);
            continue;
        }
        for (size_t w = 0; w < FAST_KIND_WORDS; w++) {
            own->kinds.w[w] |= m->p->records[record].kinds.w[w];
        }
    }
}

const struct fast_own *fast_own_found(struct lang_machine *m, uint32_t i) {
    struct fast_event *f = &m->ev.v[i];
    const struct lang_event *e = &m->events[i];
    f->has_own = true;
    f->own = (struct fast_own){.seqs = e->episodes, .n = e->n_episodes};
    bool opens = m->p->records[e->record].opens >= 0;
    for (size_t k = 0; k < e->n_episodes; k++) {
        opens = opens && e->episodes[k] != e->seq;
    }
    if (opens && e->n_episodes == 0) {
        f->own = (struct fast_own){.seqs = &e->seq, .n = 1};
    } else if (opens) { /* an opener's row need not name its own episode */
        uint64_t *seqs = CF_NEW_N(m->out, uint64_t, e->n_episodes + 1u);
        seqs[0] = e->seq;
        memcpy(seqs + 1, e->episodes, e->n_episodes * sizeof(*seqs));
        f->own = (struct fast_own){.seqs = seqs, .n = e->n_episodes + 1u};
    }
    find_kinds(m, &f->own, e->record);
    return &f->own;
}

/* The episode that event `opener` opens, alone. */
const struct fast_own *fast_own_is(struct lang_machine *m, uint32_t opener) {
    const struct fast_own *named = fast_own_of(m, opener);
    if (named->n == 1 && named->seqs[0] == m->events[opener].seq) {
        return named;
    }
    struct fast_own *own = CF_NEW(m->out, struct fast_own);
    *own =
        (struct fast_own){.seqs = &m->events[opener].seq, .n = 1, .first = m->ev.v[opener].first, .last = m->ev.v[opener].last};
    add_kind(&own->kinds, m->p->records[m->events[opener].record].opens);
    return own;
}

static bool names_own(const struct lang_machine *m, uint32_t i) {
    for (uint32_t k = 0; k < m->at.own->n; k++) {
        if (fast_names(m, i, m->at.own->seqs[k])) {
            return true;
        }
    }
    return false;
}

bool fast_in_scope(const struct lang_machine *m, uint32_t i) {
    return m->at.own->n == 0 || i == m->at.self || i == m->at.trigger || !fast_limited(m, m->events[i].record, m->at.own) ||
           names_own(m, i);
}

/* ---- where to look */

/* How many of a list stand before event `i`. */
static uint32_t before(struct fast_slice s, uint32_t i) {
    uint32_t lo = 0, hi = s.n;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        lo = s.v[mid] < i ? mid + 1 : lo;
        hi = s.v[mid] < i ? hi : mid;
    }
    return lo;
}

enum { FEW = 8 }; /* are looked at one by one */

/* How many of a list have begun, or stand no later than what is judged or has triggered. */
static uint32_t begun(const struct lang_machine *m, struct fast_slice s) {
    uint32_t lo = 0, hi = s.n, mine[] = {m->at.self, m->at.trigger};
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        bool has = m->events[s.v[mid]].from <= m->at.t;
        lo = has ? mid + 1 : lo;
        hi = has ? hi : mid;
    }
    for (size_t k = 0; k < 2; k++) {
        uint32_t with = mine[k] == FAST_NONE_AT ? 0 : before(s, mine[k] + 1);
        lo = with > lo ? with : lo;
    }
    return lo;
}

struct fast_slice fast_reach(const struct lang_machine *m, uint32_t record, bool any_episode) {
    struct fast_slice s = {m->list.v + m->list_first[record], m->list_n[record]};
    if (s.n > FEW && m->events[s.v[s.n - 1]].from > m->at.t) { /* code runs at a point that has passed */
        s.n = begun(m, s);
    }
    while (s.n > 0 && m->events[s.v[s.n - 1]].from > m->at.t && s.v[s.n - 1] != m->at.self && s.v[s.n - 1] != m->at.trigger) {
        s.n--; /* it has not begun */
    }
    const struct fast_own *own = m->at.own;
    if (s.n <= FEW || any_episode || (own->first == 0 && own->last == UINT32_MAX) || !fast_limited(m, record, own)) {
        return s;
    }
    uint32_t first = own->first, last = own->last, mine[] = {m->at.self, m->at.trigger};
    for (size_t k = 0; k < 2; k++) {
        first = mine[k] < first ? mine[k] : first;
        last = mine[k] != FAST_NONE_AT && mine[k] > last ? mine[k] : last;
    }
    uint32_t from = before(s, first), to = last == UINT32_MAX ? s.n : before(s, last + 1);
    return (struct fast_slice){s.v + from, to - from};
}

/* Is the episode that event `opener` opens still open? */
bool fast_open(const struct lang_machine *m, uint32_t opener) {
    for (uint32_t k = m->ev.v[opener].closing; k != 0; k = m->closings.v[k - 1].before) {
        uint32_t i = m->closings.v[k - 1].event;
        if (fast_visible(m, i) && fast_counts(m, i)) {
            return false;
        }
    }
    return true;
}

/* The unit that holds an episode: its opener's, then that of the last handover in it; *by says which event. */
uint32_t fast_holder(const struct lang_machine *m, uint64_t opener, uint32_t *by) {
    uint32_t unit = 0, at = fast_find_seq(m, opener);
    *by = FAST_NONE_AT;
    if (at != FAST_NONE_AT && fast_visible(m, at)) {
        unit = m->events[at].unit;
        *by = at;
    }
    const uint32_t *list = m->list.v + m->list_first[m->p->handover];
    for (uint32_t k = m->list_n[m->p->handover]; k-- > 0;) {
        if (fast_names(m, list[k], opener) && fast_visible(m, list[k]) && (*by == FAST_NONE_AT || list[k] > *by)) {
            const struct lang_value *to = &m->events[list[k]].fields[0];
            unit = to->kind == LANG_V_SUBJECT ? (uint32_t)to->i : 0;
            *by = list[k];
            break;
        }
    }
    return unit;
}

/* role: its number; -1 anyone; less: none. */
bool fast_actor_is(const struct lang_machine *m, uint32_t i, int32_t role) {
    const struct lang_actor *a = &m->events[i].actor;
    for (size_t k = 0; role >= 0 && k < a->n_roles; k++) {
        if (a->roles[k] < m->p->n_roles && m->p->role_is[(size_t)a->roles[k] * m->p->n_wanted + (size_t)role] != 0) {
            return true;
        }
    }
    return role == -1;
}

/* ---- selectors */

static bool same_share(const struct lang_decl *a, const struct lang_decl *b) {
    return a == b || (a != NULL && b != NULL && cf_str_eq(a->name.text, b->name.text));
}

bool fast_of_sel(const struct lang_machine *m, const struct fast_sel *s, uint32_t i) {
    return fast_role_of(m, s, i) >= 0 && (s->share == NULL || same_share(m->events[i].share, s->share));
}

enum fast_tri fast_with(struct lang_machine *m, const struct fast_sel *s, uint32_t i) {
    if (s->filter == FAST_NO_CODE) {
        return FAST_YES;
    }
    uint32_t with = m->at.with_event;
    bool support = m->want_support, notes = m->want_notes;
    m->at.with_event = i;
    m->want_support = m->want_notes = false;
    enum fast_tri got = fast_truth_of(m, s->filter);
    m->at.with_event = with;
    m->want_support = support;
    m->want_notes = notes;
    return got;
}

static bool window(struct lang_machine *m, const struct fast_sel *s, struct cf_duration *d) {
    if (s->fixed) {
        *d = s->last;
        return true;
    }
    bool support = m->want_support, notes = m->want_notes;
    m->want_support = m->want_notes = false;
    struct fast_val v = fast_run(m, s->window);
    m->want_support = support;
    m->want_notes = notes;
    return fast_duration(&v, d);
}

/* Where the machine remembers the end of a fixed window of days from a day on, for all histories; 0: not yet asked. */
static int64_t *slot_of(struct lang_machine *m, uint32_t window, int32_t day) {
    if (m->window_days == NULL || day < FAST_WINDOW_FIRST || day >= FAST_WINDOW_FIRST + FAST_WINDOW_DAYS) {
        return NULL;
    }
    return &m->window_days[(size_t)window * FAST_WINDOW_DAYS + (size_t)(day - FAST_WINDOW_FIRST)];
}

/* The end of the window over event i; INT64_MIN: there is none, for no calendar reaches so far. */
static int64_t window_end(struct lang_machine *m, const struct fast_sel *s, struct cf_duration d, uint32_t i) {
    int64_t end = INT64_MIN;
    int32_t day = 0;
    if (!cf_unit_elapsed(d.unit)) {
        int64_t *slot = s->fixed ? slot_of(m, s->memo, m->ev.v[i].day) : NULL;
        if (slot != NULL && *slot != 0) {
            return *slot;
        }
        bool known = cf_day_add(m->p->ref->calendar, m->ev.v[i].day, d, &day) == CF_WHEN_OK;
        end = known ? fast_day_start(m, day) : INT64_MIN;
        if (slot != NULL) {
            *slot = end;
        }
    } else if (cf_window_end(m->p->ref->zone, m->p->ref->calendar, m->events[i].from, d, &end) != CF_WHEN_OK) {
        end = INT64_MIN;
    }
    return end;
}

static bool has_window(const struct fast_sel *s) {
    return s->fixed || s->window != FAST_NO_CODE;
}

static enum fast_tri in_window(struct lang_machine *m, const struct fast_sel *s, uint32_t i) {
    struct cf_duration d;
    if (!has_window(s)) {
        return FAST_YES;
    }
    int64_t end = window(m, s, &d) ? window_end(m, s, d, i) : INT64_MIN;
    return end == INT64_MIN ? FAST_UNKNOWN : m->at.t < end ? FAST_YES : FAST_NO;
}

/* Notes the end of each window over each event of the selector's kind, filters aside (V5). */
void fast_note_windows(struct lang_machine *m, const struct fast_sel *s) {
    struct cf_duration d;
    if (!m->want_notes || s->record == UINT32_MAX || !has_window(s) || !window(m, s, &d)) {
        return;
    }
    const uint32_t *list = m->list.v + m->list_first[s->record];
    for (uint32_t k = 0; k < m->list_n[s->record]; k++) {
        if (fast_of_sel(m, s, list[k])) {
            fast_note(m, window_end(m, s, d, list[k])); /* INT64_MIN is never after */
        }
    }
}

static bool is_since(struct lang_machine *m, const struct fast_sel *s, uint32_t i) {
    if (s->since < 0) {
        return true;
    }
    const struct fast_own *own = m->at.own;
    m->at.own = s->any_episode ? &m->nowhere : own;
    uint32_t last = fast_last(m, (uint32_t)s->since, false);
    m->at.own = own;
    return last == FAST_NONE_AT || i > last;
}

/* Does a selector choose event i, which is of its record? Kind, role, place and time are always known; its filter may not be.
 */
enum fast_tri fast_matches(struct lang_machine *m, const struct fast_sel *s, uint32_t i) {
    if (!fast_of_sel(m, s, i) || !fast_visible(m, i) || !fast_counts(m, i) || (!s->any_episode && !fast_in_scope(m, i)) ||
        !is_since(m, s, i)) {
        return FAST_NO;
    }
    enum fast_tri in = in_window(m, s, i);
    return in == FAST_NO ? FAST_NO : fast_and(in, fast_with(m, s, i));
}

/* X3: the last R seen; `previous` skips the event under judgement. */
uint32_t fast_last(struct lang_machine *m, uint32_t record, bool previous) {
    uint32_t self = m->at.self;
    if (!previous && self != FAST_NONE_AT && m->events[self].record == record && self + 1 == m->at.upto &&
        m->at.t == m->events[self].from && m->events[self].roles != 0 &&
        (m->at.trigger == FAST_NONE_AT || m->at.trigger <= self)) {
        return self; /* what is judged, as it happens: nothing later is seen */
    }
    struct fast_slice s = fast_reach(m, record, false);
    for (uint32_t k = s.n; k-- > 0;) {
        uint32_t i = s.v[k];
        if (!(previous && i == m->at.self) && m->events[i].roles != 0 && fast_visible(m, i) && fast_counts(m, i) &&
            fast_in_scope(m, i)) {
            return i;
        }
    }
    return FAST_NONE_AT;
}

/* ---- birth (U6) */

bool fast_birth(struct lang_machine *m, int32_t *first, int32_t *last, uint32_t *event) {
    *event = FAST_NONE_AT;
    if (m->p->birth_record == UINT32_MAX) {
        return false;
    }
    const struct fast_own *own = m->at.own;
    m->at.own = &m->nowhere;
    uint32_t i = m->list_n[m->p->birth_record] == 0 ? FAST_NONE_AT : fast_last(m, m->p->birth_record, false);
    m->at.own = own;
    if (i == FAST_NONE_AT) {
        return false;
    }
    *event = i;
    struct fast_val v = fast_from_value(&m->events[i].fields[m->p->set->birth_field], LANG_T_DATE, 0);
    if (v.kind != LANG_T_INSTANT || (v.flags & (FAST_NO_LO | FAST_NO_HI)) != 0) {
        return false;
    }
    *first = (int32_t)v.lo;
    *last = (int32_t)v.hi;
    return true;
}

/* The day on which somebody born on that day turns 18: asked again and again of one person. */
int32_t fast_turns_18(struct lang_machine *m, int32_t born) {
    if (!m->adult_known || m->adult_born != born) {
        m->adult_known = true;
        m->adult_born = born;
        m->adult_day = cf_day_turns(born, 18);
    }
    return m->adult_day;
}

/* Yes, unless every possible birth makes the person 18 by then. */
enum fast_tri fast_child(struct lang_machine *m, int64_t t) {
    int32_t first, last;
    uint32_t event;
    if (!fast_birth(m, &first, &last, &event)) {
        return FAST_YES;
    }
    return fast_turns_18(m, last) <= fast_day(m, t) ? FAST_NO : FAST_YES;
}

/* E5: is the person in the role `child` an adult when event i happens? */
bool fast_adult(struct lang_machine *m, uint32_t i, int role) {
    const struct fast_record *r = &m->p->records[m->events[i].record];
    if (role < 0 || (r->child_role_bits >> role & 1) == 0) {
        return false;
    }
    uint8_t *asked = &m->ev.v[i].adult, shift = m->at.permits ? 2 : 0;
    if ((*asked >> shift & 1) == 0) {
        bool adult = fast_child(m, m->events[i].from) == FAST_NO;
        *asked = (uint8_t)(*asked | (adult ? 3u : 1u) << shift);
    }
    return (*asked >> shift & 2) != 0;
}
