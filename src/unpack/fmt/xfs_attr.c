/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes of XFS. Few stand in the inode: bytes u16, entries u8, 0 u8, then name length u8, value length
 * u8, kind u8, name, value. Else the fork has blocks: 8 kind u16 (0xfbee leaf, 0xfebe node; version 5: 0x3bee, 0x3ebe),
 * and in version 5 from 12 CRC-32C, block u64, LSN u64, uuid[16], inode u64.
 *    node: entries u16, level u16 at 12 (version 5: 56); from 16 (64) on hash u32, block u32
 *    leaf: entries u16 at 12 (56); from 32 (80) on hash u32, place u16, kind u8, 0 u8; at the place value length u16,
 *      name length u8, name, value; or block of the value u32, value length u32, name length u8, name
 * A value that stands in blocks of its own has in version 5 at the beginning of each "XARM", offset u32, bytes u32,
 * CRC-32C, uuid[16], inode u64, block u64, LSN u64. */
#include "unpack/fmt/xfs.h"

#include <string.h>

enum { LEAF = 0xfbee, NODE = 0xfebe, NEW_LEAF = 0x3bee, NEW_NODE = 0x3ebe, TREE_SUM = 12 };
enum { VALUE_HEAD = 56, VALUE_SUM = 12, DEPTH_MOST = 5 };
enum { HERE = 1, TRUSTED = 2, SECURE = 4, PARENT = 8, UNFINISHED = 0x80 /* kinds */ };

typedef struct attributes {
	as_xfs *x;
	const as_xfs_inode *inode;
	as_xfs_runs *runs;
	uint64_t left; /* blocks that may still be read: as many as there are */
} attributes;

static as_status emit(attributes *a, uint8_t kind, as_span name, as_span value)
{
	const char *space = kind & TRUSTED ? "trusted." : kind & SECURE ? "security." : "user.";
	if (kind & PARENT)
		return AS_OK; /* the name of the inode in a directory */
	if (kind & UNFINISHED)
		return as_lost(
			a->x->u, a->inode->at, "extended attribute was not written to its end");
	as_span full =
		as_print(as_memory(a->x->u), "%s%.*s", space, (int)name.n, (const char *)name.p);
	return as_xattr(a->x->u, full, value);
}

static as_status emit_short(attributes *a)
{
	as_cur c = as_cur_be(a->inode->attrs, 2);
	uint8_t n = as_u8(&c);
	as_status s = AS_OK;
	as_skip(&c, 1);
	for (; n > 0 && s <= AS_PARTIAL; n--) {
		uint8_t name_len = as_u8(&c), value_len = as_u8(&c), kind = as_u8(&c);
		as_span name = as_take(&c, name_len), value = as_take(&c, value_len);
		if (!as_ok(&c))
			return as_worse(
				s, as_lost(a->x->u, a->inode->at, "extended attribute is damaged"));
		s = as_worse(s, emit(a, kind, name, value));
	}
	return s;
}

/* A value of n bytes in blocks of its own from block on; fewer bytes if it is damaged. */
static as_status read_far(attributes *a, uint32_t block, uint64_t n, as_span *value)
{
	as_xfs *x = a->x;
	bool headed = x->super.version == 5;
	uint8_t *out = n <= AS_XFS_VALUE ? x->value : NULL;
	uint64_t done = 0;
	as_status s = AS_OK;
	for (; out && done < n && s == AS_OK && a->left > 0; block++, a->left--) {
		uint64_t at = 0;
		as_span part = as_xfs_gather(x, a->runs, block, 1, &at);
		s = as_xfs_step(x);
		as_struct(x->u, at, part.n, "XFS extended attributes");
		if (headed && (!as_starts(part, "XARM") || !as_xfs_sound(x, part, VALUE_SUM)))
			break;
		part = as_from(part, headed ? VALUE_HEAD : 0);
		part = as_cut(part, 0, as_min(part.n, n - done));
		if (part.n == 0)
			break;
		memcpy(out + done, part.p, part.n);
		done += part.n;
	}
	*value = out ? as_bytes(out, done) : (as_span){ 0 };
	return s;
}

