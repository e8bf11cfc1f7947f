/* types: what type each expression has, operator by operator, and whether its operands fit: an elapsed hour is not a working
 * day, a date not an instant, a code only of its own list. A wrong part gets the type NONE, about which nothing more is said.
 * Must not know what names mean (names.c), labels (flow.c), nor where a declaration puts its expressions (decls.c). */
#include "lang/check_priv.h"

static const struct lang_type none = {.kind = LANG_T_NONE};

/* ---- types as such */

bool ck_same_type(struct lang_type a, struct lang_type b) {
    if (a.kind == LANG_T_NONE || b.kind == LANG_T_NONE) {
        return true;
    }
    bool numbers =
        (a.kind == LANG_T_WHOLE || a.kind == LANG_T_FRACTION) && (b.kind == LANG_T_WHOLE || b.kind == LANG_T_FRACTION);
    if (numbers) {
        return true;
    }
    if (a.kind != b.kind || (a.kind == LANG_T_SET && a.elem != b.elem)) {
        return false;
    }
    enum lang_type_kind inner = a.kind == LANG_T_SET ? a.elem : a.kind;
    if (inner == LANG_T_CODE || inner == LANG_T_EVENT) {
        return a.of == b.of;
    }
    return inner != LANG_T_SUBJECT || a.subject == b.subject;
}

static struct cf_str codes_text(struct cf_arena *a, const struct lang_decl *codes) {
    if (codes->name.text.n != 0) {
        return cf_str_printf(a, "a code of %.*s", CF_STR_ARG(codes->name.text));
    }
    struct cf_buf b = cf_buf_new(a, CF_MAX_TEXT_BYTES);
    cf_buf_lit(&b, "one of (");
    for (size_t i = 0; i < codes->as.codes.list.n; i++) {
        cf_buf_printf(&b, "%s%.*s", i == 0 ? "" : ", ", CF_STR_ARG(codes->as.codes.list.v[i].name.text));
    }
    cf_buf_lit(&b, ")");
    struct cf_str s;
    return cf_buf_finish(&b, &s) ? s : CF_LIT("a code");
}

struct cf_str ck_type_text(struct cf_arena *a, struct lang_type t) {
    switch (t.kind) {
    case LANG_T_NONE: break;
    case LANG_T_YESNO: return CF_LIT("yes or no");
    case LANG_T_WHOLE:
    case LANG_T_FRACTION: return CF_LIT("a number");
    case LANG_T_DATE: return CF_LIT("a date");
    case LANG_T_INSTANT: return CF_LIT("an instant");
    case LANG_T_DURATION: return CF_LIT("a duration");
    case LANG_T_CLOCK: return CF_LIT("a time of day");
    case LANG_T_TEXT: return CF_LIT("a narrative");
    case LANG_T_CODE: return codes_text(a, t.of);
    case LANG_T_EVENT: return cf_str_printf(a, "an event of %.*s", CF_STR_ARG(t.of->name.text));
    case LANG_T_SUBJECT: {
        const char *word = t.subject >= LANG_SUBJECTS ? "subject" : lang_subject_word(t.subject);
        return cf_str_printf(a, "%s %s", ck_an(word), word);
    }
    case LANG_T_SET: {
        struct lang_type one = t;
        one.kind = t.elem;
        return cf_str_printf(a, "several, each %.*s", CF_STR_ARG(ck_type_text(a, one)));
    }
    }
    return CF_LIT("a value");
}

struct cf_str lang_type_text(struct cf_arena *a, struct lang_type t) {
    return ck_type_text(a, t);
}

static struct lang_type element(struct lang_type set) {
    struct lang_type one = set;
    one.kind = set.elem;
    one.elem = LANG_T_NONE;
    return one;
}

static bool is_number(struct lang_type t) {
    return t.kind == LANG_T_WHOLE || t.kind == LANG_T_FRACTION;
}
static bool is_moment(struct lang_type t) {
    return t.kind == LANG_T_DATE || t.kind == LANG_T_INSTANT;
}

static bool is_ordered(struct lang_type t) {
    return is_number(t) || is_moment(t) || t.kind == LANG_T_DURATION || t.kind == LANG_T_CLOCK ||
           (t.kind == LANG_T_CODE && t.of->as.codes.ordered);
}

/* ---- small helpers: a wrong operand is named once, then poisoned */

static bool known(const struct lang_expr *e) {
    return e != NULL && e->type.kind != LANG_T_NONE;
}

static void wrong(struct ck_in *c, struct lang_expr *e, const char *wanted) {
    struct ck *k = c->k;
    cf_fail(k->errs, CF_L061, e->at, "%s is wanted here, and this is %.*s", wanted, CF_STR_ARG(ck_type_text(k->a, e->type)));
    e->type = none;
}

static void type_duration(struct ck_in *c, struct lang_expr *e) {
    if (e != NULL) {
        ck_type(c, e, ck_kind(LANG_T_DURATION));
        if (known(e) && e->type.kind != LANG_T_DURATION) {
            wrong(c, e, "a duration");
        }
    }
}

