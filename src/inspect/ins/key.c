/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, private and public: PEM blocks anywhere in any bytes; whole files in DER, PKCS#12,
 * dropbear's and PuTTY's form; lines of OpenSSH public keys. A row is made only when the key
 * parses, or when it is well-formed and encrypted; a private PEM block that says it is a key and
 * does not parse is reported as damaged. Not read: keys in DER inside other files, PGP's numbers,
 * smart-card stubs. */
#include <string.h>

#include "base/embed.h"
#include "inspect/crypto.h"
#include "inspect/inspector.h"
#include "inspect/pem.h"
#include "inspect/pkcs12.h"
#include "inspect/sshkey.h"

enum { DER_FILE_MAX = 65536, DER_LEAST = 40, LINE_MAX_KEYS = 4096 };

/* Which published key has this print (knowledge/published-keys.tsv), or nothing. Libraries carry
 * such keys for their own tests; on a device they protect nothing. */
static as_span published(const char *print)
{
	as_span list = { 0 };
	for (const as_embedded *e = as_embedded_knowledge; e->path; e++)
		if (strcmp(e->path, "published-keys.tsv") == 0)
			list = as_bytes(e->data, e->n);
	size_t hit = as_find(list, as_lit(print), 0);
	as_span line = as_from(list, hit == SIZE_MAX ? list.n : hit);
	line = as_cut(line, 0, as_min(line.n, as_find_byte(line, '\n', 0)));
	return as_field(line, '\t', 1);
}

static as_span known(const as_pubkey *key, as_span body)
{
	char hex[65];
	as_sha256 sum = as_sha256_of(body);
	as_sha256_hex(&sum, hex);
	return published(key->fingerprint[0] ? key->fingerprint : hex);
}

/* body: the encoded key, which identifies it where its numbers are not to be had. */
static as_status add(as_facts *out, as_arena *arena, as_span where, as_span body, const char *part,
	const char *format, const as_pubkey *key, const char *parse, as_span comment)
{
	as_key row = { .where = where,
		.part = as_lit(part),
		.format = as_lit(format),
		.bits = key->bits > 0 ? as_some(key->bits) : (as_opt){ 0 },
		.parse = as_lit(parse),
		.comment = comment,
		.known = known(key, body) };
	if (key->algorithm[0])
		row.algorithm = as_copy(arena, as_lit(key->algorithm));
	if (key->fingerprint[0])
		row.fingerprint = as_copy(arena, as_lit(key->fingerprint));
	return as_add_key(out, row);
}

/* --- DER --- */

/* The name of a PKCS#8 key's algorithm, for one that OpenSSL does not compute with (GOST, say). */
static bool is_foreign_pkcs8(as_span der, as_pubkey *out)
{
	const unsigned char *p = der.p;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.n);
	const ASN1_OBJECT *object = NULL;
	bool is = info && PKCS8_pkey_get0(&object, NULL, NULL, NULL, info) == 1 && object;
	if (is)
		(void)OBJ_obj2txt(out->algorithm, sizeof(out->algorithm), object, 1);
	PKCS8_PRIV_KEY_INFO_free(info);
	as_crypto_forget();
	return is;
}

static EVP_PKEY *read_pkcs8(const unsigned char *p, long n)
{
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, n);
	EVP_PKEY *key = info ? EVP_PKCS82PKEY(info) : NULL;
	PKCS8_PRIV_KEY_INFO_free(info);
	return key;
}

static EVP_PKEY *read_rsa(const unsigned char *p, long n)
{
	return d2i_PrivateKey(EVP_PKEY_RSA, NULL, &p, n);
}
static EVP_PKEY *read_ec(const unsigned char *p, long n)
{
	return d2i_PrivateKey(EVP_PKEY_EC, NULL, &p, n);
}
static EVP_PKEY *read_dsa(const unsigned char *p, long n)
{
	return d2i_PrivateKey(EVP_PKEY_DSA, NULL, &p, n);
}
static EVP_PKEY *read_spki(const unsigned char *p, long n) { return d2i_PUBKEY(NULL, &p, n); }
static EVP_PKEY *read_rsa_public(const unsigned char *p, long n)
{
	return d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, n);
}

