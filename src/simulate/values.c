/* values: an answer for each field, by its type: codes by weight, days near the event, people of the right kind, words
 * that say that they are invented. What the rates say comes first, then what a rule wishes, then chance. */
#include "simulate/priv.h"

enum {
    DAY_S = 86400,
    HOUR_S = 3600,
    SAME_SEX = 850000,
    CAREFUL = 997000,
    CARELESS = 650000,
    MANY_MOST = 3,
    PLACES = 20 /* in each borough */
};

struct filling {
    struct sim_life *l;
    struct sim_event *e;
    const struct sim_edge *edge;
    int32_t trigger;
    struct sim_rng *r;
    uint64_t care; /* how often this event keeps a rule; 0: not drawn yet */
};

/* ---- Codes. */

static int code_named(const struct lang_decl *codes, struct cf_str name) {
    for (size_t i = 0; codes && i < codes->as.codes.list.n; i++) {
        if (cf_str_eq(codes->as.codes.list.v[i].name.text, name)) {
            return (int)i;
        }
    }
    return -1;
}

static int sex_code(const struct lang_decl *codes, bool male) {
    return code_named(codes, male ? CF_LIT("male") : CF_LIT("female"));
}

/* The child's own ethnicity in a list: the same list, its groups, or a list whose codes are named as the groups are. */
static int ethnicity_code(const struct sim_life *l, const struct lang_decl *codes) {
    const struct sim_plan *p = l->w->plan;
    int own = l->child ? l->child->ethnicity : -1;
    if (codes == p->ethnicities) {
        return own;
    }
    int group = own >= 0 ? p->group_of[own] : -1;
    return group >= 0 && p->groups ? code_named(codes, p->groups->as.codes.list.v[group].name.text) : -1;
}

/* Ordered lists lean to their lower end, others to their first codes: the least is the most common. */
static size_t by_rank(struct sim_rng *r, size_t n) {
    size_t at = 0;
    while (at + 1 < n && sim_chance(r, SIM_ONE * 2 / 5)) {
        at++;
    }
    return at;
}

/* Whether the rules are kept is mostly one thing for a whole event: who forgets one thing forgets more. Drawn once, at the
 * first answer that a rule wishes. */
static uint64_t kept_share(struct filling *x) {
    if (!x->care) {
        x->care = sim_share(x->l, x->r, x->e->record, SIMULATE_KEPT) ? CAREFUL : CARELESS;
    }
    return x->care;
}

static size_t wished_answer(struct filling *x, const struct sim_field *f) {
    uint32_t n = 0;
    for (size_t i = 0; i < f->n_answers; i++) {
        n += f->wished[i];
    }
    bool keep = sim_chance(x->r, kept_share(x));
    uint32_t of = keep ? n : (uint32_t)f->n_answers - n;
    if (!of) {
        return sim_below(x->r, (uint32_t)f->n_answers);
    }
    uint32_t nth = sim_below(x->r, of);
    for (size_t i = 0; i < f->n_answers; i++) {
        if ((f->wished[i] != 0) == keep && nth-- == 0) {
            return i;
        }
    }
    return 0;
}

static bool is_closed(const struct filling *x, const struct sim_field *f, size_t answer_at) {
    struct sim_sight s = {.life = x->l, .episode = x->e->episode, .until = x->e->from};
    for (size_t i = 0; i < f->choice->as.choice.options.n; i++) {
        const struct lang_option *o = &f->choice->as.choice.options.v[i];
        bool open = !o->open_when || sim_judge(&s, o->open_when) != LANG_IS_NO;
        if (o->index == (int)answer_at && (!open || (o->closed_when && sim_judge(&s, o->closed_when) == LANG_IS_YES))) {
            return true;
        }
    }
    return false;
}

