/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/uci.h"

/* Takes the next word of line at *at; quotes may hold blanks. p NULL at the end or before a comment. */
static as_span word(as_span line, size_t *at)
{
	while (as_at(line, *at) == ' ' || as_at(line, *at) == '\t')
		++*at;
	size_t from = *at;
	uint8_t quote = as_at(line, from);
	if (from >= line.n || quote == '#')
		return (as_span){ 0 };
	if (quote == '\'' || quote == '"') {
		size_t end = as_find_byte(line, quote, from + 1);
		end = end == SIZE_MAX ? line.n : end;
		*at = end + 1;
		return as_cut(line, from + 1, end - from - 1);
	}
	while (*at < line.n && line.p[*at] != ' ' && line.p[*at] != '\t')
		++*at;
	return as_cut(line, from, *at - from);
}

as_status as_uci_each(as_span data, as_uci_fn *each, void *ctx)
{
	as_cur c = as_cur_le(data, 0);
	as_uci item = { 0 };
	as_status s = AS_OK;
	for (as_span line; s == AS_OK && as_line(&c, &line);) {
		size_t at = 0;
		line = as_trim(line);
		as_span verb = word(line, &at), first = word(line, &at), second = word(line, &at);
		item.where = line;
		if (as_is(verb, "config") && first.p) {
			item = (as_uci){ .type = first, .name = second, .where = line };
			s = each(ctx, &item);
		} else if ((as_is(verb, "option") || as_is(verb, "list")) && first.p && second.p) {
			item.key = first;
			item.value = second;
			s = each(ctx, &item);
		}
	}
	return s;
}
