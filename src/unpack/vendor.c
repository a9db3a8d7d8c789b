/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/vendor.h"

#include <openssl/evp.h>

#include "base/text.h"

const char *const as_vendor_samples[] = {
	"generator from the published layout; not tried on a vendor's own image", NULL
};

as_status as_vendor_part(as_unpack *u, as_span body, as_span name, uint64_t at, uint64_t n)
{
	if (n == 0)
		return AS_OK;
	if (at >= body.n)
		return as_lost(u, body.n, "a part lies behind the end");
	as_entry e = { .at = at, .type = AS_PART, .name = name };
	e.data = as_cut(body, at, as_min(n, body.n - at));
	as_status s = e.data.n < n ? as_lost(u, at, "a part is cut off") : AS_OK;
	return as_worse(s, as_put(u, NULL, &e, NULL));
}

as_status as_vendor_file(as_unpack *u, as_span body, const as_entry *what, uint64_t at, uint64_t n)
{
	as_entry e = *what;
	as_span rest = as_from(body, at);
	e.data = as_cut(rest, 0, as_min(n, rest.n));
	as_status s = e.data.n < n ? as_lost(u, e.at, "a file is cut off") : AS_OK;
	return as_worse(s, as_put(u, NULL, &e, NULL));
}

as_status as_vendor_sum(
	as_unpack *u, as_span body, as_span where, const char *name, bool right, const char *text)
{
	uint64_t at = 0;
	as_tell(u, where, name, as_lit(right ? "ok" : "wrong"));
	(void)as_within(body, where, &at);
	return right ? AS_OK : as_lost(u, at, text);
}

as_span as_vendor_string(as_span field)
{
	size_t n = 0;
	while (n < field.n && as_at(field, n) != 0 && as_at(field, n) != 0xff)
		n++;
	return as_trim(as_cut(field, 0, n));
}

void as_vendor_text(as_unpack *u, as_span field, const char *name)
{
	as_span text = as_vendor_string(field);
	if (text.n > 0)
		as_tell(u, field, name, text);
}

as_span as_vendor_slashes(as_unpack *u, as_span name)
{
	uint8_t *copy = as_alloc(as_memory(u), name.n);
	if (!copy)
		return name;
	for (size_t i = 0; i < name.n; i++)
		copy[i] = name.p[i] == '\\' ? '/' : name.p[i];
	return as_bytes(copy, name.n);
}

bool as_vendor_printable(as_span field)
{
	as_span text = as_vendor_string(field);
	size_t n = 0;
	while (n < text.n && as_printable(as_at(text, n)))
		n++;
	return text.n > 0 && n == text.n;
}

bool as_vendor_filled(as_span field)
{
	size_t end = as_find_byte(field, 0, 0);
	as_span text = as_cut(field, 0, end == SIZE_MAX ? field.n : end);
	for (size_t i = 0; i < text.n; i++)
		if (!as_printable(as_at(text, i)))
			return false;
	return text.n >= 4 && as_all(as_from(field, text.n), 0);
}

size_t as_vendor_digest(
	const char *algo, const as_span *pieces, size_t n, uint8_t out[AS_DIGEST_MAX])
{
	const EVP_MD *md = EVP_get_digestbyname(algo);
	EVP_MD_CTX *c = md ? EVP_MD_CTX_new() : NULL;
	unsigned got = 0;
	bool ok = c && EVP_MD_get_size(md) <= AS_DIGEST_MAX && EVP_DigestInit_ex(c, md, NULL) == 1;
	for (size_t i = 0; i < n && ok; i++)
		ok = EVP_DigestUpdate(c, pieces[i].p, pieces[i].n) == 1;
	ok = ok && EVP_DigestFinal_ex(c, out, &got) == 1;
	EVP_MD_CTX_free(c);
	return ok ? got : 0;
}

bool as_vendor_digest_is(const char *algo, const as_span *pieces, size_t n, as_span want)
{
	uint8_t sum[AS_DIGEST_MAX];
	size_t got = as_vendor_digest(algo, pieces, n, sum);
	return got > 0 && as_same(as_bytes(sum, got), want);
}

uint32_t as_vendor_jamcrc(as_span s) { return ~as_crc32(0, s); }

uint32_t as_vendor_cksum_byte(uint32_t crc, uint8_t b)
{
	static const uint32_t table[16] = { 0, 0x04c11db7, 0x09823b6e, 0x0d4326d9, 0x130476dc,
		0x17c56b6b, 0x1a864db2, 0x1e475005, 0x2608edb8, 0x22c9f00f, 0x2f8ad6d6, 0x2b4bcb61,
		0x350c9b64, 0x31cd86d3, 0x3c8ea00a, 0x384fbdbd };
	crc = crc << 4 ^ table[(crc >> 28) ^ b >> 4];
	return crc << 4 ^ table[(crc >> 28) ^ (b & 15)];
}

uint32_t as_vendor_cksum_of(const as_span *pieces, size_t n)
{
	uint32_t crc = 0;
	uint64_t all = 0;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < pieces[i].n; k++)
			crc = as_vendor_cksum_byte(crc, pieces[i].p[k]);
		all += pieces[i].n;
	}
	for (; all > 0; all >>= 8)
		crc = as_vendor_cksum_byte(crc, (uint8_t)all);
	return ~crc;
}

uint32_t as_vendor_cksum(as_span s) { return as_vendor_cksum_of(&s, 1); }

uint16_t as_vendor_crc16(as_span s, uint16_t crc)
{
	for (size_t i = 0; i < s.n; i++) {
		crc ^= (uint16_t)(s.p[i] << 8);
		for (unsigned k = 0; k < 8; k++)
			crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
	}
	return crc;
}
