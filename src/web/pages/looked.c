/* looked: who looked at a child, for an auditor: every look with its purpose, role and page, newest first. This look is itself
 * logged before anything is shown (access_who_looked). */
#include "web/pages/admin.h"
#include "web/record.h"

#include "pages/page_looked.h"

enum { LOOKS_SHOWN = 500, LOOKED_DAYS = 30 };

/* A route's pattern as the title of its page: "/child/:subject/journey" is "A child’s journey". */
static struct cf_str page_words(struct cf_str pattern) {
    size_t n;
    const struct web_route *routes = web_routes(&n);
    if (cf_str_is(pattern, "break-glass")) {
        return CF_LIT("Opened in an emergency");
    }
    if (cf_str_is(pattern, "who looked")) {
        return CF_LIT("Who looked at this child");
    }
    for (size_t i = 0; i < n; i++) {
        if (cf_str_is(pattern, routes[i].pattern)) {
            return cf_str_from(routes[i].title);
        }
    }
    return pattern;
}

static struct cf_str roles_words(struct web_request *q, struct cf_str names) {
    struct {
        CF_VEC(struct cf_str);
    } titles = {0};
    struct cf_str one;
    while (names.n && cf_str_split(&names, ' ', &one)) {
        *cf_push(q->arena, &titles) = admin_role(q, one);
    }
    return titles.n ? admin_joined(q, titles.v, titles.n) : CF_LIT("No role");
}

static struct cf_str who(const struct access_look *l) {
    if (cf_id_zero(l->user)) {
        return CF_LIT("The operator of the machine");
    }
    return l->name.n ? l->name : CF_LIT("Somebody who is no user now");
}

static struct web_html user_html(struct web_request *q, const struct access_look *l) {
    struct cf_buf b = cf_buf_new(q->arena, 4096);
    if (web_may(q, ACCESS_USERS) && l->login.n) {
        cf_buf_lit(&b, "<a class=\"govuk-link\" href=\"");
        html_url(&b, web_url(q, "/users/%.*s", CF_STR_ARG(web_id_text(q, l->user))));
        cf_buf_lit(&b, "\">");
        html_text(&b, who(l));
        cf_buf_lit(&b, "</a>");
    } else {
        html_text(&b, who(l));
    }
    return html_done(&b);
}

static void put_outcome(struct page_looked_row *row, enum ledger_read_outcome outcome) {
    static const struct {
        const char *words, *colour;
    } outcomes[] = {
        [LEDGER_SHOWN] = {"Shown", "blue"}, [LEDGER_REFUSED] = {"Refused", "red"}, [LEDGER_NO_HIT] = {"Nobody found", "grey"}};
    size_t i = (size_t)outcome < CF_COUNT(outcomes) ? (size_t)outcome : LEDGER_SHOWN;
    row->outcome = cf_str_from(outcomes[i].words);
    row->colour = cf_str_from(outcomes[i].colour);
}

/* Newest first, so the first look of each that is met is their last. */
static void count_people(struct web_request *q, const struct access_looks *looks, struct page_looked *p) {
    struct {
        CF_VEC(struct cf_id);
    } ids = {0};
    for (size_t i = 0; i < looks->n; i++) {
        const struct access_look *l = &looks->v[i];
        size_t at = 0;
        while (at < ids.n && !cf_id_eq(ids.v[at], l->user)) {
            at++;
        }
        if (at == ids.n) {
            *cf_push(q->arena, &ids) = l->user;
            *cf_push(q->arena, &p->people) =
                (struct page_looked_person){.name = user_html(q, l), .last = web_time(q, l->at_us / 1000000)};
        }
        p->people.v[at].n++;
    }
    p->n_people = (int64_t)ids.n;
}

static struct web_html day_html(struct web_request *q, int64_t at) {
    struct cf_buf b = cf_buf_new(q->arena, 256);
    html_date(&b, cf_time_day(q->zone, at));
    return html_done(&b);
}

static bool fill(struct web_request *q, struct cf_id child, int64_t from, int64_t to, struct page_looked *p,
                 struct cf_errs *errs) {
    struct access_looks looks;
    struct recording rec;
    if (!access_who_looked(q->access, q->desk, q->who, child, from * 1000000, to * 1000000, LOOKS_SHOWN, q->arena, &looks,
                           errs)) {
        return false;
    }
    q->shown_logged = true; /* by access_who_looked, the child with it */
    record_begin(&rec, q);
    p->found = true;
    p->name = record_person(&rec, child);
    p->href = web_url(q, "/child/%.*s", CF_STR_ARG(web_id_text(q, child)));
    p->since = day_html(q, from);
    p->until = day_html(q, to - 1);
    p->n = (int64_t)looks.n;
    p->more = looks.more;
    count_people(q, &looks, p);
    for (size_t i = 0; i < looks.n; i++) {
        const struct access_look *l = &looks.v[i];
        struct page_looked_row *row = cf_push(q->arena, &p->rows);
        *row = (struct page_looked_row){.when = web_time(q, l->at_us / 1000000),
                                        .who = user_html(q, l),
                                        .role = roles_words(q, l->role),
                                        .purpose = admin_purpose(q, l->purpose),
                                        .page = page_words(l->route),
                                        .session = l->session};
        put_outcome(row, l->outcome);
    }
    return true;
}

bool page_looked(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct cf_str typed = cf_str_trim(web_query(q, "child"));
    struct cf_id child = {{0}};
    struct cf_errs own = cf_errs_new(q->arena);
    int32_t today = cf_time_day(q->zone, q->now), first = today - LOOKED_DAYS, last = today;
    bool given;
    if (typed.n && !admin_id(typed, &child)) {
        web_flaw(q, "child", "Enter the number of the person, or paste the address of their page");
    }
    if (admin_day(q, web_query, "from", &given, &first) && admin_day(q, web_query, "to", &given, &last) && last < first) {
        web_flaw(q, "to", "The last day is before the first");
    }
    struct page_looked p = {.nav = admin_nav(q, "/looked"), .days = LOOKED_DAYS, .most = LOOKS_SHOWN};
    if (q->flaws.n == 0 && typed.n && !fill(q, child, cf_day_start(q->zone, first), cf_day_end(q->zone, last) + 1, &p, &own)) {
        if (!admin_flaw(q, "child", &own, errs)) {
            return false;
        }
    }
    if (!q->shown_logged && !web_shown(q, NULL, 0, 0, CF_LIT(""), errs)) {
        return false;
    }
    p.child = typed;
    p.child_flaw = web_flaw_of(q, "child");
    p.from = admin_date(q, web_query, "from", CF_LIT("From (optional)"), CF_LIT(""));
    p.to = admin_date(q, web_query, "to", CF_LIT("To the end of (optional)"), CF_LIT(""));
    page_looked_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.wide = true});
}
