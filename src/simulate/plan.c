/* plan: what the policies and the rates together say: how often each record comes about, what should follow it and how
 * soon, in which order an episode goes, which answers are likely. Made once for a set; read only after that. */
#include "simulate/priv.h"

enum { DAY_S = 86400, HOUR_S = 3600, WEEK_S = 7 * DAY_S };

struct sim_record *sim_record_of(const struct sim_plan *p, const struct lang_decl *record) {
    return record && record->kind == LANG_RECORD && record->as.record.number < p->n_records
               ? &p->records[record->as.record.number]
               : NULL;
}

/* The seconds of a constant duration, about, and the duration itself. */
static int64_t seconds(const struct lang_expr *value, int64_t otherwise, struct cf_duration *limit) {
    static const int64_t of[] = {
        [CF_SECOND] = 1,    [CF_MINUTE] = 60,        [CF_HOUR] = HOUR_S,     [CF_DAY] = DAY_S, [CF_WORKING_DAY] = DAY_S * 7 / 5,
        [CF_WEEK] = WEEK_S, [CF_MONTH] = 30 * DAY_S, [CF_YEAR] = 365 * DAY_S};
    if (value && value->op == LANG_SETTING_REF && value->decl) {
        value = value->decl->as.setting.value;
    }
    if (!value || value->op != LANG_DURATION_LIT || value->duration.n <= 0) {
        return otherwise;
    }
    *limit = value->duration;
    return value->duration.n * of[value->duration.unit];
}

/* ---- Fields. */

static const struct lang_decl *codes_named(const struct lang_set *set, struct cf_str name) {
    const struct lang_decl *fact = lang_find_kind(set, LANG_FACT, name);
    if (fact && fact->as.fact.value && fact->as.fact.value->type.kind == LANG_T_CODE) {
        return fact->as.fact.value->type.of;
    }
    for (size_t i = set->decls.n; i > 0; i--) {
        const struct lang_decl *d = set->decls.v[i - 1];
        if (d->kind == LANG_CODES && cf_str_eq(d->name.text, name)) {
            return d;
        }
    }
    return NULL;
}

static struct cf_str answer_name(const struct sim_field *f, size_t i) {
    return f->codes ? f->codes->as.codes.list.v[i].name.text : i ? CF_LIT("yes") : CF_LIT("no");
}

static void plan_field(struct sim_plan *p, struct sim_record *r, size_t number) {
    struct sim_field *f = &r->fields[number];
    f->f = &r->r->fields.v[number];
    enum lang_type_kind kind = f->f->type.kind == LANG_T_SET ? f->f->type.elem : f->f->type.kind;
    f->codes = kind == LANG_T_CODE ? f->f->type.of : NULL;
    f->n_answers = f->codes ? f->codes->as.codes.list.n : kind == LANG_T_YESNO ? 2 : 0;
    struct cf_str name = cf_str_printf(p->arena, "%.*s.%.*s", CF_STR_ARG(r->decl->name.text), CF_STR_ARG(f->f->name.text));
    const struct sim_row *draw = sim_row_of(&p->rates->draw, name, CF_LIT(""));
    bool birth = p->set->birth && p->set->birth->as.record.number == r->r->number && p->set->birth_field == (int)number;
    f->draw = draw ? (enum sim_draw)draw->value : birth ? SIM_DRAW_BORN : SIM_DRAW_PLAIN;
    for (size_t i = 0; i < f->n_answers; i++) {
        const struct sim_row *row = sim_row_of(&p->rates->weight, name, answer_name(f, i));
        if (row && !f->weights) {
            f->weights = CF_NEW_N(p->arena, uint64_t, f->n_answers);
        }
        if (row) {
            f->weights[i] = row->value;
        }
    }
    f->kept_codes = CF_NEW_N(p->arena, const struct lang_decl *, f->f->keeping.n + 1);
    for (size_t i = 0; i < f->f->keeping.n; i++) {
        f->kept_codes[i] = codes_named(p->set, f->f->keeping.v[i].text);
    }
}

