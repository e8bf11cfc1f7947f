/* parse_expr: conditions, values, instants and event selectors, by precedence (a Pratt table). The grammar rule stands above
 * each function; doc/reference/grammar.ebnf is the whole. Must not resolve names: a name stays LANG_NAME or LANG_PATH. */
#include "lang/lang_priv.h"

/* From weakest to strongest. `and` and `or` are equal: they mix only with brackets. */
enum power { AND_OR = 1, NOT = 2, COMPARE = 3, ELSE = 4, SUM = 5, INSTANT = 6, OPERAND = 7 };

static struct lang_expr *read_expr(struct lang_parser *p, int least);

/* ---------------------------------------------------------------- nodes */

struct lang_expr *lang_expr_new(struct lang_parser *p, enum lang_op op, uint32_t at) {
    struct lang_expr *e = CF_NEW(p->a, struct lang_expr);
    e->op = op;
    e->at = lang_span_from(p, at);
    e->index = e->role = -1;
    e->den = 1;
    return e;
}

static uint32_t height(const struct lang_expr *e) {
    return e == NULL ? 0 : e->id;
}
static uint32_t higher(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

/* Ends a node: its span reaches to the last token taken, its height (kept in `id` until the checker numbers the nodes) is
 * counted, so that whoever walks the tree later recurses no deeper than CF_MAX_DEPTH. */
static struct lang_expr *finish(struct lang_parser *p, struct lang_expr *e) {
    uint32_t h = higher(height(e->a), higher(height(e->b), height(e->c)));
    for (size_t i = 0; i < e->list.n; i++) {
        h = higher(h, height(e->list.v[i]));
    }
    if (e->sel != NULL) {
        h = higher(h, higher(height(e->sel->with), height(e->sel->last)));
    }
    e->id = h + 1;
    e->at = lang_span_from(p, e->at.at);
    if (e->id > CF_MAX_DEPTH) {
        lang_wrong(p, CF_L021, e->at, "an expression of more than %d steps", (int)CF_MAX_DEPTH);
        return NULL;
    }
    return e;
}

static void add_name(struct lang_parser *p, struct lang_expr *e, const struct lang_token *t) {
    *cf_push(p->a, &e->path) = (struct lang_name){.text = t->text, .at = lang_span_of(p, t)};
}

/* ---------------------------------------------------------------- words */

static bool word_is_one_of(const struct lang_token *t, const char *const *words, size_t n) {
    for (size_t i = 0; t->kind == LANG_TK_WORD && i < n; i++) {
        if (cf_str_is(t->text, words[i])) {
            return true;
        }
    }
    return false;
}

/* Words that go on after a value: a name never begins with them where a value is wanted. */
static bool is_joint(const struct lang_token *t) {
    static const char *const words[] = {"and", "or",  "else", "is",   "in",      "within", "to", "has",   "where",  "with",
                                        "of",  "per", "by",   "over", "between", "since",  "as", "after", "before", "turns"};
    return word_is_one_of(t, words, CF_COUNT(words));
}

/* A word that can be a name in this place. */
static bool begins_name(const struct lang_token *t) {
    return t->kind == LANG_TK_WORD && !is_joint(t);
}

static bool begins_value(const struct lang_token *t) {
    return begins_name(t) || t->kind == LANG_TK_NUMBER || t->kind == LANG_TK_DATE || t->kind == LANG_TK_CLOCK ||
           t->kind == LANG_TK_TEXT || (t->kind == LANG_TK_MARK && (t->mark == '(' || t->mark == '-'));
}

/* unit = "seconds" | "minutes" | "hours" | "days" | "working" "days" | "weeks" | "months" | "years", or one of each */
bool lang_read_unit(struct lang_parser *p, enum cf_unit *unit) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind != LANG_TK_WORD) {
        return false;
    }
    if (cf_str_is(t->text, "working") &&
        (cf_str_is(lang_peek(p, 1)->text, "day") || cf_str_is(lang_peek(p, 1)->text, "days"))) {
        lang_take(p);
        lang_take(p);
        *unit = CF_WORKING_DAY;
        return true;
    }
    if (!cf_unit_parse(t->text, unit)) {
        return false;
    }
    lang_take(p);
    return true;
}

/* ---------------------------------------------------------------- literals */

static struct lang_expr *read_duration(struct lang_parser *p, const struct lang_token *number, enum cf_unit unit) {
    if (number->den != 1 || number->num > INT32_MAX) {
        lang_wrong(p, CF_L010, lang_span_of(p, number), "`%.*s` is no number of days or hours", CF_STR_ARG(number->text));
        return NULL;
    }
    struct lang_expr *e = lang_expr_new(p, LANG_DURATION_LIT, number->at);
    e->duration = (struct cf_duration){.n = (int32_t)number->num, .unit = unit};
    return finish(p, e);
}

