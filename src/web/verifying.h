/* verifying: the whole ledger recomputed on a thread of its own, when somebody asks, and what came of it, kept in a file beside
 * the ledger. Reads with a ledger of its own, so that nobody waits for it. Must not know who asks, pages, HTML. */
#ifndef CF_WEB_VERIFYING_H
#define CF_WEB_VERIFYING_H

#include "ledger/ledger.h"

struct verifying;
struct verifying_result {
    int64_t began_s, ended_s; /* UTC; ended 0: there is no result */
    bool right;               /* no fault, and the log of reads agrees with its hashes */
    uint64_t events, parts, destroyed, sealed, heads, faults;
    struct cf_str root;           /* hex */
    CF_LIST(struct cf_str) words; /* of the first faults, or why it could not be read: rows and codes, never a person's data */
};
struct verifying_state {
    bool running;
    int64_t began_s;      /* of what is running */
    uint64_t done, total; /* events; total 0: not known yet */
    struct verifying_result last;
};
/* db, keys (NULL: beside the ledger): must stay. The thread begins with the first ask. */
CF_MUST_USE bool verifying_start(struct cf_arena *a, const char *db, const char *keys, struct cf_errs *errs,
                                 struct verifying **out);
void verifying_stop(struct verifying *v); /* waits for what is running; NULL is allowed */
void verifying_ask(struct verifying *v);  /* nothing when one is running */
/* Everything of *out lives in `a`. */
void verifying_look(struct verifying *v, struct cf_arena *a, struct verifying_state *out);

#endif