/* ---- Records. */

static int episode_number(struct sim_plan *p, const struct lang_decl *episode) {
    if (!episode) {
        return -1;
    }
    for (size_t i = 0; i < p->episodes.n; i++) {
        if (cf_str_eq(p->episodes.v[i].decl->name.text, episode->name.text)) {
            return (int)i;
        }
    }
    struct sim_episode *e = cf_push(p->arena, &p->episodes);
    e->decl = episode;
    return (int)p->episodes.n - 1;
}

/* Contacts a year: `*` rows are for each child of London, and those simulated are the ones whom police meet. */
static uint64_t yearly(const struct sim_plan *p, const struct sim_record *r) {
    const struct sim_row *row = sim_row_of(&p->rates->rate, r->decl->name.text, CF_LIT(""));
    if (row) {
        return cf_str_is(row->detail, "*") ? row->value * SIM_ONE / p->rates->people[SIM_MET] : row->value;
    }
    return r->opens >= 0 || r->free ? p->rates->rate_local : 0;
}

static void plan_record(struct sim_plan *p, const struct lang_decl *d) {
    struct sim_record *r = &p->records[d->as.record.number];
    r->decl = d;
    r->r = &d->as.record;
    r->key = sim_key(d->name.text);
    r->opens = episode_number(p, r->r->opens_decl);
    r->closes = episode_number(p, r->r->closes_decl);
    for (size_t i = r->r->roles.n; i > 0; i--) {
        if (r->r->roles.v[i - 1].kind == LANG_PERSON) {
            r->main_role = (int)i - 1;
        }
    }
    r->kind = r->r->roles.n ? r->r->roles.v[r->main_role].kind : LANG_PERSON;
    r->free = r->opens < 0 && r->closes < 0 && (r->r->in_any || !r->r->in.n) && !r->r->built_in;
    r->fields = CF_NEW_N(p->arena, struct sim_field, r->r->fields.n + 1);
    for (size_t i = 0; i < r->r->fields.n; i++) {
        plan_field(p, r, i);
    }
    const struct sim_row *life = sim_row_of(&p->rates->life, d->name.text, CF_LIT(""));
    bool birth = p->set->birth && p->set->birth->as.record.number == r->r->number;
    r->life = life ? (enum sim_life_kind)life->value : birth ? SIM_LIFE_BIRTH : SIM_LIFE_NONE;
    r->rate = r->life || r->r->built_in ? 0 : yearly(p, r);
    for (int s = 0; s < SIMULATE_SHARES; s++) {
        const struct sim_row *row =
            sim_row_of(&p->rates->shares, cf_str_from(simulate_share_word((enum simulate_share)s)), d->name.text);
        r->share[s] = row ? row->value : p->rates->share[s];
        r->step_given |= s == SIMULATE_STEP && row;
    }
}

static void place_steps(struct sim_plan *p) {
    for (size_t i = 0; i < p->n_records; i++) {
        const struct sim_record *r = &p->records[i];
        if (r->closes >= 0) {
            *cf_push(p->arena, &p->episodes.v[r->closes].closers) = r;
            continue;
        }
        for (size_t k = 0; !r->r->in_any && k < r->r->in_decls.n; k++) {
            int e = episode_number(p, r->r->in_decls.v[k]);
            if (e >= 0 && e != r->opens) {
                *cf_push(p->arena, &p->episodes.v[e].steps) = r;
            }
        }
    }
}

/* ---- Edges: what should follow what. */

static struct sim_edge *add_edge(struct sim_plan *p, struct sim_record *from, struct sim_record *to) {
    struct sim_edge *e = CF_NEW(p->arena, struct sim_edge);
    *e = (struct sim_edge){.from = from, .to = to, .within = WEEK_S, .share = SIM_ONE, .back_field = -1, .alternatives = 1};
    *cf_push(p->arena, &p->edges) = e;
    *cf_push(p->arena, &from->out) = e;
    *cf_push(p->arena, &to->in) = e;
    return e;
}

