/* SPDX-License-Identifier: Apache-2.0 */
/* What the calling convention and well-known functions do to registers and the stack. */
#ifndef AS_CODE_EFFECT_H
#define AS_CODE_EFFECT_H

#include "code/state.h"

/* Registers whose contents at the entry of the function at addr the ABI tells (MIPS t9 and gp, PowerPC r2 and
 * r12). */
void as_effect_entry(const as_program *p, uint64_t addr, as_terms *t, as_value *reg);
/* Whether a register always holds p->gp in code that loads it from the stack. Pure. */
bool as_effect_is_table(const as_program *p, uint8_t reg);
/* Whether the word at that offset from the stack pointer at entry is argument *i. Pure. */
bool as_effect_stack_arg(const as_arch *a, int64_t at, size_t *i);
/* A call that only learns its own address (call of the next instruction, i386 thunk): registers are set, and it is
 * none. */
bool as_effect_is_link(const as_program *p, const as_op *op, as_terms *t, as_value *reg);
/* The function or import that a call of addr arrives at. */
uint64_t as_effect_goal(const as_program *p, const as_terms *t, const as_value *reg, uint64_t addr);
/* Fills in the arguments of a call. */
void as_effect_arguments(const as_program *p, as_terms *t, const as_state *s, as_call *c);
/* Whether what is called is known not to write through its pointers. */
bool as_effect_only_reads(const as_program *p, uint64_t goal);
/* The end of what is written through argument i, which points to stack address at: from the size it is given, else
 * otherwise. */
int64_t as_effect_bound(const as_program *p, const as_call *c, unsigned i, const as_terms *t,
	int64_t at, int64_t otherwise);
/* The result, and constant bytes that are copied to the stack. */
void as_effect_after(const as_program *p, const as_call *c, as_terms *t, as_state *s);
/* rep movs and rep stos. */
void as_effect_block_op(const as_program *p, const as_op *op, as_terms *t, as_state *s);

#endif
