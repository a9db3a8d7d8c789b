/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions that ask whether something equals a constant. */
#ifndef AS_CODE_EQUALITY_H
#define AS_CODE_EQUALITY_H

#include "code/value.h"

/* A decision in one form: value a compared with constant k, and where equality leads. */
typedef struct as_equality {
	as_value a;
	uint64_t k;
	uint8_t width;
	uint32_t equal, unequal;
	uint64_t at;
} as_equality;

enum { AS_EQUALITIES_MAX = 8 };

/* Reads d, a selection or not, as such; its sides are those of the block that d names. *taken: whether d holds where
 * they are equal. False: it is none. Pure. */
bool as_equality_of(const as_values *v, const as_decision *d, as_equality *out, bool *taken);
/* The same for a decision that branches, to different sides. Pure. */
bool as_equality_read(const as_values *v, const as_decision *d, as_equality *out);
/* Reads decision number i as all that must be equal on one side of it: one, or several whose flags were put together.
 * Answers how many. Pure. */
size_t as_equalities_read(const as_values *v, uint32_t i, as_equality out[AS_EQUALITIES_MAX]);

#endif
