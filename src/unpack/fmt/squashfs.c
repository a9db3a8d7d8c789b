/* SPDX-License-Identifier: Apache-2.0 */
/* SquashFS: a compressed read-only file system, of either byte order. Version 4 has 96 bytes of superblock (versions 1
 * to 3: squashfs_old.c):
 *    0 "hsqs"   4 inodes   8 made (time)   12 block size   16 fragments   20 compressor u16
 *   22 log2 of the block size u16   24 flags u16   26 ids u16   28 major u16   30 minor u16
 *   32 root inode (reference)   40 bytes used   48 id table   56 attribute table   64 inode table
 *   72 directory table   80 fragment table   88 export table (all u64, offsets in the image)
 * then compressor options (if flag 0x400), data and fragment blocks, and the tables. Inodes and
 * directories are chains of metadata blocks (squashfs_meta.c); a reference is (offset of the block
 * from the table's start) << 16 | offset in the decoded block. A directory's listing is made of
 * runs: count - 1, block of the inodes, first inode number (u32 each), then per entry offset of the
 * inode u16, number difference s16, type u16, length of the name - 1 u16, name.
 * File contents: squashfs_file.c. What all that leads to: squashfs_account.c. How blocks are packed:
 * squashfs_pack.c. */
#include "unpack/bundle.h"
#include "unpack/fmt/squashfs.h"

enum {
	KEPT_BYTES = 16 << 20, /* decoded fragments kept, bytes in all */
	KEPT_MOST = 64,
	META_BYTES = AS_SQ_SLOTS * AS_SQ_META,
	TARGET_MOST = 4096,  /* bytes of a symbolic link's target, as Linux has it */
	HAS_OPTIONS = 0x400, /* flag: compressor options follow the superblock */
};

static const struct {
	const char *name;
	as_method method;
} methods[] = { { 0 }, { "gzip", AS_ZLIB }, { "lzma", AS_LZMA_ALONE }, { "lzo", AS_LZO_BLOCK },
	{ "xz", AS_XZ }, { "lz4", AS_LZ4_BLOCK }, { "zstd", AS_ZSTD } };

static bool read_fields(as_span image, bool big, as_sq_super *p)
{
	as_cur c = big ? as_cur_be(image, 4) : as_cur_le(image, 4);
	*p = (as_sq_super){ .big = big, .bytes = AS_SQ_SUPER };
	p->inodes = as_u32(&c);
	p->made = as_u32(&c);
	p->block = as_u32(&c);
	p->fragments = as_u32(&c);
	p->method = as_u16(&c);
	p->block_log = as_u16(&c);
	p->flags = as_u16(&c);
	p->ids = as_u16(&c);
	p->major = as_u16(&c);
	p->minor = as_u16(&c);
	p->root = as_u64(&c);
	p->used = as_u64(&c);
	p->id_table = as_u64(&c);
	p->xattr_table = as_u64(&c);
	p->inode_table = as_u64(&c);
	p->dir_table = as_u64(&c);
	p->fragment_table = as_u64(&c);
	p->export_table = as_u64(&c);
	return as_ok(&c);
}

static bool inside(const as_sq_super *p, uint64_t at)
{
	return at == AS_SQ_NO_TABLE || (at >= AS_SQ_SUPER && at <= p->used);
}

static bool read_newest(as_span image, bool big, as_sq_super *p)
{
	if (!read_fields(image, big, p) || p->major != 4 || p->minor != 0)
		return false;
	if (p->block_log < 12 || p->block_log > 20 || p->block != 1u << p->block_log)
		return false;
	if (p->method == 0 || p->method >= sizeof(methods) / sizeof(methods[0]) || p->inodes == 0)
		return false;
	bool tables = inside(p, p->fragment_table) && inside(p, p->export_table) &&
		      inside(p, p->xattr_table) && p->id_table >= AS_SQ_SUPER &&
		      p->id_table < p->used;
	/* Writers put the directories behind the inodes, which is what bounds both. */
	return tables && p->inode_table >= AS_SQ_SUPER && p->dir_table > p->inode_table &&
	       p->dir_table < p->used && p->root >> 16 < p->dir_table - p->inode_table;
}

bool as_sq_read_super(as_span image, as_sq_super *p)
{
	return read_newest(image, false, p) || as_sq_read_old(image, false, p) ||
	       read_newest(image, true, p) || as_sq_read_old(image, true, p);
}

/* What the superblock or the magic says of the compressor. */
static as_method stated(const as_sq *q)
{
	bool lzma = as_at(q->body, 1) == 'h' || as_at(q->body, 0) == 'q' ||
		    as_at(q->body, 0) == 'z' || as_at(q->body, 3) == 'z';
	return q->super.major == 4 ? methods[q->super.method].method
	       : lzma              ? AS_LZMA_ALONE
				   : AS_ZLIB;
}

