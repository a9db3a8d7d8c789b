/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated figures against what they must be: closed forms, and values of other programs' (SciPy's quadrature, Fourier
 * transforms), each from the text of a network file to the answers. docs/risk-model.md lists them. */
#include "network_text.h"

/* What riskquant's own tests and its README state: frequency, 90 % interval, mean of a year. */
static void test_simple_loss(void **state)
{
	static const struct {
		double rate, low, high, mean;
	} rows[] = {
		{ 0.1, 1, 10, 0.4040012826945718 },
		{ 3, 1, 10, 12.120038480837177 },
		{ 0.1, 1e5, 1e6, 40400.128269457266 },
		{ 0.01, 1e6, 1e7, 40400.13 },
		{ 0.1, 1e7, 1e9, 26639800.98 },
		{ 0.05, 5e6, 5e7, 1010003.21 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[2000];
		as_distribution size = {
			.kind = AS_LOGNORMAL, .a = rows[i].low, .b = rows[i].high
		};
		double mean = as_mean(&size), sd = as_deviation(&size);
		close_to(rows[i].rate * mean, rows[i].mean, 1e-7); /* they state so many digits */
		(void)snprintf(text, sizeof(text),
			START "years = 10\n" ONE_THREAT
			      "rate = %.17g\nresponse = { low = %.17g, high = %.17g }\n" ONE_CLASS,
			rows[i].rate, rows[i].low, rows[i].high);
		made x;
		as_outcome *o = one(&x, text, 1, 20000);
		moments m = moments_of(o, 0);
		likely("mean", m.mean, rows[i].mean,
			sqrt(rows[i].rate * (mean * mean + sd * sd) / m.n));
		done_with(&x, o);
	}
}

typedef struct compound {
	const char *rate;
	double mean, sd, skewness, none, var95, tvar95, var99, tvar99, var999, above[3];
} compound;

static double skewness_of(const as_outcome *o, const moments *m)
{
	double sum = 0;
	for (size_t i = 0; i < o->years * o->paths; i++)
		sum += pow((o->loss[i] - m->mean) / m->sd, 3) / m->n;
	return sum;
}

/* A Poisson number of lognormal losses a year, 100,000 to 1,000,000: moments are exact, quantiles from a Fourier
 * transform on a grid of 500 and 1000. */
static void test_compound(void **state)
{
	static const compound rows[] = {
		{ "0.1", 40400.13, 163217.04, 6.593989, 0.904837, 314000, 631880, 810000, 1185168,
			1685000, { 0.0267110, 0.0057345, 0.00049838 } },
		{ "3", 1212003.85, 893976.53, 1.203892, 0.049787, 2904000, 3592712, 4008000,
			4692772, 5580000, { 0.775393, 0.521399, 0.169892 } },
	};
	static const double above[] = { 5e5, 1e6, 2e6 };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const compound *c = &rows[i];
		char text[2000];
		(void)snprintf(text, sizeof(text),
			START "years = 10\n" ONE_THREAT
			      "rate = %s\nresponse = { low = 1e5, high = 1e6 }\n" ONE_CLASS,
			c->rate);
		made x;
		as_outcome *o = one(&x, text, 100, 500);
		const as_answer *a = as_answer_new(o, x.arena);
		moments m = moments_of(o, 0);
		likely("mean", m.mean, c->mean, c->sd / sqrt(m.n));
		close_to(m.sd, c->sd, 0.02);
		close_to(skewness_of(o, &m), c->skewness, 0.08);
		likely_share("no loss", m.none, c->none, m.n);
		close_to(a->figures[0].year_mean, m.mean, 1e-12);
		close_to(a->figures[0].year_none, m.none, 1e-9);
		close_to(a->figures[0].year95.var, c->var95, 0.015);
		close_to(a->figures[0].year95.tvar, c->tvar95, 0.015);
		close_to(a->figures[0].year99.var, c->var99, 0.015);
		close_to(a->figures[0].year99.tvar, c->tvar99, 0.02);
		likely_share("99.9 %", share_above(o, 0, c->var999), 0.001, m.n);
		for (size_t k = 0; k < 3; k++)
			likely_share("above", share_above(o, 0, above[k]), c->above[k], m.n);
		done_with(&x, o);
	}
}

/* The full decomposition of Open FAIR, every year with a rate of its own: what is exact of it, and 20 million years of
 * another program. */
