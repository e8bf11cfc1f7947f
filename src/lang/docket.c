/* Dockets: their order (D13), their words, whether two are the same to the last reason, and their JSON.
 * Must not know: how they were evaluated. */
#include "lang/lang_priv.h"
#include "lang/plain.h"

#include <stdlib.h>

const char *lang_state_word(enum lang_state s) {
    static const char *const words[] = {
        [LANG_PENDING] = "pending", [LANG_STOPPED] = "stopped", [LANG_OVERDUE] = "overdue", [LANG_MET_STATE] = "met",
        [LANG_LATE] = "late",       [LANG_MISSED] = "missed",   [LANG_VOID] = "void"};
    return words[s];
}

const char *lang_result_word(enum lang_result r) {
    static const char *const words[] = {"kept", "breached", "breached, not known"};
    return words[r];
}

const char *lang_option_word(enum lang_option_state s) {
    static const char *const words[] = {"open", "closed", "not known"};
    return words[s];
}

/* The marks' words, in the order of their bits; NULL after the last. */
const char *lang_mark_word(unsigned bit) {
    static const char *const words[] = {"entered later",
                                        "due before it was known",
                                        "day only",
                                        "rests on what is not known",
                                        "changed by correction",
                                        "explained",
                                        "warned",
                                        "escalated",
                                        "no calendar",
                                        "one instant unknown"};
    return bit < CF_COUNT(words) ? words[bit] : NULL;
}

/* ---- order */
static int by_number(uint64_t a, uint64_t b) {
    return a < b ? -1 : a > b;
}

static int duty_order(const void *x, const void *y) {
    const struct lang_duty_line *a = x, *b = y;
    if (a->has_due != b->has_due) {
        return a->has_due ? 1 : -1; /* no date first */
    }
    if (a->has_due && a->due != b->due) {
        return a->due < b->due ? -1 : 1;
    }
    int c = cf_str_cmp(a->rule->name.text, b->rule->name.text);
    return c != 0 ? c : cf_id_cmp(a->id, b->id);
}

static int state_order(const struct lang_decl *ra, uint64_t ea, const struct lang_decl *rb, uint64_t eb) {
    int c = cf_str_cmp(ra->name.text, rb->name.text);
    return c != 0 ? c : by_number(ea, eb);
}
static int grade_order(const void *x, const void *y) {
    const struct lang_grade_line *a = x, *b = y;
    return state_order(a->rule, a->episode, b->rule, b->episode);
}
static int score_order(const void *x, const void *y) {
    const struct lang_score_line *a = x, *b = y;
    return state_order(a->rule, a->episode, b->rule, b->episode);
}
static int choice_order(const void *x, const void *y) {
    const struct lang_choice_line *a = x, *b = y;
    return state_order(a->rule, a->episode, b->rule, b->episode);
}
static int flag_order(const void *x, const void *y) {
    const struct lang_flag_line *a = x, *b = y;
    return state_order(a->rule, a->episode, b->rule, b->episode);
}

static void sort(void *v, size_t n, size_t size, int (*order)(const void *, const void *)) {
    if (n > 1) {
        qsort(v, n, size, order);
    }
}

void lang_docket_sort_states(struct lang_docket *d) {
    sort(d->grades.v, d->grades.n, sizeof d->grades.v[0], grade_order);
    sort(d->scores.v, d->scores.n, sizeof d->scores.v[0], score_order);
    sort(d->choices.v, d->choices.n, sizeof d->choices.v[0], choice_order);
    sort(d->flags.v, d->flags.n, sizeof d->flags.v[0], flag_order);
}

