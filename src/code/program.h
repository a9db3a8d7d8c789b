/* SPDX-License-Identifier: Apache-2.0 */
/* A program as the loader would lay it out: regions of memory, the words that relocations fill, the names of
 * functions and imports. Nothing is copied: everything borrows from the file's bytes; arrays live in the arena. */
#ifndef AS_CODE_PROGRAM_H
#define AS_CODE_PROGRAM_H

#include "code/arch.h"
#include "elf/dyn.h"

#define AS_PROGRAM_IMPORTS 0xffffffffffe00000u /* above everything that user space maps */

typedef struct as_region {
	uint64_t addr, len; /* len: bytes in memory; data may hold fewer, the rest is zero */
	as_span data;
	bool exec, write;
} as_region;

/* A word that the loader fills: with an address of the program, or that of an import (as_program_import). */
typedef struct as_fixup {
	uint64_t addr, value;
	uint64_t resolver; /* function that chose value (IFUNC), or 0 */
	bool constant; /* it is not written again: read-only after relocation, or an import's slot */
} as_fixup;

/* A name for an address of code, from a symbol table. */
typedef struct as_label {
	uint64_t addr, size; /* size in bytes, 0 unknown */
	as_span name;
	bool exported, thumb, import_stub;
} as_label;

typedef struct as_program {
	as_elf_view elf;
	as_elf_dyn dyn;
	const as_arch *arch;
	as_mode mode; /* to begin lifting with; thumb is set for each function */
	as_arena *arena;
	as_region *regions; /* by address */
	as_region *
		code; /* what of them is instructions: by section headers, or whole regions; no two overlap */
	as_fixup *slots;             /* by address, one for each */
	as_label *labels;            /* by address; functions only */
	as_span *imports;            /* names */
	struct as_known_stub *stubs; /* what as_stub_goal found out already */
	struct as_library *library;  /* library functions that were recognised inside */
	const struct as_api **apis;  /* by import; NULL: none that is known */
	size_t n_regions, n_code, n_slots, n_labels, n_imports, n_stubs;
	uint64_t gp; /* MIPS gp, PowerPC TOC, i386 and PowerPC GOT pointer; 0 unknown */
	uint64_t relro_addr, relro_len;
	/* Of a file that is not linked (code/unlinked.h, code/flat.h): its addresses minus their offsets in the file,
	 * and the functions that run when a module is loaded and removed. 0: it is linked, or there is none. */
	uint64_t base, loaded, removed;
	/* For which processor it was taken, if the file does not tell; constant; else NULL. */
	const char *guessed;
	const struct as_blob
		*blob;       /* of bare machine code (code/blob.h): how it was guessed; else NULL */
	bool distrusted;     /* what section headers say of code is not believed */
	uint64_t imports_at; /* the stand-in address of import 0 */
	const char
		*damage; /* what could not be laid out, elf.damage apart; constant; NULL nothing */
} as_program;

/* Lays out the ELF file in data. AS_NOT_THIS: no ELF of a machine known here, or a kind that holds no code to be
 * loaded (core, split debug file), or one that is not linked and too large (AS_UNLINKED_MAX); AS_NOMEM. What is
 * damaged is left out, and p->damage or p->elf.damage says so. */
as_status as_program_open(as_program *p, as_span data, as_arena *arena) AS_MUST_USE;

/* The region that holds addr, or NULL. The bytes from addr to the end of what its region has in the file. Pure. */
const as_region *as_program_region(const as_program *p, uint64_t addr);
as_span as_program_from(const as_program *p, uint64_t addr);
/* The same as the file itself has them, where as_program_from answers what the loader makes of them: what rows
 * cite. Pure. */
as_span as_program_file(const as_program *p, uint64_t addr);
/* Whether addr lies in code. Pure. */
bool as_program_is_code(const as_program *p, uint64_t addr);
/* Whether addr lies in bytes that can be executed, though section headers do not call them code. Pure. */
bool as_program_strays(const as_program *p, uint64_t addr);
/* Lays out the file once more, taking all that can be executed for code, and notes that as damage. What was found out
 * with the layout before is to be found out again. As as_program_open. */
as_status as_program_distrust(as_program *p) AS_MUST_USE;
/* Whether k is an address of the program's memory, or the one behind a region: a loop over a table ends there. Pure. */
bool as_program_address(const as_program *p, uint64_t k);
/* The slot at exactly addr, or NULL. Pure. */
const as_fixup *as_program_fixup(const as_program *p, uint64_t addr);
/* The word of width bytes (1, 2, 4, 8) at addr, if it is the same for the whole life of the program: from read-
 * only memory, or a constant slot. Pure. */
bool as_program_constant(const as_program *p, uint64_t addr, unsigned width, uint64_t *value);
/* The word at addr when the program starts, whether or not it is written later. Pure. */
bool as_program_initial(const as_program *p, uint64_t addr, unsigned width, uint64_t *value);
/* The NUL-terminated printable string at addr in the file's bytes, or an empty span with p NULL: at most 4 KiB.
 * Pure. */
as_span as_program_string(const as_program *p, uint64_t addr);

/* The stand-in address of import i, and the import that an address stands for (SIZE_MAX: none). Pure. */
uint64_t as_program_import_addr(const as_program *p, size_t i);
size_t as_program_import(const as_program *p, uint64_t addr);
/* The first label at addr (bit 0 ignored on ARM), or NULL. Pure. */
const as_label *as_program_label(const as_program *p, uint64_t addr);
/* A cursor in the program's byte order. */
as_cur as_program_cur(const as_program *p, as_span s, uint64_t at);

#endif
