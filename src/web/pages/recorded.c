/* recorded: what was recorded and what follows from it, as it was known when it was recorded; so the page can be opened again.
 */
#include "web/record.h"

#include "pages/page_recorded.h"

static bool is_mine(const struct web_request *q, const struct ledger_event *e) {
    for (size_t i = 0; i < e->d.n_persons; i++) {
        bool acted = e->d.persons[i].role == LEDGER_ROLE_ACTOR || e->d.persons[i].role == LEDGER_ROLE_RECORDER;
        if (acted && cf_id_eq(e->d.persons[i].subject, q->who->user)) {
            return true;
        }
    }
    return false;
}

static struct page_recorded_follow follow_of(const struct record_follow *l) {
    bool duty = cf_str_is(l->kind, "duty");
    return (struct page_recorded_follow){
        .title = l->title, .owner = l->owner, .words = duty && l->due.html.n ? CF_LIT("by ") : l->words, .due = l->due};
}

static void fill(struct web_request *q, const struct desk_trials *trials, struct page_recorded *p) {
    struct record_follows lines = {0};
    record_say(q, trials, &lines);
    for (size_t i = 0; i < lines.n; i++) {
        const struct record_follow *l = &lines.v[i];
        if (cf_str_is(l->kind, "breach")) {
            struct page_recorded_breach *b = cf_push(q->arena, &p->breaches);
            *b = (struct page_recorded_breach){.title = l->title, .words = l->words};
            for (size_t k = 0; k < l->reasons.n; k++) {
                *cf_push(q->arena, &b->reasons) = l->reasons.v[k];
            }
        } else if (cf_str_is(l->kind, "kept")) {
            *cf_push(q->arena, &p->kept) = follow_of(l);
        } else if (cf_str_is(l->kind, "duty")) {
            *cf_push(q->arena, &p->follows) = follow_of(l);
        } else {
            *cf_push(q->arena, &p->others) = follow_of(l);
        }
    }
}

/* The hidden answers that say "now". */
static struct web_html now_html(struct web_request *q) {
    struct cf_local at = cf_time_local(q->zone, q->now);
    struct cf_buf b = cf_buf_new(q->arena, 1024);
    cf_buf_printf(
        &b,
        "<input type=\"hidden\" name=\"when.day\" value=\"%d\"><input type=\"hidden\" name=\"when.month\" value=\"%d\">"
        "<input type=\"hidden\" name=\"when.year\" value=\"%d\"><input type=\"hidden\" name=\"when.time\" "
        "value=\"%02d:%02d%s%s\">",
        at.mday, at.month, at.year, at.hour, at.minute, at.repeated ? " " : "", at.repeated ? at.abbr : "");
    return html_done(&b);
}

/* The episode that the event opened or is a step of: where a reason belongs. */
static struct cf_str episode_of(struct web_request *q, const struct ledger_event *e, const struct lang_decl *record) {
    if (record->as.record.opens_decl) {
        return web_id_text(q, e->d.id);
    }
    return e->d.n_episodes ? web_id_text(q, e->d.episodes[0]) : CF_LIT("");
}

bool page_recorded(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct ledger *l = desk_ledger(q->desk);
    struct cf_id id;
    struct ledger_event e;
    struct desk_trials trials;
    struct recording rec;
    struct cf_errs quiet = cf_errs_new(q->arena);
    if (!web_param_id(q, "event", &id, errs)) {
        return false;
    }
    const struct ledger_entry *kind =
        ledger_read_id(l, id, q->arena, &e, &quiet) ? ledger_entry(l, LEDGER_KINDS, e.d.kind) : NULL;
    const struct lang_decl *record = kind && is_mine(q, &e) ? lang_find_kind(desk_set(q->desk), LANG_RECORD, kind->name) : NULL;
    if (!record) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such event, or it is not yours to see");
    }
    if (!desk_followed(q->desk, id, q->arena, &trials, errs)) {
        return false;
    }
    record_begin(&rec, q);
    struct page_recorded p = {.title = record->title,
                              .number = cf_str_printf(q->arena, "%llu", (unsigned long long)e.seq),
                              .happened = web_time(q, e.d.from),
                              .recorded = web_time(q, e.recorded_us / 1000000),
                              .csrf = web_csrf(q),
                              .when = now_html(q),
                              .episode = episode_of(q, &e, record),
                              .record_more = CF_LIT("/record")};
    for (size_t i = 0; i < trials.n; i++) {
        *cf_push(q->arena, &p.about) = record_person(&rec, trials.v[i].subject);
        p.child = p.child.n ? p.child : web_id_text(q, trials.v[i].subject);
    }
    fill(q, &trials, &p);
    p.explain = p.breaches.n > 0 && p.child.n > 0;
    if (p.child.n) {
        p.record_more = cf_str_printf(q->arena, "/record?about=%.*s", CF_STR_ARG(p.child));
        p.child_href = rec.shown.n ? cf_str_printf(q->arena, "/child/%.*s", CF_STR_ARG(p.child)) : CF_LIT("");
    }
    page_recorded_write(&r->main, &p);
    return record_page(&rec, r, &(struct web_frame){0}, errs);
}
