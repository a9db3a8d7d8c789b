/* SPDX-License-Identifier: Apache-2.0 */
/* What a function does, in one number. */
#ifndef AS_CODE_FINGERPRINT_H
#define AS_CODE_FINGERPRINT_H

#include "code/profile.h"

/* Operations and library functions in their order, without addresses: it survives relinking. Pure. */
uint64_t as_fingerprint_of(const as_program *p, const as_kept *k);

#endif
