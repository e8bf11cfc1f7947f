/* Files: read whole within a limit, replaced whole or not at all; the clock of tests; silence without a terminal. */
#include "unit/unit.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct room {
    struct cf_arena *arena;
    struct cf_errs errs;
    char folder[64];
};

static int make_room(void **state) {
    struct cf_arena *a = cf_arena_new("test");
    struct room *r = CF_NEW(a, struct room);
    r->arena = a;
    r->errs = cf_errs_new(a);
    snprintf(r->folder, sizeof(r->folder), "/tmp/childfirst-test-XXXXXX");
    *state = r;
    return mkdtemp(r->folder) == NULL;
}

static const char *in_folder(struct room *r, const char *name) {
    return cf_str_printf(r->arena, "%s/%s", r->folder, name).p;
}

/* The names in the folder; unlinks them when asked. */
static size_t count_files(struct room *r, bool unlink_them) {
    size_t n = 0;
    DIR *d = opendir(r->folder);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        if (e->d_name[0] != '.') {
            n++;
            if (unlink_them) {
                unlink(in_folder(r, e->d_name));
            }
        }
    }
    closedir(d);
    return n;
}

static int leave_room(void **state) {
    struct room *r = *state;
    chmod(r->folder, 0700);
    count_files(r, true);
    int failed = rmdir(r->folder);
    cf_arena_free(r->arena);
    return failed;
}

static void a_file_is_read_as_it_was_written(void **state) {
    struct room *r = *state;
    struct cf_str out, bytes = CF_LIT("one\0two\xff\n");
    const char *path = in_folder(r, "a");
    assert_true(cf_write_file(path, bytes, &r->errs));
    assert_true(cf_read_file(r->arena, path, bytes.n, &out, &r->errs));
    assert_true(cf_str_eq(out, bytes));
    assert_true(cf_write_file(path, CF_LIT(""), &r->errs));
    assert_true(cf_read_file(r->arena, path, 0, &out, &r->errs));
    assert_int_equal(out.n, 0);
    assert_int_equal(r->errs.failures, 0);
    assert_int_equal(count_files(r, false), 1); /* nothing left beside it */
}

static void a_large_file_is_read_whole(void **state) {
    struct room *r = *state;
    char *big = cf_alloc(r->arena, 300000);
    for (size_t i = 0; i < 300000; i++) {
        big[i] = (char)(i * 7 % 251);
    }
    struct cf_str out, bytes = {big, 300000};
    assert_true(cf_write_file(in_folder(r, "big"), bytes, &r->errs));
    assert_true(cf_read_file(r->arena, in_folder(r, "big"), SIZE_MAX, &out, &r->errs));
    assert_true(cf_str_eq(out, bytes));
}

static void a_file_above_its_limit_is_refused(void **state) {
    struct room *r = *state;
    struct cf_str out;
    assert_true(cf_write_file(in_folder(r, "a"), CF_LIT("12345"), &r->errs));
    assert_false(cf_read_file(r->arena, in_folder(r, "a"), 4, &out, &r->errs));
    assert_int_equal(r->errs.v[0].code, CF_B002);
    assert_false(cf_read_file(r->arena, "/dev/zero", 100000, &out, &r->errs)); /* without a size of its own */
    assert_int_equal(r->errs.v[1].code, CF_B002);
}

static void a_file_that_is_not_there_says_its_path_and_why(void **state) {
    struct room *r = *state;
    struct cf_str out;
    assert_false(cf_read_file(r->arena, "test/no-such-file", 10, &out, &r->errs));
    assert_int_equal(r->errs.v[0].code, CF_B001);
    assert_text(r->errs.v[0].msg, "test/no-such-file cannot be opened: No such file or directory");
    assert_false(cf_read_file(r->arena, "test", 100000, &out, &r->errs));
    assert_int_equal(r->errs.v[1].code, CF_B003);
    assert_text(r->errs.v[1].msg, "test cannot be read: Is a directory");
}

