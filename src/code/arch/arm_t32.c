/* SPDX-License-Identifier: Apache-2.0 */
/* T32, the instructions of four bytes: two halves, the first one above. ARM DDI 0406C, A6.3. */
#include "code/arch/arm.h"

#include "code/packed.h"

static uint8_t reg(const as_insn *i, unsigned at) { return (uint8_t)as_arm_bits(i->w, at, 4); }
static bool bit(const as_insn *i, unsigned at) { return i->w >> at & 1; }

static bool block(const as_insn *i)
{
	unsigned form = as_arm_bits(i->w, 23, 2);
	as_arm_many p = { .load = bit(i, 20),
		.up = form == 1,
		.before = form == 2,
		.back = bit(i, 21),
		.rn = reg(i, 16),
		.list = (uint16_t)as_arm_bits(i->w, 0, 16) };
	if (form == 0 || form == 3) { /* srs, rfe */
		if (p.load)
			as_op_add(i->o, AS_OP_RETURN, 4);
		return p.load ? p.list == 0xc000 : (i->w & 0xfffe0) == 0xdc000;
	}
	if (__builtin_popcount(p.list) < 2 || p.list & 0x2000 || p.rn == AS_ARM_PC ||
		(!p.load && p.list & 0x8000) || (p.load && (p.list & 0xc000) == 0xc000))
		return false;
	as_arm_block(i, &p);
	return true;
}

/* tbb, tbh: the table holds distances in halfwords. */
static bool table_branch(const as_insn *i)
{
	uint8_t rn = reg(i, 16);
	bool half = bit(i, 4);
	as_op *op = as_op_add(i->o, AS_OP_LOAD, half ? 2 : 1);
	op->dst = T0;
	op->a = rn == AS_ARM_PC ? (uint8_t)AS_REG_NONE : rn;
	op->b = reg(i, 0);
	op->shift = half;
	op->imm = rn == AS_ARM_PC ? (int64_t)as_arm_pc(i) : 0;
	as_op_const(i->o, 4, T1, as_arm_pc(i) | 1u);
	as_op_rrr(i->o, AS_OP_ADD, 4, T1, T1, T0);
	i->o->op[i->o->n - 1].shift = 1;
	as_op_add(i->o, AS_OP_JUMP_TO, 4)->a = T1;
	return reg(i, 8) == 0 && reg(i, 12) == 15;
}

static bool exclusive(const as_insn *i)
{
	unsigned kind = as_arm_bits(i->w, 4, 4);
	bool load = bit(i, 20), ordered = (kind & 12) == 8;
	uint8_t rt = reg(i, 12), rn = reg(i, 16), width = (uint8_t)(1 << (kind & 3));
	if (!bit(i, 23)) {
		as_arm_exclusive(
			i, load, 4, reg(i, 8), rt, 0, rn, (int64_t)as_arm_bits(i->w, 0, 8) * 4);
		return !load || reg(i, 8) == 15;
	}
	if (kind < 2)
		return load && table_branch(i);
	if (kind < 4 || kind == 6 || kind == 11)
		return false;
	as_arm_exclusive(i, load, width, ordered ? AS_REG_NONE : reg(i, 0), rt, reg(i, 8), rn, 0);
	return true;
}

static bool pair_or_exclusive(const as_insn *i)
{
	bool before = bit(i, 24), back = bit(i, 21);
	if (!before && !back)
		return exclusive(i);
	as_arm_access p = { .load = bit(i, 20),
		.pair = true,
		.after = !before,
		.back = back,
		.down = !bit(i, 23),
		.width = 4,
		.rt = reg(i, 12),
		.rt2 = reg(i, 8),
		.rn = reg(i, 16),
		.by = as_arm_imm(as_arm_bits(i->w, 0, 8) * 4) };
	as_arm_load_store(i, &p);
	return true;
}

