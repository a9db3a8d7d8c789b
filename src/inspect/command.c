/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/shell.h"

#include "inspect/shellscan.h"

as_span as_base_name(as_span path)
{
	for (size_t at = path.n; at > 0; at--)
		if (path.p[at - 1] == '/')
			return as_from(path, at);
	return path;
}

bool as_cmd_is(const as_cmd *cmd, const char *program)
{
	return cmd->n > 0 && as_is(as_base_name(cmd->word[0]), program);
}

bool as_name_in(as_span program, const char *const *list)
{
	as_span base = as_base_name(program);
	for (; *list; list++)
		if (as_is(base, *list))
			return true;
	return false;
}

bool as_is_shell(as_span word)
{
	static const char *const shells[] = { "sh", "ash", "bash", "dash", "ksh", "zsh", "mksh",
		"hush", NULL };
	return as_name_in(word, shells);
}

bool as_is_variable(as_span text)
{
	return as_find_byte(text, '$', 0) != SIZE_MAX || as_find_byte(text, '`', 0) != SIZE_MAX;
}

bool as_is_shell_script(as_span data)
{
	if (!as_starts(data, "#!"))
		return false;
	size_t end = as_find_byte(data, '\n', 0);
	as_span line = as_trim(as_cut(data, 2, (end == SIZE_MAX ? data.n : end) - 2));
	as_span program = as_word(line, 0);
	if (as_is(as_base_name(program), "env") || as_is(as_base_name(program), "busybox"))
		program = as_word(line, as_starts(as_word(line, 1), "-") ? 2 : 1);
	return as_is_shell(program) || as_has(line, "rc.common") || as_has(line, "openrc-run") ||
	       as_has(line, "init-d-script");
}

static bool is_long(as_span w) { return w.n > 2 && w.p[0] == '-' && w.p[1] == '-'; }

/* Whether w is --word or --word=value (also -word, as many tools take it). */
static bool long_option(as_span w, const char *word, as_span *value)
{
	if (!word || !as_starts(w, "-"))
		return false;
	as_span name = as_from(w, is_long(w) ? 2 : 1);
	size_t eq = as_find_byte(name, '=', 0);
	*value = eq == SIZE_MAX ? (as_span){ 0 } : as_from(name, eq + 1);
	return as_is(eq == SIZE_MAX ? name : as_cut(name, 0, eq), word);
}

static size_t letter(as_span w, char c)
{
	if (!c || w.n < 2 || w.p[0] != '-' || w.p[1] == '-')
		return SIZE_MAX;
	/* only the letters at the start are options: in -l/bin/sh the rest is a value */
	for (size_t i = 1; i < w.n && as_sh_is_name(w.p[i]); i++)
		if (w.p[i] == (uint8_t)c)
			return i;
	return SIZE_MAX;
}

as_span as_cmd_next_option(const as_cmd *cmd, size_t *i, char c, const char *word)
{
	while (*i < cmd->n) {
		as_span w = cmd->word[(*i)++], value = { 0 };
		size_t at = letter(w, c);
		bool hit = long_option(w, word, &value);
		if (!hit && at == SIZE_MAX)
			continue;
		if (!hit && at + 1 < w.n)
			value = as_from(w, at + 1);
		if (!value.p && *i < cmd->n)
			value = cmd->word[(*i)++];
		return value;
	}
	return (as_span){ 0 };
}

as_span as_cmd_option(const as_cmd *cmd, char c, const char *word)
{
	size_t i = 1;
	return as_cmd_next_option(cmd, &i, c, word);
}

bool as_cmd_has(const as_cmd *cmd, char c, const char *word)
{
	as_span value;
	for (size_t i = 1; i < cmd->n; i++)
		if (letter(cmd->word[i], c) != SIZE_MAX || long_option(cmd->word[i], word, &value))
			return true;
	return false;
}
