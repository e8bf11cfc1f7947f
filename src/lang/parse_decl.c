/* parse_decl: each declaration and its clauses, by table. The grammar rule stands above each function; a clause reads only its
 * own piece. Must not resolve names. */
#include "lang/lang_priv.h"

enum clause_rule { ONCE = 0, MANY = 1, NEEDED = 2 };
struct clause {
    const char *words; /* that begin it */
    enum lang_clause id;
    bool (*read)(struct lang_parser *p); /* after its words */
    unsigned rule;
    const char *like; /* how it looks, for the hint of an error */
};

/* ---------------------------------------------------------------- pieces that many clauses share */

static bool read_names(struct lang_parser *p, const char *what, void *vec) {
    struct {
        CF_VEC(struct lang_name);
    } *names = vec;
    do {
        struct lang_name name;
        if (!lang_need_name(p, what, &name)) {
            return false;
        }
        *cf_push(p->a, names) = name;
    } while (lang_take_mark(p, ','));
    return true;
}

/* "to verify" at the end of a clause that holds a bare value */
static void read_to_verify(struct lang_parser *p, struct lang_expr *root, bool *flag) {
    bool yes = lang_take_words(p, "to verify");
    if (root != NULL) {
        root->to_verify = yes;
    }
    if (flag != NULL) {
        *flag = yes;
    }
}

static bool read_cond(struct lang_parser *p, struct lang_expr **out) {
    *out = lang_read_cond(p);
    read_to_verify(p, *out, NULL);
    return *out != NULL;
}

static bool read_value(struct lang_parser *p, struct lang_value_clause *out) {
    out->value = lang_read_value(p);
    read_to_verify(p, out->value, &out->to_verify);
    return out->value != NULL;
}

static bool read_sel(struct lang_parser *p, struct lang_sel **out) {
    *out = lang_read_sel(p);
    return *out != NULL;
}

/* sel ("or" sel)* */
static bool read_sels(struct lang_parser *p, void *vec) {
    struct {
        CF_VEC(struct lang_sel *);
    } *sels = vec;
    do {
        struct lang_sel *s = lang_read_sel(p);
        if (s == NULL) {
            return false;
        }
        *cf_push(p->a, sels) = s;
    } while (lang_take_words(p, "or"));
    return true;
}

/* cites: cite ("," cite)* */
static bool cl_cites(struct lang_parser *p) {
    do {
        struct lang_cite c = {0};
        if (!lang_need_cite(p, &c)) {
            return false;
        }
        *cf_push(p->a, &p->decl->cites) = c;
    } while (lang_take_mark(p, ','));
    return true;
}

/* lawful = "lawful use of" label cite */
static bool cl_lawful(struct lang_parser *p) {
    struct lang_lawful l = {0};
    if (!lang_need_name(p, "a protected characteristic, such as sex", &l.label) || !lang_need_cite(p, &l.cite)) {
        return false;
    }
    *cf_push(p->a, &p->decl->lawful) = l;
    return true;
}

/* scope = "about" kind | "in" episode */
static bool scope_about(struct lang_parser *p, struct lang_scope *s) {
    s->about = true;
    return lang_need_kind(p, &s->kind);
}
static bool scope_in(struct lang_parser *p, struct lang_scope *s) {
    s->in = true;
    return lang_need_name(p, "the name of an episode after `in`", &s->episode);
}

static bool read_period(struct lang_parser *p, enum lang_period *out) {
    static const char *const words[] = {"week", "month", "quarter", "year"};
    for (size_t i = 0; i < CF_COUNT(words); i++) {
        if (lang_take_words(p, words[i])) {
            *out = (enum lang_period)i;
            return true;
        }
    }
    return lang_expected(p, "week, month, quarter or year after `each`");
}

/* ---------------------------------------------------------------- policy */

static bool cl_owner(struct lang_parser *p) {
    return lang_need_name(p, "the role or unit that owns the policy", &p->decl->as.policy.owner);
}

/* "serves" id,+ : words to the next comma, as in `S34, action 32` */
static bool cl_serves(struct lang_parser *p) {
    do {
        const struct lang_token *first = lang_peek(p, 0), *last = first;
        if (first->kind != LANG_TK_WORD) {
            return lang_expected(p, "a system or action of the strategy, such as S34 or action 32");
        }
        struct cf_buf b = cf_buf_new(p->a, CF_MAX_TEXT_BYTES);
        while (!lang_at_end(p) && !lang_at_mark(p, ',')) {
            last = lang_take(p);
            if (b.n != 0) {
                cf_buf_lit(&b, " ");
            }
            cf_buf_add(&b, p->src->text.p + last->at, last->n);
        }
        struct cf_str id;
        if (!cf_buf_finish(&b, &id)) {
            return lang_wrong(p, CF_L005, lang_span_of(p, first), "the name of a system is too long");
        }
        *cf_push(p->a, &p->decl->as.policy.serves) = id;
    } while (lang_take_mark(p, ','));
    return true;
}

/* "in force from" date ["to" date] */
static bool cl_force(struct lang_parser *p) {
    struct lang_policy *y = &p->decl->as.policy;
    uint32_t at = lang_peek(p, 0)->at;
    if (!lang_need_words(p, "from", "`in force`") ||
        !lang_need_date(p, "the first day on which the policy is in force", &y->from)) {
        return false;
    }
    if (lang_take_words(p, "to") && !lang_need_date(p, "the last day on which the policy is in force", &y->to)) {
        return false;
    }
    return y->to >= y->from || lang_wrong(p, CF_L027, lang_span_from(p, at), "the policy ends before it begins");
}

/* One `key "text"` of the policy's citations; the first may follow `cites` on its line. */
static bool policy_entry(struct lang_parser *p) {
    struct lang_cite c = {0};
    if (!lang_need_cite(p, &c)) {
        return false;
    }
    *cf_push(p->a, &p->decl->cites) = c;
    return true;
}
static bool cl_policy_cites(struct lang_parser *p) {
    return lang_at_end(p) || policy_entry(p);
}
static bool is_policy_entry(struct lang_parser *p) {
    return lang_peek(p, 0)->kind == LANG_TK_WORD && lang_peek(p, 1)->kind == LANG_TK_TEXT && !lang_at_word(p, "cites");
}

/* ---------------------------------------------------------------- codes, table, setting, episode */

static bool cl_ordered(struct lang_parser *p) {
    return p->decl->as.codes.ordered = true;
}
static bool cl_protected(struct lang_parser *p) {
    return lang_need_name(p, "the characteristic that the codes tell, such as ethnicity", &p->decl->as.codes.protected_as);
}
static bool cl_codes_from(struct lang_parser *p) {
    return lang_need_text(p, "a file", &p->decl->as.codes.file);
}

/* codes = "codes" name ["ordered"] ["protected as" label] ("from" file | (code text)+) */
static bool is_code_entry(struct lang_parser *p) {
    return lang_peek(p, 0)->kind == LANG_TK_WORD && lang_peek(p, 1)->kind == LANG_TK_TEXT && !lang_at_word(p, "from");
}
static bool code_entry(struct lang_parser *p) {
    struct lang_code c = {0};
    if (!lang_need_name(p, "the name of a code", &c.name) || !lang_need_text(p, "the title of the code", &c.title)) {
        return false;
    }
    *cf_push(p->a, &p->decl->as.codes.list) = c;
    return true;
}

/* table = "table" name "from" file "keyed by" type,+ "gives" name type ["complete"] */
static bool cl_table_from(struct lang_parser *p) {
    return lang_need_text(p, "a file", &p->decl->as.table.file);
}
static bool cl_keyed(struct lang_parser *p) {
    return read_names(p, "the type of a key", &p->decl->as.table.keys);
}
static bool cl_gives(struct lang_parser *p) {
    struct lang_table *t = &p->decl->as.table;
    return lang_need_name(p, "the column that the table gives", &t->gives) &&
           lang_need_name(p, "the type of what it gives", &t->gives_type);
}
static bool cl_complete(struct lang_parser *p) {
    return p->decl->as.table.complete = true;
}
/* setting = "setting" name literal ("confirmed" | "to verify") cite */
static bool head_setting(struct lang_parser *p) {
    struct lang_setting *s = &p->decl->as.setting;
    s->value = lang_read_literal(p, "the value of the setting");
    if (s->value == NULL) {
        return false;
    }
    s->confirmed = lang_take_words(p, "confirmed");
    if (!s->confirmed && !lang_take_words(p, "to verify")) {
        return lang_expected(p, "`confirmed` or `to verify` after the value of the setting");
    }
    return lang_need_cite(p, &s->cite);
}

static bool cl_held(struct lang_parser *p) {
    return p->decl->as.episode.held = true;
}

/* ---------------------------------------------------------------- record */

