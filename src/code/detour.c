/* SPDX-License-Identifier: Apache-2.0 */
#include "code/detour.h"

/* The jump or branch at *addr, and what follows it. False: there is none, or it is more than that. */
static bool jump_at(const as_program *p, uint64_t *addr, as_op *out)
{
	as_ops ops;
	as_mode mode = p->mode;
	mode.thumb = true;
	as_ops_clear(&ops, *addr);
	size_t n = p->arch->lift(&mode, as_program_from(p, *addr), *addr, &ops);
	if (n == 0 || ops.n != 1 ||
		(ops.op[0].kind != AS_OP_JUMP && ops.op[0].kind != AS_OP_BRANCH))
		return false;
	*out = ops.op[0];
	out->imm &= ~INT64_C(1);
	*addr += n;
	return true;
}

void as_detour_follow(const as_program *p, as_op *op, uint64_t from, uint64_t limit)
{
	uint64_t goal = (uint64_t)op->imm & ~UINT64_C(1), addr = goal;
	as_op first, around, away;
	if (p->elf.machine != AS_EM_ARM || op->cond != AS_ALWAYS || (op->imm & 1) == 0 ||
		(goal >= from && goal < limit) || !jump_at(p, &addr, &first))
		return;
	uint64_t next = op->at + op->len;
	if (first.cond == AS_ALWAYS) {
		away = first;
	} else if (!jump_at(p, &addr, &around) || around.cond != AS_ALWAYS ||
		   (uint64_t)around.imm != next || (uint64_t)first.imm != addr ||
		   !jump_at(p, &addr, &away) || away.cond != AS_ALWAYS) {
		return;
	}
	if ((uint64_t)away.imm <= from || (uint64_t)away.imm >= limit)
		return;
	as_op there = first;
	there.at = op->at;
	there.len = op->len;
	there.imm = away.imm | 1;
	*op = there;
}
