/* SPDX-License-Identifier: Apache-2.0 */
/* Xiaomi's firmware, little-endian.
 *    0 "HDR1"   4 offset of the signature   8 CRC-32 of bytes 12 to the end, without the final inversion
 *   12 unknown u16   14 device u16   16 offsets of eight parts; HDR2 has device and region as text of 8 bytes at 16 and
 *   24, and the offsets at 48. A part:
 *    0 0000babe   4 offset in flash   8 size   12 type u16   14 unknown u16   16 name [32]   48 data
 * The signature: 0 size   16 RSA [256]; the image ends with it. */
#include "unpack/vendor.h"

enum { PARTS = 8, PART = 48, SIGNATURE = 272, SUMMED_FROM = 12 };

typedef struct header {
	bool later; /* HDR2 */
	uint32_t signature, sum, at[PARTS];
	uint64_t end;
} header;

typedef struct part {
	uint32_t flash, n;
	uint16_t type;
	as_span name;
} part;

static bool read_part(as_span image, uint32_t at, part *p)
{
	as_cur c = as_cur_le(image, at);
	uint32_t magic = as_u32(&c);
	p->flash = as_u32(&c);
	p->n = as_u32(&c);
	p->type = as_u16(&c);
	as_skip(&c, 2);
	p->name = as_vendor_string(as_take(&c, 32));
	return as_ok(&c) && magic == 0x0000babe;
}

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, 4);
	part p;
	h->later = as_at(image, 3) == '2';
	h->signature = as_u32(&c);
	h->sum = as_u32(&c);
	as_seek(&c, h->later ? 48 : 16);
	for (unsigned i = 0; i < PARTS; i++)
		h->at[i] = as_u32(&c);
	h->end = (uint64_t)h->signature + SIGNATURE;
	return as_ok(&c) && h->signature > as_pos(&c) && h->at[0] >= as_pos(&c) &&
	       read_part(image, h->at[0], &p);
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(h.end, image.n) };
	out->sure = h.end <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

static as_status put_parts(as_unpack *u, as_span body, const header *h)
{
	as_status s = AS_OK;
	part p;
	for (unsigned i = 0; i < PARTS && h->at[i] != 0 && s <= AS_PARTIAL; i++) {
		if (!read_part(body, h->at[i], &p)) {
			s = as_worse(s, as_lost(u, h->at[i], "a part's header is damaged"));
			continue;
		}
		as_struct(u, h->at[i], PART, "header of a part");
		const char *name = (const char *)as_print(
			as_memory(u), "part %.*s", (int)p.name.n, (const char *)p.name.p)
					   .p;
		if (name)
			as_tellf(u, as_cut(body, h->at[i], PART), name, "flash=0x%08x type=0x%04x",
				p.flash, p.type);
		s = as_worse(s, as_vendor_part(u, body, p.name, (uint64_t)h->at[i] + PART, p.n));
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.later ? 80 : 48, "Xiaomi header");
	if (h.later) {
		as_vendor_text(u, as_cut(body, 16, 8), "device");
		as_vendor_text(u, as_cut(body, 24, 8), "region");
	} else {
		as_tellf(u, as_cut(body, 14, 2), "device", "0x%02x%02x", as_at(body, 15),
			as_at(body, 14));
	}
	if (h.end > body.n)
		s = as_lost(u, body.n, "image is cut off");
	else
		s = as_vendor_sum(u, body, as_cut(body, 8, 4), "crc",
			(as_crc32(0, as_from(body, SUMMED_FROM)) ^ UINT32_MAX) == h.sum,
			"checksum is wrong");
	as_span rsa = as_cut(body, (uint64_t)h.signature + 16, 256);
	bool is_signed = rsa.n > 0 && !as_all(rsa, 0);
	as_tell(u, as_cut(body, 4, 4), "signed", as_lit(is_signed ? "yes, not verified" : "no"));
	if (h.signature < body.n)
		as_struct(u, h.signature, as_min(SIGNATURE, body.n - h.signature), "signature");
	return as_worse(s, put_parts(u, body, &h));
}

const as_format as_format_xiaomi = {
	.id = "xiaomi",
	.title = "Xiaomi firmware",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "HDR1", .len = 4, .at = 0 },
		{ .bytes = "HDR2", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "HDR1", "HDR2", NULL },
	.verifies = (const char *const[]){ "CRC-32", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "signatures are told, not verified", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/xiaomifw.c",
	.see = NULL,
};
