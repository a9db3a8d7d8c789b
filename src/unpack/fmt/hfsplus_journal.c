/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of HFS+. The block that the volume header names, big-endian:
 *    0 flags u32 (1: on this volume, 4: not begun yet)   36 where it stands u64   44 size u64
 * The journal, in the order of whoever wrote it:
 *    0 "xLNJ" u32   4 0x12345678   8 start u64   16 end u64   24 size u64   32 bytes of a list's header u32
 *   36 sum u32   40 bytes of its own header, which is also the unit of places, u32
 * From start to end, and around: lists, each a header and the blocks it tells of, one behind the other:
 *    2 blocks u16 (the first is none)   4 bytes u32   8 sum of the first 32 bytes u32   then 16 bytes for each:
 *    0 place u64 (ffffffffffffffff: none)   8 bytes u32 */
#include <string.h>

#include "unpack/fmt/hfsplus.h"

enum { JOURNAL_MOST = 64 << 20, SUM_HEADER = 44, SUM_LIST = 32, LIST_HEADER = 16, BLOCK_INFO = 16 };
#define MAGIC 0x4a4e4c78u
#define ORDER 0x12345678u

typedef struct journal {
	as_span all;
	bool big;
	uint64_t start, end, size;
	uint32_t list, unit;
	bool right; /* its checksum is */
} journal;

/* The sum of bytes with the four at skip taken as zeros. */
static uint32_t sum_of(as_span s, uint64_t skip)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < s.n; i++) {
		uint32_t b = i >= skip && i < skip + 4 ? 0 : s.p[i];
		sum = sum << 8 ^ (sum + b);
	}
	return ~sum;
}

static bool read_header(journal *j)
{
	as_cur c = as_cur_be(j->all, 4);
	j->big = as_u32(&c) == ORDER;
	c = as_cur_of(j->all, 0, j->big);
	uint32_t magic = as_u32(&c), order = as_u32(&c);
	j->start = as_u64(&c);
	j->end = as_u64(&c);
	j->size = as_u64(&c);
	j->list = as_u32(&c);
	uint32_t sum = as_u32(&c);
	j->unit = as_u32(&c);
	j->right = sum == sum_of(as_cut(j->all, 0, SUM_HEADER), 36);
	return as_ok(&c) && magic == MAGIC && order == ORDER && j->unit >= 512 &&
	       j->unit <= 65536 && j->size <= j->all.n && j->size > j->unit &&
	       j->start >= j->unit && j->start <= j->size && j->end >= j->unit &&
	       j->end <= j->size && j->list >= LIST_HEADER + BLOCK_INFO && j->list <= j->size;
}

/* What lies between start and end, in one piece. */
static as_span in_line(const as_hfs *v, const journal *j)
{
	if (j->start <= j->end)
		return as_cut(j->all, j->start, j->end - j->start);
	uint64_t first = j->size - j->start, n = first + (j->end - j->unit);
	uint8_t *out = as_alloc(as_memory(v->u), n);
	if (!out)
		return (as_span){ 0 };
	as_span tail = as_cut(j->all, j->start, first), head = as_cut(j->all, j->unit, n - first);
	memcpy(out, tail.p, tail.n);
	if (head.n > 0)
		memcpy(out + tail.n, head.p, head.n);
	return as_bytes(out, tail.n + head.n);
}

/* Takes one list's blocks; false if it is none. */
static bool take_list(as_hfs *v, const journal *j, as_span list, size_t room, uint32_t *used)
{
	as_cur c = as_cur_of(list, 2, j->big);
	uint32_t blocks = as_u16(&c);
	*used = as_u32(&c);
	uint32_t sum = as_u32(&c);
	uint64_t at = j->list;
	bool good = as_ok(&c) && sum == sum_of(as_cut(list, 0, SUM_LIST), 8) && blocks > 0 &&
		    *used >= j->list && *used <= list.n &&
		    LIST_HEADER + (uint64_t)blocks * BLOCK_INFO <= j->list;
	as_seek(&c, LIST_HEADER + BLOCK_INFO);
	for (uint32_t i = 1; good && i < blocks; i++) {
		uint64_t place = as_u64(&c), bytes = as_u32(&c), to = 0;
		as_skip(&c, 4);
		as_span data = as_cut(list, at, bytes);
		good = data.n == bytes;
		at += bytes;
		if (place == UINT64_MAX || !good || v->n_patches == room)
			continue;
		good = as_mul(&to, place, j->unit) && to < v->body.n;
		if (good)
			v->patches[v->n_patches++] = (as_hfs_patch){ to, data };
	}
	return good;
}

static as_status replay(as_hfs *v, const journal *j, uint64_t at)
{
	as_span lists = in_line(v, j);
	size_t room = lists.n / BLOCK_INFO, n = 0;
	v->patches = as_alloc_array(as_memory(v->u), room + 1, sizeof(*v->patches));
	if (!v->patches || (lists.n == 0 && j->start != j->end))
		return AS_NOMEM;
	for (uint64_t from = 0; from < lists.n; n++) {
		uint32_t used = 0;
		if (!take_list(v, j, as_from(lists, from), room, &used))
			return as_lost(v->u, at + j->start,
				"the journal is damaged: what it has behind that was not replayed");
		from += used;
	}
	as_tellf(v->u, as_cut(v->body, at, SUM_HEADER), "journal", "%zu transactions were replayed",
		n);
	return AS_OK;
}

as_status as_hfs_read_journal(as_hfs *v, uint32_t block)
{
	as_cur c = as_cur_be(v->body, as_min(v->first + block * v->block, v->body.n));
	uint32_t flags = as_u32(&c);
	as_skip(&c, 32);
	uint64_t at = as_u64(&c), size = as_u64(&c);
	if (!as_ok(&c) || !(flags & 1))
		return as_refused(v->u, v->first + block * v->block, "unsupported",
			"the journal is not on this volume: it was not looked at");
	if (flags & 4)
		return AS_OK;
	as_span there = as_from(v->body, at);
	journal j = { .all = as_cut(there, 0, as_min(there.n, size)) };
	as_struct(v->u, at, j.all.n, "hfs journal");
	if (!read_header(&j))
		return as_lost(v->u, at, "the journal's header makes no sense");
	as_status s = AS_OK;
	if (!j.right)
		s = as_lost(v->u, at, "the checksum of the journal's header is wrong");
	if (j.start == j.end)
		return s;
	uint64_t n = j.start < j.end ? j.end - j.start : j.size - j.start + j.end - j.unit;
	if (n > JOURNAL_MOST)
		return as_worse(s,
			as_refused(v->u, at, "limit",
				"the journal has more than is replayed: what is told may be old"));
	return as_worse(s, replay(v, &j, at));
}
