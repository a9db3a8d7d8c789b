/* SPDX-License-Identifier: Apache-2.0 */
/* A64: arithmetic and logic on general registers. */
#include "code/arch/aarch64.h"

#include "code/packed.h"

enum { AND, ORR, EOR, ANDS };

static const as_op_kind logic_kinds[] = { AS_OP_AND, AS_OP_OR, AS_OP_XOR, AS_OP_AND };

static uint8_t width_of(const as_insn *i) { return i->w >> 31 ? 8 : 4; }

static bool address(const as_insn *i)
{
	int64_t by = as_arm_signed(as_arm_bits(i->w, 5, 19) << 2 | as_arm_bits(i->w, 29, 2), 21);
	uint64_t to = i->w >> 31 ? (i->at & ~0xfffull) + (uint64_t)by * 4096 : i->at + (uint64_t)by;
	as_op_const(i->o, 8, as_a64_x(i, 0), to);
	return true;
}

/* Operations of add and sub with a constant, which differ in what register 31 is. */
static bool add_immediate(const as_insn *i)
{
	uint8_t width = width_of(i), rn = as_a64_sp(i, 5);
	bool sub = i->w >> 30 & 1, flags = i->w >> 29 & 1;
	uint8_t rd = flags ? as_a64_x(i, 0) : as_a64_sp(i, 0);
	int64_t imm = (int64_t)as_arm_bits(i->w, 10, 12) << (i->w >> 22 & 1 ? 12 : 0);
	if (flags && sub) {
		as_op_rri(i->o, AS_OP_COMPARE, width, AS_REG_FLAGS, rn, imm);
		i->m->carry = AS_CARRY_COMPARED;
	} else if (flags) {
		as_arm_compare_negative(i, width, rn, imm);
	}
	if (rd == AS_REG_ZERO)
		return true;
	if (imm == 0)
		as_op_move(i->o, width, rd, rn);
	else
		as_op_rri(i->o, sub ? AS_OP_SUB : AS_OP_ADD, width, rd, rn, imm);
	return true;
}

static bool add_tag(const as_insn *i)
{
	as_op_kill(i->o, as_a64_sp(i, 0)); /* the tag is in the address */
	return i->w >> 31 && !(i->w >> 29 & 1) && !(i->w >> 22 & 1);
}

/* The constant that N, immr and imms name; false: none. */
static bool bitmask(const as_insn *i, uint64_t *mask)
{
	uint32_t n = i->w >> 22 & 1, immr = as_arm_bits(i->w, 16, 6),
		 imms = as_arm_bits(i->w, 10, 6);
	unsigned size = 64;
	if (!n) {
		uint32_t zeros = ~imms & 0x3f;
		if (zeros < 2)
			return false;
		size = 1u << (31 - (unsigned)__builtin_clz(zeros));
	}
	unsigned ones = (imms & (size - 1)) + 1, by = immr & (size - 1);
	if (ones == size || (n && !(i->w >> 31)))
		return false;
	uint64_t all = size == 64 ? ~0ull : (1ull << size) - 1, v = (1ull << ones) - 1;
	v = by ? (v >> by | v << (size - by)) & all : v;
	for (unsigned k = size; k < 64; k *= 2)
		v |= v << k;
	*mask = v;
	return true;
}

static bool logic_immediate(const as_insn *i)
{
	uint8_t width = width_of(i), rn = as_a64_x(i, 5), opc = (uint8_t)as_arm_bits(i->w, 29, 2);
	uint8_t rd = opc == ANDS ? as_a64_x(i, 0) : as_a64_sp(i, 0);
	uint64_t mask = 0;
	if (!bitmask(i, &mask))
		return false;
	if (width == 4)
		mask &= UINT32_MAX;
	if (opc == ANDS) {
		as_op_rri(i->o, AS_OP_TEST, width, AS_REG_FLAGS, rn, (int64_t)mask);
		i->m->carry = AS_CARRY_LOGIC;
	}
	if (opc == ORR && rn == AS_REG_ZERO)
		as_op_const(i->o, width, rd, mask);
	else if (rd != AS_REG_ZERO)
		as_op_rri(i->o, logic_kinds[opc], width, rd, rn, (int64_t)mask);
	return true;
}

