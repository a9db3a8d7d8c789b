/* SPDX-License-Identifier: Apache-2.0 */
/* H3C's and HPE's images for switches, big-endian; no magic.
 *    0 1   4 files   8 product   12 device   16 date [8]   24 CRC-16 of the package u16   26 u16
 *   28 size of what follows this header
 *   32 128 files: 0 type   4 offset   8 size   12 CRC-16   16 version   20 mask
 * 3104 RSA [3072]   6176 CRC-16 of bytes 0 to 6176. A file begins with
 *    0 reserved   4 CRC-16 of bytes 8 to 340   8 type   12 version   16 product   20 device
 *   24 size without what fills it up   28 offset   32 date [8]   40 reserved [64]   104 description [224]
 *  328 size   332 CRC-16 of what follows   336 packing: -1 none, 2 7z */
#include "unpack/vendor.h"

enum { HEADER = 6180, SUMMED = 6176, FILES_MAX = 128, ROW = 24, ROWS_AT = 32, FILE_HEADER = 340 };

typedef struct item {
	uint32_t type, at, n, version;
} item;

static uint32_t read_header(as_span image, uint64_t *size)
{
	as_cur c = as_cur_be(image, 0);
	uint32_t version = as_u32(&c), files = as_u32(&c);
	as_seek(&c, 28);
	*size = HEADER + (uint64_t)as_u32(&c);
	as_seek(&c, SUMMED);
	uint32_t sum = as_u32(&c);
	return as_ok(&c) && version == 1 && files > 0 && files <= FILES_MAX && *size > HEADER &&
			       as_vendor_crc16(as_cut(image, 0, SUMMED), 0) == sum
		       ? files
		       : 0;
}

static void read_item(as_span image, uint32_t i, item *it)
{
	as_cur c = as_cur_be(image, ROWS_AT + (uint64_t)i * ROW);
	*it = (item){ .type = as_u32(&c) };
	it->at = as_u32(&c);
	it->n = as_u32(&c);
	as_skip(&c, 4);
	it->version = as_u32(&c);
}

static as_status probe(as_span image, as_extent *out)
{
	uint64_t size;
	if (read_header(image, &size) == 0)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(size, image.n), .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status put_file(as_unpack *u, as_span body, const item *it, uint32_t i)
{
	as_span file = as_cut(body, it->at, as_min(it->n, body.n - as_min(it->at, body.n)));
	as_cur c = as_cur_be(file, 24);
	as_status s = AS_OK;
	uint32_t bare = as_u32(&c);
	as_seek(&c, 328);
	uint32_t n = as_u32(&c), sum = as_u32(&c), packing = as_u32(&c);
	if (!as_ok(&c) || it->at < HEADER)
		return as_lost(u, it->at, "a file lies outside of the image");
	as_struct(u, it->at, FILE_HEADER, "file header");
	as_vendor_text(u, as_cut(file, 104, 224), "description");
	as_tellf(u, as_cut(file, 336, 4), "packing", "%s",
		packing == 2            ? "7z"
		: packing == UINT32_MAX ? "none"
					: "unknown");
	as_span data = as_cut(file, FILE_HEADER, n);
	if (data.n > 0)
		s = as_vendor_sum(u, body, as_cut(file, 332, 4), "file-crc",
			as_vendor_crc16(data, 0) == sum, "checksum of a file is wrong");
	bare = bare > 0 && bare <= n ? bare : n;
	as_struct(u, (uint64_t)it->at + FILE_HEADER + bare,
		as_min(n, data.n) - as_min(bare, data.n), "filling");
	return as_worse(s, as_vendor_part(u, body, as_print(as_memory(u), "%u", i),
				   (uint64_t)it->at + FILE_HEADER, bare));
}

static as_status unpack(as_unpack *u, as_span body)
{
	uint64_t size;
	item it;
	as_status s = AS_OK;
	uint32_t files = read_header(body, &size);
	as_cur c = as_cur_be(body, 8);
	as_struct(u, 0, HEADER, "H3C header");
	as_tellf(u, as_cut(body, 8, 4), "product", "0x%08x", as_u32(&c));
	as_tellf(u, as_cut(body, 12, 4), "device", "0x%08x", as_u32(&c));
	bool is_signed = !as_all(as_cut(body, 3104, 3072), 0);
	as_tell(u, as_cut(body, 3104, 3072), "signed",
		as_lit(is_signed ? "yes, not verified" : "no"));
	for (uint32_t i = 0; i < files && s <= AS_PARTIAL; i++) {
		read_item(body, i, &it);
		s = as_worse(s, put_file(u, body, &it, i));
	}
	return s;
}

const as_format as_format_h3c = {
	.id = "h3c",
	.title = "H3C image",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "version 1; one file and several", NULL },
	.verifies = (const char *const[]){ "CRC-16 of the header and of each file", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "signatures are told, not verified",
		"the sum of the package and of files' headers", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/mkh3cimg.c",
	.see = NULL,
};
