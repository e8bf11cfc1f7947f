/* Stop and search rows: words, times, places, identity, what was never asked; and every shared file against SQL. */
#include "unit/exchange/help.h"

#include "exchange/stop_search.h"
#include "exchange/stop_search_priv.h"

#define HEAD                                                                                                                   \
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,Self-defined ethnicity,"    \
    "Officer-defined ethnicity,Legislation,Object of search,Outcome,Outcome linked to object of search,"                       \
    "Removal of more than just outer clothing\n"
#define BOY                                                                                                                    \
    "Person search,2018-05-01T09:58:14+00:00,False,,51.515405,-0.09154,Male,10-17,"                                            \
    "Black/African/Caribbean/Black British - African,Black,Misuse of Drugs Act 1971 (section 23),Controlled drugs,Arrest,,\n"

struct all {
    struct stop_search_row row[64];
    size_t n;
    const struct stop_search_report *report;
    struct csv_rejects *rejects;
};

static struct all read_named(struct cf_arena *a, const char *name, const char *bytes) {
    struct cf_errs errs = cf_errs_new(a);
    struct boroughs *b = NULL;
    struct stop_search_reader *r = NULL;
    struct all all = {.rejects = csv_rejects_new(a, NULL)};
    assert_true(boroughs_load(a, "data/boroughs/london-boroughs.tsv", &errs, &b));
    struct stop_search_options o = {
        .stream = gzip_over_bytes(a, cf_str_from(bytes), cf_str_from(name)), .boroughs = b, .rejects = all.rejects};
    if (!stop_search_open(a, &o, &errs, &r)) {
        cf_errs_print(stderr, &errs);
        fail();
    }
    bool more = true;
    while (more) {
        struct stop_search_row row;
        assert_true(stop_search_next(r, &row, &more, &errs));
        if (more) {
            assert_true(all.n < CF_COUNT(all.row));
            row.key = cf_str_dup(a, row.key); /* borrowed until the next row */
            row.force = cf_str_dup(a, row.force);
            row.month = cf_str_dup(a, row.month);
            all.row[all.n++] = row;
        }
    }
    expect_no_error(&errs);
    all.report = stop_search_report(r);
    assert_int_equal(all.report->lines, all.report->rows + all.report->rejected);
    assert_int_equal(all.report->rows, all.n);
    return all;
}

static struct all read_may(struct cf_arena *a, const char *bytes) {
    return read_named(a, "2018-05-metropolitan-stop-and-search.csv", bytes);
}

static void expect_code(const struct stop_search_row *row, enum stop_column c, const char *code) {
    assert_text(stop_search_code(c, row->value[c]), code);
}

static void a_row_becomes_typed_values(void **state) {
    struct all all = read_may(*state, HEAD BOY);
    assert_int_equal(all.n, 1);
    const struct stop_search_row *row = &all.row[0];
    assert_text(row->force, "metropolitan");
    assert_text(row->month, "2018-05");
    assert_int_equal(row->line, 2);
    assert_int_equal(row->happened_s, 1525168694);
    assert_int_equal(row->offset_min, 0);
    assert_false(row->day_only);
    assert_true(row->has_place);
    assert_int_equal(row->latitude_udeg, 51515405);
    assert_int_equal(row->longitude_udeg, -91540);
    assert_text(boroughs_name(row->borough), "City of London");
    expect_code(row, STOP_TYPE, "person");
    expect_code(row, STOP_OPERATION, "no");
    expect_code(row, STOP_GENDER, "male");
    expect_code(row, STOP_AGE, "10_17");
    expect_code(row, STOP_SELF_DEFINED, "B2");
    expect_code(row, STOP_OFFICER_DEFINED, "black");
    expect_code(row, STOP_LEGISLATION, "drugs_s23");
    expect_code(row, STOP_OBJECT, "drugs");
    expect_code(row, STOP_OUTCOME, "arrest");
    expect_code(row, STOP_CLOTHING, "not_asked");
    assert_text(stop_search_note(STOP_SELF_DEFINED, row->value[STOP_SELF_DEFINED]), "black");
    assert_true(stop_search_is_child(row->value[STOP_AGE]));
    assert_int_equal(all.report->children, 1);
}

