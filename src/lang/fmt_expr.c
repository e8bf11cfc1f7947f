/* fmt_expr: an expression or a selector in the language's own words. It prints brackets where they were written, and round a
 * selector whose `with` would otherwise take in what follows. Must not know how a page is laid out (fmt.c). */
#include "lang/lang_priv.h"

static const char *const joint_words[LANG_OPS] = {
    [LANG_AND] = "and", [LANG_OR] = "or", [LANG_EQ] = "=",          [LANG_NE] = "!=", [LANG_LT] = "<",  [LANG_LE] = "<=",
    [LANG_GT] = ">",    [LANG_GE] = ">=", [LANG_WITHIN] = "within", [LANG_ADD] = "+", [LANG_SUB] = "-", [LANG_ELSE] = "else"};

static void add_list(struct cf_buf *b, const struct lang_expr *e) {
    for (size_t i = 0; i < e->list.n; i++) {
        cf_buf_lit(b, i == 0 ? "" : ", ");
        lang_expr_text(b, e->list.v[i]);
    }
}

static void add_path(struct cf_buf *b, const struct lang_expr *e) {
    cf_buf_lit(b, e->previous ? "previous " : "");
    if (e->path.n == 0 && e->decl != NULL) { /* made by the checker, not written */
        cf_buf_str(b, e->decl->name.text);
    }
    for (size_t i = 0; i < e->path.n; i++) {
        cf_buf_lit(b, i == 0 ? "" : ".");
        cf_buf_str(b, e->path.v[i].text);
    }
}

void lang_quoted_text(struct cf_buf *b, struct cf_str s) {
    cf_buf_lit(b, "\"");
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\') {
            cf_buf_lit(b, "\\");
        }
        cf_buf_add(b, s.p + i, 1);
    }
    cf_buf_lit(b, "\"");
}

void lang_clock_text(struct cf_buf *b, int64_t seconds) {
    cf_buf_printf(b, "%02lld:%02lld", (long long)(seconds / 3600), (long long)(seconds / 60 % 60));
    if (seconds % 60 != 0) {
        cf_buf_printf(b, ":%02lld", (long long)(seconds % 60));
    }
}

void lang_wall_text(struct cf_buf *b, int64_t wall, bool day_only) {
    int64_t clock = ((wall % 86400) + 86400) % 86400;
    cf_buf_lit(b, cf_date_shown((int32_t)((wall - clock) / 86400)).p);
    if (!day_only) {
        cf_buf_lit(b, " ");
        lang_clock_text(b, clock);
    }
}

static void add_number(struct cf_buf *b, int64_t num, int64_t den) {
    if (den <= 1) {
        cf_buf_printf(b, "%lld", (long long)num);
        return;
    }
    if (den == 100) {
        cf_buf_printf(b, "%lld%%", (long long)num);
        return;
    }
    int digits = 0;
    for (int64_t d = den; d > 1; d /= 10) {
        digits++;
    }
    int64_t size = num < 0 ? -num : num;
    cf_buf_printf(b, "%s%lld.%0*lld", num < 0 ? "-" : "", (long long)(size / den), digits, (long long)(size % den));
}

static bool is_plain(const struct lang_sel *s) {
    return !lang_named(s->role) && s->with == NULL && s->last == NULL && !lang_named(s->since) && !s->any_episode;
}

/* Does its `with` reach to the end, so that it would take in what follows? */
static bool is_open_ended(const struct lang_sel *s) {
    return s->with != NULL && s->last == NULL && !lang_named(s->since) && !s->any_episode;
}

void lang_sel_bracketed(struct cf_buf *b, const struct lang_sel *s, bool bracket) {
    cf_buf_lit(b, bracket ? "(" : "");
    lang_sel_text(b, s);
    cf_buf_lit(b, bracket ? ")" : "");
}

void lang_sel_text(struct cf_buf *b, const struct lang_sel *s) {
    cf_buf_lit(b, s->kind == LANG_SEL_SENT ? "sent " : s->kind == LANG_SEL_ACKNOWLEDGED ? "acknowledged " : "");
    cf_buf_str(b, s->name.text);
    if (lang_named(s->role)) {
        cf_buf_printf(b, " as %.*s", CF_STR_ARG(s->role.text));
    }
    if (s->with != NULL) {
        cf_buf_lit(b, " with ");
        lang_expr_text(b, s->with);
    }
    if (s->last != NULL) {
        cf_buf_lit(b, " in the last ");
        lang_expr_text(b, s->last);
    }
    if (lang_named(s->since)) {
        cf_buf_printf(b, " since %.*s", CF_STR_ARG(s->since.text));
    }
    cf_buf_lit(b, s->any_episode ? " in any episode" : "");
}

