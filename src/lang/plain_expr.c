/* Values of expressions at a point (section 6): one small function for each kind of expression, found in a table by its op.
 * Recomputes everything each time it is asked. Must not know: duties. */
#include "lang/plain.h"

typedef struct plain_val plain_fn(const struct plain *p, const struct plain_at *at, const struct lang_expr *e);

enum plain_tri plain_truth(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val v = plain_value(p, at, e);
    return plain_tri_of(&v);
}

/* ---- literals */
static struct plain_val of_literal(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    (void)at;
    if (e->op == LANG_YES || e->op == LANG_NO) {
        return plain_of_kind(LANG_T_YESNO, e->op == LANG_YES);
    }
    if (e->op == LANG_NUMBER) {
        struct plain_val v = plain_of_kind(e->den > 1 ? LANG_T_FRACTION : LANG_T_WHOLE, e->num);
        v.den = e->den > 1 ? e->den : 1;
        return v;
    }
    if (e->op == LANG_DATE_LIT) {
        return plain_day((int32_t)e->num, (int32_t)e->num);
    }
    if (e->op == LANG_INSTANT_LIT) {
        return plain_instant(e->num);
    }
    if (e->op == LANG_CLOCK_LIT) {
        return plain_of_kind(LANG_T_CLOCK, e->num);
    }
    if (e->op == LANG_DURATION_LIT) {
        return plain_duration(e->duration.n, e->duration.unit);
    }
    if (e->op == LANG_CODE_LIT) {
        return plain_of_kind(LANG_T_CODE, e->index);
    }
    if (e->op == LANG_UNIT_LIT) {
        uint32_t unit = p->ref->unit_subject == NULL ? 0 : p->ref->unit_subject(p->ref->ctx, e->decl);
        return unit == 0 ? plain_unknown(LANG_T_SUBJECT) : plain_of_kind(LANG_T_SUBJECT, unit);
    }
    return plain_unknown(e->type.kind); /* unknown, and words that are no value in a rule */
}

/* ---- fields of one event */
static struct plain_val subject_or_unknown(uint32_t s) {
    return s == 0 ? plain_unknown(LANG_T_SUBJECT) : plain_of_kind(LANG_T_SUBJECT, s);
}

static struct plain_val in_role(const struct plain *p, const struct lang_event *ev, const struct lang_expr *e) {
    uint32_t s = e->index < 0 || ev->subjects == NULL ? 0 : ev->subjects[e->index];
    if (e->type.kind != LANG_T_SET) {
        return subject_or_unknown(s);
    }
    struct plain_val set = plain_of_kind(LANG_T_SET, 0);
    struct lang_item *item = CF_NEW(p->a, struct lang_item);
    item->v = (struct lang_value){.kind = LANG_V_SUBJECT, .i = s};
    set.items = item;
    set.n = s == 0 ? 0 : 1;
    set.elem = (struct lang_type){.kind = LANG_T_SUBJECT, .subject = e->type.subject};
    return set;
}

/* What `e` (a field or an attribute) is of event i. */
struct plain_val plain_event_field(const struct plain *p, const struct plain_at *at, size_t i, const struct lang_expr *e) {
    (void)at;
    if (i == PLAIN_NONE) {
        return plain_unknown(e->type.kind); /* no such event (U2) */
    }
    const struct lang_event *ev = plain_event(p, i);
    switch (e->attr) {
    case LANG_ATTR_HAPPENED: {
        struct plain_val v = plain_instant(ev->from);
        v.hi = ev->to;
        return v;
    }
    case LANG_ATTR_RECORDED: return plain_instant(ev->recorded);
    case LANG_ATTR_ACTOR: return subject_or_unknown(ev->actor.subject);
    case LANG_ATTR_UNIT: return subject_or_unknown(ev->unit);
    case LANG_ATTR_TO: return subject_or_unknown(ev->recipient);
    case LANG_ATTR_ROLE: return in_role(p, ev, e);
    case LANG_ATTR_ATTRIBUTE: return plain_unknown(e->type.kind);
    case LANG_ATTR_NONE: break;
    }
    if (e->index < 0 || ev->fields == NULL) {
        return plain_unknown(e->type.kind);
    }
    const struct lang_value *v = &ev->fields[e->index];
    bool kept = (e->op == LANG_FIELD || e->op == LANG_TRIGGER_FIELD || e->op == LANG_OWN_FIELD) && e->num > 0;
    if (!kept) {
        return plain_from_value(v, e->type);
    }
    bool one = v->kind == LANG_V_LIST && v->more == 1 && v->items[0].kept != NULL;
    return one ? plain_from_value(&v->items[0].kept[e->num - 1], e->type) : plain_unknown(e->type.kind);
}

