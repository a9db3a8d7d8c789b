/* SPDX-License-Identifier: Apache-2.0 */
/* The last 8 bytes of firmware for Texas Instruments' boot loaders and what became of them (AVM's kernel.image,
 * Linksys, D-Link, Zyxel on AR7), little-endian: 0 c453de23   4 CRC-32 of all before, as POSIX's cksum has it */
#include "unpack/vendor.h"

enum { TAIL = 8, MAGIC = 0xc453de23 };

static bool read_tail(as_span image, uint32_t *sum)
{
	as_cur c = as_cur_le(as_from(image, image.n - TAIL), 0);
	uint32_t magic = as_u32(&c);
	*sum = as_u32(&c);
	return as_ok(&c) && image.n > TAIL && magic == MAGIC;
}

static bool sum_right(as_span image, uint32_t sum)
{
	return as_vendor_cksum(as_cut(image, 0, image.n - TAIL)) == sum;
}

static as_status probe(as_span image, as_extent *out)
{
	uint32_t sum;
	if (!read_tail(image, &sum))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n,
		.sure = sum_right(image, sum) ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint32_t sum;
	if (!read_tail(body, &sum))
		return as_lost(u, 0, "last bytes are damaged");
	as_struct(u, body.n - TAIL, TAIL, "checksum");
	as_status s = as_vendor_sum(u, body, as_from(body, body.n - 4), "crc", sum_right(body, sum),
		"checksum is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), 0, body.n - TAIL));
}

const as_format as_format_ti_cksum = {
	.id = "ti_cksum",
	.title = "image with TI checksum",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "the checksum behind an image", NULL },
	.verifies = (const char *const[]){ "CRC-32 of cksum", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "searched only at the end of an object", NULL },
	.spec = "https://github.com/Freetz-NG/freetz-ng",
	.see = NULL,
};
