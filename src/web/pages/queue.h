/* queue: what the pages of a supervisor share: which unit, where one is among the pages, parts of a long list. */
#ifndef CF_WEB_PAGES_QUEUE_H
#define CF_WEB_PAGES_QUEUE_H

#include "web/web.h"

#include "pages/part_pager.h"
#include "pages/part_subnav.h"

enum { QUEUE_ON_PAGE = 40 }; /* a page of duties stays below 10 kB, packed */
struct queue_part {
    size_t from, to, n; /* n: of the list that it is a part of */
    int64_t page;
};
struct queue_part queue_part(struct web_request *q, size_t n); /* of ?page=, the first page is 1 */
enum { QUEUE_UNKNOWN = INT32_MAX };                            /* n of a list that is yet to be asked for */
/* True when the part that was read of a list turns out not to be in it: then *part is its last, to be read instead. */
bool queue_past_end(struct web_request *q, struct queue_part *part, size_t n);
/* href: the address up to where `page=` follows; total: with what is withheld. */
struct part_pager queue_pager(struct web_request *q, const struct queue_part *part, struct cf_str what, const char *href,
                              size_t shown, size_t total, uint64_t withheld);
/* For the pager, where rows may be out of date: the rules are being worked out anew for so many people. Empty: for nobody. */
struct cf_str queue_behind(struct web_request *q, uint64_t people);
struct part_subnav queue_nav(struct web_request *q, const char *here); /* team, breaches, workload */
/* Whose duties: the reader's own unit. W004 with a hint when they are of none. */
CF_MUST_USE bool queue_unit(struct web_request *q, struct cf_errs *errs);

#endif
