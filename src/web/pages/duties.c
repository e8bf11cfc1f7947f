/* duties: what is owed by whoever asks, in person. Must not know any rule by name. */
#include "web/pages/child.h"
#include "web/pages/queue.h"

#include "pages/page_duties.h"

bool page_duties(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct child_queue mine = {0};
    struct recording rec;
    struct child last = {0};
    struct page_duties p = {0};
    record_begin(&rec, q);
    if (q->who->user_no > 0 &&
        !child_queue(q, DESK_BY_OFFICER, (uint32_t)q->who->user_no, DESK_OWED_ALL, ACCESS_SEE, &mine, errs)) {
        return false;
    }
    for (size_t i = 0; i < mine.n; i++) {
        struct cf_errs gone = cf_errs_new(q->arena);
        struct part_duty_line line;
        if (child_queue_line(&rec, &last, &mine.v[i], &line, &gone)) {
            *cf_push(q->arena, &p.rows) = (struct page_duties_row){.line = line};
        }
    }
    p.late = (int64_t)mine.totals.late;
    p.open = (int64_t)mine.totals.lines;
    p.people = (int64_t)mine.totals.people;
    p.pager = queue_pager(q, &mine.part, CF_LIT("things to do"), "/duties?", p.rows.n, mine.total, mine.withheld);
    p.pager.behind = queue_behind(q, mine.totals.behind);
    rec.withheld = mine.withheld;
    page_duties_write(&r->main, &p);
    return record_page(&rec, r, &(struct web_frame){0}, errs);
}
