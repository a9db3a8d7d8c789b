/* SPDX-License-Identifier: Apache-2.0 */
/* XFS, versions 4 and 5. Big-endian. Blocks of 512 bytes to 64 KiB in allocation groups of equal size, each of which
 * begins with four sectors: superblock, AGF (free space), AGI (inodes), AGFL. The superblock:
 *    0 "XFSB"   4 block size   8 blocks u64   32 uuid[16]   48 first block of the log u64   56 root inode u64
 *   64 inodes of the realtime bitmap, of its summary u64   84 blocks in a group   88 groups   96 blocks of the log
 *  100 version and flags u16   102 sector size u16   104 inode size u16   106 inodes in a block u16   108 label[12]
 *  120 log2 of block, sector, inode, inodes in a block, blocks in a group (u8 each)   160 inodes of quotas u64, u64
 *  192 log2 of blocks in a directory block u8   200 more features
 *    version 5: 212 read-only compatible   216 incompatible   224 CRC-32C of the sector, little-endian   232 inode of
 *      quotas u64   248 uuid of the metadata[16]
 * A block's number has its group above the bits of the block in it; an inode's number has the block's, and then its
 * place in the block. Other groups keep copies of the superblock; mkfs leaves the root out of most.
 *
 * Not libxfs: no distribution has it as a library, and it trusts an image that was not repaired. */
#include "unpack/fmt/xfs.h"

#include <string.h>

enum { SUPER = 264, AGF_MAGIC = 0x58414746, SUM_AT = 224 };
enum { MOREBITS = 0x8000, DIRV2 = 0x2000, FTYPE2 = 0x200 };

static bool read_fields(as_span raw, as_xfs_super *s, uint8_t logs[5], uint16_t *per_block)
{
	as_cur c = as_cur_be(raw, 4);
	s->block = as_u32(&c);
	s->blocks = as_u64(&c);
	as_seek(&c, 32);
	s->uuid = as_take(&c, 16);
	s->log = as_u64(&c);
	s->root = as_u64(&c);
	s->hidden[0] = as_u64(&c);
	s->hidden[1] = as_u64(&c);
	as_skip(&c, 4);
	s->ag_blocks = as_u32(&c);
	s->ags = as_u32(&c);
	as_skip(&c, 4);
	s->log_blocks = as_u32(&c);
	s->flags = as_u16(&c);
	s->sector = as_u16(&c);
	s->inode = as_u16(&c);
	*per_block = as_u16(&c);
	s->label = as_trim(as_take(&c, 12));
	for (unsigned i = 0; i < 5; i++)
		logs[i] = as_u8(&c);
	as_seek(&c, 160);
	s->hidden[2] = as_u64(&c);
	s->hidden[3] = as_u64(&c);
	as_seek(&c, 192);
	uint8_t dir_log = as_u8(&c);
	s->dir_block = s->block <= 65536 && dir_log <= 7 ? s->block << dir_log : 0;
	as_seek(&c, 200);
	uint32_t more = as_u32(&c);
	as_seek(&c, 212);
	s->version = s->flags & 15;
	if (s->version == 5) {
		s->ro_compat = as_u32(&c);
		s->incompat = as_u32(&c);
		as_skip(&c, 12);
		s->hidden[4] = as_u64(&c);
		as_skip(&c, 8);
		s->meta_uuid = as_take(&c, 16);
	}
	s->ftype =
		s->version == 5 ? s->incompat & AS_XFS_FTYPE : s->flags & MOREBITS && more & FTYPE2;
	if (!(s->incompat & AS_XFS_META_UUID))
		s->meta_uuid = s->uuid;
	return as_ok(&c);
}

static bool is_size(uint32_t n, unsigned log, uint32_t least, uint32_t most)
{
	return n >= least && n <= most && log < 32 && n == 1u << log;
}

/* Reads the superblock at the beginning of raw; false if its fields contradict each other. Pure. */
static bool read_super(as_span raw, as_xfs_super *s)
{
	enum { GROUP_LEAST = 16, MOST = 65536 };
	uint8_t logs[5] = { 0 };
	uint16_t per_block = 0;
	*s = (as_xfs_super){ 0 };
	if (!as_starts(raw, "XFSB") || !read_fields(raw, s, logs, &per_block))
		return false;
	if (!is_size(s->block, logs[0], 512, MOST) || !is_size(s->sector, logs[1], 512, 32768) ||
		!is_size(s->inode, logs[2], 256, 2048) || logs[0] < logs[2])
		return false;
	if (logs[3] != logs[0] - logs[2] || per_block != 1u << logs[3] || s->sector > s->block)
		return false;
	if (s->dir_block == 0 || s->dir_block > MOST || (s->version != 4 && s->version != 5))
		return false;
	s->inode_log = logs[3];
	s->ag_log = logs[4];
	if (s->ag_blocks < GROUP_LEAST || s->ag_log > 31 || s->ags == 0)
		return false;
	if (s->ag_blocks > 1ull << s->ag_log || s->ag_blocks <= 1ull << (s->ag_log - 1))
		return false;
	uint64_t most = (uint64_t)s->ags * s->ag_blocks;
	if (s->blocks > most || s->blocks <= most - s->ag_blocks || s->blocks >> 47)
		return false;
	as_xfs x = { .super = *s };
	s->summed = s->version == 5 && as_xfs_sound(&x, as_cut(raw, 0, s->sector), SUM_AT);
	return true;
}

