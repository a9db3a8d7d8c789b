/* SPDX-License-Identifier: Apache-2.0 */
/* VFP, NEON and coprocessors of A32 and T32. Vector register n stands for D n, 8 bytes; a Q is two of them, an S the
 * half of one. Loads, stores and moves of D and Q are followed; of the rest, what it writes is not known any more. */
#include "code/arch/arm.h"

static uint8_t d_at(uint32_t w, unsigned at, unsigned high)
{
	return (uint8_t)(AS_REG_VECTOR + (as_arm_bits(w, at, 4) | (w >> high & 1) << 4));
}

/* The D register that S register n is in. */
static uint8_t d_of_s(unsigned n) { return (uint8_t)(AS_REG_VECTOR + n / 2); }

static unsigned s_at(uint32_t w, unsigned at, unsigned high)
{
	return as_arm_bits(w, at, 4) << 1 | (w >> high & 1);
}

static void kill_next(const as_insn *i, uint8_t d, unsigned n)
{
	for (unsigned k = 0; k < n; k++)
		as_op_kill(i->o, (uint8_t)(AS_REG_VECTOR + ((d - AS_REG_VECTOR + k) & 31)));
}

/* vldm, vstm, vldr, vstr: n words from base + at; S registers are not followed. */
static bool words(const as_insn *i, uint32_t w, uint8_t base, int64_t at, unsigned n)
{
	bool load = w >> 20 & 1, wide = as_arm_bits(w, 8, 4) == 11;
	unsigned s = s_at(w, 12, 22);
	if (wide) {
		uint8_t d = d_at(w, 12, 22);
		if (n == 0 || n > 33 || d + n / 2 > AS_REG_VECTOR + 32)
			return false;
		for (unsigned k = 0; k < n / 2; k++, at += 8) {
			if (load)
				as_op_load(i->o, 8, (uint8_t)(d + k), base, at);
			else
				as_op_store(i->o, 8, base, at, (uint8_t)(d + k));
		}
		return true;
	}
	if (n == 0 || s + n > 32)
		return false;
	if (load) {
		kill_next(i, d_of_s(s), (s + n - 1) / 2 - s / 2 + 1);
		return true;
	}
	as_op_kill(i->o, T5);
	for (unsigned k = 0; k < n; k++)
		as_op_store(i->o, 4, base, at + 4 * k, T5);
	return true;
}

static bool vector_memory(const as_insn *i, uint32_t w)
{
	bool before = w >> 24 & 1, up = w >> 23 & 1, back = w >> 21 & 1;
	uint8_t rn = (uint8_t)as_arm_bits(w, 16, 4), base = rn;
	unsigned imm = as_arm_bits(w, 0, 8);
	int64_t by = up ? (int64_t)imm * 4 : -(int64_t)imm * 4;
	if (before && !back) {
		if (rn == AS_ARM_PC) {
			base = AS_REG_NONE;
			by += as_arm_pc(i) & ~3u;
		}
		return words(i, w, base, by, as_arm_bits(w, 8, 4) == 11 ? 2 : 1);
	}
	if (before == up || (before && !back))
		return false;
	if (!words(i, w, base, before ? by : 0, imm))
		return false;
	if (back)
		as_op_rri(i->o, AS_OP_ADD, 4, rn, rn, by);
	return true;
}

/* Between two general registers and a coprocessor, or a D, or two S. */
static bool move_two(const as_insn *i, uint32_t w)
{
	bool to_general = w >> 20 & 1;
	unsigned cp = as_arm_bits(w, 8, 4);
	uint8_t rt = (uint8_t)as_arm_bits(w, 12, 4), rt2 = (uint8_t)as_arm_bits(w, 16, 4);
	uint8_t dm = d_at(w, 0, 5);
	if (cp != 11) {
		unsigned s = s_at(w, 0, 5);
		if (to_general) {
			as_op_kill(i->o, rt);
			as_op_kill(i->o, rt2);
		} else if (cp == 10) {
			kill_next(i, d_of_s(s), 1 + (s & 1));
		}
		return cp != 10 || as_arm_bits(w, 6, 2) == 0;
	}
	if (to_general) {
		as_op_move(i->o, 4, rt, dm);
		as_op_rri(i->o, AS_OP_SHR, 8, rt2, dm, 32);
	} else {
		as_op_move(i->o, 4, T0, rt);
		as_op_rri(i->o, AS_OP_SHL, 8, T1, rt2, 32);
		as_op_rrr(i->o, AS_OP_OR, 8, dm, T0, T1);
	}
	return as_arm_bits(w, 6, 2) == 0;
}

