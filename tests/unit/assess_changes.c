/* SPDX-License-Identifier: Apache-2.0 */
/* What must follow when an input changes, whatever the right figure is: more findings never lower a loss, not on any
 * path; money in another unit is the same money; what is told twice, or says nothing of risk, changes nothing. Networks
 * are made up at random, the same ones each time, with threats of every kind. */
#include "network_text.h"

#include "assess/random.h"
#include "base/buf.h"

enum { NETWORKS = 5, CLASSES_MADE = 14, PRODUCTS = 7, SUPPLIERS = 4, OUTER = 12, INNER = 25 };

/* What is otherwise than in the network that the seed makes. */
typedef struct otherwise {
	uint64_t seed;
	double money; /* factor */
	double rate;  /* factor on all rates */
	bool idle;    /* one threat more, that never comes */
	bool once;    /* threats that come once, too */
	bool listed;  /* other seats of suppliers, other words */
	bool scenarios_turned, classes_turned;
	int split;          /* this class is two; -1: none */
	bool without_first; /* the first product has no dossier */
} otherwise;

static unsigned below(as_random *r, unsigned n) { return (unsigned)(as_random_uniform(r) * n); }

static const char *const hits[] = { "element", "product", "component", "supplier", "region",
	"all" };
static const char *const per[] = { "supplier", "product", "region", "element" };

static void write_threat(as_buf *b, const otherwise *o, as_random *r, int i)
{
	bool picks = i < 6;
	double rate = (picks           ? 0.5 + below(r, 3)
			      : i == 9 ? 0.004
				       : 0.1 + 0.1 * below(r, 4)) *
		      o->rate;
	as_buf_print(b,
		"[[threat]]\nname = 't%d'\nrate = { low = %.17g, likely = %.17g, high = %.17g }\n",
		i, rate * 0.5, rate, rate * 4);
	(void)below(r, 6);
	if (picks)
		as_buf_print(b, "hits = '%s'\n", hits[i]);
	else
		as_buf_print(b, "per = '%s'\nhits = '%s'\n", per[i - 6], per[i - 6]);
	if (i % 4 == 3)
		as_buf_text(b, "evidence = false\n");
	else if (i % 4 == 2)
		as_buf_text(b, "capability = { min = 0.1, max = 0.7 }\nresistance = { min = 0.3, "
			       "max = 1 }\n");
	else
		as_buf_text(b, "susceptibility = { low = 0.02, likely = 0.1, high = 0.3 }\n");
	if (below(r, 2))
		as_buf_text(b, "via = ['internet', 'management', 'site']\n");
	if (o->once && i % 3 == 1)
		as_buf_text(b, "once = true\n");
	as_buf_text(b, "hours = { low = 1, high = 40 }\nshare = { min = 0.1, max = 1 }\n");
	as_buf_print(
		b, "response = { low = %.17g, high = %.17g }\n", 1000 * o->money, 90000 * o->money);
	as_buf_print(b,
		"secondary_chance = 0.2\nsecondary = { low = %.17g, high = %.17g, cap = %.17g }\n",
		5000 * o->money, 800000 * o->money, 2e6 * o->money);
	as_buf_text(b, "records = { min = 0, max = 0.2 }\nreplace = 0.1\n");
}

