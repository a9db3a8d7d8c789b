/* SPDX-License-Identifier: Apache-2.0 */
/* SHRS: D-Link's encrypted firmware, big-endian.
 *    0 "SHRS"   4 size with and without what fills the last block   12 initial vector [16]
 *   28 SHA-512: of the plain firmware and the key   92 of the plain firmware   156 of the encrypted one
 *  220 0 [512]   732 signature [512]   1244 signature [512]   1756 firmware, AES-128-CBC
 * The key is public knowledge. */
#include "codec/cipher.h"
#include "unpack/vendor.h"

#include <openssl/evp.h>

enum { HEADER = 1756, SHA = 64, SIGNATURE = 512 };

static const uint8_t key[16] = { 0xc0, 0x5f, 0xbf, 0x19, 0x36, 0xc9, 0x94, 0x29, 0xce, 0x2a, 0x07,
	0x81, 0xf0, 0x8d, 0x6a, 0xd8 };

typedef struct header {
	uint32_t padded, n; /* bytes, with and without what fills the last block */
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, 4);
	uint32_t a = as_u32(&c), b = as_u32(&c);
	h->padded = a > b ? a : b;
	h->n = a > b ? b : a;
	as_span unused = as_cut(image, 220, 512);
	return as_ok(&c) && image.n > HEADER && h->n > 0 && h->padded - h->n <= 16 &&
	       unused.n > 0 && as_all(unused, 0);
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	uint64_t n = h.padded + (uint64_t)(16 - h.padded % 16) % 16;
	*out = (as_extent){ .size = as_min(HEADER + n, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

typedef struct plain {
	as_unpack *u;
	EVP_MD_CTX *md; /* owned by unpack */
	uint64_t left;
} plain;

static as_status on_bytes(void *ctx, as_span bytes)
{
	plain *p = ctx;
	bytes = as_cut(bytes, 0, as_min(bytes.n, p->left));
	p->left -= bytes.n;
	if (p->md && EVP_DigestUpdate(p->md, bytes.p, bytes.n) != 1)
		return AS_NOMEM;
	return bytes.n > 0 ? as_more(p->u, bytes) : AS_OK;
}

static as_status decrypt(as_unpack *u, as_span body, const header *h)
{
	plain p = { .u = u, .md = EVP_MD_CTX_new(), .left = h->n };
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	as_entry e = { .at = HEADER, .type = AS_PART, .name = as_lit("firmware") };
	bool want = true;
	as_status s = p.md && EVP_DigestInit_ex(p.md, EVP_sha512(), NULL) == 1 ? AS_OK : AS_NOMEM;
	if (s == AS_OK)
		s = as_begin(u, NULL, &e, &want);
	if (s == AS_OK) {
		as_span iv = as_cut(body, 12, 16);
		s = as_decipher(AS_AES128_CBC, key, iv.p, as_from(body, HEADER), on_bytes, &p);
		if (s == AS_OK && EVP_DigestFinal_ex(p.md, sum, &n) == 1)
			s = as_vendor_sum(u, body, as_cut(body, 92, SHA), "plain-sha512",
				as_same(as_bytes(sum, n), as_cut(body, 92, SHA)),
				"SHA-512 of the decrypted firmware is wrong: damaged, or another "
				"key");
		s = as_worse(s, as_end(u, s != AS_OK || p.left > 0));
	}
	EVP_MD_CTX_free(p.md);
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	as_status s = AS_OK;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "SHRS header");
	as_struct(u, HEADER, body.n - HEADER, "encrypted firmware");
	as_tell(u, as_cut(body, 0, 4), "encrypted",
		as_lit("AES-128-CBC, the key is public knowledge"));
	bool is_signed = !as_all(as_cut(body, 732, SIGNATURE), 0);
	as_tell(u, as_cut(body, 732, SIGNATURE), "signed",
		as_lit(is_signed ? "yes, not verified" : "no"));
	if ((uint64_t)HEADER + h.n > body.n) {
		s = as_lost(u, body.n, "firmware is cut off");
	} else {
		as_span a = as_cut(body, HEADER, h.n), b = as_cut(body, HEADER, h.padded);
		as_span sum = as_cut(body, 156, SHA);
		bool right = as_vendor_digest_is("sha512", &a, 1, sum) ||
			     as_vendor_digest_is("sha512", &b, 1, sum);
		s = as_vendor_sum(u, body, sum, "encrypted-sha512", right,
			"SHA-512 of the encrypted firmware is wrong");
	}
	return as_worse(s, decrypt(u, body, &h));
}

const as_format as_format_dlink_shrs = {
	.id = "dlink_shrs",
	.title = "D-Link SHRS",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "SHRS", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "signed or not, under the key that is public knowledge",
		NULL },
	.verifies =
		(const char *const[]){ "SHA-512 of the encrypted and of the plain firmware", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "signatures are told, not verified",
		"other keys than the one that is public knowledge", NULL },
	.spec = "https://github.com/openwrt/firmware-utils/blob/master/src/dlink-sge-image.c",
	.see = NULL,
};
