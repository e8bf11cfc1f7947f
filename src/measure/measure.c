/* measure: runs one declared measure: one pass over the histories, then the table with its definition and its notes.
 * Must not know what is counted, nor how a table is printed. */
#include "measure/priv.h"

const char *measure_answer_word(enum measure_answer a) {
    static const char *const words[] = {"no", "yes", "not known", "not in the source"};
    return words[a];
}

const struct lang_decl *measure_find(const struct lang_set *set, struct cf_str name, struct cf_arena *a, struct cf_errs *errs) {
    const struct lang_decl *d = lang_find_kind(set, LANG_MEASURE, name);
    if (d) {
        return d;
    }
    struct cf_str *names = CF_NEW_N(a, struct cf_str, set->measures.n + 1);
    for (size_t i = 0; i < set->measures.n; i++) {
        names[i] = set->measures.v[i]->name.text;
    }
    struct cf_str near = cf_nearest(name, names, set->measures.n);
    cf_fail(errs, CF_M001, CF_NOWHERE, "there is no measure `%.*s`", CF_STR_ARG(name));
    if (near.n) {
        cf_hint(errs, "Did you mean `%.*s`? `childfirst measure` lists them all.", CF_STR_ARG(near));
    }
    return NULL;
}

/* The formatter prints whole policies: one that holds this measure alone, from its own line on. */
static struct cf_str formatted(struct cf_arena *a, const struct lang_decl *measure) {
    struct lang_decl *one[] = {cf_memdup(a, measure, sizeof *measure)};
    struct lang_decl *policy = cf_memdup(a, measure->policy, sizeof *policy);
    policy->as.policy.decls.v = cf_memdup(a, one, sizeof one);
    policy->as.policy.decls.n = policy->as.policy.decls.cap = 1;
    policy->as.policy.comments.n = 0;
    struct cf_str text = lang_format(a, policy), rest = text, line;
    while (cf_str_split(&rest, '\n', &line)) {
        if (cf_str_starts(line, CF_LIT("measure "))) {
            return cf_str_trim((struct cf_str){line.p, text.n - (size_t)(line.p - text.p)});
        }
    }
    return cf_str_trim(text);
}

/* As its author wrote it, where the text is at hand: a checked tree no longer knows which names were written in short. */
struct cf_str measure_definition(struct cf_arena *a, const struct lang_decl *measure) {
    const struct cf_source *src = measure->at.src;
    if (src && measure->at.n > 0 && (size_t)measure->at.at + measure->at.n <= src->text.n) {
        struct cf_str own = cf_str_trim(cf_str_slice(src->text, measure->at.at, (size_t)measure->at.at + measure->at.n));
        if (cf_str_starts(own, CF_LIT("measure "))) {
            return own;
        }
    }
    return formatted(a, measure);
}

/* ---- Dimensions. */

static bool declared(const struct lang_measure *m, struct cf_str name) {
    static const char *const periods[] = {"month", "quarter", "year"};
    for (size_t i = 0; i < m->by.n; i++) {
        if (cf_str_eq(m->by.v[i].name.text, name)) {
            return true;
        }
    }
    for (size_t i = 0; i < CF_COUNT(periods); i++) {
        if (cf_str_is(name, periods[i])) {
            return true;
        }
    }
    return false;
}

static bool not_declared(const struct counting *c, struct cf_str name, struct cf_errs *errs) {
    const struct lang_measure *m = c->m;
    struct cf_str *names = CF_NEW_N(c->a, struct cf_str, m->by.n + 3);
    struct cf_buf b = cf_buf_new(c->a, 4096);
    size_t n = 0;
    for (size_t i = 0; i < m->by.n; i++) {
        names[n++] = m->by.v[i].name.text;
    }
    names[n++] = CF_LIT("month");
    names[n++] = CF_LIT("quarter");
    names[n++] = CF_LIT("year");
    for (size_t i = 0; i < n; i++) {
        bool twice = false;
        for (size_t k = 0; k < i; k++) {
            twice = twice || cf_str_eq(names[k], names[i]);
        }
        if (!twice) {
            cf_buf_printf(&b, "%s%.*s", i ? ", " : "", CF_STR_ARG(names[i]));
        }
    }
    struct cf_str near = cf_nearest(name, names, n);
    cf_fail(errs, CF_M002, CF_NOWHERE, "%.*s is not counted by `%.*s`", CF_STR_ARG(c->decl->name.text), CF_STR_ARG(name));
    if (near.n) {
        cf_hint(errs, "Did you mean %.*s? It can be counted by %.*s.", CF_STR_ARG(near), (int)b.n, b.p);
    } else {
        cf_hint(errs, "It can be counted by %.*s.", (int)b.n, b.p);
    }
    return false;
}

