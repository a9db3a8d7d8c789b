/* SPDX-License-Identifier: Apache-2.0 */
/* T32, the instructions of two bytes. In an IT block they leave the flags alone. ARM DDI 0406C, A6.2. */
#include "code/arch/arm.h"

static uint8_t low(const as_insn *i, unsigned at) { return (uint8_t)as_arm_bits(i->w, at, 3); }

static void data(const as_insn *i, unsigned opcode, uint8_t rd, uint8_t rn, as_arm_operand p)
{
	bool test = opcode >= AS_ARM_TST && opcode <= AS_ARM_CMN;
	as_arm_data(i, opcode, test || !i->m->it, rd, rn, &p);
}

static bool shift_or_add(as_insn *i)
{
	unsigned type = as_arm_bits(i->w, 11, 2), imm5 = as_arm_bits(i->w, 6, 5);
	uint8_t rd = low(i, 0), rm = low(i, 3);
	if (type < 3) {
		data(i, AS_ARM_MOV, rd, 0, as_arm_shifted(rm, type, imm5));
		return true;
	}
	as_arm_operand p = i->w & 0x400 ? as_arm_imm(low(i, 6)) : as_arm_reg(low(i, 6));
	data(i, i->w & 0x200 ? AS_ARM_SUB : AS_ARM_ADD, rd, rm, p);
	return true;
}

static bool immediate(as_insn *i)
{
	static const uint8_t opcodes[] = { AS_ARM_MOV, AS_ARM_CMP, AS_ARM_ADD, AS_ARM_SUB };
	data(i, opcodes[as_arm_bits(i->w, 11, 2)], low(i, 8), low(i, 8), as_arm_imm(i->w & 0xff));
	return true;
}

static bool arithmetic(const as_insn *i)
{
	static const uint8_t opcodes[16] = { AS_ARM_AND, AS_ARM_EOR, AS_ARM_MOV, AS_ARM_MOV,
		AS_ARM_MOV, AS_ARM_ADC, AS_ARM_SBC, AS_ARM_MOV, AS_ARM_TST, AS_ARM_RSB, AS_ARM_CMP,
		AS_ARM_CMN, AS_ARM_ORR, 0, AS_ARM_BIC, AS_ARM_MVN };
	unsigned code = as_arm_bits(i->w, 6, 4), opcode = opcodes[code];
	uint8_t rd = low(i, 0), rm = low(i, 3);
	as_arm_operand p = as_arm_reg(rm);
	if (code == 13) {
		as_op_rrr(i->o, AS_OP_MUL, 4, rd, rd, rm);
		if (!i->m->it) {
			as_op_rri(i->o, AS_OP_RESULT, 4, AS_REG_FLAGS, rd, 0);
			as_arm_set_carry(i, AS_CARRY_LOST);
		}
		return true;
	}
	if (opcode == AS_ARM_MOV) { /* shifts by a register */
		static const uint8_t types[] = {
			[2] = AS_LSL, [3] = AS_LSR, [4] = AS_ASR, [7] = AS_ROR
		};
		p = (as_arm_operand){ .rm = rd, .rs = rm, .type = types[code] };
	}
	if (code == 9) {
		data(i, opcode, rd, rm, as_arm_imm(0));
		return true;
	}
	data(i, opcode, rd, rd, p);
	return true;
}

