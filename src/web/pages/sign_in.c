/* sign_in: signing in, here or through an identity provider, and out. What is wrong is said in the same words whether the name
 * exists or not. */
#include "web/priv.h"

#include "pages/page_sign_in.h"

/* Those of the demonstration, with what each may show; `childfirst serve --demo` makes them. */
static const struct {
    const char *login, *name, *does;
} people[] = {
#define WEB_DEMO_PERSON(login, name, unit, roles, does) {login, name, does},
#include "web/demo.def"
#undef WEB_DEMO_PERSON
};

/* Where to go after: an address of ours, never another server's. */
static struct cf_str next_of(struct cf_str next) {
    return next.n > 0 && next.p[0] == '/' && html_url_safe(next) && next.n < CF_MAX_WEB_URL_BYTES ? next : CF_LIT("/");
}

static const struct access_oidc *provider(const struct web_request *q) {
    const struct access_oidc *p = &q->app->options->oidc;
    return p->issuer.n ? p : NULL;
}

static bool show(struct web_request *q, struct web_response *r, struct cf_str login, struct cf_str next, bool code,
                 const struct cf_err *refused) {
    struct page_sign_in p = {.login = login,
                             .next = next_of(next),
                             .code_asked = code,
                             .bad_login = web_flaw_of(q, "login"),
                             .bad_word = web_flaw_of(q, "password"),
                             .bad_code = web_flaw_of(q, "code"),
                             .csrf = web_csrf(q),
                             .demo_word = web_demo_password(q),
                             .oidc = provider(q) != NULL};
    if (refused) {
        p.message = refused->msg;
        p.advice = refused->hint.n ? refused->hint : cf_str_from(cf_code_hint(refused->code));
    }
    for (size_t i = 0; q->demo && i < CF_COUNT(people); i++) {
        *cf_push(q->arena, &p.demo_users) = (struct page_sign_in_person){
            .login = cf_str_from(people[i].login), .name = cf_str_from(people[i].name), .does = cf_str_from(people[i].does)};
    }
    page_sign_in_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){0});
}

bool page_sign_in(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    (void)errs;
    if (q->who) {
        return web_see_other(q, r, "%s", cf_cstr(q->arena, next_of(web_query(q, "next"))));
    }
    return show(q, r, web_query(q, "login"), web_query(q, "next"), false, NULL);
}

bool page_sign_in_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    struct access_attempt at = {.login = cf_str_trim(web_field(q, "login")),
                                .password = web_field(q, "password"),
                                .code = cf_str_trim(web_field(q, "code")),
                                .address = q->address};
    struct access_session s = {0};
    struct cf_errs own = cf_errs_new(q->arena);
    if (at.login.n == 0) {
        web_flaw(q, "login", "Enter your user name");
    }
    if (at.password.n == 0) {
        web_flaw(q, "password", "Enter your password");
    }
    if (q->flaws.n == 0 && access_sign_in(q->access, &at, q->arena, &s, &own)) {
        web_header(q, r, "Set-Cookie", access_cookie_set(q->arena, CF_LIT(ACCESS_COOKIE), s.token, q->tls));
        return s.must_change ? web_see_other(q, r, "/password")
                             : web_see_other(q, r, "%s", cf_cstr(q->arena, next_of(web_field(q, "next"))));
    }
    bool code = false;
    if (q->flaws.n == 0) {
        CF_ASSERT(own.n > 0);
        switch ((int)own.v[0].code) {
        case CF_A002: web_flaw(q, "login", "The user name or the password is not right"); break;
        case CF_A003:
            code = true;
            web_flaw(q, "code", "%s",
                     at.code.n ? "The code is not right. Enter the one your app shows now"
                               : "Enter the code your app shows now");
            break;
        case CF_A004: web_flaw(q, "login", "Too many attempts. %.*s", CF_STR_ARG(own.v[0].hint)); break;
        default: *errs = own; return false;
        }
    }
    return show(q, r, at.login, web_field(q, "next"), code, NULL);
}

/* ---- Through an identity provider (OpenID Connect): there and back. What may be done here is granted here. */

static bool no_provider(struct cf_errs *errs) {
    return cf_fail(errs, CF_W004, CF_NOWHERE, "no identity provider is set up here");
}

/* What went wrong on the way is said on the page of signing in, where the password still is. */
static bool back_to_sign_in(struct web_request *q, struct web_response *r, struct cf_str next, const struct cf_errs *own) {
    r->status = web_status_of(own);
    web_log_failure(q->app, q, r->status, own);
    return show(q, r, CF_LIT(""), next, false, &own->v[0]);
}

bool page_sign_in_elsewhere(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct access_oidc *p = provider(q);
    struct access_oidc_start start;
    struct cf_errs own = cf_errs_new(q->arena);
    struct cf_str next = next_of(web_query(q, "next"));
    if (!p || !q->access) {
        return no_provider(errs);
    }
    if (q->who) {
        return web_see_other(q, r, "%s", cf_cstr(q->arena, next));
    }
    if (!access_oidc_begin(q->access, p, next, q->arena, &start, &own)) {
        return back_to_sign_in(q, r, next, &own);
    }
    web_header(q, r, "Set-Cookie", access_cookie_set(q->arena, CF_LIT(ACCESS_OIDC_COOKIE), start.cookie, q->tls));
    web_header(q, r, "Location", start.url); /* the one address of another server: the provider that is set up */
    r->status = 303;
    r->rendered = true;
    return true;
}

bool page_signed_in(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    const struct access_oidc *p = provider(q);
    struct access_oidc_answer answer = {.cookie = web_cookie(q, q->tls ? "__Host-" ACCESS_OIDC_COOKIE : ACCESS_OIDC_COOKIE),
                                        .state = web_query(q, "state"),
                                        .code = web_query(q, "code"),
                                        .error = web_query(q, "error"),
                                        .address = q->address};
    struct access_session s = {0};
    struct cf_str next = CF_LIT("/");
    struct cf_errs own = cf_errs_new(q->arena);
    if (!p || !q->access) {
        return no_provider(errs);
    }
    bool in = access_oidc_finish(q->access, p, &answer, q->arena, &s, &next, &own);
    web_header(q, r, "Set-Cookie", access_cookie_end(q->arena, CF_LIT(ACCESS_OIDC_COOKIE), q->tls)); /* it works once */
    if (!in) {
        return back_to_sign_in(q, r, next, &own);
    }
    web_header(q, r, "Set-Cookie", access_cookie_set(q->arena, CF_LIT(ACCESS_COOKIE), s.token, q->tls));
    return web_see_other(q, r, "%s", cf_cstr(q->arena, next_of(next)));
}

bool page_sign_out_post(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    if (q->who && !access_sign_out(q->access, q->token, errs)) {
        return false;
    }
    web_header(q, r, "Set-Cookie", access_cookie_end(q->arena, CF_LIT(ACCESS_COOKIE), q->tls));
    web_header(q, r, "Clear-Site-Data", CF_LIT("\"cache\""));
    return web_see_other(q, r, "/sign-in");
}
