/* ledger/append: the keeper's side: batches, idempotency, sealing, inserting, numbering subjects and names. Everything here
 * runs inside one transaction of the store; what is in memory follows the transaction, forward and back. */
#include "ledger/ledger_priv.h"

#define FUTURE_S 300             /* what has not happened is refused: five minutes for clocks that differ */
#define CHECKPOINT_BYTES 4194304 /* of write-ahead log: later, writers would stop for longer */

static const struct store_sql sql_guard = {
    "ledger.guard", "SELECT (SELECT value FROM meta WHERE name = 'epoch'), (SELECT max(seq) + 1 FROM event)"};
static const struct store_sql sql_event_put = {"ledger.event_put",
                                               "INSERT INTO event(seq, id, recorded, leaf, body) VALUES(?1, ?2, ?3, ?4, ?5)"};
static const struct store_sql sql_secret_put = {"ledger.secret_put", "INSERT INTO secret(seq, k) VALUES(?1, ?2)"};
static const struct store_sql sql_control_put = {"ledger.control_put", "INSERT INTO control(seq, kind) VALUES(?1, ?2)"};
static const struct store_sql sql_source_put = {"ledger.source_put",
                                                "INSERT INTO source_key(key, seq, mark) VALUES(?1, ?2, ?3)"};
static const struct store_sql sql_tile_put = {
    "ledger.tile_put",
    "INSERT INTO tile(level, n, hashes) VALUES(?1, ?2, ?3) ON CONFLICT(level, n) DO UPDATE SET hashes = excluded.hashes"};
static const struct store_sql sql_subject_put = {"ledger.subject_put",
                                                 "INSERT INTO subject(no, id, type, mark) VALUES(?1, ?2, ?3, ?4)"};
static const struct store_sql sql_subject_type = {"ledger.subject_type",
                                                  "UPDATE subject SET type = ?2, mark = ?3 WHERE no = ?1"};
static const struct store_sql sql_blob_put = {"ledger.blob_put",
                                              "INSERT INTO blob(digest, text) VALUES(?1, ?2) ON CONFLICT(digest) DO NOTHING"};
static const struct store_sql sql_gone = {"ledger.gone", "SELECT by FROM gone WHERE seq = ?1"};

/* ---- Batches. */
bool ledger_in_batch(const struct ledger *l) {
    return l->batch;
}

static void forget(struct ledger *l);

static bool guard(struct ledger *l, struct cf_errs *errs) {
    struct store_stmt *s = store_use(l->db, &sql_guard, errs);
    bool row = false;
    if (s == NULL || !store_next(s, &row, errs)) {
        return false;
    }
    struct cf_str epoch = store_bytes(s, 0);
    bool ok = row && epoch.n == 8 && cf_be_read((const uint8_t *)epoch.p, 8) == (uint64_t)l->epoch &&
              (uint64_t)store_int(s, 1) == l->size;
    store_done(s);
    return ok || cf_fail(errs, CF_E009, CF_NOWHERE, "%s: its epoch or its size is not what its keeper left", l->path);
}

/* A full disk makes the store roll back by itself: what follows in this batch must not be taken for part of it. */
static bool batch_stands(struct ledger *l, struct cf_errs *errs) {
    if (!l->batch) {
        return cf_fail(errs, CF_E013, CF_NOWHERE, "no batch is open");
    }
    if (!store_in_transaction(l->db)) {
        forget(l);
        return cf_fail(errs, CF_E013, CF_NOWHERE, "the batch was rolled back after an earlier error");
    }
    return true;
}

static void remember(struct ledger *l) {
    l->batch_size = l->size;
    l->batch_recorded = l->last_recorded;
    l->batch_subjects = l->subjects;
    l->control_changed = false;
    memcpy(&l->saved, &l->tree, sizeof l->tree);
}