void lang_docket_sort(struct lang_docket *d) {
    sort(d->duties.v, d->duties.n, sizeof d->duties.v[0], duty_order);
    lang_docket_sort_states(d);
    for (size_t i = 1; i < d->gates.n; i++) { /* they stand in the order of their events: sorted by rule within each */
        struct lang_gate_line line = d->gates.v[i];
        size_t k = i;
        for (; k > 0 && d->gates.v[k - 1].event == line.event &&
               cf_str_cmp(line.rule->name.text, d->gates.v[k - 1].rule->name.text) < 0;
             k--) {
            d->gates.v[k] = d->gates.v[k - 1];
        }
        d->gates.v[k] = line;
    }
}

/* ---- adding up, for display */
static bool live(const struct lang_duty_line *l) {
    return l->state == LANG_PENDING || l->state == LANG_STOPPED || l->state == LANG_OVERDUE;
}

/* `done by` in the language's words: two that read the same are the same. */
static struct cf_str done_text(struct cf_arena *a, const struct lang_decl *rule) {
    const struct lang_duty *d = &rule->as.duty;
    struct cf_buf b = cf_buf_new(a, 65536);
    for (size_t i = 0; i < d->done_by.n; i++) {
        cf_buf_lit(&b, " or ");
        lang_sel_text(&b, d->done_by.v[i]);
    }
    if (d->done_where != NULL) {
        cf_buf_lit(&b, " where ");
        lang_expr_text(&b, d->done_where);
    }
    struct cf_str s;
    return cf_buf_finish(&b, &s) ? s : (struct cf_str){"", 0};
}

static bool reads_trigger(const struct lang_decl *rule) {
    const struct lang_duty *d = &rule->as.duty;
    for (size_t i = 0; i < d->done_by.n; i++) {
        const struct lang_expr *w = d->done_by.v[i]->with;
        if (w != NULL && ((w->a != NULL && w->a->op == LANG_TRIGGER) || (w->b != NULL && w->b->op == LANG_TRIGGER))) {
            return true;
        }
    }
    return false;
}

static bool together(struct cf_arena *a, const struct lang_duty_line *x, const struct lang_duty_line *y) {
    return live(x) && live(y) && x->episode == y->episode && x->owner.role_or_unit == y->owner.role_or_unit &&
           x->owner.subject == y->owner.subject && x->owner.unit == y->owner.unit &&
           !(reads_trigger(x->rule) && x->cause != y->cause) && cf_str_eq(done_text(a, x->rule), done_text(a, y->rule));
}

size_t lang_docket_shown(struct cf_arena *a, const struct lang_docket *d, const struct lang_shown **out) {
    struct lang_shown *shown = CF_NEW_N(a, struct lang_shown, d->duties.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < d->duties.n; i++) {
        const struct lang_duty_line *l = &d->duties.v[i];
        size_t k = 0;
        while (k < n && !together(a, shown[k].first, l)) {
            k++;
        }
        if (k == n) {
            shown[n++].first = l;
        }
        *cf_push(a, &shown[k].all) = l;
        if (!shown[k].first->has_due && l->has_due) { /* no date comes first in order; the earliest date is what counts */
            shown[k].first = l;
        }
    }
    *out = shown;
    return n;
}

/* ---- the same? */
struct same {
    struct cf_arena *a;
    struct cf_str *why;
    struct cf_str line; /* what is compared: "duty quality" */
};

static bool part(const struct same *s, const char *what, int64_t x, int64_t y) {
    if (x != y) {
        *s->why = cf_str_printf(s->a, "%.*s: %s %lld, not %lld", CF_STR_ARG(s->line), what, (long long)x, (long long)y);
    }
    return x == y;
}

static bool same_support(const struct same *s, const struct lang_support *x, const struct lang_support *y) {
    bool ok = x->n == y->n && (x->n == 0 || memcmp(x->seqs, y->seqs, x->n * sizeof x->seqs[0]) == 0);
    if (!ok) {
        struct cf_buf b = cf_buf_new(s->a, 65536);
        cf_buf_printf(&b, "%.*s: support", CF_STR_ARG(s->line));
        for (size_t i = 0; i < x->n; i++) {
            cf_buf_printf(&b, " %llu", (unsigned long long)x->seqs[i]);
        }
        cf_buf_lit(&b, ", not");
        for (size_t i = 0; i < y->n; i++) {
            cf_buf_printf(&b, " %llu", (unsigned long long)y->seqs[i]);
        }
        if (!cf_buf_finish(&b, s->why)) {
            *s->why = CF_LIT("support differs");
        }
    }
    return ok;
}

