/* SPDX-License-Identifier: Apache-2.0 */
/* The dynamic segment: pairs of words (tag, value) up to tag 0. Addresses are virtual; they are
 * found through the loaded segments. Nothing states the number of dynamic symbols outright, so:
 * MIPS has a tag for it; DT_HASH has it as its second word; a section header may describe the
 * same table; DT_GNU_HASH leads to the last exported symbol; relocations name symbols; and the
 * string table nearly always follows the symbols. The first of these that answers is believed. */
#include "elf/dyn.h"

enum {
	DT_NEEDED = 1,
	DT_PLTRELSZ = 2,
	DT_HASH = 4,
	DT_STRTAB = 5,
	DT_SYMTAB = 6,
	DT_RELA = 7,
	DT_RELASZ = 8,
	DT_STRSZ = 10,
	DT_SONAME = 14,
	DT_RPATH = 15,
	DT_REL = 17,
	DT_RELSZ = 18,
	DT_PLTREL = 20,
	DT_DEBUG = 21,
	DT_TEXTREL = 22,
	DT_JMPREL = 23,
	DT_BIND_NOW = 24,
	DT_RUNPATH = 29,
	DT_FLAGS = 30,
	N_LOW = 31,
	DF_TEXTREL = 4,
	DF_BIND_NOW = 8,
	DF_1_NOW = 1,
	ENTRIES_MAX = 65536,
	VERSIONS_MAX = 8192,
};
#define DT_GNU_HASH 0x6ffffef5u
#define DT_VERSYM 0x6ffffff0u
#define DT_FLAGS_1 0x6ffffffbu
#define DT_VERDEF 0x6ffffffcu
#define DT_VERNEED 0x6ffffffeu
#define DT_MIPS_SYMTABNO 0x70000011u
#define DT_MIPS_RLD_MAP 0x70000016u
#define DT_MIPS_RLD_MAP_REL 0x70000035u
#define DF_1_PIE 0x08000000u

/* Values by tag; the last of equal tags counts, as in the loader. */
typedef struct values {
	uint64_t low[N_LOW];
	bool has[N_LOW];
	uint64_t gnu_hash, versym, verdef, verneed, flags_1, mips_symbols;
	bool mips_map;
} values;

static uint64_t *high_value(values *v, const as_elf_view *e, uint64_t tag)
{
	const struct {
		uint64_t tag, *to;
		bool mips;
	} table[] = { { DT_GNU_HASH, &v->gnu_hash, false }, { DT_VERSYM, &v->versym, false },
		{ DT_FLAGS_1, &v->flags_1, false }, { DT_VERDEF, &v->verdef, false },
		{ DT_VERNEED, &v->verneed, false }, { DT_MIPS_SYMTABNO, &v->mips_symbols, true } };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].tag == tag && (!table[i].mips || e->machine == AS_EM_MIPS))
			return table[i].to;
	return NULL;
}

/* Reads one entry; false at the end of the table. */
static bool entry(as_cur *c, bool wide, uint64_t *tag, uint64_t *value)
{
	*tag = as_uword(c, wide);
	*value = as_uword(c, wide);
	return as_ok(c) && *tag != 0;
}

static void read_values(as_elf_dyn *d, const as_elf_view *e, values *v)
{
	uint64_t tag = 0, value = 0;
	as_cur c = as_elf_cur(e, d->table, 0);
	for (size_t i = 0; i < ENTRIES_MAX && entry(&c, e->wide, &tag, &value); i++) {
		uint64_t *high = tag < N_LOW ? &v->low[tag] : high_value(v, e, tag);
		if (tag < N_LOW)
			v->has[tag] = true;
		if (high)
			*high = value;
		d->n_needed += tag == DT_NEEDED;
		if (e->machine == AS_EM_MIPS &&
			(tag == DT_MIPS_RLD_MAP || tag == DT_MIPS_RLD_MAP_REL))
			v->mips_map = true;
	}
}

/* One more than the highest symbol that DT_GNU_HASH reaches, or 0: the last chain ends with an
 * odd hash. */
static uint64_t gnu_hash_count(const as_elf_view *e, as_span hash)
{
	as_cur c = as_elf_cur(e, hash, 0);
	uint32_t n_buckets = as_u32(&c), first = as_u32(&c), n_bloom = as_u32(&c);
	as_skip(&c, 4);
	as_skip(&c, (uint64_t)n_bloom * (e->wide ? 8 : 4));
	as_span buckets = as_take(&c, (uint64_t)n_buckets * 4);
	if (!as_ok(&c))
		return 0;
	uint32_t last = 0;
	for (as_cur b = as_elf_cur(e, buckets, 0); as_left(&b) > 0;)
		last = (uint32_t)as_max(last, as_u32(&b));
	if (last < first || last == 0)
		return 0;
	as_skip(&c, (uint64_t)(last - first) * 4);
	while (as_ok(&c)) {
		last++;
		if (as_u32(&c) & 1)
			break;
	}
	return as_ok(&c) ? last : 0;
}

