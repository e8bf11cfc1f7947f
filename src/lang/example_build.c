/* example_build: turns an example's lines into histories and a reference of their own: subjects that are invented, events in
 * the order of recording, tables replaced, school terms declared. Must not know: how dockets are evaluated. */
#include "lang/example.h"

enum { DEFAULT_START = 8 * 3600 + 30 * 60 }; /* where an example declares no terms: every working day, 08:30 */
#define BEGINNING ((int64_t)-2208988800)     /* 1900-01-01: attributes of a subject hold from the beginning of time */

int64_t ex_instant(const struct lang_set *set, int64_t wall) {
    int64_t day = wall / 86400 - (wall % 86400 < 0);
    return cf_time_at(set->zone, (int32_t)day, (int32_t)(wall - day * 86400), NULL);
}

static bool refuse(struct ex *x, struct cf_span at, const char *fmt, ...) CF_PRINTF(3, 4);
static bool refuse(struct ex *x, struct cf_span at, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct cf_str msg = cf_str_vprintf(x->a, fmt, ap);
    va_end(ap);
    return cf_fail(x->errs, CF_L142, at, "%.*s", CF_STR_ARG(msg));
}

/* ---- subjects */
const struct ex_subject *ex_find_subject(const struct ex *x, struct cf_str name) {
    for (size_t i = 0; i < x->subjects.n; i++) {
        if (cf_str_eq(x->subjects.v[i].name, name)) {
            return &x->subjects.v[i];
        }
    }
    return NULL;
}

static struct ex_subject *add_subject(struct ex *x, struct cf_str name, enum lang_subject kind) {
    struct ex_subject *s = cf_push(x->a, &x->subjects);
    s->name = name;
    s->kind = kind;
    s->number = (uint32_t)x->subjects.n;
    return s;
}

/* A subject that is named comes into being. */
static uint32_t subject_named(struct ex *x, struct cf_str name, enum lang_subject kind) {
    const struct ex_subject *s = ex_find_subject(x, name);
    return s != NULL ? s->number : add_subject(x, name, kind)->number;
}

static struct cf_id made_id(char kind, uint64_t n) {
    struct cf_id id = {{'e', 'x', 'a', 'm', 'p', 'l', 'e', (uint8_t)kind}};
    for (unsigned i = 0; i < 8; i++) {
        id.b[15 - i] = (uint8_t)(n >> (8 * i));
    }
    return id;
}

/* ---- names in values */
static struct cf_str word_of(const struct lang_expr *e) {
    if ((e->op == LANG_NAME || e->op == LANG_PATH) && e->path.n > 0) {
        return e->path.v[0].text;
    }
    if (e->op == LANG_STRING_LIT) {
        return e->text;
    }
    return e->op == LANG_YES ? CF_LIT("yes") : e->op == LANG_NO ? CF_LIT("no") : (struct cf_str){"", 0};
}

/* The index of a code; of a list from a file also of one that only this example knows. -1: there is none. */
static int64_t code_index(const struct lang_decl *codes, struct cf_str name) {
    if (codes == NULL) {
        return -1;
    }
    const struct lang_codes *c = &codes->as.codes;
    for (size_t i = 0; i < c->list.n; i++) {
        if (cf_str_eq(c->list.v[i].name.text, name)) {
            return (int64_t)i;
        }
    }
    return c->file.n > 0 && name.n > 0 ? (int64_t)(1000000 + cf_str_hash(name) % 1000000) : -1;
}

const struct ex_event *ex_find_label(const struct ex *x, struct cf_str label) {
    for (size_t i = 0; i < x->events.n; i++) {
        if (label.n > 0 && cf_str_eq(x->events.v[i]->label, label)) {
            return x->events.v[i];
        }
    }
    return NULL;
}

static struct lang_value absent(enum lang_value_kind kind) {
    return (struct lang_value){.kind = (uint8_t)kind};
}
static struct lang_value one(enum lang_value_kind kind, int64_t i) {
    return (struct lang_value){.kind = (uint8_t)kind, .i = i};
}

static bool kind_error(struct ex *x, const struct lang_expr *e, const char *wanted) {
    return refuse(x, e->at, "`%.*s` is not %s", CF_STR_ARG(cf_str_slice(e->at.src->text, e->at.at, e->at.at + e->at.n)),
                  wanted);
}

/* Values with names: codes, labels, subjects, yes and no. */
static bool named_value(struct ex *x, struct lang_type t, const struct lang_expr *e, struct lang_value *out) {
    struct cf_str name = word_of(e);
    if (t.kind == LANG_T_CODE) {
        int64_t i = code_index(t.of, name);
        if (i < 0) {
            return kind_error(x, e, "a code of this field's list");
        }
        *out = one(LANG_V_CODE, i);
    } else if (t.kind == LANG_T_SUBJECT) {
        *out = one(LANG_V_SUBJECT, subject_named(x, name, t.subject));
    } else if (t.kind == LANG_T_EVENT) {
        const struct ex_event *ev = ex_find_label(x, name);
        if (ev == NULL) {
            return kind_error(x, e, "a label of an event of this example");
        }
        *out = one(LANG_V_EVENT, (int64_t)ev->e.seq);
    } else if (e->op != LANG_YES && e->op != LANG_NO) {
        return kind_error(x, e, "yes, no or unknown");
    } else {
        *out = one(LANG_V_YESNO, e->op == LANG_YES);
    }
    return true;
}

