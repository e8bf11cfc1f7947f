/* births: what the record that holds births says of people, in words: names and days of birth, for whoever finds people by
 * them. Reads sealed words; whoever calls this answers for who sees them. */
#ifndef CF_DOCKET_BIRTHS_H
#define CF_DOCKET_BIRTHS_H

#include "docket/docket.h"

struct desk_birth {
    uint64_t seq; /* of the event; a correction gives the same again */
    uint32_t subject;
    bool gone;          /* withdrawn or erased */
    struct cf_str name; /* its narratives in the order of the record's fields, one blank between */
    bool has_born;
    int32_t born_from, born_to;
};
typedef bool desk_each_birth(void *arg, const struct desk_birth *b, struct cf_errs *errs);
/* Every such event that was recorded or corrected when the ledger held `from` events or more, in order; *upto: the size for the
 * next time. Nothing where no policy says which record holds births. */
CF_MUST_USE bool desk_births(struct desk *d, uint64_t from, desk_each_birth *f, void *arg, uint64_t *upto,
                             struct cf_errs *errs);

#endif
