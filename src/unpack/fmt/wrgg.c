/* SPDX-License-Identifier: Apache-2.0 */
/* WRG and WRGG: headers of Alpha Networks' firmware (D-Link, Netgear).
 *    0 signature [32]   32 magic twice; of wrgg03 (20080321, little-endian): 40 version [16]   56 model [16]
 *   72 flags   80 reserved   88 build [16]; then in either, and either byte order: size   offset   device [32]
 *   MD5 [16] of offset, device and image */
#include "unpack/vendor.h"

enum { WRGG03 = 0x20080321, WRG = 0x20040220, OLD_HEADER = 96, HEADER = 160, END = 56 };

typedef struct header {
	bool old;
	uint32_t n;
	uint64_t len;
	as_span offset, device, md5;
} header;

static bool md5_right(as_span image, const header *h)
{
	as_span pieces[] = { h->offset, h->device, as_cut(image, h->len, h->n) };
	return pieces[2].n > 0 && as_vendor_digest_is("md5", pieces, 3, h->md5);
}

/* wrgg03's magic is little-endian always: the MD5 tells the order of the size. */
static void read_size(as_span image, header *h, as_span size, bool big)
{
	as_cur c = as_cur_of(size, 0, big), other = as_cur_of(size, 0, !big);
	h->n = as_u32(&c);
	if (h->old || md5_right(image, h))
		return;
	uint32_t n = h->n;
	h->n = as_u32(&other);
	if (!md5_right(image, h))
		h->n = h->len + n <= image.n ? n : (uint32_t)as_min(n, h->n);
}

static bool read_header(as_span image, header *h)
{
	for (unsigned big = 0; big < 2; big++) {
		as_cur c = as_cur_of(image, 32, big);
		uint32_t magic = as_u32(&c);
		h->old = magic == WRG;
		if (as_u32(&c) != magic || (magic != WRGG03 && magic != WRG))
			continue;
		h->len = h->old ? OLD_HEADER : HEADER;
		as_seek(&c, h->len - END);
		as_span size = as_take(&c, 4);
		h->offset = as_take(&c, 4);
		h->device = as_take(&c, 32);
		h->md5 = as_take(&c, 16);
		if (!as_ok(&c) || !as_vendor_filled(as_cut(image, 0, 32)) ||
			!as_vendor_filled(h->device) || !as_starts(h->device, "/dev/"))
			return false;
		read_size(image, h, size, big);
		return h->n > 0;
	}
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.len + h.n, image.n),
		.sure = md5_right(image, &h)     ? AS_CHECKSUMMED
			: h.len + h.n <= image.n ? AS_STRUCTURED
						 : AS_PLAUSIBLE,
		.label = as_vendor_string(as_cut(image, 0, 32)) };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.len, "WRGG header");
	as_vendor_text(u, as_cut(body, 0, 32), "signature");
	as_vendor_text(u, h.device, "device");
	if (!h.old) {
		as_vendor_text(u, as_cut(body, 40, 16), "version");
		as_vendor_text(u, as_cut(body, 56, 16), "model");
		as_vendor_text(u, as_cut(body, 88, 16), "build");
	}
	if (h.len + h.n <= body.n)
		s = as_vendor_sum(u, body, h.md5, "md5", md5_right(body, &h), "MD5 is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), h.len, h.n));
}

const as_format as_format_wrgg = {
	.id = "wrgg",
	.title = "WRGG header",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x21\x03\x08\x20\x21\x03\x08\x20",
					     .len = 8,
					     .at = 32 },
		{ .bytes = "\x20\x08\x03\x21\x20\x08\x03\x21", .len = 8, .at = 32 },
		{ .bytes = "\x20\x02\x04\x20\x20\x02\x04\x20", .len = 8, .at = 32 },
		{ .bytes = "\x20\x04\x02\x20\x20\x04\x02\x20", .len = 8, .at = 32 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "wrgg03; the older one; big- and little-endian", NULL },
	.verifies = (const char *const[]){ "MD5 of the image", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = NULL,
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"mkwrggimg.c",
	.see = NULL,
};
