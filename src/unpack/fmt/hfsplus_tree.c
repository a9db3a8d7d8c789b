/* SPDX-License-Identifier: Apache-2.0 */
/* The B-trees of HFS and HFS+, and where forks stand. */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "unpack/fmt/hfsplus.h"

enum {
	DESCRIPTOR = 14,
	LEAF = 0xff,
	HEADER = 1,
	NODE_LEAST = 512,
	NODE_MOST = 32768,
	MAP_AT = 248, /* of the map in the first node */
	PATCH_WORK = 1 << 24,
};

typedef struct header {
	uint32_t records, first;
} header;

/* Puts over the tree's bytes what the journal has newer. */
static as_status patch(const as_hfs *v, as_hfs_tree *t)
{
	uint64_t work = 0, from = 0;
	uint8_t *copy = NULL;
	if (v->n_patches == 0)
		return AS_OK;
	if (!as_mul(&work, v->n_patches, t->pieces.n) || work > PATCH_WORK)
		return as_refused(v->u, 0, "limit",
			"the journal and a tree are in too many pieces: it was not replayed");
	as_status s = as_want(v->u, t->file.n);
	as_span all = s == AS_OK ? as_copy(as_memory(v->u), t->file) : (as_span){ 0 };
	if (!all.p)
		return as_worse(s, t->file.n > 0 ? AS_NOMEM : AS_OK);
	copy = (uint8_t *)(uintptr_t)all.p;
	for (size_t i = 0; i < t->pieces.n; from += t->pieces.list[i++].n)
		for (size_t k = 0; k < v->n_patches; k++) {
			as_piece piece = t->pieces.list[i];
			const as_hfs_patch *p = &v->patches[k];
			uint64_t low = as_max(p->at, piece.at);
			uint64_t high = as_min(p->at + p->bytes.n, piece.at + piece.n);
			if (low >= high || from + (high - piece.at) > all.n)
				continue;
			memcpy(copy + from + (low - piece.at), p->bytes.p + (low - p->at),
				high - low);
		}
	t->file = all;
	return AS_OK;
}

static uint64_t place(const as_hfs_tree *t, uint64_t at)
{
	size_t low = 0, high = t->pieces.n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (t->ends[mid] <= at)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == t->pieces.n)
		return 0;
	return t->pieces.list[low].at + (at - (low > 0 ? t->ends[low - 1] : 0));
}

static as_status load(as_hfs *v, as_hfs_tree *t, const as_hfs_fork *f, uint32_t id)
{
	t->pieces = (as_pieces){ .arena = as_memory(v->u) };
	as_hfs_gather(v, f, id, AS_HFS_DATA, &t->pieces);
	as_status s = AS_OK;
	if (t->pieces.damaged)
		s = as_lost(v->u, 0, "where a tree of the volume stands is not fully known");
	t->ends = as_alloc_array(as_memory(v->u), t->pieces.n + 1, sizeof(*t->ends));
	if (!t->ends)
		return AS_NOMEM;
	for (size_t i = 0; i < t->pieces.n; i++) {
		as_piece piece = t->pieces.list[i];
		t->ends[i] = piece.n + (i > 0 ? t->ends[i - 1] : 0);
		if (piece.at < v->body.n)
			as_struct(v->u, piece.at, as_min(piece.n, v->body.n - piece.at), t->label);
	}
	t->file = as_pieces_read(v->u, v->body, &t->pieces, f->size);
	if (t->file.n == 0 && t->pieces.n > 0 && t->pieces.list[0].at < v->body.n)
		t->file = as_cut(v->body, t->pieces.list[0].at,
			as_min(t->pieces.list[0].n, v->body.n - t->pieces.list[0].at));
	return as_worse(s, patch(v, t));
}

static as_span node_of(const as_hfs_tree *t, uint64_t i)
{
	return as_cut(t->file, i * t->node, t->node);
}

static bool is_leaf(as_span node)
{
	as_cur c = as_cur_be(node, 8);
	uint8_t kind = as_u8(&c), height = as_u8(&c);
	uint16_t n = as_u16(&c);
	c = as_cur_be(node, node.n - as_min(node.n, 2));
	return as_u16(&c) == DESCRIPTOR && kind == LEAF && height == 1 &&
	       n <= (node.n - DESCRIPTOR) / 4;
}

static as_status add(as_hfs *v, as_hfs_tree *t, as_hfs_record r)
{
	if (t->n == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 256;
		as_status s = as_want(v->u, cap * sizeof(r));
		if (s != AS_OK)
			return s;
		as_hfs_record *list = as_alloc_array(as_memory(v->u), cap, sizeof(r));
		if (!list)
			return AS_NOMEM;
		if (t->n > 0)
			memcpy(list, t->records, t->n * sizeof(r));
		t->records = list;
		t->cap = cap;
	}
	r.order = (uint32_t)t->n;
	t->records[t->n++] = r;
	return AS_OK;
}

static as_status take_leaf(as_hfs *v, as_hfs_tree *t, uint64_t i)
{
	as_span node = node_of(t, i);
	as_status s = AS_OK;
	as_cur c = as_cur_be(node, 10);
	uint16_t n = as_u16(&c);
	for (uint64_t k = 0; k < n && s <= AS_PARTIAL; k++) {
		as_hfs_record r = { 0 };
		c = as_cur_be(node, node.n - 2 * (k + 2));
		uint16_t end = as_u16(&c), from = as_u16(&c);
		uint64_t at = place(t, i * t->node + from);
		as_span raw = from < end && from >= DESCRIPTOR ? as_cut(node, from, end - from)
							       : (as_span){ 0 };
		if (raw.n == 0 || end > node.n - 2 * (n + 1ull) || !t->parse(raw, &r)) {
			s = as_worse(s, as_lost(v->u, at, "a record of a tree makes no sense"));
			continue;
		}
		r.at = at;
		s = as_worse(s, add(v, t, r));
	}
	return s;
}