static struct sim_record *record_of_sel(const struct sim_plan *p, const struct lang_sel *s, const struct lang_decl **share) {
    static const char *const words[] = {[LANG_SEL_SENT] = "sent", [LANG_SEL_ACKNOWLEDGED] = "acknowledged"};
    *share = NULL;
    if (!s || !s->decl) {
        return NULL;
    }
    if (s->kind == LANG_SEL_RECORD) {
        return sim_record_of(p, s->decl);
    }
    *share = s->decl;
    return sim_record_of(p, lang_find_kind(p->set, LANG_RECORD, cf_str_from(words[s->kind])));
}

/* `with FIELD = trigger`: which field, or -1. */
static int field_back(const struct lang_expr *e) {
    if (!e) {
        return -1;
    }
    if (e->op == LANG_AND) {
        int left = field_back(e->a);
        return left >= 0 ? left : field_back(e->b);
    }
    bool to_trigger = e->op == LANG_EQ && e->a && e->b && e->a->op == LANG_OWN_FIELD && e->b->op == LANG_TRIGGER;
    return to_trigger ? e->a->index : -1;
}

/* The first field of `to` that refers to an event of `from`, or -1. */
static int reference(const struct sim_record *to, const struct sim_record *from) {
    for (size_t i = 0; i < to->r->fields.n; i++) {
        const struct lang_type *t = &to->r->fields.v[i].type;
        if (t->kind == LANG_T_EVENT && t->of && t->of->kind == LANG_RECORD && t->of->as.record.number == from->r->number) {
            return (int)i;
        }
    }
    return -1;
}

static int64_t allowed(const struct lang_duty *t, struct cf_duration *limit) {
    if (!t->has_deadline) {
        return WEEK_S;
    }
    return t->by_instant ? 10 * HOUR_S : seconds(t->within.value, 12 * HOUR_S, limit);
}

static void plan_duty(struct sim_plan *p, const struct lang_decl *d) {
    const struct lang_duty *t = &d->as.duty;
    bool breach = t->trigger == LANG_AFTER_BREACH;
    const struct lang_sel *trigger = breach ? t->breach_gate ? t->breach_gate->as.gate.before : NULL : t->after;
    const struct lang_decl *from_share, *to_share;
    struct sim_record *from = record_of_sel(p, trigger, &from_share);
    for (size_t i = 0; i < t->done_by.n; i++) {
        struct sim_record *to = record_of_sel(p, t->done_by.v[i], &to_share);
        if (!to) {
            continue;
        }
        sim_wish(p, t->done_by.v[i]->with, to->decl);
        if (t->trigger == LANG_EACH) {
            to->periodic = true;
            to->each = t->period;
        }
        if (!from) {
            continue;
        }
        struct sim_edge *e = add_edge(p, from, to);
        from->watched = true;
        e->from_share = from_share;
        e->to_share = to_share;
        e->trigger = trigger;
        e->done = t->done_by.v[i];
        e->where = t->where;
        e->duty = true;
        e->breach = breach;
        e->within = allowed(t, &e->limit);
        e->back_field = field_back(e->done->with) >= 0 ? field_back(e->done->with) : reference(to, from);
        e->alternative = (uint32_t)i;
        e->alternatives = (uint32_t)t->done_by.n;
        e->key = sim_mix(sim_key(d->name.text), sim_key(d->policy->name.text));
    }
}

static void plan_gate(struct sim_plan *p, const struct lang_decl *d) {
    struct sim_record *before = d->as.gate.before ? sim_record_of(p, d->as.gate.before->decl) : NULL;
    if (!before || d->as.gate.before->kind != LANG_SEL_RECORD) {
        return;
    }
    before->watched = true;
    *cf_push(p->arena, &before->gates) = d;
    sim_wish(p, d->as.gate.needs, before->decl);
    sim_reads(p, d->as.gate.needs, before);
}

