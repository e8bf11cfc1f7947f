/* policy_replay: a proposed text of one policy, checked with all others and replayed over all history: what would differ, by
 * which rules, for how many people, of which groups. Counts alone, small ones hidden as in what is published: who writes
 * policies sees no person. Must not know what any policy is about. */
#include "web/form.h"

#include "measure/cells.h"
#include "web/pages/policies.h"

#include "pages/page_policy_replay.h"
#include "pages/page_policy_replayed.h"

enum { TEXT_ROWS = 24 };

/* ---- What is proposed. */

static struct part_textarea textarea(struct web_request *q, struct cf_str text) {
    return (struct part_textarea){
        .label = CF_LIT("The text of the policy"),
        .name = CF_LIT("text"),
        .value = text,
        .hint = CF_LIT("Begin with the line that names the policy. Its tables stay as they are in force."),
        .error = web_flaw_of(q, "text"),
        .rows = TEXT_ROWS};
}

static bool show_form(struct web_request *q, struct web_response *r, struct cf_str text, const struct lang_decl *from) {
    const struct lang_set *set = desk_set(q->desk);
    struct page_policy_replay p = {.csrf = web_csrf(q), .text = textarea(q, text)};
    for (size_t i = 0; set && i < set->policies.n; i++) {
        const struct lang_decl *d = set->policies.v[i];
        if (d->as.policy.source) {
            *cf_push(q->arena, &p.policies) = (struct page_policy_replay_choice){
                .value = cf_str_printf(q->arena, "%.*s %s", CF_STR_ARG(d->name.text), cf_date_shown(d->as.policy.from).p),
                .label = cf_str_printf(q->arena, "%.*s: %.*s, %.*s", CF_STR_ARG(d->name.text), CF_STR_ARG(d->title),
                                       CF_STR_ARG(policies_in_force(q, d))),
                .chosen = d == from};
        }
    }
    page_policy_replay_write(&r->main, &p);
    const struct web_link crumbs[] = {{CF_LIT("Policies"), CF_LIT("/policies")}};
    return web_page(q, r, &(struct web_frame){.crumbs = crumbs, .n_crumbs = 1, .wide = true});
}

bool page_policy_replay(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_str day = cf_str_trim(web_query(q, "policy")), name = CF_LIT("");
    const struct lang_decl *from = NULL;
    if (day.n && cf_str_split(&day, ' ', &name) && !policies_named(q, name, day, &from, errs)) {
        return false;
    }
    return show_form(q, r, from && from->as.policy.source ? from->as.policy.source->text : CF_LIT(""), from);
}

/* Browsers end lines with two characters; policies with one. */
static struct cf_str plain_lines(struct cf_arena *a, struct cf_str s) {
    char *p = cf_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '\r') {
            p[n++] = s.p[i];
        }
    }
    return (struct cf_str){p, n};
}

bool page_policy_replay_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_str text = plain_lines(q->arena, web_field(q, "text"));
    struct cf_errs own = cf_errs_new(q->arena);
    struct cf_id id;
    if (!q->desk || !desk_set(q->desk)) {
        return cf_fail(errs, CF_D001, CF_NOWHERE, "no policies are adopted in this ledger");
    }
    if (!cf_str_trim(text).n) {
        web_flaw(q, "text", "Paste the text of a policy");
        return show_form(q, r, text, NULL);
    }
    if (!replaying_ask(q->app->replaying, text, &id, &own)) {
        r->status = web_status_of(&own);
        web_log_failure(q->app, q, r->status, &own);
        web_flaw(q, "text", "Others are being replayed just now. Wait until one of them has ended, then send it again");
        return show_form(q, r, text, NULL);
    }
    return web_see_other(q, r, "/policies/replay/%s", cf_cstr(q->arena, web_id_text(q, id)));
}

/* ---- What came of it. */

static struct cf_str number(struct web_request *q, uint64_t n) {
    struct cf_buf b = cf_buf_new(q->arena, 64);
    html_count(&b, (int64_t)n);
    return (struct cf_str){b.p, b.n};
}

static struct cf_str lines(struct web_request *q, uint64_t n) {
    return n >= 1 && n <= MEASURE_SMALL ? cf_str_printf(q->arena, "1 to %d", MEASURE_SMALL) : number(q, n);
}

