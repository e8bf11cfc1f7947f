/* team: what a unit owes, late first, by the child who waits longest; who carries it; naming somebody, handing over. Must not
 * know any rule by name, and of records only the ledger's own `assigned` and `handover`. */
#include "web/pages/child.h"
#include "web/pages/queue.h"

#include "pages/page_team.h"
#include "pages/page_team_assign.h"

static const struct {
    const char *text, *name;
} views[] = {[DESK_OWED_ALL] = {"Everything open", "all"},
             [DESK_OWED_LATE] = {"Late", "late"},
             [DESK_OWED_NOBODY] = {"Carried by nobody", "nobody"}};
enum { VIEWS = CF_COUNT(views) };

static struct part_subnav view_nav(struct web_request *q, enum desk_owed_view here) {
    struct part_subnav nav = {.label = CF_LIT("Which duties")};
    for (size_t i = 0; i < VIEWS; i++) {
        *cf_push(q->arena, &nav.items) = (struct part_subnav_item){.text = cf_str_from(views[i].text),
                                                                   .href = web_url(q, "/team?view=%s", views[i].name),
                                                                   .current = i == (size_t)here};
    }
    return nav;
}

bool page_team(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct child_queue all;
    struct recording rec;
    struct child last = {0};
    enum desk_owed_view view = DESK_OWED_ALL;
    for (size_t i = 0; i < VIEWS; i++) {
        view = cf_str_is(web_query(q, "view"), views[i].name) ? (enum desk_owed_view)i : view;
    }
    record_begin(&rec, q);
    if (!queue_unit(q, errs) || !child_queue(q, DESK_BY_UNIT, q->who->unit_no, view, ACCESS_SUPERVISE, &all, errs)) {
        return false;
    }
    struct page_team p = {.unit = q->who->unit->title,
                          .nav = queue_nav(q, "/team"),
                          .views = view_nav(q, view),
                          .late = (int64_t)all.totals.late,
                          .any_late = all.totals.late > 0,
                          .open = (int64_t)all.totals.lines,
                          .people = (int64_t)all.totals.people,
                          .nobody = (int64_t)all.totals.nobody,
                          .oldest = all.totals.oldest != INT64_MAX ? web_ago(q, all.totals.oldest)
                                                                   : WEB_HTML("never: nothing is late")};
    for (size_t i = 0; i < all.n; i++) {
        struct cf_errs gone = cf_errs_new(q->arena);
        struct part_duty_line line;
        if (child_queue_line(&rec, &last, &all.v[i], &line, &gone)) {
            *cf_push(q->arena, &p.rows) = (struct page_team_row){.line = line};
        }
    }
    const char *href = cf_cstr(q->arena, cf_str_printf(q->arena, "/team?view=%s&", views[view].name));
    p.pager = queue_pager(q, &all.part, CF_LIT("things to do"), href, p.rows.n, all.total, all.withheld);
    p.pager.behind = queue_behind(q, all.totals.behind);
    rec.withheld = all.withheld;
    page_team_write(&r->main, &p);
    return record_page(&rec, r, &(struct web_frame){.wide = true}, errs);
}

/* ---- Naming somebody. */

struct assigning {
    struct child c;
    const struct lang_duty_line *line;
    struct cf_str episode; /* id of the opener; empty: it is part of nothing */
};

static bool load(struct web_request *q, struct assigning *x, struct cf_errs *errs) {
    struct cf_id id;
    if (!child_open(q, ACCESS_SUPERVISE, &x->c, errs) || !web_param_id(q, "line", &id, errs)) {
        return false;
    }
    x->line = NULL;
    for (size_t i = 0; i < x->c.k.duties.n; i++) {
        const struct lang_duty_line *l = &x->c.k.duties.v[i];
        x->line = cf_id_eq(l->id, id) && child_live(l) && l->owner.role_or_unit ? l : x->line;
    }
    if (!x->line) {
        cf_fail(errs, CF_W004, CF_NOWHERE, "nothing is open here that could be assigned");
        cf_hint(errs, "It may have been done meanwhile. Go back to the team’s duties.");
        return false;
    }
    x->episode = child_of_episode(&x->c, x->line->episode);
    return true;
}

static bool in_unit(const struct access_user *u, const struct lang_decl *unit) {
    return u->active && unit && cf_str_eq(u->unit, unit->name.text);
}