static struct lang_expr *read_clock(struct lang_parser *p, enum lang_op op, const struct lang_token *date) {
    const struct lang_token *t = lang_take(p);
    if (t->num > 86400) {
        lang_wrong(p, CF_L009, lang_span_of(p, t), "there is no time `%.*s`", CF_STR_ARG(t->text));
        return NULL;
    }
    struct lang_expr *e = lang_expr_new(p, op, date != NULL ? date->at : t->at);
    e->num = t->num;
    if (date != NULL) {
        e->num = e->num2 = date->num * 86400 + t->num;
    }
    return finish(p, e);
}

/* number | number unit | date | date clock | clock | text */
static struct lang_expr *read_plain(struct lang_parser *p) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind == LANG_TK_CLOCK) {
        return read_clock(p, LANG_CLOCK_LIT, NULL);
    }
    lang_take(p);
    if (t->kind == LANG_TK_DATE && lang_peek(p, 0)->kind == LANG_TK_CLOCK) {
        return read_clock(p, LANG_INSTANT_LIT, t);
    }
    enum cf_unit unit;
    if (t->kind == LANG_TK_NUMBER && lang_read_unit(p, &unit)) {
        return read_duration(p, t, unit);
    }
    enum lang_op op = t->kind == LANG_TK_DATE ? LANG_DATE_LIT : t->kind == LANG_TK_TEXT ? LANG_STRING_LIT : LANG_NUMBER;
    struct lang_expr *e = lang_expr_new(p, op, t->at);
    e->num = t->num;
    e->den = t->den;
    e->text = op == LANG_STRING_LIT ? t->text : (struct cf_str){0};
    return finish(p, e);
}

/* "-" operand; of a number, the number below nought */
static struct lang_expr *read_minus(struct lang_parser *p) {
    const struct lang_token *minus = lang_take(p);
    struct lang_expr *of = read_expr(p, OPERAND);
    if (of == NULL) {
        return NULL;
    }
    if (of->op == LANG_NUMBER && !of->bracketed && of->num > 0) {
        of->num = -of->num;
        of->at = lang_span_from(p, minus->at);
        return of;
    }
    struct lang_expr *e = lang_expr_new(p, LANG_NEGATE, minus->at);
    e->a = of;
    return finish(p, e);
}

/* "(" cond ")" */
static struct lang_expr *read_bracket(struct lang_parser *p) {
    const struct lang_token *open = lang_take(p);
    bool no_of = p->no_of;
    p->no_of = false;
    struct lang_expr *e = read_expr(p, AND_OR);
    p->no_of = no_of;
    if (e == NULL) {
        return NULL;
    }
    if (!lang_take_mark(p, ')')) {
        lang_unclosed(p, ")", open);
        return NULL;
    }
    e->bracketed = true;
    e->at = lang_span_from(p, open->at);
    return e;
}

/* ---------------------------------------------------------------- names */

/* "[" value ("," value)* "]" after the name of a table */
static struct lang_expr *read_table_keys(struct lang_parser *p, const struct lang_token *name) {
    const struct lang_token *open = lang_take(p);
    struct lang_expr *e = lang_expr_new(p, LANG_TABLE_REF, name->at);
    e->name = (struct lang_name){.text = name->text, .at = lang_span_of(p, name)};
    bool no_of = p->no_of;
    p->no_of = false;
    do {
        struct lang_expr *key = read_expr(p, ELSE);
        if (key == NULL) {
            return NULL;
        }
        *cf_push(p->a, &e->list) = key;
    } while (lang_take_mark(p, ','));
    p->no_of = no_of;
    if (!lang_take_mark(p, ']')) {
        lang_unclosed(p, "]", open);
        return NULL;
    }
    return finish(p, e);
}

