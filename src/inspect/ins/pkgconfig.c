/* SPDX-License-Identifier: Apache-2.0 */
/* What libraries say to those who link with them.
 *   pkg-config: NAME.pc, "variable=value" and "Field: value" with ${variable}
 *   libtool: NAME.la, a shell fragment; its numbers are those of the interface, not the version of the library
 * Their names are no names of components: "menu" is a part of ncurses here, and elsewhere a program. */
#include "inspect/part.h"

enum { VARIABLES_MAX = 64, EXPANSIONS_MAX = 8, SAYS_VERSION = 900, SAYS_NAME = 800 };

typedef struct variables {
	size_t n;
	bool left_out; /* more than are kept */
	as_span names[VARIABLES_MAX], values[VARIABLES_MAX];
} variables;

/* The file's name without folders and ending. */
static as_span base_name(as_span path)
{
	size_t from = 0, dot = 0;
	for (size_t at = as_find_byte(path, '/', 0); at != SIZE_MAX;
		at = as_find_byte(path, '/', at + 1))
		from = at + 1;
	as_span name = as_from(path, from);
	for (size_t at = as_find_byte(name, '.', 0); at != SIZE_MAX;
		at = as_find_byte(name, '.', at + 1))
		dot = at;
	return as_cut(name, 0, dot);
}

static as_span value_of(const variables *v, as_span name)
{
	for (size_t i = 0; i < v->n; i++)
		if (as_same(v->names[i], name))
			return v->values[i];
	return (as_span){ 0 };
}

/* The value with its variables put in, which may hold others. */
static as_span expand(as_arena *arena, const variables *v, as_span text)
{
	for (size_t i = 0; i < EXPANSIONS_MAX; i++) {
		size_t open = as_find(text, as_lit("${"), 0);
		size_t close = open == SIZE_MAX ? SIZE_MAX : as_find_byte(text, '}', open);
		if (close == SIZE_MAX || text.n > 256)
			break;
		as_span put = value_of(v, as_cut(text, open + 2, close - open - 2));
		as_span rest = as_from(text, close + 1);
		text = as_print(arena, "%.*s%.*s%.*s", (int)open, (const char *)text.p,
			(int)as_min(put.n, 256), (const char *)put.p, (int)rest.n,
			(const char *)rest.p);
	}
	return as_find_byte(text, '$', 0) == SIZE_MAX ? text : (as_span){ 0 };
}

static as_status read_pc(as_facts *out, const as_file *f)
{
	variables *v = as_alloc(f->arena, sizeof(*v));
	as_span line, version = { 0 }, license = { 0 };
	if (!v)
		return AS_NOMEM;
	for (as_cur c = as_cur_le(f->data, 0); as_line(&c, &line);) {
		size_t equals = as_find_byte(line, '=', 0), colon = as_find_byte(line, ':', 0);
		if (as_starts(line, "Version:"))
			version = as_trim(as_from(line, 8));
		else if (as_starts(line, "License:"))
			license = as_trim(as_from(line, 8));
		v->left_out = v->left_out || (equals < colon && v->n == VARIABLES_MAX);
		if (equals < colon && !v->left_out) {
			v->names[v->n] = as_trim(as_cut(line, 0, equals));
			v->values[v->n++] = as_trim(as_from(line, equals + 1));
		}
	}
	if (v->left_out)
		return as_beyond(out, f->data, "more variables of pkg-config than are kept");
	if (version.n == 0)
		return AS_OK;
	as_span whole = expand(f->arena, v, version);
	return as_add_part(out, f->arena,
		&(as_part){ .where = version,
			.type = "generic",
			.world = "pkgconfig",
			.name = base_name(f->path),
			.version = whole,
			.license = expand(f->arena, v, license),
			.evidence = as_print(f->arena, "Version: %.*s", (int)as_min(whole.n, 128),
				(const char *)whole.p),
			.method = "metadata",
			.confidence = SAYS_VERSION });
}

static as_status read_la(as_facts *out, const as_file *f)
{
	static const char mark[] = "dlname='";
	size_t at = as_find(f->data, as_lit(mark), 0);
	if (at == SIZE_MAX || !as_has(f->data, "libtool"))
		return AS_OK;
	as_span rest = as_from(f->data, at);
	size_t end = as_find_byte(rest, '\n', 0);
	as_span line = as_cut(rest, 0, as_min(end == SIZE_MAX ? rest.n : end, 256));
	return as_add_part(out, f->arena,
		&(as_part){ .where = line,
			.type = "generic",
			.world = "libtool",
			.name = base_name(f->path),
			.evidence = line,
			.method = "metadata",
			.confidence = SAYS_NAME });
}

static as_status inspect(as_facts *out, const as_file *f)
{
	return as_ends(f->path, ".pc") ? read_pc(out, f) : read_la(out, f);
}

const as_inspector as_inspector_pkgconfig = {
	.id = "pkgconfig",
	.title = "Libraries by what they tell those who link with them: pkg-config, libtool",
	.paths = (const char *const[]){ "*/pkgconfig/*.pc", "*/lib*.la", NULL },
	.most = 1 << 20,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
