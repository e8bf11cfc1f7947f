/* Which events an expression sees: what has happened by a point (E2, E3), what the rule's own episodes admit (X2), whose act
 * counts (E8), and which events a selector chooses. Must not know: duties, gates, dockets. */
#include "lang/plain.h"

const struct lang_event *plain_event(const struct plain *p, size_t i) {
    CF_ASSERT(i < p->h->n);
    return &p->h->events[i];
}

/* The newest declaration of the event's record. */
const struct lang_decl *plain_record(const struct plain *p, size_t i) {
    uint32_t number = plain_event(p, i)->record;
    CF_ASSERT(number < p->set->records.n);
    return p->set->records.v[number];
}

size_t plain_find_seq(const struct plain *p, uint64_t seq) {
    for (size_t i = 0; i < p->n; i++) {
        if (p->h->events[i].seq == seq) {
            return i;
        }
    }
    return PLAIN_NONE;
}

bool plain_same_name(const struct lang_decl *a, const struct lang_decl *b) {
    return a == b || (a != NULL && b != NULL && a->kind == b->kind && cf_str_eq(a->name.text, b->name.text));
}

bool plain_in_force(const struct lang_decl *d, int32_t day) {
    return d->policy == NULL || (d->policy->as.policy.from <= day && day <= d->policy->as.policy.to);
}

/* What a name means at the rule's version instant (V1, V2); where no version is in force, the one that was named. */
const struct lang_decl *plain_version(const struct plain_at *at, const struct lang_decl *d) {
    const struct lang_decl *v = d == NULL ? NULL : lang_version_at(d, at->version_day);
    return v != NULL ? v : d;
}

/* ---- episodes */
bool plain_names_episode(const struct plain *p, size_t i, uint64_t opener) {
    const struct lang_event *e = plain_event(p, i);
    for (size_t k = 0; k < e->n_episodes; k++) {
        if (e->episodes[k] == opener) {
            return true;
        }
    }
    return e->seq == opener && plain_record(p, i)->as.record.opens_decl != NULL;
}

/* The own episodes of a rule that event i triggers, or that judges it. */
void plain_own_of(const struct plain *p, size_t i, struct plain_at *at) {
    const struct lang_event *e = plain_event(p, i);
    at->own = e->episodes;
    at->n_own = e->n_episodes;
    at->own_record = e->record;
    bool opens = plain_record(p, i)->as.record.opens_decl != NULL;
    for (size_t k = 0; k < e->n_episodes; k++) {
        opens = opens && e->episodes[k] != e->seq;
    }
    if (opens) { /* an opener's row need not name its own episode */
        uint64_t *own = CF_NEW_N(p->a, uint64_t, at->n_own + 1);
        own[0] = e->seq;
        if (at->n_own > 0) {
            memcpy(own + 1, e->episodes, at->n_own * sizeof own[0]);
        }
        at->own = own;
        at->n_own++;
    }
}

void plain_own_is(const struct plain *p, uint64_t opener, struct plain_at *at) {
    uint64_t *own = CF_NEW(p->a, uint64_t);
    *own = opener;
    at->own = own;
    at->n_own = 1;
}

/* Does a record open, close or step in episodes of this kind? */
static bool record_in(const struct lang_decl *record, const struct lang_decl *episode) {
    const struct lang_record *r = &record->as.record;
    if (plain_same_name(r->opens_decl, episode) || plain_same_name(r->closes_decl, episode)) {
        return true;
    }
    for (size_t i = 0; i < r->in_decls.n; i++) {
        if (plain_same_name(r->in_decls.v[i], episode)) {
            return true;
        }
    }
    return false;
}

static bool records_meet(const struct lang_decl *a, const struct lang_decl *b) {
    const struct lang_record *r = &b->as.record;
    bool meet =
        (r->opens_decl != NULL && record_in(a, r->opens_decl)) || (r->closes_decl != NULL && record_in(a, r->closes_decl));
    for (size_t i = 0; i < r->in_decls.n && !meet; i++) {
        meet = record_in(a, r->in_decls.v[i]);
    }
    return meet;
}

/* X2: is this record one that is seen only where it names an own episode? */
static bool limited(const struct plain *p, const struct plain_at *at, const struct lang_decl *record) {
    if (record->as.record.in_any) {
        return true;
    }
    for (size_t k = 0; k < at->n_own; k++) {
        size_t opener = plain_find_seq(p, at->own[k]);
        const struct lang_decl *kind = opener == PLAIN_NONE ? NULL : plain_record(p, opener)->as.record.opens_decl;
        if (kind != NULL && record_in(record, kind)) {
            return true;
        }
        if (kind == NULL && at->own_record < p->set->records.n && records_meet(record, p->set->records.v[at->own_record])) {
            return true;
        }
    }
    return false;
}

bool plain_in_scope(const struct plain *p, const struct plain_at *at, size_t i) {
    if (at->n_own == 0 || i == at->self || i == at->trigger || !limited(p, at, plain_record(p, i))) {
        return true;
    }
    for (size_t k = 0; k < at->n_own; k++) {
        if (plain_names_episode(p, i, at->own[k])) {
            return true;
        }
    }
    return false;
}

