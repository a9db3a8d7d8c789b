/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of trial runs: what tryout.c, which goes from block to block, tryout_call.c, which imitates the
 * library, and tryout_text.c, which reads what comes out, share. */
#ifndef AS_CODE_TRYOUT_INSIDE_H
#define AS_CODE_TRYOUT_INSIDE_H

#include "code/tryout.h"
#include "code/tryout_memory.h"

enum {
	AS_TRYOUT_TEXT = 200, /* bytes of a text at most */
	AS_TRYOUT_HELD = 12,  /* places of a loop where something is compared */
	AS_TRYOUT_MIPS_GP = 28
};

/* What is compared at one place of a loop with what is not known, time after time. */
typedef struct as_held_bytes {
	uint64_t at;
	uint8_t n, byte[64];
} as_held_bytes;

/* A value that is not known but for what is done to it: unknown ^ k, or unknown + k. */
typedef struct as_shadow {
	uint8_t kind; /* AS_OP_XOR or AS_OP_ADD; 0: none */
	uint64_t k;
} as_shadow;

struct as_tryout {
	const as_signals *s;
	const as_program *program;
	as_tryout_memory memory;
	as_machine m;
	as_shadow shadows[AS_N_REGS];
	as_held_bytes held[AS_TRYOUT_HELD];
	size_t n_held;
	uint64_t left;
	uint32_t run_left, loop_left;
	uint64_t heap;
	bool *decodes; /* by function number: has loops of that kind and is small */
	as_brought *shown;
	size_t n_shown;
	bool called;
	uint16_t *distance; /* to the block that is headed for, of the outermost function */
	uint32_t *queue;
	bool *visited;
};

/* The register r; forgets it. */
static inline as_held *as_tryout_reg(as_tryout *t, uint8_t r) { return &t->m.reg[r]; }
void as_tryout_forget_reg(as_tryout *t, uint8_t r);
/* Forgets all registers but those of the first 64 that a bit is set for. */
void as_tryout_forget_call(as_tryout *t, uint64_t kept);
/* The address of memory that is no program's, 64 KiB apart. */
uint64_t as_tryout_object(as_tryout *t);
/* Argument i of the call that the machine is at; false: not known. */
bool as_tryout_argument(as_tryout *t, unsigned i, uint64_t *k);
/* A call that is not followed: what the library would do to memory, and what the convention says is lost. */
void as_tryout_pass_over(as_tryout *t, const as_call *c);
/* Whether a call does or decides something with what it is given. Pure. */
bool as_tryout_is_use(const as_tryout *t, const as_kept *k, const as_call *c);
/* Does one operation; in a loop, what is compared there is noted. */
as_step as_tryout_step(as_tryout *t, bool in_loop, const as_op *op);
/* A loop is left, or the function that has it: lists what it has brought out, as of address at. */
void as_tryout_collect(as_tryout *t, uint64_t at);
/* A call of the outermost function: notes if it is given what came out. */
void as_tryout_note_use(as_tryout *t, const as_kept *k, const as_call *c);

#endif
