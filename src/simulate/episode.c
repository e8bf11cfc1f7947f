/* episode: events, what follows them, and whole episodes: an opener, the steps in the order of the declarations or as
 * their duties ask, most in time, some late, some missing, some out of order, and a closing. Must not know any record by
 * name. */
#include "simulate/priv.h"

enum {
    MINUTE_S = 60,
    HOUR_S = 3600,
    DAY_S = 86400,
    DEPTH = 6,
    REPEATS = 4,
    EXPLAINED = 500000,
    OTHER_ROLE = 250000,
    MORE_ROLES = 600000
};

bool sim_share(const struct sim_life *l, struct sim_rng *r, const struct sim_record *record, enum simulate_share s) {
    bool yes = sim_chance(r, record->share[s]);
    l->w->report->asked[s]++;
    l->w->report->drawn[s] += yes;
    return yes;
}

int sim_home_borough(const struct sim_life *l, int32_t day) {
    const struct sim_stay *home = l->child ? sim_stay_at(&l->child->homes, day) : NULL;
    const struct lang_decl *const *units = l->w->plan->unit_of_borough;
    size_t n = l->w->plan->boroughs ? l->w->plan->boroughs->as.codes.list.n : 0;
    for (size_t i = 0; !home && l->unit && i < n; i++) {
        if (units[i] == l->unit) {
            return (int)i;
        }
    }
    return home ? home->borough : -1;
}

const struct lang_decl *sim_home_unit(const struct sim_life *l, int64_t at) {
    const struct sim_plan *p = l->w->plan;
    int borough = l->unit ? -1 : sim_home_borough(l, cf_time_day(l->w->zone, at));
    if (l->held || l->unit) {
        return l->held ? l->held : l->unit;
    }
    if (borough >= 0 && p->unit_of_borough[borough]) {
        return p->unit_of_borough[borough];
    }
    size_t n = p->set->units.n;
    return n ? p->set->units.v[sim_mix(l->key, 3) % n] : NULL;
}

int32_t sim_own_episode(const struct sim_life *l, int32_t event) {
    const struct sim_event *e = &l->events.v[event];
    return e->record->opens >= 0 ? event : e->episode;
}

/* ---- Who does it. */

static const struct lang_decl *declared_role(const struct sim_plan *p, const struct sim_record *record, struct sim_rng *r) {
    size_t n = record->r->by_decls.n;
    if (!n) {
        return p->anyone;
    }
    size_t at = n > 1 && sim_chance(r, OTHER_ROLE) ? 1 + sim_below(r, (uint32_t)n - 1) : 0;
    return record->r->by_decls.v[at] ? record->r->by_decls.v[at] : p->anyone;
}

/* The rank next below, for decisions that the law wants of a rank; the role itself when there is none. */
static const struct lang_decl *rank_below(const struct sim_plan *p, const struct lang_decl *role) {
    const struct lang_decl *best = NULL;
    for (size_t i = 0; role && role->as.role.has_rank && i < p->set->roles.n; i++) {
        const struct lang_decl *x = p->set->roles.v[i];
        bool below = x->as.role.has_rank && x->as.role.rank < role->as.role.rank;
        best = below && (!best || x->as.role.rank > best->as.role.rank) ? x : best;
    }
    return best ? best : role;
}

/* A live case is its unit's: of the roles that may do it, one that somebody holds who can sign in. */
static const struct simulate_player *player_for(const struct sim_life *l, struct sim_event *e) {
    const struct lang_record *r = e->record->r;
    const struct lang_decl *as = e->role;
    const struct simulate_player *p = l->held ? sim_player_of(l->w, as, l->held) : NULL;
    for (size_t i = 0; l->held && !p && i < r->by_decls.n; i++) {
        as = r->by_decls.v[i];
        p = sim_player_of(l->w, as, l->held);
    }
    e->role = p ? sim_plays(p, as) : e->role;
    return p;
}

static void set_actor(struct sim_life *l, struct sim_event *e, struct sim_rng *r) {
    bool male;
    const struct sim_plan *p = l->w->plan;
    e->role = declared_role(p, e->record, r);
    if (e->record->r->decided_by && sim_share(l, r, e->record, SIMULATE_WRONG_RANK)) {
        e->role = rank_below(p, e->role);
    }
    const struct simulate_player *player = player_for(l, e);
    e->unit_decl = player && player->unit ? player->unit : sim_home_unit(l, e->from);
    e->unit = sim_unit(l->w, e->unit_decl);
    e->actor = player ? sim_whoever(player->id) : sim_officer(l->w, e->role, e->unit_decl, r, -1, &male);
}

