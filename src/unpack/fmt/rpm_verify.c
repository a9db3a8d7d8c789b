/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and signatures of RPM packages. Signatures are OpenPGP packets (RFC 4880): a tag byte, a length, and
 *   version 3: 0 3   1 5   2 type   3 time   7 key[8]   15 algorithm   16 hash
 *   version 4: 0 4   1 type   2 algorithm   3 hash   4 length u16, subpackets; length u16, subpackets
 * Subpackets: a length, a type (2 time, 16 key, 33 fingerprint), and so many bytes. */
#include <openssl/evp.h>

#include "base/buf.h"
#include "unpack/fmt/rpm.h"

/* Tags of the signature header, and of the main one. */
enum {
	SHA1 = 269,
	SHA256 = 273,
	MD5 = 1004,
	PAYLOAD_DIGEST = 5092,
	PAYLOAD_ALGO = 5093,
	IS_SHA256 = 8
};

/* Whether value, in hexadecimal or as it is, is the digest of data. */
static bool fits(const EVP_MD *md, as_span data, as_span value)
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	if (!md || EVP_Digest(data.p, data.n, sum, &n, md, NULL) != 1)
		return false;
	if (value.n == n)
		return as_same(as_bytes(sum, n), value);
	as_buf hex = { 0 };
	as_hex_add(&hex, as_bytes(sum, n));
	bool same = as_same_nocase(as_buf_span_of(&hex), value);
	as_buf_free(&hex);
	return same;
}

bool as_rpm_proved(const as_rpm_header *sig, const as_rpm_header *main)
{
	as_span sha1 = as_rpm_value(sig, SHA1, NULL), sha256 = as_rpm_value(sig, SHA256, NULL);
	if (main->all.n == 0)
		return false;
	return (sha256.n > 0 && fits(EVP_sha256(), main->all, sha256)) ||
	       (sha1.n > 0 && fits(EVP_sha1(), main->all, sha1));
}

static as_status check(
	as_unpack *u, as_span body, const EVP_MD *md, as_span data, as_span value, const char *name)
{
	uint64_t at = 0;
	if (value.n == 0)
		return AS_OK;
	bool ok = fits(md, data, value);
	as_tell(u, value, name, as_lit(ok ? "ok" : "wrong"));
	(void)as_within(body, value, &at);
	return ok ? AS_OK : as_lost(u, at, "a digest of the package is wrong");
}

typedef struct signature {
	uint8_t version, algorithm, hash;
	as_span key;
	uint64_t time;
} signature;

/* A length of one, two or five bytes. */
static uint64_t packet_length(as_cur *c)
{
	uint8_t first = as_u8(c);
	if (first < 192)
		return first;
	if (first < 255)
		return ((uint64_t)(first - 192) << 8) + as_u8(c) + 192;
	return as_u32(c);
}

static void read_subpackets(as_span all, signature *s)
{
	as_cur c = as_cur_be(all, 0);
	while (as_ok(&c) && as_left(&c) > 0) {
		uint64_t n = packet_length(&c);
		as_span sub = as_take(&c, n);
		uint8_t type = as_at(sub, 0) & 0x7f;
		as_cur v = as_cur_be(sub, 1);
		if (type == 2 && sub.n == 5)
			s->time = as_u32(&v);
		if (type == 16 && sub.n == 9)
			s->key = as_from(sub, 1);
		if (type == 33 && sub.n == 22 && s->key.n == 0)
			s->key = as_from(sub, 14); /* of a version 4 key its last eight bytes */
	}
}

static bool read_signature(as_span value, signature *s)
{
	enum { OLD_SIGNATURE = 2, NEW_FORM = 0x40 };
	as_cur c = as_cur_be(value, 0);
	uint8_t tag = as_u8(&c);
	*s = (signature){ 0 };
	bool is_new = tag & NEW_FORM;
	if (!(tag & 0x80) || (is_new ? tag & 63 : tag >> 2 & 15) != OLD_SIGNATURE ||
		(tag & 0x43) == 3)
		return false;
	if (is_new)
		(void)packet_length(&c);
	else
		as_skip(&c, 1u << (tag & 3));
	s->version = as_u8(&c);
	if (s->version == 3) {
		as_skip(&c, 2);
		s->time = as_u32(&c);
		s->key = as_take(&c, 8);
		s->algorithm = as_u8(&c);
		s->hash = as_u8(&c);
		return as_ok(&c);
	}
	as_skip(&c, 1);
	s->algorithm = as_u8(&c);
	s->hash = as_u8(&c);
	read_subpackets(as_take(&c, as_u16(&c)), s);
	read_subpackets(as_take(&c, as_u16(&c)), s);
	return as_ok(&c) && s->version == 4;
}

static void tell_signature(as_unpack *u, as_span value, const char *name)
{
	static const char *const algorithms[] = {
		[1] = "RSA", [3] = "RSA", [17] = "DSA", [19] = "ECDSA", [22] = "EdDSA"
	};
	static const char *const hashes[] = { [1] = "MD5",
		[2] = "SHA-1",
		[8] = "SHA-256",
		[9] = "SHA-384",
		[10] = "SHA-512",
		[11] = "SHA-224" };
	signature s;
	as_buf key = { 0 };
	if (value.n == 0)
		return;
	if (!read_signature(value, &s)) {
		as_tell(u, value, name, as_lit("not an OpenPGP signature; not verified"));
		return;
	}
	const char *algorithm = s.algorithm < 23 ? algorithms[s.algorithm] : NULL;
	const char *hash = s.hash < 12 ? hashes[s.hash] : NULL;
	as_hex_add(&key, s.key);
	as_tellf(u, value, name, "OpenPGP %s, %s, key %.*s, time %llu; not verified",
		algorithm ? algorithm : "unknown algorithm", hash ? hash : "unknown hash",
		(int)key.n, key.n > 0 ? (const char *)key.p : "", (unsigned long long)s.time);
	as_buf_free(&key);
}

as_status as_rpm_verify(
	as_unpack *u, as_span body, const as_rpm_header *sig, const as_rpm_header *main)
{
	static const struct {
		uint32_t tag;
		const char *name;
	} kinds[] = { { 267, "signature (header, DSA)" }, { 268, "signature (header, RSA)" },
		{ 1002, "signature (header and payload, RSA)" },
		{ 1005, "signature (header and payload, DSA)" }, { 278, "signature (header)" } };
	uint64_t algo = 0;
	as_span payload = as_from(body, main->end);
	as_status s = check(
		u, body, EVP_sha1(), main->all, as_rpm_value(sig, SHA1, NULL), "header SHA-1");
	s = as_worse(s, check(u, body, EVP_sha256(), main->all, as_rpm_value(sig, SHA256, NULL),
				"header SHA-256"));
	s = as_worse(s, check(u, body, EVP_md5(), as_from(body, main->at),
				as_rpm_value(sig, MD5, NULL), "package MD5"));
	if (as_rpm_number(main, PAYLOAD_ALGO, &algo) && algo == IS_SHA256)
		s = as_worse(
			s, check(u, body, EVP_sha256(), payload,
				   as_rpm_value(main, PAYLOAD_DIGEST, NULL), "payload SHA-256"));
	unsigned n = 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		as_span value = as_rpm_value(sig, kinds[i].tag, NULL);
		tell_signature(u, value, kinds[i].name);
		n += value.n > 0;
	}
	if (n == 0)
		as_tell(u, sig->all, "signature", as_lit("none"));
	return s;
}
