/* drafts: forms that were begun, the check of their answers before they are recorded, and the recording. */
#include "web/record.h"

#include "pages/page_drafts.h"
#include "pages/page_record_check.h"

bool page_drafts(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct page_drafts p = {.days = CF_MAX_DRAFT_DAYS, .csrf = web_csrf(q)};
    struct access_drafts list;
    if (!access_draft_list(q->access, q->who->user, q->arena, &list, errs)) {
        return false;
    }
    for (size_t i = 0; i < list.n; i++) {
        const struct lang_decl *record = lang_find_kind(desk_set(q->desk), LANG_RECORD, list.v[i].record);
        const char *id = cf_cstr(q->arena, cf_hex(q->arena, list.v[i].id.b, 16));
        *cf_push(q->arena, &p.drafts) = (struct page_drafts_draft){
            .title = record ? record->title : form_label(q->arena, list.v[i].record),
            .saved = web_ago(q, list.v[i].saved_us / 1000000),
            .href = cf_str_printf(q->arena, "/record/%.*s?draft=%s", CF_STR_ARG(list.v[i].record), id),
            .delete = web_url(q, "/drafts/%s/delete", id)};
    }
    page_drafts_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){0});
}

bool page_draft_delete_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_id id;
    struct cf_errs quiet = cf_errs_new(q->arena);
    if (!web_param_id(q, "draft", &id, errs)) {
        return false;
    }
    if (!access_draft_delete(q->access, q->who->user, id, &quiet)) { /* gone already, or never theirs: the list is the same */
        quiet.n = 0;
    }
    return web_see_other(q, r, "/drafts");
}

/* ---- Checking. */

static struct web_html words_html(struct web_request *q, const struct form_row *row) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_JSON_BYTES);
    if (row->narrative) {
        html_paragraphs(&b, row->words);
    } else {
        html_text(&b, row->words);
    }
    return html_done(&b);
}

static void fill_rows(struct web_request *q, struct form *f, const struct form_entry *entry, struct page_record_check *p) {
    struct form_rows rows = {0};
    form_rows(f, entry, &rows);
    for (size_t i = 0; i < rows.n; i++) {
        const struct form_row *row = &rows.v[i];
        *cf_push(q->arena, &p->rows) = (struct page_record_check_row){
            .key = row->label,
            .hint = row->hint,
            .value = words_html(q, row),
            .href = cf_str_printf(q->arena, "%.*s#%.*s", CF_STR_ARG(p->change), CF_STR_ARG(row->id))};
    }
}

static void fill_follows(struct web_request *q, const struct desk_trials *trials, struct page_record_check *p) {
    struct record_follows lines = {0};
    record_say(q, trials, &lines);
    for (size_t i = 0; i < lines.n; i++) {
        struct record_follow *l = &lines.v[i];
        if (cf_str_is(l->kind, "breach")) {
            struct page_record_check_breach *b = cf_push(q->arena, &p->breaches);
            *b = (struct page_record_check_breach){.title = l->title, .words = l->words};
            for (size_t k = 0; k < l->reasons.n; k++) {
                *cf_push(q->arena, &b->reasons) = l->reasons.v[k];
            }
        } else if (cf_str_is(l->kind, "duty")) {
            *cf_push(q->arena, &p->follows) = (struct page_record_check_follow){
                .title = l->title, .owner = l->owner, .words = l->due.html.n ? CF_LIT("by ") : l->words, .due = l->due};
        }
    }
}

static void fill_hints(struct web_request *q, const struct record_draft *d, const struct form_entry *entry,
                       struct page_record_check *p) {
    struct record_hints hints = {0};
    record_hints(q, d->record, entry->e.fields, &hints);
    for (size_t i = 0; i < hints.n; i++) {
        const struct record_hint *h = &hints.v[i];
        *cf_push(q->arena, &p->hints) = (struct page_record_check_hint){
            .field = h->field,
            .label = h->label,
            .phrase = h->phrase,
            .reason = h->reason,
            .better = h->better,
            .source = h->source,
            .kept = form_sent(&d->pairs, cf_str_printf(q->arena, "keep.%.*s", CF_STR_ARG(h->field)))};
    }
}

static bool show_check(struct recording *rec, struct web_response *r, struct record_draft *d, struct form *f,
                       struct form_entry *entry, const struct cf_errs *refused, struct cf_errs *errs) {
    struct web_request *q = rec->q;
    struct cf_str id = cf_hex(q->arena, d->kept.id.b, 16);
    struct page_record_check p = {.title = d->record->title, .csrf = web_csrf(q), .may_send = true};
    struct desk_entry *entries;
    struct desk_trials trials;
    struct cf_errs own = cf_errs_new(q->arena);
    p.change = cf_str_printf(q->arena, "/record/%.*s?draft=%.*s", CF_STR_ARG(d->record->name.text), CF_STR_ARG(id));
    p.action = cf_str_printf(q->arena, "/drafts/%.*s", CF_STR_ARG(id));
    p.delete = cf_str_printf(q->arena, "/drafts/%.*s/delete", CF_STR_ARG(id));
    fill_rows(q, f, entry, &p);
    size_t n = record_entries(q, entry, &entries);
    if (desk_try(q->desk, entries, n, q->arena, &trials, &own)) {
        fill_follows(q, &trials, &p);
    }
    p.may_send = own.failures == 0;
    for (size_t i = 0; i < own.n + (refused ? refused->n : 0); i++) {
        const struct cf_err *e = i < own.n ? &own.v[i] : &refused->v[i - own.n];
        *cf_push(q->arena, &p.refused) =
            cf_str_printf(q->arena, "This cannot be recorded: %.*s. %.*s", CF_STR_ARG(e->msg), CF_STR_ARG(e->hint));
    }
    fill_hints(q, d, entry, &p);
    page_record_check_write(&r->main, &p);
    return record_page(rec, r, &(struct web_frame){.back = p.change}, errs);
}

