/* SPDX-License-Identifier: Apache-2.0 */
/* D-Link's "encrpted_img": 0 "encrpted_img"   12 bytes that follow, big-endian   16 AES-256-CBC, in pieces of 128 KiB.
 * Key and vector are public knowledge. Each piece is an erase block of UBI, and the vector hides its first 16 bytes,
 * which are always the same. */
#include "codec/cipher.h"
#include "unpack/vendor.h"

enum { HEADER = 16, PIECE = 0x20000 };

static const char key[] = "he9-4+M!)d6=m~we1,q2a3d1n&2*Z^%8";
static const char vector[] = "J%1iQl8$=lm-;8AE";
static const char ubi[] = "UBI#\x01\0\0\0\0\0\0\0\0\0\0\0";

/* Whether the second block of the first piece is UBI's: where its other header and the data stand. */
static bool opens(as_span image)
{
	uint8_t out[2 * AS_AES_BLOCK];
	if (!as_decipher_start(AS_AES256_CBC, as_lit(key).p, as_lit(vector).p,
		    as_from(image, HEADER), out, sizeof(out)))
		return false;
	as_cur c = as_cur_be(as_bytes(out, sizeof(out)), AS_AES_BLOCK);
	uint32_t header = as_u32(&c), data = as_u32(&c);
	return header >= 64 && header < data && data <= PIECE;
}

static as_status probe(as_span image, as_extent *out)
{
	as_cur c = as_cur_be(image, 12);
	uint32_t n = as_u32(&c);
	uint64_t end = HEADER + (uint64_t)n;
	bool known = opens(image);
	if (!as_ok(&c) || n < 16 || (!known && end != image.n))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(end, image.n),
		.sure = known ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

typedef struct plain {
	as_unpack *u;
	uint64_t at; /* in what comes out */
} plain;

static as_status on_bytes(void *ctx, as_span bytes)
{
	plain *p = ctx;
	as_status s = AS_OK;
	if (p->at % PIECE == 0) {
		s = as_more(p->u, as_bytes(ubi, sizeof(ubi) - 1));
		p->at += 16;
		bytes = as_from(bytes, 16);
	}
	p->at += bytes.n;
	return s == AS_OK && bytes.n > 0 ? as_more(p->u, bytes) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_cur c = as_cur_be(body, 12);
	uint64_t n = as_u32(&c);
	as_entry e = { .at = HEADER, .type = AS_PART, .name = as_lit("firmware") };
	plain p = { .u = u };
	bool want = true;
	as_struct(u, 0, HEADER, "D-Link header");
	as_struct(u, HEADER, body.n - HEADER, "encrypted firmware");
	if (!opens(body))
		return as_refused(u, HEADER, "encrypted",
			"the firmware is encrypted with a key that is not public knowledge");
	as_tell(u, as_cut(body, 0, 12), "encrypted",
		as_lit("AES-256-CBC, the key is public knowledge"));
	as_status cut = HEADER + n > body.n ? as_lost(u, body.n, "firmware is cut off") : AS_OK;
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK)
		return s;
	s = as_decipher(AS_AES256_CBC, as_lit(key).p, as_lit(vector).p, as_from(body, HEADER),
		on_bytes, &p);
	s = as_worse(s, cut);
	return as_worse(s, as_end(u, s != AS_OK));
}

const as_format as_format_dlink_encrpted = {
	.id = "dlink_encrpted",
	.title = "D-Link encrpted_img",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "encrpted_img", .len = 12, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "UBI images under the key that is public knowledge", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "other keys than the one that is public knowledge", NULL },
	.spec = "https://www.onekey.com/resource/extracting-decryption-keys-dlink",
	.see = NULL,
};
