/* CSV and gzip: records, bad lines, files that are not CSV, headings by name, and the file of rejected lines. */
#include "unit/exchange/help.h"

#include <sys/stat.h>

/* Reads everything: rows as cells parted by '|', bad lines as "line N: reason". Line ends inside cells show as '~'. */
static struct cf_str read_all(struct cf_arena *a, struct gzip_stream *s, struct cf_errs *errs) {
    struct csv_reader *r = NULL;
    struct cf_buf b = cf_buf_new(a, 1 << 20);
    struct cf_str out = CF_LIT("(not CSV)");
    if (!csv_open(a, s, errs, &r)) {
        return out;
    }
    for (;;) {
        struct csv_line line;
        enum csv_verdict verdict;
        if (!csv_next(r, &line, &verdict, errs)) {
            cf_buf_lit(&b, "(failed)");
            break;
        }
        if (verdict == CSV_END) {
            break;
        }
        cf_buf_printf(&b, "%llu: ", (unsigned long long)line.number);
        if (verdict == CSV_BAD) {
            cf_buf_printf(&b, "BAD %.*s", CF_STR_ARG(line.reason));
        }
        for (size_t i = 0; i < line.n; i++) {
            cf_buf_lit(&b, i > 0 ? "|" : "");
            for (size_t k = 0; k < line.cells[i].n; k++) {
                cf_buf_byte(&b, line.cells[i].p[k] == '\n' ? '~' : (uint8_t)line.cells[i].p[k]);
            }
        }
        cf_buf_byte(&b, '\n');
    }
    assert_true(cf_buf_finish(&b, &out));
    return out;
}

static struct cf_str read_bytes(struct cf_arena *a, struct cf_str bytes) {
    struct cf_errs errs = cf_errs_new(a);
    struct cf_str out = read_all(a, gzip_over_bytes(a, bytes, CF_LIT("test.csv")), &errs);
    expect_no_error(&errs);
    return out;
}

static void expect_not_csv(struct cf_arena *a, struct cf_str bytes, const char *words) {
    struct cf_errs errs = cf_errs_new(a);
    assert_text(read_all(a, gzip_over_bytes(a, bytes, CF_LIT("test.csv")), &errs), "(not CSV)");
    expect_error(&errs, CF_I001, words);
}

static void quotes_commas_and_line_ends_inside_a_cell_are_kept(void **state) {
    assert_text(read_bytes(*state, CF_LIT("a,b\n\"x, y\",\"say \"\"no\"\"\"\n\"two\nlines\",\"\"\n\"\"\"\",z\n")),
                "2: x, y|say \"no\"\n3: two~lines|\n5: \"|z\n");
}

static void crlf_a_byte_order_mark_and_a_missing_last_line_end_are_fine(void **state) {
    assert_text(read_bytes(*state, CF_LIT("\xef\xbb\xbf"
                                          "a,b\r\n1,2\r\n3,4")),
                "2: 1|2\n3: 3|4\n");
}

static void empty_lines_are_passed_over_but_numbered(void **state) {
    assert_text(read_bytes(*state, CF_LIT("a,b\n\n1,2\n\r\n\n3,4\n\n")), "3: 1|2\n6: 3|4\n");
}

static void the_wrong_number_of_cells_rejects_the_line_alone(void **state) {
    assert_text(read_bytes(*state, CF_LIT("a,b\n1\n1,2,3\n1,2\n,\n")),
                "2: BAD 1 cell where the heading line has 2\n3: BAD 3 cells where the heading line has 2\n4: 1|2\n5: |\n");
}

static void a_nul_or_invalid_utf8_rejects_the_line_alone(void **state) {
    assert_text(read_bytes(*state, CF_LIT("a,b\n1,\0\n1,\xc3\x28\n1,\xed\xa0\x80\n1,caf\xc3\xa9\n")),
                "2: BAD a NUL byte at byte 3 of the line\n3: BAD not UTF-8 at byte 3 of the line\n"
                "4: BAD not UTF-8 at byte 3 of the line\n5: 1|caf\xc3\xa9\n");
}