static void plan_choice(struct sim_plan *p, const struct lang_decl *d) {
    const struct lang_expr *of = d->as.choice.for_;
    struct sim_record *r = of && of->op == LANG_FIELD ? sim_record_of(p, of->decl) : NULL;
    if (r && of->index >= 0 && (size_t)of->index < r->r->fields.n) {
        r->fields[of->index].choice = d;
    }
}

static void plan_span(struct sim_plan *p, const struct lang_decl *d) {
    const struct lang_decl *share;
    struct sim_record *from = record_of_sel(p, d->as.span.from, &share), *to = record_of_sel(p, d->as.span.to, &share);
    if (from && to && from != to && !to->in.n) {
        struct sim_edge *e = add_edge(p, from, to);
        e->within = 4 * HOUR_S;
        e->duty = true;
        e->key = sim_mix(sim_key(d->name.text), 1);
    }
}

static void plan_rules(struct sim_plan *p) {
    for (size_t i = 0; i < p->set->decls.n; i++) {
        const struct lang_decl *d = p->set->decls.v[i];
        if (d->newer) {
            continue;
        }
        if (d->kind == LANG_DUTY) {
            plan_duty(p, d);
        } else if (d->kind == LANG_GATE) {
            plan_gate(p, d);
        } else if (d->kind == LANG_CHOICE) {
            plan_choice(p, d);
        }
    }
    for (size_t i = 0; i < p->set->decls.n; i++) {
        if (p->set->decls.v[i]->kind == LANG_SPAN && !p->set->decls.v[i]->newer) {
            plan_span(p, p->set->decls.v[i]);
        }
    }
}

/* Rows `follow A B`: where a duty says so already, the row sets how often; else it is an edge of its own. */
static void plan_follow(struct sim_plan *p, const struct sim_row *row) {
    struct sim_record *from = sim_record_of(p, lang_find_kind(p->set, LANG_RECORD, row->name));
    struct sim_record *to = sim_record_of(p, lang_find_kind(p->set, LANG_RECORD, row->detail));
    bool found = false;
    for (size_t i = 0; from && to && i < from->out.n; i++) {
        if (from->out.v[i]->to == to) {
            from->out.v[i]->share = row->value;
            found = true;
        }
    }
    if (from && to && !found) {
        struct sim_edge *e = add_edge(p, from, to);
        e->share = row->value;
        e->back_field = reference(to, from);
        e->key = sim_mix(from->key, to->key);
        e->within = to->opens >= 0 ? HOUR_S : WEEK_S;
    }
}

enum { REFERENCE_SHARE = 100000 }; /* a record that refers to another follows one in ten of these, where nothing else is said */

/* A record that must refer to another follows it; it does not come of itself. */
static void plan_references(struct sim_plan *p, struct sim_record *to) {
    for (size_t i = 0; i < to->r->fields.n; i++) {
        const struct lang_field *f = &to->r->fields.v[i];
        struct sim_record *from = f->type.kind == LANG_T_EVENT && f->required ? sim_record_of(p, f->type.of) : NULL;
        bool reached = false;
        for (size_t k = 0; from && k < to->in.n; k++) {
            reached |= to->in.v[k]->from == from;
        }
        if (from && !reached && from != to) {
            struct sim_edge *e = add_edge(p, from, to);
            e->share = REFERENCE_SHARE;
            e->back_field = (int)i;
            e->key = sim_mix(from->key, to->key);
        }
    }
}

/* A free record that a duty calls for comes when it is called, unless the rates say more. */
static void settle_rates(struct sim_plan *p) {
    for (size_t i = 0; i < p->n_records; i++) {
        struct sim_record *r = &p->records[i];
        bool called = r->in.n && r->opens < 0 && !sim_row_of(&p->rates->rate, r->decl->name.text, CF_LIT(""));
        r->rate = called ? 0 : r->rate;
    }
}

