/* notes: what the checker points out without refusing: where unknown decides, stand-ins for protected characteristics, rules
 * that no example names or no measure counts. Also how far back rules look. Must not know labels or types. */
#include "lang/check_priv.h"

/* ---- where unknown decides [U2, U4] */

struct guards { /* records that are surely there in this part of a condition */
    const struct lang_decl *v[16];
    size_t n;
};
struct unknown {
    struct ck *k;
    const struct lang_decl *d, *judged;
    const struct guards *guards;
    const char *means;
    CF_VEC(const struct lang_decl *); /* said already */
};

static void note_unknown(struct unknown *u, const struct lang_expr *e) {
    for (size_t i = 0; i < u->n; i++) {
        if (u->v[i] == e->decl) {
            return;
        }
    }
    *cf_push(u->k->a, u) = e->decl;
    struct cf_str name = e->decl->name.text;
    cf_warn(u->k->errs, CF_L100, e->at, "with no %.*s this is %s", CF_STR_ARG(name), u->means);
    cf_hint(u->k->errs, "Write `a %.*s and …`, or `… else VALUE`, to say what holds then.", CF_STR_ARG(name));
}

static void find_unknown(struct unknown *u, const struct lang_expr *e) {
    if (e == NULL || e->op == LANG_ELSE || e->op == LANG_IS_KNOWN || e->op == LANG_IS_NOT_KNOWN) {
        return;
    }
    bool there = e->op != LANG_FIELD || e->decl == NULL || (e->decl == u->judged && !e->previous);
    for (size_t i = 0; !there && i < u->guards->n; i++) {
        there = !e->previous && u->guards->v[i] == e->decl;
    }
    if (!there) {
        note_unknown(u, e);
    }
    find_unknown(u, e->a);
    find_unknown(u, e->b);
    find_unknown(u, e->c);
    for (size_t i = 0; i < e->list.n; i++) {
        find_unknown(u, e->list.v[i]);
    }
}

static void add_guards(const struct lang_expr *e, struct guards *g) {
    if (e == NULL) {
        return;
    }
    if (e->op == LANG_AND) {
        add_guards(e->a, g);
        add_guards(e->b, g);
        for (size_t i = 0; i < e->list.n; i++) {
            add_guards(e->list.v[i], g);
        }
    } else if (e->op == LANG_EXISTS && e->sel != NULL && e->sel->decl != NULL && g->n < CF_COUNT(g->v)) {
        g->v[g->n++] = e->sel->decl;
    }
}

static void unknown_in(struct unknown *u, const struct lang_expr *e, struct guards g) {
    if (e == NULL) {
        return;
    }
    add_guards(e, &g);
    if (e->op == LANG_NOT) {
        unknown_in(u, e->a, g);
        return;
    }
    if (e->op == LANG_AND || e->op == LANG_OR) {
        unknown_in(u, e->a, g);
        unknown_in(u, e->b, g);
        for (size_t i = 0; i < e->list.n; i++) {
            unknown_in(u, e->list.v[i], g);
        }
        return;
    }
    u->guards = &g;
    find_unknown(u, e);
}

/* The opener of the rule's own episode is surely there, if one record alone opens that kind. */
static void add_opener(const struct ck *k, const struct lang_decl *episode, struct guards *g) {
    const struct lang_decl *opener = NULL;
    size_t n = 0;
    for (size_t i = 0; episode != NULL && i < k->set->records.n; i++) {
        if (k->set->records.v[i]->as.record.opens_decl == episode) {
            opener = k->set->records.v[i];
            n++;
        }
    }
    if (n == 1 && g->n < CF_COUNT(g->v)) {
        g->v[g->n++] = opener;
    }
}

static void add_openers(const struct ck *k, const struct lang_decl *record, struct guards *g) {
    for (size_t i = 0; record != NULL && i < record->as.record.in_decls.n && record->as.record.in_decls.n == 1; i++) {
        add_opener(k, record->as.record.in_decls.v[i], g);
    }
    if (record != NULL) {
        add_opener(k, record->as.record.opens_decl, g);
        add_opener(k, record->as.record.closes_decl, g);
    }
}

