/* SPDX-License-Identifier: Apache-2.0 */
/* What is not known exactly: quantities as distributions, as docs/risk-model.md defines them. */
#ifndef AS_DISTRIBUTION_H
#define AS_DISTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>

typedef enum as_distribution_kind {
	AS_FIXED,     /* a */
	AS_UNIFORM,   /* between a and b */
	AS_PERT,      /* from a to b, most likely m; weight g (4: the usual one) of that */
	AS_LOGNORMAL, /* 5 % below a, 5 % above b; never above cap, if that is not 0 */
	AS_RATE, /* a events were met in b years: Gamma(a + 1/2, b), the posterior of Jeffreys' prior */
	AS_TRIALS, /* a of b trials succeeded: Beta(a + 1/2, b - a + 1/2), the same for a share */
	AS_EMPIRICAL, /* one of n values that were met, each as likely */
} as_distribution_kind;

typedef struct as_distribution {
	as_distribution_kind kind;
	double a, m, b, g, cap;
	const double *values; /* of AS_EMPIRICAL: rising; borrowed */
	size_t n;
} as_distribution;

/* What is wrong with its numbers, a sentence without its subject ("needs ..."); NULL: nothing. Pure. */
const char *as_distribution_wrong(const as_distribution *d);

/* The value below which a share p, in (0, 1), lies. Rising in p. Pure. */
double as_quantile(const as_distribution *d, double p);
/* Mean and standard deviation, exact; of a capped lognormal those of what is capped at that value. Pure. */
double as_mean(const as_distribution *d);
double as_deviation(const as_distribution *d);

/* The same quantity times a number above 0; not of trials or values that were met. Pure. */
as_distribution as_scaled(as_distribution d, double by);

#endif