/* name | name ("." name)+ | name "turns" number | table "[" value,+ "]" | partner "of" value */
static struct lang_expr *read_name(struct lang_parser *p) {
    const struct lang_token *name = lang_take(p);
    if (lang_at_mark(p, '[')) {
        return read_table_keys(p, name);
    }
    if (lang_at_word(p, "turns")) {
        lang_take(p);
        struct lang_expr *e = lang_expr_new(p, LANG_TURNS, name->at);
        add_name(p, e, name);
        return lang_need_number(p, "an age after `turns`", &e->num) ? finish(p, e) : NULL;
    }
    if (!p->no_of && lang_at_word(p, "of")) {
        lang_take(p);
        struct lang_expr *e = lang_expr_new(p, LANG_PARTNER_OF, name->at);
        e->name = (struct lang_name){.text = name->text, .at = lang_span_of(p, name)};
        e->a = read_expr(p, OPERAND);
        return e->a == NULL ? NULL : finish(p, e);
    }
    struct lang_expr *e = lang_expr_new(p, lang_at_mark(p, '.') ? LANG_PATH : LANG_NAME, name->at);
    add_name(p, e, name);
    while (lang_take_mark(p, '.')) {
        if (lang_peek(p, 0)->kind != LANG_TK_WORD) {
            lang_expected(p, "a name after `.`");
            return NULL;
        }
        add_name(p, e, lang_take(p));
    }
    return finish(p, e);
}

/* ---------------------------------------------------------------- selectors */

/* "in the last" duration | "since" record | "in any episode" */
static bool read_sel_ending(struct lang_parser *p, struct lang_sel *s, bool *more) {
    *more = true;
    if (lang_take_words(p, "in the last")) {
        s->last = read_expr(p, INSTANT);
        return s->last != NULL;
    }
    if (lang_take_words(p, "in any episode")) {
        s->any_episode = true;
        return true;
    }
    if (lang_take_words(p, "since")) {
        return lang_need_name(p, "the name of a record after `since`", &s->since);
    }
    *more = false;
    return true;
}

static struct lang_sel *read_sel_inside(struct lang_parser *p) {
    struct lang_sel *s = CF_NEW(p->a, struct lang_sel);
    uint32_t at = lang_peek(p, 0)->at;
    s->role_index = -1;
    if (lang_at_word(p, "sent") && begins_name(lang_peek(p, 1))) {
        lang_take(p);
        s->kind = LANG_SEL_SENT;
    } else if (lang_at_word(p, "acknowledged") && begins_name(lang_peek(p, 1))) {
        lang_take(p);
        s->kind = LANG_SEL_ACKNOWLEDGED;
    }
    if (!lang_need_name(p, s->kind == LANG_SEL_RECORD ? "the name of a record" : "the name of a share", &s->name)) {
        return NULL;
    }
    if (lang_take_words(p, "as") && !lang_need_name(p, "the role of a subject after `as`", &s->role)) {
        return NULL;
    }
    if (lang_take_words(p, "with") && (s->with = read_expr(p, AND_OR)) == NULL) {
        return NULL;
    }
    for (bool more = true; more;) {
        if (!read_sel_ending(p, s, &more)) {
            return NULL;
        }
    }
    s->at = lang_span_from(p, at);
    return s;
}

/* sel = ("(" sel ")") | (record | "sent" share | "acknowledged" share) ["as" role] ["with" cond] ["in the last" duration]
 *       ["since" record] ["in any episode"].   `with` takes all of the condition that follows; brackets end it. */
static struct lang_sel *read_sel(struct lang_parser *p, bool *bracketed) {
    *bracketed = lang_at_mark(p, '(');
    if (!*bracketed) {
        return read_sel_inside(p);
    }
    const struct lang_token *open = lang_take(p);
    bool no_of = p->no_of;
    p->no_of = false;
    struct lang_sel *s = read_sel_inside(p);
    p->no_of = no_of;
    if (s == NULL) {
        return NULL;
    }
    if (!lang_take_mark(p, ')')) {
        lang_unclosed(p, ")", open);
        return NULL;
    }
    return s;
}

struct lang_sel *lang_read_sel(struct lang_parser *p) {
    bool bracketed;
    return read_sel(p, &bracketed);
}

/* ("a" | "no") sel */
static struct lang_expr *read_exists(struct lang_parser *p) {
    const struct lang_token *t = lang_take(p);
    struct lang_expr *e = lang_expr_new(p, cf_str_is(t->text, "no") ? LANG_NONE : LANG_EXISTS, t->at);
    bool bracketed;
    e->sel = read_sel(p, &bracketed);
    if (e->sel == NULL) {
        return NULL;
    }
    e->bracketed = bracketed && e->sel->with != NULL; /* `a (R with x) and y` is shown as `(a R with x) and y` */
    return finish(p, e);
}

/* Is the next thing a set (a path, holders), and not the name of a record? */
static bool at_set(struct lang_parser *p) {
    const struct lang_token *t = lang_peek(p, 0), *after = lang_peek(p, 1);
    return t->kind == LANG_TK_WORD &&
           (cf_str_is(t->text, "holders") || (cf_str_is(t->text, "previous") && begins_name(after)) ||
            (after->kind == LANG_TK_MARK && after->mark == '.'));
}

