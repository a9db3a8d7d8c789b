/* SPDX-License-Identifier: Apache-2.0 */
/* Programmes, controls and losses over time against what they come to by hand. */
#include "network_text.h"

#include "base/buf.h"

/* Losses are discounted from when they happen, costs from the middle of their year. */
static void test_discount(void **state)
{
	(void)state;
	made x;
	as_outcome *o = one(&x,
		START
		"years = 8\ndiscount = 0.05\n" ONE_THREAT "rate = 2\nresponse = 7\n"
		"[[control]]\nname = 'k'\ncost = 100\nyearly = 10\nunit_cost = 3\nmonths = 18\n"
		"[[scenario]]\nname = 'x'\n[[scenario.apply]]\ncontrol = 'k'\n" ONE_CLASS,
		1, 20000);
	as_answer *a = as_answer_new(o, x.arena);
	double left = (1 - pow(1.05, -8)) / log(1.05),
	       twice = (1 - pow(1.05, -16)) / (2 * log(1.05));
	likely("loss", a->figures[0].loss_paths.mean, 14 * left, sqrt(2 * 49 * twice / 20000));
	close_to(o->mean[0], a->figures[0].loss_paths.mean, 1e-12);
	double cost = 130 * pow(1.05, -1.5) + 5 * pow(1.05, -1.5);
	for (int y = 2; y < 8; y++)
		cost += 10 * pow(1.05, -y - 0.5);
	close_to(a->figures[1].cost.mean, cost, 1e-12);
	close_to(a->figures[0].cost.mean, 0, 0);
	close_to(a->compared[0 * 2 + 1].less, cost, 1e-9); /* the control does nothing against it */
	done_with(&x, o);
}

static as_draw *middle_of(const made *x)
{
	as_draw *d = as_draw_new(x->m, x->arena);
	assert_non_null(d);
	for (size_t i = 0; i < x->m->n_params; i++)
		d->value[i] = as_mean(&x->m->params[i].d);
	as_draw_follow(d);
	return d;
}

#define LIVING                                                                                     \
	"[[class]]\nname = 'c'\nsupplier = 'A'\nproduct = 'P'\ndossier = 'p'\nverified = "         \
	"true\nsegment = "                                                                         \
	"'s'\nregion "                                                                             \
	"= 'n'\ncount = 60\nlife = %s\nage = %s\nreplacement = 10\nrenewal = 4\n"                  \
	"[[class]]\nname = 'd'\nsupplier = 'B'\nproduct = 'Q'\ndossier = 'q'\nverified = "         \
	"true\nsegment = "                                                                         \
	"'s'\nregion "                                                                             \
	"= 'm'\ncount = 40\n"                                                                      \
	"[[segment]]\nname = 's'\ndelay_month = 1000\n[[segment]]\nname = 'other'\ndelay_month = " \
	"50\n[[scenario]]\nname = 'x'\n"
#define THREAT ONE_THREAT "rate = 1\nresponse = 1\n"

typedef struct course {
	const char *life, *age, *change;
	size_t years;
	double share[8],
		cost[8]; /* share that is new at the end of each year, and what the year costs */
} course;

