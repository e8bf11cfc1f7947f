/* keeper: one thread that owns the writing desk, a queue in front of it, and answers that are durable. Whoever serves many
 * people at once (the web server, an importer beside it) asks the keeper; nobody else touches its desk.
 *
 * Requests are answered in the order in which they came. Records that wait behind one another share one commit of the ledger
 * and one of the desk (desk_record_many), so that a hundred writers cost little more than one; each is still checked,
 * judged and answered by itself, and no answer leaves before its event is durable. Everything else runs alone, between
 * batches. When nothing waits, dockets whose end has come are judged again, a few at a time. Others copy the write-ahead logs
 * of ledger and desk into their files meanwhile (store_copier_start), so that nobody waits for that.
 *
 * Must not know: HTTP, sessions, roles, any record by name. Readers open desks of their own; the keeper's is not for reading
 * at leisure, since whoever works in it keeps everybody waiting. */
#ifndef CF_DOCKET_KEEPER_H
#define CF_DOCKET_KEEPER_H

#include "docket/docket.h"

struct keeper;
struct keeper_options {
    size_t batch_most; /* records in one commit; 0: 256 */
    size_t queue_most; /* requests that may wait, D031 beyond; 0: 4,096 */
    bool wake_ups;     /* judge dockets whose end has come, and stale ones, when nothing waits */
    /* Told, on the keeper's thread, of trouble that no request asked for (a wake-up that failed); may be NULL. */
    void (*trouble)(void *arg, const struct cf_errs *errs);
    void *trouble_arg;
};
/* Starts the thread. `d` is a desk opened for writing (D030 otherwise); from now until keeper_stop returns neither it, nor its
 * ledger, nor the arena it was opened in may be used by anyone else. The keeper's own memory comes from `a`, another arena than
 * the desk's, and lives as long. options may be NULL. */
CF_MUST_USE bool keeper_start(struct cf_arena *a, struct desk *d, const struct keeper_options *options, struct cf_errs *errs,
                              struct keeper **out);
/* Takes no more requests (D032), answers all that wait, ends the thread. The desk is the caller's again, to close or use. NULL
 * and a second call are allowed. */
void keeper_stop(struct keeper *k);

/* ---- Asking. Each waits for its answer; may be called from any thread at once. What is handed in is borrowed until the call
 * returns, the arena and the errors too: they must belong to the caller alone. Meaning and errors are those of the function of
 * the desk with the same name, and D031 (too many wait), D032 (stopped) before anything is done. Rules and units in the answers
 * (`changes`) belong to the keeper's desk and stay, unchanging, until it is closed. */
CF_MUST_USE bool keeper_record(struct keeper *k, const struct desk_entry *e, struct cf_arena *a, struct ledger_receipt *receipt,
                               struct desk_changes *changes, struct cf_errs *errs);
CF_MUST_USE bool keeper_correct(struct keeper *k, const struct desk_correction *c, struct cf_arena *a,
                                struct ledger_receipt *receipt, struct desk_changes *changes, struct cf_errs *errs);
CF_MUST_USE bool keeper_merge(struct keeper *k, struct cf_id x, struct cf_id y, struct cf_str reason, struct cf_id actor,
                              struct cf_arena *a, struct ledger_receipt *receipt, struct desk_changes *changes,
                              struct cf_errs *errs);
CF_MUST_USE bool keeper_unmerge(struct keeper *k, struct cf_id merge_event, struct cf_str reason, struct cf_id actor,
                                struct cf_arena *a, struct ledger_receipt *receipt, struct desk_changes *changes,
                                struct cf_errs *errs);
/* Anything else that writes (an adoption, an erasure, a hold, an import, a backup of the keys): runs on the keeper's thread
 * with its desk, alone. It must leave no batch open (what it leaves open is rolled back, and the request fails with D033), and
 * must not call the keeper. */
typedef bool keeper_work(struct desk *d, void *arg, struct cf_errs *errs);
CF_MUST_USE bool keeper_do(struct keeper *k, keeper_work *work, void *arg, struct cf_errs *errs);

/* ---- Asking without waiting, for an event loop, or whoever has other work meanwhile. Zero at first but for what is asked: an
 * entry to record (with `a`), or work to do. The ticket and what it points to stay untouched until `answered` was called or
 * keeper_await has returned: one of the two, never both. */
struct keeper_ticket {
    const struct desk_entry *entry;
    struct cf_arena *a;
    bool no_changes; /* of an entry: nobody will read `changes`, so they are not worked out */
    keeper_work *work;
    void *work_arg;
    struct cf_errs *errs;
    void (*answered)(struct keeper_ticket *t); /* on the keeper's thread, once the answer stands; must be quick; may be NULL */
    void *arg;                                 /* the caller's own */
    /* The answer. */
    bool ok;
    struct ledger_receipt receipt;
    struct desk_changes changes;
    /* The keeper's own. */
    struct keeper_ticket *next;
    bool done;
};
CF_MUST_USE bool keeper_send(struct keeper *k, struct keeper_ticket *t); /* false: D031 or D032 in t->errs, nothing was asked */
CF_MUST_USE bool keeper_await(struct keeper *k, struct keeper_ticket *t); /* waits; t->ok */

struct keeper_counts { /* since the start */
    uint64_t records, refused, batches, others, woken;
    size_t longest_batch, waiting, waited_most;
};
void keeper_counts(struct keeper *k, struct keeper_counts *out);

#endif