static bool is_absence(const struct ex *x, struct lang_type t, const struct lang_expr *e, struct lang_value *out) {
    (void)x;
    struct cf_str name = word_of(e);
    bool code = t.kind == LANG_T_CODE && t.of != NULL && t.of->as.codes.file.n == 0 && code_index(t.of, name) >= 0;
    if (e->op == LANG_UNKNOWN) {
        *out = absent(LANG_V_NOT_KNOWN);
    } else if (e->op == LANG_NAME && cf_str_is(name, "declined") && !code) {
        *out = absent(LANG_V_DECLINED);
    } else if (e->op == LANG_NAME && cf_str_is(name, "not asked")) {
        *out = absent(LANG_V_NOT_ASKED);
    } else {
        return false;
    }
    return true;
}

static bool moment_value(struct ex *x, struct lang_type t, const struct lang_expr *e, struct lang_value *out) {
    if (t.kind == LANG_T_DATE) {
        *out = one(LANG_V_DATE, e->num);
        return e->op == LANG_DATE_LIT || kind_error(x, e, "a date");
    }
    if (e->op == LANG_INSTANT_LIT) {
        *out = one(LANG_V_INSTANT, ex_instant(x->set, e->num2));
        return true;
    }
    *out = one(LANG_V_INSTANT, e->op == LANG_DATE_LIT ? cf_day_start(x->set->zone, (int32_t)e->num) : 0);
    return e->op == LANG_DATE_LIT || kind_error(x, e, "a date with a time");
}

static bool to_value(struct ex *x, struct lang_type t, const struct lang_expr *e, struct lang_value *out) {
    if (is_absence(x, t, e, out)) {
        return true;
    }
    switch ((int)t.kind) {
    case LANG_T_WHOLE:
    case LANG_T_FRACTION:
        if (e->op != LANG_NUMBER) {
            return kind_error(x, e, "a number");
        }
        *out = t.kind == LANG_T_WHOLE ? one(LANG_V_WHOLE, e->num) : one(LANG_V_FRACTION, e->num);
        out->more = t.kind == LANG_T_WHOLE ? 0 : (uint32_t)(e->den > 0 ? e->den : 1);
        return true;
    case LANG_T_DATE:
    case LANG_T_INSTANT: return moment_value(x, t, e, out);
    case LANG_T_DURATION:
        *out = one(LANG_V_DURATION, e->duration.n);
        out->more = (uint32_t)e->duration.unit;
        return e->op == LANG_DURATION_LIT || kind_error(x, e, "a duration");
    case LANG_T_TEXT: *out = absent(LANG_V_TEXT); return true;
    default: return named_value(x, t, e, out);
    }
}

/* ---- kept attributes: `Lee (sex female)` */
static struct lang_type kept_type(struct ex *x, const struct lang_field *f, struct cf_str name) {
    const struct lang_decl *codes = lang_find_kind(x->set, LANG_CODES, name);
    if (codes != NULL) {
        return (struct lang_type){.kind = LANG_T_CODE, .of = codes};
    }
    if (cf_str_is(name, "unit")) {
        return (struct lang_type){.kind = LANG_T_SUBJECT, .subject = LANG_UNIT_SUBJECT};
    }
    if (cf_str_is(name, "born") || cf_str_is(name, "age")) {
        return (struct lang_type){.kind = cf_str_is(name, "born") ? LANG_T_DATE : LANG_T_WHOLE};
    }
    const struct lang_decl *d = lang_find_kind(x->set, LANG_FACT, name);
    if (d != NULL && d->as.fact.value != NULL) {
        return d->as.fact.value->type;
    }
    for (size_t r = 0; r < x->set->records.n; r++) {
        const struct lang_record *rec = &x->set->records.v[r]->as.record;
        bool about = rec->roles.n > 0 && rec->roles.v[0].kind == f->type.subject && rec->in.n == 0 && !rec->in_any;
        for (size_t i = 0; about && i < rec->fields.n; i++) {
            if (cf_str_eq(rec->fields.v[i].name.text, name)) {
                return rec->fields.v[i].type;
            }
        }
    }
    return (struct lang_type){.kind = LANG_T_YESNO};
}

static bool kept_values(struct ex *x, const struct lang_field *f, const struct lang_expr *e, struct lang_value *kept) {
    for (size_t k = 0; k < e->list.n; k++) {
        const struct lang_expr *pair = e->list.v[k];
        size_t i = 0;
        while (i < f->keeping.n && !cf_str_eq(f->keeping.v[i].text, pair->name.text)) {
            i++;
        }
        if (i == f->keeping.n) {
            return refuse(x, pair->at, "field `%.*s` does not keep `%.*s`", CF_STR_ARG(f->name.text),
                          CF_STR_ARG(pair->name.text));
        }
        if (!to_value(x, kept_type(x, f, f->keeping.v[i].text), pair->a, &kept[i])) {
            return false;
        }
    }
    return true;
}

