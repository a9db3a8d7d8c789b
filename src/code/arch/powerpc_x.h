/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the table of PowerPC's opcode 31 (powerpc_x.c), and the shapes of those that access memory
 * (powerpc_indexed.c). */
#ifndef AS_CODE_ARCH_POWERPC_X_H
#define AS_CODE_ARCH_POWERPC_X_H

#include "code/arch/powerpc.h"

typedef struct as_ppc_row as_ppc_row;
struct as_ppc_row {
	bool (*go)(const as_ppc *l, const as_ppc_row *r); /* NULL: not valid */
	uint8_t kind, width, flags;
};

/* Flags of rows. */
enum {
	SIGNED = 1,
	STORE = 2,
	UPDATE = 4,
	VECTOR = 8,
	SINGLE = 16,
	INVERT = 32,
	NOT_B = 64,
	WIDE = 128
};

/* Each lifts what its row says. False: not valid. Indexed accesses; those with the bytes in the other order; those of
 * as many registers as a count says; calculations and the rest. */
bool as_ppc_indexed(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_reversed(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_strings(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_arithmetic(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_negate(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_multiply_words(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_sized(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_carrying(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_with_carry(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_logic(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_compare(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_shift(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_shift_sign(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_shift_sign_imm(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_extend(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_extend_shift(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_unknown(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_unknown_field(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_unknown_vector(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_nothing(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_trap(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_from_special(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_to_special(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_leading_zeros(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_from_fields(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_to_fields(const as_ppc *l, const as_ppc_row *r);
bool as_ppc_select(const as_ppc *l);

#endif
