/* SPDX-License-Identifier: Apache-2.0 */
/* Shell text without a first line that says so: files that scripts read in, and start scripts that
 * init hands to a shell. Known by where they stand. */
#include "inspect/calls.h"
#include "inspect/inspector.h"

static bool cares(const as_file *f)
{
	return as_file_is_text(f) && !as_starts(f->data, "#!") &&
	       !as_is(as_base_name(f->path), "README");
}

static as_status inspect(as_facts *out, const as_file *f)
{
	return as_add_script_calls(out, f->arena, f->data);
}

const as_inspector as_inspector_script_part = {
	.id = "script_part",
	.title = "Shell text that other scripts read in",
	.paths = (const char *const[]){ "*.sh", "*/etc/init.d/*", "*/etc/rc.local", "*/etc/rcS",
		"*/etc/profile", "*/etc/rc.d/*", "*/etc/rc.button/*", "*/etc/hotplug.d/*",
		"*/etc/uci-defaults/*", "*/lib/functions/*", "*/lib/preinit/*", "*/lib/upgrade/*",
		NULL },
	.cares = cares,
	.most = AS_SCRIPT_MAX,
	.inspect = inspect,
	.tables = (const char *const[]){ "script_call", "fetch", NULL },
};