static bool field_value(struct ex *x, const struct lang_field *f, const struct lang_attr_value *v, struct lang_value *out) {
    struct lang_type t = f->type;
    t.kind = t.kind == LANG_T_SET ? t.elem : t.kind;
    if (v->values.n == 0) {
        return refuse(x, v->at, "`%.*s` has no value", CF_STR_ARG(v->name.text));
    }
    const struct lang_expr *first = v->values.v[0];
    if (!f->many && f->keeping.n == 0) {
        if (!to_value(x, t, first, out)) {
            return false;
        }
        if (t.kind == LANG_T_DATE && v->values.n == 2 && out->kind == LANG_V_DATE) { /* `born D to D` */
            out->more = (uint32_t)(v->values.v[1]->num - first->num);
        }
        return true;
    }
    if (v->values.n == 1 && is_absence(x, t, first, out)) {
        return true;
    }
    struct lang_item *items = CF_NEW_N(x->a, struct lang_item, v->values.n);
    for (size_t i = 0; i < v->values.n; i++) {
        struct lang_value *kept = CF_NEW_N(x->a, struct lang_value, f->keeping.n + 1);
        if (!to_value(x, t, v->values.v[i], &items[i].v) || !kept_values(x, f, v->values.v[i], kept)) {
            return false;
        }
        items[i].kept = kept;
    }
    *out = (struct lang_value){.kind = LANG_V_LIST, .more = (uint32_t)v->values.n, .items = items};
    return true;
}

static int field_index(const struct lang_decl *record, struct cf_str name) {
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        if (cf_str_eq(record->as.record.fields.v[i].name.text, name)) {
            return (int)i;
        }
    }
    return -1;
}

/* ---- events */
static const struct lang_attr_value *attr(const struct lang_ex_event *ev, const char *name) {
    for (size_t i = 0; i < ev->attrs.n; i++) {
        if (cf_str_is(ev->attrs.v[i].name.text, name)) {
            return &ev->attrs.v[i];
        }
    }
    return NULL;
}

static const struct lang_decl *newest(const struct lang_decl *d) {
    while (d->newer != NULL) {
        d = d->newer;
    }
    return d;
}

static const struct lang_decl *built_in(const struct ex *x, const char *name) {
    for (size_t i = 0; i < x->set->records.n; i++) {
        if (x->set->records.v[i]->as.record.built_in && cf_str_is(x->set->records.v[i]->name.text, name)) {
            return x->set->records.v[i];
        }
    }
    return NULL;
}

static struct ex_event *new_event(struct ex *x, const struct lang_decl *record) {
    struct ex_event *ev = CF_NEW(x->a, struct ex_event);
    ev->record = record;
    ev->roles = CF_NEW_N(x->a, struct ex_roles, record->as.record.roles.n + 1);
    ev->fields = CF_NEW_N(x->a, struct lang_value, record->as.record.fields.n + 1);
    ev->e.record = record->as.record.number;
    ev->e.fields = ev->fields;
    ev->line = x->events.n;
    *cf_push(x->a, &x->events) = ev;
    return ev;
}

static bool read_recorded(struct ex *x, struct ex_event *ev) {
    const struct lang_attr_value *v = attr(ev->src, "recorded");
    ev->e.recorded = ev->e.from;
    if (v != NULL) {
        struct lang_value at;
        if (!moment_value(x, (struct lang_type){.kind = LANG_T_INSTANT}, v->values.v[0], &at)) {
            return false;
        }
        ev->e.recorded = at.i;
    }
    ev->e.known = ev->e.recorded;
    return true;
}

static bool begin_event(struct ex *x, const struct lang_ex_event *src) {
    const char *word = src->kind == LANG_SEL_SENT ? "sent" : "acknowledged";
    bool share = src->kind != LANG_SEL_RECORD;
    const struct lang_decl *named = lang_find_kind(x->set, share ? LANG_SHARE : LANG_RECORD, src->record.text);
    if (named == NULL) {
        return refuse(x, src->record.at, "there is no %s `%.*s`", share ? "share" : "record", CF_STR_ARG(src->record.text));
    }
    const struct lang_decl *record = share ? built_in(x, word) : newest(named);
    CF_ASSERT(record != NULL);
    struct ex_event *ev = new_event(x, record);
    ev->src = src;
    ev->label = src->label.text;
    ev->e.share = share ? named : NULL;
    ev->e.from = ex_instant(x->set, src->happened);
    ev->e.to = src->day_only ? ex_instant(x->set, src->happened_to) : ev->e.from;
    ev->corrects = attr(src, "corrects");
    ev->withdraws = attr(src, "withdraws");
    return read_recorded(x, ev);
}

/* Sequence numbers: in the order of recording, then of the lines. */
static void number_events(struct ex *x) {
    for (size_t i = 1; i < x->events.n; i++) {
        struct ex_event *ev = x->events.v[i];
        size_t k = i;
        for (; k > 0 && x->events.v[k - 1]->e.recorded > ev->e.recorded; k--) {
            x->events.v[k] = x->events.v[k - 1];
        }
        x->events.v[k] = ev;
    }
    for (size_t i = 0; i < x->events.n; i++) {
        x->events.v[i]->e.seq = i + 1;
        x->events.v[i]->e.id = made_id('e', i + 1);
    }
}