static as_status probe(as_span image, as_extent *out)
{
	as_sq q = { .body = image };
	as_span signature;
	if (!as_sq_read_super(image, &q.super) || as_bundle_is_rauc(image, &signature))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(q.super.used, image.n), .sure = AS_PLAUSIBLE };
	if (q.super.used > image.n)
		return AS_OK; /* cut off: the tables at the end are gone, but it is one */
	if (as_sq_find_packing(&q, stated(&q)))
		out->sure = AS_STRUCTURED;
	return AS_OK;
}

/* Notes a directory; AS_PARTIAL if it was met before: a loop, or two parents. (as_visit would need
 * a body offset of its own for each inode, which compressed inodes do not have.) */
static as_status visit(as_sq *q, uint64_t ref, uint64_t at)
{
	uint64_t seen = 0;
	if (as_map_get(&q->seen, ref, &seen))
		return as_lost(q->u, at, "directory is met twice: a loop");
	return as_map_set(&q->seen, ref, 1);
}

/* Numbers of owner i, which may be out of range. */
static bool owner(as_sq *q, uint16_t i, uint32_t *id)
{
	uint8_t raw[4];
	if (i >= q->super.ids)
		return false;
	as_sq_meta m = as_sq_entry(q, q->super.id_table, i, sizeof(raw));
	if (!as_sq_read(q, &m, raw, sizeof(raw)))
		return false;
	as_cur c = as_sq_cur(q, as_bytes(raw, sizeof(raw)), 0);
	*id = as_u32(&c);
	return true;
}

static as_status describe(as_sq *q, as_sq_inode *inode, as_entry *e)
{
	as_status s = AS_OK;
	e->type = inode->type;
	e->mode = inode->mode & 07777;
	e->mtime = inode->mtime;
	e->has = AS_HAS_MODE | AS_HAS_MTIME;
	bool old = q->super.major < 4;
	if (old ? as_sq_old_owner(q, inode, &e->uid, &e->gid)
		: owner(q, inode->uid, &e->uid) && owner(q, inode->gid, &e->gid))
		e->has |= AS_HAS_OWNER;
	else
		s = as_lost(q->u, e->at, "owner is out of the range of the id table");
	if (e->type == AS_BLOCK || e->type == AS_CHAR) {
		e->major = inode->rdev >> 8 & 0xfff;
		e->minor = (inode->rdev & 0xff) | (inode->rdev >> 12 & 0xfff00);
	}
	/* The reference, not the number in the inode, says which inode it is: two different inodes
	 * that claim one number must both be looked at. */
	e->inode = e->type == AS_DIR ? 0 : inode->ref + 1;
	return s;
}

static as_status put_symlink(as_sq *q, as_node *dir, as_entry *e, as_sq_inode *inode)
{
	uint8_t raw[4];
	uint8_t *target =
		inode->size <= TARGET_MOST ? as_alloc(as_memory(q->u), inode->size + 1) : NULL;
	if (!target || !as_sq_read(q, &inode->rest, target, inode->size))
		return as_lost(q->u, e->at, "target of a symbolic link cannot be read");
	e->target = as_bytes(target, inode->size);
	if (inode->xattr != AS_SQ_NONE) {
		bool ok = as_sq_read(q, &inode->rest, raw, 4);
		as_cur c = as_sq_cur(q, as_bytes(raw, 4), 0);
		inode->xattr = ok ? as_u32(&c) : AS_SQ_NONE;
	}
	return as_put(q->u, dir, e, NULL);
}

static as_status list(as_sq *q, const as_sq_inode *inode, as_node *dir);

static as_status put(as_sq *q, uint64_t ref, as_span name, as_node *dir)
{
	as_sq_inode inode;
	as_node *node = NULL;
	if (!as_sq_read_inode(q, ref, &inode))
		return AS_PARTIAL;
	as_entry e = { .at = q->super.inode_table + (ref >> 16), .name = name };
	as_status worst = describe(q, &inode, &e), s;
	if (e.type == AS_FILE)
		s = as_sq_file(q, dir, &e, &inode);
	else if (e.type == AS_SYMLINK)
		s = put_symlink(q, dir, &e, &inode);
	else
		s = as_put(q->u, dir, &e, &node);
	worst = as_worse(worst, s);
	if (s == AS_OK)
		worst = as_worse(worst, as_sq_xattrs(q, inode.xattr));
	if (!node || e.type != AS_DIR || worst > AS_PARTIAL)
		return worst;
	s = visit(q, ref, e.at);
	return as_worse(worst, s == AS_OK ? list(q, &inode, node) : s);
}

