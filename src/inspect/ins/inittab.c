/* SPDX-License-Identifier: Apache-2.0 */
/* inittab(5), sysvinit and BusyBox: id:runlevels:action:process, one a line. BusyBox uses id as the
 * terminal and has no runlevels; "-/bin/sh" starts a login shell. */
#include "inspect/daemon.h"
#include "inspect/inspector.h"

static as_status one(as_facts *out, const as_file *f, as_span line, uint32_t number)
{
	as_span action = as_trim(as_field(line, ':', 2));
	if (line.p[0] == '#' || action.n == 0)
		return AS_OK;
	/* the process may hold colons itself */
	size_t at =
		as_field(line, ':', 0).n + as_field(line, ':', 1).n + as_field(line, ':', 2).n + 3;
	as_span process = as_trim(as_from(line, at));
	while (process.n > 0 && (process.p[0] == '-' || process.p[0] == '+' || process.p[0] == '@'))
		process = as_from(process, 1);
	as_start start = { .init = "inittab",
		.name = as_field(line, ':', 0),
		.trigger = action,
		.user = as_lit("root"),
		.enabled = as_some(!as_is(action, "off")),
		.where = line,
		.always = true };
	return as_add_start_line(out, f->arena, &start, process, number);
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_cur c = as_cur_le(f->data, 0);
	as_status s = AS_OK;
	uint32_t number = 0;
	for (as_span line; s == AS_OK && as_line(&c, &line);) {
		number++;
		line = as_trim(line);
		if (line.n > 0)
			s = one(out, f, line, number);
	}
	return s;
}

const as_inspector as_inspector_inittab = {
	.id = "inittab",
	.title = "What init starts (inittab)",
	.paths = (const char *const[]){ "*/etc/inittab", NULL },
	.cares = as_file_is_text,
	.inspect = inspect,
	.tables = (const char *const[]){ "autostart", "listener", "script_call", "fetch", NULL },
};
