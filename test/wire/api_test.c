/* api: JSON over HTTP: a record of any kind sent once and twice, what is wrong with it and where, dockets, duties, events,
 * measures, a partner's inbox; keys that are forged, ended, expired or open something else; who may not. */
#include "access/json.h"
#include "wire/http.h"

#include <time.h>

#define NAMED "{\"new\":{\"given_name\":\"Wirina\",\"family_name\":\"Inventhorpe\",\"born\":\"2011-02-14\"}}"
#define ASKED                                                                                                                  \
    "{\"happened\":\"2024-06-03 15:10\",\"about\":{\"child\":" NAMED "},\"fields\":{\"grounds\":\"Seen to hide a package\","   \
    "\"article\":\"A package\",\"urgent\":false,\"exploitation\":\"yes\"}}"
#define ABSENT "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"

static char key_council[128], key_narrow[128], key_ended[128], key_expired[128];
static time_t key_ends; /* of key_expired */
static char sent_event[40], sent_child[40];
static struct cf_arena *arena;

/* ---- Asking. */

static struct reply *ask(const char *method, const char *path, const char *bearer, const char *key, const char *body) {
    char cookies[sizeof http_cookies];
    (void)snprintf(cookies, sizeof cookies, "%s", http_cookies);
    http_extra[0] = 0;
    if (bearer) {
        http_cookies[0] = 0;
        (void)snprintf(http_extra, sizeof http_extra, "Authorization: Bearer %s\r\n", bearer);
    } else if (body) {
        (void)snprintf(http_extra, sizeof http_extra, "X-CSRF-Token: %s\r\n", http_csrf);
    }
    if (key) {
        size_t n = strlen(http_extra);
        (void)snprintf(http_extra + n, sizeof http_extra - n, "Idempotency-Key: %s\r\n", key);
    }
    http_send(method, path, "application/json", body);
    if (bearer) {
        (void)snprintf(http_cookies, sizeof http_cookies, "%s", cookies);
    }
    return &reply;
}

static const struct access_json *json(void) {
    struct cf_str why = {0};
    size_t at = 0;
    const struct access_json *v = access_json_read(arena, cf_str_from(reply.body), &at, &why);
    if (!v) {
        fail_msg("no JSON, %.*s at %zu:\n%.2000s", CF_STR_ARG(why), at, reply.all);
    }
    return v;
}

static int64_t whole(const char *name) {
    int64_t n = -1;
    if (!access_json_int(json(), name, &n)) {
        fail_msg("no number %s in:\n%s", name, reply.body);
    }
    return n;
}

static void adds_up(void) {
    assert_int_equal(whole("shown") + whole("hidden") + whole("withheld"), whole("total"));
}

static const char *text_of(const char *name, char *out, size_t room) {
    struct cf_str s = access_json_text(json(), name);
    if (!s.n) {
        fail_msg("no text %s in:\n%s", name, reply.body);
    }
    (void)snprintf(out, room, "%.*s", CF_STR_ARG(s));
    return out;
}

/* Everything but the number of the request. */
static const char *without_instance(void) {
    static char texts[2][4096];
    static int turn;
    turn = 1 - turn;
    char *at = strstr(reply.body, "urn:request:");
    assert_non_null(at);
    (void)snprintf(texts[turn], sizeof texts[0], "%.*s%s", (int)(at - reply.body), reply.body, at + 12 + 32);
    return texts[turn];
}

static void sign_in(const char *login) {
    http_sign_in(login, "safeguarding");
    ask("GET", "/api/v1/session", NULL, NULL, NULL);
    http_status(200);
    (void)text_of("csrf", http_csrf, sizeof http_csrf);
}

/* ---- Before the server runs: something was sent to a partner, and there are keys. */

static void key_made(const char *before, const char *rest, char *out, size_t room) {
    char command[9000];
    (void)snprintf(command, sizeof command, "%s %s user key make %s 2>&1", before, CF_PROGRAM, rest);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    char said[4096];
    size_t n = fread(said, 1, sizeof said - 1, p);
    said[n] = 0;
    (void)pclose(p);
    const char *at = strstr(said, "cfk_");
    if (!at) {
        fail_msg("no key in:\n%s", said);
    }
    (void)snprintf(out, room, "%.*s", (int)strcspn(at, "\n"), at);
}

