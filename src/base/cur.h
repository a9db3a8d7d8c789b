/* SPDX-License-Identifier: Apache-2.0 */
/* The one way to read untrusted bytes: a cursor with a sticky error. A read that does not fit
 * returns 0 or an empty span, moves nothing, and makes the cursor bad for good; so a header is
 * read in a straight line and checked once with as_ok, before any value is trusted. */
#ifndef AS_CUR_H
#define AS_CUR_H

#include "base/span.h"

typedef struct as_cur {
	as_span s;
	size_t at; /* bytes from the start of s */
	bool big;  /* big-endian */
	bool bad;  /* a read did not fit */
} as_cur;

/* A cursor over s at offset at (bytes), big- or little-endian; bad at once if at is past the end. */
static inline as_cur as_cur_of(as_span s, uint64_t at, bool big)
{
	bool bad = at > s.n;
	return (as_cur){ .s = s, .at = bad ? s.n : (size_t)at, .big = big, .bad = bad };
}
static inline as_cur as_cur_be(as_span s, uint64_t at) { return as_cur_of(s, at, true); }
static inline as_cur as_cur_le(as_span s, uint64_t at) { return as_cur_of(s, at, false); }

/* Whether every read so far fitted. */
static inline bool as_ok(const as_cur *c) { return !c->bad; }
/* Offset of the next byte, from the start of the span; bytes left after it, none of a cursor that is bad: so loops
 * over what is left end. */
static inline size_t as_pos(const as_cur *c) { return c->at; }
static inline size_t as_left(const as_cur *c) { return c->bad ? 0 : c->s.n - c->at; }

/* Reads an unsigned integer of n bytes, or of 8, 16, 32 or 64 bits, in the cursor's byte order. */
static inline uint64_t as_uint(as_cur *c, unsigned n)
{
	uint64_t v = 0;
	c->bad = c->bad || n > as_left(c);
	if (c->bad || n == 0)
		return 0;
	const uint8_t *p = c->s.p + c->at;
	for (unsigned i = 0; i < n && c->big; i++)
		v = v << 8 | p[i];
	for (unsigned i = n; i > 0 && !c->big; i--)
		v = v << 8 | p[i - 1];
	c->at += n;
	return v;
}
static inline uint8_t as_u8(as_cur *c) { return (uint8_t)as_uint(c, 1); }
static inline uint16_t as_u16(as_cur *c) { return (uint16_t)as_uint(c, 2); }
static inline uint32_t as_u32(as_cur *c) { return (uint32_t)as_uint(c, 4); }
static inline uint64_t as_u64(as_cur *c) { return as_uint(c, 8); }
/* A word of 32 or 64 bits by wide (ELF and friends). */
uint64_t as_uword(as_cur *c, bool wide);

/* Takes the next n bytes. Borrows from the cursor's span. */
as_span as_take(as_cur *c, uint64_t n);
/* Takes a 32-bit length and so many bytes after it: what as_buf_span wrote. */
as_span as_counted(as_cur *c);
/* Skips n bytes; seeks to offset at from the start of the span. */
void as_skip(as_cur *c, uint64_t n);
void as_seek(as_cur *c, uint64_t at);
/* Skips to the next multiple of pad (bytes, a power of two) from the start of the span. */
void as_align(as_cur *c, uint64_t pad);

/* Reads a NUL-terminated string and the padding after it up to a multiple of pad (1: none).
 * Without a NUL before the end the cursor is bad. The span is without the NUL. */
as_span as_str(as_cur *c, uint64_t pad);

/* Takes the next line without its \n or \r\n; false at the end. Bytes after the last newline
 * count as a line. Never makes the cursor bad. */
bool as_line(as_cur *c, as_span *line);

#endif
