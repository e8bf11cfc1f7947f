/* purpose: why one looks. The codes are the policy's; which of them one may choose follows from one's roles. */
#include "web/web.h"

#include "pages/page_purpose.h"

static struct cf_str next_of(struct cf_str next) {
    return next.n > 0 && next.p[0] == '/' && html_url_safe(next) && next.n < CF_MAX_WEB_URL_BYTES ? next : CF_LIT("/");
}

static bool show(struct web_request *q, struct web_response *r, struct cf_str next) {
    const struct lang_code **codes;
    size_t n = access_purposes(q->who, q->who->set, q->arena, &codes);
    struct page_purpose p = {.csrf = web_csrf(q), .next = next_of(next), .any = n > 0};
    p.choices.legend = CF_LIT("I am looking");
    p.choices.name = CF_LIT("purpose");
    p.choices.error = web_flaw_of(q, "purpose");
    for (size_t i = 0; i < n; i++) {
        struct cf_str law = {0}, title = codes[i]->title;
        size_t open;
        if (cf_str_find(title, '(', &open) && cf_str_ends(title, CF_LIT(")"))) {
            law = cf_str_slice(title, open + 1, title.n - 1);
            title = cf_str_trim(cf_str_slice(title, 0, open));
        }
        *cf_push(q->arena, &p.choices.items) = (struct part_choices_item){
            .id = i == 0 ? CF_LIT("purpose") : cf_str_printf(q->arena, "purpose-%zu", i + 1), /* where an error points */
            .value = codes[i]->name.text,
            .label = title,
            .hint = law,
            .chosen = cf_str_eq(codes[i]->name.text, q->who->purpose)};
    }
    page_purpose_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){0});
}

bool page_purpose(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    (void)errs;
    return show(q, r, web_query(q, "next"));
}

bool page_purpose_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_str purpose = web_field(q, "purpose");
    struct cf_errs own = cf_errs_new(q->arena);
    if (purpose.n == 0) {
        web_flaw(q, "purpose", "Say why you are looking");
        return show(q, r, web_field(q, "next"));
    }
    if (!access_session_purpose(q->access, q->who->set, q->token, purpose, &own)) {
        if (own.n > 0 && own.v[0].code == CF_A021) {
            web_flaw(q, "purpose", "Choose one of the reasons");
            return show(q, r, web_field(q, "next"));
        }
        *errs = own;
        return false;
    }
    return web_see_other(q, r, "%s", cf_cstr(q->arena, next_of(web_field(q, "next"))));
}
