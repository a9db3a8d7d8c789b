/* SPDX-License-Identifier: Apache-2.0 */
/* ext2, ext3, ext4. Blocks of 1 to 64 KiB in groups; the superblock stands at byte 1024:
 *    0 inodes   4 blocks   12 free blocks   16 free inodes   20 first block   24 log2(block) - 10
 *   32 blocks in a group   40 inodes in a group   56 0xef53 u16   58 state u16   76 revision
 *   88 inode size u16   90 group u16   92 compatible   96 incompatible   100 read-only compatible
 *  104 uuid[16]   120 label[16]   136 last mounted at[64]   254 descriptor size u16   260 first
 *      meta group
 *  264 made   336 blocks, high   588 backup groups[2]   624 checksum seed   1020 CRC-32C of the
 *      bytes before
 * The block after it starts the group descriptors (8: inode table, 40: its high half). Inode 2 is
 * the root. Directories are lists of inode u32, record length u16, name length u8, type u8, name in
 * each of their blocks; hash trees hide in records that look empty, so reading on and on finds all
 * names.
 *
 * Own code rather than libext2fs: the library wants an I/O manager and its own allocations for each
 * image, and trusts a superblock further than an examiner may. Here it is enough to read. */
#include "unpack/fmt/ext.h"

#include <string.h>

enum {
	SUPER_AT = 1024,
	SUPER = 1024,
	ROOT = 2,
	BLOCK_MOST = 65536,
	NAME_IN_INODE = 60,
	GRAVES_MOST = 4096
};

static bool read_fields(as_span raw, as_ext_super *s)
{
	as_cur c = as_cur_le(raw, 0);
	s->inodes = as_u32(&c);
	s->blocks = as_u32(&c);
	as_skip(&c, 8);
	s->free_inodes = as_u32(&c);
	s->first_block = as_u32(&c);
	uint32_t log = as_u32(&c);
	s->block = log <= 6 ? 1024u << log : 0;
	as_skip(&c, 4);
	s->group_blocks = as_u32(&c);
	as_skip(&c, 4);
	s->group_inodes = as_u32(&c);
	as_skip(&c, 14);
	s->state = as_u16(&c);
	as_skip(&c, 16);
	s->rev = as_u32(&c);
	as_skip(&c, 8);
	s->inode_size = as_u16(&c);
	s->group = as_u16(&c);
	s->compat = as_u32(&c);
	s->incompat = as_u32(&c);
	s->ro_compat = as_u32(&c);
	s->uuid = as_take(&c, 16);
	s->label = as_trim(as_take(&c, 16));
	s->mounted = as_trim(as_take(&c, 64));
	as_seek(&c, 224);
	s->journal = as_u32(&c);
	as_seek(&c, 254);
	s->desc_size = as_u16(&c);
	as_skip(&c, 4);
	s->first_meta_bg = as_u32(&c);
	s->made = as_u32(&c);
	as_seek(&c, 336);
	uint64_t high = as_u32(&c);
	s->blocks |= s->incompat & AS_EXT_64BIT ? high << 32 : 0;
	as_seek(&c, 588);
	s->backup[0] = as_u32(&c);
	s->backup[1] = as_u32(&c);
	return as_ok(&c);
}

static bool is_power_of_two(uint32_t n) { return n > 0 && (n & (n - 1)) == 0; }

bool as_ext_read_super(as_span image, as_ext_super *s)
{
	*s = (as_ext_super){ 0 };
	if (!read_fields(as_cut(image, SUPER_AT, SUPER), s) || s->block == 0)
		return false;
	if (s->rev == 0)
		s->inode_size = 128;
	if (!(s->incompat & AS_EXT_64BIT) || s->desc_size < 32)
		s->desc_size = 32;
	if (!is_power_of_two(s->inode_size) || s->inode_size < 128 || s->inode_size > s->block)
		return false;
	if (!is_power_of_two(s->desc_size) || s->desc_size > s->block || s->group_inodes == 0)
		return false;
	/* One bitmap block counts a group's inodes; its blocks too, unless in clusters. */
	if (s->group_blocks == 0 || s->group_inodes > s->block * 8)
		return false;
	if (s->first_block != (s->block == 1024) || s->blocks <= s->first_block || s->blocks >> 48)
		return false;
	uint64_t groups = (s->blocks - s->first_block + s->group_blocks - 1) / s->group_blocks;
	s->groups = (uint32_t)groups;
	return groups * s->group_inodes == s->inodes && s->free_inodes <= s->inodes;
}