static bool add_dimension(struct counting *c, struct cf_str name, struct cf_errs *errs) {
    if (c->n_dims == MEASURE_DIMENSIONS) {
        return cf_fail(errs, CF_M003, CF_NOWHERE, "a measure is counted by %d dimensions at most", MEASURE_DIMENSIONS);
    }
    for (size_t i = 0; i < c->n_dims; i++) {
        if (cf_str_eq(c->dims[i].name, name)) {
            return cf_fail(errs, CF_M005, CF_NOWHERE, "`%.*s` is asked for twice", CF_STR_ARG(name));
        }
    }
    if (!dim_resolve(c, name, &c->dims[c->n_dims], errs)) {
        return false;
    }
    for (size_t i = 0; i < c->m->by.n; i++) {
        const struct lang_dim *d = &c->m->by.v[i];
        if (cf_str_eq(d->name.text, name) && d->as.n) {
            c->dims[c->n_dims].title = d->as;
        }
    }
    c->n_dims++;
    return true;
}

static bool asked_dimensions(struct counting *c, struct cf_errs *errs) {
    bool ok = true;
    for (size_t i = 0; i < c->o.n_by; i++) {
        ok = (declared(c->m, c->o.by[i]) ? add_dimension(c, c->o.by[i], errs) : not_declared(c, c->o.by[i], errs)) && ok;
    }
    return ok;
}

/* A declared dimension that these policies cannot answer is said so on the table; the others stand. */
static bool own_dimensions(struct counting *c, struct measure_table *t) {
    for (size_t i = 0; i < c->m->by.n; i++) {
        struct cf_errs own = cf_errs_new(c->a);
        if (!add_dimension(c, c->m->by.v[i].name.text, &own)) {
            *cf_push(c->a, &t->notes) = own.n ? own.v[0].msg : CF_LIT("a dimension is missing");
        }
    }
    return true;
}

static bool within_dimension(struct counting *c, struct cf_errs *errs) {
    c->within = -1;
    if (!lang_named(c->m->within)) {
        return true;
    }
    for (size_t i = 0; i < c->n_dims; i++) {
        if (cf_str_eq(c->dims[i].name, c->m->within.text)) {
            c->within = (int)i;
            return true;
        }
    }
    c->within = MEASURE_DIMENSIONS;
    return dim_resolve(c, c->m->within.text, &c->dims[MEASURE_DIMENSIONS], errs);
}

/* ---- The table's head. */

static void head(struct counting *c, struct measure_table *t) {
    const struct lang_measure *m = c->m;
    const struct lang_policy *p = &c->decl->policy->as.policy;
    t->name = c->decl->name.text;
    t->title = c->decl->title;
    t->definition = measure_definition(c->a, c->decl);
    t->version = cf_str_printf(c->a, "%.*s from %s", CF_STR_ARG(c->decl->policy->name.text), cf_date_shown(p->from).p);
    t->decimals = 1;
    t->margins = !c->o.by;
    t->dimensions = c->n_dims;
    for (size_t d = 0; d < c->n_dims; d++) {
        t->dimension[d] = c->dims[d].title;
    }
    switch (m->form) {
    case LANG_COUNT: t->kind = m->followed_by ? MEASURE_SHARE : MEASURE_COUNT; break;
    case LANG_SHARE_OF: t->kind = MEASURE_SHARE; break;
    case LANG_MEDIAN: t->kind = MEASURE_MEDIAN; break;
    case LANG_RATE:
        t->kind = MEASURE_RATE;
        t->decimals = 2;
        t->unit = m->per >= 1000 && m->per < 1000000
                      ? cf_str_printf(c->a, "per %lld,%03lld a year", (long long)m->per / 1000, (long long)m->per % 1000)
                      : cf_str_printf(c->a, "per %lld a year", (long long)m->per);
        break;
    }
    if (t->kind == MEASURE_SHARE) {
        t->unit = CF_LIT("%");
        t->scale = 100;
    }
}

