/* amend: the door to an event that may be put right, lines of a docket before and after, and who was given what the event said.
 * Must not know any record or rule by name but the ledger's own. */
#include "web/pages/amend.h"

#include "web/pages/child_nav.h"

struct web_html amend_text(struct web_request *q, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct cf_str s = cf_str_vprintf(q->arena, fmt, ap);
    va_end(ap);
    return child_plain(q, s);
}

bool amend_may(struct web_request *q, enum access_act act, struct cf_id child, bool own_event) {
    struct access_about about;
    struct access_reason reason;
    struct cf_errs quiet = cf_errs_new(q->arena);
    if (!access_about(q->access, q->desk, q->who, child, &about, &quiet) || !about.exists) {
        return false;
    }
    about.own_event = own_event;
    return access_may(q->who, act, NULL, &about, &reason);
}

bool amend_open(struct web_request *q, struct amend *x, struct cf_errs *errs) {
    struct cf_id event;
    return web_param_id(q, "event", &event, errs) && amend_load(q, event, x, errs);
}

bool amend_load(struct web_request *q, struct cf_id event, struct amend *x, struct cf_errs *errs) {
    struct cf_errs quiet = cf_errs_new(q->arena);
    *x = (struct amend){.q = q};
    record_begin(&x->rec, q);
    if (!desk_stands(q->desk, event, q->who->user, q->arena, &x->stands, &quiet) ||
        !lang_record_seen_for(x->stands.e.record, q->who->purpose) ||
        !amend_may(q, ACCESS_CORRECT, x->stands.about, x->stands.mine)) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such event, or it is not yours to correct");
    }
    *cf_push(q->arena, &x->rec.shown) = x->stands.about_no;
    x->rec.child = x->stands.about; /* whose events are named in what is shown */
    x->rec.child_asked = x->rec.child_seen = true;
    if (!desk_history(q->desk, x->stands.about_no, INT64_MAX, q->arena, &x->rec.history, errs)) {
        return false;
    }
    x->known = cf_str_printf(q->arena, "%lld-%d%d", (long long)x->stands.known, x->stands.corrected, x->stands.withdrawn);
    x->key = web_field(q, "key").n ? web_field(q, "key") : web_id_text(q, ledger_new_id(desk_ledger(q->desk)));
    return true;
}

/* ---- Lines. */

static struct web_html nothing(void) {
    return WEB_HTML("Not there");
}

static struct web_html duty_words(struct web_request *q, const struct lang_duty_line *l) {
    struct cf_buf b = cf_buf_new(q->arena, 2048);
    if (!l) {
        return nothing();
    }
    html_text(&b, form_label(q->arena, cf_str_from(lang_state_word(l->state))));
    if (l->has_due) { /* also of what has ended: a due time that moved is a change */
        cf_buf_lit(&b, l->state <= LANG_OVERDUE ? ", due " : ", was due ");
        html_trusted(&b, web_due(q, l->due));
    }
    return html_done(&b);
}

static struct web_html gate_words(struct web_request *q, const struct lang_gate_line *g) {
    if (!g) {
        return WEB_HTML("Not asked");
    }
    return g->result == LANG_KEPT_RESULT ? WEB_HTML("Kept")
                                         : amend_text(q, "Broken: %.*s", CF_STR_ARG(g->rule->as.gate.otherwise));
}

static const struct lang_gate_line *gate_in(const struct lang_docket *k, const struct lang_gate_line *g) {
    for (size_t i = 0; i < k->gates.n; i++) {
        const struct lang_gate_line *o = &k->gates.v[i];
        if (o->rule == g->rule && o->event == g->event && o->role == g->role) {
            return o;
        }
    }
    return NULL;
}

static void gate_row(struct web_request *q, struct part_before_after *out, const struct lang_gate_line *was,
                     const struct lang_gate_line *now) {
    const struct lang_gate_line *g = now ? now : was;
    bool apart = !g || g->not_in_source; /* what a source never asked is no breach, and stands nowhere */
    if (apart || (was && now && was->result == now->result)) {
        return;
    }
    bool broken = now && now->result != LANG_KEPT_RESULT;
    *cf_push(q->arena, &out->rows) = (struct part_before_after_row){.what = g->rule->title,
                                                                    .kind = CF_LIT("Rule"),
                                                                    .colour = !now     ? CF_LIT("grey")
                                                                              : broken ? CF_LIT("red")
                                                                                       : CF_LIT("green"),
                                                                    .before = gate_words(q, was),
                                                                    .after = gate_words(q, now)};
}

