/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/special.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

enum { TERMS_MOST = 20000, STEPS_MOST = 200, COEFFICIENTS = 8 };

static const double sure = 1e-15, tiny = 1e-300, root_half = 0.70710678118654752440;

double as_normal_cdf(double z) { return 0.5 * erfc(-z * root_half); }

static double polynomial(const double c[COEFFICIENTS], double x)
{
	double sum = 0;
	for (int i = COEFFICIENTS - 1; i >= 0; i--)
		sum = sum * x + c[i];
	return sum;
}

/* A numerator and a denominator of AS 241: for the middle, between it and the tails, the tails. */
typedef struct fraction {
	double over[COEFFICIENTS], under[COEFFICIENTS];
} fraction;

static const fraction middle = {
	{ 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
		1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
		3.3430575583588128105e4, 2.5090809287301226727e3 },
	{ 1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
		2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
		5.2264952788528545610e3 },
};
static const fraction shoulder = {
	{ 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
		3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
		2.27238449892691845833e-2, 7.74545014278341407640e-4 },
	{ 1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
		1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
		1.05075007164441684324e-9 },
};
static const fraction tail = {
	{ 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
		2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
		2.71155556874348757815e-5, 2.01033439929228813265e-7 },
	{ 1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
		7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
		2.04426310338993978564e-15 },
};

static double ratio(const fraction *f, double x)
{
	return polynomial(f->over, x) / polynomial(f->under, x);
}

double as_normal_quantile(double p)
{
	static const double half_width = 0.425, near = 1.6, split = 5;
	double q = p - 0.5;
	if (fabs(q) <= half_width)
		return q * ratio(&middle, half_width * half_width - q * q);
	double r = sqrt(-log(q < 0 ? p : 1 - p));
	double z = r <= split ? ratio(&shoulder, r - near) : ratio(&tail, r - split);
	return q < 0 ? -z : z;
}

/* Where a rising function reaches p: steps of Newton's, and halves of the bracket where they would leave it. */
typedef struct curve {
	double a, b; /* parameters */
	double (*at)(double a, double b, double x);
	double (*slope)(double a, double b, double x);
} curve;

static double solve(const curve *f, double p, double low, double high, double x)
{
	for (int i = 0; i < STEPS_MOST; i++) {
		double error = f->at(f->a, f->b, x) - p;
		if (error > 0)
			high = x;
		else
			low = x;
		double slope = f->slope(f->a, f->b, x);
		double next = slope > 0 ? x - error / slope : low;
		if (!(next > low && next < high))
			next = low + (high - low) / 2;
		if (fabs(next - x) <= sure * fabs(x) || next == low || next == high)
			return next;
		x = next;
	}
	return x;
}

static double log_beta(double a, double b)
{
	int sign = 0;
	return lgamma_r(a, &sign) + lgamma_r(b, &sign) - lgamma_r(a + b, &sign);
}

static double away(double v) { return fabs(v) < tiny ? tiny : v; }

/* Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
	double c = 1, d = 1 / away(1 - (a + b) * x / (a + 1)), h = d;
	for (int m = 1; m < TERMS_MOST; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		d = 1 / away(1 + even * d);
		c = away(1 + even / c);
		h *= d * c;
		d = 1 / away(1 + odd * d);
		c = away(1 + odd / c);
		h *= d * c;
		if (fabs(d * c - 1) < sure)
			break;
	}
	return h;
}

double as_beta_cdf(double a, double b, double x)
{
	if (x <= 0 || x >= 1)
		return x <= 0 ? 0 : 1;
	double front = exp(a * log(x) + b * log1p(-x) - log_beta(a, b));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

static double beta_slope(double a, double b, double x)
{
	return exp((a - 1) * log(x) + (b - 1) * log1p(-x) - log_beta(a, b));
}

double as_beta_quantile(double a, double b, double p)
{
	static const curve beta = { .at = as_beta_cdf, .slope = beta_slope };
	if (p <= 0 || p >= 1)
		return p <= 0 ? 0 : 1;
	curve f = beta;
	f.a = a;
	f.b = b;
	return solve(&f, p, 0, 1, a / (a + b));
}

static double gamma_series(double shape, double x)
{
	double term = 1 / shape, sum = term;
	for (int i = 1; i < TERMS_MOST && term > sum * sure; i++) {
		term *= x / (shape + i);
		sum += term;
	}
	return sum;
}

static double gamma_fraction(double shape, double x)
{
	double b = x + 1 - shape, c = 1 / tiny, d = 1 / away(b), h = d;
	for (int i = 1; i < TERMS_MOST; i++) {
		double a = -i * (i - shape);
		b += 2;
		d = 1 / away(a * d + b);
		c = away(b + a / c);
		h *= d * c;
		if (fabs(d * c - 1) < sure)
			break;
	}
	return h;
}

double as_gamma_cdf(double shape, double x)
{
	int sign = 0;
	if (x <= 0)
		return 0;
	double front = exp(shape * log(x) - x - lgamma_r(shape, &sign));
	return x < shape + 1 ? front * gamma_series(shape, x)
			     : 1 - front * gamma_fraction(shape, x);
}

static double gamma_at(double shape, double unused, double x)
{
	(void)unused;
	return as_gamma_cdf(shape, x);
}

static double gamma_slope(double shape, double unused, double x)
{
	int sign = 0;
	(void)unused;
	return exp((shape - 1) * log(x) - x - lgamma_r(shape, &sign));
}

double as_gamma_quantile(double shape, double p)
{
	const curve f = { .a = shape, .at = gamma_at, .slope = gamma_slope };
	double high = shape + 1;
	if (p <= 0)
		return 0;
	while (as_gamma_cdf(shape, high) < p && high < DBL_MAX / 2)
		high *= 2;
	/* Near 0 the function is close to x^shape / (shape gamma(shape)): a start that is never far off there. */
	int sign = 0;
	double low = exp((log(p) + log(shape) + lgamma_r(shape, &sign)) / shape);
	return solve(&f, p, 0, high, low < high ? low : high / 2);
}
