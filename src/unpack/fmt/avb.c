/* SPDX-License-Identifier: Apache-2.0 */
/* vbmeta: Android's verified boot metadata, big-endian.
 *    0 "AVB0"   4 version needed u32, u32   12 bytes of the authentication block u64   20 of the auxiliary block
 *   28 algorithm u32   in the authentication block: 32 digest, 48 signature; in the auxiliary block: 64 public key,
 *   80 metadata of the key, 96 descriptors: offset u64 and size u64 each   112 rollback index u64   120 flags u32
 *  124 where the index is kept u32   128 release, text of 48 bytes   256 authentication block; auxiliary block
 * Digest and signature (PKCS #1 v1.5) are of the header and the auxiliary block.
 * Public key: bits u32, a word for Montgomery's arithmetic, modulus, a square; its exponent is 65537. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "unpack/fmt/avb.h"
#include "unpack/verity.h"

enum { HEADER = 256, BLOCKS_MAX = 16 << 20 };

static const struct {
	const char *name, *digest;
	uint32_t bits;
} algorithms[] = { { "none", "", 0 }, { "sha256-rsa2048", "sha256", 2048 },
	{ "sha256-rsa4096", "sha256", 4096 }, { "sha256-rsa8192", "sha256", 8192 },
	{ "sha512-rsa2048", "sha512", 2048 }, { "sha512-rsa4096", "sha512", 4096 },
	{ "sha512-rsa8192", "sha512", 8192 } };
enum { N_ALGORITHMS = sizeof(algorithms) / sizeof(algorithms[0]) };

static as_span piece(as_cur *c, as_span block)
{
	uint64_t at = as_u64(c), n = as_u64(c);
	return as_cut(block, at, n);
}

bool as_avb_open(as_span s, as_avb *out)
{
	as_cur c = as_cur_be(s, 4);
	uint32_t major = as_u32(&c);
	as_skip(&c, 4);
	uint64_t auth_len = as_u64(&c), aux_len = as_u64(&c);
	*out = (as_avb){ .algorithm = as_u32(&c), .header = as_cut(s, 0, HEADER) };
	if (!as_starts(s, "AVB0") || out->header.n == 0 || major != 1 || auth_len > BLOCKS_MAX ||
		aux_len > BLOCKS_MAX || auth_len % 64 != 0 || aux_len % 64 != 0 ||
		out->algorithm >= N_ALGORITHMS)
		return false;
	out->size = HEADER + auth_len + aux_len;
	out->raw = as_cut(s, 0, as_min(out->size, s.n));
	as_span auth = as_cut(s, HEADER, auth_len), aux = as_cut(s, HEADER + auth_len, aux_len);
	out->signed_aux = aux;
	out->digest = piece(&c, auth);
	out->signature = piece(&c, auth);
	out->key = piece(&c, aux);
	as_skip(&c, 16);
	out->descriptors = piece(&c, aux);
	out->rollback = as_u64(&c);
	out->flags = as_u32(&c);
	out->rollback_place = as_u32(&c);
	out->release = as_take(&c, 48);
	out->release =
		as_cut(out->release, 0, as_min(as_find_byte(out->release, 0, 0), out->release.n));
	return as_ok(&c) && as_is_text(out->release);
}

bool as_avb_digest_fits(const as_avb *a)
{
	uint8_t got[AS_DIGEST_MAX];
	size_t n = 0;
	return a->algorithm > 0 && a->digest.n > 0 &&
	       as_digest(as_lit(algorithms[a->algorithm].digest), a->header, a->signed_aux, got,
		       &n) &&
	       as_same(a->digest, as_bytes(got, n));
}

/* The public key as OpenSSL has it; NULL if it is none. */
static EVP_PKEY *key_of(as_span key)
{
	as_cur c = as_cur_be(key, 0);
	uint32_t bits = as_u32(&c);
	as_skip(&c, 4);
	as_span modulus = as_take(&c, bits / 8);
	EVP_PKEY *out = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = as_ok(&c) && bits <= 8192 && modulus.n > 0
			    ? BN_bin2bn(modulus.p, (int)modulus.n, NULL)
			    : NULL;
	bool ok = ctx && build && n &&
		  OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
		  OSSL_PARAM_BLD_push_ulong(build, OSSL_PKEY_PARAM_RSA_E, 65537) == 1;
	OSSL_PARAM *params = ok ? OSSL_PARAM_BLD_to_param(build) : NULL;
	if (params && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &out, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	BN_free(n);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return out;
}

static bool signature_right(const as_avb *a)
{
	EVP_PKEY *key = key_of(a->key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *md = EVP_get_digestbyname(algorithms[a->algorithm].digest);
	bool ok = key && ctx && md && a->signature.n > 0 && a->signed_aux.n > 0 &&
		  EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1 &&
		  EVP_DigestVerifyUpdate(ctx, a->header.p, a->header.n) == 1 &&
		  EVP_DigestVerifyUpdate(ctx, a->signed_aux.p, a->signed_aux.n) == 1 &&
		  EVP_DigestVerifyFinal(ctx, a->signature.p, a->signature.n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok;
}

static void tell_key(as_unpack *u, as_span key)
{
	char hex[65];
	as_cur c = as_cur_be(key, 0);
	uint32_t bits = as_u32(&c);
	as_sha256 sum = as_sha256_of(key);
	as_sha256_hex(&sum, hex);
	as_tellf(u, key, "public-key", "rsa%u sha256:%s", bits, hex);
}

/* The digest and the signature over header and auxiliary block. */
static as_status tell_signature(as_unpack *u, const as_avb *a)
{
	as_status s = AS_OK;
	as_tell(u, as_cut(a->header, 28, 4), "algorithm", as_lit(algorithms[a->algorithm].name));
	if (a->key.n > 0)
		tell_key(u, a->key);
	if (a->algorithm == 0)
		return AS_OK;
	bool fits = as_avb_digest_fits(a), right = signature_right(a);
	as_tell(u, a->digest, "digest", as_lit(fits ? "ok" : "wrong"));
	as_tell(u, a->signature, "signature", as_lit(right ? "ok" : "wrong"));
	if (!fits)
		s = as_lost(u, a->at, "digest of the metadata is wrong");
	if (!right)
		s = as_worse(s, as_lost(u, a->at, "signature of the metadata is wrong"));
	return s;
}

as_status as_avb_tell(as_unpack *u, const as_avb *a)
{
	as_status s = AS_OK;
	as_tell(u, a->release, "release", a->release);
	as_tellf(u, as_cut(a->header, 112, 8), "rollback-index", "%llu",
		(unsigned long long)a->rollback);
	as_tellf(u, as_cut(a->header, 124, 4), "rollback-location", "%u", a->rollback_place);
	as_tellf(u, as_cut(a->header, 120, 4), "flags", "0x%x%s%s", a->flags,
		a->flags & 1 ? " hashtree-disabled" : "",
		a->flags & 2 ? " verification-disabled" : "");
	if (a->raw.n < a->size)
		s = as_lost(u, a->at, "metadata is cut off");
	s = as_worse(s, tell_signature(u, a));
	return as_worse(s, as_avb_descriptors(u, a));
}

static as_status probe(as_span image, as_extent *out)
{
	as_avb a;
	if (!as_avb_open(image, &a))
		return AS_NOT_THIS;
	*out = (as_extent){ .size = a.raw.n, .label = a.release };
	out->sure = as_avb_digest_fits(&a) ? AS_CHECKSUMMED : AS_STRUCTURED;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_avb a;
	if (!as_avb_open(body, &a))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, a.raw.n, "vbmeta");
	return as_avb_tell(u, &a);
}

const as_format as_format_avb = {
	.id = "avb",
	.title = "Android verified boot metadata (vbmeta)",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "AVB0", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "version 1",
		"RSA of 2048, 4096 and 8192 bits with SHA-256 and SHA-512", NULL },
	.verifies = (const char *const[]){ "the digest of the metadata",
		"its RSA signature, by the key that it carries", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "generator from the published layout, signed by openssl "
					  "3; not tried on a vendor's "
					  "own image",
		NULL },
	.gaps =
		(const char *const[]){
			"whether the key is one that a boot loader trusts is not known",
			"images in other partitions are not compared with their descriptors",
			NULL },
	.spec = "https://android.googlesource.com/platform/external/avb/+/main/README.md",
	.see = NULL,
};