/* "count of" (sel | set) */
static struct lang_expr *read_count(struct lang_parser *p) {
    struct lang_expr *e = lang_expr_new(p, at_set(p) ? LANG_COUNT_SET : LANG_COUNT_SEL, p->t[p->i - 2].at);
    if (e->op == LANG_COUNT_SET) {
        e->a = read_expr(p, OPERAND);
    } else {
        e->sel = lang_read_sel(p);
    }
    return e->a == NULL && e->sel == NULL ? NULL : finish(p, e);
}

/* "sum of" (field "over" sel | table "over" set) */
static struct lang_expr *read_sum(struct lang_parser *p) {
    struct lang_expr *e = lang_expr_new(p, LANG_SUM_FIELD, p->t[p->i - 2].at);
    struct lang_name what;
    if (!lang_need_name(p, "the name of a field or a table after `sum of`", &what) ||
        !lang_need_words(p, "over", "the field or table")) {
        return NULL;
    }
    if (at_set(p)) {
        e->op = LANG_SUM_TABLE;
        e->name = what;
        e->a = read_expr(p, OPERAND);
        return e->a == NULL ? NULL : finish(p, e);
    }
    *cf_push(p->a, &e->path) = what;
    e->sel = lang_read_sel(p);
    return e->sel == NULL ? NULL : finish(p, e);
}

/* ("first" | "last") (record | "(" sel ")") "." field */
static struct lang_expr *read_first(struct lang_parser *p) {
    enum lang_op op = lang_at_word(p, "first") ? LANG_FIRST_FIELD : LANG_LAST_FIELD;
    struct lang_expr *e = lang_expr_new(p, op, lang_take(p)->at);
    e->sel = lang_read_sel(p);
    if (e->sel == NULL) {
        return NULL;
    }
    if (!lang_take_mark(p, '.') || lang_peek(p, 0)->kind != LANG_TK_WORD) {
        lang_expected(p, "`.` and the name of a field of `%.*s`", CF_STR_ARG(e->sel->name.text));
        return NULL;
    }
    add_name(p, e, lang_take(p));
    return finish(p, e);
}

