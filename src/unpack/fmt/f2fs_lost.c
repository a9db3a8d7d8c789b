/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables and directories of F2FS do not lead to. Every node tells whose it is and when it was written, every
 * inode its name and its parent: so nodes can be found by a search where the table of nodes is damaged, what was synced
 * after the last checkpoint follows in a chain, and files that were deleted can be told while their blocks are free. */
#include "unpack/fmt/f2fs.h"

#include <string.h>

enum {
	FOOTER_AT = AS_F2FS_BLOCK - AS_F2FS_FOOTER,
	SYNCED = 2,
	CRC_COUNTS = 0x40,
	CRC_IGNORED = 0x200,
	NATS = 455,
	DEPTH_MOST = 64,
};

typedef struct footer {
	uint32_t node, inode, flags, next;
	uint64_t version;
} footer;

static bool read_footer(as_span raw, footer *f)
{
	as_cur c = as_cur_le(raw, FOOTER_AT);
	f->node = as_u32(&c);
	f->inode = as_u32(&c);
	f->flags = as_u32(&c);
	f->version = as_u64(&c);
	f->next = as_u32(&c);
	return as_ok(&c);
}

/* A list in the arena, made longer if it is full. */
static bool room(as_f2fs *x, void **list, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return true;
	size_t more = *cap ? *cap * 2 : 256;
	if (as_want(x->u, more * size) != AS_OK)
		return false;
	void *longer = as_alloc_array(as_memory(x->u), more, size);
	if (!longer)
		return false;
	if (n > 0)
		memcpy(longer, *list, n * size);
	*list = longer;
	*cap = more;
	return true;
}

/* Whether a block looks like a node that this file system wrote. */
static bool is_node(const as_f2fs *x, as_span raw, footer *f)
{
	uint64_t most = ((uint64_t)x->super.nat_segments / 2 << x->super.log_segment) * NATS;
	as_f2fs_inode i;
	if (!read_footer(raw, f) || f->node == 0 || f->inode == 0 || f->node >= most ||
		f->inode >= most || (f->next != 0 && as_f2fs_block(x, f->next).n == 0))
		return false;
	/* One later: if the checkpoint that followed is lost. */
	if (x->cp.at && (int32_t)((uint32_t)x->cp.version + 1 - (uint32_t)f->version) < 0)
		return false;
	if (f->node == f->inode)
		return as_f2fs_parse_inode(x, raw, &i) && !i.wrong;
	return true;
}

static as_status note(as_f2fs *x, const footer *f, uint32_t block)
{
	uint64_t had = 0;
	footer old = { 0 };
	if (f->node == f->inode) {
		void *list = x->inodes;
		if (!room(x, &list, x->n_inodes, &x->cap_inodes, sizeof(*x->inodes)))
			return AS_LIMIT;
		x->inodes = list;
		x->inodes[x->n_inodes++] = (as_f2fs_found){ f->node, block };
	}
	if (as_map_get(&x->index, f->node, &had) && read_footer(as_f2fs_block(x, had), &old) &&
		(int32_t)((uint32_t)f->version - (uint32_t)old.version) < 0)
		return AS_OK;
	return as_map_set(&x->index, f->node, block);
}

as_status as_f2fs_search(as_f2fs *x)
{
	uint64_t end = x->super.main + ((uint64_t)x->super.main_segments << x->super.log_segment);
	uint64_t per = 1ull << x->super.log_segment;
	as_status s = AS_OK;
	if (x->searched)
		return AS_OK;
	x->searched = true;
	end = as_min(end, x->body.n / AS_F2FS_BLOCK);
	for (uint64_t block = x->super.main; block < end && s == AS_OK; block++) {
		footer f;
		if ((block - x->super.main) % per == 0 &&
			!as_f2fs_may_hold_nodes(x, (uint32_t)block))
			block += per - 1;
		else if (is_node(x, as_f2fs_block(x, block), &f))
			s = note(x, &f, (uint32_t)block);
	}
	return s;
}