static void a_file_that_cannot_be_written_leaves_nothing_behind(void **state) {
    struct room *r = *state;
    assert_int_equal(mkdir(in_folder(r, "d"), 0700), 0);
    assert_false(cf_write_file(in_folder(r, "d"), CF_LIT("x"), &r->errs)); /* a folder is not replaced */
    assert_false(cf_write_file(in_folder(r, "none/x"), CF_LIT("x"), &r->errs));
    assert_int_equal(r->errs.failures, 2);
    assert_int_equal(r->errs.v[0].code, CF_B003);
    assert_int_equal(r->errs.v[1].code, CF_B003);
    assert_int_equal(rmdir(in_folder(r, "d")), 0);
    assert_int_equal(count_files(r, false), 0);
}

static void a_replaced_file_keeps_its_permissions(void **state) {
    struct room *r = *state;
    struct cf_str out;
    const char *path = in_folder(r, "kept");
    assert_true(cf_write_file(path, CF_LIT("old"), &r->errs));
    assert_int_equal(chmod(path, 0640), 0);
    assert_true(cf_write_file(path, CF_LIT("new"), &r->errs));
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_true(cf_read_file(r->arena, path, 10, &out, &r->errs));
    assert_text(out, "new");
}

static void a_path_that_is_too_long_is_an_error(void **state) {
    struct room *r = *state;
    char *path = cf_alloc(r->arena, 5000);
    memset(path, 'x', 4999);
    assert_false(cf_write_file(path, CF_LIT("x"), &r->errs));
    assert_int_equal(r->errs.v[0].code, CF_B003);
}

/* A limit on file sizes stands for a full disk: the write stops half way. */
static void when_the_disk_is_full_the_old_file_stands(void **state) {
    struct room *r = *state;
    struct cf_str out;
    const char *path = in_folder(r, "a");
    assert_true(cf_write_file(path, CF_LIT("old"), &r->errs));
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 1000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool written = cf_write_file(path, (struct cf_str){cf_alloc(r->arena, 5000), 5000}, &r->errs);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_false(written);
    assert_int_equal(r->errs.v[0].code, CF_B003);
    assert_true(cf_read_file(r->arena, path, 10, &out, &r->errs));
    assert_text(out, "old");
    assert_int_equal(count_files(r, false), 1);
}

static void the_clock_can_be_set_for_tests(void **state) {
    (void)state;
    assert_int_equal(setenv("CF_NOW", "1700000000000001", 1), 0);
    assert_int_equal(cf_now_us(), 1700000000000001);
    unsetenv("CF_NOW");
    assert_true(cf_now_us() > 1700000000000001);
}

static void progress_is_silent_where_there_is_no_terminal(void **state) {
    struct room *r = *state;
    int kept = dup(2);
    assert_true(kept >= 0);
    FILE *f = freopen(in_folder(r, "stderr"), "w", stderr);
    struct cf_progress p = cf_progress_start("reading", 10);
    p.started_ms -= 5000;
    cf_progress_step(&p, 5);
    cf_progress_end(&p);
    fflush(stderr);
    dup2(kept, 2);
    close(kept);
    assert_non_null(f);
    struct stat st;
    assert_int_equal(stat(in_folder(r, "stderr"), &st), 0);
    assert_int_equal(st.st_size, 0);
    assert_int_equal(p.done, 5);
}

int main(void) {
#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, make_room, leave_room)
    const struct CMUnitTest tests[] = {
        IN_ROOM(a_file_is_read_as_it_was_written),
        IN_ROOM(a_large_file_is_read_whole),
        IN_ROOM(a_file_above_its_limit_is_refused),
        IN_ROOM(a_file_that_is_not_there_says_its_path_and_why),
        IN_ROOM(a_file_that_cannot_be_written_leaves_nothing_behind),
        IN_ROOM(a_replaced_file_keeps_its_permissions),
        IN_ROOM(a_path_that_is_too_long_is_an_error),
        IN_ROOM(when_the_disk_is_full_the_old_file_stands),
        cmocka_unit_test(the_clock_can_be_set_for_tests),
        IN_ROOM(progress_is_silent_where_there_is_no_terminal),
    };
    return cmocka_run_group_tests_name("base: files", tests, NULL, NULL);
}
