/* child: stories over HTTP of the pages about children, queues, breaches, workload and boards. Everyone in here is invented. */
#include "wire/http.h"

#include <time.h>

static char child_id[33], report_id[33], custody_id[33];

/* London time so many minutes ago, as the command line takes it. */
static const char *ago(int minutes) {
    static char texts[4][32]; /* several in one call */
    static int turn;
    char *text = texts[turn++ % 4];
    struct tm at;
    time_t then = time(NULL) - (time_t)minutes * 60;
    setenv("TZ", "Europe/London", 1);
    tzset();
    localtime_r(&then, &at);
    strftime(text, sizeof texts[0], "%Y-%m-%d %H:%M", &at);
    return text;
}

/* A record that is seen for one purpose alone; a child in custody; a report with words of the child and of the officer. */
static int begin(void **state) {
    char command[1024];
    wire_begin(state);
    snprintf(command, sizeof command,
             "cp -r policies %s/policies && sed -i '/^record safeguarding_report/,/^    fields/s/^    fields/    seen for  "
             "safeguarding\\n    fields/' %s/policies/people/safeguarding.policy",
             wire_folder, wire_folder);
    assert_int_equal(system(command), 0);
    childfirst("init --force met --policies %s/policies", wire_folder);
    ends_with(0);
    childfirst("simulate --children 12 --years 1 --seed 7");
    ends_with(0);
    childfirst("record identity --person new --given_name Zelphira --family_name Nonesuch --born 2012-03-04");
    ends_with(0);
    id_after("about", child_id);
    childfirst("record arrival --child %s --arrested_at '%s' --arrested_by mps --offence theft --station new --at '%s' --unit "
               "wood_green_custody --by custody_officer",
               child_id, ago(300), ago(200));
    ends_with(0);
    id_after("recorded", custody_id);
    childfirst("record safeguarding_report --child %s --in %s --concern 'Wrongly heard' --child_said 'Leave my brother "
               "out of it' --by custody_officer --at '%s'",
               child_id, custody_id, ago(100));
    ends_with(0);
    id_after("recorded", report_id);
    childfirst("correct %s --concern 'Quillwort worries me'", report_id);
    ends_with(0);
    http_start();
    return 0;
}

static const char *of_child(const char *more) {
    static char path[256];
    snprintf(path, sizeof path, "/child/%s%s", child_id, more);
    return path;
}

static long number_before(const char *words) {
    const char *at = strstr(reply.body, words);
    assert_non_null(at);
    while (at > reply.body && at[-1] == ' ') {
        at--;
    }
    while (at > reply.body && ((at[-1] >= '0' && at[-1] <= '9') || at[-1] == ',')) {
        at--;
    }
    return strtol(at, NULL, 10);
}

static void a_child_is_shown_with_what_is_owed_said_and_not_known(void **state) {
    (void)state;
    http_sign_in("brandt", "safeguarding");
    http_get(of_child(""));
    http_status(200);
    http_says("Zelphira Nonesuch, born 4 March 2012");
    http_says("<title>A child – childfirst</title>");
    http_says("Nobody’s child");
    http_says("Not asked");
    http_says("Book the child in");
    http_says("Who asks for this");
    http_says("Leave my brother out of it");
    http_says("Rules that were broken");
    http_never_says("Quillwort"); /* the officer’s words stand in the journey, apart */
}

static void the_journey_keeps_the_childs_words_apart_from_the_officers(void **state) {
    (void)state;
    http_sign_in("brandt", "safeguarding");
    http_get(of_child("/journey"));
    http_status(200);
    http_says("The child’s own words");
    http_says("Leave my brother out of it");
    http_says("Quillwort worries me");
    http_says("Put right later");
    http_never_says("Wrongly heard");
    http_says("In police custody");
}

static void what_is_seen_for_another_purpose_is_counted_and_not_shown(void **state) {
    (void)state;
    http_sign_in("lindqvist", "supervision");
    http_get(of_child(""));
    http_status(200);
    http_never_says("Leave my brother");
    http_never_says("Safeguarding report");
    long shown = number_before(" can be shown"), withheld = number_before(" are withheld"),
         total = number_before(" in all. That");
    assert_int_equal(withheld, 1);
    assert_int_equal(shown + withheld, total);
    http_get(of_child("/journey"));
    http_never_says("Quillwort");
    http_get(of_child("/account"));
    http_never_says("Leave my brother");
    http_says("1 things that we may not show");
}

static void the_account_has_the_childs_words_and_nobody_elses(void **state) {
    (void)state;
    http_sign_in("brandt", "safeguarding");
    http_get(of_child("/account"));
    http_status(200);
    http_says("What we know about you");
    http_says("Given name: Zelphira");
    http_says("Leave my brother out of it");
    http_never_says("Quillwort");
    http_never_says("Officer ");
    http_says("How long we keep this");
    http_says("What is left out");
    http_says("If you do not agree");
    http_says("Most people can read these words from age");
}

