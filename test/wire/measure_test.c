/* The figures of the built program against an independent count: the published files are read by the sqlite3 program, which
 * counts in SQL and knows nothing of policies, ledgers or histories. Differences are printed row by row; there must be none.
 *
 * The shipped files are counted always; all files of the shared data when they are there. */
#include "wire/program.h"

static struct {
    bool sqlite;
    char shared[512];
} here;

/* ---- The raw files, in a database of their own. */

__attribute__((format(printf, 1, 2))) static void shell(const char *command, ...) {
    char words[16384];
    va_list ap;
    va_start(ap, command);
    vsnprintf(words, sizeof words, command, ap);
    va_end(ap);
    if (system(words) != 0) {
        fail_msg("this command failed: %s", words);
    }
}

/* One table `raw` in the order of the published columns; the City's file of 2023 has columns of its own before and after. */
static const char READ_RAW[] =
    "set -e; rm -f \"$1/raw.db\"; "
    "sqlite3 \"$1/raw.db\" 'CREATE TABLE "
    "raw(type,date,op,opname,lat,lon,gender,age,self,officer,law,object,outcome,linked,removed)'; "
    "dir=$1; shift; "
    "for f in \"$@\"; do gzip -dc \"$f\" > \"$dir/one.csv\"; "
    "case $(head -1 \"$dir/one.csv\") in "
    "id,*) sqlite3 \"$dir/raw.db\" \".import --csv $dir/one.csv city\" "
    "'INSERT INTO raw SELECT type,date,part_of_a_policing_operation,policing_operation,latitude,longitude,gender,age_range,"
    "self_defined_ethnicity,officer_defined_ethnicity,legislation,object_of_search,outcome,outcome_linked_to_object_of_search,"
    "removal_of_more_than_just_outer_clothing FROM city; DROP TABLE city';; "
    "*) sqlite3 \"$dir/raw.db\" \".import --csv --skip 1 $dir/one.csv raw\";; esac; done";

/* Searches of children, in the words of the measure's labels. The month is London's: the files are in UTC. */
static const char CHILD[] =
    "CREATE VIEW child AS SELECT strftime('%Y-%m', date, 'localtime') AS month, "
    "CASE WHEN self LIKE 'White%' THEN 'White' WHEN self LIKE 'Mixed%' THEN 'Mixed or multiple' "
    "WHEN self LIKE 'Asian%' THEN 'Asian or Asian British' WHEN self LIKE 'Black%' THEN 'Black or Black British' "
    "WHEN self LIKE '%Not stated' THEN 'Not stated' WHEN self = '' THEN 'Not known' ELSE 'Other' END AS ethnic_group, "
    "coalesce(nullif(officer, ''), 'Not known') AS appearance, coalesce(nullif(object, ''), 'Not known') AS object, "
    "coalesce(nullif(outcome, ''), 'Not known') AS outcome, "
    "CASE WHEN lower(removed) IN ('true', '1') THEN 1 WHEN lower(removed) IN ('false', '0') THEN 0 END AS removed, lat, "
    "outcome = '' AS no_outcome, outcome IN ('A no further action disposal', 'Nothing found - no further action') AS "
    "found_nothing "
    "FROM raw WHERE age IN ('10-17', 'under 10');";

static void make_database(const char *name, const char *files) {
    char script[600];
    snprintf(script, sizeof script, "%s/read-raw.sh", wire_folder);
    FILE *f = fopen(script, "w");
    assert_non_null(f);
    fputs(READ_RAW, f);
    fclose(f);
    shell("sh %s %s %s", script, wire_folder, files);
    snprintf(script, sizeof script, "%s/child.sql", wire_folder);
    f = fopen(script, "w");
    assert_non_null(f);
    fputs(CHILD, f);
    fclose(f);
    shell("sqlite3 %s/raw.db < %s", wire_folder, script);
    childfirst("init --db %s/%s.db --force metropolitan", wire_folder, name);
    ends_with(0);
    childfirst("import stop-search %s --no-sweep --db %s/%s.db", files, wire_folder, name);
    ends_with(0);
    says(" 0 rejected");
}

