/* SPDX-License-Identifier: Apache-2.0 */
#include "code/computed.h"

enum { DEEPEST = 10, ANSWERS = 8, BYTE = 8 };

/* What is seen while an expression is walked through. */
typedef struct seen {
	as_making m;
	int budget;
} seen;

static void walk(
	const as_profile *p, const as_kept *k, as_value x, as_value loop, seen *s, int depth);

static bool mixes(const as_values *v, const as_term *n)
{
	const as_term *b = as_term_of(v, n->b);
	bool by_constant = b->kind == AS_V_CONST;
	if (n->op == AS_OP_XOR) /* with -1 or 1 it only turns a flag or all bits */
		return n->a != n->b && n->b != AS_NOT_KNOWN &&
		       !(by_constant && (b->k == 1 || b->k == -1));
	if (n->op == AS_OP_MUL)
		return true;
	if (n->op == AS_OP_REMU || n->op == AS_OP_REMS)
		return true;
	return n->op == AS_OP_ROR && by_constant && b->k % BYTE != 0;
}

/* What meets in a phi: an accumulator comes back to itself. */
static void walk_meetings(const as_profile *p, const as_kept *k, as_value x, seen *s, int depth)
{
	const as_values *v = &k->values;
	uint32_t block = (uint32_t)((uint64_t)as_term_of(v, x)->k >> 32);
	for (uint32_t i = as_value_meeting(v, block); i < v->n_meetings; i++) {
		if (v->meetings[i].block != block)
			return;
		if (v->meetings[i].phi == x)
			walk(p, k, v->meetings[i].value, x, s, depth + 1);
	}
}

/* A variable of the program that the function itself moves on: what is stored there. */
static void walk_state(const as_profile *p, const as_kept *k, as_value x, seen *s, int depth)
{
	const as_values *v = &k->values;
	const as_term *n = as_term_of(v, x);
	uint64_t at = 0, to = 0;
	if (!as_value_const(v, n->a, &at) || depth > 1)
		return;
	for (uint32_t i = 0; i < v->n_stores; i++) {
		const as_store *st = &v->stores[i];
		if (as_value_const(v, st->base, &to) &&
			to + (uint64_t)st->offset == at + (uint64_t)n->k)
			walk(p, k, st->value, x, s, depth + 1);
	}
}

/* What stood in a place of the stack before its address was given away: a reference, mostly only read. */
static void walk_given(const as_profile *p, const as_kept *k, const as_term *n, seen *s, int depth)
{
	const as_values *v = &k->values;
	const as_term *at = as_term_of(v, n->a);
	as_value last = AS_NOT_KNOWN;
	for (uint32_t i = 0; at->kind == AS_V_STACK && i < v->n_given; i++) {
		if (v->given[i].at != at->k + n->k || v->given[i].value == last)
			continue;
		last = v->given[i].value;
		walk(p, k, last, AS_NOT_KNOWN, s, depth + 1);
	}
}

/* What a function of the program's own answers. */
static void walk_answer(const as_profile *p, const as_kept *k, as_value x, seen *s, int depth)
{
	const as_values *v = &k->values;
	uint32_t op = (uint32_t)as_term_of(v, x)->k;
	for (uint32_t i = 0; i < v->n_calls && depth < 2; i++) {
		size_t n = v->calls[i].op == op ? v->calls[i].to : SIZE_MAX;
		const as_kept *to = n == SIZE_MAX ? NULL : p->kept[n];
		for (uint32_t j = 0; to && to != k && j < to->values.n_answers && j < ANSWERS; j++)
			walk(p, to, to->values.answers[j].value, AS_NOT_KNOWN, s, depth + 2);
	}
}

/* Whether a place on the stack holds what a hash of the library was told to put there. */
static bool is_digest(const as_kept *k, const as_term *n)
{
	enum { LONGEST = 64 };
	const as_values *v = &k->values;
	int64_t offset = 0;
	const as_term *at = as_term_of(v, as_value_base(v, n->a, &offset));
	for (uint32_t i = 0; at->kind == AS_V_STACK && i < v->n_calls; i++) {
		const as_api *api = v->calls[i].api;
		for (unsigned a = 0; api && api->kind == AS_API_CRYPT && a < 3; a++) {
			const as_term *to = as_term_of(v, v->calls[i].arg[a]);
			int64_t from = at->k + offset + n->k - to->k;
			if ((api->writes >> a & 1) && to->kind == AS_V_STACK && from >= 0 &&
				from < LONGEST)
				return true;
		}
	}
	return false;
}

/* A division by a constant is made of a high product: such alone mixes nothing, but is a step. */
static void count(const as_values *v, const as_term *n, as_making *m)
{
	bool mixed = mixes(v, n), by_constant = as_term_of(v, n->b)->kind == AS_V_CONST;
	bool plain =
		n->op == AS_OP_MOVE || n->op == AS_OP_AND || (n->op == AS_OP_ADD && by_constant);
	m->mixes += mixed;
	m->steps += mixed || !plain;
	m->shifts += n->op == AS_OP_SHL && as_term_of(v, n->b)->k % BYTE != 0;
}

static void walk(
	const as_profile *p, const as_kept *k, as_value x, as_value loop, seen *s, int depth)
{
	const as_values *v = &k->values;
	const as_term *n = as_term_of(v, x);
	if (depth > DEEPEST || x == AS_NOT_KNOWN || --s->budget < 0)
		return;
	if (x == loop) {
		s->m.again = true;
		return;
	}
	s->m.loop |= n->kind == AS_V_PHI && n->b == AS_NOT_KNOWN;
	if (n->kind == AS_V_OP) {
		count(v, n, &s->m);
		walk(p, k, n->a, loop, s, depth + 1);
		walk(p, k, n->b, loop, s, depth + 1);
	} else if (n->kind == AS_V_PHI && loop == AS_NOT_KNOWN) {
		walk_meetings(p, k, x, s, depth);
	} else if (n->kind == AS_V_LOAD) {
		s->m.leaves++;
		if (is_digest(k, n)) {
			s->m.mixes++;
			s->m.again = true;
		}
		if (loop == AS_NOT_KNOWN) {
			walk_state(p, k, x, s, depth);
			walk_given(p, k, n, s, depth);
		}
	} else if (n->kind == AS_V_RESULT) {
		s->m.leaves++;
		walk_answer(p, k, x, s, depth);
	} else if (n->kind != AS_V_CONST) {
		s->m.leaves++;
	}
}

as_making as_making_of(const as_profile *p, const as_kept *k, as_value x)
{
	seen s = { .budget = 200 };
	walk(p, k, x, AS_NOT_KNOWN, &s, 0);
	return s.m;
}

as_computed as_computed_of(const as_profile *p, const as_kept *k, as_value x)
{
	as_making m = as_making_of(p, k, x);
	if (m.mixes == 0 && (m.shifts == 0 || !m.again))
		return AS_COMPUTED_NOT;
	return m.again ? AS_COMPUTED_HASH : m.leaves > 1 ? AS_COMPUTED_MIXED : AS_COMPUTED_NOT;
}
