/* answer: the way of one request: read it, find its page, who asks and may they, is the form ours, why do they look; then the
 * page; then what leaves. The order is the safety of the thing: nothing of the database is read for someone who may not ask.
 * Must not know sockets (http.c) or what a page is about. */
#include "web/priv.h"

#include <stdlib.h>

#include "exchange/gzip.h"

/* Sent with every answer. Styles, scripts and pictures are our own files alone; nothing may put us in a frame. */
static const struct {
    const char *name, *value;
} safety[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
     "worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"},
};
#define PACK_FROM 1024 /* bytes: a smaller body costs more to pack than to send */
#define VISITOR_COOKIE "childfirst-form"

static enum web_method method_of(struct cf_str s, bool *head) {
    *head = cf_str_is(s, "HEAD");
    if (*head || cf_str_is(s, "GET")) {
        return WEB_GET;
    }
    static const char *const words[] = {"", "POST", "PUT", "DELETE"};
    for (int i = 1; i < (int)CF_COUNT(words); i++) {
        if (cf_str_is(s, words[i])) {
            return (enum web_method)i;
        }
    }
    return WEB_OTHER_METHOD;
}

static struct cf_str header_of(const struct web_raw *raw, const char *name) {
    return web_pair_of(&raw->headers, name);
}

static bool is_api(const struct web_request *q) {
    return cf_str_starts(q->path, CF_LIT("/api/"));
}

/* ---- Reading. */

static bool read_path(struct web_request *q, struct cf_str raw, struct cf_errs *errs) {
    size_t slashes = 0;
    for (size_t i = 0; i < raw.n; i++) {
        slashes += raw.p[i] == '/';
    }
    if (!web_percent(q->arena, raw, false, &q->path, errs) || !web_text_ok(q->path, "the address", errs)) {
        return false;
    }
    for (size_t i = 0; i < q->path.n; i++) {
        slashes -= q->path.p[i] == '/';
    }
    if (slashes != 0 || q->path.n == 0 || q->path.p[0] != '/') {
        return cf_fail(errs, CF_W002, CF_NOWHERE, "the address hides a slash");
    }
    return true;
}

static bool read_headers(struct web_request *q, const struct web_raw *raw, struct cf_errs *errs) {
    q->content_type = header_of(raw, "content-type");
    q->accept = header_of(raw, "accept");
    q->if_none_match = header_of(raw, "if-none-match");
    q->authorization = header_of(raw, "authorization");
    q->idempotency_key = header_of(raw, "idempotency-key");
    q->last_event_id = header_of(raw, "last-event-id");
    q->script_fetch = cf_str_is(header_of(raw, "x-requested-with"), "childfirst");
    q->tls = cf_str_is(header_of(raw, "x-forwarded-proto"), "https");
    q->address = header_of(raw, "x-real-ip");
    return web_read_cookies(q->arena, header_of(raw, "cookie"), &q->cookies, errs);
}

static bool read_body(struct web_request *q, const struct web_raw *raw, struct cf_errs *errs) {
    struct cf_str type = q->content_type, kind = {0};
    q->body = raw->body;
    if (q->method == WEB_GET || (q->body.n == 0 && type.n == 0)) {
        return true;
    }
    (void)cf_str_split(&type, ';', &kind);
    kind = cf_str_trim(kind);
    if (is_api(q)) {
        if (!cf_str_is(kind, "application/json") && q->body.n > 0) {
            return cf_fail(errs, CF_W008, CF_NOWHERE, "the interface takes application/json");
        }
        return web_text_ok(q->body, "the body", errs);
    }
    if (cf_str_is(kind, "application/json") && q->script_fetch) {
        return web_text_ok(q->body, "the body", errs);
    }
    if (!cf_str_is(kind, "application/x-www-form-urlencoded")) {
        return cf_fail(errs, CF_W008, CF_NOWHERE, "the content is no plain form");
    }
    return web_read_form(q->arena, q->body, "the form", &q->form, errs);
}

/* ---- Who asks. */

