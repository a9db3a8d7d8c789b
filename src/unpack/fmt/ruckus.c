/* SPDX-License-Identifier: Apache-2.0 */
/* Ruckus's header of 160 bytes, big-endian.
 *    0 "RCKS"   4 unknown   12 load address   16 size of the image   20 time   24 MD5 of the image [16]   40 unknown
 *   44 version [16]   60 unknown   108 version again [16]   124 unknown   128 entry point   132 unknown */
#include "unpack/vendor.h"

enum { HEADER = 160, MD5 = 16 };

typedef struct header {
	uint32_t load, n;
	as_span md5;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 12);
	*h = (header){ .load = as_u32(&c) };
	h->n = as_u32(&c);
	as_skip(&c, 4);
	h->md5 = as_take(&c, MD5);
	return as_ok(&c) && image.n > HEADER && h->n > 0 && as_vendor_filled(as_cut(image, 44, 16));
}

static bool md5_right(as_span image, const header *h)
{
	as_span data = as_cut(image, HEADER, h->n);
	return data.n > 0 && as_vendor_digest_is("md5", &data, 1, h->md5);
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(HEADER + (uint64_t)h.n, image.n),
		.sure = md5_right(image, &h) ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "Ruckus header");
	as_vendor_text(u, as_cut(body, 44, 16), "version");
	as_tellf(u, as_cut(body, 12, 4), "load", "0x%08x", h.load);
	if (HEADER + (uint64_t)h.n <= body.n)
		s = as_vendor_sum(u, body, h.md5, "md5", md5_right(body, &h), "MD5 is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), HEADER, h.n));
}

const as_format as_format_ruckus = {
	.id = "ruckus",
	.title = "Ruckus header",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "RCKS", .len = 4, .at = 0 }, { 0 } },
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "the header of ZoneFlex 7363 and its kin", NULL },
	.verifies = (const char *const[]){ "MD5 of the image", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "fields whose meaning is not published", NULL },
	.spec = "https://openwrt.org/toh/ruckus/zf7363",
	.see = NULL,
};
