/* called: what an organisation, a place or an officer is called, where a record says so: a record about one such subject alone
 * with one question, answered in words. Reads sealed words; whoever calls this answers for who sees them. Must not know any
 * record by name. */
#ifndef CF_DOCKET_CALLED_H
#define CF_DOCKET_CALLED_H

#include "docket/docket.h"

/* Does this record say what subjects of that kind are called? */
bool desk_says_called(const struct lang_decl *record, enum lang_subject kind);
/* What the newest such record calls the subject, in the arena; empty when none does, or nobody knows the subject. Never of a
 * person: those are found by their births. */
CF_MUST_USE bool desk_called(struct desk *d, struct cf_id subject, struct cf_arena *a, struct cf_str *out,
                             struct cf_errs *errs);

#endif
