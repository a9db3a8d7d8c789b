/* SPDX-License-Identifier: Apache-2.0 */
/* Edimax's header: 0 "CSYS"   4 start   8 address in flash   12 model [4], such as "RN68"   16 bytes that follow, whose
 *   16-bit words, the last of them the checksum, sum up to zero. Either byte order. */
#include "base/ascii.h"
#include "unpack/vendor.h"

enum { HEADER = 20, LARGEST = 256 << 20, BLOCK = 4096 };

typedef struct header {
	bool big;
	uint32_t start, flash, n;
} header;

static bool sum_right(as_span image, const header *h)
{
	uint16_t sum = 0;
	as_cur c = as_cur_of(as_cut(image, HEADER, h->n), 0, h->big);
	bool any = as_left(&c) >= 2;
	while (as_left(&c) >= 2)
		sum = (uint16_t)(sum + as_u16(&c));
	return any && sum == 0;
}

static bool read_header(as_span image, header *h)
{
	for (size_t i = 12; i < 16; i++)
		if (!as_is_alnum(as_at(image, i)))
			return false;
	for (unsigned big = 0; big < 2; big++) {
		as_cur c = as_cur_of(image, 4, big);
		*h = (header){ .big = big, .start = as_u32(&c) };
		h->flash = as_u32(&c);
		as_skip(&c, 4);
		h->n = as_u32(&c);
		if (as_ok(&c) && h->n > 2 && h->n <= LARGEST && h->n % 2 == 0 &&
			h->flash < LARGEST && h->flash % BLOCK == 0)
			return true;
	}
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	bool whole = HEADER + (uint64_t)h.n <= image.n;
	*out = (as_extent){ .size = as_min(HEADER + (uint64_t)h.n, image.n),
		.sure = whole && sum_right(image, &h) ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "Edimax header");
	as_vendor_text(u, as_cut(body, 12, 4), "model");
	as_tellf(u, as_cut(body, 4, 8), "places", "start=0x%08x flash=0x%08x", h.start, h.flash);
	if (HEADER + (uint64_t)h.n <= body.n) {
		uint64_t at = HEADER + (uint64_t)h.n - 2;
		as_struct(u, at, 2, "checksum");
		s = as_vendor_sum(u, body, as_cut(body, at, 2), "sum", sum_right(body, &h),
			"checksum is wrong");
	}
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), HEADER, h.n - 2));
}

const as_format as_format_edimax = {
	.id = "edimax",
	.title = "Edimax header",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "CSYS", .len = 4, .at = 0 }, { 0 } },
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "big- and little-endian, with a model", NULL },
	.verifies = (const char *const[]){ "sum of the 16-bit words", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the older CSYS header, without a model",
		"other signatures than CSYS", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/mkedimaximg.c",
	.see = NULL,
};
