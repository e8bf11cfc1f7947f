/* check: makes a set of the policies: numbers, versions, names; then has each pass look at it. Also the questions that others
 * ask of a finished set. Must not know: files (load.c), evaluation. */
#include "lang/check_priv.h"

/* ---- words */

const char *lang_decl_word(enum lang_decl_kind kind) {
    static const char *const words[LANG_DECL_KINDS] = {"policy",  "codes", "table", "setting", "episode", "record",
                                                       "span",    "fact",  "gate",  "duty",    "grade",   "score",
                                                       "choice",  "flag",  "more",  "share",   "measure", "sample",
                                                       "example", "role",  "unit",  "partner", "wording", "indicator"};
    return (unsigned)kind < LANG_DECL_KINDS ? words[kind] : "declaration";
}

const char *lang_subject_word(enum lang_subject s) {
    static const char *const words[LANG_SUBJECTS] = {"person", "officer", "unit", "organisation", "place", "line", "matter"};
    return (unsigned)s < LANG_SUBJECTS ? words[s] : "subject";
}

static const struct {
    const char *word;
    uint32_t bit;
    const char *codes;
} labels[] = {
    {"ethnicity", LANG_ETHNICITY, "white mixed asian black other"},
    {"sex", LANG_SEX, "female male other"},
    {"religion", LANG_RELIGION, "buddhist christian hindu jewish muslim sikh other none"},
    {"disability", LANG_DISABILITY, "disabled not_disabled"},
    {"nationality", LANG_NATIONALITY, "british irish european other stateless"},
    {"orientation", LANG_ORIENTATION, "heterosexual gay_or_lesbian bisexual other"},
    {"gender_reassignment", LANG_GENDER_REASSIGNMENT, "same_as_at_birth reassigned"},
    {"pregnancy", LANG_PREGNANCY, "pregnant not_pregnant"},
    {"text", LANG_TEXT_LABEL, NULL},
};

uint32_t ck_label_bit(struct cf_str name) {
    for (size_t i = 0; i < CF_COUNT(labels); i++) {
        if (cf_str_is(name, labels[i].word)) {
            return labels[i].bit;
        }
    }
    return 0;
}

const char *ck_label_word(uint32_t bit) {
    for (size_t i = 0; i < CF_COUNT(labels); i++) {
        if ((labels[i].bit & bit) != 0) {
            return labels[i].word;
        }
    }
    return "nothing";
}

const char *ck_an(const char *word) {
    return strchr("aeio", word[0]) != NULL ? "an" : "a"; /* a unit */
}

bool ck_is_rule(enum lang_decl_kind kind) {
    return kind == LANG_GATE || kind == LANG_DUTY || kind == LANG_GRADE || kind == LANG_SCORE || kind == LANG_CHOICE ||
           kind == LANG_FLAG;
}

/* ---- finding names */

/* Which name space a kind's names stand in: within one, a name is declared once. */
enum ck_space ck_space(enum lang_decl_kind kind) {
    static const uint8_t spaces[LANG_DECL_KINDS] = {
        [LANG_CODES] = CK_CODES,      [LANG_GATE] = CK_GATES,       [LANG_ROLE] = CK_WHO,      [LANG_UNIT] = CK_WHO,
        [LANG_PARTNER] = CK_PARTNERS, [LANG_EPISODE] = CK_EPISODES, [LANG_TABLE] = CK_TABLES,  [LANG_SHARE] = CK_SHARES,
        [LANG_MEASURE] = CK_COUNTS,   [LANG_SAMPLE] = CK_COUNTS,    [LANG_WORDING] = CK_WORDS, [LANG_INDICATOR] = CK_WORDS};
    return (enum ck_space)spaces[kind];
}

struct lang_decl *ck_find(const struct ck *k, struct cf_str name) {
    struct lang_decl *d = NULL;
    for (int s = 0; s < CK_SPACES && d == NULL; s++) {
        d = cf_map_get(k->names[s], name);
    }
    return d;
}

