/* measure/dims: what a measure is counted by: a period, a unit, an owner, a field of the record, what is known of the person,
 * or the group that a table gives for one of these. Must not know how rows are made, nor any dimension of the strategy by name.
 */
#include "measure/priv.h"

/* ---- Finding what a name means. */

static const struct {
    const char *name, *title;
    enum dim_kind kind;
    enum cf_period period;
} WORDS[] = {
    {"day", "day", DIM_DAY, CF_PERIOD_WEEK},          {"week", "week", DIM_PERIOD, CF_PERIOD_WEEK},
    {"month", "month", DIM_PERIOD, CF_PERIOD_MONTH},  {"quarter", "quarter", DIM_PERIOD, CF_PERIOD_QUARTER},
    {"year", "year", DIM_PERIOD, CF_PERIOD_YEAR},     {"weekday", "weekday", DIM_WEEKDAY, CF_PERIOD_WEEK},
    {"hour", "hour", DIM_HOUR, CF_PERIOD_WEEK},       {"unit", "unit", DIM_UNIT, CF_PERIOD_WEEK},
    {"owner", "owner", DIM_OWNER, CF_PERIOD_WEEK},    {"state", "state", DIM_STATE, CF_PERIOD_WEEK},
    {"source", "source", DIM_SOURCE, CF_PERIOD_WEEK}, {"age", "age in years", DIM_AGE, CF_PERIOD_WEEK},
};

static bool same_codes(const struct lang_decl *x, const struct lang_decl *y) {
    return x == y || (x && y && x->name.text.n && cf_str_eq(x->name.text, y->name.text));
}

static int field_named(const struct lang_decl *record, struct cf_str name) {
    for (size_t i = 0; record && i < record->as.record.fields.n; i++) {
        if (cf_str_eq(record->as.record.fields.v[i].name.text, name)) {
            return (int)i;
        }
    }
    return -1;
}

static int field_of_codes(const struct lang_decl *record, const struct lang_decl *codes) {
    for (size_t i = 0; record && i < record->as.record.fields.n; i++) {
        const struct lang_type *t = &record->as.record.fields.v[i].type;
        if (t->kind == LANG_T_CODE && same_codes(t->of, codes)) {
            return (int)i;
        }
    }
    return -1;
}

/* A characteristic itself (ethnicity, sex), not somebody's impression of it: of that the latest known counts (M4). */
static bool is_characteristic(const struct lang_decl *codes) {
    return codes && lang_named(codes->as.codes.protected_as) && cf_str_eq(codes->name.text, codes->as.codes.protected_as.text);
}

/* The table that gives these codes for another list, or one of that name. */
static const struct lang_decl *grouping(const struct counting *c, struct cf_str name) {
    for (size_t i = 0; i < c->set->decls.n; i++) {
        const struct lang_decl *t = c->set->decls.v[i];
        if (t->kind != LANG_TABLE || t->newer || t->as.table.keys.n != 1 || t->as.table.key_types.n != 1 ||
            t->as.table.type.kind != LANG_T_CODE || t->as.table.key_types.v[0].kind != LANG_T_CODE) {
            continue;
        }
        if (cf_str_eq(t->name.text, name) || cf_str_eq(t->as.table.gives.text, name) ||
            cf_str_eq(t->as.table.type.of->name.text, name)) {
            return t;
        }
    }
    return NULL;
}

/* The group of each code; a code without a row belongs to none. */
static const int32_t *groups_of(const struct counting *c, const struct lang_decl *table, bool itself) {
    const struct lang_table *t = &table->as.table;
    size_t n = t->key_types.v[0].of->as.codes.list.n;
    int32_t *group = CF_NEW_N(c->a, int32_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        group[i] = KEY_NOT_STATED;
    }
    for (size_t i = 0; i < t->rows.n; i++) {
        const struct lang_row *row = &t->rows.v[i];
        int code = row->cells.n == 2 && row->cells.v[0] ? row->cells.v[0]->index : -1;
        if (code >= 0 && (size_t)code < n && row->cells.v[1]) {
            group[code] = itself ? code : row->cells.v[1]->index;
        }
    }
    return group;
}

/* Codes that no group takes in ("not stated") are printed apart when the characteristic itself is counted by. */
static const struct lang_decl *table_keyed_by(const struct counting *c, const struct lang_decl *codes) {
    for (size_t i = 0; i < c->set->decls.n; i++) {
        const struct lang_decl *t = c->set->decls.v[i];
        if (t->kind == LANG_TABLE && !t->newer && t->as.table.key_types.n == 1 && t->as.table.type.kind == LANG_T_CODE &&
            same_codes(t->as.table.key_types.v[0].of, codes)) {
            return t;
        }
    }
    return NULL;
}

