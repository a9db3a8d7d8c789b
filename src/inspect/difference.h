/* SPDX-License-Identifier: Apache-2.0 */
/* States what functions refer to, so that a program can be held against another build of it: a part of the inspector
 * of code, done only where a review is to be compared. */
#ifndef AS_INSPECT_DIFFERENCE_H
#define AS_INSPECT_DIFFERENCE_H

#include "code/signal.h"
#include "inspect/inspector.h"

/* States rows of function_trait. AS_NOMEM; otherwise what stating answers. */
as_status as_state_traits(as_facts *out, const as_signals *s) AS_MUST_USE;

#endif
