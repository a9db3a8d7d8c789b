/* SPDX-License-Identifier: Apache-2.0 */
/* What functions refer to, as rows: their calls in order, texts, constants that input is held against; and which
 * effects are reached from what a program offers to others. A part of the inspector of code. */
#ifndef AS_INSPECT_REFER_H
#define AS_INSPECT_REFER_H

#include "code/signal.h"
#include "inspect/inspector.h"

/* States the rows of the functions that are told of (told: by function number), and those of table `reach`. Answers
 * what stating answers. */
as_status as_state_references(as_facts *out, const as_signals *s, const bool *told) AS_MUST_USE;

#endif
