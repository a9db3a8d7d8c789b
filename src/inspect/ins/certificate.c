/* SPDX-License-Identifier: Apache-2.0 */
/* X.509 certificates: PEM blocks anywhere in any bytes, whole files in DER, and PKCS#12 files that
 * open with a common password. bundle counts the certificates of the object, so that rules can
 * tell a list of authorities from a device's own certificate. Not read: PKCS#7 bundles, DER inside
 * other files. */
#include <stdio.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "base/text.h"
#include "inspect/crypto.h"
#include "inspect/inspector.h"
#include "inspect/pem.h"
#include "inspect/pkcs12.h"
#include "inspect/supplier.h"

enum { BUNDLE_MAX = 4096, NAMES_MAX = 200, BUNDLE_OF_OTHERS = 8 /* certificates */ };

typedef struct found {
	X509 *x;
	as_span where;
} found;

typedef struct list {
	as_arena *arena;
	found *items; /* the first n in use */
	size_t n, cap, damaged;
	as_span first_damaged;
} list;

static void push(list *l, X509 *x, as_span where)
{
	if (!x && l->damaged++ == 0)
		l->first_damaged = where;
	if (x && l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 8;
		found *more =
			cap <= BUNDLE_MAX ? as_alloc_array(l->arena, cap, sizeof(*more)) : NULL;
		if (more && l->n > 0)
			memcpy(more, l->items, l->n * sizeof(*more));
		l->items = more ? more : l->items;
		l->cap = more ? cap : l->cap;
	}
	if (x && l->n < l->cap)
		l->items[l->n++] = (found){ x, where };
	else
		X509_free(x);
	as_crypto_forget();
}

static void find_pem(list *l, as_span data)
{
	as_pem pem;
	for (size_t at = 0; as_pem_next(l->arena, data, &at, &pem);) {
		const unsigned char *p = pem.der.p;
		bool trusted = as_is(pem.label, "TRUSTED CERTIFICATE");
		bool plain =
			as_is(pem.label, "CERTIFICATE") || as_is(pem.label, "X509 CERTIFICATE");
		if (!pem.whole || (!trusted && !plain))
			continue;
		X509 *x = trusted ? d2i_X509_AUX(NULL, &p, (long)pem.der.n)
				  : d2i_X509(NULL, &p, (long)pem.der.n);
		push(l, x, pem.where);
	}
}

static void find_der(list *l, as_span data)
{
	size_t n = as_der_whole(data, 0x30);
	as_p12 p12;
	if (n == 0 || n != data.n)
		return;
	const unsigned char *p = data.p;
	X509 *x = d2i_X509(NULL, &p, (long)n);
	as_crypto_forget();
	if (x) {
		push(l, x, data);
		return;
	}
	if (!as_p12_open(data, &p12))
		return;
	for (int i = 0; i < sk_X509_num(p12.certificates); i++) {
		X509 *inside = sk_X509_value(p12.certificates, i);
		if (X509_up_ref(inside) == 1)
			push(l, inside, data);
	}
	as_p12_free(&p12);
}

/* --- columns --- */

static as_span drained(as_arena *arena, BIO *bio)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);
	as_span text = n > 0 ? as_copy(arena, as_bytes(p, (size_t)n)) : (as_span){ 0 };
	(void)BIO_reset(bio);
	return text;
}

static as_span name_text(as_arena *arena, BIO *bio, const X509_NAME *name)
{
	unsigned long flags = (XN_FLAG_RFC2253 | ASN1_STRFLGS_UTF8_CONVERT) &
			      ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	(void)X509_NAME_print_ex(bio, name, 0, flags);
	return drained(arena, bio);
}

