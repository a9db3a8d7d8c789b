/* SPDX-License-Identifier: Apache-2.0 */
/* How a function is reached from outside the program: the shortest chain of calls from where control enters it (main,
 * an exported function of a library, a function that is handed to a thread, stands in a table, or is run at
 * start). */
#ifndef AS_CODE_REACH_H
#define AS_CODE_REACH_H

#include "base/buf.h"
#include "code/signal.h"

enum { AS_HOPS_MAX = 12 };

/* One function on the chain. */
typedef struct as_hop {
	size_t function; /* number in the profile */
	uint64_t at;     /* where it calls the next; 0: it is the last */
} as_hop;

typedef struct as_chain {
	as_hop hop[AS_HOPS_MAX]; /* from the entry to the function */
	size_t n;
	as_span entry; /* how control comes to the first of them, in words; in the arena */
	bool known;    /* false: nothing that was found leads to the first */
} as_chain;

typedef struct as_reach as_reach;

/* Looks once where the addresses of functions are handed on. Lives in the arena of the signals. NULL without memory. */
as_reach *as_reach_new(const as_signals *s);
/* The chain to a function. False only without memory. */
bool as_reach_find(as_chain *out, const as_reach *r, size_t function) AS_MUST_USE;

#endif