static void type_moment(struct ck_in *c, struct lang_expr *e) {
    if (e != NULL) {
        ck_type(c, e, ck_kind(LANG_T_INSTANT));
        if (known(e) && !is_moment(e->type)) {
            wrong(c, e, "an instant or a date");
        }
    }
}

void ck_cond(struct ck_in *c, struct lang_expr *e) {
    if (e == NULL) {
        return;
    }
    ck_type(c, e, ck_kind(LANG_T_YESNO));
    if (known(e) && e->type.kind != LANG_T_YESNO) {
        cf_fail(c->k->errs, CF_L060, e->at, "a condition must be yes or no, and this is %.*s",
                CF_STR_ARG(ck_type_text(c->k->a, e->type)));
        e->type = none;
    }
}

static unsigned units(const struct lang_expr *e, int hops) {
    if (e == NULL || hops > 8) { /* facts that add facts that add facts … : not known */
        return 0;
    }
    static const unsigned family[] = {
        [CF_SECOND] = CK_ELAPSED, [CF_MINUTE] = CK_ELAPSED,      [CF_HOUR] = CK_ELAPSED, [CF_DAY] = CK_DAYS,
        [CF_WEEK] = CK_DAYS,      [CF_WORKING_DAY] = CK_WORKING, [CF_MONTH] = CK_MONTHS, [CF_YEAR] = CK_MONTHS};
    if (e->op == LANG_DURATION_LIT) {
        return family[e->duration.unit];
    }
    if (e->op == LANG_SETTING_REF) {
        return units(e->decl->as.setting.value, hops + 1);
    }
    if (e->op == LANG_FACT_REF) {
        return units(e->decl->as.fact.value, hops + 1);
    }
    if (e->op == LANG_TIME_IN) {
        return CK_ELAPSED;
    }
    if (e->op == LANG_SUB && known(e->a) && e->a->type.kind == LANG_T_INSTANT) {
        return CK_ELAPSED;
    }
    if (e->op == LANG_TABLE_REF && e->decl != NULL) {
        unsigned all = 0;
        for (size_t i = 0; i < e->decl->as.table.rows.n; i++) {
            const struct lang_row *row = &e->decl->as.table.rows.v[i];
            all |= row->cells.n == 0 ? 0 : units(row->cells.v[row->cells.n - 1], hops + 1);
        }
        return all;
    }
    bool both = e->op == LANG_ADD || e->op == LANG_SUB || e->op == LANG_ELSE || e->op == LANG_NEGATE;
    return both ? units(e->a, hops) | units(e->b, hops) : 0;
}

/* Which families of units a duration may be in; 0: not known before it runs. */
unsigned ck_units(const struct lang_expr *e) {
    return units(e, 0);
}

static const char *units_text(unsigned u) {
    return u == CK_ELAPSED   ? "elapsed time"
           : u == CK_DAYS    ? "days"
           : u == CK_WORKING ? "working days"
           : u == CK_MONTHS  ? "months"
                             : "several units";
}

/* Two durations that are compared or added must count alike. */
static bool units_alike(struct ck_in *c, const struct lang_expr *e) {
    unsigned a = ck_units(e->a), b = ck_units(e->b);
    if (a == 0 || b == 0 || a == b) {
        return true;
    }
    cf_fail(c->k->errs, CF_L058, e->at, "%s and %s cannot be compared or added: they count differently", units_text(a),
            units_text(b));
    return false;
}

/* ---- literals and plain values: one type each */

static void type_fixed(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    static const enum lang_type_kind of[LANG_OPS] = {
        [LANG_YES] = LANG_T_YESNO,           [LANG_NO] = LANG_T_YESNO,        [LANG_DATE_LIT] = LANG_T_DATE,
        [LANG_INSTANT_LIT] = LANG_T_INSTANT, [LANG_CLOCK_LIT] = LANG_T_CLOCK, [LANG_DURATION_LIT] = LANG_T_DURATION,
        [LANG_STRING_LIT] = LANG_T_TEXT,     [LANG_DUE_MET] = LANG_T_INSTANT, [LANG_BEING_KNOWN] = LANG_T_INSTANT,
    };
    (void)c;
    (void)want;
    e->type = ck_kind(of[e->op]);
}

/* The parser knows no zone: it leaves the local time in num2. */
static void type_instant(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    type_fixed(c, e, want);
    if (c->k->set->zone != NULL) {
        int64_t day = e->num2 / 86400 - (e->num2 % 86400 < 0 ? 1 : 0);
        e->num = cf_time_at(c->k->set->zone, (int32_t)day, (int32_t)(e->num2 - day * 86400), NULL);
    }
}

static void type_literal_number(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)c;
    (void)want;
    e->type = ck_kind(e->den > 1 ? LANG_T_FRACTION : LANG_T_WHOLE);
}

static void type_unknown(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    cf_fail(c->k->errs, CF_L061, e->at, "nothing equals `unknown`: it is no value");
    cf_hint(c->k->errs, "Ask `… is known` or `… is not known`.");
    e->type = none;
}

