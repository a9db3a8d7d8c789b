/* SPDX-License-Identifier: Apache-2.0 */
/* ELF as in the System V ABI, chapters 4 and 5. The reader never trusts a count: tables are cut
 * to the bytes that exist, and every lookup is linear in what was read.
 *    0 7f "ELF"   4 class   5 byte order   7 OS ABI   16 type   18 machine   20 version   24 entry
 *   32 bits: 28 phoff  32 shoff  36 flags  then u16 from 40: ehsize phentsize phnum
 *   64 bits: 32 phoff  40 shoff  48 flags  then u16 from 52:  shentsize shnum shstrndx */
#include "elf/read.h"

enum {
	STRING_MAX = 8192, /* bytes of one name: mangled C++ names are long, hostile ones longer */
	SECTIONS_MAX =
		131072, /* headers read; link-time optimised objects have tens of thousands */
	PN_XNUM = 0xffff,
	SHN_XINDEX = 0xffff,
};

typedef struct tables {
	uint64_t phoff, shoff;
	uint16_t phentsize, phnum, shentsize, shnum, shstrndx;
} tables;

as_cur as_elf_cur(const as_elf_view *e, as_span s, uint64_t at) { return as_cur_of(s, at, e->big); }

static bool read_header(as_elf_view *e, tables *t)
{
	uint8_t class = as_at(e->data, 4), order = as_at(e->data, 5);
	if (!as_starts(e->data, "\x7f"
				"ELF") ||
		(class != 1 && class != 2) || (order != 1 && order != 2))
		return false;
	e->wide = class == 2;
	e->big = order == 2;
	e->os_abi = as_at(e->data, 7);
	as_cur c = as_elf_cur(e, e->data, 16);
	e->type = as_u16(&c);
	e->machine = as_u16(&c);
	as_skip(&c, 4);
	e->entry = as_uword(&c, e->wide);
	t->phoff = as_uword(&c, e->wide);
	t->shoff = as_uword(&c, e->wide);
	e->flags = as_u32(&c);
	as_skip(&c, 2);
	t->phentsize = as_u16(&c);
	t->phnum = as_u16(&c);
	t->shentsize = as_u16(&c);
	t->shnum = as_u16(&c);
	t->shstrndx = as_u16(&c);
	if (as_ok(&c))
		e->header = as_cut(e->data, 0, as_pos(&c));
	return as_ok(&c);
}

/* What of [at, at + n) the file holds. */
static as_span held(as_span data, uint64_t at, uint64_t n)
{
	return at < data.n ? as_cut(data, at, as_min(n, data.n - at)) : (as_span){ 0 };
}

/* What of a table of n entries the file holds, in whole entries; notes damage if that is less. */
static as_span table_of(as_elf_view *e, uint64_t at, uint64_t n, uint16_t entry_len, uint16_t least)
{
	as_span all =
		n > 0 && entry_len >= least ? held(e->data, at, n * entry_len) : (as_span){ 0 };
	if (n > 0 && all.n < n * entry_len)
		e->damage = "ELF header table runs past the end";
	else if (n > 0 && entry_len < least)
		e->damage = "ELF header table with an impossible entry size";
	return all;
}

static as_elf_section section_at(const as_elf_view *e, as_span entry)
{
	as_elf_section s = { 0 };
	as_cur c = as_elf_cur(e, entry, 0);
	s.name = as_u32(&c);
	s.type = as_u32(&c);
	s.flags = as_uword(&c, e->wide);
	s.addr = as_uword(&c, e->wide);
	uint64_t at = as_uword(&c, e->wide);
	s.size = as_uword(&c, e->wide);
	s.link = as_u32(&c);
	s.info = as_u32(&c);
	s.align = as_uword(&c, e->wide);
	if (s.type != AS_SHT_NOBITS)
		s.data = held(e->data, at, s.size);
	return s;
}

/* Section 0 carries the counts that do not fit the header's 16 bits. */
static bool read_sections(as_elf_view *e, const tables *t, as_arena *arena, uint64_t *phnum)
{
	uint16_t least = e->wide ? 64 : 40;
	uint64_t n = t->shnum;
	uint32_t names = t->shstrndx;
	if (t->shoff == 0)
		return true;
	as_span first = as_cut(e->data, t->shoff, least);
	as_elf_section zero = section_at(e, first);
	n = n == 0 ? zero.size : n;
	names = names == SHN_XINDEX ? zero.link : names;
	*phnum = t->phnum == PN_XNUM && first.n ? zero.info : t->phnum;
	e->stated_sections = (uint32_t)as_min(n, UINT32_MAX);
	as_span all = table_of(e, t->shoff, as_min(n, SECTIONS_MAX), t->shentsize, least);
	if (n > SECTIONS_MAX)
		e->damage = "too many ELF sections";
	size_t have = all.n == 0 ? 0 : all.n / t->shentsize;
	as_elf_section *list = as_alloc_array(arena, have, sizeof(*list));
	if (have > 0 && !list)
		return false;
	for (size_t i = 0; i < have; i++)
		list[i] = section_at(e, as_cut(all, i * t->shentsize, least));
	e->sections = list;
	e->n_sections = have;
	if (names < have)
		e->section_names = list[names].data;
	return true;
}