static as_status probe(as_span image, as_extent *out)
{
	as_ext x = { .body = image };
	as_ext_inode root;
	if (!as_ext_read_super(image, &x.super) || x.super.group != 0)
		return AS_NOT_THIS;
	if (x.super.incompat & AS_EXT_JOURNAL_DEV)
		return AS_NOT_THIS;
	uint64_t size = x.super.blocks * x.super.block;
	*out = (as_extent){
		.size = as_min(size, image.n), .label = x.super.label, .sure = AS_PLAUSIBLE
	};
	if (as_ext_read_inode(&x, ROOT, &root) && root.type == AS_DIR)
		out->sure = AS_STRUCTURED;
	as_span super = as_cut(image, SUPER_AT, SUPER);
	as_cur c = as_cur_le(super, SUPER - 4);
	bool summed = x.super.ro_compat & AS_EXT_METADATA_CSUM;
	if (summed && as_u32(&c) == as_crc32c(UINT32_MAX, as_cut(super, 0, SUPER - 4)))
		out->sure = AS_CHECKSUMMED;
	return AS_OK;
}

/* A file's contents on their way out: first only looked at, whether they stand in one piece. */
typedef struct contents {
	const as_ext *x;
	uint64_t start; /* physical block of the first */
	uint64_t left;  /* bytes */
	bool damaged;
} contents;

static as_status look(void *ctx, uint64_t logical, uint64_t physical, uint64_t n)
{
	contents *t = ctx;
	bool escaped = false;
	if (logical == 0)
		t->start = physical;
	for (uint64_t i = 0; i < n && t->x->replayed && physical + i < t->x->super.blocks; i++)
		if (as_ext_place(t->x, physical + i, &escaped) != physical + i)
			return AS_NOT_THIS;
	/* Ends the walk: the caller asks for no more than yes or no. */
	return physical != 0 && physical == t->start + logical ? AS_OK : AS_NOT_THIS;
}

/* Emits due bytes that stand in one piece. */
static as_status emit_piece(contents *t, as_span there, uint64_t due)
{
	uint64_t at = 0;
	there = as_cut(there, 0, as_min(there.n, due));
	t->damaged = t->damaged || there.n < due;
	if (as_within(t->x->body, there, &at))
		as_struct(t->x->u, at, there.n, "ext data");
	as_status s = there.n > 0 ? as_more(t->x->u, there) : AS_OK;
	return s == AS_OK && there.n < due ? as_zero(t->x->u, due - there.n) : s;
}

static as_status emit(void *ctx, uint64_t logical, uint64_t physical, uint64_t n)
{
	contents *t = ctx;
	uint64_t block = t->x->super.block, due = as_min(n * block, t->left);
	as_status s = AS_OK;
	(void)logical;
	t->left -= due;
	if (physical == 0)
		return as_zero(t->x->u, due);
	if (!t->x->replayed)
		return emit_piece(t, as_from(t->x->body, physical * block), due);
	for (uint64_t i = 0; i < n && due > 0 && s == AS_OK; i++) {
		uint64_t part = as_min(due, block);
		s = emit_piece(t, as_ext_blocks(t->x, physical + i, 1), part);
		due -= part;
	}
	return s;
}

static as_status put_inline(const as_ext *x, as_node *dir, as_entry *e, const as_ext_inode *i)
{
	as_span rest = as_ext_inline_rest(i);
	as_span first = as_cut(i->block, 0, as_min(i->size, i->block.n));
	e->data = first;
	if (i->size <= first.n)
		return as_put(x->u, dir, e, NULL);
	contents t = { .x = x };
	bool want = false;
	as_status s = as_begin(x->u, dir, e, &want);
	if (s == AS_OK && want)
		s = emit_piece(&t, first, first.n);
	/* A hole at the end is not kept: Linux reads zeros there. */
	if (s == AS_OK && want)
		s = emit_piece(&t, rest, i->size - first.n);
	return s > AS_PARTIAL ? s : as_worse(s, as_end(x->u, false));
}

