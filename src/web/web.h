/* web: what a page is written against: requests, responses, routes, and what every page shares.
 *
 * A page is one file: src/web/pages/NAME.c with `bool page_NAME(struct web_request *q, struct web_response *r, struct cf_errs
 * *errs)`, one row in src/web/routes/FAMILY.def, one template pages/NAME.page (doc/reference/pages.md). It reads through
 * q->desk, which does not change under it; writes go through web_write to the one keeper. Returning false means that nothing
 * was written to the page: the server answers with the first error of `errs` in words, by its kind. Must not know: HTTP's bytes
 * and libmicrohttpd (src/web/http.c), any system of the strategy by name. */
#ifndef CF_WEB_WEB_H
#define CF_WEB_WEB_H

#include "base/base.h"
#include "base/time.h"
#include "access/access.h"
#include "docket/docket.h"
#include "docket/keeper.h"
#include "web/html.h"

struct web_app;    /* the running server: private to src/web */
struct web_worker; /* the thread that answers this request */

/* ---- Routes: src/web/routes.def gives the router, the table of permissions and the documents. */
enum web_method { WEB_GET, WEB_POST, WEB_PUT, WEB_DELETE, WEB_OTHER_METHOD }; /* HEAD is answered as GET without its body */
enum web_purpose_rule {
    WEB_NO_PURPOSE, /* shows nothing about any person */
    WEB_PURPOSE     /* asks first why one looks; each person shown must be logged with web_shown, or the page does not leave */
};
/* Who may: beside these an act of access, as ACCESS_SUPERVISE. A page about one person asks for that person itself (web_child);
 * a page that records asks for its record itself (access_may with ACCESS_RECORD), and its route says WEB_SIGNED_IN. */
enum { WEB_ANYONE = -2, WEB_SIGNED_IN = -1 };
struct web_request;
struct web_response;
typedef bool web_page_fn(struct web_request *q, struct web_response *r, struct cf_errs *errs);
struct web_route {
    enum web_method method;
    const char *pattern; /* "/child/:subject/journey" */
    web_page_fn *run;
    const char *name; /* of the function, without page_ */
    int may;          /* WEB_ANYONE, WEB_SIGNED_IN, or the access_act that is asked before the page runs */
    enum web_purpose_rule purpose;
    const char *title; /* of the window; so it names no person */
};
const struct web_route *web_routes(size_t *n);
#define WEB_ROUTE(method, pattern, name, may, purpose, title) web_page_fn page_##name;
#include "web/routes.def"
#undef WEB_ROUTE

/* ---- Requests. Everything here lives in q->arena, as long as the request; all text is UTF-8 without control characters other
 * than line ends and tabs (anything else was refused before). */
struct web_pair {
    struct cf_str name, value;
};
struct web_pairs {
    CF_VEC(struct web_pair);
};
struct web_flaw { /* what is wrong with one field of a form */
    struct cf_str field, words;
};
struct web_request {
    enum web_method method;
    bool head;
    struct cf_str path;
    const struct web_route *route;
    struct web_pairs params; /* of the pattern */
    struct web_pairs query, form, cookies;
    struct cf_str body, content_type; /* of POST and PUT; body is raw, for what is no form */
    struct cf_str accept, if_none_match, authorization, idempotency_key, last_event_id;
    bool script_fetch;                /* asked for by a script of ours, not by following a link */
    struct cf_id id;                  /* request id: in the log, in the answer's header, on the page of an error */
    int64_t now;                      /* seconds UTC; one instant for the whole page */
    const struct cf_zone *zone;       /* London */
    struct cf_arena *arena;           /* of this request */
    struct desk *desk;                /* reads; taken up to the ledger's end before the page runs. NULL without a database */
    struct access *access;            /* of this thread */
    const struct access_subject *who; /* NULL: nobody is signed in */
    struct cf_str token;              /* of the session, or of the visitor's cookie before sign-in; never shown or logged */
    struct keeper *keeper;            /* keeper_record and the others, with q->arena */
    struct cf_str address;            /* of the client, as the front says; for access_attempt alone, never logged */
    bool tls;                         /* the front speaks TLS */
    bool demo;                        /* everyone here is invented */
    CF_LIST(struct web_flaw) flaws;
    struct web_app *app;
    struct web_worker *worker;
    bool shown_logged;  /* web_shown or web_child was called */
    bool must_change;   /* the password, before anything else */
    bool fresh_visitor; /* the visitor's cookie is to be set */
};
struct cf_str web_param(const struct web_request *q, const char *name); /* of the path; empty when the pattern has none */
struct cf_str web_query(const struct web_request *q, const char *name); /* first of that name; empty when absent */
struct cf_str web_field(const struct web_request *q, const char *name); /* first field of the form; empty when absent */
bool web_field_given(const struct web_request *q, const char *name);
size_t web_fields(const struct web_request *q, const char *name);                    /* how often it was sent */
struct cf_str web_field_at(const struct web_request *q, const char *name, size_t i); /* the ith of that name */
struct cf_str web_cookie(const struct web_request *q, const char *name);
/* A whole number from the query, `otherwise` when absent or senseless, clamped. For page numbers and the like. */
int64_t web_query_whole(const struct web_request *q, const char *name, int64_t least, int64_t most, int64_t otherwise);
/* 32 hex letters of the path as an id; W004 when it is none: the same words as for what does not exist or may not be seen. */
CF_MUST_USE bool web_param_id(const struct web_request *q, const char *name, struct cf_id *id, struct cf_errs *errs);

