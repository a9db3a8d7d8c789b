/* SPDX-License-Identifier: Apache-2.0 */
/* LZX as WIM has it: each chunk by itself, no header. Bits in units of 16, little-endian, the highest first. Blocks:
 *    type 3 bits (1 verbatim, 2 aligned, 3 stored)   1 bit: 32768 bytes; else their number, 16 bits (24 if a chunk
 *    may be 64 KiB)
 * Codes are told by lengths, as differences to those of the block before. Calls of i386 are absolute and made relative.
 * [MS-PATCH] 2, and WIM's own: https://learn.microsoft.com/en-us/openspecs/exchange_server_protocols/ms-patch */
#include "codec/codec.h"

#include <string.h>

#include "base/cur.h"

enum {
	VERBATIM = 1,
	ALIGNED = 2,
	STORED = 3,
	LONGEST = 16,
	LENGTHS = 249,
	PRE = 20,
	MAIN_MAX = 256 + 8 * 50,
	SLOTS = 50
};

typedef struct tree {
	uint16_t counts[LONGEST + 1], sorted[MAIN_MAX];
} tree;

typedef struct lzx {
	as_cur c;
	uint32_t bits;
	unsigned have;
	bool bad;
	unsigned order; /* 2 to this power bytes at most */
	size_t n_main;
	uint8_t main_lengths[MAIN_MAX], length_lengths[LENGTHS];
	tree main, length, aligned, pre;
	uint32_t recent[3];
	uint8_t *out;
	size_t at, n;
} lzx;

static void fill(lzx *z)
{
	while (z->have <= 16) {
		uint32_t unit = as_left(&z->c) >= 2 ? as_u16(&z->c) : 0; /* zeros behind the end */
		z->bits |= unit << (16 - z->have);
		z->have += 16;
	}
}

static uint32_t take(lzx *z, unsigned n)
{
	uint32_t v = 0;
	while (n > 0) {
		unsigned k = n < 16 ? n : 16;
		fill(z);
		v = v << k | z->bits >> (32 - k);
		z->bits <<= k;
		z->have -= k;
		n -= k;
	}
	return v;
}

static void plant(lzx *z, tree *t, const uint8_t *lengths, size_t n)
{
	uint16_t at[LONGEST + 2] = { 0 };
	int left = 1;
	memset(t->counts, 0, sizeof(t->counts));
	for (size_t i = 0; i < n; i++)
		t->counts[lengths[i] <= LONGEST ? lengths[i] : 0]++;
	t->counts[0] = 0;
	for (unsigned k = 1; k <= LONGEST; k++) {
		left = 2 * left - t->counts[k];
		z->bad = z->bad || left < 0;
		left = left < 0 ? 0 : left;
		at[k + 1] = (uint16_t)(at[k] + t->counts[k]);
	}
	for (size_t i = 0; i < n; i++)
		if (lengths[i] > 0 && lengths[i] <= LONGEST)
			t->sorted[at[lengths[i]]++] = (uint16_t)i;
}

static unsigned symbol(lzx *z, const tree *t)
{
	uint32_t first = 0, before = 0;
	fill(z);
	for (unsigned n = 1; n <= LONGEST && !z->bad; n++) {
		uint32_t code = z->bits >> (32 - n);
		if (code - first < t->counts[n]) {
			(void)take(z, n);
			return t->sorted[before + code - first];
		}
		before += t->counts[n];
		first = (first + t->counts[n]) << 1;
	}
	z->bad = true;
	return 0;
}

static void read_lengths(lzx *z, uint8_t *lengths, size_t n)
{
	uint8_t pre[PRE];
	for (size_t i = 0; i < PRE; i++)
		pre[i] = (uint8_t)take(z, 4);
	plant(z, &z->pre, pre, PRE);
	for (size_t i = 0; i < n && !z->bad;) {
		unsigned s = symbol(z, &z->pre);
		size_t run = s == 17   ? 4 + take(z, 4)
			     : s == 18 ? 20 + take(z, 5)
			     : s == 19 ? 4 + take(z, 1)
				       : 1;
		bool zero = s == 17 || s == 18;
		s = s == 19 ? symbol(z, &z->pre) : s;
		uint8_t v = zero ? 0 : (uint8_t)((lengths[i] + 17u - (s <= 17 ? s : 0)) % 17);
		for (; run > 0 && i < n; run--)
			lengths[i++] = v;
	}
}

/* The bits of a distance that stand behind the symbol, and where its slot begins. */
static unsigned slot(unsigned i, uint32_t *base)
{
	unsigned bits = 0;
	uint32_t at = 0;
	for (unsigned k = 0; k <= i; k++) {
		bits = k < 4 ? 0 : k / 2 - 1 < 17 ? k / 2 - 1 : 17;
		*base = at;
		at += (uint32_t)1 << bits;
	}
	return bits;
}