bool lang_at_weekday(struct lang_parser *p, size_t ahead, int *out) {
    static const char *const words[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
    const struct lang_token *t = lang_peek(p, ahead);
    for (size_t i = 0; t->kind == LANG_TK_WORD && i < CF_COUNT(words); i++) {
        if (cf_str_is(t->text, words[i])) {
            *out = (int)i;
            return true;
        }
    }
    return false;
}
bool lang_need_weekday(struct lang_parser *p, int *out) {
    if (!lang_at_weekday(p, 0, out)) {
        return lang_expected(p, "a day of the week, such as monday");
    }
    lang_take(p);
    return true;
}

/* "on" weekday,+ : a list that ends at whatever is no day */
static bool read_days(struct lang_parser *p, uint8_t *days) {
    int day = 0;
    if (!lang_take_words(p, "on")) {
        return true;
    }
    do {
        if (!lang_need_weekday(p, &day)) {
            return false;
        }
        *days = (uint8_t)(*days | 1u << day);
    } while (lang_at_mark(p, ',') && lang_at_weekday(p, 1, &day) && lang_take_mark(p, ','));
    return true;
}

/* ["longest"] "time in" span ["in the last" duration] ["between" clock "and" clock ["on" weekday,+]] */
static struct lang_expr *read_time_in(struct lang_parser *p) {
    struct lang_expr *e = lang_expr_new(p, LANG_TIME_IN, lang_peek(p, 0)->at);
    e->longest = lang_take_words(p, "longest");
    e->num = e->num2 = -1;
    if (!lang_take_words(p, "time in") || !lang_need_name(p, "the name of a span after `time in`", &e->name)) {
        return NULL;
    }
    if (lang_take_words(p, "in the last")) {
        int64_t n;
        if (!lang_need_number(p, "a number of hours after `in the last`", &n)) {
            return NULL;
        }
        if (n > INT32_MAX || !lang_read_unit(p, &e->duration.unit)) {
            lang_expected(p, "`hours` or `minutes`");
            return NULL;
        }
        e->duration.n = (int32_t)n;
    }
    if (lang_at_word(p, "between") && lang_peek(p, 1)->kind == LANG_TK_CLOCK) {
        lang_take(p);
        struct lang_expr *from = read_clock(p, LANG_CLOCK_LIT, NULL), *to = NULL;
        if (from == NULL || !lang_need_words(p, "and", "the time of day")) {
            return NULL;
        }
        if (lang_peek(p, 0)->kind != LANG_TK_CLOCK) {
            lang_expected(p, "a time of day, such as 22:00, after `and`");
            return NULL;
        }
        to = read_clock(p, LANG_CLOCK_LIT, NULL);
        if (to == NULL) {
            return NULL;
        }
        e->num = from->num;
        e->num2 = to->num;
        if (!read_days(p, &e->days)) {
            return NULL;
        }
    }
    return finish(p, e);
}

/* ---------------------------------------------------------------- words that begin a value or a condition */

/* "age" ["at" instant]    "child" ["at" instant] */
static struct lang_expr *read_at(struct lang_parser *p, enum lang_op op) {
    struct lang_expr *e = lang_expr_new(p, op, lang_take(p)->at);
    if (lang_take_words(p, "at") && (e->a = read_expr(p, INSTANT)) == NULL) {
        return NULL;
    }
    return finish(p, e);
}

/* "the" ("earlier" | "later") "of" instant "and" instant | "the due time it met" | "the start of the next school day at" value
 */
static struct lang_expr *read_the(struct lang_parser *p) {
    struct lang_expr *e = lang_expr_new(p, LANG_DUE_MET, lang_peek(p, 0)->at);
    if (lang_take_words(p, "the due time it met")) {
        return finish(p, e);
    }
    if (lang_take_words(p, "the start of the next school day")) {
        e->op = LANG_SCHOOL_DAY;
        if (!lang_need_words(p, "at", "`the start of the next school day`")) {
            return NULL;
        }
        e->a = read_expr(p, ELSE);
        return e->a == NULL ? NULL : finish(p, e);
    }
    bool earlier = lang_take_words(p, "the earlier of");
    if (!earlier && !lang_take_words(p, "the later of")) {
        lang_take(p);
        lang_expected(p, "`earlier of`, `later of`, `due time it met` or `start of the next school day` after `the`");
        return NULL;
    }
    e->op = earlier ? LANG_EARLIER : LANG_LATER;
    bool no_of = p->no_of;
    p->no_of = false;
    e->a = read_expr(p, ELSE);
    if (e->a == NULL || !lang_need_words(p, "and", "the first of the two instants")) {
        return NULL;
    }
    e->b = read_expr(p, ELSE);
    p->no_of = no_of;
    return e->b == NULL ? NULL : finish(p, e);
}

/* "previous" record "." field */
static struct lang_expr *read_previous(struct lang_parser *p) {
    const struct lang_token *t = lang_take(p);
    struct lang_expr *e = read_name(p);
    if (e == NULL) {
        return NULL;
    }
    if (e->op != LANG_PATH) {
        lang_wrong(p, CF_L018, e->at, "expected a field of a record after `previous`");
        cf_hint(p->errs, "Write it like `previous risk_decision.level`.");
        return NULL;
    }
    e->previous = true;
    e->at = lang_span_from(p, t->at);
    return e;
}

/* "every" set "has" cond */
static struct lang_expr *read_every(struct lang_parser *p) {
    struct lang_expr *e = lang_expr_new(p, LANG_EVERY, lang_take(p)->at);
    e->a = read_expr(p, OPERAND);
    if (e->a == NULL || !lang_need_words(p, "has", "the set that `every` looks through")) {
        return NULL;
    }
    e->b = read_expr(p, AND_OR);
    return e->b == NULL ? NULL : finish(p, e);
}

/* "open" (episode | "held")    "kept" gate */
static struct lang_expr *read_open_kept(struct lang_parser *p, enum lang_op op) {
    struct lang_expr *e = lang_expr_new(p, op, lang_take(p)->at);
    const char *what = op == LANG_OPEN ? "an episode, or `held`, after `open`" : "a gate after `kept`";
    return lang_need_dotted(p, what, &e->name) ? finish(p, e) : NULL;
}

static struct lang_expr *read_word(struct lang_parser *p, enum lang_op op) {
    return finish(p, lang_expr_new(p, op, lang_take(p)->at));
}

static struct lang_expr *read_not(struct lang_parser *p) {
    struct lang_expr *e = lang_expr_new(p, LANG_NOT, lang_take(p)->at);
    e->a = read_expr(p, NOT);
    return e->a == NULL ? NULL : finish(p, e);
}

/* Reads with an example of its own for the hint of an error; the clause's example again afterwards. */
static struct lang_expr *guided(struct lang_parser *p, struct lang_expr *(*read)(struct lang_parser *), const char *like) {
    const char *clause = p->like;
    p->like = like;
    struct lang_expr *e = read(p);
    p->like = clause;
    return e;
}

/* Words that mean something only where a condition may stand; each is also a possible name. */
static struct lang_expr *read_cond_word(struct lang_parser *p, bool *taken) {
    const struct lang_token *next = lang_peek(p, 1);
    bool name = begins_name(next), sel = name || (next->kind == LANG_TK_MARK && next->mark == '(');
    *taken = true;
    if (lang_at_word(p, "not")) {
        return read_not(p);
    }
    if (sel && (lang_at_word(p, "a") || lang_at_word(p, "an") || lang_at_word(p, "no"))) {
        return guided(p, read_exists, "a prevention_interview with seen = yes");
    }
    if (name && lang_at_word(p, "every")) {
        return guided(p, read_every, "every mtip_search.officers has sex = child.sex");
    }
    if (name && lang_at_word(p, "open")) {
        return read_open_kept(p, LANG_OPEN);
    }
    if (name && lang_at_word(p, "kept")) {
        return read_open_kept(p, LANG_KEPT);
    }
    *taken = false;
    return NULL;
}

/* Words that begin a value. */
static struct lang_expr *read_value_word(struct lang_parser *p) {
    static const struct {
        const char *word;
        enum lang_op op;
    } plain[] = {
        {"yes", LANG_YES}, {"no", LANG_NO}, {"unknown", LANG_UNKNOWN}, {"holders", LANG_HOLDERS}, {"trigger", LANG_TRIGGER}};
    const struct lang_token *next = lang_peek(p, 1);
    bool path = next->kind == LANG_TK_MARK && (next->mark == '.' || next->mark == '[');
    for (size_t i = 0; !path && i < CF_COUNT(plain); i++) {
        if (lang_at_word(p, plain[i].word)) {
            return read_word(p, plain[i].op);
        }
    }
    if (lang_take_words(p, "count of")) {
        return guided(p, read_count, "count of stop_search in the last 6 months");
    }
    if (lang_take_words(p, "sum of")) {
        return guided(p, read_sum, "sum of factor_points over account.factors");
    }
    if (lang_at_words(p, "time in") || lang_at_words(p, "longest time in")) {
        return guided(p, read_time_in, "time in hospital in the last 24 hours between 22:00 and 06:00");
    }
    if (lang_at_word(p, "the")) {
        return guided(p, read_the, "the earlier of trigger and the due time it met");
    }
    bool sel = begins_name(next) || (next->kind == LANG_TK_MARK && next->mark == '(');
    if (sel && (lang_at_word(p, "first") || lang_at_word(p, "last"))) {
        return guided(p, read_first, "first missing_report.happened");
    }
    if (begins_name(next) && lang_at_word(p, "previous")) {
        return read_previous(p);
    }
    if (!path && lang_at_word(p, "age")) {
        return read_at(p, LANG_AGE);
    }
    if (!path && lang_at_word(p, "child") && !cf_str_is(next->text, "turns")) {
        return read_at(p, LANG_CHILD);
    }
    return read_name(p);
}

static struct lang_expr *read_prefix(struct lang_parser *p, int least) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind == LANG_TK_NUMBER || t->kind == LANG_TK_DATE || t->kind == LANG_TK_CLOCK || t->kind == LANG_TK_TEXT) {
        return read_plain(p);
    }
    if (lang_at_mark(p, '(')) {
        return read_bracket(p);
    }
    if (lang_at_mark(p, '-')) {
        return read_minus(p);
    }
    if (t->kind != LANG_TK_WORD || is_joint(t)) {
        lang_expected(p, least <= NOT ? "a condition" : "a value");
        return NULL;
    }
    if (least <= NOT) {
        bool taken;
        struct lang_expr *e = read_cond_word(p, &taken);
        if (taken) {
            return e;
        }
    }
    return read_value_word(p);
}