static bool cl_opens(struct lang_parser *p) {
    return lang_need_name(p, "the name of an episode after `opens`", &p->decl->as.record.opens);
}
static bool cl_closes(struct lang_parser *p) {
    return lang_need_name(p, "the name of an episode after `closes`", &p->decl->as.record.closes);
}
/* "in" (episode,+ | "any") */
static bool cl_in(struct lang_parser *p) {
    if (lang_take_words(p, "any")) {
        return p->decl->as.record.in_any = true;
    }
    return read_names(p, "the name of an episode, or `any`, after `in`", &p->decl->as.record.in);
}
/* "about" (role "is" ["many"] kind),+ */
static bool cl_about(struct lang_parser *p) {
    do {
        struct lang_about r = {0};
        if (!lang_need_name(p, "the role of a subject, as in `child is person`", &r.role) ||
            !lang_need_words(p, "is", "the role")) {
            return false;
        }
        r.many = lang_take_words(p, "many");
        if (!lang_need_kind(p, &r.kind)) {
            return false;
        }
        *cf_push(p->a, &p->decl->as.record.about) = r;
    } while (lang_take_mark(p, ','));
    return true;
}
static bool cl_by(struct lang_parser *p) {
    return read_names(p, "the name of a role, or `anyone`", &p->decl->as.record.by);
}
static bool cl_decided(struct lang_parser *p) {
    p->decl->as.record.decided_by = true;
    struct lang_name role;
    if (!lang_need_name(p, "the name of a role after `decided by`", &role)) {
        return false;
    }
    *cf_push(p->a, &p->decl->as.record.by) = role;
    return true;
}
static bool cl_act(struct lang_parser *p) {
    return p->decl->as.record.act = true;
}

/* "seen for" purpose,+ */
static bool cl_seen_for(struct lang_parser *p) {
    return read_names(p, "a purpose after `seen for`", &p->decl->as.record.seen_for);
}

/* "one of" "(" code,+ ")" */
static bool read_one_of(struct lang_parser *p, struct lang_field *f) {
    const struct lang_token *open = lang_peek(p, 0);
    if (!lang_take_mark(p, '(')) {
        return lang_expected(p, "`(` and the codes after `one of`");
    }
    struct lang_decl *d = CF_NEW(p->a, struct lang_decl);
    d->kind = LANG_CODES;
    d->policy = p->policy;
    do {
        struct lang_code c = {0};
        if (!lang_need_name(p, "a code", &c.name)) {
            return false;
        }
        *cf_push(p->a, &d->as.codes.list) = c;
    } while (lang_take_mark(p, ','));
    if (!lang_take_mark(p, ')')) {
        lang_unclosed(p, ")", open);
        return false;
    }
    d->at = lang_span_from(p, open->at);
    f->inline_codes = d;
    return true;
}

/* type = "yes/no" | "one of" "(" code,+ ")" | name */
static bool read_type(struct lang_parser *p, struct lang_field *f) {
    const struct lang_token *t = lang_peek(p, 0);
    if (lang_take_words(p, "one of")) {
        return read_one_of(p, f);
    }
    if (!lang_need_name(p, "a type, such as yes/no, narrative, date or the name of a code list", &f->type_name)) {
        return false;
    }
    if (cf_str_is(t->text, "yes") && lang_at_mark(p, '/')) {
        lang_take(p);
        if (!lang_need_words(p, "no", "`yes/`")) {
            return false;
        }
        f->type_name = (struct lang_name){.text = CF_LIT("yes/no"), .at = lang_span_from(p, t->at)};
    }
    return true;
}

/* "copied from" path */
static bool read_copied(struct lang_parser *p, struct lang_field *f) {
    do {
        struct lang_name part;
        if (!lang_need_name(p, "the path that the value is copied from", &part)) {
            return false;
        }
        *cf_push(p->a, &f->copied_from) = part;
    } while (lang_take_mark(p, '.'));
    return true;
}

/* What follows a field's type, in any order; *more is false where nothing of it stands. */
static bool read_field_part(struct lang_parser *p, struct lang_field *f, bool *more) {
    *more = true;
    if (!f->required && lang_take_words(p, "required")) {
        f->required = true;
        if (lang_take_words(p, "unless")) {
            f->unless = lang_read_cond(p);
            return f->unless != NULL;
        }
        return true;
    }
    if (lang_take_words(p, "keeping")) {
        return read_names(p, "an attribute that is kept with the value, such as sex", &f->keeping);
    }
    if (lang_take_words(p, "copied from")) {
        return read_copied(p, f);
    }
    if (f->hint.p == NULL && lang_peek(p, 0)->kind == LANG_TK_TEXT) {
        f->hint = lang_take(p)->text;
        return true;
    }
    *more = false;
    return true;
}

/* field = name ["many"] type ["required" ["unless" cond]] ["keeping" attribute,+] ["copied from" path] [hint] */
static bool field_entry(struct lang_parser *p) {
    struct lang_field f = {0};
    uint32_t at = lang_peek(p, 0)->at;
    if (!lang_need_name(p, "the name of a field", &f.name)) {
        return false;
    }
    f.many = lang_take_words(p, "many");
    if (!read_type(p, &f)) {
        return false;
    }
    for (bool more = true; more;) {
        if (!read_field_part(p, &f, &more)) {
            return false;
        }
    }
    f.at = lang_span_from(p, at);
    if (p->decl->as.record.fields.n >= CF_MAX_FIELDS) {
        return lang_wrong(p, CF_L022, f.at, "more than %d fields in the record `%.*s`", (int)CF_MAX_FIELDS,
                          CF_STR_ARG(p->decl->name.text));
    }
    *cf_push(p->a, &p->decl->as.record.fields) = f;
    return true;
}
static bool cl_fields(struct lang_parser *p) {
    return lang_at_end(p) || field_entry(p);
}

/* ---------------------------------------------------------------- span, fact, gate */

/* span = "span" name title ("from" sel "to" sel | "outside hours of" unit) */
static bool cl_span_from(struct lang_parser *p) {
    struct lang_span_decl *s = &p->decl->as.span;
    return read_sel(p, &s->from) && lang_need_words(p, "to", "the event that begins the span") && read_sel(p, &s->to);
}
static bool cl_outside(struct lang_parser *p) {
    return lang_need_name(p, "the name of a unit", &p->decl->as.span.hours_of);
}

/* fact = "fact" name scope "=" (value | cond) */
static bool head_fact(struct lang_parser *p) {
    struct lang_fact *f = &p->decl->as.fact;
    bool scoped = lang_take_words(p, "about") ? scope_about(p, &f->scope)
                  : lang_take_words(p, "in")  ? scope_in(p, &f->scope)
                                              : lang_expected(p, "`about` and a kind of subject, or `in` and an episode");
    if (!scoped) {
        return false;
    }
    if (!lang_take_mark(p, '=')) {
        return lang_expected(p, "`=` and what the fact is");
    }
    return read_cond(p, &f->value);
}

static bool cl_absolute(struct lang_parser *p) {
    return p->decl->as.gate.absolute = true;
}
static bool cl_gate_where(struct lang_parser *p) {
    return read_cond(p, &p->decl->as.gate.where);
}
/* "before" sel ["where" cond] */
static bool cl_before(struct lang_parser *p) {
    return read_sel(p, &p->decl->as.gate.before) && (!lang_take_words(p, "where") || cl_gate_where(p));
}
static bool cl_needs(struct lang_parser *p) {
    return read_cond(p, &p->decl->as.gate.needs);
}
static bool cl_otherwise(struct lang_parser *p) {
    return lang_need_text(p, "what a breach means, in words", &p->decl->as.gate.otherwise);
}

/* ---------------------------------------------------------------- duty */

