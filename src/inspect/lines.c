/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/lines.h"

#include <string.h>

#include "base/ascii.h"

enum { LINE_MAX_LEN = 2048, NAME_MAX_LEN = 96 };

as_lines as_lines_of(as_span data) { return (as_lines){ .c = as_cur_le(data, 0) }; }

static bool is_comment(as_span line)
{
	static const char *const marks[] = { "#", ";", "//", "--", "!", "*", "/*", "<", "REM ",
		"rem ", "dnl ", "%", "\"" };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (as_starts(line, marks[i]))
			return true;
	return false;
}

static bool is_name_byte(uint8_t b) { return as_is_alnum(b) || (b != 0 && strchr("_-./@:", b)); }

static size_t name_length(as_span s)
{
	size_t n = 0;
	while (n < s.n && is_name_byte(s.p[n]))
		n++;
	/* "name:" and "name: value": the colon belongs to neither. */
	for (size_t i = 0; i < n; i++)
		if (s.p[i] == ':')
			return i;
	return n;
}

/* The value without quotes, or without what follows it: a comment, a semicolon, a comma. */
static as_span clean(as_span raw, bool *quoted)
{
	as_span v = as_trim(raw);
	uint8_t quote = as_at(v, 0);
	*quoted = quote == '"' || quote == '\'';
	if (*quoted) {
		size_t end = as_find_byte(v, quote, 1);
		return end == SIZE_MAX ? as_from(v, 1) : as_cut(v, 1, end - 1);
	}
	for (size_t i = 1; i < v.n; i++)
		if (v.p[i] == '#' && (v.p[i - 1] == ' ' || v.p[i - 1] == '\t'))
			v = as_trim(as_cut(v, 0, i));
	while (v.n > 0 && (v.p[v.n - 1] == ';' || v.p[v.n - 1] == ','))
		v.n--;
	return as_trim(v);
}

static as_span skip_words(as_span line)
{
	static const char *const before[] = { "export ", "set ", "local ", "readonly ", "setenv ",
		"- " };
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if (as_starts(line, before[i]))
			return as_trim(as_from(line, strlen(before[i])));
	return line;
}

/* Splits a line at its separator. A name in quotes (JSON-like, TOML) loses them. */
static bool split(as_lines *l)
{
	as_span rest = skip_words(l->line);
	bool quoted_name = as_at(rest, 0) == '"' || as_at(rest, 0) == '\'';
	as_span from = quoted_name ? as_from(rest, 1) : rest;
	size_t n = name_length(from);
	if (n == 0 || n > NAME_MAX_LEN)
		return false;
	l->name = as_cut(from, 0, n);
	as_span after = as_from(from, n + quoted_name);
	as_span tail = as_trim(after);
	bool blank = after.n > tail.n && as_trim(as_cut(after, 0, 1)).n == 0;
	uint8_t mark = as_at(tail, 0);
	bool assigns = mark == '=' || mark == ':';
	/* "a += b", "a := b", "a == b", "a :: b" are no assignments of a plain value. */
	bool compares = assigns &&
			(as_at(tail, 1) == '=' || as_at(tail, 1) == ':' || as_at(tail, 1) == '~');
	if (compares || (!assigns && !blank))
		return false;
	l->separator = assigns ? (char)mark : ' ';
	l->value = clean(assigns ? as_from(tail, 1) : tail, &l->quoted);
	return true;
}

/* Remembers "[section]" and "name ... {"; true if the line was one of them. */
static bool section(as_lines *l)
{
	as_span s = l->line;
	if (as_at(s, 0) == '[') {
		size_t end = as_find_byte(s, ']', 1);
		l->section = as_cut(s, 1, (end == SIZE_MAX ? s.n : end) - 1);
		return true;
	}
	if (!as_ends(s, "{"))
		return false;
	as_span name = as_trim(as_cut(s, 0, s.n - 1));
	if (name.n > 0)
		l->section = as_ends(name, "=") ? as_trim(as_cut(name, 0, name.n - 1)) : name;
	return true;
}

bool as_lines_next(as_lines *l)
{
	as_span raw;
	while (as_line(&l->c, &raw)) {
		l->line = as_trim(raw);
		if (l->line.n == 0 || l->line.n > LINE_MAX_LEN || is_comment(l->line) || section(l))
			continue;
		if (split(l))
			return true;
	}
	return false;
}
