/* SPDX-License-Identifier: Apache-2.0 */
/* A check that can be stepped around: what a function answers, or does, after a check is passed, it also answers or
 * does on a way that no check is passed on, and what chooses that way is a condition on input: a length, a port, a
 * time, some bytes. The condition need not be a secret, so this weighs less than a gate; that the way is the only one
 * of its kind is what tells it from ordinary short cuts. */
#include "code/origin.h"
#include "code/outcome.h"
#include "code/signal.h"
#include "code/terms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCKS_MAX = 4096,
	EFFECTS_MAX = 24, /* of one function, looked at */
	CHECKS_MAX = 64,
	MANY = 4,   /* conditions */
	STRONG = 2, /* weight of an effect that is worth a check */
};

/* What is worked out of one function, by block. */
typedef struct around {
	as_signals *s;
	size_t number;
	const as_kept *k;
	uint32_t *passes; /* the side on which a check was passed, or AS_NO_BLOCK */
	uint8_t *is_goal, *is_check;
	uint8_t *leads;  /* to the goal, on a way that passes no check */
	uint8_t *begun;  /* reached on such a way */
	uint8_t *linked; /* before or behind a check */
	uint32_t *queue;
	const as_decision **chosen; /* conditions that choose that way, by block; NULL: none */
	bool strict; /* which side of a check is passed is not known: only unusual constants choose */
} around;

static uint32_t successor(const as_flow *f, uint32_t b, uint32_t i)
{
	const as_block *x = &f->blocks[b];
	if (i < 2)
		return i ? x->taken : x->next;
	return i - 2 < x->n_cases ? f->cases[x->cases + i - 2] : AS_NO_BLOCK;
}

static uint32_t n_successors(const as_flow *f, uint32_t b) { return 2 + f->blocks[b].n_cases; }

static uint32_t queue_marked(around *a, const uint8_t *marks)
{
	uint32_t n = 0;
	for (uint32_t b = 0; b < a->k->flow.n_blocks; b++)
		if (marks[b])
			a->queue[n++] = b;
	return n;
}

/* Marks what is reached from the marked blocks without passing a check (free: or with). */
static void spread(around *a, uint8_t *marks, bool free)
{
	const as_flow *f = &a->k->flow;
	uint32_t n = queue_marked(a, marks);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t b = a->queue[i];
		for (uint32_t j = 0; j < n_successors(f, b); j++) {
			uint32_t to = successor(f, b, j);
			if (to == AS_NO_BLOCK || marks[to] || (!free && to == a->passes[b]))
				continue;
			marks[to] = 1;
			a->queue[n++] = to;
		}
	}
}

/* Marks what leads to the marked blocks without passing a check (free: or with). */
static void trace_back(around *a, uint8_t *marks, bool free)
{
	const as_flow *f = &a->k->flow;
	uint32_t n = queue_marked(a, marks);
	for (uint32_t i = 0; i < n; i++) {
		const as_block *x = &f->blocks[a->queue[i]];
		for (uint32_t j = 0; j < x->n_preds; j++) {
			uint32_t from = f->preds[x->preds + j];
			if (marks[from] || (!free && a->passes[from] == a->queue[i]))
				continue;
			marks[from] = 1;
			a->queue[n++] = from;
		}
	}
}

static bool is_plain(uint64_t k, unsigned width)
{
	int64_t x = (int64_t)as_extend(k, width ? width : 8, true);
	return x >= -1 && x <= 1;
}

/* The constant of a decision; false: none. */
static bool constant_of(const as_values *v, const as_decision *d, uint64_t *k)
{
	*k = 0;
	return d->test || as_value_const(v, d->b, k) || as_value_const(v, d->a, k);
}

static bool is_constant_text(const as_kept *k, const as_call *c, unsigned i)
{
	uint64_t at = 0;
	return i >= AS_ARGS_MAX || as_call_text(c, i).n > 0 ||
	       as_value_string(&k->values, c->arg[i]).p ||
	       as_value_const(&k->values, c->arg[i], &at);
}

/* The call on whose answer alone, being nought or not, a decision depends: a check perhaps. */
static const as_call *asked(const as_values *v, const as_decision *d)
{
	uint64_t k = 0;
	int64_t offset = 0;
	if (!constant_of(v, d, &k) || !is_plain(k, d->width))
		return NULL;
	as_value x = as_value_base(v, d->a, &offset);
	return as_term_of(v, x)->kind == AS_V_RESULT && offset == 0 ? as_origin_call(v, x) : NULL;
}

