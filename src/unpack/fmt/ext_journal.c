/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of ext3/4 (jbd2), and files that were deleted. The journal is the contents of an inode, big-endian,
 * in blocks that begin with 0xc03b3998, kind (1 tags, 2 commit, 4 superblock, 5 revoked), number of the transaction:
 *    superblock: 12 block size   16 blocks   20 first of the log   24 number of the first transaction
 *      28 where it begins (0: nothing to be done)   36 compatible (1 sums of kind 1)   40 incompatible
 *      84 blocks of fast commits (ext_fast.c), at the end
 *    tags: 12 block u32, sum u16, flags u16 (1 the magic was taken out, 2 no uuid follows, 8 the last), high u32 with
 *      64 bits, sum u16 with sums of kind 2, uuid[16]; or with sums of kind 3: block, flags, high, sum, uuid[16].
 *      For each, a block as it will be follows.
 *    revoked: 12 bytes in use u32, blocks that no earlier transaction may write
 *    commit: 12 kind of sum u8 (1)   13 its length u8 (4)   16 sum u32
 * A sum of kind 1 is the CRC-32, highest bit first and not inverted, of a transaction's tags and contents, in its
 * commit.
 * Sums of kind 2 and 3 are CRC-32C that begins with the journal's uuid (superblock, 48): of a block of tags or revoked
 * ones, in its last four bytes; of a commit; of the number and the contents of a block as it stands in the journal, in
 * its tag (of kind 2 the low half). A transaction counts once its commit is there. */
#include "unpack/fmt/ext.h"
#include "unpack/vendor.h"

enum {
	MAGIC_LEN = 12,
	TAGS = 1,
	COMMIT = 2,
	REVOKED = 5,
	WIDE = 2,
	SUM2 = 8,
	SUM3 = 16,
	FAST = 32
};
enum { ESCAPED = 1, SAME = 2, LAST = 8, STEPS = 1 << 24 /* groups looked at for old inodes */ };
#define MAGIC 0xc03b3998u

typedef struct journal {
	const as_ext *x;
	uint64_t *blocks;      /* where each of its blocks stands */
	uint64_t n, end, room; /* end: of the fast commits, which begin one behind n */
	uint32_t first, sequence, start, incompat;
	uint32_t seed; /* of its sums */
	bool sums1;
	uint32_t sum1;  /* of kind 1, of the transaction so far */
	uint64_t torn;  /* where a block with a wrong sum ended the log, or 0 */
	uint64_t wrong; /* how many contents of blocks had a wrong sum; the first stands at */
	uint64_t wrong_at;
} journal;

static as_status gather(void *ctx, uint64_t logical, uint64_t physical, uint64_t n)
{
	journal *j = ctx;
	for (uint64_t i = 0; i < n && logical + i < j->room; i++)
		j->blocks[logical + i] = physical ? physical + i : 0;
	j->n = as_min(logical + n, j->room);
	return AS_OK;
}

static as_span block_of(const journal *j, uint64_t i)
{
	uint64_t at = i < j->n ? j->blocks[i] : 0;
	return at ? as_cut(j->x->body, at * j->x->super.block, j->x->super.block) : (as_span){ 0 };
}

/* Reads the journal's map and superblock; false if it is none. */
static bool open_journal(const as_ext *x, journal *j)
{
	as_ext plain = *x;
	as_ext_inode i;
	uint64_t bad_at = 0;
	*j = (journal){ .x = x };
	plain.replayed = NULL;
	plain.fast = NULL;
	if (!as_ext_read_inode(&plain, x->super.journal, &i) || i.type != AS_FILE)
		return false;
	j->room = as_min(i.size, x->body.n) / x->super.block;
	j->blocks = as_alloc_array(as_memory(x->u), j->room + 1, sizeof(*j->blocks));
	if (!j->blocks || as_ext_walk(&plain, &i, gather, j, &bad_at) > AS_PARTIAL)
		return false;
	as_cur c = as_cur_be(block_of(j, 0), 0);
	uint32_t magic = as_u32(&c), kind = as_u32(&c);
	as_skip(&c, 4);
	uint32_t size = as_u32(&c), blocks = as_u32(&c);
	j->first = as_u32(&c);
	j->sequence = as_u32(&c);
	j->start = as_u32(&c);
	as_skip(&c, 4);
	j->sums1 = as_u32(&c) & (kind == 4);
	j->incompat = kind == 4 ? as_u32(&c) : 0;
	as_seek(&c, 48);
	j->seed = as_crc32c(UINT32_MAX, as_take(&c, 16));
	as_seek(&c, 84);
	uint32_t fast = as_u32(&c);
	j->end = j->n = as_min(j->n, blocks);
	j->n -= j->incompat & FAST ? as_min(fast ? fast : 256, j->n) : 0;
	return as_ok(&c) && magic == MAGIC && (kind == 3 || kind == 4) && size == x->super.block &&
	       j->first > 0 && j->first < j->n;
}

