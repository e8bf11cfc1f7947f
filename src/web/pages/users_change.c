/* users_change: one change of what somebody may do, or of how they sign in: asked, confirmed with its reason, done by the
 * keeper. What a change is and asks for stands in a table. Must not know any role by name. */
#include "web/pages/admin.h"
#include "web/pages/users.h"

#include "pages/page_user_change.h"
#include "pages/page_user_password.h"

struct applying {
    struct cf_id user;
    struct cf_str role, unit, reason;
    int64_t until_us;
};
typedef bool change_fn(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs);

static bool grant(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    struct applying *x = arg;
    return access_user_grant(access, writing, q->who, x->user, x->role, x->until_us, x->reason, errs);
}

static bool end(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    struct applying *x = arg;
    return access_user_end(access, writing, q->who, x->user, x->role, x->reason, errs);
}

static bool unit(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    struct applying *x = arg;
    return access_user_unit(access, writing, q->who, x->user, x->unit, x->reason, errs);
}

static bool leave(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    struct applying *x = arg;
    return access_user_active(access, writing, q->who, x->user, false, x->reason, errs);
}

static bool back(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    struct applying *x = arg;
    return access_user_active(access, writing, q->who, x->user, true, x->reason, errs);
}

static bool codes(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs) {
    struct applying *x = arg;
    (void)writing;
    return access_otp_end(access, q->who, x->user, errs);
}

static const struct change {
    const char *name, *title, *button, *follows;
    change_fn *run; /* NULL: a new password, which has an answer of its own */
    bool chooses_role, chooses_unit, reason;
} changes[] = {
    {"grant", "Give a role", "Give the role",
     "It counts from their next click. Choose the narrowest role that lets them do their work.", grant, true, false, true},
    {"end", "End a role", "End the role", "It counts from their next click. What they recorded stays.", end, false, false,
     true},
    {"unit", "Change the unit", "Change the unit",
     "The duties of the old unit stay there. Whom they see may change with it, from their next click.", unit, false, true,
     true},
    {"leave", "Stop them signing in", "Stop them signing in",
     "All their sessions end at once. What they recorded, and their name beside it, stays. Duties that they carry stay theirs "
     "until a supervisor assigns them.",
     leave, false, false, true},
    {"back", "Let them sign in again", "Let them sign in again",
     "Roles that did not end meanwhile count again: look at them first.", back, false, false, true},
    {"reset", "Give a new password", "Make a new password",
     "All their sessions end at once. The new password is shown to you once: make sure who asks before you tell it.", NULL,
     false, false, false},
    {"codes", "Take off the one-time code", "Take off the code",
     "They then sign in with the password alone, until they set up a new code. Make sure who asks.", codes, false, false,
     false}};

static const struct change *change_of(struct web_request *q, struct cf_errs *errs) {
    for (size_t i = 0; i < CF_COUNT(changes); i++) {
        if (cf_str_is(web_param(q, "change"), changes[i].name)) {
            return &changes[i];
        }
    }
    cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such change of a user");
    return NULL;
}

static const struct access_grant *held(const struct access_user *u, struct cf_str role) {
    for (size_t i = 0; i < u->grants.n; i++) {
        if (cf_str_eq(u->grants.v[i].role, role)) {
            return &u->grants.v[i];
        }
    }
    return NULL;
}

/* The change of the path for somebody else; NULL with an error otherwise. */
static const struct change *load(struct web_request *q, struct access_user *u, struct cf_errs *errs) {
    const struct change *c = change_of(q, errs);
    if (!c || !users_load(q, u, errs)) {
        return NULL;
    }
    if (cf_id_eq(u->id, q->who->user)) {
        cf_fail(errs, CF_A013, CF_NOWHERE, "nobody changes their own authority");
        return NULL;
    }
    return c;
}

static struct part_choose roles_to_give(struct web_request *q, const struct access_user *u) {
    const struct lang_set *set = desk_set(q->desk);
    struct cf_str now = web_field(q, "role");
    struct part_choose c = {.label = CF_LIT("Role"), .name = CF_LIT("role"), .error = web_flaw_of(q, "role")};
    *cf_push(q->arena, &c.items) = (struct part_choose_item){CF_LIT(""), CF_LIT("Choose a role"), now.n == 0};
    for (size_t i = 0; set && i < set->roles.n; i++) {
        const struct lang_decl *role = set->roles.v[i];
        if (!held(u, role->name.text)) {
            *cf_push(q->arena, &c.items) =
                (struct part_choose_item){role->name.text, role->title, cf_str_eq(role->name.text, now)};
        }
    }
    return c;
}

