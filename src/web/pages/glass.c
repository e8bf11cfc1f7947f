/* glass: opening one child's record in an emergency, and judging afterwards whether it was needed. The record of an opening and
 * its review are known by their names, which access fixes (policies/access/break_glass.policy). */
#include "web/pages/admin.h"
#include "web/pages/child.h"

#include "pages/page_glass.h"
#include "pages/page_glass_review.h"
#include "pages/page_glass_reviews.h"

/* ---- Opening. */

static const struct lang_field *field_of(const struct lang_decl *record, const char *name) {
    for (size_t i = 0; record && i < record->as.record.fields.n; i++) {
        if (cf_str_is(record->as.record.fields.v[i].name.text, name)) {
            return &record->as.record.fields.v[i];
        }
    }
    return NULL;
}

static const struct lang_decl *record_named(const struct web_request *q, const char *name) {
    const struct lang_set *set = desk_set(q->desk);
    return set ? lang_find_kind(set, LANG_RECORD, cf_str_from(name)) : NULL;
}

static struct part_choices reasons(struct web_request *q) {
    const struct lang_field *f = field_of(record_named(q, "break_glass"), "reason");
    const struct lang_decl *codes = f && f->type.of && f->type.of->kind == LANG_CODES ? f->type.of : NULL;
    struct part_choices c = {.legend = CF_LIT("Why must this child’s record be seen now?"),
                             .name = CF_LIT("reason"),
                             .error = web_flaw_of(q, "reason")};
    for (size_t i = 0; codes && i < codes->as.codes.list.n; i++) {
        const struct lang_code *code = &codes->as.codes.list.v[i];
        *cf_push(q->arena, &c.items) =
            (struct part_choices_item){.id = i ? cf_str_printf(q->arena, "reason-%zu", i) : CF_LIT("reason"),
                                       .value = code->name.text,
                                       .label = code->title,
                                       .chosen = cf_str_eq(code->name.text, web_field(q, "reason"))};
    }
    return c;
}

static bool show_form(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct recording rec;
    record_begin(&rec, q);
    struct page_glass p = {.csrf = web_csrf(q),
                           .child = web_field_given(q, "child") ? web_field(q, "child") : web_query(q, "child"),
                           .child_flaw = web_flaw_of(q, "child"),
                           .reasons = reasons(q),
                           .why = web_field(q, "why"),
                           .why_flaw = web_flaw_of(q, "why"),
                           .minutes = CF_MAX_GLASS_MINUTES};
    for (size_t i = 0; i < q->who->n_glass; i++) {
        *cf_push(q->arena, &p.open) =
            (struct page_glass_open){.name = record_person(&rec, q->who->glass[i]),
                                     .href = web_url(q, "/child/%.*s", CF_STR_ARG(web_id_text(q, q->who->glass[i])))};
    }
    page_glass_write(&r->main, &p);
    return record_page(&rec, r, &(struct web_frame){0}, errs);
}

bool page_glass(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    return show_form(q, r, errs);
}

struct opening {
    struct cf_id child;
    struct cf_str reason, why;
    struct access_glass done;
};

static bool open_it(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    struct opening *o = arg;
    struct access_subject who = admin_writer(q, writing);
    return access_break_glass(access, writing, &who, o->child, o->reason, o->why, q->arena, &o->done, errs);
}

static bool is_open(const struct web_request *q, struct cf_id child) {
    for (size_t i = 0; i < q->who->n_glass; i++) {
        if (cf_id_eq(q->who->glass[i], child)) {
            return true;
        }
    }
    return false;
}

