/* The worked policies: their examples hold as printed, and the properties of evaluation hold on all of their histories. */
#include "given.h"

static void every_example_of_the_worked_policies_holds_as_printed(void **state) {
    (void)state;
    struct given g = given_folder("test/lang/good");
    if (g.set == NULL) {
        cf_errs_print(stderr, &g.errs);
        fail_msg("the worked policies have errors");
    }
    g.errs = cf_errs_new(g.a);
    size_t checked = 0;
    assert_true(g.set->examples.n >= 12);
    for (size_t i = 0; i < g.set->examples.n; i++) {
        size_t failures = g.errs.failures;
        bool ok = lang_example_run(g.a, g.set, &g.ref, g.set->examples.v[i], NULL, &checked, &g.errs);
        assert_int_equal(ok, g.errs.failures == failures);
    }
    if (g.errs.failures > 0) {
        cf_errs_print(stderr, &g.errs);
        fail_msg("%zu of %zu expectations do not hold", g.errs.failures, checked);
    }
    assert_true(checked >= 60);
    given_end(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_of_the_worked_policies_holds_as_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
