/* SPDX-License-Identifier: Apache-2.0 */
/* LZMS of Microsoft, one chunk, in units of 16 bits, little-endian. From its start, a range coder of single bits; from
 * its end backwards, the highest bit first, codes and plain bits. Items: bit 0, a literal; 10, a match; 11, a match of
 * differences. Each kind of bit knows its last 4 to 6, and has for each such history the last 64 bits after it: as many
 * of them as are 0, of 64, is how likely a 0 is. Codes are made anew of how often each symbol came, every 512 or 1024
 * symbols; at first each came once. Distances that were used before are named by three further bits; what was used
 * last is among them only after the item behind it. When all is there, goals of x86 instructions become relative.
 * Described by https://wimlib.net (no specification of Microsoft's is public). */
#include "codec/codec.h"

#include <stdlib.h>
#include <string.h>

#include "base/cur.h"

enum {
	LITERALS = 256,
	LENGTHS = 54,
	POWERS = 8,
	OFFSETS = 799,
	LONGEST = 15,
	OFTEN = 1024,
	SELDOM = 512,
	RECENT = 3
};

typedef struct bit {
	uint32_t state, mask; /* the last bits */
	struct {
		uint64_t last;
		uint32_t zeros;
	} odds[64];
} bit;

typedef struct code {
	unsigned n, left, every; /* symbols; to be read before it is made anew */
	uint32_t often[OFFSETS];
	uint16_t counts[LONGEST + 1], sorted[OFFSETS];
} code;

/* Distances of one kind of match. */
typedef struct queue {
	uint64_t recent[RECENT + 1], pending;
	size_t until; /* pending is not among them while the output ends here */
	bit known, which[RECENT - 1];
} queue;

typedef struct lzms {
	as_span in;
	size_t at, back; /* units read from the start; bytes left from the end */
	uint32_t range, value;
	uint64_t bits;
	unsigned have;
	bool bad;
	bit match, differs;
	queue plain, delta;
	code literals, offsets, lengths, delta_offsets, powers;
	uint32_t bases[OFFSETS + 1], length_bases[LENGTHS + 1];
	uint8_t extra[OFFSETS], length_extra[LENGTHS];
	uint8_t depths[OFFSETS];
	uint32_t nodes[2 * OFFSETS], parents[2 * OFFSETS];
	uint16_t order[OFFSETS];
	uint8_t *out;
	size_t done, n;
} lzms;

/* ---- bits from the start ---- */

static uint32_t next_unit(lzms *z)
{
	as_cur c = as_cur_le(z->in, z->at);
	uint32_t v = z->at + 2 <= z->in.n ? as_u16(&c) : 0;
	z->at += 2;
	return v;
}

static bool decide(lzms *z, bit *b)
{
	uint32_t zeros = b->odds[b->state].zeros;
	zeros = zeros == 0 ? 1 : zeros == 64 ? 63 : zeros;
	if (z->range <= 0xffff) {
		z->range <<= 16;
		z->value = z->value << 16 | next_unit(z);
	}
	uint32_t bound = (z->range >> 6) * zeros;
	bool one = z->value >= bound;
	z->range = one ? z->range - bound : bound;
	z->value -= one ? bound : 0;
	uint64_t *last = &b->odds[b->state].last;
	b->odds[b->state].zeros += (uint32_t)(*last >> 63) - one;
	*last = *last << 1 | one;
	b->state = (b->state << 1 | one) & b->mask;
	return one;
}

static void begin_bit(bit *b, unsigned history)
{
	b->state = 0;
	b->mask = (1u << history) - 1;
	for (unsigned i = 0; i < 64; i++) {
		b->odds[i].last = 0x55555555;
		b->odds[i].zeros = 48;
	}
}

/* ---- bits from the end ---- */

static void fill(lzms *z)
{
	while (z->have <= 48) {
		as_cur c = as_cur_le(z->in, z->back >= 2 ? z->back - 2 : 0);
		uint64_t unit = z->back >= 2 ? as_u16(&c) : 0;
		z->back -= z->back >= 2 ? 2 : 0;
		z->bits |= unit << (48 - z->have);
		z->have += 16;
	}
}

static uint32_t take(lzms *z, unsigned n)
{
	fill(z);
	uint32_t v = n > 0 ? (uint32_t)(z->bits >> (64 - n)) : 0;
	z->bits = n > 0 ? z->bits << n : z->bits;
	z->have -= n;
	return v;
}