/* movn, movz, movk */
static bool move_wide(const as_insn *i)
{
	uint8_t width = width_of(i), rd = as_a64_x(i, 0);
	unsigned opc = as_arm_bits(i->w, 29, 2), by = as_arm_bits(i->w, 21, 2) * 16;
	uint64_t imm = (uint64_t)as_arm_bits(i->w, 5, 16) << by;
	if (opc == 1 || (width == 4 && by > 16))
		return false;
	if (opc == 3) {
		as_op_rri(i->o, AS_OP_AND, width, rd, rd, (int64_t) ~(0xffffull << by));
		as_op_rri(i->o, AS_OP_OR, width, rd, rd, (int64_t)imm);
		return true;
	}
	imm = opc == 0 ? ~imm : imm;
	as_op_const(i->o, width, rd, width == 4 ? imm & UINT32_MAX : imm);
	return true;
}

/* sbfm, bfm, ubfm: all moves of fields, shifts by constants and extensions */
static bool bitfield(const as_insn *i)
{
	uint8_t width = width_of(i), rd = as_a64_x(i, 0), rn = as_a64_x(i, 5);
	unsigned opc = as_arm_bits(i->w, 29, 2), bits = width * 8u;
	unsigned immr = as_arm_bits(i->w, 16, 6), imms = as_arm_bits(i->w, 10, 6);
	if (opc == 3 || (i->w >> 22 & 1) != i->w >> 31 || immr >= bits || imms >= bits)
		return false;
	if (imms >= immr) {
		unsigned n = imms - immr + 1;
		if (opc != 1) {
			as_arm_extract(i->o, width, rd, rn, immr, n, opc == 0);
			return true;
		}
		if (immr)
			as_op_rri(i->o, AS_OP_SHR, width, T1, rn, immr);
		as_arm_insert(i->o, width, rd, immr ? T1 : rn, 0, n);
		return true;
	}
	unsigned n = imms + 1, lsb = bits - immr;
	if (opc == 1) {
		as_arm_insert(i->o, width, rd, rn, lsb, n);
	} else if (opc == 2 && n + lsb == bits) {
		as_op_rri(i->o, AS_OP_SHL, width, rd, rn, lsb);
	} else {
		as_arm_extract(i->o, width, T1, rn, 0, n, opc == 0);
		as_op_rri(i->o, AS_OP_SHL, width, rd, T1, lsb);
	}
	return true;
}

static bool extract(const as_insn *i)
{
	uint8_t width = width_of(i), rd = as_a64_x(i, 0), rn = as_a64_x(i, 5), rm = as_a64_x(i, 16);
	unsigned bits = width * 8u, lsb = as_arm_bits(i->w, 10, 6);
	if (as_arm_bits(i->w, 29, 2) || i->w >> 21 & 1 || (i->w >> 22 & 1) != i->w >> 31 ||
		lsb >= bits)
		return false;
	if (rn == rm) {
		as_op_rri(i->o, AS_OP_ROR, width, rd, rn, lsb);
		return true;
	}
	as_op_rri(i->o, AS_OP_SHR, width, T1, rm, lsb);
	as_op_rri(i->o, AS_OP_SHL, width, T2, rn, bits - lsb);
	as_op_rrr(i->o, AS_OP_OR, width, rd, T1, T2);
	return true;
}

bool as_a64_immediate(const as_insn *i)
{
	static bool (*const classes[8])(const as_insn *) = { address, address, add_immediate,
		add_tag, logic_immediate, move_wide, bitfield, extract };
	return classes[as_arm_bits(i->w, 23, 3)](i);
}

/* The second operand, shifted: what is not a shift to the left, or is to be inverted, goes through T1. */
static uint8_t operand(const as_insn *i, bool invert, bool plain, uint8_t *shift)
{
	static const as_op_kind kinds[] = { AS_OP_SHL, AS_OP_SHR, AS_OP_SAR, AS_OP_ROR };
	uint8_t width = width_of(i), rm = as_a64_x(i, 16);
	unsigned type = as_arm_bits(i->w, 22, 2), by = as_arm_bits(i->w, 10, 6);
	*shift = 0;
	if (type == 0 && !invert && !plain) {
		*shift = (uint8_t)by;
		return rm;
	}
	if (by) {
		as_op_rri(i->o, kinds[type], width, T1, rm, by);
		rm = T1;
	}
	if (invert) {
		as_op_rri(i->o, AS_OP_NOT, width, T1, rm, 0);
		rm = T1;
	}
	return rm;
}

