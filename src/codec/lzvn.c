/* SPDX-License-Identifier: Apache-2.0 */
/* LZVN of Apple: codes of one to three bytes, then their literals, then a match. L: literals, M: match less 3, D: how
 * far back, P: as far as before:
 *    LLMMMDDD DDDDDDDD (DDD up to 5)   LLMMM111 and D u16, little-endian   LLMMM110 P (L at least 1)
 *    101LLMMM and u16: the lower two bits of M, D of 14 bits
 *    1110LLLL   11100000 and L less 16   1111MMMM P, M whole   11110000 and M less 16 P   0e, 16: nothing   06: the end
 * No description of Apple's own is public but its programs, under the licence of https://github.com/lzfse/lzfse. */
#include <stdlib.h>

#include "codec/lzfse.h"

enum { LAST = 0x06, NOTHING = 0x0e, NOTHING_TOO = 0x16, LEAST = 3, MORE = 16 };

typedef struct code {
	unsigned literals, match;
	uint32_t back; /* 0: as before */
	bool end, known;
} code;

static code one_byte(as_cur *c, unsigned b)
{
	unsigned n = b & 15;
	code k = { .known = true };
	if (n == 0)
		n = as_u8(c) + MORE;
	if (b < 0xf0)
		k.literals = n;
	else
		k.match = n;
	return k;
}

static code next_code(as_cur *c)
{
	unsigned b = as_u8(c);
	code k = { .known = true, .literals = b >> 6, .match = (b >> 3 & 7) + LEAST };
	if (b >= 0xe0)
		return one_byte(c, b);
	if (b >> 5 == 5) {
		unsigned more = as_u16(c);
		k.literals = b >> 3 & 3;
		k.match = ((b & 7) << 2 | (more & 3)) + LEAST;
		k.back = more >> 2;
		k.known = k.back != 0;
		return k;
	}
	if (b == LAST || b == NOTHING || b == NOTHING_TOO)
		return (code){ .known = true, .end = b == LAST };
	k.known = b >> 4 != 7 && b >> 4 != 13;
	if ((b & 7) == 6) {
		k.known = k.known && k.literals > 0;
		return k;
	}
	k.back = (b & 7) == 7 ? as_u16(c) : (b & 7) << 8 | as_u8(c);
	k.known = k.known && k.back != 0;
	return k;
}

void as_lzvn_run(as_window *o, as_span in)
{
	as_cur c = as_cur_le(in, 0);
	uint32_t back = 0;
	while (o->left > 0 && !o->bad && o->s == AS_OK) {
		code k = next_code(&c);
		as_span literals = as_take(&c, k.literals);
		back = k.back ? k.back : back;
		o->bad = o->bad || !as_ok(&c) || !k.known || k.end;
		if (o->bad)
			return;
		as_window_put(o, literals);
		as_window_again(o, back, k.match);
	}
}

as_status as_decode_lzvn(as_span in, uint8_t *out, size_t cap, size_t *out_n)
{
	as_window *o = calloc(1, sizeof(*o));
	as_flow f = { .in = in, .buf = out, .cap = cap };
	*out_n = 0;
	if (!o)
		return AS_NOMEM;
	o->f = &f;
	o->left = cap;
	as_lzvn_run(o, in);
	as_status s = as_window_send(o);
	bool whole = s == AS_OK && o->left == 0;
	free(o);
	*out_n = f.fill;
	return whole ? AS_OK : AS_PARTIAL;
}