static void a_column_empty_in_every_row_was_never_asked_an_empty_cell_is_not_known(void **state) {
    struct all all = read_may(*state, HEAD BOY "Person search,2018-05-02T09:00:00+00:00,,,,,,,,,,,,True,\n");
    assert_int_equal(all.n, 2);
    expect_code(&all.row[0], STOP_CLOTHING, "not_asked");
    expect_code(&all.row[1], STOP_CLOTHING, "not_asked");
    expect_code(&all.row[0], STOP_LINKED, "not_known");
    expect_code(&all.row[1], STOP_LINKED, "yes");
    expect_code(&all.row[1], STOP_AGE, "not_known");
    expect_code(&all.row[1], STOP_OPERATION, "not_known");
    assert_int_equal(all.row[1].borough, BOROUGHS_NONE);
    assert_false(all.row[1].has_place);
    assert_int_equal(all.report->age_unknown, 1);
    assert_int_equal(all.report->no_place, 1);
    assert_non_null(
        strstr(cf_cstr(*state, all.report->notes), "\"Removal of more than just outer clothing\" is empty in every row"));
}

static void older_and_current_outcomes_share_one_code_and_keep_their_words(void **state) {
    uint8_t older = 0;
    uint8_t current = 0;
    assert_true(stop_search_find_word(STOP_OUTCOME, CF_LIT("Suspect arrested"), &older));
    assert_true(stop_search_find_word(STOP_OUTCOME, CF_LIT("Arrest"), &current));
    assert_int_not_equal(older, current);
    assert_text(stop_search_code(STOP_OUTCOME, older), "arrest");
    assert_text(stop_search_code(STOP_OUTCOME, current), "arrest");
    assert_text(stop_search_text(STOP_OUTCOME, older), "Suspect arrested");
    assert_text(stop_search_note(STOP_OUTCOME, older), "older");
    assert_int_equal(stop_search_words(STOP_OUTCOME), 16);
    (void)state;
}

static void both_ethnicity_lists_are_read_and_not_stated_is_not_other(void **state) {
    static const struct {
        const char *text, *code, *group;
    } cases[] = {
        {"White - Gypsy or Irish Traveller", "W3", "white"},
        {"Asian/Asian British - Chinese", "A4", "asian"},
        {"Chinese or other ethnic group - Chinese (O1)", "A4", "asian"},
        {"O1", "A4", "asian"},
        {"Mixed - White and Asian (M3)", "M3", "mixed"},
        {"Other ethnic group - Arab", "O2", "other"},
        {"Other ethnic group - Not stated", "NS", "not_stated"},
        {"Not Stated (NS)", "NS", "not_stated"},
        {"  white - irish", "W2", "white"},
    };
    for (size_t i = 0; i < CF_COUNT(cases); i++) {
        uint8_t v = 0;
        assert_true(stop_search_find_word(STOP_SELF_DEFINED, cf_str_from(cases[i].text), &v));
        assert_text(stop_search_code(STOP_SELF_DEFINED, v), cases[i].code);
        assert_text(stop_search_note(STOP_SELF_DEFINED, v), cases[i].group);
    }
    assert_int_equal(stop_search_words(STOP_SELF_DEFINED), 19);
    (void)state;
}

/* The halving in stop_search_words.c relies on it, and the enums of ages and answers on the order within. */
static void the_words_stand_in_the_order_of_the_columns(void **state) {
    size_t n = 0;
    for (int c = 0; c < STOP_COLUMNS; c++) {
        for (size_t i = 0; i < stop_search_words((enum stop_column)c); i++) {
            uint8_t v = 0;
            struct cf_str text = stop_search_text((enum stop_column)c, (uint8_t)(STOP_FIRST + i));
            assert_true(stop_search_find_word((enum stop_column)c, text, &v));
            assert_int_equal(v, STOP_FIRST + i);
            n++;
        }
    }
    assert_int_equal(n, 3 + 2 + 3 + 5 + 19 + 5 + 17 + 16 + 16 + 2 + 2);
    assert_text(stop_search_code(STOP_AGE, STOP_AGE_UNDER_10), "under_10");
    assert_text(stop_search_code(STOP_AGE, STOP_AGE_OVER_34), "over_34");
    assert_text(stop_search_code(STOP_LINKED, STOP_YES), "yes");
    assert_text(stop_search_code(STOP_LINKED, STOP_NO), "no");
    (void)state;
}

