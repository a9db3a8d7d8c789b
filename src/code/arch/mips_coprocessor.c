/* SPDX-License-Identifier: Apache-2.0 */
/* MIPS: coprocessors. Of floating point only moves, loads and stores are followed, so that what is copied through
 * these registers is not lost; what is computed is not. With registers of 32 bits an even and the odd one after it
 * hold a double: they are moved as two. */
#include "code/arch/mips.h"

static uint8_t vector(uint32_t n) { return (uint8_t)(AS_REG_VECTOR + (n & 31)); }

static void kill_vector(const as_mips *l, uint32_t n)
{
	as_op_kill(l->ops, vector(n));
	if (!l->wide) /* the other half of a double */
		as_op_kill(l->ops, vector(n ^ 1));
}

/* Moves between general and floating-point registers; sub is the field that says which. */
static bool move(const as_mips *l, uint32_t sub)
{
	uint32_t fs = l->w >> 11 & 31;
	uint8_t rt = mips_rt(l);
	if (l->w & 0x7ff || ((sub == 1 || sub == 5) && !l->wide))
		return false;
	bool halves = !l->wide && !(fs & 1); /* mfhc1, mthc1 reach the upper half */
	switch (sub) {
	case 0:
		as_emit_rri(l->ops, AS_OP_MOVE, 4, l->wide, rt, vector(fs), 0);
		return true;
	case 1:
		as_emit_rri(l->ops, AS_OP_MOVE, 8, false, rt, vector(fs), 0);
		return true;
	case 3:
		if (halves)
			as_emit_rri(l->ops, AS_OP_MOVE, 4, false, rt, vector(fs + 1), 0);
		else
			as_emit_kill(l->ops, rt);
		return true;
	case 4:
		as_op_move(l->ops, 4, vector(fs), rt);
		return true;
	case 5:
		as_op_move(l->ops, 8, vector(fs), rt);
		return true;
	case 7:
		if (halves)
			as_op_move(l->ops, 4, vector(fs + 1), rt);
		else
			as_op_kill(l->ops, vector(fs));
		return true;
	default: /* cfc1, ctc1 */
		if (sub == 2)
			as_emit_kill(l->ops, rt);
		else
			as_op_kill(l->ops, MIPS_FCC);
		return true;
	}
}

/* Arithmetic: sub is the format (single, double, word, long, paired). */
static bool arithmetic(const as_mips *l, uint32_t sub)
{
	uint32_t f = l->w & 63, fd = l->w >> 6 & 31, fs = l->w >> 11 & 31;
	if (!l->r6 && f >= 0x30) {
		as_op_kill(l->ops, MIPS_FCC);
		return (l->w & 0xc0) == 0 && sub != 0x14 && sub != 0x15;
	}
	if (f != 6 || (sub != 0x10 && sub != 0x11)) {
		kill_vector(l, fd);
		return sub == 0x10 || sub == 0x11 || sub >= 0x14;
	}
	as_op_move(l->ops, sub == 0x10 ? 4 : mips_word(l), vector(fd), vector(fs));
	if (sub == 0x11 && !l->wide)
		as_op_move(l->ops, 4, vector(fd ^ 1), vector(fs ^ 1));
	return true;
}

static bool floating(const as_mips *l)
{
	uint32_t sub = l->w >> 21 & 31;
	if (sub < 8)
		return move(l, sub);
	return sub >= 0x10 && sub <= 0x16 && sub != 0x12 && sub != 0x13 && arithmetic(l, sub);
}

/* Indexed loads and stores, multiply and add. */
static bool extended(const as_mips *l)
{
	uint32_t f = l->w & 63, fd = l->w >> 6 & 31;
	if (l->r6)
		return false;
	if (f <= 5) {
		kill_vector(l, fd);
		return f == 0 || f == 1 || f == 5;
	}
	if (f == 8 || f == 9 || f == 13) {
		as_op_rrr(l->ops, AS_OP_ADD, mips_word(l), AS_T0, mips_rs(l), mips_rt(l));
		if (l->wide && f != 13)
			as_op_store(l->ops, f == 8 ? 4 : 8, AS_T0, 0, vector(l->w >> 11));
		else
			as_emit_store_unknown(l->ops, f == 8 ? 4 : 8, AS_T0, 0);
		return true;
	}
	if (f == 15) /* prefx */
		return true;
	kill_vector(l, fd);
	return f == 0x1e || (f >= 0x20 && ((f & 7) <= 1 || (f & 7) == 6)); /* madd, nmsub.. */
}

