/* SPDX-License-Identifier: Apache-2.0 */
/* Dynamic relocations by machine: which number means "address of the program plus addend", "address of a symbol",
 * "slot of an imported function". Numbers from each processor's ELF supplement. All others are left alone (copies,
 * thread-local storage): they hold no code addresses. */
#include "code/relocate.h"

#include <stdlib.h>

enum {
	DT_PLTRELSZ = 2,
	DT_PLTGOT = 3,
	DT_RELA = 7,
	DT_RELASZ = 8,
	DT_REL = 17,
	DT_RELSZ = 18,
	DT_PLTREL = 20,
	DT_JMPREL = 23,
	DT_RELRSZ = 35,
	DT_RELR = 36,
	SLOTS_MAX = 1 << 21, /* relocations looked at */
	IMPORTS_MAX = 131072,
	MIPS_GP = 0x7ff0, /* from the start of the global offset table */
};
#define DT_PPC_GOT 0x70000000u
#define DT_MIPS_LOCAL_GOTNO 0x7000000au
#define DT_MIPS_GOTSYM 0x70000013u
#define DT_MIPS_PLTGOT 0x70000032u

typedef struct kinds {
	uint16_t machine;
	uint8_t relative, irelative, absolute[3], slot[3]; /* 0: none */
} kinds;

static const kinds table[] = {
	{ AS_EM_X86_64, 8, 37, { 1 }, { 6, 7 } },
	{ AS_EM_386, 8, 42, { 1 }, { 6, 7 } },
	{ AS_EM_ARM, 23, 160, { 2 }, { 21, 22 } },
	{ AS_EM_AARCH64, 0, 0, { 0 }, { 0 } }, /* numbers over 255: below */
	{ AS_EM_MIPS, 0, 0, { 3, 2 }, { 127 } },
	{ AS_EM_PPC, 22, 248, { 1 }, { 20, 21 } },
	{ AS_EM_PPC64, 22, 248, { 38 }, { 20, 21 } },
	{ AS_EM_RISCV, 3, 58, { 1, 2 }, { 5 } },
};

typedef enum meaning { IGNORED, RELATIVE, CHOSEN, ABSOLUTE, SLOT } meaning;

static meaning aarch64_meaning(uint32_t type)
{
	enum { ABS64 = 257, GLOB_DAT = 1025, JUMP_SLOT = 1026, REL = 1027, IREL = 1032 };
	return type == ABS64                           ? ABSOLUTE
	       : type == GLOB_DAT || type == JUMP_SLOT ? SLOT
	       : type == REL                           ? RELATIVE
	       : type == IREL                          ? CHOSEN
						       : IGNORED;
}

static meaning meaning_of(const as_elf_view *e, uint32_t type)
{
	if (e->machine == AS_EM_AARCH64)
		return aarch64_meaning(type);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const kinds *k = &table[i];
		if (k->machine != e->machine || type == 0)
			continue;
		if (type == k->relative || type == k->irelative)
			return type == k->relative ? RELATIVE : CHOSEN;
		for (int j = 0; j < 3; j++) {
			if (type == k->absolute[j])
				return ABSOLUTE;
			if (type == k->slot[j])
				return SLOT;
		}
	}
	return IGNORED;
}

typedef struct filling {
	as_program *p;
	as_fixup *slots;
	size_t n, room;
	uint32_t *import_of; /* dynamic symbol -> import number + 1 */
} filling;

static as_fixup *add(filling *f, uint64_t addr, uint64_t value, bool import)
{
	const as_program *p = f->p;
	if (f->n >= f->room)
		return NULL;
	const as_region *r = as_program_region(p, addr);
	bool relro = addr >= p->relro_addr && addr - p->relro_addr < p->relro_len;
	f->slots[f->n++] = (as_fixup){
		.addr = addr, .value = value, .constant = import || relro || (r && !r->write)
	};
	return &f->slots[f->n - 1];
}

