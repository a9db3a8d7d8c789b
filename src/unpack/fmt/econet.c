/* SPDX-License-Identifier: Apache-2.0 */
/* tclinux.bin: EcoNet's (TrendChip's, Airoha's) image for DSL, fibre and mobile terminals, in either byte order.
 *    0 "HDR2", or "HDR0" with Zyxel's longer header; big-endian: "2RDH", "0RDH"   4 size of this header
 *    8 size of all   12 CRC-32 of what follows the header, without the last inversion   16 version [32]
 *   48 customer's version [32]   80 size of the kernel   84 of the root file system   88 of the settings
 *   92 model [32]   124 where the kernel unpacks itself
 * Zyxel's (372 bytes): 256 chip [8]   264 board [16]   280 model   292 version [32]   324 version [32]
 *  364 CRC-32 of the header, with this field 0, without the last inversion
 * Where the root file system begins is not told: kernel and root file system follow each other, filled up. */
#include "unpack/vendor.h"

enum { SHORT = 256, LONG = 372, LONG_SUM = 364, TEXT = 32, RESERVED = 160 };

typedef struct header {
	bool big;
	uint32_t head, n, sum, kernel, rootfs, romfile, unpacks_at;
	as_span version, customer, model;
} header;

static bool read_header(as_span image, header *h)
{
	bool big = as_starts(image, "2RDH") || as_starts(image, "0RDH");
	as_cur c = as_cur_of(image, 4, big);
	*h = (header){ .big = big, .head = as_u32(&c) };
	h->n = as_u32(&c);
	h->sum = as_u32(&c);
	h->version = as_take(&c, TEXT);
	h->customer = as_take(&c, TEXT);
	h->kernel = as_u32(&c);
	h->rootfs = as_u32(&c);
	h->romfile = as_u32(&c);
	h->model = as_take(&c, TEXT);
	h->unpacks_at = as_u32(&c);
	return as_ok(&c) && (h->head == SHORT || h->head == LONG) && h->n > h->head &&
	       image.n > h->head && h->kernel > 0 && h->kernel <= h->n - h->head &&
	       h->rootfs <= h->n - h->head;
}

static bool sum_right(as_span image, const header *h)
{
	as_span data = as_cut(image, h->head, h->n - h->head);
	return data.n > 0 && as_vendor_jamcrc(data) == h->sum;
}

static bool head_right(as_span image, bool big)
{
	static const uint8_t none[4];
	as_cur c = as_cur_of(image, LONG_SUM, big);
	uint32_t sum = as_u32(&c), crc = as_crc32(0, as_cut(image, 0, LONG_SUM));
	crc = as_crc32(crc, as_bytes(none, sizeof(none)));
	crc = as_crc32(crc, as_cut(image, LONG_SUM + 4, LONG - LONG_SUM - 4));
	return as_ok(&c) && ~crc == sum;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	bool right = sum_right(image, &h) || (h.head == LONG && head_right(image, h.big));
	if (!right && (!as_vendor_printable(h.version) ||
			      !as_all(as_cut(image, RESERVED, SHORT - RESERVED), 0)))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.n, image.n),
		.sure = right ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

static void tell(as_unpack *u, as_span body, const header *h)
{
	as_vendor_text(u, h->version, "version");
	as_vendor_text(u, h->customer, "customer-version");
	as_vendor_text(u, h->model, "model");
	if (h->unpacks_at != 0)
		as_tellf(u, as_cut(body, 124, 4), "unpacks-at", "0x%08x", h->unpacks_at);
	if (h->rootfs > 0)
		as_tellf(u, as_cut(body, 84, 4), "rootfs-size", "%u", h->rootfs);
	if (h->romfile > 0)
		as_tellf(u, as_cut(body, 88, 4), "settings-size", "%u", h->romfile);
	if (h->head < LONG)
		return;
	as_vendor_text(u, as_cut(body, 256, 8), "chip");
	as_vendor_text(u, as_cut(body, 264, 16), "board");
	as_vendor_text(u, as_cut(body, 292, TEXT), "software");
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.head, "tclinux header");
	tell(u, body, &h);
	if (h.n <= body.n)
		s = as_vendor_sum(u, body, as_cut(body, 12, 4), "crc", sum_right(body, &h),
			"checksum is wrong");
	if (h.head == LONG)
		s = as_worse(
			s, as_vendor_sum(u, body, as_cut(body, LONG_SUM, 4), "header-crc",
				   head_right(body, h.big), "checksum of the header is wrong"));
	s = as_worse(s, as_vendor_part(u, body, as_lit("kernel"), h.head, h.kernel));
	uint64_t next = (uint64_t)h.head + h.kernel;
	return next < h.n ? as_worse(s, as_vendor_part(u, body, as_lit("rootfs"), next, h.n - next))
			  : s;
}

const as_format as_format_econet = {
	.id = "econet",
	.title = "EcoNet tclinux image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "2RDH\0\0", .len = 6, .at = 0 },
		{ .bytes = "0RDH\0\0", .len = 6, .at = 0 }, { .bytes = "HDR2", .len = 4, .at = 0 },
		{ .bytes = "HDR0\x74\x01\0\0", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "big-endian and little-endian", "Zyxel's longer header",
		NULL },
	.verifies = (const char *const[]){ "CRC-32 of the image", "CRC-32 of the header (Zyxel's)",
		NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "Zyxel's sums of kernel, root file system and settings",
		"images that are encrypted behind the header", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/zytrx.c",
	.see = NULL,
};
