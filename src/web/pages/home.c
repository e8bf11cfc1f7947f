/* home: what one may do here, and how much is due. Nothing about any child: only numbers. */
#include "web/priv.h"

#include "pages/page_home.h"

static const struct {
    const char *href, *title, *does;
    int may;
} cards[] = {
#define WEB_CARD(href, title, does, may) {href, title, does, may},
#include "web/cards.def"
#undef WEB_CARD
};

static bool shows(struct web_request *q, const char *href, int may) {
    const struct web_route *route;
    struct web_pairs params = {0};
    struct cf_str allow;
    bool mine = may == WEB_ANYONE || (q->who && (may == WEB_SIGNED_IN || web_may(q, (enum access_act)may)));
    return mine && web_match(q->arena, WEB_GET, cf_str_from(href), &route, &params, &allow) == WEB_FOUND;
}

bool page_home(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct page_home p = {.signed_in = q->who != NULL};
    if (q->who) {
        uint64_t open = 0, late = 0;
        if (q->who->user_no > 0 && !desk_count_owed(q->desk, (uint32_t)q->who->user_no, q->now, &open, &late, errs)) {
            return false;
        }
        p.name = q->who->name;
        p.counted = shows(q, "/duties", WEB_SIGNED_IN);
        p.overdue = (int64_t)late;
        p.overdue_any = late > 0;
        p.due = (int64_t)(open - late);
    }
    for (size_t i = 0; i < CF_COUNT(cards); i++) {
        if (shows(q, cards[i].href, cards[i].may)) {
            *cf_push(q->arena, &p.cards) =
                (struct page_home_card){cf_str_from(cards[i].href), cf_str_from(cards[i].title), cf_str_from(cards[i].does)};
        }
    }
    page_home_write(&r->main, &p);
    return web_page(
        q, r, &(struct web_frame){.title = q->who ? CF_LIT("Home") : CF_LIT("What must follow when police meet a child")});
}