/* One of the answers that a choice leaves open, by their weights; any, when it leaves none. */
static size_t open_answer(struct filling *x, const struct sim_field *f) {
    uint64_t *weights = CF_NEW_N(x->l->a, uint64_t, f->n_answers + 1), sum = 0;
    for (size_t i = 0; i < f->n_answers; i++) {
        weights[i] = is_closed(x, f, i) ? 0 : f->weights ? f->weights[i] : 1;
        sum += weights[i];
    }
    return sum || !f->weights ? sim_weighted(x->r, weights, f->n_answers) : sim_weighted(x->r, f->weights, f->n_answers);
}

static size_t answer(struct filling *x, const struct sim_field *f) {
    if (f->choice && sim_chance(x->r, kept_share(x))) {
        return open_answer(x, f);
    }
    if (f->weights) {
        return sim_weighted(x->r, f->weights, f->n_answers);
    }
    if (f->wished) {
        return wished_answer(x, f);
    }
    return f->codes ? by_rank(x->r, f->n_answers) : sim_below(x->r, 2);
}

/* What a table gives for a code; -1: it has no row. */
static int by_table(const struct lang_decl *table, int key) {
    for (size_t i = 0; i < table->as.table.rows.n; i++) {
        const struct lang_row *row = &table->as.table.rows.v[i];
        if (row->cells.n == 2 && row->cells.v[0]->index == key) {
            return row->cells.v[1]->index;
        }
    }
    return -1;
}

/* The code that a rule wishes this one to equal, of the last such record in the same episode; -1: there is none. */
static int same_code(const struct filling *x, const struct sim_field *f) {
    bool table = f->same && f->same->op == LANG_TABLE_REF;
    const struct lang_expr *source = table ? f->same->list.v[0] : f->same;
    const struct sim_record *of = source ? sim_record_of(x->l->w->plan, source->decl) : NULL;
    int at = -1;
    for (size_t i = 0; of && x->e->episode >= 0 && i < x->l->events.n; i++) {
        const struct sim_event *e = &x->l->events.v[i];
        bool in = e->episode == x->e->episode || (int32_t)i == x->e->episode;
        if (in && e->record == of && e->to <= x->e->from && e->fields[source->index].v.kind == LANG_V_CODE) {
            at = (int)e->fields[source->index].v.i;
        }
    }
    return at >= 0 && table ? by_table(f->same->decl, at) : at;
}

static struct lang_value code_value(struct filling *x, const struct sim_field *f) {
    const struct sim_life *l = x->l;
    int at = same_code(x, f);
    at = at >= 0 && sim_chance(x->r, kept_share(x)) ? at : -1;
    if (!f->codes->as.codes.list.n) {
        return (struct lang_value){.kind = LANG_V_NOT_KNOWN};
    }
    if (l->child && f->codes->as.codes.label == LANG_SEX) {
        at = sex_code(f->codes, l->child->male);
    } else if (l->child && f->codes->as.codes.label == LANG_ETHNICITY) {
        at = ethnicity_code(l, f->codes);
    } else if (l->child && f->codes == l->w->plan->boroughs) {
        at = sim_home_borough(l, cf_time_day(l->w->zone, x->e->from));
    }
    return (struct lang_value){.kind = LANG_V_CODE, .i = at >= 0 ? at : (int64_t)answer(x, f)};
}

/* ---- Subjects. */

static void subject(struct desk_value *v, struct sim_who who) {
    *v = (struct desk_value){.v = {.kind = LANG_V_SUBJECT, .i = who.no}, .id = who.id};
}

static struct sim_who other_person(struct filling *x) {
    const struct sim_life *l = x->l;
    uint32_t child = l->child ? l->child->number : 0, n = l->w->o->children;
    if (l->child && l->child->family->size > 1 && sim_below(x->r, 2)) {
        child = l->child->family->first_child + sim_below(x->r, l->child->family->size);
        child = child < n ? child : l->child->number;
    } else {
        child = sim_below(x->r, n);
    }
    return sim_whoever(sim_person_id(l->w, child, 0));
}

