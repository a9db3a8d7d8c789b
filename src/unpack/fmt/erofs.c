/* SPDX-License-Identifier: Apache-2.0 */
/* EROFS: Linux's read-only file system of phones and of containers, little-endian. Superblock at 1024:
 *    0 0xe0f5e1e2   4 CRC-32C of the rest of its block (itself as 0, not inverted at the end)
 *    8 compatible features   12 bits of a block u8   13 slots behind it u8   14 root u16   16 inodes u64
 *   24 epoch u64   32 its nanoseconds   36 blocks   40 metadata's block   44 attributes' block
 *   48 uuid[16]   64 label[16]   80 incompatible features   84 algorithms or distance u16
 *   86 further devices u16   88 their slot u16   91 prefixes of names u8   92 where they stand
 *   96 inode of the packed file u64
 * Behind it and its slots (16 bytes each) the settings of each algorithm: length u16, bytes.
 * A directory is blocks of records (inode u64, name's offset u16, type u8, u8) and then the names;
 * the first offset tells how many. */
#include "unpack/fmt/erofs.h"

enum { SUPER_AT = 1024, SUPER = 128, RECORD = 12, SLOT = 16, DEVICE = 128 };
enum { HAS_SUM = 1, BITS_MIN = 9, BITS_MOST = 16, FEATURES = 12 };

static bool sum_right(as_span image, const as_erofs_super *s, uint32_t said)
{
	static const uint8_t zero[4] = { 0 };
	uint64_t end = s->block > SUPER_AT ? s->block : SUPER_AT + s->block;
	if (image.n < end)
		return false;
	uint32_t crc = as_crc32c(UINT32_MAX, as_cut(image, SUPER_AT, 4));
	crc = as_crc32c(crc, as_bytes(zero, 4));
	return as_crc32c(crc, as_cut(image, SUPER_AT + 8, end - SUPER_AT - 8)) == said;
}

static bool read_super(as_span image, as_erofs_super *s)
{
	as_cur c = as_cur_le(image, SUPER_AT + 4);
	uint32_t sum = as_u32(&c);
	*s = (as_erofs_super){ .compat = as_u32(&c) };
	s->bits = as_u8(&c);
	s->slots = as_u8(&c);
	s->root = as_u16(&c);
	as_skip(&c, 8); /* inodes */
	s->epoch = (int64_t)as_u64(&c);
	s->epoch_nsec = as_u32(&c);
	s->blocks = as_u32(&c);
	uint64_t meta = as_u32(&c), attributes = as_u32(&c);
	as_skip(&c, 32);
	s->incompat = as_u32(&c);
	as_skip(&c, 2);
	s->devices = as_u16(&c);
	as_skip(&c, 3);
	s->prefixes = as_u8(&c);
	s->prefix_at = (uint64_t)as_u32(&c) * 4;
	s->packed = as_u64(&c);
	/* features that nobody has thought of yet: it is something else */
	if (!as_ok(&c) || s->compat >> FEATURES || s->incompat >> FEATURES || s->bits < BITS_MIN ||
		s->bits > BITS_MOST)
		return false;
	s->block = 1u << s->bits;
	s->meta = meta << s->bits;
	s->attributes = attributes << s->bits;
	if (!(s->incompat & AS_EROFS_FRAGMENTS))
		s->packed = 0;
	s->summed = s->compat & HAS_SUM && sum_right(image, s, sum);
	return s->epoch_nsec < 1000000000;
}

static as_status probe(as_span image, as_extent *out)
{
	as_erofs x = { .body = image };
	as_erofs_inode root;
	if (!read_super(image, &x.super))
		return AS_NOT_THIS;
	uint64_t size = x.super.blocks << x.super.bits;
	bool fits = as_erofs_read_inode(&x, x.super.root, &root) && root.type == AS_DIR;
	bool cut = x.super.meta + x.super.root * 32 >= image.n; /* before its root */
	if (size <= SUPER_AT + SUPER || (!x.super.summed && !fits && !cut))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(size, image.n), .sure = AS_STRUCTURED };
	out->label = as_trim(as_cut(image, SUPER_AT + 64, 16));
	if (x.super.summed)
		out->sure = AS_CHECKSUMMED;
	else if (!fits)
		out->sure = AS_PLAUSIBLE;
	return AS_OK;
}

static as_status list(as_erofs *x, const as_erofs_inode *dir, as_node *node);

