/* SPDX-License-Identifier: Apache-2.0 */
/* Short loops that turn bytes into other bytes: what decoders of hidden texts look like, and much else. */
#ifndef AS_CODE_LOOP_H
#define AS_CODE_LOOP_H

#include "code/profile.h"

enum { AS_LOOP_BLOCKS = 10, AS_LOOPS_MAX = 16 /* of one function */ };

typedef struct as_loop {
	uint32_t block
		[AS_LOOP_BLOCKS]; /* the first is its head, or the one block of a loop that was unrolled */
	uint32_t n;
	bool unrolled; /* 16 bytes at a time, without jumping back */
} as_loop;

/* The loops of function k that read single bytes, compute with them, and store or compare the result, without calling
 * anything but strlen. Writes at most AS_LOOPS_MAX; answers how many. Pure. */
size_t as_loops_of(const as_kept *k, as_loop *out);
/* Whether block b belongs to the loop. Pure. */
bool as_loop_has(const as_loop *l, uint32_t b);

#endif