/* Whether two things that vary are compared; *equal: the side where they are equal, if that is known. */
static bool compares(const around *a, const as_decision *d, const as_call *c, uint32_t *equal)
{
	const as_api *api = c->api;
	size_t n = api ? SIZE_MAX : c->to;
	const as_comparators *own = &a->s->comparators;
	bool mine = n != SIZE_MAX && own->is[n];
	unsigned first = mine ? own->first[n] : 0, second = mine ? own->second[n] : 1;
	const as_block *b = &a->k->flow.blocks[d->block];
	uint64_t k = 0;
	*equal = AS_NO_BLOCK;
	if (!mine && (!api || api->kind != AS_API_COMPARE || as_has(as_lit(api->name), "strstr") ||
			     as_has(as_lit(api->name), "chr") ||
			     as_has(as_lit(api->name), "pbrk") || as_api_finds(api)))
		return false;
	if (!mine)
		as_api_sides(api, &first, &second);
	if (is_constant_text(a->k, c, first) || is_constant_text(a->k, c, second))
		return false;
	(void)constant_of(&a->k->values, d, &k);
	if (k == 0 && (d->cond == AS_EQ || d->cond == AS_NE))
		*equal = d->cond == AS_EQ ? b->taken : b->next;
	return true;
}

static bool is_own(const as_call *c) { return !c->system && c->to != SIZE_MAX; }

/* The buffer that a value is read from, as the call before that filled it. */
static const as_call *filled_by(const as_kept *k, as_value x, uint64_t before)
{
	const as_values *v = &k->values;
	int64_t offset = 0;
	const as_term *n = as_term_of(v, as_value_base(v, x, &offset));
	as_value from = n->kind == AS_V_LOAD ? as_value_base(v, n->a, &offset) : AS_NOT_KNOWN;
	const as_term *place = as_term_of(v, from);
	for (uint32_t i = 0; place->kind == AS_V_STACK && i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		for (unsigned j = 0; j < 4 && c->at < before; j++) {
			const as_term *arg = as_term_of(v, c->arg[j]);
			if (arg->kind == AS_V_STACK && arg->k <= place->k + n->k &&
				place->k + n->k - arg->k < 256)
				return c;
		}
	}
	return NULL;
}

static bool in_data(const as_values *v, as_value x)
{
	int64_t offset = 0;
	uint64_t k = 0;
	const as_term *n = as_term_of(v, as_value_base(v, x, &offset));
	return n->kind == AS_V_LOAD && as_value_const(v, n->a, &k);
}

/* How much it says that this condition chooses the way: what comes from outside more than a setting. */
static double weigh_condition(const around *a, const as_decision *d)
{
	const as_values *v = &a->k->values;
	uint64_t k = 0;
	bool constant = constant_of(v, d, &k), plain = constant && is_plain(k, d->width);
	const as_call *c = as_origin_call(v, d->a);
	const as_api *api = c ? c->api : NULL;
	if (constant && as_is_capacity(k, d->width))
		return 0;
	if (c && !api && is_own(c))
		return plain ? 0 : 1.2; /* another check perhaps; or a sum over the input */
	if (api && (api->kind == AS_API_COMPARE || api->kind == AS_API_CRYPT))
		return 0;
	double w = !constant ? 0.4 : plain ? 0.3 : d->test ? 0.5 : 1;
	if (c && plain && !(api && (api->kind == AS_API_TIME || api->kind == AS_API_INPUT)))
		return 0; /* whether a call failed */
	if (api && (api->kind == AS_API_TIME || api->kind == AS_API_INPUT))
		w = fmax(w, 0.8);
	if (filled_by(a->k, d->a, d->at))
		w *= 1.3;
	return in_data(v, d->a) ? w * 0.4 : w;
}

