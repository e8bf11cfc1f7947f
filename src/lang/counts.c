/* counts: the declarations that look at many histories or at none: measures, samples, and the names that examples use.
 * Labels are free here, and nothing reads a measure. Must not know how a measure is computed. */
#include "lang/check_priv.h"

void ck_measure(struct ck *k, struct lang_decl *d);
void ck_sample(struct ck *k, struct lang_decl *d);
void ck_example(struct ck *k, struct lang_decl *d);

/* ---- measures */

static struct ck_in over(struct ck *k, const struct lang_decl *d, const struct lang_decl *record) {
    struct ck_in c = {.k = k, .decl = d, .role = -1, .anywhere = true, .measure = true, .has_kind = true, .kind = LANG_PERSON};
    if (record != NULL) {
        c.judged = c.roles = c.trigger = record;
        bool one = record->as.record.roles.n == 1;
        c.role = one ? 0 : -1;
        c.has_kind = one;
        c.kind = one ? record->as.record.roles.v[0].kind : LANG_PERSON;
    }
    return c;
}

/* The record whose fields may be a measure's dimensions. */
static const struct lang_decl *population(struct ck *k, struct lang_measure *m) {
    struct lang_decl *d = NULL;
    switch (m->pop) {
    case LANG_POP_RECORD:
        d = ck_want(k, m->pop_name, ck_kind_bit(LANG_RECORD) | ck_kind_bit(LANG_DUTY), "a record or a duty");
        m->pop_decl = d;
        if (d != NULL && d->kind == LANG_DUTY) { /* the name alone tells which */
            m->pop = LANG_POP_DUTY;
            ck_decl(k, d);
            return ck_trigger(k, &d->as.duty);
        }
        return d;
    case LANG_POP_DUTY:
        d = ck_want(k, m->pop_name, ck_kind_bit(LANG_DUTY) | ck_kind_bit(LANG_RECORD), "a duty or a record");
        m->pop_decl = d;
        if (d != NULL && d->kind == LANG_RECORD) {
            m->pop = LANG_POP_RECORD;
            return d;
        }
        if (d == NULL) {
            return NULL;
        }
        ck_decl(k, d);
        return ck_trigger(k, &d->as.duty);
    case LANG_POP_OPENED:
    case LANG_POP_CLOSED:
        d = ck_want(k, m->pop_name, ck_kind_bit(LANG_EPISODE), "an episode");
        m->pop_decl = d;
        return d == NULL ? NULL : d->as.episode.opener;
    case LANG_POP_SUBJECTS: break;
    }
    return NULL;
}

static bool known_dim(struct ck *k, const struct lang_decl *record, struct cf_str name) {
    static const char *const words[] = {"day", "week",  "month", "quarter", "year", "unit",      "owner",  "borough", "ward",
                                        "age", "actor", "state", "weekday", "hour", "age_group", "source", "kind"};
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        if (cf_str_is(name, words[i])) {
            return true;
        }
    }
    const struct lang_decl *d = ck_find(k, name);
    bool value = d != NULL && (d->kind == LANG_FACT || d->kind == LANG_GRADE || d->kind == LANG_SCORE || d->kind == LANG_FLAG);
    if (value || ck_find_codes(k, name) != NULL || ck_label_bit(name) != 0) {
        return true;
    }
    for (size_t i = 0; record != NULL && i < record->as.record.fields.n; i++) {
        const struct lang_field *f = &record->as.record.fields.v[i];
        if (cf_str_eq(f->name.text, name) || ck_kept_index(f, name) >= 0) {
            return true;
        }
    }
    return false;
}

static void need_dim(struct ck *k, const struct lang_decl *record, struct lang_name name) {
    if (lang_named(name) && !known_dim(k, record, name.text)) {
        cf_fail(k->errs, CF_L091, name.at, "nothing to count by is named `%.*s`", CF_STR_ARG(name.text));
    }
}

