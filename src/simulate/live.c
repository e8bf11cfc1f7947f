/* live: cases that are open just now, so that whoever looks has something to do: a few of each kind that the policies declare,
 * begun lately and followed only up to the present. Must not know any record by name but the ledger's own `assigned`. */
#include "simulate/priv.h"

enum {
    KEY_LIVE = 21,
    MINUTE_S = 60,
    HOUR_S = 3600,
    OLDEST_MET = 17,
    YOUNGEST_MET = 10,
    TRIES = 40,
    ASSIGNED_AFTER = 20 * MINUTE_S
};

/* How far a case has come; the cases of a kind take turns. */
enum stage { FOLLOWED, WAITING, FRESH, HALF_WAY, STAGES };

struct candidate {
    uint32_t child;
    int borough;
};
struct live_case {
    const struct sim_record *begins;
    int32_t nth;
    const struct lang_decl *unit;
    uint32_t child;
};
struct live {
    struct sim_into into;
    struct sim_world w;
    uint64_t key; /* of the day */
    const struct sim_record *assigned;
    CF_LIST(struct candidate) candidates;
    CF_LIST(struct live_case) cases;
    struct simulate_live_report *out;
};

/* ---- Who acts. */

const struct lang_decl *sim_plays(const struct simulate_player *p, const struct lang_decl *role) {
    for (size_t i = 0; role && i < p->n_roles; i++) {
        if (lang_role_is(p->roles[i], role)) {
            return p->roles[i];
        }
    }
    return NULL;
}

const struct simulate_player *sim_player_of(const struct sim_world *w, const struct lang_decl *role,
                                            const struct lang_decl *unit) {
    const struct simulate_player *outside = NULL;
    for (size_t i = 0; i < w->o->n_players; i++) {
        const struct simulate_player *p = &w->o->players[i];
        if (!sim_plays(p, role)) {
            continue;
        }
        if (p->unit == unit) {
            return p;
        }
        outside = outside ? outside : p;
    }
    return role && !role->as.role.has_rank ? outside : NULL;
}

static bool supervises(const struct live *x, const struct simulate_player *p, bool by_rank) {
    for (size_t i = 0; i < p->n_roles; i++) {
        bool ranked = p->roles[i]->as.role.has_rank;
        if ((by_rank || !ranked) && lang_role_may(x->w.plan->set, &p->roles[i], 1, LANG_MAY_SUPERVISE)) {
            return true;
        }
    }
    return false;
}

/* The nth of the unit's players who do the work themselves: whose role it is to supervise is not among them. */
static const struct simulate_player *worker(const struct live *x, const struct lang_decl *unit, uint32_t nth) {
    const struct simulate_options *o = x->w.o;
    const struct simulate_player *found = NULL;
    uint32_t n = 0;
    for (size_t i = 0; i < o->n_players; i++) {
        n += o->players[i].unit == unit && !supervises(x, &o->players[i], false);
    }
    for (size_t i = 0, at = 0; n && !found && i < o->n_players; i++) {
        if (o->players[i].unit == unit && !supervises(x, &o->players[i], false)) {
            found = at++ == nth % n ? &o->players[i] : NULL;
        }
    }
    return found;
}

static const struct simulate_player *supervisor(const struct live *x, const struct lang_decl *unit) {
    const struct simulate_player *by_rank = NULL;
    for (size_t i = 0; i < x->w.o->n_players; i++) {
        const struct simulate_player *p = &x->w.o->players[i];
        if (p->unit == unit && supervises(x, p, false)) {
            return p;
        }
        by_rank = !by_rank && p->unit == unit && supervises(x, p, true) ? p : by_rank;
    }
    return by_rank;
}

/* The unit of a case: of a player who may begin it, by rank if a rank may; else one that has players and a borough; else the
 * child's (NULL). */
static const struct lang_decl *unit_for(const struct live *x, const struct sim_record *begins, uint32_t nth) {
    const struct lang_record *r = begins->r;
    const struct lang_decl *local = NULL;
    size_t n = x->w.o->n_players;
    for (size_t k = 0; k < r->by_decls.n; k++) {
        for (size_t i = 0; i < n; i++) {
            const struct simulate_player *p = &x->w.o->players[(i + nth) % n];
            if (p->unit && sim_plays(p, r->by_decls.v[k])) {
                return p->unit;
            }
        }
    }
    for (size_t i = 0; i < n && !local; i++) {
        const struct simulate_player *p = &x->w.o->players[(i + nth) % n];
        local = p->unit && p->unit->as.unit.boroughs.n ? p->unit : NULL;
    }
    return local;
}

