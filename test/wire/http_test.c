/* http: the server as a browser, a careless program and somebody with bad intentions meet it. */
#include "wire/http.h"

static const struct {
    const char *method, *pattern, *may;
} routes[] = {
#define WEB_ROUTE(method, pattern, name, may, purpose, title) {#method, pattern, #may},
#include "web/routes.def"
#undef WEB_ROUTE
};

/* ---- As a browser. */

static void a_visitor_is_told_what_this_is(void **state) {
    (void)state;
    http_forget();
    http_get("/");
    http_status(200);
    http_says("What must follow when police meet a child");
    http_says("Everyone here is invented");
    assert_string_equal(http_header("Content-Type"), "text/html; charset=utf-8");
}

static void every_answer_carries_the_safety_headers(void **state) {
    static const char *const paths[] = {"/", "/sign-in", "/no-such-page", "/purpose"};
    (void)state;
    http_forget();
    for (size_t i = 0; i < CF_COUNT(paths); i++) {
        http_get(paths[i]);
        assert_non_null(strstr(http_header("Content-Security-Policy"), "default-src 'none'"));
        assert_non_null(strstr(http_header("Content-Security-Policy"), "frame-ancestors 'none'"));
        assert_null(strstr(http_header("Content-Security-Policy"), "unsafe"));
        assert_string_equal(http_header("X-Content-Type-Options"), "nosniff");
        assert_string_equal(http_header("X-Frame-Options"), "DENY");
        assert_string_equal(http_header("Cache-Control"), "no-store");
        assert_non_null(http_header("Referrer-Policy"));
        assert_non_null(http_header("X-Request-Id"));
    }
}

static void one_signs_in_says_why_and_signs_out(void **state) {
    (void)state;
    http_sign_in("rahman", "supervision");
    http_get("/");
    http_status(200);
    http_says("Inspector Tariq Rahman");
    http_says("To supervise the officers and duties of my unit");
    char title[256];
    snprintf(title, sizeof title, "%.*s", (int)strcspn(strstr(reply.body, "<title>") + 7, "<"),
             strstr(reply.body, "<title>") + 7);
    assert_null(strstr(title, "Rahman"));
    http_post("/sign-out", "");
    http_goes_to("/sign-in");
    http_get("/purpose");
    http_goes_to("/sign-in?next=%2Fpurpose");
}

static void a_session_ends_with_signing_out_even_for_who_kept_its_cookie(void **state) {
    char kept[2048];
    (void)state;
    http_sign_in("okafor", NULL);
    snprintf(kept, sizeof kept, "%s", http_cookies);
    http_get("/");
    http_post("/sign-out", "");
    snprintf(http_cookies, sizeof http_cookies, "%s", kept);
    http_get("/purpose");
    http_goes_to("/sign-in?next=%2Fpurpose");
}

static void a_wrong_password_says_the_same_as_a_wrong_name(void **state) {
    static char first[1 << 20];
    (void)state;
    http_forget();
    http_get("/sign-in");
    http_post("/sign-in", "login=rahman&password=wrong+words+entirely");
    http_status(422);
    http_says("The user name or the password is not right");
    http_says("href=\"#login\"");
    snprintf(first, sizeof first, "%s", strstr(reply.body, "<main"));
    *strstr(first, "</main>") = 0;
    http_post("/sign-in", "login=nobody&password=wrong+words+entirely");
    http_status(422);
    const char *second = strstr(reply.body, "<main");
    const char *name = strstr(first, "rahman\"");
    assert_non_null(name);
    assert_memory_equal(first, second, (size_t)(name - first));
}

static void after_signing_in_one_never_lands_on_another_server(void **state) {
    static const char *const bad[] = {"%2F%2Fevil.example%2F", "https%3A%2F%2Fevil.example", "%2F%5Cevil.example",
                                      "%2F%09%2Fevil.example", "javascript:1"};
    (void)state;
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        char fields[256];
        http_forget();
        http_get("/sign-in");
        snprintf(fields, sizeof fields, "login=okafor&password=everyone+here+is+invented&next=%s", bad[i]);
        http_post("/sign-in", fields);
        http_goes_to("/");
    }
}