static bool coprocessor_memory(const as_insn *i, uint32_t w)
{
	unsigned cp = as_arm_bits(w, 8, 4), puw = as_arm_bits(w, 21, 4);
	if ((puw & ~2u) == 0) /* P, U and W are 0 */
		return puw == 2 && move_two(i, w);
	if (cp == 10 || cp == 11)
		return w >> 28 != 15 && vector_memory(i, w);
	if (as_arm_bits(w, 21, 1)) { /* written back */
		int64_t by = (int64_t)as_arm_bits(w, 0, 8) * 4;
		uint8_t rn = (uint8_t)as_arm_bits(w, 16, 4);
		as_op_rri(i->o, AS_OP_ADD, 4, rn, rn, w >> 23 & 1 ? by : -by);
	}
	return true;
}

/* Moves of one general register: vmov, vdup, vmrs, vmsr. */
static bool move_one(const as_insn *i, uint32_t w)
{
	bool to_general = w >> 20 & 1, scalar = w >> 8 & 1;
	unsigned opc1 = as_arm_bits(w, 21, 3), opc2 = as_arm_bits(w, 5, 2);
	uint8_t rt = (uint8_t)as_arm_bits(w, 12, 4), dn = d_at(w, 16, 7);
	if (!scalar && opc1 == 7) {
		if (to_general && rt == AS_ARM_PC)
			as_arm_lose_flags(i);
		else if (to_general)
			as_op_kill(i->o, rt);
		return true;
	}
	if (!scalar) {
		as_op_kill(i->o, to_general ? rt : d_of_s(s_at(w, 16, 7)));
		return opc1 == 0;
	}
	if (!to_general) {
		kill_next(i, dn, opc1 & 4 ? 2 : 1);
		return opc1 < 4 || !(opc2 & 2);
	}
	if ((opc1 & 6) == 0 && opc2 == 0 && opc1 == 0)
		as_op_move(i->o, 4, rt, dn);
	else
		as_op_kill(i->o, rt);
	return true;
}

static bool floating(const as_insn *i, uint32_t w)
{
	bool wide = w >> 8 & 1;
	uint8_t dd = d_at(w, 12, 22);
	if (wide && (w & 0x0fbf0fd0) == 0x0eb00b40) {
		as_op_move(i->o, 8, dd, d_at(w, 0, 5));
		return true;
	}
	/* Conversions have results of the other size: both readings of the register. */
	as_op_kill(i->o, dd);
	as_op_kill(i->o, d_of_s(s_at(w, 12, 22)));
	return true;
}

bool as_arm_coprocessor(const as_insn *i, uint32_t w)
{
	unsigned cp = as_arm_bits(w, 8, 4);
	bool vector = cp == 10 || cp == 11;
	if (as_arm_bits(w, 24, 4) < 14)
		return coprocessor_memory(i, w);
	if (as_arm_bits(w, 24, 4) > 14)
		return false;
	if (w >> 28 == 15 && vector) {
		as_op_kill(i->o, d_at(w, 12, 22));
		as_op_kill(i->o, d_of_s(s_at(w, 12, 22)));
		return !(w >> 4 & 1);
	}
	if (!(w >> 4 & 1))
		return vector ? floating(i, w) : true;
	if (vector)
		return move_one(i, w);
	if (w >> 20 & 1) { /* mrc */
		uint8_t rt = (uint8_t)as_arm_bits(w, 12, 4);
		if (rt == AS_ARM_PC)
			as_arm_lose_flags(i);
		else
			as_op_kill(i->o, rt);
	}
	return true;
}

