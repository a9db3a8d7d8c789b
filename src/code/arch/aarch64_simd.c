/* SPDX-License-Identifier: Apache-2.0 */
/* A64: vectors and floating point. Moves of whole registers and constants are followed; of the rest, what it
 * writes is not known any more. */
#include "code/arch/aarch64.h"

/* Between general and floating-point registers; fixed: with a point in between. */
static bool convert(const as_insn *i, bool fixed)
{
	unsigned opcode = as_arm_bits(i->w, 16, 3), type = as_arm_bits(i->w, 22, 2);
	unsigned rmode = as_arm_bits(i->w, 19, 2);
	bool wide = i->w >> 31;
	uint8_t width = wide ? 8 : 4;
	if (i->w >> 29 & 1)
		return false;
	if (!fixed && opcode >= 6 && rmode == 0 && type == (wide ? 1u : 0u)) {
		if (opcode == 7)
			as_op_move(i->o, width, as_a64_v(i, 0), as_a64_x(i, 5));
		else
			as_op_move(i->o, width, as_a64_x(i, 0), as_a64_v(i, 5));
		return true;
	}
	bool to_vector = opcode == 2 || opcode == 3 || opcode == 7;
	as_op_kill(i->o, to_vector ? as_a64_v(i, 0) : as_a64_x(i, 0));
	return type != 2 || (wide && rmode == 1 && opcode >= 6);
}

static bool scalar(const as_insn *i)
{
	uint32_t low = as_arm_bits(i->w, 10, 6), type = as_arm_bits(i->w, 22, 2);
	if (!(i->w >> 21 & 1))
		return convert(i, true);
	if (low == 0)
		return convert(i, false);
	if (i->w >> 31 || i->w >> 29 & 1)
		return false;
	if ((low & 3) == 1 || (low & 15) == 8) { /* fccmp, fcmp */
		as_arm_lose_flags(i);
		return true;
	}
	if (as_arm_bits(i->w, 10, 11) == 16 && type < 2) /* fmov */
		as_op_move(i->o, type ? 8 : 4, as_a64_v(i, 0), as_a64_v(i, 5));
	else
		as_op_kill(i->o, as_a64_v(i, 0));
	return type != 2;
}

/* dup, ins, smov, umov */
static bool copy(const as_insn *i)
{
	unsigned imm5 = as_arm_bits(i->w, 16, 5), imm4 = as_arm_bits(i->w, 11, 4);
	bool insert = i->w >> 29 & 1, wide = i->w >> 30 & 1;
	if ((imm5 & 15) == 0 && !(imm5 == 16 && wide && imm4 == 7))
		return false;
	if (insert) {
		as_op_kill(i->o, as_a64_v(i, 0));
		return wide;
	}
	if (imm4 == 7 && (imm5 == 4 || imm5 == 8)) { /* of the lowest part */
		as_op_move(i->o, imm5 == 8 ? 8 : 4, as_a64_x(i, 0), as_a64_v(i, 5));
		return wide == (imm5 == 8);
	}
	as_op_kill(i->o, imm4 >= 5 ? as_a64_x(i, 0) : as_a64_v(i, 0));
	return imm4 == 0 || imm4 == 1 || imm4 == 3 || imm4 == 5 || imm4 == 7;
}

/* movi, mvni, fmov, and with bits of the register: orr, bic */
static bool modified(const as_insn *i)
{
	uint64_t v = 0, imm8 = as_arm_bits(i->w, 16, 3) << 5 | as_arm_bits(i->w, 5, 5);
	unsigned cmode = as_arm_bits(i->w, 12, 4);
	bool quad = i->w >> 30 & 1, op = i->w >> 29 & 1;
	uint8_t rd = as_a64_v(i, 0);
	if (!as_arm_constant(cmode, op, imm8, &v)) {
		as_op_kill(i->o, rd);
		return !(i->w >> 11 & 1) || cmode == 15;
	}
	if (quad && v && v != UINT64_MAX)
		as_op_kill(i->o, rd);
	else if (quad && v)
		as_op_rri(i->o, AS_OP_NOT, 16, rd, AS_REG_ZERO, 0);
	else
		as_op_const(i->o, quad ? 16 : 8, rd, v);
	return !(i->w >> 11 & 1);
}

bool as_a64_simd(const as_insn *i)
{
	uint32_t w = i->w;
	if ((w & 0xbfe0fc00) == 0x0ea01c00 && as_arm_bits(w, 16, 5) == as_arm_bits(w, 5, 5)) {
		as_op_move(i->o, w >> 30 & 1 ? 16 : 8, as_a64_v(i, 0), as_a64_v(i, 5));
		return true;
	}
	if (as_a64_parts(i))
		return true;
	if ((w & 0x5f000000) == 0x1e000000)
		return scalar(i);
	if ((w & 0x5f000000) == 0x1f000000) { /* fmadd */
		as_op_kill(i->o, as_a64_v(i, 0));
		return !(w >> 31) && !(w >> 29 & 1) && as_arm_bits(w, 22, 2) != 2;
	}
	if ((w & 0x9fe08400) == 0x0e000400)
		return copy(i);
	if ((w & 0x9ff80400) == 0x0f000400)
		return modified(i);
	as_op_kill(i->o, as_a64_v(i, 0));
	return !(w >> 31) || (w & 0xff000000) == 0xce000000; /* SHA-512, SHA-3, SM3, SM4 */
}
