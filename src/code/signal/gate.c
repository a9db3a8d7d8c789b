/* SPDX-License-Identifier: Apache-2.0 */
/* A gate: input that equals a constant, and only then an effect is reached. What opens nothing is no gate. The
 * score follows how rare the constant is, how singular what it opens, and how it is hidden. */
#include "base/ascii.h"
#include "code/choice.h"
#include "code/grant.h"
#include "code/mention.h"
#include "code/outcome.h"

#include <math.h>
#include <string.h>

static const double LOOKED_UP = 0.3; /* from this score on the program is searched for the text */
static const double FIRM =
	0.8; /* no ordinary program has numbers that input is made into and that weigh as much */

enum { GATED_MAX = 64 /* effects weighed of one gate */ };

typedef struct gate {
	const as_test *test;
	double sum; /* of squares */
	as_sink best;
	const as_call *call;
	size_t through;
	unsigned n;
} gate;

/* How much a constant weighs: long and unusual ones more than options and format strings. */
static double shape(const as_test *t)
{
	as_span s = t->text;
	double w = 1;
	bool digit = false, letter = false, odd = false, other = false;
	if (t->parts > 1)
		return t->parts > 2 ? 0.9 : 0.5;
	if (t->kind == AS_TEST_NUMBER)
		return t->computed == AS_COMPUTED_HASH    ? 1.3
		       : t->computed == AS_COMPUTED_MIXED ? 1
							  : 0.5;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t b = s.p[i];
		digit = digit || as_is_digit(b);
		letter = letter || as_is_letter(b);
		odd = odd || b == '_' || b == '@' || b == '!' || b == '$' || b == '#';
		other = other || b < 0x20 || b > 0x7e;
	}
	if (other)
		return 3;
	w = s.n <= 2 ? 0.08 : s.n <= 3 ? 0.15 : s.n <= 5 ? 0.5 : s.n >= 8 ? 1.25 : 1;
	if (digit && letter)
		w *= 1.2;
	if (odd)
		w *= 1.1;
	if (as_at(s, 0) == '-' || as_has(s, "%") || as_at(s, 0) == '/' || as_ends(s, "=") ||
		as_ends(s, ":"))
		w *= 0.3;
	if (as_find_byte(s, ' ', 0) != SIZE_MAX)
		w *= 0.6;
	if (t->kind == AS_TEST_CHAIN)
		w *= s.n >= 4 ? 0.6 : s.n == 3 ? 0.4 : 0.2;
	return t->built ? w * 1.5 : w;
}

/* The same, after what other programs compare with. */
static double rarity(const as_signals *s, const as_test *t)
{
	return shape(t) * as_test_rareness(s, t);
}

/* A shell for who knows a constant that nobody else uses; in the kernel, where little is run, any unusual constant. */
static bool opens_all(const as_signals *s, const as_test *t, const as_sink *sink)
{
	static const double UNUSUAL = 0.5;
	double rare = rarity(s, t);
	return (sink->shell && rare >= 1) || (sink->all && rare >= UNUSUAL);
}

/* Whether the way over the equal side is the only one to block b: the side must not be reached otherwise. */
static bool owns(const as_kept *k, const as_test *t, uint32_t b)
{
	return as_dominates(&k->dominators, t->equal, b) &&
	       as_owned(&k->dominators, &k->flow, t->block, t->equal);
}

/* Several constants that lead to the same place are one gate with several keys. */
static bool owned_by_group(
	const as_kept *k, const as_tests *all, const as_test *t, uint32_t b, unsigned *group)
{
	const as_block *side = t->equal == AS_NO_BLOCK ? NULL : &k->flow.blocks[t->equal];
	*group = 1;
	if (!side || !as_dominates(&k->dominators, t->equal, b))
		return false;
	for (uint32_t i = 0; i < side->n_preds; i++) {
		uint32_t p = k->flow.preds[side->preds + i];
		bool known = p == t->block || as_dominates(&k->dominators, t->equal, p);
		for (size_t j = 0; j < all->n && !known; j++)
			if (all->list[j].block == p && all->list[j].equal == t->equal) {
				known = true;
				++*group;
			}
		if (!known)
			return false;
	}
	return true;
}

static unsigned gates_reaching(const as_kept *k, const as_tests *all, uint32_t block)
{
	unsigned n = 0;
	for (size_t i = 0; i < all->n; i++)
		n += owns(k, &all->list[i], block);
	return n ? n : 1;
}

