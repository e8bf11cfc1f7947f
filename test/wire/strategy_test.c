/* strategy: what the built program says of the strategy, and whether it follows from the policies it was given. The force and
 * the rules in here are invented. */
#include "wire/program.h"

#include <sys/stat.h>

/* One policy with a rule that an example shows in every part, and what may be changed in it. */
static const char POLICY[] =
    "policy invented.rule \"A rule of an invented town\"\n"
    "    owner     town\n"
    "    serves    %s\n"
    "    in force  from 2000-01-01\n"
    "    cites\n"
    "        law  \"An invented law, with words that are to verify\"\n"
    "\n"
    "role constable \"Constable\" rank 1\n"
    "unit town \"The town\"\n"
    "\n"
    "record identity \"Who the person is\"\n"
    "    about  person is person\n"
    "    by     anyone\n"
    "    fields\n"
    "        born  date\n"
    "\n"
    "record met_child \"A child is met\"\n"
    "    about  child is person\n"
    "    by     constable\n"
    "    fields\n"
    "        asked  one of (yes_asked, not_asked)  required\n"
    "\n"
    "gate asked \"The child was asked\"\n"
    "    before     met_child\n"
    "    needs      met_child.asked = yes_asked\n"
    "    otherwise  \"Nobody asked the child.\"\n"
    "    cites      law 1\n"
    "\n"
    "example \"Asked, and not asked\"\n"
    "    child Nia  born 2010-02-14\n"
    "    2024-06-03 15:00  met_child = first   asked yes_asked\n"
    "    2024-06-03 16:00  met_child = second  asked not_asked\n"
    "    2024-06-03 17:00  met_child = third   asked %s\n"
    "    at 2024-06-03 18:00  expect %s asked of first; breach asked of second; breach asked of third\n";

static void write_policy(const char *serves, const char *third, const char *first) {
    char path[200];
    snprintf(path, sizeof path, "%s/rules", wire_folder);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/rules/rule.policy", wire_folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, POLICY, serves, third, first);
    fclose(f);
}

static void every_system_and_action_stands_in_the_table(void **state) {
    (void)state;
    childfirst("strategy");
    ends_with(0);
    char row[24];
    for (int i = 1; i <= 44; i++) {
        snprintf(row, sizeof row, "\nS%-8d ", i);
        says(row);
    }
    for (int i = 1; i <= 36; i++) {
        snprintf(row, sizeof row, "\naction %-2d ", i);
        says(row);
    }
    says(", of 44\n");
    says(", of 36\n");
    says("This says what is checked.");
    childfirst("strategy --json");
    ends_with(0);
    says("\"id\":\"S32\"");
    says("\"id\":\"action 36\"");
}

static void a_system_is_implemented_when_rules_pass_and_every_part_is_shown(void **state) {
    (void)state;
    write_policy("S7, action 7", "unknown", "kept");
    childfirst("strategy %s/rules --system S7", wire_folder);
    ends_with(0);
    says("S7  Volunteer Police Cadets: implemented");
    says("carries action 7");
    says("1 rules, 1 examples, all pass, 0 values still to verify"); /* words of a citation mark nothing */
    childfirst("strategy %s/rules --action 7", wire_folder);
    says("action 7  A cadet unit in every Basic Command Unit: implemented");
    childfirst("strategy %s/rules --system s8", wire_folder);
    says("not begun");
    says("no policy names it");
}

static void a_part_without_an_example_is_in_part(void **state) {
    (void)state;
    write_policy("S7, action 7", "not_asked", "kept"); /* what is not known is never shown */
    childfirst("strategy %s/rules --system S7", wire_folder);
    ends_with(0);
    says("in part");
    says("1 parts of rules without an example");
    childfirst("strategy %s/rules --action 7", wire_folder);
    says("in part");
}

static void an_example_that_fails_is_in_part(void **state) {
    (void)state;
    write_policy("S7", "unknown", "breach");
    childfirst("strategy %s/rules --system S7", wire_folder);
    ends_with(0);
    says("in part");
    says("some fail");
    childfirst("strategy %s/rules --json --system S7", wire_folder);
    says("\"failed\":1");
}

static void what_a_policy_serves_beside_its_own_system_is_in_part(void **state) {
    (void)state;
    write_policy("S8, S7, action 7", "unknown", "kept");
    childfirst("strategy %s/rules --system S7", wire_folder);
    says("in part");
    childfirst("strategy %s/rules --system S8", wire_folder);
    says("implemented");
    childfirst("strategy %s/rules --action 7", wire_folder);
    says("in part"); /* its system is not implemented */
}

static void an_unknown_row_says_which_there_are(void **state) {
    (void)state;
    childfirst("strategy --system S45");
    ends_with(1);
    says("the strategy has no S45");
    says("S1 to S44");
}

static void titles_that_cannot_be_read_are_named_with_their_line(void **state) {
    (void)state;
    char command[1200];
    snprintf(command, sizeof command,
             "mkdir -p %s/data && cp -r policies %s/ && cp -r data/strategy data/calendars %s/data/ && "
             "printf 'S1\\t1\\tTwice\\nS45\\n' >> %s/data/strategy/systems.tsv",
             wire_folder, wire_folder, wire_folder, wire_folder);
    assert_int_equal(system(command), 0);
    setenv("CHILDFIRST_DATA", wire_folder, 1);
    childfirst("strategy");
    unsetenv("CHILDFIRST_DATA");
    ends_with(1);
    says("CF-D021");
    says("has not three columns");
    says("S1 stands twice");
    says("systems.tsv:51");
}

static void the_adopted_policies_are_shown_too(void **state) {
    (void)state;
    childfirst("strategy --adopted");
    ends_with(1);
    says("childfirst init");
    childfirst("init");
    childfirst("strategy --adopted --system S32");
    ends_with(0);
    says("Children in custody: implemented");
}

#define T(f) cmocka_unit_test_setup_teardown(f, wire_begin, wire_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(every_system_and_action_stands_in_the_table),
        T(a_system_is_implemented_when_rules_pass_and_every_part_is_shown),
        T(a_part_without_an_example_is_in_part),
        T(an_example_that_fails_is_in_part),
        T(what_a_policy_serves_beside_its_own_system_is_in_part),
        T(an_unknown_row_says_which_there_are),
        T(titles_that_cannot_be_read_are_named_with_their_line),
        T(the_adopted_policies_are_shown_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
