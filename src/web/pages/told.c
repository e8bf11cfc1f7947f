/* told: who had been given what an event said before it was put right, and telling them: the same share sent again. Must not
 * know any record by name but the ledger's own `sent`. */
#include "web/pages/amend.h"

#include "pages/page_told.h"

static bool load(struct web_request *q, struct amend *x, struct amend_told *told, struct cf_errs *errs) {
    if (!amend_open(q, x, errs)) {
        return false;
    }
    if (!x->stands.corrected && !x->stands.withdrawn) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "this record was not put right");
    }
    return amend_told(x, NULL, true, told, errs);
}

/* What the latest correction changed, as it was known then. */
static bool last_change(struct amend *x, struct part_before_after *out, struct cf_errs *errs) {
    struct desk_trials trials;
    out->caption = CF_LIT("What followed when it was recorded");
    out->none = CF_LIT("Nothing follows from this record.");
    if (!desk_followed(x->q->desk, x->stands.e.id, x->q->arena, &trials, errs)) {
        return false;
    }
    amend_lines(x->q, &trials, out);
    return true;
}

static bool show(struct amend *x, const struct amend_told *told, struct web_response *r, struct cf_errs *errs) {
    struct web_request *q = x->q;
    struct page_told p = {
        .title = x->stands.e.record->title,
        .done = x->stands.withdrawn
                    ? CF_LIT("The record is withdrawn: no rule counts it any more, and it stays in the ledger with the reason.")
                    : CF_LIT("The record is put right: what stood before stays in the ledger, with who corrected it and why."),
        .csrf = web_csrf(q),
        .action = web_url(q, "/event/%.*s/told", CF_STR_ARG(web_id_text(q, x->stands.e.id))),
        .child = web_url(q, "/child/%.*s", CF_STR_ARG(web_id_text(q, x->stands.about)))};
    p.told.none = CF_LIT("Nobody was given what this record said, so nobody needs to be told.");
    amend_told_rows(x, told, &p.told);
    for (size_t i = 0; i < told->n; i++) {
        const struct amend_sending *s = &told->v[i];
        if (!s->again) {
            *cf_push(q->arena, &p.open) = (struct page_told_one){.share = s->share->name.text,
                                                                 .to = web_id_text(q, s->to),
                                                                 .name = s->to_name,
                                                                 .what = s->share->title,
                                                                 .key = web_id_text(q, ledger_new_id(desk_ledger(q->desk)))};
        }
    }
    if (!last_change(x, &p.changes, errs)) {
        return false;
    }
    page_told_write(&r->main, &p);
    return record_page(&x->rec, r, &(struct web_frame){0}, errs);
}

bool page_told(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct amend x;
    struct amend_told told;
    return load(q, &x, &told, errs) && show(&x, &told, r, errs);
}

bool page_told_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct amend x;
    struct amend_told told;
    struct cf_id to, event;
    bool again;
    if (!load(q, &x, &told, errs)) {
        return false;
    }
    const struct amend_sending *s = NULL;
    bool named = cf_unhex(web_field(q, "to"), to.b, sizeof to.b);
    for (size_t i = 0; named && i < told.n; i++) {
        bool this = cf_id_eq(told.v[i].to, to) && cf_str_eq(told.v[i].share->name.text, web_field(q, "share"));
        s = this ? &told.v[i] : s;
    }
    const struct lang_decl *record = lang_find_kind(desk_set(q->desk), LANG_RECORD, CF_LIT("sent"));
    if (!s || !record) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "nothing of that kind was sent to them");
    }
    struct desk_about about = {.subject = x.stands.about};
    struct desk_value *fields = CF_NEW_N(q->arena, struct desk_value, record->as.record.fields.n + 1);
    struct form_entry entry = {.e = {.record = record,
                                     .share = s->share,
                                     .recipient = s->to,
                                     .from = q->now,
                                     .to = q->now,
                                     .about = &about,
                                     .n_about = 1,
                                     .episodes = x.stands.e.episodes,
                                     .n_episodes = x.stands.e.n_episodes,
                                     .fields = fields}};
    if (x.stands.e.record->as.record.opens_decl) {
        entry.e.episodes = &x.stands.e.id;
        entry.e.n_episodes = 1;
    }
    record_complete(q, &entry);
    return record_once(q, web_field(q, "key"), &entry, &event, &again, errs) &&
           web_shown(q, x.rec.shown.v, x.rec.shown.n, 0, CF_LIT(""), errs) &&
           web_see_other(q, r, "/event/%.*s/told", CF_STR_ARG(web_id_text(q, x.stands.e.id)));
}
