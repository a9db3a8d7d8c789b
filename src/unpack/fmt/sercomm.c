/* SPDX-License-Identifier: Apache-2.0 */
/* Sercomm's header of 512 bytes: 0 "sErCoMm"   7 version [4]   11 hardware id [34]   45 hardware version [10]
 *   55 software version [8]   63 "sErCoMm"   70 0 [441]   511 byte that makes the sum of all bytes zero
 * What follows, often a zip archive, reaches to the end. */
#include "unpack/vendor.h"

enum { HEADER = 512 };

static as_status probe(as_span image, as_extent *out)
{
	if (image.n <= HEADER || !as_is(as_cut(image, 63, 7), "sErCoMm") ||
		!as_all(as_cut(image, 70, 441), 0))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint8_t sum = 0;
	for (size_t i = 0; i < body.n; i++)
		sum = (uint8_t)(sum + as_at(body, i));
	as_struct(u, 0, HEADER, "Sercomm header");
	as_vendor_text(u, as_cut(body, 11, 34), "hardware");
	as_vendor_text(u, as_cut(body, 45, 10), "hardware-version");
	as_span software = as_cut(body, 55, 4);
	as_tellf(u, software, "version", "%02x%02x%02x%02x", as_at(software, 0), as_at(software, 1),
		as_at(software, 2), as_at(software, 3));
	as_status s =
		as_vendor_sum(u, body, as_cut(body, 511, 1), "sum", sum == 0, "checksum is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("firmware"), HEADER, body.n - HEADER));
}

const as_format as_format_sercomm = {
	.id = "sercomm",
	.title = "Sercomm header",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "sErCoMm", .len = 7, .at = 0, .start = true },
		{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "the header before an image", NULL },
	.verifies = (const char *const[]){ "sum of all bytes", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the header within an image does not say how far it reaches",
		NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"mksercommfw.c",
	.see = NULL,
};
