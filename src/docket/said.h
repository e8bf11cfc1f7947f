/* said: what an event says in words, as it stands after its corrections: its narratives, opened. Reads sealed words; whoever
 * calls this answers for who sees them. Must not know how they are shown. */
#ifndef CF_DOCKET_SAID_H
#define CF_DOCKET_SAID_H

#include "docket/docket.h"

struct desk_words { /* of one field; not said: it holds none, or they are sealed or erased (the history says whether it was
                       answered) */
    bool said;
    struct cf_str text;
};
/* One for each field number of `record` (the newest declaration), in the arena. The event must be one of that record. */
CF_MUST_USE bool desk_said(struct desk *d, const struct lang_decl *record, uint64_t seq, struct cf_arena *a,
                           struct desk_words **out, struct cf_errs *errs);

#endif
