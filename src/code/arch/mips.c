/* SPDX-License-Identifier: Apache-2.0 */
/* MIPS I to release 5, release 6 and Cavium's Octeon, 32 and 64 bits, both byte orders. A branch and the instruction
 * in its delay slot are one instruction of 8 bytes:
 *    what the branch compares, in temporaries if the slot changes it; the slot; the branch.
 * A branch that is "likely" does its slot only when it is taken: the slot's operations are conditional then. Compact
 * branches of release 6 have no slot. Encodings: MIPS Architecture For Programmers, volumes II-A and IV.
 * Not lifted: MIPS16, microMIPS. Release 6 is told apart only by the mode, since the words are the same. */
#include "code/arch/mips.h"

#include "base/cur.h"

enum { SLOT = 4 /* bytes */ };

/* What a branch does. */
typedef struct branch {
	uint8_t kind; /* AS_OP_BRANCH_IF, AS_OP_BRANCH (under what is not followed), JUMP, CALL..., RETURN */
	uint8_t cond, a, b; /* registers compared; a: the register with the target */
	uint8_t link;       /* gets the address after the slot; AS_REG_ZERO: none */
	bool likely, compact;
	uint64_t to;
} branch;

static uint64_t address(const as_mips *l, uint64_t v) { return l->wide ? v : (uint32_t)v; }

/* at + 4 + the displacement of n bits, in words. */
static uint64_t relative(const as_mips *l, unsigned n)
{
	return address(l, l->at + 4 + (uint64_t)(as_signed(l->w, n) * 4));
}

/* A branch or, with a link, a conditional call; one that is always taken is a jump or a call. */
static void conditional(const as_mips *l, branch *b, as_cond cond, uint8_t x, uint8_t y)
{
	bool same = x == y, always = same && (cond == AS_EQ || cond == AS_GE || cond == AS_LE);
	b->cond = (uint8_t)cond;
	b->a = x;
	b->b = y;
	b->to = relative(l, 16);
	b->kind = AS_OP_BRANCH_IF;
	if (always)
		b->kind = AS_OP_JUMP;
	if (b->link != AS_REG_ZERO)
		b->kind = AS_OP_CALL;
	if (always) {
		b->cond = AS_ALWAYS;
		b->likely = false;
		b->a = b->b = AS_REG_NONE;
	}
}

static bool special(const as_mips *l, branch *b)
{
	uint32_t f = l->w & 63;
	if ((f != 8 && f != 9) || (f == 8 && l->w & 0x1ff800) || (f == 9 && l->w & 0x1f0000))
		return false;
	b->link = f == 9 ? mips_rd(l) : AS_REG_ZERO;
	b->a = mips_rs(l);
	b->kind = AS_OP_CALL_TO;
	if (b->link == AS_REG_ZERO)
		b->kind = b->a == MIPS_RA ? AS_OP_RETURN : AS_OP_JUMP_TO;
	if (b->kind == AS_OP_RETURN)
		b->a = AS_REG_NONE;
	return true;
}

static bool regimm(const as_mips *l, branch *b)
{
	uint32_t rt = l->w >> 16 & 31;
	if (rt == 0x1c && !l->r6) { /* DSP: bposge32 */
		b->kind = AS_OP_BRANCH;
		b->a = MIPS_FCC;
		b->to = relative(l, 16);
		return true;
	}
	if ((rt & 0x0c) || (l->r6 && rt & 2))
		return false;
	b->link = rt & 0x10 ? MIPS_RA : AS_REG_ZERO;
	b->likely = rt & 2;
	if (l->r6 && b->link == MIPS_RA && mips_rs(l) != AS_REG_ZERO)
		return false;
	if (b->link == MIPS_RA && !(rt & 1) && mips_rs(l) == AS_REG_ZERO) { /* nal: never taken */
		b->kind = AS_OP_NOP;
		return true;
	}
	conditional(l, b, rt & 1 ? AS_GE : AS_LT, mips_rs(l), AS_REG_ZERO);
	return true;
}

/* Release 6, opcodes 6, 7, 22 and 23 where rt is not zero: the kind depends on which registers are the same. */
static bool compact(const as_mips *l, branch *b)
{
	static const as_cond zero[4] = { AS_LE, AS_GT, AS_LE, AS_GT }; /* rs is 0: rt with 0 */
	static const as_cond same[4] = { AS_GE, AS_LT, AS_GE, AS_LT }; /* rs is rt: rt with 0 */
	static const as_cond both[4] = { AS_ABOVE_EQ, AS_BELOW, AS_GE, AS_LT };
	uint32_t op = l->w >> 26;
	unsigned i = (op & 1) | (op & 16 ? 2 : 0);
	uint8_t rs = mips_rs(l), rt = mips_rt(l);
	b->compact = true;
	b->link = op < 8 && (rs == AS_REG_ZERO || rs == rt) ? MIPS_RA : AS_REG_ZERO;
	if (rs == AS_REG_ZERO)
		conditional(l, b, zero[i], rt, AS_REG_ZERO);
	else if (rs == rt)
		conditional(l, b, same[i], rt, AS_REG_ZERO);
	else
		conditional(l, b, both[i], rs, rt);
	return true;
}