static bool cl_after_breach(struct lang_parser *p) {
    p->decl->as.duty.trigger = LANG_AFTER_BREACH;
    return lang_need_dotted(p, "the name of a gate after `after breach of`", &p->decl->as.duty.breach_of);
}
static bool cl_after(struct lang_parser *p) {
    p->decl->as.duty.trigger = LANG_AFTER_EVENT;
    return read_sel(p, &p->decl->as.duty.after);
}
/* scope "when" cond | scope "each" period "while" cond */
static bool read_when(struct lang_parser *p) {
    struct lang_duty *d = &p->decl->as.duty;
    if (lang_take_words(p, "when")) {
        d->trigger = LANG_WHEN;
        return read_cond(p, &d->cond);
    }
    d->trigger = LANG_EACH;
    return (lang_take_words(p, "each") || lang_expected(p, "`when` and a condition, or `each` and a period")) &&
           read_period(p, &d->period) && lang_need_words(p, "while", "the period") && read_cond(p, &d->cond);
}
static bool cl_duty_about(struct lang_parser *p) {
    return scope_about(p, &p->decl->as.duty.scope) && read_when(p);
}
static bool cl_duty_in(struct lang_parser *p) {
    return scope_in(p, &p->decl->as.duty.scope) && read_when(p);
}
static bool cl_duty_where(struct lang_parser *p) {
    return read_cond(p, &p->decl->as.duty.where);
}
static bool cl_duty_owner(struct lang_parser *p) {
    p->decl->as.duty.owner = lang_read_value(p);
    return p->decl->as.duty.owner != NULL;
}
/* "within" value ["of" (instant | "being known")] */
static bool cl_within(struct lang_parser *p) {
    struct lang_duty *d = &p->decl->as.duty;
    d->has_deadline = true;
    p->no_of = true;
    if (!read_value(p, &d->within)) {
        return false;
    }
    p->no_of = false;
    if (lang_take_words(p, "of")) {
        uint32_t at = lang_peek(p, 0)->at;
        if (lang_take_words(p, "being known")) {
            d->of = lang_expr_new(p, LANG_BEING_KNOWN, at);
        } else {
            d->of = lang_read_value(p);
        }
        if (d->of == NULL) {
            return false;
        }
    }
    if (lang_take_words(p, "to verify")) {
        d->within.to_verify = d->within.value->to_verify = true;
    }
    return true;
}
static bool cl_duty_by(struct lang_parser *p) {
    struct lang_duty *d = &p->decl->as.duty;
    d->has_deadline = d->by_instant = true;
    return read_value(p, &d->by);
}
static bool cl_not_counting(struct lang_parser *p) {
    return read_names(p, "the name of a span", &p->decl->as.duty.not_counting);
}
/* "extended by" sel ["where" cond] "to" value */
static bool cl_extended(struct lang_parser *p) {
    struct lang_extension x = {0};
    uint32_t at = p->t[p->piece].at;
    if (!read_sel(p, &x.by)) {
        return false;
    }
    if (lang_take_words(p, "where") && (x.where = lang_read_cond(p)) == NULL) {
        return false;
    }
    if (!lang_need_words(p, "to", "the event that extends the duty") || !read_value(p, &x.to)) {
        return false;
    }
    x.at = lang_span_from(p, at);
    *cf_push(p->a, &p->decl->as.duty.extended) = x;
    return true;
}
static bool cl_counting(struct lang_parser *p) {
    p->decl->as.duty.counting_from = lang_read_value(p);
    read_to_verify(p, p->decl->as.duty.counting_from, NULL);
    return p->decl->as.duty.counting_from != NULL;
}
/* "done by" sel ("or" sel)* ["where" cond] ["counting from" instant] */
static bool cl_done(struct lang_parser *p) {
    struct lang_duty *d = &p->decl->as.duty;
    return read_sels(p, &d->done_by) && (!lang_take_words(p, "where") || read_cond(p, &d->done_where)) &&
           (!lang_take_words(p, "counting from") || cl_counting(p));
}
static bool cl_void_by(struct lang_parser *p) {
    return read_sels(p, &p->decl->as.duty.void_by);
}
static bool cl_void_when(struct lang_parser *p) {
    return read_cond(p, &p->decl->as.duty.void_when);
}
/* "warn" duration ("before" | "after") */
static bool cl_warn(struct lang_parser *p) {
    struct lang_warn w = {0};
    if (!read_value(p, &w.d)) {
        return false;
    }
    w.after = lang_take_words(p, "after");
    if (!w.after && !lang_take_words(p, "before")) {
        return lang_expected(p, "`before` (the due time) or `after` (the trigger)");
    }
    if (lang_take_words(p, "to verify")) {
        w.d.to_verify = w.d.value->to_verify = true;
    }
    *cf_push(p->a, &p->decl->as.duty.warn) = w;
    return true;
}
/* "escalate to" role ["after" duration] */
static bool cl_escalate(struct lang_parser *p) {
    struct lang_escalate e = {0};
    if (!lang_need_name(p, "the name of a role after `escalate to`", &e.role) ||
        (lang_take_words(p, "after") && !read_value(p, &e.after))) {
        return false;
    }
    *cf_push(p->a, &p->decl->as.duty.escalate) = e;
    return true;
}

/* ---------------------------------------------------------------- grade, score, choice, flag, more */

/* level ("when" cond | "otherwise") and, the other way round, `low otherwise` */
static bool is_level_entry(struct lang_parser *p) {
    const struct lang_token *next = lang_peek(p, 1);
    return lang_peek(p, 0)->kind == LANG_TK_WORD && next->kind == LANG_TK_WORD &&
           (cf_str_is(next->text, "when") || cf_str_is(next->text, "otherwise"));
}
static bool level_entry(struct lang_parser *p) {
    struct lang_level l = {.index = -1};
    uint32_t at = lang_peek(p, 0)->at;
    if (!lang_need_name(p, "the name of a level", &l.name)) {
        return false;
    }
    l.otherwise = lang_take_words(p, "otherwise");
    if (!l.otherwise && (!lang_need_words(p, "when", "the level") || !read_cond(p, &l.when))) {
        return false;
    }
    l.at = lang_span_from(p, at);
    if (p->decl->kind == LANG_MORE) {
        *cf_push(p->a, &p->decl->as.more.levels) = l;
    } else {
        *cf_push(p->a, &p->decl->as.grade.list) = l;
    }
    return true;
}
static bool cl_grade_about(struct lang_parser *p) {
    return scope_about(p, &p->decl->as.grade.scope);
}
static bool cl_grade_in(struct lang_parser *p) {
    return scope_in(p, &p->decl->as.grade.scope);
}
static bool cl_levels(struct lang_parser *p) {
    return lang_need_name(p, "the name of a code list after `levels`", &p->decl->as.grade.levels);
}

static bool read_record_field(struct lang_parser *p, struct lang_expr **out) {
    *out = lang_read_value(p);
    if (*out != NULL && (*out)->op != LANG_PATH) {
        lang_wrong(p, CF_L018, (*out)->at, "expected a field of a record, such as risk_decision.level");
        cf_hint(p->errs, "Write it like `%s`.", p->like);
        return false;
    }
    return *out != NULL;
}
static bool cl_grade_departure(struct lang_parser *p) {
    return lang_need_name(p, "the field that gives the reason", &p->decl->as.grade.departure_needs);
}
/* "decided in" path, with its departure on the same line or on its own */
static bool cl_decided_in(struct lang_parser *p) {
    return read_record_field(p, &p->decl->as.grade.decided_in) &&
           (!lang_take_words(p, "departure needs") || cl_grade_departure(p));
}

static bool cl_score_about(struct lang_parser *p) {
    return scope_about(p, &p->decl->as.score.scope);
}
static bool cl_score_in(struct lang_parser *p) {
    return scope_in(p, &p->decl->as.score.scope);
}
/* "from" n "to" n */
static bool cl_score_from(struct lang_parser *p) {
    struct lang_score *s = &p->decl->as.score;
    return read_value(p, &s->from) && lang_need_words(p, "to", "the least score") && read_value(p, &s->to);
}
static bool cl_base(struct lang_parser *p) {
    return read_value(p, &p->decl->as.score.base);
}
/* "plus" value ["between" value "and" value] */
static bool cl_plus(struct lang_parser *p) {
    struct lang_term t = {0};
    uint32_t at = p->t[p->piece].at;
    if (!read_value(p, &t.value)) {
        return false;
    }
    t.bounded = lang_take_words(p, "between");
    if (t.bounded && (!read_value(p, &t.lo) || !lang_need_words(p, "and", "the lower bound") || !read_value(p, &t.hi))) {
        return false;
    }
    t.at = lang_span_from(p, at);
    *cf_push(p->a, &p->decl->as.score.plus) = t;
    return true;
}

static bool cl_for(struct lang_parser *p) {
    return read_record_field(p, &p->decl->as.choice.for_);
}
static bool cl_choice_departure(struct lang_parser *p) {
    return lang_need_name(p, "the field that gives the reason", &p->decl->as.choice.departure_needs);
}
/* code "open when" cond ["closed when" cond]; in `more choice` code "closed when" cond */
static bool is_option_entry(struct lang_parser *p) {
    const struct lang_token *next = lang_peek(p, 1), *third = lang_peek(p, 2);
    return lang_peek(p, 0)->kind == LANG_TK_WORD && next->kind == LANG_TK_WORD && third->kind == LANG_TK_WORD &&
           (cf_str_is(next->text, "open") || cf_str_is(next->text, "closed")) && cf_str_is(third->text, "when");
}
static bool option_entry(struct lang_parser *p) {
    struct lang_option o = {.index = -1};
    uint32_t at = lang_peek(p, 0)->at;
    if (!lang_need_name(p, "the code of an option", &o.code)) {
        return false;
    }
    if (lang_take_words(p, "open when") && !read_cond(p, &o.open_when)) {
        return false;
    }
    if (lang_take_words(p, "closed when") && !read_cond(p, &o.closed_when)) {
        return false;
    }
    o.at = lang_span_from(p, at);
    if (p->decl->kind == LANG_MORE) {
        *cf_push(p->a, &p->decl->as.more.options) = o;
    } else {
        *cf_push(p->a, &p->decl->as.choice.options) = o;
    }
    return true;
}
static bool is_more_entry(struct lang_parser *p) {
    return is_level_entry(p) || is_option_entry(p);
}
static bool more_entry(struct lang_parser *p) {
    return is_level_entry(p) ? level_entry(p) : option_entry(p);
}