static const struct sim_stay *home_now(const struct filling *x) {
    return x->l->child ? sim_stay_at(&x->l->child->homes, cf_time_day(x->l->w->zone, x->e->from)) : NULL;
}

static struct sim_who organisation(struct filling *x, enum sim_draw draw) {
    const struct sim_life *l = x->l;
    int32_t day = cf_time_day(l->w->zone, x->e->from);
    const struct sim_stay *school = l->child ? sim_stay_at(&l->child->schools, day) : NULL;
    const struct sim_stay *care = l->child ? sim_stay_at(&l->child->care, day) : NULL;
    if (draw == SIM_DRAW_SCHOOL) {
        return school ? sim_whoever(school->id) : (struct sim_who){0};
    }
    return care ? sim_whoever(care->id) : sim_authority(l->w, sim_home_borough(l, day));
}

static struct sim_who place(struct filling *x, enum sim_draw draw) {
    const struct sim_stay *home = home_now(x);
    if (draw == SIM_DRAW_HOME && home) {
        return sim_whoever(home->id);
    }
    int borough = sim_home_borough(x->l, cf_time_day(x->l->w->zone, x->e->from));
    return sim_whoever(sim_id(sim_mix(sim_mix(x->l->w->key, 100), sim_mix((uint64_t)(borough + 1), sim_below(x->r, PLACES)))));
}

static struct sim_who some_subject(struct filling *x, const struct sim_field *f, enum lang_subject kind, bool *male) {
    const struct sim_life *l = x->l;
    *male = true;
    switch (kind) {
    case LANG_PERSON: return other_person(x);
    case LANG_OFFICER: {
        int want = l->child && f->f->keeping.n && sim_chance(x->r, SAME_SEX) ? l->child->male : -1;
        return sim_officer(l->w, l->w->plan->anyone, sim_home_unit(l, x->e->from), x->r, want, male);
    }
    case LANG_UNIT_SUBJECT: return sim_unit(l->w, sim_home_unit(l, x->e->from));
    case LANG_ORGANISATION: return organisation(x, f->draw);
    case LANG_PLACE: return place(x, f->draw);
    case LANG_LINE:
    case LANG_MATTER:
    case LANG_SUBJECTS: break;
    }
    return sim_whoever(sim_id(sim_mix(l->key, sim_mix((uint64_t)kind, sim_below(x->r, 3)))));
}

static const struct lang_value *kept_of(struct filling *x, const struct sim_field *f, bool male) {
    size_t n = f->f->keeping.n;
    struct lang_value *kept = n ? CF_NEW_N(x->l->a, struct lang_value, n) : NULL;
    for (size_t i = 0; i < n; i++) {
        const struct lang_decl *codes = f->kept_codes[i];
        size_t of = codes ? codes->as.codes.list.n : 0;
        int at = !of                                 ? -1
                 : codes->as.codes.label == LANG_SEX ? sex_code(codes, male)
                 : codes == x->l->w->plan->boroughs  ? sim_home_borough(x->l, cf_time_day(x->l->w->zone, x->e->from))
                                                     : (int)sim_below(x->r, (uint32_t)of);
        kept[i] = (struct lang_value){.kind = at >= 0 ? LANG_V_CODE : LANG_V_NOT_ASKED, .i = at >= 0 ? at : 0};
    }
    return kept;
}

/* ---- Events referred to: the one that this one follows, else the last of that kind in the same episode, else in the life;
 * never one that comes after it. */

static int32_t event_of(const struct filling *x, const struct lang_decl *record) {
    const struct sim_record *want = sim_record_of(x->l->w->plan, record);
    int32_t found = -1;
    bool found_in = false;
    if (x->trigger >= 0 && x->l->events.v[x->trigger].record == want && x->l->events.v[x->trigger].to <= x->e->from) {
        return x->trigger;
    }
    for (size_t i = 0; i < x->l->events.n; i++) {
        const struct sim_event *e = &x->l->events.v[i];
        bool in = x->e->episode >= 0 && (e->episode == x->e->episode || (int32_t)i == x->e->episode);
        if (e->record == want && e->to <= x->e->from && (in || !found_in)) {
            found = (int32_t)i;
            found_in = in;
        }
    }
    return found;
}

