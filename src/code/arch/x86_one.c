/* SPDX-License-Identifier: Apache-2.0 */
/* What the x86 instructions of one byte do. */
#include "code/arch/x86.h"

/* Of the operations in bits 3 to 5 of an opcode, or of ModRM. */
enum { ADD, OR, ADC, SBB, AND, SUB, XOR, CMP };

/* The second operand: a register, or imm where it is AS_REG_NONE. */
typedef struct operand {
	uint8_t r;
	int64_t imm;
} operand;

static void two(as_x86 *x, as_op_kind kind, uint8_t width, uint8_t dst, uint8_t a, operand b)
{
	as_op_rrr(x->ops, kind, width, dst, a, b.r);
	x->ops->op[x->ops->n - 1].imm = b.r == AS_REG_NONE ? b.imm : 0;
}

static uint8_t width_of(const as_x86 *x) { return x->op & 1 ? x->size : 1; }

/* T = the carry, 1 or 0. */
static void carry(as_x86 *x)
{
	as_op_const(x->ops, 8, AS_X86_U, 1);
	as_x86_select(x, 8, AS_BELOW, AS_X86_T, AS_X86_U, AS_REG_NONE);
}

static void sum(as_x86 *x, uint8_t width, uint8_t d, uint8_t a, operand b)
{
	if (b.r == d) { /* the flags need it afterwards */
		as_op_move(x->ops, width, AS_X86_T, b.r);
		b.r = AS_X86_T;
	}
	two(x, AS_OP_ADD, width, d, a, b);
	two(x, AS_OP_SUM, width, AS_REG_FLAGS, d, b);
}

static void with_carry(as_x86 *x, as_op_kind kind, uint8_t width, uint8_t d, uint8_t a, operand b)
{
	carry(x);
	if (kind == AS_OP_SUB && b.r == a) {
		as_op_rrr(x->ops, AS_OP_RSUB, width, d, AS_X86_T, AS_REG_ZERO);
	} else {
		two(x, kind, width, AS_X86_U, a, b);
		as_op_rrr(x->ops, kind, width, d, AS_X86_U, AS_X86_T);
	}
	as_x86_result(x, width, d);
}

/* The bits of a register above its lowest width bytes. */
static int64_t above(uint8_t width) { return (int64_t)(UINT64_MAX << 8 * width); }

/* al &= 0xf, or the like: said of the whole register, so that what is above is kept. */
static bool narrow_logic(as_x86 *x, uint8_t kind, uint8_t width, uint8_t d, operand b)
{
	static const uint8_t kinds[] = { [OR] = AS_OP_OR, [AND] = AS_OP_AND, [XOR] = AS_OP_XOR };
	bool clears = kind == XOR && d == b.r;
	if (d >= AS_REG_TEMP || width > 2 || (b.r != AS_REG_NONE && !clears))
		return false;
	if (kind == AND || clears)
		as_op_rri(x->ops, AS_OP_AND, x->word, d, d, (clears ? 0 : b.imm) | above(width));
	else
		as_op_rri(x->ops, kinds[kind], x->word, d, d, b.imm & ~above(width));
	return true;
}

static void logic(as_x86 *x, uint8_t kind, uint8_t width, uint8_t d, uint8_t a, operand b)
{
	if (kind == AND)
		two(x, AS_OP_TEST, width, AS_REG_FLAGS, a, b);
	if (a == d && narrow_logic(x, kind, width, d, b))
		; /* done */
	else if (kind == XOR && a == b.r)
		as_op_const(x->ops, width, d, 0);
	else if (kind == OR && b.r == AS_REG_NONE && b.imm == -1)
		as_op_const(x->ops, width, d, UINT64_MAX);
	else
		two(x, kind == AND ? AS_OP_AND : kind == OR ? AS_OP_OR : AS_OP_XOR, width, d, a, b);
	if (kind != AND)
		as_op_rri(x->ops, AS_OP_COMPARE, width, AS_REG_FLAGS, d, 0);
}

/* d = a kind b; d is not written by cmp. */
static void compute(as_x86 *x, uint8_t kind, uint8_t width, uint8_t d, uint8_t a, operand b)
{
	if (kind == ADD) {
		sum(x, width, d, a, b);
	} else if (kind == ADC || kind == SBB) {
		with_carry(x, kind == ADC ? AS_OP_ADD : AS_OP_SUB, width, d, a, b);
	} else if (kind == SUB || kind == CMP) {
		two(x, AS_OP_COMPARE, width, AS_REG_FLAGS, a, b);
		if (kind == SUB && a == b.r)
			as_op_const(x->ops, width, d, 0);
		else if (kind == SUB)
			two(x, AS_OP_SUB, width, d, a, b);
	} else {
		logic(x, kind, width, d, a, b);
	}
}