/* Release 6, opcodes 8 and 24: equal or not, or overflow. */
static bool compact_equal(const as_mips *l, branch *b)
{
	uint32_t rs = l->w >> 21 & 31, rt = l->w >> 16 & 31;
	b->compact = true;
	b->link = rs == 0 && rt != 0 ? MIPS_RA : AS_REG_ZERO;
	conditional(l, b, l->w >> 26 == 8 ? AS_EQ : AS_NE, mips_rs(l), mips_rt(l));
	if (rs >= rt) {
		b->kind = AS_OP_BRANCH;
		b->cond = AS_ALWAYS;
		b->a = AS_REG_FLAGS;
	}
	return true;
}

/* Release 6, opcodes 50, 54, 58 and 62: long displacements, and jumps to a register and a displacement, which is
 * then in to. */
static bool compact_long(const as_mips *l, branch *b)
{
	uint32_t op = l->w >> 26;
	b->compact = true;
	b->link = op & 8 ? MIPS_RA : AS_REG_ZERO;
	if (!(op & 4)) { /* bc, balc */
		b->kind = op & 8 ? AS_OP_CALL : AS_OP_JUMP;
		b->to = relative(l, 26);
		return true;
	}
	if (l->w >> 21 & 31) { /* beqzc, bnezc */
		b->link = AS_REG_ZERO;
		conditional(l, b, op & 8 ? AS_NE : AS_EQ, mips_rs(l), AS_REG_ZERO);
		b->to = relative(l, 21);
		return true;
	}
	b->a = mips_rt(l); /* jic, jialc */
	b->to = (uint64_t)mips_imm(l);
	b->kind = op & 8 ? AS_OP_CALL_TO : AS_OP_JUMP_TO;
	if (b->kind == AS_OP_JUMP_TO && b->a == MIPS_RA && b->to == 0)
		b->kind = AS_OP_RETURN;
	return true;
}

/* Cavium: bbit0, bbit032, bbit1, bbit132 test one bit. */
static bool bit(const as_mips *l, branch *b)
{
	uint32_t op = l->w >> 26;
	unsigned n = (l->w >> 16 & 31) + (op & 4 ? 32 : 0);
	as_op_rri(l->ops, AS_OP_SHR, 8, AS_T5, mips_rs(l), n);
	as_op_rri(l->ops, AS_OP_AND, 8, AS_T5, AS_T5, 1);
	conditional(l, b, op & 8 ? AS_NE : AS_EQ, AS_T5, AS_REG_ZERO);
	return true;
}

/* Branches on what a coprocessor says. */
static bool of_coprocessor(const as_mips *l, branch *b)
{
	uint32_t sub = l->w >> 21 & 31, op = l->w >> 26;
	bool msa = op == 0x11 && (sub == 0x0b || sub == 0x0f || sub >= 0x18);
	bool r6 = l->r6 && (sub == 9 || sub == 13);
	bool older = !l->r6 && (sub == 8 || (op == 0x11 && (sub == 9 || sub == 10)));
	if (!msa && !r6 && !older)
		return false;
	b->kind = AS_OP_BRANCH;
	b->a = MIPS_FCC;
	b->likely = older && sub == 8 && l->w >> 17 & 1;
	b->to = relative(l, 16);
	return true;
}

static bool immediate_jump(const as_mips *l, branch *b)
{
	uint64_t next = l->at + SLOT;
	bool call = l->w >> 26 == 3;
	b->link = call ? MIPS_RA : AS_REG_ZERO;
	b->kind = call ? AS_OP_CALL : AS_OP_JUMP;
	b->to = address(l, (next & ~0xfffffffull) | (l->w & 0x3ffffff) << 2);
	return true;
}

/* Opcodes 4 to 7, and 20 to 23 which are likely. */
static bool compare(const as_mips *l, branch *b)
{
	static const as_cond conds[4] = { AS_EQ, AS_NE, AS_LE, AS_GT };
	uint32_t op = l->w >> 26;
	bool has_rt = l->w >> 16 & 31;
	if (op & 2 && has_rt)
		return l->r6 && compact(l, b);
	if (op & 16 && l->r6)
		return false;
	b->likely = op & 16;
	conditional(l, b, conds[op & 3], mips_rs(l), mips_rt(l));
	return true;
}