static void forget(struct ledger *l) {
    store_rollback(l->db);
    recent_clear(l);
    l->batch = false;
    l->size = l->batch_size;
    l->last_recorded = l->batch_recorded;
    l->subjects = l->batch_subjects;
    memcpy(&l->tree, &l->saved, sizeof l->tree);
    if (l->control_changed) { /* rare: what was taken from the events of this batch must go again */
        struct cf_arena *a = cf_arena_new("ledger rollback");
        struct cf_errs quiet = ledger_quiet(a);
        cf_arena_reset(l->memory);
        l->control = control_new(l->memory);
        (void)ledger_load_control(l, 0, &quiet);
        cf_arena_free(a);
    }
}

bool ledger_begin(struct ledger *l, struct cf_errs *errs) {
    if (l->mode != LEDGER_WRITE) {
        return cf_fail(errs, CF_E008, CF_NOWHERE, "%s: this ledger is open for reading only", l->path);
    }
    if (l->batch) {
        return cf_fail(errs, CF_E013, CF_NOWHERE, "a batch is open already");
    }
    if (!store_begin(l->db, errs)) {
        return false;
    }
    if (!guard(l, errs)) {
        store_rollback(l->db);
        return false;
    }
    (void)ledger_asked_clock(l);
    remember(l);
    l->batch = true;
    return true;
}

void ledger_rollback(struct ledger *l) {
    if (l->batch) {
        forget(l);
    }
}

static const char MARK[] = "entry";

/* What a savepoint could not do the transaction cannot either. */
static bool mark_failed(struct ledger *l) {
    forget(l);
    return false;
}

bool ledger_mark(struct ledger *l, struct cf_errs *errs) {
    if (!batch_stands(l, errs)) {
        return false;
    }
    l->mark_size = l->size;
    l->mark_subjects = l->subjects;
    return store_save(l->db, MARK, errs) || mark_failed(l);
}

bool ledger_keep(struct ledger *l, struct cf_errs *errs) {
    return batch_stands(l, errs) && (store_release(l->db, MARK, errs) || mark_failed(l));
}

bool ledger_back(struct ledger *l, struct cf_errs *errs) {
    if (!batch_stands(l, errs)) {
        return false;
    }
    CF_ASSERT(l->size == l->mark_size);
    if (!store_back_to(l->db, MARK, errs) || !store_release(l->db, MARK, errs)) {
        return mark_failed(l);
    }
    if (l->subjects != l->mark_subjects) {
        recent_clear(l);
    }
    l->subjects = l->mark_subjects;
    return true;
}

static bool tile_put(void *arg, unsigned level, uint64_t tile, const uint8_t *hashes, unsigned n, struct cf_errs *errs) {
    struct ledger *l = arg;
    uint8_t all[LEDGER_TILE * LEDGER_HASH] = {0};
    memcpy(all, hashes, (size_t)n * LEDGER_HASH);
    struct store_stmt *s = store_use(l->db, &sql_tile_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, level);
    store_bind_int(s, 2, (int64_t)tile);
    store_bind_blob(s, 3, all, sizeof all);
    return store_run(s, errs);
}

bool ledger_commit(struct ledger *l, struct cf_errs *errs) {
    if (!l->batch) {
        return cf_fail(errs, CF_E013, CF_NOWHERE, "no batch is open");
    }
    if (!tree_flush(&l->tree, tile_put, l, errs) || !store_commit(l->db, errs)) {
        forget(l);
        return false;
    }
    l->batch = false;
    if (l->must_truncate) {
        struct cf_arena *a = cf_arena_new("ledger checkpoint");
        struct cf_errs quiet = ledger_quiet(a);
        l->must_truncate = !store_checkpoint(l->db, true, &quiet);
        cf_arena_free(a);
    } else {
        store_keep_short(l->db, CHECKPOINT_BYTES);
    }
    return true;
}

/* ---- Does this draft stand for itself? */
static bool known(struct ledger *l, enum ledger_space space, uint32_t number, const char *what, struct cf_errs *errs) {
    if (control_entry(l->control, space, number) != NULL) {
        return true;
    }
    return cf_fail(errs, CF_E015, CF_NOWHERE, "%s %u is not in the ledger's dictionary", what, number);
}