static void quotes_in_the_wrong_place_reject_the_line_alone(void **state) {
    assert_text(read_bytes(*state, CF_LIT("a,b\n1,x\"y\n\"1\"2,3\n1,2\n")),
                "2: BAD a quote inside cell 2, which does not begin with one\n3: BAD text after the closing quote of cell 1\n"
                "4: 1|2\n");
}

static void a_quote_that_is_never_closed_does_not_swallow_the_file(void **state) {
    assert_text(read_bytes(*state, CF_LIT("a,b\n1,\"open\n2,3\n4,5\n")),
                "2: BAD a quote in cell 2 is opened and never closed\n3: 2|3\n4: 4|5\n");
}

static void a_record_has_at_most_so_many_lines(void **state) {
    struct cf_buf b = cf_buf_new(*state, 4096);
    cf_buf_lit(&b, "a,b\n\"x\n");
    for (int i = 0; i < CSV_LINES_OF_ONE_RECORD; i++) {
        cf_buf_lit(&b, "1,2\n");
    }
    cf_buf_lit(&b, "\",y\n");
    struct cf_str bytes;
    assert_true(cf_buf_finish(&b, &bytes));
    struct cf_str out = read_bytes(*state, bytes);
    assert_true(cf_str_starts(out, CF_LIT("2: BAD a quote in cell 1 is opened and never closed\n3: 1|2\n4: 1|2\n")));
    assert_true(cf_str_ends(out, CF_LIT("66: 1|2\n67: BAD a quote in cell 1 is opened and never closed\n")));
}

static struct cf_str long_line_file(struct cf_arena *a, size_t length) {
    char *p = cf_alloc(a, length + 32);
    memcpy(p, "a,b\n", 4);
    memset(p + 4, 'x', length);
    memcpy(p + 4 + length, "\n1,2\n", 5);
    return (struct cf_str){p, length + 9};
}

static void a_line_too_long_is_rejected_and_the_next_one_read(void **state) {
    assert_text(read_bytes(*state, long_line_file(*state, CF_MAX_CSV_LINE_BYTES + 1)),
                "2: BAD a line of 1048577 bytes, longer than 1048576; its first 1000 are shown\n3: 1|2\n");
    assert_text(read_bytes(*state, long_line_file(*state, 40000000)),
                "2: BAD a line of 40000000 bytes, longer than 1048576; its first 1000 are shown\n3: 1|2\n");
    assert_text(read_bytes(*state, long_line_file(*state, CF_MAX_CSV_LINE_BYTES)),
                "2: BAD 1 cell where the heading line has 2\n3: 1|2\n");
}

/* Bytes without end, made as they are read: what a 10 GB line is to the reader. */
static void an_endless_line_takes_constant_memory(void **state) {
    char path[] = "/tmp/childfirst-csv-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a,b\n", 4), 4);
    const off_t hole = (off_t)3 << 30; /* a hole of 3 GB: NUL bytes, no disk */
#ifdef __SANITIZE_ADDRESS__
    const off_t length = hole / 16;
#else
    const off_t length = hole;
#endif
    assert_int_equal(lseek(fd, length, SEEK_SET), length);
    assert_int_equal(write(fd, "\n1,2\n", 5), 5);
    close(fd);
    struct cf_errs errs = cf_errs_new(*state);
    struct gzip_stream *s = NULL;
    assert_true(gzip_open(*state, path, &errs, &s));
    struct cf_str out = read_all(*state, s, &errs);
    unlink(path);
    expect_no_error(&errs);
    assert_true(cf_str_ends(out, CF_LIT("3: 1|2\n")));
    assert_true(cf_str_starts(out, CF_LIT("2: BAD a line of ")));
    assert_true(cf_arena_used(*state) < (8 << 20));
}

