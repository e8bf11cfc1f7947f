/* say: docket lines in words and in JSON. One line says what is owed, by whom, by when, how it stands, and by which rule. */
#include "cli/cli.h"

static const struct {
    uint32_t mark;
    const char *words;
} MARKS[] = {
    {LANG_M_ENTERED_LATER, "entered later"},
    {LANG_M_DUE_BEFORE_KNOWN, "due before it was known"},
    {LANG_M_DAY_ONLY, "day only"},
    {LANG_M_RESTS_ON_UNKNOWN, "rests on what is not known"},
    {LANG_M_CORRECTED, "changed by correction"},
    {LANG_M_EXPLAINED, "explained"},
    {LANG_M_WARNED, "warned"},
    {LANG_M_ESCALATED, "escalated"},
    {LANG_M_NO_CALENDAR, "the calendar ends too early"},
    {LANG_M_ONE_INSTANT_UNKNOWN, "one of two instants is not known"},
    {LANG_M_NOT_IN_SOURCE, "not in the source"},
};

static void say_marks(struct cf_buf *b, uint32_t marks) {
    const char *between = "  (";
    for (size_t i = 0; i < CF_COUNT(MARKS); i++) {
        if (marks & MARKS[i].mark) {
            cf_buf_printf(b, "%s%s", between, MARKS[i].words);
            between = ", ";
        }
    }
    if (between[0] == ',') {
        cf_buf_lit(b, ")");
    }
}

static void say_owner(struct cf_buf *b, struct cli *c, const struct lang_owner *o) {
    const struct lang_reference *ref = desk_reference(c->desk);
    struct cf_str unit = o->unit && ref ? ref->subject_name(ref->ctx, o->unit) : CF_LIT("");
    if (o->role_or_unit) {
        cf_buf_str(b, o->role_or_unit->title.n ? o->role_or_unit->title : o->role_or_unit->name.text);
    } else {
        cf_buf_lit(b, o->subject ? "the officer who did it" : "nobody yet");
    }
    if (unit.n && !(o->role_or_unit && cf_str_eq(unit, o->role_or_unit->title))) {
        cf_buf_printf(b, ", %.*s", CF_STR_ARG(unit));
    }
}

void cli_say_duty(struct cf_buf *b, struct cli *c, const struct lang_set *set, const struct lang_reference *ref,
                  const struct lang_duty_line *l) {
    (void)set;
    (void)ref;
    cf_buf_printf(b, "%-8s %.*s", lang_state_word(l->state), CF_STR_ARG(l->rule->title));
    if (l->has_due && l->state != LANG_STOPPED) {
        cf_buf_printf(b, "; due %s", cf_due_shown(c->zone, l->due).p);
    } else if (l->state == LANG_STOPPED && l->has_left) {
        cf_buf_printf(b, "; the clock is stopped with %s left", cf_left_shown(l->left_s).p);
    } else if (l->state <= LANG_OVERDUE) {
        cf_buf_lit(b, "; no date");
    }
    if (l->state >= LANG_MET_STATE) {
        cf_buf_printf(b, "; ended %s", cf_time_shown(c->zone, l->ended).p);
    }
    cf_buf_lit(b, "; ");
    say_owner(b, c, &l->owner);
    cf_buf_printf(b, "  [%.*s, %.*s]", CF_STR_ARG(l->rule->name.text), CF_STR_ARG(l->rule->policy->name.text));
    say_marks(b, l->marks);
    cf_buf_lit(b, "\n");
}

void cli_say_gate(struct cf_buf *b, struct cli *c, const struct lang_gate_line *l) {
    (void)c;
    const struct lang_gate *g = &l->rule->as.gate;
    if (l->not_in_source) {
        cf_buf_printf(b, "not in the source  %.*s", CF_STR_ARG(l->rule->title));
    } else if (l->result == LANG_KEPT_RESULT) {
        cf_buf_printf(b, "kept     %.*s", CF_STR_ARG(l->rule->title));
    } else {
        cf_buf_printf(b, "BREACH   %.*s%s", CF_STR_ARG(l->rule->title),
                      l->result == LANG_BREACHED_NOT_KNOWN ? " (not known)" : "");
        if (g->otherwise.n) {
            cf_buf_printf(b, ": %.*s", CF_STR_ARG(g->otherwise));
        }
    }
    cf_buf_printf(b, "  [%.*s, %.*s]", CF_STR_ARG(l->rule->name.text), CF_STR_ARG(l->rule->policy->name.text));
    say_marks(b, l->marks);
    cf_buf_lit(b, "\n");
}

static struct cf_str level_name(const struct lang_decl *grade, int level) {
    const struct lang_decl *codes = grade->as.grade.codes;
    return level >= 0 && codes && (size_t)level < codes->as.codes.list.n ? codes->as.codes.list.v[level].name.text
                                                                         : CF_LIT("none");
}