static void an_unknown_word_rejects_the_line_and_offers_the_nearest(void **state) {
    struct cf_errs errs = cf_errs_new(*state);
    char path[] = "/tmp/childfirst-stop-XXXXXX";
    assert_non_null(mkdtemp(path));
    const char *in = cf_cstr(*state, cf_str_printf(*state, "%s/2018-05-x-stop-and-search.csv", path));
    const char *bytes =
        HEAD BOY "Person search,2018-05-01T09:58:14+00:00,False,,,,Male,10-17,,Black,,Controlled drogs,Arrest,,\n"
                 "Person search,yesterday,False,,,,Male,10-17,,Black,,,Arrest,,\n"
                 "Person search,2018-05-01T09:58:14+00:00,False,,51.5,,Male,10-17,,Black,,,Arrest,,\n"
                 "Person search,2018-05-01T09:58:14+00:00,False,,951.5,0,Male,10-17,,Black,,,Arrest,,\n"
                 "Person search,,False,,,,Male,10-17,,Black,,,Arrest,,\n"
                 "short,line\n";
    assert_true(cf_write_file(in, cf_str_from(bytes), &errs));
    struct stop_search_options o = {.path = in, .rejects = csv_rejects_new(*state, in)};
    struct stop_search_reader *r = NULL;
    struct stop_search_row row;
    bool more = true;
    assert_true(stop_search_open(*state, &o, &errs, &r));
    while (more) {
        assert_true(stop_search_next(r, &row, &more, &errs));
    }
    struct cf_str written;
    struct cf_str text;
    assert_true(csv_rejects_finish(o.rejects, &written, &errs));
    assert_true(cf_read_file(*state, cf_cstr(*state, written), 65536, &text, &errs));
    static const char *const reasons[] = {
        "3,\"Object of search: \"\"Controlled drogs\"\" is not a known word; the nearest is \"\"Controlled "
        "drugs\"\"\",\"Person",
        "4,\"Date: \"\"yesterday\"\" is not a date and time like 2018-05-01T09:58:14+00:00\"",
        "5,\"Longitude is empty but the other coordinate is not\"",
        "6,\"Latitude: \"\"951.5\"\" is not a number of degrees between -90 and 90\"",
        "7,\"Date is empty\"",
        "8,\"2 cells where the heading line has 15\",\"short,line\"",
    };
    for (size_t i = 0; i < CF_COUNT(reasons); i++) {
        if (strstr(cf_cstr(*state, text), reasons[i]) == NULL) {
            fail_msg("no %s in\n%.*s", reasons[i], CF_STR_ARG(text));
        }
    }
    assert_int_equal(stop_search_report(r)->lines, 7);
    assert_int_equal(stop_search_report(r)->rejected, 6);
    assert_int_equal(csv_rejects_count(o.rejects), 6);
    unlink(cf_cstr(*state, written));
    unlink(in);
    rmdir(path);
}

static void expect_when(const char *text, int64_t at, int offset, bool day) {
    struct stop_when w;
    if (!stop_search_read_when(cf_str_from(text), &w)) {
        fail_msg("%s was not read", text);
    }
    assert_int_equal(w.at_s, at);
    assert_int_equal(w.offset_min, offset);
    assert_int_equal(w.day_only, day);
}

static void times_are_converted_truly(void **state) {
    expect_when("2018-05-01T09:58:14+00:00", 1525168694, 0, false);
    expect_when("2018-05-01T10:58:14+01:00", 1525168694, 60, false);
    expect_when("2018-05-01T10:58:14+0100", 1525168694, 60, false);
    expect_when("2018-05-01T05:28:14-04:30", 1525168694, -270, false);
    expect_when("2018-05-01T09:58:14Z", 1525168694, 0, false);
    expect_when("2018-05-01 09:58:14.000", 1525168694, 0, false);
    expect_when("2018-05-01T09:58", 1525168680, 0, false);
    expect_when("2018-05-01T00:00:00+00:00", 1525132800, 0, true);
    expect_when("2018-05-01", 1525132800, 0, true);
    expect_when("2024-02-29T00:00:01+00:00", 1709164801, 0, false);
    (void)state;
}