static int begin(void **state) {
    char id[33];
    wire_begin(state);
    arena = cf_arena_new("api test");
    childfirst("init --force met");
    ends_with(0);
    childfirst("simulate --children 12 --years 1 --seed 7");
    ends_with(0);
    childfirst("record sent --share custody_details --to childrens_services --child new --at '2024-06-03 16:00' --in nothing");
    ends_with(0);
    (void)snprintf(sent_event, sizeof sent_event, "%s", id_after("recorded", id));
    (void)snprintf(sent_child, sizeof sent_child, "%s", id_after("about", id));
    http_start(); /* keys are made beside it */
    key_made("",
             "childrens_services --label 'Case system' --purpose safeguarding --records call_back --shares custody_details "
             "--until 2099-01-01",
             key_council, sizeof key_council);
    key_made(
        "",
        "childrens_services --label Narrow --purpose safeguarding --records call_back --shares bed_request --until 2099-01-01",
        key_narrow, sizeof key_narrow);
    key_made("",
             "childrens_services --label Ended --purpose safeguarding --records call_back --shares custody_details --until "
             "2099-01-01",
             key_ended, sizeof key_ended);
    childfirst("user key list");
    char *at = strstr(told.out, "Ended");
    assert_non_null(at);
    while (at > told.out && at[-1] != '\n') {
        at--;
    }
    char ended[33];
    (void)snprintf(ended, sizeof ended, "%.32s", at);
    childfirst("user key end %s", ended);
    ends_with(0);
    key_ends = time(NULL) + 15; /* a busy machine takes its time to start a program */
    char until[64], rest[512];
    struct tm tm;
    gmtime_r(&key_ends, &tm);
    (void)strftime(until, sizeof until, "%Y-%m-%dT%H:%M:%SZ", &tm);
    (void)snprintf(
        rest, sizeof rest,
        "childrens_services --label Short --purpose safeguarding --records call_back --shares custody_details --until %s",
        until);
    key_made("", rest, key_expired, sizeof key_expired);
    return 0;
}

static int end(void **state) {
    cf_arena_free(arena);
    return http_end(state);
}

/* ---- Records. */

static void a_record_is_kept_once_and_says_what_follows(void **state) {
    char event[40], path[100];
    (void)state;
    sign_in("okafor");
    ask("POST", "/api/v1/records/mtip_request", NULL, "one-request", ASKED);
    http_status(201);
    http_says("\"again\":false");
    http_says("Decide whether to agree the search");
    http_says("\"kind\":\"duty\"");
    http_says("\"text\":");
    (void)text_of("event", event, sizeof event);
    ask("POST", "/api/v1/records/mtip_request", NULL, "one-request", ASKED);
    http_status(200);
    http_says("\"again\":true");
    http_says(event);
    ask("POST", "/api/v1/records/mtip_request", NULL, "one-request", "{}");
    http_status(422);
    ask("POST", "/api/v1/records/mtip_request", NULL, "one-request",
        "{\"happened\":\"2024-06-03 15:10\",\"about\":{\"child\":\"" ABSENT
        "\"},\"fields\":{\"grounds\":\"Other\",\"article\":\"A\",\"urgent\":\"no\",\"exploitation\":null}}");
    http_status(409);
    http_says("CF-A063");
    (void)snprintf(path, sizeof path, "/api/v1/events/%s", event);
    ask("GET", path, NULL, NULL, NULL);
    http_status(200);
    http_says("\"grounds\":\"Seen to hide a package\"");
    http_says("\"urgent\":\"no\"");
    http_says("\"kind\":\"mtip_request\"");
}

static void each_flaw_has_its_place_and_a_hint(void **state) {
    (void)state;
    sign_in("okafor");
    ask("POST", "/api/v1/records/mtip_request", NULL, "flaws",
        "{\"happened\":\"tomorrow\",\"about\":{\"child\":7,\"chld\":1},\"episodes\":3,\"fields\":{\"urgent\":[],\"gronds\":"
        "\"x\","
        "\"exploitation\":{\"absent\":\"perhaps\"},\"article\":false},\"unit\":\"nowhere\",\"more\":1}");
    http_status(422);
    assert_string_equal(http_header("Content-Type"), "application/problem+json");
    static const char *const pointers[] = {"/happened",
                                           "/about/child",
                                           "/about/chld",
                                           "/episodes",
                                           "/fields/urgent",
                                           "/fields/gronds",
                                           "/fields/article",
                                           "/fields/exploitation/absent",
                                           "/fields/grounds",
                                           "/unit",
                                           "/more"};
    for (size_t i = 0; i < CF_COUNT(pointers); i++) {
        char words[80];
        (void)snprintf(words, sizeof words, "\"pointer\":\"%s\"", pointers[i]);
        http_says(words);
    }
    http_says("CF-W014");
    http_says("Did you mean `grounds`?");
    http_says("\"hint\":");
    ask("POST", "/api/v1/records/mtip_request", NULL, "later",
        "{\"happened\":\"2999-01-01 10:00\",\"about\":{\"child\":" NAMED "},\"fields\":{}}");
    http_status(422);
    http_says("later than now");
}

