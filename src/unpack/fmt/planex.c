/* SPDX-License-Identifier: Apache-2.0 */
/* Planex's header, big-endian; no magic: 0 SHA-1 of the number 2 (u32) and the image [20]   20 version [8]   28 04 08
 *   30 size of the image   34 image */
#include "unpack/vendor.h"

enum { HEADER = 34, SHA1 = 20 };

static bool read_header(as_span image, uint32_t *n)
{
	as_cur c = as_cur_be(image, SHA1);
	as_span version = as_take(&c, 8);
	uint16_t mark = as_u16(&c);
	*n = as_u32(&c);
	return as_ok(&c) && mark == 0x0408 && *n > 0 && as_vendor_printable(version);
}

static bool sum_right(as_span image, uint32_t n)
{
	as_span pieces[] = { as_bytes("\0\0\0\2", 4), as_cut(image, HEADER, n) };
	return pieces[1].n > 0 && as_vendor_digest_is("sha1", pieces, 2, as_cut(image, 0, SHA1));
}

/* Two bytes and a text are in many files: the digest decides. */
static as_status probe(as_span image, as_extent *out)
{
	uint32_t n;
	if (!read_header(image, &n) || !sum_right(image, n))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = HEADER + (uint64_t)n, .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint32_t n;
	if (!read_header(body, &n))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "Planex header");
	as_vendor_text(u, as_cut(body, SHA1, 8), "version");
	as_status s = as_vendor_sum(
		u, body, as_cut(body, 0, SHA1), "sha1", sum_right(body, n), "SHA-1 is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), HEADER, n));
}

const as_format as_format_planex = {
	.id = "planex",
	.title = "Planex header",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x04\x08", .len = 2, .at = 28 }, { 0 } },
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "the header before an image", NULL },
	.verifies = (const char *const[]){ "SHA-1 of the image", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "images whose digest is wrong, or that are cut off", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/mkplanexfw.c",
	.see = NULL,
};
