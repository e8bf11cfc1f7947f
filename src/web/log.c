/* log: one JSON line a request, counters for Prometheus, health. Must not write a path, a query, a name or an address: the
 * route's pattern says which page it was. */
#include "web/priv.h"

static const int64_t bucket_us[WEB_BUCKETS] = {500,   1000,   2000,   5000,   10000,   20000,
                                               50000, 100000, 250000, 500000, 1000000, 5000000};

/* Milliseconds, then a count: near-sorted, as the ledger's own ids are. */
struct cf_id web_request_id(struct web_app *app) {
    struct cf_id id = {{0}};
    uint64_t ms = (uint64_t)(cf_now_us() / 1000), n = atomic_fetch_add(&app->requests, 1), start = (uint64_t)app->started_us;
    for (int i = 0; i < 6; i++) {
        id.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    }
    for (int i = 0; i < 5; i++) {
        id.b[6 + i] = (uint8_t)(start >> (32 - 8 * i));
    }
    for (int i = 0; i < 5; i++) {
        id.b[11 + i] = (uint8_t)(n >> (32 - 8 * i));
    }
    return id;
}

static void write_line(struct web_app *app, struct cf_buf *b) {
    cf_buf_lit(b, "}\n");
    pthread_mutex_lock(&app->log_lock);
    fwrite(b->p, 1, b->n, app->options->log);
    fflush(app->options->log);
    pthread_mutex_unlock(&app->log_lock);
}

void web_log(struct web_app *app, struct cf_arena *a, const struct web_raw *raw, const struct web_answer *out, size_t bytes) {
    int64_t us = cf_now_us() - raw->received_us;
    us = us < 0 ? 0 : us;
    int hundred = out->status / 100 >= 1 && out->status / 100 <= 5 ? out->status / 100 : 5;
    atomic_fetch_add(&app->metrics.answers[hundred], 1);
    atomic_fetch_add(&app->metrics.sum_us, (unsigned long long)us);
    atomic_fetch_add(&app->metrics.bytes, bytes);
    for (size_t i = 0; i < WEB_BUCKETS; i++) {
        if (us <= bucket_us[i]) {
            atomic_fetch_add(&app->metrics.bucket[i], 1);
            break;
        }
    }
    if (!app->options->log || !a) {
        return;
    }
    struct cf_buf b = cf_buf_new(a, 4096);
    cf_buf_printf(&b, "{\"time\":\"%s\",\"route\":", cf_time_iso(cf_now_us() / 1000000).p);
    cf_json_str(&b, cf_str_from(out->pattern && *out->pattern ? out->pattern : "none"));
    cf_buf_printf(&b, ",\"status\":%d,\"ms\":%lld.%03lld,\"bytes\":%zu,\"request\":\"%.*s\"", out->status,
                  (long long)(us / 1000), (long long)(us % 1000), bytes, CF_STR_ARG(cf_hex(a, out->id.b, sizeof out->id.b)));
    write_line(app, &b);
}

/* What went wrong, by its code: the words of an error may name what somebody typed. */
void web_log_failure(struct web_app *app, const struct web_request *q, int status, const struct cf_errs *errs) {
    if (!app->options->log || errs->n == 0) {
        return;
    }
    struct cf_buf b = cf_buf_new(q->arena, 4096);
    cf_buf_printf(&b, "{\"time\":\"%s\",\"route\":", cf_time_iso(cf_now_us() / 1000000).p);
    cf_json_str(&b, cf_str_from(q->route ? q->route->pattern : "none"));
    cf_buf_printf(&b, ",\"refused\":\"%s\",\"status\":%d,\"request\":\"%.*s\"", cf_code_name(errs->v[0].code), status,
                  CF_STR_ARG(web_id_text(q, q->id)));
    write_line(app, &b);
}

/* ---- Health and metrics. */

static void counter(struct cf_buf *b, const char *name, const char *help, const char *kind, unsigned long long value) {
    cf_buf_printf(b, "# HELP childfirst_%s %s\n# TYPE childfirst_%s %s\nchildfirst_%s %llu\n", name, help, name, kind, name,
                  value);
}

