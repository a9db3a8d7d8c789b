/* SPDX-License-Identifier: Apache-2.0 */
/* What A32 and T32 instructions do, however they are encoded. */
#include "code/arch/arm.h"

#include "code/packed.h"

as_arm_operand as_arm_imm(uint32_t value)
{
	return (as_arm_operand){ .constant = true, .value = value, .rs = AS_REG_NONE };
}

as_arm_operand as_arm_reg(uint8_t rm) { return (as_arm_operand){ .rm = rm, .rs = AS_REG_NONE }; }

as_arm_operand as_arm_shifted(uint8_t rm, unsigned type, unsigned n)
{
	as_arm_operand p = { .rm = rm, .rs = AS_REG_NONE, .type = (uint8_t)type, .n = (uint8_t)n };
	if (n == 0 && type == AS_ROR)
		p.type = AS_RRX;
	else if (n == 0 && type != AS_LSL)
		p.n = 32;
	return p;
}

uint8_t as_arm_read(const as_insn *i, uint8_t r, uint8_t temp)
{
	if (r != AS_ARM_PC)
		return r;
	as_op_const(i->o, 4, temp, as_arm_pc(i));
	return temp;
}

void as_arm_go(const as_insn *i, as_op_kind kind, uint32_t to, bool thumb)
{
	as_op_add(i->o, kind, 4)->imm = (int64_t)(to & ~1u) | thumb;
}

void as_arm_jump(const as_insn *i, uint8_t r, bool keeps)
{
	if (keeps && i->m->thumb) {
		as_op_rri(i->o, AS_OP_OR, 4, T2, r, 1);
		r = T2;
	}
	as_op_add(i->o, AS_OP_JUMP_TO, 4)->a = r;
}

static bool is_logic(unsigned opcode)
{
	return opcode < AS_ARM_SUB || opcode == AS_ARM_TST || opcode == AS_ARM_TEQ ||
	       opcode >= AS_ARM_ORR;
}

/* What the shifter leaves in the carry flag: answers the state, and where it is known puts it there. */
static uint8_t shift_carry(const as_insn *i, const as_arm_operand *p)
{
	bool none = p->constant || (p->rs == AS_REG_NONE && p->type == AS_LSL && p->n == 0);
	if (none && i->m->carry == AS_CARRY_KNOWN && p->value <= 0xff)
		return AS_CARRY_KNOWN; /* as it was */
	if (none || p->rs != AS_REG_NONE || p->type == AS_RRX || i->cc < 14)
		return AS_CARRY_LOST;
	uint8_t rm = as_arm_read(i, p->rm, T1);
	unsigned bit = p->type == AS_LSL ? 32u - p->n : p->n - 1u;
	if (bit)
		as_op_rri(i->o, AS_OP_SHR, 4, T3, rm, bit);
	as_op_rri(i->o, AS_OP_AND, 4, AS_REG_CARRY, bit ? T3 : rm, 1);
	return AS_CARRY_KNOWN;
}

/* Answers the register that holds the operand, shifted into to where that is needed; *shift: bits to the left that
 * are left to the operation, if it may. */
static uint8_t settle(const as_insn *i, const as_arm_operand *p, uint8_t to, uint8_t *shift)
{
	static const as_op_kind kinds[] = { AS_OP_SHL, AS_OP_SHR, AS_OP_SAR, AS_OP_ROR };
	uint8_t rm = as_arm_read(i, p->rm, T1);
	if (p->rs != AS_REG_NONE) {
		as_op_rri(i->o, AS_OP_AND, 4, T3, p->rs, 0xff);
		as_op_rrr(i->o, kinds[p->type], 4, to, rm, T3);
		return to;
	}
	if (p->type == AS_RRX) {
		as_arm_carry(i, T3, false);
		as_op_rri(i->o, AS_OP_SHR, 4, T1, rm, 1);
		as_op_rrr(i->o, AS_OP_OR, 4, to, T1, T3);
		i->o->op[i->o->n - 1].shift = 31;
		return to;
	}
	if (p->n == 0)
		return rm;
	if (shift && p->type == AS_LSL) {
		*shift = p->n;
		return rm;
	}
	as_op_rri(i->o, kinds[p->type], 4, to, rm, p->n);
	return to;
}

