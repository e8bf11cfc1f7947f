/* rebuild: drops everything derived and derives it again from the ledger; a digest a table says whether it is what it was.
 * Rows are hashed in key order; when a docket was judged (`at`) is no part of it. */
#include "docket/lists_priv.h"

static const struct {
    const char *table, *sql;
} TABLES[] = {
    {"link", "SELECT subject, seq, role, kind, about FROM link ORDER BY subject, seq, role"},
    {"image", "SELECT subject, n, bytes FROM image ORDER BY subject"},
    {"correction", "SELECT root, seq FROM correction ORDER BY root, seq"},
    {"docket", "SELECT person, valid_until, adopted, events, state FROM docket ORDER BY person"},
    {"duty", "SELECT * FROM duty ORDER BY person, id"},
    {"gate", "SELECT * FROM gate ORDER BY person, seq, rule, role"},
    {"standing", "SELECT * FROM standing ORDER BY person, kind, rule, episode"},
    {"owed", "SELECT * FROM owed ORDER BY person, duty"},
    {"owed_total", "SELECT * FROM owed_total WHERE lines > 0 ORDER BY by, who"},
    {"broken", "SELECT * FROM broken ORDER BY person, seq, rule, role, unit"},
    {"opened", "SELECT * FROM opened ORDER BY person, seq"},
};

/* Folds a row into the running digest: SHA-256(digest | row), each column by its length and bytes. */
static void fold(uint8_t digest[32], struct store_stmt *s, struct cf_arena *a) {
    struct cf_buf b = cf_buf_new(a, 80u << 20);
    cf_buf_add(&b, digest, 32);
    for (int i = 0; i < store_columns(s); i++) {
        struct cf_str v = store_is_null(s, i) ? CF_LIT("") : store_bytes(s, i);
        cf_buf_be(&b, store_is_null(s, i) ? UINT64_MAX : v.n, 8);
        cf_buf_str(&b, v);
    }
    ledger_sha256(b.p, b.n, digest);
}

bool desk_digest_rows(struct store_stmt *s, struct desk_table_digest *digest, struct cf_errs *errs) {
    struct cf_arena *row_arena = cf_arena_new("digest row");
    bool ok = s != NULL;
    for (bool row = ok; ok && row;) {
        ok = store_next(s, &row, errs);
        if (ok && row) {
            fold(digest->digest, s, row_arena);
            digest->rows++;
            cf_arena_reset(row_arena);
        }
    }
    cf_arena_free(row_arena);
    store_done(ok ? s : NULL);
    return ok;
}

bool desk_digest(struct desk *d, struct cf_arena *a, struct desk_digests *out, struct cf_errs *errs) {
    *out = (struct desk_digests){0};
    for (size_t t = 0; t < CF_COUNT(TABLES); t++) {
        struct desk_table_digest digest = {.table = cf_str_from(TABLES[t].table)};
        if (!desk_digest_rows(store_use_text(d->db, cf_str_from(TABLES[t].sql), errs), &digest, errs)) {
            return false;
        }
        *cf_push(a, out) = digest;
    }
    if (d->options.write || d->options.create) { /* a reader cannot bring the study up to now */
        struct desk_table_digest digest = {.table = CF_LIT("study")};
        if (!desk_study_digest(d, &digest, errs)) {
            return false;
        }
        *cf_push(a, out) = digest;
    }
    return true;
}

bool desk_drop(struct desk *d, struct cf_errs *errs) {
    static const char *const names[] = {"applied", "link", "image",    "correction", "docket",
                                        "duty",    "gate", "standing", "stale",      LISTS_TABLES};
    if (!store_begin(d->db, errs)) {
        return false;
    }
    for (size_t i = 0; i < CF_COUNT(names); i++) {
        if (!store_script_text(d->db, cf_str_printf(d->scratch, "DROP TABLE IF EXISTS %s", names[i]), errs)) {
            store_rollback(d->db);
            return false;
        }
    }
    d->applied = 0;
    d->merges.n = 0;
    return store_commit(d->db, errs) && desk_schema(d, errs);
}

bool desk_rebuild(struct desk *d, void (*progress)(void *, uint64_t, uint64_t), void *arg, struct cf_errs *errs) {
    uint64_t done;
    return desk_drop(d, errs) && desk_catch_up(d, errs) && desk_sweep(d, desk_now(), 0, progress, arg, &done, errs) &&
           desk_study_anew(d, errs);
}

bool desk_forget(struct desk *d, struct cf_errs *errs) {
    return desk_catch_up(d, errs) && store_checkpoint(d->db, true, errs) && store_vacuum(d->db, errs) &&
           store_checkpoint(d->db, true, errs) && desk_study_forget(d, errs);
}
