/* SPDX-License-Identifier: Apache-2.0 */
#include "code/arch/arm.h"

as_cond as_arm_cond(const as_mode *m, unsigned cc)
{
	static const uint8_t conds[16] = { AS_EQ, AS_NE, AS_ABOVE_EQ, AS_BELOW, AS_NEGATIVE,
		AS_POSITIVE, AS_COND_OTHER, AS_COND_OTHER, AS_ABOVE, AS_BELOW_EQ, AS_GE, AS_LT,
		AS_GT, AS_LE, AS_ALWAYS, AS_ALWAYS };
	/* Conditions that may be asked in each state of carry, by their number. */
	static const uint16_t sure[] = { [AS_CARRY_COMPARED] = 0xffff,
		[AS_CARRY_LOGIC] = 0xfc33,
		[AS_CARRY_KNOWN] = 0xc033,
		[AS_CARRY_LOST] = 0xc033,
		[AS_CARRY_EQUALITY] = 0xc003 };
	return sure[m->carry] >> cc & 1 ? (as_cond)conds[cc] : AS_COND_OTHER;
}

void as_arm_carry(const as_insn *i, uint8_t dst, bool no)
{
	if (i->m->carry == AS_CARRY_KNOWN) {
		as_op_rri(i->o, no ? AS_OP_XOR : AS_OP_MOVE, 4, dst, AS_REG_CARRY, no ? 1 : 0);
		return;
	}
	if (i->m->carry != AS_CARRY_COMPARED) {
		as_op_kill(i->o, dst);
		return;
	}
	as_op_const(i->o, 4, T4, 1);
	as_op *op = as_op_add(i->o, AS_OP_SELECT, 4);
	op->dst = dst;
	op->a = T4;
	op->c = AS_REG_FLAGS;
	op->cond = no ? AS_BELOW : AS_ABOVE_EQ;
}

static void compare(as_ops *o, uint8_t width, uint8_t a, uint8_t b)
{
	as_op_rrr(o, AS_OP_COMPARE, width, AS_REG_FLAGS, a, b);
}

void as_arm_adds(const as_insn *i, uint8_t width, uint8_t rd, uint8_t rn, uint8_t rm)
{
	as_op_rrr(i->o, AS_OP_ADD, width, T2, rn, rm);
	compare(i->o, width, T2, rn);
	as_op_const(i->o, 4, T4, 1);
	as_op *op = as_op_add(i->o, AS_OP_SELECT, 4);
	op->dst = AS_REG_CARRY;
	op->a = T4;
	op->c = AS_REG_FLAGS;
	op->cond = AS_BELOW; /* the sum is less than what was added to */
	as_op_rri(i->o, AS_OP_RESULT, width, AS_REG_FLAGS, T2, 0);
	i->m->carry = AS_CARRY_KNOWN;
	if (rd != AS_REG_ZERO)
		as_op_move(i->o, width, rd, T2);
}

void as_arm_compare_negative(const as_insn *i, uint8_t width, uint8_t rn, int64_t imm)
{
	as_op_rri(i->o, AS_OP_COMPARE, width, AS_REG_FLAGS, rn, -imm);
	as_arm_set_carry(i, imm ? AS_CARRY_COMPARED : AS_CARRY_LOGIC);
}

/* rd = rn with neighbours of n bits exchanged; mask has every second one, from the lowest. */
static void exchange(as_ops *o, uint8_t width, uint8_t rd, uint8_t rn, unsigned n, uint64_t mask)
{
	mask = width == 4 ? mask & UINT32_MAX : mask;
	as_op_rri(o, AS_OP_SHR, width, T3, rn, n);
	as_op_rri(o, AS_OP_AND, width, T3, T3, (int64_t)mask);
	as_op_rri(o, AS_OP_AND, width, T2, rn, (int64_t)mask);
	as_op *op = as_op_add(o, AS_OP_OR, width);
	op->dst = rd;
	op->a = T3;
	op->b = T2;
	op->shift = (uint8_t)n;
}

void as_arm_reverse(as_ops *o, uint8_t width, uint8_t rd, uint8_t rn, unsigned unit)
{
	exchange(o, width, rd, rn, 8, 0x00ff00ff00ff00ff);
	if (unit >= 4 && width == 4)
		as_op_rri(o, AS_OP_ROR, 4, rd, rd, 16);
	else if (unit >= 4)
		exchange(o, width, rd, rd, 16, 0x0000ffff0000ffff);
	if (unit == 8)
		as_op_rri(o, AS_OP_ROR, 8, rd, rd, 32);
}

static uint64_t ones(unsigned n) { return n < 64 ? (1ull << n) - 1 : ~0ull; }

void as_arm_insert(as_ops *o, uint8_t width, uint8_t rd, uint8_t rn, unsigned lsb, unsigned n)
{
	as_op_rri(o, AS_OP_AND, width, T2, rn, (int64_t)ones(n));
	as_op_rri(o, AS_OP_AND, width, rd, rd, (int64_t) ~(ones(n) << lsb));
	as_op *op = as_op_add(o, AS_OP_OR, width);
	op->dst = rd;
	op->a = rd;
	op->b = T2;
	op->shift = (uint8_t)lsb;
}

void as_arm_extract(
	as_ops *o, uint8_t width, uint8_t rd, uint8_t rn, unsigned lsb, unsigned n, bool sign)
{
	unsigned bits = width * 8u;
	if (lsb == 0 && (n == 8 || n == 16 || n == 32)) {
		as_op *op = as_op_add(o, AS_OP_MOVE, (uint8_t)(n / 8));
		op->dst = rd;
		op->a = rn;
		op->sign = sign;
		if (sign && width == 4 && n < 32) /* not further than the register of 32 bits */
			as_op_move(o, 4, rd, rd);
	} else if (lsb + n == bits) {
		as_op_rri(o, sign ? AS_OP_SAR : AS_OP_SHR, width, rd, rn, lsb);
	} else if (sign) {
		as_op_rri(o, AS_OP_SHL, width, T2, rn, bits - n - lsb);
		as_op_rri(o, AS_OP_SAR, width, rd, T2, bits - n);
	} else {
		if (lsb)
			as_op_rri(o, AS_OP_SHR, width, T2, rn, lsb);
		as_op_rri(o, AS_OP_AND, width, rd, lsb ? T2 : rn, (int64_t)ones(n));
	}
}

void as_arm_store_unknown(as_ops *o, uint8_t width, uint8_t a, int64_t imm)
{
	as_op_kill(o, T5);
	as_op_store(o, width, a, imm, T5);
}

bool as_arm_constant(unsigned cmode, bool op, uint64_t imm8, uint64_t *v)
{
	if (cmode < 8 && !(cmode & 1))
		*v = (imm8 << cmode * 4) * 0x100000001ull;
	else if ((cmode & 13) == 8)
		*v = (imm8 << (cmode & 2) * 4) * 0x1000100010001ull;
	else if (cmode == 12 || cmode == 13)
		*v = (cmode == 12 ? imm8 << 8 | 0xff : imm8 << 16 | 0xffff) * 0x100000001ull;
	else if (cmode == 14 && !op)
		*v = imm8 * 0x101010101010101ull;
	else if (cmode == 14)
		for (unsigned k = 0; k < 8; k++)
			*v |= imm8 >> k & 1 ? 0xffull << 8 * k : 0;
	else
		return false;
	*v = op && cmode < 14 ? ~*v : *v;
	return true;
}
