/* What unit tests share: cmocka with the headers it needs before it, and comparisons for our strings. */
#ifndef CF_TEST_UNIT_H
#define CF_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/base.h"

/* TEST='a_file*' in the environment runs only the tests of a program whose names match. */
__attribute__((constructor)) static void choose_tests(void) {
    cmocka_set_test_filter(getenv("TEST"));
}

/* The text is exactly the expected one; a difference shows both. */
#define assert_text(got, expected)                                                                                             \
    do {                                                                                                                       \
        struct cf_str assert_got_ = (got), assert_expected_ = cf_str_from(expected);                                           \
        if (!cf_str_eq(assert_got_, assert_expected_)) {                                                                       \
            fail_msg("got:\n%.*s\nexpected:\n%.*s", CF_STR_ARG(assert_got_), CF_STR_ARG(assert_expected_));                    \
        }                                                                                                                      \
    } while (0)

#endif
