/* SPDX-License-Identifier: Apache-2.0 */
/* The words that the loader fills: dynamic relocations, relative ones in both packings, and the global offset
 * table of MIPS, which has none. */
#ifndef AS_CODE_RELOCATE_H
#define AS_CODE_RELOCATE_H

#include "code/program.h"

/* Fills p->slots, p->imports and p->gp from the dynamic segment. False only without memory. */
bool as_relocate(as_program *p) AS_MUST_USE;

#endif
