/* SPDX-License-Identifier: Apache-2.0 */
/* Two things that come in, or are known, are computed with and then held against each other; where they agree, the
 * function leaves the way it goes otherwise. Nobody can read the secret off such a check: it is a relation and no
 * constant. Checksums are written so, too, but there it is disagreeing that leads aside. */
#include "code/grant.h"
#include "code/origin.h"
#include "code/outcome.h"

enum { STEPS = 3 /* of computing, without mixing, that are worth a look */ };

static uint32_t successor(const as_kept *k, const as_decision *d, bool equal)
{
	const as_block *b = &k->flow.blocks[d->block];
	return equal == (d->cond == AS_EQ) ? b->taken : b->next;
}

/* How many blocks only that side of a decision reaches. */
static uint32_t only_through(const as_kept *k, uint32_t from, uint32_t block)
{
	if (!as_owned(&k->dominators, &k->flow, from, block))
		return 0;
	return k->dominators.leave[block] - k->dominators.enter[block] + 1;
}

/* Whether agreeing leads aside: to what little only that side reaches. */
static bool leads_aside(const as_kept *k, const as_decision *d)
{
	uint32_t equal = only_through(k, d->block, successor(k, d, true)),
		 unequal = only_through(k, d->block, successor(k, d, false));
	return equal > 0 && (unequal == 0 || unequal > equal);
}

static void look(as_signals *s, size_t number, const as_kept *k, const as_decision *d)
{
	const as_values *v = &k->values;
	uint64_t constant = 0;
	if (d->test || d->select || (d->cond != AS_EQ && d->cond != AS_NE) ||
		as_value_const(v, d->a, &constant) || as_value_const(v, d->b, &constant) ||
		!leads_aside(k, d))
		return;
	as_making a = as_making_of(s->profile, k, d->a), b = as_making_of(s->profile, k, d->b);
	bool mixed = a.mixes + b.mixes > 0;
	if (a.leaves + b.leaves < 2 || (!mixed && a.steps + b.steps < STEPS))
		return;
	as_test t = { .kind = AS_TEST_NUMBER,
		.at = d->at,
		.block = d->block,
		.equal = successor(k, d, true),
		.unequal = successor(k, d, false),
		.call = UINT32_MAX };
	const as_call *c = NULL;
	as_sink sink = as_origin_behind(s, k, d, &c);
	if (c && !as_dominates(&k->dominators, t.equal, c->block))
		sink = (as_sink){ 0 }; /* what is done where they do not agree */
	as_grant grant = as_grant_of(s, k, &t);
	as_outcome outcome = as_outcome_of(k, &t);
	double opens = sink.weight > 0                                       ? 0.3
		       : grant.weight > 0 || (outcome.known && outcome.only) ? 0.2
									     : 0;
	as_alarm_add(s,
		(as_alarm){ .signal = "relation",
			.function = number,
			.at = d->at,
			.effect_at = sink.weight > 0 ? c->at : 0,
			.score = (mixed ? 0.4 : 0.3) + opens,
			.trigger = as_lit("two computed values agree"),
			.effect = sink.weight > 0    ? as_sink_text(s, k, c, &sink)
				  : grant.weight > 0 ? grant.text
						     : as_lit("another way"),
			.detail = as_lit("what is computed is held against what varies; where they "
					 "agree, the function leaves its usual way") });
}

static void find(as_signals *s)
{
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		for (uint32_t j = 0; k && j < k->values.n_decisions; j++)
			look(s, i, k, &k->values.decisions[j]);
	}
}

const as_signal as_signal_relation = {
	.id = "relation",
	.title = "Computed values that agree lead aside",
	.find = find,
};