static void head_is_answered_without_a_body_and_other_methods_are_named(void **state) {
    (void)state;
    http_forget();
    http_send("HEAD", "/sign-in", NULL, NULL);
    http_status(200);
    assert_int_equal(strlen(reply.body), 0);
    http_send("DELETE", "/sign-in", NULL, NULL);
    http_status(405);
    assert_string_equal(http_header("Allow"), "GET, HEAD, POST");
    http_logged("CF-W005");
    http_send("BREW", "/", NULL, NULL);
    http_status(405);
    http_send("GET", "/sign-out", NULL, NULL);
    http_status(405);
}

static void files_are_kept_by_the_browser_and_packed(void **state) {
    char path[256];
    (void)state;
    http_forget();
    http_get("/");
    const char *at = strstr(reply.body, "/static/childfirst.");
    assert_non_null(at);
    snprintf(path, sizeof path, "%.*s", (int)strcspn(at, "\""), at);
    snprintf(http_extra, sizeof http_extra, "Accept-Encoding: br, gzip\r\n");
    http_get(path);
    http_status(200);
    assert_string_equal(http_header("Content-Encoding"), "gzip");
    assert_non_null(strstr(http_header("Cache-Control"), "immutable"));
    assert_true(reply.n < 40000);
    char tag[128];
    snprintf(tag, sizeof tag, "%s", http_header("ETag"));
    snprintf(http_extra, sizeof http_extra, "If-None-Match: %s\r\n", tag);
    http_get(path);
    http_status(304);
    http_get("/static/childfirst.0000000000000000.css");
    http_status(404);
    http_get("/static/../../etc/passwd");
    http_status(404);
}

static void a_page_is_packed_when_it_may_be(void **state) {
    (void)state;
    http_forget();
    http_get("/");
    assert_null(http_header("Content-Encoding"));
    snprintf(http_extra, sizeof http_extra, "Accept-Encoding: gzip\r\n");
    http_get("/");
    assert_string_equal(http_header("Content-Encoding"), "gzip");
    assert_true(reply.n - (size_t)(reply.body - reply.all) < 3000);
}

static void health_readiness_and_metrics_are_there_for_machines(void **state) {
    (void)state;
    http_get("/health");
    http_status(200);
    http_get("/ready");
    http_status(200);
    http_get("/metrics");
    http_status(200);
    http_says("childfirst_answers_total{status=\"2xx\"}");
    http_says("childfirst_answer_seconds_bucket{le=\"+Inf\"}");
}

/* ---- Careless, or worse. */

