/* SPDX-License-Identifier: Apache-2.0 */
/* LZO-RLE: LZO1X that Linux adds runs of zeros to. A stream that has them begins with 17 and a version of 1. Then come
 * instructions, each by its first byte, b; two bits tell how many literals (0 to 3) follow it, the state:
 *    0 to 15   in state 0 more than three literals; else a short copy from near by
 *   16 to 31   a copy from 16 KiB to 48 KiB back, the end, or zeros   32 to 63 a copy from the last 16 KiB
 *   64 to 255  a short copy from the last 2 KiB
 * Lengths that do not fit go on in bytes of zero, 255 each, and one that is not. */
#include <string.h>

#include "base/cur.h"
#include "codec/codec.h"

enum { MARK = 17, ALL_ONES = 0xfffc, ZEROS_LEAST = 4, FAR = 16384, AFTER_RUN = 4 };

typedef struct decoder {
	as_cur c;
	uint8_t *out;
	size_t n, cap;
	bool runs, ended;
} decoder;

static bool literals(decoder *d, size_t n)
{
	as_span from = as_take(&d->c, n);
	if (!as_ok(&d->c) || n > d->cap - d->n)
		return false;
	if (n > 0)
		memcpy(d->out + d->n, from.p, n);
	d->n += n;
	return true;
}

static bool copy(decoder *d, size_t back, size_t n)
{
	if (!as_ok(&d->c) || back == 0 || back > d->n || n > d->cap - d->n)
		return false;
	for (size_t end = d->n + n; d->n < end; d->n++)
		d->out[d->n] = d->out[d->n - back];
	return true;
}

static bool zeros(decoder *d, size_t n)
{
	if (!as_ok(&d->c) || n > d->cap - d->n)
		return false;
	memset(d->out + d->n, 0, n);
	d->n += n;
	return true;
}

/* A length: what the instruction holds, or most and what follows it. */
static size_t length(decoder *d, unsigned held, unsigned most)
{
	size_t n = most;
	if (held > 0)
		return held;
	uint8_t b = as_u8(&d->c);
	for (; b == 0 && as_ok(&d->c); b = as_u8(&d->c))
		n += 255;
	return n + b;
}

/* The instruction of a far copy, the end, or zeros. */
static bool far(decoder *d, unsigned b, unsigned *state)
{
	as_cur peek = d->c;
	unsigned next = as_u16(&peek);
	if (d->runs && b >= 24 && (next & ALL_ONES) == ALL_ONES) {
		as_skip(&d->c, 2);
		*state = next & 3;
		size_t more = as_u8(&d->c);
		return zeros(d, (more << 3 | (b & 7)) + ZEROS_LEAST);
	}
	size_t n = length(d, b & 7, 7) + 2;
	next = as_u16(&d->c);
	size_t back = FAR + (size_t)(b >> 3 & 1) * FAR + (next >> 2);
	*state = next & 3;
	d->ended = back == FAR;
	return d->ended ? as_ok(&d->c) : copy(d, back, n);
}

static bool near(decoder *d, unsigned b, unsigned *state)
{
	if (b >= 32 && b < 64) {
		size_t n = length(d, b & 31, 31) + 2;
		unsigned next = as_u16(&d->c);
		*state = next & 3;
		return copy(d, (next >> 2) + 1, n);
	}
	unsigned was = *state;
	size_t high = as_u8(&d->c);
	*state = b & 3;
	if (b >= 64)
		return copy(d, (high << 3) + (b >> 2 & 7) + 1, (b >> 5) + 1);
	size_t back = (high << 2) + (b >> 2);
	return was == AFTER_RUN ? copy(d, back + 2049, 3) : copy(d, back + 1, 2);
}

static bool instruction(decoder *d, unsigned *state)
{
	unsigned b = as_u8(&d->c);
	if (b < 16 && *state == 0) {
		*state = AFTER_RUN;
		return literals(d, length(d, b, 15) + 3);
	}
	bool right = b >= 16 && b < 32 ? far(d, b, state) : near(d, b, state);
	return right && (d->ended || literals(d, *state));
}

as_status as_decode_lzorle(as_span in, uint8_t *out, size_t cap, size_t *out_n)
{
	decoder d = { .c = as_cur_le(in, 0), .out = out, .cap = cap };
	unsigned state = 0;
	bool right = true;
	if (in.n >= 5 && as_at(in, 0) == MARK) {
		d.runs = as_at(in, 1) > 0;
		as_skip(&d.c, 2);
	}
	unsigned first = as_at(in, as_pos(&d.c));
	if (first > MARK) {
		as_skip(&d.c, 1);
		state = first - MARK < AFTER_RUN ? first - MARK : AFTER_RUN;
		right = literals(&d, first - MARK);
	}
	while (right && !d.ended)
		right = as_left(&d.c) > 0 && instruction(&d, &state);
	*out_n = d.n;
	return right ? AS_OK : AS_PARTIAL;
}
