/* kill: the server is killed at random moments while clients record and save drafts: whatever was acknowledged is there after
 * the restart, and the ledger is whole. Everyone in here is invented. CF_LONG=1 kills it two hundred times. */
#include "wire/http.h"

#include <time.h>

enum { CLIENTS = 3, ROUNDS = 5, ROUNDS_LONG = 200 };
#define ASKED                                                                                                                  \
    "{\"happened\":\"2024-06-03 15:10\",\"about\":{\"child\":{\"new\":{\"given_name\":\"Wirina\"}}},\"fields\":{"              \
    "\"grounds\":\"Seen to hide a package\",\"article\":\"A package\",\"urgent\":false,\"exploitation\":\"yes\"}}"

static char api_csrf[128];
static unsigned seed;

static int begin(void **state) {
    wire_begin(state);
    childfirst("init --force met");
    ends_with(0);
    http_start();
    http_sign_in("okafor", "safeguarding");
    http_get("/record/mtip_request");
    http_status(200);
    snprintf(api_csrf, sizeof api_csrf, "%s", http_csrf);
    const char *given = getenv("SEED");
    seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    srandom(seed);
    return 0;
}

/* ---- A client: a process of its own that stops when the server does. It asserts nothing: the parent judges. */

/* Sends and reads; ends the process when there is no whole answer. */
static void send_or_leave(const char *path, const char *type, const char *key, const char *body) {
    static char bytes[8192];
    int fd = http_connect();
    int n = snprintf(bytes, sizeof bytes,
                     "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: %s\r\nX-CSRF-Token: %s\r\n%s%s%s"
                     "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
                     path, http_cookies, api_csrf, key ? "Idempotency-Key: " : "", key ? key : "", key ? "\r\n" : "", type,
                     strlen(body), body);
    if (fd < 0 || send(fd, bytes, (size_t)n, MSG_NOSIGNAL) != n) {
        _exit(0);
    }
    http_read(fd);
    close(fd);
    if (reply.status == 0 || !strstr(reply.all, "\r\n\r\n")) {
        _exit(0);
    }
}

static void acknowledge(int to, const char *words) {
    if (write(to, words, strlen(words)) != (ssize_t)strlen(words)) {
        _exit(2);
    }
}

static void record_once(int to, int client, int round, int k) {
    char key[64], line[64];
    snprintf(key, sizeof key, "kill-%d-%d-%d", round, client, k);
    send_or_leave("/api/v1/records/mtip_request", "application/json", key, ASKED);
    const char *at = strstr(reply.body, "\"event\":\"");
    if (reply.status != 201 || !at || strlen(at) < 9 + 32) {
        _exit(reply.status >= 500 ? 0 : 3); /* being killed may also be told as an error */
    }
    snprintf(line, sizeof line, "E %.32s\n", at + 9);
    acknowledge(to, line);
}

/* Each client has one draft, saved again and again with a rising number in it. */
static void save_draft(int to, char draft[33], int k) {
    char body[400], line[80];
    snprintf(body, sizeof body, "csrf=%s&draft=%s&do=find:x&f.grounds=number+%06d", api_csrf, draft, k);
    send_or_leave("/record/mtip_request", "application/x-www-form-urlencoded", NULL, body);
    const char *at = strstr(reply.body, "name=\"draft\" value=\"");
    if (reply.status != 200 || !at || !strstr(reply.body, "</html>") || !strstr(reply.body, "Saved as a draft")) {
        _exit(reply.status >= 500 || reply.status == 200 ? 0 : 4);
    }
    snprintf(draft, 33, "%.32s", at + strlen("name=\"draft\" value=\""));
    snprintf(line, sizeof line, "D %s %06d\n", draft, k);
    acknowledge(to, line);
}

static pid_t client(int number, int round) {
    pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    int to = open(http_path("acknowledged"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    char draft[33] = "";
    for (int k = 1; to >= 0; k++) {
        record_once(to, number, round, k);
        save_draft(to, draft, k);
    }
    _exit(5);
}

/* ---- What was acknowledged is there. */

static void event_is_there(const char *id) {
    char path[100];
    snprintf(path, sizeof path, "/api/v1/events/%s", id);
    http_get(path);
    http_status(200);
    http_says(id);
}

/* The number that the draft holds now: at least the one that was acknowledged last. */
static void draft_is_there(const char *id, int acknowledged) {
    char path[100];
    int held = -1;
    snprintf(path, sizeof path, "/record/mtip_request?draft=%.32s", id);
    http_get(path);
    http_status(200);
    const char *at = strstr(reply.body, "number 0");
    assert_true(at && sscanf(at, "number %d", &held) == 1);
    assert_true(held == acknowledged || held == acknowledged + 1);
}

static size_t judge(void) {
    struct {
        char id[33];
        int k;
    } drafts[CLIENTS] = {0};
    char line[100], id[33];
    size_t events = 0;
    int k;
    FILE *f = fopen(http_path("acknowledged"), "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "E %32s", id) == 1) {
            event_is_there(id);
            events++;
        } else if (sscanf(line, "D %32s %d", id, &k) == 2) {
            size_t i = 0;
            while (i + 1 < CLIENTS && drafts[i].id[0] && strcmp(drafts[i].id, id) != 0) {
                i++;
            }
            snprintf(drafts[i].id, sizeof drafts[i].id, "%s", id);
            drafts[i].k = k;
        }
    }
    fclose(f);
    for (size_t i = 0; i < CLIENTS; i++) {
        if (drafts[i].id[0]) {
            draft_is_there(drafts[i].id, drafts[i].k);
        }
    }
    return events;
}

static void whatever_was_acknowledged_outlives_a_kill(void **state) {
    int rounds = getenv("CF_LONG") ? ROUNDS_LONG : ROUNDS;
    size_t events = 0;
    (void)state;
    for (int round = 0; round < rounds; round++) {
        pid_t clients[CLIENTS];
        unlink(http_path("acknowledged"));
        for (int i = 0; i < CLIENTS; i++) {
            clients[i] = client(i, round);
            assert_true(clients[i] > 0);
        }
        for (int i = 0; i < 400 && access(http_path("acknowledged"), F_OK) != 0; i++) {
            usleep(25000);
        }
        usleep((useconds_t)(random() % 1500000));
        assert_int_equal(http_stop(SIGKILL), -1);
        for (int i = 0; i < CLIENTS; i++) {
            int status = 0;
            assert_int_equal(waitpid(clients[i], &status, 0), clients[i]);
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
                fail_msg("client %d ended with %d; SEED=%u repeats it", i, status, seed);
            }
        }
        childfirst("ledger verify");
        ends_with(0);
        says("0 faults");
        http_start();
        events += judge();
    }
    assert_true(events > 0); /* something was at stake */
}

int main(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_was_acknowledged_outlives_a_kill)};
    return cmocka_run_group_tests(tests, begin, http_end);
}
