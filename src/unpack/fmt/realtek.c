/* SPDX-License-Identifier: Apache-2.0 */
/* Images of Realtek's boot loaders, big-endian, one after another:
 *    0 what it is [4], such as "cs6c" (kernel)   4 load address   8 address in flash   12 bytes that follow, whose
 *   16-bit words, the last of them the checksum, sum up to zero */
#include "unpack/vendor.h"

enum { HEADER = 16, IMAGES_MAX = 32 };

static const struct {
	const char *mark, *name;
} kinds[] = { { "cs6b", "kernel" }, { "cs6c", "kernel" }, { "csys", "kernel" },
	{ "r6br", "rootfs" }, { "r6cr", "rootfs" }, { "root", "rootfs" }, { "cr6b", "firmware" },
	{ "cr6c", "firmware" }, { "csro", "firmware" }, { "boot", "boot" } };

typedef struct head {
	const char *name; /* NULL: it is none of them */
	uint32_t load, burn, n;
} head;

static bool read_head(as_span image, uint64_t at, head *h)
{
	as_cur c = as_cur_be(image, at);
	as_span mark = as_take(&c, 4);
	*h = (head){ .load = as_u32(&c) };
	h->burn = as_u32(&c);
	h->n = as_u32(&c);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && mark.n == 4; i++)
		h->name = as_is(mark, kinds[i].mark) ? kinds[i].name : h->name;
	return as_ok(&c) && h->name && h->n > 2;
}

static bool sum_right(as_span image, uint64_t at, const head *h)
{
	uint16_t sum = 0;
	as_span data = as_cut(image, at + HEADER, h->n);
	as_cur c = as_cur_be(data, 0);
	while (as_left(&c) >= 2)
		sum = (uint16_t)(sum + as_u16(&c));
	sum = (uint16_t)(sum + (as_left(&c) ? as_u8(&c) << 8 : 0));
	return data.n > 0 && sum == 0;
}

/* Where a kernel of MIPS is loaded to, and flash that there may be: an image that is cut off, or damaged. */
static bool is_likely(const head *h)
{
	enum { FLASH = 64 << 20 };
	return h->load >= 0x80000000 && h->load < 0x90000000 && h->load % 4 == 0 &&
	       h->burn < FLASH && h->n < FLASH;
}

/* Asked at the start of an object only, so that summing is cheap. */
static as_status probe(as_span image, as_extent *out)
{
	head h;
	if (!read_head(image, 0, &h))
		return AS_NOT_THIS;
	bool whole = h.n <= image.n - HEADER, right = whole && sum_right(image, 0, &h);
	if (!right && !is_likely(&h))
		return AS_NOT_THIS;
	uint64_t at = HEADER + (uint64_t)h.n;
	for (unsigned i = 0; i < IMAGES_MAX && read_head(image, at, &h); i++) {
		if (!is_likely(&h) && !sum_right(image, at, &h))
			break;
		at += HEADER + (uint64_t)h.n;
	}
	*out = (as_extent){ .size = as_min(at, image.n),
		.sure = right ? AS_CHECKSUMMED : AS_PLAUSIBLE };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	head h;
	as_status s = AS_OK;
	for (uint64_t at = 0; at < body.n && s <= AS_PARTIAL; at += HEADER + (uint64_t)h.n) {
		if (!read_head(body, at, &h))
			return as_worse(s, as_lost(u, at, "an image's header is damaged"));
		as_span where = as_cut(body, at, HEADER);
		as_struct(u, at, HEADER, "Realtek header");
		as_tellf(u, where, h.name, "load=0x%08x flash=0x%08x", h.load, h.burn);
		if (at + HEADER + h.n <= body.n) {
			s = as_worse(s, as_vendor_sum(u, body, where, "sum",
						sum_right(body, at, &h), "checksum is wrong"));
			as_struct(u, at + HEADER + h.n - 2, 2, "checksum");
		}
		s = as_worse(s, as_vendor_part(u, body, as_lit(h.name), at + HEADER, h.n - 2));
	}
	return s;
}

const as_format as_format_realtek = {
	.id = "realtek",
	.title = "Realtek image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "cs6b", .len = 4, .at = 0 },
		{ .bytes = "cs6c", .len = 4, .at = 0 }, { .bytes = "csys", .len = 4, .at = 0 },
		{ .bytes = "r6br", .len = 4, .at = 0 }, { .bytes = "r6cr", .len = 4, .at = 0 },
		{ .bytes = "root", .len = 4, .at = 0 }, { .bytes = "cr6b", .len = 4, .at = 0 },
		{ .bytes = "cr6c", .len = 4, .at = 0 }, { .bytes = "csro", .len = 4, .at = 0 },
		{ .bytes = "boot", .len = 4, .at = 0 }, { 0 } },
	.anywhere = false,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "kernel, root file system, both and boot loader, of three "
				       "families of processors",
			NULL },
	.verifies = (const char *const[]){ "sum of the 16-bit words", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "web pages (w6cp and others)",
		"images that begin within an object", NULL },
	.spec = "https://github.com/openwrt/openwrt/blob/master/tools/firmware-utils/src/cvimg.c",
	.see = NULL,
};