static void what_is_not_csv_is_refused_with_what_to_do(void **state) {
    expect_not_csv(*state, CF_LIT(""), "it is empty");
    expect_not_csv(*state, CF_LIT("\n\n"), "no heading line");
    expect_not_csv(*state, CF_LIT("PK\x03\x04rest"), "save the table as CSV");
    expect_not_csv(*state,
                   CF_LIT("\xff\xfe"
                          "a\0,\0"),
                   "UTF-16");
    expect_not_csv(*state, CF_LIT("<html><body>404</body></html>"), "Get the CSV file itself");
    expect_not_csv(*state, CF_LIT("[{\"type\":\"Person search\"}]"), "it is JSON");
    expect_not_csv(*state, CF_LIT("SQLite format 3\0"), "it is a database");
    expect_not_csv(*state, CF_LIT("a;b;c\n1;2;3\n"), "semicolons or tabs");
    expect_not_csv(*state, CF_LIT("a,\0b\n"), "a NUL byte");
    expect_not_csv(*state, CF_LIT("\"a,b\n1,2\n"), "opened and never closed");
}

/* ---- gzip. */
static const unsigned char packed[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0x4b,
                                       0xd4, 0x49, 0xe2, 0x32, 0xd4, 0x31, 0xe2, 0x32, 0xd6, 0x31, 0xe1,
                                       0x02, 0x00, 0xe5, 0xe9, 0xd6, 0xce, 0x0c, 0x00, 0x00, 0x00};

static struct cf_str packed_str(size_t n) {
    return (struct cf_str){(const char *)packed, n};
}

static void expect_damaged(struct cf_arena *a, struct cf_str bytes, const char *words) {
    struct cf_errs errs = cf_errs_new(a);
    (void)read_all(a, gzip_over_bytes(a, bytes, CF_LIT("test.csv.gz")), &errs);
    expect_error(&errs, CF_I002, words);
}

static void gzip_is_told_by_its_first_bytes(void **state) {
    assert_text(read_bytes(*state, packed_str(sizeof packed)), "2: 1|2\n3: 3|4\n");
}

static void two_gzip_members_are_one_file(void **state) {
    struct cf_buf b = cf_buf_new(*state, 4096);
    cf_buf_add(&b, packed, sizeof packed);
    cf_buf_add(&b, packed, sizeof packed);
    struct cf_str bytes;
    assert_true(cf_buf_finish(&b, &bytes));
    assert_text(read_bytes(*state, bytes), "2: 1|2\n3: 3|4\n4: a|b\n5: 1|2\n6: 3|4\n");
}

static void damaged_gzip_is_an_error_that_says_so(void **state) {
    for (size_t n = 2; n < sizeof packed; n++) {
        expect_damaged(*state, packed_str(n), "in the middle of the compressed data");
    }
    unsigned char *bad = cf_memdup(*state, packed, sizeof packed);
    bad[sizeof packed - 6] ^= 0x55; /* the check sum */
    expect_damaged(*state, (struct cf_str){(const char *)bad, sizeof packed}, "incorrect data check");
    struct cf_buf b = cf_buf_new(*state, 4096);
    cf_buf_add(&b, packed, sizeof packed);
    cf_buf_lit(&b, "garbage");
    struct cf_str bytes;
    assert_true(cf_buf_finish(&b, &bytes));
    expect_damaged(*state, bytes, "other bytes follow the end");
}

static void a_file_that_is_not_there_says_which(void **state) {
    struct cf_errs errs = cf_errs_new(*state);
    struct gzip_stream *s = NULL;
    assert_false(gzip_open(*state, "no/such/file.csv", &errs, &s));
    expect_error(&errs, CF_B001, "cannot open no/such/file.csv");
    errs = cf_errs_new(*state);
    assert_false(gzip_open(*state, "src", &errs, &s));
    expect_error(&errs, CF_B001, "it is a folder");
}

static void count_bytes(void *self, const void *bytes, size_t n) {
    (void)bytes;
    *(uint64_t *)self += n;
}

