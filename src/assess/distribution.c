/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/distribution.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "assess/special.h"

static const double z95 = 1.6448536269514722; /* of the standard normal distribution */
static const double jeffreys = 0.5;
/* What is more, or nearer to nothing, is a slip, and takes sums and shapes beyond what a double holds. */
static const double most = 1e18, least = 1e-18;

static bool is_sane(double v) { return v == 0 || (fabs(v) <= most && fabs(v) >= least); }

/* A PERT distribution as a beta distribution on [a, b]. */
typedef struct shape {
	double alpha, beta;
} shape;

static shape shape_of(const as_distribution *d)
{
	double width = d->b - d->a;
	return (shape){ 1 + d->g * (d->m - d->a) / width, 1 + d->g * (d->b - d->m) / width };
}

static double mu_of(const as_distribution *d) { return (log(d->a) + log(d->b)) / 2; }
static double sigma_of(const as_distribution *d) { return log(d->b / d->a) / (2 * z95); }

const char *as_distribution_wrong(const as_distribution *d)
{
	bool finite = isfinite(d->a) && isfinite(d->m) && isfinite(d->b) && isfinite(d->g) &&
		      isfinite(d->cap);
	if (!finite)
		return "needs finite numbers";
	if (!is_sane(d->a) || !is_sane(d->m) || !is_sane(d->b) || !is_sane(d->cap))
		return "needs numbers that are 0, or between 1e-18 and 1e18";
	switch (d->kind) {
	case AS_FIXED:
		return NULL;
	case AS_UNIFORM:
		return d->a < d->b ? NULL : "needs a lower end below its upper end";
	case AS_PERT:
		if (!(d->a < d->b) || d->m < d->a || d->m > d->b)
			return "needs least, most likely and greatest in this order, and the first "
			       "below the last";
		return d->g > 0 ? NULL : "needs a weight of the most likely value above 0";
	case AS_LOGNORMAL:
		if (!(d->a > 0) || !(d->a < d->b))
			return "needs two values above 0, the first below the second";
		return d->cap == 0 || d->cap > d->b ? NULL : "needs a cap above its upper value";
	case AS_RATE:
		return d->a >= 0 && d->b > 0 ? NULL
					     : "needs a count of at least 0 and more than 0 years";
	case AS_TRIALS:
		return d->a >= 0 && d->b > 0 && d->a <= d->b
			       ? NULL
			       : "needs successes from 0 to the number of trials, which is above 0";
	case AS_EMPIRICAL:
		return d->n >= 2 ? NULL : "needs two values or more";
	}
	return "is of no known kind";
}

double as_quantile(const as_distribution *d, double p)
{
	switch (d->kind) {
	case AS_FIXED:
		break;
	case AS_UNIFORM:
		return d->a + p * (d->b - d->a);
	case AS_PERT: {
		shape s = shape_of(d);
		return d->a + (d->b - d->a) * as_beta_quantile(s.alpha, s.beta, p);
	}
	case AS_LOGNORMAL: {
		/* from the lower end: money counted in another unit gives the same, to the last digit */
		double v = d->a * exp(sigma_of(d) * (as_normal_quantile(p) + z95));
		return d->cap > 0 && v > d->cap ? d->cap : v;
	}
	case AS_RATE:
		return as_gamma_quantile(d->a + jeffreys, p) / d->b;
	case AS_TRIALS:
		return as_beta_quantile(d->a + jeffreys, d->b - d->a + jeffreys, p);
	case AS_EMPIRICAL:
		return d->values[(size_t)(p * (double)d->n) < d->n ? (size_t)(p * (double)d->n)
								   : d->n - 1];
	}
	return d->a;
}

/* E[min(X, cap)^k] of a lognormal: what lies below the cap, and the cap for the rest. */
static double moment(const as_distribution *d, int k)
{
	double mu = mu_of(d), sigma = sigma_of(d);
	double whole = exp(k * mu + k * k * sigma * sigma / 2);
	if (d->cap == 0)
		return whole;
	double z = (log(d->cap) - mu) / sigma;
	return whole * as_normal_cdf(z - k * sigma) + pow(d->cap, k) * as_normal_cdf(-z);
}

/* The mean of (value - about) to the power k. */
static double moment_of_values(const as_distribution *d, double about, int k)
{
	double sum = 0;
	for (size_t i = 0; i < d->n; i++)
		sum += k == 1 ? d->values[i] - about
			      : (d->values[i] - about) * (d->values[i] - about);
	return sum / (double)d->n;
}

double as_mean(const as_distribution *d)
{
	switch (d->kind) {
	case AS_FIXED:
		break;
	case AS_UNIFORM:
		return (d->a + d->b) / 2;
	case AS_PERT:
		return (d->a + d->g * d->m + d->b) / (d->g + 2);
	case AS_LOGNORMAL:
		return moment(d, 1);
	case AS_RATE:
		return (d->a + jeffreys) / d->b;
	case AS_TRIALS:
		return (d->a + jeffreys) / (d->b + 2 * jeffreys);
	case AS_EMPIRICAL:
		return moment_of_values(d, 0, 1);
	}
	return d->a;
}

double as_deviation(const as_distribution *d)
{
	switch (d->kind) {
	case AS_FIXED:
		break;
	case AS_UNIFORM:
		return (d->b - d->a) / sqrt(12);
	case AS_PERT: {
		shape s = shape_of(d);
		double sum = s.alpha + s.beta;
		return (d->b - d->a) * sqrt(s.alpha * s.beta / (sum * sum * (sum + 1)));
	}
	case AS_LOGNORMAL: {
		double mean = moment(d, 1), square = moment(d, 2);
		return sqrt(square - mean * mean > 0 ? square - mean * mean : 0);
	}
	case AS_RATE:
		return sqrt(d->a + jeffreys) / d->b;
	case AS_TRIALS: {
		double mean = as_mean(d);
		return sqrt(mean * (1 - mean) / (d->b + 2 * jeffreys + 1));
	}
	case AS_EMPIRICAL:
		return sqrt(moment_of_values(d, moment_of_values(d, 0, 1), 2));
	}
	return 0;
}

as_distribution as_scaled(as_distribution d, double by)
{
	if (d.kind == AS_RATE) {
		d.b /= by;
		return d;
	}
	d.a *= by;
	d.m *= by;
	d.b *= by;
	d.cap *= by;
	return d;
}
