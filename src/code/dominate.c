/* SPDX-License-Identifier: Apache-2.0 */
#include "code/dominate.h"

static uint32_t meet(const uint32_t *parent, uint32_t a, uint32_t b)
{
	while (a != b) {
		while (a > b)
			a = parent[a];
		while (b > a)
			b = parent[b];
	}
	return a;
}

/* The closest block that dominates every way into b that is known so far; AS_NO_BLOCK: none is. */
static uint32_t parent_of(const as_dominators *d, const as_flow *f, uint32_t b)
{
	uint32_t parent = AS_NO_BLOCK;
	for (uint32_t i = 0; i < f->blocks[b].n_preds; i++) {
		uint32_t p = f->preds[f->blocks[b].preds + i];
		if (d->parent[p] != AS_NO_BLOCK)
			parent = parent == AS_NO_BLOCK ? p : meet(d->parent, parent, p);
	}
	return parent;
}

static void find_parents(as_dominators *d, const as_flow *f)
{
	enum { ROUNDS = 64 }; /* reducible flows need two */
	bool changed = true;
	for (uint32_t b = 0; b < d->n; b++)
		d->parent[b] = b == 0 ? 0 : AS_NO_BLOCK;
	for (int round = 0; changed && round < ROUNDS; round++) {
		changed = false;
		for (uint32_t b = 1; b < d->n; b++) {
			uint32_t parent = parent_of(d, f, b);
			changed = changed || parent != d->parent[b];
			d->parent[b] = parent;
		}
	}
}

/* A parent has a lower number than its children, so subtree sizes add up from the end, and places are given from the
 * start. */
static void number(as_dominators *d, uint32_t *size)
{
	for (uint32_t b = 0; b < d->n; b++)
		size[b] = 1;
	for (uint32_t b = d->n; b-- > 1;)
		size[d->parent[b]] += size[b];
	for (uint32_t b = 0; b < d->n; b++) {
		uint32_t *next = &d->leave[d->parent[b]];
		d->enter[b] = b == 0 ? 0 : *next;
		if (b > 0)
			*next += size[b];
		d->leave[b] = d->enter[b] + 1;
	}
	for (uint32_t b = 0; b < d->n; b++)
		d->leave[b] = d->enter[b] + size[b] - 1;
}

bool as_dominate(as_dominators *d, const as_flow *f, as_arena *arena)
{
	d->n = f->n_blocks;
	d->parent = as_alloc_array(arena, (size_t)d->n * 4 + 1, sizeof(*d->parent));
	if (!d->parent)
		return false;
	d->enter = d->parent + d->n;
	d->leave = d->enter + d->n;
	if (d->n == 0)
		return true;
	find_parents(d, f);
	/* What a bounded search left open hangs from the entry: then less is said to be gated, never more. */
	for (uint32_t b = 0; b < d->n; b++)
		if (d->parent[b] == AS_NO_BLOCK)
			d->parent[b] = 0;
	number(d, d->leave + d->n);
	return true;
}

bool as_owned(const as_dominators *d, const as_flow *f, uint32_t from, uint32_t side)
{
	const as_block *b = side < f->n_blocks ? &f->blocks[side] : NULL;
	for (uint32_t i = 0; b && i < b->n_preds; i++) {
		uint32_t p = f->preds[b->preds + i];
		if (p != from && !as_dominates(d, side, p))
			return false;
	}
	return b != NULL;
}
