/* http: the only file that knows libmicrohttpd and sockets: takes requests in, hands whole ones to workers, sends answers.
 *
 * Four threads of libmicrohttpd do the reading and sending and never wait for anything; a request that needs a desk is
 * suspended, answered by one of the workers, and resumed. Must not know pages, sessions or what a form holds. */
#include "web/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>

#define IO_THREADS 4
#define ADDRESS_SLOTS 4096 /* by hash: two addresses that share one share its limit, which is wide */
#define STREAM_BLOCK 256   /* bytes of a board's buffer */
#define STOP_MS 10000      /* what was begun may take so long to finish */

enum call_state { CALL_READING, CALL_REFUSED, CALL_WAITING, CALL_ANSWERED, CALL_SENT };
struct call { /* one request; lives from its first line to its end */
    struct call *next;
    struct server *server;
    struct MHD_Connection *connection;
    struct cf_arena *arena; /* of the request; given back early when only a stream is left */
    enum call_state state;
    struct web_raw raw;
    struct cf_buf body;
    struct web_answer answer;
    struct web_stream *stream;
    uint32_t address_slot; /* 0: not counted */
    bool begun;
};
struct server {
    struct web_app *app;
    struct MHD_Daemon *daemon;
    struct web_worker *workers;
    pthread_t *threads;
    int n_workers, listen_fd;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct call *first, **last; /* wait for a worker */
    size_t waiting;
    bool ending;
    atomic_int of_address[ADDRESS_SLOTS];
    atomic_int calls;
};

/* ---- Reading. */

/* The address as it was sent: libmicrohttpd would take percent signs apart and lose the query's form. */
static void *on_uri(void *arg, const char *uri, struct MHD_Connection *connection) {
    struct server *s = arg;
    struct call *call = calloc(1, sizeof(*call));
    if (!call) {
        return NULL;
    }
    call->server = s;
    call->connection = connection;
    call->arena = cf_arena_new("request");
    call->raw.received_us = cf_now_us();
    atomic_fetch_add(&s->calls, 1);
    struct cf_str all = cf_str_dup(call->arena, cf_str_from(uri));
    size_t mark;
    call->raw.path = all;
    if (cf_str_find(all, '?', &mark)) {
        call->raw.path = cf_str_slice(all, 0, mark);
        call->raw.query = cf_str_slice(all, mark + 1, all.n);
    }
    return call;
}

static size_t as_sent(void *arg, struct MHD_Connection *connection, char *s) {
    (void)arg;
    (void)connection;
    return strlen(s);
}

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name, const char *value) {
    struct call *call = arg;
    struct web_pair pair = {.value = cf_str_dup(call->arena, cf_str_from(value ? value : ""))};
    (void)kind;
    size_t n = strlen(name);
    char *small = cf_memdup(call->arena, name, n);
    for (size_t i = 0; i < n; i++) {
        small[i] = (char)(small[i] >= 'A' && small[i] <= 'Z' ? small[i] - 'A' + 'a' : small[i]);
    }
    pair.name = (struct cf_str){small, n};
    *cf_push(call->arena, &call->raw.headers) = pair;
    return MHD_YES;
}

/* ---- Sending. */

static ssize_t read_stream(void *arg, uint64_t at, char *out, size_t most);
static void end_stream(void *arg);

static void sleep_connection(void *connection) {
    MHD_suspend_connection(connection);
}

static void wake_connection(void *connection) {
    MHD_resume_connection(connection);
}

