/* SPDX-License-Identifier: Apache-2.0 */
/* Files that speak of licences: Debian's copyright files in their machine-readable form, and licence texts themselves.
 *   Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
 *   Files: *            what the paragraph is about; "debian/" is the packaging, and not in the product
 *   License: GPL-2+     a name, on the lines below the text
 * A file of another form is told by the licence texts that stand in it. */
#include "inspect/part.h"

#include "knowledge/licence.h"

enum { DISTINCT_MAX = 64 };

typedef struct context {
	as_facts *out;
	const as_file *f;
	as_span component;
	size_t n;
	bool left_out; /* more than can be listed */
	as_span seen[DISTINCT_MAX];
} context;

/* The package, of a file in its folder of documents. */
static as_span package_of(as_span path)
{
	size_t at = as_find(path, as_lit("/doc/"), 0);
	as_span rest = at == SIZE_MAX ? (as_span){ 0 } : as_from(path, at + 5);
	size_t slash = as_find_byte(rest, '/', 0);
	return slash == SIZE_MAX ? (as_span){ 0 } : as_cut(rest, 0, slash);
}

static bool is_new(context *c, as_span name)
{
	for (size_t i = 0; i < c->n; i++)
		if (as_same(c->seen[i], name))
			return false;
	c->left_out = c->left_out || (c->n == DISTINCT_MAX && name.n > 0);
	if (c->n == DISTINCT_MAX || name.n == 0)
		return false;
	c->seen[c->n++] = name;
	return true;
}

/* One paragraph's licence, if it is about files of the product. */
static as_status paragraph(context *c, as_span files, as_span license)
{
	if (!files.p || as_starts(files, "debian/") || !is_new(c, license))
		return AS_OK;
	return as_add_licence_of(c->out, c->f->arena, license, c->component, license, "copyright");
}

static as_status read_paragraphs(context *c)
{
	as_span files = { 0 }, license = { 0 }, line;
	as_status s = AS_OK;
	for (as_cur cur = as_cur_le(c->f->data, 0); s == AS_OK && as_line(&cur, &line);) {
		if (as_starts(line, "Files:"))
			files = as_trim(as_from(line, 6));
		else if (as_starts(line, "License:") && !license.p)
			license = as_trim(as_from(line, 8));
		if (as_trim(line).n > 0)
			continue;
		s = paragraph(c, files, license);
		files = license = (as_span){ 0 };
	}
	return s == AS_OK ? paragraph(c, files, license) : s;
}

static as_status told(void *ctx, as_span spdx)
{
	context *c = ctx;
	return as_add_licence(c->out,
		(as_licence){ .component = c->component, .spdx = spdx, .method = as_lit("text") });
}

static as_status inspect(as_facts *out, const as_file *f)
{
	context *c = as_alloc(f->arena, sizeof(*c));
	if (!c)
		return AS_NOMEM;
	*c = (context){ .out = out, .f = f };
	as_span component = package_of(f->path);
	c->component = component.n > 0 ? component : (as_span){ 0 };
	bool paragraphs =
		as_starts(f->data, "Format:") || as_starts(f->data, "Format-Specification:");
	as_status s =
		paragraphs ? read_paragraphs(c) : as_licence_texts(f->data, f->arena, told, c);
	return s == AS_PARTIAL || (s == AS_OK && c->left_out)
		       ? as_beyond(out, f->data, "too much about licences to look at all")
		       : s;
}

const as_inspector as_inspector_licence = {
	.id = "licence",
	.title = "Files that speak of licences",
	.paths = (const char *const[]){ "*/doc/*/copyright", "*/LICEN[CS]E*", "*/licen[cs]e.txt",
		"*/licen[cs]e", "*/COPYING*", "*/licenses/*", "*/common-licenses/*", NULL },
	.most = 4 << 20,
	.inspect = inspect,
	.tables = (const char *const[]){ "licence", NULL },
};
