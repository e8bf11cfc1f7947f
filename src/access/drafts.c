/* drafts: forms not yet sent, sealed at rest, and the keys that make a form sent twice one event. Must not know what is in a
 * form. */
#include "access/priv.h"

static const struct store_sql sql_put = {
    "draft.put",
    "INSERT INTO draft(id, user, record, subject, saved, box) VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(id) DO UPDATE "
    "SET record = ?3, subject = ?4, saved = ?5, box = ?6 WHERE user = ?2"};
static const struct store_sql sql_count = {"draft.count", "SELECT count(*) FROM draft WHERE user = ?1 AND id <> ?2"};
static const struct store_sql sql_get = {"draft.get",
                                         "SELECT record, subject, saved, box FROM draft WHERE id = ?1 AND user = ?2"};
static const struct store_sql sql_list = {
    "draft.list", "SELECT id, record, subject, saved FROM draft WHERE user = ?1 ORDER BY saved DESC, id"};
static const struct store_sql sql_drop = {"draft.drop", "DELETE FROM draft WHERE id = ?1 AND user = ?2"};
static const struct store_sql sql_once = {"once.get", "SELECT event, digest FROM once WHERE user = ?1 AND key = ?2"};
static const struct store_sql sql_once_put = {"once.put",
                                              "INSERT INTO once(user, key, event, digest, at) VALUES(?1, ?2, ?3, ?4, ?5)"};

/* ---- Drafts. What a box belongs to is bound to it: one row's box does not open in another's place. */
static struct cf_str bound_to(struct cf_arena *a, struct cf_id user, struct cf_id id) {
    return cf_str_printf(a, "%.*s %.*s", CF_STR_ARG(cf_hex(a, user.b, 16)), CF_STR_ARG(cf_hex(a, id.b, 16)));
}

static bool draft_fits(struct access *x, struct cf_id user, const struct access_draft *draft, struct cf_errs *errs) {
    struct store_stmt *s;
    bool row;
    if (draft->body.n > CF_MAX_DRAFT_BYTES) {
        return cf_fail(errs, CF_A060, CF_NOWHERE, "this draft has %zu bytes; the most is %d", draft->body.n,
                       CF_MAX_DRAFT_BYTES);
    }
    if (draft->record.n == 0 || draft->record.n > CF_MAX_NAME_BYTES) {
        return cf_fail(errs, CF_A060, CF_NOWHERE, "a draft names its record");
    }
    if (!access_row(x, &sql_count, errs, &s, &row, "dd", &user, &draft->id)) {
        return false;
    }
    int64_t n = row ? store_int(s, 0) : 0;
    store_done(s);
    return n < CF_MAX_DRAFTS ||
           cf_fail(errs, CF_A060, CF_NOWHERE, "you have %lld drafts; the most is %d", (long long)n, CF_MAX_DRAFTS);
}

bool access_draft_save(struct access *x, struct cf_id user, struct access_draft *draft, struct cf_errs *errs) {
    struct cf_arena *a = cf_arena_new("draft");
    struct cf_id id = draft->id;
    int64_t now = cf_now_us();
    bool fresh = cf_id_zero(id), ok = draft_fits(x, user, draft, errs);
    if (fresh) {
        seal_random(id.b, sizeof id.b);
    }
    if (ok) {
        size_t n = draft->body.n + SEAL_VAULT_EXTRA;
        uint8_t *box = cf_alloc(a, n);
        seal_vault_close(x->ledger, "draft", bound_to(a, user, id), draft->body, box);
        ok = access_run(x, &sql_put, errs, "ddtdib", &id, &user, draft->record, &draft->subject, now, access_bytes(box, n));
    }
    if (ok && store_changes(x->db) != 1) {
        ok = cf_fail(errs, CF_A061, CF_NOWHERE, "there is no such draft"); /* somebody else's */
    }
    if (ok) {
        draft->id = id;
        draft->saved_us = now;
    }
    cf_arena_free(a);
    return ok;
}

