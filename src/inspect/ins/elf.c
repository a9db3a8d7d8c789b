/* SPDX-License-Identifier: Apache-2.0 */
/* What an ELF file says about itself: machine, linkage, hardening, imports and exports.
 * Hardening is read the way readelf and checksec read it; where the loader decides otherwise,
 * the loader is right (DF_1_NOW alone is full RELRO; a C library is no program although it
 * names an interpreter). */
#include "inspect/inspector.h"

#include "elf/abi.h"
#include "elf/dyn.h"
#include "inspect/fortify.h"

#include <string.h>

enum {
	NT_GNU_ABI_TAG = 1,
	NT_GNU_BUILD_ID = 3,
	NT_GNU_PROPERTY = 5,
	NOTES_MAX = 4096,
	BUILD_ID_MAX = 64, /* bytes; SHA-1 has 20 */
	SYMBOLS_MAX =
		65536, /* rows of imports and of exports; the largest C++ libraries have 50,000 */
	NEEDED_MAX = 8000, /* bytes of the list of needed libraries */
	BIND_GLOBAL = 1,
	BIND_WEAK = 2,
	BIND_UNIQUE = 10,
	VISIBLE_DEFAULT = 0,
	VISIBLE_PROTECTED = 3,
};

typedef struct reading {
	as_elf_view e;
	as_elf_dyn d;
	as_facts *out;
	as_arena *arena;
	const char *role;
	bool debug_file, interp, refers_canary;
	int64_t fortified, fortifiable;
	size_t names_left; /* bytes of symbol names that may still be stated */
	as_elf row;
} reading;

static bool cares(const as_file *f)
{
	return as_starts(f->data, "\x7f"
				  "ELF");
}

/* A file split off by objcopy --only-keep-debug keeps the headers of what it came from, but its
 * code and dynamic segment are not in it. */
static bool is_debug_file(const as_elf_view *e)
{
	const as_elf_section *text = as_elf_section_named(e, ".text");
	return e->type != AS_ET_REL && text && text->type == AS_SHT_NOBITS;
}

/* A shared object is a program if it says so, or names an interpreter without being a library
 * by name; the C library names one and has neither DT_DEBUG nor DF_1_PIE. Without a dynamic
 * segment nothing can load it, so it is started (kernels linked as position-independent files). */
static bool is_program(const reading *r)
{
	if (r->e.type == AS_ET_EXEC)
		return true;
	if (!r->d.present || r->d.pie)
		return true;
	return r->interp && (r->d.debug || !r->d.soname.p);
}

static const char *role(const reading *r)
{
	if (r->debug_file)
		return "debug";
	if (r->e.type == AS_ET_CORE)
		return "core";
	if (r->e.type == AS_ET_EXEC || r->e.type == AS_ET_DYN)
		return is_program(r) ? "program" : "library";
	if (r->e.type != AS_ET_REL)
		return NULL;
	return as_elf_section_named(&r->e, ".modinfo") ? "module" : "object";
}

static bool loadable(const reading *r)
{
	return r->role && (strcmp(r->role, "program") == 0 || strcmp(r->role, "library") == 0);
}

static as_span linkage(const reading *r)
{
	if (r->e.type == AS_ET_REL)
		return as_lit("relocatable");
	if (!loadable(r) || r->e.no_segments)
		return (as_span){ 0 };
	if (r->interp || (r->d.present && r->d.n_needed > 0))
		return as_lit("dynamic");
	if (!r->d.present || r->e.type == AS_ET_EXEC)
		return as_lit("static");
	return as_lit(strcmp(r->role, "program") == 0 ? "static-pie" : "dynamic");
}

static void read_header(reading *r)
{
	static const char *const types[] = { "other", "rel", "exec", "dyn", "core" };
	as_elf *row = &r->row;
	row->where = r->e.header;
	row->type = as_lit(types[r->e.type <= AS_ET_CORE ? r->e.type : 0]);
	row->role = r->role ? as_lit(r->role) : (as_span){ 0 };
	row->machine = as_elf_machine(&r->e, r->arena);
	row->bits = r->e.wide ? 64 : 32;
	row->endian = as_lit(r->e.big ? "big" : "little");
	row->abi = as_elf_abi(&r->e, r->arena);
	row->linkage = linkage(r);
	row->stripped = as_some(!as_elf_section_typed(&r->e, AS_SHT_SYMTAB));
	row->entry = r->e.entry <= INT64_MAX ? as_some((int64_t)r->e.entry) : (as_opt){ 0 };
	row->sections = r->e.stated_sections;
	const as_elf_segment *interp = as_elf_segment_typed(&r->e, AS_PT_INTERP);
	if (interp && !r->debug_file)
		row->interp = as_elf_string(interp->data, 0);
	const as_elf_section *comment = as_elf_section_named(&r->e, ".comment");
	if (comment && comment->data.n > 0)
		row->compiler = as_elf_string(as_trim(comment->data), 0);
}

