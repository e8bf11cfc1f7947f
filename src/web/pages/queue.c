/* queue: parts of a long list, and the way between the pages of a supervisor. Must not know what stands in the list. */
#include "web/pages/queue.h"

struct queue_part queue_part(struct web_request *q, size_t n) {
    int64_t last = n ? (int64_t)((n - 1) / QUEUE_ON_PAGE) + 1 : 1;
    struct queue_part p = {.n = n, .page = web_query_whole(q, "page", 1, last, 1)};
    p.from = (size_t)(p.page - 1) * QUEUE_ON_PAGE;
    p.to = p.from + QUEUE_ON_PAGE < n ? p.from + QUEUE_ON_PAGE : n;
    return p;
}

bool queue_past_end(struct web_request *q, struct queue_part *part, size_t n) {
    struct queue_part real = queue_part(q, n);
    bool past = real.from != part->from;
    *part = real;
    return past;
}

struct cf_str queue_behind(struct web_request *q, uint64_t people) {
    return people ? cf_str_printf(q->arena,
                                  "The rules are being worked out anew for %llu people: what is listed about them, and these "
                                  "counts, may still change.",
                                  (unsigned long long)people)
                  : CF_LIT("");
}

struct part_pager queue_pager(struct web_request *q, const struct queue_part *part, struct cf_str what, const char *href,
                              size_t shown, size_t total, uint64_t withheld) {
    struct part_pager p = {.what = what,
                           .shown = (int64_t)shown,
                           .hidden = (int64_t)(total - shown - withheld),
                           .withheld = (int64_t)withheld,
                           .total = (int64_t)total};
    if (part->page > 1) {
        p.before = web_url(q, "%spage=%lld", href, (long long)part->page - 1);
    }
    if (part->to < part->n) {
        p.after = web_url(q, "%spage=%lld", href, (long long)part->page + 1);
    }
    return p;
}

struct part_subnav queue_nav(struct web_request *q, const char *here) {
    static const struct {
        const char *text, *href;
    } pages[] = {{"Team duties", "/team"}, {"Breaches", "/breaches"}, {"Workload by officer", "/workload"}};
    struct part_subnav nav = {.label = CF_LIT("Supervision")};
    for (size_t i = 0; i < CF_COUNT(pages); i++) {
        *cf_push(q->arena, &nav.items) = (struct part_subnav_item){.text = cf_str_from(pages[i].text),
                                                                   .href = cf_str_from(pages[i].href),
                                                                   .current = cf_str_is(cf_str_from(pages[i].href), here)};
    }
    return nav;
}

bool queue_unit(struct web_request *q, struct cf_errs *errs) {
    if (q->who->unit && q->who->unit_no) {
        return true;
    }
    cf_fail(errs, CF_W004, CF_NOWHERE, "you are of no unit");
    cf_hint(errs, "Whoever keeps the users can say which unit you are of.");
    return false;
}