static struct sim_who somebody(struct sim_life *l, enum lang_subject kind, int64_t at, struct sim_rng *r) {
    bool male;
    switch (kind) {
    case LANG_PERSON: return sim_whoever(sim_person_id(l->w, sim_below(r, l->w->o->children), 0));
    case LANG_OFFICER: return sim_officer(l->w, l->w->plan->anyone, sim_home_unit(l, at), r, -1, &male);
    case LANG_UNIT_SUBJECT: return sim_unit(l->w, sim_home_unit(l, at));
    case LANG_ORGANISATION: return sim_authority(l->w, sim_home_borough(l, cf_time_day(l->w->zone, at)));
    case LANG_PLACE:
    case LANG_LINE:
    case LANG_MATTER:
    case LANG_SUBJECTS: break;
    }
    return sim_whoever(sim_id(sim_mix(l->key, (uint64_t)kind)));
}

static void set_about(struct sim_life *l, struct sim_event *e, struct sim_rng *r) {
    size_t n = e->record->r->roles.n;
    e->about = CF_NEW_N(l->a, struct sim_role, n + 1);
    for (size_t i = 0; i < n; i++) {
        bool main = (int)i == e->record->main_role, asked = main || i == 0 || sim_chance(r, MORE_ROLES);
        if (asked) {
            struct sim_who who = main ? l->self : somebody(l, e->record->r->roles.v[i].kind, e->from, r);
            e->about[e->n_about++] = (struct sim_role){(int)i, who};
        }
    }
}

/* When it came into the books: at once, or late, but not before what it refers to. Only histories without a ledger show it. */
static int64_t recorded_at(struct sim_life *l, const struct sim_event *e, struct sim_rng *r) {
    bool late = sim_share(l, r, e->record, SIMULATE_ENTERED_LATE);
    int64_t at = e->to + (late ? sim_between(r, HOUR_S, 5 * DAY_S) : sim_between(r, 0, 20 * MINUTE_S));
    int64_t opener = e->episode >= 0 ? l->events.v[e->episode].recorded : 0;
    for (size_t i = 0; i < e->record->r->fields.n; i++) {
        const struct lang_value *v = &e->fields[i].v;
        int64_t there = v->kind == LANG_V_EVENT ? l->events.v[v->i].recorded : 0;
        opener = there > opener ? there : opener;
    }
    return at > opener ? at : opener + MINUTE_S;
}

static uint64_t event_key(const struct sim_life *l, const struct sim_record *record, const struct lang_decl *share) {
    uint64_t kind = share ? sim_mix(record->key, sim_key(share->name.text)) : record->key;
    return sim_mix(sim_mix(l->key, kind), l->times[record->r->number]++);
}

int32_t sim_emit(struct sim_life *l, const struct sim_record *record, int64_t at, int32_t episode, const struct sim_edge *edge,
                 int32_t trigger, bool irregular) {
    const struct lang_decl *share = edge ? edge->to_share : NULL;
    at = (at + MINUTE_S - 1) / MINUTE_S * MINUTE_S; /* people write minutes */
    uint64_t key = event_key(l, record, share);
    struct sim_rng r = sim_rng_of(key);
    bool known = record->r->built_in || lang_version_at(record->decl, cf_time_day(l->w->zone, at)) || record->life;
    if (!known) {
        return -1;
    }
    struct sim_event e = {
        .record = record, .share = share, .id = sim_id(key), .from = at, .to = at, .irregular = irregular, .episode = episode};
    e.fields = CF_NEW_N(l->a, struct desk_value, record->r->fields.n + 1);
    set_actor(l, &e, &r);
    set_about(l, &e, &r);
    if (share) {
        e.recipient = sim_authority(l->w, sim_home_borough(l, cf_time_day(l->w->zone, at)));
    }
    sim_fill_fields(l, &e, edge, trigger, &r);
    e.recorded = recorded_at(l, &e, &r);
    *cf_push(l->a, &l->events) = e;
    /* A life is drawn whole, so that nothing in it moves with the day; who tells it leaves out what is ahead. */
    bool ahead = at > l->w->o->until;
    l->w->report->ahead += ahead;
    l->w->report->by_record[record->r->number] += !ahead;
    l->w->report->events += !ahead;
    int32_t index = (int32_t)l->events.n - 1;
    if (record->opens < 0) {
        sim_follow(l, index);
    }
    return index;
}

/* ---- Edges. */

/* Which of the records that may end a duty does so this time: the same for all edges of the duty and event. */
static bool is_chosen(const struct sim_life *l, const struct sim_edge *e, int32_t trigger) {
    if (e->alternatives < 2) {
        return true;
    }
    uint64_t at = sim_mix(e->key, cf_be_read(l->events.v[trigger].id.b + 3, 8));
    return at % e->alternatives == e->alternative;
}

