/* SPDX-License-Identifier: Apache-2.0 */
/* What is struck together and what apart, by hand; and what is not known. */
#include "network_text.h"

#include "base/buf.h"

/* Two products, each struck 0.4 times a year with its supplier, each losing 100: what one supplier makes both lose at
 * once, two make them lose apart. */
static void test_common_cause(void **state)
{
	static const struct {
		const char *classes;
		bool together;
	} cases[] = {
		{ TWO_PRODUCTS("A", "A"), true },
		{ TWO_PRODUCTS("A", "B"), false },
		{ "[[supplier]]\nname = 'A'\n[[supplier]]\nname = 'B'\nparent = 'A'\n" TWO_PRODUCTS(
			  "A", "B"),
			true },
		{ "[[supplier]]\nname = 'A'\naliases = ['a AG']\n" TWO_PRODUCTS("A", "a AG"),
			true },
	};
	const double rate = 0.4, each = 100;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[4000];
		(void)snprintf(text, sizeof(text),
			START
			"years = 10\n" HOUR
			"[[threat]]\nname = 't'\nper = 'supplier'\nhits = 'supplier'\nevidence "
			"= false\nrate = 0.4\nhours = 1\n%s",
			cases[i].classes);
		made x;
		good_network(&x, text, clean("pq"));
		as_outcome *o = simulated(&x, 3, 1, 20000);
		moments m = moments_of(o, 0);
		double sd = each * sqrt((cases[i].together ? 4 : 2) * rate), p = exp(-rate);
		likely("mean", m.mean, 2 * each * rate, sd / sqrt(m.n));
		close_to(m.sd, sd, 0.02);
		likely_share("none", m.none, cases[i].together ? p : p * p, m.n);
		likely_share("both", share_above(o, 0, 199),
			cases[i].together ? 1 - p : 1 - p * p * (1 + 2 * rate), m.n);
		done_with(&x, o);
	}
}

/* Three products of one, ten and a hundred subscribers; the first two share a component. An attempt picks each as
 * often; what needs no finding strikes it alone, what the component lets in strikes both. */
static void test_shared_component(void **state)
{
	static const char *const names[] = { "p", "q", "r" };
	static dossiers all;
	char text[4000] = START
		"years = 10\n" HOUR
		"[[threat]]\nname = 't'\nhits = 'component'\nrate = 2\nsusceptibility = 0.1\nvia = "
		"['internet']\nhours = 1\n";
	(void)state;
	all.n = 0;
	for (size_t i = 0; i < 3; i++) {
		dossier *d = dossier_of(&all, names[i]);
		char class[400];
		if (i < 2)
			add_way(d, AS_CLASS_reachable, "openssl 1.0", 1);
		(void)snprintf(class, sizeof(class),
			"[[class]]\nname = '%s'\nsupplier = 'A'\nproduct = '%s'\ndossier = "
			"'%s'\nsegment = "
			"'s'\ncount = 5\nsubscribers = %g\nexposure = ['internet']\nverified = "
			"true\n",
			names[i], names[i], names[i], pow(10, (double)i));
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", class);
	}
	made x;
	good_network(&x, text, &all);
	assert_int_equal(x.m->n_shared, 1);
	double values[16] = { 0 };
	assert_true(x.m->n_params <= 16);
	for (size_t i = 0; i < x.m->n_params; i++)
		values[i] = as_mean(&x.m->params[i].d);
	double shift = values[x.m->class_shift[AS_CLASS_reachable]];
	as_run run = { .seed = 5, .outer = 1, .inner = 20000, .threads = 1, .values = values };
	as_outcome *o = as_simulate(x.m, &run);
	assert_non_null(o);
	double alone = 0.1, more = chance_of(odds_of(alone) + shift) - alone;
	assert_true(shift > 0.5 && more > 0.05);
	const double size[] = { 1, 10, 100, 11 },
		     rate[] = { 2 * alone / 3, 2 * alone / 3, 2 * alone / 3, 2 * 2 * more / 3 };
	double mean = 0, square = 0;
	for (int i = 0; i < 4; i++) {
		mean += rate[i] * size[i];
		square += rate[i] * size[i] * size[i];
	}
	moments m = moments_of(o, 0);
	likely("mean", m.mean, mean, sqrt(square / m.n));
	likely_share("none", m.none, exp(-2 * alone - 4 * more / 3), m.n);
	double both = 0;
	for (size_t i = 0; i < (size_t)m.n; i++)
		both += o->loss[i] == 11;
	/* one that strikes both, or one of each by itself, and nothing else */
	double none = exp(-2 * alone - 4 * more / 3);
	likely_share("both", both / m.n, none * (rate[3] + rate[0] * rate[1]), m.n);
	done_with(&x, o);
}

