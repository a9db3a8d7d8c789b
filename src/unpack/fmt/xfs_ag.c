/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation groups of XFS: their headers, their trees, and the inodes in them. Sectors 1 to 3 of a group:
 *    AGF: 0 "XAGF"   16 roots of the trees by place, by size, of owners u32   28 their levels u32   88 root and level
 *      of the tree of shared blocks u32, u32   216 CRC-32C
 *    AGI: 0 "XAGI"   20 root and level of the tree of inodes u32, u32   312 CRC-32C   328 of that with free inodes
 *    AGFL: 0 "XAFL" (version 5)   32 CRC-32C
 * Blocks of a tree: magic, level u16, entries u16, left u32, right u32; in version 5: block u64, LSN u64, uuid[16],
 * group u32, CRC-32C; then entries, or keys and behind the room for all of them blocks u32.
 * The tree by place has first block u32, blocks u32 for each stretch that is free.
 * The tree of inodes has for each 64: first inode u32, those that have no place u16 (a bit for four), count u8, free
 * u8 (or free u32), those that are free u64. */
#include "unpack/fmt/xfs.h"

enum { SHORT_OLD = 16, SHORT_NEW = 56, SHORT_SUM = 52, LEVELS_MOST = 16, CHUNK = 64 };

typedef struct tree_kind {
	const char *old, *new; /* magic in versions 4 and 5; NULL: has none */
	uint8_t sector;        /* of the header that names it: 1 AGF, 2 AGI */
	uint16_t root, level;  /* where that does, bytes */
	uint8_t key;           /* bytes */
	bool inodes, space;    /* it is of inodes, or of what is free */
	unsigned needs;        /* read-only compatible feature, or 0 */
} tree_kind;

static const tree_kind trees[] = {
	{ "IABT", "IAB3", 2, 20, 24, 4, true, false, 0 },
	{ "ABTB", "AB3B", 1, 16, 28, 8, false, true, 0 },
	{ "ABTC", "AB3C", 1, 20, 32, 8, false, false, 0 },
	{ NULL, "RMB3", 1, 24, 36, 40, false, false, AS_XFS_RMAPBT },
	{ NULL, "R3FC", 1, 88, 92, 4, false, false, AS_XFS_REFLINK },
	{ NULL, "FIB3", 2, 328, 332, 4, false, false, AS_XFS_FINOBT },
};

typedef struct walk {
	as_xfs *x;
	const tree_kind *kind;
	uint32_t group;
	uint64_t bad_at; /* body offset */
	bool damaged;
} walk;

static uint64_t number_of(const as_xfs *x, uint64_t group, uint64_t in_group)
{
	return group << (x->super.ag_log + x->super.inode_log) | in_group;
}

static bool is_hidden(const as_xfs *x, const as_xfs_inode *i)
{
	bool hidden = i->internal;
	for (unsigned k = 0; k < sizeof(x->super.hidden) / sizeof(x->super.hidden[0]); k++)
		hidden = hidden || i->number == x->super.hidden[k];
	return hidden;
}

/* Remembers an inode that is in use and was not put. */
static as_status note(as_xfs *x, uint64_t number)
{
	uint64_t one = 0;
	if (as_map_get(&x->seen, number, &one))
		return AS_OK;
	uint64_t *list = as_xfs_room(x, x->found, x->n_found, &x->found_cap, sizeof(*list));
	if (!list)
		return AS_NOMEM;
	x->found = list;
	x->found[x->n_found++] = number;
	return AS_OK;
}

/* Remembers an inode that is free, if it still says where something stood. */
static as_status note_freed(as_xfs *x, uint64_t number)
{
	as_xfs_inode i;
	if (!as_xfs_read_inode(x, number, &i) || i.type != 0 || i.format != AS_XFS_EXTENTS ||
		i.hurt || as_all(as_cut(i.fork, 0, 16), 0))
		return AS_OK;
	uint64_t *list = as_xfs_room(x, x->freed, x->n_freed, &x->freed_cap, sizeof(*list));
	if (!list)
		return AS_NOMEM;
	x->freed = list;
	x->freed[x->n_freed++] = number;
	return AS_OK;
}

/* Remembers n records of what is free. */
static as_status read_space(walk *w, as_cur *c, uint64_t n)
{
	as_xfs *x = w->x;
	for (; n > 0; n--) {
		uint32_t block = as_u32(c), blocks = as_u32(c);
		uint64_t at = as_xfs_group_at(x, w->group, block, blocks);
		const as_xfs_stretch *last = x->n_space > 0 ? &x->space[x->n_space - 1] : NULL;
		if (!as_ok(c) || at == AS_XFS_NOWHERE || (last && at < last->at + last->n))
			return AS_OK;
		as_xfs_stretch *list =
			as_xfs_room(x, x->space, x->n_space, &x->space_cap, sizeof(*list));
		if (!list)
			return AS_NOMEM;
		x->space = list;
		x->space[x->n_space++] = (as_xfs_stretch){ at, (uint64_t)blocks * x->super.block };
	}
	return AS_OK;
}

