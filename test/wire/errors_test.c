/* errors: bad input is ordinary input. What the program refuses, in which words, and that nothing half written is left behind.
 * Runs the built program over a small folder of policies (test/wire/small). People in here are invented. */
#include "wire/program.h"

#define NOBODY "00000000000000000000000000000001"

static char child[33], opened[33];

/* A line of the shell that must work. */
__attribute__((format(printf, 1, 2))) static void sh(const char *line, ...) {
    char command[2048];
    va_list ap;
    va_start(ap, line);
    vsnprintf(command, sizeof command, line, ap);
    va_end(ap);
    if (system(command) != 0) {
        fail_msg("this line failed: %s", command);
    }
}

/* `childfirst ARGUMENTS` is refused with this code, and the answer holds these words of advice. */
__attribute__((format(printf, 3, 4))) static void refuses(const char *code, const char *advice, const char *arguments, ...) {
    char line[4096];
    va_list ap;
    va_start(ap, arguments);
    vsnprintf(line, sizeof line, arguments, ap);
    va_end(ap);
    childfirst("%s", line);
    if (told.status != 1 && told.status != 2) {
        fail_msg("`%s` was not refused:\n%s", line, told.out);
    }
    says(code);
    says("hint: ");
    says(advice);
}

static void make(void) {
    childfirst("init --policies test/wire/small");
    ends_with(0);
}

static void know_a_child(char id[33]) {
    childfirst("record identity --person new --born 2010-02-14 --at '2023-01-01 00:00'");
    ends_with(0);
    id_after("about", id);
}

static void open_a_case(void) {
    childfirst("record opened_case --child %s --offence theft --at '2024-06-03 10:00'", child);
    ends_with(0);
    id_after("recorded", opened);
}

static void nothing_is_broken(void) {
    childfirst("ledger verify");
    ends_with(0);
    says("0 faults");
}

/* A copy of the shipped data that a test may spoil; CHILDFIRST_DATA points to it until the test ends. */
static void own_data(void) {
    char data[160];
    sh("mkdir %s/own && cp -r data %s/own/data", wire_folder, wire_folder);
    snprintf(data, sizeof data, "%s/own", wire_folder);
    setenv("CHILDFIRST_DATA", data, 1);
}

static int end(void **state) {
    unsetenv("CHILDFIRST_DATA");
    unsetenv("CF_NOW");
    return wire_end(state);
}

/* ---- The command line. */

static void a_command_line_that_cannot_be_read_is_refused(void **state) {
    (void)state;
    refuses("CF-C006", "childfirst init", "status --db %s/none.db", wire_folder);
    refuses("CF-C002", "--name VALUE", "init --force");
    refuses("CF-C004", "Write it in UTF-8", "policy check \"$(printf 'caf\\351')\"");
    refuses("CF-C004", "Write it in UTF-8", "docket --unit \"$(printf '\\377')\"");
    make();
    refuses("CF-C003", "childfirst help", "status --colour red");
    refuses("CF-C003", "childfirst help", "policy check --strict test/wire/small");
    refuses("CF-C003", "childfirst help", "docket --overdue --purpse supervision");
    refuses("CF-C005", "within the bounds", "simulate --children 0 --seed 3");
    refuses("CF-C005", "within the bounds", "simulate --children 99999999999999999999 --seed 3");
    refuses("CF-C007", "as childfirst printed it", "docket --subject Amara --purpose safeguarding");
    refuses("CF-C012", "childfirst help", "docket --purpose safeguarding");
    refuses("CF-C012", "childfirst help", "record");
    refuses("CF-C012", "childfirst help", "merge " NOBODY);
    refuses("CF-C012", "childfirst help", "ledger erase " NOBODY);
    refuses("CF-C011", "Did you mean opened_case?", "record openedcase --child new");
    refuses("CF-C011", "lists the records", "record xyzzy --child new");
    nothing_is_broken();
}

