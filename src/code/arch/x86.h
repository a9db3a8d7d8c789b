/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the x86 lifter share: an instruction taken apart, and ways to say what it does. */
#ifndef AS_CODE_X86_H
#define AS_CODE_X86_H

#include "code/arch.h"

/* Registers as the instruction set numbers them. */
enum { AS_X86_AX, AS_X86_CX, AS_X86_DX, AS_X86_BX, AS_X86_SP, AS_X86_BP, AS_X86_SI, AS_X86_DI };

/* Temporaries: the operand in memory or a high byte, the other one, scratch, and what an address needs. */
enum { AS_X86_E = AS_REG_TEMP, AS_X86_G, AS_X86_T, AS_X86_U, AS_X86_V, AS_X86_W, AS_X86_ADDRESS };

/* Where opcodes stand: one byte; 0F; 0F38; 0F3A; and how they may be encoded. */
typedef enum as_x86_kind {
	AS_X86_LEGACY,
	AS_X86_VEX,
	AS_X86_EVEX,
	AS_X86_XOP,
	AS_X86_3DNOW
} as_x86_kind;

typedef struct as_x86 {
	as_ops *ops;
	uint8_t code[16];            /* at most 15 bytes of it are read */
	uint8_t n, pos;              /* bytes there are, bytes read */
	bool bad;                    /* runs past the end, or cannot be */
	bool wide;                   /* 64-bit */
	bool lock, data16, addr_odd; /* prefixes F0, 66, 67 */
	uint8_t rep;                 /* 0, F2 or F3: the last */
	uint8_t seg;                 /* 0, or the last segment prefix */
	uint8_t rex;                 /* REX prefix, or 0 */
	uint8_t pp;                  /* 0, 1: 66, 2: F3, 3: F2 */
	uint8_t map, op, modrm;      /* map: 0 to 10 */
	uint8_t kind;                /* as_x86_kind */
	bool rex_w;
	uint8_t high; /* EVEX: what is added to reg (16) and to rm as a vector register (16), as bits 0 and 1 */
	uint8_t reg, rm;      /* with their extensions (rm: of a register) */
	uint8_t vvvv, length; /* length: 0: 16, 1: 32, 2: 64 bytes */
	uint8_t mask; /* EVEX: mask register, broadcast and zeroing: not 0 if it is more than a move */
	bool memory;                /* the operand E is in memory */
	uint8_t base, index, scale; /* AS_REG_NONE: there is none */
	bool relative;              /* to the next instruction */
	bool unknown; /* 16-bit addressing and thread-local segments: it is not followed */
	uint8_t size; /* bytes of an operand: 2, 4, 8 */
	uint8_t word; /* bytes of an address or a register of the stack */
	int64_t disp, imm, imm2;
	uint64_t at, next; /* addresses of it and of what follows */
} as_x86;

/* Which instructions exist (see x86_valid.c). */
typedef struct as_x86_group {
	uint8_t memory;
	uint64_t reg;
} as_x86_group;
extern const uint8_t as_x86_two[3][256];
extern const uint16_t as_x86_vex[3][256];
extern const uint8_t as_x86_evex[6][256];
extern const uint8_t as_x86_xop[3][2][32];
extern const as_x86_group as_x86_groups[8][4], as_x86_x87[8];

/* Takes the instruction apart that x->code begins with; false if it is none. */
bool as_x86_decode(as_x86 *x);

/* The operand E (register or memory) or a register of the width given, as a register to read: itself or a
 * temporary. */
uint8_t as_x86_get(as_x86 *x, uint8_t width);
uint8_t as_x86_reg(as_x86 *x, uint8_t r, uint8_t width, uint8_t temp);
/* Where a result for E or a register is to be computed: the register itself, or a temporary; as_x86_put then
 * brings it there. r is what as_x86_place answered. */
uint8_t as_x86_place(as_x86 *x, uint8_t width);
void as_x86_put(as_x86 *x, uint8_t width, uint8_t r);
void as_x86_put_reg(as_x86 *x, uint8_t r, uint8_t width, uint8_t value);
/* Loads and stores at the address of E, plus offset by. */
void as_x86_load(as_x86 *x, uint8_t width, uint8_t dst, int64_t by);
void as_x86_store(as_x86 *x, uint8_t width, uint8_t value, int64_t by);
/* Width bytes that are not known are stored at the address of E. */
void as_x86_store_unknown(as_x86 *x, uint8_t width);
/* Pushes and pops a register of width bytes. */
void as_x86_push(as_x86 *x, uint8_t width, uint8_t r);
void as_x86_pop(as_x86 *x, uint8_t width, uint8_t r);
/* Flags are the result r, which has no carry that is known; flags are not known. */
void as_x86_result(as_x86 *x, uint8_t width, uint8_t r);
void as_x86_no_flags(as_x86 *x);
/* dst = a if the condition holds on the flags, else b. */
void as_x86_select(as_x86 *x, uint8_t width, as_cond cond, uint8_t dst, uint8_t a, uint8_t b);
/* The condition of the lowest four bits of jcc, setcc, cmovcc. Pure. */
as_cond as_x86_cond(uint8_t op);
/* A branch, and a jump or call, to where the immediate says. */
void as_x86_branch(as_x86 *x, as_cond cond);
void as_x86_go(as_x86 *x, as_op_kind kind);
void as_x86_kill_several(as_x86 *x, uint32_t set); /* bit r: general register r */
/* dst = bytes of a reversed; both may be the same. Uses T, U. */
void as_x86_bswap(as_x86 *x, uint8_t width, uint8_t dst, uint8_t a);

/* What the instructions do: of one byte, of 0F with general registers (false: not among them), and the rest. */
void as_x86_lift_one(as_x86 *x);
bool as_x86_lift_two(as_x86 *x);
void as_x86_lift_vector(as_x86 *x);
/* String instructions, x87, multiplication and division, of one byte. */
void as_x86_string(as_x86 *x);
void as_x86_float(as_x86 *x);
void as_x86_muldiv(as_x86 *x, uint8_t width);
/* Shifts and rotations of E by count (AS_REG_NONE: imm). */
void as_x86_shift(as_x86 *x, uint8_t width, uint8_t count, int64_t imm);

#endif
