/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes without a format. Encrypted bytes are even: of N bytes each value comes N/256 times, and so do pairs. Packed
 * bytes are nearly so: Huffman codes (deflate, bzip2, zstd) and tokens (lz4) show in the chi-square of enough of them.
 * The range coder of LZMA does not show. So "even" means encrypted or packed by such a coder, and says so. */
#include "unpack/opaque.h"

#include <stdlib.h>
#include <zlib.h>

#include "unpack/vendor.h"

enum {
	LEAST = 8192,   /* bytes that are looked at */
	HEAD = 512,     /* bytes in which a header may stand */
	BLOCK = 4096,   /* bytes of a piece that is measured for itself */
	TOO_EVEN = 120, /* as a table is that counts */
	EVEN = 400, /* chi-square with 255 degrees of freedom: 255 on average, above 400 once in 10^8 */
	DENSE = 7600,     /* thousandths of a bit per byte: packed; bit-packed code reaches 7.4 */
	FIELDS_END = 128, /* where fields are looked for */
	SUM_MOST = 64 << 20,    /* bytes that are summed */
	DIGEST_MOST = 16 << 20, /* bytes that are digested, in an object at most so deep */
	DIGEST_DEPTH = 3,
	SHORT_MOST = 1 << 20,    /* bytes under a sum of 16 bits */
	REPEAT_MOST = 256 << 10, /* bytes that are looked at for blocks that repeat */
	REPEATS = 8,             /* of them that come again, and that there are */
	OTHERS = 128,
	UNIT = 16, /* bytes of a cipher's block */
};

typedef struct measure {
	uint64_t bytes[256], pairs[256]; /* pairs: of the high halves of neighbours */
	size_t blocks, even, dense;      /* blocks, and how many are */
} measure;

static double chi_square(const uint64_t counts[256])
{
	double n = 0, sum = 0;
	for (unsigned i = 0; i < 256; i++)
		n += (double)counts[i];
	for (unsigned i = 0; i < 256; i++) {
		double off = (double)counts[i] - n / 256;
		sum += off * off;
	}
	return n > 0 ? sum / (n / 256) : 0;
}

static bool is_even(const uint64_t counts[256])
{
	double c = chi_square(counts);
	return c > TOO_EVEN && c < EVEN;
}

static void take_block(measure *m, as_span block, bool whole)
{
	uint64_t here[256] = { 0 };
	for (size_t i = 0; i < block.n; i++) {
		here[block.p[i]]++;
		if (i > 0)
			m->pairs[(block.p[i - 1] & 0xf0) | block.p[i] >> 4]++;
	}
	for (unsigned i = 0; i < 256; i++)
		m->bytes[i] += here[i];
	m->blocks += whole;
	m->even += whole && chi_square(here) < EVEN;
	m->dense += whole && as_entropy(block) >= DENSE;
}

static void take(measure *m, as_span s)
{
	for (size_t at = 0; at < s.n; at += BLOCK) {
		size_t n = (size_t)as_min(BLOCK, s.n - at);
		take_block(m, as_cut(s, at, n), n == BLOCK);
	}
}

static int by_bytes(const void *a, const void *b) { return memcmp(a, b, UNIT); }

/* Whether d is what a block cipher without chaining makes: blocks of 16 bytes come again at multiples of 16, wherever
 * the plain bytes do, and each one taken once they are even. */
static bool is_unchained(as_unpack *u, as_span d)
{
	uint64_t counts[256] = { 0 };
	size_t again = 0, others = 0;
	as_span s = as_cut(d, 0, as_min(d.n, REPEAT_MOST));
	s.n -= s.n % UNIT;
	uint8_t *sorted = as_alloc(as_memory(u), s.n);
	if (!sorted)
		return false;
	memcpy(sorted, s.p, s.n);
	qsort(sorted, s.n / UNIT, UNIT, by_bytes);
	as_span all = as_bytes(sorted, s.n);
	for (size_t at = 0; at < s.n; at += UNIT) {
		as_span one = as_cut(all, at, UNIT);
		if (at > 0 && as_same(one, as_cut(all, at - UNIT, UNIT))) {
			again += !as_all(one, as_at(one, 0)); /* blank flash comes again, too */
			continue;
		}
		others++;
		for (size_t i = 0; i < UNIT; i++)
			counts[as_at(one, i)]++;
	}
	return again >= REPEATS && others >= OTHERS && is_even(counts);
}

/* A length: where it stands and what it is of. */
static void tell_lengths(as_unpack *u, as_span d)
{
	for (uint64_t at = 0; at + 4 <= FIELDS_END; at += 4)
		for (unsigned big = 0; big < 2; big++) {
			as_cur c = as_cur_of(d, at, big);
			uint64_t v = as_u32(&c), less = d.n - v;
			bool fits =
				v <= d.n &&
				(less == 0 || (less >= at + 4 && less <= HEAD && less % 4 == 0));
			if (fits)
				as_tellf(u, as_cut(d, at, 4), "length",
					"at %llu, %s-endian, size less %llu",
					(unsigned long long)at, big ? "big" : "little",
					(unsigned long long)less);
		}
}

static const uint16_t starts[] = { 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 76,
	80, 96, 128, 256, 512 };
enum { STARTS = sizeof(starts) / sizeof(starts[0]) };

