/* life: everything that happens to one child (or unit, or officer) in the simulation, and the way through all of them. */
#include "simulate/priv.h"

enum {
    YEAR_DAYS = 365,
    DAY_S = 86400,
    AT_MOST = 950000,
    KEY_CONTACT = 11,
    KEY_OTHER = 12,
    SECOND_RECORD = 500000,
    SHORT_WORKS = 64
};

/* ---- What is known about a child: events that happened on the day from which they hold. */

static void as_of_day(struct sim_life *l, const struct sim_record *r, int32_t day) {
    const struct sim_world *w = l->w;
    int32_t index = sim_emit(l, r, cf_day_start(w->zone, day), -1, NULL, -1, false);
    if (index >= 0) {
        struct sim_event *e = &l->events.v[index];
        bool birth = r->life == SIM_LIFE_BIRTH;
        e->day_only = true;
        e->to = cf_day_end(w->zone, day);
        e->recorded = birth ? cf_day_start(w->zone, l->child->entries[l->entry].known_from) : e->recorded;
        e->recorded = e->recorded < e->to ? e->to : e->recorded;
    }
}

/* What held when the simulation begins, and each change within it. */
static void stays(struct sim_life *l, const struct sim_record *r, const struct sim_stays *s, bool ends) {
    int32_t first = l->w->o->from, last = first + l->w->o->years * YEAR_DAYS;
    for (size_t i = 0; i < s->n; i++) {
        if (s->v[i].to >= first && s->v[i].from <= last) {
            as_of_day(l, r, s->v[i].from);
        }
        if (ends && s->v[i].to >= first && s->v[i].to < last) {
            as_of_day(l, r, s->v[i].to + 1);
        }
    }
}

static void known_facts(struct sim_life *l) {
    const struct sim_child *c = l->child;
    for (size_t i = 0; i < l->w->plan->n_records; i++) {
        const struct sim_record *r = &l->w->plan->records[i];
        if (r->life == SIM_LIFE_BIRTH) {
            as_of_day(l, r, c->entries[l->entry].born);
        } else if (r->life == SIM_LIFE_SCHOOL) {
            stays(l, r, &c->schools, false);
        } else if (r->life == SIM_LIFE_HOME) {
            stays(l, r, &c->homes, false);
        } else if (r->life == SIM_LIFE_CARE) {
            stays(l, r, &c->care, true);
        }
    }
}

/* ---- Contacts. */

static void use_entry(struct sim_life *l, size_t entry) {
    l->entry = entry;
    l->self = l->child->entries[entry].who;
}

static void contact(struct sim_life *l, const struct sim_record *r, int32_t day, struct sim_rng *rng) {
    const struct sim_world *w = l->w;
    int32_t hour = (int32_t)sim_weighted(rng, w->plan->rates->hour, SIM_HOURS);
    int64_t at = cf_time_at(w->zone, day, hour * 3600 + (int32_t)sim_below(rng, 60) * 60, NULL);
    if (l->child && l->child->n_entries > 1) {
        use_entry(l, day >= l->child->entries[1].known_from && sim_chance(rng, SECOND_RECORD) ? 1 : 0);
    }
    if (r->opens >= 0) {
        (void)sim_episode_make(l, r, at, NULL, -1);
    } else {
        (void)sim_emit(l, r, at, -1, NULL, -1, false);
    }
}

/* A year is sixteen slots, each with one contact of a kind or none. */
static void contacts(struct sim_life *l, const struct sim_record *r) {
    const struct sim_world *w = l->w;
    struct sim_rng rng = sim_rng_of(sim_mix(sim_mix(l->key, KEY_CONTACT), r->key));
    int32_t born = l->child ? l->child->entries[0].born : 0, length = YEAR_DAYS / SIM_SLOTS;
    for (int32_t slot = 0; slot < w->o->years * SIM_SLOTS; slot++) {
        int32_t day = w->o->from + slot / SIM_SLOTS * YEAR_DAYS + slot % SIM_SLOTS * length;
        uint64_t chance = r->rate / SIM_SLOTS;
        if (l->child) {
            int age = cf_age_on(born, day);
            chance = chance * l->child->skew / SIM_ONE * (age >= 0 && age < SIM_AGES ? w->plan->rates->age[age] : 0) / SIM_ONE;
        }
        if (sim_chance(&rng, chance < AT_MOST ? chance : AT_MOST)) {
            contact(l, r, day + (int32_t)sim_below(&rng, (uint32_t)length), &rng);
        }
    }
}