/* Arithmetic by the number it has here: what it is with rn or rd 15 too; false: none. */
static bool arithmetic(const as_insn *i, const as_arm_operand *p)
{
	static const uint8_t opcodes[16] = { AS_ARM_AND, AS_ARM_BIC, AS_ARM_ORR, AS_ARM_ORN,
		AS_ARM_EOR, 0xff, 0xff, 0xff, AS_ARM_ADD, 0xff, AS_ARM_ADC, AS_ARM_SBC, 0xff,
		AS_ARM_SUB, AS_ARM_RSB, 0xff };
	unsigned opcode = opcodes[as_arm_bits(i->w, 21, 4)];
	uint8_t rd = reg(i, 8), rn = reg(i, 16);
	bool s = bit(i, 20);
	if (opcode == 0xff)
		return false;
	if (rd == AS_ARM_PC && s) {
		static const uint8_t tests[] = { [AS_ARM_AND] = AS_ARM_TST,
			[AS_ARM_EOR] = AS_ARM_TEQ,
			[AS_ARM_SUB] = AS_ARM_CMP,
			[AS_ARM_ADD] = AS_ARM_CMN };
		if (opcode > AS_ARM_ADD || opcode == AS_ARM_RSB)
			return false;
		opcode = tests[opcode];
	}
	if (rn == AS_ARM_PC && opcode == AS_ARM_ORR)
		opcode = AS_ARM_MOV;
	else if (rn == AS_ARM_PC && opcode == AS_ARM_ORN)
		opcode = AS_ARM_MVN;
	else if (rn == AS_ARM_PC)
		return false;
	if (rd == AS_ARM_PC && !s)
		return false;
	as_arm_data(i, opcode, s, rd, rn, p);
	return true;
}

static bool shifted(const as_insn *i)
{
	unsigned n = as_arm_bits(i->w, 12, 3) << 2 | as_arm_bits(i->w, 6, 2);
	if (as_arm_bits(i->w, 21, 4) == 6) { /* pkh */
		as_op_kill(i->o, reg(i, 8));
		return !bit(i, 20) && !bit(i, 4);
	}
	as_arm_operand p = as_arm_shifted(reg(i, 0), as_arm_bits(i->w, 4, 2), n);
	return arithmetic(i, &p);
}

/* A constant as T32 packs it: bytes repeated, or 8 bits rotated. */
static bool modified(const as_insn *i)
{
	uint32_t imm8 = as_arm_bits(i->w, 0, 8);
	unsigned code = as_arm_bits(i->w, 26, 1) << 4 | as_arm_bits(i->w, 12, 3) << 1 | imm8 >> 7;
	static const uint32_t repeat[] = { 1, 0x10001, 0x1000100, 0x1010101 };
	as_arm_operand p = as_arm_imm(imm8 * repeat[code >> 1 & 3]);
	if (code >= 8) {
		imm8 |= 0x80;
		p = as_arm_imm(imm8 >> code | imm8 << (32 - code));
	}
	return arithmetic(i, &p);
}

/* Saturation and fields. */
static bool fields(const as_insn *i, unsigned op)
{
	uint8_t rd = reg(i, 8), rn = reg(i, 16);
	unsigned lsb = as_arm_bits(i->w, 12, 3) << 2 | as_arm_bits(i->w, 6, 2),
		 top = as_arm_bits(i->w, 0, 5);
	if (bit(i, 26) || bit(i, 5))
		return false;
	if (op == 0x16) {
		if (top < lsb)
			return false;
		as_arm_insert(
			i->o, 4, rd, rn == 15 ? (uint8_t)AS_REG_ZERO : rn, lsb, top - lsb + 1);
		return true;
	}
	if (op == 0x14 || op == 0x1c) {
		if (lsb + top > 31)
			return false;
		as_arm_extract(i->o, 4, rd, rn, lsb, top + 1, op == 0x14);
		return true;
	}
	as_op_kill(i->o, rd);
	return op == 0x10 || op == 0x12 || op == 0x18 || op == 0x1a;
}