/* A product that nobody examined is not better and not worse by that, but less is known: the range of what it may lose
 * is wider than with a dossier in which nothing was found, or half was not examined. */
static void test_unexamined(void **state)
{
	static dossiers all;
	static const char *const one[] = { "dossier = 'd0'\nverified = true\n",
		"dossier = 'd1'\nverified = true\n", "" };
	double spread[3];
	(void)state;
	all.n = 0;
	(void)dossier_of(&all, "d0");
	dossier_of(&all, "d1")->e.unexamined = 0.5;
	for (int i = 0; i < 3; i++) {
		char text[2000];
		made x;
		(void)snprintf(text, sizeof(text),
			START
			"years = 1\n[[threat]]\nname = 't'\nrate = 2000\nhits = 'all'\nresponse = "
			"1\nsusceptibility = { low = 0.02, likely = 0.05, high = 0.1 }\n"
			"[[class]]\nname = 'c'\nsupplier = 'A'\nproduct = 'P'\nsegment = "
			"'s'\ncount = "
			"1\nexposure = ['internet']\n%s",
			one[i]);
		good_network(&x, text, &all);
		as_outcome *o = simulated(&x, 4, 400, 4);
		as_answer *a = as_answer_new(o, x.arena);
		spread[i] = log(a->figures[0].loss_draws.high / a->figures[0].loss_draws.low);
		as_outcome_free(o);
		as_arena_free(x.arena);
	}
	assert_true(spread[1] > spread[0] * 1.1);
	assert_true(spread[2] > spread[1] * 1.1);
}

/* Two products: as often as it is struck, each loses the same, from apart to always together. What is between in its
 * dependence is between in its spread, and never changes the mean. */
static void test_dependence(void **state)
{
	static dossiers all;
	static const double together[] = { 0, 0.25, 0.5, 0.75, 1 };
	moments before = { 0 };
	double both = 0;
	(void)state;
	all.n = 0;
	(void)dossier_of(&all, "d");
	for (int i = 0; i < 5; i++) {
		char text[3000];
		made x;
		double rate = 0.5, p = together[i];
		(void)snprintf(text, sizeof(text),
			START
			"years = 10\n[loss]\nsubscriber_hour = 1\n"
			"[[threat]]\nname = 'together'\nper = 'supplier'\nhits = 'supplier'\nrate "
			"= "
			"%g\nevidence = false\nhours = 1\n"
			"[[threat]]\nname = 'apart'\nper = 'product'\nhits = 'product'\nrate = "
			"%g\nevidence = false\nhours = 1\n"
			"[[class]]\nname = 'a'\nsupplier = 'A'\nproduct = 'P'\nsegment = "
			"'s'\ncount = "
			"1\nsubscribers = 1\n"
			"[[class]]\nname = 'b'\nsupplier = 'A'\nproduct = 'Q'\nsegment = "
			"'s'\ncount = "
			"1\nsubscribers = 1\n",
			rate * p, rate * (1 - p));
		good_network(&x, text, &all);
		as_outcome *o = simulated(&x, 4, 1, 20000);
		moments m = moments_of(o, 0);
		double variance = 2 * rate * (1 - p) + 4 * rate * p, once = share_above(o, 0, 1.5);
		likely("mean", m.mean, 2 * rate, sqrt(variance / m.n));
		close_to(m.sd, sqrt(variance), 0.03);
		likely_share("none", m.none, exp(-rate * p - 2 * rate * (1 - p)), m.n);
		assert_true(i == 0 || (m.sd > before.sd && m.none > before.none && once > both));
		before = m;
		both = once;
		as_outcome_free(o);
		as_arena_free(x.arena);
	}
}

