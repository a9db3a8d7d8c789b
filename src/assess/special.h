/* SPDX-License-Identifier: Apache-2.0 */
/* Distribution functions of the normal, beta and gamma distributions and their inverses, to about 1e-12. The libraries
 * that have them under Debian are under the GPL, which this program is not. */
#ifndef AS_SPECIAL_H
#define AS_SPECIAL_H

/* P(Z <= z) of the standard normal distribution. Pure. */
double as_normal_cdf(double z);
/* Its inverse, p in (0, 1): Wichura's AS 241 (Applied Statistics 37, 1988), to 1e-15. Pure. */
double as_normal_quantile(double p);

/* P(X <= x) of Beta(a, b), a and b above 0: the continued fraction of DLMF 8.17.22. Pure. */
double as_beta_cdf(double a, double b, double x);
/* Its inverse, p in [0, 1]: Newton's steps inside a bracket. Pure. */
double as_beta_quantile(double a, double b, double p);

/* P(X <= x) of a gamma distribution of that shape (above 0) and scale 1: series below shape + 1 (DLMF 8.11.4),
 * continued fraction above (DLMF 8.9.2). Pure. */
double as_gamma_cdf(double shape, double x);
/* Its inverse, p in [0, 1). Pure. */
double as_gamma_quantile(double shape, double p);

#endif
