/* about: the pages that say how this service works for everybody: accessibility, privacy. Public; they read nothing. */
#include "web/web.h"

#include "pages/page_accessibility.h"
#include "pages/page_privacy.h"

bool page_accessibility(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    (void)errs;
    page_accessibility_write(&r->main, &(struct page_accessibility){0});
    return web_page(q, r, &(struct web_frame){0});
}

bool page_privacy(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    (void)errs;
    page_privacy_write(&r->main, &(struct page_privacy){0});
    return web_page(q, r, &(struct web_frame){0});
}