struct lang_decl *ck_find_as(const struct ck *k, struct cf_str name, uint32_t kinds) {
    for (int kind = 0; kind < LANG_DECL_KINDS; kind++) {
        if ((kinds & ck_kind_bit((enum lang_decl_kind)kind)) != 0) {
            struct lang_decl *d = cf_map_get(k->names[ck_space((enum lang_decl_kind)kind)], name);
            if (d != NULL && (kinds & ck_kind_bit(d->kind)) != 0) {
                return d;
            }
        }
    }
    return NULL;
}

struct lang_decl *ck_find_codes(const struct ck *k, struct cf_str name) {
    return cf_map_get(k->names[CK_CODES], name);
}

const struct lang_decl *ck_newest(const struct lang_decl *d) {
    while (d != NULL && d->newer != NULL) {
        d = d->newer;
    }
    return d;
}

uint32_t ck_kind_bit(enum lang_decl_kind kind) {
    return 1u << kind;
}

void ck_offer_names(struct ck *k, struct cf_str wrong, const struct cf_str *names, size_t n, const char *else_hint) {
    struct cf_str near = cf_nearest(wrong, names, n);
    if (near.n != 0) {
        cf_hint(k->errs, "Did you mean `%.*s`?", CF_STR_ARG(near));
        return;
    }
    if (else_hint != NULL) {
        cf_hint(k->errs, "%s", else_hint);
        return;
    }
    if (n == 0 || n > 12) {
        return;
    }
    struct cf_buf b = cf_buf_new(k->a, CF_MAX_TEXT_BYTES);
    for (size_t i = 0; i < n; i++) {
        cf_buf_printf(&b, "%s`%.*s`", i == 0 ? "" : i + 1 == n ? " or " : ", ", CF_STR_ARG(names[i]));
    }
    struct cf_str text;
    if (cf_buf_finish(&b, &text)) {
        cf_hint(k->errs, "It is one of %.*s.", CF_STR_ARG(text));
    }
}

void ck_offer(struct ck *k, struct cf_str wrong, uint32_t kinds) {
    struct {
        CF_VEC(struct cf_str);
    } names = {0};
    for (size_t i = 0; i < k->set->decls.n; i++) {
        const struct lang_decl *d = k->set->decls.v[i];
        if ((ck_kind_bit(d->kind) & kinds) != 0 && d->newer == NULL && d->name.text.n != 0) {
            *cf_push(k->a, &names) = d->name.text;
        }
    }
    struct cf_str near = cf_nearest(wrong, names.v, names.n);
    if (near.n != 0) {
        cf_hint(k->errs, "Did you mean `%.*s`?", CF_STR_ARG(near));
    }
}

struct lang_decl *ck_want(struct ck *k, struct lang_name name, uint32_t kinds, const char *what) {
    struct lang_decl *d = ck_find_as(k, name.text, kinds);
    if (d != NULL) {
        return d;
    }
    d = ck_find(k, name.text);
    if (d != NULL) {
        cf_fail(k->errs, CF_L055, name.at, "`%.*s` is %s %s, and %s is wanted here", CF_STR_ARG(name.text),
                ck_an(lang_decl_word(d->kind)), lang_decl_word(d->kind), what);
        cf_second(k->errs, d->name.at, "it is declared here");
        return NULL;
    }
    cf_fail(k->errs, CF_L050, name.at, "%s named `%.*s` is not declared", what, CF_STR_ARG(name.text));
    ck_offer(k, name.text, kinds);
    return NULL;
}

/* ---- numbering and versions */

struct lang_decl *ck_add_decl(struct ck *k, enum lang_decl_kind kind, struct cf_str name, struct cf_str title,
                              struct lang_decl *policy) {
    struct lang_decl *d = CF_NEW(k->a, struct lang_decl);
    d->kind = kind;
    d->name = (struct lang_name){.text = name, .at = CF_NOWHERE};
    d->title = title;
    d->policy = policy == NULL ? d : policy;
    d->number = (uint32_t)k->set->decls.n;
    *cf_push(k->a, &k->set->decls) = d;
    return d;
}

