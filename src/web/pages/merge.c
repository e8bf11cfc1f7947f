/* merge: two records of one child: found, compared side by side, joined; merges that stand, and parting them again. Everything
 * a merge changes is shown before it is done. Must not know any record or rule by name. */
#include "web/pages/amend.h"
#include "web/pages/child_nav.h"
#include "web/pages/queue.h"
#include "web/priv.h"

#include "pages/page_merge.h"
#include "pages/page_merge_compare.h"
#include "pages/page_merged.h"

enum { SIDE_SHOWN = 8, SIDE_LOOKED = 80 };

/* ---- Finding both. */

static const struct {
    const char *find, *choose, *label;
} sides[2] = {{"first", "a", "The first record: name, date of birth or number"},
              {"second", "b", "The other record: name, date of birth or number"}};

static void find_side(struct recording *rec, int side, struct cf_str words, struct page_merge_side *out,
                      struct part_choices *choices) {
    struct web_request *q = rec->q;
    struct cf_errs quiet = cf_errs_new(q->arena);
    struct find_hits hits = {0};
    size_t withheld = 0, shown = 0;
    if (!find_people(q->app->find, q->desk, words, q->arena, &hits, &quiet)) {
        return;
    }
    size_t looked = hits.n < SIDE_LOOKED ? hits.n : SIDE_LOOKED;
    uint32_t *numbers = CF_NEW_N(q->arena, uint32_t, looked + 1);
    bool *keep = CF_NEW_N(q->arena, bool, looked + 1);
    for (size_t i = 0; i < looked; i++) {
        numbers[i] = hits.v[i].subject;
    }
    if (!access_filter(q->access, q->desk, q->who, ACCESS_MERGE, numbers, looked, keep, &withheld, &quiet)) {
        return;
    }
    *choices = (struct part_choices){.legend = side ? CF_LIT("Which is the other one?") : CF_LIT("Which is the first one?"),
                                     .name = cf_str_from(sides[side].choose),
                                     .error = web_flaw_of(q, sides[side].choose),
                                     .small = true};
    for (size_t i = 0; i < looked && shown < SIDE_SHOWN; i++) {
        const struct find_hit *h = &hits.v[i];
        if (!keep[i]) {
            continue;
        }
        struct cf_str id = web_id_text(q, h->id);
        *cf_push(q->arena, &rec->shown) = h->subject;
        *cf_push(q->arena, &choices->items) = (struct part_choices_item){
            .id = shown++ ? cf_str_printf(q->arena, "%s-%zu", sides[side].choose, shown) : cf_str_from(sides[side].choose),
            .value = id,
            .label =
                cf_str_printf(q->arena, "%.*s%s%.*s, number %.8s", CF_STR_ARG(h->name.n ? h->name : CF_LIT("No name known")),
                              h->born.n ? ", " : "", CF_STR_ARG(h->born), id.p),
            .hint = h->why,
            .chosen = cf_str_eq(web_field(q, sides[side].choose), id)};
    }
    rec->withheld += withheld;
    out->none = shown == 0;
    out->choices = shown ? choices : NULL;
    out->counts = cf_str_printf(q->arena, "Shown %zu, not shown %zu, withheld %zu: %zu match.", shown,
                                hits.n - withheld - shown, withheld, hits.n);
}

static bool show_find(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct recording rec;
    struct page_merge p = {.csrf = web_csrf(q), .merged = CF_LIT("/merged"), .ready = true};
    record_begin(&rec, q);
    for (int i = 0; i < 2; i++) {
        struct cf_str words = cf_str_trim(web_field(q, sides[i].find));
        struct page_merge_side *side = cf_push(q->arena, &p.sides);
        *side = (struct page_merge_side){.input = {.label = cf_str_from(sides[i].label),
                                                   .name = cf_str_from(sides[i].find),
                                                   .value = words,
                                                   .error = web_flaw_of(q, sides[i].find)}};
        if (words.n) {
            find_side(&rec, i, words, side, CF_NEW(q->arena, struct part_choices));
            rec.terms = rec.terms.n ? cf_str_printf(q->arena, "%.*s; %.*s", CF_STR_ARG(rec.terms), CF_STR_ARG(words)) : words;
        }
        p.ready = p.ready && side->choices;
    }
    page_merge_write(&r->main, &p);
    return record_page(&rec, r, &(struct web_frame){0}, errs);
}

