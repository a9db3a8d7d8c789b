/* SPDX-License-Identifier: Apache-2.0 */
/* TP-Link's headers of 512 bytes, big-endian. Version 1:
 *    0 01000000   4 vendor [24]   28 firmware version [36]   64 hardware id, revision, region
 *   76 MD5   92 0   96 MD5 (unknown)   112 0   116 load address, entry   124 size of all
 *  128 kernel: offset, size   136 root file system   144 boot loader
 * Versions 2 and 3 (little-endian number): 0 02000000 or 03000000   4 firmware version [48]   52 hardware id,
 *   revision, added version   64 MD5   80 0   84 MD5   100 -1   104 load address, entry   112 size of all
 *  116 kernel   124 root file system   132 boot loader   140 55aa   144 a5
 * The MD5 is of everything with a salt in its own place; there are two salts, for images with and without a boot
 * loader. */
#include "unpack/vendor.h"

enum { HEADER = 512, MD5 = 16 };

static const uint8_t salts[2][2][MD5] = {
	{ { 0xdc, 0xd7, 0x3a, 0xa5, 0xc3, 0x95, 0x98, 0xfb, 0xdd, 0xf9, 0xe7, 0xf4, 0x0e, 0xae,
		  0x47, 0x38 },
		{ 0x8c, 0xef, 0x33, 0x5b, 0xd5, 0xc5, 0xce, 0xfa, 0xa7, 0x9c, 0x28, 0xda, 0xb2,
			0xe9, 0x0f, 0x42 } },
	{ { 0xdc, 0xd7, 0x3a, 0xa5, 0xc3, 0x95, 0x98, 0xfb, 0xdc, 0xf9, 0xe7, 0xf4, 0x0e, 0xae,
		  0x47, 0x37 },
		{ 0x8c, 0xef, 0x33, 0x5f, 0xd5, 0xc5, 0xce, 0xfa, 0xac, 0x9c, 0x28, 0xda, 0xb2,
			0xe9, 0x0f, 0x42 } },
};
static const char *const names[] = { "kernel", "rootfs", "boot" };

typedef struct header {
	bool later; /* version 2 or 3 */
	unsigned version;
	as_span vendor, firmware, sum;
	uint32_t hardware, revision, load, entry, size;
	uint32_t at[3], n[3];
	uint64_t sum_at, end; /* of what is stated: all, or the last part */
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 0);
	*h = (header){ .version = as_u32(&c) >> 24 };
	h->later = h->version > 1;
	h->vendor = h->later ? (as_span){ 0 } : as_take(&c, 24);
	h->firmware = as_take(&c, h->later ? 48 : 36);
	h->hardware = as_u32(&c);
	h->revision = as_u32(&c);
	as_skip(&c, 4);
	h->sum_at = as_pos(&c);
	h->sum = as_take(&c, MD5);
	as_skip(&c, 4 + MD5 + 4);
	h->load = as_u32(&c);
	h->entry = as_u32(&c);
	h->size = as_u32(&c);
	h->end = h->size;
	bool fits = as_vendor_printable(h->later ? h->firmware : h->vendor);
	for (unsigned i = 0; i < 3; i++) {
		h->at[i] = as_u32(&c);
		h->n[i] = as_u32(&c);
		h->end = as_max(h->end, h->n[i] ? (uint64_t)h->at[i] + h->n[i] : 0);
	}
	uint16_t mark = as_u16(&c);
	fits = fits && (!h->later || mark == 0x55aa) && h->at[0] == HEADER && h->n[0] > 0;
	for (unsigned i = 1; i < 3; i++)
		fits = fits && (h->n[i] == 0 || h->at[i] >= HEADER || i == 2);
	return as_ok(&c) && image.n >= HEADER && fits &&
	       (h->size == 0 || h->end == h->size || h->at[2] == 0);
}

/* Combined images of OpenWrt have no MD5; stripped ones are shorter than the size says. */
static bool sum_right(as_span body, const header *h)
{
	for (unsigned i = 0; i < 2; i++) {
		as_span pieces[] = { as_cut(body, 0, h->sum_at), as_bytes(salts[h->later][i], MD5),
			as_from(body, h->sum_at + MD5) };
		if (as_vendor_digest_is("md5", pieces, 3, h->sum))
			return true;
	}
	return false;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.end, image.n), .label = as_vendor_string(h.firmware) };
	out->sure = (uint64_t)h.at[0] + h.n[0] <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "TP-Link header");
	as_tellf(u, as_cut(body, 0, 4), "version", "%u", h.version);
	as_vendor_text(u, h.vendor, "vendor");
	as_vendor_text(u, h.firmware, "firmware");
	as_tellf(u, as_cut(body, h.sum_at - 12, 4), "hardware", "0x%08x", h.hardware);
	as_tellf(u, as_cut(body, h.sum_at - 8, 4), "revision", "0x%08x", h.revision);
	as_tellf(u, as_cut(body, h.sum_at + 40, 4), "load", "0x%08x", h.load);
	as_tellf(u, as_cut(body, h.sum_at + 44, 4), "entry", "0x%08x", h.entry);
	if (!as_all(h.sum, 0))
		s = as_vendor_sum(u, body, h.sum, "md5", sum_right(body, &h),
			"MD5 is wrong, or of another salt than the known ones");
	for (unsigned i = 0; i < 3 && s <= AS_PARTIAL; i++)
		if (h.n[i] > 0 && h.at[i] >= HEADER)
			s = as_worse(s, as_vendor_part(u, body, as_lit(names[i]), h.at[i], h.n[i]));
	return s;
}

const as_format as_format_tplink = {
	.id = "tplink",
	.title = "TP-Link header",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x01\0\0\0TP-L", .len = 8, .at = 0 },
		{ .bytes = "\x01\0\0\0Open", .len = 8, .at = 0 },
		{ .bytes = "\x02\0\0\0ver. ", .len = 9, .at = 0 },
		{ .bytes = "\x03\0\0\0ver. ", .len = 9, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "version 1", "versions 2 and 3", NULL },
	.verifies = (const char *const[]){ "MD5 with the published salts", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the second MD5, whose meaning is not published", NULL },
	.spec = "https://openwrt.org/docs/techref/headers",
	.see = NULL,
};
