/* SPDX-License-Identifier: Apache-2.0 */
/* PowerPC, 32 and 64 bits, both byte orders. Comparisons set one of eight condition fields, signed or unsigned, and
 * branches ask a bit of them; the link and count registers are special registers. A conditional return or jump is one
 * operation with its condition and the field that it asks. Encodings: Power ISA, book I.
 * Not lifted: VLE. AltiVec's registers and what floating point computes are not followed. */
#include "code/arch/powerpc.h"

#include "base/cur.h"

as_cond as_ppc_cond(uint32_t n, bool set)
{
	static const uint8_t conds[2][4] = { { AS_GE, AS_LE, AS_NE, AS_COND_OTHER },
		{ AS_LT, AS_GT, AS_EQ, AS_COND_OTHER } };
	return conds[set][n & 3];
}

void as_ppc_record(const as_ppc *l, uint8_t dst)
{
	if (l->w & 1)
		as_emit_compare(l->ops, AS_OP_COMPARE, l->word, PPC_CR0, dst, AS_REG_NONE, 0);
}

/* What a conditional branch asks. */
typedef struct asked {
	uint8_t cond, flags; /* AS_ALWAYS: nothing */
	bool count;          /* asks only whether the count register is (or is not) 0 */
} asked;

/* The operations before a conditional branch, and its condition: BO says whether the count register is decremented,
 * and what is asked of it and of the bit BI. */
static asked ask(const as_ppc *l)
{
	uint32_t bo = l->w >> 21 & 31, bi = l->w >> 16 & 31;
	bool bit = !(bo & 0x10), count = !(bo & 4);
	asked q = { AS_ALWAYS, AS_REG_NONE, false };
	if (count)
		as_op_rri(l->ops, AS_OP_SUB, l->word, PPC_CTR, PPC_CTR, 1);
	if (bit && count) { /* both: decided, but not followed */
		as_op_kill(l->ops, AS_REG_FLAGS);
		q = (asked){ AS_COND_OTHER, AS_REG_FLAGS, false };
	} else if (bit)
		q = (asked){ (uint8_t)as_ppc_cond(bi, bo & 8), ppc_cr(bi >> 2), false };
	else if (count)
		q = (asked){ bo & 2 ? AS_EQ : AS_NE, AS_REG_FLAGS, true };
	return q;
}

/* A call that is always done, or under a condition; of what follows it is how code learns its address. */
static void emit_call(const as_ppc *l, const asked *q, uint64_t to)
{
	if (to == ppc_address(l, l->at + 4)) {
		as_op_const(l->ops, l->word, PPC_LR, to);
		return;
	}
	as_op *op = as_op_add(l->ops, AS_OP_CALL, l->word);
	op->cond = q->cond;
	op->c = q->flags;
	op->imm = (int64_t)to;
}

/* Where the condition is of the count register but not of the operation that is a branch: flags of it. */
static void count_to_flags(const as_ppc *l, const asked *q)
{
	if (q->count)
		as_emit_compare(
			l->ops, AS_OP_COMPARE, l->word, AS_REG_FLAGS, PPC_CTR, AS_REG_NONE, 0);
}

/* bc */
static bool branch_conditional(const as_ppc *l)
{
	uint64_t from = l->w & 2 ? 0 : l->at;
	uint64_t to = ppc_address(l, from + (uint64_t)as_signed(l->w & 0xfffc, 16));
	asked q = ask(l);
	if (l->w & 1) {
		count_to_flags(l, &q);
		emit_call(l, &q, to);
		return true;
	}
	if (q.cond == AS_ALWAYS) {
		as_emit_flow(l->ops, AS_OP_JUMP, l->word, to);
		return true;
	}
	as_op *op = as_op_add(l->ops, q.count ? AS_OP_BRANCH_IF : AS_OP_BRANCH, l->word);
	op->cond = q.cond;
	op->a = q.count ? PPC_CTR : q.flags;
	op->b = q.count ? AS_REG_ZERO : AS_REG_NONE;
	op->imm = (int64_t)to;
	return true;
}

