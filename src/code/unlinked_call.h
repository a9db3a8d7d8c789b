/* SPDX-License-Identifier: Apache-2.0 */
/* Branches of files that are not linked yet: what a linker does to them beyond filling in the distance, and what the
 * kernel does to those that serve only itself. */
#ifndef AS_CODE_UNLINKED_CALL_H
#define AS_CODE_UNLINKED_CALL_H

#include "code/unlinked.h"

typedef struct as_branch {
	as_patch patch;
	uint64_t at, before; /* address of what is changed; bytes of the section before it */
	as_field_id field;
	uint64_t goal; /* address of the symbol */
	int64_t addend;
	as_span name; /* of an import; empty: it is none */
} as_branch;

/* Makes the branch lead to its goal. On ARM it changes the mode where the goal is of the other; on PowerPC it goes
 * through function descriptors. Calls of the kernel's tracer become nothing; x86's calls of the kernel's substitutes
 * for an indirect jump, or for a return, become what they stand for. */
void as_unlinked_branch(const as_program *p, const as_branch *b);

/* The same for a call of the tracer on MIPS, which begins with what stands at p, and which gives back a part of the
 * stack that the instruction behind the call takes. False, and nothing is done, for another
 * name. */
bool as_unlinked_mips_tracer(const as_patch *p, as_span name);

#endif