/* Gates are compared here, line by line: one that is asked no longer matters as much as one that is broken now. */
static void gate_rows(struct web_request *q, const struct desk_trial *t, struct part_before_after *out) {
    for (size_t i = 0; i < t->before.gates.n; i++) {
        const struct lang_gate_line *was = &t->before.gates.v[i];
        gate_row(q, out, was, gate_in(&t->after, was));
    }
    for (size_t i = 0; i < t->after.gates.n; i++) {
        if (!gate_in(&t->before, &t->after.gates.v[i])) {
            gate_row(q, out, NULL, &t->after.gates.v[i]);
        }
    }
}

static struct web_html grade_words(struct web_request *q, const struct lang_grade_line *g) {
    if (!g) {
        return nothing();
    }
    return g->level < 0 ? WEB_HTML("Not known")
                        : child_plain(q, form_code_label(q->arena, g->rule->as.grade.codes, (size_t)g->level));
}

static void change_row(struct web_request *q, const struct desk_change *c, struct part_before_after *out) {
    struct part_before_after_row row = {.colour = CF_LIT("grey")};
    if (c->gate) {
        return;
    }
    if (c->duty || c->duty_before) {
        const struct lang_duty_line *l = c->duty ? c->duty : c->duty_before;
        row.what = l->rule->title;
        row.kind = CF_LIT("Duty");
        row.colour = c->duty && c->duty->state <= LANG_OVERDUE ? CF_LIT("blue") : CF_LIT("grey");
        row.before = duty_words(q, c->duty_before);
        row.after = duty_words(q, c->duty);
    } else if (c->flag) {
        row.what = c->flag->rule->title;
        row.kind = CF_LIT("Flag");
        row.colour = c->flag_gone ? CF_LIT("grey") : CF_LIT("purple");
        row.before = c->flag_gone ? WEB_HTML("Stands") : nothing();
        row.after = c->flag_gone ? nothing() : WEB_HTML("Stands");
    } else if (c->grade || c->grade_before) {
        row.what = (c->grade ? c->grade : c->grade_before)->rule->title;
        row.kind = CF_LIT("Grade");
        row.before = grade_words(q, c->grade_before);
        row.after = grade_words(q, c->grade);
    } else {
        return;
    }
    *cf_push(q->arena, &out->rows) = row;
}

void amend_lines(struct web_request *q, const struct desk_trials *trials, struct part_before_after *out) {
    for (size_t i = 0; i < trials->n; i++) {
        gate_rows(q, &trials->v[i], out);
        for (size_t k = 0; k < trials->v[i].changes.n; k++) {
            change_row(q, &trials->v[i].changes.v[k], out);
        }
    }
}

/* ---- Who was told. */

static bool word_in(struct cf_str text, struct cf_str word) {
    for (size_t i = 0; i + word.n <= text.n; i++) {
        if (!cf_str_eq(cf_str_slice(text, i, i + word.n), word)) {
            continue;
        }
        const char *end = i + word.n < text.n ? &text.p[i + word.n] : " ", *start = i ? &text.p[i - 1] : " ";
        char after = *end, before = *start;
        bool inside = (after >= 'a' && after <= 'z') || after == '_' || (before >= 'a' && before <= 'z') || before == '_';
        if (!inside) {
            return true;
        }
    }
    return false;
}

/* A share names what it gives as RECORD.FIELD; of the child itself, as ROLE.name and ROLE.born, which the record of births
 * answers: a name in several fields there. */
static bool gives_field(struct amend *x, struct cf_str gives, size_t field) {
    const struct lang_decl *record = x->stands.e.record;
    struct cf_arena *a = x->q->arena;
    struct cf_str name = record->as.record.fields.v[field].name.text;
    if (word_in(gives, cf_str_printf(a, "%.*s.%.*s", CF_STR_ARG(record->name.text), CF_STR_ARG(name)))) {
        return true;
    }
    const struct lang_decl *birth = desk_set(x->q->desk)->birth;
    if (!birth || record->as.record.number != birth->as.record.number) {
        return false;
    }
    struct cf_str role = record->as.record.roles.n ? record->as.record.roles.v[0].role.text : CF_LIT("child");
    bool named = cf_str_ends(name, CF_LIT("_name")) || cf_str_is(name, "name");
    return (named && word_in(gives, cf_str_printf(a, "%.*s.name", CF_STR_ARG(role)))) ||
           word_in(gives, cf_str_printf(a, "%.*s.%.*s", CF_STR_ARG(role), CF_STR_ARG(name)));
}