static bool cl_flag_about(struct lang_parser *p) {
    return scope_about(p, &p->decl->as.flag.scope);
}
static bool cl_flag_in(struct lang_parser *p) {
    return scope_in(p, &p->decl->as.flag.scope);
}
static bool cl_while(struct lang_parser *p) {
    struct lang_flag *f = &p->decl->as.flag;
    f->cond = lang_read_cond(p);
    read_to_verify(p, f->cond, &f->cond_to_verify);
    return f->cond != NULL;
}

/* more = "more" ("grade" | "choice") name */
static bool head_more(struct lang_parser *p) {
    struct lang_more *m = &p->decl->as.more;
    m->choice = lang_take_words(p, "choice");
    if (!m->choice && !lang_take_words(p, "grade")) {
        return lang_expected(p, "`grade` or `choice` after `more`");
    }
    return lang_need_name(p, "the grade or choice that is added to", &m->target);
}

/* ---------------------------------------------------------------- share, measure, sample */

static bool cl_share_to(struct lang_parser *p) {
    p->decl->as.share.to = lang_read_value(p);
    return p->decl->as.share.to != NULL;
}
static bool cl_purpose(struct lang_parser *p) {
    return lang_need_name(p, "the purpose of the share", &p->decl->as.share.purpose);
}
static bool cl_basis(struct lang_parser *p) {
    return lang_need_cite(p, &p->decl->as.share.basis);
}
/* "gives" path,+ */
static bool cl_share_gives(struct lang_parser *p) {
    do {
        struct lang_expr *e = lang_read_value(p);
        if (e == NULL) {
            return false;
        }
        *cf_push(p->a, &p->decl->as.share.gives) = e;
    } while (lang_take_mark(p, ','));
    return true;
}

/* P = record | duty | ("opened" | "closed") episode | kind, of subjects at the end of each period */
static bool read_population(struct lang_parser *p) {
    struct lang_measure *m = &p->decl->as.measure;
    const struct lang_token *t = lang_peek(p, 0), *next = lang_peek(p, 1);
    for (int k = 0; t->kind == LANG_TK_WORD && k < LANG_SUBJECTS; k++) {
        if (cf_str_is(t->text, lang_subject_word((enum lang_subject)k))) {
            m->pop = LANG_POP_SUBJECTS;
            m->subject = (enum lang_subject)k;
            return lang_need_name(p, "a kind of subject", &m->pop_name);
        }
    }
    static const char *const joints[] = {"where", "that", "per", "with", "as", "in", "since"};
    bool named = next->kind == LANG_TK_WORD;
    for (size_t i = 0; i < CF_COUNT(joints); i++) {
        named = named && !cf_str_is(next->text, joints[i]);
    }
    if (named && (lang_at_word(p, "opened") || lang_at_word(p, "closed"))) {
        m->pop = lang_at_word(p, "opened") ? LANG_POP_OPENED : LANG_POP_CLOSED;
        lang_take(p);
        return lang_need_name(p, "the name of an episode", &m->pop_name);
    }
    m->pop = LANG_POP_RECORD; /* or a duty: the checker knows */
    struct lang_sel *s = lang_read_sel(p);
    if (s == NULL) {
        return false;
    }
    m->pop_name = s->name;
    bool plain = s->kind == LANG_SEL_RECORD && !lang_named(s->role) && s->with == NULL && s->last == NULL &&
                 !lang_named(s->since) && !s->any_episode;
    m->pop_sel = plain ? NULL : s;
    return true;
}

/* [ "where" cond ] */
static bool read_narrowing(struct lang_parser *p, struct lang_expr **out) {
    return !lang_take_words(p, "where") || read_cond(p, out);
}

/* "count of" P ["where" cond] */
static bool cl_count(struct lang_parser *p) {
    p->decl->as.measure.form = LANG_COUNT;
    return read_population(p) && read_narrowing(p, &p->decl->as.measure.where);
}

/* "that" ("kept" gate | state | "where" cond) */
static bool read_that(struct lang_parser *p) {
    struct lang_measure *m = &p->decl->as.measure;
    if (lang_take_words(p, "where")) {
        return read_cond(p, &m->that);
    }
    uint32_t at = lang_peek(p, 0)->at;
    bool kept = lang_take_words(p, "kept");
    struct lang_expr *e = lang_expr_new(p, kept ? LANG_KEPT : LANG_MET, at);
    const char *what =
        kept ? "the name of a gate after `that kept`" : "`kept` and a gate, the state of a duty, or `where` after `that`";
    if (!lang_need_dotted(p, what, &e->name)) {
        return false;
    }
    e->at = lang_span_from(p, at);
    m->that = e;
    return true;
}

/* "share of" P "where" cond   |   "share of" P ["where" cond] "that" ...: what follows `that` is counted, the `where` before it
 * narrows P; without `that` the `where` is what is counted */
static bool cl_share_of(struct lang_parser *p) {
    struct lang_measure *m = &p->decl->as.measure;
    m->form = LANG_SHARE_OF;
    if (!read_population(p)) {
        return false;
    }
    if (lang_take_words(p, "where") && !read_cond(p, &m->that)) {
        return false;
    }
    if (lang_take_words(p, "that")) {
        m->where = m->that;
        m->that = NULL;
        return read_that(p);
    }
    return m->that != NULL || lang_expected(p, "`that` or `where` and what the share counts");
}

/* "median of" value "over" P ["where" cond] */
static bool cl_median(struct lang_parser *p) {
    struct lang_measure *m = &p->decl->as.measure;
    m->form = LANG_MEDIAN;
    m->value = lang_read_value(p);
    return m->value != NULL && lang_need_words(p, "over", "what the median is of") && read_population(p) &&
           read_narrowing(p, &m->where);
}

/* "percentile" n "of" value "over" P ["where" cond] */
static bool cl_percentile(struct lang_parser *p) {
    const struct lang_token *t = lang_peek(p, 0);
    int64_t n;
    if (!lang_need_number(p, "a number from 1 to 99 after `percentile`", &n)) {
        return false;
    }
    if (n < 1 || n > 99) {
        return lang_wrong(p, CF_L018, lang_span_of(p, t), "there is no percentile %lld: it is a number from 1 to 99",
                          (long long)n);
    }
    p->decl->as.measure.percentile = (int)n;
    return lang_need_words(p, "of", "the number") && cl_median(p);
}

/* "rate of" P ["where" cond] "per" n table */
static bool cl_rate(struct lang_parser *p) {
    struct lang_measure *m = &p->decl->as.measure;
    m->form = LANG_RATE;
    return read_population(p) && read_narrowing(p, &m->where) && lang_need_words(p, "per", "what the rate counts") &&
           lang_need_number(p, "a number, such as 1,000, after `per`", &m->per) &&
           lang_need_name(p, "the table of the population", &m->per_table);
}

/* "by" dim,+     dim = name ["as" text] */
static bool cl_dims(struct lang_parser *p) {
    do {
        struct lang_dim d = {0};
        if (!lang_need_name(p, "a dimension, such as month or borough", &d.name) ||
            (lang_take_words(p, "as") && !lang_need_text(p, "a heading", &d.as))) {
            return false;
        }
        *cf_push(p->a, &p->decl->as.measure.by) = d;
    } while (lang_take_mark(p, ','));
    return true;
}
/* "compare" dim "with" code ["within" dim] */
static bool cl_compare(struct lang_parser *p) {
    struct lang_measure *m = &p->decl->as.measure;
    return lang_need_name(p, "the dimension that is compared", &m->compare) && lang_need_words(p, "with", "the dimension") &&
           lang_need_name(p, "the group that the others are compared with", &m->with) &&
           (!lang_take_words(p, "within") || lang_need_name(p, "a dimension after `within`", &m->within));
}
/* "followed by" sel "within" duration */
static bool cl_followed(struct lang_parser *p) {
    struct lang_measure *m = &p->decl->as.measure;
    if (!read_sel(p, &m->followed_by) || !lang_need_words(p, "within", "the event that follows")) {
        return false;
    }
    m->followed_within = lang_read_value(p);
    read_to_verify(p, m->followed_within, NULL);
    return m->followed_within != NULL;
}
/* "aim" ("up" | "down") ["to" number ["%"]] */
static bool cl_aim(struct lang_parser *p) {
    struct lang_measure *m = &p->decl->as.measure;
    m->aim = lang_take_words(p, "up") ? 1 : lang_take_words(p, "down") ? -1 : 0;
    if (m->aim == 0) {
        return lang_expected(p, "`up` or `down` after `aim`");
    }
    if (lang_at_words(p, "to verify") || !lang_take_words(p, "to")) {
        return true;
    }
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind != LANG_TK_NUMBER || (t->den != 1 && t->den != 100)) {
        return lang_expected(p, "a whole number or a percentage after `to`");
    }
    lang_take(p);
    m->has_target = true;
    m->target = t->num;
    m->target_percent = t->den == 100;
    return true;
}

