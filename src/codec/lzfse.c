/* SPDX-License-Identifier: Apache-2.0 */
/* LZFSE of Apple: blocks, little-endian, until "bvx$":
 *    "bvx-" size u32, as it is   "bvxn" size u32, packed u32, LZVN
 *    "bvx1" 4 size u32   12 literals, matches, packed literals, packed matches u32 each   28 bits of the literals i32
 *      32 their states u16[4]   40 bits of the matches i32   44 their states u16[3]   50 tables u16[360]; 772 in all
 *    "bvx2" 4 size u32   8 the same in three u64: 20, 20, 20, 3 bits (literals, packed, matches, bits + 7);
 *      10 bits four times, 20, 3 (states, packed matches, bits + 7); 32, 10 three times (header's size, states);
 *      tables packed behind it
 * Tables tell how often symbols of lengths of literals (20 of them, 64 states), of matches (20, 64), of distances (64,
 * 256) and literals (256, 1024) occur: finite state entropy, read from the end backwards. Literals come by four states
 * in turn; then for each match its three values. A distance of 0: as before.
 * Described by Apple's own program: https://github.com/lzfse/lzfse. */
#include <stdlib.h>
#include <string.h>

#include "codec/lzfse.h"

enum {
	LENGTHS = 20,
	DISTANCES = 64,
	BYTES = 256,
	SYMBOLS = 2 * LENGTHS + DISTANCES + BYTES,
	LENGTH_STATES = 64,
	DISTANCE_STATES = 256,
	BYTE_STATES = 1024
};
enum {
	LITERALS_MAX = 40000,
	MATCHES_MAX = 10000,
	HEAD_1 = 772,
	HEAD_2 = 32,
	HEAD_N = 12,
	HEAD_RAW = 8
};

typedef struct state {
	uint16_t next; /* and as many bits as bits says */
	uint8_t bits, symbol;
} state;

typedef struct block {
	uint32_t size, literals, matches, head;
	uint32_t packed_literals, packed_matches;
	int32_t literal_bits, match_bits; /* of the last byte less 8: -7 to 0 */
	uint16_t literal_states[4], match_states[3];
	uint16_t often[SYMBOLS];
} block;

typedef struct lzfse {
	as_window out;
	block b;
	state lengths[LENGTH_STATES], matches[LENGTH_STATES], distances[DISTANCE_STATES];
	state bytes[BYTE_STATES];
	uint8_t literals[LITERALS_MAX + 4];
} lzfse;

/* ---- tables ---- */

/* How often a symbol occurs, by 2 to 14 bits, the lowest first. */
static unsigned take_often(as_cur *c, uint64_t *bits, unsigned *have, uint16_t *often)
{
	while (*have < 14 && as_left(c) > 0) {
		*bits |= (uint64_t)as_u8(c) << *have;
		*have += 8;
	}
	unsigned v = (unsigned)*bits & 0x3fff, n = 2;
	*often = (uint16_t)(v >> 1 & 1);
	if (v & 1) {
		n = 3;
		*often = (uint16_t)(2 + (v >> 2 & 1));
		if ((v & 7) == 3) {
			n = 5;
			*often = (uint16_t)(4 + (v >> 3 & 3));
		} else if ((v & 15) == 7) {
			n = 8;
			*often = (uint16_t)(8 + (v >> 4 & 15));
		} else if ((v & 15) == 15) {
			n = 14;
			*often = (uint16_t)(24 + (v >> 4));
		}
	}
	return n;
}

static bool read_often(as_span in, uint16_t *often)
{
	as_cur c = as_cur_le(in, 0);
	uint64_t bits = 0;
	unsigned have = 0;
	for (unsigned i = 0; i < SYMBOLS; i++) {
		unsigned n = take_often(&c, &bits, &have, &often[i]);
		if (n > have)
			return false;
		bits >>= n;
		have -= n;
	}
	return have < 8 && as_left(&c) == 0;
}

/* A symbol that occurs n times has n of the states; those that come first take a bit more. */
static bool plant(state *s, unsigned n_states, const uint16_t *often, unsigned n_symbols)
{
	unsigned at = 0;
	memset(s, 0, n_states * sizeof(*s));
	for (unsigned i = 0; i < n_symbols; i++) {
		unsigned n = often[i], k = 0;
		if (n == 0)
			continue;
		if (n > n_states - at)
			return false;
		while (n << k < n_states)
			k++;
		unsigned wide = (2 * n_states >> k) - n;
		for (unsigned j = 0; j < n; j++, at++) {
			s[at].symbol = (uint8_t)i;
			s[at].bits = (uint8_t)(j < wide ? k : k - 1);
			s[at].next = (uint16_t)(j < wide ? ((n + j) << k) - n_states
							 : (j - wide) << (k - 1));
		}
	}
	return true;
}

