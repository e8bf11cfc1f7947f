/* told: who had been given what an event said before it was put right, and telling them: the same share sent again. Must not
 * know any record by name but the ledger's own `sent`. */
#include "web/pages/amend.h"

#include "pages/page_told.h"
#include "pages/page_told_open.h"

enum { LOOKED_AT = 200 }; /* of the latest corrections, for the list of everybody still to be told */

static bool load(struct web_request *q, struct amend *x, struct amend_told *told, struct cf_errs *errs) {
    if (!amend_open(q, x, errs)) {
        return false;
    }
    if (!x->stands.corrected && !x->stands.withdrawn) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "this record was not put right");
    }
    return amend_told(x, NULL, true, told, errs);
}

static struct cf_str user_name(struct web_request *q, struct cf_id id) {
    struct access_user user;
    struct cf_errs quiet = cf_errs_new(q->arena);
    return !cf_id_zero(id) && access_user_get(q->access, id, q->arena, &user, &quiet) ? user.name
                                                                                      : CF_LIT("somebody who is no user here");
}

static bool amended_rows(struct amend *x, struct page_told *p, struct cf_errs *errs) {
    struct web_request *q = x->q;
    struct desk_amendments list;
    if (!desk_amendments(q->desk, x->stands.seq, q->arena, &list, errs)) {
        return false;
    }
    for (size_t i = 0; i < list.n; i++) {
        *cf_push(q->arena, &p->amended) =
            (struct page_told_amended){.what = list.v[i].withdrawal ? CF_LIT("Withdrawn") : CF_LIT("Corrected"),
                                       .who = user_name(q, list.v[i].actor),
                                       .when = web_time(q, list.v[i].at),
                                       .why = list.v[i].reason.n ? list.v[i].reason : CF_LIT("no reason was kept")};
    }
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
    if (!amended_rows(x, &p, errs)) {
        return false;
    }
    page_told_write(&r->main, &p);
    return record_page(&x->rec, r, &(struct web_frame){0}, errs);
}

bool page_told(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct amend x;
    struct amend_told told = {0};
    return load(q, &x, &told, errs) && show(&x, &told, r, errs);
}

bool page_told_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct amend x;
    struct amend_told told = {0};
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

/* ---- Everybody who is still to be told. */

static bool open_row(struct web_request *q, struct recording *rec, struct cf_id event, struct page_told_open *p,
                     struct cf_errs *errs) {
    struct cf_errs quiet = cf_errs_new(q->arena);
    struct amend x;
    struct amend_told told = {0};
    struct page_told_open_row row = {0};
    struct cf_buf names = cf_buf_new(q->arena, 4096);
    if (!amend_load(q, event, &x, &quiet)) {
        rec->withheld++;
        return true;
    }
    if (!amend_told(&x, NULL, true, &told, errs)) {
        return false;
    }
    for (size_t i = 0; i < told.n; i++) {
        if (!told.v[i].again) {
            cf_buf_printf(&names, "%s%.*s", row.n++ ? ", " : "", CF_STR_ARG(told.v[i].to_name));
        }
    }
    if (!row.n) {
        return true;
    }
    row.who = record_person(rec, x.stands.about);
    row.title = x.stands.e.record->title;
    row.names = (struct cf_str){names.p, names.n};
    row.when = web_time(q, x.stands.known);
    row.href = web_url(q, "/event/%.*s/told", CF_STR_ARG(web_id_text(q, event)));
    *cf_push(q->arena, &rec->shown) = x.stands.about_no;
    *cf_push(q->arena, &p->rows) = row;
    return true;
}

bool page_told_open(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct recording rec;
    struct page_told_open p = {0};
    struct cf_id *events;
    size_t n, corrections;
    record_begin(&rec, q);
    if (!desk_amended_lately(q->desk, LOOKED_AT, q->arena, &events, &n, &corrections, errs)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!open_row(q, &rec, events[i], &p, errs)) {
            return false;
        }
    }
    p.looked = (int64_t)n;
    p.total = (int64_t)corrections;
    p.withheld = (int64_t)rec.withheld;
    page_told_open_write(&r->main, &p);
    return record_page(&rec, r, &(struct web_frame){.wide = true}, errs);
}