static bool pairs_known(struct ledger *l, enum ledger_space space, const struct ledger_pair *p, size_t n,
                        struct cf_errs *errs) {
    for (size_t i = 0; i < n; i++) {
        if (!known(l, space, p[i].number, space == LEDGER_FIELDS ? "field" : "attribute", errs)) {
            return false;
        }
    }
    return true;
}

/* A ledger decodes itself: every number it holds has its name in it. */
static bool names_known(struct ledger *l, const struct ledger_draft *d, struct cf_errs *errs) {
    if (!known(l, LEDGER_KINDS, d->kind, "kind", errs)) {
        return false;
    }
    for (size_t i = 0; i < d->n_persons; i++) {
        const struct ledger_person *p = &d->persons[i];
        if (!known(l, LEDGER_ROLES, p->role, "role", errs) ||
            !pairs_known(l, LEDGER_ATTRIBUTES, p->attributes, p->n_attributes, errs)) {
            return false;
        }
    }
    for (size_t i = 0; i < d->n_facts; i++) {
        if (!pairs_known(l, LEDGER_FIELDS, d->facts[i].fields, d->facts[i].n_fields, errs)) {
            return false;
        }
    }
    for (size_t i = 0; i < d->n_words; i++) {
        if (!known(l, LEDGER_FIELDS, d->words[i].field, "field", errs)) {
            return false;
        }
    }
    return true;
}

static bool target_known(struct ledger *l, const struct ledger_draft *d, struct cf_errs *errs) {
    uint64_t seq = LEDGER_NO_SEQ;
    if (cf_id_zero(d->corrects)) {
        return true;
    }
    if (!ledger_seq_of_id(l, d->corrects, &seq, errs)) {
        return false;
    }
    return seq != LEDGER_NO_SEQ || cf_fail(errs, CF_E015, CF_NOWHERE, "it corrects an event that this ledger does not hold");
}

static bool draft_ok(struct ledger *l, const struct ledger_draft *d, struct cf_errs *errs) {
    bool own = d->kind == LEDGER_GENESIS || d->kind == LEDGER_ERASED || d->kind == LEDGER_SEALED_EVENT ||
               d->kind == LEDGER_UNSEALED_EVENT;
    if (l->inside) {
        return true; /* made by this room itself */
    }
    if (own) {
        return cf_fail(errs, CF_E015, CF_NOWHERE, "events of this kind are made by the ledger itself");
    }
    if (d->from > cf_now_us() / 1000000 + FUTURE_S) {
        return cf_fail(errs, CF_E016, CF_NOWHERE, "it is said to happen %lld s from now",
                       (long long)(d->from - cf_now_us() / 1000000));
    }
    if (d->has_saw && d->saw >= l->size) {
        return cf_fail(errs, CF_E015, CF_NOWHERE, "its page was built on event %llu, which is not here",
                       (unsigned long long)d->saw);
    }
    return names_known(l, d, errs) && control_check(l->control, d, errs) && target_known(l, d, errs);
}

/* ---- The same message again? */
static bool digest_form(struct ledger *l, const struct ledger_draft *d, struct cf_arena *a, enum event_form form,
                        uint8_t out[16], struct cf_errs *errs) {
    struct event_plain parts[LEDGER_PARTS_MAX];
    struct cf_str pieces[LEDGER_PARTS_MAX + 1];
    size_t n = 0;
    if (!event_encode(a, d, -1, form, parts, &n, errs)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        pieces[i] = parts[i].bytes; /* kinds need not be told: they follow from the order and the keys */
    }
    pieces[n] = form == EVENT_SOURCE ? CF_LIT("") : (struct cf_str){(const char *)d->id.b, 16};
    seal_mac(l->keys, form == EVENT_SOURCE ? "cf/row-again/1" : "cf/again/1", pieces, n + 1, out, 16);
    return true;
}

bool ledger_receipt_digest(struct ledger *l, const struct ledger_draft *d, struct cf_arena *a, uint8_t out[32],
                           struct cf_errs *errs) {
    return digest_form(l, d, a, EVENT_MESSAGE, out, errs) && digest_form(l, d, a, EVENT_SOURCE, out + 16, errs);
}

