/* SPDX-License-Identifier: Apache-2.0 */
/* Perl modules by their own "package NAME" and "$VERSION = '...'". A distribution on CPAN is mostly named after its
 * main module, and many have further modules with versions of their own: only files whose module has the file's name,
 * at most two folders deep, outside the folders of Perl itself, are taken for main modules. */
#include "base/ascii.h"
#include "inspect/part.h"

enum { LOOKED_AT = 64 << 10 /* bytes */, CONFIDENCE = 800, DEEP = 600 };

static bool in_word(uint8_t b) { return as_is_word(b) || b == ':'; }

static as_span word_at(as_span s, size_t at)
{
	size_t n = 0;
	while (in_word(as_at(s, at + n)))
		n++;
	return as_cut(s, at, n);
}

/* What is assigned to $VERSION in a line: digits, dots and underscores, between quotes or alone. */
static as_span assigned(as_span line)
{
	size_t at = as_find(line, as_lit("VERSION"), 0);
	size_t equals = at == SIZE_MAX || at == 0 ? SIZE_MAX : at + 7;
	while (as_at(line, equals) == ' ' || as_at(line, equals) == '\t')
		equals++;
	if (as_at(line, equals) != '=' || (line.p[at - 1] != '$' && line.p[at - 1] != ':'))
		return (as_span){ 0 };
	as_span value = as_trim(as_from(line, equals + 1));
	value = as_from(value, as_at(value, 0) == '"' || as_at(value, 0) == '\'');
	value = as_from(value, as_at(value, 0) == 'v');
	size_t n = 0;
	while (as_is_digit(as_at(value, n)) || as_at(value, n) == '.' || as_at(value, n) == '_')
		n++;
	return n > 0 && as_at(value, 0) != '.' && as_at(value, 0) != '_' ? as_cut(value, 0, n)
									 : (as_span){ 0 };
}

/* The module that the path ends with: how many folders of it are part of the name, or 0 if they differ. */
static size_t depth_of(as_span path, as_span module)
{
	size_t depth = 1, at = path.n - 3;
	for (size_t i = module.n; i > 0;) {
		bool colons = i >= 2 && module.p[i - 1] == ':' && module.p[i - 2] == ':';
		if (at == 0 || as_at(path, at - 1) != (colons ? '/' : module.p[i - 1]))
			return 0;
		at--;
		i -= colons ? 2 : 1;
		depth += colons;
	}
	return at > 0 && as_at(path, at - 1) == '/' ? depth : 0;
}

/* CPAN names distributions with dashes. */
static as_span dashed(as_arena *arena, as_span module)
{
	uint8_t *text = as_alloc(arena, module.n);
	size_t n = 0;
	for (size_t i = 0; text && i < module.n; i++)
		if (module.p[i] != ':')
			text[n++] = module.p[i];
		else if (n > 0 && text[n - 1] != '-')
			text[n++] = '-';
	return as_bytes(text, text ? n : 0);
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_span module = { 0 }, version = { 0 }, line;
	as_cur c = as_cur_le(as_cut(f->data, 0, as_min(f->data.n, LOOKED_AT)), 0);
	while (!version.p && as_line(&c, &line) && !as_starts(line, "__END__")) {
		as_span text = as_trim(line);
		if (!module.p && as_starts(text, "package ")) {
			module = word_at(text, 8);
			as_span second = as_word(as_field(text, ';', 0), 2);
			version = as_is_digit(as_at(second, 0)) ? second : version;
		} else if (module.p && as_at(text, 0) != '#') {
			version = assigned(text);
		}
	}
	size_t depth = module.n > 0 && version.p ? depth_of(f->path, module) : 0;
	if (depth == 0 || depth > 2)
		return AS_OK;
	return as_add_part(out, f->arena,
		&(as_part){ .where = line,
			.type = "cpan",
			.name = dashed(f->arena, module),
			.version = version,
			.evidence = as_cut(line, 0, as_min(line.n, 160)),
			.method = "metadata",
			.confidence = depth == 1 ? CONFIDENCE : DEEP });
}

/* Perl's own folders are named after its version; a distribution's may be, too, below that of the architecture. */
static bool cares(const as_file *f)
{
	bool site = as_has(f->path, "/site_perl/") || as_has(f->path, "/vendor_perl/") ||
		    as_has(f->path, "/local/");
	bool own = as_has(f->path, "/perl/5.") || as_has(f->path, "/lib/perl5/5.") ||
		   as_has(f->path, "/perl-base/");
	return site || !own;
}

const as_inspector as_inspector_perl_module = {
	.id = "perl_module",
	.title = "Perl modules",
	.paths = (const char *const[]){ "*/perl*.pm", NULL },
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
