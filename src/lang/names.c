/* names: what a name or a path means in its place: a code, a setting, a fact, a field, an attribute. The parser leaves
 * LANG_NAME and LANG_PATH; here they become what they mean, in place. Must not know how operators combine values (types.c) nor
 * the labels (flow.c). */
#include "lang/check_priv.h"

#define VALUES                                                                                                                 \
    ((1u << LANG_SETTING) | (1u << LANG_FACT) | (1u << LANG_GRADE) | (1u << LANG_SCORE) | (1u << LANG_FLAG) | (1u << LANG_SPAN))

static void become(struct lang_expr *e, enum lang_op op, const struct lang_decl *decl, int index, struct lang_type type) {
    e->op = op;
    e->decl = decl;
    e->index = index;
    e->type = type;
}

static struct lang_type subject_type(enum lang_subject kind) {
    return (struct lang_type){.kind = LANG_T_SUBJECT, .subject = kind};
}

static bool has_word(const struct lang_expr *e, const char *word) {
    return cf_str_is(e->path.v[0].text, word);
}

/* ---- members of a record: fields, about roles, what every event has */

static struct lang_type attr_type(const struct lang_decl *record, enum lang_attr attr, int role) {
    switch (attr) {
    case LANG_ATTR_HAPPENED:
    case LANG_ATTR_RECORDED: return ck_kind(LANG_T_INSTANT);
    case LANG_ATTR_ACTOR: return subject_type(LANG_OFFICER);
    case LANG_ATTR_UNIT: return subject_type(LANG_UNIT_SUBJECT);
    case LANG_ATTR_TO: return subject_type(LANG_SUBJECTS); /* a partner, an organisation, a place */
    case LANG_ATTR_ROLE: {
        const struct lang_about *r = &record->as.record.roles.v[role];
        struct lang_type t = {
            .kind = r->many ? LANG_T_SET : LANG_T_SUBJECT, .elem = r->many ? LANG_T_SUBJECT : LANG_T_NONE, .subject = r->kind};
        return t;
    }
    case LANG_ATTR_NONE:
    case LANG_ATTR_ATTRIBUTE: break;
    }
    return ck_kind(LANG_T_NONE);
}

static bool is_sent(const struct ck *k, const struct lang_decl *record) {
    return record == k->set->records.v[CK_SENT] || record == k->set->records.v[CK_ACKNOWLEDGED];
}

/* e becomes `name` of an event of `record`; false when it has no such member. */
static bool member(struct ck_in *c, struct lang_expr *e, enum lang_op op, const struct lang_decl *record, struct cf_str name) {
    int field = ck_field_index(record, name);
    if (field >= 0) {
        become(e, op, record, field, record->as.record.fields.v[field].type);
        return true;
    }
    int role = ck_role_index(record, name);
    enum lang_attr attr = role >= 0 ? LANG_ATTR_ROLE : ck_attr(record, name, is_sent(c->k, record));
    if (attr == LANG_ATTR_NONE) {
        return false;
    }
    become(e, op, record, role, attr_type(record, attr, role));
    e->attr = attr;
    return true;
}

static void no_member(struct ck_in *c, struct lang_expr *e, const struct lang_decl *record, struct lang_name name) {
    struct ck *k = c->k;
    const struct lang_record *r = &record->as.record;
    struct {
        CF_VEC(struct cf_str);
    } names = {0};
    for (size_t i = 0; i < r->fields.n; i++) {
        *cf_push(k->a, &names) = r->fields.v[i].name.text;
    }
    for (size_t i = 0; i < r->roles.n; i++) {
        *cf_push(k->a, &names) = r->roles.v[i].role.text;
    }
    static const char *const always[] = {"happened", "recorded", "actor", "unit"};
    for (size_t i = 0; i < CF_COUNT(always); i++) {
        *cf_push(k->a, &names) = cf_str_from(always[i]);
    }
    cf_fail(k->errs, CF_L054, name.at, "record `%.*s` has no field `%.*s`", CF_STR_ARG(record->name.text),
            CF_STR_ARG(name.text));
    ck_offer_names(k, name.text, names.v, names.n, NULL);
    e->type = ck_kind(LANG_T_NONE);
}

