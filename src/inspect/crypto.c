/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/crypto.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>

#include "base/cur.h"

enum { ITERATIONS_MAX = 300000, DER_MAX = 1 << 20 };

bool as_crypto_prepare(void)
{
	static const char *const digests[] = { "MD5", "SHA1", "SHA256", "SHA384", "SHA512" };
	/* An Ed25519 public key: decoding it brings up the decoders. */
	static const uint8_t spki[44] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70,
		0x03, 0x21, 0 };
	uint64_t options = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS |
			   OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS;
	bool ok = OPENSSL_init_crypto(options, NULL) == 1;
	for (size_t i = 0; i < sizeof(digests) / sizeof(digests[0]); i++) {
		EVP_MD *md = EVP_MD_fetch(NULL, digests[i], NULL);
		ok = ok && md;
		EVP_MD_free(md);
	}
	uint8_t random[8];
	ok = ok && RAND_bytes(random, sizeof(random)) == 1 &&
	     RAND_priv_bytes(random, sizeof(random)) == 1;
	const unsigned char *p = spki;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &p, sizeof(spki));
	ok = ok && key;
	EVP_PKEY_free(key);
	as_crypto_forget();
	return ok;
}

void as_crypto_forget(void) { ERR_clear_error(); }

as_pubkey as_pubkey_of(EVP_PKEY *key)
{
	as_pubkey out = { 0 };
	const char *name = key ? EVP_PKEY_get0_type_name(key) : NULL;
	if (!name)
		return out;
	(void)snprintf(out.algorithm, sizeof(out.algorithm), "%s", name);
	for (char *c = out.algorithm; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	out.bits = EVP_PKEY_get_bits(key);
	unsigned char *der = NULL;
	int n = i2d_PUBKEY(key, &der);
	if (n > 0) {
		as_sha256 sum = as_sha256_of(as_bytes(der, (size_t)n));
		as_sha256_hex(&sum, out.fingerprint);
	}
	OPENSSL_free(der);
	as_crypto_forget();
	return out;
}

size_t as_der_whole(as_span s, uint8_t tag)
{
	as_cur c = as_cur_be(s, 0);
	if (as_u8(&c) != tag)
		return 0;
	uint64_t n = as_u8(&c);
	if (n > 0x80) {
		unsigned octets = (unsigned)n & 0x7f;
		for (n = 0; octets > 0 && octets <= 3; octets--)
			n = n << 8 | as_u8(&c);
		n = octets > 0 ? UINT64_MAX : n;
	} else if (n == 0x80) {
		return 0;
	}
	return as_ok(&c) && n <= DER_MAX && n <= as_left(&c) ? as_pos(&c) + (size_t)n : 0;
}

static bool is_affordable(const ASN1_INTEGER *iterations)
{
	int64_t n = 0;
	return iterations && ASN1_INTEGER_get_int64(&n, iterations) == 1 && n > 0 &&
	       n <= ITERATIONS_MAX;
}

static bool is_affordable_pbes2(const ASN1_STRING *parameters)
{
	const unsigned char *p = ASN1_STRING_get0_data(parameters);
	PBE2PARAM *pbe2 = d2i_PBE2PARAM(NULL, &p, ASN1_STRING_length(parameters));
	PBKDF2PARAM *kdf = NULL;
	/* Only PBKDF2: scrypt's parameters would decide about memory. */
	if (pbe2 && OBJ_obj2nid(pbe2->keyfunc->algorithm) == NID_id_pbkdf2)
		kdf = ASN1_TYPE_unpack_sequence(
			ASN1_ITEM_rptr(PBKDF2PARAM), pbe2->keyfunc->parameter);
	bool ok = kdf && is_affordable(kdf->iter);
	PBKDF2PARAM_free(kdf);
	PBE2PARAM_free(pbe2);
	return ok;
}

bool as_pbe_is_affordable(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *object = NULL;
	const void *value = NULL;
	int type = 0;
	X509_ALGOR_get0(&object, &type, &value, algorithm);
	if (type != V_ASN1_SEQUENCE)
		return false;
	const ASN1_STRING *parameters = value;
	if (OBJ_obj2nid(object) == NID_pbes2)
		return is_affordable_pbes2(parameters);
	const unsigned char *p = ASN1_STRING_get0_data(parameters);
	PBEPARAM *pbe = d2i_PBEPARAM(NULL, &p, ASN1_STRING_length(parameters));
	bool ok = pbe && is_affordable(pbe->iter);
	PBEPARAM_free(pbe);
	return ok;
}
