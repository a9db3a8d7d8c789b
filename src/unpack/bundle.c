/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/bundle.h"

#include <limits.h>

#include <openssl/cms.h>
#include <openssl/err.h>

enum { SIGNERS_MAX = 8, CMS_MIN = 64, CMS_MAX = 64 << 10, TAIL = 8, ID_LEN = 9 };

bool as_bundle_is_swupdate(as_span image)
{
	bool newc = as_starts(image, "070701") || as_starts(image, "070702");
	return newc && as_same(as_cut(image, 110, 15), as_bytes("sw-description\0", 15));
}

bool as_bundle_is_mender(as_span image)
{
	as_span start = as_cut(image, 512, as_min(256, image.n > 512 ? image.n - 512 : 0));
	return as_same(as_cut(image, 0, 8), as_bytes("version\0", 8)) &&
	       as_has(start, "\"format\":\"mender\"");
}

bool as_bundle_is_rauc(as_span image, as_span *cms)
{
	if (image.n < TAIL)
		return false;
	as_cur c = as_cur_be(image, image.n - TAIL);
	uint64_t n = as_u64(&c);
	if (n < CMS_MIN || n > CMS_MAX || n > image.n - TAIL)
		return false;
	*cms = as_cut(image, image.n - TAIL - n, n);
	as_cur d = as_cur_be(*cms, 0);
	bool sequence = as_u8(&d) == 0x30;
	uint8_t width = as_u8(&d) & 0x7f;
	uint64_t len = width > 0 && width <= 4 ? as_uint(&d, width) : 0;
	/* signedData or envelopedData of PKCS#7 */
	as_span id = as_take(&d, ID_LEN + 2);
	bool named = as_starts(id, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07") &&
		     (as_at(id, 10) == 2 || as_at(id, 10) == 3);
	return sequence && named && len + 2 + width == n;
}

static void tell_signers(as_unpack *u, as_span der, CMS_ContentInfo *cms)
{
	STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(cms);
	STACK_OF(X509) *certificates = CMS_get1_certs(cms);
	for (int i = 0; i < sk_CMS_SignerInfo_num(all) && i < SIGNERS_MAX; i++) {
		CMS_SignerInfo *one = sk_CMS_SignerInfo_value(all, i);
		X509_ALGOR *digest = NULL, *method = NULL;
		CMS_SignerInfo_get0_algs(one, NULL, NULL, &digest, &method);
		const ASN1_OBJECT *id = NULL;
		X509_ALGOR_get0(&id, NULL, NULL, digest);
		as_tell(u, der, "signature-digest", as_lit(OBJ_nid2sn(OBJ_obj2nid(id))));
		for (int k = 0; k < sk_X509_num(certificates); k++) {
			X509 *x = sk_X509_value(certificates, k);
			char name[256];
			if (CMS_SignerInfo_cert_cmp(one, x) != 0)
				continue;
			X509_NAME_oneline(X509_get_subject_name(x), name, sizeof(name));
			as_tell(u, der, "signer", as_lit(name));
			bool self = X509_NAME_cmp(
					    X509_get_subject_name(x), X509_get_issuer_name(x)) == 0;
			as_tell(u, der, "signer-issued-by", as_lit(self ? "itself" : "another"));
		}
	}
	sk_X509_pop_free(certificates, X509_free);
}

static bool verifies(CMS_ContentInfo *cms, as_span content)
{
	bool apart = content.n > 0 && content.n <= INT_MAX;
	/* CMS_verify makes a BIO of its own of what is plainly one of memory, and loses it where it fails. */
	BIO *mem = apart ? BIO_new_mem_buf(content.p, (int)content.n) : NULL;
	BIO *in = mem ? BIO_push(BIO_new(BIO_f_null()), mem) : NULL;
	int right = CMS_verify(cms, NULL, NULL, in, NULL, CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY);
	BIO_free_all(in ? in : mem);
	return right == 1;
}

as_status as_bundle_cms(as_unpack *u, as_span body, as_span der, as_span content, as_span *inner)
{
	const unsigned char *p = der.p;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
	uint64_t at = 0;
	as_status s = AS_OK;
	(void)as_within(body, der, &at);
	if (inner)
		*inner = (as_span){ 0 };
	if (!cms) {
		ERR_clear_error();
		return as_lost(u, at, "the signature cannot be read");
	}
	if (OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed) {
		ASN1_OCTET_STRING **held = CMS_get0_content(cms);
		if (inner && held && *held)
			*inner = as_copy(as_memory(u), as_bytes(ASN1_STRING_get0_data(*held),
							       (size_t)ASN1_STRING_length(*held)));
		as_tell(u, der, "signature", as_lit("CMS"));
		tell_signers(u, der, cms);
		bool right = verifies(cms, held && *held ? (as_span){ 0 } : content);
		as_tell(u, der, "signature-right",
			as_lit(right ? "yes, with the certificate in it" : "no"));
		if (!right)
			s = as_lost(u, at, "the signature is wrong for what it signs");
	} else {
		as_tell(u, der, "signature", as_lit("CMS, enveloped: not verified"));
	}
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return s;
}
