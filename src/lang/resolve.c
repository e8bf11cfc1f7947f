/* resolve: what one declaration names of another: the type of a field, the episode of a step, the levels of a grade. Runs
 * before any expression is read. Also merges versions of a record, `more` lines into their rule, and makes the departure gates
 * [G4]. Must not know expressions (names.c, types.c). */
#include "lang/check_priv.h"

/* ---- looking inside a declaration */

int ck_field_index(const struct lang_decl *record, struct cf_str name) {
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        if (cf_str_eq(record->as.record.fields.v[i].name.text, name)) {
            return (int)i;
        }
    }
    return -1;
}

int ck_role_index(const struct lang_decl *record, struct cf_str name) {
    for (size_t i = 0; i < record->as.record.roles.n; i++) {
        if (cf_str_eq(record->as.record.roles.v[i].role.text, name)) {
            return (int)i;
        }
    }
    return -1;
}

int ck_code_index(const struct lang_decl *codes, struct cf_str name) {
    for (size_t i = 0; codes != NULL && i < codes->as.codes.list.n; i++) {
        if (cf_str_eq(codes->as.codes.list.v[i].name.text, name)) {
            return (int)i;
        }
    }
    return -1;
}

enum lang_attr ck_attr(const struct lang_decl *record, struct cf_str name, bool sent) {
    static const struct {
        const char *word;
        enum lang_attr attr;
    } attrs[] = {{"happened", LANG_ATTR_HAPPENED},
                 {"recorded", LANG_ATTR_RECORDED},
                 {"actor", LANG_ATTR_ACTOR},
                 {"unit", LANG_ATTR_UNIT}};
    (void)record;
    for (size_t i = 0; i < CF_COUNT(attrs); i++) {
        if (cf_str_is(name, attrs[i].word)) {
            return attrs[i].attr;
        }
    }
    return sent && cf_str_is(name, "to") ? LANG_ATTR_TO : LANG_ATTR_NONE;
}

int ck_kept_index(const struct lang_field *f, struct cf_str name) {
    for (size_t i = 0; i < f->keeping.n; i++) {
        if (cf_str_eq(f->keeping.v[i].text, name)) {
            return (int)i;
        }
    }
    return -1;
}

bool ck_record_in(const struct lang_decl *record, const struct lang_decl *episode) {
    const struct lang_record *r = &record->as.record;
    if (r->in_any || r->opens_decl == episode || r->closes_decl == episode) {
        return true;
    }
    for (size_t i = 0; i < r->in_decls.n; i++) {
        if (r->in_decls.v[i] == episode) {
            return true;
        }
    }
    return false;
}

/* ---- types by name */

static bool subject_named(struct cf_str name, enum lang_subject *out) {
    for (int s = 0; s < LANG_SUBJECTS; s++) {
        if (cf_str_is(name, lang_subject_word((enum lang_subject)s))) {
            *out = (enum lang_subject)s;
            return true;
        }
    }
    return false;
}

bool ck_type_named(struct ck *k, struct cf_str name, struct lang_type *out) {
    static const struct {
        const char *word;
        enum lang_type_kind kind;
    } words[] = {{"yes/no", LANG_T_YESNO},  {"whole", LANG_T_WHOLE},     {"fraction", LANG_T_FRACTION},
                 {"date", LANG_T_DATE},     {"instant", LANG_T_INSTANT}, {"duration", LANG_T_DURATION},
                 {"narrative", LANG_T_TEXT}};
    *out = (struct lang_type){0};
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        if (cf_str_is(name, words[i].word)) {
            out->kind = words[i].kind;
            return true;
        }
    }
    if (subject_named(name, &out->subject)) {
        out->kind = LANG_T_SUBJECT;
        return true;
    }
    const struct lang_decl *codes = ck_find_codes(k, name), *d = ck_find(k, name);
    if (codes != NULL) {
        *out = (struct lang_type){.kind = LANG_T_CODE, .of = codes};
        return true;
    }
    if (d != NULL && d->kind == LANG_RECORD) {
        *out = (struct lang_type){.kind = LANG_T_EVENT, .of = d};
        return true;
    }
    return false;
}