static void median_head(const struct counting *c, struct measure_table *t) {
    static const struct {
        const char *unit;
        double scale;
        unsigned decimals;
    } units[] = {[MEDIAN_NONE] = {"value", 1, 0},    [MEDIAN_SECONDS] = {"hours", 1.0 / 3600, 1},
                 [MEDIAN_DAYS] = {"days", 1, 0},     [MEDIAN_WORKING_DAYS] = {"working days", 1, 0},
                 [MEDIAN_MONTHS] = {"months", 1, 0}, [MEDIAN_NUMBER] = {"value", 1.0 / 1000, 1}};
    if (t->kind == MEASURE_MEDIAN) {
        t->unit = cf_str_from(units[c->median].unit);
        t->scale = units[c->median].scale;
        t->decimals = units[c->median].decimals;
    }
}

static void period(struct counting *c, struct measure_table *t) {
    int32_t first = INT32_MAX;
    int32_t last = INT32_MIN;
    for (size_t i = 0; i < c->units.n; i++) {
        first = c->units.v[i].day < first ? c->units.v[i].day : first;
        last = c->units.v[i].day > last ? c->units.v[i].day : last;
    }
    if (c->units.n == 0 && !(c->o.has_from && c->o.has_to)) {
        t->period = CF_LIT("nothing to count");
        return;
    }
    first = c->o.has_from ? c->o.from : first;
    last = c->o.has_to ? c->o.to : last;
    t->period = cf_str_printf(c->a, "%s to %s", cf_date_shown(first).p, cf_date_shown(last).p);
}

/* ---- Notes. */

static void note_number(struct counting *c, struct measure_table *t, int64_t n, const char *words) {
    if (n > 0 && c->o.published && n <= MEASURE_SMALL) {
        *cf_push(c->a, &t->notes) = cf_str_printf(c->a, "1 to %d %s", MEASURE_SMALL, words);
    } else if (n > 0) {
        *cf_push(c->a, &t->notes) = cf_str_printf(c->a, "%lld %s", (long long)n, words);
    }
}

static void tally_notes(struct counting *c, struct measure_table *t) {
    const struct measure_tally *y = &c->tally;
    const struct {
        int64_t n;
        const char *words;
    } all[] = {
        {y->where_unknown, "could not be placed: whether they belong here is not known, so they are in no row."},
        {y->where_absent, "could not be placed: the source never asked what decides it."},
        {y->that_unknown, "belong here with an answer that is not known: in neither part of the share."},
        {y->that_absent, "belong here, but their source never asked: in neither part of the share."},
        {y->not_judged, "were not judged by the rule (it does not apply to them, or who it is about is not known)."},
        {y->no_value, "have no value to take a median or percentile of."},
        {y->duty_absent, "duties arose from imported records, whose source never tells what was done: counted apart."},
        {y->void_, "duties were void."},
        {y->no_date, "duties have no date, because what sets it is not known or the clock is stopped."},
        {y->not_yet_due, "duties are not due yet."},
        {y->open, "are still open."},
        {y->not_followed_yet, "are too recent: the time in which something may follow has not ended."},
        {y->nobody, "published records name nobody, so nobody is counted for them."},
        {y->too_long, "histories are longer than the limit and could not be judged."},
    };
    for (size_t i = 0; i < CF_COUNT(all); i++) {
        note_number(c, t, all[i].n, all[i].words);
    }
    t->not_known = y->where_unknown + y->that_unknown;
    t->not_in_source = y->where_absent + y->that_absent + y->duty_absent;
    t->excluded =
        y->not_judged + y->no_value + y->void_ + y->no_date + y->not_yet_due + y->open + y->not_followed_yet + y->uncovered;
}

static void people_notes(struct counting *c, struct measure_table *t) {
    if (c->tally.unidentified > 0 && c->tally.unidentified == (int64_t)c->units.n) {
        *cf_push(c->a, &t->notes) =
            CF_LIT("The published records name nobody: each row is an event, and how many people they are is not "
                   "known. Events are treated as independent.");
    } else if (c->tally.unidentified > 0) {
        note_number(
            c, t, c->tally.unidentified,
            "come from published records that name nobody: each counts as a person of its own under `persons`. Events are "
            "treated as independent.");
    } else if (c->units.n > 0) {
        *cf_push(c->a, &t->notes) = CF_LIT("Events are treated as independent; persons stand beside them.");
    }
}