/* Whether a copy may be relied upon. */
static bool is_good(const as_xfs_super *s) { return s->summed || s->version == 4; }

static uint32_t word_at(as_span s, uint64_t at)
{
	as_cur c = as_cur_be(s, at);
	return as_u32(&c);
}

/* Whether the space header of the first group stands in its second sector. */
static bool has_agf(as_span image, uint32_t sector)
{
	return word_at(image, sector) == AGF_MAGIC && word_at(image, sector + 4) == 1 &&
	       word_at(image, sector + 8) == 0;
}

/* The copies at the beginning of other groups: the last and the middle one, which mkfs tells the root, or the next. */
static bool read_copy(as_span image, uint64_t group, const as_xfs_super *next, as_xfs_super *s)
{
	const uint32_t places[] = { next->ags - 1, next->ags / 2, 1 };
	for (unsigned i = 0; i < 3; i++) {
		if (places[i] == 0 || !read_super(as_from(image, group * places[i]), s))
			continue;
		bool same = s->ag_blocks == next->ag_blocks && s->block == next->block;
		s->copy = true;
		for (unsigned k = 0; k < 2; k++) /* they follow the root, and are left out, too */
			s->hidden[k] = s->root + k + 1;
		if (same && is_good(s) && (s->root != UINT64_MAX || places[i] == 1))
			return true;
	}
	return false;
}

/* A superblock by the header behind the first one, which knows how many blocks a group has. */
static bool find_copy(as_span image, as_xfs_super *s)
{
	as_xfs_super next;
	for (uint32_t sector = 512; sector <= 4096; sector *= 2) {
		if (!has_agf(image, sector))
			continue;
		uint64_t blocks = word_at(image, sector + 12);
		for (uint32_t block = sector; block <= 65536; block *= 2)
			if (read_super(as_from(image, blocks * block), &next) &&
				next.block == block && next.ag_blocks == blocks && is_good(&next) &&
				next.sector == sector)
				return read_copy(image, blocks * block, &next, s);
	}
	return false;
}

/* Finds the superblock of an image. False if there is none that can be used. Pure. */
static bool find_super(as_span image, as_xfs_super *s)
{
	as_xfs_super copy;
	bool first = read_super(image, s);
	if (first && (s->summed || (s->version == 4 && has_agf(image, s->sector))))
		return true;
	if (find_copy(image, &copy)) {
		*s = copy;
		return true;
	}
	return first;
}

static as_status probe(as_span image, as_extent *out)
{
	as_xfs x = { .body = image };
	as_xfs_inode root;
	if (!find_super(image, &x.super))
		return AS_NOT_THIS;
	const as_xfs_super *s = &x.super;
	bool agf = has_agf(image, s->sector);
	bool rooted = as_xfs_read_inode(&x, s->root, &root) && root.type == AS_DIR;
	if (!agf && !rooted)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(s->blocks * s->block, image.n), .label = s->label };
	out->sure = s->summed ? AS_CHECKSUMMED : agf && rooted ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

uint64_t as_xfs_group_at(const as_xfs *x, uint64_t ag, uint64_t block, uint64_t n)
{
	const as_xfs_super *s = &x->super;
	if (ag >= s->ags || block >= s->ag_blocks || n > s->ag_blocks - block)
		return AS_XFS_NOWHERE;
	return (ag * s->ag_blocks + block) * s->block;
}

uint64_t as_xfs_block_at(const as_xfs *x, uint64_t block, uint64_t n)
{
	unsigned log = x->super.ag_log;
	return as_xfs_group_at(x, block >> log, block & ((1ull << log) - 1), n);
}

bool as_xfs_sound(const as_xfs *x, as_span block, uint64_t sum)
{
	static const uint8_t zero[4];
	if (x->super.version < 5)
		return true;
	as_cur c = as_cur_le(block, sum);
	uint32_t stored = as_u32(&c), crc = as_crc32c(UINT32_MAX, as_cut(block, 0, sum));
	crc = as_crc32c(crc, as_bytes(zero, sizeof(zero)));
	return as_ok(&c) && stored == ~as_crc32c(crc, as_from(block, sum + 4));
}

void *as_xfs_room(const as_xfs *x, void *list, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return list;
	size_t more = *cap ? *cap * 2 : 16;
	void *grown = as_alloc_array(as_memory(x->u), more, size);
	if (!grown)
		return NULL;
	if (n > 0)
		memcpy(grown, list, n * size);
	*cap = more;
	return grown;
}

