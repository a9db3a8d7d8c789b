/* SPDX-License-Identifier: Apache-2.0 */
#include "code/loop.h"

#include "code/api.h"

enum { LOOP_OPS = 240, STEPS_BACK = 12 };

bool as_loop_has(const as_loop *l, uint32_t b)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (l->block[i] == b)
			return true;
	return false;
}

/* Whether an operation makes another byte of a byte. */
static bool transforms(const as_op *op)
{
	switch ((int)op->kind) {
	case AS_OP_XOR:
		return op->a != op->b;
	case AS_OP_NOT:
	case AS_OP_ROR:
	case AS_OP_SUB:
	case AS_OP_RSUB:
	case AS_OP_ADD:
	case AS_OP_OR:
	case AS_OP_MUL:
	case AS_OP_SHL:
	case AS_OP_SHR:
	case AS_OP_SAR:
		return true;
	default:
		return false;
	}
}

/* Whether what operation i of a block stores or compares was computed there, not only moved. */
static bool is_computed(const as_kept *k, const as_block *b, uint32_t i, uint8_t r)
{
	for (uint32_t step = 0; step < STEPS_BACK && i > 0; step++) {
		uint32_t j = i;
		while (j > 0 && k->flow.ops[b->first + j - 1].dst != r)
			j--;
		if (j == 0)
			return false;
		const as_op *op = &k->flow.ops[b->first + j - 1];
		if (transforms(op))
			return true;
		bool moves = op->kind == AS_OP_MOVE || op->kind == AS_OP_AND;
		bool looked_up = op->kind == AS_OP_LOAD && op->width == 1 && op->b != AS_REG_NONE;
		if (looked_up && step == 0) /* a table, indexed by what is a byte itself */
			return is_computed(k, b, j - 1, op->b);
		if (!moves || op->a == AS_REG_NONE)
			return false;
		r = op->a;
		i = j - 1;
	}
	return false;
}

typedef struct shape {
	uint32_t ops;
	bool reads, writes, compares, changes, calls;
} shape;

static void look_at(const as_kept *k, uint32_t block, shape *s)
{
	const as_block *b = &k->flow.blocks[block];
	s->ops += b->n;
	for (uint32_t i = 0; i < b->n; i++) {
		const as_op *op = &k->flow.ops[b->first + i];
		bool x = (op->kind == AS_OP_XOR && op->a != op->b) || op->kind == AS_OP_NOT ||
			 op->kind == AS_OP_ROR;
		s->reads = s->reads || (op->kind == AS_OP_LOAD && op->width == 1);
		s->changes = s->changes || x;
		s->compares =
			s->compares || op->kind == AS_OP_COMPARE || op->kind == AS_OP_BRANCH_IF;
		s->calls = s->calls || op->kind == AS_OP_CALL || op->kind == AS_OP_CALL_TO ||
			   op->kind == AS_OP_SYSCALL;
		if (op->kind == AS_OP_STORE && op->width == 1 && op->c < AS_N_REGS &&
			is_computed(k, b, i, op->c))
			s->writes = true;
	}
}

/* Calls in a loop that only ask for a length. */
static bool only_measures(const as_kept *k, const as_loop *l)
{
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		const as_call *c = &k->values.calls[i];
		if (as_loop_has(l, c->block) &&
			!as_is(as_api_name(k->values.flow->program, c->goal), "strlen"))
			return false;
	}
	return true;
}

static bool is_decoder(const as_kept *k, const as_loop *l)
{
	shape s = { 0 };
	for (uint32_t i = 0; i < l->n; i++)
		look_at(k, l->block[i], &s);
	return s.ops <= LOOP_OPS && s.reads && (s.writes || (s.compares && s.changes)) &&
	       (!s.calls || only_measures(k, l));
}

/* The blocks from which a jump back to head can be reached without passing it. False: too many. */
static bool collect(const as_kept *k, uint32_t head, as_loop *l)
{
	const as_flow *f = &k->flow;
	*l = (as_loop){ .block = { head }, .n = 1 };
	for (uint32_t i = 0; i < l->n; i++) {
		const as_block *b = &f->blocks[l->block[i]];
		for (uint32_t j = 0; j < b->n_preds; j++) {
			uint32_t p = f->preds[b->preds + j];
			bool back = l->block[i] != head || p >= head;
			if (!back || !as_dominates(&k->dominators, head, p) || as_loop_has(l, p))
				continue;
			if (l->n == AS_LOOP_BLOCKS)
				return false;
			l->block[l->n++] = p;
		}
	}
	return true;
}

static bool is_head(const as_kept *k, uint32_t b)
{
	const as_block *block = &k->flow.blocks[b];
	for (uint32_t j = 0; j < block->n_preds; j++)
		if (k->flow.preds[block->preds + j] >= b)
			return true;
	return false;
}

/* Vectors of constants that are combined and stored: a loop that the compiler has unrolled. */
static bool is_unrolled(const as_kept *k, const as_block *b)
{
	bool combined = false;
	for (uint32_t i = 0; i < b->n; i++) {
		const as_op *op = &k->flow.ops[b->first + i];
		bool vector = op->dst >= AS_REG_VECTOR && op->dst < AS_REG_FLAGS && op->width >= 8;
		if (vector && ((op->kind == AS_OP_XOR && op->a != op->b) || op->kind == AS_OP_NOT))
			combined = true;
		if (combined && op->kind == AS_OP_STORE && op->width >= 8)
			return true;
	}
	return false;
}

size_t as_loops_of(const as_kept *k, as_loop *out)
{
	size_t n = 0;
	for (uint32_t b = 0; b < k->flow.n_blocks && n < AS_LOOPS_MAX; b++) {
		as_loop *l = &out[n];
		if (is_head(k, b) && collect(k, b, l) && l->n > 0 && is_decoder(k, l))
			n++;
		else if (is_unrolled(k, &k->flow.blocks[b]))
			out[n++] = (as_loop){ .block = { b }, .n = 1, .unrolled = true };
	}
	return n;
}
