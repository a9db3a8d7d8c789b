/* SPDX-License-Identifier: Apache-2.0 */
/* PowerPC: floating point, VSX, AltiVec, and what small processors have in AltiVec's place: SPE and the 16-bit
 * multiplications of the 4xx, which write general registers. Only moves of whole registers are followed. */
#include "code/arch/powerpc.h"

#include <string.h>

/* Opcode 4. On 32 bits the words do not say which of the extensions it is: the general register is killed too, unless
 * it is one that no compiler computes in. */
bool as_ppc_altivec(const as_ppc *l)
{
	uint32_t x = l->w & 0x7ff, d = ppc_d(l);
	bool four = (x & 0x3f) >= 32 && (x & 0x3f) < 48; /* AltiVec with four registers */
	bool fixed = d == 1 || d == 2 || d == 13;
	/* vclzlsbb, vextub and their like put numbers into general registers */
	bool extracts = x == 1538 || x == 1602 || (x & 0x73f) == 0x60d || (x & 0x73f) == 0x70d;
	if (l->wide ? extracts : !four && !fixed)
		as_op_kill(l->ops, (uint8_t)d);
	if ((x & 0x400) && ((x & 63) == 6 || (x & 63) == 7)) /* comparisons that record */
		as_op_kill(l->ops, PPC_CR6);
	if (!l->wide && (x & 0x7f0) == 0x230 && (x & 15) <= 8) /* evcmp */
		as_op_kill(l->ops, ppc_cr(d >> 2));
	if (!l->wide && (x >= 0x2cc && x <= 0x2ff))
		as_op_kill(l->ops, ppc_cr(d >> 2)); /* efscmp, efdcmp */
	if (!l->wide && x >= 0x320 && x <= 0x33f)   /* evstdd and its like */
		as_emit_store_unknown(l->ops, 8, ppc_a0(l), (l->w >> 11 & 31) * 8);
	return true;
}

/* Whether there is such an instruction of opcodes 59 and 63: by five, eight, nine or ten bits of further opcode. */
static bool is_floating(uint32_t w, uint32_t x, bool twice)
{
	/* fdiv, fsub, fadd, fsqrt, fre, fmul, frsqrte and the four that multiply and add; fsel */
	enum {
		FIVE = 1 << 18 | 1 << 20 | 1 << 21 | 1 << 22 | 1 << 24 | 1 << 25 | 1 << 26,
		ONE = 1 << 22 | 1 << 24 | 1 << 26
	};
	static const uint16_t ten[] = { 2, 34, 130, 162, 258, 290, 322, 354, 514, 546, 642, 674,
		675, 770, 802, 834, 846, 866, 974 };
	static const uint16_t ten_twice[] = { 0, 4, 8, 12, 14, 15, 32, 36, 38, 40, 64, 68, 70, 72,
		100, 128, 132, 134, 136, 142, 143, 160, 164, 196, 228, 264, 388, 392, 420, 424, 452,
		456, 484, 488, 516, 548, 583, 644, 676, 708, 711, 740, 804, 814, 815, 836, 838, 868,
		942, 943, 966, 994 };
	static const uint8_t eight[] = { 3, 35, 67, 99, 227, 5, 37 };
	static const uint8_t nine[] = { 66, 98, 194, 226 };
	if ((x & 31) >= 28 || (twice && (x & 31) == 23))
		return true;
	if (FIVE >> (x & 31) & 1) /* the fields they do not use are 0 */
		return !(w & ((x & 31) == 25 ? 0xf800 : ONE >> (x & 31) & 1 ? 0x1f07c0 : 0x7c0));
	for (size_t i = 0; i < sizeof(ten) / sizeof(ten[0]); i++)
		if (ten[i] == x)
			return true;
	for (size_t i = 0; twice && i < sizeof(ten_twice) / sizeof(ten_twice[0]); i++)
		if (ten_twice[i] == x)
			return true;
	for (size_t i = 0; i < (twice ? sizeof(eight) : sizeof(eight) - 2); i++)
		if (eight[i] == (x & 0xff))
			return true;
	return memchr(nine, (int)(x & 0xff), sizeof(nine)) && !(x & 0x100);
}

/* Conversions and roundings, which have one operand: the place of the other is 0. */
static bool has_one_operand(uint32_t x)
{
	static const uint16_t them[] = { 12, 14, 15, 40, 72, 136, 142, 143, 264, 392, 424, 456, 488,
		814, 815, 846, 942, 943, 974 };
	for (size_t i = 0; i < sizeof(them) / sizeof(them[0]); i++)
		if (them[i] == x)
			return true;
	return false;
}

/* Opcodes 59 and 63. */
bool as_ppc_floating(const as_ppc *l)
{
	uint32_t x = l->w >> 1 & 0x3ff, d = ppc_d(l);
	bool twice = l->w >> 26 == 63;
	if (!is_floating(l->w, x, twice) || (has_one_operand(x) && l->w & 0x1f0000))
		return false;
	/* comparisons and tests, and mcrfs, answer in a condition field */
	bool to_field = x == 0 || x == 32 || x == 64 || x == 128 || x == 160 || x == 130 ||
			x == 642 || x == 162 || x == 674 || x == 194 || x == 226 || x == 132 ||
			x == 164 || x == 644 || x == 708;
	if (to_field && (twice || x > 64)) {
		as_op_kill(l->ops, ppc_cr(d >> 2));
		return x == 708 || !(l->w & 0x600000); /* what the field does not need is 0 */
	}
	if (twice && x == 72)
		as_op_move(l->ops, 8, ppc_vector(d), ppc_vector(ppc_b(l)));
	else
		as_op_kill(l->ops, ppc_vector(d));
	if (l->w & 1)
		as_op_kill(l->ops, PPC_CR1);
	return true;
}

/* Opcode 60. The registers' highest bits stand at the end of the word. */
bool as_ppc_vsx(const as_ppc *l)
{
	uint32_t x = l->w >> 3 & 0xff, y = l->w >> 2 & 0x1ff, d = ppc_d(l);
	bool low = (l->w & 7) == 0, same = ppc_a(l) == ppc_b(l);
	bool both_low_sources = !(l->w & 6);
	if (low && x == 146 && same) /* xxlor */
		as_op_move(l->ops, 16, ppc_vector(d), ppc_vector(ppc_a(l)));
	else if (!(l->w & 1) && x == 154 && same && both_low_sources) /* xxlxor */
		as_op_const(l->ops, 16, ppc_vector(d), 0);
	else if (!(l->w & 1))
		as_op_kill(l->ops, ppc_vector(d));
	if (x == 35 || x == 43 || x == 59 || x == 61 || x == 93 || x == 125)
		as_op_kill(l->ops, ppc_cr(d >> 2)); /* xscmpudp, xstdivdp.. */
	if (y == 106 || y == 170 || y == 234 || y == 298 || y == 362 || y == 475)
		as_op_kill(l->ops, ppc_cr(d >> 2)); /* xstsqrtdp, xststdcdp.. */
	if (l->w & 0x400 && (x & 0x60) == 0x60)
		as_op_kill(l->ops, PPC_CR6); /* xvcmpeqdp. and its like */
	if (y == 347 && ppc_a(l) <= 1)
		as_op_kill(l->ops, (uint8_t)d); /* xsxexpdp, xsxsigdp: to a general register */
	return true;
}
