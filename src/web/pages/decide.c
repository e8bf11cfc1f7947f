/* decide: requests that wait for a decision which the law wants of this user: a list, and one card for each with what is needed
 * to decide it and no more. Who the child is and what happened before is left out until it is decided. */
#include "web/pages/policies.h"
#include "web/pages/queue.h"

#include "docket/lists.h"
#include "web/record.h"

#include "pages/page_decide.h"
#include "pages/page_decisions.h"

/* The record that would discharge the duty and that the law wants of one of my roles; NULL: none. */
static const struct lang_decl *decision_of(struct web_request *q, const struct lang_duty_line *l) {
    const struct lang_duty *d = &l->rule->as.duty;
    for (size_t i = 0; i < d->done_by.n; i++) {
        const struct lang_decl *record = d->done_by.v[i]->kind == LANG_SEL_RECORD ? d->done_by.v[i]->decl : NULL;
        if (record && record->as.record.decided_by && record_may(q, record)) {
            return record;
        }
    }
    return NULL;
}

static struct cf_str words_of_event(struct web_request *q, const struct ledger_event *e, const struct lang_decl *record) {
    return cf_str_printf(q->arena, "%.*s, %s", CF_STR_ARG(record->title), cf_time_shown(q->zone, e->d.from).p);
}

static const struct lang_decl *record_of(struct web_request *q, const struct ledger_event *e) {
    const struct ledger_entry *kind = ledger_entry(desk_ledger(q->desk), LEDGER_KINDS, e->d.kind);
    return kind ? lang_find_kind(desk_set(q->desk), LANG_RECORD, kind->name) : NULL;
}

/* The duties that a decision of this user discharges, each by its name once. */
static void deciding_rules(struct web_request *q, const struct lang_decl ***out, size_t *n) {
    const struct lang_set *set = desk_set(q->desk);
    struct cf_map *had = cf_map_new(q->arena);
    *out = CF_NEW_N(q->arena, const struct lang_decl *, (set ? set->rules.n : 0) + 1);
    *n = 0;
    for (size_t i = 0; set && i < set->rules.n; i++) {
        const struct lang_decl *rule = set->rules.v[i];
        struct lang_duty_line l = {.rule = rule};
        if (rule->kind == LANG_DUTY && decision_of(q, &l) && !cf_map_has(had, rule->name.text)) {
            *cf_map_put(had, rule->name.text) = had;
            (*out)[(*n)++] = rule;
        }
    }
}

static bool line_of(struct web_request *q, const struct desk_owed *l, struct lang_duty_line *out, struct cf_errs *errs) {
    struct lang_docket live;
    *out = (struct lang_duty_line){.rule = NULL};
    if (!desk_live(q->desk, l->person, q->now, q->arena, &live, errs)) {
        return false;
    }
    for (size_t i = 0; i < live.duties.n; i++) {
        const struct lang_duty_line *x = &live.duties.v[i];
        *out = cf_id_eq(x->id, l->duty) && x->cause != UINT64_MAX && decision_of(q, x) ? *x : *out;
    }
    return true;
}

static void put_card(struct web_request *q, uint32_t no, const struct lang_duty_line *l, const struct ledger_event *e,
                     struct page_decisions *p) {
    struct cf_errs quiet = cf_errs_new(q->arena);
    const struct lang_decl *record = record_of(q, e);
    struct cf_id id;
    if (!desk_subject_id(q->desk, no, &id, NULL, &quiet)) {
        return;
    }
    *cf_push(q->arena, &p->cards) =
        (struct page_decisions_card){.href = cf_str_printf(q->arena, "/decisions/%.*s/%.*s", CF_STR_ARG(web_id_text(q, id)),
                                                           CF_STR_ARG(web_id_text(q, l->id))),
                                     .title = l->rule->title,
                                     .asked = record ? words_of_event(q, e, record) : CF_LIT("Asked"),
                                     .due = l->has_due ? web_ago(q, l->due) : WEB_HTML("no time set"),
                                     .late = l->state == LANG_OVERDUE};
}

