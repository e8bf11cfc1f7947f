/* measure/interval: 95 % intervals (M5), on incomplete beta and gamma functions of our own.
 * Must not know what is counted. */
#include "measure/interval.h"

#include <math.h>

#define ALPHA_HALF 0.025
#define Z95 1.959963984540054 /* the normal quantile of 0.975 */

enum { STEPS_MAX = 100000, HALVINGS = 200 }; /* a bound on every loop; convergence comes long before */

/* ---- Incomplete beta and gamma. */
static double ln_gamma(double x) {
    int sign = 0;
    return lgamma_r(x, &sign); /* lgamma itself writes a global */
}

/* Continued fraction of the incomplete beta function by the modified method of Lentz; quick for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double x, double a, double b) {
    const double tiny = 1e-300;
    double c = 1.0;
    double d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int m = 1; m <= STEPS_MAX; m++) {
        double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 + even * d;
        d = 1.0 / (fabs(d) < tiny ? tiny : d);
        c = 1.0 + even / c;
        c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 + odd * d;
        d = 1.0 / (fabs(d) < tiny ? tiny : d);
        c = 1.0 + odd / c;
        c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        if (fabs(d * c - 1.0) < 1e-15) {
            break;
        }
    }
    return h;
}

double measure_beta(double x, double a, double b) {
    CF_ASSERT(a > 0 && b > 0);
    if (x <= 0.0) {
        return 0.0;
    }
    if (x >= 1.0) {
        return 1.0;
    }
    double front = exp(ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1.0) / (a + b + 2.0)) {
        return front * beta_fraction(x, a, b) / a;
    }
    return 1.0 - front * beta_fraction(1.0 - x, b, a) / b;
}

double measure_gamma(double x, double a) {
    CF_ASSERT(a > 0);
    if (x <= 0.0) {
        return 0.0;
    }
    double front = exp(a * log(x) - x - ln_gamma(a));
    if (x < a + 1.0) { /* series */
        double term = 1.0 / a;
        double sum = term;
        for (int n = 1; n <= STEPS_MAX && term > sum * 1e-16; n++) {
            term *= x / (a + n);
            sum += term;
        }
        return front * sum;
    }
    const double tiny = 1e-300; /* continued fraction of the upper part */
    double b = x + 1.0 - a;
    double c = 1.0 / tiny;
    double d = 1.0 / b;
    double h = d;
    for (int n = 1; n <= STEPS_MAX; n++) {
        double an = -n * (n - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / (fabs(d) < tiny ? tiny : d);
        c = b + an / c;
        c = fabs(c) < tiny ? tiny : c;
        h *= d * c;
        if (fabs(d * c - 1.0) < 1e-15) {
            break;
        }
    }
    return 1.0 - front * h;
}

/* The functions rise in x, so halving the bracket finds the inverse whatever the shape: slow, and never wrong. */
double measure_beta_inverse(double p, double a, double b) {
    if (p <= 0.0 || p >= 1.0) {
        return p <= 0.0 ? 0.0 : 1.0;
    }
    double low = 0.0;
    double high = 1.0;
    for (int i = 0; i < HALVINGS && high - low > 1e-16 * high; i++) {
        double mid = (low + high) / 2.0;
        if (measure_beta(mid, a, b) < p) {
            low = mid;
        } else {
            high = mid;
        }
    }
    return (low + high) / 2.0;
}

double measure_gamma_inverse(double p, double a) {
    if (p <= 0.0 || p >= 1.0) {
        return p <= 0.0 ? 0.0 : INFINITY;
    }
    double low = 0.0;
    double high = a + 1.0;
    while (measure_gamma(high, a) < p) {
        low = high;
        high *= 2.0;
    }
    for (int i = 0; i < HALVINGS && high - low > 1e-16 * high; i++) {
        double mid = (low + high) / 2.0;
        if (measure_gamma(mid, a) < p) {
            low = mid;
        } else {
            high = mid;
        }
    }
    return (low + high) / 2.0;
}

/* ---- Shares. */
static struct measure_interval wilson(double p, double n) {
    double z2 = Z95 * Z95;
    double centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    double half = Z95 / (1.0 + z2 / n) * sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n));
    struct measure_interval v = {p, centre - half, centre + half, true, true};
    v.low = p <= 0.0 || v.low < 0.0 ? 0.0 : v.low; /* exactly, where rounding leaves 1e-17 */
    v.high = p >= 1.0 || v.high > 1.0 ? 1.0 : v.high;
    return v;
}

struct measure_interval measure_share(uint64_t x, uint64_t n) {
    CF_ASSERT(x <= n);
    return n == 0 ? (struct measure_interval){0} : wilson((double)x / (double)n, (double)n);
}

struct measure_interval measure_weighted_share(double sum_w, double sum_w2, double sum_w_yes) {
    if (!(sum_w > 0.0) || !(sum_w2 > 0.0)) {
        return (struct measure_interval){0};
    }
    double p = sum_w_yes / sum_w;
    p = p < 0.0 ? 0.0 : p > 1.0 ? 1.0 : p;
    return wilson(p, sum_w * sum_w / sum_w2);
}