/* The names of the needed libraries with spaces between them. */
static as_status read_needed(reading *r)
{
	as_span name = { 0 };
	as_cur c = as_elf_cur(&r->e, r->d.table, 0);
	uint8_t *list = r->d.n_needed > 0 ? as_alloc(r->arena, NEEDED_MAX) : NULL;
	size_t n = 0;
	if (r->d.n_needed > 0 && !list)
		return AS_NOMEM;
	while (list && as_elf_needed(&r->d, &r->e, &c, &name)) {
		if (name.n + 1 > NEEDED_MAX - n)
			return as_beyond(
				r->out, r->d.table, "list of needed libraries is too long");
		if (n > 0)
			list[n++] = ' ';
		if (name.n > 0)
			memcpy(list + n, name.p, name.n);
		n += name.n;
		r->row.needed = as_bytes(list, n);
	}
	return AS_OK;
}

static void read_hardening(reading *r)
{
	as_elf *row = &r->row;
	row->soname = r->d.soname;
	row->rpath = r->d.rpath;
	row->runpath = r->d.runpath;
	row->textrel = r->d.textrel;
	if (!loadable(r))
		return;
	if (strcmp(r->role, "program") == 0)
		row->pie = as_some(r->e.type == AS_ET_DYN);
	if (r->e.no_segments)
		return;
	bool relro = as_elf_segment_typed(&r->e, AS_PT_GNU_RELRO);
	if (!relro || !r->d.damage)
		row->relro = as_lit(!relro ? "none" : r->d.bind_now ? "full" : "partial");
	const as_elf_segment *stack = as_elf_segment_typed(&r->e, AS_PT_GNU_STACK);
	bool nx = stack && !(stack->flags & AS_PF_X);
	if (stack || ((r->interp || r->d.present) && as_elf_default_nx(&r->e, &nx)))
		row->nx = as_some(nx);
	for (size_t i = 0; i < r->e.n_segments; i++) {
		const as_elf_segment *s = &r->e.segments[i];
		row->wx += s->type == AS_PT_LOAD && (s->flags & AS_PF_X) && (s->flags & AS_PF_W);
	}
}

/* Properties: u32 type, u32 length, data, padded to the word. Bits of the "AND" features. */
static as_span features(const reading *r, as_span desc)
{
	static const struct {
		uint32_t type;
		const char *names[4]; /* by bits 0 and 1 */
	} table[] = { { 0xc0000002u, { NULL, "ibt", "shstk", "ibt shstk" } },
		{ 0xc0000000u, { NULL, "bti", "pac", "bti pac" } } };
	bool arm = r->e.machine == AS_EM_AARCH64;
	as_cur c = as_elf_cur(&r->e, desc, 0);
	while (as_left(&c) >= 8) {
		uint32_t type = as_u32(&c), n = as_u32(&c);
		as_cur value = as_elf_cur(&r->e, as_take(&c, n), 0);
		as_skip(&c, as_min(as_left(&c), -n & (r->e.wide ? 7u : 3u)));
		uint32_t bits = as_u32(&value);
		if (as_ok(&c) && as_ok(&value) && type == table[arm].type &&
			table[arm].names[bits & 3])
			return as_lit(table[arm].names[bits & 3]);
		if (!as_ok(&c))
			break;
	}
	return (as_span){ 0 };
}

static as_span hexadecimal(as_arena *arena, as_span raw)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *text = as_alloc(arena, raw.n * 2);
	for (size_t i = 0; text && i < raw.n; i++) {
		text[2 * i] = (uint8_t)digits[raw.p[i] >> 4];
		text[2 * i + 1] = (uint8_t)digits[raw.p[i] & 15];
	}
	return as_bytes(text, text ? raw.n * 2 : 0);
}

/* The first word of the ABI tag: which system the C library was built for. */
static as_span system_of(const reading *r, as_span desc)
{
	static const char *const names[] = { "linux", "hurd", "solaris", "freebsd", "netbsd" };
	as_cur c = as_elf_cur(&r->e, desc, 0);
	uint32_t number = as_u32(&c);
	bool known = as_ok(&c) && number < sizeof(names) / sizeof(names[0]);
	return known ? as_lit(names[number]) : (as_span){ 0 };
}