void cli_say_changes(struct cf_buf *b, struct cli *c, const struct desk_changes *changes) {
    const struct lang_set *set = desk_set(c->desk);
    const struct lang_reference *ref = desk_reference(c->desk);
    for (size_t i = 0; i < changes->n; i++) {
        const struct desk_change *x = &changes->v[i];
        if (x->duty) {
            cf_buf_printf(b, "  %s ", x->duty_before ? "changed:" : "arises: ");
            cli_say_duty(b, c, set, ref, x->duty);
        } else if (x->duty_before) {
            cf_buf_lit(b, "  gone:    ");
            cli_say_duty(b, c, set, ref, x->duty_before);
        }
        if (x->gate) {
            cf_buf_lit(b, "  judged:  ");
            cli_say_gate(b, c, x->gate);
        }
        if (x->flag) {
            cf_buf_printf(b, "  flag %s: %.*s  [%.*s]\n", x->flag_gone ? "falls" : "stands", CF_STR_ARG(x->flag->rule->title),
                          CF_STR_ARG(x->flag->rule->name.text));
        }
        if (x->grade) {
            struct cf_str level = level_name(x->grade->rule, x->grade->level);
            cf_buf_printf(b, "  grade:   %.*s is %.*s", CF_STR_ARG(x->grade->rule->title), CF_STR_ARG(level));
            if (x->grade->could_be >= 0) {
                cf_buf_printf(b, ", could be %.*s", CF_STR_ARG(level_name(x->grade->rule, x->grade->could_be)));
            }
            cf_buf_lit(b, "\n");
        }
    }
    if (!changes->n) {
        cf_buf_lit(b, "  nothing follows from it\n");
    }
}

static void json_duty(struct cf_buf *b, const struct lang_duty_line *l) {
    cf_buf_lit(b, "{\"rule\":");
    cf_json_str(b, l->rule->name.text);
    cf_buf_lit(b, ",\"title\":");
    cf_json_str(b, l->rule->title);
    cf_buf_printf(b, ",\"state\":\"%s\"", lang_state_word(l->state));
    if (l->has_due) {
        cf_buf_printf(b, ",\"due\":\"%s\"", cf_time_iso(l->due).p);
    }
    cf_buf_lit(b, ",\"owner\":");
    cf_json_str(b, l->owner.role_or_unit ? l->owner.role_or_unit->name.text : CF_LIT(""));
    cf_buf_lit(b, "}");
}

void cli_changes_json(struct cf_buf *b, struct cli *c, const struct desk_changes *changes) {
    cf_buf_lit(b, "[");
    for (size_t i = 0; i < changes->n; i++) {
        const struct desk_change *x = &changes->v[i];
        cf_buf_printf(b, "%s{\"subject\":\"%s\"", i ? "," : "", cf_cstr(c->arena, cf_hex(c->arena, x->subject.b, 16)));
        if (x->duty_before) {
            cf_buf_lit(b, ",\"duty_before\":");
            json_duty(b, x->duty_before);
        }
        if (x->duty) {
            cf_buf_lit(b, ",\"duty\":");
            json_duty(b, x->duty);
        }
        if (x->gate) {
            cf_buf_lit(b, ",\"gate\":");
            cf_json_str(b, x->gate->rule->name.text);
            cf_buf_printf(b, ",\"result\":\"%s\"",
                          x->gate->not_in_source                ? "not in the source"
                          : x->gate->result == LANG_KEPT_RESULT ? "kept"
                          : x->gate->result == LANG_BREACHED    ? "breach"
                                                                : "breach, not known");
        }
        if (x->flag) {
            cf_buf_printf(b, ",\"flag\":\"%.*s\",\"stands\":%s", CF_STR_ARG(x->flag->rule->name.text),
                          x->flag_gone ? "false" : "true");
        }
        if (x->grade) {
            cf_buf_printf(b, ",\"grade\":\"%.*s\",\"level\":\"%.*s\"", CF_STR_ARG(x->grade->rule->name.text),
                          CF_STR_ARG(level_name(x->grade->rule, x->grade->level)));
        }
        cf_buf_lit(b, "}");
    }
    cf_buf_lit(b, "]");
}

bool cli_read_log(struct cli *c, const char *route, const uint32_t *subjects, size_t n, uint64_t withheld) {
    struct cf_str purpose;
    const struct lang_decl *purposes = lang_find(desk_set(c->desk), "purpose");
    if (!cli_option(c, "purpose", &purpose)) {
        cf_fail(&c->errs, CF_C010, CF_NOWHERE, "this shows a person's data, and says no purpose");
        struct cf_buf b = cf_buf_new(c->arena, 4096);
        for (size_t i = 0; purposes && purposes->kind == LANG_CODES && i < purposes->as.codes.list.n; i++) {
            cf_buf_printf(&b, "%s%.*s", i ? ", " : "", CF_STR_ARG(purposes->as.codes.list.v[i].name.text));
        }
        cf_hint(&c->errs, "Give --purpose with one of: %.*s. The reading is logged.", (int)b.n, b.p);
        return false;
    }
    bool known = !purposes || purposes->kind != LANG_CODES;
    for (size_t i = 0; !known && i < purposes->as.codes.list.n; i++) {
        known = cf_str_eq(purposes->as.codes.list.v[i].name.text, purpose);
    }
    if (!known) {
        return cf_fail(&c->errs, CF_C010, CF_NOWHERE, "%.*s is no purpose that the policies know", CF_STR_ARG(purpose));
    }
    int64_t *shown = CF_NEW_N(c->arena, int64_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        shown[i] = subjects[i];
    }
    const char *user = cli_option_or(c, "as", "operator");
    struct ledger_read_row row = {.session = cf_str_from(user),
                                  .role = CF_LIT("command line"),
                                  .purpose = purpose,
                                  .route = cf_str_from(route),
                                  .shown = shown,
                                  .n_shown = n,
                                  .withheld = (int64_t)withheld,
                                  .outcome = n ? LEDGER_SHOWN : LEDGER_NO_HIT};
    struct ledger_reads *reads;
    if (!ledger_reads_open(c->arena, desk_ledger(c->desk), &c->errs, &reads)) {
        return false;
    }
    bool ok = ledger_reads_add(reads, &row, 1, &c->errs);
    ledger_reads_close(reads);
    return ok;
}