/* E kind= b. */
static void change(as_x86 *x, uint8_t kind, uint8_t width, operand b)
{
	uint8_t a = as_x86_get(x, width), d = as_x86_place(x, width);
	compute(x, kind, width, d, a, b);
	if (kind != CMP)
		as_x86_put(x, width, d);
}

static void alu(as_x86 *x)
{
	uint8_t kind = x->op >> 3 & 7, width = width_of(x);
	if (x->op & 4) {
		compute(x, kind, width, AS_X86_AX, AS_X86_AX, (operand){ AS_REG_NONE, x->imm });
		return;
	}
	uint8_t g = as_x86_reg(x, x->reg, width, AS_X86_G);
	if (x->op & 2) {
		uint8_t e = as_x86_get(x, width);
		compute(x, kind, width, g, g, (operand){ e, 0 });
		if (kind != CMP)
			as_x86_put_reg(x, x->reg, width, g);
	} else {
		change(x, kind, width, (operand){ g, 0 });
	}
}

static void alu_imm(as_x86 *x)
{
	change(x, x->modrm >> 3 & 7, width_of(x), (operand){ AS_REG_NONE, x->imm });
}

static void test(as_x86 *x)
{
	uint8_t width = width_of(x);
	uint8_t g = as_x86_reg(x, x->reg, width, AS_X86_G), e = as_x86_get(x, width);
	as_op_rrr(x->ops, AS_OP_TEST, width, AS_REG_FLAGS, e, g);
}

static void test_ax(as_x86 *x)
{
	as_op_rri(x->ops, AS_OP_TEST, width_of(x), AS_REG_FLAGS, AS_X86_AX, x->imm);
}

static void step(as_x86 *x, uint8_t width, bool up)
{
	uint8_t a = as_x86_get(x, width), d = as_x86_place(x, width);
	if (!up)
		as_op_rri(x->ops, AS_OP_COMPARE, width, AS_REG_FLAGS, a, 1);
	as_op_rri(x->ops, up ? AS_OP_ADD : AS_OP_SUB, width, d, a, 1);
	if (up)
		as_x86_result(x, width, d);
	as_x86_put(x, width, d);
}

static void inc_dec(as_x86 *x) /* 32-bit: 40 to 4F */
{
	x->rm = x->op & 7;
	step(x, x->size, x->op < 0x48);
}

/* mov eax, eax: clears what is above. */
static bool cuts_itself(as_x86 *x, uint8_t width)
{
	if (x->memory || x->reg != x->rm || width == 1)
		return false;
	as_op_move(x->ops, width, x->reg, x->reg);
	return true;
}

static void mov_to(as_x86 *x)
{
	uint8_t width = width_of(x);
	if (!cuts_itself(x, width))
		as_x86_put(x, width, as_x86_reg(x, x->reg, width, AS_X86_G));
}

static void mov_from(as_x86 *x)
{
	uint8_t width = width_of(x);
	if (cuts_itself(x, width))
		return;
	if (x->memory && (width > 1 || x->rex || x->reg < 4))
		as_x86_load(x, width, x->reg, 0);
	else
		as_x86_put_reg(x, x->reg, width, as_x86_get(x, width));
}

/* A register, or its lowest bytes, becomes the immediate. */
static void set(as_x86 *x, uint8_t width, uint8_t r)
{
	if (width > 2 || r >= AS_REG_TEMP) {
		as_op_const(x->ops, width, r, (uint64_t)x->imm);
		return;
	}
	as_op_rri(x->ops, AS_OP_AND, x->word, r, r, above(width));
	if (x->imm & ~above(width))
		as_op_rri(x->ops, AS_OP_OR, x->word, r, r, x->imm & ~above(width));
}

static void mov_imm(as_x86 *x) /* C6, C7 */
{
	uint8_t width = width_of(x);
	if (x->modrm == 0xf8) { /* xabort, xbegin */
		if (x->op == 0xc7)
			as_x86_branch(x, AS_COND_OTHER);
		as_op_kill(x->ops, AS_X86_AX);
		return;
	}
	uint8_t d = as_x86_place(x, width);
	set(x, width, d);
	as_x86_put(x, width, d);
}

static void mov_reg_imm(as_x86 *x) /* B0 to BF */
{
	uint8_t r = (uint8_t)((x->op & 7) | (x->rex & 1) << 3), width = x->op & 8 ? x->size : 1;
	if (width == 1 && !x->rex && r >= 4)
		as_op_kill(x->ops, r - 4);
	else
		set(x, width, r);
}

