/* SPDX-License-Identifier: Apache-2.0 */
/* ZyNOS: objects of Zyxel's firmware, big-endian.
 *    0 load address   4 0 u16   6 "SIG"   9 type   10 size unpacked   14 size packed   18 flags u8   19 u8
 *   20 sum unpacked u16   22 sum packed u16   24 version [15]   39 address of the memory's map   43 [5]
 *   48 data: packed if flag 80 is set
 * Flag 40 says that the first sum counts, 20 the second. A sum is of 16-bit words, what overflows added again. */
#include "unpack/vendor.h"

enum { HEADER = 48, PACKED = 0x80, SUM_PLAIN = 0x40, SUM_PACKED = 0x20 };

static const struct {
	uint8_t type;
	const char *name;
} types[] = { { 1, "romimg" }, { 2, "romboot" }, { 3, "bootext" }, { 4, "rombin" }, { 5, "romdir" },
	{ 6, "type-6" }, { 7, "rommap" }, { 0x80, "ram" }, { 0x81, "ramcode" },
	{ 0x82, "ramboot" } };

typedef struct header {
	const char *name;
	uint32_t plain, packed, n;
	uint8_t flags;
	uint16_t sums[2];
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 4);
	bool zero = as_u16(&c) == 0;
	as_skip(&c, 3);
	uint8_t type = as_u8(&c);
	*h = (header){ .plain = as_u32(&c) };
	h->packed = as_u32(&c);
	h->flags = as_u8(&c);
	as_skip(&c, 1);
	h->sums[0] = as_u16(&c);
	h->sums[1] = as_u16(&c);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		h->name = types[i].type == type ? types[i].name : h->name;
	h->n = h->flags & PACKED ? h->packed : h->plain;
	return as_ok(&c) && zero && h->name && h->n > 0 && image.n > HEADER;
}

static bool glance(as_span start)
{
	header h;
	return read_header(start, &h) && h.n <= start.n - HEADER;
}

static uint16_t sum_of(as_span s)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < s.n; i += 2) {
		sum += (uint32_t)as_at(s, i) << 8 | as_at(s, i + 1);
		sum = sum > 0xffff ? (sum + 1) & 0xffff : sum;
	}
	return (uint16_t)sum;
}

/* Of the bytes as they stand; whether there is one is in *is. */
static bool sum_right(as_span image, const header *h, bool *is)
{
	bool packed = h->flags & PACKED;
	*is = h->flags & (packed ? SUM_PACKED : SUM_PLAIN);
	return *is && sum_of(as_cut(image, HEADER, h->n)) == h->sums[packed];
}

/* "SIG" is in programs: only a sum that is right, of more than a few bytes, makes it one. */
static as_status probe(as_span image, as_extent *out)
{
	header h;
	bool is = false;
	if (!read_header(image, &h) || HEADER + (uint64_t)h.n > image.n || h.n < HEADER ||
		!sum_right(image, &h, &is))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = HEADER + (uint64_t)h.n, .sure = AS_CHECKSUMMED, .work = h.n };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	bool is = false;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_cur c = as_cur_be(body, 0);
	as_struct(u, 0, HEADER, "ZyNOS header");
	as_tellf(u, as_cut(body, 0, 4), "load", "0x%08x", as_u32(&c));
	as_tell(u, as_cut(body, 9, 1), "type", as_lit(h.name));
	as_vendor_text(u, as_cut(body, 24, 15), "version");
	as_status s = as_vendor_sum(u, body, as_cut(body, h.flags & PACKED ? 22 : 20, 2), "sum",
		sum_right(body, &h, &is), "checksum is wrong");
	return as_worse(s, as_vendor_part(u, body, as_lit(h.name), HEADER, h.n));
}

const as_format as_format_zynos = {
	.id = "zynos",
	.title = "ZyNOS object",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "SIG", .len = 3, .at = 6 }, { 0 } },
	.glance = glance,
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "packed and not; each object for itself", NULL },
	.verifies = (const char *const[]){ "sum of the bytes as they stand", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "objects without a sum, or whose sum is wrong",
		"the sum of packed objects' contents", "the memory's map", NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/"
		"zynos.h",
	.see = NULL,
};