static void records_note(struct counting *c, struct measure_table *t) {
    if (c->o.records == MEASURE_PUBLISHED_RECORDS && c->tally.own > 0) {
        note_number(c, t, c->tally.own,
                    "records of this ledger's own are left out, for they may be the same events: --records own counts them.");
    }
    if (c->o.records == MEASURE_OWN_RECORDS && c->tally.published > 0) {
        note_number(c, t, c->tally.published,
                    "published records are left out, for they may be the same events: --records published counts them.");
    }
}

static void dimension_notes(struct counting *c, struct measure_table *t) {
    for (size_t d = 0; d < c->n_dims; d++) {
        const struct measure_dim *dim = &c->dims[d];
        if (dim->table) {
            *cf_push(c->a, &t->notes) =
                cf_str_printf(c->a, "%.*s: the group that table %.*s gives for %.*s%s.", CF_STR_ARG(dim->name),
                              CF_STR_ARG(dim->table->name.text), CF_STR_ARG(dim->from->name.text),
                              dim->kind == DIM_KNOWN ? ", the latest known of the person" : "");
        } else if (dim->kind == DIM_KNOWN) {
            *cf_push(c->a, &t->notes) =
                cf_str_printf(c->a, "%.*s: the latest that is known of the person.", CF_STR_ARG(dim->name));
        }
    }
}

static void source_note(struct counting *c, struct measure_table *t) {
    const struct lang_decl *policy = c->decl->policy;
    struct cf_buf b = cf_buf_new(c->a, 8192);
    struct cf_str words;
    cf_buf_printf(&b, "Defined in policy %.*s", CF_STR_ARG(policy->name.text));
    for (size_t i = 0; i < policy->as.policy.serves.n; i++) {
        cf_buf_printf(&b, "%s%.*s", i ? ", " : ", serving ", CF_STR_ARG(policy->as.policy.serves.v[i]));
    }
    const struct lang_decl *cited = c->decl->cites.n ? c->decl : NULL;
    for (size_t i = 0; cited && i < cited->cites.n; i++) {
        cf_buf_printf(&b, "%s%.*s %.*s", i ? ", " : "; cites ", CF_STR_ARG(cited->cites.v[i].key.text),
                      CF_STR_ARG(cited->cites.v[i].text));
    }
    for (size_t i = 0; !cited && i < policy->as.policy.cites.n; i++) {
        cf_buf_printf(&b, "%s%.*s", i ? "; " : "; rests on ", CF_STR_ARG(policy->as.policy.cites.v[i].text));
    }
    if (cf_buf_finish(&b, &words)) {
        *cf_push(c->a, &t->notes) = words;
    }
}

/* ---- Running. */

static bool each_history(void *arg, const struct lang_history *h, const struct lang_docket *k, struct cf_errs *errs) {
    (void)errs;
    units_of_history(arg, h, k);
    return true;
}

static void compared_head(struct counting *c, struct measure_table *t) {
    for (size_t d = 0; d < c->n_dims; d++) {
        const struct lang_decl *codes = c->dims[d].codes;
        for (size_t i = 0; codes && cf_str_eq(c->dims[d].name, c->m->compare.text) && i < codes->as.codes.list.n; i++) {
            const struct lang_code *code = &codes->as.codes.list.v[i];
            if (cf_str_eq(code->name.text, c->m->with.text)) {
                t->compared = cf_str_printf(c->a, "times %.*s", CF_STR_ARG(code->title.n ? code->title : code->name.text));
            }
        }
    }
}

/* Unknown answers could change a share: how far, over everything. */
static void unknown_note(struct counting *c, const struct measure_cells *cells, struct measure_table *t) {
    int64_t unknown = c->tally.that_unknown;
    if (t->kind != MEASURE_SHARE || unknown == 0 || (c->o.published && unknown <= MEASURE_SMALL)) {
        return;
    }
    int32_t total[MEASURE_DIMENSIONS];
    for (size_t d = 0; d < MEASURE_DIMENSIONS; d++) {
        total[d] = KEY_SUMS;
    }
    const struct measure_cell *all = rows_find(c, cells, total);
    bool shown = all && !(c->o.published && all->row.n <= MEASURE_SMALL);
    if (shown) {
        double whole = (double)(all->row.of + unknown);
        *cf_push(c->a, &t->notes) = cf_str_printf(
            c->a, "Over all, were every answer that is not known a no, the share would be %.1f %%; a yes, %.1f %%.",
            100.0 * (double)all->row.n / whole, 100.0 * (double)(all->row.n + unknown) / whole);
    }
}

