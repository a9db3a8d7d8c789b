/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/draw.h"

#include <math.h>
#include <stdlib.h>

#include "assess/random.h"

enum { MONTHS = 12, QUANTILES = 8192 };

static const double least_odds = -40, months_least = 0.1, renewal_window = 2;

as_draw *as_draw_new(const as_model *m, as_arena *arena)
{
	as_draw *d = as_alloc(arena, sizeof(*d));
	size_t threats = m->network->n_threats;
	if (!d)
		return NULL;
	*d = (as_draw){ .m = m,
		.value = as_alloc_array(arena, m->n_params + 1, sizeof(double)),
		.base = as_alloc_array(arena, threats + 1, sizeof(double)),
		.odds = as_alloc_array(arena, m->n_profiles * threats + 1, sizeof(double)),
		.ended = as_alloc_array(arena, m->n_profiles * threats + 1, sizeof(double)),
		.most = as_alloc_array(arena, threats + 1, sizeof(double)),
		.by_component = as_alloc_array(arena, 2 * threats + 1, sizeof(double)),
		.lead = as_alloc_array(arena, m->n_programmes + 1, sizeof(double)),
		.months = as_alloc_array(arena, m->n_programmes + 1, sizeof(double)) };
	return d->value && d->base && d->odds && d->ended && d->most && d->by_component &&
			       d->lead && d->months
		       ? d
		       : NULL;
}

void as_draw_take(as_draw *d, uint64_t seed, uint64_t number)
{
	for (size_t i = 0; i < d->m->n_params; i++) {
		const as_param *p = &d->m->params[i];
		as_random r = as_random_of(seed, number, p->purpose);
		d->value[i] = as_quantile(&p->d, as_random_uniform(&r));
	}
	as_draw_follow(d);
}

static double log_odds(double share)
{
	if (share >= 1)
		return INFINITY;
	double v = share > 0 ? log(share / (1 - share)) : -INFINITY;
	return v < least_odds ? -INFINITY : v;
}

static double chance(double odds) { return 1 / (1 + exp(-odds)); }

/* What findings add for a threat that comes through these doors, at most AS_SHIFT_MOST. */
static double findings(const as_draw *d, const as_evidence *e, unsigned doors, bool ended)
{
	double sum = ended ? as_draw_value(d, d->m->class_shift[AS_CLASS_unsupported], 0) : 0;
	for (size_t c = 0; e && c < AS_CLASSES; c++)
		if (e->times[c] > 0 && (as_classes_of_findings[c].doors & doors))
			sum += e->times[c] * as_draw_value(d, d->m->class_shift[c], 0);
	return sum > AS_SHIFT_MOST ? AS_SHIFT_MOST : sum;
}

static double odds_of(const as_draw *d, const as_profile *p, size_t k)
{
	const as_threat *t = &d->m->network->threats[k];
	const as_product *product = &d->m->products[p->product];
	if (!p->allowed[k])
		return -INFINITY;
	if (!t->evidence)
		return d->base[k];
	unsigned doors = t->via ? t->via & p->exposure : p->exposure;
	return d->base[k] + findings(d, product->evidence, doors, false) +
	       product->missing_share * as_draw_value(d, product->missing, 0) +
	       as_draw_value(d, product->unverified, 0) + as_draw_value(d, p->unknown, 0);
}

/* What the end of its support adds. */
static double ended_of(const as_draw *d, const as_profile *p, size_t k)
{
	const as_threat *t = &d->m->network->threats[k];
	const as_evidence *e = d->m->products[p->product].evidence;
	unsigned doors = t->via ? t->via & p->exposure : p->exposure;
	if (!p->allowed[k] || !t->evidence || p->support == INFINITY)
		return 0;
	return findings(d, e, doors, true) - findings(d, e, doors, false);
}

