/* SPDX-License-Identifier: Apache-2.0 */
/* lzop: LZO1X blocks with checksums. Big-endian:
 *    0 89 "LZO" 00 0d 0a 1a 0a   9 version u16   11 library version u16
 *   13 needed version u16 (from version 0x0940), method u8, level u8 (from 0x0940), flags u32,
 *   [filter u32], mode u32, mtime u32, [mtime, high half, u32 (from 0x0940)], name (u8 length,
 *   bytes), header checksum u32, [extra field]
 * then blocks: u32 size (0: the end), u32 compressed size, [checksums], data, which is stored if it
 * is not shorter. */
#include <stdlib.h>
#include <zlib.h>

#include "codec/stream.h"

enum {
	MAGIC_LEN = 9,
	VERSIONED = 0x0940,
	BLOCK_MAX = 64 << 20, /* lzop's own bound */
	/* flags */
	ADLER_D = 1,
	ADLER_C = 2,
	EXTRA = 0x40,
	CRC_D = 0x100,
	CRC_C = 0x200,
	FILTER = 0x800,
	CRC_HEADER = 0x1000,
};

typedef struct sums {
	uint32_t adler, crc;
} sums;

static uint32_t adler_of(as_span s) { return (uint32_t)adler32_z(1, s.p, s.n); }

static uint32_t crc_of(as_span s) { return (uint32_t)crc32_z(0, s.p, s.n); }

/* Reads the header; false if it is none or its checksum is wrong. */
static bool header(as_cur *c, uint32_t *flags)
{
	if (!as_same(as_take(c, MAGIC_LEN), as_bytes("\x89LZO\0\r\n\x1a\n", MAGIC_LEN)))
		return false;
	bool versioned = as_u16(c) >= VERSIONED;
	as_skip(c, versioned ? 4 : 2);
	uint8_t method = as_u8(c);
	as_skip(c, versioned ? 1 : 0);
	*flags = as_u32(c);
	if (*flags & FILTER)
		return false; /* filtered data would come out wrong */
	as_skip(c, versioned ? 12 : 8);
	uint8_t name_len = as_u8(c);
	as_skip(c, name_len);
	as_span summed = as_cut(c->s, MAGIC_LEN, as_pos(c) - MAGIC_LEN);
	uint32_t sum = as_u32(c);
	if (!as_ok(c) || method < 1 || method > 3)
		return false;
	if (sum != (*flags & CRC_HEADER ? crc_of(summed) : adler_of(summed)))
		return false;
	if (*flags & EXTRA) {
		uint32_t n = as_u32(c);
		as_skip(c, n);
		as_skip(c, 4); /* its checksum */
	}
	return as_ok(c);
}

static sums read_sums(as_cur *c, bool has_adler, bool has_crc)
{
	sums s = { 0 };
	s.adler = has_adler ? as_u32(c) : 0;
	s.crc = has_crc ? as_u32(c) : 0;
	return s;
}

static bool right(as_span data, sums s, bool has_adler, bool has_crc)
{
	return (!has_adler || adler_of(data) == s.adler) && (!has_crc || crc_of(data) == s.crc);
}

typedef struct block {
	as_span in;
	size_t n; /* bytes when decoded */
	sums plain, packed;
} block;

/* Reads one block's header and cuts its data; n 0 at the end mark. */
static bool next_block(as_cur *c, uint32_t flags, block *b)
{
	*b = (block){ .n = as_u32(c) };
	if (!as_ok(c) || b->n == 0)
		return as_ok(c);
	uint32_t packed = as_u32(c);
	b->plain = read_sums(c, flags & ADLER_D, flags & CRC_D);
	if (packed < b->n)
		b->packed = read_sums(c, flags & ADLER_C, flags & CRC_C);
	if (!as_ok(c) || b->n > BLOCK_MAX || packed > b->n)
		return false;
	b->in = as_take(c, packed);
	return as_ok(c);
}

static as_status give_block(as_flow *f, uint32_t flags, const block *b)
{
	if (b->in.n == b->n) {
		as_status s = as_flow_give(f, b->in);
		return s != AS_OK || right(b->in, b->plain, flags & ADLER_D, flags & CRC_D)
			       ? s
			       : AS_PARTIAL;
	}
	size_t n = b->n;
	uint8_t *out = malloc(n);
	if (!out)
		return AS_NOMEM;
	as_status bad = as_lzo_block(b->in, out, &n);
	as_status s = as_flow_give(f, as_bytes(out, n));
	if (n != b->n || !right(b->in, b->packed, flags & ADLER_C, flags & CRC_C) ||
		!right(as_bytes(out, n), b->plain, flags & ADLER_D, flags & CRC_D))
		bad = AS_PARTIAL;
	free(out);
	return as_worse(bad, s);
}

as_status as_flow_lzop(as_flow *f, size_t peek)
{
	(void)peek;
	as_cur c = as_cur_be(f->in, 0);
	uint32_t flags = 0;
	as_status s = header(&c, &flags) ? AS_OK : AS_NOT_THIS;
	block b = { .n = 1 };
	while (s == AS_OK && b.n > 0) {
		f->used = as_pos(&c);
		if (!next_block(&c, flags, &b))
			return AS_PARTIAL;
		if (b.n > 0)
			s = give_block(f, flags, &b);
	}
	if (s == AS_OK)
		f->used = as_pos(&c);
	return s;
}

bool as_lzop_size(as_span in, uint64_t *n)
{
	as_cur c = as_cur_be(in, 0);
	uint32_t flags = 0;
	block b = { .n = 1 };
	bool ok = header(&c, &flags);
	while (ok && b.n > 0)
		ok = next_block(&c, flags, &b);
	*n = as_pos(&c);
	return ok;
}