static bool gave(struct amend *x, const struct lang_decl *share, const bool *changed, bool times) {
    struct cf_buf b = cf_buf_new(x->q->arena, CF_MAX_TEXT_BYTES);
    const struct lang_decl *record = x->stands.e.record;
    for (size_t i = 0; i < share->as.share.gives.n; i++) {
        lang_expr_text(&b, share->as.share.gives.v[i]);
        cf_buf_lit(&b, ", ");
    }
    struct cf_str gives = {b.p, b.n};
    for (size_t i = 0; i < record->as.record.fields.n; i++) {
        if ((!changed || changed[i]) && gives_field(x, gives, i)) {
            return true;
        }
    }
    return times && word_in(gives, cf_str_printf(x->q->arena, "%.*s.happened", CF_STR_ARG(record->name.text)));
}

static bool is_built_in(const struct child *c, const struct lang_event *e, const char *name) {
    const struct lang_decl *record = child_record(c, e);
    return record->as.record.built_in && cf_str_is(record->name.text, name);
}

static void add_sending(struct amend *x, struct child *c, const struct lang_event *e, struct amend_told *out) {
    struct cf_errs quiet = cf_errs_new(x->q->arena);
    struct cf_id to = {{0}};
    if (e->recipient && !desk_subject_id(x->q->desk, e->recipient, &to, NULL, &quiet)) {
        return;
    }
    bool since = x->stands.corrected && e->recorded >= x->stands.known;
    for (size_t i = 0; i < out->n; i++) {
        struct amend_sending *s = &out->v[i];
        if (s->share == e->share && cf_id_eq(s->to, to)) {
            s->again = since ? e->from : s->again;
            s->at = since ? s->at : e->from;
            return;
        }
    }
    if (since) {
        return; /* they were never given what was wrong */
    }
    struct cf_str name = child_subject(&x->rec, e->recipient);
    *cf_push(x->q->arena, out) = (struct amend_sending){.share = e->share,
                                                        .to = to,
                                                        .to_name = name.n ? name : CF_LIT("Somebody not named"),
                                                        .at = e->from,
                                                        .answered = child_answered(c, e) != NULL};
}

bool amend_told(struct amend *x, const bool *changed, bool times, struct amend_told *out, struct cf_errs *errs) {
    struct child c;
    *out = (struct amend_told){0};
    if (!child_load(x->q, x->stands.about_no, &c, errs)) {
        return false;
    }
    for (size_t i = 0; i < c.h.n; i++) {
        const struct lang_event *e = &c.h.events[i];
        if (is_built_in(&c, e, "sent") && e->share && e->recorded >= x->stands.recorded && gave(x, e->share, changed, times)) {
            add_sending(x, &c, e, out);
        }
    }
    return true;
}

void amend_told_rows(struct amend *x, const struct amend_told *told, struct part_told_list *out) {
    struct child c = {.q = x->q};
    for (size_t i = 0; i < told->n; i++) {
        const struct amend_sending *s = &told->v[i];
        *cf_push(x->q->arena, &out->rows) =
            (struct part_told_list_row){.to = s->to_name,
                                        .what = s->share->title,
                                        .gave = child_gives(&c, s->share),
                                        .when = web_time(x->q, s->at),
                                        .again = s->again ? web_time(x->q, s->again) : WEB_HTML(""),
                                        .answered = s->answered};
    }
}

void amend_rows(struct amend *x, const struct desk_entry *e, struct form_rows *out) {
    struct web_request *q = x->q;
    struct form f = form_new(q->arena, desk_set(q->desk), e->record, q->zone, q->now, &x->rec.source, (struct web_pairs){0});
    struct form_entry entry = {.e = *e};
    f.child = x->stands.about;
    form_rows(&f, &entry, out);
}
