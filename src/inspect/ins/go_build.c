/* SPDX-License-Identifier: Apache-2.0 */
/* What a Go program was built from.
 *   0 "\xff Go buildinf:"   14 size of a pointer   15 flags: 1 big-endian, 2 inline
 *   inline (since 1.18): from 32 on a varint length and the compiler's version, another and the module text
 *   else: at 16 pointers to the headers (pointer, length) of the same two strings
 * The module text stands between two marks of 16 bytes: lines of "path", "mod", "dep", "=>" (the dep before it was
 * replaced), "build", with tabs. Programs built without modules have no such lines, others
 * had them removed, or only those of what they were built from: then the source files named in the line tables tell,
 * MODULE@VERSION/file.go or only MODULE/file.go. Not read: PE and Mach-O files.
 * https://pkg.go.dev/debug/buildinfo */
#include "inspect/part.h"

#include "elf/read.h"
#include "inspect/gopath.h"
#include "inspect/naming.h"

enum {
	HEADER = 32,
	MARK = 16,
	INLINE = 2,
	STATED_MAX = 4096, /* lines of modules that are stated */
	SURE = 980,        /* the linker wrote it */
};

static const char magic[] = "\xff Go buildinf:";

static bool cares(const as_file *f)
{
	return as_starts(f->data, "\x7f"
				  "ELF");
}

/* A length in groups of 7 bits, the lowest first, and so many bytes. */
static as_span take_string(as_cur *c)
{
	uint64_t n = 0;
	for (unsigned shift = 0; shift < 63; shift += 7) {
		uint8_t b = as_u8(c);
		n |= (uint64_t)(b & 0x7fu) << shift;
		if (!(b & 0x80))
			return as_take(c, n);
	}
	return (as_span){ 0 };
}

static as_span pointed_string(const as_elf_view *e, uint64_t header, bool wide, bool big)
{
	as_cur c = as_cur_of(as_elf_from(e, header), 0, big);
	uint64_t at = as_uword(&c, wide), n = as_uword(&c, wide);
	return as_ok(&c) ? as_cut(as_elf_from(e, at), 0, n) : (as_span){ 0 };
}

/* The two strings of the header at the start of s; false if it is none. */
static bool read_header(const as_elf_view *e, as_span s, as_span *version, as_span *modules)
{
	as_cur c = as_cur_le(s, sizeof(magic) - 1);
	uint8_t size = as_u8(&c), flags = as_u8(&c);
	if (flags & INLINE) {
		as_seek(&c, HEADER);
		*version = take_string(&c);
		*modules = as_ok(&c) ? take_string(&c) : (as_span){ 0 };
	} else if (size == 4 || size == 8) {
		c.big = flags & 1;
		uint64_t first = as_uword(&c, size == 8), second = as_uword(&c, size == 8);
		*version = pointed_string(e, first, size == 8, c.big);
		*modules = pointed_string(e, second, size == 8, c.big);
	}
	return as_starts(*version, "go1") || as_starts(*version, "devel");
}

/* In the section of its own, else in what is written to at run time, on 16 bytes: the same bytes stand in the text of
 * programs that look for them. */
static bool find_header(const as_elf_view *e, as_span *version, as_span *modules)
{
	as_span mark = as_bytes(magic, sizeof(magic) - 1);
	const as_elf_section *own = as_elf_section_named(e, ".go.buildinfo");
	if (own && as_find(own->data, mark, 0) == 0 && read_header(e, own->data, version, modules))
		return true;
	for (size_t i = 0; i < e->n_segments; i++) {
		const as_elf_segment *g = &e->segments[i];
		if (g->type != AS_PT_LOAD || (g->flags & (AS_PF_W | AS_PF_X)) != AS_PF_W)
			continue;
		size_t at = as_find(g->data, mark, 0);
		for (; at != SIZE_MAX; at = as_find(g->data, mark, at + 1))
			if ((g->addr + at) % MARK == 0 &&
				read_header(e, as_from(g->data, at), version, modules))
				return true;
	}
	return false;
}

