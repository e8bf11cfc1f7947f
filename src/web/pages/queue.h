/* queue: what the pages of a supervisor share: which unit, where one is among the pages, parts of a long list. */
#ifndef CF_WEB_PAGES_QUEUE_H
#define CF_WEB_PAGES_QUEUE_H

#include "web/web.h"

#include "pages/part_pager.h"
#include "pages/part_subnav.h"

enum { QUEUE_ON_PAGE = 50 };
struct queue_part {
    size_t from, to;
    int64_t page;
};
struct queue_part queue_part(struct web_request *q, size_t n); /* of ?page=, the first page is 1 */
/* href: the address up to where `page=` follows. */
struct part_pager queue_pager(struct web_request *q, const struct queue_part *part, struct cf_str what, const char *href,
                              size_t shown, size_t n, uint64_t withheld);
struct part_subnav queue_nav(struct web_request *q, const char *here); /* team, breaches, workload */
/* Whose duties: the reader's own unit. W004 with a hint when they are of none. */
CF_MUST_USE bool queue_unit(struct web_request *q, struct cf_errs *errs);

#endif