static unsigned distinct_constants(const as_tests *all)
{
	unsigned n = 0;
	for (size_t i = 0; i < all->n; i++) {
		bool seen = false;
		for (size_t j = 0; j < i && !seen; j++)
			seen = all->list[i].text.n > 0
				       ? as_same(all->list[i].text, all->list[j].text)
				       : all->list[i].number == all->list[j].number;
		n += !seen;
	}
	return n ? n : 1;
}

static void weigh_call(
	as_signals *s, const as_kept *k, const as_tests *all, const as_call *c, gate *g)
{
	size_t through = SIZE_MAX, callers = 0;
	as_sink sink = as_sink_reached(s, k, c, &through);
	if (sink.weight <= 0 || g->n >= GATED_MAX)
		return;
	(void)as_profile_callers(s->profile, c->goal, &callers);
	double w = sink.weight * (0.35 + 0.65 / sqrt((double)(callers ? callers : 1)));
	w /= sqrt((double)gates_reaching(k, all, c->block));
	g->sum += w * w;
	g->n++;
	if (!g->call || sink.weight > g->best.weight) {
		g->best = sink;
		g->call = c;
		g->through = through;
	}
}

static unsigned gated_blocks(const as_kept *k, const as_test *t)
{
	return k->dominators.leave[t->equal] - k->dominators.enter[t->equal] + 1;
}

static as_span describe(as_signals *s, const as_test *t)
{
	static const char *const made[] = { "", ", after it was mixed of several,",
		", after it was hashed," };
	static const char *const kinds[] = { "compared with a string", "compared with bytes",
		"searched for a string", "compared byte by byte", "compared with a number" };
	if (t->parts > 1)
		return as_alarm_text(s,
			"input must meet %u odd numbers together, from 0x%llx on; only then the "
			"effect "
			"is reached",
			t->parts, (unsigned long long)t->at);
	return as_alarm_text(s, "input is%s %s%s%s at 0x%llx; only then the effect is reached",
		made[t->computed], kinds[t->kind], t->built ? " put together on the stack" : "",
		t->own ? " by a function of the program's own" : "", (unsigned long long)t->at);
}

/* The equal side has no effect itself, but sets what others ask for. Words of parsers do that all the time: it takes an
 * unusual constant. */
static void state_grant(as_signals *s, size_t number, const as_test *t, double factor)
{
	double rare = rarity(s, t);
	if (rare < 0.9 || t->kind == AS_TEST_SEARCH)
		return;
	as_grant g = as_grant_of(s, s->profile->kept[number], t);
	double score = g.weight * rare * factor * (t->unsure ? 0.7 : 1);
	score *= t->text.n > 0 ? as_mention_factor(s, t->text, t->addr) : 1;
	as_alarm_add(s, (as_alarm){ .signal = "gate",
				.function = number,
				.at = t->at,
				.score = score,
				.trigger = t->kind == AS_TEST_NUMBER
						   ? as_alarm_text(s, "0x%llx",
							     (unsigned long long)t->number)
						   : t->text,
				.trigger_addr = t->addr,
				.effect = g.text,
				.detail = describe(s, t) });
}

static void try_gate(as_signals *s, size_t number, const as_test *t, double chain)
{
	const as_kept *k = s->profile->kept[number];
	const as_tests *all = &s->tests[number];
	gate g = { .test = t, .through = SIZE_MAX };
	unsigned group = 1;
	if (t->equal == AS_NO_BLOCK || !owned_by_group(k, all, t, t->equal, &group))
		return;
	for (uint32_t i = 0; i < k->values.n_calls; i++)
		if (as_dominates(&k->dominators, t->equal, k->values.calls[i].block))
			weigh_call(s, k, all, &k->values.calls[i], &g);
	double tight = 1 / (1 + 0.15 * log2(1 + (double)gated_blocks(k, t)));
	if (g.n == 0) {
		state_grant(s, number, t, chain * tight / sqrt(group));
		return;
	}
	double score = rarity(s, t) * chain * tight / sqrt(group) * sqrt(g.sum);
	if (score >= LOOKED_UP)
		score *= as_mention_factor(s, t->text, t->addr);
	bool made = t->computed != AS_COMPUTED_NOT || t->parts > 1;
	as_span trigger = t->kind == AS_TEST_NUMBER
				  ? as_alarm_text(s, "0x%llx", (unsigned long long)t->number)
				  : t->text;
	as_alarm_add(
		s, (as_alarm){ .signal = "gate",
			   .function = number,
			   .at = t->at,
			   .effect_at = g.call->at,
			   .score = t->unsure ? score * 0.7 : score,
			   .trigger = trigger,
			   .trigger_addr = t->addr,
			   .effect = as_sink_text(s, k, g.call, &g.best),
			   .detail = describe(s, t),
			   .conclusive = opens_all(s, t, &g.best) || (made && score >= FIRM) });
}

