/* measures: the pages of measures as the public, an analyst and somebody with bad intentions meet them. */
#include "wire/http.h"

/* The page, once it has been counted. */
static void counted(const char *path) {
    for (int i = 0; i < 60; i++) {
        http_get(path);
        if (!strstr(reply.body, "being counted")) {
            return;
        }
        assert_non_null(http_header("Refresh"));
        usleep(500000);
    }
    fail_msg("%s was not counted within half a minute", path);
}

/* A measure over invented people, with something in it. */
#define MEASURE "/measures/searches_of_children"

static void the_public_finds_measures_by_their_words(void **state) {
    (void)state;
    http_forget();
    http_get("/measures");
    http_status(200);
    http_says("invented: their numbers say nothing");
    http_says("href=\"" MEASURE "\"");
    http_says("href=\"/measures/published_custody_disposals\"");
    http_get("/measures?q=STOP+searches+nothing+f%C3%B6und");
    http_status(200);
    http_says("href=\"/measures/searches_of_children_nothing_found\"");
    http_never_says("href=\"/measures/time_to_adult\"");
    http_get("/measures?q=zzzzzz");
    http_says("No measure has these words");
}

static void what_is_typed_is_shown_as_text_and_never_runs(void **state) {
    (void)state;
    http_forget();
    http_get("/measures?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    http_status(200);
    http_says("&lt;script&gt;");
    http_never_says("<script>alert");
    http_get(MEASURE "?by=%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    http_status(422);
    http_never_says("<script>alert");
    http_get("/measures/%3Cscript%3E");
    http_status(404);
    http_never_says("<script>");
    http_get("/strategy?q=%3Cscript%3Ealert(1)");
    http_status(200);
    http_never_says("<script>alert");
}

static void a_measure_says_what_it_means_and_has_its_table_and_picture(void **state) {
    (void)state;
    http_sign_in("novak", "statistics");
    counted(MEASURE "?by=ethnic_group");
    http_status(200);
    http_says("<svg");
    http_says("<table");
    http_says("What it cannot tell");
    http_says("measure searches_of_children ");
    http_says("Full numbers: not for publication");
    http_says("Save the table as CSV");
}

static void an_unknown_way_of_counting_is_an_error_that_says_so(void **state) {
    (void)state;
    http_sign_in("novak", "statistics");
    http_get(MEASURE "?by=shoe_size");
    http_status(422);
    http_says("href=\"#by\"");
    http_says("is none of this measure");
    http_get(MEASURE "?from=yesterday");
    http_status(422);
    http_says("href=\"#from\"");
    http_get(MEASURE "?from=2026-02-01&to=2026-01-01");
    http_status(422);
    http_says("must not be after the last day");
    http_get(MEASURE "?records=all");
    http_status(422);
    http_get("/measures/no_such_measure");
    http_status(404);
}

static void the_public_gets_published_tables_as_they_are(void **state) {
    (void)state;
    http_forget();
    counted(MEASURE);
    http_status(200);
    http_says("Published: small numbers hidden");
    http_never_says("Full numbers");
    http_never_says("Each event behind it");
    http_get(MEASURE "?from=2026-01-01");
    http_status(422);
    http_says("Published tables stand as they are");
    http_get(MEASURE "?by=month&by=ethnic_group");
    http_status(422);
    http_get(MEASURE "/csv?from=2026-01-01");
    assert_true(reply.status >= 400);
}

static void small_numbers_are_hidden_from_the_public_and_not_from_an_analyst(void **state) {
    (void)state;
    http_forget();
    counted(MEASURE "?by=borough");
    http_get(MEASURE "/csv?by=borough");
    http_status(200);
    http_says("\nborough,n,");
    for (const char *line = strstr(reply.body, "\nborough,n,"); line && line[1]; line = strchr(line + 1, '\n')) {
        const char *comma = strchr(line + 1, ',');
        long n = comma ? strtol(comma + 1, NULL, 10) : 0;
        assert_true(n == 0 || n > 4);
    }
    http_says(",yes"); /* twelve children over 33 boroughs: something must be hidden */
    http_sign_in("novak", "statistics");
    counted(MEASURE "?by=borough");
    http_get(MEASURE "/csv?by=borough");
    http_status(200);
    http_never_says(",yes");
}

static void an_officer_who_may_not_measure_gets_what_the_public_gets(void **state) {
    (void)state;
    http_sign_in("okafor", "safeguarding");
    counted(MEASURE "?by=borough");
    http_says("Published: small numbers hidden");
    http_get(MEASURE "/events");
    assert_true(reply.status == 403 || reply.status == 404);
}

static void tables_are_saved_as_csv_and_json(void **state) {
    (void)state;
    http_sign_in("novak", "statistics");
    counted(MEASURE "?by=month");
    http_get(MEASURE "/json?by=month");
    http_status(200);
    assert_non_null(strstr(http_header("Content-Disposition"), "searches_of_children.json"));
    http_says("\"measure\":\"searches_of_children\"");
    http_says("\"definition\":");
}

static void events_behind_a_measure_need_a_reason_and_list_nobody_out_of_reach(void **state) {
    (void)state;
    http_forget();
    http_get(MEASURE "/events");
    assert_true(reply.status == 303 || reply.status == 403);
    http_sign_in("novak", NULL);
    http_get(MEASURE "/events");
    http_status(303);
    http_sign_in("novak", "statistics"); /* an analyst sees own people alone: none here */
    counted(MEASURE "/events");
    http_status(200);
    http_says("Shown 0,");
    http_never_says("href=\"/child/");
}

static void the_strategy_is_found_by_number_and_by_words(void **state) {
    (void)state;
    http_forget();
    for (int i = 0; i < 240; i++) {
        http_get("/strategy?q=S6");
        if (!strstr(reply.body, "being run")) {
            break;
        }
        usleep(500000);
    }
    http_status(200);
    http_says("Shown 1 of 80");
    http_says(">S6: ");
    http_never_says(">S34: ");
    http_get("/strategy?q=zzzzzz");
    http_says("Shown 0 of 80");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_public_finds_measures_by_their_words),
        cmocka_unit_test(what_is_typed_is_shown_as_text_and_never_runs),
        cmocka_unit_test(a_measure_says_what_it_means_and_has_its_table_and_picture),
        cmocka_unit_test(an_unknown_way_of_counting_is_an_error_that_says_so),
        cmocka_unit_test(the_public_gets_published_tables_as_they_are),
        cmocka_unit_test(small_numbers_are_hidden_from_the_public_and_not_from_an_analyst),
        cmocka_unit_test(an_officer_who_may_not_measure_gets_what_the_public_gets),
        cmocka_unit_test(tables_are_saved_as_csv_and_json),
        cmocka_unit_test(events_behind_a_measure_need_a_reason_and_list_nobody_out_of_reach),
        cmocka_unit_test(the_strategy_is_found_by_number_and_by_words),
    };
    return cmocka_run_group_tests(tests, http_begin, http_end);
}