static void an_answer_that_does_not_fit_its_field_is_refused(void **state) {
    (void)state;
    static const char *const answers[][2] = {
        {"--offence teft", "Did you mean theft?"},   {"--urgent perhaps", "yes, no, unknown or declined"},
        {"--level medium", "Codes: low high"},       {"--minutes many", "a whole number"},
        {"--minutes 99999999999999999999", "whole"}, {"--due-on 2024-02-30", "a date like 2024-06-03"},
        {"--seen-at noon", "a time like"},           {"--lasts long", "a duration like 6 hours"},
        {"--share 3/0", "a fraction like 3/4"},
    };
    make();
    for (size_t i = 0; i < CF_COUNT(answers); i++) {
        childfirst("record opened_case --child new %s %s", i ? "--offence theft" : "", answers[i][0]);
        ends_with(1);
        says("CF-C008");
        says(answers[i][1]);
    }
    refuses("CF-C008", "record KIND --list", "record opened_case --child new --offence theft --officers 'new(height=tall)'");
    refuses("CF-C007", "as childfirst printed it", "record opened_case --child new --offence theft --before yesterday");
    refuses("CF-C009", "access policy", "record opened_case --child new --offence theft --by king");
    childfirst("status");
    says("people and units with a history         0");
    nothing_is_broken();
}

static void what_is_put_right_needs_something_to_say_and_why(void **state) {
    (void)state;
    make();
    know_a_child(child);
    open_a_case();
    refuses("CF-C013", "--reason TEXT", "withdraw %s", opened);
    refuses("CF-C013", "Give a field", "correct %s --reason Wrong", opened);
    refuses("CF-E010", "Check the event's id", "correct " NOBODY " --urgent yes --reason Wrong");
    char hold[33];
    childfirst("ledger hold %s --authority 'Court order'", child);
    id_after("event", hold);
    refuses("CF-D015", "record a new one", "correct %s --urgent yes --reason Wrong", hold);
    refuses("CF-D015", "release", "withdraw %s --reason Wrong", hold);
    nothing_is_broken();
}

/* ---- People. */

static void people_must_be_named_and_known(void **state) {
    (void)state;
    make();
    know_a_child(child);
    refuses("CF-D012", "Give --child with an id, or `new`", "record opened_case --offence theft");
    refuses("CF-D013", "Give --offence", "record opened_case --child %s", child);
    refuses("CF-D014", "Give --in", "record agreed --by manager");
    refuses("CF-D020", "Check the id", "docket --subject " NOBODY " --purpose safeguarding");
    refuses("CF-D020", "Check the id", "merge %s " NOBODY " --reason Same", child);
    refuses("CF-D016", "two different", "merge %s %s --reason Same", child, child);
    refuses("CF-D016", "childfirst merge", "unmerge " NOBODY " --reason 'Two cousins'");
    childfirst("ledger restrict %s --authority 'Request of the child'", child);
    ends_with(0);
    refuses("CF-C014", "information governance", "docket --subject %s --purpose safeguarding", child);
    nothing_is_broken();
}

/* ---- Policies. */

static void policies_that_cannot_hold_never_come_into_force(void **state) {
    (void)state;
    make();
    sh("cp -r test/wire/small %s/lost && rm %s/lost/offences.tsv", wire_folder, wire_folder);
    refuses("CF-D002", "beside the policy", "policy adopt %s/lost", wire_folder);
    sh("cp -r test/wire/small %s/many && for i in $(seq 257); do printf '\\nepisode e%%d \"E\"\\n\\nrecord r%%d \"R\"\\n    "
       "opens  e%%d\\n"
       "    about  child is person\\n    by     anyone\\n' $i $i $i; done >> %s/many/small.policy",
       wire_folder, wire_folder);
    refuses("CF-L143", "256", "policy adopt %s/many", wire_folder);
    childfirst("policy adopt test/wire/small");
    ends_with(0);
    says("in force already");
    know_a_child(child);
    nothing_is_broken();
}

static void wrong_policies_leave_no_half_made_database(void **state) {
    (void)state;
    sh("cp -r test/wire/small %s/wrong && sed -i 's/within .*/within 2 dys/' %s/wrong/small.policy", wire_folder, wire_folder);
    childfirst("init --policies %s/wrong", wire_folder);
    assert_true(told.status != 0);
    says("small.policy");
    sh("test ! -e %s/childfirst.db", wire_folder);
    make();
}