bool page_glass_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct opening o = {.reason = web_field(q, "reason"), .why = cf_str_trim(web_field(q, "why"))};
    struct cf_errs own = cf_errs_new(q->arena);
    if (!admin_id(web_field(q, "child"), &o.child)) {
        web_flaw(q, "child", "Enter the number of the child, or paste the address of the page");
    }
    if (o.reason.n == 0) {
        web_flaw(q, "reason", "Choose why it must be seen now");
    }
    if (o.why.n == 0) {
        web_flaw(q, "why", "Say what has happened and what you need to know");
    }
    if (o.why.n > CF_MAX_NARRATIVE_BYTES) {
        web_flaw(q, "why", "Say it in fewer words");
    }
    if (q->flaws.n > 0) {
        return show_form(q, r, errs);
    }
    if (!is_open(q, o.child) && !web_work(q, open_it, &o, &own)) { /* pressed twice: it is open already */
        const char *field = own.n > 0 && own.v[0].code == CF_A050 ? "reason" : "child";
        return admin_flaw(q, field, &own, errs) && show_form(q, r, errs);
    }
    web_changed(q, NULL);
    return web_see_other(q, r, "/glass");
}

/* ---- Reviewing. */

static struct cf_str opener(const struct access_opened *o) {
    return o->name.n ? o->name : CF_LIT("Somebody who is no user now");
}

bool page_glass_reviews(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_openings waiting;
    struct recording rec;
    const struct lang_decl *review = record_named(q, "break_glass_reviewed");
    if (!access_glass_waiting(q->access, q->desk, q->who, q->arena, &waiting, errs)) {
        return false;
    }
    record_begin(&rec, q);
    struct page_glass_reviews p = {.nav = admin_nav(q, "/glass/reviews"), .n = (int64_t)waiting.n};
    for (size_t i = 0; i < waiting.n; i++) {
        const struct access_opened *o = &waiting.v[i];
        bool now = o->until_us / 1000000 > q->now;
        *cf_push(q->arena, &p.rows) = (struct page_glass_reviews_row){
            .who = opener(o),
            .unit = admin_unit(q, o->unit),
            .child = record_person(&rec, o->child),
            .at = web_time(q, o->at_us / 1000000),
            .waits = web_ago(q, o->at_us / 1000000),
            .open = now,
            .review = review && access_is_by(q->who, review)
                          ? web_url(q, "/glass/reviews/%.*s", CF_STR_ARG(web_id_text(q, o->event)))
                          : CF_LIT("")};
    }
    page_glass_reviews_write(&r->main, &p);
    return record_page(&rec, r, &(struct web_frame){.wide = true}, errs);
}

/* The opening of the path, if it waits for this reader. */
static bool load(struct web_request *q, struct access_opened *out, struct cf_errs *errs) {
    struct access_openings waiting;
    struct cf_id id;
    if (!web_param_id(q, "event", &id, errs) || !access_glass_waiting(q->access, q->desk, q->who, q->arena, &waiting, errs)) {
        return false;
    }
    for (size_t i = 0; i < waiting.n; i++) {
        if (cf_id_eq(waiting.v[i].event, id)) {
            *out = waiting.v[i];
            return true;
        }
    }
    cf_fail(errs, CF_W004, CF_NOWHERE, "no such opening waits for your review");
    cf_hint(errs, "It may have been reviewed meanwhile. Go back to the openings that wait.");
    return false;
}

/* What was said when it was opened. A child who is restricted meanwhile: nothing, but to those who may read that. */
static bool fill_opening(struct child *c, const struct access_opened *o, struct page_glass_review *p, struct cf_errs *errs) {
    struct web_request *q = c->q;
    struct desk_words *words;
    for (size_t i = 0; i < c->h.n; i++) {
        const struct lang_event *e = &c->h.events[i];
        const struct lang_decl *record = cf_id_eq(e->id, o->event) ? child_record(c, e) : NULL;
        if (!record) {
            continue;
        }
        if (!desk_said(q->desk, record, e->seq, q->arena, &words, errs)) {
            return false;
        }
        for (size_t f = 0; f < record->as.record.fields.n; f++) {
            struct cf_str answer = child_answer(c, record, e, f, words);
            if (answer.n) {
                *cf_push(q->arena, &p->said.rows) = (struct part_summary_list_row){
                    .key = child_label(q, record, &record->as.record.fields.v[f]), .value = child_paragraphs(q, answer)};
            }
        }
    }
    return true;
}

