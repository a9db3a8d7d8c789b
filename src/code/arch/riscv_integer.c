/* SPDX-License-Identifier: Apache-2.0 */
/* RISC-V: integer arithmetic of I, M, Zba, Zbb, Zbs and Zicond. */
#include "code/arch/riscv.h"

/* slli and what stands beside it: bits set, cleared, inverted, counted, extended. */
static bool left_imm(const as_riscv *l, uint8_t width, unsigned by, uint32_t upper)
{
	uint8_t d = riscv_rd(l), a = riscv_rs1(l);
	bool sign = width < l->word;
	int64_t one = (int64_t)(1ull << by);
	switch (upper) {
	case 0x00:
		as_emit_rri(l->ops, AS_OP_SHL, width, sign, d, a, by);
		return true;
	case 0x14:
		as_emit_rri(l->ops, AS_OP_OR, width, false, d, a, one);
		return !sign;
	case 0x24:
		as_emit_rri(l->ops, AS_OP_AND, width, false, d, a, ~one);
		return !sign;
	case 0x34:
		as_emit_rri(l->ops, AS_OP_XOR, width, false, d, a, one);
		return !sign;
	case 0x30:
		if (by == 4 || by == 5)
			as_emit_rri(l->ops, AS_OP_MOVE, by == 4 ? 1 : 2, true, d, a, 0);
		else
			as_emit_kill(l->ops, d);
		return by <= 2 || (!sign && by <= 5);
	default:
		as_emit_kill(l->ops, d); /* scalar cryptography: sha256sum0 and the like */
		return upper == 0x08 && !sign;
	}
}

static bool right_imm(const as_riscv *l, uint8_t width, unsigned by, uint32_t upper)
{
	uint8_t d = riscv_rd(l), a = riscv_rs1(l);
	bool sign = width < l->word;
	switch (upper) {
	case 0x00:
		as_emit_rri(l->ops, AS_OP_SHR, width, sign, d, a, by);
		return true;
	case 0x20:
		as_emit_rri(l->ops, AS_OP_SAR, width, sign, d, a, by);
		return true;
	case 0x30:
		as_emit_rri(l->ops, AS_OP_ROR, width, sign, d, a, by);
		return true;
	case 0x24: /* bexti */
		as_emit_rri(l->ops, AS_OP_SHR, width, false, d, a, by);
		as_emit_rri(l->ops, AS_OP_AND, width, false, d, d, 1);
		return !sign;
	default: /* orc.b, rev8, brev8 */
		if (upper == 0x34 && by != 7 && d != AS_REG_ZERO)
			as_emit_swap(l->ops, l->word, d, a);
		else
			as_emit_kill(l->ops, d);
		return !sign && ((upper == 0x14 && by == 7) ||
					(upper == 0x34 && (by == 7 || by == l->word * 8u - 8)));
	}
}

/* Adding 0 is a move; adding to the zero register a constant. */
static void add_imm(const as_riscv *l, uint8_t width)
{
	uint8_t a = riscv_rs1(l);
	int64_t imm = riscv_imm(l);
	bool sign = width < l->word;
	if (a == AS_REG_ZERO)
		as_emit_rri(l->ops, AS_OP_MOVE, width, sign, riscv_rd(l), AS_REG_NONE, imm);
	else
		as_emit_rri(l->ops, imm ? AS_OP_ADD : AS_OP_MOVE, width, sign, riscv_rd(l), a, imm);
}

bool as_riscv_op_imm(const as_riscv *l)
{
	static const uint8_t kinds[8] = { [4] = AS_OP_XOR, [6] = AS_OP_OR, [7] = AS_OP_AND };
	uint32_t f = riscv_funct3(l);
	unsigned by = l->w >> 20 & (l->wide ? 63 : 31);
	uint32_t upper = riscv_funct7(l) & (l->wide ? 0x7e : 0x7f);
	switch (f) {
	case 0:
		add_imm(l, l->word);
		return true;
	case 1:
		return left_imm(l, l->word, by, upper);
	case 2:
	case 3:
		as_emit_set(l->ops, l->word, riscv_rd(l), f == 3 ? AS_BELOW : AS_LT, riscv_rs1(l),
			AS_REG_NONE, riscv_imm(l));
		return true;
	case 5:
		return right_imm(l, l->word, by, upper);
	default:
		if (f == 4 && riscv_imm(l) == -1)
			as_emit_rri(
				l->ops, AS_OP_NOT, l->word, false, riscv_rd(l), riscv_rs1(l), 0);
		else
			as_emit_rri(l->ops, kinds[f], l->word, false, riscv_rd(l), riscv_rs1(l),
				riscv_imm(l));
		return true;
	}
}