static void test_fair(void **state)
{
	enum { YEARS = 200000 };
	(void)state;
	made x;
	as_outcome *o = one(&x,
		START "years = 1\n"
		      "[[threat]]\nname = 't'\nhits = 'all'\nevidence = false\n"
		      "rate = { low = 0.5, likely = 2, high = 6 }\n"
		      "capability = { low = 0.2, likely = 0.5, high = 0.9 }\n"
		      "resistance = { low = 0.3, likely = 0.6, high = 0.8 }\n"
		      "response = { low = 1e5, high = 1e6 }\n"
		      "secondary_chance = { low = 0.05, likely = 0.1, high = 0.3 }\n"
		      "secondary = { low = 5e5, high = 2e7 }\n" ONE_CLASS,
		YEARS, 1);
	const as_answer *a = as_answer_new(o, x.arena);
	moments m = moments_of(o, 0);
	close_to(x.m->threats[0].fixed, 0.341935445, 1e-6);
	likely("mean", m.mean, 946352.98, 3692811.8 / sqrt(YEARS));
	close_to(m.sd, 3692811.8, 0.1); /* it has no fourth moment to speak of */
	likely_share("no loss", m.none, 0.4621349, YEARS);
	likely_share("median", share_above(o, 0, 143756), 0.5, YEARS);
	likely_share("90 %", share_above(o, 0, 1680855), 0.1, YEARS);
	likely_share("95 %", share_above(o, 0, 4069341), 0.05, YEARS);
	likely_share("99 %", share_above(o, 0, 14.82e6), 0.01, YEARS);
	likely_share("1 million", share_above(o, 0, 1e6), 0.16109, YEARS);
	likely_share("5 million", share_above(o, 0, 5e6), 0.04135, YEARS);
	likely_share("10 million", share_above(o, 0, 1e7), 0.01822, YEARS);
	close_to(a->figures[0].year95.tvar, 11.57e6, 0.04);
	close_to(a->figures[0].year99.var, 14.82e6, 0.04);
	close_to(a->figures[0].year99.tvar, 27.75e6, 0.08);
	done_with(&x, o);
}

static void test_susceptibility(void **state)
{
	as_distribution tc = { AS_PERT, 0.2, 0.5, 0.9, 4, 0, NULL, 0 },
			rs = { AS_PERT, 0.3, 0.6, 0.8, 4, 0, NULL, 0 },
			low = { AS_PERT, 0, 0.1, 0.2, 4, 0, NULL, 0 },
			high = { AS_PERT, 0.7, 0.8, 1, 4, 0, NULL, 0 },
			u = { .kind = AS_UNIFORM, .a = 0, .b = 1 },
			half = { .kind = AS_FIXED, .a = 0.3 };
	(void)state;
	close_to(as_exceeds(&tc, &rs), 0.341935445, 1e-6);
	close_to(as_exceeds(&rs, &tc), 1 - 0.341935445, 1e-6);
	close_to(as_exceeds(&tc, &tc), 0.5, 1e-7);
	close_to(as_exceeds(&low, &high), 0, 1e-12);
	close_to(as_exceeds(&high, &low), 1, 1e-12);
	close_to(as_exceeds(&u, &half), 0.7, 1e-4);
	close_to(as_exceeds(&half, &u), 0.3, 1e-4);
}

/* What few events tell: the rates that outer draws take are Jeffreys' posterior, and years follow them. */
static void test_rates(void **state)
{
	enum { OUTER = 20000 };
	(void)state;
	made x;
	as_outcome *o = one(&x,
		START "years = 1\n" ONE_THREAT
		      "rate = { events = 0, years = 5 }\nresponse = 1\n" ONE_CLASS,
		OUTER, 1);
	size_t p = param_of(x.m, "how often: t");
	double below[3] = { 0 };
	static const double at[] = { 0.00039322, 0.04549364, 0.38414588 },
			    share[] = { 0.05, 0.5, 0.95 };
	for (size_t i = 0; i < OUTER; i++)
		for (size_t k = 0; k < 3; k++)
			below[k] += o->values[i * x.m->n_params + p] < at[k];
	for (size_t k = 0; k < 3; k++)
		likely_share("rate", below[k] / OUTER, share[k], OUTER);
	/* mixed Poisson: negative binomial of 1/2, with 5 of 6 */
	moments m = moments_of(o, 0);
	likely_share("none", m.none, sqrt(5.0 / 6), OUTER);
	likely("mean", m.mean, 0.1, sqrt(0.1 * 6 / 5) / sqrt(OUTER));
	close_to(m.sd * m.sd, 0.12, 0.15);
	done_with(&x, o);
}