static void what_is_not_a_time_is_not_read(void **state) {
    static const char *const bad[] = {"",
                                      "2018",
                                      "2018-13-01",
                                      "2018-02-29",
                                      "2018-05-01T",
                                      "2018-05-01T24:00",
                                      "2018-05-01T09:60",
                                      "2018-05-01T09:58:14+",
                                      "2018-05-01T09:58:14+1",
                                      "2018-05-01T09:58:14+00:00x",
                                      "01/05/2018",
                                      "2018-05-01T09:58:14.",
                                      "2018-05-01X09:58",
                                      "0000-01-01",
                                      "2018-05-01T09:58:14+15:00"};
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        struct stop_when w;
        if (stop_search_read_when(cf_str_from(bad[i]), &w)) {
            fail_msg("%s was read", bad[i]);
        }
    }
    (void)state;
}

static void degrees_are_whole_microdegrees(void **state) {
    static const struct {
        const char *text;
        int32_t udeg;
    } good[] = {{"51.515405", 51515405}, {"-0.09154", -91540}, {"51", 51000000},          {"-.5", -500000}, {"+1.", 1000000},
                {"0.0000004", 0},        {"0.0000005", 1},     {"-0.00000051234567", -1}, {"90", 90000000}};
    static const char *const bad[] = {"", "-", ".", "1e3", "51,5", "1234", "90.000001", "5 1", "--1", "NaN"};
    int32_t v = 0;
    for (size_t i = 0; i < CF_COUNT(good); i++) {
        assert_true(stop_search_read_degrees(cf_str_from(good[i].text), 90, &v));
        assert_int_equal(v, good[i].udeg);
    }
    for (size_t i = 0; i < CF_COUNT(bad); i++) {
        if (stop_search_read_degrees(cf_str_from(bad[i]), 90, &v)) {
            fail_msg("%s was read", bad[i]);
        }
    }
    (void)state;
}

static void the_same_row_twice_is_two_rows_and_the_same_file_gives_the_same_keys(void **state) {
    struct all once = read_may(*state, HEAD BOY BOY BOY);
    assert_int_equal(once.n, 3);
    assert_int_equal(once.report->repeated, 2);
    assert_int_equal(once.row[2].ordinal, 2);
    assert_false(cf_str_eq(once.row[0].key, once.row[1].key));
    assert_false(cf_str_eq(once.row[1].key, once.row[2].key));
    struct all again = read_may(*state, HEAD BOY BOY BOY);
    for (size_t i = 0; i < 3; i++) {
        assert_true(cf_str_eq(once.row[i].key, again.row[i].key));
    }
    assert_text(once.row[1].key,
                "stop-search/metropolitan/2018-05/1525168694/person/no/male/10_17/B2/black/drugs_s23/drugs/arrest///"
                "/51515405,-91540//1");
    assert_non_null(strstr(cf_cstr(*state, once.report->notes), "cannot be told from a record entered twice"));
}

static void the_data_set_is_part_of_a_rows_identity(void **state) {
    struct all may = read_may(*state, HEAD BOY);
    struct all june = read_named(*state, "x/2018-06-metropolitan-stop-and-search.csv.gz", HEAD BOY);
    assert_text(june.row[0].month, "2018-06");
    assert_false(cf_str_eq(may.row[0].key, june.row[0].key));
}

static void columns_in_another_order_are_the_same_row(void **state) {
    struct all usual = read_may(*state, HEAD BOY);
    struct all other = read_may(
        *state, "extra,outcome,object_of_search,legislation,officer_defined_ethnicity,self_defined_ethnicity,age_range,gender,"
                "longitude,latitude,operation,datetime,type\n"
                "?,Arrest,Controlled drugs,Misuse of Drugs Act 1971 (section 23),Black,"
                "Black/African/Caribbean/Black British - African,10-17,Male,-0.09154,51.515405,0,2018-05-01 09:58:14.000,"
                "Person search\n");
    assert_true(cf_str_eq(usual.row[0].key, other.row[0].key));
    assert_text(other.report->unknown_headings, "extra");
    assert_false(other.report->present[STOP_CLOTHING]);
    assert_int_equal(other.report->no_offset, 1);
}

static void a_joined_table_names_the_data_set_in_each_row(void **state) {
    struct all all =
        read_named(*state, "2023-city.csv",
                   "type,date,gender,age_range,self_defined_ethnicity,officer_defined_ethnicity,legislation,"
                   "object_of_search,outcome,file_name\n"
                   "Person search,2023-11-01 18:21:46.000,Male,10-17,,,,,,2023-11-city-of-london-stop-and-search.csv\n"
                   "Person search,2023-11-01 18:21:46.000,Male,10-17,,,,,,november.csv\n");
    assert_int_equal(all.n, 1);
    assert_text(all.row[0].force, "city-of-london");
    assert_text(all.row[0].month, "2023-11");
    assert_int_equal(all.report->rejected, 1);
}