bool as_riscv_op_imm_32(const as_riscv *l)
{
	uint32_t f = riscv_funct3(l);
	unsigned by = l->w >> 20 & 31;
	if (!l->wide)
		return false;
	if (f == 0)
		add_imm(l, 4);
	else if (f == 1 && (riscv_funct7(l) & 0x7e) == 4) { /* slli.uw */
		as_op_move(l->ops, 4, AS_T0, riscv_rs1(l));
		as_emit_rri(l->ops, AS_OP_SHL, 8, false, riscv_rd(l), AS_T0, l->w >> 20 & 63);
	} else if (f == 1)
		return left_imm(l, 4, by, riscv_funct7(l));
	else if (f == 5)
		return right_imm(l, 4, by, riscv_funct7(l));
	return f == 0 || f == 1;
}

/* A shift or rotation by a register, which counts only as many bits as the width has. */
static void shift(const as_riscv *l, as_op_kind kind, uint8_t width, bool left_rotation)
{
	uint8_t by = riscv_rs2(l);
	if (riscv_rd(l) == AS_REG_ZERO)
		return;
	if (left_rotation) {
		as_op_rrr(l->ops, AS_OP_SUB, 4, AS_T0, AS_REG_ZERO, by);
		by = AS_T0;
	}
	as_op_rri(l->ops, AS_OP_AND, 4, AS_T0, by, width * 8 - 1);
	as_emit_rrr(l->ops, kind, width, width < l->word, riscv_rd(l), riscv_rs1(l), AS_T0);
}

/* rd = (rs1 << n) + rs2; of .uw forms rs1 is cut to 32 bits. */
static void scaled(const as_riscv *l, uint8_t n, bool cut)
{
	uint8_t a = riscv_rs1(l);
	if (riscv_rd(l) == AS_REG_ZERO)
		return;
	if (cut) {
		as_op_move(l->ops, 4, AS_T0, a);
		a = AS_T0;
	}
	as_op_rrr(l->ops, AS_OP_ADD, l->word, riscv_rd(l), riscv_rs2(l), a);
	l->ops->op[l->ops->n - 1].shift = n;
}

/* The smaller or the larger of two. */
static void extreme(const as_riscv *l, uint32_t f)
{
	static const uint8_t conds[8] = {
		[4] = AS_LT, [5] = AS_BELOW, [6] = AS_GT, [7] = AS_ABOVE
	};
	if (riscv_rd(l) == AS_REG_ZERO)
		return;
	as_emit_compare(
		l->ops, AS_OP_COMPARE, l->word, AS_REG_FLAGS, riscv_rs1(l), riscv_rs2(l), 0);
	as_emit_select(
		l->ops, l->word, riscv_rd(l), conds[f], AS_REG_FLAGS, riscv_rs1(l), riscv_rs2(l));
}

/* czero.eqz, czero.nez: 0 if rs2 is (not) 0, else rs1. */
static void zero_if(const as_riscv *l, as_cond cond)
{
	if (riscv_rd(l) == AS_REG_ZERO)
		return;
	as_emit_compare(l->ops, AS_OP_COMPARE, l->word, AS_REG_FLAGS, riscv_rs2(l), AS_REG_NONE, 0);
	as_emit_select(l->ops, l->word, riscv_rd(l), as_cond_not(cond), AS_REG_FLAGS, riscv_rs1(l),
		AS_REG_ZERO);
}

