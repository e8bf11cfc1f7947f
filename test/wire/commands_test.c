/* commands: every command of the program, run as its users run it. People in here are invented. */
#include "wire/program.h"

static char child[33], episode[33], search[33];

static void make(void) {
    childfirst("init --force met");
    ends_with(0);
    says("adopted");
}

static void know_a_child(char id[33], const char *born) {
    childfirst("record identity --person new --born %s --sex female --given_name Amara --family_name Invented --at '%s 00:00'",
               born, born);
    ends_with(0);
    id_after("about", id);
}

static void ask_for_a_search(void) {
    childfirst("record mtip_request --child %s --grounds 'Invented.' --article 'Invented.' --urgent no --exploitation unknown "
               "--at '2024-06-03 15:00'",
               child);
    ends_with(0);
    id_after("recorded", episode);
}

static void make_the_search(void) {
    childfirst(
        "record mtip_search --child %s --in %s --officers 'new(sex=female),new(sex=unknown)' --adult absent --place new "
        "--adult_agreed unknown --private_place no --others_present none --half_at_a_time yes --touched no --force_used no "
        "--found no --child_said 'Invented words.' --finished '2024-06-03 15:20' --at '2024-06-03 15:10'",
        child, episode);
    ends_with(0);
    id_after("recorded", search);
}

static void decide(void) {
    childfirst(
        "record mtip_decision --child %s --in %s --by inspector --answer approved --reason 'Invented.' --at '2024-06-03 15:25'",
        child, episode);
    ends_with(0);
}

static void help_lists_every_command(void **state) {
    (void)state;
    childfirst("help");
    ends_with(0);
    says("childfirst record KIND");
    says("childfirst rebuild");
    childfirst("recrod");
    ends_with(1);
    says("CF-C001");
    says("Did you mean `childfirst record`?");
}

static void without_a_database_it_says_how_to_make_one(void **state) {
    (void)state;
    childfirst("status");
    ends_with(1);
    says("childfirst init");
    childfirst("init");
    ends_with(0);
    childfirst("init");
    ends_with(1);
    says("CF-E001");
}

static void recording_prints_the_docket_lines_it_changed(void **state) {
    (void)state;
    make();
    know_a_child(child, "2010-02-14");
    ask_for_a_search();
    says("arises:");
    says("Ask an appropriate adult to come");
    make_the_search();
    says("BREACH");
    says("[authority, search.more_thorough]");
    says("The central team reviews this search; due 2024-06-17");
    decide();
    says("changed: met");
    says("Decide whether to agree the search");
}

static void a_required_field_is_asked_for_and_unknown_is_an_answer(void **state) {
    (void)state;
    make();
    know_a_child(child, "2010-02-14");
    childfirst("record mtip_request --child %s --grounds Invented --at '2024-06-03 15:00'", child);
    ends_with(1);
    says("CF-D013");
    says("urgent is not answered");
    says("`unknown` is an answer");
    childfirst("record mtip_request --child %s --grounds unknown --article unknown --urgent unknown --exploitation unknown",
               child);
    ends_with(0);
    childfirst("record mtip_request --child %s --urgent perhaps", child);
    ends_with(1);
    says("takes yes, no, unknown or declined");
    childfirst("record mtip_requesst --child %s", child);
    ends_with(1);
    says("Did you mean mtip_request?");
    childfirst("record mtip_request --child %s --urgnt no", child);
    ends_with(1);
    says("does not know --urgnt");
    childfirst("record mtip_decision --child %s --answer approved --reason x", child);
    ends_with(1);
    says("CF-D014");
}

static void the_future_is_refused(void **state) {
    (void)state;
    make();
    childfirst("record identity --person new --at '2099-01-01 10:00'");
    ends_with(1);
    says("CF-E016");
}

static void a_docket_asks_for_a_purpose_and_logs_the_reading(void **state) {
    (void)state;
    make();
    know_a_child(child, "2010-02-14");
    ask_for_a_search();
    childfirst("docket --subject %s", child);
    ends_with(1);
    says("CF-C010");
    says("safeguarding");
    never_says("Ask an appropriate adult");
    childfirst("docket --subject %s --purpose curiosity", child);
    ends_with(1);
    says("no purpose that the policies know");
    childfirst("docket --subject %s --purpose safeguarding --at '2024-06-03 15:10'", child);
    ends_with(0);
    says("pending  Ask an appropriate adult to come; due 2024-06-03 15:30");
    childfirst("docket --subject %s --purpose safeguarding --at '2024-06-03 15:31'", child);
    says("overdue  Ask an appropriate adult to come");
    char command[300];
    snprintf(command, sizeof command, "ls %s/reads-*.db >/dev/null", wire_folder);
    assert_int_equal(system(command), 0);
}