static void compared(struct ck *k, struct lang_measure *m) {
    bool among = !lang_named(m->compare);
    for (size_t i = 0; i < m->by.n; i++) {
        among = among || cf_str_eq(m->by.v[i].name.text, m->compare.text);
    }
    if (!among) {
        cf_fail(k->errs, CF_L091, m->compare.at, "`%.*s` is compared, and the measure is not `by` it",
                CF_STR_ARG(m->compare.text));
        cf_hint(k->errs, "Add `%.*s` to `by`.", CF_STR_ARG(m->compare.text));
    }
    const struct lang_decl *codes = lang_named(m->compare) ? ck_find_codes(k, m->compare.text) : NULL;
    if (codes != NULL && ck_code_index(codes, m->with.text) < 0) {
        cf_fail(k->errs, CF_L050, m->with.at, "`%.*s` is not a code of %.*s", CF_STR_ARG(m->with.text),
                CF_STR_ARG(codes->name.text));
    }
}

/* The people of a rate: a table of whole numbers. */
static void need_people(struct ck *k, const struct lang_measure *m) {
    const struct lang_decl *t = m->form == LANG_RATE ? ck_want(k, m->per_table, ck_kind_bit(LANG_TABLE), "a table") : NULL;
    if (t != NULL && t->as.table.type.kind != LANG_T_WHOLE && t->as.table.type.kind != LANG_T_NONE) {
        cf_fail(k->errs, CF_L061, m->per_table.at, "table `%.*s` gives no whole numbers, so nobody can be counted by it",
                CF_STR_ARG(m->per_table.text));
        cf_hint(k->errs, "A rate is per a number of people: name a table that `gives` a whole number.");
    }
}

void ck_measure(struct ck *k, struct lang_decl *d) {
    struct lang_measure *m = &d->as.measure;
    const struct lang_decl *record = population(k, m);
    struct ck_in c = over(k, d, record);
    if (m->pop == LANG_POP_SUBJECTS) {
        c.kind = m->subject;
    }
    ck_sel(&c, m->pop_sel);
    ck_cond(&c, m->where);
    ck_cond(&c, m->that);
    if (m->that != NULL && m->that->op == LANG_MET && m->pop != LANG_POP_DUTY) {
        cf_fail(k->errs, CF_L061, m->that->at, "only a duty can be `%.*s`, and this counts something else",
                CF_STR_ARG(m->that->name.text));
        cf_hint(k->errs, "Count a duty, as in `share of DUTY that met`.");
    }
    ck_type(&c, m->value, ck_kind(LANG_T_NONE));
    ck_sel(&c, m->followed_by);
    ck_type(&c, m->followed_within, ck_kind(LANG_T_DURATION));
    for (size_t i = 0; i < m->by.n; i++) {
        need_dim(k, record, m->by.v[i].name);
    }
    need_dim(k, record, m->within);
    need_people(k, m);
    compared(k, m);
}

void ck_sample(struct ck *k, struct lang_decl *d) {
    struct lang_sample *s = &d->as.sample;
    s->of_decl = ck_want(k, s->of, ck_kind_bit(LANG_RECORD), "a record");
    struct ck_in c = over(k, d, s->of_decl);
    for (size_t i = 0; i < s->strata.n; i++) {
        ck_cond(&c, s->strata.v[i].where);
    }
    need_dim(k, s->of_decl, s->by);
}

/* ---- examples: their names; their values are read when they run */

static bool attribute_word(struct cf_str name) {
    static const char *const words[] = {"by", "unit", "recorded", "in", "to", "child", "corrects", "withdraws"};
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        if (cf_str_is(name, words[i])) {
            return true;
        }
    }
    return false;
}