bool page_merge(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    return show_find(q, r, errs);
}

bool page_merge_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_id id[2];
    bool compare = cf_str_is(web_field(q, "do"), "compare"), chosen = true;
    for (int i = 0; i < 2; i++) {
        bool words = cf_str_trim(web_field(q, sides[i].find)).n > 0;
        if (!words) {
            web_flaw(q, sides[i].find, "Say whom you are looking for");
        }
        bool this = cf_unhex(web_field(q, sides[i].choose), id[i].b, sizeof id[i].b);
        if (compare && words && !this) {
            web_flaw(q, sides[i].choose, i ? "Choose the other record" : "Choose the first record");
        }
        chosen = chosen && this;
    }
    if (compare && chosen && cf_id_eq(id[0], id[1])) {
        web_flaw(q, "b", "Choose two different records: both of these are the same one");
    }
    if (!compare || !chosen || q->flaws.n) {
        return show_find(q, r, errs);
    }
    return web_shown(q, NULL, 0, 0, CF_LIT(""), errs) &&
           web_see_other(q, r, "/merge/%.*s/%.*s", CF_STR_ARG(web_id_text(q, id[0])), CF_STR_ARG(web_id_text(q, id[1])));
}

/* ---- Side by side. */

struct pair {
    struct recording rec;
    struct child c[2];
    struct cf_str name[2];
};

static bool load_pair(struct web_request *q, const struct cf_id id[2], struct pair *x, struct cf_errs *errs) {
    struct cf_errs quiet = cf_errs_new(q->arena);
    record_begin(&x->rec, q);
    for (int i = 0; i < 2; i++) {
        uint32_t no;
        if (!amend_may(q, ACCESS_MERGE, id[i], false) || !desk_subject_no(q->desk, id[i], &no, &quiet)) {
            return cf_fail(errs, CF_W004, CF_NOWHERE, "there are no such two people, or they are not yours to see");
        }
        if (!child_load(q, no, &x->c[i], errs)) {
            return false;
        }
        x->c[i].id = id[i];
        *cf_push(q->arena, &x->rec.shown) = no;
        x->name[i] = record_person(&x->rec, id[i]);
    }
    if (cf_str_eq(x->name[0], x->name[1])) { /* told apart by their numbers */
        for (int i = 0; i < 2; i++) {
            x->name[i] = cf_str_printf(q->arena, "%.*s (%.8s)", CF_STR_ARG(x->name[i]), web_id_text(q, id[i]).p);
        }
    }
    return true;
}

/* Parts what is joined: each keeps the events that were recorded under its own id. */
static void part_pair(struct pair *x, const struct cf_id id[2], struct desk_trials *apart) {
    for (int i = 0; i < 2; i++) {
        for (size_t k = 0; k < apart->n; k++) {
            if (cf_id_eq(apart->v[k].subject, id[i])) {
                x->c[i].h = apart->v[k].h;
                x->c[i].k = apart->v[k].after;
                x->c[i].seen = CF_NEW_N(x->rec.q->arena, bool, apart->v[k].h.n + 1);
                for (size_t e = 0; e < apart->v[k].h.n; e++) {
                    const struct lang_decl *record = child_record(&x->c[i], &x->c[i].h.events[e]);
                    x->c[i].seen[e] = lang_record_seen_for(record, x->rec.q->who->purpose);
                }
            }
        }
    }
}