static void what_is_no_json_or_has_no_key_is_refused(void **state) {
    static const char *const bad[] = {"{\"happened\":", "{\"a\":1,\"a\":2}", "\xff\xfe", "", "{\"a\":\"\\u0000\"}"};
    (void)state;
    sign_in("okafor");
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        ask("POST", "/api/v1/records/mtip_request", NULL, "bad", bad[i]);
        http_status(400);
    }
    ask("POST", "/api/v1/records/mtip_request", NULL, "bad", "{");
    http_says("CF-W013");
    ask("POST", "/api/v1/records/mtip_request", NULL, "bad", "[1]");
    http_status(422);
    ask("POST", "/api/v1/records/mtip_request", NULL, NULL, ASKED);
    http_status(422);
    http_says("Idempotency-Key is missing");
    http_csrf[0] = 'x';
    ask("POST", "/api/v1/records/mtip_request", NULL, "forged", ASKED);
    http_status(403);
    http_says("CF-W006");
    ask("PUT", "/api/v1/records/mtip_request", NULL, "x", ASKED);
    http_status(405);
    assert_string_equal(http_header("Allow"), "POST");
    (void)snprintf(http_extra, sizeof http_extra, "Content-Length: 99999999\r\n");
    http_send("POST", "/api/v1/records/mtip_request", NULL, NULL);
    http_status(413);
    http_says("\"detail\":\"That is more than can be taken at once");
    http_forget();
    http_send("POST", "/api/v1/records/mtip_request", "text/plain", "x");
    http_status(401);
}

static void a_record_of_another_role_is_like_one_that_is_not_there(void **state) {
    char first[4096];
    (void)state;
    sign_in("mbeki");
    ask("POST", "/api/v1/records/mtip_request", NULL, "not-mine", ASKED);
    http_status(404);
    (void)snprintf(first, sizeof first, "%s", without_instance());
    ask("POST", "/api/v1/records/no_such_record", NULL, "not-mine", ASKED);
    http_status(404);
    assert_string_equal(first, without_instance());
}

/* ---- Reading. */

static void a_child_who_may_not_be_seen_is_like_one_who_is_not_there(void **state) {
    char path[120], first[4096];
    (void)state;
    sign_in("castell");
    (void)snprintf(path, sizeof path, "/api/v1/children/%s/docket", sent_child);
    ask("GET", path, key_narrow, NULL, NULL);
    int reach = reply.status; /* told of the child: theirs */
    assert_int_equal(reach, 200);
    http_never_says("\"owner\":\"constable\"");
    adds_up();
    sign_in("mbeki");
    ask("GET", path, NULL, NULL, NULL);
    http_status(404);
    (void)snprintf(first, sizeof first, "%s", without_instance());
    ask("GET", "/api/v1/children/" ABSENT "/docket", NULL, NULL, NULL);
    http_status(404);
    assert_string_equal(first, without_instance());
    (void)snprintf(path, sizeof path, "/api/v1/events/%s", sent_event);
    ask("GET", path, NULL, NULL, NULL);
    http_status(404);
    (void)snprintf(first, sizeof first, "%s", without_instance());
    ask("GET", "/api/v1/events/" ABSENT, NULL, NULL, NULL);
    http_status(404);
    assert_string_equal(first, without_instance());
    ask("GET", "/api/v1/events/zz", NULL, NULL, NULL);
    http_status(404);
    assert_string_equal(first, without_instance());
    http_sign_in("okafor", NULL);
    ask("GET", "/api/v1/children/" ABSENT "/docket", NULL, NULL, NULL);
    http_status(403);
    http_says("CF-A021");
}