/* The third part of `R.place.borough`: what a single-valued field keeps of the one it names. */
static void kept_part(struct ck_in *c, struct lang_expr *e, struct lang_name name) {
    const struct lang_field *f = e->attr == LANG_ATTR_NONE && e->index >= 0 ? &e->decl->as.record.fields.v[e->index] : NULL;
    int kept = f == NULL ? -1 : ck_kept_index(f, name.text);
    if (f != NULL && f->type.kind == LANG_T_EVENT) {
        cf_fail(c->k->errs, CF_L063, name.at, "`%.*s` names another event, whose `%.*s` cannot be read here",
                CF_STR_ARG(f->name.text), CF_STR_ARG(name.text));
        cf_hint(c->k->errs, "Read the last one of its kind, as in `%.*s.%.*s` in a `where`.", CF_STR_ARG(f->type.of->name.text),
                CF_STR_ARG(name.text));
        e->type = ck_kind(LANG_T_NONE);
        return;
    }
    if (kept < 0) {
        cf_fail(c->k->errs, CF_L073, name.at, "`%.*s` of another subject cannot be read here", CF_STR_ARG(name.text));
        cf_hint(c->k->errs, "Copy it when the event is recorded (`keeping %.*s` after the field), or let one event name both.",
                CF_STR_ARG(name.text));
        e->type = ck_kind(LANG_T_NONE);
        return;
    }
    if (f->many) {
        cf_fail(c->k->errs, CF_L061, name.at, "`%.*s` holds several, each with its own `%.*s`", CF_STR_ARG(f->name.text),
                CF_STR_ARG(name.text));
        cf_hint(c->k->errs, "Write `every … has %.*s = …`.", CF_STR_ARG(name.text));
        e->type = ck_kind(LANG_T_NONE);
        return;
    }
    e->num = 1 + kept;
    e->type = ck_kept_type(c->k, f, (size_t)kept);
}

/* ---- facts and other named values */

/* Reads a declaration before its use; false, with an error, when it is being read already: it would stand on itself. */
static bool use(struct ck_in *c, struct lang_decl *d, struct cf_span at) {
    struct ck *k = c->k;
    if (k->chain.n > CF_MAX_CHAIN) {
        return cf_fail(k->errs, CF_L092, at, "`%.*s` rests on more than %d others", CF_STR_ARG(k->chain.v[0]->name.text),
                       CF_MAX_CHAIN);
    }
    if (k->state[d->number] != 1) {
        ck_decl(k, d);
        return true;
    }
    struct cf_buf b = cf_buf_new(k->a, CF_MAX_TEXT_BYTES);
    bool inside = false;
    for (size_t i = 0; i < k->chain.n; i++) {
        inside = inside || k->chain.v[i] == d;
        if (inside) {
            cf_buf_printf(&b, "%.*s, which reads ", CF_STR_ARG(k->chain.v[i]->name.text));
        }
    }
    struct cf_str text;
    if (!cf_buf_finish(&b, &text)) {
        text = CF_LIT("");
    }
    cf_fail(k->errs, CF_L070, at, "`%.*s` stands on itself: %.*s%.*s", CF_STR_ARG(d->name.text), CF_STR_ARG(text),
            CF_STR_ARG(d->name.text));
    return false;
}

/* Is episode e one of those that the rule's trigger, gated event or scope names? */
static bool own_episode(const struct ck_in *c, const struct lang_decl *episode) {
    return c->anywhere || episode == NULL || c->episode == episode || (c->judged != NULL && ck_record_in(c->judged, episode));
}

