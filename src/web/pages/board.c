/* board: open episodes of one kind, as the policies declare it: its clocks are the spans that run, its columns the open duties,
 * the broken gates and the steps that were taken. Must not know any episode, record or rule by name but the ledger's own. */
#include "web/pages/child_nav.h"

#include "pages/page_board.h"
#include "pages/page_boards.h"
#include "web/pages/queue.h"

enum { NEXT_SHOWN = 6, STEPS_SHOWN = 9, REFRESH = 60 };

struct place { /* one open episode */
    struct child *c;
    const struct lang_event *opener, *last;
    uint32_t unit;
    bool late;
};
static bool is_of(const struct lang_event *e, const struct lang_event *opener) {
    for (size_t k = 0; k < e->n_episodes; k++) {
        if (e->episodes[k] == opener->seq) {
            return true;
        }
    }
    return e == opener;
}

static const struct lang_decl *episode_asked(struct web_request *q) {
    const struct lang_decl *d = lang_find_kind(desk_set(q->desk), LANG_EPISODE, web_param(q, "kind"));
    return d && d->as.episode.opener ? d : NULL;
}

/* The unit that holds it: the opener's, or to which it was handed over last. */
static uint32_t holder(const struct child *c, const struct lang_event *opener) {
    uint32_t unit = opener->unit ? opener->unit : opener->actor.unit;
    for (size_t i = 0; i < c->h.n; i++) {
        const struct lang_event *e = &c->h.events[i];
        const struct lang_decl *record = child_record(c, e);
        bool handed = record->as.record.built_in && cf_str_is(record->name.text, "handover") && is_of(e, opener);
        unit = handed && e->fields[0].kind == LANG_V_SUBJECT ? (uint32_t)e->fields[0].i : unit;
    }
    return unit;
}

static bool place_of(struct web_request *q, const struct desk_opened *f, struct place *out, struct cf_errs *errs) {
    struct child *c = CF_NEW(q->arena, struct child);
    if (!child_load(q, f->person, c, errs)) {
        return false;
    }
    *out = (struct place){.c = c, .opener = child_event(c, f->opener)};
    if (!out->opener) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "it was closed meanwhile");
    }
    out->last = out->opener;
    out->unit = holder(c, out->opener);
    for (size_t k = 0; k < c->h.n; k++) {
        out->last = is_of(&c->h.events[k], out->opener) && c->seen[k] ? &c->h.events[k] : out->last;
    }
    return true;
}

/* ---- One card. */

static bool is_event_of(const struct child *c, const struct lang_event *e, const struct lang_sel *s) {
    if (s->with) {
        return false;
    }
    if (s->kind == LANG_SEL_RECORD) {
        return s->decl && e->record == s->decl->as.record.number;
    }
    const char *name = s->kind == LANG_SEL_SENT ? "sent" : "acknowledged";
    return e->share && s->decl && cf_str_eq(e->share->name.text, s->decl->name.text) &&
           cf_str_is(child_record(c, e)->name.text, name);
}

/* Spans that began in the episode and have not ended. One whose ends are told by answers is left out: its rules speak of it. */
static void fill_clocks(const struct place *x, struct page_board_card *card) {
    const struct child *c = x->c;
    for (size_t i = 0; i < c->set->decls.n; i++) {
        const struct lang_decl *d = c->set->decls.v[i];
        const struct lang_event *began = NULL;
        if (d->kind != LANG_SPAN || d->newer || !d->as.span.from || d->as.span.from->with ||
            (d->as.span.to && d->as.span.to->with)) {
            continue;
        }
        for (size_t k = 0; k < c->h.n; k++) {
            const struct lang_event *e = &c->h.events[k];
            if (!c->seen[k] || !is_of(e, x->opener)) {
                continue;
            }
            began = !began && is_event_of(c, e, d->as.span.from) ? e : began;
            began = d->as.span.to && is_event_of(c, e, d->as.span.to) ? NULL : began;
        }
        if (began) {
            *cf_push(c->q->arena, &card->clocks) = (struct page_board_clock){d->title, child_since(c->q, began->from)};
        }
    }
}

/* The answer that says most at a glance: the first that is a code, an officer, a place or a time. */
static struct cf_str glance(struct child *c, const struct lang_event *e) {
    const struct lang_decl *record = child_record(c, e);
    for (size_t k = 0; k < record->as.record.fields.n; k++) {
        const struct lang_field *f = &record->as.record.fields.v[k];
        uint8_t kind = e->fields[k].kind;
        bool protected_one = f->type.of && f->type.of->kind == LANG_CODES && f->type.of->as.codes.label;
        if (!protected_one && (kind == LANG_V_CODE || kind == LANG_V_INSTANT)) {
            return child_answer(c, record, e, k, NULL);
        }
    }
    return CF_LIT("");
}