static bool newest_answer(struct child *c, const struct lang_decl *record, size_t field, struct cf_str *out,
                          struct cf_errs *errs) {
    struct desk_words *words;
    *out = CF_LIT("");
    for (size_t i = c->h.n; i > 0; i--) {
        const struct lang_event *e = &c->h.events[i - 1];
        if (e->record != record->as.record.number || !c->seen[i - 1] || e->fields[field].kind == LANG_V_NOT_ASKED) {
            continue;
        }
        if (!desk_said(c->q->desk, record, e->seq, c->q->arena, &words, errs)) {
            return false;
        }
        *out = child_answer(c, record, e, field, words);
        return true;
    }
    return true;
}

static void put_row(struct web_request *q, struct page_merge_compare *p, struct cf_str label, const struct cf_str words[2]) {
    bool both = words[0].n && words[1].n, same = cf_str_eq(find_fold(q->arena, words[0]), find_fold(q->arena, words[1]));
    *cf_push(q->arena, &p->rows) =
        (struct page_merge_compare_row){.label = label,
                                        .first = words[0].n ? child_plain(q, words[0]) : WEB_HTML("Not asked"),
                                        .second = words[1].n ? child_plain(q, words[1]) : WEB_HTML("Not asked"),
                                        .differs = both && !same,
                                        .same = both && same};
}

static bool attribute_rows(struct web_request *q, struct pair *x, struct page_merge_compare *p, struct cf_errs *errs) {
    const struct lang_decl *birth = x->c[0].set->birth;
    for (size_t i = 0; birth && i < birth->policy->as.policy.decls.n; i++) {
        const struct lang_decl *record = birth->policy->as.policy.decls.v[i];
        if (!child_attribute(record, birth)) {
            continue;
        }
        const struct lang_decl *newest = x->c[0].set->records.v[record->as.record.number];
        for (size_t k = 0; k < newest->as.record.fields.n; k++) {
            struct cf_str words[2];
            if (newest->as.record.fields.v[k].retired || !newest_answer(&x->c[0], newest, k, &words[0], errs) ||
                !newest_answer(&x->c[1], newest, k, &words[1], errs)) {
                if (errs->failures) {
                    return false;
                }
                continue;
            }
            if (words[0].n || words[1].n) {
                put_row(q, p, child_label(q, newest, &newest->as.record.fields.v[k]), words);
            }
        }
    }
    return true;
}

static struct web_html span_words(struct web_request *q, const struct lang_history *h) {
    struct cf_buf b = cf_buf_new(q->arena, 512);
    if (!h->n) {
        return WEB_HTML("Nothing");
    }
    cf_buf_printf(&b, "%zu, from ", h->n);
    html_date(&b, cf_time_day(q->zone, h->events[0].from));
    cf_buf_lit(&b, " to ");
    html_date(&b, cf_time_day(q->zone, h->events[h->n - 1].from));
    return html_done(&b);
}

static struct web_html open_words(struct web_request *q, const struct child *c) {
    size_t open = 0, late = 0;
    for (size_t i = 0; i < c->k.duties.n; i++) {
        open += child_live(&c->k.duties.v[i]);
        late += child_live(&c->k.duties.v[i]) && c->k.duties.v[i].state == LANG_OVERDUE;
    }
    return amend_text(q, "%zu open, %zu of them late", open, late);
}

static struct web_html number_of(struct web_request *q, struct cf_id id) {
    struct cf_buf b = cf_buf_new(q->arena, 128);
    cf_buf_lit(&b, "<code>"); /* which breaks where it must on a phone */
    html_text(&b, web_id_text(q, id));
    cf_buf_lit(&b, "</code>");
    return html_done(&b);
}

