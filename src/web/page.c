/* page: how an answer is made: the frame around a page, redirects, problems in words, downloads. Must not know sockets. */
#include "web/priv.h"

#include "pages/page_layout.h"
#include "pages/page_problem.h"

/* Who sees which entry of the menu: the first piece of its address says where one is. */
static const struct {
    const char *text, *href;
    int may;
} menu[] = {
#define WEB_MENU(text, href, may) {text, href, may},
#include "web/menu.def"
#undef WEB_MENU
};

static bool may_route(const struct web_request *q, int may) {
    if (may == WEB_ANYONE) {
        return true;
    }
    return q->who && (may == WEB_SIGNED_IN || web_may(q, (enum access_act)may));
}

bool web_may(const struct web_request *q, enum access_act act) {
    if (!q->who) {
        return false;
    }
    if (act == ACCESS_RECORD || act == ACCESS_DECIDE) { /* asked for each record by itself */
        return q->who->n_roles > 0;
    }
    struct access_reason reason;
    bool ok = access_may(q->who, act, NULL, NULL, &reason);
    return ok || reason.why == ACCESS_NO_PURPOSE; /* then the page asks for it first */
}

static bool has_page(struct web_request *q, const char *href) {
    const struct web_route *route;
    struct web_pairs params = {0};
    struct cf_str allow;
    return web_match(q->arena, WEB_GET, cf_str_from(href), &route, &params, &allow) == WEB_FOUND;
}

static struct cf_str first_piece(struct cf_str path) {
    struct cf_str piece = {0};
    (void)cf_str_split(&path, '/', &piece);
    (void)cf_str_split(&path, '/', &piece);
    return piece;
}

static void fill_menu(struct web_request *q, struct page_layout *p) {
    struct cf_str here = first_piece(q->path);
    for (size_t i = 0; q->who && i < CF_COUNT(menu); i++) {
        if (may_route(q, menu[i].may) && has_page(q, menu[i].href)) {
            *cf_push(q->arena, &p->nav) = (struct page_layout_item){
                .text = cf_str_from(menu[i].text),
                .href = cf_str_from(menu[i].href),
                .current = cf_str_eq(first_piece(cf_str_from(menu[i].href)), here),
            };
        }
    }
}

static struct cf_str purpose_title(const struct web_request *q) {
    const struct lang_decl *codes = q->who->set ? lang_find_kind(q->who->set, LANG_CODES, CF_LIT("purpose")) : NULL;
    for (size_t k = 0; codes && q->who->purpose.n > 0 && k < codes->as.codes.list.n; k++) {
        const struct lang_code *code = &codes->as.codes.list.v[k];
        size_t end = 0;
        if (cf_str_eq(code->name.text, q->who->purpose)) { /* without the law in brackets */
            return cf_str_find(code->title, '(', &end) ? cf_str_trim(cf_str_slice(code->title, 0, end)) : code->title;
        }
    }
    return q->who->purpose;
}

static struct cf_str asset(const char *name) {
    const struct web_file *f = web_file_named(name);
    return cf_str_from(f ? f->served : "#");
}

struct cf_str web_asset(const struct web_request *q, const char *name) {
    (void)q;
    return asset(name);
}

