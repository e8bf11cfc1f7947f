/* child_say: one child's history and docket as a reader may see them, and the words for what stands in them. Must not know any
 * record, episode or rule by name but the birth record that the policies themselves point out. */
#include "web/pages/child.h"
#include "web/pages/policies.h"

/* ---- Loading. */

size_t child_shown(struct cf_arena *a, const struct lang_docket *k, const struct lang_shown **out) {
    struct lang_docket live = {0};
    for (size_t i = 0; i < k->duties.n; i++) {
        if (child_live(&k->duties.v[i])) {
            *cf_push(a, &live.duties) = k->duties.v[i];
        }
    }
    return lang_docket_shown(a, &live, out);
}

void child_mark_seen(struct child *c, struct cf_arena *a) {
    c->seen = CF_NEW_N(a, bool, c->h.n + 1);
    for (size_t i = 0; i < c->h.n; i++) {
        c->seen[i] = lang_record_seen_for(child_record(c, &c->h.events[i]), c->q->who->purpose);
        c->unseen += c->seen[i] ? 0 : 1;
    }
}

bool child_load(struct web_request *q, uint32_t no, struct child *c, struct cf_errs *errs) {
    *c = (struct child){.q = q, .no = no};
    record_begin(&c->rec, q);
    if (!desk_subject_id(q->desk, no, &c->id, NULL, errs) ||
        !desk_docket(q->desk, no, q->now, INT64_MAX, q->arena, &c->k, &c->set, &c->ref, &c->h, errs)) {
        return false;
    }
    c->n_shown = child_shown(q->arena, &c->k, &c->shown);
    child_mark_seen(c, q->arena);
    return true;
}

bool child_load_history(struct web_request *q, uint32_t no, struct child *c, struct cf_errs *errs) {
    *c = (struct child){.q = q, .no = no, .set = desk_set(q->desk), .ref = desk_reference(q->desk)};
    record_begin(&c->rec, q);
    if (!desk_subject_id(q->desk, no, &c->id, NULL, errs) || !desk_history(q->desk, no, INT64_MAX, q->arena, &c->h, errs)) {
        return false;
    }
    child_mark_seen(c, q->arena);
    return true;
}

bool child_load_live(struct web_request *q, uint32_t no, struct child *c, struct cf_errs *errs) {
    *c = (struct child){.q = q, .no = no, .live_only = true, .set = desk_set(q->desk), .ref = desk_reference(q->desk)};
    record_begin(&c->rec, q);
    if (!desk_subject_id(q->desk, no, &c->id, &c->h.kind, errs) || !desk_live(q->desk, no, q->now, q->arena, &c->k, errs)) {
        return false;
    }
    c->n_shown = child_shown(q->arena, &c->k, &c->shown);
    return true;
}

bool child_open(struct web_request *q, enum access_act act, struct child *c, struct cf_errs *errs) {
    struct cf_id id;
    uint32_t no;
    if (!web_child(q, "subject", act, &id, &no, errs) || !child_load(q, no, c, errs)) {
        return false;
    }
    *cf_push(q->arena, &c->rec.shown) = no;
    return true;
}

const struct lang_decl *child_record(const struct child *c, const struct lang_event *e) {
    return c->set->records.v[e->record];
}

static const struct lang_event *any_event(const struct child *c, uint64_t seq) {
    for (size_t i = 0; i < c->h.n; i++) {
        if (c->h.events[i].seq == seq) {
            return &c->h.events[i];
        }
    }
    return NULL;
}

size_t child_at(const struct child *c, const struct lang_event *e) {
    return (size_t)(e - c->h.events);
}

const struct lang_event *child_event(const struct child *c, uint64_t seq) {
    const struct lang_event *e = any_event(c, seq);
    return e && c->seen[child_at(c, e)] ? e : NULL;
}

bool child_sees(const struct child *c, uint64_t cause) {
    const struct lang_event *e = cause == UINT64_MAX ? NULL : any_event(c, cause);
    return !e || c->seen[child_at(c, e)];
}

const struct lang_event *child_episode(const struct child *c, const struct lang_event *e) {
    if (child_record(c, e)->as.record.opens_decl) {
        return e;
    }
    return e->n_episodes ? any_event(c, e->episodes[0]) : NULL;
}