static void mov_offset(as_x86 *x) /* A0 to A3 */
{
	x->memory = true;
	x->disp = x->imm;
	x->unknown = x->seg == 0x64 || x->seg == 0x65;
	if (x->op & 2)
		as_x86_store(x, width_of(x), AS_X86_AX, 0);
	else
		as_x86_load(x, width_of(x), AS_X86_AX, 0);
}

static void mov_segment(as_x86 *x)
{
	if (x->op == 0x8c && x->memory)
		as_x86_store_unknown(x, 2);
	else if (x->op == 0x8c)
		as_op_kill(x->ops, x->rm);
}

static void lea(as_x86 *x)
{
	uint8_t width = x->size, a = x->base, b = x->index;
	int64_t disp = x->disp + (x->relative ? (int64_t)x->next : 0);
	if (x->wide && x->addr_odd && width == 8)
		width = 4;
	if (!x->wide && x->addr_odd) {
		as_op_kill(x->ops, x->reg);
	} else if (a == AS_REG_NONE && b == AS_REG_NONE) {
		as_op_const(x->ops, width, x->reg, (uint64_t)disp);
	} else if (b == AS_REG_NONE) {
		as_op_rri(x->ops, disp ? AS_OP_ADD : AS_OP_MOVE, width, x->reg, a, disp);
	} else {
		if (a == AS_REG_NONE) {
			as_op_rri(x->ops, AS_OP_SHL, width, x->reg, b, x->scale);
		} else {
			as_op_rrr(x->ops, AS_OP_ADD, width, x->reg, a, b);
			x->ops->op[x->ops->n - 1].shift = x->scale;
		}
		if (disp)
			as_op_rri(x->ops, AS_OP_ADD, width, x->reg, x->reg, disp);
	}
}

static void exchange(as_x86 *x)
{
	uint8_t width = width_of(x);
	if (width == 1 && !x->memory && !x->rex && (x->reg ^ x->rm) == 4) { /* xchg al, ah */
		as_op_rri(x->ops, AS_OP_ROR, 2, x->reg & 3, x->reg & 3, 8);
		return;
	}
	uint8_t g = as_x86_reg(x, x->reg, width, AS_X86_G), e = as_x86_get(x, width);
	as_op_move(x->ops, width, AS_X86_T, e);
	as_x86_put(x, width, g);
	as_x86_put_reg(x, x->reg, width, AS_X86_T);
}

static void exchange_ax(as_x86 *x) /* 90 to 97 */
{
	uint8_t r = (uint8_t)((x->op & 7) | (x->rex & 1) << 3);
	if (r == AS_X86_AX)
		return; /* nop */
	as_op_move(x->ops, x->size, AS_X86_T, AS_X86_AX);
	as_op_move(x->ops, x->size, AS_X86_AX, r);
	as_op_move(x->ops, x->size, r, AS_X86_T);
}

/* Bytes that push and pop move. */
static uint8_t stacked(const as_x86 *x) { return x->data16 && !x->rex_w ? 2 : x->word; }

static void push(as_x86 *x)
{
	as_x86_push(x, stacked(x), (uint8_t)((x->op & 7) | (x->rex & 1) << 3));
}

static void pop(as_x86 *x)
{
	as_x86_pop(x, stacked(x), (uint8_t)((x->op & 7) | (x->rex & 1) << 3));
}

static void push_imm(as_x86 *x)
{
	as_op_const(x->ops, stacked(x), AS_X86_E, (uint64_t)x->imm);
	as_x86_push(x, stacked(x), AS_X86_E);
}

static void push_unknown(as_x86 *x)
{
	as_op_kill(x->ops, AS_X86_E);
	as_x86_push(x, stacked(x), AS_X86_E);
}

static void drop(as_x86 *x)
{
	as_op_rri(x->ops, AS_OP_ADD, x->word, AS_X86_SP, AS_X86_SP, stacked(x));
	if (x->op == 0x9d)
		as_x86_no_flags(x);
}

static void pop_e(as_x86 *x)
{
	as_x86_pop(x, stacked(x), AS_X86_E);
	as_x86_put(x, stacked(x), AS_X86_E);
}

static void push_all(as_x86 *x)
{
	uint8_t width = stacked(x);
	as_op_move(x->ops, width, AS_X86_T, AS_X86_SP);
	for (uint8_t r = 0; r < 8; r++)
		as_x86_push(x, width, r == AS_X86_SP ? AS_X86_T : r);
}

static void pop_all(as_x86 *x)
{
	for (uint8_t r = 8; r-- > 0;)
		as_x86_pop(x, stacked(x), r == AS_X86_SP ? AS_X86_T : r);
}

