/* SPDX-License-Identifier: Apache-2.0 */
/* x86, 64 and 32 bits: x86_decode.c takes instructions apart, x86_valid.c knows which there are, x86_one.c,
 * x86_more.c, x86_two.c and x86_vector.c say what they do. Not followed: mmx, x87 and mask registers, vectors
 * beyond their lowest 16 bytes, thread-local memory (fs, gs), the direction flag (string instructions go
 * upwards). A write of 8 or 16 bits clears the bits
 * above, but for constants and their logic, which compilers apply to parts of registers; one of ah, ch, dh or bh
 * makes the register unknown. */
#include "code/arch/x86.h"

#include <string.h>

static bool is_high(const as_x86 *x, uint8_t r, uint8_t width)
{
	return width == 1 && !x->rex && r >= 4 && r < 8;
}

uint8_t as_x86_reg(as_x86 *x, uint8_t r, uint8_t width, uint8_t temp)
{
	if (!is_high(x, r, width))
		return r;
	as_op_rri(x->ops, AS_OP_SHR, 2, temp, r - 4, 8);
	return temp;
}

/* An operation on memory at the address of E. */
static as_op *addressed(as_x86 *x, as_op_kind kind, uint8_t width, int64_t by)
{
	uint8_t a = x->base, b = x->index;
	int64_t disp = x->disp + (x->relative ? (int64_t)x->next : 0);
	if (x->unknown) {
		as_op_kill(x->ops, AS_X86_ADDRESS);
		a = AS_X86_ADDRESS;
		b = AS_REG_NONE;
	} else if (x->wide && x->addr_odd) {
		as_op_const(x->ops, 4, AS_X86_ADDRESS, (uint64_t)disp);
		if (a != AS_REG_NONE)
			as_op_rrr(x->ops, AS_OP_ADD, 4, AS_X86_ADDRESS, AS_X86_ADDRESS, a);
		if (b != AS_REG_NONE) {
			as_op_rrr(x->ops, AS_OP_ADD, 4, AS_X86_ADDRESS, AS_X86_ADDRESS, b);
			x->ops->op[x->ops->n - 1].shift = x->scale;
		}
		a = AS_X86_ADDRESS;
		b = AS_REG_NONE;
		disp = 0;
	}
	as_op *op = as_op_add(x->ops, kind, width);
	op->a = a;
	op->b = b;
	op->shift = b == AS_REG_NONE ? 0 : x->scale;
	op->imm = disp + by;
	return op;
}

void as_x86_load(as_x86 *x, uint8_t width, uint8_t dst, int64_t by)
{
	addressed(x, AS_OP_LOAD, width, by)->dst = dst;
}

void as_x86_store(as_x86 *x, uint8_t width, uint8_t value, int64_t by)
{
	addressed(x, AS_OP_STORE, width, by)->c = value;
}

void as_x86_store_unknown(as_x86 *x, uint8_t width)
{
	as_op_kill(x->ops, AS_X86_W);
	as_x86_store(x, width, AS_X86_W, 0);
}

uint8_t as_x86_get(as_x86 *x, uint8_t width)
{
	if (!x->memory)
		return as_x86_reg(x, x->rm, width, AS_X86_E);
	as_x86_load(x, width, AS_X86_E, 0);
	return AS_X86_E;
}

uint8_t as_x86_place(as_x86 *x, uint8_t width)
{
	return x->memory || is_high(x, x->rm, width) ? AS_X86_E : x->rm;
}

void as_x86_put_reg(as_x86 *x, uint8_t r, uint8_t width, uint8_t value)
{
	if (is_high(x, r, width))
		as_op_kill(x->ops, r - 4);
	else if (r != value)
		as_op_move(x->ops, width, r, value);
}

void as_x86_put(as_x86 *x, uint8_t width, uint8_t r)
{
	if (x->memory)
		as_x86_store(x, width, r, 0);
	else
		as_x86_put_reg(x, x->rm, width, r);
}

void as_x86_push(as_x86 *x, uint8_t width, uint8_t r)
{
	as_op_store(x->ops, width, AS_X86_SP, -(int64_t)width, r);
	as_op_rri(x->ops, AS_OP_SUB, x->word, AS_X86_SP, AS_X86_SP, width);
}

void as_x86_pop(as_x86 *x, uint8_t width, uint8_t r)
{
	as_op_load(x->ops, width, r, AS_X86_SP, 0);
	if (r != AS_X86_SP)
		as_op_rri(x->ops, AS_OP_ADD, x->word, AS_X86_SP, AS_X86_SP, width);
}

void as_x86_result(as_x86 *x, uint8_t width, uint8_t r)
{
	as_op_rri(x->ops, AS_OP_RESULT, width, AS_REG_FLAGS, r, 0);
}

void as_x86_no_flags(as_x86 *x) { as_op_kill(x->ops, AS_REG_FLAGS); }

void as_x86_select(as_x86 *x, uint8_t width, as_cond cond, uint8_t dst, uint8_t a, uint8_t b)
{
	as_op *op = as_op_add(x->ops, AS_OP_SELECT, width);
	op->dst = dst;
	op->a = a;
	op->b = b;
	op->c = AS_REG_FLAGS;
	op->cond = (uint8_t)cond;
}

