/* What a request is before a page sees it: percent signs, forms, cookies, the router; and the order of what is asked before a
 * page runs, with pages and people made by hand. */
#include "unit/unit.h"

#include "web/priv.h"

static struct cf_arena *a;
static struct cf_errs errs;

static int begin(void **state) {
    (void)state;
    a = cf_arena_new("test");
    errs = cf_errs_new(a);
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_arena_free(a);
    return 0;
}

static enum cf_code code(void) {
    return errs.n ? errs.v[errs.n - 1].code : CF_OK;
}

static void a_form_gives_its_fields_in_order_with_repeats(void **state) {
    struct web_request q = {.arena = a};
    (void)state;
    assert_true(web_read_form(a, CF_LIT("a=1&b=x+y%21&a=2&&c&=d"), "the form", &q.form, &errs));
    assert_text(web_field(&q, "b"), "x y!");
    assert_int_equal(web_fields(&q, "a"), 2);
    assert_text(web_field_at(&q, "a", 1), "2");
    assert_text(web_field_at(&q, "a", 2), "");
    assert_true(web_field_given(&q, "c"));
    assert_false(web_field_given(&q, "d"));
}

static void what_is_no_text_is_no_field(void **state) {
    static const char *const bad[] = {"a=%", "a=%1", "a=%g1", "a=%ff", "a=%00", "a=%c0%80", "%1b=1", "a=\x01"};
    (void)state;
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        struct web_pairs out = {0};
        errs = cf_errs_new(a);
        assert_false(web_read_form(a, cf_str_from(bad[i]), "the form", &out, &errs));
        assert_int_equal(code(), CF_W002);
    }
}

static void cookies_that_are_damaged_are_dropped(void **state) {
    struct web_pairs out = {0};
    (void)state;
    assert_true(web_read_cookies(a, CF_LIT("a=1; =2; b; c=x y; d=\xff; e=\"q\"; f=3=4"), &out, &errs));
    assert_text(web_pair_of(&out, "a"), "1");
    assert_text(web_pair_of(&out, "e"), "\"q\"");
    assert_text(web_pair_of(&out, "f"), "3=4");
    assert_int_equal(out.n, 3);
}

static void an_exact_address_goes_before_one_with_a_name(void **state) {
    const struct web_route *route;
    struct web_pairs params = {0};
    struct cf_str allow;
    (void)state;
    assert_int_equal(web_match(a, WEB_GET, CF_LIT("/stream/all"), &route, &params, &allow), WEB_FOUND);
    assert_string_equal(route->name, "stream");
    assert_text(web_pair_of(&params, "topic"), "all");
    assert_int_equal(web_match(a, WEB_GET, CF_LIT("/stream/"), &route, &params, &allow), WEB_NO_PATH);
    assert_int_equal(web_match(a, WEB_GET, CF_LIT("/stream/all/"), &route, &params, &allow), WEB_NO_PATH);
    assert_int_equal(web_match(a, WEB_GET, CF_LIT("//"), &route, &params, &allow), WEB_NO_PATH);
    assert_int_equal(web_match(a, WEB_DELETE, CF_LIT("/sign-in"), &route, &params, &allow), WEB_NO_METHOD);
    assert_text(allow, "GET, HEAD, POST");
}

static void no_two_routes_have_one_address(void **state) {
    size_t n;
    const struct web_route *routes = web_routes(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (routes[i].method == routes[k].method && !strcmp(routes[i].pattern, routes[k].pattern)) {
                fail_msg("%s stands twice", routes[i].pattern);
            }
        }
        assert_true(routes[i].title[0] != 0 && routes[i].pattern[0] == '/');
        /* a page for anyone shows nobody, so nobody needs to say why */
        assert_false(routes[i].may == WEB_ANYONE && routes[i].purpose == WEB_PURPOSE);
    }
}

static void addresses_that_run_or_leave_are_not_written(void **state) {
    static const char *const bad[] = {
        "javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "//evil.example", "/\\evil.example", "", " /x", "/a\tb",
        "vbscript:x",          "evil.example"};
    static const char *const good[] = {
        "/", "/child/1?x=2#y", "#main", "?page=2", "https://www.legislation.gov.uk/", "mailto:a@b.example"};
    (void)state;
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        assert_false(html_url_safe(cf_str_from(bad[i])));
    }
    for (size_t i = 0; i < CF_COUNT(good); i++) {
        assert_true(html_url_safe(cf_str_from(good[i])));
    }
}

