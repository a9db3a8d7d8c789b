/* SPDX-License-Identifier: Apache-2.0 */
/* A64, the instructions of 64-bit ARM: words of 32 bits, always little-endian. Bits 25..28 divide them: immediates,
 * branches and system, memory, registers, vectors. What of SVE there is only kills registers.
 * Arm Architecture Reference Manual for A-profile, DDI 0487, C4. */
#include "base/cur.h"
#include "code/arch/aarch64.h"

enum { X0 = 0, X17 = 17, X30 = 30, V0 = AS_REG_VECTOR };

static uint64_t relative(const as_insn *i, unsigned at, unsigned n)
{
	return i->at + (uint64_t)as_arm_signed(as_arm_bits(i->w, at, n), n) * 4;
}

static as_op *go(const as_insn *i, as_op_kind kind, uint64_t to)
{
	as_op *op = as_op_add(i->o, kind, 8);
	op->imm = (int64_t)to;
	return op;
}

static bool branch_cond(const as_insn *i)
{
	if (i->w >> 24 & 1 || i->w >> 4 & 1)
		return false;
	if (as_arm_bits(i->w, 1, 3) == 7) {
		go(i, AS_OP_JUMP, relative(i, 5, 19));
		return true;
	}
	as_op *op = go(i, AS_OP_BRANCH, relative(i, 5, 19));
	op->a = AS_REG_FLAGS;
	op->cond = (uint8_t)as_arm_cond(i->m, as_arm_bits(i->w, 0, 4));
	return true;
}

/* cbz, cbnz, tbz, tbnz */
static bool branch_if(const as_insn *i)
{
	bool wide = i->w >> 31, bit = i->w >> 25 & 1;
	uint8_t rt = as_a64_x(i, 0);
	uint64_t to = relative(i, 5, bit ? 14 : 19);
	if (bit) {
		unsigned n = as_arm_bits(i->w, 19, 5) | (wide ? 32u : 0u);
		as_op_rri(i->o, AS_OP_AND, 8, T0, rt, (int64_t)(1ull << n));
	}
	as_op *op = go(i, AS_OP_BRANCH_IF, to);
	op->width = bit || wide ? 8 : 4;
	op->a = bit ? T0 : rt;
	op->b = AS_REG_ZERO;
	op->cond = i->w >> 24 & 1 ? AS_NE : AS_EQ;
	return true;
}

/* br, blr, ret, eret, and their forms with pointer authentication. */
static bool branch_register(const as_insn *i)
{
	uint32_t opc = as_arm_bits(i->w, 21, 4), op3 = as_arm_bits(i->w, 10, 6), op4 = i->w & 31;
	uint32_t rn = as_arm_bits(i->w, 5, 5);
	bool plain = op3 == 0 && op4 == 0, keyed = op3 == 2 || op3 == 3;
	if (as_arm_bits(i->w, 16, 5) != 31)
		return false;
	if (opc == 0 || opc == 1 || opc == 8 || opc == 9) {
		if (opc < 2 ? !plain && !(keyed && op4 == 31) : !keyed)
			return false;
		as_op_add(i->o, opc & 1 ? AS_OP_CALL_TO : AS_OP_JUMP_TO, 8)->a = as_a64_x(i, 5);
		return true;
	}
	bool returns = opc == 2 && (plain || (keyed && op4 == 31 && rn == 31));
	bool system = opc == 4 && rn == 31 && (plain || (keyed && op4 == 31));
	bool debug = opc == 5 && plain && rn == 31;
	as_op_add(i->o, AS_OP_RETURN, 8);
	return returns || system || debug;
}

/* svc, hvc, smc, brk, hlt, dcps */
static bool exception(const as_insn *i)
{
	uint32_t kind = as_arm_bits(i->w, 21, 3) << 5 | (i->w & 31);
	if (kind == 1) {
		go(i, AS_OP_SYSCALL, as_arm_bits(i->w, 5, 16));
		as_op_kill(i->o, X0);
	} else if (kind == 2 || kind == 3) { /* may change what the calling convention says */
		for (unsigned r = X0; r <= X17; r++)
			as_op_kill(i->o, (uint8_t)r);
	} else if (kind == 0x20 || kind == 0x40 || (kind >= 0xa1 && kind <= 0xa3)) {
		as_op_add(i->o, AS_OP_TRAP, 8);
	} else {
		return false;
	}
	return true;
}