void sim_child_life(struct sim_life *l) {
    for (size_t e = 0; e < l->child->n_entries; e++) {
        use_entry(l, e);
        known_facts(l);
    }
    use_entry(l, 0);
    for (size_t i = 0; i < l->w->plan->n_records; i++) {
        const struct sim_record *r = &l->w->plan->records[i];
        if (r->kind == LANG_PERSON && r->rate) {
            contacts(l, r);
        }
    }
}

static void each_period(struct sim_life *l, const struct sim_record *r) {
    static const enum cf_period of[] = {[LANG_WEEK] = CF_PERIOD_WEEK,
                                        [LANG_MONTH] = CF_PERIOD_MONTH,
                                        [LANG_QUARTER] = CF_PERIOD_QUARTER,
                                        [LANG_YEAR] = CF_PERIOD_YEAR};
    struct sim_rng rng = sim_rng_of(sim_mix(sim_mix(l->key, KEY_OTHER), r->key));
    int32_t last = l->w->o->from + l->w->o->years * YEAR_DAYS;
    for (int32_t day = cf_period_next(of[r->each], l->w->o->from); day < last; day = cf_period_next(of[r->each], day)) {
        int32_t end = cf_period_next(of[r->each], day), at = (int32_t)sim_between(&rng, day, end - 1);
        if (sim_share(l, &rng, r, SIMULATE_MISSING)) {
            continue;
        }
        at = sim_share(l, &rng, r, SIMULATE_LATE) ? end + (int32_t)sim_below(&rng, 14) : at;
        contact(l, r, at, &rng);
    }
}

void sim_other_life(struct sim_life *l, enum lang_subject kind) {
    for (size_t i = 0; i < l->w->plan->n_records; i++) {
        const struct sim_record *r = &l->w->plan->records[i];
        if (r->kind != kind || r->r->built_in) {
            continue;
        }
        if (r->life == SIM_LIFE_OPENING) {
            (void)sim_emit(l, r, cf_day_start(l->w->zone, l->w->o->from), -1, NULL, -1, false);
        } else if (r->periodic) {
            each_period(l, r);
        } else if (r->rate) {
            contacts(l, r);
        }
    }
}

/* ---- The order in which they happened; at one instant, in which they were thought of. */

static bool before(const struct sim_event *x, uint32_t i, const struct sim_event *y, uint32_t j) {
    return x->from != y->from ? x->from < y->from : i < j;
}

static void merge(const struct sim_life *l, uint32_t *v, uint32_t *spare, size_t n) {
    if (n < 2) {
        return;
    }
    size_t half = n / 2, i = 0, j = half, k = 0;
    merge(l, v, spare, half);
    merge(l, v + half, spare, n - half);
    while (i < half || j < n) {
        bool left = j >= n || (i < half && before(&l->events.v[v[i]], v[i], &l->events.v[v[j]], v[j]));
        spare[k++] = left ? v[i++] : v[j++];
    }
    memcpy(v, spare, n * sizeof(*v));
}

uint32_t *sim_order(const struct sim_life *l, struct cf_arena *a) {
    uint32_t *v = CF_NEW_N(a, uint32_t, l->events.n + 1), *spare = CF_NEW_N(a, uint32_t, l->events.n + 1);
    for (size_t i = 0; i < l->events.n; i++) {
        v[i] = (uint32_t)i;
    }
    merge(l, v, spare, l->events.n);
    return v;
}

/* ---- Everybody. */

void sim_report_make(struct cf_arena *a, const struct lang_set *set, struct simulate_report *out) {
    *out = (struct simulate_report){.n_records = set->records.n};
    out->records = CF_NEW_N(a, const struct lang_decl *, set->records.n + 1);
    out->by_record = CF_NEW_N(a, uint64_t, set->records.n + 1);
    for (size_t i = 0; i < set->records.n; i++) {
        out->records[i] = set->records.v[i];
    }
}

