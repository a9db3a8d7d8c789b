/* SPDX-License-Identifier: Apache-2.0 */
/* MIPS: opcodes SPECIAL2 and SPECIAL3 (multiply and add, bit fields, byte order, DSP, Cavium's), and the instructions
 * of release 6 that are relative to their own address. */
#include "code/arch/mips.h"

/* A result of width bytes in dst; one of 4 is sign-extended in a register of 8. */
static bool narrow(const as_mips *l, uint8_t width) { return l->wide && width == 4; }

/* hi and lo: + or - the product of rs and rt. */
static void accumulate(const as_mips *l, bool unsign, as_op_kind kind)
{
	as_ops *o = l->ops;
	as_emit_rri(o, AS_OP_MOVE, 4, !unsign, AS_T0, mips_rs(l), 0);
	as_emit_rri(o, AS_OP_MOVE, 4, !unsign, AS_T1, mips_rt(l), 0);
	as_op_rrr(o, AS_OP_MUL, 8, AS_T0, AS_T0, AS_T1);
	as_op_move(o, 4, AS_T1, MIPS_LO);
	as_op_rri(o, AS_OP_SHL, 8, AS_T2, MIPS_HI, 32);
	as_op_rrr(o, AS_OP_OR, 8, AS_T1, AS_T1, AS_T2);
	as_op_rrr(o, kind, 8, AS_T0, AS_T1, AS_T0);
	as_emit_rri(o, AS_OP_MOVE, 4, l->wide, MIPS_LO, AS_T0, 0);
	as_op_rri(o, AS_OP_SHR, 8, AS_T0, AS_T0, 32);
	as_emit_rri(o, AS_OP_MOVE, 4, l->wide, MIPS_HI, AS_T0, 0);
}

/* rd = n bits of rs from bit at; sign copies the highest. */
static void field(const as_mips *l, uint8_t d, uint8_t a, unsigned at, unsigned n, bool sign)
{
	uint8_t width = mips_word(l);
	if (d == AS_REG_ZERO)
		return;
	unsigned all = width * 8u;
	as_op_rri(l->ops, AS_OP_SHL, width, d, a, all - at - n);
	as_op_rri(l->ops, sign ? AS_OP_SAR : AS_OP_SHR, width, d, d, all - n);
}

/* Cavium's: bit fields with the length in rd and the place in sa, comparisons, multiplication. */
static bool octeon(const as_mips *l)
{
	as_ops *o = l->ops;
	uint32_t f = l->w & 63;
	uint8_t a = mips_rs(l), b = mips_rt(l), d = mips_rd(l);
	unsigned at = mips_sa(l) + (f & 1 ? 32 : 0), n = (l->w >> 11 & 31) + 1u;
	if (f >= 0x3a || f == 0x32 || f == 0x33) {
		unsigned kept = n < 64 - at ? n : 64 - at; /* cins drops what leaves at the top */
		if (f >= 0x3a && at + n > 64)
			return false;
		if (f >= 0x3a)
			field(l, b, a, at, n, true);
		else if (b != AS_REG_ZERO) {
			as_op_rri(o, AS_OP_SHL, 8, b, a, 64 - kept);
			as_op_rri(o, AS_OP_SHR, 8, b, b, 64 - kept - at);
		}
		return true;
	}
	switch (f) {
	case 0x03:
		as_emit_rrr(o, AS_OP_MUL, 8, false, d, a, b);
		return true;
	case 0x28: /* baddu */
		as_emit_rrr(o, AS_OP_ADD, 1, false, d, a, b);
		return true;
	case 0x2a: /* seq, sne, seqi, snei */
	case 0x2b:
		as_emit_set(o, 8, d, f & 1 ? AS_NE : AS_EQ, a, b, 0);
		return true;
	case 0x2e:
	case 0x2f:
		as_emit_set(
			o, 8, b, f & 1 ? AS_NE : AS_EQ, a, AS_REG_NONE, as_signed(l->w >> 6, 10));
		return true;
	case 0x18: /* saa, saad: add to memory */
	case 0x19:
		as_op_load(o, f & 1 ? 8 : 4, AS_T0, a, 0);
		as_op_rrr(o, AS_OP_ADD, f & 1 ? 8 : 4, AS_T0, AS_T0, b);
		as_op_store(o, f & 1 ? 8 : 4, a, 0, AS_T0);
		return true;
	default: /* mtm0.., mtp0.., vmulu..: registers of the multiplier; pop, dpop; the rest kills alike */
		as_emit_kill(o, d);
		return (f >= 8 && f <= 0x11) || f == 0x1f || f == 0x2c || f == 0x2d;
	}
}

