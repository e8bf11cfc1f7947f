/* offline: forms that are filled in without a network, sealed on the phone, and recorded once when they arrive. Its pages show
 * nothing of anybody, so that a phone may keep them. */
#include "web/priv.h"
#include "web/record.h"

#include "pages/page_offline.h"
#include "pages/page_offline_form.h"

/* Records that begin something or stand alone: what happens on the street. A step is recorded where its episode is seen. */
static bool captured(const struct lang_decl *d) {
    const struct lang_record *r = &d->as.record;
    return d->kind == LANG_RECORD && !d->newer && !r->built_in && !r->act && !r->decided_by && !form_needs_episode(r) &&
           r->roles.n && r->roles.v[0].kind == LANG_PERSON;
}

bool page_offline(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_set *set = q->desk ? desk_set(q->desk) : NULL;
    struct page_offline p = {
        .signed_in = q->who != NULL, .csrf = web_csrf(q), .officer = q->who ? web_id_text(q, q->who->user) : CF_LIT("")};
    (void)errs;
    for (size_t i = 0; set && i < set->records.n; i++) {
        if (captured(set->records.v[i]) && (!q->who || record_may(q, set->records.v[i]))) {
            *cf_push(q->arena, &p.kinds) = (struct page_offline_kind){
                .href = cf_str_printf(q->arena, "/offline/form/%.*s", CF_STR_ARG(set->records.v[i]->name.text)),
                .title = set->records.v[i]->title};
        }
    }
    page_offline_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.script = "capture.js"});
}

bool page_offline_form(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_set *set = q->desk ? desk_set(q->desk) : NULL;
    const struct lang_decl *record = set ? lang_find_kind(set, LANG_RECORD, web_param(q, "kind")) : NULL;
    struct access_offline_key key;
    if (!record || !captured(record)) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such form");
    }
    if (!access_offline_key(q->access, &key, errs)) {
        return false;
    }
    struct form f = form_new(q->arena, set, record, q->zone, q->now, NULL, (struct web_pairs){0});
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    form_write(&f, &b);
    struct page_offline_form p = {.title = record->title,
                                  .policy = record->policy->title,
                                  .kind = record->name.text,
                                  .key = cf_hex(q->arena, key.public_key, sizeof key.public_key),
                                  .key_number = key.number,
                                  .form = html_done(&b)};
    page_offline_form_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.back = CF_LIT("/offline"), .script = "capture.js"});
}

bool page_offline_worker(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct web_file *f = web_file_named("worker.js");
    if (!f) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such page");
    }
    (void)q;
    cf_buf_add(&r->body, f->plain, f->n_plain);
    r->content_type = CF_LIT("text/javascript; charset=utf-8");
    r->rendered = true;
    return true;
}

/* ---- What arrives. */

static bool answer(struct web_request *q, struct web_response *r, const char *state, struct cf_str words, struct cf_str href) {
    struct cf_buf b = cf_buf_new(q->arena, 8192);
    struct cf_str json;
    cf_buf_printf(&b, "{\"state\":\"%s\",\"words\":", state);
    cf_json_str(&b, words);
    cf_buf_lit(&b, ",\"href\":");
    cf_json_str(&b, href);
    cf_buf_lit(&b, "}");
    return cf_buf_finish(&b, &json) && web_json(q, r, json);
}

struct arrived {
    struct record_draft draft;
    struct cf_str id, officer;
};

static bool open_box(struct web_request *q, struct arrived *x, struct cf_errs *errs) {
    struct cf_str box, plain;
    int64_t number;
    if (!cf_str_int(web_field(q, "number"), &number) || number < 0 || number > UINT32_MAX ||
        !cf_unbase64(q->arena, web_field(q, "box"), &box)) {
        return cf_fail(errs, CF_A008, CF_NOWHERE, "this is no sealed form");
    }
    if (!access_offline_open(q->access, (uint32_t)number, box, q->arena, &plain, errs) ||
        !form_unpack(q->arena, plain, &x->draft.pairs, errs)) {
        return false;
    }
    x->id = form_sent(&x->draft.pairs, CF_LIT("offline.id"));
    x->officer = form_sent(&x->draft.pairs, CF_LIT("offline.officer"));
    struct cf_str kind = form_sent(&x->draft.pairs, CF_LIT("offline.kind"));
    x->draft.record = lang_find_kind(desk_set(q->desk), LANG_RECORD, kind);
    form_drop(&x->draft.pairs, CF_LIT("offline.id"));
    form_drop(&x->draft.pairs, CF_LIT("offline.officer"));
    form_drop(&x->draft.pairs, CF_LIT("offline.kind"));
    return (x->id.n == 32 && x->draft.record && record_may(q, x->draft.record)) ||
           cf_fail(errs, CF_W004, CF_NOWHERE, "the form is of a record that is not yours to enter");
}

/* What cannot be recorded as it stands is a draft: once, however often it arrives. */
static bool keep_as_draft(struct web_request *q, struct web_response *r, struct arrived *x, struct cf_str why,
                          struct cf_errs *errs) {
    struct cf_id fresh = ledger_new_id(desk_ledger(q->desk)), bound;
    struct cf_str key = cf_str_printf(q->arena, "offline/%.*s/draft", CF_STR_ARG(x->id));
    bool again;
    if (!access_once(q->access, q->who->user, key, CF_LIT(""), fresh, &bound, &again, errs) ||
        (!again && !record_draft_save(q, &x->draft, errs))) {
        return false;
    }
    struct cf_str href = CF_LIT("/drafts");
    if (!again) {
        href = cf_str_printf(q->arena, "/record/%.*s?draft=%.*s", CF_STR_ARG(x->draft.record->name.text),
                             CF_STR_ARG(web_id_text(q, x->draft.kept.id)));
    }
    return answer(q, r, "draft", why, href);
}

bool page_offline_send(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct arrived x = {0};
    struct recording rec;
    struct form_entry entry;
    struct cf_id event;
    struct cf_errs own = cf_errs_new(q->arena);
    bool again;
    if (!open_box(q, &x, errs)) {
        return false;
    }
    if (x.officer.n && !cf_str_eq(x.officer, web_id_text(q, q->who->user))) {
        return answer(q, r, "other", CF_LIT("Another officer filled this in. It stays here until they sign in."), CF_LIT(""));
    }
    record_begin(&rec, q);
    struct form f = form_new(q->arena, desk_set(q->desk), x.draft.record, q->zone, q->now, &rec.source, x.draft.pairs);
    if (!form_read(&f, &entry)) {
        return keep_as_draft(q, r, &x, cf_str_printf(q->arena, "To be finished: %.*s", CF_STR_ARG(f.flaws.v[0].words)), errs);
    }
    record_complete(q, &entry);
    struct cf_str key = cf_str_printf(q->arena, "offline/%.*s", CF_STR_ARG(x.id));
    if (!record_once(q, key, &entry, &event, &again, &own)) {
        return keep_as_draft(q, r, &x, cf_str_printf(q->arena, "To be finished: %.*s", CF_STR_ARG(own.v[0].msg)), errs);
    }
    return answer(q, r, "recorded",
                  cf_str_printf(q->arena, "Recorded%s. It happened %s; it was recorded %s.", again ? " already" : "",
                                cf_time_shown(q->zone, entry.e.from).p, cf_time_shown(q->zone, cf_now_us() / 1000000).p),
                  cf_str_printf(q->arena, "/recorded/%.*s", CF_STR_ARG(web_id_text(q, event))));
}