/* One bit of rs1, the number of which is in rs2: bset, bclr, binv; bext takes it out. */
static void one_bit(const as_riscv *l, as_op_kind kind)
{
	if (riscv_rd(l) == AS_REG_ZERO)
		return;
	as_op_rri(l->ops, AS_OP_AND, 4, AS_T0, riscv_rs2(l), l->word * 8 - 1);
	if (kind == AS_OP_SHR) {
		as_op_rrr(l->ops, AS_OP_SHR, l->word, AS_T0, riscv_rs1(l), AS_T0);
		as_op_rri(l->ops, AS_OP_AND, l->word, riscv_rd(l), AS_T0, 1);
		return;
	}
	as_op_const(l->ops, l->word, AS_T1, 1);
	as_op_rrr(l->ops, AS_OP_SHL, l->word, AS_T0, AS_T1, AS_T0);
	if (kind == AS_OP_AND)
		as_op_rri(l->ops, AS_OP_NOT, l->word, AS_T0, AS_T0, 0);
	as_op_rrr(l->ops, kind, l->word, riscv_rd(l), riscv_rs1(l), AS_T0);
}

/* Products and divisions; the upper half of a signed number by an unsigned one fits 8 bytes only on RV32. */
static void multiply(const as_riscv *l, uint32_t f)
{
	static const uint8_t kinds[8] = { AS_OP_MUL, AS_OP_MULHS, 0, AS_OP_MULHU, AS_OP_DIVS,
		AS_OP_DIVU, AS_OP_REMS, AS_OP_REMU };
	uint8_t d = riscv_rd(l), a = riscv_rs1(l), b = riscv_rs2(l);
	if (f != 2)
		as_emit_rrr(l->ops, kinds[f], l->word, false, d, a, b);
	else if (l->wide || d == AS_REG_ZERO)
		as_emit_kill(l->ops, d);
	else {
		as_emit_rri(l->ops, AS_OP_MOVE, 4, true, AS_T0, a, 0);
		as_op_move(l->ops, 4, AS_T1, b);
		as_op_rrr(l->ops, AS_OP_MUL, 8, AS_T0, AS_T0, AS_T1);
		as_op_rri(l->ops, AS_OP_SHR, 8, d, AS_T0, 32);
	}
}

static void three(const as_riscv *l, as_op_kind kind, uint8_t width)
{
	uint8_t a = riscv_rs1(l), b = riscv_rs2(l);
	bool sign = width < l->word;
	bool sum = kind == AS_OP_ADD || kind == AS_OP_OR || kind == AS_OP_XOR;
	if (b == AS_REG_ZERO && sum)
		as_emit_rri(l->ops, AS_OP_MOVE, width, sign, riscv_rd(l), a, 0);
	else if (a == AS_REG_ZERO && sum)
		as_emit_rri(l->ops, AS_OP_MOVE, width, sign, riscv_rd(l), b, 0);
	else
		as_emit_rrr(l->ops, kind, width, sign, riscv_rd(l), a, b);
}

/* andn, orn: the second operand inverted; xnor likewise. */
static void inverted(const as_riscv *l, as_op_kind kind)
{
	if (riscv_rd(l) == AS_REG_ZERO)
		return;
	as_op_rri(l->ops, AS_OP_NOT, l->word, AS_T0, riscv_rs2(l), 0);
	as_op_rrr(l->ops, kind, l->word, riscv_rd(l), riscv_rs1(l), AS_T0);
}

/* The base set. */
static bool op_base(const as_riscv *l, uint32_t f)
{
	static const uint8_t kinds[8] = { AS_OP_ADD, AS_OP_SHL, 0, 0, AS_OP_XOR, AS_OP_SHR,
		AS_OP_OR, AS_OP_AND };
	if (f == 1 || f == 5)
		shift(l, kinds[f], l->word, false);
	else if (f == 2 || f == 3)
		as_emit_set(l->ops, l->word, riscv_rd(l), f == 3 ? AS_BELOW : AS_LT, riscv_rs1(l),
			riscv_rs2(l), 0);
	else
		three(l, kinds[f], l->word);
	return true;
}