bool page_decisions(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct desk_owed_list list;
    struct page_decisions p = {0};
    const struct lang_decl **rules;
    struct queue_part part = queue_part(q, QUEUE_UNKNOWN);
    size_t n_rules, withheld = 0;
    uint64_t total;
    deciding_rules(q, &rules, &n_rules);
    do {
        if (!desk_to_decide(q->desk, rules, n_rules, q->who->unit_no, part.from + QUEUE_ON_PAGE, q->now, q->arena, &list,
                            &total, errs)) {
            return false;
        }
    } while (queue_past_end(q, &part, total));
    uint32_t *shown = CF_NEW_N(q->arena, uint32_t, QUEUE_ON_PAGE + 1);
    for (size_t i = part.from; i < part.to && i < list.n; i++) {
        struct lang_duty_line l;
        struct ledger_event e;
        bool keep = false;
        size_t away;
        if (!access_filter(q->access, q->desk, q->who, ACCESS_SEE, &list.v[i].person, 1, &keep, &away, errs) ||
            !line_of(q, &list.v[i], &l, errs)) {
            return false;
        }
        withheld += !keep;
        if (keep && l.rule && ledger_read(desk_ledger(q->desk), l.cause, q->arena, &e, errs)) {
            shown[p.cards.n] = list.v[i].person;
            put_card(q, list.v[i].person, &l, &e, &p);
        }
    }
    p.pager = queue_pager(q, &part, CF_LIT("decisions"), "/decisions?", p.cards.n, total, withheld);
    p.pager.behind = queue_behind(q, list.totals.behind);
    page_decisions_write(&r->main, &p);
    return web_shown(q, shown, p.cards.n, withheld, CF_LIT(""), errs) && web_page(q, r, &(struct web_frame){0});
}

/* ---- One card. */

struct deciding {
    struct cf_id child;
    uint32_t no;
    struct lang_duty_line line;
    struct ledger_event cause;
    const struct lang_decl *asked, *decision;
    struct lang_history history;
    bool own;
};

static bool load(struct web_request *q, struct deciding *x, struct cf_errs *errs) {
    struct cf_id duty;
    struct lang_docket docket = {0};
    const struct lang_set *set;
    const struct lang_reference *ref;
    *x = (struct deciding){0};
    if (!web_child(q, "subject", ACCESS_SEE, &x->child, &x->no, errs) || !web_param_id(q, "duty", &duty, errs) ||
        !desk_docket(q->desk, x->no, q->now, INT64_MAX, q->arena, &docket, &set, &ref, &x->history, errs)) {
        return false;
    }
    for (size_t i = 0; i < docket.duties.n; i++) {
        const struct lang_duty_line *l = &docket.duties.v[i];
        if (cf_id_eq(l->id, duty) && l->state <= LANG_OVERDUE && l->cause != UINT64_MAX) {
            x->line = *l;
            x->decision = decision_of(q, l);
        }
    }
    if (!x->decision) {
        cf_fail(errs, CF_W004, CF_NOWHERE, "nothing waits here for a decision of yours");
        cf_hint(errs, "It may have been decided meanwhile. Go back to the decisions that wait.");
        return false;
    }
    if (!ledger_read(desk_ledger(q->desk), x->line.cause, q->arena, &x->cause, errs)) {
        return false;
    }
    x->asked = record_of(q, &x->cause);
    for (size_t i = 0; i < x->cause.d.n_persons; i++) {
        const struct ledger_person *who = &x->cause.d.persons[i];
        x->own = x->own || (who->role == LEDGER_ROLE_ACTOR && cf_id_eq(who->subject, q->who->user));
    }
    return x->asked || cf_fail(errs, CF_W004, CF_NOWHERE, "the request cannot be read");
}