/* ---- bits, from the end backwards ---- */

typedef struct reader {
	as_span in;
	uint64_t at; /* bits before it are still to be read */
	bool bad;
} reader;

static reader reader_of(as_span in, int32_t bits)
{
	reader r = { .in = in, .bad = bits > 0 || bits < -7 };
	uint64_t all = (uint64_t)in.n * 8, off = r.bad ? 0 : (uint64_t)-bits;
	r.bad = r.bad || off > all;
	r.at = r.bad ? 0 : all - off;
	return r;
}

static uint32_t pull(reader *r, unsigned n)
{
	if (n > r->at) {
		r->bad = true;
		return 0;
	}
	r->at -= n;
	uint64_t from = r->at / 8;
	as_cur c = as_cur_le(r->in, from);
	uint64_t v = as_uint(&c, (unsigned)as_min(5, r->in.n - from));
	return (uint32_t)(v >> (r->at & 7) & ((UINT64_C(1) << n) - 1));
}

static unsigned symbol(reader *r, const state *table, uint16_t *at)
{
	const state *s = &table[*at];
	*at = (uint16_t)(s->next + pull(r, s->bits));
	return s->symbol;
}

static uint32_t length(reader *r, const state *table, uint16_t *at, const uint8_t *bits)
{
	unsigned i = symbol(r, table, at);
	uint32_t base = i < 16 ? i : 16;
	for (unsigned k = 16; k < i; k++)
		base += 1u << bits[k - 16];
	return i < 16 ? base : base + pull(r, bits[i - 16]);
}

/* Four symbols to each number of bits. */
static uint32_t distance(reader *r, const state *table, uint16_t *at)
{
	unsigned i = symbol(r, table, at), bits = i / 4;
	uint32_t base = 4 * ((1u << bits) - 1) + ((i & 3) << bits);
	return base + pull(r, bits);
}

/* ---- blocks ---- */

static void head_1(as_cur *c, block *b)
{
	as_skip(c, 4);
	b->literals = as_u32(c);
	b->matches = as_u32(c);
	b->packed_literals = as_u32(c);
	b->packed_matches = as_u32(c);
	b->literal_bits = (int32_t)as_u32(c);
	for (unsigned i = 0; i < 4; i++)
		b->literal_states[i] = as_u16(c);
	b->match_bits = (int32_t)as_u32(c);
	for (unsigned i = 0; i < 3; i++)
		b->match_states[i] = as_u16(c);
	for (unsigned i = 0; i < SYMBOLS; i++)
		b->often[i] = as_u16(c);
	b->head = HEAD_1;
}

static uint32_t bits_of(uint64_t v, unsigned at, unsigned n)
{
	return (uint32_t)(v >> at & ((UINT64_C(1) << n) - 1));
}

static void head_2(as_cur *c, block *b)
{
	uint64_t one = as_u64(c), two = as_u64(c), three = as_u64(c);
	b->literals = bits_of(one, 0, 20);
	b->packed_literals = bits_of(one, 20, 20);
	b->matches = bits_of(one, 40, 20);
	b->literal_bits = (int32_t)bits_of(one, 60, 3) - 7;
	for (unsigned i = 0; i < 4; i++)
		b->literal_states[i] = (uint16_t)bits_of(two, 10 * i, 10);
	b->packed_matches = bits_of(two, 40, 20);
	b->match_bits = (int32_t)bits_of(two, 60, 3) - 7;
	b->head = bits_of(three, 0, 32);
	for (unsigned i = 0; i < 3; i++)
		b->match_states[i] = (uint16_t)bits_of(three, 32 + 10 * i, 10);
}

/* Reads a header of either kind but its packed tables. False: it makes no sense, or is cut off. */
static bool read_head(as_span in, block *b)
{
	as_cur c = as_cur_le(in, 4);
	*b = (block){ .size = as_u32(&c) };
	if (as_starts(in, "bvx1"))
		head_1(&c, b);
	else
		head_2(&c, b);
	return as_ok(&c) && b->head >= HEAD_2 && b->head <= HEAD_2 + 2 * SYMBOLS + HEAD_1 &&
	       b->literals <= LITERALS_MAX && b->matches <= MATCHES_MAX &&
	       b->match_states[0] < LENGTH_STATES && b->match_states[1] < LENGTH_STATES &&
	       b->match_states[2] < DISTANCE_STATES;
}

/* The length of the block that begins in, header and all; 0: none does. */
static uint64_t block_size(as_span in)
{
	block b;
	as_cur c = as_cur_le(in, 4);
	uint32_t raw = as_u32(&c);
	if (as_starts(in, "bvx-"))
		return as_ok(&c) ? HEAD_RAW + (uint64_t)raw : 0;
	uint32_t packed = as_u32(&c);
	if (as_starts(in, "bvxn"))
		return as_ok(&c) ? HEAD_N + (uint64_t)packed : 0;
	if ((as_starts(in, "bvx1") || as_starts(in, "bvx2")) && read_head(in, &b))
		return (uint64_t)b.head + b.packed_literals + b.packed_matches;
	return 0;
}

