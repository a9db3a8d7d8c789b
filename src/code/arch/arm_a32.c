/* SPDX-License-Identifier: Apache-2.0 */
/* A32: the condition stands above, bits 25..27 choose the class. ARM DDI 0406C, A5. */
#include "code/arch/arm.h"

#include "code/packed.h"

static uint8_t reg(const as_insn *i, unsigned at) { return (uint8_t)as_arm_bits(i->w, at, 4); }
static bool bit(const as_insn *i, unsigned at) { return i->w >> at & 1; }

static as_arm_operand rotated(const as_insn *i)
{
	uint32_t v = as_arm_bits(i->w, 0, 8), by = as_arm_bits(i->w, 8, 4) * 2;
	return as_arm_imm(by ? v >> by | v << (32 - by) : v);
}

static as_arm_operand shifted(const as_insn *i)
{
	return as_arm_shifted(reg(i, 0), as_arm_bits(i->w, 5, 2), as_arm_bits(i->w, 7, 5));
}

static bool multiply(const as_insn *i)
{
	uint8_t rd = reg(i, 16), ra = reg(i, 12), rm = reg(i, 8), rn = reg(i, 0);
	unsigned opcode = as_arm_bits(i->w, 21, 3);
	bool s = bit(i, 20);
	if (opcode < 2 || opcode == 3) {
		as_op_rrr(i->o, AS_OP_MUL, 4, opcode ? (uint8_t)T2 : rd, rn, rm);
		if (opcode)
			as_op_rrr(i->o, opcode == 3 ? AS_OP_SUB : AS_OP_ADD, 4, rd, ra, T2);
		if (opcode == 3 && s)
			return false;
	} else if (opcode == 2) { /* umaal */
		as_op_kill(i->o, ra);
		as_op_kill(i->o, rd);
		return !s;
	} else {
		as_arm_long_multiply(i, ra, rd, rn, rm, opcode >= 6, opcode & 1);
		rd = AS_REG_NONE;
	}
	if (s && (rd == AS_REG_NONE || i->cc < 14)) {
		as_arm_lose_flags(i);
	} else if (s) {
		as_op_rri(i->o, AS_OP_RESULT, 4, AS_REG_FLAGS, rd, 0);
		as_arm_set_carry(i, AS_CARRY_LOST);
	}
	return true;
}

/* swp, ldrex and their like */
static bool synchronise(const as_insn *i)
{
	static const uint8_t widths[] = { 4, 8, 1, 2 };
	uint8_t rn = reg(i, 16), rd = reg(i, 12), rm = reg(i, 0), kind = reg(i, 8);
	uint8_t width = widths[as_arm_bits(i->w, 21, 2)];
	bool load = bit(i, 20), ordered = kind == 12;
	if (!bit(i, 23)) {
		width = bit(i, 22) ? 1 : 4;
		as_op_load(i->o, width, T2, rn, 0);
		as_op_store(i->o, width, rn, 0, rm);
		as_op_move(i->o, 4, rd, T2);
		return !load && !bit(i, 21) && kind == 0;
	}
	if (kind != 15 && kind != 14 && (!ordered || width == 8))
		return false;
	if (load ? rm != 15 : ordered && rd != 15)
		return false;
	if (width == 8 && (load ? rd : rm) & 1)
		return false;
	uint8_t rt = load ? rd : rm;
	as_arm_exclusive(
		i, load, width, ordered ? AS_REG_NONE : rd, rt, (uint8_t)((rt + 1) & 15), rn, 0);
	return true;
}

/* Halfwords, signed bytes and pairs. */
static bool extra(const as_insn *i)
{
	unsigned kind = as_arm_bits(i->w, 5, 2);
	bool load = bit(i, 20), before = bit(i, 24), wide = kind >= 2 && !load;
	as_arm_access p = { .load = load || kind == 2,
		.sign = load && kind >= 2,
		.pair = wide,
		.after = !before,
		.back = !before || bit(i, 21),
		.down = !bit(i, 23),
		.width = wide        ? 4
			 : kind == 2 ? 1
				     : 2,
		.rt = reg(i, 12),
		.rt2 = (uint8_t)((reg(i, 12) + 1) & 15),
		.rn = reg(i, 16) };
	p.by = bit(i, 22) ? as_arm_imm(as_arm_bits(i->w, 8, 4) << 4 | as_arm_bits(i->w, 0, 4))
			  : as_arm_reg(reg(i, 0));
	if ((wide && p.rt & 1) || (wide && !before && bit(i, 21)))
		return false;
	as_arm_load_store(i, &p);
	return true;
}

