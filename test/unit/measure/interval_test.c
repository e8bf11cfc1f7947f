/* Intervals: published values, values of SciPy 1.10, sums term by term, and what must hold for every input. */
#include "unit/unit.h"

#include <math.h>

#include "measure/interval.h"

static void expect_near(double got, double want, double relative) {
    if (isinf(want) ? !(isinf(got) && got > 0) : fabs(got - want) > relative * fmax(fabs(want), 1e-12)) {
        fail_msg("got %.12g, expected %.12g", got, want);
    }
}

static void expect_interval(struct measure_interval v, double value, double low, double high) {
    assert_true(v.known);
    assert_true(v.bounded);
    expect_near(v.value, value, 1e-8);
    expect_near(v.low, low, 1e-8);
    expect_near(v.high, high, 1e-8);
}

/* Newcombe 1998 prints 81/263: 0.2553 to 0.3662; 15/148: 0.0624 to 0.1605; 0/20: 0 to 0.1611; 1/29: 0.0061 to 0.1718. */
static void shares_have_wilson_limits(void **state) {
    expect_interval(measure_share(81, 263), 0.3079847909, 0.2552885199, 0.3662095770);
    expect_interval(measure_share(15, 148), 0.1013513514, 0.0623863995, 0.1604872417);
    expect_interval(measure_share(0, 20), 0.0, 0.0, 0.1611251581);
    expect_interval(measure_share(1, 29), 0.0344827586, 0.0061132143, 0.1717552188);
    expect_interval(measure_share(20, 20), 1.0, 0.8388748419, 1.0);
    expect_interval(measure_share(5000, 10000), 0.5, 0.4902020618, 0.5097979382);
    assert_false(measure_share(0, 0).known);
    (void)state;
}

/* Garwood 1936, as in every table of Poisson limits: 0: 3.689; 1: 0.0253 to 5.572; 10: 4.795 to 18.39; 100: 81.36 to 121.63. */
static void rates_have_garwood_limits(void **state) {
    expect_interval(measure_rate(0, 1, 1), 0, 0, 3.688879454);
    expect_interval(measure_rate(1, 1, 1), 1, 0.02531780798, 5.571643391);
    expect_interval(measure_rate(2, 1, 1), 2, 0.2422092785, 7.224687668);
    expect_interval(measure_rate(10, 1, 1), 10, 4.795388696, 18.39035604);
    expect_interval(measure_rate(100, 1, 1), 100, 81.36399125, 121.6267938);
    expect_interval(measure_rate(1000, 1, 1), 1000, 938.9730184, 1063.952136);
    expect_interval(measure_rate(25770, 1, 1), 25770, 25456.31448, 26086.58593);
    expect_interval(measure_rate(1000000, 1, 1), 1000000, 998040.9833, 1001961.912);
    expect_interval(measure_rate(10, 20000, 1000), 0.5, 0.2397694348, 0.919517802);
    assert_false(measure_rate(3, 0, 1000).known);
    (void)state;
}

static void ratios_of_rates_are_exact_given_the_sum(void **state) {
    expect_interval(measure_rate_ratio(10, 1000, 5, 1500), 3, 0.9342893315, 11.18594387);
    expect_interval(measure_rate_ratio(0, 100, 8, 400), 0, 0, 2.343332701);
    expect_interval(measure_rate_ratio(8123, 1000000, 4000, 3000000), 6.09225, 5.865181042, 6.328885678);
    expect_interval(measure_rate_ratio(1, 10, 1, 10), 1, 0.01273936708, 78.49683532);
    struct measure_interval none = measure_rate_ratio(7, 300, 0, 500);
    assert_false(none.known); /* no value, but a lower limit */
    assert_true(none.bounded);
    expect_near(none.low, 2.402180865, 1e-8);
    expect_near(none.high, INFINITY, 0);
    assert_false(measure_rate_ratio(0, 100, 0, 100).known);
    assert_false(measure_rate_ratio(0, 100, 0, 100).bounded);
    assert_false(measure_rate_ratio(1, 0, 1, 100).known);
    (void)state;
}

