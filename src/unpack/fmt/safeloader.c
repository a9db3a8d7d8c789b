/* SPDX-License-Identifier: Apache-2.0 */
/* TP-Link's safeloader images, big-endian.
 *    0 size of all   4 MD5 of a salt and bytes 20 to the end   20 bytes of the vendor's text   24 that text
 * 4116 table of 2048 bytes, a line for each part: "fwup-ptn NAME base 0x... size 0x...\t\r\n", then a NUL or 0xff;
 *   bases count from 4116
 * Signed images have 128 bytes of RSA over the MD5 behind all. */
#include "unpack/vendor.h"

enum { TEXT_AT = 24, TABLE_AT = 0x1014, TABLE = 2048, SIGNATURE = 128, PARTS_MAX = 64 };

static const uint8_t salt[16] = { 0x7a, 0x2b, 0x15, 0xed, 0x9b, 0x98, 0x59, 0x6d, 0xe5, 0x04, 0xab,
	0x44, 0xac, 0x2a, 0x9f, 0x4e };

typedef struct row {
	as_span line, name;
	uint64_t at, n;
} row;

/* The next line of the table that names a part; false at its end. */
static bool next_row(as_cur *c, row *r)
{
	as_span line = { 0 };
	if (!as_line(c, &line))
		return false;
	as_span words[6];
	for (size_t i = 0; i < 6; i++)
		words[i] = as_word(as_trim(line), i);
	*r = (row){ .line = line, .name = words[1] };
	return as_is(words[0], "fwup-ptn") && as_is(words[2], "base") && as_is(words[4], "size") &&
	       as_number(words[3], 0, &r->at) && as_number(words[5], 0, &r->n) &&
	       as_add(&r->at, r->at, TABLE_AT) && r->n <= UINT32_MAX && r->at <= UINT32_MAX;
}

static as_cur rows_of(as_span image)
{
	return as_cur_be(as_cut(image, TABLE_AT, as_min(TABLE, image.n - TABLE_AT)), 0);
}

static as_status probe(as_span image, as_extent *out)
{
	as_cur c = as_cur_be(image, 0);
	uint32_t size = as_u32(&c);
	if (image.n <= TABLE_AT || size < TABLE_AT)
		return AS_NOT_THIS;
	uint64_t end = 0;
	row r;
	as_cur rows = rows_of(image);
	while (next_row(&rows, &r))
		end = as_max(end, r.at + r.n);
	if (end == 0)
		return AS_NOT_THIS;
	end = as_max(end, size);
	end += image.n >= end && image.n - end == SIGNATURE ? SIGNATURE : 0;
	*out = (as_extent){ .size = as_min(end, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_cur c = as_cur_be(body, 0);
	uint32_t size = as_u32(&c);
	as_span sum = as_take(&c, 16);
	uint32_t text = as_u32(&c);
	as_status s = AS_OK;
	as_struct(u, 0, TABLE_AT, "safeloader header");
	as_vendor_text(u, as_cut(body, TEXT_AT, as_min(text, TABLE_AT - TEXT_AT)), "vendor");
	as_span summed[] = { as_bytes(salt, sizeof(salt)), as_cut(body, 20, (uint64_t)size - 20) };
	if (size > body.n)
		s = as_lost(u, body.n, "image is cut off");
	else
		s = as_vendor_sum(u, body, sum, "md5", as_vendor_digest_is("md5", summed, 2, sum),
			"MD5 is wrong");
	bool is_signed = size < body.n && body.n - size == SIGNATURE;
	as_tell(u, as_cut(body, 0, 4), "signed", as_lit(is_signed ? "yes, not verified" : "no"));
	if (is_signed)
		as_struct(u, size, SIGNATURE, "signature");
	row r;
	as_cur rows = rows_of(body);
	for (unsigned n = 0; n < PARTS_MAX && s <= AS_PARTIAL && next_row(&rows, &r); n++)
		s = as_worse(s, as_vendor_part(u, body, r.name, r.at, r.n));
	as_struct(u, TABLE_AT, as_min(TABLE, body.n - TABLE_AT), "table of parts");
	return s;
}

const as_format as_format_safeloader = {
	.id = "safeloader",
	.title = "TP-Link safeloader image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "fwup-ptn ", .len = 9, .at = TABLE_AT }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "with and without a signature behind it", NULL },
	.verifies = (const char *const[]){ "MD5 with the published salt", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "signatures are told, not verified",
		"older images with a smaller block of vendor information", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/tplink-safeloader.c",
	.see = NULL,
};