static bool show(struct web_request *q, struct web_response *r, const struct change *c, const struct access_user *u) {
    struct cf_str role = web_field(q, "role").n ? web_field(q, "role") : web_query(q, "role");
    struct page_user_change p = {.title = cf_str_from(c->title),
                                 .name = u->name,
                                 .follows = cf_str_from(c->follows),
                                 .button = cf_str_from(c->button),
                                 .action = q->path,
                                 .csrf = web_csrf(q),
                                 .warns = !c->reason,
                                 .asks_reason = c->reason,
                                 .reason = web_field(q, "reason"),
                                 .reason_flaw = web_flaw_of(q, "reason")};
    if (c->chooses_role) {
        struct part_choose roles = roles_to_give(q, u);
        struct part_date until = admin_date(q, web_field, "until", CF_LIT("Until the end of (optional)"),
                                            CF_LIT("For who stands in, or acts up for a time. Leave it empty for no end."));
        p.roles = cf_memdup(q->arena, &roles, sizeof roles);
        p.until = cf_memdup(q->arena, &until, sizeof until);
    } else if (c->chooses_unit) {
        struct part_choose units = admin_units(q, web_field_given(q, "unit") ? web_field(q, "unit") : u->unit);
        p.units = cf_memdup(q->arena, &units, sizeof units);
    } else if (c->run == end && held(u, role)) {
        p.role = role;
        p.role_title = admin_role(q, role);
    }
    page_user_change_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.back = web_url(q, "/users/%.*s", CF_STR_ARG(web_id_text(q, u->id)))});
}

/* Ending a role names one that they hold. */
static bool nothing_to_end(struct web_request *q, const struct change *c, const struct access_user *u, admin_from *from,
                           struct cf_errs *errs) {
    return c->run == end && !held(u, from(q, "role")) &&
           !cf_fail(errs, CF_A012, CF_NOWHERE, "they do not hold that role any more");
}

bool page_user_change(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_user u;
    const struct change *c = load(q, &u, errs);
    return c && !nothing_to_end(q, c, &u, web_query, errs) && show(q, r, c, &u);
}

/* ---- Doing it. */

/* Sent again by a second press: what was asked stands already. */
static bool is_so(const struct change *c, const struct access_user *u, const struct applying *x) {
    const struct access_grant *g = held(u, x->role);
    return (c->run == grant && g && g->until_us == x->until_us) || (c->run == end && !g) ||
           (c->run == unit && cf_str_eq(u->unit, x->unit)) || (c->run == leave && !u->active) || (c->run == back && u->active);
}

/* 96 random bits in groups that one can read out over the telephone. */
static struct cf_str new_password(struct web_request *q) {
    enum { LETTERS = 24, GROUP = 4 };
    struct cf_id random = ledger_new_subject(desk_ledger(q->desk));
    struct cf_str hex = cf_hex(q->arena, random.b, sizeof random.b);
    struct cf_buf b = cf_buf_new(q->arena, 64);
    for (size_t i = 0; i < LETTERS; i += GROUP) {
        cf_buf_lit(&b, i ? "-" : "");
        cf_buf_str(&b, cf_str_slice(hex, i, i + GROUP));
    }
    return (struct cf_str){b.p, b.n};
}

/* The one answer to a form that is no redirect: the password must stand in no address, and nowhere afterwards. */
static bool reset(struct web_request *q, struct web_response *r, const struct access_user *u, struct cf_errs *errs) {
    struct page_user_password p = {.name = u->name,
                                   .login = u->login,
                                   .password = new_password(q),
                                   .user = web_url(q, "/users/%.*s", CF_STR_ARG(web_id_text(q, u->id)))};
    if (!access_user_reset(q->access, q->who, u->id, p.password, errs)) {
        return false;
    }
    page_user_password_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.title = CF_LIT("A new password")});
}

static void check(struct web_request *q, const struct change *c, const struct access_user *u, struct applying *x) {
    bool given = false;
    int32_t day = 0;
    if (c->chooses_role && x->role.n == 0) {
        web_flaw(q, "role", "Choose a role");
    }
    if (c->chooses_role && admin_day(q, web_field, "until", &given, &day) && given) {
        x->until_us = cf_day_end(q->zone, day) * 1000000;
        if (x->until_us <= q->now * 1000000) {
            web_flaw(q, "until", "Choose a day that is not over");
        }
    }
    const struct access_grant *g = held(u, x->role);
    if (c->chooses_role && g && g->until_us != x->until_us) {
        web_flaw(q, "role", "They hold this role already, with another end: end it first");
    }
    if (c->reason && x->reason.n == 0) {
        web_flaw(q, "reason", "Say why: it is kept with the change");
    }
}

bool page_user_change_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_user u;
    const struct change *c = load(q, &u, errs);
    struct cf_errs own = cf_errs_new(q->arena);
    if (!c) {
        return false;
    }
    if (!c->run) {
        return reset(q, r, &u, errs);
    }
    struct applying x = {.user = u.id,
                         .role = web_field(q, "role"),
                         .unit = web_field(q, "unit"),
                         .reason = cf_str_trim(web_field(q, "reason"))};
    check(q, c, &u, &x);
    if (q->flaws.n > 0) {
        return show(q, r, c, &u);
    }
    if (!is_so(c, &u, &x) && !web_work(q, c->run, &x, &own)) {
        const char *field = c->chooses_role ? "role" : c->chooses_unit ? "unit" : "reason";
        return admin_flaw(q, field, &own, errs) && show(q, r, c, &u);
    }
    return web_see_other(q, r, "/users/%.*s", CF_STR_ARG(web_id_text(q, u.id)));
}
