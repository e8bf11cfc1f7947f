/* The database port: what it opens, refuses, keeps and says. */
#include "../unit.h"
#include "store/store.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct room {
    struct cf_arena *a;
    struct cf_errs errs;
    const char *dir, *path;
    struct store_db *db;
};

static const struct store_sql schema = {"test.schema", "CREATE TABLE t(n INTEGER PRIMARY KEY, s TEXT, b BLOB) STRICT"};
static const struct store_sql put = {"test.put", "INSERT INTO t(n, s, b) VALUES(?1, ?2, ?3)"};
static const struct store_sql all = {"test.all", "SELECT n, s, b FROM t ORDER BY n"};
static const struct store_sql one = {"test.one", "SELECT s FROM t WHERE n = ?1"};
static const struct store_sql count = {"test.count", "SELECT count(*) FROM t"};

static struct room *room_new(enum store_mode mode) {
    struct cf_arena *a = cf_arena_new("store test");
    struct room *r = CF_NEW(a, struct room);
    char name[] = P_tmpdir "/childfirst-store-XXXXXX";
    assert_non_null(mkdtemp(name));
    r->a = a;
    r->errs = cf_errs_new(a);
    r->dir = cf_cstr(a, cf_str_from(name));
    r->path = cf_cstr(a, cf_str_printf(a, "%s/t.db", name));
    struct store_options o = {.mode = mode, .sync = STORE_FULL, .busy_ms = 50, .vacuum_freely = true};
    if (mode != STORE_READ) {
        assert_true(store_open(a, r->path, &o, &r->errs, &r->db));
        assert_true(store_script(r->db, &schema, &r->errs));
    }
    return r;
}

static void room_free(struct room *r) {
    store_close(r->db);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < CF_COUNT(ends); i++) {
        (void)unlink(cf_cstr(r->a, cf_str_printf(r->a, "%s%s", r->path, ends[i])));
    }
    (void)rmdir(r->dir);
    cf_arena_free(r->a);
}

static void refused(struct room *r, bool ok, enum cf_code code) {
    assert_false(ok);
    assert_int_equal(r->errs.v[r->errs.n - 1].code, code);
    assert_true(r->errs.v[r->errs.n - 1].hint.n > 0);
    r->errs = cf_errs_new(r->a);
}

static void insert(struct room *r, int64_t n, struct cf_str s) {
    struct store_stmt *st = store_use(r->db, &put, &r->errs);
    store_bind_int(st, 1, n);
    store_bind_text(st, 2, s);
    store_bind_bytes(st, 3, (struct cf_str){"\0\xff", 2});
    assert_true(store_run(st, &r->errs));
}

static void rows_come_back_as_they_were_bound(void **state) {
    (void)state;
    struct room *r = room_new(STORE_CREATE);
    insert(r, INT64_MIN, CF_LIT("least"));
    insert(r, 2, CF_LIT(""));
    struct store_stmt *s = store_use(r->db, &all, &r->errs);
    bool row = false;
    assert_true(store_next(s, &row, &r->errs) && row);
    assert_true(store_int(s, 0) == INT64_MIN);
    assert_text(store_text(s, 1), "least");
    assert_int_equal(store_bytes(s, 2).n, 2);
    assert_true(store_next(s, &row, &r->errs) && row);
    assert_false(store_is_null(s, 1));
    assert_int_equal(store_text(s, 1).n, 0);
    assert_true(store_next(s, &row, &r->errs) && !row);
    store_done(s);
    int64_t n = 0;
    assert_true(store_one_int(r->db, &count, -1, &n, &r->errs));
    assert_int_equal(n, 2);
    room_free(r);
}

static void a_cursor_runs_while_its_query_is_used_again(void **state) {
    (void)state;
    struct room *r = room_new(STORE_CREATE);
    for (int i = 1; i < 5; i++) {
        insert(r, i, CF_LIT("x"));
    }
    struct store_stmt *outer = store_use(r->db, &all, &r->errs), *inner = store_use(r->db, &all, &r->errs);
    bool row = false;
    assert_ptr_not_equal(outer, inner);
    assert_true(store_next(outer, &row, &r->errs) && row);
    assert_true(store_next(inner, &row, &r->errs) && row);
    assert_true(store_next(outer, &row, &r->errs) && row);
    assert_int_equal(store_int(outer, 0), 2);
    assert_int_equal(store_int(inner, 0), 1);
    store_done(inner);
    store_done(outer);
    room_free(r);
}