static void duties_of_a_unit_come_in_pages_that_add_up(void **state) {
    (void)state;
    sign_in("lindqvist");
    ask("GET", "/api/v1/duties", NULL, NULL, NULL);
    http_status(200);
    http_says("\"unit\":\"central_east\"");
    adds_up();
    ask("GET", "/api/v1/duties?unit=north_area&page=1", NULL, NULL, NULL);
    http_status(200);
    adds_up();
    ask("GET", "/api/v1/duties?unit=north_area&page=99999", NULL, NULL, NULL);
    http_status(200);
    assert_int_equal(whole("shown"), 0);
    adds_up();
    ask("GET", "/api/v1/duties?page=none", NULL, NULL, NULL);
    http_status(422);
    http_says("\"parameter\":\"page\"");
    ask("GET", "/api/v1/duties?unit=no_such_unit", NULL, NULL, NULL);
    http_status(404);
    ask("GET", "/api/v1/duties", key_council, NULL, NULL);
    http_status(403);
}

static void measures_are_published_to_whoever_may_not_measure(void **state) {
    char name[120], path[200];
    (void)state;
    http_forget();
    ask("GET", "/api/v1/measures", NULL, NULL, NULL);
    http_status(200);
    adds_up();
    const struct access_json *first = &access_json_get(json(), "measures")->items[0];
    (void)snprintf(name, sizeof name, "%.*s", CF_STR_ARG(access_json_text(first, "name")));
    (void)snprintf(path, sizeof path, "/api/v1/measures/%s", name);
    for (int i = 0; i < 60; i++) {
        ask("GET", path, key_council, NULL, NULL);
        if (reply.status != 503) {
            break;
        }
        http_says("CF-W015");
        usleep(500000);
    }
    http_status(200);
    http_says("\"published\":true");
    (void)snprintf(path, sizeof path, "/api/v1/measures/%s?from=2024-06-01", name);
    ask("GET", path, key_council, NULL, NULL);
    http_status(422);
    http_says("\"parameter\":\"by\"");
    ask("GET", "/api/v1/measures/no_such_measure", NULL, NULL, NULL);
    http_status(404);
}

/* ---- Partners. */

static void a_partner_sees_and_acknowledges_what_was_sent_to_it(void **state) {
    char path[160];
    (void)state;
    http_forget();
    ask("GET", "/api/v1/shares", key_council, NULL, NULL);
    http_status(200);
    assert_int_equal(whole("total"), 1);
    adds_up();
    http_says(sent_event);
    http_says(sent_child);
    http_says("\"share\":\"custody_details\"");
    http_says("\"child.name\":");
    http_says("\"acknowledged\":null");
    (void)snprintf(path, sizeof path, "/api/v1/shares/%s/acknowledge", sent_event);
    ask("POST", path, key_narrow, "k", "{}");
    http_status(404);
    ask("POST", path, key_council, "k", "");
    http_status(201);
    http_says("\"again\":false");
    ask("POST", path, key_council, "other", "");
    http_status(200);
    http_says("\"again\":true");
    ask("GET", "/api/v1/shares", key_council, NULL, NULL);
    http_never_says("\"acknowledged\":null");
    ask("POST", "/api/v1/shares/" ABSENT "/acknowledge", key_council, "k", "");
    http_status(404);
    ask("GET", "/api/v1/shares", key_narrow, NULL, NULL);
    http_status(200);
    assert_int_equal(whole("total"), 0);
    sign_in("okafor");
    ask("GET", "/api/v1/shares", NULL, NULL, NULL);
    http_status(403);
}