static bool fill_sides(struct web_request *q, struct pair *x, const struct cf_id id[2], struct page_merge_compare *p,
                       struct cf_errs *errs) {
    p->first = x->name[0];
    p->second = x->name[1];
    p->first_href = web_url(q, "/child/%.*s", CF_STR_ARG(web_id_text(q, id[0])));
    p->second_href = web_url(q, "/child/%.*s", CF_STR_ARG(web_id_text(q, id[1])));
    p->csrf = web_csrf(q);
    *cf_push(q->arena, &p->rows) =
        (struct page_merge_compare_row){.label = CF_LIT("Number"), .first = number_of(q, id[0]), .second = number_of(q, id[1])};
    if (!attribute_rows(q, x, p, errs)) {
        return false;
    }
    *cf_push(q->arena, &p->rows) = (struct page_merge_compare_row){
        .label = CF_LIT("Entries"), .first = span_words(q, &x->c[0].h), .second = span_words(q, &x->c[1].h)};
    *cf_push(q->arena, &p->rows) = (struct page_merge_compare_row){
        .label = CF_LIT("What is owed to them"), .first = open_words(q, &x->c[0]), .second = open_words(q, &x->c[1])};
    return true;
}

static struct part_textarea ask_why(struct web_request *q, const char *label) {
    return (struct part_textarea){.label = cf_str_from(label),
                                  .name = CF_LIT("reason"),
                                  .hint = CF_LIT("It is kept with what you do, and whoever looks later reads it."),
                                  .value = web_field(q, "reason"),
                                  .error = web_flaw_of(q, "reason"),
                                  .rows = 3};
}

static bool show_compare(struct web_request *q, struct web_response *r, const struct cf_id id[2], struct cf_errs *errs) {
    struct pair x;
    struct desk_trials trials;
    if (!load_pair(q, id, &x, errs) || !desk_try_merge(q->desk, id[0], id[1], q->arena, &trials, errs)) {
        return false;
    }
    struct page_merge_compare p = {
        .heading = CF_LIT("Are these two one child?"),
        .lead =
            CF_LIT("Nothing has been done yet. Merging changes no record: both histories are read as one from then on, and it "
                   "can be undone."),
        .action = q->path,
        .ask = ask_why(q, "How do you know that they are one child?"),
        .button = CF_LIT("Merge: they are one child"),
        .stop = CF_LIT("/merge"),
        .warn = {.words = CF_LIT("A wrong merge shows one child’s history to those who look after the other. Be sure.")}};
    if (!fill_sides(q, &x, id, &p, errs)) {
        return false;
    }
    struct page_merge_compare_block *block = cf_push(q->arena, &p.changes);
    block->changes.caption = CF_LIT("What follows from reading them as one");
    block->changes.none = CF_LIT("No duty, rule, flag or grade comes out differently.");
    amend_lines(q, &trials, &block->changes);
    page_merge_compare_write(&r->main, &p);
    return record_page(&x.rec, r, &(struct web_frame){.title = CF_LIT("Compare two records")}, errs);
}

static bool ids_of_path(struct web_request *q, struct cf_id id[2], struct cf_errs *errs) {
    return web_param_id(q, "a", &id[0], errs) && web_param_id(q, "b", &id[1], errs);
}

/* The merge that stands between two, if there is one: where a second press of the button leads. */
static bool standing_merge(struct web_request *q, const struct cf_id id[2], struct cf_id *event, struct cf_errs *errs) {
    struct desk_merges merges;
    *event = (struct cf_id){{0}};
    if (!desk_merges(q->desk, q->arena, &merges, errs)) {
        return false;
    }
    for (size_t i = 0; i < merges.n; i++) {
        const struct desk_merged *m = &merges.v[i];
        bool these = (cf_id_eq(m->a, id[0]) && cf_id_eq(m->b, id[1])) || (cf_id_eq(m->a, id[1]) && cf_id_eq(m->b, id[0]));
        *event = these && cf_id_zero(*event) ? m->event : *event;
    }
    return true;
}

static bool to_merge(struct web_request *q, struct web_response *r, struct cf_id event, struct cf_errs *errs) {
    return web_shown(q, NULL, 0, 0, CF_LIT(""), errs) && web_see_other(q, r, "/merged/%.*s", CF_STR_ARG(web_id_text(q, event)));
}