static void built_in_record(struct ck *k, const char *name, const char *title, const char *field, const char *type) {
    struct lang_decl *d = ck_add_decl(k, LANG_RECORD, cf_str_from(name), cf_str_from(title), k->built_in);
    struct lang_record *r = &d->as.record;
    r->built_in = r->in_any = true;
    *cf_push(k->a, &r->about) = (struct lang_about){.role = {.text = CF_LIT("child")}, .kind = LANG_PERSON};
    *cf_push(k->a, &r->by) = (struct lang_name){.text = CF_LIT("anyone")};
    if (field != NULL) {
        struct lang_field *f = cf_push(k->a, &r->fields);
        f->name = (struct lang_name){.text = cf_str_from(field)};
        f->type_name = (struct lang_name){.text = cf_str_from(type)};
        f->required = true;
    }
    *cf_map_put(k->names[CK_MAIN], d->name.text) = d;
}

/* The records that every ledger has [E9]; their numbers are CK_SENT and so on. */
static void built_in_records(struct ck *k) {
    k->built_in = ck_add_decl(k, LANG_POLICY, CF_LIT("built_in"), CF_LIT("What every ledger has"), NULL);
    k->built_in->as.policy.from = INT32_MIN;
    k->built_in->as.policy.to = INT32_MAX;
    built_in_record(k, "correction", "Correction", NULL, NULL);
    built_in_record(k, "erased", "Erased", NULL, NULL);
    built_in_record(k, "merged", "Merged", NULL, NULL);
    built_in_record(k, "handover", "Handover to another unit", "to", "unit");
    built_in_record(k, "assigned", "Assigned to a person", "to", "officer");
    built_in_record(k, "explained", "Explained", "reason", "narrative");
    built_in_record(k, "sent", "Sent", NULL, NULL);
    built_in_record(k, "acknowledged", "Acknowledged", NULL, NULL);
}

/* A protected type that no policy declares has a short list of its own. */
static void built_in_codes(struct ck *k) {
    for (size_t i = 0; i < CF_COUNT(labels); i++) {
        struct cf_str name = cf_str_from(labels[i].word), rest = cf_str_from(labels[i].codes), code;
        if (labels[i].codes == NULL || ck_find_codes(k, name) != NULL) {
            continue;
        }
        struct lang_decl *d = ck_add_decl(k, LANG_CODES, name, name, k->built_in);
        d->as.codes.label = labels[i].bit;
        while (cf_str_split(&rest, ' ', &code)) {
            *cf_push(k->a, &d->as.codes.list) = (struct lang_code){.name = {.text = code}, .title = code};
        }
        *cf_map_put(k->names[CK_CODES], name) = d;
    }
}

static void declare(struct ck *k, struct lang_decl *d) {
    d->number = (uint32_t)k->set->decls.n;
    *cf_push(k->a, &k->set->decls) = d;
    if (d->kind == LANG_EXAMPLE || d->kind == LANG_MORE || d->name.text.n == 0) {
        return;
    }
    void **slot = cf_map_put(k->names[ck_space(d->kind)], d->name.text);
    struct lang_decl *old = *slot;
    if (old == NULL) {
        *slot = d;
        return;
    }
    bool versions = old->policy != d->policy && cf_str_eq(old->policy->name.text, d->policy->name.text);
    if (versions && old->kind == d->kind) {
        d->older = old;
        old->newer = d;
        *slot = d;
        return;
    }
    if (versions) {
        cf_fail(k->errs, CF_L053, d->name.at, "`%.*s` was a %s in the version before, and is a %s now",
                CF_STR_ARG(d->name.text), lang_decl_word(old->kind), lang_decl_word(d->kind));
    } else {
        cf_fail(k->errs, CF_L051, d->name.at, "`%.*s` is declared twice%s", CF_STR_ARG(d->name.text),
                old->policy == k->built_in ? ": it is a record that every ledger has" : "");
    }
    if (old->name.at.src != NULL) {
        cf_second(k->errs, old->name.at, "here as %s %s", ck_an(lang_decl_word(old->kind)), lang_decl_word(old->kind));
    }
}

