/* SPDX-License-Identifier: Apache-2.0 */
#include "code/way.h"

#include <string.h>

enum { BLOCKS_MAX = 256 /* of one leg */ };

uint32_t as_way_block(const as_kept *k, uint64_t at)
{
	for (uint32_t i = 0; i < k->flow.n_blocks; i++) {
		const as_block *b = &k->flow.blocks[i];
		for (uint32_t j = 0; j < b->n; j++)
			if (k->flow.ops[b->first + j].at == at)
				return i;
	}
	return AS_NO_BLOCK;
}

static bool contains(const as_leg *leg, uint32_t block)
{
	for (size_t i = 0; i < leg->n; i++)
		if (leg->blocks[i] == block)
			return true;
	return false;
}

/* Appends the blocks that dominate target, from the entry or behind what is there already. */
static void append(as_leg *leg, uint32_t target)
{
	const as_dominators *d = &leg->in->dominators;
	uint32_t way[BLOCKS_MAX];
	size_t n = 0;
	for (uint32_t b = target; n < BLOCKS_MAX; b = d->parent[b]) {
		if (b >= d->n || contains(leg, b))
			break;
		way[n++] = b;
		if (b == 0)
			break;
	}
	while (n > 0 && leg->n < BLOCKS_MAX)
		leg->blocks[leg->n++] = way[--n];
}

static bool begin(as_leg *leg, const as_signals *s, size_t function)
{
	*leg = (as_leg){ .function = function,
		.in = function == SIZE_MAX ? NULL : s->profile->kept[function] };
	leg->blocks = as_alloc_array(s->arena, BLOCKS_MAX, sizeof(*leg->blocks));
	return leg->in && leg->blocks;
}

int as_way_side(const as_leg *leg, size_t i)
{
	const as_block *b = &leg->in->flow.blocks[leg->blocks[i]];
	const as_dominators *d = &leg->in->dominators;
	if (i + 1 >= leg->n || b->taken == AS_NO_BLOCK || b->next == AS_NO_BLOCK ||
		b->taken == b->next)
		return -1;
	uint32_t on = leg->blocks[i + 1];
	const as_flow *f = &leg->in->flow;
	bool taken = as_dominates(d, b->taken, on) && as_owned(d, f, leg->blocks[i], b->taken);
	bool next = as_dominates(d, b->next, on) && as_owned(d, f, leg->blocks[i], b->next);
	return taken == next ? -1 : taken;
}

/* The comparison that the alarm is about: of several at one place, the one whose equal side leads to the effect. */
static const as_test *test_of(
	const as_signals *s, const as_alarm *a, const as_kept *k, uint32_t effect)
{
	const as_tests *all = &s->tests[a->function];
	const as_test *found = NULL;
	for (size_t i = 0; i < all->n; i++) {
		const as_test *t = &all->list[i];
		if (t->at != a->at)
			continue;
		bool leads = effect != AS_NO_BLOCK && t->equal != AS_NO_BLOCK &&
			     as_dominates(&k->dominators, t->equal, effect);
		if (leads)
			return t;
		found = found ? found : t;
	}
	return found;
}

static const as_call *call_at(const as_kept *k, uint64_t at)
{
	for (uint32_t i = 0; i < k->values.n_calls; i++)
		if (k->values.calls[i].at == at)
			return &k->values.calls[i];
	return NULL;
}

/* The effect is in a caller: its part of the way leads over the call to the effect. */
static void add_caller(as_way *w, const as_signals *s, const as_alarm *a)
{
	const as_function *f = as_function_around(&s->profile->functions, a->effect_at);
	size_t number = f ? (size_t)(f - s->profile->functions.list) : SIZE_MAX;
	as_leg *leg = &w->leg[1];
	if (!begin(leg, s, number))
		return;
	uint32_t effect = as_way_block(leg->in, a->effect_at);
	const as_values *v = &leg->in->values;
	uint64_t goal = w->leg[0].in->function->addr;
	const as_call *between = NULL;
	for (uint32_t i = 0; i < v->n_calls && effect != AS_NO_BLOCK; i++)
		if (v->calls[i].goal == goal &&
			as_dominates(&leg->in->dominators, v->calls[i].block, effect))
			between = &v->calls[i];
	if (!between)
		return;
	append(leg, between->block);
	append(leg, effect);
	leg->effect_at = a->effect_at;
	w->between_at = between->at;
	w->n = 2;
}

/* The effect is in a function that is called for it. */
static void add_called(as_way *w, const as_signals *s, const as_call *c)
{
	as_leg *leg = &w->leg[1];
	if (c->system || as_sink_of(s, w->leg[0].in, c).weight > 0 || !begin(leg, s, c->to))
		return;
	double most = 0;
	const as_call *best = NULL;
	for (uint32_t i = 0; i < leg->in->values.n_calls; i++) {
		const as_call *one = &leg->in->values.calls[i];
		double weight = as_sink_of(s, leg->in, one).weight;
		best = weight > most ? one : best;
		most = weight > most ? weight : most;
	}
	if (!best)
		return;
	append(leg, best->block);
	leg->effect_at = best->at;
	w->between_at = c->at;
	w->called = true;
	w->n = 2;
}

bool as_way_find(as_way *out, const as_signals *s, const as_alarm *a)
{
	*out = (as_way){ .n = 1 };
	as_leg *leg = &out->leg[0];
	if (!begin(leg, s, a->function))
		return false;
	uint64_t effect_at = a->effect_at ? a->effect_at : call_at(leg->in, a->at) ? a->at : 0;
	uint32_t effect = effect_at ? as_way_block(leg->in, effect_at) : AS_NO_BLOCK;
	out->test = test_of(s, a, leg->in, effect);
	uint32_t site = out->test ? out->test->block : as_way_block(leg->in, a->at);
	if (out->test && !a->effect_at)
		effect = AS_NO_BLOCK;
	if (site != AS_NO_BLOCK)
		append(leg, site);
	/* An alarm may be about the call that compares, and the decision stand in a later block. */
	if (out->test && out->test->equal != AS_NO_BLOCK && leg->n < BLOCKS_MAX &&
		!contains(leg, out->test->equal))
		leg->blocks[leg->n++] = out->test->equal;
	if (effect != AS_NO_BLOCK) {
		append(leg, effect);
		leg->effect_at = effect_at;
		const as_call *c = call_at(leg->in, effect_at);
		if (c)
			add_called(out, s, c);
	} else if (a->effect_at) {
		add_caller(out, s, a);
	}
	return leg->n > 0;
}