/* Halfword multiplications; those of words by halves and of 64 bits are not followed. */
static bool multiply_half(const as_insn *i)
{
	unsigned op = as_arm_bits(i->w, 21, 2);
	uint8_t rd = reg(i, 16), ra = op == 3 ? (uint8_t)AS_REG_NONE : reg(i, 12);
	if (op == 0 || op == 3) {
		as_arm_multiply_half(i, rd, ra, reg(i, 0), reg(i, 8), bit(i, 5), bit(i, 6));
		return true;
	}
	if (op == 2)
		as_op_kill(i->o, reg(i, 12));
	as_op_kill(i->o, rd);
	return true;
}

static bool status(const as_insn *i, unsigned op)
{
	if (!(op & 1)) { /* mrs */
		as_op_kill(i->o, reg(i, 12));
	} else if (!bit(i, 9) && op == 1 && bit(i, 19)) { /* msr of the flags */
		as_arm_lose_flags(i);
	}
	return true;
}

/* What stands where comparisons without flags would. */
static bool various(const as_insn *i)
{
	unsigned op = as_arm_bits(i->w, 21, 2), kind = as_arm_bits(i->w, 4, 4);
	uint8_t rm = reg(i, 0), rd = reg(i, 12);
	if (kind & 8)
		return multiply_half(i);
	switch (kind) {
	case 0:
		return status(i, op);
	case 1:
	case 2:
		if (op == 1 && rm == AS_ARM_LR)
			as_op_add(i->o, AS_OP_RETURN, 4);
		else if (op == 1)
			as_arm_jump(i, as_arm_read(i, rm, T0), false);
		else
			as_op_rri(i->o, AS_OP_ZEROS, 4, rd, rm, 0);
		return op == 1 || (op == 3 && kind == 1);
	case 3:
		as_op_add(i->o, AS_OP_CALL_TO, 4)->a = as_arm_read(i, rm, T0);
		return op == 1;
	case 6: /* eret */
		as_op_add(i->o, AS_OP_RETURN, 4);
		return op == 3 && (i->w & 0xfff0f) == 14;
	case 7:
		if (op < 2)
			as_op_add(i->o, AS_OP_TRAP, 4);
		for (uint8_t r = 0; op >= 2 && r < 4; r++)
			as_op_kill(i->o, r);
		return op >= 2 || i->cc == 14;
	default: /* crc32, saturating sums */
		as_op_kill(i->o, rd);
		return kind == 5 || op != 3;
	}
}

static bool registers(const as_insn *i)
{
	unsigned opcode = as_arm_bits(i->w, 21, 4);
	bool by_register = bit(i, 4), s = bit(i, 20);
	if (by_register && bit(i, 7)) {
		if (as_arm_bits(i->w, 5, 2))
			return extra(i);
		return bit(i, 24) ? synchronise(i) : multiply(i);
	}
	if ((opcode & 12) == 8 && !s)
		return various(i);
	as_arm_operand p = shifted(i);
	if (by_register)
		p = (as_arm_operand){
			.rm = reg(i, 0), .rs = reg(i, 8), .type = (uint8_t)as_arm_bits(i->w, 5, 2)
		};
	as_arm_data(i, opcode, s, reg(i, 12), reg(i, 16), &p);
	return true;
}

static bool immediates(const as_insn *i)
{
	unsigned opcode = as_arm_bits(i->w, 21, 4);
	uint8_t rd = reg(i, 12);
	uint32_t imm16 = as_arm_bits(i->w, 16, 4) << 12 | as_arm_bits(i->w, 0, 12);
	as_arm_operand p = rotated(i);
	if ((opcode & 12) == 8 && !bit(i, 20)) {
		if (opcode == 8)
			as_op_const(i->o, 4, rd, imm16);
		else if (opcode == 10)
			as_arm_move_top(i, rd, imm16);
		else if (opcode == 9 && bit(i, 19))
			as_arm_lose_flags(i);
		return true;
	}
	as_arm_data(i, opcode, bit(i, 20), rd, reg(i, 16), &p);
	return true;
}