/* b, bl */
static bool branch(const as_ppc *l)
{
	static const asked always = { AS_ALWAYS, AS_REG_NONE, false };
	uint64_t from = l->w & 2 ? 0 : l->at;
	uint64_t to = ppc_address(l, from + (uint64_t)as_signed(l->w & 0x3fffffc, 26));
	if (l->w & 1)
		emit_call(l, &always, to);
	else
		as_emit_flow(l->ops, AS_OP_JUMP, l->word, to);
	return true;
}

/* bclr, bcctr, bctar: to the address in reg. */
static bool branch_to(const as_ppc *l, uint8_t reg)
{
	if (l->w & 0xe000)
		return false;
	asked q = ask(l);
	count_to_flags(l, &q);
	as_op_kind kind = reg == PPC_LR ? AS_OP_RETURN : AS_OP_JUMP_TO;
	if (l->w & 1)
		kind = AS_OP_CALL_TO;
	as_op *op = as_op_add(l->ops, kind, l->word);
	op->a = kind == AS_OP_RETURN ? AS_REG_NONE : reg;
	op->cond = q.cond;
	op->c = q.flags;
	return true;
}

/* Opcode 19: branches to registers, operations on condition bits, returns from interrupts. */
static bool opcode19(const as_ppc *l)
{
	uint32_t x = l->w >> 1 & 0x3ff;
	if ((x & 31) == 2) { /* addpcis */
		uint64_t d = (l->w >> 6 & 0x3ff) << 6 | (l->w >> 16 & 31) << 1 | (l->w & 1);
		as_op_const(l->ops, l->word, ppc_d(l),
			ppc_address(l, l->at + 4 + (uint64_t)as_signed(d << 16, 32)));
		return true;
	}
	switch (x) {
	case 16:
		return branch_to(l, PPC_LR);
	case 528:
		return branch_to(l, PPC_CTR);
	case 560:
		as_op_kill(l->ops, AS_T0);
		return branch_to(l, AS_T0);
	case 0: /* mcrf */
		as_ppc_copy_field(l, ppc_cr(l->w >> 23), ppc_cr(l->w >> 18));
		return !(l->w & 0x63f801);
	case 18:
	case 38:
	case 50: /* rfid, rfi and its like */
	case 51:
	case 39:
	case 82:
	case 146:
	case 274:
		as_op_add(l->ops, AS_OP_RETURN, l->word);
		return true;
	case 33: /* operations on bits of the condition register */
	case 129:
	case 193:
	case 225:
	case 257:
	case 289:
	case 417:
	case 449:
		as_op_kill(l->ops, ppc_cr(l->w >> 23));
		return !(l->w & 1);
	case 150: /* isync */
	case 198: /* dnh */
	case 370: /* stop, doze and their like */
	case 402:
	case 434:
	case 466:
	case 498:
		return true;
	default:
		return false;
	}
}

/* addi and addis: with register 0 a constant. */
static bool add_imm(const as_ppc *l)
{
	int64_t imm = ppc_imm(l);
	uint8_t a = ppc_a0(l);
	if (l->w >> 26 & 1)
		imm = as_signed((uint64_t)(l->w & 0xffff) << 16, 32);
	if (a == AS_REG_ZERO)
		as_op_const(l->ops, l->word, ppc_d(l), (uint64_t)imm);
	else
		as_op_rri(l->ops, imm ? AS_OP_ADD : AS_OP_MOVE, l->word, ppc_d(l), a, imm);
	return true;
}

