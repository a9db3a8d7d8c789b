/* SPDX-License-Identifier: Apache-2.0 */
/* Python distributions as they were installed: NAME.dist-info/METADATA, NAME.egg-info/PKG-INFO or the file
 * NAME.egg-info. Header fields of mail ("Name: value", a continuation begins blank) up to an empty line.
 * https://packaging.python.org/specifications/core-metadata */
#include "base/ascii.h"
#include "inspect/part.h"

enum { CONFIDENCE = 950 /* its installer wrote it */, HEADER_MAX = 256 << 10 };

enum field { NAME, VERSION, LICENSE, EXPRESSION, AUTHOR, N_FIELDS };
static const char *const fields[N_FIELDS] = {
	"Name:", "Version:", "License:", "License-Expression:", "Author:"
};

/* Small letters, and one dash for each run of dashes, dots and underscores: how the index compares names. */
static as_span normal(as_arena *arena, as_span name)
{
	uint8_t *text = as_alloc(arena, name.n + 1);
	size_t n = 0;
	for (size_t i = 0; text && i < name.n; i++) {
		uint8_t b = name.p[i];
		bool dash = b == '-' || b == '_' || b == '.';
		if (dash && n > 0 && text[n - 1] == '-')
			continue;
		text[n++] = dash ? '-' : as_lower(b);
	}
	return as_bytes(text, text ? n : 0);
}

/* "License :: OSI Approved :: MIT License": its last part. */
static as_span classified(as_span line)
{
	static const char mark[] = "Classifier: License ::";
	if (!as_starts(line, mark))
		return (as_span){ 0 };
	size_t last = 0;
	for (size_t at = as_find(line, as_lit(":: "), 0); at != SIZE_MAX;
		at = as_find(line, as_lit(":: "), at + 1))
		last = at + 3;
	as_span name = as_trim(as_from(line, last));
	return as_is(name, "OSI Approved") ? (as_span){ 0 } : name;
}

static bool says_nothing(as_span license)
{
	return license.n == 0 || as_is_nocase(license, "unknown") ||
	       as_is_nocase(license, "none") || license.n > 200;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_span v[N_FIELDS] = { 0 }, classes = { 0 }, line;
	as_cur c = as_cur_le(as_cut(f->data, 0, as_min(f->data.n, HEADER_MAX)), 0);
	while (as_line(&c, &line) && line.n > 0) {
		for (size_t i = 0; i < N_FIELDS; i++)
			if (as_starts(line, fields[i]) && !v[i].p)
				v[i] = as_trim(as_from(line, as_lit(fields[i]).n));
		if (!classes.p)
			classes = classified(line);
	}
	if (v[NAME].n == 0 || v[VERSION].n == 0 || v[NAME].n > 256)
		return AS_OK;
	as_span name = normal(f->arena, v[NAME]);
	bool first = !says_nothing(v[EXPRESSION]), second = !says_nothing(v[LICENSE]);
	return as_add_part(out, f->arena,
		&(as_part){ .where = v[VERSION],
			.type = "pypi",
			.name = name,
			.version = v[VERSION],
			.license = first    ? v[EXPRESSION]
				   : second ? v[LICENSE]
					    : classes,
			.evidence = as_print(f->arena, "Name: %.*s, Version: %.*s", (int)v[NAME].n,
				(const char *)v[NAME].p, (int)as_min(v[VERSION].n, 128),
				(const char *)v[VERSION].p),
			.method = "metadata",
			.confidence = CONFIDENCE });
}

const as_inspector as_inspector_python_package = {
	.id = "python_package",
	.title = "Installed Python packages",
	.paths = (const char *const[]){ "*.dist-info/METADATA", "*.egg-info/PKG-INFO", "*.egg-info",
		"*EGG-INFO/PKG-INFO", NULL },
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
