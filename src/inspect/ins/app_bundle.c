/* SPDX-License-Identifier: Apache-2.0 */
/* Applications that come as a file system of their own and say what they are: meta/snap.yaml of a snap ("name" and
 * "version" at the top level), and the desktop entry of an AppImage (Name, X-AppImage-Version).
 * https://snapcraft.io/docs/snap-format https://docs.appimage.org/reference/desktop-integration.html */
#include "inspect/part.h"

#include "inspect/lines.h"

enum { CONFIDENCE = 950 };

static as_span after(as_span line, const char *key)
{
	return as_starts(line, key) ? as_unquote(as_trim(as_from(line, as_lit(key).n)))
				    : (as_span){ 0 };
}

static as_status inspect(as_facts *out, const as_file *f)
{
	bool snap = as_ends(f->path, ".yaml"), inside = snap;
	as_span line, name = { 0 }, version = { 0 }, license = { 0 };
	for (as_cur c = as_cur_le(f->data, 0); as_line(&c, &line);) {
		if (!snap && as_starts(line, "["))
			inside = as_is(as_trim(line), "[Desktop Entry]");
		if (!inside)
			continue;
		as_span n = after(line, snap ? "name:" : "Name=");
		as_span v = after(line, snap ? "version:" : "X-AppImage-Version=");
		as_span l = after(line, snap ? "license:" : "X-AppImage-License=");
		name = name.p ? name : n;
		version = version.p ? version : v;
		license = license.p ? license : l;
	}
	if (!name.p || !version.p)
		return AS_OK;
	return as_add_part(out, f->arena,
		&(as_part){ .where = version,
			.type = "generic",
			.world = snap ? "snap" : "appimage",
			.name = name,
			.version = version,
			.license = license,
			.evidence = as_print(f->arena, "%s: %.*s, version: %.*s",
				snap ? "snap" : "AppImage", (int)as_min(name.n, 128),
				(const char *)name.p, (int)as_min(version.n, 128),
				(const char *)version.p),
			.method = "metadata",
			.confidence = CONFIDENCE });
}

const as_inspector as_inspector_app_bundle = {
	.id = "app_bundle",
	.title = "Applications in file systems of their own: snaps, AppImages",
	.paths = (const char *const[]){ "*/meta/snap.yaml", "*.desktop", NULL },
	.most = 1 << 20,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
