/* parse_example: the lines of an example: subjects, events, and what is expected at an instant. A `;` and a deeper line both go
 * on with the line above. Values stay literals and names: nothing here knows which record or code is meant. */
#include "lang/lang_priv.h"

/* ---------------------------------------------------------------- instants, as London wall clocks */

/* instant = date [clock]; *day_only where no clock is written */
static bool read_instant(struct lang_parser *p, const char *what, int64_t *at, bool *day_only) {
    int32_t day = 0;
    if (!lang_need_date(p, what, &day)) {
        return false;
    }
    const struct lang_token *t = lang_peek(p, 0);
    *at = (int64_t)day * 86400;
    *day_only = t->kind != LANG_TK_CLOCK;
    if (*day_only) {
        return true;
    }
    if (t->num > 86400) {
        return lang_wrong(p, CF_L009, lang_span_of(p, t), "there is no time `%.*s`", CF_STR_ARG(t->text));
    }
    lang_take(p);
    *at += t->num;
    return true;
}

/* ---------------------------------------------------------------- attributes */

/* kept = "(" name literal ("," name literal)* ")" after an item: `Lee (sex female)` */
static bool read_kept(struct lang_parser *p, struct lang_expr *item) {
    const struct lang_token *open = lang_take(p);
    do {
        struct lang_expr *e = lang_expr_new(p, LANG_EQ, lang_peek(p, 0)->at);
        if (!lang_need_name(p, "an attribute, such as sex", &e->name)) {
            return false;
        }
        e->a = lang_read_literal(p, "the value of the attribute");
        if (e->a == NULL) {
            return false;
        }
        e->at = lang_span_from(p, e->at.at);
        *cf_push(p->a, &item->list) = e;
    } while (lang_take_mark(p, ','));
    if (!lang_take_mark(p, ')')) {
        lang_unclosed(p, ")", open);
        return false;
    }
    item->at = lang_span_from(p, item->at.at);
    return true;
}

static struct lang_expr *read_item(struct lang_parser *p, const char *what) {
    struct lang_expr *e = lang_read_literal(p, what);
    if (e != NULL && e->op == LANG_NAME && lang_at_mark(p, '(') && !read_kept(p, e)) {
        return NULL;
    }
    return e;
}

/* values = item ("," item)* */
static bool read_items(struct lang_parser *p, struct lang_attr_value *v, const char *what) {
    do {
        struct lang_expr *e = read_item(p, what);
        if (e == NULL) {
            return false;
        }
        *cf_push(p->a, &v->values) = e;
    } while (lang_take_mark(p, ','));
    return true;
}

/* A word that begins an attribute; here even the words of the language may (`to Lewisham`, `in nothing`). */
static bool take_attr_name(struct lang_parser *p, struct lang_name *out) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind != LANG_TK_WORD) {
        return lang_expected(p, "a field and its value, or `by`, `unit`, `recorded`, `in`");
    }
    lang_take(p);
    *out = (struct lang_name){.text = t->text, .at = lang_span_of(p, t)};
    return true;
}

/* "by" role ["and" person] */
static bool read_by(struct lang_parser *p, struct lang_attr_value *v) {
    struct lang_expr *role = lang_read_literal(p, "the role of who recorded it, after `by`");
    if (role == NULL) {
        return false;
    }
    *cf_push(p->a, &v->values) = role;
    if (lang_take_words(p, "and")) {
        struct lang_expr *who = lang_read_literal(p, "the name of the officer after `and`");
        if (who == NULL) {
            return false;
        }
        *cf_push(p->a, &v->values) = who;
    }
    return true;
}

/* "corrects" label field value,+    "withdraws" label */
static bool read_corrects(struct lang_parser *p, struct lang_attr_value *v) {
    struct lang_expr *label = lang_read_literal(p, "the label of an event above");
    struct lang_expr *field = label != NULL && lang_peek(p, 0)->kind == LANG_TK_WORD ? lang_read_literal(p, "a field") : NULL;
    if (field == NULL) {
        return label != NULL && lang_expected(p, "the name of the field that is corrected");
    }
    *cf_push(p->a, &v->values) = label;
    *cf_push(p->a, &v->values) = field;
    return read_items(p, v, "the right value");
}

/* attr of an event = field value,+ | "by" ... | "unit" unit | "recorded" instant | "in" ("nothing" | label,+) | role subject |
 * "to" x */