static bool tabulate(struct counting *c, struct measure_table *t, struct cf_errs *errs) {
    struct measure_cells cells;
    struct measure_people people = {0};
    bool rate = c->m->form == LANG_RATE;
    bool compare = lang_named(c->m->compare) && (rate || t->kind == MEASURE_SHARE);
    if (!rows_count(c, &cells, errs) || (rate && (!rate_prepare(c, &people, errs) || !rate_fill(c, &people, &cells, errs)))) {
        return false;
    }
    if (rate) {
        rate_values(c, &people, &cells);
        rate_notes(c, &people, t);
    }
    if (compare) {
        rate_ratios(c, rate ? &people : NULL, &cells);
        compared_head(c, t);
    }
    unknown_note(c, &cells, t);
    rows_sort(c, &cells);
    for (size_t i = 0; i < cells.n; i++) {
        struct measure_row *r = cf_push(c->a, &t->rows);
        *r = cells.v[i]->row;
        for (size_t d = 0; d < c->n_dims; d++) {
            r->label[d] = dim_label(c, &c->dims[d], cells.v[i]->key[d]);
        }
    }
    if (c->o.published) {
        rows_sums(c, &cells, t);
        measure_publish(c->a, t);
    }
    return true;
}

static void list_units(const struct counting *c, struct measure_list *list) {
    for (size_t i = 0; list && i < c->units.n; i++) {
        const struct measure_unit *u = &c->units.v[i];
        *cf_push(c->a, list) = (struct measure_listed){
            .event = u->event, .duty = u->duty, .subject = u->subject, .at = u->at, .answer = (enum measure_answer)u->answer};
    }
}

static bool prepare(struct counting *c, struct measure_table *t, struct cf_errs *errs) {
    if (!units_prepare(c, errs) || !(c->o.by ? asked_dimensions(c, errs) : own_dimensions(c, t)) ||
        !within_dimension(c, errs)) {
        return false;
    }
    rate_find_place(c);
    return true;
}

bool measure_start(struct counting *c, const struct lang_set *set, const struct lang_reference *ref,
                   const struct lang_decl *measure, const struct measure_options *o, struct cf_arena *a,
                   struct measure_table *out, struct cf_errs *errs) {
    *c = (struct counting){.a = a, .set = set, .ref = ref, .decl = measure, .m = &measure->as.measure, .o = *o};
    *out = (struct measure_table){0};
    return prepare(c, out, errs);
}

bool measure_finish(struct counting *c, struct measure_table *out, struct measure_list *list, struct cf_errs *errs) {
    if (c->m->form == LANG_RATE) {
        rate_places(c);
    }
    head(c, out);
    median_head(c, out);
    period(c, out);
    tally_notes(c, out);
    records_note(c, out);
    people_notes(c, out);
    dimension_notes(c, out);
    bool ok = tabulate(c, out, errs);
    source_note(c, out);
    list_units(c, list);
    return ok;
}

static bool run(struct desk *d, const struct lang_decl *measure, const struct measure_options *o, struct counting *c,
                struct cf_arena *a, struct measure_table *out, struct cf_errs *errs) {
    if (!measure_start(c, desk_set(d), desk_reference(d), measure, o, a, out, errs)) {
        return false;
    }
    c->scratch = cf_arena_new("measure");
    bool ok =
        desk_each_history(d, c->record, units_need_docket(c), o->now, each_history, c, o->progress, o->progress_arg, errs);
    cf_arena_free(c->scratch);
    c->scratch = NULL;
    return ok;
}

bool measure_run(struct desk *d, const struct lang_decl *measure, const struct measure_options *o, struct cf_arena *a,
                 struct measure_table *out, struct measure_list *list, struct cf_errs *errs) {
    struct counting c;
    struct measure_options own = *o;
    if (!desk_set(d)) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    bool either = o->records == MEASURE_EITHER && measure->as.measure.pop == LANG_POP_RECORD;
    own.records = either ? MEASURE_PUBLISHED_RECORDS : o->records;
    if (!run(d, measure, &own, &c, a, out, errs)) {
        return false;
    }
    if (either && c.tally.published == 0) {
        own.records = MEASURE_OWN_RECORDS;
        if (!run(d, measure, &own, &c, a, out, errs)) {
            return false;
        }
    }
    return measure_finish(&c, out, list, errs);
}