static void write_class(as_buf *b, const otherwise *o, int i)
{
	as_random r = as_random_of(o->seed, (uint64_t)i, 2);
	static const char *const exposures[] = { "['internet']", "['management', 'supplier']",
		"['site']", "['customers', 'signalling']" };
	static const char *const redundancies[] = { "none", "same", "diverse" };
	unsigned any = below(&r, PRODUCTS), product = i < PRODUCTS ? (unsigned)i : any,
		 told = below(&r, 5), count = 2 * (1 + below(&r, 30));
	double subscribers = 2.0 * below(&r, 5000), price = 100 * (1 + product);
	unsigned redundancy = below(&r, 3), region = below(&r, 3), segment = below(&r, 2),
		 age = below(&r, 5);
	for (int part = 0; part < (o->split == i ? 2 : 1); part++) {
		as_buf_print(b,
			"[[class]]\nname = 'c%d.%d'\nsupplier = 's%u'\nproduct = 'p%u'\nsegment = "
			"'g%u'\nregion = 'r%u'\n",
			i, part, product % SUPPLIERS, product, segment, region);
		if (product < PRODUCTS - 2 && !(product == 0 && o->without_first))
			as_buf_print(b, "dossier = 'd%u'\n", product);
		if (told < 4)
			as_buf_print(b, "exposure = %s\n", exposures[told]);
		as_buf_print(b,
			"count = %u\nsubscribers = %.17g\nredundancy = '%s'\nage = %u\nlife = %d\n",
			o->split == i ? count / 2 : count,
			o->split == i ? subscribers / 2 : subscribers, redundancies[redundancy],
			age, 8);
		if (age == 2)
			as_buf_text(b, "support_ends = 2029-03-31\n");
		as_buf_print(b, "replacement = { low = %.17g, likely = %.17g, high = %.17g }\n",
			price * o->money, 2 * price * o->money, 5 * price * o->money);
	}
}

static const char *const scenarios[] = {
	"[[scenario]]\nname = 'replace'\n[[scenario.replace]]\nsupplier = 's0'\nwith = "
	"'s1'\nproduct = "
	"'p1'\ndossier = 'd1'\nlead = { min = 1, max = 9 }\nmonths = { low = 10, likely = 20, high "
	"= 50 }\nby = "
	"2029\n",
	"[[scenario]]\nname = 'cap and more'\n[[scenario.cap]]\nsupplier = 's1'\nwith = "
	"'s2'\nshare = "
	"0.2\nsites_month = 3\n[[scenario.freeze]]\nsupplier = 's3'\nwith = 's0'\n",
	"[[scenario]]\nname='controls'\n[[scenario.apply]]\ncontrol='k'\nsuppliers=['s0','s1']\n",
};
enum { SCENARIOS_MADE = sizeof(scenarios) / sizeof(scenarios[0]) };

/* Owned by whoever asked: as_buf_free. */
static as_buf network_text(const otherwise *o)
{
	as_buf b = { 0 };
	as_random r = as_random_of(o->seed, 0, 1);
	as_buf_print(&b, START "years = 4\ndiscount = 0.04\nsubscribers = %u\n",
		30000 + below(&r, 2) * 100000);
	as_buf_print(&b,
		"[loss]\nsubscriber_hour = { low = %.17g, likely = %.17g, high = %.17g }\nrecord = "
		"%.17g\nredundancy_fails = "
		"{ low = 0.05, likely = 0.1, high = 0.3 }\n",
		o->money, 2 * o->money, 6 * o->money, 3 * o->money);
	for (int i = 0; i < SUPPLIERS; i++)
		as_buf_print(&b, "[[supplier]]\nname = 's%d'\ncountry = '%s'\n%s", i,
			o->listed ? "XX" : "YY", i == 3 ? "parent = 's2'\n" : "");
	as_buf_print(&b,
		"[[segment]]\nname = 'g0'\ndelay_month = %.17g\n[[segment]]\nname = 'g1'\n",
		900 * o->money);
	as_buf_print(&b,
		"[[control]]\nname = 'k'\neffect = { low = 0.2, likely = 0.8, high = 1.5 }\ncost = "
		"%.17g\nmonths = 7\n",
		500 * o->money);
	for (int i = 0; i < 10; i++)
		write_threat(&b, o, &r, i);
	if (o->idle)
		as_buf_text(&b, "[[threat]]\nname = 'idle'\nhits = 'all'\nrate = 0\nevidence = "
				"false\nresponse = 1e9\n");
	for (int i = 0; i < CLASSES_MADE; i++)
		write_class(&b, o, o->classes_turned ? CLASSES_MADE - 1 - i : i);
	for (int i = 0; i < SCENARIOS_MADE; i++)
		as_buf_text(&b, scenarios[o->scenarios_turned ? SCENARIOS_MADE - 1 - i : i]);
	as_buf_add(&b, "", 1);
	assert_false(b.bad);
	return b;
}