struct plain_at plain_about(struct plain_at at, const struct lang_scope *scope) {
    if (scope->about) {
        at.own = NULL;
        at.n_own = 0;
    }
    return at;
}

/* Rules `in K` are evaluated in the histories of the first about role of the opener. */
bool plain_scope_episode(const struct plain *p, size_t i, const struct lang_decl *episode) {
    const struct lang_decl *opens = plain_record(p, i)->as.record.opens_decl;
    return opens != NULL && plain_same_name(opens, episode) && (plain_event(p, i)->roles & 1) != 0;
}

/* Is the episode that event `opener` opens still open at the point? */
bool plain_episode_open(const struct plain *p, const struct plain_at *at, size_t opener) {
    const struct lang_decl *kind = plain_record(p, opener)->as.record.opens_decl;
    uint64_t seq = plain_event(p, opener)->seq;
    for (size_t i = 0; i < p->n; i++) {
        const struct lang_decl *closes = plain_record(p, i)->as.record.closes_decl;
        if (closes != NULL && plain_same_name(closes, kind) && plain_names_episode(p, i, seq) && plain_visible(p, at, i) &&
            plain_counts(p, at, i)) {
            return false;
        }
    }
    return true;
}

/* The unit that holds an episode: its opener's, then that of the last handover in it. *by: the event that says so. */
uint32_t plain_holder(const struct plain *p, const struct plain_at *at, uint64_t opener, size_t *by) {
    uint32_t unit = 0;
    *by = PLAIN_NONE;
    for (size_t i = 0; i < p->n; i++) {
        const struct lang_event *e = plain_event(p, i);
        const struct lang_decl *r = plain_record(p, i);
        if (!plain_visible(p, at, i)) {
            continue;
        }
        if (e->seq == opener) {
            unit = e->unit;
            *by = i;
        } else if (r->as.record.built_in && cf_str_is(r->name.text, "handover") && plain_names_episode(p, i, opener)) {
            unit = e->fields[0].kind == LANG_V_SUBJECT ? (uint32_t)e->fields[0].i : 0;
            *by = i;
        }
    }
    return unit;
}

/* ---- visibility */
int64_t plain_time(const struct plain *p, const struct plain_at *at, size_t i) {
    const struct lang_event *e = plain_event(p, i);
    return at->mode == PLAIN_OBLIGES ? e->from : e->to;
}

bool plain_visible(const struct plain *p, const struct plain_at *at, size_t i) {
    if (i == at->self || i == at->trigger) {
        return true;
    }
    int64_t t = plain_time(p, at, i);
    return t < at->t || (t == at->t && i < at->upto);
}

struct plain_at plain_at_point(const struct plain *p, struct plain_point pt, enum plain_mode mode) {
    return (struct plain_at){.t = pt.t,
                             .upto = pt.upto,
                             .mode = mode,
                             .self = PLAIN_NONE,
                             .trigger = PLAIN_NONE,
                             .own_record = UINT32_MAX,
                             .version_day = cf_time_day(p->ref->zone, pt.t),
                             .as = CF_AS_START,
                             .due_met = INT64_MAX,
                             .with_event = PLAIN_NONE};
}

/* ---- actors */
bool plain_actor_is(const struct plain *p, size_t i, const struct lang_decl *role) {
    const struct lang_actor *a = &plain_event(p, i)->actor;
    if (role == NULL || cf_str_is(role->name.text, "anyone")) {
        return true;
    }
    for (size_t k = 0; k < a->n_roles; k++) {
        if (a->roles[k] < p->set->roles.n && lang_role_is(p->set->roles.v[a->roles[k]], role)) {
            return true;
        }
    }
    return false;
}

/* E8: an act of another than the law wants counts for nothing, except where it is itself judged or triggers. */
bool plain_counts(const struct plain *p, const struct plain_at *at, size_t i) {
    if (i == at->self || i == at->trigger) {
        return true;
    }
    const struct lang_decl *r = plain_record(p, i);
    const struct lang_decl *then = lang_version_at(r, cf_time_day(p->ref->zone, plain_event(p, i)->from));
    const struct lang_record *rec = then != NULL ? &then->as.record : &r->as.record;
    if (!rec->decided_by) {
        return true;
    }
    for (size_t k = 0; k < rec->by_decls.n; k++) {
        if (plain_actor_is(p, i, rec->by_decls.v[k])) {
            return true;
        }
    }
    return rec->by_decls.n == 0;
}

/* ---- selectors */

/* E4: which role of the event's record a rule about it means; -1: the subject of this history is not in it. */
int plain_role_of(const struct plain *p, const struct lang_sel *s, size_t i) {
    const struct lang_event *e = plain_event(p, i);
    if (s->kind == LANG_SEL_RECORD && s->role_index >= 0) {
        return (e->roles >> s->role_index & 1) != 0 ? s->role_index : -1;
    }
    return e->roles == 0 ? -1 : __builtin_ctz(e->roles);
}