static bool read_run(as_sq *q, as_sq_meta *m, uint32_t *count, uint32_t *block)
{
	uint8_t raw[AS_SQ_RUN] = { 0 };
	if (q->super.major < 4)
		return as_sq_old_run(q, m, count, block);
	bool ok = as_sq_read(q, m, raw, sizeof(raw));
	as_cur c = as_sq_cur(q, as_bytes(raw, sizeof(raw)), 0);
	*count = as_u32(&c);
	*block = as_u32(&c);
	return ok;
}

/* What stands before a name: the inode's offset in its block, and the name's length. */
static bool read_name(as_sq *q, as_sq_meta *m, uint32_t *offset, size_t *n)
{
	uint8_t raw[8] = { 0 };
	if (q->super.major < 4)
		return as_sq_old_name(q, m, offset, n);
	bool ok = as_sq_read(q, m, raw, sizeof(raw));
	as_cur c = as_sq_cur(q, as_bytes(raw, sizeof(raw)), 0);
	*offset = as_u16(&c);
	as_skip(&c, 4);
	*n = (size_t)as_u16(&c) + 1;
	return ok;
}

/* One run of a listing. *left: bytes of the listing not yet read. */
static as_status list_run(as_sq *q, as_sq_meta *m, uint64_t *left, as_node *dir)
{
	uint8_t name[256];
	as_status worst = AS_OK;
	uint32_t count = 0, block = 0, offset = 0;
	if (!read_run(q, m, &count, &block))
		return as_lost(q->u, m->block, "directory ends early");
	*left -= q->run_bytes;
	if (count >= 256)
		return as_lost(q->u, m->block, "directory with an impossible number of entries");
	for (count++; count > 0 && worst <= AS_PARTIAL; count--) {
		size_t n = 0, head = q->name_bytes;
		if (*left < head || !read_name(q, m, &offset, &n))
			return as_lost(q->u, m->block, "directory ends early");
		if (n > sizeof(name) || n > *left - head || !as_sq_read(q, m, name, n))
			return as_lost(q->u, m->block, "directory ends early");
		*left -= head + n;
		worst = as_worse(
			worst, put(q, (uint64_t)block << 16 | offset, as_bytes(name, n), dir));
	}
	return worst;
}

static as_status list(as_sq *q, const as_sq_inode *inode, as_node *dir)
{
	as_sq_meta m = as_sq_place(q->super.dir_table, inode->start << 16 | inode->offset);
	uint64_t left = inode->size > 3 ? inode->size - 3 : 0; /* "." and ".." count 3 bytes */
	as_status worst = AS_OK;
	while (left >= q->run_bytes && worst <= AS_PARTIAL && !m.bad) {
		uint64_t before = left;
		worst = as_worse(worst, list_run(q, &m, &left, dir));
		if (left == before)
			break;
	}
	return worst;
}

static as_status prepare(as_sq *q)
{
	as_arena *a = as_memory(q->u);
	static const uint8_t runs[] = { 0, 4, 4, 9, AS_SQ_RUN }, names[] = { 0, 3, 3, 5, 8 };
	enum { HEAD = 16 };
	q->run_bytes = runs[q->super.major];
	q->name_bytes = names[q->super.major];
	q->packed_most = as_max(q->super.block, AS_SQ_META) + HEAD;
	q->n_kept = as_max(4, as_min(KEPT_MOST, KEPT_BYTES / q->super.block));
	as_status s = as_want(q->u, (uint64_t)q->super.block * (q->n_kept + 1) + META_BYTES);
	if (s != AS_OK)
		return s;
	q->meta = as_alloc_array(a, AS_SQ_SLOTS, sizeof(as_sq_slot *));
	q->block = as_alloc(a, q->super.block);
	q->kept = as_alloc_array(a, q->n_kept, sizeof(*q->kept));
	q->packed = as_alloc(a, q->packed_most);
	if (!q->meta || !q->block || !q->kept || !q->packed)
		return AS_NOMEM;
	if (!as_sq_find_packing(q, stated(q)) && q->super.used <= q->body.n)
		(void)as_lost(q->u, 0,
			"nothing known unpacks the root: damaged, or packed in a way of its own");
	q->xattr_base = AS_SQ_NO_TABLE;
	if (q->super.xattr_table != AS_SQ_NO_TABLE) {
		as_cur c = as_sq_cur(q, q->body, q->super.xattr_table);
		uint64_t base = as_u64(&c);
		q->n_xattrs = as_u32(&c);
		q->xattr_base = as_ok(&c) ? base : AS_SQ_NO_TABLE;
	}
	return AS_OK;
}