/* One more than the highest symbol that a relocation table names. */
static uint64_t relocation_count(const as_elf_view *e, as_span table, bool addend)
{
	uint64_t top = 0;
	as_cur c = as_elf_cur(e, table, 0);
	while (as_left(&c) >= (e->wide ? 16u : 8u)) {
		(void)as_uword(&c, e->wide);
		uint64_t info = as_uword(&c, e->wide);
		top = as_max(top, e->wide ? info >> 32 : info >> 8);
		if (addend)
			(void)as_uword(&c, e->wide);
	}
	return top > 0 ? top + 1 : 0;
}

static as_span table_at(const as_elf_view *e, uint64_t addr, uint64_t n)
{
	as_span s = as_elf_from(e, addr);
	return as_cut(s, 0, as_min(n, s.n));
}

static uint64_t related_count(const as_elf_view *e, const values *v)
{
	const uint64_t *low = v->low;
	uint64_t a = relocation_count(e, table_at(e, low[DT_RELA], low[DT_RELASZ]), true);
	uint64_t b = relocation_count(e, table_at(e, low[DT_REL], low[DT_RELSZ]), false);
	as_span plt = table_at(e, low[DT_JMPREL], low[DT_PLTRELSZ]);
	return as_max(as_max(a, b), relocation_count(e, plt, low[DT_PLTREL] == DT_RELA));
}

static uint64_t section_count(const as_elf_view *e, const values *v)
{
	const as_elf_section *s = as_elf_section_typed(e, AS_SHT_DYNSYM);
	return s && s->addr == v->low[DT_SYMTAB] ? s->data.n / (e->wide ? 24 : 16) : 0;
}

static uint64_t count_symbols(const as_elf_view *e, const values *v)
{
	if (v->mips_symbols > 0)
		return v->mips_symbols;
	if (v->has[DT_HASH]) {
		/* The 64-bit words of Alpha's and s390x' hash tables are the exception to the
		 * ABI. */
		bool wide = e->machine == AS_EM_S390 && e->wide;
		as_cur c = as_elf_cur(e, as_elf_from(e, v->low[DT_HASH]), wide ? 8 : 4);
		return as_uword(&c, wide);
	}
	uint64_t n = section_count(e, v);
	if (n > 0)
		return n;
	n = as_max(v->gnu_hash ? gnu_hash_count(e, as_elf_from(e, v->gnu_hash)) : 0,
		related_count(e, v));
	bool follows = v->low[DT_STRTAB] > v->low[DT_SYMTAB];
	uint64_t room = follows ? (v->low[DT_STRTAB] - v->low[DT_SYMTAB]) / (e->wide ? 24 : 16) : n;
	return n > 0 ? as_min(n, room) : room;
}

static void read_symbols(as_elf_dyn *d, const as_elf_view *e, const values *v)
{
	size_t len = e->wide ? 24 : 16;
	as_elf_symbols *t = &d->symbols;
	t->strings = table_at(e, v->low[DT_STRTAB], v->low[DT_STRSZ]);
	if (!v->has[DT_SYMTAB])
		return;
	as_span all = as_elf_from(e, v->low[DT_SYMTAB]);
	uint64_t n = count_symbols(e, v);
	if (n > all.n / len && !d->damage)
		d->damage = "dynamic symbol table runs past its segment";
	t->n = (size_t)as_min(n, all.n / len);
	t->entries = as_cut(all, 0, t->n * len);
}

static void name_version(as_elf_dyn *d, as_span *names, uint16_t number, uint32_t name)
{
	number &= 0x7fff;
	if (number < d->n_versions && !names[number].p)
		names[number] = as_elf_string(d->symbols.strings, name);
}

/* Needed versions: u16 version, u16 count, u32 file, u32 aux, u32 next; each aux: u32 hash, u16
 * flags, u16 number, u32 name, u32 next. Offsets are relative to their record. The budget
 * bounds loops. */
static void read_needs(
	as_elf_dyn *d, const as_elf_view *e, as_span all, as_span *names, size_t budget)
{
	for (uint64_t at = 0; budget > 0; budget--) {
		as_cur c = as_elf_cur(e, all, at);
		as_skip(&c, 2);
		uint16_t n = as_u16(&c);
		as_skip(&c, 4);
		uint32_t aux = as_u32(&c), next = as_u32(&c);
		uint64_t aux_at = at + aux;
		for (; as_ok(&c) && n > 0 && budget > 0; n--, budget--) {
			as_cur a = as_elf_cur(e, all, aux_at);
			as_skip(&a, 6);
			uint16_t number = as_u16(&a);
			uint32_t name = as_u32(&a), step = as_u32(&a);
			if (as_ok(&a))
				name_version(d, names, number, name);
			aux_at += step;
			n = as_ok(&a) && step > 0 ? n : 1;
		}
		at += next;
		if (!as_ok(&c) || next == 0)
			return;
	}
}

