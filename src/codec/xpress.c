/* SPDX-License-Identifier: Apache-2.0 */
/* XPRESS with Huffman codes ([MS-XCA] 2.2), one chunk of up to 64 KiB: 256 bytes of lengths (two symbols each, the low
 * half first), then codes in units of 16 bits, little-endian, the highest bit first, of which two are read ahead.
 * Symbols below 256 are bytes; others matches: low 4 bits the length less 3 (15: a byte follows, 255: a u16), the
 * rest the number of bits of the distance. */
#include "codec/codec.h"

#include "base/cur.h"

enum { SYMBOLS = 512, LONGEST = 15, TABLE = SYMBOLS / 2 };

typedef struct reader {
	as_cur c;
	uint32_t bits; /* the next ones, the highest first */
	int more;      /* of them beyond 16 */
	uint16_t counts[LONGEST + 1], sorted[SYMBOLS];
} reader;

/* Units beyond the end are zeros: a chunk's last code may look ahead over it. */
static uint32_t unit(reader *r) { return as_left(&r->c) >= 2 ? as_u16(&r->c) : 0; }

static uint32_t take(reader *r, unsigned n)
{
	uint32_t v = n > 0 ? r->bits >> (32 - n) : 0;
	r->bits = n > 0 ? r->bits << n : r->bits;
	r->more -= (int)n;
	if (r->more < 0) {
		r->bits |= unit(r) << -r->more;
		r->more += 16;
	}
	return v;
}

/* False: more codes of some length than there can be. */
static bool read_table(reader *r, as_span table)
{
	uint16_t at[LONGEST + 2] = { 0 };
	int left = 1;
	for (unsigned i = 0; i < SYMBOLS; i++)
		r->counts[as_at(table, i / 2) >> 4 * (i & 1) & 15]++;
	r->counts[0] = 0;
	for (unsigned n = 1; n <= LONGEST; n++) {
		left = 2 * left - r->counts[n];
		if (left < 0)
			return false;
		at[n + 1] = (uint16_t)(at[n] + r->counts[n]);
	}
	for (unsigned i = 0; i < SYMBOLS; i++) {
		unsigned n = as_at(table, i / 2) >> 4 * (i & 1) & 15;
		if (n > 0)
			r->sorted[at[n]++] = (uint16_t)i;
	}
	return true;
}

/* SYMBOLS: there is no such code. */
static unsigned symbol(reader *r)
{
	uint32_t code = 0, first = 0, before = 0;
	for (unsigned n = 1; n <= LONGEST; n++) {
		code = r->bits >> (32 - n);
		if (code - first < r->counts[n]) {
			(void)take(r, n);
			return r->sorted[before + code - first];
		}
		before += r->counts[n];
		first = (first + r->counts[n]) << 1;
	}
	return SYMBOLS;
}

as_status as_decode_xpress(as_span in, uint8_t *out, size_t n)
{
	reader r = { .c = as_cur_le(in, TABLE), .more = 16 };
	size_t at = 0;
	if (!as_ok(&r.c) || !read_table(&r, as_cut(in, 0, TABLE)))
		return AS_PARTIAL;
	r.bits = unit(&r) << 16;
	r.bits |= unit(&r);
	while (at < n) {
		unsigned s = symbol(&r);
		if (s >= SYMBOLS)
			return AS_PARTIAL;
		if (s < 256) {
			out[at++] = (uint8_t)s;
			continue;
		}
		size_t len = s & 15;
		unsigned bits = (s - 256) >> 4;
		if (len == 15) {
			len = as_u8(&r.c);
			len = len == 255 ? as_u16(&r.c) : len + 15;
		}
		size_t far = ((size_t)1 << bits) + take(&r, bits);
		len += 3;
		if (!as_ok(&r.c) || far > at || len > n - at)
			return AS_PARTIAL;
		for (size_t i = 0; i < len; i++, at++)
			out[at] = out[at - far];
	}
	return AS_OK;
}