bool as_mips_special2(const as_mips *l)
{
	as_ops *o = l->ops;
	uint32_t f = l->w & 63;
	if (l->r6)
		return false;
	if (f == 0 || f == 1 || f == 4 || f == 5) {
		if (l->w & 0xe7c0)
			return false;
		if (!(l->w & 0x1800)) /* DSP: another accumulator */
			accumulate(l, f & 1, f & 4 ? AS_OP_SUB : AS_OP_ADD);
		return true;
	}
	if (f == 2) {
		as_emit_rrr(o, AS_OP_MUL, 4, l->wide, mips_rd(l), mips_rs(l), mips_rt(l));
		as_op_kill(o, MIPS_HI);
		as_op_kill(o, MIPS_LO);
		return mips_sa(l) == 0;
	}
	if (f == 0x20 || (f == 0x24 && l->wide)) { /* clz, dclz */
		as_emit_leading_zeros(o, f & 4 ? 8 : 4, mips_rd(l), mips_rs(l));
		return mips_sa(l) == 0;
	}
	if (f == 0x21 || (f == 0x25 && l->wide)) { /* clo, dclo */
		as_emit_kill(o, mips_rd(l));
		return mips_sa(l) == 0;
	}
	if (f == 0x3f) { /* sdbbp */
		as_op_add(o, AS_OP_TRAP, 1);
		return true;
	}
	return l->octeon && l->wide && octeon(l);
}

/* ext, dext, dextm, dextu: lowest two bits say which. */
static bool extract(const as_mips *l, uint32_t f)
{
	unsigned at = mips_sa(l) + (f == 2 ? 32u : 0), n = (l->w >> 11 & 31) + (f == 1 ? 33u : 1u);
	if (at + n > (f ? 64u : 32u) || (f && !l->wide))
		return false;
	field(l, mips_rt(l), mips_rs(l), at, n, false);
	if (f == 0 && n == 32 && l->wide) /* the whole word counts as signed */
		as_emit_rri(l->ops, AS_OP_MOVE, 4, true, mips_rt(l), mips_rt(l), 0);
	return true;
}

/* ins, dinsm, dinsu, dins. */
static bool insert(const as_mips *l, uint32_t f)
{
	as_ops *o = l->ops;
	uint8_t d = mips_rt(l), width = f == 4 ? 4 : 8;
	unsigned at = mips_sa(l) + (f == 6 ? 32u : 0);
	unsigned last = (l->w >> 11 & 31) + (f == 5 || f == 6 ? 32u : 0);
	if (last < at || (f != 4 && !l->wide))
		return false;
	if (d == AS_REG_ZERO)
		return true;
	uint64_t ones = (2ull << (last - at)) - 1;
	as_op_rri(o, AS_OP_AND, width, AS_T0, mips_rs(l), (int64_t)ones);
	if (at)
		as_op_rri(o, AS_OP_SHL, width, AS_T0, AS_T0, at);
	as_op_rri(o, AS_OP_AND, width, AS_T1, d, (int64_t) ~(ones << at));
	as_emit_rrr(o, AS_OP_OR, width, narrow(l, width), d, AS_T1, AS_T0);
	return true;
}

/* bshfl: wsbh, seb, seh, and of release 6 bitswap and align. */
static bool shuffle(const as_mips *l)
{
	as_ops *o = l->ops;
	uint8_t d = mips_rd(l), b = mips_rt(l), sa = mips_sa(l);
	if (d == AS_REG_ZERO)
		return true;
	if (sa == 2)
		as_emit_exchange(o, 4, d, b, 8, 0x00ff00ff);
	else if (sa == 0x10 || sa == 0x18)
		as_emit_rri(o, AS_OP_MOVE, sa == 0x10 ? 1 : 2, true, d, b, 0);
	else
		as_emit_kill(o, d);
	if (sa == 2 && l->wide)
		as_emit_rri(o, AS_OP_MOVE, 4, true, d, d, 0);
	return sa == 2 || sa == 0x10 || sa == 0x18 || (l->r6 && (sa == 0 || (sa >= 8 && sa <= 11)));
}

/* dbshfl: dsbh, dshd, and of release 6 dbitswap and dalign. */
static bool shuffle_wide(const as_mips *l)
{
	uint8_t d = mips_rd(l), b = mips_rt(l), sa = mips_sa(l);
	if (!l->wide)
		return false;
	if (d == AS_REG_ZERO)
		return true;
	if (sa == 2)
		as_emit_exchange(l->ops, 8, d, b, 8, 0x00ff00ff00ff00ff);
	else if (sa == 5) {
		as_emit_exchange(l->ops, 8, AS_T2, b, 16, 0x0000ffff0000ffff);
		as_op_rri(l->ops, AS_OP_ROR, 8, d, AS_T2, 32);
	} else
		as_emit_kill(l->ops, d);
	return sa == 2 || sa == 5 || (l->r6 && (sa == 0 || sa >= 8));
}

/* DSP's lwx, lhx, lbux, ldx, and Cavium's in their neighbourhood. */
static bool indexed(const as_mips *l)
{
	static const uint8_t widths[32] = {
		[0] = 4, [4] = 2, [6] = 1, [8] = 8, [0x10] = 4, [0x14] = 2, [0x16] = 1
	};
	uint8_t width = widths[mips_sa(l)], sa = mips_sa(l);
	if (width == 0)
		return false;
	as_emit_rrr(l->ops, AS_OP_LOAD, width, sa == 4 || sa == 0x16 || (sa == 0 && l->wide),
		mips_rd(l), mips_rs(l), mips_rt(l));
	return width != 8 || l->wide;
}

