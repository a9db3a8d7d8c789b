/* SPDX-License-Identifier: Apache-2.0 */
/* Directories of XFS. Small ones stand in the inode: entries u8, of which wide u8 (if any, all inodes have 8 bytes,
 * else 4), parent, then name length u8, offset u16, name, type u8 (if types are kept), inode. Larger ones have blocks:
 *    0 "XD2D", or "XD2B" if there is one only; version 5 "XDD3", "XDB3": 4 CRC-32C   8 block u64   16 LSN u64
 *      24 uuid[16]   40 inode u64
 * then free room, 3 of u16, u16, and from 16 (version 5: 64) on entries: inode u64, name length u8, name, type u8 (if
 * kept), padded so that the offset of the entry u16 ends it on 8 bytes; or 0xffff u16, length u16, free, offset u16.
 * A block that is the only one ends with its index: hash u32, place u32 for each, count u32, stale u32. Else the
 * index has blocks of its own, from 32 GiB of the directory on: names are read without it. */
#include "unpack/fmt/xfs.h"

enum {
	OLD_HEAD = 16,
	NEW_HEAD = 64,
	DATA_SUM = 4,
	INDEX_SUM = 12,
	FREE = 0xffff,
	GRAVES_MOST = 4096
};
#define INDEX_AT (1ull << 35) /* bytes of the directory before its index */

typedef struct listing {
	as_xfs *x;
	const as_xfs_inode *dir;
	as_node *node;
	as_status worst;
} listing;

static void put(listing *l, const as_xfs_name *n)
{
	if (as_is(n->name, ".") || as_is(n->name, ".."))
		return;
	l->worst = as_worse(l->worst, as_xfs_put(l->x, n, l->node));
}

static void list_short(listing *l)
{
	const as_xfs_inode *i = l->dir;
	as_cur c = as_cur_be(as_cut(i->fork, 0, i->size), 0);
	uint8_t n = as_u8(&c), wide = as_u8(&c);
	unsigned len = wide ? 8 : 4;
	as_skip(&c, len);
	for (unsigned k = 0; k < n && l->worst <= AS_PARTIAL; k++) {
		uint8_t name_len = as_u8(&c);
		as_skip(&c, 2);
		as_xfs_name name = { .at = i->at, .name = as_take(&c, name_len) };
		name.ftype = l->x->super.ftype ? as_u8(&c) : 0;
		name.inode = as_uint(&c, len);
		if (!as_ok(&c) || name_len == 0)
			break;
		put(l, &name);
	}
	if (!as_ok(&c) || (n > 0 && as_left(&c) > 0))
		l->worst = as_worse(
			l->worst, as_lost(l->x->u, i->at, "directory in an inode makes no sense"));
}

/* The record at offset at of a block that ends at end: its length, or 0 if it makes no sense. Each ends with where it
 * begins, so records are found again behind damage. */
static uint64_t read_record(
	const as_xfs *x, as_span block, uint64_t at, uint64_t end, as_xfs_name *name)
{
	as_cur c = as_cur_be(block, at);
	*name = (as_xfs_name){ 0 };
	uint16_t tag = as_u16(&c), len = as_u16(&c);
	uint64_t n = len;
	if (tag != FREE) {
		as_seek(&c, at);
		name->inode = as_u64(&c);
		uint8_t name_len = as_u8(&c);
		name->name = as_take(&c, name_len);
		name->ftype = x->super.ftype ? as_u8(&c) : 0;
		n = as_ok(&c) && name_len > 0 ? (as_pos(&c) - at + 2 + 7) / 8 * 8 : 0;
	}
	if (!as_ok(&c) || n < 8 || n % 8 != 0 || n > end - at)
		return 0;
	as_seek(&c, at + n - 2);
	return as_u16(&c) == at ? n : 0;
}

/* Where the records of a block end. */
static uint64_t end_of(as_span block)
{
	as_cur c = as_cur_be(block, block.n - 8);
	uint64_t n = as_u32(&c);
	bool only = as_starts(block, "XD2B") || as_starts(block, "XDB3");
	return only && n <= (block.n - 8) / 8 ? block.n - 8 - n * 8 : block.n;
}

/* Where records were removed there is a free one, over the first half of the first inode's number only. Those behind
 * it that it covers, too, are as they were. */
static void dig(listing *l, as_span block, uint64_t at, uint64_t n)
{
	as_xfs *x = l->x;
	const uint64_t start = at, end = at + n;
	for (uint64_t len = 0; at + 16 <= end && x->n_graves < GRAVES_MOST; at += len) {
		as_cur c = as_cur_be(block, at + 4);
		uint32_t inode = as_u32(&c);
		as_xfs_grave g = { .dir = l->node };
		uint8_t name_len = as_u8(&c);
		g.name = as_take(&c, name_len);
		as_skip(&c, x->super.ftype);
		len = as_ok(&c) && name_len > 0 ? (as_pos(&c) - at + 2 + 7) / 8 * 8 : 0;
		as_seek(&c, at + len - 2);
		uint16_t tag = as_u16(&c);
		bool right = tag == at || (at + len == end && tag == start);
		if (len == 0 || len > end - at || !right) {
			len = 8;
			continue;
		}
		as_xfs_grave *list =
			as_xfs_room(x, x->graves, x->n_graves, &x->graves_cap, sizeof(*list));
		uint64_t known = 0;
		if (!list)
			return;
		x->graves = list;
		x->graves[x->n_graves] = g;
		if (!as_map_get(&x->buried, inode, &known))
			l->worst = as_worse(l->worst, as_map_set(&x->buried, inode, x->n_graves++));
	}
}

