/* SPDX-License-Identifier: Apache-2.0 */
/* Earlier contents of UBIFS files. Nodes are numbered as they were written, so a state of a file is what its nodes
 * up to a number make it. It can be told as long as they are on flash: a new state begins with a block that was
 * written in the same run of writes already, or with a truncation. */
#include "unpack/fmt/ubifs.h"

#include <stdlib.h>

enum { VERSIONS = 16 /* earlier contents of a file that are told, the newest */ };

static int by_sequence(const void *x, const void *y)
{
	const as_ub_node *a = *(const as_ub_node *const *)x, *b = *(const as_ub_node *const *)y;
	if (a->sequence != b->sequence)
		return a->sequence < b->sequence ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

typedef struct states {
	as_ub *q;
	const as_ub_inode *inode;
	const as_ub_node **order; /* the inode's nodes as they were written */
	uint64_t *cuts; /* of the truncations before a state's end: the least from each on */
	as_ub_view views[2];
} states;

/* Whether a block was written twice, or the file cut shorter: else there was no other state. */
static bool changed(const as_ub *q, const as_ub_inode *inode)
{
	bool yes = false;
	for (size_t i = inode->first + 1; i < inode->first + inode->n && !yes; i++) {
		const as_ub_node *n = &q->nodes[i], *last = &q->nodes[i - 1];
		yes = n->kind == AS_UB_CUT ||
		      (n->kind == AS_UB_DATA && last->kind == AS_UB_DATA &&
			      n->block == last->block && n->sequence != last->sequence);
	}
	return yes;
}

static as_status make_room(states *x)
{
	as_arena *a = as_memory(x->q->u);
	size_t n = x->inode->n;
	as_status s = as_want(x->q->u, n * 4 * sizeof(uint64_t));
	if (s != AS_OK)
		return s;
	x->order = as_alloc_array(a, n, sizeof(const as_ub_node *));
	x->cuts = as_alloc_array(a, n, sizeof(*x->cuts));
	x->views[0].list = as_alloc_array(a, n, sizeof(const as_ub_node *));
	x->views[1].list = as_alloc_array(a, n, sizeof(const as_ub_node *));
	if (!x->order || !x->cuts || !x->views[0].list || !x->views[1].list)
		return AS_NOMEM;
	for (size_t i = 0; i < n; i++)
		x->order[i] = &x->q->nodes[x->inode->first + i];
	qsort(x->order, n, sizeof(const as_ub_node *), by_sequence);
	return AS_OK;
}

/* Where states end: places in order, the newest VERSIONS of them; *n of them, *all in truth. */
static as_status find_ends(const states *x, size_t *ends, size_t *n, size_t *all)
{
	as_map runs = { .seed = (uintptr_t)x };
	as_status s = AS_OK;
	bool written = false;
	*n = *all = 0;
	for (size_t i = 0; s == AS_OK && i < x->inode->n; i++) {
		const as_ub_node *node = x->order[i];
		uint64_t run = 0;
		bool copy = i > 0 && node->sequence == x->order[i - 1]->sequence;
		if (node->kind == AS_UB_INODE || copy)
			continue;
		bool cut = node->kind == AS_UB_CUT;
		bool again = !cut && as_map_get(&runs, node->block, &run) && run == *all;
		if (written && (cut || again)) {
			if (*n == VERSIONS)
				memmove(ends, &ends[1], --*n * sizeof(*ends));
			ends[(*n)++] = i;
			++*all;
			written = false;
		}
		written = written || !cut;
		s = cut ? AS_OK : as_map_set(&runs, node->block, *all);
	}
	as_map_free(&runs);
	return s;
}

static uint64_t end_of(const as_ub_node *node)
{
	as_cur c = as_cur_le(node->bytes, 40);
	return (uint64_t)node->block * AS_UB_BLOCK + as_min(as_u32(&c), AS_UB_BLOCK);
}

/* The least size that the file was given after sequence and before the state's end. */
static uint64_t cut_after(const states *x, size_t from, size_t n, uint64_t sequence)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (x->q->nodes[from + mid].sequence <= sequence)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n ? x->cuts[low] : UINT64_MAX;
}

