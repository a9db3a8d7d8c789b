/* SPDX-License-Identifier: Apache-2.0 */
/* A number that is computed from input - a sum over it, a remainder, several fields mixed - and then held against one
 * constant that nothing around explains. Ordinary programs hold checksums against other fields and remainders against
 * small or round numbers. */
#include "code/computed.h"
#include "code/origin.h"
#include "code/terms.h"

#include <math.h>

enum {
	SMALLEST = 200,
	SMALLEST_SUM =
		0x2000, /* of a loop or function: below, it may be a token or a code of an error */
	RANGE_MAX = 64
};

/* A number that people or machines like: powers of two and their neighbours, round ones, times, sizes. */
static bool is_usual(uint64_t k, unsigned width, uint64_t smallest)
{
	static const uint16_t round[] = { 60, 100, 365, 1024 };
	uint64_t low = as_extend(k, width, false), high = as_extend(~k, width, false);
	if (low < smallest || high < smallest || (low & (low - 1)) == 0 || (low & (low + 1)) == 0 ||
		(high & (high + 1)) == 0)
		return true;
	for (size_t i = 0; i < sizeof(round) / sizeof(round[0]); i++)
		if (low % round[i] == 0)
			return true;
	return false;
}

/* The constant and value of a decision that asks for one number, or for a short range. False: it asks otherwise. */
static bool read(const as_values *v, const as_decision *d, as_value *x, uint64_t *k)
{
	uint64_t bound = 0;
	int64_t offset = 0;
	*x = d->a;
	if (d->test || !as_value_const(v, d->b, &bound))
		return false;
	if (d->cond == AS_EQ || d->cond == AS_NE) {
		*x = as_value_base(v, d->a, &offset);
		*k = bound - (uint64_t)offset;
		return true;
	}
	bool range = d->cond == AS_BELOW || d->cond == AS_BELOW_EQ || d->cond == AS_ABOVE ||
		     d->cond == AS_ABOVE_EQ;
	if (!range || bound > RANGE_MAX)
		return false;
	*x = as_value_base(v, d->a, &offset);
	offset = (int64_t)as_extend((uint64_t)offset, d->width, true);
	*k = (uint64_t)-offset;
	return offset < 0;
}

/* In how many decisions of the function the same value is asked for: many are a table of cases. */
static unsigned siblings(const as_values *v, as_value x)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < v->n_decisions; i++) {
		as_value y = AS_NOT_KNOWN;
		uint64_t k = 0;
		n += read(v, &v->decisions[i], &y, &k) && y == x;
	}
	return n ? n : 1;
}

static void look(as_signals *s, size_t number, const as_kept *k, const as_decision *d)
{
	const as_values *v = &k->values;
	as_value x = AS_NOT_KNOWN;
	uint64_t with = 0;
	if (!read(v, d, &x, &with) || is_usual(with, d->width, SMALLEST) ||
		as_program_address(v->flow->program, with))
		return;
	as_making m = as_making_of(s->profile, k, x);
	bool mixed = m.mixes > 0 && m.steps >= 2 && m.leaves > 0;
	const as_call *c = as_origin_call(v, x);
	bool own = c && !c->system && !c->api && c->to != SIZE_MAX;
	if (!mixed && ((!m.loop && !own) || is_usual(with, d->width, SMALLEST_SUM)))
		return;
	as_test t = { .kind = AS_TEST_NUMBER,
		.number = as_extend(with, d->width, false),
		.width = d->width };
	double score = (mixed ? 1.2 : 0.8) * as_test_rareness(s, &t) / sqrt(siblings(v, x));
	as_alarm_add(
		s, (as_alarm){ .signal = "computed",
			   .function = number,
			   .at = d->at,
			   .score = score,
			   .trigger = as_alarm_text(s, "0x%llx", (unsigned long long)t.number),
			   .effect = as_lit("decides which way the function goes"),
			   .detail = as_alarm_text(s, "a number computed %s is held against %llu",
				   mixed    ? "from several steps"
				   : m.loop ? "by a loop"
					    : "by a function",
				   (unsigned long long)t.number) });
}

static void find(as_signals *s)
{
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		for (uint32_t j = 0; k && j < k->values.n_decisions; j++)
			look(s, i, k, &k->values.decisions[j]);
	}
}

const as_signal as_signal_computed = {
	.id = "computed",
	.title = "A number computed from input is held against a constant",
	.find = find,
};
