/* flow: which protected characteristics and texts each expression has read, and that none reaches a rule without saying so
 * [section 12]. A label is never washed off: not by a fact, a count, a table, a copy, a flag or a role. Measures and samples
 * are free. Must not know types beyond the label of a code list. */
#include "lang/check_priv.h"

struct flow {
    struct ck *k;
    uint8_t *state;    /* by declaration number: 0 untouched in this round, 1 being read, 2 done */
    uint32_t **fields; /* by record number, by field: labels */
    bool changed;      /* in this round */
};

static uint32_t decl_labels(struct flow *f, const struct lang_decl *d);
static uint32_t labels_of(struct flow *f, struct lang_expr *e);

static uint32_t type_labels(struct lang_type t) {
    enum lang_type_kind kind = t.kind == LANG_T_SET ? t.elem : t.kind;
    if (kind == LANG_T_TEXT) {
        return LANG_TEXT_LABEL;
    }
    return kind == LANG_T_CODE && t.of != NULL ? t.of->as.codes.label : 0;
}

/* Every version of what a name means: an older rule may still be judged by an older one. */
static uint32_t ref_labels(struct flow *f, const struct lang_decl *d) {
    uint32_t all = 0;
    for (const struct lang_decl *v = ck_newest(d); v != NULL; v = v->older) {
        all |= decl_labels(f, v);
    }
    return all;
}

/* ---- fields: what their type, their name and what they copy bring with them */

static uint32_t name_label(struct cf_str name) {
    return ck_label_bit(name) & ~(uint32_t)LANG_TEXT_LABEL;
}

/* A word behind `keeping` or in `copied from`: a label, a code list, a fact, or the field of that name in whatever record. */
static uint32_t word_labels(struct flow *f, struct cf_str word) {
    const struct lang_set *set = f->k->set;
    const struct lang_decl *codes = ck_find_codes(f->k, word), *fact = ck_find_as(f->k, word, ck_kind_bit(LANG_FACT));
    uint32_t bits = name_label(word) | (codes == NULL ? 0 : codes->as.codes.label) | (fact == NULL ? 0 : ref_labels(f, fact));
    for (size_t r = 0; r < set->records.n; r++) {
        int i = ck_field_index(set->records.v[r], word);
        bits |= i < 0 ? 0 : f->fields[r][i];
    }
    return bits;
}

static uint32_t field_labels(const struct flow *f, const struct lang_decl *record, size_t i) {
    return f->fields[record->as.record.number][i];
}

/* One round over all fields, with what is known of facts so far. */
static void read_fields(struct flow *f) {
    const struct lang_set *set = f->k->set;
    for (size_t r = 0; r < set->records.n; r++) {
        const struct lang_record *record = &set->records.v[r]->as.record;
        for (size_t i = 0; i < record->fields.n; i++) {
            const struct lang_field *field = &record->fields.v[i];
            uint32_t bits = type_labels(field->type) | name_label(field->name.text);
            for (size_t j = 0; j < field->copied_from.n; j++) {
                bits |= word_labels(f, field->copied_from.v[j].text);
            }
            f->changed = f->changed || (bits & ~f->fields[r][i]) != 0;
            f->fields[r][i] |= bits;
        }
    }
}

/* ---- roles: whoever is R holds R, a role that includes it, or a rank at or above it; any of these may be granted by a label
 */
static uint32_t role_labels(struct flow *f, const struct lang_decl *wanted) {
    uint32_t bits = 0;
    for (size_t i = 0; wanted != NULL && i < f->k->set->roles.n; i++) {
        const struct lang_decl *role = f->k->set->roles.v[i];
        bits |= lang_role_is(role, wanted) ? ref_labels(f, role) : 0;
    }
    return bits;
}

/* Whose act counts: reading a record that a labelled role decides reads that label. */
static uint32_t record_labels(struct flow *f, const struct lang_decl *record) {
    uint32_t bits = 0;
    for (size_t i = 0; record != NULL && record->as.record.decided_by && i < record->as.record.by_decls.n; i++) {
        bits |= role_labels(f, record->as.record.by_decls.v[i]);
    }
    return bits;
}

static uint32_t sel_labels(struct flow *f, struct lang_sel *s) {
    if (s == NULL) {
        return 0;
    }
    const struct lang_decl *record = ck_sel_record(f->k, s);
    uint32_t bits = labels_of(f, s->with) | labels_of(f, s->last);
    return bits | record_labels(f, record) | record_labels(f, s->since_decl);
}

static uint32_t member_labels(struct flow *f, const struct lang_expr *e) {
    uint32_t bits = type_labels(e->type);
    if (e->attr == LANG_ATTR_ATTRIBUTE) {
        return bits | word_labels(f, e->name.text);
    }
    if (e->decl == NULL) {
        return bits;
    }
    bits |= e->op == LANG_OWN_FIELD ? 0 : record_labels(f, e->decl);
    if (e->attr != LANG_ATTR_NONE || e->index < 0) {
        return bits;
    }
    if (e->num > 0) {
        const struct lang_field *field = &e->decl->as.record.fields.v[e->index];
        return bits | word_labels(f, field->keeping.v[e->num - 1].text);
    }
    return bits | field_labels(f, e->decl, (size_t)e->index);
}