/* Release 6 has other branches where these opcodes are something else. */
static bool other(const as_mips *l, branch *b)
{
	uint32_t op = l->w >> 26;
	if (op == 8 || op == 24)
		return l->r6 && compact_equal(l, b);
	if (l->r6)
		return compact_long(l, b);
	return l->octeon && bit(l, b);
}

/* eret, deret: no slot, and back to where an exception came from. */
static bool exception_return(const as_mips *l, branch *b)
{
	uint32_t f = l->w & 63;
	if (!(l->w >> 25 & 1) || (f != 0x18 && f != 0x1f))
		return false;
	b->compact = true;
	b->kind = AS_OP_RETURN;
	return true;
}

/* Whether the instruction is a branch, and which. */
static bool decode_branch(const as_mips *l, branch *b)
{
	typedef bool (*decoder)(const as_mips *, branch *);
	static const decoder by_opcode[64] = { [0] = special,
		[1] = regimm,
		[2] = immediate_jump,
		[3] = immediate_jump,
		[4] = compare,
		[5] = compare,
		[6] = compare,
		[7] = compare,
		[8] = other,
		[16] = exception_return,
		[17] = of_coprocessor,
		[18] = of_coprocessor,
		[20] = compare,
		[21] = compare,
		[22] = compare,
		[23] = compare,
		[24] = other,
		[50] = other,
		[54] = other,
		[58] = other,
		[62] = other };
	decoder d = by_opcode[l->w >> 26];
	if (!d)
		return false;
	*b = (branch){ .a = AS_REG_NONE, .b = AS_REG_NONE, .link = AS_REG_ZERO };
	return d(l, b);
}

/* A call of what follows is how code learns its address, and no call. */
static bool calls_next(const as_mips *l, const branch *b, unsigned len)
{
	return b->kind == AS_OP_CALL && b->cond == AS_ALWAYS && b->to == address(l, l->at + len);
}

/* The control flow itself, where cond is met (flags are in AS_REG_FLAGS for all but AS_OP_BRANCH_IF). */
static void emit_flow(const as_mips *l, const branch *b)
{
	if (b->kind == AS_OP_NOP) /* nal */
		return;
	if (calls_next(l, b, b->compact ? 4 : 8))
		return;
	as_op *op = as_op_add(l->ops, b->kind, mips_word(l));
	op->cond = b->cond;
	op->a = b->a;
	op->imm = (int64_t)b->to;
	if (b->kind == AS_OP_BRANCH_IF)
		op->b = b->b;
	else if (b->kind == AS_OP_BRANCH)
		op->cond = AS_COND_OTHER;
	else if (b->kind ==
		 AS_OP_CALL) /* where it depends on registers, flags hold the comparison */
		op->a = AS_REG_NONE;
}

/* Puts the comparison of b into AS_REG_FLAGS, for what is conditional. */
static void emit_condition(const as_mips *l, const branch *b)
{
	if (b->kind == AS_OP_BRANCH)
		as_op_kill(l->ops, AS_REG_FLAGS);
	else
		as_emit_compare(l->ops, AS_OP_COMPARE, mips_word(l), AS_REG_FLAGS, b->a, b->b, 0);
}

/* The return address, where a call does not itself say that it is in as_arch.link. */
static void emit_link(const as_mips *l, const branch *b, unsigned len)
{
	bool told = b->link == MIPS_RA && (b->kind == AS_OP_CALL || b->kind == AS_OP_CALL_TO);
	if (b->link != AS_REG_ZERO && !(told && !calls_next(l, b, len)))
		as_op_const(l->ops, mips_word(l), b->link, address(l, l->at + len));
}

/* Makes the operations from first on conditional; those that are themselves decided by flags kill. */
static void make_conditional(as_ops *ops, size_t first, as_cond cond)
{
	size_t n = first;
	for (size_t i = first; i < ops->n; i++) {
		as_op op = ops->op[i];
		if (op.kind == AS_OP_COMPARE || op.kind == AS_OP_NOP)
			continue;
		if (op.kind == AS_OP_SELECT) {
			as_op kill = op;
			kill.kind = AS_OP_KILL;
			kill.a = kill.b = kill.c = AS_REG_NONE;
			op = kill;
		}
		op.cond = (uint8_t)cond;
		ops->op[n++] = op;
	}
	ops->n = n;
}

/* Whether an operation from first on writes one of the two registers. */
static bool writes(const as_ops *ops, size_t first, uint8_t a, uint8_t b)
{
	for (size_t i = first; i < ops->n; i++)
		if (ops->op[i].dst < AS_REG_ZERO && (ops->op[i].dst == a || ops->op[i].dst == b))
			return true;
	return false;
}