static void of_codes(const struct counting *c, const struct lang_decl *codes, struct measure_dim *out) {
    out->type = LANG_T_CODE;
    out->codes = out->from = codes;
    out->protected_too = is_characteristic(codes);
    const struct lang_decl *table = out->protected_too ? table_keyed_by(c, codes) : NULL;
    out->group = table ? groups_of(c, table, true) : NULL;
}

static bool of_field(const struct counting *c, int field, struct measure_dim *out, struct cf_errs *errs) {
    const struct lang_field *f = &c->record->as.record.fields.v[field];
    out->kind = DIM_FIELD;
    out->field = field;
    out->type = f->type.kind;
    switch (f->type.kind) {
    case LANG_T_CODE: of_codes(c, f->type.of, out); return true;
    case LANG_T_YESNO:
    case LANG_T_WHOLE:
    case LANG_T_DATE:
    case LANG_T_SUBJECT: return true;
    case LANG_T_NONE:
    case LANG_T_FRACTION:
    case LANG_T_INSTANT:
    case LANG_T_DURATION:
    case LANG_T_CLOCK:
    case LANG_T_TEXT:
    case LANG_T_EVENT:
    case LANG_T_SET: break;
    }
    return cf_fail(errs, CF_M002, CF_NOWHERE, "`%.*s` of %.*s has no groups that could be counted by", CF_STR_ARG(f->name.text),
                   CF_STR_ARG(c->record->name.text));
}

static void of_table(const struct counting *c, const struct lang_decl *table, struct measure_dim *out) {
    const struct lang_decl *from = table->as.table.key_types.v[0].of;
    int field = field_of_codes(c->record, from);
    out->kind = field >= 0 ? DIM_FIELD : DIM_KNOWN;
    out->field = field;
    out->protected_too = is_characteristic(from);
    out->type = LANG_T_CODE;
    out->from = from;
    out->codes = table->as.table.type.of;
    out->table = table;
    out->group = groups_of(c, table, false);
}

static bool of_word(struct cf_str name, struct measure_dim *out) {
    for (size_t i = 0; i < CF_COUNT(WORDS); i++) {
        if (cf_str_is(name, WORDS[i].name)) {
            out->kind = WORDS[i].kind;
            out->period = WORDS[i].period;
            out->title = cf_str_from(WORDS[i].title);
            return true;
        }
    }
    return false;
}

static bool of_fact(const struct lang_decl *fact, struct measure_dim *out) {
    if (!fact || fact->kind != LANG_FACT || !fact->as.fact.value) {
        return false;
    }
    const struct lang_type *t = &fact->as.fact.value->type;
    out->kind = DIM_FACT;
    out->fact = fact;
    out->type = t->kind;
    out->codes = out->from = t->kind == LANG_T_CODE ? t->of : NULL;
    return t->kind == LANG_T_CODE || t->kind == LANG_T_YESNO || t->kind == LANG_T_WHOLE || t->kind == LANG_T_SUBJECT;
}

bool dim_resolve(const struct counting *c, struct cf_str name, struct measure_dim *out, struct cf_errs *errs) {
    *out = (struct measure_dim){.name = name, .title = name, .field = -1};
    int field = field_named(c->record, name);
    if (field >= 0) {
        return of_field(c, field, out, errs);
    }
    if (of_word(name, out)) {
        bool duty = c->m->pop == LANG_POP_DUTY;
        return duty || (out->kind != DIM_OWNER && out->kind != DIM_STATE)
                   ? true
                   : cf_fail(errs, CF_M002, CF_NOWHERE, "only duties have an owner and a state, so %.*s has no `%.*s`",
                             CF_STR_ARG(c->decl->name.text), CF_STR_ARG(name));
    }
    const struct lang_decl *codes = lang_find_kind(c->set, LANG_CODES, name), *table = grouping(c, name);
    field = codes ? field_of_codes(c->record, codes) : -1;
    if (field >= 0) {
        return of_field(c, field, out, errs);
    }
    if (table && (field_of_codes(c->record, table->as.table.key_types.v[0].of) >= 0 ||
                  is_characteristic(table->as.table.key_types.v[0].of))) {
        of_table(c, table, out);
        return true;
    }
    if (codes && lang_named(codes->as.codes.protected_as)) {
        of_codes(c, codes, out);
        out->kind = DIM_KNOWN;
        return true;
    }
    if (of_fact(lang_find_kind(c->set, LANG_FACT, name), out)) {
        return true;
    }
    return cf_fail(errs, CF_M002, CF_NOWHERE, "%.*s cannot be counted by `%.*s`", CF_STR_ARG(c->decl->name.text),
                   CF_STR_ARG(name));
}

