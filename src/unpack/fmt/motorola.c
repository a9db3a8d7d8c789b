/* SPDX-License-Identifier: Apache-2.0 */
/* Two headers before firmware whose CRC-32 lacks the last inversion.
 * Motorola (WR850G and its kin), big-endian: 0 CRC-32 of what follows   4 105770xx, the model   8 TRX
 * Linksys (E8350, AC2350), little-endian: 0 "CHDR"   4 size of all   8 CRC-32 of what follows   12 1   16 image */
#include "unpack/vendor.h"

enum { MODEL_AT = 4, MOTOROLA = 8, CHDR = 16 };

typedef struct header {
	bool chdr;
	uint64_t size, at, summed_at; /* of all; of the image; of what the sum is over */
	uint32_t sum, model;
} header;

static bool read_header(as_span image, header *h)
{
	if (as_starts(image, "CHDR")) {
		as_cur c = as_cur_le(image, 4);
		*h = (header){ .chdr = true, .size = as_u32(&c), .at = CHDR, .summed_at = 12 };
		h->sum = as_u32(&c);
		return as_u32(&c) == 1 && as_ok(&c) && h->size > CHDR;
	}
	as_cur c = as_cur_be(image, 0);
	*h = (header){ .sum = as_u32(&c), .at = MOTOROLA };
	h->model = as_u32(&c);
	h->summed_at = MODEL_AT;
	bool trx = as_is(as_take(&c, 4), "HDR0");
	c.big = false;
	h->size = MOTOROLA + (uint64_t)as_u32(&c);
	return as_ok(&c) && trx && h->model >> 8 == 0x105770 && h->size > MOTOROLA;
}

static bool sum_right(as_span image, const header *h)
{
	as_span data = as_cut(image, h->summed_at, h->size - h->summed_at);
	return data.n > 0 && as_vendor_jamcrc(data) == h->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.size, image.n),
		.sure = sum_right(image, &h) ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.at, "header");
	if (!h.chdr)
		as_tellf(u, as_cut(body, MODEL_AT, 4), "model", "0x%08x", h.model);
	if (h.size <= body.n)
		s = as_vendor_sum(u, body, as_cut(body, h.chdr ? 8 : 0, 4), "crc",
			sum_right(body, &h), "checksum is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), h.at, h.size - h.at));
}

const as_format as_format_motorola = {
	.id = "motorola",
	.title = "Motorola or Linksys CHDR header",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x10\x57\x70", .len = 3, .at = MODEL_AT },
		{ .bytes = "CHDR", .len = 4, .at = 0 }, { 0 } },
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "Motorola's, before TRX", "Linksys's CHDR", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the image", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = NULL,
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"motorola-bin.c",
	.see = NULL,
};