static bool read_header(as_hfs_tree *t, header *h)
{
	as_cur c = as_cur_be(t->file, 8);
	uint8_t kind = as_u8(&c);
	c = as_cur_be(t->file, DESCRIPTOR + 6);
	h->records = as_u32(&c);
	h->first = as_u32(&c);
	as_skip(&c, 4);
	t->node = as_u16(&c);
	return as_ok(&c) && kind == HEADER && t->node >= NODE_LEAST && t->node <= NODE_MOST &&
	       (t->node & (t->node - 1)) == 0;
}

/* Without a header: the size of nodes by which most of the tree is leaves. */
static void guess_node(as_hfs_tree *t)
{
	uint64_t best = 0;
	uint32_t found = 0;
	for (uint32_t size = NODE_LEAST; size <= NODE_MOST; size *= 2) {
		uint64_t leaves = 0;
		t->node = size;
		for (uint64_t i = 1; i < t->file.n / size; i++)
			leaves += is_leaf(node_of(t, i)) ? size : 0;
		found = leaves > best ? size : found;
		best = as_max(best, leaves);
	}
	t->node = found;
}

/* Whether the tree's map calls a node used; what the first node's map does not reach is. */
static bool is_used(const as_hfs_tree *t, uint64_t i)
{
	as_span map = as_cut(node_of(t, 0), MAP_AT, (uint64_t)t->node - MAP_AT - 8);
	return i / 8 >= map.n || map.p[i / 8] >> (7 - i % 8) & 1;
}

static as_status take_others(as_hfs *v, as_hfs_tree *t, uint8_t *seen, bool mapped)
{
	as_status s = AS_OK;
	for (uint64_t i = 1; i < t->file.n / t->node && s <= AS_PARTIAL; i++)
		if (!as_bit(seen, i) && is_leaf(node_of(t, i)) && (!mapped || is_used(t, i)))
			s = as_worse(s, take_leaf(v, t, i));
	return s;
}

static as_status follow(as_hfs *v, as_hfs_tree *t, uint8_t *seen, uint32_t first, bool *whole)
{
	as_status s = AS_OK;
	for (uint32_t i = first; i != 0 && s <= AS_PARTIAL;) {
		as_span node = node_of(t, i);
		*whole = is_leaf(node) && as_bit_add(seen, i);
		if (!*whole)
			break;
		s = as_worse(s, take_leaf(v, t, i));
		as_cur c = as_cur_be(node, 0);
		i = as_u32(&c);
	}
	return s;
}

static int by_id(const void *x, const void *y)
{
	const as_hfs_record *a = x, *b = y;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

as_status as_hfs_read_tree(as_hfs *v, as_hfs_tree *t, const as_hfs_fork *f, uint32_t id)
{
	header h;
	bool whole = true;
	as_status s = f->size > 0 ? load(v, t, f, id) : AS_OK;
	if (s > AS_PARTIAL || f->size == 0)
		return s;
	bool good = read_header(t, &h);
	if (!good)
		guess_node(t);
	if (t->node == 0)
		return as_worse(s, as_lost(v->u, place(t, 0), "a tree of the volume is destroyed"));
	uint8_t *seen = as_alloc(as_memory(v->u), t->file.n / t->node / 8 + 1);
	if (!seen)
		return AS_NOMEM;
	if (good)
		s = as_worse(s, follow(v, t, seen, h.first, &whole));
	if (s <= AS_PARTIAL && (!good || !whole || t->n != h.records)) {
		s = as_worse(s, as_lost(v->u, place(t, 0),
					"a tree is damaged: its leaves were found one by one"));
		s = as_worse(s, take_others(v, t, seen, good));
	}
	if (t->n > 0)
		qsort(t->records, t->n, sizeof(*t->records), by_id);
	return s;
}

const as_hfs_record *as_hfs_find(const as_hfs_tree *t, uint32_t id, size_t *n)
{
	size_t low = 0, high = t->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (t->records[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	for (*n = 0; low + *n < t->n && t->records[low + *n].id == id;)
		++*n;
	return *n > 0 ? &t->records[low] : NULL;
}

/* Adds one record's extents, eight of u32 or three of u16, as far as the fork needs blocks; answers how many. */
static uint64_t add_extents(const as_hfs *v, as_span extents, uint64_t need, as_pieces *p)
{
	as_cur c = as_cur_be(extents, 0);
	uint64_t got = 0;
	unsigned bytes = v->wide ? 4 : 2;
	while (as_left(&c) >= 2 * bytes && got < need) {
		uint64_t start = as_uint(&c, bytes), n = as_uint(&c, bytes);
		if (n == 0)
			break;
		n = as_min(n, need - got);
		p->damaged = p->damaged || start + n > v->blocks;
		if (!as_pieces_add(p, v->first + start * v->block, n * v->block))
			break;
		got += n;
	}
	return got;
}

void as_hfs_gather(const as_hfs *v, const as_hfs_fork *f, uint32_t id, uint8_t fork, as_pieces *p)
{
	as_pieces_clear(p);
	uint64_t need = f->size / v->block + (f->size % v->block > 0);
	uint64_t got = add_extents(v, f->extents, need, p);
	size_t n = 0;
	const as_hfs_record *r = got < need ? as_hfs_find(&v->extents, id, &n) : NULL;
	/* They stand in the order of their forks and starts, unless damage has moved them. */
	for (size_t i = 0; i < n && got < need; i++)
		if (r[i].fork == fork && r[i].start == got)
			got += add_extents(v, r[i].data, need - got, p);
	p->damaged = p->damaged || got < need;
}