static as_status emit_entry(attributes *a, as_span leaf, uint16_t place, uint8_t kind)
{
	as_cur c = as_cur_be(leaf, place);
	as_span value = { 0 };
	as_status s = AS_OK;
	uint32_t block = kind & HERE ? 0 : as_u32(&c);
	uint32_t n = kind & HERE ? as_u16(&c) : as_u32(&c);
	uint8_t name_len = as_u8(&c);
	as_span name = as_take(&c, name_len);
	if (kind & HERE)
		value = as_take(&c, n);
	else if (as_ok(&c) && !(kind & UNFINISHED))
		s = read_far(a, block, n, &value);
	if (s == AS_OK && (!as_ok(&c) || (value.n < n && !(kind & UNFINISHED))))
		s = as_lost(a->x->u, a->inode->at, "extended attribute is damaged");
	return s == AS_OK ? emit(a, kind, name, value) : s;
}

static as_status emit_leaf(attributes *a, as_span leaf)
{
	bool new = a->x->super.version == 5;
	as_cur c = as_cur_be(leaf, new ? 56 : 12);
	uint16_t n = as_u16(&c);
	as_status s = AS_OK;
	as_seek(&c, new ? 80 : 32);
	for (; n > 0 && s <= AS_PARTIAL; n--) {
		as_skip(&c, 4);
		uint16_t place = as_u16(&c);
		uint8_t kind = as_u8(&c);
		as_skip(&c, 1);
		if (!as_ok(&c))
			return as_worse(
				s, as_lost(a->x->u, a->inode->at, "extended attribute is damaged"));
		s = as_worse(s, emit_entry(a, leaf, place, kind));
	}
	return s;
}

static as_status emit_block(attributes *a, uint64_t number, unsigned depth_most)
{
	as_xfs *x = a->x;
	bool new = x->super.version == 5;
	uint64_t at = a->inode->at;
	as_status s = as_xfs_step(x);
	if (s != AS_OK)
		return s;
	as_span block = as_xfs_gather(x, a->runs, number, 1, &at);
	as_cur c = as_cur_be(block, 8);
	uint16_t kind = as_u16(&c);
	bool node = kind == (new ? NEW_NODE : NODE), leaf = kind == (new ? NEW_LEAF : LEAF);
	as_seek(&c, new ? 56 : 12);
	uint16_t n = as_u16(&c);
	if (a->left == 0 || !as_ok(&c) || (!node && !leaf) || !as_xfs_sound(x, block, TREE_SUM) ||
		depth_most == 0)
		return as_lost(x->u, at, "block of extended attributes is damaged");
	a->left--;
	as_struct(x->u, at, block.n, "XFS extended attributes");
	if (leaf)
		return emit_leaf(a, block);
	as_seek(&c, new ? 64 : 16);
	for (; n > 0 && s <= AS_PARTIAL && a->left > 0 && as_left(&c) >= 8; n--) {
		as_skip(&c, 4);
		s = as_worse(s, emit_block(a, as_u32(&c), depth_most - 1));
	}
	if (n > 0)
		s = as_worse(s, as_lost(x->u, at, "block of extended attributes is damaged"));
	return s;
}

as_status as_xfs_attrs(as_xfs *x, const as_xfs_inode *i)
{
	attributes a = { .x = x, .inode = i, .runs = &x->runs };
	uint64_t bad_at = 0;
	if (i->attrs.n == 0)
		return AS_OK;
	if (i->attr_format == AS_XFS_LOCAL)
		return emit_short(&a);
	if (i->attr_format == AS_XFS_EXTENTS && i->attr_extents == 0)
		return AS_OK;
	as_status s = as_xfs_map(x, i, true, a.runs, &bad_at);
	if (s == AS_PARTIAL)
		s = as_lost(x->u, bad_at, "blocks of extended attributes are damaged or missing");
	for (size_t k = 0; k < a.runs->n; k++)
		a.left += a.runs->list[k].n;
	return s > AS_PARTIAL || a.runs->n == 0 ? s
						: as_worse(s, emit_block(&a, 0, DEPTH_MOST + 1));
}
