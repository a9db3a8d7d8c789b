/* SPDX-License-Identifier: Apache-2.0 */
/* Two of Zyxel's frames around an image. Behind it, little-endian, the last 60 bytes:
 *    0 "ZNBG"   4 device   8 version [48]   56 CRC-32, without the last inversion, of all before
 * Before it, big-endian, 392 bytes:
 *    0 "0RDH"   4 size of this header   8 size of all   12 CRC-32, without the last inversion, of the image
 *   16 two versions [32]   80 size of the image   84 0 [12]   96 code [164]   260 chip [8]   268 board [16]
 *  284 model   288 0 [8]   296 two software versions [32]   360 0 [4]   364 unknown   368 0 [4]
 *  372 CRC-32, without the last inversion, of this header with this field 0   376 0 [4] */
#include "unpack/vendor.h"

enum { TAIL = 60, HEAD = 380, SUM_AT = 372 };

typedef struct frame {
	bool tail;
	uint64_t at, n; /* of the image */
	uint32_t sum;
} frame;

static bool read_frame(as_span image, frame *f)
{
	as_cur c = as_cur_be(image, 4);
	if (as_starts(image, "0RDH")) {
		uint32_t head = as_u32(&c), all = as_u32(&c);
		*f = (frame){ .at = HEAD, .n = (uint64_t)all - HEAD, .sum = as_u32(&c) };
		as_seek(&c, 80);
		return as_u32(&c) == f->n && as_ok(&c) && head == HEAD && all > HEAD;
	}
	as_span tail = as_from(image, image.n - TAIL);
	c = as_cur_le(tail, TAIL - 4);
	*f = (frame){ .tail = true, .n = image.n - TAIL, .sum = as_u32(&c) };
	return as_ok(&c) && image.n > TAIL && as_starts(tail, "ZNBG") &&
	       as_vendor_printable(as_cut(tail, 8, 48));
}

static bool sum_right(as_span image, const frame *f)
{
	return as_vendor_jamcrc(as_cut(image, f->at, f->n)) == f->sum;
}

static bool head_right(as_span image)
{
	as_cur c = as_cur_be(image, SUM_AT);
	uint32_t crc = as_crc32(0, as_cut(image, 0, SUM_AT));
	crc = as_crc32(crc, as_bytes("\0\0\0\0\0\0\0\0", 8));
	return as_u32(&c) == ~crc;
}

static as_status probe(as_span image, as_extent *out)
{
	frame f;
	if (!read_frame(image, &f))
		return AS_NOT_THIS;
	bool right = f.tail ? sum_right(image, &f) : head_right(image);
	*out = (as_extent){ .size = f.tail ? image.n : as_min(HEAD + f.n, image.n),
		.sure = right ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

static void tell_head(as_unpack *u, as_span body)
{
	as_struct(u, 0, HEAD, "Zyxel header");
	as_vendor_text(u, as_cut(body, 260, 8), "chip");
	as_vendor_text(u, as_cut(body, 268, 16), "board");
	as_vendor_text(u, as_cut(body, 296, 32), "version");
}

static void tell_tail(as_unpack *u, as_span tail, uint64_t at)
{
	as_cur c = as_cur_le(tail, 4);
	as_struct(u, at, TAIL, "Zyxel footer");
	as_tellf(u, as_cut(tail, 4, 4), "device", "0x%08x", as_u32(&c));
	as_vendor_text(u, as_cut(tail, 8, 48), "version");
}

static as_status unpack(as_unpack *u, as_span body)
{
	frame f;
	as_status s = AS_OK;
	if (!read_frame(body, &f))
		return as_lost(u, 0, "header is damaged");
	if (f.tail)
		tell_tail(u, as_from(body, f.n), f.n);
	else
		tell_head(u, body);
	if (!f.tail)
		s = as_vendor_sum(u, body, as_cut(body, SUM_AT, 4), "header-crc", head_right(body),
			"checksum of the header is wrong");
	if (f.at + f.n <= body.n)
		s = as_worse(
			s, as_vendor_sum(u, body, as_cut(body, f.tail ? f.n + TAIL - 4 : 12, 4),
				   "crc", sum_right(body, &f), "checksum is wrong"));
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), f.at, f.n));
}

const as_format as_format_zyxel = {
	.id = "zyxel",
	.title = "Zyxel header or footer",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "the header of NR7101 and its kin (0RDH)",
		"the footer of NBG6816 and its kin (ZNBG)", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the image and of the header", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = NULL,
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/zytrx.c",
	.see = NULL,
};