bool page_merge_compare(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_id id[2], event;
    if (!ids_of_path(q, id, errs)) {
        return false;
    }
    bool theirs = amend_may(q, ACCESS_MERGE, id[0], false) && amend_may(q, ACCESS_MERGE, id[1], false);
    if (theirs && !standing_merge(q, id, &event, errs)) {
        return false;
    }
    return theirs && !cf_id_zero(event) ? to_merge(q, r, event, errs) : show_compare(q, r, id, errs);
}

bool page_merge_compare_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_id id[2], event;
    struct pair x;
    struct ledger_receipt receipt;
    struct desk_changes changes = {0};
    struct ledger_event e;
    if (!ids_of_path(q, id, errs) || !load_pair(q, id, &x, errs) || !standing_merge(q, id, &event, errs)) {
        return false;
    }
    if (!cf_id_zero(event)) { /* pressed twice, or done by somebody else: it stands */
        return to_merge(q, r, event, errs);
    }
    struct cf_str reason = cf_str_trim(web_field(q, "reason"));
    if (!reason.n) {
        web_flaw(q, "reason", "Say how you know that they are one child");
        return show_compare(q, r, id, errs);
    }
    if (!keeper_merge(q->keeper, id[0], id[1], reason, q->who->user, q->arena, &receipt, &changes, errs)) {
        return false;
    }
    web_changed(q, &changes);
    return ledger_refresh(desk_ledger(q->desk), errs) && ledger_read(desk_ledger(q->desk), receipt.seq, q->arena, &e, errs) &&
           to_merge(q, r, e.d.id, errs);
}

/* ---- Merges that stand, and parting. */

static struct cf_str reason_of(const struct ledger_event *e) {
    for (size_t i = 0; i < e->d.n_words; i++) {
        if (e->d.words[i].field == LEDGER_F_REASON && e->d.words[i].state == LEDGER_LIVE) {
            return e->d.words[i].text;
        }
    }
    return CF_LIT("No reason was kept");
}

static struct cf_str actor_of(struct web_request *q, const struct ledger_event *e) {
    const struct ledger_person *p = ledger_person_of(e, LEDGER_ROLE_ACTOR, 0);
    struct access_user user;
    struct cf_errs quiet = cf_errs_new(q->arena);
    return p && access_user_get(q->access, p->subject, q->arena, &user, &quiet) ? user.name
                                                                                : CF_LIT("somebody who is no user any more");
}

bool page_merged(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct desk_merges merges, mine = {0};
    struct recording rec;
    struct page_merged p = {.merge = CF_LIT("/merge")};
    record_begin(&rec, q);
    if (!desk_merges(q->desk, q->arena, &merges, errs)) {
        return false;
    }
    for (size_t i = 0; i < merges.n; i++) {
        if (amend_may(q, ACCESS_MERGE, merges.v[i].a, false)) {
            *cf_push(q->arena, &mine) = merges.v[i];
        } else {
            rec.withheld++;
        }
    }
    struct queue_part part = queue_part(q, mine.n);
    for (size_t i = part.from; mine.v && i < part.to; i++) {
        const struct desk_merged *m = &mine.v[i];
        struct ledger_event e;
        if (!ledger_read(desk_ledger(q->desk), m->seq, q->arena, &e, errs)) {
            return false;
        }
        *cf_push(q->arena, &rec.shown) = m->a_no;
        struct cf_str a = web_id_text(q, m->a), b = web_id_text(q, m->b);
        *cf_push(q->arena, &p.rows) = (struct page_merged_row){
            .names = cf_str_printf(q->arena, "%.*s: numbers %.8s and %.8s", CF_STR_ARG(record_person(&rec, m->a)), a.p, b.p),
            .when = web_time(q, e.recorded_us / 1000000),
            .who = actor_of(q, &e),
            .why = reason_of(&e),
            .href = web_url(q, "/merged/%.*s", CF_STR_ARG(web_id_text(q, m->event)))};
    }
    p.pager = queue_pager(q, &part, CF_LIT("merges"), "/merged?", p.rows.n, mine.n + rec.withheld, rec.withheld);
    page_merged_write(&r->main, &p);
    return record_page(&rec, r, &(struct web_frame){.wide = true}, errs);
}

