/* SPDX-License-Identifier: Apache-2.0 */
/* Java archives by what their build put in: META-INF/maven/GROUP/ARTIFACT/pom.properties, and META-INF/MANIFEST.MF,
 * header fields of which a continuation begins with a blank.
 * https://docs.oracle.com/en/java/javase/17/docs/specs/jar/jar.html */
#include "inspect/part.h"

#include "inspect/lines.h"

enum { BY_BUILD = 950, BY_TITLE = 750 /* a title is free text */ };

static as_status read_properties(as_facts *out, const as_file *f)
{
	as_span group = { 0 }, name = { 0 }, version = { 0 };
	for (as_lines l = as_lines_of(f->data); as_lines_next(&l);) {
		as_span *goal = as_is(l.name, "groupId")      ? &group
				: as_is(l.name, "artifactId") ? &name
				: as_is(l.name, "version")    ? &version
							      : NULL;
		if (goal && !goal->p)
			*goal = l.value;
	}
	if (!name.p || !version.p)
		return AS_OK;
	return as_add_part(out, f->arena,
		&(as_part){ .where = version,
			.type = "maven",
			.space = group,
			.name = name,
			.version = version,
			.evidence = as_print(f->arena, "artifactId: %.*s, version: %.*s",
				(int)as_min(name.n, 128), (const char *)name.p,
				(int)as_min(version.n, 128), (const char *)version.p),
			.method = "metadata",
			.confidence = BY_BUILD });
}

static as_span field_of(as_span line, const char *name)
{
	return as_starts(line, name) ? as_trim(as_from(line, as_lit(name).n)) : (as_span){ 0 };
}

/* Title and version that belong together: of the implementation, else of the bundle. */
static as_status read_manifest(as_facts *out, const as_file *f)
{
	static const char *const names[][3] = {
		{ "Implementation-Title:", "Implementation-Version:", "Implementation-Vendor:" },
		{ "Bundle-SymbolicName:", "Bundle-Version:", "Bundle-Vendor:" }
	};
	as_span v[2][3] = { { { 0 } } }, line;
	for (as_cur c = as_cur_le(f->data, 0); as_line(&c, &line) && line.n > 0;)
		for (size_t i = 0; i < 6; i++)
			if (!v[i / 3][i % 3].p)
				v[i / 3][i % 3] = field_of(line, names[i / 3][i % 3]);
	const as_span *use = v[0][0].n > 0 && v[0][1].n > 0 ? v[0] : v[1];
	as_span name = as_trim(as_field(use[0], ';', 0));
	if (name.n == 0 || use[1].n == 0 || as_find_byte(use[1], '$', 0) != SIZE_MAX)
		return AS_OK;
	return as_add_part(out, f->arena,
		&(as_part){ .where = use[1],
			.type = "generic",
			.world = "jar",
			.name = name,
			.version = use[1],
			.vendor = use[2],
			.evidence = as_print(f->arena, "%.*s %.*s", (int)as_min(name.n, 128),
				(const char *)name.p, (int)as_min(use[1].n, 128),
				(const char *)use[1].p),
			.method = "metadata",
			.confidence = BY_TITLE });
}

static as_status inspect(as_facts *out, const as_file *f)
{
	return as_ends(f->path, ".MF") ? read_manifest(out, f) : read_properties(out, f);
}

const as_inspector as_inspector_java_package = {
	.id = "java_package",
	.title = "Java archives by what their build put in",
	.paths = (const char *const[]){ "*/META-INF/maven/*/pom.properties",
		"*/META-INF/MANIFEST.MF", NULL },
	.most = 4 << 20,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