static as_span name_of_input(around *a, const as_decision *d)
{
	const as_values *v = &a->k->values;
	const as_call *c = as_origin_call(v, d->a);
	bool answers = c != NULL;
	c = c ? c : filled_by(a->k, d->a, d->at);
	as_span name = c ? c->name : (as_span){ 0 };
	size_t argument = as_value_root(v, d->a);
	if (name.n > 0)
		return as_alarm_text(a->s, "what %.*s %s", (int)name.n, name.p,
			answers ? "answers" : "has read");
	if (c && is_own(c))
		return as_alarm_text(a->s, "what the function at 0x%llx makes of it",
			(unsigned long long)c->goal);
	if (argument != SIZE_MAX)
		return as_alarm_text(a->s, "argument %zu, or what it leads to", argument + 1);
	return in_data(v, d->a) ? as_lit("a variable") : as_lit("a value");
}

static as_span write_condition(around *a, const as_decision *d)
{
	uint32_t taken = a->k->flow.blocks[d->block].taken;
	bool on = taken != AS_NO_BLOCK && a->leads[taken];
	const char *sign = as_cond_sign(on ? d->cond : as_cond_not(d->cond));
	as_span input = name_of_input(a, d);
	uint64_t k = 0;
	if (!sign || !constant_of(&a->k->values, d, &k) || d->test)
		return as_alarm_text(a->s, "%.*s, under a condition", (int)input.n, input.p);
	return as_alarm_text(a->s, "%.*s %s 0x%llx", (int)input.n, input.p, sign,
		(unsigned long long)as_extend(k, d->width ? d->width : 8, false));
}

/* Whether a decision is what chooses the way around: one side leads to the goal without a check, the other never. */
static bool chooses(const around *a, const as_decision *d)
{
	const as_block *b = &a->k->flow.blocks[d->block];
	if (d->select || b->next == AS_NO_BLOCK || b->taken == AS_NO_BLOCK || b->next == b->taken ||
		a->is_check[d->block] || !a->begun[d->block] || !a->linked[d->block])
		return false;
	return a->leads[b->next] != a->leads[b->taken];
}

static bool is_unusual(const around *a, const as_decision *d)
{
	uint64_t k = 0;
	const as_block *b = &a->k->flow.blocks[d->block];
	bool equality = d->cond == AS_EQ || d->cond == AS_NE;
	return equality && !d->test && constant_of(&a->k->values, d, &k) &&
	       !is_plain(k, d->width) && !as_is_capacity(k, d->width) &&
	       a->leads[d->cond == AS_EQ ? b->taken : b->next];
}

static uint32_t way_of(const around *a, const as_decision *d)
{
	const as_block *b = &a->k->flow.blocks[d->block];
	return a->leads[b->next] ? b->next : b->taken;
}

typedef struct choice {
	const as_decision *last;
	double weight; /* of all conditions that must hold together */
	unsigned conditions;
} choice;

/* The conditions that hold together with the one that is asked last. */
static choice weigh_chain(const around *a, const as_decision *last)
{
	choice c = { .last = last };
	for (uint32_t b = 0; b < a->k->flow.n_blocks; b++) {
		const as_decision *d = a->chosen[b];
		if (!d ||
			(d != last && !as_dominates(&a->k->dominators, way_of(a, d), last->block)))
			continue;
		double w = a->strict && !is_unusual(a, d) ? 0 : weigh_condition(a, d);
		if (d == last && w <= 0)
			return (choice){ 0 };
		c.weight += w;
		c.conditions += w > 0;
	}
	if (c.conditions > MANY)
		c.weight *= (double)MANY / c.conditions; /* the way of the whole function */
	return c;
}

static bool is_last(const around *a, const as_decision *d)
{
	for (uint32_t b = 0; b < a->k->flow.n_blocks; b++)
		if (a->chosen[b] && a->chosen[b] != d &&
			as_dominates(&a->k->dominators, way_of(a, d), b))
			return false;
	return true;
}