/* Without an ABI tag: the header, or that there is a loader to be asked for. */
static void guess_system(reading *r)
{
	enum { OS_GNU = 3, OS_FREEBSD = 9 };
	bool freebsd = r->e.os_abi == OS_FREEBSD || as_has(r->row.interp, "/libexec/");
	if (r->row.os.p || r->debug_file)
		return;
	if (freebsd)
		r->row.os = as_lit("freebsd");
	else if (r->e.os_abi == OS_GNU || r->interp)
		r->row.os = as_lit("linux");
}

static void read_notes(reading *r, as_span all, uint64_t align, size_t *budget)
{
	as_elf_note note;
	as_cur c = as_elf_cur(&r->e, all, 0);
	for (; *budget > 0 && as_elf_note_next(&c, align == 8 ? 8 : 4, &note); --*budget) {
		if (!as_same(note.name, as_bytes("GNU", 4)))
			continue;
		if (note.type == NT_GNU_BUILD_ID && note.desc.n > 0 && !r->row.build_id.p)
			r->row.build_id = hexadecimal(
				r->arena, as_cut(note.desc, 0, as_min(note.desc.n, BUILD_ID_MAX)));
		if (note.type == NT_GNU_ABI_TAG && !r->row.os.p)
			r->row.os = system_of(r, note.desc);
		if (note.type == NT_GNU_PROPERTY && !r->row.cfi.p)
			r->row.cfi = features(r, note.desc);
	}
}

/* Segments first: they survive stripping. A split debug file has its notes in sections only. */
static void read_all_notes(reading *r)
{
	size_t budget = NOTES_MAX;
	for (size_t i = 0; i < r->e.n_segments && !r->debug_file; i++)
		if (r->e.segments[i].type == AS_PT_NOTE)
			read_notes(r, r->e.segments[i].data, r->e.segments[i].align, &budget);
	for (size_t i = 0; i < r->e.n_sections; i++)
		if (r->e.sections[i].type == AS_SHT_NOTE)
			read_notes(r, r->e.sections[i].data, r->e.sections[i].align, &budget);
}

static bool of_canary(as_span name)
{
	return as_is(name, "__stack_chk_fail") || as_is(name, "__stack_chk_guard") ||
	       as_is(name, "__stack_chk_fail_local") || as_is(name, "__intel_security_cookie");
}

/* Strings may share their tails, so a table's names can be longer than the table; not without
 * end. */
static bool name_fits(reading *r, as_span name)
{
	bool fits = name.n <= r->names_left;
	r->names_left -= fits ? name.n : 0;
	return fits;
}

static as_status state_import(reading *r, as_span name, as_span version, size_t *n)
{
	as_fortify f = as_fortify_of(name);
	r->fortified += f == AS_FORTIFY_DONE;
	r->fortifiable += f == AS_FORTIFY_ABLE;
	++*n;
	as_elf_import row = { .where = name, .name = name, .version = version };
	return as_add_elf_import(r->out, row);
}

static as_status state_export(reading *r, as_span name, as_span version, size_t *n)
{
	++*n;
	as_elf_export row = { .where = name, .name = name, .version = version };
	return as_add_elf_export(r->out, row);
}

static bool is_global(const as_elf_symbol *s)
{
	return s->bind == BIND_GLOBAL || s->bind == BIND_WEAK || s->bind == BIND_UNIQUE;
}

static bool is_offered(const as_elf_symbol *s)
{
	return is_global(s) &&
	       (s->visibility == VISIBLE_DEFAULT || s->visibility == VISIBLE_PROTECTED);
}

/* The name another file may link to, or an empty span. A kernel module offers what it marked with
 * EXPORT_SYMBOL, which leaves __ksymtab_NAME; its other globals are its own. */
static as_span offered_name(const reading *r, const as_elf_symbol *s, as_span name)
{
	static const char mark[] = "__ksymtab_";
	if (strcmp(r->role, "module") == 0)
		return as_starts(name, mark) ? as_from(name, sizeof(mark) - 1) : (as_span){ 0 };
	return is_offered(s) ? name : (as_span){ 0 };
}

