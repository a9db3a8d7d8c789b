/* SPDX-License-Identifier: Apache-2.0 */
/* What a function does, in one number. */
#ifndef AS_CODE_FINGERPRINT_H
#define AS_CODE_FINGERPRINT_H

#include "code/profile.h"

/* Operations and library functions in their order, without addresses, constants and names of the program's own: it
 * survives relinking and stripping, and the next version of Assay, unless that reads the instructions otherwise.
 * Pure. */
uint64_t as_fingerprint_of(const as_program *p, const as_kept *k);
/* Under which number an operation counts in it; 0: it does not. Pure. */
uint8_t as_fingerprint_kind(as_op_kind kind);

#endif