/* dst = a kind b, or a kind imm where b is AS_REG_NONE. */
static as_op *put(
	const as_insn *i, as_op_kind kind, uint8_t dst, uint8_t a, uint8_t b, uint32_t imm)
{
	as_op *op = as_op_add(i->o, kind, 4);
	op->dst = dst;
	op->a = a;
	op->b = b;
	op->imm = imm;
	return op;
}

static void with_carry(
	const as_insn *i, unsigned opcode, uint8_t rd, uint8_t a, uint8_t b, uint32_t imm)
{
	as_op_kind kind = opcode == AS_ARM_ADC   ? AS_OP_ADD
			  : opcode == AS_ARM_SBC ? AS_OP_SUB
						 : AS_OP_RSUB;
	as_arm_carry(i, T3, kind != AS_OP_ADD);
	put(i, kind, T2, a, b, imm);
	as_op_rrr(i->o, kind == AS_OP_ADD ? AS_OP_ADD : AS_OP_SUB, 4, rd, T2, T3);
}

/* The flags of a comparison or of an operation whose operands are still there. True: done with. */
static bool compare(const as_insn *i, unsigned opcode, uint8_t a, uint8_t b, uint32_t imm)
{
	bool reversed = opcode == AS_ARM_RSB;
	switch (opcode) {
	case AS_ARM_CMP:
	case AS_ARM_SUB:
	case AS_ARM_RSB:
		if (reversed && b == AS_REG_NONE) {
			as_op_const(i->o, 4, T1, imm);
			b = T1;
		}
		put(i, AS_OP_COMPARE, AS_REG_FLAGS, reversed ? b : a, reversed ? a : b, imm);
		as_arm_set_carry(i, AS_CARRY_COMPARED);
		return true;
	case AS_ARM_TST:
	case AS_ARM_AND:
		put(i, AS_OP_TEST, AS_REG_FLAGS, a, b, imm);
		return true;
	case AS_ARM_TEQ:
		put(i, AS_OP_COMPARE, AS_REG_FLAGS, a, b, imm);
		as_arm_set_carry(i, AS_CARRY_EQUALITY);
		return true;
	case AS_ARM_CMN:
	case AS_ARM_ADD:
		if (b == AS_REG_NONE)
			as_arm_compare_negative(i, 4, a, (int32_t)imm);
		else if (i->cc < 14)
			as_arm_lose_flags(i);
		else
			as_arm_adds(i, 4, AS_REG_ZERO, a, b);
		return true;
	default:
		return false;
	}
}

/* Inversions of constants are constants; what is added to the program counter too. */
static unsigned simplify(const as_insn *i, unsigned opcode, bool s, uint8_t rn, as_arm_operand *q)
{
	if (!q->constant)
		return opcode;
	bool pc = rn == AS_ARM_PC && !s;
	if (opcode == AS_ARM_BIC || opcode == AS_ARM_MVN || opcode == AS_ARM_ORN) {
		q->value = ~q->value;
		return opcode == AS_ARM_BIC   ? AS_ARM_AND
		       : opcode == AS_ARM_MVN ? AS_ARM_MOV
					      : AS_ARM_ORR;
	}
	if (pc && (opcode == AS_ARM_ADD || opcode == AS_ARM_SUB)) {
		q->value = as_arm_pc(i) + (opcode == AS_ARM_ADD ? q->value : 0 - q->value);
		return AS_ARM_MOV;
	}
	return opcode;
}

static void move(const as_insn *i, unsigned opcode, uint8_t rd, const as_arm_operand *q)
{
	if (q->constant) {
		as_op_const(i->o, 4, rd, q->value);
		return;
	}
	uint8_t b = settle(i, q, rd, NULL);
	if (opcode == AS_ARM_MVN || b != rd)
		as_op_rri(i->o, opcode == AS_ARM_MVN ? AS_OP_NOT : AS_OP_MOVE, 4, rd, b, 0);
}

