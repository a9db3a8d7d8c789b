/* SPDX-License-Identifier: Apache-2.0 */
#include "code/grant.h"

#include "base/search.h"
#include "code/origin.h"
#include "code/terms.h"

#include <stdlib.h>

enum { ASKED_MAX = 6, STORES_MAX = 16 };

static int by_address(const void *a, const void *b)
{
	const as_asked *x = a, *y = b;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	return (x->decision > y->decision) - (x->decision < y->decision);
}

/* The variable of the program that a decision asks for; 0: none. */
static uint64_t asked_by(const as_values *v, const as_decision *d)
{
	for (int side = 0; side < 2; side++) {
		int64_t offset = 0;
		uint64_t at = 0;
		const as_term *n = as_term_of(v, as_value_base(v, side ? d->b : d->a, &offset));
		if (n->kind == AS_V_LOAD && offset == 0 && as_value_const(v, n->a, &at))
			return at + (uint64_t)n->k;
	}
	return 0;
}

bool as_grant_prepare(as_signals *s)
{
	const as_profile *p = s->profile;
	size_t room = 0;
	for (size_t i = 0; i < p->functions.n; i++)
		for (uint32_t j = 0; p->kept[i] && j < p->kept[i]->values.n_decisions; j++)
			room += asked_by(&p->kept[i]->values, &p->kept[i]->values.decisions[j]) !=
				0;
	s->asked = as_alloc_array(s->arena, room + 1, sizeof(*s->asked));
	if (!s->asked)
		return false;
	for (size_t i = 0; i < p->functions.n; i++)
		for (uint32_t j = 0; p->kept[i] && j < p->kept[i]->values.n_decisions; j++) {
			uint64_t addr =
				asked_by(&p->kept[i]->values, &p->kept[i]->values.decisions[j]);
			if (addr && s->n_asked < room)
				s->asked[s->n_asked++] = (as_asked){
					.addr = addr, .function = (uint32_t)i, .decision = j
				};
		}
	if (s->n_asked > 1)
		qsort(s->asked, s->n_asked, sizeof(*s->asked), by_address);
	return true;
}

/* What hangs on the variable at addr, where it is asked for. */
static as_grant behind(as_signals *s, uint64_t addr)
{
	size_t low = as_before(s->asked, s->n_asked, sizeof(*s->asked), addr);
	as_grant best = { 0 };
	for (size_t i = low; i < s->n_asked && s->asked[i].addr == addr && i < low + ASKED_MAX;
		i++) {
		const as_kept *k = s->profile->kept[s->asked[i].function];
		const as_call *c = NULL;
		as_sink sink =
			as_origin_behind(s, k, &k->values.decisions[s->asked[i].decision], &c);
		double w = 0.5 + 0.35 * sink.weight;
		if (w <= best.weight)
			continue;
		best.weight = w;
		best.text =
			c ? as_alarm_text(s, "sets a variable at 0x%llx, on which %.*s hangs",
				    (unsigned long long)addr, (int)as_sink_text(s, k, c, &sink).n,
				    as_sink_text(s, k, c, &sink).p)
			  : as_alarm_text(s,
				    "sets a variable at 0x%llx that is asked for elsewhere",
				    (unsigned long long)addr);
	}
	return best;
}

as_grant as_grant_of(as_signals *s, const as_kept *k, const as_test *t)
{
	const as_values *v = &k->values;
	as_grant best = { 0 };
	unsigned looked = 0;
	for (uint32_t i = 0; i < v->n_stores && looked < STORES_MAX; i++) {
		const as_store *st = &v->stores[i];
		uint64_t value = 0, at = 0;
		if (!as_dominates(&k->dominators, t->equal, st->block) ||
			!as_value_const(v, st->value, &value) || st->base == AS_NOT_KNOWN)
			continue;
		int64_t offset = 0;
		as_value_kind kind =
			(as_value_kind)as_term_of(v, as_value_base(v, st->base, &offset))->kind;
		bool field = kind == AS_V_ARG || kind == AS_V_LOAD || kind == AS_V_RESULT;
		as_grant one = { 0 };
		looked++;
		if (as_value_const(v, st->base, &at))
			one = behind(s, at + (uint64_t)st->offset);
		else if (field && value != 0)
			one = (as_grant){ .weight = 0.35,
				.text = as_alarm_text(s, "sets a field to %lld",
					(long long)as_extend(value, st->width, true)) };
		best = one.weight > best.weight ? one : best;
	}
	return best;
}