static bool show(struct web_request *q, struct web_response *r, struct assigning *x, struct cf_str key, struct cf_errs *errs) {
    struct access_users users = {0};
    const struct lang_event *opener = x->line->episode == UINT64_MAX ? NULL : child_event(&x->c, x->line->episode);
    const struct lang_decl *episode = opener ? child_record(&x->c, opener)->as.record.opens_decl : NULL;
    size_t total;
    if (!access_user_list(q->access, 0, 5000, q->arena, &users, &total, errs)) {
        return false;
    }
    struct lang_shown one = {.first = x->line};
    *cf_push(q->arena, &one.all) = x->line;
    struct part_duty_line line = child_duty(&x->c, &one);
    struct page_team_assign p = {.title = line.title,
                                 .due = line.due,
                                 .owner = line.owner,
                                 .carried = line.carried,
                                 .part = episode ? episode->title : CF_LIT(""),
                                 .action = q->path,
                                 .csrf = web_csrf(q),
                                 .key = key,
                                 .officer_flaw = web_flaw_of(q, "officer"),
                                 .unit_flaw = web_flaw_of(q, "unit")};
    for (size_t i = 0; i < users.n; i++) {
        if (in_unit(&users.v[i], q->who->unit)) {
            struct cf_str value = web_id_text(q, users.v[i].id);
            *cf_push(q->arena, &p.officers) =
                (struct page_team_assign_choice){value, users.v[i].name, cf_str_eq(value, web_field(q, "officer"))};
        }
    }
    for (size_t i = 0; i < x->c.set->units.n; i++) {
        const struct lang_decl *unit = x->c.set->units.v[i];
        struct cf_str value = web_id_text(q, desk_unit_id(q->desk, unit));
        *cf_push(q->arena, &p.units) =
            (struct page_team_assign_choice){value, unit->title, cf_str_eq(value, web_field(q, "unit"))};
    }
    page_team_assign_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.back = CF_LIT("/team")});
}

bool page_team_assign(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct assigning x;
    return load(q, &x, errs) && show(q, r, &x, web_id_text(q, ledger_new_id(desk_ledger(q->desk))), errs);
}

/* The officer or the unit that was chosen; a flaw when it is none that may be. */
static bool chosen(struct web_request *q, const struct assigning *x, bool officer, struct cf_id *to, struct cf_errs *errs) {
    struct access_user user;
    const char *field = officer ? "officer" : "unit";
    bool ok = cf_unhex(web_field(q, field), to->b, sizeof to->b);
    if (ok && officer) {
        struct cf_errs quiet = cf_errs_new(q->arena);
        ok = access_user_get(q->access, *to, q->arena, &user, &quiet) && in_unit(&user, q->who->unit);
    } else if (ok) {
        bool unit = false;
        for (size_t i = 0; i < x->c.set->units.n; i++) {
            unit = unit || cf_id_eq(desk_unit_id(q->desk, x->c.set->units.v[i]), *to);
        }
        ok = unit;
    }
    (void)errs;
    if (!ok) {
        web_flaw(q, field, "%s", officer ? "Choose who carries it" : "Choose which unit takes it over");
    }
    return ok;
}

bool page_team_assign_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct assigning x;
    struct cf_id to, event, episode;
    struct cf_str key = web_field(q, "key");
    bool again, officer = !cf_str_is(web_field(q, "do"), "handover");
    if (!load(q, &x, errs)) {
        return false;
    }
    if (!chosen(q, &x, officer, &to, errs)) {
        return show(q, r, &x, key, errs);
    }
    const struct lang_decl *record = lang_find_kind(x.c.set, LANG_RECORD, officer ? CF_LIT("assigned") : CF_LIT("handover"));
    struct desk_about about = {.subject = x.c.id};
    struct desk_value *fields = CF_NEW_N(q->arena, struct desk_value, record->as.record.fields.n + 1);
    fields[0] = (struct desk_value){.v = {.kind = LANG_V_SUBJECT}, .id = to};
    struct form_entry entry = {
        .e = {.record = record, .from = q->now, .to = q->now, .about = &about, .n_about = 1, .fields = fields}};
    if (cf_unhex(x.episode, episode.b, sizeof episode.b)) {
        entry.e.episodes = &episode;
        entry.e.n_episodes = 1;
    }
    record_complete(q, &entry);
    return record_once(q, key, &entry, &event, &again, errs) && web_see_other(q, r, "/team");
}
