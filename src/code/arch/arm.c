/* SPDX-License-Identifier: Apache-2.0 */
/* 32-bit ARM: A32 and T32 up to ARMv8-A in AArch32. Instructions may be conditional, in A32 by their own condition
 * field, in T32 by the IT instruction before them; then all their operations are. */
#include "base/cur.h"
#include "code/arch/arm.h"

static bool lift_t(as_insn *i, as_cur *c, uint8_t *len)
{
	uint8_t it = i->m->it;
	uint32_t first = as_u16(c);
	*len = first >= 0xe800 ? 4 : 2;
	i->w = *len == 4 ? first << 16 | as_u16(c) : first;
	i->cc = it ? it >> 4 : 14;
	i->cc = i->cc == 15 ? 14 : i->cc;
	return as_ok(c) && (*len == 4 ? as_arm_t32(i) : as_arm_t16(i));
}

static bool lift_a(as_insn *i, as_cur *c, uint8_t *len)
{
	*len = 4;
	i->w = as_u32(c);
	i->cc = (uint8_t)(i->w >> 28 == 15 ? 14 : i->w >> 28);
	return as_ok(c) && as_arm_a32(i);
}

/* Whether operation n only fetches where the next jumps to: that has the condition. What the temporary held before
 * would otherwise be taken for another goal. */
static bool fetches_goal(const as_ops *o, size_t n)
{
	const as_op *op = &o->op[n], *next = n + 1 < o->n ? op + 1 : NULL;
	return op->kind == AS_OP_LOAD && next && next->kind == AS_OP_JUMP_TO && next->a == op->dst;
}

/* Makes the operations conditional. Selections have a condition of their own and only write temporaries. */
static void predicate(as_ops *o, as_cond cond)
{
	for (size_t n = 0; n < o->n; n++) {
		as_op *op = &o->op[n];
		if (op->kind == AS_OP_SELECT || fetches_goal(o, n))
			continue;
		op->cond = (uint8_t)cond;
		if (op->kind == AS_OP_JUMP) {
			op->kind = AS_OP_BRANCH;
			op->a = AS_REG_FLAGS;
		}
	}
}

/* A jump that asks for the carry alone, where it is in a register of its own. False: it is another instruction. */
static bool jump_by_carry(as_ops *o, const as_mode *before, unsigned cc)
{
	enum { CS = 2, CC = 3, HI = 8, LS = 9 };
	bool above = cc == HI || cc == LS;
	if (before->carry != AS_CARRY_KNOWN || (cc != CS && cc != CC && !above) || o->n != 1 ||
		o->op[0].kind != AS_OP_JUMP)
		return false;
	int64_t to = o->op[0].imm;
	o->n = 0;
	if (above) { /* the carry, and not zero */
		as_op *both = as_op_add(o, AS_OP_SELECT, 4);
		both->dst = T5;
		both->a = AS_REG_CARRY;
		both->c = AS_REG_FLAGS;
		both->cond = AS_NE;
	}
	as_op *op = as_op_add(o, AS_OP_BRANCH_IF, 4);
	op->a = above ? (uint8_t)T5 : (uint8_t)AS_REG_CARRY;
	op->b = AS_REG_ZERO;
	op->cond = cc == CS || cc == HI ? AS_NE : AS_EQ;
	op->imm = to;
	return true;
}

static size_t lift(as_mode *m, as_span code, uint64_t at, as_ops *ops)
{
	as_cur c = as_cur_of(code, 0, m->big);
	as_insn i = { .m = m, .o = ops, .at = at };
	as_mode before = *m;
	uint8_t len = 0;
	ops->n = 0;
	ops->full = false;
	ops->at = at;
	bool valid = m->thumb ? lift_t(&i, &c, &len) : lift_a(&i, &c, &len);
	if (!valid) {
		m->it = m->carry = 0;
		ops->n = 0;
		return 0;
	}
	if (i.cc < 14 && !jump_by_carry(ops, &before, i.cc))
		predicate(ops, as_arm_cond(&before, i.cc));
	if (before.it) /* the last but one bit that is set ends the block */
		m->it = (uint8_t)(before.it & 7 ? (before.it & 0xe0) | (before.it << 1 & 0x1f) : 0);
	for (size_t n = 0; n < ops->n; n++)
		ops->op[n].len = len;
	return len;
}

const as_arch as_arch_arm = {
	.id = "arm",
	.word = 4,
	.step = 2,
	.sp = AS_ARM_SP,
	.link = AS_ARM_LR,
	.result = 0,
	.n_args = 4,
	.args = { 0, 1, 2, 3 },
	.stack_args = 0,
	.number = 7,
	.kept = 0x2ff0, /* r4 to r11, sp */
	.lift = lift,
};
