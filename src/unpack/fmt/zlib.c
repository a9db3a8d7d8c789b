/* SPDX-License-Identifier: Apache-2.0 */
/* zlib streams anywhere in raw bytes (RFC 1950).
 *    0 method 8, window (78: 32 KiB)   1 flags: level, check bits   2 deflate blocks, then Adler-32 (big-endian)
 * Two bytes are no magic: a stream counts when all of it decodes, its checksum fits, and enough comes out of enough.
 * So it is said of raw bytes only, never of what another format holds (pictures are full of such streams). */
#include "unpack/stream.h"

enum { PACKED_LEAST = 48, OUT_LEAST = 128, OUT_MOST = 256 << 20, DYNAMIC = 2, CODES_MOST = 29 };

/* Whether the lengths of the code that a dynamic block's codes are written in make a complete code: of bits that
 * are none, hardly any do. Three bits each, from bit 17 of the block on. */
static bool is_complete(as_span block)
{
	as_cur c = as_cur_le(block, 0);
	uint64_t low = as_u64(&c), high = as_u16(&c);
	unsigned n = (low >> 13 & 15) + 4, sum = 0;
	for (unsigned i = 0, bit = 17; i < n; i++, bit += 3) {
		uint64_t v = bit < 64 ? low >> bit : high >> (bit - 64);
		if (bit > 61 && bit < 64)
			v |= high << (64 - bit);
		sum += v & 7 ? 128u >> (v & 7) : 0;
	}
	return as_ok(&c) && sum == 128;
}

/* What the first block must be like: stored, with a length and its complement, or dynamic. */
static bool glance(as_span start)
{
	uint8_t b = as_at(start, 2);
	unsigned type = b >> 1 & 3;
	if (start.n < PACKED_LEAST || as_at(start, 0) != 0x78)
		return false;
	if (type == 0) {
		as_cur c = as_cur_le(start, 3);
		uint16_t n = as_u16(&c), inverse = as_u16(&c);
		return n > 0 && (n ^ inverse) == 0xffff;
	}
	return type == DYNAMIC && b >> 3 <= CODES_MOST && (start.p[3] & 31) <= CODES_MOST &&
	       is_complete(as_from(start, 2));
}

static as_status count(void *ctx, as_span bytes)
{
	uint64_t *n = ctx;
	*n += bytes.n;
	return *n < OUT_MOST ? AS_OK : AS_LIMIT;
}

static as_status probe(as_span image, as_extent *out)
{
	uint64_t n = 0, used = 0;
	uint8_t start[OUT_LEAST];
	size_t some = 0;
	/* Nearly all that begins like one is damaged within the first bytes: the small look is cheap. */
	if (!glance(image) || as_peek(AS_ZLIB, image, start, sizeof(start), &some) != AS_OK ||
		some < OUT_LEAST)
		return AS_NOT_THIS;
	if (as_decode(AS_ZLIB, image, count, &n, &used) != AS_OK || used < PACKED_LEAST) {
		out->work = n + used;
		return AS_NOT_THIS;
	}
	*out = (as_extent){ .size = used, .sure = AS_PLAUSIBLE };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	return as_stream_unpack(u, AS_ZLIB, body, &(as_entry){ .type = AS_PART });
}

const as_format as_format_zlib = {
	.id = "zlib",
	.title = "zlib stream",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "\x78\x01", .len = 2, .at = 0 },
		{ .bytes = "\x78\x5e", .len = 2, .at = 0 },
		{ .bytes = "\x78\x9c", .len = 2, .at = 0 },
		{ .bytes = "\x78\xda", .len = 2, .at = 0 }, { 0 } },
	.anywhere = true,
	.glance = glance,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "a window of 32 KiB, at any offset of raw bytes", NULL },
	.verifies = (const char *const[]){ "Adler-32: without it, it is none", NULL },
	.samples = (const char *const[]){ "zlib 1.2.13 (Python)", NULL },
	.keeps = NULL,
	.gaps = (const char *const[]){ "streams of less than 48 bytes, or of which less than 128 "
				       "bytes or more than 256 MiB come out",
		"streams that begin with a block of fixed codes (small ones, mostly)",
		"damaged streams; smaller windows; dictionaries",
		"streams within what another format holds (programs, pictures, file systems)",
		NULL },
	.spec = "https://www.rfc-editor.org/rfc/rfc1950",
	.see = "python3 -c 'import sys, zlib; "
	       "sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read()))' "
	       "< IN > OUT",
};