static void follow_programmes(as_draw *d)
{
	const as_question *q = &d->m->network->question;
	for (size_t i = 1; i < d->m->n_programmes; i++) {
		const as_programme *p = &d->m->programmes[i];
		d->lead[i] = as_draw_value(d, p->lead, 0);
		double until =
			p->change->by > 0 ? MONTHS * (p->change->by - q->start) - d->lead[i] : 0;
		double paced = p->change->sites_month > 0
				       ? p->elements * p->goal / p->change->sites_month
				       : until;
		d->months[i] = as_draw_value(d, p->months, paced);
		if (d->months[i] < months_least)
			d->months[i] = months_least;
	}
}

static void follow_components(as_draw *d, size_t k)
{
	const int *shift = d->m->class_shift;
	double one = as_draw_value(d, shift[AS_CLASS_reachable], 0),
	       more = one + as_draw_value(d, shift[AS_CLASS_exploited], 0),
	       base = chance(d->base[k]);
	d->by_component[2 * k] = chance(d->base[k] + one) - base;
	d->by_component[2 * k + 1] =
		chance(d->base[k] + (more < AS_SHIFT_MOST ? more : AS_SHIFT_MOST)) - base;
}

void as_draw_follow(as_draw *d)
{
	const as_model *m = d->m;
	size_t threats = m->network->n_threats;
	for (size_t k = 0; k < threats; k++) {
		d->base[k] = log_odds(
			as_draw_value(d, m->threats[k].susceptibility, m->threats[k].fixed));
		d->most[k] = -INFINITY;
		follow_components(d, k);
	}
	for (size_t p = 0; p < m->n_profiles; p++)
		for (size_t k = 0; k < threats; k++) {
			double v = odds_of(d, &m->profiles[p], k);
			double ended = ended_of(d, &m->profiles[p], k);
			d->odds[p * threats + k] = v;
			d->ended[p * threats + k] = ended;
			d->most[k] = fmax(d->most[k], v + ended);
		}
	follow_programmes(d);
}

static double between(double v) { return v < 0 ? 0 : v > 1 ? 1 : v; }

/* How often an element was renewed by then; of elements of all ages, on average. */
static double renewals(double life, double age, double years)
{
	if (life <= 0 || years <= 0)
		return 0;
	if (age < 0)
		return years / life;
	double sum = 0;
	for (double due = life > age ? life - age : 0; due - renewal_window / 2 < years;
		due += life)
		sum += between((years - due + renewal_window / 2) / renewal_window);
	return sum;
}

double as_draw_share(const as_draw *d, size_t programme, double years)
{
	const as_programme *p = &d->m->programmes[programme];
	if (programme == 0)
		return 0;
	if (p->freeze)
		return between(renewals(p->life, p->age, years));
	return p->goal * between((MONTHS * years - d->lead[programme]) / d->months[programme]);
}

double as_draw_controls(
	const as_draw *d, uint64_t in_place, uint64_t added, size_t k, double years, double *left)
{
	const as_model *m = d->m;
	double off = 0;
	*left = 1;
	for (uint64_t bits = (in_place | added) & m->threats[k].against; bits; bits &= bits - 1) {
		size_t i = (size_t)__builtin_ctzll(bits);
		bool ready =
			in_place >> i & 1 || MONTHS * years >= as_draw_value(d, m->months[i], 0);
		if (!ready)
			continue;
		off += as_draw_value(d, m->effect[i], 0);
		*left *= as_draw_value(d, m->hours_left[i], 1);
	}
	return off;
}

/* Where a scenario's money goes, by year. */
typedef struct books {
	double *all, *changes; /* of all: what changes and controls cost */
	size_t years;
} books;

static void book(const books *b, double at, double money)
{
	size_t y = at > 0 ? (size_t)at : 0;
	if (y >= b->years)
		return;
	b->all[y] += money;
	b->changes[y] += money;
}

/* The share of a batch that was replaced so long before a year that it is due again in it. */
static double worn(const as_draw *d, const as_batch *b, double from, double to)
{
	double sum = 0;
	if (b->life <= 0 || b->programme == 0)
		return 0;
	for (double life = b->life; life < to; life += b->life)
		sum += as_draw_share(d, b->programme, to - life) -
		       as_draw_share(d, b->programme, from - life);
	return sum;
}

