/* SPDX-License-Identifier: Apache-2.0 */
/* What registers and stack slots hold at one place of a function. */
#ifndef AS_CODE_STATE_H
#define AS_CODE_STATE_H

#include "code/terms.h"

enum { AS_SLOTS_MAX = 768 };

typedef struct as_stack_slot {
	int32_t at;     /* bytes from the stack pointer at entry */
	uint16_t width; /* bytes */
	as_value v;
} as_stack_slot;

typedef struct as_state {
	as_value reg[AS_N_REGS];
	uint32_t n; /* slots, by address, not overlapping */
	as_stack_slot slot[AS_SLOTS_MAX];
} as_state;

/* Stores v in width bytes at. What it overlaps is forgotten. A full table forgets the store. */
void as_state_store(as_state *s, int64_t at, unsigned width, as_value v);
/* Forgets the slots in [from, to). */
void as_state_forget(as_state *s, int64_t from, int64_t to);
/* What width bytes at hold: a slot's value, or the part of a constant that they are; AS_NOT_KNOWN else. */
as_value as_state_load(const as_state *s, as_terms *t, int64_t at, unsigned width, bool sign);
/* Copies to out (max bytes) the known constant bytes from at on, up to and without a NUL. Answers how many. */
size_t as_state_text(
	const as_state *s, const as_terms *t, int64_t at, uint8_t *out, size_t max, bool *ends);

#endif
