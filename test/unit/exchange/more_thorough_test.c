/* More thorough searches: one spelling for each word, copies of one search counted once, and the shipped table against SQL. */
#include "unit/exchange/help.h"

#include "exchange/more_thorough.h"

#define HEAD                                                                                                                   \
    "col_0,stop_date,area,borough,age_group,appropriate_adult_present,sex,ethnic_appearance,stop_reason,"                      \
    "positive_outcome_of_stop,outcome_reason,sheet,approporiate_adult_present_if_required?,postive_outcome_of_stop,"           \
    "positve_outcome\n"
/* The same search of a boy in Hackney in each of the five editions. */
#define OLD_A(tick)                                                                                                            \
    ",2023-10-14 00:00:00.000000,Central East,Hackney,Under 18,,M,Black,B Drugs (s.23 Misuse of Drugs Act),,B "                \
    "Drugs,Sheet1," tick ",,Yes\n"
#define OLD_B(tick)                                                                                                            \
    ",2023-10-14 00:00:00.000000,Central East,Hackney,Under 18,,M,Black,B Drugs (s.23 Misuse of Drugs Act),,B "                \
    "Drugs,Sheet1," tick ",Yes,\n"
#define DATED(adult)                                                                                                           \
    ",2023-10-14,Central East,Hackney,Under 18," adult ",Male,Black,Drugs (s.23 Drugs Misuse Act),Yes,Drugs,Sheet1,,,\n"
#define NUMBERED(n, adult)                                                                                                     \
    n ",2023-10-14 00:00:00.000000,Central East,Hackney,Under 18," adult                                                       \
      ",Male,Black,Drugs (s.23 Drugs Misuse Act),Yes,Drugs,Sheet1,,,\n"
#define OTHER(n, day)                                                                                                          \
    n ",2023-10-" day " 00:00:00.000000,Central South,Lambeth,18 or over,N,Male,White,All Other Searches,No,Not Applicable,"   \
      "Sheet1,,,\n"

static struct thorough_table read_table(struct cf_arena *a, const char *bytes) {
    struct cf_errs errs = cf_errs_new(a);
    struct thorough_table t;
    struct thorough_options o = {.stream = gzip_over_bytes(a, cf_str_from(bytes), CF_LIT("mtip.csv"))};
    if (!more_thorough_read(a, &o, &errs, &t)) {
        cf_errs_print(stderr, &errs);
        fail();
    }
    assert_int_equal(t.lines, t.n + t.rejected + t.repeats);
    return t;
}

static void expect_one(struct cf_arena *a, const char *bytes, uint64_t copies, const char *adult) {
    struct thorough_table t = read_table(a, bytes);
    assert_int_equal(t.n, 1);
    assert_int_equal(t.v[0].copies, copies);
    assert_text(thorough_code(THOROUGH_ADULT, t.v[0].value[THOROUGH_ADULT]), adult);
}

static void a_line_becomes_typed_values(void **state) {
    struct thorough_table t = read_table(*state, HEAD DATED("Y"));
    const struct thorough_search *s = &t.v[0];
    assert_int_equal(t.n, 1);
    assert_text(s->day, "2023-10-14");
    assert_int_equal(s->day_s, 1697241600);
    assert_text(boroughs_name(s->borough), "Hackney");
    assert_text(s->area, "Central East");
    assert_int_equal(s->value[THOROUGH_AGE], THOROUGH_UNDER_18);
    assert_text(thorough_code(THOROUGH_SEX, s->value[THOROUGH_SEX]), "male");
    assert_text(thorough_code(THOROUGH_ETHNICITY, s->value[THOROUGH_ETHNICITY]), "black");
    assert_text(thorough_code(THOROUGH_REASON, s->value[THOROUGH_REASON]), "drugs");
    assert_text(thorough_code(THOROUGH_FOUND, s->value[THOROUGH_FOUND]), "yes");
    assert_text(thorough_code(THOROUGH_OUTCOME, s->value[THOROUGH_OUTCOME]), "drugs");
    assert_int_equal(s->value[THOROUGH_ADULT], THOROUGH_ADULT_YES);
    assert_text(s->key, "more-thorough/2023-10-14/E09000012/under_18/male/black/drugs/yes/drugs/0");
    assert_int_equal(s->line, 2);
}