as_status as_ext_file(const as_ext *x, as_node *dir, as_entry *e, const as_ext_inode *i)
{
	contents t = { .x = x, .left = i->size };
	uint64_t bad_at = 0;
	bool want = false;
	if (i->flags & AS_EXT_INLINE)
		return put_inline(x, dir, e, i);
	if (i->size > 0 && as_ext_walk(x, i, look, &t, &bad_at) == AS_OK &&
		t.start < x->super.blocks)
		e->data = as_cut(x->body, t.start * x->super.block, i->size);
	if (i->size == 0 || e->data.n > 0)
		return as_put(x->u, dir, e, NULL);
	as_status s = as_begin(x->u, dir, e, &want), walked = AS_OK;
	if (s == AS_OK && want)
		walked = as_ext_walk(x, i, emit, &t, &bad_at);
	if (as_worse(s, walked) > AS_PARTIAL)
		return as_worse(s, walked);
	bool damaged = t.damaged || walked == AS_PARTIAL;
	s = as_worse(s, as_end(x->u, damaged));
	if (damaged)
		s = as_worse(s, as_lost(x->u, walked ? bad_at : i->at,
					"blocks of a file are damaged or missing"));
	return s;
}

/* Bytes of a short file or symbolic link or of inline data, in one piece. */
static as_span small_contents(const as_ext *x, const as_ext_inode *i)
{
	contents t = { .x = x };
	uint64_t bad_at = 0;
	bool own = !(i->flags & (AS_EXT_EXTENTS | AS_EXT_INLINE)) && i->size < NAME_IN_INODE;
	if (own || (i->flags & AS_EXT_INLINE && i->size <= NAME_IN_INODE))
		return as_cut(i->block, 0, i->size);
	if (i->flags & AS_EXT_INLINE) {
		as_span rest = as_cut(as_ext_inline_rest(i), 0, i->size - NAME_IN_INODE);
		return as_print(as_memory(x->u), "%.*s%.*s", (int)i->block.n,
			(const char *)i->block.p, (int)rest.n, (const char *)rest.p);
	}
	if (i->size > x->super.block || as_ext_walk(x, i, look, &t, &bad_at) != AS_OK)
		return (as_span){ 0 };
	return as_cut(as_ext_blocks(x, t.start, 1), 0, i->size);
}

static void set_device(as_entry *e, as_span map)
{
	as_cur c = as_cur_le(map, 0);
	uint32_t old = as_u32(&c), new = as_u32(&c);
	e->major = old ? old >> 8 & 0xff : new >> 8 & 0xfff;
	e->minor = old ? old & 0xff : (new & 0xff) | (new >> 12 & 0xfff00);
}

static as_status list(const as_ext *x, const as_ext_inode *dir, as_node *node);

static as_status put_inode(const as_ext *x, as_entry *e, const as_ext_inode *i, as_node *dir)
{
	as_node *node = NULL;
	as_status s;
	if (i->flags & AS_EXT_ENCRYPTED && e->type != AS_DIR) {
		s = as_begin(x->u, dir, e, NULL);
		s = s > AS_PARTIAL ? s : as_worse(s, as_end(x->u, true));
		return as_worse(s, as_refused(x->u, i->at, "encrypted",
					   "file is encrypted: it was not examined"));
	}
	if (e->type == AS_FILE)
		return as_ext_file(x, dir, e, i);
	if (e->type == AS_SYMLINK) {
		e->target = small_contents(x, i);
		if (e->target.n == 0)
			return as_lost(x->u, i->at, "target of a symbolic link cannot be read");
	}
	if (e->type == AS_BLOCK || e->type == AS_CHAR)
		set_device(e, i->block);
	s = as_put(x->u, dir, e, &node);
	if (s != AS_OK || e->type != AS_DIR || !node)
		return s;
	s = as_ext_xattrs(x, i);
	as_status seen = as_visit(x->u, i->at);
	return as_worse(s, seen == AS_OK ? list(x, i, node) : seen);
}

static as_status put(const as_ext *x, uint32_t number, as_span name, uint64_t at, as_node *dir)
{
	as_ext_inode i;
	if (!as_ext_read_inode(x, number, &i))
		return as_lost(x->u, at, "directory names an inode that does not exist");
	if (i.type == 0)
		return as_lost(x->u, i.at, "inode of an unknown type");
	as_entry e = { .at = i.at,
		.type = i.type,
		.name = name,
		.mode = i.mode,
		.uid = i.uid,
		.gid = i.gid,
		.mtime = i.mtime,
		.nsec = i.nsec,
		.has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME,
		.inode = i.type == AS_DIR ? 0 : number };
	as_status s = put_inode(x, &e, &i, dir);
	return s == AS_OK && e.type != AS_DIR ? as_ext_xattrs(x, &i) : s;
}

