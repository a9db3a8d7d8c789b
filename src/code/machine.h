/* SPDX-License-Identifier: Apache-2.0 */
/* A machine that does operations on values, where they are known: for decode loops in programs under review, and for
 * checking lifters against the real thing. Nothing of a program is ever run; memory is what the callbacks
 * say it is. What is not known stays unknown through whatever is computed from it. */
#ifndef AS_CODE_MACHINE_H
#define AS_CODE_MACHINE_H

#include "code/arch.h"

/* What a register or a piece of memory holds. */
typedef struct as_held {
	uint64_t low, high; /* high: bytes 8 to 15 of what is 16 bytes wide, else 0 */
	bool known;
	uint8_t kind,
		width; /* of flags: the operation that set them; low and high are what it compared */
} as_held;

typedef enum as_step {
	AS_STEP_ON,      /* done; the next operation follows */
	AS_STEP_JUMP,    /* control goes to m->to */
	AS_STEP_CALL,    /* m->to is called */
	AS_STEP_RETURN,  /* the function returns */
	AS_STEP_SYSCALL, /* a system call, not done */
	AS_STEP_TRAP,    /* the program would end here */
	AS_STEP_UNKNOWN, /* where it goes depends on what is not known */
	AS_STEP_MEMORY,  /* the memory refused, or an address is not known */
	AS_STEP_CODE,    /* no valid instruction there */
	AS_STEP_SPENT    /* the operations granted are used up */
} as_step;

typedef struct as_machine {
	as_held reg[AS_N_REGS];
	uint64_t to;  /* target of a jump or call */
	uint64_t at;  /* the instruction that was last begun */
	uint8_t word; /* bytes of an address: longer sums wrap; 0 is 8 */
	/* width (1, 2, 4, 8, 16) bytes at that address; numbers, the callback knows the byte order. False:
	 * there is no such memory, the machine stops. Memory that is not known: w->known false. */
	bool (*load)(void *of, uint64_t at, uint8_t width, as_held *w);
	bool (*store)(void *of, uint64_t at, uint8_t width, const as_held *w);
	void *of; /* given to the callbacks */
} as_machine;

/* The code that a machine is to run. */
typedef struct as_routine {
	const as_arch *arch;
	as_mode mode;
	as_span code;
	uint64_t base; /* address of code */
} as_routine;

/* Makes every register unknown, and takes the callbacks. */
void as_machine_init(as_machine *m, bool (*load)(void *, uint64_t, uint8_t, as_held *),
	bool (*store)(void *, uint64_t, uint8_t, const as_held *), void *of);
/* Sets a register to a known value. */
void as_machine_set(as_machine *m, uint8_t reg, uint64_t value);
/* Whether the condition holds on the flags f: 1 yes, 0 no, -1 not known. Pure. */
int as_flags_hold(const as_held *f, as_cond cond);
/* Does one operation. Calls and returns leave registers and stack alone. */
as_step as_machine_step(as_machine *m, const as_op *op);
/* Runs the function at address from until it returns (AS_STEP_RETURN), following calls into the same code, for at
 * most n operations. The stack pointer must be known. Where the architecture has no link register, calls
 * push their return address, as the instruction does. Anything else that is answered is why it stopped;
 * m->at says where, m->to of AS_STEP_CALL and AS_STEP_JUMP the address that is not in the code. */
as_step as_machine_run(as_machine *m, const as_routine *r, uint64_t from, uint64_t n);
/* The same; *n is what is left of the operations granted. */
as_step as_machine_run_on(as_machine *m, const as_routine *r, uint64_t from, uint64_t *n);

#endif
