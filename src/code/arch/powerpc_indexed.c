/* SPDX-License-Identifier: Apache-2.0 */
/* PowerPC: the accesses of opcode 31, at the sum of two registers. */
#include "code/arch/powerpc_x.h"

static uint8_t width_of(const as_ppc *l, const as_ppc_row *r)
{
	return r->width ? r->width : l->word;
}

/* The address of an indexed access: its register or the sum of two. */
static void at_index(const as_ppc *l, as_op *op)
{
	op->a = ppc_a(l) ? ppc_a(l) : ppc_b(l);
	op->b = ppc_a(l) ? ppc_b(l) : AS_REG_NONE;
}

bool as_ppc_indexed(const as_ppc *l, const as_ppc_row *r)
{
	uint8_t reg = r->flags & VECTOR ? ppc_vector(ppc_d(l)) : ppc_d(l);
	bool loads = !(r->flags & STORE);
	if (r->flags & UPDATE && (ppc_a(l) == 0 || (loads && reg == ppc_a(l))))
		return false;
	bool same = r->flags & UPDATE && loads && reg == ppc_b(l);
	if (same) /* the index is lost before the update */
		as_op_move(l->ops, l->word, AS_T0, ppc_b(l));
	bool lost = r->flags & SINGLE;
	/* of VSX accesses the last bit says that it is one of AltiVec's registers */
	if (r->width == 16 && l->w & 1)
		lost = true;
	if (lost && !loads)
		as_op_kill(l->ops, reg = AS_T6);
	if (lost && loads) {
		if (!(l->w & 1))
			as_op_kill(l->ops, reg);
	} else {
		as_op *op = as_op_add(l->ops, loads ? AS_OP_LOAD : AS_OP_STORE, width_of(l, r));
		op->sign = r->flags & SIGNED && r->width < l->word;
		at_index(l, op);
		*(loads ? &op->dst : &op->c) = reg;
	}
	if (r->flags & UPDATE)
		as_op_rrr(l->ops, AS_OP_ADD, l->word, ppc_a(l), ppc_a(l), same ? AS_T0 : ppc_b(l));
	if (r->kind) /* stwcx. and its like: whether it succeeds is not known */
		as_op_kill(l->ops, PPC_CR0);
	return true;
}

/* lhbrx, lwbrx, ldbrx and the stores. */
bool as_ppc_reversed(const as_ppc *l, const as_ppc_row *r)
{
	bool loads = !(r->flags & STORE);
	if (!loads)
		as_emit_swap(l->ops, r->width, AS_T3, ppc_d(l));
	as_op *op = as_op_add(l->ops, loads ? AS_OP_LOAD : AS_OP_STORE, r->width);
	at_index(l, op);
	*(loads ? &op->dst : &op->c) = AS_T3;
	if (loads)
		as_emit_swap(l->ops, r->width, ppc_d(l), AS_T3);
	return true;
}

/* lswi, lswx, stswi, stswx: strings of registers, not followed. */
bool as_ppc_strings(const as_ppc *l, const as_ppc_row *r)
{
	unsigned bytes = ppc_b(l) ? ppc_b(l) : 32, n = r->kind ? 32 : (bytes + 3) / 4;
	if (r->flags & STORE)
		as_emit_store_unknown(l->ops, 16, ppc_a0(l), 0);
	else
		for (unsigned i = 0; i < n; i++)
			as_op_kill(l->ops, (ppc_d(l) + i) & 31);
	return true;
}