static struct cf_str timed(void (*write)(struct cf_buf *, const struct cf_zone *, int64_t), int64_t at) {
    struct cf_buf b = cf_buf_new(a, 1024);
    write(&b, cf_zone_load(a, "Europe/London", &errs), at);
    return html_done(&b).html;
}

static void times_are_said_as_people_say_them(void **state) {
    (void)state;
    assert_text(timed(html_time, 1717423800), "<time datetime=\"2024-06-03T15:10:00+01:00\">3 June 2024 at 3:10pm</time>");
    assert_text(timed(html_time, 1717412400), "<time datetime=\"2024-06-03T12:00:00+01:00\">3 June 2024 at midday</time>");
    /* the hour that comes twice, on 27 October 2024 */
    assert_text(timed(html_time, 1729989000),
                "<time datetime=\"2024-10-27T01:30:00+01:00\">27 October 2024 at 1:30am BST</time>");
    assert_text(timed(html_time, 1729992600),
                "<time datetime=\"2024-10-27T01:30:00+00:00\">27 October 2024 at 1:30am GMT</time>");
    assert_text(timed(html_due, 1717455599), "<time datetime=\"2024-06-03\">3 June 2024</time>");
    struct cf_buf b = cf_buf_new(a, 1024);
    html_ago(&b, cf_zone_load(a, "Europe/London", &errs), 7200, 0);
    assert_text(html_done(&b).html, "<time datetime=\"1970-01-01T03:00:00+01:00\" data-clock=\"7200\">in 2 hours</time>");
}

static void counts_have_commas(void **state) {
    static const struct {
        int64_t n;
        const char *words;
    } rows[] = {{0, "0"},
                {999, "999"},
                {1000, "1,000"},
                {1234567, "1,234,567"},
                {-1005, "\xE2\x88\x92"
                        "1,005"},
                {INT64_MAX, "9,223,372,036,854,775,807"}};
    (void)state;
    for (size_t i = 0; i < CF_COUNT(rows); i++) {
        struct cf_buf b = cf_buf_new(a, 100);
        html_count(&b, rows[i].n);
        assert_text(html_done(&b).html, rows[i].words);
    }
}

/* ---- The order of what is asked. */

static int ran;

static bool page_that_forgets(struct web_request *q, struct web_response *r, struct cf_errs *e) {
    (void)q;
    (void)e;
    ran++;
    r->rendered = true;
    return true;
}

static bool asks(struct web_request *q, struct web_response *r, const struct web_route *route) {
    static struct web_app app;
    static struct serve_options options;
    static const struct web_raw raw;
    app.options = &options;
    errs = cf_errs_new(a);
    ran = 0;
    q->arena = a;
    q->app = &app;
    q->route = route;
    q->path = cf_str_from(route->pattern);
    *r = (struct web_response){.status = 200, .main = cf_buf_new(a, 1 << 20), .body = cf_buf_new(a, 1 << 20)};
    return web_run(q, r, &raw, &errs);
}

static void a_page_that_shows_people_and_writes_no_row_does_not_leave(void **state) {
    static const struct web_route route = {WEB_GET, "/x", page_that_forgets, "forgets", WEB_SIGNED_IN, WEB_PURPOSE, "X"};
    struct access_subject who = {.purpose = CF_LIT("quality")};
    struct web_request q = {.who = &who};
    struct web_response r;
    (void)state;
    assert_false(asks(&q, &r, &route));
    assert_int_equal(code(), CF_W010);
    assert_int_equal(web_status_of(&errs), 500);
    q.shown_logged = true;
    assert_true(asks(&q, &r, &route));
}

static void without_a_purpose_the_page_does_not_run(void **state) {
    static const struct web_route route = {WEB_GET, "/x", page_that_forgets, "forgets", WEB_SIGNED_IN, WEB_PURPOSE, "X"};
    struct access_subject who = {0};
    struct web_request q = {.who = &who};
    struct web_response r;
    (void)state;
    assert_true(asks(&q, &r, &route));
    assert_int_equal(ran, 0);
    assert_int_equal(r.status, 303);
    assert_text(web_pair_of(&r.headers, "Location"), "/purpose?next=%2Fx");
}

