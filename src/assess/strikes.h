/* SPDX-License-Identifier: Apache-2.0 */
/* What an event strikes of a group of equipment, by how much chance of success it needs: worked out once for an outer
 * draw and then looked up, since many events of a draw strike the same groups. */
#ifndef AS_STRIKES_H
#define AS_STRIKES_H

#include "assess/draw.h"

/* What is struck by one event in one scenario. A loss is laid to one lot of it: each is picked as often as it weighs,
 * so that on average every supplier and segment has its part. */
typedef struct as_struck {
	double elements, out, behind, price; /* out: subscribers times their share of the hours */
	double weight;                       /* of all that was met */
	double chance;                       /* of [0, 1): picks the lot; set it before */
	size_t owner, segment;               /* of the lot that was picked */
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

/* Adds what is struck of lots that belong together: this part of them. True: their lot is to be picked; the chance is
 * then as good as new for picking among them. */
bool as_struck_add(as_struck *to, const as_struck *what, double share, double left);
/* What one lot is: whatever strikes all of it. alone: the element beside it is not struck. Pure. */
as_struck as_struck_lot(const as_draw *d, size_t threat, const as_lot *lot, bool alone);

#endif
