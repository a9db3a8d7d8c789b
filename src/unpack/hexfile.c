/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/hexfile.h"

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