/* ---- Who may. */
bool web_may(const struct web_request *q,
             enum access_act act); /* without a record or a person; false when nobody is signed in */
/* The door of a page about one person: the id in the path, then access_child: looked up, asked, logged. False: answer what
 * `errs` says; it is the same for a child who does not exist and one who may not be seen. */
CF_MUST_USE bool web_child(struct web_request *q, const char *param, enum access_act act, struct cf_id *id, uint32_t *no,
                           struct cf_errs *errs);
/* Says that this page shows these people (numbers of the ledger) and withholds so many: the row is durable when it returns, and
 * only then may the page leave. Routes with WEB_PURPOSE call it or web_child, also with n = 0 (a search that found nobody).
 * terms: of a search, kept sealed to the auditor; empty otherwise. */
CF_MUST_USE bool web_shown(struct web_request *q, const uint32_t *subjects, size_t n, uint64_t withheld, struct cf_str terms,
                           struct cf_errs *errs);

/* ---- Writing: keeper_record(q->keeper, &entry, q->arena, …) and its like. What else writes runs on the keeper's thread while
 * this one waits, with the writing desk and the access that belongs to it; it may use q->arena. */
typedef bool web_work_fn(struct web_request *q, struct desk *writing, struct access *access, void *arg, struct cf_errs *errs);
CF_MUST_USE bool web_work(struct web_request *q, web_work_fn *f, void *arg, struct cf_errs *errs);
/* Tells the boards that something changed; every page that recorded anything calls it with the changes it got. */
void web_changed(struct web_request *q, const struct desk_changes *changes);

/* ---- Forms: what is wrong is collected, then the same page is written again with the summary on top (status 422). */
void web_flaw(struct web_request *q, const char *field, const char *fmt, ...) CF_PRINTF(3, 4); /* "Enter the date" */
struct cf_str web_flaw_of(const struct web_request *q, const char *field); /* for the field's error-message; empty: none */
struct web_html web_csrf(const struct web_request *q);                     /* the hidden field that each POST form needs */

/* ---- Responses. */
struct web_response {
    int status; /* 200 unless said */
    struct web_pairs headers;
    struct cf_str content_type;
    struct cf_buf main;  /* what a page's template writes; web_page puts the frame around it */
    struct cf_buf body;  /* what leaves */
    bool cacheable;      /* may be kept by the browser when nobody is signed in; otherwise `no-store` */
    bool rendered;       /* the body is done */
    struct cf_str allow; /* methods, of a 405 */
    const char *stream;  /* not NULL: an event stream follows (web_stream) */
};
struct web_link {
    struct cf_str text, href;
};
struct web_frame {
    struct cf_str title; /* empty: the route's; never a person's data */
    struct cf_str back;  /* address of the back link; empty: none */
    const struct web_link *crumbs;
    size_t n_crumbs;
    bool wide;          /* boards and tables: the whole width */
    int refresh;        /* seconds after which a browser without scripts asks again; 0: never */
    const char *script; /* an additional module of static/, "capture.js"; NULL: none */
};
/* Wraps r->main in the page: head, banner, navigation by what the user may do, purpose, summary of flaws, footer. True. */
bool web_page(struct web_request *q, struct web_response *r, const struct web_frame *frame);
/* Redirects (303) to an address of this server; true. */
bool web_see_other(struct web_request *q, struct web_response *r, const char *fmt, ...) CF_PRINTF(3, 4);
/* The page, or for an API route the problem+json, of an error: also what the server writes when a page returns false. */
bool web_problem(struct web_request *q, struct web_response *r, int status, const struct cf_errs *errs);
void web_header(struct web_request *q, struct web_response *r, const char *name, struct cf_str value);
/* A file to save: `name` is shown by the browser. */
bool web_download(struct web_request *q, struct web_response *r, const char *content_type, struct cf_str name,
                  struct cf_str bytes);
bool web_json(struct web_request *q, struct web_response *r, struct cf_str json);
/* An event stream that gets `changed` whenever something is recorded that the topic may show: the board then fetches itself
 * again, so that nothing personal travels in the stream, and what it shows is judged anew for its reader. */
bool web_stream(struct web_request *q, struct web_response *r, const char *topic);

/* ---- What pages share. */
struct cf_str web_url(const struct web_request *q, const char *fmt, ...)
    CF_PRINTF(2, 3);                                                     /* arguments are not escaped: ids, numbers */
struct cf_str web_url_escape(struct cf_arena *a, struct cf_str s);       /* for one value inside an address */
struct cf_str web_id_text(const struct web_request *q, struct cf_id id); /* 32 hex letters */
struct web_html web_time(const struct web_request *q, int64_t at);       /* <time>, London */
struct web_html web_due(const struct web_request *q, int64_t at);        /* the same; the end of a day is the day alone */
struct web_html web_ago(const struct web_request *q, int64_t at);        /* "2 hours ago", "in 40 minutes", with the <time> */
/* The password of the invented people; only in the demonstration. */
struct cf_str web_demo_password(const struct web_request *q);
struct cf_str web_asset(const struct web_request *q, const char *name); /* "childfirst.css" with its digest, for links */

#endif
