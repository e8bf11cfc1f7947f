/* journey: what happened to a child, newest first, what belongs to one episode kept together. Must not know any record or
 * episode by name. */
#include "web/pages/child_nav.h"

#include <stdlib.h>

#include "pages/page_journey.h"
#include "web/pages/queue.h"

enum { GROUPS_ON_PAGE = 20, FOLD_FROM = 6, LATER = 86400 };

struct part_subnav child_nav(struct child *c, size_t here) {
    static const struct {
        const char *text, *path;
        enum access_act act;
    } pages[] = {{"This child", "", ACCESS_SEE},
                 {"Journey", "/journey", ACCESS_SEE},
                 {"Account for the child", "/account", ACCESS_EXPORT}};
    struct part_subnav nav = {.label = CF_LIT("About this child")};
    for (size_t i = 0; i < CF_COUNT(pages); i++) {
        if (web_may(c->q, pages[i].act)) {
            *cf_push(c->q->arena, &nav.items) = (struct part_subnav_item){
                .text = cf_str_from(pages[i].text),
                .href = web_url(c->q, "/child/%.*s%s", CF_STR_ARG(web_id_text(c->q, c->id)), pages[i].path),
                .current = i == here};
        }
    }
    return nav;
}

struct group { /* of one episode, or one event alone */
    const struct lang_event *opener;
    CF_LIST(const struct lang_event *) events;
};
struct groups {
    CF_VEC(struct group);
};

static void gather(struct child *c, struct groups *out) {
    for (size_t i = 0; i < c->h.n; i++) {
        const struct lang_event *e = &c->h.events[i], *opener = child_episode(c, e);
        struct group *g = NULL;
        if (!c->seen[i]) {
            continue;
        }
        for (size_t k = 0; opener && k < out->n && !g; k++) {
            g = out->v[k].opener == opener ? &out->v[k] : NULL;
        }
        if (!g) {
            g = cf_push(c->q->arena, out);
            *g = (struct group){.opener = opener};
        }
        *cf_push(c->q->arena, &g->events) = e;
    }
}

static int newest_first(const void *x, const void *y) {
    const struct group *a = x, *b = y;
    const struct lang_event *e = a->events.v[a->events.n - 1], *f = b->events.v[b->events.n - 1];
    if (e->from != f->from) {
        return e->from > f->from ? -1 : 1;
    }
    return e->seq > f->seq ? -1 : e->seq < f->seq;
}

static bool fill_rows(struct child *c, const struct lang_event *e, struct part_journey_step *s, struct cf_errs *errs) {
    struct web_request *q = c->q;
    const struct lang_decl *record = child_record(c, e);
    struct desk_words *words = NULL;
    for (size_t k = 0; k < record->as.record.fields.n; k++) {
        const struct lang_field *f = &record->as.record.fields.v[k];
        bool text = e->fields[k].kind == LANG_V_TEXT;
        if (e->fields[k].kind == LANG_V_NOT_ASKED) {
            continue;
        }
        if (text && !words && !desk_said(q->desk, record, e->seq, q->arena, &words, errs)) {
            return false;
        }
        struct cf_str answer = child_answer(c, record, e, k, words);
        if (text && record_own_words(f)) {
            *cf_push(q->arena, &s->own) = (struct part_journey_step_words){child_paragraphs(q, answer)};
        } else {
            *cf_push(q->arena, &s->rows) = (struct part_journey_step_row){
                child_label(q, record, f), text ? child_paragraphs(q, answer) : child_plain(q, answer)};
        }
    }
    if (e->recipient) {
        *cf_push(q->arena, &s->rows) =
            (struct part_journey_step_row){CF_LIT("To"), child_plain(q, child_subject(&c->rec, e->recipient))};
    }
    return true;
}

static struct web_html later_words(struct web_request *q, const struct lang_event *e) {
    if (e->recorded - e->to < LATER) {
        return WEB_HTML("");
    }
    struct cf_buf b = cf_buf_new(q->arena, 256);
    cf_buf_lit(&b, "Written down ");
    html_time(&b, q->zone, e->recorded);
    cf_buf_lit(&b, ".");
    return html_done(&b);
}

