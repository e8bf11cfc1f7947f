/* restrict: a person's record restricted (Data Protection Act 2018, section 47), a person or a record held from destruction,
 * and the end of each. Must not know any record by name. */
#include "web/pages/amend.h"
#include "web/pages/queue.h"

#include "pages/page_order_end.h"
#include "pages/page_orders.h"
#include "pages/page_restrict.h"

struct target { /* a person, or a record about one */
    struct web_request *q;
    struct recording rec;
    struct cf_id id, person;
    bool event;
    struct cf_str name, title;
};

static bool open_target(struct web_request *q, struct cf_id id, struct target *t) {
    struct cf_errs quiet = cf_errs_new(q->arena);
    struct desk_stands s;
    uint32_t no;
    *t = (struct target){.q = q, .id = id, .person = id};
    record_begin(&t->rec, q);
    if (desk_stands(q->desk, id, q->who->user, q->arena, &s, &quiet)) {
        t->event = true;
        t->person = s.about;
        t->title = s.e.record->title;
    }
    if (!amend_may(q, ACCESS_RESTRICT, t->person, false) || !desk_subject_no(q->desk, t->person, &no, &quiet)) {
        return false;
    }
    *cf_push(q->arena, &t->rec.shown) = no;
    t->name = record_person(&t->rec, t->person);
    return true;
}

static bool target_of_path(struct web_request *q, struct target *t, struct cf_errs *errs) {
    struct cf_id id;
    if (!web_param_id(q, "target", &id, errs)) {
        return false;
    }
    return open_target(q, id, t) ||
           cf_fail(errs, CF_W004, CF_NOWHERE, "there is nobody here with this id, or it is not yours to restrict");
}

static struct cf_str user_name(struct web_request *q, struct cf_id id) {
    struct access_user user;
    struct cf_errs quiet = cf_errs_new(q->arena);
    return !cf_id_zero(id) && access_user_get(q->access, id, q->arena, &user, &quiet) ? user.name
                                                                                      : CF_LIT("the operator of this service");
}

static struct web_html day_of(struct web_request *q, int64_t at) {
    struct cf_buf b = cf_buf_new(q->arena, 256);
    html_date(&b, cf_time_day(q->zone, at));
    return html_done(&b);
}

static const struct {
    enum desk_control what, end;
    const char *word, *name, *colour, *ended;
} kinds[] = {
    {DESK_RESTRICT, DESK_UNRESTRICT, "restriction", "Restricted", "purple",
     "Everybody whose role reaches this person sees the record again, and what is due runs on."},
    {DESK_HOLD, DESK_RELEASE, "hold", "Held", "blue", "The record can be destroyed again when its time has come."},
};

/* ---- Ordering. */

static struct part_textarea ask(struct web_request *q, const char *label) {
    return (struct part_textarea){
        .label = cf_str_from(label),
        .name = CF_LIT("authority"),
        .hint =
            CF_LIT("The law, the request or the order, and its reference. For example: section 47 request, accuracy contested"),
        .value = web_field(q, "authority"),
        .error = web_flaw_of(q, "authority"),
        .rows = 3};
}

static bool fill_orders(struct target *t, struct page_restrict *p, struct cf_errs *errs) {
    struct web_request *q = t->q;
    for (size_t k = 0; k < CF_COUNT(kinds); k++) {
        struct desk_orders orders;
        if (!desk_orders(q->desk, kinds[k].what, q->arena, &orders, errs)) {
            return false;
        }
        for (size_t i = 0; i < orders.n; i++) {
            const struct desk_order *o = &orders.v[i];
            bool theirs = !cf_id_zero(o->person) && cf_id_eq(ledger_person(desk_ledger(q->desk), o->person),
                                                             ledger_person(desk_ledger(q->desk), t->person));
            if (!theirs && !(t->event && cf_id_eq(o->target, t->id))) {
                continue;
            }
            *cf_push(q->arena, &p->orders) =
                (struct page_restrict_order){.what = cf_str_from(kinds[k].name),
                                             .authority = o->authority,
                                             .when = web_time(q, o->at),
                                             .who = user_name(q, o->actor),
                                             .review = o->review_on ? day_of(q, o->review_on) : WEB_HTML(""),
                                             .href = web_url(q, "/orders/%.*s", CF_STR_ARG(web_id_text(q, o->event)))};
        }
    }
    return true;
}

