/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts of any language, by their first line; and in shell scripts, the commands of interest and
 * what they fetch. */
#include "inspect/calls.h"
#include "inspect/inspector.h"

static bool cares(const as_file *f) { return as_starts(f->data, "#!") && as_file_is_text(f); }

static as_status inspect(as_facts *out, const as_file *f)
{
	as_cur c = as_cur_le(f->data, 0);
	as_span first = { 0 }, line;
	int64_t lines = 0;
	for (; as_line(&c, &line); lines++)
		if (lines == 0)
			first = as_trim(as_from(line, 2));
	as_status s = as_add_script(
		out, (as_script){ .where = first, .interpreter = first, .lines = lines });
	if (s != AS_OK || !as_is_shell_script(f->data))
		return s;
	as_span head = as_cut(f->data, 0, as_min(f->data.n, AS_SCRIPT_MAX));
	if (head.n < f->data.n)
		s = as_beyond(out, as_from(f->data, head.n),
			"shell script too long: only its beginning was read");
	return as_worse(s, as_add_script_calls(out, f->arena, head));
}

const as_inspector as_inspector_script = {
	.id = "script",
	.title = "Scripts, their commands of interest and what they fetch",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "script", "script_call", "fetch", NULL },
};
