/* SPDX-License-Identifier: Apache-2.0 */
/* NRV2B, NRV2D and NRV2E as UPX and QNX write them: literals and matches told apart by single bits, which stand in
 * units of one, two or four bytes (little-endian) between the bytes, each unit where its first bit is asked for.
 * Every read and every copy is bounded: input, output and distance. */
#include "codec/codec.h"

#include <string.h>

#include "base/cur.h"

typedef struct bits {
	as_cur c;
	unsigned width; /* bytes of a unit */
	uint32_t unit;
	unsigned left; /* bits of it */
} bits;

static uint32_t bit(bits *b)
{
	if (b->left == 0) {
		b->unit = (uint32_t)as_uint(&b->c, b->width);
		b->left = 8 * b->width;
	}
	b->left--;
	return b->unit >> b->left & 1;
}

/* A number whose bits after the first alternate with marks of its end; 0 if it has too many. */
static uint32_t gamma(bits *b, uint32_t v)
{
	do {
		v = v << 1 | bit(b);
		if (v >> 28 != 0 || !as_ok(&b->c))
			return 0;
	} while (bit(b) == 0);
	return v;
}

/* NRV2D's and NRV2E's, which takes two bits a turn. */
static uint32_t gamma_long(bits *b)
{
	uint32_t v = 1;
	for (;;) {
		v = v << 1 | bit(b);
		if (bit(b))
			return v;
		v = (v - 1) << 1 | bit(b);
		if (v >> 28 != 0 || !as_ok(&b->c))
			return 0;
	}
}

typedef struct match {
	uint32_t far, len;
	bool end;
} match;

static uint32_t length(bits *b, as_nrv kind, uint32_t first)
{
	if (kind == AS_NRV2E) {
		if (first)
			return 1 + bit(b);
		return bit(b) ? 3 + bit(b) : gamma(b, 1) + 3;
	}
	uint32_t n = first << 1 | bit(b);
	return n == 0 ? gamma(b, 1) + 2 : n;
}

/* last: the distance that the match before had. */
static match read_match(bits *b, as_nrv kind, uint32_t last)
{
	uint32_t v = kind == AS_NRV2B ? gamma(b, 1) : gamma_long(b), first = 0;
	match m = { .far = last };
	if (v != 2) {
		if (v < 3 || v - 3 > 0xffffff) /* no encoder writes it */
			b->c.bad = true;
		m.far = (v - 3) << 8 | as_u8(&b->c); /* the end is a distance of all ones */
		m.end = m.far == UINT32_MAX;
		first = ~m.far & 1;
		m.far = (kind == AS_NRV2B ? m.far : m.far >> 1) + 1;
	} else if (kind != AS_NRV2B) {
		first = bit(b);
	}
	if (m.end)
		return m;
	if (kind == AS_NRV2B)
		first = bit(b);
	m.len = length(b, kind, first) + (m.far > (kind == AS_NRV2B ? 0xd00U : 0x500U)) + 1;
	return m;
}

as_status as_decode_nrv(
	as_nrv kind, unsigned width, as_span in, uint8_t *out, size_t cap, size_t *out_n)
{
	bits b = { .c = as_cur_le(in, 0), .width = width };
	uint32_t last = 1;
	size_t n = 0;
	as_status s = AS_PARTIAL;
	while (as_ok(&b.c)) {
		bool literal = bit(&b) != 0;
		if (literal) {
			uint8_t byte = as_u8(&b.c);
			if (!as_ok(&b.c) || n == cap)
				break;
			out[n++] = byte;
			continue;
		}
		match m = read_match(&b, kind, last);
		if (as_ok(&b.c) && m.end)
			s = as_left(&b.c) == 0 ? AS_OK : AS_PARTIAL;
		if (!as_ok(&b.c) || m.end || m.far > n || m.len > cap - n)
			break;
		last = m.far;
		for (uint32_t i = 0; i < m.len; i++, n++)
			out[n] = out[n - m.far];
	}
	*out_n = n;
	return s;
}
