/* docket: what is due, met, late, missed, breached, and why; now, at an instant, and as it was known at a past one. */
#include "cli/cli.h"

struct asked {
    int64_t at, known_at;
    bool why;
};

static void say_reason(struct cf_buf *b, const struct lang_reason *r) {
    if (r) {
        lang_reason_text(b, r, 4);
    }
}

static void say_standing(struct cf_buf *b, const struct lang_docket *k) {
    for (size_t i = 0; i < k->flags.n; i++) {
        cf_buf_printf(b, "flag     %.*s  [%.*s]\n", CF_STR_ARG(k->flags.v[i].rule->title),
                      CF_STR_ARG(k->flags.v[i].rule->name.text));
    }
    for (size_t i = 0; i < k->grades.n; i++) {
        const struct lang_grade_line *g = &k->grades.v[i];
        const struct lang_codes *codes = &g->rule->as.grade.codes->as.codes;
        cf_buf_printf(b, "grade    %.*s: %.*s", CF_STR_ARG(g->rule->title),
                      CF_STR_ARG(g->level >= 0 ? codes->list.v[g->level].name.text : CF_LIT("none")));
        if (g->could_be >= 0) {
            cf_buf_printf(b, ", could be %.*s", CF_STR_ARG(codes->list.v[g->could_be].name.text));
        }
        cf_buf_printf(b, "  [%.*s]\n", CF_STR_ARG(g->rule->name.text));
    }
    for (size_t i = 0; i < k->scores.n; i++) {
        const struct lang_score_line *s = &k->scores.v[i];
        cf_buf_printf(b, "score    %.*s: ", CF_STR_ARG(s->rule->title));
        if (!s->known) {
            cf_buf_lit(b, "not known");
        } else if (s->lo == s->hi) {
            cf_buf_printf(b, "%lld", (long long)s->lo);
        } else {
            cf_buf_printf(b, "%lld to %lld", (long long)s->lo, (long long)s->hi);
        }
        cf_buf_printf(b, "  [%.*s]\n", CF_STR_ARG(s->rule->name.text));
    }
    static const char *const option_words[] = {"open", "closed", "not known"};
    for (size_t i = 0; i < k->choices.n; i++) {
        const struct lang_choice_line *c = &k->choices.v[i];
        cf_buf_printf(b, "choice   %.*s:", CF_STR_ARG(c->rule->title));
        for (size_t o = 0; o < c->rule->as.choice.options.n; o++) {
            cf_buf_printf(b, " %.*s %s%s", CF_STR_ARG(c->rule->as.choice.options.v[o].code.text), option_words[c->options[o]],
                          o + 1 < c->rule->as.choice.options.n ? "," : "");
        }
        cf_buf_printf(b, "  [%.*s]\n", CF_STR_ARG(c->rule->name.text));
    }
}

static int one_subject(struct cli *c, struct cf_str words, const struct asked *q) {
    struct cf_id id;
    uint32_t no;
    struct lang_docket k = {0};
    struct lang_history h;
    const struct lang_set *set;
    const struct lang_reference *ref;
    if (!cli_id(c, words, "a person or unit", &id)) {
        return cli_failed(c);
    }
    if (!desk_subject_no(c->desk, id, &no, &c->errs)) {
        struct cf_errs log_errs = c->errs;
        if (cli_read_log(c, "docket", NULL, 0, 0)) { /* a look that found nobody is logged too */
            c->errs = log_errs;
        }
        return cli_failed(c);
    }
    if (ledger_restricted(desk_ledger(c->desk), id)) {
        cf_fail(&c->errs, CF_C014, CF_NOWHERE, "this record is restricted (Data Protection Act 2018, section 47)");
        return cli_failed(c);
    }
    if (!desk_docket(c->desk, no, q->at, q->known_at, c->arena, &k, &set, &ref, &h, &c->errs) ||
        !cli_read_log(c, "docket", &no, 1, 0)) {
        return cli_failed(c);
    }
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
    if (c->json) {
        lang_docket_json(&b, set, ref, &k);
        cf_buf_lit(&b, "\n");
        cli_print(&b);
        return CLI_DONE;
    }
    cf_buf_printf(&b, "%.*s at %s, %zu events\n", CF_STR_ARG(words), cf_time_shown(c->zone, q->at).p, h.n);
    if (k.too_long) {
        cf_buf_lit(&b, "cannot evaluate: this history is longer than its limit\n");
    }
    for (size_t i = 0; i < k.duties.n; i++) {
        cli_say_duty(&b, c, set, ref, &k.duties.v[i]);
        if (q->why) {
            say_reason(&b, lang_explain_duty(c->arena, set, ref, &h, q->at, &k.duties.v[i]));
        }
    }
    for (size_t i = 0; i < k.gates.n; i++) {
        cli_say_gate(&b, c, &k.gates.v[i]);
        if (q->why) {
            say_reason(&b, lang_explain_gate(c->arena, set, ref, &h, q->at, &k.gates.v[i]));
        }
    }
    say_standing(&b, &k);
    if (!k.duties.n && !k.gates.n) {
        cf_buf_lit(&b, "nothing is due and nothing was judged\n");
    }
    if (k.has_end) {
        cf_buf_printf(&b, "nothing changes by itself before %s\n", cf_time_shown(c->zone, k.valid_until).p);
    }
    cli_print(&b);
    return CLI_DONE;
}