/* The result of everything but moves and comparisons. */
static void compute(const as_insn *i, unsigned opcode, uint8_t rd, uint8_t a, uint8_t b,
	uint32_t imm, uint8_t shift)
{
	static const as_op_kind kinds[] = { [AS_ARM_AND] = AS_OP_AND,
		[AS_ARM_EOR] = AS_OP_XOR,
		[AS_ARM_SUB] = AS_OP_SUB,
		[AS_ARM_RSB] = AS_OP_RSUB,
		[AS_ARM_ADD] = AS_OP_ADD,
		[AS_ARM_ORR] = AS_OP_OR,
		[AS_ARM_BIC] = AS_OP_AND,
		[AS_ARM_ORN] = AS_OP_OR };
	if (opcode >= AS_ARM_ADC && opcode <= AS_ARM_RSC) {
		with_carry(i, opcode, rd, a, b, imm);
		return;
	}
	if (opcode == AS_ARM_BIC || opcode == AS_ARM_ORN) {
		as_op_rri(i->o, AS_OP_NOT, 4, T1, b, 0);
		b = T1;
	}
	put(i, kinds[opcode], rd, a, b, imm)->shift = shift;
}

void as_arm_data(
	const as_insn *i, unsigned opcode, bool s, uint8_t rd, uint8_t rn, const as_arm_operand *p)
{
	as_arm_operand q = *p;
	bool back = s && rd == AS_ARM_PC, test = opcode >= AS_ARM_TST && opcode <= AS_ARM_CMN;
	bool maybe = i->cc < 14, to_pc = rd == AS_ARM_PC && !test;
	opcode = simplify(i, opcode, s, rn, &q);
	bool moves = opcode == AS_ARM_MOV || opcode == AS_ARM_MVN, done = false;
	uint8_t dst = to_pc ? (uint8_t)T2 : rd, a = moves ? AS_REG_NONE : as_arm_read(i, rn, T0);
	uint8_t b = AS_REG_NONE, shift = 0;
	s = s && !to_pc;
	uint8_t carry = s && is_logic(opcode) ? shift_carry(i, &q) : AS_CARRY_LOST;
	bool may_shift = !s && opcode <= AS_ARM_ORR && !test &&
			 !(opcode >= AS_ARM_ADC && opcode <= AS_ARM_RSC);
	if (!moves && !q.constant)
		b = settle(i, &q, T1, may_shift ? &shift : NULL);
	if (s && (test || !maybe))
		done = compare(i, opcode, a, b, q.value);
	bool shifts = s && is_logic(opcode) && opcode != AS_ARM_TEQ;
	if (moves)
		move(i, opcode, dst, &q);
	else if (!test && s && !maybe && opcode == AS_ARM_ADD && b != AS_REG_NONE)
		as_op_move(i->o, 4, dst, T2); /* the sum was needed for the flags */
	else if (!test)
		compute(i, opcode, dst, a, b, q.value, shift);
	if (s && !test && (maybe || (opcode >= AS_ARM_ADC && opcode <= AS_ARM_RSC)))
		as_arm_lose_flags(i);
	else if (s && !done)
		as_op_rri(i->o, AS_OP_RESULT, 4, AS_REG_FLAGS, dst, 0);
	if (shifts && (test || !maybe))
		as_arm_set_carry(i, carry);
	bool plain = opcode == AS_ARM_MOV && !q.constant && q.type == AS_LSL && q.n == 0;
	if (to_pc && (back || (plain && q.rs == AS_REG_NONE && q.rm == AS_ARM_LR)))
		as_op_add(i->o, AS_OP_RETURN, 4);
	else if (to_pc)
		as_arm_jump(i, T2, true);
}

