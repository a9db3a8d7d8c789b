/* SPDX-License-Identifier: Apache-2.0 */
/* Firmware for Arcadyan's boot loader BRN, read from its end: "BRN..." and NUL; before it parts, each filled up so that
 * with its last 12 bytes it is a multiple of 1024, little-endian:
 *    0 bytes of the part   4 12345678   8 CRC-32 of it */
#include "unpack/vendor.h"

enum { FOOTER = 12, UNIT = 1024, MAGIC = 0x12345678, TEXT_MAX = 24, PARTS_MAX = 32 };

typedef struct footer {
	uint32_t n, sum;
	uint64_t at, len; /* of the part with what fills it up */
} footer;

/* Of the part that ends at end. */
static bool read_footer(as_span image, uint64_t end, footer *f)
{
	as_cur c = as_cur_le(image, end < FOOTER ? UINT64_MAX : end - FOOTER);
	*f = (footer){ .n = as_u32(&c) };
	uint32_t magic = as_u32(&c);
	f->sum = as_u32(&c);
	f->len = ((uint64_t)f->n + FOOTER + UNIT - 1) / UNIT * UNIT;
	f->at = end - f->len;
	return as_ok(&c) && magic == MAGIC && f->n > 0 && f->len <= end;
}

/* Where the text at the end begins; 0: there is none. */
static uint64_t text_at(as_span image)
{
	footer f;
	for (uint64_t n = 4; n <= TEXT_MAX && n < image.n && as_at(image, image.n - 1) == 0; n++) {
		uint64_t at = image.n - n;
		as_span text = as_cut(image, at, n - 1);
		if (as_starts(text, "BRN") && as_vendor_printable(text) &&
			as_vendor_string(text).n == text.n && read_footer(image, at, &f))
			return at;
	}
	return 0;
}

static as_status probe(as_span image, as_extent *out)
{
	uint64_t end = text_at(image);
	if (end == 0)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n,
		.sure = AS_STRUCTURED,
		.label = as_cut(image, end, image.n - 1 - end) };
	return AS_OK;
}

static as_status put_part(as_unpack *u, as_span body, const footer *f, unsigned from_end)
{
	uint64_t foot = f->at + f->len - FOOTER;
	as_span data = as_cut(body, f->at, f->n);
	as_struct(u, f->at + f->n, foot - f->at - f->n, "padding");
	as_struct(u, foot, FOOTER, "part's end");
	as_status s = as_vendor_sum(u, body, as_cut(body, foot + 8, 4), "crc",
		as_crc32(0, data) == f->sum, "checksum of a part is wrong");
	return as_worse(s, as_vendor_part(u, body, as_print(as_memory(u), "%u-from-end", from_end),
				   f->at, f->n));
}

static as_status unpack(as_unpack *u, as_span body)
{
	footer f;
	as_status s = AS_OK;
	uint64_t end = text_at(body);
	as_struct(u, end, body.n - end, "signature");
	as_vendor_text(u, as_from(body, end), "signature");
	for (unsigned i = 0; i < PARTS_MAX && end > 0 && s <= AS_PARTIAL; i++) {
		if (!read_footer(body, end, &f))
			return as_worse(s, as_lost(u, end, "no part ends here"));
		s = as_worse(s, put_part(u, body, &f, i));
		end = f.at;
	}
	return s;
}

const as_format as_format_brn = {
	.id = "brn",
	.title = "BRN firmware",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "one part and several", NULL },
	.verifies = (const char *const[]){ "CRC-32 of each part", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "other magics and polynomials than the usual ones",
		"searched only at the end of an object", NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"mkbrnimg.c",
	.see = NULL,
};