/* ---- Comparing. */

/* The measure's table as CSV becomes table `m` of the raw database. */
static void count_measure(const char *name, const char *db, const char *options) {
    shell("%s measure %s --db %s/%s.db --format csv %s > %s/m.txt", CF_PROGRAM, name, wire_folder, db, options, wire_folder);
    shell("grep -v '^#' %s/m.txt > %s/m.csv; sqlite3 %s/raw.db 'DROP TABLE IF EXISTS m' '.import --csv %s/m.csv m'",
          wire_folder, wire_folder, wire_folder, wire_folder);
}

/* Runs a query over raw and m; its output must be exactly this. */
static void sql_gives(const char *query, const char *expected) {
    char command[8192];
    static char got[65536];
    snprintf(command, sizeof command, "TZ=Europe/London sqlite3 %s/raw.db \"%s\"", wire_folder, query);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    size_t n = fread(got, 1, sizeof got - 1, p);
    got[n] = 0;
    assert_int_equal(pclose(p), 0);
    if (strcmp(got, expected) != 0) {
        fail_msg("%s\ngave:\n%s\nexpected:\n%s", query, got, expected);
    }
}

/* Both tables hold the same rows; figures: the columns after the label, in both. */
static void same_rows(const char *dimension, const char *measured, const char *counted, const char *having) {
    char query[4096];
    snprintf(
        query, sizeof query,
        "WITH x AS (SELECT %s AS label, %s FROM m WHERE %s <> 'All'), y AS (SELECT %s AS label, %s FROM child GROUP BY 1 %s) "
        "SELECT 'only the measure says', * FROM (SELECT * FROM x EXCEPT SELECT * FROM y) UNION ALL "
        "SELECT 'only the files say', * FROM (SELECT * FROM y EXCEPT SELECT * FROM x) UNION ALL "
        "SELECT 'no rows', * FROM (SELECT * FROM y LIMIT 1) WHERE NOT EXISTS (SELECT 1 FROM x)",
        dimension, measured, dimension, dimension, counted, having);
    sql_gives(query, "");
}

static void every_count_is_the_files_own(const char *db) {
    static const char *const dimensions[] = {"month", "ethnic_group", "appearance", "object", "outcome"};
    count_measure("searches_of_children", db, "");
    for (size_t i = 0; i < CF_COUNT(dimensions); i++) {
        same_rows(dimensions[i], "CAST(n AS INTEGER) AS n", "count(*) AS n", "");
    }
    sql_gives(
        "SELECT (SELECT count(*) FROM child) - (SELECT CAST(n AS INTEGER) FROM m WHERE month = 'All' AND borough = 'All' AND "
        "ethnic_group = 'All' AND appearance = 'All' AND object = 'All' AND outcome = 'All')",
        "0\n");
    sql_gives("SELECT (SELECT sum(CAST(n AS INTEGER)) FROM m WHERE borough <> 'All') - (SELECT count(*) FROM child)", "0\n");
    sql_gives("SELECT count(*) > 0, sum(CAST(n AS INTEGER)) >= (SELECT count(*) FROM child WHERE lat = '') FROM m WHERE "
              "borough = 'Not known'",
              "1|1\n");
    shell("grep -q \"^# not known: $(sqlite3 %s/raw.db \"SELECT count(*) FROM raw WHERE age = ''\")$\" %s/m.txt", wire_folder,
          wire_folder);
}

static void every_share_is_the_files_own(const char *db) {
    static const char *const dimensions[] = {"month", "ethnic_group", "appearance", "object"};
    count_measure("searches_of_children_nothing_found", db, "");
    for (size_t i = 0; i < CF_COUNT(dimensions); i++) {
        same_rows(dimensions[i], "CAST(n AS INTEGER) AS n, CAST(\\\"of\\\" AS INTEGER) AS whole",
                  "sum(found_nothing) AS n, count(*) - sum(no_outcome) AS whole", "HAVING whole > 0");
    }
    count_measure("searches_of_children_more_than_outer", db, "--by month");
    sql_gives("WITH x AS (SELECT month, CAST(n AS INTEGER), CAST(\\\"of\\\" AS INTEGER) FROM m WHERE month <> 'All'), "
              "y AS (SELECT month, sum(removed), count(removed) FROM child WHERE removed IS NOT NULL GROUP BY 1) "
              "SELECT * FROM (SELECT * FROM x EXCEPT SELECT * FROM y) UNION ALL SELECT * FROM (SELECT * FROM y EXCEPT SELECT * "
              "FROM x)",
              "");
    sql_gives("SELECT count(*) > 0 FROM m WHERE month <> 'All'", "1\n");
}