static void list_block(listing *l, as_span block, uint64_t place)
{
	const as_xfs *x = l->x;
	bool new = x->super.version == 5, lost = false;
	bool right = new ? as_starts(block, "XDD3") || as_starts(block, "XDB3")
			 : as_starts(block, "XD2D") || as_starts(block, "XD2B");
	if (!right || !as_xfs_sound(x, block, DATA_SUM)) {
		l->worst = as_worse(l->worst, as_lost(x->u, place,
						      "block of a directory is damaged: "
						      "names in it may be missing or wrong"));
		lost = true;
	}
	uint64_t end = end_of(block), n = 0;
	for (uint64_t at = new ? NEW_HEAD : OLD_HEAD; at + 8 <= end && l->worst <= AS_PARTIAL;
		at += n ? n : 8) {
		as_xfs_name name;
		n = read_record(x, block, at, end, &name);
		name.at = place + at;
		if (n == 0 && !lost)
			l->worst = as_worse(l->worst,
				as_lost(x->u, place + at, "directory record makes no sense"));
		lost = lost || n == 0;
		if (n > 0 && name.name.n > 0)
			put(l, &name);
		else if (n > 0)
			dig(l, block, at, n);
	}
}

static void check_index(listing *l, as_span block, uint64_t place)
{
	bool free = as_starts(block, "XDF3");
	if (!as_xfs_sound(l->x, block, free ? DATA_SUM : INDEX_SUM))
		l->worst = as_worse(l->worst,
			as_lost(l->x->u, place,
				"index of a directory is damaged: names were read without it"));
}

static void list_one(listing *l, const as_xfs_runs *runs, uint64_t number)
{
	as_xfs *x = l->x;
	uint64_t per = x->super.dir_block / x->super.block, place = l->dir->at;
	as_status s = AS_OK;
	for (uint64_t k = 0; k < per && s == AS_OK; k++) {
		uint64_t at = 0;
		as_span part = as_xfs_gather(x, runs, number * per + k, 1, &at);
		as_struct(x->u, at, part.n, "XFS directory");
		s = as_xfs_step(x);
	}
	as_span block =
		s == AS_OK ? as_xfs_gather(x, runs, number * per, per, &place) : (as_span){ 0 };
	if (s == AS_OK && block.n == 0)
		s = as_lost(x->u, place, "block of a directory is missing");
	l->worst = as_worse(l->worst, s);
	if (s == AS_OK && number * x->super.dir_block >= INDEX_AT)
		check_index(l, block, place);
	else if (s == AS_OK)
		list_block(l, block, place);
}

as_status as_xfs_list(as_xfs *x, const as_xfs_inode *dir, as_node *node)
{
	listing l = { .x = x, .dir = dir, .node = node };
	as_xfs_runs runs = { 0 };
	uint64_t bad_at = 0, per = x->super.dir_block / x->super.block, next = 0;
	if (dir->format == AS_XFS_LOCAL) {
		list_short(&l);
		return l.worst;
	}
	l.worst = as_xfs_map(x, dir, false, &runs, &bad_at);
	if (l.worst == AS_PARTIAL)
		(void)as_lost(x->u, bad_at, "blocks of a directory are damaged or missing");
	for (size_t r = 0; r < runs.n; r++) {
		const as_xfs_run *run = &runs.list[r];
		uint64_t end = (run->logical + run->n + per - 1) / per;
		next = as_max(next, run->logical / per);
		for (; next < end && l.worst <= AS_PARTIAL; next++)
			list_one(&l, &runs, next);
	}
	return l.worst;
}

uint64_t as_xfs_parent(as_xfs *x, const as_xfs_inode *dir)
{
	as_xfs_runs *runs = &x->runs;
	as_xfs_name name;
	uint64_t at = 0, head = x->super.version == 5 ? NEW_HEAD : OLD_HEAD;
	as_cur c = as_cur_be(dir->fork, 1);
	if (dir->format == AS_XFS_LOCAL) {
		bool wide = as_u8(&c) > 0;
		return as_uint(&c, wide ? 8 : 4);
	}
	if (as_xfs_map(x, dir, false, runs, &at) > AS_PARTIAL)
		return 0;
	as_span block = as_xfs_gather(x, runs, 0, 1, &at);
	uint64_t n = read_record(x, block, head, block.n, &name);
	if (n > 0 && as_is(name.name, "."))
		(void)read_record(x, block, head + n, block.n, &name);
	return as_is(name.name, "..") ? name.inode : 0;
}
