/* SPDX-License-Identifier: Apache-2.0 */
/* More of the x86 instructions of one byte: strings, x87, multiplication and division, shifts. */
#include "code/arch/x86.h"

enum { AX = AS_X86_AX, CX = AS_X86_CX, DX = AS_X86_DX, SI = AS_X86_SI, DI = AS_X86_DI };
enum { T = AS_X86_T, U = AS_X86_U, V = AS_X86_V, W = AS_X86_W };

static unsigned log2_of(uint8_t width) { return (unsigned)__builtin_ctz(width); }

/* After a string instruction: by cx elements (repeated) or one. */
static void advance(as_x86 *x, uint8_t width, uint8_t reg)
{
	if (!x->rep) {
		as_op_rri(x->ops, AS_OP_ADD, x->word, reg, reg, width);
		return;
	}
	as_op_rrr(x->ops, AS_OP_ADD, x->word, reg, reg, CX);
	x->ops->op[x->ops->n - 1].shift = (uint8_t)log2_of(width);
}

static void repeat(as_x86 *x, as_op_kind kind, uint8_t width, uint8_t from)
{
	as_op *op = as_op_add(x->ops, kind, width);
	op->a = DI;
	op->b = CX;
	op->c = from;
}

static void move(as_x86 *x, uint8_t width)
{
	if (x->rep) {
		repeat(x, AS_OP_COPY, width, SI);
	} else {
		as_op_load(x->ops, width, T, SI, 0);
		as_op_store(x->ops, width, DI, 0, T);
	}
	advance(x, width, SI);
	advance(x, width, DI);
}

static void fill(as_x86 *x, uint8_t width, uint8_t from)
{
	if (x->rep)
		repeat(x, AS_OP_FILL, width, from);
	else
		as_op_store(x->ops, width, DI, 0, from);
	advance(x, width, DI);
}

static void compare(as_x86 *x, uint8_t width, bool with_ax)
{
	if (x->rep) {
		as_x86_kill_several(x, 1u << CX | 1u << DI | (with_ax ? 0 : 1u << SI));
		as_x86_no_flags(x);
		return;
	}
	as_op_load(x->ops, width, T, DI, 0);
	if (!with_ax)
		as_op_load(x->ops, width, U, SI, 0);
	as_op_rrr(x->ops, AS_OP_COMPARE, width, AS_REG_FLAGS, with_ax ? AX : U, T);
	if (!with_ax)
		advance(x, width, SI);
	advance(x, width, DI);
}

static void load(as_x86 *x, uint8_t width)
{
	if (x->rep)
		as_op_kill(x->ops, AX); /* the last of them, if any */
	else
		as_op_load(x->ops, width, AX, SI, 0);
	advance(x, width, SI);
}

void as_x86_string(as_x86 *x)
{
	uint8_t width = x->op & 1 ? x->size : 1, what = x->op & 0xfe;
	if ((what == 0x6c || what == 0x6e) && width == 8)
		width = 4;
	if (x->addr_odd || (x->unknown = x->seg == 0x64 || x->seg == 0x65)) {
		as_x86_kill_several(x, 1u << CX | 1u << SI | 1u << DI | 1u << AX);
		as_x86_no_flags(x);
		if (what != 0xa6 && what != 0xae && what != 0xac && what != 0x6e) {
			as_op_kill(x->ops, W);
			as_op_store(x->ops, width, W, 0, W);
		}
		return;
	}
	if (what == 0xa4) {
		move(x, width);
	} else if (what == 0xaa) {
		fill(x, width, AX);
	} else if (what == 0x6c) { /* ins */
		as_op_kill(x->ops, W);
		fill(x, width, W);
	} else if (what == 0x6e) { /* outs */
		advance(x, width, SI);
	} else if (what == 0xac) {
		load(x, width);
	} else {
		compare(x, width, what == 0xae);
	}
	if (x->rep && what != 0xa6 && what != 0xae)
		as_op_const(x->ops, x->word, CX, 0);
}

/* Bytes that D8 to DF, by ModRM.reg, store to memory. */
static const uint8_t stores[8][8] = { { 0 }, { 0, 0, 4, 4, 0, 0, 28, 2 }, { 0 },
	{ 0, 4, 4, 4, 0, 0, 0, 10 }, { 0 }, { 0, 8, 8, 8, 0, 0, 108, 2 }, { 0 },
	{ 0, 2, 2, 2, 0, 0, 10, 8 } };

void as_x86_float(as_x86 *x)
{
	uint8_t esc = x->op & 7, n = stores[esc][x->modrm >> 3 & 7];
	if (x->memory) {
		as_op_kill(x->ops, W);
		for (uint8_t at = 0, width; at < n; at += width) {
			uint8_t left = n - at;
			width = left >= 16 ? 16 : left >= 8 ? 8 : left >= 4 ? 4 : 2;
			as_x86_store(x, width, W, at);
		}
	} else if (esc == 7 && x->modrm == 0xe0) { /* fnstsw ax */
		as_op_kill(x->ops, AX);
	} else if ((esc == 3 || esc == 7) && x->modrm >= 0xe8 && x->modrm < 0xf8) { /* fcomi */
		as_x86_no_flags(x);
	}
}