static void combine(
	const as_insn *i, as_op_kind kind, uint8_t rd, uint8_t rn, uint8_t rm, uint8_t shift)
{
	as_op_rrr(i->o, kind, width_of(i), rd, rn, rm);
	i->o->op[i->o->n - 1].shift = shift;
}

static bool logic(const as_insn *i)
{
	uint8_t width = width_of(i), rd = as_a64_x(i, 0), rn = as_a64_x(i, 5), shift = 0;
	unsigned opc = as_arm_bits(i->w, 29, 2);
	bool invert = i->w >> 21 & 1;
	if (width == 4 && i->w >> 15 & 1)
		return false;
	if (opc == ORR && rn == AS_REG_ZERO && as_arm_bits(i->w, 10, 6) == 0) {
		as_op_rri(i->o, invert ? AS_OP_NOT : AS_OP_MOVE, width, rd, as_a64_x(i, 16), 0);
		return true;
	}
	uint8_t rm = operand(i, invert, opc == ANDS, &shift);
	if (opc == ANDS) {
		as_op_rrr(i->o, AS_OP_TEST, width, AS_REG_FLAGS, rn, rm);
		i->m->carry = AS_CARRY_LOGIC;
	}
	if (rd != AS_REG_ZERO)
		combine(i, logic_kinds[opc], rd, rn, rm, shift);
	return true;
}

/* add and sub of registers; rm is as it is to be added. */
static void add(const as_insn *i, uint8_t rd, uint8_t rn, uint8_t rm, uint8_t shift)
{
	uint8_t width = width_of(i);
	bool sub = i->w >> 30 & 1, flags = i->w >> 29 & 1;
	if (flags && shift) {
		as_op_rri(i->o, AS_OP_SHL, width, T1, rm, shift);
		rm = T1;
		shift = 0;
	}
	if (flags && !sub) {
		as_arm_adds(i, width, rd, rn, rm);
		return;
	}
	if (flags) {
		as_op_rrr(i->o, AS_OP_COMPARE, width, AS_REG_FLAGS, rn, rm);
		i->m->carry = AS_CARRY_COMPARED;
	}
	if (rd != AS_REG_ZERO)
		combine(i, sub ? AS_OP_SUB : AS_OP_ADD, rd, rn, rm, shift);
}

static bool add_register(const as_insn *i)
{
	bool flags = i->w >> 29 & 1;
	uint8_t shift = 0;
	if (i->w >> 21 & 1) {
		unsigned by = as_arm_bits(i->w, 10, 3);
		if (i->w >> 22 & 3 || by > 4)
			return false;
		uint8_t rm = as_a64_extend(i->o, as_a64_x(i, 16), as_arm_bits(i->w, 13, 3));
		add(i, flags ? as_a64_x(i, 0) : as_a64_sp(i, 0), as_a64_sp(i, 5), rm, (uint8_t)by);
		return true;
	}
	if (as_arm_bits(i->w, 22, 2) == 3 || (!(i->w >> 31) && i->w >> 15 & 1))
		return false;
	uint8_t rm = operand(i, false, false, &shift);
	add(i, as_a64_x(i, 0), as_a64_x(i, 5), rm, shift);
	return true;
}

/* adc, sbc; and instructions that only change flags, beside them */
static bool add_carry(const as_insn *i)
{
	uint8_t width = width_of(i), rd = as_a64_x(i, 0), rn = as_a64_x(i, 5);
	bool sub = i->w >> 30 & 1, flags = i->w >> 29 & 1;
	uint32_t low = as_arm_bits(i->w, 10, 6);
	if (low) {
		bool rmif = (low & 31) == 1 && i->w >> 31 && !sub && !(i->w >> 4 & 1);
		bool setf = (low & 15) == 2 && !(i->w >> 31) && !sub && (i->w & 31) == 13 &&
			    as_arm_bits(i->w, 15, 6) == 0;
		as_arm_lose_flags(i);
		return flags && (rmif || setf);
	}
	as_arm_carry(i, T3, sub);
	as_op_rrr(i->o, sub ? AS_OP_SUB : AS_OP_ADD, width, T2, rn, as_a64_x(i, 16));
	as_op_rrr(i->o, sub ? AS_OP_SUB : AS_OP_ADD, width, rd, T2, T3);
	if (flags)
		as_arm_lose_flags(i);
	return true;
}