static void type_nothing(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    cf_fail(c->k->errs, CF_L061, e->at, "this can stand in an example or a measure only");
    e->type = none;
}

static void type_name(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    ck_name(c, e, want);
}

static void type_path(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    if (e->path.n < 2) {
        ck_name(c, e, want);
        return;
    }
    ck_path(c, e);
}

static void type_trigger(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    if (e->path.n == 0) {
        *cf_push(c->k->a, &e->path) = (struct lang_name){.text = CF_LIT("trigger"), .at = e->at};
    }
    ck_name(c, e, want);
}

static void type_already(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)c;
    (void)want;
    (void)e; /* resolved before */
}

/* ---- arithmetic */

static void type_add(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    ck_type(c, e->a, want);
    ck_type(c, e->b, e->a->type);
    struct lang_type a = e->a->type, b = e->b->type;
    e->type = none;
    if (!known(e->a) || !known(e->b)) {
        return;
    }
    if (is_number(a) && is_number(b)) {
        e->type = ck_kind(a.kind == LANG_T_FRACTION || b.kind == LANG_T_FRACTION ? LANG_T_FRACTION : LANG_T_WHOLE);
    } else if (a.kind == LANG_T_DURATION && b.kind == LANG_T_DURATION) {
        e->type = units_alike(c, e) ? a : none;
    } else if (e->op == LANG_SUB && a.kind == LANG_T_INSTANT && b.kind == LANG_T_INSTANT) {
        e->type = ck_kind(LANG_T_DURATION);
    } else {
        cf_fail(c->k->errs, CF_L061, e->at, "%.*s and %.*s cannot be %s", CF_STR_ARG(ck_type_text(c->k->a, a)),
                CF_STR_ARG(ck_type_text(c->k->a, b)), e->op == LANG_ADD ? "added" : "subtracted");
        if (is_moment(a) || is_moment(b)) {
            cf_hint(c->k->errs, "Write `3 days after …` or `3 days before …`.");
        }
    }
}

static void type_negate(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    ck_type(c, e->a, want);
    if (known(e->a) && !is_number(e->a->type)) {
        wrong(c, e->a, "a number");
    }
    e->type = e->a->type;
}

static void type_else(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    ck_type(c, e->a, want);
    ck_type(c, e->b, known(e->a) ? e->a->type : want);
    struct lang_type a = e->a->type, b = e->b->type;
    e->type = known(e->a) ? a : b;
    if (a.kind == LANG_T_SUBJECT && b.kind == LANG_T_SUBJECT && a.subject != b.subject) {
        e->type.subject = LANG_SUBJECTS; /* an authority else a place: only `partner of` and recipients take it */
    } else if (!ck_same_type(a, b)) {
        cf_fail(c->k->errs, CF_L057, e->at, "`else` joins %.*s and %.*s", CF_STR_ARG(ck_type_text(c->k->a, a)),
                CF_STR_ARG(ck_type_text(c->k->a, b)));
        e->type = none;
    }
}

/* ---- comparing */

/* A name that would be a code of a value which had its error already gets none of its own. */
static void type_second(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    if (want.kind == LANG_T_NONE && !ck_bare_value(c, e)) {
        e->id = c->k->set->exprs++;
        e->type = none;
        return;
    }
    ck_type(c, e, want);
}

/* A pair: the side that is a bare code name is read second, with the type of the other. */
static void type_pair(struct ck_in *c, struct lang_expr *x, struct lang_expr *y) {
    bool flip = !ck_bare_value(c, x) && ck_bare_value(c, y);
    ck_type(c, flip ? y : x, none);
    struct lang_expr *first = flip ? y : x, *second = flip ? x : y;
    type_second(c, second, first->type);
    if (second->type.kind == LANG_T_EVENT && first->op == LANG_TRIGGER && c->trigger != NULL) {
        first->type = (struct lang_type){.kind = LANG_T_EVENT, .of = c->trigger}; /* `trigger = search` */
        first->decl = c->trigger;
    }
}

static bool comparable(struct ck_in *c, const struct lang_expr *e, const struct lang_expr *x, const struct lang_expr *y) {
    struct ck *k = c->k;
    struct lang_type a = x->type, b = y->type;
    if (!known(x) || !known(y)) {
        return false;
    }
    if (!ck_same_type(a, b)) {
        cf_fail(k->errs, CF_L057, e->at, "%.*s is compared with %.*s", CF_STR_ARG(ck_type_text(k->a, a)),
                CF_STR_ARG(ck_type_text(k->a, b)));
        if (is_moment(a) && is_moment(b)) {
            cf_hint(k->errs, "A date is a whole day: write an instant such as `3 days after …`, or compare two dates.");
        }
        return false;
    }
    if (a.kind == LANG_T_SET) {
        cf_fail(k->errs, CF_L057, e->at, "several things cannot be compared at once");
        cf_hint(k->errs, "Write `A within B`, `count of …`, or `every … has …`.");
        return false;
    }
    return a.kind != LANG_T_DURATION || units_alike(c, e);
}

