/* SPDX-License-Identifier: Apache-2.0 */
/* SquashFS 1 to 3: what differs from 4. Either byte order; fields of structures are packed bit behind bit, from the low
 * end of each byte in little-endian images and from the high end in big-endian ones. The superblock:
 *    0 magic   4 inodes   8 bytes used   12 owners   16 groups   20 inode table   24 directory table
 *   28 major u16   30 minor u16   32 block size (1) u16   34 its log2 u16   36 flags u8   37 owners u8   38 groups u8
 *   39 made   43 root inode u64   51 block size   55 fragments   59 fragment table (2)
 *   63 bytes used, owners, groups, inode, directory, fragment and export table (3), u64 each
 * Owners are plain words. Version 1 has no fragments, and words of 16 bits for a file's blocks; versions 1 and 2 keep a
 * time for files and directories only. Inodes: the positions in the tables below are bits. */
#include "unpack/fmt/squashfs.h"

#include <string.h>

enum {
	CHECKED =
		1
		<< 2, /* flag: a byte stands between the length of a metadata block and its bytes */
	SUPER_1 = 51,
	SUPER_2 = 63,
	SUPER_3 = 119,
	INODE = 40, /* bytes of the longest */
	WORD_BITS = 64,
	STORED_1 = 0x8000,
	OWNERS = 16, /* version 1: of so many each type of inode has a bank */
	TYPES_1 = 5,
};

/* n bits from bit at on; raw has eight bytes more than its fields. */
static uint64_t bits(const as_sq *q, const uint8_t *raw, unsigned at, unsigned n)
{
	uint64_t v = 0;
	if (n == 0)
		return 0;
	as_cur c = q->super.big ? as_cur_be(as_bytes(raw + at / 8, 8), 0)
				: as_cur_le(as_bytes(raw + at / 8, 8), 0);
	v = as_u64(&c);
	unsigned off = at % 8;
	v = q->super.big ? v << off >> (WORD_BITS - n) : v >> off;
	return n == WORD_BITS ? v : v & ((UINT64_C(1) << n) - 1);
}

static bool read_tables(as_cur *c, as_sq_super *p)
{
	p->used = as_u64(c);
	p->uid_table = as_u64(c);
	p->gid_table = as_u64(c);
	p->inode_table = as_u64(c);
	p->dir_table = as_u64(c);
	p->fragment_table = as_u64(c);
	p->export_table = as_u64(c);
	return as_ok(c);
}

bool as_sq_read_old(as_span image, bool big, as_sq_super *p)
{
	as_cur c = big ? as_cur_be(image, 4) : as_cur_le(image, 4);
	*p = (as_sq_super){ .big = big };
	p->inodes = as_u32(&c);
	p->used = as_u32(&c);
	p->uid_table = as_u32(&c);
	p->gid_table = as_u32(&c);
	p->inode_table = as_u32(&c);
	p->dir_table = as_u32(&c);
	p->major = as_u16(&c);
	p->minor = as_u16(&c);
	p->block = as_u16(&c);
	p->block_log = as_u16(&c);
	p->flags = as_u8(&c);
	p->uids = as_u8(&c);
	p->gids = as_u8(&c);
	p->made = as_u32(&c);
	p->root = as_u64(&c);
	p->id_table = p->xattr_table = p->fragment_table = p->export_table = AS_SQ_NO_TABLE;
	p->bytes = SUPER_1;
	if (!as_ok(&c) || p->major < 1 || p->major > 3 || p->inodes == 0)
		return false;
	p->marked = (p->flags & CHECKED) != 0;
	if (p->major > 1) {
		p->bytes = SUPER_2;
		p->block = as_u32(&c);
		p->fragments = as_u32(&c);
		p->fragment_table = as_u32(&c);
	}
	if (p->major > 2) {
		p->bytes = SUPER_3;
		(void)read_tables(&c, p);
	}
	bool order = p->inode_table >= p->bytes && p->dir_table > p->inode_table &&
		     p->dir_table < p->used;
	return as_ok(&c) && order && p->block_log >= 12 && p->block_log <= 20 &&
	       p->block == 1u << p->block_log && p->root >> 16 < p->dir_table - p->inode_table;
}

/* Where a field stands in an inode, and how many bits it has. */
typedef struct field {
	uint16_t at;
	uint8_t n;
} field;

typedef struct layout {
	as_type type;
	uint8_t bytes;
	field mtime, start, size, offset, fragment, rdev;
} layout;