/* The address of an access: base, index and offset of the operation. */
static void aim(const as_insn *i, const as_arm_access *p, as_op *to, uint8_t *by)
{
	uint8_t shift = 0;
	*to = (as_op){ .a = p->rn, .b = AS_REG_NONE };
	*by = AS_REG_NONE;
	if (p->by.constant) {
		to->imm = p->down ? -(int64_t)p->by.value : (int64_t)p->by.value;
	} else {
		bool careful = p->down || p->back || p->pair;
		*by = settle(i, &p->by, T1, careful ? NULL : &shift);
		if (p->down)
			as_op_rrr(i->o, AS_OP_SUB, 4, T1, AS_REG_ZERO, *by);
		else if (careful && *by != T1)
			as_op_move(i->o, 4, T1, *by);
		*by = careful ? (uint8_t)T1 : *by;
		to->b = *by;
		to->shift = shift;
	}
	if (p->rn == AS_ARM_PC) {
		to->a = AS_REG_NONE;
		to->imm += as_arm_pc(i) & ~3u;
	}
}

static void access(const as_insn *i, const as_arm_access *p, uint8_t rt, const as_op *to)
{
	if (!p->load)
		rt = as_arm_read(i, rt, T3);
	as_op *op = as_op_add(i->o, p->load ? AS_OP_LOAD : AS_OP_STORE, p->width);
	op->a = to->a;
	op->b = to->b;
	op->shift = to->shift;
	op->imm = to->imm;
	if (p->load)
		op->dst = rt == AS_ARM_PC ? (uint8_t)T2 : rt;
	else
		op->c = rt;
	if (p->load && p->sign) {
		op->sign = true;
		as_op_move(i->o, 4, rt, rt);
	}
}

void as_arm_load_store(const as_insn *i, const as_arm_access *p)
{
	as_op to;
	uint8_t by;
	aim(i, p, &to, &by);
	as_op at = to;
	if (p->after) {
		at.b = AS_REG_NONE;
		at.imm = 0;
	}
	if (p->load && p->pair && p->rt == p->rn) { /* the base is needed once more */
		as_op_move(i->o, 4, T0, p->rn);
		at.a = T0;
	}
	access(i, p, p->rt, &at);
	at.imm += 4;
	if (p->pair)
		access(i, p, p->rt2, &at);
	if (p->back && by != AS_REG_NONE)
		as_op_rrr(i->o, AS_OP_ADD, 4, p->rn, p->rn, by);
	else if (p->back && to.imm)
		as_op_rri(i->o, AS_OP_ADD, 4, p->rn, p->rn, to.imm);
	if (!p->load || p->rt != AS_ARM_PC)
		return;
	if (p->rn == AS_ARM_SP && p->after)
		as_op_add(i->o, AS_OP_RETURN, 4);
	else
		as_arm_jump(i, T2, false);
}

void as_arm_block(const as_insn *i, const as_arm_many *p)
{
	int64_t n = __builtin_popcount(p->list), at = p->up ? 0 : -4 * n;
	if (p->before == p->up)
		at += 4;
	uint8_t base = p->rn;
	if (p->load && p->list >> p->rn & 1) {
		as_op_move(i->o, 4, T0, p->rn);
		base = T0;
	}
	for (uint8_t r = 0; r < 16; r++) {
		if (!(p->list >> r & 1))
			continue;
		if (p->load)
			as_op_load(i->o, 4, r == AS_ARM_PC ? (uint8_t)T2 : r, base, at);
		else
			as_op_store(i->o, 4, base, at, as_arm_read(i, r, T3));
		at += 4;
	}
	if (p->back && !(p->load && p->list >> p->rn & 1))
		as_op_rri(i->o, AS_OP_ADD, 4, p->rn, p->rn, p->up ? 4 * n : -4 * n);
	if (!p->load || !(p->list >> AS_ARM_PC & 1))
		return;
	if (p->rn == AS_ARM_SP || p->list >> AS_ARM_SP & 1)
		as_op_add(i->o, AS_OP_RETURN, 4);
	else
		as_arm_jump(i, T2, false);
}