as_cond as_x86_cond(uint8_t op)
{
	static const uint8_t conds[] = { AS_COND_OTHER, AS_COND_OTHER, AS_BELOW, AS_ABOVE_EQ, AS_EQ,
		AS_NE, AS_BELOW_EQ, AS_ABOVE, AS_NEGATIVE, AS_POSITIVE, AS_COND_OTHER,
		AS_COND_OTHER, AS_LT, AS_GE, AS_LE, AS_GT };
	return conds[op & 15];
}

/* Where a relative branch goes to. */
static uint64_t target(const as_x86 *x)
{
	uint64_t to = x->next + (uint64_t)x->imm;
	return x->wide ? to : to & (x->data16 ? 0xffff : UINT32_MAX);
}

void as_x86_branch(as_x86 *x, as_cond cond)
{
	as_op *op = as_op_add(x->ops, AS_OP_BRANCH, x->word);
	op->a = AS_REG_FLAGS;
	op->cond = (uint8_t)cond;
	op->imm = (int64_t)target(x);
}

void as_x86_go(as_x86 *x, as_op_kind kind)
{
	as_op_add(x->ops, kind, x->word)->imm = (int64_t)target(x);
}

void as_x86_kill_several(as_x86 *x, uint32_t set)
{
	for (uint8_t r = 0; set; r++, set >>= 1)
		if (set & 1)
			as_op_kill(x->ops, r);
}

/* dst = the groups of bits that mask shows, exchanged with those beside them. */
static void exchange(as_x86 *x, uint8_t width, uint8_t dst, uint8_t a, uint64_t mask, int64_t by)
{
	as_op_rri(x->ops, AS_OP_SHR, width, AS_X86_T, a, by);
	as_op_rri(x->ops, AS_OP_AND, width, AS_X86_T, AS_X86_T, (int64_t)mask);
	as_op_rri(x->ops, AS_OP_AND, width, AS_X86_U, a, (int64_t)mask);
	as_op_rri(x->ops, AS_OP_SHL, width, AS_X86_U, AS_X86_U, by);
	as_op_rrr(x->ops, AS_OP_OR, width, dst, AS_X86_T, AS_X86_U);
}

void as_x86_bswap(as_x86 *x, uint8_t width, uint8_t dst, uint8_t a)
{
	if (width == 2) {
		as_op_rri(x->ops, AS_OP_ROR, 2, dst, a, 8);
		return;
	}
	exchange(x, width, dst, a, width == 8 ? 0x00ff00ff00ff00ff : 0x00ff00ff, 8);
	if (width == 8)
		exchange(x, width, dst, dst, 0x0000ffff0000ffff, 16);
	as_op_rri(x->ops, AS_OP_ROR, width, dst, dst, width * 4);
}

static size_t lift(as_span code, uint64_t at, as_ops *ops, bool wide)
{
	as_x86 x = { .ops = ops, .at = at, .wide = wide, .word = wide ? 8 : 4 };
	x.base = x.index = AS_REG_NONE;
	x.n = (uint8_t)as_min(code.n, 15);
	if (x.n > 0)
		memcpy(x.code, code.p, x.n);
	ops->n = 0;
	ops->full = false;
	ops->at = at;
	if (!as_x86_decode(&x))
		return 0;
	if (x.kind == AS_X86_LEGACY && x.map == 0)
		as_x86_lift_one(&x);
	else if (x.kind != AS_X86_LEGACY || x.map != 1 || !as_x86_lift_two(&x))
		as_x86_lift_vector(&x);
	for (size_t i = 0; i < ops->n; i++)
		ops->op[i].len = x.pos;
	return x.pos;
}

static size_t lift_64(as_mode *m, as_span code, uint64_t at, as_ops *ops)
{
	(void)m;
	return lift(code, at, ops, true);
}

static size_t lift_32(as_mode *m, as_span code, uint64_t at, as_ops *ops)
{
	(void)m;
	return lift(code, at, ops, false);
}

enum { R8 = 8, R9, R12 = 12, R13, R14, R15 };

const as_arch as_arch_x86_64 = {
	.id = "x86_64",
	.word = 8,
	.step = 1,
	.sp = AS_X86_SP,
	.link = AS_REG_NONE,
	.result = AS_X86_AX,
	.n_args = 6,
	.args = { AS_X86_DI, AS_X86_SI, AS_X86_DX, AS_X86_CX, R8, R9 },
	.stack_args = 0,
	.number = AS_X86_AX,
	.kept = 1u << AS_X86_BX | 1u << AS_X86_SP | 1u << AS_X86_BP | 1u << R12 | 1u << R13 |
		1u << R14 | 1u << R15,
	.lift = lift_64,
};

const as_arch as_arch_i386 = {
	.id = "i386",
	.word = 4,
	.step = 1,
	.sp = AS_X86_SP,
	.link = AS_REG_NONE,
	.result = AS_X86_AX,
	.n_args = 0,
	.stack_args = 0,
	.number = AS_X86_AX,
	.kept = 1u << AS_X86_BX | 1u << AS_X86_SP | 1u << AS_X86_BP | 1u << AS_X86_SI |
		1u << AS_X86_DI,
	.lift = lift_32,
};