static void a_tap_sees_every_stored_byte_once(void **state) {
    uint64_t seen = 0;
    struct cf_errs errs = cf_errs_new(*state);
    struct gzip_stream *s = gzip_over_bytes(*state, packed_str(sizeof packed), CF_LIT("t"));
    gzip_tap(s, count_bytes, &seen);
    (void)read_all(*state, s, &errs);
    assert_int_equal(seen, sizeof packed);
    assert_true(gzip_is_compressed(s));
    assert_true(gzip_rewind(s, &errs));
    (void)read_all(*state, s, &errs);
    assert_int_equal(seen, sizeof packed);
    expect_no_error(&errs);
}

/* ---- Headings. */
static const struct csv_column wanted[] = {
    {"Age range", NULL, true}, {"Removal of more", "removal|clothing", false}, {"Date", NULL, true}};

static bool map(struct cf_arena *a, const char *heading, int *at, struct cf_str *unknown, struct cf_errs *errs) {
    struct csv_reader *r = NULL;
    assert_true(csv_open(a, gzip_over_bytes(a, cf_str_from(heading), CF_LIT("test.csv")), errs, &r));
    return csv_map_headings(a, r, wanted, CF_COUNT(wanted), at, unknown, errs);
}

static void headings_stand_in_any_order_and_spelling(void **state) {
    int at[3];
    struct cf_str unknown;
    struct cf_errs errs = cf_errs_new(*state);
    assert_true(map(*state, "date,Colour,AGE_RANGE,clothing, Extra \n", at, &unknown, &errs));
    assert_int_equal(at[0], 2);
    assert_int_equal(at[1], 3);
    assert_int_equal(at[2], 0);
    assert_text(unknown, "Colour, Extra");
    assert_true(map(*state, "Date,Age range\n", at, &unknown, &errs));
    assert_int_equal(at[1], -1);
    assert_text(unknown, "");
    expect_no_error(&errs);
}

static void a_missing_heading_names_the_nearest(void **state) {
    int at[3];
    struct cf_str unknown;
    struct cf_errs errs = cf_errs_new(*state);
    assert_false(map(*state, "Date,Age rnage\n", at, &unknown, &errs));
    expect_error(&errs, CF_I003, "\"Age rnage\"");
}

static void a_heading_that_stands_twice_is_refused(void **state) {
    int at[3];
    struct cf_str unknown;
    struct cf_errs errs = cf_errs_new(*state);
    assert_false(map(*state, "Date,Age range,age_range\n", at, &unknown, &errs));
    expect_error(&errs, CF_I004, "columns 2 and 3 are both headed \"Age range\"");
}

/* ---- FILE.rejected.csv. */
static const char *scratch_file(struct cf_arena *a) {
    char *folder = cf_memdup(a, "/tmp/childfirst-rejects-XXXXXX", 31);
    assert_non_null(mkdtemp(folder));
    return cf_cstr(a, cf_str_printf(a, "%s/in.csv", folder));
}

static void remove_scratch(struct cf_arena *a, const char *path) {
    unlink(cf_cstr(a, cf_str_printf(a, "%s.rejected.csv", path)));
    size_t n = strlen(path) - strlen("/in.csv");
    assert_int_equal(rmdir(cf_cstr(a, (struct cf_str){path, n})), 0); /* fails if anything else was left behind */
}

static void rejected_lines_are_written_with_number_and_reason(void **state) {
    const char *path = scratch_file(*state);
    struct cf_errs errs = cf_errs_new(*state);
    struct csv_rejects *r = csv_rejects_new(*state, path);
    csv_reject(r, 7, CF_LIT("no \"such\" word"), CF_LIT("a,\"b\",\xff"));
    struct cf_str written;
    struct cf_str text;
    assert_true(csv_rejects_finish(r, &written, &errs));
    assert_true(cf_str_ends(written, CF_LIT("/in.csv.rejected.csv")));
    assert_true(cf_read_file(*state, cf_cstr(*state, written), 4096, &text, &errs));
    assert_text(text, "line,reason,rejected\n7,\"no \"\"such\"\" word\",\"a,\"\"b\"\",\xff\"\n");
    assert_int_equal(csv_rejects_count(r), 1);
    remove_scratch(*state, path);
}

