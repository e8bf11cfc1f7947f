/* Find a person: by name, day of birth or number, with why each one matched; never silently cut. Must not know who may see
 * whom: access says, and what it withholds is counted. */
#include "web/find.h"

#include "access/access.h"
#include "web/priv.h"

#include "pages/page_find.h"

enum {
    FOUND_FIRST = 20,
    FOUND_STEP = 20,
    FOUND_MOST = 200
}; /* rows of a page: what one looks through, and what one can ask for */

static struct cf_str name_of(struct web_request *q, const struct find_hit *hit) {
    return hit->name.n ? hit->name : cf_str_printf(q->arena, "Person %.8s", cf_cstr(q->arena, web_id_text(q, hit->id)));
}

static void put_hit(struct web_request *q, struct page_find *p, const struct find_hit *hit) {
    struct cf_str number = web_id_text(q, hit->id);
    *cf_push(q->arena, &p->rows) = (struct page_find_row){
        .name = name_of(q, hit),
        .href = cf_str_printf(q->arena, "/child/%.*s", CF_STR_ARG(number)),
        .age = hit->born.n ? cf_str_printf(q->arena, "born %.*s", CF_STR_ARG(hit->born)) : (struct cf_str){0},
        .why = hit->why,
        .number = cf_str_slice(number, 0, 8),
    };
}

/* Everyone who matched is asked of access, so that what is withheld is the truth and not that of one page. */
static bool put_found(struct web_request *q, struct page_find *p, size_t most, struct cf_errs *errs) {
    struct find_hits hits = {0};
    size_t withheld = 0;
    if (!find_people(q->app->find, q->desk, p->asked, q->arena, &hits, errs)) {
        return false;
    }
    uint32_t *numbers = CF_NEW_N(q->arena, uint32_t, hits.n + 1);
    uint32_t *shown = CF_NEW_N(q->arena, uint32_t, most + 1);
    bool *keep = CF_NEW_N(q->arena, bool, hits.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < hits.n; i++) {
        numbers[i] = hits.v[i].subject;
    }
    if (!access_filter(q->access, q->desk, q->who, ACCESS_FIND, numbers, hits.n, keep, &withheld, errs)) {
        return false;
    }
    for (size_t i = 0; i < hits.n && n < most; i++) {
        if (keep[i]) {
            shown[n++] = numbers[i];
            put_hit(q, p, &hits.v[i]);
        }
    }
    p->shown = (int64_t)n;
    p->withheld = (int64_t)withheld;
    p->total = (int64_t)hits.n;
    p->hidden = p->total - p->shown - p->withheld;
    p->has_more = p->hidden > 0 && most < FOUND_MOST;
    p->more = (int64_t)(most + FOUND_STEP);
    return web_shown(q, shown, n, withheld, p->asked, errs);
}

bool page_find(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct page_find p = {.csrf = web_csrf(q), .asked = CF_LIT(""), .flaw = web_flaw_of(q, "words")};
    if (!web_shown(q, NULL, 0, 0, CF_LIT(""), errs)) {
        return false;
    }
    page_find_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){0});
}

bool page_find_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct page_find p = {.csrf = web_csrf(q), .asked = cf_str_trim(web_field(q, "words"))};
    int64_t most = FOUND_FIRST;
    if (cf_str_int(web_field(q, "show"), &most)) {
        most = most < FOUND_FIRST ? FOUND_FIRST : most > FOUND_MOST ? FOUND_MOST : most;
    } else {
        most = FOUND_FIRST;
    }
    if (!p.asked.n) {
        web_flaw(q, "words", "Enter a name, a date of birth or a number");
        return page_find(q, r, errs);
    }
    p.searched = true;
    if (!desk_settle(q->desk, errs)) {
        return false;
    }
    bool found = put_found(q, &p, (size_t)most, errs);
    desk_settled(q->desk);
    if (!found) {
        return false;
    }
    page_find_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){0});
}
