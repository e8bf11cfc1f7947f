/* users: who can sign in, adding somebody, and what each role allows. Shows people who work here, never a child. */
#include "web/pages/users.h"

#include "web/pages/admin.h"
#include "web/pages/queue.h"

#include "pages/page_users.h"
#include "pages/page_users_new.h"
#include "pages/page_users_roles.h"

static struct cf_str roles_of(struct web_request *q, const struct access_user *u) {
    struct cf_str *titles = CF_NEW_N(q->arena, struct cf_str, u->grants.n + 1);
    for (size_t i = 0; i < u->grants.n; i++) {
        titles[i] = admin_role(q, u->grants.v[i].role);
    }
    return admin_joined(q, titles, u->grants.n);
}

static bool show(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_users users = {0};
    size_t total = 0;
    if (!access_user_list(q->access, 0, 0, q->arena, &users, &total, errs)) {
        return false;
    }
    struct queue_part part = queue_part(q, total);
    if (!access_user_list(q->access, part.from, QUEUE_ON_PAGE, q->arena, &users, &total, errs)) {
        return false;
    }
    struct page_users p = {.nav = admin_nav(q, "/users"),
                           .csrf = web_csrf(q),
                           .login = web_field(q, "login"),
                           .login_flaw = web_flaw_of(q, "login")};
    for (size_t i = 0; i < users.n; i++) {
        const struct access_user *u = &users.v[i];
        *cf_push(q->arena, &p.rows) =
            (struct page_users_row){.name = u->name,
                                    .href = web_url(q, "/users/%.*s", CF_STR_ARG(web_id_text(q, u->id))),
                                    .login = u->login,
                                    .unit = admin_unit(q, u->unit),
                                    .roles = u->grants.n ? roles_of(q, u) : CF_LIT("None: can see and do nothing"),
                                    .state = users_state(u),
                                    .colour = users_colour(u),
                                    .seen = u->last_seen_us ? web_ago(q, u->last_seen_us / 1000000) : WEB_HTML("never")};
    }
    p.pager = queue_pager(q, &part, CF_LIT("users"), "/users?", users.n, total, 0);
    page_users_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.wide = true});
}

struct cf_str users_state(const struct access_user *u) {
    if (!u->active) {
        return CF_LIT("Left");
    }
    return u->has_password || u->oidc_subject.n ? CF_LIT("Active") : CF_LIT("Cannot sign in yet");
}

struct cf_str users_colour(const struct access_user *u) {
    if (!u->active) {
        return CF_LIT("grey");
    }
    return u->has_password || u->oidc_subject.n ? CF_LIT("green") : CF_LIT("orange");
}

bool page_users(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    return show(q, r, errs);
}

/* A login is typed in a form that is posted, so that it stands in no address. */
bool page_users_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_user u;
    struct cf_errs own = cf_errs_new(q->arena);
    struct cf_str login = cf_str_trim(web_field(q, "login"));
    if (login.n == 0) {
        web_flaw(q, "login", "Enter a user name");
        return show(q, r, errs);
    }
    if (access_user_find(q->access, login, q->arena, &u, &own)) {
        return web_see_other(q, r, "/users/%.*s", CF_STR_ARG(web_id_text(q, u.id)));
    }
    return admin_flaw(q, "login", &own, errs) && show(q, r, errs);
}

/* ---- Adding. */

static bool show_new(struct web_request *q, struct web_response *r) {
    struct page_users_new p = {.csrf = web_csrf(q),
                               .login = web_field(q, "login"),
                               .login_flaw = web_flaw_of(q, "login"),
                               .name = web_field(q, "name"),
                               .name_flaw = web_flaw_of(q, "name"),
                               .units = admin_units(q, web_field(q, "unit"))};
    page_users_new_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.back = CF_LIT("/users")});
}

bool page_users_new(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    (void)errs;
    return show_new(q, r);
}

struct adding {
    struct cf_str login, name, unit;
    struct cf_id id;
};