/* The address a dynamic symbol has: in the program, or the stand-in of an import. */
static uint64_t symbol_value(filling *f, uint64_t i, bool *import)
{
	as_program *p = f->p;
	as_elf_symbol s = { 0 };
	*import = false;
	if (i == 0 || !as_elf_symbol_at(&p->elf, &p->dyn.symbols, (size_t)i, &s))
		return 0;
	if (s.section != 0 && s.section < 0xff00)
		return s.value;
	*import = true;
	if (f->import_of[i] == 0 && p->n_imports < IMPORTS_MAX) {
		p->imports[p->n_imports] = as_elf_string(p->dyn.symbols.strings, s.name);
		f->import_of[i] = (uint32_t)++p->n_imports;
	}
	return f->import_of[i] > 0 ? as_program_import_addr(p, f->import_of[i] - 1) : 0;
}

static void relocate_one(filling *f, uint64_t addr, uint64_t info, uint64_t addend, bool stated)
{
	as_program *p = f->p;
	bool wide = p->elf.wide, import = false;
	uint64_t symbol = wide ? info >> 32 : info >> 8, at = 0;
	uint32_t type = (uint32_t)(wide ? info & 0xffffffffu : info & 0xff);
	if (p->elf.machine == AS_EM_MIPS &&
		wide) { /* three types in one, and in an order of its own */
		symbol = p->elf.big ? info >> 32 : info & 0xffffffffu;
		type = (uint32_t)(p->elf.big ? info & 0xff : info >> 56);
	}
	meaning m = meaning_of(&p->elf, type);
	if (m == IGNORED)
		return;
	if (!stated && m != SLOT && as_program_initial(p, addr, p->arch->word, &at))
		addend = at;
	uint64_t value = m <= CHOSEN ? 0 : symbol_value(f, symbol, &import);
	if (m == SLOT && !stated)
		addend = 0;
	value = p->arch->word == 4 ? (uint32_t)(value + addend) : value + addend;
	as_fixup *slot = add(f, addr, value, import);
	if (slot && m == CHOSEN) {
		slot->resolver = value;
		slot->constant = true; /* it is filled before the program begins */
	}
}

static as_span bytes_at(const as_program *p, uint64_t at_tag, uint64_t len_tag)
{
	uint64_t at = 0, len = 0;
	if (!as_elf_dyn_value(&p->dyn, &p->elf, at_tag, &at) ||
		!as_elf_dyn_value(&p->dyn, &p->elf, len_tag, &len))
		return (as_span){ 0 };
	as_span s = as_program_from(p, at);
	return as_cut(s, 0, as_min(len, s.n));
}

static void read_table(filling *f, as_span bytes, bool addend)
{
	bool wide = f->p->elf.wide;
	as_cur c = as_program_cur(f->p, bytes, 0);
	for (size_t i = 0; i < SLOTS_MAX && as_left(&c) >= (wide ? 16u : 8u); i++) {
		uint64_t addr = as_uword(&c, wide), info = as_uword(&c, wide);
		uint64_t more = addend ? as_uword(&c, wide) : 0;
		if (as_ok(&c))
			relocate_one(f, addr, info, more, addend);
	}
}

/* Packed relative relocations: an even word is an address; an odd one a bitmap of the words after it. */
static void read_relr(filling *f, as_span bytes)
{
	const as_program *p = f->p;
	unsigned word = p->arch->word;
	uint64_t next = 0, value = 0;
	as_cur c = as_program_cur(p, bytes, 0);
	while (as_left(&c) >= word) {
		uint64_t entry = as_uword(&c, p->elf.wide);
		if ((entry & 1) == 0) {
			if (as_program_initial(p, entry, word, &value))
				add(f, entry, value, false);
			next = entry + word;
			continue;
		}
		for (unsigned bit = 1; bit < word * 8; bit++)
			if ((entry >> bit & 1) &&
				as_program_initial(p, next + (bit - 1) * word, word, &value))
				add(f, next + (bit - 1) * word, value, false);
		next += (uint64_t)(word * 8 - 1) * word;
	}
}

