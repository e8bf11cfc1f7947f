/* counted: results that take seconds to make (a measure over every history, the examples of all policies), made on one thread
 * with a reading desk of its own and kept in memory. Whoever asks for the same meanwhile gets the same; a worker waits for it a
 * moment (CF_MAX_COUNTED_WAIT_MS) and no longer. Must not know what is counted, HTML, or who asks. */
#ifndef CF_WEB_COUNTED_H
#define CF_WEB_COUNTED_H

#include "docket/docket.h"

struct counted;
/* Makes a result on the counting thread. `arg` is a copy of the ask's; everything of *out lives in `a`, and borrows nothing of
 * the desk, which may be opened anew before the result is read. */
typedef bool counted_make(struct desk *d, const void *arg, struct cf_arena *a, void **out, struct cf_errs *errs);

struct counted_ask {
    struct cf_str key; /* names the result with every option and the policies (desk_adopted); holds no name of a person */
    uint64_t size;     /* of the ledger as the asker sees it */
    int64_t same_s;    /* a result over a ledger of that size may be so old; time alone changes what is due */
    int64_t grown_s;   /* over a smaller ledger, so old */
    counted_make *make;
    const void *arg; /* plain data, copied: no pointers in it */
    size_t n_arg;
};
enum counted_state {
    COUNTED_READY,  /* *out is there until `a` ends */
    COUNTED_MAKING, /* it is being made, or waits its turn: ask again in a moment */
    COUNTED_FULL,   /* too many wait: ask again later */
    COUNTED_FAILED  /* `errs` says why */
};
/* now_s: UTC seconds. `a`: of the request; it holds the result as long as it lives. *made_s: when it was made. */
enum counted_state counted_get(struct counted *c, const struct counted_ask *ask, int64_t now_s, struct cf_arena *a,
                               const void **out, int64_t *made_s, struct cf_errs *errs);

/* The thread; `o` must stay. Its desk opens at the first ask. */
CF_MUST_USE bool counted_start(struct cf_arena *a, const struct desk_options *o, struct cf_errs *errs, struct counted **out);
void counted_stop(struct counted *c); /* waits for what is being made; NULL is allowed */

#endif