static void write_metrics(struct web_app *app, struct cf_buf *b) {
    struct web_metrics *m = &app->metrics;
    unsigned long long all = 0;
    cf_buf_lit(b,
               "# HELP childfirst_answers_total Answers by hundred of the status.\n# TYPE childfirst_answers_total counter\n");
    for (int i = 1; i <= 5; i++) {
        cf_buf_printf(b, "childfirst_answers_total{status=\"%dxx\"} %llu\n", i, atomic_load(&m->answers[i]));
        all += atomic_load(&m->answers[i]);
    }
    cf_buf_lit(b, "# HELP childfirst_answer_seconds Time from a whole request to its answer.\n"
                  "# TYPE childfirst_answer_seconds histogram\n");
    unsigned long long below = 0;
    for (size_t i = 0; i < WEB_BUCKETS; i++) {
        below += atomic_load(&m->bucket[i]);
        cf_buf_printf(b, "childfirst_answer_seconds_bucket{le=\"%lld.%06lld\"} %llu\n", (long long)(bucket_us[i] / 1000000),
                      (long long)(bucket_us[i] % 1000000), below);
    }
    unsigned long long sum = atomic_load(&m->sum_us);
    cf_buf_printf(b,
                  "childfirst_answer_seconds_bucket{le=\"+Inf\"} %llu\nchildfirst_answer_seconds_sum %llu.%06llu\n"
                  "childfirst_answer_seconds_count %llu\n",
                  all, sum / 1000000, sum % 1000000, all);
    counter(b, "bytes_total", "Bytes of bodies sent.", "counter", atomic_load(&m->bytes));
    counter(b, "refused_forms_total", "Forms that did not come from a page of ours.", "counter", atomic_load(&m->refused_csrf));
    counter(b, "refused_acts_total", "Pages asked for without the ability.", "counter", atomic_load(&m->refused_ability));
    counter(b, "shed_total", "Requests turned away because too many waited.", "counter", atomic_load(&m->shed));
    counter(b, "running", "Requests being answered.", "gauge", (unsigned long long)atomic_load(&m->running));
    counter(b, "streams", "Boards that listen.", "gauge", (unsigned long long)atomic_load(&m->streams));
    if (app->keeper) {
        struct keeper_counts k;
        keeper_counts(app->keeper, &k);
        counter(b, "records_total", "Events recorded since the start.", "counter", k.records);
        counter(b, "commits_total", "Commits that they shared.", "counter", k.batches);
        counter(b, "keeper_waiting", "Requests that wait for the keeper.", "gauge", k.waiting);
    }
}

static bool plain(struct web_app *app, struct web_answer *out, int status, struct cf_str body, const char *pattern) {
    out->status = status;
    out->body = body;
    out->pattern = pattern;
    out->id = web_request_id(app);
    return true;
}

static void quick_header(struct cf_arena *a, struct web_answer *out, const char *name, const char *value) {
    *cf_push(a, &out->headers) = (struct web_pair){cf_str_from(name), cf_str_from(value)};
}

static bool quick_file(struct web_app *app, struct cf_arena *a, const struct web_raw *raw, const struct web_file *f,
                       struct web_answer *out) {
    struct cf_str coding = web_pair_of(&raw->headers, "accept-encoding"), one;
    bool packed = false;
    while (f->packed && cf_str_split(&coding, ',', &one)) {
        packed = packed || cf_str_is(cf_str_trim(one), "gzip");
    }
    out->file = f;
    out->packed = packed;
    quick_header(a, out, "Content-Type", f->content_type);
    quick_header(a, out, "Vary", "Accept-Encoding");
    quick_header(a, out, "X-Content-Type-Options", "nosniff");
    bool named = cf_str_eq(raw->path, cf_str_from(f->served));
    quick_header(a, out, "Cache-Control", named ? "public, max-age=31536000, immutable" : "public, max-age=3600");
    quick_header(a, out, "ETag", cf_cstr(a, cf_str_printf(a, "\"%s\"", f->served + sizeof "/static/" - 1)));
    if (packed) {
        quick_header(a, out, "Content-Encoding", "gzip");
    }
    struct cf_str tag = web_pair_of(&raw->headers, "if-none-match");
    bool same = tag.n > 2 && cf_str_is(cf_str_slice(tag, 1, tag.n - 1), f->served + sizeof "/static/" - 1);
    if (same) {
        out->file = NULL;
    }
    return plain(app, out, same ? 304 : 200, CF_LIT(""), "/static/:file");
}

const struct web_file *web_file_named(const char *name) {
    for (size_t i = 0; i < web_files_n; i++) {
        if (!strcmp(web_files[i].name, name)) {
            return &web_files[i];
        }
    }
    return NULL;
}

const struct web_file *web_file_served(struct cf_str path) {
    if (cf_str_is(path, "/icon.svg") || cf_str_is(path, "/favicon.ico")) {
        return web_file_named("icon.svg");
    }
    if (cf_str_is(path, "/service-worker.js")) { /* at the root, or it could not answer for the pages */
        return web_file_named("service-worker.js");
    }
    for (size_t i = 0; i < web_files_n; i++) {
        if (cf_str_is(path, web_files[i].served)) {
            return &web_files[i];
        }
    }
    return NULL;
}

bool web_quick(struct web_app *app, struct cf_arena *a, const struct web_raw *raw, struct web_answer *out) {
    if (!cf_str_is(raw->method, "GET") && !cf_str_is(raw->method, "HEAD")) {
        return false;
    }
    *out = (struct web_answer){0};
    const struct web_file *f = web_file_served(raw->path);
    if (f) {
        return quick_file(app, a, raw, f, out);
    }
    bool health = cf_str_is(raw->path, "/health"), ready = cf_str_is(raw->path, "/ready");
    if (!health && !ready && !cf_str_is(raw->path, "/metrics")) {
        return false;
    }
    quick_header(a, out, "Cache-Control", "no-store");
    quick_header(a, out, "X-Content-Type-Options", "nosniff");
    if (health || ready) {
        bool fine = health || (atomic_load(&app->ready) && !atomic_load(&app->stopping));
        quick_header(a, out, "Content-Type", "text/plain; charset=utf-8");
        return plain(app, out, fine ? 200 : 503, fine ? CF_LIT("ok\n") : CF_LIT("not ready\n"), health ? "/health" : "/ready");
    }
    struct cf_buf b = cf_buf_new(a, 65536);
    write_metrics(app, &b);
    quick_header(a, out, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return plain(app, out, 200, (struct cf_str){b.p, b.n}, "/metrics");
}