/* ---- Which cases, about whom. */

static bool begins_a_case(const struct sim_record *r) {
    bool owed = false;
    for (size_t i = 0; i < r->out.n; i++) {
        owed = owed || (r->out.v[i]->duty && !r->out.v[i]->breach);
    }
    return r->kind == LANG_PERSON && !r->life && (r->opens >= 0 || (r->free && r->rate && owed));
}

static void find_candidates(struct live *x, struct cf_arena *a) {
    int32_t today = cf_time_day(x->w.zone, x->w.o->until);
    struct cf_arena *home = cf_arena_new("simulated family");
    uint32_t made = 0;
    for (uint64_t number = 0; made < x->w.o->children; number++) {
        struct sim_family family;
        cf_arena_reset(home);
        sim_family_make(&x->w, number, made, home, &family);
        for (uint32_t nth = 0; nth < family.size && made < x->w.o->children; nth++, made++) {
            struct sim_child child;
            sim_child_make(&x->w, &family, nth, home, &child);
            int age = cf_age_on(child.entries[0].born, today);
            const struct sim_stay *stay = sim_stay_at(&child.homes, today);
            if (age >= YOUNGEST_MET && age <= OLDEST_MET) {
                *cf_push(a, &x->candidates) = (struct candidate){made, stay ? stay->borough : -1};
            }
        }
    }
    cf_arena_free(home);
}

/* Somebody who lives where the unit works, and whom no other case is about, as far as that can be had. */
static uint32_t child_for(const struct live *x, const struct lang_decl *unit, struct sim_rng *r) {
    const struct sim_plan *p = x->w.plan;
    bool local = unit && unit->as.unit.boroughs.n;
    const struct candidate *best = NULL;
    for (int i = 0, most = -1; i < TRIES && most < 3; i++) {
        const struct candidate *c = &x->candidates.v[sim_below(r, (uint32_t)x->candidates.n)];
        bool near = !local || (c->borough >= 0 && p->unit_of_borough[c->borough] == unit), taken = false;
        for (size_t k = 0; k < x->cases.n; k++) {
            taken = taken || x->cases.v[k].child == c->child;
        }
        int good = 2 * near + !taken;
        best = good > most ? c : best;
        most = good > most ? good : most;
    }
    return best->child;
}

static void choose_cases(struct live *x, struct cf_arena *a) {
    for (size_t i = 0; i < x->w.plan->n_records; i++) {
        const struct sim_record *begins = &x->w.plan->records[i];
        if (!begins_a_case(begins)) {
            continue;
        }
        x->out->kinds++;
        struct sim_rng r = sim_rng_of(sim_mix(x->key, begins->key));
        for (int32_t nth = 0; nth < x->w.o->live; nth++) {
            const struct lang_decl *unit = unit_for(x, begins, (uint32_t)nth);
            struct live_case c = {begins, nth, unit, child_for(x, unit, &r)};
            *cf_push(a, &x->cases) = c;
        }
    }
}

/* ---- One case. */

static uint64_t key_of(const struct live *x, const struct live_case *c) {
    return sim_mix(sim_mix(sim_mix(x->key, KEY_LIVE), c->begins->key), (uint64_t)c->nth);
}

static int64_t reach_of(const struct live *x, const struct sim_record *begins) {
    const struct sim_row *row = sim_row_of(&x->w.plan->rates->live, begins->decl->name.text, CF_LIT(""));
    row = row ? row : sim_row_of(&x->w.plan->rates->live, CF_LIT("*"), CF_LIT(""));
    return row ? (int64_t)(row->value * HOUR_S / SIM_ONE) : (int64_t)SIM_LIVE_HOURS * HOUR_S;
}

static int32_t begin_at(struct sim_life *l, const struct sim_record *begins, int64_t at) {
    return begins->opens >= 0 ? sim_episode_make(l, begins, at, NULL, -1) : sim_emit(l, begins, at, -1, NULL, -1, false);
}

