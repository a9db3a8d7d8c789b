/* SPDX-License-Identifier: Apache-2.0 */
/* Supervised services (runit, daemontools, s6): one folder a service, whose script "run" becomes it. */
#include "inspect/calls.h"
#include "inspect/daemon.h"
#include "inspect/inspector.h"

typedef struct ctx {
	as_facts *out;
	const as_file *f;
	as_start start;
	bool any;
} ctx;

static as_status each(void *v, const as_cmd *cmd)
{
	ctx *c = v;
	if (cmd->n == 1 && as_is(cmd->word[0], "exec")) /* only turns output elsewhere */
		return AS_OK;
	/* the command that replaces the script is the service: it was written "exec PROGRAM" */
	c->start.always = as_starts(cmd->where, "exec ");
	return as_add_start(c->out, c->f->arena, &c->start, cmd);
}

static bool cares(const as_file *f) { return as_file_is_text(f) && as_is_shell_script(f->data); }

static as_status inspect(as_facts *out, const as_file *f)
{
	as_span folder = as_cut(f->path, 0, f->path.n - 4); /* "/run" */
	bool log = as_is(as_base_name(folder), "log");
	if (log)
		folder = as_cut(folder, 0, folder.n - 4);
	ctx c = { .out = out, .f = f };
	bool live = as_path_is(f, "/service/*") || as_path_is(f, "*/etc/service/*");
	c.start = (as_start){ .init = "runit",
		.name = as_base_name(folder),
		.trigger = as_lit(log ? "log" : "supervised"),
		.enabled = live ? as_some(1) : (as_opt){ 0 } };
	return as_shell_each(f->arena, f->data, each, &c);
}

const as_inspector as_inspector_runit = {
	.id = "runit",
	.title = "Supervised services (runit, daemontools, s6)",
	.paths = (const char *const[]){ "*/etc/sv/*/run", "*/etc/service/*/run", "/service/*/run",
		"*/etc/s6/*/run", "*/etc/s6-rc/*/run", "*/etc/runit/*/run", NULL },
	.cares = cares,
	.most = AS_SCRIPT_MAX,
	.inspect = inspect,
	.tables = (const char *const[]){ "autostart", "listener", NULL },
};