static void examples_that_do_not_hold_are_named(void **state) {
    (void)state;
    sh("cp -r test/wire/small %s/late && sed -i 's/expect agree met/expect agree late/' %s/late/small.policy", wire_folder,
       wire_folder);
    refuses("CF-L141", "Why the line is as it is", "policy test %s/late", wire_folder);
    ends_with(2);
    says("expect agree late");
    sh("cp -r test/wire/small %s/other && sed -i 's/expect agree met/expect agree of other met/' %s/other/small.policy",
       wire_folder, wire_folder);
    refuses("CF-L142", "declare", "policy test %s/other", wire_folder);
    sh("cp -r test/wire/small %s/none && sed -i '/^example/,$d' %s/none/small.policy", wire_folder, wire_folder);
    refuses("CF-C015", "with examples", "policy test %s/none", wire_folder);
}

static void without_a_calendar_nothing_is_adopted_and_without_policies_nothing_is_judged(void **state) {
    (void)state;
    own_data();
    sh("rm %s/own/data/calendars/england*", wire_folder);
    refuses("CF-D003", "data/calendars/README.md", "init --policies test/wire/small");
    unsetenv("CHILDFIRST_DATA");
    refuses("CF-D001", "policy adopt", "record identity --person new");
    refuses("CF-D001", "policy adopt", "withdraw " NOBODY " --reason Wrong");
    refuses("CF-D001", "policy adopt", "measure");
    refuses("CF-D001", "policy adopt", "import stop-search data/open/2018-10-city-of-london-stop-and-search.csv.gz");
    nothing_is_broken();
    childfirst("policy adopt test/wire/small");
    ends_with(0);
    know_a_child(child);
}

static void what_the_program_does_itself_is_refused_at_an_absolute_gate(void **state) {
    (void)state;
    make();
    know_a_child(child);
    open_a_case();
    refuses("CF-L140", "Record first", "record disclose --child %s --in %s", child, opened);
    says("Nobody had agreed.");
    childfirst("record agreed --child %s --in %s", child, opened);
    ends_with(0);
    childfirst("record disclose --child %s --in %s", child, opened);
    ends_with(0);
    nothing_is_broken();
}

static void an_event_that_is_too_large_is_refused(void **state) {
    (void)state;
    make();
    know_a_child(child);
    open_a_case();
    childfirst("record agreed --child %s --in %s", child, opened);
    sh("yes x | head -65000 | paste -sd, | tr -d '\\n' > %s/many", wire_folder);
    char many[256];
    snprintf(many, sizeof many, "\"$(cat %s/many)\"", wire_folder);
    refuses("CF-E015", "Put right", "record agreed --child %s --in %s --offences %s", child, opened, many);
    refuses(
        "CF-D006", "several smaller",
        "record disclose --child %s --in %s --first %s --second %s --third %s --fourth %s --fifth %s --sixth %s --seventh %s "
        "--eighth %s --ninth %s",
        child, opened, many, many, many, many, many, many, many, many, many);
    childfirst("docket --subject %s --purpose safeguarding", child);
    ends_with(0);
    nothing_is_broken();
}

/* ---- Files. */

static void a_file_that_is_not_csv_is_refused_and_nothing_of_it_kept(void **state) {
    (void)state;
    make();
    own_data();
    sh("printf 'record\\tstop_search\\tperson\\ngender\\tGender\\n' > %s/own/data/import/stop-search.tsv", wire_folder);
    char file[200];
    snprintf(file, sizeof file, "%s/2018-10-city-of-london-stop-and-search.csv", wire_folder);
    sh("cp README.md %s", file);
    refuses("CF-I003", "this is the right file", "import stop-search %s", file);
    sh("head -c 100000 /dev/zero > %s", file);
    refuses("CF-I001", "UTF-8 text", "import stop-search %s", file);
    sh("zcat data/open/2018-10-city-of-london-stop-and-search.csv.gz | head -1 > %s", file);
    sh("zcat data/open/2018-10-city-of-london-stop-and-search.csv.gz | sed -n 2p | sed 's/,/\\x00,/' >> %s", file);
    sh("zcat data/open/2018-10-city-of-london-stop-and-search.csv.gz | sed -n 3p | sed 's/,/\\xff,/' >> %s", file);
    sh("zcat data/open/2018-10-city-of-london-stop-and-search.csv.gz | sed -n 4p >> %s", file);
    childfirst("import stop-search %s", file);
    ends_with(0);
    says("1 imported + 2 rejected + 0 already known = 3 lines read");
    sh("head -c 2000 data/open/2018-10-city-of-london-stop-and-search.csv.gz > %s.gz", file);
    refuses("CF-I002", "nothing was imported", "import stop-search %s.gz", file);
    refuses("CF-B001", "may read it", "import stop-search %s/2018-11-city-of-london-stop-and-search.csv", wire_folder);
    sh("printf 'record\\tstop_search\\tperson\\nheight\\tGender\\n' > %s/own/data/import/stop-search.tsv", wire_folder);
    refuses("CF-I020", "data/import", "import stop-search %s", file);
    sh("printf 'record\\tsearches\\tperson\\n' > %s/own/data/import/stop-search.tsv", wire_folder);
    refuses("CF-I020", "data/import", "import stop-search %s", file);
    childfirst("status");
    says("people and units with a history         1");
    nothing_is_broken();
}

