/* SPDX-License-Identifier: Apache-2.0 */
/* The first program of Allwinner's chips, little-endian:
 *    0 jump   4 "eGON.BT0"   12 sum u32 of all words, with 5f0a6c39 in its place   16 size u32
 *   20 "SPL", version (U-Boot)   32 offset of the board's name u32
 * The program begins where the jump goes to, in either of ARM's or in RISC-V's code. */
#include "unpack/vendor.h"

enum { HEADER = 0x20, SUM_AT = 12, SIZE_MAX_ = 1 << 20, NAMED_FROM = 2 };
#define STAMP UINT32_C(0x5f0a6c39)

typedef struct egon {
	uint32_t sum, size, name;
	uint8_t version; /* of U-Boot's addition; 0: none */
} egon;

static bool read_egon(as_span image, egon *e)
{
	as_cur c = as_cur_le(image, SUM_AT);
	e->sum = as_u32(&c);
	e->size = as_u32(&c);
	as_span spl = as_take(&c, 4);
	as_skip(&c, 8);
	e->name = as_u32(&c);
	e->version = as_starts(spl, "SPL") ? as_at(spl, 3) : 0;
	return as_ok(&c) && e->size > HEADER && e->size <= SIZE_MAX_ && e->size % 4 == 0;
}

static bool sum_right(as_span image, const egon *e)
{
	as_cur c = as_cur_le(as_cut(image, 0, e->size), 0);
	uint32_t sum = STAMP - e->sum;
	for (uint32_t i = 0; i < e->size / 4; i++)
		sum += as_u32(&c);
	return as_ok(&c) && sum == e->sum;
}

/* Where the jump in the first word goes to; 0 if it is none. */
static uint64_t target(as_span image)
{
	as_cur c = as_cur_le(image, 0);
	uint32_t v = as_u32(&c);
	if (v >> 24 == 0xea)
		return 8 + (uint64_t)(v & 0x7fffff) * 4;
	bool jal = (v & 0xfff) == 0x06f; /* its offset is below 2 KiB */
	return jal && (v >> 20 & 1) == 0 && v >> 31 == 0 ? v >> 20 & 0x7fe : 0;
}

static as_status probe(as_span image, as_extent *out)
{
	egon e;
	if (!read_egon(image, &e))
		return AS_NOT_THIS;
	bool right = sum_right(image, &e);
	uint64_t to = target(image);
	if (!right && (to < HEADER || to >= e.size))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(e.size, image.n),
		.sure = right ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	egon e;
	if (!read_egon(body, &e))
		return as_lost(u, 0, "header is damaged");
	uint64_t to = target(body);
	to = to < HEADER || to >= e.size ? HEADER : to;
	as_struct(u, 0, to, "eGON header");
	as_status s = as_vendor_sum(
		u, body, as_cut(body, SUM_AT, 4), "sum", sum_right(body, &e), "checksum is wrong");
	if (e.version >= NAMED_FROM && e.name >= HEADER && e.name < to)
		as_vendor_text(u, as_cut(body, e.name, to - e.name), "board");
	return as_worse(s, as_vendor_part(u, body, as_lit("program"), to, e.size - to));
}

const as_format as_format_egon = {
	.id = "egon",
	.title = "Allwinner boot program (eGON)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "eGON.BT0", .len = 8, .at = 4 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "ARM and RISC-V", "U-Boot's name of the board", NULL },
	.verifies = (const char *const[]){ "sum of all words", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)", NULL },
	.gaps = NULL,
	.spec = "https://linux-sunxi.org/EGON",
	.see = NULL,
};
