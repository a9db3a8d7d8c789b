/* SPDX-License-Identifier: Apache-2.0 */
/* Where a value comes from: a constant, a number, an argument, the network... Followed through calls that pass
 * it on, buffers that calls before have written, and callers, as far as a budget allows. */
#ifndef AS_CODE_SOURCE_H
#define AS_CODE_SOURCE_H

#include "code/profile.h"

/* In the order of how much a stranger has to say; of several, the last counts. */
typedef enum as_source_kind {
	AS_FROM_CONSTANT,
	AS_FROM_NUMBER, /* a constant text with numbers in it */
	AS_FROM_UNKNOWN,
	AS_FROM_MEMORY,   /* a variable of the program's, or what a pointer leads to */
	AS_FROM_ARGUMENT, /* given by whoever calls, and callers are not all known */
	AS_FROM_CONFIGURATION,
	AS_FROM_ENVIRONMENT,
	AS_FROM_INPUT, /* read from a file or descriptor */
	AS_FROM_NETWORK
} as_source_kind;

typedef struct as_source {
	as_source_kind kind;
	int argument; /* AS_FROM_ARGUMENT: which */
	bool whole;   /* it is that argument itself, not put together from it */
	as_span by;   /* the call that brought it, as people read it; p NULL: none */
} as_source;

/* The source of x, which call number user of k passes on. Callers are followed where p knows them all. *steps
 * counts what was spent, in all. */
as_source as_source_of(
	const as_profile *p, const as_kept *k, uint32_t user, as_value x, uint64_t *steps);
/* The same without asking callers: AS_FROM_ARGUMENT says which argument. */
as_source as_source_here(
	const as_profile *p, const as_kept *k, uint32_t user, as_value x, uint64_t *steps);
/* "constant", "network", ... Pure. */
const char *as_source_name(as_source_kind kind);

#endif