/* ---- who it is about */
static bool add_role(struct ex *x, struct ex_event *ev, size_t r, const struct lang_attr_value *v) {
    for (size_t i = 0; i < v->values.n; i++) {
        struct cf_str name = word_of(v->values.v[i]);
        if (name.n == 0) {
            return kind_error(x, v->values.v[i], "the name of a subject");
        }
        *cf_push(x->a, &ev->roles[r]) = subject_named(x, name, ev->record->as.record.roles.v[r].kind);
    }
    return true;
}

static const struct ex_subject *only_declared(const struct ex *x, enum lang_subject kind) {
    const struct ex_subject *found = NULL;
    for (size_t i = 0; i < x->subjects.n; i++) {
        if (x->subjects.v[i].declared && x->subjects.v[i].kind == kind) {
            if (found != NULL) {
                return NULL;
            }
            found = &x->subjects.v[i];
        }
    }
    return found;
}

/* The opener that `in LABEL` names, directly or through a step of its episode. */
static const struct ex_event *opener_of_label(const struct ex *x, struct cf_str label) {
    const struct ex_event *ev = ex_find_label(x, label);
    if (ev == NULL || ev->record->as.record.opens_decl != NULL) {
        return ev;
    }
    for (size_t i = 0; ev->e.n_episodes > 0 && i < x->events.n; i++) {
        if (x->events.v[i]->e.seq == ev->e.episodes[0]) {
            return x->events.v[i];
        }
    }
    return NULL;
}

static bool read_roles(struct ex *x, struct ex_event *ev) {
    const struct lang_record *r = &ev->record->as.record;
    for (size_t k = 0; k < r->roles.n; k++) {
        const struct lang_attr_value *v = attr(ev->src, cf_cstr(x->a, r->roles.v[k].role.text));
        v = v == NULL && k == 0 && r->roles.v[0].kind == LANG_PERSON ? attr(ev->src, "child") : v;
        if (v != NULL && !add_role(x, ev, k, v)) {
            return false;
        }
    }
    if (r->roles.n == 0 || ev->roles[0].n > 0) {
        return true;
    }
    const struct lang_attr_value *in = attr(ev->src, "in");
    const struct ex_event *opener = in == NULL || in->values.n == 0 ? NULL : opener_of_label(x, word_of(in->values.v[0]));
    const struct ex_subject *only = only_declared(x, r->roles.v[0].kind);
    if (opener != NULL && opener->roles[0].n > 0) {
        *cf_push(x->a, &ev->roles[0]) = opener->roles[0].v[0];
    } else if (only != NULL) {
        *cf_push(x->a, &ev->roles[0]) = only->number;
    } else {
        return refuse(x, ev->src->at, "it is not said whom this `%.*s` is about: write `%.*s NAME`",
                      CF_STR_ARG(ev->record->name.text), CF_STR_ARG(r->roles.v[0].role.text));
    }
    return true;
}

/* ---- episodes */
static bool kind_named(const struct lang_decl *a, const struct lang_decl *b) {
    return a != NULL && b != NULL && cf_str_eq(a->name.text, b->name.text);
}

static bool steps_in(const struct lang_record *r, const struct lang_decl *episode) {
    bool in = r->in_any || kind_named(r->closes_decl, episode);
    for (size_t i = 0; i < r->in_decls.n && !in; i++) {
        in = kind_named(r->in_decls.v[i], episode);
    }
    return in;
}

static bool about(const struct ex_event *ev, uint32_t subject) {
    for (size_t r = 0; r < ev->record->as.record.roles.n; r++) {
        for (size_t i = 0; i < ev->roles[r].n; i++) {
            if (ev->roles[r].v[i] == subject) {
                return true;
            }
        }
    }
    return false;
}

/* The subject's last opened episode that this event can be in, open or not. */
static const struct ex_event *last_opened(const struct ex *x, const struct ex_event *ev) {
    const struct ex_event *best = NULL;
    for (size_t i = 0; i < x->events.n; i++) {
        const struct ex_event *o = x->events.v[i];
        const struct lang_decl *opens = o->record->as.record.opens_decl;
        bool earlier = o->e.from < ev->e.to || (o->e.from == ev->e.to && o->line < ev->line);
        bool later = best == NULL || o->e.from > best->e.from || (o->e.from == best->e.from && o->line > best->line);
        if (opens != NULL && o != ev && earlier && later && steps_in(&ev->record->as.record, opens) && ev->roles[0].n > 0 &&
            about(o, ev->roles[0].v[0])) {
            best = o;
        }
    }
    return best;
}

