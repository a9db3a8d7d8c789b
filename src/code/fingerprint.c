/* SPDX-License-Identifier: Apache-2.0 */
#include "code/fingerprint.h"

#include "base/map.h"
#include "code/api.h"

/* What an operation counts as. A number stays with its meaning for ever and is never given to another, whatever
 * becomes of op.h: marks of users and records of libraries rest on it. 0: it does not count, as what only fills
 * space or is not followed. */
static const uint8_t kinds[AS_N_OP_KINDS] = { [AS_OP_NOP] = 0,
	[AS_OP_KILL] = 0,
	[AS_OP_PACKED] = 0,
	[AS_OP_MOVE] = 1,
	[AS_OP_ADD] = 2,
	[AS_OP_SUB] = 3,
	[AS_OP_RSUB] = 4,
	[AS_OP_MUL] = 5,
	[AS_OP_MULHU] = 6,
	[AS_OP_MULHS] = 7,
	[AS_OP_DIVU] = 8,
	[AS_OP_DIVS] = 9,
	[AS_OP_REMU] = 10,
	[AS_OP_REMS] = 11,
	[AS_OP_AND] = 12,
	[AS_OP_OR] = 13,
	[AS_OP_XOR] = 14,
	[AS_OP_SHL] = 15,
	[AS_OP_SHR] = 16,
	[AS_OP_SAR] = 17,
	[AS_OP_ROR] = 18,
	[AS_OP_ZEROS] = 19,
	[AS_OP_NOT] = 20,
	[AS_OP_LOAD] = 21,
	[AS_OP_STORE] = 22,
	[AS_OP_FILL] = 23,
	[AS_OP_COPY] = 24,
	[AS_OP_COMPARE] = 25,
	[AS_OP_COMPARE_U] = 26,
	[AS_OP_TEST] = 27,
	[AS_OP_RESULT] = 28,
	[AS_OP_SUM] = 29,
	[AS_OP_SELECT] = 30,
	[AS_OP_BRANCH] = 31,
	[AS_OP_BRANCH_IF] = 32,
	[AS_OP_JUMP] = 33,
	[AS_OP_JUMP_TO] = 34,
	[AS_OP_CALL] = 35,
	[AS_OP_CALL_TO] = 36,
	[AS_OP_RETURN] = 37,
	[AS_OP_SYSCALL] = 38,
	[AS_OP_TRAP] = 39 };

static const uint8_t conds[] = { [AS_ALWAYS] = 0,
	[AS_EQ] = 1,
	[AS_NE] = 2,
	[AS_LT] = 3,
	[AS_LE] = 4,
	[AS_GT] = 5,
	[AS_GE] = 6,
	[AS_BELOW] = 7,
	[AS_BELOW_EQ] = 8,
	[AS_ABOVE] = 9,
	[AS_ABOVE_EQ] = 10,
	[AS_NEGATIVE] = 11,
	[AS_POSITIVE] = 12,
	[AS_COND_OTHER] = 13 };

uint8_t as_fingerprint_kind(as_op_kind kind) { return kind < AS_N_OP_KINDS ? kinds[kind] : 0; }

/* The library function that a call arrives at. A function of the program's own counts as a call alone: whether the
 * program has symbols must not matter. */
static as_span callee(const as_program *p, const as_call *c)
{
	const as_api *api = c->api;
	if (api)
		return as_lit(api->name);
	size_t i = c->system ? SIZE_MAX : as_program_import(p, c->goal);
	return i != SIZE_MAX ? p->imports[i] : (as_span){ 0 };
}

uint64_t as_fingerprint_of(const as_program *p, const as_kept *k)
{
	uint64_t h = 0;
	for (uint32_t i = 0; i < k->flow.n_blocks; i++)
		for (uint32_t j = 0; j < k->flow.blocks[i].n; j++) {
			const as_op *op = &k->flow.ops[k->flow.blocks[i].first + j];
			const uint8_t word[4] = { as_fingerprint_kind((as_op_kind)op->kind),
				op->width, op->cond <= AS_COND_OTHER ? conds[op->cond] : 0,
				op->shift };
			if (word[0])
				h = as_hash64(h, as_bytes(word, sizeof(word)));
		}
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		as_span name = callee(p, &k->values.calls[i]);
		if (name.n > 0) /* the hash of nothing would undo what came before */
			h = as_hash64(h, name);
	}
	return h;
}