bool web_page(struct web_request *q, struct web_response *r, const struct web_frame *frame) {
    struct page_layout p = {.title = frame->title.n ? frame->title : cf_str_from(q->route ? q->route->title : "childfirst"),
                            .demo = q->demo,
                            .css = asset("childfirst.css"),
                            .js = asset("childfirst.js"),
                            .icon = asset("icon.svg"),
                            .manifest = asset("childfirst.webmanifest"),
                            .extra_js = frame->script ? asset(frame->script) : CF_LIT(""),
                            .back = frame->back,
                            .here = q->path,
                            .wide = frame->wide,
                            .refresh = frame->refresh,
                            .refreshes = frame->refresh > 0,
                            .flawed = q->flaws.n > 0,
                            .main = html_done(&r->main),
                            .csrf = web_csrf(q),
                            .id = web_id_text(q, q->id)};
    if (q->who) {
        p.who = q->who->name;
        p.unit = q->who->unit ? q->who->unit->title : CF_LIT("");
        p.purpose = purpose_title(q);
    }
    for (size_t i = 0; i < frame->n_crumbs; i++) {
        *cf_push(q->arena, &p.crumbs) = (struct page_layout_crumb){frame->crumbs[i].text, frame->crumbs[i].href};
    }
    for (size_t i = 0; i < q->flaws.n; i++) {
        *cf_push(q->arena, &p.flaws) =
            (struct page_layout_flaw){cf_str_printf(q->arena, "#%.*s", CF_STR_ARG(q->flaws.v[i].field)), q->flaws.v[i].words};
    }
    fill_menu(q, &p);
    page_layout_write(&r->body, &p);
    r->status = q->flaws.n > 0 && r->status == 200 ? 422 : r->status;
    r->content_type = CF_LIT("text/html; charset=utf-8");
    r->rendered = true;
    return true;
}

struct web_html web_csrf(const struct web_request *q) {
    struct cf_buf b = cf_buf_new(q->arena, 512);
    cf_buf_lit(&b, "<input type=\"hidden\" name=\"csrf\" value=\"");
    if (q->access && q->token.n) {
        html_text(&b, access_csrf(q->access, q->token, q->arena));
    }
    cf_buf_lit(&b, "\">");
    return html_done(&b);
}

void web_header(struct web_request *q, struct web_response *r, const char *name, struct cf_str value) {
    for (size_t i = 0; i < value.n; i++) {
        CF_ASSERT((unsigned char)value.p[i] >= ' '); /* a line end would begin another header */
    }
    *cf_push(q->arena, &r->headers) = (struct web_pair){cf_str_from(name), value};
}

bool web_see_other(struct web_request *q, struct web_response *r, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    struct cf_str to = cf_str_vprintf(q->arena, fmt, ap);
    va_end(ap);
    if (!html_url_safe(to) || to.p[0] != '/') { /* never to another server */
        to = CF_LIT("/");
    }
    r->status = 303;
    web_header(q, r, "Location", to);
    r->rendered = true;
    return true;
}

bool web_json(struct web_request *q, struct web_response *r, struct cf_str json) {
    (void)q;
    cf_buf_str(&r->body, json);
    r->content_type = CF_LIT("application/json");
    r->rendered = true;
    return true;
}

bool web_download(struct web_request *q, struct web_response *r, const char *content_type, struct cf_str name,
                  struct cf_str bytes) {
    struct cf_buf plain = cf_buf_new(q->arena, 256);
    for (size_t i = 0; i < name.n && plain.n < 128; i++) {
        char c = name.p[i];
        bool fine =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        cf_buf_byte(&plain, (uint8_t)(fine ? c : '-'));
    }
    web_header(q, r, "Content-Disposition",
               cf_str_printf(q->arena, "attachment; filename=\"%.*s\"", (int)plain.n, plain.p ? plain.p : ""));
    cf_buf_str(&r->body, bytes);
    r->content_type = cf_str_from(content_type);
    r->rendered = true;
    return true;
}

bool web_stream(struct web_request *q, struct web_response *r, const char *topic) {
    (void)q;
    r->stream = topic;
    r->content_type = CF_LIT("text/event-stream");
    r->rendered = true;
    return true;
}

/* ---- Problems. */

/* By the kind of the error, save for those that HTTP has a status of its own for. */
int web_status_of(const struct cf_errs *errs) {
    static const int by_kind[] = {
        [CF_SYNTAX] = 400,   [CF_USAGE] = 400,   [CF_MEANING] = 422, [CF_NOT_FOUND] = 404, [CF_REFUSED] = 403,
        [CF_CONFLICT] = 409, [CF_TOO_BIG] = 413, [CF_BUSY] = 503,    [CF_BROKEN] = 500,    [CF_NOTE] = 500};
    static const struct {
        enum cf_code code;
        int status;
    } own[] = {{CF_W016, 429}, {CF_W005, 405}, {CF_W007, 401}, {CF_W008, 415}, {CF_A005, 401}, {CF_A007, 401}};
    for (size_t i = 0; errs->n > 0 && i < CF_COUNT(own); i++) {
        if (errs->v[0].code == own[i].code) {
            return own[i].status;
        }
    }
    return errs->n > 0 ? by_kind[cf_code_kind(errs->v[0].code)] : 500;
}