static void type_equal(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    type_pair(c, e->a, e->b);
    (void)comparable(c, e, e->a, e->b);
    e->type = ck_kind(LANG_T_YESNO);
}

static void need_order(struct ck_in *c, const struct lang_expr *at, struct lang_type t) {
    struct ck *k = c->k;
    if (is_ordered(t)) {
        return;
    }
    cf_fail(k->errs, CF_L059, at->at, "%.*s has no order", CF_STR_ARG(ck_type_text(k->a, t)));
    if (t.kind == LANG_T_CODE) {
        cf_hint(k->errs, "Declare the list as `codes … ordered`, lowest first, or compare with `=` or `in`.");
    }
}

static void type_order(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    type_pair(c, e->a, e->b);
    if (comparable(c, e, e->a, e->b)) {
        need_order(c, e, e->a->type);
    }
    e->type = ck_kind(LANG_T_YESNO);
}

static void type_in_list(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    ck_type(c, e->a, none);
    for (size_t i = 0; i < e->list.n; i++) {
        type_second(c, e->list.v[i], e->a->type);
        if (!comparable(c, e->list.v[i], e->a, e->list.v[i])) {
            break;
        }
    }
    e->type = ck_kind(LANG_T_YESNO);
}

static void type_in_range(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    ck_type(c, e->a, none);
    type_second(c, e->b, e->a->type);
    type_second(c, e->c, e->a->type);
    if (comparable(c, e->b, e->a, e->b) && comparable(c, e->c, e->a, e->c)) {
        need_order(c, e, e->a->type);
    }
    e->type = ck_kind(LANG_T_YESNO);
}

static bool type_set(struct ck_in *c, struct lang_expr *e) {
    ck_type(c, e, none);
    if (known(e) && e->type.kind != LANG_T_SET) {
        wrong(c, e, "a field of several (`many`)");
    }
    return known(e);
}

static void type_within(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    bool a = type_set(c, e->a), b = type_set(c, e->b);
    if (a && b && !ck_same_type(e->a->type, e->b->type)) {
        cf_fail(c->k->errs, CF_L057, e->at, "`within` joins %.*s and %.*s", CF_STR_ARG(ck_type_text(c->k->a, e->a->type)),
                CF_STR_ARG(ck_type_text(c->k->a, e->b->type)));
    }
    e->type = ck_kind(LANG_T_YESNO);
}

static void type_every(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    e->type = ck_kind(LANG_T_YESNO);
    if (!type_set(c, e->a)) {
        return;
    }
    struct ck_in in = *c;
    bool field = (e->a->op == LANG_FIELD || e->a->op == LANG_OWN_FIELD || e->a->op == LANG_TRIGGER_FIELD) &&
                 e->a->attr == LANG_ATTR_NONE;
    in.in_item = true;
    in.item = element(e->a->type);
    in.item_field = field ? &e->a->decl->as.record.fields.v[e->a->index] : NULL;
    ck_cond(&in, e->b);
}

/* ---- counting and choosing */

static bool plain_sel(const struct lang_sel *s) {
    return s->kind == LANG_SEL_RECORD && s->with == NULL && s->last == NULL && !lang_named(s->role) && !lang_named(s->since) &&
           !s->any_episode;
}

static void type_count_set(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    (void)type_set(c, e->a);
    e->type = ck_kind(LANG_T_WHOLE);
}

/* `count of officers`, `sum of points over factors`: the parser took a bare name for a record; it is a set when a field of that
 * name holds several, or when no record, but something else, has it. */
static void tell_sets(struct ck_in *c, struct lang_expr *e) {
    bool counts = e->op == LANG_COUNT_SEL, sums = e->op == LANG_SUM_FIELD;
    if ((!counts && !sums) || e->sel == NULL || !plain_sel(e->sel)) {
        return;
    }
    struct cf_str name = e->sel->name.text;
    int own = c->own == NULL ? -1 : ck_field_index(c->own, name);
    bool many = own >= 0 && c->own->as.record.fields.v[own].type.kind == LANG_T_SET;
    const struct lang_decl *d = ck_find(c->k, name);
    bool other = d != NULL && d->kind != LANG_RECORD && ck_find_as(c->k, name, ck_kind_bit(LANG_RECORD)) == NULL;
    if (!many && !other && !cf_str_is(name, "holders")) {
        return;
    }
    struct lang_expr *set = CF_NEW(c->k->a, struct lang_expr);
    set->op = LANG_NAME;
    set->at = e->sel->at;
    *cf_push(c->k->a, &set->path) = e->sel->name;
    e->op = counts ? LANG_COUNT_SET : LANG_SUM_TABLE;
    e->name = sums && e->path.n > 0 ? e->path.v[0] : e->name;
    e->a = set;
    e->sel = NULL;
}

static void type_count_sel(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    ck_sel(c, e->sel);
    e->type = ck_kind(LANG_T_WHOLE);
}