static void a_docket_says_why(void **state) {
    (void)state;
    make();
    know_a_child(child, "2010-02-14");
    ask_for_a_search();
    make_the_search();
    childfirst("docket --subject %s --purpose safeguarding --why --at '2024-06-03 16:00'", child);
    ends_with(0);
    says("[authority, search.more_thorough]");
    says("SEARCH-34");
    says("mtip_decision");
}

static void queues_list_units_and_what_is_overdue(void **state) {
    (void)state;
    make();
    know_a_child(child, "2010-02-14");
    ask_for_a_search();
    make_the_search();
    childfirst("docket --unit central_search_team --purpose supervision --at '2024-06-04 09:00'");
    ends_with(0);
    says("The central team reviews this search");
    says("shown 1, not in the source 0, suspended 0");
    childfirst("docket --overdue --purpose supervision --at '2024-06-20 09:00' --json");
    ends_with(0);
    says("\"rule\":\"quality\"");
    childfirst("docket --purpose supervision");
    ends_with(1);
    says("--overdue");
}

static void a_correction_changes_the_docket_and_the_past_stays_known(void **state) {
    (void)state;
    make();
    know_a_child(child, "2010-02-14");
    ask_for_a_search();
    make_the_search();
    sleep(2);
    childfirst("correct %s --urgent yes --reason 'Misread'", episode);
    ends_with(0);
    says("kept     An appropriate adult is there");
    childfirst("docket --subject %s --purpose safeguarding --known-at \"$(date -u -d '-2 seconds' +%%Y-%%m-%%dT%%H:%%M:%%SZ)\"",
               child);
    ends_with(0);
    says("BREACH   An appropriate adult is there");
    childfirst("docket --subject %s --purpose safeguarding", child);
    says("kept     An appropriate adult is there");
    childfirst("withdraw %s", search);
    ends_with(1);
    says("needs a reason");
    childfirst("withdraw %s --reason 'It never was'", search);
    ends_with(0);
    says("gone:");
    childfirst("docket --subject %s --purpose safeguarding", child);
    never_says("The central team reviews");
}

static void two_records_of_one_child_are_merged_and_parted(void **state) {
    (void)state;
    char other[33], merge[33];
    make();
    know_a_child(child, "2010-02-14");
    know_a_child(other, "2010-02-14");
    ask_for_a_search();
    childfirst("merge %s %s", child, other);
    ends_with(1);
    says("needs a reason");
    childfirst("merge %s %s --reason 'Same name, birth and school'", child, other);
    ends_with(0);
    id_after("merged", merge);
    childfirst("docket --subject %s --purpose safeguarding", other);
    says("Ask an appropriate adult to come");
    childfirst("unmerge %s --reason 'Two cousins'", merge);
    ends_with(0);
    childfirst("docket --subject %s --purpose safeguarding", other);
    never_says("Ask an appropriate adult to come");
    childfirst("docket --subject %s --purpose safeguarding", child);
    says("Ask an appropriate adult to come");
    childfirst("rebuild");
    ends_with(0);
    says("identical to what was there");
}

static void the_ledger_proves_verifies_and_forgets(void **state) {
    (void)state;
    char reviewer[33], approver[33];
    make();
    know_a_child(child, "2010-02-14");
    know_a_child(reviewer, "1980-01-01");
    know_a_child(approver, "1981-01-01");
    ask_for_a_search();
    childfirst("ledger verify");
    ends_with(0);
    says("0 faults");
    childfirst("ledger head");
    ends_with(0);
    says("met/childfirst/1");
    childfirst("ledger prove %s", episode);
    ends_with(0);
    says("childfirst-proof/1");
    childfirst("ledger hold %s --authority 'Court order'", child);
    ends_with(0);
    childfirst("ledger erase %s --authority A --reviewer %s --approver %s", episode, reviewer, approver);
    ends_with(1);
    says("CF-E041");
    char hold[33];
    childfirst("ledger hold %s --authority 'Second order'", child);
    id_after("event", hold);
    childfirst("ledger release %s --authority 'Court order'", hold);
    ends_with(0);
    childfirst("ledger erase %s --authority A --reviewer %s --approver %s", episode, reviewer, reviewer);
    ends_with(1);
    says("CF-E040");
}