bool sim_gives_rise(const struct sim_life *l, const struct sim_edge *e, int32_t event) {
    const struct sim_event *x = &l->events.v[event];
    struct sim_sight s = {.life = l, .episode = sim_own_episode(l, event), .own = x, .trigger = x, .until = x->to};
    return x->record == e->from && x->share == e->from_share && sim_passes(&s, e->trigger, x) &&
           sim_judge(&s, e->where) != LANG_IS_NO && is_chosen(l, e, event);
}

/* The last instant in time: by the calendar where the duty counts days, else so many seconds on. */
static int64_t due_of(const struct sim_life *l, const struct sim_edge *e, int64_t then) {
    int64_t due;
    const struct cf_calendar *calendar = l->w->ref->calendar;
    bool dated = e->limit.n > 0 && cf_time_add(l->w->zone, calendar, then, e->limit, CF_AS_DEADLINE, &due) == CF_WHEN_OK;
    return dated && due > then ? due : then + e->within;
}

/* What may take days is done in office hours of a working week, if that is still in time (or still late). */
static int64_t in_office(const struct sim_life *l, const struct sim_edge *e, int64_t at, int64_t after, int64_t until) {
    struct cf_local day = cf_time_local(l->w->zone, at);
    int32_t clock = 9 * HOUR_S + (int32_t)(sim_mix(e->key, (uint64_t)at) % (8 * HOUR_S));
    int64_t office = cf_time_at(l->w->zone, day.day + (day.weekday > 4 ? 7 - day.weekday : 0), clock, NULL);
    return e->within > DAY_S && office > after && office < until ? office : at;
}

/* When it follows; *missing: it does not. */
static int64_t time_of(struct sim_life *l, const struct sim_edge *e, int32_t trigger, bool *missing) {
    struct sim_rng r = sim_rng_of(sim_mix(sim_mix(e->key, e->to->key), cf_be_read(l->events.v[trigger].id.b + 3, 8)));
    int64_t then = l->events.v[trigger].to, due = due_of(l, e, then), span = due - then;
    *missing = !sim_chance(&r, e->share) || (e->duty && sim_share(l, &r, e->to, SIMULATE_MISSING));
    if (e->breach) {
        *missing = *missing || !sim_chance(&r, EXPLAINED);
    }
    if (e->duty && sim_share(l, &r, e->to, SIMULATE_LATE)) {
        return in_office(l, e, due + sim_between(&r, span / 20 + MINUTE_S, 2 * span + 2 * MINUTE_S), due, INT64_MAX);
    }
    int64_t most = span * 9 / 10;
    return in_office(l, e, then + sim_between(&r, most / 10 + 1, most / (sim_below(&r, 2) ? 1 : 3) + 2), then, due);
}

static bool is_step_of(const struct sim_record *r, const struct sim_plan *p, int episode) {
    const struct sim_episode *ep = episode >= 0 ? &p->episodes.v[episode] : NULL;
    for (size_t i = 0; ep && i < ep->steps.n; i++) {
        if (ep->steps.v[i] == r) {
            return true;
        }
    }
    return false;
}

void sim_follow(struct sim_life *l, int32_t event) {
    const struct sim_record *record = l->events.v[event].record;
    if (l->depth >= DEPTH) {
        return;
    }
    l->depth++;
    for (size_t i = 0; i < record->out.n; i++) {
        const struct sim_edge *e = record->out.v[i];
        bool missing, elsewhere = !e->to->r->in_any && e->to->r->in.n && e->to->opens < 0; /* steps come with their episode */
        if (elsewhere || e->to->closes >= 0 || e->to == record || (e->breach && !l->events.v[event].irregular) ||
            !sim_gives_rise(l, e, event)) {
            continue;
        }
        int64_t at = time_of(l, e, event, &missing);
        if (missing) {
            continue;
        }
        if (e->to->opens >= 0) {
            (void)sim_episode_make(l, e->to, at, e, event);
        } else {
            (void)sim_emit(l, e->to, at, sim_own_episode(l, event), e, event, false);
        }
    }
    l->depth--;
}

/* ---- Episodes. */

enum step_state { STEP_OPEN, STEP_DONE };
struct episode {
    struct sim_life *l;
    const struct sim_episode *plan;
    int number; /* of the plan's episodes */
    int32_t opener;
    size_t first; /* of the life's events */
    struct sim_rng r;
    uint8_t *state;
    int64_t last; /* of all steps */
    bool blocked; /* something lay ahead */
};