static void one_search_in_five_editions_is_one_search(void **state) {
    expect_one(*state, HEAD OLD_A("Y") OLD_B("Y") DATED("") DATED("Y") NUMBERED("17", "Y"), 5, "yes");
}

static void the_latest_edition_that_answers_says_whether_the_adult_was_there(void **state) {
    expect_one(*state, HEAD OLD_B("") DATED("Y"), 2, "yes");
    expect_one(*state, HEAD OLD_B("Y") DATED("N"), 2, "no");
    expect_one(*state, HEAD OLD_B("Y") DATED(""), 2, "yes");
    expect_one(*state, HEAD OLD_B("Y") NUMBERED("1", " "), 2, "yes");
    expect_one(*state, HEAD DATED(""), 1, "not_known");
}

static void a_tick_left_out_is_neither_no_nor_unknown(void **state) {
    expect_one(*state, HEAD OLD_A(""), 1, "not_ticked");
    struct thorough_table t = read_table(*state, HEAD OLD_A(""));
    assert_non_null(strstr(cf_cstr(*state, t.notes), "absent and not recorded cannot be told apart"));
}

/* Three numbered publications cover the month: what stands in it three times is one search, six times is two. */
static void numbered_copies_are_divided_by_the_publications_that_cover_the_month(void **state) {
    struct thorough_table t = read_table(*state, HEAD OTHER("1", "01") OTHER("51", "01") OTHER("91", "01") OTHER("2", "02")
                                                     OTHER("52", "02") OTHER("92", "02") OTHER("3", "03") OTHER("53", "03")
                                                         OTHER("93", "03") OTHER("4", "03") OTHER("54", "03") OTHER("94", "03")
                                                             NUMBERED("5", "Y") NUMBERED("55", "Y") NUMBERED("95", "N"));
    assert_int_equal(t.lines, 15);
    assert_int_equal(t.n, 5);
    assert_int_equal(t.repeats, 10);
    assert_text(t.v[2].day, "2023-10-03");
    assert_text(t.v[3].day, "2023-10-03");
    assert_false(cf_str_eq(t.v[2].key, t.v[3].key));
    assert_int_equal(t.v[2].copies, 3);
    assert_text(thorough_code(THOROUGH_ADULT, t.v[4].value[THOROUGH_ADULT]), "yes"); /* two of three publications */
}

static void two_alike_in_one_publication_are_two_searches(void **state) {
    struct thorough_table t = read_table(*state, HEAD OTHER("1", "01") OTHER("2", "02") OTHER("3", "03") OTHER("4", "03"));
    assert_int_equal(t.n, 4);
    t = read_table(*state, HEAD DATED("Y") DATED("Y") OLD_B("Y"));
    assert_int_equal(t.n, 2);
    assert_int_equal(t.v[0].copies, 2);
    assert_int_equal(t.v[1].copies, 1);
}

static void an_order_shuffled_gives_the_same_searches(void **state) {
    struct thorough_table a = read_table(*state, HEAD OLD_A("Y") DATED("N") OTHER("1", "05") NUMBERED("2", "Y"));
    struct thorough_table b = read_table(*state, HEAD NUMBERED("2", "Y") OTHER("1", "05") DATED("N") OLD_A("Y"));
    assert_int_equal(a.n, b.n);
    for (size_t i = 0; i < a.n; i++) {
        assert_true(cf_str_eq(a.v[i].key, b.v[i].key));
        assert_memory_equal(a.v[i].value, b.v[i].value, sizeof a.v[i].value);
        assert_int_equal(a.v[i].copies, b.v[i].copies);
    }
}

