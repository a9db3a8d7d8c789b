/* SPDX-License-Identifier: Apache-2.0 */
/* The table of abstract values of one function: each distinct one once, with what can be computed computed. */
#ifndef AS_CODE_TERMS_H
#define AS_CODE_TERMS_H

#include "code/value.h"

typedef struct as_term_entry {
	uint32_t round; /* the entry is empty unless it is of the table's round */
	as_value number;
} as_term_entry;

typedef struct as_terms {
	as_term *term;
	uint32_t n, room;
	as_term_entry *index; /* open hash table */
	uint32_t n_index, round;
	uint8_t word; /* bytes of an address */
	bool big;     /* byte order of data */
	bool full;    /* a limit or memory was hit: new values are unknown */
	const as_program *program;
} as_terms;

/* Forgets all values. False without memory. */
bool as_terms_reset(as_terms *t, const as_program *p) AS_MUST_USE;
void as_terms_free(as_terms *t);

/* The number of the value that n describes, as it stands. */
as_value as_terms_intern(as_terms *t, as_term n);
/* A constant of width bytes, sign-extended to the register if sign, else zero-extended. */
as_value as_terms_const(as_terms *t, uint64_t k, unsigned width, bool sign);
/* a op b, folded; what is known to be the same value gets the same number. */
as_value as_terms_op(as_terms *t, as_op_kind op, as_value a, as_value b, unsigned width, bool sign);
/* a cut to width bytes and extended. */
as_value as_terms_cut(as_terms *t, as_value a, unsigned width, bool sign);
/* width bytes of memory at a + offset: constant if they are for the whole life of the program. */
as_value as_terms_load(as_terms *t, as_value a, int64_t offset, unsigned width, bool sign);
/* Whether as_fold computes op: moves, sums, logic and shifts. Pure. */
bool as_folds(as_op_kind op);
/* a op b on numbers of width bytes. Pure. */
uint64_t as_fold(as_op_kind op, uint64_t a, uint64_t b, unsigned width);
/* k cut to width bytes and extended. Pure. */
uint64_t as_extend(uint64_t k, unsigned width, bool sign);

#endif
