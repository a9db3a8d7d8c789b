/* SPDX-License-Identifier: Apache-2.0 */
/* The C library functions that have a checked variant under _FORTIFY_SOURCE. */
#ifndef AS_FORTIFY_H
#define AS_FORTIFY_H

#include "base/span.h"

typedef enum as_fortify {
	AS_FORTIFY_NOT,  /* no such function */
	AS_FORTIFY_ABLE, /* has a checked variant, and this is not it */
	AS_FORTIFY_DONE, /* is the checked variant: __name_chk */
} as_fortify;

/* What an imported symbol name is to FORTIFY. Pure. */
as_fortify as_fortify_of(as_span name);

#endif