static const struct lang_scope *scope_of(const struct lang_decl *d) {
    switch ((int)d->kind) {
    case LANG_FACT: return &d->as.fact.scope;
    case LANG_GRADE: return &d->as.grade.scope;
    case LANG_SCORE: return &d->as.score.scope;
    case LANG_FLAG: return &d->as.flag.scope;
    default: return NULL;
    }
}

/* May something with this scope be read here? */
static bool scope_fits(struct ck_in *c, const struct lang_decl *d, struct cf_span at) {
    const struct lang_scope *s = scope_of(d);
    if (s == NULL || c->anywhere) {
        return true;
    }
    if (s->about && c->has_kind && s->kind != c->kind) {
        cf_fail(c->k->errs, CF_L073, at, "`%.*s` is a %s about another subject (%s), and this rule is about one %s",
                CF_STR_ARG(d->name.text), lang_decl_word(d->kind), lang_subject_word(s->kind), lang_subject_word(c->kind));
        return false;
    }
    if (s->in && !own_episode(c, s->episode_decl)) {
        cf_fail(c->k->errs, CF_L068, at, "`%.*s` belongs to an episode `%.*s`, and this rule names none",
                CF_STR_ARG(d->name.text), CF_STR_ARG(s->episode.text));
        cf_hint(c->k->errs, "Put the rule in that episode, or ask of the person (`about person`).");
        return false;
    }
    return true;
}

static struct lang_type value_type(const struct lang_decl *d) {
    switch ((int)d->kind) {
    case LANG_SETTING: return d->as.setting.value == NULL ? ck_kind(LANG_T_NONE) : d->as.setting.value->type;
    case LANG_FACT: return d->as.fact.value == NULL ? ck_kind(LANG_T_NONE) : d->as.fact.value->type;
    case LANG_GRADE:
        return (struct lang_type){.kind = d->as.grade.codes == NULL ? LANG_T_NONE : LANG_T_CODE, .of = d->as.grade.codes};
    case LANG_SCORE: return ck_kind(LANG_T_WHOLE);
    case LANG_FLAG:
    case LANG_SPAN: return ck_kind(LANG_T_YESNO);
    default: return ck_kind(LANG_T_NONE);
    }
}

static enum lang_op value_op(enum lang_decl_kind kind) {
    switch ((int)kind) {
    case LANG_SETTING: return LANG_SETTING_REF;
    case LANG_GRADE: return LANG_GRADE_REF;
    case LANG_SCORE: return LANG_SCORE_REF;
    case LANG_FLAG: return LANG_FLAG_REF;
    case LANG_SPAN: return LANG_SPAN_REF;
    default: return LANG_FACT_REF;
    }
}

static void value_ref(struct ck_in *c, struct lang_expr *e, struct lang_decl *d, int role) {
    struct ck *k = c->k;
    e->type = ck_kind(LANG_T_NONE);
    if (c->own != NULL && d->kind != LANG_SETTING) {
        cf_fail(k->errs, CF_L063, e->at, "`with` reads one event alone, and `%.*s` is a %s", CF_STR_ARG(d->name.text),
                lang_decl_word(d->kind));
        return;
    }
    if (c->in_item && role < 0 && d->kind == LANG_FACT && d->as.fact.scope.about && c->item.kind == LANG_T_SUBJECT) {
        cf_fail(k->errs, CF_L073, e->at, "`%.*s` here would be the %s's own, not that of each item", CF_STR_ARG(d->name.text),
                c->has_kind ? lang_subject_word(c->kind) : "subject");
        cf_hint(k->errs,
                "Copy it when the event is recorded (`keeping %.*s` after the field); for the subject's own write the role "
                "before it, as in `child.%.*s`.",
                CF_STR_ARG(d->name.text), CF_STR_ARG(d->name.text));
        return;
    }
    if (!use(c, d, e->at) || !scope_fits(c, d, e->at)) {
        return;
    }
    if (d->kind == LANG_SPAN && d->as.span.from != NULL && !ck_about_me(c, ck_sel_record(k, d->as.span.from), e->at)) {
        return;
    }
    become(e, value_op(d->kind), d, -1, value_type(d));
    e->role = role;
}

