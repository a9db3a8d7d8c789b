/* SPDX-License-Identifier: Apache-2.0 */
/* In which order to read a program's functions: how much each is like the functions in which somebody hid something,
 * whatever that was. They do what matters, are called from one place, take input to pieces, hold it against numbers,
 * answer yes or no; and signals name them, some of which tell more than others. So it is with many honest ones: this is
 * an order for readers and no reason to suspect anything. The weights were learned (tools/learn/prior) by conditional
 * logistic regression (McFadden 1974: one choice among the functions of each program); docs/backdoors.md has what that
 * is worth. */
#ifndef AS_CODE_PRIOR_H
#define AS_CODE_PRIOR_H

#include "code/signal.h"

/* Numbered as in prior_table.def. */
typedef enum as_prior_feature {
#define FEATURE(id, weight, mean) AS_PRIOR_##id,
#include "code/prior_table.def"
	AS_N_PRIOR_FEATURES
} as_prior_feature;

/* How often what each feature counts is met in a function; 0 and more. */
typedef struct as_prior_counts {
	double of[AS_N_PRIOR_FEATURES];
} as_prior_counts;

/* Whether anything can be counted of function number i: it is kept, decides something, and is not the C library's.
 * Pure. */
bool as_prior_applies(const as_profile *p, size_t i);
/* Counts for function number i, which must be kept. Pure. */
as_prior_counts as_prior_count(const as_signals *s, size_t i);
/* How many alarms function number i has. *at: the first that may be one of them, and then is; functions must be asked
 * in their order, beginning with 0. Pure. */
size_t as_prior_alarms(const as_signals *s, size_t i, size_t *at);
/* The features that speak most for it, in words; in the arena. */
as_span as_prior_reasons(as_signals *s, const as_prior_counts *c);
/* The id of a feature. Pure. */
const char *as_prior_name(as_prior_feature f);

/* A function in the order. */
typedef struct as_prior_row {
	size_t function;
	double score; /* the higher, the sooner */
	double share; /* from 0 to 1: how likely it is this one, if the program hides something in one function */
	as_span why;
} as_prior_row;

/* The functions of the program that come first, and all that alarms name, in the order of addresses. *n: how many. NULL
 * without memory, or where there are none. In the arena. */
as_prior_row *as_prior_order(as_signals *s, size_t *n);

#endif
