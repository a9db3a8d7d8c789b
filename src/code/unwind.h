/* SPDX-License-Identifier: Apache-2.0 */
/* Where functions start, by the tables that exceptions are unwound with: they survive stripping. */
#ifndef AS_CODE_UNWIND_H
#define AS_CODE_UNWIND_H

#include "code/program.h"

/* Calls each for every function that .eh_frame (start and length, bytes) or .ARM.exidx (start, length 0) names. */
void as_unwind_each(
	const as_program *p, void (*each)(void *ctx, uint64_t addr, uint64_t len), void *ctx);

#endif