/* A directory on its way through its blocks. */
typedef struct listing {
	const as_ext *x;
	as_node *node;
	uint32_t number; /* its inode */
	as_status worst;
} listing;

static void bury(const listing *l, uint32_t inode, as_span name)
{
	as_ext_graves *g = l->x->graves;
	if (g && inode > 0 && inode <= l->x->super.inodes && g->n < g->cap)
		g->list[g->n++] = (as_ext_grave){ inode, l->node, name };
}

/* Removing a name makes the record before it longer: what it covers may still be read. */
static void dig(const listing *l, as_span slack)
{
	as_ext_graves *g = l->x->graves;
	as_cur c = as_cur_le(slack, 0);
	while (g && as_left(&c) >= 8 && g->n < GRAVES_MOST) {
		uint64_t at = as_pos(&c);
		uint32_t inode = as_u32(&c);
		uint16_t n = as_u16(&c);
		uint8_t len = as_u8(&c);
		as_skip(&c, 1);
		as_span name = as_take(&c, len);
		if (!as_ok(&c) || len == 0 || n < 8u + len || n % 4 != 0 || n > slack.n - at)
			return;
		bury(l, inode, name);
		as_seek(&c, at + (8u + len + 3) / 4 * 4);
	}
}

static as_status list_records(listing *l, as_span block)
{
	as_cur c = as_cur_le(block, 0);
	uint64_t base = 0;
	(void)as_within(l->x->body, block, &base);
	while (as_left(&c) >= 8 && l->worst <= AS_PARTIAL) {
		uint64_t at = as_pos(&c);
		uint32_t inode = as_u32(&c);
		uint64_t n = as_u16(&c);
		uint8_t name_len = as_u8(&c);
		as_skip(&c, 1);
		if (n == 0 || n == UINT16_MAX) /* a block of 64 KiB, whose length does not fit */
			n = BLOCK_MOST;
		as_span name = as_take(&c, name_len);
		if (!as_ok(&c) || n < 8 || n > block.n - at || n < 8u + name_len)
			return as_lost(l->x->u, base + at, "directory record makes no sense");
		as_seek(&c, at + n);
		uint64_t own = (8u + name_len + 3) / 4 * 4;
		dig(l, as_cut(block, at + own, n > own ? n - own : 0));
		if (inode == 0 || name_len == 0 || as_is(name, ".") || as_is(name, ".."))
			continue;
		if (as_ext_fast_hides(l->x, l->number, name)) {
			bury(l, inode, name);
			continue;
		}
		l->worst = as_worse(l->worst, put(l->x, inode, name, base + at, l->node));
	}
	return l->worst;
}

static as_status list_run(void *ctx, uint64_t logical, uint64_t physical, uint64_t n)
{
	listing *l = ctx;
	(void)logical;
	for (uint64_t i = 0; physical != 0 && i < n && l->worst <= AS_PARTIAL; i++) {
		as_span block = as_ext_blocks(l->x, physical + i, 1);
		if (block.n == 0)
			return as_lost(
				l->x->u, l->x->body.n, "directory block lies outside the image");
		l->worst = as_worse(l->worst, list_records(l, block));
	}
	/* Damage inside a block does not end the walk over the others. */
	return l->worst > AS_PARTIAL ? l->worst : AS_OK;
}

static as_status list_inline(listing *l, const as_ext_inode *i)
{
	/* The parent's inode takes the first four bytes. */
	as_status s = list_records(l, as_cut(i->block, 4, i->block.n - 4));
	as_span rest = as_ext_inline_rest(i);
	return s <= AS_PARTIAL && rest.n > 0 ? as_worse(s, list_records(l, rest)) : s;
}

static as_status list_blocks(listing *l, const as_ext_inode *dir)
{
	uint64_t bad_at = 0;
	if (dir->flags & AS_EXT_INLINE)
		return list_inline(l, dir);
	as_status s = as_ext_walk(l->x, dir, list_run, l, &bad_at);
	if (s == AS_PARTIAL)
		s = as_lost(l->x->u, bad_at, "blocks of a directory are damaged or missing");
	return as_worse(s, l->worst);
}

static as_status list(const as_ext *x, const as_ext_inode *dir, as_node *node)
{
	listing l = { .x = x, .node = node, .number = dir->number };
	as_status s = as_ext_fast_made(dir->fast) ? AS_OK : list_blocks(&l, dir);
	uint32_t inode = 0;
	as_span name;
	for (size_t k = 0; s <= AS_PARTIAL && as_ext_fast_next(x, dir->number, &k, &inode, &name);)
		s = as_worse(s, put(x, inode, name, dir->at, node));
	return s;
}