static uint64_t step(const journal *j, uint64_t i) { return i + 1 < j->n ? i + 1 : j->first; }

/* Kind of the block at i of transaction number, or 0. */
static uint32_t kind_at(const journal *j, uint64_t i, uint32_t *number)
{
	as_cur c = as_cur_be(block_of(j, i), 0);
	uint32_t magic = as_u32(&c), kind = as_u32(&c);
	*number = as_u32(&c);
	return as_ok(&c) && magic == MAGIC ? kind : 0;
}

/* The tags of a block, one by one. */
typedef struct tags {
	const journal *j;
	as_cur c;
	uint64_t block,
		at; /* the block that is written; where it stands in the journal (an index) */
	uint32_t flags, sum;
} tags;

static bool next_tag(tags *t)
{
	bool wide = t->j->incompat & WIDE, sums3 = t->j->incompat & SUM3;
	uint64_t high = 0;
	if (t->flags & LAST)
		return false;
	t->block = as_u32(&t->c);
	if (sums3) {
		t->flags = as_u32(&t->c);
		high = as_u32(&t->c);
		t->sum = as_u32(&t->c);
	} else {
		t->sum = as_u16(&t->c);
		t->flags = as_u16(&t->c);
		high = wide ? as_u32(&t->c) : 0;
		as_skip(&t->c, t->j->incompat & SUM2 ? 2 : 0);
	}
	as_skip(&t->c, t->flags & SAME ? 0 : 16);
	t->block |= wide ? high << 32 : 0;
	t->at = step(t->j, t->at);
	return as_ok(&t->c);
}

static tags tags_at(const journal *j, uint64_t i)
{
	return (tags){ .j = j, .at = i, .c = as_cur_be(block_of(j, i), MAGIC_LEN) };
}

/* Whether a block of tags, revoked ones or a commit has the sum that stands in it. */
static bool block_right(const journal *j, uint64_t i, uint32_t kind)
{
	as_span b = block_of(j, i);
	uint64_t at = kind == COMMIT ? 16 : b.n - 4;
	as_cur c = as_cur_be(b, at);
	uint32_t want = as_u32(&c);
	if (!(j->incompat & (SUM2 | SUM3)) || (kind != TAGS && kind != COMMIT && kind != REVOKED))
		return true;
	uint32_t sum = as_crc32c(j->seed, as_cut(b, 0, at));
	sum = as_crc32c(sum, as_bytes("\0\0\0\0", 4));
	return as_ok(&c) && as_crc32c(sum, as_from(b, at + 4)) == want;
}

/* Goes on with the sum of kind 1 of a transaction. */
static void sum_block(journal *j, uint64_t i)
{
	as_span b = j->sums1 ? block_of(j, i) : (as_span){ 0 };
	for (uint64_t k = 0; k < b.n; k++)
		j->sum1 = as_vendor_cksum_byte(j->sum1, b.p[k]);
}

/* Whether a commit has the sum of kind 1 of what came before it, or none. */
static bool sum_right(journal *j, uint64_t i)
{
	as_cur c = as_cur_be(block_of(j, i), MAGIC_LEN);
	uint8_t kind = as_u8(&c), n = as_u8(&c);
	as_skip(&c, 2);
	uint32_t want = as_u32(&c), sum = j->sum1;
	j->sum1 = UINT32_MAX;
	return !j->sums1 || (kind == 0 && n == 0 && want == 0) ||
	       (kind == 1 && n == 4 && want == sum);
}

/* Whether the contents for a tag have the sum that stands in it. */
static bool contents_right(const journal *j, const tags *t, uint32_t number)
{
	const uint8_t be[4] = { (uint8_t)(number >> 24), (uint8_t)(number >> 16),
		(uint8_t)(number >> 8), (uint8_t)number };
	if (!(j->incompat & (SUM2 | SUM3)))
		return true;
	uint32_t sum = as_crc32c(as_crc32c(j->seed, as_bytes(be, 4)), block_of(j, t->at));
	return (j->incompat & SUM3 ? sum : sum & 0xffff) == t->sum;
}

/* The contents for a tag take the place of its block, if they are right. */
static as_status note_contents(journal *j, const tags *t, uint32_t number, as_map *out)
{
	uint64_t at = j->blocks[t->at];
	if (contents_right(j, t, number))
		return as_map_set(out, t->block, at << 1 | (t->flags & ESCAPED));
	j->wrong_at = j->wrong++ ? j->wrong_at : at;
	return AS_OK;
}

