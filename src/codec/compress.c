/* SPDX-License-Identifier: Apache-2.0 */
/* LZW as compress writes it: 1f 9d, a byte of flags (low 5 bits: the longest code; 80: codes may be cleared), and
 * codes of 9 bits and more, the lowest bit first. Codes of one length come in groups of eight: where the length
 * changes, the rest of a group is not used. There is no end mark. */
#include <stdlib.h>

#include "codec/stream.h"

enum { CLEAR = 256, SHORTEST = 9, LONGEST = 16, CODES = 1 << LONGEST, HEAD = 3 };

typedef struct lzw {
	uint16_t before[CODES]; /* code of all but the last byte */
	uint8_t last[CODES];
	uint8_t text[CODES]; /* of one code, from the end backwards */
	unsigned free, bits, most;
	unsigned group; /* codes read of the group of eight */
	bool clears;
	uint64_t at; /* bit of the input */
} lzw;

static void restart(lzw *z)
{
	z->free = z->clears ? CLEAR + 1 : CLEAR;
	z->bits = SHORTEST;
}

/* Goes to the end of the group of codes that have the old length. */
static void next_group(lzw *z)
{
	if (z->group != 0)
		z->at += (8 - z->group) * (uint64_t)z->bits;
	z->group = 0;
}

static bool next_code(lzw *z, as_span in, unsigned *code)
{
	if (z->at + z->bits > (uint64_t)in.n * 8)
		return false;
	as_cur c = as_cur_le(as_cut(in, z->at / 8, as_min(3, in.n - z->at / 8)), 0);
	uint32_t v = (uint32_t)as_uint(&c, (unsigned)c.s.n);
	*code = v >> (z->at & 7) & ((1u << z->bits) - 1);
	z->at += z->bits;
	z->group = (z->group + 1) & 7;
	return true;
}

/* The text of a code, at the end of z->text. old: the code before it. False: there is no such code. */
static bool text_of(lzw *z, unsigned code, unsigned old, uint8_t first, as_span *out)
{
	size_t at = CODES;
	if (code > z->free || (code == z->free && old == UINT32_MAX))
		return false;
	if (code == z->free) {
		z->text[--at] = first;
		code = old;
	}
	while (code >= CLEAR && at > 1) {
		z->text[--at] = z->last[code];
		code = z->before[code];
	}
	z->text[--at] = (uint8_t)code;
	*out = as_bytes(&z->text[at], CODES - at);
	return true;
}

static void learn(lzw *z, unsigned old, uint8_t first)
{
	if (z->free >= 1u << z->most)
		return;
	z->before[z->free] = (uint16_t)old;
	z->last[z->free++] = first;
}

static as_status run(as_flow *f, lzw *z, size_t peek)
{
	as_span in = as_from(f->in, HEAD);
	unsigned old = UINT32_MAX, code = 0;
	uint8_t first = 0;
	as_status s = AS_OK;
	restart(z);
	while (s == AS_OK && (peek == 0 || f->out < peek) && next_code(z, in, &code)) {
		as_span text = { 0 };
		if (code == CLEAR && z->clears) {
			next_group(z);
			restart(z);
			old = UINT32_MAX;
			continue;
		}
		if ((old == UINT32_MAX && code >= CLEAR) || !text_of(z, code, old, first, &text))
			return f->out > 0 ? AS_PARTIAL : AS_NOT_THIS;
		first = text.p[0];
		s = as_flow_give(f, text);
		if (old != UINT32_MAX)
			learn(z, old, first);
		old = code;
		f->used = as_min(f->in.n, HEAD + (z->at + 7) / 8);
		if (z->free >= 1u << z->bits && z->bits < z->most) {
			next_group(z);
			z->bits++;
		}
	}
	return s;
}

as_status as_flow_compress(as_flow *f, size_t peek)
{
	uint8_t flags = as_at(f->in, 2), most = flags & 31;
	if (!as_starts(f->in, "\x1f\x9d") || f->in.n <= HEAD || flags & 0x60 || most < SHORTEST ||
		most > LONGEST)
		return AS_NOT_THIS;
	lzw *z = calloc(1, sizeof(*z));
	if (!z)
		return AS_NOMEM;
	z->most = most;
	z->clears = flags & 0x80;
	as_status s = run(f, z, peek);
	free(z);
	return s;
}
