/* measure/interval: 95 % intervals of shares, rates, ratios and medians, by rule M5 of the policy semantics.
 *
 * Pure arithmetic in doubles: nothing here is ever read by a rule. Knows nothing of records or of tables. */
#ifndef CF_MEASURE_INTERVAL_H
#define CF_MEASURE_INTERVAL_H

#include "base/base.h"

struct measure_interval {
    double value, low, high;
    bool known;   /* there is a value */
    bool bounded; /* there are limits; `high` may be INFINITY */
};

/* Share x of n: Wilson's score interval. n of 0: not known. */
struct measure_interval measure_share(uint64_t x, uint64_t n);
/* x events among `population`, times `per`: exact Poisson limits (Garwood 1936). */
struct measure_interval measure_rate(uint64_t x, double population, double per);
/* (x1 / n1) / (x0 / n0), both Poisson: exact given x1 + x0, Clopper-Pearson limits p turned to p / (1 - p) * n0 / n1.
 * x0 of 0: no value, but a lower limit. */
struct measure_interval measure_rate_ratio(uint64_t x1, double n1, uint64_t x0, double n0);
/* Ratio of two shares: MOVER-R on Wilson limits (Donner and Zou 2012). */
struct measure_interval measure_share_ratio(uint64_t x1, uint64_t n1, uint64_t x0, uint64_t n0);
/* Rate ratio over strata (`within`): Mantel-Haenszel with the variance of Greenland and Robins (1985). */
struct measure_stratum {
    uint64_t x1, x0;
    double n1, n0; /* persons, or person-time */
};
struct measure_interval measure_rate_ratio_within(const struct measure_stratum *s, size_t n);
/* Median of n values in rising order: order statistics at one half; limits only from 6 values on. */
struct measure_interval measure_median(const int64_t *rising, size_t n);
/* The percentile (1 to 99) by nearest rank: the least value that so many per cent of n do not pass, itself one of them. Limits
 * are order statistics too (binomial); none where one of them would lie beyond the last value. */
struct measure_interval measure_percentile(const int64_t *rising, size_t n, int percent);
size_t measure_rank(size_t n, int percent); /* 1 to n; 0 for n of 0 */
/* Weighted share: Wilson with Kish's effective n, from the sums of w, of w squared, and of w where the answer is yes. */
struct measure_interval measure_weighted_share(double sum_w, double sum_w2, double sum_w_yes);

/* Regularised incomplete beta and lower gamma, and their inverses; 1e-10 relative in the ranges that measures use. */
double measure_beta(double x, double a, double b);
double measure_beta_inverse(double p, double a, double b);
double measure_gamma(double x, double a);
double measure_gamma_inverse(double p, double a);

#endif