static struct lang_type need_type(struct ck *k, struct lang_name name) {
    struct lang_type t;
    if (ck_type_named(k, name.text, &t)) {
        return t;
    }
    static const char *const words[] = {"yes/no", "whole",   "fraction", "date",         "instant", "duration", "narrative",
                                        "person", "officer", "unit",     "organisation", "place",   "line",     "matter"};
    struct {
        CF_VEC(struct cf_str);
    } names = {0};
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        *cf_push(k->a, &names) = cf_str_from(words[i]);
    }
    for (size_t i = 0; i < cf_map_count(k->names[CK_CODES]); i++) {
        *cf_push(k->a, &names) = cf_map_key(k->names[CK_CODES], i);
    }
    for (size_t i = 0; i < k->set->records.n; i++) {
        *cf_push(k->a, &names) = k->set->records.v[i]->name.text;
    }
    cf_fail(k->errs, CF_L050, name.at, "no type is named `%.*s`", CF_STR_ARG(name.text));
    ck_offer_names(k, name.text, names.v, names.n,
                   "Write `yes/no`, `whole`, `date`, `narrative`, `one of (…)`, a code list, a record or a kind of subject.");
    return ck_kind(LANG_T_NONE);
}

/* What `keeping sex` copies of an officer: a protected type, a code list of that name, a fact, or a field recorded about that
 * kind. */
struct lang_type ck_kept_type(struct ck *k, const struct lang_field *f, size_t i) {
    struct cf_str name = f->keeping.v[i].text;
    struct lang_type t = {0};
    if (cf_str_is(name, "unit")) {
        return (struct lang_type){.kind = LANG_T_SUBJECT, .subject = LANG_UNIT_SUBJECT};
    }
    if (cf_str_is(name, "born") || cf_str_is(name, "age")) {
        return ck_kind(cf_str_is(name, "born") ? LANG_T_DATE : LANG_T_WHOLE);
    }
    if (ck_find_codes(k, name) != NULL && ck_type_named(k, name, &t)) {
        return t;
    }
    struct lang_decl *d = ck_find(k, name);
    if (d != NULL && d->kind == LANG_FACT && d->as.fact.scope.about && d->as.fact.scope.kind == f->type.subject) {
        if (k->state[d->number] == 0) {
            ck_decl(k, d);
        }
        return d->as.fact.value == NULL ? t : d->as.fact.value->type;
    }
    for (size_t r = 0; r < k->set->records.n; r++) {
        const struct lang_record *rec = &k->set->records.v[r]->as.record;
        int field = ck_field_index(k->set->records.v[r], name);
        if (field >= 0 && rec->roles.n > 0 && rec->roles.v[0].kind == f->type.subject && rec->in.n == 0 && !rec->in_any) {
            return rec->fields.v[field].type;
        }
    }
    return t;
}

/* ---- linking, kind by kind */

static void link_inline_codes(struct ck *k, struct lang_field *f) {
    for (size_t i = 0; i < f->inline_codes->as.codes.list.n; i++) {
        struct lang_name name = f->inline_codes->as.codes.list.v[i].name;
        if (ck_code_index(f->inline_codes, name.text) != (int)i) {
            cf_fail(k->errs, CF_L051, name.at, "code `%.*s` stands twice", CF_STR_ARG(name.text));
        }
    }
    f->type = (struct lang_type){.kind = LANG_T_CODE, .of = f->inline_codes};
}

static void link_field(struct ck *k, struct lang_decl *d, struct lang_field *f, size_t at) {
    if (ck_field_index(d, f->name.text) != (int)at) {
        cf_fail(k->errs, CF_L051, f->name.at, "field `%.*s` stands twice", CF_STR_ARG(f->name.text));
    }
    if (f->inline_codes != NULL) {
        link_inline_codes(k, f);
    } else {
        f->type = need_type(k, f->type_name);
    }
    if (f->many && f->type.kind != LANG_T_NONE) {
        f->type.elem = f->type.kind;
        f->type.kind = LANG_T_SET;
    }
}

static const struct lang_decl *link_episode(struct ck *k, struct lang_name name) {
    return lang_named(name) ? ck_want(k, name, ck_kind_bit(LANG_EPISODE), "an episode") : NULL;
}