/* The first event from which a decision is owed, and by which edge; -1: none is. */
static int32_t asks_to_decide(const struct sim_life *l, size_t first, const struct sim_edge **by) {
    int32_t found = -1;
    for (size_t i = first; i < l->events.n; i++) {
        const struct sim_event *e = &l->events.v[i];
        for (size_t k = 0; k < e->record->out.n; k++) {
            const struct sim_edge *edge = e->record->out.v[k];
            bool asks = edge->duty && !edge->breach && edge->to->r->decided_by && sim_gives_rise(l, edge, (int32_t)i);
            if (asks && (found < 0 || e->from < l->events.v[found].from)) {
                found = (int32_t)i;
                *by = edge;
            }
        }
    }
    return found;
}

/* Made once to see when the decision is asked for, then so that half of its time has passed by now. */
static int32_t wait_for_decision(struct sim_life *l, const struct sim_record *begins, size_t first, int64_t at, int64_t now,
                                 int64_t *cut) {
    const struct sim_edge *by = NULL;
    int32_t opener = begin_at(l, begins, at), asked = opener < 0 ? -1 : asks_to_decide(l, first, &by);
    if (asked < 0) {
        return opener;
    }
    int64_t shift = now - by->within / 2 - l->events.v[asked].from;
    l->events.n = first;
    memset(l->times, 0, (l->w->plan->n_records + 1) * sizeof *l->times);
    opener = begin_at(l, begins, at + shift);
    asked = opener < 0 ? -1 : asks_to_decide(l, first, &by);
    for (size_t i = first; asked >= 0 && i < l->events.n; i++) {
        const struct sim_event *e = &l->events.v[i];
        bool decides = e->record->r->decided_by && e->from > l->events.v[asked].from;
        *cut = decides && e->from <= *cut ? e->from - 1 : *cut;
    }
    return opener;
}

/* Nothing closes it yet. */
static int64_t before_closing(const struct sim_life *l, int32_t opener, int64_t cut) {
    for (size_t i = 0; i < l->events.n; i++) {
        const struct sim_event *e = &l->events.v[i];
        bool closes = e->episode == opener && e->record->closes >= 0;
        cut = closes && e->from <= cut ? e->from - 1 : cut;
    }
    return cut;
}

/* When half of what came about up to `cut` had come about. */
static int64_t half_way(struct sim_life *l, size_t first, int64_t cut) {
    uint32_t *order = sim_order(l, l->a);
    size_t n = 0, seen = 0;
    for (size_t i = first; i < l->events.n; i++) {
        n += l->events.v[i].from <= cut;
    }
    for (size_t i = 0; i < l->events.n; i++) {
        const struct sim_event *e = &l->events.v[order[i]];
        seen += order[i] >= first && e->from <= cut;
        if (seen && seen >= (n + 1) / 2) {
            return e->from;
        }
    }
    return cut;
}

/* Every second case has somebody named who carries it. */
static void assign(struct live *x, struct sim_life *l, const struct live_case *c, int32_t opener, int64_t *cut) {
    const struct simulate_player *by = c->unit ? supervisor(x, c->unit) : NULL;
    const struct simulate_player *to = by ? worker(x, c->unit, (uint32_t)c->nth / 2 + (uint32_t)(c->begins->key % 7)) : NULL;
    if (!to || !x->assigned || c->begins->opens < 0 || c->nth % 2) {
        return;
    }
    int64_t at = l->events.v[opener].from + ASSIGNED_AFTER, now = l->w->o->until / MINUTE_S * MINUTE_S;
    at = at < now ? at : now;
    int32_t index = sim_emit(l, x->assigned, at, opener, NULL, -1, false);
    struct sim_event *e = &l->events.v[index];
    struct sim_who who = sim_whoever(to->id);
    e->fields[0] = (struct desk_value){.v = {.kind = LANG_V_SUBJECT, .i = who.no}, .id = who.id};
    e->actor = sim_whoever(by->id);
    e->role = by->roles[0];
    *cut = *cut < at ? at : *cut;
    x->out->carried++;
}

static bool add(struct live *x, struct sim_life *l, size_t first, int64_t cut, struct cf_errs *errs) {
    uint32_t *order = sim_order(l, l->a);
    for (size_t i = 0; i < l->events.n; i++) {
        const struct sim_event *e = &l->events.v[order[i]];
        if (order[i] < first || e->from > cut) {
            continue;
        }
        cf_arena_reset(x->into.a);
        if (!sim_add_names(&x->into, l, e, errs) || !sim_add_event(&x->into, l, e, errs)) {
            return false;
        }
    }
    return true;
}

