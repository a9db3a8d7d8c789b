/* SPDX-License-Identifier: Apache-2.0 */
/* What Linksys and Belkin put behind an image, the last 256 bytes of it (or 257, with a line feed), in text filled up
 * with blanks:
 *    0 ".LINKSYS."   9 version [8], "01000409"   17 model [15]   32 CRC-32 of all before, as POSIX's cksum has it,
 *   in hexadecimal [8]   40 flags [8]   48 signer [16]   64 0 [192] */
#include "unpack/vendor.h"

enum { TAIL = 256, TEXT = 64 };

static bool read_tail(as_span image, uint64_t *at, uint64_t *sum)
{
	for (unsigned more = 0; more < 2; more++) {
		*at = image.n - TAIL - more;
		as_span tail = as_from(image, *at);
		if (image.n > TAIL + more && as_starts(tail, ".LINKSYS.") &&
			as_all(as_cut(tail, TEXT, TAIL - TEXT), 0) &&
			as_number(as_cut(tail, 32, 8), 16, sum))
			return true;
	}
	return false;
}

static bool sum_right(as_span image, uint64_t at, uint64_t sum)
{
	return as_vendor_cksum(as_cut(image, 0, at)) == sum;
}

static as_status probe(as_span image, as_extent *out)
{
	uint64_t at, sum;
	if (!read_tail(image, &at, &sum))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n,
		.sure = sum_right(image, at, sum) ? AS_CHECKSUMMED : AS_STRUCTURED,
		.label = as_trim(as_cut(image, at + 17, 15)) };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint64_t at, sum;
	if (!read_tail(body, &at, &sum))
		return as_lost(u, 0, "last bytes are damaged");
	as_struct(u, at, body.n - at, "Linksys footer");
	as_vendor_text(u, as_cut(body, at + 9, 8), "footer-version");
	as_vendor_text(u, as_cut(body, at + 17, 15), "model");
	as_vendor_text(u, as_cut(body, at + 40, 8), "flags");
	as_vendor_text(u, as_cut(body, at + 48, 16), "signer");
	as_status s = as_vendor_sum(u, body, as_cut(body, at + 32, 8), "crc",
		sum_right(body, at, sum), "checksum is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), 0, at));
}

const as_format as_format_linksys = {
	.id = "linksys",
	.title = "Linksys footer",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with and without a line feed at the end", NULL },
	.verifies = (const char *const[]){ "CRC-32 of cksum", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "searched only at the end of an object",
		"images encrypted or signed by GnuPG", NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/scripts/linksys-image.sh",
	.see = NULL,
};
