/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <openssl/evp.h>
#include <zlib.h>

#include "base/cur.h"

struct as_hasher {
	EVP_MD_CTX *sha256, *sha1; /* owned; sha1 NULL: not wanted */
};

static EVP_MD_CTX *begin(const EVP_MD *md)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (ctx && EVP_DigestInit_ex(ctx, md, NULL) == 1)
		return ctx;
	EVP_MD_CTX_free(ctx);
	return NULL;
}

static as_hasher *make(bool both)
{
	as_hasher *h = calloc(1, sizeof(*h));
	if (!h)
		return NULL;
	h->sha256 = begin(EVP_sha256());
	h->sha1 = both ? begin(EVP_sha1()) : NULL;
	if (h->sha256 && (h->sha1 || !both))
		return h;
	as_hasher_free(h);
	return NULL;
}

as_hasher *as_hasher_new(void) { return make(false); }
as_hasher *as_hasher_new_both(void) { return make(true); }

void as_hasher_free(as_hasher *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->sha256);
	EVP_MD_CTX_free(h->sha1);
	free(h);
}

void as_hasher_add(as_hasher *h, as_span s)
{
	enum { STEP = 16384 }; /* the second digest finds the bytes in the nearest cache */
	if (!h->sha1) {
		(void)EVP_DigestUpdate(h->sha256, s.p, s.n);
		return;
	}
	for (size_t at = 0; at < s.n; at += STEP) {
		as_span step = as_cut(s, at, as_min(STEP, s.n - at));
		(void)EVP_DigestUpdate(h->sha256, step.p, step.n);
		(void)EVP_DigestUpdate(h->sha1, step.p, step.n);
	}
}

as_digests as_hasher_end_both(as_hasher *h)
{
	as_digests out = { 0 };
	(void)EVP_DigestFinal_ex(h->sha256, out.sha256.b, NULL);
	(void)EVP_DigestInit_ex(h->sha256, EVP_sha256(), NULL);
	if (h->sha1) {
		(void)EVP_DigestFinal_ex(h->sha1, out.sha1.b, NULL);
		(void)EVP_DigestInit_ex(h->sha1, EVP_sha1(), NULL);
	}
	return out;
}

as_sha256 as_hasher_end(as_hasher *h) { return as_hasher_end_both(h).sha256; }

as_sha256 as_sha256_of(as_span s)
{
	as_sha256 out = { 0 };
	(void)EVP_Digest(s.p, s.n, out.b, NULL, EVP_sha256(), NULL);
	return out;
}

static void hex(const uint8_t *b, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[b[i] >> 4];
		out[2 * i + 1] = digits[b[i] & 15];
	}
	out[2 * n] = 0;
}

void as_sha256_hex(const as_sha256 *h, char out[65]) { hex(h->b, sizeof(h->b), out); }
void as_sha1_hex(const as_sha1 *h, char out[41]) { hex(h->b, sizeof(h->b), out); }

uint32_t as_crc32(uint32_t crc, as_span s)
{
	/* zlib begins anew when it is given no bytes at NULL. */
	return s.n == 0 ? crc : (uint32_t)crc32_z(crc, s.p, s.n);
}

uint32_t as_crc32c(uint32_t crc, as_span s)
{
	/* Four bits at a time. */
	static const uint32_t table[16] = { 0x00000000u, 0x105ec76fu, 0x20bd8edeu, 0x30e349b1u,
		0x417b1dbcu, 0x5125dad3u, 0x61c69362u, 0x7198540du, 0x82f63b78u, 0x92a8fc17u,
		0xa24bb5a6u, 0xb21572c9u, 0xc38d26c4u, 0xd3d3e1abu, 0xe330a81au, 0xf36e6f75u };
	for (size_t i = 0; i < s.n; i++) {
		crc ^= s.p[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

uint32_t as_sum32(as_span s, bool big)
{
	uint32_t sum = 0;
	as_cur c = as_cur_of(s, 0, big);
	while (as_left(&c) >= 4)
		sum += as_u32(&c);
	return sum;
}

uint32_t as_entropy(as_span s)
{
	/* Four tables, so that equal neighbours do not wait for each other's counter. */
	uint64_t count[4][256] = { { 0 } };
	size_t i = 0;
	for (; i + 4 <= s.n; i += 4)
		for (size_t k = 0; k < 4; k++)
			count[k][s.p[i + k]]++;
	for (; i < s.n; i++)
		count[0][s.p[i]]++;
	double bits = 0;
	for (size_t b = 0; b < 256; b++) {
		uint64_t n = count[0][b] + count[1][b] + count[2][b] + count[3][b];
		if (n > 0)
			bits -= (double)n * log2((double)n / (double)s.n);
	}
	return s.n == 0 ? 0 : (uint32_t)(bits / (double)s.n * 1000 + 0.5);
}
