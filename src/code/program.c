/* SPDX-License-Identifier: Apache-2.0 */
#include "code/program.h"

#include "base/search.h"
#include "code/api.h"
#include "code/blob.h"
#include "code/flat.h"
#include "code/ifunc.h"
#include "code/library.h"
#include "code/relocate.h"
#include "code/stub.h"
#include "code/unlinked.h"

#include <stdlib.h>
#include <string.h>

enum {
	ET_MAX_LABELS = 1 << 20, /* symbols looked at */
	STT_FUNC = 2,
	STT_IFUNC = 10,
	STT_ARM_TFUNC = 13,
	STRING_LONGEST = 4096,
	IMPORT_STEP = 16,
	PIECES_MAX = 1024, /* of memory, and of code: no tool makes so many */
};

/* The architecture of a header, by machine and class. */
static const as_arch *arch_of(const as_elf_view *e)
{
	static const struct {
		uint16_t machine;
		const char *narrow, *wide;
	} table[] = { { AS_EM_X86_64, NULL, "x86_64" }, { AS_EM_386, "i386", NULL },
		{ AS_EM_ARM, "arm", NULL }, { AS_EM_AARCH64, NULL, "aarch64" },
		{ AS_EM_MIPS, "mips", "mips64" }, { AS_EM_PPC, "powerpc", NULL },
		{ AS_EM_PPC64, NULL, "powerpc64" }, { AS_EM_RISCV, "riscv32", "riscv64" } };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *id = e->wide ? table[i].wide : table[i].narrow;
		if (table[i].machine == e->machine && id)
			return as_arch_named(id);
	}
	return NULL;
}

static int by_region(const void *a, const void *b)
{
	const as_region *x = a, *y = b;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static bool map_segments(as_program *p)
{
	p->regions = as_alloc_array(p->arena, p->elf.n_segments + 1, sizeof(*p->regions));
	if (!p->regions)
		return false;
	for (size_t i = 0; i < p->elf.n_segments; i++) {
		const as_elf_segment *s = &p->elf.segments[i];
		if (s->type == AS_PT_GNU_RELRO) {
			p->relro_addr = s->addr;
			p->relro_len = s->mem_len;
		}
		if (s->type != AS_PT_LOAD || s->mem_len == 0)
			continue;
		if (p->n_regions >= PIECES_MAX) {
			p->damage = "too many ELF segments";
			break;
		}
		p->regions[p->n_regions++] = (as_region){ .addr = s->addr,
			.len = as_max(s->mem_len, s->data.n),
			.data = s->data,
			.exec = (s->flags & AS_PF_X) != 0,
			.write = (s->flags & AS_PF_W) != 0 };
	}
	qsort(p->regions, p->n_regions, sizeof(*p->regions), by_region);
	return true;
}

static const as_region *find_region(const as_region *list, size_t n, uint64_t addr)
{
	size_t i = as_up_to(list, n, sizeof(*list), addr);
	const as_region *r = i > 0 ? &list[i - 1] : NULL;
	return r && addr - r->addr < r->len ? r : NULL;
}

const as_region *as_program_region(const as_program *p, uint64_t addr)
{
	return find_region(p->regions, p->n_regions, addr);
}

as_span as_program_from(const as_program *p, uint64_t addr)
{
	const as_region *r = as_program_region(p, addr);
	return r ? as_from(r->data, addr - r->addr) : (as_span){ 0 };
}

as_span as_program_file(const as_program *p, uint64_t addr)
{
	as_span s = as_program_from(p, addr);
	return p->base && s.n > 0 ? as_cut(p->elf.data, addr - p->base, s.n) : s;
}

/* Leaves each byte of code in one piece: of pieces that overlap, the later begins where the earlier ends. */
static void part(as_program *p)
{
	size_t n = 0;
	qsort(p->code, p->n_code, sizeof(*p->code), by_region);
	for (size_t i = 0; i < p->n_code; i++) {
		as_region one = p->code[i];
		const as_region *last = n > 0 ? &p->code[n - 1] : NULL;
		uint64_t behind = last ? one.addr - last->addr : 0;
		uint64_t covered = last && behind < last->len ? last->len - behind : 0;
		if (covered >= one.len)
			continue;
		one.addr += covered;
		one.len -= covered;
		one.data = as_from(one.data, covered);
		p->code[n++] = one;
	}
	p->n_code = n;
}

/* Where the instructions are. Section headers may lie: they only narrow down what is executable, and are not
 * believed where that leaves out what is called. */
static bool map_code(as_program *p)
{
	enum { SHF_EXECINSTR = 4 };
	p->code = as_alloc_array(p->arena, p->elf.n_sections + p->n_regions + 1, sizeof(*p->code));
	if (!p->code)
		return false;
	for (size_t i = 0; i < p->elf.n_sections; i++) {
		const as_elf_section *s = &p->elf.sections[i];
		const as_region *r = as_program_region(p, s->addr);
		as_span data = as_program_from(p, s->addr);
		uint64_t len = as_min(s->data.n, data.n);
		if ((s->flags & SHF_EXECINSTR) && len > 0 && r && r->exec)
			p->code[p->n_code++] = (as_region){ .addr = s->addr,
				.len = len,
				.data = as_cut(data, 0, len),
				.exec = true };
	}
	bool whole = p->distrusted || p->elf.n_sections == 0 || p->n_code > PIECES_MAX;
	p->n_code = whole ? 0 : p->n_code;
	for (size_t i = 0; i < p->n_regions && whole; i++)
		if (p->regions[i].exec && p->regions[i].data.n > 0)
			p->code[p->n_code++] = p->regions[i];
	part(p);
	return true;
}

bool as_program_is_code(const as_program *p, uint64_t addr)
{
	const as_region *r = find_region(p->code, p->n_code, addr);
	return r && addr - r->addr < r->data.n;
}

as_cur as_program_cur(const as_program *p, as_span s, uint64_t at)
{
	return as_cur_of(s, at, p->elf.big);
}

const as_fixup *as_program_fixup(const as_program *p, uint64_t addr)
{
	return as_with(p->slots, p->n_slots, sizeof(*p->slots), addr);
}

static bool read_word(const as_program *p, uint64_t addr, unsigned width, uint64_t *value)
{
	as_cur c = as_program_cur(p, as_program_from(p, addr), 0);
	*value = width == 1   ? as_u8(&c)
		 : width == 2 ? as_u16(&c)
		 : width == 4 ? as_u32(&c)
			      : as_u64(&c);
	return as_ok(&c);
}

bool as_program_initial(const as_program *p, uint64_t addr, unsigned width, uint64_t *value)
{
	const as_fixup *slot = width == p->arch->word ? as_program_fixup(p, addr) : NULL;
	if (slot) {
		*value = slot->value;
		return true;
	}
	return read_word(p, addr, width, value);
}

bool as_program_constant(const as_program *p, uint64_t addr, unsigned width, uint64_t *value)
{
	const as_region *r = as_program_region(p, addr);
	if (!r)
		return false;
	const as_fixup *slot = width == p->arch->word ? as_program_fixup(p, addr) : NULL;
	if (slot) {
		*value = slot->value;
		return slot->constant;
	}
	bool fixed = !r->write || (addr >= p->relro_addr && addr - p->relro_addr < p->relro_len);
	return fixed && read_word(p, addr, width, value);
}

as_span as_program_string(const as_program *p, uint64_t addr)
{
	as_span s = as_program_from(p, addr);
	s = as_cut(s, 0, as_min(s.n, STRING_LONGEST));
	size_t end = as_find_byte(s, 0, 0);
	if (end == SIZE_MAX)
		return (as_span){ 0 };
	s = as_cut(s, 0, end);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == 0x7f ||
			(s.p[i] < 0x20 && (s.p[i] < 7 || s.p[i] > 13) && s.p[i] != 0x1b))
			return (as_span){ 0 };
	return end == 0 ? as_bytes("", 0) : s;
}

