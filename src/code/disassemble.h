/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions as text, by Capstone; by our own lifter where that does not know the architecture or the
 * instruction. */
#ifndef AS_CODE_DISASSEMBLE_H
#define AS_CODE_DISASSEMBLE_H

#include "code/disassembler.h"
#include "code/flow.h"

typedef struct as_disassembler as_disassembler;

/* NULL only without memory. Free with as_disassembler_free, which accepts NULL. */
as_disassembler *as_disassembler_new(const as_program *p);
void as_disassembler_free(as_disassembler *d);

/* One line of text. */
typedef struct as_instruction {
	uint64_t at;
	as_span bytes;      /* in the program */
	char text[192];     /* ends with NUL */
	const char *reader; /* "capstone" or "lifted" */
} as_instruction;

enum { AS_INSTRUCTIONS_MAX = 4 };
/* The text of the operations that begin at number op of the flow and stand at one address; where the architecture has
 * delay slots, that may be several instructions. Answers how many lines, at least 1. */
size_t as_disassemble(
	as_disassembler *d, const as_flow *f, uint32_t op, as_instruction out[AS_INSTRUCTIONS_MAX]);

#endif
