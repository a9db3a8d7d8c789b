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
		as_op_rrr(l->ops, AS_OP_ADD, l->word, ppc_a(l), ppc_a(l), ppc_b(l));
	if (r->kind) /* stwcx. and its like: whether it succeeds is not known */
		as_op_kill(l->ops, PPC_CR0);
	return true;
}

/* dst = the bytes of src in the other order; of 8 it is not followed. */
static void swap(as_ops *o, uint8_t width, uint8_t dst, uint8_t src)
{
	if (width == 8) {
		as_op_kill(o, dst);
		return;
	}
	as_op_rri(o, AS_OP_SHR, 4, AS_T0, src, 8);
	as_op_rri(o, AS_OP_AND, 4, AS_T0, AS_T0, width == 2 ? 0xff : 0x00ff00ff);
	as_op_rri(o, AS_OP_AND, 4, AS_T1, src, width == 2 ? 0xff : 0x00ff00ff);
	as_op_rri(o, AS_OP_SHL, 4, AS_T1, AS_T1, 8);
	as_op_rrr(o, AS_OP_OR, 4, dst, AS_T0, AS_T1);
	if (width == 4)
		as_op_rri(o, AS_OP_ROR, 4, dst, dst, 16);
}

/* lhbrx, lwbrx, ldbrx and the stores. */
bool as_ppc_reversed(const as_ppc *l, const as_ppc_row *r)
{
	bool loads = !(r->flags & STORE);
	if (!loads)
		swap(l->ops, r->width, AS_T2, ppc_d(l));
	as_op *op = as_op_add(l->ops, loads ? AS_OP_LOAD : AS_OP_STORE, r->width);
	at_index(l, op);
	*(loads ? &op->dst : &op->c) = AS_T2;
	if (loads)
		swap(l->ops, r->width, ppc_d(l), AS_T2);
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
