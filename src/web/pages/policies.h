/* policies: what the pages of policies share: what their examples showed, kept since they were adopted; addresses and anchors;
 * a rule in plain words. Must not know what any policy is about. */
#ifndef CF_WEB_PAGES_POLICIES_H
#define CF_WEB_PAGES_POLICIES_H

#include "docket/strategy.h"
#include "web/priv.h"

#include "pages/part_policy_changes.h"

/* What the examples of the policies in force show. They run once for each adoption, on the thread that counts; what is handed
 * out speaks of this desk's own set and lives as long as the request. READY alone fills *out. */
enum counted_state policies_judged(struct web_request *q, struct strategy_judged *out, struct cf_errs *errs);

/* The version of a policy that is in force on the day of the request, else the newest; `from` (may be empty): the version that
 * begins that day. W004 when there is none. */
CF_MUST_USE bool policies_named(struct web_request *q, struct cf_str name, struct cf_str from, const struct lang_decl **out,
                                struct cf_errs *errs);
int32_t policies_today(const struct web_request *q);                                    /* London day of the request */
struct cf_str policies_url(struct web_request *q, const struct lang_decl *policy);      /* the page of this version */
struct cf_str policies_in_force(struct web_request *q, const struct lang_decl *policy); /* "from 1 March 2024 to …" in words */
/* Where a declaration stands on its policy's page: its name, or what it is and its number when it has none of its own there. */
struct cf_str policies_anchor(struct web_request *q, const struct lang_decl *d);
struct cf_str policies_decl_url(struct web_request *q, const struct lang_decl *d); /* with its anchor */

/* A policy as the formatter prints it, cut into its declarations. */
struct policies_piece {
    const struct lang_decl *decl; /* of the set */
    struct cf_str comment;        /* what stands above it */
    struct cf_str text;
};
struct policies_pieces {
    CF_VEC(struct policies_piece);
};
/* The first piece is the head of the policy itself. */
CF_MUST_USE bool policies_cut(struct web_request *q, const struct lang_decl *policy, struct policies_pieces *out,
                              struct cf_errs *errs);
/* What differs, a block for each declaration; old NULL: all of it is new. Texts that were only parsed will do. */
CF_MUST_USE bool policies_compare(struct web_request *q, const struct lang_decl *old, const struct lang_decl *new,
                                  struct part_policy_changes *out, struct cf_errs *errs);
/* The text as HTML: words of the language, quoted words, comments, values to verify and names that lead elsewhere are marked.
 */
void policies_mark(struct web_request *q, const struct lang_decl *d, struct cf_str text, struct cf_buf *b);

/* One line of what a rule says in plain words: "By when": "Within 1 hour". */
struct rule_line {
    struct cf_str key, words;
};
struct rule_lines {
    CF_VEC(struct rule_line);
};
void rule_words(struct cf_arena *a, const struct lang_decl *d, struct rule_lines *out); /* empty for what is no rule */

#endif
