/* child_nav: what the pages about one child share beside child.h: the way between them, shares in words. */
#ifndef CF_WEB_PAGES_CHILD_NAV_H
#define CF_WEB_PAGES_CHILD_NAV_H

#include "web/pages/child.h"

#include "pages/part_subnav.h"

struct part_subnav child_nav(struct child *c, size_t here); /* 0 this child, 1 the journey, 2 the account */
/* Is it a record of what is known about a person: one of the policy of the record that holds births, in no episode? */
bool child_attribute(const struct lang_decl *record, const struct lang_decl *birth);
struct cf_str child_age(const struct child *c);
struct cf_str child_purpose(const struct child *c, const struct lang_decl *share);
struct cf_str child_gives(const struct child *c, const struct lang_decl *share);
const struct lang_event *child_answered(const struct child *c, const struct lang_event *sent); /* NULL: not yet */

#endif