bool plain_of_sel(const struct plain *p, const struct lang_sel *s, size_t i) {
    const struct lang_event *e = plain_event(p, i);
    if (s->decl == NULL) {
        return false;
    }
    if (s->kind == LANG_SEL_RECORD) {
        return e->record == s->decl->as.record.number && plain_role_of(p, s, i) >= 0;
    }
    const char *word = s->kind == LANG_SEL_SENT ? "sent" : "acknowledged";
    const struct lang_decl *r = plain_record(p, i);
    return r->as.record.built_in && cf_str_is(r->name.text, word) && plain_same_name(e->share, s->decl) && e->roles != 0;
}

enum plain_tri plain_with(const struct plain *p, const struct plain_at *at, const struct lang_sel *s, size_t i) {
    if (s->with == NULL) {
        return PLAIN_YES;
    }
    struct plain_at in = *at;
    in.with_event = i;
    return plain_truth(p, &in, s->with);
}

/* T6: is event i in the last D? */
static enum plain_tri in_window(const struct plain *p, const struct plain_at *at, const struct lang_sel *s, size_t i) {
    if (s->last == NULL) {
        return PLAIN_YES;
    }
    struct plain_val v = plain_value(p, at, s->last);
    struct cf_duration d;
    int64_t end = 0;
    if (!plain_duration_of(&v, &d) ||
        cf_window_end(p->ref->zone, p->ref->calendar, plain_event(p, i)->from, d, &end) != CF_WHEN_OK) {
        return PLAIN_UNKNOWN;
    }
    return at->t < end ? PLAIN_YES : PLAIN_NO;
}

static bool since(const struct plain *p, const struct plain_at *at, const struct lang_sel *s, size_t i) {
    if (s->since_decl == NULL) {
        return true;
    }
    struct plain_at in = s->any_episode ? plain_about(*at, &(struct lang_scope){.about = true}) : *at;
    size_t last = plain_last(p, &in, s->since_decl, false);
    return last == PLAIN_NONE || i > last;
}

/* Does a selector in a condition choose event i? Its kind, role, place and time are always known; its filter may not be. */
enum plain_tri plain_matches(const struct plain *p, const struct plain_at *at, const struct lang_sel *s, size_t i) {
    if (!plain_of_sel(p, s, i) || !plain_visible(p, at, i) || !plain_counts(p, at, i) ||
        (!s->any_episode && !plain_in_scope(p, at, i)) || !since(p, at, s, i)) {
        return PLAIN_NO;
    }
    return plain_and(in_window(p, at, s, i), plain_with(p, at, s, i));
}

/* X3: the last R seen; `previous` skips the event under judgement. */
size_t plain_last(const struct plain *p, const struct plain_at *at, const struct lang_decl *record, bool previous) {
    for (size_t i = p->n; i-- > 0;) {
        if (plain_event(p, i)->record == record->as.record.number && plain_event(p, i)->roles != 0 &&
            !(previous && i == at->self) && plain_visible(p, at, i) && plain_counts(p, at, i) && plain_in_scope(p, at, i)) {
            return i;
        }
    }
    return PLAIN_NONE;
}

/* ---- birth (U6) */
bool plain_birth(const struct plain *p, const struct plain_at *at, int32_t *first, int32_t *last, size_t *event) {
    *event = PLAIN_NONE;
    if (p->set->birth == NULL) {
        return false;
    }
    struct plain_at all = plain_about(*at, &(struct lang_scope){.about = true});
    size_t i = plain_last(p, &all, p->set->birth, false);
    if (i == PLAIN_NONE) {
        return false;
    }
    *event = i;
    struct plain_val v =
        plain_from_value(&plain_event(p, i)->fields[p->set->birth_field], (struct lang_type){.kind = LANG_T_DATE});
    if (v.kind != LANG_T_INSTANT || v.no_lo || v.no_hi) {
        return false;
    }
    *first = (int32_t)v.lo;
    *last = (int32_t)v.hi;
    return true;
}

/* Yes, unless every possible birth makes the person 18 by then. */
enum plain_tri plain_child(const struct plain *p, const struct plain_at *at, int64_t t) {
    int32_t first, last;
    size_t event;
    if (!plain_birth(p, at, &first, &last, &event)) {
        return PLAIN_YES;
    }
    return cf_day_turns(last, 18) <= cf_time_day(p->ref->zone, t) ? PLAIN_NO : PLAIN_YES;
}

/* E5: is the person in the role `child` an adult when event i happens? */
bool plain_adult(const struct plain *p, const struct plain_at *at, size_t i, int role) {
    const struct lang_decl *r = plain_record(p, i);
    if (role < 0 || (size_t)role >= r->as.record.roles.n || !cf_str_is(r->as.record.roles.v[role].role.text, "child")) {
        return false;
    }
    return plain_child(p, at, plain_event(p, i)->from) == PLAIN_NO;
}