/* The encodings, by PEM label and by the name of their form in and out of PEM. */
static const struct form {
	const char *label, *pem, *der, *part;
	EVP_PKEY *(*read)(const unsigned char *p, long n);
} forms[] = {
	{ "PRIVATE KEY", "pem-pkcs8", "der-pkcs8", "private", read_pkcs8 },
	{ "RSA PRIVATE KEY", "pem-pkcs1", "der-pkcs1", "private", read_rsa },
	{ "EC PRIVATE KEY", "pem-sec1", "der-sec1", "private", read_ec },
	{ "DSA PRIVATE KEY", "pem-dsa", "der-dsa", "private", read_dsa },
	{ "PUBLIC KEY", "pem-spki", "der-spki", "public", read_spki },
	{ "RSA PUBLIC KEY", "pem-pkcs1", NULL, "public", read_rsa_public },
};

static const struct form *form_of(as_span label)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (as_is(label, forms[i].label))
			return &forms[i];
	return NULL;
}

static bool is_encrypted_pkcs8(as_span der)
{
	const unsigned char *p = der.p;
	X509_SIG *sealed =
		as_der_whole(der, 0x30) == der.n ? d2i_X509_SIG(NULL, &p, (long)der.n) : NULL;
	const X509_ALGOR *algorithm = NULL;
	const ASN1_OCTET_STRING *content = NULL;
	const ASN1_OBJECT *object = NULL;
	if (sealed) {
		X509_SIG_get0(sealed, &algorithm, &content);
		X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	}
	/* A certificate request or a digest has the same outline; a cipher of PKCS#5 or PKCS#12
	 * has not. */
	int nid = object ? OBJ_obj2nid(object) : NID_undef;
	bool is = nid == NID_pbes2 || EVP_PBE_find(EVP_PBE_TYPE_OUTER, nid, NULL, NULL, NULL) == 1;
	X509_SIG_free(sealed);
	as_crypto_forget();
	return is;
}

/* --- PEM blocks --- */

static as_status pem_openssh(as_facts *out, as_arena *arena, const as_pem *pem)
{
	as_ssh_private ssh;
	if (!as_ssh_openssh(pem->der, arena, &ssh))
		return add(out, arena, pem->where, pem->der, "private", "openssh", &ssh.key,
			"damaged", (as_span){ 0 });
	return add(out, arena, pem->where, pem->der, "private", "openssh", &ssh.key,
		ssh.encrypted ? "encrypted" : "ok", ssh.comment);
}

/* OpenVPN writes its shared key between PEM lines, in hexadecimal. */
static as_status openvpn_key(as_facts *out, const as_pem *pem)
{
	size_t from = as_find_byte(pem->where, '\n', 0);
	as_span body = from == SIZE_MAX ? (as_span){ 0 } : as_from(pem->where, from + 1);
	size_t end = as_find(body, as_lit("-----"), 0);
	body = as_trim(as_cut(body, 0, end == SIZE_MAX ? 0 : end));
	if (!pem->whole || body.n < 64)
		return AS_OK;
	return as_add_secret(out, (as_secret){ .where = pem->where,
					  .kind = as_lit("vpn"),
					  .name = as_lit("OpenVPN static key"),
					  .value = body,
					  .format = as_lit("openvpn") });
}

static as_status pem_key(as_facts *out, as_arena *arena, const as_pem *pem)
{
	as_pubkey key = { 0 };
	as_span none = { 0 };
	const struct form *form = form_of(pem->label);
	if (pem->encrypted && as_ends(pem->label, "PRIVATE KEY"))
		return add(out, arena, pem->where, pem->der, "private", form ? form->pem : "pem",
			&key, "encrypted", none);
	if (as_is(pem->label, "ENCRYPTED PRIVATE KEY"))
		return add(out, arena, pem->where, pem->der, "private", "pem-pkcs8", &key,
			is_encrypted_pkcs8(pem->der) ? "encrypted" : "damaged", none);
	if (as_is(pem->label, "OPENSSH PRIVATE KEY"))
		return pem_openssh(out, arena, pem);
	if (as_is(pem->label, "OpenVPN Static key V1"))
		return openvpn_key(out, pem);
	if (!form)
		return AS_OK;
	EVP_PKEY *read = form->read(pem->der.p, (long)pem->der.n);
	key = as_pubkey_of(read);
	EVP_PKEY_free(read);
	as_crypto_forget();
	if (key.fingerprint[0])
		return add(
			out, arena, pem->where, pem->der, form->part, form->pem, &key, "ok", none);
	if (form->read == read_pkcs8 && is_foreign_pkcs8(pem->der, &key))
		return add(out, arena, pem->where, pem->der, form->part, form->pem, &key,
			"unsupported", none);
	/* Text that only looks like a key (a truncated sample in a manual) is not a key. */
	bool damaged = pem->whole && strcmp(form->part, "private") == 0 && pem->der.p[0] == 0x30;
	return damaged ? add(out, arena, pem->where, pem->der, "private", form->pem, &key,
				 "damaged", none)
		       : AS_OK;
}