/* Finds the ways to the goal that pass no check, and states the heaviest. */
static void look(around *a, double weight, const char *unit, as_span effect, uint64_t effect_at)
{
	const as_flow *f = &a->k->flow;
	choice best = { 0 };
	unsigned n = 0;
	memcpy(a->leads, a->is_goal, f->n_blocks);
	trace_back(a, a->leads, false);
	memset(a->begun, 0, f->n_blocks);
	a->begun[0] = 1;
	spread(a, a->begun, false);
	memset(a->chosen, 0, f->n_blocks * sizeof(void *));
	for (uint32_t i = 0; i < a->k->values.n_decisions; i++)
		if (chooses(a, &a->k->values.decisions[i]))
			a->chosen[a->k->values.decisions[i].block] = &a->k->values.decisions[i];
	for (uint32_t b = 0; b < f->n_blocks; b++) {
		if (!a->chosen[b] || !is_last(a, a->chosen[b]))
			continue;
		choice c = weigh_chain(a, a->chosen[b]);
		n++;
		if (c.weight > best.weight)
			best = c;
	}
	if (!best.last || a->leads[0] == 0)
		return;
	double score = weight * fmin(best.weight, 3) / sqrt(n);
	as_alarm_add(a->s, (as_alarm){ .signal = "bypass",
				   .function = a->number,
				   .at = best.last->at,
				   .effect_at = effect_at,
				   .score = score,
				   .trigger = write_condition(a, best.last),
				   .effect = effect,
				   .detail = as_alarm_text(a->s,
					   "%s also on a way without the check that stands before "
					   "it; %u %s chosen by "
					   "input lead there, of %u such ways",
					   unit, best.conditions,
					   best.conditions == 1 ? "condition" : "conditions", n) });
}

/* Notes where checks are, and what is before and behind them. False: there is none. */
static bool link_checks(around *a)
{
	const as_flow *f = &a->k->flow;
	bool any = false;
	memset(a->linked, 0, f->n_blocks);
	for (uint32_t b = 0; b < f->n_blocks; b++) {
		a->linked[b] = a->is_check[b];
		any = any || a->linked[b];
	}
	if (!any)
		return false;
	memcpy(a->leads, a->linked, f->n_blocks);
	spread(a, a->leads, true);
	trace_back(a, a->linked, true);
	for (uint32_t b = 0; b < f->n_blocks; b++)
		a->linked[b] |= a->leads[b];
	return true;
}

static void forget(around *a)
{
	memset(a->is_goal, 0, a->k->flow.n_blocks);
	memset(a->is_check, 0, a->k->flow.n_blocks);
	memset(a->passes, 0xff, a->k->flow.n_blocks * sizeof(*a->passes));
}

/* The one constant that is answered on all ways from a side. False: there is none. */
static bool answers_on(around *a, const as_ways *w, uint32_t side, uint64_t *k)
{
	bool any = false;
	memset(a->begun, 0, a->k->flow.n_blocks);
	a->begun[side] = 1;
	spread(a, a->begun, true);
	for (size_t i = 0; i < w->n; i++) {
		if (!a->begun[w->from[i]])
			continue;
		if (!w->known[i] || (any && w->k[i] != *k))
			return false;
		any = true;
		*k = w->k[i];
	}
	return any;
}

/* What is answered when a conditional set or move finds the compared equal. */
static bool answers_selected(const around *a, const as_ways *w, const as_decision *d, uint64_t *k)
{
	const as_values *v = &a->k->values;
	for (size_t i = 0; i < w->n; i++) {
		const as_term *n = as_term_of(v, w->value[i]);
		if (!w->known[i] && n->kind == AS_V_PHI && (uint64_t)n->k >> 8 == d->at &&
			(d->cond == AS_EQ || d->cond == AS_NE))
			return as_value_const(v, d->cond == AS_EQ ? n->a : n->b, k);
	}
	return false;
}

/* Notes the checks that answer the same on a side of theirs. side: 0 the equal one of comparisons; of what other
 * functions answer, 1 that where it is nought, 2 the other. *answer: in and out. False: there is none. */
static bool note_checks(around *a, const as_ways *w, int side, uint64_t *answer)
{
	const as_values *v = &a->k->values;
	bool known = false;
	unsigned n = 0;
	for (uint32_t i = 0; i < v->n_decisions && n < CHECKS_MAX; i++) {
		const as_decision *d = &v->decisions[i];
		const as_block *b = &a->k->flow.blocks[d->block];
		const as_call *c = asked(v, d);
		uint32_t equal = AS_NO_BLOCK;
		uint64_t k = 0;
		if (!c || (!compares(a, d, c, &equal) && (side == 0 || !is_own(c))))
			continue;
		if (d->select ? side > 0 || !answers_selected(a, w, d, &k) : false)
			continue;
		a->is_check[d->block] = 1;
		if (side > 0)
			equal = (d->cond == AS_EQ) == (side == 1) ? b->taken : b->next;
		if (!d->select && (equal == AS_NO_BLOCK || !answers_on(a, w, equal, &k)))
			continue;
		n++;
		if (known && k != *answer)
			continue;
		known = true;
		*answer = k;
		if (!d->select)
			a->passes[d->block] = equal;
	}
	return known;
}

