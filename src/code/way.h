/* SPDX-License-Identifier: Apache-2.0 */
/* The way from a function's entry to the place that an alarm names and on to the effect: the blocks that every
 * execution passes which gets there. It may lead through two functions: one that judges and its caller that acts,
 * or one that acts and the one it calls for it. */
#ifndef AS_CODE_WAY_H
#define AS_CODE_WAY_H

#include "code/signal.h"

enum { AS_LEGS_MAX = 2 };

/* The part of the way in one function. */
typedef struct as_leg {
	size_t function; /* number in the profile */
	const as_kept *in;
	uint32_t *blocks; /* in the order they are passed */
	size_t n;
	uint64_t effect_at; /* the call that is the effect, or that leads to it; 0: none in here */
} as_leg;

typedef struct as_way {
	as_leg leg[AS_LEGS_MAX]; /* leg[0]: the function that the alarm names */
	size_t n;
	bool called;         /* leg[1] is called by leg[0]; else it calls it */
	uint64_t between_at; /* where it is called; 0: one leg */
	const as_test *test; /* in leg[0], or NULL: the alarm is about no comparison */
} as_way;

/* Finds the way of an alarm; arrays live in s->arena. False: its function is not kept in full, or no memory. */
bool as_way_find(as_way *out, const as_signals *s, const as_alarm *a) AS_MUST_USE;
/* Whether the way goes on from its block number i over the side that is taken: 1; over the other: 0; -1: both lead
 * there, or the block does not decide. Pure. */
int as_way_side(const as_leg *leg, size_t i);
/* The block that holds the operation at that address, or AS_NO_BLOCK. Pure. */
uint32_t as_way_block(const as_kept *k, uint64_t at);

#endif
