/* SPDX-License-Identifier: Apache-2.0 */
/* MZIP: how Cisco packs IOS for switches, big-endian.
 *    0 "MZIP"   4 version (1)   8 entry point   12 segments   16 flags   20 0 [32]   52 CRC-16 of the segments' headers
 *   and of their packed bytes   54 CRC-16 of bytes 0 to 54; then of each segment:
 *    0 offset   4 load address   8 packing: 1 zip, 2 bzip2, 3 LZMA   12 bytes packed   16 unpacked   20 in memory
 *   24 0 [32]
 * The CRC begins with all ones and is inverted at its end. */
#include "unpack/vendor.h"

enum { HEAD = 56, SUMMED = 54, SEGMENT = 56, SEGMENTS_MAX = 16 };

static const char *const packings[] = { "none", "zip", "bzip2", "lzma" };

typedef struct segment {
	uint32_t at, load, packing, n, plain;
} segment;

static uint32_t count(as_span image)
{
	as_cur c = as_cur_be(image, 12);
	uint32_t n = as_u32(&c);
	return as_ok(&c) && n <= SEGMENTS_MAX ? n : 0;
}

static bool read_segment(as_span image, uint32_t i, segment *g)
{
	as_cur c = as_cur_be(image, HEAD + (uint64_t)i * SEGMENT);
	*g = (segment){ .at = as_u32(&c) };
	g->load = as_u32(&c);
	g->packing = as_u32(&c);
	g->n = as_u32(&c);
	g->plain = as_u32(&c);
	as_skip(&c, 36);
	return as_ok(&c) && g->at >= HEAD + SEGMENT;
}

static bool head_right(as_span image)
{
	as_cur c = as_cur_be(image, SUMMED);
	uint16_t sum = as_u16(&c);
	return as_ok(&c) &&
	       as_vendor_crc16(as_cut(image, 0, SUMMED), 0xffff) + sum == 0xffff /* inverted */;
}

static bool segments_right(as_span body, uint32_t n)
{
	segment g;
	as_cur c = as_cur_be(body, 52);
	uint16_t sum = as_u16(&c);
	uint16_t crc = as_vendor_crc16(as_cut(body, HEAD, (uint64_t)n * SEGMENT), 0xffff);
	for (uint32_t i = 0; i < n && read_segment(body, i, &g); i++)
		crc = as_vendor_crc16(as_cut(body, g.at, g.n), crc);
	return crc + sum == 0xffff;
}

static as_status probe(as_span image, as_extent *out)
{
	segment g;
	uint32_t n = count(image);
	uint64_t end = 0;
	as_cur c = as_cur_be(image, 4);
	if (as_u32(&c) != 1 || n == 0 || !head_right(image))
		return AS_NOT_THIS;
	for (uint32_t i = 0; i < n; i++) {
		if (!read_segment(image, i, &g))
			return AS_NOT_THIS;
		end = as_max(end, (uint64_t)g.at + g.n);
	}
	*out = (as_extent){ .size = as_min(end, image.n), .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	segment g;
	uint32_t n = count(body);
	as_struct(u, 0, HEAD + (uint64_t)n * SEGMENT, "MZIP header");
	as_status s = as_vendor_sum(u, body, as_cut(body, 52, 2), "segments-crc",
		segments_right(body, n), "checksum of the segments is wrong");
	for (uint32_t i = 0; i < n && s <= AS_PARTIAL; i++) {
		if (!read_segment(body, i, &g))
			return as_worse(s, as_lost(u, 0, "a segment's header is damaged"));
		as_tellf(u, as_cut(body, HEAD + (uint64_t)i * SEGMENT, SEGMENT), "segment",
			"%u load=0x%08x unpacked=%u %s", i, g.load, g.plain,
			g.packing < sizeof(packings) / sizeof(packings[0]) ? packings[g.packing]
									   : "unknown");
		s = as_worse(
			s, as_vendor_part(u, body, as_print(as_memory(u), "%u", i), g.at, g.n));
	}
	return s;
}

const as_format as_format_cisco_mzip = {
	.id = "cisco_mzip",
	.title = "Cisco MZIP",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "MZIP", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "version 1; segments packed by zip, bzip2 and LZMA", NULL },
	.verifies = (const char *const[]){ "CRC-16 of the header and of the segments", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "headers whose checksum is wrong",
		"texts behind the segments stay a trailing part", NULL },
	.spec = "https://github.com/bvanheu/linux-cisco",
	.see = NULL,
};
