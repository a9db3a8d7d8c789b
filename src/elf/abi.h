/* SPDX-License-Identifier: Apache-2.0 */
/* Names for the numbers of an ELF header. */
#ifndef AS_ELF_ABI_H
#define AS_ELF_ABI_H

#include "elf/read.h"

/* The machine: a constant word, or "e<number>" printed into the arena. */
as_span as_elf_machine(const as_elf_view *e, as_arena *arena);
/* The binary interface as the header states it: "eabi5-hard", "o32-mips32r2", "elfv2", "lp64d",
 * ...; for other machines the OS ABI ("sysv", "gnu", ...), or "osabi<number>". Printed into the
 * arena. */
as_span as_elf_abi(const as_elf_view *e, as_arena *arena);
/* Whether an absent PT_GNU_STACK is known to mean an executable (0) or a plain (1) stack; has false
 * where it depends on kernel and C library. Pure. */
bool as_elf_default_nx(const as_elf_view *e, bool *nx);

#endif
