/* SPDX-License-Identifier: Apache-2.0 */
/* Trials: a function of a program is worked through by the machine of machine.h, on arguments that we choose, to
 * see what it answers and what it writes. It sees the program's memory as it is at the start, a small scene that
 * the arguments point into, and a stack; a trial ends where it reaches for anything else. Nothing is ever run. */
#ifndef AS_CODE_TRIAL_H
#define AS_CODE_TRIAL_H

#include "code/machine.h"
#include "code/program.h"

enum { AS_SCENE = 2048, AS_TRIAL_STACK = 8192 /* bytes */ };

typedef struct as_trial {
	const as_program *program;
	as_machine machine;
	bool changeable; /* a trial read memory that the program may have changed by then */
	uint64_t spent,
		budget; /* operations; a trial that begins with spent >= budget is not made */
	uint8_t scene[AS_SCENE];
	uint8_t stack[AS_TRIAL_STACK], stack_known[AS_TRIAL_STACK]; /* known: 1 for each byte */
} as_trial;

/* The address of the scene's first byte, a multiple of 4096. */
uint64_t as_trial_scene(const as_program *p);
/* Works through the function at addr, with those arguments, for at most most operations. True: it returned and its
 * answer is known (*answer, a whole register). t->program and t->budget must be set, the scene filled. */
bool as_trial_run(as_trial *t, uint64_t addr, bool thumb, const uint64_t *args, unsigned n_args,
	uint64_t most, uint64_t *answer);
/* The same without asking for an answer: why it ended. */
as_step as_trial_end(as_trial *t, uint64_t addr, bool thumb, const uint64_t *args, unsigned n_args,
	uint64_t most);

#endif