/* ---------------------------------------------------------------- what joins two values */

struct joint {
    const char *word; /* or NULL: the mark */
    char mark;
    int power;
    enum lang_op op;
};
static const struct joint joints[] = {
    {"and", 0, AND_OR, LANG_AND},        {"or", 0, AND_OR, LANG_OR},
    {NULL, '=', COMPARE, LANG_EQ},       {NULL, LANG_MARK_NE, COMPARE, LANG_NE},
    {NULL, '<', COMPARE, LANG_LT},       {NULL, LANG_MARK_LE, COMPARE, LANG_LE},
    {NULL, '>', COMPARE, LANG_GT},       {NULL, LANG_MARK_GE, COMPARE, LANG_GE},
    {"in", 0, COMPARE, LANG_IN_LIST},    {"within", 0, COMPARE, LANG_WITHIN},
    {"is", 0, COMPARE, LANG_IS_KNOWN},   {"else", 0, ELSE, LANG_ELSE},
    {NULL, '+', SUM, LANG_ADD},          {NULL, '-', SUM, LANG_SUB},
    {"before", 0, INSTANT, LANG_BEFORE}, {"after", 0, INSTANT, LANG_AFTER},
};

/* Words that look like a joint but end the expression: `in the last`, `in any episode`, `within 3 days`, `warn 1 hour before`.
 */
