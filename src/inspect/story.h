/* SPDX-License-Identifier: Apache-2.0 */
/* Tells the alarms of a program that weigh most in full, as rows: the path, pseudo-code, a listing, and what speaks
 * against them. A part of the inspector of code. */
#ifndef AS_INSPECT_STORY_H
#define AS_INSPECT_STORY_H

#include "code/signal.h"
#include "inspect/inspector.h"

/* States the rows, and a loss where there is no memory for them. Answers what stating answers. */
as_status as_state_stories(as_facts *out, const as_signals *s) AS_MUST_USE;

#endif