/* High registers, bx, blx. */
static bool special(const as_insn *i)
{
	uint8_t rd = (uint8_t)(low(i, 0) | as_arm_bits(i->w, 7, 1) << 3);
	uint8_t rm = (uint8_t)as_arm_bits(i->w, 3, 4);
	as_arm_operand p = as_arm_reg(rm);
	switch (as_arm_bits(i->w, 8, 2)) {
	case 0:
		as_arm_data(i, AS_ARM_ADD, false, rd, rd, &p);
		return true;
	case 1:
		as_arm_data(i, AS_ARM_CMP, true, rd, rd, &p);
		return true;
	case 2:
		as_arm_data(i, AS_ARM_MOV, false, rd, rd, &p);
		return true;
	default:
		break;
	}
	if (i->w & 0x80)
		as_op_add(i->o, AS_OP_CALL_TO, 4)->a = as_arm_read(i, rm, T0);
	else if (rm == AS_ARM_PC) /* to A32 */
		as_arm_go(i, AS_OP_JUMP, as_arm_pc(i) & ~3u, false);
	else if (rm == AS_ARM_LR)
		as_op_add(i->o, AS_OP_RETURN, 4);
	else
		as_arm_jump(i, rm, false);
	return !(i->w & 7);
}

static void move(const as_insn *i, bool load, uint8_t width, uint8_t rn, unsigned by)
{
	as_arm_access p = {
		.load = load, .width = width, .rt = low(i, 0), .rn = rn, .by = as_arm_imm(by)
	};
	as_arm_load_store(i, &p);
}

static void move_wide(const as_insn *i, bool load, uint8_t rn)
{
	as_arm_access p = { .load = load,
		.width = 4,
		.rt = low(i, 8),
		.rn = rn,
		.by = as_arm_imm((i->w & 0xff) * 4) };
	as_arm_load_store(i, &p);
}

static bool registers(as_insn *i)
{
	if (i->w & 0x800) {
		move_wide(i, true, AS_ARM_PC);
		return true;
	}
	return i->w & 0x400 ? special(i) : arithmetic(i);
}

/* Loads and stores with an index. */
static bool indexed(as_insn *i)
{
	static const uint8_t widths[] = { 4, 2, 1, 1, 4, 2, 1, 2 };
	unsigned kind = as_arm_bits(i->w, 9, 3);
	as_arm_access p = { .load = kind >= 3,
		.sign = kind == 3 || kind == 7,
		.width = widths[kind],
		.rt = low(i, 0),
		.rn = low(i, 3),
		.by = as_arm_reg(low(i, 6)) };
	as_arm_load_store(i, &p);
	return true;
}

static bool offset(as_insn *i)
{
	uint8_t width = i->w & 0x1000 ? 1 : 4;
	move(i, i->w & 0x800, width, low(i, 3), as_arm_bits(i->w, 6, 5) * width);
	return true;
}

static bool half_or_stack(as_insn *i)
{
	if (i->w & 0x1000)
		move_wide(i, i->w & 0x800, AS_ARM_SP);
	else
		move(i, i->w & 0x800, 2, low(i, 3), as_arm_bits(i->w, 6, 5) * 2);
	return true;
}

static void block(const as_insn *i, bool load, uint8_t rn, uint32_t list, bool down)
{
	as_arm_many p = { .load = load,
		.up = !down,
		.before = down,
		.back = true,
		.rn = rn,
		.list = (uint16_t)list };
	as_arm_block(i, &p);
}

/* IT and hints. */
static bool it(as_insn *i)
{
	uint32_t v = i->w & 0xff;
	if (!(v & 15))
		return true; /* a hint; those not given do nothing */
	bool valid = v >> 4 != 15 && !(v >> 4 == 14 && (v & (v - 1) & 15)) && !i->m->it;
	i->m->it = (uint8_t)v;
	return valid;
}

static bool extend(const as_insn *i)
{
	unsigned kind = as_arm_bits(i->w, 6, 2);
	as_arm_extract(i->o, 4, low(i, 0), low(i, 3), 0, kind & 1 ? 8 : 16, kind < 2);
	return true;
}

static bool reverse(const as_insn *i)
{
	unsigned kind = as_arm_bits(i->w, 6, 2);
	if (kind == 2)
		as_op_add(i->o, AS_OP_TRAP, 4); /* hlt */
	else if (kind == 3)
		as_arm_reverse_half(i, low(i, 0), low(i, 3));
	else
		as_arm_reverse(i->o, 4, low(i, 0), low(i, 3), kind ? 2 : 4);
	return true;
}