static const struct lang_decl *link_role(struct ck *k, struct lang_name name) {
    if (cf_str_is(name.text, "anyone")) {
        return NULL;
    }
    return ck_want(k, name, ck_kind_bit(LANG_ROLE) | ck_kind_bit(LANG_PARTNER), "a role");
}

static int code_or_error(struct ck *k, const struct lang_decl *codes, struct lang_name name) {
    int at = ck_code_index(codes, name.text);
    if (at < 0 && codes != NULL) {
        struct {
            CF_VEC(struct cf_str);
        } names = {0};
        for (size_t i = 0; i < codes->as.codes.list.n; i++) {
            *cf_push(k->a, &names) = codes->as.codes.list.v[i].name.text;
        }
        cf_fail(k->errs, CF_L050, name.at, "`%.*s` is not %.*s", CF_STR_ARG(name.text),
                CF_STR_ARG(ck_type_text(k->a, (struct lang_type){.kind = LANG_T_CODE, .of = codes})));
        ck_offer_names(k, name.text, names.v, names.n, NULL);
    }
    return at;
}

/* Purposes are codes of the list `purpose`. Where a folder declares none, only `seen for` asks for it: what it hides would
 * never be shown to anybody. */
static void link_purposes(struct ck *k, const struct lang_name *names, size_t n, bool needed) {
    const struct lang_decl *list = ck_find_codes(k, CF_LIT("purpose"));
    for (size_t i = 0; i < n; i++) {
        if (list != NULL) {
            (void)code_or_error(k, list, names[i]);
        } else if (needed) {
            cf_fail(k->errs, CF_L050, names[i].at, "no code list is called `purpose`");
            cf_hint(k->errs, "Declare `codes purpose`, with the purposes for which people look.");
            return;
        }
    }
}

static void link_record(struct ck *k, struct lang_decl *d) {
    struct lang_record *r = &d->as.record;
    r->opens_decl = link_episode(k, r->opens);
    r->closes_decl = link_episode(k, r->closes);
    for (size_t i = 0; i < r->in.n; i++) {
        *cf_push(k->a, &r->in_decls) = link_episode(k, r->in.v[i]);
    }
    for (size_t i = 0; i < r->by.n; i++) {
        *cf_push(k->a, &r->by_decls) = link_role(k, r->by.v[i]);
    }
    link_purposes(k, r->seen_for.v, r->seen_for.n, true);
    for (size_t i = 0; i < r->fields.n; i++) {
        link_field(k, d, &r->fields.v[i], i);
    }
    for (size_t i = 0; i < r->about.n; i++) {
        if (ck_role_index(d, r->about.v[i].role.text) >= 0) {
            cf_fail(k->errs, CF_L051, r->about.v[i].role.at, "role `%.*s` stands twice", CF_STR_ARG(r->about.v[i].role.text));
        }
        *cf_push(k->a, &r->roles) = r->about.v[i];
    }
    if (r->opens_decl != NULL && r->opens_decl->as.episode.opener == NULL) {
        struct lang_decl *e = k->set->decls.v[r->opens_decl->number];
        e->as.episode.opener = d;
    }
}

/* Steps in several episodes have the roles of their openers, which must then be the same. */
static bool same_roles(const struct lang_decl *x, const struct lang_decl *y) {
    bool same = x == NULL || y == NULL || x->as.record.about.n == y->as.record.about.n;
    for (size_t i = 0; same && x != NULL && y != NULL && i < x->as.record.about.n; i++) {
        same = x->as.record.about.v[i].kind == y->as.record.about.v[i].kind &&
               cf_str_eq(x->as.record.about.v[i].role.text, y->as.record.about.v[i].role.text);
    }
    return same;
}

