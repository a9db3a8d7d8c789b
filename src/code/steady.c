/* SPDX-License-Identifier: Apache-2.0 */
#include "code/steady.h"

#include "code/choice.h"

enum { DEEPEST = 8, WIDEST = 8 };

static bool is_loop(const as_term *n) { return n->kind == AS_V_PHI && n->b == AS_NOT_KNOWN; }

/* Without extensions and masks. */
static as_value bare(const as_values *v, as_value x)
{
	uint64_t mask = 0;
	for (int i = 0; i < DEEPEST; i++) {
		const as_term *n = as_term_of(v, x);
		bool masks = n->kind == AS_V_OP && n->op == AS_OP_AND &&
			     as_value_const(v, n->b, &mask) && (mask & (mask + 1)) == 0;
		if (!masks && (n->kind != AS_V_OP || n->op != AS_OP_MOVE))
			return x;
		x = n->a;
	}
	return x;
}

/* How likely something is the address of something rather than an index. */
static int rank(const as_values *v, const as_place *p)
{
	enum { HEADER = 256 /* no data stand lower where a program is laid out from 0 on */ };
	const as_term *n = as_term_of(v, p->base);
	if (n->kind == AS_V_STACK)
		return 5;
	if (n->kind == AS_V_CONST)
		return (uint64_t)p->at >= HEADER &&
				       as_program_region(v->flow->program, (uint64_t)p->at)
			       ? 4
			       : 0;
	return n->kind == AS_V_ARG ? 3 : n->kind == AS_V_LOAD || n->kind == AS_V_RESULT ? 2 : 1;
}

static as_place place(const as_values *v, as_value x, int64_t offset, int depth)
{
	const as_term *n = as_term_of(v, x);
	bool adds = n->kind == AS_V_OP && n->op == AS_OP_ADD;
	if (depth > DEEPEST)
		return (as_place){ .base = x, .at = offset };
	if ((n->kind == AS_V_PHI && n->a != AS_NOT_KNOWN) ||
		(n->kind == AS_V_OP && n->op == AS_OP_MOVE))
		return place(v, n->a, offset, depth + 1);
	if (adds && n->b == AS_NOT_KNOWN)
		return place(v, n->a, (int64_t)((uint64_t)offset + (uint64_t)n->k), depth + 1);
	if (adds) {
		as_place a = place(v, n->a, offset, depth + 1);
		as_place b = place(v, n->b, offset, depth + 1);
		bool second = rank(v, &b) > rank(v, &a);
		as_place to = second ? b : a, index = second ? a : b;
		if (as_term_of(v, index.base)->kind == AS_V_CONST) /* where the index begins */
			to.at = (int64_t)((uint64_t)to.at + (uint64_t)index.at - (uint64_t)offset);
		return to;
	}
	if (n->kind == AS_V_CONST || n->kind == AS_V_STACK)
		offset = (int64_t)((uint64_t)offset + (uint64_t)n->k);
	return (as_place){ .base = x, .at = offset };
}

as_place as_place_of(const as_values *v, as_value base, int64_t offset)
{
	return place(v, base, offset, 0);
}

as_span as_place_text(const as_values *v, as_place *p)
{
	const as_program *program = v->flow->program;
	uint64_t c = 0, at = (uint64_t)p->at;
	if (as_term_of(v, p->base)->kind != AS_V_CONST || as_program_string(program, at).n == 0)
		return (as_span){ 0 };
	bool begins = false;
	for (int i = 0; i <= AS_PEELED && !begins; i++) {
		begins = !as_program_constant(program, at - 1, 1, &c) || c < ' ' || c > '~';
		at -= !begins;
	}
	if (begins)
		p->at = (int64_t)at;
	return as_program_string(program, (uint64_t)p->at);
}

/* The places that two values are read from, or the one of one and the other itself. False: they are not, or from the
 * same. */
static bool read_both(const as_values *v, as_value a, as_value b, as_steady *out)
{
	const as_term *x = as_term_of(v, bare(v, a)), *y = as_term_of(v, bare(v, b));
	if (x->kind != AS_V_LOAD && y->kind == AS_V_LOAD)
		return read_both(v, b, a, out);
	if (x->kind != AS_V_LOAD || x->width > WIDEST)
		return false;
	out->first = place(v, x->a, x->k, 0);
	out->computed = y->kind == AS_V_OP;
	out->second = out->computed ? (as_place){ .base = b } : place(v, y->a, y->k, 0);
	bool loads = y->kind == AS_V_LOAD && x->width == y->width;
	return (loads || out->computed) && out->first.base != AS_NOT_KNOWN &&
	       out->second.base != AS_NOT_KNOWN &&
	       (out->first.base != out->second.base || out->first.at != out->second.at);
}

/* Whether x is 0 only where what was read from two places is the same: a difference, or whether there is one. */
static bool is_difference(const as_values *v, as_value x, as_steady *out)
{
	x = bare(v, x);
	const as_term *n = as_term_of(v, x);
	as_choice c = { 0 };
	if (n->kind == AS_V_OP && (n->op == AS_OP_XOR || n->op == AS_OP_SUB))
		return read_both(v, n->a, n->b, out);
	if (!as_choice_of(v, x, v->n_decisions, &c) || c.asked.test)
		return false;
	bool differs = (c.asked.cond == AS_NE && c.otherwise == 0) ||
		       (c.asked.cond == AS_EQ && c.then == 0);
	return differs && read_both(v, c.asked.a, c.asked.b, out);
}

static bool joins(const as_term *n)
{
	return n->kind == AS_V_OP && n->b != AS_NOT_KNOWN &&
	       (n->op == AS_OP_OR || n->op == AS_OP_ADD);
}

size_t as_steadies_of(const as_values *v, as_steady out[AS_STEADIES_MAX])
{
	size_t count = 0;
	for (uint32_t i = 1; i < v->n_terms && count < AS_STEADIES_MAX; i++) {
		const as_term *n = &v->terms[i];
		if (!joins(n))
			continue;
		as_value a = bare(v, n->a), b = bare(v, n->b);
		bool first = is_loop(as_term_of(v, a));
		if (!first && !is_loop(as_term_of(v, b)))
			continue;
		out[count].sum = first ? a : b;
		bool differs = is_difference(v, first ? b : a, &out[count]);
		count += differs && (n->op == AS_OP_OR || !out[count].computed);
	}
	return count;
}

static bool walk(
	const as_values *v, const as_steady *list, size_t n, as_value x, as_steady *out, int depth)
{
	x = bare(v, x);
	const as_term *t = as_term_of(v, x);
	for (size_t i = 0; i < n; i++)
		if (list[i].sum == x && x != AS_NOT_KNOWN) {
			*out = list[i];
			return true;
		}
	if (depth > DEEPEST / 2)
		return false;
	bool on = joins(t) || (t->kind == AS_V_PHI && !is_loop(t));
	if (on &&
		(walk(v, list, n, t->a, out, depth + 1) || walk(v, list, n, t->b, out, depth + 1)))
		return true;
	return joins(t) && t->op == AS_OP_OR &&
	       (is_difference(v, t->a, out) || is_difference(v, t->b, out));
}

bool as_steady_read(const as_values *v, const as_steady *list, size_t n, as_value x, as_steady *out)
{
	return walk(v, list, n, x, out, 0);
}
