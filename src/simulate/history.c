/* history: a life as evaluation reads it, without a ledger: for benchmarks over more people than a disk should hold. */
#include "simulate/priv.h"

struct telling {
    simulate_history *f;
    void *arg;
    struct cf_arena *a;
    bool stopped;
};

/* Positions of the events when each happens at at[i]: ties in the order of i. */
static uint32_t *order_of(const struct sim_life *l, const int64_t *at, struct cf_arena *a) {
    struct sim_life copy = *l;
    copy.events.v = CF_NEW_N(a, struct sim_event, l->events.n + 1);
    for (size_t i = 0; i < l->events.n; i++) {
        copy.events.v[i].from = at[i];
    }
    return sim_order(&copy, a);
}

/* Sequence numbers follow recording; the order of a history is by happened, then sequence (E2). */
static uint64_t *sequences(const struct sim_life *l, struct cf_arena *a, uint32_t **order) {
    size_t n = l->events.n;
    int64_t *at = CF_NEW_N(a, int64_t, n + 1);
    uint64_t *seq = CF_NEW_N(a, uint64_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        at[i] = l->events.v[i].recorded;
    }
    uint32_t *recorded = order_of(l, at, a);
    for (size_t i = 0; i < n; i++) {
        seq[recorded[i]] = i + 1;
        at[i] = l->events.v[recorded[i]].from;
    }
    *order = order_of(l, at, a);
    for (size_t i = 0; i < n; i++) {
        (*order)[i] = recorded[(*order)[i]];
    }
    return seq;
}

static struct lang_value told_value(struct cf_arena *a, const struct lang_field *f, const struct desk_value *v,
                                    const uint64_t *seq) {
    if (v->v.kind == LANG_V_EVENT) {
        return (struct lang_value){.kind = LANG_V_EVENT, .i = (int64_t)seq[v->v.i]};
    }
    bool kept =
        v->v.kind == LANG_V_SUBJECT && f->keeping.n && f->type.kind != LANG_T_SET; /* a list of one, says the evaluator */
    if (v->v.kind != LANG_V_LIST && !kept) {
        return v->v;
    }
    const struct desk_value *list = kept ? v : v->list;
    size_t n = kept ? 1 : v->n;
    struct lang_item *items = CF_NEW_N(a, struct lang_item, n + 1);
    for (size_t i = 0; i < n; i++) {
        items[i].v = list[i].v.kind == LANG_V_EVENT ? (struct lang_value){.kind = LANG_V_EVENT, .i = (int64_t)seq[list[i].v.i]}
                                                    : list[i].v;
        items[i].kept = list[i].kept;
    }
    return (struct lang_value){.kind = LANG_V_LIST, .more = (uint32_t)n, .items = items};
}

static void tell(const struct sim_life *l, const struct sim_event *e, uint32_t self, const uint64_t *seq, uint64_t own,
                 struct cf_arena *a, struct lang_event *out) {
    const struct lang_record *r = e->record->r;
    struct lang_value *fields = CF_NEW_N(a, struct lang_value, r->fields.n + 1);
    uint32_t *subjects = CF_NEW_N(a, uint32_t, r->roles.n + 1);
    uint64_t *episodes = CF_NEW_N(a, uint64_t, 1);
    uint16_t *roles = CF_NEW_N(a, uint16_t, 1);
    for (size_t i = 0; i < r->fields.n; i++) {
        fields[i] = told_value(a, &r->fields.v[i], &e->fields[i], seq);
    }
    *out = (struct lang_event){.id = e->id,
                               .seq = own,
                               .record = r->number,
                               .share = e->share,
                               .from = e->from,
                               .to = e->to,
                               .recorded = e->recorded,
                               .known = e->recorded,
                               .subjects = subjects,
                               .unit = e->unit.no,
                               .recipient = e->recipient.no,
                               .episodes = episodes,
                               .fields = fields};
    for (size_t i = 0; i < e->n_about; i++) {
        subjects[e->about[i].role] = e->about[i].who.no;
        out->roles |= e->about[i].who.no == self ? 1u << e->about[i].role : 0;
    }
    if (e->episode >= 0) {
        episodes[0] = seq[e->episode];
        out->n_episodes = 1;
    }
    roles[0] = e->role ? (uint16_t)e->role->as.role.number : 0;
    out->actor = (struct lang_actor){.subject = e->actor.no, .unit = e->unit.no, .roles = roles, .n_roles = e->role ? 1 : 0};
    (void)l;
}

static bool tell_life(void *arg, struct sim_life *l, struct cf_errs *errs) {
    struct telling *x = arg;
    (void)errs;
    for (size_t k = 0; k < l->child->n_entries; k++) {
        cf_arena_reset(x->a);
        uint32_t *order;
        uint64_t *seq = sequences(l, x->a, &order);
        struct lang_event *events = CF_NEW_N(x->a, struct lang_event, l->events.n + 1);
        struct lang_history h = {.subject = l->child->entries[k].who.no,
                                 .subject_id = l->child->entries[k].who.id,
                                 .kind = LANG_PERSON,
                                 .events = events};
        for (size_t i = 0; i < l->events.n; i++) {
            const struct sim_event *e = &l->events.v[order[i]];
            if (e->from > l->w->o->until) {
                continue;
            }
            tell(l, e, h.subject, seq, seq[order[i]], x->a, &events[h.n]);
            h.n += events[h.n].roles != 0;
        }
        if (!x->f(x->arg, &h)) {
            x->stopped = true;
            return false;
        }
    }
    return true;
}

bool simulate_histories(const struct lang_set *set, const struct lang_reference *ref, const struct simulate_rates *rates,
                        const struct simulate_options *o, simulate_history *f, void *arg, struct simulate_report *report,
                        struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("simulation"), *one = cf_arena_new("simulated history");
    struct simulate_report own;
    struct sim_plan *plan;
    struct sim_world w;
    struct telling x = {.f = f, .arg = arg, .a = one};
    sim_report_make(a, set, &own);
    bool ok = sim_plan_make(a, set, rates, errs, &plan) && sim_world_make(a, plan, o, ref, &own, errs, &w) &&
              (sim_each_child(&w, tell_life, &x, errs) || x.stopped);
    if (report) {
        *report = own;
        report->by_record = cf_memdup(set->arena, own.by_record, (own.n_records + 1) * sizeof(*own.by_record));
        report->records = cf_memdup(set->arena, own.records, (own.n_records + 1) * sizeof(*own.records));
    }
    cf_arena_free(one);
    cf_arena_free(a);
    return ok;
}