/* The register gp of a static program for MIPS, as the register information says. */
static uint64_t stated_gp(const as_program *p)
{
	enum { PT_MIPS_REGINFO = 0x70000000, GP_AT = 20 };
	const as_elf_section *got = as_elf_section_named(&p->elf, ".got");
	if (got && got->addr != 0)
		return got->addr + MIPS_GP;
	for (size_t i = 0; i < p->elf.n_segments; i++)
		if (p->elf.segments[i].type == PT_MIPS_REGINFO && !p->elf.wide) {
			as_cur c = as_program_cur(p, p->elf.segments[i].data, GP_AT);
			return as_u32(&c);
		}
	return 0;
}

/* Static programs have such a table too if their code is independent of its place; it is filled by the linker and
 * ends where no more addresses are. */
static void read_static_mips_got(filling *f)
{
	enum { EF_MIPS_PIC = 2, EF_MIPS_CPIC = 4, MOST = 16384, STRANGE = 16 };
	as_program *p = f->p;
	unsigned word = p->arch->word;
	uint64_t mark = 0, value = 0, strange = 0;
	p->gp = stated_gp(p);
	uint64_t got = p->gp - MIPS_GP;
	if (p->gp == 0 || !(p->elf.flags & (EF_MIPS_PIC | EF_MIPS_CPIC)) ||
		!as_program_initial(p, got + word, word, &mark) ||
		mark != UINT64_C(1) << (8 * word - 1))
		return;
	for (uint64_t i = 2; i < MOST && as_program_initial(p, got + i * word, word, &value); i++) {
		bool address = as_program_region(p, value) != NULL;
		strange = address ? 0 : strange + 1; /* offsets of thread-local storage */
		if (strange > STRANGE)
			break;
		as_fixup *slot = address ? add(f, got + i * word, value, false) : NULL;
		if (slot)
			slot->constant = true;
	}
}

/* The table of MIPS: local entries hold addresses; the rest stand for the dynamic symbols from GOTSYM on. */
static void read_mips_got(filling *f)
{
	as_program *p = f->p;
	uint64_t got = 0, local = 0, first = 0, value = 0;
	if (p->elf.machine != AS_EM_MIPS)
		return;
	if (!as_elf_dyn_value(&p->dyn, &p->elf, DT_PLTGOT, &got)) {
		read_static_mips_got(f);
		return;
	}
	p->gp = got + MIPS_GP;
	(void)as_elf_dyn_value(&p->dyn, &p->elf, DT_MIPS_LOCAL_GOTNO, &local);
	(void)as_elf_dyn_value(&p->dyn, &p->elf, DT_MIPS_GOTSYM, &first);
	unsigned word = p->arch->word;
	for (uint64_t i = 2; i < as_min(local, IMPORTS_MAX); i++)
		if (as_program_initial(p, got + i * word, word, &value))
			add(f, got + i * word, value, true);
	for (uint64_t i = first; i < p->dyn.symbols.n && first > 0; i++) {
		bool import = false;
		value = symbol_value(f, i, &import);
		if (value != 0)
			add(f, got + (local + i - first) * word, value, true);
	}
}

static int by_addr(const void *a, const void *b)
{
	const as_fixup *x = a, *y = b;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Sorts, and keeps the last of equal addresses' meanings: the first in the order of the tables. */
static void settle(filling *f)
{
	as_program *p = f->p;
	qsort(f->slots, f->n, sizeof(*f->slots), by_addr);
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++)
		if (n == 0 || f->slots[n - 1].addr != f->slots[i].addr)
			f->slots[n++] = f->slots[i];
	p->slots = f->slots;
	p->n_slots = n;
}

static void find_got(as_program *p)
{
	uint64_t tag = p->elf.machine == AS_EM_PPC ? DT_PPC_GOT : DT_PLTGOT;
	if (p->gp == 0)
		(void)as_elf_dyn_value(&p->dyn, &p->elf, tag, &p->gp);
	if (p->elf.machine == AS_EM_PPC64) { /* the TOC pointer is 0x8000 past the table's start */
		const as_elf_section *got = as_elf_section_named(&p->elf, ".got");
		p->gp = got && got->addr ? got->addr + 0x8000 : 0;
	}
}