/* The newest of each record, newest first. */
static void fill_steps(const struct place *x, struct page_board_card *card) {
    struct child *c = x->c;
    bool *told = CF_NEW_N(c->q->arena, bool, c->set->records.n + 1);
    for (size_t i = c->h.n; i > 0; i--) {
        const struct lang_event *e = &c->h.events[i - 1];
        if (!is_of(e, x->opener) || !c->seen[i - 1] || (told[e->record] && !e->share)) {
            continue;
        }
        told[e->record] = true;
        struct cf_str title = e->share ? cf_str_printf(c->q->arena, "%.*s: %.*s", CF_STR_ARG(child_record(c, e)->title),
                                                       CF_STR_ARG(e->share->title))
                                       : child_record(c, e)->title;
        struct page_board_step step = {title, glance(c, e), web_ago(c->q, e->from)};
        if (card->steps.n < STEPS_SHOWN) {
            *cf_push(c->q->arena, &card->steps) = step;
        } else {
            *cf_push(c->q->arena, &card->before) = step;
        }
    }
    card->before_n = (int64_t)card->before.n;
}

static void fill_duties(struct place *x, struct page_board_card *card) {
    struct child *c = x->c;
    for (int late = 1; late >= 0; late--) {
        for (size_t i = 0; i < c->n_shown; i++) {
            const struct lang_duty_line *l = c->shown[i].first;
            if (!child_live(l) || l->episode != x->opener->seq || (l->state == LANG_OVERDUE) != late ||
                !child_sees(c, l->cause)) {
                continue;
            }
            struct part_duty_line d = child_duty(c, &c->shown[i]);
            struct page_board_duty out = {.title = d.title,
                                          .href = d.why,
                                          .kind = d.kind,
                                          .state = d.state,
                                          .colour = d.colour,
                                          .due = d.due,
                                          .owner = d.owner,
                                          .act = d.act,
                                          .act_words = d.act_words};
            x->late = x->late || late;
            card->carried = d.carried.n ? d.carried : card->carried;
            if (card->duties.n < NEXT_SHOWN) {
                *cf_push(c->q->arena, &card->duties) = out;
            } else {
                *cf_push(c->q->arena, &card->more) = out;
            }
        }
    }
    card->more_n = (int64_t)card->more.n;
    card->nobody = !card->carried.n;
}

static void fill_breaches(const struct place *x, struct page_board_card *card) {
    const struct child *c = x->c;
    for (size_t i = 0; i < c->k.gates.n; i++) {
        const struct lang_gate_line *g = &c->k.gates.v[i];
        const struct lang_event *e = g->result == LANG_KEPT_RESULT || g->not_in_source ? NULL : child_event(c, g->event);
        if (e && is_of(e, x->opener)) {
            *cf_push(c->q->arena, &card->breaches) = (struct page_board_breach){g->rule->title};
        }
    }
}

static void fill_card(struct recording *rec, struct place *x, struct page_board *p) {
    struct web_request *q = rec->q;
    struct child *c = x->c;
    struct cf_str id = web_id_text(q, c->id);
    struct page_board_card card = {
        .id = web_id_text(q, x->opener->id),
        .child = record_person(rec, c->id),
        .age = child_age(c),
        .href = web_url(q, "/child/%.*s", CF_STR_ARG(id)),
        .opened = child_since(q, x->opener->from),
        .unit = c->ref->subject_name(c->ref->ctx, x->unit),
        .last = x->last->share ? x->last->share->title : child_record(c, x->last)->title,
        .idle = web_ago(q, x->last->from),
        .record = web_url(q, "/record?about=%.*s&in=%.*s", CF_STR_ARG(id), CF_STR_ARG(web_id_text(q, x->opener->id)))};
    fill_duties(x, &card);
    fill_clocks(x, &card);
    fill_steps(x, &card);
    fill_breaches(x, &card);
    bool soon = card.duties.n && cf_str_is(card.duties.v[0].kind, "soon");
    card.kind = x->late ? CF_LIT("overdue") : soon ? CF_LIT("soon") : CF_LIT("due");
    card.colour = x->late ? CF_LIT("red") : soon ? CF_LIT("orange") : CF_LIT("blue");
    card.state = x->late ? CF_LIT("Something is late") : soon ? CF_LIT("Something is due soon") : CF_LIT("In time");
    p->late += x->late;
    *cf_push(q->arena, &p->cards) = card;
}

/* ---- The page. */

/* Somebody whose unit has none of these in hand, as a service that goes to other units, sees every unit's unless they say
 * whose. */
static bool none_of_ours(struct web_request *q, const struct lang_decl *unit, const struct desk_opened_list *open) {
    return unit && !open->total && !web_query(q, "unit").n;
}

static bool open_of(struct web_request *q, const struct lang_decl *episode, uint32_t unit, struct queue_part *part,
                    struct desk_opened_list *out, struct cf_errs *errs) {
    do {
        if (!desk_opened(q->desk, episode, unit, q->who->purpose, part->from, QUEUE_ON_PAGE, q->arena, out, errs)) {
            return false;
        }
    } while (queue_past_end(q, part, out->total));
    return true;
}