static bool event_attr(struct lang_parser *p, struct lang_ex_event *ev) {
    struct lang_attr_value v = {0};
    uint32_t at = lang_peek(p, 0)->at;
    if (!take_attr_name(p, &v.name)) {
        return false;
    }
    bool ok;
    if (cf_str_is(v.name.text, "by")) {
        ok = read_by(p, &v);
    } else if (cf_str_is(v.name.text, "corrects")) {
        ok = read_corrects(p, &v);
    } else {
        struct cf_str what = cf_str_printf(p->a, "a value after `%.*s`", CF_STR_ARG(v.name.text));
        ok = read_items(p, &v, cf_cstr(p->a, what));
    }
    v.at = lang_span_from(p, at);
    if (ok) {
        *cf_push(p->a, &ev->attrs) = v;
    }
    return ok;
}

/* attr of a subject = name literal ["to" literal]; at commas the next one begins */
static bool subject_attrs(struct lang_parser *p, struct lang_ex_subject *s) {
    if (lang_at_end(p)) {
        return true;
    }
    do {
        struct lang_attr_value v = {0};
        uint32_t at = lang_peek(p, 0)->at;
        if (!take_attr_name(p, &v.name)) {
            return false;
        }
        struct cf_str what = cf_str_printf(p->a, "a value after `%.*s`", CF_STR_ARG(v.name.text));
        struct lang_expr *e = lang_read_literal(p, cf_cstr(p->a, what));
        if (e == NULL) {
            return false;
        }
        *cf_push(p->a, &v.values) = e;
        if (lang_take_words(p, "to")) {
            if ((e = lang_read_literal(p, "the end of the range after `to`")) == NULL) {
                return false;
            }
            *cf_push(p->a, &v.values) = e;
        }
        v.at = lang_span_from(p, at);
        *cf_push(p->a, &s->attrs) = v;
    } while (lang_take_mark(p, ','));
    return true;
}

/* row of a table = key+ value */
static bool table_row(struct lang_parser *p, struct lang_ex_subject *s) {
    struct lang_attr_value v = {0};
    uint32_t at = lang_peek(p, 0)->at;
    v.name.at = lang_span_of(p, lang_peek(p, 0));
    while (!lang_at_end(p)) {
        struct lang_expr *e = lang_read_literal(p, "a key or a value of the table");
        if (e == NULL) {
            return false;
        }
        *cf_push(p->a, &v.values) = e;
        lang_take_mark(p, ',');
    }
    v.at = lang_span_from(p, at);
    *cf_push(p->a, &s->attrs) = v;
    return true;
}

/* ---------------------------------------------------------------- expectations */

static const char *const mark_words[] = {"entered later",
                                         "due before it was known",
                                         "day only",
                                         "rests on what is not known",
                                         "changed by correction",
                                         "explained",
                                         "warned",
                                         "escalated"};

/* n ["to" n] of a score */
static bool expect_number(struct lang_parser *p, struct lang_expect *x) {
    x->has_num = true;
    if (!lang_need_number(p, "a number", &x->num_lo)) {
        return false;
    }
    x->num_hi = x->num_lo;
    return !lang_take_words(p, "to") || lang_need_number(p, "a number after `to`", &x->num_hi);
}

/* "of" label | "of" period */
static bool expect_of(struct lang_parser *p, struct lang_expect *x) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind != LANG_TK_WORD && t->kind != LANG_TK_PERIOD && t->kind != LANG_TK_NUMBER) {
        return lang_expected(p, "a label or a period, such as 2024-Q1, after `of`");
    }
    lang_take(p);
    x->of = (struct lang_name){.text = t->text, .at = lang_span_of(p, t)};
    return true;
}

static bool expect_due(struct lang_parser *p, struct lang_expect *x) {
    x->has_due = true;
    if (!read_instant(p, "when it is due", &x->due, &x->due_day_only)) {
        return false;
    }
    x->due += x->due_day_only ? 86399 : 0;
    return true;
}

static bool expect_left(struct lang_parser *p, struct lang_expect *x) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind != LANG_TK_CLOCK) {
        return lang_expected(p, "hours and minutes, such as 22:40, after `left`");
    }
    lang_take(p);
    x->has_left = true;
    x->left_s = t->num;
    return true;
}

static bool expect_owner(struct lang_parser *p, struct lang_expect *x) {
    x->owner = lang_read_value(p);
    return x->owner != NULL;
}

/* state | level | option, whichever the name has */
static bool expect_state(struct lang_parser *p, struct lang_expect *x) {
    struct lang_name word;
    if (x->kind != LANG_EX_NAMED) {
        return lang_expected(p, "`of` and the label of an event, or `not known`, after the gate");
    }
    if (!lang_need_name(p, "a state, such as pending or met", &word)) {
        return false;
    }
    bool option = lang_at_word(p, "open") || lang_at_word(p, "closed") || lang_at_words(p, "not known");
    if (option && !lang_named(x->part) && !lang_named(x->state)) {
        x->part = word;
        return true;
    }
    if (lang_named(x->state)) {
        return lang_wrong(p, CF_L028, word.at, "`%.*s` after `%.*s`: one state can be expected at a time",
                          CF_STR_ARG(word.text), CF_STR_ARG(x->state.text));
    }
    x->state = word;
    return true;
}