/* Counts a key's requests by the minute. */
static bool within_rate(struct web_request *q, struct cf_errs *errs) {
    unsigned long long minute = (unsigned long long)(q->now / 60), next;
    atomic_ullong *slot = &q->app->metrics.keys[cf_str_hash(q->who->session) % CF_MAX_WEB_KEY_SLOTS];
    unsigned long long was = atomic_load(slot);
    do {
        bool full = (was & 0xffff) > CF_MAX_WEB_KEY_A_MINUTE;
        next = was >> 16 != minute ? minute << 16 | 1 : full ? was : was + 1;
    } while (!atomic_compare_exchange_weak(slot, &was, next));
    return (next & 0xffff) <= CF_MAX_WEB_KEY_A_MINUTE ||
           cf_fail(errs, CF_W016, CF_NOWHERE, "this key asked more than %d times within a minute", CF_MAX_WEB_KEY_A_MINUTE);
}

/* A session by its cookie, or a partner's key. What is none is nobody: an ended session looks like no session. */
static bool find_who(struct web_request *q, const struct web_raw *raw, struct cf_errs *errs) {
    struct access_subject *who = CF_NEW(q->arena, struct access_subject);
    struct cf_errs quiet = cf_errs_new(q->arena);
    if (!q->access) {
        return true;
    }
    if (is_api(q) && cf_str_starts(q->authorization, CF_LIT("Bearer "))) {
        struct cf_str secret = cf_str_trim(cf_str_slice(q->authorization, 7, q->authorization.n));
        if (!access_subject_of_key(q->access, q->desk, secret, q->arena, who, errs)) {
            return false;
        }
        q->who = who;
        return within_rate(q, errs);
    }
    struct cf_str token = {0};
    struct access_session *s = CF_NEW(q->arena, struct access_session);
    if (access_session_cookie(header_of(raw, "cookie"), q->tls, &token) &&
        access_session_open(q->access, token, q->arena, s, &quiet) &&
        access_subject_of_session(q->access, q->desk, s, q->arena, who, &quiet)) {
        q->who = who;
        q->token = token;
        q->must_change = s->must_change;
        return true;
    }
    q->token = web_cookie(q, q->tls ? "__Host-" VISITOR_COOKIE : VISITOR_COOKIE);
    q->fresh_visitor = q->token.n == 0;
    if (q->fresh_visitor) {
        q->token = access_token_new(q->arena);
    }
    return true;
}

/* A form counts only when its hidden field fits the session (or the visitor's cookie), and the browser does not say that
 * another site sent it. A key of a partner is no cookie: nobody's browser can be made to send it. */
static bool is_ours(struct web_request *q, const struct web_raw *raw) {
    struct cf_str site = header_of(raw, "sec-fetch-site"), token = web_field(q, "csrf");
    if (site.n > 0 && !cf_str_is(site, "same-origin") && !cf_str_is(site, "none")) {
        return false;
    }
    if (token.n == 0) {
        token = header_of(raw, "x-csrf-token");
    }
    return q->access && q->token.n > 0 && access_csrf_ok(q->access, q->token, token);
}

/* ---- Running. */

static bool ask_sign_in(struct web_request *q, struct web_response *r, struct cf_errs *errs) {
    if (is_api(q) || q->method != WEB_GET || q->script_fetch || !q->access) {
        return cf_fail(errs, CF_W007, CF_NOWHERE, "nobody is signed in, or the session has ended");
    }
    return web_see_other(q, r, "/sign-in?next=%s", cf_cstr(q->arena, web_url_escape(q->arena, q->path)));
}

static bool allowed(struct web_request *q, struct cf_errs *errs) {
    int may = q->route->may;
    if (may < 0 || web_may(q, (enum access_act)may)) {
        return true;
    }
    struct access_reason reason = {0};
    (void)access_may(q->who, (enum access_act)may, NULL, NULL, &reason);
    atomic_fetch_add(&q->app->metrics.refused_ability, 1);
    return cf_fail(errs, CF_W011, CF_NOWHERE, "%.*s",
                   CF_STR_ARG(reason.words.n ? reason.words : CF_LIT("none of your roles may do this")));
}