/* The error of the mean falls as one over the root of the paths. */
static void test_convergence(void **state)
{
	enum { SEEDS = 40, FEW = 400, MORE = 6400 };
	double error[2] = { 0 };
	(void)state;
	made x;
	good_network(&x,
		START "years = 1\n" ONE_THREAT
		      "rate = 3\nresponse = { low = 1e5, high = 1e6 }\n" ONE_CLASS,
		clean("p"));
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		for (int i = 0; i < 2; i++) {
			as_outcome *o = simulated(&x, seed, 1, i ? MORE : FEW);
			double off = o->mean[0] - 1212003.85;
			error[i] += off * off / SEEDS;
			as_outcome_free(o);
		}
	close_to(sqrt(error[0]), 893976.53 / sqrt(FEW), 0.4);
	close_to(sqrt(error[1]), 893976.53 / sqrt(MORE), 0.4);
	as_arena_free(x.arena);
}

#define ALL_KINDS                                                                                  \
	START "years = 5\ndiscount = 0.03\n[loss]\nsubscriber_hour = { low = 0.1, likely = 0.2, "  \
	      "high = "                                                                            \
	      "0.6 }\nredundancy_fails = { low = 0.1, likely = 0.2, high = 0.3 }\n"                \
	      "[[threat]]\nname = 'a'\nrate = { events = 3, years = 2 }\nhits = "                  \
	      "'component'\nsusceptibility = { low = 0.1, likely = 0.2, high = 0.4 }\nhours = { "  \
	      "low = "                                                                             \
	      "1, high = 20 }\n"                                                                   \
	      "[[threat]]\nname = 'b'\nrate = 0.4\nper = 'supplier'\nhits = 'supplier'\nonce = "   \
	      "true\nevidence = false\nresponse = { low = 5, high = 90 }\n"                        \
	      "[[threat]]\nname = 'c'\nrate = 0.5\nper = 'region'\nhits = 'region'\nevidence = "   \
	      "false\nhours = 4\n"                                                                 \
	      "[[threat]]\nname = 'd'\nrate = 0.01\nper = 'element'\nevidence = false\nhours = "   \
	      "5\n"                                                                                \
	      "[[scenario]]\nname = 'x'\n[[scenario.replace]]\nsupplier = 'A'\nwith = "            \
	      "'B'\nmonths = "                                                                     \
	      "{ min = 10, max = 30 }\n" TWO_PRODUCTS("A", "B")

static void same_outcome(const as_outcome *a, const as_outcome *b)
{
	size_t losses = a->scenarios * a->years * a->paths;
	assert_memory_equal(a->loss, b->loss, losses * sizeof(*a->loss));
	assert_memory_equal(a->total, b->total, a->scenarios * a->paths * sizeof(*a->total));
	assert_memory_equal(a->mean, b->mean, a->scenarios * a->outer * sizeof(*a->mean));
	assert_memory_equal(
		a->cost, b->cost, a->scenarios * a->outer * a->years * sizeof(*a->cost));
	assert_memory_equal(a->values, b->values, a->outer * a->m->n_params * sizeof(*a->values));
	assert_memory_equal(a->by_threat, b->by_threat,
		a->scenarios * a->m->network->n_threats * sizeof(*a->by_threat));
	assert_memory_equal(a->by_owner, b->by_owner,
		a->scenarios * a->m->network->n_suppliers * sizeof(*a->by_owner));
	assert_memory_equal(a->by_segment, b->by_segment,
		a->scenarios * a->m->n_segments * sizeof(*a->by_segment));
}

