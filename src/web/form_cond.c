/* form_cond: the condition of `required unless`: judged over the answers so far, in words, and for the page's script. Reads a
 * record's own fields only; what it cannot judge is unknown, and unknown may oblige. */
#include "web/form_priv.h"

static const struct desk_value *answer_to(const struct lang_expr *e, const struct desk_value *fields) {
    bool own = e && e->op == LANG_OWN_FIELD && e->index >= 0 && e->attr == LANG_ATTR_NONE && e->num == 0;
    return own && fields ? &fields[e->index] : NULL;
}

/* Is the answer the literal? */
static enum lang_truth equals(const struct desk_value *v, const struct lang_expr *literal) {
    if (!v || v->v.kind <= LANG_V_DECLINED || !literal) {
        return LANG_IS_UNKNOWN;
    }
    if (v->v.kind == LANG_V_CODE && literal->op == LANG_CODE_LIT) {
        return v->v.i == literal->index ? LANG_IS_YES : LANG_IS_NO;
    }
    if (v->v.kind == LANG_V_YESNO && (literal->op == LANG_YES || literal->op == LANG_NO)) {
        return (v->v.i != 0) == (literal->op == LANG_YES) ? LANG_IS_YES : LANG_IS_NO;
    }
    if (v->v.kind == LANG_V_WHOLE && literal->op == LANG_NUMBER && literal->den == 1) {
        return v->v.i == literal->num ? LANG_IS_YES : LANG_IS_NO;
    }
    return LANG_IS_UNKNOWN;
}

static enum lang_truth not_so(enum lang_truth t) {
    return t == LANG_IS_UNKNOWN ? t : t == LANG_IS_YES ? LANG_IS_NO : LANG_IS_YES;
}

static enum lang_truth both(enum lang_truth x, enum lang_truth y) {
    if (x == LANG_IS_NO || y == LANG_IS_NO) {
        return LANG_IS_NO;
    }
    return x == LANG_IS_YES && y == LANG_IS_YES ? LANG_IS_YES : LANG_IS_UNKNOWN;
}

static enum lang_truth in_list(const struct lang_expr *e, const struct desk_value *fields) {
    enum lang_truth none_yet = LANG_IS_NO;
    for (size_t i = 0; i < e->list.n; i++) {
        enum lang_truth one = equals(answer_to(e->a, fields), e->list.v[i]);
        none_yet = not_so(both(not_so(none_yet), not_so(one)));
    }
    return none_yet;
}

/* Binary `and` and `or` may hold their sides in a and b, or all in the list. */
static enum lang_truth junction(const struct lang_expr *e, const struct desk_value *fields) {
    bool any = e->op == LANG_OR;
    enum lang_truth all = LANG_IS_YES;
    for (size_t i = 0; i < e->list.n + 2; i++) {
        const struct lang_expr *side = i == 0 ? e->a : i == 1 ? e->b : e->list.v[i - 2];
        if (side) {
            enum lang_truth t = form_judge(side, fields);
            all = both(all, any ? not_so(t) : t);
        }
    }
    return any ? not_so(all) : all;
}

enum lang_truth form_judge(const struct lang_expr *e, const struct desk_value *fields) {
    const struct desk_value *v = answer_to(e->a, fields);
    if (e->op == LANG_AND || e->op == LANG_OR) {
        return junction(e, fields);
    }
    if (e->op == LANG_NOT) {
        return not_so(form_judge(e->a, fields));
    }
    if (e->op == LANG_EQ || e->op == LANG_NE) {
        enum lang_truth t = equals(v, e->b);
        return e->op == LANG_EQ ? t : not_so(t);
    }
    if (e->op == LANG_IN_LIST) {
        return in_list(e, fields);
    }
    if (v && (e->op == LANG_IS_KNOWN || e->op == LANG_IS_NOT_KNOWN)) {
        bool known = v->v.kind > LANG_V_DECLINED;
        return known == (e->op == LANG_IS_KNOWN) ? LANG_IS_YES : LANG_IS_NO;
    }
    return LANG_IS_UNKNOWN;
}

bool form_asks(const struct lang_decl *record, size_t field, const struct desk_value *fields) {
    const struct lang_field *f = &record->as.record.fields.v[field];
    return !f->retired && (!f->unless || form_judge(f->unless, fields) != LANG_IS_YES);
}

/* ---- In words. */

static void say(struct cf_arena *a, struct cf_buf *b, const struct lang_expr *e);

static struct cf_str field_label(struct cf_arena *a, const struct lang_expr *e) {
    if (!e || e->op != LANG_OWN_FIELD || e->index < 0) {
        return CF_LIT("the answer");
    }
    return form_label(a, e->decl->as.record.fields.v[e->index].name.text);
}

static void say_literal(struct cf_arena *a, struct cf_buf *b, const struct lang_expr *e) {
    if (e->op == LANG_CODE_LIT) {
        cf_buf_printf(b, "\xe2\x80\x9c%.*s\xe2\x80\x9d", CF_STR_ARG(form_code_label(a, e->decl, (size_t)e->index)));
    } else if (e->op == LANG_YES || e->op == LANG_NO) {
        cf_buf_lit(b, e->op == LANG_YES ? "\xe2\x80\x9cYes\xe2\x80\x9d" : "\xe2\x80\x9cNo\xe2\x80\x9d");
    } else {
        lang_expr_text(b, e);
    }
}