/* The digest of an event of which something is gone stands in the event that took it. */
static bool digest_of_gone(struct ledger *l, uint64_t seq, struct cf_arena *a, uint8_t out[32], bool *found,
                           struct cf_errs *errs) {
    struct store_stmt *s = store_use(l->db, &sql_gone, errs);
    *found = false;
    bool row = false;
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)seq);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    uint64_t by = row ? (uint64_t)store_int(s, 0) : LEDGER_NO_SEQ;
    store_done(s);
    struct ledger_event e;
    if (!row) {
        return true;
    }
    if (!ledger_read(l, by, a, &e, errs)) {
        return false;
    }
    const struct ledger_value *v = ledger_fact(&e, LEDGER_F_RECEIPT);
    *found = v != NULL && v->type == LEDGER_BYTES && v->as.s.n == 32;
    if (*found) {
        memcpy(out, v->as.s.p, 32);
    }
    return true;
}

static bool again(struct ledger *l, const struct ledger_draft *d, uint64_t seq, bool by_source, struct ledger_receipt *receipt,
                  struct cf_errs *errs) {
    struct ledger_event first;
    uint8_t given[32], kept[32];
    size_t at = by_source ? 16 : 0;
    struct cf_arena *a = l->scratch;
    if (!ledger_read(l, seq, a, &first, errs) || !ledger_receipt_digest(l, d, a, given, errs)) {
        return false;
    }
    bool found = true;
    bool ok = first.destroyed + first.sealed > 0 ? digest_of_gone(l, seq, a, kept, &found, errs)
                                                 : ledger_receipt_digest(l, &first.d, a, kept, errs);
    if (!ok) {
        return false;
    }
    if (!found || memcmp(given + at, kept + at, 16) != 0) {
        return cf_fail(errs, by_source ? CF_E018 : CF_E017, CF_NOWHERE, "event %llu has the same %s and other content",
                       (unsigned long long)seq, by_source ? "source key" : "id");
    }
    *receipt = (struct ledger_receipt){.seq = seq, .recorded_us = first.recorded_us, .again = true};
    memcpy(receipt->leaf, first.leaf, LEDGER_HASH);
    return true;
}

/* ---- Subjects. */
static void subject_mark(const struct ledger *l, int64_t no, const struct cf_id *id, uint32_t type, uint8_t mark[8]) {
    uint8_t a[8], b[8];
    const struct cf_str pieces[] = {be8(a, (uint64_t)no), {(const char *)id->b, 16}, be8(b, type)};
    mark_row(l->keys, "subject", pieces, 3, mark);
}

static bool subject_typed(struct ledger *l, int64_t no, const struct cf_id *id, uint32_t type, struct cf_errs *errs) {
    uint8_t mark[8];
    struct store_stmt *s = store_use(l->db, &sql_subject_type, errs);
    if (s == NULL) {
        return false;
    }
    subject_mark(l, no, id, type, mark);
    store_bind_int(s, 1, no);
    store_bind_int(s, 2, type);
    store_bind_blob(s, 3, mark, sizeof mark);
    if (!store_run(s, errs)) {
        return false;
    }
    recent_put(l, *id, no, type);
    return true;
}

bool ledger_subject_add(struct ledger *l, struct cf_id id, uint32_t type, int64_t *no, struct cf_errs *errs) {
    uint8_t mark[8];
    uint32_t was = 0;
    if (!batch_stands(l, errs) || !subject_find(l, id, no, &was, errs)) {
        return false;
    }
    if (*no != 0) {
        if (type == 0 || type == was) {
            return true;
        }
        if (was != 0) {
            return cf_fail(errs, CF_E015, CF_NOWHERE, "subject %lld has another type already", (long long)*no);
        }
        return subject_typed(l, *no, &id, type, errs);
    }
    *no = l->subjects + 1;
    subject_mark(l, *no, &id, type, mark);
    struct store_stmt *s = store_use(l->db, &sql_subject_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, *no);
    store_bind_id(s, 2, &id);
    store_bind_int(s, 3, type);
    store_bind_blob(s, 4, mark, sizeof mark);
    if (!store_run(s, errs)) {
        return false;
    }
    recent_put(l, id, *no, type);
    l->subjects++;
    return true;
}