static void a_key_opens_only_what_it_was_made_for(void **state) {
    static const char *const paths[] = {"/api/v1/session",  "/api/v1/shares",       "/api/v1/duties",
                                        "/api/v1/measures", "/api/v1/openapi.json", "/api/v1/nothing"};
    const char *const none[] = {"cfk_forged", "cfk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "", key_ended, key_expired};
    (void)state;
    http_forget();
    while (time(NULL) <= key_ends) {
        sleep(1);
    }
    for (size_t i = 0; i < CF_COUNT(paths); i++) {
        for (size_t k = 0; k < CF_COUNT(none); k++) {
            ask("GET", paths[i], none[k], NULL, NULL);
            http_status(401);
            assert_string_equal(http_header("WWW-Authenticate"), "Bearer");
        }
    }
    http_says("CF-A007");
    ask("POST", "/api/v1/records/mtip_request", key_council, "x", ASKED);
    http_status(404);
    ask("GET", "/api/v1/session", key_council, NULL, NULL);
    http_says("\"records\":[\"call_back\"]");
    http_never_says("csrf");
    ask("GET", "/home", key_council, NULL, NULL);
    assert_true(reply.status == 404 || reply.status == 303);
}

static void a_key_that_asks_too_often_is_told_to_wait(void **state) {
    bool told_to_wait = false;
    (void)state;
    http_forget();
    for (int i = 0; i < 2600 && !told_to_wait; i++) { /* a minute may end in between */
        ask("GET", "/api/v1/session", key_narrow, NULL, NULL);
        told_to_wait = reply.status == 429;
    }
    http_status(429);
    http_says("CF-W016");
    assert_non_null(http_header("Retry-After"));
}

/* ---- The document. */

static const struct access_json *resolved(const struct access_json *root, struct cf_str ref) {
    struct cf_str piece;
    const struct access_json *at = root;
    (void)cf_str_split(&ref, '/', &piece);
    while (at && cf_str_split(&ref, '/', &piece)) {
        at = access_json_get(at, cf_cstr(arena, piece));
    }
    return at;
}

static size_t references_stand(const struct access_json *root, const struct access_json *v) {
    size_t n = 0;
    for (size_t i = 0; i < v->count; i++) {
        if (v->kind == ACCESS_JSON_OBJECT && cf_str_is(v->names[i], "$ref") && v->items[i].kind == ACCESS_JSON_TEXT) {
            n++;
            if (!resolved(root, v->items[i].text)) {
                fail_msg("nothing at %.*s", CF_STR_ARG(v->items[i].text));
            }
        }
        n += references_stand(root, &v->items[i]);
    }
    return n;
}

static void the_document_describes_every_address_and_record(void **state) {
    static char kept[sizeof reply.all];
    (void)state;
    http_forget();
    ask("GET", "/api/v1/openapi.json", NULL, NULL, NULL);
    http_status(200);
    assert_non_null(http_header("ETag"));
    (void)snprintf(kept, sizeof kept, "%s", reply.body);
    const struct access_json *d = json(), *paths = access_json_get(d, "paths");
    assert_true(cf_str_is(access_json_text(d, "openapi"), "3.1.0"));
    assert_non_null(access_json_get(paths, "/api/v1/records/mtip_request"));
    assert_non_null(access_json_get(paths, "/api/v1/children/{subject}/docket"));
    assert_non_null(access_json_get(paths, "/api/v1/shares/{event}/acknowledge"));
    assert_null(access_json_get(paths, "/api/v1/records/sent"));
    assert_true(references_stand(d, d) > 1000);
    const struct access_json *s = resolved(d, CF_LIT("#/components/schemas/record_mtip_request"));
    assert_non_null(
        access_json_get(access_json_get(access_json_get(access_json_get(s, "properties"), "fields"), "properties"), "grounds"));
    ask("GET", "/api/v1/openapi.json", NULL, NULL, NULL);
    assert_string_equal(kept, reply.body);
    FILE *f = fopen(http_path("openapi.json"), "w");
    assert_non_null(f);
    assert_true(fwrite(kept, 1, strlen(kept), f) == strlen(kept));
    assert_int_equal(fclose(f), 0);
}

static void a_public_linter_accepts_the_document(void **state) {
    char command[600], said[4096];
    (void)state;
    (void)snprintf(command, sizeof command, "tools/lint-api %s 2>&1", http_path("openapi.json"));
    FILE *p = popen(command, "r");
    assert_non_null(p);
    size_t n = fread(said, 1, sizeof said - 1, p);
    said[n] = 0;
    int status = pclose(p);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("SKIP: the linter of OpenAPI documents is not there: %s", said);
        return;
    }
    if (status != 0) {
        fail_msg("the linter says:\n%s", said);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_kept_once_and_says_what_follows),
        cmocka_unit_test(each_flaw_has_its_place_and_a_hint),
        cmocka_unit_test(what_is_no_json_or_has_no_key_is_refused),
        cmocka_unit_test(a_record_of_another_role_is_like_one_that_is_not_there),
        cmocka_unit_test(a_child_who_may_not_be_seen_is_like_one_who_is_not_there),
        cmocka_unit_test(duties_of_a_unit_come_in_pages_that_add_up),
        cmocka_unit_test(measures_are_published_to_whoever_may_not_measure),
        cmocka_unit_test(a_partner_sees_and_acknowledges_what_was_sent_to_it),
        cmocka_unit_test(a_key_opens_only_what_it_was_made_for),
        cmocka_unit_test(the_document_describes_every_address_and_record),
        cmocka_unit_test(a_public_linter_accepts_the_document),
        cmocka_unit_test(a_key_that_asks_too_often_is_told_to_wait),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
