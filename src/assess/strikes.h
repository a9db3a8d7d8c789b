/* SPDX-License-Identifier: Apache-2.0 */
/* What an event strikes of a group of equipment, by how much chance of success it needs: worked out once for an outer
 * draw and then looked up, since many events of a draw strike the same groups. */
#ifndef AS_STRIKES_H
#define AS_STRIKES_H

#include "assess/draw.h"

/* What is struck by one event in one scenario. */
typedef struct as_struck {
	double elements, out, behind, price; /* out: subscribers times their share of the hours */
	double most;                         /* of one lot, and to whom it belongs */
	size_t owner, segment;
} as_struck;

typedef struct as_strikes as_strikes;

/* What is struck in the groups of a draw's model. For one thread. NULL without memory. Free with as_strikes_free. */
as_strikes *as_strikes_new(const as_draw *d);
void as_strikes_free(as_strikes *r);
/* To be called after the draw took other values. */
void as_strikes_forget(as_strikes *r);

/* Adds what an event of a threat strikes of group g of a scenario: which needs log-odds above u, at a time in years.
 * False without memory. */
bool as_strikes_group(as_strikes *r, size_t threat, size_t scenario, as_group_kind kind, size_t g,
	double u, double years, as_struck *to);

/* Adds elements that all are of one lot, with this part of them struck. Pure but for to. */
void as_struck_add(as_struck *to, const as_struck *what, double share, double left);
/* What one lot is: whatever strikes all of it. alone: the element beside it is not struck. Pure. */
as_struck as_struck_lot(const as_draw *d, const as_lot *lot, bool alone);

#endif
