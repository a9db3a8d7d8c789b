/* SPDX-License-Identifier: Apache-2.0 */
/* Superblock and checkpoint of F2FS.
 * Superblock, at byte 1024 of blocks 0 and 1: 0 magic 0xf2f52010   16 log of block   20 log of blocks in a segment
 *    32 where its checksum stands   36 blocks u64   48 segments   52 of checkpoints   56 of SIT   60 of NAT   64 of SSA
 *    68 of main   72 first segment   76 checkpoints   80 SIT   84 NAT   88 SSA   92 main   96 root inode
 *   108 uuid[16]   124 label, UTF-16[512]   1664 blocks of a checkpoint beyond its first   1668 written by[256]
 *   1924 first written by[256]   2180 features   2201 devices[8] of 68   2745 inodes of quotas[3]   2758 encoding u16
 * Checkpoint: two packs, a segment apart. First and last block of each are the same:
 *    0 version u64   36 segments of logs of nodes[8]   68 blocks in them u16[8]   132 flags   136 blocks of the pack
 *   140 first summary   156 bytes of SIT's bits   160 of NAT's   164 where its checksum stands   192 the bits
 * Between them, summaries of the open segments; with them the journals: of NAT u16, then entries of 13 bytes; of SIT
 * u16, then entries of 78 bytes. Compact summaries begin with both journals, of 507 bytes each. */
#include "unpack/fmt/f2fs.h"

enum {
	BITS_AT = 192,
	SUM_MOST = AS_F2FS_BLOCK - 4,
	JOURNAL = 507,
	JOURNAL_AT = 3584,
	NAT_ENTRY = 13,
	UMOUNT = 1,
	COMPACT = 4,
	FASTBOOT = 0x20,
	LARGE_BITS = 0x400,
};
#define MAGIC 0xf2f52010u

uint32_t as_f2fs_crc(uint32_t seed, as_span s) { return ~as_crc32(~seed, s); }

/* The areas follow each other without a gap. */
static bool fits(const as_f2fs_super *s, uint32_t first, uint32_t ssa, uint32_t ssa_segments)
{
	uint64_t log = s->log_segment, end = s->main + ((uint64_t)s->main_segments << log);
	return first == s->cp && s->cp > 1 && s->cp_segments == 2 && s->main_segments > 0 &&
	       s->cp + ((uint64_t)s->cp_segments << log) == s->sit &&
	       s->sit + ((uint64_t)s->sit_segments << log) == s->nat &&
	       s->nat + ((uint64_t)s->nat_segments << log) == ssa &&
	       ssa + ((uint64_t)ssa_segments << log) == s->main && s->sit_segments % 2 == 0 &&
	       s->nat_segments % 2 == 0 && s->nat_segments > 0 && s->sit_segments > 0 &&
	       end <= s->blocks && s->segments <= s->blocks >> log;
}

static bool read_copy(as_span image, uint64_t at, as_f2fs_super *s)
{
	as_cur c = as_cur_le(as_cut(image, at, AS_F2FS_SUPER), 0);
	*s = (as_f2fs_super){ .at = at, .raw = c.s };
	uint32_t magic = as_u32(&c);
	as_seek(&c, 16);
	s->log_block = as_u32(&c);
	s->log_segment = as_u32(&c);
	as_seek(&c, 32);
	uint32_t sum_at = as_u32(&c);
	s->blocks = as_u64(&c);
	as_seek(&c, 48);
	s->segments = as_u32(&c);
	s->cp_segments = as_u32(&c);
	s->sit_segments = as_u32(&c);
	s->nat_segments = as_u32(&c);
	uint32_t ssa_segments = as_u32(&c);
	s->main_segments = as_u32(&c);
	uint32_t first = as_u32(&c);
	s->cp = as_u32(&c);
	s->sit = as_u32(&c);
	s->nat = as_u32(&c);
	uint32_t ssa = as_u32(&c);
	s->main = as_u32(&c);
	s->root = as_u32(&c);
	as_seek(&c, 108);
	s->uuid = as_take(&c, 16);
	as_seek(&c, 1664);
	s->payload = as_u32(&c);
	as_seek(&c, 2180);
	s->features = as_u32(&c);
	as_seek(&c, 2745);
	for (unsigned i = 0; i < 3; i++)
		s->quota[i] = as_u32(&c);
	if (!as_ok(&c) || magic != MAGIC || s->log_block < 12 || s->log_block > 16 ||
		s->log_segment > 9 || s->blocks >> 32 || s->payload > s->blocks ||
		!fits(s, first, ssa, ssa_segments))
		return false;
	if (s->features & AS_F2FS_SUPER_SUM) {
		as_seek(&c, sum_at);
		s->summed =
			as_u32(&c) == as_f2fs_crc(MAGIC, as_cut(s->raw, 0, sum_at)) && as_ok(&c);
		s->wrong = !s->summed;
	}
	return true;
}

bool as_f2fs_read_super(as_span image, as_f2fs_super *s)
{
	as_f2fs_super copy;
	bool one = read_copy(image, AS_F2FS_SUPER_AT, s);
	if (one && !s->wrong)
		return true;
	bool two = read_copy(image, AS_F2FS_BLOCK + AS_F2FS_SUPER_AT, &copy);
	if (two && (!one || !copy.wrong))
		*s = copy;
	return one || two;
}