/* A step without `about` has the roles of its episode's opener [E4]. Runs when all records are linked. */
static void link_roles(struct ck *k, struct lang_decl *d) {
    struct lang_record *r = &d->as.record;
    if (r->roles.n > 0 || r->about.n > 0) {
        return;
    }
    const struct lang_decl *e = r->in_decls.n > 0 ? r->in_decls.v[0] : r->closes_decl;
    if (e == NULL && (lang_named(r->closes) || r->in.n > 0)) {
        return; /* its episode has had its error */
    }
    if (e == NULL) {
        cf_fail(k->errs, CF_L090, d->name.at, "record `%.*s` does not say who it is about", CF_STR_ARG(d->name.text));
        cf_hint(k->errs, "Write `about child is person`, or the episode that it is a step in (`in …`).");
        return;
    }
    const struct lang_decl *opener = e->as.episode.opener;
    for (size_t i = 1; i < r->in_decls.n; i++) {
        if (r->in_decls.v[i] != NULL && !same_roles(opener, r->in_decls.v[i]->as.episode.opener)) {
            cf_fail(k->errs, CF_L090, r->in.v[i].at, "record `%.*s` is a step in episodes that are about others",
                    CF_STR_ARG(d->name.text));
            cf_hint(k->errs, "Say who it is about: `about child is person`.");
        }
    }
    for (size_t i = 0; opener != NULL && i < opener->as.record.about.n; i++) {
        *cf_push(k->a, &r->roles) = opener->as.record.about.v[i];
    }
}

static void link_codes(struct ck *k, struct lang_decl *d) {
    struct lang_codes *c = &d->as.codes;
    if (c->file.n != 0) {
        ck_codes_file(k, d);
    }
    if (lang_named(c->protected_as)) {
        c->label = ck_label_bit(c->protected_as.text);
        if (c->label == 0 || c->label == LANG_TEXT_LABEL) {
            cf_fail(k->errs, CF_L083, c->protected_as.at, "`%.*s` is not a protected characteristic",
                    CF_STR_ARG(c->protected_as.text));
        }
    } else {
        c->label |= ck_label_bit(d->name.text) & ~(uint32_t)LANG_TEXT_LABEL;
    }
    struct cf_map *seen = cf_map_new(k->a);
    for (size_t i = 0; i < c->list.n; i++) {
        void **slot = cf_map_put(seen, c->list.v[i].name.text);
        if (*slot != NULL) {
            cf_fail(k->errs, CF_L051, c->list.v[i].name.at, "code `%.*s` stands twice", CF_STR_ARG(c->list.v[i].name.text));
        }
        *slot = d;
    }
}

static void link_table(struct ck *k, struct lang_decl *d) {
    struct lang_table *t = &d->as.table;
    for (size_t i = 0; i < t->keys.n; i++) {
        *cf_push(k->a, &t->key_types) = need_type(k, t->keys.v[i]);
    }
    t->type = lang_named(t->gives_type) ? need_type(k, t->gives_type) : ck_kind(LANG_T_WHOLE);
}

static void link_scope(struct ck *k, struct lang_scope *s) {
    if (s->in) {
        s->episode_decl = link_episode(k, s->episode);
    }
}

static void link_grade(struct ck *k, struct lang_decl *d) {
    struct lang_grade *g = &d->as.grade;
    link_scope(k, &g->scope);
    g->codes = ck_want(k, g->levels, ck_kind_bit(LANG_CODES), "a code list");
    if (g->codes != NULL && !g->codes->as.codes.ordered) {
        cf_fail(k->errs, CF_L059, g->levels.at, "the levels `%.*s` have no order", CF_STR_ARG(g->levels.text));
        cf_hint(k->errs, "Declare them as `codes %.*s ordered`, lowest first.", CF_STR_ARG(g->levels.text));
    }
}

static void link_units(struct ck *k, struct lang_decl *d) {
    if (d->kind == LANG_UNIT && lang_named(d->as.unit.part_of)) {
        d->as.unit.part_of_decl = ck_want(k, d->as.unit.part_of, ck_kind_bit(LANG_UNIT), "a unit");
    }
    const struct lang_decl *boroughs = d->kind == LANG_UNIT ? ck_find_codes(k, CF_LIT("borough")) : NULL;
    for (size_t i = 0; boroughs != NULL && i < d->as.unit.boroughs.n; i++) {
        (void)code_or_error(k, boroughs, d->as.unit.boroughs.v[i]);
    }
    for (size_t i = 0; d->kind == LANG_ROLE && i < d->as.role.includes.n; i++) {
        *cf_push(k->a, &d->as.role.includes_decls) = ck_want(k, d->as.role.includes.v[i], ck_kind_bit(LANG_ROLE), "a role");
    }
    if (d->kind == LANG_ROLE) {
        link_purposes(k, d->as.role.purposes.v, d->as.role.purposes.n, false);
    }
    if (d->kind == LANG_POLICY && d != k->built_in && lang_named(d->as.policy.owner)) {
        (void)ck_want(k, d->as.policy.owner, ck_kind_bit(LANG_UNIT) | ck_kind_bit(LANG_ROLE), "a unit");
    }
}