static bool read_episodes(struct ex *x, struct ex_event *ev) {
    const struct lang_attr_value *in = ev->src == NULL ? NULL : attr(ev->src, "in");
    struct {
        CF_VEC(uint64_t);
    } own = {0};
    if (ev->record->as.record.opens_decl != NULL) {
        *cf_push(x->a, &own) = ev->e.seq;
    }
    for (size_t i = 0; in != NULL && i < in->values.n; i++) {
        if (in->values.v[i]->op == LANG_NOTHING) {
            continue;
        }
        const struct ex_event *o = opener_of_label(x, word_of(in->values.v[i]));
        if (o == NULL) {
            return kind_error(x, in->values.v[i], "the label of an event that opens or belongs to an episode");
        }
        *cf_push(x->a, &own) = o->e.seq;
    }
    const struct ex_event *last = in == NULL && ev->src != NULL ? last_opened(x, ev) : NULL;
    if (last != NULL) {
        *cf_push(x->a, &own) = last->e.seq;
    }
    ev->e.episodes = own.v;
    ev->e.n_episodes = (uint16_t)own.n;
    return true;
}

/* ---- who did it */
static bool read_actor(struct ex *x, struct ex_event *ev) {
    const struct lang_attr_value *by = attr(ev->src, "by"), *unit = attr(ev->src, "unit"), *to = attr(ev->src, "to");
    const struct lang_record *r = &ev->record->as.record;
    const struct lang_decl *role = r->by_decls.n > 0 ? r->by_decls.v[0] : NULL;
    struct cf_str who = {"", 0};
    if (by != NULL) {
        role = lang_find_kind(x->set, LANG_ROLE, word_of(by->values.v[0]));
        if (role == NULL && !cf_str_is(word_of(by->values.v[0]), "anyone")) {
            return kind_error(x, by->values.v[0], "a role");
        }
        who = by->values.n > 1 ? word_of(by->values.v[1]) : who;
    }
    bool anyone = role == NULL || cf_str_is(role->name.text, "anyone");
    if (who.n == 0) {
        struct cf_str title = anyone ? CF_LIT("somebody") : role->name.text;
        who = cf_str_printf(x->a, "an invented %.*s", CF_STR_ARG(title));
    }
    ev->e.actor.subject = subject_named(x, who, LANG_OFFICER);
    if (!anyone) {
        uint16_t *roles = CF_NEW(x->a, uint16_t);
        *roles = (uint16_t)role->as.role.number;
        ev->e.actor.roles = roles;
        ev->e.actor.n_roles = 1;
    }
    if (unit != NULL) {
        ev->e.unit = ev->e.actor.unit = subject_named(x, word_of(unit->values.v[0]), LANG_UNIT_SUBJECT);
    }
    bool sent = ev->src->kind != LANG_SEL_RECORD;
    if (sent && to != NULL) {
        ev->e.recipient = subject_named(x, word_of(to->values.v[0]), LANG_ORGANISATION);
    }
    return true;
}

static bool fill_event(struct ex *x, struct ex_event *ev) {
    if (!read_roles(x, ev) || !read_actor(x, ev)) {
        return false;
    }
    for (size_t i = 0; i < ev->src->attrs.n; i++) {
        const struct lang_attr_value *v = &ev->src->attrs.v[i];
        int f = field_index(ev->record, v->name.text);
        if (f >= 0 && !field_value(x, &ev->record->as.record.fields.v[f], v, &ev->fields[f])) {
            return false;
        }
    }
    return true;
}

/* ---- attributes of subjects: events at the beginning of time */

/* The record and field behind an attribute: `born` by the set's birth record, others by the fact of that name that is a plain
 * R.f. */
static const struct lang_decl *attribute_record(const struct ex *x, const struct ex_subject *s, struct cf_str name,
                                                int *field) {
    if (cf_str_is(name, "born") && x->set->birth != NULL) {
        *field = x->set->birth_field;
        return x->set->birth;
    }
    for (size_t i = 0; i < x->set->decls.n; i++) {
        const struct lang_decl *d = x->set->decls.v[i];
        const struct lang_expr *v = d->kind == LANG_FACT ? d->as.fact.value : NULL;
        if (v != NULL && v->op == LANG_FIELD && v->attr == LANG_ATTR_NONE && cf_str_eq(d->name.text, name) &&
            d->as.fact.scope.about && d->as.fact.scope.kind == s->kind) {
            *field = v->index;
            return newest(v->decl);
        }
    }
    return NULL;
}

static struct ex_event *attribute_event(struct ex *x, const struct ex_subject *s, const struct lang_decl *record) {
    for (size_t i = 0; i < x->events.n; i++) {
        if (x->events.v[i]->src == NULL && x->events.v[i]->record == record && about(x->events.v[i], s->number)) {
            return x->events.v[i];
        }
    }
    struct ex_event *ev = new_event(x, record);
    ev->e.from = ev->e.to = ev->e.recorded = ev->e.known = BEGINNING;
    *cf_push(x->a, &ev->roles[0]) = s->number;
    return ev;
}

static bool read_attributes(struct ex *x, const struct lang_ex_subject *src) {
    for (size_t i = 0; i < src->attrs.n; i++) {
        const struct lang_attr_value *v = &src->attrs.v[i];
        const struct ex_subject *s = ex_find_subject(x, src->name.text);
        int f = -1;
        const struct lang_decl *record = attribute_record(x, s, v->name.text, &f);
        if (record == NULL || f < 0 || record->as.record.roles.n == 0) {
            return refuse(x, v->at, "no record says `%.*s` of a %s: there is no fact of that name that is a plain field",
                          CF_STR_ARG(v->name.text), lang_subject_word(s->kind));
        }
        uint32_t number = s->number;
        struct ex_event *ev = attribute_event(x, s, record);
        if (!field_value(x, &record->as.record.fields.v[f], v, &ev->fields[f])) {
            return false;
        }
        CF_ASSERT(ev->roles[0].v[0] == number);
    }
    return true;
}