/* sample = "sample" name title "of" record "each" period "by" dim ("take" n ("where" cond | "of the rest"))+ */
static bool cl_of(struct lang_parser *p) {
    return lang_need_name(p, "the name of a record after `of`", &p->decl->as.sample.of);
}
static bool cl_each(struct lang_parser *p) {
    struct lang_sample *s = &p->decl->as.sample;
    return read_period(p, &s->period) && (!lang_take_words(p, "by") || lang_need_name(p, "a dimension after `by`", &s->by));
}
static bool cl_sample_by(struct lang_parser *p) {
    return lang_need_name(p, "a dimension after `by`", &p->decl->as.sample.by);
}
static bool cl_take(struct lang_parser *p) {
    struct lang_stratum s = {0};
    if (!lang_need_number(p, "how many to draw", &s.take)) {
        return false;
    }
    if (lang_take_words(p, "where")) {
        if (!read_cond(p, &s.where)) {
            return false;
        }
    } else if (!lang_take_words(p, "of the rest")) {
        return lang_expected(p, "`where` and a condition, or `of the rest`");
    }
    *cf_push(p->a, &p->decl->as.sample.strata) = s;
    return true;
}

/* ---------------------------------------------------------------- role, unit, partner, wording, indicator */

static bool cl_rank(struct lang_parser *p) {
    p->decl->as.role.has_rank = true;
    return lang_need_number(p, "a number after `rank`", &p->decl->as.role.rank);
}
static bool cl_includes(struct lang_parser *p) {
    return read_names(p, "the name of a role", &p->decl->as.role.includes);
}
static bool cl_granted(struct lang_parser *p) {
    return read_cond(p, &p->decl->as.role.granted_when);
}
static bool cl_role_purposes(struct lang_parser *p) {
    return read_names(p, "a purpose", &p->decl->as.role.purposes);
}
/* "may" ability,+ */
static bool cl_may(struct lang_parser *p) {
    do {
        int a = 0;
        while (a < LANG_ABILITIES && !lang_take_words(p, lang_ability_word((enum lang_ability)a))) {
            a++;
        }
        if (a == LANG_ABILITIES) {
            return lang_expected(p, "supervise, correct, merge, restrict, erase, administer, audit, adopt, measure or publish");
        }
        p->decl->as.role.may |= 1u << a;
    } while (lang_take_mark(p, ','));
    return true;
}
/* "sees" ("own" | "unit" | "force") */
static bool cl_sees(struct lang_parser *p) {
    for (int s = LANG_SEES_OWN; s < LANG_SEES_WORDS; s++) {
        if (lang_take_words(p, lang_sees_word((enum lang_sees)s))) {
            p->decl->as.role.sees = (enum lang_sees)s;
            return true;
        }
    }
    return lang_expected(p, "own, unit or force after `sees`");
}

static bool cl_kind(struct lang_parser *p) {
    return lang_need_name(p, "a kind of unit", &p->decl->as.unit.kind);
}
static bool cl_part_of(struct lang_parser *p) {
    return lang_need_name(p, "the name of a unit after `part of`", &p->decl->as.unit.part_of);
}
static bool cl_boroughs(struct lang_parser *p) {
    return read_names(p, "a borough", &p->decl->as.unit.boroughs);
}

static bool read_clock(struct lang_parser *p, int32_t *out) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind != LANG_TK_CLOCK) {
        return lang_expected(p, "a time of day, such as 08:30");
    }
    if (t->num > 86400) {
        return lang_wrong(p, CF_L009, lang_span_of(p, t), "there is no time `%.*s`", CF_STR_ARG(t->text));
    }
    lang_take(p);
    *out = (int32_t)t->num;
    return true;
}
/* "open" day ["to" day] clock "to" clock */
static bool cl_open(struct lang_parser *p) {
    int from = 0, to = 0;
    struct lang_hours h = {0};
    if (!lang_need_weekday(p, &from)) {
        return false;
    }
    to = from;
    if (lang_take_words(p, "to") && !lang_need_weekday(p, &to)) {
        return false;
    }
    if (!read_clock(p, &h.from_s) || !lang_need_words(p, "to", "the time of opening") || !read_clock(p, &h.to_s)) {
        return false;
    }
    for (int d = from;; d = (d + 1) % 7) {
        h.days = (uint8_t)(h.days | 1u << d);
        if (d == to) {
            break;
        }
    }
    *cf_push(p->a, &p->decl->as.unit.open) = h;
    return true;
}

static bool cl_partner_for(struct lang_parser *p) {
    return lang_need_kind(p, &p->decl->as.partner.kind);
}
static bool cl_partner_from(struct lang_parser *p) {
    return lang_need_text(p, "a file", &p->decl->as.partner.file);
}
static bool cl_partner_purposes(struct lang_parser *p) {
    return read_names(p, "a purpose", &p->decl->as.partner.purposes);
}

/* pattern = text "because" text ["better" text] cite;   in an indicator text "weight" value ["to verify"] ["because" text]
 * [cite] */
static bool is_pattern_entry(struct lang_parser *p) {
    return lang_peek(p, 0)->kind == LANG_TK_TEXT;
}
static bool pattern_entry(struct lang_parser *p) {
    struct lang_pattern x = {0};
    uint32_t at = lang_peek(p, 0)->at;
    bool weighs = p->decl->kind == LANG_INDICATOR;
    if (!lang_need_text(p, "a pattern", &x.pattern)) {
        return false;
    }
    if (weighs && (!lang_need_words(p, "weight", "the pattern") || !read_value(p, &x.weight))) {
        return false;
    }
    if (lang_take_words(p, "because")) {
        if (!lang_need_text(p, "the reason", &x.reason)) {
            return false;
        }
    } else if (!weighs) {
        return lang_expected(p, "`because` and the reason after the pattern");
    }
    if (!weighs && lang_take_words(p, "better") && !lang_need_text(p, "the better words", &x.better)) {
        return false;
    }
    if ((!weighs || !lang_at_end(p)) && !lang_need_cite(p, &x.cite)) {
        return false;
    }
    x.at = lang_span_from(p, at);
    *cf_push(p->a, &p->decl->as.wording.patterns) = x;
    return true;
}

/* ---------------------------------------------------------------- the tables */

#define CITES                                                                                                                  \
    { "cites", LANG_CL_CITES, cl_cites, ONCE, "cites  pace 40(1), strategy SEARCH-34" }
#define LAWFUL                                                                                                                 \
    { "lawful use of", LANG_CL_LAWFUL, cl_lawful, MANY, "lawful use of  sex annex_a SEARCH-23" }
#define END                                                                                                                    \
    { NULL, LANG_CL_NONE, NULL, 0, NULL }

static const struct clause policy_clauses[] = {
    {"owner", LANG_CL_OWNER, cl_owner, NEEDED, "owner  custody_command"},
    {"serves", LANG_CL_SERVES, cl_serves, NEEDED, "serves  S34, action 12"},
    {"in force", LANG_CL_FORCE, cl_force, NEEDED, "in force  from 2024-04-01 to 2026-03-31"},
    {"cites", LANG_CL_CITES, cl_policy_cites, NEEDED, "cites  pace \"PACE Code C\""},
    END};
static const struct clause codes_clauses[] = {{"ordered", LANG_CL_ORDERED, cl_ordered, ONCE, "ordered"},
                                              {"protected as", LANG_CL_PROTECTED, cl_protected, ONCE, "protected as ethnicity"},
                                              {"from", LANG_CL_FROM, cl_codes_from, ONCE, "from \"offences.tsv\""},
                                              END};
static const struct clause table_clauses[] = {{"from", LANG_CL_FROM, cl_table_from, ONCE, "from \"base.tsv\""},
                                              {"keyed by", LANG_CL_KEYED, cl_keyed, NEEDED, "keyed by  offence_code"},
                                              {"gives", LANG_CL_GIVES, cl_gives, NEEDED, "gives  score whole"},
                                              {"complete", LANG_CL_COMPLETE, cl_complete, ONCE, "complete"},
                                              END};
static const struct clause no_clauses[] = {END};
static const struct clause episode_clauses[] = {{"held", LANG_CL_HELD, cl_held, ONCE, "held"}, END};
static const struct clause record_clauses[] = {
    {"opens", LANG_CL_OPENS, cl_opens, ONCE, "opens  detention"},
    {"in", LANG_CL_IN, cl_in, ONCE, "in  detention"},
    {"closes", LANG_CL_CLOSES, cl_closes, ONCE, "closes  detention"},
    {"about", LANG_CL_ABOUT, cl_about, ONCE, "about  child is person"},
    {"by", LANG_CL_BY, cl_by, ONCE, "by  constable, sergeant"},
    {"decided by", LANG_CL_BY, cl_decided, ONCE, "decided by  inspector"},
    {"act", LANG_CL_ACT, cl_act, ONCE, "act"},
    {"seen for", LANG_CL_SEEN_FOR, cl_seen_for, ONCE, "seen for  safeguarding"},
    {"fields", LANG_CL_FIELDS, cl_fields, ONCE, "fields  reason narrative required \"Why\""},
    END};