static void settle_paces(struct sim_plan *p) {
    for (size_t i = 0; i < p->episodes.n; i++) {
        struct sim_episode *ep = &p->episodes.v[i];
        int64_t least = 14 * DAY_S;
        for (size_t s = 0; s < ep->steps.n; s++) {
            for (size_t k = 0; k < ep->steps.v[s]->in.n; k++) {
                const struct sim_edge *e = ep->steps.v[s]->in.v[k];
                least = e->duty && e->within < least ? e->within : least;
            }
        }
        ep->pace = least / 3 > 60 ? least / 3 : 60;
    }
}

/* ---- Places and people: the tables of residents, found by their shape. */

static bool is_people_table(const struct lang_decl *d, size_t keys) {
    const struct lang_table *t = &d->as.table;
    return d->kind == LANG_TABLE && !d->newer && t->keys.n == keys && t->key_types.n == keys && t->type.kind == LANG_T_WHOLE &&
           cf_str_is(t->gives.text, "people") && t->key_types.v[0].kind == LANG_T_CODE && t->key_types.v[0].of;
}

static int64_t cell_index(const struct lang_row *row, size_t k, size_t n) {
    const struct lang_expr *e = row->cells.n > k ? row->cells.v[k] : NULL;
    return e && e->op == LANG_CODE_LIT && e->index >= 0 && (size_t)e->index < n ? e->index : -1;
}

static uint64_t cell_people(const struct lang_row *row) {
    const struct lang_expr *e = row->cells.n ? row->cells.v[row->cells.n - 1] : NULL;
    return e && e->op == LANG_NUMBER && e->num > 0 ? (uint64_t)e->num : 0;
}

static void read_boroughs(struct sim_plan *p, const struct lang_decl *d) {
    p->boroughs = d->as.table.key_types.v[0].of;
    size_t n = p->boroughs->as.codes.list.n;
    p->borough_weights = CF_NEW_N(p->arena, uint64_t, n + 1);
    for (size_t i = 0; i < d->as.table.rows.n; i++) {
        int64_t b = cell_index(&d->as.table.rows.v[i], 0, n);
        if (b >= 0) {
            p->borough_weights[b] = cell_people(&d->as.table.rows.v[i]);
        }
    }
}

static void read_residents(struct sim_plan *p, const struct lang_decl *d) {
    const struct lang_decl *groups = d->as.table.key_types.v[1].of;
    if (d->as.table.key_types.v[1].kind != LANG_T_CODE || !groups || !p->boroughs ||
        d->as.table.key_types.v[0].of != p->boroughs || groups->as.codes.label != LANG_ETHNICITY) {
        return;
    }
    size_t n = p->boroughs->as.codes.list.n, g = groups->as.codes.list.n;
    p->groups = groups;
    p->group_weights = CF_NEW_N(p->arena, uint64_t, n * g + 1);
    for (size_t i = 0; i < d->as.table.rows.n; i++) {
        int64_t b = cell_index(&d->as.table.rows.v[i], 0, n), group = cell_index(&d->as.table.rows.v[i], 1, g);
        if (b >= 0 && group >= 0) {
            p->group_weights[(size_t)b * g + (size_t)group] = cell_people(&d->as.table.rows.v[i]);
        }
    }
}

/* The list of self-defined ethnicity is that of the field which the rates draw from the child's; its groups, a table of one
 * key. */
