/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the RISC-V lifter: riscv.c has control flow, memory and floating point, riscv_integer.c arithmetic,
 * riscv_compressed.c makes instructions of 16 bits into those of 32. */
#ifndef AS_CODE_ARCH_RISCV_H
#define AS_CODE_ARCH_RISCV_H

#include "code/arch/emit.h"

/* An instruction that is being lifted. */
typedef struct as_riscv {
	as_ops *ops;
	uint64_t at;
	uint32_t w;   /* of 32 bits, or what one of 16 bits stands for */
	uint8_t len;  /* 2 or 4 bytes */
	uint8_t word; /* bytes of a register */
	bool wide;
} as_riscv;

/* The fields of an instruction. */
static inline uint8_t riscv_reg(uint32_t n) { return n & 31 ? (uint8_t)(n & 31) : AS_REG_ZERO; }
static inline uint8_t riscv_vector(uint32_t n) { return (uint8_t)(AS_REG_VECTOR + (n & 31)); }
static inline uint8_t riscv_rd(const as_riscv *l) { return riscv_reg(l->w >> 7); }
static inline uint8_t riscv_rs1(const as_riscv *l) { return riscv_reg(l->w >> 15); }
static inline uint8_t riscv_rs2(const as_riscv *l) { return riscv_reg(l->w >> 20); }
static inline uint32_t riscv_funct3(const as_riscv *l) { return l->w >> 12 & 7; }
static inline uint32_t riscv_funct7(const as_riscv *l) { return l->w >> 25; }
static inline int64_t riscv_imm(const as_riscv *l) { return as_signed(l->w >> 20, 12); }
static inline int64_t riscv_store_imm(const as_riscv *l)
{
	return as_signed(l->w >> 25 << 5 | (l->w >> 7 & 31), 12);
}
static inline uint64_t riscv_address(const as_riscv *l, uint64_t v)
{
	return l->wide ? v : (uint32_t)v;
}

/* The 32-bit instruction that the 16-bit one w stands for, or 0 if it is not valid. wide: RV64. Pure. */
uint32_t as_riscv_expand(uint32_t w, bool wide);

/* Arithmetic, by the names of the opcodes. False: not valid. */
bool as_riscv_op_imm(const as_riscv *l);
bool as_riscv_op_imm_32(const as_riscv *l);
bool as_riscv_op(const as_riscv *l);
bool as_riscv_op_32(const as_riscv *l);

#endif
