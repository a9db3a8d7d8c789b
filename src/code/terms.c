/* SPDX-License-Identifier: Apache-2.0 */
#include "code/terms.h"

#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 1 << 21, FIRST_ROOM = 1024 };

void as_terms_free(as_terms *t)
{
	free(t->term);
	free(t->index);
	*t = (as_terms){ 0 };
}

static uint32_t hash_of(const as_term *n)
{
	uint64_t h = (uint64_t)n->k * UINT64_C(0x9e3779b97f4a7c15);
	h ^= ((uint64_t)n->a << 32 | n->b) * UINT64_C(0xc2b2ae3d27d4eb4f);
	h ^= (uint64_t)(n->kind | n->op << 8 | n->width << 16 | n->sign << 24) *
	     UINT64_C(0x165667b19e3779f9);
	h = (h ^ h >> 32) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> 32);
}

static bool same(const as_term *x, const as_term *y)
{
	return x->kind == y->kind && x->op == y->op && x->width == y->width && x->sign == y->sign &&
	       x->a == y->a && x->b == y->b && x->k == y->k;
}

/* Where n stands in the index, or the empty entry where it would. */
static as_term_entry *entry_of(as_terms *t, const as_term *n)
{
	uint32_t h = hash_of(n) & (t->n_index - 1);
	while (t->index[h].round == t->round && !same(&t->term[t->index[h].number], n))
		h = (h + 1) & (t->n_index - 1);
	return &t->index[h];
}

static bool make_room(as_terms *t)
{
	uint32_t room = t->room ? t->room * 2 : FIRST_ROOM;
	as_term *node = room <= NODES_MAX ? realloc(t->term, room * sizeof(*node)) : NULL;
	as_term_entry *index = node ? calloc(room * 2, sizeof(*index)) : NULL;
	if (node)
		t->term = node;
	if (!index)
		return false;
	free(t->index);
	t->index = index;
	t->room = room;
	t->n_index = room * 2;
	t->round = 1;
	for (uint32_t i = 1; i < t->n; i++)
		*entry_of(t, &t->term[i]) = (as_term_entry){ t->round, i };
	return true;
}

bool as_terms_reset(as_terms *t, const as_program *p)
{
	t->program = p;
	t->word = p->arch->word;
	t->big = p->elf.big;
	t->full = false;
	t->n = 0;
	if (t->room == 0 && !make_room(t))
		return false;
	if (++t->round == 0) {
		memset(t->index, 0, t->n_index * sizeof(*t->index));
		t->round = 1;
	}
	t->term[0] = (as_term){ .kind = AS_V_UNKNOWN };
	t->n = 1;
	return true;
}

as_value as_terms_intern(as_terms *t, as_term n)
{
	as_term_entry *e = entry_of(t, &n);
	if (e->round == t->round)
		return e->number;
	if (t->n >= t->room) {
		if (t->full || !make_room(t)) {
			t->full = true;
			return AS_NOT_KNOWN;
		}
		e = entry_of(t, &n);
	}
	t->term[t->n] = n;
	*e = (as_term_entry){ t->round, t->n };
	return t->n++;
}

uint64_t as_extend(uint64_t k, unsigned width, bool sign)
{
	if (width >= 8)
		return k;
	unsigned bits = width * 8;
	k &= (UINT64_C(1) << bits) - 1;
	return sign && (k >> (bits - 1)) ? k | ~((UINT64_C(1) << bits) - 1) : k;
}

as_value as_terms_const(as_terms *t, uint64_t k, unsigned width, bool sign)
{
	k = as_extend(k, width, sign);
	return as_terms_intern(t, (as_term){ .kind = AS_V_CONST, .k = (int64_t)k });
}

bool as_folds(as_op_kind op)
{
	return op >= AS_OP_MOVE && op <= AS_OP_NOT && !(op >= AS_OP_MULHU && op <= AS_OP_REMS);
}

