/* lower_expr: expressions and selectors into code without pointers: operands before operators, names as numbers, constants
 * folded. Must not know: histories, how code runs. */
#include "lang/lower_priv.h"

static void emit(struct low *l, const struct lang_expr *e);

static uint32_t add(struct low *l, struct fast_instr i) {
    *cf_push(l->a, &l->p->code) = i;
    return (uint32_t)l->p->code.n - 1;
}

static void push_constant(struct low *l, struct fast_val v) {
    *cf_push(l->a, &l->p->constants) = v;
    add(l, (struct fast_instr){.op = FAST_PUSH, .c = (int32_t)l->p->constants.n - 1});
}

static void later(struct low *l, const struct lang_expr *e, enum low_slot slot, uint32_t index) {
    *cf_push(l->a, &l->pending) = (struct low_pending){e, slot, index};
}

/* ---- names */

const struct lang_decl *low_newest(const struct lang_decl *d) {
    while (d->newer != NULL) {
        d = d->newer;
    }
    return d;
}

int32_t low_episode(struct low *l, const struct lang_decl *episode) {
    return episode == NULL ? -1 : l->episode_of[low_newest(episode)->number];
}

/* E8: whose act of this record counts. */
static uint32_t counting(struct low *l, const struct lang_decl *d) {
    const struct lang_record *r = &d->as.record;
    struct fast_counting c = {.decided_by = r->decided_by && r->by_decls.n > 0, .by = {(uint32_t)l->p->refs.n, 0}};
    for (size_t i = 0; i < r->by_decls.n; i++) {
        *cf_push(l->a, &l->p->refs) = (uint32_t)(low_role(l, r->by_decls.v[i]) + 1);
        c.by.n++;
    }
    *cf_push(l->a, &l->p->countings) = c;
    return (uint32_t)l->p->countings.n - 1;
}

static uint32_t what_of(struct low *l, const struct lang_decl *d, uint32_t version) {
    switch ((int)d->kind) {
    case LANG_FACT: later(l, d->as.fact.value, LOW_VERSION, version); return 0;
    case LANG_FLAG: later(l, d->as.flag.cond, LOW_VERSION, version); return 0;
    case LANG_SETTING: later(l, d->as.setting.value, LOW_VERSION, version); return 0;
    case LANG_SPAN: return low_span(l, d);
    case LANG_TABLE: return low_table(l, d);
    case LANG_GATE: return l->gate_of[d->number] - 1;
    case LANG_GRADE: return l->grade_of[d->number] - 1;
    case LANG_SCORE: return l->score_of[d->number] - 1;
    case LANG_RECORD: return counting(l, d);
    default: CF_NEVER("a name that has no versions");
    }
}

/* All versions of a name, newest first, but the one that was named first of all: it stands in where none is in force. Names
 * resolve to the newest, so the two are one order. */
uint32_t low_chain(struct low *l, const struct lang_decl *named) {
    const struct lang_decl *newest = low_newest(named);
    uint32_t *slot = &l->chain_of[newest->number];
    if (*slot != 0) {
        return *slot - 1;
    }
    struct fast_chain chain = {.first = (uint32_t)l->p->versions.n};
    for (const struct lang_decl *d = newest; d != NULL; d = d->older) {
        const struct lang_policy *policy = &d->policy->as.policy;
        *cf_push(l->a, &l->p->versions) = (struct fast_version){.from = policy->from, .to = policy->to};
        chain.n++;
    }
    *cf_push(l->a, &l->p->chains) = chain;
    *slot = (uint32_t)l->p->chains.n;
    uint32_t number = *slot - 1, version = chain.first;
    for (const struct lang_decl *d = newest; d != NULL; d = d->older, version++) {
        uint32_t what = what_of(l, d, version);
        l->p->versions.v[version].what = what;
    }
    return number;
}

/* ---- selectors and paths */

static uint32_t sel_record(struct low *l, const struct lang_sel *s) {
    if (s->decl == NULL) {
        return UINT32_MAX;
    }
    return s->kind == LANG_SEL_RECORD ? s->decl->as.record.number : s->kind == LANG_SEL_SENT ? l->p->sent : l->p->acknowledged;
}

/* Windows of one length share what is remembered of their ends. */
static uint32_t window_memo(struct low *l, struct cf_duration d) {
    for (size_t i = 0; i < l->p->sels.n; i++) {
        const struct fast_sel *s = &l->p->sels.v[i];
        if (s->fixed && s->last.n == d.n && s->last.unit == d.unit) {
            return s->memo;
        }
    }
    return l->p->n_windows++;
}