static void why_a_thing_is_due_is_told_step_by_step(void **state) {
    (void)state;
    char path[400];
    http_sign_in("brandt", "safeguarding");
    http_get(of_child(""));
    const char *at = strstr(reply.body, "/why/");
    assert_non_null(at);
    snprintf(path, sizeof path, "%s/why/%.32s", of_child(""), at + 5);
    http_get(path);
    http_status(200);
    http_says("rests on");
    http_says("arose after");
    snprintf(path, sizeof path, "%s/why/%s", of_child(""), "no_such_rule");
    http_get(path);
    http_status(404);
}

/* The answer without what differs from one request to the next: its number, the field against forged forms, the id asked for.
 */
static char *without_numbers(char *out, size_t n) {
    size_t used = 0;
    for (const char *p = reply.body; *p && used + 1 < n;) {
        bool forged = strncmp(p, "name=\"csrf\" value=\"", 19) == 0;
        bool id = strspn(p, "0123456789abcdef") >= 32;
        out[used++] = id ? 'X' : *p;
        p += forged ? strcspn(p, ">") : id ? 32 : 1;
    }
    out[used] = 0;
    return out;
}

static void whom_one_may_not_see_is_as_one_who_does_not_exist(void **state) {
    (void)state;
    static const char *const pages[] = {"", "/journey", "/account", "/why/00000000000000000000000000000001"};
    static char mine[1 << 18], nobodys[1 << 18], path[256];
    http_sign_in("whitlock", "administration");
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        http_get(of_child(pages[i]));
        http_status(404);
        http_never_says("Zelphira");
        without_numbers(mine, sizeof mine);
        snprintf(path, sizeof path, "/child/00000000000000000000000000000001%s", pages[i]);
        http_get(path);
        http_status(404);
        without_numbers(nobodys, sizeof nobodys);
        assert_string_equal(mine, nobodys);
    }
}

static void a_person_is_found_by_a_name_that_is_nearly_right_and_says_why(void **state) {
    (void)state;
    http_sign_in("brandt", "safeguarding");
    http_get("/find");
    http_status(200);
    http_post("/find", "words=Zelfira+Nonesuch");
    http_status(200);
    http_says("Zelphira Nonesuch");
    http_says("nearly");
    http_says(of_child(""));
    http_says("withheld 0");
    http_post("/find", "words=4%2F3%2F2012");
    http_says("Zelphira Nonesuch");
}

static void a_search_without_words_or_with_markup_is_answered_in_words(void **state) {
    (void)state;
    http_sign_in("brandt", "safeguarding");
    http_post("/find", "words=+");
    http_status(422);
    http_says("Enter a name, a date of birth or a number");
    http_post("/find", "words=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    http_status(200);
    http_never_says("<script>alert");
    http_says("0 in all");
}

static void who_may_not_find_finds_nobody(void **state) {
    (void)state;
    http_sign_in("novak", "statistics");
    http_post("/find", "words=Zelphira");
    http_never_says("Nonesuch");
}

static void nobody_who_is_not_signed_in_sees_anything(void **state) {
    (void)state;
    static const char *const paths[] = {"/duties", "/team", "/breaches", "/workload", "/boards", "/board/detention"};
    http_forget();
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        http_get(paths[i]);
        assert_true(reply.status == 303 || reply.status == 401);
        http_never_says("Zelphira");
    }
    http_get(of_child(""));
    assert_true(reply.status == 303 || reply.status == 401);
    http_never_says("Zelphira");
}

static void queues_of_a_unit_are_for_those_who_supervise(void **state) {
    (void)state;
    static const char *const paths[] = {"/team", "/breaches", "/workload"};
    http_sign_in("okafor", "safeguarding");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        http_get(paths[i]);
        http_status(403);
    }
    http_get("/duties");
    http_status(200);
    http_says("My duties");
    http_sign_in("brandt", "supervision");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        http_get(paths[i]);
        http_status(200);
        http_says("Wood Green custody suite");
    }
}

