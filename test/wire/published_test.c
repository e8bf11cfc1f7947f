/* published: numbers that a force publishes, through the built program, against an independent count: the sqlite3 program reads
 * the raw file and knows nothing of maps, cells or ledgers. */
#include "wire/program.h"

#define SHIPPED "data/open/mps-custody-disposals.csv.gz"
static bool sqlite;

__attribute__((format(printf, 1, 2))) static void shell(const char *command, ...) {
    char words[8192];
    va_list ap;
    va_start(ap, command);
    vsnprintf(words, sizeof words, command, ap);
    va_end(ap);
    if (system(words) != 0) {
        fail_msg("this command failed: %s", words);
    }
}

static int begin(void **state) {
    sqlite = system("command -v sqlite3 >/dev/null 2>&1") == 0;
    return wire_begin(state);
}

static void make(void) {
    childfirst("init");
    ends_with(0);
}

/* A small file with the published headings; lines as given. */
static void file(const char *name, const char *lines) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s.csv", wire_folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f,
            "current_disposal_year,current_disposal_month,gender,age_group,ethnicity_4+1,offence_group,current_disposal,"
            "offence_count\n%s",
            lines);
    fclose(f);
}

static void import(const char *name, int status) {
    childfirst("import custody-disposals %s/%s.csv", wire_folder, name);
    ends_with(status);
}

/* Rows of the measure and rows of a query over the raw file are the same, in both directions, and there are some. */
static void same_as_sql(const char *options, const char *labels, const char *sql) {
    shell("%s measure %s --format csv | grep -v '^#' > %s/m.csv; sqlite3 %s/raw.db 'DROP TABLE IF EXISTS m' '.import --csv "
          "%s/m.csv m'",
          CF_PROGRAM, options, wire_folder, wire_folder, wire_folder);
    shell(
        "test \"$(sqlite3 %s/raw.db \"WITH x AS (SELECT %s FROM m), y AS (%s) SELECT (SELECT count(*) FROM (SELECT * FROM x "
        "EXCEPT SELECT * FROM y)), (SELECT count(*) FROM (SELECT * FROM y EXCEPT SELECT * FROM x)), (SELECT count(*) > 3 FROM "
        "y), (SELECT count(*) FROM x) - (SELECT count(*) FROM y)\")\" = '0|0|1|0'",
        wire_folder, labels, sql);
}

#define CHILD "FROM raw WHERE age_group = 'Child'"
#define N "CAST(n AS INTEGER)"
#define OF "CAST(\\\"of\\\" AS INTEGER)"
#define DECIDED CHILD " AND current_disposal NOT IN ('Police Bail', 'Released Under Investigation')"
#define SHARE                                                                                                                  \
    "sum(CASE WHEN current_disposal = 'Out of Court' THEN CAST(offence_count AS INTEGER) ELSE 0 END), sum(CAST(offence_count " \
    "AS INTEGER))"

static void every_figure_is_the_raw_files_own(void **state) {
    (void)state;
    if (!sqlite) {
        print_message("SKIP: the sqlite3 program is not there to count independently\n");
        return;
    }
    make();
    childfirst("import custody-disposals " SHIPPED);
    ends_with(0);
    says("22322 imported + 0 rejected + 0 already known = 22322 lines read");
    shell("gzip -dc " SHIPPED " > %s/raw.csv; sqlite3 %s/raw.db '.import --csv %s/raw.csv raw'", wire_folder, wire_folder,
          wire_folder);
    same_as_sql("published_custody_disposals --by year,ethnicity", "year, ethnicity, " N ", " OF,
                "SELECT current_disposal_year, trim(\\\"ethnicity_4+1\\\"), " SHARE " " DECIDED " GROUP BY 1, 2 "
                "UNION ALL SELECT current_disposal_year, 'All', " SHARE " " DECIDED " GROUP BY 1 "
                "UNION ALL SELECT 'All', trim(\\\"ethnicity_4+1\\\"), " SHARE " " DECIDED " GROUP BY 2 "
                "UNION ALL SELECT 'All', 'All', " SHARE " " DECIDED);
    same_as_sql("published_custody_disposals_all --by year,disposal", "year, disposal, " N,
                "SELECT current_disposal_year, current_disposal, sum(offence_count) " CHILD " GROUP BY 1, 2 "
                "UNION ALL SELECT current_disposal_year, 'All', sum(offence_count) " CHILD " GROUP BY 1 "
                "UNION ALL SELECT 'All', current_disposal, sum(offence_count) " CHILD " GROUP BY 2 "
                "UNION ALL SELECT 'All', 'All', sum(offence_count) " CHILD);
    same_as_sql(
        "published_custody_disposals_by_age --by quarter --from 2022-01-01 --to 2022-12-31", "quarter, " N,
        "SELECT '2022 Q' || ((current_disposal_month + 2) / 3), sum(offence_count) FROM raw WHERE current_disposal_year "
        "= '2022' GROUP BY 1 UNION ALL SELECT 'All', sum(offence_count) FROM raw WHERE current_disposal_year = '2022'");
    shell("test \"$(%s measure published_custody_disposals --format csv | sed -n 's/^# not known: //p')\" = "
          "\"$(sqlite3 %s/raw.db \"SELECT sum(offence_count) FROM raw WHERE age_group = 'Not Recorded'\")\"",
          CF_PROGRAM, wire_folder);
}

