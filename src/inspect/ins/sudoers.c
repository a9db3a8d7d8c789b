/* SPDX-License-Identifier: Apache-2.0 */
/* sudoers(5): who may run what as whom, as settings of the daemon "sudo".
 *    USER HOSTS = (RUNAS) TAG: COMMANDS     section USER, name HOSTS, value all after the "="
 *    Defaults[@:!>WHO] PARAMETER            section "Defaults" with its binding, name and value the parameter
 *    User_Alias NAME = LIST                 section "User_Alias", name NAME, value LIST
 * A line that ends in a backslash goes on in the next. Several specifications on one line (": HOSTS = ...")
 * stay one value, and files that are included are read where they stand. */
#include "base/ascii.h"
#include "base/text.h"
#include "inspect/inspector.h"

enum { LINES_MAX = 10000 };

static as_status add(as_facts *out, as_span section, as_span name, as_span value, as_span where)
{
	return as_add_setting(out, (as_setting){ .where = where,
					   .daemon = as_lit("sudo"),
					   .section = section,
					   .name = name,
					   .value = value });
}

static as_status defaults(as_facts *out, as_span line)
{
	as_span section = as_word(line, 0);
	as_span rest = as_trim(as_from(line, section.n));
	bool off = as_starts(rest, "!");
	if (off)
		rest = as_trim(as_from(rest, 1));
	size_t eq = as_find_byte(rest, '=', 0);
	if (eq == SIZE_MAX)
		return add(out, section, rest, as_lit(off ? "off" : "on"), line);
	as_span name = as_trim(as_cut(rest, 0, eq));
	if (as_ends(name, "+") || as_ends(name, "-"))
		name = as_trim(as_cut(name, 0, name.n - 1));
	return add(out, section, name, as_unquote(as_trim(as_from(rest, eq + 1))), line);
}

static as_status one(as_facts *out, as_span line)
{
	if (line.n == 0 || as_starts(line, "@include"))
		return AS_OK;
	if (line.p[0] == '#' && !as_is_digit(as_at(line, 1))) /* #1000 is a uid */
		return AS_OK;
	if (as_starts(line, "Defaults"))
		return defaults(out, line);
	size_t eq = as_find_byte(line, '=', 0);
	if (eq == SIZE_MAX)
		return AS_OK;
	as_span left = as_trim(as_cut(line, 0, eq)), hosts = left;
	as_span value = as_trim(as_from(line, eq + 1));
	for (size_t i = left.n; i > 0;
		i--) /* the last word names the hosts, the words before it the users */
		if (as_at(left, i - 1) == ' ' || as_at(left, i - 1) == '\t') {
			hosts = as_from(left, i);
			break;
		}
	as_span who = as_trim(as_cut(left, 0, left.n - hosts.n));
	return who.n == 0 ? AS_OK : add(out, who, hosts, value, line);
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	size_t n = 0, start = 0;
	for (as_span line; s == AS_OK && as_line(&c, &line);) {
		if (++n > LINES_MAX)
			return as_beyond(out, line, "too many lines: the rest was not read");
		if (as_ends(as_trim(line), "\\"))
			continue;
		s = one(out, as_trim(as_cut(f->data, start, as_pos(&c) - start)));
		start = as_pos(&c);
	}
	return s;
}

const as_inspector as_inspector_sudoers = {
	.id = "sudoers",
	.title = "Who may run what with other rights (sudoers)",
	.paths = (const char *const[]){ "*/etc/sudoers", "*/etc/sudoers.d/*", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "setting", NULL },
};
