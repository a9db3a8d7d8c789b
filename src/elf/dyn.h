/* SPDX-License-Identifier: Apache-2.0 */
/* The dynamic segment of an ELF file: what the loader will see, with or without section headers. */
#ifndef AS_ELF_DYN_H
#define AS_ELF_DYN_H

#include "elf/read.h"

typedef struct as_elf_dyn {
	bool present;  /* there is a dynamic segment */
	as_span table; /* its entries */
	as_elf_symbols symbols;
	as_span soname, rpath, runpath;     /* p NULL where absent */
	bool bind_now, textrel, pie, debug; /* DF_1_PIE; DT_DEBUG, which only programs have */
	size_t n_needed;
	const char *damage;      /* constant; NULL if nothing */
	as_span versym;          /* one 16-bit number for each symbol */
	const as_span *versions; /* names by version number; p NULL where there is none */
	size_t n_versions;
} as_elf_dyn;

/* Reads the dynamic segment of e (from PT_DYNAMIC; without it, from section .dynamic). The
 * number of symbols comes from the hash tables, the section header or the relocations,
 * whichever knows it. False only without memory. Borrows from e; arrays live in arena. */
bool as_elf_dyn_open(as_elf_dyn *d, const as_elf_view *e, as_arena *arena) AS_MUST_USE;

/* The value of the last entry with that tag; false without one. Linear in the number of entries. Pure. */
bool as_elf_dyn_value(const as_elf_dyn *d, const as_elf_view *e, uint64_t tag, uint64_t *value);

/* The next needed library, from a cursor that starts as as_elf_cur(e, d->table, 0). False after the
 * last. */
bool as_elf_needed(const as_elf_dyn *d, const as_elf_view *e, as_cur *c, as_span *name);

/* The version name of dynamic symbol i ("GLIBC_2.4"), or an empty span with p NULL. */
as_span as_elf_version(const as_elf_dyn *d, const as_elf_view *e, size_t i);

#endif