static void refer(struct filling *x, struct desk_value *v, int32_t event) {
    *v = (struct desk_value){.v = {.kind = LANG_V_NOT_KNOWN}};
    if (event >= 0 && x->l->events.v[event].to <= x->e->from) {
        v->v = (struct lang_value){.kind = LANG_V_EVENT, .i = event};
        v->id = x->l->events.v[event].id;
    }
}

/* ---- One value of each kind of type. */

static void text_value(struct filling *x, const struct sim_field *f, struct desk_value *v) {
    const struct simulate_rates *rates = x->l->w->plan->rates;
    const struct sim_entry *entry = x->l->child ? &x->l->child->entries[x->l->entry] : NULL;
    v->v.kind = LANG_V_TEXT;
    if (f->draw == SIM_DRAW_CALLED && x->l->called.n) {
        v->text = x->l->called;
    } else if (entry && f->draw == SIM_DRAW_GIVEN_NAME) {
        v->text = entry->given;
    } else if (entry && f->draw == SIM_DRAW_FAMILY_NAME) {
        v->text = entry->family;
    } else {
        v->text = rates->sentence.v[sim_below(x->r, (uint32_t)rates->sentence.n)];
    }
}

static struct lang_value date_value(struct filling *x, const struct sim_field *f) {
    int32_t day = cf_time_day(x->l->w->zone, x->e->from);
    if (f->draw == SIM_DRAW_BORN && x->l->child) {
        return (struct lang_value){.kind = LANG_V_DATE, .i = x->l->child->entries[x->l->entry].born};
    }
    bool later = f->draw == SIM_DRAW_AFTER; /* eight to sixteen weeks on, as a plan or a contract ends */
    int64_t first = later ? day + 56 : day, last = later ? day + 112 : day + 28;
    return (struct lang_value){.kind = LANG_V_DATE, .i = sim_between(x->r, first, last)};
}

static struct lang_value instant_value(struct filling *x, const struct sim_field *f) {
    int64_t off = sim_between(x->r, 120, 2700) / 60 * 60;
    return (struct lang_value){.kind = LANG_V_INSTANT, .i = f->draw == SIM_DRAW_AFTER ? x->e->to + off : x->e->from - off};
}

static void one_value(struct filling *x, const struct sim_field *f, enum lang_type_kind kind, struct desk_value *v) {
    bool male;
    switch (kind) {
    case LANG_T_YESNO: v->v = (struct lang_value){.kind = LANG_V_YESNO, .i = (int64_t)answer(x, f)}; return;
    case LANG_T_WHOLE: v->v = (struct lang_value){.kind = LANG_V_WHOLE, .i = sim_below(x->r, 21)}; return;
    case LANG_T_FRACTION: v->v = (struct lang_value){.kind = LANG_V_FRACTION, .i = sim_below(x->r, 101), .more = 100}; return;
    case LANG_T_DATE: v->v = date_value(x, f); return;
    case LANG_T_INSTANT: v->v = instant_value(x, f); return;
    case LANG_T_DURATION:
        v->v = (struct lang_value){.kind = LANG_V_DURATION, .i = sim_between(x->r, 1, 48), .more = CF_HOUR};
        return;
    case LANG_T_CODE: v->v = code_value(x, f); return;
    case LANG_T_TEXT: text_value(x, f, v); return;
    case LANG_T_EVENT: refer(x, v, event_of(x, f->f->type.of)); return;
    case LANG_T_SUBJECT:
        subject(v, some_subject(x, f, f->f->type.subject, &male));
        v->kept = kept_of(x, f, male);
        if (cf_id_zero(v->id)) {
            *v = (struct desk_value){.v = {.kind = LANG_V_NOT_KNOWN}};
        }
        return;
    case LANG_T_NONE:
    case LANG_T_CLOCK:
    case LANG_T_SET: return;
    }
}