static void leave(as_x86 *x)
{
	as_op_move(x->ops, x->word, AS_X86_SP, AS_X86_BP);
	as_x86_pop(x, stacked(x), AS_X86_BP);
}

static void enter(as_x86 *x)
{
	as_x86_push(x, stacked(x), AS_X86_BP);
	as_op_move(x->ops, x->word, AS_X86_BP, AS_X86_SP);
	as_op_rri(x->ops, AS_OP_SUB, x->word, AS_X86_SP, AS_X86_SP, x->imm);
	if (x->imm2 & 31) /* levels, which nobody uses */
		as_x86_kill_several(x, 1u << AS_X86_BP | 1u << AS_X86_SP);
}

static void call(as_x86 *x)
{
	if (x->imm != 0) {
		as_x86_go(x, AS_OP_CALL);
		return;
	}
	as_op_const(x->ops, x->word, AS_X86_E, x->next); /* asks where it is */
	as_x86_push(x, x->word, AS_X86_E);
}

static void call_far(as_x86 *x) /* 9A, EA */
{
	as_op_add(x->ops, x->op == 0x9a ? AS_OP_CALL : AS_OP_JUMP, x->word)->imm =
		x->imm & UINT32_MAX;
}

static void jump(as_x86 *x) { as_x86_go(x, AS_OP_JUMP); }

static void branch(as_x86 *x) { as_x86_branch(x, as_x86_cond(x->op)); }

static void loop(as_x86 *x) /* E0 to E3 */
{
	uint8_t width = x->wide ? x->addr_odd ? 4 : 8 : x->addr_odd ? 2 : 4;
	if (x->op != 0xe3)
		as_op_rri(x->ops, AS_OP_SUB, width, AS_X86_CX, AS_X86_CX, 1);
	if (x->op < 0xe2) {
		as_x86_branch(x, AS_COND_OTHER);
		return;
	}
	as_x86_branch(x, x->op == 0xe3 ? AS_EQ : AS_NE);
	as_op *op = &x->ops->op[x->ops->n - 1];
	op->kind = AS_OP_BRANCH_IF;
	op->width = width;
	op->a = AS_X86_CX;
	op->b = AS_REG_ZERO;
}

static void ret(as_x86 *x) { as_op_add(x->ops, AS_OP_RETURN, x->word)->imm = x->imm; }

static void trap(as_x86 *x) { as_op_add(x->ops, AS_OP_TRAP, x->word); }

static void interrupt(as_x86 *x)
{
	if ((x->imm & 255) == 0x80)
		as_op_add(x->ops, AS_OP_SYSCALL, x->word);
	as_op_kill(x->ops, AS_X86_AX);
}

/* FE, FF. */
static void group5(as_x86 *x)
{
	static const uint8_t kinds[] = {
		[2] = AS_OP_CALL_TO, [3] = AS_OP_CALL_TO, [4] = AS_OP_JUMP_TO, [5] = AS_OP_JUMP_TO
	};
	uint8_t reg = x->modrm >> 3 & 7, r;
	if (reg < 2) {
		step(x, width_of(x), reg == 0);
		return;
	}
	if (reg == 6) {
		r = as_x86_get(x, stacked(x));
		as_x86_push(x, stacked(x), r);
		return;
	}
	if (reg == 3 || reg == 5) { /* through a segment */
		as_op_kill(x->ops, AS_X86_E);
		r = AS_X86_E;
	} else {
		r = as_x86_get(x, x->word);
	}
	as_op_add(x->ops, kinds[reg], x->word)->a = r;
}

static void group3(as_x86 *x)
{
	uint8_t reg = x->modrm >> 3 & 7, width = width_of(x);
	if (reg >= 4) {
		as_x86_muldiv(x, width);
		return;
	}
	uint8_t a = as_x86_get(x, width), d = as_x86_place(x, width);
	if (reg < 2) {
		as_op_rri(x->ops, AS_OP_TEST, width, AS_REG_FLAGS, a, x->imm);
		return;
	}
	if (reg == 3)
		as_op_rrr(x->ops, AS_OP_COMPARE, width, AS_REG_FLAGS, AS_REG_ZERO, a);
	as_op_rri(x->ops, reg == 2 ? AS_OP_NOT : AS_OP_RSUB, width, d, a, 0);
	as_x86_put(x, width, d);
}

static void imul(as_x86 *x) /* 69, 6B */
{
	uint8_t e = as_x86_get(x, x->size);
	as_op_rri(x->ops, AS_OP_MUL, x->size, x->reg, e, x->imm);
	as_x86_no_flags(x);
}