static bool privileged(const as_insn *i)
{
	uint32_t op0 = as_arm_bits(i->w, 19, 2), op1 = as_arm_bits(i->w, 16, 3), rt = i->w & 31;
	uint32_t crn = as_arm_bits(i->w, 12, 4), crm = as_arm_bits(i->w, 8, 4),
		 op2 = as_arm_bits(i->w, 5, 3);
	bool reads = i->w >> 21 & 1;
	if (i->w >> 22 & 3)
		return false;
	if (op0 == 0 && reads)
		return false;
	if (op0 == 0 && crn == 4) {
		bool flags = op1 == 0 && op2 < 3;
		if (rt != 31)
			return false;
		if (flags)
			as_arm_lose_flags(i);
		return true;
	}
	if (op0 == 0) {
		bool wait = crn == 1 && op1 == 3 && crm == 0 && op2 < 2;
		bool barrier = crn == 3 && op1 == 3 && op2 != 3 && (op2 || crm == 2) && rt == 31;
		return (crn == 2 && op1 == 3 && rt == 31) || wait || (barrier && op2) ||
		       (barrier && crm == 2);
	}
	if (reads)
		as_op_kill(i->o, as_a64_x(i, 0));
	else if (op0 == 3 && op1 == 3 && crn == 4 && crm == 2 && op2 == 0) /* nzcv */
		as_arm_lose_flags(i);
	return true;
}

static bool branches(const as_insn *i)
{
	uint32_t top = as_arm_bits(i->w, 29, 3);
	if (top == 0 || top == 4) {
		uint64_t to = relative(i, 0, 26);
		go(i, top ? AS_OP_CALL : AS_OP_JUMP, to);
		return true;
	}
	if (top == 1 || top == 5)
		return branch_if(i);
	if (top == 2)
		return as_arm_bits(i->w, 25, 1) == 0 && branch_cond(i);
	if (top != 6)
		return false;
	if (as_arm_bits(i->w, 24, 2) == 0)
		return exception(i);
	if (as_arm_bits(i->w, 24, 2) == 1)
		return privileged(i);
	return branch_register(i);
}

/* The scalable vectors: whichever kind the destination is, it is not known any more. */
static bool scalable(const as_insn *i)
{
	if (i->w >> 31 && as_arm_bits(i->w, 29, 2) == 3) /* stores */
		return true;
	as_op_kill(i->o, as_a64_x(i, 0));
	as_op_kill(i->o, as_a64_v(i, 0));
	as_arm_lose_flags(i);
	return true;
}

static bool reserved(const as_insn *i)
{
	as_op_add(i->o, AS_OP_TRAP, 8)->imm = i->w;
	return i->w <= 0xffff; /* udf */
}

static bool unallocated(const as_insn *i)
{
	(void)i;
	return false;
}

static size_t lift(as_mode *m, as_span code, uint64_t at, as_ops *ops)
{
	static bool (*const classes[16])(const as_insn *) = { reserved, unallocated, scalable,
		unallocated, as_a64_memory, as_a64_register, as_a64_memory, as_a64_simd,
		as_a64_immediate, as_a64_immediate, branches, branches, as_a64_memory,
		as_a64_register, as_a64_memory, as_a64_simd };
	as_cur c = as_cur_le(code, 0);
	as_insn i = { .m = m, .o = ops, .at = at, .w = as_u32(&c), .cc = 14 };
	ops->n = 0;
	ops->full = false;
	ops->at = at;
	if (!as_ok(&c) || !classes[as_arm_bits(i.w, 25, 4)](&i)) {
		ops->n = 0;
		return 0;
	}
	for (size_t n = 0; n < ops->n; n++)
		ops->op[n].len = 4;
	return 4;
}

const as_arch as_arch_aarch64 = {
	.id = "aarch64",
	.word = 8,
	.step = 4,
	.sp = 31,
	.link = X30,
	.result = X0,
	.n_args = 8,
	.args = { 0, 1, 2, 3, 4, 5, 6, 7 },
	.stack_args = 0,
	.number = 8,
	.kept = 0xbff80000, /* x19 to x29, sp */
	.lift = lift,
};