static struct plain_val of_field(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    return plain_event_field(p, at, plain_last(p, at, e->decl, e->previous), e);
}

static struct plain_val of_own_field(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    return plain_event_field(p, at, at->with_event, e);
}

static struct plain_val of_trigger_field(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    return plain_event_field(p, at, at->trigger, e);
}

static struct plain_val of_trigger(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    if (e->type.kind == LANG_T_EVENT) {
        return at->trigger == PLAIN_NONE ? plain_unknown(LANG_T_EVENT)
                                         : plain_of_kind(LANG_T_EVENT, (int64_t)plain_event(p, at->trigger)->seq);
    }
    return at->has_trigger ? plain_instant(at->trigger_t) : plain_unknown(LANG_T_INSTANT);
}

static struct plain_val of_item(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    (void)p;
    if (at->item == NULL || (e->index >= 0 && at->item->kept == NULL)) {
        return plain_unknown(e->type.kind);
    }
    return e->index < 0 ? plain_from_value(&at->item->v, e->type) : plain_from_value(&at->item->kept[e->index], e->type);
}

/* ---- what other declarations give */
static struct plain_val of_setting(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    return plain_value(p, at, plain_version(at, e->decl)->as.setting.value);
}

static struct plain_val of_fact(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_fact *f = &plain_version(at, e->decl)->as.fact;
    struct plain_at in = plain_about(*at, &f->scope);
    return plain_value(p, &in, f->value);
}

static struct plain_val of_grade(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_graded g = plain_grade(p, at, plain_version(at, e->decl));
    return g.level < 0 ? plain_unknown(LANG_T_CODE) : plain_of_kind(LANG_T_CODE, g.level);
}

static struct plain_val of_score(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    return plain_score(p, at, plain_version(at, e->decl));
}

static struct plain_val of_flag(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_flag *f = &plain_version(at, e->decl)->as.flag;
    struct plain_at in = plain_about(*at, &f->scope);
    return plain_value(p, &in, f->cond);
}

/* ---- tables */
static bool row_is(const struct plain *p, const struct plain_at *at, const struct lang_row *row, const struct plain_val *keys,
                   size_t n) {
    if (row->cells.n != n + 1) {
        return false;
    }
    for (size_t k = 0; k < n; k++) {
        if (plain_compare(p, LANG_EQ, plain_value(p, at, row->cells.v[k]), keys[k]) != PLAIN_YES) {
            return false;
        }
    }
    return true;
}

static struct plain_val look_up(const struct plain *p, const struct plain_at *at, const struct lang_decl *table,
                                const struct plain_val *keys, size_t n) {
    const struct lang_table *t = &table->as.table;
    const struct lang_row *rows = t->rows.v;
    size_t n_rows = t->rows.n;
    if (p->ref->table_rows != NULL) {
        p->ref->table_rows(p->ref->ctx, table, &rows, &n_rows);
    }
    for (size_t r = 0; r < n_rows; r++) {
        if (row_is(p, at, &rows[r], keys, n)) {
            return plain_value(p, at, rows[r].cells.v[n]);
        }
    }
    return plain_unknown(t->type.kind); /* a missing row is unknown, never 0 (G5) */
}

static struct plain_val of_table(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    const struct lang_decl *table = plain_version(at, e->decl);
    struct plain_val *keys = CF_NEW_N(p->a, struct plain_val, e->list.n);
    for (size_t k = 0; k < e->list.n; k++) {
        keys[k] = plain_value(p, at, e->list.v[k]);
    }
    return look_up(p, at, table, keys, e->list.n);
}