static void fill_rules(struct web_request *q, const struct desk_replay *x, struct page_policy_replayed *p) {
    const struct lang_set *set = desk_set(q->desk);
    for (size_t i = 0; i < x->rules.n; i++) {
        const struct desk_replay_rule *row = &x->rules.v[i];
        const struct lang_decl *d = set ? lang_find_kind(set, row->kind, row->name) : NULL;
        *cf_push(q->arena, &p->rules) =
            (struct page_policy_replayed_rule){.title = row->title.n ? row->title : row->name,
                                               .href = d && d->policy->as.policy.source ? policies_decl_url(q, d) : CF_LIT(""),
                                               .what = cf_str_from(lang_decl_word(row->kind)),
                                               .more = lines(q, row->more),
                                               .fewer = lines(q, row->fewer),
                                               .other = lines(q, row->other)};
    }
}

/* One table over all protected lists, each by itself, so that small numbers are hidden with everything known that adds up: the
 * first row is everybody, and each list has a row for those of whom it was not recorded. */
static void put_row(struct cf_arena *a, struct measure_table *t, size_t list, struct cf_str label, uint64_t touched,
                    uint64_t people) {
    struct measure_row *row = cf_push(a, &t->rows);
    *row = (struct measure_row){.n = (int64_t)touched, .of = (int64_t)people, .persons = -1};
    for (size_t d = 0; d < t->dimensions; d++) {
        row->sums |= (uint8_t)(d == list ? 0 : 1U << d);
        row->label[d] = d == list ? label : CF_LIT("All");
    }
}

static void tabulate(struct web_request *q, const struct desk_replay *x, struct measure_table *t) {
    struct cf_arena *a = q->arena;
    for (size_t i = 0; i < x->groups.n; i++) {
        size_t d = 0;
        while (d < t->dimensions && !cf_str_eq(t->dimension[d], x->groups.v[i].list)) {
            d++;
        }
        if (d == t->dimensions && d < MEASURE_DIMENSIONS) {
            t->dimension[t->dimensions++] = x->groups.v[i].list;
        }
    }
    put_row(a, t, MEASURE_DIMENSIONS, CF_LIT(""), x->touched, x->people);
    for (size_t d = 0; d < t->dimensions; d++) {
        uint64_t touched = x->touched, people = x->people;
        for (size_t i = 0; i < x->groups.n; i++) {
            const struct desk_replay_group *g = &x->groups.v[i];
            if (cf_str_eq(g->list, t->dimension[d])) {
                put_row(a, t, d, g->code_title.n ? g->code_title : g->code, g->touched, g->people);
                touched -= g->touched;
                people -= g->people;
            }
        }
        put_row(a, t, d, CF_LIT("Not recorded"), touched, people);
    }
    measure_publish(a, t);
}

static struct cf_str list_title(const struct desk_replay *x, struct cf_str list) {
    for (size_t i = 0; i < x->groups.n; i++) {
        if (cf_str_eq(x->groups.v[i].list, list)) {
            return x->groups.v[i].list_title.n ? x->groups.v[i].list_title : list;
        }
    }
    return list;
}

static void fill_groups(struct web_request *q, const struct desk_replay *x, struct page_policy_replayed *p) {
    struct measure_table t = {.kind = MEASURE_SHARE, .margins = true};
    tabulate(q, x, &t);
    bool but_few = x->people - x->touched >= 1 && x->people - x->touched <= MEASURE_SMALL;
    p->touched = but_few ? CF_LIT("nearly all") : lines(q, x->touched);
    p->few = t.rows.v[0].hidden; /* with the sum of all hidden, no group is shown at all: the heading says how many there are */
    for (size_t d = 0; d < t.dimensions && !p->few; d++) {
        struct page_policy_replayed_group *g = cf_push(q->arena, &p->groups);
        *g = (struct page_policy_replayed_group){.title = form_label(q->arena, list_title(x, t.dimension[d]))};
        for (size_t i = 1; i < t.rows.n; i++) {
            const struct measure_row *row = &t.rows.v[i];
            if (!(row->sums >> d & 1U) && row->of > 0) {
                *cf_push(q->arena, &g->rows) =
                    (struct page_policy_replayed_row){.label = row->label[d],
                                                      .touched = row->hidden ? CF_LIT("*") : number(q, (uint64_t)row->n),
                                                      .people = row->hidden ? CF_LIT("*") : number(q, (uint64_t)row->of)};
                p->hidden = p->hidden || row->hidden;
            }
        }
    }
}