/* A rate stands for every search but those where no file covers the place; both numbers are printed. */
static void rates_leave_nothing_out_unsaid(const char *db) {
    count_measure("searches_of_children_rate_ratio", db, "");
    shell("test $(( $(sqlite3 %s/raw.db \"SELECT n FROM m WHERE ethnic_group = 'All'\") + $(sed -n 's/^# excluded: //p' "
          "%s/m.txt) )) "
          "-eq $(sqlite3 %s/raw.db 'SELECT count(*) FROM child')",
          wire_folder, wire_folder, wire_folder);
    sql_gives("SELECT count(*) FROM m WHERE CAST(\\\"times White\\\" AS REAL) > 0 AND ethnic_group <> 'White'", "4\n");
    sql_gives("SELECT count(*) FROM m WHERE ethnic_group LIKE 'Not %' AND residents <> ''", "0\n");
}

static void crossed_counts_are_the_files_own(const char *db) {
    count_measure("searches_of_children", db, "--by month,ethnic_group,outcome");
    sql_gives("WITH x AS (SELECT month, ethnic_group, outcome, CAST(n AS INTEGER) FROM m WHERE month <> 'All' AND ethnic_group "
              "<> 'All' "
              "AND outcome <> 'All'), y AS (SELECT month, ethnic_group, outcome, count(*) FROM child GROUP BY 1, 2, 3) "
              "SELECT * FROM (SELECT * FROM x EXCEPT SELECT * FROM y) UNION ALL SELECT * FROM (SELECT * FROM y EXCEPT SELECT * "
              "FROM x)",
              "");
    count_measure("searches_of_children", db, "--by outcome --from 2018-10-01 --to 2018-10-31");
    sql_gives("WITH x AS (SELECT outcome, CAST(n AS INTEGER) FROM m WHERE outcome <> 'All'), "
              "y AS (SELECT outcome, count(*) FROM child WHERE month = '2018-10' GROUP BY 1) "
              "SELECT * FROM (SELECT * FROM x EXCEPT SELECT * FROM y) UNION ALL SELECT * FROM (SELECT * FROM y EXCEPT SELECT * "
              "FROM x)",
              "");
}

/* ---- The tests. */

static int begin(void **state) {
    const char *shared = getenv("CHILDFIRST_SHARED");
    here.sqlite = system("command -v sqlite3 >/dev/null 2>&1") == 0;
    snprintf(here.shared, sizeof here.shared, "%s/data", shared && *shared ? shared : "../shared");
    if (!here.sqlite) {
        print_message("SKIP: the sqlite3 program is not there to count independently\n");
    }
    if (wire_begin(state) != 0) {
        return -1;
    }
    if (here.sqlite) {
        make_database("open", "data/open/*stop-and-search.csv.gz");
    }
    return 0;
}

static void searches_of_children_in_the_shipped_files(void **state) {
    (void)state;
    if (here.sqlite) {
        every_count_is_the_files_own("open");
    }
}

static void shares_in_the_shipped_files(void **state) {
    (void)state;
    if (here.sqlite) {
        every_share_is_the_files_own("open");
        rates_leave_nothing_out_unsaid("open");
    }
}

static void crossed_dimensions_and_periods_in_the_shipped_files(void **state) {
    (void)state;
    if (here.sqlite) {
        crossed_counts_are_the_files_own("open");
    }
}

