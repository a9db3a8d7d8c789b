/* SPDX-License-Identifier: Apache-2.0 */
/* The name that somebody may have meant. */
#ifndef AS_NEAR_H
#define AS_NEAR_H

#include "base/arena.h"

/* Of the names that were tried the one that takes fewest slips of the finger (a letter more, less, other, or two
 * swapped; without regard to the case of ASCII). Set given, try names, then ask. */
typedef struct as_near {
	as_span given, best;
	unsigned slips; /* of best; 0: none was near enough */
	size_t tried;
} as_near;

/* Tries one name more. At most 10,000 are looked at. */
void as_near_try(as_near *n, as_span name);
/* "; did you mean 'NAME'?", or "" where none is near. Owned by the arena. */
const char *as_near_text(const as_near *n, as_arena *arena);

#endif
