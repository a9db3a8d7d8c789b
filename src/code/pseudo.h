/* SPDX-License-Identifier: Apache-2.0 */
/* The way of an alarm as a few lines of pseudo-code: the conditions that hold and the calls that are made on every
 * execution that gets to the effect, in order. Made of the analysis' own values alone. */
#ifndef AS_CODE_PSEUDO_H
#define AS_CODE_PSEUDO_H

#include "code/way.h"

enum { AS_PSEUDO_MAX = 64 /* lines */ };

typedef struct as_pseudo_line {
	uint64_t at;    /* of the instruction that it stands for; 0: none */
	unsigned depth; /* how far it is indented */
	as_span text;   /* in the arena */
} as_pseudo_line;

typedef struct as_pseudo {
	as_pseudo_line line[AS_PSEUDO_MAX];
	size_t n;
} as_pseudo;

/* Writes the lines of a way. False without memory. */
bool as_pseudo_write(as_pseudo *out, const as_signals *s, const as_way *w) AS_MUST_USE;

#endif