/* The others, by funct7 and funct3. */
static bool op(const as_riscv *l)
{
	uint32_t f = riscv_funct3(l);
	switch (riscv_funct7(l) << 3 | f) {
	case 0x20 << 3:
		three(l, AS_OP_SUB, l->word);
		return true;
	case 0x20 << 3 | 5:
		shift(l, AS_OP_SAR, l->word, false);
		return true;
	case 0x20 << 3 | 4:
	case 0x20 << 3 | 6:
	case 0x20 << 3 | 7:
		inverted(l, f == 4 ? AS_OP_XOR : f == 6 ? AS_OP_OR : AS_OP_AND);
		return true;
	case 0x10 << 3 | 2:
	case 0x10 << 3 | 4:
	case 0x10 << 3 | 6:
		scaled(l, (uint8_t)(f / 2), false);
		return true;
	case 0x30 << 3 | 1:
	case 0x30 << 3 | 5:
		shift(l, AS_OP_ROR, l->word, f == 1);
		return true;
	case 0x14 << 3 | 1:
		one_bit(l, AS_OP_OR);
		return true;
	case 0x24 << 3 | 1:
	case 0x24 << 3 | 5:
		one_bit(l, f == 1 ? AS_OP_AND : AS_OP_SHR);
		return true;
	case 0x34 << 3 | 1:
		one_bit(l, AS_OP_XOR);
		return true;
	case 0x07 << 3 | 5:
	case 0x07 << 3 | 7:
		zero_if(l, f == 5 ? AS_EQ : AS_NE);
		return true;
	case 0x04 << 3 | 4: /* zext.h of RV32; pack */
		if (riscv_rs2(l) == AS_REG_ZERO && !l->wide)
			as_emit_rri(l->ops, AS_OP_MOVE, 2, false, riscv_rd(l), riscv_rs1(l), 0);
		else
			as_emit_kill(l->ops, riscv_rd(l));
		return true;
	default: /* carry-less products and permutations; scalar cryptography */
		as_emit_kill(l->ops, riscv_rd(l));
		return (riscv_funct7(l) == 5 && f >= 1 && f <= 3) ||
		       (riscv_funct7(l) == 4 && f == 7) ||
		       (riscv_funct7(l) == 0x14 && (f == 2 || f == 4)) ||
		       ((riscv_funct7(l) & 0x18) == 0x18 && f == 0) ||
		       (riscv_funct7(l) >= 0x28 && riscv_funct7(l) <= 0x2f && f == 0);
	}
}

bool as_riscv_op(const as_riscv *l)
{
	uint32_t f = riscv_funct3(l), upper = riscv_funct7(l);
	if (upper == 0)
		return op_base(l, f);
	if (upper == 1) {
		multiply(l, f);
		return true;
	}
	if (upper == 5 && f >= 4) {
		extreme(l, f);
		return true;
	}
	return op(l);
}

bool as_riscv_op_32(const as_riscv *l)
{
	static const uint8_t divisions[4] = { AS_OP_DIVS, AS_OP_DIVU, AS_OP_REMS, AS_OP_REMU };
	uint32_t f = riscv_funct3(l);
	if (!l->wide)
		return false;
	switch (riscv_funct7(l) << 3 | f) {
	case 0:
		three(l, AS_OP_ADD, 4);
		return true;
	case 0x20 << 3:
		three(l, AS_OP_SUB, 4);
		return true;
	case 1:
		shift(l, AS_OP_SHL, 4, false);
		return true;
	case 5:
		shift(l, AS_OP_SHR, 4, false);
		return true;
	case 0x20 << 3 | 5:
		shift(l, AS_OP_SAR, 4, false);
		return true;
	case 0x30 << 3 | 1:
	case 0x30 << 3 | 5:
		shift(l, AS_OP_ROR, 4, f == 1);
		return true;
	case 1 << 3:
		as_emit_rrr(l->ops, AS_OP_MUL, 4, true, riscv_rd(l), riscv_rs1(l), riscv_rs2(l));
		return true;
	case 4 << 3:
		scaled(l, 0, true);
		return true;
	case 0x10 << 3 | 2:
	case 0x10 << 3 | 4:
	case 0x10 << 3 | 6:
		scaled(l, (uint8_t)(f / 2), true);
		return true;
	case 4 << 3 | 4: /* zext.h; packw */
		if (riscv_rs2(l) == AS_REG_ZERO)
			as_emit_rri(l->ops, AS_OP_MOVE, 2, false, riscv_rd(l), riscv_rs1(l), 0);
		else
			as_emit_kill(l->ops, riscv_rd(l));
		return true;
	case 1 << 3 | 4:
	case 1 << 3 | 5:
	case 1 << 3 | 6:
	case 1 << 3 | 7:
		as_emit_rrr(
			l->ops, divisions[f & 3], 4, true, riscv_rd(l), riscv_rs1(l), riscv_rs2(l));
		return true;
	default:
		return false;
	}
}