/* A likely branch: what it compares, the slot under the same condition, the branch. */
static bool lift_likely(const as_mips *l, const as_mips *slot, const branch *b)
{
	emit_link(l, b, 8);
	emit_condition(l, b);
	size_t first = l->ops->n;
	if (!as_mips_plain(slot))
		return false;
	make_conditional(l->ops, first, b->kind == AS_OP_BRANCH ? AS_COND_OTHER : b->cond);
	branch taken = *b;
	if (taken.kind == AS_OP_BRANCH_IF) {
		taken.kind = AS_OP_BRANCH;
		taken.a = AS_REG_FLAGS;
	}
	emit_flow(l, &taken);
	if (b->kind == AS_OP_BRANCH_IF)
		l->ops->op[l->ops->n - 1].cond = b->cond;
	return true;
}

/* The usual branch: the slot first, unless it changes what is compared. */
static bool lift_slot(const as_mips *l, const as_mips *slot, branch b)
{
	size_t first = l->ops->n;
	emit_link(l, &b, 8);
	if (!as_mips_plain(slot))
		return false;
	if (writes(l->ops, first, b.a, b.b)) {
		l->ops->n = first;
		uint8_t *const operands[2] = { &b.a, &b.b };
		for (uint8_t i = 0; i < 2; i++) {
			if (*operands[i] >= AS_REG_ZERO || *operands[i] >= AS_T5)
				continue;
			as_op_move(l->ops, mips_word(l), (uint8_t)(AS_T4 + i), *operands[i]);
			*operands[i] = (uint8_t)(AS_T4 + i);
		}
		emit_link(l, &b, 8);
		as_mips_plain(slot);
	}
	if (b.kind == AS_OP_CALL && b.cond != AS_ALWAYS)
		emit_condition(l, &b);
	emit_flow(l, &b);
	return true;
}

/* Jumps to a register and a displacement, and all other branches without a slot. */
static void lift_compact(const as_mips *l, branch b)
{
	if ((b.kind == AS_OP_JUMP_TO || b.kind == AS_OP_CALL_TO) && b.to) {
		as_op_rri(l->ops, AS_OP_ADD, mips_word(l), AS_T4, b.a, (int64_t)b.to);
		b.a = AS_T4;
		b.to = 0;
	}
	emit_link(l, &b, 4);
	if (b.kind == AS_OP_CALL && b.cond != AS_ALWAYS)
		emit_condition(l, &b);
	if (b.kind == AS_OP_RETURN)
		b.a = AS_REG_NONE;
	emit_flow(l, &b);
}

static size_t lift(as_mode *m, as_span code, uint64_t at, as_ops *ops)
{
	as_cur c = as_cur_of(code, 0, m->big);
	as_mips l = { ops, at, as_u32(&c), m->wide, m->big, m->r6, m->octeon };
	branch b;
	as_ops_begin(ops, at);
	if (!as_ok(&c) || m->thumb)
		return 0;
	if (!decode_branch(&l, &b))
		return as_mips_plain(&l) ? as_ops_end(ops, 4) : 0;
	if (b.compact) {
		lift_compact(&l, b);
		return as_ops_end(ops, 4);
	}
	as_mips slot = l;
	branch second;
	slot.w = as_u32(&c);
	slot.at += SLOT;
	size_t n = ops->n;
	if (!as_ok(&c) || decode_branch(&slot, &second))
		return 0;
	ops->n = n;
	bool done = b.likely ? lift_likely(&l, &slot, &b) : lift_slot(&l, &slot, b);
	return done ? as_ops_end(ops, 8) : 0;
}

#define KEPT (0xffull << 16 | 1ull << MIPS_GP | 1ull << MIPS_SP | 1ull << MIPS_FP)

const as_arch as_arch_mips = {
	.id = "mips",
	.word = 4,
	.step = 4,
	.sp = MIPS_SP,
	.link = MIPS_RA,
	.result = 2,
	.n_args = 4,
	.args = { 4, 5, 6, 7 },
	.stack_args = 16,
	.number = 2,
	.kept = KEPT,
	.lift = lift,
};

const as_arch as_arch_mips64 = {
	.id = "mips64",
	.word = 8,
	.step = 4,
	.sp = MIPS_SP,
	.link = MIPS_RA,
	.result = 2,
	.n_args = 8,
	.args = { 4, 5, 6, 7, 8, 9, 10, 11 },
	.stack_args = 0,
	.number = 2,
	.kept = KEPT,
	.lift = lift,
};
