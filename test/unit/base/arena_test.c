/* Arenas, vectors: lifespans, zeroed memory, cleanups, marks; and that programmer errors stop the program. */
#include "unit/unit.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void memory_is_zeroed_and_aligned_also_when_used_again(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("test");
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 3000; size += 37) {
            unsigned char *p = cf_alloc(a, size);
            assert_int_equal((uintptr_t)p % 16, 0);
            for (size_t i = 0; i < size; i++) {
                assert_int_equal(p[i], 0);
            }
            memset(p, 0xab, size);
        }
        cf_arena_reset(a);
        assert_int_equal(cf_arena_used(a), 0);
    }
    cf_arena_free(a);
}

static void an_object_larger_than_a_block_has_its_own(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("test");
    char *small = cf_alloc(a, 10);
    char *large = cf_alloc(a, 5000000);
    small[9] = 1;
    large[4999999] = 1;
    char *next = cf_alloc(a, 10);
    assert_int_equal(next[0], 0);
    assert_true(cf_arena_used(a) >= 5000020);
    cf_arena_free(a);
}

static void freeing_no_arena_is_allowed(void **state) {
    (void)state;
    cf_arena_free(NULL);
}

struct note {
    char *list;
    char letter;
};

static void write_letter(void *arg) {
    struct note *n = arg;
    n->list[strlen(n->list)] = n->letter;
}

static void cleanups_run_in_reverse(void **state) {
    (void)state;
    char seen[8] = "";
    struct note notes[] = {{seen, 'a'}, {seen, 'b'}, {seen, 'c'}};
    struct cf_arena *a = cf_arena_new("test");
    for (size_t i = 0; i < CF_COUNT(notes); i++) {
        cf_arena_cleanup(a, write_letter, &notes[i]);
    }
    cf_arena_free(a);
    assert_string_equal(seen, "cba");
}

static void rewinding_gives_back_and_cleans_only_what_came_after_the_mark(void **state) {
    (void)state;
    char seen[8] = "";
    struct note notes[] = {{seen, 'a'}, {seen, 'b'}};
    struct cf_arena *a = cf_arena_new("test");
    char *before = cf_alloc(a, 100);
    memset(before, 'x', 100);
    cf_arena_cleanup(a, write_letter, &notes[0]);
    size_t used = cf_arena_used(a);
    struct cf_mark mark = cf_arena_mark(a);
    for (int i = 0; i < 50; i++) {
        memset(cf_alloc(a, 4000), 'y', 4000);
    }
    cf_arena_cleanup(a, write_letter, &notes[1]);
    cf_arena_rewind(a, mark);
    assert_string_equal(seen, "b");
    assert_int_equal(cf_arena_used(a), used);
    assert_int_equal(before[99], 'x');
    const char *again = cf_alloc(a, 500);
    assert_int_equal(again[0], 0);
    assert_int_equal(again[499], 0);
    cf_arena_free(a);
    assert_string_equal(seen, "ba");
}

static void a_mark_in_an_empty_arena_gives_everything_back(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("test");
    struct cf_mark mark = cf_arena_mark(a);
    cf_alloc(a, 10);
    cf_alloc(a, 100000);
    cf_arena_rewind(a, mark);
    assert_int_equal(cf_arena_used(a), 0);
    cf_arena_free(a);
}

static void a_vector_keeps_its_items_while_it_grows(void **state) {
    (void)state;
    struct cf_arena *a = cf_arena_new("test");
    struct {
        CF_VEC(size_t);
    } numbers = {0};
    for (size_t i = 0; i < 1000; i++) {
        *cf_push(a, &numbers) = i * i;
    }
    assert_int_equal(numbers.n, 1000);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(numbers.v[i], i * i);
    }
    numbers.n = 3;
    assert_int_equal(*cf_push(a, &numbers), 0); /* a slot used before is zeroed again */
    cf_arena_free(a);
}

/* Runs f in a child process with its standard error closed; says whether it was aborted. */
static bool aborts(void (*f)(void)) {
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGABRT, SIG_DFL);
        close(2);
        f();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void assert_what_is_false(void) {
    CF_ASSERT(1 > 2);
}

static void ask_for_more_than_numbers_can_say(void) {
    cf_alloc_n(cf_arena_new("test"), SIZE_MAX / 2, 3);
}

static void ask_for_more_than_the_machine_has(void) {
    cf_alloc(cf_arena_new("test"), SIZE_MAX / 2);
}

static void programmer_errors_stop_the_program(void **state) {
    (void)state;
    assert_true(aborts(assert_what_is_false));
    assert_true(aborts(ask_for_more_than_numbers_can_say));
}

static void running_out_of_memory_stops_the_program(void **state) {
    (void)state;
#ifndef __SANITIZE_ADDRESS__ /* which reports such a request itself, and exits */
    assert_true(aborts(ask_for_more_than_the_machine_has));
#else
    (void)ask_for_more_than_the_machine_has;
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned_also_when_used_again),
        cmocka_unit_test(an_object_larger_than_a_block_has_its_own),
        cmocka_unit_test(freeing_no_arena_is_allowed),
        cmocka_unit_test(cleanups_run_in_reverse),
        cmocka_unit_test(rewinding_gives_back_and_cleans_only_what_came_after_the_mark),
        cmocka_unit_test(a_mark_in_an_empty_arena_gives_everything_back),
        cmocka_unit_test(a_vector_keeps_its_items_while_it_grows),
        cmocka_unit_test(programmer_errors_stop_the_program),
        cmocka_unit_test(running_out_of_memory_stops_the_program),
    };
    return cmocka_run_group_tests_name("base: arenas", tests, NULL, NULL);
}
