/* SPDX-License-Identifier: Apache-2.0 */
/* What the x86 instructions of 0F do that work with general registers. */
#include "code/arch/x86.h"

enum { AX = AS_X86_AX, CX = AS_X86_CX, DX = AS_X86_DX, BX = AS_X86_BX, R11 = 11 };
enum { E = AS_X86_E, G = AS_X86_G, T = AS_X86_T, U = AS_X86_U, V = AS_X86_V };

static uint8_t width_of(const as_x86 *x) { return x->op & 1 ? x->size : 1; }

static void cmov(as_x86 *x)
{
	uint8_t e = as_x86_get(x, x->size);
	as_x86_select(x, x->size, as_x86_cond(x->op), x->reg, e, x->reg);
}

static void branch(as_x86 *x) { as_x86_branch(x, as_x86_cond(x->op)); }

static void setcc(as_x86 *x)
{
	uint8_t d = as_x86_place(x, 1);
	as_op_const(x->ops, 1, T, 1);
	as_x86_select(x, 1, as_x86_cond(x->op), d, T, AS_REG_NONE);
	as_x86_put(x, 1, d);
}

static void movx(as_x86 *x) /* movzx, movsx */
{
	uint8_t width = x->op & 1 ? 2 : 1, e;
	if (!(x->op & 8)) {
		if (x->memory)
			as_x86_load(x, width, x->reg, 0);
		else
			as_op_move(x->ops, width, x->reg, as_x86_get(x, width));
		return;
	}
	e = as_x86_get(x, width);
	as_op_move(x->ops, width, x->size == 8 ? x->reg : T, e);
	x->ops->op[x->ops->n - 1].sign = true;
	if (x->size < 8)
		as_op_move(x->ops, x->size, x->reg, T);
}

static void imul(as_x86 *x)
{
	uint8_t e = as_x86_get(x, x->size);
	as_op_rrr(x->ops, AS_OP_MUL, x->size, x->reg, x->reg, e);
	as_x86_no_flags(x);
}

/* Bit tests: bits 3 and 4 of the opcode (or of ModRM) say what becomes of the bit. */
static void bit(as_x86 *x)
{
	bool imm = x->op == 0xba;
	uint8_t what = (imm ? x->modrm : x->op) >> 3 & 3, n = imm ? AS_REG_NONE : G;
	int64_t mask = 8 * x->size - 1;
	if (x->memory && !imm) { /* the bit may be anywhere */
		as_x86_no_flags(x);
		if (what == 0)
			return;
		as_op_kill(x->ops, T);
		as_op_store(x->ops, 1, T, 0, T);
		return;
	}
	uint8_t a = as_x86_get(x, x->size), d = as_x86_place(x, x->size);
	if (!imm)
		as_op_rri(x->ops, AS_OP_AND, 1, G, x->reg, mask);
	as_op_rrr(x->ops, AS_OP_SHR, x->size, T, a, n);
	x->ops->op[x->ops->n - 1].imm = x->imm & mask;
	as_op_rri(x->ops, AS_OP_AND, 1, T, T, 1);
	as_op_rrr(x->ops, AS_OP_COMPARE, 1, AS_REG_FLAGS, AS_REG_ZERO, T); /* 0 < bit: the carry */
	if (what == 0)
		return;
	as_op_const(x->ops, 8, U, 1);
	as_op_rrr(x->ops, AS_OP_SHL, x->size, U, U, n);
	x->ops->op[x->ops->n - 1].imm = x->imm & mask;
	if (what == 2)
		as_op_rri(x->ops, AS_OP_NOT, x->size, U, U, 0);
	as_op_rrr(x->ops,
		what == 1   ? AS_OP_OR
		: what == 2 ? AS_OP_AND
			    : AS_OP_XOR,
		x->size, d, a, U);
	as_x86_put(x, x->size, d);
}

static void shift_double(as_x86 *x)
{
	bool left = x->op < 0xa8, by_cx = x->op & 1;
	uint8_t w = x->size, a = as_x86_get(x, w), d = as_x86_place(x, w), n = AS_REG_NONE,
		rest = n;
	int64_t mask = w == 8 ? 63 : 31, imm = x->imm & mask;
	if (by_cx) {
		as_op_rri(x->ops, AS_OP_AND, 1, T, CX, mask);
		as_op_rri(x->ops, AS_OP_RSUB, 1, U, T, 8 * w);
		n = T;
		rest = U;
	} else if (imm == 0) {
		as_op_move(x->ops, w, d, a); /* clears what is above */
		as_x86_put(x, w, d);
		return;
	}
	as_op_rrr(x->ops, left ? AS_OP_SHR : AS_OP_SHL, w, V, x->reg, rest);
	x->ops->op[x->ops->n - 1].imm = 8 * w - imm;
	as_op_rrr(x->ops, left ? AS_OP_SHL : AS_OP_SHR, w, d, a, n);
	x->ops->op[x->ops->n - 1].imm = imm;
	as_op_rrr(x->ops, AS_OP_OR, w, d, d, V);
	if (by_cx)
		as_x86_no_flags(x);
	else
		as_x86_result(x, w, d);
	as_x86_put(x, w, d);
}