/* ---- one name */

static bool own_name(struct ck_in *c, struct lang_expr *e, struct cf_str name) {
    if (c->own == NULL) {
        return false;
    }
    if (member(c, e, LANG_OWN_FIELD, c->own, name)) {
        return true;
    }
    const struct lang_record *r = &c->own->as.record;
    for (size_t i = 0; i < r->fields.n; i++) {
        int kept = r->fields.v[i].many ? -1 : ck_kept_index(&r->fields.v[i], name);
        if (kept >= 0) {
            become(e, LANG_OWN_FIELD, c->own, (int)i, ck_kept_type(c->k, &r->fields.v[i], (size_t)kept));
            e->num = 1 + kept;
            return true;
        }
    }
    return false;
}

static bool item_name(struct ck_in *c, struct lang_expr *e, struct cf_str name) {
    if (!c->in_item) {
        return false;
    }
    int kept = c->item_field == NULL ? -1 : ck_kept_index(c->item_field, name);
    if (kept >= 0) {
        become(e, LANG_ITEM_FIELD, NULL, kept, ck_kept_type(c->k, c->item_field, (size_t)kept));
        return true;
    }
    if (cf_str_is(name, "it")) {
        become(e, LANG_ITEM_FIELD, NULL, -1, c->item);
        return true;
    }
    return false;
}

static bool trigger_value(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    if (c->trigger == NULL && !c->trigger_instant) {
        cf_fail(c->k->errs, CF_L089, e->at, "nothing triggers here, so there is no `trigger`");
        e->type = ck_kind(LANG_T_NONE);
        return true;
    }
    bool event = want.kind == LANG_T_EVENT && c->trigger != NULL;
    become(e, LANG_TRIGGER, c->trigger, -1,
           event ? (struct lang_type){.kind = LANG_T_EVENT, .of = c->trigger} : ck_kind(LANG_T_INSTANT));
    return true;
}

/* Words of the language that stand for a value alone. */
static bool word_name(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    static const struct {
        const char *word;
        enum lang_op op;
    } words[] = {
        {"child", LANG_CHILD}, {"age", LANG_AGE}, {"holders", LANG_HOLDERS},
        {"yes", LANG_YES},     {"no", LANG_NO},   {"unknown", LANG_UNKNOWN},
    };
    if (has_word(e, "trigger")) {
        return trigger_value(c, e, want);
    }
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        if (has_word(e, words[i].word)) {
            e->op = words[i].op;
            c->k->set->exprs--; /* it is numbered again */
            ck_type(c, e, want);
            return true;
        }
    }
    return false;
}

static bool code_name(struct ck_in *c, struct lang_expr *e, struct cf_str name, struct lang_type want) {
    int code = want.kind == LANG_T_CODE ? ck_code_index(want.of, name) : -1;
    if (code < 0) {
        return false;
    }
    (void)c;
    become(e, LANG_CODE_LIT, want.of, code, want);
    return true;
}

static bool unit_name(struct ck_in *c, struct lang_expr *e, struct cf_str name, struct lang_type want) {
    bool wanted = want.kind == LANG_T_SUBJECT && (want.subject == LANG_UNIT_SUBJECT || want.subject == LANG_SUBJECTS);
    struct lang_decl *d = wanted ? ck_find_as(c->k, name, ck_kind_bit(LANG_UNIT)) : NULL;
    if (d == NULL) {
        return false;
    }
    become(e, LANG_UNIT_LIT, d, -1, subject_type(LANG_UNIT_SUBJECT));
    return true;
}