/* Numbers whose comparison gives those flags, in 8 bytes; false: none do. */
static bool stand_in(unsigned nzcv, uint8_t width, int64_t *a, int64_t *b)
{
	int64_t most = width == 8 ? INT64_MAX : INT32_MAX;
	const int64_t pairs[16][3] = { [0] = { 1, 1, -1 },
		[2] = { 1, 1, 0 },
		[3] = { 1, -most - 1, 1 },
		[4] = { 1, 0, 0 }, /* C is set too */
		[6] = { 1, 0, 0 },
		[8] = { 1, 0, 1 },
		[9] = { 1, most, -1 },
		[10] = { 1, -1, 0 } };
	*a = pairs[nzcv][1];
	*b = pairs[nzcv][2];
	return pairs[nzcv][0] != 0;
}

static void select_(
	const as_insn *i, as_cond cond, uint8_t width, uint8_t dst, uint8_t a, int64_t otherwise)
{
	as_op *op = as_op_add(i->o, AS_OP_SELECT, width);
	op->dst = dst;
	op->a = a;
	op->c = AS_REG_FLAGS;
	op->cond = (uint8_t)cond;
	op->imm = otherwise;
}

/* ccmp, ccmn: what is compared is chosen, and then compared. */
static bool compare_if(const as_insn *i)
{
	uint8_t width = width_of(i), rm = as_a64_x(i, 16);
	bool immediate = i->w >> 11 & 1, negative = !(i->w >> 30 & 1);
	as_cond cond = as_arm_cond(i->m, as_arm_bits(i->w, 12, 4));
	int64_t a = 0, b = 0, imm = as_arm_bits(i->w, 16, 5);
	if (!(i->w >> 29 & 1) || i->w >> 10 & 1 || i->w >> 4 & 1)
		return false;
	if (cond == AS_COND_OTHER || cond == AS_ALWAYS || (negative && (!immediate || imm == 0)) ||
		!stand_in(i->w & 15, width, &a, &b)) {
		as_arm_lose_flags(i);
		return true;
	}
	if (immediate) {
		as_op_const(i->o, width, T1, (uint64_t)(negative ? -imm : imm));
		rm = T1;
	}
	select_(i, cond, width, T2, as_a64_x(i, 5), a);
	select_(i, cond, width, T3, rm, b);
	as_op_rrr(i->o, AS_OP_COMPARE, width, AS_REG_FLAGS, T2, T3);
	i->m->carry = AS_CARRY_COMPARED;
	return true;
}

/* csel, csinc, csinv, csneg */
static bool select_if(const as_insn *i)
{
	uint8_t width = width_of(i), rd = as_a64_x(i, 0), rn = as_a64_x(i, 5), rm = as_a64_x(i, 16);
	unsigned form = as_arm_bits(i->w, 10, 2) | (i->w >> 30 & 1) << 1;
	as_cond cond = as_arm_cond(i->m, as_arm_bits(i->w, 12, 4));
	if (i->w >> 29 & 1 || i->w >> 11 & 1)
		return false;
	if (cond == AS_ALWAYS) {
		as_op_move(i->o, width, rd, rn);
		return true;
	}
	if (form && rm == AS_REG_ZERO) {
		as_op_const(i->o, width, T1, form == 1 ? 1 : form == 2 ? UINT64_MAX : 0);
		rm = T1;
	} else if (form == 1) {
		as_op_rri(i->o, AS_OP_ADD, width, T1, rm, 1);
		rm = T1;
	} else if (form) {
		as_op_rri(i->o, form == 2 ? AS_OP_NOT : AS_OP_RSUB, width, T1, rm, 0);
		rm = T1;
	}
	select_(i, cond, width, rd, rn, 0);
	i->o->op[i->o->n - 1].b = rm;
	return true;
}