/* vmov and vmvn of a constant, vorr and vbic with one. */
static bool constant(const as_insn *i, uint32_t w)
{
	uint64_t v = 0,
		 imm8 = (w >> 24 & 1) << 7 | as_arm_bits(w, 16, 3) << 4 | as_arm_bits(w, 0, 4);
	uint8_t dd = d_at(w, 12, 22);
	unsigned n = w >> 6 & 1 ? 2 : 1;
	if (!as_arm_constant(as_arm_bits(w, 8, 4), w >> 5 & 1, imm8, &v)) {
		kill_next(i, dd, n);
		return true;
	}
	for (unsigned k = 0; k < n; k++)
		as_op_const(i->o, 8, (uint8_t)(AS_REG_VECTOR + ((dd - AS_REG_VECTOR + k) & 31)), v);
	return true;
}

bool as_arm_neon(const as_insn *i, uint32_t w)
{
	uint8_t dd = d_at(w, 12, 22), dn = d_at(w, 16, 7), dm = d_at(w, 0, 5);
	unsigned n = w >> 6 & 1 ? 2 : 1;
	if ((w & 0x01b00f10) == 0x00200110 && dn == dm && (n == 1 || !((dd | dm) & 1))) {
		for (unsigned k = 0; k < n; k++)
			as_op_move(i->o, 8, (uint8_t)(dd + k), (uint8_t)(dm + k));
		return true;
	}
	if ((w & 0x00b80090) == 0x00800010)
		return constant(i, w);
	kill_next(i, dd, 2);
	if ((w & 0x01b00810) == 0x01b00000) /* some exchange */
		kill_next(i, dm, 2);
	return true;
}

/* What a structure access moves. */
typedef struct structures {
	unsigned n, bytes; /* registers that are written at most, bytes in all */
	bool plain;        /* whole registers in their order */
} structures;

static bool describe(uint32_t w, structures *s)
{
	static const uint8_t registers[16] = { 4, 4, 4, 4, 3, 3, 3, 1, 2, 2, 2 };
	static const uint8_t spread[16] = { 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0 };
	unsigned type = as_arm_bits(w, 8, 4), n = as_arm_bits(w, 8, 2) + 1,
		 size = as_arm_bits(w, 10, 2);
	if (!(w >> 23 & 1)) {
		*s = (structures){ .n = registers[type] + spread[type],
			.bytes = registers[type] * 8u,
			.plain = type == 7 || type == 10 || type == 6 || type == 2 };
		return type <= 10;
	}
	if (size == 3) { /* to all lanes */
		*s = (structures){ .n = 2 * n, .bytes = n << as_min(as_arm_bits(w, 6, 2), 2) };
		return w >> 21 & 1;
	}
	*s = (structures){ .n = 2 * n, .bytes = n << size };
	return true;
}

bool as_arm_neon_memory(const as_insn *i, uint32_t w)
{
	structures s;
	bool load = w >> 21 & 1;
	uint8_t dd = d_at(w, 12, 22), rn = (uint8_t)as_arm_bits(w, 16, 4),
		rm = (uint8_t)as_arm_bits(w, 0, 4);
	if (!describe(w, &s) || rn == AS_ARM_PC)
		return false;
	for (unsigned k = 0; k < s.n && s.plain; k++) {
		uint8_t d = (uint8_t)(AS_REG_VECTOR + ((dd - AS_REG_VECTOR + k) & 31));
		if (load)
			as_op_load(i->o, 8, d, rn, 8 * k);
		else
			as_op_store(i->o, 8, rn, 8 * k, d);
	}
	if (!s.plain && load)
		kill_next(i, dd, s.n);
	for (unsigned k = 0; k < s.bytes && !s.plain && !load;) {
		uint8_t piece = s.bytes - k >= 8   ? 8
				: s.bytes - k >= 4 ? 4
				: s.bytes - k >= 2 ? 2
						   : 1;
		as_arm_store_unknown(i->o, piece, rn, k);
		k += piece;
	}
	if (rm == AS_ARM_SP)
		as_op_rri(i->o, AS_OP_ADD, 4, rn, rn, s.bytes);
	else if (rm != AS_ARM_PC)
		as_op_rrr(i->o, AS_OP_ADD, 4, rn, rn, rm);
	return true;
}