static void batch_costs(const as_draw *d, const as_batch *batch, const books *b)
{
	const as_programme *p = &d->m->programmes[batch->programme];
	double renewal = as_draw_value(d, batch->renewal, 0);
	double price = as_draw_value(d, p->cost, as_draw_value(d, batch->price, 0));
	price *= as_draw_value(d, p->overrun, 1) * (1 + as_draw_value(d, p->dual, 0));
	double after = as_draw_share(d, batch->programme, 0),
	       renewed = renewals(batch->life, batch->age, 0);
	for (size_t y = 0; y < b->years; y++) {
		double from = (double)y, to = from + 1, before = after, until_now = renewed;
		after = as_draw_share(d, batch->programme, to);
		renewed = renewals(batch->life, batch->age, to);
		double due = renewed - until_now, kept = 1 - (before + after) / 2;
		/* the first renewals of a freeze are what it buys elsewhere */
		double again =
			p->freeze ? due - (after - before) : due * kept + worn(d, batch, from, to);
		b->changes[y] += batch->elements * (after - before) * price;
		b->all[y] += batch->elements * ((after - before) * price + again * renewal);
	}
}

static void delay_costs(const as_draw *d, const as_programme *p, size_t i, const books *b)
{
	const as_network *n = d->m->network;
	double months = as_draw_value(d, p->delay, 0);
	for (size_t s = 0; s < n->n_segments; s++)
		if (p->late[s])
			book(b, d->lead[i] / MONTHS,
				months * as_draw_value(d, d->m->delay_month[s], 0));
}

static void measure_costs(const as_draw *d, const as_measure *x, const books *b)
{
	const as_model *m = d->m;
	double ready = as_draw_value(d, m->months[x->control], 0) / MONTHS;
	double each = as_draw_value(d, m->unit_cost[x->control], 0),
	       yearly = as_draw_value(d, m->yearly[x->control], 0);
	book(b, ready, as_draw_value(d, m->cost[x->control], 0) + x->elements * each);
	for (size_t y = 0; y < b->years; y++) {
		b->all[y] += yearly * between((double)y + 1 - ready);
		b->changes[y] += yearly * between((double)y + 1 - ready);
	}
}

void as_draw_costs(const as_draw *d, size_t scenario, double *all, double *changes)
{
	const as_plan *plan = &d->m->plans[scenario];
	books b = {
		.all = all, .changes = changes, .years = (size_t)d->m->network->question.years
	};
	for (size_t y = 0; y < b.years; y++)
		all[y] = changes[y] = 0;
	for (size_t i = 0; i < plan->n_batches; i++)
		batch_costs(d, &plan->batches[i], &b);
	for (size_t i = 1; i < d->m->n_programmes; i++)
		if (d->m->programmes[i].scenario == scenario && d->m->programmes[i].delay >= 0)
			delay_costs(d, &d->m->programmes[i], i, &b);
	for (size_t i = 0; i < plan->n_measures; i++)
		measure_costs(d, &plan->measures[i], &b);
}

/* The share of sorted values that lie above v, with what lies between two shared out evenly. */
static double above(const double *sorted, size_t n, double v)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (sorted[middle] <= v)
			low = middle + 1;
		else
			high = middle;
	}
	double part = 0;
	if (low > 0 && low < n && sorted[low] > sorted[low - 1])
		part = (v - sorted[low - 1]) / (sorted[low] - sorted[low - 1]) - 0.5;
	return between(1 - ((double)low + part) / (double)n);
}

double as_exceeds(const as_distribution *capability, const as_distribution *resistance)
{
	double *sorted = calloc(QUANTILES, sizeof(*sorted)), sum = 0;
	if (!sorted)
		return NAN;
	for (size_t i = 0; i < QUANTILES; i++)
		sorted[i] = as_quantile(capability, ((double)i + 0.5) / QUANTILES);
	for (size_t i = 0; i < QUANTILES; i++)
		sum += above(
			sorted, QUANTILES, as_quantile(resistance, ((double)i + 0.5) / QUANTILES));
	free(sorted);
	return sum / QUANTILES;
}
