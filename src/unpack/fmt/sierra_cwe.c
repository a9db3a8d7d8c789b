/* SPDX-License-Identifier: Apache-2.0 */
/* CWE: firmware of Sierra Wireless's modems, big-endian: a header of 400 bytes and what it is of, which may be
 * such images again, one after another.
 *    0 for the loader [256]   256 CRC-32 of that   260 revision   264 "GOOD", or ffffffff   268 type [4]
 *  272 product [4]   276 size u32   280 CRC-32 of what follows   284 version [84]   368 date [8]
 *  376 what it goes with   380 unknown
 * Both CRC-32 are without the last inversion. */
#include "unpack/vendor.h"

enum { HEADER = 400, LOADER = 256, REVISION_MOST = 16 };

typedef struct header {
	uint32_t loader_sum, revision, n, sum, compat;
	as_span valid, type, product, version, date;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, LOADER);
	*h = (header){ .loader_sum = as_u32(&c) };
	h->revision = as_u32(&c);
	h->valid = as_take(&c, 4);
	h->type = as_take(&c, 4);
	h->product = as_take(&c, 4);
	h->n = as_u32(&c);
	h->sum = as_u32(&c);
	h->version = as_take(&c, 84);
	h->date = as_take(&c, 8);
	h->compat = as_u32(&c);
	return as_ok(&c) && image.n > HEADER && h->n > 0 && h->revision > 0 &&
	       h->revision <= REVISION_MOST && as_vendor_printable(h->type) &&
	       (as_is(h->valid, "GOOD") || as_all(h->valid, 0xff)) &&
	       as_vendor_jamcrc(as_cut(image, 0, LOADER)) == h->loader_sum;
}

static bool sum_right(as_span image, const header *h)
{
	as_span data = as_cut(image, HEADER, h->n);
	return data.n > 0 && as_vendor_jamcrc(data) == h->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(HEADER + (uint64_t)h.n, image.n),
		.sure = AS_CHECKSUMMED,
		.label = as_vendor_string(h.type) };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "CWE header");
	as_vendor_text(u, h.type, "type");
	as_vendor_text(u, h.product, "product");
	as_vendor_text(u, h.version, "version");
	as_vendor_text(u, h.date, "date");
	as_tellf(u, as_cut(body, 376, 4), "goes-with", "0x%08x", h.compat);
	as_tell(u, h.valid, "valid", as_lit(as_is(h.valid, "GOOD") ? "yes" : "not marked"));
	if (HEADER + (uint64_t)h.n <= body.n)
		s = as_vendor_sum(u, body, as_cut(body, 280, 4), "crc", sum_right(body, &h),
			"checksum is wrong");
	return as_worse(s, as_vendor_part(u, body, as_vendor_string(h.type), HEADER, h.n));
}

const as_format as_format_sierra_cwe = {
	.id = "sierra_cwe",
	.title = "Sierra Wireless CWE image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "GOOD", .len = 4, .at = 264 },
		{ .bytes = "\xff\xff\xff\xff", .len = 4, .at = 264, .start = true }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "images within images", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the loader's header", "CRC-32 of the image",
		NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "settings (NVUP, ARCH) are a part, not taken apart",
		"images that are not marked as good stand at the start of an object", NULL },
	.spec = "https://git.mork.no/wwan.git/plain/scripts/parsecwe.pl",
	.see = NULL,
};