/* Findings of the first products; some components stand in several. */
static void make_dossiers(uint64_t seed, dossiers *all)
{
	as_random r = as_random_of(seed, 0, 3);
	all->n = 0;
	for (unsigned i = 0; i < PRODUCTS - 2; i++) {
		char name[WORDS];
		(void)snprintf(name, sizeof(name), "d%u", i);
		dossier *d = dossier_of(all, name);
		d->e.unexamined = below(&r, 3) ? 0 : 0.3;
		for (unsigned n = below(&r, 6); n > 0; n--) {
			as_finding_class class = (as_finding_class)below(&r, AS_CLASSES);
			(void)snprintf(name, sizeof(name), "%s %u",
				class <= AS_CLASS_inside ? "lib" : "finding", below(&r, 4));
			add_way(d, class, name, 0.5 + 0.5 * below(&r, 2));
		}
	}
}

static otherwise same_as(uint64_t seed)
{
	return (otherwise){ .seed = seed, .money = 1, .rate = 1, .split = -1 };
}

typedef struct result {
	made x;
	as_outcome *o;
} result;

/* The model keeps pointing into r. */
static void run_it(result *r, const otherwise *o, dossiers *all, size_t outer, size_t inner)
{
	as_buf text = network_text(o);
	good_network(&r->x, (const char *)text.p, all);
	as_buf_free(&text);
	r->o = simulated(&r->x, 77, outer, inner);
}

static void done(result *r)
{
	as_outcome_free(r->o);
	as_arena_free(r->x.arena);
}

static size_t scenario_of(const as_outcome *o, as_span name)
{
	for (size_t s = 0; s < o->scenarios; s++)
		if (as_is_nocase(o->m->network->scenarios[s].name, (const char *)name.p) ||
			(o->m->network->scenarios[s].name.n == name.n &&
				memcmp(o->m->network->scenarios[s].name.p, name.p, name.n) == 0))
			return s;
	fail_msg("no such scenario");
	return 0;
}

/* All losses and costs of b are those of a, times factor: to the last digit, or but for the order in which they are
 * added up. */
static void same_times(const as_outcome *a, const as_outcome *b, double factor, bool exactly)
{
	const double off = exactly ? 0 : 1e-12;
	const float off_year = exactly ? 0 : 1e-6f;
	assert_int_equal(a->scenarios, b->scenarios);
	for (size_t s = 0; s < a->scenarios; s++) {
		size_t t = scenario_of(b, a->m->network->scenarios[s].name);
		for (size_t i = 0; i < a->paths; i++)
			close_to(b->total[t * a->paths + i], factor * a->total[s * a->paths + i],
				off);
		for (size_t i = 0; i < a->paths * a->years; i++)
			close_to(b->loss[t * a->paths * a->years + i],
				factor * a->loss[s * a->paths * a->years + i], off_year);
		for (size_t i = 0; i < a->outer * a->years; i++)
			close_to(b->cost[t * a->outer * a->years + i],
				factor * a->cost[s * a->outer * a->years + i], off);
	}
}

/* No path of any scenario loses less in b. Sums of floating point of the same events in another order differ by less
 * than this. Answers on how many it loses more. */
static size_t never_less(const as_outcome *a, const as_outcome *b, const char *what)
{
	static const double rounding = 2e-6;
	size_t more = 0;
	for (size_t i = 0; i < a->scenarios * a->paths; i++) {
		if (b->total[i] < a->total[i] * (1 - rounding))
			fail_msg("%s: path %zu of scenario %zu loses %.9g, and lost %.9g before",
				what, i % a->paths, i / a->paths, b->total[i], a->total[i]);
		more += b->total[i] > a->total[i] * (1 + rounding);
	}
	for (size_t i = 0; i < a->scenarios * a->paths * a->years; i++)
		if (b->loss[i] < a->loss[i] * (1 - rounding))
			fail_msg("%s: a year loses %.9g, and lost %.9g before", what, b->loss[i],
				a->loss[i]);
	return more;
}