static void an_erased_event_is_gone_and_the_log_verifies(void **state) {
    (void)state;
    char reviewer[33], approver[33];
    make();
    know_a_child(child, "2010-02-14");
    know_a_child(reviewer, "1980-01-01");
    know_a_child(approver, "1981-01-01");
    ask_for_a_search();
    childfirst("ledger erase %s --authority 'Retention' --reviewer %s --approver %s", episode, reviewer, approver);
    ends_with(0);
    childfirst("docket --subject %s --purpose safeguarding", child);
    never_says("Ask an appropriate adult");
    childfirst("ledger verify");
    ends_with(0);
    says("0 faults");
    childfirst("rebuild");
    ends_with(0);
}

static void a_restricted_record_is_not_shown(void **state) {
    (void)state;
    make();
    know_a_child(child, "2010-02-14");
    ask_for_a_search();
    childfirst("ledger restrict %s --authority 'Request of the child'", child);
    ends_with(0);
    childfirst("docket --subject %s --purpose safeguarding", child);
    ends_with(1);
    says("restricted");
    childfirst("docket --overdue --purpose supervision");
    says("shown 0");
    never_says("suspended 0");
    childfirst("docket --suspended --purpose supervision");
    ends_with(1);
    says("information rights");
    childfirst("docket --suspended --purpose complaint");
    ends_with(0);
    says(child);
    never_says("shown 0");
    childfirst("ledger verify");
    ends_with(0);
}

static void policies_are_checked_formatted_tested_and_covered(void **state) {
    (void)state;
    childfirst("policy check policies");
    ends_with(0);
    childfirst("policy test policies");
    ends_with(0);
    childfirst("policy test policies --json");
    says("\"failed\":0");
    childfirst("policy coverage policies");
    ends_with(0);
    says("(100%)");
    childfirst("policy fmt --list policies");
    ends_with(0);
    childfirst("policy explain --rule authority policies");
    ends_with(0);
    says("An inspector agreed before the search");
    says("SEARCH-34");
    childfirst("policy check no-such-folder");
    ends_with(1);
}

static void a_wrong_policy_is_never_adopted(void **state) {
    (void)state;
    make();
    char command[600];
    snprintf(command, sizeof command,
             "cp -r policies %s/wrong && sed -i 's/within  *10 working days/within 10 wroking days/' "
             "%s/wrong/search/more_thorough.policy",
             wire_folder, wire_folder);
    assert_int_equal(system(command), 0);
    childfirst("policy adopt %s/wrong", wire_folder);
    ends_with(2);
    says("more_thorough.policy");
    childfirst("policy adopt policies");
    ends_with(0);
    says("in force already");
}

static void a_changed_policy_is_compared_and_replayed(void **state) {
    (void)state;
    make();
    know_a_child(child, "2010-02-14");
    ask_for_a_search();
    char command[600];
    snprintf(command, sizeof command,
             "cp -r policies %s/changed && sed -i '0,/30 minutes/s/30 minutes/10 minutes/' "
             "%s/changed/search/more_thorough.policy",
             wire_folder, wire_folder);
    assert_int_equal(system(command), 0);
    childfirst("policy diff policies %s/changed", wire_folder);
    ends_with(0);
    says("changed: duty ask_for_adult");
    says("10 minutes");
    childfirst("policy replay --with %s/changed --at '2024-06-03 15:15'", wire_folder);
    ends_with(0);
    says("1 people replayed, 1 would have a different docket");
    says("ask_for_adult");
}

static void published_searches_are_imported_once(void **state) {
    (void)state;
    make();
    childfirst("import stop-search data/open/2018-10-city-of-london-stop-and-search.csv.gz");
    ends_with(0);
    says("128 imported + 0 rejected + 0 already known = 128 lines read");
    childfirst("import stop-search data/open/2018-10-city-of-london-stop-and-search.csv.gz");
    ends_with(0);
    says("0 imported + 0 rejected + 128 already known = 128 lines read");
    childfirst("status");
    says("gates breached                          0");
    childfirst("import stop-search README.md");
    ends_with(1);
    childfirst("import everything x");
    ends_with(1);
    says("stop-search, more-thorough-search and custody-disposals");
}

