/* http: what stories over HTTP share: the built program serving a database of invented people on a socket of its own, requests
 * written byte by byte, a visitor with cookies, and what the answer and the server's log say. */
#ifndef CF_TEST_WIRE_HTTP_H
#define CF_TEST_WIRE_HTTP_H

#include "wire/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#define HTTP_WORDS "everyone here is invented"

struct reply {
    int status;
    size_t n;
    char all[1 << 20]; /* the whole answer */
    char *body;
};
static struct reply reply;
static char http_cookies[2048];      /* the visitor's, as they are sent */
static char http_csrf[128];          /* the newest hidden field seen */
static char http_extra[4096];        /* headers to add to the next request, each with its line end */
static const char *http_always = ""; /* headers to add to every request */
static pid_t http_server;

CF_UNUSED static const char *http_path(const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", wire_folder, name);
    return path;
}

static int http_connect(void) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%.90s/socket", wire_folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Starts `childfirst serve --demo`; what it says goes to `out` and `log` in the test's folder. */
CF_UNUSED static void http_start(void) {
    unlink(http_path("out"));
    http_server = fork();
    assert_true(http_server >= 0);
    if (http_server == 0) {
        char socket_path[200];
        snprintf(socket_path, sizeof socket_path, "%s/socket", wire_folder);
        if (!freopen(http_path("out"), "w", stdout) || !freopen(http_path("log"), "a", stderr)) {
            _exit(126);
        }
        execl(CF_PROGRAM, CF_PROGRAM, "serve", "--demo", "--workers", "2", "--socket", socket_path, (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 1200; i++) {
        char said[64] = "";
        int status;
        FILE *f = fopen(http_path("out"), "r");
        if (f) {
            (void)!fread(said, 1, sizeof said - 1, f);
            fclose(f);
        }
        if (strstr(said, "serving on")) {
            return;
        }
        if (waitpid(http_server, &status, WNOHANG) == http_server) {
            fail_msg("the server ended at once, with %d", status);
        }
        usleep(50000);
    }
    fail_msg("the server did not listen within a minute");
}

/* Ends it with a signal; its exit status, -1 when it died otherwise. */
CF_UNUSED static int http_stop(int with) {
    int status = 0;
    kill(http_server, with);
    assert_int_equal(waitpid(http_server, &status, 0), http_server);
    http_server = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The ledger, its invented people, the server. */
CF_UNUSED static int http_begin(void **state) {
    wire_begin(state);
    childfirst("init --force met");
    ends_with(0);
    childfirst("simulate --children 12 --years 1 --seed 7");
    ends_with(0);
    http_start();
    return 0;
}

CF_UNUSED static int http_end(void **state) {
    if (http_server > 0) {
        kill(http_server, SIGKILL);
        waitpid(http_server, NULL, 0);
    }
    return wire_end(state);
}

static void http_read(int fd) {
    reply.n = 0;
    reply.status = 0;
    for (;;) {
        ssize_t n = recv(fd, reply.all + reply.n, sizeof reply.all - 1 - reply.n, 0);
        if (n <= 0) {
            break;
        }
        reply.n += (size_t)n;
    }
    reply.all[reply.n] = 0;
    if (sscanf(reply.all, "HTTP/1.1 %d", &reply.status) != 1) {
        reply.status = 0;
    }
    char *gap = strstr(reply.all, "\r\n\r\n");
    reply.body = gap ? gap + 4 : reply.all + reply.n;
}

/* Sends bytes as they are and reads until the other side closes. */
CF_UNUSED static struct reply *http_raw(const char *bytes, size_t n) {
    int fd = http_connect();
    assert_true(fd >= 0);
    for (size_t sent = 0; sent < n;) {
        ssize_t k = send(fd, bytes + sent, n - sent, MSG_NOSIGNAL);
        if (k <= 0) {
            break;
        }
        sent += (size_t)k;
    }
    http_read(fd);
    close(fd);
    return &reply;
}

/* The value of a header of the answer, or NULL. */
CF_UNUSED static const char *http_header(const char *name) {
    static char value[4096];
    char wanted[128];
    snprintf(wanted, sizeof wanted, "\r\n%s: ", name);
    const char *at = strcasestr(reply.all, wanted);
    if (!at || at >= reply.body) {
        return NULL;
    }
    at += strlen(wanted);
    size_t n = strcspn(at, "\r");
    snprintf(value, sizeof value, "%.*s", (int)n, at);
    return value;
}

/* Takes what a browser would: cookies, and the hidden field of a form. */
static void http_keep(void) {
    for (const char *at = reply.all; (at = strstr(at, "\r\nSet-Cookie: ")) != NULL && at < reply.body;) {
        at += strlen("\r\nSet-Cookie: ");
        char one[512], name[128];
        snprintf(one, sizeof one, "%.*s", (int)strcspn(at, ";\r"), at);
        snprintf(name, sizeof name, "%.*s=", (int)strcspn(one, "="), one);
        char others[2048] = "", *rest = http_cookies;
        for (char *piece; (piece = strsep(&rest, ";")) != NULL;) {
            piece += strspn(piece, " ");
            if (*piece && strncmp(piece, name, strlen(name)) != 0) {
                snprintf(others + strlen(others), sizeof others - strlen(others), "%s; ", piece);
            }
        }
        snprintf(http_cookies, sizeof http_cookies, "%.1500s%.500s", others, one[strlen(name)] ? one : "");
    }
    const char *field = strstr(reply.body, "name=\"csrf\" value=\"");
    if (field) {
        field += strlen("name=\"csrf\" value=\"");
        snprintf(http_csrf, sizeof http_csrf, "%.*s", (int)strcspn(field, "\""), field);
    }
}

CF_UNUSED static struct reply *http_send(const char *method, const char *path, const char *type, const char *body) {
    static char bytes[1 << 20];
    size_t length = body ? strlen(body) : 0;
    int n = snprintf(bytes, sizeof bytes, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s%s%s%s%s", method, path,
                     *http_cookies ? "Cookie: " : "", http_cookies, *http_cookies ? "\r\n" : "", http_extra, http_always);
    if (body) {
        n += snprintf(bytes + n, sizeof bytes - (size_t)n, "Content-Type: %s\r\nContent-Length: %zu\r\n", type, length);
    }
    n += snprintf(bytes + n, sizeof bytes - (size_t)n, "\r\n%s", body ? body : "");
    http_extra[0] = 0;
    http_raw(bytes, (size_t)n);
    http_keep();
    return &reply;
}

CF_UNUSED static struct reply *http_get(const char *path) {
    return http_send("GET", path, NULL, NULL);
}

/* Posts a form; the hidden field is put in front. `fields` are encoded already. */
CF_UNUSED static struct reply *http_post(const char *path, const char *fields) {
    static char body[1 << 19];
    snprintf(body, sizeof body, "csrf=%s&%s", http_csrf, fields);
    return http_send("POST", path, "application/x-www-form-urlencoded", body);
}

CF_UNUSED static void http_status(int status) {
    if (reply.status != status) {
        fail_msg("expected status %d, got %d:\n%s", status, reply.status, reply.all);
    }
}

CF_UNUSED static void http_says(const char *words) {
    if (!strstr(reply.body, words)) {
        fail_msg("expected the words \"%s\" in:\n%s", words, reply.all);
    }
}

CF_UNUSED static void http_never_says(const char *words) {
    if (strstr(reply.all, words)) {
        fail_msg("did not expect the words \"%s\" in:\n%s", words, reply.all);
    }
}

CF_UNUSED static void http_goes_to(const char *where) {
    const char *to = http_header("Location");
    if (reply.status != 303 || !to || strcmp(to, where) != 0) {
        fail_msg("expected a redirect to %s, got %d, %s:\n%s", where, reply.status, to ? to : "nowhere", reply.all);
    }
}

CF_UNUSED static void http_forget(void) {
    http_cookies[0] = http_csrf[0] = 0;
}

/* Signs in as one of the invented people; purpose NULL: none is said. */
CF_UNUSED static void http_sign_in(const char *login, const char *purpose) {
    char fields[256];
    http_forget();
    http_get("/sign-in");
    snprintf(fields, sizeof fields, "login=%s&password=everyone+here+is+invented&next=%%2F", login);
    http_post("/sign-in", fields);
    http_goes_to("/");
    if (purpose) {
        http_get("/purpose");
        snprintf(fields, sizeof fields, "purpose=%s", purpose);
        http_post("/purpose", fields);
        http_goes_to("/");
    }
}

/* What the server has logged so far. */
CF_UNUSED static const char *http_log(void) {
    static char text[1 << 22];
    usleep(20000); /* the line follows the answer */
    FILE *f = fopen(http_path("log"), "r");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = 0;
    fclose(f);
    return text;
}

CF_UNUSED static void http_logged(const char *words) {
    const char *log = http_log();
    if (!strstr(log, words)) {
        size_t n = strlen(log);
        fail_msg("expected \"%s\" in the log, which ends:\n%s", words, log + (n > 2000 ? n - 2000 : 0));
    }
}

#endif
