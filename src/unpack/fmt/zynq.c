/* SPDX-License-Identifier: Apache-2.0 */
/* The boot image of Xilinx's Zynq and ZynqMP, little-endian:
 *    0 vectors   32 aa995566 u32   36 "XNLX"   40 how it is encrypted u32   48 offset of the program u32
 *   60 its address (Zynq) or size (ZynqMP)   64 size u32   72 complement of the sum of the words from 32 to 71
 * Registers to set follow, and the tables of further images, if there are any. */
#include "unpack/vendor.h"

enum {
	FROM = 32,
	SUM_AT = 72,
	REGISTERS_AT = 0xa0,
	REGISTERS_END = 0x8a0,
	HEADER = 0x8c0,
	VECTORS = 32
};
#define EFUSE UINT32_C(0xa5c3c5a3)
#define BBRAM UINT32_C(0x3a5c3c5a)

typedef struct zynq {
	uint32_t key, at, size;
} zynq;

static bool read_zynq(as_span image, zynq *z)
{
	as_cur c = as_cur_le(image, FROM);
	uint32_t sum = 0;
	for (int i = FROM; i < SUM_AT; i += 4)
		sum += as_u32(&c);
	bool right = as_u32(&c) == (uint32_t)~sum;
	c = as_cur_le(image, 40);
	z->key = as_u32(&c);
	as_skip(&c, 4);
	z->at = as_u32(&c);
	as_skip(&c, 12);
	z->size = as_u32(&c);
	/* mkimage counts the header in for Zynq. */
	uint64_t end = (uint64_t)z->at + z->size;
	if (end > image.n && z->size <= image.n && z->size > z->at)
		z->size -= z->at;
	return as_ok(&c) && right && z->at >= REGISTERS_END && z->size > 0;
}

static as_status probe(as_span image, as_extent *out)
{
	zynq z;
	if (!read_zynq(image, &z) || z.at >= image.n)
		return AS_NOT_THIS;
	uint64_t end = (uint64_t)z.at + z.size;
	*out = (as_extent){ .size = as_min(end, image.n), .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	zynq z;
	if (!read_zynq(body, &z))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, as_min(HEADER, z.at), "boot header");
	as_tell(u, as_cut(body, SUM_AT, 4), "header-sum", as_lit("ok"));
	as_status s = AS_OK;
	if (z.key == EFUSE || z.key == BBRAM)
		s = as_refused(u, z.at, "encrypted", "the program is encrypted");
	return as_worse(s, as_vendor_part(u, body, as_lit("program"), z.at, z.size));
}

const as_format as_format_zynq = {
	.id = "zynq",
	.title = "Xilinx Zynq boot image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x66\x55\x99\xaaXNLX", .len = 8, .at = FROM },
		{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "Zynq-7000 and ZynqMP", NULL },
	.verifies = (const char *const[]){ "sum of the header", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)", NULL },
	.gaps = (const char *const[]){ "tables of further partitions",
		"authentication certificates", NULL },
	.spec = "https://docs.amd.com/r/en-US/ug585-zynq-7000-SoC-TRM",
	.see = NULL,
};