/* ---- schools and tables */
static bool read_school(struct ex *x, const struct lang_ex_subject *src) {
    int32_t starts = DEFAULT_START;
    for (size_t i = 0; i < src->attrs.n; i++) {
        if (cf_str_is(src->attrs.v[i].name.text, "starts")) {
            starts = (int32_t)src->attrs.v[i].values.v[0]->num;
        }
    }
    for (size_t i = 0; i < src->attrs.n; i++) {
        const struct lang_attr_value *v = &src->attrs.v[i];
        if (!cf_str_is(v->name.text, "term")) {
            continue;
        }
        if (v->values.n != 2 || v->values.v[0]->op != LANG_DATE_LIT || v->values.v[1]->op != LANG_DATE_LIT) {
            return refuse(x, v->at, "a term is written `term 2024-04-15 to 2024-05-24`");
        }
        if (!cf_schools_term(x->schools, CF_OF_SCHOOL, src->name.text, (int32_t)v->values.v[0]->num,
                             (int32_t)v->values.v[1]->num, starts, v->at, x->errs)) {
            return false;
        }
        *cf_push(x->a, &x->with_terms) = src->name.text;
    }
    return true;
}

static struct lang_expr *cell(struct ex *x, struct lang_type t, const struct lang_expr *e) {
    struct lang_expr *c = CF_NEW(x->a, struct lang_expr);
    *c = *e;
    if (t.kind == LANG_T_CODE) {
        c->op = LANG_CODE_LIT;
        c->index = (int)code_index(t.of, word_of(e));
        c->decl = t.of;
        c->type = t;
        if (c->index < 0) {
            kind_error(x, e, "a code of the table's list");
            return NULL;
        }
    } else if (e->op == LANG_INSTANT_LIT) {
        c->num = ex_instant(x->set, e->num2);
    }
    return c;
}

static bool read_table(struct ex *x, const struct lang_ex_subject *src) {
    const struct lang_decl *table = lang_find_kind(x->set, LANG_TABLE, src->name.text);
    if (table == NULL) {
        return refuse(x, src->at, "there is no table `%.*s`", CF_STR_ARG(src->name.text));
    }
    struct ex_rows *rows = cf_push(x->a, &x->tables);
    rows->table = table;
    size_t keys = table->as.table.key_types.n;
    for (size_t i = 0; i < src->attrs.n; i++) {
        const struct lang_attr_value *v = &src->attrs.v[i];
        if (v->values.n != keys + 1) {
            return refuse(x, v->at, "a row of `%.*s` has %zu keys and a value", CF_STR_ARG(src->name.text), keys);
        }
        struct lang_row *row = cf_push(x->a, &rows->rows);
        for (size_t k = 0; k <= keys; k++) {
            struct lang_expr *c = cell(x, k < keys ? table->as.table.key_types.v[k] : table->as.table.type, v->values.v[k]);
            if (c == NULL) {
                return false;
            }
            *cf_push(x->a, &row->cells) = c;
        }
    }
    return true;
}

/* ---- declared subjects */
static bool subject_kind(struct ex *x, const struct lang_ex_subject *src, enum lang_subject *kind) {
    static const struct {
        const char *word;
        enum lang_subject kind;
    } words[] = {{"child", LANG_PERSON},
                 {"person", LANG_PERSON},
                 {"officer", LANG_OFFICER},
                 {"school", LANG_ORGANISATION},
                 {"organisation", LANG_ORGANISATION},
                 {"unit", LANG_UNIT_SUBJECT},
                 {"place", LANG_PLACE},
                 {"line", LANG_LINE},
                 {"matter", LANG_MATTER}};
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        if (cf_str_is(src->kind.text, words[i].word)) {
            *kind = words[i].kind;
            return true;
        }
    }
    for (size_t r = 0; r < x->set->records.n; r++) {
        const struct lang_record *rec = &x->set->records.v[r]->as.record;
        for (size_t k = 0; k < rec->roles.n; k++) {
            if (cf_str_eq(rec->roles.v[k].role.text, src->kind.text)) {
                *kind = rec->roles.v[k].kind;
                return true;
            }
        }
    }
    return refuse(x, src->kind.at, "`%.*s` is neither a kind of subject nor a role of a record", CF_STR_ARG(src->kind.text));
}

static bool read_subject(struct ex *x, const struct lang_ex_subject *src) {
    if (cf_str_is(src->kind.text, "table")) {
        return read_table(x, src);
    }
    enum lang_subject kind = LANG_PERSON;
    if (!subject_kind(x, src, &kind)) {
        return false;
    }
    uint32_t number = subject_named(x, src->name.text, kind); /* before `v` is read: it may move */
    x->subjects.v[number - 1].declared = true;
    return cf_str_is(src->kind.text, "school") ? read_school(x, src) : read_attributes(x, src);
}

