/* SPDX-License-Identifier: Apache-2.0 */
/* CramFS: a small compressed read-only file system; either byte order.
 *    0 0x28cd3d45   4 size   8 flags   12 future   16 "Compressed ROMFS"   32 CRC-32 of all (itself
 *   as 0)   36 edition   40 blocks   44 files   48 name[16]   64 root inode
 * Inode, three words of bit fields, filled from the low end (little-endian) or the high one:
 *   mode 16, owner 16   size 24, group 8   words of the name 6, offset in words 26; then the name.
 * A directory's offset is its first entry, its size the bytes of its entries. A file's is a table
 * with the end of each block; blocks (zlib) follow it, an empty one is a hole. With the extended
 * pointers of newer images bit 31 of one says that the block is stored, bit 30 that the rest is
 * the block's start in words; then a length, u16, precedes it unless it is stored.
 * The size of a block is the page size of who wrote it, and is told nowhere: it is tried out. */
#include "unpack/format.h"

#include "codec/codec.h"

enum { SUPER = 76, SIGN_AT = 16, CRC_AT = 32, ROOT_AT = 64, INODE = 12, BOOT = 512 };
enum { VERSION_2 = 1, HOLES = 0x100, WRONG = 0x200, SHIFTED_ROOT = 0x400, POINTERS = 0x800 };
enum { BLOCK_MIN = 512, BLOCK_MOST = 65536 };
#define STORED 0x80000000u
#define DIRECT 0x40000000u

typedef struct inode {
	uint32_t mode, uid, gid, size, at; /* at: bytes */
	uint32_t len;                      /* of the entry with its name */
	as_span name;
} inode;

typedef struct fs {
	as_unpack *u; /* NULL while probing */
	as_span body;
	bool big, summed;
	uint64_t super; /* where the superblock stands: 0, or 512 behind room for boot code */
	uint32_t size, flags;
	inode root;
	uint32_t block;
	uint8_t *out; /* a decoded block */
} fs;

static bool read_inode(const fs *x, uint64_t at, inode *i)
{
	as_cur c = as_cur_of(x->body, at, x->big);
	uint32_t a = as_u32(&c), b = as_u32(&c), d = as_u32(&c);
	i->mode = x->big ? a >> 16 : a & 0xffff;
	i->uid = x->big ? a & 0xffff : a >> 16;
	i->size = x->big ? b >> 8 : b & 0xffffff;
	i->gid = x->big ? b & 0xff : b >> 24;
	uint32_t words = x->big ? d >> 26 : d & 0x3f;
	i->at = (x->big ? d & 0x3ffffff : d >> 6) * 4;
	i->len = INODE + words * 4;
	i->name = as_take(&c, (uint64_t)words * 4);
	while (i->name.n > 0 && i->name.p[i->name.n - 1] == 0)
		i->name.n--;
	return as_ok(&c);
}

/* The CRC runs from the superblock to the end, with itself as zero. */
static bool sum_right(const fs *x, uint64_t end)
{
	static const uint8_t zero[4] = { 0 };
	as_cur c = as_cur_of(x->body, x->super + CRC_AT, x->big);
	uint32_t said = as_u32(&c);
	if (end > x->body.n || end < x->super + SUPER)
		return false;
	uint32_t crc = as_crc32(0, as_cut(x->body, x->super, CRC_AT));
	crc = as_crc32(crc, as_bytes(zero, 4));
	uint64_t from = x->super + CRC_AT + 4;
	return as_crc32(crc, as_cut(x->body, from, end - from)) == said;
}

static bool read_super(fs *x, uint64_t at)
{
	as_cur c = as_cur_be(x->body, at);
	uint32_t magic = as_u32(&c);
	x->big = magic == 0x28cd3d45;
	x->super = at;
	c = as_cur_of(x->body, at + 4, x->big);
	x->size = as_u32(&c);
	x->flags = as_u32(&c);
	as_skip(&c, 4);
	bool named = as_is(as_take(&c, 16), "Compressed ROMFS");
	if ((!x->big && magic != 0x453dcd28) || !named || x->flags & ~0xfffu ||
		!read_inode(x, at + ROOT_AT, &x->root))
		return false;
	return x->root.mode >> 12 == 4 && x->root.size % 4 == 0;
}

/* Whether the root's first entry, if there is one, is an entry. */
static bool root_fits(const fs *x)
{
	inode i;
	if (x->root.at == 0 || x->root.size == 0)
		return true;
	return x->root.at >= x->super + SUPER && read_inode(x, x->root.at, &i) && i.name.n > 0 &&
	       i.mode >> 12 != 0 && as_find_byte(i.name, '/', 0) == SIZE_MAX;
}

