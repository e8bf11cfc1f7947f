/* amend: an event as it stands, and what putting right would change: a correction, a withdrawal, a merge, the undoing of one.
 * Reads only: a page shows it all before it is done. Must not know who may, or how it is shown. */
#ifndef CF_DOCKET_AMEND_H
#define CF_DOCKET_AMEND_H

#include "docket/trial.h"

struct desk_stands {     /* an event after its corrections, in the policy's names */
    struct desk_entry e; /* without the actor's roles; narratives with their words where they can be opened */
    uint64_t seq;
    int64_t recorded, known;         /* seconds; known: the latest recording of it or of a correction */
    bool withdrawn, corrected, mine; /* mine: `who` acted in it or recorded it */
    struct cf_id about;              /* the first person it is about; zero: nobody */
    uint32_t about_no;
};
/* E010: there is none. D015: it is no record of the policies in force, is itself a correction, or was erased or sealed. */
CF_MUST_USE bool desk_stands(struct desk *d, struct cf_id event, struct cf_id who, struct cf_arena *a, struct desk_stands *out,
                             struct cf_errs *errs);

struct desk_amended { /* one correction or withdrawal of an event */
    struct cf_id actor;
    int64_t at; /* seconds */
    bool withdrawal;
    struct cf_str reason; /* empty: none was kept, or it was erased */
};
struct desk_amendments {
    CF_VEC(struct desk_amended);
};
CF_MUST_USE bool desk_amendments(struct desk *d, uint64_t seq, struct cf_arena *a, struct desk_amendments *out,
                                 struct cf_errs *errs); /* of the event with that seq, oldest first */
/* Events that were corrected or withdrawn, the one put right last first, each once; among the last `at_most` corrections. */
CF_MUST_USE bool desk_amended_lately(struct desk *d, size_t at_most, struct cf_arena *a, struct cf_id **events, size_t *n,
                                     size_t *corrections, struct cf_errs *errs);

/* Everyone whom the event concerned or would concern, judged with the event corrected (or gone) as desk_correct would. */
CF_MUST_USE bool desk_try_correction(struct desk *d, const struct desk_correction *c, struct cf_arena *a,
                                     struct desk_trials *out, struct cf_errs *errs);
/* One trial, of the person they would be together. D016: they are one person already, or not two people. */
CF_MUST_USE bool desk_try_merge(struct desk *d, struct cf_id x, struct cf_id y, struct cf_arena *a, struct desk_trials *out,
                                struct cf_errs *errs);
/* Two trials, of the people they would be again; each is compared with what they are together. */
CF_MUST_USE bool desk_try_unmerge(struct desk *d, struct cf_id merge_event, struct cf_arena *a, struct desk_trials *out,
                                  struct cf_errs *errs);

struct desk_merged { /* a merge that stands */
    struct cf_id event, a, b;
    uint32_t a_no, b_no;
    uint64_t seq;
};
struct desk_merges {
    CF_VEC(struct desk_merged);
};
CF_MUST_USE bool desk_merges(struct desk *d, struct cf_arena *a, struct desk_merges *out,
                             struct cf_errs *errs); /* newest first */

/* Restriction (of a person) and hold (of a person or an event), and their ends, which name the order that they end: events of
 * the ledger's own. D020: there is no such person, event or order; D015: no authority is named, or it stands already. */
enum desk_control { DESK_HOLD, DESK_RELEASE, DESK_RESTRICT, DESK_UNRESTRICT };
CF_MUST_USE bool desk_control(struct desk *d, enum desk_control what, struct cf_id target, struct cf_str authority,
                              struct cf_id actor, int64_t review_on, struct ledger_receipt *receipt, struct cf_errs *errs);
struct desk_order {                            /* a hold or restriction that stands */
    struct cf_id event, person, target, actor; /* person or target (an event); zero: not said */
    struct cf_str authority;
    int64_t at, review_on; /* seconds; review_on 0: no day was named */
};
struct desk_orders {
    CF_VEC(struct desk_order);
};
/* what: DESK_HOLD or DESK_RESTRICT; newest first. */
CF_MUST_USE bool desk_orders(struct desk *d, enum desk_control what, struct cf_arena *a, struct desk_orders *out,
                             struct cf_errs *errs);

#endif
