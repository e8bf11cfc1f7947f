/* workload: how much of a unit's open duties each officer carries. Shows nobody: counts alone. */
#include "web/pages/child.h"
#include "web/pages/queue.h"

#include <stdlib.h>

#include "pages/page_workload.h"

static int by_late(const void *x, const void *y) {
    const struct desk_carried *a = x, *b = y;
    if (!a->officer != !b->officer) {
        return a->officer ? 1 : -1; /* what nobody carries comes first */
    }
    if (a->late != b->late) {
        return a->late > b->late ? -1 : 1;
    }
    if (a->lines != b->lines) {
        return a->lines > b->lines ? -1 : 1;
    }
    return a->officer < b->officer ? -1 : a->officer > b->officer;
}

bool page_workload(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct desk_carrieds all;
    struct recording rec;
    record_begin(&rec, q);
    if (!queue_unit(q, errs) || !desk_carried(q->desk, q->who->unit_no, q->arena, &all, errs)) {
        return false;
    }
    if (all.n) {
        qsort(all.v, all.n, sizeof *all.v, by_late);
    }
    struct page_workload p = {.unit = q->who->unit->title, .nav = queue_nav(q, "/workload")};
    for (size_t i = 0; i < all.n; i++) {
        const struct desk_carried *l = &all.v[i];
        p.open += l->lines;
        *cf_push(q->arena, &p.rows) =
            (struct page_workload_row){.name = l->officer ? child_subject(&rec, l->officer) : CF_LIT("Owed by a role"),
                                       .nobody = !l->officer,
                                       .open = l->lines,
                                       .late = l->late,
                                       .people = l->people,
                                       .oldest = l->any_late ? web_ago(q, l->oldest) : WEB_HTML("nothing is late")};
    }
    page_workload_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){0});
}
