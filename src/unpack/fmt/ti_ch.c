/* SPDX-License-Identifier: Apache-2.0 */
/* The first program of TI's OMAP and AM chips for cards, little-endian: a block of 512 bytes with a table, and the
 * program. Of each entry:
 *    0 offset u32   4 size u32   20 name [12]: "CHSETTINGS" first of all; one of ones ends the table
 *  512 size of the program with these eight bytes u32   516 its address u32   520 the program */
#include "unpack/vendor.h"

enum { BLOCK = 512, ENTRY = 32, GP = 8, SETTINGS = 0xc0c0c0c1, SIZE_LIMIT = 4 << 20 };

typedef struct ch {
	uint32_t size, address;
	uint64_t table; /* its bytes with the end mark */
} ch;

static bool read_ch(as_span image, ch *h)
{
	as_cur c = as_cur_le(image, 0);
	uint32_t at = as_u32(&c), n = as_u32(&c);
	as_span zero = as_take(&c, 12);
	as_cur settings = as_cur_le(image, at);
	uint32_t mark = as_u32(&settings);
	for (h->table = 0; h->table < BLOCK; h->table += ENTRY)
		if (as_all(as_cut(image, h->table, 4), 0xff))
			break;
	c = as_cur_le(image, BLOCK);
	h->size = as_u32(&c);
	h->address = as_u32(&c);
	return as_ok(&c) && as_ok(&settings) && as_all(zero, 0) && mark == SETTINGS &&
	       at >= 2 * ENTRY && at < BLOCK && n <= BLOCK - at && h->table < BLOCK &&
	       h->size > GP && h->size <= SIZE_LIMIT && h->address != 0 && h->address % 4 == 0;
}

static as_status probe(as_span image, as_extent *out)
{
	ch h;
	if (!read_ch(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min((uint64_t)BLOCK + h.size, image.n),
		.sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	ch h;
	if (!read_ch(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, BLOCK + GP, "configuration header");
	as_tellf(u, as_cut(body, BLOCK + 4, 4), "load", "0x%08x", h.address);
	for (uint64_t at = 0; at < h.table; at += ENTRY)
		as_vendor_text(u, as_cut(body, at + 20, 12), "section");
	return as_vendor_part(u, body, as_lit("program"), BLOCK + GP, h.size - GP);
}

const as_format as_format_ti_ch = {
	.id = "ti_ch",
	.title = "TI OMAP boot program (MLO)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "CHSETTINGS\0\0", .len = 12, .at = 20 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "configuration header and program", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)",
		"U-Boot's own build (Debian's u-boot-omap 2023.01)", NULL },
	.gaps = (const char *const[]){ "it has no checksum", "the settings themselves are not told",
		"programs of general-purpose chips without this header, of which only a size and "
		"an address tell",
		"signed ones of high-security chips", NULL },
	.spec = "https://www.ti.com/lit/ug/spruh73q/spruh73q.pdf",
	.see = NULL,
};
