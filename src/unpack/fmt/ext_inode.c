/* SPDX-License-Identifier: Apache-2.0 */
/* Inodes of ext2/3/4, the maps from a file's blocks to the image's, and extended attributes.
 * Inode, 128 bytes or more:  0 mode u16   2 uid u16   4 size   8 atime   12 ctime   16 mtime
 *   20 dtime   24 gid u16   26 links u16   28 sectors   32 flags   40 map[60]   104 attribute block
 *  108 size, high   118 attribute block, high u16   120 uid, high u16   122 gid, high u16
 *  128 extra size u16   136 mtime, more bits; behind the extra size the inode's own attributes
 * Map of ext2/3: 12 blocks, then a block of blocks, of blocks of them, and once more. Map of ext4:
 * a tree of nodes, each with a header (0xf30a u16, entries u16, room u16, depth u16, generation)
 * and entries of 12 bytes: leaves have logical u32, length u16 (above 32768: not written yet),
 * block high u16, low u32; the others logical u32, block low u32, high u16.
 * Attributes, in a block (header 0xea020000, 32 bytes) or an inode (the magic only): name length
 * u8, name index u8, value offset u16, value inode u32, value length u32, hash u32, name, padded to
 * 4. */
#include "unpack/fmt/ext.h"

#include <string.h>

enum {
	DIRECT = 12,
	DEPTH_MOST = 5,
	UNWRITTEN = 32768,
	NODE_HEADER = 12,
	NODE_MAGIC = 0xf30a,
	MAP_AT = 40,
	MAP = 60,
	BLOCK_HEADER = 32,
	SIZE_BITS = 61, /* of a file: more than any of these can have, and far from an overflow */
};
#define XATTR_MAGIC 0xea020000u

static as_span unescaped(const as_ext *x, as_span block)
{
	static const uint8_t magic[] = { 0xc0, 0x3b, 0x39, 0x98 };
	uint8_t *out = as_alloc(as_memory(x->u), block.n);
	if (!out || block.n < sizeof(magic))
		return (as_span){ 0 };
	memcpy(out, block.p, block.n);
	memcpy(out, magic, sizeof(magic));
	return as_bytes(out, block.n);
}

uint64_t as_ext_place(const as_ext *x, uint64_t at, bool *escaped)
{
	uint64_t held = 0;
	*escaped = false;
	if (!x->replayed || !as_map_get(x->replayed, at, &held))
		return at;
	*escaped = held & 1;
	return held >> 1;
}

as_span as_ext_bytes(const as_ext *x, uint64_t at, uint64_t n)
{
	if (!x->replayed)
		return as_cut(x->body, at, n);
	if (at / x->super.block ==
		0) /* block 0, which as_ext_blocks takes for none, holds a superblock only */
		return as_cut(x->body, at, n);
	return as_cut(as_ext_blocks(x, at / x->super.block, 1), at % x->super.block, n);
}

as_span as_ext_blocks(const as_ext *x, uint64_t at, uint64_t n)
{
	uint64_t from = 0, len = 0;
	bool escaped = false;
	if (n == 1 && x->replayed)
		at = as_ext_place(x, at, &escaped);
	if (at == 0 || !as_mul(&from, at, x->super.block) || !as_mul(&len, n, x->super.block))
		return (as_span){ 0 };
	as_span there = as_cut(x->body, from, len);
	return escaped ? unescaped(x, there) : there;
}

static bool is_power(uint32_t n, uint32_t of)
{
	uint64_t p = of;
	while (p < n)
		p *= of;
	return p == n;
}

/* Whether a group starts with a copy of the superblock. */
static bool has_super(const as_ext_super *s, uint32_t group)
{
	enum { SPARSE2 = 0x200 /* compatible */, SPARSE = 1 /* read-only compatible */ };
	if (group == 0)
		return true;
	if (s->compat & SPARSE2)
		return group == s->backup[0] || group == s->backup[1];
	return !(s->ro_compat & SPARSE) || group == 1 || is_power(group, 3) || is_power(group, 5) ||
	       is_power(group, 7);
}

uint64_t as_ext_descriptor_at(const as_ext_super *s, uint32_t group)
{
	uint32_t per_block = s->block / s->desc_size;
	uint64_t block = s->first_block + 1 + group / per_block;
	if (s->incompat & AS_EXT_META_BG && group / per_block >= s->first_meta_bg) {
		uint32_t first = group - group % per_block;
		block = s->first_block + (uint64_t)first * s->group_blocks + has_super(s, first);
	}
	return block * s->block + (uint64_t)(group % per_block) * s->desc_size;
}

