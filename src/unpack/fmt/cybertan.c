/* SPDX-License-Identifier: Apache-2.0 */
/* CyberTAN's header before a TRX image (Linksys WRT54G and its kin), little-endian:
 *    0 pattern of the model [4], such as "W54G"   4 reserved [4]   8 year, month, day   11 version [3]   14 "U2ND"
 *   18 hardware   19 0   20 flags u16   22 reserved [10]   32 TRX */
#include "unpack/vendor.h"

enum { HEADER = 32 };

static bool read_header(as_span image, uint32_t *n)
{
	as_cur c = as_cur_le(image, HEADER);
	bool trx = as_is(as_take(&c, 4), "HDR0");
	*n = as_u32(&c);
	unsigned month = as_at(image, 9), day = as_at(image, 10);
	return as_ok(&c) && trx && *n > 0 && as_is(as_cut(image, 14, 4), "U2ND") && month >= 1 &&
	       month <= 12 && day >= 1 && day <= 31 && as_vendor_printable(as_cut(image, 0, 4));
}

static as_status probe(as_span image, as_extent *out)
{
	uint32_t n;
	if (!read_header(image, &n))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(HEADER + (uint64_t)n, image.n),
		.sure = AS_STRUCTURED,
		.label = as_cut(image, 0, 4) };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint32_t n;
	if (!read_header(body, &n))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "CyberTAN header");
	as_vendor_text(u, as_cut(body, 0, 4), "model");
	as_tellf(u, as_cut(body, 8, 3), "date", "20%02u-%02u-%02u", as_at(body, 8) % 100u,
		as_at(body, 9), as_at(body, 10));
	as_tellf(u, as_cut(body, 11, 3), "version", "%u.%u.%u", as_at(body, 11), as_at(body, 12),
		as_at(body, 13));
	as_tellf(u, as_cut(body, 18, 1), "hardware", "%u", as_at(body, 18));
	as_tellf(u, as_cut(body, 20, 2), "flags", "0x%02x%02x", as_at(body, 21), as_at(body, 20));
	return as_vendor_part(u, body, as_lit("firmware"), HEADER, n);
}

const as_format as_format_cybertan = {
	.id = "cybertan",
	.title = "CyberTAN header",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "U2ND", .len = 4, .at = 14 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "before TRX", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the header before anything else than TRX", NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"addpattern.c",
	.see = NULL,
};