static as_status put_inode(as_erofs *x, as_entry *e, const as_erofs_inode *i, as_node *dir)
{
	as_node *node = NULL;
	as_status s = AS_OK;
	if (e->type == AS_FILE)
		return as_erofs_file(x, dir, e, i);
	if (e->type == AS_SYMLINK) {
		s = i->size > 0 ? as_erofs_whole(x, i, x->super.block, &e->target) : AS_PARTIAL;
		if (s == AS_PARTIAL)
			(void)as_lost(x->u, i->at, "target of a symbolic link cannot be read");
	}
	if (e->type == AS_BLOCK || e->type == AS_CHAR) {
		e->major = i->info >> 8 & 0xfff;
		e->minor = (i->info & 0xff) | (i->info >> 12 & 0xfff00);
	}
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_put(x->u, dir, e, &node));
	if (s > AS_PARTIAL || e->type != AS_DIR || !node)
		return s;
	s = as_worse(s, as_erofs_attributes(x, i));
	as_status seen = as_visit(x->u, i->at);
	return as_worse(s, seen == AS_OK ? list(x, i, node) : seen);
}

static as_status put(as_erofs *x, uint64_t number, as_span name, uint64_t at, as_node *dir)
{
	as_erofs_inode i;
	if (!as_erofs_read_inode(x, number, &i))
		return as_lost(x->u, at, "directory names an inode that does not exist");
	if (i.type == 0)
		return as_lost(x->u, i.at, "inode of an unknown type");
	as_struct(x->u, i.at, i.body_at - i.at, "erofs inode");
	as_entry e = { .at = i.at,
		.type = i.type,
		.name = name,
		.mode = i.mode,
		.uid = i.uid,
		.gid = i.gid,
		.mtime = i.mtime,
		.nsec = i.nsec,
		.has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME,
		.inode = i.type != AS_DIR && i.links > 1 ? number + 1 : 0 };
	as_status s = put_inode(x, &e, &i, dir);
	return s <= AS_PARTIAL && e.type != AS_DIR ? as_worse(s, as_erofs_attributes(x, &i)) : s;
}

static as_status list_block(as_erofs *x, as_span block, uint64_t base, as_node *dir)
{
	as_cur c = as_cur_le(block, 8);
	uint32_t n = as_u16(&c) / RECORD;
	as_status worst = AS_OK;
	if (n == 0 || (uint64_t)n * RECORD > block.n)
		return as_lost(x->u, base, "directory block makes no sense");
	for (uint32_t k = 0; k < n && worst <= AS_PARTIAL; k++) {
		c = as_cur_le(block, (uint64_t)k * RECORD);
		uint64_t number = as_u64(&c);
		uint32_t from = as_u16(&c), to = (uint32_t)block.n;
		as_skip(&c, 10);
		if (k + 1 < n)
			to = as_u16(&c);
		as_span name = as_cut(block, from, to > from ? to - from : 0);
		if (k + 1 == n) /* the last name ends with the block or before */
			name.n = as_min(name.n, as_find_byte(name, 0, 0));
		if (from < n * RECORD || name.n == 0) {
			worst = as_worse(
				worst, as_lost(x->u, base, "directory record makes no sense"));
			continue;
		}
		if (!as_is(name, ".") && !as_is(name, ".."))
			worst = as_worse(worst, put(x, number, name, base + k * RECORD, dir));
	}
	return worst;
}

static as_status list(as_erofs *x, const as_erofs_inode *dir, as_node *node)
{
	as_status worst = AS_OK;
	if (dir->layout != AS_EROFS_PLAIN && dir->layout != AS_EROFS_INLINE)
		return as_refused(
			x->u, dir->at, "unsupported", "directory is compressed or in chunks");
	uint64_t blocks = (dir->size >> x->super.bits) + (dir->size % x->super.block > 0);
	for (uint64_t k = 0; k < blocks && worst <= AS_PARTIAL; k++) {
		as_span block = as_erofs_flat(x, dir, k);
		uint64_t base = 0;
		if (!as_within(x->body, block, &base) || block.n == 0)
			return as_worse(worst,
				as_lost(x->u, dir->at, "directory block lies outside the image"));
		as_struct(x->u, base, block.n, "erofs directory");
		worst = as_worse(worst, list_block(x, block, base, node));
	}
	return worst;
}

