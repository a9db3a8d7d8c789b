/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons that take as long however much is equal: the differences of all bytes are put together, and what comes of
 * that is held against 0. */
#ifndef AS_CODE_STEADY_H
#define AS_CODE_STEADY_H

#include "code/value.h"

/* Where an address points to, without indices, as it was before a loop moved it. */
typedef struct as_place {
	as_value base;
	int64_t at; /* of constants and of the stack, the place itself; else bytes from base */
} as_place;

/* One such comparison: where the bytes of either side are read from. */
typedef struct as_steady {
	as_value sum; /* what the loop has put together so far */
	as_place first, second;
	bool computed; /* the second is no place: its base is the value itself */
} as_steady;

enum { AS_STEADIES_MAX = 16, AS_PEELED = 2 };

/* The loops of a function that put differences together. Answers how many. Pure. */
size_t as_steadies_of(const as_values *v, as_steady out[AS_STEADIES_MAX]);
/* Whether x is 0 only where two places hold the same: by one of n such loops, or by as many operations as there are
 * bytes. Pure. */
bool as_steady_read(
	const as_values *v, const as_steady *list, size_t n, as_value x, as_steady *out);
/* The place of an address, which is base + offset. Pure. */
as_place as_place_of(const as_values *v, as_value base, int64_t offset);
/* The constant text at a place, p NULL: there is none. If it begins up to AS_PEELED bytes before, that is *p
 * afterwards: compilers take the first steps out of a loop. */
as_span as_place_text(const as_values *v, as_place *p);

#endif