/* The Met's table joins overlapping publications: one spelling, then the most copies in any edition, are its searches. */
static const char THOROUGH[] =
    "CREATE TEMP TABLE n AS SELECT substr(stop_date, 1, 10) AS d,"
    " lower(replace(replace(borough, ' (Legacy Only)', ''), 'City of Westminster', 'Westminster')) AS b,"
    " CASE WHEN age_group LIKE '18 or %' THEN 'over' WHEN age_group = 'Under 18' THEN 'under' ELSE '' END AS age,"
    " CASE WHEN sex IN ('M', 'Male') THEN 'm' WHEN sex IN ('F', 'Female') THEN 'f' ELSE '' END AS s,"
    " CASE WHEN ethnic_appearance IN ('White', 'Black', 'Asian', 'Other') THEN ethnic_appearance ELSE '' END AS e,"
    " CASE WHEN stop_reason LIKE '%s.23%' THEN 'd' WHEN stop_reason LIKE '%s.139%' THEN 'w' WHEN stop_reason LIKE '%s.47%' "
    "THEN 'f'"
    " WHEN stop_reason LIKE '%s.60%' THEN '6' ELSE 'o' END AS r,"
    " positive_outcome_of_stop || postive_outcome_of_stop || positve_outcome AS f,"
    " CASE WHEN outcome_reason LIKE '%possession%' THEN 'p' WHEN outcome_reason LIKE '%drugs%' THEN 'd'"
    " WHEN outcome_reason LIKE '%weapons%' THEN 'w' WHEN outcome_reason = 'Not Applicable' THEN '-' ELSE 'o' END AS o,"
    " CASE WHEN positve_outcome <> '' THEN 1 WHEN postive_outcome_of_stop <> '' THEN 2 WHEN col_0 <> '' THEN 5"
    " WHEN trim(appropriate_adult_present) <> '' THEN 4 ELSE 3 END AS ed FROM t;"
    "CREATE TEMP TABLE k AS SELECT d, b, age, s, e, r, f, o, ed, count(*) AS c FROM n GROUP BY d, b, age, s, e, r, f, o, ed;"
    "CREATE TEMP TABLE h AS SELECT m, c FROM (SELECT substr(d, 1, 7) AS m, c, row_number() OVER"
    " (PARTITION BY substr(d, 1, 7) ORDER BY count(*) DESC, c) AS rank FROM k WHERE ed = 5 GROUP BY 1, 2) WHERE rank = 1;"
    "CREATE TEMP TABLE g AS SELECT d, age, max(CASE WHEN ed = 5 THEN (k.c + h.c - 1) / h.c ELSE k.c END) AS c"
    " FROM k LEFT JOIN h ON h.m = substr(d, 1, 7) GROUP BY d, b, age, s, e, r, f, o;"
    "CREATE TABLE g2 AS SELECT * FROM g WHERE age = 'under';";

