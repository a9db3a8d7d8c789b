/* SPDX-License-Identifier: Apache-2.0 */
/* What a test grants without a call: it sets a variable, which is asked for elsewhere and there leads to an effect, or
 * a field of what is handed around (a session, a client). */
#ifndef AS_CODE_GRANT_H
#define AS_CODE_GRANT_H

#include "code/signal.h"

typedef struct as_grant {
	double weight; /* 0: nothing */
	as_span text;  /* what, in words */
} as_grant;

/* Notes where variables of the program are asked for; before the other. False only without memory. */
bool as_grant_prepare(as_signals *s) AS_MUST_USE;
/* What being equal at test t of function k grants. */
as_grant as_grant_of(as_signals *s, const as_kept *k, const as_test *t);

#endif