static void type_exists(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    ck_sel(c, e->sel);
    e->type = ck_kind(LANG_T_YESNO);
}

static void type_sel_field(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    ck_sel(c, e->sel);
    e->type = none;
    const struct lang_decl *record = ck_sel_record(c->k, e->sel);
    if (record == NULL || e->path.n == 0) {
        return;
    }
    ck_member(c, e, record, e->path.v[0]);
    bool adds = is_number(e->type) || e->type.kind == LANG_T_DURATION;
    if (e->op == LANG_SUM_FIELD && known(e) && !adds) {
        wrong(c, e, "a number or a duration");
    }
}

static const struct lang_decl *table_named(struct ck_in *c, struct lang_expr *e) {
    struct lang_name name = lang_named(e->name) ? e->name : e->path.n > 0 ? e->path.v[0] : (struct lang_name){.at = e->at};
    e->decl = ck_want(c->k, name, 1u << LANG_TABLE, "a table");
    return e->decl;
}

static void type_table(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    e->type = none;
    const struct lang_decl *d = table_named(c, e);
    if (d == NULL) {
        return;
    }
    const struct lang_table *t = &d->as.table;
    if (e->list.n != t->keys.n) {
        cf_fail(c->k->errs, CF_L061, e->at, "table `%.*s` has %zu keys, and %zu are given", CF_STR_ARG(d->name.text), t->keys.n,
                e->list.n);
        return;
    }
    for (size_t i = 0; i < e->list.n; i++) {
        ck_type(c, e->list.v[i], t->key_types.v[i]);
        if (!ck_same_type(e->list.v[i]->type, t->key_types.v[i])) {
            cf_fail(c->k->errs, CF_L057, e->list.v[i]->at, "the key must be %.*s, and this is %.*s",
                    CF_STR_ARG(ck_type_text(c->k->a, t->key_types.v[i])),
                    CF_STR_ARG(ck_type_text(c->k->a, e->list.v[i]->type)));
        }
    }
    e->type = t->type;
}

static void type_sum_table(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    e->type = none;
    const struct lang_decl *d = table_named(c, e);
    bool set = type_set(c, e->a);
    if (d == NULL) {
        return;
    }
    const struct lang_table *t = &d->as.table;
    bool adds = is_number(t->type) || t->type.kind == LANG_T_DURATION;
    if (t->keys.n != 1 || !adds) {
        cf_fail(c->k->errs, CF_L061, e->at,
                "table `%.*s` cannot be summed: it must have one key and give a number or a duration",
                CF_STR_ARG(d->name.text));
    } else if (set && !ck_same_type(element(e->a->type), t->key_types.v[0])) {
        cf_fail(c->k->errs, CF_L057, e->a->at, "the key of `%.*s` is %.*s, and this holds %.*s", CF_STR_ARG(d->name.text),
                CF_STR_ARG(ck_type_text(c->k->a, t->key_types.v[0])), CF_STR_ARG(ck_type_text(c->k->a, e->a->type)));
    } else {
        e->type = t->type;
    }
}

static void type_partner(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    e->type = none;
    e->decl = ck_want(c->k, e->name, 1u << LANG_PARTNER, "a partner");
    ck_type(c, e->a, none);
    struct lang_type t = e->a->type;
    bool fits =
        t.kind == LANG_T_SUBJECT && (t.subject == LANG_SUBJECTS || t.subject == LANG_ORGANISATION || t.subject == LANG_PLACE ||
                                     (e->decl != NULL && t.subject == e->decl->as.partner.kind));
    if (known(e->a) && !fits) {
        wrong(c, e->a, "an organisation or a place");
    }
    if (e->decl != NULL) {
        e->type = (struct lang_type){.kind = LANG_T_SUBJECT, .subject = LANG_ORGANISATION};
    }
}

/* ---- people, time */

static void need_person(struct ck_in *c, struct lang_expr *e, const char *what) {
    if (c->has_kind && c->kind != LANG_PERSON && !c->anywhere) {
        cf_fail(c->k->errs, CF_L061, e->at, "only a person has %s, and this rule is about a %s", what,
                lang_subject_word(c->kind));
        e->type = none;
    }
}

static void type_age(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    type_moment(c, e->a);
    e->type = ck_kind(e->op == LANG_AGE ? LANG_T_WHOLE : LANG_T_YESNO);
    need_person(c, e, "an age");
}

static void type_turns(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    e->type = ck_kind(LANG_T_DATE);
    int role = -1;
    enum lang_subject kind = LANG_PERSON;
    if (e->path.n > 0 && !ck_role_named(c, e->path.v[0].text, &role, &kind)) {
        cf_fail(c->k->errs, CF_L050, e->path.v[0].at, "no role here is named `%.*s`", CF_STR_ARG(e->path.v[0].text));
        e->type = none;
        return;
    }
    if (role >= 0 && c->role >= 0 && role != c->role) {
        cf_fail(c->k->errs, CF_L073, e->at, "the birth of another subject cannot be read here");
        e->type = none;
        return;
    }
    e->role = role;
    need_person(c, e, "a birthday");
}

