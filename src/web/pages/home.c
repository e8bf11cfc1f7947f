/* home: what one may do here, and how much is due. Nothing about any child: only numbers. */
#include "web/priv.h"

#include "docket/lists.h"

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
        struct desk_owed_totals mine = {0}, unit = {0};
        p.unit_counted = q->who->unit && q->who->unit_no && shows(q, "/team", ACCESS_SUPERVISE);
        if ((q->who->user_no > 0 &&
             !desk_owed_totals(q->desk, DESK_BY_OFFICER, (uint32_t)q->who->user_no, q->now, &mine, errs)) ||
            (p.unit_counted && !desk_owed_totals(q->desk, DESK_BY_UNIT, q->who->unit_no, q->now, &unit, errs))) {
            return false;
        }
        p.name = q->who->name;
        p.counted = shows(q, "/duties", WEB_SIGNED_IN);
        p.overdue = (int64_t)mine.late;
        p.overdue_any = mine.late > 0;
        p.due = (int64_t)(mine.lines - mine.late);
        p.unit_overdue = (int64_t)unit.late;
        p.unit_overdue_any = unit.late > 0;
        p.unit_due = (int64_t)(unit.lines - unit.late);
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