static struct plain_val of_sum_table(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val set = plain_value(p, at, e->a);
    if (set.kind != LANG_T_SET || !set.known) {
        return plain_unknown(e->type.kind);
    }
    struct plain_val sum = plain_whole(0);
    for (size_t i = 0; i < set.n; i++) {
        struct plain_val key = plain_from_value(&set.items[i].v, set.elem);
        sum = plain_add(p, at, sum, look_up(p, at, plain_version(at, e->decl), &key, 1));
    }
    return sum;
}

/* ---- arithmetic */
static struct plain_val of_sum(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val a = plain_value(p, at, e->a), b = plain_value(p, at, e->b);
    if (e->op == LANG_SUB && a.kind == LANG_T_INSTANT && b.kind == LANG_T_INSTANT) {
        return plain_between(p, a, b);
    }
    return plain_add(p, at, a, e->op == LANG_SUB ? plain_negate(b) : b);
}

static struct plain_val of_negate(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    return plain_negate(plain_value(p, at, e->a));
}

static struct plain_val of_else(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val a = plain_value(p, at, e->a);
    return plain_known(&a) ? a : plain_value(p, at, e->b); /* U5 */
}

static struct plain_val of_partner(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val v = plain_value(p, at, e->a);
    uint32_t s = 0;
    if (v.kind == LANG_T_SUBJECT && v.known && p->ref->partner_of != NULL) {
        s = p->ref->partner_of(p->ref->ctx, e->decl, (uint32_t)v.lo);
    }
    v = subject_or_unknown(s);
    v.partner = e->decl;
    return v;
}

/* ---- over events */
static struct plain_val of_count(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    int64_t lo = 0, hi = 0;
    for (size_t i = 0; i < p->n; i++) {
        enum plain_tri m = plain_matches(p, at, e->sel, i);
        lo += m == PLAIN_YES;
        hi += m != PLAIN_NO;
    }
    return plain_bounds(lo, hi); /* U3 */
}

static struct plain_val of_count_set(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val set = plain_value(p, at, e->a);
    if (set.kind == LANG_T_SET && set.known) {
        return plain_whole((int64_t)set.n);
    }
    struct plain_val v = plain_whole(0);
    v.no_hi = true;
    v.known = false;
    return v;
}

/* The first (last) event that surely matches; unknown if one before (after) it may match. */
static struct plain_val of_first(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    for (size_t k = 0; k < p->n; k++) {
        size_t i = e->op == LANG_FIRST_FIELD ? k : p->n - 1 - k;
        enum plain_tri m = plain_matches(p, at, e->sel, i);
        if (m != PLAIN_NO) {
            return plain_event_field(p, at, m == PLAIN_YES ? i : PLAIN_NONE, e);
        }
    }
    return plain_unknown(e->type.kind);
}

static struct plain_val of_sum_field(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val sum = plain_whole(0);
    if (e->type.kind == LANG_T_DURATION) {
        sum = plain_duration(0, CF_SECOND);
    }
    bool any = false;
    for (size_t i = 0; i < p->n; i++) {
        enum plain_tri m = plain_matches(p, at, e->sel, i);
        if (m == PLAIN_NO) {
            continue;
        }
        struct plain_val v = plain_event_field(p, at, i, e);
        if (m == PLAIN_UNKNOWN) { /* it adds its value, or nothing */
            v.lo = v.lo < 0 ? v.lo : 0;
            v.hi = v.hi > 0 ? v.hi : 0;
        }
        sum = !any && v.kind == LANG_T_DURATION ? v : plain_add(p, at, sum, v);
        any = true;
    }
    return sum;
}

