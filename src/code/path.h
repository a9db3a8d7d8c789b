/* SPDX-License-Identifier: Apache-2.0 */
/* The path of an alarm from where control enters the program, over calls, to the test and on to the effect: a few
 * steps, each with its place. */
#ifndef AS_CODE_PATH_H
#define AS_CODE_PATH_H

#include "code/reach.h"
#include "code/way.h"

enum { AS_PATH_MAX = 24 };

typedef struct as_path_step {
	const char *kind; /* "entry", "call", "test", "answer", "site", "effect" */
	size_t function;  /* number in the profile */
	uint64_t at;
	as_span text; /* in s->arena */
} as_path_step;

typedef struct as_path {
	as_path_step step[AS_PATH_MAX];
	size_t n;
} as_path;

/* Puts the steps together. c: the chain to the function in which the way begins. False without memory. */
bool as_path_make(as_path *out, const as_signals *s, const as_alarm *a, const as_way *w,
	const as_chain *c) AS_MUST_USE;

#endif
