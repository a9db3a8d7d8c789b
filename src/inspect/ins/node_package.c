/* SPDX-License-Identifier: Apache-2.0 */
/* package.json of Node.js, Bower and the like: name, version, licence.
 * https://docs.npmjs.com/cli/configuring-npm/package-json */
#include "base/ascii.h"
#include "inspect/part.h"

#include "inspect/manifest.h"

enum {
	CONFIDENCE = 950,
	BY_NAME_ALONE =
		800 /* of which nothing says that it is the package that is published under this name */
};

typedef struct context {
	as_facts *out;
	const as_file *f;
} context;

static bool plain_name(as_span s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t b = s.p[i];
		bool plain = as_is_alnum(b) || b == '.' || b == '-' || b == '_' || b == '~' ||
			     b == '/' || b == '@';
		if (!plain)
			return false;
	}
	return s.n > 0 && s.n <= 214;
}

/* Only a version that begins with a digit is one: templates and ranges stand in unpublished files. */
static bool is_version(as_span s)
{
	as_span digits = as_starts(s, "v") ? as_from(s, 1) : s;
	return as_is_digit(as_at(digits, 0)) && as_find_byte(s, ' ', 0) == SIZE_MAX;
}

static as_status found(void *ctx, const as_manifest_entry *e)
{
	context *c = ctx;
	if (!plain_name(e->name) || !is_version(e->version))
		return AS_OK;
	size_t slash = as_starts(e->name, "@") ? as_find_byte(e->name, '/', 0) : SIZE_MAX;
	bool installed = as_has(c->f->path, "/node_modules/") || as_has(c->f->path, "/nodejs/");
	as_status s = as_add_part(c->out, c->f->arena,
		&(as_part){ .where = e->where,
			.type = "npm",
			.space = slash != SIZE_MAX ? as_cut(e->name, 0, slash) : (as_span){ 0 },
			.name = slash != SIZE_MAX ? as_from(e->name, slash + 1) : e->name,
			.version = as_starts(e->version, "v") ? as_from(e->version, 1) : e->version,
			.vendor = e->author,
			.license = e->licences[0],
			.evidence = as_print(c->f->arena, "name: %.*s, version: %.*s",
				(int)e->name.n, (const char *)e->name.p,
				(int)as_min(e->version.n, 128), (const char *)e->version.p),
			.method = "metadata",
			.confidence = installed ? CONFIDENCE : BY_NAME_ALONE });
	for (size_t i = 1; i < e->n_licences && s == AS_OK; i++)
		s = as_add_licence_of(c->out, c->f->arena, e->where,
			as_print(c->f->arena, "npm:%.*s", (int)e->name.n, (const char *)e->name.p),
			e->licences[i], "metadata");
	return s;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	context c = { out, f };
	return as_manifest_each(f->data, 1, f->arena, found, &c);
}

const as_inspector as_inspector_node_package = {
	.id = "node_package",
	.title = "Packages of Node.js and the browser",
	.paths = (const char *const[]){ "*/package.json", "*/bower.json", "*/.bower.json", NULL },
	.most = 4 << 20,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