static void link_one(struct ck *k, struct lang_decl *d) {
    switch ((int)d->kind) {
    case LANG_TABLE: link_table(k, d); break;
    case LANG_RECORD: link_record(k, d); break;
    case LANG_FACT: link_scope(k, &d->as.fact.scope); break;
    case LANG_GRADE: link_grade(k, d); break;
    case LANG_SCORE: link_scope(k, &d->as.score.scope); break;
    case LANG_FLAG: link_scope(k, &d->as.flag.scope); break;
    case LANG_DUTY: link_scope(k, &d->as.duty.scope); break;
    case LANG_SHARE: link_purposes(k, &d->as.share.purpose, lang_named(d->as.share.purpose) ? 1 : 0, false); break;
    case LANG_PARTNER: link_purposes(k, d->as.partner.purposes.v, d->as.partner.purposes.n, false); break;
    default: link_units(k, d); break;
    }
}

/* ---- versions: records and code lists only grow [V3] */

static bool same_across(const struct lang_field *old, const struct lang_field *new) {
    if (old->inline_codes != NULL && new->inline_codes != NULL) {
        return old->many == new->many;
    }
    return ck_same_type(old->type, new->type) && (old->inline_codes == NULL) == (new->inline_codes == NULL);
}

static void keep_codes(struct ck *k, const struct lang_decl *old, struct lang_decl *new) {
    for (size_t i = 0; i < old->as.codes.list.n; i++) {
        struct lang_code code = old->as.codes.list.v[i];
        if (ck_code_index(new, code.name.text) >= 0) {
            continue;
        }
        if (new->as.codes.ordered) {
            cf_fail(k->errs, CF_L053, new->name.at, "`%.*s` has lost its code `%.*s`, and old events hold it",
                    CF_STR_ARG(new->name.text), CF_STR_ARG(code.name.text));
            cf_second(k->errs, code.name.at, "it stood here");
        } else {
            *cf_push(k->a, &new->as.codes.list) = code; /* retired: old events still mean it */
        }
    }
}

static void keep_fields(struct ck *k, const struct lang_decl *old, struct lang_decl *new) {
    struct lang_record *r = &new->as.record;
    for (size_t i = 0; i < old->as.record.fields.n; i++) {
        const struct lang_field *f = &old->as.record.fields.v[i];
        int at = ck_field_index(new, f->name.text);
        if (at < 0) {
            struct lang_field *kept = cf_push(k->a, &r->fields);
            *kept = *f;
            kept->retired = true;
            kept->required = false;
        } else if (!same_across(f, &r->fields.v[at])) {
            cf_fail(k->errs, CF_L053, r->fields.v[at].name.at, "field `%.*s` of record `%.*s` has changed its type",
                    CF_STR_ARG(f->name.text), CF_STR_ARG(new->name.text));
            cf_hint(k->errs, "Old events keep the old meaning: give the changed field another name.");
            cf_second(k->errs, f->name.at, "it was this");
        } else if (f->inline_codes != NULL) {
            keep_codes(k, f->inline_codes, r->fields.v[at].inline_codes);
        }
    }
    bool same = old->as.record.roles.n == r->roles.n;
    for (size_t i = 0; same && i < r->roles.n; i++) {
        same = cf_str_eq(old->as.record.roles.v[i].role.text, r->roles.v[i].role.text) &&
               old->as.record.roles.v[i].kind == r->roles.v[i].kind;
    }
    if (!same) {
        cf_fail(k->errs, CF_L053, new->name.at, "record `%.*s` is about others than in the version before",
                CF_STR_ARG(new->name.text));
        cf_second(k->errs, old->name.at, "the version before");
    }
}

static void keep_versions(struct ck *k) {
    for (size_t i = 0; i < k->set->decls.n; i++) {
        struct lang_decl *d = k->set->decls.v[i];
        for (const struct lang_decl *old = d->newer == NULL ? d->older : NULL; old != NULL; old = old->older) {
            if (d->kind == LANG_RECORD) {
                keep_fields(k, old, d);
            } else if (d->kind == LANG_CODES) {
                keep_codes(k, old, d);
            }
        }
    }
}

