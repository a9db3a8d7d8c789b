/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the A64 lifter. Register 31 is the stack pointer or reads as zero, by instruction. */
#ifndef AS_CODE_ARCH_AARCH64_H
#define AS_CODE_ARCH_AARCH64_H

#include "code/arch/arm.h"

/* Each lifts one class of instructions; false: there is no such instruction. */
bool as_a64_memory(const as_insn *i);
bool as_a64_immediate(const as_insn *i);
bool as_a64_register(const as_insn *i);
bool as_a64_simd(const as_insn *i);

/* The register that field at names where 31 reads as zero, and where it is the stack pointer. Pure. */
static inline uint8_t as_a64_x(const as_insn *i, unsigned at)
{
	uint32_t n = as_arm_bits(i->w, at, 5);
	return (uint8_t)(n == 31 ? (unsigned)AS_REG_ZERO : n);
}
static inline uint8_t as_a64_sp(const as_insn *i, unsigned at)
{
	return (uint8_t)as_arm_bits(i->w, at, 5);
}
/* The same for vector registers. */
static inline uint8_t as_a64_v(const as_insn *i, unsigned at)
{
	return (uint8_t)(AS_REG_VECTOR + as_arm_bits(i->w, at, 5));
}

/* Work on the parts of vectors that the machine follows. False: it is another instruction, and nothing was
 * emitted. */
bool as_a64_parts(const as_insn *i);
/* How an offset or operand register is extended and then shifted: option as in the instruction. Emits what is needed
 * into T1, answers the register; only a shift to the left is left to the operation. */
uint8_t as_a64_extend(as_ops *o, uint8_t rm, unsigned option);

#endif
