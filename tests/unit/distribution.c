/* SPDX-License-Identifier: Apache-2.0 */
/* Chance and quantities: published values of the generator, values worked out by other programs (SciPy 1.10) for
 * distributions, and that quantiles and distribution functions undo each other. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assess/distribution.h"
#include "assess/random.h"
#include "assess/special.h"

static void close_to(double is, double right, double tolerance)
{
	if (!(fabs(is - right) <= tolerance * (fabs(right) > 1 ? fabs(right) : 1)))
		fail_msg("%.17g, and %.17g is right", is, right);
}

/* The known answers that come with the paper's program. */
static void test_philox(void **state)
{
	static const struct {
		uint32_t counter[4], key[2], out[4];
	} known[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, { 0xffffffff, 0xffffffff },
			{ 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 },
			{ 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		uint32_t out[4];
		as_philox(known[i].counter, known[i].key, out);
		assert_memory_equal(out, known[i].out, sizeof(out));
	}
}

static void test_streams(void **state)
{
	enum { DRAWS = 100000 };
	double sum = 0, squares = 0;
	(void)state;
	as_random a = as_random_of(7, 3, 1), b = as_random_of(7, 3, 1), c = as_random_of(7, 4, 1);
	int same = 0;
	for (int i = 0; i < DRAWS; i++) {
		double u = as_random_uniform(&a);
		assert_true(u > 0 && u < 1 && u == as_random_uniform(&b));
		same += u == as_random_uniform(&c);
		sum += u;
		squares += u * u;
	}
	assert_int_equal(same, 0);
	close_to(sum / DRAWS, 0.5, 0.004); /* more than four standard errors */
	close_to(squares / DRAWS, 1.0 / 3, 0.004);
}

static void test_special(void **state)
{
	(void)state;
	close_to(as_normal_quantile(0.95), 1.6448536269514722, 1e-14);
	close_to(as_normal_quantile(1e-12), -7.034483825301131, 1e-13);
	close_to(as_normal_cdf(1), 0.8413447460685429, 1e-15);
	close_to(as_beta_cdf(2, 4, 0.3), 0.47178, 1e-13);
	close_to(as_gamma_cdf(2.5, 3), 0.6937810815867216, 1e-12);
	for (double p = 0.001; p < 1; p += 0.0137) {
		close_to(as_normal_cdf(as_normal_quantile(p)), p, 1e-14);
		for (double a = 0.3; a < 60; a *= 3) {
			close_to(as_beta_cdf(a, 2, as_beta_quantile(a, 2, p)), p, 1e-11);
			close_to(as_gamma_cdf(a, as_gamma_quantile(a, p)), p, 1e-11);
		}
	}
}

typedef struct row {
	double a, m, b, alpha_mean, deviation, p5, p50, p95;
} row;

static void test_pert(void **state)
{
	static const row rows[] = {
		{ 20, 100, 900, 220, 139.38641, 44.458263, 192.448773, 490.220226 },
		{ 3e6, 3.5e6, 5e6, 3666666.6666667, 356348.32, 3152880.78, 3627620.34, 4314816.64 },
		{ 0, 0.5, 1, 0.5, 0.188982237, 0.189255377, 0.5, 0.810744623 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		as_distribution d = {
			.kind = AS_PERT, .a = rows[i].a, .m = rows[i].m, .b = rows[i].b, .g = 4
		};
		assert_null(as_distribution_wrong(&d));
		close_to(as_mean(&d), rows[i].alpha_mean, 1e-9);
		close_to(as_deviation(&d), rows[i].deviation, 1e-7);
		close_to(as_quantile(&d, 0.05), rows[i].p5, 1e-8);
		close_to(as_quantile(&d, 0.5), rows[i].p50, 1e-8);
		close_to(as_quantile(&d, 0.95), rows[i].p95, 1e-8);
	}
}

static void test_lognormal(void **state)
{
	as_distribution d = { .kind = AS_LOGNORMAL, .a = 635000, .b = 19000000 };
	as_distribution small = { .kind = AS_LOGNORMAL, .a = 1e5, .b = 1e6 };
	as_distribution capped = { .kind = AS_LOGNORMAL, .a = 1e5, .b = 1e6, .cap = 2e6 };
	(void)state;
	close_to(as_mean(&d), 5922706.83351131, 1e-12);
	close_to(as_mean(&small), 404001.282694572, 1e-12);
	close_to(as_quantile(&small, 0.9), 775468.24, 1e-8);
	close_to(as_quantile(&small, 0.99), 1611237.43, 1e-8);
	close_to(as_quantile(&capped, 0.9999), 2e6, 0);
	double sum = 0, squares = 0, n = 200000;
	for (double i = 0; i < n; i++) {
		double v = as_quantile(&capped, (i + 0.5) / n);
		sum += v / n;
		squares += v * v / n;
	}
	close_to(as_mean(&capped), sum, 1e-6);
	close_to(as_deviation(&capped), sqrt(squares - sum * sum), 1e-5);
}

/* How wide the rate is that a few events tell. */
static void test_rate(void **state)
{
	as_distribution none = { .kind = AS_RATE, .a = 0, .b = 5 },
			two = { .kind = AS_RATE, .a = 2, .b = 5 };
	(void)state;
	close_to(as_quantile(&none, 0.5), 0.045, 0.001);
	close_to(as_quantile(&none, 0.05), 0.0004, 0.0001);
	close_to(as_quantile(&none, 0.95), 0.38, 0.005);
	close_to(as_quantile(&two, 0.5), 0.44, 0.006);
	close_to(as_quantile(&two, 0.05), 0.11, 0.006);
	close_to(as_quantile(&two, 0.95), 1.11, 0.005);
	close_to(as_mean(&two), 0.5, 1e-12);
}

static void test_wrong(void **state)
{
	static const as_distribution wrong[] = {
		{ .kind = AS_UNIFORM, .a = 1, .b = 1 },
		{ .kind = AS_PERT, .a = 1, .m = 3, .b = 2, .g = 4 },
		{ .kind = AS_PERT, .a = 1, .m = 1, .b = 2, .g = 0 },
		{ .kind = AS_LOGNORMAL, .a = 0, .b = 2 },
		{ .kind = AS_LOGNORMAL, .a = 1, .b = 2, .cap = 1.5 },
		{ .kind = AS_RATE, .a = -1, .b = 2 },
		{ .kind = AS_RATE, .a = 1, .b = 0 },
		{ .kind = AS_FIXED, .a = NAN },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(as_distribution_wrong(&wrong[i]));
}

static void test_scaled(void **state)
{
	static const as_distribution any[] = {
		{ .kind = AS_FIXED, .a = 3 },
		{ .kind = AS_UNIFORM, .a = 1, .b = 4 },
		{ .kind = AS_PERT, .a = 1, .m = 2, .b = 4, .g = 4 },
		{ .kind = AS_LOGNORMAL, .a = 1, .b = 4, .cap = 9 },
		{ .kind = AS_RATE, .a = 3, .b = 4 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++) {
		as_distribution twice = as_scaled(any[i], 2);
		assert_null(as_distribution_wrong(&any[i]));
		close_to(as_mean(&twice), 2 * as_mean(&any[i]), 1e-12);
		close_to(as_deviation(&twice), 2 * as_deviation(&any[i]), 1e-9);
		close_to(as_quantile(&twice, 0.3), 2 * as_quantile(&any[i], 0.3), 1e-9);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_philox),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_special),
		cmocka_unit_test(test_pert),
		cmocka_unit_test(test_lognormal),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_scaled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
