/* SPDX-License-Identifier: Apache-2.0 */
/* A64: loads and stores. */
#include "code/arch/aarch64.h"

/* Where an instruction reads or writes. */
typedef struct place {
	uint8_t base, index, shift;
	int64_t offset;
} place;

static void access(const as_insn *i, bool load, uint8_t width, uint8_t rt, const place *p)
{
	as_op *op = as_op_add(i->o, load ? AS_OP_LOAD : AS_OP_STORE, width);
	op->a = p->base;
	op->b = p->index;
	op->shift = p->shift;
	op->imm = p->offset;
	if (load)
		op->dst = rt;
	else
		op->c = rt;
}

/* One register: size and opc as in the instruction. False: there is none such. */
static bool move_one(const as_insn *i, unsigned size, unsigned opc, const place *p)
{
	if (i->w >> 26 & 1) {
		bool quad = opc & 2;
		if (quad && size)
			return false;
		access(i, opc & 1, (uint8_t)(quad ? 16 : 1 << size), as_a64_v(i, 0), p);
		return true;
	}
	uint8_t rt = as_a64_x(i, 0);
	if ((size == 3 && opc >= 2) || (size == 2 && opc == 3))
		return size == 3 && opc == 2; /* prefetch */
	access(i, opc != 0, (uint8_t)(1 << size), rt, p);
	if (opc >= 2) {
		i->o->op[i->o->n - 1].sign = true;
		if (opc == 3)
			as_op_move(i->o, 4, rt, rt);
	}
	return true;
}

static void write_back(const as_insn *i, int64_t by)
{
	uint8_t rn = as_a64_sp(i, 5);
	as_op_rri(i->o, AS_OP_ADD, 8, rn, rn, by);
}

/* An operation on memory whose outcome is not followed. */
static void change(const as_insn *i, unsigned size)
{
	as_arm_store_unknown(i->o, (uint8_t)(1 << size), as_a64_sp(i, 5), 0);
}

/* ldadd and its family, swp, ldapr */
static bool atomic(const as_insn *i, unsigned size)
{
	uint32_t opc = as_arm_bits(i->w, 12, 3);
	uint8_t rt = as_a64_x(i, 0), width = (uint8_t)(1 << size), rn = as_a64_sp(i, 5);
	if (i->w >> 26 & 1)
		return false;
	if (i->w >> 15 & 1) {
		if (opc == 4) { /* ldapr */
			as_op_load(i->o, width, rt, rn, 0);
			return as_arm_bits(i->w, 16, 8) == 0xbf;
		}
		as_op_load(i->o, width, T0, rn, 0);
		as_op_store(i->o, width, rn, 0, as_a64_x(i, 16));
		as_op_move(i->o, width, rt, T0);
		return opc == 0;
	}
	change(i, size);
	as_op_kill(i->o, rt);
	return true;
}

/* ldraa, ldrab: the pointer is authenticated, which does not change what it points to. */
static bool load_keyed(const as_insn *i, unsigned size)
{
	int64_t by =
		as_arm_signed(as_arm_bits(i->w, 12, 9) | as_arm_bits(i->w, 22, 1) << 9, 10) * 8;
	if (size != 3 || i->w >> 26 & 1)
		return false;
	as_op_load(i->o, 8, as_a64_x(i, 0), as_a64_sp(i, 5), by);
	if (i->w >> 11 & 1)
		write_back(i, by);
	return true;
}

uint8_t as_a64_extend(as_ops *o, uint8_t rm, unsigned option)
{
	if ((option & 3) == 3) /* all of it */
		return rm;
	as_op *op = as_op_add(o, AS_OP_MOVE, (uint8_t)(1 << (option & 3)));
	op->dst = T1;
	op->a = rm;
	op->sign = option & 4;
	return T1;
}

static bool one(const as_insn *i)
{
	unsigned size = i->w >> 30, opc = as_arm_bits(i->w, 22, 2), form = as_arm_bits(i->w, 10, 2);
	unsigned scale = i->w >> 26 & 1 && opc & 2 ? 4 : size;
	place p = { .base = as_a64_sp(i, 5), .index = AS_REG_NONE };
	if (i->w >> 24 & 1) {
		p.offset = (int64_t)as_arm_bits(i->w, 10, 12) << scale;
		return move_one(i, size, opc, &p);
	}
	if (i->w >> 21 & 1) {
		unsigned option = as_arm_bits(i->w, 13, 3);
		if (form == 0)
			return atomic(i, size);
		if (form != 2)
			return load_keyed(i, size);
		if (!(option & 2))
			return false;
		p.index = as_a64_extend(i->o, as_a64_x(i, 16), option);
		p.shift = (uint8_t)(i->w >> 12 & 1 ? scale : 0);
		return move_one(i, size, opc, &p);
	}
	int64_t by = as_arm_signed(as_arm_bits(i->w, 12, 9), 9);
	bool prefetch = !(i->w >> 26 & 1) && size == 3 && opc == 2;
	if ((form && prefetch) || (form == 2 && i->w >> 26 & 1))
		return false;
	p.offset = form == 1 ? 0 : by;
	if (!move_one(i, size, opc, &p))
		return false;
	if (form & 1)
		write_back(i, by);
	return true;
}