static bool show(struct target *t, struct web_response *r, struct cf_errs *errs) {
    struct web_request *q = t->q;
    struct page_restrict p = {.name = t->name,
                              .title = t->event ? t->title : CF_LIT("Restrict or hold a record"),
                              .restricted = ledger_restricted(desk_ledger(q->desk), t->person),
                              .action = q->path,
                              .csrf = web_csrf(q),
                              .ask = ask(q, "On what authority?"),
                              .review = {.legend = CF_LIT("When is it to be looked at again?"),
                                         .name = CF_LIT("review"),
                                         .hint = CF_LIT("Leave it empty when no day is set."),
                                         .error = web_flaw_of(q, "review"),
                                         .day = web_field(q, "review-day"),
                                         .month = web_field(q, "review-month"),
                                         .year = web_field(q, "review-year")},
                              .child = web_url(q, "/child/%.*s", CF_STR_ARG(web_id_text(q, t->person)))};
    p.choices =
        (struct part_choices){.legend = CF_LIT("What is ordered?"), .name = CF_LIT("what"), .error = web_flaw_of(q, "what")};
    if (!t->event && !p.restricted) {
        *cf_push(q->arena, &p.choices.items) = (struct part_choices_item){
            .id = CF_LIT("what"),
            .value = CF_LIT("restriction"),
            .label = CF_LIT("Restrict it"),
            .hint = CF_LIT("Nobody sees this person but those who keep restrictions. Recording what happens goes on."),
            .chosen = cf_str_is(web_field(q, "what"), "restriction")};
    }
    *cf_push(q->arena, &p.choices.items) =
        (struct part_choices_item){.id = p.choices.items.n ? CF_LIT("what-2") : CF_LIT("what"),
                                   .value = CF_LIT("hold"),
                                   .label = CF_LIT("Hold it"),
                                   .hint = CF_LIT("It is not destroyed while the hold stands: an inquiry, a claim, a court."),
                                   .chosen = cf_str_is(web_field(q, "what"), "hold")};
    if (!fill_orders(t, &p, errs)) {
        return false;
    }
    page_restrict_write(&r->main, &p);
    return record_page(&t->rec, r, &(struct web_frame){0}, errs);
}

bool page_restrict(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct target t;
    return target_of_path(q, &t, errs) && show(&t, r, errs);
}

struct order {
    enum desk_control what;
    struct cf_id target;
    struct cf_str authority;
    int64_t review;
};

static bool put_order(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    const struct order *o = arg;
    struct ledger_receipt receipt;
    (void)access;
    return desk_control(writing, o->what, o->target, o->authority, q->who->user, o->review, &receipt, errs);
}

/* The day of the form, its end; 0 when none is named. False: it is no day, and that is said. */
static bool review_day(struct web_request *q, int64_t *at) {
    static const char *const parts[] = {"review-day", "review-month", "review-year"};
    int64_t v[3] = {0};
    bool any = false, all = true;
    *at = 0;
    for (int i = 0; i < 3; i++) {
        struct cf_str s = cf_str_trim(web_field(q, parts[i]));
        any = any || s.n;
        all = all && cf_str_int(s, &v[i]);
    }
    if (!any) {
        return true;
    }
    struct cf_moment m;
    struct cf_errs quiet = cf_errs_new(q->arena);
    struct cf_str text = cf_str_printf(q->arena, "%04lld-%02lld-%02lld", (long long)v[2], (long long)v[1], (long long)v[0]);
    if (!all || !cf_time_parse(q->zone, text, CF_NOWHERE, &quiet, &m) || m.at <= q->now) {
        web_flaw(q, "review", "Enter a day that is still to come, such as 27 3 2027, or leave it empty");
        return false;
    }
    *at = m.at;
    return true;
}

bool page_restrict_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct target t;
    struct order o = {0};
    if (!target_of_path(q, &t, errs)) {
        return false;
    }
    struct cf_str what = web_field(q, "what");
    bool restriction = cf_str_is(what, "restriction") && !t.event, hold = cf_str_is(what, "hold");
    o.what = restriction ? DESK_RESTRICT : DESK_HOLD;
    o.target = t.id;
    o.authority = cf_str_trim(web_field(q, "authority"));
    if (!restriction && !hold) {
        web_flaw(q, "what", "Choose what is ordered");
    }
    if (!o.authority.n) {
        web_flaw(q, "authority", "Say on what authority");
    }
    (void)review_day(q, &o.review);
    if (q->flaws.n) {
        return show(&t, r, errs);
    }
    bool there = restriction && ledger_restricted(desk_ledger(q->desk), t.person); /* pressed twice: it stands */
    if (!there && !web_work(q, put_order, &o, errs)) {
        return false;
    }
    web_changed(q, NULL);
    return web_shown(q, t.rec.shown.v, t.rec.shown.n, 0, CF_LIT(""), errs) &&
           web_see_other(q, r, "%s", cf_cstr(q->arena, q->path));
}