as_status as_xfs_step(as_xfs *x)
{
	if (x->steps == 0) {
		(void)as_refused(x->u, 0, "limit", "metadata is referred to over and over");
		return AS_LIMIT;
	}
	x->steps--;
	return AS_OK;
}

static void tell(const as_xfs *x)
{
	const as_xfs_super *s = &x->super;
	const uint8_t *b = s->uuid.p;
	if (s->label.n > 0)
		as_tell(x->u, s->label, "label", s->label);
	as_tellf(x->u, s->uuid, "uuid",
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
		b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
		b[15]);
	as_tellf(x->u, as_cut(x->body, 100, 2), "version", "%u", s->version);
}

static as_status check(const as_xfs *x)
{
	const as_xfs_super *s = &x->super;
	as_status worst = AS_OK;
	if (s->copy)
		worst = as_lost(x->u, 0, "superblock is damaged: a copy of it was used");
	else if (!is_good(s))
		worst = as_lost(x->u, 0, "checksum of the superblock is wrong");
	if (s->blocks * s->block > x->body.n)
		worst = as_lost(x->u, x->body.n, "image is cut off");
	return worst;
}

static as_status read_root(as_xfs *x)
{
	as_xfs_inode root;
	if (!as_xfs_read_inode(x, x->super.root, &root) || root.type != AS_DIR)
		return as_lost(x->u, 0, "root is not a directory: names below it are lost");
	as_status s = root.hurt ? as_lost(x->u, root.at, "checksum of an inode is wrong") : AS_OK;
	s = as_worse(s, as_map_set(&x->seen, root.number, 1));
	s = as_worse(s, as_visit(x->u, root.at));
	return s > AS_PARTIAL ? s : as_worse(s, as_xfs_list(x, &root, as_root(x->u)));
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_xfs x = { .u = u, .body = body, .pieces.arena = as_memory(u) };
	if (!find_super(body, &x.super))
		return as_lost(u, 0, "superblock makes no sense");
	tell(&x);
	if (x.super.version == 4 && !(x.super.flags & DIRV2))
		return as_refused(u, 100, "unsupported", "directories of version 1: not examined");
	x.value = as_alloc(as_memory(u), AS_XFS_VALUE);
	x.seen.seed = x.buried.seed = (uintptr_t)u;
	x.steps = body.n / x.super.block * 4 + 256;
	as_status s = as_worse(check(&x), as_xfs_log(&x));
	if (s <= AS_PARTIAL)
		s = as_worse(s, read_root(&x));
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_xfs_groups(&x));
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_xfs_nameless(&x));
	if (s <= AS_PARTIAL)
		s = as_worse(s, as_xfs_deleted(&x));
	as_map_free(&x.seen);
	as_map_free(&x.buried);
	return s;
}

const as_format as_format_xfs = {
	.id = "xfs",
	.title = "XFS",
	.kind = AS_FILESYSTEM,
	/* By the header behind the superblock, too, if that is damaged. */
	.magic = (const as_magic[]){ { .bytes = "XFSB\0", .len = 5, .at = 0 },
		{ .bytes = "XAGF\0\0\0\1\0\0\0\0", .len = 12, .at = 512 },
		{ .bytes = "XAGF\0\0\0\1\0\0\0\0", .len = 12, .at = 4096 }, { 0 } },
	.probe = probe,
	.unpack = unpack,
	.anywhere = true,
	.variants = (const char *const[]){ "versions 4 and 5; blocks of 512 bytes to 64 KiB",
		"directories in the inode, of one block, with leaves and nodes; with and without "
		"types",
		"extents and trees of them, holes, unwritten and shared extents, sparse inodes, "
		"times beyond 2038, 64-bit counts of extents",
		"inodes that no directory names any more, deleted files whose blocks are free",
		"copies of a damaged superblock", NULL },
	.verifies =
		(const char *const[]){
			"CRC-32C of the superblock, of the headers and trees of groups, of inodes, "
			"directories, extents, attributes and remote targets (version 5)",
			NULL },
	.keeps = (const char *const[]){ "mode, owner, time of change (1 ns), device numbers",
		"hard links, symbolic links, extended attributes, holes", NULL },
	.samples = (const char *const[]){ "mkfs.xfs and xfs_db (xfsprogs 6.1.0)", NULL },
	.gaps = (const char *const[]){ "a log that holds changes is said, not replayed; one on "
				       "another device is not seen",
		"files on a realtime device are listed, not opened",
		"deleted files are told if their inode was not used again and their extents fitted "
		"into it; their "
		"size is that of their blocks",
		"directories of version 1 (IRIX) are not read",
		"a superblock with all that follows it in its first 4 KiB overwritten is not found",
		"parent pointers are not used to name what lost its name", NULL },
	.spec = "https://mirrors.edge.kernel.org/pub/linux/utils/fs/xfs/docs/"
		"xfs_filesystem_structure.pdf",
};