/* mulli; subfic, addic and addic., which set the carry. */
static bool arithmetic_imm(const as_ppc *l)
{
	as_ops *o = l->ops;
	uint32_t op = l->w >> 26;
	uint8_t d = ppc_d(l), a = ppc_a(l);
	if (op == 7) {
		as_op_rri(o, AS_OP_MUL, l->word, d, a, ppc_imm(l));
	} else if (op == 8) {
		as_op_const(o, l->word, AS_T0, (uint64_t)ppc_imm(l));
		as_ppc_carry_if(l, PPC_XER, AS_T0, AS_ABOVE_EQ, a);
		as_op_rri(o, AS_OP_RSUB, l->word, d, a, ppc_imm(l));
	} else {
		as_op_rri(o, AS_OP_ADD, l->word, AS_T0, a, ppc_imm(l));
		as_ppc_carry_if(l, PPC_XER, AS_T0, AS_BELOW, a);
		as_op_move(o, l->word, d, AS_T0);
	}
	if (op == 13)
		as_emit_compare(o, AS_OP_COMPARE, l->word, PPC_CR0, d, AS_REG_NONE, 0);
	return true;
}

/* cmpi, cmpli */
static bool compare_imm(const as_ppc *l)
{
	bool sign = l->w >> 26 == 11, twice = l->w >> 21 & 1;
	if ((twice && !l->wide) || l->w >> 22 & 1)
		return false;
	as_emit_compare(l->ops, sign ? AS_OP_COMPARE : AS_OP_COMPARE_U, twice ? 8 : 4,
		ppc_cr(l->w >> 23), ppc_a(l), AS_REG_NONE,
		sign ? ppc_imm(l) : (int64_t)(l->w & 0xffff));
	return true;
}

/* ori, oris, xori, xoris, andi., andis. The two that and set field 0. */
static bool logic_imm(const as_ppc *l)
{
	static const uint8_t kinds[3] = { AS_OP_OR, AS_OP_XOR, AS_OP_AND };
	uint32_t op = l->w >> 26;
	int64_t imm = (int64_t)((uint64_t)(l->w & 0xffff) << (op & 1 ? 16 : 0));
	as_op_kind kind = kinds[(op - 24) / 2];
	if (imm == 0 && kind != AS_OP_AND) {
		if (ppc_d(l) != ppc_a(l))
			as_op_move(l->ops, l->word, ppc_a(l), ppc_d(l));
		return true;
	}
	if (kind == AS_OP_AND) {
		as_op *test = as_op_add(l->ops, AS_OP_TEST, l->word);
		test->dst = PPC_CR0;
		test->a = ppc_d(l);
		test->imm = imm;
	}
	as_op_rri(l->ops, kind, l->word, ppc_a(l), ppc_d(l), imm);
	return true;
}

/* twi, tdi: those that always happen end the program, others go on. */
static bool trap(const as_ppc *l)
{
	if (ppc_d(l) == 31)
		as_op_add(l->ops, AS_OP_TRAP, 1);
	return l->w >> 26 == 3 || l->wide;
}

/* sc, scv */
static bool system_call(const as_ppc *l)
{
	as_op_add(l->ops, AS_OP_SYSCALL, 1)->imm = l->w >> 5 & 0x7f;
	return (l->w & 3) == 2 || (l->w & 3) == 1;
}

/* Multiply and add of 64 bits (POWER9): maddld is exact. */
static bool opcode4(const as_ppc *l)
{
	uint32_t x = l->w & 63;
	if (!l->wide || (x != 48 && x != 49 && x != 51))
		return as_ppc_altivec(l);
	if (x == 51) {
		as_op_rrr(l->ops, AS_OP_MUL, 8, AS_T0, ppc_a(l), ppc_b(l));
		as_op_rrr(l->ops, AS_OP_ADD, 8, ppc_d(l), AS_T0, (uint8_t)(l->w >> 6 & 31));
	} else
		as_op_kill(l->ops, ppc_d(l));
	return true;
}