static void type_holders(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    e->type = (struct lang_type){.kind = LANG_T_SET, .elem = LANG_T_SUBJECT, .subject = LANG_UNIT_SUBJECT};
    need_person(c, e, "holders");
}

static void type_time_in(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    e->decl = ck_want(c->k, e->name, 1u << LANG_SPAN, "a span");
    e->type = ck_kind(e->decl == NULL ? LANG_T_NONE : LANG_T_DURATION);
    if (e->a != NULL) {
        type_duration(c, e->a);
    }
    struct cf_duration d = e->a != NULL && e->a->op == LANG_DURATION_LIT ? e->a->duration : e->duration;
    if (d.n != 0 && !cf_unit_elapsed(d.unit)) {
        cf_fail(c->k->errs, CF_L058, e->at, "the window of `time in` counts hours, and %s are days", cf_duration_shown(d).p);
        cf_hint(c->k->errs, "Write the window in hours.");
    }
}

static void type_offset(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    type_duration(c, e->b);
    type_moment(c, e->a);
    e->type = ck_kind(LANG_T_INSTANT);
}

static void deadline_only(struct ck_in *c, struct lang_expr *e, const char *words) {
    if (!c->deadline) {
        cf_fail(c->k->errs, CF_L078, e->at, "`%s` can stand in a deadline only", words);
        e->type = none;
    }
}

static void type_earlier(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    type_moment(c, e->a);
    type_moment(c, e->b);
    e->type = ck_kind(LANG_T_INSTANT);
    deadline_only(c, e, e->op == LANG_EARLIER ? "the earlier of" : "the later of");
}

static void type_due_met(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    type_fixed(c, e, want);
    deadline_only(c, e, e->op == LANG_DUE_MET ? "the due time it met" : "being known");
    if (known(e) && e->op == LANG_DUE_MET && c->trigger == NULL) {
        cf_fail(c->k->errs, CF_L089, e->at, "no event triggers here, so it has met no due time");
    }
}

static void type_school_day(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    ck_type(c, e->a, (struct lang_type){.kind = LANG_T_SUBJECT, .subject = LANG_ORGANISATION});
    if (known(e->a) && (e->a->type.kind != LANG_T_SUBJECT || e->a->type.subject != LANG_ORGANISATION)) {
        wrong(c, e->a, "an organisation (a school)");
    }
    e->type = ck_kind(LANG_T_INSTANT);
    deadline_only(c, e, "the start of the next school day at");
}

/* ---- conditions */

static void type_and(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    ck_cond(c, e->a);
    ck_cond(c, e->b);
    for (size_t i = 0; i < e->list.n; i++) {
        ck_cond(c, e->list.v[i]);
    }
    e->type = ck_kind(LANG_T_YESNO);
}

static void type_open(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    e->type = ck_kind(LANG_T_YESNO);
    e->decl = NULL;
    if (!cf_str_is(e->name.text, "held")) {
        e->decl = ck_want(c->k, e->name, 1u << LANG_EPISODE, "an episode");
        e->type = e->decl == NULL ? none : e->type;
    }
}

static void type_kept(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    struct lang_decl *d = ck_want(c->k, e->name, 1u << LANG_GATE, "a gate");
    e->decl = d;
    e->type = ck_kind(d == NULL ? LANG_T_NONE : LANG_T_YESNO);
    if (d != NULL && c->k->state[d->number] == 1) {
        cf_fail(c->k->errs, CF_L070, e->at, "`%.*s` stands on itself", CF_STR_ARG(d->name.text));
        e->type = none;
    } else if (d != NULL) {
        ck_decl(c->k, d);
        (void)ck_about_me(c, d->as.gate.before == NULL ? NULL : ck_sel_record(c->k, d->as.gate.before), e->at);
    }
}

static void type_is_known(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    c->text_ok = true;
    ck_type(c, e->a, none);
    e->type = ck_kind(LANG_T_YESNO);
}

static void type_is_role(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    e->type = ck_kind(LANG_T_YESNO);
    ck_type(c, e->a, none);
    if (known(e->a) && e->a->type.kind == LANG_T_CODE && ck_code_index(e->a->type.of, e->name.text) >= 0) {
        cf_fail(c->k->errs, CF_L055, e->name.at, "`%.*s` is a code, not a role", CF_STR_ARG(e->name.text));
        cf_hint(c->k->errs, "Compare codes with `=`.");
        return;
    }
    if (known(e->a) && (e->a->type.kind != LANG_T_SUBJECT || e->a->attr != LANG_ATTR_ACTOR)) {
        wrong(c, e->a, "the actor of an event");
    }
    e->decl =
        cf_str_is(e->name.text, "anyone") ? NULL : ck_want(c->k, e->name, (1u << LANG_ROLE) | (1u << LANG_PARTNER), "a role");
}