static as_elf_segment segment_at(const as_elf_view *e, as_span entry)
{
	as_elf_segment s = { .header = entry };
	as_cur c = as_elf_cur(e, entry, 0);
	s.type = as_u32(&c);
	s.flags = e->wide ? as_u32(&c) : 0;
	uint64_t at = as_uword(&c, e->wide);
	s.addr = as_uword(&c, e->wide);
	(void)as_uword(&c, e->wide);
	s.len = as_uword(&c, e->wide);
	s.mem_len = as_uword(&c, e->wide);
	s.flags = e->wide ? s.flags : as_u32(&c);
	s.align = as_uword(&c, e->wide);
	s.data = held(e->data, at, s.len);
	return s;
}

static bool read_segments(as_elf_view *e, const tables *t, as_arena *arena, uint64_t phnum)
{
	uint16_t least = e->wide ? 56 : 32;
	as_span all = table_of(e, t->phoff, as_min(phnum, PN_XNUM), t->phentsize, least);
	size_t have = all.n == 0 ? 0 : all.n / t->phentsize;
	as_elf_segment *list = as_alloc_array(arena, have, sizeof(*list));
	if (have > 0 && !list)
		return false;
	for (size_t i = 0; i < have; i++) {
		list[i] = segment_at(e, as_cut(all, i * t->phentsize, least));
		if (list[i].type == AS_PT_LOAD && list[i].data.n < list[i].len)
			e->damage = "ELF segment runs past the end";
	}
	e->segments = list;
	e->n_segments = have;
	e->no_segments = have < phnum;
	return true;
}

as_status as_elf_open(as_elf_view *e, as_span data, as_arena *arena)
{
	tables t = { 0 };
	*e = (as_elf_view){ .data = data };
	if (!read_header(e, &t))
		return AS_NOT_THIS;
	uint64_t phnum = t.phnum;
	bool read = read_sections(e, &t, arena, &phnum) && read_segments(e, &t, arena, phnum);
	return read ? AS_OK : AS_NOMEM;
}

as_span as_elf_from(const as_elf_view *e, uint64_t addr)
{
	for (size_t i = 0; i < e->n_segments; i++) {
		const as_elf_segment *s = &e->segments[i];
		if (s->type == AS_PT_LOAD && addr >= s->addr && addr - s->addr < s->data.n)
			return as_from(s->data, addr - s->addr);
	}
	return (as_span){ 0 };
}

as_span as_elf_string(as_span table, uint64_t at)
{
	if (at >= table.n)
		return (as_span){ 0 };
	as_span rest = as_cut(table, at, as_min(table.n - at, STRING_MAX));
	size_t end = as_find_byte(rest, 0, 0);
	return end == SIZE_MAX ? rest : as_cut(rest, 0, end);
}

const as_elf_section *as_elf_section_named(const as_elf_view *e, const char *name)
{
	size_t n = as_lit(name).n;
	for (size_t i = 0; i < e->n_sections; i++) {
		as_span s = as_cut(e->section_names, e->sections[i].name, n + 1);
		if (s.n > 0 && s.p[n] == 0 && as_is(as_cut(s, 0, n), name))
			return &e->sections[i];
	}
	return NULL;
}

const as_elf_section *as_elf_section_typed(const as_elf_view *e, uint32_t type)
{
	for (size_t i = 0; i < e->n_sections; i++)
		if (e->sections[i].type == type)
			return &e->sections[i];
	return NULL;
}

const as_elf_segment *as_elf_segment_typed(const as_elf_view *e, uint32_t type)
{
	for (size_t i = 0; i < e->n_segments; i++)
		if (e->segments[i].type == type)
			return &e->segments[i];
	return NULL;
}

as_elf_symbols as_elf_symtab(const as_elf_view *e)
{
	as_elf_symbols t = { 0 };
	const as_elf_section *s = as_elf_section_typed(e, AS_SHT_SYMTAB);
	if (!s)
		return t;
	t.entries = s->data;
	t.n = s->data.n / (e->wide ? 24 : 16);
	if (s->link < e->n_sections)
		t.strings = e->sections[s->link].data;
	return t;
}

bool as_elf_symbol_at(const as_elf_view *e, const as_elf_symbols *t, size_t i, as_elf_symbol *out)
{
	size_t len = e->wide ? 24 : 16;
	if (i >= t->n)
		return false;
	as_cur c = as_elf_cur(e, t->entries, i * len);
	out->name = as_u32(&c);
	if (!e->wide) {
		out->value = as_u32(&c);
		out->size = as_u32(&c);
	}
	uint8_t info = as_u8(&c), other = as_u8(&c);
	out->section = as_u16(&c);
	if (e->wide) {
		out->value = as_u64(&c);
		out->size = as_u64(&c);
	}
	out->bind = info >> 4;
	out->type = info & 15;
	out->visibility = other & 3;
	return as_ok(&c);
}

bool as_elf_note_next(as_cur *c, uint64_t align, as_elf_note *out)
{
	uint32_t name_len = as_u32(c), desc_len = as_u32(c);
	out->type = as_u32(c);
	out->name = as_take(c, name_len);
	/* Only the description and the next note are aligned; the last one's padding may be
	 * missing. */
	as_skip(c, as_min((align - (as_pos(c) & (align - 1))) & (align - 1), as_left(c)));
	out->desc = as_take(c, desc_len);
	as_skip(c, as_min((align - (as_pos(c) & (align - 1))) & (align - 1), as_left(c)));
	return as_ok(c);
}