bool sim_world_make(struct cf_arena *a, const struct sim_plan *p, const struct simulate_options *o,
                    const struct lang_reference *ref, struct simulate_report *report, struct cf_errs *errs,
                    struct sim_world *out) {
    (void)a;
    *out = (struct sim_world){.plan = p, .o = o, .ref = ref, .zone = ref->zone, .report = report};
    out->key = sim_mix(sim_key(CF_LIT("childfirst simulation 1")), o->seed);
    out->starts = cf_day_start(ref->zone, o->from);
    out->ends = cf_day_start(ref->zone, o->from + o->years * YEAR_DAYS);
    if (out->starts > o->until) {
        return cf_fail(errs, CF_X003, CF_NOWHERE, "%s has not come yet", cf_date_shown(o->from).p);
    }
    return true;
}

/* The events of a life are dropped with it; its arena is the caller's to reset. */
static void begin_life(const struct sim_world *w, struct cf_arena *a, uint64_t key, struct sim_life *l) {
    *l = (struct sim_life){.w = w, .a = a, .key = key};
    l->times = CF_NEW_N(a, uint32_t, w->plan->n_records + 1);
}

bool sim_each_child(const struct sim_world *w, sim_visit *f, void *arg, struct cf_errs *errs) {
    struct cf_arena *home = cf_arena_new("simulated family"), *one = cf_arena_new("simulated child");
    bool ok = true;
    uint32_t made = 0;
    for (uint64_t number = 0; ok && made < w->o->children; number++) {
        struct sim_family family;
        cf_arena_reset(home);
        sim_family_make(w, number, made, home, &family);
        w->report->families++;
        for (uint32_t nth = 0; ok && nth < family.size && made < w->o->children; nth++) {
            struct sim_child child;
            struct sim_life life;
            if (w->only && !w->only[made]) {
                made++;
                continue;
            }
            cf_arena_reset(one);
            sim_child_make(w, &family, nth, one, &child);
            begin_life(w, one, child.key, &life);
            life.child = &child;
            sim_child_life(&life);
            w->report->children++;
            w->report->doubles += child.n_entries > 1;
            w->report->most_contacts = life.events.n > w->report->most_contacts ? life.events.n : w->report->most_contacts;
            ok = f(arg, &life, errs);
            made++;
        }
    }
    cf_arena_free(one);
    cf_arena_free(home);
    return ok;
}

static bool other(const struct sim_world *w, struct cf_arena *a, enum lang_subject kind, const struct lang_decl *unit,
                  struct sim_who self, sim_visit *f, void *arg, struct cf_errs *errs) {
    struct sim_life life;
    cf_arena_reset(a);
    begin_life(w, a, sim_mix(w->key, cf_be_read(self.id.b + 3, 8)), &life);
    if (kind == LANG_UNIT_SUBJECT) { /* a unit's id may be the ledger's own: its life follows from its name */
        life.key = sim_mix(w->key, sim_key(unit->name.text));
    }
    life.unit = unit;
    life.self = self;
    sim_other_life(&life, kind);
    return !life.events.n || f(arg, &life, errs);
}

bool sim_each_other(const struct sim_world *w, sim_visit *f, void *arg, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("simulated unit");
    bool ok = true, seen_officers = false;
    for (size_t i = 0; i < w->plan->n_records; i++) {
        seen_officers |= w->plan->records[i].kind == LANG_OFFICER && !w->plan->records[i].r->built_in;
    }
    for (size_t i = 0; ok && i < w->plan->set->units.n; i++) {
        const struct lang_decl *unit = w->plan->set->units.v[i];
        ok = other(w, a, LANG_UNIT_SUBJECT, unit, sim_unit(w, unit), f, arg, errs);
        for (uint32_t k = 0; ok && seen_officers && k < w->plan->rates->people[SIM_OFFICERS]; k++) {
            bool male;
            ok = other(w, a, LANG_OFFICER, unit, sim_officer_nth(w, w->plan->anyone, unit, k, &male), f, arg, errs);
        }
    }
    cf_arena_free(a);
    return ok;
}