/* ---- persons */
static struct plain_val of_age(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    int64_t lo = at->with_event != PLAIN_NONE ? plain_event(p, at->with_event)->from : at->t, hi = lo;
    if (e->a != NULL) {
        struct plain_val v = plain_to_seconds(p, plain_value(p, at, e->a), CF_AS_START);
        if (v.no_lo || v.no_hi) {
            return plain_unknown(LANG_T_WHOLE);
        }
        lo = v.lo;
        hi = v.hi;
    }
    int32_t first, last;
    size_t event;
    if (!plain_birth(p, at, &first, &last, &event)) {
        return plain_unknown(LANG_T_WHOLE);
    }
    return plain_bounds(cf_age_on(last, cf_time_day(p->ref->zone, lo)), cf_age_on(first, cf_time_day(p->ref->zone, hi)));
}

static struct plain_val of_holders(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    (void)e;
    return plain_holders(p, at, NULL);
}

/* ---- instants */
static struct plain_val of_turns(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    int32_t first, last;
    size_t event;
    if (!plain_birth(p, at, &first, &last, &event)) {
        return plain_unknown(LANG_T_DATE);
    }
    return plain_day(cf_day_turns(first, (int)e->num), cf_day_turns(last, (int)e->num));
}

static struct plain_val of_shift(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val d = e->b != NULL ? plain_value(p, at, e->b) : plain_duration(e->duration.n, e->duration.unit);
    return plain_add(p, at, plain_value(p, at, e->a), e->op == LANG_BEFORE ? plain_negate(d) : d);
}

static struct plain_val of_due_met(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    (void)p;
    (void)e;
    if (at->due_met != INT64_MAX) {
        return plain_instant(at->due_met);
    }
    return at->has_trigger ? plain_instant(at->trigger_t) : plain_unknown(LANG_T_INSTANT);
}

/* U5: of a known and an unknown one, the known one, and the line says so. */
static struct plain_val of_earlier(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val a = plain_to_seconds(p, plain_value(p, at, e->a), at->as);
    struct plain_val b = plain_to_seconds(p, plain_value(p, at, e->b), at->as);
    bool ka = a.kind == LANG_T_INSTANT && !a.no_lo && !a.no_hi, kb = b.kind == LANG_T_INSTANT && !b.no_lo && !b.no_hi;
    if (!ka || !kb) {
        if (ka != kb && at->one_unknown != NULL) {
            *at->one_unknown = true;
        }
        return ka ? a : kb ? b : plain_unknown(LANG_T_INSTANT);
    }
    bool first = e->op == LANG_EARLIER;
    a.lo = (a.lo < b.lo) == first ? a.lo : b.lo;
    a.hi = (a.hi < b.hi) == first ? a.hi : b.hi;
    a.known = a.lo == a.hi;
    return a;
}

/* T5: the first start after the trigger, or after the point where nothing triggers. */
static struct plain_val of_school_day(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    struct plain_val v = plain_value(p, at, e->a);
    uint32_t school = v.kind == LANG_T_SUBJECT && v.known ? (uint32_t)v.lo : 0;
    int64_t start = 0;
    struct cf_str which;
    if (p->ref->school_day == NULL ||
        !p->ref->school_day(p->ref->ctx, school, at->has_trigger ? at->trigger_t : at->t, &start, &which)) {
        if (at->no_calendar != NULL) {
            *at->no_calendar = true;
        }
        return plain_unknown(LANG_T_INSTANT);
    }
    return plain_instant(start);
}

/* ---- connectives */
static struct plain_val of_and(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    return plain_truth_val(plain_and(plain_truth(p, at, e->a), plain_truth(p, at, e->b)));
}
static struct plain_val of_or(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    return plain_truth_val(plain_or(plain_truth(p, at, e->a), plain_truth(p, at, e->b)));
}
static struct plain_val of_not(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    return plain_truth_val(plain_not(plain_truth(p, at, e->a)));
}