static struct MHD_Response *response_of(struct call *call, size_t *bytes) {
    const struct web_answer *out = &call->answer;
    if (out->stream && out->status == 200 && !out->head) {
        call->stream = calloc(1, sizeof(*call->stream));
        if (!call->stream) {
            return NULL;
        }
        web_stream_add(call->server->app->streams, call->stream, out->stream, call->connection);
        atomic_fetch_add(&call->server->app->metrics.streams, 1);
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream, call, end_stream);
    }
    union {
        const void *from;
        void *to;
    } body = {.from = out->file ? (out->packed ? out->file->packed : out->file->plain) : (const void *)out->body.p};
    size_t n = out->file ? (out->packed ? out->file->n_packed : out->file->n_plain) : out->body.n;
    *bytes = n;
    return MHD_create_response_from_buffer(n, body.to, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_answer(struct call *call) {
    const struct web_answer *out = &call->answer;
    size_t bytes = 0;
    struct MHD_Response *r = response_of(call, &bytes);
    if (!r) {
        return MHD_NO;
    }
    for (size_t i = 0; i < out->headers.n; i++) {
        (void)MHD_add_response_header(r, cf_cstr(call->arena, out->headers.v[i].name),
                                      cf_cstr(call->arena, out->headers.v[i].value));
    }
    if (call->state == CALL_REFUSED) {
        (void)MHD_add_response_header(r, "Connection", "close");
    }
    enum MHD_Result sent = MHD_queue_response(call->connection, (unsigned)out->status, r);
    MHD_destroy_response(r);
    web_log(call->server->app, call->arena, &call->raw, out, bytes);
    call->state = CALL_SENT;
    if (call->stream) { /* a board costs its connection and a few words from now on */
        cf_arena_free(call->arena);
        call->arena = NULL;
    }
    return sent;
}

static ssize_t read_stream(void *arg, uint64_t at, char *out, size_t most) {
    struct call *call = arg;
    (void)at;
    int n = web_stream_next(call->server->app->streams, call->stream, out, most, sleep_connection);
    return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : n;
}

static void end_stream(void *arg) {
    (void)arg; /* taken off when the call is over: on_completed */
}

/* The same for the interface. */
static enum MHD_Result refuse_in_json(struct call *call, int status, const char *words) {
    static const struct web_pair headers[] = {
        {{"Content-Type", 12}, {"application/problem+json", 24}},
        {{"Cache-Control", 13}, {"no-store", 8}},
        {{"Retry-After", 11}, {"5", 1}},
    };
    struct cf_buf b = cf_buf_new(call->arena, 2048);
    cf_buf_printf(&b,
                  "{\"type\":\"about:blank\",\"title\":\"Nothing was recorded or changed\",\"status\":%d,\"detail\":\"%s\","
                  "\"errors\":[]}",
                  status, words);
    call->answer =
        (struct web_answer){.status = status, .body = {b.p, b.n}, .pattern = "", .id = web_request_id(call->server->app)};
    for (size_t i = 0; i < CF_COUNT(headers) - (status == 503 || status == 429 ? 0 : 1); i++) {
        *cf_push(call->arena, &call->answer.headers) = headers[i];
    }
    return send_answer(call);
}

/* A short answer without a desk: too much, too slow, too many. */
static enum MHD_Result refuse(struct call *call, int status, const char *words) {
    struct cf_buf b = cf_buf_new(call->arena, 2048);
    if (cf_str_starts(call->raw.path, CF_LIT("/api/"))) {
        return refuse_in_json(call, status, words);
    }
    cf_buf_printf(&b,
                  "<!doctype html><html lang=\"en-GB\"><meta charset=\"utf-8\"><title>childfirst</title>"
                  "<meta name=\"viewport\" content=\"width=device-width\"><h1>%s</h1><p>Nothing was recorded or changed.</p>",
                  words);
    call->answer =
        (struct web_answer){.status = status, .body = {b.p, b.n}, .pattern = "", .id = web_request_id(call->server->app)};
    static const struct web_pair headers[] = {
        {{"Content-Type", 12}, {"text/html; charset=utf-8", 24}},
        {{"Cache-Control", 13}, {"no-store", 8}},
        {{"Content-Security-Policy", 23}, {"default-src 'none'", 18}},
        {{"Retry-After", 11}, {"5", 1}},
    };
    for (size_t i = 0; i < CF_COUNT(headers) - (status == 503 || status == 429 ? 0 : 1); i++) {
        *cf_push(call->arena, &call->answer.headers) = headers[i];
    }
    call->state = CALL_REFUSED;
    return send_answer(call);
}

/* ---- The way through. */

static bool too_many_of(struct call *call) {
    struct cf_str address = web_pair_of(&call->raw.headers, "x-real-ip");
    if (address.n == 0) {
        return false;
    }
    call->address_slot = (uint32_t)(1 + cf_str_hash(address) % (ADDRESS_SLOTS - 1));
    return atomic_fetch_add(&call->server->of_address[call->address_slot], 1) >= CF_MAX_WEB_OF_ADDRESS;
}

static enum MHD_Result begin(struct call *call, const char *method) {
    int64_t length = 0;
    size_t bytes = 0;
    call->begun = true;
    call->raw.method = cf_str_dup(call->arena, cf_str_from(method));
    (void)MHD_get_connection_values(call->connection, MHD_HEADER_KIND, on_header, call);
    for (size_t i = 0; i < call->raw.headers.n; i++) {
        bytes += call->raw.headers.v[i].name.n + call->raw.headers.v[i].value.n;
    }
    call->body = cf_buf_new(call->arena, CF_MAX_WEB_BODY_BYTES);
    struct cf_str said = web_pair_of(&call->raw.headers, "content-length");
    if (too_many_of(call)) {
        return refuse(call, 429, "Too many requests come from your address at once. Wait a minute, then try again.");
    }
    if (call->raw.path.n + call->raw.query.n > CF_MAX_WEB_URL_BYTES) {
        return refuse(call, 414, "The address is too long.");
    }
    if (bytes > CF_MAX_WEB_HEADER_BYTES) {
        return refuse(call, 431, "The headers of the request are too long. Delete the cookies of this site, then try again.");
    }
    if (said.n > 0 && (!cf_str_int(said, &length) || length > CF_MAX_WEB_BODY_BYTES)) {
        return refuse(call, 413, "That is more than can be taken at once. Shorten what you send, or send it in parts.");
    }
    return MHD_YES;
}

static enum MHD_Result take_body(struct call *call, const char *data, size_t *n) {
    if (cf_now_us() - call->raw.received_us > (int64_t)CF_MAX_WEB_BODY_S * 1000000) {
        return MHD_NO; /* an answer would have to wait for the rest: the line is closed */
    }
    cf_buf_add(&call->body, data, *n);
    *n = 0;
    return call->body.failed && call->body.n == 0 ? MHD_NO : MHD_YES;
}

/* To the workers, or at once an answer that says to come back. */
static enum MHD_Result hand_over(struct call *call) {
    struct server *s = call->server;
    call->raw.body = (struct cf_str){call->body.p, call->body.n};
    if (call->body.failed) {
        return refuse(call, 413, "That is more than can be taken at once. Shorten what you send, or send it in parts.");
    }
    if (web_quick(s->app, call->arena, &call->raw, &call->answer)) {
        return send_answer(call);
    }
    pthread_mutex_lock(&s->lock);
    bool full = s->waiting >= CF_MAX_WEB_QUEUE || s->ending;
    if (!full) {
        call->state = CALL_WAITING;
        call->next = NULL;
        *s->last = call;
        s->last = &call->next;
        s->waiting++;
        MHD_suspend_connection(call->connection);
        pthread_cond_signal(&s->more);
    }
    pthread_mutex_unlock(&s->lock);
    if (full) {
        atomic_fetch_add(&s->app->metrics.shed, 1);
        return refuse(call, 503, "The service is busy. Wait a minute, then try again.");
    }
    return MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *n, void **state) {
    struct call *call = *state;
    (void)arg;
    (void)connection;
    (void)url;
    (void)version;
    if (!call) {
        return MHD_NO;
    }
    if (!call->begun) {
        return begin(call, method);
    }
    if (call->state == CALL_ANSWERED) {
        return send_answer(call);
    }
    if (*n > 0) {
        return take_body(call, data, n);
    }
    return call->state == CALL_READING ? hand_over(call) : MHD_YES;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why) {
    struct call *call = *state;
    (void)connection;
    (void)why;
    if (!call) {
        return;
    }
    struct server *s = arg;
    if (call->stream) {
        web_stream_remove(s->app->streams, call->stream);
        atomic_fetch_sub(&s->app->metrics.streams, 1);
        free(call->stream);
    }
    if (call->address_slot) {
        atomic_fetch_sub(&s->of_address[call->address_slot], 1);
    }
    cf_arena_free(call->arena);
    free(call);
    atomic_fetch_sub(&s->calls, 1);
    *state = NULL;
}

/* ---- Workers. */

struct worker_start {
    struct server *s;
    struct web_worker *w;
};

static void *work(void *arg) {
    struct worker_start start = *(struct worker_start *)arg;
    free(arg);
    struct server *s = start.s;
    for (;;) {
        pthread_mutex_lock(&s->lock);
        while (!s->first && !s->ending) {
            pthread_cond_wait(&s->more, &s->lock);
        }
        struct call *call = s->first;
        if (!call) {
            pthread_mutex_unlock(&s->lock);
            return NULL;
        }
        s->first = call->next;
        s->last = s->first ? s->last : &s->first;
        s->waiting--;
        pthread_mutex_unlock(&s->lock);
        atomic_fetch_add(&s->app->metrics.running, 1);
        web_answer(s->app, start.w, call->arena, &call->raw, &call->answer);
        atomic_fetch_sub(&s->app->metrics.running, 1);
        call->state = CALL_ANSWERED;
        MHD_resume_connection(call->connection);
    }
}

static bool start_workers(struct server *s, struct cf_arena *a, struct cf_errs *errs) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int n = s->app->options->workers > 0 ? s->app->options->workers : (int)(cores < 2 ? 4 : cores > 4 ? 8 : cores * 2);
    n = n > CF_MAX_WEB_WORKERS ? CF_MAX_WEB_WORKERS : n;
    s->workers = CF_NEW_N(a, struct web_worker, (size_t)n);
    s->threads = CF_NEW_N(a, pthread_t, (size_t)n);
    for (int i = 0; i < n; i++) {
        struct worker_start *start = calloc(1, sizeof(*start));
        if (!start || !web_worker_start(s->app, &s->workers[i], i, errs)) {
            free(start);
            return start != NULL ? false : cf_fail(errs, CF_W009, CF_NOWHERE, "there is no memory for another worker");
        }
        *start = (struct worker_start){s, &s->workers[i]};
        if (pthread_create(&s->threads[i], NULL, work, start) != 0) {
            free(start);
            web_worker_stop(&s->workers[i]);
            return cf_fail(errs, CF_W009, CF_NOWHERE, "the machine gives no more threads");
        }
        s->n_workers = i + 1;
    }
    return true;
}

