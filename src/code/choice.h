/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions that were made into a number before they are asked for: set, moved, masked, turned, kept on the stack, as
 * code without optimisation does, and much of what has no flags. */
#ifndef AS_CODE_CHOICE_H
#define AS_CODE_CHOICE_H

#include "code/value.h"

/* A value that is one constant or the other, as a condition says. */
typedef struct as_choice {
	as_decision asked; /* holds: the value is then; else it is otherwise */
	uint64_t then, otherwise;
} as_choice;

/* Reads x as such. before: only the decisions before that one are looked at, the nearest first. False: it is none. */
bool as_choice_of(const as_values *v, as_value x, uint32_t before, as_choice *out);
/* Whether cond holds between two numbers of width bytes (a sign: of the first, b being 0); -1: it is not followed.
 * Pure. */
int as_cond_holds(as_cond cond, uint64_t a, uint64_t b, unsigned width);
/* What x is if the call at operation op answers that. False: it hangs on other things, too. Pure. */
bool as_value_given(const as_values *v, as_value x, uint32_t op, uint64_t answer, uint64_t *out);
/* Puts in place of decision number i, where it asks for a flag, what the flag was made from: d is that decision, its
 * sides stay. */
void as_choice_settle(const as_values *v, as_decision *d, uint32_t i);

#endif