static uint64_t inode_table(const as_ext *x, uint32_t group)
{
	uint64_t at = as_ext_descriptor_at(&x->super, group);
	as_cur c = as_cur_le(as_ext_bytes(x, at, x->super.desc_size), 0);
	as_skip(&c, 8);
	uint64_t low = as_u32(&c), high = 0;
	if (x->super.incompat & AS_EXT_64BIT && x->super.desc_size >= 64) {
		as_skip(&c, 28);
		high = as_u32(&c);
	}
	return as_ok(&c) ? high << 32 | low : 0;
}

/* Fields behind the first 128 bytes: time beyond 2038, and where attributes may stand. */
static void read_extra(as_span raw, as_ext_inode *i)
{
	enum { OLD = 128, TIME_END = 140 };
	as_cur c = as_cur_le(raw, OLD);
	uint16_t n = as_u16(&c);
	as_skip(&c, 6);
	uint32_t more = as_u32(&c);
	if (raw.n < TIME_END || n < 4 || n > raw.n - OLD)
		return;
	if (n + OLD >= TIME_END) {
		i->mtime += (int64_t)(more & 3) << 32;
		i->nsec = more >> 2 < 1000000000 ? more >> 2 : 0;
	}
	i->extra = as_from(raw, OLD + n);
}

uint64_t as_ext_inode_at(const as_ext *x, uint32_t n)
{
	const as_ext_super *s = &x->super;
	if (n == 0 || n > s->inodes)
		return 0;
	uint64_t table = inode_table(x, (n - 1) / s->group_inodes), base = 0;
	if (table == 0 || !as_mul(&base, table, s->block))
		return 0;
	return base + (uint64_t)((n - 1) % s->group_inodes) * s->inode_size;
}

bool as_ext_read_inode(const as_ext *x, uint32_t n, as_ext_inode *i)
{
	const as_ext_state *state = NULL;
	uint64_t at = as_ext_inode_at(x, n);
	as_span raw = as_ext_fast_inode(x, n, &state);
	if (at == 0)
		return false;
	raw = raw.n > 0 ? raw : as_ext_bytes(x, at, x->super.inode_size);
	bool read = as_ext_parse_inode(raw, n, at, i);
	i->fast = state;
	return read;
}

bool as_ext_parse_inode(as_span raw, uint32_t n, uint64_t at, as_ext_inode *i)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	*i = (as_ext_inode){ .number = n, .at = at };
	as_cur c = as_cur_le(raw, 0);
	uint16_t mode = as_u16(&c);
	i->type = types[mode >> 12];
	i->mode = mode & 07777;
	i->uid = as_u16(&c);
	i->size = as_u32(&c);
	as_skip(&c, 8);
	i->mtime = (int32_t)as_u32(&c);
	i->deleted = as_u32(&c);
	i->gid = as_u16(&c);
	i->links = as_u16(&c);
	as_skip(&c, 4);
	i->flags = as_u32(&c);
	as_skip(&c, 4);
	i->block = as_take(&c, MAP);
	as_skip(&c, 4);
	i->acl = as_u32(&c);
	uint64_t high = as_u32(&c);
	i->size |= i->type == AS_FILE ? high << 32 : 0; /* others keep something else there */
	as_skip(&c, 6);
	i->acl |= (uint64_t)as_u16(&c) << 32;
	i->uid |= (uint32_t)as_u16(&c) << 16;
	i->gid |= (uint32_t)as_u16(&c) << 16;
	read_extra(raw, i);
	return as_ok(&c);
}

/* A walk over a map. Every node must bring the walk on, so it ends however nodes refer to each
 * other. */
typedef struct walk {
	const as_ext *x;
	as_ext_run run;
	void *ctx;
	uint64_t next, end; /* logical blocks */
	uint64_t bad_at;    /* body offset of what made no sense */
} walk;

static as_status pass(walk *w, uint64_t logical, uint64_t physical, uint64_t n)
{
	as_status s = AS_OK;
	logical = as_min(logical, w->end);
	if (logical < w->next)
		return AS_PARTIAL;
	if (logical > w->next)
		s = w->run(w->ctx, w->next, 0, logical - w->next);
	n = as_min(n, w->end - logical);
	if (s == AS_OK && n > 0)
		s = w->run(w->ctx, logical, physical, n);
	w->next = logical + n;
	return s;
}

