/* SPDX-License-Identifier: Apache-2.0 */
#include "base/purl.h"

#include "base/ascii.h"

static const char scheme[] = "pkg:";
enum { SCHEME = sizeof(scheme) - 1 };

static bool is_one_of(uint8_t c, const char *set)
{
	return as_find_byte(as_lit(set), c, 0) != SIZE_MAX;
}

/* What RFC 3986 calls unreserved. */
static bool is_plain(uint8_t c) { return as_is_alnum(c) || is_one_of(c, ".-_~"); }

void as_purl_add(as_buf *b, as_span s)
{
	for (size_t i = 0; i < s.n; i++)
		as_buf_print(b, is_plain(s.p[i]) || s.p[i] == ':' ? "%c" : "%%%02X", s.p[i]);
}

as_purl as_purl_split(as_span s)
{
	s = as_cut(s, 0, as_min(as_find_byte(s, '#', 0), s.n));
	s = as_cut(s, 0, as_min(as_find_byte(s, '?', 0), s.n));
	as_purl out = { .type = as_starts(s, scheme) ? as_field(as_from(s, SCHEME), '/', 0)
						     : (as_span){ 0 } };
	s = out.type.n > 0 ? as_from(s, as_min(SCHEME + out.type.n + 1, s.n)) : s;
	/* Not the @ of a scope (pkg:npm/@scope/name), which some leave as it is. */
	for (size_t i = s.n; i > 0 && s.p[i - 1] != '/'; i--)
		if (s.p[i - 1] == '@') {
			out.name = as_cut(s, 0, i - 1);
			out.version = as_from(s, i);
			return out;
		}
	out.name = s;
	return out;
}

/* The byte that stands at *i, decoded; *i is moved behind it. */
static uint8_t decoded(as_span s, size_t *i)
{
	uint64_t v = 0;
	uint8_t c = s.p[*i];
	bool encoded = c == '%' && s.n - *i > 2 && as_number(as_cut(s, *i + 1, 2), 16, &v);
	*i += encoded ? 3 : 1;
	return encoded ? (uint8_t)v : c;
}

bool as_purl_same(as_span a, as_span b)
{
	size_t i = 0, k = 0;
	while (i < a.n && k < b.n)
		if (decoded(a, &i) != decoded(b, &k))
			return false;
	return i == a.n && k == b.n;
}

bool as_is_purl(as_span s)
{
	if (!as_starts(s, scheme))
		return false;
	size_t slash = as_find_byte(s, '/', SCHEME);
	if (slash == SIZE_MAX || slash == SCHEME || slash + 1 == s.n || as_is_digit(s.p[SCHEME]))
		return false;
	for (size_t i = SCHEME; i < slash; i++)
		if (!as_is_letter(s.p[i]) && !as_is_digit(s.p[i]) && !is_one_of(s.p[i], ".-+"))
			return false;
	for (size_t i = slash + 1; i < s.n; i++) {
		uint64_t v = 0;
		if (s.p[i] == '%' ? !as_number(as_cut(s, i + 1, 2), 16, &v) || i + 2 >= s.n
				  : !is_plain(s.p[i]) && !is_one_of(s.p[i], "!$&'()*+,;=:@/?#"))
			return false;
	}
	return true;
}

void as_purl_known(as_buf *b, as_span own, as_span id, as_span version)
{
	if (as_is_purl(own)) {
		as_buf_add(b, own.p, own.n);
		return;
	}
	as_buf_text(b, "pkg:generic/");
	as_purl_add(b, id);
	if (version.n > 0) {
		as_buf_u8(b, '@');
		as_purl_add(b, version);
	}
}
