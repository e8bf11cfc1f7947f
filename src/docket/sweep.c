/* sweep: the bulk lane (append and link only, then everyone once) and the wake-ups at `valid until`, in bounded steps so that
 * midnight stampedes nobody. Must not know rules. */
#include "docket/priv.h"

#include <stdlib.h>

enum { BULK_BATCH = 20000, SWEEP_BATCH = 500 };

/* Who is to be judged: ?1 now, ?2 the set in force, ?3 how many at most (below 0: all). Those whose docket was judged by an
 * earlier set need a look at every docket, which is taken once after an adoption. */
static const struct store_sql STALE = {"desk.stale",
                                       "SELECT person FROM stale WHERE ?1 = ?1 AND ?2 = ?2 ORDER BY person LIMIT ?3"};
static const struct store_sql ENDED = {
    "desk.ended", "SELECT person FROM docket WHERE valid_until <= ?1 AND ?2 = ?2 ORDER BY valid_until LIMIT ?3"};
static const struct store_sql OF_EARLIER_SET = {
    "desk.of_earlier_set", "SELECT person FROM docket WHERE adopted <> ?2 AND ?1 = ?1 ORDER BY person LIMIT ?3"};
static const struct store_sql EARLIEST = {"desk.earliest", "SELECT min(valid_until) FROM docket WHERE valid_until IS NOT NULL"};

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
    return ledger_commit(d->ledger, errs) && ledger_begin(d->ledger, errs); /* the desk follows once, at the end */
}

/* ---- The sweep. */

static int by_number(const void *x, const void *y) {
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return a < b ? -1 : a > b;
}

struct people {
    CF_VEC(uint32_t);
};

/* Adds those whom the query finds, in order of their numbers, as their rows lie. */
static bool find_people(struct desk *d, const struct store_sql *q, int64_t now, size_t at_most, struct cf_arena *a,
                        struct people *out, struct cf_errs *errs) {
    size_t before = out->n;
    struct store_stmt *s = store_use(d->db, q, errs);
    if (!s) {
        return false;
    }
    store_bind_int(s, 1, now);
    store_bind_int(s, 2, (int64_t)desk_current(d)->adopted);
    store_bind_int(s, 3, at_most ? (int64_t)at_most : -1);
    for (bool row;;) {
        if (!store_next(s, &row, errs)) {
            return false;
        }
        if (!row) {
            break;
        }
        *cf_push(a, out) = (uint32_t)store_int(s, 0);
    }
    store_done(s);
    if (out->n > before) {
        qsort(out->v + before, out->n - before, sizeof *out->v, by_number);
    }
    return true;
}

static bool evaluate_batch(struct desk *d, const uint32_t *who, size_t n, int64_t now, struct cf_errs *errs) {
    struct cf_arena *one = cf_arena_new("sweep one");
    bool ok = store_begin(d->db, errs) && ledger_snapshot(d->ledger, errs);
    for (size_t i = 0; ok && i < n; i++) {
        struct lang_docket docket = {0};
        struct lang_history h;
        ok = desk_evaluate(d, who[i], now, one, &docket, &h, errs);
        cf_arena_reset(one);
    }
    cf_arena_free(one);
    ledger_snapshot_end(d->ledger);
    if (!ok) {
        desk_rollback(d);
        return false;
    }
    return desk_commit(d, errs);
}

struct sweep {
    int64_t now;
    size_t at_most; /* 0: all */
    void (*progress)(void *, uint64_t, uint64_t);
    void *arg;
    uint64_t *done;
};

static bool sweep_those(struct desk *d, const struct store_sql *q, const struct sweep *w, struct cf_errs *errs) {
    size_t left = w->at_most ? w->at_most - (size_t)*w->done : 0;
    if (w->at_most && !left) {
        return true;
    }
    struct cf_arena *a = cf_arena_new("sweep");
    struct people who = {0};
    bool ok = find_people(d, q, w->now, left, a, &who, errs);
    for (size_t at = 0; ok && at < who.n; at += SWEEP_BATCH) {
        size_t n = who.n - at < SWEEP_BATCH ? who.n - at : SWEEP_BATCH;
        ok = evaluate_batch(d, who.v + at, n, w->now, errs);
        *w->done += ok ? n : 0;
        if (ok && w->progress) {
            w->progress(w->arg, *w->done, *w->done + (who.n - at - n));
        }
    }
    if (ok && q == &OF_EARLIER_SET && (!left || who.n < left)) {
        d->judged_by_current = desk_current(d)->adopted + 1;
    }
    cf_arena_free(a);
    return ok;
}

bool desk_sweep(struct desk *d, int64_t now, size_t at_most, void (*progress)(void *, uint64_t, uint64_t), void *arg,
                uint64_t *done, struct cf_errs *errs) {
    const struct sweep w = {now, at_most, progress, arg, done};
    *done = 0;
    if (!desk_current(d)) {
        return true;
    }
    bool earlier = d->judged_by_current != desk_current(d)->adopted + 1;
    return sweep_those(d, &STALE, &w, errs) && sweep_those(d, &ENDED, &w, errs) &&
           (!earlier || sweep_those(d, &OF_EARLIER_SET, &w, errs));
}

bool desk_next_wake(struct desk *d, bool *any, int64_t *at, struct cf_errs *errs) {
    if (!store_one_int(d->db, &EARLIEST, INT64_MIN, at, errs)) {
        return false;
    }
    *any = *at != INT64_MIN;
    return true;
}
