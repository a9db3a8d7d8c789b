/* SPDX-License-Identifier: Apache-2.0 */
#include "code/unlinked.h"

#include "base/search.h"

#include <stdlib.h>
#include <string.h>

enum {
	EMPTY_MAX = 32 << 20, /* of what has no bytes in the file */
	IMPORTS_MAX = 131072,
	IMPORT_STEP = 16,
	NEAR = 64, /* bytes of padding between sections that are one region */
	PAGE = 4096,
	SHF_WRITE = 1,
	SHF_ALLOC = 2,
	SHF_EXECINSTR = 4,
	SHN_COMMON = 0xfff2,
};

static uint64_t aligned(uint64_t at, uint64_t to)
{
	bool sane = to > 1 && to <= PAGE && (to & (to - 1)) == 0;
	return sane ? (at + to - 1) & ~(to - 1) : at;
}

/* Bytes that may still be given from at on, when from was the first. */
static uint64_t room_behind(uint64_t from, uint64_t at)
{
	return at - from < EMPTY_MAX ? EMPTY_MAX - (at - from) : 0;
}

/* Written before a module runs, or by the linker, and never again. */
static bool is_fixed(const as_program *p, const as_elf_section *s)
{
	static const char *const names[] = { ".data.rel.ro", ".data..ro_after_init", ".toc", ".got",
		".opd" };
	as_span name = as_elf_string(p->elf.section_names, s->name);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (as_starts(name, names[i]))
			return true;
	return (s->flags & SHF_WRITE) == 0;
}

static int by_addr(const void *a, const void *b)
{
	const as_region *x = a, *y = b;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->len < y->len ? -1 : x->len > y->len;
}

/* Whether b continues a, behind padding. */
static bool continues(const as_region *a, const as_region *b)
{
	uint64_t end = a->addr + a->len;
	return a->exec == b->exec && a->write == b->write && b->addr >= end &&
	       b->addr - end < NEAR && b->data.n > 0 && a->data.n > 0;
}

/* Sections that lie one after the other and are of one kind become one region; of sections that overlap, which no
 * tool writes, the first stands. */
static void merge(as_unlinked *u)
{
	as_program *p = u->p;
	size_t n = 0;
	qsort(p->regions, p->n_regions, sizeof(*p->regions), by_addr);
	for (size_t i = 0; i < p->n_regions; i++) {
		as_region *last = n > 0 ? &p->regions[n - 1] : NULL, one = p->regions[i];
		if (last && one.addr < last->addr + last->len) {
			p->damage = "ELF sections overlap";
			continue;
		}
		if (!last || !continues(last, &one)) {
			p->regions[n++] = one;
			continue;
		}
		last->len = one.addr + one.len - last->addr;
		last->data = as_bytes(u->copy + (last->addr - p->base), (size_t)last->len);
	}
	p->n_regions = n;
}

/* Gives every section that is loaded its address. *end: behind all that have no bytes. */
static bool place_sections(as_unlinked *u, uint64_t *end)
{
	as_program *p = u->p;
	size_t n = p->elf.n_sections;
	as_elf_section *list = as_alloc_array(p->arena, n + 1, sizeof(*list));
	p->regions = as_alloc_array(p->arena, n + 2, sizeof(*p->regions));
	if (!list || !p->regions)
		return false;
	uint64_t from = *end, at = 0;
	for (size_t i = 0; i < n; i++) {
		as_elf_section *s = &list[i];
		*s = p->elf.sections[i];
		s->addr = 0;
		bool empty = s->type == AS_SHT_NOBITS;
		if (!(s->flags & SHF_ALLOC) || s->size == 0 || (!empty && s->data.n == 0))
			continue;
		if (empty && s->size > room_behind(from, aligned(*end, s->align))) {
			p->damage = "ELF section is too large";
			continue;
		}
		if (!empty && as_within(p->elf.data, s->data, &at))
			s->addr = p->base + at;
		else
			s->addr = aligned(*end, s->align);
		*end = empty ? s->addr + s->size : *end;
		as_span data = empty ? (as_span){ 0 } : as_bytes(u->copy + at, s->data.n);
		p->regions[p->n_regions++] = (as_region){ .addr = s->addr,
			.len = empty ? s->size : s->data.n,
			.data = data,
			.exec = (s->flags & SHF_EXECINSTR) != 0,
			.write = !is_fixed(p, s) };
	}
	p->elf.sections = list;
	return true;
}

