/* SPDX-License-Identifier: Apache-2.0 */
/* Combinations: several odd numbers, in parts of the input, that must all be met for one way to be taken. Each may be
 * small; together they are a lock. */
#ifndef AS_CODE_COMBINATION_H
#define AS_CODE_COMBINATION_H

#include "code/test.h"

typedef struct as_combination {
	as_equality whole; /* of the first number; equal: where all lead */
	uint32_t last;     /* the block with the last of them */
	uint8_t n, odd;    /* how many numbers; how many of them are odd, the others states */
} as_combination;

/* The combination of function k that begins with decision d. False: there is none. Pure. */
bool as_combination_at(as_combination *out, const as_kept *k, const as_decision *d);

#endif