static const char *heading_of(int status) {
    switch (status) {
    case 401: return "Sign in first";
    case 403: return "You cannot do this";
    case 404: return "There is no such page, or it is not yours to see";
    case 405: return "This page does not take that";
    case 409: return "Something changed meanwhile";
    case 413: return "That is more than can be taken at once";
    case 415: return "That kind of content is not taken";
    case 422: return "Something needs putting right";
    case 429:
    case 503: return "The service is busy";
    default: return status >= 500 ? "Something went wrong here" : "The request could not be read";
    }
}

static struct cf_str sentence(struct cf_arena *a, struct cf_str words) {
    struct cf_str s = cf_str_printf(a, "%.*s.", CF_STR_ARG(words));
    char *p = cf_memdup(a, s.p, s.n);
    p[0] = (char)(p[0] >= 'a' && p[0] <= 'z' ? p[0] - 'a' + 'A' : p[0]);
    return (struct cf_str){p, s.n};
}

static void problem_json(struct web_request *q, struct web_response *r, int status, const struct cf_errs *errs) {
    cf_buf_lit(&r->body, "{\"type\":\"about:blank\",\"title\":");
    cf_json_str(&r->body, cf_str_from(heading_of(status)));
    cf_buf_printf(&r->body, ",\"status\":%d,\"instance\":\"urn:request:%.*s\"", status, CF_STR_ARG(web_id_text(q, q->id)));
    for (size_t i = 0; status < 500 && i < errs->n && i < 1; i++) {
        cf_buf_lit(&r->body, ",\"detail\":");
        cf_json_str(&r->body, errs->v[i].msg);
    }
    cf_buf_lit(&r->body, ",\"errors\":[");
    for (size_t i = 0; status < 500 && i < errs->n; i++) {
        cf_buf_printf(&r->body, "%s{\"code\":\"%s\",\"detail\":", i ? "," : "", cf_code_name(errs->v[i].code));
        cf_json_str(&r->body, errs->v[i].msg);
        cf_buf_lit(&r->body, ",\"hint\":");
        cf_json_str(&r->body, errs->v[i].hint.n ? errs->v[i].hint : cf_str_from(cf_code_hint(errs->v[i].code)));
        cf_buf_lit(&r->body, "}");
    }
    cf_buf_lit(&r->body, "]}");
    r->content_type = CF_LIT("application/problem+json");
}

bool web_problem(struct web_request *q, struct web_response *r, int status, const struct cf_errs *errs) {
    r->status = status;
    r->headers.n = 0;
    r->main.n = r->body.n = 0;
    r->main.failed = r->body.failed = false;
    r->cacheable = false;
    r->stream = NULL;
    r->rendered = true;
    q->flaws.n = 0;
    if (cf_str_starts(q->path, CF_LIT("/api/"))) {
        problem_json(q, r, status, errs);
        return true;
    }
    struct page_problem p = {.heading = cf_str_from(heading_of(status)), .id = web_id_text(q, q->id)};
    for (size_t i = 0; status < 500 && i < errs->n; i++) {
        struct cf_str hint = errs->v[i].hint.n ? errs->v[i].hint : cf_str_from(cf_code_hint(errs->v[i].code));
        if (status != 404) { /* the heading says it, and nothing else may */
            *cf_push(q->arena, &p.words) = sentence(q->arena, errs->v[i].msg);
        }
        *cf_push(q->arena, &p.hints) = hint;
    }
    if (status >= 500) {
        *cf_push(q->arena, &p.words) =
            CF_LIT("Nothing was recorded or changed by this request, unless you were told so before.");
        *cf_push(q->arena, &p.hints) = CF_LIT("Try again in a minute. If it happens again, tell whoever keeps this service.");
    }
    page_problem_write(&r->main, &p);
    return web_page(q, r, &(struct web_frame){.title = p.heading});
}