/* A module by its path, of which the last part is the name. */
static as_status state(as_facts *out, const as_file *f, as_span path, as_span version, as_span line)
{
	size_t cut = 0;
	for (size_t at = 0; at != SIZE_MAX; at = as_find_byte(path, '/', at + 1))
		cut = at;
	bool known = as_starts(version, "v");
	return as_add_part(out, f->arena,
		&(as_part){ .where = line,
			.type = "golang",
			.space = as_cut(path, 0, cut),
			.name = cut > 0 ? as_from(path, cut + 1) : path,
			.version = known ? version : (as_span){ 0 },
			.method = "build-info",
			.confidence = SURE,
			.evidence = line });
}

static as_status state_toolchain(as_facts *out, const as_file *f, as_span text)
{
	as_span version = as_word(text, 0);
	if (!as_starts(version, "go1") || text.n > 256)
		return AS_OK;
	version = as_from(version, 2);
	return as_add_part(out, f->arena,
		&(as_part){ .where = text,
			.type = "golang",
			.name = as_lit("stdlib"),
			.version = version,
			.vendor = as_lit("golang"),
			.cpe = as_cpe_of(f->arena, 'a', as_lit("golang"), as_lit("go"), version),
			.method = "build-info",
			.confidence = SURE,
			.evidence = text });
}

/* What the lines of modules named. */
typedef struct named {
	as_span own; /* the module that the program is; empty: not said */
	bool others; /* what it was built from */
} named;

static as_span path_in(as_span line) { return as_field(line, '\t', 1); }

/* Lines of modules; a line is stated when the next has not replaced it. */
static as_status read_modules(as_facts *out, const as_file *f, as_span text, named *names)
{
	as_span waiting = { 0 }, line = { 0 };
	as_cur c = as_cur_le(text, 0);
	as_status s = AS_OK;
	size_t n = 0;
	for (bool more = true; more && s == AS_OK && n < STATED_MAX; n += waiting.p != NULL) {
		more = as_line(&c, &line);
		as_span kind = more ? as_field(line, '\t', 0) : (as_span){ 0 };
		if (waiting.p && !as_is(kind, "=>"))
			s = state(out, f, path_in(waiting), as_field(waiting, '\t', 2), waiting);
		waiting = (as_span){ 0 };
		if (as_is(kind, "mod") || as_is(kind, "dep") || as_is(kind, "=>"))
			waiting = line;
		if (as_is(kind, "mod"))
			names->own = path_in(line);
		names->others = names->others || as_is(kind, "dep");
	}
	return n < STATED_MAX || s != AS_OK ? s : as_beyond(out, text, "too many modules of Go");
}

typedef struct context {
	as_gopath_ask ask;
	as_span own;
} context;

/* Whether a module is the one of that path, or has it in one of its folders. */
static bool holds(as_span module, as_span path)
{
	bool begins = as_same(as_cut(path, 0, module.n), module);
	return begins && (path.n == module.n || as_at(path, module.n) == '/');
}

static as_status found(void *ctx, as_span module, as_span version, as_span where)
{
	context *c = ctx;
	as_gopath_ask *ask = &c->ask;
	size_t cut = 0;
	if (holds(module, c->own))
		return AS_OK; /* its line has stated it */
	for (size_t at = 0; at != SIZE_MAX; at = as_find_byte(module, '/', at + 1))
		cut = at;
	return as_add_part(ask->out, ask->f->arena,
		&(as_part){ .where = where,
			.type = "golang",
			.space = as_cut(module, 0, cut),
			.name = cut > 0 ? as_from(module, cut + 1) : module,
			.version = version,
			.method = "build-info",
			.confidence = version.n > 0 ? 930 : 850,
			.evidence = where });
}

static as_status inspect(as_facts *out, const as_file *f)
{
	as_elf_view e;
	as_span version = { 0 }, modules = { 0 };
	named names = { 0 };
	as_status s = as_elf_open(&e, f->data, f->arena);
	if (s > AS_NOT_THIS)
		return s;
	if (s != AS_OK || !find_header(&e, &version, &modules))
		return AS_OK; /* what is wrong with an ELF file, its own inspector says */
	s = state_toolchain(out, f, version);
	if (s == AS_OK && modules.n > 2 * MARK)
		s = read_modules(out, f, as_cut(modules, MARK, modules.n - 2 * MARK), &names);
	context c = { .ask = { .out = out, .f = f }, .own = names.own };
	return s == AS_OK && !names.others ? as_gopath_each(&c.ask, found) : s;
}

const as_inspector as_inspector_go_build = {
	.id = "go_build",
	.title = "Modules that a Go program was built from",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "component", "licence", NULL },
};
