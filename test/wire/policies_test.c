/* policies: the pages of policies as the public, a policy author and somebody with bad intentions meet them. The second group
 * adds an invented policy in two versions. */
#include "wire/http.h"

/* The page, once the examples were run. */
static void ready(const char *path) {
    for (int i = 0; i < 240; i++) {
        http_get(path);
        if (!strstr(reply.body, "being run")) {
            return;
        }
        assert_non_null(http_header("Refresh"));
        usleep(500000);
    }
    fail_msg("the examples were not run within two minutes");
}

static void anyone_reads_the_list_and_what_examples_show(void **state) {
    (void)state;
    http_forget();
    ready("/policies");
    http_status(200);
    http_says("href=\"/policies/custody.first_hour\"");
    http_says("href=\"/strategy?q=S32\"");
    http_says("which all pass");
    http_says("values that somebody must still verify");
    http_says(">Custody command<");
}

static void a_policy_is_found_by_the_words_of_its_rules(void **state) {
    (void)state;
    http_get("/policies?q=CALL+the+custody+serg%C3%A9ant+back");
    http_status(200);
    http_says("Shown 1 of ");
    http_says("custody.first_hour");
    http_get("/policies?q=s24");
    http_says("disposal.gravity");
    http_never_says("custody.first_hour");
    http_get("/policies?which=to-verify");
    http_never_says("access.core");
    http_get("/policies?which=lacking");
    http_says("No policy has these words");
    http_get("/policies?q=zzzzzz");
    http_says("Shown 0 of ");
    http_says("No policy has these words");
}

static void every_policy_in_force_opens(void **state) {
    (void)state;
    static char list[sizeof reply.all];
    ready("/policies");
    snprintf(list, sizeof list, "%s", reply.body);
    int opened = 0;
    for (const char *at = list; (at = strstr(at, "href=\"/policies/")) != NULL; opened++) {
        char path[200];
        at += strlen("href=\"");
        snprintf(path, sizeof path, "%.*s", (int)strcspn(at, "\""), at);
        http_get(path);
        http_status(200);
        http_says("class=\"cf-policy\"");
        http_says("All pass");
    }
    assert_true(opened > 30);
}

static void a_policy_says_its_rules_in_plain_words_beside_their_text(void **state) {
    (void)state;
    http_get("/policies/custody.first_hour");
    http_status(200);
    http_says("Values still to verify: 3");
    http_says("services_told_within 1 hour");
    http_says("id=\"tell_services\"");
    http_says("<dt>Arises after</dt><dd>“Booked in”</dd>");
    http_says("<dt>Who must</dt><dd>Custody officer</dd>");
    http_says("<dt>By when</dt><dd>Within 1 hour (to verify; services told within)</dd>");
    http_says("<dt>If it is not done</dt>");
    http_says("href=\"#source-pilot\"");
    http_says("id=\"source-pilot\"");
    http_says("href=\"/measures/services_told_in_time\"");
    http_says("href=\"/policies/custody.booking_in#booked_in\""); /* a name leads to where it is declared */
    http_says(">Passes<");
}

static void a_policy_that_is_not_there_is_404_and_a_script_in_its_name_is_text(void **state) {
    (void)state;
    http_get("/policies/no.such_policy");
    http_status(404);
    http_get("/policies/%3Cscript%3Ealert(1)");
    http_status(404);
    http_never_says("<script>alert");
    http_get("/policies/custody.first_hour?from=%3Cscript%3Ealert(1)");
    http_status(404);
    http_never_says("<script>alert");
    http_get("/policies?q=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E&which=%3Cscript%3Ealert(1)");
    http_status(200);
    http_says("&lt;script&gt;");
    http_never_says("<script>alert");
    http_get("/policies/no.such_policy/changes");
    http_status(404);
    http_get("/policies/custody.first_hour/changes?from=2000-01-01");
    http_status(404);
    http_get("/policies/custody.first_hour/changes");
    http_status(200);
    http_says("only one version");
}

static void a_measure_leads_to_its_words_and_the_strategy_to_its_policies(void **state) {
    (void)state;
    http_get("/measures/services_told_in_time");
    http_says("href=\"/policies/custody.first_hour#services_told_in_time\"");
    ready("/strategy?q=S32");
    http_says("href=\"/policies/custody.first_hour\"");
}

/* ---- Two versions, one of them with an example that fails. */

static const char VERSION[] = "policy invented.rule \"A rule of <an> invented town\"\n"
                              "    owner     custody_command\n"
                              "    serves    S7\n"
                              "    in force  %s\n"
                              "    cites\n"
                              "        law  \"An invented law\"\n"
                              "\n"
                              "%s"
                              "setting heard_within  %s  to verify  law 2\n"
                              "\n"
                              "duty hear \"Hear the child\"\n"
                              "    after    met_child\n"
                              "    owner    inspector\n"
                              "    within   heard_within\n"
                              "    done by  heard_child\n"
                              "    cites    law 1\n"
                              "\n"
                              "%s";