static void ratios_of_shares_are_mover_r_on_wilson(void **state) {
    expect_interval(measure_share_ratio(56, 70, 48, 80), 1.333333333333, 1.0782946132402953, 1.662919967);
    expect_interval(measure_share_ratio(9, 10, 3, 10), 3, 1.322396507007772, 8.368906116);
    expect_interval(measure_share_ratio(0, 20, 5, 20), 0, 0, 0.7732668586);
    expect_interval(measure_share_ratio(20, 20, 19, 20), 1.052631578947, 0.878813153526193, 1.309125325);
    expect_interval(measure_share_ratio(10, 10, 10, 10), 1, 0.722467200137111, 1.384145882);
    assert_false(measure_share_ratio(3, 10, 0, 10).known);
    assert_false(measure_share_ratio(0, 0, 1, 10).known);
    (void)state;
}

static void rate_ratios_within_strata_are_mantel_haenszel(void **state) {
    static const struct measure_stratum s[] = {{30, 20, 2000, 3000}, {12, 40, 500, 4000}, {5, 2, 1000, 900}, {9, 9, 0, 900}};
    expect_interval(measure_rate_ratio_within(s, CF_COUNT(s)), 2.299393414, 1.516689516, 3.486020057);
    struct measure_interval one = measure_rate_ratio_within(s, 1); /* one stratum: the plain ratio */
    expect_near(one.value, (30.0 / 2000) / (20.0 / 3000), 1e-12);
    expect_near(log(one.high / one.low), 2 * 1.959963984540054 * sqrt(1.0 / 30 + 1.0 / 20), 1e-9);
    assert_false(measure_rate_ratio_within(s, 0).known);
    static const struct measure_stratum nobody[] = {{0, 5, 100, 100}};
    assert_true(measure_rate_ratio_within(nobody, 1).known);
    assert_false(measure_rate_ratio_within(nobody, 1).bounded);
    (void)state;
}

static void medians_take_their_limits_from_the_order(void **state) {
    static const struct {
        size_t n, low, high;
    } ranks[] = {{6, 1, 6},   {7, 1, 7},   {8, 1, 8},    {9, 2, 8},     {10, 2, 9},    {11, 2, 10},     {15, 4, 12},
                 {20, 6, 15}, {25, 8, 18}, {50, 18, 33}, {100, 40, 61}, {101, 41, 61}, {1000, 469, 532}};
    int64_t v[1000];
    for (size_t i = 0; i < CF_COUNT(v); i++) {
        v[i] = (int64_t)i + 1;
    }
    for (size_t i = 0; i < CF_COUNT(ranks); i++) {
        struct measure_interval m = measure_median(v, ranks[i].n);
        assert_true(m.bounded);
        expect_near(m.value, ((double)ranks[i].n + 1) / 2, 1e-12);
        expect_near(m.low, (double)ranks[i].low, 1e-12);
        expect_near(m.high, (double)ranks[i].high, 1e-12);
    }
    (void)state;
}

static void a_median_of_fewer_than_six_values_has_no_limits(void **state) {
    static const int64_t v[] = {-4, 1, 2, 10, INT64_MAX};
    assert_false(measure_median(v, 0).known);
    for (size_t n = 1; n <= 5; n++) {
        assert_true(measure_median(v, n).known);
        assert_false(measure_median(v, n).bounded);
    }
    expect_near(measure_median(v, 4).value, 1.5, 1e-12);
    expect_near(measure_median(v, 5).value, 2, 1e-12);
    (void)state;
}

