/* measure_events: each event behind a measure, page by page, for whoever may count and has said why. Everyone listed is asked
 * for by access and written to the log of reads; who may not be seen is counted and not listed. Must not know what is counted.
 */
#include "web/pages/measure.h"

#include "pages/page_measure_events.h"

enum { ROWS = 50 };

struct listing {
    struct web_request *q;
    struct page_measure_events *page;
    uint32_t shown[ROWS];
    size_t n;
    uint64_t withheld;
};

static bool put_one(struct listing *l, const struct measure_listed *x, struct cf_errs *errs) {
    struct web_request *q = l->q;
    struct access_about about;
    struct cf_id person, event = cf_id_zero(x->duty) ? x->event : x->duty;
    if (!desk_subject_id(q->desk, x->subject, &person, NULL, errs) ||
        !access_about(q->access, q->desk, q->who, person, &about, errs)) {
        return false;
    }
    if (about.restricted || !access_may(q->who, ACCESS_SEE, NULL, &about, NULL)) {
        l->withheld++;
        return true;
    }
    struct cf_str id = web_id_text(q, person);
    *cf_push(q->arena, &l->page->rows) =
        (struct page_measure_events_row){.event = web_id_text(q, event),
                                         .person = web_url(q, "/child/%.*s", CF_STR_ARG(id)),
                                         .number = id,
                                         .when = web_time(q, x->at),
                                         .answer = cf_str_from(measure_answer_word(x->answer))};
    l->shown[l->n++] = x->subject;
    return true;
}

static struct cf_str page_address(struct web_request *q, int64_t number) {
    struct cf_buf b = cf_buf_new(q->arena, 4096);
    cf_buf_printf(&b, "%.*s?page=%lld", CF_STR_ARG(q->path), (long long)number);
    for (size_t i = 0; i < q->query.n; i++) {
        if (!cf_str_is(q->query.v[i].name, "page")) {
            cf_buf_printf(&b, "&%.*s=%.*s", CF_STR_ARG(web_url_escape(q->arena, q->query.v[i].name)),
                          CF_STR_ARG(web_url_escape(q->arena, q->query.v[i].value)));
        }
    }
    return (struct cf_str){b.p, b.n};
}

bool page_measure_events(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct measure_named m;
    struct measure_asked asked;
    const struct measure_counted *c = NULL;
    int64_t made;
    if (!measure_named(q, web_param(q, "name"), &m, errs)) {
        return false;
    }
    if (!m.decl) {
        return cf_fail(errs, CF_M005, CF_NOWHERE, "published numbers have no records behind them");
    }
    if (!measure_asked_read(q, &m, &asked)) {
        return cf_fail(errs, CF_M005, CF_NOWHERE, "%.*s", CF_STR_ARG(q->flaws.v[0].words));
    }
    asked.list = true;
    struct page_measure_events page = {.title = m.title, .back = web_url(q, "/measures/%.*s", CF_STR_ARG(m.name))};
    struct listing l = {.q = q, .page = &page};
    enum counted_state state = measure_counted_get(q, &asked, &c, &made, errs);
    if (state == COUNTED_FAILED) {
        return false;
    }
    page.making = state != COUNTED_READY;
    if (page.making) {
        web_header(q, r, "Refresh", CF_LIT("3"));
    } else {
        int64_t pages = ((int64_t)c->list.n + ROWS - 1) / ROWS;
        int64_t at = web_query_whole(q, "page", 1, pages > 1 ? pages : 1, 1);
        for (size_t i = (size_t)(at - 1) * ROWS; i < c->list.n && i < (size_t)at * ROWS; i++) {
            if (!put_one(&l, &c->list.v[i], errs)) {
                return false;
            }
        }
        page.pager = (struct part_pager){.what = CF_LIT("events"),
                                         .shown = (int64_t)l.n,
                                         .withheld = (int64_t)l.withheld,
                                         .total = (int64_t)c->list.n,
                                         .before = at > 1 ? page_address(q, at - 1) : CF_LIT(""),
                                         .after = at < pages ? page_address(q, at + 1) : CF_LIT("")};
        page.pager.hidden = page.pager.total - page.pager.shown - page.pager.withheld;
    }
    if (!web_shown(q, l.shown, l.n, l.withheld, CF_LIT(""), errs)) {
        return false;
    }
    page_measure_events_write(&r->main, &page);
    return web_page(q, r, &(struct web_frame){.back = page.back, .wide = true});
}