static const char WORDS[] = "policy invented.words \"Words of an invented town\"\n"
                            "    owner     custody_command\n"
                            "    serves    S7\n"
                            "    in force  from 2000-01-01\n"
                            "    cites\n"
                            "        law  \"An invented law\"\n"
                            "\n"
                            "record met_child \"A child is met\"\n"
                            "    about  child is person\n"
                            "    by     inspector\n"
                            "\n"
                            "record heard_child \"The child is heard\"\n"
                            "    about  child is person\n"
                            "    by     inspector\n";
static const char EXAMPLE[] = "example \"Heard in time <b>or not</b>\"\n"
                              "    child Nia  born 2010-02-14\n"
                              "    2024-06-03 15:00  met_child\n"
                              "    2024-06-03 16:00  heard_child\n"
                              "    at 2024-06-03 18:00\n"
                              "        expect hear late\n";

static void write_file(const char *name, const char *fmt, ...) {
    char path[200];
    va_list ap;
    snprintf(path, sizeof path, "%s/rules/%s", wire_folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    va_start(ap, fmt);
    vfprintf(f, fmt, ap);
    va_end(ap);
    fclose(f);
}

static int versions_begin(void **state) {
    char path[200];
    wire_begin(state);
    snprintf(path, sizeof path, "cp -r policies %s/rules", wire_folder);
    assert_int_equal(system(path), 0);
    write_file("words.policy", "%s", WORDS);
    write_file("old.policy", VERSION, "from 2000-01-01 to 2023-12-31", "", "1 day", "");
    write_file("new.policy", VERSION, "from 2024-01-01", "fact was_met about person = a met_child\n\n", "2 hours", EXAMPLE);
    childfirst("init --force met --policies %s/rules", wire_folder);
    ends_with(0);
    http_start();
    return 0;
}

static void versions_stand_beside_each_other(void **state) {
    (void)state;
    http_forget();
    ready("/policies/invented.rule");
    http_status(200);
    http_says("from 1 January 2024, shown here");
    http_says("href=\"/policies/invented.rule?from=2000-01-01\"");
    http_says("href=\"/policies/invented.rule/changes?from=2000-01-01&amp;to=2024-01-01\"");
    http_says("heard_within 2 hours");
    http_get("/policies/invented.rule?from=2000-01-01");
    http_status(200);
    http_says("No longer in force");
    http_says("heard_within 1 day");
}

static void what_changed_is_said_line_by_line_with_what_it_means(void **state) {
    (void)state;
    http_get("/policies/invented.rule/changes");
    http_status(200);
    http_says("setting heard_within 1 day");
    http_says("setting heard_within 2 hours");
    http_says("Changed: setting heard_within");
    http_says("Added: example Heard in time");
    http_says("what happens from its day on");
    http_never_says("Hear the child"); /* a duty that did not change */
    http_get("/policies/invented.rule/changes?from=2024-01-01&to=2000-01-01");
    http_says("Removed: example Heard in time");
}

static void an_example_that_fails_says_what_does_not_hold(void **state) {
    (void)state;
    ready("/policies/invented.rule");
    http_says("1 fail");
    http_says(">Fails<");
    http_says("`hear late` does not hold"); /* the words of `policy test` */
    http_get("/policies");
    http_says("of which 1 fail");
    http_get("/policies?which=lacking");
    http_says("invented.rule");
    http_never_says("invented.words");
}

static void words_of_a_policy_are_text_and_never_markup(void **state) {
    (void)state;
    ready("/policies/invented.rule");
    http_says("A rule of &lt;an&gt; invented town");
    http_never_says("<an>");
    http_says("&lt;b&gt;or not");
    http_never_says("<b>or not");
}

/* ---- A change is tried before it is put in force. */

/* Form encoding of a text. */
static void put_encoded(char *out, size_t room, const char *name, const char *text) {
    size_t n = (size_t)snprintf(out, room, "%s=", name);
    for (; *text && n + 4 < room; text++) {
        n += (size_t)snprintf(out + n, room - n, "%%%02x", (unsigned char)*text);
    }
}

static char changed[1 << 17], fields[1 << 18];

/* The text of a policy with its first `from` replaced by `to` (nothing when from is NULL). */
static void change(const char *path, const char *from, const char *to) {
    static char text[1 << 16];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    char *at = strstr(text, from);
    assert_non_null(at);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    put_encoded(fields, sizeof fields, "text", changed);
}

/* Sends what was changed and waits for what comes of it. */
static void replay(void) {
    char where[100];
    http_get("/policies/replay");
    http_post("/policies/replay", fields);
    http_status(303);
    snprintf(where, sizeof where, "%s", http_header("Location"));
    for (int i = 0; i < 600; i++) {
        http_get(where);
        http_status(200);
        if (!http_header("Refresh")) {
            return;
        }
        usleep(200000);
    }
    fail_msg("the replay did not end within two minutes");
}

static void a_change_is_replayed_over_all_history_and_names_nobody(void **state) {
    (void)state;
    http_sign_in("adeyemi", NULL);
    http_get("/policies/replay?policy=custody.first_hour+2024-03-01");
    http_status(200);
    http_says("services_call_back_within");
    http_says("custody.first_hour");
    change("policies/custody/first_hour.policy", "1 hour", "1 hour");
    replay();
    http_says("No difference in meaning");
    http_says("No line of any docket would differ");
    http_says("<span class=\"cf-count__n\">0</span> <span>would have another docket");
    change("policies/custody/first_hour.policy", "services_told_within       1 hour", "services_told_within       30 minutes");
    replay();
    http_says("Changed");
    http_says("services_told_within");
    http_says("30 minutes");
    http_says("Otherwise");
    http_says("By which rules");
    http_never_says("/child/");
    http_never_says("/event/");
}

static void what_is_wrong_with_a_proposed_text_is_said_with_its_place(void **state) {
    (void)state;
    http_sign_in("adeyemi", NULL);
    change("policies/custody/first_hour.policy", "    within  ", "    wihtin  ");
    replay();
    http_says("What is wrong");
    http_says("Line ");
    http_says("of the proposed text");
    http_says("wihtin");
    http_get("/policies/replay");
    http_post("/policies/replay", "text=+");
    http_status(422);
    http_says("Paste the text of a policy");
    put_encoded(fields, sizeof fields, "text", "<script>alert(1)</script>");
    replay();
    http_says("&lt;script&gt;alert");
    http_never_says("<script>alert");
}

static void only_authors_of_policies_try_changes(void **state) {
    (void)state;
    http_sign_in("okafor", NULL);
    http_get("/policies/replay");
    http_status(403);
    http_sign_in("adeyemi", NULL);
    put_encoded(fields, sizeof fields, "text", "policy a.b \"Nothing\"\n");
    http_get("/policies/replay");
    for (int i = 0; i < 40 && reply.status != 503; i++) {
        http_post("/policies/replay", fields);
    }
    http_status(503);
    http_says("Wait until one of them has ended");
    http_says("policy a.b"); /* what was typed is kept */
    http_logged("CF-W018");
    http_get("/policies/replay/0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f");
    http_status(404);
}

static void what_is_public_is_kept_by_nobody_who_signed_in(void **state) {
    static const char *const paths[] = {"/policies/custody.first_hour", "/policies", "/strategy", "/measures"};
    (void)state;
    for (size_t i = 0; i < CF_COUNT(paths); i++) {
        http_forget();
        ready(paths[i]);
        http_sign_in("novak", NULL);
        ready(paths[i]);
        http_status(200);
        assert_string_equal(http_header("Cache-Control"), "private, no-store");
    }
    http_forget();
    http_get("/policies/custody.first_hour");
    assert_string_equal(http_header("Cache-Control"), "public, max-age=300");
}

int main(void) {
    const struct CMUnitTest force[] = {
        cmocka_unit_test(anyone_reads_the_list_and_what_examples_show),
        cmocka_unit_test(a_policy_is_found_by_the_words_of_its_rules),
        cmocka_unit_test(every_policy_in_force_opens),
        cmocka_unit_test(a_policy_says_its_rules_in_plain_words_beside_their_text),
        cmocka_unit_test(a_policy_that_is_not_there_is_404_and_a_script_in_its_name_is_text),
        cmocka_unit_test(a_measure_leads_to_its_words_and_the_strategy_to_its_policies),
        cmocka_unit_test(what_is_public_is_kept_by_nobody_who_signed_in),
        cmocka_unit_test(a_change_is_replayed_over_all_history_and_names_nobody),
        cmocka_unit_test(what_is_wrong_with_a_proposed_text_is_said_with_its_place),
        cmocka_unit_test(only_authors_of_policies_try_changes),
    };
    const struct CMUnitTest versions[] = {
        cmocka_unit_test(versions_stand_beside_each_other),
        cmocka_unit_test(what_changed_is_said_line_by_line_with_what_it_means),
        cmocka_unit_test(an_example_that_fails_says_what_does_not_hold),
        cmocka_unit_test(words_of_a_policy_are_text_and_never_markup),
    };
    int failed = cmocka_run_group_tests(force, http_begin, http_end);
    return failed + cmocka_run_group_tests(versions, versions_begin, http_end);
}