static struct web_html text_html(struct web_request *q, struct cf_str words, bool paragraphs) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_JSON_BYTES);
    if (paragraphs) {
        html_paragraphs(&b, words);
    } else {
        html_text(&b, words);
    }
    return html_done(&b);
}

/* The request's own answers, but for what says which group the child belongs to. */
static void fill_grounds(struct web_request *q, const struct deciding *x, struct page_decide *p) {
    const struct lang_record *r = &x->asked->as.record;
    struct ledger *l = desk_ledger(q->desk);
    const struct lang_event *e = NULL;
    struct form f = form_new(q->arena, desk_set(q->desk), x->asked, q->zone, q->now, NULL, (struct web_pairs){0});
    for (size_t i = 0; i < x->history.n; i++) {
        e = x->history.events[i].seq == x->line.cause ? &x->history.events[i] : e;
    }
    for (size_t i = 0; e && i < r->fields.n; i++) {
        const struct lang_field *field = &r->fields.v[i];
        const struct lang_decl *codes = field->type.of && field->type.of->kind == LANG_CODES ? field->type.of : NULL;
        if (field->retired || (codes && codes->as.codes.label) || field->type.kind == LANG_T_SUBJECT ||
            field->type.kind == LANG_T_SET) {
            continue;
        }
        struct desk_value v = {.v = e->fields[i]};
        uint32_t number = ledger_number(l, LEDGER_FIELDS, x->cause.d.kind, field->name.text);
        for (size_t k = 0; k < x->cause.d.n_words; k++) {
            v.text = x->cause.d.words[k].field == number ? x->cause.d.words[k].text : v.text;
        }
        if (v.v.kind != LANG_V_NOT_ASKED && v.v.kind != LANG_V_EVENT) {
            *cf_push(q->arena, &p->rows) =
                (struct page_decide_row){.key = form_label(q->arena, field->name.text),
                                         .value = text_html(q, form_value_words(&f, field, &v), v.v.kind == LANG_V_TEXT)};
        }
    }
}

static struct cf_str source_of(const struct lang_policy *policy, const struct lang_decl *rule) {
    for (size_t i = 0; rule->cites.n && i < policy->cites.n; i++) {
        if (cf_str_eq(policy->cites.v[i].key.text, rule->cites.v[0].key.text)) {
            return policy->cites.v[i].text;
        }
    }
    return CF_LIT("");
}

/* Gates of the same policy that are judged once it is done: what must hold then. */
static void fill_needs(struct web_request *q, const struct deciding *x, struct page_decide *p) {
    const struct lang_policy *policy = &x->line.rule->policy->as.policy;
    for (size_t i = 0; i < policy->decls.n; i++) {
        const struct lang_decl *d = policy->decls.v[i];
        if (d->kind == LANG_GATE) {
            *cf_push(q->arena, &p->needs) =
                (struct page_decide_need){.title = d->title, .href = policies_decl_url(q, d), .source = source_of(policy, d)};
        }
    }
}

static struct cf_str age_of(struct web_request *q, const struct deciding *x) {
    const struct lang_set *set = desk_set(q->desk);
    struct cf_str age = CF_LIT("Not known: to be treated as a child");
    for (size_t i = 0; set->birth && i < x->history.n; i++) {
        const struct lang_event *e = &x->history.events[i];
        if (e->record == set->birth->as.record.number && e->fields[set->birth_field].kind == LANG_V_DATE) {
            const struct lang_value *v = &e->fields[set->birth_field];
            int most = cf_age_on((int32_t)v->i, cf_time_day(q->zone, q->now));
            int least = cf_age_on((int32_t)(v->i + v->more), cf_time_day(q->zone, q->now));
            age = most == least ? cf_str_printf(q->arena, "%d", most) : cf_str_printf(q->arena, "%d to %d", least, most);
        }
    }
    return age;
}