static as_span time_text(as_arena *arena, const ASN1_TIME *time)
{
	struct tm t;
	if (ASN1_TIME_to_tm(time, &t) != 1)
		return (as_span){ 0 };
	return as_print(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", t.tm_year + 1900, t.tm_mon + 1,
		t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
}

static as_span hex_text(as_arena *arena, as_span bytes)
{
	as_buf b = { 0 };
	as_hex_add(&b, bytes);
	as_span text = as_copy(arena, as_buf_span_of(&b));
	as_buf_free(&b);
	return text;
}

static as_span object_text(as_arena *arena, const ASN1_OBJECT *object)
{
	char text[80] = "";
	int nid = OBJ_obj2nid(object);
	if (nid != NID_undef)
		return as_lit(OBJ_nid2ln(nid));
	(void)OBJ_obj2txt(text, sizeof(text), object, 1);
	return as_copy(arena, as_lit(text));
}

static as_span name_value(const GENERAL_NAME *name)
{
	int type = 0;
	void *value = GENERAL_NAME_get0_value(name, &type);
	if (type != GEN_DNS && type != GEN_EMAIL && type != GEN_URI && type != GEN_IPADD)
		return (as_span){ 0 };
	const ASN1_STRING *text = value;
	return as_bytes(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
}

static as_span names_text(as_arena *arena, const X509 *x)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	as_buf b = { 0 };
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && i < NAMES_MAX; i++) {
		as_span v = name_value(sk_GENERAL_NAME_value(names, i));
		bool v4 = v.n == 4 && sk_GENERAL_NAME_value(names, i)->type == GEN_IPADD;
		bool other = sk_GENERAL_NAME_value(names, i)->type == GEN_IPADD && !v4;
		as_buf_text(&b, b.n > 0 && v.n > 0 ? " " : "");
		if (v4)
			as_buf_print(&b, "%u.%u.%u.%u", v.p[0], v.p[1], v.p[2], v.p[3]);
		else if (other)
			as_hex_add(&b, v);
		else
			as_buf_add(&b, v.p, v.n);
	}
	as_span text = b.n > 0 ? as_copy(arena, as_buf_span_of(&b)) : (as_span){ 0 };
	as_buf_free(&b);
	GENERAL_NAMES_free(names);
	return text;
}

static as_span der_sha256(as_arena *arena, X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	as_sha256 sum = as_sha256_of(as_bytes(der, n > 0 ? (size_t)n : 0));
	OPENSSL_free(der);
	return n > 0 ? hex_text(arena, as_bytes(sum.b, AS_SHA256_LEN)) : (as_span){ 0 };
}

static as_status add(as_facts *out, as_arena *arena, const found *item, size_t bundle, BIO *bio)
{
	X509 *x = item->x;
	const X509_ALGOR *signature = NULL;
	const ASN1_OBJECT *object = NULL;
	as_pubkey key = as_pubkey_of(X509_get0_pubkey(x));
	X509_get0_signature(NULL, &signature, x);
	X509_ALGOR_get0(&object, NULL, NULL, signature);
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	int ca = X509_check_ca(x); /* 1: says so; 3: version 1, self-signed */
	as_certificate row = { .where = item->where,
		.subject = name_text(arena, bio, X509_get_subject_name(x)),
		.issuer = name_text(arena, bio, X509_get_issuer_name(x)),
		.serial = hex_text(arena, as_bytes(ASN1_STRING_get0_data(serial),
						  (size_t)ASN1_STRING_length(serial))),
		.not_before = time_text(arena, X509_get0_notBefore(x)),
		.not_after = time_text(arena, X509_get0_notAfter(x)),
		.signature = object_text(arena, object),
		.bits = key.bits > 0 ? as_some(key.bits) : (as_opt){ 0 },
		.ca = ca == 1 || ca == 3,
		.self_signed = X509_self_signed(x, 0) == 1,
		.sha256 = der_sha256(arena, x),
		.names = names_text(arena, x),
		.bundle = (int64_t)bundle };
	if (key.algorithm[0])
		row.algorithm = as_copy(arena, as_lit(key.algorithm));
	if (key.fingerprint[0])
		row.fingerprint = as_copy(arena, as_lit(key.fingerprint));
	as_crypto_forget();
	as_status s = as_add_certificate(out, row);
	/* In a bundle stand those whom the world trusts, not those who made the device. */
	return s == AS_OK && bundle <= BUNDLE_OF_OTHERS
		       ? as_add_named_suppliers(out, arena, item->where, row.subject, "certificate")
		       : s;
}

/* What a container holds is looked at where it stands, not once more in the container's bytes. */
static bool cares(const as_file *f) { return !f->opened; }

static as_status inspect(as_facts *out, const as_file *f)
{
	list l = { .arena = f->arena };
	find_pem(&l, f->data);
	if (l.n == 0)
		find_der(&l, f->data);
	BIO *bio = l.n > 0 ? BIO_new(BIO_s_mem()) : NULL;
	as_status s = l.n > 0 && !bio ? AS_NOMEM : AS_OK;
	for (size_t i = 0; i < l.n; i++) {
		if (s == AS_OK)
			s = add(out, f->arena, &l.items[i], l.n, bio);
		X509_free(l.items[i].x);
	}
	BIO_free(bio);
	if (s == AS_OK && l.damaged > 0)
		s = as_unread(out, l.first_damaged, "a certificate in PEM does not parse");
	return s;
}

const as_inspector as_inspector_certificate = {
	.id = "certificate",
	.title = "X.509 certificates",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "certificate", "supplier", NULL },
};
