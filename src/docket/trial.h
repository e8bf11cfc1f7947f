/* trial: what would follow if this were recorded now, and what did follow when that was recorded. Nothing is written: both are
 * judged over a history that holds the event, so that a page can explain a gate before it is broken, and again afterwards. */
#ifndef CF_DOCKET_TRIAL_H
#define CF_DOCKET_TRIAL_H

#include "docket/docket.h"

struct desk_trial { /* of one subject that the event is about */
    struct cf_id subject;
    uint32_t no;           /* UINT32_MAX: not known yet */
    struct lang_history h; /* with the event */
    uint64_t seq;          /* the event's in it */
    int64_t now;
    struct lang_docket before, after;
    struct desk_changes changes;
};
struct desk_trials {
    CF_VEC(struct desk_trial);
    const struct lang_set *set;
    const struct lang_reference *ref;
};
/* Judges the last of `entries` as if all of them were recorded now, one after the other. Reads only. Absolute gates of acts are
 * asked too: what they refuse is in `errs`, and false. Checks of the form are not made: an entry may be incomplete. */
CF_MUST_USE bool desk_try(struct desk *d, const struct desk_entry *entries, size_t n, struct cf_arena *a,
                          struct desk_trials *out, struct cf_errs *errs);
/* What changed when an event was recorded, as it was known then. Nothing when it is the ledger's own or was erased. */
CF_MUST_USE bool desk_followed(struct desk *d, struct cf_id event, struct cf_arena *a, struct desk_trials *out,
                               struct cf_errs *errs);

#endif