static bool one_source(const as_insn *i)
{
	uint8_t width = width_of(i), rd = as_a64_x(i, 0), rn = as_a64_x(i, 5);
	unsigned opcode = as_arm_bits(i->w, 10, 6), kind = as_arm_bits(i->w, 16, 5);
	if (i->w >> 29 & 1)
		return false;
	if (kind == 1) /* pointer authentication: it still points there */
		return width == 8 && opcode <= 17 && (opcode < 8 || as_arm_bits(i->w, 5, 5) == 31);
	if (kind || opcode > 5 || (opcode == 3 && width == 4))
		return false;
	if (opcode >= 1 && opcode <= 3)
		as_arm_reverse(i->o, width, rd, rn, 1u << opcode);
	else if (opcode == 4)
		as_op_rri(i->o, AS_OP_ZEROS, width, rd, rn, 0);
	else if (opcode == 0)
		as_op_packed(i->o, AS_PACKED_REVERSE_BITS, width, rd, rn, AS_REG_NONE, 1, 0);
	else
		as_op_kill(i->o, rd);
	return true;
}

static bool two_sources(const as_insn *i)
{
	static const as_op_kind kinds[] = { AS_OP_SHL, AS_OP_SHR, AS_OP_SAR, AS_OP_ROR };
	uint8_t width = width_of(i), rd = as_a64_x(i, 0), rn = as_a64_x(i, 5), rm = as_a64_x(i, 16);
	unsigned opcode = as_arm_bits(i->w, 10, 6);
	if (i->w >> 29 & 1) { /* subps */
		as_op_kill(i->o, rd);
		as_arm_lose_flags(i);
		return opcode == 0 && width == 8;
	}
	if (opcode == 2 || opcode == 3) {
		as_op_rrr(i->o, opcode == 2 ? AS_OP_DIVU : AS_OP_DIVS, width, rd, rn, rm);
		return true;
	}
	if (opcode >= 8 && opcode <= 11) {
		as_op_rri(i->o, AS_OP_AND, width, T1, rm, width * 8 - 1);
		as_op_rrr(i->o, kinds[opcode - 8], width, rd, rn, T1);
		return true;
	}
	as_op_kill(i->o, opcode == 4 ? as_a64_sp(i, 0) : rd);
	if (opcode >= 16 && opcode <= 23) /* crc32 */
		return ((opcode & 3) == 3) == (width == 8);
	return width == 8 && (opcode == 0 || opcode == 4 || opcode == 5 || opcode == 12);
}

/* madd and its long forms */
static bool three_sources(const as_insn *i)
{
	uint8_t width = width_of(i), rd = as_a64_x(i, 0), rn = as_a64_x(i, 5), rm = as_a64_x(i, 16);
	uint8_t ra = as_a64_x(i, 10);
	unsigned kind = as_arm_bits(i->w, 21, 3);
	bool sub = i->w >> 15 & 1, sign = kind < 4;
	if (as_arm_bits(i->w, 29, 2) || kind == 3 || kind == 4 || kind == 7)
		return false;
	if (kind && width == 4)
		return false;
	if (kind == 2 || kind == 6) {
		as_op_rrr(i->o, sign ? AS_OP_MULHS : AS_OP_MULHU, 8, rd, rn, rm);
		return !sub;
	}
	if (kind) {
		unsigned option = sign ? 6 : 2;
		rn = as_a64_extend(i->o, rn, option);
		as_op_move(i->o, 8, T2, rn);
		rn = T2;
		rm = as_a64_extend(i->o, rm, option);
	}
	as_op_rrr(i->o, AS_OP_MUL, width, ra == AS_REG_ZERO && !sub ? rd : T3, rn, rm);
	if (ra != AS_REG_ZERO || sub)
		as_op_rrr(i->o, sub ? AS_OP_SUB : AS_OP_ADD, width, rd, ra, T3);
	return true;
}

bool as_a64_register(const as_insn *i)
{
	if (!(i->w >> 28 & 1))
		return i->w >> 24 & 1 ? add_register(i) : logic(i);
	switch (as_arm_bits(i->w, 21, 4)) {
	case 0:
		return add_carry(i);
	case 2:
		return compare_if(i);
	case 4:
		return select_if(i);
	case 6:
		return i->w >> 30 & 1 ? one_source(i) : two_sources(i);
	default:
		return i->w >> 24 & 1 && three_sources(i);
	}
}