static void no_rejection_means_no_file_and_an_old_one_goes(void **state) {
    const char *path = scratch_file(*state);
    struct cf_errs errs = cf_errs_new(*state);
    struct cf_str written;
    struct csv_rejects *first = csv_rejects_new(*state, path);
    csv_reject(first, 1, CF_LIT("r"), CF_LIT("x"));
    assert_true(csv_rejects_finish(first, &written, &errs));
    assert_true(csv_rejects_finish(csv_rejects_new(*state, path), &written, &errs));
    assert_text(written, "");
    assert_int_not_equal(access(cf_cstr(*state, cf_str_printf(*state, "%s.rejected.csv", path)), F_OK), 0);
    remove_scratch(*state, path);
}

static void an_abandoned_import_leaves_nothing_behind(void **state) {
    const char *path = scratch_file(*state);
    struct cf_arena *inner = cf_arena_new("import");
    csv_reject(csv_rejects_new(inner, path), 1, CF_LIT("r"), CF_LIT("x"));
    cf_arena_free(inner);
    remove_scratch(*state, path);
}

static void rejects_that_cannot_be_written_are_an_error(void **state) {
    struct cf_errs errs = cf_errs_new(*state);
    struct cf_str written;
    struct csv_rejects *r = csv_rejects_new(*state, "/no/such/folder/in.csv");
    csv_reject(r, 1, CF_LIT("r"), CF_LIT("x"));
    assert_false(csv_rejects_finish(r, &written, &errs));
    expect_error(&errs, CF_B003, "copy the file to a folder that you may write to");
}

static void what_is_put_is_read_back(void **state) {
    static const char *const cells[] = {"plain", "", "with, comma", "\"quoted\"", "two\nlines", " edge ", "caf\xc3\xa9"};
    struct cf_buf b = cf_buf_new(*state, 4096);
    cf_buf_lit(&b, "a,b,c,d,e,f,g\n");
    for (size_t i = 0; i < CF_COUNT(cells); i++) {
        cf_buf_lit(&b, i > 0 ? "," : "");
        csv_put(&b, cf_str_from(cells[i]));
    }
    struct cf_str bytes;
    assert_true(cf_buf_finish(&b, &bytes));
    assert_text(read_bytes(*state, bytes), "2: plain||with, comma|\"quoted\"|two~lines| edge |caf\xc3\xa9\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_arena, free_arena)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(quotes_commas_and_line_ends_inside_a_cell_are_kept),
        CASE(crlf_a_byte_order_mark_and_a_missing_last_line_end_are_fine),
        CASE(empty_lines_are_passed_over_but_numbered),
        CASE(the_wrong_number_of_cells_rejects_the_line_alone),
        CASE(a_nul_or_invalid_utf8_rejects_the_line_alone),
        CASE(quotes_in_the_wrong_place_reject_the_line_alone),
        CASE(a_quote_that_is_never_closed_does_not_swallow_the_file),
        CASE(a_record_has_at_most_so_many_lines),
        CASE(a_line_too_long_is_rejected_and_the_next_one_read),
        CASE(an_endless_line_takes_constant_memory),
        CASE(what_is_not_csv_is_refused_with_what_to_do),
        CASE(gzip_is_told_by_its_first_bytes),
        CASE(two_gzip_members_are_one_file),
        CASE(damaged_gzip_is_an_error_that_says_so),
        CASE(a_file_that_is_not_there_says_which),
        CASE(a_tap_sees_every_stored_byte_once),
        CASE(headings_stand_in_any_order_and_spelling),
        CASE(a_missing_heading_names_the_nearest),
        CASE(a_heading_that_stands_twice_is_refused),
        CASE(rejected_lines_are_written_with_number_and_reason),
        CASE(no_rejection_means_no_file_and_an_old_one_goes),
        CASE(an_abandoned_import_leaves_nothing_behind),
        CASE(rejects_that_cannot_be_written_are_an_error),
        CASE(what_is_put_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