static int32_t latest(const struct episode *x, const struct sim_record *record) {
    for (size_t i = x->l->events.n; i > x->first; i--) {
        const struct sim_event *e = &x->l->events.v[i - 1];
        if (e->record == record && (e->episode == x->opener || (int32_t)(i - 1) == x->opener)) {
            return (int32_t)i - 1;
        }
    }
    return -1;
}

static bool is_open(const struct episode *x, const struct sim_record *record) {
    for (size_t i = 0; i < x->plan->steps.n; i++) {
        if (x->plan->steps.v[i] == record) {
            return x->state[i] == STEP_OPEN;
        }
    }
    return false;
}

/* The event of this episode that a step follows by a duty or a reference. *timed: there is such an edge; *waits: its
 * trigger may still come. */
static const struct sim_edge *edge_into(const struct episode *x, const struct sim_record *to, int32_t *trigger, bool *timed,
                                        bool *waits) {
    *timed = *waits = false;
    for (size_t i = 0; i < to->in.n; i++) {
        const struct sim_edge *e = to->in.v[i];
        bool inside =
            e->from->opens == x->number || is_step_of(e->from, x->l->w->plan, x->number) || e->from_share || e->from->r->in_any;
        if (e->from == to || e->breach || !inside) {
            continue;
        }
        *timed = true;
        *waits = *waits || is_open(x, e->from);
        int32_t at = latest(x, e->from);
        if (at >= 0 && sim_gives_rise(x->l, e, at)) {
            *trigger = at;
            return e;
        }
    }
    return NULL;
}

/* What the gates before a step say beforehand: false when one surely forbids it. */
static bool is_allowed(const struct episode *x, const struct sim_record *step, int64_t at) {
    struct sim_sight s = {.life = x->l, .episode = x->opener, .until = at};
    for (size_t i = 0; i < step->gates.n; i++) {
        const struct lang_expr *needs = step->gates.v[i]->as.gate.needs;
        if (needs && needs->op != LANG_EXISTS && sim_judge(&s, needs) == LANG_IS_NO) {
            return false;
        }
    }
    return true;
}

/* The earliest instant of what comes by an edge: whoever names an event in a field cannot do so before it has happened,
 * however much else is out of order. */
static int64_t floor_of(const struct episode *x, const struct sim_edge *e, int32_t trigger) {
    int64_t began = x->l->events.v[x->opener].to;
    int64_t named = e && e->back_field >= 0 && trigger >= 0 ? x->l->events.v[trigger].to : began;
    return named > began ? named : began;
}

/* A step comes after what its gates need; out of order, a little before it, but after `began`. */
static int64_t in_order(struct episode *x, const struct sim_record *step, int64_t at, int64_t began, bool *irregular) {
    bool any = false, pushed = sim_share(x->l, &x->r, step, SIMULATE_OUT_OF_ORDER);
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < step->before.n; i++) {
        int32_t need = latest(x, step->before.v[i]);
        if (need < 0 || need == x->opener) {
            continue;
        }
        int64_t then = x->l->events.v[need].to;
        any = true;
        first = then < first ? then : first;
        at = at <= then ? then + sim_between(&x->r, MINUTE_S, 15 * MINUTE_S) : at;
    }
    if (pushed && any && first > began + 2 * MINUTE_S) {
        *irregular = true;
        int64_t back = first - sim_between(&x->r, MINUTE_S, 15 * MINUTE_S);
        return back > began ? back : began + MINUTE_S;
    }
    return at;
}

/* Steps that no duty times follow the last one of their own policy, or the opener: each policy tells its own tale of an
 * episode. */
static int64_t cursor(const struct episode *x, const struct sim_record *step) {
    int64_t at = x->l->events.v[x->opener].to;
    for (size_t i = x->first; i < x->l->events.n; i++) {
        const struct sim_event *e = &x->l->events.v[i];
        bool own = e->episode == x->opener && cf_str_eq(e->record->decl->policy->name.text, step->decl->policy->name.text);
        at = own && e->to > at ? e->to : at;
    }
    return at;
}

/* Does a step that no duty times come about? Those that rules look at nearly always, others as the rates say. */
static bool comes_about(struct episode *x, const struct sim_record *step) {
    if (step->watched && !step->step_given) {
        return !sim_share(x->l, &x->r, step, SIMULATE_MISSING);
    }
    return sim_share(x->l, &x->r, step, SIMULATE_STEP);
}

