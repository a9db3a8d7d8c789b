/* SPDX-License-Identifier: Apache-2.0 */
/* How the blocks of a SquashFS image are packed. The superblock of version 4 names the compressor, but
 * makers of routers put in their own: LZMA under gzip's number, or before there was a number for it;
 * with the header of an .lzma file, with its five first bytes, or with none, so that lc, lp and pb have
 * to be found. What unpacks the block of the root's inode, and leaves nothing of it, is what was used. */
#include "unpack/fmt/squashfs.h"

#include <string.h>

enum {
	HEADER = 13,           /* of an .lzma file: properties, size of the dictionary, size */
	LC_LP_MOST = 4,        /* liblzma's, and all that anybody was seen to use */
	PROPERTIES_MOST = 224, /* (pb * 5 + lp) * 9 + lc */
	SKIPS = 14,
};

typedef struct room {
	uint8_t *out;
	size_t cap, n;
} room;

static as_status take(void *ctx, as_span bytes)
{
	room *r = ctx;
	size_t n = as_min(bytes.n, r->cap - r->n);
	if (n > 0)
		memcpy(r->out + r->n, bytes.p, n);
	r->n += n;
	return n == bytes.n ? AS_OK : AS_PARTIAL;
}

/* LZMA without the header of a file: it gets one. Nothing tells its end but that of the block. */
static as_status bare(const as_sq *q, as_span raw, uint8_t *out, size_t cap, size_t *n)
{
	as_span body = as_from(raw, q->skip);
	room r = { .out = out, .cap = cap };
	uint64_t used = 0;
	uint8_t *packed = q->packed;
	if (body.n == 0 || body.n > q->packed_most - HEADER)
		return AS_PARTIAL;
	memset(packed, 0xff, HEADER); /* the size is not known */
	packed[0] = (uint8_t)q->properties;
	for (unsigned i = 0; i < 4; i++)
		packed[1 + i] = (uint8_t)(q->super.block >> 8 * i);
	memcpy(packed + HEADER, body.p, body.n);
	as_status s = as_decode(AS_LZMA_ALONE, as_bytes(packed, HEADER + body.n), take, &r, &used);
	*n = r.n;
	if (s == AS_NOMEM || r.n == 0)
		return s == AS_OK ? AS_PARTIAL : s;
	return used == HEADER + body.n && s <= AS_PARTIAL && r.n <= cap ? AS_OK : AS_PARTIAL;
}

as_status as_sq_unpack(const as_sq *q, as_span raw, uint8_t *out, size_t cap, size_t *n)
{
	return q->properties < 0 ? as_decode_block(q->method, raw, out, cap, n)
				 : bare(q, raw, out, cap, n);
}

/* Whether the block that holds the root's inode unpacks to a directory there. */
bool as_sq_root_fits(as_sq *q)
{
	uint8_t raw[AS_SQ_META];
	size_t n = 0;
	uint64_t next = 0;
	as_sq_meta root = as_sq_place(q->super.inode_table, q->super.root);
	if (as_sq_decode_meta(q, root.block, raw, &n, &next) != AS_OK)
		return false;
	as_cur c = as_sq_cur(q, as_bytes(raw, n), root.at);
	unsigned type = as_u16(&c);
	if (q->super.major < 4) /* four bits, at the low end or at the high one */
		type = q->super.big ? type >> 12 : type & 0xf;
	return as_ok(&c) && (type == 1 || type == 8);
}

static bool fits_as(as_sq *q, as_method method, int properties, unsigned skip)
{
	q->method = method;
	q->properties = (int16_t)properties;
	q->skip = (uint8_t)skip;
	return as_sq_root_fits(q);
}

/* The first block of the directories, too: a wrong guess may get through one block, hardly through two. */
static bool fits_twice(as_sq *q, int properties, unsigned skip)
{
	uint8_t raw[AS_SQ_META];
	size_t n = 0;
	uint64_t next = 0;
	return fits_as(q, AS_LZMA_ALONE, properties, skip) &&
	       as_sq_decode_meta(q, q->super.dir_table, raw, &n, &next) == AS_OK && n > 0;
}

/* All properties, behind so many bytes. The range coder's first byte is always 0. */
static bool find_behind(as_sq *q, as_span block, unsigned skip)
{
	if (as_at(block, skip) != 0 || skip >= block.n)
		return false;
	for (int p = 0; p <= PROPERTIES_MOST; p++)
		if (p % 9 + p / 9 % 5 <= LC_LP_MOST && fits_twice(q, p, skip))
			return true;
	return false;
}

static bool find_bare(as_sq *q)
{
	as_sq_meta root = as_sq_place(q->super.inode_table, q->super.root);
	as_span block = as_from(q->body, root.block + 2 + (q->super.marked ? 1 : 0));
	for (unsigned skip = 0; skip < SKIPS; skip++)
		if (find_behind(q, block, skip))
			return true;
	return false;
}

bool as_sq_find_packing(as_sq *q, as_method stated)
{
	static const as_method others[] = { AS_ZLIB, AS_LZMA_ALONE, AS_XZ };
	if (fits_as(q, stated, -1, 0))
		return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i] != stated && fits_as(q, others[i], -1, 0))
			return true;
	if (q->packed && find_bare(q))
		return true;
	(void)fits_as(q, stated, -1, 0);
	return false;
}