bool access_draft_load(struct access *x, struct cf_id user, struct cf_id id, struct cf_arena *a, struct access_draft *out,
                       struct cf_errs *errs) {
    struct store_stmt *s;
    bool row;
    if (!access_row(x, &sql_get, errs, &s, &row, "dd", &id, &user)) {
        return false;
    }
    if (!row) {
        return cf_fail(errs, CF_A061, CF_NOWHERE, "there is no such draft");
    }
    struct cf_str box = store_bytes(s, 3);
    size_t n = box.n > SEAL_VAULT_EXTRA ? box.n - SEAL_VAULT_EXTRA : 0;
    uint8_t *body = cf_alloc(a, n + 1);
    *out = (struct access_draft){.id = id, .record = cf_str_dup(a, store_text(s, 0)), .saved_us = store_int(s, 2)};
    bool ok = store_id(s, 1, &out->subject) && seal_vault_open(x->ledger, "draft", bound_to(a, user, id), box, body);
    out->body = access_bytes(body, n);
    store_done(s);
    return ok || cf_fail(errs, CF_A061, CF_NOWHERE, "this draft does not open under the ledger's keys");
}

bool access_draft_list(struct access *x, struct cf_id user, struct cf_arena *a, struct access_drafts *out,
                       struct cf_errs *errs) {
    bool more = true;
    *out = (struct access_drafts){0};
    struct store_stmt *s = access_rows(x, &sql_list, errs, "d", &user);
    if (s == NULL) {
        return false;
    }
    while (more) {
        struct access_draft d = {0};
        if (!store_next(s, &more, errs)) {
            return false;
        }
        if (more && store_id(s, 0, &d.id) && store_id(s, 2, &d.subject)) {
            d.record = cf_str_dup(a, store_text(s, 1));
            d.saved_us = store_int(s, 3);
            *cf_push(a, out) = d;
        }
    }
    store_done(s);
    return true;
}

bool access_draft_delete(struct access *x, struct cf_id user, struct cf_id id, struct cf_errs *errs) {
    if (!access_run(x, &sql_drop, errs, "dd", &id, &user)) {
        return false;
    }
    return store_changes(x->db) == 1 || cf_fail(errs, CF_A061, CF_NOWHERE, "there is no such draft");
}

/* ---- Once. Kept as a keyed hash: a key may hold anything. */
static bool once_found(struct access *x, struct cf_id user, struct cf_str key, struct cf_str digest, struct cf_id *event,
                       bool *again, struct cf_errs *errs) {
    struct store_stmt *s;
    if (!access_row(x, &sql_once, errs, &s, again, "db", &user, key)) {
        return false;
    }
    if (!*again) {
        return true;
    }
    bool same = cf_str_eq(store_bytes(s, 1), digest), id_ok = store_id(s, 0, event);
    store_done(s);
    if (!same || !id_ok) {
        return cf_fail(errs, CF_A063, CF_NOWHERE, "this key was used for another form");
    }
    return true;
}

bool access_once(struct access *x, struct cf_id user, struct cf_str key, struct cf_str digest, struct cf_id fresh,
                 struct cf_id *event, bool *again, struct cf_errs *errs) {
    uint8_t mac[32];
    struct cf_str body = digest.p != NULL ? digest : CF_LIT("");
    *again = false;
    if (key.n == 0 || key.n > CF_MAX_ONCE_KEY_BYTES) {
        return cf_fail(errs, CF_A062, CF_NOWHERE, "an idempotency key has 1 to %d bytes", CF_MAX_ONCE_KEY_BYTES);
    }
    access_mac(x, "once", key, mac);
    if (!store_begin(x->db, errs)) {
        return false;
    }
    bool ok = once_found(x, user, access_bytes(mac, 32), body, event, again, errs);
    if (ok && !*again) {
        *event = fresh;
        ok = access_run(x, &sql_once_put, errs, "dbdbi", &user, access_bytes(mac, 32), &fresh, body, cf_now_us());
    }
    if (!ok) {
        store_rollback(x->db);
        return false;
    }
    return store_commit(x->db, errs);
}