static plain_fn *const value_of[LANG_OPS] = {[LANG_NAME] = of_literal,
                                             [LANG_PATH] = of_literal,
                                             [LANG_YES] = of_literal,
                                             [LANG_NO] = of_literal,
                                             [LANG_UNKNOWN] = of_literal,
                                             [LANG_NUMBER] = of_literal,
                                             [LANG_DATE_LIT] = of_literal,
                                             [LANG_INSTANT_LIT] = of_literal,
                                             [LANG_CLOCK_LIT] = of_literal,
                                             [LANG_DURATION_LIT] = of_literal,
                                             [LANG_STRING_LIT] = of_literal,
                                             [LANG_CODE_LIT] = of_literal,
                                             [LANG_UNIT_LIT] = of_literal,
                                             [LANG_ROLE_LIT] = of_literal,
                                             [LANG_NOTHING] = of_literal,
                                             [LANG_BEING_KNOWN] = of_literal,
                                             [LANG_MET] = of_literal,
                                             [LANG_SETTING_REF] = of_setting,
                                             [LANG_FACT_REF] = of_fact,
                                             [LANG_FIELD] = of_field,
                                             [LANG_TRIGGER] = of_trigger,
                                             [LANG_TRIGGER_FIELD] = of_trigger_field,
                                             [LANG_OWN_FIELD] = of_own_field,
                                             [LANG_ITEM_FIELD] = of_item,
                                             [LANG_GRADE_REF] = of_grade,
                                             [LANG_SCORE_REF] = of_score,
                                             [LANG_FLAG_REF] = of_flag,
                                             [LANG_SPAN_REF] = plain_cond_span,
                                             [LANG_TABLE_REF] = of_table,
                                             [LANG_ADD] = of_sum,
                                             [LANG_SUB] = of_sum,
                                             [LANG_NEGATE] = of_negate,
                                             [LANG_ELSE] = of_else,
                                             [LANG_PARTNER_OF] = of_partner,
                                             [LANG_COUNT_SEL] = of_count,
                                             [LANG_COUNT_SET] = of_count_set,
                                             [LANG_FIRST_FIELD] = of_first,
                                             [LANG_LAST_FIELD] = of_first,
                                             [LANG_SUM_FIELD] = of_sum_field,
                                             [LANG_SUM_TABLE] = of_sum_table,
                                             [LANG_AGE] = of_age,
                                             [LANG_HOLDERS] = of_holders,
                                             [LANG_TIME_IN] = plain_time_in,
                                             [LANG_AND] = of_and,
                                             [LANG_OR] = of_or,
                                             [LANG_NOT] = of_not,
                                             [LANG_EXISTS] = plain_cond_exists,
                                             [LANG_NONE] = plain_cond_none,
                                             [LANG_OPEN] = plain_cond_open,
                                             [LANG_KEPT] = plain_cond_kept,
                                             [LANG_EQ] = plain_cond_compare,
                                             [LANG_NE] = plain_cond_compare,
                                             [LANG_LT] = plain_cond_compare,
                                             [LANG_LE] = plain_cond_compare,
                                             [LANG_GT] = plain_cond_compare,
                                             [LANG_GE] = plain_cond_compare,
                                             [LANG_IN_LIST] = plain_cond_in_list,
                                             [LANG_IN_RANGE] = plain_cond_in_range,
                                             [LANG_WITHIN] = plain_cond_within,
                                             [LANG_EVERY] = plain_cond_every,
                                             [LANG_IS_KNOWN] = plain_cond_known,
                                             [LANG_IS_NOT_KNOWN] = plain_cond_known,
                                             [LANG_IS_ROLE] = plain_cond_role,
                                             [LANG_IS_REACHED] = plain_cond_reached,
                                             [LANG_CHILD] = plain_cond_child,
                                             [LANG_TURNS] = of_turns,
                                             [LANG_BEFORE] = of_shift,
                                             [LANG_AFTER] = of_shift,
                                             [LANG_DUE_MET] = of_due_met,
                                             [LANG_EARLIER] = of_earlier,
                                             [LANG_LATER] = of_earlier,
                                             [LANG_SCHOOL_DAY] = of_school_day};

struct plain_val plain_value(const struct plain *p, const struct plain_at *at, const struct lang_expr *e) {
    CF_ASSERT(e != NULL && e->op < LANG_OPS && value_of[e->op] != NULL);
    return value_of[e->op](p, at, e);
}