static void a_place_that_cannot_be_written_is_named(void **state) {
    (void)state;
    sh("touch %s/file", wire_folder);
    refuses("CF-B001", "Check the path", "init --policies test/wire/small --db %s/file/below/t.db", wire_folder);
    sh("mkdir -p %s/childfirst.db", wire_folder);
    childfirst("status");
    ends_with(1);
    says("hint: ");
}

static void a_file_that_is_no_database_is_left_as_it_is(void **state) {
    (void)state;
    sh("printf 'These are no rows, only words about nothing in particular.\\n%%4000d' 1 > %s/childfirst.db && cp "
       "%s/childfirst.db %s/was",
       wire_folder, wire_folder, wire_folder);
    refuses("CF-S007", "childfirst made", "status");
    refuses("CF-S007", "childfirst made", "record identity --person new");
    sh("cmp %s/childfirst.db %s/was", wire_folder, wire_folder);
    sh("rm -f %s/childfirst* && sqlite3 %s/childfirst.db 'CREATE TABLE t(x)'", wire_folder, wire_folder);
    childfirst("status");
    ends_with(1);
    says("CF-E0");
    says("hint: ");
}

static void keys_that_do_not_fit_are_refused(void **state) {
    (void)state;
    make();
    childfirst("init --policies test/wire/small --db %s/other/t.db", wire_folder);
    ends_with(0);
    sh("cp %s/childfirst.keys %s/kept && cp %s/other/childfirst.keys %s/childfirst.keys", wire_folder, wire_folder, wire_folder,
       wire_folder);
    refuses("CF-E006", "with this ledger", "status");
    sh("echo words > %s/childfirst.keys", wire_folder);
    refuses("CF-E005", "backup", "record identity --person new");
    sh("rm %s/childfirst.keys", wire_folder);
    refuses("CF-E004", "Put back the keys file", "status");
    sh("mv %s/kept %s/childfirst.keys", wire_folder, wire_folder);
    nothing_is_broken();
}

static void a_wrong_clock_is_noticed(void **state) {
    (void)state;
    make();
    know_a_child(child);
    setenv("CF_NOW", "1600000000000000", 1); /* 2020-09-13, before what was just recorded */
    refuses("CF-E003", "--accept-clock", "record identity --person new --at '2020-01-01 10:00'");
    childfirst("record identity --person new --at '2020-01-01 10:00' --accept-clock");
    ends_with(0);
    unsetenv("CF_NOW");
    nothing_is_broken();
}

/* ---- Damage to what is derived, and to what it is derived from. */

static void a_damaged_desk_is_made_anew_from_the_ledger(void **state) {
    (void)state;
    make();
    know_a_child(child);
    open_a_case();
    sh("sqlite3 %s/childfirst-desk.db \"UPDATE image SET bytes = x'ff'; INSERT INTO stale SELECT subject FROM image\"",
       wire_folder);
    refuses("CF-D005", "childfirst rebuild", "docket --subject %s --purpose safeguarding", child);
    childfirst("rebuild");
    ends_with(2);
    says("rebuilt");
    childfirst("docket --subject %s --purpose safeguarding", child);
    ends_with(0);
    says("Agree the case");
    childfirst("rebuild");
    ends_with(0);
    says("identical");
}

