/* SPDX-License-Identifier: Apache-2.0 */
/* Where a function asks whether something equals a constant: by a library call, an inlined comparison, a chain of
 * bytes, a number, or a comparing function of the program's own. */
#ifndef AS_CODE_TEST_H
#define AS_CODE_TEST_H

#include "code/computed.h"
#include "code/equality.h"

typedef enum as_test_kind {
	AS_TEST_STRING, /* strcmp and its kin */
	AS_TEST_MEMORY, /* memcmp */
	AS_TEST_SEARCH, /* strstr: the constant stands somewhere in the input */
	AS_TEST_CHAIN,  /* bytes compared one by one, or in words */
	AS_TEST_NUMBER  /* one number */
} as_test_kind;

typedef struct as_test {
	as_test_kind kind;
	uint64_t at;             /* the comparison: call, or branch */
	uint32_t block;          /* that decides */
	uint32_t equal, unequal; /* blocks that it leads to; AS_NO_BLOCK where it leads out */
	as_span text; /* the constant, for all but numbers; borrows from the program or its arena */
	uint64_t
		addr; /* of the constant in the program's data; 0: it is in the code or on the stack */
	uint64_t number;
	uint8_t width;             /* bytes of a number or of a chain in all */
	as_computed computed;      /* what is compared with a number */
	as_value input;            /* what is compared with it */
	uint32_t call;             /* number of the comparing call, or UINT32_MAX */
	bool answers;              /* no branch: the function answers what follows from it, */
	uint64_t if_equal, if_not; /* this or that */
	uint8_t parts; /* so many numbers must be met, of which number is the first; 0: one */
	bool built;    /* the constant was put together on the stack */
	bool own;      /* by a function of the program's own */
	bool unsure;   /* which side is the equal one is not known: this is one of two */
} as_test;

typedef struct as_tests {
	as_test *list;
	size_t n;
} as_tests;

/* Which functions of the program compare two of their arguments; by function number. Arrays live in the arena. */
typedef struct as_comparators {
	bool *is;                /* by function number */
	uint8_t *first, *second; /* the arguments compared */
} as_comparators;

/* Finds comparing functions to a fixed point. False only without memory. */
bool as_comparators_find(as_comparators *out, const as_profile *p) AS_MUST_USE;
/* Finds the tests of one function. False only without memory. */
bool as_tests_find(
	as_tests *out, const as_profile *p, const as_kept *k, const as_comparators *c) AS_MUST_USE;

/* The argument a value comes from, through additions, loads, extensions and loops; SIZE_MAX: none. Pure. */
size_t as_value_root(const as_values *v, as_value x);

#endif