/* Looks for a sum of 32 bits of [from, end) in the fields before from and in what is behind end. */
static void find_sum(
	as_unpack *u, as_span d, uint64_t from, uint64_t end, uint32_t v, const char *kind)
{
	uint64_t last = as_min(from, FIELDS_END);
	for (uint64_t at = 0; at + 4 <= d.n; at += 4) {
		if (at + 4 > last)
			at = as_max(at, end);
		for (unsigned big = 0; big < 2 && at + 4 <= d.n; big++) {
			as_cur c = as_cur_of(d, at, big);
			if (as_u32(&c) == v)
				as_tellf(u, as_cut(d, at, 4), "checksum",
					"%s of bytes %llu to %llu at %llu, %s-endian", kind,
					(unsigned long long)from, (unsigned long long)end,
					(unsigned long long)at, big ? "big" : "little");
		}
	}
}

static void tell_sums(as_unpack *u, as_span d)
{
	if (d.n > SUM_MOST)
		return;
	for (size_t i = 0; i < STARTS; i++) {
		as_span s = as_from(d, starts[i]);
		uint32_t crc = as_crc32(0, s);
		find_sum(u, d, starts[i], d.n, crc, "CRC-32");
		find_sum(u, d, starts[i], d.n, ~crc, "CRC-32 without the last inversion");
		if (starts[i] % 16 == 0 || starts[i] < 16)
			find_sum(
				u, d, starts[i], d.n, (uint32_t)adler32_z(1, s.p, s.n), "Adler-32");
	}
	as_span all = as_cut(d, 0, d.n - 4);
	find_sum(u, d, 0, all.n, as_crc32(0, all), "CRC-32");
	find_sum(u, d, 0, all.n, (uint32_t)adler32_z(1, all.p, all.n), "Adler-32");
}

/* Sixteen bits fit by chance once in 65,536 tries: only the last two bytes are tried. */
static void tell_short(as_unpack *u, as_span d)
{
	static const uint16_t from[] = { 0, 0xffff };
	if (d.n > SHORT_MOST)
		return;
	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		as_cur c = as_cur_be(d, d.n - 2);
		if (as_vendor_crc16(as_cut(d, 0, d.n - 2), from[i]) == as_u16(&c))
			as_tellf(u, as_from(d, d.n - 2), "checksum",
				"CRC-16 (0x1021, from 0x%04x) of all before the last two bytes",
				from[i]);
	}
}

static void tell_digests(as_unpack *u, as_span d)
{
	static const char *const kinds[] = { "md5", "sha1", "sha256" };
	static const uint16_t from[] = { 16, 20, 32, 36, 48, 64, 128, 256, 512 };
	if (d.n > DIGEST_MOST || u->o->depth > DIGEST_DEPTH)
		return;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
			uint8_t sum[AS_DIGEST_MAX];
			as_span s = as_from(d, from[i]);
			size_t n = as_vendor_digest(kinds[k], &s, 1, sum);
			size_t at = as_find(as_cut(d, 0, from[i]), as_bytes(sum, n), 0);
			if (n > 0 && at != SIZE_MAX)
				as_tellf(u, as_cut(d, at, n), "checksum",
					"%s of bytes %u to the end at %zu", kinds[k], from[i], at);
		}
}

static void tell_fields(as_unpack *u, as_span d)
{
	as_span magic = as_cut(d, 0, 4);
	as_tell(u, magic, "magic", magic);
	tell_lengths(u, d);
	tell_sums(u, d);
	tell_short(u, d);
	tell_digests(u, d);
}

static const as_format opaque = {
	.id = "opaque", .title = "bytes without a format", .kind = AS_LEAF
};

static as_status judge(as_unpack *u, as_span d, const measure *m)
{
	as_span body = as_from(d, HEAD);
	bool unchained = is_unchained(u, d);
	bool even = m->even == m->blocks && is_even(m->bytes) && is_even(m->pairs);
	bool packed = m->dense == m->blocks && chi_square(m->bytes) > TOO_EVEN;
	if (!unchained && !packed)
		return AS_OK;
	as_tell(u, body, "kind",
		as_lit(unchained ? "encrypted in blocks"
			: even   ? "even"
				 : "packed"));
	as_tellf(u, body, "evenness",
		"chi-square %.0f of bytes, %.0f of pairs, %zu of %zu blocks even",
		chi_square(m->bytes), chi_square(m->pairs), m->even, m->blocks);
	tell_fields(u, d);
	if (unchained)
		return as_refused(u, HEAD, "encrypted",
			"even blocks of 16 bytes that come again: encrypted by a block cipher "
			"without "
			"chaining");
	if (even)
		return as_refused(u, HEAD, "encrypted",
			"bytes without any structure: encrypted, or packed by a range coder such "
			"as LZMA's");
	return as_refused(u, HEAD, "unsupported", "packed in a way that is not known");
}

as_status as_opaque(as_unpack *u)
{
	as_span d = u->o->data;
	if (d.n < LEAST || u->o->share > 0)
		return AS_OK;
	measure m = { 0 };
	take(&m, as_cut(d, HEAD, d.n - HEAD - 64));
	const as_format *f = u->f;
	u->f = &opaque;
	as_status s = judge(u, d, &m);
	u->f = f;
	return s;
}
