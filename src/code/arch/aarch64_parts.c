/* SPDX-License-Identifier: Apache-2.0 */
/* A64: work on the parts of vectors, as the functions of C libraries do it that look for a byte. */
#include "code/arch/aarch64.h"

#include "code/packed.h"

enum { P0 = AS_REG_TEMP + 5, P1 = AS_REG_TEMP + 6, LOGIC = 3 };

typedef struct work {
	uint8_t u, opcode, which;
} work;

/* Of three vectors. */
static const work threes[] = {
	{ 0, 0x06, AS_PACKED_GREATER },
	{ 1, 0x07, AS_PACKED_ABOVE_EQ },
	{ 1, 0x0c, AS_PACKED_MOST },
	{ 1, 0x0d, AS_PACKED_LEAST },
	{ 0, 0x10, AS_PACKED_ADD },
	{ 1, 0x10, AS_PACKED_SUB },
	{ 1, 0x11, AS_PACKED_EQUAL },
	{ 1, 0x14, AS_PACKED_PAIRS_MOST },
	{ 1, 0x15, AS_PACKED_PAIRS_LEAST },
	{ 0, 0x17, AS_PACKED_PAIRS_ADD },
};

static uint8_t width_of(const as_insn *i) { return i->w >> 30 & 1 ? 16 : 8; }

/* d = (yes & mask) | (no & ~mask). */
static void choose(const as_insn *i, uint8_t mask, uint8_t yes, uint8_t no)
{
	uint8_t n = width_of(i);
	as_op_rrr(i->o, AS_OP_AND, n, P0, yes, mask);
	as_op_packed(i->o, AS_PACKED_AND_NOT, n, P1, mask, no, 8, 0);
	as_op_rrr(i->o, AS_OP_OR, n, as_a64_v(i, 0), P0, P1);
}

static bool logic(const as_insn *i)
{
	unsigned what = as_arm_bits(i->w, 29, 1) << 2 | as_arm_bits(i->w, 22, 2);
	uint8_t d = as_a64_v(i, 0), n = as_a64_v(i, 5), m = as_a64_v(i, 16), width = width_of(i);
	if (what == 0 || what == 2)
		as_op_rrr(i->o, what ? AS_OP_OR : AS_OP_AND, width, d, n, m);
	else if (what == 1) /* bic */
		as_op_packed(i->o, AS_PACKED_AND_NOT, width, d, m, n, 8, 0);
	else if (what == 4)
		as_op_rrr(i->o, AS_OP_XOR, width, d, n, m);
	else if (what == 5) /* bsl */
		choose(i, d, n, m);
	else if (what == 6) /* bit */
		choose(i, m, n, d);
	else if (what == 7) /* bif */
		choose(i, m, d, n);
	else
		return false;
	return true;
}

static bool of_three(const as_insn *i)
{
	unsigned u = as_arm_bits(i->w, 29, 1), opcode = as_arm_bits(i->w, 11, 5),
		 size = as_arm_bits(i->w, 22, 2);
	if (opcode == LOGIC)
		return logic(i);
	if (size == 3 && !(i->w >> 30 & 1))
		return false;
	for (size_t k = 0; k < sizeof(threes) / sizeof(threes[0]); k++)
		if (threes[k].u == u && threes[k].opcode == opcode) {
			as_op_packed(i->o, (as_packed)threes[k].which, width_of(i), as_a64_v(i, 0),
				as_a64_v(i, 5), as_a64_v(i, 16), 1u << size, 0);
			return true;
		}
	return false;
}

/* shrn: the lower halves of what is moved down. */
static bool narrow(const as_insn *i)
{
	unsigned imm = as_arm_bits(i->w, 16, 7), lane = imm >= 32 ? 4 : imm >= 16 ? 2 : 1;
	if (imm < 8 || imm >= 64 || i->w >> 30 & 1)
		return false;
	as_op_packed(i->o, AS_PACKED_NARROW, 8, as_a64_v(i, 0), as_a64_v(i, 5), AS_REG_NONE, lane,
		16 * lane - imm);
	return true;
}

/* dup of a general register. */
static bool repeat(const as_insn *i)
{
	unsigned imm5 = as_arm_bits(i->w, 16, 5), lane = imm5 & (0 - imm5);
	if (lane == 0 || lane > 8 || (lane == 8 && !(i->w >> 30 & 1)))
		return false;
	as_op_packed(i->o, AS_PACKED_REPEAT, width_of(i), as_a64_v(i, 0), as_a64_x(i, 5),
		AS_REG_NONE, lane, 0);
	return true;
}

bool as_a64_parts(const as_insn *i)
{
	uint32_t w = i->w;
	if ((w & 0x9f200400) == 0x0e200400)
		return of_three(i);
	if ((w & 0xbf3ffc00) == 0x0e209800) { /* cmeq with 0 */
		if (as_arm_bits(w, 22, 2) == 3 && !(w >> 30 & 1))
			return false;
		as_op_packed(i->o, AS_PACKED_EQUAL, width_of(i), as_a64_v(i, 0), as_a64_v(i, 5),
			AS_REG_NONE, 1u << as_arm_bits(w, 22, 2), 0);
		return true;
	}
	if ((w & 0xbf80fc00) == 0x0f008400)
		return narrow(i);
	return (w & 0xbfe0fc00) == 0x0e000c00 && repeat(i);
}
