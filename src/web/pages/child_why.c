/* child_why: the reasons of one duty, flag or grade, as the plain evaluator tells them. Must not know any rule by name. */
#include "web/pages/child.h"
#include "web/pages/policies.h"

#include "pages/page_child_why.h"

enum { DEEPEST = 12 };

static void write_tree(struct cf_buf *b, const struct lang_reason *r, int depth) {
    cf_buf_lit(b, "<li>");
    html_text(b, r->text);
    if (r->under.n && depth < DEEPEST) {
        cf_buf_lit(b, "<ul class=\"govuk-list govuk-list--bullet\">");
        for (size_t i = 0; i < r->under.n; i++) {
            write_tree(b, r->under.v[i], depth + 1);
        }
        cf_buf_lit(b, "</ul>");
    }
    cf_buf_lit(b, "</li>");
}

static const struct lang_event *opener_asked(struct child *c) {
    struct cf_id id;
    if (!cf_unhex(web_query(c->q, "in"), id.b, sizeof id.b)) {
        return NULL;
    }
    for (size_t i = 0; i < c->h.n; i++) {
        if (cf_id_eq(c->h.events[i].id, id)) {
            return &c->h.events[i];
        }
    }
    return NULL;
}

/* The steps name events: when one of them is seen for another purpose, none is told. */
static bool all_seen(const struct child *c, const struct lang_support *s) {
    for (size_t i = 0; i < s->n; i++) {
        if (!child_sees(c, s->seqs[i])) {
            return false;
        }
    }
    return true;
}

static struct lang_reason *untold(struct child *c) {
    struct lang_reason *r = CF_NEW(c->q->arena, struct lang_reason);
    r->text = CF_LIT("It rests on something that is seen for another purpose than yours, so the steps are not told here.");
    return r;
}

static struct lang_reason *of_duty(struct child *c, struct cf_id id, const struct lang_decl **rule) {
    for (size_t i = 0; i < c->k.duties.n; i++) {
        const struct lang_duty_line *l = &c->k.duties.v[i];
        if (cf_id_eq(l->id, id) && child_sees(c, l->cause)) {
            *rule = l->rule;
            return all_seen(c, &l->support) ? lang_explain_duty(c->q->arena, c->set, c->ref, &c->h, c->q->now, l) : untold(c);
        }
    }
    return NULL;
}

static struct lang_reason *of_state(struct child *c, struct cf_str name, const struct lang_decl **rule) {
    const struct lang_event *opener = opener_asked(c);
    uint64_t episode = opener ? opener->seq : UINT64_MAX;
    const struct lang_support *support = NULL;
    for (size_t i = 0; i < c->k.flags.n; i++) {
        const struct lang_flag_line *f = &c->k.flags.v[i];
        if (cf_str_eq(f->rule->name.text, name) && f->episode == episode) {
            *rule = f->rule;
            support = &f->support;
        }
    }
    for (size_t i = 0; i < c->k.grades.n; i++) {
        const struct lang_grade_line *g = &c->k.grades.v[i];
        if (cf_str_eq(g->rule->name.text, name) && g->episode == episode) {
            *rule = g->rule;
            support = &g->support;
        }
    }
    if (!support || !child_sees(c, episode)) {
        return NULL;
    }
    return all_seen(c, support) ? lang_explain_state(c->q->arena, c->set, c->ref, &c->h, c->q->now, *rule, episode) : untold(c);
}

bool page_child_why(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct child c;
    struct cf_id id;
    struct cf_str line = web_param(q, "line");
    const struct lang_decl *rule = NULL;
    if (!child_open(q, ACCESS_SEE, &c, errs)) {
        return false;
    }
    struct lang_reason *why = cf_unhex(line, id.b, sizeof id.b) ? of_duty(&c, id, &rule) : of_state(&c, line, &rule);
    if (!why) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "nothing of this name stands here now");
    }
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_JSON_BYTES);
    cf_buf_lit(&b, "<ul class=\"govuk-list\">");
    write_tree(&b, why, 0);
    cf_buf_lit(&b, "</ul>");
    struct page_child_why p = {.title = rule->title,
                               .back = web_url(q, "/child/%.*s", CF_STR_ARG(web_id_text(q, c.id))),
                               .rule = policies_decl_url(q, rule),
                               .policy = rule->policy->title,
                               .tree = html_done(&b)};
    for (size_t i = 0; i < rule->cites.n; i++) {
        *cf_push(q->arena, &p.sources) = child_citation(q, rule, i);
    }
    page_child_why_write(&r->main, &p);
    c.rec.withheld = c.unseen;
    return record_page(&c.rec, r, &(struct web_frame){.back = p.back}, errs);
}