/* The goal is an answer: that of the side of a check where it is passed. */
static void look_at_answer(around *a)
{
	as_ways w = as_ways_of(a->k);
	for (int side = 0; side < 3; side++) {
		uint64_t answer = 0;
		bool other = false;
		forget(a);
		a->strict = side > 0;
		bool known = note_checks(a, &w, side, &answer);
		for (size_t i = 0; known && i < w.n; i++) {
			other = other || !w.known[i] || w.k[i] != answer;
			if (w.known[i] && w.k[i] == answer)
				a->is_goal[w.from[i]] = 1;
		}
		if (known && other && link_checks(a))
			look(a, a->strict ? 0.8 : 1.2, "it gives that answer",
				as_alarm_text(a->s, "answers %lld, as after a check that is passed",
					(long long)(int32_t)answer),
				0);
	}
}

/* Every decision on what a function answered, of which one side alone leads to the goal. */
static void note_guards(around *a)
{
	const as_values *v = &a->k->values;
	memcpy(a->leads, a->is_goal, a->k->flow.n_blocks);
	trace_back(a, a->leads, true);
	for (uint32_t i = 0; i < v->n_decisions; i++) {
		const as_decision *d = &v->decisions[i];
		const as_call *c = asked(v, d);
		const as_block *b = &a->k->flow.blocks[d->block];
		uint32_t equal = AS_NO_BLOCK;
		if (!c || d->select || b->next == AS_NO_BLOCK || b->taken == AS_NO_BLOCK ||
			a->leads[b->next] == a->leads[b->taken] ||
			(!is_own(c) && !compares(a, d, c, &equal)))
			continue;
		a->is_check[d->block] = 1;
		a->passes[d->block] = a->leads[b->next] ? b->next : b->taken;
	}
}

static void look_at_effects(around *a)
{
	const as_values *v = &a->k->values;
	unsigned n = 0;
	for (uint32_t i = 0; i < v->n_calls && n < EFFECTS_MAX; i++) {
		const as_call *c = &v->calls[i];
		size_t through = SIZE_MAX;
		as_sink sink = as_sink_reached(a->s, a->k, c, &through);
		if (sink.weight < (double)STRONG)
			continue;
		n++;
		forget(a);
		a->strict = true;
		a->is_goal[c->block] = 1;
		note_guards(a);
		if (link_checks(a))
			look(a, fmin(sink.weight, 6) / 10, "it does that",
				as_sink_text(a->s, a->k, c, &sink), c->at);
	}
}

static bool make_room(around *a)
{
	a->passes = malloc(BLOCKS_MAX * sizeof(*a->passes));
	a->queue = malloc(BLOCKS_MAX * sizeof(*a->queue));
	a->chosen = malloc(BLOCKS_MAX * sizeof(void *));
	a->is_goal = malloc((size_t)BLOCKS_MAX * 5);
	if (!a->passes || !a->queue || !a->chosen || !a->is_goal)
		return false;
	a->is_check = a->is_goal + BLOCKS_MAX;
	a->leads = a->is_check + BLOCKS_MAX;
	a->begun = a->leads + BLOCKS_MAX;
	a->linked = a->begun + BLOCKS_MAX;
	return true;
}

static void find(as_signals *s)
{
	around a = { .s = s };
	bool ok = make_room(&a);
	s->no_memory = s->no_memory || !ok;
	for (size_t i = 0; ok && i < s->profile->functions.n; i++) {
		a.k = s->profile->kept[i];
		a.number = i;
		if (!a.k || a.k->flow.n_blocks < 4 || a.k->flow.n_blocks > BLOCKS_MAX)
			continue;
		look_at_answer(&a);
		look_at_effects(&a);
	}
	free(a.passes);
	free(a.queue);
	free(a.chosen);
	free(a.is_goal);
}

const as_signal as_signal_bypass = {
	.id = "bypass",
	.title = "A way around a check, chosen by a condition on input",
	.find = find,
};
