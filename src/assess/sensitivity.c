/* SPDX-License-Identifier: Apache-2.0 */
/* What drives the result, on what it rests, and what it would be worth to know. */
#include <math.h>
#include <stdlib.h>

#include "assess/answer.h"
#include "assess/random.h"

enum {
	BINS = 10, /* of a parameter's values, for means given the parameter */
	PERMUTATIONS = 32,
	OUTER_LEAST = 100, /* draws: with fewer nothing is said */
	AGAIN_OUTER = 128, /* draws and paths of the runs that share out the variance */
	AGAIN_INNER = 64,
};
static const double least_worth = 1e-5; /* of what the best choice comes to */
static const double strong = 3;         /* standard errors of a correlation of nothing */

typedef struct ranked {
	double v;
	size_t i;
} ranked;

static int rising(const void *a, const void *b)
{
	const ranked *x = a, *y = b;
	if (x->v != y->v)
		return x->v < y->v ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

/* The order of n values stride apart. */
static void order(const double *v, size_t stride, size_t n, ranked *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (ranked){ .v = v[i * stride], .i = i };
	qsort(out, n, sizeof(*out), rising);
}

/* Spearman's correlation of two orders. */
static double correlation(const ranked *a, const double *rank_b, size_t n)
{
	double sum = 0, middle = ((double)n - 1) / 2,
	       square = (double)n * ((double)n * (double)n - 1) / 12;
	for (size_t i = 0; i < n; i++)
		sum += ((double)i - middle) * (rank_b[a[i].i] - middle);
	return sum / square;
}

static double mean_of(const double *v, const ranked *a, size_t from, size_t to)
{
	double sum = 0;
	for (size_t i = from; i < to; i++)
		sum += v[a[i].i];
	return sum / (double)(to - from);
}

/* What the best choice in each bin comes to, if bins follow the order. */
static double informed(const double *totals, size_t scenarios, size_t n, const ranked *a)
{
	double sum = 0;
	for (size_t b = 0; b < BINS; b++) {
		size_t from = b * n / BINS, to = (b + 1) * n / BINS;
		double least = INFINITY;
		for (size_t s = 0; s < scenarios; s++) {
			double v = mean_of(&totals[s * n], a, from, to);
			least = v < least ? v : least;
		}
		sum += least * (double)(to - from) / (double)n;
	}
	return sum;
}

/* What informed answers for an order that means nothing: choosing among noisy means gains by chance alone. */
static double by_chance(const double *totals, size_t scenarios, size_t n, ranked *room)
{
	double sum = 0;
	for (uint64_t p = 0; p < PERMUTATIONS; p++) {
		as_random r = as_random_of(0, p, 1);
		for (size_t i = 0; i < n; i++)
			room[i] = (ranked){ .v = as_random_uniform(&r), .i = i };
		qsort(room, n, sizeof(*room), rising);
		sum += informed(totals, scenarios, n, room);
	}
	return sum / PERMUTATIONS;
}

static int stronger_first(const void *a, const void *b)
{
	const as_driver *x = a, *y = b;
	double u = fabs(x->correlation), v = fabs(y->correlation);
	return u != v ? (u > v ? -1 : 1) : (x->param > y->param) - (x->param < y->param);
}

static int worth_first(const void *a, const void *b)
{
	const as_worth *x = a, *y = b;
	return x->value != y->value ? (x->value > y->value ? -1 : 1)
				    : (x->param > y->param) - (x->param < y->param);
}

static double total_of(const as_outcome *o, size_t s, size_t d)
{
	return o->mean[s * o->outer + d] + as_discounted(o, o->cost, s, d);
}

/* A parameter's order, and what follows from it. */
static void look(as_answer *a, size_t p, const double *totals, const double *rank_of_loss,
	double uninformed, ranked *room)
{
	const as_outcome *o = a->o;
	size_t n = o->outer;
	order(&o->values[p], o->m->n_params, n, room);
	double c = correlation(room, rank_of_loss, n);
	if (fabs(c) > strong / sqrt((double)n))
		a->drivers[a->n_drivers++] = (as_driver){ .param = p,
			.correlation = c,
			.low = mean_of(o->mean, room, 0, n / BINS),
			.high = mean_of(o->mean, room, n - n / BINS, n) };
	double value = uninformed - informed(totals, o->scenarios, n, room);
	if (value > least_worth * fabs(uninformed)) /* what rounding gains is nothing */
		a->worth[a->n_worth++] = (as_worth){ .param = p, .value = value };
}

as_status as_answer_sensitivity(as_answer *a)
{
	const as_outcome *o = a->o;
	size_t n = o->outer;
	if (n < OUTER_LEAST)
		return AS_OK;
	ranked *room = calloc(n, sizeof(*room));
	double *totals = calloc(n * o->scenarios, sizeof(*totals)),
	       *rank_of_loss = calloc(n, sizeof(double));
	as_status s = room && totals && rank_of_loss ? AS_OK : AS_NOMEM;
	if (s == AS_OK) {
		for (size_t i = 0; i < o->scenarios * n; i++)
			totals[i] = total_of(o, i / n, i % n);
		order(o->mean, 1, n, room);
		for (size_t i = 0; i < n; i++)
			rank_of_loss[room[i].i] = (double)i;
		double uninformed = by_chance(totals, o->scenarios, n, room);
		for (size_t p = 0; p < o->m->n_params; p++)
			if (o->m->params[p].d.kind != AS_FIXED)
				look(a, p, totals, rank_of_loss, uninformed, room);
		if (a->n_drivers)
			qsort(a->drivers, a->n_drivers, sizeof(*a->drivers), stronger_first);
		if (a->n_worth)
			qsort(a->worth, a->n_worth, sizeof(*a->worth), worth_first);
	}
	free(room);
	free(totals);
	free(rank_of_loss);
	return s;
}

/* Draws the parameters of an origin (-1: of all) from one of two independent sets of draws. */
static void fill(const as_model *m, uint64_t seed, uint64_t set, int origin, double *out)
{
	for (size_t p = 0; p < m->n_params; p++) {
		const as_param *x = &m->params[p];
		for (size_t d = 0; d < AGAIN_OUTER && (origin < 0 || (int)x->origin == origin);
			d++) {
			as_random r = as_random_of(seed, ((set + 1) << 40) + d, x->purpose);
			out[d * m->n_params + p] = as_quantile(&x->d, as_random_uniform(&r));
		}
	}
}

typedef struct outputs {
	double y[2][AGAIN_OUTER];
} outputs;

static as_status run_once(
	const as_answer *a, const as_run *like, const double *values, outputs *out)
{
	as_run run = { .seed = like->seed,
		.outer = AGAIN_OUTER,
		.inner = AGAIN_INNER,
		.threads = like->threads,
		.scenarios = (uint64_t)1 << a->best | 1,
		.common = true,
		.values = values };
	as_outcome *o = as_simulate(a->o->m, &run);
	if (!o)
		return AS_NOMEM;
	for (size_t d = 0; d < AGAIN_OUTER; d++) {
		out->y[0][d] = o->mean[d];
		out->y[1][d] = total_of(o, 0, d) - total_of(o, a->best, d);
	}
	as_outcome_free(o);
	return AS_OK;
}

/* Jansen's estimator of how much variance goes with an origin (Saltelli et al. 2010, Computer
 * Physics Communications 181). */
static double total_effect(const double *a, const double *b)
{
	double sum = 0;
	for (size_t d = 0; d < AGAIN_OUTER; d++)
		sum += (a[d] - b[d]) * (a[d] - b[d]);
	return sum / (2 * AGAIN_OUTER);
}

as_status as_answer_variance(as_answer *a, const as_run *like, as_arena *arena)
{
	size_t n = AGAIN_OUTER * a->o->m->n_params;
	double *first = as_alloc_array(arena, n + 1, sizeof(*first));
	double *values = as_alloc_array(arena, n + 1, sizeof(*values));
	outputs *base = as_alloc(arena, sizeof(*base)), *other = as_alloc(arena, sizeof(*other));
	if (!first || !values || !base || !other)
		return AS_NOMEM;
	fill(a->o->m, like->seed, 0, -1, first);
	as_status s = run_once(a, like, first, base);
	double sum[2] = { 0 };
	for (int g = 0; g < AS_ORIGINS && s == AS_OK; g++) {
		memcpy(values, first, n * sizeof(*values));
		fill(a->o->m, like->seed, 1, g, values);
		s = run_once(a, like, values, other);
		for (int y = 0; y < 2; y++) {
			a->variance[y][g] = total_effect(base->y[y], other->y[y]);
			sum[y] += a->variance[y][g];
		}
	}
	for (int g = 0; g < AS_ORIGINS; g++)
		for (int y = 0; y < 2; y++)
			a->variance[y][g] = sum[y] > 0 ? a->variance[y][g] / sum[y] : 0;
	return s;
}