/* Offsets count from the start of the room for boot code, if there is any; then the superblock alone, found
 * by its magic, is no file system. */
static bool read_image(fs *x, as_span image)
{
	*x = (fs){ .body = image };
	if (read_super(x, 0)) {
		bool behind = x->root.at >= BOOT + SUPER && !root_fits(x);
		x->summed = x->flags & VERSION_2 && sum_right(x, x->size);
		return x->summed || (!behind && (root_fits(x) || x->size > image.n));
	}
	if (!read_super(x, BOOT) || x->root.at < BOOT + SUPER || !root_fits(x))
		return false;
	x->summed = x->flags & VERSION_2 && sum_right(x, x->size);
	return true;
}

static as_status probe(as_span image, as_extent *out)
{
	fs x;
	if (!read_image(&x, image))
		return AS_NOT_THIS;
	bool told = x.flags & VERSION_2;
	if (told && x.size < x.super + SUPER)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = told ? as_min(x.size, image.n) : image.n, .open_end = !told };
	out->sure = x.summed ? AS_CHECKSUMMED : AS_STRUCTURED;
	out->label = as_trim(as_cut(image, x.super + 48, 16));
	return AS_OK;
}

static uint32_t pointer(const fs *x, const inode *i, uint32_t n)
{
	as_cur c = as_cur_of(x->body, i->at + 4ull * n, x->big);
	return as_u32(&c);
}

static uint32_t blocks_of(const inode *i, uint32_t block) { return (i->size + block - 1) / block; }

/* A block that a direct pointer leads to. */
static as_span direct(const fs *x, uint32_t p, uint64_t due)
{
	uint64_t at = (uint64_t)(p & ~(STORED | DIRECT)) * 4;
	if (p & STORED)
		return as_cut(x->body, at, due);
	as_cur c = as_cur_of(x->body, at, x->big);
	uint16_t n = as_u16(&c);
	return as_take(&c, n);
}

/* The bytes of block n of a file; false if they lie nowhere. An empty span is a hole. */
static bool block_at(
	const fs *x, const inode *i, uint32_t n, uint64_t due, as_span *raw, bool *stored)
{
	bool extended = x->flags & POINTERS;
	uint32_t p = pointer(x, i, n);
	uint64_t from = i->at + 4ull * blocks_of(i, x->block);
	*stored = extended && p & STORED;
	if (extended && p & DIRECT) {
		*raw = direct(x, p, due);
		return raw->n > 0;
	}
	uint32_t before = n > 0 ? pointer(x, i, n - 1) : 0;
	if (n > 0 && extended && before & DIRECT) {
		as_span last = direct(x, before, x->block);
		uint64_t at = 0;
		if (last.n == 0 || !as_within(x->body, last, &at))
			return false;
		from = at + last.n;
	} else if (n > 0) {
		from = extended ? before & ~(STORED | DIRECT) : before;
	}
	uint64_t to = extended ? p & ~(STORED | DIRECT) : p;
	if (to < from || to > x->body.n || to - from > 2ull * x->block)
		return false;
	*raw = as_cut(x->body, from, to - from);
	return true;
}

/* Contents of block n; due bytes come or it is damaged. An empty span with AS_OK is a hole. */
static as_status decode(const fs *x, const inode *i, uint32_t n, uint64_t due, as_span *got)
{
	as_span raw = { 0 };
	bool stored = false;
	size_t len = 0;
	*got = (as_span){ 0 };
	if (!block_at(x, i, n, due, &raw, &stored))
		return AS_PARTIAL;
	if (raw.n == 0)
		return AS_OK;
	if (stored) {
		*got = as_cut(raw, 0, as_min(raw.n, due));
		return got->n < due ? AS_PARTIAL : AS_OK;
	}
	as_status s = as_decode_block(AS_ZLIB, raw, x->out, (size_t)due, &len);
	*got = as_bytes(x->out, len);
	return s == AS_OK && len == due ? AS_OK : AS_PARTIAL;
}