static bool same_rule(const struct same *s, const struct lang_decl *x, const struct lang_decl *y) {
    if (x != y) {
        *s->why =
            cf_str_printf(s->a, "%.*s: rule %.*s of %lld, not %.*s of %lld", CF_STR_ARG(s->line), CF_STR_ARG(x->name.text),
                          (long long)x->policy->as.policy.from, CF_STR_ARG(y->name.text), (long long)y->policy->as.policy.from);
    }
    return x == y;
}

static struct same line_of(const struct same *s, const char *kind, const struct lang_decl *rule, size_t i) {
    struct same l = *s;
    l.line = cf_str_printf(s->a, "%s line %zu (%.*s)", kind, i + 1, CF_STR_ARG(rule->name.text));
    return l;
}

static bool same_duty(const struct same *s, const struct lang_duty_line *x, const struct lang_duty_line *y) {
    bool owner = x->owner.role_or_unit == y->owner.role_or_unit;
    return same_rule(s, x->rule, y->rule) && part(s, "identity differs, 0", 0, cf_id_cmp(x->id, y->id)) &&
           part(s, "cause", (int64_t)x->cause, (int64_t)y->cause) &&
           part(s, "limit", (int64_t)x->cause_limit, (int64_t)y->cause_limit) && part(s, "role", x->role, y->role) &&
           part(s, "period", x->period, y->period) && part(s, "episode", (int64_t)x->episode, (int64_t)y->episode) &&
           part(s, "since", x->since, y->since) && part(s, "state", x->state, y->state) &&
           part(s, "dated", x->has_due, y->has_due) && part(s, "due", x->due, y->due) &&
           part(s, "stopped", x->has_left, y->has_left) && part(s, "left", x->left_s, y->left_s) &&
           part(s, "ended", x->ended, y->ended) && part(s, "ended by", (int64_t)x->ended_by, (int64_t)y->ended_by) &&
           part(s, "the same owner", 1, owner) && part(s, "owner", x->owner.subject, y->owner.subject) &&
           part(s, "owner's unit", x->owner.unit, y->owner.unit) && part(s, "marks", x->marks, y->marks) &&
           same_support(s, &x->support, &y->support);
}

static bool same_gate(const struct same *s, const struct lang_gate_line *x, const struct lang_gate_line *y) {
    return same_rule(s, x->rule, y->rule) && part(s, "event", (int64_t)x->event, (int64_t)y->event) &&
           part(s, "role", x->role, y->role) && part(s, "result", x->result, y->result) &&
           part(s, "marks", x->marks, y->marks) && part(s, "not in source", x->not_in_source, y->not_in_source) &&
           same_support(s, &x->support, &y->support);
}

static bool same_grade(const struct same *s, const struct lang_grade_line *x, const struct lang_grade_line *y) {
    return same_rule(s, x->rule, y->rule) && part(s, "episode", (int64_t)x->episode, (int64_t)y->episode) &&
           part(s, "level", x->level, y->level) && part(s, "could be", x->could_be, y->could_be) &&
           part(s, "criteria", (int64_t)x->criteria, (int64_t)y->criteria) &&
           part(s, "unknown criteria", (int64_t)x->could_criteria, (int64_t)y->could_criteria) &&
           same_support(s, &x->support, &y->support);
}

static bool same_score(const struct same *s, const struct lang_score_line *x, const struct lang_score_line *y) {
    return same_rule(s, x->rule, y->rule) && part(s, "episode", (int64_t)x->episode, (int64_t)y->episode) &&
           part(s, "known", x->known, y->known) && part(s, "from", x->lo, y->lo) && part(s, "to", x->hi, y->hi) &&
           same_support(s, &x->support, &y->support);
}