/* More thorough searches of children by year, and, while its one column only ticked adults who were there, those ticks. */
static void more_thorough_searches_with_and_without_an_adult(void **state) {
    (void)state;
    if (!here.sqlite) {
        return;
    }
    childfirst("import more-thorough-search data/open/mps-more-thorough-searches.csv.gz --no-sweep --db %s/open.db",
               wire_folder);
    ends_with(0);
    shell("gzip -dc data/open/mps-more-thorough-searches.csv.gz > %s/one.csv; "
          "sqlite3 %s/raw.db 'DROP TABLE IF EXISTS thorough' '.import --csv %s/one.csv thorough'",
          wire_folder, wire_folder, wire_folder);
    shell("sqlite3 %s/raw.db 'DROP TABLE IF EXISTS t' 'DROP TABLE IF EXISTS g2' 'ALTER TABLE thorough RENAME TO t'",
          wire_folder);
    char script[600];
    snprintf(script, sizeof script, "%s/thorough.sql", wire_folder);
    FILE *f = fopen(script, "w");
    assert_non_null(f);
    fputs(THOROUGH, f);
    fclose(f);
    shell("sqlite3 %s/raw.db < %s", wire_folder, script);
    count_measure("more_thorough_searches_of_children", "open", "--by year,adult");
    sql_gives("WITH x AS (SELECT year AS y, CAST(n AS INTEGER) AS n FROM m WHERE year <> 'All' AND adult = 'All'), "
              "y AS (SELECT substr(d, 1, 4) AS y, sum(c) AS n FROM g2 GROUP BY 1) "
              "SELECT * FROM (SELECT * FROM x EXCEPT SELECT * FROM y) UNION ALL SELECT * FROM (SELECT * FROM y EXCEPT SELECT * "
              "FROM x)",
              "");
    static const char ticks[] =
        "SELECT substr(stop_date, 1, 4) AS y, count(*) AS n FROM t WHERE postive_outcome_of_stop <> '' AND "
        "age_group = 'Under 18' AND stop_date < '2022' AND \\\"approporiate_adult_present_if_required?\\\" = 'Y' "
        "GROUP BY 1";
    char query[2048];
    snprintf(
        query, sizeof query,
        "WITH x AS (SELECT year AS y, CAST(n AS INTEGER) AS n FROM m WHERE year < '2022' AND adult = 'present'), y AS (%s) "
        "SELECT * FROM (SELECT * FROM x EXCEPT SELECT * FROM y) UNION ALL SELECT * FROM (SELECT * FROM y EXCEPT SELECT * FROM "
        "x)",
        ticks);
    sql_gives(query, "");
    count_measure("more_thorough_searches_of_children_without_adult", "open", "--by year");
    snprintf(query, sizeof query,
             "WITH x AS (SELECT year AS y, CAST(\\\"of\\\" AS INTEGER) AS n FROM m WHERE year < '2022' AND n = 0), y AS (%s) "
             "SELECT * FROM (SELECT * FROM x EXCEPT SELECT * FROM y) UNION ALL SELECT * FROM (SELECT * FROM y EXCEPT SELECT * "
             "FROM x)",
             ticks);
    sql_gives(query, "");
    sql_gives("SELECT sum(CAST(n AS INTEGER)) > 0 FROM m WHERE year >= '2024' AND year <> 'All'", "1\n");
}

/* Who somebody is needs a purpose, and the reading is logged; without a list nobody is shown. */
static void a_list_needs_a_purpose_and_holds_every_event(void **state) {
    (void)state;
    if (!here.sqlite) {
        return;
    }
    childfirst("measure searches_of_children --by month --from 2024-09-01 --to 2024-09-07 --list --db %s/open.db", wire_folder);
    ends_with(1);
    says("CF-C010");
    childfirst(
        "measure searches_of_children --by month --from 2024-09-01 --to 2024-09-07 --list --purpose audit --db %s/open.db",
        wire_folder);
    ends_with(0);
    says("listed ");
    char *total = strstr(told.out, "All"), *listed = strstr(told.out, "listed ");
    assert_non_null(total);
    assert_int_equal(strtol(total + 3, NULL, 10), strtol(listed + 7, NULL, 10));
    assert_true(strtol(listed + 7, NULL, 10) > 10);
    childfirst("measure searches_of_children --list --published --purpose audit --db %s/open.db", wire_folder);
    ends_with(1);
    says("CF-M005");
}

static void a_measure_says_what_it_is_and_what_it_cannot_tell(void **state) {
    (void)state;
    if (!here.sqlite) {
        return;
    }
    childfirst("measure --db %s/open.db", wire_folder);
    ends_with(0);
    says("searches_of_children_rate_ratio");
    childfirst("measure searches_of_children_rate_ratio --db %s/open.db", wire_folder);
    ends_with(0);
    says("compare   ethnic_group with white within borough");
    says("search.stop from 2015-03-19");
    says("Residents of ALL ages by broad ethnic group, Census 2021.");
    says("No table of children by ethnic group exists here.");
    says("times White");
    says("name nobody");
    childfirst("measure searches_of_children --by borough,object --published --format csv --db %s/open.db", wire_folder);
    ends_with(0);
    for (char *line = told.out; (line = strchr(line, '\n')) && line[1]; line++) {
        char *hidden = strstr(line + 1, ",no\n"), *end = strchr(line + 1, '\n');
        char *n = hidden && end && hidden < end ? hidden : NULL;
        while (n && n > line && n[-1] != ',') {
            n--;
        }
        long figure = n && line[1] != '#' ? strtol(n, NULL, 10) : 0;
        assert_false(figure >= 1 && figure <= 4);
    }
}

