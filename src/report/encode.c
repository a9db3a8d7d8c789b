/* SPDX-License-Identifier: Apache-2.0 */
#include "report/encode.h"

#include <string.h>

#include "base/text.h"

/* What stands for byte b in a JSON string; NULL: the byte itself. */
static const char *json_escape(uint8_t b, char room[8])
{
	static const char *const usual[] = { ['\b'] = "\\b",
		['\t'] = "\\t",
		['\n'] = "\\n",
		['\f'] = "\\f",
		['\r'] = "\\r",
		['"'] = "\\\"",
		['\\'] = "\\\\",
		['<'] = "\\u003c" };
	static const char digits[] = "0123456789abcdef";
	if (b < sizeof(usual) / sizeof(usual[0]) && usual[b])
		return usual[b];
	if (b >= 0x20 && b != 0x7f)
		return NULL;
	memcpy(room, "\\u00", 4);
	room[4] = digits[b >> 4];
	room[5] = digits[b & 15];
	room[6] = 0;
	return room;
}

void as_out_json(as_out *out, as_span s)
{
	char room[8];
	size_t plain = 0;
	as_out_text(out, "\"");
	for (size_t at = 0; at < s.n;) {
		size_t n = as_utf8(s, at);
		const char *escape = n == 0   ? "\\ufffd"
				     : n == 1 ? json_escape(s.p[at], room)
					      : NULL;
		if (!escape) {
			at += n;
			continue;
		}
		as_out_add(out, s.p + plain, at - plain);
		as_out_text(out, escape);
		plain = ++at;
	}
	if (s.n > plain)
		as_out_add(out, s.p + plain, s.n - plain);
	as_out_text(out, "\"");
}

void as_out_json_raw(as_out *out, as_span s)
{
	size_t plain = 0;
	for (size_t at = 0; at < s.n;) {
		size_t n = as_utf8(s, at);
		bool passes =
			n > 1 || (n == 1 && s.p[at] != '<' && s.p[at] >= 0x20 && s.p[at] != 0x7f);
		if (passes) {
			at += n;
			continue;
		}
		as_out_add(out, s.p + plain, at - plain);
		as_out_text(out, n == 0 ? "\\ufffd" : s.p[at] == '<' ? "\\u003c" : " ");
		plain = ++at;
	}
	if (s.n > plain)
		as_out_add(out, s.p + plain, s.n - plain);
}

void as_out_csv(as_out *out, as_span s, bool guard)
{
	bool quote = s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
	for (size_t i = 0; i < s.n && !quote; i++)
		quote = s.p[i] < 0x20 || strchr(",;\"", s.p[i]) != NULL;
	if (quote)
		as_out_text(out, "\"");
	if (guard && s.n > 0 && memchr("=+-@\t\r\n", s.p[0], 7))
		as_out_text(out, "'");
	for (size_t at = 0; at < s.n;) {
		size_t n = as_utf8(s, at);
		if (n == 1 && s.p[at] == '"')
			as_out_text(out, "\"\"");
		else if (n == 0 || s.p[at] == 0)
			as_out_text(out, "\xef\xbf\xbd");
		else
			as_out_add(out, s.p + at, n);
		at += n ? n : 1;
	}
	if (quote)
		as_out_text(out, "\"");
}

enum { ESCAPE = 4 }; /* columns of \xNN */

size_t as_plain_width(as_span s)
{
	size_t width = 0;
	for (size_t at = 0; at < s.n;) {
		size_t n = as_shown(s, at);
		width += n ? 1 : ESCAPE;
		at += n ? n : 1;
	}
	return width;
}

/* Writes the characters that lie within columns [from, to). */
static void plain_part(as_out *out, as_span s, size_t from, size_t to)
{
	size_t column = 0;
	for (size_t at = 0; at < s.n && column < to;) {
		size_t n = as_shown(s, at), wide = n ? 1 : ESCAPE;
		bool inside = column >= from && column + wide <= to;
		if (inside && n)
			as_out_add(out, s.p + at, n);
		else if (inside)
			as_out_print(out, "\\x%02x", s.p[at]);
		else if (column + wide > from) /* an escape that is cut */
			for (size_t i = column > from ? column : from; i < column + wide && i < to;
				i++)
				as_out_text(out, ".");
		column += wide;
		at += n ? n : 1;
	}
}

size_t as_out_plain(as_out *out, as_span s, size_t width)
{
	size_t all = as_plain_width(s);
	if (width == 0 || all <= width) {
		plain_part(out, s, 0, all);
		return all;
	}
	size_t dots = width > 8 ? 3 : width > 2 ? 1 : 0, tail = (width - dots) / 2;
	plain_part(out, s, 0, width - dots - tail);
	as_out_add(out, "...", dots);
	plain_part(out, s, all - tail, all);
	return width;
}

/* Whether all of s may be shown, and (plain) whether a shell takes it as it is. */
static bool all_shown(as_span s, bool *plain)
{
	static const char safe[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-";
	*plain = s.n > 0 && s.p[0] != '-' && s.p[0] != '=';
	for (size_t at = 0; at < s.n;) {
		size_t n = as_shown(s, at);
		if (n == 0)
			return false;
		*plain = *plain && n == 1 && strchr(safe, s.p[at]) != NULL;
		at += n;
	}
	return true;
}

void as_shell_add(as_buf *out, as_span s)
{
	bool plain, shown = all_shown(s, &plain);
	if (shown && plain) {
		as_buf_add(out, s.p, s.n);
		return;
	}
	as_buf_text(out, shown ? "'" : "$'"); /* $'...': a command must not hide what it holds */
	for (size_t at = 0; at < s.n;) {
		size_t n = shown ? 1 : as_shown(s, at);
		if (n == 0)
			as_buf_print(out, "\\x%02x", s.p[at]);
		else if (s.p[at] == '\'' || (!shown && s.p[at] == '\\'))
			as_buf_text(out, shown ? "'\\''" : s.p[at] == '\'' ? "\\'" : "\\\\");
		else
			as_buf_add(out, s.p + at, n);
		at += n ? n : 1;
	}
	as_buf_text(out, "'");
}

void as_uri_add(as_buf *out, as_span s)
{
	static const char safe[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != 0 && strchr(safe, s.p[i]))
			as_buf_add(out, s.p + i, 1);
		else
			as_buf_print(out, "%%%02X", s.p[i]);
}

void as_out_wrapped(as_out *out, as_span text, size_t indent, size_t width)
{
	size_t at = indent, room = width > indent ? width - indent : 1;
	for (size_t i = 0; i < text.n;) {
		size_t n = as_min(as_find_byte(text, ' ', i), text.n) - i;
		as_span word = as_cut(text, i, n);
		size_t wide = as_min(as_plain_width(word), room);
		i += n + 1;
		if (n == 0)
			continue;
		bool first = at == indent, wraps = !first && at + 1 + wide > width;
		if (wraps)
			as_out_print(out, "\n%*s", (int)indent, "");
		else if (!first)
			as_out_text(out, " ");
		at = wraps ? indent : at + !first;
		at += as_out_plain(out, word, room);
	}
}