/* A name that is declared, but cannot be a value: says what to write. */
static void not_a_value(struct ck_in *c, struct lang_expr *e, const struct lang_decl *d) {
    struct cf_errs *errs = c->k->errs;
    struct cf_str n = d->name.text;
    if (d->kind == LANG_DUTY) {
        cf_fail(errs, CF_L071, e->at, "`%.*s` is a duty, and no condition may read the state of a duty", CF_STR_ARG(n));
        return;
    }
    if (d->kind == LANG_MEASURE || d->kind == LANG_SAMPLE) {
        cf_fail(errs, CF_L088, e->at, "`%.*s` is a %s, and nothing reads one", CF_STR_ARG(n), lang_decl_word(d->kind));
        return;
    }
    cf_fail(errs, CF_L055, e->at, "`%.*s` is %s %s, not a value or a condition", CF_STR_ARG(n), ck_an(lang_decl_word(d->kind)),
            lang_decl_word(d->kind));
    if (d->kind == LANG_RECORD) {
        cf_hint(errs, "Write `a %.*s`, `no %.*s`, or one of its fields, as in `%.*s.happened`.", CF_STR_ARG(n), CF_STR_ARG(n),
                CF_STR_ARG(n));
    } else if (d->kind == LANG_GATE) {
        cf_hint(errs, "Write `kept %.*s`.", CF_STR_ARG(n));
    } else if (d->kind == LANG_EPISODE) {
        cf_hint(errs, "Write `open %.*s`.", CF_STR_ARG(n));
    } else if (d->kind == LANG_TABLE) {
        cf_hint(errs, "Write `%.*s[…]` with its keys.", CF_STR_ARG(n));
    }
}

static void unknown_name(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    struct ck *k = c->k;
    struct cf_str name = e->path.v[0].text;
    e->type = ck_kind(LANG_T_NONE);
    if (want.kind == LANG_T_CODE) {
        struct {
            CF_VEC(struct cf_str);
        } names = {0};
        for (size_t i = 0; i < want.of->as.codes.list.n; i++) {
            *cf_push(k->a, &names) = want.of->as.codes.list.v[i].name.text;
        }
        cf_fail(k->errs, CF_L050, e->at, "`%.*s` is not %s", CF_STR_ARG(name), ck_type_text(k->a, want).p);
        ck_offer_names(k, name, names.v, names.n, NULL);
        return;
    }
    cf_fail(k->errs, CF_L050, e->at, "nothing is named `%.*s`", CF_STR_ARG(name));
    if (c->own == NULL) {
        ck_offer(k, name, VALUES);
        return;
    }
    struct {
        CF_VEC(struct cf_str);
    } names = {0};
    for (size_t i = 0; i < c->own->as.record.fields.n; i++) {
        *cf_push(k->a, &names) = c->own->as.record.fields.v[i].name.text;
    }
    ck_offer_names(k, name, names.v, names.n, "`with` reads the fields of that one event, what they keep, `actor` and `age`.");
}

/* Would this name be a value even where no code is wanted? For `approved = answer`, and `answer = approved`. */
bool ck_bare_value(struct ck_in *c, const struct lang_expr *e) {
    if (e->op != LANG_NAME) {
        return true;
    }
    struct lang_expr probe = *e;
    struct cf_str name = e->path.v[0].text;
    if (own_name(c, &probe, name) || item_name(c, &probe, name) || has_word(e, "trigger") || has_word(e, "age") ||
        has_word(e, "holders")) {
        return true;
    }
    const struct lang_decl *d = ck_find(c->k, name);
    return d != NULL && ((1u << d->kind) & VALUES) != 0;
}

void ck_name(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    struct cf_str name = e->path.v[0].text;
    if (code_name(c, e, name, want) || own_name(c, e, name) || item_name(c, e, name) || unit_name(c, e, name, want) ||
        word_name(c, e, want)) {
        return;
    }
    struct lang_decl *d = ck_find(c->k, name);
    if (d == NULL) {
        unknown_name(c, e, want);
    } else if (((1u << d->kind) & VALUES) != 0) {
        value_ref(c, e, d, -1);
    } else {
        not_a_value(c, e, d);
        e->type = ck_kind(LANG_T_NONE);
    }
}

