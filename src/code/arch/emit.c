/* SPDX-License-Identifier: Apache-2.0 */
#include "code/arch/emit.h"

void as_emit_leading_zeros(as_ops *ops, uint8_t width, uint8_t dst, uint8_t a)
{
	if (dst == AS_REG_ZERO)
		return;
	as_op_move(ops, width, AS_T0, a);
	as_op_const(ops, width, AS_T1, 0);
	/* where the upper half has no ones, as many more zeros, and on with the lower one */
	for (unsigned n = width * 4u; n; n /= 2) {
		as_emit_compare(ops, AS_OP_COMPARE, width, AS_REG_FLAGS, AS_T0, AS_REG_NONE,
			(int64_t)(1ull << (width * 8 - n)));
		as_op_rri(ops, AS_OP_ADD, width, AS_T2, AS_T1, n);
		as_emit_select(ops, width, AS_T1, AS_BELOW, AS_REG_FLAGS, AS_T2, AS_T1);
		as_op_rri(ops, AS_OP_SHL, width, AS_T2, AS_T0, n);
		as_emit_select(ops, width, AS_T0, AS_BELOW, AS_REG_FLAGS, AS_T2, AS_T0);
	}
	as_emit_compare(ops, AS_OP_COMPARE, width, AS_REG_FLAGS, AS_T0, AS_REG_NONE, 0);
	as_op_const(ops, width, AS_T2, width * 8u);
	as_emit_select(ops, width, dst, AS_EQ, AS_REG_FLAGS, AS_T2, AS_T1);
}
