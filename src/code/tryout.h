/* SPDX-License-Identifier: Apache-2.0 */
/* Trial runs: what a function would make of constants, worked out operation by operation on the machine of
 * machine.h. Nothing of the program is run. Where a branch depends on what is not known, the way that leads to
 * the next loop of interest is taken: so the texts that decoders bring out are found wherever they stand. */
#ifndef AS_CODE_TRYOUT_H
#define AS_CODE_TRYOUT_H

#include "code/loop.h"
#include "code/origin.h"

/* A text that was not in the program's file and came out of a loop. */
typedef struct as_brought {
	uint64_t at;    /* in the function that was tried: its loop, or its call of the decoder */
	uint64_t where; /* address in the memory of the run; 0: it was only compared */
	as_span text;
	bool hidden;        /* what went in was no text */
	bool called;        /* a function that was called brought it out */
	const as_call *use; /* a call that is given it, the weightiest; NULL: none was seen */
} as_brought;

typedef struct as_tryout as_tryout;

enum { AS_BROUGHT_MAX = 48 /* of one function */ };

/* Memory for trial runs over one program, in its arena. NULL without memory. */
as_tryout *as_tryout_new(const as_signals *s);
/* Tries function number. Writes the texts that came out, at most AS_BROUGHT_MAX; answers how many. Texts live
 * in the arena. All runs over a program together are bounded. */
size_t as_tryout_run(as_tryout *t, size_t number, as_brought *out);

#endif