static void an_older_ledger_under_a_newer_desk_is_noticed(void **state) {
    (void)state;
    make();
    know_a_child(child);
    sh("mkdir %s/old && cp %s/childfirst.db* %s/old/", wire_folder, wire_folder, wire_folder);
    open_a_case();
    sh("rm %s/childfirst.db* && cp %s/old/* %s/", wire_folder, wire_folder, wire_folder);
    refuses("CF-D007", "childfirst rebuild", "status");
    childfirst("rebuild");
    assert_true(told.status == 0 || told.status == 2);
    childfirst("docket --subject %s --purpose safeguarding", child);
    ends_with(0);
    never_says("Agree the case");
    nothing_is_broken();
}

static void policies_that_are_gone_from_the_ledger_are_named(void **state) {
    (void)state;
    make();
    sh("sqlite3 %s/childfirst.db \"DELETE FROM blob WHERE CAST(text AS TEXT) LIKE '%%small.town%%'\"", wire_folder);
    refuses("CF-D004", "childfirst ledger verify", "status");
    says("small.policy");
}

static void a_full_disk_is_said_and_nothing_is_half_written(void **state) {
    (void)state;
    if (system("unshare -rm sh -c 'mount -t tmpfs -o size=64k none /mnt' 2>/dev/null") != 0) {
        print_message("SKIP: a small disk cannot be made here (it takes unshare and mount)\n");
        skip();
    }
    make();
    know_a_child(child);
    char command[4096];
    snprintf(command, sizeof command,
             "unshare -rm sh -c 'mkdir %s/d && mount -t tmpfs -o size=900k none %s/d && cp %s/childfirst.db %s/childfirst.keys "
             "%s/childfirst-desk.db %s/d/ && head -c 3000000 /dev/zero > %s/d/filler; rm -f %s/d/nothing; "
             "export CHILDFIRST_HOME=%s/d; P=%s; $P record identity --person new --given-name \"$(head -c 30000 /dev/zero | tr "
             "\"\\0\" a)\"; "
             "echo ended with $?; rm %s/d/filler; $P ledger verify && $P record identity --person new --sex male' 2>&1",
             wire_folder, wire_folder, wire_folder, wire_folder, wire_folder, wire_folder, wire_folder, wire_folder,
             wire_folder, CF_PROGRAM, wire_folder);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    told.out[fread(told.out, 1, sizeof told.out - 1, p)] = 0;
    told.status = pclose(p);
    says("CF-S005");
    says("Free some space");
    says("ended with 1");
    says("0 faults");
    says("recorded");
    assert_int_equal(told.status, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define WIRE(f) cmocka_unit_test_setup_teardown(f, wire_begin, end)
        WIRE(a_command_line_that_cannot_be_read_is_refused),
        WIRE(an_answer_that_does_not_fit_its_field_is_refused),
        WIRE(what_is_put_right_needs_something_to_say_and_why),
        WIRE(people_must_be_named_and_known),
        WIRE(policies_that_cannot_hold_never_come_into_force),
        WIRE(wrong_policies_leave_no_half_made_database),
        WIRE(examples_that_do_not_hold_are_named),
        WIRE(without_a_calendar_nothing_is_adopted_and_without_policies_nothing_is_judged),
        WIRE(what_the_program_does_itself_is_refused_at_an_absolute_gate),
        WIRE(an_event_that_is_too_large_is_refused),
        WIRE(a_file_that_is_not_csv_is_refused_and_nothing_of_it_kept),
        WIRE(a_place_that_cannot_be_written_is_named),
        WIRE(a_file_that_is_no_database_is_left_as_it_is),
        WIRE(keys_that_do_not_fit_are_refused),
        WIRE(a_wrong_clock_is_noticed),
        WIRE(a_damaged_desk_is_made_anew_from_the_ledger),
        WIRE(an_older_ledger_under_a_newer_desk_is_noticed),
        WIRE(policies_that_are_gone_from_the_ledger_are_named),
        WIRE(a_full_disk_is_said_and_nothing_is_half_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
