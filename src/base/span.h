/* SPDX-License-Identifier: Apache-2.0 */
/* A span borrows bytes: it never owns, and never outlives the blob or arena it was cut from. */
#ifndef AS_SPAN_H
#define AS_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/status.h"

typedef struct as_span {
	const uint8_t *p;
	size_t n; /* bytes */
} as_span;

/* Cuts n bytes at offset at (both in bytes, relative to s). Out of range gives an empty span: no
 * error, no overflow. Borrows from s; never fails; pure. */
static inline as_span as_cut(as_span s, uint64_t at, uint64_t n)
{
	if (at > s.n || n > s.n - at || !s.p)
		return (as_span){ 0 };
	return (as_span){ s.p + at, (size_t)n };
}

/* Everything of s from offset at (bytes) to its end; empty if at is past the end. Borrows; pure. */
static inline as_span as_from(as_span s, uint64_t at)
{
	return as_cut(s, at, at <= s.n ? s.n - at : 0);
}

/* The bytes of a NUL-terminated C string, without the NUL. Borrows; pure. Never for image bytes. */
static inline as_span as_lit(const char *text)
{
	return (as_span){ (const uint8_t *)text, strlen(text) };
}

/* n bytes at p as a span. Borrows; pure. */
static inline as_span as_bytes(const void *p, size_t n) { return (as_span){ p, n }; }

/* The byte at offset at, or 0 past the end. Pure. */
static inline uint8_t as_at(as_span s, uint64_t at) { return at < s.n ? s.p[at] : 0; }

/* Whether the two spans hold the same bytes. Pure. */
static inline bool as_same(as_span a, as_span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Whether s is exactly the C string text, or starts or ends with it. Pure. */
static inline bool as_starts(as_span s, const char *text)
{
	if (s.n > 0 && text[0] != (char)s.p[0])
		return text[0] == 0; /* most are told apart by their first bytes */
	as_span t = as_lit(text);
	return t.n <= s.n && as_same(as_cut(s, 0, t.n), t);
}
static inline bool as_is(as_span s, const char *text)
{
	return as_at(s, 0) == (uint8_t)text[0] && as_same(s, as_lit(text));
}
bool as_ends(as_span s, const char *text);
/* as_is without regard to ASCII case. Pure. */
bool as_is_nocase(as_span s, const char *text);
/* as_same, and as_has, without regard to ASCII case. Pure. */
bool as_same_nocase(as_span a, as_span b);
bool as_has_nocase(as_span s, const char *text);

/* Finds needle in s at or after offset from (bytes). Answers its offset, or SIZE_MAX. Pure. */
size_t as_find(as_span s, as_span needle, size_t from);
/* Whether s contains the C string text. Pure. */
bool as_has(as_span s, const char *text);
/* The offset of byte b in s at or after from, or SIZE_MAX. Pure. */
size_t as_find_byte(as_span s, uint8_t b, size_t from);

/* s without ASCII white space (and NUL) at both ends. Borrows; pure. */
as_span as_trim(as_span s);
/* s without one pair of matching ' or " quotes around it. Borrows; pure. */
as_span as_unquote(as_span s);

/* The i-th field (from 0) of s between separator bytes; past the last field an empty span with
 * p NULL. as_field("a::b", ':', 1) is empty with p set. Borrows; pure. */
as_span as_field(as_span s, char separator, size_t i);

/* The i-th word (from 0) of s between runs of blanks and tabs; past the last, p is NULL. */
as_span as_word(as_span s, size_t i);

/* Reads s, whole, as an unsigned number in the base given (8, 10, 16; 0: by 0x/0 prefix). False,
 * and *out untouched, if s is empty, has another character or does not fit. Pure. */
bool as_number(as_span s, int base, uint64_t *out);

/* Whether every byte of s equals b. True for an empty span. Pure. */
bool as_all(as_span s, uint8_t b);

/* Whether the offset of part lies in whole (part was cut from whole); then *at is that offset. */
bool as_within(as_span whole, as_span part, uint64_t *at);

static inline uint64_t as_min(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline uint64_t as_max(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* Checked sum and product: true if it fits, and then *out holds it. */
static inline bool as_add(uint64_t *out, uint64_t a, uint64_t b)
{
	return !__builtin_add_overflow(a, b, out);
}
static inline bool as_mul(uint64_t *out, uint64_t a, uint64_t b)
{
	return !__builtin_mul_overflow(a, b, out);
}

#endif