static int by_often(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* Depths of the tree that joining the two rarest gives; of equally rare ones leaves come first. Symbols stand in
 * z->order, the rarest first. */
static void measure(lzms *z, const code *k)
{
	unsigned leaf = 0, node = 0, made = 0;
	uint32_t *weights = z->nodes;
	for (; made + 1 < k->n; made++) {
		uint32_t sum = 0;
		for (unsigned i = 0; i < 2; i++) {
			bool first = leaf < k->n &&
				     (node >= made || k->often[z->order[leaf]] <= weights[node]);
			sum += first ? k->often[z->order[leaf]] : weights[node];
			if (first)
				z->parents[leaf++] = made;
			else
				z->parents[OFFSETS + node++] = made;
		}
		weights[made] = sum;
	}
	/* From the root down: a node's depth takes the place of its weight. */
	weights[made - 1] = 0;
	for (unsigned i = made - 1; i-- > 0;)
		weights[i] = weights[z->parents[OFFSETS + i]] + 1;
	for (unsigned i = 0; i < k->n; i++) {
		uint32_t depth = weights[z->parents[i]] + 1;
		z->bad = z->bad || depth > LONGEST;
		z->depths[z->order[i]] = (uint8_t)(z->bad ? 1 : depth);
	}
}

static void rebuild(lzms *z, code *k)
{
	uint32_t keys[OFFSETS]; /* how often, and which */
	uint16_t at[LONGEST + 2] = { 0 };
	k->left = k->every;
	for (unsigned i = 0; i < k->n; i++)
		keys[i] = k->often[i] << 10 | i;
	qsort(keys, k->n, sizeof(*keys), by_often);
	for (unsigned i = 0; i < k->n; i++)
		z->order[i] = (uint16_t)(keys[i] & 1023);
	z->depths[0] = 1;
	if (k->n > 1)
		measure(z, k);
	memset(k->counts, 0, sizeof(k->counts));
	for (unsigned i = 0; i < k->n; i++)
		k->counts[z->depths[i]]++;
	for (unsigned i = 1; i <= LONGEST; i++)
		at[i + 1] = (uint16_t)(at[i] + k->counts[i]);
	for (unsigned i = 0; i < k->n; i++)
		k->sorted[at[z->depths[i]]++] = (uint16_t)i;
}

static void begin_code(lzms *z, code *k, unsigned n, unsigned every)
{
	k->n = n;
	k->every = every;
	for (unsigned i = 0; i < n; i++)
		k->often[i] = 1;
	if (n > 0)
		rebuild(z, k);
}

static unsigned symbol(lzms *z, code *k)
{
	uint32_t first = 0, before = 0, found = UINT32_MAX;
	fill(z);
	for (unsigned n = 1; n <= LONGEST && found == UINT32_MAX; n++) {
		uint32_t bits = (uint32_t)(z->bits >> (64 - n));
		if (bits - first < k->counts[n]) {
			(void)take(z, n);
			found = k->sorted[before + bits - first];
		}
		before += k->counts[n];
		first = (first + k->counts[n]) << 1;
	}
	z->bad = z->bad || found == UINT32_MAX;
	if (z->bad)
		return 0;
	k->often[found]++;
	if (--k->left == 0) {
		rebuild(z, k);
		for (unsigned i = 0; i < k->n; i++)
			k->often[i] = (k->often[i] >> 1) + 1;
	}
	return found;
}

/* ---- items ---- */

/* How many slots have so many bits more, from no bit on. */
static void slots(const uint8_t *runs, unsigned n_runs, uint32_t *bases, uint8_t *extra)
{
	uint32_t base = 1;
	unsigned at = 0;
	for (unsigned bits = 0; bits < n_runs; bits++)
		for (unsigned i = 0; i < runs[bits]; i++) {
			bases[at] = base;
			extra[at++] = (uint8_t)bits;
			base += (uint32_t)1 << bits;
		}
	bases[at] = base;
}

static uint32_t offset(lzms *z, code *k)
{
	unsigned i = symbol(z, k);
	return z->bases[i] + take(z, z->extra[i]);
}

static uint32_t length(lzms *z)
{
	unsigned i = symbol(z, &z->lengths);
	return z->length_bases[i] + take(z, z->length_extra[i]);
}

static void push(queue *q)
{
	if (q->pending != 0)
		for (unsigned i = RECENT; i > 0; i--)
			q->recent[i] = q->recent[i - 1];
	q->recent[0] = q->pending != 0 ? q->pending : q->recent[0];
	q->pending = 0;
}

/* A distance, with the power of differences above it. */
static uint64_t distance(lzms *z, queue *q, bool delta)
{
	if (q->until != z->done)
		push(q);
	uint64_t v = 0;
	if (!decide(z, &q->known)) {
		if (delta)
			v = (uint64_t)symbol(z, &z->powers) << 32;
		v |= offset(z, delta ? &z->delta_offsets : &z->offsets);
	} else {
		unsigned i = 0;
		while (i < RECENT - 1 && decide(z, &q->which[i]))
			i++;
		v = q->recent[i];
		for (; i < RECENT; i++)
			q->recent[i] = q->recent[i + 1];
	}
	push(q);
	q->pending = v;
	return v;
}

static void put_match(lzms *z)
{
	uint64_t far = distance(z, &z->plain, false);
	uint32_t n = length(z);
	z->bad = z->bad || n > z->n - z->done || far > z->done;
	for (; n > 0 && !z->bad; n--, z->done++)
		z->out[z->done] = z->out[z->done - far];
	z->plain.until = z->done;
}

static void put_delta(lzms *z)
{
	uint64_t v = distance(z, &z->delta, true);
	size_t span = (size_t)1 << (v >> 32), far = (size_t)(uint32_t)v << (v >> 32);
	uint32_t n = length(z);
	z->bad = z->bad || n > z->n - z->done || far + span > z->done;
	for (; n > 0 && !z->bad; n--, z->done++)
		z->out[z->done] = (uint8_t)(z->out[z->done - far] + z->out[z->done - span] -
					    z->out[z->done - far - span]);
	z->delta.until = z->done;
}

static void begin_queue(queue *q)
{
	for (unsigned i = 0; i <= RECENT; i++)
		q->recent[i] = i + 1;
	q->until = SIZE_MAX;
	begin_bit(&q->known, 6);
	for (unsigned i = 0; i < RECENT - 1; i++)
		begin_bit(&q->which[i], 6);
}

static void begin(lzms *z)
{
	static const uint8_t runs[31] = { 8, 0, 9, 7, 10, 15, 15, 20, 20, 30, 33, 40, 42, 45, 60,
		73, 80, 85, 95, 105, 6, [30] = 1 };
	static const uint8_t length_runs[31] = { 26, 4, 6, 4, 5, 2, 1, 1, 1, 1,
		1, [16] = 1, [30] = 1 };
	unsigned n = 0;
	slots(runs, sizeof(runs), z->bases, z->extra);
	slots(length_runs, sizeof(length_runs), z->length_bases, z->length_extra);
	while (n < OFFSETS && z->bases[n] < z->n) /* slots of distances that a chunk can have */
		n++;
	z->back = z->in.n;
	z->range = UINT32_MAX;
	z->value = next_unit(z) << 16;
	z->value |= next_unit(z);
	begin_bit(&z->match, 4);
	begin_bit(&z->differs, 5);
	begin_queue(&z->plain);
	begin_queue(&z->delta);
	begin_code(z, &z->literals, LITERALS, OFTEN);
	begin_code(z, &z->offsets, n, OFTEN);
	begin_code(z, &z->lengths, LENGTHS, SELDOM);
	begin_code(z, &z->delta_offsets, n, OFTEN);
	begin_code(z, &z->powers, POWERS, SELDOM);
}

/* ---- instructions of x86 ---- */

/* Bytes before the distance of an instruction that has one, or 0. */
static unsigned opcode(as_span at)
{
	uint8_t a = as_at(at, 0), b = as_at(at, 1), c = as_at(at, 2);
	if (a == 0xff)
		return b == 0x15 ? 2 : 0;
	if (a == 0xf0)
		return b == 0x83 && c == 0x05 ? 3 : 0;
	if (a == 0x48 || a == 0x4c) {
		bool load = b == 0x8d || (b == 0x8b && a == 0x48 && !(c & 0xf0));
		return (c & 7) == 5 && load ? 3 : 0;
	}
	return a == 0xe8 ? 1 : 0;
}

/* Instructions count where two in 64 KiB lead to one place, and so do those behind them. */
static as_status relative(uint8_t *p, size_t n)
{
	enum { TAIL = 16, NEAR = 1023, ROOM = 65535 };
	int64_t *used = n > TAIL + 1 ? malloc(65536 * sizeof(*used)) : NULL, sure = -NEAR - 1;
	if (n <= TAIL + 1)
		return AS_OK;
	if (!used)
		return AS_NOMEM;
	for (size_t i = 0; i < 65536; i++)
		used[i] = -ROOM - 1;
	as_span all = as_bytes(p, n);
	for (size_t i = 1; i < n - TAIL;) {
		unsigned len = opcode(as_from(all, i));
		if (len == 0) {
			i += p[i] == 0xe9 ? 5 : 1;
			continue;
		}
		as_cur c = as_cur_le(all, i + len);
		uint32_t goal = as_u32(&c);
		int64_t here = (int64_t)i;
		if (here - sure <= (p[i] == 0xe8 ? NEAR / 2 : NEAR)) {
			goal -= (uint32_t)i;
			for (unsigned k = 0; k < 4; k++)
				p[i + len + k] = (uint8_t)(goal >> 8 * k);
		}
		uint16_t key = (uint16_t)(i + goal);
		int64_t end = here + len + 3;
		if (end - used[key] <= ROOM)
			sure = end;
		used[key] = end;
		i += len + 4;
	}
	free(used);
	return AS_OK;
}

as_status as_decode_lzms(as_span in, uint8_t *out, size_t n)
{
	if (in.n % 2 || in.n < 4)
		return AS_PARTIAL;
	lzms *z = calloc(1, sizeof(*z));
	if (!z)
		return AS_NOMEM;
	z->in = in;
	z->out = out;
	z->n = n;
	begin(z);
	while (z->done < n && !z->bad) {
		if (!decide(z, &z->match))
			out[z->done++] = (uint8_t)symbol(z, &z->literals);
		else if (!decide(z, &z->differs))
			put_match(z);
		else
			put_delta(z);
	}
	bool bad = z->bad;
	free(z);
	return bad ? AS_PARTIAL : relative(out, n);
}
