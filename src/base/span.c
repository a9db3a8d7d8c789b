/* SPDX-License-Identifier: Apache-2.0 */
#include "base/span.h"

#include <string.h>

#include "base/ascii.h"

const char *as_status_name(as_status s)
{
	static const char *const names[] = { "ok", "partial", "not this", "limit", "no memory",
		"input/output" };
	return (size_t)s < sizeof(names) / sizeof(names[0]) ? names[s] : "unknown";
}

bool as_same_nocase(as_span a, as_span b)
{
	for (size_t i = 0; i < a.n && a.n == b.n; i++)
		if (as_lower(a.p[i]) != as_lower(b.p[i]))
			return false;
	return a.n == b.n;
}

bool as_is_nocase(as_span s, const char *text) { return as_same_nocase(s, as_lit(text)); }

bool as_has_nocase(as_span s, const char *text)
{
	as_span t = as_lit(text);
	for (size_t at = 0; at + t.n <= s.n; at++)
		if (as_same_nocase(as_cut(s, at, t.n), t))
			return true;
	return false;
}

bool as_ends(as_span s, const char *text)
{
	as_span t = as_lit(text);
	return t.n <= s.n && as_same(as_from(s, s.n - t.n), t);
}

size_t as_find(as_span s, as_span needle, size_t from)
{
	if (from > s.n || !s.p)
		return SIZE_MAX;
	const uint8_t *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

bool as_has(as_span s, const char *text) { return as_find(s, as_lit(text), 0) != SIZE_MAX; }

size_t as_find_byte(as_span s, uint8_t b, size_t from)
{
	if (from >= s.n)
		return SIZE_MAX;
	const uint8_t *hit = memchr(s.p + from, b, s.n - from);
	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

static bool blank(uint8_t b) { return b == ' ' || (b >= '\t' && b <= '\r') || b == 0; }

as_span as_trim(as_span s)
{
	size_t from = 0, to = s.n;
	while (from < to && blank(s.p[from]))
		from++;
	while (to > from && blank(s.p[to - 1]))
		to--;
	return as_cut(s, from, to - from);
}

as_span as_unquote(as_span s)
{
	bool quoted = s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0];
	return quoted ? as_cut(s, 1, s.n - 2) : s;
}

as_span as_field(as_span s, char separator, size_t i)
{
	size_t from = 0;
	for (; i > 0; i--) {
		size_t hit = as_find_byte(s, (uint8_t)separator, from);
		if (hit == SIZE_MAX)
			return (as_span){ 0 };
		from = hit + 1;
	}
	size_t end = as_find_byte(s, (uint8_t)separator, from);
	return as_cut(s, from, (end == SIZE_MAX ? s.n : end) - from);
}

as_span as_word(as_span s, size_t i)
{
	size_t at = 0;
	for (;; i--) {
		while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'))
			at++;
		size_t from = at;
		while (at < s.n && s.p[at] != ' ' && s.p[at] != '\t')
			at++;
		if (at == from)
			return (as_span){ 0 };
		if (i == 0)
			return as_cut(s, from, at - from);
	}
}

static unsigned digit(uint8_t b)
{
	if (as_is_digit(b))
		return b - '0';
	uint8_t low = b | 0x20;
	return low >= 'a' && low <= 'f' ? low - 'a' + 10u : 99;
}

bool as_number(as_span s, int base, uint64_t *out)
{
	if (base == 0) {
		bool hex = as_starts(s, "0x") || as_starts(s, "0X");
		base = hex ? 16 : s.n > 1 && s.p[0] == '0' ? 8 : 10;
		s = hex ? as_from(s, 2) : s;
	}
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned d = digit(s.p[i]);
		if (d >= (unsigned)base || !as_mul(&v, v, (uint64_t)base) || !as_add(&v, v, d))
			return false;
	}
	if (s.n > 0)
		*out = v;
	return s.n > 0;
}

bool as_all(as_span s, uint8_t b)
{
	if (s.n == 0)
		return true;
	/* Comparing a run with itself, one byte on, lets the C library do it in wide steps. */
	return s.p[0] == b && memcmp(s.p, s.p + 1, s.n - 1) == 0;
}

bool as_within(as_span whole, as_span part, uint64_t *at)
{
	uintptr_t from = (uintptr_t)whole.p, p = (uintptr_t)part.p;
	if (!whole.p || !part.p || p < from || p - from > whole.n || part.n > whole.n - (p - from))
		return false;
	*at = p - from;
	return true;
}