static void a_broken_line_is_rejected_with_its_reason(void **state) {
    (void)state;
    make();
    char command[700];
    snprintf(command, sizeof command,
             "(zcat data/open/2018-10-city-of-london-stop-and-search.csv.gz | head -4; printf 'a,b\\n') > "
             "%s/2018-10-city-of-london-stop-and-search.csv",
             wire_folder);
    assert_int_equal(system(command), 0);
    childfirst("import stop-search %s/2018-10-city-of-london-stop-and-search.csv", wire_folder);
    ends_with(0);
    says("3 imported + 1 rejected + 0 already known = 4 lines read");
    says(".rejected.csv");
}

static void a_month_published_again_supersedes_the_first(void **state) {
    (void)state;
    make();
    char command[700];
    snprintf(command, sizeof command,
             "zcat data/open/2018-10-city-of-london-stop-and-search.csv.gz | head -11 > "
             "%s/2018-10-city-of-london-stop-and-search.csv",
             wire_folder);
    assert_int_equal(system(command), 0);
    childfirst("import stop-search %s/2018-10-city-of-london-stop-and-search.csv", wire_folder);
    says("10 imported");
    snprintf(command, sizeof command,
             "zcat data/open/2018-10-city-of-london-stop-and-search.csv.gz | head -9 > "
             "%s/2018-10-city-of-london-stop-and-search.csv",
             wire_folder);
    assert_int_equal(system(command), 0);
    childfirst("import stop-search %s/2018-10-city-of-london-stop-and-search.csv", wire_folder);
    ends_with(0);
    says("0 imported + 0 rejected + 8 already known");
    says("2 rows of the earlier version are no longer published: withdrawn");
}

static void invented_people_are_the_same_for_the_same_seed(void **state) {
    (void)state;
    make();
    childfirst("simulate --children 20 --years 1 --seed 3");
    ends_with(0);
    childfirst("status --json");
    char first[4096];
    snprintf(first, sizeof first, "%.4000s", told.out);
    childfirst("simulate --children 20 --years 1 --seed 3");
    ends_with(0);
    childfirst("status --json");
    assert_string_equal(first, told.out);
    childfirst("simulate --children many --seed 3");
    ends_with(1);
}

static void a_damaged_ledger_is_named(void **state) {
    (void)state;
    make();
    know_a_child(child, "2010-02-14");
    char command[400];
    snprintf(command, sizeof command,
             "sqlite3 %s/childfirst.db \"UPDATE event SET body = zeroblob(length(body)) WHERE seq = 1\"", wire_folder);
    assert_int_equal(system(command), 0);
    childfirst("ledger verify");
    assert_true(told.status == 1 || told.status == 2);
    says("CF-E0");
    snprintf(command, sizeof command, "mv %s/childfirst.keys %s/away", wire_folder, wire_folder);
    assert_int_equal(system(command), 0);
    childfirst("status");
    ends_with(1);
    says("CF-E004");
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define WIRE(f) cmocka_unit_test_setup_teardown(f, wire_begin, wire_end)
        WIRE(help_lists_every_command),
        WIRE(without_a_database_it_says_how_to_make_one),
        WIRE(recording_prints_the_docket_lines_it_changed),
        WIRE(a_required_field_is_asked_for_and_unknown_is_an_answer),
        WIRE(the_future_is_refused),
        WIRE(a_docket_asks_for_a_purpose_and_logs_the_reading),
        WIRE(a_docket_says_why),
        WIRE(queues_list_units_and_what_is_overdue),
        WIRE(a_correction_changes_the_docket_and_the_past_stays_known),
        WIRE(two_records_of_one_child_are_merged_and_parted),
        WIRE(the_ledger_proves_verifies_and_forgets),
        WIRE(an_erased_event_is_gone_and_the_log_verifies),
        WIRE(a_restricted_record_is_not_shown),
        WIRE(policies_are_checked_formatted_tested_and_covered),
        WIRE(a_wrong_policy_is_never_adopted),
        WIRE(a_changed_policy_is_compared_and_replayed),
        WIRE(published_searches_are_imported_once),
        WIRE(a_broken_line_is_rejected_with_its_reason),
        WIRE(a_month_published_again_supersedes_the_first),
        WIRE(invented_people_are_the_same_for_the_same_seed),
        WIRE(a_damaged_ledger_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