static const struct lang_decl *unit_asked(struct web_request *q, bool *all) {
    const struct lang_decl *unit = lang_find_kind(desk_set(q->desk), LANG_UNIT, web_query(q, "unit"));
    *all = cf_str_is(web_query(q, "unit"), "all") || (!unit && !q->who->unit);
    return *all ? NULL : unit ? unit : q->who->unit;
}

static uint32_t unit_number(struct web_request *q, const struct lang_decl *unit) {
    struct cf_errs quiet = cf_errs_new(q->arena);
    uint32_t no = 0;
    return unit && desk_subject_no(q->desk, desk_unit_id(q->desk, unit), &no, &quiet) ? no : UINT32_MAX;
}

static struct part_subnav where_nav(struct web_request *q, const struct lang_decl *episode, const struct lang_decl *unit) {
    struct part_subnav nav = {.label = CF_LIT("Whose")};
    if (q->who->unit) {
        *cf_push(q->arena, &nav.items) = (struct part_subnav_item){
            q->who->unit->title,
            web_url(q, "/board/%.*s?unit=%.*s", CF_STR_ARG(episode->name.text), CF_STR_ARG(q->who->unit->name.text)),
            unit == q->who->unit};
    }
    if (unit && unit != q->who->unit) {
        *cf_push(q->arena, &nav.items) = (struct part_subnav_item){
            unit->title, web_url(q, "/board/%.*s?unit=%.*s", CF_STR_ARG(episode->name.text), CF_STR_ARG(unit->name.text)),
            true};
    }
    *cf_push(q->arena, &nav.items) = (struct part_subnav_item){
        CF_LIT("Every unit"), web_url(q, "/board/%.*s?unit=all", CF_STR_ARG(episode->name.text)), !unit};
    return nav;
}

static bool fill_cards(struct recording *rec, const struct desk_opened_list *list, struct page_board *p, struct cf_errs *errs) {
    struct web_request *q = rec->q;
    for (size_t i = 0; i < list->n; i++) {
        struct place place;
        bool keep = false;
        size_t away;
        if (!access_filter(q->access, q->desk, q->who, ACCESS_SEE, &list->v[i].person, 1, &keep, &away, errs) ||
            (keep && !place_of(q, &list->v[i], &place, errs))) {
            return false;
        }
        rec->withheld += !keep;
        if (keep) {
            fill_card(rec, &place, p);
        }
    }
    p->any_late = p->late > 0;
    return true;
}

bool page_board(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct recording rec;
    struct desk_opened_list list;
    struct queue_part part = queue_part(q, QUEUE_UNKNOWN);
    const struct lang_decl *episode = desk_set(q->desk) ? episode_asked(q) : NULL;
    bool all = false;
    if (!episode) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such board");
    }
    const struct lang_decl *unit = unit_asked(q, &all);
    uint32_t unit_no = all ? 0 : unit_number(q, unit);
    if (!open_of(q, episode, unit_no, &part, &list, errs)) {
        return false;
    }
    if (none_of_ours(q, unit, &list)) {
        unit = NULL;
        unit_no = 0;
        if (!open_of(q, episode, unit_no, &part, &list, errs)) {
            return false;
        }
    }
    record_begin(&rec, q);
    struct page_board p = {.title = episode->title,
                           .unit = unit ? unit->title : CF_LIT("Every unit"),
                           .at = web_time(q, q->now),
                           .stream = web_url(q, "/stream/%.*s-%u", CF_STR_ARG(episode->name.text), unit_no),
                           .where = where_nav(q, episode, unit),
                           .open = (int64_t)list.total};
    if (!fill_cards(&rec, &list, &p, errs)) {
        return false;
    }
    struct cf_str href = cf_str_printf(q->arena, "/board/%.*s?unit=%.*s&", CF_STR_ARG(episode->name.text),
                                       CF_STR_ARG(unit ? unit->name.text : CF_LIT("all")));
    p.pager = queue_pager(q, &part, CF_LIT("open"), cf_cstr(q->arena, href), p.cards.n, list.total, rec.withheld);
    page_board_write(&r->main, &p);
    return record_page(
        &rec, r, &(struct web_frame){.wide = true, .back = CF_LIT("/boards"), .refresh = REFRESH, .script = "clock.js"}, errs);
}

bool page_boards(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_set *set = desk_set(q->desk);
    struct page_boards p = {.unit = q->who->unit ? q->who->unit->title : CF_LIT("every unit")};
    if (!set) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    for (size_t i = 0; i < set->decls.n; i++) {
        const struct lang_decl *d = set->decls.v[i];
        if (d->kind == LANG_EPISODE && !d->newer && d->as.episode.opener) {
            *cf_push(q->arena, &p.boards) =
                (struct page_boards_board){web_url(q, "/board/%.*s", CF_STR_ARG(d->name.text)), d->title, d->policy->title};
        }
    }
    page_boards_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){0});
}
