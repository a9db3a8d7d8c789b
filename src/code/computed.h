/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that are computed from input rather than read from it: hashes, sums, states that input moves, parts folded
 * together. A constant that such a number must equal is a secret that the file does not show. */
#ifndef AS_CODE_COMPUTED_H
#define AS_CODE_COMPUTED_H

#include "code/profile.h"

typedef enum as_computed {
	AS_COMPUTED_NOT,
	AS_COMPUTED_MIXED, /* of several inputs by xor, multiplication or remainder */
	AS_COMPUTED_HASH,  /* in a loop over input, or step by step from what came before */
} as_computed;

/* How a value came about, by what its expression holds. */
typedef struct as_making {
	unsigned
		mixes; /* operations that no reader of a number needs: xor, multiplication, remainder */
	unsigned steps;  /* these, and all others that are more than moving and adding a constant */
	unsigned shifts; /* by no whole bytes: a sum with them is a product */
	unsigned leaves; /* what it was made of: memory, arguments, answers */
	bool again;      /* it is made of what it was before: in a loop, or in memory */
	bool loop;       /* a loop left it behind, however */
} as_making;

/* How value x of function k came about; looks into functions whose answer it is. Pure. */
as_making as_making_of(const as_profile *p, const as_kept *k, as_value x);
/* How value x of function k was computed; looks into functions whose answer it is. Pure. */
as_computed as_computed_of(const as_profile *p, const as_kept *k, as_value x);

#endif