static bool same_choice(const struct same *s, const struct lang_choice_line *x, const struct lang_choice_line *y) {
    if (!same_rule(s, x->rule, y->rule) || !part(s, "episode", (int64_t)x->episode, (int64_t)y->episode)) {
        return false;
    }
    for (size_t i = 0; i < x->rule->as.choice.options.n; i++) {
        if (!part(s, "option", x->options[i], y->options[i])) {
            return false;
        }
    }
    return same_support(s, &x->support, &y->support);
}

static bool same_lines(const struct same *s, const struct lang_docket *x, const struct lang_docket *y) {
    bool ok = true;
    for (size_t i = 0; ok && i < x->duties.n; i++) {
        struct same l = line_of(s, "duty", x->duties.v[i].rule, i);
        ok = same_duty(&l, &x->duties.v[i], &y->duties.v[i]);
    }
    for (size_t i = 0; ok && i < x->gates.n; i++) {
        struct same l = line_of(s, "gate", x->gates.v[i].rule, i);
        ok = same_gate(&l, &x->gates.v[i], &y->gates.v[i]);
    }
    for (size_t i = 0; ok && i < x->grades.n; i++) {
        struct same l = line_of(s, "grade", x->grades.v[i].rule, i);
        ok = same_grade(&l, &x->grades.v[i], &y->grades.v[i]);
    }
    for (size_t i = 0; ok && i < x->scores.n; i++) {
        struct same l = line_of(s, "score", x->scores.v[i].rule, i);
        ok = same_score(&l, &x->scores.v[i], &y->scores.v[i]);
    }
    for (size_t i = 0; ok && i < x->choices.n; i++) {
        struct same l = line_of(s, "choice", x->choices.v[i].rule, i);
        ok = same_choice(&l, &x->choices.v[i], &y->choices.v[i]);
    }
    for (size_t i = 0; ok && i < x->flags.n; i++) {
        struct same l = line_of(s, "flag", x->flags.v[i].rule, i);
        const struct lang_flag_line *f = &x->flags.v[i], *g = &y->flags.v[i];
        ok = same_rule(&l, f->rule, g->rule) && part(&l, "episode", (int64_t)f->episode, (int64_t)g->episode) &&
             same_support(&l, &f->support, &g->support);
    }
    return ok;
}

/* Same lines in the same order, reasons included; `valid until` is not compared, for it may be early (V5). */
bool lang_docket_same_lines(struct cf_arena *a, const struct lang_docket *x, const struct lang_docket *y, struct cf_str *why) {
    struct same s = {.a = a, .why = why, .line = CF_LIT("docket")};
    return part(&s, "too long", x->too_long, y->too_long) && part(&s, "duties", (int64_t)x->duties.n, (int64_t)y->duties.n) &&
           part(&s, "gates", (int64_t)x->gates.n, (int64_t)y->gates.n) &&
           part(&s, "grades", (int64_t)x->grades.n, (int64_t)y->grades.n) &&
           part(&s, "scores", (int64_t)x->scores.n, (int64_t)y->scores.n) &&
           part(&s, "choices", (int64_t)x->choices.n, (int64_t)y->choices.n) &&
           part(&s, "flags", (int64_t)x->flags.n, (int64_t)y->flags.n) && same_lines(&s, x, y);
}

bool lang_docket_equal(struct cf_arena *a, const struct lang_docket *x, const struct lang_docket *y, struct cf_str *why) {
    struct same s = {.a = a, .why = why, .line = CF_LIT("docket")};
    return lang_docket_same_lines(a, x, y, why) && part(&s, "an end", x->has_end, y->has_end) &&
           part(&s, "valid until", x->valid_until, y->valid_until);
}

/* ---- JSON */
struct json {
    struct cf_buf *b;
    const struct lang_reference *ref;
};