static bool number_subjects(struct ledger *l, const struct ledger_draft *d, struct cf_errs *errs) {
    int64_t no = 0;
    for (size_t i = 0; i < d->n_persons; i++) {
        if (!ledger_subject_add(l, d->persons[i].subject, 0, &no, errs)) {
            return false;
        }
    }
    return cf_id_zero(d->unit) || ledger_subject_add(l, d->unit, 0, &no, errs);
}

/* ---- Sealing and inserting. */
static void seal_parts(struct ledger *l, const struct ledger_draft *d, const struct event_plain *parts, size_t n,
                       int64_t recorded, uint8_t k[32], uint8_t leaf[LEDGER_HASH], struct cf_str *body) {
    uint8_t secret[32], keys[LEDGER_PARTS_MAX][32], salts[LEDGER_PARTS_MAX][32], ad[19], kinds[LEDGER_PARTS_MAX],
        commitments[LEDGER_PARTS_MAX][LEDGER_HASH];
    size_t total = 0;
    for (size_t i = 0; i < n; i++) {
        total += 6 + parts[i].bytes.n + LEDGER_TAG;
    }
    uint8_t *out = cf_alloc(l->scratch, total);
    size_t at = 0;
    do {
        ledger_random(l, secret, sizeof secret);
        seal_wrap(l->keys, &d->id, secret, k);
    } while (seal_zero(k, 32)); /* zeros mean destroyed */
    derive_parts(secret, n, keys, salts);
    for (size_t i = 0; i < n; i++) {
        kinds[i] = parts[i].kind;
        part_ad(&d->id, (uint16_t)i, kinds[i], ad);
        part_commit(l->sha, ad, salts[i], parts[i].bytes, commitments[i]);
        size_t length = parts[i].bytes.n + LEDGER_TAG;
        out[at] = kinds[i];
        out[at + 1] = LEDGER_LIVE;
        for (int b = 0; b < 4; b++) {
            out[at + 2 + (size_t)b] = (uint8_t)(length >> (24 - 8 * b));
        }
        seal_box(keys[i], ad, sizeof ad, parts[i].bytes, out + at + 6);
        at += 6 + length;
    }
    seal_wipe(secret, sizeof secret);
    seal_wipe(keys, n * sizeof keys[0]);
    uint8_t room[LEDGER_LEAF_MOST];
    sha_leaf(l->sha, leaf_data(room, &l->id, l->size, recorded, &d->id, kinds, commitments[0], n), leaf);
    *body = (struct cf_str){(const char *)out, total};
}

static bool put_event(struct ledger *l, const struct ledger_draft *d, int64_t recorded, const uint8_t leaf[LEDGER_HASH],
                      struct cf_str body, const uint8_t k[32], struct cf_errs *errs) {
    struct store_stmt *s = store_use(l->db, &sql_event_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)l->size);
    store_bind_id(s, 2, &d->id);
    store_bind_int(s, 3, recorded);
    store_bind_blob(s, 4, leaf, LEDGER_HASH);
    store_bind_bytes(s, 5, body);
    if (!store_run(s, errs)) {
        return false;
    }
    s = store_use(l->db, &sql_secret_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_int(s, 1, (int64_t)l->size);
    store_bind_blob(s, 2, k, 32);
    return store_run(s, errs);
}