static void a_text_with_a_nul_is_refused_not_cut(void **state) {
    (void)state;
    struct room *r = room_new(STORE_CREATE);
    struct store_stmt *s = store_use(r->db, &put, &r->errs);
    store_bind_int(s, 1, 1);
    store_bind_text(s, 2, (struct cf_str){"a\0b", 3});
    refused(r, store_run(s, &r->errs), CF_S009);
    int64_t n = 0;
    assert_true(store_one_int(r->db, &count, -1, &n, &r->errs));
    assert_int_equal(n, 0);
    room_free(r);
}

static void what_is_rolled_back_is_gone(void **state) {
    (void)state;
    struct room *r = room_new(STORE_CREATE);
    assert_true(store_begin(r->db, &r->errs));
    insert(r, 1, CF_LIT("kept"));
    assert_true(store_save(r->db, "part", &r->errs));
    insert(r, 2, CF_LIT("undone"));
    assert_true(store_back_to(r->db, "part", &r->errs) && store_release(r->db, "part", &r->errs));
    assert_true(store_commit(r->db, &r->errs));
    assert_true(store_begin(r->db, &r->errs));
    insert(r, 3, CF_LIT("undone"));
    store_rollback(r->db);
    store_rollback(r->db);
    assert_false(store_in_transaction(r->db));
    int64_t n = 0;
    assert_true(store_one_int(r->db, &count, -1, &n, &r->errs));
    assert_int_equal(n, 1);
    room_free(r);
}

static void each_fault_has_its_code_and_says_what_to_do(void **state) {
    (void)state;
    struct room *r = room_new(STORE_CREATE);
    struct store_db *other = NULL;
    struct store_options o = {.mode = STORE_READ, .busy_ms = 20};
    refused(r, store_open(r->a, "no/such/folder/x.db", &o, &r->errs, &other), CF_S001);
    o.mode = STORE_OPEN;
    refused(r, store_open(r->a, "no/such/folder/x.db", &o, &r->errs, &other), CF_S001);
    o.mode = STORE_CREATE;
    refused(r, store_open(r->a, r->path, &o, &r->errs, &other), CF_S010);
    insert(r, 1, CF_LIT("x"));
    struct store_stmt *s = store_use(r->db, &put, &r->errs);
    store_bind_int(s, 1, 1);
    refused(r, store_run(s, &r->errs), CF_S008);
    refused(r, store_script_text(r->db, CF_LIT("CREATE NONSENSE"), &r->errs), CF_S009);
    o.mode = STORE_WRITE;
    assert_true(store_open(r->a, r->path, &o, &r->errs, &other));
    assert_true(store_begin(r->db, &r->errs));
    refused(r, store_begin(other, &r->errs), CF_S004);
    store_rollback(r->db);
    store_close(other);
    o.mode = STORE_READ;
    assert_true(store_open(r->a, r->path, &o, &r->errs, &other));
    s = store_use(other, &put, &r->errs);
    store_bind_int(s, 1, 9);
    refused(r, store_run(s, &r->errs), CF_S006);
    store_close(other);
    store_close(r->db);
    refused(r, store_begin(r->db, &r->errs), CF_S009);
    room_free(r);
}