static bool plain(const as_insn *i)
{
	unsigned op = as_arm_bits(i->w, 20, 5);
	uint8_t rd = reg(i, 8), rn = reg(i, 16);
	uint32_t imm = as_arm_bits(i->w, 26, 1) << 11 | as_arm_bits(i->w, 12, 3) << 8 |
		       as_arm_bits(i->w, 0, 8);
	switch (op) {
	case 0x00:
	case 0x0a:
		if (rn == AS_ARM_PC)
			as_op_const(i->o, 4, rd, (as_arm_pc(i) & ~3u) + (op ? 0 - imm : imm));
		else
			as_op_rri(i->o, op ? AS_OP_SUB : AS_OP_ADD, 4, rd, rn, imm);
		return rd != AS_ARM_PC;
	case 0x04:
		as_op_const(i->o, 4, rd, (uint64_t)rn << 12 | imm);
		return rd != AS_ARM_PC;
	case 0x0c:
		as_arm_move_top(i, rd, (uint32_t)rn << 12 | imm);
		return rd != AS_ARM_PC;
	default:
		return fields(i, op) && rd != AS_ARM_PC;
	}
}

/* msr, hints, barriers, exception returns and calls */
static bool privileged(as_insn *i)
{
	unsigned op = as_arm_bits(i->w, 20, 7);
	uint8_t rn = reg(i, 16);
	switch (op) {
	case 0x38:
	case 0x39:
		if (op == 0x38 && !bit(i, 5) && bit(i, 11))
			as_arm_lose_flags(i);
		return true;
	case 0x3a:
	case 0x3b:
		return true;
	case 0x3c:
		as_arm_jump(i, rn, false);
		return true;
	case 0x3d:
		as_op_add(i->o, AS_OP_RETURN, 4);
		return true;
	case 0x3e:
	case 0x3f:
		as_op_kill(i->o, reg(i, 8));
		return true;
	case 0x78: /* dcps */
		as_op_add(i->o, AS_OP_TRAP, 4);
		return rn == 15;
	case 0x7e:
	case 0x7f:
		if (op == 0x7f && bit(i, 13)) { /* udf */
			as_op_add(i->o, AS_OP_TRAP, 4);
			i->cc = 14;
			return true;
		}
		for (uint8_t r = 0; r < 4; r++)
			as_op_kill(i->o, r);
		return true;
	default:
		return false;
	}
}

static bool branch(as_insn *i)
{
	uint32_t s = as_arm_bits(i->w, 26, 1), j1 = as_arm_bits(i->w, 13, 1),
		 j2 = as_arm_bits(i->w, 11, 1);
	uint32_t low = as_arm_bits(i->w, 0, 11) << 1;
	bool far = bit(i, 12), link = bit(i, 14);
	if (!far && !link) {
		unsigned cc = as_arm_bits(i->w, 22, 4);
		if (cc >= 14)
			return privileged(i);
		uint32_t by = s << 20 | j2 << 19 | j1 << 18 | as_arm_bits(i->w, 16, 6) << 12 | low;
		i->cc = (uint8_t)cc;
		as_arm_go(i, AS_OP_JUMP, as_arm_pc(i) + (uint32_t)as_arm_signed(by, 21), true);
		return !i->m->it;
	}
	uint32_t by = s << 24 | (j1 ^ s ^ 1) << 23 | (j2 ^ s ^ 1) << 22 |
		      as_arm_bits(i->w, 16, 10) << 12 | low;
	uint32_t to = as_arm_pc(i) + (uint32_t)as_arm_signed(by, 25);
	if (link && !far) { /* to A32 */
		as_arm_go(i, AS_OP_CALL, to & ~3u, false);
		return !(low & 2);
	}
	as_arm_go(i, link ? AS_OP_CALL : AS_OP_JUMP, to, true);
	return true;
}