static void a_thing_is_assigned_once_and_then_stands_in_the_other_ones_duties(void **state) {
    (void)state;
    char path[200], officer[33], key[33], fields[400];
    http_sign_in("brandt", "supervision");
    http_get("/team?view=nobody");
    http_says("Zelphira Nonesuch");
    char wanted[80];
    snprintf(wanted, sizeof wanted, "/team/assign/%s/", child_id);
    const char *at = strstr(reply.body, wanted);
    assert_non_null(at);
    snprintf(path, sizeof path, "%.*s", (int)strcspn(at, "\""), at);
    http_get(path);
    http_status(200);
    http_says("It is part of: In police custody");
    at = strstr(reply.body, "Choose somebody of this unit");
    assert_non_null(at);
    at = strstr(at, "<option value=\"");
    assert_non_null(at);
    snprintf(officer, sizeof officer, "%.32s", at + strlen("<option value=\""));
    at = strstr(reply.body, "name=\"key\" value=\"");
    assert_non_null(at);
    snprintf(key, sizeof key, "%.32s", at + strlen("name=\"key\" value=\""));
    snprintf(fields, sizeof fields, "key=%s&do=assign&officer=", key);
    http_post(path, fields);
    http_status(422);
    http_says("Choose who carries it");
    snprintf(fields, sizeof fields, "key=%s&do=assign&officer=%s", key, child_id); /* a child is no officer */
    http_post(path, fields);
    http_status(422);
    snprintf(fields, sizeof fields, "key=%s&do=assign&officer=%s", key, officer);
    http_post(path, fields);
    http_goes_to("/team");
    http_post(path, fields); /* pressed twice: recorded once */
    http_goes_to("/team");
    http_get("/duties");
    http_says("Zelphira Nonesuch");
    http_sign_in("brandt", "safeguarding");
    http_get(of_child(""));
    http_never_says("Nobody’s child");
    http_says("<strong>Sergeant Jo Brandt");
    http_get("/workload");
    http_says("Sergeant Jo Brandt");
}

static void only_who_supervises_assigns(void **state) {
    (void)state;
    char path[200];
    http_sign_in("okafor", "safeguarding");
    snprintf(path, sizeof path, "/team/assign/%s/00000000000000000000000000000001", child_id);
    http_get(path);
    http_status(403);
    http_post(path, "do=assign&officer=x&key=y");
    http_status(403);
}

static void the_board_counts_every_clock_of_what_is_open(void **state) {
    (void)state;
    http_sign_in("brandt", "safeguarding");
    http_get("/board/detention");
    http_status(200);
    http_says("Zelphira Nonesuch");
    http_says("In police custody: <time class=\"cf-since\"");
    http_says("3 h 2");
    http_says("Book the child in");
    http_says("Something is late");
    http_says("Waiting to be booked in");
    http_says("data-stream=\"/stream/detention-");
    http_says("<noscript><meta http-equiv=\"refresh\" content=\"60\">");
    http_get("/board/detention?unit=engage");
    http_never_says("Zelphira");
    http_says("Nothing of this kind is open here");
    http_get("/board/no_such_kind");
    http_status(404);
    http_get("/boards");
    http_says("/board/detention");
}

static void a_board_withholds_whom_its_reader_may_not_see(void **state) {
    (void)state;
    http_sign_in("whitlock", "administration");
    http_get("/board/detention?unit=wood_green_custody");
    http_status(200);
    http_never_says("Zelphira");
    http_says("Shown 0, on other pages 0, withheld 1: 1 open in all");
}

static void breaches_stand_with_their_rule_and_who_was_asked_why(void **state) {
    (void)state;
    http_sign_in("brandt", "supervision");
    http_get("/breaches?days=7");
    http_status(200);
    http_says("Breaches");
    http_get("/breaches?days=nonsense&page=-4");
    http_status(200);
    http_get("/team?view=%3Cscript%3E&page=99999999999999999999");
    http_status(200);
    http_never_says("<script>alert");
}

static void nothing_personal_is_logged(void **state) {
    (void)state;
    http_logged("/child/:subject");
    assert_null(strstr(http_log(), child_id));
    assert_null(strstr(http_log(), "Zelphira"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_is_shown_with_what_is_owed_said_and_not_known),
        cmocka_unit_test(the_journey_keeps_the_childs_words_apart_from_the_officers),
        cmocka_unit_test(what_is_seen_for_another_purpose_is_counted_and_not_shown),
        cmocka_unit_test(the_account_has_the_childs_words_and_nobody_elses),
        cmocka_unit_test(why_a_thing_is_due_is_told_step_by_step),
        cmocka_unit_test(whom_one_may_not_see_is_as_one_who_does_not_exist),
        cmocka_unit_test(a_person_is_found_by_a_name_that_is_nearly_right_and_says_why),
        cmocka_unit_test(a_search_without_words_or_with_markup_is_answered_in_words),
        cmocka_unit_test(who_may_not_find_finds_nobody),
        cmocka_unit_test(nobody_who_is_not_signed_in_sees_anything),
        cmocka_unit_test(queues_of_a_unit_are_for_those_who_supervise),
        cmocka_unit_test(a_thing_is_assigned_once_and_then_stands_in_the_other_ones_duties),
        cmocka_unit_test(only_who_supervises_assigns),
        cmocka_unit_test(the_board_counts_every_clock_of_what_is_open),
        cmocka_unit_test(a_board_withholds_whom_its_reader_may_not_see),
        cmocka_unit_test(breaches_stand_with_their_rule_and_who_was_asked_why),
        cmocka_unit_test(nothing_personal_is_logged),
    };
    return cmocka_run_group_tests(tests, begin, http_end);
}
