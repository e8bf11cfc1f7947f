/* rule: what a rule says, in plain words: titles in place of names, a line for each part. It shortens nothing that decides;
 * what has no plain words here stands in the language's own, which are close to them. Must not know what any rule is about. */
#include "web/pages/policies.h"

struct saying {
    struct cf_arena *a;
    struct rule_lines *out;
};

static void say(struct cf_buf *b, const struct lang_expr *e);

static struct cf_buf words_new(const struct saying *s) {
    return cf_buf_new(s->a, CF_MAX_TEXT_BYTES);
}

static void put(const struct saying *s, const char *key, const struct cf_buf *b) {
    *cf_push(s->a, s->out) = (struct rule_line){cf_str_from(key), {b->p, b->n}};
}

/* ---- Names. */

static void spaced(struct cf_buf *b, struct cf_str name) {
    for (size_t i = 0; i < name.n; i++) {
        cf_buf_add(b, name.p[i] == '_' ? " " : name.p + i, 1);
    }
}

static void quoted(struct cf_buf *b, struct cf_str s) {
    cf_buf_printf(b, "“%.*s”", CF_STR_ARG(s));
}

static void titled(struct cf_buf *b, const struct lang_decl *d, struct cf_str name) {
    if (d && d->title.n) {
        quoted(b, d->title);
    } else {
        spaced(b, d ? d->name.text : name);
    }
}

/* Roles, units and partners go by their title without quotes: "Custody officer". */
static void named(struct cf_buf *b, const struct lang_decl *d, struct cf_str name) {
    if (d && d->title.n) {
        cf_buf_str(b, d->title);
    } else {
        spaced(b, d ? d->name.text : name);
    }
}

static void say_sel(struct cf_buf *b, const struct lang_sel *s) {
    titled(b, s->decl, s->name.text);
    cf_buf_lit(b, s->kind == LANG_SEL_SENT ? " is sent" : s->kind == LANG_SEL_ACKNOWLEDGED ? " is acknowledged" : "");
    if (s->role.text.n) {
        cf_buf_lit(b, ", about them as ");
        spaced(b, s->role.text);
    }
    if (s->with) {
        cf_buf_lit(b, " where ");
        say(b, s->with);
    }
    if (s->last) {
        cf_buf_lit(b, " in the last ");
        say(b, s->last);
    }
    if (s->since.text.n) {
        cf_buf_lit(b, " since ");
        titled(b, s->since_decl, s->since.text);
    }
    cf_buf_lit(b, s->any_episode ? " in any episode" : "");
}

static void say_sels(const struct saying *s, const char *key, struct lang_sel *const *sels, size_t n,
                     const struct lang_expr *where) {
    struct cf_buf b = words_new(s);
    for (size_t i = 0; i < n; i++) {
        cf_buf_lit(&b, i ? ", or " : "");
        say_sel(&b, sels[i]);
    }
    if (where) {
        cf_buf_lit(&b, n ? ", where " : "");
        say(&b, where);
    }
    if (n || where) {
        put(s, key, &b);
    }
}

/* ---- Expressions. */

static void say_field(struct cf_buf *b, const struct lang_expr *e) {
    const struct lang_record *r = &e->decl->as.record;
    static const char *const attrs[] = {
        [LANG_ATTR_HAPPENED] = "the time of ", [LANG_ATTR_RECORDED] = "the time of writing down ",
        [LANG_ATTR_ACTOR] = "whoever did ",    [LANG_ATTR_UNIT] = "the unit of ",
        [LANG_ATTR_TO] = "whoever was sent ",  [LANG_ATTR_ATTRIBUTE] = NULL};
    if (e->attr != LANG_ATTR_NONE && attrs[e->attr]) {
        cf_buf_lit(b, attrs[e->attr]);
        if (e->op == LANG_TRIGGER_FIELD) {
            cf_buf_lit(b, "what began it");
        } else {
            titled(b, e->decl, e->decl->name.text);
        }
        return;
    }
    if (e->num > 0 || e->attr != LANG_ATTR_NONE || e->index < 0 || (size_t)e->index >= r->fields.n) {
        lang_expr_text(b, e);
        return;
    }
    const struct lang_field *f = &r->fields.v[e->index];
    cf_buf_lit(b, e->previous ? "the previous " : "");
    if (f->hint.n) {
        quoted(b, f->hint);
    } else {
        cf_buf_lit(b, "‘");
        spaced(b, f->name.text);
        cf_buf_lit(b, "’");
    }
    if (e->op == LANG_FIELD) {
        cf_buf_lit(b, " of ");
        titled(b, e->decl, e->decl->name.text);
    }
}

