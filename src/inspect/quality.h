/* SPDX-License-Identifier: Apache-2.0 */
/* States the measures of a program's machine code as rows: a part of the inspector of code. */
#ifndef AS_INSPECT_QUALITY_H
#define AS_INSPECT_QUALITY_H

#include "code/quality.h"
#include "inspect/inspector.h"

/* Measures the program that p has worked out, and states the rows. AS_NOMEM; otherwise what stating answers. */
as_status as_state_quality(as_facts *out, const as_profile *p) AS_MUST_USE;

#endif