/* A duty that a step lays on itself: review after review, until it is missed or enough. */
static void repeat(struct episode *x, const struct sim_record *step, int32_t index) {
    const struct sim_edge *again = NULL;
    for (size_t i = 0; i < step->out.n; i++) {
        again = step->out.v[i]->to == step && !step->out.v[i]->breach ? step->out.v[i] : again;
    }
    for (int n = 0; again && index >= 0 && n < REPEATS && sim_share(x->l, &x->r, step, SIMULATE_REPEAT); n++) {
        bool missing;
        int64_t at = time_of(x->l, again, index, &missing);
        if (missing || !sim_gives_rise(x->l, again, index)) {
            return;
        }
        index = sim_emit(x->l, step, at, x->opener, again, index, false);
        x->last = index >= 0 && at > x->last ? at : x->last;
    }
}

static void take_step(struct episode *x, const struct sim_record *step, int64_t at, const struct sim_edge *e, int32_t trigger) {
    bool irregular = false;
    at = in_order(x, step, at, floor_of(x, e, trigger), &irregular);
    if (!is_allowed(x, step, at)) {
        if (!irregular && !sim_share(x->l, &x->r, step, SIMULATE_IRREGULAR)) {
            return;
        }
        irregular = true;
    }
    int32_t index = sim_emit(x->l, step, at, x->opener, e, trigger, irregular);
    if (index < 0) {
        x->blocked = true;
        return;
    }
    x->last = at > x->last ? at : x->last;
    repeat(x, step, index);
}

/* Decides one step if it can be decided yet. */
static bool decide(struct episode *x, size_t i, bool last_round) {
    const struct sim_record *step = x->plan->steps.v[i];
    int32_t trigger = -1;
    bool timed, waits, missing;
    const struct sim_edge *e = edge_into(x, step, &trigger, &timed, &waits);
    if (!e && timed && waits && !last_round) {
        return false;
    }
    x->state[i] = STEP_DONE;
    if (e) {
        int64_t at = time_of(x->l, e, trigger, &missing);
        if (!missing) {
            take_step(x, step, at, e, trigger);
        }
    } else if (!timed && comes_about(x, step)) {
        take_step(x, step, cursor(x, step) + sim_between(&x->r, x->plan->pace / 4 + 1, x->plan->pace + 2), NULL, -1);
    }
    return true;
}

static void close_episode(struct episode *x) {
    for (size_t i = 0; i < x->plan->closers.n; i++) {
        const struct sim_record *closer = x->plan->closers.v[i];
        int32_t trigger = -1;
        bool timed, waits, missing = false, irregular = false;
        const struct sim_edge *e = edge_into(x, closer, &trigger, &timed, &waits);
        bool closes = closer->watched || e || !x->plan->decl->as.episode.held
                          ? !sim_share(x->l, &x->r, closer, SIMULATE_MISSING)
                          : sim_share(x->l, &x->r, closer, SIMULATE_STEP);
        if (!closes) {
            continue;
        }
        int64_t began = floor_of(x, e, trigger), gap = sim_between(&x->r, x->plan->pace / 2 + 1, 2 * x->plan->pace + 2);
        int64_t at = e ? time_of(x->l, e, trigger, &missing) : x->last + gap;
        at = at <= x->last ? x->last + MINUTE_S : at;
        if (x->last > began + 2 * MINUTE_S && sim_share(x->l, &x->r, closer, SIMULATE_OUT_OF_ORDER)) {
            at = sim_between(&x->r, began + 1, x->last - MINUTE_S);
            irregular = true;
        }
        if (!missing && sim_emit(x->l, closer, at, x->opener, e, trigger, irregular) >= 0) {
            return;
        }
    }
}

int32_t sim_episode_make(struct sim_life *l, const struct sim_record *opener, int64_t at, const struct sim_edge *edge,
                         int32_t trigger) {
    struct episode x = {.l = l, .number = opener->opens, .plan = &l->w->plan->episodes.v[opener->opens], .first = l->events.n};
    if (l->depth >= DEPTH) {
        return -1;
    }
    x.opener = sim_emit(l, opener, at, -1, edge, trigger, false);
    if (x.opener < 0) {
        return -1;
    }
    l->depth++;
    x.r = sim_rng_of(sim_mix(l->key, cf_be_read(l->events.v[x.opener].id.b + 3, 8)));
    x.state = CF_NEW_N(l->a, uint8_t, x.plan->steps.n + 1);
    x.last = l->events.v[x.opener].to;
    sim_follow(l, x.opener);
    bool more = true;
    for (int round = 0; more && round < 8; round++) {
        more = false;
        for (size_t i = 0; i < x.plan->steps.n; i++) {
            more = (x.state[i] == STEP_OPEN && !decide(&x, i, round == 7)) || more;
        }
    }
    close_episode(&x);
    l->depth--;
    return x.opener;
}