static void stop_workers(struct server *s) {
    pthread_mutex_lock(&s->lock);
    s->ending = true;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; i < s->n_workers; i++) {
        pthread_join(s->threads[i], NULL);
        web_worker_stop(&s->workers[i]);
    }
    s->n_workers = 0;
}

/* ---- Listening. */

static bool listen_port(struct server *s, int *port, struct cf_errs *errs) {
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int yes = 1;
    s->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->listen_fd < 0 || setsockopt(s->listen_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(s->listen_fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(s->listen_fd, 1024) != 0 ||
        getsockname(s->listen_fd, (struct sockaddr *)&at, &n) != 0) {
        return cf_fail(errs, CF_W009, CF_NOWHERE, "127.0.0.1, port %d: %s", *port, strerror(errno));
    }
    *port = ntohs(at.sin_port);
    return true;
}

/* A socket that nobody answers on is left over from a server that ended badly. */
static bool listen_socket(struct server *s, const char *path, struct cf_errs *errs) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t n = strlen(path);
    if (n >= sizeof at.sun_path) {
        return cf_fail(errs, CF_W009, CF_NOWHERE, "%s: the path of a socket is at most %zu bytes", path,
                       sizeof at.sun_path - 1);
    }
    memcpy(at.sun_path, path, n);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct stat is;
    if (probe >= 0 && connect(probe, (struct sockaddr *)&at, sizeof at) == 0) {
        close(probe);
        return cf_fail(errs, CF_W009, CF_NOWHERE, "%s: another server answers there", path);
    }
    close(probe);
    if (stat(path, &is) == 0 && S_ISSOCK(is.st_mode)) {
        (void)unlink(path);
    }
    s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->listen_fd < 0 || bind(s->listen_fd, (struct sockaddr *)&at, sizeof at) != 0 || chmod(path, 0660) != 0 ||
        listen(s->listen_fd, 1024) != 0) {
        return cf_fail(errs, CF_W009, CF_NOWHERE, "%s: %s", path, strerror(errno));
    }
    return true;
}

