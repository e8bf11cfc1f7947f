/* called: names for the organisations, places and officers whom invented events name, each given once, as an event of the
 * record that says what such are called. Must not know any record by name: the rates say which field is drawn so. */
#include "simulate/priv.h"

#include "docket/called.h"

enum { KEY_CALLED = 31, NUMBERS = 60 };

static const struct sim_record *naming_of(const struct sim_plan *p, enum lang_subject kind) {
    for (size_t i = 0; i < p->n_records; i++) {
        const struct sim_record *r = &p->records[i];
        if (desk_says_called(r->decl, kind) && r->fields[0].draw == SIM_DRAW_CALLED) {
            return r;
        }
    }
    return NULL;
}

static struct cf_str any(const struct cf_str *words, size_t n, struct sim_rng *r) {
    return words[sim_below(r, (uint32_t)n)];
}

/* An officer is called as children are; everything else by a family's name and what it is. */
static struct cf_str name_for(const struct simulate_rates *rates, enum lang_subject kind, bool school, struct sim_rng *r,
                              struct cf_arena *a) {
    struct cf_str start = any(rates->family_start.v, rates->family_start.n, r);
    struct cf_str end = any(rates->family_end.v, rates->family_end.n, r);
    struct cf_str family = cf_str_printf(a, "%.*s%.*s", CF_STR_ARG(start), CF_STR_ARG(end));
    if (kind == LANG_OFFICER) {
        struct cf_str given = any(rates->given.v, rates->given.n, r);
        return cf_str_printf(a, "%.*s %.*s", CF_STR_ARG(given), CF_STR_ARG(family));
    }
    if (kind == LANG_PLACE) {
        struct cf_str what = any(rates->place.v, rates->place.n, r);
        return cf_str_printf(a, "%u %.*s %.*s", 1 + sim_below(r, NUMBERS), CF_STR_ARG(family), CF_STR_ARG(what));
    }
    struct cf_str what = school ? any(rates->school.v, rates->school.n, r) : any(rates->authority.v, rates->authority.n, r);
    return cf_str_printf(a, "%.*s %.*s", CF_STR_ARG(family), CF_STR_ARG(what));
}

static bool name_one(struct sim_into *x, const struct sim_world *w, enum lang_subject kind, bool school, struct cf_id id,
                     struct cf_errs *errs) {
    static const char mark[3] = {'i', 'n', 'v'}; /* sim_id: whoever is not invented has a name of their own */
    const struct sim_record *naming = naming_of(w->plan, kind);
    struct cf_str key = {(const char *)id.b, sizeof id.b};
    if (!naming || !w->named || memcmp(id.b, mark, sizeof mark) != 0 || cf_map_has(w->named, key)) {
        return true;
    }
    *cf_map_put(w->named, key) = w->named;
    uint64_t from = sim_mix(cf_be_read(id.b + 3, 8), KEY_CALLED);
    struct sim_rng r = sim_rng_of(from);
    struct sim_life l = {.w = w, .a = x->a, .key = from, .self = sim_whoever(id)};
    l.called = name_for(w->plan->rates, kind, school, &r, x->a);
    l.times = CF_NEW_N(x->a, uint32_t, w->plan->n_records + 1);
    if (sim_emit(&l, naming, w->starts, -1, NULL, -1, false) < 0) {
        return true;
    }
    l.events.v[0].actor = (struct sim_who){0}; /* nobody in particular, who would need a name in turn */
    l.events.v[0].role = NULL;
    return sim_add_event(x, &l, &l.events.v[0], errs);
}

static bool name_value(struct sim_into *x, const struct sim_world *w, const struct sim_field *f, const struct desk_value *v,
                       struct cf_errs *errs) {
    bool subject = v->v.kind == LANG_V_SUBJECT;
    return !subject || name_one(x, w, f->f->type.subject, f->draw == SIM_DRAW_SCHOOL, v->id, errs);
}

bool sim_add_names(struct sim_into *x, const struct sim_life *l, const struct sim_event *e, struct cf_errs *errs) {
    bool ok = name_one(x, l->w, LANG_OFFICER, false, e->actor.id, errs) &&
              name_one(x, l->w, LANG_ORGANISATION, false, e->recipient.id, errs);
    for (size_t i = 0; ok && i < e->n_about; i++) {
        ok = name_one(x, l->w, e->record->r->roles.v[e->about[i].role].kind, false, e->about[i].who.id, errs);
    }
    for (size_t i = 0; ok && i < e->record->r->fields.n; i++) {
        const struct desk_value *v = &e->fields[i];
        ok = name_value(x, l->w, &e->record->fields[i], v, errs);
        for (size_t k = 0; ok && v->v.kind == LANG_V_LIST && k < v->n; k++) {
            ok = name_value(x, l->w, &e->record->fields[i], &v->list[k], errs);
        }
    }
    return ok;
}
