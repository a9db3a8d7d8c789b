/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the PowerPC lifter: powerpc.c has branches, immediates and the table of opcodes; powerpc_memory.c
 * loads and stores with displacements and those of 8 bytes; powerpc_rotate.c rotations and masks; powerpc_x.c
 * opcode 31; powerpc_vector.c floating point, AltiVec, VSX and SPE. */
#ifndef AS_CODE_ARCH_POWERPC_H
#define AS_CODE_ARCH_POWERPC_H

#include "code/arch.h"
#include "code/arch/emit.h"

/* Special registers. The fields of the condition register are flags, each of its own. Vector n is VSX register n, the
 * lower half of the 64, which has floating-point register n in it; AltiVec's (VSX 32 to 63) are not followed. */
enum {
	PPC_LR = AS_REG_SPECIAL,
	PPC_CTR,
	PPC_CR0, /* to PPC_CR0 + 7 */
	PPC_CR1,
	PPC_CR6 = PPC_CR0 + 6,
	PPC_XER = PPC_CR0 + 8
};

/* An instruction that is being lifted. */
typedef struct as_ppc {
	as_ops *ops;
	uint64_t at;
	uint32_t w;
	uint8_t word; /* bytes of a register */
	bool wide;
} as_ppc;

static inline uint8_t ppc_d(const as_ppc *l)
{
	return l->w >> 21 & 31;
} /* also the source of stores */
static inline uint8_t ppc_a(const as_ppc *l) { return l->w >> 16 & 31; }
static inline uint8_t ppc_b(const as_ppc *l) { return l->w >> 11 & 31; }
/* Where register 0 means no register. */
static inline uint8_t ppc_a0(const as_ppc *l)
{
	return l->w >> 16 & 31 ? (uint8_t)(l->w >> 16 & 31) : AS_REG_ZERO;
}
static inline uint8_t ppc_vector(uint32_t n) { return (uint8_t)(AS_REG_VECTOR + (n & 31)); }
static inline int64_t ppc_imm(const as_ppc *l) { return as_signed(l->w, 16); }
/* Cuts an address to the width of the machine. */
static inline uint64_t ppc_address(const as_ppc *l, uint64_t v)
{
	return l->wide ? v : (uint32_t)v;
}
/* Field n of the condition register. */
static inline uint8_t ppc_cr(uint32_t n) { return (uint8_t)(PPC_CR0 + (n & 7)); }

/* The condition that bit n of a field stands for, set or clear. Pure. */
as_cond as_ppc_cond(uint32_t n, bool set);
/* Where the instruction has its record bit: field 0 = dst compared with 0. */
void as_ppc_record(const as_ppc *l, uint8_t dst);

/* xer (a register: PPC_XER or a temporary) = 1 if x cond y, else 0. Uses AS_REG_FLAGS and AS_T4. */
void as_ppc_carry_if(const as_ppc *l, uint8_t xer, uint8_t x, as_cond cond, uint8_t y);
/* Field to = field from: what was compared is not kept, but which of the two is larger. Uses AS_T0, AS_T1. */
void as_ppc_copy_field(const as_ppc *l, uint8_t to, uint8_t from);

/* Each lifts what stands in its name. False: not valid. */
bool as_ppc_memory(const as_ppc *l); /* opcodes 32 to 55 */
bool as_ppc_memory64(
	const as_ppc *l); /* opcodes 6, 56 to 58 and 60 to 62 as far as they are memory */
bool as_ppc_rotate(const as_ppc *l);   /* 20, 21, 23 */
bool as_ppc_rotate64(const as_ppc *l); /* 30 */
bool as_ppc_x(const as_ppc *l);        /* 31 */
bool as_ppc_altivec(const as_ppc *l);  /* 4 */
bool as_ppc_floating(const as_ppc *l); /* 59, 63 */
bool as_ppc_vsx(const as_ppc *l);      /* 60 */
/* The 8 bytes of prefix and suffix; l->w is the suffix. */
bool as_ppc_prefixed(const as_ppc *l, uint32_t prefix);

#endif
