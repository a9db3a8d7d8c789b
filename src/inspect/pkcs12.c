/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/pkcs12.h"

#include "inspect/crypto.h"

enum { MAC_ITERATIONS_MAX = 300000, CERTIFICATES_MAX = 64 };

/* What such files are usually "protected" with when a device has to open them by itself. */
static const char *const usual[] = { "", "password", "changeit", "changeme", "1234", "12345",
	"123456", "12345678", "admin", "secret", "default", "test", "root", "pass", "server",
	"client", "private", "router", "export", "importpassword" };

static bool mac_is_affordable(const PKCS12 *p)
{
	const ASN1_OCTET_STRING *mac = NULL, *salt = NULL;
	const X509_ALGOR *algorithm = NULL;
	const ASN1_INTEGER *iterations = NULL;
	PKCS12_get0_mac(&mac, &algorithm, &salt, &iterations, p);
	int64_t n = 1;
	if (iterations && ASN1_INTEGER_get_int64(&n, iterations) != 1)
		return false;
	return mac && n > 0 && n <= MAC_ITERATIONS_MAX;
}

static const char *find_password(PKCS12 *p)
{
	if (!PKCS12_mac_present(p) || !mac_is_affordable(p))
		return NULL;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		bool none = usual[i][0] == 0 && PKCS12_verify_mac(p, NULL, 0) == 1;
		if (none || PKCS12_verify_mac(p, usual[i], -1) == 1)
			return usual[i];
	}
	return NULL;
}

static void take_key(as_p12 *out, PKCS12_SAFEBAG *bag, const char *password)
{
	out->has_key = true;
	if (out->key)
		return;
	if (PKCS12_SAFEBAG_get_nid(bag) == NID_keyBag) {
		out->key = EVP_PKCS82PKEY(PKCS12_SAFEBAG_get0_p8inf(bag));
		return;
	}
	const X509_SIG *sealed = PKCS12_SAFEBAG_get0_pkcs8(bag);
	const X509_ALGOR *algorithm = NULL;
	const ASN1_OCTET_STRING *content = NULL;
	X509_SIG_get0(sealed, &algorithm, &content);
	if (!as_pbe_is_affordable(algorithm))
		return;
	PKCS8_PRIV_KEY_INFO *info = PKCS8_decrypt(sealed, password, -1);
	out->key = info ? EVP_PKCS82PKEY(info) : NULL;
	PKCS8_PRIV_KEY_INFO_free(info);
}

static void take_bags(as_p12 *out, STACK_OF(PKCS12_SAFEBAG) * bags, const char *password)
{
	for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
		PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
		int kind = PKCS12_SAFEBAG_get_nid(bag);
		if (kind == NID_keyBag || kind == NID_pkcs8ShroudedKeyBag)
			take_key(out, bag, password);
		if (kind != NID_certBag || PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate)
			continue;
		X509 *x = PKCS12_SAFEBAG_get1_cert(bag);
		bool room = x && sk_X509_num(out->certificates) < CERTIFICATES_MAX;
		if (!room || sk_X509_push(out->certificates, x) == 0)
			X509_free(x);
	}
}

/* The bags of one part, decrypted if need be; NULL if they cannot be had. */
static STACK_OF(PKCS12_SAFEBAG) * open_part(PKCS7 *part, const char *password)
{
	if (PKCS7_type_is_data(part))
		return PKCS12_unpack_p7data(part);
	if (!PKCS7_type_is_encrypted(part) || !part->d.encrypted->enc_data ||
		!as_pbe_is_affordable(part->d.encrypted->enc_data->algorithm))
		return NULL;
	return PKCS12_unpack_p7encdata(part, password, -1);
}

static void take_parts(as_p12 *out)
{
	STACK_OF(PKCS7) *parts = PKCS12_unpack_authsafes(out->file);
	for (int i = 0; i < sk_PKCS7_num(parts); i++) {
		STACK_OF(PKCS12_SAFEBAG) *bags = open_part(sk_PKCS7_value(parts, i), out->password);
		take_bags(out, bags, out->password);
		sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	}
	sk_PKCS7_pop_free(parts, PKCS7_free);
}

bool as_p12_open(as_span file, as_p12 *out)
{
	*out = (as_p12){ 0 };
	size_t n = as_der_whole(file, 0x30);
	/* The outer sequence opens with version 3. */
	as_span head = as_cut(file, 0, as_min(file.n, 12));
	if (n == 0 || n != file.n || as_find(head, as_bytes("\x02\x01\x03\x30", 4), 0) == SIZE_MAX)
		return false;
	const unsigned char *p = file.p;
	out->file = d2i_PKCS12(NULL, &p, (long)n);
	out->certificates = sk_X509_new_null();
	if (!out->file || !out->certificates) {
		as_p12_free(out);
		as_crypto_forget();
		return false;
	}
	out->password = find_password(out->file);
	if (out->password)
		take_parts(out);
	as_crypto_forget();
	return true;
}

void as_p12_free(as_p12 *p)
{
	PKCS12_free(p->file);
	EVP_PKEY_free(p->key);
	sk_X509_pop_free(p->certificates, X509_free);
	*p = (as_p12){ 0 };
}