/* ll, sc and their like with a displacement of 9 bits: those of release 6, and those for the user's addresses
 * that a kernel uses. */
static bool memory9(const as_mips *l, uint32_t f)
{
	/* bytes; bit 4: signed; bit 5: a store; bit 6: the store says whether it was done; bit 7: only of release
	 * 6 */
	enum { SIGNED = 16, STORE = 32, TELLS = 64, R6 = 128 };
	static const uint8_t how[64] = { [0x1c] = 1 | STORE,
		[0x1d] = 2 | STORE,
		[0x1e] = 4 | STORE | TELLS,
		[0x1f] = 4 | STORE,
		[0x26] = 4 | STORE | TELLS | R6,
		[0x27] = 8 | STORE | TELLS | R6,
		[0x28] = 1,
		[0x29] = 2,
		[0x2c] = 1 | SIGNED,
		[0x2d] = 2 | SIGNED,
		[0x2e] = 4 | SIGNED,
		[0x2f] = 4 | SIGNED,
		[0x36] = 4 | SIGNED | R6,
		[0x37] = 8 | R6 };
	uint8_t h = how[f], width = h & 15;
	int64_t imm = as_signed(l->w >> 7, 9);
	if (width == 0 || (h & R6 && !l->r6) || (width == 8 && !l->wide) || l->w & 0x40)
		return false;
	if (!(h & STORE)) {
		if (mips_rt(l) == AS_REG_ZERO)
			return true;
		as_op_load(l->ops, width, mips_rt(l), mips_rs(l), imm);
		l->ops->op[l->ops->n - 1].sign = h & SIGNED && (width < 4 || l->wide);
		return true;
	}
	as_op_store(l->ops, width, mips_rs(l), imm, mips_rt(l));
	if (h & TELLS)
		as_emit_kill(l->ops, mips_rt(l));
	return true;
}

/* The DSP extension: what it computes is not followed. */
static bool dsp(const as_mips *l, uint32_t f)
{
	if (f == 0x30 || f == 0x38) { /* accumulators; from and to them */
		as_op_kill(l->ops, MIPS_HI);
		as_op_kill(l->ops, MIPS_LO);
	}
	as_emit_kill(
		l->ops, f == 0x31 || f == 0x38 || f == 0x0c || f == 0x11 ? mips_rt(l) : mips_rd(l));
	if (f == 0x11)
		as_emit_kill(l->ops, mips_rd(l));
	return f == 0x0c || (f >= 0x10 && f <= 0x13) || f == 0x18 || f == 0x30 || f == 0x31 ||
	       f == 0x38;
}

bool as_mips_special3(const as_mips *l)
{
	uint32_t f = l->w & 63;
	switch (f) {
	case 0x00:
	case 0x01:
	case 0x02:
	case 0x03:
		return extract(l, f);
	case 0x04:
	case 0x05:
	case 0x06:
	case 0x07:
		return insert(l, f);
	case 0x0a:
		return indexed(l);
	case 0x20:
		return shuffle(l);
	case 0x24:
		return shuffle_wide(l);
	case 0x1b: /* cachee, prefe; cache and pref of release 6 */
	case 0x23:
		return true;
	case 0x25:
	case 0x35:
		return l->r6;
	case 0x3b: /* rdhwr: the thread's pointer, the cycle counter */
		as_emit_kill(l->ops, mips_rt(l));
		return true;
	default:
		return memory9(l, f) || dsp(l, f);
	}
}

bool as_mips_pcrel(const as_mips *l)
{
	uint32_t kind = l->w >> 19 & 3, upper = l->w >> 16 & 31;
	uint8_t d = mips_reg(l->w >> 21 & 31), width = mips_word(l);
	uint64_t near = l->at + (uint64_t)(as_signed(l->w, 19) * 4);
	if (kind == 0 || upper == 0x1e || upper == 0x1f) { /* addiupc, auipc, aluipc */
		uint64_t far = l->at + (uint64_t)as_signed((uint64_t)(l->w & 0xffff) << 16, 32);
		uint64_t v = kind == 0 ? near : upper == 0x1e ? far : far & ~0xffffull;
		as_emit_rri(l->ops, AS_OP_MOVE, width, false, d, AS_REG_NONE, (int64_t)v);
		return true;
	}
	if (kind == 3 && (upper & 0x1c) != 0x18)
		return false;
	if (kind == 3) /* ldpc */
		near = (l->at & ~7ull) + (uint64_t)(as_signed(l->w, 18) * 8);
	if (kind != 1 && !l->wide)
		return false;
	if (d == AS_REG_ZERO)
		return true;
	as_op_load(l->ops, kind == 3 ? 8 : 4, d, AS_REG_NONE, (int64_t)near);
	l->ops->op[l->ops->n - 1].sign = kind == 1 && l->wide;
	return true;
}