/* Tables of a program without a dynamic segment hold nothing but functions that are chosen at the start. */
static bool is_start_table(const as_elf_section *s)
{
	enum { SHT_RELA = 4, SHT_REL = 9, SHF_ALLOC = 2 };
	return (s->type == SHT_RELA || s->type == SHT_REL) && (s->flags & SHF_ALLOC) != 0;
}

static size_t count_sections(const as_program *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->elf.n_sections && !p->dyn.present; i++)
		if (is_start_table(&p->elf.sections[i]))
			n += p->elf.sections[i].data.n / 8;
	return n;
}

static void read_sections(filling *f)
{
	const as_program *p = f->p;
	for (size_t i = 0; i < p->elf.n_sections; i++)
		if (is_start_table(&p->elf.sections[i]))
			read_table(f, p->elf.sections[i].data, p->elf.sections[i].type == 4);
}

/* The table that the linker has filled in a static program: it is not written again. */
static const as_elf_section *static_got(const as_program *p)
{
	const as_elf_section *got = as_elf_section_named(&p->elf, ".got");
	bool other = p->dyn.present || p->elf.machine == AS_EM_MIPS;
	return other || !got || got->addr == 0 ? NULL : got;
}

static void read_static_got(filling *f)
{
	as_program *p = f->p;
	const as_elf_section *got = static_got(p);
	unsigned word = p->arch->word;
	uint64_t value = 0;
	for (uint64_t at = 0; got && at + word <= got->data.n; at += word) {
		bool read = as_program_initial(p, got->addr + at, word, &value);
		if (!read || !as_program_region(p, value))
			continue;
		as_fixup *slot = add(f, got->addr + at, value, false);
		if (slot)
			slot->constant = true;
	}
}

bool as_relocate(as_program *p)
{
	filling f = { .p = p };
	as_span rela = bytes_at(p, DT_RELA, DT_RELASZ), rel = bytes_at(p, DT_REL, DT_RELSZ);
	as_span plt = bytes_at(p, DT_JMPREL, DT_PLTRELSZ), relr = bytes_at(p, DT_RELR, DT_RELRSZ);
	uint64_t with_addend = 0;
	(void)as_elf_dyn_value(&p->dyn, &p->elf, DT_PLTREL, &with_addend);
	f.room = (rela.n + rel.n + plt.n) / 8 + relr.n * 8 + p->dyn.symbols.n + count_sections(p) +
		 (p->elf.machine == AS_EM_MIPS && !p->dyn.present ? 16384 : 0) + 1;
	const as_elf_section *got = static_got(p);
	f.room += got ? got->data.n / p->arch->word : 0;
	uint64_t local = 0;
	(void)as_elf_dyn_value(&p->dyn, &p->elf, DT_MIPS_LOCAL_GOTNO, &local);
	f.room = (size_t)as_min(f.room + as_min(local, IMPORTS_MAX), SLOTS_MAX);
	f.slots = as_alloc_array(p->arena, f.room, sizeof(*f.slots));
	f.import_of = as_alloc_array(p->arena, p->dyn.symbols.n + 1, sizeof(*f.import_of));
	p->imports = as_alloc_array(
		p->arena, (size_t)as_min(p->dyn.symbols.n + 1, IMPORTS_MAX), sizeof(*p->imports));
	if (!f.slots || !f.import_of || !p->imports)
		return false;
	find_got(p);
	read_mips_got(&f);
	read_table(&f, plt, with_addend == DT_RELA);
	read_table(&f, rela, true);
	read_table(&f, rel, false);
	read_relr(&f, relr);
	if (!p->dyn.present)
		read_sections(&f);
	read_static_got(&f);
	settle(&f);
	return true;
}
