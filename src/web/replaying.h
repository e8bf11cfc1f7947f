/* replaying: a proposed text of one policy, checked and replayed over all history on a thread of its own, one after the other,
 * and what came of it, kept in memory until others need the place. Each replay has a desk of its own, so that nobody waits for
 * it. Must not know who asks, pages, HTML. */
#ifndef CF_WEB_REPLAYING_H
#define CF_WEB_REPLAYING_H

#include "docket/replay.h"

struct replaying;
struct replaying_fault {                   /* what is wrong with the text, as the checker says it */
    struct cf_str file, words, hint, line; /* line: the words that stand there; empty when there is no place */
    size_t line_no, column;                /* from 1; 0: no place */
};
enum replaying_stage {
    REPLAYING_WAITS,
    REPLAYING_CHECKS, /* reads and checks the text with all other policies in force */
    REPLAYING_RUNS,   /* `done` of `total` */
    REPLAYING_FAULTS, /* ended: `faults` */
    REPLAYING_DONE    /* ended: `result` */
};
struct replaying_state {
    enum replaying_stage stage;
    uint64_t done, total;     /* total 0: not known yet */
    int64_t asked_s, ended_s; /* UTC */
    struct cf_str text;
    struct desk_replay result;
    CF_LIST(struct replaying_fault) faults;
};
/* `o` must stay. The thread begins with the first ask. */
CF_MUST_USE bool replaying_start(struct cf_arena *a, const struct desk_options *o, struct cf_errs *errs,
                                 struct replaying **out);
void replaying_stop(struct replaying *r); /* stops what runs; NULL is allowed */
/* Takes the text in; *id names this replay. W018 when every place is taken by one that has not ended. */
CF_MUST_USE bool replaying_ask(struct replaying *r, struct cf_str text, struct cf_id *id, struct cf_errs *errs);
/* Everything of *out lives in `a`. False: there is none of that name any more. */
bool replaying_look(struct replaying *r, struct cf_id id, struct cf_arena *a, struct replaying_state *out);

#endif