static void say_sides(struct cf_arena *a, struct cf_buf *b, const struct lang_expr *e) {
    const char *between = e->op == LANG_AND ? " and " : " or ";
    size_t said = 0;
    for (size_t i = 0; i < e->list.n + 2; i++) {
        const struct lang_expr *side = i == 0 ? e->a : i == 1 ? e->b : e->list.v[i - 2];
        if (side) {
            cf_buf_lit(b, said++ ? between : "");
            say(a, b, side);
        }
    }
}

static void say(struct cf_arena *a, struct cf_buf *b, const struct lang_expr *e) {
    bool on_field = e->a && e->a->op == LANG_OWN_FIELD;
    if (e->op == LANG_AND || e->op == LANG_OR) {
        say_sides(a, b, e);
    } else if (on_field && (e->op == LANG_EQ || e->op == LANG_NE) && e->b) {
        cf_buf_printf(b, "\xe2\x80\x9c%.*s\xe2\x80\x9d is %s", CF_STR_ARG(field_label(a, e->a)),
                      e->op == LANG_NE ? "not " : "");
        say_literal(a, b, e->b);
    } else if (on_field && e->op == LANG_IN_LIST) {
        cf_buf_printf(b, "\xe2\x80\x9c%.*s\xe2\x80\x9d is ", CF_STR_ARG(field_label(a, e->a)));
        for (size_t i = 0; i < e->list.n; i++) {
            cf_buf_lit(b, i == 0 ? "" : i + 1 == e->list.n ? " or " : ", ");
            say_literal(a, b, e->list.v[i]);
        }
    } else if (on_field && (e->op == LANG_IS_KNOWN || e->op == LANG_IS_NOT_KNOWN)) {
        cf_buf_printf(b, "\xe2\x80\x9c%.*s\xe2\x80\x9d is %s", CF_STR_ARG(field_label(a, e->a)),
                      e->op == LANG_IS_KNOWN ? "known" : "not known");
    } else {
        lang_expr_text(b, e);
    }
}

struct cf_str form_condition_words(struct cf_arena *a, const struct lang_field *field) {
    struct cf_buf b = cf_buf_new(a, CF_MAX_TEXT_BYTES);
    struct cf_str words;
    if (!field->unless) {
        return CF_LIT("");
    }
    struct lang_expr turned = *field->unless; /* "unless it is not so" is said as "if it is so" */
    bool negative = turned.op == LANG_NE || turned.op == LANG_IS_NOT_KNOWN;
    if (negative) {
        turned.op = turned.op == LANG_NE ? LANG_EQ : LANG_IS_KNOWN;
    }
    cf_buf_lit(&b, negative ? "Needed if " : "Needed unless ");
    say(a, &b, &turned);
    return cf_buf_finish(&b, &words) ? words : CF_LIT("");
}

/* ---- For the script. */

static bool write_json(struct cf_buf *b, const struct lang_expr *e);

static bool json_value(struct cf_buf *b, const struct lang_expr *e) {
    if (e->op == LANG_CODE_LIT) {
        cf_json_str(b, e->decl->as.codes.list.v[e->index].name.text);
    } else if (e->op == LANG_YES || e->op == LANG_NO) {
        cf_buf_lit(b, e->op == LANG_YES ? "\"yes\"" : "\"no\"");
    } else {
        return false;
    }
    return true;
}

static bool json_is(struct cf_buf *b, const struct lang_expr *e) {
    bool field = e->a && e->a->op == LANG_OWN_FIELD && e->a->index >= 0 && e->a->num == 0 && e->a->attr == LANG_ATTR_NONE;
    if (!field) {
        return false;
    }
    cf_buf_lit(b, "[\"is\",");
    cf_json_str(b, e->a->decl->as.record.fields.v[e->a->index].name.text);
    for (size_t i = 0; i < (e->op == LANG_IN_LIST ? e->list.n : 1); i++) {
        cf_buf_byte(b, ',');
        if (!json_value(b, e->op == LANG_IN_LIST ? e->list.v[i] : e->b)) {
            return false;
        }
    }
    cf_buf_byte(b, ']');
    return true;
}

static bool json_sides(struct cf_buf *b, const struct lang_expr *e) {
    cf_buf_lit(b, e->op == LANG_AND ? "[\"and\"" : e->op == LANG_OR ? "[\"or\"" : "[\"not\"");
    for (size_t i = 0; i < e->list.n + 2; i++) {
        const struct lang_expr *side = i == 0 ? e->a : i == 1 ? e->b : e->list.v[i - 2];
        if (side) {
            cf_buf_byte(b, ',');
            if (!write_json(b, side)) {
                return false;
            }
        }
    }
    cf_buf_byte(b, ']');
    return true;
}

static bool write_json(struct cf_buf *b, const struct lang_expr *e) {
    if (e->op == LANG_AND || e->op == LANG_OR || e->op == LANG_NOT) {
        return json_sides(b, e);
    }
    return (e->op == LANG_EQ || e->op == LANG_IN_LIST) && json_is(b, e);
}

struct cf_str form_condition_json(struct cf_arena *a, const struct lang_field *field) {
    struct cf_buf b = cf_buf_new(a, CF_MAX_TEXT_BYTES);
    struct cf_str text;
    if (!field->unless || !write_json(&b, field->unless) || !cf_buf_finish(&b, &text)) {
        return CF_LIT("");
    }
    return text;
}
