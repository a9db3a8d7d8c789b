/* SPDX-License-Identifier: Apache-2.0 */
/* The boot image of Rockchip's newer chips (RK35xx), little-endian:
 *    0 "RKNS"   8 words of the header u16, images u16   12 flags u32: low half 1 SHA-256, 2 SHA-512
 *  120 images, each 88 bytes: offset u16, size u16 (512 bytes each), address u32, flags u32, number u32,
 *      24 digest [64]
 * 1536 digest of what stands before. */
#include "unpack/vendor.h"

enum {
	IMAGES_AT = 120,
	IMAGE = 88,
	IMAGES_MAX = 4,
	DIGEST_IN = 24,
	BLOCK = 512,
	HEADER = 2048,
	SUMMED = 1536
};

typedef struct rkns {
	unsigned n;
	const char *algo;
	size_t len; /* of the digest */
	uint64_t end;
} rkns;

static bool read_rkns(as_span image, rkns *r)
{
	as_cur c = as_cur_le(image, 8);
	uint64_t words = as_u16(&c);
	r->n = as_u16(&c);
	uint32_t flags = as_u32(&c);
	r->algo = (flags & 0xf) == 1 ? "sha256" : (flags & 0xf) == 2 ? "sha512" : NULL;
	r->len = (flags & 0xf) == 1 ? 32 : 64;
	if (!as_ok(&c) || words * 4 != SUMMED || r->n == 0 || r->n > IMAGES_MAX || image.n < HEADER)
		return false;
	r->end = HEADER;
	for (unsigned i = 0; i < r->n; i++) {
		c = as_cur_le(image, IMAGES_AT + (uint64_t)i * IMAGE);
		uint64_t at = (uint64_t)as_u16(&c) * BLOCK, n = (uint64_t)as_u16(&c) * BLOCK;
		if (n > 0 && at < HEADER)
			return false;
		r->end = as_max(r->end, at + n);
	}
	return true;
}

static bool head_right(as_span image, const rkns *r)
{
	as_span head = as_cut(image, 0, SUMMED);
	return r->algo && as_vendor_digest_is(r->algo, &head, 1, as_cut(image, SUMMED, r->len));
}

static as_status probe(as_span image, as_extent *out)
{
	rkns r;
	if (!read_rkns(image, &r))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(r.end, image.n) };
	out->sure = head_right(image, &r) ? AS_CHECKSUMMED : AS_PLAUSIBLE;
	return AS_OK;
}

static as_status put_image(as_unpack *u, as_span body, const rkns *r, unsigned i)
{
	uint64_t from = IMAGES_AT + (uint64_t)i * IMAGE;
	as_cur c = as_cur_le(body, from);
	uint64_t at = (uint64_t)as_u16(&c) * BLOCK, n = (uint64_t)as_u16(&c) * BLOCK;
	if (n == 0)
		return AS_OK;
	as_span name = as_print(as_memory(u), "image-%u", i), data = as_cut(body, at, n);
	as_status s = AS_OK;
	if (r->algo && data.n > 0)
		s = as_vendor_sum(u, body, as_cut(body, from + DIGEST_IN, r->len),
			name.p ? (const char *)name.p : "image",
			as_vendor_digest_is(
				r->algo, &data, 1, as_cut(body, from + DIGEST_IN, r->len)),
			"digest of an image is wrong");
	return as_worse(s, as_vendor_part(u, body, name, at, n));
}

static as_status unpack(as_unpack *u, as_span body)
{
	rkns r;
	if (!read_rkns(body, &r))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "boot header");
	as_status s = AS_OK;
	if (r.algo)
		s = as_vendor_sum(u, body, as_cut(body, SUMMED, r.len), "header-digest",
			head_right(body, &r), "digest of the header is wrong");
	for (unsigned i = 0; i < r.n && s <= AS_PARTIAL; i++)
		s = as_worse(s, put_image(u, body, &r, i));
	return s;
}

const as_format as_format_rkns = {
	.id = "rkns",
	.title = "Rockchip boot image (RKNS)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "RKNS\0\0\0\0", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "RK35xx, SHA-256 or SHA-512", NULL },
	.verifies = (const char *const[]){ "digests of the header and of each image", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "mkimage (u-boot-tools 2023.01)", NULL },
	.gaps = (const char *const[]){ "signatures are not verified", NULL },
	.spec = "https://opensource.rock-chips.com/wiki_Boot_option",
	.see = NULL,
};
