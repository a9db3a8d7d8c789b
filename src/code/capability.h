/* SPDX-License-Identifier: Apache-2.0 */
/* What a program is able to do, in all: its class in the reference population, and which effects its code has. */
#ifndef AS_CODE_CAPABILITY_H
#define AS_CODE_CAPABILITY_H

#include "code/signal.h"

typedef struct as_capability {
	as_reference_class class;
	uint16_t effects;           /* bits */
	uint32_t sites[AS_EFFECTS]; /* calls that have that effect */
} as_capability;

/* Linear in the calls of the program. Pure. */
as_capability as_capability_of(const as_signals *s);

#endif
