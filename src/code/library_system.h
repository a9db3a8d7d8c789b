/* SPDX-License-Identifier: Apache-2.0 */
/* Wrappers of system calls: functions that do nothing but pass their arguments on to one. */
#ifndef AS_CODE_LIBRARY_SYSTEM_H
#define AS_CODE_LIBRARY_SYSTEM_H

#include "code/value.h"

/* A function that makes a system call whose number is one of its arguments. */
typedef struct as_forwarder {
	uint64_t addr;
	uint8_t number; /* argument that is the number */
	uint8_t reg;    /* or the register that it is in, else AS_REG_NONE */
	uint8_t from[AS_ARGS_MAX -
		     1]; /* argument that becomes that of the system call; UINT8_MAX unknown */
} as_forwarder;

/* The library function that the function worked out as v stands for, or NULL. It makes its system call itself, or
 * through the forwarder f (NULL: itself). Pure. */
const char *as_library_system(const as_values *v, const as_forwarder *f);
/* Whether it is a forwarder itself, or passes all on to one (known, NULL: none). Fills in *out. Pure. */
bool as_library_forwards(const as_values *v, const as_forwarder *known, as_forwarder *out);
/* Whether a system call of that number makes a process or runs a program; whether it opens a file. Pure. */
bool as_library_is_process(const as_program *p, uint64_t number);
bool as_library_is_open(const as_program *p, uint64_t number);
/* The library function that usually makes the system call of that number, or NULL. Pure. */
const char *as_library_number(const as_program *p, uint64_t number);

#endif