/* ---- the reference */
static struct cf_str name_of(const struct ex *x, uint32_t subject) {
    return subject == 0 || subject > x->subjects.n ? (struct cf_str){"", 0} : x->subjects.v[subject - 1].name;
}

static bool ex_school_day(void *ctx, uint32_t organisation, int64_t t, int64_t *start, struct cf_str *which) {
    struct ex *x = ctx;
    struct cf_str school = name_of(x, organisation);
    bool has_terms = false;
    for (size_t i = 0; i < x->with_terms.n; i++) {
        has_terms = has_terms || cf_str_eq(x->with_terms.v[i], school);
    }
    *which = has_terms ? school : CF_LIT("every working day, 08:30");
    if (has_terms) {
        struct cf_school_start s;
        bool ok =
            cf_school_next(x->set->zone, x->ref.calendar, x->schools, school, (struct cf_str){"", 0}, t, &s) == CF_WHEN_OK;
        *start = ok ? s.at : 0;
        return ok;
    }
    int32_t day = cf_time_day(x->set->zone, t);
    for (int tries = 0; tries < 400; tries++, day++) {
        bool working = false;
        if (cf_working_day(x->ref.calendar, day, &working) != CF_WHEN_OK) {
            return false;
        }
        *start = cf_time_at(x->set->zone, day, DEFAULT_START, NULL);
        if (working && *start > t) {
            return true;
        }
    }
    return false;
}

static uint32_t ex_partner_of(void *ctx, const struct lang_decl *partner, uint32_t organisation) {
    (void)ctx;
    return organisation < EX_ORGANISATIONS ? EX_PARTNERS + partner->as.partner.number * EX_ORGANISATIONS + organisation : 0;
}

/* Units are made before anything else, so that answers never depend on who asked first. */
static uint32_t ex_unit_subject(void *ctx, const struct lang_decl *unit) {
    const struct ex_subject *s = ex_find_subject(ctx, unit->name.text);
    return s != NULL ? s->number : 0;
}

static struct cf_str ex_subject_name(void *ctx, uint32_t subject) {
    struct ex *x = ctx;
    if (subject < EX_PARTNERS) {
        return name_of(x, subject);
    }
    size_t partner = (subject - EX_PARTNERS) / EX_ORGANISATIONS;
    struct cf_str of = name_of(x, subject % EX_ORGANISATIONS);
    struct cf_str p = partner < x->set->partners.n ? x->set->partners.v[partner]->name.text : CF_LIT("partner");
    return cf_str_printf(x->a, "%.*s of %.*s", CF_STR_ARG(p), CF_STR_ARG(of));
}

static void ex_table_rows(void *ctx, const struct lang_decl *table, const struct lang_row **rows, size_t *n) {
    const struct ex *x = ctx;
    for (size_t i = 0; i < x->tables.n; i++) {
        if (cf_str_eq(x->tables.v[i].table->name.text, table->name.text)) {
            *rows = x->tables.v[i].rows.v;
            *n = x->tables.v[i].rows.n;
        }
    }
}

static void make_reference(struct ex *x) {
    x->ref = *x->base;
    x->ref.zone = x->set->zone;
    x->ref.ctx = x;
    x->ref.school_day = ex_school_day;
    x->ref.partner_of = ex_partner_of;
    x->ref.unit_subject = ex_unit_subject;
    x->ref.subject_name = ex_subject_name;
    x->ref.table_rows = ex_table_rows;
}

/* Corrections are read where they apply; here it is checked that their labels exist. */
static bool check_corrections(struct ex *x) {
    for (size_t i = 0; i < x->events.n; i++) {
        const struct lang_attr_value *names[] = {x->events.v[i]->corrects, x->events.v[i]->withdraws};
        for (size_t k = 0; k < CF_COUNT(names); k++) {
            if (names[k] != NULL && ex_find_label(x, word_of(names[k]->values.v[0])) == NULL) {
                return kind_error(x, names[k]->values.v[0], "a label of an event of this example");
            }
        }
    }
    return true;
}

struct ex *ex_build(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                    const struct lang_decl *example, struct cf_errs *errs) {
    struct ex *x = CF_NEW(a, struct ex);
    *x = (struct ex){.a = a, .set = set, .base = ref, .example = example, .errs = errs, .schools = cf_schools_new(a)};
    make_reference(x);
    for (size_t i = 0; i < set->units.n; i++) {
        (void)subject_named(x, set->units.v[i]->name.text, LANG_UNIT_SUBJECT);
    }
    bool ok = true;
    for (size_t i = 0; i < example->as.example.items.n; i++) {
        const struct lang_ex_item *item = &example->as.example.items.v[i];
        ok = (item->kind != LANG_EX_SUBJECT || read_subject(x, item->subject)) && ok;
    }
    for (size_t i = 0; i < example->as.example.items.n; i++) {
        const struct lang_ex_item *item = &example->as.example.items.v[i];
        ok = (item->kind != LANG_EX_EVENT || begin_event(x, item->event)) && ok;
    }
    if (!ok) {
        return NULL;
    }
    number_events(x);
    for (size_t i = 0; i < x->events.n; i++) {
        ok = (x->events.v[i]->src == NULL || fill_event(x, x->events.v[i])) && ok;
    }
    for (size_t i = 0; ok && i < x->events.n; i++) {
        ok = read_episodes(x, x->events.v[i]);
    }
    return ok && check_corrections(x) ? x : NULL;
}