bool child_episode_open(const struct child *c, const struct lang_event *opener) {
    const struct lang_decl *episode = child_record(c, opener)->as.record.opens_decl;
    for (size_t i = 0; episode && i < c->h.n; i++) {
        const struct lang_event *e = &c->h.events[i];
        const struct lang_decl *closes = child_record(c, e)->as.record.closes_decl;
        for (size_t k = 0; closes && cf_str_eq(closes->name.text, episode->name.text) && k < e->n_episodes; k++) {
            if (e->episodes[k] == opener->seq) {
                return false;
            }
        }
    }
    return episode != NULL;
}

struct cf_str child_of_episode(const struct child *c, uint64_t opener) {
    if (c->live_only && opener != UINT64_MAX) {
        struct cf_errs quiet = cf_errs_new(c->q->arena);
        struct ledger_event opened;
        return ledger_read(desk_ledger(c->q->desk), opener, c->q->arena, &opened, &quiet) ? web_id_text(c->q, opened.d.id)
                                                                                          : CF_LIT("");
    }
    const struct lang_event *e = opener == UINT64_MAX ? NULL : any_event(c, opener);
    return e ? web_id_text(c->q, e->id) : CF_LIT("");
}

/* ---- Words. */

struct web_html child_plain(struct web_request *q, struct cf_str s) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_JSON_BYTES);
    html_text(&b, s);
    return html_done(&b);
}

struct web_html child_paragraphs(struct web_request *q, struct cf_str s) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_JSON_BYTES);
    html_paragraphs(&b, s);
    return html_done(&b);
}

struct cf_str child_subject(struct recording *rec, uint32_t no) {
    static const char *const words[] = {[LANG_PERSON] = "Person",     [LANG_OFFICER] = "Officer",
                                        [LANG_UNIT_SUBJECT] = "Unit", [LANG_ORGANISATION] = "Organisation",
                                        [LANG_PLACE] = "Place",       [LANG_LINE] = "Line",
                                        [LANG_MATTER] = "Matter"};
    struct web_request *q = rec->q;
    struct cf_errs quiet = cf_errs_new(q->arena);
    struct cf_id id;
    enum lang_subject kind;
    if (!no || !desk_subject_id(q->desk, no, &id, &kind, &quiet)) {
        return CF_LIT("");
    }
    struct cf_str name = rec->source.subject_words(rec->source.ctx, q->arena, kind, id);
    return name.n ? name
                  : cf_str_printf(q->arena, "%s %.8s", (size_t)kind < CF_COUNT(words) ? words[kind] : "Subject",
                                  cf_cstr(q->arena, cf_hex(q->arena, id.b, sizeof id.b)));
}

struct cf_str child_owner(struct recording *rec, const struct lang_reference *ref, const struct lang_duty_line *l) {
    struct cf_str unit = l->owner.unit ? ref->subject_name(ref->ctx, l->owner.unit) : CF_LIT("");
    struct cf_str who = l->owner.role_or_unit ? l->owner.role_or_unit->title : CF_LIT("The officer who did it");
    bool apart = unit.n && !cf_str_eq(unit, who);
    return apart ? cf_str_printf(rec->q->arena, "%.*s, %.*s", CF_STR_ARG(who), CF_STR_ARG(unit)) : who;
}

struct cf_str child_actor(struct child *c, const struct lang_event *e) {
    struct web_request *q = c->q;
    struct cf_str unit =
        e->actor.unit || e->unit ? c->ref->subject_name(c->ref->ctx, e->actor.unit ? e->actor.unit : e->unit) : CF_LIT("");
    struct cf_str who = child_subject(&c->rec, e->actor.subject);
    const struct lang_decl *role = NULL;
    for (size_t i = 0; i < e->actor.n_roles && e->actor.roles; i++) {
        role = e->actor.roles[i] < c->set->roles.n ? c->set->roles.v[e->actor.roles[i]] : role;
    }
    struct cf_buf b = cf_buf_new(q->arena, 2048);
    struct cf_str words;
    cf_buf_str(&b, who.n ? who : CF_LIT("Somebody not named"));
    if (role) {
        cf_buf_printf(&b, ", %.*s", CF_STR_ARG(role->title));
    }
    if (unit.n) {
        cf_buf_printf(&b, ", %.*s", CF_STR_ARG(unit));
    }
    return cf_buf_finish(&b, &words) ? words : who;
}