bool as_lzfse_size(as_span in, uint64_t *n)
{
	uint64_t at = 0, size = 0;
	while ((size = block_size(as_from(in, at))) > 0 && size <= in.n - at)
		at += size;
	*n = at + 4;
	return as_starts(as_from(in, at), "bvx$");
}

static bool read_literals(lzfse *z, as_span in)
{
	reader r = reader_of(in, z->b.literal_bits);
	for (uint32_t i = 0; i < z->b.literals && !r.bad; i++) {
		uint16_t *at = &z->b.literal_states[i & 3];
		r.bad = r.bad || *at >= BYTE_STATES;
		if (!r.bad)
			z->literals[i] = (uint8_t)symbol(&r, z->bytes, at);
	}
	return !r.bad;
}

static void matches(lzfse *z, as_span in)
{
	static const uint8_t literal_bits[] = { 2, 3, 5, 8 }, match_bits[] = { 3, 5, 8, 11 };
	reader r = reader_of(in, z->b.match_bits);
	uint16_t *at = z->b.match_states;
	uint32_t used = 0, back = 0;
	as_window *o = &z->out;
	for (uint32_t i = 0; i < z->b.matches && !o->bad && o->s == AS_OK; i++) {
		uint32_t n = length(&r, z->lengths, &at[0], literal_bits);
		uint32_t match = length(&r, z->matches, &at[1], match_bits);
		uint32_t d = distance(&r, z->distances, &at[2]);
		back = d ? d : back;
		o->bad = o->bad || r.bad || n > z->b.literals - used;
		if (o->bad)
			return;
		as_window_put(o, as_bytes(z->literals + used, n));
		used += n;
		as_window_again(o, back, match);
	}
}

static void entropy(lzfse *z, as_span in)
{
	block *b = &z->b;
	const uint16_t *often = b->often;
	as_span literals = as_cut(in, b->head, b->packed_literals);
	as_span packed = as_cut(in, (uint64_t)b->head + b->packed_literals, b->packed_matches);
	bool right = b->head == HEAD_1 || b->head == HEAD_2 ||
		     read_often(as_cut(in, HEAD_2, b->head - HEAD_2), b->often);
	right = right && plant(z->lengths, LENGTH_STATES, often, LENGTHS) &&
		plant(z->matches, LENGTH_STATES, often + LENGTHS, LENGTHS) &&
		plant(z->distances, DISTANCE_STATES, often + 2 * LENGTHS, DISTANCES) &&
		plant(z->bytes, BYTE_STATES, often + 2 * LENGTHS + DISTANCES, BYTES) &&
		read_literals(z, literals);
	z->out.bad = !right;
	if (right)
		matches(z, packed);
}

/* Decodes the block in, which may be cut off. */
static void decode_block(lzfse *z, as_span in)
{
	as_cur c = as_cur_le(in, 4);
	as_window *o = &z->out;
	o->left = as_u32(&c);
	if (as_starts(in, "bvx-")) {
		as_window_put(
			o, as_cut(in, HEAD_RAW, as_min(o->left, in.n - as_min(HEAD_RAW, in.n))));
	} else if (as_starts(in, "bvxn")) {
		as_lzvn_run(o, as_from(in, HEAD_N));
	} else {
		o->bad = !read_head(in, &z->b);
		if (!o->bad)
			entropy(z, in);
	}
	o->bad = o->bad || o->left > 0;
}

static as_status run(as_flow *f, lzfse *z, size_t peek)
{
	as_status s = AS_OK;
	while (s == AS_OK && !z->out.bad && (peek == 0 || f->out < peek)) {
		as_span rest = as_from(f->in, f->used);
		uint64_t n = block_size(rest);
		if (as_starts(rest, "bvx$")) {
			f->used += 4;
			return f->sink ? as_flow_flush(f) : AS_OK;
		}
		if (n == 0)
			break;
		n = as_min(n, rest.n);
		decode_block(z, as_cut(rest, 0, n));
		f->used += n;
		s = as_window_send(&z->out);
	}
	if (s != AS_OK || (peek > 0 && f->out >= peek && !z->out.bad))
		return s;
	return f->out > 0 ? AS_PARTIAL : AS_NOT_THIS;
}

as_status as_flow_lzfse(as_flow *f, size_t peek)
{
	lzfse *z = calloc(1, sizeof(*z));
	if (!z)
		return AS_NOMEM;
	z->out.f = f;
	as_status s = run(f, z, peek);
	free(z);
	return s;
}
