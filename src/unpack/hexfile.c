/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/hexfile.h"

#include "base/ascii.h"

as_status as_hexes_end(as_hexes *p)
{
	bool open = p->open;
	p->open = false;
	return open ? as_end(p->u, false) : AS_OK;
}

as_status as_hexes_add(as_hexes *p, uint64_t at, uint64_t address, as_span bytes)
{
	as_status s = AS_OK;
	if (bytes.n == 0)
		return AS_OK;
	if (!p->open || address != p->next) {
		s = as_hexes_end(p);
		as_entry e = { .at = at, .type = AS_PART };
		e.name = as_print(
			as_memory(p->u), "%s0x%08llx", p->prefix, (unsigned long long)address);
		if (s <= AS_PARTIAL)
			s = as_worse(s, as_begin(p->u, NULL, &e, &p->want));
		p->open = s <= AS_PARTIAL;
	}
	if (s <= AS_PARTIAL && p->want)
		s = as_worse(s, as_more(p->u, bytes));
	p->next = address + bytes.n;
	return s;
}

static unsigned digit(uint8_t b)
{
	return (unsigned)(as_is_digit(b) ? b - '0' : as_lower(b) - 'a' + 10);
}

size_t as_hex_bytes(as_span s, uint8_t *out, size_t cap)
{
	if (s.n % 2 || s.n / 2 > cap)
		return 0;
	for (size_t i = 0; i < s.n; i += 2) {
		if (!as_is_hex(s.p[i]) || !as_is_hex(s.p[i + 1]))
			return 0;
		out[i / 2] = (uint8_t)(digit(s.p[i]) << 4 | digit(s.p[i + 1]));
	}
	return s.n / 2;
}