struct measure_interval measure_share_ratio(uint64_t x1, uint64_t n1, uint64_t x0, uint64_t n0) {
    if (n1 == 0 || n0 == 0 || x0 == 0) {
        return (struct measure_interval){0};
    }
    struct measure_interval a = measure_share(x1, n1);
    struct measure_interval b = measure_share(x0, n0);
    double pp = a.value * b.value;
    /* MOVER-R, its fractions turned so that nothing is divided by a difference that may vanish. */
    double l = a.low * (2.0 * a.value - a.low);
    double u = a.high * (2.0 * a.value - a.high);
    double down = b.low * (2.0 * b.value - b.low);
    double up = b.high * (2.0 * b.value - b.high);
    double under_low = pp * pp - l * up;
    double under_high = pp * pp - u * down;
    struct measure_interval v = {a.value / b.value, 0.0, 0.0, true, true};
    v.low = l <= 0.0 ? 0.0 : l / (pp + sqrt(under_low > 0.0 ? under_low : 0.0));
    v.high = (pp + sqrt(under_high > 0.0 ? under_high : 0.0)) / down;
    return v;
}

/* ---- Rates. */
struct measure_interval measure_rate(uint64_t x, double population, double per) {
    if (!(population > 0.0)) {
        return (struct measure_interval){0};
    }
    double n = (double)x;
    double scale = per / population;
    double low = x == 0 ? 0.0 : measure_gamma_inverse(ALPHA_HALF, n);
    double high = measure_gamma_inverse(1.0 - ALPHA_HALF, n + 1.0);
    return (struct measure_interval){n * scale, low * scale, high * scale, true, true};
}

struct measure_interval measure_rate_ratio(uint64_t x1, double n1, uint64_t x0, double n0) {
    if (!(n1 > 0.0) || !(n0 > 0.0) || x1 + x0 == 0) {
        return (struct measure_interval){0};
    }
    double a = (double)x1;
    double b = (double)x0;
    double scale = n0 / n1;
    struct measure_interval v = {0.0, 0.0, INFINITY, x0 > 0, true};
    v.value = x0 > 0 ? a / b * scale : INFINITY;
    if (x1 > 0) {
        double p = measure_beta_inverse(ALPHA_HALF, a, b + 1.0);
        v.low = p / (1.0 - p) * scale;
    }
    if (x0 > 0) {
        double p = measure_beta_inverse(1.0 - ALPHA_HALF, a + 1.0, b);
        v.high = p / (1.0 - p) * scale;
    }
    return v;
}

struct measure_interval measure_rate_ratio_within(const struct measure_stratum *s, size_t n) {
    double r1 = 0.0;
    double r0 = 0.0;
    double variance = 0.0;
    for (size_t i = 0; i < n; i++) {
        double all = s[i].n1 + s[i].n0;
        if (!(s[i].n1 > 0.0) || !(s[i].n0 > 0.0)) {
            continue; /* a stratum without one of the two groups compares nothing */
        }
        r1 += (double)s[i].x1 * s[i].n0 / all;
        r0 += (double)s[i].x0 * s[i].n1 / all;
        variance += (double)(s[i].x1 + s[i].x0) * (s[i].n1 / all) * (s[i].n0 / all);
    }
    if (!(r0 > 0.0)) {
        return (struct measure_interval){0};
    }
    struct measure_interval v = {r1 / r0, 0.0, 0.0, true, false};
    if (r1 > 0.0) {
        double width = Z95 * sqrt(variance / (r1 * r0));
        v.low = v.value * exp(-width);
        v.high = v.value * exp(width);
        v.bounded = true;
    }
    return v;
}

/* ---- Medians. */
struct measure_interval measure_median(const int64_t *rising, size_t n) {
    if (n == 0) {
        return (struct measure_interval){0};
    }
    struct measure_interval v = {(double)rising[n / 2], 0.0, 0.0, true, false};
    if (n % 2 == 0) {
        v.value = (double)rising[n / 2 - 1] / 2.0 + (double)rising[n / 2] / 2.0;
    }
    /* The largest rank k with P(B < k) <= 0.025 for B binomial (n, 1/2); P(B <= k - 1) is a beta function at one half. */
    size_t low = 0;
    size_t high = n / 2;
    while (low < high) {
        size_t k = low + (high - low + 1) / 2;
        if (measure_beta(0.5, (double)(n - k + 1), (double)k) <= ALPHA_HALF) {
            low = k;
        } else {
            high = k - 1;
        }
    }
    if (low > 0) { /* from 6 values on */
        v.low = (double)rising[low - 1];
        v.high = (double)rising[n - low];
        v.bounded = true;
    }
    return v;
}

size_t measure_rank(size_t n, int percent) {
    return n / 100 * (size_t)percent + (n % 100 * (size_t)percent + 99) / 100;
}

/* P(B < k) for B binomial (n, p); 1 <= k <= n. */
static double below(size_t k, size_t n, double p) {
    return measure_beta(1.0 - p, (double)(n - k + 1), (double)k);
}

struct measure_interval measure_percentile(const int64_t *rising, size_t n, int percent) {
    if (n == 0) {
        return (struct measure_interval){0};
    }
    double p = percent / 100.0;
    struct measure_interval v = {(double)rising[measure_rank(n, percent) - 1], 0.0, 0.0, true, false};
    size_t low = 0, high = n; /* the largest rank with P(B < k) <= 0.025 */
    while (low < high) {
        size_t k = low + (high - low + 1) / 2;
        low = below(k, n, p) <= ALPHA_HALF ? k : low;
        high = low == k ? high : k - 1;
    }
    size_t least = 1, most = n + 1; /* the least rank with P(B >= k) <= 0.025; n + 1: none */
    while (least < most) {
        size_t k = least + (most - least) / 2;
        bool enough = 1.0 - below(k, n, p) <= ALPHA_HALF;
        most = enough ? k : most;
        least = enough ? least : k + 1;
    }
    if (low > 0 && least <= n) {
        v.low = (double)rising[low - 1];
        v.high = (double)rising[least - 1];
        v.bounded = true;
    }
    return v;
}
