/* SPDX-License-Identifier: Apache-2.0 */
/* CHK: Netgear's firmware, big-endian.
 *    0 "*#$^"   4 header size   8 region, version [7]   16 sums: kernel, root file system
 *   24 sizes: kernel, root file system   32 sums: both, header (with this field 0)   40 board
 * A sum is of the bytes, and of that sum after each byte, each folded to 16 bits. */
#include "unpack/vendor.h"

enum { FIXED = 40, HEADER_MAX = 1024 };

typedef struct header {
	uint32_t len, sums[2], sizes[2], image, head;
	as_span version, board;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 4);
	h->len = as_u32(&c);
	h->version = as_take(&c, 8);
	for (int i = 0; i < 2; i++)
		h->sums[i] = as_u32(&c);
	for (int i = 0; i < 2; i++)
		h->sizes[i] = as_u32(&c);
	h->image = as_u32(&c);
	h->head = as_u32(&c);
	bool fits = as_ok(&c) && h->len >= FIXED && h->len <= HEADER_MAX && h->sizes[0] > 0;
	h->board = as_take(&c, fits ? h->len - FIXED : 0);
	return fits && as_ok(&c);
}

typedef struct sums {
	uint32_t bytes, sums;
} sums;

static void add(sums *s, as_span bytes)
{
	as_cur c = as_cur_be(bytes, 0);
	while (as_left(&c) > 0) {
		s->bytes += as_u8(&c);
		s->sums += s->bytes;
	}
}

static uint32_t fold(uint32_t v)
{
	uint32_t b = (v & 0xffff) + (v >> 16);
	return (b + (b >> 16)) & 0xffff;
}

static uint32_t sum_of(as_span a, as_span b, as_span c)
{
	sums s = { 0 };
	add(&s, a);
	add(&s, b);
	add(&s, c);
	return fold(s.sums) << 16 | fold(s.bytes);
}

static bool head_right(as_span image, const header *h)
{
	return sum_of(as_cut(image, 0, 36), as_bytes("\0\0\0\0", 4), h->board) == h->head;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	uint64_t end = (uint64_t)h.len + h.sizes[0] + h.sizes[1];
	*out = (as_extent){ .size = as_min(end, image.n), .label = as_vendor_string(h.board) };
	out->sure = head_right(image, &h) ? AS_CHECKSUMMED : AS_PLAUSIBLE;
	/* A header that was damaged still names its board, and what was cut off is not most of it. */
	if (out->sure == AS_PLAUSIBLE && (!as_vendor_printable(h.board) || end / 2 > image.n))
		return AS_NOT_THIS;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	static const char *const names[] = { "kernel", "rootfs" };
	static const char *const told[] = { "kernel-sum", "rootfs-sum" };
	header h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.len, "CHK header");
	as_vendor_text(u, h.board, "board");
	as_tellf(u, h.version, "version", "%u.%u.%u.%u_%u.%u.%u", as_at(h.version, 1),
		as_at(h.version, 2), as_at(h.version, 3), as_at(h.version, 4), as_at(h.version, 5),
		as_at(h.version, 6), as_at(h.version, 7));
	as_tellf(u, as_cut(h.version, 0, 1), "region", "%u", as_at(h.version, 0));
	as_status s = as_vendor_sum(u, body, as_cut(body, 36, 4), "header-sum",
		head_right(body, &h), "checksum of the header is wrong");
	as_span all = as_from(body, h.len);
	if (all.n == (uint64_t)h.sizes[0] + h.sizes[1])
		s = as_worse(s, as_vendor_sum(u, body, as_cut(body, 32, 4), "image-sum",
					sum_of(all, (as_span){ 0 }, (as_span){ 0 }) == h.image,
					"checksum of the image is wrong"));
	uint64_t at = h.len;
	for (unsigned i = 0; i < 2 && s <= AS_PARTIAL; at += h.sizes[i], i++) {
		as_span data = as_cut(body, at, h.sizes[i]);
		if (data.n > 0)
			s = as_worse(s,
				as_vendor_sum(u, body, as_cut(body, 16 + 4 * i, 4), told[i],
					sum_of(data, (as_span){ 0 }, (as_span){ 0 }) == h.sums[i],
					"checksum of a part is wrong"));
		s = as_worse(s, as_vendor_part(u, body, as_lit(names[i]), at, h.sizes[i]));
	}
	return s;
}

const as_format as_format_chk = {
	.id = "chk",
	.title = "Netgear CHK",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "*#$^", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "kernel alone, or kernel and root file system", NULL },
	.verifies = (const char *const[]){ "sums of the header, of each part and of both", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = NULL,
	.spec = "https://openwrt.org/docs/techref/headers",
	.see = NULL,
};
