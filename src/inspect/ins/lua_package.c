/* SPDX-License-Identifier: Apache-2.0 */
/* Lua packages as LuaRocks installs them: rocks-LUA/NAME/VERSION/NAME-VERSION.rockspec, a Lua program that assigns
 * "package", "version" and in the table "description" "license". The number behind the dash is the revision of the
 * file, not of the package.
 * https://github.com/luarocks/luarocks/wiki/Rockspec-format */
#include "inspect/part.h"

#include "inspect/lines.h"

enum { CONFIDENCE = 950 };

static as_status inspect(as_facts *out, const as_file *f)
{
	as_span name = { 0 }, version = { 0 }, license = { 0 };
	for (as_lines l = as_lines_of(f->data); as_lines_next(&l);) {
		as_span *goal = as_is(l.name, "package")   ? &name
				: as_is(l.name, "version") ? &version
				: as_is(l.name, "license") ? &license
							   : NULL;
		if (goal && !goal->p && l.separator == '=' && l.quoted)
			*goal = l.value;
	}
	if (!name.p || !version.p)
		return AS_OK;
	return as_add_part(out, f->arena,
		&(as_part){ .where = version,
			.type = "luarocks",
			.name = name,
			.version = version,
			.license = license,
			.evidence = as_print(f->arena, "package: %.*s, version: %.*s",
				(int)as_min(name.n, 128), (const char *)name.p,
				(int)as_min(version.n, 128), (const char *)version.p),
			.method = "metadata",
			.confidence = CONFIDENCE });
}

const as_inspector as_inspector_lua_package = {
	.id = "lua_package",
	.title = "Installed Lua packages",
	.paths = (const char *const[]){ "*.rockspec", NULL },
	.most = 1 << 20,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
