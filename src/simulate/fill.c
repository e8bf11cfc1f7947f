/* fill: lives as events of a ledger, in the bulk lane, in the order in which they happened to each child. */
#include "simulate/priv.h"

struct filler {
    struct sim_into into;
    struct cf_buf truth;
    struct simulate_report *report;
    void (*progress)(void *arg, uint64_t done, uint64_t total);
    void *arg;
    uint64_t done, total;
};

static struct cf_id desk_unit(void *arg, const struct lang_decl *unit) {
    return desk_unit_id(arg, unit);
}

bool sim_add_event(struct sim_into *x, const struct sim_life *l, const struct sim_event *e, struct cf_errs *errs) {
    struct desk_about *about = CF_NEW_N(x->a, struct desk_about, e->n_about + 1);
    struct ledger_receipt receipt;
    for (size_t i = 0; i < e->n_about; i++) {
        about[i] = (struct desk_about){.role = e->about[i].role, .subject = e->about[i].who.id};
    }
    struct desk_entry entry = {.id = e->id,
                               .record = e->record->decl,
                               .from = e->from,
                               .to = e->to,
                               .precision = e->day_only ? LEDGER_DAY : LEDGER_EXACT,
                               .actor = e->actor.id,
                               .unit = e->unit.id,
                               .about = about,
                               .n_about = e->n_about,
                               .fields = e->fields,
                               .share = e->share,
                               .recipient = e->recipient.id};
    if (e->role) {
        entry.actor_roles = &e->role;
        entry.n_actor_roles = 1;
    }
    if (e->episode >= 0) {
        entry.episodes = &l->events.v[e->episode].id;
        entry.n_episodes = 1;
    }
    if (desk_bulk_add(x->d, &entry, &receipt, errs)) {
        x->known += receipt.again;
        x->added += !receipt.again;
        return true;
    }
    if (errs->n && errs->v[errs->n - 1].code == CF_E017) {
        cf_hint(errs, "Policies or rates changed since this seed was simulated here: take another --seed, or a new database.");
    }
    return false;
}

static bool add_life(void *arg, struct sim_life *l, struct cf_errs *errs) {
    struct filler *x = arg;
    cf_arena_reset(x->into.a);
    uint32_t *order = sim_order(l, x->into.a);
    for (size_t i = 0; i < l->events.n; i++) {
        bool ahead = l->events.v[order[i]].from > l->w->o->until; /* comes when it has happened */
        const struct sim_event *e = &l->events.v[order[i]];
        if (!ahead && (!sim_add_names(&x->into, l, e, errs) || !sim_add_event(&x->into, l, e, errs))) {
            return false;
        }
    }
    if (l->child) {
        sim_truth_add(&x->truth, l->w, l->child);
        x->done++;
    }
    if (x->progress) {
        x->progress(x->arg, x->done, x->total);
    }
    return true;
}

bool simulate_fill(struct desk *d, const struct simulate_rates *rates, const struct simulate_options *o, const char *truth_path,
                   void (*progress)(void *arg, uint64_t done, uint64_t total), void *arg, struct cf_arena *a,
                   struct simulate_report *out, struct cf_errs *errs) {
    const struct lang_set *set = desk_set(d);
    struct simulate_options own = *o;
    struct sim_plan *plan;
    struct sim_world w;
    *out = (struct simulate_report){0};
    if (!set) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    own.unit_id = desk_unit;
    own.unit_arg = d;
    sim_report_make(a, set, out);
    struct filler x = {.into = {.d = d},
                       .truth = cf_buf_new(a, 1u << 30),
                       .report = out,
                       .progress = progress,
                       .arg = arg,
                       .total = o->children};
    if (!sim_plan_make(a, set, rates, errs, &plan) || !sim_world_make(a, plan, &own, desk_reference(d), out, errs, &w) ||
        !desk_bulk_begin(d, errs)) {
        return false;
    }
    x.into.a = cf_arena_new("simulated event");
    w.named = cf_map_new(a);
    bool ok = sim_each_child(&w, add_life, &x, errs) && sim_each_other(&w, add_life, &x, errs);
    cf_arena_free(x.into.a);
    out->known = x.into.known;
    out->events = x.into.known + x.into.added;
    if (!ok) {
        desk_bulk_stop(d);
        return false;
    }
    struct cf_str rows;
    out->truth_path = cf_str_from(truth_path);
    if (!desk_bulk_end(d, errs)) {
        return false;
    }
    return cf_buf_finish(&x.truth, &rows) ? sim_truth_write(truth_path, rows, a, errs)
                                          : cf_fail(errs, CF_X001, CF_NOWHERE, "%s would grow beyond a gigabyte", truth_path);
}
