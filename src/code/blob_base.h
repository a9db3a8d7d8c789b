/* SPDX-License-Identifier: Apache-2.0 */
/* Where bare machine code stands in memory. Constants of the code and words beside it that are addresses point, if the
 * address of the first byte is guessed right, to begins of texts and functions; each candidate is given a vote for each
 * different constant that does. */
#ifndef AS_CODE_BLOB_BASE_H
#define AS_CODE_BLOB_BASE_H

#include "code/blob_set.h"

typedef struct as_blob_pointer {
	uint64_t value; /* first: they are sorted by it */
	uint64_t
		at; /* where it stands: a word, or the instruction that completes it; bytes from the begin */
	bool word; /* it stands there as it is */
} as_blob_pointer;

/* A stretch of code, bytes from the begin. */
typedef struct as_blob_piece {
	uint64_t from, end;
} as_blob_piece;

enum { AS_BLOB_SHOWN = 4 };

typedef struct as_blob_base {
	uint64_t base, second_base;
	uint32_t votes, second; /* constants that fit, of the best and of the next candidate */
	uint32_t inside;        /* constants that lead into the bytes at all, with the best */
	unsigned sure;          /* hundredths; 0: there is no best */
	as_blob_pointer shown[AS_BLOB_SHOWN];
	size_t n_shown;
	uint8_t *
		pool; /* a bit for each four bytes: the code reads a constant there, beside itself */
	as_blob_pointer *pointers; /* all: the first of each value */
	size_t n_pointers;
} as_blob_base;

/* Whether a constant that code reads stands right before at: what follows is mostly a function. Pure. */
bool as_blob_behind_pool(const as_blob_base *b, uint64_t at);
/* Guesses it. The pieces are what is code. Arrays live in the arena. False without memory. */
bool as_blob_place(as_blob_base *out, const as_blob_evidence *e, const as_blob_piece *pieces,
	size_t n_pieces, const as_arch *arch, as_mode mode, as_span data,
	as_arena *arena) AS_MUST_USE;

#endif
