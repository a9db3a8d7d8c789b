/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration trees of Huawei's optical terminals (hw_ctree.xml), encrypted:
 *    0 00000001, little-endian   4 sum   8 initial vector [16]   24 AES-256-CBC   last 32 HMAC-SHA-256 of it
 * The low four bits of the vector are the bytes of the last block (0: all). The cipher's key, which is the HMAC's, too,
 * comes of SHA-256, 8,192 times, from the vector and a key that is public knowledge for older devices. */
#include "codec/cipher.h"
#include "unpack/vendor.h"

#include <openssl/hmac.h>

enum { HEADER = 8, VECTOR = 16, MAC = 32, ROUNDS = 8192, MOST = 4 << 20 };

static const uint8_t secret[16] = { 0x13, 0x39, 0x55, 0x37, 0xd2, 0x73, 0x05, 0x54, 0xa1, 0x76,
	0x79, 0x9f, 0x6d, 0x56, 0xa2, 0x39 };

/* Whether the HMAC is right with the known key; key is then the cipher's. */
static bool opens(as_span image, as_span *packed, uint8_t key[MAC])
{
	uint8_t mac[EVP_MAX_MD_SIZE], next[AS_DIGEST_MAX];
	unsigned n = 0;
	as_span iv = as_cut(image, HEADER, VECTOR);
	if (image.n > MOST || image.n < HEADER + VECTOR + VECTOR + MAC ||
		(image.n - HEADER) % AS_AES_BLOCK != 0)
		return false;
	*packed = as_cut(image, HEADER + VECTOR, image.n - HEADER - VECTOR - MAC);
	memset(key, 0, MAC);
	memcpy(key, iv.p, iv.n);
	for (unsigned i = 0; i < ROUNDS; i++) {
		as_span pieces[] = { as_bytes(key, MAC), as_bytes(secret, sizeof(secret)) };
		if (as_vendor_digest("sha256", pieces, 2, next) != MAC)
			return false;
		memcpy(key, next, MAC);
	}
	return HMAC(EVP_sha256(), key, MAC, packed->p, packed->n, mac, &n) &&
	       as_same(as_bytes(mac, n), as_from(image, image.n - MAC));
}

static as_status probe(as_span image, as_extent *out)
{
	as_span packed;
	uint8_t key[MAC];
	if (!opens(image, &packed, key))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_CHECKSUMMED };
	return AS_OK;
}

typedef struct plain {
	as_unpack *u;
	uint64_t left;
} plain;

static as_status on_bytes(void *ctx, as_span bytes)
{
	plain *p = ctx;
	bytes = as_cut(bytes, 0, as_min(bytes.n, p->left));
	p->left -= bytes.n;
	return bytes.n > 0 ? as_more(p->u, bytes) : AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_span packed;
	uint8_t key[MAC];
	bool want = true;
	as_entry e = { .at = HEADER, .type = AS_PART, .name = as_lit("config") };
	if (!opens(body, &packed, key))
		return as_refused(u, 0, "encrypted", "no key that is public knowledge opens it");
	as_span iv = as_cut(body, HEADER, VECTOR);
	unsigned last = as_at(iv, VECTOR - 1) & 15;
	plain p = { .u = u, .left = packed.n - (last ? AS_AES_BLOCK - last : 0) };
	as_struct(u, 0, body.n, "encrypted configuration");
	as_tell(u, as_cut(body, 0, 4), "encrypted",
		as_lit("AES-256-CBC, the key is public knowledge"));
	as_tell(u, as_from(body, body.n - MAC), "hmac", as_lit("ok"));
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK)
		return s;
	s = as_decipher(AS_AES256_CBC, key, iv.p, packed, on_bytes, &p);
	return as_worse(s, as_end(u, s != AS_OK));
}

const as_format as_format_huawei_config = {
	.id = "huawei_config",
	.title = "Huawei encrypted configuration tree",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x01\0\0\0", .len = 4, .at = 0, .start = true },
		{ 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){
			"under the key that is public knowledge for older devices", NULL },
	.verifies = (const char *const[]){ "HMAC-SHA-256", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps =
		(const char *const[]){
			"devices whose key is their own: told as bytes without structure",
			"the sum in the header", NULL },
	.spec = "https://github.com/Mbed-TLS/mbedtls/blob/mbedtls-2.28/programs/aes/"
		"crypt_and_hash.c",
	.see = NULL,
};