static void unknown_decides(struct ck *k, const struct lang_decl *d) {
    struct unknown u = {.k = k, .d = d, .means = "yes"};
    struct guards g = {0};
    if (d->kind == LANG_DUTY && d->as.duty.scope.in) {
        add_opener(k, d->as.duty.scope.episode_decl, &g);
    }
    if (d->kind == LANG_GATE && d->as.gate.before != NULL) {
        u.judged = ck_sel_record(k, d->as.gate.before);
        add_openers(k, u.judged, &g);
        unknown_in(&u, d->as.gate.where, g);
    } else if (d->kind == LANG_DUTY) {
        u.judged = ck_trigger(k, &d->as.duty);
        add_openers(k, u.judged, &g);
        unknown_in(&u, d->as.duty.where, g);
        unknown_in(&u, d->as.duty.cond, g);
    } else if (d->kind == LANG_CHOICE) {
        u.means = "closed";
        add_openers(k, d->as.choice.for_->decl, &g);
        for (size_t i = 0; i < d->as.choice.options.n; i++) {
            unknown_in(&u, d->as.choice.options.v[i].closed_when, g);
        }
    }
}

/* ---- stand-ins */

struct proxy {
    struct ck *k;
    const struct lang_decl *d;
    bool said;
};

static void find_proxy(void *ctx, struct lang_expr *e) {
    static const char *const words[] = {
        "name",      "first_name", "surname",      "language", "first_language", "birthplace",   "place_of_birth",
        "home_area", "home",       "home_address", "address",  "postcode",       "home_borough", "country_of_birth"};
    struct proxy *p = ctx;
    struct cf_str last = e->path.n == 0 ? (struct cf_str){0} : e->path.v[e->path.n - 1].text;
    for (size_t i = 0; !p->said && i < CF_COUNT(words); i++) {
        if (cf_str_is(last, words[i])) {
            p->said = true;
            cf_warn(p->k->errs, CF_L101, e->at, "`%.*s` in %s `%.*s` can stand in for origin", CF_STR_ARG(last),
                    lang_decl_word(p->d->kind), CF_STR_ARG(p->d->name.text));
        }
    }
}

static void proxy_part(void *ctx, const struct ck_part *part) {
    ck_walk(part->s != NULL ? part->s->with : part->e, find_proxy, ctx);
}

/* ---- examples and measures */

static bool expected_somewhere(const struct lang_set *s, const struct lang_decl *d) {
    for (size_t i = 0; i < s->examples.n; i++) {
        const struct lang_example *x = &s->examples.v[i]->as.example;
        for (size_t j = 0; j < x->items.n; j++) {
            const struct lang_ex_at *at = x->items.v[j].kind == LANG_EX_AT ? x->items.v[j].at : NULL;
            for (size_t e = 0; at != NULL && e < at->expects.n; e++) {
                if (ck_newest(at->expects.v[e].decl) == ck_newest(d)) {
                    return true;
                }
            }
        }
    }
    return false;
}

struct reads {
    const struct lang_decl *what;
    bool found;
};

static void find_read(void *ctx, struct lang_expr *e) {
    struct reads *r = ctx;
    bool same = e->decl != NULL && ck_newest(e->decl) == ck_newest(r->what);
    bool field = e->op == LANG_FIELD && r->what->kind == LANG_CHOICE && r->what->as.choice.for_ != NULL &&
                 r->what->as.choice.for_->decl == e->decl && r->what->as.choice.for_->index == e->index;
    r->found = r->found || same || field;
}

static bool has_dim(const struct lang_measure *m, const char *name) {
    for (size_t i = 0; i < m->by.n; i++) {
        if (cf_str_is(m->by.v[i].name.text, name)) {
            return true;
        }
    }
    return false;
}

static void measured(struct ck *k, const struct lang_decl *d) {
    bool ethnicity = false, sex = false;
    for (size_t i = 0; i < k->set->measures.n; i++) {
        const struct lang_measure *m = &k->set->measures.v[i]->as.measure;
        struct reads r = {.what = d};
        ck_walk(m->where, find_read, &r);
        ck_walk(m->that, find_read, &r);
        ck_walk(m->value, find_read, &r);
        if (r.found) {
            ethnicity = ethnicity || has_dim(m, "ethnicity");
            sex = sex || has_dim(m, "sex");
        }
    }
    if (!ethnicity || !sex) {
        cf_warn(k->errs, CF_L103, d->name.at, "no measure counts %s `%.*s` by %s", lang_decl_word(d->kind),
                CF_STR_ARG(d->name.text),
                !ethnicity && !sex ? "ethnicity or by sex"
                : !ethnicity       ? "ethnicity"
                                   : "sex");
    }
}

