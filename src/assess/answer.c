/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/answer.h"

#include <math.h>
#include <stdlib.h>

enum { BAND_LEAST = 20 /* outer draws: fewer make no band */ };

double as_rounded(double v, int n)
{
	if (v == 0 || !isfinite(v))
		return v;
	double digits = floor(log10(fabs(v))) + 1 - n,
	       step = pow(10, fabs(digits)); /* a whole number, so exact */
	return digits > 0 ? round(v / step) * step : round(v * step) / step;
}

static int rising(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The least of sorted numbers that a share q of them does not exceed. */
static double quantile(const double *sorted, size_t n, double q)
{
	size_t i = (size_t)ceil(q * (double)n - 1e-9);
	return sorted[i == 0 ? 0 : i > n ? n - 1 : i - 1];
}

as_spread as_spread_of(double *v, size_t n)
{
	as_spread s = { 0 };
	double sum = 0, square = 0;
	if (n == 0)
		return s;
	qsort(v, n, sizeof(*v), rising);
	for (size_t i = 0; i < n; i++)
		sum += v[i];
	s.mean = sum / (double)n;
	for (size_t i = 0; i < n; i++)
		square += (v[i] - s.mean) * (v[i] - s.mean);
	s.error = n > 1 ? sqrt(square / (double)(n - 1) / (double)n) : 0;
	s.low = quantile(v, n, 0.05);
	s.middle = quantile(v, n, 0.5);
	s.high = quantile(v, n, 0.95);
	s.p99 = quantile(v, n, 0.99);
	return s;
}

as_tail as_tail_of(const double *sorted, size_t n, double q)
{
	double var = quantile(sorted, n, q), above = 0;
	for (size_t i = n; i > 0 && sorted[i - 1] > var; i--)
		above += sorted[i - 1] - var;
	return (as_tail){ .var = var, .tvar = var + above / (double)n / (1 - q) };
}

static double cost_of(const as_outcome *o, size_t s, size_t draw)
{
	return as_discounted(o, o->cost, s, draw);
}

static double total_of(const as_outcome *o, size_t s, size_t draw)
{
	return cost_of(o, s, draw) + o->mean[s * o->outer + draw];
}

static void draws(const as_outcome *o, size_t s, as_figures *f, double *room)
{
	for (size_t i = 0; i < o->outer; i++)
		room[i] = cost_of(o, s, i);
	f->cost = as_spread_of(room, o->outer);
	for (size_t i = 0; i < o->outer; i++)
		room[i] = as_discounted(o, o->changes, s, i);
	f->changes = as_spread_of(room, o->outer);
	memcpy(room, &o->mean[s * o->outer], o->outer * sizeof(*room));
	f->loss_draws = as_spread_of(room, o->outer);
	for (size_t i = 0; i < o->outer; i++)
		room[i] = total_of(o, s, i);
	f->total = as_spread_of(room, o->outer);
}

static void paths(const as_outcome *o, size_t s, as_figures *f, double *room)
{
	size_t none = 0, n = o->paths * o->years;
	double sum = 0;
	memcpy(room, &o->total[s * o->paths], o->paths * sizeof(*room));
	f->loss_paths = as_spread_of(room, o->paths);
	for (size_t i = 0; i < o->paths; i++)
		none += room[i] == 0;
	f->no_loss = (double)none / (double)o->paths;
	none = 0;
	for (size_t i = 0; i < n; i++) {
		room[i] = o->loss[s * n + i];
		none += room[i] == 0;
		sum += room[i];
	}
	f->year_none = (double)none / (double)n;
	f->year_mean = sum / (double)n;
	qsort(room, n, sizeof(*room), rising);
	f->year95 = as_tail_of(room, n, 0.95);
	f->year99 = as_tail_of(room, n, 0.99);
}

/* Whether programme p of a draw is done by its own deadline, or has none. */
static bool in_time(const as_outcome *o, size_t p, size_t draw)
{
	static const double slack = 1e-6;
	double by = o->m->programmes[p].change->by;
	return by <= 0 ||
	       o->m->network->question.start + o->finished[p * o->outer + draw] <= by + slack;
}

static void changes(const as_outcome *o, size_t s, as_figures *f, double *room)
{
	const as_model *m = o->m;
	size_t met = 0;
	for (size_t i = 0; i < o->outer; i++) {
		double last = 0;
		bool all = true;
		f->n_changes = 0;
		for (size_t p = 1; p < m->n_programmes; p++) {
			const as_programme *x = &m->programmes[p];
			if (x->scenario != s || x->freeze)
				continue;
			double done = o->finished[p * o->outer + i];
			last = done > last ? done : last;
			all &= in_time(o, p, i);
			f->n_changes++;
			f->deadline = x->change->by > f->deadline ? x->change->by : f->deadline;
		}
		room[i] = last;
		met += all && f->deadline > 0;
	}
	f->finished = as_spread_of(room, o->outer);
	f->in_time = (double)met / (double)o->outer;
}

static void years(as_answer *a, size_t s, double *room)
{
	const as_outcome *o = a->o;
	for (size_t y = 0; y < o->years; y++) {
		size_t at = s * o->years + y;
		for (size_t i = 0; i < o->outer; i++)
			a->year_cost[at] +=
				o->cost[(s * o->outer + i) * o->years + y] / (double)o->outer;
		for (size_t i = 0; i < o->paths; i++)
			room[i] = o->loss[at * o->paths + i];
		as_spread v = as_spread_of(room, o->paths);
		a->year_loss[at] = v.mean;
		a->year_p95[at] = v.high;
		a->year_p99[at] = v.p99;
	}
}

/* Probability that a year of a scenario brings more than x: in all, and its band over outer draws. */
static as_point point_at(const as_outcome *o, size_t s, double x, double *room)
{
	size_t all = 0;
	for (size_t d = 0; d < o->outer; d++) {
		size_t n = 0;
		for (size_t y = 0; y < o->years; y++) {
			const float *v = &o->loss[(s * o->years + y) * o->paths + d * o->inner];
			for (size_t i = 0; i < o->inner; i++)
				n += v[i] > x;
		}
		room[d] = (double)n / (double)(o->inner * o->years);
		all += n;
	}
	as_spread band = as_spread_of(room, o->outer);
	return (as_point){ .loss = x,
		.probability = (double)all / (double)(o->paths * o->years),
		.low = band.low,
		.high = band.high };
}

static void curves(as_answer *a, double *room)
{
	const as_outcome *o = a->o;
	double most = 0, least = INFINITY;
	size_t n = o->scenarios * o->years * o->paths;
	for (size_t i = 0; i < n; i++) {
		most = o->loss[i] > most ? o->loss[i] : most;
		least = o->loss[i] > 0 && o->loss[i] < least ? o->loss[i] : least;
	}
	if (most <= 0)
		return;
	least = least < most / 1e5 ? most / 1e5 : least * 0.999;
	for (size_t s = 0; s < o->scenarios; s++)
		for (size_t i = 0; i < AS_CURVE_POINTS; i++)
			a->curves[s * AS_CURVE_POINTS + i] = point_at(o, s,
				least * pow(most / least, (double)i / (AS_CURVE_POINTS - 1)), room);
}

static as_compared compare(const as_outcome *o, size_t a, size_t b, double *room)
{
	as_compared c = { 0 };
	size_t better = 0;
	for (size_t i = 0; i < o->paths; i++) {
		size_t d = i / o->inner;
		double x = o->total[a * o->paths + i], y = o->total[b * o->paths + i];
		if (i % o->inner == 0) {
			room[o->outer] = cost_of(o, a, d);
			room[o->outer + 1] = cost_of(o, b, d);
		}
		better += x + room[o->outer] < y + room[o->outer + 1];
	}
	for (size_t d = 0; d < o->outer; d++)
		room[d] = total_of(o, b, d) - total_of(o, a, d);
	as_spread less = as_spread_of(room, o->outer);
	c.better = (double)better / (double)o->paths;
	c.less = less.mean;
	c.low = less.low;
	c.high = less.high;
	c.apart = o->outer >= BAND_LEAST && (c.low > 0 || c.high < 0);
	return c;
}

/* Probability of being the best, and regret, both over outer draws. */
static void rank(as_answer *a)
{
	const as_outcome *o = a->o;
	for (size_t d = 0; d < o->outer; d++) {
		size_t best = 0;
		double least = INFINITY;
		for (size_t s = 0; s < o->scenarios; s++) {
			double v = total_of(o, s, d);
			if (v < least) {
				least = v;
				best = s;
			}
		}
		a->figures[best].best += 1 / (double)o->outer;
		for (size_t s = 0; s < o->scenarios; s++)
			a->figures[s].regret += (total_of(o, s, d) - least) / (double)o->outer;
	}
	for (size_t s = 0; s < o->scenarios; s++) {
		bool beaten = false;
		const as_figures *f = &a->figures[s];
		for (size_t t = 0; t < o->scenarios; t++) {
			const as_figures *g = &a->figures[t];
			bool no_worse = g->cost.mean <= f->cost.mean &&
					g->loss_paths.mean <= f->loss_paths.mean;
			beaten |= no_worse && (g->cost.mean < f->cost.mean ||
						      g->loss_paths.mean < f->loss_paths.mean);
		}
		a->figures[s].efficient = !beaten;
		if (f->total.mean < a->figures[a->best].total.mean)
			a->best = s;
	}
}

static as_answer *make(const as_outcome *o, as_arena *arena)
{
	as_answer *a = as_alloc(arena, sizeof(*a));
	size_t n = o->scenarios;
	if (!a)
		return NULL;
	*a = (as_answer){ .o = o,
		.figures = as_alloc_array(arena, n, sizeof(*a->figures)),
		.curves = as_alloc_array(arena, n * AS_CURVE_POINTS, sizeof(*a->curves)),
		.compared = as_alloc_array(arena, n * n, sizeof(*a->compared)),
		.year_cost = as_alloc_array(arena, n * o->years, sizeof(double)),
		.year_loss = as_alloc_array(arena, n * o->years, sizeof(double)),
		.year_p95 = as_alloc_array(arena, n * o->years, sizeof(double)),
		.year_p99 = as_alloc_array(arena, n * o->years, sizeof(double)),
		.drivers = as_alloc_array(arena, o->m->n_params + 1, sizeof(*a->drivers)),
		.worth = as_alloc_array(arena, o->m->n_params + 1, sizeof(*a->worth)) };
	return a->figures && a->curves && a->compared && a->year_cost && a->year_loss &&
			       a->year_p95 && a->year_p99 && a->drivers && a->worth
		       ? a
		       : NULL;
}

as_answer *as_answer_new(const as_outcome *o, as_arena *arena)
{
	as_answer *a = make(o, arena);
	double *room = calloc(o->paths * o->years + o->outer + 2, sizeof(*room));
	if (!a || !room) {
		free(room);
		return NULL;
	}
	for (size_t s = 0; s < o->scenarios; s++) {
		draws(o, s, &a->figures[s], room);
		paths(o, s, &a->figures[s], room);
		changes(o, s, &a->figures[s], room);
		years(a, s, room);
	}
	curves(a, room);
	for (size_t s = 0; s < o->scenarios; s++)
		for (size_t t = 0; t < o->scenarios; t++)
			if (s != t)
				a->compared[s * o->scenarios + t] = compare(o, s, t, room);
	rank(a);
	free(room);
	return as_answer_sensitivity(a) == AS_OK ? a : NULL;
}