static const struct clause span_clauses[] = {
    {"from", LANG_CL_FROM, cl_span_from, ONCE, "from  to_hospital to from_hospital"},
    {"outside hours of", LANG_CL_OUTSIDE, cl_outside, ONCE, "outside hours of  missing_hub"},
    END};
static const struct clause gate_clauses[] = {
    {"absolute", LANG_CL_ABSOLUTE, cl_absolute, ONCE, "absolute"},
    {"before", LANG_CL_BEFORE, cl_before, NEEDED, "before  mtip_search"},
    {"where", LANG_CL_WHERE, cl_gate_where, ONCE, "where  child"},
    {"needs", LANG_CL_NEEDS, cl_needs, NEEDED, "needs  mtip_decision.answer = approved"},
    {"otherwise", LANG_CL_OTHERWISE, cl_otherwise, ONCE, "otherwise  \"No inspector had agreed.\""},
    LAWFUL,
    CITES,
    END};
static const struct clause duty_clauses[] = {
    {"after breach of", LANG_CL_AFTER, cl_after_breach, ONCE, "after breach of  authority"},
    {"after", LANG_CL_AFTER, cl_after, ONCE, "after  returned"},
    {"about", LANG_CL_AFTER, cl_duty_about, ONCE, "about  person when searched_often"},
    {"in", LANG_CL_AFTER, cl_duty_in, ONCE, "in  missing when a risk_decision"},
    {"where", LANG_CL_WHERE, cl_duty_where, ONCE, "where  child"},
    {"owner", LANG_CL_OWNER, cl_duty_owner, NEEDED, "owner  custody_officer"},
    {"within", LANG_CL_WITHIN, cl_within, ONCE, "within  10 working days of being known"},
    {"by", LANG_CL_WITHIN, cl_duty_by, ONCE, "by  leaving.last_day"},
    {"not counting", LANG_CL_NOT_COUNTING, cl_not_counting, MANY, "not counting  hospital"},
    {"extended by", LANG_CL_EXTENDED, cl_extended, MANY, "extended by  extension where kept extendable to 36 hours"},
    {"done by", LANG_CL_DONE, cl_done, NEEDED, "done by  mtip_review with search = trigger"},
    {"counting from", LANG_CL_COUNTING, cl_counting, ONCE, "counting from  12 months before child turns 18"},
    {"void by", LANG_CL_VOID_BY, cl_void_by, ONCE, "void by  leaves_custody"},
    {"void when", LANG_CL_VOID_WHEN, cl_void_when, ONCE, "void when  not (open held)"},
    {"warn", LANG_CL_WARN, cl_warn, MANY, "warn  1 hour before"},
    {"escalate to", LANG_CL_ESCALATE, cl_escalate, MANY, "escalate to  superintendent after 2 days"},
    LAWFUL,
    CITES,
    END};
static const struct clause grade_clauses[] = {
    {"about", LANG_CL_IN, cl_grade_about, ONCE, "about  person"},
    {"in", LANG_CL_IN, cl_grade_in, ONCE, "in  missing"},
    {"levels", LANG_CL_LEVELS, cl_levels, NEEDED, "levels  risk"},
    {"decided in", LANG_CL_DECIDED_IN, cl_decided_in, ONCE, "decided in  risk_decision.level"},
    {"departure needs", LANG_CL_DEPARTURE, cl_grade_departure, ONCE, "departure needs  reason"},
    LAWFUL,
    CITES,
    END};
static const struct clause score_clauses[] = {
    {"about", LANG_CL_IN, cl_score_about, ONCE, "about  person"},
    {"in", LANG_CL_IN, cl_score_in, ONCE, "in  offence_case"},
    {"from", LANG_CL_FROM, cl_score_from, NEEDED, "from  1 to 5"},
    {"base", LANG_CL_BASE, cl_base, NEEDED, "base  base_score[offence.offence]"},
    {"plus", LANG_CL_PLUS, cl_plus, MANY, "plus  sum of factor_points over account.factors between -1 and 1"},
    LAWFUL,
    CITES,
    END};
static const struct clause choice_clauses[] = {
    {"for", LANG_CL_FOR, cl_for, NEEDED, "for  disposal.chosen"},
    {"departure needs", LANG_CL_DEPARTURE, cl_choice_departure, ONCE, "departure needs  reason"},
    LAWFUL,
    CITES,
    END};
static const struct clause flag_clauses[] = {
    {"about", LANG_CL_IN, cl_flag_about, ONCE, "about  person"},
    {"in", LANG_CL_IN, cl_flag_in, ONCE, "in  missing"},
    {"while", LANG_CL_WHILE, cl_while, NEEDED, "while  child and count of stop_search in the last 6 months >= 3"},
    LAWFUL,
    CITES,
    END};
static const struct clause more_clauses[] = {LAWFUL, CITES, END};
static const struct clause share_clauses[] = {
    {"to", LANG_CL_TO, cl_share_to, NEEDED, "to  child.school"},
    {"purpose", LANG_CL_PURPOSE, cl_purpose, NEEDED, "purpose  safeguarding"},
    {"basis", LANG_CL_BASIS, cl_basis, NEEDED, "basis  guidance DA-4"},
    {"gives", LANG_CL_GIVES, cl_share_gives, NEEDED, "gives  child.name, arrival.station"},
    LAWFUL,
    CITES,
    END};
static const struct clause measure_clauses[] = {
    {"count of", LANG_CL_FORM, cl_count, ONCE, "count of  stop_search where child"},
    {"share of", LANG_CL_FORM, cl_share_of, ONCE, "share of  mtip_search that kept authority"},
    {"median of", LANG_CL_FORM, cl_median, ONCE, "median of  time in hospital over closed detention"},
    {"percentile", LANG_CL_FORM, cl_percentile, ONCE, "percentile  90 of time in hospital over closed detention"},
    {"rate of", LANG_CL_FORM, cl_rate, ONCE, "rate of  stop_search where age in 10 to 17 per 1,000 children_10_17"},
    {"by", LANG_CL_BY, cl_dims, ONCE, "by  month, borough"},
    {"compare", LANG_CL_COMPARE, cl_compare, ONCE, "compare  ethnicity with white within borough"},
    {"followed by", LANG_CL_FOLLOWED, cl_followed, ONCE, "followed by  search_review within 10 working days"},
    {"aim", LANG_CL_AIM, cl_aim, ONCE, "aim  up to 100%"},
    CITES,
    END};
static const struct clause sample_clauses[] = {{"of", LANG_CL_OF, cl_of, NEEDED, "of  missing_closed"},
                                               {"each", LANG_CL_EACH, cl_each, NEEDED, "each  month by unit"},
                                               {"by", LANG_CL_BY, cl_sample_by, ONCE, "by  unit"},
                                               {"take", LANG_CL_TAKE, cl_take, MANY | NEEDED, "take  10 of the rest"},
                                               CITES,
                                               END};
static const struct clause role_clauses[] = {
    {"rank", LANG_CL_RANK, cl_rank, ONCE, "rank  2"},
    {"includes", LANG_CL_INCLUDES, cl_includes, ONCE, "includes  constable"},
    {"granted when", LANG_CL_GRANTED, cl_granted, ONCE, "granted when  a course in the last 2 years"},
    {"purposes", LANG_CL_PURPOSES, cl_role_purposes, ONCE, "purposes  safeguarding"},
    {"may", LANG_CL_MAY, cl_may, ONCE, "may  supervise, correct"},
    {"sees", LANG_CL_SEES, cl_sees, ONCE, "sees  unit"},
    LAWFUL,
    CITES,
    END};
static const struct clause unit_clauses[] = {{"kind", LANG_CL_KIND, cl_kind, ONCE, "kind  bcu"},
                                             {"part of", LANG_CL_PART_OF, cl_part_of, ONCE, "part of  central_north"},
                                             {"boroughs", LANG_CL_BOROUGHS, cl_boroughs, ONCE, "boroughs  camden, islington"},
                                             {"open", LANG_CL_OPEN, cl_open, MANY, "open  monday to friday 08:00 to 18:00"},
                                             CITES,
                                             END};
static const struct clause partner_clauses[] = {
    {"for", LANG_CL_FOR, cl_partner_for, NEEDED, "for  organisation"},
    {"from", LANG_CL_FROM, cl_partner_from, ONCE, "from \"schools.tsv\""},
    {"purposes", LANG_CL_PURPOSES, cl_partner_purposes, ONCE, "purposes  safeguarding"},
    CITES,
    END};
static const struct clause pattern_clauses[] = {CITES, END};