/* ---- Orders that stand, and ending one. */

bool page_orders(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct page_orders p = {0};
    struct recording rec;
    struct {
        CF_VEC(struct page_orders_row);
    } mine = {0};
    struct {
        CF_VEC(uint32_t);
    } people = {0};
    record_begin(&rec, q);
    for (size_t k = 0; k < CF_COUNT(kinds); k++) {
        struct desk_orders orders;
        if (!desk_orders(q->desk, kinds[k].what, q->arena, &orders, errs)) {
            return false;
        }
        for (size_t i = 0; i < orders.n; i++) {
            const struct desk_order *o = &orders.v[i];
            struct target t;
            if (!open_target(q, cf_id_zero(o->person) ? o->target : o->person, &t)) {
                rec.withheld++;
                continue;
            }
            *cf_push(q->arena, &people) = t.rec.shown.v[0];
            *cf_push(q->arena, &mine) = (struct page_orders_row){
                .what = cf_str_from(kinds[k].name),
                .colour = cf_str_from(kinds[k].colour),
                .name = t.event ? cf_str_printf(q->arena, "%.*s: %.*s", CF_STR_ARG(t.name), CF_STR_ARG(t.title)) : t.name,
                .authority = o->authority,
                .when = web_time(q, o->at),
                .who = user_name(q, o->actor),
                .review = o->review_on ? day_of(q, o->review_on) : WEB_HTML(""),
                .late = o->review_on && o->review_on < q->now,
                .href = web_url(q, "/orders/%.*s", CF_STR_ARG(web_id_text(q, o->event)))};
        }
    }
    struct queue_part part = queue_part(q, mine.n);
    for (size_t i = part.from; mine.v && people.v && i < part.to; i++) {
        *cf_push(q->arena, &p.rows) = mine.v[i];
        *cf_push(q->arena, &rec.shown) = people.v[i];
    }
    p.pager = queue_pager(q, &part, CF_LIT("orders"), "/orders?", p.rows.n, mine.n + rec.withheld, rec.withheld);
    page_orders_write(&r->main, &p);
    return record_page(&rec, r, &(struct web_frame){.wide = true}, errs);
}

struct standing_order {
    struct target t;
    struct desk_order o;
    size_t kind;
};

static bool order_of_path(struct web_request *q, struct standing_order *s, struct cf_errs *errs) {
    struct cf_id event;
    if (!web_param_id(q, "order", &event, errs)) {
        return false;
    }
    for (s->kind = 0; s->kind < CF_COUNT(kinds); s->kind++) {
        struct desk_orders orders;
        if (!desk_orders(q->desk, kinds[s->kind].what, q->arena, &orders, errs)) {
            return false;
        }
        for (size_t i = 0; i < orders.n; i++) {
            s->o = orders.v[i];
            if (cf_id_eq(s->o.event, event) && open_target(q, cf_id_zero(s->o.person) ? s->o.target : s->o.person, &s->t)) {
                return true;
            }
        }
    }
    return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such order, or it was ended already");
}

static bool show_end(struct web_request *q, struct standing_order *s, struct web_response *r, struct cf_errs *errs) {
    struct page_order_end p = {.what = cf_str_from(kinds[s->kind].word),
                               .name = s->t.name,
                               .authority = s->o.authority,
                               .means = cf_str_from(kinds[s->kind].ended),
                               .action = q->path,
                               .csrf = web_csrf(q),
                               .ask = ask(q, "On what authority does it end?")};
    page_order_end_write(&r->main, &p);
    return record_page(&s->t.rec, r, &(struct web_frame){.back = CF_LIT("/orders")}, errs);
}

bool page_order_end(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct standing_order s = {0};
    return order_of_path(q, &s, errs) && show_end(q, &s, r, errs);
}

bool page_order_end_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct standing_order s = {0};
    if (!order_of_path(q, &s, errs)) {
        return false;
    }
    struct order o = {.what = kinds[s.kind].end, .target = s.o.event, .authority = cf_str_trim(web_field(q, "authority"))};
    if (!o.authority.n) {
        web_flaw(q, "authority", "Say on what authority it ends");
        return show_end(q, &s, r, errs);
    }
    if (!web_work(q, put_order, &o, errs)) {
        return false;
    }
    web_changed(q, NULL);
    return web_shown(q, s.t.rec.shown.v, s.t.rec.shown.n, 0, CF_LIT(""), errs) && web_see_other(q, r, "/orders");
}
