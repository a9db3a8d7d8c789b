/* SPDX-License-Identifier: Apache-2.0 */
/* Walks over a program function by function, with its flow and values worked out. The one way in for all that
 * states facts about code. */
#ifndef AS_CODE_WALK_H
#define AS_CODE_WALK_H

#include "code/function.h"
#include "code/value.h"

typedef struct as_subject {
	const as_program *program;
	const as_functions *functions;
	const as_function *function;
	const as_flow *flow; /* both are gone when the visitor returns */
	const as_values *values;
} as_subject;

typedef struct as_walk_summary {
	size_t functions, instructions; /* looked at */
	uint64_t code_bytes;            /* that belong to them */
	size_t unresolved;              /* computed jumps without known goals */
	size_t cut;                     /* functions of which a part was not looked at */
} as_walk_summary;

/* Finds the functions of p and visits each, by address. The visitor's answer other than AS_OK ends the walk and is
 * answered. AS_NOMEM without memory. out may be NULL. */
as_status as_walk(const as_program *p, as_functions *functions,
	as_status (*visit)(void *ctx, const as_subject *v), void *ctx,
	as_walk_summary *out) AS_MUST_USE;

#endif
