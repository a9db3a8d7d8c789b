/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cur.h"

as_span as_take(as_cur *c, uint64_t n)
{
	if (c->bad || n > as_left(c)) {
		c->bad = true;
		return (as_span){ 0 };
	}
	as_span taken = as_cut(c->s, c->at, n);
	c->at += (size_t)n;
	return taken;
}

uint64_t as_uword(as_cur *c, bool wide) { return wide ? as_u64(c) : as_u32(c); }

as_span as_counted(as_cur *c)
{
	uint32_t n = as_u32(c);
	return as_take(c, n);
}

void as_skip(as_cur *c, uint64_t n) { (void)as_take(c, n); }

void as_seek(as_cur *c, uint64_t at)
{
	if (c->bad || at > c->s.n)
		c->bad = true;
	else
		c->at = (size_t)at;
}

void as_align(as_cur *c, uint64_t pad) { as_skip(c, (pad - (c->at & (pad - 1))) & (pad - 1)); }

as_span as_str(as_cur *c, uint64_t pad)
{
	size_t end = c->bad ? SIZE_MAX : as_find_byte(c->s, 0, c->at);
	if (end == SIZE_MAX) {
		c->bad = true;
		return (as_span){ 0 };
	}
	as_span text = as_take(c, end - c->at);
	as_skip(c, 1);
	/* Padding may be cut off at the very end of the data: the string itself was whole. */
	uint64_t rest = (pad - (c->at & (pad - 1))) & (pad - 1);
	as_skip(c, as_min(rest, as_left(c)));
	return text;
}

bool as_line(as_cur *c, as_span *line)
{
	if (c->bad || as_left(c) == 0)
		return false;
	size_t end = as_find_byte(c->s, '\n', c->at);
	size_t stop = end == SIZE_MAX ? c->s.n : end;
	*line = as_cut(c->s, c->at, stop - c->at);
	c->at = end == SIZE_MAX ? c->s.n : end + 1;
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}