static uint32_t own_labels(struct flow *f, const struct lang_expr *e) {
    switch ((int)e->op) {
    case LANG_FIELD:
    case LANG_OWN_FIELD:
    case LANG_TRIGGER_FIELD:
    case LANG_FIRST_FIELD:
    case LANG_LAST_FIELD:
    case LANG_SUM_FIELD: return member_labels(f, e);
    case LANG_ITEM_FIELD:
        return type_labels(e->type) | (e->index < 0 || e->path.n == 0 ? 0 : word_labels(f, e->path.v[e->path.n - 1].text));
    case LANG_TABLE_REF:
    case LANG_SUM_TABLE: return type_labels(e->type);
    case LANG_FACT_REF:
    case LANG_GRADE_REF:
    case LANG_SCORE_REF:
    case LANG_FLAG_REF:
    case LANG_SPAN_REF:
    case LANG_TIME_IN:
    case LANG_KEPT: return e->decl == NULL ? 0 : ref_labels(f, e->decl) | (e->op == LANG_FACT_REF ? type_labels(e->type) : 0);
    case LANG_IS_ROLE:
    case LANG_ROLE_LIT: return role_labels(f, e->decl);
    case LANG_OPEN: return e->decl == NULL ? 0 : record_labels(f, e->decl->as.episode.opener);
    default: return 0;
    }
}

static uint32_t labels_of(struct flow *f, struct lang_expr *e) {
    if (e == NULL) {
        return 0;
    }
    uint32_t bits = own_labels(f, e) | labels_of(f, e->a) | labels_of(f, e->b) | labels_of(f, e->c) | sel_labels(f, e->sel);
    for (size_t i = 0; i < e->list.n; i++) {
        bits |= labels_of(f, e->list.v[i]);
    }
    if (e->op == LANG_IS_KNOWN || e->op == LANG_IS_NOT_KNOWN) {
        bits &= ~(uint32_t)LANG_TEXT_LABEL; /* whether something was written is not what was written */
    }
    e->labels |= bits;
    return e->labels;
}

struct gather {
    struct flow *f;
    uint32_t bits;
};

static void gather_part(void *ctx, const struct ck_part *p) {
    struct gather *g = ctx;
    g->bits |= p->e != NULL ? labels_of(g->f, p->e) : sel_labels(g->f, p->s);
}

static uint32_t decl_labels(struct flow *f, const struct lang_decl *const_d) {
    struct lang_decl *d = f->k->set->decls.v[const_d->number];
    if (f->state[d->number] != 0) {
        return d->labels;
    }
    f->state[d->number] = 1;
    struct gather g = {.f = f};
    ck_parts(f->k, d, gather_part, &g);
    if (d->kind == LANG_GATE && d->as.gate.departs_from != NULL) {
        g.bits |= ref_labels(f, d->as.gate.departs_from);
    }
    f->changed = f->changed || (g.bits & ~d->labels) != 0;
    d->labels |= g.bits;
    f->state[d->number] = 2;
    return d->labels;
}

/* ---- a rule must say what it reads */

static uint32_t lawful_bits(const struct lang_decl *d) {
    uint32_t bits = 0;
    for (size_t i = 0; i < d->lawful.n; i++) {
        bits |= ck_label_bit(d->lawful.v[i].label.text);
    }
    return bits & ~(uint32_t)LANG_TEXT_LABEL;
}

static uint32_t sel_read(const struct lang_sel *s) {
    return s == NULL ? 0 : (s->with == NULL ? 0 : s->with->labels) | (s->last == NULL ? 0 : s->last->labels);
}

/* The smallest part of e that has read the label: where to point. */
static const struct lang_expr *source_of(const struct lang_expr *e, uint32_t bit) {
    for (;;) {
        const struct lang_expr *next = NULL;
        const struct lang_expr *under[] = {e->a, e->b, e->c, e->sel == NULL ? NULL : e->sel->with,
                                           e->sel == NULL ? NULL : e->sel->last};
        for (size_t i = 0; i < CF_COUNT(under) && next == NULL; i++) {
            next = under[i] != NULL && (under[i]->labels & bit) != 0 ? under[i] : NULL;
        }
        for (size_t i = 0; i < e->list.n && next == NULL; i++) {
            next = (e->list.v[i]->labels & bit) != 0 ? e->list.v[i] : NULL;
        }
        if (next == NULL) {
            return e;
        }
        e = next;
    }
}

struct judge {
    struct flow *f;
    const struct lang_decl *d;
    uint32_t lawful, said; /* each label is said once for a declaration */
    bool share;
};