static as_status emit(fs *x, as_node *dir, as_entry *e, const inode *i)
{
	bool want = true, damaged = false;
	uint32_t blocks = blocks_of(i, x->block);
	as_status s = as_begin(x->u, dir, e, &want);
	if (s != AS_OK)
		return s;
	uint64_t table = 4ull * blocks;
	uint64_t end = blocks > 0 && !(x->flags & POINTERS) ? pointer(x, i, blocks - 1) : 0;
	as_struct(x->u, i->at, end > i->at + table ? end - i->at : table, "cramfs data");
	for (uint32_t n = 0; want && n < blocks && s == AS_OK; n++) {
		uint64_t due = as_min(i->size - (uint64_t)n * x->block, x->block);
		as_span got;
		if (decode(x, i, n, due, &got) != AS_OK) {
			damaged = true;
			(void)as_lost(x->u, i->at + 4ull * n, "data block is damaged");
		}
		s = got.n > 0 ? as_more(x->u, got) : AS_OK;
		if (s == AS_OK && got.n < due) /* what follows keeps its offset in the file */
			s = as_zero(x->u, due - got.n);
	}
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_end(x->u, damaged));
	return damaged ? as_worse(s, AS_PARTIAL) : s;
}

static as_status read_target(fs *x, const inode *i, as_entry *e)
{
	as_span got;
	if (i->size == 0 || i->size > x->block || decode(x, i, 0, i->size, &got) != AS_OK)
		return as_lost(x->u, i->at, "target of a symbolic link cannot be read");
	as_struct(x->u, i->at, 4, "cramfs data");
	e->target = as_copy(as_memory(x->u), got);
	return e->target.n == got.n ? AS_OK : AS_NOMEM;
}

static as_status list(fs *x, const inode *i, as_node *dir);

static as_status put(fs *x, const inode *i, uint64_t at, as_node *dir)
{
	static const as_type types[16] = { [1] = AS_FIFO,
		[2] = AS_CHAR,
		[4] = AS_DIR,
		[6] = AS_BLOCK,
		[8] = AS_FILE,
		[10] = AS_SYMLINK,
		[12] = AS_SOCKET };
	as_entry e = { .at = at,
		.type = types[i->mode >> 12],
		.name = i->name,
		.mode = i->mode & 07777,
		.uid = i->uid,
		.gid = i->gid,
		.has = AS_HAS_MODE | AS_HAS_OWNER };
	as_node *node = NULL;
	if (e.type == 0)
		return as_lost(x->u, at, "inode of an unknown type");
	if (e.type == AS_CHAR || e.type == AS_BLOCK) {
		e.major = i->size >> 8 & 0xff;
		e.minor = (i->size & 0xff) | (i->size >> 8 & 0xff00);
	}
	if (e.type == AS_FILE && i->size > 0)
		return emit(x, dir, &e, i);
	as_status s = e.type == AS_SYMLINK ? read_target(x, i, &e) : AS_OK;
	if (s > AS_PARTIAL)
		return s;
	s = as_worse(s, as_put(x->u, dir, &e, &node));
	if (s <= AS_PARTIAL && node && e.type == AS_DIR)
		s = as_worse(s, list(x, i, node));
	return s;
}

static as_status list(fs *x, const inode *i, as_node *dir)
{
	as_status worst = AS_OK;
	if (i->size == 0)
		return AS_OK;
	worst = as_visit(x->u, i->at);
	if (worst != AS_OK)
		return worst;
	uint64_t end = (uint64_t)i->at + i->size;
	as_struct(x->u, i->at, as_min(i->size, x->body.n - as_min(i->at, x->body.n)),
		"cramfs directory");
	for (uint64_t at = i->at; at < end && worst <= AS_PARTIAL;) {
		inode child;
		if (!read_inode(x, at, &child))
			return as_worse(worst, as_lost(x->u, at, "directory runs past the image"));
		if (child.len == INODE)
			return as_worse(
				worst, as_lost(x->u, at, "directory record makes no sense"));
		as_status s = put(x, &child, at, dir);
		worst = as_worse(worst, s);
		at += child.len;
	}
	return worst;
}

/* Files that tell the size of a block: the largest ones that were seen. */
typedef struct trial {
	inode best[8];
	unsigned n;
	unsigned left; /* entries still to be looked at */
} trial;

static void keep(trial *t, const inode *i)
{
	enum { MOST = sizeof(t->best) / sizeof(t->best[0]) };
	unsigned slot = t->n < MOST ? t->n++ : 0;
	for (unsigned k = 0; t->n == MOST && k < MOST; k++)
		if (t->best[k].size < t->best[slot].size)
			slot = k;
	if (t->best[slot].size < i->size)
		t->best[slot] = *i;
}