/* Walks the log from its start; each is called for every block of transactions up to last. Answers the number after
 * the last transaction that was committed. */
static uint32_t walk_log(journal *j, uint32_t last, as_map *revoked, as_map *out, as_status *s)
{
	uint32_t due = j->sequence, number = 0;
	uint64_t i = j->start, passed = 0;
	j->sum1 = UINT32_MAX;
	while (passed < j->n && *s == AS_OK && due != last) {
		uint32_t kind = kind_at(j, i, &number);
		if (kind == 0 || number != due)
			break;
		bool summing = !out && !revoked;
		if (!block_right(j, i, kind) || (summing && kind == COMMIT && !sum_right(j, i))) {
			j->torn = j->blocks[i];
			break;
		}
		tags t = tags_at(j, i);
		if (summing && kind == TAGS)
			sum_block(j, i);
		while (kind == TAGS && passed < j->n && *s == AS_OK && next_tag(&t)) {
			uint64_t by = 0, at = block_of(j, t.at).n ? j->blocks[t.at] : 0;
			bool banned = out && as_map_get(revoked, t.block, &by) &&
				      (int32_t)((uint32_t)by - due) >= 0;
			if (out && !banned && at)
				*s = note_contents(j, &t, due, out);
			if (summing)
				sum_block(j, t.at);
			passed++;
		}
		as_cur c = as_cur_be(block_of(j, i), MAGIC_LEN);
		uint32_t used = kind == REVOKED ? as_u32(&c) : 0;
		while (revoked && !out && used > as_pos(&c) && as_ok(&c) && *s == AS_OK) {
			uint64_t block = as_uint(&c, j->incompat & WIDE ? 8 : 4);
			*s = as_ok(&c) ? as_map_set(revoked, block, due) : AS_OK;
		}
		due += kind == COMMIT;
		i = step(j, t.at);
		passed++;
	}
	return due;
}

as_status as_ext_replay(as_ext *x)
{
	journal j;
	as_map revoked = { 0 };
	as_status s = AS_OK;
	if (!open_journal(x, &j))
		return as_lost(x->u, 1024 + 96, "journal holds changes that cannot be read");
	if (j.start == 0)
		return AS_OK;
	uint32_t end = walk_log(&j, j.sequence - 1, NULL, NULL, &s);
	(void)walk_log(&j, end, &revoked, NULL, &s);
	(void)walk_log(&j, end, &revoked, x->replayed, &s);
	as_map_free(&revoked);
	as_tellf(x->u, as_cut(x->body, 1024 + 96, 4), "journal", "%u transactions were replayed",
		end - j.sequence);
	if (j.torn > 0)
		s = as_worse(s, as_lost(x->u, j.torn * x->super.block,
					"a checksum in the journal is wrong: its transaction and "
					"those behind it were not replayed"));
	if (j.wrong > 0)
		s = as_worse(s, as_lost(x->u, j.wrong_at * x->super.block,
					"blocks in the journal have a wrong checksum: what they "
					"would write is left as it was"));
	if (j.incompat & FAST && j.n + 1 < j.end && s <= AS_PARTIAL)
		s = as_worse(s, as_ext_fast_replay(x, j.blocks + j.n + 1, j.end - j.n - 1, end));
	return s;
}

/* Whether all blocks of a file are free now. */
typedef struct freedom {
	const as_ext *x;
	uint64_t n; /* blocks */
	bool all;
} freedom;

static bool is_free(const as_ext *x, uint64_t block)
{
	const as_ext_super *s = &x->super;
	if (block < s->first_block || block >= s->blocks)
		return false;
	uint64_t group = (block - s->first_block) / s->group_blocks;
	uint64_t bit = (block - s->first_block) % s->group_blocks;
	as_span d = as_ext_bytes(x, as_ext_descriptor_at(s, (uint32_t)group), s->desc_size);
	as_cur c = as_cur_le(d, 0);
	uint64_t map = as_u32(&c);
	as_seek(&c, 18);
	bool blank = as_u16(&c) & 2; /* its bitmap was never written */
	if (s->desc_size >= 64) {
		as_seek(&c, 32);
		map |= (uint64_t)as_u32(&c) << 32;
	}
	as_span bits = as_ext_blocks(x, map, 1);
	return as_ok(&c) && !blank && bits.n > bit / 8 && !(as_at(bits, bit / 8) >> bit % 8 & 1);
}

static as_status look_free(void *ctx, uint64_t logical, uint64_t physical, uint64_t n)
{
	freedom *f = ctx;
	(void)logical;
	if (physical == 0)
		return AS_OK;
	for (uint64_t i = 0; i < n && f->all; i++)
		f->all = is_free(f->x, physical + i);
	f->n += n;
	return f->all ? AS_OK : AS_NOT_THIS;
}