static bool transfer(const as_insn *i)
{
	bool before = bit(i, 24), offset = !bit(i, 25);
	as_arm_access p = { .load = bit(i, 20),
		.after = !before,
		.back = !before || bit(i, 21),
		.down = !bit(i, 23),
		.width = bit(i, 22) ? 1 : 4,
		.rt = reg(i, 12),
		.rn = reg(i, 16),
		.by = offset ? as_arm_imm(as_arm_bits(i->w, 0, 12)) : shifted(i) };
	if (p.rt == AS_ARM_PC && p.load && p.width == 1)
		return false;
	as_arm_load_store(i, &p);
	return true;
}

/* sxtab and the like, pkh, sel, saturation, reversals */
static bool pack(const as_insn *i)
{
	unsigned op1 = as_arm_bits(i->w, 20, 3), op2 = as_arm_bits(i->w, 5, 3);
	uint8_t rd = reg(i, 12), rm = reg(i, 0), rn = reg(i, 16);
	bool sign = op1 < 4;
	if (op2 == 3 && (op1 & 3) >= 2) {
		uint8_t width = op1 & 1 ? 2 : 1;
		as_arm_extend_add(i, width, sign, rd, rn, rm, as_arm_bits(i->w, 10, 2) * 8);
		return as_arm_bits(i->w, 8, 2) == 0;
	}
	if ((op1 & 3) == 3 && (op2 == 1 || op2 == 5)) {
		if (sign)
			as_arm_reverse(i->o, 4, rd, rm, op2 == 1 ? 4 : 2);
		else if (op2 == 5)
			as_arm_reverse_half(i, rd, rm);
		else
			as_op_kill(i->o, rd); /* rbit */
		return true;
	}
	if (op1 == 0 && op2 == 5) {
		as_arm_select_bytes(i, rd, rn, rm);
		return true;
	}
	as_op_kill(i->o, rd);
	if (!(op2 & 1)) /* pkh; saturation of words */
		return op1 == 0 || (op1 & 2);
	return (op2 == 1 && (op1 & 3) == 2) || (op2 == 3 && (op1 & 3) == 0) ||
	       (op2 == 5 && op1 == 0);
}

/* Products of halfwords and upper halves, quotients. */
static bool products(const as_insn *i)
{
	unsigned op1 = as_arm_bits(i->w, 20, 3), op2 = as_arm_bits(i->w, 5, 3);
	if (op1 == 1 || op1 == 3) {
		as_op_rrr(i->o, op1 == 1 ? AS_OP_DIVS : AS_OP_DIVU, 4, reg(i, 16), reg(i, 0),
			reg(i, 8));
		return op2 == 0 && reg(i, 12) == 15;
	}
	if (op1 == 5 && op2 == 0) {
		as_arm_multiply_top(i, reg(i, 16), reg(i, 12), reg(i, 0), reg(i, 8));
		return true;
	}
	if (op1 == 4)
		as_op_kill(i->o, reg(i, 12));
	as_op_kill(i->o, reg(i, 16));
	if (op1 == 5)
		return op2 < 2 || op2 >= 6;
	return (op1 == 0 || op1 == 4) && op2 < 4;
}

static bool fields(const as_insn *i)
{
	unsigned op1 = as_arm_bits(i->w, 20, 3), op2 = as_arm_bits(i->w, 5, 3);
	unsigned lsb = as_arm_bits(i->w, 7, 5), top = as_arm_bits(i->w, 16, 5);
	uint8_t rd = reg(i, 12), rn = reg(i, 0);
	if (op1 == 7 && op2 == 7) {
		as_op_add(i->o, AS_OP_TRAP, 4);
		return i->cc == 14;
	}
	if (op1 == 0) { /* usad8 */
		as_op_kill(i->o, reg(i, 16));
		return op2 == 0;
	}
	if ((op1 == 4 || op1 == 5) && (op2 & 3) == 0 && top >= lsb) {
		as_arm_insert(
			i->o, 4, rd, rn == 15 ? (uint8_t)AS_REG_ZERO : rn, lsb, top - lsb + 1);
		return true;
	}
	if ((op1 & 2) == 0 || (op2 & 3) != 2 || lsb + top > 31)
		return false;
	as_arm_extract(i->o, 4, rd, rn, lsb, top + 1, op1 < 4);
	return true;
}