static void refuse(struct judge *j, uint32_t bits, struct cf_span at, const struct lang_decl *through) {
    struct cf_errs *errs = j->f->k->errs;
    bits &= ~j->lawful & ~j->said;
    j->said |= bits;
    for (uint32_t bit = 1; bit <= LANG_TEXT_LABEL; bit <<= 1) {
        if ((bits & bit) == 0) {
            continue;
        }
        const char *word = lang_decl_word(j->d->kind);
        if (bit == LANG_TEXT_LABEL) {
            cf_fail(errs, CF_L082, at, "text reaches %s `%.*s`", word, CF_STR_ARG(j->d->name.text));
        } else {
            cf_fail(errs, CF_L081, at, "%s reaches %s `%.*s`", ck_label_word(bit), word, CF_STR_ARG(j->d->name.text));
        }
        if (through != NULL && through->name.at.src != NULL) {
            cf_second(errs, through->name.at, "through %s `%.*s`", lang_decl_word(through->kind),
                      CF_STR_ARG(through->name.text));
        }
    }
}

static void judge_part(void *ctx, const struct ck_part *p) {
    struct judge *j = ctx;
    if (p->more) {
        return; /* the `more` declaration answers for its own lines */
    }
    uint32_t bits = (p->e != NULL ? p->e->labels : sel_labels(j->f, p->s)) & ~j->lawful & ~j->said;
    for (uint32_t bit = 1; bit <= LANG_TEXT_LABEL; bit <<= 1) {
        if ((bits & bit) == 0) {
            continue;
        }
        const struct lang_expr *root = p->e != NULL ? p->e : (sel_read(p->s) & bit) != 0 ? p->s->with : NULL;
        const struct lang_expr *e = root == NULL ? NULL : source_of(root, bit);
        bool named = e != NULL && e->decl != NULL && e->decl->kind != LANG_RECORD && e->decl->kind != LANG_CODES;
        refuse(j, bit, e == NULL ? p->s->at : e->at, named ? e->decl : NULL);
    }
}

static void judge_duty(struct judge *j, const struct lang_duty *t) {
    if (t->breach_gate != NULL) {
        refuse(j, ref_labels(j->f, t->breach_gate), t->breach_of.at, t->breach_gate);
    }
    for (size_t i = 0; i < t->not_counting_decls.n; i++) {
        refuse(j, ref_labels(j->f, t->not_counting_decls.v[i]), t->not_counting.v[i].at, t->not_counting_decls.v[i]);
    }
    for (size_t i = 0; i < t->escalate.n; i++) {
        refuse(j, role_labels(j->f, t->escalate.v[i].decl), t->escalate.v[i].role.at, t->escalate.v[i].decl);
    }
}

static void judge_share(struct judge *j, struct lang_share *s) {
    struct cf_errs *errs = j->f->k->errs;
    for (size_t i = 0; i < s->gives.n; i++) {
        uint32_t bits = labels_of(j->f, s->gives.v[i]) & ~(uint32_t)LANG_TEXT_LABEL & ~j->lawful;
        if (bits != 0) {
            cf_fail(errs, CF_L080, s->gives.v[i]->at, "share `%.*s` gives %s, and names no condition that allows it",
                    CF_STR_ARG(j->d->name.text), ck_label_word(bits));
        }
    }
}

static void judge(struct flow *f, struct lang_decl *d) {
    struct judge j = {.f = f, .d = d, .lawful = lawful_bits(d)};
    if (d->kind == LANG_FACT || d->kind == LANG_ROLE || d->kind == LANG_SETTING) {
        return; /* they pass on what they read */
    }
    ck_parts(f->k, d, judge_part, &j);
    if (d->kind == LANG_DUTY) {
        judge_duty(&j, &d->as.duty);
    } else if (d->kind == LANG_SHARE) {
        judge_share(&j, &d->as.share);
    }
}

/* Facts read fields, fields copy facts: rounds until nothing is added. Labels only grow, so there is an end. */
static void read_all(struct flow *f) {
    const struct lang_set *set = f->k->set;
    do {
        f->changed = false;
        memset(f->state, 0, set->decls.n);
        read_fields(f);
        for (size_t i = 0; i < set->decls.n; i++) {
            (void)decl_labels(f, set->decls.v[i]);
        }
    } while (f->changed);
}

void ck_flow(struct ck *k) {
    struct flow f = {
        .k = k, .state = CF_NEW_N(k->a, uint8_t, k->set->decls.n), .fields = CF_NEW_N(k->a, uint32_t *, k->set->records.n)};
    for (size_t r = 0; r < k->set->records.n; r++) {
        f.fields[r] = CF_NEW_N(k->a, uint32_t, k->set->records.v[r]->as.record.fields.n);
    }
    read_all(&f);
    for (size_t i = 0; i < k->set->decls.n; i++) {
        judge(&f, k->set->decls.v[i]);
    }
}
