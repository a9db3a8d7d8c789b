/* SPDX-License-Identifier: Apache-2.0 */
/* What the lifters of A64, A32 and T32 share. The flags are the last comparison. What sets flags otherwise leaves
 * AS_OP_RESULT, which answers for Z and N; as_mode.carry says what C and V are then. Every address that
 * a branch, jump or call names has bit 0 set where it is Thumb, as in registers. */
#ifndef AS_CODE_ARCH_ARM_H
#define AS_CODE_ARCH_ARM_H

#include "code/arch.h"

enum {
	AS_ARM_SP = 13,
	AS_ARM_LR = 14,
	AS_ARM_PC = 15,
	AS_REG_CARRY = AS_REG_SPECIAL, /* 0 or 1, where as_mode.carry says so */
	AS_REG_PARTS =
		AS_REG_SPECIAL + 1, /* which parts of the last sum of bytes overflowed: all ones */
	T0 = AS_REG_TEMP,           /* addresses, first operands */
	T1,                         /* second operands */
	T2,                         /* results, values */
	T3,                         /* pieces */
	T4,                         /* ones and carries */
	T5
};

enum {
	AS_CARRY_COMPARED, /* C and V are those of the comparison */
	AS_CARRY_LOGIC,    /* V is 0, C is not known */
	AS_CARRY_KNOWN,    /* C is in AS_REG_CARRY, V is not known */
	AS_CARRY_LOST,     /* neither is known */
	AS_CARRY_EQUALITY  /* the comparison is right for Z alone */
};

typedef enum as_arm_shift { AS_LSL, AS_LSR, AS_ASR, AS_ROR, AS_RRX } as_arm_shift;

/* An instruction at work. */
typedef struct as_insn {
	as_mode *m;
	as_ops *o;
	uint64_t at; /* of the instruction */
	uint32_t w;  /* its bits; a T32 one of two halves has the first half above */
	uint8_t cc;  /* condition field, 14: always */
} as_insn;

/* n bits of w from bit at. Pure. */
static inline uint32_t as_arm_bits(uint32_t w, unsigned at, unsigned n)
{
	return w >> at & ((1u << n) - 1);
}

/* The number that bits 0..n-1 of v are as a two's complement. Pure. */
static inline int64_t as_arm_signed(uint64_t v, unsigned n)
{
	uint64_t top = 1ull << (n - 1);
	return (int64_t)(((v & (top * 2 - 1)) ^ top) - top);
}

/* What the condition field cc (0..15) asks of the flags as they stand. Pure. */
as_cond as_arm_cond(const as_mode *m, unsigned cc);
/* dst = the carry flag, 0 or 1, or with no its opposite. Uses T4. */
void as_arm_carry(const as_insn *i, uint8_t dst, bool no);
/* rd = rn + rm (never AS_REG_NONE) and the flags of it. rd may be AS_REG_ZERO. Uses T2 and T4. */
void as_arm_adds(const as_insn *i, uint8_t width, uint8_t rd, uint8_t rn, uint8_t rm);
/* The flags of rn + imm. */
void as_arm_compare_negative(const as_insn *i, uint8_t width, uint8_t rn, int64_t imm);
/* rd = rn with the bytes of each unit of 2, 4 or 8 bytes in reverse. Uses T2 and T3. */
void as_arm_reverse(as_ops *o, uint8_t width, uint8_t rd, uint8_t rn, unsigned unit);
/* Bits lsb .. lsb+n-1 of rd = the lowest n of rn. Uses T2. */
void as_arm_insert(as_ops *o, uint8_t width, uint8_t rd, uint8_t rn, unsigned lsb, unsigned n);
/* rd = bits lsb .. lsb+n-1 of rn, extended by sign or zeros. Uses T2. */
void as_arm_extract(
	as_ops *o, uint8_t width, uint8_t rd, uint8_t rn, unsigned lsb, unsigned n, bool sign);
/* width bytes at a + imm = something unknown. Uses T5. */
void as_arm_store_unknown(as_ops *o, uint8_t width, uint8_t a, int64_t imm);

/* From here on carry is as said; or, if the instruction may not be done, what it was. */
static inline void as_arm_set_carry(const as_insn *i, uint8_t carry)
{
	i->m->carry = i->cc < 14 && i->m->carry != carry ? AS_CARRY_LOST : carry;
}
/* The flags are not known any more. */
static inline void as_arm_lose_flags(const as_insn *i)
{
	as_op_kill(i->o, AS_REG_FLAGS);
	as_arm_set_carry(i, AS_CARRY_COMPARED); /* with what is unknown */
}
/* The 8 bytes that a constant of movi, vmov and their like stands for; false: it is not followed. */
bool as_arm_constant(unsigned cmode, bool op, uint64_t imm8, uint64_t *v);

/* From here on A32 and T32. The second operand of arithmetic: a constant, or a register shifted. */
typedef struct as_arm_operand {
	bool constant;
	uint32_t value;
	uint8_t rm, rs;  /* rs: register with the number of bits, or AS_REG_NONE */
	uint8_t type, n; /* as_arm_shift, bits (0..32) */
} as_arm_operand;