static bool same_item(const struct desk_value *x, const struct desk_value *y) {
    return x->v.kind == y->v.kind && x->v.i == y->v.i && cf_id_eq(x->id, y->id);
}

/* Two or three of officers (rules often ask for two), one to three of others, each once. */
static void many_values(struct filling *x, const struct sim_field *f, struct desk_value *v) {
    bool officers = f->f->type.elem == LANG_T_SUBJECT && f->f->type.subject == LANG_OFFICER;
    size_t n = officers ? 2 + sim_below(x->r, 2) - (sim_chance(x->r, SIM_ONE / 12) ? 1 : 0) : 1 + sim_below(x->r, MANY_MOST);
    struct desk_value *items = CF_NEW_N(x->l->a, struct desk_value, n);
    size_t made = 0;
    for (size_t i = 0; i < n; i++) {
        struct desk_value *item = &items[made];
        *item = (struct desk_value){0};
        one_value(x, f, f->f->type.elem, item);
        bool twice = item->v.kind <= LANG_V_DECLINED;
        for (size_t k = 0; k < made; k++) {
            twice |= same_item(&items[k], item);
        }
        made += !twice;
    }
    v->v = (struct lang_value){.kind = made ? LANG_V_LIST : LANG_V_NOT_KNOWN};
    v->list = items;
    v->n = made;
}

/* Is the field asked at all? What the rates draw, what a rule looks for and what is required is asked. */
static bool is_asked(struct filling *x, const struct sim_field *f) {
    if (f->f->retired) {
        return false;
    }
    if (f->f->unless) {
        struct sim_sight s = {.life = x->l, .episode = x->e->episode, .own = x->e, .until = x->e->from};
        return sim_judge(&s, f->f->unless) != LANG_IS_YES;
    }
    bool needed = f->f->required || f->draw != SIM_DRAW_PLAIN || f->wished || f->needed || f->f->copied_from.n;
    return needed || sim_share(x->l, x->r, x->e->record, SIMULATE_OPTIONAL);
}

static bool looked_after(const struct filling *x) {
    return x->l->child && sim_stay_at(&x->l->child->care, cf_time_day(x->l->w->zone, x->e->from)) != NULL;
}

static void fill_one(struct filling *x, size_t number) {
    const struct sim_field *f = &x->e->record->fields[number];
    struct desk_value *v = &x->e->fields[number];
    if (!is_asked(x, f)) {
        return;
    }
    if (x->edge && x->edge->back_field == (int)number && x->trigger >= 0) {
        refer(x, v, x->trigger);
        return;
    }
    if (sim_share(x->l, x->r, x->e->record, SIMULATE_UNKNOWN)) {
        v->v.kind = LANG_V_NOT_KNOWN;
        return;
    }
    if (sim_share(x->l, x->r, x->e->record, SIMULATE_DECLINED)) {
        v->v.kind = LANG_V_DECLINED;
        return;
    }
    if (f->draw == SIM_DRAW_LOOKED_AFTER) {
        v->v = (struct lang_value){.kind = LANG_V_YESNO, .i = looked_after(x)};
    } else if (f->f->type.kind == LANG_T_SET) {
        many_values(x, f, v);
    } else {
        one_value(x, f, f->f->type.kind, v);
    }
}

void sim_fill_fields(struct sim_life *l, struct sim_event *e, const struct sim_edge *edge, int32_t trigger, struct sim_rng *r) {
    struct filling x = {l, e, edge, trigger, r, 0};
    for (size_t i = 0; i < e->record->r->fields.n; i++) {
        fill_one(&x, i);
    }
}