/* The duration of a window that is written out, or a setting that has one version; NULL: it is to be asked for. */
static const struct lang_expr *fixed_window(const struct lang_expr *e) {
    bool setting = e != NULL && e->op == LANG_SETTING_REF && e->decl->older == NULL && e->decl->newer == NULL;
    e = setting ? e->decl->as.setting.value : e;
    return e != NULL && e->op == LANG_DURATION_LIT ? e : NULL;
}

uint32_t low_sel(struct low *l, const struct lang_sel *s) {
    if (s == NULL) {
        return UINT32_MAX;
    }
    struct fast_sel f = {.record = sel_record(l, s),
                         .role = s->kind == LANG_SEL_RECORD ? s->role_index : -1,
                         .since = s->since_decl != NULL ? (int32_t)s->since_decl->as.record.number : -1,
                         .any_episode = s->any_episode};
    f.share = s->kind != LANG_SEL_RECORD && s->decl != NULL ? low_newest(s->decl) : NULL;
    const struct lang_expr *last = fixed_window(s->last);
    f.fixed = last != NULL;
    if (f.fixed) {
        f.last = last->duration;
        f.memo = window_memo(l, f.last);
    }
    *cf_push(l->a, &l->p->sels) = f;
    uint32_t index = (uint32_t)l->p->sels.n - 1;
    if (s->with != NULL) {
        later(l, s->with, LOW_FILTER, index);
    }
    if (s->last != NULL && !f.fixed) {
        later(l, s->last, LOW_WINDOW, index);
    }
    return index;
}

uint32_t low_path(struct low *l, const struct lang_expr *e) {
    bool kept = e->op == LANG_FIELD || e->op == LANG_TRIGGER_FIELD || e->op == LANG_OWN_FIELD;
    struct fast_path f = {.record = e->decl != NULL && e->decl->kind == LANG_RECORD ? e->decl->as.record.number : UINT32_MAX,
                          .attr = (uint8_t)e->attr,
                          .kept = (uint8_t)(kept && e->num > 0 ? e->num : 0),
                          .kind = (uint8_t)e->type.kind,
                          .elem = (uint8_t)e->type.elem,
                          .previous = e->previous,
                          .field = -1,
                          .role = -1};
    if (e->attr == LANG_ATTR_ROLE) {
        f.role = (int16_t)e->index;
    } else if (e->attr == LANG_ATTR_NONE) {
        f.field = (int16_t)e->index;
    }
    *cf_push(l->a, &l->p->paths) = f;
    return (uint32_t)l->p->paths.n - 1;
}

/* ---- literals */

static struct fast_val unit_value(struct low *l, const struct lang_decl *unit) {
    uint32_t subject = l->ref->unit_subject == NULL ? 0 : l->ref->unit_subject(l->ref->ctx, unit);
    return subject == 0 ? fast_unknown(LANG_T_SUBJECT) : fast_one(LANG_T_SUBJECT, subject);
}

static struct fast_val literal(struct low *l, const struct lang_expr *e) {
    switch ((int)e->op) {
    case LANG_YES:
    case LANG_NO: return fast_one(LANG_T_YESNO, e->op == LANG_YES);
    case LANG_NUMBER: {
        struct fast_val v = fast_one(e->den > 1 ? LANG_T_FRACTION : LANG_T_WHOLE, e->num);
        v.den = e->den > 1 ? e->den : 1;
        return v;
    }
    case LANG_DATE_LIT: return fast_days(e->num, e->num);
    case LANG_INSTANT_LIT: return fast_one(LANG_T_INSTANT, e->num);
    case LANG_CLOCK_LIT: return fast_one(LANG_T_CLOCK, e->num);
    case LANG_DURATION_LIT: {
        struct fast_val v = fast_one(LANG_T_DURATION, e->duration.n);
        v.unit = (uint8_t)e->duration.unit;
        return v;
    }
    case LANG_CODE_LIT: return fast_one(LANG_T_CODE, e->index);
    case LANG_UNIT_LIT: return unit_value(l, e->decl);
    default: return fast_unknown(e->type.kind);
    }
}

/* ---- tables: rows of constants */

