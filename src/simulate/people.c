/* people: families, children, their homes, schools and time in care, and the officers whom they meet. Nobody is kept: each
 * follows from the seed and a number, so that a million can pass through in the memory of one. All are invented. */
#include "simulate/priv.h"

enum {
    KEY_FAMILY = 1,
    KEY_CHILD,
    KEY_PERSON,
    KEY_HOME,
    KEY_SCHOOL,
    KEY_AUTHORITY,
    KEY_OFFICER,
    KEY_UNIT,
    KEY_NAME,
    KEY_DOUBLE
};
enum { YEAR_DAYS = 365, MALE_OFFICERS = 700000 /* millionths; assumed */ };

struct sim_who sim_whoever(struct cf_id id) {
    return (struct sim_who){id, (uint32_t)cf_be_read(id.b + 3, 4) | 0x80000000u}; /* never one of a reference's small numbers */
}

struct cf_id sim_person_id(const struct sim_world *w, uint32_t child, uint32_t entry) {
    return sim_id(sim_mix(sim_mix(w->key, KEY_PERSON), (uint64_t)child * 2 + entry));
}

struct sim_who sim_authority(const struct sim_world *w, int borough) {
    return sim_whoever(sim_id(sim_mix(sim_mix(w->key, KEY_AUTHORITY), (uint64_t)(borough + 1))));
}

struct sim_who sim_unit(const struct sim_world *w, const struct lang_decl *unit) {
    struct sim_who who = {0};
    if (!unit) {
        return who;
    }
    who = sim_whoever(sim_id(sim_mix(sim_mix(w->key, KEY_UNIT), sim_key(unit->name.text))));
    if (w->o->unit_id) {
        who.id = w->o->unit_id(w->o->unit_arg, unit);
    }
    uint32_t no = w->ref && w->ref->unit_subject && unit->kind == LANG_UNIT ? w->ref->unit_subject(w->ref->ctx, unit) : 0;
    who.no = no ? no : who.no;
    return who;
}

struct sim_who sim_officer_nth(const struct sim_world *w, const struct lang_decl *role, const struct lang_decl *unit,
                               uint32_t nth, bool *male) {
    uint64_t place = sim_mix(role ? sim_key(role->name.text) : 0, unit ? sim_key(unit->name.text) : 0);
    uint64_t key = sim_mix(sim_mix(w->key, KEY_OFFICER), sim_mix(place, nth));
    *male = sim_mix(key, 1) % SIM_ONE < MALE_OFFICERS;
    return sim_whoever(sim_id(key));
}

struct sim_who sim_officer(const struct sim_world *w, const struct lang_decl *role, const struct lang_decl *unit,
                           struct sim_rng *r, int want_male, bool *male) {
    uint32_t n = (uint32_t)w->plan->rates->people[SIM_OFFICERS];
    struct sim_who who = {0};
    for (int tries = 0; tries < 12; tries++) { /* somebody of that sex is nearly always about */
        who = sim_officer_nth(w, role, unit, sim_below(r, n), male);
        if (want_male < 0 || *male == (want_male > 0)) {
            break;
        }
    }
    return who;
}

const struct sim_stay *sim_stay_at(const struct sim_stays *s, int32_t day) {
    const struct sim_stay *at = NULL;
    for (size_t i = 0; i < s->n; i++) {
        if (s->v[i].from <= day && day <= s->v[i].to) {
            at = &s->v[i];
        }
    }
    return at;
}

/* ---- Families. */

static struct cf_id home_id(const struct sim_world *w, struct sim_rng *r) {
    return sim_id(sim_mix(sim_mix(w->key, KEY_HOME), sim_next(r)));
}

static void add_stay(struct sim_stays *s, int32_t from, int32_t to, int borough, struct cf_id id) {
    if (s->n == SIM_STAYS || from > to) {
        return;
    }
    if (s->n && s->v[s->n - 1].to >= from) {
        s->v[s->n - 1].to = from - 1;
    }
    s->v[s->n++] = (struct sim_stay){from, to, borough, id};
}

static int any_borough(const struct sim_world *w, struct sim_rng *r) {
    const struct sim_plan *p = w->plan;
    size_t n = p->boroughs ? p->boroughs->as.codes.list.n : 0;
    if (!n) {
        return -1;
    }
    return (int)(p->borough_weights ? sim_weighted(r, p->borough_weights, n) : sim_below(r, (uint32_t)n));
}

static void find_homes(const struct sim_world *w, struct sim_family *f, struct sim_rng *r) {
    int32_t first = w->o->from - 20 * YEAR_DAYS, last = w->o->from + (w->o->years + 1) * YEAR_DAYS;
    add_stay(&f->homes, first, INT32_MAX, f->borough, home_id(w, r));
    int borough = f->borough;
    for (int32_t day = w->o->from - 2 * YEAR_DAYS; day < last; day += YEAR_DAYS) {
        if (!sim_chance(r, w->plan->rates->people[SIM_MOVES])) {
            continue;
        }
        borough = sim_chance(r, SIM_ONE / 3) ? any_borough(w, r) : borough;
        add_stay(&f->homes, day + (int32_t)sim_below(r, YEAR_DAYS), INT32_MAX, borough, home_id(w, r));
    }
}