static bool show_review(struct web_request *q, struct web_response *r, const struct access_opened *o, struct cf_errs *errs) {
    struct child c = {0};
    uint32_t no;
    bool hidden = ledger_restricted(desk_ledger(q->desk), o->child) && !web_may(q, ACCESS_RESTRICT);
    if (!desk_subject_no(q->desk, o->child, &no, errs) || !child_load(q, no, &c, errs)) {
        return false;
    }
    struct page_glass_review p = {.who = opener(o),
                                  .unit = admin_unit(q, o->unit),
                                  .at = web_time(q, o->at_us / 1000000),
                                  .until = web_time(q, o->until_us / 1000000),
                                  .child = record_person(&c.rec, o->child),
                                  .hidden = hidden,
                                  .action = q->path,
                                  .csrf = web_csrf(q),
                                  .finding = web_field(q, "finding"),
                                  .finding_flaw = web_flaw_of(q, "finding"),
                                  .looked = web_may(q, ACCESS_AUDIT)
                                                ? web_url(q, "/looked?child=%.*s", CF_STR_ARG(web_id_text(q, o->child)))
                                                : CF_LIT("")};
    struct cf_str said = web_field(q, "justified");
    p.justified = (struct part_choices){.legend = CF_LIT("Was there no other way, and was what was seen needed?"),
                                        .name = CF_LIT("justified"),
                                        .error = web_flaw_of(q, "justified")};
    *cf_push(q->arena, &p.justified.items) = (struct part_choices_item){
        .id = CF_LIT("justified"), .value = CF_LIT("yes"), .label = CF_LIT("Yes"), .chosen = cf_str_is(said, "yes")};
    *cf_push(q->arena, &p.justified.items) = (struct part_choices_item){
        .id = CF_LIT("justified-no"), .value = CF_LIT("no"), .label = CF_LIT("No"), .chosen = cf_str_is(said, "no")};
    if (!hidden) {
        if (!fill_opening(&c, o, &p, errs)) {
            return false;
        }
        *cf_push(q->arena, &c.rec.shown) = no;
    }
    page_glass_review_write(&r->main, &p);
    return record_page(&c.rec, r, &(struct web_frame){.back = CF_LIT("/glass/reviews")}, errs);
}

bool page_glass_review(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_opened o;
    return load(q, &o, errs) && show_review(q, r, &o, errs);
}

struct reviewing {
    struct cf_id event;
    bool justified;
    struct cf_str finding;
};

static bool review_it(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    struct reviewing *x = arg;
    struct access_subject who = admin_writer(q, writing);
    return access_glass_review(access, writing, &who, x->event, x->justified, x->finding, q->arena, errs);
}

bool page_glass_review_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_opened o;
    struct cf_str said = web_field(q, "justified");
    struct reviewing x = {.justified = cf_str_is(said, "yes"), .finding = cf_str_trim(web_field(q, "finding"))};
    if (!load(q, &o, errs)) {
        return false;
    }
    x.event = o.event;
    if (!x.justified && !cf_str_is(said, "no")) {
        web_flaw(q, "justified", "Choose yes or no");
    }
    if (x.finding.n == 0) {
        web_flaw(q, "finding", "Say what you found");
    }
    if (x.finding.n > CF_MAX_NARRATIVE_BYTES) {
        web_flaw(q, "finding", "Say it in fewer words");
    }
    if (q->flaws.n > 0) {
        return show_review(q, r, &o, errs);
    }
    if (!web_work(q, review_it, &x, errs)) {
        return false;
    }
    web_changed(q, NULL);
    return web_see_other(q, r, "/glass/reviews");
}