/* Ranks from the exact binomial distribution, in fractions. */
static void percentiles_are_values_with_limits_from_the_order(void **state) {
    static const struct {
        size_t n;
        int percent;
        size_t rank, low, high; /* high 0: no limits */
    } ranks[] = {{1, 90, 1, 0, 0},         {10, 90, 9, 7, 0},     {35, 90, 32, 28, 0},   {36, 90, 33, 29, 36},
                 {50, 90, 45, 41, 50},     {100, 90, 90, 84, 96}, {101, 90, 91, 85, 97}, {250, 95, 238, 230, 245},
                 {60, 25, 15, 9, 23},      {6, 50, 3, 1, 6},      {9, 50, 5, 2, 8},      {1000, 90, 900, 881, 919},
                 {1000, 99, 990, 983, 997}};
    int64_t v[1000];
    for (size_t i = 0; i < CF_COUNT(v); i++) {
        v[i] = (int64_t)i + 1;
    }
    for (size_t i = 0; i < CF_COUNT(ranks); i++) {
        struct measure_interval m = measure_percentile(v, ranks[i].n, ranks[i].percent);
        assert_int_equal(measure_rank(ranks[i].n, ranks[i].percent), ranks[i].rank);
        expect_near(m.value, (double)ranks[i].rank, 1e-12);
        assert_int_equal(m.bounded, ranks[i].high != 0);
        if (m.bounded) {
            expect_near(m.low, (double)ranks[i].low, 1e-12);
            expect_near(m.high, (double)ranks[i].high, 1e-12);
        }
    }
    assert_false(measure_percentile(v, 0, 90).known);
    (void)state;
}

static void weighted_shares_use_kishs_effective_number(void **state) {
    static const double w[] = {1, 1, 2, 3, .5, .5, 4};
    static const int yes[] = {1, 0, 1, 1, 0, 1, 0};
    double sum = 0;
    double squares = 0;
    double of_yes = 0;
    for (size_t i = 0; i < CF_COUNT(w); i++) {
        sum += w[i];
        squares += w[i] * w[i];
        of_yes += w[i] * yes[i];
    }
    expect_interval(measure_weighted_share(sum, squares, of_yes), 0.5416666667, 0.1854122434, 0.8598697583);
    struct measure_interval equal = measure_weighted_share(263, 263, 81); /* weights of one: the plain share */
    expect_interval(equal, 0.3079847909, 0.2552885199, 0.3662095770);
    assert_false(measure_weighted_share(0, 0, 0).known);
    (void)state;
}

static void incomplete_beta_and_gamma_agree_with_scipy(void **state) {
    expect_near(measure_beta(0.5, 2, 3), 0.6875, 1e-12);
    expect_near(measure_beta(0.01, 0.5, 0.5), 0.0637685608585199, 1e-12);
    expect_near(measure_beta(0.3, 100, 200), 0.108843065644912, 1e-10);
    expect_near(measure_beta(0.9, 1000, 120), 0.777276520421975, 1e-10);
    expect_near(measure_beta(1e-5, 1, 1e5), 0.632122398184458, 1e-9);
    expect_near(measure_gamma(1, 1), 0.632120558828558, 1e-13);
    expect_near(measure_gamma(0.1, 0.5), 0.345279153981423, 1e-12);
    expect_near(measure_gamma(10, 12), 0.303223853696894, 1e-12);
    expect_near(measure_gamma(1000, 1010), 0.380104874767057, 1e-10);
    expect_near(measure_gamma(1e6, 1e6), 0.500132980760873, 1e-7);
    expect_near(measure_gamma(30, 3), 0.99999999995499, 1e-12);
    expect_near(measure_beta(0, 2, 3), 0, 1e-12);
    expect_near(measure_beta(1, 2, 3), 1, 1e-12);
    (void)state;
}

/* P(X >= x) for X binomial is an incomplete beta, P(X >= x) for X Poisson an incomplete gamma: summed here term by term. */
static void both_functions_agree_with_sums_term_by_term(void **state) {
    for (int n = 1; n <= 60; n++) {
        for (int tenth = 1; tenth < 10; tenth++) {
            double p = tenth / 10.0;
            double term = pow(1 - p, n);
            double below = 0;
            for (int x = 1; x <= n; x++) {
                below += term;
                term *= (n - x + 1.0) / x * p / (1 - p);
                if (fabs(measure_beta(p, x, n - x + 1) - (1 - below)) > 1e-11) {
                    fail_msg("beta: n %d, p %g, x %d", n, p, x);
                }
            }
        }
    }
    for (int mean = 1; mean <= 40; mean++) {
        double term = exp(-mean);
        double below = 0;
        for (int x = 1; x <= 100; x++) {
            below += term;
            term *= (double)mean / x;
            if (fabs(measure_gamma(mean, x) - (1 - below)) > 1e-11) {
                fail_msg("gamma: mean %d, x %d", mean, x);
            }
        }
    }
    (void)state;
}

