/* breaches: gates that were broken in a unit: by rule, and each with what was said about it. Must not know any rule by name,
 * and of records only the ledger's own `explained`. */
#include "web/pages/child.h"
#include "web/pages/policies.h"
#include "web/pages/queue.h"

#include "pages/page_breaches.h"

static const struct {
    const char *text, *name;
    int days;
} spans[] = {{"7 days", "7", 7}, {"28 days", "28", 28}, {"90 days", "90", 90}, {"A year", "365", 366}};
enum { FIRST_SPAN = 1 };

static bool same_episode(const struct child *c, const struct lang_event *a, const struct lang_event *b) {
    return child_episode(c, a) == child_episode(c, b);
}

static bool is_explained(const struct child *c, const struct lang_event *e) {
    return cf_str_is(child_record(c, e)->name.text, "explained") && child_record(c, e)->as.record.built_in;
}

static bool explains(const struct child *c, const struct lang_event *why, const struct lang_event *broke) {
    return is_explained(c, why) && why->from >= broke->from && same_episode(c, why, broke);
}

static bool fill_said(struct child *c, const struct lang_event *broke, struct page_breaches_row *row, struct cf_errs *errs) {
    struct web_request *q = c->q;
    for (size_t i = 0; i < c->h.n; i++) {
        const struct lang_event *e = &c->h.events[i];
        struct desk_words *words;
        if (!explains(c, e, broke)) {
            continue;
        }
        if (!desk_said(q->desk, child_record(c, e), e->seq, q->arena, &words, errs)) {
            return false;
        }
        *cf_push(q->arena, &row->said) =
            (struct page_breaches_said){.words = child_paragraphs(q, child_answer(c, child_record(c, e), e, 0, words)),
                                        .who = child_actor(c, e),
                                        .when = child_when(q, e)};
    }
    if (!row->said.n) {
        const struct lang_event *opener = child_episode(c, broke);
        struct cf_str in = opener ? web_id_text(q, opener->id) : CF_LIT("");
        row->explain = web_url(q, "/record/explained?about=%.*s%s%.*s", CF_STR_ARG(web_id_text(q, c->id)), in.n ? "&in=" : "",
                               CF_STR_ARG(in));
    }
    return true;
}

static bool fill_row(struct recording *rec, struct child *c, const struct desk_broken *b, struct page_breaches *p,
                     struct cf_errs *errs) {
    struct web_request *q = rec->q;
    const struct lang_event *e = child_event(c, b->event);
    if (!e) {
        return true;
    }
    struct cf_str id = web_id_text(q, c->id);
    struct page_breaches_row *row = cf_push(q->arena, &p->rows);
    *row = (struct page_breaches_row){
        .title = b->rule->title,
        .rule = policies_decl_url(q, b->rule),
        .otherwise = b->rule->as.gate.otherwise,
        .child = record_person(rec, c->id),
        .child_href = web_url(q, "/child/%.*s", CF_STR_ARG(id)),
        .event = child_record(c, e)->title,
        .event_href = web_url(q, "/child/%.*s/journey?event=%.*s", CF_STR_ARG(id), CF_STR_ARG(web_id_text(q, e->id))),
        .when = child_when(q, e),
        .who = child_actor(c, e),
        .result = CF_LIT("Broken")};
    for (size_t i = 0; i < b->rule->cites.n; i++) {
        *cf_push(q->arena, &row->sources) = child_citation(q, b->rule, i);
    }
    return fill_said(c, e, row, errs);
}

static struct child *child_of(struct web_request *q, struct cf_map *loaded, uint32_t no, struct cf_errs *errs) {
    void **slot = cf_map_put(loaded, (struct cf_str){(const char *)&no, sizeof no});
    struct child *c = *slot ? *slot : CF_NEW(q->arena, struct child);
    if (!*slot && !child_load_history(q, no, c, errs)) {
        return NULL;
    }
    *slot = c;
    return c;
}

/* A part of the list; rows about people whom this reader may not see are counted. */
static bool fill_rows(struct recording *rec, const struct desk_broken_list *list, struct page_breaches *p,
                      struct cf_errs *errs) {
    struct web_request *q = rec->q;
    struct cf_map *loaded = cf_map_new(q->arena); /* one child may stand here many times */
    bool keep = false;
    for (size_t i = 0; i < list->n; i++) {
        const struct desk_broken *b = &list->v[i];
        bool same = i > 0 && b->person == list->v[i - 1].person;
        size_t away;
        if (!same && !access_filter(q->access, q->desk, q->who, ACCESS_SUPERVISE, &b->person, 1, &keep, &away, errs)) {
            return false;
        }
        rec->withheld += !keep;
        struct child *c = keep ? child_of(q, loaded, b->person, errs) : NULL;
        if (keep && (!c || !fill_row(rec, c, b, p, errs))) {
            return false;
        }
    }
    return true;
}

bool page_breaches(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct recording rec;
    struct desk_broken_list list;
    struct queue_part part = queue_part(q, QUEUE_UNKNOWN);
    size_t span = FIRST_SPAN;
    for (size_t i = 0; i < CF_COUNT(spans); i++) {
        span = cf_str_is(web_query(q, "days"), spans[i].name) ? i : span;
    }
    int64_t since = q->now - (int64_t)spans[span].days * 86400;
    record_begin(&rec, q);
    if (!queue_unit(q, errs)) {
        return false;
    }
    do {
        if (!desk_broken(q->desk, q->who->unit_no, since, q->who->purpose, part.from, QUEUE_ON_PAGE, q->arena, &list, errs)) {
            return false;
        }
    } while (queue_past_end(q, &part, list.total));
    struct page_breaches p = {.unit = q->who->unit->title,
                              .nav = queue_nav(q, "/breaches"),
                              .spans = {.label = CF_LIT("Since when")},
                              .people = (int64_t)list.people,
                              .unexplained = (int64_t)(list.total - list.said)};
    for (size_t i = 0; i < list.rules.n; i++) {
        const struct desk_broken_rule *x = &list.rules.v[i];
        *cf_push(q->arena, &p.rules) = (struct page_breaches_rule){.title = x->rule->title,
                                                                   .href = policies_decl_url(q, x->rule),
                                                                   .policy = x->rule->policy->title,
                                                                   .n = x->n,
                                                                   .said = x->said};
    }
    for (size_t i = 0; i < CF_COUNT(spans); i++) {
        *cf_push(q->arena, &p.spans.items) =
            (struct part_subnav_item){cf_str_from(spans[i].text), web_url(q, "/breaches?days=%s", spans[i].name), i == span};
    }
    if (!fill_rows(&rec, &list, &p, errs)) {
        return false;
    }
    const char *href = cf_cstr(q->arena, cf_str_printf(q->arena, "/breaches?days=%s&", spans[span].name));
    p.pager = queue_pager(q, &part, CF_LIT("breaches"), href, p.rows.n, list.total, rec.withheld);
    page_breaches_write(&r->main, &p);
    return record_page(&rec, r, &(struct web_frame){0}, errs);
}
