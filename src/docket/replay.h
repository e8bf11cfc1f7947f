/* replay: all history under a proposed set of policies: how many people would have another docket, by which rules, and of which
 * groups they are. Counts alone: no person, no event. Must not know what any policy says, nor who asks. */
#ifndef CF_DOCKET_REPLAY_H
#define CF_DOCKET_REPLAY_H

#include "docket/docket.h"

/* One text put in the place of the adopted file that holds the same version of its policy, or beside them when it is new:
 * everything else stays as it is in force. Read, checked and bound as desk_propose does; nothing is written. What is wrong is
 * in `errs`, with its place. `text` must stay. */
CF_MUST_USE bool desk_propose_text(struct desk *d, struct cf_str text, struct desk_proposal **out, struct cf_errs *errs);

struct desk_replay_rule { /* lines of dockets, not people */
    struct cf_str name, title;
    enum lang_decl_kind kind;
    uint64_t more, fewer, other; /* there are now, are no more, stand otherwise (due, state, result) */
};
struct desk_replay_group { /* people whose newest answer of a protected list is this code */
    struct cf_str list, code;
    struct cf_str list_title, code_title; /* empty: they have none */
    uint64_t people, touched;
};
struct desk_replay {
    uint64_t people, touched;
    CF_LIST(struct desk_replay_rule) rules; /* in the order in which they first differed */
    CF_LIST(struct desk_replay_group) groups;
    bool stopped; /* `progress` said so: the counts are of a part */
};
/* Called now and then; false: stop. total: people and other subjects. */
typedef bool desk_replay_progress(void *arg, uint64_t done, uint64_t total);
/* Judges each person's history at `at` (UTC seconds) by the policies in force and by the proposed ones. Everything of *out
 * lives in `a`. progress may be NULL. */
CF_MUST_USE bool desk_replay(struct desk *d, struct desk_proposal *p, int64_t at, desk_replay_progress *progress, void *arg,
                             struct cf_arena *a, struct desk_replay *out, struct cf_errs *errs);

#endif