static as_status pem_blocks(as_facts *out, const as_file *f)
{
	as_pem pem;
	as_status s = AS_OK;
	for (size_t at = 0; s == AS_OK && as_pem_next(f->arena, f->data, &at, &pem);)
		s = pem_key(out, f->arena, &pem);
	return s;
}

/* --- whole files --- */

static as_status p12_file(as_facts *out, const as_file *f, as_p12 *p12)
{
	as_pubkey key = as_pubkey_of(p12->key);
	as_status s = AS_OK;
	if (!p12->password) {
		s = add(out, f->arena, f->data, f->data, "private", "pkcs12", &key, "encrypted",
			(as_span){ 0 });
	} else if (p12->has_key) {
		as_span comment =
			as_print(f->arena, "opens with the password \"%s\"", p12->password);
		s = add(out, f->arena, f->data, f->data, "private", "pkcs12", &key,
			p12->key ? "ok" : "encrypted", comment);
	}
	as_p12_free(p12);
	return s;
}

static as_status der_file(as_facts *out, const as_file *f)
{
	if (f->data.n > DER_FILE_MAX || f->data.n < DER_LEAST ||
		as_der_whole(f->data, 0x30) != f->data.n)
		return AS_OK;
	as_p12 p12;
	if (as_p12_open(f->data, &p12))
		return p12_file(out, f, &p12);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		EVP_PKEY *read = forms[i].der ? forms[i].read(f->data.p, (long)f->data.n) : NULL;
		as_pubkey key = as_pubkey_of(read);
		EVP_PKEY_free(read);
		as_crypto_forget();
		if (key.fingerprint[0])
			return add(out, f->arena, f->data, f->data, forms[i].part, forms[i].der,
				&key, "ok", (as_span){ 0 });
	}
	as_pubkey none = { 0 };
	if (is_encrypted_pkcs8(f->data))
		return add(out, f->arena, f->data, f->data, "private", "der-pkcs8", &none,
			"encrypted", (as_span){ 0 });
	return AS_OK;
}

static as_status ssh_lines(as_facts *out, const as_file *f)
{
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	size_t n = 0;
	for (as_span line; s == AS_OK && n < LINE_MAX_KEYS && as_line(&c, &line); n++) {
		as_pubkey key;
		as_span rest = as_word(line, 2);
		uint64_t at = 0;
		bool typed = as_starts(line, "ssh-") || as_starts(line, "ecdsa-sha2-") ||
			     as_starts(line, "sk-");
		if (!typed || !as_ssh_public_text(as_word(line, 1), f->arena, &key))
			continue;
		as_span comment =
			as_within(line, rest, &at) ? as_trim(as_from(line, at)) : (as_span){ 0 };
		s = add(out, f->arena, line, line, "public", "openssh", &key, "ok", comment);
	}
	return s;
}

static as_status ssh_files(as_facts *out, const as_file *f)
{
	as_ssh_private ssh;
	if (as_starts(f->data, "PuTTY-User-Key-File-") && as_ssh_putty(f->data, f->arena, &ssh))
		return add(out, f->arena, f->data, f->data, "private", "putty", &ssh.key,
			ssh.encrypted ? "encrypted" : "ok", ssh.comment);
	bool small = f->data.n < DER_FILE_MAX && as_at(f->data, 0) == 0;
	if (small && as_ssh_dropbear(f->data, f->arena, &ssh))
		return add(out, f->arena, f->data, f->data, "private", "dropbear", &ssh.key, "ok",
			(as_span){ 0 });
	bool text = as_starts(f->data, "ssh-") || as_starts(f->data, "ecdsa-") ||
		    as_starts(f->data, "sk-");
	return text ? ssh_lines(out, f) : AS_OK;
}

/* What a container holds is looked at where it stands, not once more in the container's bytes. */
static bool cares(const as_file *f) { return !f->opened; }

static as_status inspect(as_facts *out, const as_file *f)
{
	as_status s = pem_blocks(out, f);
	if (s == AS_OK)
		s = der_file(out, f);
	return s == AS_OK ? ssh_files(out, f) : s;
}

const as_inspector as_inspector_key = {
	.id = "key",
	.title = "Private and public keys",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "key", "secret", NULL },
};