/* ---- a path */

/* The role that a path's first word names: its index, -1 for the subject itself; false when it names none. */
bool ck_role_named(struct ck_in *c, struct cf_str word, int *role, enum lang_subject *kind) {
    int at = c->roles == NULL ? -1 : ck_role_index(c->roles, word);
    if (at >= 0) {
        *role = at;
        *kind = c->roles->as.record.roles.v[at].kind;
        return true;
    }
    bool person = cf_str_is(word, "child") && (c->anywhere || (c->has_kind && c->kind == LANG_PERSON));
    bool alias = person || (c->has_kind && c->roles == NULL && cf_str_is(word, lang_subject_word(c->kind)));
    *role = c->role;
    *kind = person ? LANG_PERSON : c->kind;
    return alias;
}

static void gives_attribute(struct ck_in *c, struct lang_expr *e, int role, struct lang_name name) {
    const struct lang_set *set = c->k->set;
    if (set->birth != NULL && cf_str_is(name.text, "born")) {
        become(e, LANG_FIELD, set->birth, set->birth_field, ck_kind(LANG_T_DATE));
        return;
    }
    become(e, LANG_FIELD, NULL, -1, ck_kind(LANG_T_NONE));
    e->attr = LANG_ATTR_ATTRIBUTE;
    e->name = name;
    e->role = role;
    e->labels = ck_label_bit(name.text);
}

static void role_path(struct ck_in *c, struct lang_expr *e, int role, enum lang_subject kind) {
    struct ck *k = c->k;
    struct lang_name name = e->path.v[1];
    struct lang_decl *d = ck_find(k, name.text);
    e->type = ck_kind(LANG_T_NONE);
    if (role >= 0 && c->role >= 0 && role != c->role) {
        cf_fail(
            k->errs, CF_L073, e->at, "`%.*s.%.*s` is another subject's fact: this rule is evaluated in the history of the %.*s",
            CF_STR_ARG(e->path.v[0].text), CF_STR_ARG(name.text), CF_STR_ARG(c->roles->as.record.roles.v[c->role].role.text));
        return;
    }
    if (d != NULL && d->kind == LANG_FACT && (!d->as.fact.scope.about || d->as.fact.scope.kind == kind)) {
        struct ck_in plain = *c;
        plain.in_item = false;
        value_ref(&plain, e, d, role);
        return;
    }
    if (c->gives) {
        gives_attribute(c, e, role, name);
        return;
    }
    cf_fail(k->errs, CF_L050, name.at, "no fact about %s %s is named `%.*s`", ck_an(lang_subject_word(kind)),
            lang_subject_word(kind), CF_STR_ARG(name.text));
    ck_offer(k, name.text, 1u << LANG_FACT);
}

bool ck_about_me(struct ck_in *c, const struct lang_decl *record, struct cf_span at) {
    bool about = record == NULL || c->anywhere || !c->has_kind || record->as.record.built_in || record->as.record.roles.n == 0;
    for (size_t i = 0; !about && i < record->as.record.roles.n; i++) {
        about = record->as.record.roles.v[i].kind == c->kind;
    }
    if (!about) {
        cf_fail(c->k->errs, CF_L073, at, "record `%.*s` is never about %s %s, so it is in another subject's history",
                CF_STR_ARG(record->name.text), ck_an(lang_subject_word(c->kind)), lang_subject_word(c->kind));
    }
    return about;
}