static void cmpxchg(as_x86 *x)
{
	uint8_t w = width_of(x), g = as_x86_reg(x, x->reg, w, G), e = as_x86_get(x, w);
	uint8_t d = as_x86_place(x, w);
	as_op_rrr(x->ops, AS_OP_COMPARE, w, AS_REG_FLAGS, AX, e);
	as_op_move(x->ops, w, T, e);
	as_x86_select(x, w, AS_EQ, d, g, T);
	as_x86_put(x, w, d);
	as_x86_select(x, w, AS_EQ, AX, AX, T);
	if (!x->memory && x->rm == AX && w > 1) /* it was equal to itself */
		as_op_move(x->ops, w, AX, g);
}

static void xadd(as_x86 *x)
{
	uint8_t w = width_of(x), g = as_x86_reg(x, x->reg, w, G), e = as_x86_get(x, w);
	as_op_move(x->ops, w, T, e);
	as_op_rrr(x->ops, AS_OP_ADD, w, U, g, e);
	as_op_rrr(x->ops, AS_OP_SUM, w, AS_REG_FLAGS, U, T);
	as_x86_put_reg(x, x->reg, w, T);
	as_x86_put(x, w, U);
}

static void bswap(as_x86 *x)
{
	uint8_t r = (uint8_t)((x->op & 7) | (x->rex & 1) << 3);
	if (x->size == 2)
		as_op_kill(x->ops, r);
	else
		as_x86_bswap(x, x->size, r, r);
}

/* tzcnt, and bsf of what is not 0: the zeros above the highest one of ~e & (e - 1) are the bits but those below
 * e's lowest. */
static void count_below(as_x86 *x, uint8_t e)
{
	as_op_rri(x->ops, AS_OP_SUB, x->size, AS_X86_U, e, 1);
	as_op_rri(x->ops, AS_OP_NOT, x->size, AS_X86_T, e, 0);
	as_op_rrr(x->ops, AS_OP_AND, x->size, AS_X86_T, AS_X86_T, AS_X86_U);
	as_op_rri(x->ops, AS_OP_ZEROS, x->size, AS_X86_T, AS_X86_T, 0);
	if (x->pp == 2)
		as_x86_no_flags(x);
	else
		as_x86_result(x, x->size, e);
	as_op_rri(x->ops, AS_OP_RSUB, x->size, x->reg, AS_X86_T, 8 * x->size);
}

static void count(as_x86 *x) /* bsf, bsr, tzcnt, lzcnt, popcnt, lar, lsl */
{
	bool ends = x->op == 0xbc || x->op == 0xbd;
	if (ends && x->size >= 4) {
		uint8_t e = as_x86_get(x, x->size);
		if (x->op == 0xbc) {
			count_below(x, e);
			return;
		}
		as_op_rri(x->ops, AS_OP_ZEROS, x->size, AS_X86_T, e, 0);
		if (x->pp == 2) { /* lzcnt */
			as_op_move(x->ops, x->size, x->reg, AS_X86_T);
			as_x86_no_flags(x);
			return;
		}
		as_x86_result(x, x->size, e);
		as_op_rri(x->ops, AS_OP_RSUB, x->size, x->reg, AS_X86_T, 8 * x->size - 1);
		return;
	}
	as_op_kill(x->ops, x->reg);
	as_x86_no_flags(x);
}

static void store(as_x86 *x) /* movnti */ { as_x86_store(x, x->size == 8 ? 8 : 4, x->reg, 0); }

static void group7(as_x86 *x) /* 01 */
{
	uint8_t reg = x->modrm >> 3 & 7;
	if (x->memory && reg < 2) { /* sgdt, sidt */
		as_x86_store_unknown(x, 2);
		as_x86_store(x, x->word, AS_X86_W, 2);
	} else if (reg == 4 && x->memory) {
		as_x86_store_unknown(x, 2);
	} else if (reg == 4) { /* smsw */
		as_op_kill(x->ops, x->rm);
	} else if (!x->memory && x->modrm == 0xf9) { /* rdtscp */
		as_x86_kill_several(x, 1u << AX | 1u << DX | 1u << CX);
	} else if (!x->memory) { /* vmcall, xgetbv, rdpkru, encls, ... */
		as_x86_kill_several(x, 1u << AX | 1u << BX | 1u << CX | 1u << DX);
		as_x86_no_flags(x);
	}
}

static void group6(as_x86 *x) /* 00 */
{
	uint8_t reg = x->modrm >> 3 & 7;
	if (reg >= 4)
		as_x86_no_flags(x); /* verr, verw */
	else if (reg < 2 && x->memory)
		as_x86_store_unknown(x, 2);
	else if (reg < 2)
		as_op_kill(x->ops, x->rm);
}