static bool compare_zero(const as_insn *i)
{
	as_op *op = as_op_add(i->o, AS_OP_BRANCH_IF, 4);
	uint32_t by = as_arm_bits(i->w, 3, 5) << 1 | as_arm_bits(i->w, 9, 1) << 6;
	op->a = low(i, 0);
	op->b = AS_REG_ZERO;
	op->cond = i->w & 0x800 ? AS_NE : AS_EQ;
	op->imm = (int64_t)((as_arm_pc(i) + by) | 1u);
	return !i->m->it;
}

static bool miscellaneous(as_insn *i)
{
	unsigned kind = as_arm_bits(i->w, 8, 4);
	uint32_t list = i->w & 0xff;
	switch (kind) {
	case 0:
		as_op_rri(i->o, i->w & 0x80 ? AS_OP_SUB : AS_OP_ADD, 4, AS_ARM_SP, AS_ARM_SP,
			(int64_t)(i->w & 0x7f) * 4);
		return true;
	case 1:
	case 3:
	case 9:
	case 11:
		return compare_zero(i);
	case 2:
		return extend(i);
	case 4:
	case 5:
		list |= kind == 5 ? 1u << AS_ARM_LR : 0;
		block(i, false, AS_ARM_SP, list, true);
		return list;
	case 6:
		return (i->w & 0xf7) == 0x50 || ((i->w & 0xe8) == 0x60 && i->w & 7);
	case 10:
		return reverse(i);
	case 12:
	case 13:
		list |= kind == 13 ? 1u << AS_ARM_PC : 0;
		block(i, true, AS_ARM_SP, list, false);
		return list;
	case 14:
		as_op_add(i->o, AS_OP_TRAP, 4);
		i->cc = 14; /* whatever the block says */
		return true;
	case 15:
		return it(i);
	default:
		return false;
	}
}

static bool address_or_misc(as_insn *i)
{
	if (i->w & 0x1000)
		return miscellaneous(i);
	int64_t imm = (int64_t)(i->w & 0xff) * 4;
	if (i->w & 0x800)
		as_op_rri(i->o, AS_OP_ADD, 4, low(i, 8), AS_ARM_SP, imm);
	else
		as_op_const(i->o, 4, low(i, 8), (as_arm_pc(i) & ~3u) + (uint64_t)imm);
	return true;
}

static bool block_or_branch(as_insn *i)
{
	unsigned cc = as_arm_bits(i->w, 8, 4);
	uint8_t rn = low(i, 8);
	if (!(i->w & 0x1000)) {
		uint32_t list = i->w & 0xff;
		block(i, i->w & 0x800, rn, list, false);
		return list;
	}
	if (cc == 14) {
		as_op_add(i->o, AS_OP_TRAP, 4);
		return true;
	}
	if (cc == 15) {
		as_op_add(i->o, AS_OP_SYSCALL, 4)->imm = i->w & 0xff;
		as_op_kill(i->o, 0);
		return true;
	}
	i->cc = (uint8_t)cc;
	as_arm_go(i, AS_OP_JUMP, as_arm_pc(i) + (uint32_t)as_arm_signed(i->w & 0xff, 8) * 2, true);
	return !i->m->it;
}

static bool branch(as_insn *i)
{
	uint32_t by = (uint32_t)as_arm_signed(as_arm_bits(i->w, 0, 11), 11) * 2;
	as_arm_go(i, AS_OP_JUMP, as_arm_pc(i) + by, true);
	return true;
}

bool as_arm_t16(as_insn *i)
{
	static bool (*const classes[8])(as_insn *) = { shift_or_add, immediate, NULL, offset,
		half_or_stack, address_or_misc, block_or_branch, branch };
	unsigned top = as_arm_bits(i->w, 13, 3);
	if (top == 2)
		return i->w & 0x1000 ? indexed(i) : registers(i);
	return classes[top](i);
}