void ck_notes(struct ck *k) {
    for (size_t i = 0; i < k->set->rules.n; i++) {
        struct lang_decl *d = k->set->rules.v[i];
        struct proxy p = {.k = k, .d = d};
        unknown_decides(k, d);
        ck_parts(k, d, proxy_part, &p);
    }
    for (size_t i = 0; i < k->set->rules.n; i++) {
        const struct lang_decl *d = k->set->rules.v[i];
        bool made = d->kind == LANG_GATE && d->as.gate.departs_from != NULL;
        if (d->newer == NULL && !made && !expected_somewhere(k->set, d)) {
            cf_warn(k->errs, CF_L102, d->name.at, "no example expects %s `%.*s`", lang_decl_word(d->kind),
                    CF_STR_ARG(d->name.text));
        }
        if (d->newer == NULL && d->kind != LANG_DUTY && !made) {
            measured(k, d);
        }
    }
}

/* ---- calendars that end soon */

struct days {
    bool school, found;
};

static void counts_days(void *ctx, struct lang_expr *e) {
    struct days *d = ctx;
    bool working = e->op == LANG_DURATION_LIT && e->duration.unit == CF_WORKING_DAY;
    d->found = d->found || (d->school ? e->op == LANG_SCHOOL_DAY : working);
}

static void counts_days_in(void *ctx, const struct ck_part *part) {
    ck_walk(part->e, counts_days, ctx);
    if (part->s != NULL) {
        ck_walk(part->s->with, counts_days, ctx);
        ck_walk(part->s->last, counts_days, ctx);
    }
}

/* The cells of a table may be durations, too. */
static void counts_days_in_table(const struct lang_decl *d, struct days *days) {
    for (size_t i = 0; d->kind == LANG_TABLE && i < d->as.table.rows.n; i++) {
        const struct lang_row *row = &d->as.table.rows.v[i];
        for (size_t c = 0; c < row->cells.n; c++) {
            ck_walk(row->cells.v[c], counts_days, days);
        }
    }
}

void lang_note_calendar(const struct lang_set *set, bool school, struct cf_str name, int32_t last, int32_t today,
                        struct cf_errs *errs) {
    if (last >= today + CF_MAX_CALENDAR_AHEAD) {
        return;
    }
    for (size_t i = 0; i < set->decls.n; i++) {
        struct lang_decl *d = set->decls.v[i];
        struct days days = {.school = school};
        ck_parts(NULL, d, counts_days_in, &days);
        counts_days_in_table(d, &days);
        if (days.found && d->policy->as.policy.to >= today) {
            cf_warn(errs, CF_L104, d->name.at, "`%.*s` counts %s days, and the calendar %.*s ends on %s",
                    CF_STR_ARG(d->name.text), school ? "school" : "working", CF_STR_ARG(name), cf_date_shown(last).p);
            return;
        }
    }
}

/* ---- how far back rules look */

struct look {
    struct ck k;
    int32_t days;
    uint8_t *seen; /* by declaration number */
};

static int32_t window_days(const struct lang_expr *e) {
    if (e->op == LANG_SETTING_REF && e->decl->as.setting.value != NULL) {
        e = e->decl->as.setting.value;
    }
    if (e->op != LANG_DURATION_LIT || e->duration.n < 0) {
        return INT32_MAX;
    }
    static const int64_t at_most[] = {[CF_SECOND] = 1,      [CF_MINUTE] = 1, [CF_HOUR] = 1,   [CF_DAY] = 1,
                                      [CF_WORKING_DAY] = 2, [CF_WEEK] = 7,   [CF_MONTH] = 31, [CF_YEAR] = 366};
    int64_t n = e->duration.n, each = at_most[e->duration.unit];
    int64_t per = e->duration.unit == CF_SECOND   ? 86400
                  : e->duration.unit == CF_MINUTE ? 1440
                  : e->duration.unit == CF_HOUR   ? 24
                                                  : 1;
    int64_t days = n * each / per + 1 + (e->duration.unit == CF_WORKING_DAY ? 14 : 0); /* 14: runs of holidays */
    return days > INT32_MAX ? INT32_MAX : (int32_t)days;
}

static void look_sel(struct look *l, const struct lang_sel *s) {
    int32_t days = s->last == NULL ? INT32_MAX : window_days(s->last);
    l->days = days > l->days ? days : l->days;
}

static void look_expr(void *ctx, struct lang_expr *e);
static void look_part(void *ctx, const struct ck_part *p) {
    if (p->s != NULL) {
        look_sel(ctx, p->s); /* what triggers or ends: an open duty never grows too old */
    } else {
        ck_walk(p->e, look_expr, ctx);
    }
}