static bool ends_here(struct lang_parser *p, const struct joint *j) {
    const struct lang_token *next = lang_peek(p, 1);
    if (j->op == LANG_IN_LIST) {
        return lang_at_words(p, "in the last") || lang_at_words(p, "in any episode");
    }
    if (j->op == LANG_WITHIN) {
        return next->kind == LANG_TK_NUMBER;
    }
    if (j->op == LANG_BEFORE || j->op == LANG_AFTER) {
        return !begins_value(next);
    }
    return false;
}

static const struct joint *next_joint(struct lang_parser *p) {
    for (size_t i = 0; i < CF_COUNT(joints); i++) {
        const struct joint *j = &joints[i];
        if (j->word != NULL ? lang_at_word(p, j->word) : lang_at_mark(p, j->mark)) {
            return ends_here(p, j) ? NULL : j;
        }
    }
    return NULL;
}

/* value "in" (value,+ | value "to" value): the list ends at whatever is no further `, value` */
static struct lang_expr *read_in(struct lang_parser *p, struct lang_expr *left) {
    struct lang_expr *e = lang_expr_new(p, LANG_IN_LIST, left->at.at);
    e->a = left;
    const struct lang_token *open = lang_peek(p, 0);
    bool bracket = lang_at_mark(p, '(');
    if (bracket) {
        lang_take(p);
    }
    do {
        struct lang_expr *item = read_expr(p, ELSE);
        if (item == NULL) {
            return NULL;
        }
        *cf_push(p->a, &e->list) = item;
    } while (lang_take_mark(p, ','));
    if (lang_at_word(p, "to") && e->list.n == 1 && !lang_at_words(p, "to verify")) {
        lang_take(p);
        e->op = LANG_IN_RANGE;
        e->b = e->list.v[0];
        e->list.n = 0;
        if ((e->c = read_expr(p, ELSE)) == NULL) {
            return NULL;
        }
    }
    if (bracket && !lang_take_mark(p, ')')) {
        lang_unclosed(p, ")", open);
        return NULL;
    }
    return finish(p, e);
}

/* value "is" ["not"] "known" | instant "is reached" | path "is" role */
static struct lang_expr *read_is(struct lang_parser *p, struct lang_expr *left) {
    struct lang_expr *e = lang_expr_new(p, LANG_IS_KNOWN, left->at.at);
    e->a = left;
    if (lang_take_words(p, "known")) {
        return finish(p, e);
    }
    if (lang_take_words(p, "not known")) {
        e->op = LANG_IS_NOT_KNOWN;
        return finish(p, e);
    }
    if (lang_take_words(p, "reached")) {
        e->op = LANG_IS_REACHED;
        return finish(p, e);
    }
    if (lang_at_word(p, "not")) {
        lang_take(p);
        lang_expected(p, "`known` after `is not`");
        cf_hint(p->errs, "For anything else put `not` before the whole, as in `not (review.actor is inspector)`.");
        return NULL;
    }
    e->op = LANG_IS_ROLE;
    return lang_need_name(p, "`known`, `reached` or the name of a role after `is`", &e->name) ? finish(p, e) : NULL;
}

static struct cf_str source_of(const struct lang_parser *p, const struct lang_expr *e) {
    return cf_str_slice(p->src->text, e->at.at, e->at.at + e->at.n);
}

/* `a and b or c`: two people would read it two ways, so it has no meaning; the error shows both. */
static struct lang_expr *mixed(struct lang_parser *p, const struct lang_expr *left, const struct lang_expr *right,
                               enum lang_op op, struct cf_span at) {
    const char *in = left->op == LANG_AND ? "and" : "or", *out = op == LANG_AND ? "and" : "or";
    struct cf_str a = source_of(p, left->a), b = source_of(p, left->b), c = source_of(p, right), all = source_of(p, left);
    size_t line_end;
    bool shows = all.n + c.n < 140 && !cf_str_find(all, '\n', &line_end) && !cf_str_find(c, '\n', &line_end);
    if (lang_wrong(p, CF_L020, at, "`%s` after `%s` without brackets", out, in)) {
        return NULL;
    }
    if (shows) {
        cf_hint(p->errs, "Write `(%.*s %s %.*s) %s %.*s` or `%.*s %s (%.*s %s %.*s)`.", CF_STR_ARG(a), in, CF_STR_ARG(b), out,
                CF_STR_ARG(c), CF_STR_ARG(a), in, CF_STR_ARG(b), out, CF_STR_ARG(c));
    }
    return NULL;
}