static bool start_daemon(struct server *s, struct cf_errs *errs) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    rlim_t most = getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur > 256 ? files.rlim_cur - 128 : 128;
    unsigned connections = most < CF_MAX_WEB_CONNECTIONS ? (unsigned)most : (unsigned)CF_MAX_WEB_CONNECTIONS;
    s->daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, NULL, NULL, on_request, s,
                         MHD_OPTION_LISTEN_SOCKET, s->listen_fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)IO_THREADS,
                         MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CF_MAX_WEB_IDLE_S,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CF_MAX_WEB_HEADER_BYTES + CF_MAX_WEB_URL_BYTES + 4096,
                         MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)1024, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
                         MHD_OPTION_URI_LOG_CALLBACK, on_uri, s, MHD_OPTION_UNESCAPE_CALLBACK, as_sent, NULL, MHD_OPTION_END);
    return s->daemon || cf_fail(errs, CF_W009, CF_NOWHERE, "the HTTP library did not start");
}

/* ---- Start to end. */

static void nap(long ms) {
    struct timespec t = {ms / 1000, (ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}

/* Waits for the signal that ends the server; each second the boards show that they are alive. */
static void serve_until_told(struct server *s, const sigset_t *ends) {
    struct timespec second = {1, 0};
    while (sigtimedwait(ends, NULL, &second) < 0) {
        web_streams_beat(s->app->streams);
    }
}

static void stop_server(struct server *s) {
    atomic_store(&s->app->stopping, true);
    if (s->daemon) {
        (void)MHD_quiesce_daemon(s->daemon); /* no new connections; those that are there finish what they began */
        web_streams_end(s->app->streams);
        for (int waited = 0; waited < STOP_MS && atomic_load(&s->calls) > 0; waited += 10) {
            nap(10);
        }
    }
    stop_workers(s); /* each ends with nothing in hand, so no connection stays suspended */
    if (s->daemon) {
        MHD_stop_daemon(s->daemon);
        s->daemon = NULL;
    }
    if (s->listen_fd >= 0) {
        close(s->listen_fd);
    }
}

static bool start_server(struct server *s, const struct serve_options *o, struct cf_arena *a, int *port, struct cf_errs *errs) {
    bool listening = o->socket ? listen_socket(s, o->socket, errs) : listen_port(s, port, errs);
    return listening && web_app_start(s->app, errs) && start_workers(s, a, errs) && start_daemon(s, errs);
}

bool serve(struct cf_arena *a, const struct serve_options *o, void (*started)(void *, int port), void *arg,
           struct cf_errs *errs) {
    struct web_app *app = CF_NEW(a, struct web_app);
    struct server *s = CF_NEW(a, struct server);
    sigset_t ends, before;
    int port = o->port;
    app->arena = a;
    app->options = o;
    app->started_us = cf_now_us();
    app->streams = web_streams_new(a, wake_connection);
    pthread_mutex_init(&app->log_lock, NULL);
    s->app = app;
    s->listen_fd = -1;
    s->last = &s->first;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->more, NULL);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, &before); /* the threads inherit it: only this one is told */
    (void)signal(SIGPIPE, SIG_IGN);
    app->zone = cf_zone_load(a, "Europe/London", errs);
    bool ok = app->zone && start_server(s, o, a, &port, errs);
    if (ok) {
        atomic_store(&app->ready, true);
        started(arg, o->socket ? 0 : port);
        serve_until_told(s, &ends);
    }
    stop_server(s);
    web_app_stop(app);
    if (ok && o->socket) {
        (void)unlink(o->socket);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}