static void type_is_reached(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    type_moment(c, e->a);
    e->type = ck_kind(LANG_T_YESNO);
}

static void type_met(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    (void)want;
    e->type = ck_kind(LANG_T_YESNO);
    if (!c->measure) {
        cf_fail(c->k->errs, CF_L071, e->at, "the state of a duty can be counted in a measure only");
        return;
    }
    static const char *const states[] = {"met", "late", "missed", "void", "overdue", "pending", "stopped"};
    struct cf_str names[CF_COUNT(states)];
    for (size_t i = 0; i < CF_COUNT(states); i++) {
        names[i] = cf_str_from(states[i]);
        if (cf_str_eq(names[i], e->name.text)) {
            return;
        }
    }
    cf_fail(c->k->errs, CF_L050, e->name.at, "`%.*s` is no state of a duty", CF_STR_ARG(e->name.text));
    ck_offer_names(c->k, e->name.text, names, CF_COUNT(states), NULL);
}

/* ---- the table of operators */

typedef void typer(struct ck_in *c, struct lang_expr *e, struct lang_type want);
static typer *const typers[LANG_OPS] = {
    [LANG_NAME] = type_name,
    [LANG_PATH] = type_path,
    [LANG_YES] = type_fixed,
    [LANG_NO] = type_fixed,
    [LANG_UNKNOWN] = type_unknown,
    [LANG_NUMBER] = type_literal_number,
    [LANG_DATE_LIT] = type_fixed,
    [LANG_INSTANT_LIT] = type_instant,
    [LANG_CLOCK_LIT] = type_fixed,
    [LANG_DURATION_LIT] = type_fixed,
    [LANG_STRING_LIT] = type_fixed,
    [LANG_CODE_LIT] = type_already,
    [LANG_UNIT_LIT] = type_already,
    [LANG_ROLE_LIT] = type_already,
    [LANG_NOTHING] = type_nothing,
    [LANG_SETTING_REF] = type_already,
    [LANG_FACT_REF] = type_already,
    [LANG_FIELD] = type_already,
    [LANG_TRIGGER] = type_trigger,
    [LANG_TRIGGER_FIELD] = type_path,
    [LANG_OWN_FIELD] = type_already,
    [LANG_ITEM_FIELD] = type_already,
    [LANG_GRADE_REF] = type_already,
    [LANG_SCORE_REF] = type_already,
    [LANG_FLAG_REF] = type_already,
    [LANG_SPAN_REF] = type_already,
    [LANG_TABLE_REF] = type_table,
    [LANG_ADD] = type_add,
    [LANG_SUB] = type_add,
    [LANG_NEGATE] = type_negate,
    [LANG_ELSE] = type_else,
    [LANG_PARTNER_OF] = type_partner,
    [LANG_COUNT_SEL] = type_count_sel,
    [LANG_COUNT_SET] = type_count_set,
    [LANG_FIRST_FIELD] = type_sel_field,
    [LANG_LAST_FIELD] = type_sel_field,
    [LANG_SUM_FIELD] = type_sel_field,
    [LANG_SUM_TABLE] = type_sum_table,
    [LANG_AGE] = type_age,
    [LANG_HOLDERS] = type_holders,
    [LANG_TIME_IN] = type_time_in,
    [LANG_AND] = type_and,
    [LANG_OR] = type_and,
    [LANG_NOT] = type_and,
    [LANG_EXISTS] = type_exists,
    [LANG_NONE] = type_exists,
    [LANG_OPEN] = type_open,
    [LANG_KEPT] = type_kept,
    [LANG_EQ] = type_equal,
    [LANG_NE] = type_equal,
    [LANG_LT] = type_order,
    [LANG_LE] = type_order,
    [LANG_GT] = type_order,
    [LANG_GE] = type_order,
    [LANG_IN_LIST] = type_in_list,
    [LANG_IN_RANGE] = type_in_range,
    [LANG_WITHIN] = type_within,
    [LANG_EVERY] = type_every,
    [LANG_IS_KNOWN] = type_is_known,
    [LANG_IS_NOT_KNOWN] = type_is_known,
    [LANG_IS_ROLE] = type_is_role,
    [LANG_IS_REACHED] = type_is_reached,
    [LANG_CHILD] = type_age,
    [LANG_MET] = type_met,
    [LANG_TURNS] = type_turns,
    [LANG_BEFORE] = type_offset,
    [LANG_AFTER] = type_offset,
    [LANG_DUE_MET] = type_due_met,
    [LANG_EARLIER] = type_earlier,
    [LANG_LATER] = type_earlier,
    [LANG_SCHOOL_DAY] = type_school_day,
    [LANG_BEING_KNOWN] = type_due_met,
};