static bool pair(const as_insn *i)
{
	unsigned opc = i->w >> 30, form = as_arm_bits(i->w, 23, 2);
	bool vector = i->w >> 26 & 1, load = i->w >> 22 & 1, sign = !vector && opc == 1;
	unsigned scale = vector ? 2 + opc : opc == 2 ? 3 : 2;
	uint8_t width = (uint8_t)(1 << scale), rn = as_a64_sp(i, 5);
	if (opc == 3 || (sign && form == 0))
		return false;
	if (sign && !load)
		scale = 4; /* stgp: two registers of 8 bytes, and the tag */
	int64_t by = as_arm_signed(as_arm_bits(i->w, 15, 7), 7) * (1 << scale);
	place p = { .base = rn, .index = AS_REG_NONE, .offset = form == 1 ? 0 : by };
	if (sign && !load) {
		width = 8;
		sign = false;
	}
	for (unsigned n = 0; n < 2; n++) {
		unsigned at = n ? 10 : 0;
		uint8_t rt = vector ? as_a64_v(i, at) : as_a64_x(i, at);
		if (load && n == 0 && rt == rn) { /* the base is needed once more */
			as_op_move(i->o, 8, T0, rn);
			p.base = T0;
		}
		access(i, load, width, rt, &p);
		i->o->op[i->o->n - 1].sign = sign;
		p.offset += width;
	}
	if (form & 1)
		write_back(i, by);
	return true;
}

static bool literal(const as_insn *i)
{
	unsigned opc = i->w >> 30;
	bool vector = i->w >> 26 & 1;
	place p = { .base = AS_REG_NONE, .index = AS_REG_NONE };
	p.offset = (int64_t)(i->at + (uint64_t)as_arm_signed(as_arm_bits(i->w, 5, 19), 19) * 4);
	if (vector && opc == 3)
		return false;
	if (vector)
		access(i, true, (uint8_t)(4 << opc), as_a64_v(i, 0), &p);
	else if (opc < 3)
		access(i, true, opc == 1 ? 8 : 4, as_a64_x(i, 0), &p);
	if (!vector && opc == 2)
		i->o->op[i->o->n - 1].sign = true;
	return true;
}

/* ldxp, stxp, casp */
static bool exclusive_pair(const as_insn *i, unsigned size)
{
	bool load = i->w >> 22 & 1;
	uint8_t rs = as_a64_x(i, 16), rn = as_a64_sp(i, 5), width = (uint8_t)(1 << size);
	if (size < 2) { /* compares and swaps two registers of twice the size */
		change(i, size + 2);
		as_arm_store_unknown(i->o, (uint8_t)(4 << size), rn, 4 << size);
		as_op_kill(i->o, rs);
		as_op_kill(i->o, (uint8_t)(rs + 1) & 31);
		return as_arm_bits(i->w, 10, 5) == 31 && !(rs & 1) && !(i->w & 1);
	}
	if (load) {
		as_op_move(i->o, 8, T0, rn);
		as_op_load(i->o, width, as_a64_x(i, 0), T0, 0);
		as_op_load(i->o, width, as_a64_x(i, 10), T0, width);
		return true;
	}
	as_op_store(i->o, width, rn, 0, as_a64_x(i, 0));
	as_op_store(i->o, width, rn, width, as_a64_x(i, 10));
	as_op_const(i->o, 4, rs, 0);
	return true;
}

/* Exclusive and ordered accesses, cas. An exclusive store is taken to succeed. */
static bool exclusive(const as_insn *i)
{
	unsigned size = i->w >> 30;
	bool load = i->w >> 22 & 1, second = i->w >> 21 & 1;
	place p = { .base = as_a64_sp(i, 5), .index = AS_REG_NONE };
	if (!(i->w >> 23 & 1)) {
		if (second)
			return exclusive_pair(i, size);
		access(i, load, (uint8_t)(1 << size), as_a64_x(i, 0), &p);
		if (!load)
			as_op_const(i->o, 4, as_a64_x(i, 16), 0);
		return true;
	}
	if (second) {
		change(i, size);
		as_op_kill(i->o, as_a64_x(i, 16));
		return as_arm_bits(i->w, 10, 5) == 31;
	}
	access(i, load, (uint8_t)(1 << size), as_a64_x(i, 0), &p);
	return true;
}