struct cf_str child_citation(struct web_request *q, const struct lang_decl *rule, size_t i) {
    const struct lang_policy *p = &rule->policy->as.policy;
    const struct lang_cite *cite = &rule->cites.v[i];
    for (size_t k = 0; k < p->cites.n; k++) {
        if (cf_str_eq(p->cites.v[k].key.text, cite->key.text)) {
            return cite->text.n ? cf_str_printf(q->arena, "%.*s (%.*s)", CF_STR_ARG(p->cites.v[k].text), CF_STR_ARG(cite->text))
                                : p->cites.v[k].text;
        }
    }
    return cite->text;
}

struct cf_str child_label(struct web_request *q, const struct lang_decl *record, const struct lang_field *f) {
    (void)record;
    return form_label(q->arena, f->name.text);
}

struct web_html child_when(struct web_request *q, const struct lang_event *e) {
    struct cf_buf b = cf_buf_new(q->arena, 1024);
    int32_t first = cf_time_day(q->zone, e->from), last = cf_time_day(q->zone, e->to);
    if (e->from == e->to) {
        html_time(&b, q->zone, e->from);
    } else if (first == last && e->from == cf_day_start(q->zone, first)) {
        html_date(&b, first);
        cf_buf_lit(&b, ", time not known");
    } else {
        cf_buf_lit(&b, "between ");
        html_time(&b, q->zone, e->from);
        cf_buf_lit(&b, " and ");
        html_time(&b, q->zone, e->to);
    }
    return html_done(&b);
}

struct web_html child_since(struct web_request *q, int64_t at) {
    struct cf_buf b = cf_buf_new(q->arena, 512);
    int64_t minutes = q->now > at ? (q->now - at) / 60 : 0;
    cf_buf_printf(&b, "<time class=\"cf-since\" data-since=\"%lld\" datetime=\"%s\">", (long long)at,
                  cf_time_iso_local(q->zone, at).p);
    if (minutes >= 48 * 60) {
        cf_buf_printf(&b, "%lld days</time>", (long long)minutes / 1440);
    } else if (minutes >= 60) {
        cf_buf_printf(&b, "%lld h %02lld min</time>", (long long)minutes / 60, (long long)minutes % 60);
    } else {
        cf_buf_printf(&b, "%lld min</time>", (long long)minutes);
    }
    return html_done(&b);
}

/* Today only the time of day, so that it reads at a glance. */
static void short_time(struct web_request *q, struct cf_buf *b, int64_t at) {
    struct cf_local l = cf_time_local(q->zone, at);
    bool end_of_day = l.hour == 23 && l.minute == 59 && l.second == 59;
    if (l.day != cf_time_day(q->zone, q->now)) {
        html_trusted(b, web_due(q, at));
    } else if (end_of_day) {
        cf_buf_lit(b, "by the end of today");
    } else {
        cf_buf_printf(b, "<time datetime=\"%s\">%02d:%02d%s%s</time> today", cf_time_iso_local(q->zone, at).p, l.hour, l.minute,
                      l.repeated ? " " : "", l.repeated ? l.abbr : "");
    }
}

/* A value of the history as a form has it; subjects and events by id. */
static struct desk_value value_of(struct child *c, const struct lang_value *v, struct cf_str text) {
    struct cf_errs quiet = cf_errs_new(c->q->arena);
    struct desk_value out = {.v = *v, .text = text};
    if (v->kind == LANG_V_SUBJECT && !desk_subject_id(c->q->desk, (uint32_t)v->i, &out.id, NULL, &quiet)) {
        out.v.kind = LANG_V_NOT_KNOWN;
    }
    if (v->kind == LANG_V_EVENT) {
        const struct lang_event *e = any_event(c, (uint64_t)v->i);
        out.id = e ? e->id : out.id;
    }
    if (v->kind == LANG_V_LIST) {
        struct desk_value *list = CF_NEW_N(c->q->arena, struct desk_value, v->more + 1);
        for (uint32_t i = 0; i < v->more; i++) {
            list[i] = value_of(c, &v->items[i].v, CF_LIT(""));
            list[i].kept = v->items[i].kept;
        }
        out.list = list;
        out.n = v->more;
    }
    return out;
}

