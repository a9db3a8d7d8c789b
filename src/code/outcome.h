/* SPDX-License-Identifier: Apache-2.0 */
/* What a function answers when a test is equal: the way a secret passes through a function that judges it, to the
 * one that acts on the judgement. */
#ifndef AS_CODE_OUTCOME_H
#define AS_CODE_OUTCOME_H

#include "code/test.h"

typedef struct as_outcome {
	bool known; /* on the equal side, the function always answers that constant */
	bool only;  /* and nowhere else does it answer it */
	uint64_t answer;
	unsigned n_other; /* different constants answered elsewhere */
} as_outcome;

enum { AS_WAYS_MAX = 64 };

/* The constants that a function answers, each with the block it comes from. */
typedef struct as_ways {
	uint64_t k[AS_WAYS_MAX];
	uint32_t from[AS_WAYS_MAX];
	bool known[AS_WAYS_MAX]; /* otherwise it is not constant */
	as_value value[AS_WAYS_MAX];
	size_t n;
} as_ways;

/* What function k answers, by every way. Pure. */
as_ways as_ways_of(const as_kept *k);
/* The outcome of test t in function k. Pure. */
as_outcome as_outcome_of(const as_kept *k, const as_test *t);

#endif
