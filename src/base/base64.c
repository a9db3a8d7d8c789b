/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

int as_base64_digit(uint8_t b)
{
	if (b >= 'A' && b <= 'Z')
		return b - 'A';
	if (b >= 'a' && b <= 'z')
		return b - 'a' + 26;
	if (b >= '0' && b <= '9')
		return b - '0' + 52;
	return b == '+' ? 62 : b == '/' ? 63 : -1;
}

as_span as_base64(as_arena *arena, as_span s)
{
	uint8_t *out = as_alloc(arena, s.n / 4 * 3 + 4);
	size_t n = 0, i = 0;
	uint32_t bits = 0;
	unsigned have = 0;
	for (; out && i < s.n && s.p[i] != '='; i++) {
		int d = as_base64_digit(s.p[i]);
		if (d < 0 && as_trim(as_cut(s, i, 1)).n == 0)
			continue;
		if (d < 0)
			return (as_span){ 0 };
		bits = bits << 6 | (uint32_t)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	return (as_span){ out, out ? n : 0 };
}