static void a_damaged_file_is_known_as_such(void **state) {
    (void)state;
    struct room *r = room_new(STORE_CREATE);
    for (int i = 0; i < 500; i++) {
        insert(r, i, CF_LIT("some words that fill a page or two of the file"));
    }
    assert_true(store_checkpoint(r->db, true, &r->errs));
    assert_true(store_check(r->db, &r->errs));
    store_close(r->db);
    struct cf_str whole;
    assert_true(cf_read_file(r->a, r->path, 1 << 24, &whole, &r->errs));
    char *bytes = cf_memdup(r->a, whole.p, whole.n);
    memset(bytes + 4096, 0x5a, 2000);
    assert_true(cf_write_file(r->path, (struct cf_str){bytes, whole.n}, &r->errs));
    struct store_options o = {.mode = STORE_WRITE};
    assert_true(store_open(r->a, r->path, &o, &r->errs, &r->db));
    refused(r, store_check(r->db, &r->errs), CF_S002);
    store_close(r->db);
    assert_true(cf_write_file(r->path,
                              CF_LIT("this is a letter, not a database, and long enough to be looked at: dear all, "
                                     "please find the minutes of the last meeting below"),
                              &r->errs));
    refused(r, store_open(r->a, r->path, &o, &r->errs, &r->db), CF_S007);
    room_free(r);
}

static void a_reader_keeps_its_snapshot_and_does_not_stop_the_writer(void **state) {
    (void)state;
    struct room *r = room_new(STORE_CREATE);
    struct store_db *reader = NULL;
    struct store_options o = {.mode = STORE_READ, .busy_ms = 20};
    int64_t n = 0;
    insert(r, 1, CF_LIT("x"));
    assert_true(store_open(r->a, r->path, &o, &r->errs, &reader));
    assert_true(store_begin_read(reader, &r->errs));
    insert(r, 2, CF_LIT("x"));
    assert_true(store_one_int(reader, &count, 0, &n, &r->errs));
    assert_int_equal(n, 1);
    assert_true(store_checkpoint(r->db, false, &r->errs)); /* in passing: a reader is in the way, which is no error */
    assert_true(store_wal_bytes(r->db) > 0);
    refused(r, store_checkpoint(r->db, true, &r->errs), CF_S004);
    store_rollback(reader);
    assert_true(store_checkpoint(r->db, true, &r->errs));
    assert_int_equal(store_wal_bytes(r->db), 0);
    assert_true(store_one_int(reader, &count, 0, &n, &r->errs));
    assert_int_equal(n, 2);
    store_close(reader);
    room_free(r);
}

static void what_is_deleted_leaves_no_words_after_vacuum(void **state) {
    (void)state;
    struct room *r = room_new(STORE_CREATE);
    insert(r, 1, CF_LIT("a marker that goes"));
    insert(r, 2, CF_LIT("a marker that stays"));
    assert_true(store_script_text(r->db, CF_LIT("DELETE FROM t WHERE n = 1"), &r->errs));
    assert_true(store_vacuum(r->db, &r->errs));
    struct cf_str whole;
    assert_true(cf_read_file(r->a, r->path, 1 << 24, &whole, &r->errs));
    assert_null(memmem(whole.p, whole.n, "a marker that goes", 18));
    assert_non_null(memmem(whole.p, whole.n, "a marker that stays", 19));
    struct store_stmt *s = store_use(r->db, &one, &r->errs);
    bool row = true;
    store_bind_int(s, 1, 1);
    assert_true(store_next(s, &row, &r->errs));
    assert_false(row);
    store_done(s);
    room_free(r);
}

/* ---- Beside a copier. A row here is big, so that the log is soon long. */
enum { BIG = 256 << 10, LONG_LOG = 48 << 20 };

static void insert_big(struct room *r, int64_t n) {
    char *words = cf_alloc(r->a, BIG);
    memset(words, 'a' + (int)(n % 26), BIG);
    assert_true(store_begin(r->db, &r->errs));
    insert(r, n, (struct cf_str){words, BIG});
    assert_true(store_commit(r->db, &r->errs));
    store_keep_short(r->db, 1 << 20);
}

static void a_log_starts_again_beside_a_copier_while_the_writer_goes_on(void **state) {
    (void)state;
    struct room *r = room_new(STORE_CREATE);
    int again = 0;
    int64_t before = 0, n = 0;
    assert_true(store_copier_start(r->db, &r->errs));
    while (again < 3 && n < 2000) {
        struct cf_mark m = cf_arena_mark(r->a);
        insert_big(r, n++);
        again += store_wal_bytes(r->db) < before;
        before = store_wal_bytes(r->db);
        cf_arena_rewind(r->a, m);
        assert_true(before < 4 * LONG_LOG);
    }
    assert_int_equal(again, 3);
    for (int i = 0; i < 40; i++) { /* what an erasure needs waits for the copier, and is done */
        insert_big(r, n++);
        bool emptied = i % 19 != 18 || store_checkpoint(r->db, true, &r->errs);
        assert_true(emptied);
    }
    store_copier_stop(r->db);
    store_copier_stop(r->db);
    int64_t rows = 0;
    assert_true(store_check(r->db, &r->errs) && store_one_int(r->db, &count, 0, &rows, &r->errs));
    assert_int_equal(rows, n);
    room_free(r);
}

