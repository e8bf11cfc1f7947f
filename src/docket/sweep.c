/* sweep: the bulk lane (append and link only, then everyone once) and the wake-ups at `valid until`, in bounded steps so that
 * midnight stampedes nobody. Must not know rules. */
#include "docket/priv.h"

enum { BULK_BATCH = 4000, SWEEP_BATCH = 500 };

static const struct store_sql STALE_COUNT = {"desk.stale_count", "SELECT count(*) FROM stale"};
static const struct store_sql WAKE_COUNT = {
    "desk.wake_count",
    "SELECT count(*) FROM docket WHERE (valid_until <= ?1 OR adopted <> ?2) AND person NOT IN (SELECT person FROM stale)"};
static const struct store_sql NEXT_STALE = {"desk.next_stale",
                                            "SELECT person FROM stale WHERE person > ?1 ORDER BY person LIMIT ?2"};
static const struct store_sql NEXT_WAKE = {
    "desk.next_wake",
    "SELECT person FROM docket WHERE person > ?1 AND (valid_until <= ?3 OR adopted <> ?4) ORDER BY person LIMIT ?2"};
static const struct store_sql EARLIEST = {"desk.earliest", "SELECT min(valid_until) FROM docket"};

/* ---- The bulk lane. */

bool desk_bulk_begin(struct desk *d, struct cf_errs *errs) {
    if (!desk_current(d)) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    d->bulk = ledger_begin(d->ledger, errs);
    d->bulk_pending = 0;
    return d->bulk;
}

bool desk_bulk_end(struct desk *d, struct cf_errs *errs) {
    if (!d->bulk) {
        return true;
    }
    d->bulk = false;
    return ledger_commit(d->ledger, errs) && desk_catch_up(d, errs);
}

void desk_bulk_stop(struct desk *d) {
    if (d->bulk) {
        d->bulk = false;
        ledger_rollback(d->ledger);
    }
}

bool desk_bulk_add(struct desk *d, const struct desk_entry *e, struct ledger_receipt *receipt, struct cf_errs *errs) {
    struct cf_mark mark = cf_arena_mark(d->scratch);
    struct ledger_draft draft;
    bool ok = desk_draft(d, e, d->scratch, &draft, errs) && ledger_append(d->ledger, &draft, receipt, errs);
    cf_arena_rewind(d->scratch, mark);
    if (!ok || ++d->bulk_pending < BULK_BATCH) {
        return ok;
    }
    d->bulk_pending = 0;
    return ledger_commit(d->ledger, errs) && desk_catch_up(d, errs) && ledger_begin(d->ledger, errs);
}

/* ---- The sweep. */

static bool people(struct desk *d, const struct store_sql *q, int64_t after, int64_t most, int64_t now, struct cf_arena *a,
                   uint32_t **out, size_t *n, struct cf_errs *errs) {
    struct {
        CF_VEC(uint32_t);
    } found = {0};
    struct store_stmt *s = store_use(d->db, q, errs);
    if (!s) {
        return false;
    }
    store_bind_int(s, 1, after);
    store_bind_int(s, 2, most);
    if (q == &NEXT_WAKE) {
        store_bind_int(s, 3, now);
        store_bind_int(s, 4, (int64_t)desk_current(d)->adopted);
    }
    for (bool row;;) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (!row) {
            break;
        }
        *cf_push(a, &found) = (uint32_t)store_int(s, 0);
    }
    store_done(s);
    *out = found.v;
    *n = found.n;
    return true;
}

static bool evaluate_batch(struct desk *d, const uint32_t *who, size_t n, int64_t now, struct cf_errs *errs) {
    struct cf_arena *one = cf_arena_new("sweep one");
    bool ok = store_begin(d->db, errs);
    for (size_t i = 0; ok && i < n; i++) {
        struct lang_docket docket = {0};
        struct lang_history h;
        ok = desk_evaluate(d, who[i], now, one, &docket, &h, errs);
        cf_arena_reset(one);
    }
    cf_arena_free(one);
    if (!ok) {
        desk_rollback(d);
        return false;
    }
    return desk_commit(d, errs);
}

static bool sweep_all(struct desk *d, const struct store_sql *q, int64_t now, size_t at_most, uint64_t total,
                      void (*progress)(void *, uint64_t, uint64_t), void *arg, uint64_t *done, struct cf_errs *errs) {
    int64_t after = -1;
    while (!at_most || *done < at_most) {
        struct cf_arena *a = cf_arena_new("sweep");
        uint32_t *who;
        size_t n, most = at_most && at_most - *done < SWEEP_BATCH ? at_most - *done : SWEEP_BATCH;
        bool ok =
            people(d, q, after, (int64_t)most, now, a, &who, &n, errs) && (n == 0 || evaluate_batch(d, who, n, now, errs));
        after = ok && n ? who[n - 1] : after;
        cf_arena_free(a);
        if (!ok) {
            return false;
        }
        *done += n;
        if (progress) {
            progress(arg, *done, total);
        }
        if (n == 0) {
            return true;
        }
    }
    return true;
}

bool desk_sweep(struct desk *d, int64_t now, size_t at_most, void (*progress)(void *, uint64_t, uint64_t), void *arg,
                uint64_t *done, struct cf_errs *errs) {
    int64_t stale = 0, wake = 0;
    *done = 0;
    if (!desk_current(d)) {
        return true;
    }
    struct store_stmt *s = store_use(d->db, &WAKE_COUNT, errs);
    bool row = false;
    if (!s) {
        return false;
    }
    store_bind_int(s, 1, now);
    store_bind_int(s, 2, (int64_t)desk_current(d)->adopted);
    if (!store_next(s, &row, errs)) {
        return false;
    }
    wake = row ? store_int(s, 0) : 0;
    store_done(s);
    if (!store_one_int(d->db, &STALE_COUNT, 0, &stale, errs)) {
        return false;
    }
    uint64_t total = (uint64_t)(stale + wake);
    return sweep_all(d, &NEXT_STALE, now, at_most, total, progress, arg, done, errs) &&
           sweep_all(d, &NEXT_WAKE, now, at_most, total, progress, arg, done, errs);
}

bool desk_next_wake(struct desk *d, bool *any, int64_t *at, struct cf_errs *errs) {
    if (!store_one_int(d->db, &EARLIEST, INT64_MIN, at, errs)) {
        return false;
    }
    *any = *at != INT64_MIN;
    return true;
}