/* What `with` cannot do: it reads one event, so that evaluation stays linear in the history [X4]. */
static bool looks_elsewhere(enum lang_op op) {
    static const enum lang_op ops[] = {LANG_COUNT_SEL, LANG_FIRST_FIELD, LANG_LAST_FIELD, LANG_SUM_FIELD,
                                       LANG_HOLDERS,   LANG_TIME_IN,     LANG_EXISTS,     LANG_NONE,
                                       LANG_OPEN,      LANG_KEPT,        LANG_DUE_MET,    LANG_SCHOOL_DAY};
    for (size_t i = 0; i < CF_COUNT(ops); i++) {
        if (ops[i] == op) {
            return true;
        }
    }
    return false;
}

void ck_type(struct ck_in *c, struct lang_expr *e, struct lang_type want) {
    if (e == NULL) {
        return;
    }
    struct ck *k = c->k;
    bool text_ok = c->text_ok;
    c->text_ok = false;
    if (typers[e->op] == type_already) {
        return;
    }
    e->id = k->set->exprs++;
    e->index = e->role = -1;
    tell_sets(c, e);
    if (c->own != NULL && looks_elsewhere(e->op)) {
        cf_fail(k->errs, CF_L063, e->at, "`with` reads one event alone; this looks at others");
        e->type = none;
        return;
    }
    typers[e->op](c, e, want);
    if (e->type.kind == LANG_T_TEXT && !text_ok) {
        cf_fail(k->errs, CF_L079, e->at, "what a narrative says can decide nothing");
        e->type = none;
    }
}

/* ---- selectors */

const struct lang_decl *ck_sel_record(const struct ck *k, const struct lang_sel *s) {
    if (s->kind == LANG_SEL_RECORD) {
        return s->decl;
    }
    return s->decl == NULL ? NULL : k->set->records.v[s->kind == LANG_SEL_SENT ? CK_SENT : CK_ACKNOWLEDGED];
}

static void several_roles(struct ck_in *c, const struct lang_sel *s, const struct lang_record *r,
                          const struct lang_decl *record) {
    struct ck *k = c->k;
    struct cf_buf b = cf_buf_new(k->a, CF_MAX_TEXT_BYTES);
    for (size_t i = 0; i < r->roles.n; i++) {
        if (!c->has_kind || r->roles.v[i].kind == c->kind) {
            cf_buf_printf(&b, "%s`as %.*s`", b.n == 0 ? "" : " or ", CF_STR_ARG(r->roles.v[i].role.text));
        }
    }
    struct cf_str text;
    cf_fail(k->errs, CF_L056, s->at, "record `%.*s` is about several: say in which role", CF_STR_ARG(record->name.text));
    if (cf_buf_finish(&b, &text)) {
        cf_hint(k->errs, "Write %.*s after its name.", CF_STR_ARG(text));
    }
}

static void sel_role(struct ck_in *c, struct lang_sel *s, const struct lang_decl *record) {
    struct ck *k = c->k;
    const struct lang_record *r = &record->as.record;
    s->role_index = -1;
    if (lang_named(s->role)) {
        s->role_index = ck_role_index(record, s->role.text);
        if (s->role_index < 0) {
            struct {
                CF_VEC(struct cf_str);
            } names = {0};
            for (size_t i = 0; i < r->roles.n; i++) {
                *cf_push(k->a, &names) = r->roles.v[i].role.text;
            }
            cf_fail(k->errs, CF_L050, s->role.at, "record `%.*s` has no role `%.*s`", CF_STR_ARG(record->name.text),
                    CF_STR_ARG(s->role.text));
            ck_offer_names(k, s->role.text, names.v, names.n, NULL);
        }
        return;
    }
    size_t fit = 0;
    for (size_t i = 0; i < r->roles.n; i++) {
        if (!c->has_kind || r->roles.v[i].kind == c->kind) {
            s->role_index = s->role_index < 0 ? (int)i : s->role_index;
            fit++;
        }
    }
    if (fit > 1) {
        several_roles(c, s, r, record);
    } else if (fit == 0) {
        (void)ck_about_me(c, record, s->at);
    }
    if (s->role_index < 0 && r->built_in) {
        s->role_index = 0;
    }
}

void ck_sel_head(struct ck_in *c, struct lang_sel *s) {
    struct ck *k = c->k;
    bool record = s->kind == LANG_SEL_RECORD;
    s->decl = ck_want(k, s->name, 1u << (record ? LANG_RECORD : LANG_SHARE), record ? "a record" : "a share");
    s->role_index = -1;
    const struct lang_decl *d = ck_sel_record(k, s);
    if (d != NULL) {
        sel_role(c, s, d);
    }
}

void ck_sel(struct ck_in *c, struct lang_sel *s) {
    if (s == NULL) {
        return;
    }
    ck_sel_head(c, s);
    const struct lang_decl *d = ck_sel_record(c->k, s);
    if (d != NULL && s->with != NULL) {
        struct ck_in in = *c;
        in.own = d;
        in.in_item = false;
        ck_cond(&in, s->with);
    }
    type_duration(c, s->last);
    if (lang_named(s->since)) {
        s->since_decl = ck_want(c->k, s->since, 1u << LANG_RECORD, "a record");
        (void)ck_about_me(c, s->since_decl, s->since.at);
    }
}