static void a_form_without_its_hidden_field_is_refused(void **state) {
    (void)state;
    http_sign_in("rahman", NULL);
    http_send("POST", "/purpose", "application/x-www-form-urlencoded", "purpose=supervision");
    http_status(403);
    http_says("did not come from a page of this service");
    http_logged("CF-W006");
    http_send("POST", "/purpose", "application/x-www-form-urlencoded",
              "purpose=supervision&csrf=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    http_status(403);
    http_get("/purpose");
    snprintf(http_extra, sizeof http_extra, "Sec-Fetch-Site: cross-site\r\n");
    http_post("/purpose", "purpose=supervision");
    http_status(403);
    http_post("/purpose", "purpose=supervision");
    http_goes_to("/");
}

static void a_hidden_field_of_one_session_does_not_fit_another(void **state) {
    char field[128];
    (void)state;
    http_sign_in("rahman", NULL);
    http_get("/purpose");
    snprintf(field, sizeof field, "%s", http_csrf);
    http_sign_in("lindqvist", NULL);
    snprintf(http_csrf, sizeof http_csrf, "%s", field);
    http_post("/purpose", "purpose=supervision");
    http_status(403);
}

static void forged_and_broken_cookies_are_nobodys(void **state) {
    static const char *const cookies[] = {
        "childfirst=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "childfirst=",
        "childfirst=../../etc/passwd",
        "childfirst",
        "=;=;;=",
        "childfirst=a; childfirst=b",
        "childfirst=\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
        "childfirst=%00%00",
    };
    (void)state;
    for (size_t i = 0; i < CF_COUNT(cookies); i++) {
        snprintf(http_cookies, sizeof http_cookies, "%s", cookies[i]);
        http_get("/purpose");
        http_goes_to("/sign-in?next=%2Fpurpose");
    }
    http_forget();
    size_t n = 0;
    for (int i = 0; i < CF_MAX_WEB_COOKIES + 1; i++) {
        n += (size_t)snprintf(http_extra + n, sizeof http_extra - n, "%sc%d=1", i ? "; " : "Cookie: ", i);
    }
    snprintf(http_extra + n, sizeof http_extra - n, "\r\n");
    http_get("/");
    http_status(413);
}

static void what_is_refused_is_logged_by_its_code(void **state) {
    (void)state;
    http_forget();
    http_get("/no-such-page");
    http_status(404);
    http_says("There is no such page, or it is not yours to see");
    http_logged("CF-W004");
    http_get("/sign-in");
    http_post("/purpose", "purpose=supervision");
    http_status(401);
    http_logged("CF-W007");
    http_get("/api/v1/no-such-thing");
    http_status(404);
    assert_string_equal(http_header("Content-Type"), "application/problem+json");
    http_says("\"code\":\"CF-W004\"");
}

static void behind_tls_cookies_are_bound_to_the_host(void **state) {
    (void)state;
    http_forget();
    http_always = "X-Forwarded-Proto: https\r\nX-Real-IP: 192.0.2.7\r\n";
    http_get("/sign-in");
    assert_non_null(strstr(http_header("Set-Cookie"), "__Host-childfirst-form="));
    assert_non_null(strstr(http_header("Set-Cookie"), "Secure"));
    http_post("/sign-in", "login=rahman&password=everyone+here+is+invented");
    http_goes_to("/");
    assert_non_null(strstr(http_header("Set-Cookie"), "__Host-childfirst="));
    http_get("/purpose");
    http_status(200);
    http_always = "";
    http_get("/purpose"); /* the same cookie without TLS is nobody's */
    http_goes_to("/sign-in?next=%2Fpurpose");
}

static void a_stream_tells_that_it_listens(void **state) {
    char got[4096], request[3000];
    (void)state;
    http_sign_in("brandt", NULL);
    http_get("/stream/NOT%20A%20TOPIC");
    http_status(404);
    int fd = http_connect();
    int n = snprintf(request, sizeof request, "GET /stream/all HTTP/1.1\r\nHost: a\r\nCookie: %s\r\n\r\n", http_cookies);
    assert_int_equal(send(fd, request, (size_t)n, MSG_NOSIGNAL), n);
    size_t all = 0;
    for (int i = 0; i < 5; i++) {
        ssize_t k = recv(fd, got + all, sizeof got - 1 - all, 0);
        assert_true(k > 0);
        all += (size_t)k;
        got[all] = 0;
        if (strstr(got, ": listening")) {
            break;
        }
    }
    assert_non_null(strstr(got, "text/event-stream"));
    assert_non_null(strstr(got, ": listening"));
    http_get("/metrics");
    http_says("childfirst_streams 1");
    close(fd);
}

static void a_script_in_a_field_comes_back_as_text(void **state) {
    (void)state;
    http_forget();
    http_get("/sign-in?login=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&next=%22%3E%3Cscript%3E");
    http_status(200);
    http_never_says("<script>alert");
    http_says("&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    http_post("/sign-in",
              "login=%3Cscript%3Ealert(1)%3C%2Fscript%3E&password=%3Cscript%3E&code=%3Cscript%3E&next=%3Cscript%3E");
    http_status(422);
    http_never_says("<script>alert");
}

static void what_cannot_be_read_is_refused_in_words(void **state) {
    static const struct {
        const char *body;
        int status;
    } forms[] = {
        {"login=%ff%fe", 400}, {"login=%zz", 400},       {"login=%", 400},  {"login=%4", 400},
        {"login=%00", 400},    {"login=%ed%a0%80", 400}, {"%c3%28=1", 400}, {"login=%1b[2J", 400},
    };
    (void)state;
    http_forget();
    http_get("/sign-in");
    for (size_t i = 0; i < CF_COUNT(forms); i++) {
        http_post("/sign-in", forms[i].body);
        http_status(forms[i].status);
        http_says("<h1");
    }
    http_logged("CF-W002");
    http_get("/sign-in?next=%ff");
    http_status(400);
    http_get("/%ff");
    http_status(400);
    http_get("/purpose%2fx");
    http_status(400);
    http_get("/a%00b");
    http_status(400);
    http_send("POST", "/sign-in", "multipart/form-data; boundary=x",
              "--x\r\nContent-Disposition: form-data; name=\"login\"\r\n\r\n");
    http_status(415);
    http_logged("CF-W008");
    http_send("POST", "/sign-in", "application/json", "{\"login\":1}");
    http_status(415);
    http_send("POST", "/sign-in", "text/plain", "login=x");
    http_status(415);
}

static void too_much_is_refused_and_the_next_request_is_answered(void **state) {
    static char big[1 << 20];
    (void)state;
    http_forget();
    http_get("/sign-in");
    size_t n = (size_t)snprintf(big, sizeof big, "csrf=%s", http_csrf);
    for (int i = 0; i < CF_MAX_WEB_FIELDS + 1; i++) {
        n += (size_t)snprintf(big + n, sizeof big - n, "&a=1");
    }
    http_send("POST", "/sign-in", "application/x-www-form-urlencoded", big);
    http_status(413);
    http_logged("CF-W003");
    const char *endless = "POST /sign-in HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                          "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999999\r\n\r\nlogin=x";
    http_raw(endless, strlen(endless));
    http_status(413);
    n = (size_t)snprintf(big, sizeof big, "GET /?q=");
    memset(big + n, 'a', 5000);
    snprintf(big + n + 5000, 100, " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    http_raw(big, strlen(big));
    assert_true(reply.status == 413 || reply.status == 414 || reply.status == 431);
    n = (size_t)snprintf(big, sizeof big, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: ");
    memset(big + n, 'a', 40000);
    snprintf(big + n + 40000, 100, "\r\n\r\n");
    http_raw(big, strlen(big));
    assert_true(reply.status == 431 || reply.status == 413);
    http_get("/health");
    http_status(200);
}

static void a_body_without_end_is_cut_off(void **state) {
    static char chunk[66000];
    (void)state;
    int fd = http_connect();
    const char *head = "POST /sign-in HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
                       "Content-Type: application/x-www-form-urlencoded\r\n\r\n";
    assert_true(send(fd, head, strlen(head), MSG_NOSIGNAL) > 0);
    int n = snprintf(chunk, sizeof chunk, "10000\r\n");
    memset(chunk + n, 'a', 65536);
    snprintf(chunk + n + 65536, 8, "\r\n");
    for (int i = 0; i < 20; i++) { /* 1.25 MiB, over the limit of 1 MiB */
        if (send(fd, chunk, strlen(chunk), MSG_NOSIGNAL) < 0) {
            break;
        }
    }
    (void)!send(fd, "0\r\n\r\n", 5, MSG_NOSIGNAL);
    http_read(fd);
    close(fd);
    assert_true(reply.status == 413 || reply.status == 0);
    http_get("/health");
    http_status(200);
}

static void lines_that_are_no_http_do_no_harm(void **state) {
    static const char *const lines[] = {
        "\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "GET /\x01 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    };
    (void)state;
    for (size_t i = 0; i < CF_COUNT(lines); i++) {
        int fd = http_connect();
        (void)!send(fd, lines[i], strlen(lines[i]), MSG_NOSIGNAL);
        shutdown(fd, SHUT_WR);
        http_read(fd);
        close(fd);
        assert_true(reply.status == 0 || reply.status >= 400);
    }
    http_get("/health");
    http_status(200);
}

static void clients_that_stop_halfway_hold_nobody_up(void **state) {
    int fds[40];
    (void)state;
    for (int i = 0; i < 40; i++) {
        fds[i] = http_connect();
        assert_true(fds[i] >= 0);
        const char *half = "POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\nContent-Type: "
                           "application/x-www-form-urlencoded\r\n\r\nlog";
        assert_true(send(fds[i], half, strlen(half), MSG_NOSIGNAL) > 0);
    }
    http_forget();
    http_get("/");
    http_status(200);
    for (int i = 0; i < 40; i++) {
        close(fds[i]);
    }
    http_get("/");
    http_status(200);
}

static void the_log_names_the_page_and_never_the_person(void **state) {
    (void)state;
    http_forget();
    http_get("/sign-in?login=a-name-that-must-not-be-kept");
    http_get("/child/0123456789abcdef0123456789abcdef");
    http_logged("\"route\":\"/sign-in\"");
    const char *log = http_log();
    assert_null(strstr(log, "a-name-that-must-not-be-kept"));
    assert_null(strstr(log, "0123456789abcdef"));
    assert_null(strstr(log, "Rahman"));
    assert_null(strstr(log, "rahman"));
    assert_null(strstr(log, "invented"));
    for (const char *line = log; *line; line = strchr(line, '\n') + 1) { /* each line is one object */
        assert_int_equal(*line, '{');
    }
}

/* ---- Every route. */

static void fill(char *path, size_t n, const char *pattern) {
    size_t at = 0;
    for (const char *p = pattern; *p && at + 40 < n;) {
        if (*p == ':') {
            at += (size_t)snprintf(path + at, n - at, "0123456789abcdef0123456789abcdef");
            p += strcspn(p, "/");
        } else {
            path[at++] = *p++;
        }
    }
    path[at] = 0;
}

static void no_route_answers_who_may_not_ask(void **state) {
    (void)state;
    for (size_t i = 0; i < CF_COUNT(routes); i++) {
        char path[512];
        bool open = !strcmp(routes[i].may, "WEB_ANYONE"), get = !strcmp(routes[i].method, "GET");
        fill(path, sizeof path, routes[i].pattern);
        http_forget();
        if (get) {
            http_get(path);
        } else {
            http_get("/sign-in");
            http_send(routes[i].method, path, "application/x-www-form-urlencoded", "a=b");
        }
        if (reply.status >= 500 || (!open && reply.status == 200)) {
            fail_msg("%s %s answered %d to nobody:\n%s", routes[i].method, routes[i].pattern, reply.status, reply.all);
        }
        if (open && !get && reply.status != 403 && reply.status != 400 && reply.status != 415 && reply.status != 401) {
            fail_msg("%s %s took a form without its hidden field: %d", routes[i].method, routes[i].pattern, reply.status);
        }
    }
}

static void no_route_breaks_for_anybody(void **state) {
    static const char *const people[] = {
#define WEB_DEMO_PERSON(login, name, unit, roles, does) login,
#include "web/demo.def"
#undef WEB_DEMO_PERSON
    };
    (void)state;
    for (size_t k = 0; k < CF_COUNT(people); k++) {
        http_sign_in(people[k], NULL);
        for (size_t i = 0; i < CF_COUNT(routes); i++) {
            char path[512];
            fill(path, sizeof path, routes[i].pattern);
            if (!strcmp(routes[i].method, "GET") && !strstr(path, "stream")) {
                http_get(path);
                if (reply.status >= 500 || reply.status == 0) {
                    fail_msg("%s answered %d to %s:\n%s", routes[i].pattern, reply.status, people[k], reply.all);
                }
            }
        }
    }
}

/* ---- The end. */

static void the_server_finishes_what_it_began_and_goes(void **state) {
    (void)state;
    http_sign_in("rahman", NULL);
    assert_int_equal(http_stop(SIGTERM), 0);
    assert_int_not_equal(access(http_path("socket"), F_OK), 0);
    childfirst("ledger verify");
    ends_with(0);
    http_start();
    http_get("/purpose"); /* sessions outlive the server */
    http_status(200);
}

static void a_killed_server_leaves_a_whole_ledger_and_starts_again(void **state) {
    (void)state;
    http_sign_in("rahman", NULL);
    assert_int_equal(http_stop(SIGKILL), -1);
    childfirst("ledger verify");
    ends_with(0);
    says("0 faults");
    http_start(); /* its socket was left behind */
    http_get("/ready");
    http_status(200);
}

static void a_place_that_is_taken_is_refused(void **state) {
    (void)state;
    childfirst("serve --demo --socket %s", http_path("socket"));
    ends_with(1);
    says("CF-W009");
    char home[160];
    FILE *f = fopen(http_path("words"), "w");
    assert_non_null(f);
    fputs("three words or more\n", f);
    fclose(f);
    snprintf(home, sizeof home, "%s/real/childfirst.db", wire_folder);
    childfirst("init --db %s", home);
    ends_with(0);
    childfirst("user add somebody --db %s --name 'Some Body' --unit central_east --role constable < %s", home,
               http_path("words"));
    ends_with(0);
    childfirst("serve --db %s --demo --port 0", home);
    ends_with(1);
    says("CF-W012");
    childfirst("serve --port 99999");
    ends_with(1);
    says("--port takes a whole number");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_visitor_is_told_what_this_is),
        cmocka_unit_test(every_answer_carries_the_safety_headers),
        cmocka_unit_test(one_signs_in_says_why_and_signs_out),
        cmocka_unit_test(a_session_ends_with_signing_out_even_for_who_kept_its_cookie),
        cmocka_unit_test(a_wrong_password_says_the_same_as_a_wrong_name),
        cmocka_unit_test(after_signing_in_one_never_lands_on_another_server),
        cmocka_unit_test(head_is_answered_without_a_body_and_other_methods_are_named),
        cmocka_unit_test(files_are_kept_by_the_browser_and_packed),
        cmocka_unit_test(a_page_is_packed_when_it_may_be),
        cmocka_unit_test(health_readiness_and_metrics_are_there_for_machines),
        cmocka_unit_test(a_form_without_its_hidden_field_is_refused),
        cmocka_unit_test(a_hidden_field_of_one_session_does_not_fit_another),
        cmocka_unit_test(forged_and_broken_cookies_are_nobodys),
        cmocka_unit_test(what_is_refused_is_logged_by_its_code),
        cmocka_unit_test(behind_tls_cookies_are_bound_to_the_host),
        cmocka_unit_test(a_stream_tells_that_it_listens),
        cmocka_unit_test(a_script_in_a_field_comes_back_as_text),
        cmocka_unit_test(what_cannot_be_read_is_refused_in_words),
        cmocka_unit_test(too_much_is_refused_and_the_next_request_is_answered),
        cmocka_unit_test(a_body_without_end_is_cut_off),
        cmocka_unit_test(lines_that_are_no_http_do_no_harm),
        cmocka_unit_test(clients_that_stop_halfway_hold_nobody_up),
        cmocka_unit_test(the_log_names_the_page_and_never_the_person),
        cmocka_unit_test(no_route_answers_who_may_not_ask),
        cmocka_unit_test(no_route_breaks_for_anybody),
        cmocka_unit_test(a_place_that_is_taken_is_refused),
        cmocka_unit_test(the_server_finishes_what_it_began_and_goes),
        cmocka_unit_test(a_killed_server_leaves_a_whole_ledger_and_starts_again),
    };
    return cmocka_run_group_tests(tests, http_begin, http_end);
}
