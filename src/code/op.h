/* SPDX-License-Identifier: Apache-2.0 */
/* The small language that machine code of every architecture is lifted into. One instruction becomes a few
 * operations on numbered registers and memory; what the analysis does not follow becomes AS_OP_KILL of the
 * registers it writes. Everything after the lifters knows this language and no architecture. */
#ifndef AS_CODE_OP_H
#define AS_CODE_OP_H

#include "base/span.h"

/* Registers, the same numbers on every architecture. */
enum {
	AS_REG_GENERAL =
		0, /* 32 general registers, numbered as the architecture does (x86: ax cx dx bx sp bp si di r8...) */
	AS_REG_SPECIAL =
		32, /* 32 others that an architecture has (MIPS hi lo; PowerPC lr ctr cr0..cr7) */
	AS_REG_VECTOR =
		64, /* 32 vector or floating-point registers, followed for moving 16 bytes or less */
	AS_REG_FLAGS = 96, /* the flags of x86 and ARM */
	AS_REG_TEMP = 97,  /* 7 that live inside one instruction */
	AS_REG_ZERO = 104, /* reads as 0; writes are lost */
	AS_N_REGS = 105,
	AS_REG_NONE = 255
};

/* What a and b are: registers. Where b is AS_REG_NONE, the operand is imm. Every result is cut to width bytes
 * and then zero-extended to the register, or sign-extended with op.sign. */
typedef enum as_op_kind {
	AS_OP_NOP,  /* nothing that is followed */
	AS_OP_KILL, /* dst = unknown */
	AS_OP_PACKED, /* dst = what packed.h makes of parts of a and b, as imm says: for the machine only */
	AS_OP_MOVE, /* dst = a, or imm where a is AS_REG_NONE */
	AS_OP_ADD,  /* dst = a + (b << shift), or a + imm; the following likewise */
	AS_OP_SUB,  /* a - b */
	AS_OP_RSUB, /* b - a */
	AS_OP_MUL,
	AS_OP_MULHU, /* the upper half of the product of the width bytes of a and b, unsigned */
	AS_OP_MULHS, /* the same, signed */
	AS_OP_DIVU,  /* a / b, of their width bytes; by 0: unknown */
	AS_OP_DIVS,  /* towards 0 */
	AS_OP_REMU,  /* what remains */
	AS_OP_REMS,
	AS_OP_AND,
	AS_OP_OR,
	AS_OP_XOR,
	AS_OP_SHL, /* by b or imm bits, all of them: what an architecture masks, its lifter masks before */
	AS_OP_SHR,   /* zeros come in */
	AS_OP_SAR,   /* copies of the sign bit of the width bytes come in */
	AS_OP_ROR,   /* rotates the width bytes right */
	AS_OP_ZEROS, /* dst = how many zeros stand above the highest one of the width bytes of a */
	AS_OP_NOT,   /* dst = ~a */
	AS_OP_LOAD, /* dst = width bytes at a + (b << shift) + imm; a may be AS_REG_NONE (absolute) */
	AS_OP_STORE, /* width bytes at the same = c; c may be AS_REG_ZERO */
	AS_OP_FILL, /* x86 rep stos: width bytes of c, (b) times, from a; ops that follow move the registers */
	AS_OP_COPY,    /* x86 rep movs: width bytes, (b) times, from c to a */
	AS_OP_COMPARE, /* dst (flags) = a compared with b or imm, as a subtraction */
	AS_OP_COMPARE_U, /* the same as unsigned numbers: AS_LT, AS_LE, AS_GT, AS_GE on these flags mean
			  * below and above (PowerPC, which decides where it compares, not where it branches) */
	AS_OP_TEST,      /* dst (flags) = (a & b) or (a & imm) compared with 0 */
	AS_OP_RESULT, /* dst (flags) = a, a result: only equality with 0 and the sign can be asked afterwards */
	AS_OP_SUM, /* dst (flags) = a, the sum of b or imm and something: as AS_OP_RESULT, and below is its carry */
	AS_OP_SELECT, /* dst = cond(c as flags) ? a : b; b AS_REG_NONE: imm (setcc: a MOVEd temps) */
	AS_OP_BRANCH,    /* if cond(a as flags) go to imm, else on */
	AS_OP_BRANCH_IF, /* if a cond b go to imm, else on; b AS_REG_ZERO to compare with 0 */
	AS_OP_JUMP,      /* go to imm */
	AS_OP_JUMP_TO,   /* go to the address in a */
	AS_OP_CALL,      /* call imm; the return address is no operation (see as_arch.link) */
	AS_OP_CALL_TO,   /* call the address in a */
	AS_OP_RETURN,    /* x86: imm bytes of arguments are popped */
	AS_OP_SYSCALL,   /* system call; imm is the number in the instruction, where it has one */
	AS_OP_TRAP,      /* never goes on (ud2, hlt, brk, break, udf) */
	AS_N_OP_KINDS
} as_op_kind;