/* The system's coprocessor: its registers are not followed. */
static bool system_control(const as_mips *l)
{
	uint32_t sub = l->w >> 21 & 31;
	if (sub >= 0x10)
		return true; /* tlb*, wait; eret and deret are branches */
	if (sub == 0 || sub == 1 || sub == 2 || sub == 11)
		as_emit_kill(l->ops, mips_rt(l));
	else if (sub == 10)
		as_emit_kill(l->ops, mips_rd(l));
	return sub != 3 && sub != 7 && sub != 9 && sub != 15 && sub != 13;
}

/* Coprocessor 2: whatever a vendor made of it. */
static bool vendor(const as_mips *l)
{
	uint32_t sub = l->w >> 21 & 31;
	if (sub < 4)
		as_emit_kill(l->ops, mips_rt(l));
	return sub != 8 && sub != 9 && sub != 13;
}

/* MSA: 16-byte registers that have the floating-point ones as their lower half. */
static bool msa(const as_mips *l)
{
	uint32_t minor = l->w & 63, wd = l->w >> 6 & 31;
	if ((minor & 0x38) == 0x20) {
		int64_t imm = (int64_t)((uint64_t)as_signed(l->w >> 16, 10) << (minor & 3));
		uint8_t base = mips_rd(l);
		if (minor & 4)
			as_op_store(l->ops, 16, base, imm, vector(wd));
		else
			as_op_load(l->ops, 16, vector(wd), base, imm);
		return true;
	}
	as_op_kill(l->ops, vector(wd));
	if (minor == 0x19) /* copy to a general register, which then stands where wd does */
		as_emit_kill(l->ops, mips_reg(wd));
	return true;
}

bool as_mips_coprocessor(const as_mips *l)
{
	switch (l->w >> 26) {
	case 0x10:
		return system_control(l);
	case 0x11:
		return floating(l);
	case 0x12:
		return vendor(l);
	case 0x13:
		return extended(l);
	default:
		return msa(l);
	}
}

/* A double in two registers: the more significant one stands first on big-endian machines. */
static void pair(const as_mips *l, bool is_store, uint32_t n)
{
	uint8_t first = vector(l->big ? n + 1 : n), second = vector(l->big ? n : n + 1);
	int64_t imm = mips_imm(l);
	if (is_store) {
		as_op_store(l->ops, 4, mips_rs(l), imm, first);
		as_op_store(l->ops, 4, mips_rs(l), imm + 4, second);
	} else {
		as_op_load(l->ops, 4, first, mips_rs(l), imm);
		as_op_load(l->ops, 4, second, mips_rs(l), imm + 4);
	}
}

bool as_mips_coprocessor_memory(const as_mips *l)
{
	uint32_t op = l->w >> 26, n = l->w >> 16 & 31;
	bool is_store = op & 8;
	uint8_t width = op & 4 ? 8 : 4;
	if (op & 2) { /* of coprocessor 2 */
		if (is_store)
			as_emit_store_unknown(l->ops, width, mips_rs(l), mips_imm(l));
		return !l->r6;
	}
	if (width == 8 && !l->wide && !(n & 1))
		pair(l, is_store, n);
	else if (width == 8 && !l->wide && is_store)
		as_emit_store_unknown(l->ops, 8, mips_rs(l), mips_imm(l));
	else if (width == 8 && !l->wide)
		kill_vector(l, n);
	else if (is_store)
		as_op_store(l->ops, width, mips_rs(l), mips_imm(l), vector(n));
	else
		as_op_load(l->ops, width, vector(n), mips_rs(l), mips_imm(l));
	return true;
}