static bool media(const as_insn *i)
{
	unsigned op2 = as_arm_bits(i->w, 5, 3);
	switch (as_arm_bits(i->w, 23, 2)) {
	case 0: /* sums of parts */
		if (as_arm_bits(i->w, 20, 3) == 5 && op2 == 4) {
			as_arm_add_bytes(i, reg(i, 12), reg(i, 16), reg(i, 0));
			return true;
		}
		if (as_arm_bits(i->w, 20, 3) == 6 && op2 == 7) { /* uqsub8 */
			as_op_packed(i->o, AS_PACKED_SUB_TO_0, 4, reg(i, 12), reg(i, 16), reg(i, 0),
				1, 0);
			return true;
		}
		as_op_kill(i->o, AS_REG_PARTS);
		as_op_kill(i->o, reg(i, 12));
		return as_arm_bits(i->w, 20, 2) && op2 != 5 && op2 != 6;
	case 1:
		return pack(i);
	case 2:
		return products(i);
	default:
		return fields(i);
	}
}

static bool offsets(const as_insn *i) { return bit(i, 4) ? media(i) : transfer(i); }

static bool block(const as_insn *i)
{
	as_arm_many p = { .load = bit(i, 20),
		.up = bit(i, 23),
		.before = bit(i, 24),
		.back = bit(i, 21),
		.rn = reg(i, 16),
		.list = (uint16_t)as_arm_bits(i->w, 0, 16) };
	if (p.list == 0 || p.rn == AS_ARM_PC)
		return false;
	as_arm_block(i, &p);
	return true;
}

static bool branch(const as_insn *i)
{
	uint32_t to = as_arm_pc(i) + (uint32_t)as_arm_signed(as_arm_bits(i->w, 0, 24), 24) * 4;
	as_arm_go(i, bit(i, 24) ? AS_OP_CALL : AS_OP_JUMP, to, false);
	return true;
}

static bool coprocessor(const as_insn *i)
{
	if (as_arm_bits(i->w, 24, 4) != 15)
		return as_arm_coprocessor(i, i->w);
	as_op_add(i->o, AS_OP_SYSCALL, 4)->imm = as_arm_bits(i->w, 0, 24);
	as_op_kill(i->o, 0);
	return true;
}

/* What has no condition. */
static bool unconditional(const as_insn *i)
{
	uint32_t w = i->w, op = as_arm_bits(w, 20, 8);
	if (op >= 0xa0 && op < 0xc0) { /* blx */
		uint32_t by = (uint32_t)as_arm_signed(as_arm_bits(w, 0, 24), 24) * 4;
		as_arm_go(i, AS_OP_CALL, as_arm_pc(i) + by + as_arm_bits(w, 24, 1) * 2, true);
		return true;
	}
	if (op >= 0xc0)
		return op < 0xf0 && as_arm_coprocessor(i, w);
	if (op >= 0x80) { /* rfe, srs */
		if (bit(i, 20))
			as_op_add(i->o, AS_OP_RETURN, 4);
		return bit(i, 20) ? !bit(i, 22) && (w & 0xffff) == 0x0a00
				  : bit(i, 22) && (w & 0xfffe0) == 0xd0500;
	}
	if ((op & 0xe0) == 0x20)
		return as_arm_neon(i, w);
	if ((op & 0xf1) == 0x40)
		return as_arm_neon_memory(i, w);
	if (op == 0x10) /* cps, setend */
		return bit(i, 16) ? (w & 0xffdff) == 0x10000 : !(w & 0x20);
	if (op == 0x57) /* barriers */
		return (w & 0xfff00) == 0xff000 &&
		       (as_arm_bits(w, 4, 4) == 1 ? (w & 15) == 15 : as_arm_bits(w, 4, 4) - 4 < 4);
	bool preload = (op & 0xd3) == 0x51 || (op & 0xd7) == 0x41 || (op & 0xd7) == 0x45;
	return preload && (op < 0x60 || !bit(i, 4));
}

bool as_arm_a32(const as_insn *i)
{
	static bool (*const classes[8])(const as_insn *) = { registers, immediates, transfer,
		offsets, block, branch, coprocessor, coprocessor };
	if (i->w >> 28 == 15)
		return unconditional(i);
	return classes[as_arm_bits(i->w, 25, 3)](i);
}
