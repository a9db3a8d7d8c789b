/* SPDX-License-Identifier: Apache-2.0 */
/* A partition of Android with its verified boot metadata at its end, big-endian; the last 64 bytes are:
 *    0 "AVBf"   4 version u32, u32   12 size of the image u64   20 vbmeta u64   28 its size
 * Before it lie the image, perhaps its hash tree, and the metadata; see avb.c. */
#include "unpack/fmt/avb.h"

enum { FOOTER = 64 };

typedef struct footer {
	uint64_t size, at, n;
} footer;

static bool open_footer(as_span image, footer *f, as_avb *a)
{
	if (image.n < FOOTER)
		return false;
	as_span raw = as_from(image, image.n - FOOTER);
	as_cur c = as_cur_be(raw, 4);
	uint32_t major = as_u32(&c);
	as_skip(&c, 4);
	*f = (footer){ .size = as_u64(&c) };
	f->at = as_u64(&c);
	f->n = as_u64(&c);
	if (!as_starts(raw, "AVBf") || major != 1 || !as_avb_open(as_cut(image, f->at, f->n), a))
		return false;
	a->image = as_cut(image, 0, f->at);
	a->at = f->at;
	return f->size > 0 && f->size <= f->at && a->raw.n == a->size;
}

static as_status probe(as_span image, as_extent *out)
{
	footer f;
	as_avb a;
	if (!open_footer(image, &f, &a))
		return AS_NOT_THIS;
	/* Without a signature, that the image is the one described tells as much. */
	bool sure = as_avb_digest_fits(&a) || as_avb_image_fits(&a);
	*out = (as_extent){ .size = image.n, .sure = sure ? AS_CHECKSUMMED : AS_STRUCTURED };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	footer f;
	as_avb a;
	if (!open_footer(body, &f, &a))
		return as_lost(u, body.n, "footer is damaged");
	as_struct(u, f.at, a.raw.n, "vbmeta");
	as_struct(u, body.n - FOOTER, FOOTER, "AVB footer");
	as_status s = as_avb_tell(u, &a);
	as_entry e = { .type = AS_PART, .name = as_lit("image"), .data = as_cut(body, 0, f.size) };
	return s <= AS_PARTIAL ? as_worse(s, as_put(u, NULL, &e, NULL)) : s;
}

const as_format as_format_avb_footer = {
	.id = "avb_footer",
	.title = "Android partition with verified boot metadata",
	.kind = AS_CARRIER,
	.magic = NULL, /* begins as its image does */
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "hash and hashtree footers", NULL },
	.verifies = (const char *const[]){ "digest and RSA signature of the metadata",
		"the digest of the image", "the hash tree, and every block of the image against it",
		NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "generator from the published layout, signed by openssl "
					  "3, trees by veritysetup "
					  "2.6.1; not tried on a vendor's own image",
		NULL },
	.gaps = (const char *const[]){ "forward error correction is not read",
		"searched only at the end of an object", NULL },
	.spec = "https://android.googlesource.com/platform/external/avb/+/main/README.md",
	.see = NULL,
};
