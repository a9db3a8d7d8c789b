/* SPDX-License-Identifier: Apache-2.0 */
/* Meraki's image in flash, big-endian.
 *    0 8e73ed8a   4 size of this header (1024)   8 size of the image   12 SHA-1 of it [20]   32 8e73ed8a, or a1f0beef
 *   36 00060001 and at 40 where kernel, initial file system and device tree are loaded
 *   then 0xff to the header's end */
#include "unpack/vendor.h"

enum { HEADER = 1024, SHA1 = 20, MAGIC = 0x8e73ed8aU, PLACED = 0xa1f0beefU, FIXED = 60 };

typedef struct header {
	uint32_t n, second;
	as_span sum;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 4);
	uint32_t len = as_u32(&c);
	h->n = as_u32(&c);
	h->sum = as_take(&c, SHA1);
	h->second = as_u32(&c);
	return as_ok(&c) && len == HEADER && h->n > 0 && image.n > HEADER &&
	       (h->second == MAGIC || h->second == PLACED);
}

static bool sum_right(as_span image, const header *h)
{
	as_span data = as_cut(image, HEADER, h->n);
	return data.n > 0 && as_vendor_digest_is("sha1", &data, 1, h->sum);
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(HEADER + (uint64_t)h.n, image.n),
		.sure = sum_right(image, &h) ? AS_CHECKSUMMED : AS_STRUCTURED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_cur c = as_cur_be(body, 40);
	as_struct(u, 0, HEADER, "Meraki header");
	if (h.second == PLACED) {
		uint32_t kernel = as_u32(&c), ramdisk = as_u32(&c), fdt = as_u32(&c);
		as_tellf(u, as_cut(body, 40, 12), "places", "kernel=0x%x ramdisk=0x%x fdt=0x%x",
			kernel, ramdisk, fdt);
	}
	if (HEADER + (uint64_t)h.n <= body.n)
		s = as_vendor_sum(u, body, h.sum, "sha1", sum_right(body, &h), "SHA-1 is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), HEADER, h.n));
}

const as_format as_format_meraki = {
	.id = "meraki",
	.title = "Meraki image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x8e\x73\xed\x8a\0\0\x04\0", .len = 8, .at = 0 },
		{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "MR18, MR24; MX60, whose parts have places", NULL },
	.verifies = (const char *const[]){ "SHA-1 of the image", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the older header, of MR12 and MR16", NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"mkmerakifw.c",
	.see = NULL,
};
