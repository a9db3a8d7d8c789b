/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of a program that run the command they are given: its own system(). */
#ifndef AS_CODE_WRAPPER_H
#define AS_CODE_WRAPPER_H

#include "code/origin.h"

/* Sets s->wraps_shell of the functions that run their first argument, as it stands or as a format. */
void as_wrappers_find(as_signals *s);
/* The argument of call c that is the command of a shell, whose text decides what runs: of system, popen and
 * their like, of an exec of a shell with "-c", of a function that wraps one. -1: the call runs no command
 * line. Pure. */
int as_wrapper_command(const as_signals *s, const as_kept *k, const as_call *c);

#endif
