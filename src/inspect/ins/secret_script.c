/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords and tokens that a shell script assigns: NAME=literal at the start of a line, with or
 * without export, local, readonly. What is computed, read or passed in (variables, substitutions,
 * arguments) is no secret of the file. Other languages are not read. */
#include "inspect/lines.h"
#include "inspect/secret.h"
#include "inspect/shell.h"

enum { FILE_MAX = 1 << 20 };

static bool cares(const as_file *f)
{
	return as_starts(f->data, "#!") && as_is_shell_script(f->data);
}

/* "NAME=value" without blanks around the sign, as the shell wants it; the value ends the
 * command. */
static bool is_assignment(const as_lines *l, as_span *value)
{
	uint64_t at = 0;
	if (l->separator != '=' || !as_within(l->line, l->name, &at))
		return false;
	as_span rest = as_from(l->line, at + l->name.n);
	if (as_at(rest, 0) != '=' || as_find_byte(l->name, '-', 0) != SIZE_MAX ||
		as_find_byte(l->name, '.', 0) != SIZE_MAX)
		return false;
	*value = l->quoted ? l->value : as_word(as_from(rest, 1), 0);
	/* 'a'$b and "a""b" are put together: not literal. */
	uint64_t v = 0;
	bool joined = l->quoted && as_within(l->line, l->value, &v) &&
		      v + l->value.n + 1 < l->line.n &&
		      as_trim(as_cut(l->line, v + l->value.n + 1, 1)).n > 0 &&
		      as_at(l->line, v + l->value.n + 1) != ';' &&
		      as_at(l->line, v + l->value.n + 1) != '#';
	size_t end = l->quoted ? SIZE_MAX : as_find_byte(*value, ';', 0);
	*value = end == SIZE_MAX ? *value : as_cut(*value, 0, end);
	return !joined;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_guesser g = as_guesser_of(f->arena);
	as_lines l = as_lines_of(f->data);
	as_status s = AS_OK;
	as_span user = { 0 };
	while (s == AS_OK && as_lines_next(&l)) {
		as_span value;
		if (!is_assignment(&l, &value))
			continue;
		as_pair p = { .where = l.line,
			.name = l.name,
			.value = value,
			.user = user,
			.code = true,
			.quoted = l.quoted,
			.sentence = false };
		s = as_add_pair(out, &g, &p, NULL, "shell");
		if (as_ends(l.name, "USER") || as_ends(l.name, "user") ||
			as_ends(l.name, "USERNAME"))
			user = value;
	}
	return s;
}

const as_inspector as_inspector_secret_script = {
	.id = "secret_script",
	.title = "Passwords and tokens assigned in shell scripts",
	.cares = cares,
	.most = FILE_MAX,
	.inspect = inspect,
	.tables = (const char *const[]){ "secret", NULL },
};