static struct lang_expr *read_right(struct lang_parser *p, struct lang_expr *left, const struct joint *j, struct cf_span at) {
    /* `6 months before X` reaches to the right, all others to the left */
    struct lang_expr *right = read_expr(p, j->op == LANG_BEFORE || j->op == LANG_AFTER ? j->power : j->power + 1);
    if (right == NULL) {
        return NULL;
    }
    bool other = (left->op == LANG_AND || left->op == LANG_OR) && !left->bracketed && left->op != j->op;
    if (j->power == AND_OR && other) {
        return mixed(p, left, right, j->op, at);
    }
    struct lang_expr *e = lang_expr_new(p, j->op, left->at.at);
    e->a = left;
    e->b = right;
    if (j->op == LANG_BEFORE || j->op == LANG_AFTER) {
        e->a = right;
        e->b = left;
        if (left->op == LANG_DURATION_LIT && !left->bracketed) {
            e->duration = left->duration;
            e->b = NULL;
        }
    }
    return finish(p, e);
}

static struct lang_expr *read_joined(struct lang_parser *p, struct lang_expr *left, const struct joint *j) {
    struct cf_span at = lang_span_of(p, lang_take(p));
    struct lang_expr *e;
    if (j->op == LANG_IN_LIST) {
        e = read_in(p, left);
    } else if (j->op == LANG_IS_KNOWN) {
        e = read_is(p, left);
    } else {
        e = read_right(p, left, j, at);
    }
    const struct joint *next = e == NULL || j->power != COMPARE ? NULL : next_joint(p);
    if (next != NULL && next->power == COMPARE) {
        const struct lang_token *t = lang_peek(p, 0);
        lang_wrong(p, CF_L025, lang_span_of(p, t), "a second comparison, `%.*s`, of what is already one", CF_STR_ARG(t->text));
        return NULL;
    }
    return e;
}

/* expr = prefix (joint expr)*, as long as the joint binds at least so strongly */
static struct lang_expr *read_expr(struct lang_parser *p, int least) {
    if (p->depth >= CF_MAX_DEPTH) {
        lang_wrong(p, CF_L021, lang_span_of(p, lang_peek(p, 0)), "brackets and words nested more than %d deep",
                   (int)CF_MAX_DEPTH);
        return NULL;
    }
    p->depth++;
    struct lang_expr *e = read_prefix(p, least);
    while (e != NULL) {
        const struct joint *j = next_joint(p);
        if (j == NULL || j->power < least) {
            break;
        }
        e = read_joined(p, e, j);
    }
    p->depth--;
    return e;
}

/* cond: the whole of section 2's `cond`, with brackets, `and`, `or` */
struct lang_expr *lang_read_cond(struct lang_parser *p) {
    return read_expr(p, AND_OR);
}

/* value: binds tighter than a comparison */
struct lang_expr *lang_read_value(struct lang_parser *p) {
    return read_expr(p, ELSE);
}

/* A value in an example, a setting or a row of a table: a literal, or a name (a code, a label, a subject). */
struct lang_expr *lang_read_literal(struct lang_parser *p, const char *what) {
    const struct lang_token *t = lang_peek(p, 0);
    if (t->kind == LANG_TK_NUMBER || t->kind == LANG_TK_DATE || t->kind == LANG_TK_CLOCK || t->kind == LANG_TK_TEXT) {
        return read_plain(p);
    }
    if (lang_at_mark(p, '-') && lang_peek(p, 1)->kind == LANG_TK_NUMBER) {
        return read_minus(p);
    }
    if (t->kind != LANG_TK_WORD) {
        lang_expected(p, "%s", what);
        return NULL;
    }
    static const struct {
        const char *word;
        enum lang_op op;
    } plain[] = {{"yes", LANG_YES}, {"no", LANG_NO}, {"unknown", LANG_UNKNOWN}, {"nothing", LANG_NOTHING}};
    for (size_t i = 0; i < CF_COUNT(plain); i++) {
        if (lang_at_word(p, plain[i].word)) {
            return read_word(p, plain[i].op);
        }
    }
    struct lang_expr *e = lang_expr_new(p, LANG_NAME, t->at);
    if (lang_take_words(p, "not asked")) {
        *cf_push(p->a, &e->path) = (struct lang_name){.text = CF_LIT("not asked"), .at = lang_span_from(p, t->at)};
        return finish(p, e);
    }
    add_name(p, e, lang_take(p));
    return finish(p, e);
}
