/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/rsa.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

enum { MODULUS_MAX = 1024, EXPONENT_MAX = 8 };

static EVP_PKEY *key_of(as_span modulus, as_span exponent)
{
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus.p, (int)modulus.n, NULL);
	BIGNUM *e = BN_bin2bn(exponent.p, (int)exponent.n, NULL);
	bool ok = ctx && b && n && e && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
		  OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e) == 1;
	OSSL_PARAM *params = ok ? OSSL_PARAM_BLD_to_param(b) : NULL;
	if (params && EVP_PKEY_fromdata_init(ctx) == 1 &&
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	OSSL_PARAM_free(params);
	BN_free(n);
	BN_free(e);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

bool as_rsa_right(as_span modulus, as_span exponent, const char *digest, as_span data, as_span sig)
{
	if (modulus.n == 0 || modulus.n > MODULUS_MAX || exponent.n == 0 ||
		exponent.n > EXPONENT_MAX || sig.n == 0 || data.n == 0)
		return false;
	EVP_PKEY *key = key_of(modulus, exponent);
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	const EVP_MD *algo = EVP_get_digestbyname(digest);
	bool ok = key && md && algo && EVP_DigestVerifyInit(md, NULL, algo, NULL, key) == 1 &&
		  EVP_DigestVerifyUpdate(md, data.p, data.n) == 1 &&
		  EVP_DigestVerifyFinal(md, sig.p, sig.n) == 1;
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(key);
	return ok;
}
