/* password: changing one's own. All other sessions end. */
#include "web/web.h"

#include "pages/page_password.h"

static bool show(struct web_request *q, struct web_response *r) {
    struct page_password p = {.csrf = web_csrf(q),
                              .must = q->must_change,
                              .bad_old = web_flaw_of(q, "old"),
                              .bad_new = web_flaw_of(q, "fresh"),
                              .hint = cf_str_from(cf_code_hint(CF_A014))};
    page_password_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){0});
}

bool page_password(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    (void)errs;
    return show(q, r);
}

bool page_password_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_errs own = cf_errs_new(q->arena);
    if (access_password_change(q->access, q->who->user, web_field(q, "old"), web_field(q, "fresh"), q->token, &own)) {
        return web_see_other(q, r, "/");
    }
    CF_ASSERT(own.n > 0);
    if (own.v[0].code == CF_A002) {
        web_flaw(q, "old", "The password is not right");
    } else if (own.v[0].code == CF_A014) {
        web_flaw(q, "fresh", "%.*s", CF_STR_ARG(own.v[0].msg));
    } else {
        *errs = own;
        return false;
    }
    return show(q, r);
}