static void look_expr(void *ctx, struct lang_expr *e) {
    struct look *l = ctx;
    bool far =
        e->op == LANG_FIELD || e->op == LANG_OPEN || e->op == LANG_KEPT || e->op == LANG_HOLDERS || e->op == LANG_SPAN_REF;
    if (far || (e->op == LANG_TIME_IN && e->a == NULL && e->duration.n == 0)) {
        l->days = INT32_MAX;
    }
    if (e->sel != NULL) {
        look_sel(l, e->sel);
    }
    bool deeper = e->op == LANG_FACT_REF || e->op == LANG_FLAG_REF || e->op == LANG_GRADE_REF || e->op == LANG_SCORE_REF;
    if (deeper && e->decl != NULL && l->days != INT32_MAX && l->seen[e->decl->number] == 0) {
        l->seen[e->decl->number] = 1;
        ck_parts(&l->k, l->k.set->decls.v[e->decl->number], look_part, l);
    }
}

static bool about_kind(const struct ck *k, const struct lang_decl *d, enum lang_subject kind) {
    const struct lang_scope *s = d->kind == LANG_GRADE   ? &d->as.grade.scope
                                 : d->kind == LANG_SCORE ? &d->as.score.scope
                                 : d->kind == LANG_FLAG  ? &d->as.flag.scope
                                 : d->kind == LANG_DUTY  ? &d->as.duty.scope
                                                         : NULL;
    const struct lang_decl *record = NULL;
    int role = 0;
    if (d->kind == LANG_GATE) {
        record = d->as.gate.before->decl;
        role = d->as.gate.before->role_index;
    } else if (d->kind == LANG_DUTY && ck_trigger(k, &d->as.duty) != NULL) {
        record = ck_trigger(k, &d->as.duty);
        role = d->as.duty.trigger == LANG_AFTER_EVENT ? d->as.duty.after->role_index
                                                      : d->as.duty.breach_gate->as.gate.before->role_index;
    } else if (d->kind == LANG_CHOICE) {
        record = d->as.choice.for_->decl;
    } else if (s != NULL && s->about) {
        return s->kind == kind;
    } else if (s != NULL && s->in && s->episode_decl != NULL) {
        record = s->episode_decl->as.episode.opener;
    }
    bool known = record != NULL && role >= 0 && (size_t)role < record->as.record.roles.n;
    return known && record->as.record.roles.v[role].kind == kind;
}

int32_t lang_look_back_days(const struct lang_set *set, enum lang_subject kind) {
    struct lang_set *own = CF_NEW(set->arena, struct lang_set);
    *own = *set; /* the walk takes a checker's view; nothing is written */
    struct look l = {.k = {.a = set->arena, .set = own}, .seen = CF_NEW_N(set->arena, uint8_t, set->decls.n)};
    for (size_t i = 0; i < set->rules.n && l.days != INT32_MAX; i++) {
        struct lang_decl *d = set->rules.v[i];
        if (about_kind(&l.k, d, kind)) {
            ck_parts(&l.k, d, look_part, &l);
        }
    }
    return l.days;
}

/* ---- what a change means [V1 to V3] */

const char *lang_meaning_of_change(enum lang_decl_kind kind) {
    switch (kind) {
    case LANG_DUTY: return "from its day on, new duties follow the new words; open ones keep the old (V1)";
    case LANG_GATE: return "events from its day on are judged by the new words; earlier judgements stand (V1)";
    case LANG_SETTING: return "the value counts for what happens from its day on (V1)";
    case LANG_FLAG:
    case LANG_GRADE:
    case LANG_SCORE:
    case LANG_CHOICE: return "what stands is judged by the new words at once (V2)";
    case LANG_RECORD: return "the form changes; old events keep what was asked then (V3)";
    case LANG_MEASURE: return "figures before and after are not the same measure: say so beside them";
    case LANG_POLICY:
    case LANG_CODES:
    case LANG_TABLE:
    case LANG_EPISODE:
    case LANG_SPAN:
    case LANG_FACT:
    case LANG_MORE:
    case LANG_SHARE:
    case LANG_SAMPLE:
    case LANG_EXAMPLE:
    case LANG_ROLE:
    case LANG_UNIT:
    case LANG_PARTNER:
    case LANG_WORDING:
    case LANG_INDICATOR:
    case LANG_DECL_KINDS: return "";
    }
    return "";
}
