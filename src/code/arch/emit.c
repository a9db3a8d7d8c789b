/* SPDX-License-Identifier: Apache-2.0 */
#include "code/arch/emit.h"

void as_emit_leading_zeros(as_ops *ops, uint8_t width, uint8_t dst, uint8_t a)
{
	if (dst != AS_REG_ZERO)
		as_op_rri(ops, AS_OP_ZEROS, width, dst, a, 0);
}