/* What stands there and what it costs, year by year, worked out by hand. */
static const course courses[] = {
	/* half a year of waiting, two of replacing 60, at 10 each */
	{ "20", "5", "[[scenario.replace]]\nsupplier = 'A'\nwith = 'B'\nlead = 6\nmonths = 24\n", 4,
		{ 0.25, 0.75, 1, 1 }, { 150, 300, 150, 0 } },
	/* as fast as the sites allow: 5 a month */
	{ "20", "5", "[[scenario.replace]]\nsupplier = 'A'\nwith = 'B'\nsites_month = 5\n", 3,
		{ 1, 1, 1 }, { 600, 0, 0 } },
	{ "20", "5", "[[scenario.replace]]\nsupplier = 'A'\nwith = 'B'\nsites_month = 2\n", 3,
		{ 0.4, 0.8, 1 }, { 240, 240, 120 } },
	/* until a date; a fifth more than planned, both run for a tenth of the cost */
	{ "20", "5",
		"[[scenario.replace]]\nsupplier = 'A'\nwith = 'B'\nlead = 12\nby = 2030\noverrun = "
		"1.2\ndual = 0.1\n",
		4, { 0, 0.5, 1, 1 }, { 0, 396, 396, 0 } },
	/* another price, and a roll-out three months late, booked where the change begins */
	{ "20", "5",
		"[[scenario.replace]]\nsupplier = 'A'\nwith = 'B'\nlead = 12\nmonths = 12\ncost = "
		"7\ndelay = 3\n",
		3, { 0, 1, 1 }, { 0, 420 + 3000, 0 } },
	/* a cap of 30 of 100: 30 of 60 go */
	{ "20", "5", "[[scenario.cap]]\nsupplier = 'A'\nwith = 'B'\nshare = 0.3\nmonths = 12\n", 2,
		{ 0.5, 0.5 }, { 300, 0 } },
	/* the same of a region where all 60 are its own */
	{ "20", "5",
		"[[scenario.cap]]\nsupplier = 'A'\nwith = 'B'\nshare = 0.3\nmonths = 12\nregions = "
		"['n']\n",
		2, { 0.7, 0.7 }, { 420, 0 } },
	/* of all ages, a fifth is due each year; what is left of the old is renewed until it goes, what is new after
	 * five years */
	{ "5", "-", "[[scenario.replace]]\nsupplier = 'A'\nwith = 'B'\nmonths = 12\n", 8,
		{ 1, 1, 1, 1, 1, 1, 1, 1 }, { 600 + 24, 0, 0, 0, 0, 240, 0, 0 } },
	/* a freeze buys elsewhere what is due: a fifth a year; and from the sixth year that is due again */
	{ "5", "-", "[[scenario.freeze]]\nsupplier = 'A'\nwith = 'B'\n", 8,
		{ 0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1 }, { 120, 120, 120, 120, 120, 48, 48, 48 } },
	/* of one age, due at the middle of the third year: a quarter in the second, a half in the third */
	{ "10", "7.5", "[[scenario.freeze]]\nsupplier = 'A'\nwith = 'B'\n", 4, { 0, 0.25, 0.75, 1 },
		{ 0, 150, 300, 150 } },
	/* nothing is renewed, nothing is bought elsewhere */
	{ "-", "5", "[[scenario.freeze]]\nsupplier = 'A'\nwith = 'B'\n", 2, { 0, 0 }, { 0, 0 } },
	/* nothing changes: a fifth is renewed each year */
	{ "5", "-", "", 3, { 0, 0, 0 }, { 48, 48, 48 } },
};

/* A line that says nothing stands for "-". */
static void without_dashes(char *text)
{
	for (char *p = text; (p = strstr(p, " = -\n"));) {
		char *from = p;
		while (from > text && from[-1] != '\n')
			from--;
		(void)memset(from, '#', 1);
		p++;
	}
}

static void test_courses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]); i++) {
		const course *c = &courses[i];
		char text[4000];
		(void)snprintf(text, sizeof(text), START "years = %zu\n" THREAT LIVING "%s",
			c->years, c->life, c->age, c->change);
		without_dashes(text);
		made x;
		good_network(&x, text, clean("pq"));
		const as_draw *d = middle_of(&x);
		double cost[8] = { 0 }, changes[8] = { 0 };
		size_t programme = x.m->plans[1].slots[0].programme;
		as_draw_costs(d, 1, cost, changes);
		for (size_t y = 0; y < c->years; y++) {
			double share = as_draw_share(d, programme, (double)y + 1);
			if (fabs(share - c->share[y]) > 1e-9 || fabs(cost[y] - c->cost[y]) > 1e-6)
				fail_msg("course %zu, year %zu: share %g, not %g; cost %g, not %g",
					i, y, share, c->share[y], cost[y], c->cost[y]);
		}
		assert_int_equal(x.m->plans[1].slots[1].programme, 0);
		as_arena_free(x.arena);
	}
}

/* While a change is under way, what is new and what is old are struck as often as they are there. */
static void test_transition(void **state)
{
	(void)state;
	made x;
	good_network(&x,
		START
		"years = 4\n" HOUR
		"[[threat]]\nname = 'a'\nper = 'element'\nevidence = false\nrate = 0.01\nhours = "
		"1\nsuppliers = ['A']\n"
		"[[threat]]\nname = 'b'\nper = 'product'\nhits = 'product'\nevidence = "
		"false\nrate = 0.5\nhours = 1\nsuppliers = ['B']\n"
		"[[class]]\nname = 'c'\nsupplier = 'A'\nproduct = 'P'\ndossier = 'p'\nverified = "
		"true\nsegment = "
		"'s'\ncount = 50\nsubscribers = 5000\nreplacement = 1\n"
		"[[scenario]]\nname = 'x'\n[[scenario.replace]]\nsupplier = 'A'\nwith = "
		"'B'\nproduct = 'Q'\ndossier = 'q'\nlead = 12\nmonths = 24\n",
		clean("pq"));
	as_outcome *o = simulated(&x, 9, 1, 50000);
	/* old: 50 elements, 100 subscribers each, by the share that is left; new: all of them by that which is new */
	static const double old[] = { 1, 0.75, 0.25, 0 }, new[] = { 0, 0.25, 0.75, 1 };
	static const double new_square[] = { 0, 1.0 / 12, 7.0 / 12, 1 };
	for (size_t y = 0; y < 4; y++) {
		double sum[2] = { 0 };
		for (size_t s = 0; s < 2; s++)
			for (size_t i = 0; i < o->paths; i++)
				sum[s] += o->loss[(s * 4 + y) * o->paths + i] / (double)o->paths;
		likely("accept", sum[0], 50, sqrt(0.5 * 1e4 / 50000));
		/* the first half element and less of a product are none: an eighth of a thousandth */
		likely("changed", sum[1], 50 * old[y] + 0.5 * 5000 * new[y],
			sqrt((0.5 * 1e4 * old[y] + 0.5 * 25e6 * new_square[y]) / 50000) + 0.3);
	}
	done_with(&x, o);
}