static void test_repeatable(void **state)
{
	enum { OUTER = 150, INNER = 40 };
	(void)state;
	made x;
	good_network(&x, ALL_KINDS, clean("pq"));
	as_run run = { .seed = 21, .outer = OUTER, .inner = INNER, .threads = 1 };
	as_outcome *first = as_simulate(x.m, &run);
	assert_non_null(first);
	for (unsigned threads = 1; threads <= 3; threads++) {
		run.threads = threads;
		as_outcome *o = as_simulate(x.m, &run);
		assert_non_null(o);
		same_outcome(first, o);
		as_outcome_free(o);
	}
	run.seed = 22;
	as_outcome *other = as_simulate(x.m, &run);
	as_answer *a = as_answer_new(first, x.arena), *b = as_answer_new(other, x.arena);
	assert_memory_not_equal(first->total, other->total, first->paths * sizeof(double));
	for (size_t s = 0; s < 2; s++)
		likely("another seed", b->figures[s].loss_draws.mean, a->figures[s].loss_draws.mean,
			sqrt(2) * a->figures[s].loss_draws.error);
	as_outcome_free(other);
	done_with(&x, first);
}

/* What is lost is lost by some threat, by some supplier, in some segment; and answers agree with each other. */
static void test_sums(void **state)
{
	(void)state;
	made x;
	good_network(&x, ALL_KINDS, clean("pq"));
	as_outcome *o = simulated(&x, 8, 100, 50);
	as_answer *a = as_answer_new(o, x.arena);
	const as_network *n = &x.network;
	for (size_t s = 0; s < o->scenarios; s++) {
		double threats = 0, owners = 0, segments = 0, best = 0;
		const as_figures *f = &a->figures[s];
		for (size_t i = 0; i < n->n_threats; i++)
			threats += o->by_threat[s * n->n_threats + i];
		for (size_t i = 0; i < n->n_suppliers; i++)
			owners += o->by_owner[s * n->n_suppliers + i];
		for (size_t i = 0; i < x.m->n_segments; i++)
			segments += o->by_segment[s * x.m->n_segments + i];
		close_to(threats, f->loss_paths.mean, 1e-9);
		close_to(owners, f->loss_paths.mean, 1e-9);
		close_to(segments, f->loss_paths.mean, 1e-9);
		close_to(f->loss_draws.mean, f->loss_paths.mean, 1e-9);
		close_to(f->total.mean, f->cost.mean + f->loss_draws.mean, 1e-9);
		assert_true(f->year95.var <= f->year95.tvar && f->year99.var <= f->year99.tvar);
		assert_true(f->year95.var <= f->year99.var && f->year95.tvar <= f->year99.tvar);
		const as_point *c = &a->curves[s * AS_CURVE_POINTS];
		for (size_t i = 0; i < AS_CURVE_POINTS; i++) {
			close_to(c[i].probability, share_above(o, s, c[i].loss), 1e-12);
			assert_true(i == 0 || (c[i].loss > c[i - 1].loss &&
						      c[i].probability <= c[i - 1].probability &&
						      c[i].low <= c[i - 1].low &&
						      c[i].high <= c[i - 1].high));
			assert_true(c[i].low <= c[i].high);
		}
		for (size_t t = 0; t < o->scenarios; t++)
			best += a->figures[t].best;
		close_to(best, 1, 1e-9);
		assert_true(f->regret >= 0);
	}
	const as_compared *c = a->compared;
	close_to(c[1].less, -c[2].less, 1e-9);
	assert_true(c[1].better + c[2].better <= 1 + 1e-12);
	close_to(c[1].less, a->figures[1].total.mean - a->figures[0].total.mean, 1e-9);
	done_with(&x, o);
}

/* Value and tail value of few numbers, by hand: also with many that are 0. */
static void test_tail(void **state)
{
	const double ten[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
		     none[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 50 };
	(void)state;
	as_tail t = as_tail_of(ten, 10, 0.8);
	close_to(t.var, 8, 0);
	close_to(t.tvar, 9.5, 1e-12);
	t = as_tail_of(ten, 10, 0.85);
	close_to(t.var, 9, 0);
	close_to(t.tvar, 9 + 0.1 / 0.15, 1e-12);
	t = as_tail_of(none, 10, 0.8);
	close_to(t.var, 0, 0);
	close_to(t.tvar, 25, 1e-12);
	double v[] = { 4, 1, 3, 2 };
	as_spread s = as_spread_of(v, 4);
	close_to(s.mean, 2.5, 0);
	close_to(s.middle, 2, 0);
	close_to(s.error, sqrt(5.0 / 3 / 4), 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_simple_loss),
		cmocka_unit_test(test_compound),
		cmocka_unit_test(test_fair),
		cmocka_unit_test(test_susceptibility),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_convergence),
		cmocka_unit_test(test_repeatable),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_tail),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