/* A scenario more says nothing about the others: as things are is as it was, even if the new one lays open what was not
 * reached before. */
static void test_more_scenarios(void **state)
{
	static const char *const more = "[[scenario]]\nname = 'y'\n[[scenario.replace]]\nsupplier "
					"= 'B'\nwith = 'A'\nmonths = 1\n";
	double mean[2], none[2];
	(void)state;
	for (int i = 0; i < 2; i++) {
		made x;
		char text[3000];
		static dossiers all;
		(void)snprintf(text, sizeof(text),
			START "years = 10\n[[threat]]\nname = 't'\nsuppliers = ['A']\nrate = "
			      "0.5\nevidence = "
			      "false\nresponse = 1\nhits = 'product'\n"
			      "[[class]]\nname = 'a'\nsupplier = 'A'\nproduct = 'P'\nsegment = "
			      "'s'\ncount = 10\n"
			      "[[class]]\nname = 'b'\nsupplier = 'B'\nproduct = 'Q'\nreplacement = "
			      "1\nsegment = "
			      "'s'\ncount = 30\n%s",
			i ? more : "");
		good_network(&x, text, &all);
		as_outcome *o = simulated(&x, 4, 1, 10000);
		moments m = moments_of(o, 0);
		mean[i] = m.mean;
		none[i] = m.none;
		if (i) /* four times as many stand open */
			likely("laid open", moments_of(o, 1).mean, 2 - 0.5 * 3 / 240,
				sqrt(2 / m.n));
		as_outcome_free(o);
		as_arena_free(x.arena);
	}
	for (int i = 0; i < 2; i++) {
		likely("mean", mean[i], 0.5, sqrt(0.5 / 100000));
		likely_share("none", none[i], exp(-0.5), 100000);
	}
}

/* Prices of one product on several lines: in whatever order they stand, each keeps its own. */
static void test_prices(void **state)
{
	static const char *const lines[] = { "replacement = 10\n",
		"replacement = { min = 20, max = 40 }\n",
		"replacement = { min = 60, max = 80 }\n" };
	double cost[6] = { 0 };
	static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 },
		{ 2, 0, 1 }, { 2, 1, 0 } };
	(void)state;
	for (int i = 0; i < 6; i++) {
		as_buf b = { 0 };
		made x;
		as_buf_text(&b, START "years = 1\n[[threat]]\nname = 't'\nrate = 1\nevidence = "
				      "false\nresponse = 1\nhits = 'all'\n");
		for (int k = 0; k < 3; k++)
			as_buf_print(&b,
				"[[class]]\nname = 'c%d'\nsupplier = 'A'\nproduct = 'P'\nsegment = "
				"'s'\ncount = %d\n%s",
				k, (int)pow(10, orders[i][k]), lines[orders[i][k]]);
		as_buf_print(&b, "[[scenario]]\nname = 'x'\n[[scenario.replace]]\nsupplier = "
				 "'A'\nwith = 'B'\nmonths = 1\n");
		as_buf_add(&b, "", 1);
		good_network(&x, (const char *)b.p, NULL);
		as_buf_free(&b);
		as_outcome *o = simulated(&x, 4, 20, 1);
		for (size_t d = 0; d < 20; d++) {
			double v = o->cost[20 + d],
			       u = (v - 10 - 200 - 6000) / (20 * 10 + 20 * 100);
			assert_true(u > 0 && u < 1); /* dear ones are dear together */
			cost[i] += v;
		}
		close_to(cost[i], cost[0], 1e-12);
		as_outcome_free(o);
		as_arena_free(x.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_common_cause),
		cmocka_unit_test(test_shared_component),
		cmocka_unit_test(test_unexamined),
		cmocka_unit_test(test_dependence),
		cmocka_unit_test(test_more_scenarios),
		cmocka_unit_test(test_prices),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
