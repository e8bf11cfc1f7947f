/* users_one: one user: who they are, what they may do and why, what was changed about that. Must not know passwords. */
#include "web/pages/admin.h"
#include "web/pages/users.h"

#include "pages/page_user.h"

enum { CHANGES_READ = 2000, CHANGES_SHOWN = 50 };

bool users_load(struct web_request *q, struct access_user *u, struct cf_errs *errs) {
    struct cf_id id;
    return web_param_id(q, "user", &id, errs) && access_user_get(q->access, id, q->arena, u, errs);
}

/* ---- What was changed, from the ledger itself. */

static struct cf_str text_of(const struct ledger_event *e, uint32_t field) {
    const struct ledger_value *v = ledger_fact(e, field);
    return v && v->type == LEDGER_TEXT ? v->as.s : CF_LIT("");
}

static struct cf_str change_words(struct web_request *q, const struct ledger_event *e) {
    struct cf_str state = text_of(e, LEDGER_F_STATE), role = admin_role(q, text_of(e, LEDGER_F_ROLE)),
                  unit = admin_unit(q, text_of(e, LEDGER_F_NAME));
    const struct ledger_value *until = ledger_fact(e, LEDGER_F_UNTIL);
    if (cf_str_is(state, "granted") && until && until->type == LEDGER_INT) {
        struct cf_local at = cf_time_local(q->zone, until->as.n);
        return cf_str_printf(q->arena, "Given the role %.*s until %04d-%02d-%02d", CF_STR_ARG(role), (int)at.year, at.month,
                             at.mday);
    }
    if (cf_str_is(state, "granted") || cf_str_is(state, "ended")) {
        return cf_str_printf(q->arena, "%s the role %.*s", cf_str_is(state, "ended") ? "Ended" : "Given", CF_STR_ARG(role));
    }
    if (cf_str_is(state, "joined") || cf_str_is(state, "unit")) {
        return cf_str_printf(q->arena, "%s: %.*s", cf_str_is(state, "unit") ? "Unit changed" : "Added", CF_STR_ARG(unit));
    }
    if (cf_str_is(state, "left")) {
        return CF_LIT("Left: cannot sign in");
    }
    return cf_str_is(state, "back") ? CF_LIT("May sign in again") : state;
}

static struct cf_str who_changed(struct web_request *q, const struct ledger_event *e) {
    const struct ledger_person *actor = ledger_person_of(e, LEDGER_ROLE_ACTOR, 0);
    struct access_user u;
    struct cf_errs quiet = cf_errs_new(q->arena);
    if (!actor) {
        return CF_LIT("The operator of the machine");
    }
    return access_user_get(q->access, actor->subject, q->arena, &u, &quiet) ? u.name : CF_LIT("Somebody who is no user now");
}

static bool fill_changes(struct web_request *q, struct cf_id user, struct page_user *p, struct cf_errs *errs) {
    struct ledger *l = desk_ledger(q->desk);
    uint64_t *seqs;
    size_t n;
    if (!ledger_builtins(l, LEDGER_ROLE_GRANTED, 0, q->arena, &seqs, &n, errs)) {
        return false;
    }
    size_t end = n > CHANGES_READ ? n - CHANGES_READ : 0;
    for (size_t i = n; i > end && p->changes.n < CHANGES_SHOWN; i--) {
        struct ledger_event e;
        if (!ledger_read(l, seqs[i - 1], q->arena, &e, errs)) {
            return false;
        }
        const struct ledger_person *holder = ledger_person_of(&e, LEDGER_ROLE_HOLDER, 0);
        if (holder && cf_id_eq(holder->subject, user)) {
            *cf_push(q->arena, &p->changes) = (struct page_user_change){.when = web_time(q, e.recorded_us / 1000000),
                                                                        .what = change_words(q, &e),
                                                                        .who = who_changed(q, &e),
                                                                        .why = text_of(&e, LEDGER_F_REASON)};
        }
        p->older = i - 1 > 0 && (i - 1 == end || p->changes.n == CHANGES_SHOWN);
    }
    return true;
}

