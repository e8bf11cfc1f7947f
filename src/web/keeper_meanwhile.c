/* keeper_meanwhile: docket/keeper.h by one lock, one writer after another; built only where src/docket/keeper.c is not there yet. */
#include "docket/keeper.h"

#include <pthread.h>

struct keeper {
    struct desk *desk;
    pthread_mutex_t lock;
    uint64_t records;
    bool stopped;
};

bool keeper_start(struct cf_arena *a, struct desk *d, const struct keeper_options *options, struct cf_errs *errs,
                  struct keeper **out) {
    struct keeper *k = CF_NEW(a, struct keeper);
    (void)options;
    (void)errs;
    k->desk = d;
    pthread_mutex_init(&k->lock, NULL);
    *out = k;
    return true;
}

void keeper_stop(struct keeper *k) {
    if (k) {
        pthread_mutex_lock(&k->lock);
        k->stopped = true;
        pthread_mutex_unlock(&k->lock);
    }
}

bool keeper_record(struct keeper *k, const struct desk_entry *e, struct cf_arena *a, struct ledger_receipt *receipt,
                   struct desk_changes *changes, struct cf_errs *errs) {
    pthread_mutex_lock(&k->lock);
    bool ok = desk_record(k->desk, e, a, receipt, changes, errs);
    k->records += ok;
    pthread_mutex_unlock(&k->lock);
    return ok;
}

bool keeper_correct(struct keeper *k, const struct desk_correction *c, struct cf_arena *a, struct ledger_receipt *receipt,
                    struct desk_changes *changes, struct cf_errs *errs) {
    pthread_mutex_lock(&k->lock);
    bool ok = desk_correct(k->desk, c, a, receipt, changes, errs);
    pthread_mutex_unlock(&k->lock);
    return ok;
}

bool keeper_merge(struct keeper *k, struct cf_id x, struct cf_id y, struct cf_str reason, struct cf_id actor, struct cf_arena *a,
                  struct ledger_receipt *receipt, struct desk_changes *changes, struct cf_errs *errs) {
    pthread_mutex_lock(&k->lock);
    bool ok = desk_merge(k->desk, x, y, reason, actor, a, receipt, changes, errs);
    pthread_mutex_unlock(&k->lock);
    return ok;
}

bool keeper_unmerge(struct keeper *k, struct cf_id merge_event, struct cf_str reason, struct cf_id actor, struct cf_arena *a,
                    struct ledger_receipt *receipt, struct desk_changes *changes, struct cf_errs *errs) {
    pthread_mutex_lock(&k->lock);
    bool ok = desk_unmerge(k->desk, merge_event, reason, actor, a, receipt, changes, errs);
    pthread_mutex_unlock(&k->lock);
    return ok;
}

bool keeper_do(struct keeper *k, keeper_work *work, void *arg, struct cf_errs *errs) {
    pthread_mutex_lock(&k->lock);
    bool ok = work(k->desk, arg, errs);
    pthread_mutex_unlock(&k->lock);
    return ok;
}

void keeper_counts(struct keeper *k, struct keeper_counts *out) {
    *out = (struct keeper_counts){.records = k->records};
}