static uint32_t distance(lzx *z, unsigned i, bool aligned)
{
	uint32_t base = 0, far = z->recent[i < 3 ? i : 0];
	if (i < 3) { /* one of the last three, which becomes the last */
		z->recent[i] = z->recent[0];
		z->recent[0] = far;
		return far;
	}
	unsigned bits = slot(i, &base);
	if (aligned && bits >= 3) {
		far = base + (take(z, bits - 3) << 3);
		far += symbol(z, &z->aligned);
	} else {
		far = base + take(z, bits);
	}
	far -= 2;
	z->recent[2] = z->recent[1];
	z->recent[1] = z->recent[0];
	z->recent[0] = far;
	return far;
}

static void matches(lzx *z, size_t end, bool aligned)
{
	while (z->at < end && !z->bad) {
		unsigned s = symbol(z, &z->main);
		if (s < 256) {
			z->out[z->at++] = (uint8_t)s;
			continue;
		}
		size_t len = (s & 7) + 2;
		if ((s & 7) == 7)
			len += symbol(z, &z->length);
		uint32_t far = distance(z, (s - 256) >> 3, aligned);
		if (z->bad || far == 0 || far > z->at || len > end - z->at) {
			z->bad = true;
			return;
		}
		for (; len > 0; len--, z->at++)
			z->out[z->at] = z->out[z->at - far];
	}
}

static void stored(lzx *z, size_t end)
{
	/* To the next unit; a whole one if the bits end at one. */
	unsigned units = z->have / 16;
	if (z->have % 16 == 0 && units > 0)
		units--;
	else if (z->have % 16 == 0)
		as_skip(&z->c, 2);
	as_seek(&z->c, as_pos(&z->c) - as_min(as_pos(&z->c), 2 * (uint64_t)units));
	z->bits = z->have = 0;
	for (unsigned i = 0; i < 3; i++)
		z->recent[i] = as_u32(&z->c);
	as_span bytes = as_take(&z->c, end - z->at);
	if (bytes.n % 2)
		as_skip(&z->c, as_left(&z->c) > 0 ? 1 : 0);
	z->bad = z->bad || !as_ok(&z->c);
	if (z->bad || bytes.n == 0)
		return;
	memcpy(&z->out[z->at], bytes.p, bytes.n);
	z->at = end;
}

static void block(lzx *z)
{
	unsigned type = take(z, 3);
	size_t n = take(z, 1) ? 32768 : take(z, 16);
	if (n != 32768 && z->order >= 16)
		n = n << 8 | take(z, 8);
	z->bad = z->bad || n == 0 || n > z->n - z->at;
	if (z->bad)
		return;
	if (type == STORED) {
		stored(z, z->at + n);
		return;
	}
	uint8_t lengths[8];
	for (size_t i = 0; i < 8 && type == ALIGNED; i++)
		lengths[i] = (uint8_t)take(z, 3);
	if (type == ALIGNED)
		plant(z, &z->aligned, lengths, 8);
	read_lengths(z, z->main_lengths, 256);
	read_lengths(z, &z->main_lengths[256], z->n_main - 256);
	read_lengths(z, z->length_lengths, LENGTHS);
	plant(z, &z->main, z->main_lengths, z->n_main);
	plant(z, &z->length, z->length_lengths, LENGTHS);
	z->bad = z->bad || (type != VERBATIM && type != ALIGNED);
	matches(z, z->at + n, type == ALIGNED);
}

/* Goals of calls back to distances, as if the program were 12,000,000 bytes long. */
static void relative(uint8_t *p, size_t n)
{
	enum { PROGRAM = 12000000, BEHIND = 10 };
	for (size_t i = 0; n > BEHIND && i < n - BEHIND; i++) {
		if (p[i] != 0xe8)
			continue;
		as_cur c = as_cur_le(as_bytes(p, n), i + 1);
		int32_t goal = (int32_t)as_u32(&c), here = (int32_t)i;
		if (goal >= -here && goal < PROGRAM) {
			uint32_t v = (uint32_t)(goal >= 0 ? goal - here : goal + PROGRAM);
			for (unsigned k = 0; k < 4; k++)
				p[i + 1 + k] = (uint8_t)(v >> 8 * k);
		}
		i += 4;
	}
}

as_status as_decode_lzx(as_span in, uint32_t chunk, uint8_t *out, size_t n)
{
	static const uint8_t slots[] = { 30, 32, 34, 36, 38, 42,
		SLOTS }; /* by the order, from 15 */
	lzx z = { .c = as_cur_le(in, 0), .recent = { 1, 1, 1 }, .out = out, .n = n, .order = 15 };
	while (z.order < 21 && (uint32_t)1 << z.order < chunk)
		z.order++;
	z.n_main = 256 + 8 * (size_t)slots[z.order - 15];
	if ((uint32_t)1 << z.order < chunk)
		return AS_NOT_THIS;
	while (z.at < n && !z.bad)
		block(&z);
	if (!z.bad)
		relative(out, n);
	return z.bad ? AS_PARTIAL : AS_OK;
}