/* ---- The page. */

static struct cf_str change_url(struct web_request *q, struct cf_str id, const char *change) {
    return web_url(q, "/users/%.*s/%s", CF_STR_ARG(id), change);
}

static void row(struct web_request *q, struct page_user *p, const char *key, struct cf_str value, struct cf_str change) {
    struct cf_buf b = cf_buf_new(q->arena, CF_MAX_WEB_PAGE_BYTES);
    html_text(&b, value);
    *cf_push(q->arena, &p->about.rows) =
        (struct part_summary_list_row){.key = cf_str_from(key), .value = html_done(&b), .change = change};
}

static struct cf_str sign_in_words(struct web_request *q, const struct access_user *u) {
    struct cf_str words[4];
    size_t n = 0;
    if (u->has_password) {
        words[n++] = u->must_change ? CF_LIT("A password for the first time only") : CF_LIT("A password");
    }
    if (u->has_otp) {
        words[n++] = CF_LIT("and a one-time code");
    }
    if (u->oidc_subject.n) {
        words[n++] = CF_LIT("through the identity provider");
    }
    return n ? admin_joined(q, words, n) : CF_LIT("No password yet: they cannot sign in");
}

static void fill_roles(struct web_request *q, const struct access_user *u, struct cf_str id, bool other, struct page_user *p) {
    const struct lang_set *set = desk_set(q->desk);
    const struct lang_decl **held = CF_NEW_N(q->arena, const struct lang_decl *, u->grants.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < u->grants.n; i++) {
        const struct access_grant *g = &u->grants.v[i];
        const struct lang_decl *role = set ? lang_find_kind(set, LANG_ROLE, g->role) : NULL;
        *cf_push(q->arena, &p->roles) = (struct page_user_role){
            .title = admin_role(q, g->role),
            .since = web_time(q, g->since_us / 1000000),
            .until = g->until_us ? web_due(q, g->until_us / 1000000) : WEB_HTML("No end"),
            .end = other ? web_url(q, "/users/%.*s/end?role=%.*s", CF_STR_ARG(id), CF_STR_ARG(g->role)) : CF_LIT("")};
        if (role) {
            held[n++] = role;
        }
    }
    p->may = n ? users_abilities(q, held, n) : CF_LIT("");
    p->sees = n ? users_sees(q, held, n) : CF_LIT("");
    p->purposes = n ? users_purposes(q, held, n) : CF_LIT("");
}

bool page_user(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_user u;
    if (!users_load(q, &u, errs)) {
        return false;
    }
    struct cf_str id = web_id_text(q, u.id);
    bool other = !cf_id_eq(u.id, q->who->user);
    struct page_user p = {.name = u.name, .state = users_state(&u), .colour = users_colour(&u), .self = !other};
    row(q, &p, "User name", u.login, CF_LIT(""));
    row(q, &p, "Unit", admin_unit(q, u.unit), other ? change_url(q, id, "unit") : CF_LIT(""));
    row(q, &p, "Signs in with", sign_in_words(q, &u), CF_LIT(""));
    *cf_push(q->arena, &p.about.rows) = (struct part_summary_list_row){
        .key = CF_LIT("Last seen"), .value = u.last_seen_us ? web_ago(q, u.last_seen_us / 1000000) : WEB_HTML("Never")};
    fill_roles(q, &u, id, other, &p);
    if (other) {
        p.grant = change_url(q, id, "grant");
        p.reset = change_url(q, id, "reset");
        p.codes = u.has_otp ? change_url(q, id, "codes") : CF_LIT("");
        p.leave = u.active ? change_url(q, id, "leave") : CF_LIT("");
        p.back = u.active ? CF_LIT("") : change_url(q, id, "back");
    }
    if (!fill_changes(q, u.id, &p, errs)) {
        return false;
    }
    page_user_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.back = CF_LIT("/users")});
}
