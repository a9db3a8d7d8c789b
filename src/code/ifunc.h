/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that are chosen when a program starts (IFUNC): a resolver answers which of several is used on this
 * processor. */
#ifndef AS_CODE_IFUNC_H
#define AS_CODE_IFUNC_H

#include "code/program.h"

/* Replaces the resolvers in p's slots by what they answer on a processor without any extension, which is worked out
 * without running anything; a slot whose resolver cannot be worked out keeps it. False without memory. */
bool as_ifunc_resolve(as_program *p) AS_MUST_USE;

#endif