/* What comes before the page, for a route that was found and whoever asks. */
bool web_run(struct web_request *q, struct web_response *r, const struct web_raw *raw, struct cf_errs *errs) {
    if (q->route->may != WEB_ANYONE && !q->who) {
        return ask_sign_in(q, r, errs);
    }
    if (!read_body(q, raw, errs)) {
        return false;
    }
    if (q->method != WEB_GET && !(q->who && q->who->partner) && !is_ours(q, raw)) {
        atomic_fetch_add(&q->app->metrics.refused_csrf, 1);
        return cf_fail(errs, CF_W006, CF_NOWHERE, "the form was open too long, or did not come from a page of this service");
    }
    if (q->who && q->must_change && q->route->may != WEB_ANYONE && is_api(q)) {
        return cf_fail(errs, CF_W007, CF_NOWHERE, "the password must be changed first, on the page /password");
    }
    if (q->who && q->must_change && q->route->may != WEB_ANYONE && !cf_str_is(q->path, "/password")) {
        return web_see_other(q, r, "/password");
    }
    if (!allowed(q, errs)) {
        return false;
    }
    if (q->route->purpose == WEB_PURPOSE && q->who && q->who->purpose.n == 0 && is_api(q)) {
        return cf_fail(errs, CF_A021, CF_NOWHERE, "choose first for which purpose you look, on the page /purpose");
    }
    if (q->route->purpose == WEB_PURPOSE && q->who && q->who->purpose.n == 0) {
        return web_see_other(q, r, "/purpose?next=%s", cf_cstr(q->arena, web_url_escape(q->arena, q->path)));
    }
    bool one_moment = q->method == WEB_GET && q->route->purpose == WEB_PURPOSE && q->desk;
    if (one_moment && !desk_settle(q->desk, errs)) {
        return false;
    }
    bool ok = q->route->run(q, r, errs);
    if (one_moment) {
        desk_settled(q->desk);
    }
    if (!ok) {
        CF_ASSERT(errs->failures > 0);
        return false;
    }
    if (q->route->purpose == WEB_PURPOSE && r->status == 200 && !q->shown_logged) {
        return cf_fail(errs, CF_W010, CF_NOWHERE, "%s showed people and wrote no row", q->route->name);
    }
    return true;
}

static bool find_and_run(struct web_request *q, struct web_response *r, const struct web_raw *raw, struct cf_errs *errs) {
    struct cf_str allow = {0};
    enum web_found found = web_match(q->arena, q->method, q->path, &q->route, &q->params, &allow);
    if (found == WEB_NO_METHOD) {
        r->allow = allow;
        return cf_fail(errs, CF_W005, CF_NOWHERE, "this address takes %.*s", CF_STR_ARG(allow));
    }
    if (!find_who(q, raw, errs)) {
        return false;
    }
    if (found == WEB_NO_PATH) {
        return cf_fail(errs, CF_W004, CF_NOWHERE, "there is no such page, or it is not yours to see");
    }
    return web_run(q, r, raw, errs);
}

/* ---- What leaves. */

static bool body_tag(struct web_request *q, struct web_response *r) {
    struct cf_str tag =
        cf_str_printf(q->arena, "\"%016llx\"", (unsigned long long)cf_str_hash((struct cf_str){r->body.p, r->body.n}));
    web_header(q, r, "ETag", tag);
    return cf_str_eq(tag, q->if_none_match);
}

