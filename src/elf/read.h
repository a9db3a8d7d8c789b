/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded reader of ELF files: 32 and 64 bits, both byte orders, with or without section headers.
 * Everything here borrows from the file's span; arrays live in the arena given to as_elf_open. */
#ifndef AS_ELF_READ_H
#define AS_ELF_READ_H

#include "base/arena.h"
#include "base/cur.h"

/* Numbers of the ELF specification and its GNU extensions that more than one file needs. */
enum {
	AS_ET_REL = 1,
	AS_ET_EXEC = 2,
	AS_ET_DYN = 3,
	AS_ET_CORE = 4,
	AS_PT_LOAD = 1,
	AS_PT_DYNAMIC = 2,
	AS_PT_INTERP = 3,
	AS_PT_NOTE = 4,
	AS_PF_X = 1,
	AS_PF_W = 2,
	AS_SHT_SYMTAB = 2,
	AS_SHT_NOTE = 7,
	AS_SHT_NOBITS = 8,
	AS_SHT_DYNSYM = 11,
	AS_EM_386 = 3,
	AS_EM_MIPS = 8,
	AS_EM_PPC = 20,
	AS_EM_PPC64 = 21,
	AS_EM_S390 = 22,
	AS_EM_ARM = 40,
	AS_EM_X86_64 = 62,
	AS_EM_AARCH64 = 183,
	AS_EM_RISCV = 243,
};
#define AS_PT_GNU_STACK 0x6474e551u
#define AS_PT_GNU_RELRO 0x6474e552u
#define AS_PT_GNU_PROPERTY 0x6474e553u

typedef struct as_elf_segment {
	uint32_t type, flags;
	uint64_t addr, len, align; /* len: bytes in the file, as stated */
	uint64_t mem_len;          /* bytes in memory, as stated */
	as_span data;              /* those bytes as far as the file holds them */
	as_span header;            /* its entry in the table of program headers */
} as_elf_segment;

typedef struct as_elf_section {
	uint32_t name, type, link, info; /* name: offset in the section name table, bytes */
	uint64_t flags, addr, align;
	uint64_t size; /* as stated, bytes */
	as_span data;  /* empty if it does not lie in the file */
} as_elf_section;

typedef struct as_elf_view {
	as_span data, header;
	bool wide, big; /* 64 bits; big-endian */
	uint8_t os_abi;
	uint16_t type, machine;
	uint32_t flags;
	uint64_t entry;
	uint32_t stated_sections; /* section headers as stated, also where they cannot be read */
	size_t n_segments, n_sections;
	const as_elf_segment *segments;
	const as_elf_section *sections;
	as_span section_names;
	bool no_segments;   /* program headers are missing: absence tells nothing */
	const char *damage; /* what could not be read, constant; NULL if nothing */
} as_elf_view;

/* A symbol table with its strings: from .symtab, or from the dynamic segment. */
typedef struct as_elf_symbols {
	as_span entries, strings;
	size_t n; /* symbols, the null symbol included */
} as_elf_symbols;

typedef struct as_elf_symbol {
	uint32_t name; /* offset in the string table, bytes */
	uint8_t bind, type, visibility;
	uint16_t section; /* 0: undefined */
	uint64_t value, size;
} as_elf_symbol;

typedef struct as_elf_note {
	uint32_t type;
	as_span name, desc; /* name with its NUL */
} as_elf_note;

/* Reads the header and both tables; tables that are cut off or absurd are read as far as they go and
 * e->damage says so. AS_NOT_THIS: data is no ELF file, or ends in its header; AS_NOMEM. */
as_status as_elf_open(as_elf_view *e, as_span data, as_arena *arena) AS_MUST_USE;

/* A cursor at offset at of s in the file's byte order. */
as_cur as_elf_cur(const as_elf_view *e, as_span s, uint64_t at);

/* The bytes from a virtual address to the end of its loaded segment's file part; empty if
 * nothing is loaded there. Linear in the number of segments. Pure. */
as_span as_elf_from(const as_elf_view *e, uint64_t addr);

/* The NUL-terminated string at offset at of a string table, without the NUL. Longer than 8 KiB or
 * not terminated: cut there. Past the table: empty, p NULL. Pure. */
as_span as_elf_string(as_span table, uint64_t at);

/* The first section of that name or type, or NULL. Linear in the number of sections. Pure. */
const as_elf_section *as_elf_section_named(const as_elf_view *e, const char *name);
const as_elf_section *as_elf_section_typed(const as_elf_view *e, uint32_t type);
/* The first segment of that type, or NULL. */
const as_elf_segment *as_elf_segment_typed(const as_elf_view *e, uint32_t type);

/* The symbols of .symtab; n is 0 without one. */
as_elf_symbols as_elf_symtab(const as_elf_view *e);
/* Symbol i of a table; false past its end. Pure. */
bool as_elf_symbol_at(const as_elf_view *e, const as_elf_symbols *t, size_t i, as_elf_symbol *out);

/* The next note of a note segment or section, from a cursor over it; align is 4 or 8 bytes.
 * False at the end or at damage. */
bool as_elf_note_next(as_cur *c, uint64_t align, as_elf_note *out);

#endif