static as_status state_symbols(reading *r, const as_elf_symbols *t)
{
	as_elf_symbol s = { 0 };
	size_t n_imports = 0, n_exports = 0;
	as_status worst = AS_OK;
	bool module = strcmp(r->role, "module") == 0;
	r->names_left = 4 * t->strings.n + 16 * t->n + 65536;
	for (size_t i = 1; as_elf_symbol_at(&r->e, t, i, &s) && worst == AS_OK; i++) {
		if (!is_global(&s) && !module)
			continue;
		as_span name = as_elf_string(t->strings, s.name);
		if (name.n == 0)
			continue;
		if (!name_fits(r, name))
			return as_beyond(r->out, t->entries, "names of symbols are too long");
		r->refers_canary = r->refers_canary || of_canary(name);
		bool import = s.section == 0 && is_global(&s);
		as_span given = s.section != 0 ? offered_name(r, &s, name) : (as_span){ 0 };
		if (!import && given.n == 0)
			continue;
		size_t *n = import ? &n_imports : &n_exports;
		if (*n >= SYMBOLS_MAX)
			return as_beyond(
				r->out, t->entries, "too many symbols: the rest is left out");
		as_span version = as_elf_version(&r->d, &r->e, i);
		/* The linker marks each version that a library defines by a symbol of that name. */
		if (!import && as_same(given, version))
			continue;
		worst = import ? state_import(r, name, version, n)
			       : state_export(r, given, version, n);
	}
	return worst;
}

/* Which symbols tell about imports and the stack protector: the dynamic ones where something is
 * linked at run time, else the full table if it was not stripped. */
static as_status read_symbols(reading *r)
{
	as_elf_symbols all = as_elf_symtab(&r->e);
	bool relocatable = r->e.type == AS_ET_REL;
	bool dynamic = r->d.present && r->d.n_needed > 0;
	bool known = all.n > 1 || dynamic || (r->d.symbols.n > 1 && r->row.soname.p);
	as_status s = AS_OK;
	if (r->debug_file || !r->role || r->e.type == AS_ET_CORE)
		return s;
	if (relocatable || r->d.symbols.n > 1)
		s = state_symbols(r, relocatable ? &all : &r->d.symbols);
	if (!r->refers_canary && !relocatable)
		r->refers_canary = as_has(all.strings, "__stack_chk_fail") ||
				   as_has(all.strings, "__stack_chk_guard");
	if (known || r->refers_canary)
		r->row.canary = as_some(r->refers_canary);
	if (dynamic) {
		r->row.fortified = as_some(r->fortified);
		r->row.fortifiable = as_some(r->fortifiable);
	}
	return s;
}

static as_status add_property(reading *r, const char *name, as_span value, as_span where)
{
	return as_add_property(r->out, (as_property){ .where = where,
					       .format = as_lit("elf"),
					       .name = as_lit(name),
					       .value = value });
}

/* Where in the file some columns of table elf stand, so that a finding can show those bytes. */
static as_status read_properties(reading *r)
{
	as_status s = AS_OK;
	const as_elf_segment *stack = as_elf_segment_typed(&r->e, AS_PT_GNU_STACK);
	if (loadable(r) && stack && (stack->flags & AS_PF_X))
		s = add_property(r, "executable stack", (as_span){ 0 }, stack->header);
	if (s == AS_OK && r->d.rpath.n > 0)
		s = add_property(r, "rpath", r->d.rpath, r->d.rpath);
	if (s == AS_OK && r->d.runpath.n > 0)
		s = add_property(r, "runpath", r->d.runpath, r->d.runpath);
	return s;
}

static as_status inspect(as_facts *out, const as_file *f)
{
	reading r = { .out = out, .arena = f->arena };
	as_status opened = as_elf_open(&r.e, f->data, f->arena);
	if (opened != AS_OK)
		return opened == AS_NOT_THIS ? as_unread(out, f->data, "ELF header is damaged")
					     : opened;
	r.debug_file = is_debug_file(&r.e);
	r.interp = as_elf_segment_typed(&r.e, AS_PT_INTERP) != NULL;
	if (!r.debug_file && !as_elf_dyn_open(&r.d, &r.e, f->arena))
		return AS_NOMEM;
	as_status worst = AS_OK;
	if (r.e.damage)
		worst = as_unread(out, r.e.header, r.e.damage);
	if (r.d.damage)
		worst = as_unread(out, r.d.table, r.d.damage);
	r.role = role(&r);
	read_header(&r);
	worst = as_worse(worst, read_needed(&r));
	read_hardening(&r);
	read_all_notes(&r);
	guess_system(&r);
	worst = as_worse(worst, read_symbols(&r));
	worst = as_worse(worst, read_properties(&r));
	return as_worse(worst, as_add_elf(out, r.row));
}

const as_inspector as_inspector_elf = {
	.id = "elf",
	.title = "Programs, libraries and modules: linkage, hardening, imports and exports",
	.cares = cares,
	.inspect = inspect,
	.tables = (const char *const[]){ "elf", "elf_import", "elf_export", "property", NULL },
};