static void group9(as_x86 *x) /* C7: cmpxchg8b, cmpxchg16b, rdrand, rdseed, ... */
{
	uint8_t reg = x->modrm >> 3 & 7;
	as_x86_no_flags(x);
	if (!x->memory) {
		as_op_kill(x->ops, x->rm);
	} else if (reg == 1) {
		as_x86_store_unknown(x, x->rex_w ? 16 : 8);
		as_x86_kill_several(x, 1u << AX | 1u << DX);
	} else if (reg >= 3 && reg <= 7 && reg != 6) { /* xsavec and the like; vmptrst */
		as_x86_store_unknown(x, reg == 7 ? 8 : 16);
	}
}

static void group15(as_x86 *x) /* AE */
{
	static const uint8_t bytes[] = { 16, 0, 0, 4, 16, 0, 16, 0 };
	uint8_t reg = x->modrm >> 3 & 7;
	if (!x->memory && x->pp == 2 && reg < 2) /* rdfsbase, rdgsbase */
		as_op_kill(x->ops, x->rm);
	else if (!x->memory && x->pp == 1) /* tpause */
		as_x86_no_flags(x);
	else if (x->memory && x->pp == 0 && bytes[reg])
		as_x86_store_unknown(x, bytes[reg]);
	else if (x->memory && x->pp == 2 && reg == 4) /* ptwrite reads */
		return;
	else if (reg == 6 && x->pp) /* clrssbsy, umwait: flags */
		as_x86_no_flags(x);
}

static void system_call(as_x86 *x)
{
	as_op_add(x->ops, AS_OP_SYSCALL, x->word);
	as_op_kill(x->ops, AX);
	if (x->wide && x->op == 0x05)
		as_x86_kill_several(x, 1u << CX | 1u << R11);
}

static void trap(as_x86 *x) { as_op_add(x->ops, AS_OP_TRAP, x->word); }

static void system_return(as_x86 *x) { as_op_add(x->ops, AS_OP_RETURN, x->word); }

static void counter(as_x86 *x) { as_x86_kill_several(x, 1u << AX | 1u << DX); }

static void identify(as_x86 *x)
{
	as_x86_kill_several(x, 1u << AX | 1u << CX | 1u << DX | 1u << BX);
}

static void control(as_x86 *x) /* mov from control and debug registers */
{
	as_op_kill(x->ops, x->rm);
}

static void push_segment(as_x86 *x)
{
	as_op_kill(x->ops, E);
	as_x86_push(x, x->data16 ? 2 : x->word, E);
}

static void pop_segment(as_x86 *x)
{
	as_op_rri(x->ops, AS_OP_ADD, x->word, AS_X86_SP, AS_X86_SP, x->data16 ? 2 : x->word);
}

static void nothing(as_x86 *x)
{
	if (x->op == 0x1e && x->pp == 2 && (x->modrm & 0xf8) == 0xc8) /* rdssp */
		as_op_kill(x->ops, x->rm);
}

static void padlock(as_x86 *x)
{
	as_x86_kill_several(x, 1u << AX | 1u << CX | 1u << DX | 1u << AS_X86_SI | 1u << AS_X86_DI);
	as_op_kill(x->ops, T);
	as_op_store(x->ops, 16, T, 0, T);
}

#define SAME4(f) f, f, f, f
#define SAME8(f) SAME4(f), SAME4(f)
#define SAME16(f) SAME8(f), SAME8(f)
/* NULL: works with vectors. */
static void (*const doing[256])(as_x86 *x) = {
	group6, group7, count, count, nothing, system_call, nothing, system_return,       /* 00 */
	nothing, nothing, nothing, trap, nothing, nothing, nothing, NULL,                 /* 08 */
	SAME8(NULL), SAME8(nothing),                                                      /* 10 */
	control, control, nothing, nothing, SAME4(nothing), SAME8(NULL),                  /* 20 */
	nothing, counter, counter, counter, system_call, system_return, nothing, counter, /* 30 */
	SAME8(nothing),                                                                   /* 38 */
	SAME16(cmov), SAME16(NULL), SAME16(NULL),                                         /* 40 */
	SAME8(NULL), SAME8(NULL),                                                         /* 70 */
	SAME16(branch), SAME16(setcc),                                                    /* 80 */
	push_segment, pop_segment, identify, bit, shift_double, shift_double, padlock, padlock,
	push_segment, pop_segment, nothing, bit, shift_double, shift_double, group15, imul, /* A8 */
	cmpxchg, cmpxchg, nothing, bit, nothing, nothing, movx, movx,                       /* B0 */
	count, trap, bit, bit, count, count, movx, movx,                                    /* B8 */
	xadd, xadd, NULL, store, NULL, NULL, NULL, group9,                                  /* C0 */
	SAME8(bswap),                                                                       /* C8 */
	SAME16(NULL), SAME16(NULL),                                                         /* D0 */
	SAME8(NULL), SAME4(NULL), NULL, NULL, NULL, trap,                                   /* F0 */
};

bool as_x86_lift_two(as_x86 *x)
{
	if (!doing[x->op])
		return false;
	if (x->op == 0xb2 || x->op == 0xb4 || x->op == 0xb5)
		as_op_kill(x->ops, x->reg); /* lss, lfs, lgs */
	else
		doing[x->op](x);
	return true;
}