/* The version that the text would stand in the place of. */
static const struct lang_decl *in_force(struct web_request *q, const struct lang_decl *proposed) {
    const struct lang_set *set = desk_set(q->desk);
    for (size_t i = 0; set && i < set->policies.n; i++) {
        const struct lang_decl *d = set->policies.v[i];
        if (cf_str_eq(d->name.text, proposed->name.text) && d->as.policy.from == proposed->as.policy.from &&
            d->as.policy.source) {
            return d;
        }
    }
    return NULL;
}

static bool fill_changes(struct web_request *q, const struct lang_decl *proposed, struct page_policy_replayed *p,
                         struct cf_errs *errs) {
    const struct lang_decl *old = in_force(q, proposed);
    p->new = !old;
    if (!policies_compare(q, old, proposed, &p->changes, errs)) {
        return false;
    }
    p->n_changes = (int64_t)p->changes.changes.n;
    return true;
}

static void fill_faults(struct web_request *q, const struct replaying_state *s, struct page_policy_replayed *p) {
    p->n_faults = (int64_t)s->faults.n;
    for (size_t i = 0; i < s->faults.n; i++) {
        const struct replaying_fault *f = &s->faults.v[i];
        *cf_push(q->arena, &p->faults) = (struct page_policy_replayed_fault){.words = f->words,
                                                                             .hint = f->hint,
                                                                             .placed = f->line_no > 0,
                                                                             .file = f->file,
                                                                             .line_no = (int64_t)f->line_no,
                                                                             .column = (int64_t)f->column,
                                                                             .line = f->line};
    }
}

bool page_policy_replayed(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    static const char *const stages[] = {[REPLAYING_WAITS] = "It waits until another replay has ended.",
                                         [REPLAYING_CHECKS] = "The text is being checked with all other policies.",
                                         [REPLAYING_RUNS] = "Every history is being judged by it.",
                                         [REPLAYING_FAULTS] = "",
                                         [REPLAYING_DONE] = ""};
    struct replaying_state s;
    struct cf_id id;
    struct cf_errs quiet = cf_errs_new(q->arena);
    if (!web_param_id(q, "run", &id, errs) || !replaying_look(q->app->replaying, id, q->arena, &s)) {
        cf_fail(errs, CF_W004, CF_NOWHERE, "this replay is not kept any more");
        cf_hint(errs, "Results are kept in memory until others need the place. Send the text again.");
        return false;
    }
    struct page_policy_replayed p = {.running = s.stage < REPLAYING_FAULTS,
                                     .stage = cf_str_from(stages[s.stage]),
                                     .counted = s.stage == REPLAYING_RUNS && s.total > 0,
                                     .done = (int64_t)s.done,
                                     .total = (int64_t)s.total,
                                     .again = q->path,
                                     .faulty = s.stage == REPLAYING_FAULTS,
                                     .ready = s.stage == REPLAYING_DONE,
                                     .stopped = s.result.stopped,
                                     .people = (int64_t)s.result.people,
                                     .took = s.ended_s - s.asked_s,
                                     .csrf = web_csrf(q),
                                     .text = textarea(q, s.text)};
    struct cf_source src = {CF_LIT("the proposed text"), s.text};
    struct lang_decl *proposed = NULL;
    bool parsed = lang_parse(q->arena, &src, &quiet, &proposed);
    p.name = proposed ? proposed->name.text : CF_LIT("");
    fill_faults(q, &s, &p);
    if (p.ready && parsed) {
        fill_rules(q, &s.result, &p);
        fill_groups(q, &s.result, &p);
        if (!fill_changes(q, proposed, &p, errs)) {
            return false;
        }
    }
    if (p.running) {
        web_header(q, r, "Refresh", CF_LIT("2"));
    }
    page_policy_replayed_write(&r->main, &p);
    const struct web_link crumbs[] = {{CF_LIT("Policies"), CF_LIT("/policies")},
                                      {CF_LIT("Try a change of a policy"), CF_LIT("/policies/replay")}};
    return web_page(q, r, &(struct web_frame){.crumbs = crumbs, .n_crumbs = 2, .wide = true});
}