static uint32_t cell(struct low *l, const struct lang_expr *e) {
    struct fast_val v = e->op == LANG_NEGATE ? fast_negate(literal(l, e->a)) : literal(l, e);
    *cf_push(l->a, &l->p->constants) = v;
    return (uint32_t)l->p->constants.n - 1;
}

/* One code as the key: each code its row at once. The first row that has it counts. */
static void make_dense(struct low *l, struct fast_table *t, const struct lang_table *decl) {
    if (t->keys != 1 || decl->key_types.n != 1 || decl->key_types.v[0].kind != LANG_T_CODE || decl->key_types.v[0].of == NULL) {
        return;
    }
    t->dense = true;
    t->codes = (uint32_t)decl->key_types.v[0].of->as.codes.list.n;
    t->first_code = (uint32_t)l->p->rows_of_code.n;
    for (uint32_t c = 0; c < t->codes; c++) {
        uint32_t found = 0;
        for (uint32_t r = 0; r < t->rows && found == 0; r++) {
            const struct fast_val *key = &l->p->constants.v[l->p->table_cells.v[t->first + 2 * r]];
            found = key->kind == LANG_T_CODE && (key->flags & FAST_KNOWN) != 0 && key->lo == (int64_t)c ? r + 1 : 0;
        }
        *cf_push(l->a, &l->p->rows_of_code) = found;
    }
}

uint32_t low_table(struct low *l, const struct lang_decl *d) {
    if (l->table_of[d->number] != 0) {
        return l->table_of[d->number] - 1;
    }
    const struct lang_table *decl = &d->as.table;
    const struct lang_row *rows = decl->rows.v;
    size_t n = decl->rows.n;
    if (l->ref->table_rows != NULL) {
        l->ref->table_rows(l->ref->ctx, d, &rows, &n);
    }
    struct fast_table t = {.keys = (uint32_t)decl->keys.n, .kind = (uint8_t)decl->type.kind};
    struct {
        CF_VEC(uint32_t);
    } cells = {0};
    for (size_t r = 0; r < n; r++) {
        if (rows[r].cells.n != decl->keys.n + 1) {
            continue;
        }
        for (size_t k = 0; k < rows[r].cells.n; k++) {
            *cf_push(l->a, &cells) = cell(l, rows[r].cells.v[k]);
        }
        t.rows++;
    }
    t.first = (uint32_t)l->p->table_cells.n;
    for (size_t i = 0; i < cells.n; i++) {
        *cf_push(l->a, &l->p->table_cells) = cells.v[i];
    }
    make_dense(l, &t, decl);
    *cf_push(l->a, &l->p->tables) = t;
    l->table_of[d->number] = (uint32_t)l->p->tables.n;
    return (uint32_t)l->p->tables.n - 1;
}

uint32_t low_span(struct low *l, const struct lang_decl *d) {
    if (l->span_of[d->number] == 0) {
        const struct lang_span_decl *s = &d->as.span;
        struct fast_span f = {.decl = d, .unit = s->hours_unit, .from = low_sel(l, s->from), .to = low_sel(l, s->to)};
        *cf_push(l->a, &l->p->spans) = f;
        l->span_of[d->number] = (uint32_t)l->p->spans.n;
    }
    return l->span_of[d->number] - 1;
}

/* ---- operators */

int32_t low_role(struct low *l, const struct lang_decl *d) {
    if (d == NULL || cf_str_is(d->name.text, "anyone")) {
        return -1;
    }
    const struct lang_decl *newest = low_newest(d);
    return (int32_t)(d->kind == LANG_PARTNER ? l->p->n_roles + newest->as.partner.number : newest->as.role.number);
}

static uint8_t field_op(const struct lang_expr *e) {
    return e->op == LANG_FIELD           ? FAST_FIELD
           : e->op == LANG_TRIGGER_FIELD ? FAST_TRIGGER_FIELD
           : e->op == LANG_OWN_FIELD     ? FAST_OWN_FIELD
                                         : FAST_END;
}

/* Two durations that are compared may cross when one of them moves. */
static void emit_crossing(struct low *l, const struct lang_expr *a, const struct lang_expr *b) {
    if (a->type.kind == LANG_T_DURATION) {
        uint32_t at = add(l, (struct fast_instr){.op = FAST_CROSSING});
        later(l, a, LOW_CROSS_A, at);
        later(l, b, LOW_CROSS_B, at);
    }
}