uint64_t as_fold(as_op_kind op, uint64_t a, uint64_t b, unsigned width)
{
	unsigned bits = (width > 8 ? 8 : width) * 8;
	uint64_t cut = as_extend(a, width, false);
	bool far = b >= bits;
	const uint64_t results[] = { [AS_OP_MOVE] = a,
		[AS_OP_ADD] = a + b,
		[AS_OP_SUB] = a - b,
		[AS_OP_RSUB] = b - a,
		[AS_OP_MUL] = a * b,
		[AS_OP_AND] = a & b,
		[AS_OP_OR] = a | b,
		[AS_OP_XOR] = a ^ b,
		[AS_OP_SHL] = far ? 0 : a << b,
		[AS_OP_SHR] = far ? 0 : cut >> b,
		[AS_OP_SAR] =
			(uint64_t)((int64_t)as_extend(a, width, true) >> (far ? bits - 1 : b)),
		[AS_OP_ROR] = b % bits ? cut >> b % bits | cut << (bits - b % bits) : cut,
		[AS_OP_ZEROS] = cut ? bits - (64 - (unsigned)__builtin_clzll(cut)) : bits,
		[AS_OP_NOT] = ~a };
	return as_folds(op) ? results[op] : 0;
}

as_value as_terms_cut(as_terms *t, as_value a, unsigned width, bool sign)
{
	const as_term *n = &t->term[a];
	if (n->kind == AS_V_CONST)
		return as_terms_const(t, (uint64_t)n->k, width, sign);
	if (n->kind == AS_V_LOAD && n->width == width && sign && !n->sign && width < t->word) {
		as_term extended = *n;
		extended.sign = true;
		return as_terms_intern(t, extended);
	}
	/* Cutting an address or an int to 4 bytes is how compilers copy ints: the same value. */
	if (a == AS_NOT_KNOWN || width >= t->word || width >= 4 || (n->width && n->width <= width))
		return a;
	return as_terms_intern(t, (as_term){ .kind = AS_V_OP,
					  .op = AS_OP_MOVE,
					  .width = (uint8_t)width,
					  .sign = sign,
					  .a = a });
}

/* The sum of a value and a constant, in one form whatever the order of additions. */
static as_value add_const(as_terms *t, as_value a, int64_t k, unsigned width, bool sign)
{
	as_term n = t->term[a];
	k = width == 4 ? (int32_t)(uint32_t)k : k;
	if (k == 0)
		return as_terms_cut(t, a, width, sign);
	if (n.kind == AS_V_STACK)
		return as_terms_intern(t, (as_term){ .kind = AS_V_STACK, .k = n.k + k });
	if (n.kind == AS_V_OP && n.op == AS_OP_ADD && n.b == AS_NOT_KNOWN) {
		k = (int64_t)((uint64_t)n.k + (uint64_t)k);
		if (k == 0)
			return n.a;
		a = n.a;
	}
	return as_terms_intern(t, (as_term){ .kind = AS_V_OP, .op = AS_OP_ADD, .a = a, .k = k });
}

/* Whether x and y sum up to a constant: one is the complement of the other, or a constant less it. */
static bool sums_up(const as_terms *t, as_value x, as_value y, int64_t *k)
{
	const as_term *n = &t->term[x], *a = &t->term[n->a];
	bool moved = a->kind == AS_V_OP && a->op == AS_OP_ADD && a->b == AS_NOT_KNOWN;
	if (n->kind != AS_V_OP || y == AS_NOT_KNOWN)
		return false;
	if (n->op == AS_OP_NOT && (n->a == y || (moved && a->a == y))) {
		*k = n->a == y ? -1 : (int64_t)(~UINT64_C(0) - (uint64_t)a->k);
		return true;
	}
	*k = a->k;
	return n->op == AS_OP_SUB && a->kind == AS_V_CONST && n->b == y;
}

/* a + b where a is a sum and b takes a part of it away: what is left. */
static bool cancels(const as_terms *t, as_value a, as_value b, as_value *left, int64_t *k)
{
	const as_term *n = &t->term[a];
	if (n->kind != AS_V_OP || n->op != AS_OP_ADD || n->b == AS_NOT_KNOWN)
		return false;
	bool first = sums_up(t, n->a, b, k);
	*left = first ? n->b : n->a;
	return first || sums_up(t, n->b, b, k);
}

static bool commutes(as_op_kind op)
{
	return op == AS_OP_ADD || op == AS_OP_MUL || op == AS_OP_AND || op == AS_OP_OR ||
	       op == AS_OP_XOR;
}