/* ---- levels, options, `more` lines, departure gates */

/* The record and field that a path such as `risk_decision.level` names, before expressions are read. */
static struct lang_decl *path_record(struct ck *k, const struct lang_expr *path, int *field) {
    *field = -1;
    if (path == NULL || path->path.n < 2) {
        return NULL;
    }
    struct lang_decl *d = ck_find(k, path->path.v[0].text);
    if (d == NULL || d->kind != LANG_RECORD) {
        return NULL;
    }
    *field = ck_field_index(d, path->path.v[1].text);
    return d;
}

const struct lang_decl *ck_choice_codes(struct ck *k, const struct lang_choice *c) {
    const struct lang_expr *e = c->for_;
    int field;
    const struct lang_decl *record = e != NULL && e->op == LANG_FIELD ? e->decl : path_record(k, e, &field);
    if (e != NULL && e->op == LANG_FIELD) {
        field = e->index;
    }
    if (record == NULL || field < 0 || record->as.record.fields.v[field].type.kind != LANG_T_CODE) {
        return NULL;
    }
    return record->as.record.fields.v[field].type.of;
}

static void link_levels(struct ck *k, struct lang_decl *d) {
    if (d->kind == LANG_GRADE) {
        for (size_t i = 0; i < d->as.grade.list.n; i++) {
            d->as.grade.list.v[i].index = code_or_error(k, d->as.grade.codes, d->as.grade.list.v[i].name);
        }
    } else if (d->kind == LANG_CHOICE) {
        const struct lang_decl *codes = ck_choice_codes(k, &d->as.choice);
        for (size_t i = 0; i < d->as.choice.options.n; i++) {
            d->as.choice.options.v[i].index = code_or_error(k, codes, d->as.choice.options.v[i].code);
        }
    }
}

static bool meet(const struct lang_decl *x, const struct lang_decl *y) {
    const struct lang_policy *p = &x->policy->as.policy, *q = &y->policy->as.policy;
    return p->from <= q->to && q->from <= p->to;
}

static void merge_levels(struct ck *k, struct lang_decl *more, struct lang_decl *target) {
    for (size_t i = 0; i < more->as.more.levels.n; i++) {
        struct lang_level *l = &more->as.more.levels.v[i];
        l->index = code_or_error(k, target->as.grade.codes, l->name);
        if (l->otherwise || l->when == NULL) {
            cf_fail(k->errs, CF_L085, l->at, "`more grade` adds criteria only");
            continue;
        }
        struct lang_level *into = cf_push(k->a, &target->as.grade.list);
        *into = *l;
        into->more = more;
    }
}

static void merge_options(struct ck *k, struct lang_decl *more, struct lang_decl *target) {
    const struct lang_decl *codes = ck_choice_codes(k, &target->as.choice);
    for (size_t i = 0; i < more->as.more.options.n; i++) {
        struct lang_option *o = &more->as.more.options.v[i];
        o->index = code_or_error(k, codes, o->code);
        if (o->open_when != NULL || o->closed_when == NULL) {
            cf_fail(k->errs, CF_L085, o->at, "`more choice` adds `closed when` only");
            continue;
        }
        struct lang_option *into = cf_push(k->a, &target->as.choice.options);
        *into = *o;
        into->more = more;
    }
}

static void merge_more(struct ck *k, struct lang_decl *d) {
    bool choice = d->as.more.choice;
    struct lang_decl *target =
        ck_want(k, d->as.more.target, ck_kind_bit(choice ? LANG_CHOICE : LANG_GRADE), choice ? "a choice" : "a grade");
    d->as.more.decl = target;
    for (struct lang_decl *t = target; t != NULL; t = t->older == NULL ? NULL : k->set->decls.v[t->older->number]) {
        if (!meet(d, t)) {
            continue;
        }
        if (choice) {
            merge_options(k, d, t);
        } else {
            merge_levels(k, d, t);
        }
    }
}