static void look(const fs *x, const inode *dir, trial *t, unsigned depth)
{
	uint64_t end = (uint64_t)dir->at + dir->size;
	inode i;
	for (uint64_t at = dir->at; dir->size > 0 && at < end && t->left > 0; t->left--) {
		if (!read_inode(x, at, &i))
			return;
		if (i.mode >> 12 == 8 && i.size > BLOCK_MIN)
			keep(t, &i);
		if (i.mode >> 12 == 4 && depth > 0)
			look(x, &i, t, depth - 1);
		at += i.len;
	}
}

/* How many of the blocks tried are as long as this size of a block makes them. */
static unsigned fits(fs *x, const trial *t, uint32_t block)
{
	enum { BLOCKS = 8 };
	unsigned n = 0;
	x->block = block;
	for (unsigned k = 0; k < t->n; k++) {
		const inode *i = &t->best[k];
		uint32_t blocks = blocks_of(i, block);
		for (uint32_t b = 0; b < blocks && b < BLOCKS; b++) {
			as_span got;
			uint64_t due = as_min(i->size - (uint64_t)b * block, block);
			n += decode(x, i, b, due, &got) == AS_OK && got.n > 0;
		}
	}
	return n;
}

static as_status find_block(fs *x)
{
	enum { ENTRIES = 20000, DEPTH = 16, USUAL = 4096 };
	trial t = { .left = ENTRIES };
	unsigned most = 0;
	uint32_t best = USUAL;
	x->out = as_alloc(as_memory(x->u), BLOCK_MOST);
	if (!x->out)
		return AS_NOMEM;
	look(x, &x->root, &t, DEPTH);
	most = fits(x, &t, USUAL);
	for (uint32_t block = BLOCK_MIN; block <= BLOCK_MOST; block *= 2) {
		unsigned n = fits(x, &t, block);
		if (n > most) {
			most = n;
			best = block;
		}
	}
	x->block = best;
	return AS_OK;
}

static void tell(const fs *x)
{
	as_span name = as_cut(x->body, x->super + 48, 16);
	as_span flags = as_cut(x->body, x->super + 8, 4);
	as_struct(x->u, x->super, SUPER, "cramfs superblock");
	if (x->super > 0)
		as_struct(x->u, 0, x->super, "room for boot code");
	as_tell(x->u, as_cut(x->body, x->super, 4), "byte order",
		as_lit(x->big ? "big" : "little"));
	as_tellf(x->u, flags, "flags", "0x%x", x->flags);
	as_tellf(x->u, flags, "block size", "%u", x->block);
	name.n = as_min(name.n, as_find_byte(name, 0, 0));
	if (name.n > 0 && !as_is(name, "Compressed"))
		as_tell(x->u, name, "label", name);
	if (x->flags & VERSION_2)
		as_tell(x->u, as_cut(x->body, x->super + CRC_AT, 4), "crc",
			as_lit(x->summed ? "ok" : "wrong"));
}

static as_status unpack(as_unpack *u, as_span body)
{
	fs x;
	if (!read_image(&x, body))
		return as_lost(u, 0, "superblock makes no sense");
	x.u = u;
	as_status s = find_block(&x);
	if (s != AS_OK)
		return s;
	tell(&x);
	if (x.flags & VERSION_2 && x.size > body.n)
		s = as_lost(u, body.n, "image is cut off");
	else if (x.flags & VERSION_2 && !x.summed)
		s = as_lost(u, x.super + CRC_AT, "checksum is wrong");
	return as_worse(s, list(&x, &x.root, as_root(u)));
}

const as_format as_format_cramfs = {
	.id = "cramfs",
	.title = "CramFS",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "\x45\x3d\xcd\x28", .len = 4, .at = 0 },
		{ .bytes = "\x28\xcd\x3d\x45", .len = 4, .at = 0 },
		{ .bytes = "\x45\x3d\xcd\x28", .len = 4, .at = BOOT },
		{ .bytes = "\x28\xcd\x3d\x45", .len = 4, .at = BOOT }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "little- and big-endian",
		"with 512 bytes for boot code before it", "blocks of 512 bytes to 64 KiB", "holes",
		"extended block pointers", "version 1, which has no checksum", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the image (version 2)", NULL },
	.keeps = (const char *const[]){ "mode, owner, device numbers, holes", NULL },
	.samples = (const char *const[]){ "mkfs.cramfs (util-linux 2.38)",
		"generator from the published layout (extended block pointers, version 1)", NULL },
	.gaps = NULL,
	.spec = "https://docs.kernel.org/filesystems/cramfs.html",
	.see = NULL,
};