/* Arithmetic as A32 numbers it, and orn. */
enum {
	AS_ARM_AND,
	AS_ARM_EOR,
	AS_ARM_SUB,
	AS_ARM_RSB,
	AS_ARM_ADD,
	AS_ARM_ADC,
	AS_ARM_SBC,
	AS_ARM_RSC,
	AS_ARM_TST,
	AS_ARM_TEQ,
	AS_ARM_CMP,
	AS_ARM_CMN,
	AS_ARM_ORR,
	AS_ARM_MOV,
	AS_ARM_BIC,
	AS_ARM_MVN,
	AS_ARM_ORN
};

/* A load or store of one register, or of two in a row (pair). */
typedef struct as_arm_access {
	bool load, sign, pair;
	bool after, back; /* the offset is added after the access; the sum is written back */
	bool down;        /* the offset is subtracted */
	uint8_t width, rt, rt2, rn;
	as_arm_operand by;
} as_arm_access;

/* An operand: a constant; register rm; shifted, with n as in the instruction (0 of some types is 32 or rrx). */
as_arm_operand as_arm_imm(uint32_t value);
as_arm_operand as_arm_reg(uint8_t rm);
as_arm_operand as_arm_shifted(uint8_t rm, unsigned type, unsigned n);

/* What the program counter reads as. Pure. */
static inline uint32_t as_arm_pc(const as_insn *i)
{
	return (uint32_t)i->at + (i->m->thumb ? 4 : 8);
}
/* Register r for reading: where it is the program counter, its value in temp. */
uint8_t as_arm_read(const as_insn *i, uint8_t r, uint8_t temp);
/* Goes to a constant address, or calls it. */
void as_arm_go(const as_insn *i, as_op_kind kind, uint32_t to, bool thumb);
/* Goes to what a register holds. keeps: bit 0 does not choose between A32 and T32, it stays as it is. */
void as_arm_jump(const as_insn *i, uint8_t r, bool keeps);

/* Arithmetic, with flags if s. */
void as_arm_data(
	const as_insn *i, unsigned opcode, bool s, uint8_t rd, uint8_t rn, const as_arm_operand *p);
void as_arm_load_store(const as_insn *i, const as_arm_access *p);
/* ldm, stm: of 16 bits, registers at rn and up (or down), before: the first one word further. */
typedef struct as_arm_many {
	bool load, up, before, back;
	uint8_t rn;
	uint16_t list;
} as_arm_many;
void as_arm_block(const as_insn *i, const as_arm_many *p);
/* low, high = rn * rm, with add: added to them. */
void as_arm_long_multiply(
	const as_insn *i, uint8_t low, uint8_t high, uint8_t rn, uint8_t rm, bool sign, bool add);
/* rd = half of rn * half of rm (+ ra), signed; the upper halves where said. ra AS_REG_NONE: nothing is added. */
void as_arm_multiply_half(
	const as_insn *i, uint8_t rd, uint8_t ra, uint8_t rn, uint8_t rm, bool n_top, bool m_top);
/* rd = the upper half of rn * rm, signed, + ra unless that is 15. */
void as_arm_multiply_top(const as_insn *i, uint8_t rd, uint8_t ra, uint8_t rn, uint8_t rm);
/* An exclusive or ordered access of width bytes (8: two registers); status: that of the store, or AS_REG_NONE. */
void as_arm_exclusive(const as_insn *i, bool load, uint8_t width, uint8_t status, uint8_t rt,
	uint8_t rt2, uint8_t rn, int64_t by);
/* rd = rn + rm, rotated right by n bits and then extended from width bytes; rn 15: alone. */
void as_arm_extend_add(
	const as_insn *i, uint8_t width, bool sign, uint8_t rd, uint8_t rn, uint8_t rm, unsigned n);
/* The upper half of rd = imm16. */
static inline void as_arm_move_top(const as_insn *i, uint8_t rd, uint32_t imm16)
{
	as_op_rri(i->o, AS_OP_AND, 4, rd, rd, 0xffff);
	as_op_rri(i->o, AS_OP_OR, 4, rd, rd, (int64_t)imm16 << 16);
}
/* rd = the two lowest bytes of rm exchanged and sign-extended. */
void as_arm_reverse_half(const as_insn *i, uint8_t rd, uint8_t rm);

/* The instructions of A32 but for vectors and coprocessors; T32 of two bytes; T32 of four. False: none such. */
bool as_arm_a32(const as_insn *i);
bool as_arm_t16(as_insn *i);
bool as_arm_t32(as_insn *i);
/* Coprocessors and floating point (0xc, 0xd, 0xe after the condition), in the shape of A32; the condition in w is 15
 * for the second set. NEON arithmetic and structures, in the shape of A32 (0xf2, 0xf3, 0xf4). */
bool as_arm_coprocessor(const as_insn *i, uint32_t w);
bool as_arm_neon(const as_insn *i, uint32_t w);
bool as_arm_neon_memory(const as_insn *i, uint32_t w);

/* uadd8, and sel: the bytes of rn where parts overflowed, of rm elsewhere. */
void as_arm_add_bytes(const as_insn *i, uint8_t rd, uint8_t rn, uint8_t rm);
void as_arm_select_bytes(const as_insn *i, uint8_t rd, uint8_t rn, uint8_t rm);

#endif