static bool fill_step(struct child *c, const struct lang_event *e, bool alone, struct part_journey_step *s,
                      struct cf_errs *errs) {
    struct web_request *q = c->q;
    *s = (struct part_journey_step){
        .id = web_id_text(q, e->id),
        .title = e->share
                     ? cf_str_printf(q->arena, "%.*s: %.*s", CF_STR_ARG(child_record(c, e)->title), CF_STR_ARG(e->share->title))
                     : child_record(c, e)->title,
        .when = child_when(q, e),
        .who = child_actor(c, e),
        .later = later_words(q, e),
        .corrected = (e->marks & LANG_CORRECTED) != 0,
        .marked = cf_str_eq(web_query(q, "event"), web_id_text(q, e->id))};
    bool mine = e->actor.subject && e->actor.subject == (uint64_t)q->who->user_no;
    if (!child_record(c, e)->as.record.built_in && (mine || web_may(q, ACCESS_CORRECT))) {
        s->correct = web_url(q, "/event/%.*s/correct", CF_STR_ARG(s->id));
    }
    if (alone) {
        s->record = web_url(q, "/record?about=%.*s", CF_STR_ARG(web_id_text(q, c->id)));
    }
    for (size_t i = 0; i < c->k.gates.n; i++) {
        const struct lang_gate_line *g = &c->k.gates.v[i];
        if (g->event == e->seq && g->result != LANG_KEPT_RESULT && !g->not_in_source) {
            *cf_push(q->arena, &s->breaches) = (struct part_journey_step_breach){g->rule->title, g->rule->as.gate.otherwise};
        }
    }
    return fill_rows(c, e, s, errs);
}

static bool holds_asked(struct child *c, const struct group *g) {
    for (size_t i = 0; i < g->events.n; i++) {
        if (cf_str_eq(web_query(c->q, "event"), web_id_text(c->q, g->events.v[i]->id))) {
            return true;
        }
    }
    return false;
}

static bool fill_group(struct child *c, const struct group *g, struct page_journey *p, struct cf_errs *errs) {
    struct web_request *q = c->q;
    bool alone = !g->opener || !c->seen[child_at(c, g->opener)];
    struct page_journey_group *out = cf_push(q->arena, &p->groups);
    *out = (struct page_journey_group){.alone = alone,
                                       .title = child_record(c, g->events.v[0])->title,
                                       .when = child_when(q, g->events.v[0]),
                                       .n = (int64_t)g->events.n,
                                       .folded = g->events.n >= FOLD_FROM};
    if (!alone) {
        out->title = child_record(c, g->opener)->as.record.opens_decl->title;
        out->open = child_episode_open(c, g->opener);
        out->record = web_url(q, "/record?about=%.*s&in=%.*s", CF_STR_ARG(web_id_text(q, c->id)),
                              CF_STR_ARG(web_id_text(q, g->opener->id)));
    }
    out->unfold = !out->folded || holds_asked(c, g);
    for (size_t i = 0; i < g->events.n; i++) {
        if (!fill_step(c, g->events.v[i], alone, &cf_push(q->arena, &out->steps)->step, errs)) {
            return false;
        }
    }
    return true;
}

bool page_journey(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct child c;
    struct groups groups = {0};
    if (!child_open(q, ACCESS_SEE, &c, errs)) {
        return false;
    }
    gather(&c, &groups);
    if (groups.n) {
        qsort(groups.v, groups.n, sizeof *groups.v, newest_first);
    }
    int64_t last = groups.n ? (int64_t)((groups.n - 1) / GROUPS_ON_PAGE) + 1 : 1, page = web_query_whole(q, "page", 1, last, 1);
    for (size_t i = 0; i < groups.n && !web_query(q, "page").n; i++) {
        page = holds_asked(&c, &groups.v[i]) ? (int64_t)(i / GROUPS_ON_PAGE) + 1 : page;
    }
    struct page_journey p = {.name = record_person(&c.rec, c.id),
                             .nav = child_nav(&c, 1),
                             .events = (int64_t)(c.h.n - c.unseen),
                             .withheld = (int64_t)c.unseen};
    size_t from = (size_t)(page - 1) * GROUPS_ON_PAGE;
    struct queue_part part = {
        .n = groups.n, .from = from, .to = from + GROUPS_ON_PAGE < groups.n ? from + GROUPS_ON_PAGE : groups.n, .page = page};
    for (size_t i = part.from; i < part.to; i++) {
        if (!fill_group(&c, &groups.v[i], &p, errs)) {
            return false;
        }
    }
    const char *href = cf_cstr(q->arena, cf_str_printf(q->arena, "/child/%.*s/journey?", CF_STR_ARG(web_id_text(q, c.id))));
    p.pager = queue_pager(q, &part, CF_LIT("matters"), href, part.to - part.from, groups.n, 0);
    c.rec.withheld = c.unseen;
    page_journey_write(&r->main, &p);
    return record_page(&c.rec, r, &(struct web_frame){0}, errs);
}