/* Whom it is about and what it is part of is said by the request, not asked. */
static void fix_pairs(struct web_request *q, const struct deciding *x, struct web_pairs *pairs) {
    const struct lang_record *r = &x->decision->as.record;
    struct cf_id episode = x->asked->as.record.opens_decl ? x->cause.d.id
                           : x->cause.d.n_episodes        ? x->cause.d.episodes[0]
                                                          : (struct cf_id){{0}};
    if (r->roles.n) {
        form_set(q->arena, pairs,
                 cf_str_printf(q->arena, "a.%.*s%s", CF_STR_ARG(r->roles.v[0].role.text), r->roles.v[0].many ? ".0" : ""),
                 web_id_text(q, x->child));
    }
    if (!cf_id_zero(episode)) {
        form_set(q->arena, pairs, CF_LIT("episode"), web_id_text(q, episode));
    }
}

static bool show(struct web_request *q, struct web_response *r, const struct deciding *x, struct form *f, struct cf_str key) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    for (size_t i = 0; i < f->flaws.n; i++) {
        web_flaw(q, cf_cstr(q->arena, f->flaws.v[i].id), "%.*s", CF_STR_ARG(f->flaws.v[i].words));
    }
    form_write_answers(f, &b);
    struct page_decide p = {.title = x->line.rule->title,
                            .asked = words_of_event(q, &x->cause, x->asked),
                            .due = x->line.has_due ? web_ago(q, x->line.due) : WEB_HTML("no time set"),
                            .late = x->line.state == LANG_OVERDUE,
                            .age = age_of(q, x),
                            .own = x->own,
                            .action = q->path,
                            .csrf = web_csrf(q),
                            .key = key,
                            .form = html_done(&b),
                            .submit = cf_str_printf(q->arena, "Record: %.*s", CF_STR_ARG(x->decision->title))};
    fill_grounds(q, x, &p);
    fill_needs(q, x, &p);
    page_decide_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.back = CF_LIT("/decisions"), .script = "form.js"});
}

bool page_decide(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct deciding x;
    if (!load(q, &x, errs)) {
        return false;
    }
    struct form f = form_new(q->arena, desk_set(q->desk), x.decision, q->zone, q->now, NULL, (struct web_pairs){0});
    form_begin(&f, x.child, (struct cf_id){{0}}, (struct cf_id){{0}});
    return show(q, r, &x, &f, web_id_text(q, ledger_new_id(desk_ledger(q->desk))));
}

bool page_decide_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct deciding x;
    struct form_entry entry;
    struct cf_errs own = cf_errs_new(q->arena);
    struct cf_id event, key_id;
    struct cf_str key = web_field(q, "key");
    bool again;
    if (!load(q, &x, &own)) { /* decided already: perhaps by this very form, pressed twice */
        if (q->shown_logged && cf_unhex(key, key_id.b, 16) &&
            access_once(q->access, q->who->user, key, CF_LIT(""), key_id, &event, &again, errs) && again) {
            return web_see_other(q, r, "/recorded/%.*s", CF_STR_ARG(web_id_text(q, event)));
        }
        *errs = own;
        return false;
    }
    if (x.own) {
        return cf_fail(errs, CF_W011, CF_NOWHERE, "nobody authorises their own request");
    }
    struct web_pairs pairs = {0};
    for (size_t i = 0; i < q->form.n; i++) {
        *cf_push(q->arena, &pairs) = q->form.v[i];
    }
    fix_pairs(q, &x, &pairs);
    struct form f = form_new(q->arena, desk_set(q->desk), x.decision, q->zone, q->now, NULL, pairs);
    if (!form_read(&f, &entry) || !cf_unhex(key, key_id.b, 16)) {
        return show(q, r, &x, &f, key);
    }
    record_complete(q, &entry);
    return record_once(q, key, &entry, &event, &again, errs) &&
           web_see_other(q, r, "/recorded/%.*s", CF_STR_ARG(web_id_text(q, event)));
}