static void emit_time_in(struct low *l, const struct lang_expr *e) {
    struct fast_time_in t = {.span = low_chain(l, e->decl),
                             .longest = e->longest,
                             .window = e->duration,
                             .clock_from = (int32_t)e->num,
                             .clock_to = (int32_t)e->num2,
                             .days = e->days};
    *cf_push(l->a, &l->p->times) = t;
    add(l, (struct fast_instr){.op = FAST_TIME_IN, .c = (int32_t)l->p->times.n - 1});
}

static void emit_role(struct low *l, const struct lang_expr *e) {
    const struct lang_expr *a = e->a;
    uint16_t from = a->attr != LANG_ATTR_ACTOR ? FAST_END : field_op(a);
    add(l, (struct fast_instr){.op = FAST_IS_ROLE, .c = low_role(l, e->decl), .y = from, .v = (int64_t)low_path(l, a)});
}

static void emit_shift(struct low *l, const struct lang_expr *e) {
    emit(l, e->a);
    if (e->b != NULL) {
        emit(l, e->b);
    } else {
        struct fast_val v = fast_one(LANG_T_DURATION, e->duration.n);
        v.unit = (uint8_t)e->duration.unit;
        push_constant(l, v);
    }
    add(l, (struct fast_instr){.op = FAST_SHIFT, .x = e->op == LANG_BEFORE});
}

static void emit_every(struct low *l, const struct lang_expr *e) {
    emit(l, e->a);
    uint32_t at = add(l, (struct fast_instr){.op = FAST_EVERY});
    later(l, e->b, LOW_EVERY, at);
}

/* The bit of a constant code, of `yes` and `no`; 0: it has none. */
static uint64_t code_bit(const struct lang_expr *e, enum lang_type_kind kind) {
    if (kind == LANG_T_YESNO) {
        return e->op == LANG_YES ? 2 : e->op == LANG_NO ? 1 : 0;
    }
    return e->op == LANG_CODE_LIT && e->index >= 0 && e->index < 64 ? (uint64_t)1 << e->index : 0;
}

/* `R.f = code`, `R.f != code`, `R.f in code, code`: most of what conditions ask. One instruction, which needs no stack. */
static bool emit_among(struct low *l, const struct lang_expr *e) {
    bool one = e->op == LANG_EQ || e->op == LANG_NE;
    const struct lang_expr *f = e->a;
    if ((!one && e->op != LANG_IN_LIST) || field_op(f) == FAST_END || f->attr != LANG_ATTR_NONE || f->index < 0 || f->num > 0 ||
        (f->type.kind != LANG_T_CODE && f->type.kind != LANG_T_YESNO)) {
        return false;
    }
    uint64_t mask = one ? code_bit(e->b, f->type.kind) : 0;
    for (size_t i = 0; !one && i < e->list.n; i++) {
        uint64_t bit = code_bit(e->list.v[i], f->type.kind);
        if (bit == 0) {
            return false;
        }
        mask |= bit;
    }
    if (mask != 0) {
        add(l, (struct fast_instr){.op = FAST_AMONG,
                                   .x = (uint8_t)(field_op(f) | (e->op == LANG_NE ? 128 : 0)),
                                   .c = (int32_t)low_path(l, f),
                                   .v = (int64_t)mask});
    }
    return mask != 0;
}

/* Plain operators: how many operands are on the stack, and the operation. */
static bool emit_plain(struct low *l, const struct lang_expr *e) {
    static const uint8_t ops[LANG_OPS] = {
        [LANG_ADD] = FAST_ADD,
        [LANG_SUB] = FAST_SUB,
        [LANG_NEGATE] = FAST_NEGATE,
        [LANG_ELSE] = FAST_ELSE,
        [LANG_COUNT_SET] = FAST_COUNT_SET,
        [LANG_AND] = FAST_AND,
        [LANG_OR] = FAST_OR,
        [LANG_NOT] = FAST_NOT,
        [LANG_EQ] = FAST_COMPARE,
        [LANG_NE] = FAST_COMPARE,
        [LANG_LT] = FAST_COMPARE,
        [LANG_LE] = FAST_COMPARE,
        [LANG_GT] = FAST_COMPARE,
        [LANG_GE] = FAST_COMPARE,
        [LANG_IN_RANGE] = FAST_IN_RANGE,
        [LANG_WITHIN] = FAST_WITHIN,
        [LANG_IS_KNOWN] = FAST_IS_KNOWN,
        [LANG_IS_NOT_KNOWN] = FAST_IS_KNOWN,
        [LANG_IS_REACHED] = FAST_REACHED,
        [LANG_EARLIER] = FAST_EARLIER,
        [LANG_LATER] = FAST_EARLIER,
        [LANG_SCHOOL_DAY] = FAST_SCHOOL_DAY,
    };
    if (ops[e->op] == FAST_END) {
        return false;
    }
    if (ops[e->op] == FAST_COMPARE || ops[e->op] == FAST_IN_RANGE) {
        emit_crossing(l, e->a, e->b);
    }
    emit(l, e->a);
    size_t before = l->p->code.n;
    if (e->b != NULL) {
        emit(l, e->b);
    }
    struct fast_instr *last = &l->p->code.v[l->p->code.n - 1];
    bool joins = (e->op == LANG_AND || e->op == LANG_OR) && l->p->code.n == before + 1 && last->op == FAST_AMONG;
    if (joins) {
        last->y = ops[e->op];
        return true;
    }
    if (e->c != NULL) {
        emit_crossing(l, e->a, e->c);
        emit(l, e->c);
    }
    uint8_t x = ops[e->op] == FAST_COMPARE ? (uint8_t)e->op : e->op == LANG_LATER || e->op == LANG_IS_NOT_KNOWN;
    add(l, (struct fast_instr){.op = ops[e->op], .x = x});
    return true;
}