struct cf_str child_answer(struct child *c, const struct lang_decl *record, const struct lang_event *e, size_t field,
                           const struct desk_words *words) {
    const struct lang_value *v = &e->fields[field];
    if (v->kind == LANG_V_NOT_ASKED) {
        return CF_LIT("");
    }
    if (v->kind == LANG_V_TEXT) {
        return words && words[field].said ? words[field].text : CF_LIT("Words that are sealed, or were erased");
    }
    struct form f = form_new(c->q->arena, c->set, record, c->q->zone, c->q->now, &c->rec.source, (struct web_pairs){0});
    if (v->kind == LANG_V_EVENT) {
        const struct lang_event *named = child_event(c, (uint64_t)v->i);
        return named ? cf_str_printf(c->q->arena, "%.*s, %s", CF_STR_ARG(child_record(c, named)->title),
                                     cf_time_shown(c->q->zone, named->from).p)
                     : CF_LIT("Another event");
    }
    struct desk_value d = value_of(c, v, CF_LIT(""));
    return form_value_words(&f, &record->as.record.fields.v[field], &d);
}

/* ---- Duties. */

bool child_live(const struct lang_duty_line *l) {
    return l->state <= LANG_OVERDUE && !(l->marks & LANG_M_NOT_IN_SOURCE);
}

static struct web_html due_words(struct web_request *q, const struct lang_duty_line *l) {
    if (l->state == LANG_STOPPED) {
        return WEB_HTML("the clock stands still");
    }
    if (!l->has_due) {
        return WEB_HTML("no time could be worked out: treat it as due now");
    }
    struct cf_buf b = cf_buf_new(q->arena, 1024);
    cf_buf_lit(&b, l->state == LANG_OVERDUE ? "was due " : "due ");
    html_trusted(&b, web_ago(q, l->due));
    cf_buf_lit(&b, ", ");
    short_time(q, &b, l->due);
    return html_done(&b);
}

static struct cf_str marks_of(struct web_request *q, uint32_t marks) {
    struct cf_buf b = cf_buf_new(q->arena, 1024);
    struct cf_str words;
    for (unsigned bit = 0; lang_mark_word(bit); bit++) {
        if (marks >> bit & 1 && (1U << bit) != LANG_M_WARNED) {
            cf_buf_printf(&b, "%s%s", b.n ? ", " : "", lang_mark_word(bit));
        }
    }
    return b.n && cf_buf_finish(&b, &words) ? words : CF_LIT("");
}

static void say_state(struct web_request *q, const struct lang_duty_line *l, struct part_duty_line *out) {
    enum { SOON = 3600 };
    bool soon = l->state == LANG_PENDING && ((l->has_due && l->due - q->now < SOON) || !l->has_due || l->marks & LANG_M_WARNED);
    out->kind = l->state == LANG_OVERDUE ? CF_LIT("overdue") : soon ? CF_LIT("soon") : CF_LIT("due");
    out->colour = l->state == LANG_OVERDUE ? CF_LIT("red") : soon ? CF_LIT("orange") : CF_LIT("blue");
    out->state = l->state == LANG_OVERDUE   ? CF_LIT("Late")
                 : l->state == LANG_STOPPED ? CF_LIT("Stopped")
                 : !l->has_due              ? CF_LIT("Due, no time")
                 : soon                     ? CF_LIT("Due soon")
                                            : CF_LIT("Open");
}

static void add_asks(struct web_request *q, const struct lang_duty_line *l, struct part_duty_line *out) {
    const struct lang_decl *rule = l->rule;
    for (size_t i = 0; i < out->asks.n; i++) {
        if (cf_str_eq(out->asks.v[i].rule, rule->title) && cf_str_eq(out->asks.v[i].policy, rule->policy->title)) {
            return;
        }
    }
    struct part_duty_line_ask *ask = cf_push(q->arena, &out->asks);
    *ask = (struct part_duty_line_ask){.rule = rule->title, .href = policies_decl_url(q, rule), .policy = rule->policy->title};
    for (size_t i = 0; i < rule->cites.n; i++) {
        *cf_push(q->arena, &ask->sources) = child_citation(q, rule, i);
    }
}