static bool map_code(as_program *p)
{
	p->code = as_alloc_array(p->arena, p->n_regions + 1, sizeof(*p->code));
	for (size_t i = 0; p->code && i < p->n_regions; i++)
		if (p->regions[i].exec && p->regions[i].data.n > 0)
			p->code[p->n_code++] = p->regions[i];
	return p->code != NULL;
}

/* Room for the variables that no section holds yet, behind the sections. */
static void place_common(as_unlinked *u, uint64_t from)
{
	as_program *p = u->p;
	as_elf_symbol s = { 0 };
	uint64_t at = from;
	for (size_t i = 1; as_elf_symbol_at(&p->elf, &u->symbols, i, &s); i++) {
		if (s.section != SHN_COMMON || s.size > room_behind(from, aligned(at, s.value)))
			continue;
		u->common[i] = aligned(at, s.value); /* which is its alignment */
		at = u->common[i] + s.size;
	}
	if (at > from)
		p->regions[p->n_regions++] =
			(as_region){ .addr = from, .len = at - from, .write = true };
}

static bool make_imports(as_unlinked *u, size_t *n)
{
	as_program *p = u->p;
	as_elf_symbol s = { 0 };
	for (size_t i = 1; as_elf_symbol_at(&p->elf, &u->symbols, i, &s); i++)
		*n += s.section == 0;
	*n = (size_t)as_min(*n, IMPORTS_MAX);
	p->imports = as_alloc_array(p->arena, *n + 1, sizeof(*p->imports));
	u->import_of = as_alloc_array(p->arena, u->symbols.n + 1, sizeof(*u->import_of));
	u->common = as_alloc_array(p->arena, u->symbols.n + 1, sizeof(*u->common));
	if (!p->imports || !u->import_of || !u->common)
		return false;
	for (size_t i = 1; as_elf_symbol_at(&p->elf, &u->symbols, i, &s); i++) {
		if (s.section != 0 || p->n_imports >= *n)
			continue;
		as_span name = as_elf_string(u->symbols.strings, s.name);
		bool dot = p->elf.machine == AS_EM_PPC64 && as_at(name, 0) == '.' &&
			   !as_is(name, ".TOC.");
		p->imports[p->n_imports++] = dot ? as_from(name, 1) : name;
		u->import_of[i] = (uint32_t)p->n_imports;
	}
	return true;
}

/* What PowerPC's r2 points to: the middle of the table of addresses, if there is one. */
static uint64_t find_toc(const as_program *p)
{
	const as_elf_section *s = as_elf_section_named(&p->elf, ".toc");
	s = s && s->addr ? s : as_elf_section_named(&p->elf, ".got");
	return (s && s->addr ? s->addr : p->base) + 0x8000;
}

/* The kernel of i386 passes the first three arguments in registers. */
static bool pass_in_registers(as_program *p)
{
	enum { EAX = 0, ECX = 1, EDX = 2 };
	if (p->elf.machine != AS_EM_386 || !as_elf_section_named(&p->elf, ".modinfo"))
		return true;
	as_arch *a = as_alloc(p->arena, sizeof(*a));
	if (!a)
		return false;
	*a = *p->arch;
	a->n_args = 3;
	a->args[0] = EAX;
	a->args[1] = EDX;
	a->args[2] = ECX;
	p->arch = a;
	return true;
}

