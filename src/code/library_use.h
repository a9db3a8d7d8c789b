/* SPDX-License-Identifier: Apache-2.0 */
/* Library functions recognised by what they hold, what they reach and what they are called with. */
#ifndef AS_CODE_LIBRARY_USE_H
#define AS_CODE_LIBRARY_USE_H

#include "code/profile.h"

/* Names functions of p (system, popen, fopen) that are sure; does nothing where libraries are outside. Bounded. */
void as_library_use(as_profile *p);

#endif
