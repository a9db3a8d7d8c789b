/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/shellscan.h"

#include "base/ascii.h"

bool as_sh_is_name(uint8_t c) { return as_is_word(c); }

bool as_sh_is_meta(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';' || c == '&' ||
	       c == '|' || c == '(' || c == ')' || c == '<' || c == '>';
}

size_t as_sh_past_close(as_span s, size_t at, uint8_t open, uint8_t close)
{
	unsigned depth = 1;
	for (; at < s.n; at++) {
		uint8_t c = s.p[at];
		if (c == '\\') {
			at++;
		} else if (c == '\'' && close != '"') {
			size_t end = as_find_byte(s, '\'', at + 1);
			at = end == SIZE_MAX ? s.n : end;
		} else if (c == close) {
			if (--depth == 0)
				return at + 1;
		} else if (c == open) {
			depth++;
		}
	}
	return s.n;
}

/* Past a "..." whose opening quote is before at; substitutions inside may hold quotes of their own. */
static size_t past_double(as_span s, size_t at)
{
	while (at < s.n && s.p[at] != '"') {
		if (s.p[at] == '\\')
			at += 2;
		else if (s.p[at] == '$' && as_at(s, at + 1) == '(')
			at = as_sh_past_close(s, at + 2, '(', ')');
		else
			at++;
	}
	return at < s.n ? at + 1 : s.n;
}

size_t as_sh_past_word(as_span s, size_t at)
{
	while (at < s.n && !as_sh_is_meta(s.p[at])) {
		uint8_t c = s.p[at], next = as_at(s, at + 1);
		if (c == '\\') {
			at += 2;
		} else if (c == '\'') {
			size_t end = as_find_byte(s, '\'', at + 1);
			at = end == SIZE_MAX ? s.n : end + 1;
		} else if (c == '"') {
			at = past_double(s, at + 1);
		} else if (c == '`') {
			at = as_sh_past_close(s, at + 1, 0, '`');
		} else if (c == '$' && (next == '(' || next == '{')) {
			at = as_sh_past_close(s, at + 2, next, next == '(' ? ')' : '}');
		} else {
			at++;
		}
	}
	return at < s.n ? at : s.n;
}