static as_status read_chunk(walk *w, uint64_t first, uint16_t missing, uint64_t free)
{
	as_xfs *x = w->x;
	as_status s = AS_OK;
	uint64_t size = x->super.inode, mask = (1u << x->super.inode_log) - 1;
	for (unsigned k = 0; k < CHUNK && s == AS_OK; k++) {
		uint64_t in_group = first + k;
		uint64_t at = as_xfs_group_at(x, w->group, in_group >> x->super.inode_log, 1);
		if (missing >> k / 4 & 1)
			continue;
		if (at == AS_XFS_NOWHERE) {
			w->damaged = true;
			break;
		}
		as_struct(x->u, at + (in_group & mask) * size, size, "XFS inodes");
		uint64_t number = number_of(x, w->group, in_group);
		s = free >> k & 1 ? note_freed(x, number) : note(x, number);
	}
	return s;
}

static as_status read_chunks(walk *w, as_cur *c, uint64_t n)
{
	bool sparse = w->x->super.incompat & AS_XFS_SPARSE;
	as_status s = AS_OK;
	for (; n > 0 && s == AS_OK; n--) {
		uint32_t first = as_u32(c);
		uint16_t missing = as_u16(c);
		as_skip(c, 2);
		uint64_t free = as_u64(c);
		w->damaged = w->damaged || !as_ok(c);
		if (as_ok(c))
			s = read_chunk(w, first, sparse ? missing : 0, free);
	}
	return s;
}

/* A block of a tree; level 0: a leaf. */
static as_status branch(walk *w, uint32_t number, unsigned level)
{
	as_xfs *x = w->x;
	bool new = x->super.version == 5;
	uint64_t head = new ? SHORT_NEW : SHORT_OLD, at = as_xfs_group_at(x, w->group, number, 1);
	as_status s = as_xfs_step(x);
	if (s != AS_OK)
		return s;
	as_span block = at == AS_XFS_NOWHERE ? (as_span){ 0 } : as_cut(x->body, at, x->super.block);
	as_cur c = as_cur_be(block, 4);
	uint16_t own_level = as_u16(&c), n = as_u16(&c);
	bool right = as_starts(block, new ? w->kind->new : w->kind->old) &&
		     as_xfs_sound(x, block, SHORT_SUM) && own_level == level;
	uint64_t room = block.n > head ? (block.n - head) / (w->kind->key + 4u) : 0;
	if (!right || (level > 0 && n > room)) {
		w->bad_at = at == AS_XFS_NOWHERE ? w->bad_at : at;
		w->damaged = true;
		return AS_OK;
	}
	as_struct(x->u, at, block.n, "XFS tree of a group");
	as_seek(&c, level > 0 ? head + room * w->kind->key : head);
	if (level == 0 && w->kind->inodes)
		return read_chunks(w, &c, n);
	if (level == 0)
		return w->kind->space ? read_space(w, &c, n) : AS_OK;
	for (; n > 0 && s == AS_OK; n--)
		s = branch(w, as_u32(&c), level - 1);
	return s;
}

/* Looks for inodes in all blocks of a group whose tree of them is damaged. */
static as_status search(as_xfs *x, uint32_t group)
{
	const as_xfs_super *p = &x->super;
	uint64_t per = 1u << p->inode_log, start = as_xfs_group_at(x, group, 0, 1);
	as_status s = AS_OK;
	for (uint64_t k = 0; k < p->ag_blocks && s == AS_OK; k++) {
		as_span block = as_cut(x->body, start + k * p->block, p->block);
		for (uint64_t j = 0; j < per && s == AS_OK && as_starts(block, "IN"); j++) {
			as_xfs_inode i;
			as_span raw = as_cut(block, j * p->inode, p->inode);
			as_cur c = as_cur_be(raw, 96);
			bool linked = as_u32(&c) == UINT32_MAX;
			as_span uuid = as_cut(raw, 160, 16);
			bool ours = p->version == 5 ? as_same(uuid, p->meta_uuid) : linked;
			if (as_xfs_read_inode(x, number_of(x, group, k * per + j), &i) && ours &&
				i.type != 0)
				s = note(x, i.number);
		}
	}
	return s;
}

