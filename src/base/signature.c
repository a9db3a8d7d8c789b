/* SPDX-License-Identifier: Apache-2.0 */
#include "base/signature.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

enum { MODULUS_MAX = 2048, EXPONENT_MAX = 8, POINT_MAX = 66 };

static EVP_PKEY *make_key(const char *type, OSSL_PARAM_BLD *b)
{
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(b);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *rsa_key(as_span n, as_span e)
{
	if (n.n == 0 || n.n > MODULUS_MAX || e.n == 0 || e.n > EXPONENT_MAX)
		return NULL;
	EVP_PKEY *key = NULL;
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *modulus = BN_bin2bn(n.p, (int)n.n, NULL),
	       *exponent = BN_bin2bn(e.p, (int)e.n, NULL);
	if (b && modulus && exponent &&
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
		OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		key = make_key("RSA", b);
	BN_free(modulus);
	BN_free(exponent);
	OSSL_PARAM_BLD_free(b);
	return key;
}

static EVP_PKEY *ecdsa_key(as_span curve, as_span x, as_span y)
{
	static const char *const curves[] = { "prime256v1", "secp256k1", "secp384r1", "secp521r1" };
	uint8_t point[1 + 2 * POINT_MAX] = { 4 /* both coordinates */ };
	EVP_PKEY *key = NULL;
	if (x.n == 0 || x.n > POINT_MAX || y.n != x.n)
		return NULL;
	memcpy(point + 1, x.p, x.n);
	memcpy(point + 1 + x.n, y.p, y.n);
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]) && !key; i++) {
		OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
		if (b && as_is(curve, curves[i]) &&
			OSSL_PARAM_BLD_push_utf8_string(
				b, OSSL_PKEY_PARAM_GROUP_NAME, curves[i], 0) == 1 &&
			OSSL_PARAM_BLD_push_octet_string(
				b, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * x.n) == 1)
			key = make_key("EC", b);
		OSSL_PARAM_BLD_free(b);
	}
	return key;
}

/* Both numbers of an ECDSA signature, one after the other, as OpenSSL wants them. Answers bytes of der, or 0. */
static size_t ecdsa_der(as_span value, uint8_t der[2 * POINT_MAX + 16])
{
	size_t half = value.n / 2;
	if (half == 0 || half > POINT_MAX || value.n % 2)
		return 0;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	as_span second = as_from(value, half);
	BIGNUM *r = BN_bin2bn(value.p, (int)half, NULL), *s = BN_bin2bn(second.p, (int)half, NULL);
	if (!sig || !r || !s || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(sig);
		return 0;
	}
	unsigned char *end = der;
	int n = i2d_ECDSA_SIG(sig, &end);
	ECDSA_SIG_free(sig);
	return n > 0 ? (size_t)n : 0;
}

static bool holds(
	EVP_PKEY *key, bool rsa, const EVP_MD *algo, bool pss, as_span digest, as_span sig)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);
	bool ok = c && EVP_PKEY_verify_init(c) == 1;
	if (rsa)
		ok = ok && EVP_PKEY_CTX_set_rsa_padding(
				   c, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1;
	if (rsa && pss)
		ok = ok && EVP_PKEY_CTX_set_rsa_pss_saltlen(c, RSA_PSS_SALTLEN_AUTO) == 1;
	ok = ok && EVP_PKEY_CTX_set_signature_md(c, algo) == 1 &&
	     EVP_PKEY_verify(c, sig.p, sig.n, digest.p, digest.n) == 1;
	EVP_PKEY_CTX_free(c);
	return ok;
}

as_signed as_signed_digest(
	const as_public_key *k, const char *algo, bool pss, as_span digest, as_span sig)
{
	uint8_t der[2 * POINT_MAX + 16];
	const EVP_MD *md = EVP_get_digestbyname(algo);
	bool rsa = k->modulus.n > 0;
	EVP_PKEY *key = rsa ? rsa_key(k->modulus, k->exponent) : ecdsa_key(k->curve, k->x, k->y);
	if (!key)
		return AS_SIGNED_NO_KEY;
	if (!rsa)
		sig = as_bytes(der, ecdsa_der(sig, der));
	bool ok = md && sig.n > 0 && digest.n == (size_t)EVP_MD_get_size(md) &&
		  holds(key, rsa, md, pss, digest, sig);
	EVP_PKEY_free(key);
	return ok ? AS_SIGNED_RIGHT : AS_SIGNED_WRONG;
}

bool as_rsa_right(as_span modulus, as_span exponent, const char *algo, as_span data, as_span sig)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	const EVP_MD *md = EVP_get_digestbyname(algo);
	as_public_key k = { .modulus = modulus, .exponent = exponent };
	if (!md || data.n == 0 || EVP_Digest(data.p, data.n, sum, &n, md, NULL) != 1)
		return false;
	return as_signed_digest(&k, algo, false, as_bytes(sum, n), sig) == AS_SIGNED_RIGHT;
}
