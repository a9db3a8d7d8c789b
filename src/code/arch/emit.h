/* SPDX-License-Identifier: Apache-2.0 */
/* What lifters of sets with fixed fields share: one call for an operation with everything it may have. */
#ifndef AS_CODE_ARCH_EMIT_H
#define AS_CODE_ARCH_EMIT_H

#include "code/op.h"

enum { AS_T0 = AS_REG_TEMP, AS_T1, AS_T2, AS_T3, AS_T4, AS_T5, AS_T6 };

/* Bits hi..lo of w. Pure. */
static inline uint32_t as_bits(uint32_t w, unsigned hi, unsigned lo)
{
	return w >> lo & (uint32_t)((2ull << (hi - lo)) - 1);
}

/* The low n bits of v (1 to 64) as a signed number. Pure. */
static inline int64_t as_signed(uint64_t v, unsigned n)
{
	uint64_t top = 1ull << (n - 1);
	v &= top | (top - 1);
	return (int64_t)((v ^ top) - top);
}

/* Makes ops empty for the instruction at address at. */
static inline void as_ops_begin(as_ops *ops, uint64_t at)
{
	ops->n = 0;
	ops->full = false;
	ops->at = at;
}

/* Gives every operation of the instruction its length (bytes), which it answers. An instruction that does nothing
 * that is followed gets AS_OP_NOP. */
static inline size_t as_ops_end(as_ops *ops, size_t len)
{
	if (ops->n == 0)
		as_op_add(ops, AS_OP_NOP, 1);
	for (size_t i = 0; i < ops->n; i++)
		ops->op[i].len = (uint8_t)len;
	return len;
}

/* dst = a kind b, cut to width and sign-extended by sign. Nothing is emitted where dst is AS_REG_ZERO. */
static inline void as_emit_rrr(
	as_ops *ops, as_op_kind kind, uint8_t width, bool sign, uint8_t dst, uint8_t a, uint8_t b)
{
	if (dst == AS_REG_ZERO)
		return;
	as_op *op = as_op_add(ops, kind, width);
	op->sign = sign;
	op->dst = dst;
	op->a = a;
	op->b = b;
}

/* The same with a constant for b. */
static inline void as_emit_rri(
	as_ops *ops, as_op_kind kind, uint8_t width, bool sign, uint8_t dst, uint8_t a, int64_t imm)
{
	if (dst == AS_REG_ZERO)
		return;
	as_op *op = as_op_add(ops, kind, width);
	op->sign = sign;
	op->dst = dst;
	op->a = a;
	op->imm = imm;
}

/* flags = a compared with b, or with imm where b is AS_REG_NONE; kind says how (AS_OP_COMPARE, AS_OP_COMPARE_U). */
static inline void as_emit_compare(as_ops *ops, as_op_kind kind, uint8_t width, uint8_t flags,
	uint8_t a, uint8_t b, int64_t imm)
{
	as_op *op = as_op_add(ops, kind, width);
	op->dst = flags;
	op->a = a;
	op->b = b;
	op->imm = imm;
}

/* dst = cond(flags) ? a : b. */
static inline void as_emit_select(
	as_ops *ops, uint8_t width, uint8_t dst, as_cond cond, uint8_t flags, uint8_t a, uint8_t b)
{
	as_op *op = as_op_add(ops, AS_OP_SELECT, width);
	op->dst = dst;
	op->cond = (uint8_t)cond;
	op->c = flags;
	op->a = a;
	op->b = b;
}

/* dst = 1 if a cond b (or imm where b is AS_REG_NONE), else 0. Uses AS_REG_FLAGS and AS_T0. Comparisons of an
 * unsigned number with 0 and 1 that ask for zero are said so. */
static inline void as_emit_set(
	as_ops *ops, uint8_t width, uint8_t dst, as_cond cond, uint8_t a, uint8_t b, int64_t imm)
{
	if (dst == AS_REG_ZERO)
		return;
	if (cond == AS_BELOW && b == AS_REG_NONE && imm == 1) {
		cond = AS_EQ;
		imm = 0;
	} else if (cond == AS_BELOW && a == AS_REG_ZERO && b != AS_REG_NONE) {
		cond = AS_NE;
		a = b;
		b = AS_REG_NONE;
		imm = 0;
	}
	as_emit_compare(ops, AS_OP_COMPARE, width, AS_REG_FLAGS, a, b, imm);
	as_op_const(ops, width, AS_T0, 1);
	as_emit_select(ops, width, dst, cond, AS_REG_FLAGS, AS_T0, AS_REG_ZERO);
}

/* The value of dst, which the instruction writes, is not followed. */
static inline void as_emit_kill(as_ops *ops, uint8_t dst)
{
	if (dst != AS_REG_ZERO)
		as_op_kill(ops, dst);
}

/* Every second group of n bits of a changes places with its neighbour; mask covers the lower ones.
 * Uses AS_T0, AS_T1. */
static inline void as_emit_exchange(
	as_ops *ops, uint8_t width, uint8_t dst, uint8_t a, unsigned n, uint64_t mask)
{
	as_op_rri(ops, AS_OP_SHR, width, AS_T0, a, n);
	as_op_rri(ops, AS_OP_AND, width, AS_T0, AS_T0, (int64_t)mask);
	as_op_rri(ops, AS_OP_AND, width, AS_T1, a, (int64_t)mask);
	as_op_rri(ops, AS_OP_SHL, width, AS_T1, AS_T1, n);
	as_op_rrr(ops, AS_OP_OR, width, dst, AS_T0, AS_T1);
}

/* dst = the width bytes (2, 4 or 8) of a in the other order. Uses AS_T0 to AS_T2. */
static inline void as_emit_swap(as_ops *ops, uint8_t width, uint8_t dst, uint8_t a)
{
	as_emit_exchange(ops, width, width == 2 ? dst : AS_T2, a, 8, 0x00ff00ff00ff00ff);
	if (width == 8)
		as_emit_exchange(ops, 8, AS_T2, AS_T2, 16, 0x0000ffff0000ffff);
	if (width > 2)
		as_op_rri(ops, AS_OP_ROR, width, dst, AS_T2, width * 4);
}

/* dst = how many zeros stand above the highest one of the width bytes of a; dst may be AS_REG_ZERO. */
void as_emit_leading_zeros(as_ops *ops, uint8_t width, uint8_t dst, uint8_t a);

/* width bytes of what is not followed are stored at a + imm. */
static inline void as_emit_store_unknown(as_ops *ops, uint8_t width, uint8_t a, int64_t imm)
{
	as_op_kill(ops, AS_T6);
	as_op_store(ops, width, a, imm, AS_T6);
}

/* Control goes to target, by kind (AS_OP_JUMP, AS_OP_CALL). */
static inline void as_emit_flow(as_ops *ops, as_op_kind kind, uint8_t width, uint64_t target)
{
	as_op_add(ops, kind, width)->imm = (int64_t)target;
}

#endif
