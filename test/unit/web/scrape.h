/* scrape: what a browser without scripts would send from a page: its inputs, choices and boxes as they stand. For tests. */
#ifndef CF_TEST_SCRAPE_H
#define CF_TEST_SCRAPE_H

#include "web/web.h"

struct web_pairs scrape_form(struct cf_arena *a, struct cf_str html);

#endif