void sim_family_make(const struct sim_world *w, uint64_t number, uint32_t first_child, struct cf_arena *a,
                     struct sim_family *out) {
    const struct simulate_rates *rates = w->plan->rates;
    uint64_t key = sim_mix(sim_mix(w->key, KEY_FAMILY), number);
    struct sim_rng r = sim_rng_of(key);
    *out = (struct sim_family){.number = number, .key = key, .first_child = first_child, .group = -1};
    out->size = 1 + (uint32_t)sim_weighted(&r, &rates->people[SIM_SIBLINGS_1], 4);
    struct cf_str start = rates->family_start.v[sim_below(&r, (uint32_t)rates->family_start.n)];
    struct cf_str end = rates->family_end.v[sim_below(&r, (uint32_t)rates->family_end.n)];
    out->name = cf_str_printf(a, "%.*s%.*s", CF_STR_ARG(start), CF_STR_ARG(end));
    out->borough = any_borough(w, &r);
    size_t groups = w->plan->groups ? w->plan->groups->as.codes.list.n : 0;
    if (groups) {
        const uint64_t *weights =
            w->plan->group_weights && out->borough >= 0 ? w->plan->group_weights + (size_t)out->borough * groups : NULL;
        out->group = (int)(weights ? sim_weighted(&r, weights, groups) : sim_below(&r, (uint32_t)groups));
    }
    find_homes(w, out, &r);
}

/* ---- Children. */

static int32_t september(int32_t born, int years) {
    return cf_day_of(cf_date_of(born).year + years, 9, 1);
}

static struct cf_id school_id(const struct sim_world *w, int borough, int level, struct sim_rng *r) {
    uint64_t place = (uint64_t)(borough + 1) * 4 + (uint64_t)level;
    return sim_id(
        sim_mix(sim_mix(w->key, KEY_SCHOOL), sim_mix(place, sim_below(r, (uint32_t)w->plan->rates->people[SIM_SCHOOLS]))));
}

static void go_to_school(const struct sim_world *w, struct sim_child *c, int32_t born, struct sim_rng *r) {
    static const int years[] = {5, 11};
    for (int level = 0; level < 2; level++) {
        int32_t from = september(born, years[level]);
        const struct sim_stay *home = sim_stay_at(&c->homes, from);
        int borough = home ? home->borough : c->family->borough;
        add_stay(&c->schools, from, INT32_MAX, borough, school_id(w, borough, level, r));
    }
    for (size_t i = 1; i < c->homes.n; i++) { /* a move to another borough often means another school */
        int32_t day = c->homes.v[i].from;
        const struct sim_stay *at = sim_stay_at(&c->schools, day);
        if (at && at->borough != c->homes.v[i].borough && at == &c->schools.v[c->schools.n - 1] && sim_chance(r, SIM_ONE / 2)) {
            add_stay(&c->schools, day, INT32_MAX, c->homes.v[i].borough, school_id(w, c->homes.v[i].borough, 1, r));
        }
    }
}

/* A placement is a home of the child's own for a while; then the family's home again, if the child comes back. */
static void place_in_care(const struct sim_world *w, struct sim_child *c, struct sim_rng *r) {
    c->homes = c->family->homes;
    if (!sim_chance(r, w->plan->rates->people[SIM_CARE])) {
        return;
    }
    int32_t last = w->o->from + w->o->years * YEAR_DAYS;
    int32_t from = (int32_t)sim_between(r, w->o->from - 2 * YEAR_DAYS, last), to = from + (int32_t)sim_between(r, 60, 1500);
    int borough = sim_chance(r, SIM_ONE / 3) ? any_borough(w, r) : c->family->borough;
    add_stay(&c->care, from, to, borough, sim_authority(w, c->family->borough).id);
    struct sim_stays mixed = {0};
    for (size_t i = 0; i < c->family->homes.n && c->family->homes.v[i].from < from; i++) {
        add_stay(&mixed, c->family->homes.v[i].from, INT32_MAX, c->family->homes.v[i].borough, c->family->homes.v[i].id);
    }
    add_stay(&mixed, from, INT32_MAX, borough, home_id(w, r));
    const struct sim_stay *back = sim_stay_at(&c->family->homes, to);
    if (back) {
        add_stay(&mixed, to, INT32_MAX, back->borough, back->id);
    }
    c->homes = mixed;
}

/* A child has no home before it is born. */
static void homes_since(struct sim_stays *s, int32_t born) {
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->v[i].to >= born) {
            s->v[n] = s->v[i];
            s->v[n].from = s->v[n].from < born ? born : s->v[n].from;
            n++;
        }
    }
    s->n = n;
}

static int own_ethnicity(const struct sim_world *w, const struct sim_family *f, struct sim_rng *r) {
    const struct sim_plan *p = w->plan;
    size_t n = p->ethnicities ? p->ethnicities->as.codes.list.n : 0;
    if (!n) {
        return -1;
    }
    uint32_t same = 0;
    for (size_t i = 0; i < n; i++) {
        same += p->group_of[i] == f->group;
    }
    uint32_t nth = sim_below(r, same ? same : (uint32_t)n);
    for (size_t i = 0; same && i < n; i++) {
        if (p->group_of[i] == f->group && nth-- == 0) {
            return (int)i;
        }
    }
    return (int)nth;
}

