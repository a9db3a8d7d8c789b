/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes of F2FS and where they stand. NAT, the table of nodes, has entries of 9 bytes, 455 in a block: version u8,
 * inode u32, block u32. SIT, the table of segments, has entries of 74 bytes, 55 in a block: blocks in use (10 bits) and
 * kind (3 to 5: nodes) u16, bits[64], time u64. Both have each block twice; a bit of the checkpoint tells which counts.
 * The end of each node is, from byte 4072: 0 node   4 inode   8 flags (1 cold, 2 synced, 4 with its name; from bit 3
 * its place in the file)   12 version of the checkpoint u64   20 block of the next one that was written. */
#include "unpack/fmt/f2fs.h"

enum { NATS = 455, NAT = 9, SITS = 55, SIT = 74, FOOTER_AT = AS_F2FS_BLOCK - AS_F2FS_FOOTER };

/* Bits are counted from the highest of each byte. */
static bool bit(as_span bits, uint64_t n) { return as_at(bits, n / 8) >> (7 - n % 8) & 1; }

as_span as_f2fs_block(const as_f2fs *x, uint64_t block)
{
	uint64_t end = x->super.main + ((uint64_t)x->super.main_segments << x->super.log_segment);
	if (block < x->super.main || block >= end)
		return (as_span){ 0 };
	return as_cut(x->body, block * AS_F2FS_BLOCK, AS_F2FS_BLOCK);
}

/* Both copies of a segment of the table stand one behind the other. */
static uint64_t nat_block(const as_f2fs *x, uint64_t n)
{
	uint64_t per = 1ull << x->super.log_segment, segment = n / per;
	if (segment >= x->super.nat_segments / 2)
		return 0;
	return x->super.nat + segment * 2 * per + n % per + (bit(x->cp.nat_bits, n) ? per : 0);
}

static uint32_t found_at(const as_f2fs *x, uint32_t node)
{
	uint64_t block = 0;
	return as_map_get(&x->index, node, &block) ? (uint32_t)block : 0;
}

uint32_t as_f2fs_place(const as_f2fs *x, uint32_t node, uint32_t *inode)
{
	uint64_t held = 0;
	*inode = 0;
	if (as_map_get(&x->newer, node, &held)) {
		*inode = (uint32_t)(held >> 32);
		return (uint32_t)held;
	}
	if (x->cp.at == 0)
		return found_at(x, node);
	uint64_t at = nat_block(x, node / NATS) * AS_F2FS_BLOCK;
	as_cur c = as_cur_le(at ? as_cut(x->body, at, AS_F2FS_BLOCK) : (as_span){ 0 },
		(uint64_t)(node % NATS) * NAT);
	as_skip(&c, 1);
	*inode = as_u32(&c);
	if (x->u && as_ok(&c))
		as_struct(x->u, at, AS_F2FS_BLOCK, "f2fs table of nodes");
	return as_u32(&c);
}

static as_span node_at(const as_f2fs *x, uint32_t block, uint32_t node, uint32_t inode)
{
	as_span raw = as_f2fs_block(x, block);
	as_cur c = as_cur_le(raw, FOOTER_AT);
	bool right = as_u32(&c) == node && as_u32(&c) == inode && as_ok(&c);
	return right ? raw : (as_span){ 0 };
}

as_span as_f2fs_node(as_f2fs *x, uint32_t node, uint32_t inode)
{
	uint32_t owner = 0;
	as_span raw = node_at(x, as_f2fs_place(x, node, &owner), node, inode);
	if (raw.n == 0 && x->u && node != 0 && as_f2fs_search(x) <= AS_PARTIAL) {
		raw = node_at(x, found_at(x, node), node, inode);
		if (raw.n > 0 && x->cp.at != 0 && !x->quiet && !x->was_found) {
			x->was_found = true;
			(void)as_lost(x->u, x->super.nat * (uint64_t)AS_F2FS_BLOCK,
				"table of nodes is damaged: nodes were found by a search");
		}
	}
	uint64_t at = 0;
	if (x->u && as_within(x->body, raw, &at) && raw.n > 0)
		as_struct(x->u, at, raw.n, "f2fs node");
	return raw;
}

/* The entry of a segment: out of the journal, or the table; empty if it makes no sense. */
static as_span segment_entry(const as_f2fs *x, uint32_t segment)
{
	uint64_t half = (uint64_t)x->super.sit_segments / 2 << x->super.log_segment;
	uint64_t block = segment / SITS;
	as_cur c = as_cur_le(x->cp.sit_journal, 0);
	for (unsigned n = as_u16(&c); n > 0 && as_left(&c) >= SIT + 4; n--) {
		uint32_t of = as_u32(&c);
		as_span entry = as_take(&c, SIT);
		if (of == segment)
			return entry;
	}
	if (x->cp.at == 0 || block >= half)
		return (as_span){ 0 };
	uint64_t at =
		(x->super.sit + block + (bit(x->cp.sit_bits, block) ? half : 0)) * AS_F2FS_BLOCK;
	return as_cut(x->body, at + (uint64_t)(segment % SITS) * SIT, SIT);
}

/* The same if as many bits are set as are counted, else empty. */
static as_span right_entry(const as_f2fs *x, uint32_t block)
{
	as_span e = segment_entry(x, (block - x->super.main) >> x->super.log_segment);
	as_cur c = as_cur_le(e, 0);
	unsigned due = as_u16(&c) & 0x3ff, n = 0;
	as_span bits = as_take(&c, 64);
	for (size_t i = 0; i < bits.n; i++)
		n += (unsigned)__builtin_popcount(as_at(bits, i));
	return as_ok(&c) && n == due ? e : (as_span){ 0 };
}

bool as_f2fs_in_use(const as_f2fs *x, uint32_t block)
{
	as_span e = right_entry(x, block);
	return bit(as_cut(e, 2, as_min(e.n, 64)),
		(block - x->super.main) & ((1u << x->super.log_segment) - 1));
}

bool as_f2fs_may_hold_nodes(const as_f2fs *x, uint32_t block)
{
	as_cur c = as_cur_le(right_entry(x, block), 0);
	unsigned kind = as_u16(&c) >> 10;
	return !as_ok(&c) || kind >= 3;
}
