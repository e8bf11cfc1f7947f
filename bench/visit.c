/* visit: see visit.h. */
#include "visit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MOST = 1 << 21, LINES = 64, WAIT_MOST_S = 20 };

static int connect_to(int port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
        bench_stop(NULL, "no connection to the server");
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static void send_all(int fd, struct cf_str s) {
    for (size_t at = 0; at < s.n;) {
        ssize_t n = send(fd, s.p + at, s.n - at, MSG_NOSIGNAL);
        if (n <= 0) {
            bench_stop(NULL, "the server closed the connection");
        }
        at += (size_t)n;
    }
}

/* ---- One after another. */

static void keep_cookies(struct visitor *v, struct cf_str head) {
    struct cf_str rest = head, line;
    while (cf_str_split(&rest, '\n', &line)) {
        struct cf_str name, one;
        if (!cf_str_starts(line, CF_LIT("Set-Cookie: "))) {
            continue;
        }
        line = cf_str_trim(cf_str_slice(line, 12, line.n));
        (void)cf_str_split(&line, ';', &one);
        struct cf_str value = one;
        (void)cf_str_split(&value, '=', &name);
        char others[sizeof v->cookies] = "", *list = v->cookies;
        for (char *piece; (piece = strsep(&list, ";")) != NULL;) {
            piece += strspn(piece, " ");
            if (*piece && (strncmp(piece, name.p, name.n) != 0 || piece[name.n] != '=')) {
                size_t n = strlen(others);
                snprintf(others + n, sizeof others - n, "%s; ", piece);
            }
        }
        snprintf(v->cookies, sizeof v->cookies, "%.1400s%.*s", others, CF_STR_ARG(one));
    }
}

static void keep_csrf(struct visitor *v, struct cf_str body) {
    static const char mark[] = "name=\"csrf\" value=\"";
    const char *at = memmem(body.p, body.n, mark, sizeof mark - 1), *end = body.p + body.n;
    size_t n = 0;
    for (at = at ? at + sizeof mark - 1 : end; at + n < end && at[n] != '"' && n < sizeof v->csrf - 1; n++) {
        v->csrf[n] = at[n];
    }
    v->csrf[n ? n : strlen(v->csrf)] = 0;
}

struct visit bench_visit(struct visitor *v, struct cf_arena *a, const char *path, const char *form, bool packed) {
    const char *body = form ? bench_text(a, "csrf=%s&%s", v->csrf, form) : "";
    const char *more =
        form ? bench_text(a, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n", strlen(body)) : "";
    int fd = connect_to(v->port);
    send_all(fd, cf_str_from(bench_text(a, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: %s\r\n%s%s\r\n%s",
                                        form ? "POST" : "GET", path, v->cookies, packed ? "Accept-Encoding: gzip\r\n" : "",
                                        more, body)));
    char *all = cf_alloc(a, ANSWER_MOST);
    size_t n = 0;
    for (ssize_t k; n < ANSWER_MOST && (k = recv(fd, all + n, ANSWER_MOST - n, 0)) > 0;) {
        n += (size_t)k;
    }
    close(fd);
    const char *gap = memmem(all, n, "\r\n\r\n", 4);
    struct visit out = {0};
    if (!gap || sscanf(all, "HTTP/1.1 %d", &out.status) != 1) {
        bench_stop(NULL, "the server gave no answer");
    }
    out.head = (struct cf_str){all, (size_t)(gap - all) + 2};
    out.body = (struct cf_str){gap + 4, n - out.head.n - 2};
    keep_cookies(v, out.head);
    if (!packed) {
        keep_csrf(v, out.body);
    }
    return out;
}

void bench_sign_in(struct visitor *v, int port, const char *login, const char *purpose) {
    struct cf_arena *a = cf_arena_new("sign in");
    *v = (struct visitor){.port = port};
    (void)bench_visit(v, a, "/sign-in", NULL, false);
    struct visit in =
        bench_visit(v, a, "/sign-in", bench_text(a, "login=%s&password=everyone+here+is+invented&next=%%2F", login), false);
    (void)bench_visit(v, a, "/purpose", NULL, false);
    struct visit why = bench_visit(v, a, "/purpose", bench_text(a, "purpose=%s", purpose), false);
    if (in.status != 303 || why.status != 303) {
        bench_stop(NULL, "nobody could sign in");
    }
    cf_arena_free(a);
}

/* ---- Servers. */

pid_t bench_serve(char *const argv[], int *port) {
    int pipes[2];
    char said[8192];
    size_t n = 0;
    if (pipe(pipes) != 0) {
        bench_stop(NULL, "no pipe to a server");
    }
    pid_t server = fork();
    if (server == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        if (dup2(pipes[1], 1) < 0 || dup2(nowhere, 2) < 0) {
            _exit(127);
        }
        close(pipes[0]);
        execv(argv[0], argv);
        _exit(127);
    }
    close(pipes[1]);
    const char *at = NULL;
    for (ssize_t k; !at && n < sizeof said - 1 && (k = read(pipes[0], said + n, sizeof said - 1 - n)) > 0;) {
        n += (size_t)k;
        said[n] = 0;
        at = strchr(said, '\n') ? strstr(said, "127.0.0.1:") : NULL;
    }
    close(pipes[0]);
    if (!at || sscanf(at, "127.0.0.1:%d", port) != 1) {
        bench_stop(NULL, "the server did not start");
    }
    return server;
}

void bench_stop_serving(pid_t server) {
    kill(server, SIGTERM);
    (void)waitpid(server, NULL, 0);
}

double bench_resident_mb(pid_t server) {
    char path[64], line[256];
    double kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)server);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) {
        (void)sscanf(line, "VmRSS: %lf", &kb);
    }
    if (f) {
        fclose(f);
    }
    return kb * 1024 / 1e6;
}

