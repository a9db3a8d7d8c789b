/* SPDX-License-Identifier: Apache-2.0 */
/* Deflate64 of PKWARE: deflate (RFC 1951) with a window of 64 KiB. Two more codes of distances (30 and 31: 14 bits
 * more), and the last code of lengths is 3 and 16 bits more. */
#include <stdlib.h>
#include <string.h>

#include "codec/window.h"

enum { LONGEST = 15, LENGTHS = 288, DISTANCES = 32, ORDERS = 19, END = 256, LAST = 28 };

typedef struct tree {
	uint16_t counts[LONGEST + 1], sorted[LENGTHS];
} tree;

typedef struct inflate {
	as_window out;
	as_cur c;
	uint32_t bits;
	unsigned have;
	bool bad;
	tree lengths, distances;
} inflate;

/* Bits beyond the end are damage. */
static uint32_t take(inflate *z, unsigned n)
{
	while (z->have < n) {
		z->bits |= (uint32_t)as_u8(&z->c) << z->have;
		z->have += 8;
	}
	z->bad = z->bad || !as_ok(&z->c);
	uint32_t v = z->bits & ((1u << n) - 1);
	z->bits >>= n;
	z->have -= n;
	return v;
}

static bool plant(tree *t, const uint8_t *lengths, unsigned n)
{
	uint16_t at[LONGEST + 2] = { 0 };
	int left = 1;
	memset(t, 0, sizeof(*t));
	for (unsigned i = 0; i < n; i++)
		t->counts[lengths[i]]++;
	t->counts[0] = 0;
	for (unsigned k = 1; k <= LONGEST; k++) {
		left = 2 * left - t->counts[k];
		if (left < 0)
			return false;
		at[k + 1] = (uint16_t)(at[k] + t->counts[k]);
	}
	for (unsigned i = 0; i < n; i++)
		if (lengths[i] > 0)
			t->sorted[at[lengths[i]]++] = (uint16_t)i;
	return true;
}

static unsigned symbol(inflate *z, const tree *t)
{
	uint32_t code = 0, first = 0, before = 0;
	for (unsigned n = 1; n <= LONGEST && !z->bad; n++) {
		code |= take(z, 1);
		if (code - first < t->counts[n])
			return t->sorted[before + code - first];
		before += t->counts[n];
		first = (first + t->counts[n]) << 1;
		code <<= 1;
	}
	z->bad = true;
	return END;
}

static void read_trees(inflate *z)
{
	static const uint8_t order[ORDERS] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13,
		2, 14, 1, 15 };
	uint8_t lengths[LENGTHS + DISTANCES] = { 0 };
	unsigned n = take(z, 5) + 257, n_far = take(z, 5) + 1, n_codes = take(z, 4) + 4, at = 0;
	for (unsigned i = 0; i < n_codes; i++)
		lengths[order[i]] = (uint8_t)take(z, 3);
	z->bad = z->bad || n > LENGTHS || !plant(&z->lengths, lengths, ORDERS);
	memset(lengths, 0, sizeof(lengths));
	while (at < n + n_far && !z->bad) {
		unsigned s = symbol(z, &z->lengths), run = 1;
		uint8_t v = s < 16 ? (uint8_t)s : 0;
		if (s == 16) {
			z->bad = z->bad || at == 0;
			v = at > 0 ? lengths[at - 1] : 0;
			run = 3 + take(z, 2);
		} else if (s > 16) {
			run = s == 17 ? 3 + take(z, 3) : 11 + take(z, 7);
		}
		z->bad = z->bad || run > n + n_far - at;
		for (; run > 0 && !z->bad; run--)
			lengths[at++] = v;
	}
	z->bad = z->bad || !plant(&z->lengths, lengths, n) ||
		 !plant(&z->distances, &lengths[n], n_far);
}

static void fixed_trees(inflate *z)
{
	uint8_t lengths[LENGTHS];
	for (unsigned i = 0; i < LENGTHS; i++)
		lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	z->bad = z->bad || !plant(&z->lengths, lengths, LENGTHS);
	memset(lengths, 5, DISTANCES);
	z->bad = z->bad || !plant(&z->distances, lengths, DISTANCES);
}

static uint32_t length_of(inflate *z, unsigned i)
{
	unsigned bits = i < 8 ? 0 : i / 4 - 1;
	if (i == LAST)
		return 3 + take(z, 16);
	return i < 8 ? 3 + i : 3 + ((4 + (i & 3)) << bits) + take(z, bits);
}

static uint32_t distance_of(inflate *z)
{
	unsigned i = symbol(z, &z->distances), bits = i < 4 ? 0 : i / 2 - 1;
	z->bad = z->bad || i >= DISTANCES;
	return i < 4 || z->bad ? 1 + i : 1 + ((2 + (i & 1)) << bits) + take(z, bits);
}

static void codes(inflate *z)
{
	unsigned s = 0;
	while (!z->bad && z->out.s == AS_OK && (s = symbol(z, &z->lengths)) != END) {
		if (s < END) {
			uint8_t b = (uint8_t)s;
			as_window_put(&z->out, as_bytes(&b, z->bad ? 0 : 1));
			continue;
		}
		z->bad = z->bad || s - END - 1 > LAST;
		uint32_t len = z->bad ? 0 : length_of(z, s - END - 1);
		uint32_t back = z->bad ? 0 : distance_of(z);
		if (!z->bad)
			as_window_again(&z->out, back, len);
		z->bad = z->bad || z->out.bad;
	}
}

static void stored(inflate *z)
{
	z->bits = 0;
	z->have = 0;
	uint16_t n = as_u16(&z->c), inverse = as_u16(&z->c);
	as_span bytes = as_cut(z->c.s, as_pos(&z->c), as_min(n, as_left(&z->c)));
	z->bad = z->bad || !as_ok(&z->c) || (n ^ inverse) != 0xffff;
	if (z->bad)
		return;
	as_window_put(&z->out, bytes);
	as_skip(&z->c, n);
	z->bad = !as_ok(&z->c);
}

static void block(inflate *z)
{
	unsigned type = take(z, 2);
	if (type == 0) {
		stored(z);
		return;
	}
	if (type == 1)
		fixed_trees(z);
	else
		read_trees(z);
	z->bad = z->bad || type == 3;
	codes(z);
}

as_status as_flow_deflate64(as_flow *f, size_t peek)
{
	inflate *z = calloc(1, sizeof(*z));
	as_status s = AS_OK;
	bool last = false;
	if (!z)
		return AS_NOMEM;
	z->out.f = f;
	z->out.left = UINT64_MAX;
	z->c = as_cur_le(f->in, 0);
	while (s == AS_OK && !last && !z->bad && (peek == 0 || f->out < peek)) {
		last = take(z, 1);
		block(z);
		s = as_window_send(&z->out);
	}
	f->used = as_pos(&z->c);
	if (s == AS_OK && z->bad)
		s = f->out > 0 ? AS_PARTIAL : AS_NOT_THIS;
	free(z);
	return s;
}
