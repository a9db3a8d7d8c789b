/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the MIPS lifter: mips.c has branches and delay slots, mips_plain.c integer instructions and memory,
 * mips_coprocessor.c floating point, MSA and the system's coprocessor. */
#ifndef AS_CODE_ARCH_MIPS_H
#define AS_CODE_ARCH_MIPS_H

#include "code/arch.h"
#include "code/arch/emit.h"

enum {
	MIPS_HI = AS_REG_SPECIAL, /* of multiplications and divisions */
	MIPS_LO,
	MIPS_FCC, /* the conditions of floating-point comparisons, together */
	MIPS_GP = 28,
	MIPS_SP = 29,
	MIPS_FP = 30,
	MIPS_RA = 31
};

/* An instruction that is being lifted. */
typedef struct as_mips {
	as_ops *ops;
	uint64_t at;
	uint32_t w;
	bool wide, big, r6, octeon;
} as_mips;

/* General register n. Pure. */
static inline uint8_t mips_reg(uint32_t n) { return n ? (uint8_t)n : AS_REG_ZERO; }
static inline uint8_t mips_rs(const as_mips *l) { return mips_reg(l->w >> 21 & 31); }
static inline uint8_t mips_rt(const as_mips *l) { return mips_reg(l->w >> 16 & 31); }
static inline uint8_t mips_rd(const as_mips *l) { return mips_reg(l->w >> 11 & 31); }
static inline uint8_t mips_sa(const as_mips *l) { return (uint8_t)(l->w >> 6 & 31); }
static inline int64_t mips_imm(const as_mips *l) { return as_signed(l->w, 16); }
/* Bytes of a register. */
static inline uint8_t mips_word(const as_mips *l) { return l->wide ? 8 : 4; }

/* Lifts an instruction that is no branch. False: not valid. */
bool as_mips_plain(const as_mips *l);
/* Its parts: opcodes 16 to 19 (coprocessors) and 30 (MSA); loads and stores of coprocessor registers. */
bool as_mips_coprocessor(const as_mips *l);
bool as_mips_coprocessor_memory(const as_mips *l);
/* Opcodes 28 and 31 (SPECIAL2, SPECIAL3), and what release 6 puts in the place of older ones. */
bool as_mips_special2(const as_mips *l);
bool as_mips_special3(const as_mips *l);
bool as_mips_pcrel(const as_mips *l);

#endif