static const layout inodes_3[] = {
	[1] = { AS_DIR, 28, { 32, 32 }, { 160, 32 }, { 128, 19 }, { 147, 13 }, { 0 }, { 0 } },
	[2] = { AS_FILE, 32, { 32, 32 }, { 96, 64 }, { 224, 32 }, { 192, 32 }, { 160, 32 }, { 0 } },
	[3] = { AS_SYMLINK, 18, { 32, 32 }, { 0 }, { 128, 16 }, { 0 }, { 0 }, { 0 } },
	[4] = { AS_BLOCK, 18, { 32, 32 }, { 0 }, { 0 }, { 0 }, { 0 }, { 128, 16 } },
	[5] = { AS_CHAR, 18, { 32, 32 }, { 0 }, { 0 }, { 0 }, { 0 }, { 128, 16 } },
	[6] = { AS_FIFO, 16, { 32, 32 }, { 0 }, { 0 }, { 0 }, { 0 }, { 0 } },
	[7] = { AS_SOCKET, 16, { 32, 32 }, { 0 }, { 0 }, { 0 }, { 0 }, { 0 } },
	[8] = { AS_DIR, 31, { 32, 32 }, { 168, 32 }, { 128, 27 }, { 155, 13 }, { 0 }, { 0 } },
	[9] = { AS_FILE, 40, { 32, 32 }, { 128, 64 }, { 256, 64 }, { 224, 32 }, { 192, 32 },
		{ 0 } },
};
static const layout inodes_2[] = {
	[1] = { AS_DIR, 15, { 64, 32 }, { 96, 24 }, { 32, 19 }, { 51, 13 }, { 0 }, { 0 } },
	[2] = { AS_FILE, 24, { 32, 32 }, { 64, 32 }, { 160, 32 }, { 128, 32 }, { 96, 32 }, { 0 } },
	[3] = { AS_SYMLINK, 6, { 0 }, { 0 }, { 32, 16 }, { 0 }, { 0 }, { 0 } },
	[4] = { AS_BLOCK, 6, { 0 }, { 0 }, { 0 }, { 0 }, { 0 }, { 32, 16 } },
	[5] = { AS_CHAR, 6, { 0 }, { 0 }, { 0 }, { 0 }, { 0 }, { 32, 16 } },
	[6] = { AS_FIFO, 4, { 0 }, { 0 }, { 0 }, { 0 }, { 0 }, { 0 } },
	[7] = { AS_SOCKET, 4, { 0 }, { 0 }, { 0 }, { 0 }, { 0 }, { 0 } },
	[8] = { AS_DIR, 18, { 72, 32 }, { 104, 24 }, { 32, 27 }, { 59, 13 }, { 0 }, { 0 } },
};
static const layout inodes_1[] = {
	[0] = { AS_FIFO, 4, { 0 }, { 0 }, { 0 }, { 0 }, { 0 }, { 0 } },
	[1] = { AS_DIR, 14, { 56, 32 }, { 88, 24 }, { 24, 19 }, { 43, 13 }, { 0 }, { 0 } },
	[2] = { AS_FILE, 15, { 24, 32 }, { 56, 32 }, { 88, 32 }, { 0 }, { 0 }, { 0 } },
	[3] = { AS_SYMLINK, 5, { 0 }, { 0 }, { 24, 16 }, { 0 }, { 0 }, { 0 } },
	[4] = { AS_BLOCK, 5, { 0 }, { 0 }, { 0 }, { 0 }, { 0 }, { 24, 16 } },
	[5] = { AS_CHAR, 5, { 0 }, { 0 }, { 0 }, { 0 }, { 0 }, { 24, 16 } },
};

static const struct {
	const layout *layouts;
	uint8_t n, base; /* bytes all inodes of the version begin with */
} versions[] = { { 0 }, { inodes_1, 6, 3 }, { inodes_2, 9, 4 }, { inodes_3, 10, 12 } };

#define GET(f) bits(q, raw, l->f.at, l->f.n)

static void fill(const as_sq *q, const layout *l, const uint8_t *raw, as_sq_inode *inode)
{
	inode->type = l->type;
	inode->mtime = l->mtime.n ? (uint32_t)GET(mtime) : q->super.made;
	inode->start = GET(start);
	inode->size = GET(size);
	inode->offset = (uint32_t)GET(offset);
	inode->fragment = l->fragment.n ? (uint32_t)GET(fragment) : AS_SQ_NONE;
	inode->rdev = (uint32_t)GET(rdev);
	if (l->type == AS_DIR && q->super.major < 3)
		inode->size += 3; /* as later versions count "." and ".." */
}