static void say_two(struct cf_buf *b, const struct lang_expr *e, const char *between) {
    say(b, e->a);
    cf_buf_lit(b, between);
    say(b, e->b);
}

static const char *joint(enum lang_op op) {
    static const char *const words[LANG_OPS] = {[LANG_AND] = ", and ",
                                                [LANG_OR] = ", or ",
                                                [LANG_EQ] = " is ",
                                                [LANG_NE] = " is not ",
                                                [LANG_LT] = " is less than ",
                                                [LANG_LE] = " is at most ",
                                                [LANG_GT] = " is more than ",
                                                [LANG_GE] = " is at least ",
                                                [LANG_ADD] = " plus ",
                                                [LANG_SUB] = " less ",
                                                [LANG_ELSE] = ", or when that is not known "};
    return words[op];
}

static void say_one_of(struct cf_buf *b, const struct lang_expr *e) {
    say(b, e->a);
    cf_buf_lit(b, " is ");
    for (size_t i = 0; i < e->list.n; i++) {
        cf_buf_lit(b, i == 0 ? "" : i + 1 == e->list.n ? " or " : ", ");
        say(b, e->list.v[i]);
    }
}

static void say_value_of(struct cf_buf *b, const struct lang_decl *setting) {
    say(b, setting->as.setting.value);
    cf_buf_printf(b, " (%s", setting->as.setting.confirmed ? "" : "to verify; ");
    spaced(b, setting->name.text);
    cf_buf_lit(b, ")");
}

/* Names that stand for one thing; false for what is made of parts. */
static bool say_leaf(struct cf_buf *b, const struct lang_expr *e) {
    switch ((int)e->op) {
    case LANG_FIELD:
    case LANG_TRIGGER_FIELD:
    case LANG_OWN_FIELD:
        if (!e->decl || e->decl->kind != LANG_RECORD) {
            return false;
        }
        say_field(b, e);
        return true;
    case LANG_CODE_LIT:
        if (!e->decl || e->index < 0 || (size_t)e->index >= e->decl->as.codes.list.n) {
            return false;
        }
        if (e->decl->as.codes.list.v[e->index].title.n) {
            quoted(b, e->decl->as.codes.list.v[e->index].title);
        } else {
            cf_buf_lit(b, "‘");
            spaced(b, e->decl->as.codes.list.v[e->index].name.text);
            cf_buf_lit(b, "’");
        }
        return true;
    case LANG_UNIT_LIT:
    case LANG_ROLE_LIT: named(b, e->decl, e->path.n ? e->path.v[0].text : e->name.text); return true;
    case LANG_SETTING_REF: say_value_of(b, e->decl); return true;
    case LANG_FACT_REF:
        if (e->path.n > 1) { /* `child.sex` */
            cf_buf_lit(b, "the ");
            spaced(b, e->path.v[0].text);
            cf_buf_lit(b, "’s ");
        }
        titled(b, e->decl, e->decl->name.text);
        return true;
    case LANG_ITEM_FIELD:
        if (!e->path.n) {
            return false;
        }
        cf_buf_lit(b, "their own ");
        spaced(b, e->path.v[e->path.n - 1].text);
        return true;
    case LANG_GRADE_REF:
    case LANG_SCORE_REF:
    case LANG_FLAG_REF: titled(b, e->decl, e->decl->name.text); return true;
    case LANG_TRIGGER: cf_buf_lit(b, "what began it"); return true;
    case LANG_BEING_KNOWN: cf_buf_lit(b, "its being known"); return true;
    case LANG_UNKNOWN: cf_buf_lit(b, "not known"); return true;
    default: return false;
    }
}