/* One finding more, of each class, in each product, a component of its own or one that others carry. */
static void test_more_findings(void **state)
{
	static dossiers all;
	size_t more = 0, tried = 0;
	(void)state;
	for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
		otherwise o = same_as(seed);
		make_dossiers(seed, &all);
		result before;
		run_it(&before, &o, &all, OUTER, INNER);
		for (unsigned class = 0; class < AS_CLASSES; class ++)
			for (unsigned shared = 0; shared < (class <= AS_CLASS_inside ? 2u : 1u);
				shared++) {
				unsigned product = (unsigned)(seed + class) % (PRODUCTS - 2);
				char what[100];
				make_dossiers(seed, &all);
				add_way(&all.p[product], (as_finding_class) class,
					shared ? "lib 1" : "new 1", 1);
				(void)snprintf(what, sizeof(what),
					"network %u, one more of class %s in d%u", (unsigned)seed,
					as_classes_of_findings[class].id, product);
				result after;
				run_it(&after, &o, &all, OUTER, INNER);
				more += never_less(before.o, after.o, what);
				tried++;
				done(&after);
			}
		done(&before);
	}
	assert_true(more > tried); /* and often it does lose more */
}

/* With threats that come once, what comes first may spare what would have come later; the first year, as things are,
 * has no less. */
static void test_more_findings_once(void **state)
{
	static dossiers all;
	double before = 0, after = 0;
	(void)state;
	for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
		otherwise o = same_as(seed);
		o.once = true;
		make_dossiers(seed, &all);
		result a;
		run_it(&a, &o, &all, OUTER, INNER);
		add_way(&all.p[0], AS_CLASS_credential, "new 1", 1);
		result b;
		run_it(&b, &o, &all, OUTER, INNER);
		for (size_t i = 0; i < OUTER; i++) {
			before += a.o->mean[i];
			after += b.o->mean[i];
		}
		done(&a);
		done(&b);
	}
	assert_true(after > before);
}

/* All findings there are, many times over: the odds rise by no more than the most that is allowed, and no attempt
 * that needs more than that succeeds. */
static void test_most_findings(void **state)
{
	static dossiers all;
	(void)state;
	for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
		otherwise o = same_as(seed);
		make_dossiers(seed, &all);
		for (size_t d = 0; d < all.n; d++) {
			all.p[d].e.n_ways = 0;
			all.p[d].e.unexamined = 0;
			for (unsigned i = 0; i < WAYS; i++) {
				char name[WORDS];
				(void)snprintf(name, sizeof(name), "%u of %zu", i, d);
				add_way(&all.p[d], (as_finding_class)(i % AS_CLASSES), name, 1);
			}
		}
		result r;
		run_it(&r, &o, &all, 1, 1);
		as_draw *d = as_draw_new(r.x.m, r.x.arena);
		size_t threats = r.x.network.n_threats, at_most = 0;
		for (uint64_t n = 0; n < 50; n++) {
			as_draw_take(d, seed, n);
			for (size_t p = 0; p < r.x.m->n_profiles; p++)
				for (size_t k = 0; k < threats; k++) {
					const as_profile *x = &r.x.m->profiles[p];
					double rise =
						d->odds[p * threats + k] - d->base[k] -
						as_draw_value(d, x->unknown, 0) -
						as_draw_value(d,
							r.x.m->products[x->product].unverified, 0);
					if (!x->allowed[k] || !r.x.network.threats[k].evidence ||
						!r.x.m->products[x->product].evidence)
						continue;
					assert_true(rise <= AS_SHIFT_MOST + 1e-9);
					at_most += rise > AS_SHIFT_MOST - 1e-9;
				}
		}
		assert_true(at_most > 0);
		done(&r);
	}
}

static void test_doubles(void **state)
{
	static dossiers all;
	(void)state;
	for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
		otherwise o = same_as(seed);
		make_dossiers(seed, &all);
		add_way(&all.p[1], AS_CLASS_reachable, "lib 1", 1);
		add_way(&all.p[2], AS_CLASS_backdoor, "finding 9", 0.8);
		result before;
		run_it(&before, &o, &all, OUTER, INNER);
		make_dossiers(seed, &all);
		add_way(&all.p[2], AS_CLASS_backdoor, "finding 9", 0.3); /* the surer one counts */
		add_way(&all.p[1], AS_CLASS_reachable, "lib 1", 1);
		add_way(&all.p[2], AS_CLASS_backdoor, "finding 9", 0.8);
		add_way(&all.p[1], AS_CLASS_reachable, "lib 1", 1);
		result after;
		run_it(&after, &o, &all, OUTER, INNER);
		same_times(before.o, after.o, 1, true);
		done(&before);
		done(&after);
	}
}

