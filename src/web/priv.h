/* priv: what the files of web share and pages do not see: the running server, its workers, what comes in and goes out. */
#ifndef CF_WEB_PRIV_H
#define CF_WEB_PRIV_H

#include <pthread.h>
#include <stdatomic.h>

#include "web/counted.h"
#include "web/find.h"
#include "web/replaying.h"
#include "web/serve.h"
#include "web/stream.h"
#include "web/verifying.h"
#include "web/web.h"

/* ---- Static files, compiled in (build/generated/assets.c by tools/assets). */
struct web_file {
    const char *name;   /* "childfirst.css" */
    const char *served; /* "/static/childfirst.0123456789ab.css" */
    const char *content_type;
    const unsigned char *plain, *packed; /* packed: gzip; NULL when it does not shrink */
    size_t n_plain, n_packed;
};
extern const struct web_file web_files[];
extern const size_t web_files_n;
const struct web_file *web_file_named(const char *name);
const struct web_file *web_file_served(struct cf_str path);

/* ---- Metrics: counted by all threads. */
#define WEB_BUCKETS 12
struct web_metrics {
    atomic_ullong answers[6]; /* by hundred of the status */
    atomic_ullong bucket[WEB_BUCKETS], sum_us, bytes;
    atomic_ullong refused_csrf, refused_ability, shed, writes;
    atomic_int running, streams;
    atomic_ullong keys[CF_MAX_WEB_KEY_SLOTS]; /* requests of partners' keys: minute, then the count in it */
};

struct web_app {
    struct cf_arena *arena;
    const struct serve_options *options;
    const struct cf_zone *zone;
    struct desk *writing;          /* the keeper's alone once it runs */
    struct access *writing_access; /* likewise */
    struct keeper *keeper;
    struct access_log *looks;    /* one writer of the log of reads for all workers */
    struct web_streams *streams; /* boards that listen */
    struct cf_arena *desk_arena; /* of the writing desk */
    struct find_index *find;     /* people by name, for all threads */
    struct counted *counted;     /* finished tables, and the thread that makes them */
    struct verifying *verifying; /* the ledger recomputed in the background */
    struct replaying *replaying; /* proposed policies over all history, in the background */
    struct web_metrics metrics;
    atomic_ullong requests;
    atomic_bool ready, stopping;
    int64_t started_us;
    pthread_mutex_t log_lock;
};
struct web_worker {
    struct web_app *app;
    struct cf_arena *arena; /* of the desk */
    struct desk *desk;      /* reads; NULL when there is no database */
    struct access *access;
    int number;
};

/* ---- What http.c hands in and takes out. */
struct web_raw { /* a request as it came; nothing in it is trusted */
    struct cf_str method, path, query, body;
    struct web_pairs headers; /* names in small letters */
    int64_t received_us;
};
struct web_answer {
    int status;
    struct web_pairs headers;
    struct cf_str body;          /* lives in the arena */
    const struct web_file *file; /* a static file instead of a body */
    bool packed;                 /* body is gzip, or the file's packed form is to be sent */
    bool head;                   /* headers alone leave */
    const char *stream;          /* an event stream follows */
    const char *pattern;         /* for the log */
    struct cf_id id;
};
/* Answers one request, whatever it is; never fails. Everything lives in `a`. */
void web_answer(struct web_app *app, struct web_worker *w, struct cf_arena *a, const struct web_raw *raw,
                struct web_answer *out);
/* The way of one request whose route is found and whose asker is known; false: `errs` says why there is no page. */
CF_MUST_USE bool web_run(struct web_request *q, struct web_response *r, const struct web_raw *raw, struct cf_errs *errs);
/* Whether a request is answered without a worker: static files, health. */
bool web_quick(struct web_app *app, struct cf_arena *a, const struct web_raw *raw, struct web_answer *out);
struct cf_id web_request_id(struct web_app *app); /* time and a count: tells requests apart, says nothing about anyone */
void web_log_failure(struct web_app *app, const struct web_request *q, int status, const struct cf_errs *errs);
/* Counts an answer and, when `a` is there, writes its line. */
void web_log(struct web_app *app, struct cf_arena *a, const struct web_raw *raw, const struct web_answer *out, size_t bytes);

/* ---- Reading what came (request.c). Each false has added an error with words for whoever sent it. */
CF_MUST_USE bool web_text_ok(struct cf_str s, const char *what, struct cf_errs *errs);
CF_MUST_USE bool web_percent(struct cf_arena *a, struct cf_str s, bool plus, struct cf_str *out, struct cf_errs *errs);
CF_MUST_USE bool web_read_form(struct cf_arena *a, struct cf_str s, const char *what, struct web_pairs *out,
                               struct cf_errs *errs);
CF_MUST_USE bool web_read_cookies(struct cf_arena *a, struct cf_str s, struct web_pairs *out, struct cf_errs *errs);
struct cf_str web_pair_of(const struct web_pairs *pairs, const char *name);

/* ---- Routing (route.c). */
enum web_found { WEB_FOUND, WEB_NO_PATH, WEB_NO_METHOD };
enum web_found web_match(struct cf_arena *a, enum web_method method, struct cf_str path, const struct web_route **route,
                         struct web_pairs *params, struct cf_str *allow);
/* ---- Frame and problems (page.c). */
int web_status_of(const struct cf_errs *errs);

/* ---- The keeper's thread and who is there (app.c). */
CF_MUST_USE bool web_app_start(struct web_app *app, struct cf_errs *errs);
void web_app_stop(struct web_app *app);
CF_MUST_USE bool web_worker_start(struct web_app *app, struct web_worker *w, int number, struct cf_errs *errs);
void web_worker_stop(struct web_worker *w);

#endif
