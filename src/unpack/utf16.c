/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/utf16.h"

#include "base/cur.h"

static size_t put(uint8_t *out, uint32_t v)
{
	static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	unsigned tail = v < 0x80 ? 0 : v < 0x800 ? 1 : v < 0x10000 ? 2 : 3;
	size_t n = 0;
	out[n++] = (uint8_t)(lead[tail] | v >> 6 * tail);
	while (tail-- > 0)
		out[n++] = (uint8_t)(0x80 | (v >> 6 * tail & 0x3f));
	return n;
}

as_span as_utf16(as_arena *a, as_span raw, bool big)
{
	as_cur c = as_cur_of(raw, 0, big);
	uint8_t *out = as_alloc(a, raw.n * 2 + 1);
	size_t n = 0;
	while (out && as_left(&c) >= 2) {
		uint32_t v = as_u16(&c);
		as_cur pair = c;
		uint32_t low = v >> 10 == 0x36 ? as_u16(&pair) : 0;
		if (low >> 10 == 0x37) {
			v = 0x10000 + ((v & 0x3ff) << 10 | (low & 0x3ff));
			c = pair;
		}
		n += put(out + n, v);
	}
	return out ? as_bytes(out, n) : (as_span){ 0 };
}
