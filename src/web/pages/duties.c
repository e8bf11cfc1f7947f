/* duties: what is owed by whoever asks, in person. Must not know any rule by name. */
#include "web/pages/child.h"
#include "web/pages/queue.h"

#include "pages/page_duties.h"

bool page_duties(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct child_queue all = {0};
    struct recording rec;
    struct child last = {0};
    struct page_duties p = {0};
    record_begin(&rec, q);
    if (q->who->user_no > 0 && !child_queue(q, 0, (uint32_t)q->who->user_no, ACCESS_SEE, &all, errs)) {
        return false;
    }
    struct queue_part part = queue_part(q, all.n);
    for (size_t i = part.from; i < part.to; i++) {
        struct cf_errs gone = cf_errs_new(q->arena);
        struct part_duty_line line;
        if (child_queue_line(&rec, &last, &all.v[i], &line, &gone)) {
            *cf_push(q->arena, &p.rows) = (struct page_duties_row){.line = line};
        }
    }
    for (size_t i = 0; i < all.n; i++) {
        p.late += all.v[i].late;
    }
    p.open = (int64_t)all.n;
    p.people = (int64_t)all.people;
    p.pager = queue_pager(q, &part, CF_LIT("things to do"), "/duties?", p.rows.n, all.n, all.withheld);
    rec.withheld = all.withheld;
    page_duties_write(&r->main, &p);
    return record_page(&rec, r, &(struct web_frame){0}, errs);
}
