/* SPDX-License-Identifier: Apache-2.0 */
/* RISC-V, the compressed instructions: each stands for one of 32 bits, which is built here. Immediates are scattered;
 * a table says where each of their bits stands. Zcb is included; Zcmp and Zcmt, which take the place of c.fsdsp,
 * are not. */
#include "code/arch/riscv.h"

enum { RA = 1, SP = 2 };
enum {
	LOAD = 0x03,
	LOAD_FP = 0x07,
	OP_IMM = 0x13,
	OP_IMM_32 = 0x1b,
	STORE = 0x23,
	STORE_FP = 0x27,
	OP = 0x33,
	LUI = 0x37,
	OP_32 = 0x3b,
	BRANCH = 0x63,
	JALR = 0x67,
	JAL = 0x6f
};

/* Bits from..to of the instruction, the last of which becomes bit at of the number. */
typedef struct piece {
	uint8_t from, to, at;
} piece;

static uint32_t gather(uint32_t w, const piece *p)
{
	uint32_t v = 0;
	for (; p->from; p++)
		v |= as_bits(w, p->from, p->to) << p->at;
	return v;
}

static const piece imm6[] = { { 12, 12, 5 }, { 6, 2, 0 }, { 0 } };
static const piece addi4spn[] = { { 12, 11, 4 }, { 10, 7, 6 }, { 6, 6, 2 }, { 5, 5, 3 }, { 0 } };
static const piece addi16sp[] = { { 12, 12, 9 }, { 6, 6, 4 }, { 5, 5, 6 }, { 4, 3, 7 }, { 2, 2, 5 },
	{ 0 } };
static const piece word[] = { { 12, 10, 3 }, { 6, 6, 2 }, { 5, 5, 6 }, { 0 } };
static const piece twice[] = { { 12, 10, 3 }, { 6, 5, 6 }, { 0 } };
static const piece word_sp[] = { { 12, 12, 5 }, { 6, 4, 2 }, { 3, 2, 6 }, { 0 } };
static const piece twice_sp[] = { { 12, 12, 5 }, { 6, 5, 3 }, { 4, 2, 6 }, { 0 } };
static const piece store_word_sp[] = { { 12, 9, 2 }, { 8, 7, 6 }, { 0 } };
static const piece store_twice_sp[] = { { 12, 10, 3 }, { 9, 7, 6 }, { 0 } };
static const piece jump[] = { { 12, 12, 11 }, { 11, 11, 4 }, { 10, 9, 8 }, { 8, 8, 10 },
	{ 7, 7, 6 }, { 6, 6, 7 }, { 5, 3, 1 }, { 2, 2, 5 }, { 0 } };
static const piece branch[] = { { 12, 12, 8 }, { 11, 10, 3 }, { 6, 5, 6 }, { 4, 3, 1 }, { 2, 2, 5 },
	{ 0 } };

/* The formats of 32-bit instructions. f is funct3. */
static uint32_t itype(uint32_t op, uint32_t f, uint32_t rd, uint32_t rs1, uint32_t imm)
{
	return op | rd << 7 | f << 12 | rs1 << 15 | imm << 20;
}

static uint32_t stype(uint32_t op, uint32_t f, uint32_t rs1, uint32_t rs2, uint32_t imm)
{
	return op | (imm & 31) << 7 | f << 12 | rs1 << 15 | rs2 << 20 | imm >> 5 << 25;
}

static uint32_t rtype(uint32_t op, uint32_t f, uint32_t f7, uint32_t rd, uint32_t rs1, uint32_t rs2)
{
	return op | rd << 7 | f << 12 | rs1 << 15 | rs2 << 20 | f7 << 25;
}

static uint32_t jal(uint32_t rd, uint32_t w)
{
	uint32_t v = (uint32_t)as_signed(gather(w, jump), 12);
	return JAL | rd << 7 | (v & 0xff000) | (v >> 11 & 1) << 20 | (v >> 1 & 0x3ff) << 21 |
	       (v >> 20 & 1) << 31;
}

static uint32_t branch_zero(uint32_t f, uint32_t w)
{
	uint32_t v = (uint32_t)as_signed(gather(w, branch), 9);
	return BRANCH | (v >> 11 & 1) << 7 | (v >> 1 & 15) << 8 | f << 12 |
	       (8 + as_bits(w, 9, 7)) << 15 | (v >> 5 & 63) << 25 | (v >> 12 & 1) << 31;
}

/* Zcb's loads and stores of bytes and halves. */
static uint32_t small_memory(uint32_t w)
{
	uint32_t rs1 = 8 + as_bits(w, 9, 7), r = 8 + as_bits(w, 4, 2);
	uint32_t byte = as_bits(w, 5, 5) << 1 | as_bits(w, 6, 6), half = as_bits(w, 5, 5) << 1;
	switch (as_bits(w, 12, 10)) {
	case 0:
		return itype(LOAD, 4, r, rs1, byte);
	case 1:
		return itype(LOAD, w & 0x40 ? 1 : 5, r, rs1, half);
	case 2:
		return stype(STORE, 0, rs1, r, byte);
	case 3:
		return w & 0x40 ? 0 : stype(STORE, 1, rs1, r, half);
	default:
		return 0;
	}
}