/* ---- a history: what was recorded by an instant, as corrected by then (C1) */
static bool withdrawn(const struct ex *x, const struct ex_event *ev, int64_t known_at) {
    for (size_t i = 0; i < x->events.n; i++) {
        const struct ex_event *c = x->events.v[i];
        if (c->withdraws != NULL && c->e.recorded <= known_at && ex_find_label(x, word_of(c->withdraws->values.v[0])) == ev) {
            return true;
        }
    }
    return false;
}

static void correct(struct ex *x, const struct ex_event *ev, int64_t known_at, struct lang_event *e) {
    size_t n = ev->record->as.record.fields.n;
    for (size_t i = 0; i < x->events.n; i++) { /* in the order of recording: the last wins */
        const struct ex_event *c = x->events.v[i];
        if (c->corrects == NULL || c->e.recorded > known_at || c->corrects->values.n < 3 ||
            ex_find_label(x, word_of(c->corrects->values.v[0])) != ev) {
            continue;
        }
        struct cf_str name = word_of(c->corrects->values.v[1]);
        struct lang_attr_value v = {.name = {.text = name, .at = c->corrects->at}, .at = c->corrects->at};
        v.values.v = c->corrects->values.v + 2;
        v.values.n = c->corrects->values.n - 2;
        int f = field_index(ev->record, name);
        struct lang_value *fields = CF_NEW_N(x->a, struct lang_value, n + 1);
        memcpy(fields, e->fields, n * sizeof fields[0]);
        struct lang_value at;
        if (f >= 0) {
            (void)field_value(x, &ev->record->as.record.fields.v[f], &v, &fields[f]);
            e->fields = fields;
        } else if (cf_str_is(name, "happened") &&
                   moment_value(x, (struct lang_type){.kind = LANG_T_INSTANT}, v.values.v[0], &at)) {
            e->from = e->to = at.i;
        } else {
            refuse(x, c->corrects->at, "record `%.*s` has no field `%.*s`", CF_STR_ARG(ev->record->name.text),
                   CF_STR_ARG(name));
        }
        e->marks |= LANG_CORRECTED;
        e->known = c->e.recorded > e->known ? c->e.recorded : e->known;
    }
}

struct lang_history *ex_history(struct ex *x, const struct ex_subject *s, int64_t known_at) {
    struct lang_history *h = CF_NEW(x->a, struct lang_history);
    struct lang_event *events = CF_NEW_N(x->a, struct lang_event, x->events.n + 1);
    h->subject = s->number;
    h->subject_id = made_id('s', s->number);
    h->kind = s->kind;
    for (size_t i = 0; i < x->events.n; i++) {
        const struct ex_event *ev = x->events.v[i];
        if (ev->e.recorded > known_at || !about(ev, s->number) || withdrawn(x, ev, known_at)) {
            continue;
        }
        struct lang_event e = ev->e;
        size_t n_roles = ev->record->as.record.roles.n;
        uint32_t *first = CF_NEW_N(x->a, uint32_t, n_roles + 1);
        for (size_t r = 0; r < n_roles; r++) {
            first[r] = ev->roles[r].n > 0 ? ev->roles[r].v[0] : 0;
            for (size_t k = 0; k < ev->roles[r].n; k++) {
                e.roles |= ev->roles[r].v[k] == s->number ? (uint32_t)1 << r : 0u;
            }
        }
        e.subjects = first;
        correct(x, ev, known_at, &e);
        size_t k = h->n++;
        for (; k > 0 && events[k - 1].from > e.from; k--) { /* they come by sequence */
            events[k] = events[k - 1];
        }
        events[k] = e;
    }
    h->events = events;
    return h;
}

const struct ex_subject *ex_subject_of(const struct ex *x, const struct lang_ex_at *at) {
    if (lang_named(at->of)) {
        const struct ex_subject *s = ex_find_subject(x, at->of.text);
        if (s == NULL) {
            cf_fail(x->errs, CF_L142, at->of.at, "no subject of this example is named `%.*s`", CF_STR_ARG(at->of.text));
        }
        return s;
    }
    const struct ex_subject *found = NULL;
    size_t n = 0;
    for (size_t i = 0; i < x->subjects.n; i++) {
        if (x->subjects.v[i].declared && x->subjects.v[i].kind != LANG_ORGANISATION) {
            found = &x->subjects.v[i];
            n++;
        }
    }
    for (size_t i = 0; n == 0 && i < x->subjects.n; i++) {
        found = x->subjects.v[i].declared ? &x->subjects.v[i] : found;
        n = x->subjects.v[i].declared ? 1 : 0;
    }
    if (n != 1) {
        cf_fail(x->errs, CF_L142, at->where, "this example has %zu subjects: say whose docket is meant with `of NAME`", n);
        return NULL;
    }
    return found;
}