static void record_path(struct ck_in *c, struct lang_expr *e, const struct lang_decl *record) {
    if (c->own != NULL) {
        cf_fail(c->k->errs, CF_L063, e->at, "`with` reads one event alone, not `%.*s.%.*s`", CF_STR_ARG(e->path.v[0].text),
                CF_STR_ARG(e->path.v[1].text));
        if (record == c->own) {
            cf_hint(c->k->errs, "Write `%.*s` alone: inside `with` it is this event's.", CF_STR_ARG(e->path.v[1].text));
        }
        e->type = ck_kind(LANG_T_NONE);
        return;
    }
    if (!member(c, e, LANG_FIELD, record, e->path.v[1].text)) {
        no_member(c, e, record, e->path.v[1]);
        return;
    }
    if (!ck_about_me(c, record, e->at)) {
        e->type = ck_kind(LANG_T_NONE);
        return;
    }
    if (e->path.n > 2) {
        kept_part(c, e, e->path.v[2]);
    }
}

static void trigger_path(struct ck_in *c, struct lang_expr *e) {
    if (c->trigger == NULL) {
        cf_fail(c->k->errs, CF_L089, e->at, "no event triggers here, so `trigger` has no fields");
        e->type = ck_kind(LANG_T_NONE);
    } else if (!member(c, e, LANG_TRIGGER_FIELD, c->trigger, e->path.v[1].text)) {
        no_member(c, e, c->trigger, e->path.v[1]);
    } else if (e->path.n > 2) {
        kept_part(c, e, e->path.v[2]);
    }
}

/* `place.borough` inside `with`: what a field of the one event keeps. */
static bool own_path(struct ck_in *c, struct lang_expr *e) {
    if (c->own == NULL || ck_field_index(c->own, e->path.v[0].text) < 0) {
        return false;
    }
    bool found = member(c, e, LANG_OWN_FIELD, c->own, e->path.v[0].text);
    CF_ASSERT(found);
    kept_part(c, e, e->path.v[1]);
    return true;
}

static void no_record(struct ck_in *c, struct lang_name name) {
    struct ck *k = c->k;
    struct {
        CF_VEC(struct cf_str);
    } names = {0};
    for (size_t i = 0; c->roles != NULL && i < c->roles->as.record.roles.n; i++) {
        *cf_push(k->a, &names) = c->roles->as.record.roles.v[i].role.text;
    }
    for (size_t i = 0; i < k->set->records.n; i++) {
        *cf_push(k->a, &names) = k->set->records.v[i]->name.text;
    }
    cf_fail(k->errs, CF_L050, name.at, "no record or role is named `%.*s`", CF_STR_ARG(name.text));
    ck_offer_names(k, name.text, names.v, names.n,
                   "Before the dot stands a record, or a role of the record that triggers or is judged.");
}

void ck_path(struct ck_in *c, struct lang_expr *e) {
    struct lang_decl *d = ck_find(c->k, e->path.v[0].text);
    const struct lang_decl *record = d != NULL && d->kind == LANG_RECORD ? d : NULL;
    int role;
    enum lang_subject kind;
    if (has_word(e, "trigger")) {
        trigger_path(c, e);
    } else if (own_path(c, e)) {
        return;
    } else if (record != NULL && (c->own == NULL || ck_role_index(c->own, e->path.v[0].text) < 0)) {
        record_path(c, e, record);
    } else if (ck_role_named(c, e->path.v[0].text, &role, &kind)) {
        role_path(c, e, role, kind);
    } else if (d != NULL) {
        cf_fail(c->k->errs, CF_L055, e->path.v[0].at, "`%.*s` is %s %s, which has no fields", CF_STR_ARG(d->name.text),
                ck_an(lang_decl_word(d->kind)), lang_decl_word(d->kind));
        e->type = ck_kind(LANG_T_NONE);
    } else {
        e->type = ck_kind(LANG_T_NONE);
        no_record(c, e->path.v[0]);
    }
}

/* `first sel.f`, `sum of f over sel`: the member of the record that sel chooses. */
void ck_member(struct ck_in *c, struct lang_expr *e, const struct lang_decl *record, struct lang_name name) {
    enum lang_op op = e->op;
    if (!member(c, e, op, record, name.text)) {
        no_member(c, e, record, name);
    }
}
