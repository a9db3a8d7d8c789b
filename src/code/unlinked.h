/* SPDX-License-Identifier: Apache-2.0 */
/* ELF files that are not linked yet (kernel modules, objects): what the kernel or a linker would do with them, at
 * addresses of our own choice. Whatever the file holds stands at AS_UNLINKED_BASE + its offset in the file, so that an
 * address leads straight to the bytes; behind the file come stand-ins for the imports, a global offset table, and what
 * has no bytes (.bss). Relocations are applied to a private copy of the file; rows cite the file itself. */
#ifndef AS_CODE_UNLINKED_H
#define AS_CODE_UNLINKED_H

#include "code/program.h"

/* Below 2 GiB, so that every form of address holds it; no usual constant, and every jump of a module reaches. */
#define AS_UNLINKED_BASE 0x60000000u

enum {
	AS_UNLINKED_MAX = 64 << 20
}; /* bytes of a file: all that is laid out lies within one jump of MIPS */

/* Lays out p (p->elf is open, p->arch known): regions, code, slots, labels, imports. What is damaged is left out, and
 * p->damage says so. AS_NOT_THIS: too large for it. AS_NOMEM. */
as_status as_unlinked_open(as_program *p) AS_MUST_USE;

/* When labels are known: the functions that run at loading and removal; words that point into the middle of a function
 * (of a switch, or of a table of the kernel's) are no slots any more, since no function begins there. Nothing for a
 * linked program. */
void as_unlinked_settle(as_program *p);

/* What is between laying out and relocating. */
typedef struct as_unlinked {
	as_program *p;
	uint8_t *copy;           /* of the whole file; relocations are applied to it */
	const uint64_t *section; /* by section number: its address; 0: it has none */
	as_elf_symbols symbols;
	uint32_t *import_of; /* symbol -> import number + 1 */
	uint64_t *common;    /* symbol -> address of what it reserves; 0 nothing */
	uint64_t got, toc;   /* address of a word for each symbol; what PowerPC's r2 holds */
	as_fixup *slots;
	size_t n_slots, room_slots;
} as_unlinked;

/* Applies the relocations and fills in p->slots, p->gp. False without memory. */
bool as_unlinked_relocate(as_unlinked *u) AS_MUST_USE;

/* Where a number stands in an instruction or in data, by name. */
typedef enum as_field_id {
	AS_F_NONE,
	AS_F_8,
	AS_F_16,
	AS_F_32,
	AS_F_64,
	AS_F_31,
	AS_F_ARM_24,
	AS_F_ARM_MOVW,
	AS_F_ARM_MOVT,
	AS_F_T_BL,
	AS_F_T_19,
	AS_F_T_11,
	AS_F_T_8,
	AS_F_T_MOVW,
	AS_F_T_MOVT,
	AS_F_A64_26,
	AS_F_A64_19,
	AS_F_A64_14,
	AS_F_A64_ADR,
	AS_F_A64_PAGE,
	AS_F_A64_12,
	AS_F_A64_12_2,
	AS_F_A64_12_4,
	AS_F_A64_12_8,
	AS_F_A64_12_16,
	AS_F_A64_G0,
	AS_F_A64_G1,
	AS_F_A64_G2,
	AS_F_A64_G3,
	AS_F_MIPS_26,
	AS_F_LOW,
	AS_F_HIGH,
	AS_F_HIGHER,
	AS_F_HIGHEST,
	AS_F_MIPS_PC16,
	AS_F_MIPS_PC21,
	AS_F_MIPS_PC26,
	AS_F_PPC_24,
	AS_F_PPC_14,
	AS_F_HALF,
	AS_F_HALF_HI,
	AS_F_HALF_HA,
	AS_F_HALF_DS,
	AS_F_HALF_HIGHER,
	AS_F_HALF_HIGHERA,
	AS_F_HALF_HIGHEST,
	AS_F_HALF_HIGHESTA,
	AS_F_RV_B,
	AS_F_RV_J,
	AS_F_RV_U,
	AS_F_RV_I,
	AS_F_RV_S,
	AS_F_RV_CB,
	AS_F_RV_CJ,
	AS_F_RV_CLUI,
	AS_F_RV_6
} as_field_id;

/* A place of the copy that is changed: the bytes from it to the end of its section, and how they are read. */
typedef struct as_patch {
	uint8_t *at;
	size_t n;
	bool big_data, big_code;
} as_patch;

/* The number that stands there (sign-extended); 0 if the bytes are not there. Pure. */
int64_t as_field_get(const as_patch *p, as_field_id id);
/* Puts v there. False, and nothing is changed, if the bytes are not there or v does not fit. */
bool as_field_put(const as_patch *p, as_field_id id, int64_t v);

#endif