struct decl_form {
    enum lang_decl_kind kind;
    bool named, titled;
    bool (*head)(struct lang_parser *p); /* after name and title, on the declaration's own line */
    const struct clause *clauses;
    bool (*is_entry)(struct lang_parser *p); /* does a line that is no clause stand here? */
    bool (*entry)(struct lang_parser *p);
    const char *entry_words, *entry_like; /* for messages */
    const char *like;                     /* its first line */
};
static const struct decl_form forms[] = {
    {LANG_POLICY, true, true, NULL, policy_clauses, is_policy_entry, policy_entry, NULL, "pace  \"PACE Code C\"",
     "policy custody.clock \"Reviews of detention\""},
    {LANG_CODES, true, false, NULL, codes_clauses, is_code_entry, code_entry, "a code with its title", "high  \"High\"",
     "codes risk ordered"},
    {LANG_TABLE, true, false, NULL, table_clauses, NULL, NULL, NULL, NULL, "table base_score from \"base.tsv\""},
    {LANG_SETTING, true, false, head_setting, no_clauses, NULL, NULL, NULL, NULL, "setting most 1 to verify matrix DISP-8"},
    {LANG_EPISODE, true, true, NULL, episode_clauses, NULL, NULL, NULL, NULL, "episode missing \"Missing\" held"},
    {LANG_RECORD, true, true, NULL, record_clauses, NULL, field_entry, NULL, "reason  narrative required \"Why\"",
     "record review \"Review of detention\""},
    {LANG_SPAN, true, true, NULL, span_clauses, NULL, NULL, NULL, NULL, "span hospital \"At hospital\""},
    {LANG_FACT, true, false, head_fact, no_clauses, NULL, NULL, NULL, NULL,
     "fact searches about person = count of stop_search"},
    {LANG_GATE, true, true, NULL, gate_clauses, NULL, NULL, NULL, NULL,
     "gate authority \"An inspector agreed before the search\""},
    {LANG_DUTY, true, true, NULL, duty_clauses, NULL, NULL, NULL, NULL, "duty first_review \"First review of detention\""},
    {LANG_GRADE, true, true, NULL, grade_clauses, is_level_entry, level_entry, "a level with `when`",
     "high  when risk_facts.suicide = yes", "grade missing_risk \"Risk to a missing child\""},
    {LANG_SCORE, true, true, NULL, score_clauses, NULL, NULL, NULL, NULL, "score gravity \"Gravity score\""},
    {LANG_CHOICE, true, true, NULL, choice_clauses, is_option_entry, option_entry, "a code with `open when`",
     "caution  open when gravity = 3", "choice disposals \"Disposals that are open\""},
    {LANG_FLAG, true, true, NULL, flag_clauses, NULL, NULL, NULL, NULL,
     "flag searched_often \"Searched three times in six months\""},
    {LANG_MORE, false, false, head_more, more_clauses, is_more_entry, more_entry,
     "a level with `when`, a code with `closed when`", "high  when open exploitation", "more grade missing_risk"},
    {LANG_SHARE, true, true, NULL, share_clauses, NULL, NULL, NULL, NULL, "share encompass_notice \"What the school is told\""},
    {LANG_MEASURE, true, true, NULL, measure_clauses, NULL, NULL, NULL, NULL, "measure searches \"Searches of children\""},
    {LANG_SAMPLE, true, true, NULL, sample_clauses, NULL, NULL, NULL, NULL, "sample downgrades \"Closed cases for audit\""},
    {LANG_EXAMPLE, false, true, NULL, no_clauses, NULL, NULL, NULL, NULL, "example \"The limit stops in hospital\""},
    {LANG_ROLE, true, true, NULL, role_clauses, NULL, NULL, NULL, NULL, "role sergeant \"Sergeant\" rank 2"},
    {LANG_UNIT, true, true, NULL, unit_clauses, NULL, NULL, NULL, NULL, "unit central_north \"Central North\""},
    {LANG_PARTNER, true, true, NULL, partner_clauses, NULL, NULL, NULL, NULL,
     "partner council \"Children's services\" for organisation"},
    {LANG_WORDING, true, true, NULL, pattern_clauses, is_pattern_entry, pattern_entry, "a pattern in quotation marks",
     "\"street wise\" because \"It hides that a child is exploited.\" strategy S27",
     "wording language \"Words about children\""},
    {LANG_INDICATOR, true, true, NULL, pattern_clauses, is_pattern_entry, pattern_entry, "a pattern in quotation marks",
     "\"going country\" weight 3 to verify because \"Said of county lines.\"", "indicator lines \"County lines\""},
};

/* ---------------------------------------------------------------- reading by the tables */

/* What a declaration is called in a sentence. */
static const char *called(enum lang_decl_kind kind) {
    return kind == LANG_CODES ? "code list" : kind == LANG_MORE ? "addition (`more`)" : lang_decl_word(kind);
}

static const char *article(const char *word) {
    bool vowel = strchr("aeiou", word[0]) != NULL && strncmp(word, "unit", 4) != 0; /* "a unit", "an example" */
    return vowel ? "an" : "a";
}

static const struct decl_form *form_of(struct lang_parser *p) {
    for (size_t i = 0; i < CF_COUNT(forms); i++) {
        if (lang_at_word(p, lang_decl_word(forms[i].kind))) {
            return &forms[i];
        }
    }
    return NULL;
}

static void unknown_declaration(struct lang_parser *p) {
    const struct lang_token *t = lang_peek(p, 0);
    struct cf_str words[CF_COUNT(forms)], read = lang_token_words(p, t);
    for (size_t i = 0; i < CF_COUNT(forms); i++) {
        words[i] = cf_str_from(lang_decl_word(forms[i].kind));
    }
    struct cf_str nearest = t->kind == LANG_TK_WORD ? cf_nearest(t->text, words, CF_COUNT(forms)) : (struct cf_str){0};
    lang_wrong(p, CF_L014, lang_span_of(p, t), "expected a declaration, but read %.*s", CF_STR_ARG(read));
    if (nearest.n != 0) {
        cf_hint(p->errs, "Did you mean `%.*s`?", CF_STR_ARG(nearest));
        return;
    }
    for (size_t f = 0; f < CF_COUNT(forms); f++) {
        for (const struct clause *c = forms[f].clauses; c->words != NULL; c++) {
            if (lang_at_words(p, c->words)) {
                cf_hint(p->errs, "`%s` is a clause: indent it under its declaration.", c->words);
                return;
            }
        }
    }
}

/* The clause that the next words begin; longer ones stand before shorter ones in the tables. */
static const struct clause *clause_at(struct lang_parser *p, const struct decl_form *form, size_t *index) {
    for (size_t i = 0; form->clauses[i].words != NULL; i++) {
        if (lang_at_words(p, form->clauses[i].words)) {
            *index = i;
            return &form->clauses[i];
        }
    }
    return NULL;
}

static void unknown_clause(struct lang_parser *p, const struct decl_form *form) {
    const struct lang_token *t = lang_peek(p, 0), *next = lang_peek(p, 1);
    const char *word = called(form->kind);
    struct cf_str names[32], read = lang_token_words(p, t);
    struct cf_buf all = cf_buf_new(p->a, 2048);
    size_t n = 0;
    for (const struct clause *c = form->clauses; c->words != NULL && n < CF_COUNT(names); c++) {
        names[n++] = cf_str_from(c->words);
        cf_buf_printf(&all, "%s`%s`", n == 1 ? "" : ", ", c->words);
    }
    if (form->entry_words != NULL) {
        cf_buf_printf(&all, "%s%s", n == 0 ? "" : ", ", form->entry_words);
    }
    struct cf_str list, nearest = {0};
    if (t->kind == LANG_TK_WORD) {
        struct cf_str two = cf_str_printf(p->a, "%.*s %.*s", CF_STR_ARG(t->text), CF_STR_ARG(next->text));
        nearest = next->kind == LANG_TK_WORD ? cf_nearest(two, names, n) : nearest;
        nearest = nearest.n == 0 ? cf_nearest(t->text, names, n) : nearest;
    }
    lang_wrong(p, CF_L015, lang_span_of(p, t), "expected a clause of %s %s, but read %.*s", article(word), word,
               CF_STR_ARG(read));
    if (nearest.n != 0) {
        cf_hint(p->errs, "Did you mean `%.*s`?", CF_STR_ARG(nearest));
    } else if (cf_buf_finish(&all, &list) && list.n != 0) {
        cf_hint(p->errs, "%s %s may have: %.*s.", strcmp(article(word), "an") == 0 ? "An" : "A", word, CF_STR_ARG(list));
    } else {
        cf_hint(p->errs, "%s %s has no clauses: it is one line.", strcmp(article(word), "an") == 0 ? "An" : "A", word);
    }
}

static void left_over(struct lang_parser *p, struct cf_str what) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind == LANG_TK_ODD) {
        lang_expected(p, "nothing");
        return;
    }
    struct cf_str read = lang_token_words(p, t);
    lang_wrong(p, CF_L023, lang_span_of(p, t), "%.*s ends here, but then stands %.*s", CF_STR_ARG(what), CF_STR_ARG(read));
}

static void place(struct lang_parser *p, enum lang_clause id) {
    *cf_push(p->a, &p->decl->places) = (struct lang_place){.clause = (uint32_t)id, .at = p->t[p->piece].at};
}