double bench_busy_of(pid_t server) {
    char path[64], line[1024] = "";
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)server);
    FILE *f = fopen(path, "r");
    if (f) {
        const char *name_ends = fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
        (void)!(name_ends && sscanf(name_ends + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system));
        fclose(f);
    }
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* ---- A steady load: one thread, connections that are kept, whoever finds none free waits and is counted as waiting. */

struct line { /* a connection */
    int fd;
    bool busy;
    double due;
    size_t n, whole; /* bytes so far, and of the whole answer once its head is there */
    int status;
    char head[8192];
};
struct loading {
    struct load *l;
    struct line lines[LINES];
    int poll;
    double start;
    double *waits;
    uint64_t sent, done;
    double bytes;
};

static int by_size(const void *x, const void *y) {
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static void begin(struct loading *x, struct line *c) {
    struct cf_arena *a = cf_arena_new("a request");
    struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = c};
    if (c->fd < 0) {
        c->fd = connect_to(x->l->port);
        (void)epoll_ctl(x->poll, EPOLL_CTL_ADD, c->fd, &wanted);
    }
    c->busy = true;
    c->due = x->start + (double)x->sent / x->l->rate;
    c->n = c->whole = 0;
    send_all(c->fd, x->l->say(x->l->arg, a, x->sent++));
    cf_arena_free(a);
}

static void answered(struct loading *x, struct line *c, bool good) {
    x->waits[x->done++] = (bench_now() - c->due) * 1000;
    x->l->failed += !good;
    x->bytes += (double)c->n;
    c->busy = false;
    if (!good) {
        close(c->fd);
        c->fd = -1;
    }
}

static void read_head(struct line *c) {
    const char *gap = memmem(c->head, c->n < sizeof c->head ? c->n : sizeof c->head, "\r\n\r\n", 4);
    const char *length = gap ? memmem(c->head, (size_t)(gap - c->head), "Content-Length: ", 16) : NULL;
    if (length && sscanf(c->head, "HTTP/1.1 %d", &c->status) == 1) {
        c->whole = (size_t)(gap - c->head) + 4 + strtoul(length + 16, NULL, 10);
    }
}

static void take(struct loading *x, struct line *c) {
    static char more[1 << 16];
    bool head = c->n < sizeof c->head;
    ssize_t k = recv(c->fd, head ? c->head + c->n : more, head ? sizeof c->head - c->n : sizeof more, MSG_DONTWAIT);
    if (k < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (k <= 0) {
        if (c->busy) {
            answered(x, c, false);
        } else {
            close(c->fd);
            c->fd = -1;
        }
        return;
    }
    c->n += (size_t)k;
    if (!c->whole) {
        read_head(c);
    }
    if (c->whole && c->n >= c->whole) {
        answered(x, c, c->status == 200);
    }
}

static struct line *idle(struct loading *x) {
    for (size_t i = 0; i < LINES; i++) {
        if (!x->lines[i].busy) {
            return &x->lines[i];
        }
    }
    return NULL;
}

void bench_load(struct load *l) {
    struct cf_arena *a = cf_arena_new("load");
    struct loading *x = CF_NEW(a, struct loading);
    l->n = (uint64_t)l->rate * l->seconds;
    l->failed = 0;
    x->l = l;
    x->poll = epoll_create1(EPOLL_CLOEXEC);
    x->waits = CF_NEW_N(a, double, l->n);
    for (size_t i = 0; i < LINES; i++) {
        x->lines[i].fd = -1;
    }
    x->start = bench_now();
    double last = x->start + l->seconds + WAIT_MOST_S;
    while (x->done < l->n && bench_now() < last) {
        struct epoll_event ready[LINES];
        struct line *c = NULL;
        while (x->sent < l->n && bench_now() >= x->start + (double)x->sent / l->rate && (c = idle(x)) != NULL) {
            begin(x, c);
        }
        bool waits = x->sent < l->n && idle(x);
        double left = x->start + (double)x->sent / l->rate - bench_now();
        int ms = !waits ? 100 : left > 0.001 ? (int)(left * 1000) : 0;
        int n = epoll_wait(x->poll, ready, LINES, ms);
        for (int i = 0; i < n; i++) {
            take(x, ready[i].data.ptr);
        }
    }
    l->failed += l->n - x->done;
    for (uint64_t i = x->done; i < l->n; i++) {
        x->waits[i] = 1000.0 * WAIT_MOST_S;
    }
    qsort(x->waits, l->n, sizeof *x->waits, by_size);
    l->p50_ms = x->waits[l->n / 2];
    l->p99_ms = x->waits[l->n * 99 / 100];
    l->longest_ms = x->waits[l->n - 1];
    l->bytes = x->done ? x->bytes / (double)x->done : 0;
    for (size_t i = 0; i < LINES; i++) {
        if (x->lines[i].fd >= 0) {
            close(x->lines[i].fd);
        }
    }
    close(x->poll);
    cf_arena_free(a);
}

/* ---- Boards that stay open. */

size_t bench_streams(struct cf_arena *a, const struct visitor *v, const char *path, size_t n, int **open) {
    struct cf_str request = cf_str_from(bench_text(
        a, "GET %s HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\nAccept: text/event-stream\r\n\r\n", path, v->cookies));
    char said[4096];
    size_t greeted = 0;
    *open = CF_NEW_N(a, int, n);
    for (size_t i = 0; i < n; i++) {
        (*open)[i] = connect_to(v->port);
        send_all((*open)[i], request);
        ssize_t k = recv((*open)[i], said, sizeof said - 1, 0);
        said[k > 0 ? k : 0] = 0;
        greeted += strstr(said, "HTTP/1.1 200") != NULL;
    }
    return greeted;
}