static as_status read_tree(as_xfs *x, uint32_t group, const tree_kind *kind, as_span header)
{
	static const char inodes[] = "tree of inodes is damaged: they were searched for";
	static const char space[] =
		"tree of a group is damaged: nothing that has a name depends on it";
	walk w = { .x = x, .kind = kind, .group = group };
	as_cur c = as_cur_be(header, kind->root);
	uint32_t root = as_u32(&c);
	as_seek(&c, kind->level);
	uint32_t levels = as_u32(&c);
	(void)as_within(x->body, header, &w.bad_at);
	bool right = as_starts(header, kind->sector == 1 ? "XAGF" : "XAGI") && levels > 0 &&
		     levels <= LEVELS_MOST;
	as_status s = right ? branch(&w, root, levels - 1) : AS_OK;
	if (s != AS_OK || (right && !w.damaged))
		return s;
	s = as_lost(x->u, w.bad_at, kind->inodes ? inodes : space);
	return kind->inodes ? as_worse(s, search(x, group)) : s;
}

static as_status check_headers(as_xfs *x, uint64_t start)
{
	static const struct {
		const char *magic;
		uint16_t sum;
	} headers[] = { { "XFSB", 224 }, { "XAGF", 216 }, { "XAGI", 312 }, { "XAFL", 32 } };
	uint64_t sector = x->super.sector, n = x->super.version == 5 ? 4 : 3;
	as_status s = AS_OK;
	for (uint64_t k = start == 0; k < n; k++) { /* the first superblock was judged already */
		as_span raw = as_cut(x->body, start + k * sector, sector);
		if (raw.n > 0 && (!as_starts(raw, headers[k].magic) ||
					 !as_xfs_sound(x, raw, headers[k].sum)))
			s = as_lost(x->u, start + k * sector,
				"header of an allocation group is damaged");
	}
	as_struct(x->u, start, 4 * sector, "XFS headers of a group");
	return s;
}

as_status as_xfs_groups(as_xfs *x)
{
	const as_xfs_super *p = &x->super;
	as_status s = AS_OK;
	for (uint32_t group = 0; group < p->ags && s <= AS_PARTIAL; group++) {
		uint64_t start = as_xfs_group_at(x, group, 0, 1);
		if (start >= x->body.n)
			break;
		s = as_worse(s, check_headers(x, start));
		for (unsigned k = 0; k < sizeof(trees) / sizeof(trees[0]); k++) {
			const tree_kind *kind = &trees[k];
			as_span header =
				as_cut(x->body, start + kind->sector * p->sector, p->sector);
			bool here = p->version == 5 ? (p->ro_compat & kind->needs) == kind->needs
						    : kind->old != NULL;
			if (here && s <= AS_PARTIAL)
				s = as_worse(s, read_tree(x, group, kind, header));
		}
	}
	return s;
}

/* Whether a directory without a name is to be put now: whatever it is in has been, or is no directory in use. */
static bool is_topmost(as_xfs *x, const as_xfs_inode *i)
{
	as_xfs_inode above;
	uint64_t one = 0, parent = as_xfs_parent(x, i);
	bool seen = as_map_get(&x->seen, parent, &one);
	return seen || parent == i->number || !as_xfs_read_inode(x, parent, &above) ||
	       above.type != AS_DIR;
}

as_status as_xfs_nameless(as_xfs *x)
{
	enum { TOPMOST, DIRECTORIES, OTHERS, PASSES };
	as_status s = AS_OK;
	for (unsigned pass = 0; pass < PASSES; pass++) {
		for (size_t k = 0; k < x->n_found && s <= AS_PARTIAL; k++) {
			as_xfs_inode i;
			uint64_t one = 0;
			if (as_map_get(&x->seen, x->found[k], &one))
				continue;
			bool read = as_xfs_read_inode(x, x->found[k], &i);
			if (read && (is_hidden(x, &i) || (pass != OTHERS && i.type != AS_DIR)))
				continue;
			if (!read && pass != OTHERS)
				continue;
			if (!read || i.type == 0) {
				s = as_worse(s, as_lost(x->u, i.at, "inode in use is damaged"));
				continue;
			}
			if (pass == TOPMOST && !is_topmost(x, &i))
				continue;
			as_xfs_name n = { .inode = i.number, .at = i.at };
			n.name = as_print(
				as_memory(x->u), "inode-%llu", (unsigned long long)i.number);
			if (i.links > 0)
				s = as_worse(s,
					as_lost(x->u, i.at,
						"inode has lost its name: no directory names it"));
			s = as_worse(s, as_xfs_put(x, &n, NULL));
		}
	}
	return s;
}