static bool expect_mark(struct lang_parser *p, struct lang_expect *x, bool *taken) {
    for (size_t i = 0; i < CF_COUNT(mark_words); i++) {
        uint32_t at = lang_peek(p, 0)->at;
        if (lang_take_words(p, mark_words[i])) {
            *cf_push(p->a, &x->marks) = (struct lang_name){.text = cf_str_from(mark_words[i]), .at = lang_span_from(p, at)};
            *taken = true;
            return true;
        }
    }
    *taken = false;
    return true;
}

static bool expect_part(struct lang_parser *p, struct lang_expect *x) {
    bool taken;
    if (lang_take_words(p, "of")) {
        return expect_of(p, x);
    }
    if (!lang_at_words(p, "due before") && lang_take_words(p, "due")) { /* not the mark `due before it was known` */
        return expect_due(p, x);
    }
    if (lang_take_words(p, "left")) {
        return expect_left(p, x);
    }
    if (lang_take_words(p, "owner")) {
        return expect_owner(p, x);
    }
    if (lang_take_words(p, "could be")) {
        return lang_need_name(p, "a level after `could be`", &x->could_be);
    }
    if (lang_take_words(p, "not known")) {
        return x->not_known = true;
    }
    if (lang_peek(p, 0)->kind == LANG_TK_NUMBER || lang_at_mark(p, '-')) {
        return expect_number(p, x);
    }
    return expect_mark(p, x, &taken) && (taken || expect_state(p, x));
}

/* line = ["no"] name ["." "departure"] part* | ("breach" | "kept") gate ["." "departure"] ["of" label] */
static bool read_expect(struct lang_parser *p, struct lang_ex_at *at) {
    struct lang_expect x = {.kind = LANG_EX_NAMED};
    uint32_t from = lang_peek(p, 0)->at;
    if (lang_take_words(p, "no")) {
        x.no = true;
    } else if (lang_take_words(p, "breach")) {
        x.kind = LANG_EX_GATE_BREACH;
    } else if (lang_take_words(p, "kept")) {
        x.kind = LANG_EX_GATE_KEPT;
    }
    if (!lang_need_name(p, "the name of a duty, gate, grade, score, choice or flag", &x.name)) {
        return false;
    }
    if (lang_take_mark(p, '.')) { /* the gate that a grade or choice makes [G4] */
        if (!lang_at_word(p, "departure")) {
            return lang_expected(p, "`departure` after `.`");
        }
        (void)lang_need_name(p, "`departure`", &x.part);
    }
    while (!lang_at_end(p)) {
        if (!expect_part(p, &x)) {
            return false;
        }
    }
    x.at = lang_span_from(p, from);
    *cf_push(p->a, &at->expects) = x;
    return true;
}

/* ---------------------------------------------------------------- items */

static struct lang_ex_item *add_item(struct lang_parser *p, enum lang_ex_item_kind kind) {
    struct lang_ex_item *item = cf_push(p->a, &p->decl->as.example.items);
    item->kind = kind;
    return item;
}

/* "at" instant ["of" subject] ["as known at" instant] ["expect" line] */
static struct lang_ex_at *read_at(struct lang_parser *p) {
    struct lang_ex_at *at = CF_NEW(p->a, struct lang_ex_at);
    uint32_t from = lang_take(p)->at;
    bool day_only;
    add_item(p, LANG_EX_AT)->at = at;
    if (!read_instant(p, "an instant after `at`", &at->at, &day_only)) {
        return at;
    }
    if (lang_take_words(p, "of") && !lang_need_name(p, "the name of a subject after `of`", &at->of)) {
        return at;
    }
    if (lang_take_words(p, "as known at")) {
        at->known_at_set = true;
        if (!read_instant(p, "an instant after `as known at`", &at->known_at, &day_only)) {
            return at;
        }
    }
    at->where = lang_span_from(p, from);
    if (!lang_at_end(p) && lang_need_words(p, "expect", "the instant")) {
        (void)read_expect(p, at);
    }
    return at;
}