static as_status tree(walk *w, as_span node, unsigned depth_most);

static as_status leaf(walk *w, as_cur *c)
{
	uint64_t logical = as_u32(c);
	uint32_t n = as_u16(c);
	uint64_t high = as_u16(c);
	uint64_t at = high << 32 | as_u32(c);
	bool hole = n > UNWRITTEN;
	if (!as_ok(c) || n == 0)
		return AS_PARTIAL;
	return pass(w, logical, hole ? 0 : at, hole ? n - UNWRITTEN : n);
}

static as_status branch(walk *w, as_cur *c, unsigned depth)
{
	as_skip(c, 4);
	uint64_t low = as_u32(c);
	uint64_t at = (uint64_t)as_u16(c) << 32 | low;
	as_skip(c, 2);
	uint64_t before = w->next;
	as_span node = as_ext_blocks(w->x, at, 1);
	w->bad_at = node.n ? at * w->x->super.block : w->bad_at;
	as_status s = node.n && as_ok(c) ? tree(w, node, depth - 1) : AS_PARTIAL;
	return s == AS_OK && w->next == before && before < w->end ? AS_PARTIAL : s;
}

static as_status tree(walk *w, as_span node, unsigned depth_most)
{
	as_cur c = as_cur_le(node, 0);
	uint16_t magic = as_u16(&c), entries = as_u16(&c);
	as_skip(&c, 2);
	uint16_t depth = as_u16(&c);
	as_skip(&c, 4);
	as_status s = AS_OK;
	if (!as_ok(&c) || magic != NODE_MAGIC || depth > depth_most)
		return AS_PARTIAL;
	for (; entries > 0 && s == AS_OK && w->next < w->end; entries--)
		s = depth > 0 ? branch(w, &c, depth) : leaf(w, &c);
	return s;
}

/* Takes n pointers from c, runs of neighbours at once. level: how many blocks of pointers stand
 * between one of them and data. */
static as_status pointers(walk *w, as_cur *c, unsigned level, unsigned n)
{
	uint64_t covers = 1, run = 0, from = 0;
	for (unsigned i = 0; i < level; i++)
		covers *= w->x->super.block / 4;
	as_status s = AS_OK;
	for (; n > 0 && s == AS_OK && w->next + run < w->end; n--) {
		uint64_t at = as_u32(c);
		bool joins = run > 0 && (from ? level == 0 && at == from + run : at == 0);
		if (run > 0 && !joins) {
			s = pass(w, w->next, from, run);
			run = 0;
		}
		if (at != 0 && level > 0 && s == AS_OK) {
			as_cur inner = as_cur_le(as_ext_blocks(w->x, at, 1), 0);
			w->bad_at = as_left(&inner) ? at * w->x->super.block : w->bad_at;
			s = as_left(&inner) ? pointers(w, &inner, level - 1, w->x->super.block / 4)
					    : AS_PARTIAL;
			continue;
		}
		from = joins ? from : at;
		run += covers;
	}
	return s == AS_OK && run > 0 ? pass(w, w->next, from, run) : s;
}

static as_status indirect(walk *w, as_span map)
{
	as_cur c = as_cur_le(map, 0);
	as_status s = pointers(w, &c, 0, DIRECT);
	for (unsigned level = 1; level <= 3 && s == AS_OK; level++)
		s = pointers(w, &c, level, 1);
	return s;
}

/* Ranges that fast commits moved, laid over those of the map. */
typedef struct overlay {
	const as_ext_piece *next;
	size_t n;
	as_ext_run run;
	void *ctx;
} overlay;

static as_status lay_over(void *ctx, uint64_t logical, uint64_t physical, uint64_t n)
{
	overlay *o = ctx;
	as_status s = AS_OK;
	while (n > 0 && s == AS_OK) {
		while (o->n > 0 && o->next->end <= logical) {
			o->next++;
			o->n--;
		}
		uint64_t part = n, at = physical;
		if (o->n > 0 && o->next->from <= logical) {
			part = as_min(n, o->next->end - logical);
			at = o->next->at ? o->next->at + logical - o->next->from : 0;
		} else if (o->n > 0) {
			part = as_min(n, o->next->from - logical);
		}
		s = o->run(o->ctx, logical, at, part);
		logical += part;
		physical += physical ? part : 0;
		n -= part;
	}
	return s;
}