static bool add(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    struct adding *x = arg;
    return access_user_add(access, writing, q->who, x->login, x->name, x->unit, &x->id, errs);
}

bool page_users_new_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct adding x = {
        .login = cf_str_trim(web_field(q, "login")), .name = cf_str_trim(web_field(q, "name")), .unit = web_field(q, "unit")};
    struct cf_errs own = cf_errs_new(q->arena);
    if (x.login.n == 0) {
        web_flaw(q, "login", "Enter a user name");
    }
    if (x.name.n == 0) {
        web_flaw(q, "name", "Enter the name that others see");
    }
    if (q->flaws.n > 0) {
        return show_new(q, r);
    }
    if (!web_work(q, add, &x, &own)) {
        const char *field = own.n > 0 && own.v[0].code == CF_A012 ? "unit" : "login";
        return admin_flaw(q, field, &own, errs) && show_new(q, r);
    }
    return web_see_other(q, r, "/users/%.*s", CF_STR_ARG(web_id_text(q, x.id)));
}

/* ---- Roles. */

struct cf_str users_abilities(struct web_request *q, const struct lang_decl *const *held, size_t n) {
    uint32_t may = lang_role_abilities(desk_set(q->desk), held, n);
    struct cf_str words[LANG_ABILITIES];
    size_t k = 0;
    for (size_t i = 0; i < LANG_ABILITIES; i++) {
        if (may & (1U << i)) {
            words[k++] = cf_str_from(lang_ability_word((enum lang_ability)i));
        }
    }
    return k ? admin_joined(q, words, k) : CF_LIT("Nothing beside recording and looking");
}

struct cf_str users_sees(struct web_request *q, const struct lang_decl *const *held, size_t n) {
    enum lang_sees sees = lang_sees(desk_set(q->desk), held, n);
    if (sees == LANG_SEES_FORCE) {
        return CF_LIT("Everyone");
    }
    return sees == LANG_SEES_UNIT ? CF_LIT("People of their unit")
                                  : CF_LIT("Only people in whose history they acted, or for whom they have something to do");
}

struct cf_str users_purposes(struct web_request *q, const struct lang_decl *const *held, size_t n) {
    const struct cf_str *codes = NULL;
    size_t k = lang_role_purposes(q->arena, desk_set(q->desk), held, n, &codes);
    struct cf_str *words = CF_NEW_N(q->arena, struct cf_str, k + 1);
    for (size_t i = 0; i < k; i++) {
        words[i] = admin_purpose(q, codes[i]);
    }
    return k ? admin_joined(q, words, k) : CF_LIT("None: no person’s record can be looked at");
}

bool page_users_roles(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct lang_set *set = desk_set(q->desk);
    struct page_users_roles p = {.nav = admin_nav(q, "/users/roles")};
    const struct lang_decl *codes = set ? lang_find_kind(set, LANG_CODES, CF_LIT("purpose")) : NULL;
    (void)errs;
    for (size_t i = 0; i < LANG_ABILITIES; i++) {
        *cf_push(q->arena, &p.abilities) =
            (struct page_users_roles_word){.name = cf_str_from(lang_ability_word((enum lang_ability)i)),
                                           .meaning = cf_str_from(lang_ability_meaning((enum lang_ability)i))};
    }
    for (size_t i = 0; codes && i < codes->as.codes.list.n; i++) {
        *cf_push(q->arena, &p.purposes) = (struct page_users_roles_word){.name = codes->as.codes.list.v[i].name.text,
                                                                         .meaning = codes->as.codes.list.v[i].title};
    }
    for (size_t i = 0; set && i < set->roles.n; i++) {
        const struct lang_decl *role = set->roles.v[i];
        *cf_push(q->arena, &p.roles) = (struct page_users_roles_role){.title = role->title,
                                                                      .name = role->name.text,
                                                                      .purposes = users_purposes(q, &role, 1),
                                                                      .may = users_abilities(q, &role, 1),
                                                                      .sees = users_sees(q, &role, 1)};
    }
    page_users_roles_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.wide = true});
}