static void lines_json(struct cf_buf *b, struct cli *c, const struct desk_lines *lines) {
    cf_buf_lit(b, "{\"duties\":[");
    for (size_t i = 0; i < lines->n; i++) {
        const struct lang_duty_line *l = &lines->v[i].duty;
        struct cf_id id;
        struct cf_errs quiet = cf_errs_new(c->arena);
        if (!desk_subject_id(c->desk, lines->v[i].subject, &id, NULL, &quiet)) {
            continue;
        }
        cf_buf_printf(b, "%s{\"subject\":\"%s\",\"duty\":\"%s\",\"rule\":\"%.*s\",\"state\":\"%s\"", i ? "," : "",
                      cf_cstr(c->arena, cf_hex(c->arena, id.b, 16)), cf_cstr(c->arena, cf_hex(c->arena, l->id.b, 16)),
                      CF_STR_ARG(l->rule->name.text), lang_state_word(l->state));
        if (l->has_due) {
            cf_buf_printf(b, ",\"due\":\"%s\"", cf_time_iso(l->due).p);
        }
        cf_buf_lit(b, "}");
    }
    cf_buf_printf(b, "],\"shown\":%zu,\"not_in_source\":%llu,\"suspended\":%llu}\n", lines->n,
                  (unsigned long long)lines->not_in_source, (unsigned long long)lines->suspended);
}

static int queue(struct cli *c, enum desk_which which, const char *unit, const struct asked *q) {
    struct desk_lines lines;
    if (!desk_duties(c->desk, which, unit, q->at, c->arena, &lines, &c->errs)) {
        return cli_failed(c);
    }
    uint32_t *subjects = CF_NEW_N(c->arena, uint32_t, lines.n + 1);
    for (size_t i = 0; i < lines.n; i++) {
        subjects[i] = lines.v[i].subject;
    }
    static const char *const routes[] = {[DESK_UNIT] = "docket unit",
                                         [DESK_OVERDUE] = "docket overdue",
                                         [DESK_ALL_OPEN] = "docket open",
                                         [DESK_SUSPENDED] = "docket suspended"};
    uint64_t withheld = which == DESK_SUSPENDED ? 0 : lines.suspended;
    if (!cli_read_log(c, routes[which], subjects, lines.n, withheld)) {
        return cli_failed(c);
    }
    struct cf_buf b = cf_buf_new(c->arena, CF_MAX_JSON_BYTES);
    if (c->json) {
        lines_json(&b, c, &lines);
        cli_print(&b);
        return CLI_DONE;
    }
    for (size_t i = 0; i < lines.n; i++) {
        struct cf_id id;
        if (!desk_subject_id(c->desk, lines.v[i].subject, &id, NULL, &c->errs)) {
            return cli_failed(c);
        }
        cf_buf_printf(&b, "%s  ", cf_cstr(c->arena, cf_hex(c->arena, id.b, 16)));
        cli_say_duty(&b, c, desk_set(c->desk), desk_reference(c->desk), &lines.v[i].duty);
    }
    cf_buf_printf(&b, "shown %zu, not in the source %llu, suspended %llu\n", lines.n, (unsigned long long)lines.not_in_source,
                  (unsigned long long)lines.suspended);
    cli_print(&b);
    return CLI_DONE;
}

int cli_docket(struct cli *c) {
    struct cf_moment at, known;
    struct cf_str subject, unit;
    int64_t now = cf_now_us() / 1000000;
    struct asked q = {.why = cli_flag(c, "why"), .known_at = INT64_MAX};
    bool has_known = cli_option(c, "known-at", &unit);
    bool has_subject = cli_option(c, "subject", &subject), overdue = cli_flag(c, "overdue"),
         suspended = cli_flag(c, "suspended"), has_unit = cli_option(c, "unit", &unit);
    struct cf_str ignored, purpose = CF_LIT("");
    (void)cli_option(c, "purpose", &purpose);
    (void)cli_option(c, "as", &ignored);
    (void)cli_option(c, "db", &ignored);
    (void)cli_option(c, "keys", &ignored);
    (void)cli_flag(c, "accept-clock");
    if (!cli_time(c, "known-at", now, &known)) {
        return cli_failed(c);
    }
    q.known_at = has_known ? known.at : INT64_MAX;
    if (!cli_time(c, "at", has_known ? known.at : now, &at) || !cli_nothing_left(c)) {
        return cli_failed(c);
    }
    q.at = at.at;
    if (has_subject + overdue + suspended + has_unit != 1) {
        cf_fail(&c->errs, CF_C012, CF_NOWHERE, "docket needs one of --subject ID, --unit U, --overdue, --suspended");
        return cli_failed(c);
    }
    if (suspended && !cf_str_is(purpose, "complaint")) { /* the queue of the officers for information rights */
        cf_fail(&c->errs, CF_C014, CF_NOWHERE,
                "what is suspended is shown only to answer a request about a child's own record");
        cf_hint(&c->errs, "Give --purpose complaint if you answer for information rights; the reading is logged.");
        return cli_failed(c);
    }
    if (!cli_open(c, false)) {
        return cli_failed(c);
    }
    if (has_subject) {
        return one_subject(c, subject, &q);
    }
    return queue(c,
                 suspended ? DESK_SUSPENDED
                 : overdue ? DESK_OVERDUE
                           : DESK_UNIT,
                 has_unit ? cf_cstr(c->arena, unit) : NULL, &q);
}