/* The block of a caller that is reached when the call answers k, or AS_NO_BLOCK. */
static uint32_t side_of(const as_kept *k, const as_decision *d, const as_call *c, uint64_t answer)
{
	enum { INT = 4 };
	const as_values *v = &k->values;
	uint64_t with = 0, mask = UINT64_MAX, is = 0;
	if (d->select || !as_value_given(v, d->a, c->op, answer, &is))
		return AS_NO_BLOCK;
	if (d->test ? d->a != d->b && !as_value_const(v, d->b, &mask)
		    : !as_value_const(v, d->b, &with))
		return AS_NO_BLOCK;
	const as_block *b = &k->flow.blocks[d->block];
	int taken = as_cond_holds(d->cond, is & mask, with, (unsigned)as_min(d->width, INT));
	return taken < 0 ? AS_NO_BLOCK : taken ? b->taken : b->next;
}

/* A caller that acts only on the answer that the constant brings about. */
static void try_caller(as_signals *s, size_t number, const as_test *t, double chain,
	const as_outcome *o, const as_link *link)
{
	const as_kept *k = s->profile->kept[link->from];
	if (!k)
		return;
	const as_call *c = &k->values.calls[link->call];
	for (uint32_t i = 0; i < k->values.n_decisions; i++) {
		const as_decision *d = &k->values.decisions[i];
		as_test through = *t;
		gate g = { .test = t, .through = SIZE_MAX };
		through.equal = side_of(k, d, c, o->answer);
		through.block = d->block;
		if (through.equal == AS_NO_BLOCK || !owns(k, &through, through.equal))
			continue;
		for (uint32_t j = 0; j < k->values.n_calls; j++)
			if (as_dominates(&k->dominators, through.equal, k->values.calls[j].block))
				weigh_call(s, k, &s->tests[link->from], &k->values.calls[j], &g);
		if (g.n == 0)
			continue;
		double tight = 1 / (1 + 0.15 * log2(1 + (double)gated_blocks(k, &through)));
		double sure = o->only ? 0.75 : 0.4;
		as_alarm_add(s,
			(as_alarm){ .signal = "gate",
				.function = number,
				.at = t->at,
				.effect_at = g.call->at,
				.score = rarity(s, t) * chain * tight * sure * sqrt(g.sum),
				.trigger = t->text,
				.trigger_addr = t->addr,
				.effect = as_sink_text(s, k, g.call, &g.best),
				.detail = as_alarm_text(s,
					"input that equals the constant makes the function answer "
					"%lld; its caller, at 0x%llx, acts on that answer",
					(long long)(int32_t)o->answer, (unsigned long long)c->at),
				.conclusive = o->only && opens_all(s, t, &g.best) });
	}
}

static void try_answer(as_signals *s, size_t number, const as_test *t, double chain)
{
	enum { CALLERS_MAX = 8 };
	size_t n = 0;
	const as_kept *k = s->profile->kept[number];
	if (t->kind == AS_TEST_NUMBER || rarity(s, t) < 0.3)
		return;
	as_outcome o = as_outcome_of(k, t);
	const as_link *links = as_profile_callers(s->profile, k->function->addr, &n);
	for (size_t i = 0; o.known && o.n_other > 0 && i < n && i < CALLERS_MAX; i++)
		try_caller(s, number, t, chain, &o, &links[i]);
}

static void find(as_signals *s)
{
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_tests *all = &s->tests[i];
		if (!s->profile->kept[i] || all->n == 0)
			continue;
		double chain = 1 / sqrt((double)distinct_constants(all));
		for (size_t j = 0; j < all->n; j++) {
			try_gate(s, i, &all->list[j], chain);
			try_answer(s, i, &all->list[j], chain);
		}
	}
}

const as_signal as_signal_gate = {
	.id = "gate",
	.title = "A constant in the input opens an effect",
	.find = find,
};
