/* SPDX-License-Identifier: Apache-2.0 */
/* PHP packages: Composer's vendor/composer/installed.json and composer.lock, and PEAR's registry, a serialised array
 * for each package (NAME.reg). https://getcomposer.org/doc/04-schema.md */
#include "base/ascii.h"
#include "inspect/part.h"

#include "inspect/manifest.h"

enum { INSTALLED = 950, LOCKED = 700 /* wanted by a project, perhaps not all installed */ };

typedef struct context {
	as_facts *out;
	const as_file *f;
	int64_t confidence;
} context;

static as_status found(void *ctx, const as_manifest_entry *e)
{
	context *c = ctx;
	size_t slash = as_find_byte(e->name, '/', 0);
	if (slash == SIZE_MAX || e->version.n == 0 || as_starts(e->version, "dev-"))
		return AS_OK;
	bool marked = as_starts(e->version, "v") && as_is_digit(as_at(e->version, 1));
	return as_add_part(c->out, c->f->arena,
		&(as_part){ .where = e->where,
			.type = "composer",
			.space = as_cut(e->name, 0, slash),
			.name = as_from(e->name, slash + 1),
			.version = marked ? as_from(e->version, 1) : e->version,
			.license = e->licences[0],
			.evidence = as_print(c->f->arena, "%.*s %.*s", (int)as_min(e->name.n, 128),
				(const char *)e->name.p, (int)as_min(e->version.n, 128),
				(const char *)e->version.p),
			.method = "metadata",
			.confidence = c->confidence });
}

/* The string behind a mark in a serialised array: s:LENGTH:"..."; */
static as_span serialised(as_span data, const char *mark, size_t from)
{
	uint64_t n = 0;
	size_t at = as_find(data, as_lit(mark), from);
	size_t digits = at == SIZE_MAX ? SIZE_MAX : at + as_lit(mark).n;
	size_t colon = digits == SIZE_MAX ? SIZE_MAX : as_find(data, as_lit(":\""), digits);
	if (colon == SIZE_MAX || !as_number(as_cut(data, digits, colon - digits), 10, &n))
		return (as_span){ 0 };
	return as_cut(data, colon + 2, n);
}

static as_status read_registry(as_facts *out, const as_file *f)
{
	size_t licence = as_find(f->data, as_lit("s:7:\"license\";"), 0);
	as_span name = serialised(f->data, "s:4:\"name\";s:", 0);
	as_span version = serialised(f->data, "s:7:\"version\";a:2:{s:7:\"release\";s:", 0),
		license = { 0 };
	if (licence != SIZE_MAX) {
		as_span part = as_cut(f->data, licence, as_min(f->data.n - licence, 512));
		license = serialised(part, "s:8:\"_content\";s:", 0);
		license = license.p ? license : serialised(part, "s:7:\"license\";s:", 0);
	}
	if (!name.p || !version.p)
		return AS_OK;
	return as_add_part(out, f->arena,
		&(as_part){ .where = version,
			.type = "pear",
			.name = name,
			.version = version,
			.license = license,
			.evidence = as_print(f->arena, "%.*s %.*s", (int)as_min(name.n, 128),
				(const char *)name.p, (int)as_min(version.n, 128),
				(const char *)version.p),
			.method = "metadata",
			.confidence = INSTALLED });
}

static as_status inspect(as_facts *out, const as_file *f)
{
	if (as_ends(f->path, ".reg"))
		return read_registry(out, f);
	context c = { out, f, as_ends(f->path, ".lock") ? LOCKED : INSTALLED };
	/* Composer 1 wrote the array alone; since 2 it is the member "packages". */
	size_t depth = as_starts(as_trim(f->data), "[") ? 2 : 3;
	return as_manifest_each(f->data, depth, f->arena, found, &c);
}

const as_inspector as_inspector_php_package = {
	.id = "php_package",
	.title = "PHP packages: Composer and PEAR",
	.paths = (const char *const[]){ "*/composer/installed.json", "*/composer.lock",
		"*/.registry/*.reg", NULL },
	.most = 32 << 20,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
