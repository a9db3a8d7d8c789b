/* SPDX-License-Identifier: Apache-2.0 */
/* What speaks against an alarm, as far as the program itself and the reference population tell: reasons to think that
 * the place is harmless, and what the analysis could not see. */
#ifndef AS_CODE_AGAINST_H
#define AS_CODE_AGAINST_H

#include "code/reach.h"
#include "code/way.h"

enum { AS_AGAINST_MAX = 12 };

typedef struct as_against {
	const char *
		kind; /* "common", "siblings", "mentioned", "elsewhere", "unsure", "partial", "library", "unreached" */
	int64_t n;    /* how many, where it counts something */
	as_span text; /* in words; in s->arena */
} as_against;

/* Fills list; answers how many. What there is no memory for is left out. */
size_t as_against_find(as_against list[AS_AGAINST_MAX], const as_signals *s, const as_alarm *a,
	const as_way *w, const as_chain *c);

#endif
