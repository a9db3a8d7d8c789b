/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of Broadcom's CFE and of the systems that it boots (NVRAM), little-endian:
 *    0 "FLSH"   4 size u32   8 CRC-8 of bytes 9 to the end   9 version   10 memory's settings [10]
 *   20 "name=value" NUL, again and again, and NUL
 * What comes out is text as of U-Boot's environment (fmt/uboot_env.c): a line for each setting. The CRC is of
 * polynomial 0xd5, the lowest bit first (0xab), from ff. */
#include "unpack/fmt/uboot_env.h"
#include "unpack/vendor.h"

enum { HEADER = 20, SUMMED_FROM = 9, SIZE_LIMIT = 512 << 10, POLY = 0xab };

static bool read_nvram(as_span image, as_span *all, as_span *text, unsigned *n)
{
	as_cur c = as_cur_le(image, 4);
	uint32_t size = as_u32(&c);
	*all = as_cut(image, 0, size);
	*n = 0;
	if (!as_ok(&c) || size <= HEADER || size > SIZE_LIMIT || all->n == 0)
		return false;
	size_t at = HEADER, equals = 0;
	for (size_t i = HEADER; i < all->n; i++) {
		uint8_t b = all->p[i];
		if (b == 0 && i == at)
			break; /* the empty one ends them */
		if (b == 0 && (equals <= at || equals >= i))
			return false;
		if (b == '=' && equals < at)
			equals = i;
		if (b == 0x7f || (b != 0 && b < ' ' && b != '\t' && b != '\r' && b != '\n'))
			return false;
		*n += b == 0;
		at = b == 0 ? i + 1 : at;
	}
	*text = as_cut(*all, HEADER, at - HEADER);
	return *n > 0;
}

static bool sum_right(as_span all)
{
	uint8_t crc = 0xff;
	for (size_t i = SUMMED_FROM; i < all.n; i++) {
		crc ^= all.p[i];
		for (unsigned k = 0; k < 8; k++)
			crc = (uint8_t)(crc & 1 ? crc >> 1 ^ POLY : crc >> 1);
	}
	return crc == as_at(all, 8);
}

static as_status probe(as_span image, as_extent *out)
{
	as_span all, text;
	unsigned n = 0;
	if (!read_nvram(image, &all, &text, &n))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = all.n, .sure = AS_STRUCTURED };
	if (sum_right(all))
		out->sure = AS_CHECKSUMMED;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_span all, text;
	unsigned n = 0;
	if (!read_nvram(body, &all, &text, &n))
		return as_lost(u, 0, "settings are damaged");
	uint64_t end = HEADER + text.n;
	bool blank = as_all(as_from(all, end), 0); /* else anything may stand behind the settings */
	as_struct(u, 0, blank ? all.n : end + 1, "NVRAM");
	as_tellf(u, as_cut(body, 9, 1), "version", "%u", as_at(body, 9));
	as_tellf(u, as_cut(body, 4, 4), "settings", "%u", n);
	as_status s = as_vendor_sum(
		u, body, as_cut(body, 8, 1), "sum", sum_right(all), "checksum is wrong");
	if (as_want(u, 2 * text.n) != AS_OK)
		return AS_LIMIT;
	as_entry e = { .at = HEADER, .type = AS_PART, .name = as_lit("nvram.txt") };
	e.data = as_uboot_lines(as_memory(u), text);
	return as_worse(s, as_put(u, NULL, &e, NULL));
}

const as_format as_format_cfe_nvram = {
	.id = "cfe_nvram",
	.title = "Broadcom NVRAM",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "FLSH", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "settings of CFE, and of the system it boots", NULL },
	.verifies = (const char *const[]){ "CRC-8 of header and settings", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the memory's settings in the header are not told",
		"the copy that CFE holds packed (LZMA, with a header of its own)", NULL },
	.spec = "https://github.com/openwrt/openwrt/tree/main/package/utils/nvram",
	.see = NULL,
};
