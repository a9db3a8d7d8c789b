/* SPDX-License-Identifier: Apache-2.0 */
/* Buffalo's tag before an image, big-endian; no magic:
 *    0 product [32]   32 brand [32]   64 version [8]   72 minor version [8]   80 region [2]   82 regions u32
 *   88 language [8]   96 platform [8]   104 "hwv" and the hardware's version [8]   112 unknown [24]
 *  136 size of all   140 CRC-32 of all with this field 0, as POSIX's cksum has it; then
 *  144 two addresses, 152 size of the image, 156 flag u8, 157 unknown [3]; or
 *  144 sizes of two images, 152 flag u8, 153 unknown [3] */
#include "unpack/vendor.h"

enum { ONE = 160, TWO = 156, SIZE_AT = 136, SUM_AT = 140 };

typedef struct tag {
	uint32_t all, sum, a, b;
	uint64_t len;
} tag;

static bool read_tag(as_span image, tag *t)
{
	as_cur c = as_cur_be(image, SIZE_AT);
	*t = (tag){ .all = as_u32(&c) };
	t->sum = as_u32(&c);
	t->a = as_u32(&c);
	t->b = as_u32(&c);
	uint32_t one = as_u32(&c);
	bool is_one = as_ok(&c) && one > 0 && t->all == (uint64_t)one + ONE;
	bool is_two = as_ok(&c) && t->a > 0 && t->all == (uint64_t)t->a + t->b + TWO;
	t->len = is_one ? ONE : TWO;
	t->a = is_one ? one : t->a;
	t->b = is_one ? 0 : t->b;
	return (is_one || is_two) && as_vendor_printable(as_cut(image, 0, 32)) &&
	       as_vendor_printable(as_cut(image, 32, 32)) &&
	       as_vendor_printable(as_cut(image, 64, 8));
}

static bool sum_right(as_span image, const tag *t)
{
	as_span pieces[] = { as_cut(image, 0, SUM_AT), as_bytes("\0\0\0\0", 4),
		as_cut(image, SUM_AT + 4, t->all - SUM_AT - 4) };
	return pieces[2].n > 0 && as_vendor_cksum_of(pieces, 3) == t->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	tag t;
	if (!read_tag(image, &t))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(t.all, image.n),
		.sure = sum_right(image, &t) ? AS_CHECKSUMMED : AS_STRUCTURED,
		.label = as_vendor_string(as_cut(image, 0, 32)) };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	static const struct {
		const char *name;
		uint8_t at, n;
	} fields[] = { { "product", 0, 32 }, { "brand", 32, 32 }, { "version", 64, 8 },
		{ "minor-version", 72, 8 }, { "region", 80, 2 }, { "language", 88, 8 },
		{ "platform", 96, 8 } };
	tag t;
	as_status s = AS_OK;
	if (!read_tag(body, &t))
		return as_lost(u, 0, "tag is damaged");
	as_struct(u, 0, t.len, "Buffalo tag");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		as_vendor_text(u, as_cut(body, fields[i].at, fields[i].n), fields[i].name);
	if (t.sum == 0)
		as_tell(u, as_cut(body, SUM_AT, 4), "crc", as_lit("none"));
	else if (t.all <= body.n)
		s = as_vendor_sum(u, body, as_cut(body, SUM_AT, 4), "crc", sum_right(body, &t),
			"checksum is wrong");
	s = as_worse(s, as_vendor_part(u, body, as_lit("0"), t.len, t.a));
	return s > AS_PARTIAL ? s
			      : as_worse(s, as_vendor_part(u, body, as_lit("1"), t.len + t.a, t.b));
}

const as_format as_format_buffalo_tag = {
	.id = "buffalo_tag",
	.title = "Buffalo tag",
	.kind = AS_CARRIER,
	.magic = NULL,
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "one image; two", NULL },
	.verifies = (const char *const[]){ "CRC-32 of cksum, where it is kept", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "the tag without a flag", NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"buffalo-tag.c",
	.see = NULL,
};