static void a_file_name_that_says_no_force_and_month_is_refused(void **state) {
    static const char *const names[] = {"stops.csv", "2018-13-metropolitan-stop-and-search.csv", "2018-05--stop-and-search.csv",
                                        "2018-05-Met Police-stop-and-search.csv", "2018-05-metropolitan-street.csv"};
    for (size_t i = 0; i < CF_COUNT(names); i++) {
        struct cf_errs errs = cf_errs_new(*state);
        struct stop_search_reader *r = NULL;
        struct stop_search_options o = {.stream = gzip_over_bytes(*state, CF_LIT(HEAD BOY), cf_str_from(names[i]))};
        assert_false(stop_search_open(*state, &o, &errs, &r));
        expect_error(&errs, CF_I005, "2018-05-metropolitan-stop-and-search.csv");
    }
    struct cf_errs errs = cf_errs_new(*state);
    struct stop_search_reader *r = NULL;
    struct stop_search_options o = {.stream = gzip_over_bytes(*state, CF_LIT(HEAD BOY), CF_LIT("stops.csv")),
                                    .force = CF_LIT("metropolitan"),
                                    .month = CF_LIT("2018-05")};
    assert_true(stop_search_open(*state, &o, &errs, &r));
    o.month = CF_LIT("May");
    o.stream = gzip_over_bytes(*state, CF_LIT(HEAD BOY), CF_LIT("stops.csv"));
    assert_false(stop_search_open(*state, &o, &errs, &r));
    expect_error(&errs, CF_I005, "\"May\"");
}

static void another_csv_says_which_columns_are_missing(void **state) {
    struct cf_errs errs = cf_errs_new(*state);
    struct stop_search_reader *r = NULL;
    struct stop_search_options o = {
        .stream = gzip_over_bytes(*state, CF_LIT("a,b\n1,2\n"), CF_LIT("2018-05-metropolitan-stop-and-search.csv"))};
    assert_false(stop_search_open(*state, &o, &errs, &r));
    expect_error(&errs, CF_I003, "has no column \"Type\"");
    assert_int_equal(errs.failures, 9); /* all that are missing, not the first alone */
}

static void a_yes_or_no_that_never_varies_is_pointed_out(void **state) {
    struct cf_buf b = cf_buf_new(*state, 1 << 20);
    cf_buf_lit(&b, HEAD);
    for (int i = 0; i < 60; i++) {
        cf_buf_printf(&b, "Person search,2024-09-01T09:%02d:00+00:00,False,,,,Male,,,,,,Arrest,False,%s\n", i,
                      i == 7 ? "True" : "False");
        cf_buf_printf(&b, "Person search,2024-09-01T10:%02d:00+00:00,False,,,,Male,,,,,,Arrest,False,False\n", i);
    }
    struct cf_str bytes;
    assert_true(cf_buf_finish(&b, &bytes));
    struct cf_errs errs = cf_errs_new(*state);
    struct stop_search_reader *r = NULL;
    struct stop_search_options o = {.stream =
                                        gzip_over_bytes(*state, bytes, CF_LIT("2024-09-metropolitan-stop-and-search.csv"))};
    assert_true(stop_search_open(*state, &o, &errs, &r));
    struct stop_search_row row;
    bool more = true;
    while (more) {
        assert_true(stop_search_next(r, &row, &more, &errs));
    }
    const char *notes = cf_cstr(*state, stop_search_report(r)->notes);
    assert_non_null(strstr(notes, "\"Outcome linked to object of search\" is False in every row that answers it (120)"));
    assert_null(strstr(notes, "\"Removal of more than just outer clothing\" is"));
}