static void what_cannot_be_counted_is_refused_with_the_nearest_name(void **state) {
    (void)state;
    if (!here.sqlite) {
        return;
    }
    childfirst("measure serches_of_children --db %s/open.db", wire_folder);
    ends_with(1);
    says("CF-M001");
    says("Did you mean `searches_of_children`?");
    childfirst("measure searches_of_children --by burough --db %s/open.db", wire_folder);
    ends_with(1);
    says("CF-M002");
    says("Did you mean borough?");
    childfirst("measure searches_of_children --format xml --db %s/open.db", wire_folder);
    ends_with(1);
    says("CF-M005");
    childfirst("measure searches_of_children --from 2024-13-01 --db %s/open.db", wire_folder);
    ends_with(1);
    childfirst("measure searches_of_children --by month,month --db %s/open.db", wire_folder);
    ends_with(1);
    says("CF-M005");
}

/* Every file there is: the counts of 157,228 searches and more. */
static void every_file_of_the_shared_data(void **state) {
    (void)state;
    char files[1200];
    if (!here.sqlite || access(here.shared, R_OK) != 0) {
        print_message("SKIP: %s is not there\n", here.shared);
        return;
    }
#ifdef __SANITIZE_ADDRESS__
    if (getenv("CF_LONG") == NULL) { /* minutes with sanitizers; .ci/run and `make test-long` run the optimised build too */
        print_message("SKIP: all of %s is counted in the optimised build, or with CF_LONG=1\n", here.shared);
        return;
    }
#endif
    snprintf(files, sizeof files, "%s/stop-search/*/*stop-and-search*.csv.gz", here.shared);
    make_database("shared", files);
    every_count_is_the_files_own("shared");
    every_share_is_the_files_own("shared");
    if (getenv("CF_LONG") != NULL) { /* `make test-long`: more passes over all of them */
        rates_leave_nothing_out_unsaid("shared");
        crossed_counts_are_the_files_own("shared");
    }
    /* Boroughs: the source of these months looked them up in boundaries of its own; ours are simplified, so the borders may
     * differ. */
    count_measure("searches_of_children", "shared", "--by month,borough --from 2024-09-01");
    for (const char *const *month = (const char *const[]){"2024-09", "2024-10", "2024-12", "2025-01", "2025-03", NULL}; *month;
         month++) {
        char query[2048];
        shell("gzip -dc %s/stop-search/met-api/%s-metropolitan-stops-force.json.gz > %s/one.json", here.shared, *month,
              wire_folder);
        snprintf(query, sizeof query,
                 "WITH y AS (SELECT json_extract(value, '\\$.borough') AS b, count(*) AS n FROM "
                 "json_each(readfile('%s/one.json')) WHERE "
                 "json_extract(value, '\\$.age_range') IN ('10-17', 'under 10') AND b <> '' GROUP BY 1), x AS (SELECT borough "
                 "AS b, CAST(n "
                 "AS INTEGER) AS n FROM m WHERE month = '%s') SELECT sum(abs(x.n - y.n)) * 100 <= sum(y.n), count(*) > 25 FROM "
                 "y LEFT JOIN "
                 "x USING(b)",
                 wire_folder, *month);
        sql_gives(query, "1|1\n");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(searches_of_children_in_the_shipped_files),
        cmocka_unit_test(shares_in_the_shipped_files),
        cmocka_unit_test(crossed_dimensions_and_periods_in_the_shipped_files),
        cmocka_unit_test(more_thorough_searches_with_and_without_an_adult),
        cmocka_unit_test(a_list_needs_a_purpose_and_holds_every_event),
        cmocka_unit_test(a_measure_says_what_it_is_and_what_it_cannot_tell),
        cmocka_unit_test(what_cannot_be_counted_is_refused_with_the_nearest_name),
        cmocka_unit_test(every_file_of_the_shared_data),
    };
    return cmocka_run_group_tests(tests, begin, wire_end);
}