static bool say_about(struct cf_buf *b, const struct lang_expr *e) {
    switch ((int)e->op) {
    case LANG_EXISTS:
        cf_buf_lit(b, "there is ");
        say_sel(b, e->sel);
        return true;
    case LANG_NONE:
        cf_buf_lit(b, "there is no ");
        say_sel(b, e->sel);
        return true;
    case LANG_COUNT_SEL:
        cf_buf_lit(b, "the number of ");
        say_sel(b, e->sel);
        return true;
    case LANG_COUNT_SET:
        cf_buf_lit(b, "the number of ");
        say(b, e->a);
        return true;
    case LANG_OPEN:
        titled(b, e->decl, e->name.text);
        cf_buf_lit(b, " is open");
        return true;
    case LANG_KEPT:
        titled(b, e->decl, e->name.text);
        cf_buf_lit(b, " was kept");
        return true;
    case LANG_CHILD:
        cf_buf_lit(b, "they are a child");
        if (e->a) {
            cf_buf_lit(b, " at ");
            say(b, e->a);
        }
        return true;
    case LANG_PARTNER_OF:
        named(b, e->decl, e->name.text);
        cf_buf_lit(b, " of ");
        say(b, e->a);
        return true;
    case LANG_EVERY:
        cf_buf_lit(b, "for each of ");
        say(b, e->a);
        cf_buf_lit(b, ": ");
        say(b, e->b);
        return true;
    default: return false;
    }
}

static bool say_made(struct cf_buf *b, const struct lang_expr *e) {
    const char *between = joint(e->op);
    if (between) {
        say_two(b, e, between);
        return true;
    }
    switch ((int)e->op) {
    case LANG_NOT:
        cf_buf_lit(b, "not: ");
        say(b, e->a);
        return true;
    case LANG_IN_LIST: say_one_of(b, e); return true;
    case LANG_IN_RANGE:
        say_two(b, e, " is from ");
        cf_buf_lit(b, " to ");
        say(b, e->c);
        return true;
    case LANG_IS_KNOWN:
    case LANG_IS_NOT_KNOWN:
        say(b, e->a);
        cf_buf_lit(b, e->op == LANG_IS_KNOWN ? " is known" : " is not known");
        return true;
    case LANG_IS_REACHED:
        say(b, e->a);
        cf_buf_lit(b, " is reached");
        return true;
    case LANG_IS_ROLE:
        say(b, e->a);
        cf_buf_lit(b, " is ");
        named(b, e->decl, e->name.text);
        return true;
    case LANG_BEFORE:
    case LANG_AFTER:
        if (e->b) {
            say(b, e->b);
        } else {
            cf_buf_lit(b, cf_duration_shown(e->duration).p);
        }
        cf_buf_lit(b, e->op == LANG_BEFORE ? " before " : " after ");
        say(b, e->a);
        return true;
    case LANG_EARLIER:
    case LANG_LATER:
        cf_buf_lit(b, e->op == LANG_EARLIER ? "the earlier of " : "the later of ");
        say_two(b, e, " and ");
        return true;
    default: return false;
    }
}

static void say(struct cf_buf *b, const struct lang_expr *e) {
    if (!e) {
        return;
    }
    cf_buf_lit(b, e->bracketed ? "(" : "");
    if (!say_leaf(b, e) && !say_about(b, e) && !say_made(b, e)) {
        struct lang_expr plain = *e;
        plain.bracketed = false;
        lang_expr_text(b, &plain);
    }
    cf_buf_lit(b, e->bracketed ? ")" : "");
    cf_buf_lit(b, e->to_verify ? " (to verify)" : "");
}

static void say_cond(const struct saying *s, const char *key, const struct lang_expr *e) {
    if (e) {
        struct cf_buf b = words_new(s);
        say(&b, e);
        put(s, key, &b);
    }
}

static void say_clause(struct cf_buf *b, const struct lang_value_clause *v) {
    say(b, v->value);
    cf_buf_lit(b, v->to_verify && !(v->value && v->value->to_verify) ? " (to verify)" : "");
}

static void say_scope(const struct saying *s, const struct lang_scope *scope) {
    struct cf_buf b = words_new(s);
    if (scope->about) {
        cf_buf_printf(&b, "each %s", lang_subject_word(scope->kind));
    }
    if (scope->in) {
        cf_buf_lit(&b, scope->about ? ", in each " : "each ");
        titled(&b, scope->episode_decl, scope->episode.text);
    }
    if (b.n) {
        put(s, "About", &b);
    }
}

