/* SPDX-License-Identifier: Apache-2.0 */
/* Which blocks can only be reached through which: the dominator tree of a flow, after Cooper, Harvey and Kennedy, "A
 * Simple, Fast Dominance Algorithm" (2001). */
#ifndef AS_CODE_DOMINATE_H
#define AS_CODE_DOMINATE_H

#include "base/arena.h"
#include "code/flow.h"

typedef struct as_dominators {
	uint32_t n;
	uint32_t *
		parent; /* of each block the one that dominates it most closely; of block 0 itself */
	uint32_t *enter, *leave; /* a block's subtree is what enters from enter[b] to leave[b] */
} as_dominators;

/* Works them out. Arrays live in arena. False only without memory. */
bool as_dominate(as_dominators *d, const as_flow *f, as_arena *arena) AS_MUST_USE;
/* Whether every way from the entry to b passes a. A block dominates itself. Pure. */
static inline bool as_dominates(const as_dominators *d, uint32_t a, uint32_t b)
{
	return a < d->n && b < d->n && d->enter[b] >= d->enter[a] && d->enter[b] <= d->leave[a];
}

/* Whether control comes to block side only from block from, or from behind side itself: only then what side dominates
 * is done only where from leads there. Another block may lead there, too, and side still dominate. Pure. */
bool as_owned(const as_dominators *d, const as_flow *f, uint32_t from, uint32_t side);

#endif