/* Defined versions: u16 version, u16 flags, u16 number, u16 count, u32 hash, u32 aux, u32 next; the
 * first aux holds the name: u32 name, u32 next. */
static void read_definitions(
	as_elf_dyn *d, const as_elf_view *e, as_span all, as_span *names, size_t budget)
{
	for (uint64_t at = 0; budget > 0; budget--) {
		as_cur c = as_elf_cur(e, all, at);
		as_skip(&c, 4);
		uint16_t number = as_u16(&c);
		as_skip(&c, 6);
		uint32_t aux = as_u32(&c), next = as_u32(&c);
		as_cur a = as_elf_cur(e, all, at + aux);
		uint32_t name = as_u32(&a);
		/* Version 1 is the file itself, not a version of its symbols. */
		if (as_ok(&c) && as_ok(&a) && number > 1)
			name_version(d, names, number, name);
		at += next;
		if (!as_ok(&c) || next == 0)
			return;
	}
}

static bool read_versions(as_elf_dyn *d, const as_elf_view *e, const values *v, as_arena *arena)
{
	if (v->versym == 0 || d->symbols.n == 0)
		return true;
	d->versym = table_at(e, v->versym, (uint64_t)d->symbols.n * 2);
	uint64_t top = 0;
	for (as_cur c = as_elf_cur(e, d->versym, 0); as_left(&c) >= 2;)
		top = as_max(top, as_u16(&c) & 0x7fff);
	d->n_versions = (size_t)as_min(top + 1, VERSIONS_MAX);
	as_span *names = as_alloc_array(arena, d->n_versions, sizeof(*names));
	if (!names)
		return false;
	d->versions = names;
	if (v->verneed)
		read_needs(d, e, as_elf_from(e, v->verneed), names, VERSIONS_MAX);
	if (v->verdef)
		read_definitions(d, e, as_elf_from(e, v->verdef), names, VERSIONS_MAX);
	return true;
}

static as_span string_of(const as_elf_dyn *d, const values *v, unsigned tag)
{
	return v->has[tag] ? as_elf_string(d->symbols.strings, v->low[tag]) : (as_span){ 0 };
}

bool as_elf_dyn_open(as_elf_dyn *d, const as_elf_view *e, as_arena *arena)
{
	values v = { 0 };
	*d = (as_elf_dyn){ 0 };
	const as_elf_segment *dynamic = as_elf_segment_typed(e, AS_PT_DYNAMIC);
	const as_elf_section *section = as_elf_section_named(e, ".dynamic");
	d->table = dynamic ? dynamic->data : section ? section->data : (as_span){ 0 };
	d->present = dynamic || d->table.n > 0;
	if (dynamic && dynamic->data.n < dynamic->len)
		d->damage = "dynamic segment runs past the end";
	if (!d->present)
		return true;
	read_values(d, e, &v);
	read_symbols(d, e, &v);
	d->soname = string_of(d, &v, DT_SONAME);
	d->rpath = string_of(d, &v, DT_RPATH);
	d->runpath = string_of(d, &v, DT_RUNPATH);
	d->bind_now =
		v.has[DT_BIND_NOW] || (v.low[DT_FLAGS] & DF_BIND_NOW) || (v.flags_1 & DF_1_NOW);
	d->textrel = v.has[DT_TEXTREL] || (v.low[DT_FLAGS] & DF_TEXTREL);
	d->pie = (v.flags_1 & DF_1_PIE) != 0;
	d->debug = v.has[DT_DEBUG] || v.mips_map;
	return read_versions(d, e, &v, arena);
}

bool as_elf_dyn_value(const as_elf_dyn *d, const as_elf_view *e, uint64_t tag, uint64_t *value)
{
	uint64_t has = 0, v = 0;
	bool found = false;
	as_cur c = as_elf_cur(e, d->table, 0);
	for (size_t i = 0; i < ENTRIES_MAX && entry(&c, e->wide, &has, &v); i++)
		if (has == tag) {
			*value = v;
			found = true;
		}
	return found;
}

bool as_elf_needed(const as_elf_dyn *d, const as_elf_view *e, as_cur *c, as_span *name)
{
	uint64_t tag = 0, value = 0;
	while (entry(c, e->wide, &tag, &value)) {
		if (tag != DT_NEEDED)
			continue;
		*name = as_elf_string(d->symbols.strings, value);
		return true;
	}
	return false;
}

as_span as_elf_version(const as_elf_dyn *d, const as_elf_view *e, size_t i)
{
	as_cur c = as_elf_cur(e, d->versym, i * 2);
	uint16_t number = as_u16(&c) & 0x7fff;
	return as_ok(&c) && number < d->n_versions ? d->versions[number] : (as_span){ 0 };
}