static struct lang_expr *new_path(struct ck *k, struct cf_span at, struct cf_str record, struct lang_name field) {
    struct lang_expr *e = CF_NEW(k->a, struct lang_expr);
    e->op = LANG_PATH;
    e->at = at;
    *cf_push(k->a, &e->path) = (struct lang_name){.text = record, .at = at};
    *cf_push(k->a, &e->path) = field;
    return e;
}

/* `departure needs reason` is a gate: before the record in which it is decided, kept when what is decided is recommended
 * (open), else when the reason is known [G4]. */
static void departure(struct ck *k, struct lang_decl *d) {
    bool grade = d->kind == LANG_GRADE;
    struct lang_name field = grade ? d->as.grade.departure_needs : d->as.choice.departure_needs;
    const struct lang_expr *path = grade ? d->as.grade.decided_in : d->as.choice.for_;
    int at;
    struct lang_decl *record = path_record(k, path, &at);
    if (!lang_named(field) || record == NULL) {
        return;
    }
    if (ck_field_index(record, field.text) < 0) {
        cf_fail(k->errs, CF_L054, field.at, "record `%.*s` has no field `%.*s`", CF_STR_ARG(record->name.text),
                CF_STR_ARG(field.text));
        return;
    }
    struct lang_decl *g =
        ck_add_decl(k, LANG_GATE, cf_str_printf(k->a, "%.*s.departure", CF_STR_ARG(d->name.text)), d->title, d->policy);
    g->name.at = d->name.at;
    g->at = d->at;
    g->cites.v = d->cites.v;
    g->cites.n = d->cites.n;
    g->lawful.v = d->lawful.v;
    g->lawful.n = d->lawful.n;
    struct lang_sel *before = CF_NEW(k->a, struct lang_sel);
    before->name = (struct lang_name){.text = record->name.text, .at = path->at};
    before->at = path->at;
    struct lang_expr *needs = CF_NEW(k->a, struct lang_expr);
    needs->op = LANG_IS_KNOWN;
    needs->at = field.at;
    needs->a = new_path(k, field.at, record->name.text, field);
    g->as.gate.before = before;
    g->as.gate.needs = needs;
    g->as.gate.departs_from = d;
    void **slot = cf_map_put(k->names[CK_GATES], g->name.text);
    struct lang_decl *old = *slot;
    if (old != NULL) { /* declarations come in order of version */
        g->older = old;
        old->newer = g;
    }
    *slot = g;
}

static void find_birth(struct ck *k) {
    for (size_t i = 0; i < k->set->records.n && k->set->birth == NULL; i++) {
        const struct lang_decl *d = k->set->records.v[i];
        const struct lang_record *r = &d->as.record;
        int f = ck_field_index(d, CF_LIT("born"));
        bool person = r->roles.n > 0 && r->roles.v[0].kind == LANG_PERSON;
        if (f >= 0 && person && r->fields.v[f].type.kind == LANG_T_DATE && r->in.n == 0 && !r->in_any &&
            !lang_named(r->opens)) {
            k->set->birth = d;
            k->set->birth_field = f;
        }
    }
}

/* All versions of an episode name the newest version of the record that opens it. */
static void newest_opener(struct ck *k, struct lang_decl *d) {
    d->as.episode.opener = ck_newest(ck_newest(d)->as.episode.opener);
    (void)k;
}

static void each(struct ck *k, enum lang_decl_kind kind, void (*f)(struct ck *, struct lang_decl *)) {
    size_t n = k->set->decls.n; /* f may add more */
    for (size_t i = 0; i < n; i++) {
        if (k->set->decls.v[i]->kind == kind) {
            f(k, k->set->decls.v[i]);
        }
    }
}

void ck_link(struct ck *k) {
    each(k, LANG_CODES, link_codes);
    for (size_t i = 0; i < k->set->decls.n; i++) {
        link_one(k, k->set->decls.v[i]);
    }
    each(k, LANG_EPISODE, newest_opener);
    each(k, LANG_RECORD, link_roles);
    keep_versions(k);
    each(k, LANG_TABLE, ck_table);
    each(k, LANG_GRADE, link_levels);
    each(k, LANG_CHOICE, link_levels);
    each(k, LANG_MORE, merge_more);
    each(k, LANG_GRADE, departure);
    each(k, LANG_CHOICE, departure);
    find_birth(k);
}