/* event = date [clock] (record | "sent" share | "acknowledged" share) ["=" label] [attr] */
static struct lang_ex_event *read_event(struct lang_parser *p) {
    struct lang_ex_event *ev = CF_NEW(p->a, struct lang_ex_event);
    uint32_t from = lang_peek(p, 0)->at;
    add_item(p, LANG_EX_EVENT)->event = ev;
    if (!read_instant(p, "a date", &ev->happened, &ev->day_only)) {
        return ev;
    }
    ev->happened_to = ev->happened + (ev->day_only ? 86399 : 0);
    if (lang_peek(p, 1)->kind == LANG_TK_WORD && (lang_at_word(p, "sent") || lang_at_word(p, "acknowledged"))) {
        ev->kind = lang_at_word(p, "sent") ? LANG_SEL_SENT : LANG_SEL_ACKNOWLEDGED;
        lang_take(p);
    }
    if (!lang_need_name(p, ev->kind == LANG_SEL_RECORD ? "the name of a record after the time" : "the name of a share",
                        &ev->record) ||
        (lang_take_mark(p, '=') && !lang_need_name(p, "a label after `=`", &ev->label))) {
        return ev;
    }
    if (!lang_at_end(p)) {
        (void)event_attr(p, ev);
    }
    ev->at = lang_span_from(p, from);
    return ev;
}

/* subject = kind name [attr]   |   "table" name [row] */
static struct lang_ex_subject *read_subject(struct lang_parser *p) {
    struct lang_ex_subject *s = CF_NEW(p->a, struct lang_ex_subject);
    uint32_t from = lang_peek(p, 0)->at;
    add_item(p, LANG_EX_SUBJECT)->subject = s;
    if (lang_need_name(p, "a kind of subject", &s->kind) && lang_need_name(p, "the name of the subject", &s->name)) {
        bool table = cf_str_is(s->kind.text, "table");
        (void)(lang_at_end(p) || (table ? table_row(p, s) : subject_attrs(p, s)));
    }
    s->at = lang_span_from(p, from);
    return s;
}

/* After a `;` in a line of subjects: does the next subject begin, or go on the one before (terms of a school, rows of a table)?
 */
static bool goes_on(struct lang_parser *p, const struct lang_ex_subject *s) {
    if (cf_str_is(s->kind.text, "table")) {
        return true;
    }
    return cf_str_is(s->kind.text, "school") && (lang_at_word(p, "term") || lang_at_word(p, "starts"));
}

/* How each item looks, for the hints of errors. */
static const char *const item_like[] = {[LANG_EX_SUBJECT] = "child Kofi  born 2009-05-02",
                                        [LANG_EX_EVENT] = "2024-06-03 14:40  review  by inspector; involved no",
                                        [LANG_EX_AT] = "at 2024-06-03 17:00 expect first_review pending due 2024-06-03 21:00"};

static bool continue_item(struct lang_parser *p, const struct lang_ex_item *item) {
    p->like = item_like[item->kind];
    switch (item->kind) {
    case LANG_EX_AT: lang_take_words(p, "expect"); return read_expect(p, item->at);
    case LANG_EX_EVENT: return event_attr(p, item->event);
    case LANG_EX_SUBJECT:
        if (!goes_on(p, item->subject)) {
            (void)read_subject(p);
            return true;
        }
        return cf_str_is(item->subject->kind.text, "table") ? table_row(p, item->subject) : subject_attrs(p, item->subject);
    }
    return true;
}

static void begin_item(struct lang_parser *p) {
    const struct lang_token *t = lang_peek(p, 0), *next = lang_peek(p, 1);
    if (t->kind == LANG_TK_DATE) {
        p->like = item_like[LANG_EX_EVENT];
        (void)read_event(p);
    } else if (lang_at_word(p, "at")) {
        p->like = item_like[LANG_EX_AT];
        (void)read_at(p);
    } else if (t->kind == LANG_TK_WORD && next->kind == LANG_TK_WORD && !cf_str_is(t->text, "expect")) {
        p->like = item_like[LANG_EX_SUBJECT];
        (void)read_subject(p);
    } else if (t->kind == LANG_TK_ODD) {
        lang_expected(p, "a line of an example");
    } else {
        struct cf_str read = lang_token_words(p, t);
        lang_wrong(p, CF_L028, lang_span_of(p, t), "expected a subject, a date or `at`, but read %.*s", CF_STR_ARG(read));
    }
}

void lang_read_example(struct lang_parser *p) {
    bool open = false; /* an item that a deeper line or a `;` may continue */
    p->each_line = true;
    while (lang_next_piece(p)) {
        struct lang_example *x = &p->decl->as.example;
        bool deeper = !p->line_start || p->line_indent > p->body_indent;
        if (open && deeper && x->items.n > 0) {
            struct lang_ex_item item = x->items.v[x->items.n - 1];
            (void)continue_item(p, &item);
        } else {
            begin_item(p);
            open = x->items.n > 0;
        }
        if (!p->wrong && !lang_at_end(p)) {
            struct cf_str read = lang_token_words(p, lang_peek(p, 0));
            lang_wrong(p, CF_L023, lang_span_of(p, lang_peek(p, 0)), "the line ends here, but then stands %.*s",
                       CF_STR_ARG(read));
        }
    }
}