/* How likely a change meets its date: months are drawn between 12 and 36, 24 are there; with two changes, both. */
static void test_deadline(void **state)
{
	enum { OUTER = 4000 };
#define CHANGE(supplier, by, months)                                                               \
	"[[scenario.replace]]\nsupplier = '" supplier "'\nwith = 'C'\nby = " by                    \
	"\nmonths = " months "\n"
	static const struct {
		const char *changes;
		double right;
	} cases[] = {
		{ CHANGE("A", "2029", "{ min = 12, max = 36 }"), 0.5 },
		{ CHANGE("A", "2029", "{ min = 12, max = 36 }\nlead = 6"), 0.25 },
		{ CHANGE("A", "2028", "24") CHANGE("B", "2032", "36"), 0 },
		{ CHANGE("A", "2029", "24") CHANGE("B", "2032", "36"), 1 },
		{ CHANGE("A", "2029", "{ min = 12, max = 36 }")
				CHANGE("B", "2028.5", "{ min = 12, max = 36 }"),
			0.125 },
		{ CHANGE("A", "2029", "{ min = 12, max = 36 }") "[[scenario.replace]]\nsupplier = "
								"'B'\nwith = 'C'\nmonths = 200\n",
			0.5 },
		{ CHANGE("A", "2029", "{ min = 12, max = 36 }") "[[scenario.freeze]]\nsupplier = "
								"'B'\nwith = 'C'\n",
			0.5 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[4000];
		(void)snprintf(text, sizeof(text),
			START "years = 6\n" THREAT "%s[[scenario]]\nname = 'x'\n%s",
			TWO_PRODUCTS("A", "B"), cases[i].changes);
		made x;
		good_network(&x, text, clean("pq"));
		as_outcome *o = simulated(&x, 2, OUTER, 1);
		as_answer *a = as_answer_new(o, x.arena);
		likely_share("in time", a->figures[1].in_time, cases[i].right, OUTER);
		if (i == 0) {
			close_to(a->figures[1].finished.low, 1.1, 0.02);
			close_to(a->figures[1].finished.high, 2.9, 0.02);
		}
		done_with(&x, o);
	}
}

/* One event a year on average, on one class of ten elements and a thousand subscribers. */
static const struct {
	const char *hits, *more, *class;
	double right;
} strikes[] = {
	{ "all", "hours = 3", "", 3000 },
	{ "element", "hours = 3", "", 300 },
	{ "element", "hours = 3", "redundancy = 'same'", 30 },
	{ "all", "hours = 3", "redundancy = 'same'", 3000 }, /* it takes the other with it */
	{ "product", "hours = 3", "redundancy = 'diverse'", 300 },
	{ "product", "hours = 3\nshare = 0.25", "", 750 },
	{ "product", "records = 0.5\nshare = 0.5", "", 2 * 0.5 * 0.5 * 1000 },
	{ "element", "records = 1", "redundancy = 'same'",
		200 }, /* data is lost whoever takes over */
	{ "all", "replace = 0.5", "replacement = 7", 35 },
	{ "all", "replace = 0.5\nshare = 0.1", "replacement = 7", 3.5 },
	{ "element", "response = 5\nhours = 1", "", 105 },
	{ "all", "secondary = 40\nsecondary_chance = 0.25", "", 10 },
};

static void test_strikes(void **state)
{
	enum { PATHS = 4000 };
	(void)state;
	for (size_t i = 0; i < sizeof(strikes) / sizeof(strikes[0]); i++) {
		char text[2000];
		(void)snprintf(text, sizeof(text),
			START
			"years = 10\n[loss]\nsubscriber_hour = 1\nrecord = 2\nredundancy_fails = "
			"0.1\n[[threat]]\nname = 't'\nrate = 1\nevidence = false\nhits = "
			"'%s'\n%s\n" ONE_CLASS "%s\n",
			strikes[i].hits, strikes[i].more, strikes[i].class);
		made x;
		as_outcome *o = one(&x, text, 1, PATHS);
		moments m = moments_of(o, 0);
		char what[100];
		(void)snprintf(what, sizeof(what), "%s, %s", strikes[i].hits, strikes[i].more);
		likely(what, m.mean, strikes[i].right,
			strikes[i].right * (strstr(what, "secondary") ? 2 : 1) / sqrt(m.n));
		done_with(&x, o);
	}
}

/* An operator cannot lose more subscribers, nor their records, than it has. */
static void test_subscribers(void **state)
{
	(void)state;
	made x;
	good_network(&x,
		START "years = 1\nsubscribers = 120\n[loss]\nsubscriber_hour = 1\nrecord = 1000\n"
		      "[[threat]]\nname = 't'\nrate = 1\nevidence = false\nhits = 'all'\nhours = "
		      "1\nrecords = 1\n" TWO_PRODUCTS("A", "B"),
		clean("pq"));
	as_outcome *o = simulated(&x, 4, 1, 1000);
	double least = INFINITY;
	for (size_t i = 0; i < o->paths; i++)
		least = o->loss[i] > 0 && o->loss[i] < least ? o->loss[i] : least;
	close_to(least, 120 + 120000, 1e-6);
	done_with(&x, o);
}

/* A threat that comes once to the same: each supplier, each element; the first time counts. */
static void test_once(void **state)
{
	enum { PATHS = 40000, YEARS = 4 };
	static const struct {
		const char *more;
		double same, rate; /* how many can be struck, and how often each */
	} cases[] = {
		{ "per = 'supplier'\nhits = 'supplier'\nrate = 0.3\n", 2, 0.3 },
		{ "per = 'product'\nhits = 'product'\nrate = 0.3\n", 2, 0.3 },
		{ "hits = 'all'\nrate = 0.3\n", 1, 0.3 },
		{ "hits = 'product'\nrate = 0.6\n", 2, 0.3 },
		{ "hits = 'element'\nrate = 2.4\n", 8, 0.3 },
		{ "per = 'element'\nrate = 0.3\n", 8, 0.3 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[4000];
		(void)snprintf(text, sizeof(text),
			START "years = 4\n[[threat]]\nname = 't'\nevidence = false\nonce = "
			      "true\nresponse "
			      "= 1\n%s%s",
			cases[i].more, TWO_PRODUCTS("A", "B"));
		made x;
		good_network(&x, text, clean("pq"));
		as_outcome *o = simulated(&x, 6, 1, PATHS);
		for (size_t y = 0; y < YEARS; y++) {
			double sum = 0, p = exp(-cases[i].rate * (double)y) -
					    exp(-cases[i].rate * ((double)y + 1));
			for (size_t k = 0; k < PATHS; k++)
				sum += o->loss[y * PATHS + k] / PATHS;
			likely(cases[i].more, sum, cases[i].same * p,
				sqrt(cases[i].same * p * (1 - p) / PATHS));
		}
		for (size_t k = 0; k < PATHS; k++)
			assert_true(o->total[k] <= cases[i].same);
		done_with(&x, o);
	}
}

/* Controls take their log-odds off once they are in place, and leave their share of the hours. */
static void test_controls(void **state)
{
	(void)state;
	made x;
	as_outcome *o = one(&x,
		START
		"years = 2\n" HOUR
		"[[threat]]\nname = 't'\nrate = 2\nsusceptibility = 0.4\nhits = 'all'\nhours = 1\n"
		"[[control]]\nname = 'k'\neffect = 1.5\nhours_left = 0.5\ncost = 9\nmonths = 12\n"
		"[[scenario]]\nname = 'x'\n[[scenario.apply]]\ncontrol = 'k'\n" ONE_CLASS
		"exposure = ['internet']\n"
		"[[class]]\nname = 'd'\nsupplier = 'A'\nproduct = 'R'\ndossier = 'p'\nverified = "
		"true\nsegment = "
		"'s'\ncount = 10\nsubscribers = 10\ncontrols = ['k']\nexposure = ['internet']\n",
		1, 100000);
	double less = chance_of(odds_of(0.4) - 1.5);
	const double right[2][2] = { { 2 * (0.4 * 1000 + less * 5), 2 * (0.4 * 1000 + less * 5) },
		{ 2 * (0.4 * 1000 + less * 5), 2 * less * 505 } };
	for (size_t s = 0; s < 2; s++)
		for (size_t y = 0; y < 2; y++) {
			double sum = 0;
			for (size_t i = 0; i < o->paths; i++)
				sum += o->loss[(s * 2 + y) * o->paths + i] / (double)o->paths;
			likely("loss", sum, right[s][y], 1000 * sqrt(2 * 0.4 / 1e5));
		}
	close_to(o->cost[2], 0, 0);
	close_to(o->cost[3], 9, 0);
	assert_true(x.m->plans[1].measures[0].elements == 10); /* what has it is not paid again */
	done_with(&x, o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_discount),
		cmocka_unit_test(test_courses),
		cmocka_unit_test(test_transition),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_strikes),
		cmocka_unit_test(test_subscribers),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_controls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
