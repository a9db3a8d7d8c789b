/* SPDX-License-Identifier: Apache-2.0 */
/* Branches that a linker has put elsewhere. GNU ld and gold do that for ARM (erratum 657417 of the Cortex-A8) to
 * those that stand across the end of a page: in their place is a jump to the end of the section, where the branch
 * stands, and leads back. */
#ifndef AS_CODE_DETOUR_H
#define AS_CODE_DETOUR_H

#include "code/program.h"

/* If op, a jump, goes to such a place, which leads back to between from and limit, makes it the branch that stands
 * there. */
void as_detour_follow(const as_program *p, as_op *op, uint64_t from, uint64_t limit);

#endif