static void key_str(const struct json *j, const char *key, struct cf_str v) {
    cf_buf_printf(j->b, ",\"%s\":", key);
    cf_json_str(j->b, v);
}

static void key_seq(const struct json *j, const char *key, uint64_t v) {
    if (v != UINT64_MAX) {
        cf_buf_printf(j->b, ",\"%s\":%llu", key, (unsigned long long)v);
    }
}

static void key_time(const struct json *j, const char *key, int64_t t) {
    cf_buf_printf(j->b, ",\"%s\":\"%s\"", key, cf_time_iso(t).p);
}

static void head(const struct json *j, bool first, const struct lang_decl *rule, uint64_t episode) {
    cf_buf_lit(j->b, first ? "{\"rule\":" : ",{\"rule\":");
    cf_json_str(j->b, rule->name.text);
    key_str(j, "title", rule->title);
    key_str(j, "policy", rule->policy->name.text);
    cf_buf_printf(j->b, ",\"version\":\"%s\"", cf_date_shown(rule->policy->as.policy.from).p);
    key_seq(j, "episode", episode);
}

static void tail(const struct json *j, const struct lang_support *s) {
    cf_buf_lit(j->b, ",\"support\":[");
    for (size_t i = 0; i < s->n; i++) {
        cf_buf_printf(j->b, "%s%llu", i == 0 ? "" : ",", (unsigned long long)s->seqs[i]);
    }
    cf_buf_lit(j->b, "]}");
}

static void marks(const struct json *j, uint32_t m) {
    cf_buf_lit(j->b, ",\"marks\":[");
    bool first = true;
    for (unsigned bit = 0; lang_mark_word(bit) != NULL; bit++) {
        if ((m >> bit & 1) != 0) {
            cf_buf_printf(j->b, "%s\"%s\"", first ? "" : ",", lang_mark_word(bit));
            first = false;
        }
    }
    cf_buf_lit(j->b, "]");
}

static void named_subject(const struct json *j, const char *key, uint32_t subject) {
    if (subject != 0 && j->ref->subject_name != NULL) {
        struct cf_str name = j->ref->subject_name(j->ref->ctx, subject);
        if (name.n > 0) {
            key_str(j, key, name);
        }
    }
}

static void owner(const struct json *j, const struct lang_owner *o) {
    cf_buf_printf(j->b, ",\"owner\":{\"subject\":%u,\"unit\":%u", o->subject, o->unit);
    if (o->role_or_unit != NULL) {
        key_str(j, "name", o->role_or_unit->name.text);
        key_str(j, "title", o->role_or_unit->title);
    }
    named_subject(j, "subject_name", o->subject);
    named_subject(j, "unit_name", o->unit);
    cf_buf_lit(j->b, "}");
}

static void duty_json(const struct json *j, bool first, const struct lang_duty_line *d) {
    head(j, first, d->rule, d->episode);
    cf_buf_printf(j->b, ",\"id\":\"%016llx%016llx\"", (unsigned long long)cf_be_read(d->id.b, 8),
                  (unsigned long long)cf_be_read(d->id.b + 8, 8));
    key_seq(j, "cause", d->cause);
    if (d->cause_limit != 0) {
        key_time(j, "limit", (int64_t)d->cause_limit);
    }
    if (d->rule->as.duty.trigger == LANG_EACH) {
        cf_buf_printf(j->b, ",\"period\":\"%s\"", cf_period_shown((enum cf_period)d->rule->as.duty.period, d->period).p);
    }
    key_time(j, "since", d->since);
    key_str(j, "state", cf_str_from(lang_state_word(d->state)));
    if (d->has_due) {
        key_time(j, "due", d->due);
    }
    if (d->has_left) {
        cf_buf_printf(j->b, ",\"left_s\":%lld", (long long)d->left_s);
    }
    if (d->state >= LANG_MET_STATE) {
        key_time(j, "ended", d->ended);
        key_seq(j, "ended_by", d->ended_by);
    }
    owner(j, &d->owner);
    marks(j, d->marks);
    tail(j, &d->support);
}