/* Whether a block is one of a checkpoint: its checksum is right. */
static bool is_checkpoint(as_span block, uint64_t *version, uint32_t *sum)
{
	as_cur c = as_cur_le(block, 0);
	*version = as_u64(&c);
	as_seek(&c, 164);
	uint32_t at = as_u32(&c);
	if (!as_ok(&c) || at < BITS_AT || at > SUM_MOST)
		return false;
	uint32_t crc = as_f2fs_crc(MAGIC, as_cut(block, 0, at));
	crc = as_f2fs_crc(crc, as_from(block, at + 4));
	as_seek(&c, at);
	*sum = as_u32(&c);
	return crc == *sum;
}

static void find_bits(as_span image, const as_f2fs_super *s, as_f2fs_checkpoint *cp, as_cur *c)
{
	as_seek(c, 156);
	uint32_t sit = as_u32(c), nat = as_u32(c), sum_at = as_u32(c);
	if (cp->flags & LARGE_BITS) {
		uint64_t base = cp->at + BITS_AT + (sum_at == BITS_AT ? 4 : 0);
		cp->nat_bits = as_cut(image, base, nat);
		cp->sit_bits = as_cut(image, base + nat, sit);
	} else if (s->payload > 0) {
		cp->nat_bits = as_cut(image, cp->at + BITS_AT, nat);
		cp->sit_bits = as_cut(image, cp->at + AS_F2FS_BLOCK, sit);
	} else {
		cp->sit_bits = as_cut(image, cp->at + BITS_AT, sit);
		cp->nat_bits = as_cut(image, cp->at + BITS_AT + sit, nat);
	}
}

static void find_journals(as_span image, as_f2fs_checkpoint *cp, uint32_t start)
{
	uint64_t first = cp->at + (uint64_t)start * AS_F2FS_BLOCK;
	if (cp->flags & COMPACT) {
		cp->nat_journal = as_cut(image, first, JOURNAL);
		cp->sit_journal = as_cut(image, first + JOURNAL, JOURNAL);
		return;
	}
	/* Summaries of three logs of data, of three of nodes if it was closed well, and the last block. */
	uint32_t behind = cp->flags & (UMOUNT | FASTBOOT) ? 7 : 4;
	if (cp->total < behind)
		return;
	first = cp->at + (uint64_t)(cp->total - behind) * AS_F2FS_BLOCK + JOURNAL_AT;
	cp->nat_journal = as_cut(image, first, JOURNAL);
	cp->sit_journal = as_cut(image, first + 2 * AS_F2FS_BLOCK, JOURNAL);
}

static bool read_pack(as_span image, const as_f2fs_super *s, uint64_t block, as_f2fs_checkpoint *cp)
{
	enum { NODES_AT = 36, OFFSETS_AT = 68 };
	*cp = (as_f2fs_checkpoint){ .at = block * AS_F2FS_BLOCK };
	as_span raw = as_cut(image, cp->at, AS_F2FS_BLOCK);
	uint64_t version = 0;
	uint32_t sum = 0;
	if (!is_checkpoint(raw, &cp->version, &cp->sum))
		return false;
	as_cur c = as_cur_le(raw, NODES_AT + 4); /* of warm nodes */
	uint64_t segment = as_u32(&c);
	as_seek(&c, OFFSETS_AT + 2);
	uint64_t next = s->main + (segment << s->log_segment) + as_u16(&c);
	cp->next_node = next <= UINT32_MAX ? (uint32_t)next : 0;
	as_seek(&c, 132);
	cp->flags = as_u32(&c);
	cp->total = as_u32(&c);
	uint32_t start = as_u32(&c);
	if (cp->total < 3 || cp->total > 1u << s->log_segment || start >= cp->total)
		return false;
	find_bits(image, s, cp, &c);
	find_journals(image, cp, start);
	uint64_t last = cp->at + (cp->total - 1) * (uint64_t)AS_F2FS_BLOCK;
	cp->open = !is_checkpoint(as_cut(image, last, AS_F2FS_BLOCK), &version, &sum) ||
		   version != cp->version;
	return true;
}

bool as_f2fs_read_checkpoint(as_span image, const as_f2fs_super *s, as_f2fs_checkpoint *cp)
{
	as_f2fs_checkpoint other;
	bool one = read_pack(image, s, s->cp, cp);
	bool two = read_pack(image, s, s->cp + (1ull << s->log_segment), &other);
	/* The newer of those that are closed; one that is not is better than nothing. */
	if (two && (!one || (cp->open && !other.open) ||
			   (cp->open == other.open && (int64_t)(other.version - cp->version) > 0)))
		*cp = other;
	cp->other_lost = !one || !two;
	if (!one && !two)
		*cp = (as_f2fs_checkpoint){ 0 };
	return one || two;
}

as_status as_f2fs_read_journal(as_f2fs *x)
{
	as_cur c = as_cur_le(x->cp.nat_journal, 0);
	uint16_t n = as_u16(&c);
	as_status s = AS_OK;
	if (!as_ok(&c) || n > (JOURNAL - 2) / NAT_ENTRY)
		return as_lost(x->u, x->cp.at, "journal of the table of nodes makes no sense");
	for (; n > 0 && s == AS_OK; n--) {
		uint32_t node = as_u32(&c);
		as_skip(&c, 1);
		uint64_t inode = as_u32(&c);
		s = as_map_set(&x->newer, node, inode << 32 | as_u32(&c));
	}
	return s;
}