static void without_the_ability_the_page_does_not_run(void **state) {
    static const struct web_route route = {WEB_GET, "/x", page_that_forgets, "forgets", ACCESS_USERS, WEB_NO_PURPOSE, "X"};
    struct access_subject who = {.purpose = CF_LIT("quality")};
    struct web_request q = {.who = &who};
    struct web_response r;
    (void)state;
    assert_false(asks(&q, &r, &route));
    assert_int_equal(ran, 0);
    assert_int_equal(code(), CF_W011);
    assert_int_equal(web_status_of(&errs), 403);
}

static void who_must_change_their_password_sees_nothing_else(void **state) {
    static const struct web_route route = {WEB_GET, "/x", page_that_forgets, "forgets", WEB_SIGNED_IN, WEB_NO_PURPOSE, "X"};
    struct access_subject who = {0};
    struct web_request q = {.who = &who, .must_change = true};
    struct web_response r;
    (void)state;
    assert_true(asks(&q, &r, &route));
    assert_int_equal(ran, 0);
    assert_text(web_pair_of(&r.headers, "Location"), "/password");
}

static void a_form_of_nobodys_does_not_run(void **state) {
    static const struct web_route route = {WEB_POST, "/x", page_that_forgets, "forgets", WEB_ANYONE, WEB_NO_PURPOSE, "X"};
    struct web_request q = {.method = WEB_POST, .token = CF_LIT("t")};
    struct web_response r;
    (void)state;
    assert_false(asks(&q, &r, &route));
    assert_int_equal(ran, 0);
    assert_int_equal(code(), CF_W006);
}

/* ---- Streams. */

static int woken, slept;

static void wake(void *connection) {
    (void)connection;
    woken++;
}

static void fall_asleep(void *connection) {
    (void)connection;
    slept++;
}

static void a_board_is_woken_once_for_its_own_topic(void **state) {
    struct web_streams *s = web_streams_new(a, wake);
    struct web_stream custody, missing;
    char out[64];
    (void)state;
    woken = slept = 0;
    web_stream_add(s, &custody, "custody", NULL);
    web_stream_add(s, &missing, "missing", NULL);
    assert_true(web_stream_next(s, &custody, out, sizeof out, fall_asleep) > 0); /* the greeting */
    assert_int_equal(web_stream_next(s, &custody, out, sizeof out, fall_asleep), 0);
    assert_int_equal(slept, 1);
    web_streams_notify(s, "missing");
    assert_int_equal(woken, 0);
    web_streams_notify(s, "custody");
    web_streams_notify(s, "custody");
    assert_int_equal(woken, 1);
    int n = web_stream_next(s, &custody, out, sizeof out, fall_asleep);
    assert_text(cf_str_slice(cf_str_from(out), 0, (size_t)n), "event: changed\ndata: 1\n\n");
    assert_int_equal(web_stream_next(s, &custody, out, sizeof out, fall_asleep), 0);
    for (int i = 0; i < 20; i++) {
        web_streams_beat(s);
    }
    assert_true(web_stream_next(s, &custody, out, sizeof out, fall_asleep) > 0);
    web_streams_end(s);
    assert_int_equal(web_stream_next(s, &custody, out, sizeof out, fall_asleep), -1);
    web_stream_remove(s, &custody);
    web_stream_remove(s, &missing);
    web_streams_notify(s, "custody");
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(a_form_gives_its_fields_in_order_with_repeats),
        T(what_is_no_text_is_no_field),
        T(cookies_that_are_damaged_are_dropped),
        T(an_exact_address_goes_before_one_with_a_name),
        T(no_two_routes_have_one_address),
        T(addresses_that_run_or_leave_are_not_written),
        T(times_are_said_as_people_say_them),
        T(counts_have_commas),
        T(a_page_that_shows_people_and_writes_no_row_does_not_leave),
        T(without_a_purpose_the_page_does_not_run),
        T(without_the_ability_the_page_does_not_run),
        T(who_must_change_their_password_sees_nothing_else),
        T(a_form_of_nobodys_does_not_run),
        T(a_board_is_woken_once_for_its_own_topic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