static void test_says_nothing(void **state)
{
	static dossiers all;
	(void)state;
	for (uint64_t seed = 1; seed <= NETWORKS; seed++) {
		otherwise o = same_as(seed);
		o.once = true;
		make_dossiers(seed, &all);
		result before;
		run_it(&before, &o, &all, OUTER, INNER);
		otherwise changed[3] = { o, o, o };
		changed[0].idle = true;
		changed[1].listed = true;
		changed[2].scenarios_turned = true;
		for (int i = 0; i < 3; i++) {
			result after;
			run_it(&after, &changed[i], &all, OUTER, INNER);
			same_times(before.o, after.o, 1, !changed[i].scenarios_turned);
			done(&after);
		}
		changed[0] = o;
		changed[0].money = 2;
		result twice;
		run_it(&twice, &changed[0], &all, OUTER, INNER);
		same_times(before.o, twice.o, 2, true);
		as_answer *a = as_answer_new(before.o, before.x.arena),
			  *b = as_answer_new(twice.o, twice.x.arena);
		for (size_t s = 0; s < before.o->scenarios; s++) {
			const as_figures *f = &a->figures[s], *g = &b->figures[s];
			assert_true(g->total.mean == 2 * f->total.mean &&
				    g->year99.tvar == 2 * f->year99.tvar);
			assert_true(g->regret == 2 * f->regret && g->best == f->best);
		}
		done(&before);
		done(&twice);
	}
}

/* Twice as many attempts: no path loses less, and the expected loss doubles. */
static void test_rates_doubled(void **state)
{
	static dossiers all;
	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		otherwise o = same_as(seed), more = o;
		more.rate = 2;
		make_dossiers(seed, &all);
		result before, after;
		run_it(&before, &o, &all, 300, 15);
		run_it(&after, &more, &all, 300, 15);
		(void)never_less(before.o, after.o, "twice the attempts");
		as_answer *a = as_answer_new(before.o, before.x.arena),
			  *b = as_answer_new(after.o, after.x.arena);
		for (size_t s = 0; s < before.o->scenarios; s++) {
			as_spread x = a->figures[s].loss_draws, y = b->figures[s].loss_draws;
			likely("doubled", y.mean, 2 * x.mean, hypot(y.error, 2 * x.error));
		}
		done(&before);
		done(&after);
	}
}

/* Classes in another order, or one of them in two halves: other numbers, of the same law. */
static void test_same_law(void **state)
{
	static dossiers all;
	(void)state;
	for (uint64_t seed = 1; seed <= 2; seed++) {
		otherwise o = same_as(seed);
		o.once = true;
		make_dossiers(seed, &all);
		result before;
		run_it(&before, &o, &all, 300, 20);
		as_answer *a = as_answer_new(before.o, before.x.arena);
		for (int i = 0; i < 3; i++) {
			otherwise changed = o;
			if (i == 0)
				changed.classes_turned = true;
			else
				changed.split = (int)seed * i;
			result after;
			run_it(&after, &changed, &all, 300, 20);
			as_answer *b = as_answer_new(after.o, after.x.arena);
			/* what is not known is drawn alike, and costs are the same: only the events differ */
			assert_int_equal(before.x.m->n_params, after.x.m->n_params);
			for (size_t s = 0; s < before.o->scenarios; s++) {
				const as_figures *f = &a->figures[s], *g = &b->figures[s];
				close_to(g->cost.mean, f->cost.mean, 1e-9);
				likely("mean", g->loss_draws.mean, f->loss_draws.mean,
					hypot(g->loss_draws.error, f->loss_draws.error));
				likely_share("no loss", g->year_none, f->year_none,
					(double)before.o->paths / 4);
			}
			done(&after);
		}
		done(&before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_more_findings),
		cmocka_unit_test(test_more_findings_once),
		cmocka_unit_test(test_most_findings),
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_says_nothing),
		cmocka_unit_test(test_rates_doubled),
		cmocka_unit_test(test_same_law),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
