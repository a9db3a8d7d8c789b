/* SPDX-License-Identifier: Apache-2.0 */
/* lzma-alone, the format of the LZMA SDK and of "xz --format=lzma"; no magic and no checksum.
 *    0 properties ((pb * 5 + lp) * 9 + lc)   1 dictionary size (LE)   5 uncompressed size, or all
 *   ones (LE)   13 range coder, whose first byte is 0
 * Found by the properties that firmware uses with a dictionary in units of 64 KiB, and believed
 * only when it decodes. */
#include "unpack/stream.h"

enum { HEADER = 13, LARGEST = 1 << 30 };

/* Encoders write 2^n or 2^n + 2^(n-1); some write all ones. */
static bool usual_dictionary(uint32_t n)
{
	uint32_t low = n & (~n + 1u); /* its lowest bit */
	uint32_t rest = n & ~low;
	return n == UINT32_MAX || (n >= 4096 && n <= LARGEST && (rest == 0 || rest == low << 1));
}

static bool glance(as_span start)
{
	as_cur c = as_cur_le(start, 0);
	uint8_t properties = as_u8(&c);
	uint32_t dictionary = as_u32(&c);
	uint64_t size = as_u64(&c);
	as_span coder = as_take(&c, 5);
	bool known = size != UINT64_MAX;
	if (!as_ok(&c) || properties >= 9 * 5 * 5 || !usual_dictionary(dictionary))
		return false;
	/* A range coder that starts with nothing but zeros is a table of small numbers, not
	 * LZMA. */
	return coder.p[0] == 0 && !as_all(coder, 0) && (!known || (size > 0 && size <= UINT32_MAX));
}

static as_status probe(as_span image, as_extent *out)
{
	return glance(image) ? as_stream_probe(AS_LZMA_ALONE, image, false, out) : AS_NOT_THIS;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_cur c = as_cur_le(body, 0);
	uint8_t p = as_u8(&c);
	as_tellf(
		u, as_cut(body, 0, 1), "properties", "lc=%d lp=%d pb=%d", p % 9, p / 9 % 5, p / 45);
	as_tellf(u, as_cut(body, 1, 4), "dictionary", "%u", as_u32(&c));
	return as_stream_unpack(u, AS_LZMA_ALONE, body, &(as_entry){ .type = AS_PART });
}

const as_format as_format_lzma = {
	.id = "lzma",
	.title = "LZMA alone",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "\x5d\0\0", .len = 3, .at = 0 },
		{ .bytes = "\x5e\0\0", .len = 3, .at = 0 },
		{ .bytes = "\x6c\0\0", .len = 3, .at = 0 },
		{ .bytes = "\x6d\0\0", .len = 3, .at = 0 },
		{ .bytes = "\x6e\0\0", .len = 3, .at = 0 },
		{ .bytes = "\x5d\xff\xff\xff\xff", .len = 5, .at = 0 }, { 0 } },
	.anywhere = true,
	.glance = glance,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with a size, or with an end mark",
		"properties 5d, 5e, 6c, 6d, 6e; a dictionary in units of 64 KiB, or of 4 GiB less "
		"one",
		NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "xz 5.4.1 (--format=lzma)", "Python 3.11 (lzma)", NULL },
	.gaps = (const char *const[]){ "vendors' variants with another header",
		"properties other than 5d, 5e, 6c, 6d and 6e are not searched for", NULL },
	.spec = "https://www.7-zip.org/sdk.html",
	.see = "xz --format=lzma -dc < IN > OUT",
};