/* ---- Duties. */

static void say_trigger(const struct saying *s, const struct lang_duty *y) {
    static const char *const periods[] = {
        [LANG_WEEK] = "Each week", [LANG_MONTH] = "Each month", [LANG_QUARTER] = "Each quarter", [LANG_YEAR] = "Each year"};
    struct cf_buf b = words_new(s);
    switch (y->trigger) {
    case LANG_AFTER_EVENT: say_sel(&b, y->after); break;
    case LANG_AFTER_BREACH:
        cf_buf_lit(&b, "a breach of ");
        titled(&b, y->breach_gate, y->breach_of.text);
        break;
    case LANG_WHEN: say(&b, y->cond); break;
    case LANG_EACH:
        cf_buf_lit(&b, periods[y->period]);
        cf_buf_lit(&b, y->cond ? ", while " : "");
        say(&b, y->cond);
        break;
    }
    put(s, y->trigger == LANG_WHEN ? "Arises when" : y->trigger == LANG_EACH ? "Arises" : "Arises after", &b);
}

static void say_owner(const struct saying *s, const struct lang_expr *owner) {
    struct cf_buf b = words_new(s);
    if (owner && owner->op == LANG_NAME) {
        cf_buf_lit(&b, "Whoever did what began it");
    } else {
        say(&b, owner);
    }
    put(s, "Who must", &b);
}

static void say_deadline(const struct saying *s, const struct lang_duty *y) {
    struct cf_buf b = words_new(s);
    if (!y->has_deadline) {
        cf_buf_lit(&b, "No time is set");
    } else if (y->by_instant) {
        cf_buf_lit(&b, "By ");
        say_clause(&b, &y->by);
    } else {
        cf_buf_lit(&b, "Within ");
        say_clause(&b, &y->within);
        if (y->of) {
            cf_buf_lit(&b, " of ");
            say(&b, y->of);
        }
    }
    put(s, "By when", &b);
    if (y->not_counting.n) {
        struct cf_buf c = words_new(s);
        for (size_t i = 0; i < y->not_counting.n; i++) {
            cf_buf_lit(&c, i ? ", and " : "");
            titled(&c, i < y->not_counting_decls.n ? y->not_counting_decls.v[i] : NULL, y->not_counting.v[i].text);
        }
        put(s, "The clock stands during", &c);
    }
    for (size_t i = 0; i < y->extended.n; i++) {
        struct cf_buf c = words_new(s);
        say_sel(&c, y->extended.v[i].by);
        if (y->extended.v[i].where) {
            cf_buf_lit(&c, " where ");
            say(&c, y->extended.v[i].where);
        }
        cf_buf_lit(&c, ": then ");
        say_clause(&c, &y->extended.v[i].to);
        put(s, "Longer after", &c);
    }
}

static void say_duty(const struct saying *s, const struct lang_duty *y) {
    say_trigger(s, y);
    if (y->trigger == LANG_WHEN || y->trigger == LANG_EACH) {
        say_scope(s, &y->scope);
    }
    say_cond(s, "Only where", y->where);
    say_owner(s, y->owner);
    say_deadline(s, y);
    say_sels(s, "Done by", y->done_by.v, y->done_by.n, y->done_where);
    say_cond(s, "Counts from", y->counting_from);
    say_sels(s, "Falls away after", y->void_by.v, y->void_by.n, NULL);
    say_cond(s, "Falls away when", y->void_when);
    for (size_t i = 0; i < y->warn.n; i++) {
        struct cf_buf b = words_new(s);
        say_clause(&b, &y->warn.v[i].d);
        cf_buf_lit(&b, y->warn.v[i].after ? " after it arose" : " before it is due");
        put(s, "A reminder", &b);
    }
    for (size_t i = 0; i < y->escalate.n; i++) {
        const struct lang_escalate *e = &y->escalate.v[i];
        struct cf_buf b = words_new(s);
        named(&b, e->decl, e->role.text);
        cf_buf_lit(&b, e->after.value ? ", " : ", at once");
        if (e->after.value) {
            say_clause(&b, &e->after);
            cf_buf_lit(&b, " after it was due");
        }
        put(s, "If it is not done", &b);
    }
}