static void example_event(struct ck *k, struct lang_ex_event *e) {
    const struct lang_decl *d;
    if (e->kind != LANG_SEL_RECORD) {
        d = ck_want(k, e->record, ck_kind_bit(LANG_SHARE), "a share") == NULL ? NULL : k->set->records.v[CK_SENT];
    } else {
        d = ck_want(k, e->record, ck_kind_bit(LANG_RECORD), "a record");
    }
    for (size_t i = 0; d != NULL && i < e->attrs.n; i++) {
        struct lang_name name = e->attrs.v[i].name;
        if (attribute_word(name.text) || ck_field_index(d, name.text) >= 0 || ck_role_index(d, name.text) >= 0) {
            continue;
        }
        struct {
            CF_VEC(struct cf_str);
        } names = {0};
        for (size_t f = 0; f < d->as.record.fields.n; f++) {
            *cf_push(k->a, &names) = d->as.record.fields.v[f].name.text;
        }
        cf_fail(k->errs, CF_L087, name.at, "record `%.*s` has no field or role `%.*s`", CF_STR_ARG(d->name.text),
                CF_STR_ARG(name.text));
        ck_offer_names(k, name.text, names.v, names.n, NULL);
    }
}

static uint32_t expected_kinds(enum lang_expect_kind kind) {
    static const uint32_t kinds[] = {[LANG_EX_DUTY] = 1u << LANG_DUTY,
                                     [LANG_EX_GATE_BREACH] = 1u << LANG_GATE,
                                     [LANG_EX_GATE_KEPT] = 1u << LANG_GATE,
                                     [LANG_EX_GRADE] = 1u << LANG_GRADE,
                                     [LANG_EX_SCORE] = 1u << LANG_SCORE,
                                     [LANG_EX_CHOICE] = 1u << LANG_CHOICE,
                                     [LANG_EX_FLAG] = 1u << LANG_FLAG,
                                     [LANG_EX_NAMED] = (1u << LANG_DUTY) | (1u << LANG_GRADE) | (1u << LANG_SCORE) |
                                                       (1u << LANG_CHOICE) | (1u << LANG_FLAG) | (1u << LANG_GATE)};
    return kinds[kind];
}

static enum lang_expect_kind expected_as(enum lang_decl_kind kind) {
    switch ((int)kind) {
    case LANG_GRADE: return LANG_EX_GRADE;
    case LANG_SCORE: return LANG_EX_SCORE;
    case LANG_CHOICE: return LANG_EX_CHOICE;
    case LANG_FLAG: return LANG_EX_FLAG;
    case LANG_GATE: return LANG_EX_GATE_BREACH;
    default: return LANG_EX_DUTY;
    }
}

static void expected(struct ck *k, struct lang_expect *x) {
    struct lang_name name = x->name;
    if (cf_str_is(x->part.text, "departure")) {
        name.text = cf_str_printf(k->a, "%.*s.departure", CF_STR_ARG(x->name.text));
    }
    struct lang_decl *d = ck_find_as(k, name.text, expected_kinds(x->kind));
    d = d != NULL ? d : ck_find(k, name.text);
    if (d == NULL) {
        cf_fail(k->errs, CF_L087, name.at, "no rule is named `%.*s`", CF_STR_ARG(name.text));
        ck_offer(k, name.text, expected_kinds(x->kind));
        return;
    }
    if ((ck_kind_bit(d->kind) & expected_kinds(x->kind)) == 0) {
        cf_fail(k->errs, CF_L087, name.at, "`%.*s` is a %s, of which this cannot be expected", CF_STR_ARG(name.text),
                lang_decl_word(d->kind));
        return;
    }
    x->decl = d;
    x->kind = x->kind == LANG_EX_NAMED ? expected_as(d->kind) : x->kind;
}

void ck_example(struct ck *k, struct lang_decl *d) {
    for (size_t i = 0; i < d->as.example.items.n; i++) {
        struct lang_ex_item *item = &d->as.example.items.v[i];
        if (item->kind == LANG_EX_EVENT && item->event != NULL) {
            example_event(k, item->event);
        }
        for (size_t j = 0; item->kind == LANG_EX_AT && item->at != NULL && j < item->at->expects.n; j++) {
            expected(k, &item->at->expects.v[j]);
        }
    }
}