static bool (*const rows[64])(const as_ppc *) = { [2] = trap,
	[3] = trap,
	[4] = opcode4,
	[6] = as_ppc_memory64,
	[7] = arithmetic_imm,
	[8] = arithmetic_imm,
	[10] = compare_imm,
	[11] = compare_imm,
	[12] = arithmetic_imm,
	[13] = arithmetic_imm,
	[14] = add_imm,
	[15] = add_imm,
	[16] = branch_conditional,
	[17] = system_call,
	[18] = branch,
	[19] = opcode19,
	[20] = as_ppc_rotate,
	[21] = as_ppc_rotate,
	[23] = as_ppc_rotate,
	[24] = logic_imm,
	[25] = logic_imm,
	[26] = logic_imm,
	[27] = logic_imm,
	[28] = logic_imm,
	[29] = logic_imm,
	[30] = as_ppc_rotate64,
	[31] = as_ppc_x,
	[32] = as_ppc_memory,
	[33] = as_ppc_memory,
	[34] = as_ppc_memory,
	[35] = as_ppc_memory,
	[36] = as_ppc_memory,
	[37] = as_ppc_memory,
	[38] = as_ppc_memory,
	[39] = as_ppc_memory,
	[40] = as_ppc_memory,
	[41] = as_ppc_memory,
	[42] = as_ppc_memory,
	[43] = as_ppc_memory,
	[44] = as_ppc_memory,
	[45] = as_ppc_memory,
	[46] = as_ppc_memory,
	[47] = as_ppc_memory,
	[48] = as_ppc_memory,
	[49] = as_ppc_memory,
	[50] = as_ppc_memory,
	[51] = as_ppc_memory,
	[52] = as_ppc_memory,
	[53] = as_ppc_memory,
	[54] = as_ppc_memory,
	[55] = as_ppc_memory,
	[56] = as_ppc_memory64,
	[57] = as_ppc_memory64,
	[58] = as_ppc_memory64,
	[59] = as_ppc_floating,
	[60] = as_ppc_vsx,
	[61] = as_ppc_memory64,
	[62] = as_ppc_memory64,
	[63] = as_ppc_floating };

static size_t lift(as_mode *m, as_span code, uint64_t at, as_ops *ops)
{
	as_cur c = as_cur_of(code, 0, m->big);
	as_ppc l = { ops, at, as_u32(&c), m->wide ? 8 : 4, m->wide };
	as_ops_begin(ops, at);
	if (!as_ok(&c))
		return 0;
	if (l.w >> 26 == 1) {
		uint32_t prefix = l.w;
		l.w = as_u32(&c);
		bool done = as_ok(&c) && l.wide && (at & 63) != 60 && as_ppc_prefixed(&l, prefix);
		return done ? as_ops_end(ops, 8) : 0;
	}
	bool (*const row)(const as_ppc *) = rows[l.w >> 26];
	return row && row(&l) ? as_ops_end(ops, 4) : 0;
}

/* sp, the table of contents or the thread, the small data or the thread, r14 to r31; cr2 to cr4. */
#define KEPT (3ull << 1 | 1ull << 13 | 0x3ffffull << 14 | 7ull << (PPC_CR0 + 2))

const as_arch as_arch_powerpc = {
	.id = "powerpc",
	.word = 4,
	.step = 4,
	.sp = 1,
	.link = PPC_LR,
	.result = 3,
	.n_args = 8,
	.args = { 3, 4, 5, 6, 7, 8, 9, 10 },
	.stack_args = 8,
	.number = 0,
	.kept = KEPT,
	.lift = lift,
};

/* stack_args is that of ELFv2 (little-endian); ELFv1 has 16 bytes more before it. */
const as_arch as_arch_powerpc64 = {
	.id = "powerpc64",
	.word = 8,
	.step = 4,
	.sp = 1,
	.link = PPC_LR,
	.result = 3,
	.n_args = 8,
	.args = { 3, 4, 5, 6, 7, 8, 9, 10 },
	.stack_args = 96,
	.number = 0,
	.kept = KEPT,
	.lift = lift,
};