/* Loads and stores of one register. */
static bool one(const as_insn *i)
{
	unsigned size = as_arm_bits(i->w, 21, 2);
	bool load = bit(i, 20), sign = bit(i, 24), before = bit(i, 10), back = bit(i, 8);
	as_arm_access p = { .load = load,
		.sign = sign,
		.width = (uint8_t)(1 << size),
		.rt = reg(i, 12),
		.rn = reg(i, 16) };
	if (size == 3 || (sign && (size == 2 || !load)) || (!load && p.rn == AS_ARM_PC))
		return false;
	if (p.rn == AS_ARM_PC || bit(i, 23)) {
		p.by = as_arm_imm(as_arm_bits(i->w, 0, 12));
		p.down = !bit(i, 23);
	} else if (bit(i, 11)) {
		p.by = as_arm_imm(as_arm_bits(i->w, 0, 8));
		p.down = !bit(i, 9);
		p.after = !before;
		p.back = back;
		if (!before && !back)
			return false;
	} else {
		p.by = as_arm_shifted(reg(i, 0), AS_LSL, as_arm_bits(i->w, 4, 2));
		if (as_arm_bits(i->w, 6, 5))
			return false;
	}
	if (p.rt == AS_ARM_PC && (size < 2 || !load)) /* preloads */
		return load && !p.back && !(sign && size == 1);
	as_arm_load_store(i, &p);
	return true;
}

/* Reversals, clz, saturating sums. */
static bool various(const as_insn *i)
{
	unsigned op1 = as_arm_bits(i->w, 20, 2), op2 = as_arm_bits(i->w, 4, 2),
		 kind = as_arm_bits(i->w, 22, 1);
	uint8_t rd = reg(i, 8), rm = reg(i, 0);
	if (kind == 0 && op1 == 1 && op2 != 2) {
		if (op2 == 3)
			as_arm_reverse_half(i, rd, rm);
		else
			as_arm_reverse(i->o, 4, rd, rm, op2 ? 2 : 4);
		return rm == reg(i, 16);
	}
	if (kind == 0 && op1 == 3) {
		as_op_rri(i->o, AS_OP_ZEROS, 4, rd, rm, 0);
		return op2 == 0 && rm == reg(i, 16);
	}
	as_op_kill(i->o, rd);
	if (kind == 0 && op1 < 2)
		return true;
	return kind ? op1 < 2 && op2 < 3 : op1 == 2 && op2 == 0;
}

static bool registers(const as_insn *i)
{
	unsigned op1 = as_arm_bits(i->w, 20, 4), op2 = as_arm_bits(i->w, 4, 4);
	uint8_t rd = reg(i, 8), rn = reg(i, 16), rm = reg(i, 0);
	if (reg(i, 12) != 15)
		return false;
	if (op2 == 0 && op1 < 8) {
		as_arm_operand p = { .rm = rn, .rs = rm, .type = (uint8_t)(op1 >> 1) };
		as_arm_data(i, AS_ARM_MOV, op1 & 1, rd, 0, &p);
		return rd != AS_ARM_PC;
	}
	if (op1 < 6 && op2 >= 8) {
		if (bit(i, 6))
			return false;
		if ((op1 & 6) == 2)
			as_op_kill(i->o, rd); /* two halves at once */
		else
			as_arm_extend_add(i, op1 < 2 ? 2 : 1, !(op1 & 1), rd, rn, rm,
				as_arm_bits(i->w, 4, 2) * 8);
		return true;
	}
	if (op1 == 8 && op2 == 4) {
		as_arm_add_bytes(i, rd, rn, rm);
		return true;
	}
	if (op1 == 12 && op2 == 5) { /* uqsub8 */
		as_op_packed(i->o, AS_PACKED_SUB_TO_0, 4, rd, rn, rm, 1, 0);
		return true;
	}
	if (op1 == 10 && op2 == 8) {
		as_arm_select_bytes(i, rd, rn, rm);
		return true;
	}
	if (op1 >= 8 && op2 < 8) { /* sums of parts; those that are not followed */
		as_op_kill(i->o, AS_REG_PARTS);
		as_op_kill(i->o, rd);
		return (op2 & 3) != 3 && (op1 & 7) != 3 && (op1 & 7) != 7;
	}
	return op1 >= 8 && op2 < 12 && various(i);
}