static void read_ethnicities(struct sim_plan *p) {
    for (size_t i = 0; i < p->n_records && !p->ethnicities; i++) {
        for (size_t k = 0; k < p->records[i].r->fields.n; k++) {
            if (p->records[i].fields[k].draw == SIM_DRAW_ETHNICITY && p->records[i].fields[k].codes) {
                p->ethnicities = p->records[i].fields[k].codes;
            }
        }
    }
    size_t n = p->ethnicities ? p->ethnicities->as.codes.list.n : 0;
    p->group_of = CF_NEW_N(p->arena, int, n + 1);
    for (size_t i = 0; i < n; i++) {
        p->group_of[i] = -1;
    }
    for (size_t i = 0; n && i < p->set->decls.n; i++) {
        const struct lang_decl *d = p->set->decls.v[i];
        bool grouping = d->kind == LANG_TABLE && !d->newer && d->as.table.key_types.n == 1 &&
                        d->as.table.key_types.v[0].of == p->ethnicities && d->as.table.type.kind == LANG_T_CODE &&
                        (!p->groups || d->as.table.type.of == p->groups);
        for (size_t k = 0; grouping && k < d->as.table.rows.n; k++) {
            int64_t from = cell_index(&d->as.table.rows.v[k], 0, n);
            int64_t to = cell_index(&d->as.table.rows.v[k], 1, d->as.table.type.of->as.codes.list.n);
            if (from >= 0) {
                p->group_of[from] = (int)to;
            }
        }
        p->groups = grouping ? d->as.table.type.of : p->groups;
    }
}

static void read_units(struct sim_plan *p) {
    size_t n = p->boroughs ? p->boroughs->as.codes.list.n : 0;
    p->unit_of_borough = CF_NEW_N(p->arena, const struct lang_decl *, n + 1);
    for (size_t i = 0; i < p->set->units.n; i++) {
        const struct lang_unit_decl *u = &p->set->units.v[i]->as.unit;
        for (size_t k = 0; k < u->boroughs.n; k++) {
            for (size_t b = 0; b < n; b++) {
                if (cf_str_eq(p->boroughs->as.codes.list.v[b].name.text, u->boroughs.v[k].text)) {
                    p->unit_of_borough[b] = p->set->units.v[i];
                }
            }
        }
    }
}

static void read_places(struct sim_plan *p) {
    for (size_t i = 0; i < p->set->decls.n; i++) {
        if (is_people_table(p->set->decls.v[i], 1) && !p->boroughs) {
            read_boroughs(p, p->set->decls.v[i]);
        }
    }
    if (!p->boroughs) {
        p->boroughs = codes_named(p->set, CF_LIT("borough"));
    }
    for (size_t i = 0; i < p->set->decls.n; i++) {
        if (is_people_table(p->set->decls.v[i], 2)) {
            read_residents(p, p->set->decls.v[i]);
        }
    }
    read_ethnicities(p);
    read_units(p);
    for (size_t i = 0; i < p->set->roles.n; i++) {
        const struct lang_decl *role = p->set->roles.v[i];
        bool lower = !p->anyone ||
                     (role->as.role.has_rank && (!p->anyone->as.role.has_rank || role->as.role.rank < p->anyone->as.role.rank));
        p->anyone = lower ? role : p->anyone;
    }
}

bool sim_plan_make(struct cf_arena *a, const struct lang_set *set, const struct simulate_rates *rates, struct cf_errs *errs,
                   struct sim_plan **out) {
    struct sim_plan *p = CF_NEW(a, struct sim_plan);
    bool somebody = false;
    *p = (struct sim_plan){.arena = a, .set = set, .rates = rates, .n_records = set->records.n};
    p->records = CF_NEW_N(a, struct sim_record, p->n_records + 1);
    for (size_t i = 0; i < set->records.n; i++) {
        plan_record(p, set->records.v[i]);
        somebody |= p->records[i].kind == LANG_PERSON && !set->records.v[i]->as.record.built_in;
    }
    place_steps(p);
    plan_rules(p);
    for (size_t i = 0; i < rates->follow.n; i++) {
        plan_follow(p, &rates->follow.v[i]);
    }
    for (size_t i = 0; i < p->n_records; i++) {
        plan_references(p, &p->records[i]);
    }
    settle_rates(p);
    settle_paces(p);
    read_places(p);
    *out = p;
    return somebody ? true : cf_fail(errs, CF_X004, CF_NOWHERE, "no adopted policy has a record about a person");
}
