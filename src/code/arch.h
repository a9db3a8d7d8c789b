/* SPDX-License-Identifier: Apache-2.0 */
/* What the analysis must know of an architecture: how to lift an instruction, and the calling convention of the
 * usual ABI. One file in arch/ and one line in arch.def make an architecture. */
#ifndef AS_CODE_ARCH_H
#define AS_CODE_ARCH_H

#include "code/op.h"

/* How the instructions at hand are to be read, and what a lifter remembers between two of them. The caller
 * zeroes the last part where it begins at an address that does not follow the one before. */
typedef struct as_mode {
	bool big;    /* instructions are big-endian */
	bool wide;   /* 64-bit */
	bool thumb;  /* ARM: Thumb; MIPS: MIPS16 or microMIPS (then not lifted) */
	bool r6;     /* MIPS: release 6, which gives old opcodes a new meaning */
	bool octeon; /* MIPS: Cavium's instructions, some where others have coprocessor 2 */
	/* state */
	uint8_t it;    /* Thumb: what is left of an IT block, as in the architecture's ITSTATE */
	uint8_t carry; /* ARM: what is known of the carry and overflow flags, as arch/arm.h has it */
} as_mode;

typedef struct as_arch {
	/* "x86_64", "i386", "arm", "aarch64", "mips", "mips64", "powerpc", "powerpc64", "riscv32", "riscv64" */
	const char *id;
	uint8_t word; /* bytes of a register and an address */
	uint8_t step; /* instructions start at multiples of this, bytes */
	uint8_t sp;   /* register */
	/* Register holding the return address in a called function, or AS_REG_NONE: then a call pushes it and a
	 * return pops it, which operations do not show: sp is the same before and after, one word less in
	 * the function. */
	uint8_t link;
	uint8_t result;  /* register of the returned value */
	uint8_t n_args;  /* arguments that are passed in registers */
	uint8_t args[8]; /* those registers, in order */
	uint8_t stack_args; /* offset from sp, at the call instruction, of the first argument on the stack, bytes */
	uint8_t number; /* register of the system call number */
	uint64_t
		kept; /* bit r: general or special register r (0..63) keeps its value over a call */
	/* Lifts the instruction that code begins with (code reaches to the end of the section, not of the
	 * instruction) and stands at address at. Sets ops (n, at, len of each). Answers its length in bytes, or
	 * 0 if there is no valid instruction. Where the architecture has delay slots, a branch and its delay
	 * slot are one instruction of 8 bytes. Pure but for m's state. */
	size_t (*lift)(as_mode *m, as_span code, uint64_t at, as_ops *ops);
} as_arch;

extern const as_arch *const as_archs[]; /* ends with NULL */

/* The architecture of that id, or NULL. */
const as_arch *as_arch_named(const char *id);

#endif