void as_arm_long_multiply(
	const as_insn *i, uint8_t low, uint8_t high, uint8_t rn, uint8_t rm, bool sign, bool add)
{
	const uint8_t from[] = { rn, rm };
	for (unsigned k = 0; k < 2; k++) {
		as_op_move(i->o, 4, (uint8_t)(T0 + k), from[k]);
		i->o->op[i->o->n - 1].sign = sign;
	}
	as_op_rrr(i->o, AS_OP_MUL, 8, T2, T0, T1);
	if (add) {
		as_op_rri(i->o, AS_OP_SHL, 8, T3, high, 32);
		as_op_rrr(i->o, AS_OP_OR, 8, T3, T3, low);
		as_op_rrr(i->o, AS_OP_ADD, 8, T2, T2, T3);
	}
	as_op_move(i->o, 4, low, T2);
	as_op_rri(i->o, AS_OP_SHR, 8, high, T2, 32);
}

void as_arm_exclusive(const as_insn *i, bool load, uint8_t width, uint8_t status, uint8_t rt,
	uint8_t rt2, uint8_t rn, int64_t by)
{
	as_arm_access p = { .load = load,
		.pair = width == 8,
		.width = width == 8 ? 4 : width,
		.rt = rt,
		.rt2 = rt2,
		.rn = rn,
		.by = as_arm_imm((uint32_t)by) };
	as_arm_load_store(i, &p);
	if (!load && status != AS_REG_NONE)
		as_op_const(i->o, 4, status, 0); /* taken to succeed */
}

void as_arm_extend_add(
	const as_insn *i, uint8_t width, bool sign, uint8_t rd, uint8_t rn, uint8_t rm, unsigned n)
{
	if (n) {
		as_op_rri(i->o, AS_OP_ROR, 4, T1, rm, n);
		rm = T1;
	}
	as_arm_extract(i->o, 4, rn == AS_ARM_PC ? rd : (uint8_t)T2, rm, 0, width * 8u, sign);
	if (rn != AS_ARM_PC)
		as_op_rrr(i->o, AS_OP_ADD, 4, rd, rn, T2);
}

void as_arm_reverse_half(const as_insn *i, uint8_t rd, uint8_t rm)
{
	as_arm_reverse(i->o, 4, T1, rm, 2);
	as_arm_extract(i->o, 4, rd, T1, 0, 16, true);
}

void as_arm_multiply_half(
	const as_insn *i, uint8_t rd, uint8_t ra, uint8_t rn, uint8_t rm, bool n_top, bool m_top)
{
	as_arm_extract(i->o, 4, T0, rn, n_top ? 16 : 0, 16, true);
	as_arm_extract(i->o, 4, T1, rm, m_top ? 16 : 0, 16, true);
	as_op_rrr(i->o, AS_OP_MUL, 4, ra == AS_REG_NONE ? rd : (uint8_t)T3, T0, T1);
	if (ra != AS_REG_NONE)
		as_op_rrr(i->o, AS_OP_ADD, 4, rd, T3, ra);
}

void as_arm_multiply_top(const as_insn *i, uint8_t rd, uint8_t ra, uint8_t rn, uint8_t rm)
{
	as_op_rrr(i->o, AS_OP_MULHS, 4, ra == AS_ARM_PC ? rd : (uint8_t)T2, rn, rm);
	if (ra != AS_ARM_PC)
		as_op_rrr(i->o, AS_OP_ADD, 4, rd, T2, ra);
}

void as_arm_add_bytes(const as_insn *i, uint8_t rd, uint8_t rn, uint8_t rm)
{
	as_op_packed(i->o, AS_PACKED_CARRIES, 4, AS_REG_PARTS, rn, rm, 1, 0);
	as_op_packed(i->o, AS_PACKED_ADD, 4, rd, rn, rm, 1, 0);
}

void as_arm_select_bytes(const as_insn *i, uint8_t rd, uint8_t rn, uint8_t rm)
{
	as_op_packed(i->o, AS_PACKED_AND_NOT, 4, T0, AS_REG_PARTS, rm, 4, 0);
	as_op_rrr(i->o, AS_OP_AND, 4, rd, rn, AS_REG_PARTS);
	as_op_rrr(i->o, AS_OP_OR, 4, rd, rd, T0);
}