static uint64_t cut_word(const as_program *p, uint64_t v)
{
	return p->arch->word == 4 ? (uint32_t)v : v;
}

uint64_t as_program_import_addr(const as_program *p, size_t i)
{
	return cut_word(p, p->imports_at + i * IMPORT_STEP);
}

size_t as_program_import(const as_program *p, uint64_t addr)
{
	uint64_t from = cut_word(p, p->imports_at);
	if (addr < from || (addr - from) / IMPORT_STEP >= p->n_imports)
		return SIZE_MAX;
	return (size_t)((addr - from) / IMPORT_STEP);
}

/* Where a function symbol's code stands. PowerPC's first 64-bit ABI points to a descriptor whose first word does. */
static uint64_t code_of(const as_program *p, uint64_t value)
{
	uint64_t at = 0;
	if (p->elf.machine == AS_EM_PPC64 && !as_program_is_code(p, value) &&
		as_program_initial(p, value, 8, &at))
		return at;
	return value;
}

static void add_label(as_program *p, const as_elf_symbol *s, as_span name, bool dynamic)
{
	bool function = s->type == STT_FUNC || s->type == STT_IFUNC || s->type == STT_ARM_TFUNC;
	if (!function || s->section == 0 || s->section >= 0xff00)
		return;
	bool arm = p->elf.machine == AS_EM_ARM;
	uint64_t addr = s->value;
	if (p->base && s->section < p->elf.n_sections)
		addr += p->elf.sections[s->section].addr;
	addr = code_of(p, addr);
	bool thumb = arm && ((addr & 1) != 0 || s->type == STT_ARM_TFUNC);
	addr = arm ? addr & ~UINT64_C(1) : addr;
	if (!as_program_is_code(p, addr))
		return;
	p->labels[p->n_labels++] = (as_label){ .addr = addr,
		.size = s->size,
		.name = name,
		.exported = dynamic && s->bind != 0,
		.thumb = thumb };
}