/* One node of the chain that begins where the log of warm nodes stood. */
typedef struct step {
	uint32_t node, inode, block, flags;
} step;

typedef struct chain {
	step *list;
	size_t n, cap;
} chain;

static bool follows(const as_f2fs *x, const footer *f)
{
	uint64_t version = x->cp.version;
	if (x->cp.flags & CRC_IGNORED)
		return (uint32_t)f->version == (uint32_t)version;
	version |= x->cp.flags & CRC_COUNTS ? (uint64_t)x->cp.sum << 32 : 0;
	return f->version == version;
}

static as_status read_chain(as_f2fs *x, chain *l)
{
	as_map passed = { 0 };
	as_status s = AS_OK;
	uint32_t block = x->cp.next_node;
	footer f;
	uint64_t was = 0;
	while (s == AS_OK && read_footer(as_f2fs_block(x, block), &f) && follows(x, &f) &&
		!as_map_get(&passed, block, &was)) {
		void *list = l->list;
		if (!room(x, &list, l->n, &l->cap, sizeof(*l->list))) {
			s = AS_LIMIT;
			break;
		}
		l->list = list;
		l->list[l->n++] = (step){ f.node, f.inode, block, f.flags };
		s = as_map_set(&passed, block, 1);
		block = f.next;
	}
	as_map_free(&passed);
	return s;
}

/* All nodes of an inode count up to the last one that was synced. */
static as_status apply(as_f2fs *x, const chain *l, const as_map *last)
{
	as_status s = AS_OK;
	size_t n = 0;
	x->fresh = as_alloc_array(as_memory(x->u), l->n + 1, sizeof(*x->fresh));
	if (!x->fresh)
		return AS_NOMEM;
	for (size_t k = 0; k < l->n && s == AS_OK; k++) {
		const step *t = &l->list[k];
		uint64_t until = 0;
		if (!as_map_get(last, t->inode, &until) || k > until)
			continue;
		s = as_map_set(&x->newer, t->node, (uint64_t)t->inode << 32 | t->block);
		if (t->node == t->inode)
			x->fresh[x->n_fresh++] = t->inode;
		n++;
	}
	if (n > 0)
		as_tellf(x->u, as_cut(x->body, x->cp.at, 8), "rolled forward",
			"%zu nodes that were synced after the checkpoint", n);
	return s;
}

as_status as_f2fs_roll_forward(as_f2fs *x)
{
	chain l = { 0 };
	as_map last = { 0 };
	as_status s = read_chain(x, &l);
	for (size_t k = 0; k < l.n && s == AS_OK; k++)
		if (l.list[k].flags & SYNCED)
			s = as_map_set(&last, l.list[k].inode, k);
	if (s == AS_OK && last.n > 0)
		s = apply(x, &l, &last);
	as_map_free(&last);
	return s;
}

/* The node of directory number; one that no directory names is put first, where its inode says. */
static as_status find_dir(as_f2fs *x, uint32_t number, unsigned depth, as_node **dir)
{
	uint64_t held = 0;
	uint32_t owner = 0;
	as_f2fs_inode i;
	as_status s = AS_OK;
	*dir = as_root(x->u);
	if (!as_map_get(&x->seen, number, &held)) {
		as_span raw = as_f2fs_block(x, as_f2fs_place(x, number, &owner));
		as_node *above = NULL;
		if (depth == 0 || !as_f2fs_parse_inode(x, raw, &i) || i.number != number ||
			i.type != AS_DIR)
			return AS_OK;
		s = find_dir(x, i.parent, depth - 1, &above);
		if (s <= AS_PARTIAL && !as_map_get(&x->seen, number, &held))
			s = as_worse(s, as_f2fs_put(x, &i, i.name, above, false));
		(void)as_map_get(&x->seen, number, &held);
	}
	if (held > 0 && held <= x->n_dirs)
		*dir = x->dirs[held - 1];
	return s;
}