bool as_sq_read_old_inode(as_sq *q, uint64_t ref, as_sq_inode *inode)
{
	uint8_t raw[INODE + 8] = { 0 };
	unsigned version = q->super.major, base = versions[version].base;
	as_sq_meta m = as_sq_place(q->super.inode_table, ref);
	uint64_t at = m.block;
	*inode = (as_sq_inode){ .ref = ref, .fragment = AS_SQ_NONE, .xattr = AS_SQ_NONE };
	if (!as_sq_read(q, &m, raw, base)) {
		(void)as_lost(q->u, at, "inode cannot be read");
		return false;
	}
	unsigned width = version == 1 ? 4 : 8, type = (unsigned)bits(q, raw, 0, 4), bank = 0;
	if (version == 1 && type > 0) {
		bank = (type - 1) / TYPES_1;
		type = (type - 1) % TYPES_1 + 1;
	}
	const layout *l = type < versions[version].n ? &versions[version].layouts[type] : NULL;
	if (!l || l->bytes == 0) {
		(void)as_lost(q->u, at, "inode of an unknown type");
		return false;
	}
	if (!as_sq_read(q, &m, raw + base, l->bytes - base)) {
		(void)as_lost(q->u, at, "inode cannot be read");
		return false;
	}
	inode->mode = (uint16_t)bits(q, raw, 4, 12);
	inode->uid = (uint16_t)bits(q, raw, 16, width);
	inode->gid = (uint16_t)bits(q, raw, 16 + width, width);
	fill(q, l, raw, inode);
	if (version == 1 &&
		type == 0) { /* a pipe or a socket says so itself, and in which bank its owner is */
		inode->type = bits(q, raw, 24, 4) == 7 ? AS_SOCKET : AS_FIFO;
		bank = (unsigned)bits(q, raw, 28, 4);
	}
	inode->uid = (uint16_t)(inode->uid + bank * OWNERS);
	inode->rest = m;
	return true;
}

bool as_sq_old_owner(const as_sq *q, const as_sq_inode *inode, uint32_t *uid, uint32_t *gid)
{
	const as_sq_super *p = &q->super;
	unsigned same = p->major == 1 ? 15 : 255; /* the group has the owner's number */
	as_span image = as_cut(q->body, 0, p->used);
	uint64_t at = p->uid_table + 4u * inode->uid;
	as_cur c = p->big ? as_cur_be(image, at) : as_cur_le(image, at);
	*uid = as_u32(&c);
	if (inode->gid == same) {
		*gid = *uid;
		return as_ok(&c) && inode->uid < p->uids;
	}
	at = p->gid_table + 4u * inode->gid;
	as_cur g = p->big ? as_cur_be(image, at) : as_cur_le(image, at);
	*gid = as_u32(&g);
	return as_ok(&c) && as_ok(&g) && inode->uid < p->uids && inode->gid < p->gids;
}

bool as_sq_old_run(as_sq *q, as_sq_meta *m, uint32_t *count, uint32_t *block)
{
	uint8_t raw[AS_SQ_RUN + 8] = { 0 };
	bool ok = as_sq_read(q, m, raw, q->run_bytes);
	*count = (uint32_t)bits(q, raw, 0, 8);
	*block = (uint32_t)bits(q, raw, 8, q->super.major == 3 ? 32 : 24);
	return ok;
}

bool as_sq_old_name(as_sq *q, as_sq_meta *m, uint32_t *offset, size_t *n)
{
	uint8_t raw[AS_SQ_RUN + 8] = { 0 };
	bool ok = as_sq_read(q, m, raw, q->name_bytes);
	*offset = (uint32_t)bits(q, raw, 0, 13);
	*n = (size_t)bits(q, raw, 16, 8) + 1;
	return ok;
}

bool as_sq_old_word(as_sq *q, as_sq_meta *m, uint32_t *word)
{
	uint8_t raw[4 + 8] = { 0 };
	bool first = q->super.major == 1;
	bool ok = as_sq_read(q, m, raw, first ? 2 : 4);
	*word = (uint32_t)bits(q, raw, 0, first ? 16 : 32);
	if (first) {
		uint32_t len = *word & (STORED_1 - 1);
		*word = (len ? len : STORED_1) | (*word & STORED_1 ? AS_SQ_STORED : 0);
	}
	return ok;
}

bool as_sq_old_fragment(as_sq *q, uint32_t i, uint64_t *at, uint32_t *word)
{
	uint8_t raw[16 + 8] = { 0 };
	bool wide = q->super.major == 3;
	unsigned size = wide ? 16 : 8, offset = wide ? 64 : 32;
	as_sq_meta m = as_sq_entry(q, q->super.fragment_table, i, size);
	if (!as_sq_read(q, &m, raw, size))
		return false;
	*at = bits(q, raw, 0, offset);
	*word = (uint32_t)bits(q, raw, offset, 32);
	return true;
}
