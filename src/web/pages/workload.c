/* workload: how much of a unit's open duties each officer carries. Shows nobody: counts alone. */
#include "web/pages/child.h"
#include "web/pages/queue.h"

#include <stdlib.h>

#include "pages/page_workload.h"

struct load {
    uint32_t carrier, last;
    int64_t open, late, people, oldest;
};
struct loads {
    CF_VEC(struct load);
};

static struct load *load_of(struct web_request *q, struct loads *all, uint32_t carrier) {
    for (size_t i = 0; i < all->n; i++) {
        if (all->v[i].carrier == carrier) {
            return &all->v[i];
        }
    }
    struct load *l = cf_push(q->arena, all);
    *l = (struct load){.carrier = carrier, .oldest = INT64_MAX};
    return l;
}

static int by_late(const void *x, const void *y) {
    const struct load *a = x, *b = y;
    if (!a->carrier != !b->carrier) {
        return a->carrier ? 1 : -1; /* what nobody carries comes first */
    }
    if (a->late != b->late) {
        return a->late > b->late ? -1 : 1;
    }
    if (a->open != b->open) {
        return a->open > b->open ? -1 : 1;
    }
    return a->carrier < b->carrier ? -1 : a->carrier > b->carrier;
}

static int by_person(const void *x, const void *y) {
    const struct child_open_line *a = x, *b = y;
    return a->no < b->no ? -1 : a->no > b->no;
}

bool page_workload(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct child_queue all = {0};
    struct loads loads = {0};
    struct recording rec;
    record_begin(&rec, q);
    if (!queue_unit(q, errs) || !child_queue(q, q->who->unit_no, 0, ACCESS_SUPERVISE, &all, errs)) {
        return false;
    }
    if (all.n) {
        qsort(all.v, all.n, sizeof *all.v, by_person);
    }
    for (size_t i = 0; i < all.n; i++) {
        const struct child_open_line *o = &all.v[i];
        struct load *l = load_of(q, &loads, o->carrier);
        l->open++;
        l->late += o->late;
        l->people += l->last != o->no;
        l->last = o->no;
        l->oldest = o->late && o->has_due && o->due < l->oldest ? o->due : l->oldest;
    }
    if (loads.n) {
        qsort(loads.v, loads.n, sizeof *loads.v, by_late);
    }
    struct page_workload p = {.unit = q->who->unit->title,
                              .nav = queue_nav(q, "/workload"),
                              .open = (int64_t)all.n,
                              .withheld = (int64_t)all.withheld};
    for (size_t i = 0; i < loads.n; i++) {
        const struct load *l = &loads.v[i];
        *cf_push(q->arena, &p.rows) =
            (struct page_workload_row){.name = l->carrier ? child_subject(&rec, l->carrier) : CF_LIT("Owed by a role"),
                                       .nobody = !l->carrier,
                                       .open = l->open,
                                       .late = l->late,
                                       .people = l->people,
                                       .oldest = l->oldest == INT64_MAX ? WEB_HTML("nothing is late") : web_ago(q, l->oldest)};
    }
    page_workload_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){0});
}