/* ---- The key of one unit. */

static int32_t key_of_value(const struct measure_dim *d, const struct lang_value *v) {
    v = v->kind == LANG_V_LIST && v->more == 1 ? &v->items[0].v : v; /* one value that keeps attributes */
    switch ((enum lang_value_kind)v->kind) {
    case LANG_V_NOT_ASKED: return KEY_NOT_ASKED;
    case LANG_V_DECLINED: return KEY_NOT_STATED;
    case LANG_V_CODE:
    case LANG_V_YESNO:
    case LANG_V_WHOLE:
    case LANG_V_SUBJECT:
    case LANG_V_DATE: break;
    case LANG_V_NOT_KNOWN:
    case LANG_V_FRACTION:
    case LANG_V_INSTANT:
    case LANG_V_DURATION:
    case LANG_V_EVENT:
    case LANG_V_TEXT:
    case LANG_V_LIST: return KEY_NOT_KNOWN;
    }
    if (v->i <= INT32_MIN || v->i >= KEY_NOT_STATED || (v->kind == LANG_V_SUBJECT && v->i == 0) ||
        (v->kind == LANG_V_DATE && v->more)) {
        return KEY_NOT_KNOWN;
    }
    if (d->from && v->kind == LANG_V_CODE && ((size_t)v->i >= d->from->as.codes.list.n || v->i < 0)) {
        return KEY_NOT_KNOWN;
    }
    return d->group && v->kind == LANG_V_CODE ? d->group[v->i] : (int32_t)v->i;
}

/* The latest that any record says of the person in codes of this kind (M4). */
static int32_t latest_known(const struct counting *c, const struct measure_dim *d, const struct lang_history *h) {
    int32_t otherwise = KEY_NOT_KNOWN;
    for (size_t i = h->n; i-- > 0;) {
        const struct lang_event *e = &h->events[i];
        int field = e->record < c->set->records.n ? field_of_codes(c->set->records.v[e->record], d->from) : -1;
        int32_t key = field >= 0 && e->fields ? key_of_value(d, &e->fields[field]) : KEY_NOT_ASKED;
        if (!key_absent(key)) {
            return key;
        }
        otherwise = key == KEY_NOT_STATED ? key : otherwise;
    }
    return otherwise;
}

static int32_t age_key(struct counting *c, const struct lang_history *h, size_t event) {
    const struct lang_expr age = {.op = LANG_AGE, .type = {.kind = LANG_T_WHOLE}, .index = -1, .role = -1};
    if (event == SIZE_MAX || !c->set->birth) {
        return KEY_NOT_KNOWN;
    }
    struct lang_value v = lang_value_at(c->scratch, c->set, c->ref, h, event, &age);
    return v.kind == LANG_V_WHOLE ? (int32_t)v.i : KEY_NOT_KNOWN;
}

static int32_t fact_key(struct counting *c, const struct measure_dim *d, const struct lang_history *h, size_t event) {
    if (event == SIZE_MAX) {
        return KEY_NOT_KNOWN;
    }
    struct lang_value v = lang_value_at(c->scratch, c->set, c->ref, h, event, d->fact->as.fact.value);
    return key_of_value(d, &v);
}

static int32_t period_key(const struct counting *c, const struct measure_dim *d, int64_t at) {
    struct cf_local local = cf_time_local(c->ref->zone, at);
    switch ((int)d->kind) {
    case DIM_DAY: return local.day;
    case DIM_PERIOD: return cf_period_start(d->period, local.day);
    case DIM_WEEKDAY: return local.weekday;
    default: return local.hour;
    }
}

static int32_t owner_key(const struct lang_owner *o) {
    if (o->role_or_unit) {
        return (int32_t)o->role_or_unit->number;
    }
    return o->subject ? -1 : KEY_NOT_KNOWN;
}

