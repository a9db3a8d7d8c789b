/* SPDX-License-Identifier: Apache-2.0 */
/* ProgramStore: firmware of cable modems with Broadcom's chips, big-endian; the magic is the maker's.
 *    0 signature u16   2 packing u16   4 revision u16, u16   8 time   12 bytes that follow   16 load address
 *   20 file name [64]   84 CRC-16 of bytes 0 to 84, begun with ones and inverted   86 u16   88 CRC-32 of what
 *   follows, the highest bit first   92 data */
#include "unpack/vendor.h"

enum { HEADER = 92, SUMMED = 84, NAME = 64 };

static const char *const packings[] = { "none", "LZRW1/KH", "mini-LZO", "none", "NRV2D99", "LZMA",
	"none", "none" };

typedef struct header {
	uint16_t signature, packing, head_sum;
	uint32_t time, n, load, sum;
	as_span name;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 0);
	*h = (header){ .signature = as_u16(&c) };
	h->packing = as_u16(&c);
	as_skip(&c, 4);
	h->time = as_u32(&c);
	h->n = as_u32(&c);
	h->load = as_u32(&c);
	h->name = as_take(&c, NAME);
	h->head_sum = as_u16(&c);
	as_skip(&c, 2);
	h->sum = as_u32(&c);
	return as_ok(&c) && h->n > 0 && h->packing < 8 && as_vendor_printable(h->name) &&
	       as_vendor_crc16(as_cut(image, 0, SUMMED), 0xffff) + h->head_sum ==
		       0xffff /* inverted */;
}

/* CRC-32 with the highest bit first is cksum's without the length, begun with ones. */
static bool sum_right(as_span image, const header *h)
{
	uint32_t crc = UINT32_MAX;
	as_span data = as_cut(image, HEADER, h->n);
	for (size_t i = 0; i < data.n; i++)
		crc = as_vendor_cksum_byte(crc, data.p[i]);
	return data.n > 0 && ~crc == h->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(HEADER + (uint64_t)h.n, image.n),
		.sure = AS_CHECKSUMMED,
		.label = as_vendor_string(h.name) };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "ProgramStore header");
	as_tellf(u, as_cut(body, 0, 2), "signature", "0x%04x", h.signature);
	as_tell(u, as_cut(body, 2, 2), "compression", as_lit(packings[h.packing]));
	as_tellf(u, as_cut(body, 8, 4), "time", "%u", h.time);
	as_tellf(u, as_cut(body, 16, 4), "load", "0x%08x", h.load);
	as_vendor_text(u, h.name, "name");
	if (HEADER + (uint64_t)h.n <= body.n)
		s = as_vendor_sum(u, body, as_cut(body, 88, 4), "crc", sum_right(body, &h),
			"checksum is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), HEADER, h.n));
}

const as_format as_format_bcm_ps = {
	.id = "bcm_ps",
	.title = "Broadcom ProgramStore",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "any maker's signature", NULL },
	.verifies = (const char *const[]){ "CRC-16 of the header, CRC-32 of the image", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "packed images, but what is found in them by search",
		"images within other objects", NULL },
	.spec = "https://github.com/Broadcom/aeolus/tree/master/ProgramStore",
	.see = NULL,
};
