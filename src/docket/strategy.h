/* strategy: what of a strategy the policies implement: each system and action of two title files, beside the policies that name
 * it in `serves`, with a state that follows from their rules and examples. Must not know any system by name: titles are data.
 *
 * The rule of the state, which every page that shows it prints (strategy_rule):
 *   a system is *implemented* when a policy with rules names it first in `serves`, and of all policies that serve it each
 * example passes and no part of a rule lacks one; *in part* when a policy serves it, but that does not hold; else *not begun*;
 *   an action is *implemented* when policies with rules name it, the same holds of them, and all systems that its row lists are
 *     implemented; *in part* when a policy names it or one of these systems is begun; else *not begun*.
 * It says what is checked, not that nothing is missing: what the strategy asks and no rule says is for people to judge. */
#ifndef CF_DOCKET_STRATEGY_H
#define CF_DOCKET_STRATEGY_H

#include "lang/lang.h"

enum strategy_state { STRATEGY_NOT_BEGUN, STRATEGY_IN_PART, STRATEGY_IMPLEMENTED };
const char *strategy_state_word(enum strategy_state s); /* "in part" */
extern const char strategy_rule[];                      /* the rule of the state in plain words, lines of a page */

struct strategy_policy { /* one policy, in one version, with what its examples show */
    const struct lang_decl *policy;
    size_t rules, examples, failed;
    size_t unshown;   /* parts of rules that no example shows */
    size_t to_verify; /* values marked so in its text */
};
struct strategy_example {
    const struct lang_decl *example;
    bool passed;
    size_t checked;               /* expectations */
    CF_LIST(struct cf_str) words; /* of each expectation that does not hold */
};
struct strategy_judged {                       /* what a set's own examples show of it */
    CF_LIST(struct strategy_policy) policies;  /* in the set's order */
    CF_LIST(struct strategy_example) examples; /* likewise */
    const struct lang_missing *missing;        /* parts of rules that no example shows */
    size_t n_missing, parts;
};
struct strategy_row {
    struct cf_str id, title;                     /* "S24"; "action 22" */
    struct cf_str objective;                     /* of a system: "3"; of an action empty */
    CF_LIST(const struct strategy_row *) across; /* of a system its actions, of an action its systems: the main one first */
    CF_LIST(const struct strategy_policy *) policies;
    size_t rules, examples, failed, unshown, to_verify; /* over its policies */
    enum strategy_state state;
};
struct strategy_rows {
    CF_VEC(struct strategy_row);
};
struct strategy {
    struct strategy_rows systems, actions;
    CF_LIST(struct strategy_policy) policies;
};

/* Runs every example of the set and counts: about a second for a hundred policies. All of *out lives in `a` and borrows the
 * set; examples that fail are counted and told, never errors. */
void strategy_judge(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                    struct strategy_judged *out);
size_t
strategy_to_verify(struct cf_str text); /* values marked `to verify` in a policy's text, outside quoted words and comments */
/* Places each judged policy beside the rows it serves; quick. */
CF_MUST_USE bool strategy_place(struct cf_arena *a, const struct strategy_judged *judged, const struct cf_source *systems,
                                const struct cf_source *actions, struct cf_errs *errs, struct strategy *out);
/* Both of these. `systems` and `actions` are the texts of data/strategy/systems.tsv and actions.tsv; `ref` is what examples
 * stand on (calendar and zone). All of *out lives in `a`; it borrows the set. Failing examples are counted, never errors; a row
 * that cannot be read is D021. */
CF_MUST_USE bool strategy_reckon(struct cf_arena *a, const struct lang_set *set, const struct lang_reference *ref,
                                 const struct cf_source *systems, const struct cf_source *actions, struct cf_errs *errs,
                                 struct strategy *out);
/* The row of an id: "S24", "s24", "action 22", "22"; NULL when there is none. */
const struct strategy_row *strategy_find(const struct strategy *s, struct cf_str id);
void strategy_row_json(struct cf_buf *b, const struct strategy_row *r); /* one row as a JSON object */
/* The table as one JSON document, for programs and pages: rule, systems, actions. */
void strategy_json(struct cf_buf *b, const struct strategy *s);

#endif