static void a_file_published_twice_over_is_pointed_out(void **state) {
    for (int times = 1; times <= 2; times++) {
        struct cf_buf b = cf_buf_new(*state, 1 << 20);
        cf_buf_lit(&b, HEAD);
        for (int i = 0; i < 30 * times; i++) {
            cf_buf_printf(&b, "Person search,2020-07-01T10:%02d:00+00:00,,,,,Male,,,,,,Arrest,,\n", i % 30);
        }
        struct cf_str bytes;
        assert_true(cf_buf_finish(&b, &bytes));
        struct all all = read_may(*state, cf_cstr(*state, bytes));
        const char *notes = cf_cstr(*state, all.report->notes);
        assert_int_equal(strstr(notes, "published twice over") != NULL, times == 2);
        assert_int_equal(all.report->rows, 30 * times); /* kept as published all the same */
    }
}

static void a_damaged_file_is_found_before_the_first_row(void **state) {
    static const unsigned char cut[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff, 0x4b, 0xd4, 0x49, 0xe2, 0x32};
    struct cf_errs errs = cf_errs_new(*state);
    struct stop_search_reader *r = NULL;
    struct stop_search_options o = {.stream = gzip_over_bytes(*state, (struct cf_str){(const char *)cut, sizeof cut},
                                                              CF_LIT("2018-05-x-stop-and-search.csv"))};
    assert_false(stop_search_open(*state, &o, &errs, &r));
    expect_error(&errs, CF_I002, "Fetch the file again");
}

/* ---- Every shared file, against SQL over the raw CSV. */
struct counts {
    uint64_t rows, children, age_unknown, nothing_found, not_stated, black_children, clothing, no_place, arrest, distinct;
};

static struct counts count_file(struct cf_arena *a, const char *path, const struct boroughs *b) {
    struct cf_errs errs = cf_errs_new(a);
    struct stop_search_reader *r = NULL;
    struct stop_search_options o = {.path = path, .boroughs = b, .rejects = csv_rejects_new(a, NULL)};
    struct counts n = {0};
    assert_true(stop_search_open(a, &o, &errs, &r));
    for (bool more = true; more;) {
        struct stop_search_row row;
        assert_true(stop_search_next(r, &row, &more, &errs));
        if (!more) {
            break;
        }
        bool child = stop_search_is_child(row.value[STOP_AGE]);
        n.rows++;
        n.children += child;
        n.age_unknown += row.value[STOP_AGE] < STOP_FIRST;
        n.nothing_found += cf_str_is(stop_search_code(STOP_OUTCOME, row.value[STOP_OUTCOME]), "no_further_action");
        n.arrest += cf_str_is(stop_search_code(STOP_OUTCOME, row.value[STOP_OUTCOME]), "arrest");
        n.not_stated += cf_str_is(stop_search_code(STOP_SELF_DEFINED, row.value[STOP_SELF_DEFINED]), "NS");
        n.black_children += child && cf_str_is(stop_search_note(STOP_SELF_DEFINED, row.value[STOP_SELF_DEFINED]), "black");
        n.clothing += row.value[STOP_CLOTHING] == STOP_YES;
        n.no_place += !row.has_place;
        n.distinct += row.ordinal == 0;
    }
    const struct stop_search_report *t = stop_search_report(r);
    assert_int_equal(t->lines, t->rows + t->rejected);
    assert_int_equal(t->rejected, 0);
    assert_int_equal(t->rows, n.rows);
    return n;
}

static const char published_sql[] =
    "SELECT count(*), sum(\\\"Age range\\\" IN ('10-17', 'under 10')), sum(\\\"Age range\\\" = ''), "
    "sum(Outcome IN ('A no further action disposal', 'Nothing found - no further action')), "
    "sum(\\\"Self-defined ethnicity\\\" = 'Other ethnic group - Not stated'), "
    "sum(\\\"Age range\\\" IN ('10-17', 'under 10') AND \\\"Self-defined ethnicity\\\" LIKE 'Black%'), "
    "sum(\\\"Removal of more than just outer clothing\\\" = 'True'), sum(Latitude = ''), "
    "sum(Outcome IN ('Arrest', 'Suspect arrested')), (SELECT count(*) FROM (SELECT DISTINCT * FROM t)) FROM t;";