static bool emit_over_events(struct low *l, const struct lang_expr *e) {
    switch ((int)e->op) {
    case LANG_COUNT_SEL: add(l, (struct fast_instr){.op = FAST_COUNT, .c = (int32_t)low_sel(l, e->sel)}); return true;
    case LANG_EXISTS: add(l, (struct fast_instr){.op = FAST_EXISTS, .c = (int32_t)low_sel(l, e->sel)}); return true;
    case LANG_NONE: add(l, (struct fast_instr){.op = FAST_NONE, .c = (int32_t)low_sel(l, e->sel)}); return true;
    case LANG_FIRST_FIELD:
    case LANG_LAST_FIELD: {
        uint32_t sel = low_sel(l, e->sel);
        add(l, (struct fast_instr){.op = FAST_FIRST, .x = e->op == LANG_LAST_FIELD, .c = (int32_t)low_path(l, e), .v = sel});
        return true;
    }
    case LANG_SUM_FIELD: {
        uint32_t sel = low_sel(l, e->sel);
        add(l, (struct fast_instr){.op = FAST_SUM, .c = (int32_t)low_path(l, e), .v = sel});
        return true;
    }
    default: return false;
    }
}

static bool emit_name(struct low *l, const struct lang_expr *e) {
    switch ((int)e->op) {
    case LANG_FIELD: add(l, (struct fast_instr){.op = FAST_FIELD, .c = (int32_t)low_path(l, e)}); return true;
    case LANG_TRIGGER_FIELD: add(l, (struct fast_instr){.op = FAST_TRIGGER_FIELD, .c = (int32_t)low_path(l, e)}); return true;
    case LANG_OWN_FIELD: add(l, (struct fast_instr){.op = FAST_OWN_FIELD, .c = (int32_t)low_path(l, e)}); return true;
    case LANG_TRIGGER: add(l, (struct fast_instr){.op = FAST_TRIGGER, .x = e->type.kind == LANG_T_EVENT}); return true;
    case LANG_ITEM_FIELD:
        add(l,
            (struct fast_instr){.op = FAST_ITEM, .y = (uint16_t)(e->index + 1), .x = (uint8_t)e->type.kind, .v = e->type.elem});
        return true;
    case LANG_SETTING_REF: add(l, (struct fast_instr){.op = FAST_CALL, .c = (int32_t)low_chain(l, e->decl)}); return true;
    case LANG_FACT_REF:
    case LANG_FLAG_REF: {
        /* Versions of one name keep its scope: facts, flags about a kind see all (X2). */
        bool about = e->op == LANG_FACT_REF ? e->decl->as.fact.scope.about : e->decl->as.flag.scope.about;
        add(l, (struct fast_instr){.op = FAST_CALL, .x = about, .c = (int32_t)low_chain(l, e->decl)});
        return true;
    }
    case LANG_GRADE_REF: add(l, (struct fast_instr){.op = FAST_GRADE, .c = (int32_t)low_chain(l, e->decl)}); return true;
    case LANG_SCORE_REF: add(l, (struct fast_instr){.op = FAST_SCORE, .c = (int32_t)low_chain(l, e->decl)}); return true;
    case LANG_SPAN_REF: add(l, (struct fast_instr){.op = FAST_IN_SPAN, .c = (int32_t)low_chain(l, e->decl)}); return true;
    case LANG_KEPT: add(l, (struct fast_instr){.op = FAST_KEPT, .c = (int32_t)low_chain(l, e->decl)}); return true;
    case LANG_OPEN: add(l, (struct fast_instr){.op = FAST_OPEN, .c = low_episode(l, e->decl)}); return true;
    case LANG_HOLDERS: add(l, (struct fast_instr){.op = FAST_HOLDERS}); return true;
    case LANG_TURNS: add(l, (struct fast_instr){.op = FAST_TURNS, .v = e->num}); return true;
    case LANG_DUE_MET: add(l, (struct fast_instr){.op = FAST_DUE_MET}); return true;
    default: return false;
    }
}