/* By address; the exported name of several first. */
static int by_label(const void *a, const void *b)
{
	const as_label *x = a, *y = b;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (x->exported != y->exported)
		return x->exported ? -1 : 1;
	size_t n = (size_t)as_min(x->name.n, y->name.n);
	int d = n > 0 ? memcmp(x->name.p, y->name.p, n) : 0;
	return d != 0 ? d : x->name.n < y->name.n ? -1 : x->name.n > y->name.n;
}

static bool read_labels(as_program *p)
{
	as_elf_symbols tables[2] = { p->dyn.symbols, as_elf_symtab(&p->elf) };
	size_t room = (size_t)as_min(tables[0].n, ET_MAX_LABELS) +
		      (size_t)as_min(tables[1].n, ET_MAX_LABELS);
	p->labels = as_alloc_array(p->arena, room + 1, sizeof(*p->labels));
	if (!p->labels)
		return false;
	as_elf_symbol s = { 0 };
	for (int t = 0; t < 2; t++)
		for (size_t i = 1;
			i < ET_MAX_LABELS && as_elf_symbol_at(&p->elf, &tables[t], i, &s); i++)
			add_label(p, &s, as_elf_string(tables[t].strings, s.name), t == 0);
	qsort(p->labels, p->n_labels, sizeof(*p->labels), by_label);
	return true;
}

const as_label *as_program_label(const as_program *p, uint64_t addr)
{
	return as_with(p->labels, p->n_labels, sizeof(*p->labels), addr);
}

static bool is_split_debug(const as_elf_view *e)
{
	const as_elf_section *text = as_elf_section_named(e, ".text");
	return text && text->type == AS_SHT_NOBITS;
}

/* Instructions of big-endian ARM processors are little-endian in linked programs of today, and always on AArch64. */
static bool has_big_code(const as_elf_view *e)
{
	enum { EF_ARM_BE8 = 0x00800000 };
	if (e->machine == AS_EM_ARM)
		return e->big && (e->flags & EF_ARM_BE8) == 0;
	return e->big && e->machine != AS_EM_AARCH64;
}

static as_status lay_out(as_program *p)
{
	if (p->elf.type == AS_ET_REL)
		return as_unlinked_open(p);
	p->imports_at = AS_PROGRAM_IMPORTS;
	bool ok = as_elf_dyn_open(&p->dyn, &p->elf, p->arena) && map_segments(p) && map_code(p) &&
		  as_relocate(p) && as_ifunc_resolve(p);
	return ok ? AS_OK : AS_NOMEM;
}

static as_status open_elf(as_program *p, as_span data)
{
	as_status s = as_elf_open(&p->elf, data, p->arena);
	if (s != AS_OK)
		return s;
	p->arch = arch_of(&p->elf);
	bool loaded =
		p->elf.type == AS_ET_EXEC || p->elf.type == AS_ET_DYN || p->elf.type == AS_ET_REL;
	if (!p->arch || !loaded || is_split_debug(&p->elf))
		return AS_NOT_THIS;
	p->mode = (as_mode){ .big = has_big_code(&p->elf), .wide = p->elf.wide };
	return lay_out(p);
}

bool as_program_address(const as_program *p, uint64_t k)
{
	return as_program_region(p, k) || as_program_region(p, k - 1);
}

bool as_program_strays(const as_program *p, uint64_t addr)
{
	const as_region *r = as_program_region(p, addr);
	return addr != 0 && r && r->exec && addr - r->addr < r->data.n &&
	       !as_program_is_code(p, addr);
}

static as_status lay_out_all(as_program *p, as_span data)
{
	as_status s = as_flat_is(data) ? as_flat_open(p, data) : open_elf(p, data);
	s = s == AS_NOT_THIS && p->elf.header.n == 0 ? as_blob_open(p, data) : s;
	if (s != AS_OK)
		return s;
	if (!read_labels(p))
		return AS_NOMEM;
	as_unlinked_settle(p);
	bool ok = as_stub_prepare(p) && as_api_prepare(p) && as_library_prepare(p);
	return ok ? AS_OK : AS_NOMEM;
}

as_status as_program_open(as_program *p, as_span data, as_arena *arena)
{
	*p = (as_program){ .arena = arena };
	return lay_out_all(p, data);
}

as_status as_program_distrust(as_program *p)
{
	as_span data = p->elf.data;
	*p = (as_program){ .arena = p->arena, .distrusted = true };
	as_status s = lay_out_all(p, data);
	p->damage = "ELF sections leave out code that is called: they are not believed";
	return s;
}
