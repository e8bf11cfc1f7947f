/* api_record: one record of any kind, sent as JSON: once for each Idempotency-Key, answered with what followed. Must not know
 * any record by name. */
#include "web/api.h"
#include "web/priv.h"
#include "web/record.h"

struct posting {
    struct web_request *q;
    struct recording rec;
    struct cf_errs *errs;
    bool failed; /* of `fresh`, which cannot say so itself */
};

/* ---- Names, and ids that stay the same when the same is sent again. */

static struct cf_id fresh(void *ctx, size_t i) {
    struct posting *p = ctx;
    struct web_request *q = p->q;
    struct cf_id id = {{0}};
    bool again;
    struct cf_str key = cf_str_printf(q->arena, "%.*s/who/%zu", CF_STR_ARG(q->idempotency_key), i);
    p->failed |=
        !access_once(q->access, q->who->user, key, CF_LIT(""), ledger_new_subject(desk_ledger(q->desk)), &id, &again, p->errs);
    return id;
}

static struct cf_id named(void *ctx, enum lang_subject kind, struct cf_str words) {
    struct posting *p = ctx;
    return p->rec.source.named(p->rec.source.ctx, kind, words);
}

static bool declared(void *ctx, enum lang_subject kind, struct cf_str name, struct cf_id *id) {
    struct posting *p = ctx;
    const struct lang_set *set = desk_set(p->q->desk);
    const struct lang_decl *d = kind == LANG_UNIT_SUBJECT   ? lang_find_kind(set, LANG_UNIT, name)
                                : kind == LANG_ORGANISATION ? lang_find_kind(set, LANG_PARTNER, name)
                                                            : NULL;
    if (d) {
        *id = desk_unit_id(p->q->desk, d);
    }
    return d != NULL;
}

/* The header has room for what stands behind it in the keys of newcomers. */
static bool key_given(struct web_request *q, struct cf_errs *errs) {
    if (q->idempotency_key.n > 0 && q->idempotency_key.n <= CF_MAX_ONCE_KEY_BYTES - 16) {
        return true;
    }
    cf_fail(errs, CF_A062, CF_NOWHERE, "the header Idempotency-Key is %s", q->idempotency_key.n ? "too long" : "missing");
    cf_hint(errs, "Send 1 to %d bytes that are new for each record, and the same again when you send it again.",
            CF_MAX_ONCE_KEY_BYTES - 16);
    return false;
}

/* ---- Recording. */

static bool record_all(struct web_request *q, const struct form_entry *entry, struct ledger_receipt *receipt,
                       struct cf_id *event, struct cf_errs *errs) {
    struct desk_entry *entries;
    struct desk_changes changes = {0};
    uint8_t digest[LEDGER_HASH];
    bool bound;
    size_t n = record_entries(q, entry, &entries);
    struct cf_str text = cf_str_printf(q->arena, "%.*s %.*s", CF_STR_ARG(entry->e.record->name.text), CF_STR_ARG(q->body));
    ledger_sha256(text.p, text.n, digest);
    for (size_t i = n; i > 0; i--) { /* the event itself first: it says whether the key came with another body */
        struct cf_str key =
            i == n ? q->idempotency_key : cf_str_printf(q->arena, "%.*s/new/%zu", CF_STR_ARG(q->idempotency_key), i - 1);
        struct cf_str same = i == n ? (struct cf_str){(const char *)digest, sizeof digest} : CF_LIT("");
        if (!access_once(q->access, q->who->user, key, same, ledger_new_id(desk_ledger(q->desk)), &entries[i - 1].id, &bound,
                         errs)) {
            return false;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (!keeper_record(q->keeper, &entries[i], q->arena, receipt, &changes, errs)) {
            return false;
        }
    }
    *event = entries[n - 1].id;
    web_changed(q, &changes);
    return true;
}

static void put_about(struct cf_buf *b, const struct desk_entry *e) {
    const struct lang_record *r = &e->record->as.record;
    bool comma = false;
    cf_buf_lit(b, "{");
    for (size_t i = 0; i < r->roles.n; i++) {
        bool any = false;
        for (size_t k = 0; k < e->n_about; k++) {
            if (e->about[k].role == (int)i) {
                if (!any) {
                    cf_buf_lit(b, comma ? "," : "");
                    cf_json_str(b, r->roles.v[i].role.text);
                }
                cf_buf_lit(b, any ? "," : ":[");
                api_put_id(b, e->about[k].subject);
                any = comma = true;
            }
        }
        cf_buf_lit(b, any ? "]" : "");
    }
    cf_buf_lit(b, "}");
}

/* Judged anew from what now stands, so that the second answer to the same key says what the first one said. */
static bool answer(struct web_request *q, struct web_response *r, const struct desk_entry *e,
                   const struct ledger_receipt *receipt, struct cf_id event, struct cf_errs *errs) {
    struct desk_trials trials = {0};
    struct api_people shown = {0};
    bool adopted;
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    cf_buf_lit(&b, "{\"event\":");
    api_put_id(&b, event);
    cf_buf_printf(&b, ",\"number\":%llu,\"recorded\":\"%s\",\"again\":%s,\"about\":", (unsigned long long)receipt->seq,
                  cf_time_iso(receipt->recorded_us / 1000000).p, receipt->again ? "true" : "false");
    put_about(&b, e);
    api_key(&b, "changes");
    if (!desk_refresh(q->desk, &adopted, errs) || !desk_followed(q->desk, event, q->arena, &trials, errs) ||
        !api_put_changes(q, &trials, &b, &shown, errs) || !web_shown(q, shown.v, shown.n, 0, CF_LIT(""), errs)) {
        return false;
    }
    cf_buf_lit(&b, "}");
    web_header(q, r, "Location", web_url(q, "/api/v1/events/%s", cf_cstr(q->arena, web_id_text(q, event))));
    return api_send(q, r, receipt->again ? 200 : 201, &b, errs);
}

bool page_api_record_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_decl *record;
    struct posting p = {.q = q, .errs = errs};
    struct form_entry entry;
    struct ledger_receipt receipt;
    struct cf_id event;
    if (!record_of_path(q, &record, errs) || !key_given(q, errs)) {
        return false;
    }
    const struct access_json *body = api_json(q->arena, q->body, errs);
    if (!body) {
        return false;
    }
    record_begin(&p.rec, q);
    struct api_reading x = {.arena = q->arena,
                            .set = desk_set(q->desk),
                            .record = record,
                            .zone = q->zone,
                            .now = q->now,
                            .ctx = &p,
                            .fresh = fresh,
                            .named = named,
                            .declared = declared};
    bool fine = api_read_record(&x, body, &entry);
    if (p.failed) {
        return false;
    }
    if (!fine) {
        return api_flawed(q, r, x.flaws.v, x.flaws.n, false);
    }
    record_complete(q, &entry);
    return record_all(q, &entry, &receipt, &event, errs) && answer(q, r, &entry.e, &receipt, event, errs);
}
