/* SPDX-License-Identifier: Apache-2.0 */
/* TRX: Broadcom's firmware container, little-endian.
 *    0 "HDR0"   4 length of all   8 CRC-32 of bytes 12 to the length, without the final inversion
 *   12 flags u16   14 version u16   16 offsets of parts, u32: three (version 1) or four (version 2)
 * An offset of 0 is no part. A part reaches to the next one, or to the end. */
#include "unpack/format.h"

enum { MAGIC_LEN = 4, SUMMED_FROM = 12, PARTS_AT = 16, PARTS_MAX = 4 };

typedef struct header {
	uint32_t size, sum;
	uint16_t flags, version;
	size_t n_parts, len; /* places for parts; bytes of the header */
	uint32_t parts[PARTS_MAX];
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, MAGIC_LEN);
	*h = (header){ .size = as_u32(&c) };
	h->sum = as_u32(&c);
	h->flags = as_u16(&c);
	h->version = as_u16(&c);
	h->n_parts = h->version == 2 ? 4 : 3;
	for (size_t i = 0; i < h->n_parts; i++)
		h->parts[i] = as_u32(&c);
	h->len = as_pos(&c);
	if (!as_ok(&c) || h->version < 1 || h->version > 2 || h->size <= h->len)
		return false;
	size_t n = 0;
	for (size_t i = 0; i < h->n_parts; i++) {
		if (h->parts[i] != 0 && (h->parts[i] < h->len || h->parts[i] >= h->size))
			return false;
		n += h->parts[i] != 0;
	}
	return n > 0;
}

static bool sum_right(as_span image, const header *h)
{
	as_span summed = as_cut(image, SUMMED_FROM, h->size - SUMMED_FROM);
	return summed.n > 0 && (as_crc32(0, summed) ^ UINT32_MAX) == h->sum;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.size, image.n) };
	out->sure = sum_right(image, &h) ? AS_CHECKSUMMED
		    : h.size <= image.n  ? AS_STRUCTURED
					 : AS_PLAUSIBLE;
	return AS_OK;
}

/* The nearest start of another part after at, or the end. */
static uint64_t end_of(const header *h, uint64_t at)
{
	uint64_t end = h->size;
	for (size_t i = 0; i < h->n_parts; i++)
		if (h->parts[i] > at && h->parts[i] < end)
			end = h->parts[i];
	return end;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.len, "TRX header");
	bool right = sum_right(body, &h);
	as_tellf(u, as_cut(body, 14, 2), "version", "%u", h.version);
	as_tellf(u, as_cut(body, 12, 2), "flags", "0x%04x", h.flags);
	as_tell(u, as_cut(body, 8, 4), "crc", as_lit(right ? "ok" : "wrong"));
	if (h.size > body.n)
		s = as_lost(u, body.n, "image is cut off");
	else if (!right)
		s = as_lost(u, 8, "checksum is wrong");
	for (size_t i = 0; i < h.n_parts && s <= AS_PARTIAL; i++) {
		uint64_t at = h.parts[i];
		if (at == 0 || at >= body.n)
			continue;
		as_entry e = { .at = at, .type = AS_PART };
		e.name = as_print(as_memory(u), "%zu", i);
		e.data = as_cut(body, at, as_min(end_of(&h, at), body.n) - at);
		s = as_worse(s, as_put(u, NULL, &e, NULL));
	}
	return s;
}

const as_format as_format_trx = {
	.id = "trx",
	.title = "Broadcom TRX",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "HDR0", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "version 1 (three parts)", "version 2 (four parts)", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the whole", NULL },
	.keeps = NULL,
	.samples =
		(const char *const[]){
			"generator from the published layout; not tried on a vendor's own image",
			NULL },
	.gaps = (const char *const[]){ "vendors' headers in front of or behind it", NULL },
	.spec = "https://openwrt.org/docs/techref/headers",
	.see = NULL,
};