static void tell(const as_ext *x)
{
	as_span super = as_cut(x->body, SUPER_AT, SUPER);
	const as_ext_super *s = &x->super;
	const uint8_t *b = s->uuid.p;
	if (s->label.n > 0)
		as_tell(x->u, s->label, "label", s->label);
	if (s->mounted.n > 0)
		as_tell(x->u, s->mounted, "mounted at", s->mounted);
	as_tellf(x->u, s->uuid, "uuid",
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
	if (s->made > 0)
		as_tellf(x->u, as_cut(super, 264, 4), "created", "%u", s->made);
	as_struct(x->u, SUPER_AT, SUPER, "ext superblock");
}

static as_status read_all(as_ext *x)
{
	as_ext_inode root;
	as_status s = AS_OK;
	if (x->super.incompat & AS_EXT_RECOVER)
		s = as_ext_replay(x);
	if (!as_ext_read_inode(x, ROOT, &root) || root.type != AS_DIR)
		return as_worse(s, as_lost(x->u, SUPER_AT, "root is not a directory"));
	s = as_worse(s, as_visit(x->u, root.at));
	if (s <= AS_PARTIAL)
		s = as_worse(s, list(x, &root, as_root(x->u)));
	return s <= AS_PARTIAL ? as_worse(s, as_ext_deleted(x)) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_ext_graves graves = { .cap = GRAVES_MOST };
	as_map replayed = { 0 };
	as_ext x = { .u = u, .body = body, .graves = &graves };
	as_status s = AS_OK;
	graves.list = as_alloc_array(as_memory(u), graves.cap, sizeof(*graves.list));
	if (!graves.list)
		return AS_NOMEM;
	if (!as_ext_read_super(body, &x.super))
		return as_lost(u, SUPER_AT, "superblock makes no sense");
	tell(&x);
	if (x.super.blocks * x.super.block > body.n)
		s = as_lost(u, body.n, "image is cut off");
	x.replayed = x.super.incompat & AS_EXT_RECOVER ? &replayed : NULL;
	s = as_worse(s, read_all(&x));
	as_status ended = as_ext_fast_end(&x);
	s = as_worse(s, ended);
	as_map_free(&replayed);
	return s;
}

const as_format as_format_ext = {
	.id = "ext",
	.title = "ext2, ext3 or ext4",
	.kind = AS_FILESYSTEM,
	/* The state after the magic makes it long enough to be rare: clean, with errors, orphans or
	 * none. */
	.magic = (const as_magic[]){ { .bytes = "\x53\xef\0\0", .len = 4, .at = 1080 },
		{ .bytes = "\x53\xef\1\0", .len = 4, .at = 1080 },
		{ .bytes = "\x53\xef\2\0", .len = 4, .at = 1080 },
		{ .bytes = "\x53\xef\3\0", .len = 4, .at = 1080 },
		{ .bytes = "\x53\xef\4\0", .len = 4, .at = 1080 },
		{ .bytes = "\x53\xef\5\0", .len = 4, .at = 1080 }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "ext2, ext3, ext4",
		"blocks of 1 to 64 KiB; block maps and extents; 64-bit, meta_bg, flex_bg",
		"inline data, hash trees, sparse files",
		"the journal and its fast commits, replayed on read",
		"deleted files whose inode and blocks are still there", NULL },
	.verifies = (const char *const[]){ "CRC-32C of the superblock; sums of all kinds in the "
					   "journal; of fast commits",
		NULL },
	.keeps = (const char *const[]){ "mode, owner, time of change (1 ns), device numbers",
		"hard links, symbolic links, extended attributes, holes", NULL },
	.samples = (const char *const[]){ "mke2fs and debugfs 1.47.0",
		"fast commits: generator from the published layout, replayed alike by e2fsck "
		"1.47.0",
		NULL },
	.gaps = (const char *const[]){ "journals on another device are not replayed",
		"deleted files are told if their inode and all their blocks are still there",
		"encrypted files are listed, not opened",
		"attribute values in inodes of their own are not read",
		"checksums other than those of the superblock and the journal are not verified",
		NULL },
	.spec = "https://docs.kernel.org/filesystems/ext4/",
	.see = "debugfs -R \"cat \\\"/\"PATH\"\\\"\" IN > OUT 2>/dev/null",
};
