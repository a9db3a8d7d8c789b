/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/guid.h"

#include "base/cur.h"

as_span as_guid_text(as_arena *a, as_span raw)
{
	as_cur c = as_cur_le(raw, 0);
	uint32_t first = as_u32(&c);
	uint16_t second = as_u16(&c), third = as_u16(&c);
	as_cur b = as_cur_be(raw, 8);
	uint16_t fourth = as_u16(&b);
	uint64_t high = as_u16(&b), rest = high << 32 | as_u32(&b);
	return as_print(a, "%08x-%04x-%04x-%04x-%012llx", first, second, third, fourth,
		(unsigned long long)rest);
}