static void a_reader_keeps_a_copied_log_from_starting_again_until_it_ends(void **state) {
    (void)state;
    struct room *r = room_new(STORE_CREATE);
    struct store_db *reader = NULL;
    struct store_options o = {.mode = STORE_READ, .busy_ms = 20};
    int64_t n = 0, before = 0, rows = 0;
    assert_true(store_open(r->a, r->path, &o, &r->errs, &reader));
    assert_true(store_copier_start(r->db, &r->errs));
    insert_big(r, n++);
    assert_true(store_begin_read(reader, &r->errs));
    while (store_wal_bytes(r->db) < LONG_LOG) {
        insert_big(r, n++);
        assert_true(store_wal_bytes(r->db) > before);
        before = store_wal_bytes(r->db);
    }
    assert_true(store_one_int(reader, &count, 0, &rows, &r->errs));
    assert_int_equal(rows, 1);
    store_rollback(reader);
    int64_t most = n + 1000;
    while (store_wal_bytes(r->db) >= before && n < most) {
        before = store_wal_bytes(r->db);
        insert_big(r, n++);
    }
    assert_true(store_wal_bytes(r->db) < before);
    store_close(reader);
    room_free(r);
}

static void write_until_killed(struct room *r, int out) {
    struct store_options o = {.mode = STORE_WRITE, .sync = STORE_FULL};
    if (!store_open(r->a, r->path, &o, &r->errs, &r->db) || !store_copier_start(r->db, &r->errs)) {
        _exit(3);
    }
    for (int64_t n = 0;; n++) {
        insert_big(r, n);
        if (write(out, &n, sizeof n) != (ssize_t)sizeof n) {
            _exit(4);
        }
    }
}

static void a_kill_beside_a_copier_loses_nothing_that_was_committed(void **state) {
    (void)state;
    for (int64_t acknowledged = 30; acknowledged < 300; acknowledged += 67) {
        struct room *r = room_new(STORE_CREATE);
        int fds[2], status = 0;
        int64_t n = -1, rows = 0;
        store_close(r->db);
        assert_int_equal(pipe(fds), 0);
        (void)fflush(stdout);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            write_until_killed(r, fds[1]);
        }
        (void)close(fds[1]);
        while (n < acknowledged && read(fds[0], &n, sizeof n) == (ssize_t)sizeof n) {
        }
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        (void)close(fds[0]);
        struct store_options o = {.mode = STORE_WRITE, .sync = STORE_FULL};
        assert_true(store_open(r->a, r->path, &o, &r->errs, &r->db));
        assert_true(store_check(r->db, &r->errs) && store_one_int(r->db, &count, 0, &rows, &r->errs));
        assert_true(n == acknowledged && rows > n);
        room_free(r);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back_as_they_were_bound),
        cmocka_unit_test(a_cursor_runs_while_its_query_is_used_again),
        cmocka_unit_test(a_text_with_a_nul_is_refused_not_cut),
        cmocka_unit_test(what_is_rolled_back_is_gone),
        cmocka_unit_test(each_fault_has_its_code_and_says_what_to_do),
        cmocka_unit_test(a_damaged_file_is_known_as_such),
        cmocka_unit_test(a_reader_keeps_its_snapshot_and_does_not_stop_the_writer),
        cmocka_unit_test(what_is_deleted_leaves_no_words_after_vacuum),
        cmocka_unit_test(a_log_starts_again_beside_a_copier_while_the_writer_goes_on),
        cmocka_unit_test(a_reader_keeps_a_copied_log_from_starting_again_until_it_ends),
        cmocka_unit_test(a_kill_beside_a_copier_loses_nothing_that_was_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
