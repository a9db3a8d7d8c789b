/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of a program: from symbols, unwind tables, calls, pointers and, in what is left, by looking. */
#ifndef AS_CODE_FUNCTION_H
#define AS_CODE_FUNCTION_H

#include "code/work.h"

/* How a function was found; bits, since several may agree. */
enum {
	AS_BY_SYMBOL = 1,
	AS_BY_UNWIND = 2,   /* unwind table (.eh_frame, .ARM.exidx) */
	AS_BY_ENTRY = 4,    /* entry point, initialisers */
	AS_BY_CALL = 8,     /* called, or jumped to from outside */
	AS_BY_POINTER = 16, /* a relocated word points to it */
	AS_BY_GAP = 32,     /* code between functions that are known */
	AS_BY_LIBRARY = 64  /* its name is that of a library function that it was recognised as */
};

enum { AS_FUNCTION_PROBES = 16 /* places that are looked at for an address */ };

typedef struct as_function {
	uint64_t addr, end; /* end: the byte after its highest instruction */
	uint64_t limit;     /* where the next begins, or what its size says */
	as_span name;       /* p NULL: none */
	uint8_t by;         /* AS_BY_* */
	bool thumb, exported;
	bool never_returns;
	bool library; /* belongs to the C library that is inside the program (library_extent.h) */
	bool part;    /* a piece of another: split off (.cold), or not reached from its begin */
	const as_flow *flow; /* when it was found, in the arena (as_flow_stands); NULL: not kept */
} as_function;

typedef struct as_functions {
	const as_program *program;
	as_function *list; /* by address */
	size_t n;
	uint32_t *
		places; /* hash table of the addresses, AS_FUNCTION_PROBES for each: number + 1; 0: none */
	size_t n_places;     /* a power of two */
	as_switch *switches; /* found on the way, by address; first counts in goals */
	size_t n_switches;
	uint64_t *goals;
	bool cut;               /* a limit was hit: there are more */
	as_surroundings around; /* for as_flow_build */
} as_functions;

/* Finds the functions of p, to a fixed point. Arrays live in p's arena; out must stay where it is. w is used
 * meanwhile. False only without memory. */
bool as_functions_find(as_functions *out, const as_program *p, as_worker *w) AS_MUST_USE;
/* Fills in f->around, for flows that are made later, and f->places; f must stay where it is. False without memory. */
bool as_functions_settle(as_functions *f) AS_MUST_USE;
/* The function that starts at addr, or that addr lies in, or NULL; the second is logarithmic. Pure. */
const as_function *as_function_at(const as_functions *f, uint64_t addr);
const as_function *as_function_around(const as_functions *f, uint64_t addr);

#endif
