/* table: a force's own rows in the place of the shipped ones, through the built program. Force and offences are invented. */
#include "wire/program.h"

static void own(const char *text) {
    char path[200];
    snprintf(path, sizeof path, "%s/own.tsv", wire_folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void make(void) {
    childfirst("init --policies test/wire/tables");
    ends_with(0);
}

static void load(int status) {
    childfirst("policy table load points %s/own.tsv --authority 'The chief of an invented town'", wire_folder);
    ends_with(status);
}

/* A theft, two points by the shipped rows. */
static void open_case(void) {
    char id[33];
    childfirst("record opened_case --child new --offence theft --at '2024-06-03 15:00'");
    ends_with(0);
    id_after("recorded", id);
}

static void the_own_rows_replace_the_shipped_ones_and_every_docket_follows(void **state) {
    (void)state;
    make();
    open_case();
    never_says("A grave case is looked at");
    childfirst("policy table list");
    says("points                        2 rows  as shipped");
    own("offence\tpoints\tsource\ntheft\t4\tA decision of the town\naffray\t3\tthe same\narson\t5\tthe same\n");
    load(0);
    says("3 rows stand in the table points now");
    childfirst("policy table list");
    says("points                        3 rows  the force's own");
    childfirst("sweep");
    childfirst("docket --overdue --purpose supervision");
    ends_with(0);
    says("A grave case is looked at");
    load(0);
    says("already: nothing is changed");
    childfirst("ledger verify");
    ends_with(0);
}

static void every_fault_is_shown_with_line_and_column_and_nothing_changes(void **state) {
    (void)state;
    make();
    own("# The town's own.\n"
        "offence\tsource\tpoints\n"
        "theft\tx\t2\n"
        "afray\tx\t3\n"
        "theft\tx\t2\n"
        "arson\tx\t\n"
        "affray\tx\t6\n"
        "\tx\tmany\n");
    load(2);
    says("own.tsv:4:1");
    says("`afray` is not");
    says("Did you mean `affray`?");
    says("own.tsv:5:1");
    says("the key theft stands twice");
    says("own.tsv:6:9");
    says("the row has no value: column points is empty");
    says("own.tsv:7:10");
    says("6 is not between 1 and 5, the bounds of the score gravity");
    says("own.tsv:8:1");
    says("the row has no key");
    says("`many` is not a number");
    says("CF-D022");
    says("6 faults in ");
    says("the table points is as it was");
    childfirst("policy table list --json");
    says("\"rows\":2,\"own\":false,\"note\":\"Illustrative rows, shipped.\"");
}

static void more_faults_than_an_error_page_holds_are_all_shown(void **state) {
    (void)state;
    char text[4096];
    size_t n = (size_t)snprintf(text, sizeof text, "offence\tpoints\n");
    make();
    for (int i = 0; i < 60; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "unheard_of_%d\t3\n", i);
    }
    own(text);
    load(2);
    says("`unheard_of_0`");
    says("`unheard_of_59`");
    says("own.tsv:61:1");
}

static void a_file_without_the_columns_or_without_rows_is_refused(void **state) {
    (void)state;
    make();
    own("offence\tscore\ntheft\t2\n");
    load(2);
    says("the first line names offence, and no column points");
    own("");
    load(2);
    says("the file holds no row");
    own("theft\t\xff\n");
    load(2);
    says("not UTF-8");
    own("theft\t2\r\naffray\t4\r\n"); /* as a spreadsheet writes lines, without a header */
    load(0);
    says("2 rows stand");
}

static void own_rows_go_along_with_a_later_adoption_and_can_be_dropped(void **state) {
    (void)state;
    char command[400];
    make();
    own("theft\t5\n");
    load(0);
    snprintf(command, sizeof command,
             "cp -r test/wire/tables %s/next && printf '# A newer edition.\\n' >> %s/next/grave.policy", wire_folder,
             wire_folder);
    assert_int_equal(system(command), 0);
    childfirst("policy adopt %s/next", wire_folder);
    ends_with(0);
    says("adopted");
    childfirst("policy table list");
    says("1 rows  the force's own");
    snprintf(command, sizeof command, "printf 'affray\\tAffray\\narson\\tArson\\n' > %s/next/offences.tsv", wire_folder);
    assert_int_equal(system(command), 0);
    childfirst("policy adopt %s/next", wire_folder); /* theft is gone from the list, and the own table names it */
    ends_with(2);
    says("childfirst policy table list");
    childfirst("policy table drop points");
    ends_with(0);
    says("the shipped rows stand in the table points again");
    childfirst("policy table list");
    says("2 rows  as shipped");
    childfirst("policy table drop points");
    says("already");
}

static void a_force_brings_codes_of_its_own_where_codes_and_table_are_one_file(void **state) {
    (void)state;
    make();
    childfirst("record opened_case --child new --offence theft --wrong shouting --at '2024-06-03 15:00'");
    ends_with(0);
    own("code\ttitle\tho_code\tweight\tstatus\n"
        "cheating\tCheating\t008/26\t10\t\n"
        "two words\tTwo\t999/99\t2\t\n"
        "hiding\tHiding\t\t\t\n");
    childfirst("policy table load wrongs %s/own.tsv", wire_folder); /* by the file's name, too */
    ends_with(2);
    says("10 is not between 0 and 9, the bounds of the score heaviness");
    says("`two words` cannot be a code");
    says("own.tsv:3:15");
    says("`999/99` is no known ho_code");
    says("the row has no value: column weight is empty");
    says("the row has no ho_code");
    says("shouting is left out, and was recorded 1 times");
    never_says("lying is left out"); /* nobody recorded it */
    own("code\ttitle\tho_code\tweight\tstatus\n"
        "cheating\tCheating\t008/26\t9\t\n"
        "shouting\tShouting\t\t\tnot scored\n");
    childfirst("policy table load weight %s/own.tsv", wire_folder);
    ends_with(0);
    says("2 rows stand in the table weight now");
    childfirst("record opened_case --child new --offence theft --wrong cheating --at '2024-06-03 16:00'");
    ends_with(0);
    childfirst("policy table drop weight"); /* the shipped rows know no cheating */
    ends_with(1);
    says("cheating is left out, and was recorded 1 times");
    says("Load a table that keeps it.");
    childfirst("policy table list");
    says("1 rows  the force's own"); /* a row without a value is none */
}

static void a_table_that_no_policy_reads_from_a_file_is_refused(void **state) {
    (void)state;
    make();
    own("theft\t2\n");
    childfirst("policy table load point %s/own.tsv", wire_folder);
    ends_with(1);
    says("CF-D023");
    says("Did you mean points?");
    childfirst("policy table load points");
    ends_with(1);
    says("CF-C012");
    childfirst("policy table lod points x");
    ends_with(1);
    says("It knows: list, load NAME FILE, drop NAME.");
}

#define T(f) cmocka_unit_test_setup_teardown(f, wire_begin, wire_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(the_own_rows_replace_the_shipped_ones_and_every_docket_follows),
        T(every_fault_is_shown_with_line_and_column_and_nothing_changes),
        T(more_faults_than_an_error_page_holds_are_all_shown),
        T(a_file_without_the_columns_or_without_rows_is_refused),
        T(own_rows_go_along_with_a_later_adoption_and_can_be_dropped),
        T(a_force_brings_codes_of_its_own_where_codes_and_table_are_one_file),
        T(a_table_that_no_policy_reads_from_a_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