as_value as_terms_op(as_terms *t, as_op_kind op, as_value a, as_value b, unsigned width, bool sign)
{
	as_term x = t->term[a], y = t->term[b];
	if (op == AS_OP_RSUB) {
		as_value c = a;
		a = b;
		b = c;
		x = t->term[a];
		y = t->term[b];
		op = AS_OP_SUB;
	}
	if (x.kind == AS_V_CONST && y.kind == AS_V_CONST && as_folds(op))
		return as_terms_const(
			t, as_fold(op, (uint64_t)x.k, (uint64_t)y.k, width), width, sign);
	if (op == AS_OP_NOT && x.kind == AS_V_CONST)
		return as_terms_const(t, ~(uint64_t)x.k, width, sign);
	if (op == AS_OP_MOVE)
		return as_terms_cut(t, a, width, sign);
	if (op == AS_OP_XOR && a == b && a != AS_NOT_KNOWN)
		return as_terms_const(t, 0, width, false);
	if (op == AS_OP_SUB && a == b && a != AS_NOT_KNOWN)
		return as_terms_const(t, 0, width, false);
	if (op == AS_OP_SUB && x.kind == AS_V_STACK && y.kind == AS_V_STACK)
		return as_terms_const(t, (uint64_t)(x.k - y.k), width, false);
	if (commutes(op) && (x.kind == AS_V_CONST || (y.kind != AS_V_CONST && a > b))) {
		as_value c = a;
		as_term z = x;
		a = b;
		b = c;
		x = y;
		y = z;
	}
	if (y.kind == AS_V_CONST && op == AS_OP_ADD)
		return add_const(t, a, y.k, width, sign);
	if (y.kind == AS_V_CONST && op == AS_OP_SUB)
		return add_const(t, a, (int64_t)(0 - (uint64_t)y.k), width, sign);
	as_value left = AS_NOT_KNOWN;
	int64_t k = 0;
	if (op == AS_OP_ADD && (cancels(t, a, b, &left, &k) || cancels(t, b, a, &left, &k)))
		return add_const(t, left, k, width, sign);
	if (y.kind == AS_V_CONST && y.k == 0 && as_folds(op) && op != AS_OP_MUL &&
		op != AS_OP_AND && op != AS_OP_NOT && op != AS_OP_ZEROS)
		return as_terms_cut(t, a, width, sign);
	if (y.kind == AS_V_CONST && y.k == 0 && (op == AS_OP_MUL || op == AS_OP_AND))
		return as_terms_const(t, 0, width, false);
	if ((op == AS_OP_AND || op == AS_OP_OR) && a == b)
		return a;
	if (op == AS_OP_AND && y.kind == AS_V_CONST &&
		(uint64_t)y.k == as_extend(~UINT64_C(0), width, false))
		return a;
	int64_t mask = (int64_t)as_extend((uint64_t)y.k, width, true);
	if (op == AS_OP_AND && x.kind == AS_V_STACK && y.kind == AS_V_CONST && mask < 0 &&
		mask >= -4096)
		return a; /* aligning the stack: taken as aligned already */
	return as_terms_intern(t, (as_term){ .kind = AS_V_OP,
					  .op = (uint8_t)op,
					  .width = (uint8_t)width,
					  .sign = sign,
					  .a = a,
					  .b = b });
}

as_value as_terms_load(as_terms *t, as_value a, int64_t offset, unsigned width, bool sign)
{
	as_term n = t->term[a];
	uint64_t k = 0;
	if (n.kind == AS_V_CONST) {
		uint64_t at = as_extend((uint64_t)n.k + (uint64_t)offset, t->word, false);
		if (width == 16 && as_program_constant(t->program, at, 8, &k))
			return as_terms_intern(
				t, (as_term){ .kind = AS_V_BYTES, .width = 16, .k = (int64_t)at });
		if (width <= 8 && as_program_constant(t->program, at, width, &k))
			return as_terms_const(t, k, width, sign);
		a = as_terms_const(t, at, 8, false);
		offset = 0;
	} else if (n.kind == AS_V_OP && n.op == AS_OP_ADD && n.b == AS_NOT_KNOWN) {
		a = n.a;
		offset = (int64_t)((uint64_t)offset + (uint64_t)n.k);
	} else if (n.kind == AS_V_STACK) {
		a = as_terms_intern(t, (as_term){ .kind = AS_V_STACK, .k = n.k + offset });
		offset = 0;
	}
	if (a == AS_NOT_KNOWN)
		return AS_NOT_KNOWN;
	return as_terms_intern(t, (as_term){ .kind = AS_V_LOAD,
					  .width = (uint8_t)width,
					  .sign = sign,
					  .a = a,
					  .k = offset });
}
