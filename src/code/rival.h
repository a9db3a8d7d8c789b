/* SPDX-License-Identifier: Apache-2.0 */
/* What else the input of a test is compared with. A secret that gets past a check is one more way to where the real
 * check leads; the word of a parser leads elsewhere than the others. */
#ifndef AS_CODE_RIVAL_H
#define AS_CODE_RIVAL_H

#include "code/signal.h"

typedef enum as_rival {
	AS_RIVAL_NONE,
	AS_RIVAL_TABLE,  /* with the texts of a constant table */
	AS_RIVAL_OTHER,  /* with something that varies, to another end */
	AS_RIVAL_AGREES, /* with something that varies, and being equal to that leads to the same */
} as_rival;

/* The buffer that a value points into, rather than a byte of it. Pure. */
as_value as_rival_object(const as_values *v, as_value x);
/* The strongest rival of test t in function k. Pure. */
as_rival as_rival_of(const as_signals *s, const as_kept *k, const as_test *t);

#endif