/* The product of ax and a register in dx:ax. */
static void multiply(as_x86 *x, uint8_t width, uint8_t by, bool sign)
{
	if (width == 1) {
		as_op_move(x->ops, 1, T, AX);
		x->ops->op[x->ops->n - 1].sign = sign;
		as_op_move(x->ops, 1, U, by);
		x->ops->op[x->ops->n - 1].sign = sign;
		as_op_rrr(x->ops, AS_OP_MUL, 2, AX, T, U);
	} else {
		as_op_rrr(x->ops, sign ? AS_OP_MULHS : AS_OP_MULHU, width, T, AX, by);
		as_op_rrr(x->ops, AS_OP_MUL, width, AX, AX, by);
		as_op_move(x->ops, width, DX, T);
	}
}

/* ax of 16 bits by one of 8: the quotient in al, what remains in ah. */
static void divide_byte(as_x86 *x, uint8_t by, bool sign)
{
	as_op_move(x->ops, 1, U, by);
	x->ops->op[x->ops->n - 1].sign = sign;
	as_op_rrr(x->ops, sign ? AS_OP_DIVS : AS_OP_DIVU, 2, T, AX, U);
	as_op_rrr(x->ops, sign ? AS_OP_REMS : AS_OP_REMU, 2, V, AX, U);
	as_op_rri(x->ops, AS_OP_AND, 2, T, T, 255);
	as_op_rri(x->ops, AS_OP_SHL, 2, V, V, 8);
	as_op_rrr(x->ops, AS_OP_OR, 2, AX, T, V);
}

/* 128 bits by 64: only where dx says no more than the sign of ax. */
static void divide_long(as_x86 *x, uint8_t by, bool sign)
{
	as_op_rri(x->ops, AS_OP_SAR, 8, U, AX, 63);
	as_op_rrr(x->ops, AS_OP_COMPARE, 8, AS_REG_FLAGS, DX, sign ? U : AS_REG_ZERO);
	as_op_rrr(x->ops, sign ? AS_OP_DIVS : AS_OP_DIVU, 8, T, AX, by);
	as_op_rrr(x->ops, sign ? AS_OP_REMS : AS_OP_REMU, 8, V, AX, by);
	as_op_kill(x->ops, W);
	as_x86_select(x, 8, AS_EQ, AX, T, W);
	as_x86_select(x, 8, AS_EQ, DX, V, W);
}

static void divide(as_x86 *x, uint8_t width, uint8_t by, bool sign)
{
	uint8_t all = 2 * width;
	as_op_move(x->ops, width, T, AX);
	as_op_rri(x->ops, AS_OP_SHL, all, U, DX, 8 * width);
	as_op_rrr(x->ops, AS_OP_OR, all, T, T, U);
	as_op_move(x->ops, width, U, by);
	x->ops->op[x->ops->n - 1].sign = sign;
	as_op_rrr(x->ops, sign ? AS_OP_DIVS : AS_OP_DIVU, all, V, T, U);
	as_op_rrr(x->ops, sign ? AS_OP_REMS : AS_OP_REMU, all, W, T, U);
	as_op_move(x->ops, width, AX, V);
	as_op_move(x->ops, width, DX, W);
}

void as_x86_muldiv(as_x86 *x, uint8_t width)
{
	uint8_t reg = x->modrm >> 3 & 7, by = as_x86_get(x, width);
	bool sign = reg & 1;
	if (reg < 6)
		multiply(x, width, by, sign);
	else if (width == 1)
		divide_byte(x, by, sign);
	else if (width == 8)
		divide_long(x, by, sign);
	else
		divide(x, width, by, sign);
	as_x86_no_flags(x);
}

static void rotate(
	as_x86 *x, uint8_t width, uint8_t d, uint8_t a, uint8_t count, int64_t imm, bool left)
{
	if (count == AS_REG_NONE) {
		as_op_rri(x->ops, AS_OP_ROR, width, d, a, left ? (8 * width - imm) & 63 : imm);
		return;
	}
	if (left)
		as_op_rri(x->ops, AS_OP_RSUB, 8, count, count, 64);
	as_op_rrr(x->ops, AS_OP_ROR, width, d, a, count);
}

void as_x86_shift(as_x86 *x, uint8_t width, uint8_t count, int64_t imm)
{
	static const uint8_t kinds[8] = { AS_OP_ROR, AS_OP_ROR, AS_OP_KILL, AS_OP_KILL, AS_OP_SHL,
		AS_OP_SHR, AS_OP_SHL, AS_OP_SAR };
	uint8_t what = x->modrm >> 3 & 7, a = as_x86_get(x, width), d = as_x86_place(x, width);
	int64_t mask = width == 8 ? 63 : 31;
	imm &= mask;
	if (count != AS_REG_NONE) {
		as_op_rri(x->ops, AS_OP_AND, 1, T, count, mask);
		count = T;
	}
	if (kinds[what] == AS_OP_ROR) {
		rotate(x, width, d, a, count, imm, what == 0);
	} else if (kinds[what] == AS_OP_KILL) {
		as_op_kill(x->ops, d);
	} else {
		as_op_rrr(x->ops, kinds[what], width, d, a, count);
		x->ops->op[x->ops->n - 1].imm = imm;
	}
	if (count != AS_REG_NONE || what < 4) /* by 0: they stay as they were */
		as_x86_no_flags(x);
	else if (imm)
		as_x86_result(x, width, d);
	as_x86_put(x, width, d);
}