/* ---- The other rules. */

static void say_departure(const struct saying *s, struct lang_name needs) {
    if (needs.text.n) {
        struct cf_buf b = words_new(s);
        cf_buf_lit(&b, "needs ");
        spaced(&b, needs.text);
        put(s, "To decide otherwise", &b);
    }
}

static void say_gate(const struct saying *s, const struct lang_gate *g) {
    struct cf_buf b = words_new(s);
    if (g->before) {
        say_sel(&b, g->before);
        put(s, "Judged at", &b);
    }
    say_cond(s, "Only where", g->where);
    say_cond(s, "What must hold", g->needs);
    if (g->otherwise.n) {
        struct cf_buf c = words_new(s);
        cf_buf_str(&c, g->otherwise);
        put(s, "Otherwise", &c);
    }
    if (g->absolute) {
        struct cf_buf c = words_new(s);
        cf_buf_lit(&c, "What would breach it is refused, and cannot be recorded");
        put(s, "Absolute", &c);
    }
}

static void say_levels(const struct saying *s, const struct lang_grade *g) {
    say_scope(s, &g->scope);
    for (size_t i = 0; i < g->list.n; i++) {
        const struct lang_level *l = &g->list.v[i];
        struct cf_buf b = words_new(s);
        spaced(&b, l->name.text);
        cf_buf_lit(&b, l->otherwise ? ": otherwise" : ": when ");
        say(&b, l->when);
        put(s, "Level", &b);
    }
    say_departure(s, g->departure_needs);
}

static void say_score(const struct saying *s, const struct lang_score *c) {
    struct cf_buf b = words_new(s);
    struct cf_buf range = words_new(s);
    say_scope(s, &c->scope);
    say_clause(&range, &c->from);
    cf_buf_lit(&range, " to ");
    say_clause(&range, &c->to);
    put(s, "Lies from", &range);
    say_clause(&b, &c->base);
    put(s, "Begins with", &b);
    for (size_t i = 0; i < c->plus.n; i++) {
        struct cf_buf t = words_new(s);
        say_clause(&t, &c->plus.v[i].value);
        if (c->plus.v[i].bounded) {
            cf_buf_lit(&t, ", but no less than ");
            say_clause(&t, &c->plus.v[i].lo);
            cf_buf_lit(&t, " and no more than ");
            say_clause(&t, &c->plus.v[i].hi);
        }
        put(s, "Plus", &t);
    }
}

static void say_options(const struct saying *s, const struct lang_choice *c) {
    say_cond(s, "For", c->for_);
    for (size_t i = 0; i < c->options.n; i++) {
        const struct lang_option *o = &c->options.v[i];
        struct cf_buf b = words_new(s);
        spaced(&b, o->code.text);
        cf_buf_lit(&b, o->open_when ? ": open when " : "");
        say(&b, o->open_when);
        cf_buf_lit(&b, o->closed_when ? "; closed when " : "");
        say(&b, o->closed_when);
        put(s, "Option", &b);
    }
    say_departure(s, c->departure_needs);
}

static void say_share(const struct saying *s, const struct lang_share *h) {
    struct cf_buf b = words_new(s), c = words_new(s);
    say(&b, h->to);
    put(s, "Told to", &b);
    spaced(&c, h->purpose.text);
    put(s, "For", &c);
}

void rule_words(struct cf_arena *a, const struct lang_decl *d, struct rule_lines *out) {
    struct saying s = {.a = a, .out = out};
    *out = (struct rule_lines){0};
    switch ((int)d->kind) {
    case LANG_DUTY: say_duty(&s, &d->as.duty); break;
    case LANG_GATE: say_gate(&s, &d->as.gate); break;
    case LANG_GRADE: say_levels(&s, &d->as.grade); break;
    case LANG_SCORE: say_score(&s, &d->as.score); break;
    case LANG_CHOICE: say_options(&s, &d->as.choice); break;
    case LANG_FLAG:
        say_scope(&s, &d->as.flag.scope);
        say_cond(&s, "Stands while", d->as.flag.cond);
        break;
    case LANG_SHARE: say_share(&s, &d->as.share); break;
    default: break;
    }
}