static void shift(as_x86 *x)
{
	bool by_cx = (x->op & 0xfe) == 0xd2;
	as_x86_shift(x, width_of(x), by_cx ? AS_X86_CX : AS_REG_NONE, x->op < 0xd0 ? x->imm : 1);
}

static void convert(as_x86 *x) /* cbw, cwde, cdqe; cwd, cdq, cqo */
{
	if (x->op == 0x99) {
		as_op_rri(x->ops, AS_OP_SAR, x->size, AS_X86_DX, AS_X86_AX, 8 * x->size - 1);
		return;
	}
	as_op_move(x->ops, x->size / 2, AS_X86_T, AS_X86_AX);
	x->ops->op[x->ops->n - 1].sign = true;
	as_op_move(x->ops, x->size, AS_X86_AX, AS_X86_T);
}

static void movsxd(as_x86 *x) /* 63; in 32-bit code arpl */
{
	if (!x->wide) {
		if (x->memory)
			as_x86_store_unknown(x, 2);
		else
			as_op_kill(x->ops, x->rm);
		as_x86_no_flags(x);
		return;
	}
	uint8_t e = as_x86_get(x, x->size == 2 ? 2 : 4);
	as_op_move(x->ops, x->size == 2 ? 2 : 4, x->reg, e);
	x->ops->op[x->ops->n - 1].sign = x->size == 8;
}

static void xlat(as_x86 *x)
{
	as_op_move(x->ops, 1, AS_X86_T, AS_X86_AX);
	as_op_rrr(x->ops, AS_OP_LOAD, 1, AS_X86_AX, AS_X86_BX, AS_X86_T);
}

static void kill_ax(as_x86 *x) { as_op_kill(x->ops, AS_X86_AX); }

static void kill_ax_flags(as_x86 *x)
{
	as_op_kill(x->ops, AS_X86_AX);
	as_x86_no_flags(x);
}

static void load_far(as_x86 *x) { as_op_kill(x->ops, x->reg); }

static void nothing(as_x86 *x) { (void)x; }

#define SAME4(f) f, f, f, f
#define SAME8(f) SAME4(f), SAME4(f)
#define ALU alu, alu, alu, alu, alu, alu
static void (*const doing[256])(as_x86 *x) = {
	ALU, push_unknown, drop, ALU, push_unknown, nothing,                               /* 00 */
	ALU, push_unknown, drop, ALU, push_unknown, drop,                                  /* 10 */
	ALU, nothing, kill_ax_flags, ALU, nothing, kill_ax_flags,                          /* 20 */
	ALU, nothing, kill_ax_flags, ALU, nothing, kill_ax_flags,                          /* 30 */
	SAME8(inc_dec), SAME8(inc_dec), SAME8(push), SAME8(pop),                           /* 40 */
	push_all, pop_all, nothing, movsxd, SAME4(nothing),                                /* 60 */
	push_imm, imul, push_imm, imul, SAME4(as_x86_string),                              /* 68 */
	SAME8(branch), SAME8(branch),                                                      /* 70 */
	SAME4(alu_imm), test, test, exchange, exchange,                                    /* 80 */
	mov_to, mov_to, mov_from, mov_from, mov_segment, lea, mov_segment, pop_e,          /* 88 */
	SAME8(exchange_ax),                                                                /* 90 */
	convert, convert, call_far, nothing, push_unknown, drop, as_x86_no_flags, kill_ax, /* 98 */
	SAME4(mov_offset), SAME4(as_x86_string),                                           /* A0 */
	test_ax, test_ax, as_x86_string, as_x86_string, SAME4(as_x86_string),              /* A8 */
	SAME8(mov_reg_imm), SAME8(mov_reg_imm),                                            /* B0 */
	shift, shift, ret, ret, load_far, load_far, mov_imm, mov_imm,                      /* C0 */
	enter, leave, ret, ret, trap, interrupt, nothing, ret,                             /* C8 */
	SAME4(shift), kill_ax_flags, kill_ax_flags, kill_ax, xlat,                         /* D0 */
	SAME8(as_x86_float),                                                               /* D8 */
	SAME4(loop), kill_ax, kill_ax, nothing, nothing,                                   /* E0 */
	call, jump, call_far, jump, kill_ax, kill_ax, nothing, nothing,                    /* E8 */
	nothing, trap, nothing, nothing, trap, as_x86_no_flags, group3, group3,            /* F0 */
	as_x86_no_flags, as_x86_no_flags, SAME4(nothing), group5, group5,                  /* F8 */
};

void as_x86_lift_one(as_x86 *x) { doing[x->op](x); }