/* The record that this user may enter to do it: a link with the child and the episode filled in. */
static void offer_record(struct child *c, const struct lang_duty_line *l, struct part_duty_line *out) {
    const struct lang_duty *d = &l->rule->as.duty;
    for (size_t i = 0; i < d->done_by.n && !out->act.n; i++) {
        const struct lang_decl *record = d->done_by.v[i]->kind == LANG_SEL_RECORD ? d->done_by.v[i]->decl : NULL;
        if (!record || !record_may(c->q, record)) {
            continue;
        }
        struct cf_str in = child_of_episode(c, l->episode);
        out->act = web_url(c->q, "/record/%.*s?about=%.*s%s%.*s", CF_STR_ARG(record->name.text),
                           CF_STR_ARG(web_id_text(c->q, c->id)), in.n ? "&in=" : "", CF_STR_ARG(in));
        out->act_words = cf_str_printf(c->q->arena, "Record: %.*s", CF_STR_ARG(record->title));
    }
}

struct part_duty_line child_duty(struct child *c, const struct lang_shown *s) {
    const struct lang_duty_line *l = s->first;
    struct web_request *q = c->q;
    struct part_duty_line out = {.title = l->rule->title,
                                 .due = due_words(q, l),
                                 .marks = marks_of(q, l->marks),
                                 .owner = child_owner(&c->rec, c->ref, l),
                                 .carried = child_subject(&c->rec, l->owner.subject),
                                 .nobody = !l->owner.subject};
    bool person = c->h.kind == LANG_PERSON; /* a unit or a place has no page of this kind */
    if (person) {
        out.why = web_url(q, "/child/%.*s/why/%.*s", CF_STR_ARG(web_id_text(q, c->id)), CF_STR_ARG(web_id_text(q, l->id)));
        out.child_href = web_url(q, "/child/%.*s", CF_STR_ARG(web_id_text(q, c->id)));
    }
    say_state(q, l, &out);
    for (size_t i = 0; i < s->all.n; i++) {
        add_asks(q, s->all.v[i], &out);
    }
    offer_record(c, l, &out);
    if (person && l->owner.role_or_unit && web_may(q, ACCESS_SUPERVISE)) {
        out.assign = web_url(q, "/team/assign/%.*s/%.*s", CF_STR_ARG(web_id_text(q, c->id)), CF_STR_ARG(web_id_text(q, l->id)));
    }
    return out;
}

/* ---- Queues. */

static size_t in_view(const struct desk_owed_totals *t, enum desk_owed_view view) {
    return (size_t)(view == DESK_OWED_LATE ? t->late : view == DESK_OWED_NOBODY ? t->nobody : t->lines);
}

bool child_queue(struct web_request *q, enum desk_owed_by by, uint32_t who, enum desk_owed_view view, enum access_act act,
                 struct child_queue *out, struct cf_errs *errs) {
    struct desk_owed_list page;
    bool keep = false;
    *out = (struct child_queue){.part = queue_part(q, QUEUE_UNKNOWN)};
    do {
        if (!desk_owed(q->desk, by, who, view, out->part.from, QUEUE_ON_PAGE, q->now, q->arena, &page, errs)) {
            return false;
        }
    } while (queue_past_end(q, &out->part, in_view(&page.totals, view)));
    out->totals = page.totals;
    out->total = in_view(&page.totals, view);
    for (size_t i = 0; i < page.n; i++) {
        size_t away;
        bool same = i > 0 && page.v[i].person == page.v[i - 1].person;
        if (!same && !access_filter(q->access, q->desk, q->who, act, &page.v[i].person, 1, &keep, &away, errs)) {
            return false;
        }
        out->withheld += !keep;
        if (keep) {
            *cf_push(q->arena, out) = page.v[i];
        }
    }
    return true;
}

bool child_queue_line(struct recording *rec, struct child *last, const struct desk_owed *l, struct part_duty_line *out,
                      struct cf_errs *errs) {
    struct web_request *q = rec->q;
    if ((!last->q || last->no != l->person) && !child_load_live(q, l->person, last, errs)) {
        return false;
    }
    for (size_t i = 0; i < last->n_shown; i++) {
        if (cf_id_eq(last->shown[i].first->id, l->duty)) {
            *out = child_duty(last, &last->shown[i]);
            out->child = last->h.kind == LANG_PERSON ? record_person(rec, last->id) : child_subject(rec, last->no);
            return true;
        }
    }
    return cf_fail(errs, CF_W004, CF_NOWHERE, "it was done meanwhile");
}