static bool is_recoverable(const as_ext *x, const as_ext_inode *i)
{
	freedom f = { .x = x, .all = true };
	uint64_t bad_at = 0;
	if (i->type != AS_FILE || i->size == 0 || i->size > x->body.n ||
		i->flags & AS_EXT_ENCRYPTED)
		return false;
	if (i->flags & AS_EXT_INLINE)
		return true;
	return as_ext_walk(x, i, look_free, &f, &bad_at) == AS_OK && f.n > 0;
}

static as_status put_deleted(const as_ext *x, const as_ext_inode *i)
{
	as_entry e = { .at = i->at,
		.type = AS_FILE,
		.mode = i->mode,
		.uid = i->uid,
		.gid = i->gid,
		.mtime = i->mtime,
		.nsec = i->nsec,
		.has = AS_HAS_MODE | AS_HAS_OWNER | AS_HAS_MTIME,
		.deleted = true };
	as_node *dir = NULL;
	for (size_t k = 0; k < x->graves->n && e.name.n == 0; k++) {
		if (x->graves->list[k].inode != i->number)
			continue;
		e.name = x->graves->list[k].name;
		dir = x->graves->list[k].dir;
	}
	if (e.name.n == 0)
		e.name = as_print(as_memory(x->u), "inode-%u", i->number);
	as_status s = as_ext_file(x, dir, &e, i);
	return s == AS_OK ? as_ext_xattrs(x, i) : s;
}

/* Notes which inodes a block of the journal holds an older state of: number to place in the body. */
static as_status note_old(
	const as_ext *x, uint64_t block, uint64_t copy, as_map *old, uint64_t *steps)
{
	const as_ext_super *s = &x->super;
	uint32_t per_block = s->block / s->inode_size;
	as_status st = AS_OK;
	for (uint32_t g = 0; g<s->groups && * steps> 0; g++, --*steps) {
		uint64_t at = as_ext_inode_at(x, g * s->group_inodes + 1);
		uint64_t first = at / s->block, n = (s->group_inodes + per_block - 1) / per_block;
		if (at == 0 || block < first || block - first >= n)
			continue;
		uint32_t number = g * s->group_inodes + (uint32_t)(block - first) * per_block + 1;
		for (uint32_t i = 0; i < per_block && st == AS_OK; i++) {
			as_ext_inode was;
			uint64_t from = copy * s->block + (uint64_t)i * s->inode_size;
			as_span raw = as_cut(x->body, from, s->inode_size);
			if (as_ext_parse_inode(raw, number + i, from, &was) && was.links > 0 &&
				was.type == AS_FILE && was.size > 0)
				st = as_map_set(old, number + i, from);
		}
		return st;
	}
	return st;
}

static as_status note_all_old(const as_ext *x, as_map *old)
{
	journal j;
	as_status s = AS_OK;
	uint32_t number = 0;
	uint64_t steps = STEPS;
	if (!x->super.journal || !open_journal(x, &j))
		return AS_OK;
	for (uint64_t i = j.first; i < j.n && s == AS_OK; i++) {
		if (kind_at(&j, i, &number) != TAGS)
			continue;
		tags t = tags_at(&j, i);
		while (s == AS_OK && t.at + 1 < j.n && next_tag(&t))
			if (block_of(&j, t.at).n > 0)
				s = note_old(x, t.block, j.blocks[t.at], old, &steps);
	}
	return s;
}

as_status as_ext_deleted(const as_ext *x)
{
	enum { FIRST = 11 };
	as_map old = { 0 };
	as_status s = note_all_old(x, &old);
	for (uint32_t n = FIRST; n <= x->super.inodes && s <= AS_PARTIAL; n++) {
		as_ext_inode i, was;
		uint64_t from = 0;
		if (!as_ext_read_inode(x, n, &i))
			continue;
		if (as_ext_fast_gone(&i) && i.type == AS_FILE && i.size > 0) {
			s = as_worse(s, put_deleted(x, &i));
			continue;
		}
		if (i.links > 0)
			continue;
		if (i.deleted && is_recoverable(x, &i)) {
			s = as_worse(s, put_deleted(x, &i));
			continue;
		}
		as_span raw = as_map_get(&old, n, &from)
				      ? as_cut(x->body, from, x->super.inode_size)
				      : (as_span){ 0 };
		if (as_ext_parse_inode(raw, n, from, &was) && is_recoverable(x, &was))
			s = as_worse(s, put_deleted(x, &was));
	}
	as_map_free(&old);
	return s;
}