static bool multiply(const as_insn *i)
{
	unsigned op1 = as_arm_bits(i->w, 20, 3), op2 = as_arm_bits(i->w, 4, 2);
	uint8_t rd = reg(i, 8), ra = reg(i, 12), rn = reg(i, 16), rm = reg(i, 0);
	if (as_arm_bits(i->w, 6, 2))
		return false;
	if (op1 == 1) {
		as_arm_multiply_half(
			i, rd, ra == 15 ? (uint8_t)AS_REG_NONE : ra, rn, rm, op2 & 2, op2 & 1);
		return true;
	}
	if (op1 == 5 && op2 == 0) {
		as_arm_multiply_top(i, rd, ra, rn, rm);
		return true;
	}
	if (op1 || op2 > 1) {
		as_op_kill(i->o, rd);
		return op1 && op2 < 2 && !(op1 == 7 && op2);
	}
	bool alone = ra == 15 && !op2;
	as_op_rrr(i->o, AS_OP_MUL, 4, alone ? rd : (uint8_t)T2, rn, rm);
	if (!alone)
		as_op_rrr(i->o, op2 ? AS_OP_SUB : AS_OP_ADD, 4, rd, ra, T2);
	return true;
}

static bool multiply_long(const as_insn *i)
{
	unsigned op1 = as_arm_bits(i->w, 20, 3), op2 = as_arm_bits(i->w, 4, 4);
	uint8_t low = reg(i, 12), high = reg(i, 8), rn = reg(i, 16), rm = reg(i, 0);
	if (op1 == 1 || op1 == 3) {
		as_op_rrr(i->o, op1 == 1 ? AS_OP_DIVS : AS_OP_DIVU, 4, high, rn, rm);
		return op2 == 15 && low == 15;
	}
	if (op2 == 0) {
		as_arm_long_multiply(i, low, high, rn, rm, op1 == 0 || op1 == 4, op1 & 4);
		return op1 != 5 && op1 != 7;
	}
	as_op_kill(i->o, low);
	as_op_kill(i->o, high);
	return (op1 == 4 && op2 >= 8 && op2 < 14) || (op1 == 5 && (op2 & 14) == 12) ||
	       (op1 == 6 && op2 == 6);
}

/* Coprocessors and vectors: as in A32, the first half with another top. */
static bool coprocessor(const as_insn *i)
{
	uint32_t w = (i->w & 0x0fffffff) | (bit(i, 28) ? 0xf0000000 : 0xe0000000);
	if ((i->w & 0xef000000) == 0xef000000)
		return as_arm_neon(
			i, (i->w & 0x00ffffff) | 0xf2000000 | as_arm_bits(i->w, 28, 1) << 24);
	return as_arm_coprocessor(i, w);
}

bool as_arm_t32(as_insn *i)
{
	unsigned op1 = as_arm_bits(i->w, 27, 2), op2 = as_arm_bits(i->w, 20, 7);
	if (op1 == 2 && bit(i, 15))
		return branch(i);
	if (op1 == 2)
		return op2 & 0x20 ? plain(i) : modified(i);
	if (op2 & 0x40)
		return coprocessor(i);
	if (op1 == 1)
		return op2 & 0x20 ? shifted(i) : op2 & 4 ? pair_or_exclusive(i) : block(i);
	if ((op2 & 0x71) == 0x10)
		return as_arm_neon_memory(i, (i->w & 0x00ffffff) | 0xf4000000);
	if (!(op2 & 0x60))
		return one(i);
	if ((op2 & 0x70) == 0x20)
		return registers(i);
	return op2 & 8 ? multiply_long(i) : multiply(i);
}