/* The file as its nodes before number limit make it; *state: the inode node that tells of it, or NULL. */
static void view_before(states *x, uint64_t limit, as_ub_view *v, const as_ub_node **state)
{
	const as_ub_node *nodes = x->q->nodes;
	size_t end = x->inode->first + x->inode->n, cut = x->inode->first, n_cuts = 0;
	uint64_t newest = 0;
	while (cut < end && nodes[cut].kind != AS_UB_CUT)
		cut++;
	while (cut + n_cuts < end && nodes[cut + n_cuts].sequence < limit)
		n_cuts++;
	for (size_t i = n_cuts; i-- > 0;) {
		as_cur c = as_cur_le(nodes[cut + i].bytes, 48);
		uint64_t size = as_u64(&c);
		x->cuts[i] = i + 1 < n_cuts ? as_min(size, x->cuts[i + 1]) : size;
	}
	v->n = 0;
	v->size = 0;
	for (size_t i = x->inode->first; i < cut; i++) {
		const as_ub_node *node = &nodes[i], *next = i + 1 < cut ? &nodes[i + 1] : NULL;
		bool last = !next || next->kind != node->kind || next->block != node->block ||
			    next->sequence >= limit;
		if (node->kind != AS_UB_DATA || node->sequence >= limit || !last)
			continue;
		if (cut_after(x, cut, n_cuts, node->sequence) <=
			(uint64_t)node->block * AS_UB_BLOCK)
			continue;
		v->list[v->n++] = node;
		v->size = as_max(v->size, end_of(node));
		newest = as_max(newest, node->sequence);
	}
	*state = NULL;
	for (size_t i = x->inode->first;
		i < cut && nodes[i].kind == AS_UB_INODE && nodes[i].sequence < newest; i++)
		*state = &nodes[i];
	if (*state)
		v->size = as_max(v->size, as_ub_size(*state));
}

/* Whether the block has the same bytes in both, as far as the older one goes; a and b may be NULL: a hole. */
static as_status same_block(const as_ub_node *a, const as_ub_node *b, uint64_t n, bool *same)
{
	uint8_t x[AS_UB_BLOCK] = { 0 }, y[AS_UB_BLOCK] = { 0 };
	size_t got = 0;
	*same = a == b;
	as_status s = a && !*same ? as_ub_decode(a, x, &got) : AS_OK;
	if (s <= AS_NOT_THIS && b && !*same)
		s = as_ub_decode(b, y, &got);
	*same = *same || memcmp(x, y, as_min(n, AS_UB_BLOCK)) == 0;
	return s <= AS_NOT_THIS ? AS_OK : s;
}

/* Whether the newer state begins with all that the older one has: then nothing was written over. */
static as_status continues(const as_ub_view *old, const as_ub_view *new, bool *yes)
{
	as_status s = AS_OK;
	*yes = new->size >= old->size;
	for (size_t i = 0, k = 0; s == AS_OK && *yes && (i < old->n || k < new->n);) {
		const as_ub_node *a = i < old->n ? old->list[i] : NULL,
				 *b = k < new->n ? new->list[k] : NULL;
		uint32_t block = a && (!b || a->block <= b->block) ? a->block : b->block;
		uint64_t from = (uint64_t)block * AS_UB_BLOCK;
		a = a && a->block == block ? a : NULL;
		b = b && b->block == block ? b : NULL;
		if (from >= old->size)
			break;
		s = same_block(a, b, old->size - from, yes);
		i += a != NULL;
		k += b != NULL;
	}
	return s;
}

static as_status put_state(states *x, as_node *dir, as_span name, uint64_t end, uint64_t next)
{
	const as_ub_node *state = NULL, *later = NULL;
	bool same = true, want = false, damaged = false;
	view_before(x, end, &x->views[0], &state);
	if (next == UINT64_MAX)
		as_ub_view_now(x->q, x->inode, &x->views[1]);
	else
		view_before(x, next, &x->views[1], &later);
	as_status s = continues(&x->views[0], &x->views[1], &same);
	if (s != AS_OK || same || x->views[0].n == 0)
		return s;
	const as_ub_view *v = &x->views[0];
	as_entry e = { .at = v->list[v->n - 1]->at, .name = name, .deleted = true };
	if (!as_ub_describe(state ? state : x->inode->state, &e, NULL) || e.type != AS_FILE)
		return AS_OK;
	s = as_begin(x->q->u, dir, &e, &want);
	if (s == AS_OK && want)
		s = as_ub_emit(x->q, v, &damaged);
	return s <= AS_PARTIAL ? as_worse(s, as_end(x->q->u, damaged)) : s;
}

as_status as_ub_put_states(as_ub *q, as_node *dir, const as_ub_inode *inode, as_span name)
{
	states x = { .q = q, .inode = inode };
	size_t ends[VERSIONS], n = 0, all = 0;
	if (!changed(q, inode))
		return AS_OK;
	as_status s = make_room(&x);
	if (s == AS_OK)
		s = find_ends(&x, ends, &n, &all);
	if (s == AS_OK && all > n)
		s = as_refused(q->u, q->nodes[inode->first].at, "limit",
			"a file was written over very often: only its newest states are told");
	for (size_t i = 0; s <= AS_PARTIAL && i < n; i++) {
		uint64_t next = i + 1 < n ? x.order[ends[i + 1]]->sequence : UINT64_MAX;
		s = as_worse(s, put_state(&x, dir, name, x.order[ends[i]]->sequence, next));
	}
	return s;
}