static void add_headers(struct web_request *q, struct web_response *r, struct web_answer *out) {
    for (size_t i = 0; i < CF_COUNT(safety); i++) {
        web_header(q, r, safety[i].name, cf_str_from(safety[i].value));
    }
    web_header(q, r, "X-Request-Id", web_id_text(q, q->id));
    r->cacheable = r->cacheable && !q->who; /* the frame names who is signed in, and what they may do */
    web_header(q, r, "Cache-Control",
               q->who         ? CF_LIT("private, no-store")
               : r->cacheable ? CF_LIT("public, max-age=300")
                              : CF_LIT("no-store"));
    if (r->content_type.n) {
        web_header(q, r, "Content-Type", r->content_type);
    }
    if (q->fresh_visitor && !q->who && !is_api(q)) { /* before anybody signs in, a form is bound to the visitor's own cookie */
        web_header(q, r, "Set-Cookie", access_cookie_set(q->arena, CF_LIT(VISITOR_COOKIE), q->token, q->tls));
    }
    if (r->allow.n) {
        web_header(q, r, "Allow", r->allow);
    }
    if (r->status == 503 || r->status == 429) {
        web_header(q, r, "Retry-After", CF_LIT("5"));
    }
    if (r->status == 401 && is_api(q)) {
        web_header(q, r, "WWW-Authenticate", CF_LIT("Bearer"));
    }
    if (r->cacheable && r->status == 200 && body_tag(q, r)) {
        r->status = 304;
        r->body.n = 0;
    }
    out->status = r->status;
    out->body = (struct cf_str){r->body.p, r->body.n};
    out->head = q->head;
    out->stream = r->stream;
}

static void pack(struct web_request *q, struct web_response *r, const struct web_raw *raw, struct web_answer *out) {
    struct cf_str coding = header_of(raw, "accept-encoding"), packed;
    bool wanted = false;
    struct cf_str one;
    while (cf_str_split(&coding, ',', &one)) {
        wanted = wanted || cf_str_eq(cf_str_trim(one), CF_LIT("gzip"));
    }
    web_header(q, r, "Vary", CF_LIT("Accept-Encoding, Cookie"));
    if (wanted && out->body.n >= PACK_FROM && gzip_pack(q->arena, out->body, &packed)) {
        out->body = packed;
        out->packed = true;
        web_header(q, r, "Content-Encoding", CF_LIT("gzip"));
    }
}

/* Opens the desk again after policies were adopted; other readers do the same when their turn comes. */
static bool take_in(struct web_request *q, struct cf_errs *errs) {
    bool adopted = false;
    if (!q->worker->desk) {
        return true;
    }
    if (!desk_refresh(q->worker->desk, &adopted, errs)) {
        return false;
    }
    if (adopted) {
        int number = q->worker->number;
        web_worker_stop(q->worker);
        if (!web_worker_start(q->app, q->worker, number, errs)) {
            return false;
        }
    }
    q->desk = q->worker->desk;
    q->access = q->worker->access;
    return true;
}

void web_answer(struct web_app *app, struct web_worker *w, struct cf_arena *a, const struct web_raw *raw,
                struct web_answer *out) {
    struct web_request q = {.arena = a,
                            .app = app,
                            .worker = w,
                            .zone = app->zone,
                            .demo = app->options->demo,
                            .now = cf_now_us() / 1000000,
                            .keeper = app->keeper};
    struct web_response r = {
        .status = 200, .main = cf_buf_new(a, CF_MAX_WEB_PAGE_BYTES), .body = cf_buf_new(a, CF_MAX_WEB_PAGE_BYTES)};
    struct cf_errs errs = cf_errs_new(a);
    *out = (struct web_answer){0};
    q.id = web_request_id(app);
    q.path = CF_LIT("/");
    q.method = method_of(raw->method, &q.head);
    bool ok = read_path(&q, raw->path, &errs) && read_headers(&q, raw, &errs) &&
              web_read_form(a, raw->query, "the address", &q.query, &errs) && take_in(&q, &errs) &&
              find_and_run(&q, &r, raw, &errs);
    if (ok && (r.body.failed || !r.rendered)) {
        ok = cf_fail(&errs, CF_W003, CF_NOWHERE, "the page is longer than %d bytes", CF_MAX_WEB_PAGE_BYTES);
    }
    if (!ok) {
        int status = web_status_of(&errs);
        web_log_failure(app, &q, status, &errs);
        (void)web_problem(&q, &r, status, &errs);
    }
    add_headers(&q, &r, out);
    pack(&q, &r, raw, out);
    out->pattern = q.route ? q.route->pattern : "";
    out->id = q.id;
    out->headers = r.headers;
}