/* The compressor that was used, whatever the superblock says. */
static const char *used_name(const as_sq *q)
{
	for (size_t i = 1; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].method == q->method)
			return methods[i].name;
	return "?";
}

static void tell(as_sq *q)
{
	const as_sq_super *p = &q->super;
	bool old = p->major < 4;
	as_tell(q->u, old ? as_cut(q->body, 0, 4) : as_cut(q->body, 20, 2), "compression",
		as_lit(used_name(q)));
	if (q->properties >= 0)
		as_tellf(q->u, as_cut(q->body, p->inode_table, 16), "lzma",
			"without a file's header: lc=%u lp=%u pb=%u, %u bytes before it",
			(unsigned)q->properties % 9, (unsigned)q->properties / 9 % 5,
			(unsigned)q->properties / 45, q->skip);
	as_tellf(q->u, old ? as_cut(q->body, 28, 4) : as_cut(q->body, 28, 4), "version",
		"%u.%u, %s-endian", p->major, p->minor, p->big ? "big" : "little");
	as_tellf(q->u, old ? as_cut(q->body, 34, 2) : as_cut(q->body, 12, 4), "block", "%u",
		p->block);
	as_tellf(q->u, old ? as_cut(q->body, 39, 4) : as_cut(q->body, 8, 4), "created", "%u",
		p->made);
	as_struct(q->u, 0, p->bytes, "squashfs superblock");
	as_cur c = as_sq_cur(q, q->body, AS_SQ_SUPER);
	if (!old && p->flags & HAS_OPTIONS)
		as_struct(q->u, AS_SQ_SUPER, 2u + (as_u16(&c) & 0x7fff),
			"squashfs compressor options");
	as_sq_account(q);
}

static as_status list_root(as_sq *q)
{
	as_sq_inode root;
	if (!as_sq_read_inode(q, q->super.root, &root))
		return AS_PARTIAL;
	if (root.type != AS_DIR)
		return as_lost(q->u, 32, "root is not a directory");
	as_status s = visit(q, q->super.root, 32);
	return s == AS_OK ? list(q, &root, as_root(q->u)) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_sq q = { .u = u, .body = body, .seen.seed = (uintptr_t)u };
	if (!as_sq_read_super(body, &q.super))
		return as_lost(u, 0, "superblock makes no sense");
	as_status s = prepare(&q);
	if (s != AS_OK)
		return s;
	tell(&q);
	if (q.super.used > body.n)
		s = as_lost(u, body.n, "image is cut off: its tables stand at its end");
	s = as_worse(s, list_root(&q));
	as_map_free(&q.seen);
	return s;
}

const as_format as_format_squashfs = {
	.id = "squashfs",
	.title = "SquashFS",
	.kind = AS_FILESYSTEM,
	.shared = true,
	.magic = (const as_magic[]){ { .bytes = "hsqs", .len = 4 }, { .bytes = "sqsh", .len = 4 },
		{ .bytes = "shsq", .len = 4 }, { .bytes = "qshs", .len = 4 },
		{ .bytes = "hsqt", .len = 4 }, { .bytes = "tqsh", .len = 4 },
		{ .bytes = "zlqs", .len = 4 }, { .bytes = "sqlz", .len = 4 }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "versions 1, 2, 3 and 4, little-endian and big-endian",
		"gzip, xz (with filters), lzma, lzo, lz4, zstd; blocks stored unpacked",
		"LZMA under another compressor's number, with the header of a file, its first "
		"bytes or "
		"none",
		"magics hsqs, sqsh, shsq, qshs, hsqt, tqsh, sqlz, zlqs",
		"with and without fragments, duplicates, export table", NULL },
	.verifies =
		(const char *const[]){ "checks inside xz and zstd blocks, by the libraries", NULL },
	.keeps = (const char *const[]){ "mode, owner, time of change, device numbers",
		"hard links, symbolic links, extended attributes, holes", NULL },
	.samples = (const char *const[]){ "mksquashfs 4.5.1",
		"versions 1 to 3: a generator of the tests, read alike by unsquashfs 4.5.1",
		"big-endian version 4 and LZMA without a header: a generator; not tried on a "
		"maker's image",
		NULL },
	.gaps = (const char
			*const[]){ "makers' own compressors other than forms of LZMA are not read",
		"of big-endian version 4 and of LZMA before version 4 unsquashfs shows nothing",
		"the export table is not compared with the inodes",
		"owner and mode of the root directory are not shown", NULL },
	.spec = "https://dr-emann.github.io/squashfs/",
	.see = "unsquashfs -no-wildcards -cat IN PATH > OUT",
};
