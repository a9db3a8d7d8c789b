/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/pack.h"

enum {
	ATTRIBUTES = AS_CPE_FIELDS - AS_CPE_VERSION, /* before the four ends */
	START_INCLUDING = ATTRIBUTES,
	START_EXCLUDING,
	END_INCLUDING,
	END_EXCLUDING,
	LONG = 255 /* a length that does not fit into its byte */
};

void as_pack_add(as_buf *b, const as_span field[AS_PACK_FIELDS])
{
	unsigned set = 0;
	for (unsigned i = 0; i < AS_PACK_FIELDS; i++)
		set |= field[i].p ? 1U << i : 0;
	as_buf_u8(b, (uint8_t)(set & 0xff));
	as_buf_u8(b, (uint8_t)(set >> 8));
	for (unsigned i = 0; i < AS_PACK_FIELDS; i++) {
		if (!field[i].p)
			continue;
		as_buf_u8(b, field[i].n < LONG ? (uint8_t)field[i].n : LONG);
		if (field[i].n >= LONG)
			as_buf_u32(b, (uint32_t)field[i].n);
		as_buf_add(b, field[i].p, field[i].n);
	}
}

as_criterion as_pack_criterion(const as_span field[AS_PACK_FIELDS])
{
	as_criterion c = { 0 };
	for (size_t i = 0; i < ATTRIBUTES; i++)
		c.cpe.at[AS_CPE_VERSION + i] = field[i];
	c.range.after_from = field[START_EXCLUDING].p != NULL;
	c.range.before_to = field[END_EXCLUDING].p != NULL;
	c.range.from = field[c.range.after_from ? START_EXCLUDING : START_INCLUDING];
	c.range.to = field[c.range.before_to ? END_EXCLUDING : END_INCLUDING];
	return c;
}

bool as_pack_next(as_cur *c, as_criterion *out)
{
	as_span field[AS_PACK_FIELDS] = { { 0 } };
	if (as_left(c) == 0 || !as_ok(c))
		return false;
	unsigned set = as_u16(c);
	c->bad = c->bad || set >> AS_PACK_FIELDS != 0;
	for (unsigned left = set; left != 0 && as_ok(c); left &= left - 1) {
		uint32_t n = as_u8(c);
		field[__builtin_ctz(left)] = as_take(c, n == LONG ? as_u32(c) : n);
	}
	if (as_ok(c))
		*out = as_pack_criterion(field);
	return as_ok(c);
}