static const char joined_sql[] =
    "SELECT count(*), sum(age_range IN ('10-17', 'under 10')), sum(age_range = ''), "
    "sum(outcome IN ('A no further action disposal', 'Nothing found - no further action')), "
    "sum(self_defined_ethnicity = 'Other ethnic group - Not stated'), "
    "sum(age_range IN ('10-17', 'under 10') AND self_defined_ethnicity LIKE 'Black%'), "
    "sum(removal_of_more_than_just_outer_clothing = '1'), sum(latitude = ''), sum(outcome IN ('Arrest', 'Suspect arrested')), "
    "(SELECT count(*) FROM (SELECT DISTINCT type, date, latitude, longitude, gender, age_range, self_defined_ethnicity, "
    "officer_defined_ethnicity, legislation, object_of_search, outcome, outcome_linked_to_object_of_search, "
    "removal_of_more_than_just_outer_clothing, file_name FROM t)) FROM t;";

static void compare_with_sql(const char *path, const struct boroughs *b) {
    struct cf_arena *a = cf_arena_new("file");
    struct counts n = count_file(a, path, b);
    struct cf_str want = sql_over_csv(a, path, strstr(path, "city-2023") != NULL ? joined_sql : published_sql);
    struct cf_str got =
        cf_str_printf(a, "%llu|%llu|%llu|%llu|%llu|%llu|%llu|%llu|%llu|%llu", (unsigned long long)n.rows,
                      (unsigned long long)n.children, (unsigned long long)n.age_unknown, (unsigned long long)n.nothing_found,
                      (unsigned long long)n.not_stated, (unsigned long long)n.black_children, (unsigned long long)n.clothing,
                      (unsigned long long)n.no_place, (unsigned long long)n.arrest, (unsigned long long)n.distinct);
    if (!cf_str_eq(got, want)) {
        fail_msg("%s: %.*s, but SQL counts %.*s", path, CF_STR_ARG(got), CF_STR_ARG(want));
    }
    cf_arena_free(a);
}

static size_t compare_all(struct cf_arena *a, const char *pattern) {
    struct cf_errs errs = cf_errs_new(a);
    struct boroughs *b = NULL;
    glob_t files;
    assert_true(boroughs_load(a, "data/boroughs/london-boroughs.tsv", &errs, &b));
    assert_int_equal(glob(pattern, 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        compare_with_sql(files.gl_pathv[i], b);
    }
    size_t n = files.gl_pathc;
    globfree(&files);
    return n;
}

static void every_shipped_file_agrees_with_sql_over_the_raw_csv(void **state) {
    if (have_sqlite()) {
        assert_int_equal(compare_all(*state, "data/open/*-stop-and-search.csv.gz"), 6);
    }
}

static void every_shared_file_agrees_with_sql_over_the_raw_csv(void **state) {
    const char *folder = shared_data(*state, "data/stop-search");
    if (folder != NULL && have_sqlite()) {
        assert_true(compare_all(*state, cf_cstr(*state, cf_str_printf(*state, "%s/*/*.csv.gz", folder))) >= 40);
    }
}

static void the_shipped_files_are_as_published(void **state) {
    assert_int_equal(system("cd data/open && sha256sum --check --quiet --strict SHA256SUMS"), 0);
    (void)state;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_arena, free_arena)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(a_row_becomes_typed_values),
        CASE(a_column_empty_in_every_row_was_never_asked_an_empty_cell_is_not_known),
        CASE(older_and_current_outcomes_share_one_code_and_keep_their_words),
        CASE(both_ethnicity_lists_are_read_and_not_stated_is_not_other),
        CASE(the_words_stand_in_the_order_of_the_columns),
        CASE(an_unknown_word_rejects_the_line_and_offers_the_nearest),
        CASE(times_are_converted_truly),
        CASE(what_is_not_a_time_is_not_read),
        CASE(degrees_are_whole_microdegrees),
        CASE(the_same_row_twice_is_two_rows_and_the_same_file_gives_the_same_keys),
        CASE(the_data_set_is_part_of_a_rows_identity),
        CASE(columns_in_another_order_are_the_same_row),
        CASE(a_joined_table_names_the_data_set_in_each_row),
        CASE(a_file_name_that_says_no_force_and_month_is_refused),
        CASE(another_csv_says_which_columns_are_missing),
        CASE(a_yes_or_no_that_never_varies_is_pointed_out),
        CASE(a_file_published_twice_over_is_pointed_out),
        CASE(a_damaged_file_is_found_before_the_first_row),
        CASE(the_shipped_files_are_as_published),
        CASE(every_shipped_file_agrees_with_sql_over_the_raw_csv),
        CASE(every_shared_file_agrees_with_sql_over_the_raw_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
