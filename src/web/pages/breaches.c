/* breaches: gates that were broken in a unit: by rule, and each with what was said about it. Must not know any rule by name,
 * and of records only the ledger's own `explained`. */
#include "web/pages/child.h"
#include "web/pages/policies.h"
#include "web/pages/queue.h"

#include <stdlib.h>

#include "pages/page_breaches.h"

struct broken {
    uint32_t no;
    uint64_t event;
    const struct lang_decl *rule;
    int role;
    int64_t when;
    bool said;
};
struct brokens {
    CF_VEC(struct broken);
};
static const struct {
    const char *text, *name;
    int days;
} spans[] = {{"7 days", "7", 7}, {"28 days", "28", 28}, {"90 days", "90", 90}, {"A year", "365", 366}};
enum { FIRST_SPAN = 1 };

static int newest_first(const void *x, const void *y) {
    const struct broken *a = x, *b = y;
    if (a->when != b->when) {
        return a->when > b->when ? -1 : 1;
    }
    if (a->event != b->event) {
        return a->event > b->event ? -1 : 1;
    }
    return cf_str_cmp(a->rule->name.text, b->rule->name.text);
}

/* Is the event of this unit: done by its officer, or recorded for it. */
static bool of_unit(const struct lang_event *e, uint32_t unit) {
    return e->actor.unit == unit || e->unit == unit;
}

static bool same_episode(const struct child *c, const struct lang_event *a, const struct lang_event *b) {
    return child_episode(c, a) == child_episode(c, b);
}

static bool is_explained(const struct child *c, const struct lang_event *e) {
    return cf_str_is(child_record(c, e)->name.text, "explained") && child_record(c, e)->as.record.built_in;
}

static bool explains(const struct child *c, const struct lang_event *why, const struct lang_event *broke) {
    return is_explained(c, why) && why->from >= broke->from && same_episode(c, why, broke);
}

/* Nothing of the unit in that time: then its docket need not be judged. */
static bool concerns(struct web_request *q, uint32_t no, int64_t since, struct cf_arena *scratch, bool *yes,
                     struct cf_errs *errs) {
    struct lang_history h;
    *yes = false;
    if (!desk_history(q->desk, no, INT64_MAX, scratch, &h, errs)) {
        return false;
    }
    for (size_t i = 0; i < h.n; i++) {
        *yes = *yes || (h.events[i].from >= since && of_unit(&h.events[i], q->who->unit_no));
    }
    return true;
}

static bool collect(struct web_request *q, uint32_t no, int64_t since, struct cf_arena *scratch, struct brokens *out,
                    uint64_t *withheld, struct cf_errs *errs) {
    struct child c;
    struct cf_arena *own = q->arena;
    bool keep = false, asked = false, ok, any;
    size_t away;
    if (!concerns(q, no, since, scratch, &any, errs) || !any) {
        return !errs->failures;
    }
    q->arena = scratch; /* what is loaded here is given back after each person */
    ok = child_load(q, no, &c, errs);
    q->arena = own;
    for (size_t i = 0; ok && i < c.k.gates.n; i++) {
        const struct lang_gate_line *g = &c.k.gates.v[i];
        const struct lang_event *e = g->result == LANG_KEPT_RESULT || g->not_in_source ? NULL : child_event(&c, g->event);
        if (!e || e->from < since || !of_unit(e, q->who->unit_no)) {
            continue;
        }
        if (!asked && !access_filter(q->access, q->desk, q->who, ACCESS_SUPERVISE, &no, 1, &keep, &away, errs)) {
            return false;
        }
        asked = true;
        if (!keep) {
            ++*withheld;
            continue;
        }
        struct broken *b = cf_push(own, out);
        *b = (struct broken){.no = no, .event = g->event, .rule = g->rule, .role = g->role, .when = e->from};
        for (size_t k = 0; k < c.h.n; k++) {
            b->said = b->said || explains(&c, &c.h.events[k], e);
        }
    }
    return ok;
}

static void count_rules(struct web_request *q, const struct brokens *all, struct page_breaches *p) {
    for (size_t i = 0; i < all->n; i++) {
        struct page_breaches_rule *r = NULL;
        for (size_t k = 0; k < p->rules.n && !r; k++) {
            r = cf_str_eq(p->rules.v[k].title, all->v[i].rule->title) ? &p->rules.v[k] : NULL;
        }
        if (!r) {
            r = cf_push(q->arena, &p->rules);
            *r = (struct page_breaches_rule){.title = all->v[i].rule->title,
                                             .href = policies_decl_url(q, all->v[i].rule),
                                             .policy = all->v[i].rule->policy->title};
        }
        r->n++;
        r->said += all->v[i].said;
        p->unexplained += !all->v[i].said;
    }
}

static int most_first(const void *x, const void *y) {
    const struct page_breaches_rule *a = x, *b = y;
    return a->n != b->n ? (a->n > b->n ? -1 : 1) : cf_str_cmp(a->title, b->title);
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

static bool fill_row(struct recording *rec, struct child *c, const struct broken *b, struct page_breaches *p,
                     struct cf_errs *errs) {
    struct web_request *q = rec->q;
    if ((!c->q || c->no != b->no) && !child_load(q, b->no, c, errs)) {
        return false;
    }
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

bool page_breaches(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct recording rec;
    struct brokens all = {0};
    struct child last = {0};
    uint32_t *people;
    size_t n, span = FIRST_SPAN;
    uint64_t size, withheld = 0;
    for (size_t i = 0; i < CF_COUNT(spans); i++) {
        span = cf_str_is(web_query(q, "days"), spans[i].name) ? i : span;
    }
    int64_t since = q->now - (int64_t)spans[span].days * 86400;
    record_begin(&rec, q);
    if (!queue_unit(q, errs) || !ledger_size_at(desk_ledger(q->desk), since * 1000000, &size, errs) ||
        !desk_breached(q->desk, size, q->arena, &people, &n, errs)) {
        return false;
    }
    struct cf_arena *scratch = cf_arena_new("breaches");
    bool ok = true;
    struct page_breaches p = {
        .unit = q->who->unit->title, .nav = queue_nav(q, "/breaches"), .spans = {.label = CF_LIT("Since when")}};
    for (size_t i = 0; ok && i < n; i++) {
        size_t before = all.n;
        cf_arena_reset(scratch);
        ok = collect(q, people[i], since, scratch, &all, &withheld, errs);
        p.people += all.n > before;
    }
    cf_arena_free(scratch);
    if (!ok) {
        return false;
    }
    if (all.n) {
        qsort(all.v, all.n, sizeof *all.v, newest_first);
    }
    count_rules(q, &all, &p);
    if (p.rules.n) {
        qsort(p.rules.v, p.rules.n, sizeof *p.rules.v, most_first);
    }
    for (size_t i = 0; i < CF_COUNT(spans); i++) {
        *cf_push(q->arena, &p.spans.items) =
            (struct part_subnav_item){cf_str_from(spans[i].text), web_url(q, "/breaches?days=%s", spans[i].name), i == span};
    }
    struct queue_part part = queue_part(q, all.n);
    for (size_t i = part.from; ok && i < part.to; i++) {
        ok = fill_row(&rec, &last, &all.v[i], &p, errs);
    }
    const char *href = cf_cstr(q->arena, cf_str_printf(q->arena, "/breaches?days=%s&", spans[span].name));
    p.pager = queue_pager(q, &part, CF_LIT("breaches"), href, p.rows.n, all.n, withheld);
    rec.withheld = withheld;
    page_breaches_write(&r->main, &p);
    return ok && record_page(&rec, r, &(struct web_frame){0}, errs);
}
