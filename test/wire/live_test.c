/* Stories of the demonstration: what `simulate --live` leaves open for whoever signs in, over the built program. Everyone in
 * here is invented. */
#include "wire/http.h"

#define PEOPLE "simulate --children 60 --years 1 --seed 7 --live 4"

static int begin(void **state) {
    wire_begin(state);
    childfirst("init --force met");
    ends_with(0);
    childfirst("user demo");
    ends_with(0);
    childfirst(PEOPLE);
    ends_with(0);
    says(" live cases of ");
    http_start();
    return 0;
}

/* Whatever kinds of episode the policies declare: every board of every unit has a case. */
static void every_kind_of_episode_has_an_open_case(void **state) {
    static char boards[64][128];
    size_t n = 0;
    (void)state;
    http_sign_in("okafor", "safeguarding");
    http_get("/boards");
    http_status(200);
    for (const char *at = reply.body; n < 64 && (at = strstr(at, "\"/board/")) != NULL; at += 8, n++) {
        snprintf(boards[n], sizeof boards[n], "%.*s?unit=all", (int)strcspn(at + 1, "\"?"), at + 1);
    }
    assert_true(n >= 11);
    for (size_t i = 0; i < n; i++) {
        http_get(boards[i]);
        http_status(200);
        if (strstr(reply.body, "Nothing of this kind is open here")) {
            fail_msg("%s has no open case", boards[i]);
        }
    }
}

static void nobody_of_the_demonstration_begins_with_an_empty_page(void **state) {
    static const struct {
        const char *login, *purpose, *page, *empty;
    } pages[] = {
        {"okafor", "safeguarding", "/duties", "Nothing is owed by you in person"},
        {"castell", "safeguarding", "/duties", "Nothing is owed by you in person"},
        {"brandt", "safeguarding", "/duties", "Nothing is owed by you in person"},
        {"brandt", "safeguarding", "/board/detention", "Nothing of this kind is open here"},
        {"lindqvist", "supervision", "/team", "Nothing stands here"},
        {"rahman", "supervision", "/decisions", "Nothing waits for you"},
        {"mbeki", "safeguarding", "/board/detention", "Nothing of this kind is open here"},
        {"novak", "statistics", "/measures", "Shown 0 of"},
        {"adeyemi", "quality", "/policies", "Shown 0 of"},
    };
    (void)state;
    for (size_t i = 0; i < CF_COUNT(pages); i++) {
        http_sign_in(pages[i].login, pages[i].purpose);
        http_get(pages[i].page);
        http_status(200);
        if (strstr(reply.body, pages[i].empty)) {
            fail_msg("%s sees nothing on %s", pages[i].login, pages[i].page);
        }
    }
}

/* Officers, schools, councils and places have invented names: no page shows a number where a record gives one. */
static void whoever_acts_has_a_name(void **state) {
    char path[200];
    (void)state;
    http_sign_in("brandt", "safeguarding");
    http_get("/board/detention");
    http_status(200);
    const char *at = strstr(reply.body, "\"/child/");
    assert_non_null(at);
    snprintf(path, sizeof path, "%.39s/journey", at + 1);
    http_get(path);
    http_status(200);
    assert_null(strstr(reply.body, "Officer 696e76"));
    assert_null(strstr(reply.body, "Organisation 696e76"));
    assert_null(strstr(reply.body, "Place 696e76"));
}

static void the_same_day_adds_no_second_set(void **state) {
    static char before[4096];
    (void)state;
    assert_int_equal(http_stop(SIGTERM), 0);
    childfirst("status --json");
    snprintf(before, sizeof before, "%.4000s", told.out);
    childfirst(PEOPLE);
    ends_with(0);
    says("live cases are there already");
    childfirst("status --json");
    assert_string_equal(before, told.out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_episode_has_an_open_case),
        cmocka_unit_test(nobody_of_the_demonstration_begins_with_an_empty_page),
        cmocka_unit_test(whoever_acts_has_a_name),
        cmocka_unit_test(the_same_day_adds_no_second_set),
    };
    return cmocka_run_group_tests(tests, begin, http_end);
}