static int policy_order(const struct lang_decl *x, const struct lang_decl *y) {
    int c = cf_str_cmp(x->name.text, y->name.text);
    return c != 0 ? c : (x->as.policy.from > y->as.policy.from) - (x->as.policy.from < y->as.policy.from);
}

/* Policies by name, then from: few, so by insertion. Two versions of one policy never overlap [V1]. */
static void order_policies(struct ck *k, struct lang_decl **policies, size_t n) {
    for (size_t i = 0; i < n; i++) {
        *cf_push(k->a, &k->set->policies) = policies[i];
        for (size_t j = i; j > 0 && policy_order(k->set->policies.v[j - 1], k->set->policies.v[j]) > 0; j--) {
            struct lang_decl *t = k->set->policies.v[j];
            k->set->policies.v[j] = k->set->policies.v[j - 1];
            k->set->policies.v[j - 1] = t;
        }
    }
    for (size_t i = 1; i < n; i++) {
        struct lang_decl *x = k->set->policies.v[i - 1], *y = k->set->policies.v[i];
        if (!cf_str_eq(x->name.text, y->name.text)) {
            continue;
        }
        x->newer = y;
        y->older = x;
        if (x->as.policy.to >= y->as.policy.from) {
            cf_fail(k->errs, CF_L052, y->name.at, "two versions of policy `%.*s` are in force on %s", CF_STR_ARG(y->name.text),
                    cf_date_shown(y->as.policy.from).p);
            cf_hint(k->errs, "End the older one the day before: `in force from … to …`.");
            cf_second(k->errs, x->name.at, "the other version");
        }
    }
}

/* Numbers are dense and shared by the versions of a thing. */
static void number_records(struct ck *k) {
    struct lang_set *s = k->set;
    for (size_t i = 0; i < s->decls.n; i++) {
        struct lang_decl *d = s->decls.v[i];
        if (d->newer != NULL) {
            continue;
        }
        uint32_t n = 0;
        if (d->kind == LANG_RECORD) {
            n = (uint32_t)s->records.n;
            *cf_push(k->a, &s->records) = d;
        } else if (d->kind == LANG_ROLE) {
            n = (uint32_t)s->roles.n;
            *cf_push(k->a, &s->roles) = d;
        } else if (d->kind == LANG_UNIT) {
            n = (uint32_t)s->units.n;
            *cf_push(k->a, &s->units) = d;
        } else if (d->kind == LANG_PARTNER) {
            n = (uint32_t)s->partners.n;
            *cf_push(k->a, &s->partners) = d;
        } else {
            continue;
        }
        for (struct lang_decl *v = d; v != NULL; v = v->older == NULL ? NULL : s->decls.v[v->older->number]) {
            uint32_t *number = v->kind == LANG_RECORD ? &v->as.record.number
                               : v->kind == LANG_ROLE ? &v->as.role.number
                               : v->kind == LANG_UNIT ? &v->as.unit.number
                                                      : &v->as.partner.number;
            *number = n;
        }
    }
}

static void collect(struct ck *k) {
    struct lang_set *s = k->set;
    for (size_t i = 0; i < s->decls.n; i++) {
        struct lang_decl *d = s->decls.v[i];
        if (ck_is_rule(d->kind)) {
            *cf_push(k->a, &s->rules) = d;
        } else if (d->kind == LANG_MEASURE) {
            *cf_push(k->a, &s->measures) = d;
        } else if (d->kind == LANG_EXAMPLE) {
            *cf_push(k->a, &s->examples) = d;
        }
    }
}

static void number_all(struct ck *k, struct lang_decl **policies, size_t n) {
    order_policies(k, policies, n);
    for (size_t i = 0; i < n; i++) {
        struct lang_decl *p = k->set->policies.v[i];
        p->as.policy.number = (uint32_t)i;
        p->number = (uint32_t)k->set->decls.n;
        *cf_push(k->a, &k->set->decls) = p;
        if (p->as.policy.cites.n == 0) { /* the parser puts every declaration's citations in one place */
            p->as.policy.cites.v = p->cites.v;
            p->as.policy.cites.n = p->cites.n;
        }
        for (size_t j = 0; j < p->as.policy.decls.n; j++) {
            declare(k, p->as.policy.decls.v[j]);
        }
    }
    built_in_codes(k);
    number_records(k);
}