static void emit_in_list(struct low *l, const struct lang_expr *e) {
    emit_crossing(l, e->a, e->a);
    emit(l, e->a);
    for (size_t i = 0; i < e->list.n; i++) {
        emit_crossing(l, e->a, e->list.v[i]);
        emit(l, e->list.v[i]);
    }
    add(l, (struct fast_instr){.op = FAST_IN_LIST, .y = (uint16_t)e->list.n});
}

static void emit_table(struct low *l, const struct lang_expr *e) {
    for (size_t i = 0; i < e->list.n; i++) {
        emit(l, e->list.v[i]);
    }
    if (e->op == LANG_SUM_TABLE) {
        emit(l, e->a);
    }
    add(l, (struct fast_instr){.op = e->op == LANG_TABLE_REF ? FAST_TABLE : FAST_SUM_TABLE,
                               .y = (uint16_t)e->list.n,
                               .x = (uint8_t)e->type.kind,
                               .c = (int32_t)low_chain(l, e->decl)});
}

static void emit(struct low *l, const struct lang_expr *e) {
    if (emit_among(l, e) || emit_plain(l, e) || emit_over_events(l, e) || emit_name(l, e)) {
        return;
    }
    switch ((int)e->op) {
    case LANG_TABLE_REF:
    case LANG_SUM_TABLE: emit_table(l, e); break;
    case LANG_IN_LIST: emit_in_list(l, e); break;
    case LANG_EVERY: emit_every(l, e); break;
    case LANG_IS_ROLE: emit_role(l, e); break;
    case LANG_BEFORE:
    case LANG_AFTER: emit_shift(l, e); break;
    case LANG_TIME_IN: emit_time_in(l, e); break;
    case LANG_AGE:
    case LANG_CHILD:
        if (e->a != NULL) {
            emit(l, e->a);
        }
        add(l, (struct fast_instr){.op = e->op == LANG_AGE ? FAST_AGE : FAST_CHILD, .x = e->a != NULL});
        break;
    case LANG_PARTNER_OF:
        emit(l, e->a);
        add(l, (struct fast_instr){.op = FAST_PARTNER, .c = (int32_t)low_newest(e->decl)->as.partner.number});
        break;
    default: push_constant(l, literal(l, e)); break;
    }
}

/* ---- roots */

static uint32_t make(struct low *l, const struct lang_expr *e) {
    uint32_t start = (uint32_t)l->p->code.n;
    emit(l, e);
    add(l, (struct fast_instr){.op = FAST_END});
    uint32_t length = (uint32_t)l->p->code.n - start;
    l->p->longest = length > l->p->longest ? length : l->p->longest;
    return start;
}

uint32_t low_expr(struct low *l, const struct lang_expr *e) {
    return e == NULL ? FAST_NO_CODE : make(l, e);
}

void low_drain(struct low *l) {
    for (size_t i = 0; i < l->pending.n; i++) { /* making one may add others */
        struct low_pending q = l->pending.v[i];
        uint32_t code = make(l, q.e);
        switch (q.slot) {
        case LOW_FILTER: l->p->sels.v[q.index].filter = code; break;
        case LOW_WINDOW: l->p->sels.v[q.index].window = code; break;
        case LOW_EVERY: l->p->code.v[q.index].c = (int32_t)code; break;
        case LOW_VERSION: l->p->versions.v[q.index].what = code; break;
        case LOW_CROSS_A: l->p->code.v[q.index].c = (int32_t)code; break;
        case LOW_CROSS_B: l->p->code.v[q.index].v = code; break;
        }
    }
    l->pending.n = 0;
}