static const struct lang_place *placed(const struct lang_decl *d, enum lang_clause id) {
    for (size_t i = 0; i < d->places.n; i++) {
        if (d->places.v[i].clause == (uint32_t)id) {
            return &d->places.v[i];
        }
    }
    return NULL;
}

static void read_clause(struct lang_parser *p, const struct clause *c) {
    const struct lang_place *first = (c->rule & MANY) == 0 ? placed(p->decl, c->id) : NULL;
    if (first != NULL) {
        lang_wrong(p, CF_L016, lang_span_of(p, lang_peek(p, 0)), "`%s` here says a second time what another clause says",
                   c->words);
        cf_second(p->errs, (struct cf_span){.src = p->src, .at = first->at, .n = 1}, "the first one is here");
        return;
    }
    place(p, c->id);
    p->like = c->like;
    lang_take_words(p, c->words);
    if (c->read(p) && !lang_at_end(p)) {
        left_over(p, cf_str_printf(p->a, "the clause `%s`", c->words));
    }
}

/* Fields go on below `fields`: whatever is indented deeper, and what begins with no clause of a record. */
static bool in_fields(struct lang_parser *p, uint32_t fields_indent, const struct clause *c) {
    return fields_indent != UINT32_MAX && (c == NULL || (p->line_start && p->line_indent > fields_indent));
}

static void read_body(struct lang_parser *p, const struct decl_form *form) {
    uint32_t fields_indent = UINT32_MAX;
    while (lang_next_piece(p)) {
        size_t index;
        const struct clause *c = clause_at(p, form, &index);
        bool entry = form->is_entry != NULL && form->is_entry(p);
        if (form->kind == LANG_POLICY && entry) {
            entry = placed(p->decl, LANG_CL_CITES) != NULL;
        }
        if (form->kind == LANG_RECORD) {
            entry = in_fields(p, fields_indent, c);
        }
        if (entry) {
            p->like = form->entry_like;
            if (form->entry(p) && !lang_at_end(p)) {
                left_over(p, CF_LIT("the line"));
            }
        } else if (c != NULL) {
            if (c->id == LANG_CL_FIELDS) { /* on the declaration's own line the fields below stand at the indent of clauses */
                fields_indent = p->line_indent == p->decl_indent ? UINT32_MAX - 1 : p->line_indent;
            }
            read_clause(p, c);
        } else {
            unknown_clause(p, form);
        }
    }
}

void lang_report_missing(struct lang_parser *p, const char *what, const char *hint) {
    const char *word = called(p->decl->kind);
    struct cf_str name = lang_named(p->decl->name) ? p->decl->name.text : p->decl->title;
    cf_fail(p->errs, CF_L017, lang_named(p->decl->name) ? p->decl->name.at : p->decl->at, "the %s `%.*s` has no %s", word,
            CF_STR_ARG(name), what);
    cf_hint(p->errs, "%s", hint);
}

static void check_needed(struct lang_parser *p, const struct decl_form *form) {
    struct lang_decl *d = p->decl;
    for (const struct clause *c = form->clauses; c->words != NULL; c++) {
        if ((c->rule & NEEDED) != 0 && placed(d, c->id) == NULL) {
            lang_report_missing(p, cf_cstr(p->a, cf_str_printf(p->a, "`%s`", c->words)),
                                cf_cstr(p->a, cf_str_printf(p->a, "Add a line that begins with `%s`.", c->words)));
        }
    }
    if (form->kind == LANG_DUTY && placed(d, LANG_CL_AFTER) == NULL) {
        lang_report_missing(p, "trigger",
                            "Add `after` and an event, `about KIND when` and a condition, or `each` and a period.");
    } else if (form->kind == LANG_MEASURE && placed(d, LANG_CL_FORM) == NULL) {
        lang_report_missing(p, "form", "Add `count of`, `share of`, `median of`, `percentile N of` or `rate of`.");
    } else if (form->kind == LANG_SPAN && d->places.n == 0) {
        lang_report_missing(p, "beginning", "Add `from EVENT to EVENT`, or `outside hours of` and a unit.");
    } else if ((form->kind == LANG_GRADE || form->kind == LANG_SCORE || form->kind == LANG_FLAG) &&
               placed(d, LANG_CL_IN) == NULL) {
        lang_report_missing(p, "scope", "Add `about person` or `in` and an episode.");
    } else if (form->kind == LANG_CODES && d->as.codes.file.p == NULL && d->as.codes.list.n == 0) {
        lang_report_missing(p, "codes", "Add lines of a code with its title, or `from \"FILE\"`.");
    } else if (form->kind == LANG_GRADE && d->as.grade.list.n == 0) {
        lang_report_missing(p, "levels", "Add lines such as `high when CONDITION`, and one with `otherwise`.");
    } else if (form->kind == LANG_CHOICE && d->as.choice.options.n == 0) {
        lang_report_missing(p, "options", "Add lines such as `caution open when CONDITION`.");
    } else if (form->kind == LANG_POLICY && d->cites.n == 0 && placed(d, LANG_CL_CITES) != NULL) {
        lang_report_missing(p, "citations", "Add lines of a key with its title, such as `pace \"PACE Code C\"`.");
    } else if (form->kind == LANG_TABLE && d->as.table.file.p == NULL) {
        lang_report_missing(p, "file", "Add `from \"FILE\"`.");
    }
}

static struct lang_decl *new_decl(struct lang_parser *p, const struct decl_form *form) {
    struct lang_decl *policy = p->policy, *d = policy;
    if (form->kind == LANG_POLICY) {
        if (policy->at.n != 0) {
            lang_wrong(p, CF_L013, lang_span_of(p, lang_peek(p, 0)), "a second policy in this file");
            cf_second(p->errs, policy->name.at, "the first one");
            d = CF_NEW(p->a, struct lang_decl); /* read for its errors, then left out */
            d->as.policy.to = INT32_MAX;
        }
    } else {
        d = CF_NEW(p->a, struct lang_decl);
        *cf_push(p->a, &policy->as.policy.decls) = d;
    }
    d->kind = form->kind;
    d->policy = policy;
    return d;
}

/* Short declarations may have their clauses on their own line, without `;`: `role sergeant "Sergeant" rank 2` */
static bool read_head_clauses(struct lang_parser *p, const struct decl_form *form) {
    bool is_short = form->kind == LANG_ROLE || form->kind == LANG_UNIT || form->kind == LANG_PARTNER ||
                    form->kind == LANG_EPISODE || form->kind == LANG_TABLE || form->kind == LANG_CODES;
    size_t index;
    const struct clause *c;
    while (is_short && (c = clause_at(p, form, &index)) != NULL) {
        place(p, c->id);
        lang_take_words(p, c->words);
        p->like = c->like;
        if (!c->read(p)) {
            return false;
        }
    }
    return true;
}

/* head = keyword [name] [title] what stands with it on the line */
static bool read_head(struct lang_parser *p, const struct decl_form *form) {
    const char *word = lang_decl_word(form->kind);
    struct lang_decl *d = p->decl;
    if (form->named) {
        const char *what = cf_cstr(p->a, cf_str_printf(p->a, "the name of the %s after `%s`", word, word));
        bool dotted = form->kind == LANG_POLICY;
        if (!(dotted ? lang_need_dotted(p, what, &d->name) : lang_need_name(p, what, &d->name))) {
            return false;
        }
    }
    if (form->titled && !lang_need_text(p, cf_cstr(p->a, cf_str_printf(p->a, "the title of the %s", word)), &d->title)) {
        return false;
    }
    return (form->head == NULL || form->head(p)) && read_head_clauses(p, form);
}

void lang_read_decl(struct lang_parser *p) {
    p->decl = NULL;
    if (!lang_next_piece(p)) {
        return;
    }
    const struct decl_form *form = form_of(p);
    if (form == NULL) {
        unknown_declaration(p);
        return;
    }
    if (form->kind != LANG_POLICY && p->policy->at.n == 0) {
        lang_wrong(p, CF_L012, lang_span_of(p, lang_peek(p, 0)), "the file begins with %s %s and not with its policy",
                   article(lang_decl_word(form->kind)), lang_decl_word(form->kind));
        p->policy->at.n = 1; /* said once */
        p->wrong = false;
    }
    uint32_t at = lang_peek(p, 0)->at;
    p->decl = new_decl(p, form);
    p->end = p->piece; /* cut the piece again: now it is known what is read */
    lang_next_piece(p);
    p->body_indent = UINT32_MAX;
    lang_take(p);
    p->like = form->like;
    if (read_head(p, form) && !lang_at_end(p)) {
        left_over(p, cf_str_printf(p->a, "the line of the %s", called(form->kind)));
    }
    bool head_wrong = p->wrong;
    size_t before = p->errs->failures;
    if (form->kind == LANG_EXAMPLE) {
        lang_read_example(p);
    } else {
        read_body(p, form);
    }
    p->i = p->end = p->decl_end;
    p->decl->at = lang_span_from(p, at);
    if (!head_wrong && p->errs->failures == before) {
        check_needed(p, form);
    }
}