static bool is_free(void *ctx, uint32_t block, uint64_t n)
{
	as_f2fs *x = ctx;
	(void)n;
	if (block == AS_F2FS_HOLE || block == AS_F2FS_NEW || block == AS_F2FS_PACKED)
		return true;
	bool gone = as_f2fs_block(x, block).n == 0 || as_f2fs_in_use(x, block);
	x->pieces.bytes++; /* counts blocks here */
	x->pieces.damaged = x->pieces.damaged || gone;
	return !gone;
}

/* Whether an inode that the table of nodes does not lead to is a deleted file that can still be read. */
static bool is_deleted(as_f2fs *x, const as_f2fs_inode *i, uint32_t block, uint32_t place)
{
	as_f2fs_inode now;
	uint64_t newest = 0;
	if (i->type != AS_FILE || i->size == 0 || i->size > x->body.n || i->wrong ||
		i->advice & AS_F2FS_ENCRYPTED || !as_map_get(&x->index, i->number, &newest) ||
		newest != block)
		return false;
	if (as_f2fs_parse_inode(x, as_f2fs_block(x, place), &now) && now.number == i->number &&
		now.generation == i->generation)
		return false; /* an older state of a file that is there */
	if (i->kept & AS_F2FS_INLINE_DATA)
		return true;
	as_pieces_clear(&x->pieces);
	as_f2fs_walk(x, i, is_free, x);
	return x->pieces.bytes > 0 && !x->pieces.damaged;
}

static bool is_hidden(const as_f2fs *x, uint32_t number)
{
	return number <= 2 || number == x->super.root || number == x->super.quota[0] ||
	       number == x->super.quota[1] || number == x->super.quota[2];
}

static as_status put_rest(as_f2fs *x, const as_f2fs_inode *i, uint32_t block, bool *told)
{
	uint32_t owner = 0, place = as_f2fs_place(x, i->number, &owner);
	uint64_t held = 0;
	as_node *dir = NULL;
	bool seen = as_map_get(&x->seen, i->number, &held), live = place == block;
	if (live ? seen : x->cp.at == 0 || !is_deleted(x, i, block, place))
		return AS_OK;
	as_status s = find_dir(x, i->parent, DEPTH_MOST, &dir);
	if (s > AS_PARTIAL || (live && as_map_get(&x->seen, i->number, &held)))
		return s;
	bool deleted = !live || i->links == 0;
	if (!deleted && !*told) {
		*told = true;
		s = as_worse(s, as_lost(x->u, i->at,
					"files whose directory is lost were put where they say"));
	}
	as_span name = i->name.n ? i->name : as_print(as_memory(x->u), "inode-%u", i->number);
	return as_worse(s, as_f2fs_put(x, i, name, dir, deleted));
}

/* What was synced after the checkpoint: its directory may not name it yet. */
static as_status put_fresh(as_f2fs *x)
{
	as_status s = AS_OK;
	for (size_t k = 0; k < x->n_fresh && s <= AS_PARTIAL; k++) {
		uint32_t number = x->fresh[k];
		uint64_t held = 0;
		as_node *dir = NULL;
		as_f2fs_inode i;
		if (is_hidden(x, number) || as_map_get(&x->seen, number, &held) ||
			!as_f2fs_parse_inode(x, as_f2fs_node(x, number, number), &i) ||
			i.links == 0)
			continue;
		s = as_worse(s, find_dir(x, i.parent, DEPTH_MOST, &dir));
		if (s <= AS_PARTIAL && !as_map_get(&x->seen, number, &held))
			s = as_worse(s, as_f2fs_put(x, &i, i.name, dir, false));
	}
	return s;
}

as_status as_f2fs_rest(as_f2fs *x)
{
	as_status s = put_fresh(x);
	bool told = false;
	x->quiet = true;
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_f2fs_search(x));
	for (size_t k = 0; k < x->n_inodes && s <= AS_PARTIAL; k++) {
		as_f2fs_found f = x->inodes[k];
		as_f2fs_inode i;
		if (!is_hidden(x, f.number) &&
			as_f2fs_parse_inode(x, as_f2fs_block(x, f.block), &i))
			s = as_worse(s, put_rest(x, &i, f.block, &told));
	}
	return s;
}