static void every_line_is_imported_known_or_rejected_with_its_reason(void **state) {
    (void)state;
    make();
    file("a", "2024,1,Male,Child,Black,Robbery,Out of Court,7,\n"
              "2024,1,Male,Child,Black,Robbery,Out of Court,7\n"
              "2024,1,Male,Child,Black,Robbery,Out of Court,7\n"
              "2024,1,Male,Child,Black,Robbery,Out of Court,8\n"
              "2024,13,Male,Child,Black,Robbery,Out of Court,7\n"
              "2024,1,Male,Teenager,Black,Robbery,Out of Court,7\n"
              "2024,1,Male,Child,Black,Robbery,Prosecution,-3\n"
              "1024,1,Male,Child,Black,Robbery,Prosecution,3\n"
              "2024,2,Female,Child,Other ,Assault,no  further-action,12\n");
    import("a", 0);
    says("2 imported + 6 rejected + 1 already known = 9 lines read");
    says("1 repeat another line");
    says("19 in all stand now, 2024-01 to 2024-02");
    shell("grep -q 'age_group is not known: \"\"Teenager\"\"' %s/a.csv.rejected.csv", wire_folder);
    shell("grep -q 'another number' %s/a.csv.rejected.csv && grep -q 'the month is not' %s/a.csv.rejected.csv && grep -q 'the "
          "number is not' %s/a.csv.rejected.csv && grep -q 'the year cannot' %s/a.csv.rejected.csv",
          wire_folder, wire_folder, wire_folder, wire_folder);
}

static void a_later_file_replaces_the_months_that_it_holds(void **state) {
    (void)state;
    make();
    file("a", "2024,1,Male,Child,Black,Robbery,Out of Court,7\n2024,1,Male,Child,White,Robbery,Out of Court,5\n"
              "2024,2,Male,Child,White,Robbery,Out of Court,9\n");
    file("b", "2024,1,Male,Child,Black,Robbery,Out of Court,8\n2024,4,Male,Child,Black,Robbery,Out of Court,6\n");
    import("a", 0);
    import("b", 0);
    says("2 imported + 0 rejected + 0 already known = 2 lines read");
    says("1 numbers of the earlier version are no longer published");
    says("23 in all stand now, 2024-01 to 2024-04");
    import("b", 0);
    says("0 imported + 0 rejected + 2 already known = 2 lines read");
    childfirst("measure published_custody_disposals_all --by month --format csv");
    says("\n2024-01,8,no\n2024-02,9,no\n2024-04,6,no\nAll,23,no\n");
    says("2024: 3");
    childfirst("ledger verify");
    ends_with(0);
    childfirst("rebuild");
    ends_with(0);
    childfirst("measure published_custody_disposals_all --by month --format csv");
    says("All,23,no\n");
    childfirst("status");
    says("people and units with a history         0\n"); /* numbers make nobody */
}

static void small_numbers_are_hidden_when_published(void **state) {
    (void)state;
    make();
    file("a", "2024,1,Male,Child,Black,Robbery,Out of Court,3\n2024,1,Male,Child,Black,Robbery,Prosecution,40\n"
              "2024,1,Male,Child,White,Robbery,Out of Court,30\n2024,1,Male,Child,White,Robbery,Prosecution,41\n"
              "2024,1,Male,Child,Asian,Robbery,Out of Court,9\n2024,1,Male,Child,Asian,Robbery,Police Bail,2\n");
    import("a", 0);
    childfirst("measure published_custody_disposals --by ethnicity --format csv");
    says("Black,3,43,");
    childfirst("measure published_custody_disposals --by ethnicity --format csv --published");
    ends_with(0);
    never_says("Black,3");
    never_says("2 of 125");
    says("1 to 4 of them are not decided yet");
}

static void what_cannot_be_counted_says_what_can(void **state) {
    (void)state;
    make();
    childfirst("measure published_custody_disposals");
    ends_with(1);
    says("CF-I022");
    says("childfirst import custody-disposals");
    file("a", "2024,1,Male,Child,Black,Robbery,Out of Court,7\n");
    import("a", 0);
    childfirst("measure published_custody_disposals --by borough");
    ends_with(1);
    says("CF-M002");
    says("It can be counted by year, quarter, month, gender, age_group, ethnicity, offence_group, disposal.");
    childfirst("measure published_custody_disposals --by year,year");
    ends_with(1);
    says("asked for twice");
    childfirst("measure published_custody_disposals --list --purpose statistics");
    ends_with(1);
    says("there are no records behind it");
    childfirst("measure published_custody_disposals --from 2023-01-01 --to 2023-12-31");
    ends_with(0);
    says("nothing to count");
    childfirst("measure --json");
    says("\"measure\":\"published_custody_disposals\"");
    shell("printf 'current_disposal_year,gender\\n2024,Male\\n' > %s/less.csv", wire_folder);
    import("less", 1);
    says("CF-I003");
}

static void a_map_that_cannot_be_used_is_named_with_its_line(void **state) {
    (void)state;
    make();
    shell("mkdir -p %s/data && cp -r data/import data/calendars %s/data/ && printf 'word\\tshoe\\tLeft\\n' >> "
          "%s/data/import/custody-disposals.tsv",
          wire_folder, wire_folder, wire_folder);
    setenv("CHILDFIRST_DATA", wire_folder, 1);
    childfirst("measure published_custody_disposals");
    unsetenv("CHILDFIRST_DATA");
    ends_with(1);
    says("CF-I021");
    says("custody-disposals.tsv:");
    says("word");
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, wire_end)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(every_figure_is_the_raw_files_own),
        T(every_line_is_imported_known_or_rejected_with_its_reason),
        T(a_later_file_replaces_the_months_that_it_holds),
        T(small_numbers_are_hidden_when_published),
        T(what_cannot_be_counted_says_what_can),
        T(a_map_that_cannot_be_used_is_named_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
