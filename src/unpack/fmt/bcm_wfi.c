/* SPDX-License-Identifier: Apache-2.0 */
/* Broadcom's whole flash image, by its last 20 bytes, little-endian:
 *    0 CRC-32, without the last inversion, of all before   4 version, 5731 or 5732   8 chip   12 kind of flash
 *   16 flags */
#include "unpack/vendor.h"

enum { TAIL = 20, OLD = 0x5731, NEW = 0x5732, FLASHES = 8, FLAGS = 3 };

static const char *const flashes[FLASHES] = { "none", "NOR", "NAND, blocks of 16 KiB",
	"NAND, blocks of 128 KiB", "NAND, blocks of 256 KiB", "NAND, blocks of 512 KiB",
	"NAND, blocks of 1 MiB", "NAND, blocks of 2 MiB" };

typedef struct tail {
	uint32_t sum, version, chip, flash, flags;
} tail;

static bool read_tail(as_span image, tail *t)
{
	as_cur c = as_cur_le(as_from(image, image.n - TAIL), 0);
	*t = (tail){ .sum = as_u32(&c) };
	t->version = as_u32(&c);
	t->chip = as_u32(&c);
	t->flash = as_u32(&c);
	t->flags = as_u32(&c);
	return as_ok(&c) && image.n > TAIL && t->version >= OLD && t->version <= NEW &&
	       t->flash > 0 && t->flash < FLASHES && t->flags <= FLAGS && t->chip != 0;
}

static bool sum_right(as_span image, const tail *t)
{
	return as_vendor_jamcrc(as_cut(image, 0, image.n - TAIL)) == t->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	tail t;
	if (!read_tail(image, &t))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n,
		.sure = sum_right(image, &t) ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	tail t;
	if (!read_tail(body, &t))
		return as_lost(u, 0, "last bytes are damaged");
	as_span where = as_from(body, body.n - TAIL);
	as_struct(u, body.n - TAIL, TAIL, "whole flash image's end");
	as_tellf(u, as_cut(where, 8, 4), "chip", "0x%x", t.chip);
	as_tell(u, as_cut(where, 12, 4), "flash", as_lit(flashes[t.flash]));
	as_tellf(u, as_cut(where, 16, 4), "flags", "0x%x", t.flags);
	as_status s = as_vendor_sum(
		u, body, as_cut(where, 0, 4), "crc", sum_right(body, &t), "checksum is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), 0, body.n - TAIL));
}

const as_format as_format_bcm_wfi = {
	.id = "bcm_wfi",
	.title = "Broadcom whole flash image",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "versions 0x5731 and 0x5732", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the image", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "searched only at the end of an object", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/bcm4908img.c",
	.see = NULL,
};