as_status as_unlinked_open(as_program *p)
{
	as_unlinked u = { .p = p, .symbols = as_elf_symtab(&p->elf) };
	size_t imports = 0;
	if (p->elf.data.n > AS_UNLINKED_MAX)
		return AS_NOT_THIS;
	u.copy = as_alloc(p->arena, p->elf.data.n + 1);
	if (!u.copy || !make_imports(&u, &imports) || !pass_in_registers(p))
		return AS_NOMEM;
	memcpy(u.copy, p->elf.data.p, p->elf.data.n);
	p->base = AS_UNLINKED_BASE;
	p->imports_at = aligned(p->base + p->elf.data.n, PAGE);
	u.got = aligned(p->imports_at + (uint64_t)imports * IMPORT_STEP, PAGE);
	uint64_t end = aligned(u.got + (uint64_t)u.symbols.n * p->arch->word, PAGE);
	if (!place_sections(&u, &end))
		return AS_NOMEM;
	place_common(&u, aligned(end, PAGE));
	u.toc = find_toc(p);
	merge(&u);
	return map_code(p) && as_unlinked_relocate(&u) ? AS_OK : AS_NOMEM;
}

/* Whether an address of code is inside a function that begins before it. */
static bool is_inside(const as_program *p, uint64_t addr)
{
	addr = p->elf.machine == AS_EM_ARM ? addr & ~UINT64_C(1) : addr;
	size_t n = as_up_to(p->labels, p->n_labels, sizeof(*p->labels), addr);
	const as_label *l = n > 0 ? &p->labels[n - 1] : NULL;
	return l && addr != l->addr && addr - l->addr < l->size;
}

/* Whether a slot is a word of read-only data that points to code of which no label tells. */
static bool is_unnamed(const as_program *p, const as_fixup *f)
{
	uint64_t code = p->elf.machine == AS_EM_ARM ? f->value & ~UINT64_C(1) : f->value;
	const as_region *r = as_program_region(p, f->addr);
	return r && !r->write && !r->exec && as_program_is_code(p, code) &&
	       !as_program_label(p, code);
}

/* Without symbols a table of such words is more often that of a switch than of functions, and functions that are cut
 * into its cases would be worse than functions that are found later. */
static void drop_tables(as_program *p)
{
	enum { TABLE = 3 /* words */ };
	size_t n = 0, end = 0;
	for (size_t i = 0; i < p->n_slots; i = end) {
		end = i + 1;
		while (end < p->n_slots && is_unnamed(p, &p->slots[i]) &&
			is_unnamed(p, &p->slots[end]) &&
			p->slots[end].addr - p->slots[end - 1].addr == p->arch->word)
			end++;
		for (size_t k = i; k < end && end - i < TABLE; k++)
			p->slots[n++] = p->slots[k];
	}
	p->n_slots = n;
}

/* The module structure points to both, the first to what runs first. */
static void find_ends(as_program *p)
{
	const as_elf_section *s = as_elf_section_named(&p->elf, ".gnu.linkonce.this_module");
	uint64_t code = 0;
	for (size_t i = 0; s && s->addr && i < p->n_slots; i++) {
		const as_fixup *f = &p->slots[i];
		if (f->addr < s->addr || f->addr - s->addr >= s->size)
			continue;
		code = p->elf.machine == AS_EM_ARM ? f->value & ~UINT64_C(1) : f->value;
		if (!as_program_is_code(p, code))
			continue;
		uint64_t *end = p->loaded ? &p->removed : &p->loaded;
		*end = code;
	}
}

void as_unlinked_settle(as_program *p)
{
	size_t n = 0;
	if (p->elf.type != AS_ET_REL)
		return;
	for (size_t i = 0; i < p->n_slots; i++)
		if (!is_inside(p, p->slots[i].value))
			p->slots[n++] = p->slots[i];
	p->n_slots = n;
	drop_tables(p);
	find_ends(p);
}