static void tell(const as_erofs *x)
{
	as_span super = as_cut(x->body, SUPER_AT, SUPER), label = as_cut(super, 64, 16);
	const as_erofs_super *s = &x->super;
	as_struct(x->u, SUPER_AT, SUPER + (uint64_t)s->slots * SLOT, "erofs superblock");
	label.n = as_min(label.n, as_find_byte(label, 0, 0));
	if (label.n > 0)
		as_tell(x->u, label, "label", label);
	as_tellf(x->u, as_cut(super, 12, 1), "block size", "%u", s->block);
	as_tellf(x->u, as_cut(super, 80, 4), "incompatible features", "0x%x", s->incompat);
	if (s->compat & HAS_SUM)
		as_tell(x->u, as_cut(super, 4, 4), "checksum", as_lit(s->summed ? "ok" : "wrong"));
	if (s->devices > 0)
		as_tellf(x->u, as_cut(super, 86, 2), "further devices", "%u", s->devices);
	if (s->epoch > 0)
		as_tellf(x->u, as_cut(super, 24, 8), "created", "%lld", (long long)s->epoch);
}

/* LZMA's settings name the dictionary. */
static void read_settings(as_erofs *x)
{
	as_cur c = as_cur_le(x->body, SUPER_AT + 84);
	uint16_t algorithms = as_u16(&c);
	as_seek(&c, SUPER_AT + SUPER + (uint64_t)x->super.slots * SLOT);
	x->super.dictionary = 1 << 16;
	if (!(x->super.incompat & AS_EROFS_CONFIGS))
		return;
	for (unsigned a = 0; a <= AS_EROFS_LZMA; a++) {
		if (!(algorithms >> a & 1))
			continue;
		uint16_t n = as_u16(&c);
		as_cur one = as_cur_le(as_take(&c, n), 0);
		uint32_t dictionary = as_u32(&one);
		if (a == AS_EROFS_LZMA && as_ok(&one))
			x->super.dictionary = dictionary;
	}
}

/* Whether all of it can be opened at all. */
static as_status check(const as_erofs *x)
{
	const as_erofs_super *s = &x->super;
	as_status worst = AS_OK;
	if (s->blocks << s->bits > x->body.n)
		worst = as_lost(x->u, x->body.n, "image is cut off");
	if (s->compat & HAS_SUM && !s->summed)
		worst = as_lost(x->u, SUPER_AT + 4, "checksum of the superblock is wrong");
	if (s->incompat & ~(uint32_t)AS_EROFS_KNOWN)
		worst = as_refused(x->u, SUPER_AT + 80, "unsupported",
			"features of a newer EROFS: not all of it may be read");
	if (s->incompat & AS_EROFS_DEVICES && s->devices > 0)
		worst = as_refused(x->u, SUPER_AT + 86, "unsupported",
			"some contents stand on further devices");
	return worst;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_erofs x = { .u = u, .body = body };
	as_erofs_inode root;
	if (!read_super(body, &x.super))
		return as_lost(u, SUPER_AT, "superblock makes no sense");
	read_settings(&x);
	tell(&x);
	as_status s = check(&x);
	if (x.super.packed > 0 &&
		(!as_erofs_read_inode(&x, x.super.packed, &x.packed) || x.packed.type != AS_FILE)) {
		x.packed.type = 0;
		s = as_lost(u, SUPER_AT + 96, "the packed file cannot be read");
	}
	if (!as_erofs_read_inode(&x, x.super.root, &root) || root.type != AS_DIR)
		return as_lost(u, SUPER_AT + 14, "root is not a directory");
	as_struct(u, root.at, root.body_at - root.at, "erofs inode");
	s = as_worse(s, as_visit(u, root.at));
	return s > AS_PARTIAL ? s : as_worse(s, list(&x, &root, as_root(u)));
}

const as_format as_format_erofs = {
	.id = "erofs",
	.title = "EROFS",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "\xe2\xe1\xf5\xe0", .len = 4, .at = SUPER_AT },
		{ 0 } },
	.anywhere = true,
	.shared = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "compact and extended inodes", "inline tails",
		"files in chunks, with holes",
		"LZ4, with and without padding before it; LZMA, DEFLATE, Zstandard",
		"full and compact indexes, clusters of several blocks, tails packed inline",
		"fragments, parts of clusters (deduplication)", NULL },
	.verifies = (const char *const[]){ "CRC-32C of the superblock", NULL },
	.keeps = (const char *const[]){ "mode, owner, time of change (1 ns), device numbers",
		"hard links", "extended attributes, inline and shared", NULL },
	.samples = (const char *const[]){ "mkfs.erofs (erofs-utils 1.5)",
		"generator from the published layout (LZMA, DEFLATE, Zstandard, fragments)", NULL },
	.gaps = (const char *const[]){ "contents on further devices (said)",
		"compressed directories, 48-bit addresses and metadata boxes (said)", NULL },
	.spec = "https://docs.kernel.org/filesystems/erofs.html",
	.see = NULL,
};