static bool make_case(struct live *x, struct sim_life *l, const struct live_case *c, struct cf_errs *errs) {
    int64_t now = x->w.o->until, reach = reach_of(x, c->begins), cut = now;
    size_t first = l->events.n;
    enum stage stage = (enum stage)(c->nth % STAGES);
    l->key = key_of(x, c);
    l->held = c->unit;
    memset(l->times, 0, (l->w->plan->n_records + 1) * sizeof *l->times);
    struct sim_rng r = sim_rng_of(l->key);
    int64_t ago = stage == FRESH ? sim_between(&r, reach / 60, reach / 20) : sim_between(&r, reach * 2 / 5, reach * 9 / 10);
    int32_t opener =
        stage == WAITING ? wait_for_decision(l, c->begins, first, now - ago, now, &cut) : begin_at(l, c->begins, now - ago);
    if (opener < 0) {
        return true; /* not in force today */
    }
    cut = before_closing(l, opener, cut);
    cut = stage == HALF_WAY ? half_way(l, first, cut) : cut;
    cut = cut < l->events.v[opener].from ? l->events.v[opener].from : cut;
    assign(x, l, c, opener, &cut);
    x->out->cases++;
    return add(x, l, first, cut, errs);
}

static bool of_child(void *arg, struct sim_life *l, struct cf_errs *errs) {
    struct live *x = arg;
    for (size_t i = 0; i < x->cases.n; i++) {
        if (x->cases.v[i].child == l->child->number && !make_case(x, l, &x->cases.v[i], errs)) {
            return false;
        }
    }
    return true;
}

/* ---- All of them. */

static struct cf_id desk_unit(void *arg, const struct lang_decl *unit) {
    return desk_unit_id(arg, unit);
}

/* Is the first event of one of this day's cases there? All of them came with it. */
static bool made_before(const struct live *x, bool *yes, struct cf_errs *errs) {
    *yes = false;
    for (size_t i = 0; !*yes && i < x->cases.n; i++) {
        uint64_t seq, key = sim_mix(sim_mix(key_of(x, &x->cases.v[i]), x->cases.v[i].begins->key), 0);
        if (!ledger_seq_of_id(desk_ledger(x->into.d), sim_id(key), &seq, errs)) {
            return false;
        }
        *yes = seq != LEDGER_NO_SEQ;
    }
    return true;
}

static bool make_all(struct live *x, struct cf_arena *a, struct cf_errs *errs) {
    bool *only = CF_NEW_N(a, bool, x->w.o->children + 1);
    for (size_t i = 0; i < x->cases.n; i++) {
        only[x->cases.v[i].child] = true;
    }
    x->w.only = only;
    if (!desk_bulk_begin(x->into.d, errs)) {
        return false;
    }
    x->into.a = cf_arena_new("simulated event");
    x->w.named = cf_map_new(a);
    bool ok = sim_each_child(&x->w, of_child, x, errs);
    x->out->events = x->into.added;
    cf_arena_free(x->into.a);
    if (!ok) {
        desk_bulk_stop(x->into.d);
        return false;
    }
    return desk_bulk_end(x->into.d, errs);
}

bool simulate_live(struct desk *d, const struct simulate_rates *rates, const struct simulate_options *o, struct cf_arena *a,
                   struct simulate_live_report *out, struct cf_errs *errs) {
    const struct lang_set *set = desk_set(d);
    struct simulate_options own = *o;
    struct simulate_report drawn;
    struct sim_plan *plan;
    struct live x = {.into = {.d = d}, .out = out};
    *out = (struct simulate_live_report){0};
    if (!set) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    own.unit_id = desk_unit;
    own.unit_arg = d;
    sim_report_make(a, set, &drawn);
    if (!sim_plan_make(a, set, rates, errs, &plan) || !sim_world_make(a, plan, &own, desk_reference(d), &drawn, errs, &x.w)) {
        return false;
    }
    x.key = sim_mix(sim_mix(x.w.key, KEY_LIVE), (uint64_t)cf_time_day(x.w.zone, o->until));
    x.assigned = sim_record_of(plan, lang_find_kind(set, LANG_RECORD, CF_LIT("assigned")));
    find_candidates(&x, a);
    if (!x.candidates.n) {
        return true;
    }
    choose_cases(&x, a);
    return made_before(&x, &out->again, errs) && (out->again || make_all(&x, a, errs));
}