/* For those outside: a name alone; where two kinds share it the earlier name space has it (lang_find_kind tells them apart). */
static void publish_names(struct ck *k) {
    for (int s = 0; s < CK_SPACES; s++) {
        for (size_t i = 0; i < cf_map_count(k->names[s]); i++) {
            void **slot = cf_map_put(k->set->by_name, cf_map_key(k->names[s], i));
            *slot = *slot == NULL ? cf_map_value(k->names[s], i) : *slot;
        }
    }
}

bool lang_check(struct cf_arena *a, struct lang_decl **policies, size_t n, const struct cf_zone *zone,
                struct lang_reader reader, struct cf_errs *errs, struct lang_set **out) {
    size_t before = errs->failures;
    struct ck k = {.a = a, .errs = errs, .reader = reader};
    k.set = CF_NEW(a, struct lang_set);
    k.set->arena = a;
    k.set->zone = zone;
    k.set->by_name = cf_map_new(a);
    for (int s = 0; s < CK_SPACES; s++) {
        k.names[s] = cf_map_new(a);
    }
    k.files = cf_map_new(a);
    built_in_records(&k);
    number_all(&k, policies, n);
    ck_link(&k); /* adds the departure gates */
    k.n_state = k.set->decls.n;
    k.state = CF_NEW_N(a, uint8_t, k.n_state);
    for (size_t i = 0; i < k.set->decls.n; i++) {
        ck_decl(&k, k.set->decls.v[i]);
    }
    collect(&k);
    ck_citations(&k);
    if (errs->failures == before) { /* a tree with holes would only raise errors about errors */
        ck_rules(&k);
        ck_flow(&k);
    }
    if (errs->failures == before) {
        ck_notes(&k);
    }
    publish_names(&k);
    *out = k.set;
    return errs->failures == before;
}

/* ---- questions about a finished set */

const struct lang_decl *lang_find(const struct lang_set *set, const char *name) {
    return cf_map_get(set->by_name, cf_str_from(name));
}

const struct lang_decl *lang_find_kind(const struct lang_set *set, enum lang_decl_kind kind, struct cf_str name) {
    for (size_t i = 0; i < set->decls.n; i++) {
        const struct lang_decl *d = set->decls.v[i];
        if (d->kind == kind && d->newer == NULL && cf_str_eq(d->name.text, name)) {
            return d;
        }
    }
    return NULL;
}

const struct lang_decl *lang_version_at(const struct lang_decl *any, int32_t day) {
    for (const struct lang_decl *d = ck_newest(any); d != NULL; d = d->older) {
        if (d->policy->as.policy.from <= day && day <= d->policy->as.policy.to) {
            return d;
        }
    }
    return NULL;
}

/* A partner and the role that its people hold may share a name, and are then the same here. */
static bool same_thing(const struct lang_decl *x, const struct lang_decl *y) {
    bool partner = (x->kind == LANG_PARTNER) != (y->kind == LANG_PARTNER);
    return ck_newest(x) == ck_newest(y) || (partner && cf_str_eq(x->name.text, y->name.text));
}

static bool role_is(const struct lang_decl *role, const struct lang_decl *wanted, int depth) {
    if (same_thing(role, wanted)) {
        return true;
    }
    if (role->kind != LANG_ROLE || wanted->kind != LANG_ROLE || depth > CF_MAX_DEPTH) {
        return false;
    }
    const struct lang_role_decl *r = &ck_newest(role)->as.role, *w = &ck_newest(wanted)->as.role;
    if (r->has_rank && w->has_rank && r->rank >= w->rank) {
        return true;
    }
    for (size_t i = 0; i < r->includes_decls.n; i++) {
        if (r->includes_decls.v[i] != NULL && role_is(r->includes_decls.v[i], wanted, depth + 1)) {
            return true;
        }
    }
    return false;
}

bool lang_role_is(const struct lang_decl *role, const struct lang_decl *wanted) {
    return wanted == NULL || (role != NULL && role_is(role, wanted, 0));
}