static void grade_json(const struct json *j, bool first, const struct lang_grade_line *g) {
    const struct lang_codes *c = &g->rule->as.grade.codes->as.codes;
    head(j, first, g->rule, g->episode);
    if (g->level >= 0) {
        key_str(j, "level", c->list.v[g->level].name.text);
    }
    if (g->could_be >= 0) {
        key_str(j, "could_be", c->list.v[g->could_be].name.text);
    }
    tail(j, &g->support);
}

static void choice_json(const struct json *j, bool first, const struct lang_choice_line *c) {
    head(j, first, c->rule, c->episode);
    cf_buf_lit(j->b, ",\"options\":{");
    bool comma = false;
    for (size_t i = 0; i < c->rule->as.choice.options.n; i++) {
        const struct lang_option *o = &c->rule->as.choice.options.v[i];
        if (o->more == NULL) { /* the lines that others add repeat a code */
            cf_buf_lit(j->b, comma ? "," : "");
            cf_json_str(j->b, o->code.text);
            cf_buf_printf(j->b, ":\"%s\"", lang_option_word((enum lang_option_state)c->options[i]));
            comma = true;
        }
    }
    cf_buf_lit(j->b, "}");
    tail(j, &c->support);
}

static void states_json(const struct json *j, const struct lang_docket *d) {
    cf_buf_lit(j->b, "],\"grades\":[");
    for (size_t i = 0; i < d->grades.n; i++) {
        grade_json(j, i == 0, &d->grades.v[i]);
    }
    cf_buf_lit(j->b, "],\"scores\":[");
    for (size_t i = 0; i < d->scores.n; i++) {
        const struct lang_score_line *s = &d->scores.v[i];
        head(j, i == 0, s->rule, s->episode);
        if (s->known) {
            cf_buf_printf(j->b, ",\"from\":%lld,\"to\":%lld", (long long)s->lo, (long long)s->hi);
        } else {
            cf_buf_lit(j->b, ",\"unknown\":true");
        }
        tail(j, &s->support);
    }
    cf_buf_lit(j->b, "],\"choices\":[");
    for (size_t i = 0; i < d->choices.n; i++) {
        choice_json(j, i == 0, &d->choices.v[i]);
    }
    cf_buf_lit(j->b, "],\"flags\":[");
    for (size_t i = 0; i < d->flags.n; i++) {
        head(j, i == 0, d->flags.v[i].rule, d->flags.v[i].episode);
        tail(j, &d->flags.v[i].support);
    }
}

/* One object: duties, gates, grades, scores, choices, flags, valid_until. Instants are UTC, events are sequence numbers. */
void lang_docket_json(struct cf_buf *b, const struct lang_set *set, const struct lang_reference *ref,
                      const struct lang_docket *d) {
    (void)set;
    struct json j = {.b = b, .ref = ref};
    cf_buf_lit(b, "{\"duties\":[");
    for (size_t i = 0; i < d->duties.n; i++) {
        duty_json(&j, i == 0, &d->duties.v[i]);
    }
    cf_buf_lit(b, "],\"gates\":[");
    for (size_t i = 0; i < d->gates.n; i++) {
        const struct lang_gate_line *g = &d->gates.v[i];
        head(&j, i == 0, g->rule, UINT64_MAX);
        key_seq(&j, "event", g->event);
        key_str(&j, "result", cf_str_from(g->not_in_source ? "not in the source" : lang_result_word(g->result)));
        marks(&j, g->marks);
        tail(&j, &g->support);
    }
    states_json(&j, d);
    cf_buf_lit(b, "]");
    if (d->has_end) {
        key_time(&j, "valid_until", d->valid_until);
    }
    if (d->too_long) {
        cf_buf_lit(b, ",\"too_long\":true");
    }
    cf_buf_lit(b, "}");
}