static bool merge_of_path(struct web_request *q, struct cf_id *event, struct desk_merged *out, struct cf_errs *errs) {
    struct desk_merges merges;
    if (!web_param_id(q, "event", event, errs) || !desk_merges(q->desk, q->arena, &merges, errs)) {
        return false;
    }
    for (size_t i = 0; i < merges.n; i++) {
        if (cf_id_eq(merges.v[i].event, *event) && amend_may(q, ACCESS_MERGE, merges.v[i].a, false)) {
            *out = merges.v[i];
            return true;
        }
    }
    return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such merge, or it is not yours to see");
}

static bool show_unmerge(struct web_request *q, struct web_response *r, const struct desk_merged *m, struct cf_errs *errs) {
    struct cf_id id[2] = {m->a, m->b};
    struct desk_trials trials;
    struct pair x;
    struct ledger_event e;
    if (!load_pair(q, id, &x, errs) || !desk_try_unmerge(q->desk, m->event, q->arena, &trials, errs) ||
        !ledger_read(desk_ledger(q->desk), m->seq, q->arena, &e, errs)) {
        return false;
    }
    part_pair(&x, id, &trials);
    struct page_merge_compare p = {
        .heading = CF_LIT("One child, merged from two records"),
        .lead = cf_str_printf(q->arena, "Merged on %.16s by %.*s: %.*s", cf_time_shown(q->zone, e.recorded_us / 1000000).p,
                              CF_STR_ARG(actor_of(q, &e)), CF_STR_ARG(reason_of(&e))),
        .action = q->path,
        .ask = ask_why(q, "Why are they two children after all?"),
        .button = CF_LIT("Undo the merge: they are two"),
        .stop = CF_LIT("/merged"),
        .warn = {.words = CF_LIT("Until it is undone, whoever opens either record reads both. Who was shown the wrong child’s "
                                 "history stands in the log of looks.")}};
    if (!fill_sides(q, &x, id, &p, errs)) {
        return false;
    }
    for (size_t i = 0; i < trials.n; i++) {
        struct desk_trials one = {.v = &trials.v[i], .n = 1, .set = trials.set, .ref = trials.ref};
        struct page_merge_compare_block *block = cf_push(q->arena, &p.changes);
        int side = cf_id_eq(trials.v[i].subject, id[1]) ? 1 : 0;
        block->changes.caption = cf_str_printf(q->arena, "What undoing it changes for %.*s", CF_STR_ARG(x.name[side]));
        block->changes.none = CF_LIT("Nothing comes out differently for them.");
        amend_lines(q, &one, &block->changes);
    }
    page_merge_compare_write(&r->main, &p);
    return record_page(&x.rec, r, &(struct web_frame){.title = CF_LIT("A merge")}, errs);
}

bool page_unmerge(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct desk_merged m = {0};
    struct cf_id event = {{0}};
    return merge_of_path(q, &event, &m, errs) && show_unmerge(q, r, &m, errs);
}

bool page_unmerge_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct desk_merged m = {0};
    struct cf_id event = {{0}};
    struct ledger_receipt receipt;
    struct desk_changes changes = {0};
    if (!merge_of_path(q, &event, &m, errs)) {
        return false;
    }
    struct cf_str reason = cf_str_trim(web_field(q, "reason"));
    if (!reason.n) {
        web_flaw(q, "reason", "Say why they are two children after all");
        return show_unmerge(q, r, &m, errs);
    }
    if (!keeper_unmerge(q->keeper, event, reason, q->who->user, q->arena, &receipt, &changes, errs)) {
        return false;
    }
    web_changed(q, &changes);
    return web_shown(q, NULL, 0, 0, CF_LIT(""), errs) &&
           web_see_other(q, r, "/merge/%.*s/%.*s", CF_STR_ARG(web_id_text(q, m.a)), CF_STR_ARG(web_id_text(q, m.b)));
}