/* Conditions on flags, or between a and b. */
typedef enum as_cond {
	AS_ALWAYS,
	AS_EQ,
	AS_NE,
	AS_LT, /* signed */
	AS_LE,
	AS_GT,
	AS_GE,
	AS_BELOW, /* unsigned */
	AS_BELOW_EQ,
	AS_ABOVE,
	AS_ABOVE_EQ,
	AS_NEGATIVE, /* sign bit of the result */
	AS_POSITIVE,
	AS_COND_OTHER /* overflow, parity, ...: decides, but is not followed */
} as_cond;

/* One operation. On ARM any may be conditional: with cond other than AS_ALWAYS (and flags in AS_REG_FLAGS) it is
 * done only then; for AS_OP_BRANCH, AS_OP_BRANCH_IF and AS_OP_SELECT cond is the condition itself. Of PowerPC,
 * AS_OP_RETURN, AS_OP_CALL, AS_OP_CALL_TO and AS_OP_JUMP_TO may be conditional with other flags: then c names
 * them. */
typedef struct as_op {
	uint8_t kind, width; /* as_op_kind; bytes: 1, 2, 4, 8 or 16 */
	uint8_t dst, a, b, c;
	uint8_t cond;  /* as_cond */
	uint8_t shift; /* bits b is shifted left by */
	bool sign;     /* the result is sign-extended */
	uint8_t len;   /* bytes of the instruction it belongs to */
	uint64_t at;   /* address of that instruction */
	int64_t imm;
} as_op;

enum { AS_OPS_MAX = 48 }; /* of one instruction (ARM's ldm of 16 registers needs 34) */

/* The operations of one instruction. */
typedef struct as_ops {
	size_t n;
	bool full; /* more than AS_OPS_MAX: the lifter is wrong */
	uint64_t at;
	as_op op[AS_OPS_MAX];
} as_ops;

/* Empties ops for the instruction at an address; what it held before need not be valid. */
static inline void as_ops_clear(as_ops *ops, uint64_t at)
{
	ops->n = 0;
	ops->full = false;
	ops->at = at;
}
/* Appends an operation and answers it for its fields to be set; never NULL. It comes with all registers
 * AS_REG_NONE, cond AS_ALWAYS and the address of the instruction. */
static inline as_op *as_op_add(as_ops *ops, as_op_kind kind, uint8_t width)
{
	if (ops->n >= AS_OPS_MAX) {
		ops->full = true;
		ops->n = AS_OPS_MAX - 1;
	}
	as_op *op = &ops->op[ops->n++];
	*op = (as_op){ .kind = (uint8_t)kind,
		.width = width,
		.dst = AS_REG_NONE,
		.a = AS_REG_NONE,
		.b = AS_REG_NONE,
		.c = AS_REG_NONE,
		.at = ops->at };
	return op;
}
/* The usual forms of it: dst = a kind b; dst = a kind imm; dst = imm; dst = unknown. */
void as_op_rrr(as_ops *ops, as_op_kind kind, uint8_t width, uint8_t dst, uint8_t a, uint8_t b);
void as_op_rri(as_ops *ops, as_op_kind kind, uint8_t width, uint8_t dst, uint8_t a, int64_t imm);
void as_op_move(as_ops *ops, uint8_t width, uint8_t dst, uint8_t a);
void as_op_const(as_ops *ops, uint8_t width, uint8_t dst, uint64_t imm);
void as_op_kill(as_ops *ops, uint8_t dst);
/* dst = width bytes at a + imm; width bytes at a + imm = c. */
void as_op_load(as_ops *ops, uint8_t width, uint8_t dst, uint8_t a, int64_t imm);
void as_op_store(as_ops *ops, uint8_t width, uint8_t a, int64_t imm, uint8_t c);

/* The opposite condition; AS_COND_OTHER is its own. Pure. */
as_cond as_cond_not(as_cond c);
/* The condition on b and a that c is on a and b. Pure. */
as_cond as_cond_turned(as_cond c);
/* How people write it between two values: "=="; of a sign, before 0. NULL: it cannot be written so. Pure. */
const char *as_cond_sign(as_cond c);
/* Whether control does not simply go on to the next instruction after this (branches, calls, returns, traps). */
bool as_op_is_flow(const as_op *op);
/* Prints an operation in one line, for listings where no disassembler is to be had and for tests. Writes at
 * most n bytes with the NUL. */
void as_op_print(char *out, size_t n, const as_op *op);

#endif