/* word a */
static void add_one(struct cf_buf *b, const char *word, const struct lang_expr *a) {
    cf_buf_lit(b, word);
    lang_expr_text(b, a);
}

static void add_time_in(struct cf_buf *b, const struct lang_expr *e) {
    cf_buf_printf(b, "%stime in %.*s", e->longest ? "longest " : "", CF_STR_ARG(e->name.text));
    if (e->duration.n != 0) {
        cf_buf_printf(b, " in the last %s", cf_duration_shown(e->duration).p);
    }
    if (e->num >= 0) {
        cf_buf_lit(b, " between ");
        lang_clock_text(b, e->num);
        cf_buf_lit(b, " and ");
        lang_clock_text(b, e->num2);
    }
    static const char *const days[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    for (size_t d = 0; d < CF_COUNT(days); d++) {
        if ((e->days >> d & 1) != 0) {
            cf_buf_printf(b, "%s%s", (e->days & ((1u << d) - 1)) == 0 ? " on " : ", ", days[d]);
        }
    }
}

static void add_offset(struct cf_buf *b, const struct lang_expr *e) {
    if (e->b != NULL) {
        lang_expr_text(b, e->b);
    } else {
        cf_buf_lit(b, cf_duration_shown(e->duration).p);
    }
    add_one(b, e->op == LANG_BEFORE ? " before " : " after ", e->a);
}

/* literals and names; false for what is made of other expressions */
static bool add_leaf(struct cf_buf *b, const struct lang_expr *e) {
    static const char *const words[LANG_OPS] = {[LANG_YES] = "yes",
                                                [LANG_NO] = "no",
                                                [LANG_UNKNOWN] = "unknown",
                                                [LANG_NOTHING] = "nothing",
                                                [LANG_TRIGGER] = "trigger",
                                                [LANG_HOLDERS] = "holders",
                                                [LANG_DUE_MET] = "the due time it met",
                                                [LANG_BEING_KNOWN] = "being known"};
    if (words[e->op] != NULL) {
        cf_buf_lit(b, words[e->op]);
        return true;
    }
    switch ((int)e->op) {
    case LANG_NUMBER: add_number(b, e->num, e->den); return true;
    case LANG_DATE_LIT: cf_buf_lit(b, cf_date_shown((int32_t)e->num).p); return true;
    case LANG_INSTANT_LIT: lang_wall_text(b, e->num2, false); return true;
    case LANG_CLOCK_LIT: lang_clock_text(b, e->num); return true;
    case LANG_DURATION_LIT: cf_buf_lit(b, cf_duration_shown(e->duration).p); return true;
    case LANG_STRING_LIT: lang_quoted_text(b, e->text); return true;
    case LANG_OPEN: cf_buf_printf(b, "open %.*s", CF_STR_ARG(e->name.text)); return true;
    case LANG_KEPT: cf_buf_printf(b, "kept %.*s", CF_STR_ARG(e->name.text)); return true;
    case LANG_MET: cf_buf_str(b, e->name.text); return true;
    case LANG_TURNS:
        add_path(b, e);
        cf_buf_printf(b, " turns %lld", (long long)e->num);
        return true;
    case LANG_TIME_IN: add_time_in(b, e); return true;
    case LANG_AGE:
    case LANG_CHILD:
        cf_buf_lit(b, e->op == LANG_AGE ? "age" : "child");
        if (e->a != NULL) {
            add_one(b, " at ", e->a);
        }
        return true;
    default: return false;
    }
}

/* what looks at events or sets */
static bool add_query(struct cf_buf *b, const struct lang_expr *e) {
    switch ((int)e->op) {
    case LANG_COUNT_SEL:
        cf_buf_lit(b, "count of ");
        lang_sel_bracketed(b, e->sel, is_open_ended(e->sel));
        return true;
    case LANG_COUNT_SET: add_one(b, "count of ", e->a); return true;
    case LANG_FIRST_FIELD:
    case LANG_LAST_FIELD:
        cf_buf_lit(b, e->op == LANG_FIRST_FIELD ? "first " : "last ");
        lang_sel_bracketed(b, e->sel, !is_plain(e->sel));
        cf_buf_lit(b, ".");
        add_path(b, e);
        return true;
    case LANG_SUM_FIELD:
        cf_buf_lit(b, "sum of ");
        add_path(b, e);
        cf_buf_lit(b, " over ");
        lang_sel_bracketed(b, e->sel, is_open_ended(e->sel));
        return true;
    case LANG_SUM_TABLE:
        cf_buf_printf(b, "sum of %.*s", CF_STR_ARG(e->name.text));
        add_one(b, " over ", e->a);
        return true;
    case LANG_EXISTS:
        cf_buf_lit(b, "a ");
        lang_sel_text(b, e->sel);
        return true;
    case LANG_NONE:
        cf_buf_lit(b, "no ");
        lang_sel_text(b, e->sel);
        return true;
    case LANG_EVERY:
        add_one(b, "every ", e->a);
        add_one(b, " has ", e->b);
        return true;
    case LANG_TABLE_REF:
        cf_buf_printf(b, "%.*s[", CF_STR_ARG(e->name.text));
        add_list(b, e);
        cf_buf_lit(b, "]");
        return true;
    case LANG_PARTNER_OF:
        cf_buf_printf(b, "%.*s", CF_STR_ARG(e->name.text));
        add_one(b, " of ", e->a);
        return true;
    default: return false;
    }
}

static bool add_composite(struct cf_buf *b, const struct lang_expr *e) {
    if (joint_words[e->op] != NULL) {
        lang_expr_text(b, e->a);
        cf_buf_printf(b, " %s ", joint_words[e->op]);
        lang_expr_text(b, e->b);
        return true;
    }
    switch ((int)e->op) {
    case LANG_NOT: add_one(b, "not ", e->a); return true;
    case LANG_NEGATE: add_one(b, "-", e->a); return true;
    case LANG_IN_LIST:
        lang_expr_text(b, e->a);
        cf_buf_lit(b, " in ");
        add_list(b, e);
        return true;
    case LANG_IN_RANGE:
        lang_expr_text(b, e->a);
        add_one(b, " in ", e->b);
        add_one(b, " to ", e->c);
        return true;
    case LANG_IS_KNOWN:
        lang_expr_text(b, e->a);
        cf_buf_lit(b, " is known");
        return true;
    case LANG_IS_NOT_KNOWN:
        lang_expr_text(b, e->a);
        cf_buf_lit(b, " is not known");
        return true;
    case LANG_IS_REACHED:
        lang_expr_text(b, e->a);
        cf_buf_lit(b, " is reached");
        return true;
    case LANG_IS_ROLE:
        lang_expr_text(b, e->a);
        cf_buf_printf(b, " is %.*s", CF_STR_ARG(e->name.text));
        return true;
    case LANG_BEFORE:
    case LANG_AFTER: add_offset(b, e); return true;
    case LANG_EARLIER:
    case LANG_LATER:
        add_one(b, e->op == LANG_EARLIER ? "the earlier of " : "the later of ", e->a);
        add_one(b, " and ", e->b);
        return true;
    case LANG_SCHOOL_DAY: add_one(b, "the start of the next school day at ", e->a); return true;
    default: return false;
    }
}

/* Items of an example: `Lee (sex female)`. */
static void add_kept(struct cf_buf *b, const struct lang_expr *e) {
    for (size_t i = 0; i < e->list.n; i++) {
        const struct lang_expr *k = e->list.v[i];
        cf_buf_printf(b, "%s%.*s ", i == 0 ? " (" : ", ", CF_STR_ARG(k->name.text));
        lang_expr_text(b, k->a);
    }
    cf_buf_lit(b, e->list.n == 0 ? "" : ")");
}

void lang_expr_text(struct cf_buf *b, const struct lang_expr *e) {
    if (e == NULL) {
        return;
    }
    cf_buf_lit(b, e->bracketed ? "(" : "");
    if (!add_leaf(b, e) && !add_query(b, e) && !add_composite(b, e)) {
        add_path(b, e);
        add_kept(b, e);
    }
    cf_buf_lit(b, e->bracketed ? ")" : "");
}