/* Ordered accesses with an offset (ldapur, stlur), and memory tags. */
static bool ordered(const as_insn *i)
{
	unsigned size = i->w >> 30, opc = as_arm_bits(i->w, 22, 2), form = as_arm_bits(i->w, 10, 2);
	int64_t by = as_arm_signed(as_arm_bits(i->w, 12, 9), 9);
	place p = { .base = as_a64_sp(i, 5), .index = AS_REG_NONE, .offset = by };
	if (!(i->w >> 21 & 1))
		return form == 0 && !(size == 3 && opc == 2) && move_one(i, size, opc, &p);
	if (size != 3)
		return false;
	if (form == 0) { /* ldg and bulk forms */
		if (opc & 1)
			as_op_kill(i->o, as_a64_x(i, 0));
		return opc == 1 || by == 0;
	}
	if (form & 1)
		write_back(i, by * 16);
	return true;
}

/* Bytes that a structure access of vectors moves, and the number of its registers; 0: none such. */
static unsigned structure(const as_insn *i, unsigned *n, bool *plain)
{
	static const uint8_t registers[16] = { 4, 0, 4, 0, 3, 0, 3, 1, 2, 0, 2, 0, 0, 0, 0, 0 };
	uint32_t opcode = as_arm_bits(i->w, 12, 4);
	bool quad = i->w >> 30 & 1;
	*plain = opcode & 2; /* ld1, st1 */
	if (!(i->w >> 24 & 1)) {
		*n = registers[opcode];
		if (!*plain && as_arm_bits(i->w, 10, 2) == 3 && !quad)
			return 0;
		return *n * (quad ? 16 : 8);
	}
	unsigned size = as_arm_bits(i->w, 10, 2), part = opcode >> 2; /* of bits 14 and 15 */
	bool s = opcode & 1;
	*plain = false;
	*n = (opcode >> 1 & 1) * 2 + (i->w >> 21 & 1) + 1;
	if (part == 3)
		return i->w >> 22 & 1 && !s ? *n << size : 0;
	if ((part == 1 && size & 1) || (part == 2 && (size > 1 || (size == 1 && s))))
		return 0;
	return *n << (part == 2 ? 2 + size : part);
}

static bool structures(const as_insn *i)
{
	unsigned n = 0;
	bool plain = false, load = i->w >> 22 & 1, post = i->w >> 23 & 1;
	unsigned bytes = structure(i, &n, &plain), v = as_arm_bits(i->w, 0, 5);
	uint32_t rm = as_arm_bits(i->w, 16, 5);
	uint8_t rn = as_a64_sp(i, 5), width = i->w >> 30 & 1 ? 16 : 8;
	bool single = i->w >> 24 & 1;
	if (i->w >> 31 || bytes == 0 || (!post && rm) || (!single && i->w >> 21 & 1))
		return false;
	for (unsigned k = 0; k < n; k++) {
		uint8_t r = (uint8_t)(AS_REG_VECTOR + ((v + k) & 31));
		place p = { .base = rn, .index = AS_REG_NONE, .offset = (int64_t)k * width };
		if (plain)
			access(i, load, width, r, &p);
		else if (load)
			as_op_kill(i->o, r);
	}
	for (unsigned k = 0; !plain && !load && k < bytes;) {
		uint8_t piece = bytes - k >= 16 ? 16 : bytes - k >= 8 ? 8 : bytes - k >= 4 ? 4 : 1;
		as_arm_store_unknown(i->o, piece, rn, k);
		k += piece;
	}
	if (post && rm == 31)
		write_back(i, bytes);
	else if (post)
		as_op_rrr(i->o, AS_OP_ADD, 8, rn, rn, (uint8_t)rm);
	return true;
}

bool as_a64_memory(const as_insn *i)
{
	switch (as_arm_bits(i->w, 28, 2)) {
	case 0:
		if (i->w >> 26 & 1)
			return structures(i);
		return !(i->w >> 24 & 1) && exclusive(i);
	case 1:
		if (!(i->w >> 24 & 1))
			return literal(i);
		return !(i->w >> 26 & 1) && ordered(i);
	case 2:
		return pair(i);
	default:
		return one(i);
	}
}
