/* SPDX-License-Identifier: Apache-2.0 */
#include "code/outcome.h"

enum { DEEPEST = 6 };

static void add(as_ways *w, uint32_t from, as_value x, bool known, uint64_t k)
{
	if (w->n >= AS_WAYS_MAX)
		return;
	w->from[w->n] = from;
	w->known[w->n] = known;
	w->value[w->n] = x;
	w->k[w->n++] = k;
}

/* Follows a value through the places where several meet. block: where it is used. */
static void follow(const as_values *v, as_value x, uint32_t block, as_ways *w, int depth)
{
	uint64_t k = 0;
	int64_t offset = 0;
	x = as_value_base(v, x, &offset);
	const as_term *n = as_term_of(v, x);
	bool phi = n->kind == AS_V_PHI && offset == 0, followed = false;
	uint32_t meets = (uint32_t)((uint64_t)n->k >> 32);
	for (uint32_t i = phi && depth < DEEPEST ? as_value_meeting(v, meets) : v->n_meetings;
		i < v->n_meetings && v->meetings[i].block == meets; i++)
		if (v->meetings[i].phi == x) {
			followed = true;
			follow(v, v->meetings[i].value, v->meetings[i].from, w, depth + 1);
		}
	bool known = as_value_const(v, x, &k) && offset == 0;
	if (!followed)
		add(w, block, x, known, k);
}

as_ways as_ways_of(const as_kept *k)
{
	const as_values *v = &k->values;
	as_ways w = { .n = 0 };
	for (uint32_t i = 0; i < v->n_answers; i++)
		follow(v, v->answers[i].value, v->answers[i].block, &w, 0);
	return w;
}

as_outcome as_outcome_of(const as_kept *k, const as_test *t)
{
	as_outcome o = { 0 };
	if (t->answers)
		return (as_outcome){
			.known = true, .only = true, .answer = t->if_equal, .n_other = 1
		};
	as_ways w = as_ways_of(k);
	bool mixed = w.n >= AS_WAYS_MAX;
	for (size_t i = 0; i < w.n; i++) {
		/* The way may begin in the deciding block itself, where the equal side is only an edge. */
		bool equal = t->equal != AS_NO_BLOCK &&
			     as_dominates(&k->dominators, t->equal, w.from[i]);
		if (!equal)
			continue;
		mixed = mixed || !w.known[i] || (o.known && o.answer != w.k[i]);
		o.known = true;
		o.answer = w.k[i];
	}
	o.known = o.known && !mixed;
	o.only = o.known;
	for (size_t i = 0; i < w.n && o.known; i++) {
		bool equal = t->equal != AS_NO_BLOCK &&
			     as_dominates(&k->dominators, t->equal, w.from[i]);
		if (!equal && w.known[i] && w.k[i] != o.answer)
			o.n_other++;
		if (!equal && (!w.known[i] || w.k[i] == o.answer))
			o.only = false;
	}
	return o;
}