as_status as_ext_walk(
	const as_ext *x, const as_ext_inode *i, as_ext_run run, void *ctx, uint64_t *bad_at)
{
	uint64_t end = i->size / x->super.block + (i->size % x->super.block > 0);
	walk w = { .x = x, .run = run, .ctx = ctx, .end = end, .bad_at = i->at };
	overlay o = { .run = run, .ctx = ctx };
	o.n = as_ext_fast_pieces(i->fast, &o.next);
	if (o.n > 0) {
		w.run = lay_over;
		w.ctx = &o;
	}
	as_status s = AS_PARTIAL;
	if (i->size >> SIZE_BITS == 0)
		s = i->flags & AS_EXT_EXTENTS ? tree(&w, i->block, DEPTH_MOST)
					      : indirect(&w, i->block);
	*bad_at = w.bad_at;
	return s == AS_OK && w.next < w.end ? w.run(w.ctx, w.next, 0, w.end - w.next) : s;
}

/* One attribute. */
typedef struct attribute {
	uint8_t index;
	as_span name, value;
	bool elsewhere; /* the value is the contents of an inode of its own */
} attribute;

/* Takes the next attribute; values' offsets count from the start of values. False at the end. */
static bool next_attribute(as_cur *c, as_span values, attribute *a, bool *bad)
{
	as_cur peek = *c;
	if (as_left(c) < 4 || as_u32(&peek) == 0)
		return false;
	uint8_t n = as_u8(c);
	a->index = as_u8(c);
	uint16_t at = as_u16(c);
	a->elsewhere = as_u32(c) != 0;
	uint32_t len = as_u32(c);
	as_skip(c, 4);
	a->name = as_take(c, n);
	as_align(c, 4);
	a->value = a->elsewhere ? (as_span){ 0 } : as_cut(values, at, len);
	*bad = !as_ok(c) || (!a->elsewhere && a->value.n != len);
	return !*bad;
}

static bool in_inode(const as_ext_inode *i, as_cur *c)
{
	*c = as_cur_le(i->extra, 0);
	return i->extra.n >= 4 && as_u32(c) == XATTR_MAGIC;
}

as_span as_ext_inline_rest(const as_ext_inode *i)
{
	enum { SYSTEM = 7 };
	as_cur c;
	attribute a;
	bool bad = false;
	if (in_inode(i, &c))
		while (next_attribute(&c, as_from(i->extra, 4), &a, &bad))
			if (a.index == SYSTEM && as_is(a.name, "data"))
				return a.value;
	return (as_span){ 0 };
}

static as_status emit_attributes(const as_ext *x, uint64_t at, as_cur *c, as_span values)
{
	static const char *const prefixes[] = { "", "user.", "system.posix_acl_access",
		"system.posix_acl_default", "trusted.", NULL, "security.", "system.",
		"system.richacl" };
	as_status s = AS_OK;
	attribute a;
	bool bad = false;
	while (s == AS_OK && next_attribute(c, values, &a, &bad)) {
		if (a.index >= sizeof(prefixes) / sizeof(prefixes[0]) || !prefixes[a.index])
			return as_refused(
				x->u, at, "unsupported", "extended attribute of an unknown kind");
		as_span name = as_print(as_memory(x->u), "%s%.*s", prefixes[a.index], (int)a.name.n,
			(const char *)a.name.p);
		if (a.elsewhere)
			s = as_refused(x->u, at, "unsupported",
				"value of an extended attribute stands in an inode of its own");
		else if (!as_is(name, "system.data")) /* the rest of inline data */
			s = as_xattr(x->u, name, a.value);
	}
	return bad ? as_worse(s, as_lost(x->u, at, "extended attribute is damaged")) : s;
}

as_status as_ext_xattrs(const as_ext *x, const as_ext_inode *i)
{
	as_cur c;
	as_status s = AS_OK;
	if (in_inode(i, &c))
		s = emit_attributes(x, i->at, &c, as_from(i->extra, 4));
	if (i->acl == 0 || s > AS_PARTIAL)
		return s;
	as_span block = as_ext_blocks(x, i->acl, 1);
	c = as_cur_le(block, 0);
	if (as_u32(&c) != XATTR_MAGIC)
		return as_worse(s, as_lost(x->u, i->at, "block of extended attributes is damaged"));
	c = as_cur_le(block, BLOCK_HEADER);
	return as_worse(s, emit_attributes(x, i->acl * x->super.block, &c, block));
}