/* A draft that is not whole goes back to its form, which says what is missing. */
static bool read_draft(struct web_request *q, struct recording *rec, struct web_response *r, struct record_draft *d,
                       struct form *f, struct form_entry *entry, bool *whole, struct cf_errs *errs) {
    struct cf_id id;
    if (!web_param_id(q, "draft", &id, errs) || !record_draft_load(q, id, d, errs)) {
        return false;
    }
    record_begin(rec, q);
    *f = form_new(q->arena, desk_set(q->desk), d->record, q->zone, q->now, &rec->source, d->pairs);
    if (!cf_id_zero(f->child)) { /* so that events of theirs have words */
        struct form_options none = {0};
        rec->source.episodes(rec, q->arena, d->record, f->child, &none);
    }
    *whole = form_read(f, entry);
    record_complete(q, entry);
    if (!*whole) {
        return web_see_other(q, r, "/record/%.*s?draft=%.*s", CF_STR_ARG(d->record->name.text),
                             CF_STR_ARG(cf_hex(q->arena, id.b, 16)));
    }
    return true;
}

bool page_draft_check(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct recording rec;
    struct record_draft d;
    struct form f;
    struct form_entry entry;
    bool whole = false;
    if (!read_draft(q, &rec, r, &d, &f, &entry, &whole, errs)) {
        return false;
    }
    return !whole || show_check(&rec, r, &d, &f, &entry, NULL, errs);
}

/* Why marked words are kept stands with the words, since it is about them. */
static void keep_reasons(struct web_request *q, struct record_draft *d, const struct form_entry *entry) {
    struct record_hints hints = {0};
    record_hints(q, d->record, entry->e.fields, &hints);
    for (size_t i = 0; i < hints.n; i++) {
        struct cf_str why =
            cf_str_trim(web_field(q, cf_cstr(q->arena, cf_str_printf(q->arena, "keep.%.*s", CF_STR_ARG(hints.v[i].field)))));
        struct cf_str name = cf_str_printf(q->arena, "f.%.*s", CF_STR_ARG(hints.v[i].field)), text = form_sent(&d->pairs, name);
        struct cf_str said = cf_str_printf(q->arena, "\n\n[Kept as written, because: %.*s]", CF_STR_ARG(why));
        if (why.n && !cf_str_ends(text, said)) {
            form_set(q->arena, &d->pairs, name, cf_str_printf(q->arena, "%.*s%.*s", CF_STR_ARG(text), CF_STR_ARG(said)));
        }
    }
}

/* A draft that is gone was sent already, or deleted: the second press of the button is shown what the first one did. */
static bool sent_before(struct web_request *q, struct cf_str key, struct cf_id *event) {
    struct cf_errs quiet = cf_errs_new(q->arena);
    uint64_t seq;
    bool again;
    return access_once(q->access, q->who->user, key, CF_LIT(""), ledger_new_id(desk_ledger(q->desk)), event, &again, &quiet) &&
           again && ledger_seq_of_id(desk_ledger(q->desk), *event, &seq, &quiet) && seq != LEDGER_NO_SEQ;
}

bool page_draft_check_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct recording rec;
    struct record_draft d;
    struct form f;
    struct form_entry entry;
    struct cf_errs own = cf_errs_new(q->arena);
    struct cf_str key = cf_str_printf(q->arena, "draft/%.*s", CF_STR_ARG(web_param(q, "draft")));
    struct cf_id event;
    bool whole = false, again;
    if (!read_draft(q, &rec, r, &d, &f, &entry, &whole, &own)) {
        if (sent_before(q, key, &event)) {
            return web_shown(q, NULL, 0, 0, CF_LIT(""), errs) &&
                   web_see_other(q, r, "/recorded/%.*s", CF_STR_ARG(web_id_text(q, event)));
        }
        *errs = own;
        return false;
    }
    if (!whole) {
        return true;
    }
    keep_reasons(q, &d, &entry);
    f.sent = d.pairs;
    if (!form_read(&f, &entry)) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "the draft cannot be read any more");
    }
    record_complete(q, &entry);
    if (!record_once(q, key, &entry, &event, &again, &own)) {
        return show_check(&rec, r, &d, &f, &entry, &own, errs);
    }
    own.n = 0;
    if (!access_draft_delete(q->access, q->who->user, d.kept.id, &own)) {
        own.n = 0; /* it is recorded; the draft is deleted with its time */
    }
    return web_shown(q, rec.shown.v, rec.shown.n, 0, CF_LIT(""), errs) &&
           web_see_other(q, r, "/recorded/%.*s", CF_STR_ARG(web_id_text(q, event)));
}