static void what_cannot_be_read_is_rejected_with_its_reason(void **state) {
    static const struct {
        const char *line, *reason;
    } cases[] = {
        {",14/10/2023,X,Hackney,Under 18,Y,Male,Black,s.60 CJPO Weapons,Yes,Drugs,Sheet1,,,\n",
         "stop_date: \"14/10/2023\" cannot be read"},
        {",2023-10-14,X,Hackney,Under 81,Y,Male,Black,s.60 CJPO Weapons,Yes,Drugs,Sheet1,,,\n", "the nearest is \"Under 18\""},
        {",2023-10-14,X,Hackney,Under 18,Y,Male,Black,s.60 CJPO Weapons,,Drugs,Sheet1,,,\n", "no outcome column is filled"},
        {",2023-10-14,X,Hackney,Under 18,Y,Male,Black,s.60 CJPO Weapons,Yes,Drugs,Sheet1,,Yes,\n",
         "more than one outcome column"},
        {"x,2023-10-14,X,Hackney,Under 18,Y,Male,Black,s.60 CJPO Weapons,Yes,Drugs,Sheet1,,,\n", "col_0: \"x\" cannot be read"},
        {"1,2\n", "2 cells where the heading line has 15"},
    };
    char path[] = "/tmp/childfirst-mtip-XXXXXX";
    assert_non_null(mkdtemp(path));
    for (size_t i = 0; i < CF_COUNT(cases); i++) {
        struct cf_errs errs = cf_errs_new(*state);
        const char *in = cf_cstr(*state, cf_str_printf(*state, "%s/in.csv", path));
        struct cf_str bytes = cf_str_printf(*state, "%s%s", HEAD, cases[i].line);
        struct thorough_options o = {.stream = gzip_over_bytes(*state, bytes, CF_LIT("mtip.csv")),
                                     .rejects = csv_rejects_new(*state, in)};
        struct thorough_table t;
        struct cf_str written;
        struct cf_str text;
        assert_true(more_thorough_read(*state, &o, &errs, &t));
        assert_int_equal(t.rejected, 1);
        assert_int_equal(t.n, 0);
        assert_true(csv_rejects_finish(o.rejects, &written, &errs));
        assert_true(cf_read_file(*state, cf_cstr(*state, written), 65536, &text, &errs));
        struct cf_buf plain = cf_buf_new(*state, 65536); /* doubled quotes made single ones again, to compare */
        for (size_t k = 0; k < text.n; k++) {
            cf_buf_byte(&plain, (uint8_t)text.p[k]);
            k += text.p[k] == '"' && k + 1 < text.n && text.p[k + 1] == '"';
        }
        assert_true(cf_buf_finish(&plain, &text));
        if (strstr(cf_cstr(*state, text), cases[i].reason) == NULL) {
            fail_msg("no \"%s\" in %.*s", cases[i].reason, CF_STR_ARG(text));
        }
        unlink(cf_cstr(*state, written));
    }
    rmdir(path);
}

static void a_table_without_any_outcome_column_is_refused(void **state) {
    struct cf_errs errs = cf_errs_new(*state);
    struct thorough_table t;
    struct thorough_options o = {.stream =
                                     gzip_over_bytes(*state,
                                                     CF_LIT("stop_date,borough,age_group,sex,ethnic_appearance,stop_reason,"
                                                            "outcome_reason\n"),
                                                     CF_LIT("mtip.csv"))};
    assert_false(more_thorough_read(*state, &o, &errs, &t));
    expect_error(&errs, CF_I003, "positive_outcome_of_stop");
}

static void a_table_longer_than_the_limit_is_refused(void **state) {
    const char *head =
        "stop_date,borough,age_group,sex,ethnic_appearance,stop_reason,outcome_reason,positive_outcome_of_stop\n";
    const char *line = "2023-10-14,,,,,,,No\n";
    struct cf_buf b = cf_buf_new(*state, 64 << 20);
    cf_buf_lit(&b, head);
    for (int i = 0; i <= CF_MAX_TABLE_ROWS; i++) {
        cf_buf_lit(&b, line);
    }
    struct cf_str bytes;
    struct cf_errs errs = cf_errs_new(*state);
    struct thorough_table t;
    assert_true(cf_buf_finish(&b, &bytes));
    struct thorough_options o = {.stream = gzip_over_bytes(*state, bytes, CF_LIT("mtip.csv"))};
    assert_false(more_thorough_read(*state, &o, &errs, &t));
    expect_error(&errs, CF_I007, "more than 200000 rows");
    o.stream = gzip_over_bytes(*state, cf_str_slice(bytes, 0, bytes.n - strlen(line)), CF_LIT("mtip.csv"));
    errs = cf_errs_new(*state);
    assert_true(more_thorough_read(*state, &o, &errs, &t));
    assert_int_equal(t.n, CF_MAX_TABLE_ROWS);
}

