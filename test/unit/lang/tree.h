/* tree: a policy's tree as text, so that two trees can be compared whole. Places, comments and the checker's numbers are left
 * out. Must not print as the formatter prints: it shows the structure, an operation by its number. */
#ifndef CF_TEST_LANG_TREE_H
#define CF_TEST_LANG_TREE_H

#include "lang/lang.h"

struct cf_str tree_text(struct cf_arena *a, const struct lang_decl *policy);

#endif