/* Quadrant 0: loads and stores with the eight popular registers. */
static uint32_t quadrant0(uint32_t w, bool wide)
{
	uint32_t rs1 = 8 + as_bits(w, 9, 7), r = 8 + as_bits(w, 4, 2);
	switch (w >> 13) {
	case 0:
		return gather(w, addi4spn) ? itype(OP_IMM, 0, r, SP, gather(w, addi4spn)) : 0;
	case 1:
		return itype(LOAD_FP, 3, r, rs1, gather(w, twice));
	case 2:
		return itype(LOAD, 2, r, rs1, gather(w, word));
	case 3:
		return wide ? itype(LOAD, 3, r, rs1, gather(w, twice))
			    : itype(LOAD_FP, 2, r, rs1, gather(w, word));
	case 4:
		return small_memory(w);
	case 5:
		return stype(STORE_FP, 3, rs1, r, gather(w, twice));
	case 6:
		return stype(STORE, 2, rs1, r, gather(w, word));
	default:
		return wide ? stype(STORE, 3, rs1, r, gather(w, twice))
			    : stype(STORE_FP, 2, rs1, r, gather(w, word));
	}
}

/* Zcb's operations on one register: zext.b, sext.b, zext.h, sext.h, zext.w, not. */
static uint32_t unary(uint32_t w, uint32_t r, bool wide)
{
	switch (as_bits(w, 4, 2)) {
	case 0:
		return itype(OP_IMM, 7, r, r, 255);
	case 1:
		return itype(OP_IMM, 1, r, r, 0x604);
	case 2:
		return rtype(wide ? OP_32 : OP, 4, 4, r, r, 0);
	case 3:
		return itype(OP_IMM, 1, r, r, 0x605);
	case 4:
		return wide ? rtype(OP_32, 0, 4, r, r, 0) : 0;
	case 5:
		return itype(OP_IMM, 4, r, r, 0xfff);
	default:
		return 0;
	}
}

/* Quadrant 1, row 4: arithmetic on the eight popular registers. */
static uint32_t arithmetic(uint32_t w, bool wide)
{
	static const uint8_t f[4] = { 0, 4, 6, 7 };
	uint32_t r = 8 + as_bits(w, 9, 7), rs2 = 8 + as_bits(w, 4, 2), kind = as_bits(w, 6, 5);
	uint32_t by = gather(w, imm6);
	switch (as_bits(w, 11, 10)) {
	case 0:
		return by < 32 || wide ? itype(OP_IMM, 5, r, r, by) : 0;
	case 1:
		return by < 32 || wide ? itype(OP_IMM, 5, r, r, by | 0x400) : 0;
	case 2:
		return itype(OP_IMM, 7, r, r, (uint32_t)as_signed(by, 6));
	default:
		break;
	}
	if (!(w & 0x1000))
		return rtype(OP, f[kind], kind == 0 ? 0x20 : 0, r, r, rs2);
	if (kind == 2)
		return rtype(OP, 0, 1, r, r, rs2); /* Zcb: mul */
	if (kind == 3)
		return unary(w, r, wide);
	return wide ? rtype(OP_32, 0, kind == 0 ? 0x20 : 0, r, r, rs2) : 0;
}

static uint32_t quadrant1(uint32_t w, bool wide)
{
	uint32_t rd = as_bits(w, 11, 7);
	uint32_t imm = (uint32_t)as_signed(gather(w, imm6), 6);
	uint32_t sp = (uint32_t)as_signed(gather(w, addi16sp), 10);
	switch (w >> 13) {
	case 0:
		return itype(OP_IMM, 0, rd, rd, imm);
	case 1:
		if (!wide)
			return jal(RA, w);
		return rd ? itype(OP_IMM_32, 0, rd, rd, imm) : 0;
	case 2:
		return itype(OP_IMM, 0, rd, 0, imm);
	case 3:
		if (rd == SP)
			return sp ? itype(OP_IMM, 0, SP, SP, sp) : 0;
		return imm ? LUI | rd << 7 | imm << 12 : 0;
	case 4:
		return arithmetic(w, wide);
	case 5:
		return jal(0, w);
	default:
		return branch_zero(w >> 13 & 1, w);
	}
}

/* Quadrant 2, row 4: moves, jumps to a register, ebreak. */
static uint32_t register_row(uint32_t w)
{
	uint32_t rd = as_bits(w, 11, 7), rs2 = as_bits(w, 6, 2);
	bool second = w & 0x1000;
	if (rs2 != 0)
		return second ? rtype(OP, 0, 0, rd, rd, rs2) : rtype(OP, 0, 0, rd, 0, rs2);
	if (rd == 0)
		return second ? 0x00100073 : 0;
	return itype(JALR, 0, second ? RA : 0, rd, 0);
}

static uint32_t quadrant2(uint32_t w, bool wide)
{
	uint32_t rd = as_bits(w, 11, 7), rs2 = as_bits(w, 6, 2), by = gather(w, imm6);
	switch (w >> 13) {
	case 0:
		return by < 32 || wide ? itype(OP_IMM, 1, rd, rd, by) : 0;
	case 1:
		return itype(LOAD_FP, 3, rd, SP, gather(w, twice_sp));
	case 2:
		return rd ? itype(LOAD, 2, rd, SP, gather(w, word_sp)) : 0;
	case 3:
		if (!wide)
			return itype(LOAD_FP, 2, rd, SP, gather(w, word_sp));
		return rd ? itype(LOAD, 3, rd, SP, gather(w, twice_sp)) : 0;
	case 4:
		return register_row(w);
	case 5:
		return stype(STORE_FP, 3, SP, rs2, gather(w, store_twice_sp));
	case 6:
		return stype(STORE, 2, SP, rs2, gather(w, store_word_sp));
	default:
		return wide ? stype(STORE, 3, SP, rs2, gather(w, store_twice_sp))
			    : stype(STORE_FP, 2, SP, rs2, gather(w, store_word_sp));
	}
}

uint32_t as_riscv_expand(uint32_t w, bool wide)
{
	switch (w & 3) {
	case 0:
		return quadrant0(w, wide);
	case 1:
		return quadrant1(w, wide);
	case 2:
		return quadrant2(w, wide);
	default:
		return 0;
	}
}