/* ---- The second record of a child: misspelt, or with the birth of somebody else's typing. */

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct cf_str sim_misspell(struct cf_arena *a, struct cf_str name, struct sim_rng *r) {
    static const char vowels[] = "aeiou";
    if (name.n < 3 || name.n > SIM_NAME_BYTES) {
        return cf_str_printf(a, "%.*sh", CF_STR_ARG(name));
    }
    char b[SIM_NAME_BYTES + 2];
    memcpy(b, name.p, name.n);
    size_t n = name.n, at = 1 + sim_below(r, (uint32_t)n - 2);
    switch (sim_below(r, 4)) {
    case 0: /* two letters change places */
        b[at] = name.p[at + 1];
        b[at + 1] = name.p[at];
        break;
    case 1: /* one is written twice */
        memmove(b + at + 1, b + at, n - at);
        n++;
        break;
    case 2: /* one is left out */
        memmove(b + at, b + at + 1, n - at - 1);
        n--;
        break;
    default: /* another vowel */ b[at] = vowels[sim_below(r, 5)]; break;
    }
    struct cf_str out = {b, n};
    return cf_str_eq(out, name) || !is_letter(b[0]) ? cf_str_printf(a, "%.*s%c", CF_STR_ARG(name), name.p[name.n - 1])
                                                    : cf_str_dup(a, out);
}

static int32_t mistyped_birth(int32_t born, struct sim_rng *r) {
    struct cf_date d = cf_date_of(born);
    if (d.day <= 12 && d.day != d.month) {
        return cf_day_of(d.year, d.day, d.month);
    }
    int year = d.year + (sim_below(r, 2) ? 1 : -1);
    return cf_date_valid(year, d.month, d.day) ? cf_day_of(year, d.month, d.day) : born - 1;
}

static void add_double(const struct sim_world *w, struct sim_child *c, struct cf_arena *a) {
    struct sim_rng r = sim_rng_of(sim_mix(c->key, KEY_DOUBLE));
    if (!sim_chance(&r, w->plan->rates->people[SIM_DOUBLE])) {
        return;
    }
    struct sim_entry *first = &c->entries[0], *e = &c->entries[c->n_entries++];
    *e = *first;
    e->who = sim_whoever(sim_person_id(w, c->number, 1));
    e->known_from = (int32_t)sim_between(&r, w->o->from, w->o->from + w->o->years * YEAR_DAYS * 2 / 3);
    uint32_t what = 1 + sim_below(&r, 7); /* bits: given name, family name, birth */
    const char *between = "";
    struct cf_buf b = cf_buf_new(a, 1024);
    if (what & 1) {
        e->given = sim_misspell(a, first->given, &r);
        cf_buf_printf(&b, "given_name %.*s to %.*s", CF_STR_ARG(first->given), CF_STR_ARG(e->given));
        between = "; ";
    }
    if (what & 2) {
        e->family = sim_misspell(a, first->family, &r);
        cf_buf_printf(&b, "%sfamily_name %.*s to %.*s", between, CF_STR_ARG(first->family), CF_STR_ARG(e->family));
        between = "; ";
    }
    if (what & 4) {
        e->born = mistyped_birth(first->born, &r);
        cf_buf_printf(&b, "%sborn %s to %s", between, cf_date_shown(first->born).p, cf_date_shown(e->born).p);
    }
    e->altered = (struct cf_str){b.p, b.n};
}

void sim_child_make(const struct sim_world *w, const struct sim_family *f, uint32_t nth, struct cf_arena *a,
                    struct sim_child *out) {
    const struct simulate_rates *rates = w->plan->rates;
    *out = (struct sim_child){.family = f, .number = f->first_child + nth, .n_entries = 1};
    out->key = sim_mix(sim_mix(w->key, KEY_CHILD), out->number);
    struct sim_rng r = sim_rng_of(out->key);
    int32_t age = (int32_t)sim_between(&r, (int64_t)rates->people[SIM_YOUNGEST], (int64_t)rates->people[SIM_OLDEST]);
    struct sim_entry *e = &out->entries[0];
    e->born = w->o->from - age * 1461 / 4 - (int32_t)sim_below(&r, YEAR_DAYS);
    e->known_from = e->born;
    out->male = sim_weighted(&r, rates->sex, 2) == 1;
    out->skew = rates->n_skews ? rates->skew[sim_weighted(&r, rates->skew_share, rates->n_skews)] : SIM_ONE;
    out->ethnicity = own_ethnicity(w, f, &r);
    e->who = sim_whoever(sim_person_id(w, out->number, 0));
    e->given = rates->given.v[sim_below(&r, (uint32_t)rates->given.n)];
    e->family = f->name;
    place_in_care(w, out, &r);
    homes_since(&out->homes, e->born);
    go_to_school(w, out, e->born, &r);
    add_double(w, out, a);
}
