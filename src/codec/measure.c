/* SPDX-License-Identifier: Apache-2.0 */
/* How long a stream is, told from its frames without decoding them. */
#include <zstd.h>

#include "base/hash.h"
#include "codec/stream.h"

/* ---- xz (https://tukaani.org/xz/xz-file-format.txt) ---- */

enum { LZMA2 = 0x21 /* the filter that ends every chain in practice */ };

/* Seven bits a byte, at most nine bytes. */
static uint64_t vli(as_cur *c)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 63 && as_ok(c); shift += 7) {
		uint8_t b = as_u8(c);
		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
	c->bad = true;
	return 0;
}

/* LZMA2 chunks say how long they are: up to the one that ends them. */
static void skip_lzma2(as_cur *c)
{
	uint8_t control = as_u8(c);
	while (as_ok(c) && control != 0) {
		if (control < 0x80 && control > 2)
			c->bad = true;
		if (control >= 0x80)
			as_skip(c, 2); /* size when decoded */
		uint32_t n = as_u16(c) + 1u;
		as_skip(c, control >= 0xc0 ? 1 : 0); /* new properties */
		as_skip(c, n);
		control = as_u8(c);
	}
}

static void skip_xz_block(as_cur *c, unsigned check_len)
{
	size_t start = as_pos(c);
	size_t n = ((size_t)as_at(c->s, start) + 1) * 4;
	as_span header = as_take(c, n);
	as_cur h = as_cur_le(as_cut(header, 0, n - 4), 1), sum = as_cur_le(header, n - 4);
	uint8_t flags = as_u8(&h);
	uint64_t packed = flags & 0x40 ? vli(&h) : 0, last = 0;
	if (flags & 0x80)
		(void)vli(&h);
	for (unsigned i = 0; i <= (flags & 3u); i++) {
		last = vli(&h);
		uint64_t properties = vli(&h);
		as_skip(&h, properties);
	}
	if (!as_ok(c) || !as_ok(&h) || as_u32(&sum) != as_crc32(0, as_cut(header, 0, n - 4)) ||
		(last != LZMA2 && packed == 0)) {
		c->bad = true;
		return;
	}
	if (packed > 0)
		as_skip(c, packed);
	else
		skip_lzma2(c);
	as_align(c, 4); /* the stream starts on four bytes of the span */
	as_skip(c, check_len);
}

static void skip_xz_index(as_cur *c)
{
	size_t start = as_pos(c);
	as_skip(c, 1);
	uint64_t n_records = vli(c);
	for (uint64_t i = 0; i < n_records && as_ok(c); i++) {
		(void)vli(c);
		(void)vli(c);
	}
	as_align(c, 4);
	as_span index = as_cut(c->s, start, as_pos(c) - start);
	if (as_u32(c) != as_crc32(0, index))
		c->bad = true;
}

static bool xz_size(as_span in, uint64_t *n)
{
	static const uint8_t check_lens[16] = { 0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64,
		64 };
	as_cur c = as_cur_le(in, 6);
	as_span flags = as_take(&c, 2);
	uint32_t sum = as_u32(&c);
	if (!as_ok(&c) || sum != as_crc32(0, flags))
		return false;
	unsigned check_len = check_lens[as_at(flags, 1) & 15];
	while (as_ok(&c) && as_left(&c) > 0 && as_at(in, as_pos(&c)) != 0)
		skip_xz_block(&c, check_len);
	skip_xz_index(&c);
	uint32_t footer_sum = as_u32(&c);
	as_span footer = as_take(&c, 6);
	as_span magic = as_take(&c, 2);
	*n = as_pos(&c);
	return as_ok(&c) && as_is(magic, "YZ") && footer_sum == as_crc32(0, footer);
}

/* ---- the others ---- */

static bool zstd_size(as_span in, uint64_t *n)
{
	size_t got = ZSTD_findFrameCompressedSize(in.p, in.n);
	*n = got;
	return !ZSTD_isError(got);
}

static bool lz4_size(as_span in, uint64_t *n)
{
	enum { DICT = 1, SUMMED = 4, SIZED = 8, BLOCK_SUMMED = 16, STORED = 0x80000000u };
	as_cur c = as_cur_le(in, 4);
	if ((as_at(in, 0) & 0xf0) == 0x50 && as_at(in, 1) == 0x2a) { /* to be skipped */
		uint32_t skipped = as_u32(&c);
		as_skip(&c, skipped);
		*n = as_pos(&c);
		return as_ok(&c);
	}
	uint8_t flags = as_u8(&c);
	as_skip(&c, 1);
	as_skip(&c, (flags & SIZED ? 8u : 0u) + (flags & DICT ? 4u : 0u) + 1);
	uint32_t block = as_u32(&c);
	while (as_ok(&c) && block != 0) {
		as_skip(&c, (block & ~(uint32_t)STORED));
		as_skip(&c, flags & BLOCK_SUMMED ? 4 : 0);
		block = as_u32(&c);
	}
	as_skip(&c, flags & SUMMED ? 4 : 0);
	*n = as_pos(&c);
	return as_ok(&c) && flags >> 6 == 1;
}

typedef struct measure {
	as_method method;
	bool (*size)(as_span in, uint64_t *n);
	const as_coder *coder; /* says whether another member follows */
} measure;

static const measure measures[] = {
	{ AS_XZ, xz_size, &as_coder_xz },
	{ AS_ZSTD, zstd_size, &as_coder_zstd },
	{ AS_LZ4_FRAME, lz4_size, &as_coder_lz4 },
	{ AS_LZOP, as_lzop_size, NULL },
	{ AS_LZFSE, as_lzfse_size, NULL },
};

static bool measure_all(const measure *m, as_span in, uint64_t *size)
{
	uint64_t at = 0, n = 0;
	size_t gap = 0;
	if (!m->size(in, &n))
		return false;
	do {
		at += n;
		*size = at;
		if (!m->coder || !m->coder->again(as_from(in, at), &gap))
			break;
		at += gap;
	} while (m->size(as_from(in, at), &n) && n > 0);
	return true;
}

as_status as_stream_size(as_method m, as_span in, uint64_t *size)
{
	*size = 0;
	for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++)
		if (measures[i].method == m)
			return measure_all(&measures[i], in, size) ? AS_OK : AS_PARTIAL;
	return AS_NOT_THIS;
}
