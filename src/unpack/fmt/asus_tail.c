/* SPDX-License-Identifier: Apache-2.0 */
/* What ASUS puts behind an image, big-endian but for the sums; the last 12 bytes:
 *    0 kind and flags, four bits each   1 bytes of contents before it [3]   4 sum of these 12 (this field 0)
 *    6 sum of the contents   8 2afed414
 * The contents: 0 extended build   4 build u16   6 0 [6]. A sum is the exclusive or of 16-bit words, inverted. */
#include "unpack/vendor.h"

enum { FOOT = 12, MAGIC = 0x2afed414, CONTENTS_MAX = 4096 };

typedef struct foot {
	uint64_t at; /* of the contents */
	uint16_t sum, contents_sum;
} foot;

static uint16_t sum_of(as_span s)
{
	uint16_t sum = 0;
	for (size_t i = 0; i + 1 < s.n; i += 2)
		sum ^= (uint16_t)(as_at(s, i) | as_at(s, i + 1) << 8);
	return (uint16_t)~sum;
}

static bool read_foot(as_span image, foot *f)
{
	as_span last = as_from(image, image.n - FOOT);
	as_cur c = as_cur_be(last, 1);
	uint64_t n = as_uint(&c, 3);
	c.big = false;
	*f = (foot){ .sum = as_u16(&c) };
	f->contents_sum = as_u16(&c);
	c.big = true;
	f->at = image.n - FOOT - n;
	return as_u32(&c) == MAGIC && as_ok(&c) && n <= CONTENTS_MAX && image.n > FOOT + n &&
	       (uint16_t)(sum_of(last) ^ f->sum) == f->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	foot f;
	if (!read_foot(image, &f))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_CHECKSUMMED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	foot f;
	if (!read_foot(body, &f))
		return as_lost(u, 0, "last bytes are damaged");
	as_span contents = as_cut(body, f.at, body.n - FOOT - f.at);
	as_cur c = as_cur_be(contents, 0);
	uint32_t extended = as_u32(&c);
	uint16_t build = as_u16(&c);
	as_struct(u, f.at, body.n - f.at, "ASUS footer");
	if (as_ok(&c))
		as_tellf(u, as_cut(contents, 0, 6), "build", "%u_%u", build, extended);
	as_status s = as_vendor_sum(u, body, as_cut(body, body.n - 6, 2), "sum",
		sum_of(contents) == f.contents_sum, "checksum is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit("image"), 0, f.at));
}

const as_format as_format_asus_tail = {
	.id = "asus_tail",
	.title = "ASUS footer",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "the footer of build numbers (trx version 3)", NULL },
	.verifies = (const char *const[]){ "sums of the footer and of its contents", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "what stands in the name of a uImage (trx versions 1 and 2)",
		"searched only at the end of an object", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/asusuimage.c",
	.see = NULL,
};