/* ---- The shipped table, counted by SQL of its own: one spelling, then the most copies in any edition. */
static const char sql[] =
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
    "SELECT (SELECT count(*) FROM t), sum(c), sum(CASE WHEN age = 'under' THEN c ELSE 0 END),"
    " sum(CASE WHEN age = 'under' AND d < '2022' THEN c ELSE 0 END) FROM g;";

static void the_shipped_table_agrees_with_sql(void **state) {
    const char *path = "data/open/mps-more-thorough-searches.csv.gz"; /* as published, and as it is among the shared data */
    if (!have_sqlite()) {
        return;
    }
    struct cf_errs errs = cf_errs_new(*state);
    struct thorough_table t;
    struct thorough_options o = {.path = path};
    assert_true(more_thorough_read(*state, &o, &errs, &t));
    assert_int_equal(t.rejected, 0);
    assert_int_equal(t.lines, t.n + t.repeats);
    uint64_t children = 0;
    uint64_t early = 0;
    uint64_t early_with = 0;
    for (size_t i = 0; i < t.n; i++) {
        bool child = t.v[i].value[THOROUGH_AGE] == THOROUGH_UNDER_18;
        bool before = cf_str_cmp(t.v[i].day, CF_LIT("2022")) < 0;
        children += child;
        early += child && before;
        early_with += child && before && t.v[i].value[THOROUGH_ADULT] == THOROUGH_ADULT_YES;
        assert_true(i == 0 || cf_str_cmp(t.v[i - 1].key, t.v[i].key) < 0); /* no key twice */
    }
    struct cf_str got = cf_str_printf(*state, "%llu|%zu|%llu|%llu", (unsigned long long)t.lines, t.n,
                                      (unsigned long long)children, (unsigned long long)early);
    struct cf_str want = sql_over_csv(*state, path, sql);
    if (!cf_str_eq(got, want)) {
        fail_msg("got %.*s, but SQL counts %.*s", CF_STR_ARG(got), CF_STR_ARG(want));
    }
    /* Until the end of 2021 the second edition holds every search, each once: its ticks are the adults. */
    struct cf_str ticks =
        sql_over_csv(*state, path,
                     "SELECT count(*) FROM t WHERE postive_outcome_of_stop <> '' AND age_group = 'Under 18' AND "
                     "stop_date < '2022' AND \\\"approporiate_adult_present_if_required?\\\" = 'Y';");
    struct cf_str ticked = cf_str_printf(*state, "%llu", (unsigned long long)early_with);
    assert_true(cf_str_eq(ticks, ticked));
    print_message("%llu lines, %zu searches, %llu of them of children\n", (unsigned long long)t.lines, t.n,
                  (unsigned long long)children);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_arena, free_arena)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(a_line_becomes_typed_values),
        CASE(one_search_in_five_editions_is_one_search),
        CASE(the_latest_edition_that_answers_says_whether_the_adult_was_there),
        CASE(a_tick_left_out_is_neither_no_nor_unknown),
        CASE(numbered_copies_are_divided_by_the_publications_that_cover_the_month),
        CASE(two_alike_in_one_publication_are_two_searches),
        CASE(an_order_shuffled_gives_the_same_searches),
        CASE(what_cannot_be_read_is_rejected_with_its_reason),
        CASE(a_table_without_any_outcome_column_is_refused),
        CASE(a_table_longer_than_the_limit_is_refused),
        CASE(the_shipped_table_agrees_with_sql),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