static bool put_links(struct ledger *l, const struct ledger_draft *d, struct cf_errs *errs) {
    struct store_stmt *s = NULL;
    if (d->kind < LEDGER_FIRST_KIND) {
        s = store_use(l->db, &sql_control_put, errs);
        if (s == NULL) {
            return false;
        }
        store_bind_int(s, 1, (int64_t)l->size);
        store_bind_int(s, 2, d->kind);
        if (!store_run(s, errs)) {
            return false;
        }
    }
    if (d->source.n == 0) {
        return true;
    }
    uint8_t mac[16], mark[8], seq[8];
    const struct cf_str pieces[] = {d->source, d->source_key};
    seal_mac(l->keys, "cf/source/1", pieces, 2, mac, sizeof mac);
    const struct cf_str row[] = {{(const char *)mac, sizeof mac}, be8(seq, l->size)};
    mark_row(l->keys, "source_key", row, 2, mark);
    s = store_use(l->db, &sql_source_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_blob(s, 1, mac, sizeof mac);
    store_bind_int(s, 2, (int64_t)l->size);
    store_bind_blob(s, 3, mark, sizeof mark);
    return store_run(s, errs);
}

/* From here on an error is the store's: the whole batch goes. */
bool ledger_append_at(struct ledger *l, const struct ledger_draft *d, int64_t recorded, struct ledger_receipt *receipt,
                      struct cf_errs *errs) {
    struct event_plain parts[LEDGER_PARTS_MAX];
    size_t n = 0;
    uint8_t k[32], leaf[LEDGER_HASH];
    struct cf_str body;
    cf_arena_reset(l->scratch);
    if (!event_encode(l->scratch, d, l->clock_error_us, EVENT_STORED, parts, &n, errs)) {
        return false;
    }
    CF_ASSERT(recorded > l->last_recorded && l->tree.size == l->size);
    seal_parts(l, d, parts, n, recorded, k, leaf, &body);
    bool ok = put_event(l, d, recorded, leaf, body, k, errs) && put_links(l, d, errs) && number_subjects(l, d, errs) &&
              tree_push(&l->tree, l->sha, leaf, tile_put, l, errs);
    if (!ok) {
        forget(l);
        return false;
    }
    *receipt = (struct ledger_receipt){.seq = l->size, .recorded_us = recorded};
    memcpy(receipt->leaf, leaf, LEDGER_HASH);
    l->size++;
    l->last_recorded = recorded;
    if (control_wants(d->kind)) {
        struct ledger_event e = {.seq = receipt->seq, .recorded_us = recorded, .d = *d};
        control_take(l->control, &e);
        l->control_changed = true;
    }
    return true;
}

/* Is it here already? Answers with its first receipt, or refuses other content. */
static bool find_first(struct ledger *l, const struct ledger_draft *d, bool *found, struct ledger_receipt *receipt,
                       struct cf_errs *errs) {
    uint64_t seq = LEDGER_NO_SEQ;
    *found = false;
    if (!ledger_seq_of_id(l, d->id, &seq, errs)) {
        return false;
    }
    bool by_source = seq == LEDGER_NO_SEQ && d->source.n > 0;
    if (by_source && !ledger_source_seq(l, d->source, d->source_key, &seq, errs)) {
        return false;
    }
    if (seq == LEDGER_NO_SEQ) {
        return true;
    }
    *found = true;
    return again(l, d, seq, by_source, receipt, errs);
}

bool ledger_append(struct ledger *l, const struct ledger_draft *d, struct ledger_receipt *receipt, struct cf_errs *errs) {
    bool found = false;
    if (!batch_stands(l, errs)) {
        return false;
    }
    cf_arena_reset(l->scratch);
    if (!find_first(l, d, &found, receipt, errs)) {
        return false;
    }
    if (found) {
        return true;
    }
    int64_t now = cf_now_us();
    return draft_ok(l, d, errs) && ledger_append_at(l, d, now > l->last_recorded ? now : l->last_recorded + 1, receipt, errs);
}

bool ledger_check(struct ledger *l, const struct ledger_draft *d, struct cf_errs *errs) {
    struct event_plain parts[LEDGER_PARTS_MAX];
    struct ledger_receipt receipt;
    size_t n = 0;
    bool found = false;
    cf_arena_reset(l->scratch);
    return event_encode(l->scratch, d, -1, EVENT_STORED, parts, &n, errs) && find_first(l, d, &found, &receipt, errs) &&
           (found || draft_ok(l, d, errs));
}

/* ---- Names. */
static struct ledger_value entry_value(struct cf_arena *a, const struct ledger_entry *e) {
    struct ledger_value *v = CF_NEW_N(a, struct ledger_value, 5);
    v[0] = ledger_int(e->space);
    v[1] = ledger_int(e->number);
    v[2] = ledger_int(e->owner);
    v[3] = ledger_text(e->name);
    v[4] = ledger_text(e->type);
    return (struct ledger_value){.type = LEDGER_LIST, .as = {.list = {v, 5}}};
}

static bool extend_event(struct ledger *l, const struct ledger_value *list, size_t n, struct cf_errs *errs) {
    int64_t now = cf_now_us() / 1000000;
    struct ledger_pair field = {LEDGER_F_ENTRIES, {.type = LEDGER_LIST, .as = {.list = {list, n}}}};
    struct ledger_facts facts = {.compartment = LEDGER_OPEN, .fields = &field, .n_fields = 1};
    struct ledger_draft d = {
        .id = ledger_new_id(l), .kind = LEDGER_DICTIONARY_EXTENDED, .from = now, .to = now, .facts = &facts, .n_facts = 1};
    struct ledger_receipt receipt;
    return ledger_append(l, &d, &receipt, errs);
}

/* Gives numbers in a first pass, so that an entry may be owned by one before it in the same call (owner numbers are the
 * caller's). */
bool ledger_extend(struct ledger *l, struct ledger_entry *entries, size_t n, struct cf_errs *errs) {
    uint32_t next[LEDGER_SPACE_END];
    size_t changed = 0;
    bool ok = true;
    if (!batch_stands(l, errs)) {
        return false;
    }
    for (int i = 1; i < LEDGER_SPACE_END; i++) {
        next[i] = control_next(l->control, (enum ledger_space)i);
    }
    struct cf_arena *a = cf_arena_new("dictionary");
    struct ledger_value *list = CF_NEW_N(a, struct ledger_value, n + 1);
    for (size_t i = 0; ok && i < n; i++) {
        struct ledger_entry *e = &entries[i];
        ok = e->space >= LEDGER_KINDS && e->space < LEDGER_SPACE_END && e->name.n > 0 && e->name.n <= 256;
        if (!ok) {
            (void)cf_fail(errs, CF_E015, CF_NOWHERE, "dictionary entry %zu has no space or no name", i + 1);
            break;
        }
        uint32_t number = control_number(l->control, e->space, e->owner, e->name);
        e->number = e->number != 0 ? e->number : number != 0 ? number : next[e->space]++;
        const struct ledger_entry *old = control_entry(l->control, e->space, e->number);
        bool same = old != NULL && old->owner == e->owner && cf_str_eq(old->name, e->name) && cf_str_eq(old->type, e->type);
        if (!same) {
            list[changed++] = entry_value(a, e);
        }
    }
    for (size_t at = 0; ok && at < changed; at += CF_MAX_VALUE_ITEMS / 4) {
        size_t some = changed - at < CF_MAX_VALUE_ITEMS / 4 ? changed - at : CF_MAX_VALUE_ITEMS / 4;
        ok = extend_event(l, list + at, some, errs);
    }
    cf_arena_free(a);
    return ok;
}

/* ---- Texts by digest. */
bool ledger_blob_put(struct ledger *l, struct cf_str text, uint8_t digest[LEDGER_HASH], struct cf_errs *errs) {
    ledger_sha256(text.p, text.n, digest);
    if (!batch_stands(l, errs)) {
        return false;
    }
    if (text.n > CF_MAX_BLOB_BYTES) {
        return cf_fail(errs, CF_E019, CF_NOWHERE, "a text has %zu bytes; the most is %d", text.n, CF_MAX_BLOB_BYTES);
    }
    struct store_stmt *s = store_use(l->db, &sql_blob_put, errs);
    if (s == NULL) {
        return false;
    }
    store_bind_blob(s, 1, digest, LEDGER_HASH);
    store_bind_bytes(s, 2, text);
    return store_run(s, errs);
}

bool ledger_copier_start(struct ledger *l, struct cf_errs *errs) {
    return store_copier_start(l->db, errs);
}

void ledger_copier_stop(struct ledger *l) {
    store_copier_stop(l->db);
}