static void inverses_undo_the_functions(void **state) {
    static const double p[] = {1e-6, 0.025, 0.5, 0.975, 0.999999};
    static const double sizes[] = {0.5, 1, 3, 40, 2500, 100000};
    for (size_t i = 0; i < CF_COUNT(p); i++) {
        for (size_t k = 0; k < CF_COUNT(sizes); k++) {
            expect_near(measure_gamma(measure_gamma_inverse(p[i], sizes[k]), sizes[k]), p[i], 1e-8);
            for (size_t m = 0; m < CF_COUNT(sizes); m++) {
                double x = measure_beta_inverse(p[i], sizes[k], sizes[m]);
                if (x > 1e-290 && x < 1 - 1e-12) {
                    expect_near(measure_beta(x, sizes[k], sizes[m]), p[i], 1e-7);
                }
            }
        }
    }
    expect_near(measure_gamma_inverse(1, 3), INFINITY, 0);
    (void)state;
}

/* The value lies within its limits, limits shrink as numbers grow, and the exact limits cover at least 95 %. */
static void limits_enclose_the_value_and_shrink_with_numbers(void **state) {
    double last_width = INFINITY;
    for (uint64_t n = 10; n <= 100000; n *= 10) {
        struct measure_interval v = measure_share(n * 3 / 10, n);
        assert_true(v.low <= v.value && v.value <= v.high && v.high - v.low < last_width);
        last_width = v.high - v.low;
    }
    for (uint64_t x1 = 0; x1 < 30; x1++) {
        for (uint64_t x0 = 1; x0 < 30; x0++) {
            struct measure_interval v = measure_rate_ratio(x1, 1000, x0, 700);
            struct measure_interval back = measure_rate_ratio(x0, 700, x1, 1000);
            assert_true(v.low <= v.value && v.value <= v.high);
            expect_near(back.low * v.high, 1, 1e-7); /* turned about, the limits turn about */
        }
    }
    (void)state;
}

static void exact_poisson_limits_cover_at_least_95_in_100(void **state) {
    struct measure_interval limits[120];
    for (uint64_t x = 0; x < CF_COUNT(limits); x++) {
        limits[x] = measure_rate(x, 1, 1);
    }
    for (double mean = 0.5; mean < 40; mean += 0.7) {
        double term = exp(-mean);
        double covered = 0;
        for (size_t x = 0; x < CF_COUNT(limits); x++) {
            covered += limits[x].low <= mean && mean <= limits[x].high ? term : 0;
            term *= mean / ((double)x + 1);
        }
        assert_true(covered >= 0.95 - 1e-9);
    }
    (void)state;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_have_wilson_limits),
        cmocka_unit_test(rates_have_garwood_limits),
        cmocka_unit_test(ratios_of_rates_are_exact_given_the_sum),
        cmocka_unit_test(ratios_of_shares_are_mover_r_on_wilson),
        cmocka_unit_test(rate_ratios_within_strata_are_mantel_haenszel),
        cmocka_unit_test(medians_take_their_limits_from_the_order),
        cmocka_unit_test(a_median_of_fewer_than_six_values_has_no_limits),
        cmocka_unit_test(percentiles_are_values_with_limits_from_the_order),
        cmocka_unit_test(weighted_shares_use_kishs_effective_number),
        cmocka_unit_test(incomplete_beta_and_gamma_agree_with_scipy),
        cmocka_unit_test(both_functions_agree_with_sums_term_by_term),
        cmocka_unit_test(inverses_undo_the_functions),
        cmocka_unit_test(limits_enclose_the_value_and_shrink_with_numbers),
        cmocka_unit_test(exact_poisson_limits_cover_at_least_95_in_100),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