/* An episode's unit is where it was opened, or where it closed if nobody said so before. */
static int32_t unit_key(const struct unit_place *u) {
    uint32_t unit = u->line ? u->line->owner.unit : 0;
    if (!u->line && u->of != SIZE_MAX) {
        unit = u->h->events[u->of].unit;
    }
    if (!u->line && unit == 0 && u->event != SIZE_MAX) {
        unit = u->h->events[u->event].unit;
    }
    return unit ? (int32_t)unit : KEY_NOT_KNOWN;
}

int32_t dim_key(struct counting *c, const struct measure_dim *d, const struct unit_place *u) {
    const struct lang_event *e = u->event == SIZE_MAX ? NULL : &u->h->events[u->event];
    switch (d->kind) {
    case DIM_DAY:
    case DIM_PERIOD:
    case DIM_WEEKDAY:
    case DIM_HOUR: return period_key(c, d, u->at);
    case DIM_UNIT: return unit_key(u);
    case DIM_OWNER: return u->line ? owner_key(&u->line->owner) : KEY_NOT_KNOWN;
    case DIM_STATE: return u->line ? (int32_t)u->line->state : KEY_NOT_KNOWN;
    case DIM_SOURCE: return e ? (e->marks & LANG_FROM_SOURCE) != 0 : KEY_NOT_KNOWN;
    case DIM_AGE: return age_key(c, u->h, u->event);
    case DIM_FACT: return fact_key(c, d, u->h, u->event);
    case DIM_KNOWN: return latest_known(c, d, u->h);
    case DIM_FIELD: break;
    }
    const struct lang_event *of = u->of == SIZE_MAX ? NULL : &u->h->events[u->of];
    bool has = of && c->record && of->record == c->record->as.record.number && of->fields;
    int32_t key = has ? key_of_value(d, &of->fields[d->field]) : KEY_NOT_KNOWN;
    if (!key_absent(key) || !d->protected_too || !d->from) {
        return key;
    }
    int32_t known = latest_known(c, d, u->h);
    return key_absent(known) ? key : known;
}

/* ---- Labels. */

static struct cf_str label_of_subject(struct counting *c, int32_t key) {
    struct cf_str name = c->ref->subject_name ? c->ref->subject_name(c->ref->ctx, (uint32_t)key) : CF_LIT("");
    return name.n ? name : cf_str_printf(c->a, "no name, number %d", key);
}

static struct cf_str label_of_owner(const struct counting *c, int32_t key) {
    if (key < 0 || (size_t)key >= c->set->decls.n) {
        return CF_LIT("a named person or partner");
    }
    const struct lang_decl *d = c->set->decls.v[key];
    return d->title.n ? d->title : d->name.text;
}

static struct cf_str label_of_value(struct counting *c, const struct measure_dim *d, int32_t key) {
    switch ((int)d->type) {
    case LANG_T_CODE:
        if (d->codes && (size_t)key < d->codes->as.codes.list.n) {
            const struct lang_code *code = &d->codes->as.codes.list.v[key];
            return code->title.n ? code->title : code->name.text;
        }
        return CF_LIT("");
    case LANG_T_YESNO: return key ? CF_LIT("yes") : CF_LIT("no");
    case LANG_T_DATE: return cf_str_printf(c->a, "%s", cf_date_shown(key).p);
    case LANG_T_SUBJECT: return label_of_subject(c, key);
    default: return cf_str_printf(c->a, "%d", key);
    }
}

struct cf_str dim_label(struct counting *c, const struct measure_dim *d, int32_t key) {
    static const char *const absent[] = {"Not stated", "Not known", "Not asked"};
    if (key == KEY_SUMS) {
        return CF_LIT("");
    }
    if (key_absent(key)) {
        return cf_str_from(absent[key - KEY_NOT_STATED]);
    }
    switch (d->kind) {
    case DIM_DAY: return cf_str_printf(c->a, "%s", cf_date_shown(key).p);
    case DIM_PERIOD: return cf_str_printf(c->a, "%s", cf_period_shown(d->period, key).p);
    case DIM_WEEKDAY: return cf_str_from(cf_weekday_name(key));
    case DIM_HOUR: return cf_str_printf(c->a, "%02d", key);
    case DIM_UNIT: return label_of_subject(c, key);
    case DIM_OWNER: return label_of_owner(c, key);
    case DIM_STATE: return cf_str_from(lang_state_word((enum lang_state)key));
    case DIM_SOURCE: return key ? CF_LIT("imported") : CF_LIT("recorded here");
    case DIM_AGE: return cf_str_printf(c->a, "%d", key);
    case DIM_FIELD:
    case DIM_KNOWN:
    case DIM_FACT: break;
    }
    return label_of_value(c, d, key);
}
