/* SPDX-License-Identifier: Apache-2.0 */
/* Start scripts: /etc/init.d (System V, BusyBox rcS, OpenWrt procd), rc.local, preinit. One row for the
 * script and one for every daemon it starts. Whether an init.d script is linked into a runlevel cannot
 * be told from its bytes; scripts that init runs by name are enabled. */
#include "base/text.h"
#include "inspect/calls.h"
#include "inspect/daemon.h"
#include "inspect/inspector.h"

typedef struct ctx {
	as_facts *out;
	const as_file *f;
	as_start start;
	as_span number; /* START=, OpenWrt */
} ctx;

static bool has_first_line(const as_file *f, const char *text)
{
	size_t end = as_find_byte(f->data, '\n', 0);
	return as_has(as_cut(f->data, 0, end == SIZE_MAX ? f->data.n : end), text);
}

static bool runs_by_name(as_span name)
{
	static const char *const names[] = { "rcS", "rc.local", "rc.sysinit", "preinit", "linuxrc",
		"init", "rc.boot", NULL };
	return as_name_in(name, names);
}

/* The value of "# Default-Start:" (LSB), or of START= (OpenWrt). p NULL without. */
static as_span trigger_of(as_span data)
{
	as_cur c = as_cur_le(data, 0);
	for (as_span line; as_line(&c, &line);) {
		if (as_starts(line, "# Default-Start:"))
			return as_trim(as_from(line, 16));
		if (as_starts(line, "START="))
			return as_trim(line);
	}
	return (as_span){ 0 };
}

static as_status each(void *v, const as_cmd *cmd)
{
	ctx *c = v;
	return as_add_start(c->out, c->f->arena, &c->start, cmd);
}

static bool cares(const as_file *f)
{
	static const char *const others[] = { "README", "functions", "skeleton", ".placeholder",
		"rc.conf", NULL };
	return as_file_is_text(f) && !as_name_in(f->path, others) &&
	       (!as_starts(f->data, "#!") || as_is_shell_script(f->data));
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_span name = as_base_name(f->path);
	bool procd = has_first_line(f, "rc.common");
	as_span command =
		as_find(f->path, as_lit("/init.d/"), 0) != SIZE_MAX || !runs_by_name(name)
			? as_print(f->arena, "%.*s start", (int)as_min(f->path.n, 1024), f->path.p)
			: f->path;
	ctx c = { .out = out, .f = f };
	c.start = (as_start){ .init = procd ? "procd" : "rc",
		.name = name,
		.trigger = trigger_of(f->data),
		.user = as_lit("root"),
		.enabled = runs_by_name(name) ? as_some(1) : (as_opt){ 0 } };
	as_status s = as_add_autostart(out, (as_autostart){ .init = as_lit(c.start.init),
						    .name = name,
						    .command = command,
						    .program = f->path,
						    .user = c.start.user,
						    .trigger = c.start.trigger,
						    .enabled = c.start.enabled });
	return s == AS_OK ? as_shell_each(f->arena, f->data, each, &c) : s;
}

const as_inspector as_inspector_rc = {
	.id = "rc",
	.title = "Start scripts (init.d, rcS, rc.local, procd)",
	.paths = (const char *const[]){ "*/etc/init.d/*", "*/etc/rc.d/*", "*/etc/rc?.d/*",
		"*/etc/rcS.d/*", "*/etc/rcS", "*/etc/rc.local", "*/etc/rc.sysinit", "*/etc/rc.boot",
		"*/etc/preinit", "*/sbin/preinit", "/init", "/linuxrc", NULL },
	.cares = cares,
	.most = AS_SCRIPT_MAX,
	.inspect = inspect,
	.tables = (const char *const[]){ "autostart", "listener", NULL },
};
